// SPDX-License-Identifier: GPL-2.0-or-later
/* feed: what is read, what stamps, who gets it, and what to write for a daemon. */
#include "feed.h"

#include <stdio.h>
#include <string.h>

#include "../feedlines.h"

#define COLUMN 13

static void put(struct feed *f, const char *name, const char *text)
{
	line_column(&f->line, name, COLUMN);
	line_add(&f->line, text);
	feed_put(f);
}

static void tell_port(struct feed *f, const struct feed_port *p)
{
	const struct feed_chosen *c = &p->chosen;
	char text[128];

	if (p->holder)
		snprintf(text, sizeof(text), "%u baud, attached for as long as this runs by %s",
			 c->baud, c->holder);
	else if (c->is_held)
		snprintf(text, sizeof(text), "%u baud, held by %s", c->baud, c->holder);
	else
		snprintf(text, sizeof(text), "%u baud, ours alone", c->baud);
	if (c->has_sentences)
		put(f, c->port, text);
}

static void tell_pulse(struct feed *f, const struct feed_port *p)
{
	static const struct {
		const struct source_kind *kind;
		const char *text;
	} kinds[] = {
		{ &source_pps, "kernel stamps" }, { &source_sysfs, "kernel stamps, by sysfs" },
		{ &source_miwait, "TIOCMIWAIT: stamped by this program, late by its wake-up" },
		{ &source_poll, "polled by this program" }, { &source_gpio, "kernel stamps" },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (p->source.kind == kinds[i].kind)
			put(f, p->chosen.wish.name, kinds[i].text);
}

static void tell_targets(struct feed *f, const struct feed_port *p)
{
	static const char *const what[] = { "seconds", "pulses", "pulses" };
	char name[32];

	for (int kind = SAMPLE_SECONDS; kind <= SAMPLE_PULSE; kind++) {
		if (!p->shm[kind].time)
			continue;
		snprintf(name, sizeof(name), "SHM %u", p->shm[kind].unit);
		put(f, name, what[kind]);
	}
	if (p->chosen.sock[0])
		put(f, p->chosen.sock, what[p->chosen.mode != FEED_SECONDS]);
}

/* ---- a daemon's lines ---- */

/* "/dev/gpspps0", when it is there */
static const char *link_of(struct feed *f, const char *name, unsigned int unit, char *path,
			   size_t size)
{
	char real[128];

	snprintf(path, size, "/dev/%s%u", name, unit);
	return probe_getf(f->probe, real, sizeof(real), "real:%s", path) > 0 ? path : NULL;
}

static void put_lines(struct feed *f, const char *title, const char *lines)
{
	if (!*lines)
		return;
	line_add(&f->line, title);
	feed_put(f);
	while (*lines) {
		const size_t n = strcspn(lines, "\n");
		char text[FEEDLINES_MAX];

		snprintf(text, sizeof(text), "  %.*s", (int)n, lines);
		line_add(&f->line, text);
		feed_put(f);
		lines += n + (lines[n] == '\n');
	}
}

static void tell_lines(struct feed *f, const struct feed_port *p)
{
	const struct feed_chosen *c = &p->chosen;
	char pps[32], gps[32];
	struct feedlines lines;
	const struct feedlines_input in = {
		.mode = c->mode,
		.shm = c->shm,
		.sock = c->sock[0] ? c->sock : NULL,
		.pps = c->mode == FEED_SECONDS ? link_of(f, "gpspps", c->unit, pps, sizeof(pps)) : NULL,
		.gps = c->mode == FEED_PULSES ? link_of(f, "gps", c->unit, gps, sizeof(gps)) : NULL,
		.gps_unit = c->unit,
		.edge = f->o->edge,
	};

	feedlines_write(&in, &lines);
	put_lines(f, "ntp.conf of NTPsec:", lines.ntpsec);
	put_lines(f, "ntp.conf of classic ntp:", lines.ntp);
	put_lines(f, "chrony.conf:", lines.chrony);
}

void feed_tell_start(struct feed *f)
{
	char text[128];

	if (f->o->json || f->o->quiet)
		return;
	for (size_t i = 0; i < f->n; i++) {
		tell_port(f, &f->ports[i]);
		tell_pulse(f, &f->ports[i]);
		tell_targets(f, &f->ports[i]);
	}
	realtime_tell(&f->realtime, text, sizeof(text));
	if (text[0])
		put(f, "wake-ups", text);
	for (size_t i = 0; i < f->n; i++)
		tell_lines(f, &f->ports[i]);
	line_add(&f->line, "feeding; Ctrl-C ends");
	feed_put(f);
}
