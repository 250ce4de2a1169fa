// SPDX-License-Identifier: GPL-2.0-or-later
/* u-blox: who it is, what it is sent, byte for byte, and what its answers mean. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "receiver/receiver.h"

static const struct receiver *const rx = &receiver_ublox;

/* what they have told of themselves */
static const struct receiver_id silent;
static const struct receiver_id m8 = { .model = "NEO-M8N", .firmware = "SPG 3.01 PROTVER 18.00" };
static const struct receiver_id m10 = { .model = "M10", .firmware = "SPG 5.10 PROTVER 34.10" };

/* ---- helpers ---- */

static struct nmea_sentence sentence(const char *body)
{
	static char text[160];
	struct nmea_sentence s;
	int n = nmea_format(text, sizeof(text), body);

	assert_true(n > 0);
	nmea_parse(text, (size_t)n - 2, &s);
	return s;
}

/* A packet from "0A 04 ..." (class, id, payload): frame and checksum are added. */
struct packet {
	uint8_t bytes[1024];
	struct binary_packet p;
};

static void frame(struct packet *k, uint8_t class, uint8_t id, const uint8_t *payload, size_t len)
{
	uint8_t a = 0, b = 0;

	assert_true(len + 8 <= sizeof(k->bytes));
	memcpy(k->bytes, (uint8_t[]){ 0xb5, 0x62, class, id, (uint8_t)len, (uint8_t)(len >> 8) },
	       6);
	memcpy(k->bytes + 6, payload, len);
	for (size_t i = 2; i < len + 6; i++) {
		a = (uint8_t)(a + k->bytes[i]);
		b = (uint8_t)(b + a);
	}
	k->bytes[len + 6] = a;
	k->bytes[len + 7] = b;
	k->p = (struct binary_packet){ BINARY_UBX, k->bytes, len + 8 };
}

static size_t from_hex(const char *hex, uint8_t *out, size_t size)
{
	size_t n = 0;
	unsigned int byte;
	int used;

	while (sscanf(hex, " %2x%n", &byte, &used) == 1) {
		assert_true(n < size);
		out[n++] = (uint8_t)byte;
		hex += used;
	}
	return n;
}

static enum receiver_answer judge_hex(const struct receiver_step *step, const char *hex,
				      struct receiver_settings *now)
{
	uint8_t body[600];
	size_t n = from_hex(hex, body, sizeof(body));
	struct packet k;

	frame(&k, body[0], body[1], body + 2, n - 2);
	return rx->judge(step, &(struct receiver_message){ .packet = &k.p }, now);
}

static enum receiver_answer judge_line(const struct receiver_step *step, const char *body)
{
	struct receiver_settings now = { .known = 0 };
	struct nmea_sentence s = sentence(body);

	return rx->judge(step, &(struct receiver_message){ .sentence = &s }, &now);
}

/* The step is these bytes: hexadecimal, or a sentence from '$' on. */
static void assert_step(const struct receiver_plan *plan, unsigned int i, const char *want)
{
	char got[3 * RECEIVER_STEP_BYTES_MAX + 1] = "";
	const struct receiver_step *step = &plan->steps[i];

	assert_true(i < plan->n);
	if (want[0] == '$') {
		assert_true(step->len > 2 && !memcmp(step->bytes + step->len - 2, "\r\n", 2));
		memcpy(got, step->bytes, step->len - 2);
	}
	for (unsigned int n = 0; n < step->len && want[0] != '$'; n++)
		sprintf(got + 3 * n, n + 1 == step->len ? "%02X" : "%02X ",
			(uint8_t)step->bytes[n]);
	assert_string_equal(got, want);
}

static receiver_set set_of(const char *list)
{
	receiver_set set;
	const char *bad;
	size_t len;

	assert_int_equal(receiver_parse_set(rx, list, &set, &bad, &len), 0);
	return set;
}

static void write_plan(const struct receiver_id *id, const struct receiver_settings *from,
		       const struct receiver_request *req, struct receiver_plan *plan)
{
	static const struct receiver_settings unknown;

	memset(plan, 0, sizeof(*plan));
	assert_int_equal(rx->write_steps(id, from ? from : &unknown, req, plan), 0);
}

static void set(const struct receiver_id *id, const struct receiver_settings *from,
		struct receiver_settings to, struct receiver_plan *plan)
{
	write_plan(id, from, &(struct receiver_request){ .op = RECEIVER_KEEP, .to = to }, plan);
}

/* ---- who it is ---- */

static bool proves(const char *body)
{
	struct nmea_sentence s = sentence(body);

	return rx->is_proof(&(struct receiver_message){ .sentence = &s });
}

static void test_proof(void **state)
{
	struct nmea_sentence s;
	struct packet k;

	(void)state;
	assert_true(proves("GPTXT,01,01,02,u-blox ag - www.u-blox.com"));
	assert_true(proves("GNTXT,01,01,02,HW UBX-M8030 00080000"));
	/* what it says to commands of others */
	assert_true(proves("GNTXT,01,01,01,PGRM inv format"));
	assert_true(proves("GNTXT,01,01,01,PMTK inv format"));
	assert_true(proves("PUBX,04,073731.00,091202,113851.00,1196,15D,1930035,-2660.664,43,"));
	assert_true(proves("PUBX,00,081350.00,4717.113210,N,00833.915187,E,546.589,G3"));
	frame(&k, 0x05, 0x01, (uint8_t[]){ 6, 1 }, 2);
	assert_true(rx->is_proof(&(struct receiver_message){ .packet = &k.p }));
	k.p.protocol = BINARY_SIRF;
	assert_false(rx->is_proof(&(struct receiver_message){ .packet = &k.p }));
	/* our own words, sent back by one who does not know them */
	assert_false(proves("PUBX,04"));
	assert_false(proves("PUBX,40,RMC,0,1,0,0,0,0"));
	assert_false(proves("PUBX,41,1,0007,0003,9600,0"));
	assert_false(proves("GPTXT,01,01,02,ANTENNA OK"));
	assert_false(proves("GPTXT,01,01,02,PGRM inv format, it said"));
	assert_false(proves("GPTXT"));
	assert_false(proves("GPRMC,,V,,,,,,,,,,N"));
	nmea_parse("$GNTXT,01,01,01,PGRM inv format*2B", 34, &s);
	assert_false(rx->is_proof(&(struct receiver_message){ .sentence = &s }));
}

static void test_reply(void **state)
{
	struct nmea_sentence s;

	(void)state;
	s = sentence("GNTXT,01,01,01,PGRM inv format");
	assert_true(rx->is_reply(&s));
	s = sentence("PUBX,04,073731.00,091202,113851.00,1196,15D,1930035,-2660.664,43,");
	assert_true(rx->is_reply(&s));
	s = sentence("PUBX,00,081350.00,4717.113210,N,00833.915187,E,546.589,G3");
	assert_false(rx->is_reply(&s));
	s = sentence("GNRMC,,V,,,,,,,,,,N");
	assert_false(rx->is_reply(&s));
}

