// SPDX-License-Identifier: GPL-2.0-or-later
/* LDFLAGS: -Wl,--wrap=ioctl,--wrap=tcgetattr,--wrap=tcsetattr,--wrap=tcflush */
/* LDFLAGS: -Wl,--wrap=tty_open,--wrap=tty_is_gone,--wrap=close */
/*
 * The steps of attach on a fake port: what is set, what is believed, and that
 * the port is as found whichever call fails.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <linux/serial.h>

#include "sys/ppsport.h"
#include "sys/tty.h"

#define FD 1234
#define FOREVER 1000

static struct fake {
	struct termios mode;
	int ldisc;
	int flags;		/* sysfs and TIOCGSERIAL; -1: no such file */
	bool has_set_ldisc;	/* the driver knows N_PPS */
	int serial_err;		/* TIOCSSERIAL says so */
	bool ignores_serial;	/* or takes it and does nothing */
	bool listens;		/* the modem-status interrupt is on */
	int sources;		/* with the port's path, while N_PPS is on */
	int ier, lcr;		/* -1: may not be read */
	int type;		/* sysfs */
	int fail_at, err;	/* this call fails; 0: none */
	int calls;
	bool is_open, is_gone, drops_baud;
	char log[512];		/* the calls that change something */
} port;

static bool fails(void)
{
	if (++port.calls != port.fail_at)
		return false;
	errno = port.err;
	return true;
}

static void note(const char *text)
{
	strncat(port.log, text, sizeof(port.log) - strlen(port.log) - 1);
}

/* ---- the system calls ---- */

int __wrap_tty_open(const char *name);
bool __wrap_tty_is_gone(int fd);
int __wrap_close(int fd);
int __real_close(int fd);
int __wrap_ioctl(int fd, unsigned long request, void *arg);
int __wrap_tcgetattr(int fd, struct termios *t);
int __wrap_tcsetattr(int fd, int when, const struct termios *t);
int __wrap_tcflush(int fd, int what);

int __wrap_tty_open(const char *name)
{
	assert_string_equal(name, "ttyS0");
	if (fails())
		return -port.err;
	port.is_open = true;
	return FD;
}

bool __wrap_tty_is_gone(int fd)
{
	assert_int_equal(fd, FD);
	return port.is_gone;
}

int __wrap_close(int fd)
{
	if (fd != FD)
		return __real_close(fd);
	assert_true(port.is_open);
	port.is_open = false;
	return 0;
}

static void set_ldisc(int ldisc)
{
	char text[32];

	snprintf(text, sizeof(text), "ldisc %d;", ldisc);
	note(text);
	if (ldisc == port.ldisc)
		return;
	port.ldisc = ldisc;
	if (!port.has_set_ldisc)
		return;
	port.flags = ldisc == N_PPS ? port.flags | 0x800 : port.flags & ~0x800;
	port.listens = ldisc == N_PPS;
}

static void get_serial(struct serial_struct *serial)
{
	*serial = (struct serial_struct) { .type = port.type, .irq = 4,
		.flags = port.flags, .closing_wait = 3000 };
}

static int set_serial(const struct serial_struct *serial)
{
	struct serial_struct want;

	if (port.serial_err) {
		errno = port.serial_err;
		return -1;
	}
	get_serial(&want);
	want.flags ^= 0x800;
	assert_memory_equal(serial, &want, sizeof(want));	/* nothing but the flag */
	note(serial->flags & 0x800 ? "flag;" : "no flag;");
	if (!port.ignores_serial)
		port.flags = serial->flags;
	return 0;
}

/* Arms as it begins to wait; the alarm ends it at once. */
static int wait_for_line(const void *lines)
{
	assert_null(lines);
	note("arm;");
	port.listens = true;
	errno = EINTR;
	return -1;
}

int __wrap_ioctl(int fd, unsigned long request, void *arg)
{
	assert_int_equal(fd, FD);
	assert_true(port.is_open);
	/* what may steal an edge is never asked */
	assert_true(request == TIOCGSERIAL || request == TIOCGETD || request == TIOCSETD ||
		    request == TIOCSSERIAL || request == TIOCMIWAIT);
	if (fails())
		return -1;
	switch (request) {
	case TIOCGETD: *(int *)arg = port.ldisc; return 0;
	case TIOCSETD: set_ldisc(*(int *)arg); return 0;
	case TIOCGSERIAL: get_serial(arg); return 0;
	case TIOCSSERIAL: return set_serial(arg);
	default: return wait_for_line(arg);
	}
}

