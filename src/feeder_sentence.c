// SPDX-License-Identifier: GPL-2.0-or-later
/* From the sentences of a second to what they say together. */
#include "feeder_inside.h"

#include <stdlib.h>

#define DAY_S 86400
#define SAME_NS (1500 * NS_PER_MS)	/* sentences of one second come within */
#define LONGEST_NS (3 * NS_PER_S)	/* a sentence of 512 characters at 1200 baud is longer */
#define YEAR_MOST 2100			/* far from where 64 bits of ns end */
#define JUDGES_AFTER 10			/* seconds in which no sentence had a verdict */
#define VOUCH_MOST_NS (30 * NS_PER_S)
#define DELAY_WAIT_NS (5 * NS_PER_S)

/* The week of 10 bits: no receiver that is read can mean a day before (version.h). */
static const struct nmea_utc release = { .year = 2026, .month = 1, .day = 1 };

/* ---- how long a sentence is good for ---- */

static int compare(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void note_interval(struct feeder *f)
{
	struct feeder_said *s = &f->said;
	const int64_t heard_ns = f->numbering.heard_ns;

	if (heard_ns == s->heard_ns)
		return;
	if (s->heard_ns)
		s->intervals_ns[s->n_intervals++ % FEEDER_INTERVALS] = heard_ns - s->heard_ns;
	s->heard_ns = heard_ns;
}

int64_t feeder_vouch_ns(const struct feeder *f)
{
	int64_t sorted[FEEDER_INTERVALS], vouch_ns;

	if (f->said.n_intervals < FEEDER_INTERVALS)
		return FEED_VOUCH_NS;
	for (size_t i = 0; i < FEEDER_INTERVALS; i++)
		sorted[i] = f->said.intervals_ns[i];
	qsort(sorted, FEEDER_INTERVALS, sizeof(sorted[0]), compare);
	vouch_ns = numbering_whole(sorted[FEEDER_INTERVALS / 2]) * FEED_VOUCH_NS;
	if (vouch_ns < FEED_VOUCH_NS)
		return FEED_VOUCH_NS;
	return vouch_ns < VOUCH_MOST_NS ? vouch_ns : VOUCH_MOST_NS;
}

bool feeder_is_vouched(const struct feeder *f, int64_t raw_ns)
{
	const struct feeder_said *s = &f->said;
	const int64_t heard_ns = f->numbering.heard_ns;

	return heard_ns && raw_ns - heard_ns <= feeder_vouch_ns(f) &&
	       !(s->void_seen && s->void_ns > heard_ns);
}

/* ---- the sentences of one second ---- */

static void begin_second(struct feeder *f, uint32_t tod_s, int64_t begun_ns, int64_t ended_ns,
			 int64_t begun_real_ns)
{
	struct feeder_said *s = &f->said;

	if (s->now.known)
		s->before_invalid = s->now.invalid;
	s->now = (struct feeder_second) {
		.known = true, .tod_s = tod_s, .begun_ns = begun_ns, .ended_ns = ended_ns,
		.begun_real_ns = begun_real_ns,
	};
	s->n++;
}

static bool read_date(const struct nmea_data *d, int64_t *second)
{
	struct nmea_utc utc = d->utc;

	if (!(d->has & NMEA_HAS_DATE))
		return false;
	nmea_repair_rollover(&utc, &release);
	if (utc.year > YEAR_MOST)
		return false;
	*second = nmea_utc_ns(&utc) / NS_PER_S;
	return true;
}

/* A time without a date is that of the day on which it is nearest to the count. */
static bool nearest_day(const struct feeder *f, int64_t *second)
{
	const struct feeder_second *now = &f->said.now;
	int64_t utc_ns, off_s;

	if (!numbering_now(&f->numbering, now->begun_ns, &utc_ns))
		return false;
	utc_ns /= NS_PER_S;
	off_s = ((int64_t)now->tod_s - utc_ns) % DAY_S;
	if (off_s < 0)
		off_s += DAY_S;
	*second = utc_ns + off_s - (off_s > DAY_S / 2 ? DAY_S : 0);
	return true;
}

static bool is_good(const struct feeder_said *s)
{
	if (!s->judges)
		return s->n > JUDGES_AFTER;
	return s->now.valid && !s->now.invalid && !s->before_invalid;
}

/* ---- samples ---- */

/* Pulses that come will tell the delay of the sentences: until then none is given. */
static bool delay_of(const struct feeder *f, int64_t raw_ns, int64_t *delay_ns)
{
	const enum feed_state pulses = feeder_pulses(f, raw_ns);

	*delay_ns = f->numbering.delay_ns;
	/* it was measured from where the pulse has been, maybe */
	if (f->pulse.moves || (f->pulse.moved && pulses == FEED_LOCKING))
		return false;
	if (*delay_ns >= 0)
		return true;
	*delay_ns = f->config.seconds_delay_ns > 0 ? f->config.seconds_delay_ns : 0;
	return raw_ns - f->pulse.begun_ns > DELAY_WAIT_NS && pulses != FEED_LOCKING &&
	       pulses != FEED_WELL;
}

static size_t give(struct feeder *f, int64_t raw_ns, struct sample *out)
{
	struct feeder_second *now = &f->said.now;
	int64_t delay_ns;

	if (now->given || f->config.mode == FEED_PULSES || !delay_of(f, raw_ns, &delay_ns) ||
	    feeder_pulses(f, raw_ns) == FEED_TWO_PULSES)
		return 0;
	now->given = true;
	*out = (struct sample) {
		.kind = SAMPLE_SECONDS, .true_ns = now->second * NS_PER_S,
		.stamp_ns = now->begun_real_ns - delay_ns, .is_numbered = true,
	};
	f->given[SAMPLE_SECONDS]++;
	return 1;
}

static size_t tell(struct feeder *f, int64_t second, bool is_leap, struct sample *out)
{
	struct feeder_second *now = &f->said.now;
	const struct named_second said = {
		.second = second, .is_leap = is_leap, .valid = true,
		.begun_ns = now->begun_ns, .ended_ns = now->ended_ns,
	};
	bool agrees;

	if (now->told && now->second == second)
		return 0;
	now->told = true;
	now->second = second;
	agrees = numbering_sentence(&f->numbering, &said);
	note_interval(f);
	return agrees && !is_leap ? give(f, now->ended_ns, out) : 0;
}

/* ---- a sentence ---- */

static void note_verdict(struct feeder_said *s, const struct nmea_data *d, int64_t raw_ns)
{
	if (!(d->has & NMEA_HAS_VALID))
		return;
	s->judges = true;
	s->now.valid |= d->valid;
	s->now.invalid |= !d->valid;
	if (!d->valid) {
		s->void_seen = true;
		s->void_ns = raw_ns;
	}
}

static size_t take(struct feeder *f, const struct nmea_data *d, int64_t begun_ns,
		   int64_t ended_ns, int64_t begun_real_ns, struct sample *out)
{
	struct feeder_said *s = &f->said;
	const uint32_t tod_s = d->utc.hour * 3600U + d->utc.minute * 60U + d->utc.second;
	int64_t second;

	s->seen = true;
	s->seen_ns = ended_ns;
	if (!s->now.known || s->now.tod_s != tod_s || begun_ns - s->now.begun_ns > SAME_NS)
		begin_second(f, tod_s, begun_ns, ended_ns, begun_real_ns);
	note_verdict(s, d, ended_ns);
	if (read_date(d, &second)) {
		s->now.dated = true;
		if (!s->now.told)
			s->now.second = second;
	} else if (s->now.dated) {
		second = s->now.second;
	} else if (!nearest_day(f, &second)) {
		return 0;
	}
	return is_good(s) ? tell(f, second, d->utc.second == 60, out) : 0;
}

size_t feeder_sentence(struct feeder *f, const struct nmea_data *d, int64_t ended_real_ns,
		       int64_t duration_ns, const struct instant *now, struct sample *out)
{
	int64_t ended_ns;

	if (!feeder_raw(f, now, ended_real_ns, &ended_ns) || duration_ns < 0 ||
	    duration_ns > LONGEST_NS)
		return 0;
	if (d->has & NMEA_HAS_TIME && !d->utc.ns)
		return take(f, d, ended_ns - duration_ns, ended_ns, ended_real_ns - duration_ns,
			    out);
	if (d->has & NMEA_HAS_TIME)
		f->said.fraction = true;
	note_verdict(&f->said, d, ended_ns);
	return 0;
}
