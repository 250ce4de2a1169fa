// SPDX-License-Identifier: GPL-2.0-or-later
/* From the bytes of a receiver to what its sentences say, and how well they arrive. */
#include "heard.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "binary.h"
#include "receiver/receiver.h"
#include "timed.h"

#define US_PER_S INT64_C(1000000)
#define ERRNO_MAX 4095		/* include/linux/err.h */

struct ear {
	struct sentence_facts *s;
	struct nmea parser;
	struct nmea mirror;	/* hears the same with every bit turned over */
	struct receiver_view view;
	struct binary binary;
	int64_t now_ns;			/* CLOCK_REALTIME of the bytes that are being heard */
	int64_t now_us, last_us;	/* since the beginning; of the bytes before them */
	int64_t burst_us;		/* the burst's first bytes; -1: before us, or it is dated */
	uint64_t read_bytes;		/* in sentences, and the ends of lines */
	uint64_t voids;
	bool valid[2];			/* said last by sentences without and with a date */
	int64_t whole_s, whole_bytes;
};

/* ---- sentences ---- */

/* They have a date and a time, or would have them with a fix; ntpd reads those of them it knows. */
static bool has_date(const struct nmea_sentence *n)
{
	static const char *const types[] = { "RMC", "ZDA", "ZDG", "PGRMF" };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (!strcmp(n->type, types[i]))
			return true;
	return false;
}

static bool has_time(const struct nmea_sentence *n)
{
	return has_date(n) || !strcmp(n->type, "GGA") || !strcmp(n->type, "GLL");
}

static int64_t rounded_s(int64_t ns)
{
	return (ns + (ns < 0 ? -NS_PER_S / 2 : NS_PER_S / 2)) / NS_PER_S;
}

/*
 * Each sentence is late by its own way through the wire; the one that is least
 * late is nearest to what the receiver means.
 */
static void note_time(struct ear *e, const struct nmea_data *d)
{
	struct sentence_facts *s = e->s;
	int64_t late_s;

	if ((d->has & (NMEA_HAS_TIME | NMEA_HAS_DATE)) != (NMEA_HAS_TIME | NMEA_HAS_DATE))
		return;
	/* a void one has whatever the receiver woke up with; ZDA itself does not say */
	if (e->view.has & NMEA_HAS_VALID && !e->view.last.valid)
		return;
	/* years beyond 2261 fit no int64_t of ns, and are no time either */
	if (d->utc.year > 2261)
		return;
	late_s = rounded_s(nmea_utc_ns(&d->utc) - e->now_ns);
	if (!fact_known(s->late_s) || late_s > s->late_s.val)
		s->late_s = fact_from(0, late_s);
}

/* The first of its burst: those behind it are later, and tell a daemon nothing new. */
static void note_dated(struct ear *e)
{
	e->s->has_date = fact_from(0, 1);
	if (e->burst_us >= 0)
		e->s->dated_ms = fact_from(0, (e->now_us - e->burst_us) / 1000);
	e->burst_us = -1;
}

/* $PGRMC, the answer to $PGRMCE: field 12 is 1 for no pulse, 2 for a pulse. */
static void note_settings(struct ear *e, const struct nmea_sentence *n)
{
	if (strcmp(n->type, "PGRMC") != 0)
		return;
	if (nmea_field_is(n, 11, "1"))
		e->s->pulse_enabled = fact_from(0, 0);
	else if (nmea_field_is(n, 11, "2"))
		e->s->pulse_enabled = fact_from(0, 1);
}

static void note_good(struct ear *e, const struct nmea_sentence *n)
{
	struct nmea_data d;

	if (has_date(n))
		note_dated(e);
	if (has_time(n))
		e->s->has_time = fact_from(0, 1);
	note_settings(e, n);
	if (!nmea_decode(n, &d))
		return;
	note_time(e, &d);
	if (!(d.has & NMEA_HAS_VALID))
		return;
	e->valid[has_date(n)] = d.valid;
	e->voids += !d.valid;
}

