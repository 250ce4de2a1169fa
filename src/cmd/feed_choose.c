// SPDX-License-Identifier: GPL-2.0-or-later
/* feed's choice: what a word of its line means, where its pulse comes from, who gets it. */
#include "feed_choose.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../sys/survey.h"
#include "../sys/tty.h"
#include "../words.h"
#include "watch_choose.h"

#define DEFAULT_BAUD 4800	/* what NMEA 0183 says, and Garmin's LVC units do */

int feed_refuse(const struct feed_chooser *ch, const char *object, const char *hint,
		const char *fmt, ...)
{
	char text[256];
	va_list ap;

	if (ch->quiet)
		return EXIT_TROUBLE;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	msg_error(object, "%s", text);
	if (hint)
		msg_hint("%s", hint);
	return EXIT_TROUBLE;
}

int feed_no_such(const struct feed_chooser *ch, const char *what, int err)
{
	if (err == -ENOTTY)
		return feed_refuse(ch, what, "gpsppsctl list", "is no serial port or source of pulses");
	return feed_refuse(ch, what, "gpsppsctl list", "no such port or source: %s", strerror(-err));
}

/* ---- who gets it ---- */

static void choose_unit(struct feed_chooser *ch)
{
	const struct feed_options *o = ch->f->o;
	struct feed_chosen *c = ch->c;

	c->unit = o->unit >= 0 ? (unsigned int)o->unit : ch->held_unit >= 0 ?
		  (unsigned int)ch->held_unit : ch->row ? ch->row->unit : (unsigned int)ch->nth;
}

static int choose_targets(struct feed_chooser *ch)
{
	const struct feed_options *o = ch->f->o;
	struct feed_chosen *c = ch->c;

	c->shm = o->shm >= 0 ? (int)o->shm : o->sock ? -1 :
		 (int)(2 * c->unit + (c->mode == FEED_PULSES));
	if (c->shm + (c->mode == FEED_BOTH) > SHM_UNIT_MAX)
		return feed_refuse(ch, c->port, "gpsppsctl feed --shm N, or --sock auto",
				   "unit %u: shared memory has units 0 to %d", c->unit, SHM_UNIT_MAX);
	if (o->sock && strlen(o->sock) >= sizeof(c->sock))
		return feed_refuse(ch, o->sock, NULL, "the path is too long");
	if (o->sock && !strcmp(o->sock, "auto"))
		snprintf(c->sock, sizeof(c->sock), "/run/chrony.%.64s.sock",
			 base_name(c->tty[0] ? c->tty : c->wish.name));
	else if (o->sock)
		strcpy(c->sock, o->sock);
	return 0;
}

/* ---- the port ---- */

static void choose_baud(struct feed_chooser *ch)
{
	struct feed_chosen *c = ch->c;
	const char *from;

	if (c->is_held)
		return;		/* as it is */
	if (ch->f->o->baud)
		c->baud = (unsigned int)ch->f->o->baud;
	else if (ch->row && ch->role & ROLE_SENTENCES && ch->row->baud)
		c->baud = ch->row->baud;
	else if (!ntp_baud(ch->f->probe, c->unit, &c->baud, &from))
		c->baud = DEFAULT_BAUD;
}

static int choose_port(struct feed_chooser *ch, const char *tty)
{
	struct feed_chosen *c = ch->c;
	int code;

	snprintf(c->tty, sizeof(c->tty), "%s", tty);
	snprintf(c->port, sizeof(c->port), "/dev/%.64s", tty);
	ch->row = table_find_port(&ch->f->units, tty, &ch->role);
	c->in_table = ch->row != NULL;
	ch->port = survey_find_port(&ch->ports, tty);
	if (ch->port && port_is_placeholder(ch->port))
		return feed_refuse(ch, c->port, "gpsppsctl list", "there is no UART behind it");
	code = feed_who(ch);
	if (!code && c->mode != FEED_SECONDS)
		code = feed_choose_pulse(ch);
	if (code)
		return code;
	c->has_sentences = c->mode != FEED_PULSES;
	c->no_uart = ch->port && ch->port->driver.state == FACT_OK &&
		     !strcmp(ch->port->driver.val, "cdc_acm");
	choose_unit(ch);
	choose_baud(ch);
	return choose_targets(ch);
}

/* A source without a port has no sentences. */
static int choose_source(struct feed_chooser *ch, const char *what)
{
	snprintf(ch->c->port, sizeof(ch->c->port), "%s", ch->c->wish.name);
	if (ch->c->mode != FEED_PULSES)
		return feed_refuse(ch, what, "gpsppsctl feed PORT --pulse SOURCE, or --pulse-only",
				   "no sentences come from there");
	choose_unit(ch);
	return choose_targets(ch);
}

static int choose(struct feed_chooser *ch, const char *what)
{
	const struct pulse *pulse = feed_find_pps(ch, what);
	unsigned int offset;
	char name[64];
	int err;

	if (pulse && !pulse->port[0]) {
		feed_take_pps(ch, pulse);
		ch->row = pulse->source.state == FACT_OK ?
			  unittab_find_source(&ch->f->units, pulse->source.val) : NULL;
		return choose_source(ch, what);
	}
	if (pulse)
		return choose_port(ch, pulse->port);
	if (watch_parse_gpio(what, name, sizeof(name), &offset)) {
		feed_take_gpio(ch, name, offset);
		return choose_source(ch, what);
	}
	err = tty_resolve(what, name, sizeof(name));
	return err ? feed_no_such(ch, what, err) : choose_port(ch, name);
}

int feed_look(const struct feed *f, size_t nth, bool quiet, struct feed_chosen *c)
{
	struct feed_chooser ch = { .f = f, .c = c, .nth = nth, .quiet = quiet, .held_unit = -1 };
	int code, err = survey_pulses(f->probe, &ch.pulses);

	*c = (struct feed_chosen){ .mode = f->o->mode, .shm = -1 };
	if (!err)
		err = survey_ports(f->probe, &ch.ports);
	code = err ? feed_refuse(&ch, "/sys", NULL, "cannot look for ports: %s", strerror(-err)) :
	       choose(&ch, f->o->ports[nth]);
	survey_free_ports(&ch.ports);
	survey_free_pulses(&ch.pulses);
	return code;
}

int feed_choose(const struct ctx *ctx, const struct feed_options *o, size_t nth,
		struct feed_chosen *c)
{
	struct feed f = { .ctx = ctx, .o = o };
	int code = load_table(ctx, &f.units);

	if (code)
		return code;
	f.probe = probe_open_live();
	if (!f.probe) {
		msg_error(NULL, "out of memory");
		return EXIT_TROUBLE;
	}
	code = feed_look(&f, nth, false, c);
	probe_close(f.probe);
	return code;
}