int __wrap_tcgetattr(int fd, struct termios *t)
{
	assert_int_equal(fd, FD);
	if (fails())
		return -1;
	*t = port.mode;
	return 0;
}

int __wrap_tcsetattr(int fd, int when, const struct termios *t)
{
	assert_int_equal(fd, FD);
	assert_int_equal(when, TCSANOW);	/* the others may wait for ever */
	note("mode;");
	/* one that fails may have taken a part */
	port.mode = *t;
	if (port.drops_baud && t->c_lflag == ICANON)
		cfsetospeed(&port.mode, B9600);
	return fails() ? -1 : 0;
}

int __wrap_tcflush(int fd, int what)
{
	assert_int_equal(fd, FD);
	note(what == TCIOFLUSH ? "flush;" : "flush out;");
	return fails() ? -1 : 0;
}

/* ---- the probe ---- */

static int number(char *buf, size_t size, const char *fmt, int value)
{
	if (value < 0)
		return -ENOENT;
	/* formats are this file's own */
	return snprintf(buf, size, strcmp(fmt, "0x%X") ? strcmp(fmt, "%02x") ? "%d" : "%02x" :
			"0x%X", value);
}

static int get(struct probe *p, const char *key, char *buf, size_t size)
{
	(void)p;
	if (!strcmp(key, "link:/sys/class/tty/ttyS0/device"))
		return snprintf(buf, size, "../../0000:00");
	if (!strcmp(key, "file:/sys/class/tty/ttyS0/type"))
		return number(buf, size, "%d", port.type);
	if (!strcmp(key, "file:/sys/class/tty/ttyS0/flags"))
		return number(buf, size, "0x%X", port.flags);
	if (!strcmp(key, "file:/sys/class/tty/ttyS0/io_type"))
		return number(buf, size, "%d", 0);
	if (!strcmp(key, "file:/sys/class/tty/ttyS0/port"))
		return number(buf, size, "0x%X", 0x3f8);
	if (!strncmp(key, "ioport:", 7) && port.ier < 0)
		return -EPERM;
	if (!strcmp(key, "ioport:3f9"))
		return number(buf, size, "%02x", port.lcr & 0x80 ? 0 : port.ier);
	if (!strcmp(key, "ioport:3fb"))
		return number(buf, size, "%02x", port.lcr);
	if (!strcmp(key, "file:/sys/class/pps/pps0/path"))
		return snprintf(buf, size, "/dev/ttyS01");
	if (!strcmp(key, "file:/sys/class/pps/pps7/path") ||
	    !strcmp(key, "file:/sys/class/pps/pps8/path"))
		return snprintf(buf, size, "/dev/ttyS0");
	fail_msg("asked for %s", key);
	return -ENOENT;
}

static int list(struct probe *p, const char *dir, char ***names)
{
	const int n = port.ldisc == N_PPS ? port.sources + 1 : 1;
	static const char *const all[] = { "pps0", "pps7", "pps8" };

	(void)p;
	assert_string_equal(dir, "/sys/class/pps");
	*names = calloc(3, sizeof(**names));
	for (int i = 0; i < n; i++)
		(*names)[i] = strdup(all[i]);
	return n;
}

static void sleep_ms(struct probe *p, int ms)
{
	(void)p;
	(void)ms;
}

static const struct probe_ops ops = { .get = get, .list = list, .sleep_ms = sleep_ms };
static struct probe probe = { .ops = &ops };

/* ---- the tests ---- */

static struct termios found_mode(void)
{
	struct termios t;

	memset(&t, 0, sizeof(t));
	t.c_iflag = ICRNL | IXON;
	t.c_oflag = OPOST;
	t.c_cflag = CS8 | CREAD | HUPCL | CRTSCTS | B9600;
	t.c_lflag = ECHO | ISIG | ICANON | IEXTEN;
	t.c_cc[VINTR] = 3;
	return t;
}

static int plug_in(void **state)
{
	(void)state;
	port = (struct fake) {
		.mode = found_mode(), .ldisc = N_TTY, .flags = 0x40, .has_set_ldisc = true,
		.sources = 1, .ier = 0x0d, .lcr = 0x03, .type = 4,
	};
	return 0;
}

