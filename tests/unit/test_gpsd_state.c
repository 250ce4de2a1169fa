// SPDX-License-Identifier: GPL-2.0-or-later
/* gpsd's lines of JSON, as gpsd_json(5) describes them, and lines that only look so. */
#include "words_of.h"

#include <errno.h>
#include <stdio.h>

#include "daemon/flatjson.h"
#include "daemon/gpsd_state.h"

/* From memory that ends where the line ends, so that a sanitizer sees each byte too many. */
static int feed(struct gpsd_state *s, const char *line)
{
	const size_t n = strlen(line);
	char *p = exact(line);
	int class;

	class = gpsd_read_line(p, n, s);
	free(p);
	return class;
}

/* ---- the scanner ---- */

static int count_members(const char *text)
{
	struct flatjson_value v;
	struct flatjson j;
	int n = 0, err = flatjson_open((struct word){ text, strlen(text) }, &j);

	while (!err && (err = flatjson_next(&j, &v)) > 0) {
		n++;
		err = 0;
	}
	return err ? err : n;
}

static void objects_are_walked(void **state)
{
	static const struct {
		const char *text;
		int n;
	} rows[] = {
		{ "{}", 0 }, { " { } ", 0 }, { "[]", 0 }, { "{\"a\":1}", 1 },
		{ "{ \"a\" : 1 , \"b\" : \"x,y}\" }", 2 }, { "[1,\"2\",[3],{\"4\":4}]", 4 },
		{ "{\"a\":{\"b\":[{\"c\":\"]}\"},[]]},\"d\":null}", 2 },
		{ "{\"a\":\"q\\\"}\",\"b\":-1.5e3}", 2 },
		{ "", -EINVAL }, { "x", -EINVAL }, { "{", -EINVAL }, { "{\"a\"", -EINVAL },
		{ "{\"a\":}", -EINVAL }, { "{\"a\":1", -EINVAL }, { "{\"a\":1,}", -EINVAL },
		{ "{\"a\":1 \"b\":2}", -EINVAL }, { "{a:1}", -EINVAL }, { "{\"a\":\"x}", -EINVAL },
		{ "{\"a\":\"x\\", -EINVAL }, { "{\"a\":[1}}", -EINVAL }, { "{\"a\":[{]}}", -EINVAL },
		{ "[1,2", -EINVAL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (count_members(rows[i].text) != rows[i].n)
			fail_msg("%s: %d", rows[i].text, count_members(rows[i].text));
}

/* "{[[...]]}" in an array: as deep as may be, and one deeper. */
static void depth_is_bounded(void **state)
{
	char text[2 * FLATJSON_DEPTH_MAX + 8];

	(void)state;
	for (int deep = FLATJSON_DEPTH_MAX; deep <= FLATJSON_DEPTH_MAX + 1; deep++) {
		memset(text, '[', 1 + deep);
		memset(text + 1 + deep, ']', 1 + deep);
		text[1] = '{';
		text[2 * deep] = '}';
		text[2 * (1 + deep)] = '\0';
		assert_int_equal(count_members(text), deep == FLATJSON_DEPTH_MAX ? 1 : -EINVAL);
	}
}

static void strings_lose_their_escapes(void **state)
{
	static const struct {
		const char *text, *copy;
	} rows[] = {
		{ "/dev/ttyS0", "/dev/ttyS0" }, { "a\\/b\\\\c\\\"d", "a/b\\c\"d" },
		{ "a\\nb\\u001bc\\t", "a?b?c?" }, { "\033\377", "??" }, { "a\\", "a\\" }, { "\\u1", "?" },
		{ "", "" }, { "0123456789abcdefXYZ", "0123456789abcde" },
	};
	char out[16];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		flatjson_copy(out, sizeof(out), (struct word){ rows[i].text, strlen(rows[i].text) });
		assert_string_equal(out, rows[i].copy);
	}
}

/* ---- gpsd ---- */

static void a_session(void **state)
{
	static const char text[] =
		"{\"class\":\"VERSION\",\"release\":\"3.22\",\"rev\":\"3.22\",\"proto_major\":3,\"proto_minor\":14}\r\n"
		"{\"class\":\"DEVICES\",\"devices\":[{\"class\":\"DEVICE\",\"path\":\"/dev/ttyS0\",\"driver\":\"NMEA0183\",\"subtype\":\"GPS 18x-LVC software ver. 4.20\",\"activated\":\"2026-11-21T15:58:52.328Z\",\"flags\":1,\"native\":0,\"bps\":4800,\"parity\":\"N\",\"stopbits\":1,\"cycle\":1.00},{\"class\":\"DEVICE\",\"path\":\"/dev/ttyS1\",\"readonly\":true,\"activated\":0}]}\r\n"
		"{\"class\":\"WATCH\",\"enable\":true,\"json\":true,\"nmea\":false,\"raw\":0,\"scaled\":false,\"timing\":false,\"split24\":false,\"pps\":true}\r\n"
		"{\"class\":\"TPV\",\"device\":\"/dev/ttyS0\",\"mode\":3,\"time\":\"2026-11-21T15:59:00.000Z\",\"lat\":0.0,\"lon\":0.0}\r\n"
		"{\"class\":\"SKY\",\"device\":\"/dev/ttyS0\",\"nSat\":9,\"uSat\":7,\"satellites\":[{\"PRN\":3,\"used\":true},{\"PRN\":5,\"used\":false}]}\r\n"
		"{\"class\":\"PPS\",\"device\":\"/dev/ttyS0\",\"real_sec\":1795276741,\"real_nsec\":0,\"clock_sec\":1795276740,\"clock_nsec\":999998000,\"precision\":-20}\r\n";
	struct gpsd_state s;
	const struct gpsd_seen *d;

	(void)state;
	gpsd_init(&s);
	is_absent(s.watching);
	assert_int_equal(gpsd_read(text, sizeof(text) - 1, &s), 6);
	assert_string_equal(s.release, "3.22");
	is(s.protocol_major, 3);
	is(s.protocol_minor, 14);
	assert_true(s.listed);
	is(s.watching, 1);
	is(s.watching_pulses, 1);
	assert_int_equal(s.n, 2);
	d = gpsd_find(&s, "/dev/ttyS0");
	assert_ptr_equal(d, &s.devices[0]);
	assert_string_equal(d->driver, "NMEA0183");
	assert_string_equal(d->subtype, "GPS 18x-LVC software ver. 4.20");
	is(d->activated, 1);
	is(d->readonly, 0);
	is(d->bps, 4800);
	is(d->native, 0);
	is(d->mode, 3);
	assert_string_equal(d->time, "2026-11-21T15:59:00.000Z");
	is(d->satellites, 9);
	is(d->used, 7);
	assert_int_equal(d->pulse.n, 1);
	is(d->pulse.offset_ns, -2000);
	is(d->pulse.precision, -20);
	d = gpsd_find(&s, "/dev/ttyS1");
	is(d->activated, 0);
	is(d->readonly, 1);
	is_absent(d->bps);
	is_absent(d->mode);
	is_absent(d->pulse.offset_ns);
	assert_null(gpsd_find(&s, "/dev/gps0"));
}

static void no_device_is_an_answer(void **state)
{
	struct gpsd_state s;

	(void)state;
	gpsd_init(&s);
	assert_false(s.listed);
	assert_int_equal(feed(&s, "{\"class\":\"DEVICES\",\"devices\":[]}"), GPSD_SAID_DEVICES);
	assert_true(s.listed);
	assert_int_equal(s.n, 0);
}

static void the_last_word_counts(void **state)
{
	struct gpsd_state s;

	(void)state;
	gpsd_init(&s);
	feed(&s, "{\"class\":\"DEVICE\",\"path\":\"/dev/ttyS0\",\"driver\":\"u-blox\",\"bps\":9600,\"activated\":\"2026-11-21T15:58:52Z\"}");
	feed(&s, "{\"class\":\"TPV\",\"device\":\"/dev/ttyS0\",\"mode\":3,\"time\":\"2026-11-21T15:58:53Z\"}");
	feed(&s, "{\"class\":\"TPV\",\"device\":\"/dev/ttyS0\",\"mode\":1}");
	is(s.devices[0].mode, 1);
	assert_string_equal(s.devices[0].time, "");
	assert_int_equal(feed(&s, "{\"class\":\"DEVICE\",\"path\":\"/dev/ttyS0\",\"activated\":0}"),
			 GPSD_SAID_DEVICE);
	is(s.devices[0].activated, 0);
	assert_string_equal(s.devices[0].driver, "");
	is_absent(s.devices[0].bps);
	is(s.devices[0].mode, 1);
}

static void errors(void **state)
{
	struct gpsd_state s;

	(void)state;
	gpsd_init(&s);
	assert_int_equal(feed(&s, "{\"class\":\"ERROR\",\"message\":\"Can't open /dev/nope.\"}"),
			 GPSD_SAID_ERROR);
	assert_string_equal(s.error, "Can't open /dev/nope.");
	/* gpsd's own quotes within quotes: no JSON, so nothing changes */
	assert_int_equal(feed(&s, "{\"class\":\"ERROR\",\"message\":\"Invalid DEVICE: \"path\"}"),
			 -EINVAL);
	assert_string_equal(s.error, "Can't open /dev/nope.");
	assert_int_equal(feed(&s, "{\"class\":\"ERROR\",\"message\":\"Unrecognized request '?X;\\n'\"}"),
			 GPSD_SAID_ERROR);
	assert_string_equal(s.error, "Unrecognized request '?X;?'");
}

static void lines_that_are_none(void **state)
{
	static const char *const lines[] = {
		"", "null", "[]", "[{\"class\":\"DEVICE\",\"path\":\"/dev/x\"}]", "{\"class\":\"DEVICE\",\"path\":\"/dev/x\"",
		"$GPRMC,,V*00", "{\"class\":\"DEVICE\",\"path\":\"/dev/x\",}",
	};
	static const char *const others[] = {
		"{}", "{\"class\":\"AIS\",\"device\":\"/dev/x\"}", "{\"class\":7}", "{\"path\":\"/dev/x\"}",
	};
	static const char *const unnamed[] = {
		"{\"class\":\"DEVICE\"}", "{\"class\":\"DEVICE\",\"path\":\"\"}", "{\"class\":\"TPV\",\"mode\":3}",
		"{\"class\":\"PPS\",\"device\":3}", "{\"class\":\"DEVICES\",\"devices\":{}}",
		"{\"class\":\"DEVICES\",\"devices\":[1,\"x\",[]]}",
	};
	struct gpsd_state s;

	(void)state;
	gpsd_init(&s);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (feed(&s, lines[i]) != -EINVAL)
			fail_msg("%s", lines[i]);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (feed(&s, others[i]) != GPSD_SAID_OTHER)
			fail_msg("%s", others[i]);
	for (size_t i = 0; i < sizeof(unnamed) / sizeof(unnamed[0]); i++)
		if (feed(&s, unnamed[i]) <= 0)
			fail_msg("%s", unnamed[i]);
	assert_int_equal(s.n, 0);
}

static void values_of_another_kind(void **state)
{
	struct gpsd_state s;

	(void)state;
	gpsd_init(&s);
	feed(&s, "{\"class\":\"DEVICE\",\"path\":\"/dev/ttyS0\",\"driver\":{\"a\":1},\"bps\":\"4800\",\"readonly\":1,\"native\":1.5}");
	assert_string_equal(s.devices[0].driver, "");
	is_absent(s.devices[0].bps);
	is_absent(s.devices[0].readonly);
	is_absent(s.devices[0].native);
}

static void pulses_that_cannot_be(void **state)
{
	static const char *const rows[] = {
		"\"real_sec\":1,\"real_nsec\":0,\"clock_sec\":1",
		"\"real_sec\":-9223372036854775807,\"real_nsec\":0,\"clock_sec\":9223372036854775807,\"clock_nsec\":0",
		"\"real_sec\":0,\"real_nsec\":0,\"clock_sec\":5000000000,\"clock_nsec\":0",
		"\"real_sec\":1,\"real_nsec\":1000000000,\"clock_sec\":1,\"clock_nsec\":0",
		"\"real_sec\":1,\"real_nsec\":0,\"clock_sec\":1,\"clock_nsec\":-1",
	};
	struct gpsd_state s;
	char line[256];

	(void)state;
	gpsd_init(&s);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(line, sizeof(line), "{\"class\":\"PPS\",\"device\":\"/dev/ttyS0\",%s}", rows[i]);
		assert_int_equal(feed(&s, line), GPSD_SAID_PPS);
		is_absent(s.devices[0].pulse.offset_ns);
	}
	assert_int_equal(s.devices[0].pulse.n, sizeof(rows) / sizeof(rows[0]));
}

static void more_devices_than_room(void **state)
{
	struct gpsd_state s;
	char line[64];

	(void)state;
	gpsd_init(&s);
	for (int i = 0; i < GPSD_SEEN_MAX + 2; i++) {
		snprintf(line, sizeof(line), "{\"class\":\"DEVICE\",\"path\":\"/dev/ttyS%d\"}", i);
		feed(&s, line);
	}
	assert_int_equal(s.n, GPSD_SEEN_MAX);
	assert_int_equal(s.n_lost, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects_are_walked),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(strings_lose_their_escapes),
		cmocka_unit_test(a_session),
		cmocka_unit_test(no_device_is_an_answer),
		cmocka_unit_test(the_last_word_counts),
		cmocka_unit_test(errors),
		cmocka_unit_test(lines_that_are_none),
		cmocka_unit_test(values_of_another_kind),
		cmocka_unit_test(pulses_that_cannot_be),
		cmocka_unit_test(more_devices_than_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
