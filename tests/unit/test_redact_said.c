// SPDX-License-Identifier: GPL-2.0-or-later
/* What a record must not tell of servers, passwords and places; what is read of it stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "daemon/chronyc_state.h"
#include "daemon/gpsd_state.h"
#include "daemon/logline.h"
#include "daemon/ntpd_conf.h"
#include "daemon/ntpq_cut.h"
#include "daemon/ntpq_state.h"
#include "redact.h"

static char out[16384];
static struct redact r;

static int set_up(void **state)
{
	(void)state;
	memset(&r, 0, sizeof(r));
	return 0;
}

static const char *value(const char *key, const char *in)
{
	int n = redact_value(&r, key, in, strlen(in), out, sizeof(out));

	assert_int_equal(n, strlen(out));
	return out;
}

static void check(const char *key, const char *in, const char *want)
{
	assert_string_equal(value(key, in), want);
}

#define NTP_CONF "file:/etc/ntpsec/ntp.conf"

/* ---- addresses, anywhere ---- */

static void addresses(void **state)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{ "a 192.0.2.1 b", "a server-1 b" },
		{ "a [2001:db8::17]:123", "a [server-1]:123" },
		{ "2001:db8:1111:2", "server-1" },
		{ "fe80::1%eth0", "server-1%eth0" },
		{ "192.0.2.1:2947", "server-1:2947" },
		{ "(192.0.2.1)", "(server-1)" },
		{ "192.0.2.1/24", "server-1/24" },
		{ "tcp://user:pw@ntp.example.org:2101/x y", "tcp://server-1 y" },
		/* these are none, or nobody's */
		{ "127.127.20.0 127.0.0.1 0.0.0.0 255.255.255.0", "127.127.20.0 127.0.0.1 0.0.0.0 255.255.255.0" },
		{ "::1 and [::]:123", "::1 and [::]:123" },
		{ "15:57:17 and 2026-11-21T15:57:17", "15:57:17 and 2026-11-21T15:57:17" },
		{ "version 1.2.3 and 1.2.3.4.5x, v1.2.3.4", "version 1.2.3 and 1.2.3.4.5x, v1.2.3.4" },
		{ "pci-0000:00:14.0-usb-0:1:1.0", "pci-0000:00:14.0-usb-0:1:1.0" },
		{ "audit(1700000000.123:45): x", "audit(1700000000.123:45): x" },
		{ "1.2.3.4567 1234.1.1.1 a.1.1.1.1", "1.2.3.4567 1234.1.1.1 a.1.1.1.1" },
		{ "face: cafe::", "face: server-1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		set_up(NULL);
		check(NTP_CONF, rows[i].in, rows[i].want);
	}
}

static void the_same_server_has_one_name(void **state)
{
	(void)state;
	check(NTP_CONF, "server ntp.example.org iburst\nserver 192.0.2.1\npool ntp.example.org\n",
	      "server server-1 iburst\nserver server-2\npool server-1\n");
	check("log:ntpd", "ntpd[1]: NMEA(0) PPS /dev/gpspps0 opened 192.0.2.1\n",
	      "ntpd[1]: NMEA(0) PPS /dev/gpspps0 opened server-2\n");
	/* and what was redacted once stays */
	check(NTP_CONF, "server server-1 iburst\n", "server server-1 iburst\n");
}

static void more_servers_than_room(void **state)
{
	char in[64], want[64];

	(void)state;
	for (int i = 1; i <= REDACT_SERVERS_MAX + 3; i++) {
		snprintf(in, sizeof(in), "server host%d.example.org", i);
		snprintf(want, sizeof(want), "server server-%d",
			 i <= REDACT_SERVERS_MAX ? i : REDACT_SERVERS_MAX + 1);
		check(NTP_CONF, in, want);
	}
}

/* ---- configuration ---- */

static const char conf[] =
	"# by bob, for 192.0.2.9\n"
	"driftfile /var/lib/ntpsec/ntp.drift\n"
	"server 127.127.20.0 mode 0 minpoll 4 maxpoll 4 prefer\n"
	"fudge 127.127.20.0 flag1 1 flag2 0 flag3 1 time2 0.600\n"
	"refclock pps unit 1 ppspath /dev/pps1\n"
	"  server -4 ntp.example.org iburst nts\n"
	"pool 2.debian.pool.ntp.org iburst\n"
	"restrict default kod nomodify\n"
	"restrict 198.51.100.0 mask 255.255.255.0\n"
	"restrict source nomodify\n"
	"restrict -6 ::1\n"
	"crypto pw serverpassword\n"
	"keys /etc/ntp/keys\n";

