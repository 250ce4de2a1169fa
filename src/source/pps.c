// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A PPS source of the kernel, by PPS_FETCH (drivers/pps/pps.c).  PPS_SETPARAMS is never
 * called: who calls it, be it with what was there, sets a daemon's offsets to zero.
 */
#include "kind.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/pps.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

struct pps {
	char path[128];		/* what is there as long as the source is */
	dev_t dev;
	ino_t ino;
	struct pps_kinfo seen;
};

static int fetch(int fd, int64_t timeout_ns, struct pps_kinfo *info)
{
	struct pps_fdata data = {
		.timeout = {
			.sec = timeout_ns / NS_PER_S,
			.nsec = (int)(timeout_ns % NS_PER_S),
		},
	};

	if (ioctl(fd, PPS_FETCH, &data) < 0)
		return -errno;
	*info = data.info;
	return 0;
}

/*
 * Its place in sysfs, or the node where sysfs is not to be seen: the kernel answers
 * PPS_FETCH of a source that is gone as if there were no pulse, and gives its number to
 * the next one (pps_unregister_cdev()), which has another inode.
 */
static int remember_place(struct pps *p, int fd, const char *path)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	snprintf(p->path, sizeof(p->path), "/sys/dev/char/%u:%u",
		 major(st.st_rdev), minor(st.st_rdev));
	if (!S_ISCHR(st.st_mode) || stat(p->path, &st) < 0) {
		snprintf(p->path, sizeof(p->path), "%s", path);
		if (fstat(fd, &st) < 0)
			return -errno;
	}
	p->dev = st.st_dev;
	p->ino = st.st_ino;
	return 0;
}

static bool is_gone(const struct pps *p)
{
	struct stat st;

	return stat(p->path, &st) < 0 || st.st_dev != p->dev || st.st_ino != p->ino;
}

static int pps_open(struct source *s)
{
	struct pps *p = calloc(1, sizeof(*p));
	int err;

	if (!p)
		return -ENOMEM;
	s->fd = open(s->wish.path, O_RDONLY | O_CLOEXEC);
	if (s->fd < 0) {
		err = -errno;
		goto err_free;
	}
	err = remember_place(p, s->fd, s->wish.path);
	if (!err)
		err = fetch(s->fd, 0, &p->seen);	/* without a timeout it does not wait */
	if (err)
		goto err_close;
	s->state = p;
	return 0;

err_close:
	source_close_fd(s);
err_free:
	free(p);
	return err;
}

static void pps_close(struct source *s)
{
	source_close_fd(s);
	free(s->state);
	s->state = NULL;
}

static int put_edge(struct source *s, enum pulse_edge which, const struct pps_ktime *t,
		    uint32_t seq)
{
	const struct edge e = {
		.time_ns = t->sec * NS_PER_S + t->nsec,
		.late_ns = -1,
		.seq = seq,
		.which = which,
		.by = STAMP_KERNEL,
	};

	return source_put(s, SOURCE_EDGE, &e, -1, 0);
}

static bool is_before(const struct pps_ktime *a, const struct pps_ktime *b)
{
	return a->sec < b->sec || (a->sec == b->sec && a->nsec < b->nsec);
}

/* What is new since the last look, in the order of time. */
static int put_new(struct source *s, const struct pps_kinfo *was, const struct pps_kinfo *is)
{
	const bool set = is->assert_sequence != was->assert_sequence;
	const bool clear = is->clear_sequence != was->clear_sequence;
	const bool clear_first = clear && set && is_before(&is->clear_tu, &is->assert_tu);
	int err = 0;

	if (clear_first)
		err = put_edge(s, EDGE_CLEAR, &is->clear_tu, is->clear_sequence);
	if (set && !err)
		err = put_edge(s, EDGE_ASSERT, &is->assert_tu, is->assert_sequence);
	if (clear && !clear_first && !err)
		err = put_edge(s, EDGE_CLEAR, &is->clear_tu, is->clear_sequence);
	return err;
}

/*
 * One look without waiting, then one that waits: PPS_FETCH waits for an event after its
 * call, so that the second edge of a short pulse would come to us with the next pulse.
 */
static int look_and_wait(struct source *s, struct pps *p)
{
	static const int64_t timeouts_ns[] = { 0, SOURCE_TICK_NS };
	struct pps_kinfo info = { 0 };
	int err;

	for (size_t i = 0; i < sizeof(timeouts_ns) / sizeof(timeouts_ns[0]); i++) {
		err = fetch(s->fd, timeouts_ns[i], &info);
		if (err)
			return err;
		err = put_new(s, &p->seen, &info);
		if (err)
			return err;
		p->seen = info;
	}
	return 0;
}

static int pps_run(struct source *s)
{
	struct pps *p = s->state;
	int err = fetch(s->fd, 0, &p->seen);	/* what there was before us is not news */

	while (!atomic_load(&s->stop)) {
		if (err && err != -ETIMEDOUT && err != -EINTR)
			return err;
		if (err && is_gone(p))
			return -ENODEV;
		err = look_and_wait(s, p);
	}
	return 0;
}

const struct source_kind source_pps = {
	.name = "pps",
	.by = STAMP_KERNEL,
	.open = pps_open,
	.run = pps_run,
	.close = pps_close,
};
