// SPDX-License-Identifier: GPL-2.0-or-later
/* What a record must not tell, and what it must still tell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "nmea.h"
#include "redact.h"
#include "redact_heard.h"

#define RMC "$GPRMC,165430,A,5128.6740,N,00007.0840,W,000.0,000.0,010926,001.2,E"
#define RMC_BLANK "$GPRMC,165430,A,0000.0000,N,00000.0000,E,000.0,000.0,010926,000.0,E"

static uint8_t scratch[8192];
static char out[8192];
static struct redact r;

static int set_up(void **state)
{
	(void)state;
	memset(&r, 0, sizeof(r));
	r.scratch = scratch;
	r.scratch_size = sizeof(scratch);
	return 0;
}

static const char *value(const char *key, const char *in)
{
	int n = redact_value(&r, key, in, strlen(in), out, sizeof(out));

	assert_int_equal(n, strlen(out));
	return out;
}

static const char *heard(const char *in)
{
	return value("heard:ttyS0", in);
}

/* One sentence, as if it had been heard in one read. */
static void check_sentence(const char *in, const char *want)
{
	char text[512], wanted[512];

	snprintf(text, sizeof(text), "real 1 baud 4800\n20000 %s\\x0d\\x0a\n3200000 end", in);
	snprintf(wanted, sizeof(wanted), "real 1 baud 4800\n20000 %s\\x0d\\x0a\n3200000 end", want);
	assert_string_equal(heard(text), wanted);
}

/* ---- sentences ---- */

static void test_positions_are_blank(void **state)
{
	(void)state;
	check_sentence(RMC "*6E", RMC_BLANK "*7F");
	check_sentence("$GPGGA,165430,5128.6740,N,00007.0840,W,1,09,0.9,61.4,M,45.6,M,,*61",
		       "$GPGGA,165430,0000.0000,N,00000.0000,E,1,09,0.9,00.0,M,00.0,M,,*77");
	check_sentence("$GPGSV,1,1,02,03,45,123,40,19,07,301,33*70",
		       "$GPGSV,1,1,02,03,00,000,40,19,00,000,33*74");
	check_sentence("$PUBX,00,165430.00,5128.67401,S,00007.08402,E,61.4,G3*78",
		       "$PUBX,00,165430.00,0000.00000,N,00000.00000,E,00.0,G3*65");
}

static void test_times_stay(void **state)
{
	(void)state;
	check_sentence("$PUBX,04,165430.00,010926,16070.00,2434,18*2A",
		       "$PUBX,04,165430.00,010926,16070.00,2434,18*2A");
	check_sentence("$PGRMT,GPS 18x-LVC software ver. 3.70,P,P,R,R,P,,23,R*4D",
		       "$PGRMT,GPS 18x-LVC software ver. 3.70,P,P,R,R,P,,23,R*4D");
	/* void, and without a position */
	check_sentence("$GPRMC,165430,V,,,,,,,010926,,*37", "$GPRMC,165430,V,,,,,,,010926,,*37");
}

/* Wrong by 0x6e before, wrong by 0x6e after. */
static void test_bad_checksum_stays_bad(void **state)
{
	(void)state;
	check_sentence(RMC "*00", RMC_BLANK "*11");
	check_sentence(RMC "*6e", RMC_BLANK "*7f");
	check_sentence(RMC "*6", RMC_BLANK "*6");
	check_sentence(RMC, RMC_BLANK);
}

/* The type is damaged, or the hemisphere is: it is a place still. */
static void test_damaged_sentences(void **state)
{
	(void)state;
	check_sentence("$GPR\\xffC,165430,A,5128.6740,N,00007.0840,W,1",
		       "$GPR\\xffC,165430,A,0000.0000,N,00000.0000,E,1");
	check_sentence("$GPRMC,165430,A,51#8.6740,#,00007.0840,,1",
		       "$GPRMC,165430,A,00#0.0000,#,00000.0000,,1");
	check_sentence("28.6740,N,00007.0840,W,1", "00.0000,N,00000.0000,E,1");
}

/* A read may end anywhere: lines, their times and their bytes stay what they were. */
static void test_cut_into_reads(void **state)
{
	(void)state;
	assert_string_equal(heard("real 1788280000000000000 baud 4800\n"
				  "1500 $GPRMC,165430,A,51\n"
				  "16700 28.6740,N,00007.0\n"
				  "33000 840,W,000.0,000.0,010926,001.2,E*6\n"
				  "50000 E\\x0d\\x0a\n"
				  "3200100 end"),
			    "real 1788280000000000000 baud 4800\n"
			    "1500 $GPRMC,165430,A,00\n"
			    "16700 00.0000,N,00000.0\n"
			    "33000 000,E,000.0,000.0,010926,000.0,E*7\n"
			    "50000 F\\x0d\\x0a\n"
			    "3200100 end");
}

