/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decimal numbers of any length, to the nearest double or to whole units, in every locale:
 * "12", "-3.10", ".5", "5.", "1e-9", "+1.5E+03".  No hexadecimal, no "inf", no "nan".  Pure.
 */
#ifndef GPSPPSCTL_DECIMAL_H
#define GPSPPSCTL_DECIMAL_H

#include <stdbool.h>
#include <stdint.h>

#define DECIMAL_DIGITS 19	/* so many fit in 64 bits */

/* digits * 10^exp10, and a little more if `cut` */
struct decimal {
	const char *text, *end;	/* as it stands there; must live as long as this is used */
	uint64_t digits;	/* the first DECIMAL_DIGITS significant ones */
	int64_t exp10;
	bool negative, cut;	/* cut: digits that are not zero were left off */
};

/* The number that begins at p: what stands behind it, or NULL if there is none. */
const char *decimal_read(const char *p, const char *end, struct decimal *d);

/* The double nearest to d * 10^shift.  0, or -ERANGE beyond DBL_MAX. */
int decimal_double(const struct decimal *d, int shift, double *value);

/*
 * d * 10^places, towards zero: 9 makes nanoseconds of seconds.  0, or -ERANGE when it is no
 * int64_t.  *rest, unless it is NULL: what was cut off from it, -1 < rest < 1, as far as the
 * first DECIMAL_DIGITS digits tell.
 */
int decimal_scaled(const struct decimal *d, int places, int64_t *value, double *rest);

#endif
