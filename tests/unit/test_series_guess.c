// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whose a file is, and what is in it: recorded ones of tests/fixtures/report, whose count, last
 * time and sum were taken by another program; and texts that leave room for doubt.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "series.h"
#include "words_of.h"

static char text[400000];

static size_t load(const char *name)
{
	char path[100];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "tests/fixtures/report/%s", name);
	f = fopen(path, "r");
	assert_non_null(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	return n;
}

struct sum {
	unsigned int samples, bad;
	struct sample last;
	double of_values;
};

static void add_up(enum series_format format, size_t len, struct sum *sum)
{
	const struct series_options o = { .format = format };
	struct sample s;

	memset(sum, 0, sizeof(*sum));
	for (char *p = text, *end; p < text + len; p = end + 1) {
		int r;

		end = strchr(p, '\n');
		r = series_read(&o, p, (size_t)(end - p), &s);
		sum->bad += r < 0;
		if (r != SERIES_SAMPLE)
			continue;
		sum->samples++;
		sum->last = s;
		sum->of_values += s.value;
	}
}

static void recorded_files(void **state)
{
	static const struct {
		const char *name;
		enum series_format format;
		unsigned int samples;
		int64_t last_ns;
		double sum;
		const char *source;
	} rows[] = {
		{ "chrony-refclocks.log", SERIES_CHRONY_REFCLOCKS, 34,
		  INT64_C(1795312377994702000), -0.0889882296, "PPS" },
		{ "chrony-statistics.log", SERIES_CHRONY_STATISTICS, 39,
		  INT64_C(1795312427000000000), 0.06422277, "PPS" },
		{ "chrony-tracking.log", SERIES_CHRONY_TRACKING, 30,
		  INT64_C(1795312490000000000), 0.00175027, "" },
		{ "classic-clockstats", SERIES_CLOCKSTATS, 30,
		  INT64_C(1795312285615000000), -0.066281842, "127.127.22.0" },
		{ "classic-loopstats", SERIES_LOOPSTATS, 12,
		  INT64_C(1795312310616000000), -0.001076876, "" },
		{ "classic-peerstats", SERIES_PEERSTATS, 18,
		  INT64_C(1795312318620000000), 0.010937143, "127.127.22.0" },
		{ "ntpsec-clockstats", SERIES_CLOCKSTATS, 35,
		  INT64_C(1795312185927000000), -0.031365647, "PPS(0)" },
		{ "ntpsec-loopstats", SERIES_LOOPSTATS, 12,
		  INT64_C(1795312233928000000), -0.004545485, "" },
		{ "ntpsec-peerstats", SERIES_PEERSTATS, 18,
		  INT64_C(1795312233928000000), -0.000058677, "PPS(0)" },
		{ "ppstest", SERIES_PPSTEST, 24, INT64_C(1795312344999955566), 0.012706757, "0" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const size_t len = load(rows[i].name);
		const enum series_format format = series_guess(text, len);
		struct sum sum;

		if (format != rows[i].format)
			fail_msg("%s: %s", rows[i].name, series_format_names[format]);
		add_up(format, len, &sum);
		if (sum.bad || sum.samples != rows[i].samples ||
		    sum.last.time_ns != rows[i].last_ns ||
		    fabs(sum.of_values - rows[i].sum) > 1e-12 ||
		    (*rows[i].source && !word_is(sum.last.source, rows[i].source)))
			fail_msg("%s: %u bad, %u samples until %" PRId64 ", sum %.10f",
				 rows[i].name, sum.bad, sum.samples, sum.last.time_ns,
				 sum.of_values);
	}
}

static enum series_format guess(const char *s, size_t len)
{
	char *copy = malloc(len + !len);
	enum series_format format;

	memcpy(copy, s, len);
	format = series_guess(copy, len);
	free(copy);
	return format;
}

static void texts(void **state)
{
	static const struct { enum series_format format; const char *text; } rows[] = {
		{ SERIES_UNKNOWN, "" },
		{ SERIES_UNKNOWN, "\n\n\r\n" },
		{ SERIES_UNKNOWN, "# only a comment\n" },
		{ SERIES_UNKNOWN, "Nov 22 01:52:42 host chronyd[731]: Selected source PPS\n" },
		{ SERIES_UNKNOWN, "0,000001\n0,000002\n" },
		{ SERIES_UNKNOWN, "a\nb\nc\nd\n1e-6\n" },
		{ SERIES_PHASE, "a\nb\nc\n1e-6\n" },
		{ SERIES_PHASE, "1e-6" },
		{ SERIES_PHASE, "\xef\xbb\xbf" "1e-6\r\n2e-6\r\n" },
		{ SERIES_PHASE, "nan\nnan\n" },
		{ SERIES_PHASE, "# x\n\n 1e-6\n\t2e-6\n" },
		{ SERIES_PHASE, "1795305600.5 1e-6\n1795305601.5 2e-6\n" },
		{ SERIES_PHASE, "0 1e-6\n1 2e-6\n" },
		/* nanoseconds that grow, and seconds of a long day */
		{ SERIES_PHASE, "100.5\n200.25\n300.75\n" },
		{ SERIES_PHASE, "61366 1e-6\n61367 2e-6\n" },
		{ SERIES_PHASE, "61366.5 1e-6\n" },
		{ SERIES_PHASE_MJD, "61366.500000 1e-6\n61366.500012 2e-6\n61366.500023 nan\n" },
		{ SERIES_STAMPS, "1795305600.000000250" },
		{ SERIES_STAMPS, "1795305600.000000250\n1795305601.000000260\n17953" },
		{ SERIES_PHASE, "1795305601.000000250\n1795305600.000000260\n" },
		{ SERIES_WATCH, "# gpsppsctl watch 1\n1795305600.000177999 pps0 assert 4 kernel -\n" },
		/* none of its edges is the one that is asked for by default */
		{ SERIES_WATCH, "1795305600.100177999 pps0 clear 4 kernel -\n" },
		{ SERIES_CLOCKSTATS, "61366 6553.928 PPS(0) 16 3 0 0 5\n" },
		{ SERIES_CLOCKSTATS, "61366 6553.928 127.127.20.0 $GPRMC,0,A*1C\n" },
		{ SERIES_PPSTEST, "trying PPS source \"/dev/pps0\"\nfound PPS source \"/dev/pps0\"\n" },
		/* rawstats and sysstats are none of ours */
		{ SERIES_UNKNOWN, "61366 6544.958 10.9.9.2 10.9.9.1 4004.1 4004.2 4004.3 4004.4 0\n" },
		{ SERIES_UNKNOWN, "61366 6544.958 3600 112 0 0 109 0 0 0 0 0 0 0\n" },
		/* the larger part wins; a torn last line has no vote */
		{ SERIES_PEERSTATS, "61366 1.0 PPS(0) 9014 -0.1 0.0 7.9 0.1\n"
		  "61366 1.0 PPS(0) 9014 -0.1 0.0 7.9 0.1\n61366 1.0 0.1 0.1 0.1 0.1 3\n" },
		{ SERIES_LOOPSTATS, "61366 1.0 0.1 0.1 0.1 0.1 3\n61366 1.0 0.1 0.1 0.1 0." },
	};
	static const char zeros[1000];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const enum series_format f = guess(rows[i].text, strlen(rows[i].text));

		if (f != rows[i].format)
			fail_msg("\"%s\" is %s", rows[i].text, series_format_names[f]);
	}
	assert_int_equal(guess(zeros, sizeof(zeros)), SERIES_UNKNOWN);
	assert_int_equal(guess("1e-6\n\0\0\0\0", 9), SERIES_PHASE);
}

/* Only the beginning is looked at, and cut where the text is. */
static void long_texts(void **state)
{
	static const char line[] = "0.000001\n", garbage[] = "garbage\n";
	size_t n = 0;

	(void)state;
	while (n + sizeof(line) < 66000) {
		memcpy(text + n, line, sizeof(line) - 1);
		n += sizeof(line) - 1;
	}
	while (n + sizeof(garbage) < sizeof(text)) {
		memcpy(text + n, garbage, sizeof(garbage) - 1);
		n += sizeof(garbage) - 1;
	}
	assert_int_equal(guess(text, n), SERIES_PHASE);
	memset(text, '7', sizeof(text));
	guess(text, sizeof(text));
}

static void every_format_has_a_name(void **state)
{
	(void)state;
	for (enum series_format f = SERIES_UNKNOWN; f < N_SERIES_FORMATS; f++)
		assert_non_null(series_format_names[f]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_files),
		cmocka_unit_test(texts),
		cmocka_unit_test(long_texts),
		cmocka_unit_test(every_format_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
