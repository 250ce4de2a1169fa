// SPDX-License-Identifier: GPL-2.0-or-later
/* Sentences out of bytes, in whatever pieces these come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "nmea.h"

/* What a stream gave, as one text: "GP RMC ok 12 63;..." and the statistics. */
struct log {
	char text[32768];
	size_t len;
};

__attribute__((format(printf, 2, 3)))
static void note(struct log *log, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log->len += (size_t)vsnprintf(log->text + log->len, sizeof(log->text) - log->len, fmt, ap);
	va_end(ap);
	assert_true(log->len < sizeof(log->text));
}

static void note_sentence(struct log *log, const struct nmea_sentence *s)
{
	static const char *const sums[] = { "ok", "bad", "none" };

	note(log, "%s %s %s%s @%llu %.*s\n", s->talker, s->type, sums[s->sum],
	     s->cut ? " cut" : "", (unsigned long long)s->offset, (int)s->len, s->raw);
}

static void feed(struct nmea *p, struct log *log, const char *buf, size_t len)
{
	struct nmea_sentence s;

	while (nmea_next(p, &buf, &len, &s))
		note_sentence(log, &s);
	assert_int_equal(len, 0);
}

static void finish(struct nmea *p, struct log *log)
{
	struct nmea_sentence s;

	if (nmea_end(p, &s))
		note_sentence(log, &s);
	note(log, "%llu sentences %llu bad %llu none %llu overlong %llu junk",
	     (unsigned long long)p->stats.sentences, (unsigned long long)p->stats.bad,
	     (unsigned long long)p->stats.none, (unsigned long long)p->stats.overlong,
	     (unsigned long long)p->stats.junk_bytes);
}

static void whole(const char *buf, size_t len, struct log *log)
{
	struct nmea p = { .len = 0 };

	log->len = 0;
	feed(&p, log, buf, len);
	finish(&p, log);
}

static void gives(const char *stream, const char *expected)
{
	struct log log;

	whole(stream, strlen(stream), &log);
	assert_string_equal(log.text, expected);
}

static void test_one(void **state)
{
	(void)state;
	gives("$GPRMC,,V,,,,,,,,,,N*53\r\n",
	      "GP RMC ok @0 $GPRMC,,V,,,,,,,,,,N*53\n"
	      "1 sentences 0 bad 0 none 0 overlong 0 junk");
}

static void test_resynchronises(void **state)
{
	(void)state;
	/* a good one behind a cut one, on the same line */
	gives("$GPRMC,0003$GPRMC,,V,,,,,,,,,,N*53\r\n",
	      "GP RMC none cut @0 $GPRMC,0003\nGP RMC ok @11 $GPRMC,,V,,,,,,,,,,N*53\n"
	      "2 sentences 0 bad 1 none 0 overlong 0 junk");
	/* two whole ones merged */
	gives("$GPZDA,,,,,00,00*48$GPRMC,,V,,,,,,,,,,N*53\n",
	      "GP ZDA ok cut @0 $GPZDA,,,,,00,00*48\nGP RMC ok @19 $GPRMC,,V,,,,,,,,,,N*53\n"
	      "2 sentences 0 bad 0 none 0 overlong 0 junk");
	/* $$: an ST Teseo does that */
	gives("$$GNRMC,,V,,,,,,,,,,N,V*37\r\n",
	      "GN RMC ok @1 $GNRMC,,V,,,,,,,,,,N,V*37\n"
	      "1 sentences 0 bad 0 none 0 overlong 1 junk");
	/* CR CR LF, rubbish between, a corrupted line (its true sum is 60), then a good one */
	gives("\r\r\nxy\xff\x01$GPRMC,000344.03,A,4808.9992,N,4,02.3*05\r\r\n$GPZDA,,,,,00,00*48\r",
	      "GP RMC bad @7 $GPRMC,000344.03,A,4808.9992,N,4,02.3*05\n"
	      "GP ZDA ok @50 $GPZDA,,,,,00,00*48\n"
	      "2 sentences 1 bad 0 none 0 overlong 4 junk");
	/* no CR LF at the end of a file */
	gives("$GPZDA,,,,,00,00*48",
	      "GP ZDA ok cut @0 $GPZDA,,,,,00,00*48\n1 sentences 0 bad 0 none 0 overlong 0 junk");
	gives("!AIVDM,1,1*57\n!AIVDM$GPZDA,,,,,00,00*48\n",
	      "AI VDM ok @0 !AIVDM,1,1*57\nAI VDM none cut @14 !AIVDM\n"
	      "GP ZDA ok @20 $GPZDA,,,,,00,00*48\n3 sentences 0 bad 1 none 0 overlong 0 junk");
	gives("$\r\n$\n$$", "0 sentences 0 bad 0 none 0 overlong 4 junk");
}