static bool is_printable(const struct nmea_sentence *n)
{
	for (size_t i = 0; i < n->len; i++)
		if (n->raw[i] < 0x20 || n->raw[i] > 0x7e)
			return false;
	return true;
}

static void note_sentence(struct ear *e, const struct nmea_sentence *n)
{
	const uint64_t good = e->view.good;

	receiver_hear(&e->view, n);
	if (e->view.good > good)
		note_good(e, n);
	/* a '$' among other bytes begins what only looks like a sentence */
	if (e->view.good > good || (n->talker[0] && is_printable(n)))
		e->read_bytes += n->len;
}

/* ---- bytes ---- */

static void listen_mirrored(struct ear *e, const char *buf, size_t len)
{
	struct nmea_sentence n;
	char mirrored[256];
	const char *at = mirrored;

	for (size_t i = 0; i < len; i++)
		mirrored[i] = nmea_uninvert((uint8_t)buf[i]);
	while (nmea_next(&e->mirror, &at, &len, &n))
		e->s->inverted += n.sum == NMEA_SUM_OK;
}

static void listen(struct ear *e, const char *buf, size_t len)
{
	struct nmea_sentence n;

	e->s->bytes += len;
	for (size_t i = 0; i < len; i++)
		e->read_bytes += buf[i] == '\r' || buf[i] == '\n';
	binary_feed(&e->binary, (const uint8_t *)buf, len);
	listen_mirrored(e, buf, len);
	while (nmea_next(&e->parser, &buf, &len, &n))
		note_sentence(e, &n);
}

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char lower = c >= 'A' && c <= 'F' ? (char)(c - 'A' + 'a') : c;
	const char *at = lower ? strchr(digits, lower) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* The byte that w begins with, taken off it; -EINVAL. */
static int next_byte(struct word *w, char *byte)
{
	size_t n = 1;
	int high, low;

	*byte = w->s[0];
	if (*byte == '\\') {
		n = 4;
		if (w->len < n || w->s[1] != 'x')
			return -EINVAL;
		high = hex_digit(w->s[2]);
		low = hex_digit(w->s[3]);
		if (high < 0 || low < 0)
			return -EINVAL;
		*byte = (char)(high * 16 + low);
	}
	w->s += n;
	w->len -= n;
	return 0;
}

static int listen_to_line(struct ear *e, struct word line)
{
	char buf[256];		/* as listen_mirrored()'s */
	size_t n = 0;

	while (line.len) {
		int err = next_byte(&line, &buf[n]);

		if (err)
			return err;
		if (++n < sizeof(buf) && line.len)
			continue;
		listen(e, buf, n);
		n = 0;
	}
	return 0;
}

/* Only whole seconds give a rate: three bursts lie in 2.5 s as well as two. */
static void count_until(struct ear *e, int64_t us)
{
	if (us / US_PER_S <= e->whole_s)
		return;
	e->whole_s = us / US_PER_S;
	e->whole_bytes = (int64_t)e->s->bytes;
}

static void arrive(struct ear *e, const struct timed *t)
{
	count_until(e, t->us);
	e->now_ns = t->real_ns + t->us * 1000;
	e->now_us = t->us;
	if (e->now_us - e->last_us >= BURST_SILENCE_US)
		e->burst_us = e->now_us;
	e->last_us = e->now_us;
}

static int hear_all(struct ear *e, struct timed *t)
{
	struct word line;
	int more, err;

	while ((more = timed_next(t, &line)) > 0) {
		arrive(e, t);
		err = listen_to_line(e, line);
		if (err)
			return err;
	}
	count_until(e, t->us);
	binary_end(&e->binary);
	return more;
}

/* ---- what follows ---- */

/* "3.70" is 370 */
static struct fact firmware_number(const char *text)
{
	int64_t major = 0, minor = 0;
	int digits = 0;