static int attach(struct ppsport *p)
{
	memset(p, 0, sizeof(*p));
	p->tty = "ttyS0";
	p->speed = B4800;
	return ppsport_attach(&probe, p);
}

static void assert_as_found(void)
{
	const struct termios found = found_mode();

	assert_memory_equal(&port.mode, &found, sizeof(found));
	assert_int_equal(port.ldisc, N_TTY);
	assert_int_equal(port.flags, 0x40);
	assert_false(port.is_open);
}

/* An ARM board's PL011: without set_ldisc(), and no I/O port to read IER at. */
static int plug_in_pl011(void **state)
{
	plug_in(state);
	port.has_set_ldisc = false;
	port.type = 32;
	port.ier = -1;
	return 0;
}

static void attach_and_put_back(void **state)
{
	struct ppsport p;

	(void)state;
	assert_int_equal(attach(&p), 0);
	assert_int_equal(p.fd, FD);
	assert_string_equal(p.pps, "pps7");
	assert_true(p.is_armed && port.listens);
	assert_false(p.needs_flag);	/* who holds it needs no right for that */
	assert_true(fact_is(p.ier, 0x0d));
	assert_false(p.has_old_source);
	assert_int_equal(port.ldisc, N_PPS);
	assert_int_equal(port.mode.c_cflag, CS8 | CLOCAL | CREAD | B4800);
	/* flushed before the line discipline, set again after it */
	assert_string_equal(port.log, "mode;flush;ldisc 18;mode;");
	assert_int_equal(ppsport_ldisc_after(&p), N_TTY);
	assert_int_equal(ppsport_put_back(&p), 0);
	assert_as_found();
	assert_int_equal(ppsport_put_back(&p), 0);	/* once more is nothing */
}

static void sentences_only_gets_the_mode_and_no_line_discipline(void **state)
{
	struct ppsport p = { .tty = "ttyS0", .speed = B4800, .no_pulse = true };

	(void)state;
	assert_int_equal(ppsport_attach(&probe, &p), 0);
	assert_string_equal(p.pps, "");
	assert_int_equal(port.ldisc, N_TTY);
	assert_int_equal(port.mode.c_cflag, CS8 | CLOCAL | CREAD | B4800);
	assert_string_equal(port.log, "mode;flush;mode;");
	assert_int_equal(ppsport_put_back(&p), 0);
	assert_as_found();
}

static void pulse_only_has_its_receiver_off(void **state)
{
	struct ppsport p = { .tty = "ttyS0", .speed = B4800, .no_sentences = true };

	(void)state;
	assert_int_equal(ppsport_attach(&probe, &p), 0);
	assert_string_equal(p.pps, "pps7");
	assert_int_equal(port.ldisc, N_PPS);
	assert_int_equal(port.mode.c_cflag, CS8 | CLOCAL | B4800);
	assert_int_equal(p.mode.c_cflag, CS8 | CLOCAL | B4800);
	assert_int_equal(ppsport_put_back(&p), 0);
	assert_as_found();
}

/* TIOCGSERIAL, the second call, which some USB drivers do not know; and a refused TIOCSSERIAL. */
static bool is_tolerated(int call, int err, const struct ppsport *p)
{
	return err == EINVAL && (call == 2 || p->flag_err == -EINVAL);
}

static void fail_each_call(int (*plug)(void **state), int n_calls)
{
	static const int errs[] = { EIO, EINVAL, EPERM, EBUSY, ENOMEM };
	struct ppsport p;

	plug(NULL);
	assert_int_equal(attach(&p), 0);
	assert_int_equal(port.calls, n_calls);
	for (int n = 1; n <= n_calls; n++) {
		for (size_t i = 0; i < sizeof(errs) / sizeof(errs[0]); i++) {
			int err;

			plug(NULL);
			port.fail_at = n;
			port.err = errs[i];
			err = attach(&p);
			if (is_tolerated(n, errs[i], &p)) {
				assert_int_equal(err, 0);
				continue;
			}
			if (err != -errs[i])
				fail_msg("call %d: %d instead of %d", n, err, -errs[i]);
			assert_as_found();
			assert_int_equal(p.fd, -1);
		}
	}
}