/* Only the last line is no read: a receiver may say "end", too, here amid a packet. */
static void test_end_is_said_by_the_receiver(void **state)
{
	(void)state;
	/* UBX, class 1, id 2, 3 bytes; their Fletcher sums are 3d 91 and, blank, 06 22 */
	assert_string_equal(heard("real 1788280000000000000 baud 4800\n"
				  "1500 \\xb5b\\x01\\x02\\x03\\x00\n"
				  "16700 end\n"
				  "33000 =\\x91\n"
				  "3200100 end\n"),
			    "real 1788280000000000000 baud 4800\n"
			    "1500 \\xb5b\\x01\\x02\\x03\\x00\n"
			    "16700 \\x00\\x00\\x00\n"
			    "33000 \\x06\"\n"
			    "3200100 end\n");
}

static void test_odd_texts(void **state)
{
	(void)state;
	assert_string_equal(heard(""), "");
	assert_string_equal(heard("real 1 baud 4800\n9 end"), "real 1 baud 4800\n9 end");
	assert_string_equal(heard("refused EACCES no"), "refused EACCES no");
	assert_string_equal(heard("real 1 baud 4800\n5 a\\x5cx41\\x\n9 end"),
			    "real 1 baud 4800\n5 a\\x5cx41\\x5cx\n9 end");
	assert_string_equal(heard("real 1 baud 4800\n5 a\\x4\n9 end"),
			    "real 1 baud 4800\n5 a\\x5cx4\n9 end");
}

