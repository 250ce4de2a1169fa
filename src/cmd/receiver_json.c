// SPDX-License-Identifier: GPL-2.0-or-later
/* The results of the receiver command as JSON. */
#include "receiver_show.h"

#include <stdio.h>

#include "../sys/output.h"

#define NS_PER_S 1000000000LL

static const char *text_or_null(const char *text)
{
	return text[0] ? text : NULL;
}

static void json_time(struct out *o, const struct receiver_view *v)
{
	const struct nmea_utc *t = &v->last.utc;
	const unsigned int both = NMEA_HAS_DATE | NMEA_HAS_TIME;
	char text[48];

	snprintf(text, sizeof(text), "%04d-%02u-%02uT%02u:%02u:%02u.%03uZ", t->year, t->month,
		 t->day, t->hour, t->minute, t->second, t->ns / 1000000);
	out_text(o, "time", (v->has & both) == both ? text : NULL);
}

static void json_number(struct out *o, const char *key, bool known, int64_t value)
{
	if (known)
		out_number(o, key, value);
	else
		out_null(o, key);
}

static void json_view(struct out *o, const struct receiver_view *v)
{
	out_text(o, "make", v->rx ? v->rx->make : NULL);
	out_text(o, "model", text_or_null(v->id.model));
	out_text(o, "firmware", text_or_null(v->id.firmware));
	out_text(o, "fix", receiver_fix_name(v));
	if (v->has & NMEA_HAS_VALID)
		out_bool(o, "valid", v->last.valid);
	else
		out_null(o, "valid");
	json_time(o, v);
	json_number(o, "satellites_used", v->has & NMEA_HAS_USED, v->last.satellites_used);
	json_number(o, "satellites_in_view", v->has & NMEA_HAS_IN_VIEW,
		    v->last.satellites_in_view);
	json_number(o, "leap_seconds", v->has & NMEA_HAS_LEAP, v->last.leap_s);
	if (v->has & NMEA_HAS_ERROR)
		out_real(o, "position_error_m", (double)v->last.error_mm / 1000, 1);
	else
		out_null(o, "position_error_m");
}

void receiver_json_census(struct out *o, const struct census *c)
{
	struct out *rows = out_array();

	for (unsigned int i = 0; i < c->n; i++) {
		const struct census_row *row = &c->rows[i];
		struct out *child = out_object();

		out_text(child, "type", row->type);
		out_text(child, "talker", row->talker);
		out_number(child, "count", (int64_t)row->count);
		out_number(child, "chars", (int64_t)row->chars);
		out_number(child, "longest", row->max_chars);
		out_add(rows, child);
	}
	out_child(o, "sentences", rows);
}

static void add_bytes(struct out *array, const char *bytes, unsigned int len)
{
	char text[3 * RECEIVER_STEP_BYTES_MAX + 1];

	receiver_bytes_text(bytes, len, text, sizeof(text));
	out_add_text(array, text);
}

static struct out *json_plan(const struct receiver_plan *plan)
{
	struct out *lines = out_array();

	for (unsigned int i = 0; i < plan->n; i++)
		add_bytes(lines, plan->steps[i].bytes, plan->steps[i].len);
	return lines;
}

static struct out *json_sent(const struct receiver_report *r)
{
	struct out *lines = out_array();

	for (unsigned int i = 0; i < r->n_sent && i < RECEIVER_SENT_MAX; i++)
		add_bytes(lines, r->sent[i].bytes, r->sent[i].len);
	return lines;
}

static void json_settings(struct out *o, const char *key, const struct receiver_settings *s)
{
	struct out *child;

	if (!s->known) {
		out_null(o, key);
		return;
	}
	child = out_object();
	json_number(child, "baud", s->known & RECEIVER_BAUD, s->baud);
	if (s->known & RECEIVER_PULSE)
		out_bool(child, "pulse", s->pulse);
	else
		out_null(child, "pulse");
	json_number(child, "pulse_ms", s->known & RECEIVER_PULSE_WIDTH, s->pulse_ms);
	if (s->known & RECEIVER_PULSE_STOPS)
		out_bool(child, "pulse_stops", s->pulse_stops);
	else
		out_null(child, "pulse_stops");
	json_number(child, "interval_ms", s->known & RECEIVER_INTERVAL, s->interval_ms);
	if (s->known & RECEIVER_VERSION)
		out_real(child, "nmea_version", (double)s->nmea_version / 100, 1);
	else
		out_null(child, "nmea_version");
	out_child(o, key, child);
}

static struct out *json_set(const struct receiver *rx, receiver_set set)
{
	struct out *names = out_array();

