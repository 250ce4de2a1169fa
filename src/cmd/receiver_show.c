// SPDX-License-Identifier: GPL-2.0-or-later
/* The results of the receiver command, for people and as JSON. */
#include "receiver_show.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../sys/output.h"
#include "cmd.h"

#define NAMES_MAX 256
#define LOAD_HIGH_PERCENT 90	/* behind this a burst runs into the next second */
#define NS_PER_S 1000000000LL

static bool is_first_of_type(const struct census *c, unsigned int row)
{
	for (unsigned int i = 0; i < row; i++)
		if (!strcmp(c->rows[i].type, c->rows[row].type))
			return false;
	return true;
}

static bool is_of_make(const struct receiver *rx, const char *type)
{
	receiver_set set;
	const char *bad;
	size_t len;

	return rx && receiver_parse_set(rx, type, &set, &bad, &len) == 0;
}

/* Each type once: the make's in the order of emission, then others as they came. */
static void sent_names(const struct receiver_view *v, char *buf, size_t size)
{
	const struct census *c = &v->census;
	struct receiver_seen seen;
	size_t used;

	buf[0] = '\0';
	if (v->rx) {
		receiver_seen_in(v->rx, c, &seen);
		receiver_name_set(v->rx, seen.set, buf, size);
	}
	used = strlen(buf);
	for (unsigned int i = 0; i < c->n; i++) {
		int n;

		if (!is_first_of_type(c, i) || is_of_make(v->rx, c->rows[i].type))
			continue;
		n = snprintf(buf + used, size - used, "%s%s", used ? " " : "", c->rows[i].type);
		if (n < 0 || (size_t)n >= size - used)
			return;
		used += (size_t)n;
	}
}

static const char *fix_name(const struct receiver_view *v)
{
	static const char *const names[] = { "none", "none", "2D", "3D" };

	/* a GSA keeps its dimension; RMC and GGA say whether it is worth anything */
	if (v->has & NMEA_HAS_VALID && !v->last.valid)
		return "none";
	if (v->has & NMEA_HAS_FIX)
		return names[v->last.fix & 3];
	return v->has & NMEA_HAS_VALID ? "yes" : NULL;
}

static unsigned int load_of(const struct receiver_report *r)
{
	return census_load_percent(r->chars_per_s, r->baud);
}

static void print_identity(const struct receiver_report *r)
{
	const struct receiver_view *v = &r->view;
	const char *fix = fix_name(v);

	/* the model's text passed the driver's check for printable characters */
	printf("%s%s%s", v->rx ? v->rx->make : "receiver of unknown make",
	       v->id.model[0] ? " " : "", v->id.model);
	if (v->id.firmware[0])
		printf(", firmware %s", v->id.firmware);
	printf(", %u baud", r->baud);
	if (fix)
		printf(", fix %s", fix);
	if (v->has & NMEA_HAS_USED)
		printf(", %d satellites", v->last.satellites_used);
	if (v->has & NMEA_HAS_ERROR)
		printf(", position within %.1f m", (double)v->last.error_mm / 1000);
	if (r->pulse_width_us)
		printf(", pulse %ld ms", r->pulse_width_us / 1000);
	putchar('\n');
}

static void print_load(const struct receiver_report *r)
{
	char names[NAMES_MAX];

	sent_names(&r->view, names, sizeof(names));
	printf("sends %s: %u characters a second, %u %% of the line\n",
	       names[0] ? names : "nothing", r->chars_per_s, load_of(r));
	if (r->burst_last_ms)
		printf("at attach they came %.3f to %.3f s after the pulse\n",
		       (double)r->burst_first_ms / 1000, (double)r->burst_last_ms / 1000);
	if (r->stats.bad)
		printf("bad checksums: %" PRIu64 " of %" PRIu64 " sentences\n", r->stats.bad,
		       r->stats.sentences);
}

/* One thing to do, if there is one that we know how to do. */
static void print_advice(const struct receiver_report *r)
{
	struct receiver_seen seen;
	unsigned int load = load_of(r);

	if (r->view.rx && !r->view.id.model[0])
		puts("the model is said once a minute (PGRMT): --seconds 61 waits for it");
	if (load > LOAD_HIGH_PERCENT)
		puts("the burst hardly fits into its second: the time may come a second late");
	if (!r->view.rx)
		return;
	receiver_seen_in(r->view.rx, &r->view.census, &seen);
	if (seen.set > 1)	/* more than RMC, which is bit 0 */
		printf("better for a clock:  gpsppsctl receiver %s --sentences RMC\n", r->path);
}

