// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A port that nobody has, measured: listened to for its speed, then attached by a child of
 * ours until the holder knows edge, width and delay.  The port is given back as it was.
 */
#include "setup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../sys/control.h"
#include "../sys/signals.h"
#include "../sys/systemd.h"
#include "own_holder.h"

#define STEP_MS 500
#define PULSE_S 8		/* without a pulse until then none will come now */
#define SHAPE_S 25		/* with one: until edge, width and delay are known */
#define ATTACH_TIMEOUT_MS 15000	/* an attach that proves its pulse, on a machine that boots */

/* ---- what the clinic has seen ---- */

static void take_heard(struct setup *s, const struct sentence_facts *h)
{
	if (!h->good && !fact_known(h->found_baud))
		return;
	s->found.heard = true;
	s->in.baud = fact_known(h->found_baud) ? h->found_baud : h->baud;
	s->found.baud_from = "heard";
	s->found.fix = h->fix;
	s->found.satellites = h->satellites;
}

static void take_baud(struct setup *s, const struct port_facts *f)
{
	if (s->found.heard)
		return;
	if (fact_known(f->port.baud) && f->port.baud.val && !s->found.busy) {
		s->in.baud = f->port.baud;
		s->found.baud_from = "as the port is set";
	} else if (fact_known(f->table_baud)) {
		s->in.baud = f->table_baud;
		s->found.baud_from = "of " UNITTAB_PATH;
	}
}

static void take_delay(struct setup *s, const struct port_facts *f)
{
	const struct fact unknown = fact_from(-ENOENT, 0);
	struct fact first_ms, last_ms;
	bool counted;
	const struct fact delay_ms = facts_delay_to_write_ms(f, &counted);

	if (!fact_known(delay_ms))
		return;
	facts_burst(f, &first_ms, &last_ms);
	s->in.delay_ms = delay_ms;
	s->in.delay_from_ms = counted ? first_ms : unknown;
	s->in.delay_to_ms = counted ? last_ms : unknown;
}

void setup_take(struct setup *s, const struct port_facts *f)
{

	take_heard(s, &f->sentences);
	take_baud(s, f);
	if (facts_known_edge(f) != EDGE_UNKNOWN)
		s->in.edge = facts_known_edge(f);
	if (fact_known(f->hold.width_us))
		s->found.width_us = f->hold.width_us;
	take_delay(s, f);
	s->in.usb = f->boot.is_usb;
	s->in.getty = fact_is(f->boot.getty_enabled, 1) || fact_is(f->boot.getty_generated, 1) ||
		      facts_holder(f, ROLE_GETTY) != NULL;
}

/* ---- the child ---- */

static bool knows(const struct setup *s, const char *key)
{
	char reply[CONTROL_REPLY_MAX], text[64];

	return !control_request(s->found.tty, "status", reply, sizeof(reply), CONTROL_TIMEOUT_MS) &&
	       !control_value(reply, key, text, sizeof(text));
}

static void say_progress(const char *what)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r%-70s%s", what, *what ? "" : "\r");
}

/* Until the holder knows it, for at most so long.  True: it does. */
static bool await(struct setup *s, const char *key, int limit_s)
{
	for (int ms = 0; ms < limit_s * 1000 && !signals_seen(); ms += STEP_MS) {
		if (knows(s, key))
			return true;
		usleep(STEP_MS * 1000);
	}
	return false;
}

bool setup_await_attach(const struct setup *s)
{
	char reply[CONTROL_REPLY_MAX];

	return !control_request(s->found.tty, "status", reply, sizeof(reply), ATTACH_TIMEOUT_MS);
}

static int attach_and_look(struct setup *s)
{
	const struct own_holder_wish wish = {
		.table = s->ctx->table,
		.tty = s->found.tty,
		.unit = s->in.unit,
		.baud = fact_known(s->in.baud) ? (unsigned int)s->in.baud.val : 0,
	};
	int code;

	if (setup_await_attach(s))
		return setup_glance(s, s->found.tty, false, DIAG_WAIT_MS);
	code = own_holder_begin(&wish, &s->holder);
	if (code || signals_seen())
		return code ? code : EXIT_TROUBLE;
	say_progress("measuring the pulse and the sentences ...");
	if (await(s, "age", PULSE_S) && await(s, "pulse", SHAPE_S))
		await(s, "burst", SHAPE_S);
	say_progress("");
	code = setup_glance(s, s->found.tty, false, DIAG_WAIT_MS);
	own_holder_end(&s->holder);
	return code;
}

static int silent(const struct setup *s)
{
	const struct sentence_facts *h = &s->clinic.patients[0].facts.sentences;

	if (h->inverted)
		msg_error(s->in.port, "the polarity of the data line is inverted");
	else if (h->binary[0])
		msg_error(s->in.port, "a receiver speaks %s, and no sentence: it is in a binary mode",
			  h->binary);
	else if (h->bytes)
		msg_error(s->in.port, "%llu characters, and no sentence at any speed",
			  (unsigned long long)h->bytes);
	else
		msg_error(s->in.port, "silent: no receiver is heard there");
	msg_hint("is it powered, its data line wired to RXD?  gpsppsctl receiver %s tells more",
		 s->found.tty);
	msg_hint("to write all of it unmeasured: gpsppsctl setup --root / --daemon %s%s %s",
		 s->in.daemon == SETUP_GPSD ? "gpsd+" : "",
		 setup_daemon_name(s->in.daemon == SETUP_GPSD ? s->in.taker : s->in.daemon),
		 s->found.tty);
	return EXIT_NO;
}

int setup_measure(struct setup *s)
{
	int code = 0;

	if (!s->found.heard)
		code = setup_glance(s, s->found.tty, true, DIAG_WAIT_MS);
	if (!code)
		setup_take(s, &s->clinic.patients[0].facts);
	if (!code && !s->found.heard)
		code = silent(s);
	return code ? code : attach_and_look(s);
}

/* ---- a login prompt reads what comes ---- */

int setup_stop_getty(struct setup *s)
{
	char question[128];
	int code;

	if (!systemd_is_booted()) {
		snprintf(s->found.note, sizeof(s->found.note), "not measured: %s has the port",
			 s->found.reader);
		return 0;
	}
	snprintf(question, sizeof(question), "stop the login prompt on %s (%s) and listen? [y/N] ",
		 s->found.tty, s->found.reader);
	code = setup_ask(s, question);
	if (code)
		return code;
	snprintf(s->stopped, sizeof(s->stopped), "serial-getty@%s.service", s->found.tty);
	code = setup_systemctl("stop", s->stopped) ? EXIT_TROUBLE : 0;
	s->found.busy = false;
	return code;
}

void setup_resume(struct setup *s)
{
	if (s->stopped[0] && !s->applied)
		setup_systemctl("start", s->stopped);
	s->stopped[0] = '\0';
}
