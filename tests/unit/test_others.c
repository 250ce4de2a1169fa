// SPDX-License-Identifier: GPL-2.0-or-later
/* Makes that are known and not told: what proves them, what they say, what people are to send. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "talk.h"

/* ---- packets ---- */

static struct binary_packet packet;
static struct binary parser;

/* The first packet in these bytes; false for none. */
static bool cut(const uint8_t *bytes, size_t n)
{
	memset(&parser, 0, sizeof(parser));
	return binary_next(&parser, &bytes, &n, &packet);
}

static void hear(struct receiver_view *v, const uint8_t *bytes, size_t n)
{
	assert_true(cut(bytes, n));
	receiver_hear_packet(v, &packet);
}

#define NEW_VIEW(v) struct receiver_view *v = new_view()

static struct receiver_view *new_view(void)
{
	static struct receiver_view view;

	memset(&view, 0, sizeof(view));
	return &view;
}

static void probes(const struct receiver *rx, const char *lines)
{
	struct receiver_plan plan = { .n = 0 };

	assert_int_equal(rx->write_probe(&plan), 0);
	assert_string_equal(talk_plan(&plan), lines);
	for (unsigned int i = 0; i < plan.n; i++) {
		assert_true(plan.steps[i].asks);
		assert_int_equal(plan.steps[i].await, RECEIVER_MUST_ANSWER);
	}
}

static void proves_not(const struct receiver *rx, const char *body)
{
	if (talk_proves(rx, talk_body(body)))
		fail_msg("%s proves %s", body, rx->make);
}

/* A unit that sends back what it does not know: our own questions prove no make at all. */
static void echo_proves_not(const struct receiver_step *step)
{
	struct nmea parser_of_lines = { .len = 0 };
	struct receiver_view *v = new_view();
	const char *buf = step->bytes;
	size_t len = step->len;
	struct nmea_sentence s;

	if (cut((const uint8_t *)step->bytes, step->len))
		receiver_hear_packet(v, &packet);
	while (nmea_next(&parser_of_lines, &buf, &len, &s))
		receiver_hear(v, &s);
	if (v->rx)
		fail_msg("%s by its echo", v->rx->make);
}

static void test_echo(void **state)
{
	const struct receiver *rx;

	(void)state;
	for (unsigned int i = 0; (rx = receiver_nth(i)); i++) {
		struct receiver_plan plan = { .n = 0 };

		if (rx->write_probe)
			assert_int_equal(rx->write_probe(&plan), 0);
		for (unsigned int j = 0; j < plan.n; j++)
			echo_proves_not(&plan.steps[j]);
	}
}

/* What is best for a clock says all of itself, whatever was in the request before. */
static void test_for_a_clock(void **state)
{
	const struct receiver *rx;

	(void)state;
	for (unsigned int i = 0; (rx = receiver_nth(i)); i++) {
		const struct receiver_id id = { .firmware = "SPG 3.01 PROTVER 18.00" };
		struct receiver_request req;

		memset(&req, 0xff, sizeof(req));
		if (!rx->for_a_clock)
			continue;
		rx->for_a_clock(&id, &req);
		assert_int_equal(req.op, RECEIVER_EXACTLY);
		assert_int_equal(req.on, 1);
		assert_int_equal(req.to.known & ~rx->can, 0);
		assert_int_equal(req.to.known & RECEIVER_BAUD, 0);
		assert_string_equal(req.to.native[0], "");
	}
}

/* ---- SiRF ---- */