static void as_found_whichever_call_fails(void **state)
{
	(void)state;
	fail_each_call(plug_in, 12);
	fail_each_call(plug_in_pl011, 15);	/* TIOCGSERIAL, TIOCSSERIAL, TIOCMIWAIT */
}

static void each_failing_step_is_named(void **state)
{
	static const struct {
		int fail_at, err;
		enum ppsport_step step;
	} rows[] = {
		{ 1, EACCES, STEP_OPEN },
		{ 2, EIO, STEP_SERIAL },
		{ 3, EIO, STEP_READ_LDISC },
		{ 4, EIO, STEP_READ_MODE },
		{ 5, EIO, STEP_SET_MODE },
		{ 6, EIO, STEP_SET_MODE },
		{ 7, EIO, STEP_FLUSH },
		{ 8, EINVAL, STEP_SET_LDISC },
		{ 9, EIO, STEP_CHECK_LDISC },
		{ 10, EIO, STEP_CHECK_MODE },
	};
	struct ppsport p;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		plug_in(NULL);
		port.fail_at = rows[i].fail_at;
		port.err = rows[i].err;
		assert_int_equal(attach(&p), -rows[i].err);
		assert_int_equal(p.step, rows[i].step);
	}
}

static void what_is_not_proven_is_not_attached(void **state)
{
	struct ppsport p;

	(void)state;
	port.has_set_ldisc = false;	/* and the flag does not come by us either */
	port.ignores_serial = true;
	assert_int_equal(attach(&p), -EIO);
	assert_int_equal(p.step, STEP_CHECK_FLAGS);
	assert_as_found();
	plug_in(NULL);
	port.sources = 0;
	assert_int_equal(attach(&p), -ENODEV);
	assert_int_equal(p.step, STEP_CHECK_PPS);
	assert_as_found();
	plug_in(NULL);
	port.sources = 2;
	assert_int_equal(attach(&p), -ENOTUNIQ);
	assert_as_found();
	plug_in(NULL);
	port.drops_baud = true;
	assert_int_equal(attach(&p), -EIO);
	assert_int_equal(p.step, STEP_SET_MODE);
	assert_as_found();
	plug_in(NULL);
	port.ier = 0x05;
	assert_int_equal(attach(&p), -EIO);
	assert_int_equal(p.step, STEP_CHECK_IER);
	assert_as_found();
	plug_in(NULL);
	port.type = 0;
	assert_int_equal(attach(&p), -ENODEV);
	assert_int_equal(p.step, STEP_UART);
	assert_int_equal(port.calls, 0);	/* it was not even opened */
}

static void what_cannot_be_read_is_not_held_against_it(void **state)
{
	struct ppsport p;

	(void)state;
	port.ier = -1;			/* not root, or locked down */
	assert_int_equal(attach(&p), 0);
	assert_int_equal(p.ier.state, FACT_DENIED);
	ppsport_put_back(&p);
	plug_in(NULL);
	port.lcr = 0x83;		/* DLAB: the byte at IER's place is the divisor's */
	assert_int_equal(attach(&p), 0);
	assert_false(fact_known(p.ier));
	ppsport_put_back(&p);
	plug_in(NULL);
	port.flags = -1;		/* a USB adapter has no flags at all */
	port.has_set_ldisc = false;
	port.type = -1;
	assert_int_equal(attach(&p), 0);
	assert_false(p.is_armed || p.needs_flag);
	assert_string_equal(port.log, "mode;flush;ldisc 18;mode;");	/* nothing to arm */
	ppsport_put_back(&p);
}

/* ---- drivers that do not notice N_PPS ---- */

static void told_by_tiocsserial(void **state)
{
	struct ppsport p;

	(void)state;
	assert_int_equal(attach(&p), 0);
	assert_true(p.is_armed && p.needs_flag && port.listens);
	assert_string_equal(port.log, "mode;flush;ldisc 18;flag;arm;mode;");
	assert_true(fact_is(p.found_flags, 0x40) && fact_is(p.flags, 0x840));
	port.log[0] = '\0';
	assert_int_equal(ppsport_put_back(&p), 0);
	assert_string_equal(port.log, "flush out;ldisc 0;no flag;mode;");
	assert_as_found();
}