	for (; *text >= '0' && *text <= '9' && major < 1000; text++)
		major = major * 10 + (*text - '0');
	text += *text == '.';
	for (; digits < 2 && *text >= '0' && *text <= '9'; text++, digits++)
		minor = minor * 10 + (*text - '0');
	if (digits == 1)
		minor *= 10;
	return fact_from(major || minor ? 0 : -ENOENT, major * 100 + minor);
}

static void tell_receiver(const struct ear *e)
{
	const struct receiver_view *v = &e->view;
	struct sentence_facts *s = e->s;

	if (v->has & NMEA_HAS_VALID)
		s->fix = fact_from(0, e->valid[0] || e->valid[1]);
	if (v->has & NMEA_HAS_USED)
		s->satellites = fact_from(0, v->last.satellites_used);
	if (v->has & NMEA_HAS_LEAP)
		s->leap_s = fact_from(0, v->last.leap_s);
	if (v->rx)
		snprintf(s->model, sizeof(s->model), "%s%s%s", v->rx->make,
			 v->id.model[0] ? " " : "", v->id.model);
	s->firmware = firmware_number(v->id.firmware);
}

static void tell(const struct ear *e, const struct timed *t)
{
	struct sentence_facts *s = e->s;
	/* what is still waiting for its end is in a sentence */
	const uint64_t read_bytes = e->read_bytes + e->parser.len;

	s->ms = fact_from(0, t->us / 1000);
	s->good = e->view.good;
	s->bad = e->parser.stats.bad;
	s->unread = s->bytes > read_bytes ? s->bytes - read_bytes : 0;
	snprintf(s->binary, sizeof(s->binary), "%s", binary_name(&e->binary));
	if (e->whole_s && s->baud.val)
		s->load_percent = fact_from(0, census_load_percent(
			census_rate((uint64_t)e->whole_bytes, e->whole_s * NS_PER_S),
			(unsigned int)s->baud.val));
	if (!s->good)
		return;
	s->voids = fact_from(0, (int64_t)e->voids);
	if (!fact_known(s->has_date))
		s->has_date = fact_from(0, 0);
	if (!fact_known(s->has_time))
		s->has_time = fact_from(0, 0);
	tell_receiver(e);
}

void heard_nothing(struct sentence_facts *s)
{
	const struct fact absent = fact_from(-ENOENT, 0);

	memset(s, 0, sizeof(*s));
	s->ms = s->fix = s->satellites = s->baud = s->found_baud = absent;
	s->has_date = s->has_time = s->voids = absent;
	s->dated_ms = s->late_s = s->leap_s = absent;
	s->firmware = s->pulse_enabled = s->load_percent = absent;
}

/* "13 Permission denied" */
static int parse_refusal(struct word w, struct sentence_facts *s)
{
	int64_t err;

	if (timed_number(&w, &err) < 0 || err < 1 || err > ERRNO_MAX)
		return -EINVAL;

	s->ms = fact_from((int)-err, 0);
	snprintf(s->obstacle, sizeof(s->obstacle), "%.*s", (int)w.len, w.s);
	return 0;
}

int heard_parse(const char *text, struct sentence_facts *s)
{
	struct word first = { text, strcspn(text, "\n") };
	struct ear e = { .s = s, .burst_us = -1 };
	struct timed t;
	int64_t baud;

	heard_nothing(s);
	if (timed_word(&first, "refused"))
		return parse_refusal(first, s);
	if (timed_begin(&t, text) < 0 || !timed_word(&t.more, "baud") ||
	    timed_number(&t.more, &baud) < 0 || baud > INT32_MAX)
		return -EINVAL;
	s->baud = fact_from(0, baud);
	if (hear_all(&e, &t) < 0) {
		heard_nothing(s);
		return -EINVAL;
	}
	tell(&e, &t);
	return 0;
}
