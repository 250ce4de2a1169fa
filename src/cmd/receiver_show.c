// SPDX-License-Identifier: GPL-2.0-or-later
/* The results of the receiver command, for people. */
#include "receiver_show.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"

#define NAMES_MAX 256
#define LOAD_HIGH_PERCENT 90	/* behind this a burst runs into the next second */

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

static unsigned int load_of(const struct receiver_report *r)
{
	return census_load_percent(r->chars_per_s, r->baud);
}

static void print_identity(const struct receiver_report *r)
{
	const struct receiver_view *v = &r->view;
	const char *fix = receiver_fix_name(v);
	char pulse[64];

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
	receiver_settings_text(&r->settings, RECEIVER_PULSE | RECEIVER_PULSE_WIDTH, pulse,
			       sizeof(pulse));
	if (pulse[0])
		printf(", %s", pulse);
	else if (r->pulse_width_us)
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

/* What it is set to, where that is not what one would expect. */
static void print_settings(const struct receiver_report *r)
{
	const struct receiver_settings *s = &r->settings;

	if (s->known & RECEIVER_INTERVAL && s->interval_ms != 1000) {
		char text[64];

		receiver_settings_text(s, RECEIVER_INTERVAL, text, sizeof(text));
		printf("set to %s\n", text);
	}
	if (s->known & RECEIVER_BAUD && s->baud != r->baud)
		printf("set to %u baud: from its next restart on\n", s->baud);
}

/* What there is to know of this model, and one thing to do if we know one. */
static void print_advice(const struct receiver_report *r)
{
	const struct receiver *rx = r->view.rx;
	const char *note = rx && rx->firmware_note ? rx->firmware_note(&r->view.id) : NULL;
	char better[NAMES_MAX];

	if (rx && rx->names_itself && !r->view.id.model[0])
		puts("the model is said once a minute (PGRMT): --seconds 61 waits for it");
	if (load_of(r) > LOAD_HIGH_PERCENT)
		puts("the burst hardly fits into its second: the time may come a second late");
	if (note)
		printf("note: %s\n", note);
	if (receiver_better(r, better, sizeof(better)))
		printf("better for a clock:  gpsppsctl receiver %s --timing     (%s)\n", r->path,
		       better);
	if (rx && !rx->write_steps && rx->by_hand)
		printf("by hand: %s\n", rx->by_hand);
}

static void print_settings_now(const struct receiver_report *r)
{
	const struct receiver_change *c = r->change;
	const unsigned int which = c->request.to.known;
	char now[NAMES_MAX], before[NAMES_MAX];

	receiver_settings_text(&c->now, which, now, sizeof(now));
	receiver_settings_text(&c->intent.before, which, before, sizeof(before));
	if (now[0])
		printf("%s: %s%s%s%s\n", r->path, now, before[0] ? " (before: " : "", before,
		       before[0] ? ")" : "");
	receiver_settings_text(&c->request.to, c->untold, now, sizeof(now));
	if (now[0])
		printf("%s: acknowledged, cannot be asked for: %s\n", r->path, now);
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
	receiver_name_set(c->rx, r->sends.set, names, sizeof(names));
	printf("%s: sends %s now: %u characters a second (%u before), %u %% of the line\n", r->path,
	       names[0] ? names : "nothing", c->chars_per_s, r->chars_per_s,
	       census_load_percent(c->chars_per_s, c->baud));
	print_settings_now(r);
	if ((r->request->on | r->request->off) & receiver_rare_set(c->rx))
		puts("PGRMT comes once a minute: not waited for");
}

/* Bytes of a receiver: what a terminal would act on is escaped. */
static void print_escaped(const char *raw, unsigned int len)
{
	for (unsigned int i = 0; i < len; i++) {
		unsigned char c = (unsigned char)raw[i];

		if (c < 0x20 || c > 0x7e)
			printf("\\x%02x", c);
		else
			putchar(c);
	}
	putchar('\n');
}

static void print_sent(const char *bytes, unsigned int len)
{
	char text[3 * RECEIVER_STEP_BYTES_MAX + 1];

	receiver_bytes_text(bytes, len, text, sizeof(text));
	puts(text);
}

static void print_came(const struct receiver_report *r)
{
	const struct receiver_came *came = r->came;

	if (r->n_sent)
		print_sent(r->sent[0].bytes, r->sent[0].len);
	for (unsigned int i = 0; i < came->n; i++)
		print_escaped(came->line[i].raw, came->line[i].len);
	if (r->reader)
		printf("%s reads the port: what comes back is not seen\n", r->reader);
	else if (!came->n)
		printf("no answer: %u sentences of the types that it sent before\n", came->others);
}

static void print_plan(const struct receiver_plan *plan)
{
	for (unsigned int i = 0; i < plan->n; i++)
		print_sent(plan->steps[i].bytes, plan->steps[i].len);
}

static void print_already(const struct receiver_report *r)
{
	print_identity(r);
	print_load(r);
	puts("that is what was asked for: nothing sent");
}

static void print_text(const struct receiver_report *r)
{
	if (r->plan) {
		print_plan(r->plan);
	} else if (r->change) {
		print_change(r);
	} else if (r->came) {
		print_came(r);
	} else if (r->heard == HEARD_COUNT) {
		printf("%s: %s reads it: %u characters a second at %u baud, %u %% of the line\n",
		       r->path, r->reader, r->chars_per_s, r->baud, load_of(r));
		puts("what the sentences say is not taken from it");
	} else if (r->already) {
		print_already(r);
	} else {
		print_identity(r);
		print_load(r);
		print_settings(r);
		print_advice(r);
	}
}

int receiver_finish(const struct receiver_report *r, bool json, int code)
{
	if (json)
		receiver_print_json(r);
	else if (code == EXIT_DONE)
		print_text(r);
	return finish_stdout(code);
}
