// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whatever a receiver sends while diag listens, in whatever pieces, and whatever
 * a record says that it sent: the same is heard however it was cut, the numbers
 * make sense, and in what is recorded there is no position.
 */
/* SOURCES: src/heard.c src/motion.c src/timed.c src/binary.c src/redact*.c src/nmea*.c src/census.c src/receiver/[a-z]*.c src/facts.c src/measure.c src/words.c src/daemon/said.c src/daemon/flatjson.c src/daemon/logline.c */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "binary.h"
#include "heard.h"
#include "motion.h"
#include "redact.h"
#include "redact_heard.h"
#include "receiver/receiver.h"

#define TEXT_MAX (64 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* ---- texts that a record could have ---- */

static void check_heard(const char *text, struct sentence_facts *s)
{
	int err = heard_parse(text, s);

	must(err == 0 || err == -22);
	must(!err || (s->bytes == 0 && s->good == 0 && !fact_known(s->ms)));
	must(s->unread <= s->bytes && s->inverted <= s->bytes && s->good <= s->bytes);
	must(memchr(s->obstacle, '\0', sizeof(s->obstacle)) != NULL);
	must(memchr(s->binary, '\0', sizeof(s->binary)) != NULL);
	must(memchr(s->model, '\0', sizeof(s->model)) != NULL);
	must(!fact_known(s->dated_ms) || s->dated_ms.val >= 0);
	must(!fact_known(s->voids) || (uint64_t)s->voids.val <= s->good);
	must(!fact_known(s->load_percent) || s->load_percent.val >= 0);
}

static void check_motion(const char *text, enum pulse_edge on_time)
{
	static struct motion m;
	int err = motion_parse(text, on_time, &m);

	must(err == 0 || err == -22);
	must(m.asserts.n <= STAMPS_MAX && m.clears.n <= STAMPS_MAX);
	must(!err || (!fact_known(m.ms) && !m.asserts.n && !m.clears.n));
	must(fact_known(m.burst_first_ms) == fact_known(m.burst_last_ms));
	must(!fact_known(m.burst_first_ms) || m.burst_first_ms.val >= 0);
	must(!fact_known(m.burst_spread_ms) || m.burst_spread_ms.val >= 0);
	must(!fact_known(m.chars_per_s) || m.chars_per_s.val >= 0);
}

static const char *const keys[] = {
	"heard:ttyS1", "series:ttyS1+pps0", "file:/proc/interrupts", "file:/etc/group",
	"link:/dev/gps0", "list:/dev/serial/by-id", "file:/sys/bus/usb/devices/1-1/serial",
	"environ:1/container", "file:/run/udev/data/c4:65",
};

static void check_value(const char *key, const char *text, size_t n)
{
	static uint8_t scratch[TEXT_MAX];
	static char out[TEXT_MAX], again[TEXT_MAX];
	struct redact r = { .host = "meridian", .scratch = scratch, .scratch_size = sizeof(scratch) };
	int len = redact_value(&r, key, text, n, out, sizeof(out));

	must(len >= 0 && (size_t)len < sizeof(out) && out[len] == '\0');
	redact_key(&r, text, again, sizeof(again));
	redact_restore(&r, again, out, 64);
	must(memchr(out, '\0', 64) != NULL);
}

static void take_text(uint8_t how, const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct sentence_facts s;

	memcpy(text, data, size);
	text[size] = '\0';
	check_heard(text, &s);
	check_motion(text, how % 3 == 0 ? EDGE_UNKNOWN : how % 3 == 1 ? EDGE_ASSERT : EDGE_CLEAR);
	check_value(keys[how % (sizeof(keys) / sizeof(keys[0]))], text, size);
	free(text);
}

/* ---- bytes on a wire ---- */

/* The probe's text for these bytes, read in pieces of this size. */
static void write_text(char *text, const uint8_t *data, size_t size, size_t piece)
{
	char *at = text + sprintf(text, "real 1790000000000000000 baud 4800\n");
	unsigned int us = 1000;

	for (size_t i = 0; i < size; i++) {
		if (i % piece == 0)
			at += sprintf(at, "%s%u ", i ? "\n" : "", us += 20000);
		if (data[i] >= 0x20 && data[i] <= 0x7e && data[i] != '\\')
			*at++ = (char)data[i];
		else
			at += sprintf(at, "\\x%02x", data[i]);
	}
	sprintf(at, "%s%u end\n", size ? "\n" : "", us + 1000);
}

static void listen(const uint8_t *data, size_t size, size_t piece, struct sentence_facts *s)
{
	static char text[TEXT_MAX];

	write_text(text, data, size, piece);
	check_heard(text, s);
	must(s->bytes == size && fact_known(s->ms));
}

/* However it was cut, the same was said. */
static void check_pieces(const uint8_t *data, size_t size, size_t piece)
{
	static struct sentence_facts whole, cut;

	listen(data, size, size ? size : 1, &whole);
	listen(data, size, piece, &cut);
	must(whole.good == cut.good && whole.bad == cut.bad && whole.unread == cut.unread);
	must(whole.inverted == cut.inverted && !strcmp(whole.binary, cut.binary));
	must(!strcmp(whole.model, cut.model) && whole.firmware.val == cut.firmware.val);
	must(whole.fix.state == cut.fix.state && whole.fix.val == cut.fix.val);
	must(whole.pulse_enabled.val == cut.pulse_enabled.val);
}

/* A sentence that anybody would believe tells no place. */
static void check_places(const uint8_t *data, size_t size)
{
	struct nmea p = { .len = 0 };
	const char *buf = (const char *)data;
	struct nmea_sentence s;
	struct nmea_data d;

	while (nmea_next(&p, &buf, &size, &s))
		if (nmea_decode(&s, &d) && d.has & NMEA_HAS_POSITION)
			must(d.lat_ndeg == 0 && d.lon_ndeg == 0);
}

static void check_redacted(const uint8_t *data, size_t size, size_t piece)
{
	static char text[TEXT_MAX], out[TEXT_MAX];
	static uint8_t room[TEXT_MAX], bytes[TEXT_MAX];
	struct sentence_facts before, after;
	int len;

	write_text(text, data, size, piece);
	len = redact_heard(text, room, sizeof(room), out, sizeof(out));
	must(len >= 0 && (size_t)len == strlen(out));
	check_heard(text, &before);
	check_heard(out, &after);
	must(before.bytes == after.bytes && before.ms.val == after.ms.val);
	memcpy(bytes, data, size);
	redact_bytes(bytes, size);
	must(!memcmp(bytes, room, size));
	check_places(bytes, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t how;
	size_t piece;

	if (size < 2)
		return 0;
	how = data[0];
	piece = 1 + data[1] % 64;
	data += 2;
	size -= 2;
	if (how & 1) {
		take_text(how >> 1, data, size);
		return 0;
	}
	check_pieces(data, size, piece);
	check_redacted(data, size, piece);
	return 0;
}