/* An LVC receiver on a TTL UART: every bit is turned over, and the position readable. */
static void test_inverted_line(void **state)
{
	uint8_t bytes[128];
	const char *in = RMC "*6E\r\n", *want = RMC_BLANK "*7F\r\n";
	size_t n = strlen(in);

	(void)state;
	for (size_t i = 0; i < n; i++)
		bytes[i] = (uint8_t)(~(unsigned int)in[i] << 1 | 1);
	redact_bytes(bytes, n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(bytes[i], (uint8_t)(~(unsigned int)want[i] << 1 | 1));
}

/* ---- packets ---- */

static void check_packet(const char *in, const char *want, size_t n)
{
	uint8_t bytes[64];

	memcpy(bytes, in, n);
	redact_bytes(bytes, n);
	assert_memory_equal(bytes, want, n);
}

static void test_packets_are_blank(void **state)
{
	(void)state;
	/* u-blox: the checksum is right again */
	check_packet("\xb5\x62\x01\x02\x04\x00\x01\x02\x03\x04\x11\x42",
		     "\xb5\x62\x01\x02\x04\x00\x00\x00\x00\x00\x07\x2e", 12);
	/* cut by the end */
	check_packet("\xb5\x62\x01\x02\x04\x00\x01\x02\x03",
		     "\xb5\x62\x01\x02\x04\x00\x00\x00\x00", 9);
	/* SiRF: message 2; 2 + 9 + 8 = 0x13 */
	check_packet("\xa0\xa2\x00\x03\x02\x09\x08\x00\x13\xb0\xb3",
		     "\xa0\xa2\x00\x03\x02\x00\x00\x00\x02\xb0\xb3", 11);
	/* Garmin: id 33, 2 bytes; 0x33 + 2 + 0x10 + 5 = 0x4a, a doubled DLE stays */
	check_packet("\x10\x33\x02\x10\x10\x05\xb6\x10\x03",
		     "\x10\x33\x02\x10\x10\x00\xbb\x10\x03", 9);
	/* Trimble: no sum */
	check_packet("\x10\x42\x11\x12\x13\x14\x10\x03", "\x10\x42\x00\x00\x00\x00\x10\x03", 8);
	/* Oncore: E ^ a ^ 7 ^ 9 = 0x2a; E ^ a = 0x24 */
	check_packet("@@Ea\x07\x09\x2a\r\n", "@@Ea\x00\x00\x24\r\n", 9);
}

static void test_wrong_packets_stay(void **state)
{
	(void)state;
	check_packet("\xb5\x62\x01\x02\x04\x00\x01\x02\x03\x04\x11\x43",
		     "\xb5\x62\x01\x02\x04\x00\x01\x02\x03\x04\x11\x43", 12);
}

/* ---- words ---- */

static void test_serial_numbers(void **state)
{
	char first[64];

	(void)state;
	strcpy(first, value("file:/sys/bus/usb/devices/1-1/serial", "A50285BI"));
	assert_int_equal(strlen(first), 8);
	assert_string_not_equal(first, "A50285BI");
	assert_string_equal(value("file:/sys/bus/usb/devices/1-1/serial", "A50285BI"), first);
	assert_string_not_equal(value("file:/sys/bus/usb/devices/1-2/serial", "A50285BJ"), first);
	/* the same word wherever it stands; and what is redacted stays */
	value("link:/x", "/dev/serial/by-id/usb-FTDI_FT232R_A50285BI-if00-port0");
	assert_memory_equal(out + strlen("/dev/serial/by-id/usb-FTDI_FT232R_"), first, 8);
	assert_string_equal(value("file:/sys/bus/usb/devices/1-1/serial", first), first);
	value("file:/run/udev/data/c188:0",
	      "E:ID_SERIAL=FTDI_FT232R_A50285BI\nE:ID_SERIAL_SHORT=A50285BI");
	assert_null(strstr(out, "A50285BI"));
	assert_non_null(strstr(out, "E:ID_SERIAL=FTDI_FT232R_X"));
	/* a root hub's is its address */
	assert_string_equal(value("file:/sys/bus/usb/devices/usb1/serial", "0000:00:14.0"),
			    "0000:00:14.0");
}

static void test_names_and_addresses(void **state)
{
	(void)state;
	strcpy(r.host, "mybasement");
	assert_string_equal(value("file:/proc/sys/kernel/hostname", "mybasement"), "hostxxxxxx");
	assert_string_equal(value("file:/etc/ntp.conf", "server mybasement.example # mybasement2"),
			    "server server-1 # mybasement2");
	assert_string_equal(value("file:/sys/class/net/eth0/address", "00:16:3e:aa:0b:cc"),
			    "00:00:00:00:00:00");
	assert_string_equal(value("file:/proc/interrupts", "4: 12 enx00163eaa0bcc"),
			    "4: 12 enx000000000000");
	assert_string_equal(value("link:/sys/class/tty/ttyS0/device",
				  "../../00:04/00:04:0/00:04:0.0"),
			    "../../00:04/00:04:0/00:04:0.0");
	assert_string_equal(value("run:", "table /home/alice/gps.conf"),
			    "table /home/userx/gps.conf");
	/* a host that is called as our own things are */
	strcpy(r.host, "ntpserver");
	assert_string_equal(value("file:/etc/fstab", "server ntpserver"), "server ntpserver");
}

static void test_accounts(void **state)
{
	(void)state;
	assert_string_equal(value("file:/etc/group", "dialout:x:20:alice,ntp\nalice:x:1000:\n"
				  "broken\nnogroup:x:65534:"),
			    "dialout:x:20:\nuuuuu:x:1000:\nnogroup:x:65534:");
}

static void test_environment(void **state)
{
	static const char in[] = "TOKEN=abc\0container=lxc\0HOME=/root";
	int n = redact_value(&r, "file:/proc/1/environ", in, sizeof(in) - 1, out, sizeof(out));

	(void)state;
	assert_int_equal(n, 13);
	assert_string_equal(out, "container=lxc");
}

static void test_keys_go_and_come_back(void **state)
{
	const char *key = "real:/dev/serial/by-id/usb-FTDI_FT232R_A50285BI-if00-port0";
	char hidden[128], back[128];

	(void)state;
	redact_key(&r, key, hidden, sizeof(hidden));
	assert_null(strstr(hidden, "A50285BI"));
	redact_restore(&r, hidden, back, sizeof(back));
	assert_string_equal(back, key);
	redact_restore(&r, "file:/sys/class/tty/ttyS0/type", back, sizeof(back));
	assert_string_equal(back, "file:/sys/class/tty/ttyS0/type");
}

#define TEST(t) cmocka_unit_test_setup(t, set_up)

static void test_passwords(void **state)
{
	static const char key[] = "file:/etc/x";
	static const char cmdline[] = "gpsd\0-n\0ntrip://me:pw@192.0.2.1:2101/X\0/dev/ttyS0";
	static const char hidden[] = "gpsd\0-n\0ntrip://server-1\0/dev/ttyS0";
	int n;

	(void)state;
	assert_string_equal(value(key, "DEVICES=\"ntrip://me:p@w@host/A@B tcp://h:1\"\n"),
			    "DEVICES=\"ntrip://xxxxxx@host/A@B tcp://h:1\"\n");
	assert_string_equal(value(key, "crypto pw secret host me\n crypto\tpw \"a b\" pw\n"
				  "server pw x"),
			    "crypto xx xxxxxx xxxx xx\n crypto\txx xx xx xx\nserver pw x");
	assert_string_equal(value(key, "cryptopw x\ncrypto"), "cryptopw x\ncrypto");
	assert_string_equal(value(key, "#see https://www.example.org/a@b"),
			    "#see https://www.example.org/a@b");
	n = redact_value(&r, "file:/proc/5/cmdline", cmdline, sizeof(cmdline), out, sizeof(out));
	assert_int_equal(n, sizeof(hidden));
	assert_memory_equal(out, hidden, sizeof(hidden));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_positions_are_blank),
		TEST(test_times_stay),
		TEST(test_bad_checksum_stays_bad),
		TEST(test_damaged_sentences),
		TEST(test_cut_into_reads),
		TEST(test_end_is_said_by_the_receiver),
		TEST(test_odd_texts),
		TEST(test_inverted_line),
		TEST(test_packets_are_blank),
		TEST(test_wrong_packets_stay),
		TEST(test_serial_numbers),
		TEST(test_names_and_addresses),
		TEST(test_accounts),
		TEST(test_environment),
		TEST(test_keys_go_and_come_back),
		TEST(test_passwords),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
