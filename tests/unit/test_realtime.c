// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * To be woken in time, on this kernel: what is permitted is done, what is not is said; and
 * rights that are given up.  Each in a process of its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <linux/capability.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/capabilities.h"
#include "sys/realtime.h"

#define NOBODY 65534

/* The address sanitizer puts an mlockall() that does nothing in libc's place. */
#ifdef __SANITIZE_ADDRESS__
#define LOCKS false
#else
#define LOCKS true
#endif

/* ---- a child that ends with the line of what was not so, or 0 ---- */

#define EXPECT(condition) do { if (!(condition)) return __LINE__; } while (0)

static void in_child(int (*f)(void))
{
	int status, line = 0, out[2];
	pid_t pid;

	assert_int_equal(pipe(out), 0);
	pid = fork();
	if (pid == 0) {
		line = f();
		_exit(write(out[1], &line, sizeof(line)) != (ssize_t)sizeof(line));
	}
	close(out[1]);
	assert_int_equal(read(out[0], &line, sizeof(line)), sizeof(line));
	close(out[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (line)
		fail_msg("line %d", line);
}

static unsigned long long status_value(const char *key, int base)
{
	unsigned long long value = ~0ull;
	char line[256];
	FILE *f = fopen("/proc/self/status", "r");

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, key, strlen(key)))
			value = strtoull(line + strlen(key), NULL, base);
	if (f)
		fclose(f);
	return value;
}

static bool may_be_realtime(void)
{
	return LOCKS && capabilities_has(CAP_SYS_NICE) && capabilities_has(CAP_IPC_LOCK);
}

static void *policy_of_thread(void *policy)
{
	*(int *)policy = sched_getscheduler(0);
	return NULL;
}

/* ---- with the right to it ---- */

static int all_is_granted(void)
{
	struct sched_param param;
	struct realtime r;
	pthread_t thread;
	char text[160];
	int policy = -1;

	realtime_begin(&r, 50, -1);
	EXPECT(r.fifo == 50 && r.locked == 1 && r.latency_fd == 0);
	EXPECT(sched_getscheduler(0) == SCHED_FIFO);
	EXPECT(sched_getparam(0, &param) == 0 && param.sched_priority == 50);
	EXPECT(status_value("VmLck:", 10) > 0);
	EXPECT(prctl(PR_GET_TIMERSLACK) <= 1);	/* later kernels: 0 with SCHED_FIFO */
	EXPECT(pthread_create(&thread, NULL, policy_of_thread, &policy) == 0);
	pthread_join(thread, NULL);
	EXPECT(policy == SCHED_FIFO);
	realtime_tell(&r, text, sizeof(text));
	EXPECT(!strcmp(text, "SCHED_FIFO 50, memory locked"));
	realtime_end(&r);
	EXPECT(sched_getscheduler(0) == SCHED_OTHER);
	EXPECT(status_value("VmLck:", 10) == 0);
	EXPECT(prctl(PR_GET_TIMERSLACK) != 1);
	realtime_end(&r);
	return 0;
}

static void granted(void **state)
{
	(void)state;
	if (!may_be_realtime())
		skip();
	in_child(all_is_granted);
}

static int nothing_is_wanted(void)
{
	struct realtime r;
	char text[160] = "?";

	realtime_begin(&r, 0, -1);
	EXPECT(r.fifo == 0 && r.locked == 0 && r.latency_fd == 0);
	EXPECT(sched_getscheduler(0) == SCHED_OTHER);
	EXPECT(prctl(PR_GET_TIMERSLACK) == 1);
	EXPECT(status_value("VmLck:", 10) == 0);
	realtime_tell(&r, text, sizeof(text));
	EXPECT(!strcmp(text, ""));
	realtime_end(&r);
	return 0;
}

static void not_wanted(void **state)
{
	(void)state;
	in_child(nothing_is_wanted);
}

/* ---- without ---- */

static int become_nobody(rlim_t memlock)
{
	const struct rlimit none = { 0, 0 }, lock = { memlock, memlock };

	if (setrlimit(RLIMIT_RTPRIO, &none) < 0 || setrlimit(RLIMIT_MEMLOCK, &lock) < 0)
		return -1;
	if (geteuid() != 0)
		return 0;
	if (syscall(SYS_setgid, NOBODY) < 0 || syscall(SYS_setuid, NOBODY) < 0)
		return -1;
	return 0;
}

