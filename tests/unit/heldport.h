/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A port that is held, in virtual time, under hold/port.c and hold/watch.c: sysfs
 * texts, line discipline, counters and the UART's interrupt as the kernel keeps
 * them, and how many files are open.
 */
#ifndef HELDPORT_H
#define HELDPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <syslog.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <linux/pps.h>
#include <linux/serial.h>

#include "hold/hold.h"
#include "sys/links.h"
#include "sys/ppsport.h"
#include "sys/rearm.h"
#include "sys/tty.h"
#include "sys/udev.h"

#define PERIOD_S 12
#define SAID_MAX 12
#define FD 1234

static struct hold holder;
__attribute__((unused)) static struct client pauser;

static struct fake {
	int64_t now_ns;		/* CLOCK_BOOTTIME */
	int64_t real_ns;
	int source;		/* the N of ppsN */
	struct stamp assert_edge, clear_edge;
	bool has_edges, has_counts;
	int rx, dcd;
	const char *flags;	/* NULL: no such file */
	int ldisc;
	speed_t speed;
	long slack_ns;
	char text[64];		/* of the file that was opened last */
	int open_files;
	/* what heals, and what refuses */
	bool is_armed;		/* the UART's interrupt */
	bool is_deaf;		/* the driver has no set_ldisc() */
	int next_source;	/* the number that the next N_PPS gets */
	int flag_err, rearm_err, ldisc_err;
	unsigned int rearms, flags_set, ldiscs_set;
	char link[96], node[64];	/* "/dev/gpspps1 pps4", "/dev/pps4 20 660" */
} port;

#define FLAGS_ON "0x10000840\n"
#define FLAGS_OFF "0x10000040\n"

static char said[SAID_MAX][EVENT_LINE_MAX];
static int n_said;
static char logged[EVENT_LINE_MAX];	/* the last line for the journal */
static unsigned int n_logged;

/* ---- what the holder's other files do ---- */

void server_end(struct hold *h)
{
	(void)h;
}

void events_note(struct hold *h, const char *what, const char *fmt, ...)
{
	va_list ap;
	int n;

	(void)h;
	assert_true(n_said < SAID_MAX);
	n = snprintf(said[n_said], EVENT_LINE_MAX, "%s ", what);
	va_start(ap, fmt);
	vsnprintf(said[n_said] + n, EVENT_LINE_MAX - n, fmt, ap);
	va_end(ap);
	n_said++;
}

/* "start ID;" and "diag;", in their order. */
static char tasks[200];

static void add_task(const char *verb, const char *units)
{
	const size_t n = strlen(tasks);

	snprintf(tasks + n, sizeof(tasks) - n, "%s%s%s;", verb, *units ? " " : "", units);
}

void task_units(struct hold *h, const char *verb, const char *units)
{
	(void)h;
	if (*units)
		add_task(verb, units);
}

void task_cause(struct hold *h)
{
	(void)h;
	add_task("diag", "");
}

void task_end(struct hold *h)
{
	(void)h;
}

void metrics_remove(const struct hold *h)
{
	(void)h;
}

static bool has_dead_handle;

bool handles_tell(struct hold *h, const char *pps)
{
	(void)h, (void)pps;
	return has_dead_handle;
}

/* ---- the kernel ---- */

static void fake_syslog(int priority, const char *fmt, ...)
{
	(void)priority, (void)fmt;
}

__attribute__((format(printf, 2, 3)))
static int fake_dprintf(int fd, const char *fmt, ...)
{
	va_list ap;

	assert_int_equal(fd, STDERR_FILENO);
	va_start(ap, fmt);
	vsnprintf(logged, sizeof(logged), fmt, ap);
	va_end(ap);
	n_logged++;
	return 0;
}

static bool edge_text(const struct stamp *edge)
{
	snprintf(port.text, sizeof(port.text), "%lld.%09ld#%u\n",
		 (long long)(edge->time_ns / NS_PER_S), (long)(edge->time_ns % NS_PER_S),
		 edge->seq);
	return true;
}

static bool find_text(const char *path)
{
	char name[16];
	unsigned int n;

	if (!strcmp(path, "/sys/class/tty/ttyS1/flags")) {
		snprintf(port.text, sizeof(port.text), "%s", port.flags ? port.flags : "");
		return port.flags;
	}
	if (sscanf(path, "/sys/class/pps/pps%u/%15s", &n, name) != 2)
		fail_msg("%s is looked at", path);
	if (!port.has_edges || n != (unsigned int)port.source) {
		snprintf(port.text, sizeof(port.text), "/dev/ttyS77\n");
		return n < 2 && !strcmp(name, "path");	/* others' */
	}
	if (!strcmp(name, "path"))
		return snprintf(port.text, sizeof(port.text), "/dev/ttyS1\n") > 0;
	return edge_text(!strcmp(name, "assert") ? &port.assert_edge : &port.clear_edge);
}

static int fake_open(const char *path, int flags)
{
	(void)flags;
	if (!find_text(path)) {
		errno = ENOENT;
		return -1;
	}
	port.open_files++;
	return FD;
}

static int fake_close(int fd)
{
	assert_int_equal(fd, FD);
	assert_true(port.open_files-- > 0);
	return 0;
}

