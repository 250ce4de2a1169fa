// SPDX-License-Identifier: GPL-2.0-or-later
/* feed: targets, sentences and pulses of a port opened, and closed again. */
#include "feed.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../pulsefilter.h"

/* ---- targets ---- */

static int cannot_attach(const struct feed_port *p, const struct shm_unit *s, int err)
{
	char name[32];

	snprintf(name, sizeof(name), "SHM %u", s->unit);
	msg_error(name, "%s", s->why[0] ? s->why : strerror(-err));
	if (err == -EACCES)
		msg_hint("units 0 and 1 are root's: sudo gpsppsctl feed %s, or --shm 2", p->what);
	else if (err == -ENOSYS)
		msg_hint("the kernel has no shared memory of System V: --sock, with chrony");
	return EXIT_TROUBLE;
}

static int open_shm(struct feed_port *p)
{
	const struct feed_chosen *c = &p->chosen;
	unsigned int unit = (unsigned int)c->shm;
	int err = 0;

	if (c->shm < 0)
		return 0;
	for (int kind = SAMPLE_SECONDS; kind <= SAMPLE_PULSE && !err; kind++) {
		if (c->mode == (kind == SAMPLE_PULSE ? FEED_SECONDS : FEED_PULSES))
			continue;
		err = shm_attach(&p->shm[kind], unit);
		if (err) {
			p->shm[kind].unit = unit;
			return cannot_attach(p, &p->shm[kind], err);
		}
		unit++;
	}
	return 0;
}

int feed_open_targets(struct feed *f, struct feed_port *p)
{
	const char *path = p->chosen.sock;
	int code = open_shm(p), err;

	(void)f;
	if (code || !path[0])
		return code;
	err = chronysock_open(&p->sock, path);
	if (!err)
		return 0;
	msg_error(path, "cannot make a socket: %s", strerror(-err));
	return EXIT_TROUBLE;
}

/* ---- sentences ---- */

static int cannot_open(const char *path, const char *what, int err, bool quiet)
{
	const bool gone = err == -ENODEV || err == -ENXIO || err == -EIO || err == -ENOENT;

	if (quiet)
		return gone ? EXIT_GONE : EXIT_TROUBLE;
	msg_error(path, "%s: %s", what, strerror(-err));
	if (err == -EACCES || err == -EPERM)
		msg_hint("run it as root (sudo), or join the group that owns it: ls -l %s", path);
	else if (err == -EBUSY)
		msg_hint("another program (gpsd?) has it for itself alone");
	return gone ? EXIT_GONE : EXIT_TROUBLE;
}

/*
 * A port that is kept attached is read as ntpd reads it, beside its holder and without
 * changing anything; what nobody has read until now is old.
 */
int feed_open_said(struct feed *f, struct feed_port *p, bool quiet)
{
	struct feed_chosen *c = &p->chosen;
	int err;

	(void)f;
	err = borrow_open(&p->said, c->tty, c->is_held ? BORROW_BESIDE : BORROW_FREE, c->baud, -1);
	if (!err)
		err = borrow_skip_to_now(&p->said);
	if (err) {
		borrow_close(&p->said);
		return cannot_open(c->port, "cannot open", err, quiet);
	}
	c->baud = p->said.baud;
	memset(&p->parser, 0, sizeof(p->parser));
	p->said_gone = false;
	return 0;
}

/* ---- the pulse ---- */

int feed_open_pulse(struct feed *f, struct feed_port *p, bool quiet)
{
	struct feed_chosen *c = &p->chosen;
	int err = source_open(&p->source, &c->wish);

	if (err && !quiet && (err == -ENOTTY || err == -EINVAL) && !c->by_kernel) {
		msg_error(c->wish.path, "it has no modem lines: %s", strerror(-err));
		return EXIT_TROUBLE;
	}
	if (!err) {
		p->generation++;
		err = source_start(&p->source, p->generation * FEED_PORTS_MAX + (unsigned int)p->nth,
				   f->pipe[1]);
	}
	if (err) {
		source_stop(&p->source);
		return cannot_open(c->wish.path, "cannot wait for pulses", err, quiet);
	}
	p->pulse_gone = false;
	return 0;
}

/* ---- what is made of them ---- */

int feed_begin_feeder(struct feed *f, struct feed_port *p)
{
	const struct feed_options *o = f->o;
	const uint64_t given[] = { p->feeder.given[0], p->feeder.given[1] };
	const uint64_t dropped = p->feeder.dropped, clock_steps = p->feeder.clock_steps;
	const enum stamp_by by = p->source.kind ? p->source.kind->by : STAMP_KERNEL;
	struct feeder_config config = {
		.mode = p->chosen.mode,
		.filter = {
			.edge = o->edge, .gate_ns = o->gate_us * 1000, .ppm = (unsigned int)o->ppm,
			.length = FILTER_LENGTH, .method = filter_method_of(by),
		},
		.offset_ns = o->offset_ns,
		.seconds_delay_ns = -1,
		.holdover_ns = o->holdover_ns,
		.width_ns = o->width_ms * NS_PER_MS,
		.ignore_clock = o->ignore_clock,
	};
	int err;

	if (o->delay_ns != FEED_DELAY_FOUND) {
		/* give or take half a second */
		config.lead_ns = o->delay_ns - NS_PER_S / 2;
		config.seconds_delay_ns = o->delay_ns;
	}
	err = feeder_init(&p->feeder, &config);
	if (err) {
		msg_error(p->chosen.port, "cannot begin: %s", strerror(-err));
		return EXIT_TROUBLE;
	}
	/* the sums are of the whole run, the rest may be of another receiver */
	p->feeder.given[0] = given[0];
	p->feeder.given[1] = given[1];
	p->feeder.dropped = dropped;
	p->feeder.clock_steps = clock_steps;
	return 0;
}

void feed_close(struct feed_port *p)
{
	source_stop(&p->source);
	borrow_close(&p->said);
	chronysock_close(&p->sock);
	for (int kind = SAMPLE_SECONDS; kind <= SAMPLE_PULSE; kind++)
		shm_detach(&p->shm[kind]);
	feed_detach(p);
}
