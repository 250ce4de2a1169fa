// SPDX-License-Identifier: GPL-2.0-or-later
/* The nmea command at a port: its speed, its sentences as they arrive, its census. */
#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "../sys/output.h"
#include "../sys/signals.h"
#include "../version.h"
#include "nmea_show.h"
#include "receiver_port.h"

#define NS_PER_MS 1000000LL
#define NS_PER_S 1000000000LL
#define SLICE_MS 100			/* so often a signal is looked for */
#define SPEED_NS (1300 * NS_PER_MS)	/* a receiver says something every second */
#define AGAIN_NS (10 * NS_PER_S)	/* one that was silent may speak by now */
#define DEFAULT_SECONDS 10

static const unsigned int usual_bauds[] = { 4800, 9600, 19200, 38400, 57600, 115200 };

/* ---- listening ---- */

static struct nmea_utc wall_clock(void)
{
	struct timespec now;
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	return (struct nmea_utc){
		.year = (int16_t)(tm.tm_year + 1900),
		.month = (uint8_t)(tm.tm_mon + 1),
		.day = (uint8_t)tm.tm_mday,
		.hour = (uint8_t)tm.tm_hour,
		.minute = (uint8_t)tm.tm_min,
		.second = (uint8_t)tm.tm_sec,
		/* a read takes what has come by then: more than milliseconds are none of it */
		.ns = (uint32_t)(now.tv_nsec / NS_PER_MS * NS_PER_MS),
	};
}

/* Nothing that has sense at this speed: the others, where that disturbs nobody. */
static void find_speed(struct receiver_port *w, struct nmea_input *in)
{
	if (w->port.how == BORROW_FREE && !in->o->baud && in->polarity == NMEA_UNDECIDED &&
	    receiver_port_scan(w)) {
		nmea_input_forget(in);
		w->report.bytes = 0;
	}
}

static int64_t length_ns(const struct nmea_options *o)
{
	if (o->follow)
		return INT64_MAX;
	if (o->census_s)
		return o->census_s * NS_PER_S;
	return (o->seconds ? o->seconds : DEFAULT_SECONDS) * NS_PER_S;
}

/* What comes within the slice.  The number of characters, or -errno. */
static ssize_t take_some(struct receiver_port *w, struct nmea_input *in)
{
	char buf[4096];
	ssize_t n = borrow_read(&w->port, buf, sizeof(buf), SLICE_MS);

	if (n <= 0)
		return n;
	if (in->timed)
		in->arrived = wall_clock();
	nmea_input_feed(in, buf, (size_t)n);
	nmea_input_flush(in);
	return n;
}

/* Until the time is over; it begins with the first character. */
static int listen(struct receiver_port *w, struct nmea_input *in)
{
	struct receiver_report *r = &w->report;
	const int64_t length = length_ns(in->o);
	int64_t begin_ns = probe_now_ns(w->probe), now_ns = begin_ns;
	int64_t search_ns = begin_ns + SPEED_NS;
	ssize_t n = 0;

	while (now_ns - begin_ns < length && !signals_seen() && !in->out_err) {
		n = take_some(w, in);
		if (n < 0)
			break;
		if (now_ns > search_ns) {
			find_speed(w, in);
			search_ns = in->o->follow ? probe_now_ns(w->probe) + AGAIN_NS : INT64_MAX;
		}
		now_ns = probe_now_ns(w->probe);
		if (n > 0 && !r->bytes)
			begin_ns = now_ns;
		r->bytes += (uint64_t)n;
	}
	nmea_input_settle(in);
	r->elapsed_ns = now_ns - begin_ns;
	return n < 0 ? (int)n : 0;
}

/* ---- the census ---- */