/* MON-VER: 30 bytes, 10 bytes, and lines of 30. */
static void hear_version(struct receiver_view *v, const char *software, const char *hardware,
			 const char *const *lines)
{
	uint8_t payload[40 + 30 * 8] = { 0 };
	size_t n = 40;
	struct packet k;

	memcpy(payload, software, strlen(software));
	memcpy(payload + 30, hardware, strlen(hardware));
	for (; *lines; lines++, n += 30)
		memcpy(payload + n, *lines, strlen(*lines));
	frame(&k, 0x0a, 0x04, payload, n);
	receiver_hear_packet(v, &k.p);
	assert_ptr_equal(v->rx, rx);
}

static void test_version_packets(void **state)
{
	static const char *const eight[] = { "FWVER=SPG 3.01", "PROTVER=18.00", "GPS;GLO;GAL;BDS",
					     "MOD=NEO-M8N-0", NULL };
	static const char *const nine[] = { "ROM BASE 0x118B2060", "FWVER=HPG 1.12",
					    "PROTVER=27.11", "MOD=ZED-F9P", NULL };
	static const char *const seven[] = { "FIS 0xEF4015 (100111)", "PROTVER 14.00", NULL };
	static const char *const none[] = { NULL };
	struct receiver_view v;

	(void)state;
	v = (struct receiver_view){ .rx = NULL };
	hear_version(&v, "ROM CORE 3.01 (107888)", "00080000", eight);
	assert_string_equal(v.id.model, "NEO-M8N-0");
	assert_string_equal(v.id.firmware, "SPG 3.01 PROTVER 18.00");
	v = (struct receiver_view){ .rx = NULL };
	hear_version(&v, "EXT CORE 1.00 (61b2dd)", "00190000", nine);
	assert_string_equal(v.id.model, "ZED-F9P");
	assert_string_equal(v.id.firmware, "HPG 1.12 PROTVER 27.11");
	v = (struct receiver_view){ .rx = NULL };
	hear_version(&v, "1.00 (59842)", "00070000", seven);
	assert_string_equal(v.id.model, "series 7");
	assert_string_equal(v.id.firmware, "1.00 (59842) PROTVER 14.00");
	v = (struct receiver_view){ .rx = NULL };
	hear_version(&v, "7.03 (45969)", "00040007", none);
	assert_string_equal(v.id.model, "series 5 or 6");
	assert_string_equal(v.id.firmware, "7.03 (45969)");
}

static void test_version_lines(void **state)
{
	static const char *const banner[] = {
		"GNTXT,01,01,02,u-blox AG - www.u-blox.com", "GNTXT,01,01,02,FWVER=SPG 3.01",
		"GNTXT,01,01,02,PROTVER=18.00", "GNTXT,01,01,02,MOD=NEO-M8T-0",
	};
	struct receiver_view v = { .rx = NULL };
	struct nmea_sentence s;

	(void)state;
	for (size_t i = 0; i < sizeof(banner) / sizeof(banner[0]); i++) {
		s = sentence(banner[i]);
		receiver_hear(&v, &s);
	}
	assert_ptr_equal(v.rx, rx);
	assert_string_equal(v.id.firmware, "SPG 3.01 PROTVER 18.00");
	assert_string_equal(v.id.model, "NEO-M8T-0");
	/* a banner is not part of what it sends each second */
	assert_int_equal(v.census.n, 0);
}

static void test_version_hostile(void **state)
{
	static const char *const long_lines[] = { "PROTVER=123456789012345678901",
						  "FWVER=ABCDEFGHIJKLMNOPQRSTUVWX",
						  "MOD=\033]0;owned\007", NULL };
	static const char *const endless[] = { "ABCDEFGHIJKLMNOPQRSTUVWXYZABCD", NULL };
	struct receiver_view v = { .rx = NULL };
	struct packet k;

	(void)state;
	hear_version(&v, "ABCDEFGHIJKLMNOPQRSTUVWXYZABCD", "0123456789", long_lines);
	/* cut so that the protocol's version stays */
	assert_string_equal(v.id.firmware, "ABCDEFGHIJKLMNOPQRSTUVW PROTVER 1234567");
	assert_string_equal(v.id.model, "");	/* nothing up to the first escape */
	hear_version(&v, "ABCDEFGHIJKLMNOPQRSTUVWXYZABCD", "", endless);
	/* too short for what it says it is */
	for (size_t n = 0; n < 40; n++) {
		v = (struct receiver_view){ .rx = NULL };
		frame(&k, 0x0a, 0x04, (const uint8_t *)"ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLM",
		      n);
		receiver_hear_packet(&v, &k.p);
		assert_string_equal(v.id.firmware, "");
	}
}

static void test_probe(void **state)
{
	struct receiver_plan plan = { .n = 0 };
	uint8_t ver[42] = { 0x0a, 0x04 };
	char hex[3 * sizeof(ver) + 1];

	(void)state;
	assert_int_equal(rx->write_probe(&plan), 0);
	assert_int_equal(plan.n, 2);
	assert_step(&plan, 0, "B5 62 0A 04 00 00 0E 34");
	assert_step(&plan, 1, "$PUBX,04*37");
	for (unsigned int i = 0; i < 2; i++) {
		assert_true(plan.steps[i].asks);
		assert_int_equal(plan.steps[i].await, RECEIVER_MUST_ANSWER);
	}
	for (size_t i = 0; i < sizeof(ver); i++)
		sprintf(hex + 3 * i, "%02X ", ver[i]);
	assert_int_equal(judge_hex(&plan.steps[0], hex, NULL), RECEIVER_ACCEPTED);
	hex[3 * 41] = '\0';
	assert_int_equal(judge_hex(&plan.steps[0], hex, NULL), RECEIVER_UNRELATED);
	assert_int_equal(judge_line(&plan.steps[1], "PUBX,04,073731.00,091202,113851.00"),
			 RECEIVER_ACCEPTED);
	assert_int_equal(judge_line(&plan.steps[1], "PUBX,04"), RECEIVER_UNRELATED);
	assert_int_equal(judge_line(&plan.steps[1], "PUBX,00,073731.00,0912"), RECEIVER_UNRELATED);
	assert_int_equal(judge_line(&plan.steps[1], "GNTXT,01,01,01,PUBX inv format"),
			 RECEIVER_REJECTED);
}

/* ---- sentences ---- */