static void test_sirf(void **state)
{
	/* message 6, "GSW3.2.4": 06 + 47+53+57+33+2E+32+2E+34 = 1EC, with the final zero */
	static const uint8_t version[] = {
		0xa0, 0xa2, 0x00, 0x0a, 0x06, 'G', 'S', 'W', '3', '.', '2', '.', '4', 0x00,
		0x01, 0xec, 0xb0, 0xb3,
	};
	/* the same without the zero */
	static const uint8_t unended[] = {
		0xa0, 0xa2, 0x00, 0x09, 0x06, 'G', 'S', 'W', '3', '.', '2', '.', '4',
		0x01, 0xec, 0xb0, 0xb3,
	};
	static const char *const lines[] = {
		"$PSRF103,00,00,00,01*24", "$PSRF103,01,00,00,01*25", "$PSRF103,02,00,00,01*26",
		"$PSRF103,03,00,00,01*27", "$PSRF103,05,00,00,01*21", "$PSRF103,04,00,01,01*21",
		"$PSRF100,1,9600,8,1,0*0D", NULL,
	};
	/* of the documents, sent by nobody here */
	static const char *const known[] = {
		"$PSRF103,06,00,00,01*22", "$PSRF103,08,00,01,01*2D", "$PSRF103,00,01,00,01*25",
		"$PSRF103,05,00,01,01*20", "$PSRF105,1*3E", "$PSRF100,1,4800,8,1,0*0E",
		"$PSRF100,1,38400,8,1,0*3D",
	};
	/* message 129 of a document: RMC and ZDA at 9600 baud */
	static const uint8_t to_nmea[] = {
		0xa0, 0xa2, 0x00, 0x18, 0x81, 0x02, 0x00, 0x01, 0x00, 0x01, 0x00, 0x01, 0x00,
		0x01, 0x01, 0x01, 0x00, 0x01, 0x00, 0x01, 0x00, 0x01, 0x01, 0x01, 0x00, 0x01,
		0x25, 0x80, 0x01, 0x34, 0xb0, 0xb3,
	};
	NEW_VIEW(v);

	(void)state;
	hear(v, version, sizeof(version));
	assert_ptr_equal(v->rx, &receiver_sirf);
	assert_string_equal(v->id.firmware, "GSW3.2.4");
	memset(&v->id, 0, sizeof(v->id));
	hear(v, unended, sizeof(unended));
	assert_string_equal(v->id.firmware, "GSW3.2.4");
	/* 06 + 1B + 81 + 57 = F9: what is not printable reaches nobody's terminal */
	hear(v, (const uint8_t[]){ 0xa0, 0xa2, 0, 4, 6, 0x1b, 0x81, 'W', 0, 0xf9, 0xb0, 0xb3 }, 12);
	assert_string_equal(v->id.firmware, "??W");
	assert_true(cut(to_nmea, sizeof(to_nmea)));
	talk_make_is(&receiver_sirf, talk_body("PSRFTXT,Version: GSW3.2.4_3.1.00.12-SDK003P1.00a"));
	talk_learn(&receiver_sirf, talk_body("PSRFTXT,Version: GSWLT3.5.4_3.5.00"), &v->id);
	assert_string_equal(v->id.firmware, "GSWLT3.5.4_3.5.00");
	talk_learn(&receiver_sirf, talk_body("PSRFTXT,Version:"), &v->id);
	talk_learn(&receiver_sirf, talk_body("PSRFTXT,TOW: 0"), &v->id);
	assert_string_equal(v->id.firmware, "GSWLT3.5.4_3.5.00");
	talk_make_is(&receiver_sirf, talk_body("PSRF150,1"));
	proves_not(&receiver_sirf, "PSRF103,00,00,00,01");
	proves_not(&receiver_sirf, "PSRF100,1,9600,8,1,0");
	proves_not(&receiver_sirf, "GPTXT,01,01,01,PSRF inv format");
	probes(&receiver_sirf, "A0 A2 00 02 84 00 00 84 B0 B3");
	talk_by_hand(&receiver_sirf, lines);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		talk_line(known[i]);
}

/* ---- SkyTraq ---- */