/* Behaviour decides: an 8250 that forgets its flag is told as any other. */
static void an_8250_is_told_if_it_must_be(void **state)
{
	struct ppsport p;

	(void)state;
	plug_in(NULL);
	port.has_set_ldisc = false;
	assert_int_equal(attach(&p), 0);
	assert_true(p.is_armed && p.needs_flag && port.listens);
	assert_int_equal(ppsport_put_back(&p), 0);
	assert_as_found();
}

static void telling_it_needs_a_right(void **state)
{
	struct ppsport p;

	(void)state;
	port.serial_err = EPERM;
	assert_int_equal(attach(&p), -EPERM);
	assert_int_equal(p.step, STEP_ARM);
	assert_as_found();
}

static void a_refused_tiocsserial_is_not_the_end(void **state)
{
	struct ppsport p;

	(void)state;
	port.serial_err = EINVAL;
	assert_int_equal(attach(&p), 0);
	assert_true(port.listens);
	assert_false(p.is_armed || p.needs_flag);
	assert_int_equal(p.flag_err, -EINVAL);
	assert_int_equal(ppsport_put_back(&p), 0);
	assert_as_found();
}

/* A killed holder's flag stays; that it is there does not prove that N_PPS set it. */
static void a_stale_flag_proves_nothing(void **state)
{
	struct ppsport p;

	(void)state;
	port.flags = 0x840;
	assert_int_equal(attach(&p), 0);
	assert_true(p.is_armed && p.needs_flag && port.listens);
	assert_string_equal(port.log, "mode;flush;ldisc 18;arm;mode;");
	assert_int_equal(ppsport_put_back(&p), 0);
	assert_int_equal(port.flags, 0x840);	/* as found */
	/* all 8250s set it themselves */
	plug_in(NULL);
	port.flags = 0x840;
	assert_int_equal(attach(&p), 0);
	assert_true(p.is_armed && port.listens);
	assert_false(p.needs_flag);
	ppsport_put_back(&p);
}

static void a_port_that_goes_away(void **state)
{
	struct ppsport p;

	(void)state;
	port.fail_at = 8;
	port.err = EIO;
	port.is_gone = true;
	assert_int_equal(attach(&p), -ENXIO);
	assert_false(port.is_open);
}

/* A killed holder's N_PPS stays while ntpd has the port open. */
static void a_leftover_is_adopted(void **state)
{
	struct ppsport p;

	(void)state;
	port.ldisc = N_PPS;
	port.flags |= 0x800;
	assert_int_equal(attach(&p), 0);
	assert_string_equal(port.log, "mode;flush;ldisc 18;mode;");
	assert_true(p.has_old_source);	/* whose handle is good */
	assert_int_equal(ppsport_ldisc_after(&p), N_TTY);
	/* disarmed by a TIOCSSERIAL: only a change of the line discipline arms it again */
	plug_in(NULL);
	port.ldisc = N_PPS;
	assert_int_equal(attach(&p), 0);
	assert_true(p.is_armed);
	assert_false(p.has_old_source);
	assert_string_equal(port.log, "mode;flush;ldisc 0;ldisc 18;mode;");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(attach_and_put_back, plug_in),
		cmocka_unit_test_setup(sentences_only_gets_the_mode_and_no_line_discipline, plug_in),
		cmocka_unit_test_setup(pulse_only_has_its_receiver_off, plug_in),
		cmocka_unit_test_setup(as_found_whichever_call_fails, plug_in),
		cmocka_unit_test_setup(each_failing_step_is_named, plug_in),
		cmocka_unit_test_setup(what_is_not_proven_is_not_attached, plug_in),
		cmocka_unit_test_setup(what_cannot_be_read_is_not_held_against_it, plug_in),
		cmocka_unit_test_setup(told_by_tiocsserial, plug_in_pl011),
		cmocka_unit_test_setup(an_8250_is_told_if_it_must_be, plug_in),
		cmocka_unit_test_setup(telling_it_needs_a_right, plug_in_pl011),
		cmocka_unit_test_setup(a_refused_tiocsserial_is_not_the_end, plug_in_pl011),
		cmocka_unit_test_setup(a_stale_flag_proves_nothing, plug_in_pl011),
		cmocka_unit_test_setup(a_port_that_goes_away, plug_in),
		cmocka_unit_test_setup(a_leftover_is_adopted, plug_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
