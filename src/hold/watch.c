// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Watch what is held, a look in 12 s, and note what has changed; what is done
 * about it is heal.c's.  Movement is told by counters and ages by CLOCK_BOOTTIME, so that a
 * step of the clock is no event.
 */
#include "hold.h"

#include <stdio.h>
#include <sys/prctl.h>

#include "../sys/ppsport.h"
#include "../sys/tty.h"

/* What stands still for so long is lost, or silent. */
#define STILL_NS (10 * NS_PER_S)
/* A pulse as old as this may have been the last: the next look is when it would be STILL_NS old, */
#define OVERDUE_NS (1500 * NS_PER_MS)
/* but not before a healthy one must have come, as a step of the clock makes false ages. */
#define SOON_NS (3 * NS_PER_S)
/* A look that comes later than this has slept with the machine: it compares nothing. */
#define ASLEEP_NS (2 * WATCH_PERIOD_NS)
/* Nothing here is urgent: the kernel may wake us together with somebody else. */
#define SLACK_NS NS_PER_S

static long seconds(int64_t ns)
{
	return (long)((ns + NS_PER_S / 2) / NS_PER_S);
}

/* ---- what holds the pulse ---- */

static void judge_ldisc(struct hold *hold, const struct look *now)
{
	const int before = hold->watch.last.ldisc;

	if (now->ldisc < 0 || before < 0 || now->ldisc == before || hold->h.no_pulse)
		return;
	events_note(hold, "ldisc", "line discipline %d -> %d: %s", before, now->ldisc,
		    now->ldisc == N_PPS ? "N_PPS again, as a new PPS device" :
		    "another program has taken N_PPS off the port");
}

static void judge_flags(struct hold *hold, const struct look *now)
{
	const struct look *last = &hold->watch.last;

	hold->watch.had_flag |= now->has_flags && now->flags & FLAG_HARDPPS_CD;
	if (!now->has_flags || !last->has_flags || hold->h.no_pulse ||
	    !((now->flags ^ last->flags) & FLAG_HARDPPS_CD))
		return;
	/* with N_PPS it goes and comes by itself (serial8250_set_ldisc()) */
	if (now->ldisc != last->ldisc)
		return;
	events_note(hold, "flags", "0x%lx -> 0x%lx: %s", last->flags, now->flags,
		    now->flags & FLAG_HARDPPS_CD ? "the kernel listens to DCD for pulses again" :
		    "DCD's interrupt goes off at the next change of settings");
}

/* A client that works on the port may change the speed, and the end of its pause mends it. */
static void judge_speed(struct hold *hold, const struct look *now)
{
	struct watch *w = &hold->watch;

	if (!now->has_speed || now->speed == w->speed)
		return;
	events_note(hold, "speed", "%u -> %u baud, set by another program", tty_baud(w->speed),
		    tty_baud(now->speed));
	w->speed = now->speed;
}

/* ---- pulses ---- */

/* Its own, or a source that the table names; another port's is watched by that port's holder. */
static bool has_pulse(const struct hold *hold)
{
	return hold->h.pps[0];
}

/* "the counter of DCD moves, characters arrive": what tells one loss from another */
static void describe_wire(const struct look *last, const struct look *now, char *buf, size_t size)
{
	if (!now->has_counts || !last->has_counts)
		snprintf(buf, size, "the driver counts nothing");
	else
		snprintf(buf, size, "%s, %s",
			 now->dcd == last->dcd ? "DCD stands still" : "DCD changes",
			 now->rx == last->rx ? "no characters" : "characters arrive");
}

/* Since the last pulse, or since we began to wait for the first. */
static int64_t stillness_ns(const struct hold *hold, const struct look *now)
{
	return now->at_ns - (hold->watch.pulse_ns ? hold->watch.pulse_ns : hold->since_ns);
}

static void note_lost(struct hold *hold, const struct look *now)
{
	const struct watch *w = &hold->watch;
	const struct stamp *edge = look_newest(now);
	char wire[64];

	hold->tally.losses++;
	hold->tally.lost_ns = now->at_ns - stillness_ns(hold, now);
	describe_wire(&w->last, now, wire, sizeof(wire));
	if (!now->has_edges)
		hold_tell(hold, "lost", "%s is gone; %s", hold->h.pps, wire);
	else if (!w->pulse_ns)
		hold_tell(hold, "lost", "no pulse since it was attached %ld s ago; %s",
			  seconds(stillness_ns(hold, now)), wire);
	else
		hold_tell(hold, "lost", "no pulse for %ld s, the last at %lld.%09ld; %s",
			  seconds(stillness_ns(hold, now)),
			  (long long)(edge->time_ns / NS_PER_S),
			  (long)(edge->time_ns % NS_PER_S), wire);
}

static void note_back(struct hold *hold, const struct look *now, uint32_t n)
{
	const struct watch *w = &hold->watch;

	if (w->pulse_ns)
		hold_tell(hold, "back", "%u pulses in %ld s; the one before them came %ld s ago", n,
			  seconds(now->at_ns - w->last.at_ns), seconds(now->at_ns - w->pulse_ns));
	else
		hold_tell(hold, "back", "%u pulses in %ld s, the first since it was attached %ld s ago",
			  n, seconds(now->at_ns - w->last.at_ns),
			  seconds(now->at_ns - hold->since_ns));
}

