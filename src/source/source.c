// SPDX-License-Identifier: GPL-2.0-or-later
/* The thread of a source, its pipe, and which kind a wish gets. */
#include "kind.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "../words.h"

/* What a thread of ours uses is under 4 kB; libc puts its own data there, too. */
#define STACK_SIZE ((size_t)64 * 1024)

_Static_assert(sizeof(struct source_event) <= PIPE_BUF, "an event is written whole");

/* ---- for the kinds ---- */

int source_put(struct source *s, enum source_event_kind kind, const struct edge *e, int lines,
	       int err)
{
	struct source_event event;
	struct pollfd pfd = { .fd = s->out, .events = POLLOUT };

	memset(&event, 0, sizeof(event));	/* the padding goes through the pipe, too */
	event.index = s->index;
	event.kind = kind;
	if (e)
		event.edge = *e;
	event.lines = lines;
	event.err = err;
	while (!atomic_load(&s->stop)) {
		if (write(s->out, &event, sizeof(event)) >= 0)
			return 0;
		if (errno == EAGAIN)
			poll(&pfd, 1, MS_PER_S);
		else if (errno != EINTR)
			return -errno;
	}
	return -EINTR;
}

int source_sleep_until(int64_t mono_ns)
{
	const struct timespec t = { mono_ns / NS_PER_S, mono_ns % NS_PER_S };

	return -clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

uint32_t edge_count(struct edge_counts *counts, enum pulse_edge which, uint32_t moved)
{
	const int mine = which == EDGE_CLEAR;

	counts->seq[!mine] += moved / 2;
	counts->seq[mine] += (moved + 1) / 2;
	return counts->seq[mine];
}

void source_close_fd(struct source *s)
{
	close(s->fd);
	s->fd = -1;
}

/* ---- the signal ---- */

static void on_signal(int sig)
{
	(void)sig;
}

static void catch_signal(void)
{
	const struct sigaction action = { .sa_handler = on_signal };	/* no SA_RESTART */

	sigaction(SOURCE_SIGNAL, &action, NULL);
}

void source_signal_catch(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, catch_signal);
}

#ifndef sigev_notify_thread_id		/* glibc 2.36 has no name for it */
#define sigev_notify_thread_id _sigev_un._tid
#endif

int ticker_begin(struct ticker *t)
{
	struct sigevent to_us = {
		.sigev_notify = SIGEV_THREAD_ID,
		.sigev_signo = SOURCE_SIGNAL,
	};

	to_us.sigev_notify_thread_id = (pid_t)syscall(SYS_gettid);
	return timer_create(CLOCK_MONOTONIC, &to_us, &t->timer) < 0 ? -errno : 0;
}

/* Again and again: one that comes just before the wait begins is of no use. */
void ticker_arm(struct ticker *t, int64_t ns)
{
	const struct timespec span = { ns / NS_PER_S, ns % NS_PER_S };
	const struct itimerspec when = { .it_interval = span, .it_value = span };

	timer_settime(t->timer, 0, &when, NULL);
}

void ticker_end(struct ticker *t)
{
	timer_delete(t->timer);
}

/* ---- the thread ---- */

static void *run(void *arg)
{
	struct source *s = arg;
	sigset_t ours;
	int err;

	prctl(PR_SET_TIMERSLACK, 1UL);		/* wake-ups when they are due, not 50 us later */
	sigemptyset(&ours);
	sigaddset(&ours, SOURCE_SIGNAL);
	pthread_sigmask(SIG_UNBLOCK, &ours, NULL);
	err = s->kind->run(s);
	if (err)
		source_put(s, SOURCE_GONE, NULL, -1, err);
	return NULL;
}

static int start_thread(struct source *s)
{
	pthread_attr_t attr;
	size_t stack = STACK_SIZE;
	int err;

	if (stack < (size_t)PTHREAD_STACK_MIN)
		stack = (size_t)PTHREAD_STACK_MIN;
	err = pthread_attr_init(&attr);
	if (err)
		return -err;
	err = pthread_attr_setstacksize(&attr, stack);
	if (!err)
		err = pthread_create(&s->thread, &attr, run, s);
	pthread_attr_destroy(&attr);
	return -err;
}

int source_start(struct source *s, unsigned int index, int out)
{
	sigset_t all, before;
	int err;

	s->index = index;
	s->out = out;
	atomic_store(&s->stop, false);
	source_signal_catch();
	/* the program's signals are its main thread's, SIGPIPE nobody's: write() says it */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = start_thread(s);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	s->running = !err;
	return err;
}

/* A signal that comes before the thread waits is lost: until it has ended. */
static void end_thread(struct source *s)
{
	int64_t wait_ns = NS_PER_MS;
	struct timespec until;
	int64_t end_ns;

	atomic_store(&s->stop, true);
	do {
		pthread_kill(s->thread, SOURCE_SIGNAL);
		end_ns = source_now(CLOCK_REALTIME) + wait_ns;
		until = (struct timespec){ end_ns / NS_PER_S, end_ns % NS_PER_S };
		wait_ns += wait_ns / 2;
	} while (pthread_timedjoin_np(s->thread, NULL, &until) == ETIMEDOUT);
	s->running = false;
}

void source_stop(struct source *s)
{
	if (s->running)
		end_thread(s);
	if (s->kind)
		s->kind->close(s);
	s->kind = NULL;
}

/* ---- which kind ---- */

#define LADDER_MAX 2

struct ladder {
	const char *subsystem;	/* sysfs's name of the device's class */
	const char *name;	/* how a node's name begins, where sysfs does not know it */
	const struct source_kind *kinds[LADDER_MAX];
};

static const struct ladder ladders[] = {
	{ "pps", "pps", { &source_pps, &source_sysfs } },
	{ "gpio", "gpiochip", { &source_gpio } },
	{ "tty", "", { &source_miwait, &source_poll } },
};

#define N_LADDERS (sizeof(ladders) / sizeof(ladders[0]))

/* Where sysfs has a device's class, as a path; it lists no pty: "". */
static void find_subsystem(const struct stat *st, char *target, size_t size)
{
	char link[64];
	ssize_t n;

	snprintf(link, sizeof(link), "/sys/dev/char/%u:%u/subsystem",
		 major(st->st_rdev), minor(st->st_rdev));
	n = readlink(link, target, size - 1);
	target[n < 0 ? 0 : n] = '\0';
}

static const struct ladder *find_ladder(const char *path)
{
	char subsystem[PATH_MAX] = "";
	struct stat st;

	if (!stat(path, &st) && S_ISCHR(st.st_mode))
		find_subsystem(&st, subsystem, sizeof(subsystem));
	for (size_t i = 0; i < N_LADDERS; i++)
		if (!strcmp(base_name(subsystem), ladders[i].subsystem))
			return &ladders[i];
	for (size_t i = 0; i < N_LADDERS; i++)
		if (text_begins(base_name(path), ladders[i].name))
			return &ladders[i];
	return NULL;	/* the last row takes every name */
}

int source_open(struct source *s, const struct source_wish *wish)
{
	const struct ladder *ladder = find_ladder(wish->path);
	int err = -ENODEV;

	*s = (struct source){ .wish = *wish, .fd = -1, .out = -1 };
	for (size_t i = 0; ladder && i < LADDER_MAX && ladder->kinds[i]; i++) {
		s->kind = ladder->kinds[i];
		err = s->kind->open(s);
		if (!err)
			return 0;
	}
	s->kind = NULL;
	return err;
}
