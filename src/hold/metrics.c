// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the last look has seen, for Prometheus: a file in its text format, which
 * node_exporter's textfile collector reads from a directory.  A reader sees the
 * old file or the new one, whole; it goes with the port, so that nobody takes a
 * dead holder's values for news.
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */
#include "hold.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TEXT_SIZE 8192
#define NEW_SUFFIX ".new"

struct page {
	const struct hold *hold;
	char text[TEXT_SIZE];
	size_t n;
};

__attribute__((format(printf, 2, 3)))
static void add(struct page *p, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(p->text + p->n, sizeof(p->text) - p->n, fmt, ap);
	va_end(ap);
	if (n > 0)
		p->n += (size_t)n;
	if (p->n >= sizeof(p->text))
		p->n = sizeof(p->text) - 1;
}

/* ---- a family and its samples ---- */

static void add_family(struct page *p, const char *name, const char *type, const char *help)
{
	add(p, "# HELP gpsppsctl_%s %s\n# TYPE gpsppsctl_%s %s\n", name, help, name, type);
}

/* The names of devices need no escapes. */
static void add_labels(struct page *p, const char *name, const char *more)
{
	const struct handover_port *h = &p->hold->h;

	add(p, "gpsppsctl_%s{port=\"%s\",pps=\"%s\",unit=\"%u\"%s} ", name, h->tty, h->pps,
	    h->unit, more);
}

static void add_count(struct page *p, const char *name, const char *more, uint32_t count)
{
	add_labels(p, name, more);
	add(p, "%u\n", count);
}

/* Without a float, whose point is the locale's. */
static void add_seconds(struct page *p, const char *name, int64_t ns)
{
	const int64_t us = ns / 1000;

	add_labels(p, name, "");
	add(p, "%lld.%06lld\n", (long long)(us / 1000000), (long long)(us % 1000000));
}

static void counter(struct page *p, const char *name, const char *help, uint32_t count)
{
	add_family(p, name, "counter", help);
	add_count(p, name, "", count);
}

static void gauge(struct page *p, const char *name, const char *help, int64_t ns)
{
	add_family(p, name, "gauge", help);
	add_seconds(p, name, ns);
}

/* ---- what there is to tell ---- */

static void add_pulse(struct page *p)
{
	const struct look *look = &p->hold->watch.last;
	int64_t age_ns;

	add_family(p, "up", "gauge", "Whether the port has pulses.");
	add_count(p, "up", "", p->hold->watch.pulse_ns && !p->hold->watch.is_lost);
	if (!look->has_edges)
		return;
	add_family(p, "pulses_total", "counter", "Edges that the kernel has captured.");
	add_count(p, "pulses_total", ",edge=\"assert\"", look->assert_edge.seq);
	add_count(p, "pulses_total", ",edge=\"clear\"", look->clear_edge.seq);
	age_ns = look_age_ns(&look->assert_edge, &look->clear_edge);
	if (age_ns >= 0)
		gauge(p, "last_pulse_age_seconds",
		      "Time since the last captured edge when this was written.", age_ns);
}

static void add_measured(struct page *p)
{
	const struct meter *m = &p->hold->meter;

	if (m->shape.edge != EDGE_UNKNOWN)
		gauge(p, "pulse_width_seconds", "Width of the pulse, measured once.",
		      m->shape.width_ns);
	if (m->burst_at_ns && m->burst.last_ms >= 0)
		gauge(p, "burst_end_seconds",
		      "From the pulse to the last character of its second, measured once.",
		      m->burst.last_ms * NS_PER_MS);
	if (p->hold->watch.last.has_counts)
		counter(p, "characters_total", "Characters that the port has received.",
			p->hold->watch.last.rx);
}

static void add_history(struct page *p)
{
	const struct tally *t = &p->hold->tally;
	struct timespec now;

	counter(p, "losses_total", "How often the pulse was lost.", t->losses);
	counter(p, "heals_total", "How often the holder has healed the port.", t->heals);
	counter(p, "reattached_total", "How often a new PPS source had to be made.", t->reattached);
	clock_gettime(CLOCK_REALTIME, &now);
	gauge(p, "attached_timestamp_seconds", "When the port was attached, in seconds since 1970.",
	      (now.tv_sec - (hold_now_ns() - p->hold->since_ns) / NS_PER_S) * NS_PER_S);
}

/* ---- the file ---- */

static void new_path(const struct hold *hold, char *path, size_t size)
{
	snprintf(path, size, "%s" NEW_SUFFIX, hold->h.metrics);
}

static int write_text(const char *path, const char *text, size_t n)
{
	/* whatever lies there is not ours: it is neither followed nor written to */
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	ssize_t written;
	int err = 0;

	if (fd < 0)
		return -errno;
	written = write(fd, text, n);
	if (written != (ssize_t)n)
		err = written < 0 ? -errno : -ENOSPC;
	if (close(fd) < 0 && !err)
		err = -errno;
	return err;
}

static int replace(const struct hold *hold, const char *text, size_t n)
{
	char path[HANDOVER_FILE_MAX + sizeof(NEW_SUFFIX)];
	int err;

	new_path(hold, path, sizeof(path));
	unlink(path);		/* of a holder that was killed */
	err = write_text(path, text, n);
	if (!err && rename(path, hold->h.metrics) < 0)
		err = -errno;
	if (err && err != -EEXIST)
		unlink(path);
	return err;
}

void metrics_write(struct hold *hold)
{
	struct page p = { .hold = hold };
	int err;

	if (!hold->h.metrics[0])
		return;
	if (hold->h.pps[0])	/* else sentences are all that is expected of it */
		add_pulse(&p);
	add_measured(&p);
	add_history(&p);
	err = replace(hold, p.text, p.n);
	if (!err || hold->has_metrics_trouble)
		return;
	hold->has_metrics_trouble = true;
	events_note(hold, "metrics", "%s: %s", hold->h.metrics, strerror(-err));
	hold_say(hold, "cannot write %s: %s", hold->h.metrics, strerror(-err));
}

/* What has taken its place, such as a directory, stays. */
void metrics_remove(const struct hold *hold)
{
	if (hold->h.metrics[0])
		unlink(hold->h.metrics);
}
