// SPDX-License-Identifier: GPL-2.0-or-later
/* The sentences of an idle port that was named: which second each gives its pulse, and when. */
#include "watch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../census.h"
#include "../sys/signals.h"

#define SPEED_NS (1300 * NS_PER_MS)	/* a receiver says something every second */
#define SLICE_MS 100
#define READ_SIZE 4096

/* ---- the speed ---- */

/* What comes in so long at this speed: 1 a sentence, 0 nothing, -EILSEQ no sense, -errno. */
static int listen(struct borrow *port)
{
	const int64_t until_ns = watch_now_ns() + SPEED_NS;
	struct nmea parser = { 0 };
	struct nmea_sentence sentence;
	char buf[READ_SIZE];
	ssize_t n;

	while (watch_now_ns() < until_ns && !signals_seen()) {
		const char *p = buf;
		size_t len;

		n = borrow_read(port, buf, sizeof(buf), SLICE_MS);
		if (n < 0)
			return (int)n;
		len = (size_t)n;
		while (nmea_next(&parser, &p, &len, &sentence))
			if (sentence.sum == NMEA_SUM_OK)
				return 1;
	}
	return parser.offset ? -EILSEQ : 0;
}

/*
 * Before the modem lines are waited for: another speed programs the UART anew, which ends
 * its modem-status interrupt on a port that has CLOCAL (serial8250_do_set_termios()) until
 * the next TIOCMIWAIT.
 */
static int find_speed(struct borrow *port, unsigned int first, bool fixed)
{
	static const unsigned int bauds[] = { 4800, 9600, 38400, 115200, 19200, 57600 };
	int err = listen(port);

	for (size_t i = 0; i < sizeof(bauds) / sizeof(bauds[0]) && err == -EILSEQ && !fixed; i++) {
		if (bauds[i] == first || signals_seen())
			continue;
		err = borrow_set_baud(port, bauds[i]);
		if (!err)
			err = listen(port);
	}
	if (err == -EILSEQ)
		err = borrow_set_baud(port, first);
	return err < 0 ? err : 0;
}

int watch_said_open(struct watch *w, struct watch_source *s)
{
	const struct watch_chosen *c = &s->chosen;
	struct watch_said *said = &s->said;
	int err = borrow_open(&said->port, c->tty, BORROW_FREE, c->baud, -1);

	if (!err)
		err = find_speed(&said->port, c->baud, w->o->baud != 0);
	said->begun_ns = watch_now_ns();
	if (!err)
		return 0;
	borrow_close(&said->port);
	msg_error(c->port, "cannot open: %s", strerror(-err));
	if (err == -EACCES)
		msg_hint("you are not in group dialout: run as root (sudo)");
	else if (err == -EBUSY)
		msg_hint("another program (gpsd?) has the port for itself alone");
	return err == -ENODEV || err == -EIO ? EXIT_GONE : EXIT_TROUBLE;
}

/* ---- what a sentence says ---- */

static int64_t seconds_of(const struct nmea_utc *t)
{
	struct tm tm = {
		.tm_year = t->year - 1900, .tm_mon = t->month - 1, .tm_mday = t->day,
		.tm_hour = t->hour, .tm_min = t->minute, .tm_sec = t->second,
	};

	return timegm(&tm);
}

static void note_fix(struct watch_said *said, const struct nmea_data *d)
{
	static const char *const kinds[] = { "no fix", "no fix", "2D", "3D" };

	if (d->has & NMEA_HAS_FIX && d->fix >= 1 && d->fix <= 3)
		said->fix_kind = d->fix;
	else if (d->has & NMEA_HAS_VALID && !d->valid)
		said->fix_kind = 1;
	else if (d->has & NMEA_HAS_VALID && said->fix_kind <= 1)
		said->fix_kind = 0;	/* a fix, of which kind is not known */
	if (d->has & NMEA_HAS_USED)
		said->satellites = d->satellites_used;
	if (said->fix_kind < 0)
		return;
	snprintf(said->fix, sizeof(said->fix), "%s", said->fix_kind ? kinds[said->fix_kind] : "fix");
	if (said->fix_kind != 1 && said->satellites >= 0)
		snprintf(said->fix + strlen(said->fix), sizeof(said->fix) - strlen(said->fix),
			 ", %d satellites", said->satellites);
}

static void take(struct watch *w, struct watch_source *s, const struct nmea_sentence *sentence,
		 int64_t real_ns)
{
	struct watch_named named;
	struct nmea_data d;

	if (sentence->sum != NMEA_SUM_OK || !nmea_decode(sentence, &d))
		return;
	note_fix(&s->said, &d);
	if (s->said.fix[0])
		w->views[s->index].fix = s->said.fix;
	if (!s->n_held || ~d.has & (NMEA_HAS_DATE | NMEA_HAS_TIME) ||
	    (d.has & NMEA_HAS_VALID && !d.valid))
		return;
	snprintf(named.type, sizeof(named.type), "%s", sentence->type);
	named.second = seconds_of(&d.utc);
	named.delay_ns = real_ns - s->held[0].edge.time_ns;
	watch_release(w, s, &named);
}

static void note_chars(struct watch *w, struct watch_source *s, size_t n, int64_t real_ns)
{
	struct watch_said *said = &s->said;
	unsigned int rate;

	if (!said->first_ns)
		said->first_ns = real_ns;
	said->last_ns = real_ns;
	said->chars += n;
	rate = census_rate(said->chars, watch_now_ns() - said->begun_ns);
	w->views[s->index].load_percent = (int)census_load_percent(rate, said->port.baud);
}

void watch_said_take(struct watch *w, struct watch_source *s)
{
	struct nmea_sentence sentence;
	char buf[READ_SIZE];
	const char *p = buf;
	const ssize_t n = borrow_read(&s->said.port, buf, sizeof(buf), 0);
	const int64_t real_ns = watch_real_ns();
	size_t len = n > 0 ? (size_t)n : 0;

	if (n < 0) {
		borrow_close(&s->said.port);
		watch_lose(w, s, (int)n);
		return;
	}
	if (n > 0)
		note_chars(w, s, len, real_ns);
	while (nmea_next(&s->said.parser, &p, &len, &sentence))
		take(w, s, &sentence, real_ns);
}

void watch_said_pulse(struct watch *w, struct watch_source *s)
{
	struct view_source *view = &w->views[s->index];
	struct watch_said *said = &s->said;
	const int64_t pulse_ns = view->last.edge.time_ns;

	if (said->first_ns && pulse_ns && said->first_ns > pulse_ns) {
		view->burst_begin_ms = (int)((said->first_ns - pulse_ns) / NS_PER_MS);
		view->burst_end_ms = (int)((said->last_ns - pulse_ns) / NS_PER_MS);
	}
	said->first_ns = said->last_ns = 0;
}
