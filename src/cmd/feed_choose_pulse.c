// SPDX-License-Identifier: GPL-2.0-or-later
/* feed's choice of the pulse: the kernel's where it can stamp, else a line of our own. */
#include "feed_choose.h"

#include <stdio.h>
#include <string.h>

#include "../driver.h"
#include "../sys/survey.h"
#include "../sys/tty.h"
#include "../words.h"
#include "watch_about.h"
#include "watch_choose.h"

int feed_take_pps(struct feed_chooser *ch, const struct pulse *pulse)
{
	struct source_wish *w = &ch->c->wish;

	snprintf(w->name, sizeof(w->name), "%s", pulse->name);
	snprintf(w->path, sizeof(w->path), "/dev/%s", pulse->name);
	ch->c->has_pulse = ch->c->by_kernel = true;
	return 0;
}

static int take_line(struct feed_chooser *ch, const char *tty)
{
	const enum source_line line = ch->f->o->line;
	struct source_wish *w = &ch->c->wish;

	snprintf(w->name, sizeof(w->name), "%.50s:%s", tty, watch_line_names[line]);
	snprintf(w->path, sizeof(w->path), "/dev/%.100s", tty);
	w->line = line;
	ch->c->has_pulse = true;
	return 0;
}

int feed_take_gpio(struct feed_chooser *ch, const char *chip, unsigned int offset)
{
	struct source_wish *w = &ch->c->wish;

	snprintf(w->name, sizeof(w->name), "%.40s:%u", chip, offset);
	snprintf(w->path, sizeof(w->path), "/dev/%.40s", chip);
	w->offset = offset;
	ch->c->has_pulse = true;
	return 0;
}

const struct pulse *feed_find_pps(const struct feed_chooser *ch, const char *what)
{
	const struct pulse *pulse = survey_pulse_named(&ch->pulses, what);
	char real[256];

	if (pulse)
		return pulse;
	if (probe_getf(ch->f->probe, real, sizeof(real), "real:%s%s",
		       what[0] == '/' ? "" : "/dev/", what) < 0)
		return NULL;
	return survey_find_pulse(&ch->pulses, base_name(real));
}

/* Another port's line: by its ppsN, else looked at by ourselves where nobody has it. */
static int take_other_port(struct feed_chooser *ch, const char *what)
{
	const struct pulse *pulse;
	char tty[64];
	int code, err = tty_resolve(what, tty, sizeof(tty));

	if (err)
		return feed_no_such(ch, what, err);
	pulse = survey_pulse_of(&ch->pulses, tty);
	if (pulse && ch->f->o->line == LINE_DCD)
		return feed_take_pps(ch, pulse);
	code = ch->quiet ? 0 : watch_check_idle(ch->f->probe, ch->f->o->line, tty);
	return code ? code : take_line(ch, tty);
}

static int take_elsewhere(struct feed_chooser *ch, const char *what)
{
	const struct pulse *pulse = feed_find_pps(ch, what);
	unsigned int offset;
	char chip[48];

	if (pulse)
		return feed_take_pps(ch, pulse);
	if (watch_parse_gpio(what, chip, sizeof(chip), &offset))
		return feed_take_gpio(ch, chip, offset);
	return take_other_port(ch, what);
}

/* Nobody has the port: the kernel shall stamp where its driver can. */
static int take_idle(struct feed_chooser *ch)
{
	const struct driver_facts *driver;

	if (!ch->port)
		return feed_refuse(ch, ch->c->port, "gpsppsctl feed --seconds-only",
				   "it has no modem lines");
	driver = ch->port->driver.state == FACT_OK ? driver_find(ch->port->driver.val) : NULL;
	if (driver && !driver->reports_dcd)
		return take_line(ch, ch->c->tty);
	ch->c->needs_holder = true;
	return 0;
}

static int take_own(struct feed_chooser *ch)
{
	const char *tty = ch->c->tty;
	const struct pulse *pulse = survey_pulse_of(&ch->pulses, tty);

	if (ch->f->o->line != LINE_DCD && (pulse || ch->c->is_held || ch->reader[0]))
		return feed_refuse(ch, ch->c->port, ch->c->holder[0] ? "gpsppsctl detach PORT" : NULL,
				   "%s has it: nothing of ours looks at its modem lines meanwhile",
				   ch->c->is_held ? ch->c->holder : ch->reader[0] ? ch->reader : "N_PPS");
	if (ch->f->o->line != LINE_DCD)
		return take_line(ch, tty);
	if (pulse)
		return feed_take_pps(ch, pulse);
	/* a port for sentences alone: its holder knows its unit's pulse */
	pulse = ch->held_pps[0] ? survey_find_pulse(&ch->pulses, ch->held_pps) : NULL;
	if (pulse)
		return feed_take_pps(ch, pulse);
	if (ch->c->is_held)
		return feed_refuse(ch, ch->c->port, "gpsppsctl diag",
				   "held by %s, and there is no source of pulses", ch->c->holder);
	return take_idle(ch);
}

int feed_choose_pulse(struct feed_chooser *ch)
{
	const enum unit_source source = ch->role & ROLE_SENTENCES ? unit_source(ch->row) : SOURCE_OWN;

	if (ch->f->o->pulse)
		return take_elsewhere(ch, ch->f->o->pulse);
	if (ch->f->o->line_given || source == SOURCE_OWN)
		return take_own(ch);
	if (source != SOURCE_NONE)
		return take_elsewhere(ch, ch->row->pulse);
	if (ch->c->mode == FEED_PULSES)
		return feed_refuse(ch, ch->c->port, NULL, "line %u of %s says that it has no pulse",
				   ch->row->line, ch->f->ctx->table);
	ch->c->mode = FEED_SECONDS;
	return 0;
}
