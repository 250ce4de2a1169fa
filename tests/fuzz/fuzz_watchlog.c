// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whatever is taken for a log: a line is an edge that is written and read again as it is,
 * or it is none; and the filter's figures stay in their ranges for any of them.
 */
/* SOURCES: src/watchlog.c src/words.c src/pulsefilter.c src/pulsetrack.c src/pulseestimate.c -lm */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pulsefilter.h"
#include "watchlog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LENGTH_MAX 32

static void check(int ok)
{
	if (!ok)
		abort();
}

static void check_name(struct word source, const char *line, size_t len)
{
	check(source.len && source.len <= WATCHLOG_SOURCE_MAX);
	check(source.s >= line && source.s + source.len <= line + len);
	for (size_t i = 0; i < source.len; i++)
		check(source.s[i] > ' ' && source.s[i] <= '~');
}

static void check_again(const struct edge *e, struct word source)
{
	char name[WATCHLOG_SOURCE_MAX + 1], buf[WATCHLOG_LINE_MAX];
	struct word w;
	struct edge f;
	size_t n;

	memcpy(name, source.s, source.len);
	name[source.len] = '\0';
	n = watchlog_write(buf, sizeof(buf), name, e);
	check(n > 0 && buf[n - 1] == '\n' && watchlog_read(buf, n - 1, &f, &w) == 1);
	check(f.time_ns == e->time_ns && f.late_ns == e->late_ns && f.seq == e->seq);
	check(f.which == e->which && f.by == e->by && word_is(w, name));
}

static void check_clockstats(const struct edge *e)
{
	const struct clockstats c = { .seq = e->seq, .used = (uint64_t)e->late_ns };
	char buf[WATCHLOG_LINE_MAX];

	check(clockstats_write(buf, sizeof(buf), e->time_ns, &c) == strlen(buf));
}

static void judge(struct filter *f, const struct edge *e)
{
	int64_t work[LENGTH_MAX];
	struct filter_estimate est;
	struct judged p;

	filter_feed(f, e, &p);
	check((unsigned int)p.fate < N_PULSE_FATES && p.interval_ns >= -1 && p.width_ns >= -1);
	check(llabs(p.offset_ns) <= NS_PER_S && p.width_ns < 2 * NS_PER_S);
	filter_estimate(f, work, &est);
	check(est.n <= f->config.length && est.kept <= est.n && (est.kept || !est.n));
	check(llabs(est.offset_ns) <= NS_PER_S && est.jitter_ns >= 0 && est.jitter_ns <= 1e9);
	for (size_t i = 1; i < f->n; i++)
		check(f->sorted[i - 1] <= f->sorted[i]);
}

/* The first bytes are the configuration. */
static int begin(struct filter *f, const uint8_t *data, int64_t *ring, int64_t *sorted)
{
	static const int64_t periods[] = { 0, 2 * NS_PER_S, NS_PER_S, 200 * NS_PER_MS,
					   100 * NS_PER_MS };
	const struct filter_config c = {
		.edge = (enum pulse_edge)(data[0] % 3), .gate_ns = data[1] * 5000,
		.ppm = data[2] * 4U, .period_ns = periods[data[3] % 5],
		.length = 1 + data[4] % LENGTH_MAX, .method = (enum filter_method)(data[4] >> 7),
	};

	return filter_init(f, &c, ring, sorted);
}

static void line(struct filter *f, const char *text, size_t len)
{
	/* a copy of its own, so that reading behind it is seen */
	char *copy = malloc(len ? len : 1);
	struct word source;
	struct edge e;
	int n;

	check(copy != NULL);
	memcpy(copy, text, len);
	n = watchlog_read(copy, len, &e, &source);
	if (n == 1) {
		check_name(source, copy, len);
		check_again(&e, source);
		check_clockstats(&e);
		judge(f, &e);
	}
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int64_t ring[LENGTH_MAX], sorted[LENGTH_MAX];
	const char *p = (const char *)data + 5, *end = (const char *)data + size;
	struct filter f;

	if (size < 5)
		return 0;
	check(begin(&f, data, ring, sorted) == 0);
	while (p < end) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));

		if (!stop)
			stop = end;
		line(&f, p, (size_t)(stop - p));
		p = stop < end ? stop + 1 : end;
	}
	return 0;
}
