// SPDX-License-Identifier: GPL-2.0-or-later
/* A receiver's settings to text and back, and what is wrong with a text. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "receiver/saved.h"

static const char whole[] =
	"# gpsppsctl: a receiver's settings\n"
	"make Garmin\n"
	"model GPS 18x-LVC # 1\n"
	"firmware 3.70\n"
	"sentences RMC GGA\n"
	"others\n"
	"line-baud 4800\n"
	"baud 9600\n"
	"pulse on\n"
	"pulse-ms 100\n"
	"pulse-stops off\n"
	"interval-ms 1000\n"
	"nmea-version 2.00\n"
	"native-1 PGRMC,A,00018.0,100\n"
	"native-2 PGRMC1,1,1,2\n"
	"wanted exactly\n"
	"wanted-on RMC\n"
	"wanted-off none\n"
	"wanted-baud 19200\n"
	"wanted-pulse off\n"
	"wanted-nmea-version 2.30\n"
	"wanted-native-4 PX,1\n"
	"end\n";

static struct saved sample(void)
{
	struct saved s = {
		.rx = &receiver_garmin, .id = { .model = "GPS 18x-LVC # 1", .firmware = "3.70" },
		.has_sentences = true, .sentences = 3, .others = true, .line_baud = 4800,
		.settings = {
			.known = RECEIVER_BAUD | RECEIVER_PULSE | RECEIVER_PULSE_WIDTH |
				 RECEIVER_PULSE_STOPS | RECEIVER_INTERVAL | RECEIVER_VERSION,
			.baud = 9600, .pulse = true, .pulse_ms = 100, .interval_ms = 1000,
			.nmea_version = 200,
			.native = { "PGRMC,A,00018.0,100", "PGRMC1,1,1,2" },
		},
		.has_wanted = true,
		.wanted = { .op = RECEIVER_EXACTLY, .on = 1,
			    .to = { .known = RECEIVER_BAUD | RECEIVER_PULSE | RECEIVER_VERSION,
				    .baud = 19200, .nmea_version = 230,
				    .native = { "", "", "", "PX,1" } } },
	};

	return s;
}

static void test_write(void **state)
{
	struct saved s = sample();
	char text[SAVED_TEXT_MAX];

	(void)state;
	assert_int_equal(saved_write(&s, text, sizeof(text)), strlen(whole));
	assert_string_equal(text, whole);
	/* only what is known */
	s = (struct saved){ .rx = &receiver_garmin };
	assert_true(saved_write(&s, text, sizeof(text)) > 0);
	assert_string_equal(text, "# gpsppsctl: a receiver's settings\nmake Garmin\nend\n");
	s.has_sentences = true;
	assert_true(saved_write(&s, text, sizeof(text)) > 0);
	assert_non_null(strstr(text, "\nsentences none\n"));
}

/* All that a receiver can make of it fits, and any room is respected. */
static void test_room(void **state)
{
	struct saved s = sample();
	char *text;
	int n;

	(void)state;
	s.sentences = s.wanted.on = s.wanted.off = 0xfff;
	memset(s.id.model, 'm', sizeof(s.id.model) - 1);
	memset(s.id.firmware, 'f', sizeof(s.id.firmware) - 1);
	s.settings.known = s.wanted.to.known = 0x3f;
	for (int i = 0; i < RECEIVER_NATIVE_MAX; i++) {
		memset(s.settings.native[i], 'n', RECEIVER_LINE_MAX - 1);
		memset(s.wanted.to.native[i], 'n', RECEIVER_LINE_MAX - 1);
	}
	text = malloc(SAVED_TEXT_MAX);
	n = saved_write(&s, text, SAVED_TEXT_MAX);
	assert_in_range(n, 1, SAVED_TEXT_MAX - 1);
	assert_int_equal(text[n], '\0');
	free(text);
	for (size_t size = 1; size <= (size_t)n; size++) {
		text = malloc(size);
		assert_int_equal(saved_write(&s, text, size), -ENOSPC);
		free(text);
	}
}

/* Nothing gets into the file that would not come out of it, or that hurts a terminal. */
static void test_write_hostile(void **state)
{
	struct saved s = { .rx = &receiver_garmin, .id = { .model = "GPS\n\x1b[2Jend",
							   .firmware = " " } };
	struct saved_error err;
	struct saved back;
	char text[SAVED_TEXT_MAX];
	int n;

	(void)state;
	s.settings = (struct receiver_settings){
		.known = RECEIVER_BAUD | RECEIVER_INTERVAL | RECEIVER_PULSE_WIDTH | RECEIVER_VERSION,
		.baud = 0, .interval_ms = 4000000000U, .pulse_ms = 1000000000, .nmea_version = 1000,
		.native = { "PGRMC,\x80", "PGRMC1,1 " } };
	n = saved_write(&s, text, sizeof(text));
	assert_string_equal(text, "# gpsppsctl: a receiver's settings\nmake Garmin\nend\n");
	assert_int_equal(saved_read(text, (size_t)n, &back, &err), 0);
}