static void ntp_conf(void **state)
{
	static struct ntpd_conf before, after;

	(void)state;
	check(NTP_CONF, conf,
	      "#\n"
	      "driftfile /var/lib/ntpsec/ntp.drift\n"
	      "server 127.127.20.0 mode 0 minpoll 4 maxpoll 4 prefer\n"
	      "fudge 127.127.20.0 flag1 1 flag2 0 flag3 1 time2 0.600\n"
	      "refclock pps unit 1 ppspath /dev/pps1\n"
	      "  server -4 server-1 iburst nts\n"
	      "pool server-2 iburst\n"
	      "restrict default kod nomodify\n"
	      "restrict server-3 mask 255.255.255.0\n"
	      "restrict source nomodify\n"
	      "restrict -6 ::1\n"
	      "crypto xx xxxxxxxxxxxxxx\n"
	      "keys xxxxxxxxxxxxx\n");
	/* and it means the same */
	ntpd_conf_text(&before, NTPD_EITHER, conf, strlen(conf));
	ntpd_conf_text(&after, NTPD_EITHER, out, strlen(out));
	assert_int_equal(after.n_clocks, 2);
	assert_int_equal(after.n_clocks, before.n_clocks);
	assert_int_equal(after.n_errors, before.n_errors);
	assert_int_equal(after.servers, before.servers);
	assert_string_equal(after.clocks[0].at.text, before.clocks[0].at.text);
	assert_int_equal(after.clocks[1].at.line, before.clocks[1].at.line);
}

static void chrony_conf(void **state)
{
	(void)state;
	check("file:/etc/chrony/chrony.conf",
	      "! a comment\n"
	      "Server ntp.example.org iburst\n"
	      "refclock PPS /dev/pps0 refid PPS lock NMEA\n"
	      "initstepslew 30 ntp.example.org\n"
	      "allow 198.51.100.0/24\n"
	      "allow all\n"
	      "mailonchange bob@example.org 0.5\n",
	      "!\n"
	      "Server server-1 iburst\n"
	      "refclock PPS /dev/pps0 refid PPS lock NMEA\n"
	      "initstepslew 30 server-1\n"
	      "allow server-2/24\n"
	      "allow all\n"
	      "mailonchange xxxxxxxxxxxxxxx xxx\n");
	check("file:/etc/default/gpsd", "DEVICES=\"/dev/ttyS0 ntrip://me:pw@caster:2101/m\"\n",
	      "DEVICES=\"/dev/ttyS0 ntrip://server-3\"\n");
}

/* Files that only look alike. */
static void other_files(void **state)
{
	(void)state;
	check("file:/etc/apparmor.d/usr.sbin.ntpd", "#include <tunables/ntpd>\n",
	      "#include <tunables/ntpd>\n");
	check("file:/proc/cmdline", "server x 192.0.2.1", "server x 192.0.2.1");
	check("file:/proc/731/cmdline", "ntpd 192.0.2.1", "ntpd server-1");
	check("file:/sys/class/ntp", "server x", "server x");
}

/* ---- ntpq ---- */

static const char ntpq[] =
	"primary timeout 1000 ms\n"
	"     remote           refid      st t when poll reach   delay   offset   jitter\n"
	"===============================================================================\n"
	"oNMEA(7)         .GPS.            0 l    5   16  377    0.000   -0.659    0.004\n"
	"*192.0.2.1       198.51.100.7     2 u   12   64  377   12.000    1.200    0.400\n"
	" 0.debian.pool.n .POOL.          16 p    -   64    0    0.000    0.000    0.000\n"
	"+2001:db8:1111:2222:3333:4444:5555:6666\n"
	"                 .INIT.          16 u    -   64    0   0.0000   0.0000   0.0001\n"
	"associd=0 status=0115 leap_none, sync_pps, 1 event, clock_sync,\n"
	"version=\"ntpd ntpsec-1.2.2\", leap=00, stratum=1, refid=192.0.2.1, peer=103\n"
	"srcadr=127.127.20.7\n"
	"associd=101 status=0011 1 event, clk_no_reply,\n"
	"device=\"NMEA GPS Clock\",\n"
	"timecode=\"$GPRMC,165430,A,5128.6740,N,00007.0840,W,000.0,000.0,010926,001.2,E*6E\", poll=107,\n"
	"noreply=3, flags=5\n"
	"srcadr=192.0.2.1\n"
	"***Server error code BADASSOC\n";

