// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel's clock, by adjtimex(2). */
#include "kernelclock.h"

#include <errno.h>
#include <sys/timex.h>
#include <unistd.h>

#define NS_PER_US 1000

_Static_assert(TIME_OK == CLOCK_OK && TIME_INS == CLOCK_INS && TIME_DEL == CLOCK_DEL &&
	       TIME_OOP == CLOCK_OOP && TIME_WAIT == CLOCK_WAIT && TIME_ERROR == CLOCK_ERROR,
	       "the states are the kernel's");
_Static_assert(STA_PLL == CLOCK_PLL && STA_PPSFREQ == CLOCK_PPSFREQ &&
	       STA_PPSTIME == CLOCK_PPSTIME && STA_FLL == CLOCK_FLL &&
	       STA_INS == CLOCK_LEAP_INS && STA_DEL == CLOCK_LEAP_DEL &&
	       STA_UNSYNC == CLOCK_UNSYNC && STA_FREQHOLD == CLOCK_FREQHOLD &&
	       STA_PPSSIGNAL == CLOCK_PPSSIGNAL && STA_PPSJITTER == CLOCK_PPSJITTER &&
	       STA_PPSWANDER == CLOCK_PPSWANDER && STA_PPSERROR == CLOCK_PPSERROR &&
	       STA_CLOCKERR == CLOCK_CLOCKERR && STA_NANO == CLOCK_NANO &&
	       STA_MODE == CLOCK_MODE && STA_CLK == CLOCK_SOURCE,
	       "the status bits are the kernel's");

int kernelclock_read(struct kernelclock *c)
{
	struct timex t = { .modes = 0 };
	const int state = adjtimex(&t);
	const int64_t unit_ns = t.status & STA_NANO ? 1 : NS_PER_US;

	if (state < 0)
		return -errno;
	*c = (struct kernelclock){
		.state = (enum clock_state)state,
		.status = (unsigned int)t.status,
		.offset_ns = t.offset * unit_ns,
		.frequency = t.freq,
		.tolerance = t.tolerance,
		.max_error_us = t.maxerror,
		.est_error_us = t.esterror,
		.precision_us = t.precision,
		.tick_us = t.tick,
		.constant = t.constant,
		.tai_s = t.tai,
		.pps_frequency = t.ppsfreq,
		.pps_stability = t.stabil,
		.pps_jitter_ns = t.jitter * unit_ns,
		.pps_shift = t.shift,
		.pps_calibrations = t.calcnt,
		.pps_jitters = t.jitcnt,
		.pps_wanders = t.stbcnt,
		.pps_errors = t.errcnt,
	};
	return 0;
}

int kernelclock_set_tick(long tick_us)
{
	struct timex t = { .modes = ADJ_TICK, .tick = tick_us };

	return adjtimex(&t) < 0 ? -errno : 0;
}

void kernelclock_tick_range(long *min_us, long *max_us)
{
	kernelclock_tick_limits(sysconf(_SC_CLK_TCK), min_us, max_us);
}
