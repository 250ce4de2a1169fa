// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * feed --calibrate: by how much the pulses of a PORT are stamped later than those of another
 * source that gets the same pulse; or than the system clock's seconds.
 */
#include "feed_calibrate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>

#include "../sys/signals.h"
#include "watch_options.h"

#define PAIRS 60

/* ---- choose ---- */

/* "ttyS0:cts": the port without its line, which is put into the options. */
static void cut_line(char *name, struct feed_options *o)
{
	char *colon = strrchr(name, ':');

	for (int i = LINE_DCD; colon && i <= LINE_RI; i++)
		if (!strcmp(colon + 1, watch_line_names[i])) {
			o->line = (enum source_line)i;
			o->line_given = true;
			*colon = '\0';
			return;
		}
}

/* Nobody has the port: with its line named we look at that ourselves. */
static int take_idle(const struct feed_options *o, struct feed_chosen *c)
{
	if (!c->needs_holder)
		return 0;
	if (!o->line_given) {
		msg_error(c->port, "nobody keeps it attached: the kernel stamps no pulse of it");
		msg_hint("gpsppsctl attach %s; or, to stamp it as TIOCMIWAIT does: --line dcd, or "
			 "%s:dcd as the SOURCE", c->port, c->tty);
		return EXIT_TROUBLE;
	}
	snprintf(c->wish.name, sizeof(c->wish.name), "%.50s:%s", c->tty,
		 watch_line_names[o->line]);
	snprintf(c->wish.path, sizeof(c->wish.path), "%s", c->port);
	c->wish.line = o->line;
	c->has_pulse = true;
	return 0;
}

/* The pulse alone: who reads the sentences does not matter. */
static int choose(const struct ctx *ctx, const struct feed_options *given, const char *what,
		  struct feed_chosen *c)
{
	struct feed_options o = *given;
	char name[256], *names[] = { name };
	int code;

	snprintf(name, sizeof(name), "%s", what);
	cut_line(name, &o);
	o.ports = names;
	o.n = 1;
	o.mode = FEED_PULSES;
	code = feed_choose(ctx, &o, 0, c);
	return code ? code : take_idle(&o, c);
}

static int no_clock(void)
{
	msg_error("clock", "it is not synchronised: its seconds tell nothing");
	msg_hint("chronyc waitsync, or ntpq -p; then again");
	return EXIT_NO;
}

/* adjtimex(2): a daemon, and not long ago, has said that it is right. */
static bool is_clock_synchronised(void)
{
	struct timex t = { .modes = 0 };

	return adjtimex(&t) >= 0 && !(t.status & STA_UNSYNC);
}

static int choose_reference(const struct ctx *ctx, struct calibration *k)
{
	struct feed_options o = *k->o;
	int code;

	k->by_clock = !strcmp(o.calibrate, "clock");
	if (k->by_clock)
		return is_clock_synchronised() ? 0 : no_clock();
	/* what is said of the PORT's pulse is not of this one */
	o.pulse = NULL;
	o.line = LINE_DCD;
	o.line_given = false;
	code = choose(ctx, &o, o.calibrate, &k->side[1].chosen);
	if (code || strcmp(k->side[0].chosen.wish.name, k->side[1].chosen.wish.name) != 0)
		return code;
	msg_error(k->side[1].chosen.wish.name, "it is the same source as that of %s",
		  k->o->ports[0]);
	return EXIT_TROUBLE;
}

static int choose_both(const struct ctx *ctx, struct calibration *k)
{
	int code = choose(ctx, k->o, k->o->ports[0], &k->side[0].chosen);

	return code ? code : choose_reference(ctx, k);
}

/* ---- the sequence ---- */

static int calibrate(const struct ctx *ctx, struct calibration *k)
{
	struct realtime realtime;
	int code = choose_both(ctx, k);

	if (code)
		return code;
	signals_catch();
	/* as feed is woken, so that it is feed's lateness; the threads begin as this one is */
	realtime_begin(&realtime, (int)k->o->priority, (int32_t)k->o->wakeup_latency_us);
	code = calibrate_start(k);
	if (!code)
		code = calibrate_collect(k);
	calibrate_stop(k);
	realtime_end(&realtime);
	if (code)
		return code;
	compare_result(&k->compare, &k->result);
	calibrate_tell(k);
	return EXIT_DONE;
}

int feed_calibrate(const struct ctx *ctx, const struct feed_options *o)
{
	struct calibration *k = calloc(1, sizeof(*k));
	int code;

	if (!k) {
		msg_error(NULL, "out of memory");
		return EXIT_TROUBLE;
	}
	k->o = o;
	k->pipe[0] = k->pipe[1] = -1;
	k->wanted = o->count > 0 && o->count < COMPARE_MAX ? (size_t)o->count : o->count ?
		    COMPARE_MAX : PAIRS;
	code = calibrate(ctx, k);
	free(k);
	return code;
}