static void census_json(const struct receiver_port *w, const struct nmea_input *in)
{
	const struct receiver_report *r = &w->report;
	struct out *o = out_object(), *loads = out_object();
	char baud[16];

	for (size_t i = 0; i < sizeof(usual_bauds) / sizeof(usual_bauds[0]); i++) {
		snprintf(baud, sizeof(baud), "%u", usual_bauds[i]);
		out_number(loads, baud, census_load_percent(r->chars_per_s, usual_bauds[i]));
	}
	out_number(o, "version", 1);
	out_text(o, "port", r->path);
	out_number(o, "baud", r->baud);
	out_bool(o, "inverted", in->polarity == NMEA_INVERTED);
	out_real(o, "seconds", (double)r->elapsed_ns / NS_PER_S, 1);
	out_number(o, "chars_per_s", r->chars_per_s);
	out_child(o, "load_percent", loads);
	receiver_json_census(o, &in->tally.census);
	out_number(o, "bad_checksums", (int64_t)in->parser.stats.bad);
	out_number(o, "no_checksums", (int64_t)in->parser.stats.none);
	out_number(o, "overlong", (int64_t)in->parser.stats.overlong);
	out_number(o, "junk_bytes", (int64_t)in->parser.stats.junk_bytes);
	out_print(o);
}

static void census_rows(const struct census *c, int64_t elapsed_ns)
{
	static const struct out_column columns[] = {
		{ .name = "SENTENCE" },
		{ .name = "COUNT", .right = true },
		{ .name = "CHARS/S", .right = true },
		{ .name = "LONGEST", .right = true },
	};
	struct out_table *t = out_table_new(columns, sizeof(columns) / sizeof(columns[0]));
	char tag[sizeof(c->rows[0].talker) + sizeof(c->rows[0].type)];
	char count[24], rate[24], longest[24];

	for (unsigned int i = 0; i < c->n; i++) {
		const struct census_row *row = &c->rows[i];

		nmea_tag(tag, sizeof(tag), row->talker, row->type);
		snprintf(count, sizeof(count), "%llu", (unsigned long long)row->count);
		snprintf(rate, sizeof(rate), "%u", census_rate(row->chars, elapsed_ns));
		snprintf(longest, sizeof(longest), "%u", row->max_chars);
		out_table_row(t, (const char *const[]){ tag, count, rate, longest });
	}
	out_table_print(t, true);
}

static void census_text(const struct receiver_port *w, const struct nmea_input *in)
{
	const struct receiver_report *r = &w->report;

	census_rows(&in->tally.census, r->elapsed_ns);
	printf("%u characters a second in %.1f s at %u baud; the line is full by\n",
	       r->chars_per_s, (double)r->elapsed_ns / NS_PER_S, r->baud);
	for (size_t i = 0; i < sizeof(usual_bauds) / sizeof(usual_bauds[0]); i++)
		printf("%8u baud %5u %%\n", usual_bauds[i],
		       census_load_percent(r->chars_per_s, usual_bauds[i]));
}

/* ---- all of it ---- */

static int refuse_reader(const struct receiver_port *w)
{
	msg_error(w->path, "%s reads it: each sentence read here would be lost to it", w->reader);
	msg_hint("stop the daemon first; what it hears: ntpq -c clockvar");
	return EXIT_TROUBLE;
}

static void report(struct receiver_port *w, struct nmea_input *in)
{
	struct receiver_report *r = &w->report;

	r->baud = w->port.baud;
	r->chars_per_s = census_rate(r->bytes, r->elapsed_ns);
	if (in->out_err)
		return;
	if (!in->o->census_s)
		nmea_print_summary(in);
	else if (in->o->json)
		census_json(w, in);
	else if (in->tally.understood)
		census_text(w, in);
}

static int work(struct receiver_port *w, struct nmea_input *in)
{
	int code, err;

	if (w->port.how == BORROW_BESIDE)
		return refuse_reader(w);
	in->name = w->path;
	err = borrow_skip_to_now(&w->port);
	if (!err)
		err = listen(w, in);
	report(w, in);
	if (err)
		return receiver_port_gone(w, err);
	if (in->tally.understood)
		return EXIT_DONE;
	w->report.heard = w->report.bytes ? HEARD_NOISE : HEARD_NOTHING;
	code = receiver_explain(w);
	return signals_seen() && in->o->follow ? EXIT_DONE : code;
}

int nmea_port(const struct ctx *ctx, const struct nmea_options *o, struct nmea_input *in)
{
	const struct receiver_options as_receiver = { .port = o->what, .at = o->baud };
	static struct receiver_port w = {
		.port = { .fd = -1, .control = -1 }, .journal = { .fd = -1 },
	};
	int code;

	w.o = &as_receiver;
	code = receiver_port_open(ctx, &w);
	signals_catch();
	if (!code)
		code = work(&w, in);
	receiver_port_close(&w);
	signals_release();
	return code;
}