static void test_sentences_by_packets(void **state)
{
	const struct receiver_request exactly = { .op = RECEIVER_EXACTLY,
						  .on = set_of("RMC,ZDA") };
	const struct receiver_request adjust = { .op = RECEIVER_ADJUST, .on = set_of("RMC,ZDA"),
						 .off = set_of("GGA,GLL,GSA,GSV,VTG") };
	struct receiver_plan plan;

	(void)state;
	write_plan(&m8, NULL, &adjust, &plan);
	assert_int_equal(plan.n, 8);
	assert_step(&plan, 0, "B5 62 06 01 03 00 F0 05 00 FF 19");	/* VTG */
	assert_step(&plan, 1, "B5 62 06 01 03 00 F0 00 00 FA 0F");	/* GGA */
	assert_step(&plan, 2, "B5 62 06 01 03 00 F0 02 00 FC 13");	/* GSA */
	assert_step(&plan, 3, "B5 62 06 01 03 00 F0 03 00 FD 15");	/* GSV */
	assert_step(&plan, 4, "B5 62 06 01 03 00 F0 01 00 FB 11");	/* GLL */
	assert_step(&plan, 5, "B5 62 06 01 03 00 F0 04 01 FF 18");	/* RMC on */
	assert_step(&plan, 6, "B5 62 06 01 03 00 F0 08 01 03 20");	/* ZDA on */
	assert_step(&plan, 7,	/* and saved */
		    "B5 62 06 09 0D 00 00 00 00 00 1F 1F 00 00 00 00 00 00 07 61 CF");
	for (unsigned int i = 0; i < plan.n; i++)
		assert_int_equal(plan.steps[i].await, RECEIVER_MUST_ANSWER);
	/* the eleven others, three of PUBX, two on, and saved */
	write_plan(&m8, NULL, &exactly, &plan);
	assert_int_equal(plan.n, 11 + 3 + 2 + 1);
	assert_step(&plan, 11, "B5 62 06 01 03 00 F1 00 00 FB 12");
	assert_false(plan.silences);
	/* of PUBX only the position is switched on */
	write_plan(&m8, NULL, &(struct receiver_request){ .op = RECEIVER_ADJUST,
							  .on = set_of("PUBX") }, &plan);
	assert_int_equal(plan.n, 2);
	assert_step(&plan, 0, "B5 62 06 01 03 00 F1 00 01 FC 13");
}

static void test_sentences_by_text(void **state)
{
	const struct receiver_request adjust = {
		.op = RECEIVER_ADJUST, .on = set_of("RMC,ZDA"),
		.off = set_of("GGA,GLL,GSA,GSV,VTG,GNS,GST,GRS,GBS"),
	};
	struct receiver_plan plan;

	(void)state;
	write_plan(&silent, NULL, &adjust, &plan);
	assert_int_equal(plan.n, 11);
	assert_step(&plan, 0, "$PUBX,40,VTG,0,0,0,0,0,0*5E");
	assert_step(&plan, 1, "$PUBX,40,GGA,0,0,0,0,0,0*5A");
	assert_step(&plan, 2, "$PUBX,40,GSA,0,0,0,0,0,0*4E");
	assert_step(&plan, 3, "$PUBX,40,GSV,0,0,0,0,0,0*59");
	assert_step(&plan, 4, "$PUBX,40,GLL,0,0,0,0,0,0*5C");
	assert_step(&plan, 5, "$PUBX,40,GNS,0,0,0,0,0,0*41");
	assert_step(&plan, 6, "$PUBX,40,GST,0,0,0,0,0,0*5B");
	assert_step(&plan, 7, "$PUBX,40,GRS,0,0,0,0,0,0*5D");
	assert_step(&plan, 8, "$PUBX,40,GBS,0,0,0,0,0,0*4D");
	assert_step(&plan, 9, "$PUBX,40,RMC,0,1,0,0,0,0*46");
	assert_step(&plan, 10, "$PUBX,40,ZDA,0,1,0,0,0,0*45");
	assert_int_equal(plan.steps[0].await, RECEIVER_MAY_ANSWER);
	assert_int_equal(judge_line(&plan.steps[0], "GNTXT,01,01,01,PUBX inv format"),
			 RECEIVER_REJECTED);
	assert_int_equal(judge_line(&plan.steps[0], "GNTXT,01,01,01,PGRM inv format"),
			 RECEIVER_UNRELATED);
}

static void test_sentences_by_keys(void **state)
{
	const struct receiver_request adjust = { .op = RECEIVER_ADJUST, .on = set_of("RMC"),
						 .off = set_of("GSV") };
	struct receiver_plan plan;

	(void)state;
	write_plan(&m10, NULL, &adjust, &plan);
	assert_int_equal(plan.n, 3);
	/* RAM and battery-backed RAM, a key each */
	assert_step(&plan, 0, "B5 62 06 8A 09 00 00 03 00 00 C5 00 91 20 00 12 0D");
	assert_step(&plan, 1, "B5 62 06 8A 09 00 00 03 00 00 AC 00 91 20 01 FA 91");
	/* flash, all in one */
	assert_step(&plan, 2,
		    "B5 62 06 8A 0E 00 00 04 00 00 C5 00 91 20 00 AC 00 91 20 01 76 14");
	/* behind another plan: each saves its own */
	assert_int_equal(rx->write_steps(&m10, &(struct receiver_settings){ .known = 0 },
			 &(struct receiver_request){ .op = RECEIVER_ADJUST, .on = set_of("RMC") },
			 &plan), 0);
	assert_int_equal(plan.n, 5);
	assert_int_equal(plan.steps[4].len, 8 + 4 + 5);
}

static void test_defaults(void **state)
{
	struct receiver_plan plan;
	char names[128];

	(void)state;
	receiver_name_set(rx, receiver_default_set(rx), names, sizeof(names));
	assert_string_equal(names, "RMC VTG GGA GSA GSV GLL");
	write_plan(&m8, NULL, &(struct receiver_request){ .op = RECEIVER_DEFAULTS }, &plan);
	assert_int_equal(plan.n, 7 + 3 + 6 + 1);
	assert_step(&plan, 10, "B5 62 06 01 03 00 F0 04 01 FF 18");
	/* already so as far as settings go: nothing, not even saved */
	set(&m8, NULL, (struct receiver_settings){ .known = 0 }, &plan);
	assert_int_equal(plan.n, 0);
}

/* ---- settings ---- */

static const struct receiver_settings on_100_ms = {
	.known = RECEIVER_PULSE | RECEIVER_PULSE_WIDTH | RECEIVER_PULSE_STOPS,
	.pulse = true, .pulse_ms = 100, .pulse_stops = true,
};

static const struct receiver_settings off = { .known = RECEIVER_PULSE };

/* The answer to the n-th question, learnt. */
static void told(const struct receiver_id *id, unsigned int n, const char *hex,
		 struct receiver_settings *now)
{
	struct receiver_plan plan = { .n = 0 };

