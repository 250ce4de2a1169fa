// SPDX-License-Identifier: GPL-2.0-or-later
/* The holder as a program, on a pty: hang-up, signals, the control socket and its clients. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sys/control.h"
#include "sys/handover.h"
#include "sys/tty.h"

#define WAIT_MS 60000		/* what takes longer does not come */

struct held {
	char dir[40];
	char events[64];	/* the holder's memory */
	char program[64];	/* in the place of gpsppsctl; "": none */
	char seen[64];		/* what it leaves there */
	char notify[64];
	struct handover_port h;
	struct termios found;
	int master;
	int slave;		/* ours, beside the holder's */
	int stderr_fd;		/* what the holder says */
	int notify_fd;
	pid_t pid;		/* 0: has ended */
};

/* ---- the holder and its end ---- */

static const char *holder_path(void)
{
	static char path[4096];
	const char *program = getenv("GPSPPSCTL");

	snprintf(path, sizeof(path), "%s-hold", program ? program : "./gpsppsctl");
	return path;
}

static int listen_at(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(listen(fd, 8), 0);
	return fd;
}

static int notify_at(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	setenv("NOTIFY_SOCKET", addr.sun_path, 1);
	return fd;
}

static pid_t exec_holder(int handover_fd, int stderr_fd)
{
	char number[16];
	sigset_t set;
	pid_t pid = fork();

	if (pid)
		return pid;
	/* as attach leaves it: signals held back, nothing but the three descriptors */
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	/* whoever ran us by nohup means us, not the holder */
	signal(SIGHUP, SIG_DFL);
	dup2(stderr_fd, STDERR_FILENO);
	snprintf(number, sizeof(number), "%d", handover_fd);
	execl(holder_path(), "gpsppsctl-hold", number, (char *)NULL);
	_exit(99);
}

