// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines of logs, in the words of the daemons' and the kernel's sources. */
#include "words_of.h"

#include <errno.h>

#include "daemon/logline.h"

/* From memory that ends where the line ends, so that a sanitizer sees each byte too many. */
static bool read_line(const char *line, struct logline *l)
{
	const size_t n = strlen(line);
	char *p = exact(line);
	bool known;

	known = logline_read(p, n, l);
	free(p);
	return known;
}

static const struct {
	const char *line;
	enum log_who who;
	enum log_what what;
	int err;
	const char *path;
} rows[] = {
	/* ntpd */
	{ "Nov 21 15:57:17 meridian ntpd[31317]: REFCLOCK: refclock_open /dev/gps0: Permission denied",
	  LOG_BY_NTPD, LOG_PORT_NOT_OPENED, EACCES, "/dev/gps0" },
	{ "refclock_open /dev/gps1: No such file or directory",
	  LOG_BY_NTPD, LOG_PORT_NOT_OPENED, ENOENT, "/dev/gps1" },
	{ "2026-11-21T15:57:17 ntpd[31317]: REFCLOCK: NMEA(8) NMEA device open(/dev/none8) failed",
	  LOG_BY_NTPD, LOG_PORT_NOT_OPENED, 0, "/dev/none8" },
	{ "2026-11-21T15:57:17 ntpd[31317]: REFCLOCK: NMEA(7) PPS device open(/dev/pps9) failed",
	  LOG_BY_NTPD, LOG_PULSE_NOT_OPENED, 0, "/dev/pps9" },
	{ "ntpd[1]: REFCLOCK: refclock_pps: /dev/pps5 open failed: No such file or directory",
	  LOG_BY_NTPD, LOG_PULSE_NOT_OPENED, ENOENT, "/dev/pps5" },
	{ "21 Nov 15:57:17 ntpd[9]: refclock_atom: /dev/pps0: Permission denied",
	  LOG_BY_NTPD, LOG_PULSE_NOT_OPENED, EACCES, "/dev/pps0" },
	{ "ntpd[588]: CONFIG: syntax error in /etc/ntpsec/ntp.conf line 1, column 32",
	  LOG_BY_NTPD, LOG_CONF_ERROR, 0, "/etc/ntpsec/ntp.conf" },
	{ "ntpd[588]: CONFIG: Unknown driver name bogus", LOG_BY_NTPD, LOG_CONF_ERROR, 0, "" },
	{ "ntpd[908]: INIT: cap_set_proc() failed to drop root privs: Operation not permitted",
	  LOG_BY_NTPD, LOG_CLOCK_DENIED, EPERM, "" },
	{ "ntpd[1]: REFCLOCK: refclock_ppsapi: time_pps_create: Operation not supported",
	  LOG_BY_NTPD, LOG_PULSE_NO_SOURCE, EOPNOTSUPP, "" },
	{ "ntpd[1]: refclock_params: time_pps_setparams: Operation not permitted",
	  LOG_BY_NTPD, LOG_PULSE_NOT_SET, EPERM, "" },
	{ "ntpd[1]: REFCLOCK: refclock_params: kernel PLL (hardpps, RFC 1589) not implemented",
	  LOG_BY_NTPD, LOG_PULSE_NO_HARDPPS, EOPNOTSUPP, "" },
	{ "ntpd[1]: refclock_params: time_pps_kcbind: Invalid argument",
	  LOG_BY_NTPD, LOG_PULSE_NO_HARDPPS, EINVAL, "" },
	{ "ntpd[1]: GPS_NMEA(0) set PPSAPI params fails", LOG_BY_NTPD, LOG_PULSE_DROPPED, 0, "" },
	{ "ntpd[1]: GPS_NMEA(0) flag1 1 but PPSAPI fails", LOG_BY_NTPD, LOG_PULSE_DROPPED, 0, "" },
	{ "ntpd[1]: NMEA(0) PPS /dev/gpspps0 opened",
	  LOG_BY_NTPD, LOG_PULSE_OPENED, 0, "/dev/gpspps0" },
	{ "ntpd[1]: NMEA(0) serial /dev/gps0 open at 4800 bps",
	  LOG_BY_NTPD, LOG_PORT_OPENED, 0, "/dev/gps0" },
	{ "ntpd[1]: CLOCK: set_freq: ntpd/ntp_loopfilter.c line 1042: ntp_adjtime: Operation not permitted",
	  LOG_BY_NTPD, LOG_CLOCK_DENIED, EPERM, "" },
	{ "ntpd[1]: CLOCK: Panic: offset too big: 1234.567", LOG_BY_NTPD, LOG_CLOCK_TOO_FAR, 0, "" },
	{ "ntpd[1]: time correction of -86400 seconds exceeds sanity limit (1000); set clock manually to the correct UTC time.",
	  LOG_BY_NTPD, LOG_CLOCK_TOO_FAR, 0, "" },
	{ "ntpd[1]: IO: unable to bind to wildcard address 0.0.0.0 - another process may be running: Address already in use; EXITING",
	  LOG_BY_NTPD, LOG_CLOCK_BUSY, EADDRINUSE, "" },

	/* chronyd */
	{ "Nov 21 15:57:17 meridian chronyd[7]: Could not open /dev/pps0 : No such file or directory",
	  LOG_BY_CHRONYD, LOG_PULSE_NOT_OPENED, ENOENT, "/dev/pps0" },
	{ "2026-11-21T15:57:16Z Could not open /dev/gpspps0 : Permission denied",
	  LOG_BY_CHRONYD, LOG_PULSE_NOT_OPENED, EACCES, "/dev/gpspps0" },
	{ "chronyd[7]: Fatal error : time_pps_create() failed on /dev/ttyS0 : Operation not supported",
	  LOG_BY_CHRONYD, LOG_PULSE_NO_SOURCE, EOPNOTSUPP, "/dev/ttyS0" },
	{ "chronyd[7]: time_pps_setparams() failed on /dev/pps0 : Operation not permitted",
	  LOG_BY_CHRONYD, LOG_PULSE_NOT_SET, EPERM, "/dev/pps0" },
	{ "chronyd[7]: time_pps_fetch() failed : Bad file descriptor",
	  LOG_BY_CHRONYD, LOG_PULSE_UNFETCHED, EBADF, "" },
	{ "chronyd[7]: Fatal error : Invalid lock refid NMEA", LOG_BY_CHRONYD, LOG_LOCK_UNKNOWN, 0, "" },
	{ "chronyd[7]: refclock PPS0 maxlockage too small for GPS",
	  LOG_BY_CHRONYD, LOG_LOCK_AGE, 0, "" },
	{ "chronyd[7]: refclock driver PPS is not compiled in",
	  LOG_BY_CHRONYD, LOG_DRIVER_UNKNOWN, 0, "" },
	{ "chronyd[7]: unknown refclock driver kPPS", LOG_BY_CHRONYD, LOG_DRIVER_UNKNOWN, 0, "" },
	{ "chronyd[7]: Could not parse refclock directive at line 3 in file /etc/chrony/chrony.conf",
	  LOG_BY_CHRONYD, LOG_CONF_ERROR, 0, "/etc/chrony/chrony.conf" },
	{ "chronyd[7]: Fatal error : adjtimex(0x8001) failed : Operation not permitted",
	  LOG_BY_CHRONYD, LOG_CLOCK_DENIED, EPERM, "" },

	/* gpsd */
	{ "gpsd[3]: SER: /dev/ttyS0 already opened by another process",
	  LOG_BY_GPSD, LOG_PORT_HELD, EBUSY, "/dev/ttyS0" },
	{ "gpsd:ERROR: SER: read-only device open of /dev/ttyS9 failed: No such file or directory",
	  LOG_BY_GPSD, LOG_PORT_NOT_OPENED, ENOENT, "/dev/ttyS9" },
	{ "gpsd[3]: SER: device open of /dev/ttyS0 failed: Permission denied - retrying read-only",
	  LOG_BY_GPSD, LOG_PORT_NOT_OPENED, EACCES, "/dev/ttyS0" },
	{ "gpsd[3]: KPPS:/dev/pps0 is fake PPS, timing will be inaccurate",
	  LOG_BY_GPSD, LOG_PULSE_WRONG_KIND, 0, "/dev/pps0" },
	{ "gpsd[3]: KPPS:/dev/ttyS0 cannot set PPS line discipline Operation not permitted",
	  LOG_BY_GPSD, LOG_PULSE_NO_LDISC, EPERM, "/dev/ttyS0" },
	{ "gpsd[3]: KPPS:/dev/ttyS0 running as 0/20, cannot open /dev/pps1: Permission denied",
	  LOG_BY_GPSD, LOG_PULSE_NOT_OPENED, EACCES, "/dev/pps1" },
	{ "gpsd[3]: KPPS:/dev/ttyS0 kernel PPS unavailable, PPS accuracy will suffer",
	  LOG_BY_GPSD, LOG_PULSE_NO_KERNEL, 0, "/dev/ttyS0" },
	{ "gpsd[3]: KPPS:/dev/ttyS0 device not found.",
	  LOG_BY_GPSD, LOG_PULSE_NO_KERNEL, 0, "/dev/ttyS0" },
	{ "gpsd[3]: KPPS:/dev/ttyS0 kernel PPS timeout Connection timed out",
	  LOG_BY_GPSD, LOG_PULSE_NONE, ETIMEDOUT, "/dev/ttyS0" },
	{ "gpsd[3]: KPPS:/dev/ttyS0 kernel PPS will be used",
	  LOG_BY_GPSD, LOG_PULSE_USED, 0, "/dev/ttyS0" },
	{ "gpsd[3]: PPS:/dev/ttyUSB0 die: no TIOMCIWAIT, nor RFC2783 CANWAIT",
	  LOG_BY_GPSD, LOG_PULSE_THREAD_DIED, 0, "/dev/ttyUSB0" },
	{ "gpsd[3]: PPS:/dev/ttyS0 Assert no current GPS seconds: this second already handled",
	  LOG_BY_GPSD, LOG_PULSE_NO_SECONDS, 0, "/dev/ttyS0" },
	{ "gpsd:PROG: PPS:/dev/ttyS0 chrony socket /run/chrony.ttyS0.sock doesn't exist",
	  LOG_BY_GPSD, LOG_SOCKET_MISSING, ENOENT, "/run/chrony.ttyS0.sock" },

	/* the kernel */
	{ "Nov 21 15:57:17 meridian kernel: [   23.5] audit: type=1400 audit(1700000000.123:45): apparmor=\"DENIED\" operation=\"open\" profile=\"/usr/sbin/ntpd\" name=\"/dev/ttyS0\" pid=9 comm=\"ntpd\" requested_mask=\"wr\" denied_mask=\"wr\" fsuid=101 ouid=0",
	  LOG_BY_KERNEL, LOG_APPARMOR, EACCES, "/dev/ttyS0" },
	{ "audit[99]: AVC apparmor=\"DENIED\" operation=\"capable\" profile=\"/usr/sbin/gpsd\" pid=9 comm=\"gpsd\" capability=25  capname=\"sys_time\"",
	  LOG_BY_KERNEL, LOG_APPARMOR_CAPABILITY, EPERM, "sys_time" },
	{ "audit[99]: AVC avc:  denied  { read write } for  pid=1 comm=\"chronyd\" name=\"pps0\" dev=\"devtmpfs\" ino=5",
	  LOG_BY_KERNEL, LOG_SELINUX, EACCES, "pps0" },
	{ "kernel: Lockdown: setserial: /dev/mem,kmem,port is restricted; see man kernel_lockdown.7",
	  LOG_BY_KERNEL, LOG_LOCKDOWN, EPERM, "/dev/mem" },
	{ "kernel: ttyS2: LSR safety check engaged!", LOG_BY_KERNEL, LOG_UART_GONE, 0, "ttyS2" },
	{ "[   27.421900] ttyS1: LSR safety check engaged!", LOG_BY_KERNEL, LOG_UART_GONE, 0, "ttyS1" },
	{ "kernel: serial8250: too much work for irq4", LOG_BY_KERNEL, LOG_UART_BUSY, 0, "" },
	{ "kernel: ttyS ttyS0: 37 input overrun(s)", LOG_BY_KERNEL, LOG_INPUT_OVERRUN, 0, "ttyS0" },
	{ "kernel: pps pps1: source \"/dev/ttyS0\" added",
	  LOG_BY_KERNEL, LOG_SOURCE_ADDED, 0, "/dev/ttyS0" },
	{ "kernel: pps pps1: removed", LOG_BY_KERNEL, LOG_SOURCE_REMOVED, 0, "" },

	/* systemd */
	{ "systemd[1]: Timed out waiting for device dev-gpspps0.device - /dev/gpspps0.",
	  LOG_BY_SYSTEMD, LOG_DEVICE_TIMEOUT, ETIMEDOUT, "/dev/gpspps0" },
	{ "systemd[1]: dev-gpspps0.device: Job dev-gpspps0.device/start timed out.",
	  LOG_BY_SYSTEMD, LOG_DEVICE_TIMEOUT, ETIMEDOUT, "" },
	{ "systemd[1]: gpsd.service - GPS daemon was skipped because of an unmet condition check (ConditionPathExists=/dev/pps0).",
	  LOG_BY_SYSTEMD, LOG_NOT_STARTED, 0, "/dev/pps0" },
};