	assert_int_equal(rx->write_queries(id, &plan), 0);
	assert_true(n < plan.n);
	assert_int_equal(judge_hex(&plan.steps[n], hex, now), RECEIVER_ACCEPTED);
}

/* CFG-TP5 of a receiver that drives something with 10 MHz; 7 ns of cable, falling edge. */
#define TEN_MHZ \
	"06 31 00 01 00 00 07 00 00 00 80 96 98 00 80 96 98 00 00 00 00 80 00 00 00 80 " \
	"00 00 00 00 AF 00 00 00"

static void test_pulse(void **state)
{
	struct receiver_settings now = { .known = 0 }, to;
	struct receiver_plan plan;

	(void)state;
	/* nothing known of it: all of it, as documented */
	set(&m8, NULL, on_100_ms, &plan);
	assert_int_equal(plan.n, 2);
	assert_step(&plan, 0,
		    "B5 62 06 31 20 00 00 01 00 00 32 00 00 00 40 42 0F 00 40 42 0F 00 00 00 "
		    "00 00 A0 86 01 00 00 00 00 00 77 00 00 00 4A B6");
	assert_int_equal((uint8_t)plan.steps[1].bytes[3], 0x09);
	/* off is one bit: the checksum is less by one, and its sum by 4 (this byte and 3 behind) */
	set(&m8, NULL, off, &plan);
	assert_step(&plan, 0,
		    "B5 62 06 31 20 00 00 01 00 00 32 00 00 00 40 42 0F 00 40 42 0F 00 00 00 "
		    "00 00 A0 86 01 00 00 00 00 00 76 00 00 00 49 B2");
	/* 10 MHz is no pulse; made one, cable and edge stay (flags AF: no length, a frequency) */
	told(&m8, 0, TEN_MHZ, &now);
	assert_int_equal(now.known, RECEIVER_PULSE | RECEIVER_PULSE_WIDTH | RECEIVER_PULSE_STOPS);
	assert_false(now.pulse);
	set(&m8, &now, on_100_ms, &plan);
	assert_int_equal(plan.n, 2);
	assert_memory_equal(plan.steps[0].bytes + 6,
			    ((const uint8_t[]){ 0, 1, 0, 0, 7, 0, 0, 0, 0x40, 0x42, 0x0f, 0, 0x40,
						0x42, 0x0f, 0, 0, 0, 0, 0, 0xa0, 0x86, 1, 0, 0,
						0, 0, 0, 0xb7, 0, 0, 0 }), 32);
	/* and put back: "no pulse" is what it was, so it is as it was */
	to = now;
	to.known = RECEIVER_PULSE;
	memset(to.native, 0, sizeof(to.native));
	now.known = 0;
	set(&m8, &now, to, &plan);
	assert_memory_equal(plan.steps[0].bytes + 6 + 28, ((const uint8_t[]){ 0xaf }), 1);
	assert_memory_equal(plan.steps[0].bytes + 6 + 8,
			    ((const uint8_t[]){ 0x80, 0x96, 0x98, 0 }), 4);
}

/* CFG-TP5: on, 1 s, unlocked and locked width in us, as gpsd sets it */
#define TP5(unlocked, locked, flags) \
	"06 31 00 01 00 00 32 00 00 00 40 42 0F 00 40 42 0F 00 " unlocked " " locked \
	" 00 00 00 00 " flags " 00 00 00"

static void test_pulse_read(void **state)
{
	struct receiver_settings now = { .known = 0 };

	(void)state;
	told(&m8, 0, TP5("00 00 00 00", "40 0D 03 00", "77"), &now);
	assert_true(now.pulse);
	assert_int_equal(now.pulse_ms, 200);
	assert_true(now.pulse_stops);
	/* without a fix, too; and falling edge */
	told(&m8, 0, TP5("40 0D 03 00", "40 0D 03 00", "37"), &now);
	assert_true(now.pulse);
	assert_false(now.pulse_stops);
	/* the locked fields do not count without bit 2 */
	told(&m8, 0, TP5("A0 86 01 00", "40 0D 03 00", "73"), &now);
	assert_int_equal(now.pulse_ms, 100);
	assert_false(now.pulse_stops);
	told(&m8, 0, TP5("00 00 00 00", "40 0D 03 00", "76"), &now);
	assert_false(now.pulse);
	/* a tenth of the period, 2^32 / 10 */
	told(&m8, 0, TP5("00 00 00 00", "9A 99 99 19", "67"), &now);
	assert_int_equal(now.pulse_ms, 100);
	/* wherever the second is not told, it is no pulse for us */
	told(&m8, 0, TP5("00 00 00 00", "40 0D 03 00", "57"), &now);
	assert_false(now.pulse);
	/* 1 MHz has the number that 1 s has */
	told(&m8, 0, TP5("00 00 00 00", "40 0D 03 00", "7F"), &now);
	assert_false(now.pulse);
	/* neither with a fix nor without: that is no stop */
	told(&m8, 0, TP5("00 00 00 00", "40 0D 03 00", "73"), &now);
	assert_false(now.pulse_stops);
	/* nothing is to be had of no width */
	told(&m8, 0, TP5("40 0D 03 00", "00 00 00 00", "77"), &now);
	assert_false(now.pulse);
}

static void test_pulse_width(void **state)
{
	struct receiver_settings now = { .known = 0 };
	struct receiver_settings to = { .known = RECEIVER_PULSE_WIDTH, .pulse_ms = 200 };
	struct receiver_plan plan;

	(void)state;
	/* 100 ms without a fix, too */
	told(&m8, 0, TP5("A0 86 01 00", "A0 86 01 00", "77"), &now);
	set(&m8, &now, to, &plan);
	assert_memory_equal(plan.steps[0].bytes + 6 + 16,
			    ((const uint8_t[]){ 0x40, 0x0d, 3, 0, 0x40, 0x0d, 3, 0 }), 8);
	/* it is off and stays off */
	told(&m8, 0, TP5("00 00 00 00", "A0 86 01 00", "76"), &now);
	set(&m8, &now, to, &plan);
	assert_memory_equal(plan.steps[0].bytes + 6 + 16,
			    ((const uint8_t[]){ 0, 0, 0, 0, 0x40, 0x0d, 3, 0 }), 8);
	assert_int_equal(plan.steps[0].bytes[6 + 28], 0x76);
	/* so already */
	to.pulse_ms = 100;
	set(&m8, &now, to, &plan);
	assert_int_equal(plan.n, 0);
}

/* Switched off, it keeps what it was. */
static void test_pulse_off(void **state)
{
	struct receiver_settings now = { .known = 0 };
	struct receiver_plan plan;

	(void)state;
	told(&m8, 0, TP5("00 00 00 00", "9A 99 99 19", "67"), &now);
	assert_true(now.pulse);
	set(&m8, &now, off, &plan);
	assert_memory_equal(plan.steps[0].bytes + 6 + 16,
			    ((const uint8_t[]){ 0, 0, 0, 0, 0x9a, 0x99, 0x99, 0x19, 0, 0, 0, 0,
						0x66 }), 13);
}

