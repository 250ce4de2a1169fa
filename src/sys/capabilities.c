// SPDX-License-Identifier: GPL-2.0-or-later
/* Capabilities are given up for good. */
#include "capabilities.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static int get(struct __user_cap_header_struct *head, struct __user_cap_data_struct *now)
{
	head->version = _LINUX_CAPABILITY_VERSION_3;
	head->pid = 0;
	return (int)syscall(SYS_capget, head, now);
}

/* What a child could get by its exec; needs CAP_SETPCAP, as long as we have it. */
static void bound(uint64_t keep)
{
	for (unsigned int c = 0; prctl(PR_CAPBSET_READ, c, 0, 0, 0) >= 0; c++)
		if (!(keep & CAPABILITY(c)))
			prctl(PR_CAPBSET_DROP, c, 0, 0, 0);
}

/* Without an inheritable set there is no ambient one (capabilities(7)). */
static void keep_only(uint64_t keep)
{
	struct __user_cap_header_struct head;
	struct __user_cap_data_struct now[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (get(&head, now) < 0)
		return;
	for (unsigned int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		now[i].permitted &= (uint32_t)(keep >> (32 * i));
		now[i].effective = now[i].permitted;
		now[i].inheritable = 0;
	}
	head.pid = 0;
	syscall(SYS_capset, &head, now);
}

void capabilities_keep(uint64_t keep)
{
	bound(keep);
	keep_only(keep);
	/* nor does a child of uid 0 get them back by its exec (cap_bprm_creds_from_file()) */
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

bool capabilities_has(unsigned int capability)
{
	struct __user_cap_header_struct head;
	struct __user_cap_data_struct now[_LINUX_CAPABILITY_U32S_3] = { 0 };

	return get(&head, now) == 0 &&
	       (now[capability / 32].effective & (1u << (capability % 32))) != 0;
}