static void known_lines(void **state)
{
	struct logline l;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!read_line(rows[i].line, &l))
			fail_msg("not known: %s", rows[i].line);
		if (l.who != rows[i].who || l.what != rows[i].what || l.err != rows[i].err ||
		    strcmp(l.path, rows[i].path))
			fail_msg("%s: by %d, what %d, err %d, path \"%s\"", rows[i].line, l.who,
				 l.what, l.err, l.path);
		assert_true(strlen(l.text) == strlen(rows[i].line) ||
			    strlen(l.text) == LOG_TEXT_MAX - 1);
		assert_memory_equal(l.text, rows[i].line, strlen(l.text));
		assert_string_not_equal(logline_words(l.what), logline_words(LOG_NOTHING));
	}
}

/* Each kind of line is in the table above, and has words of its own. */
static void every_kind_is_shown(void **state)
{
	(void)state;
	for (int what = LOG_NOTHING + 1; what <= LOG_NOT_STARTED; what++) {
		bool shown = false;

		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
			shown |= (int)rows[i].what == what;
		if (!shown)
			fail_msg("%d: %s", what, logline_words((enum log_what)what));
		for (int other = LOG_NOTHING; other < what; other++)
			assert_string_not_equal(logline_words((enum log_what)what),
						logline_words((enum log_what)other));
	}
}

