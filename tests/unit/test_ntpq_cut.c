// SPDX-License-Identifier: GPL-2.0-or-later
/* One run of ntpq with several questions, cut into its answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "daemon/ntpq_cut.h"
#include "daemon/ntpq_state.h"

#define PEERS \
	"     remote           refid      st t when poll reach   delay   offset   jitter\n" \
	"===============================================================================\n" \
	"oNMEA(7)         .GPS.            0 l    5   16  377    0.000   -0.659    0.004\n" \
	"*192.0.2.1       198.51.100.7     2 u   12   64  377   12.000    1.200    0.400\n" \
	"oPPS(0)          .PPS.            0 l    3   16  377    0.000   -0.001    0.001\n"
#define SYSTEM \
	"associd=0 status=0115 leap_none, sync_pps, 1 event, clock_sync,\n" \
	"version=\"ntpd ntpsec-1.2.2\", leap=00, stratum=1, precision=-23,\n" \
	"peer=103, tc=4, refid=PPS\n"
#define CLOCK(id, name, flags) \
	"associd=" id " status=0011 1 event, clk_no_reply,\n" \
	"device=\"" name "\", timecode=\"$GPRMC,1\", poll=107,\n" \
	"flags=" flags "\n"

static struct ntpq_parts parts;

/* In memory that ends where the text ends: the words in parts are looked at before it goes. */
static char *cut(const char *text)
{
	char *p = malloc(strlen(text) + !*text);

	memcpy(p, text, strlen(text));
	ntpq_cut(p, strlen(text), &parts);
	return p;
}

static int64_t flags_of(int driver, int unit)
{
	const struct word w = ntpq_clock_part(&parts, driver, unit);
	struct ntpq_clock c;

	ntpq_read_clock(w.s, w.len, &c);
	return fact_known(c.flags) ? c.flags.val : -1;
}

/* NTPsec's ntpq names a value that was asked for alone; a server has no clock's variables. */
static void ntpsec(void **state)
{
	char *p = cut("primary timeout 1000 ms\n" PEERS SYSTEM "srcadr=127.127.20.7\n"
		      CLOCK("101", "NMEA GPS Clock", "5") "srcadr=192.0.2.1\n"
		      "srcadr=127.127.22.0\n" CLOCK("103", "PPS Clock Discipline", "0")
		      "***Server error code BADASSOC\nNo such association as 4.\n");
	struct ntpq_peers peers;
	struct ntpq_system system;

	(void)state;
	ntpq_read_peers(parts.peers.s, parts.peers.len, &peers);
	assert_int_equal(peers.said, SAID_WELL);
	assert_int_equal(peers.n, 3);
	ntpq_read_system(parts.system.s, parts.system.len, &system);
	assert_int_equal(system.said, SAID_WELL);
	assert_int_equal(parts.n, 2);
	assert_int_equal(flags_of(20, 7), 5);
	assert_int_equal(flags_of(22, 0), 0);
	assert_int_equal(flags_of(20, 0), -1);
	free(p);
}

/* Classic ntp 4.2.6 has the association before it. */
static void classic(void **state)
{
	char *p = cut(PEERS SYSTEM
		      "associd=101 status=971a conf, reach, sel_pps.peer,\nsrcadr=127.127.20.7\n"
		      CLOCK("101", "NMEA GPS Clock", "5")
		      "associd=102 status=941a conf, reach,\nsrcadr=192.0.2.1\n"
		      "associd=103 status=971a conf, reach,\nsrcadr=127.127.28.2\n"
		      CLOCK("103", "SHM", "1"));

	(void)state;
	assert_int_equal(parts.n, 2);
	assert_int_equal(flags_of(20, 7), 5);
	assert_int_equal(flags_of(28, 2), 1);
	free(p);
}

/* Whose variables they are is not guessed. */
static void a_question_without_answer(void **state)
{
	char *p = cut(PEERS SYSTEM "srcadr=127.127.20.7\n" CLOCK("101", "NMEA", "5")
		      CLOCK("103", "PPS", "9"));

	(void)state;
	assert_int_equal(parts.n, 1);
	assert_int_equal(flags_of(20, 7), 5);
	free(p);
	p = cut(PEERS SYSTEM "associd=102 status=971a conf,\nsrcadr=127.127.20.7\n"
		CLOCK("103", "PPS", "9"));
	assert_int_equal(parts.n, 0);
	free(p);
}

static void errors(void **state)
{
	char *p = cut("primary timeout 1000 ms\n***Request timed out\n");
	struct ntpq_peers peers;
	struct ntpq_system system;

	(void)state;
	ntpq_read_peers(parts.peers.s, parts.peers.len, &peers);
	ntpq_read_system(parts.system.s, parts.system.len, &system);
	assert_int_equal(peers.said, SAID_SILENT);
	assert_int_equal(system.said, SAID_SILENT);
	assert_int_equal(parts.n, 0);
	free(p);
	p = cut("");
	assert_int_equal(parts.peers.len, 0);
	assert_int_equal(parts.system.len, 0);
	free(p);
	/* the system alone */
	p = cut(SYSTEM);
	assert_int_equal(parts.peers.len, 0);
	assert_int_equal(parts.system.len, strlen(SYSTEM));
	free(p);
}

static void more_clocks_than_room(void **state)
{
	static const char one[] = "srcadr=127.127.28.1\n" CLOCK("7", "SHM", "0");
	char text[sizeof(one) * (NTPQ_CLOCKS_MAX + 3)] = "";
	char *p;

	(void)state;
	for (int i = 0; i < NTPQ_CLOCKS_MAX + 3; i++)
		strcat(text, one);
	p = cut(text);
	assert_int_equal(parts.n, NTPQ_CLOCKS_MAX);
	free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ntpsec),
		cmocka_unit_test(classic),
		cmocka_unit_test(a_question_without_answer),
		cmocka_unit_test(errors),
		cmocka_unit_test(more_clocks_than_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