static void test_pulse_by_keys(void **state)
{
	struct receiver_settings to = on_100_ms;
	struct receiver_plan plan;

	(void)state;
	to.pulse_ms = 200;
	set(&m10, NULL, to, &plan);
	assert_int_equal(plan.n, 2);
	assert_step(&plan, 0,
		    "B5 62 06 8A 42 00 00 03 00 00 07 00 05 10 01 08 00 05 10 01 09 00 05 10 01 "
		    "23 00 05 20 00 30 00 05 20 01 0A 00 05 10 01 02 00 05 40 40 42 0F 00 03 00 "
		    "05 40 40 42 0F 00 04 00 05 40 00 00 00 00 05 00 05 40 40 0D 03 00 81 3A");
	assert_int_equal(plan.steps[1].bytes[7], 4);	/* the same in flash */
	assert_memory_equal(plan.steps[0].bytes + 8, plan.steps[1].bytes + 8, 0x42 - 2);
}

static void test_interval(void **state)
{
	struct receiver_settings now = { .known = 0 };
	struct receiver_settings to = { .known = RECEIVER_INTERVAL, .interval_ms = 500 };
	struct receiver_plan plan;

	(void)state;
	/* 200 ms, each fifth; by UTC, which stays */
	told(&m8, 1, "06 08 C8 00 05 00 00 00", &now);
	assert_int_equal(now.interval_ms, 1000);
	set(&m8, &now, to, &plan);
	assert_step(&plan, 0, "B5 62 06 08 06 00 F4 01 01 00 00 00 0A 75");
	/* 1000 is what it is, and how it comes about is its own affair */
	to.interval_ms = 1000;
	now.known = 0;
	set(&m8, &now, to, &plan);
	assert_memory_equal(plan.steps[0].bytes + 6, ((const uint8_t[]){ 0xc8, 0, 5, 0, 0, 0 }), 6);
	set(&m10, NULL, to, &plan);
	assert_memory_equal(plan.steps[0].bytes + 6,
			    ((const uint8_t[]){ 0, 3, 0, 0, 1, 0, 0x21, 0x30, 0xe8, 3, 2, 0, 0x21,
						0x30, 1, 0 }), 16);
}

static void test_nmea_version(void **state)
{
	struct receiver_settings now = { .known = 0 };
	struct receiver_settings to = { .known = RECEIVER_VERSION, .nmea_version = 411 };
	struct receiver_plan plan;

	(void)state;
	/* the short one of u-blox 6 and 7; all else stays */
	told(&m8, 2, "06 17 0F 23 08 01", &now);
	assert_int_equal(now.nmea_version, 230);
	set(&m8, &now, to, &plan);
	assert_int_equal(plan.steps[0].len, 8 + 4);
	assert_memory_equal(plan.steps[0].bytes + 6, ((const uint8_t[]){ 0x0f, 0x4b, 8, 1 }), 4);
	/* a key has another number for it */
	set(&m10, NULL, to, &plan);
	assert_memory_equal(plan.steps[0].bytes + 6,
			    ((const uint8_t[]){ 0, 3, 0, 0, 1, 0, 0x93, 0x20, 42 }), 9);
	to.nmea_version = 410;
	set(&m10, NULL, to, &plan);
	assert_int_equal(plan.steps[0].bytes[14], 41);
	/* a version that we do not know is not known */
	told(&m8, 2, "06 17 0F 77 08 01", &now);
	assert_false(now.known & RECEIVER_VERSION);
}

static void test_speed(void **state)
{
	struct receiver_settings now = { .known = 0 };
	struct receiver_settings to = { .known = RECEIVER_BAUD, .baud = 38400 };
	struct receiver_plan plan;

	(void)state;
	set(&m8, NULL, to, &plan);
	assert_int_equal(plan.n, 2);
	assert_step(&plan, 0, "B5 62 06 00 14 00 01 00 00 00 D0 08 00 00 00 96 00 00 07 00 03 00 "
			      "00 00 00 00 93 90");
	assert_int_equal(plan.steps[0].await, RECEIVER_NO_ANSWER);
	assert_int_equal(plan.steps[0].baud, 38400);
	/* saved behind it, at the new speed */
	assert_int_equal(plan.steps[1].bytes[3], 0x09);
	assert_int_equal(plan.steps[1].baud, 0);
	/* the second port, no RTCM: both stay */
	told(&m8, 3, "06 00 02 00 00 00 D0 08 00 00 80 25 00 00 03 00 03 00 00 00 00 00", &now);
	assert_int_equal(now.baud, 9600);
	set(&m8, &now, to, &plan);
	assert_memory_equal(plan.steps[0].bytes + 6,
			    ((const uint8_t[]){ 2, 0, 0, 0, 0xd0, 8, 0, 0, 0, 0x96, 0, 0, 3, 0, 3,
						0 }), 16);
	/* USB has none */
	told(&m8, 3, "06 00 03 00 00 00 00 00 00 00 00 00 00 00 07 00 03 00 00 00 00 00", &now);
	assert_false(now.known & RECEIVER_BAUD);
	set(&m10, NULL, to, &plan);
	assert_int_equal(plan.n, 2);
	assert_step(&plan, 0, "B5 62 06 8A 0C 00 00 03 00 00 01 00 52 40 00 96 00 00 C8 35");
	assert_int_equal(plan.steps[0].await, RECEIVER_NO_ANSWER);
	assert_int_equal(plan.steps[0].baud, 38400);
	assert_step(&plan, 1, "B5 62 06 8A 0C 00 00 04 00 00 01 00 52 40 00 96 00 00 C9 40");
	assert_int_equal(plan.steps[1].await, RECEIVER_MUST_ANSWER);
}

static void test_speed_by_text(void **state)
{
	static const struct {
		unsigned int baud;
		const char *line;
	} lines[] = {
		{ 9600, "$PUBX,41,1,0007,0003,9600,0*10" },
		{ 38400, "$PUBX,41,1,0007,0003,38400,0*20" },
		{ 115200, "$PUBX,41,1,0007,0003,115200,0*18" },
	};
	struct receiver_plan plan;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		set(&silent, NULL, (struct receiver_settings){ .known = RECEIVER_BAUD,
							       .baud = lines[i].baud }, &plan);
		assert_int_equal(plan.n, 1);
		assert_step(&plan, 0, lines[i].line);
		assert_int_equal(plan.steps[0].await, RECEIVER_NO_ANSWER);
		assert_int_equal(plan.steps[0].baud, lines[i].baud);
	}
}

