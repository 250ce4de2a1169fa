// SPDX-License-Identifier: GPL-2.0-or-later
/* Counting pulses on from one that has a number. */
#include "numbering_inside.h"

#include <stdlib.h>
#include <string.h>

#define DAY_S 86400
#define DAYS_TO_1970 719468	/* from 1 March of year 0 */
#define DAYS_IN_400_YEARS 146097
/* what the gate of a filter has forgotten meanwhile; what a crystal drifts: 200 ppm */
#define TOLERANCE_NS (2 * NS_PER_MS)
#define DRIFT_PART 5000
#define BACKWARD_NS (2 * NS_PER_S)	/* events are told in nearly the order of their times */

void numbering_init(struct numbering *n, const struct numbering_config *config)
{
	*n = (struct numbering) { .config = *config, .delay_ns = -1 };
}

void numbering_reset(struct numbering *n)
{
	const struct numbering before = *n;

	numbering_init(n, &before.config);
	n->clock_known = before.clock_known;
	n->clock_ns = before.clock_ns;
	n->refused = before.refused;
	n->refused_ns = before.refused_ns;
	n->off_s = before.off_s;
}

void numbering_clock(struct numbering *n, bool known, int64_t utc_less_here_ns)
{
	n->clock_known = known;
	if (known)
		n->clock_ns = utc_less_here_ns;
}

int64_t numbering_whole(int64_t ns)
{
	const int64_t half = ns < 0 ? -NS_PER_S / 2 : NS_PER_S / 2;

	return (ns + half) / NS_PER_S;
}

int64_t numbering_tolerance(const struct numbering *n, int64_t since_ns)
{
	return TOLERANCE_NS + n->config.jitter_ns + llabs(since_ns) / DRIFT_PART;
}

int64_t numbering_utc(const struct numbering *n, int64_t at_ns)
{
	return n->count.utc_ns + (at_ns - n->count.at_ns);
}

bool numbering_now(const struct numbering *n, int64_t at_ns, int64_t *utc_ns)
{
	if (!n->count.known)
		return false;
	*utc_ns = numbering_utc(n, at_ns);
	return true;
}

/* A year from March on has its leap day at the end; 153 days are in each five months. */
int64_t numbering_month(int64_t second)
{
	const int64_t days = second / DAY_S + DAYS_TO_1970;
	int64_t day = days % DAYS_IN_400_YEARS, month;
	const int64_t year = (day - day / 1460 + day / 36524 - day / (DAYS_IN_400_YEARS - 1)) / 365;

	day -= year * 365 + year / 4 - year / 100;
	month = (5 * day + 2) / 153;
	return (days - DAYS_TO_1970 - (day - (153 * month + 2) / 5)) * DAY_S;
}

/* A clock that runs free has drifted too far since then to say which second it is. */
void numbering_forget_old(struct numbering *n, int64_t at_ns)
{
	if (n->count.known && at_ns - n->count.at_ns > NUMBERING_BRIDGE_NS)
		numbering_reset(n);
}

void numbering_begin(struct numbering *n, int64_t at_ns, int64_t second, bool of_pulse)
{
	n->count = (struct numbering_count) {
		.known = true, .of_pulse = of_pulse,
		.utc_ns = second * NS_PER_S, .at_ns = at_ns,
	};
	n->counted = of_pulse;
	n->bridging = false;
	n->leap = (struct numbering_leap) { .waits = false };
	n->heard_s = second;
	n->refused = false;
	n->agreeing = n->sided = 0;
	n->state = NUMBERING_SURE;
}

/* ---- pulses ---- */

/* Whole periods from where the count stands; else the pulse has moved, and is named anew. */
static void count_on(struct numbering *n, int64_t at_ns)
{
	const int64_t since_ns = at_ns - n->count.at_ns, whole_s = numbering_whole(since_ns);
	const int64_t period_s = n->config.period_ns / NS_PER_S;

	if (llabs(since_ns - whole_s * NS_PER_S) <= numbering_tolerance(n, since_ns) &&
	    !(period_s > 1 && whole_s % period_s)) {
		n->count.utc_ns += whole_s * NS_PER_S;
	} else {
		n->count.utc_ns += since_ns;
		n->counted = false;
		n->pairs.n = 0;
	}
	n->count.at_ns = at_ns;
	n->bridging = false;
}

/* A leap second may have been: from then on the sentences are waited for. */
static void note_midnight(struct numbering *n, int64_t before_s, int64_t second)
{
	const int64_t midnight = numbering_month(second);

	if (before_s < midnight && n->leap.midnight != midnight)
		n->leap = (struct numbering_leap) {
			.waits = true, .missed = n->leap.missed, .midnight = midnight,
		};
}

void numbering_doubt(struct numbering *n)
{
	n->has_pulse = false;
	if (!n->counted)
		n->pairs.n = 0;
}

bool numbering_pulse(struct numbering *n, int64_t at_ns, int64_t *second)
{
	const int64_t before_s = n->count.utc_ns / NS_PER_S;

	numbering_forget_old(n, at_ns);
	if (n->count.known && at_ns < n->count.at_ns - BACKWARD_NS)
		return false;
	n->has_pulse = true;
	n->pulse_ns = at_ns;
	if (n->count.known && n->count.of_pulse)
		count_on(n, at_ns);
	if (!n->counted) {
		if (n->state == NUMBERING_SURE)
			n->state = NUMBERING_UNSURE;
		return false;
	}
	n->second = n->count.utc_ns / NS_PER_S;
	n->at_ns = at_ns;
	note_midnight(n, before_s, n->second);
	*second = n->second;
	return n->state == NUMBERING_SURE && !n->leap.waits;
}
