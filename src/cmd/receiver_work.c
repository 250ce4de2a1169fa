// SPDX-License-Identifier: GPL-2.0-or-later
/* The receiver command at work on its port: listening, at one speed and at others. */
#include "receiver_port.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../sys/signals.h"
#include "cmd.h"

#define NS_PER_MS 1000000LL
#define NS_PER_S 1000000000LL
#define SLICE_MS 100		/* so often a signal is looked for */
#define SCAN_NS (1300 * NS_PER_MS)	/* a receiver says something every second */
#define GOOD_ENOUGH 2		/* noise has a right checksum now and then, not twice in a moment */

int receiver_port_gone(const struct receiver_port *w, int err)
{
	msg_error(w->path, "%s", err == -ENODEV ? "the port went away" : strerror(-err));
	return err == -ENODEV ? EXIT_GONE : EXIT_TROUBLE;
}

void receiver_progress(const struct receiver_port *w, const char *what, long number,
		       const char *unit)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "%s: %s %ld %s\n", w->path, what, number, unit);
}

/* ---- taking what comes ---- */

/* The same bytes read as from an inverted line: sentences are only counted. */
static void feed_mirror(struct receiver_port *w, const char *buf, size_t len)
{
	char turned[256];
	const char *p = turned;
	struct nmea_sentence s;

	for (size_t i = 0; i < len; i++)
		turned[i] = nmea_uninvert((uint8_t)buf[i]);
	while (nmea_next(&w->mirror, &p, &len, &s))
		w->mirror_good += s.sum == NMEA_SUM_OK;
}

/* Bytes that a daemon reads can only be counted.  Their number, or -errno. */
static ssize_t count_some(struct receiver_port *w)
{
	uint64_t before = w->rx;
	int err = borrow_rx(&w->port, &w->rx);

	/* the counter has 32 bits */
	return err ? err : (ssize_t)(uint32_t)(w->rx - before);
}

static void feed(struct receiver_port *w, const char *buf, size_t len)
{
	const uint8_t *bytes = (const uint8_t *)buf;
	size_t n = len;
	struct nmea_sentence s;
	struct binary_packet p;

	feed_mirror(w, buf, len);
	while (nmea_next(&w->parser, &buf, &n, &s))
		w->hear(w, &(struct receiver_message){ .sentence = &s });
	while (binary_next(&w->packets, &bytes, &len, &p))
		w->hear(w, &(struct receiver_message){ .packet = &p });
}

ssize_t receiver_port_take(struct receiver_port *w, int timeout_ms)
{
	char buf[256];
	ssize_t n = borrow_read(&w->port, buf, sizeof(buf), timeout_ms);

	if (n >= 0 && w->port.how == BORROW_BESIDE)
		return count_some(w);
	if (n > 0)
		feed(w, buf, (size_t)n);
	return n;
}

int receiver_port_slice_ms(const struct receiver_port *w, int64_t until_ns)
{
	const int64_t left_ns = until_ns - probe_now_ns(w->probe);

	if (left_ns > SLICE_MS * NS_PER_MS)
		return SLICE_MS;
	return left_ns > 0 ? (int)((left_ns + NS_PER_MS - 1) / NS_PER_MS) : 0;
}

int receiver_port_write(struct receiver_port *w, const char *bytes, size_t len)
{
	struct receiver_report *r = &w->report;
	struct receiver_sent *sent = &r->sent[r->n_sent];

	if (r->n_sent++ < RECEIVER_SENT_MAX) {
		sent->len = len < sizeof(sent->bytes) ? (unsigned int)len : sizeof(sent->bytes);
		memcpy(sent->bytes, bytes, sent->len);
	}
	return borrow_write(&w->port, bytes, len);
}

/* ---- a census ---- */

static void hear_view(struct receiver_port *w, const struct receiver_message *m)
{
	if (m->sentence)
		receiver_hear(&w->report.view, m->sentence);
	else
		receiver_hear_packet(&w->report.view, m->packet);
}

static void forget(struct receiver_port *w)
{
	struct receiver_report *r = &w->report;
	const struct receiver *rx = r->view.rx;
	struct receiver_id id = r->view.id;

	memset(&w->parser, 0, sizeof(w->parser));
	memset(&w->packets, 0, sizeof(w->packets));
	memset(&w->mirror, 0, sizeof(w->mirror));
	memset(&r->view, 0, sizeof(r->view));
	w->mirror_good = 0;
	w->hear = hear_view;
	r->bytes = 0;
	/* who it is does not change */
	r->view.rx = rx;
	r->view.id = id;
}

static int start(struct receiver_port *w)
{
	forget(w);
	if (w->port.how == BORROW_BESIDE)
		return borrow_rx(&w->port, &w->rx);
	return borrow_skip_to_now(&w->port);
}

/* Packets whose protocol has a checksum; TSIP has none, and noise has its frame, too. */
static unsigned int good_packets(const struct receiver_port *w)
{
	unsigned int n = 0;

	for (int i = 0; i < BINARY_PROTOCOLS; i++)
		if (i != BINARY_TSIP)
			n += w->packets.packets[i];
	return n;
}

static bool is_enough(const struct receiver_port *w, unsigned int n)
{
	return w->report.view.good >= n || w->mirror_good >= n || good_packets(w) >= n;
}