static void test_skytraq(void **state)
{
	/* message 80: type 1, kernel 1.6.4, ODM 1.8.21, revision 2009-09-07 */
	static const uint8_t version[] = {
		0xa0, 0xa1, 0x00, 0x0e, 0x80, 0x01, 0x00, 0x01, 0x06, 0x04, 0x00, 0x01, 0x08,
		0x15, 0x00, 0x09, 0x09, 0x07,
		/* 80^01 ^ 01^06^04 ^ 01^08^15 ^ 09^09^07 = 81 ^ 03 ^ 1C ^ 07 */
		0x81 ^ 0x03 ^ 0x1c ^ 0x07, 0x0d, 0x0a,
	};
	/* of the documents: RMC and ZDA to flash, both ways; 9600 baud to flash; output NMEA */
	static const uint8_t venus[] = {
		0xa0, 0xa1, 0x00, 0x09, 0x08, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x01, 0x01,
		0x09, 0x0d, 0x0a,
	};
	static const uint8_t newer[] = {
		0xa0, 0xa1, 0x00, 0x0f, 0x64, 0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x01,
		0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x66, 0x0d, 0x0a,
	};
	/* what is told to people: RMC alone, 9600 baud */
	static const uint8_t rmc[] = {
		0xa0, 0xa1, 0x00, 0x09, 0x08, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x01,
		0x08, 0x0d, 0x0a,
	};
	static const uint8_t speed[] = {
		0xa0, 0xa1, 0x00, 0x04, 0x05, 0x00, 0x01, 0x01, 0x05, 0x0d, 0x0a,
	};
	uint8_t spoilt[sizeof(version)];
	NEW_VIEW(v);

	(void)state;
	hear(v, version, sizeof(version));
	assert_ptr_equal(v->rx, &receiver_skytraq);
	assert_string_equal(v->id.firmware, "1.6.4 (2009-09-07)");
	memcpy(spoilt, version, sizeof(version));
	spoilt[7] ^= 2;
	assert_false(cut(spoilt, sizeof(spoilt)));
	/* an acknowledgement is too short for a version */
	hear(v, (const uint8_t[]){ 0xa0, 0xa1, 0, 2, 0x80, 2, 0x82, 0x0d, 0x0a }, 9);
	assert_string_equal(v->id.firmware, "1.6.4 (2009-09-07)");
	assert_true(cut(venus, sizeof(venus)) && cut(newer, sizeof(newer)));
	assert_true(cut(rmc, sizeof(rmc)) && cut(speed, sizeof(speed)));
	assert_non_null(strstr(receiver_skytraq.by_hand,
			       "A0 A1 00 09 08 00 00 00 00 01 00 00 01 08 0D 0A"));
	assert_non_null(strstr(receiver_skytraq.by_hand, "A0 A1 00 04 05 00 01 01 05 0D 0A"));
	talk_make_is(&receiver_skytraq, talk_body("PSTI,036,003840.000,290322,244.67,0.08,0.00,R"));
	proves_not(&receiver_skytraq, "PSTI");
	probes(&receiver_skytraq, "A0 A1 00 02 02 01 03 0D 0A");
}

/* ---- Oncore ---- */

/* An identity of 294 bytes, lines of 25 characters, as an owner of a UT+ would see it. */
static size_t oncore_identity(uint8_t *bytes, const char *const *lines, unsigned int n)
{
	uint8_t sum = 'C' ^ 'j';
	size_t used = 4;

	memset(bytes, ' ', 294);
	memcpy(bytes, "@@Cj", 4);
	for (unsigned int i = 0; i < n; i++, used += 27) {
		assert_true(used + strlen(lines[i]) <= 291);
		memcpy(bytes + used, lines[i], strlen(lines[i]));
		if (used + 27 <= 291)
			memcpy(bytes + used + 25, "\r\n", 2);
	}
	for (size_t i = 4; i < 291; i++)
		sum ^= bytes[i];
	bytes[291] = sum;
	memcpy(bytes + 292, "\r\n", 2);
	return 294;
}