static int connect_to(const struct held *t)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", t->h.socket);
	assert_int_equal(connect(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	return fd;
}

static int ask(int fd, const char *line, char *reply)
{
	return control_ask(fd, line, reply, CONTROL_REPLY_MAX, WAIT_MS);
}

static void notified(const struct held *t, const char *what)
{
	struct pollfd pfd = { .fd = t->notify_fd, .events = POLLIN };
	char text[256] = "";

	assert_int_equal(poll(&pfd, 1, WAIT_MS), 1);
	assert_true(recv(t->notify_fd, text, sizeof(text) - 1, 0) > 0);
	if (strncmp(text, what, strlen(what)))
		fail_msg("told \"%s\" instead of \"%s\"", text, what);
}

static void fill(struct held *t, const char *pts)
{
	struct handover_port *h = &t->h;

	snprintf(h->socket, sizeof(h->socket), "%s/tty.sock", t->dir);
	snprintf(t->events, sizeof(t->events), "%s/tty.events", t->dir);
	snprintf(t->seen, sizeof(t->seen), "%s/seen", t->dir);
	snprintf(t->notify, sizeof(t->notify), "%s/notify", t->dir);
	snprintf(h->gps_link, sizeof(h->gps_link), "%s/gps0", t->dir);
	snprintf(h->pps_link, sizeof(h->pps_link), "%s/gpspps0", t->dir);
	snprintf(h->tty, sizeof(h->tty), "%s", pts + 5);
	strcpy(h->pps, "pps-none");
	h->baud = 4800;
	h->ldisc = N_TTY;
	h->saved = t->found;
	tty_ntpd_mode(&h->mode, &t->found, B4800);
	h->shape = (struct pulse_shape) { EDGE_ASSERT, 100 * 1000000 };
	assert_int_equal(symlink(h->tty, h->gps_link), 0);
	assert_int_equal(symlink(h->pps, h->pps_link), 0);
}

static int hand_over(const struct held *t, uint32_t flags)
{
	struct handover h = { .flags = flags, .n = 1 };

	h.ports[0] = t->h;
	strcpy(h.program, t->program);
	return handover_write(&h);
}

/* `prepare` may change what is handed over, or be NULL. */
static struct held *start(uint32_t flags, void (*prepare)(struct held *t))
{
	struct held *t = calloc(1, sizeof(*t));
	char pts[HANDOVER_NAME_MAX];
	int fd, says[2];

	assert_non_null(t);
	strcpy(t->dir, "/tmp/gpsppsctl-hold-XXXXXX");
	assert_non_null(mkdtemp(t->dir));
	assert_int_equal(openpty(&t->master, &t->slave, pts, NULL, NULL), 0);
	fcntl(t->master, F_SETFD, FD_CLOEXEC);
	fcntl(t->slave, F_SETFD, FD_CLOEXEC);
	assert_int_equal(tcgetattr(t->slave, &t->found), 0);
	fill(t, pts);
	if (prepare)
		prepare(t);
	t->h.tty_fd = open(pts, O_RDWR | O_NOCTTY | O_NONBLOCK);
	assert_int_equal(tty_set_mode(t->h.tty_fd, &t->h.mode), 0);
	t->h.control_fd = listen_at(t->h.socket);
	fcntl(t->h.control_fd, F_SETFD, 0);
	t->notify_fd = notify_at(t->notify);
	assert_int_equal(pipe2(says, O_CLOEXEC), 0);
	t->stderr_fd = says[0];
	fd = hand_over(t, flags);
	assert_true(fd >= 0);
	fcntl(fd, F_SETFD, 0);
	t->pid = exec_holder(fd, says[1]);
	close(fd);
	close(says[1]);
	close(t->h.tty_fd);
	close(t->h.control_fd);
	if (t->h.latency_fd)
		close(t->h.latency_fd);
	notified(t, "READY=1\n");
	return t;
}

static int setup(void **state)
{
	*state = start(0, NULL);
	return 0;
}

static int setup_daemon(void **state)
{
	*state = start(HOLD_DAEMON, NULL);
	return 0;
}

/* Its exit code; a holder that stays is a failure. */
static int end_of(struct held *t)
{
	int status;

	for (int ms = 0; ms < WAIT_MS; ms += 10) {
		if (waitpid(t->pid, &status, WNOHANG) == t->pid) {
			t->pid = 0;
			return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
		}
		usleep(10000);
	}
	fail_msg("the holder does not end");
	return -1;
}

static int teardown(void **state)
{
	struct held *t = *state;

	if (t->pid) {
		kill(t->pid, SIGKILL);
		waitpid(t->pid, NULL, 0);
	}
	unlink(t->h.socket);
	unlink(t->events);
	unlink(t->h.gps_link);
	unlink(t->h.pps_link);
	unlink(t->notify);
	unlink(t->program);
	unlink(t->seen);
	unlink(t->h.metrics);
	close(t->master);
	close(t->slave);
	close(t->stderr_fd);
	close(t->notify_fd);
	assert_int_equal(rmdir(t->dir), 0);
	free(t);
	return 0;
}

static const char *said(const struct held *t, char *text, size_t size)
{
	ssize_t n = read(t->stderr_fd, text, size - 1);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

/* The last event, without its time, is WHAT and its text begins like that. */
static void last_event(const struct held *t, const char *what)
{
	char line[256] = "", *text = line;
	FILE *f = fopen(t->events, "re");

	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		;
	fclose(f);
	assert_true(labs(strtol(line, &text, 10) - (long)time(NULL)) < WAIT_MS / 1000);
	if (strncmp(text, what, strlen(what)))
		fail_msg("\"%s\" instead of \"%s\"", text, what);
}

static bool exists(const char *path)
{
	char text[256];

	return readlink(path, text, sizeof(text)) >= 0 || access(path, F_OK) == 0;
}

static void assert_put_back(const struct held *t)
{
	struct termios now;

	assert_false(exists(t->h.gps_link));
	assert_false(exists(t->h.pps_link));
	assert_false(exists(t->h.socket));
	assert_int_equal(tcgetattr(t->slave, &now), 0);
	assert_true(tty_mode_equal(&now, &t->found));
}

/* ---- the end ---- */

static void signals_put_the_port_back(void **state)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP };
	static const char *const names[] = { "SIGTERM", "SIGINT", "SIGHUP" };

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		struct held *t;
		char text[256];

		if (i)
			setup(state);
		t = *state;
		kill(t->pid, signals[i]);
		assert_int_equal(end_of(t), 0);
		assert_put_back(t);
		assert_string_equal(said(t, text, sizeof(text)), "");
		notified(t, "STOPPING=1");
		snprintf(text, sizeof(text), " detached by %s from test_hold[%d]\n", names[i],
			 (int)getpid());
		last_event(t, text);
		if (i < 2)
			teardown(state);
	}
}

