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
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BIT(capability) (1ull << (capability))
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

static const struct {
	unsigned int capability;
	bool (*is_needed)(const struct hold *hold);
} needs[] = {
	{ CAP_CHOWN, needs_chown },
	{ CAP_DAC_OVERRIDE, needs_override },
	{ CAP_SYS_ADMIN, needs_admin },
};

static uint64_t needed(const struct holder *all)
{
	uint64_t set = 0;

	for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++)
		for (unsigned int k = 0; k < all->n; k++)
			if (needs[i].is_needed(&all->ports[k]))
				set |= BIT(needs[i].capability);
	return set;
}

/* ---- the drop ---- */

/* What a child could get by its exec; needs CAP_SETPCAP, as long as we have it. */
static void bound(uint64_t keep)
{
	for (unsigned int c = 0; prctl(PR_CAPBSET_READ, c, 0, 0, 0) >= 0; c++)
		if (!(keep & BIT(c)))
			prctl(PR_CAPBSET_DROP, c, 0, 0, 0);
}

/* Without an inheritable set there is no ambient one (capabilities(7)). */
static void keep_only(uint64_t keep)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct now[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (syscall(SYS_capget, &head, now) < 0)
		return;
	for (unsigned int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		now[i].permitted &= (uint32_t)(keep >> (32 * i));
		now[i].effective = now[i].permitted;
		now[i].inheritable = 0;
	}
	head.pid = 0;
	syscall(SYS_capset, &head, now);
}

void privileges_drop(const struct holder *all)
{
	uint64_t keep;

	join_group(all);
	keep = needed(all);
	bound(keep);
	keep_only(keep);
	/* nor does a child of uid 0 get them back by its exec (cap_bprm_creds_from_file()) */
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}
