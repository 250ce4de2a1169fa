// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which remedy, and when not.  Arming again costs nothing, but a port without
 * an antenna may stay lost for weeks: it is tried ever more seldom.  Who takes
 * N_PPS off again and again means it: there is no fight.
 */
#include "remedy.h"

#include "measure.h"

#define LDISC_TTY 0
#define LDISC_PPS 18

#define MINUTE_NS (60 * NS_PER_S)
/* Taken again so soon after it was put back, it is the same program's doing, */
#define AGAIN_NS MINUTE_NS
/* and so often in a row, it is its will. */
#define TAKEN_MOST 3

/* From one try to the next, while nothing has changed; the last for ever. */
static int64_t wait_ns(unsigned int tries)
{
	static const int64_t wait[] = { MINUTE_NS, 5 * MINUTE_NS, 30 * MINUTE_NS };
	const unsigned int last = sizeof(wait) / sizeof(wait[0]) - 1;

	return wait[tries < last ? tries : last];
}

static bool is_attached(const struct remedy_facts *f)
{
	return f->ldisc == LDISC_PPS && f->has_source;
}

static bool is_soon_after(const struct remedy_past *past, int64_t at_ns)
{
	return past->put_back_ns && at_ns - past->put_back_ns < AGAIN_NS;
}

void remedy_observe(struct remedy_past *past, const struct remedy_facts *f)
{
	if (!f->is_lost) {
		past->rearms = 0;
		past->rearm_ns = 0;
		past->renewed = false;
	}
	if (!f->flag_missing)
		past->flag_tried = false;
	if (!is_attached(f))
		return;
	past->refusals = 0;
	past->attach_ns = 0;
	if (!is_soon_after(past, f->at_ns)) {
		past->taken = 0;
		past->left = false;
	}
}

/*
 * N_TTY is what a program sets that knows nothing of N_PPS, or leaves behind.
 * Any other (SLIP, PPP) has a user, who would be cut off; one that cannot be
 * asked for (-EIO) belongs to a port that was hung up.  N_PPS without our source
 * was attached anew by somebody: its new source only wants to be found.
 */
static enum remedy of_ldisc(const struct remedy_past *past, const struct remedy_facts *f)
{
	const bool again = is_soon_after(past, f->at_ns);

	if (f->ldisc != LDISC_TTY && f->ldisc != LDISC_PPS)
		return REMEDY_NONE;
	if (f->ldisc == LDISC_TTY && past->left)
		return REMEDY_NONE;
	if (f->ldisc == LDISC_TTY && again && past->taken + 1 >= TAKEN_MOST)
		return REMEDY_LEAVE;
	return f->at_ns < past->attach_ns ? REMEDY_NONE : REMEDY_REATTACH;
}

/*
 * Where the line moves and no pulse comes of it, arming was in vain; without
 * the flag only a new N_PPS sets it for who may not (CAP_SYS_ADMIN).
 */
static enum remedy of_loss(const struct remedy_past *past, const struct remedy_facts *f)
{
	if (past->rearms && !past->renewed && f->flag_missing && f->dcd_moves)
		return REMEDY_RENEW;
	if (!f->wire_lives)	/* unplugged, or without power: it is no fault of the port */
		return REMEDY_NONE;
	return f->at_ns < past->rearm_ns ? REMEDY_NONE : REMEDY_REARM;
}

enum remedy remedy_choose(const struct remedy_past *past, const struct remedy_facts *f)
{
	if (f->is_paused || f->is_foreign)
		return REMEDY_NONE;
	if (!is_attached(f))
		return of_ldisc(past, f);
	if (f->is_lost)
		return of_loss(past, f);
	return f->flag_missing && !past->flag_tried ? REMEDY_FLAG : REMEDY_NONE;
}

static void attached(struct remedy_past *past, int64_t at_ns, int err)
{
	if (err) {
		past->attach_ns = at_ns + wait_ns(past->refusals++);
		return;
	}
	past->taken = is_soon_after(past, at_ns) ? past->taken + 1 : 0;
	past->put_back_ns = at_ns;
}

void remedy_done(struct remedy_past *past, enum remedy what, int64_t at_ns, int err)
{
	switch (what) {
	case REMEDY_NONE:
		break;
	case REMEDY_REARM:
		past->rearm_ns = at_ns + wait_ns(past->rearms++);
		break;
	case REMEDY_FLAG:
		past->flag_tried = true;
		break;
	case REMEDY_RENEW:
		past->renewed = true;
		attached(past, at_ns, err);
		break;
	case REMEDY_REATTACH:
		attached(past, at_ns, err);
		break;
	case REMEDY_LEAVE:
		past->left = true;
		break;
	}
}
