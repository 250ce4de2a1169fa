// SPDX-License-Identifier: GPL-2.0-or-later
/* Names, speeds, and ntpd's termios field by field. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sys/tty.h"

static void ntpd_termios_field_by_field(void **state)
{
	struct termios cur, t;

	(void)state;
	/* whatever was there before: all bits of all fields */
	memset(&cur, 0xff, sizeof(cur));
	cur.c_line = 18;
	tty_ntpd_mode(&t, &cur, B4800);
#if defined(__x86_64__) || defined(__i386__) || defined(__aarch64__) || defined(__arm__)
	/* strace of ntpsec 1.2.2 and the source, refclock_setup(): in octal as it is printed */
	assert_int_equal(t.c_iflag, 0405);
	assert_int_equal(t.c_cflag, 04274);
	assert_int_equal(t.c_lflag, 02);
#endif
	assert_int_equal(t.c_iflag, IGNBRK | IGNPAR | ICRNL);
	assert_int_equal(t.c_oflag, 0);
	assert_int_equal(t.c_cflag, CS8 | CLOCAL | CREAD | B4800);
	assert_int_equal(t.c_lflag, ICANON);
	for (size_t i = 0; i < NCCS; i++)
		assert_int_equal(t.c_cc[i], 0);
	assert_int_equal(t.c_line, 18);
	assert_int_equal(cfgetispeed(&t), B4800);
	assert_int_equal(cfgetospeed(&t), B4800);
	tty_ntpd_mode(&t, &cur, B115200);
	assert_int_equal(t.c_cflag, CS8 | CLOCAL | CREAD | B115200);
}

static void speeds_there_and_back(void **state)
{
	static const unsigned int bauds[] = { 50, 4800, 9600, 19200, 38400, 57600, 115200, 4000000 };

	(void)state;
	for (size_t i = 0; i < sizeof(bauds) / sizeof(bauds[0]); i++) {
		assert_int_not_equal(tty_speed(bauds[i]), B0);
		assert_int_equal(tty_baud(tty_speed(bauds[i])), bauds[i]);
	}
	assert_int_equal(tty_speed(4801), B0);
	assert_int_equal(tty_speed(0), B0);
	assert_int_equal(tty_baud(B0), 0);
}

struct pair {
	int master, slave;
	char path[64];
};

static int open_pair(void **state)
{
	struct pair *p = calloc(1, sizeof(*p));

	*state = p;
	return p ? openpty(&p->master, &p->slave, p->path, NULL, NULL) : -1;
}

static int close_pair(void **state)
{
	struct pair *p = *state;

	close(p->master);
	close(p->slave);
	free(p);
	return 0;
}

static void names(void **state)
{
	const struct pair *p = *state;
	char name[32], link[64];

	assert_int_equal(tty_resolve(p->path, name, sizeof(name)), 0);
	assert_string_equal(name, p->path + 5);
	snprintf(link, sizeof(link), "/tmp/gpsppsctl-test-%d", (int)getpid());
	assert_int_equal(symlink(p->path, link), 0);
	assert_int_equal(tty_resolve(link, name, sizeof(name)), 0);
	assert_string_equal(name, p->path + 5);
	unlink(link);
	assert_int_equal(tty_resolve(link, name, sizeof(name)), -ENOENT);
	assert_int_equal(tty_resolve("", name, sizeof(name)), -ENOENT);
	assert_int_equal(tty_resolve("no-such-port", name, sizeof(name)), -ENOENT);
	assert_int_equal(tty_resolve("null", name, sizeof(name)), -ENOTTY);
	assert_int_equal(tty_resolve("/dev/null", name, sizeof(name)), -ENOTTY);
	assert_int_equal(tty_resolve("/etc/passwd", name, sizeof(name)), -ENOTTY);
	assert_int_equal(tty_resolve("/tmp", name, sizeof(name)), -ENOTTY);
	assert_int_equal(tty_resolve(p->path, name, 3), -ENAMETOOLONG);
}

static void set_and_put_back(void **state)
{
	const struct pair *p = *state;
	struct termios found, t, now;
	int fd = tty_open(p->path + 5);

	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	assert_int_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
	assert_int_equal(tcgetattr(fd, &found), 0);
	tty_ntpd_mode(&t, &found, B4800);
	assert_int_equal(tty_set_mode(fd, &t), 0);
	assert_int_equal(tty_get_ldisc(fd), N_TTY);
	assert_int_equal(tcgetattr(fd, &now), 0);
	assert_true(tty_mode_equal(&now, &t));
	assert_false(tty_mode_equal(&now, &found));
	assert_int_equal(tty_put_back(fd, N_TTY, &found), 0);
	assert_int_equal(tcgetattr(fd, &now), 0);
	assert_true(tty_mode_equal(&now, &found));
	close(fd);
}

static void what_did_not_take_is_an_error(void **state)
{
	const struct pair *p = *state;
	struct termios t;
	int err;

	assert_int_equal(tcgetattr(p->slave, &t), 0);
	/* a pty always receives (pty_set_termios()): it takes the call, not the bit */
	t.c_cflag &= ~(tcflag_t)CREAD;
	err = tty_set_mode(p->slave, &t);
	assert_true(err == -EIO || err == -EINVAL);	/* EINVAL: glibc looks, too */
}

static void hang_up_is_seen(void **state)
{
	struct pair *p = *state;

	assert_false(tty_is_gone(p->slave));
	assert_int_equal(write(p->master, "x\n", 2), 2);
	assert_false(tty_is_gone(p->slave));
	close(p->master);
	assert_true(tty_is_gone(p->slave));
	p->master = dup(p->slave);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ntpd_termios_field_by_field),
		cmocka_unit_test(speeds_there_and_back),
		cmocka_unit_test_setup_teardown(names, open_pair, close_pair),
		cmocka_unit_test_setup_teardown(set_and_put_back, open_pair, close_pair),
		cmocka_unit_test_setup_teardown(what_did_not_take_is_an_error, open_pair, close_pair),
		cmocka_unit_test_setup_teardown(hang_up_is_seen, open_pair, close_pair),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