static void a_daemon_does_not_mind_sighup(void **state)
{
	struct held *t = *state;
	char reply[CONTROL_REPLY_MAX];
	int fd = connect_to(t);

	kill(t->pid, SIGHUP);
	assert_int_equal(ask(fd, "status", reply), 0);
	close(fd);
	kill(t->pid, SIGTERM);
	assert_int_equal(end_of(t), 0);
}

static void hang_up_ends_it_with_3(void **state)
{
	struct held *t = *state;
	char text[256], want[256];

	close(t->master);
	assert_int_equal(end_of(t), 3);
	t->master = dup(t->slave);
	snprintf(want, sizeof(want), "gpsppsctl: /dev/%s: the port went away (hang-up)\n", t->h.tty);
	assert_string_equal(said(t, text, sizeof(text)), want);
	assert_false(exists(t->h.gps_link));
	assert_false(exists(t->h.pps_link));
	assert_false(exists(t->h.socket));
	notified(t, "STOPPING=1");
	/* a pty is in no sysfs */
	last_event(t, " hangup the device is gone");
}

static void links_of_others_stay(void **state)
{
	struct held *t = *state;

	unlink(t->h.gps_link);
	assert_int_equal(symlink("ttyS7", t->h.gps_link), 0);
	kill(t->pid, SIGTERM);
	assert_int_equal(end_of(t), 0);
	assert_true(exists(t->h.gps_link));
	assert_false(exists(t->h.pps_link));
}

static void detach_answers_when_it_is_done(void **state)
{
	struct held *t = *state;
	char reply[CONTROL_REPLY_MAX];
	int fd = connect_to(t);

	last_event(t, " attached as pps-none at 4800 baud by gpsppsctl[");
	assert_int_equal(ask(fd, "detach", reply), 0);
	assert_string_equal(reply, "ok\n");
	last_event(t, " detached by request of test_hold[");
	assert_put_back(t);
	assert_int_equal(recv(fd, reply, sizeof(reply), 0), 0);
	close(fd);
	assert_int_equal(end_of(t), 0);
}

/* ---- clients ---- */

static void status_lines(void **state)
{
	struct held *t = *state;
	char reply[CONTROL_REPLY_MAX], value[64], pid[16];
	int fd = connect_to(t);

	assert_int_equal(ask(fd, "status", reply), 0);
	snprintf(pid, sizeof(pid), "%d", (int)t->pid);
	assert_int_equal(control_value(reply, "pid", value, sizeof(value)), 0);
	assert_string_equal(value, pid);
	assert_int_equal(control_peer(fd), t->pid);
	assert_int_equal(control_value(reply, "port", value, sizeof(value)), 0);
	assert_string_equal(value, t->h.tty);
	assert_int_equal(control_value(reply, "pulse", value, sizeof(value)), 0);
	assert_int_equal(strncmp(value, "assert 100000 ", 14), 0);
	assert_int_equal(control_value(reply, "por", value, sizeof(value)), -ENOENT);
	assert_int_equal(control_value(reply, "paused", value, sizeof(value)), -ENOENT);
	assert_int_equal(control_value(reply, "asserts", value, sizeof(value)), -ENOENT);
	assert_int_equal(control_value(reply, "pid", value, 1), -EMSGSIZE);
	/* again on the same connection */
	assert_int_equal(ask(fd, "status", reply), 0);
	close(fd);
}