static void what_is_good(void **state)
{
	struct logline l;

	(void)state;
	read_line("ntpd[1]: NMEA(0) PPS /dev/gpspps0 opened", &l);
	assert_true(l.good);
	read_line("gpsd[1]: KPPS:/dev/ttyS0 kernel PPS will be used", &l);
	assert_true(l.good);
	read_line("gpsd[1]: KPPS:/dev/ttyS0 kernel PPS unavailable, PPS accuracy will suffer", &l);
	assert_false(l.good);
	read_line("kernel: pps pps1: removed", &l);
	assert_false(l.good);
}

static void units_and_numbers(void **state)
{
	static const struct {
		const char *line;
		int unit, number;	/* -1: none */
	} each[] = {
		{ "ntpd[1]: REFCLOCK: NMEA(7) flag1 1 but PPSAPI fails", 7, -1 },
		{ "ntpd[1]: GPS_NMEA(12) set PPSAPI params fails", 12, -1 },
		{ "ntpd[1]: REFCLOCK: refclock_open /dev/gps3: Permission denied", 3, -1 },
		{ "ntpd[1]: REFCLOCK: refclock_open /dev/ttyS3: Permission denied", -1, -1 },
		{ "chronyd[1]: Could not open /dev/gpspps4 : Permission denied", 4, -1 },
		{ "ntpd[1]: NMEA(0) serial /dev/gps0 open at 115200 bps", 0, 115200 },
		{ "kernel: serial8250: too much work for irq17", -1, 17 },
		{ "kernel: ttyS ttyS0: 37 input overrun(s)", -1, 37 },
		{ "kernel: pps pps12: source \"/dev/ttyS0\" added", -1, 12 },
		{ "kernel: pps pps2: removed", -1, 2 },
	};
	struct logline l;

	(void)state;
	for (size_t i = 0; i < sizeof(each) / sizeof(each[0]); i++) {
		assert_true(read_line(each[i].line, &l));
		if ((fact_known(l.unit) ? l.unit.val : -1) != each[i].unit ||
		    (fact_known(l.number) ? l.number.val : -1) != each[i].number)
			fail_msg("%s: unit %d, number %d", each[i].line, (int)l.unit.val,
				 (int)l.number.val);
	}
}