static void test_oncore(void **state)
{
	static const char *const lines[] = {
		"COPYRIGHT 1991-1996", "SFTW P/N # 98-P36848P", "SOFTWARE VER # 3",
		"SOFTWARE REV # 1",
		"SOFTWARE DATE  28 Apr 1998", "MODEL #    R5122U1154", "HWDR P/N # 5",
	};
	static const char *const by_hand[] = { "$PMOTG,RMC,0001*1C", NULL };
	/* ends in a label that has no value */
	static const char *const cut_off[] = { "SOFTWARE VER #", "SOFTWARE REV #", "MODEL #" };
	/* the last line reaches to the checksum; too long a version is none */
	static const char *const last[] = {
		"", "", "SOFTWARE VER # 123456789", "SOFTWARE REV # 1", "", "", "", "", "", "",
		"MODEL #    ABCDEF",
	};
	uint8_t bytes[294];
	NEW_VIEW(v);

	(void)state;
	hear(v, bytes, oncore_identity(bytes, lines, 7));
	assert_ptr_equal(v->rx, &receiver_oncore);
	assert_string_equal(v->id.model, "R5122U1154");
	assert_string_equal(v->id.firmware, "3.1");
	hear(v, bytes, oncore_identity(bytes, cut_off, 3));
	assert_string_equal(v->id.model, "R5122U1154");
	assert_string_equal(v->id.firmware, "3.1");
	hear(v, bytes, oncore_identity(bytes, last, 11));
	assert_string_equal(v->id.model, "ABCDEF");
	assert_string_equal(v->id.firmware, "3.1");
	/* a right checksum is not enough, it may be noise: 'A' ^ 'w' ^ 1 = 37 */
	v = new_view();
	hear(v, (const uint8_t[]){ '@', '@', 'A', 'w', 1, 0x37, '\r', '\n' }, 8);
	hear(v, (const uint8_t[]){ '@', '@', 'H', 'a', 1, 0x28, '\r', '\n' }, 8);
	assert_null(v->rx);
	assert_non_null(strstr(receiver_oncore.by_hand, "40 40 41 77 01 37 0D 0A"));
	/* 'G' ^ 'c' ^ 1 = 25 */
	assert_true(cut((const uint8_t[]){ '@', '@', 'G', 'c', 1, 0x25, '\r', '\n' }, 8));
	assert_non_null(strstr(receiver_oncore.by_hand, "40 40 47 63 01 25 0D 0A"));
	/* position polls of the documents, 'H' ^ 'a' ^ 1 = 28 */
	assert_true(cut((const uint8_t[]){ '@', '@', 'H', 'a', 1, 0x28, '\r', '\n' }, 8));
	proves_not(&receiver_oncore, "PMOTG,RMC,0000");
	talk_line("$PMOTG,RMC,0000*1D");
	talk_line("$PMOTG,ZDA,0001*1F");
	probes(&receiver_oncore, "40 40 43 6A 29 0D 0A");
	talk_by_hand(&receiver_oncore, by_hand);
}

/* ---- Trimble ---- */

static void test_trimble(void **state)
{
	/* 45: 1.16 of 9 Aug 2002, then the signal processor's; a DLE in the data is doubled */
	static const uint8_t version[] = {
		0x10, 0x45, 1, 0x10, 0x10, 8, 9, 102, 1, 20, 8, 9, 102, 0x10, 0x03,
	};
	static const uint8_t component[] = {
		0x10, 0x1c, 0x81, 0, 1, 7, 12, 6, 9, 0x07, 0xd9, 7, 'R', 'E', 'S', ' ', 'S', 'M',
		'T', 0x10, 0x03,
	};
	static const char *const lines[] = { "$PTNLSNM,0100,01*56", "$PTNLSNM,0120,01*54", NULL };
	uint8_t liar[sizeof(component)];
	NEW_VIEW(v);

	(void)state;
	hear(v, version, sizeof(version));
	assert_ptr_equal(v->rx, &receiver_trimble);
	assert_string_equal(v->id.firmware, "1.16");
	hear(v, component, sizeof(component));
	assert_string_equal(v->id.model, "RES SMT");
	assert_string_equal(v->id.firmware, "1.07.12");
	/* the length of a name that is not there; a frame that is all there is */
	memcpy(liar, component, sizeof(component));
	liar[11] = 200;
	v = new_view();
	hear(v, liar, sizeof(liar));
	assert_null(v->rx);
	hear(v, (const uint8_t[]){ 0x10, 0x45, 1, 2, 3, 0x10, 0x03 }, 7);
	hear(v, (const uint8_t[]){ 0x10, 0x1c, 0x81, 0x10, 0x03 }, 5);
	hear(v, (const uint8_t[]){ 0x10, 0x99, 0x81, 0, 0, 0x10, 0x03 }, 7);
	assert_null(v->rx);
	talk_make_is(&receiver_trimble, talk_body("PTNLRVR,S,Copernicus II,1,6,9,12,2009"));
	talk_learn(&receiver_trimble, talk_body("PTNLRVR,S,Copernicus II,1,6,9,12,2009"), &v->id);
	assert_string_equal(v->id.model, "Copernicus II");
	assert_string_equal(v->id.firmware, "1.06");
	talk_learn(&receiver_trimble, talk_body("PTNLRVR,S,,x,y"), &v->id);
	talk_learn(&receiver_trimble, talk_body("PTNLRVR,H,4,5,6"), &v->id);
	assert_string_equal(v->id.model, "Copernicus II");
	proves_not(&receiver_trimble, "PTNLQVR,S");
	proves_not(&receiver_trimble, "PTNLSNM,0100,01");
	proves_not(&receiver_trimble, "GNTXT,01,01,01,PTNL inv format");
	talk_line("$PTNLSNM,0139,01*5C");
	assert_non_null(strstr(talk_line("$PTNLQVR,S*2C")->raw, "PTNLQVR"));
	probes(&receiver_trimble, "$PTNLQVR,S*2C\n10 1F 10 03");
	talk_by_hand(&receiver_trimble, lines);
}

