// SPDX-License-Identifier: GPL-2.0-or-later
/* diag's ears: what the receiver says, where nobody else is reading. */
#include "diag.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../nmea.h"
#include "../sys/borrow.h"
#include "../sys/control.h"
#include "../sys/signals.h"

#define LISTEN_MS 2500		/* two bursts of a receiver that speaks once a second */
#define TRY_MS 1300		/* one burst, at a speed that is only tried */
#define SLICE_MS 100
#define BAUD_DEFAULT 4800

/* The commonest first: what the makers ship. */
static const unsigned int speeds[] = { 4800, 9600, 38400, 115200, 19200, 57600, 2400 };

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000) + ts.tv_nsec / 1000000;
}

__attribute__((format(printf, 3, 4)))
static void refuse(struct sentence_facts *s, const char *allow, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(s->obstacle, sizeof(s->obstacle), fmt, ap);
	va_end(ap);
	snprintf(s->allow, sizeof(s->allow), "%s", allow);
}

/* ---- may we? ---- */

static bool may_listen(struct port_facts *f, bool active, enum borrow_how *how)
{
	const struct holder *reader = facts_reader(f);
	struct sentence_facts *s = &f->sentences;

	if (reader) {
		refuse(s, holder_role(reader->comm) == ROLE_GPSD ? "gpspipe -r -n 20" :
		       "ntpq -c clockvar     # what the daemon hears",
		       "%s[%d] reads the port: its sentences are not taken from it",
		       reader->comm, reader->pid);
		return false;
	}
	if (f->port.holders.unseen) {
		refuse(s, "run it as root: sudo gpsppsctl diag",
		       "it cannot be seen who reads the port");
		return false;
	}
	*how = f->port.holders.n ? BORROW_HELD : BORROW_FREE;
	if (*how == BORROW_FREE && (!active || fact_is(f->port.console, 1))) {
		refuse(s, "gpsppsctl diag --active     # opens the port",
		       "nobody has the port open, and opening it would start it");
		return false;
	}
	return true;
}

static int pause_holder(const struct port_facts *f, int *control)
{
	char reply[CONTROL_REPLY_MAX];
	int err;

	*control = control_open(f->port.name);
	if (*control == -ENOENT)
		return 0;
	if (*control < 0)
		return *control;
	err = control_ask(*control, "pause", reply, sizeof(reply), CONTROL_TIMEOUT_MS);
	if (err) {
		control_close(*control);
		*control = -1;
	}
	return err;
}

/* ---- what is heard ---- */

static void note_sentence(struct sentence_facts *s, const struct nmea_sentence *n)
{
	struct nmea_data d;
	bool known = nmea_decode(n, &d);

	if (n->sum == NMEA_SUM_BAD)
		s->bad++;
	if (n->sum == NMEA_SUM_BAD || (n->sum == NMEA_SUM_NONE && !known))
		return;
	s->good++;
	if (!known)
		return;
	if (d.has & NMEA_HAS_VALID)
		s->fix = fact_from(0, d.valid);
	if (d.has & NMEA_HAS_USED)
		s->satellites = fact_from(0, d.satellites_used);
}

/* 0, or -errno: then what was heard before stands. */
static int hear(struct borrow *b, struct sentence_facts *s, int ms)
{
	struct nmea parser = { 0 };
	struct nmea_sentence sentence;
	int64_t until = now_ms() + ms;
	char buf[512];

	while (now_ms() < until && !signals_seen()) {
		ssize_t n = borrow_read(b, buf, sizeof(buf), SLICE_MS);
		const char *at = buf;
		size_t len = n > 0 ? (size_t)n : 0;

		if (n < 0)
			return (int)n;
		s->bytes += len;
		while (nmea_next(&parser, &at, &len, &sentence))
			note_sentence(s, &sentence);
	}
	s->ms = fact_from(0, ms);
	return 0;
}

/* Bytes came and made no sense: at which speed do they? */
static void try_speeds(struct borrow *b, struct sentence_facts *s)
{
	unsigned int first = b->baud;

	for (size_t i = 0; i < sizeof(speeds) / sizeof(speeds[0]); i++) {
		struct sentence_facts heard = { 0 };

		if (speeds[i] == first || borrow_set_baud(b, speeds[i]) ||
		    borrow_skip_to_now(b) || hear(b, &heard, TRY_MS) || !heard.good)
			continue;
		s->found_baud = fact_from(0, speeds[i]);
		s->fix = heard.fix;
		s->satellites = heard.satellites;
		return;
	}
}

static int listen_to(struct port_facts *f, enum borrow_how how, int control)
{
	unsigned int baud = fact_known(f->table_baud) ? f->table_baud.val : BAUD_DEFAULT;
	struct sentence_facts *s = &f->sentences;
	struct borrow b;
	int err = borrow_open(&b, f->port.name, how, baud, control);

	if (err)
		return err;
	s->baud = fact_from(0, b.baud);
	err = borrow_skip_to_now(&b);
	if (!err)
		err = hear(&b, s, LISTEN_MS);
	if (!err && how == BORROW_FREE && s->bytes && !s->good)
		try_speeds(&b, s);
	borrow_close(&b);
	return err;
}

void diag_listen(struct port_facts *f, bool active)
{
	struct sentence_facts *s = &f->sentences;
	enum borrow_how how;
	int control = -1, err;

	s->ms = s->fix = s->satellites = s->baud = s->found_baud = fact_from(-ENOENT, 0);
	if (f->pulse_only || !fact_is(f->present, 1) || port_is_placeholder(&f->port))
		return;
	if (!may_listen(f, active, &how))
		return;
	signals_catch();
	err = how == BORROW_HELD ? pause_holder(f, &control) : 0;
	if (!err)
		err = listen_to(f, how, control < 0 ? -1 : control);
	signals_release();
	if (!err)
		return;
	s->ms = fact_from(err, 0);
	refuse(s, err == -EACCES || err == -EPERM ? "run it as root: sudo gpsppsctl diag" : "",
	       "the port could not be listened to: %s", strerror(-err));
}