/* Everything at once has room. */
static void test_all_at_once(void **state)
{
	const struct receiver_id *const ids[] = { &silent, &m8, &m10 };
	struct receiver_request req = { .op = RECEIVER_EXACTLY, .on = set_of("RMC") };
	struct receiver_plan plan;

	(void)state;
	req.to = on_100_ms;
	req.to.known = rx->can;
	req.to.baud = 115200;
	req.to.interval_ms = 1000;
	req.to.nmea_version = 410;
	for (size_t i = 0; i < 3; i++) {
		write_plan(ids[i], NULL, &req, &plan);
		assert_true(plan.n <= RECEIVER_STEPS_MAX);
		for (unsigned int n = 0; n < plan.n; n++)
			assert_true(plan.steps[n].len > 8);
	}
	/* by keys 16 sentences, pulse, interval, version, speed: each of them in flash as well */
	assert_int_equal(plan.n, 16 + 4 + 2);
	assert_int_equal(plan.steps[20].len + plan.steps[21].len,
			 2 * (8 + 4) + 16 * 5 + 62 + 12 + 5 + 8);
	/* behind a plan that is full nothing is lost in silence */
	plan.n = RECEIVER_STEPS_MAX - 1;
	assert_int_equal(rx->write_steps(&m8, &req.to, &req, &plan), -ENOSPC);
}

/* ---- questions and answers ---- */

static void test_questions(void **state)
{
	struct receiver_plan plan = { .n = 0 };

	(void)state;
	assert_int_equal(rx->write_queries(&m8, &plan), 0);
	assert_int_equal(plan.n, 4);
	assert_step(&plan, 0, "B5 62 06 31 01 00 00 38 E5");
	assert_step(&plan, 1, "B5 62 06 08 00 00 0E 30");
	assert_step(&plan, 2, "B5 62 06 17 00 00 1D 5D");
	assert_step(&plan, 3, "B5 62 06 00 00 00 06 18");
	for (unsigned int i = 0; i < 4; i++) {
		assert_true(plan.steps[i].asks);
		assert_int_equal(plan.steps[i].await, RECEIVER_MUST_ANSWER);
	}
	memset(&plan, 0, sizeof(plan));
	assert_int_equal(rx->write_queries(&m10, &plan), 0);
	assert_int_equal(plan.n, 4);
	assert_step(&plan, 0, "B5 62 06 8B 2C 00 00 00 00 00 07 00 05 10 08 00 05 10 09 00 05 10 "
			      "23 00 05 20 30 00 05 20 0A 00 05 10 02 00 05 40 03 00 05 40 04 00 "
			      "05 40 05 00 05 40 F2 61");
	assert_step(&plan, 1, "B5 62 06 8B 0C 00 00 00 00 00 01 00 21 30 02 00 21 30 42 65");
	assert_step(&plan, 2, "B5 62 06 8B 08 00 00 00 00 00 01 00 93 20 4D DB");
	assert_step(&plan, 3, "B5 62 06 8B 08 00 00 00 00 00 01 00 52 40 2C 79");
	/* nothing to ask for one that does not answer */
	memset(&plan, 0, sizeof(plan));
	assert_int_equal(rx->write_queries(&silent, &plan), 0);
	assert_int_equal(plan.n, 0);
	/* u-blox 5, which tells no protocol version, has no CFG-TP5 */
	assert_int_equal(rx->write_queries(&(struct receiver_id){ .firmware = "5.00" }, &plan), 0);
	assert_int_equal(plan.steps[0].await, RECEIVER_MAY_ANSWER);
	assert_int_equal(plan.steps[1].await, RECEIVER_MUST_ANSWER);
}

static void test_acknowledgements(void **state)
{
	struct receiver_settings now = { .known = 0 };
	struct receiver_plan plan;

	(void)state;
	write_plan(&m8, NULL, &(struct receiver_request){ .op = RECEIVER_ADJUST,
			.on = set_of("RMC"), .off = set_of("GSV") }, &plan);
	assert_int_equal(judge_hex(&plan.steps[1], "05 01 06 01", &now), RECEIVER_ACCEPTED);
	assert_int_equal(judge_hex(&plan.steps[1], "05 00 06 01", &now), RECEIVER_REJECTED);
	/* one of another packet, and what is no acknowledgement */
	assert_int_equal(judge_hex(&plan.steps[1], "05 01 06 09", &now), RECEIVER_UNRELATED);
	assert_int_equal(judge_hex(&plan.steps[1], "05 01 0A 01", &now), RECEIVER_UNRELATED);
	assert_int_equal(judge_hex(&plan.steps[1], "05 02 06 01", &now), RECEIVER_UNRELATED);
	assert_int_equal(judge_hex(&plan.steps[1], "05 01 06", &now), RECEIVER_UNRELATED);
	assert_int_equal(judge_hex(&plan.steps[1], "05 01 06 01 00", &now), RECEIVER_UNRELATED);
	assert_int_equal(judge_hex(&plan.steps[1], "06 01 F0 04 01", &now), RECEIVER_UNRELATED);
	assert_int_equal(judge_line(&plan.steps[1], "GNTXT,01,01,01,PUBX inv format"),
			 RECEIVER_UNRELATED);
	/* it does not know GSV: so it does not send it */
	assert_int_equal(judge_hex(&plan.steps[0], "05 00 06 01", &now), RECEIVER_ACCEPTED);
	/* what could not be saved is not saved */
	assert_int_equal(judge_hex(&plan.steps[2], "05 00 06 09", &now), RECEIVER_REJECTED);
	assert_int_equal(now.known, 0);
}

static void test_acknowledgements_of_keys(void **state)
{
	struct receiver_settings now = { .known = 0 };
	struct receiver_settings to = { .known = RECEIVER_INTERVAL, .interval_ms = 0 };
	struct receiver_plan plan;

	(void)state;
	write_plan(&m10, NULL, &(struct receiver_request){ .op = RECEIVER_ADJUST,
			.on = set_of("RMC"), .off = set_of("GSV") }, &plan);
	assert_int_equal(judge_hex(&plan.steps[0], "05 00 06 8A", &now), RECEIVER_ACCEPTED);
	assert_int_equal(judge_hex(&plan.steps[1], "05 00 06 8A", &now), RECEIVER_REJECTED);
	assert_int_equal(judge_hex(&plan.steps[1], "05 01 06 8A", &now), RECEIVER_ACCEPTED);
	assert_int_equal(judge_hex(&plan.steps[1], "05 01 06 8B", &now), RECEIVER_UNRELATED);
	/* no flash memory (M10) */
	assert_int_equal(judge_hex(&plan.steps[2], "05 00 06 8A", &now), RECEIVER_ACCEPTED);
	/* a value that looks like an off one is none */
	set(&m10, NULL, to, &plan);
	assert_int_equal(judge_hex(&plan.steps[0], "05 00 06 8A", &now), RECEIVER_REJECTED);
}

