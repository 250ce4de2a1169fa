// SPDX-License-Identifier: GPL-2.0-or-later
/* What watchview says of a source in words. */
#include "watchview_pen.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "words.h"

#define SILENT_PERIODS 3	/* without a pulse: it has stopped */
#define STEP_SHOWN_S 30		/* after it has been said so long, a step is history */
#define LOOK_BACK_S 60
#define REJECTED_RECENT 10	/* of so many pulses half were rejected: unfit */
#define N_SETTLED 5		/* offsets in the filter before a jitter is worth a word */

const struct view_second *strip_second(const struct view_source *s, size_t age)
{
	if (age >= s->n || s->n > VIEW_STRIP_MAX)
		return NULL;
	return &s->strip[(s->next + 2 * VIEW_STRIP_MAX - 1 - age) % VIEW_STRIP_MAX];
}

bool fate_rejected(enum pulse_fate fate)
{
	return fate == PULSE_GATE || fate == PULSE_FREQUENCY || fate == PULSE_BACKWARD ||
		fate == PULSE_DUPLICATE;
}

bool fate_measured(enum pulse_fate fate)
{
	return fate == PULSE_USED || fate == PULSE_STEP;
}

/* An interval without its jitter: some a second, or one in some seconds. */
static int64_t nominal_ns(int64_t interval_ns)
{
	if (interval_ns < 1)
		return 1;
	if (interval_ns < NS_PER_S)
		return NS_PER_S / ((NS_PER_S + interval_ns / 2) / interval_ns);
	return interval_ns / NS_PER_S * NS_PER_S +
		(interval_ns % NS_PER_S > NS_PER_S / 2 ? NS_PER_S : 0);
}

int64_t view_period_ns(const struct view_source *s)
{
	if (s->period_ns > 0)
		return s->period_ns;
	if (s->last.interval_ns <= 0)
		return NS_PER_S;
	return nominal_ns(s->last.interval_ns / ((int64_t)s->last.missed + 1));
}

/*
 * Seconds without a pulse at the end of the strip.  The clock's own answer counts only when the
 * strip knows of no pulse: a clock that was set would tell of hours.
 */
static int64_t silent_s(const struct view_source *s, int64_t now_ns)
{
	const struct view_second *v;
	size_t age = 0;
	int64_t since = s->last.edge.time_ns ? s->last.edge.time_ns : s->begun_ns;
	int64_t by_clock;

	while ((v = strip_second(s, age)) && !v->seen)
		age++;
	if (v || !since || now_ns < since)
		return (int64_t)age;
	/* both are times since 1970, the difference has room */
	by_clock = (int64_t)(((uint64_t)now_ns - (uint64_t)since) / NS_PER_S);
	return by_clock > (int64_t)age ? by_clock : (int64_t)age;
}

bool view_silent(const struct view_source *s, int64_t now_ns, int64_t *for_s)
{
	int64_t limit = SILENT_PERIODS * (view_period_ns(s) / NS_PER_MS) / MS_PER_S;

	*for_s = silent_s(s, now_ns);
	return *for_s >= (limit < SILENT_PERIODS ? SILENT_PERIODS : limit);
}

bool view_each_second(const struct view_source *s)
{
	return view_period_ns(s) <= NS_PER_S + NS_PER_S / 10;
}

static void put_duration(char *buf, size_t size, int64_t s)
{
	if (s < 120)
		snprintf(buf, size, "%" PRId64 " s", s);
	else if (s < 7200)
		snprintf(buf, size, "%" PRId64 " min", s / 60);
	else if (s < 2 * 86400)
		snprintf(buf, size, "%" PRId64 " h", s / 3600);
	else
		snprintf(buf, size, "%" PRId64 " days", s / 86400);
}

/* What the strip's last minute holds. */
struct recent {
	unsigned int missing, rejected;
	unsigned int newest, newest_rejected;	/* of the last REJECTED_RECENT pulses */
	enum pulse_fate reason;			/* of the last that was rejected */
	int step_age_s;				/* -1: none */
};

static void look_at(struct recent *r, const struct view_second *v, size_t age)
{
	bool rejected = fate_rejected(v->fate);

	if (r->newest < REJECTED_RECENT) {
		r->newest++;
		r->newest_rejected += rejected;
	}
	if (age >= LOOK_BACK_S)
		return;
	if (v->fate == PULSE_STEP && r->step_age_s < 0)
		r->step_age_s = (int)age;
	if (rejected && !r->rejected++)
		r->reason = v->fate;
}

/* A second is missing one when pulses came before it and after. */
static struct recent look_back(const struct view_source *s)
{
	struct recent r = { .step_age_s = -1 };
	bool every = view_each_second(s);
	const struct view_second *v;
	unsigned int gap = 0;

	for (size_t age = 0; (v = strip_second(s, age)); age++) {
		if (!v->seen) {
			gap += age < LOOK_BACK_S && r.newest;
			continue;
		}
		r.missing += every ? gap : 0;
		gap = 0;
		look_at(&r, v, age);
	}
	return r;
}