static void apparmor_says_who_and_what_for(void **state)
{
	struct logline l;

	(void)state;
	assert_true(read_line("kernel: audit: type=1400 apparmor=\"DENIED\" operation=\"open\" profile=\"/usr/sbin/ntpd\" name=\"/dev/ttyS0\" requested_mask=\"wrc\" denied_mask=\"w\"", &l));
	assert_string_equal(l.profile, "/usr/sbin/ntpd");
	assert_string_equal(l.mask, "wrc");
}

/* What others say about such lines is no evidence. */
static void lines_that_prove_nothing(void **state)
{
	static const char *const lines[] = {
		"", " ", ":", "[1]:", "a[]:", "ntpd[1]:", "ntpd[1]: INIT: precision = 0.060 usec (-24)",
		"Nov 21 15:57:17 meridian gpsppsctl[5]: refclock_open /dev/gps0: Permission denied",
		"Nov 21 15:57:17 meridian sshd[5]: refclock_open /dev/gps0: Permission denied",
		"kernel: refclock_open /dev/gps0: Permission denied",
		"ntpd[1]: ttyS2: LSR safety check engaged!",
		"chronyd[7]: Could not open /etc/chrony/chrony.keys : Permission denied",
		"gpsd[3]: KPPS:/dev/ttyS0 checking /dev/pps0, /dev/ttyS0",
		"audit[99]: AVC apparmor=\"ALLOWED\" operation=\"open\" name=\"/dev/ttyS0\"",
	};
	struct logline l;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (read_line(lines[i], &l) || l.what != LOG_NOTHING || l.text[0])
			fail_msg("\"%s\": %d", lines[i], l.what);
}

