// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lines of every format: times and values by hand.  The lines are as ntpd 4.2.8p15, NTPsec
 * 1.2.2, chrony 4.3 and pps-tools 1.0.2 write them, unless another version is named.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "series.h"
#include "words_of.h"

#define NONE INT64_MIN
/* 2026-11-22 00:00:00, MJD 61366: 20779 days after 1970 */
#define DAY_S INT64_C(1795305600)
#define AT(s, ns) ((DAY_S + (s)) * NS_PER_S + (ns))

/* results without a sample */
#define NOTHING SERIES_NONE, 0, 0, 0, NULL
#define A_GAP SERIES_GAP, 0, 0, 0, NULL
#define REFUSED -EINVAL, 0, 0, 0, NULL

struct row {
	enum series_format format;
	const char *line;
	int result;
	int64_t time_ns;
	double value, jitter;
	const char *source;
};

static bool same(double a, double b)
{
	return isnan(a) ? isnan(b) : a == b;
}

static void check(const struct series_options *o, const struct row *r)
{
	char *line = exact(r->line);
	struct sample s = { 0 };
	const int result = series_read(o, line, strlen(r->line), &s);

	if (result != r->result)
		fail_msg("%s: \"%s\" gives %d", series_format_names[o->format], r->line, result);
	if (result == SERIES_SAMPLE &&
	    (s.time_ns != r->time_ns || s.value != r->value || !same(s.jitter, r->jitter) ||
	     s.source.len != strlen(r->source) || (s.source.len && !word_is(s.source, r->source))))
		fail_msg("%s: \"%s\" gives %" PRId64 " %.17g %.17g \"%.*s\"",
			 series_format_names[o->format], r->line, s.time_ns, s.value, s.jitter,
			 (int)s.source.len, s.source.len ? s.source.s : "");
	free(line);
}

static void check_all(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct series_options o = { .format = rows[i].format };

		check(&o, &rows[i]);
	}
}

#define CHECK_ALL(rows) check_all(rows, sizeof(rows) / sizeof((rows)[0]))

/* ---- pulses ---- */

static void stamps_of_edges(void **state)
{
	static const struct row rows[] = {
		{ SERIES_WATCH, "1795305600.000177999 pps0 assert 412 kernel -", SERIES_SAMPLE,
		  AT(0, 177999), 177999e-9, NAN, "pps0" },
		{ SERIES_WATCH, "1795305600.999999000 ttyS0.cts assert - user 4000", SERIES_SAMPLE,
		  AT(0, 999999000), -1e-6, NAN, "ttyS0.cts" },
		{ SERIES_WATCH, "1795305600.100177999 pps0 clear 412 kernel -", NOTHING },
		{ SERIES_WATCH, "# gpsppsctl watch 1", NOTHING },
		{ SERIES_WATCH, "1795305600.100177999 pps0 asse", REFUSED },
		{ SERIES_PPSTEST, "source 0 - assert 1795305600.000135436, sequence: 185 - "
		  "clear  1795305429.103826856, sequence: 14", SERIES_SAMPLE, AT(0, 135436),
		  135436e-9, NAN, "0" },
		{ SERIES_PPSTEST, "source 3 - assert 1795305600.500000000, sequence: 1 - "
		  "clear  0.000000000, sequence: 0", SERIES_SAMPLE, AT(0, 500000000), -0.5, NAN, "3" },
		{ SERIES_PPSTEST, "trying PPS source \"/dev/pps0\"", NOTHING },
		{ SERIES_PPSTEST, "found PPS source \"/dev/pps0\"", NOTHING },
		{ SERIES_PPSTEST, "ok, found 1 source(s), now start fetching data...", NOTHING },
		{ SERIES_PPSTEST, "source 0 - assert 0.000000000, sequence: 0 - "
		  "clear  1795305600.100177999, sequence: 1", NOTHING },
		{ SERIES_PPSTEST, "time_pps_fetch() error -1 (Connection timed out)", REFUSED },
		{ SERIES_PPSTEST, "source 0 - assert 1795305600.000135436, sequence: 185 - cle",
		  REFUSED },
		{ SERIES_STAMPS, "1795305600.000000250", SERIES_SAMPLE, AT(0, 250), 250e-9, NAN, "" },
		{ SERIES_STAMPS, "1.795305600000000250e+09", SERIES_SAMPLE, AT(0, 250), 250e-9, NAN,
		  "" },
		{ SERIES_STAMPS, "-0.75", SERIES_SAMPLE, -750000000, 0.25, NAN, "" },
		{ SERIES_STAMPS, "1795305600,25", REFUSED },
		{ SERIES_STAMPS, "9223372037", REFUSED },
		{ SERIES_STAMPS, "nan", REFUSED },
	};

	(void)state;
	CHECK_ALL(rows);
}