static void what_ntpq_says(void **state)
{
	struct ntpq_parts parts;
	struct ntpq_peers peers;
	struct ntpq_clock c;

	(void)state;
	check("ntpq:", ntpq,
	      "primary timeout 1000 ms\n"
	      "     remote           refid      st t when poll reach   delay   offset   jitter\n"
	      "===============================================================================\n"
	      "oNMEA(7)         .GPS.            0 l    5   16  377    0.000   -0.659    0.004\n"
	      "*server-1       server-2     2 u   12   64  377   12.000    1.200    0.400\n"
	      " server-3 .POOL.          16 p    -   64    0    0.000    0.000    0.000\n"
	      "+server-4\n"
	      "                 .INIT.          16 u    -   64    0   0.0000   0.0000   0.0001\n"
	      "associd=0 status=0115 leap_none, sync_pps, 1 event, clock_sync,\n"
	      "version=\"ntpd ntpsec-1.2.2\", leap=00, stratum=1, refid=server-1, peer=103\n"
	      "srcadr=127.127.20.7\n"
	      "associd=101 status=0011 1 event, clk_no_reply,\n"
	      "device=\"NMEA GPS Clock\",\n"
	      "timecode=\"$GPRMC,165430,A,0000.0000,N,00000.0000,E,000.0,000.0,010926,000.0,E*7F\", poll=107,\n"
	      "noreply=3, flags=5\n"
	      "srcadr=server-1\n"
	      "***Server error code BADASSOC\n");
	ntpq_cut(out, strlen(out), &parts);
	ntpq_read_peers(parts.peers.s, parts.peers.len, &peers);
	assert_int_equal(peers.n, 4);
	assert_int_equal(peers.peers[0].tally, 'o');
	assert_int_equal(peers.peers[1].tally, '*');
	assert_int_equal(peers.peers[1].reach.val, 0377);
	assert_int_equal(peers.peers[3].tally, '+');
	assert_int_equal(parts.n, 1);
	ntpq_read_clock(parts.clocks[0].text.s, parts.clocks[0].text.len, &c);
	assert_int_equal(c.flags.val, 5);
}

/* A sentence is the receiver's: it may hold a quote, or never end. */
static void a_timecode_that_lies(void **state)
{
	(void)state;
	check("ntpq:", "timecode=\"$GPGLL,5128.6740,N\\\",00007.0840,W,1,A\", poll=1\n",
	      "timecode=\"$GPGLL,0000.0000,N\\\",00000.0000,E,1,A\", poll=1\n");
	check("ntpq:", "timecode=\"$GPGLL,5128.6740,N,00007.0840,W\n",
	      "timecode=\"$GPGLL,0000.0000,N,00000.0000,E\n");
}

/* ---- chronyc ---- */

