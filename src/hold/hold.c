// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gpsppsctl-hold FD: keep the port of a handover attached until a hang-up, a
 * signal or a request ends it; then put back what attach has changed.
 *
 * attach has blocked SIGTERM, SIGINT and SIGHUP before it touched the port:
 * one that came meanwhile is still pending here, and none is ever lost.
 */
#include "hold.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "../sys/links.h"
#include "../sys/notify.h"
#include "../sys/tty.h"
#include "../sys/udev.h"

/* As in cmd/cmd.h, which is no header of ours. */
enum { EXIT_DONE = 0, EXIT_TROUBLE = 2, EXIT_GONE = 3 };

#define BACKLOG 8

enum { FD_TTY, FD_SIGNAL, FD_CONTROL, FD_CLIENTS, N_FDS = FD_CLIENTS + CLIENTS_MAX };

int64_t hold_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

/* One line to who may read it: the terminal or the journal, or syslog. */
__attribute__((format(printf, 2, 3)))
static void say(const struct hold *hold, const char *fmt, ...)
{
	char text[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (hold->h.flags & HOLD_DAEMON)
		syslog(LOG_DAEMON | LOG_ERR, "/dev/%s: %s", hold->h.tty, text);
	else
		dprintf(STDERR_FILENO, "gpsppsctl: /dev/%s: %s\n", hold->h.tty, text);
}

/* ---- edges ---- */

static int read_edge(const char *pps, const char *edge, struct stamp *stamp)
{
	char path[HANDOVER_NAME_MAX + 32], text[64];
	ssize_t n;
	int fd, err;

	memset(stamp, 0, sizeof(*stamp));
	snprintf(path, sizeof(path), "/sys/class/pps/%s/%s", pps, edge);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, text, sizeof(text) - 1);
	err = n < 0 ? -errno : 0;
	close(fd);
	if (err)
		return err;
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	stamp_parse(text, stamp);
	return 0;
}

int hold_read_edges(const struct hold *hold, struct stamp *assert_edge,
		    struct stamp *clear_edge)
{
	int err = read_edge(hold->h.pps, "assert", assert_edge);

	return err ? err : read_edge(hold->h.pps, "clear", clear_edge);
}

/* ---- start ---- */

/* Nothing that our caller left open may stay open for years. */
static void close_others(const struct hold *hold)
{
	const int low = hold->h.tty_fd < hold->h.control_fd ? hold->h.tty_fd : hold->h.control_fd;
	const int high = hold->h.tty_fd < hold->h.control_fd ? hold->h.control_fd : hold->h.tty_fd;

#ifdef SYS_close_range
	if ((low <= 3 || syscall(SYS_close_range, 3u, low - 1u, 0u) == 0) &&
	    (high == low + 1 || syscall(SYS_close_range, low + 1u, high - 1u, 0u) == 0) &&
	    syscall(SYS_close_range, high + 1u, ~0u, 0u) == 0)
		return;
#endif
	for (int fd = 3; fd < 1024; fd++)
		if (fd != low && fd != high)
			close(fd);
}

/* A holder needs no input and has no result; a daemon has no terminal at all. */
static void leave_terminal(const struct hold *hold)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return;
	dup2(fd, STDIN_FILENO);
	dup2(fd, STDOUT_FILENO);
	if (hold->h.flags & HOLD_DAEMON)
		dup2(fd, STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

/* Without the holder there is no pulse: let others go first when memory runs out. */
static void spare_from_oom(void)
{
	int fd = open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC);
	char text[8] = "";

	if (fd < 0)
		return;
	/* only if nobody, such as a service manager, has decided it */
	if (read(fd, text, sizeof(text) - 1) == 2 && text[0] == '0' &&
	    pwrite(fd, "-500", 4, 0) < 0)
		errno = 0;	/* not root: so be it */
	close(fd);
}

