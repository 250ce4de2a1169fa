// SPDX-License-Identifier: GPL-2.0-or-later
/* attach --wakeup-latency: the processors stay awake enough while the port is held. */
#include "attach.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "../sys/latency.h"

/* Whoever asks for it wants no port without it: so this comes before the port is touched. */
int attach_hold_latency(struct attaching *a)
{
	int fd;

	if (a->plan.wakeup_latency_us < 0)
		return 0;
	fd = latency_hold((int32_t)a->plan.wakeup_latency_us);
	if (fd >= 0) {
		a->latency_fd = fd;
		return 0;
	}
	msg_error(LATENCY_PATH, "cannot hold a wake-up latency of %ld us: %s",
		  a->plan.wakeup_latency_us, strerror(-fd));
	if (fd == -EACCES)
		msg_hint("run it as root: sudo gpsppsctl attach ...");
	else if (fd == -ENOENT)
		msg_hint("this kernel has no idle states to keep out of (CONFIG_CPU_IDLE): leave it away");
	return EXIT_TROUBLE;
}

void attach_release_latency(struct attaching *a)
{
	if (a->latency_fd)
		close(a->latency_fd);
	a->latency_fd = 0;
}