static void other_edges_and_periods(void **state)
{
	static const char both[] = "source 0 - assert 1795305600.000135436, sequence: 185 - "
		"clear  1795305600.100177999, sequence: 184";
	const struct series_options clear_of[] = {
		{ .format = SERIES_PPSTEST, .edge = EDGE_CLEAR },
		{ .format = SERIES_WATCH, .edge = EDGE_CLEAR },
	};
	const struct series_options fast = { .format = SERIES_STAMPS, .period_ns = 200000000 };
	const struct series_options ns = { .format = SERIES_STAMPS, .unit_s = 1e-9 };
	const struct row rows[] = {
		{ 0, both, SERIES_SAMPLE, AT(0, 100177999), 0.100177999, NAN, "0" },
		{ 0, "1795305600.100177999 pps0 clear 412 kernel -", SERIES_SAMPLE,
		  AT(0, 100177999), 0.100177999, NAN, "pps0" },
		{ 0, "1795305600.000177999 pps0 assert 412 kernel -", NOTHING },
		{ 0, "1795305600.599999000", SERIES_SAMPLE, AT(0, 599999000), -1e-6, NAN, "" },
		{ 0, "1795305600000000250", SERIES_SAMPLE, AT(0, 250), 250e-9, NAN, "" },
	};
	/* an instrument's picoseconds */
	const char *fine = "4321.000000000125";
	const struct series_options stamps = { .format = SERIES_STAMPS };
	struct sample s;

	(void)state;
	check(&clear_of[0], &rows[0]);
	check(&clear_of[1], &rows[1]);
	check(&clear_of[1], &rows[2]);
	check(&fast, &rows[3]);
	check(&ns, &rows[4]);
	assert_int_equal(series_read(&stamps, fine, strlen(fine), &s), SERIES_SAMPLE);
	assert_true(s.time_ns == 4321 * NS_PER_S && s.value == 0.125e-9);
}

/* ---- ntpd and NTPsec ---- */