static void hostile_lines(void **state)
{
	struct logline l;
	char line[3 * LOG_TEXT_MAX];

	(void)state;
	assert_true(read_line("ntpd[1]: refclock_open /dev/\033]0;x\a\377: Permission denied\r\n", &l));
	assert_string_equal(l.path, "/dev/?]0");
	assert_string_equal(l.text, "ntpd[1]: refclock_open /dev/?]0;x??: Permission denied");
	memset(line, '/', sizeof(line));
	memcpy(line, "refclock_open ", 14);
	strcpy(line + sizeof(line) - 19, ": No such device");
	assert_true(read_line(line, &l));
	assert_int_equal(l.err, ENODEV);
	assert_int_equal(strlen(l.path), LOG_PATH_MAX - 1);
	assert_int_equal(strlen(l.text), LOG_TEXT_MAX - 1);
}

static void paths_may_have_colons(void **state)
{
	struct logline l;

	(void)state;
	assert_true(read_line("gpsd[3]: SER: device open of /dev/serial/by-path/pci-0000:00:14.0-usb-0:1:1.0-port0 failed: Device or resource busy", &l));
	assert_string_equal(l.path, "/dev/serial/by-path/pci-0000:00:14.0-usb-0:1:1.0-port0");
	assert_int_equal(l.err, EBUSY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_lines),
		cmocka_unit_test(every_kind_is_shown),
		cmocka_unit_test(what_is_good),
		cmocka_unit_test(units_and_numbers),
		cmocka_unit_test(apparmor_says_who_and_what_for),
		cmocka_unit_test(lines_that_prove_nothing),
		cmocka_unit_test(hostile_lines),
		cmocka_unit_test(paths_may_have_colons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
