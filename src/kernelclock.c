// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel's clock: what adjtimex(2) says, in words. */
#include "kernelclock.h"

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *name, *meaning;
} states[N_CLOCK_STATES] = {
	[CLOCK_OK] = { "TIME_OK", "synchronised" },
	[CLOCK_INS] = { "TIME_INS", "synchronised; a leap second comes at the end of the UTC day" },
	[CLOCK_DEL] = { "TIME_DEL", "synchronised; the last second of the UTC day is left out" },
	[CLOCK_OOP] = { "TIME_OOP", "a leap second is being inserted" },
	[CLOCK_WAIT] = { "TIME_WAIT", "synchronised; a leap second has just passed" },
	[CLOCK_ERROR] = { "TIME_ERROR", "not synchronised" },
};

static const struct {
	unsigned int bit;
	const char *name;
} flags[] = {
	{ CLOCK_PLL, "STA_PLL" },
	{ CLOCK_PPSFREQ, "STA_PPSFREQ" },
	{ CLOCK_PPSTIME, "STA_PPSTIME" },
	{ CLOCK_FLL, "STA_FLL" },
	{ CLOCK_LEAP_INS, "STA_INS" },
	{ CLOCK_LEAP_DEL, "STA_DEL" },
	{ CLOCK_UNSYNC, "STA_UNSYNC" },
	{ CLOCK_FREQHOLD, "STA_FREQHOLD" },
	{ CLOCK_PPSSIGNAL, "STA_PPSSIGNAL" },
	{ CLOCK_PPSJITTER, "STA_PPSJITTER" },
	{ CLOCK_PPSWANDER, "STA_PPSWANDER" },
	{ CLOCK_PPSERROR, "STA_PPSERROR" },
	{ CLOCK_CLOCKERR, "STA_CLOCKERR" },
	{ CLOCK_NANO, "STA_NANO" },
	{ CLOCK_MODE, "STA_MODE" },
	{ CLOCK_SOURCE, "STA_CLK" },
};

/*
 * is_error_status() and pps_ntp_error(), kernel/time/ntp.c: any of `one_of` is set, any of
 * `and_one_of` (0: whatever), and none of `without`.  What follows from another one is last.
 */
static const struct {
	unsigned int one_of, and_one_of, without;
	const char *meaning;
} errors[] = {
	{ CLOCK_CLOCKERR, 0, 0, "the clock's hardware has a fault" },
	{ CLOCK_PPSFREQ | CLOCK_PPSTIME, 0, CLOCK_PPSSIGNAL,
	  "it is to follow a pulse, and the kernel gets none" },
	{ CLOCK_PPSTIME, CLOCK_PPSJITTER, 0,
	  "it is to follow a pulse, which jitters too much" },
	{ CLOCK_PPSFREQ, CLOCK_PPSWANDER | CLOCK_PPSERROR, 0,
	  "its frequency is to follow a pulse, which wanders or fails" },
	{ CLOCK_UNSYNC, 0, 0, "nobody synchronises it" },
};

const char *kernelclock_state_name(enum clock_state state)
{
	return (unsigned int)state < N_CLOCK_STATES ? states[state].name : "unknown";
}

const char *kernelclock_meaning(const struct kernelclock *c)
{
	if ((unsigned int)c->state >= N_CLOCK_STATES)
		return "not known to this program";
	for (size_t i = 0; c->state == CLOCK_ERROR && i < LEN(errors); i++)
		if (c->status & errors[i].one_of && !(c->status & errors[i].without) &&
		    (!errors[i].and_one_of || c->status & errors[i].and_one_of))
			return errors[i].meaning;
	return states[c->state].meaning;
}

const char *kernelclock_flag(unsigned int status, size_t i)
{
	for (size_t k = 0; k < LEN(flags); k++)
		if (status & flags[k].bit && !i--)
			return flags[k].name;
	return NULL;
}

bool kernelclock_has_hardpps(const struct kernelclock *c)
{
	return c->pps_shift != 0;
}

void kernelclock_tick_limits(long user_hz, long *min_us, long *max_us)
{
	*min_us = 900000 / user_hz;
	*max_us = 1100000 / user_hz;
}
