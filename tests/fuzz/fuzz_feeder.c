// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any events at any times in any order: whatever is given has the stamp of its event, is numbered
 * within the range of dates, and no more than was counted; and what is said of it is one line.
 */
/* SOURCES: src/feeder.c src/feeder_pulse.c src/feeder_sentence.c src/feeder_state.c src/feeder_tell.c src/numbering.c src/numbering_sentence.c src/numbering_judge.c src/numbering_alone.c src/pulsefilter.c src/pulsetrack.c src/pulseestimate.c src/nmea_date.c src/nmea_number.c -lm */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "feeder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *at, *end;
};

static void check(int ok)
{
	if (!ok)
		abort();
}

static uint64_t take(struct input *in, size_t bytes)
{
	uint64_t v = 0;

	for (; bytes && in->at < in->end; bytes--)
		v = v << 8 | *in->at++;
	return v;
}

/* Near to what is usual, or anything. */
static int64_t take_ns(struct input *in)
{
	const uint64_t how = take(in, 1);

	switch (how % 4) {
	case 0:
		return (int64_t)take(in, 1) * 10 * NS_PER_MS;
	case 1:
		return (int64_t)(take(in, 1) % 4) * NS_PER_S + (int64_t)take(in, 1) * 1000;
	case 2:
		return ((int64_t)take(in, 2) - 32768) * NS_PER_S;
	default:
		return (int64_t)take(in, 8);
	}
}

static int64_t add(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a + (uint64_t)b);
}

static int64_t subtract(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a - (uint64_t)b);
}

static void check_samples(const struct feeder *f, const struct sample *out, size_t n,
			  int64_t stamp_ns)
{
	check(n <= FEEDER_SAMPLES_MAX);
	for (size_t i = 0; i < n; i++) {
		check(out[i].kind == SAMPLE_SECONDS || out[i].stamp_ns == stamp_ns);
		check(out[i].kind == SAMPLE_PULSE || out[i].true_ns % NS_PER_S == 0);
		check(out[i].is_numbered == (f->config.mode != FEED_PULSES));
		check(f->given[out[i].kind] > 0);
	}
}

static void give_edge(struct feeder *f, struct input *in, const struct instant *now)
{
	struct sample out[FEEDER_SAMPLES_MAX];
	const struct edge e = {
		.which = take(in, 1) % 8 ? EDGE_ASSERT : EDGE_CLEAR, .seq = (uint32_t)take(in, 1),
		.time_ns = subtract(now->real_ns, take_ns(in)), .late_ns = -1,
	};

	check_samples(f, out, feeder_edge(f, &e, now, out), e.time_ns);
}

static void give_sentence(struct feeder *f, struct input *in, const struct instant *now,
			  int64_t second)
{
	struct sample out[FEEDER_SAMPLES_MAX];
	const uint64_t what = take(in, 1);
	struct nmea_data d = {
		.has = NMEA_HAS_TIME | NMEA_HAS_VALID, .valid = what % 16 != 0,
		.utc = { .year = 2026, .month = 12, .day = 31, .hour = 23, .minute = 59 },
	};

	if (what & 16)
		d.has = (unsigned int)take(in, 2);
	else
		d.has |= NMEA_HAS_DATE;
	d.utc.second = (uint8_t)(second % 61);
	if (what & 32)
		d.utc.year = (int16_t)(1980 + take(in, 2) % 8000);
	if (what & 64)
		d.utc.ns = (uint32_t)take(in, 1);
	check_samples(f, out, feeder_sentence(f, &d, subtract(now->real_ns, take_ns(in)), take_ns(in),
					      now, out), 0);
}

static void check_state(struct feeder *f, const struct instant *now)
{
	const enum feed_state state = feeder_state(f, now);
	char text[200];

	check(state < N_FEED_STATES);
	feeder_tell(f, state, now, text, sizeof(text));
	check(text[0] && strlen(text) < 160 && !strchr(text, '\n'));
}

static int begin(struct feeder *f, struct input *in)
{
	static const int64_t periods[] = { 0, 2 * NS_PER_S, NS_PER_S, 200 * NS_PER_MS };
	const struct feeder_config c = {
		.mode = (enum feed_mode)(take(in, 1) % 3),
		.filter = {
			.edge = (enum pulse_edge)(take(in, 1) % 3),
			.gate_ns = (int64_t)take(in, 1) * 5000,
			.ppm = (unsigned int)take(in, 1) * 4,
			.period_ns = periods[take(in, 1) % 4],
			.length = 1 + take(in, 1) % FILTER_LENGTH,
		},
		.lead_ns = (int64_t)(take(in, 1) % 20) * 100 * NS_PER_MS - NS_PER_S,
		.holdover_ns = (int64_t)take(in, 1) * NS_PER_S, .seconds_delay_ns = -1,
		.width_ns = (int64_t)(take(in, 1) % 3) * 100 * NS_PER_MS,
	};

	return feeder_init(f, &c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, data + size };
	struct instant now = { INT64_C(1798761590) * NS_PER_S, NS_PER_S, NS_PER_S };
	struct feeder f;
	int64_t passed_ns;

	if (begin(&f, &in))
		return 0;
	while (in.at < in.end) {
		const uint64_t what = take(&in, 1);

		passed_ns = what & 8 ? take_ns(&in) : (int64_t)(what >> 4) * 100 * NS_PER_MS;
		now.real_ns = add(now.real_ns, passed_ns);
		now.mono_ns = add(now.mono_ns, passed_ns);
		now.raw_ns = add(now.raw_ns, passed_ns);
		if (what % 8 == 7)
			now.real_ns = add(now.real_ns, take_ns(&in));
		feeder_clock(&f, what % 8 == 6);
		if (what % 2)
			give_edge(&f, &in, &now);
		else
			give_sentence(&f, &in, &now, (now.raw_ns / NS_PER_S) & 63);
		check_state(&f, &now);
	}
	return 0;
}
