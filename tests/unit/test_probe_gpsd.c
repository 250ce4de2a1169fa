// SPDX-License-Identifier: GPL-2.0-or-later
/* A gpsd that answers, one that is silent, and one that means ill: on a port of this machine. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "sys/probe.h"
#include "sys/probe_gpsd.h"

#define VERSION "{\"class\":\"VERSION\",\"release\":\"3.22\"}\r\n"
#define DEVICES "{\"class\":\"DEVICES\",\"devices\":[{\"class\":\"DEVICE\",\"path\":\"/dev/ttyS0\"}]}\r\n"
#define WATCH "{\"class\":\"WATCH\",\"enable\":true,\"pps\":true}\r\n"
#define PPS "{\"class\":\"PPS\",\"device\":\"/dev/ttyS0\",\"real_sec\":1}\r\n"
#define DEVICES_QUESTION "?DEVICES;\n"
#define WATCH_QUESTION "?WATCH={\"enable\":true,\"json\":true,\"nmea\":true,\"pps\":true};\n"

static char buf[PROBE_TAPE_MAX];
static pid_t child;

/* Waits for the question: only then it answers. */
static void expect(int fd, const char *question)
{
	const size_t n = strlen(question);
	char text[256];
	size_t len = 0;

	while (len < n) {
		ssize_t more = read(fd, text + len, n - len);

		if (more <= 0)
			_exit(1);
		len += (size_t)more;
	}
	if (memcmp(text, question, n))
		_exit(2);
}

static void say(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		_exit(3);
}

static void answers(int fd)
{
	say(fd, VERSION);
	expect(fd, DEVICES_QUESTION);
	say(fd, DEVICES);
	pause();
}

static void reports(int fd)
{
	say(fd, VERSION);
	expect(fd, DEVICES_QUESTION WATCH_QUESTION);
	say(fd, DEVICES WATCH);
	for (int i = 0; i < 3; i++)
		say(fd, PPS);
	pause();
}

static void is_silent(int fd)
{
	(void)fd;
	pause();
}

static void hangs_up(int fd)
{
	say(fd, VERSION);
	shutdown(fd, SHUT_WR);
	pause();
}

static void floods(int fd)
{
	char text[4096];

	memset(text, 'x', sizeof(text));
	text[100] = '\0';
	for (;;)
		if (write(fd, text, sizeof(text)) < 0)
			_exit(0);
}

/* A child that serves one client so; the port. */
static uint16_t serve(void (*how)(int fd))
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(addr);
	const int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, len), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&addr, &len), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		signal(SIGPIPE, SIG_IGN);
		how(accept(fd, NULL, NULL));
		_exit(0);
	}
	close(fd);
	return ntohs(addr.sin_port);
}

static void stop(void)
{
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

static void its_devices(void **state)
{
	const uint16_t port = serve(answers);

	(void)state;
	assert_int_equal(gpsd_devices(port, buf, sizeof(buf)), strlen(VERSION DEVICES));
	assert_string_equal(buf, VERSION DEVICES);
	stop();
}

/* What it says in the meantime waits in the socket. */
static void its_reports(void **state)
{
	const uint16_t port = serve(reports);
	int fd = -1;

	(void)state;
	assert_int_equal(gpsd_watch(&fd, port), 0);
	for (int i = 0; i < 500; i++) {
		/* until all of it has come, on a slow machine, too */
		const ssize_t n = recv(fd, buf, sizeof(buf), MSG_PEEK | MSG_DONTWAIT);

		if (n == (ssize_t)strlen(VERSION DEVICES WATCH PPS PPS PPS))
			break;
		usleep(20000);
	}
	assert_int_equal(gpsd_said(&fd, buf, sizeof(buf)),
			 strlen(VERSION DEVICES WATCH PPS PPS PPS));
	assert_string_equal(buf, VERSION DEVICES WATCH PPS PPS PPS);
	assert_int_equal(fd, -1);
	assert_int_equal(gpsd_said(&fd, buf, sizeof(buf)), -EBADF);
	stop();
}

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void one_that_is_silent(void **state)
{
	const double begin = seconds();
	uint16_t port = serve(is_silent);
	int fd = -1;

	(void)state;
	assert_int_equal(gpsd_devices(port, buf, sizeof(buf)), 0);
	stop();
	port = serve(is_silent);
	assert_int_equal(gpsd_watch(&fd, port), 0);
	assert_int_equal(gpsd_said(&fd, buf, sizeof(buf)), 0);
	stop();
	port = serve(hangs_up);
	assert_int_equal(gpsd_devices(port, buf, sizeof(buf)), strlen(VERSION));
	stop();
	assert_true(seconds() - begin < 60);
}

static void nobody(void **state)
{
	const uint16_t port = serve(is_silent);
	int fd = -1;

	(void)state;
	stop();
	assert_int_equal(gpsd_devices(port, buf, sizeof(buf)), -ECONNREFUSED);
	assert_int_equal(gpsd_watch(&fd, port), -ECONNREFUSED);
	assert_int_equal(gpsd_said(&fd, buf, sizeof(buf)), -EBADF);
}

/* It ends with the room, or with the time. */
static void one_that_floods(void **state)
{
	const double begin = seconds();
	uint16_t port = serve(floods);
	int fd = -1, n;

	(void)state;
	n = gpsd_devices(port, buf, 1000);
	assert_true(n >= 0 && n <= 999);
	assert_int_equal(strlen(buf), n);
	stop();
	port = serve(floods);
	assert_int_equal(gpsd_watch(&fd, port), 0);
	usleep(50000);
	n = gpsd_said(&fd, buf, sizeof(buf));
	assert_true(n >= 0 && n < PROBE_TAPE_MAX);
	assert_int_equal(strlen(buf), n);
	stop();
	assert_true(seconds() - begin < 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_devices),
		cmocka_unit_test(its_reports),
		cmocka_unit_test(one_that_is_silent),
		cmocka_unit_test(nobody),
		cmocka_unit_test(one_that_floods),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
