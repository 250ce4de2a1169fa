// SPDX-License-Identifier: GPL-2.0-or-later
/* Sentences without pulses: they go on from each other, and carry the count on. */
#include "numbering_inside.h"

#include <stdlib.h>

#define BY_ITSELF_NS (400 * NS_PER_MS)	/* from where it should be */
#define BRIDGE_BEGIN_NS (100 * NS_PER_S)
#define BRIDGE_PHASE_NS (350 * NS_PER_MS)

/* The sentences carry the count on, steered by as much as a crystal drifts. */
static void bridge(struct numbering *n, const struct named_second *said)
{
	const int64_t since_ns = said->begun_ns - n->count.at_ns;
	const int64_t most_ns = numbering_tolerance(n, since_ns) - numbering_tolerance(n, 0);
	int64_t utc_ns = numbering_utc(n, said->begun_ns);
	int64_t drift_ns = utc_ns - said->second * NS_PER_S - n->phase_ns;

	if (since_ns <= 0 || (n->count.of_pulse && !n->bridging && since_ns < BRIDGE_BEGIN_NS))
		return;
	if ((n->count.of_pulse && !n->bridging) || llabs(drift_ns) > BRIDGE_PHASE_NS) {
		n->phase_ns += drift_ns;
		drift_ns = 0;
	}
	n->bridging = true;
	if (n->count.of_pulse)
		n->counted = false;
	if (llabs(drift_ns) > most_ns)
		drift_ns = drift_ns < 0 ? -most_ns : most_ns;
	n->count.utc_ns = utc_ns - drift_ns;
	n->count.at_ns = said->begun_ns;
}

/* The second that it names is half a second from there at most. */
static int64_t middle_ns(const struct numbering *n, const struct named_second *said)
{
	return said->begun_ns - n->config.lead_ns - NS_PER_S / 2;
}

static void chain(struct numbering *n, const struct named_second *said)
{
	if (said->is_leap)
		return;
	if (!numbering_run(&n->chain, said->second, said->begun_ns, 0, NUMBERING_SPREAD_NS)) {
		if (n->state == NUMBERING_NONE)
			n->state = NUMBERING_UNSURE;
		return;
	}
	if (!numbering_refuse(n, said->second, middle_ns(n, said))) {
		numbering_begin(n, said->begun_ns, said->second, false);
		n->heard_ns = said->begun_ns;
	}
}

static bool compare_itself(struct numbering *n, const struct named_second *said, bool pulses)
{
	const int64_t delay_ns = n->count.of_pulse ? n->delay_ns : 0;
	const int64_t off_ns = said->second * NS_PER_S + delay_ns -
			       numbering_utc(n, said->begun_ns);
	const int64_t nearest_s = numbering_whole(off_ns);
	int64_t off_s = nearest_s || llabs(off_ns) < BY_ITSELF_NS ? nearest_s : off_ns < 0 ? -1 : 1;
	bool good;

	off_s = numbering_explain(n, said, off_s, said->begun_ns);
	if (off_s)
		numbering_contradict(n, said, off_s);
	good = !off_s && numbering_agree(n, said, middle_ns(n, said), !pulses);
	if (good)
		numbering_end_waiting(n, said, said->begun_ns);
	if (n->count.known)
		bridge(n, said);
	return good && !n->leap.waits;
}

bool numbering_alone(struct numbering *n, const struct named_second *said, bool pulses)
{
	if (n->count.known)
		return compare_itself(n, said, pulses);
	chain(n, said);
	return n->count.known;
}