static void nonsense_is_answered(void **state)
{
	struct held *t = *state;
	char reply[CONTROL_REPLY_MAX];
	int fd = connect_to(t);

	assert_int_equal(ask(fd, "attach", reply), -EPROTO);
	assert_string_equal(reply, "error unknown request\n");
	assert_int_equal(ask(fd, "", reply), -EPROTO);
	assert_int_equal(ask(fd, "status ", reply), -EPROTO);
	assert_int_equal(ask(fd, "resume", reply), -EPROTO);
	assert_int_equal(ask(fd, "status", reply), 0);
	close(fd);
}

static void half_lines_and_long_ones(void **state)
{
	struct held *t = *state;
	char reply[CONTROL_REPLY_MAX], junk[200];
	int fd = connect_to(t);

	for (const char *p = "stat"; *p; p++) {
		assert_int_equal(send(fd, p, 1, MSG_NOSIGNAL), 1);
		usleep(2000);
	}
	assert_int_equal(ask(fd, "us", reply), 0);
	assert_non_null(strstr(reply, "port "));
	/* two at once give two answers */
	assert_int_equal(send(fd, "nonsense\nstatus\n", 16, MSG_NOSIGNAL), 16);
	for (size_t n = 0; n < 30;) {
		ssize_t got = recv(fd, reply + n, sizeof(reply) - 1 - n, 0);

		assert_true(got > 0);
		n += (size_t)got;
		reply[n] = '\0';
	}
	assert_int_equal(strncmp(reply, "error unknown request\n\nport ", 28), 0);
	close(fd);
	fd = connect_to(t);
	memset(junk, 'x', sizeof(junk));
	assert_int_equal(send(fd, junk, sizeof(junk), MSG_NOSIGNAL), sizeof(junk));
	assert_true(recv(fd, reply, sizeof(reply) - 1, 0) > 0);
	assert_int_equal(strncmp(reply, "error the line is too long\n", 27), 0);
	while (recv(fd, reply, sizeof(reply), 0) > 0)
		;		/* and then it is closed */
	close(fd);
}

static void silent_clients_lock_nobody_out(void **state)
{
	struct held *t = *state;
	char reply[CONTROL_REPLY_MAX];
	int silent[12], fd;

	for (size_t i = 0; i < 12; i++) {
		silent[i] = connect_to(t);
		usleep(5000);
	}
	fd = connect_to(t);
	assert_int_equal(ask(fd, "status", reply), 0);
	close(fd);
	for (size_t i = 0; i < 12; i++)
		close(silent[i]);
	fd = connect_to(t);
	assert_int_equal(ask(fd, "status", reply), 0);
	close(fd);
}

static void a_client_that_never_reads(void **state)
{
	struct held *t = *state;
	char reply[CONTROL_REPLY_MAX];
	int deaf = connect_to(t), fd;

	fcntl(deaf, F_SETFL, O_NONBLOCK);
	for (int i = 0; i < 5000; i++)
		if (send(deaf, "status\n", 7, MSG_NOSIGNAL) < 0)
			usleep(500);
	fd = connect_to(t);
	assert_int_equal(ask(fd, "status", reply), 0);
	close(fd);
	close(deaf);
}

static void read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, size - 1);

	text[n > 0 ? n : 0] = '\0';
	if (fd >= 0)
		close(fd);
}