/* ---- others ---- */

static void test_casic(void **state)
{
	static const char *const lines[] = {
		"$PCAS03,0,0,0,0,1,0,0,0*03", "$PCAS00*01", "$PCAS03,0,0,0,0,1,0,1,0*02", NULL,
	};
	struct receiver_id id = { .model = "" };

	(void)state;
	talk_make_is(&receiver_casic, talk_body("GPTXT,01,01,02,MA=CASIC"));
	talk_make_is(&receiver_casic, talk_body("GPTXT,01,01,02,SW=URANUS5,V5.1.0.0"));
	proves_not(&receiver_casic, "GPTXT,01,01,01,ANTENNA OK");
	proves_not(&receiver_casic, "PCAS06,0");
	proves_not(&receiver_casic, "GPTXT,MA=CASIC");
	talk_learn(&receiver_casic, talk_body("GPTXT,01,01,02,HW=ATGM336H,0001090010130"), &id);
	talk_learn(&receiver_casic, talk_body("GPTXT,01,01,02,SW=URANUS5,V5.1.0.0"), &id);
	talk_learn(&receiver_casic, talk_body("GPTXT,01,01,02,SW="), &id);
	assert_string_equal(id.model, "ATGM336H");
	assert_string_equal(id.firmware, "URANUS5");
	probes(&receiver_casic, "$PCAS06,0*1B");
	talk_by_hand(&receiver_casic, lines);
}

static void test_teseo(void **state)
{
	static const char *const lines[] = { "$PSTMSAVEPAR*58", NULL };
	struct receiver_id id = { .model = "" };
	struct receiver_plan plan = { .n = 0 };

	(void)state;
	talk_make_is(&receiver_teseo, talk_line("$PSTMCPU,56.23,-1,98*41"));
	talk_make_is(&receiver_teseo, talk_body("PSTMVER,GNSSLIB_8.4.10.12_ARM"));
	proves_not(&receiver_teseo, "PSTMGETSWVER,255");
	proves_not(&receiver_teseo, "PSTMSAVEPAR");
	proves_not(&receiver_teseo, "PSTMSETPAR,1201,0x01000001");
	talk_learn(&receiver_teseo, talk_body("PSTMVER,GNSSLIB_8.4.10.12_ARM"), &id);
	assert_string_equal(id.firmware, "GNSSLIB_8.4.10.12_ARM");
	assert_int_equal(receiver_teseo.write_probe(&plan), 0);
	assert_memory_equal(plan.steps[0].bytes, "$PSTMGETSWVER,255*", 18);
	talk_by_hand(&receiver_teseo, lines);
}

