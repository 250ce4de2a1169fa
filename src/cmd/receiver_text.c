// SPDX-License-Identifier: GPL-2.0-or-later
/* Pieces of text that the receiver command's results share. */
#include "receiver_show.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define NAMES_MAX 256
#define MS_PER_S 1000
#define VERSION_UNIT 100	/* 230 is 2.3 */

static bool is_line(const char *bytes, unsigned int len)
{
	return len > 2 && bytes[0] == '$' && bytes[len - 2] == '\r' && bytes[len - 1] == '\n';
}

int receiver_bytes_text(const char *bytes, unsigned int len, char *buf, size_t size)
{
	size_t n = 0;

	if (is_line(bytes, len))
		return snprintf(buf, size, "%.*s", (int)len - 2, bytes);
	buf[0] = '\0';
	for (unsigned int i = 0; i < len && n + 4 <= size; i++)
		n += (size_t)snprintf(buf + n, size - n, "%s%02x", i ? " " : "", (uint8_t)bytes[i]);
	return (int)n;
}

const char *receiver_fix_name(const struct receiver_view *v)
{
	static const char *const names[] = { "none", "none", "2D", "3D" };

	/* a GSA keeps its dimension; RMC and GGA say whether it is worth anything */
	if (v->has & NMEA_HAS_VALID && !v->last.valid)
		return "none";
	if (v->has & NMEA_HAS_FIX)
		return names[v->last.fix & 3];
	return v->has & NMEA_HAS_VALID ? "yes" : NULL;
}

const char *receiver_outcome_name(enum receiver_outcome outcome)
{
	static const char *const names[] = {
		[RECEIVER_PENDING] = "broken-off",	/* the port went away */
		[RECEIVER_DONE] = "done",
		[RECEIVER_PUT_BACK] = "put-back",
		[RECEIVER_LOST] = "lost",
		[RECEIVER_REFUSED] = "refused",
	};

	return names[outcome];
}

/* ---- settings ---- */

struct text {
	char *buf;
	size_t size, n;
};

/* One more, behind a comma. */
__attribute__((format(printf, 2, 3)))
static void add(struct text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (t->n)
		t->n += (size_t)snprintf(t->buf + t->n, t->size - t->n, ", ");
	if (t->n >= t->size)
		t->n = t->size - 1;
	va_start(ap, fmt);
	n = vsnprintf(t->buf + t->n, t->size - t->n, fmt, ap);
	va_end(ap);
	t->n += n > 0 ? (size_t)n : 0;
	if (t->n >= t->size)
		t->n = t->size - 1;
}

static void add_interval(struct text *t, unsigned int ms)
{
	if (ms == MS_PER_S)
		add(t, "a burst a second");
	else if (ms && ms < MS_PER_S)
		add(t, "%u bursts a second", MS_PER_S / ms);
	else
		add(t, "a burst in %u s", ms / MS_PER_S);
}

void receiver_settings_text(const struct receiver_settings *s, unsigned int which, char *buf,
			    size_t size)
{
	struct text t = { .buf = buf, .size = size };

	buf[0] = '\0';
	which &= s->known;
	if (which & RECEIVER_PULSE)
		add(&t, "pulse %s", s->pulse ? "on" : "off");
	if (which & RECEIVER_PULSE_WIDTH)
		add(&t, which & RECEIVER_PULSE ? "%u ms" : "pulse %u ms", s->pulse_ms);
	if (which & RECEIVER_PULSE_STOPS)
		add(&t, s->pulse_stops ? "no pulse without a fix" :
		    "the pulse goes on without a fix");
	if (which & RECEIVER_INTERVAL)
		add_interval(&t, s->interval_ms);
	if (which & RECEIVER_VERSION)
		add(&t, "NMEA %u.%u", s->nmea_version / VERSION_UNIT,
		    s->nmea_version % VERSION_UNIT / 10);
	if (which & RECEIVER_BAUD)
		add(&t, "%u baud", s->baud);
}

/* ---- what would be better ---- */

/* How full of these sentences alone the line would be. */
static unsigned int load_of_set(const struct receiver_report *r, receiver_set set)
{
	const struct census *c = &r->view.census;
	receiver_set one;
	uint64_t chars = 0;
	const char *bad;
	size_t len;

	for (unsigned int i = 0; i < c->n; i++)
		if (receiver_parse_set(r->view.rx, c->rows[i].type, &one, &bad, &len) == 0 &&
		    one & set)
			chars += c->rows[i].chars;
	return census_load_percent(census_rate(chars, r->elapsed_ns), r->baud);
}

bool receiver_better(const struct receiver_report *r, char *buf, size_t size)
{
	struct text t = { .buf = buf, .size = size };
	struct receiver_request best;
	struct receiver_seen seen;
	char text[NAMES_MAX];

	buf[0] = '\0';
	if (!r->view.rx || !r->view.rx->for_a_clock)
		return false;
	r->view.rx->for_a_clock(&r->view.id, &best);
	receiver_seen_in(r->view.rx, &r->view.census, &seen);
	if (best.op == RECEIVER_EXACTLY && (seen.set != best.on || seen.others)) {
		receiver_name_set(r->view.rx, best.on, text, sizeof(text));
		if (load_of_set(r, best.on))
			add(&t, "%s only, %u %% of the line", text, load_of_set(r, best.on));
		else
			add(&t, "%s only", text);
	}
	receiver_settings_text(&best.to, receiver_settings_differ(&best.to, &r->settings) &
			       r->settings.known, text, sizeof(text));
	if (text[0])
		add(&t, "%s", text);
	return t.n;
}
