// SPDX-License-Identifier: GPL-2.0-or-later
/* What all receiver makes share: the table of drivers, sets of sentences, plans. */
#include "receiver.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* In the order in which they are asked who they are: the least disruptive question first. */
static const struct receiver *const receivers[] = {
	&receiver_garmin,
	&receiver_mtk,
	&receiver_ublox,
	&receiver_pair,
	&receiver_unicore,
	&receiver_casic,
	&receiver_teseo,
	&receiver_furuno,
	&receiver_skytraq,
	&receiver_sirf,
	&receiver_oncore,
	&receiver_trimble,
};

#define N_RECEIVERS (sizeof(receivers) / sizeof(receivers[0]))

static receiver_set bit(unsigned int i)
{
	return (receiver_set)1 << i;
}

static const struct receiver *make_of(const struct receiver_message *m)
{
	for (size_t i = 0; i < N_RECEIVERS; i++)
		if (receivers[i]->is_proof(m))
			return receivers[i];
	return NULL;
}

/* Index of the sentence with this name or target, or -1. */
static int find_sentence(const struct receiver *rx, const char *word, size_t len)
{
	for (unsigned int i = 0; i < rx->n_sentences; i++) {
		const struct receiver_sentence *s = &rx->sentences[i];

		if (strlen(s->name) == len && !strncasecmp(s->name, word, len))
			return (int)i;
		if (strlen(s->target) == len && !strncasecmp(s->target, word, len))
			return (int)i;
	}
	return -1;
}

static void see_type(const struct receiver *rx, const char *type, struct receiver_seen *seen)
{
	int i = find_sentence(rx, type, strlen(type));

	if (i >= 0) {
		seen->set |= bit((unsigned int)i);
	} else if (!seen->others) {
		seen->others = true;
		memcpy(seen->other, type, strlen(type) + 1);
	}
}

void receiver_see(const struct receiver *rx, const struct nmea_sentence *s,
		  struct receiver_seen *seen)
{
	/* what was spoilt on the way is no evidence; the next burst has it again */
	if (s->sum == NMEA_SUM_OK && s->type[0] && !rx->is_reply(s))
		see_type(rx, s->type, seen);
}

/* Each value as it was said last. */
static void remember(struct receiver_view *v, const struct nmea_data *d)
{
	struct nmea_data *last = &v->last;

	if (d->has & NMEA_HAS_TIME) {
		last->utc.hour = d->utc.hour;
		last->utc.minute = d->utc.minute;
		last->utc.second = d->utc.second;
		last->utc.ns = d->utc.ns;
	}
	if (d->has & NMEA_HAS_DATE) {
		last->utc.year = d->utc.year;
		last->utc.month = d->utc.month;
		last->utc.day = d->utc.day;
	}
	if (d->has & NMEA_HAS_VALID)
		last->valid = d->valid;
	if (d->has & NMEA_HAS_FIX)
		last->fix = d->fix;
	if (d->has & NMEA_HAS_USED)
		last->satellites_used = d->satellites_used;
	if (d->has & NMEA_HAS_IN_VIEW)
		last->satellites_in_view = d->satellites_in_view;
	if (d->has & NMEA_HAS_LEAP)
		last->leap_s = d->leap_s;
	if (d->has & NMEA_HAS_ERROR)
		last->error_mm = d->error_mm;
	v->has |= d->has;
}

static void identify(struct receiver_view *v, const struct receiver_message *m)
{
	if (!v->rx)
		v->rx = make_of(m);
	if (v->rx)
		v->rx->learn(m, &v->id);
}

void receiver_hear(struct receiver_view *v, const struct nmea_sentence *s)
{
	struct nmea_data d;
	bool known = nmea_decode(s, &d);

	/* noise and a wrong speed make lines without a checksum, too: only a known type counts */
	if (s->sum == NMEA_SUM_BAD || (s->sum == NMEA_SUM_NONE && !known))
		return;
	v->good++;
	remember(v, &d);
	/* without a checksum a sentence is good enough to look at, not to prove anything */
	if (s->sum == NMEA_SUM_OK)
		identify(v, &(struct receiver_message){ .sentence = s });
	if (!v->rx || !v->rx->is_reply(s))
		census_add(&v->census, s);
}

