// SPDX-License-Identifier: GPL-2.0-or-later
/* LDFLAGS: -Wl,--wrap=ioctl,--wrap=tty_open,--wrap=close */
/* Arming a UART again, on a fake port: what is asked of it, and that it ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <linux/serial.h>
#include <unistd.h>

#include "sys/rearm.h"
#include "sys/tty.h"

#define FD 1234

static struct fake {
	int open_err, wait_err, set_err;
	int ldisc;
	struct serial_struct serial, written;
	bool armed, is_open, wrote;
} port;

int __wrap_tty_open(const char *name);
int __wrap_close(int fd);
int __real_close(int fd);
int __wrap_ioctl(int fd, unsigned long request, ...);

int __wrap_tty_open(const char *name)
{
	assert_string_equal(name, "ttyS1");
	if (port.open_err)
		return -port.open_err;
	port.is_open = true;
	return FD;
}

int __wrap_close(int fd)
{
	if (fd != FD)
		return __real_close(fd);
	port.is_open = false;
	return 0;
}

static int refuse(int err)
{
	errno = err;
	return -1;
}

/* Arms first, waits then, as the kernel does; only a signal ends it. */
static int wait_for_line(unsigned long lines)
{
	assert_int_equal(lines, 0);
	if (port.wait_err)
		return refuse(port.wait_err);
	port.armed = true;
	return pause();
}

static int set_serial(const struct serial_struct *serial)
{
	if (port.set_err)
		return refuse(port.set_err);
	port.wrote = true;
	port.written = *serial;
	return 0;
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list ap;
	void *arg;

	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	assert_int_equal(fd, FD);
	switch (request) {
	case TIOCGETD:
		*(int *)arg = port.ldisc;
		return 0;
	case TIOCGSERIAL:
		*(struct serial_struct *)arg = port.serial;
		return 0;
	case TIOCSSERIAL:
		return set_serial(arg);
	case TIOCMIWAIT:
		return wait_for_line((unsigned long)arg);
	}
	fail_msg("request 0x%lx", request);
	return -1;
}

static int setup(void **state)
{
	(void)state;
	memset(&port, 0, sizeof(port));
	port.ldisc = N_PPS;
	port.serial = (struct serial_struct) { .type = 4, .line = 1, .port = 0x2f8, .irq = 3,
		.flags = 0x10000840, .baud_base = 115200, .close_delay = 50,
		.closing_wait = 3000 };
	return 0;
}

static void it_arms_and_returns(void **state)
{
	(void)state;
	alarm(0);
	assert_int_equal(rearm_port("ttyS1"), 0);
	assert_true(port.armed);
	assert_false(port.wrote);	/* the flag was there */
	assert_false(port.is_open);
}

static void a_lost_flag_comes_back_and_nothing_else_changes(void **state)
{
	struct serial_struct want;

	(void)state;
	port.serial.flags = 0x10000040;
	want = port.serial;
	want.flags = 0x10000840;
	assert_int_equal(rearm_port("ttyS1"), 0);
	assert_true(port.armed && port.wrote);
	assert_memory_equal(&port.written, &want, sizeof(want));
}

static void without_the_right_it_arms_all_the_same(void **state)
{
	(void)state;
	port.serial.flags = 0x10000040;
	port.set_err = EPERM;
	assert_int_equal(rearm_port("ttyS1"), -EPERM);
	assert_true(port.armed);
	assert_false(port.is_open);
}

static void a_port_without_n_pps_is_left_alone(void **state)
{
	(void)state;
	port.ldisc = N_TTY;
	port.serial.flags = 0x10000040;
	assert_int_equal(rearm_port("ttyS1"), -ENODEV);
	assert_false(port.armed || port.wrote || port.is_open);
}

static void refusals_are_told(void **state)
{
	(void)state;
	port.wait_err = EIO;
	assert_int_equal(rearm_port("ttyS1"), -EIO);
	assert_false(port.is_open);
	port.open_err = EACCES;
	assert_int_equal(rearm_port("ttyS1"), -EACCES);
}

/* For who has the port open already: the interrupt without the flag, and the reverse. */
static void by_descriptor(void **state)
{
	(void)state;
	port.serial.flags = 0x10000040;
	assert_int_equal(rearm_fd(FD), 0);
	assert_true(port.armed);
	assert_false(port.wrote);
	port.armed = false;
	assert_int_equal(rearm_set_flag(FD), 0);
	assert_int_equal(port.written.flags, 0x10000840);
	assert_false(port.armed);
	port.wait_err = EIO;
	assert_int_equal(rearm_fd(FD), -EIO);
	port.set_err = EPERM;
	assert_int_equal(rearm_set_flag(FD), -EPERM);
}

static void the_flag_is_taken_away(void **state)
{
	struct serial_struct want;

	(void)state;
	want = port.serial;
	want.flags = 0x10000040;
	assert_int_equal(rearm_clear_flag(FD), 0);
	assert_memory_equal(&port.written, &want, sizeof(want));
	/* a driver with set_ldisc() has done so */
	port.wrote = false;
	port.serial.flags = 0x10000040;
	assert_int_equal(rearm_clear_flag(FD), 0);
	assert_false(port.wrote);
}

static void on_signal(int number)
{
	(void)number;
}

static void signals_and_timer_are_as_before(void **state)
{
	struct sigaction before = { .sa_handler = on_signal, .sa_flags = SA_RESTART }, after;
	struct itimerval timer;
	sigset_t set, was;

	(void)state;
	sigaction(SIGALRM, &before, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	sigprocmask(SIG_BLOCK, &set, NULL);	/* or it would wait for ever */
	assert_int_equal(rearm_port("ttyS1"), 0);
	sigprocmask(SIG_UNBLOCK, &set, &was);
	assert_true(sigismember(&was, SIGALRM));
	sigaction(SIGALRM, NULL, &after);
	assert_true(after.sa_handler == on_signal && after.sa_flags & SA_RESTART);
	getitimer(ITIMER_REAL, &timer);
	assert_int_equal(timer.it_value.tv_sec + timer.it_value.tv_usec, 0);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_arms_and_returns),
		TEST(a_lost_flag_comes_back_and_nothing_else_changes),
		TEST(without_the_right_it_arms_all_the_same),
		TEST(a_port_without_n_pps_is_left_alone),
		TEST(refusals_are_told),
		TEST(by_descriptor),
		TEST(the_flag_is_taken_away),
		TEST(signals_and_timer_are_as_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