static ssize_t fake_read(int fd, void *buf, size_t size)
{
	const size_t n = strlen(port.text);

	(void)fd;
	assert_true(n <= size);
	memcpy(buf, port.text, n);
	return (ssize_t)n;
}

/* No other request than this one: TIOCMGET would disturb. */
static int fake_ioctl(int fd, unsigned long request, void *arg)
{
	struct serial_icounter_struct *count = arg;

	(void)fd;
	assert_int_equal(request, TIOCGICOUNT);
	if (!port.has_counts)
		return -1;
	memset(count, 0, sizeof(*count));
	count->rx = port.rx;
	count->dcd = port.dcd;
	return 0;
}

static int fake_tcgetattr(int fd, struct termios *t)
{
	(void)fd;
	memset(t, 0, sizeof(*t));
	cfsetospeed(t, port.speed);
	return 0;
}

static int fake_get_ldisc(int fd)
{
	(void)fd;
	return port.ldisc;
}

static int fake_clock(clockid_t id, struct timespec *t)
{
	const int64_t ns = id == CLOCK_BOOTTIME ? port.now_ns : port.real_ns;

	assert_true(id == CLOCK_BOOTTIME || id == CLOCK_REALTIME);
	t->tv_sec = ns / NS_PER_S;
	t->tv_nsec = ns % NS_PER_S;
	return 0;
}

static int fake_prctl(int what, long slack_ns, int a, int b, int c)
{
	(void)a, (void)b, (void)c;
	assert_int_equal(what, PR_SET_TIMERSLACK);
	port.slack_ns = slack_ns;
	return 0;
}

static int fake_stat(const char *path, struct stat *st)
{
	assert_string_equal(path, "/dev/pps3");
	memset(st, 0, sizeof(*st));
	st->st_gid = 20;
	st->st_mode = S_IFCHR | 0660;
	return 0;
}

static int fake_chown(const char *path, uid_t uid, gid_t gid)
{
	assert_int_equal(uid, (uid_t)-1);
	snprintf(port.node, sizeof(port.node), "%s %u", path, (unsigned int)gid);
	return 0;
}

static int fake_chmod(const char *path, mode_t mode)
{
	const size_t n = strlen(port.node);

	assert_memory_equal(path, port.node, strlen(path));
	snprintf(port.node + n, sizeof(port.node) - n, " %o", (unsigned int)mode);
	return 0;
}

static int fake_link_make(const char *path, const char *target)
{
	snprintf(port.link, sizeof(port.link), "%s %s", path, target);
	return 0;
}

#define open fake_open
#define close fake_close
#define read fake_read
#define ioctl fake_ioctl
#define tcgetattr fake_tcgetattr
#define tty_get_ldisc fake_get_ldisc
#define clock_gettime fake_clock
#define prctl fake_prctl
#define stat(path, st) fake_stat(path, st)
#define chown fake_chown
#define chmod fake_chmod
#define link_make fake_link_make
#define dprintf fake_dprintf
#define syslog fake_syslog
#include "hold/port.c"
#include "hold/look.c"
#include "hold/watch.c"

/* ---- a port, and time ---- */

static void fresh(void)
{
	memset(&holder, 0, sizeof(holder));
	memset(&port, 0, sizeof(port));
	n_said = 0;
	n_logged = 0;
	tasks[0] = '\0';
	has_dead_handle = false;
	strcpy(holder.h.tty, "ttyS1");
	strcpy(holder.h.pps, "pps3");
	strcpy(holder.h.pps_link, "/dev/gpspps1");
	cfsetospeed(&holder.h.mode, B4800);
	port.now_ns = 1000 * NS_PER_S;
	port.real_ns = 1700000000 * NS_PER_S;
	port.source = 3;
	port.has_edges = port.has_counts = true;
	port.assert_edge = (struct stamp) { port.real_ns - NS_PER_S / 2, 50 };
	port.clear_edge = (struct stamp) { port.real_ns - NS_PER_S / 4, 50 };
	port.flags = FLAGS_ON;
	port.ldisc = N_PPS;
	port.speed = B4800;
	port.is_armed = true;
	port.next_source = 4;
	holder.since_ns = port.now_ns;
	holder.meter.state = METER_DONE;
}

static void pass_ms(int ms)
{
	port.now_ns += ms * NS_PER_MS;
	port.real_ns += ms * NS_PER_MS;
}

static void pass(int seconds)
{
	pass_ms(seconds * MS_PER_S);
}

static void pulse(int asserts, int clears)
{
	port.assert_edge.seq += asserts;
	port.clear_edge.seq += clears;
	port.dcd += asserts + clears;
	if (asserts)
		port.assert_edge.time_ns = port.real_ns - NS_PER_S / 2;
	if (clears)
		port.clear_edge.time_ns = port.real_ns - NS_PER_S / 4;
}

__attribute__((unused))
static void speak(void)
{
	port.rx += 3000;
}

/* The next event was this one (its text's beginning). */
static void expect(const char *text)
{
	if (!n_said)
		fail_msg("no event instead of \"%s\"", text);
	if (strncmp(said[0], text, strlen(text)))
		fail_msg("\"%s\" instead of \"%s\"", said[0], text);
	memmove(said[0], said[1], sizeof(said) - sizeof(said[0]));
	n_said--;
}

static void expect_quiet(void)
{
	if (n_said)
		fail_msg("\"%s\" is no event", said[0]);
}

#endif