static void pause_belongs_to_its_client(void **state)
{
	struct held *t = *state;
	char reply[CONTROL_REPLY_MAX], value[32], pid[16];
	struct termios raw, now;
	int one = connect_to(t), two = connect_to(t), many[8];

	assert_int_equal(ask(one, "pause", reply), 0);
	assert_int_equal(ask(one, "pause", reply), 0);
	assert_int_equal(ask(two, "pause", reply), -EPROTO);
	assert_int_equal(ask(two, "resume", reply), -EPROTO);
	assert_int_equal(ask(two, "status", reply), 0);
	assert_int_equal(control_value(reply, "paused", value, sizeof(value)), 0);
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	assert_string_equal(value, pid);
	assert_int_equal(ask(one, "resume", reply), 0);
	/* the next one dies with the port in raw mode */
	assert_int_equal(ask(two, "pause", reply), 0);
	raw = t->h.mode;
	cfmakeraw(&raw);
	cfsetospeed(&raw, B9600);
	assert_int_equal(tcsetattr(t->slave, TCSANOW, &raw), 0);
	close(two);
	for (int i = 0; i < WAIT_MS / 10 && ask(one, "pause", reply) < 0; i++)
		usleep(10000);
	assert_string_equal(reply, "ok\n");
	assert_int_equal(tcgetattr(t->slave, &now), 0);
	assert_true(tty_mode_equal(&now, &t->h.mode));
	/* more clients than places do not push the pauser out, though it is silent for longest */
	for (size_t i = 0; i < 8; i++) {
		many[i] = connect_to(t);
		assert_int_equal(ask(many[i], "status", reply), 0);
		assert_int_equal(control_value(reply, "paused", value, sizeof(value)), 0);
	}
	for (size_t i = 0; i < 8; i++)
		close(many[i]);
	close(one);
}

/* The receiver speaks at another speed now: the port is kept at it, and put back to what was found. */
static void speed_is_kept(void **state)
{
	struct held *t = *state;
	char reply[CONTROL_REPLY_MAX], value[64], text[1024];
	struct termios now;
	int one = connect_to(t), two = connect_to(t);

	assert_int_equal(ask(one, "speed 9600", reply), -EPROTO);
	assert_string_equal(reply, "error it was not you who paused\n");
	assert_int_equal(ask(one, "pause", reply), 0);
	assert_int_equal(ask(two, "speed 9600", reply), -EPROTO);
	assert_int_equal(ask(one, "speed 9600", reply), -EPROTO);
	assert_string_equal(reply, "error the port has another speed\n");
	assert_int_equal(tcgetattr(t->slave, &now), 0);
	cfsetispeed(&now, B9600);
	cfsetospeed(&now, B9600);
	assert_int_equal(tcsetattr(t->slave, TCSANOW, &now), 0);
	assert_int_equal(ask(one, "speed", reply), -EPROTO);
	assert_int_equal(ask(one, "speed ", reply), -EPROTO);
	assert_int_equal(ask(one, "speed 9601", reply), -EPROTO);
	assert_int_equal(ask(one, "speed 9600x", reply), -EPROTO);
	assert_int_equal(ask(one, "speed -9600", reply), -EPROTO);
	assert_int_equal(ask(one, "speed 4294976896", reply), -EPROTO);
	assert_int_equal(ask(one, "speed 9600", reply), 0);
	assert_string_equal(reply, "ok\n");
	assert_int_equal(ask(one, "resume", reply), 0);
	assert_int_equal(tcgetattr(t->slave, &now), 0);
	assert_int_equal(cfgetospeed(&now), B9600);
	assert_int_equal(ask(two, "status", reply), 0);
	assert_int_equal(control_value(reply, "baud", value, sizeof(value)), 0);
	assert_string_equal(value, "9600");
	read_text(t->events, text, sizeof(text));
	assert_non_null(strstr(text, " speed 4800 -> 9600 baud, the receiver's as well, by test_hold["));
	close(one);
	close(two);
}

/* ---- what it gives up ---- */

