// SPDX-License-Identifier: GPL-2.0-or-later
/* chrony's SOCK: the datagram to the byte, and a chronyd that is there, gone, back, deaf. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/chronysock.h"

#define NOBODY 65534
#define T0 INT64_C(1700000000)

static char dir[40], path[64];
static int chronyd = -1;

/* chronyd begins: a socket of its own, in the place of one that is left over. */
static void start_chronyd(int type)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	unlink(path);
	chronyd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(chronyd, (struct sockaddr *)&addr, sizeof(addr)), 0);
}

static void stop_chronyd(void)
{
	if (chronyd >= 0)
		close(chronyd);
	chronyd = -1;
}

static int begin(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/test_chronysock.XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/chrony.ttyS0.sock", dir);
	return 0;
}

static int end(void **state)
{
	(void)state;
	stop_chronyd();
	unlink(path);
	return rmdir(dir);
}

static struct sample sample_of(int64_t true_ns, int64_t stamp_ns)
{
	struct sample s = { .kind = SAMPLE_PULSE, .is_numbered = true };

	s.true_ns = T0 * NS_PER_S + true_ns;
	s.stamp_ns = T0 * NS_PER_S + stamp_ns;
	return s;
}

static int send_one(struct chronysock *c)
{
	const struct sample s = sample_of(0, 1000);

	return chronysock_send(c, &s);
}

/* ---- the datagram ---- */

/* struct sock_sample of chrony's refclock_sock.c, with a timeval of 64 bits. */
struct datagram {
	int64_t sec, usec;
	double offset;
	int32_t pulse, leap, pad, magic;
};

static void receive(struct datagram *d)
{
	char buf[100];

	assert_int_equal(recv(chronyd, buf, sizeof(buf), 0), 40);
	memcpy(d, buf, 40);
	assert_int_equal(d->magic, 0x534f434b);
}

static void datagram_is_chronys(void **state)
{
	struct sample s = sample_of(0, 123456789);
	struct chronysock c;
	struct datagram d;

	(void)state;
	if (sizeof(long) != 8)
		skip();
	start_chronyd(SOCK_DGRAM);
	assert_int_equal(chronysock_open(&c, path), 0);
	s.leap = LEAP_DELETE;
	assert_int_equal(chronysock_send(&c, &s), 0);
	receive(&d);
	assert_int_equal(d.sec, T0);
	assert_int_equal(d.usec, 123456);
	assert_true(d.offset == -0.123456789);	/* our clock is ahead */
	assert_int_equal(d.pulse, 0);
	assert_int_equal(d.leap, 2);
	assert_int_equal(d.pad, 0);
	chronysock_close(&c);
}

/*
 * 4.3 was asked: with pulse 1 and an offset of 0.1 it wrote -0.1 into refclocks.log, with
 * pulse 0 it wrote 0.1 (RCL_AddCookedPulse() has "offset = -second").
 */
static void pulse_without_a_number_has_the_contrary_sign(void **state)
{
	struct sample s = sample_of(0, 123456789);
	struct chronysock c;
	struct datagram d;

	(void)state;
	if (sizeof(long) != 8)
		skip();
	start_chronyd(SOCK_DGRAM);
	assert_int_equal(chronysock_open(&c, path), 0);
	s.is_numbered = false;
	assert_int_equal(chronysock_send(&c, &s), 0);
	receive(&d);
	assert_int_equal(d.pulse, 1);
	assert_true(d.offset == 0.123456789);
	chronysock_close(&c);
}

/* A double of today's seconds has steps of 238 ns. */
static void offset_is_exact_to_the_nanosecond(void **state)
{
	static const int64_t behind_ns[] = { 1, -1, 17, 999999999, -3600 * NS_PER_S - 7 };
	struct chronysock c;
	struct datagram d;

	(void)state;
	if (sizeof(long) != 8)
		skip();
	start_chronyd(SOCK_DGRAM);
	assert_int_equal(chronysock_open(&c, path), 0);
	for (size_t i = 0; i < sizeof(behind_ns) / sizeof(behind_ns[0]); i++) {
		struct sample s = sample_of(behind_ns[i], 0);

		assert_int_equal(chronysock_send(&c, &s), 0);
		receive(&d);
		assert_true(d.offset == (double)behind_ns[i] / 1e9);
	}
	chronysock_close(&c);
}

/* ---- who is there ---- */

static void chronyd_comes_goes_and_comes_back(void **state)
{
	struct chronysock c;
	struct datagram d;

	(void)state;
	assert_int_equal(chronysock_open(&c, path), 0);
	assert_int_equal(send_one(&c), -ENOENT);
	for (int i = 0; i < 3; i++) {
		start_chronyd(SOCK_DGRAM);
		assert_int_equal(send_one(&c), 0);
		if (sizeof(long) == 8)
			receive(&d);
		stop_chronyd();
		assert_int_equal(send_one(&c), -ECONNREFUSED);
	}
	unlink(path);
	assert_int_equal(send_one(&c), -ENOENT);
	chronysock_close(&c);
	chronysock_close(&c);
}

static void deaf_chronyd_does_not_stop_us(void **state)
{
	struct chronysock c;
	int err = 0;

	(void)state;
	start_chronyd(SOCK_DGRAM);
	assert_int_equal(chronysock_open(&c, path), 0);
	for (int i = 0; i < 100000 && err == 0; i++)
		err = send_one(&c);
	assert_int_equal(err, -EAGAIN);
	chronysock_close(&c);
}

static void something_else_is_no_socket(void **state)
{
	struct chronysock c;

	(void)state;
	assert_int_equal(chronysock_open(&c, path), 0);
	close(open(path, O_CREAT | O_WRONLY, 0644));
	assert_int_equal(send_one(&c), -ENOTSOCK);
	unlink(path);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(send_one(&c), -ENOTSOCK);
	rmdir(path);
	start_chronyd(SOCK_STREAM);
	assert_int_equal(send_one(&c), -ENOTSOCK);
	chronysock_close(&c);
}

static void permission_is_said(void **state)
{
	pid_t pid;
	int status;

	(void)state;
	if (geteuid() != 0)
		skip();
	start_chronyd(SOCK_DGRAM);
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(chmod(dir, 0755), 0);
	pid = fork();
	if (pid == 0) {
		struct chronysock c;

		if (syscall(SYS_setgid, NOBODY) < 0 || syscall(SYS_setuid, NOBODY) < 0 ||
		    chronysock_open(&c, path) < 0)
			_exit(0);
		_exit(-send_one(&c));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), EACCES);
}

static void path_too_long(void **state)
{
	char long_path[200];
	struct chronysock c;

	(void)state;
	memset(long_path, 'x', sizeof(long_path));
	long_path[108] = '\0';
	assert_int_equal(chronysock_open(&c, long_path), -ENAMETOOLONG);
	assert_int_equal(c.fd, -1);
	chronysock_close(&c);
	long_path[107] = '\0';
	assert_int_equal(chronysock_open(&c, long_path), 0);
	chronysock_close(&c);
	assert_int_equal(chronysock_open(&c, ""), -EINVAL);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		CASE(datagram_is_chronys),
		CASE(pulse_without_a_number_has_the_contrary_sign),
		CASE(offset_is_exact_to_the_nanosecond),
		CASE(chronyd_comes_goes_and_comes_back),
		CASE(deaf_chronyd_does_not_stop_us),
		CASE(something_else_is_no_socket),
		CASE(permission_is_said),
		CASE(path_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
