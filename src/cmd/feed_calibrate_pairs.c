// SPDX-License-Identifier: GPL-2.0-or-later
/* feed --calibrate: two sources in their threads, and the pulses that both of them have. */
#include "feed_calibrate.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../sys/signals.h"

#define TIMEOUT_S 10		/* without a pair, beyond what the filter needs */
#define WAIT_MS 1000

/* ---- open ---- */

static int cannot_open(const char *path, int err)
{
	msg_error(path, "cannot wait for pulses: %s", strerror(-err));
	if (err == -EACCES || err == -EPERM)
		msg_hint("run it as root (sudo), or join the group that owns it: ls -l %s", path);
	return err == -ENODEV || err == -ENXIO || err == -EIO ? EXIT_GONE : EXIT_TROUBLE;
}

static int start(struct calibration *k, unsigned int i)
{
	struct side *s = &k->side[i];
	struct filter_config config = {
		/* the SOURCE may be wired the other way round */
		.edge = i == 0 ? k->o->edge : EDGE_UNKNOWN,
		.gate_ns = (int64_t)k->o->gate_us * 1000, .ppm = (unsigned int)k->o->ppm,
		.length = FILTER_LENGTH,
	};
	int err = source_open(&s->source, &s->chosen.wish);

	if (err)
		return cannot_open(s->chosen.wish.path, err);
	s->by = s->source.kind->name;
	config.method = filter_method_of(s->source.kind->by);
	filter_init(&s->filter, &config, s->ring, s->sorted);
	err = source_start(&s->source, i, k->pipe[1]);
	return err ? cannot_open(s->chosen.wish.path, err) : 0;
}

int calibrate_start(struct calibration *k)
{
	int code;

	if (pipe2(k->pipe, O_CLOEXEC) < 0) {
		msg_error(NULL, "cannot make a pipe: %s", strerror(errno));
		return EXIT_TROUBLE;
	}
	code = start(k, 0);
	return code || k->by_clock ? code : start(k, 1);
}

/* ---- pairs ---- */

static int64_t nearest_second(int64_t ns)
{
	return (ns + NS_PER_S / 2) / NS_PER_S * NS_PER_S;
}

static bool take_edge(struct calibration *k, unsigned int i, const struct edge *e)
{
	struct side *s = &k->side[i];
	struct judged judged;

	s->heard = true;
	filter_feed(&s->filter, e, &judged);
	if (judged.fate != PULSE_USED)
		return false;
	if (k->by_clock)
		compare_feed(&k->compare, 1, nearest_second(e->time_ns));
	return compare_feed(&k->compare, i, e->time_ns);
}

/* 1: a pair, 0: none, or an exit code, negative. */
static int take_events(struct calibration *k)
{
	struct source_event event;

	if (read(k->pipe[0], &event, sizeof(event)) != (ssize_t)sizeof(event))
		return 0;
	if (event.kind == SOURCE_EDGE)
		return take_edge(k, event.index, &event.edge);
	if (event.kind != SOURCE_GONE)
		return 0;
	msg_error(k->side[event.index].chosen.wish.name, "it has gone: %s", strerror(-event.err));
	return -EXIT_GONE;
}

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

static int no_pairs(const struct calibration *k, int64_t timeout_s)
{
	for (unsigned int i = 0; i < (k->by_clock ? 1u : 2u); i++)
		if (!k->side[i].heard) {
			msg_error(k->side[i].chosen.wish.name, "no pulse in %d s", (int)timeout_s);
			msg_hint("gpsppsctl diag %s", k->side[i].chosen.port);
			return EXIT_NO;
		}
	msg_error(k->o->ports[0], "no good pulse that %s has, too, within 0.4 s, in %d s",
		  k->o->calibrate, (int)timeout_s);
	msg_hint("gpsppsctl watch %s %s", k->side[0].chosen.wish.name,
		 k->by_clock ? "" : k->side[1].chosen.wish.name);
	return EXIT_NO;
}

int calibrate_collect(struct calibration *k)
{
	const int64_t timeout_s = k->o->timeout_s ? k->o->timeout_s : TIMEOUT_S;
	struct pollfd fd = { .fd = k->pipe[0], .events = POLLIN };
	int64_t paired_ns = now_ns();
	int taken = 0;

	while (k->compare.n < k->wanted && taken >= 0 && !signals_seen()) {
		taken = poll(&fd, 1, WAIT_MS) > 0 ? take_events(k) : 0;
		if (taken > 0)
			paired_ns = now_ns();
		else if (taken == 0 && now_ns() - paired_ns > timeout_s * NS_PER_S)
			return no_pairs(k, timeout_s);
	}
	/* after a Ctrl-C what there is */
	return taken < 0 ? -taken : k->compare.n ? 0 : EXIT_NO;
}

void calibrate_stop(struct calibration *k)
{
	for (int i = 0; i < 2; i++) {
		source_stop(&k->side[i].source);
		if (k->pipe[i] >= 0)
			close(k->pipe[i]);
		k->pipe[i] = -1;
	}
}