static void what_chronyc_says(void **state)
{
	struct chronyc_sources s;
	struct chronyc_tracking t;

	(void)state;
	check("chronyc:sources",
	      "#,*,PPS0,0,4,377,11,0.000000012,0.000000013,0.000000200\n"
	      "^,-,192.0.2.1,2,6,377,40,0.001,0.001,0.02\n",
	      "#,*,PPS0,0,4,377,11,0.000000012,0.000000013,0.000000200\n"
	      "^,-,server-1,2,6,377,40,0.001,0.001,0.02\n");
	chronyc_read_sources(out, strlen(out), &s);
	assert_int_equal(s.n, 2);
	assert_int_equal(s.sources[1].state, '-');
	check("chronyc:tracking", "C0000201,192.0.2.1,3,1700000000.5,0,0,0,-1.5,0,0,1,1,16.0,Normal\n",
	      "C0000201,server-1,3,1700000000.5,0,0,0,-1.5,0,0,1,1,16.0,Normal\n");
	/* another address, whose number would tell it */
	check("chronyc:tracking", "35010203,53.1.2.3,3,1.5,0,0,0,-1.5,0,0,1,1,16.0,Normal\n",
	      "C0000201,server-2,3,1.5,0,0,0,-1.5,0,0,1,1,16.0,Normal\n");
	check("chronyc:tracking", "50505330,PPS0,1,1.5,0,0,0,-1.5,0,0,1,1,16.0,Normal\n",
	      "50505330,PPS0,1,1.5,0,0,0,-1.5,0,0,1,1,16.0,Normal\n");
	chronyc_read_tracking(out, strlen(out), &t);
	assert_string_equal(t.source, "PPS0");
	check("chronyc:tracking", "506 Cannot talk to daemon\n", "506 Cannot talk to daemon\n");
	check("chronyc:tracking", "", "");
}

/* ---- gpsd ---- */

static void what_gpsd_says(void **state)
{
	struct gpsd_state s;

	(void)state;
	check("gpsd:said",
	      "{\"class\":\"VERSION\",\"release\":\"3.22\"}\r\n"
	      "{\"class\":\"DEVICE\",\"path\":\"/dev/ttyS0\",\"sernum\":\"A12\",\"hexdata\":\"b562\",\"bps\":4800}\r\n"
	      "{\"class\":\"TPV\",\"device\":\"/dev/ttyS0\",\"mode\":3,\"time\":\"2026-11-21T15:57:17.000Z\","
	      "\"lat\":51.47,\"lon\":-0.118,\"altHAE\":61.4,\"ecefx\":3978000.1,\"track\":12.5}\r\n"
	      "{\"class\":\"SKY\",\"device\":\"/dev/ttyS0\",\"uSat\":1,\"satellites\":[{\"PRN\":3,\"el\":45,\"az\":123,\"used\":true}]}\r\n"
	      "{\"class\":\"AIS\",\"lat\":51.47}\r\n"
	      "$GPRMC,165430,A,5128.6740,N\r\n"
	      "$GPRMC,165430,A,5128.6740,N,00007.0800,W,000.0,000.0,211126,003.1,W*72\r\n"
	      "$GPGGA,165430,5128.6740,N,00007.0800,W,1,07,1.2,61.4,M,47.0,M,,*00\r\n"
	      "{\"lat\":51.47}\r\n"
	      "{\"class\":\"TPV\",\"lat\":51.\r\n",
	      "{\"class\":\"VERSION\",\"release\":\"3.22\"}\n"
	      "{\"class\":\"DEVICE\",\"path\":\"/dev/ttyS0\",\"sernum\":\"xxx\",\"hexdata\":\"xxxx\",\"bps\":4800}\n"
	      "{\"class\":\"TPV\",\"device\":\"/dev/ttyS0\",\"mode\":3,\"time\":\"2026-11-21T15:57:17.000Z\"}\n"
	      "{\"class\":\"SKY\",\"device\":\"/dev/ttyS0\",\"uSat\":1,\"satellites\":[{\"PRN\":3,\"el\":00,\"az\":000,\"used\":true}]}\n"
	      /* what is one field short of NMEA 2.30 stays so */
	      "$GPRMC,165430,A,0000.0000,N,00000.0000,E,000.0,000.0,211126,000.0,E*74\n"
	      "{\"class\":\"TPV\"}\n");
	gpsd_init(&s);
	gpsd_read(out, strlen(out), &s);
	assert_int_equal(s.n, 1);
	assert_int_equal(s.devices[0].mode.val, 3);
	assert_int_equal(s.devices[0].used.val, 1);
	assert_int_equal(s.devices[0].bps.val, 4800);
	assert_int_equal(s.rmc_bare, 1);
	assert_int_equal(s.rmc_moded, 0);
}

/* ---- logs ---- */