static void statistics_of_ntpd(void **state)
{
	static const struct row rows[] = {
		{ SERIES_CLOCKSTATS, "61366 6551.937 PPS(0) -0.001284918", SERIES_SAMPLE,
		  AT(6551, 937000000), -0.001284918, NAN, "PPS(0)" },
		{ SERIES_CLOCKSTATS, "61366 6656.635 127.127.22.0 -0.000369263", SERIES_SAMPLE,
		  AT(6656, 635000000), -0.000369263, NAN, "127.127.22.0" },
		{ SERIES_CLOCKSTATS, "61366 6553.928 PPS(0) 16 3 0 0 5", NOTHING },
		{ SERIES_CLOCKSTATS, "61366 6553.928 SHM(1)   8   8   0   0   0", NOTHING },
		{ SERIES_CLOCKSTATS, "61366 6553.928 NMEA(0) $GPRMC,014913,A,5230.0000,N,01322.0000,E,"
		  "000.0,000.0,221126,,*1C", NOTHING },
		{ SERIES_CLOCKSTATS, "61366 6553.928 NMEA(0) ", NOTHING },
		{ SERIES_CLOCKSTATS, "61366 6553.928 NMEA(0) 12", NOTHING },
		{ SERIES_CLOCKSTATS, "61366 6553.928 0.000000366 0.000153", REFUSED },
		{ SERIES_CLOCKSTATS, "61366 6553.928", REFUSED },
		{ SERIES_CLOCKSTATS, "61366 6551.937 127.127.\xff\x1b -0.001284918", REFUSED },
		{ SERIES_LOOPSTATS, "61366 6550.933 0.000000366 0.000153 0.000129871 0.000054 3",
		  SERIES_SAMPLE, AT(6550, 933000000), 366e-9, 0.000129871, "" },
		/* a leap second */
		{ SERIES_LOOPSTATS, "61366 86400.999 -0.000012000 -7.123 0.000000477 0.000953 6",
		  SERIES_SAMPLE, AT(86400, 999000000), -12e-6, 0.000000477, "" },
		{ SERIES_LOOPSTATS, "40586 86399 0.000001 0 nan 0 6", SERIES_SAMPLE, -NS_PER_S, 1e-6,
		  NAN, "" },
		{ SERIES_LOOPSTATS, "61366 6550.933 nan 0.000153 0.000129871 0.000054 3", REFUSED },
		{ SERIES_LOOPSTATS, "61366 6550.933 0.000000366 0.000153 0.000129871 0.0000", REFUSED },
		{ SERIES_LOOPSTATS, "61366 86401.001 0.000000366 0.000153 0.000129871 0.0 3", REFUSED },
		{ SERIES_LOOPSTATS, "61366 -1.0 0.000000366 0.000153 0.000129871 0.000054 3", REFUSED },
		{ SERIES_LOOPSTATS, "6136x 6550.933 0.000000366 0.000153 0.000129871 0.0 3", REFUSED },
		{ SERIES_LOOPSTATS, "61366 6550.933 0.000000366 0.000153 0.000129871 0.0 3 1", REFUSED },
		{ SERIES_PEERSTATS, "61366 6544.958 10.9.9.2 b014 0.002387331 0.025122237 "
		  "7.937501142 0.000000000", SERIES_SAMPLE, AT(6544, 958000000), 0.002387331, 0,
		  "10.9.9.2" },
		{ SERIES_PEERSTATS, "61366 6553.928 PPS(0) 9014 -0.001229212 0.000000000 "
		  "7.937539390 0.000001907", SERIES_SAMPLE, AT(6553, 928000000), -0.001229212,
		  0.000001907, "PPS(0)" },
		{ SERIES_PEERSTATS, "61366 10.5 2001:db8::2%3 f0f4 -0.000015 0.1 0.2 0.000000954",
		  SERIES_SAMPLE, AT(10, 500000000), -15e-6, 0.000000954, "2001:db8::2%3" },
		/* xntpd had no jitter */
		{ SERIES_PEERSTATS, "61366 10.5 127.127.20.0 9674 0.000009 0.0 0.0009", SERIES_SAMPLE,
		  AT(10, 500000000), 9e-6, NAN, "127.127.20.0" },
		{ SERIES_PEERSTATS, "61366 6553.928 PPS(0) 16 3 0 0 5", REFUSED },
		{ SERIES_PEERSTATS, "61366 10.5 127.127.20.0 96 7 0.000009 0.0 0.0009 x", REFUSED },
		{ SERIES_PEERSTATS, "61366 10.5 \x1b[31m 9674 0.000009 0.0 0.0009 0.1", REFUSED },
	};

	(void)state;
	CHECK_ALL(rows);
}

/* ---- chrony ---- */