void receiver_hear_packet(struct receiver_view *v, const struct binary_packet *p)
{
	identify(v, &(struct receiver_message){ .packet = p });
}

void receiver_seen_in(const struct receiver *rx, const struct census *c,
		      struct receiver_seen *seen)
{
	memset(seen, 0, sizeof(*seen));
	for (unsigned int i = 0; i < c->n; i++)
		if (c->rows[i].checked)
			see_type(rx, c->rows[i].type, seen);
}

int receiver_parse_set(const struct receiver *rx, const char *list, receiver_set *set,
		       const char **bad, size_t *bad_len)
{
	*set = 0;
	for (;;) {
		size_t len = strcspn(list, ",");
		int i = find_sentence(rx, list, len);

		if (i < 0) {
			*bad = list;
			*bad_len = len;
			return -EINVAL;
		}
		*set |= bit((unsigned int)i);
		if (!list[len])
			return 0;
		list += len + 1;
	}
}

void receiver_name_set(const struct receiver *rx, receiver_set set, char *buf, size_t size)
{
	size_t used = 0;

	buf[0] = '\0';
	for (unsigned int i = 0; i < rx->n_sentences; i++) {
		int n;

		if (!(set & bit(i)))
			continue;
		n = snprintf(buf + used, size - used, "%s%s", used ? " " : "",
			     rx->sentences[i].name);
		if (n < 0 || (size_t)n >= size - used)
			return;
		used += (size_t)n;
	}
}

receiver_set receiver_default_set(const struct receiver *rx)
{
	receiver_set set = 0;

	for (unsigned int i = 0; i < rx->n_sentences; i++)
		if (rx->sentences[i].by_default)
			set |= bit(i);
	return set;
}

receiver_set receiver_rare_set(const struct receiver *rx)
{
	receiver_set set = 0;

	for (unsigned int i = 0; i < rx->n_sentences; i++)
		if (rx->sentences[i].rare)
			set |= bit(i);
	return set;
}

static receiver_set core_set(const struct receiver *rx)
{
	receiver_set set = 0;

	for (unsigned int i = 0; i < rx->n_sentences; i++)
		if (rx->sentences[i].core)
			set |= bit(i);
	return set;
}

const struct receiver *receiver_nth(unsigned int i)
{
	return i < N_RECEIVERS ? receivers[i] : NULL;
}

int receiver_check_names(const char *list, const char **bad, size_t *bad_len)
{
	*bad = NULL;
	for (size_t i = 0; i < N_RECEIVERS; i++) {
		const char *word;
		size_t len;
		receiver_set set;

		if (!receivers[i]->n_sentences)
			continue;
		if (!receiver_parse_set(receivers[i], list, &set, &word, &len))
			return 0;
		/* of the make that knows most of the list */
		if (*bad && word <= *bad)
			continue;
		*bad = word;
		*bad_len = len;
	}
	return -EINVAL;
}

bool receiver_is_already(const struct receiver *rx, const struct receiver_request *req,
			 const struct receiver_seen *seen)
{
	if (req->op == RECEIVER_DEFAULTS || (req->on | req->off) & receiver_rare_set(rx))
		return false;
	if (req->op == RECEIVER_EXACTLY)
		return seen->set == req->on && !seen->others;
	return !(req->on & ~seen->set) && !(req->off & seen->set);
}

static struct receiver_step *new_step(struct receiver_plan *plan)
{
	struct receiver_step *step = &plan->steps[plan->n];

	if (plan->n == RECEIVER_STEPS_MAX)
		return NULL;
	memset(step, 0, sizeof(*step));
	return step;
}

int receiver_add_line(struct receiver_plan *plan, const char *fmt, ...)
{
	struct receiver_step *step = new_step(plan);
	char body[RECEIVER_LINE_MAX];
	va_list ap;
	int n;

	if (!step)
		return -ENOSPC;
	va_start(ap, fmt);
	n = vsnprintf(body, sizeof(body), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(body))
		return -ENOSPC;
	n = nmea_format(step->bytes, RECEIVER_LINE_MAX, body);
	if (n < 0)
		return n;
	step->len = (unsigned int)n;
	plan->n++;
	return 0;
}