static void print_change(const struct receiver_report *r)
{
	const struct receiver_change *c = r->change;
	char names[NAMES_MAX];

	if (c->blind) {
		printf("%s: obeyed: %u characters a second now (%u before), %u %% of the line\n"
		       "verified by counting the characters: %s reads the port\n", r->path,
		       c->chars_per_s, r->chars_per_s,
		       census_load_percent(c->chars_per_s, r->baud), r->reader);
		return;
	}
	receiver_name_set(c->rx, c->seen.set, names, sizeof(names));
	printf("%s: sends %s now: %u characters a second (%u before), %u %% of the line\n", r->path,
	       names[0] ? names : "nothing", c->chars_per_s, r->chars_per_s,
	       census_load_percent(c->chars_per_s, r->baud));
	if ((r->request->on | r->request->off) & receiver_rare_set(c->rx))
		puts("PGRMT comes once a minute: not waited for");
}

static void print_plan(const struct receiver_plan *plan)
{
	for (unsigned int i = 0; i < plan->n; i++)
		printf("%.*s\n", (int)strcspn(plan->steps[i].bytes, "\r"), plan->steps[i].bytes);
}

static void print_text(const struct receiver_report *r)
{
	if (r->plan) {
		print_plan(r->plan);
	} else if (r->change) {
		print_change(r);
	} else if (r->heard == HEARD_COUNT) {
		printf("%s: %s reads it: %u characters a second at %u baud, %u %% of the line\n",
		       r->path, r->reader, r->chars_per_s, r->baud, load_of(r));
		puts("what the sentences say is not taken from it");
	} else {
		print_identity(r);
		print_load(r);
		if (r->already)
			puts("that is what was asked for: nothing sent");
		else
			print_advice(r);
	}
}

/* ---- JSON ---- */

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
	out_text(o, "fix", fix_name(v));
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

static void json_census(struct out *o, const struct census *c)
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

static struct out *json_lines(const struct receiver_plan *plan)
{
	struct out *lines = out_array();

	for (unsigned int i = 0; i < plan->n; i++) {
		char text[RECEIVER_LINE_MAX];

		snprintf(text, sizeof(text), "%.*s", (int)strcspn(plan->steps[i].bytes, "\r"),
			 plan->steps[i].bytes);
		out_add_text(lines, text);
	}
	return lines;
}

static struct out *json_set(const struct receiver *rx, receiver_set set)
{
	struct out *names = out_array();

	for (unsigned int i = 0; i < rx->n_sentences; i++)
		if (set >> i & 1)
			out_add_text(names, rx->sentences[i].name);
	return names;
}

static const char *outcome_name(const struct receiver_change *c)
{
	static const char *const names[] = {
		[RECEIVER_PENDING] = "broken-off",	/* the port went away */
		[RECEIVER_DONE] = "done",
		[RECEIVER_PUT_BACK] = "put-back",
		[RECEIVER_LOST] = "lost",
		[RECEIVER_REFUSED] = "refused",
	};

	return names[c->outcome];
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
	out_text(child, "outcome", outcome_name(c));
	out_bool(child, "interrupted", c->interrupted);
	out_text(child, "verified_by", c->blind ? "count" : "sentences");
	out_child(child, "sent", json_lines(&c->plan));
	if (c->blind)
		out_null(child, "sends");
	else
		out_child(child, "sends", json_set(c->rx, c->seen.set));
	out_number(child, "chars_per_s", c->chars_per_s);
	out_number(child, "load_percent", census_load_percent(c->chars_per_s, r->baud));
	out_child(o, "change", child);
}

static void print_json(const struct receiver_report *r)
{
	static const char *const heard[] = {
		[HEARD_NOTHING] = "nothing",
		[HEARD_NOISE] = "noise",
		[HEARD_INVERTED] = "inverted",
		[HEARD_SENTENCES] = "sentences",
		[HEARD_COUNT] = "count",
	};
	struct out *o = out_object();

	out_number(o, "version", 1);
	out_text(o, "port", r->path);
	out_number(o, "baud", r->baud);
	out_text(o, "heard", heard[r->heard]);
	out_text(o, "read_by", r->reader);
	json_view(o, &r->view);
	out_number(o, "chars_per_s", r->chars_per_s);
	out_number(o, "load_percent", load_of(r));
	out_real(o, "seconds", (double)r->elapsed_ns / NS_PER_S, 1);
	json_number(o, "pulse_width_us", r->pulse_width_us, r->pulse_width_us);
	json_number(o, "burst_first_ms", r->burst_last_ms, r->burst_first_ms);
	json_number(o, "burst_last_ms", r->burst_last_ms, r->burst_last_ms);
	json_census(o, &r->view.census);
	out_number(o, "bad_checksums", (int64_t)r->stats.bad);
	out_number(o, "no_checksums", (int64_t)r->stats.none);
	out_number(o, "overlong", (int64_t)r->stats.overlong);
	out_number(o, "junk_bytes", (int64_t)r->stats.junk_bytes);
	if (r->plan)
		out_child(o, "would_send", json_lines(r->plan));
	json_change(o, r);
	out_print(o);
}

int receiver_finish(const struct receiver_report *r, bool json, int code)
{
	if (json)
		print_json(r);
	else if (code == EXIT_DONE)
		print_text(r);
	return finish_stdout(code);
}
