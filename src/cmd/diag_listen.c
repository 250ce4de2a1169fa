// SPDX-License-Identifier: GPL-2.0-or-later
/* diag's ears: what the receiver says, where nobody else is reading. */
#include "diag.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../heard.h"
#include "../sys/signals.h"

#define TRY_MS DIAG_LISTEN_MIN_MS	/* one burst, at a speed that is only tried */
#define ASKS_MAX 2
#define ANSWER_MS 2500		/* a burst may be on its way before the answer */
#define BAUD_DEFAULT 4800

/* The commonest first: what the makers ship. */
static const unsigned int speeds[] = { 4800, 9600, 38400, 115200, 19200, 57600, 2400 };

__attribute__((format(printf, 3, 4)))
static void refuse(struct sentence_facts *s, const char *allow, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(s->obstacle, sizeof(s->obstacle), fmt, ap);
	va_end(ap);
	snprintf(s->allow, sizeof(s->allow), "%s", allow);
}

static void say_error(struct sentence_facts *s, int err)
{
	s->ms = fact_from(err, 0);
	refuse(s, err == -EACCES || err == -EPERM ? "run it as root: sudo gpsppsctl diag" : "",
	       "the port could not be listened to: %s", strerror(-err));
}

/* ---- may we? ---- */

/* What a reader has heard is its own to tell. */
static const char *how_to_hear(const struct holder *reader)
{
	switch (holder_role(reader->comm)) {
	case ROLE_GPSD:
		return "gpspipe -r -n 20";
	case ROLE_FEED:
		return "systemctl status 'gpsppsctl-feed@*'     # or kill -USR1: what it makes of them";
	default:
		return "ntpq -c clockvar     # what the daemon hears";
	}
}

static enum diag_ear may_listen(struct port_facts *f, bool active)
{
	const struct holder *reader = facts_reader(f);
	struct sentence_facts *s = &f->sentences;

	if (reader) {
		refuse(s, how_to_hear(reader),
		       "%s[%d] reads the port: its sentences are not taken from it",
		       reader->comm, reader->pid);
		return EAR_NONE;
	}
	if (f->port.holders.unseen) {
		refuse(s, "run it as root: sudo gpsppsctl diag",
		       "it cannot be seen who reads the port");
		return EAR_NONE;
	}
	if (f->port.holders.n)
		return EAR_HELD;
	if (active && !fact_is(f->port.console, 1))
		return EAR_FREE;
	refuse(s, "gpsppsctl diag --active     # opens the port",
	       "nobody has the port open, and opening it would start it");
	return EAR_NONE;
}

/* ---- what is heard ---- */

/* Take what was heard into `s`.  0 or -errno; `how` is "" or "/on". */
static int take(struct clinic *c, const struct patient *p, const char *how,
		struct sentence_facts *s, char *text)
{
	int n = probe_getf(c->probe, text, PROBE_TAPE_MAX, "heard:%s%s", p->facts.port.name, how);

	return n < 0 ? n : heard_parse(text, s);
}

static int listen_at(struct clinic *c, const struct patient *p, unsigned int baud)
{
	char text[8], how[24] = "held";
	int n;

	if (p->ear == EAR_FREE)
		snprintf(how, sizeof(how), "free/%u", baud);
	n = probe_getf(c->probe, text, sizeof(text), "listen:%s/%s", p->facts.port.name, how);
	return n < 0 ? n : 0;
}

static bool is_deaf(const struct port_facts *f)
{
	return f->pulse_only || f->no_sentences || !fact_is(f->present, 1) ||
	       port_is_placeholder(&f->port);
}

void diag_listen_begin(struct clinic *c, bool active)
{
	for (size_t i = 0; i < c->n && !signals_seen(); i++) {
		struct patient *p = &c->patients[i];
		struct fact baud = p->facts.table_baud;
		int err;

		heard_nothing(&p->facts.sentences);
		if (is_deaf(&p->facts))
			continue;
		p->ear = may_listen(&p->facts, active);
		if (!p->ear)
			continue;
		err = listen_at(c, p, fact_known(baud) ? baud.val : BAUD_DEFAULT);
		if (!err)
			continue;
		p->ear = EAR_NONE;
		say_error(&p->facts.sentences, err);
	}
}

