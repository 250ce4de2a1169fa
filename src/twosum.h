/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sum of doubles that keeps what each addition rounds away (Knuth's TwoSum, as used by
 * Kahan and Babuska): millions of terms cost no digits.  Pure.
 */
#ifndef GPSPPSCTL_TWOSUM_H
#define GPSPPSCTL_TWOSUM_H

/* All zero is an empty one. */
struct twosum {
	double sum, rest;
};

static inline void twosum_add(struct twosum *s, double x)
{
	const double sum = s->sum + x, of_x = sum - s->sum;

	s->rest += (s->sum - (sum - of_x)) + (x - of_x);
	s->sum = sum;
}

static inline double twosum_value(struct twosum s)
{
	return s.sum + s.rest;
}

#endif