static int nothing_is_granted(void)
{
	struct realtime r;
	char text[256];

	EXPECT(become_nobody(0) == 0);
	realtime_begin(&r, 50, 0);
	EXPECT(r.fifo == -EPERM && r.locked == -EPERM && r.latency_fd < 0);
	EXPECT(sched_getscheduler(0) == SCHED_OTHER);
	realtime_tell(&r, text, sizeof(text));
	EXPECT(!strncmp(text, "no SCHED_FIFO (Operation not permitted), "
			"memory not locked (Operation not permitted), "
			"no wake-up latency (", 106));
	realtime_end(&r);
	return 0;
}

static void refused(void **state)
{
	(void)state;
	if (!LOCKS)
		skip();
	in_child(nothing_is_granted);
}

/* A limit that is enough for now must not take memory away later: a thread's stack is 8 MB. */
static int thread_starts_below_a_limit(void)
{
	struct realtime r;
	pthread_t thread;
	int policy = -1;
	void *p;

	EXPECT(become_nobody((rlim_t)(status_value("VmSize:", 10) + 1024) * 1024) == 0);
	realtime_begin(&r, 50, -1);
	EXPECT(r.locked == 1);
	EXPECT(status_value("VmLck:", 10) > 0);
	EXPECT(pthread_create(&thread, NULL, policy_of_thread, &policy) == 0);
	pthread_join(thread, NULL);
	p = malloc(64 << 20);
	EXPECT(p);
	free(p);
	return 0;
}

static void limit_of_memory(void **state)
{
	(void)state;
	if (!LOCKS)
		skip();
	in_child(thread_starts_below_a_limit);
}

static void text_is_cut(void **state)
{
	const struct realtime r = { .fifo = 50, .locked = -EPERM, .latency_fd = 7 };
	char text[24];

	(void)state;
	realtime_tell(&r, text, sizeof(text));
	assert_string_equal(text, "SCHED_FIFO 50, memory n");
	realtime_tell(&r, text, 1);
	assert_string_equal(text, "");
	for (size_t size = 1; size < sizeof(text); size++) {
		memset(text, 'x', sizeof(text));
		realtime_tell(&r, text, size);
		assert_true(strlen(text) < size);
	}
}

/* ---- capabilities ---- */

static int rights_are_gone(void)
{
	const uint64_t keep = CAPABILITY(CAP_SYS_TIME) | CAPABILITY(CAP_PERFMON);
	const uint64_t had = status_value("CapPrm:", 16);

	EXPECT(capabilities_has(CAP_SYS_NICE));
	capabilities_keep(keep);
	EXPECT(status_value("CapPrm:", 16) == (had & keep));
	EXPECT(status_value("CapEff:", 16) == (had & keep));
	EXPECT(status_value("CapBnd:", 16) == (had & keep));
	EXPECT(status_value("CapInh:", 16) == 0);
	EXPECT(status_value("NoNewPrivs:", 10) == 1);
	EXPECT(!capabilities_has(CAP_SYS_NICE));
	EXPECT(capabilities_has(CAP_SYS_TIME) == ((had & CAPABILITY(CAP_SYS_TIME)) != 0));
	EXPECT(capabilities_has(CAP_PERFMON) == ((had & CAPABILITY(CAP_PERFMON)) != 0));
	capabilities_keep(0);
	EXPECT(status_value("CapPrm:", 16) == 0 && status_value("CapEff:", 16) == 0);
	return 0;
}

static void capabilities_are_kept(void **state)
{
	(void)state;
	if (!capabilities_has(CAP_SETPCAP) || !capabilities_has(CAP_SYS_NICE))
		skip();
	in_child(rights_are_gone);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(granted),
		cmocka_unit_test(not_wanted),
		cmocka_unit_test(refused),
		cmocka_unit_test(limit_of_memory),
		cmocka_unit_test(text_is_cut),
		cmocka_unit_test(capabilities_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