	for (unsigned int i = 0; i < rx->n_sentences; i++)
		if (set >> i & 1)
			out_add_text(names, rx->sentences[i].name);
	return names;
}

static void json_change(struct out *o, const struct receiver_report *r)
{
	const struct receiver_change *c = r->change;
	struct out *child;

	if (!c) {
		out_null(o, "change");
		return;
	}
	child = out_object();
	out_text(child, "outcome", receiver_outcome_name(c->outcome));
	out_text(child, "reason", text_or_null(c->reason));
	out_bool(child, "interrupted", c->interrupted);
	out_text(child, "verified_by", c->blind ? "count" : "sentences");
	out_child(child, "sent", json_sent(r));
	if (c->blind)
		out_null(child, "sends");
	else
		out_child(child, "sends", json_set(c->rx, r->sends.set));
	out_number(child, "chars_per_s", c->chars_per_s);
	out_number(child, "load_percent", census_load_percent(c->chars_per_s, c->baud));
	out_number(child, "baud", c->baud);
	json_settings(child, "settings_before", &c->intent.before);
	json_settings(child, "settings_after", &c->now);
	out_child(o, "change", child);
}

static void json_came(struct out *o, const struct receiver_report *r)
{
	struct out *lines;

	if (!r->came)
		return;
	out_child(o, "sent", json_sent(r));
	lines = out_array();
	for (unsigned int i = 0; i < r->came->n; i++) {
		char text[RECEIVER_CAME_LEN + 1];

		snprintf(text, sizeof(text), "%.*s", (int)r->came->line[i].len,
			 r->came->line[i].raw);
		out_add_text(lines, text);
	}
	out_child(o, "received", lines);
}

static void json_table(struct out *o, const struct receiver_report *r)
{
	struct out *child;

	if (!r->table) {
		out_null(o, "table");
		return;
	}
	child = out_object();
	out_text(child, "path", r->table);
	out_text(child, "before", r->edit.before);
	out_text(child, "after", r->edit.after);
	out_bool(child, "written", r->table_written);
	out_child(o, "table", child);
}

static void json_advice(struct out *o, const struct receiver_report *r)
{
	const struct receiver *rx = r->view.rx;
	char better[256];

	out_text(o, "note", rx && rx->firmware_note ? rx->firmware_note(&r->view.id) : NULL);
	out_text(o, "by_hand", rx ? rx->by_hand : NULL);
	out_text(o, "better", receiver_better(r, better, sizeof(better)) ? better : NULL);
}

void receiver_print_json(const struct receiver_report *r)
{
	static const char *const heard[] = {
		[HEARD_NOTHING] = "nothing",
		[HEARD_NOISE] = "noise",
		[HEARD_INVERTED] = "inverted",
		[HEARD_BINARY] = "binary",
		[HEARD_SENTENCES] = "sentences",
		[HEARD_COUNT] = "count",
	};
	struct out *o = out_object();

	out_number(o, "version", 1);
	out_text(o, "port", r->path);
	out_number(o, "baud", r->baud);
	out_text(o, "heard", heard[r->heard]);
	out_text(o, "protocol", r->protocol ? text_or_null(r->protocol) : NULL);
	out_text(o, "read_by", r->reader);
	json_view(o, &r->view);
	json_settings(o, "settings", &r->settings);
	json_advice(o, r);
	out_number(o, "chars_per_s", r->chars_per_s);
	out_number(o, "load_percent", census_load_percent(r->chars_per_s, r->baud));
	out_real(o, "seconds", (double)r->elapsed_ns / NS_PER_S, 1);
	json_number(o, "pulse_width_us", r->pulse_width_us, r->pulse_width_us);
	json_number(o, "burst_first_ms", r->burst_last_ms, r->burst_first_ms);
	json_number(o, "burst_last_ms", r->burst_last_ms, r->burst_last_ms);
	receiver_json_census(o, &r->view.census);
	out_number(o, "bad_checksums", (int64_t)r->stats.bad);
	out_number(o, "no_checksums", (int64_t)r->stats.none);
	out_number(o, "overlong", (int64_t)r->stats.overlong);
	out_number(o, "junk_bytes", (int64_t)r->stats.junk_bytes);
	if (r->plan)
		out_child(o, "would_send", json_plan(r->plan));
	json_came(o, r);
	json_change(o, r);
	json_table(o, r);
	out_text(o, "journal", r->journal);
	out_text(o, "resumed", r->resumed ? receiver_outcome_name(r->resume_outcome) : NULL);
	out_print(o);
}