static void test_read(void **state)
{
	struct saved want = sample(), s;
	struct saved_error err;

	(void)state;
	memset(&s, 0xff, sizeof(s));
	assert_int_equal(saved_read(whole, strlen(whole), &s, &err), 0);
	assert_ptr_equal(s.rx, &receiver_garmin);
	assert_string_equal(s.id.model, want.id.model);
	assert_string_equal(s.id.firmware, "3.70");
	assert_true(s.has_sentences && s.others && s.has_wanted);
	assert_int_equal(s.sentences, 3);
	assert_int_equal(s.line_baud, 4800);
	assert_int_equal(s.settings.known, want.settings.known);
	assert_int_equal(receiver_settings_differ(&want.settings, &s.settings), 0);
	assert_string_equal(s.settings.native[0], "PGRMC,A,00018.0,100");
	assert_string_equal(s.settings.native[1], "PGRMC1,1,1,2");
	assert_string_equal(s.settings.native[2], "");
	assert_int_equal(s.wanted.op, RECEIVER_EXACTLY);
	assert_int_equal(s.wanted.on, 1);
	assert_int_equal(s.wanted.off, 0);
	assert_int_equal(s.wanted.to.known, want.wanted.to.known);
	assert_int_equal(receiver_settings_differ(&want.wanted.to, &s.wanted.to), 0);
	assert_string_equal(s.wanted.to.native[3], "PX,1");
}

/* As an editor on some other system leaves it, by hand. */
static void test_read_by_hand(void **state)
{
	static const char text[] = "\r\n  # mine\r\n\tmake\tGarmin \r\nsentences  gprmc,GGA\r\n"
				   "nmea-version 2.3\r\npulse  off\r\nend\r\n\r\n# that is all";
	struct saved s;
	struct saved_error err;

	(void)state;
	assert_int_equal(saved_read(text, strlen(text), &s, &err), 0);
	assert_int_equal(s.sentences, 3);
	assert_int_equal(s.settings.nmea_version, 230);
	assert_int_equal(s.settings.known, RECEIVER_PULSE | RECEIVER_VERSION);
	assert_false(s.has_wanted);
}

static void test_request(void **state)
{
	struct saved s = sample();
	struct receiver_request req = saved_request(&s);

	(void)state;
	assert_int_equal(req.op, RECEIVER_EXACTLY);
	assert_int_equal(req.on, 3);
	assert_int_equal(req.off, 0);
	assert_int_equal(receiver_settings_differ(&s.settings, &req.to), 0);
	assert_string_equal(req.to.native[0], "PGRMC,A,00018.0,100");
	/* a file that says nothing about sentences does not touch them */
	s.has_sentences = false;
	assert_int_equal(saved_request(&s).op, RECEIVER_KEEP);
}

/* A journal gives back what the change wrote. */
static void test_intent(void **state)
{
	struct saved s = sample(), back;
	struct receiver_intent intent, again;
	struct saved_error err;
	char text[SAVED_TEXT_MAX];
	int n;

	(void)state;
	memset(&intent, 0, sizeof(intent));
	intent.sentences_before = 7;
	intent.others_before = true;
	intent.baud_before = 38400;
	intent.before = s.settings;
	intent.request = s.wanted;
	intent.request.off = 4;
	saved_of_intent(s.rx, &s.id, &intent, &back);
	n = saved_write(&back, text, sizeof(text));
	assert_true(n > 0);
	assert_int_equal(saved_read(text, (size_t)n, &back, &err), 0);
	assert_ptr_equal(back.rx, &receiver_garmin);
	assert_string_equal(back.id.model, s.id.model);
	assert_true(back.has_wanted);
	saved_to_intent(&back, &again);
	assert_int_equal(again.sentences_before, 7);
	assert_true(again.others_before);
	assert_int_equal(again.baud_before, 38400);
	assert_int_equal(receiver_settings_differ(&intent.before, &again.before), 0);
	assert_memory_equal(again.before.native, intent.before.native, sizeof(again.before.native));
	assert_int_equal(again.request.op, intent.request.op);
	assert_int_equal(again.request.on, intent.request.on);
	assert_int_equal(again.request.off, 4);
	assert_int_equal(again.request.to.known, intent.request.to.known);
	assert_int_equal(receiver_settings_differ(&intent.request.to, &again.request.to), 0);
	assert_string_equal(again.request.to.native[3], "PX,1");
}

