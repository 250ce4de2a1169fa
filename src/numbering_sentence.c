// SPDX-License-Identifier: GPL-2.0-or-later
/* What a sentence says beside what was counted. */
#include "numbering_inside.h"

#include <stdlib.h>
#include <string.h>

#define NEAR_NS (30 * NS_PER_MS)	/* to a pulse: a stamp is so late at times */
#define NEAR_SENTENCES 3
#define GRID_NS (10 * NS_PER_S)		/* pulses that are missing so long still name */
#define PLACE_NS (200 * NS_PER_MS)	/* from the usual delay: good for seconds */
#define MOVED_NS (650 * NS_PER_MS)	/* half a second, and what sentences jitter */

/* Where a sentence is on the grid of seconds that the pulses make. */
struct place {
	bool known, near;
	int64_t tick_ns;	/* the last second's beginning before it */
	int64_t delay_ns;	/* from there to its own */
};

static int64_t floor_s(int64_t ns)
{
	return ns / NS_PER_S - (ns % NS_PER_S < 0);
}

static struct place place_of(const struct numbering *n, const struct named_second *said)
{
	const int64_t begun_ns = said->begun_ns - n->config.lead_ns;
	const int64_t since_ns = begun_ns - n->pulse_ns;
	const int64_t s = floor_s(since_ns), rest_ns = since_ns - s * NS_PER_S;

	if (!n->has_pulse || llabs(since_ns) > GRID_NS)
		return (struct place) { .known = false };
	return (struct place) {
		.known = true,
		/* the speed of a USB receiver is only a number: its end must be there too */
		.near = rest_ns < NEAR_NS || rest_ns > NS_PER_S - NEAR_NS ||
			floor_s(said->ended_ns - n->config.lead_ns - n->pulse_ns) != s,
		.tick_ns = n->pulse_ns + s * NS_PER_S,
		.delay_ns = rest_ns + n->config.lead_ns,
	};
}

/* ---- delays ---- */

static int compare(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void note_delay(struct numbering *n, int64_t delay_ns)
{
	int64_t sorted[NUMBERING_DELAYS];
	unsigned int count;

	n->delays[n->n_delays++ % NUMBERING_DELAYS] = delay_ns;
	count = n->n_delays < NUMBERING_DELAYS ? n->n_delays : NUMBERING_DELAYS;
	memcpy(sorted, n->delays, sizeof(sorted));
	qsort(sorted, count, sizeof(sorted[0]), compare);
	n->delay_ns = sorted[count / 2];
}

/* ---- with pulses that have numbers ---- */

static bool compare_count(struct numbering *n, const struct named_second *said,
			  const struct place *p)
{
	const int64_t off_s = numbering_explain(n, said, said->second -
				      numbering_whole(numbering_utc(n, p->tick_ns)), p->tick_ns);
	const int64_t usual_ns = n->delay_ns;

	if (off_s) {
		numbering_contradict(n, said, off_s);
		return false;
	}
	if (!numbering_agree(n, said, p->tick_ns, true))
		return false;
	numbering_end_waiting(n, said, p->tick_ns);
	note_delay(n, p->delay_ns);
	return !n->leap.waits && llabs(p->delay_ns - usual_ns) <= PLACE_NS;
}

/* ---- with pulses that have none yet ---- */

static bool count_is_against(struct numbering *n, const struct named_second *said,
			     const struct place *p)
{
	int64_t off_ns;

	if (!n->count.known || !n->count.of_pulse)
		return false;
	off_ns = said->second * NS_PER_S - numbering_utc(n, p->tick_ns);
	if (llabs(off_ns) < MOVED_NS)
		return false;
	numbering_contradict(n, said, numbering_whole(off_ns));
	return n->state == NUMBERING_CONTRADICTED;
}

static void pair(struct numbering *n, const struct named_second *said, const struct place *p)
{
	const int64_t since_ns = p->tick_ns - n->pairs.at_ns;

	if (said->is_leap)
		return;
	if (!numbering_run(&n->pairs, said->second, p->tick_ns, p->delay_ns,
		    numbering_tolerance(n, since_ns))) {
		if (n->state == NUMBERING_NONE || n->state == NUMBERING_SURE ||
		    n->state == NUMBERING_AMBIGUOUS)
			n->state = NUMBERING_UNSURE;
		return;
	}
	if (numbering_missed_leap(n, said->second, p->tick_ns) || count_is_against(n, said, p) ||
	    numbering_refuse(n, said->second, p->tick_ns))
		return;
	numbering_begin(n, p->tick_ns, said->second, true);
	n->heard_ns = said->begun_ns;
	n->n_delays = 0;
	note_delay(n, p->delay_ns);
}

/* ---- all ---- */

static bool too_near(struct numbering *n)
{
	if (!n->counted)
		n->pairs.n = 0;
	n->agreeing = 0;
	if (++n->near >= NEAR_SENTENCES && n->state != NUMBERING_CONTRADICTED)
		n->state = NUMBERING_AMBIGUOUS;
	return false;
}

static bool is_first(struct numbering *n, const struct named_second *said)
{
	const bool repeated = n->has_last && said->second == n->last_second &&
			      said->is_leap == n->last_leap;

	n->has_last = true;
	n->last_second = said->second;
	n->last_leap = said->is_leap;
	return !repeated;
}

bool numbering_sentence(struct numbering *n, const struct named_second *said)
{
	struct place p;
	bool good;

	if (!said->valid || !is_first(n, said))
		return false;
	numbering_forget_old(n, said->begun_ns);
	p = place_of(n, said);
	if (!p.known)
		return numbering_alone(n, said, false);
	if (p.near)
		return too_near(n);
	n->near = 0;
	if (n->counted)
		return compare_count(n, said, &p);
	good = n->count.known && !n->count.of_pulse && numbering_alone(n, said, true);
	if (n->count.known && !n->count.of_pulse && !good)
		n->pairs.n = 0;
	else
		pair(n, said, &p);
	return good;
}