/* Until the time is over or, with `enough`, as soon as there is something intelligible. */
static int listen_for(struct receiver_port *w, int64_t length_ns, bool enough)
{
	struct receiver_report *r = &w->report;
	int64_t begin_ns, now_ns;
	int err = start(w);

	if (err)
		return err;
	begin_ns = now_ns = probe_now_ns(w->probe);
	while (now_ns - begin_ns < length_ns && !signals_seen()) {
		ssize_t n = receiver_port_take(w, receiver_port_slice_ms(w, begin_ns + length_ns));

		if (n < 0)
			return (int)n;
		/* from the first character on: a port that was just opened begins in the middle */
		if (n > 0 && !r->bytes)
			begin_ns = probe_now_ns(w->probe);
		r->bytes += (uint64_t)n;
		if (enough && is_enough(w, GOOD_ENOUGH))
			break;
		now_ns = probe_now_ns(w->probe);
	}
	r->elapsed_ns = now_ns - begin_ns;
	return 0;
}

static enum heard judge(const struct receiver_port *w)
{
	if (w->port.how == BORROW_BESIDE)
		return HEARD_COUNT;
	if (w->report.view.good)
		return HEARD_SENTENCES;
	if (w->mirror_good)
		return HEARD_INVERTED;
	if (good_packets(w) >= GOOD_ENOUGH)
		return HEARD_BINARY;
	return w->report.bytes ? HEARD_NOISE : HEARD_NOTHING;
}

int receiver_port_listen(struct receiver_port *w, int seconds)
{
	struct receiver_report *r = &w->report;
	int err;

	receiver_progress(w, "listening for", seconds, "s");
	err = listen_for(w, seconds * NS_PER_S, false);
	if (err == -ENOTTY && w->port.how == BORROW_BESIDE) {
		msg_error(w->path, "%s reads it, and its driver does not count characters",
			  w->reader);
		msg_hint("stop the daemon first");
		return EXIT_TROUBLE;
	}
	if (err)
		return receiver_port_gone(w, err);
	r->heard = judge(w);
	/* it speaks its maker's protocol, and only tells its name when asked in it */
	if (r->heard == HEARD_BINARY && !r->view.rx && w->packets.packets[BINARY_GARMIN])
		r->view.rx = &receiver_garmin;
	r->protocol = binary_name(&w->packets);
	r->baud = w->port.baud;
	r->reader = w->reader[0] ? w->reader : NULL;
	r->stats = w->parser.stats;
	r->chars_per_s = census_rate(r->bytes, r->elapsed_ns);
	return 0;
}

bool receiver_port_scan(struct receiver_port *w)
{
	static const unsigned int bauds[] = { 4800, 9600, 19200, 38400, 57600, 115200 };
	const struct receiver_report as_found = w->report;
	unsigned int first = w->port.baud;

	for (size_t i = 0; i < sizeof(bauds) / sizeof(bauds[0]) && !signals_seen(); i++) {
		if (bauds[i] == first)
			continue;
		receiver_progress(w, "listening at", bauds[i], "baud");
		if (borrow_set_baud(&w->port, bauds[i]) || listen_for(w, SCAN_NS, true))
			break;
		/* RMC alone is one sentence in this time */
		if (is_enough(w, 1))
			return true;
	}
	borrow_set_baud(&w->port, first);
	w->report = as_found;
	return false;
}

/* ---- nothing to work with ---- */

static void explain_noise(const struct receiver_port *w)
{
	msg_error(w->path, "%llu characters, no sentence at %u baud: probably the wrong speed",
		  (unsigned long long)w->report.bytes, w->report.baud);
	msg_hint("%s", w->o->at ? "where no speed is named, others are tried as well" :
		 "a receiver in a binary mode sends no sentences at any speed");
}

static void explain_binary(const struct receiver_port *w)
{
	const struct receiver_view *v = &w->report.view;

	msg_error(w->path, "%s packets at %u baud, and no sentence: %s%s%s is in a binary mode",
		  w->report.protocol, w->report.baud, v->rx ? v->rx->make : "the receiver",
		  v->id.model[0] ? " " : "", v->id.model);
	if (v->rx && v->rx->write_escape)
		msg_hint("gpsppsctl receiver %s --timing brings it back to sentences", w->path);
	else
		msg_hint("its maker's program can switch it to NMEA sentences");
}

int receiver_explain(const struct receiver_port *w)
{
	const struct receiver_report *r = &w->report;

	switch (r->heard) {
	case HEARD_NOTHING:
		msg_error(w->path, "silent: not one character in %.1f s at %u baud",
			  (double)r->elapsed_ns / 1e9, r->baud);
		msg_hint("is the receiver powered, its data line wired to this port's RxD?");
		break;
	case HEARD_NOISE:
		explain_noise(w);
		break;
	case HEARD_INVERTED:
		msg_error(w->path,
			  "the polarity of the data line is inverted: every bit is turned over");
		msg_hint("an LVC has RS-232 polarity: before a TTL UART put an inverter (MAX232)");
		break;
	case HEARD_BINARY:
		explain_binary(w);
		break;
	default:
		break;
	}
	return EXIT_NO;
}