/* A line of /proc/PID/status: its value in base 16. */
static unsigned long long status_of(pid_t pid, const char *name)
{
	char path[64], line[256];
	const size_t len = strlen(name);
	unsigned long long value = 0;
	bool found = false;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "re");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		if (strncmp(line, name, len) || line[len] != ':')
			continue;
		value = strtoull(line + len + 1, NULL, 16);
		found = true;
	}
	fclose(f);
	if (!found)
		fail_msg("no %s in %s", name, path);
	return value;
}

/* Of what this test has itself: nobody gets more, and fakeroot(1) is no root. */
static unsigned long long of_ours(unsigned long long capabilities)
{
	return capabilities & status_of(getpid(), "CapEff");
}

#define CHOWN 0x1ull		/* include/uapi/linux/capability.h */
#define DAC_OVERRIDE 0x2ull
#define SETPCAP 0x100ull
#define SYS_ADMIN 0x200000ull

/* It has said READY=1 by now. */
static void it_keeps_no_capability(void **state)
{
	const struct held *t = *state;

	assert_int_equal(status_of(t->pid, "NoNewPrivs"), 1);
	assert_int_equal(status_of(t->pid, "CapEff"), 0);
	assert_int_equal(status_of(t->pid, "CapPrm"), 0);
	assert_int_equal(status_of(t->pid, "CapInh"), 0);
	assert_int_equal(status_of(t->pid, "CapAmb"), 0);
	if (!of_ours(SETPCAP))
		skip();		/* nothing was to be given up, and the bounding set cannot be */
	assert_int_equal(status_of(t->pid, "CapBnd"), 0);
}

static void as_root_it_puts_back_without(void **state)
{
	struct held *t = *state;

	if (!of_ours(~0ull))
		skip();		/* it had nothing before: these ends are proven above */
	assert_int_equal(status_of(t->pid, "CapEff"), 0);
	kill(t->pid, SIGTERM);
	assert_int_equal(end_of(t), 0);
	assert_put_back(t);
	last_event(t, " detached by SIGTERM");
}

static void need_flag(struct held *t)
{
	t->h.needs_flag = 1;
}

static int setup_needs_flag(void **state)
{
	*state = start(0, need_flag);
	return 0;
}

static void a_driver_without_set_ldisc_keeps_one(void **state)
{
	const struct held *t = *state;

	assert_int_equal(status_of(t->pid, "NoNewPrivs"), 1);
	if (!of_ours(SYS_ADMIN))
		skip();
	assert_int_equal(status_of(t->pid, "CapEff"), SYS_ADMIN);
	assert_int_equal(status_of(t->pid, "CapPrm"), SYS_ADMIN);
}

static void give_directory_away(struct held *t)
{
	if (of_ours(CHOWN) && of_ours(DAC_OVERRIDE))
		assert_int_equal(chown(t->dir, 65534, (gid_t)-1), 0);
}

static int setup_foreign(void **state)
{
	*state = start(0, give_directory_away);
	return 0;
}

static void in_a_directory_of_others_it_removes_its_links(void **state)
{
	struct held *t = *state;

	if (!of_ours(CHOWN) || !of_ours(DAC_OVERRIDE))
		skip();
	assert_int_equal(status_of(t->pid, "CapEff"), DAC_OVERRIDE);
	kill(t->pid, SIGTERM);
	assert_int_equal(end_of(t), 0);
	assert_put_back(t);
}

/* ---- rest ---- */

static long switches(const struct held *t)
{
	char path[64], line[128];
	long n, sum = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)t->pid);
	f = fopen(path, "re");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "voluntary_ctxt_switches: %ld", &n) == 1)
			sum += n;
	fclose(f);
	return sum;
}

