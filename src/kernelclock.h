/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's clock as adjtimex(2) tells it (RFC 1589, kernel/time/ntp.c): its words,
 * units and limits.  Pure: sys/kernelclock.h reads and sets it.
 */
#ifndef GPSPPSCTL_KERNELCLOCK_H
#define GPSPPSCTL_KERNELCLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What adjtimex() returns. */
enum clock_state {
	CLOCK_OK, CLOCK_INS, CLOCK_DEL, CLOCK_OOP, CLOCK_WAIT, CLOCK_ERROR,
	N_CLOCK_STATES
};

/* STA_* of include/uapi/linux/timex.h */
enum clock_status {
	CLOCK_PLL = 0x0001, CLOCK_PPSFREQ = 0x0002, CLOCK_PPSTIME = 0x0004, CLOCK_FLL = 0x0008,
	CLOCK_LEAP_INS = 0x0010, CLOCK_LEAP_DEL = 0x0020, CLOCK_UNSYNC = 0x0040,
	CLOCK_FREQHOLD = 0x0080, CLOCK_PPSSIGNAL = 0x0100, CLOCK_PPSJITTER = 0x0200,
	CLOCK_PPSWANDER = 0x0400, CLOCK_PPSERROR = 0x0800, CLOCK_CLOCKERR = 0x1000,
	CLOCK_NANO = 0x2000, CLOCK_MODE = 0x4000, CLOCK_SOURCE = 0x8000,
};

/* Parts per million as the kernel has them: 16 bits of fraction. */
#define CLOCK_PPM 65536.0

struct kernelclock {
	enum clock_state state;
	unsigned int status;
	int64_t offset_ns;		/* still to be slewed */
	int64_t frequency, tolerance;	/* of CLOCK_PPM */
	int64_t max_error_us, est_error_us, precision_us, tick_us;
	int64_t constant, tai_s;
	/* Of the pulse that the kernel uses itself; all 0 without CONFIG_NTP_PPS. */
	int64_t pps_frequency, pps_stability;	/* of CLOCK_PPM */
	int64_t pps_jitter_ns;
	int64_t pps_shift;			/* an interval of calibration is 2^shift s */
	int64_t pps_calibrations, pps_jitters, pps_wanders, pps_errors;
};

/* "TIME_OK" */
const char *kernelclock_state_name(enum clock_state state);
/* What it means; of TIME_ERROR the first of the kernel's reasons that holds. */
const char *kernelclock_meaning(const struct kernelclock *c);

/* The i-th word of the status that is set, "STA_PLL" first; NULL behind the last one. */
const char *kernelclock_flag(unsigned int status, size_t i);

/*
 * Was it built with CONFIG_NTP_PPS?  Then an interval is 2^2 s at the least, from the boot on
 * (PPS_INTMIN, pps_clear()); without it the pulse's words are zeros (pps_fill_timex()).
 */
bool kernelclock_has_hardpps(const struct kernelclock *c);

/* A tenth above and below the usual one: timekeeping_validate_timex(), kernel/time/timekeeping.c. */
void kernelclock_tick_limits(long user_hz, long *min_us, long *max_us);

#endif
