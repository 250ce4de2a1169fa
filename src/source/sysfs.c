// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A PPS source of the kernel whose node we may not open: everybody may read the last
 * stamps of it in sysfs.  They are the kernel's own, whenever we look.
 */
#include "kind.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../words.h"

#define LOOK_NS (20 * NS_PER_MS)	/* 10 Hz has 50 ms from edge to edge of one half */
#define SLOW_NS (NS_PER_S * 3 / 10)	/* from such a period on, only when one is due */
#define AFTER_NS (2 * NS_PER_MS)
#define STALE_NS (4 * NS_PER_S)		/* an edge that is not captured keeps its old stamp */

enum { EDGES = 2 };

static const char *const files[EDGES] = { "assert", "clear" };
static const enum pulse_edge which[EDGES] = { EDGE_ASSERT, EDGE_CLEAR };

struct sysfs {
	int fd[EDGES];
	struct stamp seen[EDGES];
	int64_t period_ns[EDGES];	/* 0: not known */
};

/* 0 also when the source cannot see this edge: then the attribute is empty. */
static int read_stamp(int fd, struct stamp *stamp)
{
	char text[64];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	*stamp = (struct stamp){ 0 };
	if (n < 0)
		return -errno;
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	stamp_parse(text, stamp);
	return 0;
}

static void close_files(struct sysfs *f)
{
	for (int i = 0; i < EDGES; i++)
		if (f->fd[i] >= 0)
			close(f->fd[i]);
	free(f);
}

/* The node's name is the source's, or a link's to it: "gpspps0". */
static int source_name(const char *path, char *name, size_t size)
{
	char *real = realpath(path, NULL);
	int n = snprintf(name, size, "%s", base_name(real ? real : path));

	free(real);
	return n < (int)size ? 0 : -ENAMETOOLONG;
}

static int open_file(struct sysfs *f, int i, const char *pps)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/class/pps/%s/%s", pps, files[i]);
	f->fd[i] = open(path, O_RDONLY | O_CLOEXEC);
	if (f->fd[i] < 0)
		return -errno;
	return read_stamp(f->fd[i], &f->seen[i]);
}

static int sysfs_open(struct source *s)
{
	struct sysfs *f = calloc(1, sizeof(*f));
	char pps[32];
	int err;

	if (!f)
		return -ENOMEM;
	f->fd[0] = f->fd[1] = -1;
	err = source_name(s->wish.path, pps, sizeof(pps));
	for (int i = 0; i < EDGES && !err; i++)
		err = open_file(f, i, pps);
	if (err) {
		close_files(f);
		return err;
	}
	s->fd = f->fd[0];
	s->state = f;
	return 0;
}

static void sysfs_close(struct source *s)
{
	close_files(s->state);
	s->state = NULL;
	s->fd = -1;
}

/* The period from two stamps, however many edges there were between them. */
static void learn_period(struct sysfs *f, int i, const struct stamp *is)
{
	const uint32_t moved = is->seq - f->seen[i].seq;
	const int64_t apart_ns = is->time_ns - f->seen[i].time_ns;

	f->period_ns[i] = f->seen[i].time_ns && apart_ns > 0 ? apart_ns / moved : 0;
}

static int look(struct source *s, struct sysfs *f)
{
	struct stamp is[EDGES];
	bool swapped;
	int err = 0;

	for (int i = 0; i < EDGES && !err; i++)
		err = read_stamp(f->fd[i], &is[i]);
	swapped = !err && is[1].time_ns < is[0].time_ns;
	for (int n = 0; n < EDGES && !err; n++) {
		const int i = swapped ? !n : n;
		const struct edge e = {
			.time_ns = is[i].time_ns, .late_ns = -1, .seq = is[i].seq,
			.which = which[i], .by = STAMP_KERNEL,
		};

		if (!is[i].time_ns || is[i].seq == f->seen[i].seq)
			continue;
		learn_period(f, i, &is[i]);
		f->seen[i] = is[i];
		err = source_put(s, SOURCE_EDGE, &e, -1, 0);
	}
	return err;
}

/* How long nothing is to be expected.  A clock that was set costs one look too few or many. */
static int64_t quiet_ns(const struct sysfs *f, int64_t real_ns)
{
	int64_t quiet = INT64_MAX;

	for (int i = 0; i < EDGES; i++) {
		const int64_t due = f->seen[i].time_ns + f->period_ns[i] + AFTER_NS - real_ns;

		if (real_ns - f->seen[i].time_ns > STALE_NS)
			continue;
		if (f->period_ns[i] < SLOW_NS || due <= 0 || due > f->period_ns[i] + AFTER_NS)
			return LOOK_NS;
		if (due < quiet)
			quiet = due;
	}
	if (quiet == INT64_MAX)
		return LOOK_NS;
	return quiet < SOURCE_TICK_NS ? quiet : SOURCE_TICK_NS;
}

static int sysfs_run(struct source *s)
{
	struct sysfs *f = s->state;
	int err = 0;

	for (int i = 0; i < EDGES && !err; i++)
		err = read_stamp(f->fd[i], &f->seen[i]);
	while (!err && !atomic_load(&s->stop)) {
		const int64_t now = source_now(CLOCK_MONOTONIC);

		source_sleep_until(now + quiet_ns(f, source_now(CLOCK_REALTIME)));
		err = look(s, f);
	}
	return err;
}

const struct source_kind source_sysfs = {
	.name = "sysfs",
	.by = STAMP_KERNEL,
	.open = sysfs_open,
	.run = sysfs_run,
	.close = sysfs_close,
};
