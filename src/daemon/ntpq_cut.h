/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text of one run of ntpq with several questions, cut into those that ntpq_state.h
 * reads: `peers`, `rv 0`, then for each source `rv &N srcadr` and `cv &N`.  Pure.
 */
#ifndef GPSPPSCTL_NTPQ_CUT_H
#define GPSPPSCTL_NTPQ_CUT_H

#include <stddef.h>

#include "../words.h"

#define NTPQ_CLOCKS_MAX 16

struct ntpq_part {
	int driver, unit;	/* whose: 127.127.DRIVER.UNIT */
	struct word text;
};

struct ntpq_parts {
	struct word peers, system;	/* without a part: all of the text, if it has none at all, */
					/* for its error; else empty */
	struct ntpq_part clocks[NTPQ_CLOCKS_MAX];
	size_t n;
};

void ntpq_cut(const char *text, size_t len, struct ntpq_parts *out);

/* The clock's variables; empty when they were not told. */
struct word ntpq_clock_part(const struct ntpq_parts *p, int driver, int unit);

#endif