static void test_answers_of_configs(void **state)
{
	struct receiver_settings now = { .known = 0 };
	struct receiver_plan plan = { .n = 0 };
	char hex[800];

	(void)state;
	assert_int_equal(rx->write_queries(&m8, &plan), 0);
	/* ACK-ACK comes behind the answer and is none; ACK-NAK says that there will be none */
	assert_int_equal(judge_hex(&plan.steps[0], "05 01 06 31", &now), RECEIVER_UNRELATED);
	assert_int_equal(judge_hex(&plan.steps[0], "05 00 06 31", &now), RECEIVER_REJECTED);
	/* an answer to another question; the second pin; lengths that there are not */
	assert_int_equal(judge_hex(&plan.steps[0], "06 08 E8 03 01 00 01 00", &now),
			 RECEIVER_UNRELATED);
	strcpy(hex, TEN_MHZ);
	hex[7] = '1';
	assert_int_equal(judge_hex(&plan.steps[0], hex, &now), RECEIVER_UNRELATED);
	memset(hex, '0', sizeof(hex));
	hex[sizeof(hex) - 1] = '\0';
	memcpy(hex, "06 31 ", 6);
	assert_int_equal(judge_hex(&plan.steps[0], hex, &now), RECEIVER_UNRELATED);
	strcpy(hex, TEN_MHZ " 00");
	assert_int_equal(judge_hex(&plan.steps[0], hex, &now), RECEIVER_UNRELATED);
	for (size_t n = strlen("06 31"); n < strlen(TEN_MHZ); n += 3) {
		hex[n] = '\0';
		assert_int_equal(judge_hex(&plan.steps[0], hex, &now), RECEIVER_UNRELATED);
		strcpy(hex, TEN_MHZ);
	}
	assert_int_equal(judge_hex(&plan.steps[1], "06 08 E8 03 01 00 01", &now),
			 RECEIVER_UNRELATED);
	assert_int_equal(judge_hex(&plan.steps[1], "06 08 00 00 01 00 01 00", &now),
			 RECEIVER_UNRELATED);
	assert_int_equal(judge_hex(&plan.steps[2], "06 17 00 40 00", &now), RECEIVER_UNRELATED);
	/* nobody asked */
	set(&m8, NULL, on_100_ms, &plan);
	assert_int_equal(judge_hex(&plan.steps[0], TEN_MHZ, &now), RECEIVER_UNRELATED);
	assert_int_equal(now.known, 0);
	for (unsigned int i = 0; i < RECEIVER_NATIVE_MAX; i++)
		assert_string_equal(now.native[i], "");
}

/* What it answers for the pulse: version 1, layer, position, keys in its own order. */
#define PULSE_KEYS \
	"05 00 05 40 A0 86 01 00 04 00 05 40 00 00 00 00 03 00 05 40 40 42 0F 00 " \
	"02 00 05 40 40 42 0F 00 07 00 05 10 01 08 00 05 10 01 09 00 05 10 01 23 00 05 20 00 " \
	"30 00 05 20 01"

#define PULSE_CUT \
	"06 8B 01 00 00 00 0A 00 05 10 01 30 00 05 20 01 23 00 05 20 00 09 00 05 10 01 " \
	"08 00 05 10 01 07 00 05 10 01 02 00 05 40 40 42 0F 00 03 00 05 40 40 42 0F 00 " \
	"04 00 05 40 00 00 00 00 05 00 05 40 A0 86 01"

static void test_answers_of_keys(void **state)
{
	struct receiver_settings now = { .known = 0 };
	struct receiver_plan plan = { .n = 0 };

	(void)state;
	assert_int_equal(rx->write_queries(&m10, &plan), 0);
	assert_int_equal(judge_hex(&plan.steps[0],
				   "06 8B 01 00 00 00 " PULSE_KEYS " 0A 00 05 10 01", &now),
			 RECEIVER_ACCEPTED);
	assert_true(now.pulse);
	assert_int_equal(now.pulse_ms, 100);
	assert_true(now.pulse_stops);
	assert_int_equal(judge_hex(&plan.steps[1],
				   "06 8B 01 00 00 00 02 00 21 30 02 00 01 00 21 30 F4 01", &now),
			 RECEIVER_ACCEPTED);
	assert_int_equal(now.interval_ms, 1000);
	assert_int_equal(judge_hex(&plan.steps[2], "06 8B 01 00 00 00 01 00 93 20 2A", &now),
			 RECEIVER_ACCEPTED);
	assert_int_equal(now.nmea_version, 411);
	assert_int_equal(judge_hex(&plan.steps[0], PULSE_CUT " 00", &now), RECEIVER_ACCEPTED);
	assert_int_equal(judge_hex(&plan.steps[3], "06 8B 01 00 00 00 01 00 52 40 00 C2 01 00",
				   &now), RECEIVER_ACCEPTED);
	assert_int_equal(now.baud, 115200);
	assert_int_equal(now.known, rx->can);
}

static void test_answers_of_keys_hostile(void **state)
{
	static const char *const no_answers[] = {
		"06 8B", "06 8B 01", "06 8B 01 00 00 00", "06 8B 01 00 00 00 05",
		"06 8B 01 00 00 00 " PULSE_KEYS,			/* one is missing */
		"06 8B 01 00 00 00 " PULSE_KEYS " 0A 00 05 10",		/* and has no value */
		"06 8B 01 00 00 00 " PULSE_KEYS " 07 00 05 10 01",	/* another twice */
		"06 8B 00 00 00 00 " PULSE_KEYS " 0A 00 05 10 01",	/* a question */
		"06 8B 01 00 00 00 " PULSE_KEYS " 0A 00 05 10 01 01 00 52 40 00 C2 01 00",
		PULSE_CUT,					/* the last value is cut */
		"06 8B 01 00 00 00 FF FF FF FF 00 00 00 00 00 00 00 00",
		"06 8B 01 00 00 00 02 00 21 30 02 00 01 00 21 30 F4 01",	/* the interval */
		"06 8A 01 00 00 00 " PULSE_KEYS " 0A 00 05 10 01",
	};
	struct receiver_settings now = { .known = 0 };
	struct receiver_plan plan = { .n = 0 };

	(void)state;
	assert_int_equal(rx->write_queries(&m10, &plan), 0);
	for (size_t i = 0; i < sizeof(no_answers) / sizeof(no_answers[0]); i++) {
		assert_int_equal(judge_hex(&plan.steps[0], no_answers[i], &now),
				 RECEIVER_UNRELATED);
		assert_int_equal(now.known, 0);
	}
	/* no measurement at all */
	assert_int_equal(judge_hex(&plan.steps[1],
				   "06 8B 01 00 00 00 02 00 21 30 00 00 01 00 21 30 F4 01", &now),
			 RECEIVER_UNRELATED);
}

