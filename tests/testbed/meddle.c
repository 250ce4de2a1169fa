// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Does to a port what other programs do to it, by one ioctl each, and shows what
 * no file shows.  A test's proof that its fault is there must not be ours.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/pps.h>
#include <linux/serial.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static int usage(void)
{
	fputs("usage: meddle counters|burst|flush|exclusive|shared TTY\n"
	      "       meddle ldisc TTY [NUMBER]\n"
	      "       meddle ldisc-again TTY NUMBER\n"
	      "       meddle register-again ADDRESS VALUE\n"
	      "       meddle capture PPS [MODE]\n"
	      "       meddle offset PPS [NS]\n", stderr);
	return 2;
}

static int failed(const char *what)
{
	perror(what);
	return 1;
}

static int open_tty(const char *path)
{
	return open(path, O_RDWR | O_NOCTTY | O_NONBLOCK);
}

/* The input lines' counters and the characters received. */
static int counters(const char *path, const char *unused)
{
	struct serial_icounter_struct c;
	int fd = open_tty(path);

	(void)unused;
	if (fd < 0 || ioctl(fd, TIOCGICOUNT, &c))
		return failed(path);
	printf("cts %d dsr %d ri %d dcd %d rx %d tx %d lost %d\n", c.cts, c.dsr, c.rng, c.dcd,
	       c.rx, c.tx, c.buf_overrun);
	return 0;
}

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec % 1000 * 1000 + t.tv_nsec / 1000000;
}

/* When the last burst of characters ended: ms after the second of the clock. */
static int burst(const char *path, const char *unused)
{
	struct serial_icounter_struct c;
	long moved_ms = 0, ended_ms = -1, begin_ms = now_ms();
	int fd = open_tty(path), rx = -1;

	(void)unused;
	while (now_ms() - begin_ms < 2300) {
		if (fd < 0 || ioctl(fd, TIOCGICOUNT, &c))
			return failed(path);
		if (rx >= 0 && c.rx != rx)
			moved_ms = now_ms();
		if (moved_ms && now_ms() - moved_ms > 150)
			ended_ms = moved_ms;
		rx = c.rx;
		usleep(5000);
	}
	printf("%ld\n", ended_ms < 0 ? -1 : ended_ms % 1000);
	return 0;
}

static int flush(const char *path, const char *unused)
{
	int fd = open_tty(path);

	(void)unused;
	if (fd < 0 || tcflush(fd, TCIFLUSH))
		return failed(path);
	return 0;
}

/* Keeps the port for itself until it is killed. */
static int exclusive(const char *path, const char *unused)
{
	int fd = open_tty(path);

	(void)unused;
	if (fd < 0 || ioctl(fd, TIOCEXCL))
		return failed(path);
	puts("ready");
	fflush(stdout);
	pause();
	return 0;
}

static int shared(const char *path, const char *unused)
{
	int fd = open_tty(path);

	(void)unused;
	if (fd < 0 || ioctl(fd, TIOCNXCL))
		return failed(path);
	return 0;
}

static int ldisc(const char *path, const char *number)
{
	int fd = open_tty(path), n = number ? atoi(number) : 0;

	if (fd < 0 || ioctl(fd, number ? TIOCSETD : TIOCGETD, &n))
		return failed(path);
	printf("%d\n", n);
	return 0;
}

#define AGAIN_US 20000

/* The first of them is done when it says so; until it is killed. */
static int ldisc_again(const char *path, const char *number)
{
	int fd = open_tty(path), n = number ? atoi(number) : 0, said = 0;

	while (fd >= 0 && !ioctl(fd, TIOCSETD, &n)) {
		if (!said++ && (puts("ready") < 0 || fflush(stdout)))
			break;
		usleep(AGAIN_US);
	}
	return failed(path);
}

/* A register of a UART, as a program does that knows it better than the kernel. */
static int register_again(const char *address, const char *value)
{
	const unsigned char byte = value ? (unsigned char)strtoul(value, NULL, 0) : 0;
	int fd = open("/dev/port", O_WRONLY), said = 0;

	while (fd >= 0 && pwrite(fd, &byte, 1, strtol(address, NULL, 0)) == 1) {
		if (!said++ && (puts("ready") < 0 || fflush(stdout)))
			break;
		usleep(AGAIN_US);
	}
	return failed(address);
}

/* Which edges are captured: 1 assert, 2 clear.  It is one setting for all users. */
static int capture(const char *path, const char *mode)
{
	struct pps_kparams p;
	int fd = open(path, O_RDWR);

	if (fd < 0 || ioctl(fd, PPS_GETPARAMS, &p))
		return failed(path);
	if (mode) {
		p.mode = (p.mode & ~PPS_CAPTUREBOTH) | atoi(mode);
		if (ioctl(fd, PPS_SETPARAMS, &p))
			return failed(path);
	}
	printf("%d\n", p.mode & PPS_CAPTUREBOTH);
	return 0;
}

/* What is added to each stamp of an assert edge.  It is one setting for all users. */
static int offset(const char *path, const char *ns)
{
	struct pps_kparams p;
	int fd = open(path, O_RDWR);

	if (fd < 0 || ioctl(fd, PPS_GETPARAMS, &p))
		return failed(path);
	if (ns) {
		p.mode |= PPS_OFFSETASSERT;
		p.assert_off_tu = (struct pps_ktime){ .nsec = atoi(ns) };
		if (ioctl(fd, PPS_SETPARAMS, &p))
			return failed(path);
	}
	printf("%d\n", (int)p.assert_off_tu.nsec);
	return 0;
}

static const struct {
	const char *name;
	int (*run)(const char *path, const char *argument);
} commands[] = {
	{ "counters", counters },
	{ "burst", burst },
	{ "flush", flush },
	{ "exclusive", exclusive },
	{ "shared", shared },
	{ "ldisc", ldisc },
	{ "ldisc-again", ldisc_again },
	{ "register-again", register_again },
	{ "capture", capture },
	{ "offset", offset },
};

int main(int argc, char **argv)
{
	size_t i;

	if (argc < 3 || argc > 4)
		return usage();
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].run(argv[2], argv[3]);
	return usage();
}
