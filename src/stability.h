/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Statistics of phase: a regular grid of offsets in seconds, NAN where one is missing
 * (NIST SP 1065, W. J. Riley, for the deviations; ITU-T G.810 for MTIE).  8 bytes a sample,
 * the caller's, read only; no memory beside them; O(n) for each averaging factor.  Pure.
 *
 * Missing samples: a term of the Allan deviations that would need one is left out.  A term of
 * the modified one is the mean of m neighbouring second differences: it is taken from those
 * that are there, when at least half are.  (The mean of what is there of each of the three
 * windows of phase would do as well without a gap, but with one the windows' middles move,
 * and a frequency offset shows as noise; second differences know no frequency.)  MTIE is over
 * the samples that there are.  The numbers of terms say how many were left.
 */
#ifndef GPSPPSCTL_STABILITY_H
#define GPSPPSCTL_STABILITY_H

#include <stddef.h>
#include <stdint.h>

struct stability_point {
	uint64_t m;		/* tau = m tau0 */
	/* s/s but tdev and mtie, s; NAN where there are not samples enough */
	double adev, oadev, mdev, tdev, mtie;
	/* terms behind each; n_mtie: windows of m + 1 places with two samples at least */
	uint64_t n_adev, n_oadev, n_mdev, n_mtie;
};

/* All deviations at one averaging factor.  0, or -EINVAL when m is 0 or 2 m >= n. */
int stability_at(const double *phase_s, size_t n, double tau0_s, uint64_t m,
		 struct stability_point *point);

#define STABILITY_OCTAVES_MAX 48	/* points with m = 1, 2, 4, ... */

#endif