static size_t overlong_stream(char *buf, size_t line)
{
	buf[0] = '$';
	memset(buf + 1, 'A', line - 1);
	strcpy(buf + line, "\r\n$GPZDA,,,,,00,00*48\r\n");
	return strlen(buf);
}

static void test_overlong(void **state)
{
	char buf[2000];
	struct log log;

	(void)state;
	whole(buf, overlong_stream(buf, NMEA_LINE_MAX + 1), &log);
	assert_string_equal(log.text, "GP ZDA ok @515 $GPZDA,,,,,00,00*48\n"
			    "1 sentences 0 bad 0 none 1 overlong 0 junk");
	overlong_stream(buf, NMEA_LINE_MAX);
	whole(buf, strlen(buf), &log);
	assert_non_null(strstr(log.text, "2 sentences 0 bad 1 none 0 overlong 0 junk"));
	/* the next '$' ends an over-long one as well */
	memset(buf, 'x', 1000);
	buf[0] = '$';
	strcpy(buf + 1000, "$GPZDA,,,,,00,00*48\n");
	whole(buf, strlen(buf), &log);
	assert_string_equal(log.text, "GP ZDA ok @1000 $GPZDA,,,,,00,00*48\n"
			    "1 sentences 0 bad 0 none 1 overlong 0 junk");
}

static const char mixed[] =
	"rub\xb7\x71$GPRMC,235960.00,A,5001.1900,N,00840.6570,E,0.0,0.0,311216,,,A*57\r\n"
	"$GPRMC,0003$$GNRMC,,V,,,,,,,,,,N,V*37\r\r\n!AIVDM,1,1*4a\n$PGRMC,A,3*11\r\n"
	"\0\x01$GPZDA,,,,,00,00*48$GPGGA,1*zz\r\n$P\n$,,,*0\n$GPTXT,a*b*3B\r\n*48\r\n$GPZDA,,,,,00";

static void test_every_split(void **state)
{
	const size_t len = sizeof(mixed) - 1;
	struct log once, cut;

	(void)state;
	whole(mixed, len, &once);
	for (size_t i = 0; i <= len; i++) {
		for (size_t j = i; j <= len; j += 1 + (len - i) / 16) {
			struct nmea p = { .len = 0 };

			cut.len = 0;
			feed(&p, &cut, mixed, i);
			feed(&p, &cut, mixed + i, j - i);
			feed(&p, &cut, mixed + j, len - j);
			finish(&p, &cut);
			assert_string_equal(cut.text, once.text);
		}
	}
}

static void test_over_long_splits(void **state)
{
	char buf[2000];
	size_t len = overlong_stream(buf, NMEA_LINE_MAX + 1);
	struct log once, cut;

	(void)state;
	whole(buf, len, &once);
	for (size_t i = 0; i <= len; i++) {
		struct nmea p = { .len = 0 };

		cut.len = 0;
		feed(&p, &cut, buf, i);
		feed(&p, &cut, buf + i, len - i);
		finish(&p, &cut);
		assert_string_equal(cut.text, once.text);
	}
}

/* Random bytes, rich in what matters, in random pieces; each seed is printed when it fails. */
static void test_random(void **state)
{
	static const char alphabet[] = "$$\r\n**,,GPRMC0123456789ABCDEF!\xb7\x01";

	(void)state;
	for (unsigned int seed = 1; seed <= 300; seed++) {
		struct nmea p = { .len = 0 };
		struct log once, cut = { .len = 0 };
		char buf[900];

		srand(seed);
		for (size_t i = 0; i < sizeof(buf); i++)
			buf[i] = alphabet[(size_t)rand() % (sizeof(alphabet) - 1)];
		memset(buf + rand() % 200, 'q', (size_t)rand() % 600);
		whole(buf, sizeof(buf), &once);
		for (size_t at = 0; at < sizeof(buf);) {
			size_t n = (size_t)rand() % 40;

			if (n > sizeof(buf) - at)
				n = sizeof(buf) - at;
			feed(&p, &cut, buf + at, n);
			at += n;
		}
		finish(&p, &cut);
		if (strcmp(once.text, cut.text))
			print_error("seed %u\n", seed);
		assert_string_equal(once.text, cut.text);
	}
}