static void logs_of_chrony(void **state)
{
	static const struct row rows[] = {
		{ SERIES_CHRONY_STATISTICS, "2026-11-22 01:23:45 PPS             5.215e-06 -1.133e-06 "
		  " 2.220e-06  1.874e-09  1.080e-07 7.8e-02  16   0   8  0.00", SERIES_SAMPLE,
		  AT(5025, 0), -1.133e-6, 5.215e-6, "PPS" },
		/* 2.4: no asymmetry */
		{ SERIES_CHRONY_STATISTICS, "2026-11-22 01:23:45 203.0.113.15    6.261e-03 -3.247e-03 "
		  " 2.220e-03  1.874e-06  1.080e-06 7.8e-02  16   0   8", SERIES_SAMPLE,
		  AT(5025, 0), -3.247e-3, 6.261e-3, "203.0.113.15" },
		{ SERIES_CHRONY_STATISTICS, "   Date (UTC) Time     IP Address    Std dev'n Est offset "
		  " Offset sd  Diff freq   Est skew  Stress  Ns  Bs  Nr  Asym", NOTHING },
		{ SERIES_CHRONY_STATISTICS, "==========================================", NOTHING },
		{ SERIES_CHRONY_TRACKING, "2026-11-22 23:59:59 PPS              1     -3.541      0.075 "
		  "-8.621e-06 N  2  2.940e-03 -2.084e-04  1.534e-02  3.472e-04  8.304e-03",
		  SERIES_SAMPLE, AT(86399, 0), -8.621e-6, 2.940e-3, "" },
		/* not synchronised: that is no offset */
		{ SERIES_CHRONY_TRACKING, "2026-11-22 01:52:42 0.0.0.0          0      2.330 "
		  "1000000.000  0.000e+00 ?  0  0.000e+00  0.000e+00  1.000e+00  1.000e+00  1.500e+00",
		  NOTHING },
		/* 1.27 ended here */
		{ SERIES_CHRONY_TRACKING, "2026-11-22 00:00:00 2001:db8::2      2    -22.390      0.073 "
		  " 1.250e-06", SERIES_SAMPLE, AT(0, 0), 1.25e-6, NAN, "" },
		{ SERIES_CHRONY_REFCLOCKS, "2009-11-30 14:33:27.000000 PPS2    7 N 1  4.900000e-07 "
		  "-6.741777e-07  1.000e-06", SERIES_SAMPLE, INT64_C(1259591607) * NS_PER_S,
		  -6.741777e-7, NAN, "PPS2" },
		{ SERIES_CHRONY_REFCLOCKS, "2026-11-22 00:00:01.000213 NMEA    - N -       -       "
		  "-3.169000e-03  1.000e-01", NOTHING },
		{ SERIES_CHRONY_REFCLOCKS, "2024-02-29 00:00:00.999999 SOCK    0 ? 0  1.000000e-03 "
		  " 2.5000000e-03  1.000e-06", SERIES_SAMPLE,
		  INT64_C(1709164800) * NS_PER_S + 999999000, 2.5e-3, NAN, "SOCK" },
		{ SERIES_CHRONY_REFCLOCKS, "INVALID    INVALID .000000 PPS 7 N 1 0 0 0", REFUSED },
		{ SERIES_CHRONY_REFCLOCKS, "2023-02-29 00:00:00.999999 SOCK    0 N 0  1.0e-03 "
		  " 2.5e-03  1.000e-06", REFUSED },
		{ SERIES_CHRONY_REFCLOCKS, "2026-11-22 24:00:00.999999 SOCK    0 N 0  1.0e-03 "
		  " 2.5e-03  1.000e-06", REFUSED },
		{ SERIES_CHRONY_REFCLOCKS, "2026-11-22 00:00:61 SOCK    0 N 0  1.0e-03 "
		  " 2.5e-03  1.000e-06", REFUSED },
		{ SERIES_CHRONY_REFCLOCKS, "2026-11-22 00:00:01.000213 NMEA    - N -       -       "
		  "-3.169000e-03", REFUSED },
		{ SERIES_CHRONY_REFCLOCKS, "2026-11-22 00:00:01 PPS x N 1 1e-3 1e-3 1e-6", REFUSED },
		{ SERIES_CHRONY_REFCLOCKS, "2026-11-22 00:00:01 PPS 0 X 1 1e-3 1e-3 1e-6", REFUSED },
		{ SERIES_CHRONY_REFCLOCKS, "2026-11-22 00:00:01 PPS 0 NN 1 1e-3 1e-3 1e-6", REFUSED },
		{ SERIES_CHRONY_REFCLOCKS, "2026-11-22 00:00:01 PPS 0 N y 1e-3 1e-3 1e-6", REFUSED },
		{ SERIES_CHRONY_REFCLOCKS, "2026-11-22 00:00:01 PPS 0 N 1 z 1e-3 1e-6", REFUSED },
		{ SERIES_CHRONY_REFCLOCKS, "2026-11-22 00:00:01 PPS 0 N 1 1e-3 1e-3 z", REFUSED },
		{ SERIES_CHRONY_REFCLOCKS, "9999-11-22 00:00:01 PPS 0 N 1 1e-3 1e-3 1e-6", REFUSED },
	};

	(void)state;
	CHECK_ALL(rows);
}

