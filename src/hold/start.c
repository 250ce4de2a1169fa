// SPDX-License-Identifier: GPL-2.0-or-later
/* From the handover to a process that can stay for years: what it keeps, and what it gives up. */
#include "hold.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <syslog.h>
#include <unistd.h>

#include "../sys/links.h"

#define BACKLOG 8

struct hold *holder_next(struct holder *all, struct hold *hold)
{
	for (hold = hold ? hold + 1 : all->ports; hold < all->ports + all->n; hold++)
		if (!hold->has_ended)
			return hold;
	return NULL;
}

/* The descriptors above `low` and below `high`, of which there may be none. */
static void close_between(int low, int high)
{
	if (high - low < 2)
		return;
#ifdef SYS_close_range
	if (syscall(SYS_close_range, low + 1u, high - 1u, 0u) == 0)
		return;
#endif
	for (int fd = low + 1; fd < high && fd < 1024; fd++)
		close(fd);
}

/* Nothing that our caller left open may stay open for years. */
static void close_others(struct holder *all)
{
	int keep = STDERR_FILENO;

	/* in ascending order: what lies between two that are kept is closed */
	for (int next; ; keep = next) {
		next = INT_MAX;
		for (struct hold *hold = holder_next(all, NULL); hold; hold = holder_next(all, hold)) {
			const int fds[] = { hold->h.tty_fd, hold->h.control_fd,
					    hold->h.latency_fd };

			for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
				if (fds[i] > keep && fds[i] < next)
					next = fds[i];
		}
		close_between(keep, next);
		if (next == INT_MAX)
			return;
	}
}

/* A holder needs no input and has no result; a daemon has no terminal at all. */
static void leave_terminal(const struct holder *all)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return;
	dup2(fd, STDIN_FILENO);
	dup2(fd, STDOUT_FILENO);
	if (all->is_daemon)
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

static int open_signals(const struct holder *all)
{
	struct sigaction old;
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGCHLD);
	signal(SIGCHLD, SIG_DFL);	/* ignored by who started us, no child would be seen to end */
	/* nohup(1) and daemons: a terminal's end means nothing; else it means us */
	if (all->is_daemon)
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

	events_note(hold, "attached", "%s%s at %u baud by gpsppsctl[%d]%s",
		    hold->h.no_pulse ? "for sentences" : "as ",
		    hold->h.no_pulse ? "" : hold->h.pps, hold->h.baud, (int)getpid(),
		    killed ? "; the holder before it was killed" : "");
}

/* The programs that we run get none of ours; what is opened later is so from the start. */
static void keep_from_children(const struct hold *hold)
{
	fcntl(hold->h.tty_fd, F_SETFD, FD_CLOEXEC);
	fcntl(hold->h.control_fd, F_SETFD, FD_CLOEXEC);
	if (hold->h.latency_fd)
		fcntl(hold->h.latency_fd, F_SETFD, FD_CLOEXEC);
}

static int start_port(struct hold *hold)
{
	keep_from_children(hold);
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		hold->clients[i].fd = -1;
	if (hold->h.links == LINKS_SELF)
		hold->links_fd = link_open_directory(hold->h.gps_link);
	note_attached(hold);
	hold->since_ns = hold_now_ns();
	meter_init(hold);
	watch_init(hold);
	/* once more, by this process: the socket tells its clients whose it is (SO_PEERCRED) */
	return listen(hold->h.control_fd, BACKLOG) < 0 ? -errno : 0;
}

static void take_over(struct holder *all, const struct handover *handover)
{
	all->n = handover->n;
	all->is_daemon = handover->flags & HOLD_DAEMON;
	memcpy(all->program, handover->program, sizeof(all->program));
	for (unsigned int i = 0; i < all->n; i++) {
		all->ports[i].h = handover->ports[i];
		all->ports[i].is_daemon = all->is_daemon;
		all->ports[i].links_fd = -1;
		all->ports[i].program = all->program;
	}
}

int holder_receive(struct holder *all, int fd)
{
	/* needed once: its pages are given back */
	struct handover *handover = mmap(NULL, sizeof(*handover), PROT_READ | PROT_WRITE,
					 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int err;

	if (handover == MAP_FAILED)
		return -errno;
	err = handover_read(fd, handover);
	if (!err)
		take_over(all, handover);
	munmap(handover, sizeof(*handover));
	return err;
}

int holder_start(struct holder *all)
{
	int err = 0;

	close_others(all);
	leave_terminal(all);
	prctl(PR_SET_NAME, "gpsppsctl");
	umask(0022);
	if (chdir("/") < 0)
		return -errno;
	if (all->is_daemon)
		openlog("gpsppsctl", LOG_PID, LOG_DAEMON);
	spare_from_oom();
	for (struct hold *hold = holder_next(all, NULL); hold; hold = holder_next(all, hold))
		err = err ? err : start_port(hold);
	if (err)
		return err;
	all->signal_fd = open_signals(all);
	if (all->signal_fd < 0)
		return all->signal_fd;
	privileges_drop(all);
	return 0;
}