static const char *reason_text(enum pulse_fate fate)
{
	switch (fate) {
	case PULSE_GATE:
		return "outside the gate";
	case PULSE_FREQUENCY:
		return "at a wrong interval";
	case PULSE_BACKWARD:
		return "the clock runs backward";
	default:
		return "seen before";
	}
}

static void put_rate(char *buf, size_t size, const struct view_source *s)
{
	static const char *const edges[] = {
		[EDGE_UNKNOWN] = "", [EDGE_ASSERT] = " on assert", [EDGE_CLEAR] = " on clear",
	};
	int64_t tenths = (10 * NS_PER_S + view_period_ns(s) / 2) / view_period_ns(s);
	const char *edge = (unsigned int)s->edge <= EDGE_CLEAR ? edges[s->edge] : "";

	if (tenths % 10)
		snprintf(buf, size, "%" PRId64 ".%d pulses/s%s", tenths / 10, (int)(tenths % 10),
			 edge);
	else
		snprintf(buf, size, "%" PRId64 " pulse%s/s%s", tenths / 10,
			 tenths == 10 ? "" : "s", edge);
}

/* The sentence is of another second than this clock's, by so many. */
static int64_t wrong_by_s(const struct view_source *s)
{
	int64_t half = NS_PER_S / 2;

	if (!s->named_s || s->last.edge.time_ns <= 0 || s->last.edge.time_ns > INT64_MAX - half)
		return 0;
	return (s->last.edge.time_ns + half) / NS_PER_S - s->named_s;
}

/* The pulse cannot be used.  False: it can. */
static bool say_bad(const struct view_source *s, const struct recent *r, int64_t now_ns, char *buf,
		    size_t size)
{
	int64_t silent;
	char d[32];

	if (s->gone) {
		snprintf(buf, size, "GONE: the port or source is no more");
		return true;
	}
	if (view_silent(s, now_ns, &silent)) {
		put_duration(d, sizeof(d), silent);
		snprintf(buf, size, "NO PULSE for %s%s%s", d, s->word ? ": " : "",
			 s->word ? s->word : "");
		return true;
	}
	if (r->newest_rejected && r->newest_rejected * 2 >= r->newest) {
		snprintf(buf, size, "REJECTED %u of the last %u pulses: %s", r->newest_rejected,
			 r->newest, reason_text(r->reason));
		return true;
	}
	return false;
}

/* It can be used with care.  False: nothing is to be said. */
static bool say_warning(const struct view_source *s, const struct recent *r, char *buf, size_t size)
{
	int64_t wrong = wrong_by_s(s);
	char d[32];

	if (r->step_age_s >= 0 && r->step_age_s <= STEP_SHOWN_S) {
		snprintf(buf, size, "STEPPED %d s ago: the clock or the pulse has moved",
			 r->step_age_s);
	} else if (s->fix && text_begins(s->fix, "no fix")) {
		snprintf(buf, size, "NO FIX: the pulse may not be the second");
	} else if (wrong) {
		put_duration(d, sizeof(d), wrong < 0 ? -wrong : wrong);
		snprintf(buf, size, "WRONG SECOND: this clock is %s %s the sentence", d,
			 wrong < 0 ? "behind" : "ahead of");
	} else if (s->burst_end_ms >= MS_PER_S) {
		snprintf(buf, size, "LATE SENTENCES: they run into the next pulse");
	} else if (r->missing) {
		snprintf(buf, size, "MISSING %u pulse%s in the last minute", r->missing,
			 r->missing == 1 ? "" : "s");
	} else if (r->rejected) {
		snprintf(buf, size, "REJECTED %u pulse%s in the last minute: %s", r->rejected,
			 r->rejected == 1 ? "" : "s", reason_text(r->reason));
	} else {
		return false;
	}
	return true;
}

enum view_ink view_verdict(const struct view_source *s, int64_t now_ns, char *buf, size_t size)
{
	struct recent r = look_back(s);
	char rate[48], jitter[VIEW_NS_MAX];

	if (say_bad(s, &r, now_ns, buf, size))
		return INK_BAD;
	if (!s->last.edge.time_ns) {
		snprintf(buf, size, "waiting for the first pulse");
		return INK_DIM;
	}
	if (say_warning(s, &r, buf, size))
		return INK_WARN;
	if (s->estimate.n < N_SETTLED || !(s->estimate.jitter_ns >= 0) ||
	    s->estimate.jitter_ns > 1e18) {
		snprintf(buf, size, "settling: %zu pulse%s so far", s->estimate.n,
			 s->estimate.n == 1 ? "" : "s");
		return INK_DIM;
	}
	put_rate(rate, sizeof(rate), s);
	view_ns(jitter, sizeof(jitter), llround(s->estimate.jitter_ns), false);
	snprintf(buf, size, "healthy: %s, jitter %s", rate, jitter);
	return INK_GOOD;
}