/* ---- columns ---- */

static void plain_columns(void **state)
{
	static const struct row rows[] = {
		{ SERIES_PHASE, "1.5e-6", SERIES_SAMPLE, NONE, 1.5e-6, NAN, "" },
		{ SERIES_PHASE, "\t -0.000000123 \r", SERIES_SAMPLE, NONE, -123e-9, NAN, "" },
		{ SERIES_PHASE, "\xef\xbb\xbf" "42", SERIES_SAMPLE, NONE, 42, NAN, "" },
		{ SERIES_PHASE, "1795305600.25\t3.25e-7", SERIES_SAMPLE, AT(0, 250000000), 3.25e-7,
		  NAN, "" },
		{ SERIES_PHASE, "0 1e-9", SERIES_SAMPLE, 0, 1e-9, NAN, "" },
		{ SERIES_PHASE, "# tau0 1 s", NOTHING },
		{ SERIES_PHASE, "% matlab", NOTHING },
		{ SERIES_PHASE, "", NOTHING },
		{ SERIES_PHASE, " \t \r", NOTHING },
		{ SERIES_PHASE, "nan", A_GAP },
		{ SERIES_PHASE, "12.5 -NaN", A_GAP },
		{ SERIES_PHASE, "inf", REFUSED },
		{ SERIES_PHASE, "nano", REFUSED },
		{ SERIES_PHASE, "nan nan", REFUSED },
		{ SERIES_PHASE, "0x1p-20", REFUSED },
		{ SERIES_PHASE, "0,000001", REFUSED },
		{ SERIES_PHASE, "1795305600,25 0,000001", REFUSED },
		{ SERIES_PHASE, "1795305600.25, 0.000001", REFUSED },
		{ SERIES_PHASE, "1e999", REFUSED },
		{ SERIES_PHASE, "1e99 1e-6", REFUSED },
		{ SERIES_PHASE, "1 2 3", REFUSED },
		{ SERIES_PHASE, "1 nan 3", REFUSED },
		{ SERIES_PHASE, "time offset", REFUSED },
		{ SERIES_PHASE_MJD, "61366.5 1e-9", SERIES_SAMPLE, AT(43200, 0), 1e-9, NAN, "" },
		/* 0.00001 d are 864 ms */
		{ SERIES_PHASE_MJD, "61366.00001 1e-9", SERIES_SAMPLE, AT(0, 864000000), 1e-9, NAN,
		  "" },
		{ SERIES_PHASE_MJD, "40587.00000000000001 1e-9", SERIES_SAMPLE, 0, 1e-9, NAN, "" },
		{ SERIES_PHASE_MJD, "1e6 1e-9", REFUSED },
		{ SERIES_PHASE_MJD, "-80000 1e-9", REFUSED },
		{ SERIES_FREQUENCY, "-2.5e-12", SERIES_SAMPLE, NONE, -2.5e-12, NAN, "" },
		{ SERIES_FREQUENCY, "60 1e-11", SERIES_SAMPLE, 60 * NS_PER_S, 1e-11, NAN, "" },
	};

	(void)state;
	CHECK_ALL(rows);
}

