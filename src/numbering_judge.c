// SPDX-License-Identifier: GPL-2.0-or-later
/* What is in favour of a number and what is against it. */
#include "numbering_inside.h"

#include <stdlib.h>

#define PAIR_NS (60 * NS_PER_S)		/* from one pair to the next */
#define CLOCK_NS (500 * NS_PER_MS)
#define BROKEN 2
#define BROKEN_MOST 8
#define SIDED 3				/* sentences in a row on the clock's side */

/* ---- runs ---- */

/*
 * Whether there are enough in a row now: of sentences that come at random some agree too, so
 * each that did not has to be made up for.
 */
bool numbering_run(struct numbering_run *r, int64_t second, int64_t at_ns, int64_t delay_ns,
		   int64_t tolerance_ns)
{
	const int64_t since_ns = at_ns - r->at_ns;
	const int64_t off_ns = since_ns - (second - r->second) * NS_PER_S;
	const int64_t least_ns = delay_ns < r->least_ns ? delay_ns : r->least_ns;
	const int64_t most_ns = delay_ns > r->most_ns ? delay_ns : r->most_ns;
	const bool late = since_ns > PAIR_NS;

	if (r->n && !late && second > r->second && llabs(off_ns) <= tolerance_ns &&
	    most_ns - least_ns <= NUMBERING_SPREAD_NS) {
		*r = (struct numbering_run) {
			r->n + 1, second, at_ns, least_ns, most_ns, r->broken - (r->broken > 0),
		};
	} else {
		const unsigned int broken = r->n && !late ? r->broken + BROKEN : r->broken;

		*r = (struct numbering_run) {
			1, second, at_ns, delay_ns, delay_ns,
			broken < BROKEN_MOST ? broken : BROKEN_MOST,
		};
	}
	return r->n >= NUMBERING_PAIRS && !r->broken;
}

/* ---- the clock ---- */

/* How far the clock is from a second that something says it is at that time. */
static int64_t clock_off_s(const struct numbering *n, int64_t second, int64_t at_ns)
{
	const int64_t off_ns = second * NS_PER_S - (at_ns + n->clock_ns);
	const int64_t off_s = numbering_whole(off_ns);

	return off_s || llabs(off_ns) < CLOCK_NS ? off_s : 1;
}

/*
 * A clock that refused and is synchronised no more was right not long ago: what it says is
 * remembered as long as that can be, and the refusal until a clock withdraws it.
 */
bool numbering_refuse(struct numbering *n, int64_t second, int64_t at_ns)
{
	const int64_t off_s = clock_off_s(n, second, at_ns);

	if (n->clock_known || (n->refused && at_ns - n->refused_ns < NUMBERING_BRIDGE_NS)) {
		n->refused = off_s != 0;
		if (n->refused)
			n->off_s = off_s;
		if (n->clock_known)
			n->refused_ns = at_ns;
	}
	if (n->refused)
		n->state = NUMBERING_REFUSED;
	return n->refused;
}

/* ---- agreeing and not ---- */

/*
 * The clock is as far from the count as the sentences are.  A count that no pulse has set is
 * behind by their delay, half a second give or take as much.
 */
static bool takes_their_side(const struct numbering *n, int64_t off_s, int64_t at_ns)
{
	const int64_t delay_ns = n->count.of_pulse ? 0 : n->config.lead_ns + NS_PER_S / 2;
	const int64_t clock_ns = at_ns + n->clock_ns - delay_ns;

	return n->clock_known &&
	       llabs(clock_ns - numbering_utc(n, at_ns) - off_s * NS_PER_S) < CLOCK_NS;
}

void numbering_contradict(struct numbering *n, const struct named_second *said, int64_t off_s)
{
	const bool same = n->state == NUMBERING_CONTRADICTED && n->off_s == off_s;

	if (off_s == -1 && !same &&
	    numbering_month(said->second + 1) > n->heard_s)
		n->leap.missed = true;
	n->state = NUMBERING_CONTRADICTED;
	n->off_s = off_s;
	n->agreeing = 0;
	if (!takes_their_side(n, off_s, said->begun_ns))
		n->sided = 0;
	else
		n->sided = same ? n->sided + 1 : 1;
	if (n->sided < SIDED)
		return;
	n->leap = (struct numbering_leap) { .waits = false };
	if (n->counted) {
		n->count.utc_ns += off_s * NS_PER_S;
		n->state = NUMBERING_SURE;
	} else {
		n->count.known = false;
		n->state = NUMBERING_UNSURE;
	}
	n->sided = 0;
}

/* The count may be what is wrong: what agrees with it then is wrong as well. */
bool numbering_missed_leap(struct numbering *n, int64_t second, int64_t at_ns)
{
	if (n->clock_known && !clock_off_s(n, second, at_ns))
		n->leap.missed = false;
	return n->leap.missed;
}

bool numbering_agree(struct numbering *n, const struct named_second *said, int64_t at_ns, bool sure)
{
	n->sided = 0;
	if (n->refused && numbering_refuse(n, said->second, at_ns))
		return false;
	if (numbering_missed_leap(n, said->second, at_ns))
		return false;
	if (n->state == NUMBERING_CONTRADICTED || n->state == NUMBERING_AMBIGUOUS) {
		if (++n->agreeing < NUMBERING_PAIRS)
			return false;
	}
	n->agreeing = 0;
	n->state = sure ? NUMBERING_SURE : NUMBERING_UNSURE;
	n->heard_ns = said->begun_ns;
	n->heard_s = said->second;
	return true;
}

/* ---- leap seconds ---- */

/* What is left of the difference when a leap second explains it. */
int64_t numbering_explain(struct numbering *n, const struct named_second *said, int64_t off_s,
		       int64_t tick_ns)
{
	struct numbering_leap *l = &n->leap;

	if (said->is_leap) {
		if (off_s || numbering_month(said->second) != said->second)
			return off_s ? off_s : 1;
		*l = (struct numbering_leap) {
			.waits = true, .said = true, .midnight = said->second,
			.quiet_ns = tick_ns + 2 * NS_PER_S - NS_PER_S / 2,
		};
		return 0;
	}
	if (l->said && off_s == -1 && said->second >= l->midnight) {
		n->count.utc_ns -= NS_PER_S;
		off_s = 0;
	}
	l->said = false;
	return off_s;
}

void numbering_end_waiting(struct numbering *n, const struct named_second *said, int64_t tick_ns)
{
	if (!n->leap.said && said->second >= n->leap.midnight && tick_ns >= n->leap.quiet_ns)
		n->leap.waits = false;
}
