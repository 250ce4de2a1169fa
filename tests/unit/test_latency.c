// SPDX-License-Identifier: GPL-2.0-or-later
/* LDFLAGS: -Wl,--wrap=open,--wrap=open64 */
/* /dev/cpu_dma_latency, in whose place a socket stands: what is written to it, and its refusals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sys/latency.h"

static int device[2];		/* theirs, ours */
static int refusal;		/* errno of open(), or 0 */

int __wrap_open(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);

int __wrap_open(const char *path, int flags, ...)
{
	assert_string_equal(path, "/dev/cpu_dma_latency");
	assert_true(flags & O_CLOEXEC);
	errno = refusal;
	return refusal ? -1 : dup(device[0]);
}

int __wrap_open64(const char *path, int flags, ...)
{
	return __wrap_open(path, flags);
}

static int begin(void **state)
{
	(void)state;
	refusal = 0;
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, device);
}

static int end(void **state)
{
	(void)state;
	close(device[0]);
	close(device[1]);
	return 0;
}

/* Four bytes in this machine's order are a number to cpu_latency_qos_write(), kernel/power/qos.c. */
static void held_as_a_number(void **state)
{
	static const int32_t values[] = { 0, 20, 1000000 };

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		int fd = latency_hold(values[i]);
		char got[8];

		assert_true(fd > 2);
		assert_int_equal(recv(device[1], got, sizeof(got), 0), 4);
		assert_memory_equal(got, &values[i], 4);
		assert_int_equal(close(fd), 0);
	}
}

static void hold_is_refused(void **state)
{
	int first, next;

	(void)state;
	refusal = EACCES;
	assert_int_equal(latency_hold(20), -EACCES);
	refusal = ENOENT;
	assert_int_equal(latency_hold(20), -ENOENT);
	refusal = 0;
	/* opened, and not taken: nothing stays open */
	first = dup(0);
	close(first);
	shutdown(device[0], SHUT_WR);
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(latency_hold(20), -EPIPE);
	next = dup(0);
	assert_int_equal(next, first);
	close(next);
}

static void read_back(void **state)
{
	const int32_t no_limit = 2000000000, short_of = 0;
	int32_t us = -1;

	(void)state;
	assert_int_equal(send(device[1], &no_limit, 4, 0), 4);
	assert_int_equal(latency_read(&us), 0);
	assert_int_equal(us, 2000000000);
	assert_int_equal(send(device[1], &short_of, 2, 0), 2);
	assert_int_equal(latency_read(&us), -EIO);
	assert_int_equal(latency_read(&us), -EAGAIN);	/* as the descriptor is not made to wait */
	refusal = EACCES;
	assert_int_equal(latency_read(&us), -EACCES);
	refusal = ENOENT;
	assert_int_equal(latency_read(&us), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(held_as_a_number, begin, end),
		cmocka_unit_test_setup_teardown(hold_is_refused, begin, end),
		cmocka_unit_test_setup_teardown(read_back, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