int receiver_add_packet(struct receiver_plan *plan, const uint8_t *bytes, size_t len)
{
	struct receiver_step *step = new_step(plan);

	if (!step || len > sizeof(step->bytes))
		return -ENOSPC;
	memcpy(step->bytes, bytes, len);
	step->len = (unsigned int)len;
	plan->n++;
	return 0;
}

struct receiver_step *receiver_last_step(struct receiver_plan *plan)
{
	return &plan->steps[plan->n ? plan->n - 1 : 0];
}

/* Bit by bit: the same setting in both. */
static unsigned int settings_alike(const struct receiver_settings *a,
				   const struct receiver_settings *b)
{
	return (a->baud == b->baud ? RECEIVER_BAUD : 0) |
	       (a->pulse == b->pulse ? RECEIVER_PULSE : 0) |
	       (a->pulse_ms == b->pulse_ms ? RECEIVER_PULSE_WIDTH : 0) |
	       (a->pulse_stops == b->pulse_stops ? RECEIVER_PULSE_STOPS : 0) |
	       (a->interval_ms == b->interval_ms ? RECEIVER_INTERVAL : 0) |
	       (a->nmea_version == b->nmea_version ? RECEIVER_VERSION : 0);
}

unsigned int receiver_settings_differ(const struct receiver_settings *to,
				      const struct receiver_settings *now)
{
	return to->known & ~(now->known & settings_alike(to, now));
}

/* How the stream must look when the request has been obeyed. */
static void expect(const struct receiver *rx, const struct receiver_request *req,
		   struct receiver_plan *plan)
{
	receiver_set all = rx->n_sentences < 32 ? bit(rx->n_sentences) - 1 : ~(receiver_set)0;
	receiver_set rare = receiver_rare_set(rx);

	switch (req->op) {
	case RECEIVER_KEEP:
		break;
	case RECEIVER_EXACTLY:
		plan->must = req->on;
		plan->must_not = all & ~req->on;
		plan->no_others = true;
		break;
	case RECEIVER_ADJUST:
		plan->must = req->on;
		plan->must_not = req->off;
		break;
	case RECEIVER_DEFAULTS:
		/* which others are in it depends on the model */
		plan->must = core_set(rx);
		break;
	}
	plan->must &= ~rare;
	plan->must_not &= ~rare;
}

/* Characters a second that the expected stream has. */
static void expect_chars(const struct receiver *rx, const struct receiver_request *req,
			 struct receiver_plan *plan)
{
	receiver_set may = req->op == RECEIVER_DEFAULTS ? receiver_default_set(rx) : req->on;

	for (unsigned int i = 0; i < rx->n_sentences; i++) {
		if (plan->must & bit(i))
			plan->min_chars += rx->sentences[i].min_chars;
		if (may & bit(i))
			plan->max_chars += rx->sentences[i].max_chars;
	}
}

int receiver_make_plan(const struct receiver *rx, const struct receiver_id *id,
		       const struct receiver_settings *from, const struct receiver_request *req,
		       struct receiver_plan *plan)
{
	memset(plan, 0, sizeof(*plan));
	if (!rx->write_steps)
		return -ENOTSUP;
	expect(rx, req, plan);
	expect_chars(rx, req, plan);
	return rx->write_steps(id, from, req, plan);
}

struct receiver_request receiver_undo_of(const struct receiver *rx,
					 const struct receiver_seen *before)
{
	receiver_set core = core_set(rx);
	struct receiver_request undo = { .op = RECEIVER_EXACTLY, .on = before->set };

	/*
	 * A rare sentence can be on without having been seen.  It is where the
	 * factory's set was, so put it back there.
	 */
	if ((before->set & core) == core)
		undo.on |= receiver_rare_set(rx) & receiver_default_set(rx);
	return undo;
}
