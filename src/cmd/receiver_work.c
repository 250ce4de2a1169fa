// SPDX-License-Identifier: GPL-2.0-or-later
/* The receiver command at work on its port: listening, sending. */
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
#define ANSWER_NS (2500 * NS_PER_MS)	/* a burst may be on its way before the answer */

/* ---- listening ---- */

static int gone(const struct receiver_port *w, int err)
{
	msg_error(w->path, "%s", err == -ENODEV ? "the port went away" : strerror(-err));
	return err == -ENODEV ? EXIT_GONE : EXIT_TROUBLE;
}

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

/*
 * Take what comes within timeout_ms; sentences go to the change when there is
 * one, else to the view.  The number of characters, or -errno.
 */
static ssize_t take_some(struct receiver_port *w, struct receiver_change *c, int timeout_ms)
{
	char buf[256];
	const char *p = buf;
	struct nmea_sentence s;
	ssize_t n = borrow_read(&w->port, buf, sizeof(buf), timeout_ms);
	size_t len;

	if (n >= 0 && w->port.how == BORROW_BESIDE)
		n = count_some(w);
	else if (n > 0) {
		len = (size_t)n;
		feed_mirror(w, buf, len);
		while (nmea_next(&w->parser, &p, &len, &s)) {
			if (c)
				receiver_change_hear(c, &s);
			else
				receiver_hear(&w->report.view, &s);
		}
	}
	if (n > 0 && c)
		receiver_change_count(c, (uint64_t)n);
	return n;
}

static void forget(struct receiver_port *w)
{
	struct receiver_report *r = &w->report;
	const struct receiver *rx = r->view.rx;
	struct receiver_id id = r->view.id;

	memset(&w->parser, 0, sizeof(w->parser));
	memset(&w->mirror, 0, sizeof(w->mirror));
	memset(&r->view, 0, sizeof(r->view));
	w->mirror_good = 0;
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

static int slice_ms(int64_t left_ns)
{
	if (left_ns > SLICE_MS * NS_PER_MS)
		return SLICE_MS;
	return left_ns > 0 ? (int)((left_ns + NS_PER_MS - 1) / NS_PER_MS) : 0;
}

/* Until the time is over or, with `enough`, as soon as there are sentences. */
static int listen_for(struct receiver_port *w, int64_t length_ns, bool enough)
{
	struct receiver_report *r = &w->report;
	int64_t begin_ns, now_ns;
	int err = start(w);

	if (err)
		return err;
	begin_ns = now_ns = probe_now_ns(w->probe);
	while (now_ns - begin_ns < length_ns && !signals_seen()) {
		ssize_t n = take_some(w, NULL, slice_ms(begin_ns + length_ns - now_ns));

		if (n < 0)
			return (int)n;
		/* from the first character on: a port that was just opened begins in the middle */
		if (n > 0 && !r->bytes)
			begin_ns = probe_now_ns(w->probe);
		r->bytes += (uint64_t)n;
		if (enough && r->view.good > 1)
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
	return w->report.bytes ? HEARD_NOISE : HEARD_NOTHING;
}

/* On a terminal, say what takes its time. */
static void progress(const struct receiver_port *w, const char *what, long number, const char *unit)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "%s: %s %ld %s\n", w->path, what, number, unit);
}

int receiver_port_listen(struct receiver_port *w, int seconds)
{
	struct receiver_report *r = &w->report;
	int err;

	progress(w, "listening for", seconds, "s");
	err = listen_for(w, seconds * NS_PER_S, false);
	if (err == -ENOTTY && w->port.how == BORROW_BESIDE) {
		msg_error(w->path, "%s reads it, and its driver does not count characters",
			  w->reader);
		msg_hint("stop the daemon first");
		return EXIT_TROUBLE;
	}
	if (err)
		return gone(w, err);
	r->heard = judge(w);
	r->baud = w->port.baud;
	r->reader = w->reader[0] ? w->reader : NULL;
	r->stats = w->parser.stats;
	r->chars_per_s = census_rate(r->bytes, r->elapsed_ns);
	return 0;
}

/* Nothing to work with: say what there was instead. */
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
		msg_error(w->path,
			  "%llu characters, no sentence at %u baud: probably the wrong speed",
			  (unsigned long long)r->bytes, r->baud);
		if (w->port.how == BORROW_FREE)
			msg_hint("a receiver in its binary mode sends no sentences at any speed");
		else
			msg_hint("to try other speeds free the port: gpsppsctl detach %s", w->path);
		break;
	case HEARD_INVERTED:
		msg_error(w->path,
			  "the polarity of the data line is inverted: every bit is turned over");
		msg_hint("an LVC has RS-232 polarity: before a TTL UART put an inverter (MAX232)");
		break;
	default:
		break;
	}
	return EXIT_NO;
}

bool receiver_port_scan(struct receiver_port *w)
{
	static const unsigned int bauds[] = { 4800, 9600, 19200, 38400, 57600, 115200 };
	const struct receiver_report as_found = w->report;
	unsigned int first = w->port.baud;

	for (size_t i = 0; i < sizeof(bauds) / sizeof(bauds[0]) && !signals_seen(); i++) {
		if (bauds[i] == first)
			continue;
		progress(w, "listening at", bauds[i], "baud");
		if (borrow_set_baud(&w->port, bauds[i]) || listen_for(w, SCAN_NS, true))
			break;
		if (w->report.view.good)
			return true;
	}
	borrow_set_baud(&w->port, first);
	w->report = as_found;
	return false;
}

/* ---- sending ---- */

/* One make's questions; until it has proven itself. */
static bool ask_make(struct receiver_port *w, const struct receiver *rx)
{
	struct receiver_plan probe = { .n = 0 };
	int64_t end_ns;

	if (!rx->write_probe || rx->write_probe(&probe) < 0)
		return false;
	for (unsigned int i = 0; i < probe.n && !w->report.view.rx; i++) {
		if (borrow_write(&w->port, probe.steps[i].bytes, probe.steps[i].len) < 0)
			return false;
		end_ns = probe_now_ns(w->probe) + ANSWER_NS;
		while (!w->report.view.rx && probe_now_ns(w->probe) < end_ns && !signals_seen())
			if (take_some(w, NULL, SLICE_MS) < 0)
				return false;
	}
	return w->report.view.rx != NULL;
}

bool receiver_port_ask(struct receiver_port *w)
{
	const struct receiver_view before = w->report.view;
	const struct receiver *rx;

	for (unsigned int i = 0; !w->report.view.rx && (rx = receiver_nth(i)); i++)
		ask_make(w, rx);
	rx = w->report.view.rx;
	/* the census is of the time before the question */
	w->report.view = before;
	w->report.view.rx = rx;
	return rx != NULL;
}

int receiver_port_change(struct receiver_port *w, struct receiver_change *c)
{
	const char *line;
	int64_t wake_ns;
	ssize_t n = 0;

	while (receiver_change_step(c, probe_now_ns(w->probe), &line, &wake_ns)) {
		if (line) {
			progress(w, c->undoing ? "put back: line" : "line", c->line, "sent");
			n = borrow_write(&w->port, line, strlen(line));
		}
		if (n >= 0)
			n = take_some(w, c, slice_ms(wake_ns - probe_now_ns(w->probe)));
		if (n < 0)
			return gone(w, (int)n);
		if (signals_seen())
			receiver_change_interrupt(c, probe_now_ns(w->probe));
	}
	return 0;
}