/* ---- streams from tests/fixtures/nmea ---- */

static const char *const fixtures[] = { "garmin-18x", "multi-411", "spoilt" };

static size_t load(const char *name, char *buf, size_t size)
{
	char path[128];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "tests/fixtures/nmea/%s.nmea", name);
	f = fopen(path, "rb");
	if (!f)
		fail_msg("%s: cannot be opened (run it in the top directory)", path);
	n = fread(buf, 1, size, f);
	fclose(f);
	assert_in_range(n, 1, size - 1);
	return n;
}

/* What was read stays apart from what follows, so that a sanitizer sees a step too far. */
static void feed_copy(struct nmea *p, struct log *log, const char *buf, size_t len)
{
	char *copy = malloc(len + !len);

	assert_non_null(copy);
	memcpy(copy, buf, len);
	feed(p, log, copy, len);
	free(copy);
}

static void test_fixtures_split_once(void **state)
{
	static struct log once, cut;
	static char buf[8192];

	(void)state;
	for (size_t k = 0; k < sizeof(fixtures) / sizeof(fixtures[0]); k++) {
		size_t len = load(fixtures[k], buf, sizeof(buf));

		whole(buf, len, &once);
		for (size_t i = 0; i <= len; i++) {
			struct nmea p = { .len = 0 };

			cut.len = 0;
			feed_copy(&p, &cut, buf, i);
			feed_copy(&p, &cut, buf + i, len - i);
			finish(&p, &cut);
			assert_string_equal(cut.text, once.text);
		}
	}
}

static void test_fixtures_in_pieces(void **state)
{
	static struct log once, cut;
	static char buf[8192];

	(void)state;
	for (size_t k = 0; k < sizeof(fixtures) / sizeof(fixtures[0]); k++) {
		size_t len = load(fixtures[k], buf, sizeof(buf));

		whole(buf, len, &once);
		for (size_t piece = 1; piece < 100; piece++) {
			struct nmea p = { .len = 0 };

			cut.len = 0;
			for (size_t at = 0; at < len; at += piece)
				feed_copy(&p, &cut, buf + at, len - at < piece ? len - at : piece);
			finish(&p, &cut);
			assert_string_equal(cut.text, once.text);
		}
	}
}

static const char *tail_of(const struct log *log)
{
	return strrchr(log->text, '\n') + 1;
}

static void test_fixtures_are_clean(void **state)
{
	static struct log log;
	static char buf[8192];

	(void)state;
	whole(buf, load("garmin-18x", buf, sizeof(buf)), &log);
	assert_string_equal(tail_of(&log), "25 sentences 0 bad 0 none 0 overlong 0 junk");
	whole(buf, load("multi-411", buf, sizeof(buf)), &log);
	assert_string_equal(tail_of(&log), "26 sentences 0 bad 0 none 0 overlong 0 junk");
}

/* A good line stands behind each bad one: 12:03:01, 12:03:02, ... */
static void test_no_good_line_is_lost(void **state)
{
	static char buf[8192];
	const char *at = buf;
	size_t len = load("spoilt", buf, sizeof(buf));
	struct nmea p = { .len = 0 };
	struct nmea_sentence s;
	struct nmea_data d;
	int n = 0;

	(void)state;
	while (nmea_next(&p, &at, &len, &s)) {
		if (s.sum != NMEA_SUM_OK || strcmp(s.type, "ZDA") != 0)
			continue;
		assert_true(nmea_decode(&s, &d));
		assert_int_equal(d.has, NMEA_HAS_TIME | NMEA_HAS_DATE);
		assert_int_equal(d.utc.second, ++n);
	}
	assert_int_equal(n, 12);
	assert_int_equal(p.stats.overlong, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one),
		cmocka_unit_test(test_resynchronises),
		cmocka_unit_test(test_overlong),
		cmocka_unit_test(test_every_split),
		cmocka_unit_test(test_over_long_splits),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_fixtures_split_once),
		cmocka_unit_test(test_fixtures_in_pieces),
		cmocka_unit_test(test_fixtures_are_clean),
		cmocka_unit_test(test_no_good_line_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
