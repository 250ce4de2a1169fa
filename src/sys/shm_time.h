/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ntpd's shared memory as it lies there: shm.c's own. */
#ifndef GPSPPSCTL_SHM_TIME_H
#define GPSPPSCTL_SHM_TIME_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/*
 * The seconds have the width of time_t.  Where a program is built with 64 bits against a
 * libc of 32, gpsd leaves the lower 31 bits here and puts the upper ones into what was
 * unused (include/ntpshm.h): the segment's size stays that of programs with 32 bits.
 */
#if defined(_TIME_BITS) && _TIME_BITS == 64 && !defined(__LP64__)
typedef uint32_t seconds;
#define SECONDS_BITS 31
#else
typedef time_t seconds;
#define SECONDS_BITS (8 * sizeof(time_t) - 1)
#endif

/* The names of refclock_shm.c are longer: clock is the true time, receive our clock's. */
struct shm_time {
	int mode;
	atomic_int count;
	volatile seconds clock_s;
	volatile int clock_us;
	volatile seconds receive_s;
	volatile int receive_us;
	volatile int leap, precision, nsamples;
	atomic_int valid;
	volatile unsigned int clock_ns, receive_ns;	/* of the second; us is cut, not rounded */
	volatile unsigned int clock_upper, receive_upper;
	volatile int unused[6];
};

_Static_assert(sizeof(atomic_int) == sizeof(int), "ntpd reads an int");
#ifdef __LP64__
_Static_assert(sizeof(struct shm_time) == 96, "as measured of ntpd, gpsd and chrony");
_Static_assert(offsetof(struct shm_time, count) == 4, "");
_Static_assert(offsetof(struct shm_time, clock_s) == 8, "");
_Static_assert(offsetof(struct shm_time, clock_us) == 16, "");
_Static_assert(offsetof(struct shm_time, receive_s) == 24, "");
_Static_assert(offsetof(struct shm_time, receive_us) == 32, "");
_Static_assert(offsetof(struct shm_time, leap) == 36, "");
_Static_assert(offsetof(struct shm_time, precision) == 40, "");
_Static_assert(offsetof(struct shm_time, nsamples) == 44, "");
_Static_assert(offsetof(struct shm_time, valid) == 48, "");
_Static_assert(offsetof(struct shm_time, clock_ns) == 52, "");
_Static_assert(offsetof(struct shm_time, receive_ns) == 56, "");
_Static_assert(offsetof(struct shm_time, clock_upper) == 60, "");
#endif

#endif