static void wrong(const char *text, unsigned int line, const char *part)
{
	/* a copy of its own, so that reading behind it is seen */
	size_t len = strlen(text);
	char *copy = malloc(len);
	struct saved s;
	struct saved_error err;

	assert_non_null(copy);
	memcpy(copy, text, len);
	assert_int_equal(saved_read(copy, len, &s, &err), -EINVAL);
	free(copy);
	assert_int_equal(err.line, line);
	assert_non_null(strstr(err.reason, part));
}

#define G "make Garmin\n"

static void test_wrong(void **state)
{
	struct saved s;
	struct saved_error err;

	(void)state;
	assert_int_equal(saved_read("", 0, &s, &err), -EINVAL);
	assert_int_equal(err.line, 1);
	assert_non_null(strstr(err.reason, "end"));
	wrong(G, 2, "end");
	wrong("make Garmin", 1, "end");
	wrong("end\n", 1, "make");
	wrong("make Garnim\nend\n", 1, "make");
	wrong("make\nend\n", 1, "make");
	wrong("pulse on\n" G "end\n", 1, "make must come first");
	wrong(G G "end\n", 2, "twice");
	wrong(G "pulse on\npulse on\nend\n", 3, "twice");
	wrong(G "native-1 a\nnative-1 b\nend\n", 3, "twice");
	wrong(G "sentences RMC\nsentences RMC\nend\n", 3, "twice");
	wrong(G "pulse maybe\nend\n", 2, "on nor off");
	wrong(G "pulse\nend\n", 2, "on nor off");
	wrong(G "baud 0\nend\n", 2, "number");
	wrong(G "baud\nend\n", 2, "number");
	wrong(G "baud -1\nend\n", 2, "number");
	wrong(G "baud 4800x\nend\n", 2, "number");
	wrong(G "baud 99999999999999999999\nend\n", 2, "number");
	wrong(G "line-baud fast\nend\n", 2, "number");
	wrong(G "nmea-version 2\nend\n", 2, "version");
	wrong(G "nmea-version 2.\nend\n", 2, "version");
	wrong(G "nmea-version 2.300\nend\n", 2, "version");
	wrong(G "nmea-version .30\nend\n", 2, "version");
	wrong(G "nmea-version 2.x\nend\n", 2, "version");
	wrong(G "nmea-version 0.5\nend\n", 2, "version");
	wrong(G "sentences RMC ZDA\nend\n", 2, "sentences");
	wrong(G "sentences\nend\n", 2, "nothing");
	wrong(G "others 1\nend\n", 2, "no value");
	wrong(G "colour blue\nend\n", 2, "known here");
	wrong(G "native-0 x\nend\n", 2, "known here");
	wrong(G "native-5 x\nend\n", 2, "known here");
	wrong(G "native-1\nend\n", 2, "nothing");
	wrong(G "model 0123456789012345678901234567890123456789\nend\n", 2, "too long");
	wrong(G "model \x1b[2J\nend\n", 2, "no text");
	wrong(G "model \xc3\xa4\nend\n", 2, "no text");
	wrong(G "wanted-on RMC\nend\n", 2, "\"wanted\" must come first");
	wrong(G "wanted all\nend\n", 2, "exactly");
	wrong(G "wanted keep\nwanted-colour 1\nend\n", 3, "known here");
	wrong(G "wanted keep\nwanted-baud 1\nwanted-baud 1\nend\n", 4, "twice");
	wrong(G "end\nend\n", 3, "behind the end");
	wrong(G "end\nbaud 4800\n", 3, "behind the end");
	wrong(G "en", 2, "known here");
	assert_int_equal(saved_read(G "end\n\0x", strlen(G) + 6, &s, &err), -EINVAL);
}

/* A disk that was full, a machine that lost power: no beginning of a text is taken for all. */
static void test_cut(void **state)
{
	struct saved s;
	struct saved_error err;

	(void)state;
	for (size_t n = 0; n < strlen(whole) - 1; n++) {
		char *copy = malloc(n ? n : 1);

		assert_non_null(copy);
		memcpy(copy, whole, n);
		assert_int_equal(saved_read(copy, n, &s, &err), -EINVAL);
		free(copy);
	}
	assert_int_equal(saved_read(whole, strlen(whole) - 1, &s, &err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_write_hostile),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_read_by_hand),
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_intent),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
