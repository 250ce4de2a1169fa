// SPDX-License-Identifier: GPL-2.0-or-later
/* setup's proposal: what was found, what each file becomes, what is started. */
#include "setup.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../setup/diff.h"

#define BAUD_ASSUMED 4800	/* what NMEA 0183 says, and Garmin's LVC units do */

void setup_put(const char *name, const char *text)
{
	printf("%-12s ", name);
	diag_put_clean(text);
	putchar('\n');
}

/* ---- what was found ---- */

static void show_port(const struct setup *s)
{
	char line[DIAG_LINE_MAX] = "";

	if (fact_known(s->in.baud))
		diag_add(line, "%lld baud (%s)", (long long)s->in.baud.val, s->found.baud_from);
	else
		diag_add(line, "speed not known: %d baud is assumed", BAUD_ASSUMED);
	if (fact_is(s->found.fix, 1))
		diag_add(line, ", the receiver has a fix");
	else if (fact_is(s->found.fix, 0))
		diag_add(line, ", the receiver has no fix yet");
	if (fact_known(s->found.satellites))
		diag_add(line, ", %lld satellites", (long long)s->found.satellites.val);
	setup_put(s->in.port, line);
}

/* A daemon pairs a sentence with the nearest pulse: the middle of more is no good guess. */
#define COUNTED_MAX_MS 800

void setup_delay_text(const struct setup *s, char text[DIAG_LINE_MAX])
{
	const struct setup_in *in = &s->in;

	text[0] = '\0';
	if (!fact_known(in->delay_ms))
		diag_add(text, "how late its sentence ends is not known");
	else if (!fact_known(in->delay_from_ms) || !fact_known(in->delay_to_ms))
		diag_add(text, "its sentence ends %.3f s after it", (double)in->delay_ms.val / 1e3);
	else
		diag_add(text, "its sentences come from %.3f to %.3f s after it, as counted: %s",
			 (double)in->delay_from_ms.val / 1e3, (double)in->delay_to_ms.val / 1e3,
			 in->delay_to_ms.val - in->delay_from_ms.val > COUNTED_MAX_MS ?
			 "too long to guess which one counts; stop the daemon and run setup again" :
			 "the middle is right for any of them");
}

static void show_pulse(const struct setup *s)
{
	char line[DIAG_LINE_MAX] = "", delay[DIAG_LINE_MAX];

	if (s->in.edge == EDGE_UNKNOWN)
		diag_add(line, "edge not known: the assert edge is assumed");
	else
		diag_add(line, "begins with the %s edge", s->in.edge == EDGE_CLEAR ? "clear" : "assert");
	if (fact_known(s->found.width_us))
		diag_add(line, ", %lld ms wide", (long long)(s->found.width_us.val + 500) / 1000);
	setup_delay_text(s, delay);
	diag_add(line, "; %s", delay);
	setup_put("pulse", line);
	if (s->found.note[0])
		setup_put("", s->found.note);
}

/* Another one that sets the clock is not ours to stop, and must not go on. */
static void show_rivals(const struct setup *s, enum setup_daemon taker)
{
	for (int d = 0; d < SETUP_DAEMONS; d++) {
		const struct daemon *one = setup_daemon_of_clinic(s, (enum setup_daemon)d);
		char line[DIAG_LINE_MAX] = "", who[128];

		if (d == (int)taker || d == SETUP_GPSD || !one || !daemon_runs(one))
			continue;
		daemon_text(one, who, sizeof(who));
		diag_add(line, "%s runs as well, and two would set the clock: end it, now and for the next boot",
			 who);
		setup_put("", line);
	}
}

static void show_daemon(const struct setup *s)
{
	const enum setup_daemon taker = s->in.daemon == SETUP_GPSD ? s->in.taker : s->in.daemon;
	char line[DIAG_LINE_MAX] = "", who[128];
	const struct daemon *d;

	if (s->in.daemon == SETUP_GPSD)
		diag_add(line, "gpsd, whose samples go to ");
	diag_add(line, "%s", setup_daemon_name(taker));
	d = setup_daemon_of_clinic(s, taker);
	if (d) {
		daemon_text(d, who, sizeof(who));
		diag_add(line, ": %s", who);
	}
	setup_put("daemon", line);
	show_rivals(s, taker);
}

