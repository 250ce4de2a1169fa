// SPDX-License-Identifier: GPL-2.0-or-later
/* What chronyd says of itself through chronyc. */
#include "chronyc_state.h"

#include <string.h>

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

#define NEVER_S 0xffffffff	/* client.c: LastRx of a source that was not heard yet */

/* client.c of chrony: its own words, and the replies of cmdmon. */
static const struct said_phrase errors[] = {
	{ "506 Cannot talk to daemon", SAID_NOBODY },
	{ "Could not open connection to daemon", SAID_NOBODY },
	{ "501 Not authorised", SAID_REFUSED },
	{ "510 No command access", SAID_REFUSED },
	{ "503 No such source", SAID_UNKNOWN },
	{ "510 ", SAID_ERROR }, { "502 ", SAID_ERROR }, { "500 ", SAID_ERROR },
	{ "505 ", SAID_ERROR }, { "507 ", SAID_ERROR }, { "508 ", SAID_ERROR },
	{ "519 ", SAID_ERROR }, { "520 ", SAID_ERROR }, { "521 ", SAID_ERROR },
	{ "Could not ", SAID_ERROR },
};

static const char modes[] = "^=#";
static const char states[] = "*+-?x~";

static bool is_one_of(char c, const char *set)
{
	return c && strchr(set, c) != NULL;
}

/* ---- values between commas ---- */

#define VALUES_MAX 16

/* How many there are, at most one more than there is room for. */
static size_t split(struct word line, struct word values[VALUES_MAX])
{
	bool more = true;
	size_t n;

	for (n = 0; more && n <= VALUES_MAX; n++) {
		struct word w;

		more = line.len && memchr(line.s, ',', line.len);
		w = said_field(&line, ',');
		if (n < VALUES_MAX)
			values[n] = w;
	}
	return n;
}

/* ---- sources ---- */

static struct fact last_rx(struct fact f)
{
	return fact_is(f, NEVER_S) ? said_absent() : f;
}

static bool is_source(const struct chronyc_source *s)
{
	return is_one_of(s->mode, modes) && is_one_of(s->state, states) && s->name[0] &&
	       fact_known(s->stratum) && fact_known(s->reach);
}

static char only_letter(struct word w)
{
	return w.len == 1 ? w.s[0] : '\0';
}

/* mode,state,name,stratum,poll,reach,LastRx,offset,measured,error: times in seconds */
static bool read_source_values(struct word line, struct chronyc_source *s)
{
	struct word v[VALUES_MAX];

	if (split(line, v) != 10)
		return false;
	s->mode = only_letter(v[0]);
	s->state = only_letter(v[1]);
	said_copy(s->name, sizeof(s->name), v[2]);
	s->stratum = said_whole(v[3], 10);
	s->poll_exponent = said_whole(v[4], 10);
	s->reach = said_whole(v[5], 8);
	s->last_rx_s = last_rx(said_whole(v[6], 10));
	s->offset_ns = said_number(v[7], 9);
	s->measured_ns = said_number(v[8], 9);
	s->error_ns = said_number(v[9], 9);
	return is_source(s);
}

/* "+12us[  +34us] +/-  100us" */
static void read_sample(struct word w, struct chronyc_source *s)
{
	s->offset_ns = said_ns(said_field(&w, '['), 9);
	s->measured_ns = said_ns(said_field(&w, ']'), 9);
	s->error_ns = said_ns(said_trim(said_after(w, "+/-")), 9);
}

/* #* PPS0    0   4   377    15   -123ns[ -456ns] +/-  200ns */
static bool read_source_row(struct word line, struct chronyc_source *s)
{
	const struct word marks = said_word(&line);

	if (marks.len != 2)
		return false;
	s->mode = marks.s[0];
	s->state = marks.s[1];
	said_copy(s->name, sizeof(s->name), said_word(&line));
	s->stratum = said_whole(said_word(&line), 10);
	s->poll_exponent = said_whole(said_word(&line), 10);
	s->reach = said_whole(said_word(&line), 8);
	s->last_rx_s = said_interval_s(said_word(&line));
	read_sample(line, s);
	return is_source(s);
}

void chronyc_read_sources(const char *text, size_t len, struct chronyc_sources *out)
{
	struct word rest = { text, len }, line;

	memset(out, 0, sizeof(*out));
	out->said = said_error(rest, errors, LEN(errors), out->error);
	while (said_line(&rest, &line)) {
		struct chronyc_source s = { .mode = '\0' };

		if (!read_source_values(line, &s) && !read_source_row(line, &s))
			continue;
		if (out->n == CHRONYC_SOURCES_MAX)
			out->n_lost++;
		else
			out->sources[out->n++] = s;
	}
	if (out->n)
		out->said = SAID_WELL;
	else if (out->said == SAID_NOTHING && said_after((struct word){ text, len }, "MS Name").s)
		out->said = SAID_NO_SOURCES;
}

const struct chronyc_source *chronyc_find_clock(const struct chronyc_sources *s,
						const char *refid)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->sources[i].mode == '#' && !strcmp(s->sources[i].name, refid))
			return &s->sources[i];
	return NULL;
}

/* ---- tracking ---- */

/* Of its values the second, a name, and the last one: all others are its own business. */
#define TRACKING_VALUES 14
#define TRACKING_STRATUM 2

static bool read_tracking(struct word line, struct chronyc_tracking *t)
{
	struct word v[VALUES_MAX];

	if (split(line, v) != TRACKING_VALUES || !fact_known(said_whole(v[0], 16)) ||
	    !fact_known(said_number(v[TRACKING_STRATUM], 0)) || !v[TRACKING_VALUES - 1].len)
		return false;
	said_copy(t->source, sizeof(t->source), v[1]);
	/* the manual: Normal, Insert second, Delete second or Not synchronised */
	t->synchronised = fact_from(0, !word_is(v[TRACKING_VALUES - 1], "Not synchronised"));
	return true;
}

static void forget(struct chronyc_tracking *t)
{
	memset(t, 0, sizeof(*t));
	t->synchronised = said_absent();
}

void chronyc_read_tracking(const char *text, size_t len, struct chronyc_tracking *out)
{
	struct word rest = { text, len }, line;
	char error[SAID_ERROR_MAX];
	const enum said said = said_error(rest, errors, LEN(errors), error);

	while (said_line(&rest, &line)) {
		forget(out);
		if (read_tracking(line, out)) {
			out->said = SAID_WELL;
			return;
		}
	}
	forget(out);
	out->said = said;
	memcpy(out->error, error, sizeof(error));
}

/* ---- in words: chronyc(1), "sources" ---- */

const char *chronyc_state_words(char state)
{
	static const char *const words[] = {
		"the system's source",
		"used: it is combined with the system's source",
		"good, and not combined with the system's source",
		"not usable: not heard, not synchronised, noselect, or its lock fails",
		"a falseticker: its time disagrees with that of the others",
		"its time varies too much",
	};
	const char *at = state ? strchr(states, state) : NULL;

	return at ? words[at - states] : NULL;
}
