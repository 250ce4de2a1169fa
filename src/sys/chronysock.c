// SPDX-License-Identifier: GPL-2.0-or-later
/* Samples to chrony's refclock SOCK. */
#include "chronysock.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#define CHRONYSOCK_MAGIC 0x534f434b	/* "SOCK" */

/* What refclock_sock.c reads; of another size it is dropped without a word. */
struct datagram {
	struct timeval stamp;
	double offset_s;
	int32_t is_pulse;	/* only the part of a second means something */
	int32_t leap;
	int32_t unused;
	int32_t magic;
};

#ifdef __LP64__
_Static_assert(sizeof(struct datagram) == 40, "as chrony has it");
_Static_assert(offsetof(struct datagram, magic) == 36, "");
#endif

int chronysock_open(struct chronysock *c, const char *path)
{
	int n;

	memset(c, 0, sizeof(*c));
	c->fd = -1;
	c->to.sun_family = AF_UNIX;
	n = snprintf(c->to.sun_path, sizeof(c->to.sun_path), "%s", path);
	if (n <= 0)
		return -EINVAL;
	if (n >= (int)sizeof(c->to.sun_path))
		return -ENAMETOOLONG;
	c->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return c->fd < 0 ? -errno : 0;
}

/* To a file the kernel says what it says of a socket that nobody has open. */
static int reason(const struct chronysock *c, int err)
{
	struct stat st;

	if (err == -EPROTOTYPE)
		return -ENOTSOCK;
	if (err == -ECONNREFUSED && stat(c->to.sun_path, &st) == 0 && !S_ISSOCK(st.st_mode))
		return -ENOTSOCK;
	return err;
}

/*
 * How much the clock is behind the truth; of a pulse chrony wants how far the clock is into
 * the second instead, the contrary (RCL_AddCookedPulse(), refclock.c).  A double has 53
 * bits: the difference is taken before.
 */
static double offset_of(const struct sample *sample)
{
	const int64_t behind_ns = sample->true_ns - sample->stamp_ns;

	return (double)(sample->is_numbered ? behind_ns : -behind_ns) / (double)NS_PER_S;
}

int chronysock_send(struct chronysock *c, const struct sample *sample)
{
	struct datagram d;

	memset(&d, 0, sizeof(d));
	d.stamp.tv_sec = (time_t)(sample->stamp_ns / NS_PER_S);
	d.stamp.tv_usec = (suseconds_t)(sample->stamp_ns % NS_PER_S / 1000);
	d.offset_s = offset_of(sample);
	d.is_pulse = !sample->is_numbered;
	d.leap = (int32_t)sample->leap;
	d.magic = CHRONYSOCK_MAGIC;
	if (sendto(c->fd, &d, sizeof(d), MSG_DONTWAIT | MSG_NOSIGNAL,
		   (const struct sockaddr *)&c->to, sizeof(c->to)) < 0)
		return reason(c, -errno);
	return 0;
}

void chronysock_close(struct chronysock *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}