static void other_columns_and_units(void **state)
{
	static const struct {
		unsigned int column;
		double unit_s;
		struct row row;
	} rows[] = {
		{ 1, 1, { 0, "5 6 7", SERIES_SAMPLE, NONE, 5, NAN, "" } },
		{ 2, 1, { 0, "5 6 7", SERIES_SAMPLE, 5 * NS_PER_S, 6, NAN, "" } },
		{ 3, 1, { 0, "5 x, 7 rest", SERIES_SAMPLE, 5 * NS_PER_S, 7, NAN, "" } },
		{ 3, 1, { 0, "x 6 7", REFUSED } },
		{ 4, 1, { 0, "5 6 7", REFUSED } },
		{ 1, 1, { 0, "5x 6", REFUSED } },
		{ 1, 1, { 0, "5,5 6", REFUSED } },
		{ 3, 1, { 0, "5 6 nan 8", A_GAP } },
		{ 0, 1e-9, { 0, "7 123.4", SERIES_SAMPLE, 7 * NS_PER_S, 123.4e-9, NAN, "" } },
		{ 0, 1e-6, { 0, "123.4", SERIES_SAMPLE, NONE, 123.4e-6, NAN, "" } },
		{ 0, 1e-3, { 0, "123.4", SERIES_SAMPLE, NONE, 123.4e-3, NAN, "" } },
		{ 0, 2, { 0, "1.5", SERIES_SAMPLE, NONE, 3, NAN, "" } },
		{ 0, 1e300, { 0, "1.5e100", REFUSED } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct series_options o = {
			.format = SERIES_PHASE, .column = rows[i].column, .unit_s = rows[i].unit_s,
		};

		check(&o, &rows[i].row);
	}
}

/* ---- what no program writes ---- */

static void a_megabyte_in_a_line(void **state)
{
	static const char fills[] = { 0, '0', '9', ' ', 'x', '.', '=', -1 };
	const size_t n = 1000000;
	char *line = malloc(n);

	(void)state;
	for (size_t i = 0; i < sizeof(fills); i++) {
		memset(line, fills[i], n);
		for (struct series_options o = { .format = 1 }; o.format < N_SERIES_FORMATS; o.format++) {
			struct sample s;
			const int r = series_read(&o, line, n, &s);

			/* blanks are an empty line, a line of "=" is a heading, zeros are 0 */
			if (r > 0 && (fills[i] != '0' || s.value != 0))
				fail_msg("%s of %#x", series_format_names[o.format], fills[i]);
			if (r == SERIES_NONE && fills[i] != ' ' && fills[i] != '=')
				fail_msg("%s of %#x", series_format_names[o.format], fills[i]);
		}
		series_guess(line, n);
	}
	free(line);
}

/* A good line with a byte of each kind at each place: no crash, and nothing that is not finite. */
static void spoilt_lines(void **state)
{
	static const struct { enum series_format format; const char *line; } lines[] = {
		{ SERIES_WATCH, "1795305600.000177999 pps0 assert 412 kernel -" },
		{ SERIES_PPSTEST, "source 0 - assert 1795305600.000135436, sequence: 185 - "
		  "clear  1795305429.103826856, sequence: 14" },
		{ SERIES_CLOCKSTATS, "61366 6551.937 PPS(0) -0.001284918" },
		{ SERIES_LOOPSTATS, "61366 6550.933 0.000000366 0.000153 0.000129871 0.000054 3" },
		{ SERIES_PEERSTATS, "61366 6544.958 10.9.9.2 b014 0.002387331 0.0 7.9 0.000000001" },
		{ SERIES_CHRONY_REFCLOCKS, "2009-11-30 14:33:27.000000 PPS2    7 N 1  4.900000e-07 "
		  "-6.741777e-07  1.000e-06" },
		{ SERIES_PHASE, "1795305600.25 3.25e-7" },
	};
	static const char bytes[] = { 0, '\n', '\r', ' ', 'e', 'n', '-', '.', '#', 27, -1 };

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		const struct series_options o = { .format = lines[i].format };
		const size_t n = strlen(lines[i].line);

		for (size_t k = 0; k < n * (sizeof(bytes) + 1); k++) {
			char *line = exact(lines[i].line);
			const size_t cut = k % n;
			struct sample s;

			if (k / n < sizeof(bytes))
				line[cut] = bytes[k / n];
			/* the last round is of torn lines */
			if (series_read(&o, line, k / n < sizeof(bytes) ? n : cut, &s) ==
			    SERIES_SAMPLE)
				assert_true(isfinite(s.value) && !isinf(s.jitter));
			free(line);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stamps_of_edges),
		cmocka_unit_test(other_edges_and_periods),
		cmocka_unit_test(statistics_of_ntpd),
		cmocka_unit_test(logs_of_chrony),
		cmocka_unit_test(plain_columns),
		cmocka_unit_test(other_columns_and_units),
		cmocka_unit_test(a_megabyte_in_a_line),
		cmocka_unit_test(spoilt_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