/* By our doing, or by itself. */
static void came_back(struct hold *hold, const struct look *now, uint32_t n)
{
	if (!heal_has_worked(hold, seconds(stillness_ns(hold, now))) && hold->watch.is_lost)
		note_back(hold, now, n);
	if (hold->heal.is_told)
		task_units(hold, "start", hold->h.on_back);
	hold->watch.is_lost = false;
	hold->tally.lost_ns = 0;
}

/* Another port's look may have brought ours forward: then it says nothing of the pulse yet. */
static void judge_pulse(struct hold *hold, const struct look *now)
{
	struct watch *w = &hold->watch;
	const uint32_t n = now->has_edges ? look_pulses(&w->last, now) : 0;

	if (!has_pulse(hold))
		return;
	if (n) {
		came_back(hold, now, n);
		w->pulse_ns = look_pulse_ns(now);
	} else if (!w->is_lost && stillness_ns(hold, now) >= STILL_NS) {
		note_lost(hold, now);
		w->is_lost = true;
	}
}

/* ---- sentences ---- */

/* A port that has never spoken, such as one with a pulse alone, is not silent. */
static void judge_characters(struct hold *hold, const struct look *now)
{
	struct watch *w = &hold->watch;
	const int64_t since_ns = now->at_ns - w->heard_ns;

	if (!now->has_counts || !w->last.has_counts || hold->h.no_sentences)
		return;
	if (now->rx != w->last.rx) {
		if (w->is_silent)
			events_note(hold, "speaking", "characters again, after %ld s", seconds(since_ns));
		w->is_silent = false;
		w->heard_ns = now->at_ns;
	} else if (w->heard_ns && !w->is_silent && since_ns >= STILL_NS) {
		events_note(hold, "silent", "no character for %ld s; %s", seconds(since_ns),
			    w->is_lost ? "no pulses either" : "pulses go on");
		w->is_silent = true;
	}
}

/* ---- healing ---- */

static bool heal(struct hold *hold, const struct look *now)
{
	const struct watch *w = &hold->watch;
	const bool counts = now->has_counts && w->last.has_counts;
	const bool dcd_moves = counts && now->dcd != w->last.dcd;
	const struct remedy_facts f = {
		.at_ns = now->at_ns,
		.is_paused = hold->pauser,
		.is_foreign = hold->h.no_pulse || !w->had_pps,
		.is_lost = w->is_lost,
		.ldisc = now->ldisc,
		.has_source = now->has_edges && !look_is_anew(&w->last, now),
		.flag_missing = w->had_flag && now->has_flags && !(now->flags & FLAG_HARDPPS_CD),
		.wire_lives = dcd_moves || !w->heard_ns || now->at_ns - w->heard_ns < STILL_NS,
		.dcd_moves = dcd_moves,
	};

	return heal_step(hold, &f);
}

/* ---- the watch ---- */

static void (*const judges[])(struct hold *hold, const struct look *now) = {
	judge_ldisc, judge_flags, judge_speed, judge_pulse, judge_characters,
};

void watch_init(struct hold *hold)
{
	struct watch *w = &hold->watch;

	look_at(hold, &w->last);
	w->speed = cfgetospeed(&hold->h.mode);
	w->had_pps = w->last.ldisc == N_PPS;
	w->had_flag = w->last.has_flags && w->last.flags & FLAG_HARDPPS_CD;
	if (w->last.has_edges && (w->last.assert_edge.seq || w->last.clear_edge.seq))
		w->pulse_ns = look_pulse_ns(&w->last);
	w->due_ns = w->last.at_ns + WATCH_PERIOD_NS;
	heal_init(hold);
}

/* A loss is told within 15 s, though we look so seldom; a remedy is looked after soon. */
static int64_t next_ns(const struct hold *hold, const struct look *now)
{
	const int64_t still_ns = stillness_ns(hold, now);

	if (hold->heal.pending)
		return hold->heal.until_ns;
	if (hold->watch.is_lost || still_ns < OVERDUE_NS || !has_pulse(hold))
		return now->at_ns + WATCH_PERIOD_NS;
	return now->at_ns + (still_ns > STILL_NS - SOON_NS ? SOON_NS : STILL_NS - still_ns);
}

int watch_timeout_ms(const struct hold *hold)
{
	const int64_t left_ns = hold->watch.due_ns - hold_now_ns();

	return left_ns <= 0 ? 0 : (int)((left_ns + NS_PER_MS - 1) / NS_PER_MS);
}

void watch_step(struct hold *hold)
{
	struct watch *w = &hold->watch;
	struct look now;

	look_at(hold, &now);
	if (now.at_ns - w->last.at_ns < ASLEEP_NS) {
		for (size_t i = 0; i < sizeof(judges) / sizeof(judges[0]); i++)
			judges[i](hold, &now);
		if (heal(hold, &now))
			look_at(hold, &now);
	}
	w->last = now;
	w->due_ns = next_ns(hold, &now);
	/* what measures the receiver needs its milliseconds; poll(2) has this slack only after it */
	if (hold->meter.state == METER_DONE)
		prctl(PR_SET_TIMERSLACK, SLACK_NS, 0, 0, 0);
}
