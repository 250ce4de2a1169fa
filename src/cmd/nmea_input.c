// SPDX-License-Identifier: GPL-2.0-or-later
/* Bytes to sentences to lines, whatever they come from. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "nmea_show.h"

#define PIECE 4096	/* turned over at a time */

void nmea_input_start(struct nmea_input *in, const struct nmea_options *o, const char *name)
{
	memset(in, 0, sizeof(*in));
	in->o = o;
	in->name = name;
}

static void print(struct nmea_input *in, const struct nmea_seen *seen)
{
	int err;

	if (in->o->json)
		nmea_line_json(&in->line, seen);
	else
		nmea_line_text(&in->line, seen);
	err = line_write(&in->line, stdout);
	if (err)
		in->out_err = err;
}

/* A sentence is worth the name: with a checksum, or as they look without. */
static bool is_sense(const struct nmea_sentence *s)
{
	return s->type[0] && (s->sum == NMEA_SUM_OK || (s->sum == NMEA_SUM_NONE && s->n_fields));
}

static void repair(struct nmea_seen *seen, const struct nmea_options *o)
{
	seen->corrected = seen->d.utc;
	if (o->repair && seen->d.has & NMEA_HAS_DATE)
		seen->repaired = nmea_repair_rollover(&seen->corrected, &o->reference);
}

static void take(struct nmea_input *in, const struct nmea_sentence *s)
{
	const struct nmea_options *o = in->o;
	struct nmea_seen seen;

	if (o->strict && s->sum == NMEA_SUM_NONE)
		return;
	seen.s = s;
	seen.n = in->parser.stats.sentences;
	seen.trusted = s->sum != NMEA_SUM_BAD;
	seen.repaired = false;
	seen.arrived = in->timed ? &in->arrived : NULL;
	if (seen.trusted && nmea_decode(s, &seen.d))
		repair(&seen, o);
	else
		seen.d.has = 0;
	in->tally.understood += is_sense(s);
	nmea_tally_add(&in->tally, &seen);
	if (!o->count && !o->census_s)
		print(in, &seen);
}

/* ---- the right way up ---- */

static void parse(struct nmea_input *in, const char *buf, size_t len)
{
	struct nmea_sentence s;

	while (!in->out_err && nmea_next(&in->parser, &buf, &len, &s))
		take(in, &s);
}

static size_t turn_over(char *out, const char *buf, size_t len)
{
	size_t n = len < PIECE ? len : PIECE;

	for (size_t i = 0; i < n; i++)
		out[i] = nmea_uninvert((uint8_t)buf[i]);
	return n;
}

static void parse_inverted(struct nmea_input *in, const char *buf, size_t len)
{
	char turned[PIECE];

	while (len) {
		size_t n = turn_over(turned, buf, len);

		parse(in, turned, n);
		buf += n;
		len -= n;
	}
}

static void pass_on(struct nmea_input *in, const char *buf, size_t len)
{
	if (in->polarity == NMEA_INVERTED)
		parse_inverted(in, buf, len);
	else
		parse(in, buf, len);
}

static bool makes_sense(struct nmea *p, const char *buf, size_t len, bool checksum)
{
	struct nmea_sentence s;

	while (nmea_next(p, &buf, &len, &s))
		if (is_sense(&s) && (s.sum == NMEA_SUM_OK || !checksum))
			return true;
	return false;
}

static void decide(struct nmea_input *in, const char *buf, size_t len)
{
	char turned[PIECE];

	if (makes_sense(&in->upright, buf, len, false)) {
		in->polarity = NMEA_UPRIGHT;
		return;
	}
	while (len && in->polarity == NMEA_UNDECIDED) {
		size_t n = turn_over(turned, buf, len);

		/* seven bits of anything may look like a sentence without a checksum */
		if (makes_sense(&in->mirror, turned, n, true))
			in->polarity = NMEA_INVERTED;
		buf += n;
		len -= n;
	}
}

static void say_inverted(const struct nmea_input *in)
{
	msg_error(in->name, "the polarity of the data line is inverted: every bit was turned over");
	msg_hint("an LVC has RS-232 polarity: before a TTL UART put an inverter (MAX232)");
}

void nmea_input_settle(struct nmea_input *in)
{
	const size_t n = in->n_head;

	if (in->polarity == NMEA_UNDECIDED)
		in->polarity = NMEA_UPRIGHT;
	if (in->polarity == NMEA_INVERTED)
		say_inverted(in);
	in->n_head = 0;
	pass_on(in, in->head, n);
}

void nmea_input_end(struct nmea_input *in)
{
	struct nmea_sentence s;

	nmea_input_settle(in);
	if (nmea_end(&in->parser, &s))
		take(in, &s);
}

void nmea_input_forget(struct nmea_input *in)
{
	memset(&in->upright, 0, sizeof(in->upright));
	memset(&in->mirror, 0, sizeof(in->mirror));
	in->n_head = 0;
}

/* Keep bytes back until it is known how to read them.  How many were taken. */
static size_t keep(struct nmea_input *in, const char *buf, size_t len)
{
	const size_t room = sizeof(in->head) - in->n_head;
	const size_t n = len < room ? len : room;

	memcpy(in->head + in->n_head, buf, n);
	in->n_head += n;
	decide(in, buf, n);
	if (in->polarity != NMEA_UNDECIDED || n == room)
		nmea_input_settle(in);
	return n;
}

void nmea_input_feed(struct nmea_input *in, const char *buf, size_t len)
{
	if (in->polarity == NMEA_UNDECIDED) {
		const size_t kept = keep(in, buf, len);

		buf += kept;
		len -= kept;
	}
	if (len)
		pass_on(in, buf, len);
}

void nmea_input_flush(struct nmea_input *in)
{
	if (fflush(stdout) == EOF && !in->out_err)
		in->out_err = -errno;
}