void setup_show_found(const struct setup *s)
{
	char line[DIAG_LINE_MAX] = "";

	if (!s->in.image) {
		show_port(s);
		show_pulse(s);
	} else {
		diag_add(line, "in %s: nothing is measured", s->root);
		setup_put(s->in.port, line);
	}
	snprintf(line, sizeof(line), "%u: /dev/gps%u and /dev/gpspps%u", s->in.unit, s->in.unit,
		 s->in.unit);
	setup_put("unit", line);
	show_daemon(s);
}

/* ---- the steps ---- */

/* `to`: where it leads, or NULL. */
static void put_path(char mark, const char *path, const char *to)
{
	putchar(mark);
	diag_put_clean(path);
	if (to)
		fputs(" -> ", stdout);
	diag_put_clean(to ? to : "");
	putchar('\n');
}

static void show_link(const struct setup_step *step, const struct setup_file *now)
{
	if (now->is == SETUP_LINK_TO)
		put_path('-', step->path, now->text);
	put_path('+', step->path, step->text);
}

/* `why` stands above each: what a diff cannot say. */
static int show_step(const struct setup_step *step, const struct setup_reader *r)
{
	const struct setup_file *now = r->file(r->ctx, step->path);
	const bool was_text = now->is == SETUP_TEXT;
	char *diff;

	printf("\n# %s\n", step->why);
	if (step->kind == SETUP_SYMLINK) {
		show_link(step, now);
		return 0;
	}
	if (step->kind == SETUP_REMOVE && !was_text) {
		put_path('-', step->path, NULL);
		return 0;
	}
	diff = diff_unified(step->path, was_text ? now->text : NULL, was_text ? now->len : 0,
			    step->kind == SETUP_REMOVE ? NULL : step->text, step->len);
	if (!diff) {
		msg_error(NULL, "out of memory");
		return EXIT_TROUBLE;
	}
	fputs(diff, stdout);
	free(diff);
	return 0;
}

static void show_units(const struct setup *s)
{
	const char *lines = s->plan.start;

	if (s->in.image || (!s->plan.stop[0] && !s->plan.start[0]))
		return;
	putchar('\n');
	if (s->plan.stop[0])
		setup_put("stop", s->plan.stop);
	if (s->in.init == SETUP_SYSTEMD) {
		setup_put("restart", s->plan.start);
		return;
	}
	for (; *lines; lines += strcspn(lines, "\n"), lines += *lines == '\n')
		printf("%-12s %.*s\n", "run", (int)strcspn(lines, "\n"), lines);
}

int setup_show_plan(struct setup *s)
{
	const struct setup_reader r = setup_files_reader(s->files);
	int code = 0;

	for (size_t i = 0; i < s->plan.n && !code; i++)
		if (s->plan.steps[i].kind != SETUP_BY_HAND)
			code = show_step(&s->plan.steps[i], &r);
	if (code)
		return code;
	if (setup_count(s, false))
		show_units(s);
	else if (s->o->dry_run)
		puts("nothing to change");
	if (s->o->dry_run)
		setup_show_by_hand(s);
	return 0;
}

/* ---- what is left to the reader ---- */

static void show_lines(const char *text)
{
	while (*text) {
		const size_t n = strcspn(text, "\n");
		char line[512];

		snprintf(line, sizeof(line), "%.*s", (int)n, text);
		fputs("    ", stdout);
		diag_put_clean(line);
		putchar('\n');
		text += n + (text[n] == '\n');
	}
}

void setup_show_by_hand(const struct setup *s)
{
	const struct setup_reader r = setup_files_reader(s->files);

	for (size_t i = 0; i < s->plan.n; i++) {
		const struct setup_step *step = &s->plan.steps[i];

		if (step->kind != SETUP_BY_HAND)
			continue;
		putchar('\n');
		diag_put_clean(step->path);
		printf("%s left for you to do (%s):\n",
		       r.file(r.ctx, step->path)->is == SETUP_TEXT ?
		       " was edited by hand and is left alone;" : ":", step->why);
		show_lines(step->text);
	}
	fflush(stdout);
}
