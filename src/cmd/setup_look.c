// SPDX-License-Identifier: GPL-2.0-or-later
/* setup's look at its port, by diag's eyes: who has it, what comes, how late. */
#include "setup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../sys/signals.h"
#include "../words.h"

int setup_glance(struct setup *s, const char *what, bool active, int wait_ms)
{
	struct diag_options o = { .active = active, .wait_ms = wait_ms };
	int answer, code;

	diag_forget(&s->clinic);
	code = diag_open_probe(&s->clinic, NULL);
	if (!code)
		code = load_table(s->ctx, &s->clinic.units);
	if (code)
		return code;
	snprintf(o.what, sizeof(o.what), "%s", what);
	code = diag_look(&s->clinic, &o, &answer);
	/* it lets go of the signals at its end; ours are to be put in order, too */
	signals_catch();
	return code;
}

static int refuse_console(const struct setup *s)
{
	msg_error(s->in.port, "the kernel writes its messages there: it is the machine's console");
	msg_hint("use another port, or take console=%s from the kernel's command line",
		 s->found.tty);
	return EXIT_TROUBLE;
}

static int refuse_absent(const struct setup *s, const struct port_facts *f)
{
	if (fact_is(f->present, 0) || port_is_placeholder(&f->port)) {
		msg_error(s->in.port, "there is no UART behind it");
		msg_hint("gpsppsctl list");
		return EXIT_TROUBLE;
	}
	return 0;
}

/* Who reads it and is neither ours nor a time daemon. */
static void find_reader(struct setup *s, const struct port_facts *f)
{
	const struct holder *h = facts_reader(f);
	const enum holder_role role = h ? holder_role(h->comm) : ROLE_OTHER;

	s->found.busy = h && role != ROLE_NTP && role != ROLE_GPSD && role != ROLE_FEED;
	if (h)
		snprintf(s->found.reader, sizeof(s->found.reader), "%s[%d]", h->comm, h->pid);
}

static int refuse_stranger(const struct setup *s, const struct port_facts *f)
{
	const struct holder *h = facts_reader(f);

	if (!s->found.busy || holder_role(h->comm) == ROLE_GETTY)
		return 0;
	msg_error(s->in.port, "%s has the port open", s->found.reader);
	msg_hint("end it first: kill %d", h->pid);
	return EXIT_TROUBLE;
}

static int refuse_pulse_only(const struct setup *s, const struct port_facts *f)
{
	if (!f->no_sentences && !f->no_pulse && !f->pulse_only)
		return 0;
	msg_error(s->in.port, "by " UNITTAB_PATH " it has the sentences or the pulse alone");
	msg_hint("gpsppsctl setup --print list: pieces of configuration for such a receiver");
	return EXIT_TROUBLE;
}

static int check_port(struct setup *s)
{
	const struct port_facts *f = &s->clinic.patients[0].facts;
	int code = refuse_absent(s, f);

	if (!code && (fact_is(f->port.console, 1) || fact_is(f->boot.console, 1)))
		code = refuse_console(s);
	find_reader(s, f);
	if (!code)
		code = refuse_stranger(s, f);
	return code ? code : refuse_pulse_only(s, f);
}

static int measure(struct setup *s)
{
	const struct port_facts *f = &s->clinic.patients[0].facts;
	const bool is_idle = !f->port.holders.n && !f->port.holders.unseen;

	if (s->found.busy && s->o->dry_run) {
		snprintf(s->found.note, sizeof(s->found.note), "not measured: %s has the port",
			 s->found.reader);
		return 0;
	}
	if (s->found.busy) {
		const int code = setup_stop_getty(s);

		return code || s->found.busy ? code : setup_measure(s);
	}
	if (s->o->dry_run && geteuid() && f->port.holders.unseen && !f->port.holders.n) {
		snprintf(s->found.note, sizeof(s->found.note),
			 "not measured: only root sees who has the port");
		return 0;
	}
	if (!is_idle)
		return setup_glance(s, s->found.tty, false, DIAG_WAIT_MS);
	if (s->o->dry_run && !s->o->yes) {
		snprintf(s->found.note, sizeof(s->found.note),
			 "not measured: nobody has the port open, and --dry-run alone opens none (--yes allows it)");
		return 0;
	}
	return setup_measure(s);
}

int setup_look(struct setup *s)
{
	int code;

	setup_await_attach(s);
	code = setup_glance(s, s->found.tty, false, 0);
	if (!code)
		code = check_port(s);
	if (code)
		return code;
	setup_take(s, &s->clinic.patients[0].facts);
	/* before it is listened to: nobody waits for an answer that was known */
	code = setup_choose_unit(s);
	if (!code)
		code = setup_choose_daemon(s);
	if (code)
		return code;
	setup_machine(s);
	code = measure(s);
	if (!code)
		setup_take(s, &s->clinic.patients[0].facts);
	return code;
}

int setup_imagine(struct setup *s)
{
	const char *name = base_name(s->o->port);
	int code;

	if (!text_begins(name, "tty") || strlen(name) >= sizeof(s->found.tty)) {
		msg_error(s->o->port, "in an image a port is named as the kernel does: ttyS0");
		return EXIT_TROUBLE;
	}
	strcpy(s->found.tty, name);
	snprintf(s->port, sizeof(s->port), "/dev/%s", name);
	s->in.port = s->port;
	s->in.tty = s->found.tty;
	s->in.image = true;
	s->in.daemon = (enum setup_daemon)s->o->daemon;
	if (s->in.daemon == SETUP_GPSD)
		s->in.taker = (enum setup_daemon)s->o->taker;
	s->in.baud = s->in.delay_ms = fact_from(-ENOENT, 0);
	s->in.delay_from_ms = s->in.delay_to_ms = fact_from(-ENOENT, 0);
	s->in.usb = text_begins(name, "ttyUSB") || text_begins(name, "ttyACM");
	code = setup_choose_unit(s);
	if (!code)
		setup_machine(s);
	return code;
}
