/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the holder does about a port whose pulse is in trouble: one thing for
 * what is seen now and what was tried before.  Pure; hold/heal.c does it.
 */
#ifndef GPSPPSCTL_REMEDY_H
#define GPSPPSCTL_REMEDY_H

#include <stdbool.h>
#include <stdint.h>

enum remedy {
	REMEDY_NONE,
	REMEDY_REARM,		/* DCD's interrupt on again; ppsN stays */
	REMEDY_FLAG,		/* only the driver's flag, as the pulses go on */
	REMEDY_REATTACH,	/* N_PPS put back if need be, its source found: a new ppsN */
	REMEDY_RENEW,		/* N_TTY, then N_PPS, which sets interrupt and flag: a new ppsN */
	REMEDY_LEAVE,		/* say that the line discipline is left to who takes it */
};

struct remedy_facts {
	int64_t at_ns;		/* CLOCK_BOOTTIME */
	bool is_paused;		/* a client works on the port */
	bool is_foreign;	/* the pulse comes from elsewhere than by N_PPS on the port */
	bool is_lost;		/* no pulse for so long that it was noted */
	int ldisc;		/* or -errno */
	bool has_source;	/* the PPS device that we know of is there, and the same */
	bool flag_missing;	/* it is known, and off */
	bool wire_lives;	/* characters come, or never came, or DCD moves */
	bool dcd_moves;
};

/* What was tried; all 0 at the beginning. */
struct remedy_past {
	unsigned int rearms;	/* since the pulse was lost */
	int64_t rearm_ns;	/* not before */
	bool renewed;		/* since the pulse was lost */
	bool flag_tried;	/* since the flag is missing */
	int64_t put_back_ns;	/* when N_PPS was; 0: never */
	unsigned int taken;	/* soon after that, in a row */
	bool left;
	unsigned int refusals;	/* of putting it back, in a row */
	int64_t attach_ns;	/* not before */
};

/* Forget what is over.  Before each choice. */
void remedy_observe(struct remedy_past *past, const struct remedy_facts *f);
enum remedy remedy_choose(const struct remedy_past *past, const struct remedy_facts *f);
/* It was done, and the kernel said 0 or -errno. */
void remedy_done(struct remedy_past *past, enum remedy what, int64_t at_ns, int err);

#endif