static void test_unicore_furuno(void **state)
{
	struct receiver_id id = { .model = "" };
	struct receiver_plan plan = { .n = 0 };

	(void)state;
	talk_make_is(&receiver_unicore, talk_body("PDTINFO,UM621-02,G1B1,V1.0"));
	proves_not(&receiver_unicore, "PDTINFO");
	talk_learn(&receiver_unicore, talk_body("PDTINFO,UM621-02,G1B1,V1.0"), &id);
	assert_string_equal(id.model, "UM621-02");
	probes(&receiver_unicore, "$PDTINFO*4E");
	talk_make_is(&receiver_furuno, talk_body("PERDCRX,0,0,0"));
	talk_make_is(&receiver_furuno, talk_body("PERDSYS,VERSION,OPUS7_SFLASH,ENP622A,QUERY,N/A"));
	proves_not(&receiver_furuno, "PERDAPI,PPS,VCLK,1,0");
	proves_not(&receiver_furuno, "PERDSYS,VERSION");
	talk_learn(&receiver_furuno, talk_body("PERDSYS,VERSION,OPUS7_SFLASH,ENP622A,QUERY,N/A"),
		   &id);
	assert_string_equal(id.model, "OPUS7_SFLASH");
	assert_string_equal(id.firmware, "ENP622A");
	assert_int_equal(receiver_furuno.write_probe(&plan), 0);
	assert_memory_equal(plan.steps[0].bytes, "$PERDSYS,VERSION*", 17);
}

/* ---- all makes ---- */

static void test_table(void **state)
{
	unsigned int n_told = 0, i;
	const struct receiver *rx;

	(void)state;
	for (i = 0; (rx = receiver_nth(i)); i++) {
		struct receiver_plan plan;
		struct receiver_request req = { .op = RECEIVER_EXACTLY, .on = 1 };
		struct receiver_seen seen = { .set = 0 };

		assert_true(rx->make && rx->is_proof && rx->is_reply && rx->learn);
		assert_true(!rx->by_hand != !rx->write_steps);
		n_told += !!rx->write_steps;
		/* neither a sentence of all makes nor a lie without fields proves one */
		proves_not(rx, "GPRMC,,V,,,,,,,,,,N");
		proves_not(rx, "GPTXT,,,,");
		if (rx->write_steps)
			continue;
		assert_int_equal(receiver_make_plan(rx, &talk_no_id, &talk_unknown, &req, &plan),
				 -ENOTSUP);
		receiver_see(rx, talk_body("GPRMC,1"), &seen);
		assert_true(seen.others);
	}
	assert_ptr_equal(receiver_nth(0), &receiver_garmin);
	assert_true(i >= 11 && n_told >= 3);
}

/* ---- whatever is said ---- */

static uint32_t dice_state = 5;

static unsigned int dice(unsigned int n)
{
	dice_state = dice_state * 1664525 + 1013904223;
	return (dice_state >> 8) % n;
}

/* A tag that some driver listens to, and any fields. */
static const struct nmea_sentence *any_sentence(void)
{
	static const char *const tags[] = {
		"PMTK001", "PMTK514", "PMTK500", "PMTK705", "PQVERNO", "PAIR001", "PAIR063",
		"PAIR051", "PAIR865", "PAIR020", "PQTMVERNO", "PSRFTXT", "PTNLRVR", "GPTXT",
		"PSTMVER", "PDTINFO", "PERDSYS", "PGRMC", "PMTK", "PAIR", "P",
	};
	static const char *const fields[] = {
		"", "0", "1", "3", "-1", "062", "314", "4294967297", "99999999999999999999",
		"LC76G", "AG3352Q_V2", "_", "Version:", "Version: x", "HW=", "SW=URANUS5", "S",
		"R", "VERSION", "MA=CASIC",
		"0123456789012345678901234567890123456789012345678901234567890123456789",
	};
	static char text[640];
	static struct nmea_sentence s;
	int n = snprintf(text, sizeof(text), "$%s", tags[dice(sizeof(tags) / sizeof(tags[0]))]);

	for (unsigned int k = dice(24); k && n < 400; k--)
		n += snprintf(text + n, sizeof(text) - (size_t)n, ",%s",
			      fields[dice(sizeof(fields) / sizeof(fields[0]))]);
	if (!dice(3))
		text[1 + dice((unsigned int)n - 1)] = (char)dice(256);
	n += snprintf(text + n, sizeof(text) - (size_t)n, "*%02X",
		      nmea_checksum(text + 1, (size_t)n - 1));
	nmea_parse(text, (size_t)n, &s);
	return &s;
}

