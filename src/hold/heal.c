// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Do what remedy.c has chosen, look soon whether the pulse is back, and tell
 * it.  The kernel's calls here are those of attach; none of them waits.
 */
#include "hold.h"

#include <stdio.h>
#include <string.h>

#include "../sys/rearm.h"
#include "../sys/tty.h"

/* Two pulses of one a second, and some patience. */
#define CONFIRM_NS (2500 * NS_PER_MS)

/* ---- what others have to be told ---- */

/*
 * Who has the old device open reads a dead handle, even if the new one has its
 * name.  It is told when udev has had the time to move the link.
 */
static void tell_new_source(struct hold *hold)
{
	if (!hold->heal.is_new)
		return;
	hold->heal.is_new = false;
	if (hold->h.restart[0])
		task_units(hold, "try-restart", hold->h.restart);
	else if (!handles_tell(hold, hold->heal.was))
		hold_say(hold, "%s is a new device: who has its forerunner open must open it again",
			 hold->h.pps);
}

static void not_healed(struct hold *hold)
{
	task_units(hold, "start", hold->h.on_lost);
	task_cause(hold);
}

/* ---- doing it ---- */

static int rearm(struct hold *hold)
{
	return rearm_fd(hold->h.tty_fd);
}

static int set_flag(struct hold *hold)
{
	return rearm_set_flag(hold->h.tty_fd);
}

/* The source may bear the old one's name: the kernel gives the lowest number that is free. */
static int take_source(struct hold *hold)
{
	char pps[HANDOVER_NAME_MAX];
	int err = hold_find_source(hold, pps, sizeof(pps));

	if (err)
		return err;
	strcpy(hold->heal.was, hold->h.pps);
	err = hold_use_source(hold, pps);
	if (err)
		hold_tell(hold, "ldisc", "cannot make %s lead to %s, for group dialout, too: %s",
			  hold->h.pps_link, pps, strerror(-err));
	hold_bind(hold);
	hold->tally.reattached++;
	hold->heal.is_new = true;
	meter_restart(hold);
	return 0;
}

/* N_PPS on N_PPS does nothing (tty_set_ldisc()), and its source can be found all the same. */
static int reattach(struct hold *hold)
{
	int err;

	tcflush(hold->h.tty_fd, TCOFLUSH);	/* as tty_put_back(): it would be waited for */
	err = tty_set_ldisc(hold->h.tty_fd, N_PPS);
	if (err)
		return err;
	/* a driver without set_ldisc() has not noticed; for the others it changes nothing */
	rearm_set_flag(hold->h.tty_fd);
	rearm_fd(hold->h.tty_fd);
	return take_source(hold);
}

static int renew(struct hold *hold)
{
	int err;

	tcflush(hold->h.tty_fd, TCOFLUSH);
	err = tty_set_ldisc(hold->h.tty_fd, N_TTY);
	return err ? err : reattach(hold);
}

static int leave_it(struct hold *hold)
{
	hold_tell(hold, "ldisc", "N_PPS was taken again and again as soon as it was put back: %s",
		  "left to who takes it");
	return 0;
}

/* ---- telling it ---- */

static void tell_flag(struct hold *hold)
{
	hold->tally.heals++;
	hold_tell(hold, "healed", "the driver's flag for DCD (0x800) set again; pulses went on");
}

static void tell_source(struct hold *hold)
{
	events_note(hold, "ldisc", "N_PPS is back, as %s instead of %s", hold->h.pps,
		    hold->heal.was);
}

/* What is done by whom, what is told at once, and what it was when pulses came of it. */
static const struct {
	int (*run)(struct hold *hold);
	void (*tell)(struct hold *hold);
	const char *refused_as, *refused;
	const char *what;	/* NULL: no look at the pulse */
} remedies[] = {
	[REMEDY_REARM] = { rearm, NULL, "lost", "DCD's interrupt cannot be armed again",
			   "DCD's interrupt armed again" },
	[REMEDY_FLAG] = { set_flag, tell_flag, "flags",
			  "0x800 cannot be set again (gpsppsctl diag --fix sets it)", NULL },
	[REMEDY_REATTACH] = { reattach, tell_source, "ldisc", "N_PPS cannot be put back",
			      "N_PPS is back" },
	[REMEDY_RENEW] = { renew, tell_source, "ldisc", "N_PPS cannot be attached anew",
			   "N_PPS attached anew" },
	[REMEDY_LEAVE] = { leave_it, NULL, NULL, NULL, NULL },
};

/* The first time it was refused. */
static bool is_first(const struct remedy_past *past, enum remedy what)
{
	if (what == REMEDY_REARM)
		return past->rearms == 1;
	return what == REMEDY_FLAG || past->refusals == 1;
}

static void apply(struct hold *hold, enum remedy what, int64_t at_ns)
{
	struct heal *heal = &hold->heal;
	const int err = remedies[what].run(hold);

	remedy_done(&heal->past, what, at_ns, err);
	if (!err && remedies[what].tell)
		remedies[what].tell(hold);
	if (err && is_first(&heal->past, what))
		events_note(hold, remedies[what].refused_as, "%s: %s", remedies[what].refused,
			    strerror(-err));
	if (!err && remedies[what].what) {
		heal->pending = what;
		heal->until_ns = at_ns + CONFIRM_NS;
	}
}

bool heal_has_worked(struct hold *hold, long lost_s)
{
	struct heal *heal = &hold->heal;
	const enum remedy what = heal->pending;

	if (what == REMEDY_NONE)
		return false;
	heal->pending = REMEDY_NONE;
	tell_new_source(hold);
	hold->tally.heals++;
	if (what == REMEDY_REARM)
		hold_tell(hold, "healed", "%s, %s stays; no pulse for %ld s", remedies[what].what,
			  hold->h.pps, lost_s);
	else
		hold_tell(hold, "healed", "%s, as %s instead of %s; no pulse for %ld s",
			  remedies[what].what, hold->h.pps, heal->was, lost_s);
	return true;
}

/* ---- the step ---- */

void heal_init(struct hold *hold)
{
	hold_note_node(hold);
}

/* Once for each loss, when what could be done at once was done. */
static void tell_unhealed(struct hold *hold, const struct remedy_facts *f)
{
	struct heal *heal = &hold->heal;

	if (!f->is_lost)
		heal->is_told = false;
	if (!f->is_lost || f->is_paused || heal->pending || heal->is_told)
		return;
	heal->is_told = true;
	not_healed(hold);
}

bool heal_step(struct hold *hold, const struct remedy_facts *f)
{
	struct heal *heal = &hold->heal;
	enum remedy what;

	if (heal->pending && f->at_ns < heal->until_ns)
		return false;
	heal->pending = REMEDY_NONE;	/* in vain: else heal_has_worked() was called */
	tell_new_source(hold);
	remedy_observe(&heal->past, f);
	what = remedy_choose(&heal->past, f);
	if (what)
		apply(hold, what, f->at_ns);
	tell_unhealed(hold, f);
	return what != REMEDY_NONE;
}