/* Its own timers may fall into this time, on a slow machine more of them: not one a line. */
static void characters_wake_nobody(void **state)
{
	enum { LINES = 200, TIMERS = 20 };
	struct held *t = *state;
	char reply[CONTROL_REPLY_MAX];
	int client = connect_to(t);
	long before;

	assert_int_equal(ask(client, "status", reply), 0);	/* its start is over */
	close(client);
	usleep(200000);
	before = switches(t);
	for (int i = 0; i < LINES; i++) {
		assert_int_equal(write(t->master, "$GPRMC\r\n", 8), 8);
		usleep(2000);
	}
	assert_in_range(switches(t) - before, 0, TIMERS);
	assert_int_equal(waitpid(t->pid, NULL, WNOHANG), 0);	/* it lives */
}

static void it_keeps_no_descriptor_of_others(void **state)
{
	struct held *t = *state;
	char path[64], reply[CONTROL_REPLY_MAX];
	int n = 0, client = connect_to(t);

	assert_int_equal(ask(client, "status", reply), 0);	/* its start is over */
	for (int fd = 0; fd < 256; fd++) {
		snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)t->pid, fd);
		n += exists(path);
	}
	/* three streams, port, socket, signals, the links' directory, our client */
	assert_int_equal(n, 8);
	close(client);
}

/* ---- what it tells: of a pulse that never came, by two holders that begin before all others ---- */

#define LOST_MS 60000		/* 12 s, and what may be tried before it is given up */

static struct held *telling, *hanging;

