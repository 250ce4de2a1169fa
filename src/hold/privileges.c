// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What only the start needs is given up for good: nobody should have to trust a
 * root process for years.  Uid 0 stays, and it is enough for the rest: its
 * owner's rights make and remove names in /dev and /run, write the uevent file,
 * and let systemctl speak to process 1.  TIOCSETD of a loaded discipline,
 * TIOCMIWAIT and termios ask for no capability (drivers/tty/tty_ldisc.c,
 * serial_core.c, tty_ioctl.c).
 *
 * What cannot be given up, in a container or below a seccomp filter, stays as it
 * was: that is no reason not to hold a port.
 */
#include "hold.h"

#include <grp.h>
#include <linux/capability.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../sys/capabilities.h"

#define BOTH_WX (S_IWUSR | S_IXUSR)
#define GROUPS_MAX 64

/* ---- who needs what ---- */

/*
 * An owner may hand a file to a group that it is in, and to no other without
 * CAP_CHOWN (chgrp_ok(), fs/attr.c): a new /dev/ppsN goes to the group that
 * attach has given the first one, where no udev does it.
 */
static bool find_group(const struct hold *hold, gid_t *group)
{
	char path[HANDOVER_NAME_MAX + 8];
	struct stat st;

	if (hold->h.links != LINKS_SELF)
		return false;
	snprintf(path, sizeof(path), "/dev/%s", hold->h.pps);
	if (stat(path, &st) < 0)
		return false;
	*group = st.st_gid;
	return true;
}

/* All nodes are given to the same group, dialout. */
static void join_group(const struct holder *all)
{
	gid_t group;

	for (unsigned int i = 0; i < all->n; i++)
		if (find_group(&all->ports[i], &group) && setgroups(1, &group) == 0)
			return;
}

static bool needs_chown(const struct hold *hold)
{
	gid_t group, groups[GROUPS_MAX];
	const int n = getgroups(GROUPS_MAX, groups);

	if (!find_group(hold, &group) || group == getegid())
		return false;
	for (int i = 0; i < n; i++)
		if (groups[i] == group)
			return false;
	return true;
}

/* A directory that is not ours (a container's /dev) is written to by this right alone. */
static bool needs_override(const struct hold *hold)
{
	struct stat st;

	return hold->links_fd >= 0 && fstat(hold->links_fd, &st) == 0 &&
	       (st.st_uid != geteuid() || (st.st_mode & BOTH_WX) != BOTH_WX);
}

/* uart_set_info(), drivers/tty/serial/serial_core.c: TIOCSSERIAL, to arm it again. */
static bool needs_admin(const struct hold *hold)
{
	return hold->h.needs_flag;
}

/* pps_cdev_ioctl(), drivers/pps/pps.c: PPS_KC_BIND, of the next source or at the end */
static bool needs_time(const struct hold *hold)
{
	return hold->h.bind != EDGE_UNKNOWN;
}

static const struct {
	unsigned int capability;
	bool (*is_needed)(const struct hold *hold);
} needs[] = {
	{ CAP_CHOWN, needs_chown },
	{ CAP_DAC_OVERRIDE, needs_override },
	{ CAP_SYS_ADMIN, needs_admin },
	{ CAP_SYS_TIME, needs_time },
};

static uint64_t needed(const struct holder *all)
{
	uint64_t set = 0;

	for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++)
		for (unsigned int k = 0; k < all->n; k++)
			if (needs[i].is_needed(&all->ports[k]))
				set |= CAPABILITY(needs[i].capability);
	return set;
}

void privileges_drop(const struct holder *all)
{
	join_group(all);
	capabilities_keep(needed(all));
}