/* ---- kept and put back ---- */

static void test_kept(void **state)
{
	struct receiver_settings now = { .known = 0 }, to = { .known = 0 }, wrong;
	struct receiver_plan plan;

	(void)state;
	told(&m8, 0, TEN_MHZ, &now);
	assert_string_equal(now.native[0], "UBX,0631,00010000070000008096980080969800"
					   "000000800000008000000000AF000000");
	/* back from a file, whatever it is now */
	memcpy(to.native, now.native, sizeof(to.native));
	set(&m8, NULL, to, &plan);
	assert_int_equal(plan.n, 2);
	assert_int_equal((uint8_t)plan.steps[0].bytes[6 + 28], 0xaf);
	/* the same is there */
	set(&m8, &now, to, &plan);
	assert_int_equal(plan.n, 0);
	/* the same file for one with keys: those that there are */
	set(&m10, NULL, to, &plan);
	assert_memory_equal(plan.steps[0].bytes + 10,
			    ((const uint8_t[]){ 7, 0, 5, 0x10, 1, 8, 0, 5, 0x10, 1, 9, 0, 5, 0x10,
						1, 0x23, 0, 5, 0x20, 1, 0x30, 0, 5, 0x20, 0 }),
			    25);
	/* what is no such thing is not sent */
	for (unsigned int i = 0; i < strlen(now.native[0]); i++) {
		wrong = to;
		wrong.native[0][i] = 'x';
		set(&m8, NULL, wrong, &plan);
		assert_int_equal(plan.n, 0);
		wrong.native[0][i] = '\0';
		set(&m8, NULL, wrong, &plan);
		assert_int_equal(plan.n, 0);
	}
	memset(wrong.native[0], 'A', sizeof(wrong.native[0]));
	set(&m8, NULL, wrong, &plan);
	assert_int_equal(plan.n, 0);
	/* nor another's settings in this one's place, nor the second pin */
	strcpy(wrong.native[0], "UBX,0608,E80301000100");
	set(&m8, NULL, wrong, &plan);
	assert_int_equal(plan.n, 0);
	wrong = (struct receiver_settings){ .known = 0 };
	strcpy(wrong.native[2], "UBX,0600,01000000D0080000802500000700030000000000");
	set(&m8, NULL, wrong, &plan);
	assert_int_equal(plan.n, 0);
	strcpy(wrong.native[2], "UBX,0617,0F23080");
	set(&m8, NULL, wrong, &plan);
	assert_int_equal(plan.n, 0);
	strcpy(wrong.native[2], "UBX,0617,0F230801");
	set(&m8, NULL, wrong, &plan);
	assert_int_equal(plan.n, 2);
	wrong = to;
	wrong.native[0][10] = '1';
	set(&m8, NULL, wrong, &plan);
	assert_int_equal(plan.n, 0);
}

/* ---- what is refused, what is best ---- */

static const char *refused(const struct receiver_id *id, struct receiver_settings to, bool *risky)
{
	const struct receiver_request req = { .op = RECEIVER_KEEP, .to = to };

	return rx->refuse(id, &req, risky);
}

static void test_refuse(void **state)
{
	bool risky = true;

	(void)state;
	assert_non_null(refused(&m8, (struct receiver_settings){ .known = RECEIVER_BAUD,
								 .baud = 14400 }, &risky));
	assert_false(risky);
	assert_non_null(refused(&m8, (struct receiver_settings){ .known = RECEIVER_PULSE_WIDTH,
								 .pulse_ms = 1000 }, &risky));
	assert_non_null(refused(&m8, (struct receiver_settings){ .known = RECEIVER_PULSE_WIDTH },
				&risky));
	assert_non_null(refused(&m10, (struct receiver_settings){ .known = RECEIVER_INTERVAL,
								  .interval_ms = 24 }, &risky));
	assert_non_null(refused(&m10, (struct receiver_settings){ .known = RECEIVER_INTERVAL,
								  .interval_ms = 65536 }, &risky));
	assert_non_null(refused(&m10, (struct receiver_settings){ .known = RECEIVER_VERSION,
								  .nmea_version = 200 }, &risky));
	assert_null(refused(&m8, on_100_ms, &risky));
	assert_null(refused(&m10, (struct receiver_settings){ .known = RECEIVER_BAUD,
							      .baud = 460800 }, &risky));
	/* by sentences no pulse; and sentences and speed for those who know that nothing lasts */
	assert_non_null(refused(&silent, on_100_ms, &risky));
	assert_false(risky);
	assert_non_null(refused(&silent, (struct receiver_settings){ .known = RECEIVER_BAUD,
								     .baud = 9600 }, &risky));
	assert_true(risky);
}

static void test_for_a_clock(void **state)
{
	struct receiver_request req = { .op = RECEIVER_KEEP };

	(void)state;
	rx->for_a_clock(&m8, &req);
	assert_int_equal(req.op, RECEIVER_EXACTLY);
	assert_int_equal(req.on, set_of("RMC"));
	assert_int_equal(req.to.known, RECEIVER_PULSE | RECEIVER_PULSE_WIDTH |
				       RECEIVER_PULSE_STOPS | RECEIVER_INTERVAL);
	assert_true(req.to.pulse && req.to.pulse_stops);
	assert_int_equal(req.to.pulse_ms, 100);
	assert_int_equal(req.to.interval_ms, 1000);
	req = (struct receiver_request){ .op = RECEIVER_KEEP };
	rx->for_a_clock(&silent, &req);
	assert_int_equal(req.on, set_of("RMC"));
	assert_int_equal(req.to.known, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_proof),
		cmocka_unit_test(test_reply),
		cmocka_unit_test(test_version_packets),
		cmocka_unit_test(test_version_lines),
		cmocka_unit_test(test_version_hostile),
		cmocka_unit_test(test_probe),
		cmocka_unit_test(test_sentences_by_packets),
		cmocka_unit_test(test_sentences_by_text),
		cmocka_unit_test(test_sentences_by_keys),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_pulse),
		cmocka_unit_test(test_pulse_read),
		cmocka_unit_test(test_pulse_width),
		cmocka_unit_test(test_pulse_off),
		cmocka_unit_test(test_pulse_by_keys),
		cmocka_unit_test(test_interval),
		cmocka_unit_test(test_nmea_version),
		cmocka_unit_test(test_speed),
		cmocka_unit_test(test_speed_by_text),
		cmocka_unit_test(test_all_at_once),
		cmocka_unit_test(test_questions),
		cmocka_unit_test(test_acknowledgements),
		cmocka_unit_test(test_acknowledgements_of_keys),
		cmocka_unit_test(test_answers_of_configs),
		cmocka_unit_test(test_answers_of_keys),
		cmocka_unit_test(test_answers_of_keys_hostile),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_refuse),
		cmocka_unit_test(test_for_a_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