static int open_signals(const struct hold *hold)
{
	struct sigaction old;
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	/* nohup(1) and daemons: a terminal's end means nothing; else it means us */
	if (hold->h.flags & HOLD_DAEMON)
		signal(SIGHUP, SIG_IGN);
	else if (sigaction(SIGHUP, NULL, &old) == 0 && old.sa_handler != SIG_IGN)
		sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

static void note_attached(struct hold *hold)
{
	const bool killed = !events_open(hold);

	events_note(hold, "attached", "as %s at %u baud by gpsppsctl[%d]%s", hold->h.pps,
		    hold->h.baud, (int)getpid(),
		    killed ? "; the holder before it was killed" : "");
}

static int start(struct hold *hold, int handover_fd)
{
	int err = handover_read(handover_fd, &hold->h);

	if (err)
		return err;
	close_others(hold);
	leave_terminal(hold);
	prctl(PR_SET_NAME, "gpsppsctl");
	umask(0022);
	if (chdir("/") < 0)
		return -errno;
	if (hold->h.flags & HOLD_DAEMON)
		openlog("gpsppsctl", LOG_PID, LOG_DAEMON);
	spare_from_oom();
	note_attached(hold);
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		hold->clients[i].fd = -1;
	/* once more, by this process: the socket tells its clients whose it is (SO_PEERCRED) */
	if (listen(hold->h.control_fd, BACKLOG) < 0)
		return -errno;
	hold->signal_fd = open_signals(hold);
	if (hold->signal_fd < 0)
		return hold->signal_fd;
	hold->since_ns = hold_now_ns();
	meter_init(hold);
	watch_init(hold);
	return 0;
}

/* ---- end ---- */

static void remove_links(const struct hold *hold)
{
	const struct handover *h = &hold->h;

	if (h->links == LINKS_SELF) {
		link_remove(h->pps_link, h->pps);
		link_remove(h->gps_link, h->tty);
	} else if (h->links == LINKS_UDEV_RUNTIME) {
		udev_forget(h->tty, h->gps_link);
	}
}

/* The reverse of attach.  The socket goes last: while it is there, the port is ours. */
static int put_back(struct hold *hold)
{
	const struct handover *h = &hold->h;
	int err;

	notify_send("STOPPING=1");
	err = tty_put_back(h->tty_fd, h->ldisc, &h->saved);
	if (err)
		say(hold, "cannot put the port back: %s", strerror(-err));
	close(h->tty_fd);
	remove_links(hold);
	unlink(h->socket);
	server_farewell(hold);
	return err ? EXIT_TROUBLE : EXIT_DONE;
}

/*
 * An unplugged device has left sysfs before it hangs up (uart_remove_one_port()),
 * and a UART's name without its driver has type 0.
 */
static void note_hangup(struct hold *hold)
{
	char path[HANDOVER_NAME_MAX + 32];
	unsigned long type = 1;

	snprintf(path, sizeof(path), "/sys/class/tty/%s", hold->h.tty);
	watch_read_sysfs(hold, "type", &type);
	if (access(path, F_OK) < 0 || !type)
		events_note(hold, "hangup", "the device is gone: unplugged, or its driver unbound");
	else
		events_note(hold, "hangup", "the device is still there: %s",
			    "DCD fell while CLOCAL was off, or a program hung it up");
}

static int port_gone(struct hold *hold)
{
	note_hangup(hold);
	say(hold, "the port went away (hang-up)");
	notify_send("STOPPING=1\nSTATUS=the port went away");
	close(hold->h.tty_fd);
	remove_links(hold);
	unlink(hold->h.socket);
	server_farewell(hold);
	return EXIT_GONE;
}

/* ---- the loop ---- */

static void fill_pollfds(const struct hold *hold, struct pollfd *fds)
{
	/* events 0: only a hang-up.  Characters, which nobody here reads, wake nobody. */
	fds[FD_TTY] = (struct pollfd) { .fd = hold->h.tty_fd };
	fds[FD_SIGNAL] = (struct pollfd) { .fd = hold->signal_fd, .events = POLLIN };
	fds[FD_CONTROL] = (struct pollfd) { .fd = hold->h.control_fd, .events = POLLIN };
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		fds[FD_CLIENTS + i] = (struct pollfd) {
			.fd = hold->clients[i].fd, .events = POLLIN,
		};
}

/* A signal has come: note whose. */
static bool has_signal(struct hold *hold)
{
	struct signalfd_siginfo info;
	char who[EVENT_WHO_MAX] = "the terminal";
	const char *name;

	if (read(hold->signal_fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return false;
	name = info.ssi_signo == SIGINT ? "SIGINT" : info.ssi_signo == SIGHUP ? "SIGHUP" : "SIGTERM";
	if (info.ssi_pid)	/* 0: the kernel's own, as by Ctrl-C */
		events_who((pid_t)info.ssi_pid, who, sizeof(who));
	events_note(hold, "detached", "by %s from %s", name, who);
	return true;
}

static int timeout_ms(const struct hold *hold)
{
	const int meter_ms = meter_timeout_ms(hold), watch_ms = watch_timeout_ms(hold);

	return meter_ms == WAIT_FOR_EVER || watch_ms < meter_ms ? watch_ms : meter_ms;
}

/* Clients first: a newcomer may be given the place of one that has just spoken. */
static void serve(struct hold *hold, const struct pollfd *fds)
{
	for (size_t i = 0; i < CLIENTS_MAX && !hold->end; i++)
		if (fds[FD_CLIENTS + i].fd >= 0 && fds[FD_CLIENTS + i].revents)
			server_hear(hold, &hold->clients[i]);
	if (fds[FD_CONTROL].revents & POLLIN)
		server_accept(hold);
}

static int run(struct hold *hold)
{
	struct pollfd fds[N_FDS];

	while (!hold->end) {
		fill_pollfds(hold, fds);
		if (poll(fds, N_FDS, timeout_ms(hold)) < 0) {
			if (errno == EINTR || errno == ENOMEM)
				continue;
			say(hold, "cannot wait: %s", strerror(errno));
			events_note(hold, "detached", "by an error: cannot wait");
			put_back(hold);
			return EXIT_TROUBLE;
		}
		if (fds[FD_TTY].revents)
			return port_gone(hold);
		if (fds[FD_SIGNAL].revents & POLLIN && has_signal(hold))
			break;
		serve(hold, fds);
		if (watch_timeout_ms(hold) == 0)
			watch_step(hold);
		if (meter_timeout_ms(hold) == 0)
			meter_step(hold);
	}
	return put_back(hold);
}

static void say_ready(const struct hold *hold)
{
	char text[256];

	snprintf(text, sizeof(text), "READY=1\nSTATUS=/dev/%s attached as %s, %s",
		 hold->h.tty, hold->h.gps_link, hold->h.pps_link);
	notify_send(text);
}

int main(int argc, char **argv)
{
	static struct hold hold;
	char *end;
	long fd = argc >= 2 ? strtol(argv[1], &end, 10) : -1;
	int err;

	if (argc < 2 || end == argv[1] || *end || fd <= STDERR_FILENO || fd > 65535) {
		fputs("gpsppsctl-hold: not a command of its own: gpsppsctl attach starts it\n",
		      stderr);
		return EXIT_TROUBLE;
	}
	err = start(&hold, (int)fd);
	if (err == -EPROTO || hold.h.magic != HANDOVER_MAGIC) {
		fprintf(stderr, "gpsppsctl-hold: descriptor %ld is no handover: %s\n", fd,
			strerror(-err));
		return EXIT_TROUBLE;
	}
	if (err) {
		say(&hold, "the holder cannot start: %s", strerror(-err));
		events_note(&hold, "detached", "by an error: %s", strerror(-err));
		put_back(&hold);
		return EXIT_TROUBLE;
	}
	say_ready(&hold);
	return run(&hold);
}