static void write_program(struct held *t, const char *text)
{
	int fd;

	snprintf(t->program, sizeof(t->program), "%s/gpsppsctl", t->dir);
	fd = open(t->program, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	assert_true(fd >= 0);
	assert_true(dprintf(fd, "#!/bin/sh\n%s\n", text) > 0);
	close(fd);
}

static void to_tell(struct held *t)
{
	write_program(t, "echo \"$@\" $(ls /proc/self/fd) >\"${0%/*}/seen\"\n"
		      "echo '/dev/ttyS1   nothing comes    signal.absent'; exit 1");
	snprintf(t->h.metrics, sizeof(t->h.metrics), "%s/port.prom", t->dir);
	/* as from attach, which hands it over open across exec */
	t->h.latency_fd = open("/dev/null", O_RDWR);
}

static void to_hang(struct held *t)
{
	write_program(t, "echo $$ >\"${0%/*}/seen\"; exec sleep 300");
	snprintf(t->h.metrics, sizeof(t->h.metrics), "%s/none/port.prom", t->dir);
}

static int start_both(void **state)
{
	(void)state;
	telling = start(0, to_tell);
	hanging = start(0, to_hang);
	return 0;
}

/* Its text; fails when `what` does not come. */
static void await_text(const char *path, const char *what, char *text, size_t size)
{
	for (int ms = 0; ms < LOST_MS; ms += 20) {
		read_text(path, text, size);
		if (strstr(text, what))
			return;
		usleep(20000);
	}
	fail_msg("%s: no \"%s\" in \"%s\"", path, what, text);
}

static void a_loss_and_its_cause(void **state)
{
	struct held *t = telling;
	char text[8192], reply[CONTROL_REPLY_MAX], value[64], want[128];
	int fd;

	*state = t;
	await_text(t->events, " cause signal.absent: nothing comes\n", text, sizeof(text));
	assert_non_null(strstr(text, " lost pps-none is gone; "));
	snprintf(want, sizeof(want), "gpsppsctl: /dev/%s: signal.absent: nothing comes\n", t->h.tty);
	assert_non_null(strstr(said(t, text, sizeof(text)), want));
	/* its own streams, and the directory that ls reads */
	read_text(t->seen, text, sizeof(text));
	snprintf(want, sizeof(want), "diag /dev/%s 0 1 2 3\n", t->h.tty);
	assert_string_equal(text, want);
	fd = connect_to(t);
	assert_int_equal(ask(fd, "status", reply), 0);
	close(fd);
	assert_int_equal(control_value(reply, "losses", value, sizeof(value)), 0);
	assert_string_equal(value, "1");
	assert_int_equal(control_value(reply, "heals", value, sizeof(value)), 0);
	assert_string_equal(value, "0");
	assert_int_equal(control_value(reply, "lost", value, sizeof(value)), 0);
	assert_in_range(strtol(value, NULL, 10), 10, LOST_MS / 1000);
	assert_int_equal(control_value(reply, "age", value, sizeof(value)), -ENOENT);
	/* the file of metrics goes with the port */
	await_text(t->h.metrics, "gpsppsctl_losses_total{", text, sizeof(text));
	snprintf(want, sizeof(want), "gpsppsctl_up{port=\"%s\",pps=\"pps-none\",unit=\"0\"} 0\n",
		 t->h.tty);
	assert_non_null(strstr(text, want));
	kill(t->pid, SIGTERM);
	assert_int_equal(end_of(t), 0);
	assert_false(exists(t->h.metrics));
	assert_put_back(t);
}

/* The holder has reaped it, or its own heir has. */
static bool is_alive(pid_t pid)
{
	char path[32], stat[256];

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	read_text(path, stat, sizeof(stat));
	return stat[0] && !strstr(stat, ") Z ");
}

static void its_end_does_not_wait(void **state)
{
	struct held *t = hanging;
	char text[512], want[256];
	pid_t child;

	*state = t;
	await_text(t->seen, "\n", text, sizeof(text));
	child = (pid_t)strtol(text, NULL, 10);
	assert_true(child > 1 && is_alive(child));
	kill(t->pid, SIGTERM);
	assert_int_equal(end_of(t), 0);
	assert_put_back(t);
	for (int ms = 0; is_alive(child); ms += 10) {
		assert_true(ms < WAIT_MS);
		usleep(10000);
	}
	last_event(t, " detached by SIGTERM from ");
	/* and that a file could not be written */
	read_text(t->events, text, sizeof(text));
	snprintf(want, sizeof(want), " metrics %s: No such file or directory\n", t->h.metrics);
	assert_non_null(strstr(text, want));
}

static void not_a_command(void **state)
{
	static const char *const args[] = { "x", "", "-1", "2", "999" };
	int status;

	(void)state;
	for (size_t i = 0; i < sizeof(args) / sizeof(args[0]); i++) {
		pid_t pid = fork();

		if (!pid) {
			close(STDERR_FILENO);
			open("/dev/null", O_WRONLY);
			execl(holder_path(), "gpsppsctl-hold", args[i], (char *)NULL);
			_exit(99);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 2);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(signals_put_the_port_back),
		cmocka_unit_test_setup_teardown(a_daemon_does_not_mind_sighup, setup_daemon, teardown),
		TEST(hang_up_ends_it_with_3),
		TEST(links_of_others_stay),
		TEST(detach_answers_when_it_is_done),
		TEST(status_lines),
		TEST(nonsense_is_answered),
		TEST(half_lines_and_long_ones),
		TEST(silent_clients_lock_nobody_out),
		TEST(a_client_that_never_reads),
		TEST(pause_belongs_to_its_client),
		TEST(speed_is_kept),
		TEST(characters_wake_nobody),
		TEST(it_keeps_no_descriptor_of_others),
		TEST(it_keeps_no_capability),
		TEST(as_root_it_puts_back_without),
		cmocka_unit_test_setup_teardown(a_driver_without_set_ldisc_keeps_one,
						setup_needs_flag, teardown),
		cmocka_unit_test_setup_teardown(in_a_directory_of_others_it_removes_its_links,
						setup_foreign, teardown),
		cmocka_unit_test(not_a_command),
		cmocka_unit_test_teardown(a_loss_and_its_cause, teardown),
		cmocka_unit_test_teardown(its_end_does_not_wait, teardown),
	};

	return cmocka_run_group_tests(tests, start_both, NULL);
}