static void is_text(const char *text, size_t size)
{
	size_t len = strnlen(text, size);

	assert_true(len < size);
	for (size_t i = 0; i < len; i++)
		assert_in_range(text[i], ' ', '~');
}

static void say_anything(const struct receiver *rx, const struct receiver_plan *plan,
			 struct receiver_id *id, struct receiver_settings *now)
{
	const struct nmea_sentence *s = any_sentence();
	const struct receiver_message m = { .sentence = s };
	struct receiver_message p = { .sentence = NULL };
	struct binary_packet any = { .protocol = (enum binary_protocol)dice(BINARY_PROTOCOLS) };
	uint8_t bytes[300];

	rx->is_proof(&m);
	rx->is_reply(s);
	rx->learn(&m, id);
	if (rx->judge && plan->n)
		rx->judge(&plan->steps[dice(plan->n)], &m, now);
	/* a packet as the parser gives it: never shorter than its frame */
	any.len = 4 + dice(sizeof(bytes) - 4);
	for (size_t i = 0; i < any.len; i++)
		bytes[i] = (uint8_t)dice(dice(2) ? 256 : 32);
	any.bytes = bytes;
	p.packet = &any;
	rx->is_proof(&p);
	rx->learn(&p, id);
	if (rx->judge && plan->n)
		rx->judge(&plan->steps[dice(plan->n)], &p, now);
}

static void test_anything(void **state)
{
	const struct receiver *rx;

	(void)state;
	for (unsigned int i = 0; (rx = receiver_nth(i)); i++) {
		struct receiver_request req = { .op = RECEIVER_EXACTLY, .on = 1 };
		struct receiver_settings now = { .known = 0 };
		struct receiver_id id = { .model = "" };
		struct receiver_plan plan = { .n = 0 }, again;

		if (rx->write_queries)
			assert_int_equal(rx->write_queries(&id, &plan), 0);
		if (rx->for_a_clock && rx->write_steps) {
			rx->for_a_clock(&id, &req);
			assert_int_equal(rx->write_steps(&id, &now, &req, &plan), 0);
		}
		for (unsigned int k = 0; k < 20000; k++)
			say_anything(rx, &plan, &id, &now);
		is_text(id.model, sizeof(id.model));
		is_text(id.firmware, sizeof(id.firmware));
		for (unsigned int k = 0; k < RECEIVER_NATIVE_MAX; k++)
			is_text(now.native[k], sizeof(now.native[k]));
		/* what was learnt can be put back, or is refused; it breaks nothing */
		req.to = now;
		if (rx->write_steps)
			receiver_make_plan(rx, &id, &now, &req, &again);
	}
}

/* A wrong word is that of the make that knows most of the list. */
static void test_names(void **state)
{
	const char *bad;
	size_t len;

	(void)state;
	assert_int_equal(receiver_check_names("RMC,PGRME", &bad, &len), 0);
	assert_int_equal(receiver_check_names("rmc,GNS", &bad, &len), 0);
	assert_int_equal(receiver_check_names("RMC,ZDA,FOO", &bad, &len), -EINVAL);
	assert_string_equal(bad, "FOO");
	assert_int_equal(len, 3);
	assert_int_equal(receiver_check_names("PGRME,FOO", &bad, &len), -EINVAL);
	assert_string_equal(bad, "FOO");
	assert_int_equal(receiver_check_names("FOO,RMC", &bad, &len), -EINVAL);
	assert_string_equal(bad, "FOO,RMC");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sirf),
		cmocka_unit_test(test_skytraq),
		cmocka_unit_test(test_oncore),
		cmocka_unit_test(test_trimble),
		cmocka_unit_test(test_casic),
		cmocka_unit_test(test_teseo),
		cmocka_unit_test(test_unicore_furuno),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_echo),
		cmocka_unit_test(test_for_a_clock),
		cmocka_unit_test(test_anything),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests_name("others", tests, NULL, NULL);
}
