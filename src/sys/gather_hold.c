// SPDX-License-Identifier: GPL-2.0-or-later
/* What the port's holder measured, and what it has seen happen. */
#include "gather.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"

/* A hundred events of 200 characters, and some to spare. */
#define EVENTS_TEXT_MAX (64 * 1024)

/* ---- its answer to "status" (control.h) ---- */

/* Field `i` (from 0) of the numbers behind a key. */
static struct fact status_number(const char *reply, const char *key, int i)
{
	char text[80], *at = text, *end;
	long long val;
	int err = control_value(reply, key, text, sizeof(text));

	if (err)
		return fact_from(err, 0);
	do {
		val = strtoll(at, &end, 10);
		if (end == at)
			return fact_from(-EPROTO, 0);
		at = end;
	} while (i--);
	return fact_from(0, val);
}

/* "assert 100000 7250": the edge on time, the width in us, the age. */
static void read_shape(const char *reply, struct hold_facts *h)
{
	char text[80], edge[8];
	long long width_us, age_s;
	int err = control_value(reply, "pulse", text, sizeof(text));

	if (!err && sscanf(text, "%7s %lld %lld", edge, &width_us, &age_s) != 3)
		err = -EPROTO;
	if (!err && strcmp(edge, "assert") && strcmp(edge, "clear"))
		err = -EPROTO;
	if (err)
		width_us = age_s = 0;
	h->edge = fact_from(err, !err && !strcmp(edge, "assert") ? EDGE_ASSERT : EDGE_CLEAR);
	h->width_us = fact_from(err, width_us);
	h->shape_age_s = fact_from(err, age_s);
}

static void read_status(const char *reply, struct hold_facts *h)
{
	h->pid = status_number(reply, "pid", 0);
	h->since_s = status_number(reply, "since", 0);
	read_shape(reply, h);
	h->burst_first_ms = status_number(reply, "burst", 0);
	h->burst_last_ms = status_number(reply, "burst", 1);
	h->burst_chars = status_number(reply, "burst", 2);
	h->burst_age_s = status_number(reply, "burst", 3);
}

/* What attach was told, with or without a table. */
static void read_role(const char *reply, struct port_facts *f)
{
	char text[80];

	if (control_value(reply, "only", text, sizeof(text)))
		return;
	f->no_pulse |= !strcmp(text, "sentences");
	f->no_sentences |= !strcmp(text, "pulse");
}

static void ask_status(struct probe *p, struct port_facts *f)
{
	struct hold_facts *h = &f->hold;
	char reply[CONTROL_REPLY_MAX];
	int n = probe_getf(p, reply, sizeof(reply), "holder:%s", f->port.name);

	if (n >= 0) {
		read_status(reply, h);
		read_role(reply, f);
		return;
	}
	h->pid = h->since_s = h->edge = h->width_us = h->shape_age_s = fact_from(n, 0);
	h->burst_first_ms = h->burst_last_ms = h->burst_chars = h->burst_age_s = fact_from(n, 0);
}

/* ---- its memory ---- */

/* "1700000000.25" in ns, whatever the locale's decimal point; *end is behind it. */
static bool parse_seconds(const char *text, char **end, int64_t *ns)
{
	const int64_t s = strtoll(text, end, 10);
	int64_t digit = NS_PER_S / 10;

	if (*end == text || s < 0 || s >= INT64_MAX / NS_PER_S)
		return false;
	*ns = s * NS_PER_S;
	if (**end == '.')
		for (++*end; **end >= '0' && **end <= '9'; ++*end, digit /= 10)
			*ns += (**end - '0') * digit;
	return true;
}

/* "REALTIME_S WHAT TEXT...": false when it is no such line. */
static bool parse_event(const char *line, size_t len, struct event_fact *e)
{
	char text[256], *at;
	int used = 0;

	snprintf(text, sizeof(text), "%.*s", (int)len, line);
	memset(e, 0, sizeof(*e));
	if (!parse_seconds(text, &at, &e->real_ns) || *at != ' ' || sscanf(at, " %19s %n", e->what, &used) != 1)
		return false;
	snprintf(e->text, sizeof(e->text), "%.159s", at + used);
	return true;
}

/* The last ones stay: the oldest makes room. */
static void add_event(struct port_facts *f, const struct event_fact *e)
{
	if (f->n_events == EVENTS_MAX) {
		memmove(f->events, f->events + 1, (EVENTS_MAX - 1) * sizeof(f->events[0]));
		f->n_events--;
	}
	f->events[f->n_events++] = *e;
}

static void ask_events(struct probe *p, struct port_facts *f)
{
	char *text = malloc(EVENTS_TEXT_MAX);
	struct event_fact event;

	f->n_events = 0;
	if (text && probe_getf(p, text, EVENTS_TEXT_MAX, "file:%s/%s.events", CONTROL_DIR,
			       f->port.name) > 0)
		for (const char *at = text; *at; at += strcspn(at, "\n"), at += *at == '\n')
			if (parse_event(at, strcspn(at, "\n"), &event))
				add_event(f, &event);
	free(text);
}

void gather_hold(struct probe *p, struct port_facts *f)
{
	ask_status(p, f);
	ask_events(p, f);
}