/* ---- what only --active does ---- */

static void ask_modem(struct clinic *c, struct patient *p)
{
	if (p->ear == EAR_FREE)
		p->facts.dcd_level = probe_number(c->probe, "tty:%s/modem", p->facts.port.name);
}

/* Only a Garmin is asked, which has shown that it is one ($PGRME, $PGRMT ...). */
static bool ask_garmin(struct clinic *c, const struct patient *p, char *text)
{
	char reply[8];

	if (probe_getf(c->probe, text, PROBE_TAPE_MAX, "heard:%s/on", p->facts.port.name) < 0 ||
	    !strstr(text, "$PGRM") || strstr(text, "$PGRMC,"))
		return false;
	return probe_getf(c->probe, reply, sizeof(reply), "ask:%s/$PGRMCE",
			  p->facts.port.name) >= 0;
}

/* An answer may be lost or late: all are asked once more. */
static void ask_garmins(struct clinic *c, char *text)
{
	for (int round = 0; round < ASKS_MAX; round++) {
		bool any = false;

		for (size_t i = 0; i < c->n && !signals_seen(); i++)
			if (c->patients[i].ear && ask_garmin(c, &c->patients[i], text))
				any = true;
		if (!any || signals_seen())
			return;
		probe_sleep_ms(c->probe, ANSWER_MS);
	}
}

/* Bytes came and made no sense. */
static bool is_puzzled(const struct patient *p)
{
	const struct sentence_facts *s = &p->facts.sentences;

	return p->ear == EAR_FREE && s->bytes && !s->good && !fact_known(s->found_baud);
}

static void try_speed(struct clinic *c, unsigned int baud, char *text)
{
	bool any = false;

	for (size_t i = 0; i < c->n; i++)
		if (is_puzzled(&c->patients[i]) && !listen_at(c, &c->patients[i], baud))
			any = true;
	if (!any)
		return;
	probe_sleep_ms(c->probe, TRY_MS);
	for (size_t i = 0; i < c->n; i++) {
		struct sentence_facts heard, *s = &c->patients[i].facts.sentences;

		if (!is_puzzled(&c->patients[i]) ||
		    take(c, &c->patients[i], "/on", &heard, text) || !heard.good)
			continue;
		s->found_baud = fact_from(0, baud);
		s->fix = heard.fix;
		s->satellites = heard.satellites;
	}
}

static void try_speeds(struct clinic *c, char *text)
{
	for (size_t i = 0; i < sizeof(speeds) / sizeof(speeds[0]) && !signals_seen(); i++)
		try_speed(c, speeds[i], text);
}

/* ---- the end ---- */

static void take_all(struct clinic *c, bool active, char *text)
{
	for (size_t i = 0; i < c->n; i++) {
		struct patient *p = &c->patients[i];
		int err;

		if (!p->ear)
			continue;
		err = take(c, p, active ? "/on" : "", &p->facts.sentences, text);
		if (err)
			say_error(&p->facts.sentences, err);
		if (active)
			ask_modem(c, p);
	}
}

static void let_go_all(struct clinic *c, char *text)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->patients[i].ear)
			probe_getf(c->probe, text, PROBE_TAPE_MAX, "heard:%s",
				   c->patients[i].facts.port.name);
}

void diag_listen_end(struct clinic *c, bool active)
{
	char *text = malloc(PROBE_TAPE_MAX);

	if (!text)
		return;		/* the ports are put back with the probe's end */
	if (active) {
		ask_garmins(c, text);
		take_all(c, true, text);
		try_speeds(c, text);
		let_go_all(c, text);
	} else {
		take_all(c, false, text);
	}
	free(text);
}

void diag_listen_skip(struct clinic *c)
{
	for (size_t i = 0; i < c->n; i++) {
		struct sentence_facts *s = &c->patients[i].facts.sentences;

		heard_nothing(s);
		if (!is_deaf(&c->patients[i].facts))
			refuse(s, "gpsppsctl diag     # without --wait",
			       "the port was not listened to");
	}
}