static void what_is_known_of_a_log(void **state)
{
	struct logline l;

	(void)state;
	check("log:ntpd",
	      "Nov 21 15:57:16 mybox ntpd[731]: DNS: dns_check: processing ntp.example.org, 8, 101\n"
	      "Nov 21 15:57:17 mybox ntpd[731]: NMEA(0) PPS /dev/gpspps0 opened\n"
	      "2026-11-21T15:57:18 ntpd[731]: NMEA(0) PPS /dev/gpspps0 opened\n"
	      "Nov 21 15:57:19 mybox ntpd[740]: bob's own words\n",
	      "Nov 21 15:57:17 host ntpd[731]: NMEA(0) PPS /dev/gpspps0 opened\n"
	      "2026-11-21T15:57:18 ntpd[731]: NMEA(0) PPS /dev/gpspps0 opened\n"
	      "Nov 21 15:57:19 host ntpd[740]:\n");
	assert_true(logline_read(out, strcspn(out, "\n"), &l));
	assert_int_equal(l.what, LOG_PULSE_OPENED);
	check("log:kernel",
	      "[    1.0] usb 1-1: SerialNumber: A50285BI\n"
	      "[   27.421900] ttyS1: LSR safety check engaged!\n"
	      "[   30.0] EXT4-fs (sda1): mounted\n",
	      "[   27.421900] ttyS1: LSR safety check engaged!\n\n");
	check("tail:/var/log/ntp.log", "21 Nov 15:57:17 ntpd[9]: refclock_atom: /dev/pps0: Permission denied\n",
	      "21 Nov 15:57:17 ntpd[9]: refclock_atom: /dev/pps0: Permission denied\n");
	check("log:gpsd", "", "");
	/* a log of many machines may name them by their addresses */
	check("log:ntpd", "Nov 21 15:57:19 192.0.2.17 ntpd[740]: bob's", "Nov 21 15:57:19 server-1 ntpd[740]:\n");
}

/* The host's name stands in messages, too. */
static void names_of_this_host(void **state)
{
	(void)state;
	strcpy(r.host, "meridian");
	check("log:ntpd", "Nov 21 meridian ntpd[1]: NMEA(0) PPS /dev/gpspps0 opened on meridian",
	      "Nov 21 host ntpd[1]: NMEA(0) PPS /dev/gpspps0 opened on hostxxxx\n");
	check("ntpq:", "version=meridian\n", "version=hostxxxx\n");
}

/* ---- bounds ---- */

/* "server-1" is longer than what it stands for: a text that is full is cut. */
static void a_text_that_grows(void **state)
{
	char small[32];
	int n;

	(void)state;
	memset(small, '#', sizeof(small));
	n = redact_value(&r, NTP_CONF, "server a\nserver b\nserver c\n", 27, small, 20);
	assert_int_equal(n, 19);
	assert_string_equal(small, "server server-1\nser");
	assert_int_equal(small[20], '#');
}

static void odd_texts(void **state)
{
	static const char *const keys[] = {
		"ntpq:", "chronyc:sources", "chronyc:tracking", "gpsd:said", "log:ntpd", NTP_CONF,
	};
	static const char *const texts[] = {
		"", "\n", " ", "*", "server", "server ", "server -4", "crypto", ":", "::", "://", "1.",
		"timecode=\"", "^,*,", "^", ",", "C0000201,", "{", "{\"class\":", "ntpd[1]:", "[", "\xff\xfe",
		"# ", "1.2.3", "255.", "server\t-", "\"az\":", "{\"class\":\"SKY\",\"az\":",
	};

	(void)state;
	for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++)
		for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
			value(keys[k], texts[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(addresses, set_up),
		cmocka_unit_test_setup(the_same_server_has_one_name, set_up),
		cmocka_unit_test_setup(more_servers_than_room, set_up),
		cmocka_unit_test_setup(ntp_conf, set_up),
		cmocka_unit_test_setup(chrony_conf, set_up),
		cmocka_unit_test_setup(other_files, set_up),
		cmocka_unit_test_setup(what_ntpq_says, set_up),
		cmocka_unit_test_setup(a_timecode_that_lies, set_up),
		cmocka_unit_test_setup(what_chronyc_says, set_up),
		cmocka_unit_test_setup(what_gpsd_says, set_up),
		cmocka_unit_test_setup(what_is_known_of_a_log, set_up),
		cmocka_unit_test_setup(names_of_this_host, set_up),
		cmocka_unit_test_setup(a_text_that_grows, set_up),
		cmocka_unit_test_setup(odd_texts, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
