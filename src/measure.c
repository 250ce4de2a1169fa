// SPDX-License-Identifier: GPL-2.0-or-later
/* Width and polarity of a pulse; delay and length of the sentences behind it. */
#include "measure.h"

#include <errno.h>
#include <stdlib.h>

/* Digits up to `stop`; p stands behind it then. */
static int parse_digits(const char **p, char stop, int max_digits, int64_t *value)
{
	int n = 0;

	*value = 0;
	for (; **p >= '0' && **p <= '9'; (*p)++) {
		if (++n > max_digits)
			return -EINVAL;
		*value = *value * 10 + (**p - '0');
	}
	if (n == 0 || **p != stop)
		return -EINVAL;
	if (stop)
		(*p)++;
	return 0;
}

int stamp_parse(const char *text, struct stamp *stamp)
{
	int64_t sec, nsec, seq;
	bool negative;

	if (parse_digits(&text, '.', 10, &sec) < 0 || sec >= INT64_MAX / NS_PER_S)
		return -EINVAL;
	if (parse_digits(&text, '#', 9, &nsec) < 0)
		return -EINVAL;
	negative = *text == '-';	/* the kernel prints its u32 by %d (pps/sysfs.c) */
	text += negative;
	if (parse_digits(&text, '\0', 10, &seq) < 0)
		return -EINVAL;
	stamp->time_ns = sec * NS_PER_S + nsec;
	stamp->seq = (uint32_t)(negative ? -seq : seq);
	return 0;
}

int pulse_shape(const struct stamp *assert_edge, const struct stamp *clear_edge,
		struct pulse_shape *shape)
{
	const int64_t apart_ns = clear_edge->time_ns - assert_edge->time_ns;
	const int64_t high_ns = apart_ns < 0 ? apart_ns + NS_PER_S : apart_ns;

	if (!assert_edge->time_ns || !clear_edge->time_ns || llabs(apart_ns) >= NS_PER_S)
		return -EAGAIN;
	shape->edge = high_ns <= NS_PER_S / 2 ? EDGE_ASSERT : EDGE_CLEAR;
	shape->width_ns = shape->edge == EDGE_ASSERT ? high_ns : NS_PER_S - high_ns;
	return 0;
}

void burst_begin(struct burst *b)
{
	*b = (struct burst) { .first_ms = -1, .last_ms = -1 };
}

void burst_sample(struct burst *b, int32_t since_pulse_ms, uint32_t rx)
{
	const uint32_t more = rx - b->rx;	/* right across the counter's wrap, too */

	b->rx = rx;
	if (!b->begun) {
		b->begun = true;
		return;
	}
	if (!more)
		return;
	b->chars += more;
	b->last_ms = since_pulse_ms;
	if (b->first_ms < 0)
		b->first_ms = since_pulse_ms;
}
