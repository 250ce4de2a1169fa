// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ntpd's shared memory, on this kernel: what a reader with ntpd's rules takes, other writers,
 * segments of others, and that never a mixture of two samples is taken.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/ptrace.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sys/shm.h"

#define KEY 0x4e545030
#define NOBODY 65534
#define T0 INT64_C(1700000000)
#define HAMMERED 1000000
#define FIRST_UNIT 20

/* As refclock_shm.c of both ntpds declares it. */
struct ntp_time {
	int mode;
	volatile int count;
	time_t clock_sec;
	int clock_usec;
	time_t receive_sec;
	int receive_usec;
	int leap, precision, nsamples;
	volatile int valid;
	unsigned int clock_nsec, receive_nsec;
	int dummy[8];
};

/* ---- a reader: the rules of mode 1 ("driver28", Operation mode=1) ---- */

enum taken { TAKEN, NOT_READY, CLASH };

static enum taken take(volatile struct ntp_time *t, struct ntp_time *copy)
{
	int count;

	if (!t->valid)
		return NOT_READY;
	count = t->count;
	atomic_thread_fence(memory_order_seq_cst);
	*copy = *t;
	t->valid = 0;
	atomic_thread_fence(memory_order_seq_cst);
	return copy->mode > 0 && count != t->count ? CLASH : TAKEN;
}

/* ---- a unit of this test's own, that nobody uses ---- */

static unsigned int unit;
static int id;			/* of its segment, or -1 */

static struct ntp_time *map(int flags)
{
	id = shmget(KEY + unit, sizeof(struct ntp_time), flags);
	assert_true(id >= 0);
	return shmat(id, NULL, 0);
}

static int begin(void **state)
{
	(void)state;
	for (unit = FIRST_UNIT + (unsigned int)getpid() % 200; unit <= SHM_UNIT_MAX; unit++)
		if (shmget(KEY + unit, 0, 0) < 0 && errno == ENOENT)
			return 0;
	return -1;
}

static int end(void **state)
{
	int left = shmget(KEY + unit, 0, 0);

	(void)state;
	if (left >= 0)
		shmctl(left, IPC_RMID, NULL);
	return 0;
}

static struct sample sample_at(int64_t second, int64_t true_ns, int64_t stamp_ns)
{
	struct sample s = { .kind = SAMPLE_PULSE, .is_numbered = true };

	s.true_ns = (T0 + second) * NS_PER_S + true_ns;
	s.stamp_ns = (T0 + second) * NS_PER_S + stamp_ns;
	return s;
}

static int write_one(struct shm_unit *s, int64_t second)
{
	struct sample sample = sample_at(second, 0, 1234567);

	return shm_write(s, &sample, -20);
}

/* ---- what a reader finds ---- */

static void sample_arrives(void **state)
{
	struct sample sample = sample_at(7, 0, 123456789);
	struct ntp_time *t, copy;
	struct shm_unit s;

	(void)state;
	assert_int_equal(shm_attach(&s, unit), 0);
	t = map(0);
	assert_int_equal(take(t, &copy), NOT_READY);
	sample.leap = LEAP_INSERT;
	assert_int_equal(shm_write(&s, &sample, -19), 0);
	assert_int_equal(take(t, &copy), TAKEN);
	assert_int_equal(copy.mode, 1);
	assert_int_equal(copy.clock_sec, T0 + 7);
	assert_int_equal(copy.clock_usec, 0);
	assert_int_equal(copy.clock_nsec, 0);
	assert_int_equal(copy.receive_sec, T0 + 7);
	assert_int_equal(copy.receive_usec, 123456);	/* cut: ntpd refuses a rounded one */
	assert_int_equal(copy.receive_nsec, 123456789);
	assert_int_equal(copy.leap, 1);
	assert_int_equal(copy.precision, -19);
	assert_int_equal(copy.nsamples, 3);
	for (int i = 0; i < 8; i++)
		assert_int_equal(copy.dummy[i], 0);
	assert_int_equal(take(t, &copy), NOT_READY);
	shm_detach(&s);
	shm_detach(&s);
	shmdt(t);
}

static void unread_sample_is_taken_back_at_the_end(void **state)
{
	struct ntp_time *t, copy;
	struct shm_unit s;

	(void)state;
	assert_int_equal(shm_attach(&s, unit), 0);
	t = map(0);
	assert_int_equal(write_one(&s, 0), 0);
	assert_int_equal(t->valid, 1);
	shm_detach(&s);
	assert_int_equal(take(t, &copy), NOT_READY);
	assert_true(shmget(KEY + unit, 0, 0) == id);	/* a daemon has it, too: it stays */
	shmdt(t);
}

static void rights_are_ntpds(void **state)
{
	struct shmid_ds ds;
	struct shm_unit s;

	(void)state;
	assert_int_equal(shm_attach(&s, unit), 0);
	assert_int_equal(shmctl(s.id, IPC_STAT, &ds), 0);
	assert_int_equal(ds.shm_perm.mode & 0777, 0666);
	assert_int_equal(ds.shm_segsz, sizeof(struct ntp_time));
	shm_detach(&s);
}

static void daemon_that_starts_later_is_no_writer(void **state)
{
	struct ntp_time *t;
	struct shm_unit s;

	(void)state;
	assert_int_equal(shm_attach(&s, unit), 0);
	assert_int_equal(write_one(&s, 0), 0);
	t = map(IPC_CREAT | 0666);
	t->precision = -30;		/* shm_start() of refclock_shm.c */
	t->valid = 0;
	t->nsamples = 3;
	assert_int_equal(write_one(&s, 1), 0);
	assert_int_equal(t->clock_sec, T0 + 1);
	shm_detach(&s);
	shmdt(t);
}

static void times_before_1970_are_refused(void **state)
{
	struct sample sample = { .true_ns = -1, .stamp_ns = 5 };
	struct shm_unit s;

	(void)state;
	assert_int_equal(shm_attach(&s, unit), 0);
	assert_int_equal(shm_write(&s, &sample, -1), -EINVAL);
	shm_detach(&s);
}

/* ---- segments of others ---- */

static void wrong_size_is_refused(void **state)
{
	static const size_t sizes[] = { 80, 4096 };
	struct shm_unit s;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		char said[40];

		id = shmget(KEY + unit, sizes[i], IPC_CREAT | IPC_EXCL | 0666);
		assert_true(id >= 0);
		assert_int_equal(shm_attach(&s, unit), -EPERM);
		assert_null(s.time);
		snprintf(said, sizeof(said), "has %zu bytes, not 96", sizes[i]);
		assert_non_null(strstr(s.why, said));
		shmctl(id, IPC_RMID, NULL);
	}
}

static void unknown_mode_is_refused(void **state)
{
	struct ntp_time *t = map(IPC_CREAT | IPC_EXCL | 0666);
	struct shm_unit s;

	(void)state;
	t->mode = 2;
	assert_int_equal(shm_attach(&s, unit), -EPERM);
	assert_null(s.time);
	assert_non_null(strstr(s.why, "mode 2"));
	assert_int_equal(t->mode, 2);
	shmdt(t);
}

static void mode_0_becomes_1(void **state)
{
	struct ntp_time *t = map(IPC_CREAT | IPC_EXCL | 0666);
	struct shm_unit s;

	(void)state;
	assert_int_equal(shm_attach(&s, unit), 0);
	assert_int_equal(t->mode, 1);
	shm_detach(&s);
	shmdt(t);
}

static void another_owner_is_refused(void **state)
{
	struct shmid_ds ds;
	struct shm_unit s;

	(void)state;
	if (geteuid() != 0)
		skip();
	shmdt(map(IPC_CREAT | IPC_EXCL | 0666));
	shmctl(id, IPC_STAT, &ds);
	ds.shm_perm.uid = NOBODY;
	assert_int_equal(shmctl(id, IPC_SET, &ds), 0);
	assert_int_equal(shm_attach(&s, unit), -EPERM);
	assert_null(s.time);
	assert_non_null(strstr(s.why, "uid 65534"));
}

/* In a child without rights; its exit code is what attach said. */
static int attach_as_nobody(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		struct shm_unit s;

		/* the system call itself: libc's would ask threads that a child has not */
		if (syscall(SYS_setgid, NOBODY) < 0 || syscall(SYS_setuid, NOBODY) < 0)
			_exit(0);
		_exit(-shm_attach(&s, unit));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void without_rights_it_is_said(void **state)
{
	static const struct {
		int rights, err;
	} cases[] = { { 0600, EACCES }, { 0644, EACCES }, { 0666, 0 } };

	(void)state;
	if (geteuid() != 0)
		skip();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		shmdt(map(IPC_CREAT | IPC_EXCL | cases[i].rights));
		assert_int_equal(attach_as_nobody(), cases[i].err);
		shmctl(id, IPC_RMID, NULL);
	}
}

static void unit_out_of_range(void **state)
{
	struct shm_unit s;

	(void)state;
	assert_int_equal(shm_attach(&s, SHM_UNIT_MAX + 1), -EINVAL);
	assert_non_null(strstr(s.why, "highest is 255"));
	shm_detach(&s);
}

/* ---- removed ---- */

static void removed_is_made_anew(void **state)
{
	struct ntp_time *t, copy;
	struct shm_unit s;
	int old;

	(void)state;
	assert_int_equal(shm_attach(&s, unit), 0);
	assert_int_equal(write_one(&s, 0), 0);
	old = s.id;
	assert_int_equal(shmctl(old, IPC_RMID, NULL), 0);
	assert_int_equal(write_one(&s, 1), 0);
	assert_int_not_equal(s.id, old);
	t = map(0);
	assert_int_equal(take(t, &copy), TAKEN);
	assert_int_equal(copy.clock_sec, T0 + 1);
	shmdt(t);
	shm_detach(&s);
}

static void removed_and_in_the_way(void **state)
{
	struct shm_unit s;

	(void)state;
	assert_int_equal(shm_attach(&s, unit), 0);
	shmctl(s.id, IPC_RMID, NULL);
	id = shmget(KEY + unit, 80, IPC_CREAT | IPC_EXCL | 0666);
	assert_true(id >= 0);
	assert_int_equal(write_one(&s, 0), -ENOLINK);
	assert_non_null(strstr(s.why, "has 80 bytes"));
	assert_int_equal(write_one(&s, 1), -ENOLINK);
	shmctl(id, IPC_RMID, NULL);
	assert_int_equal(write_one(&s, 2), 0);
	assert_string_equal(s.why, "");
	shm_detach(&s);
}

/* ---- other writers ---- */

static void two_feeds_do_not_both_write(void **state)
{
	struct shm_unit a, b;

	(void)state;
	assert_int_equal(shm_attach(&a, unit), 0);
	assert_int_equal(write_one(&a, 0), 0);
	assert_int_equal(shm_attach(&b, unit), 0);
	for (int i = 1; i < 20; i++) {
		assert_int_equal(write_one(&a, i), 0);
		assert_int_equal(write_one(&b, i), -EBUSY);
	}
	assert_non_null(strstr(b.why, "another program writes"));
	shm_detach(&a);
	shm_detach(&b);
}

static void either_of_two_feeds_notices(void **state)
{
	struct shm_unit a, b;

	(void)state;
	assert_int_equal(shm_attach(&a, unit), 0);
	assert_int_equal(shm_attach(&b, unit), 0);
	assert_int_equal(write_one(&b, 0), 0);
	for (int i = 1; i < 20; i++) {
		assert_int_equal(write_one(&a, i), -EBUSY);
		assert_int_equal(write_one(&b, i), 0);
	}
	shm_detach(&a);
	shm_detach(&b);
}

static void it_goes_on_when_the_other_is_quiet(void **state)
{
	struct ntp_time *t;
	struct shm_unit s;

	(void)state;
	assert_int_equal(shm_attach(&s, unit), 0);
	t = map(0);
	assert_int_equal(write_one(&s, 0), 0);
	t->count += 2;
	for (int i = 0; i < 6; i++)
		assert_int_equal(write_one(&s, i), -EBUSY);
	assert_int_equal(write_one(&s, 6), 0);
	assert_string_equal(s.why, "");
	/* and it begins anew */
	t->count += 2;
	assert_int_equal(write_one(&s, 7), -EBUSY);
	shm_detach(&s);
	shmdt(t);
}

/* A writer of mode 0 leaves the count alone (and so did gpsd's memset before it). */
static void times_tell_as_well_as_the_count(void **state)
{
	struct ntp_time *t;
	struct shm_unit s;

	(void)state;
	assert_int_equal(shm_attach(&s, unit), 0);
	t = map(0);
	assert_int_equal(write_one(&s, 0), 0);
	t->clock_usec += 1;
	assert_int_equal(write_one(&s, 1), -EBUSY);
	t->receive_sec += 1;
	for (int i = 0; i < 6; i++)
		assert_int_equal(write_one(&s, 2), -EBUSY);
	assert_int_equal(write_one(&s, 3), 0);
	/* what another has left there is not ours to take back */
	t->count += 2;
	t->valid = 1;
	assert_int_equal(write_one(&s, 4), -EBUSY);
	shm_detach(&s);
	assert_int_equal(t->valid, 1);
	shmdt(t);
}

/* A process named "evil\e[7m" that has it attached and writes, until it is told to end. */
static pid_t start_writer(int *end_of_it)
{
	int there[2], go[2];
	char c;
	pid_t pid;

	assert_int_equal(pipe(there), 0);
	assert_int_equal(pipe(go), 0);
	pid = fork();
	if (pid == 0) {
		struct ntp_time *t = shmat(shmget(KEY + unit, 0, 0), NULL, 0);
		int fd = open("/proc/self/comm", O_WRONLY);

		close(go[1]);
		if (write(fd, "evil\033[7m", 8) != 8)
			_exit(1);
		t->count += 2;
		if (write(there[1], "x", 1) != 1 || read(go[0], &c, 1) < 0)
			_exit(1);
		_exit(0);
	}
	close(go[0]);
	close(there[1]);
	assert_int_equal(read(there[0], &c, 1), 1);
	close(there[0]);
	*end_of_it = go[1];
	return pid;
}

static void the_other_is_named(void **state)
{
	char name[32];
	struct shm_unit s;
	int go;
	pid_t pid;

	(void)state;
	assert_int_equal(shm_attach(&s, unit), 0);
	assert_int_equal(write_one(&s, 0), 0);
	pid = start_writer(&go);
	assert_int_equal(write_one(&s, 1), -EBUSY);
	snprintf(name, sizeof(name), "evil?[7m[%d]", (int)pid);
	assert_non_null(strstr(s.why, name));
	close(go);
	waitpid(pid, NULL, 0);
	/* one that has ended cannot be named, and its number may be another's */
	assert_int_equal(write_one(&s, 2), -EBUSY);
	assert_null(strstr(s.why, "evil"));
	shm_detach(&s);
}

/* ---- torn reads ---- */

/* Every field of a sample says which one it is. */
static struct sample numbered(uint32_t n)
{
	struct sample s = sample_at(n, n % 999 * 1000 + n % 1000, n % 997 * 1000 + n % 1000);

	s.leap = n % 2 ? LEAP_INSERT : LEAP_NONE;
	return s;
}

static int write_numbered(struct shm_unit *s, uint32_t n)
{
	const struct sample sample = numbered(n);

	return shm_write(s, &sample, -(int)(n % 30));
}

static bool is_whole(const struct ntp_time *t)
{
	const uint32_t n = (uint32_t)(t->clock_sec - T0);
	const struct sample s = numbered(n);

	return t->receive_sec == t->clock_sec &&
	       t->clock_nsec == (unsigned int)(s.true_ns % NS_PER_S) &&
	       t->receive_nsec == (unsigned int)(s.stamp_ns % NS_PER_S) &&
	       t->clock_usec == (int)(t->clock_nsec / 1000) &&
	       t->receive_usec == (int)(t->receive_nsec / 1000) &&
	       t->leap == (int)s.leap && t->precision == -(int)(n % 30);
}

/* The first check of ntpd and chrony: our clock's time was a few seconds ago. */
static bool is_recent(const struct ntp_time *t)
{
	return t->receive_sec >= T0;
}

#define STATES_MAX 64

/* What stands in the segment, one store after the other. */
struct film {
	struct ntp_time state[STATES_MAX];
	int n;
};

/* Let the stopped child go on by one instruction; false: it has ended. */
static bool step(pid_t pid)
{
	int status;

	if (ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL) < 0)
		return false;
	return waitpid(pid, &status, 0) == pid && WIFSTOPPED(status);
}

/* A child that writes two samples, the second one instruction at a time. */
static bool film_a_write(struct film *film)
{
	pid_t pid = fork();
	struct ntp_time *t;
	int status;

	if (pid == 0) {
		struct shm_unit s;

		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0 || shm_attach(&s, unit) < 0 ||
		    write_numbered(&s, 1) < 0)
			_exit(1);
		raise(SIGSTOP);
		_exit(write_numbered(&s, 1002) < 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFSTOPPED(status))
		return false;
	t = map(0);
	film->state[film->n++] = *t;
	while (step(pid)) {
		if (!memcmp(&film->state[film->n - 1], t, sizeof(*t)))
			continue;
		assert_true(film->n < STATES_MAX);
		film->state[film->n++] = *t;
	}
	shmdt(t);
	return true;
}

/*
 * A reader whose first look at the count was in state `first` and the second in `last`
 * takes each field from any state in between: a mixture it must be able to refuse.
 */
static bool may_mix(const struct film *film, int first, int last)
{
	bool is_mixed = false, is_ever_recent = false;

	for (int i = first; i <= last; i++) {
		struct ntp_time a = film->state[first], b = film->state[i];

		is_ever_recent |= is_recent(&b);
		is_mixed |= is_recent(&b) && !is_whole(&b);
		a.valid = b.valid = 0;
		a.receive_sec = b.receive_sec;		/* counts in the line above */
		is_mixed |= memcmp(&a, &b, sizeof(a)) != 0;
	}
	return is_mixed && is_ever_recent;
}

static void check_reader(const struct film *film, int saw_valid, int first, int last)
{
	if (!film->state[saw_valid].valid || film->state[first].count != film->state[last].count)
		return;
	if (may_mix(film, first, last))
		fail_msg("valid as of store %d, the count as of %d and %d of %d: a mixture",
			 saw_valid, first, last, film->n - 1);
}

/*
 * Whenever the writer is interrupted, and however slow the reader is.  ntpd looks at valid
 * before the count, chrony (refclock_shm.c) at the copy's.
 */
static void no_order_of_events_gives_a_mixture(void **state)
{
	static struct film film;

	(void)state;
	if (!film_a_write(&film))
		skip();
	assert_true(film.n > 10);
	assert_int_equal(film.state[film.n - 1].clock_sec, T0 + 1002);
	/* nor does a reader that comes meanwhile find an old time: ntpd would complain of it */
	for (int i = 0; i < film.n; i++)
		assert_false(film.state[i].valid && !is_recent(&film.state[i]));
	for (int saw = 0; saw < film.n; saw++)
		for (int first = 0; first < film.n; first++)
			for (int last = first > saw ? first : saw; last < film.n; last++)
				check_reader(&film, saw, first, last);
}

static atomic_bool stop;

struct tally {
	unsigned long taken, clashes, mixed;
};

static void *read_all(void *arg)
{
	struct ntp_time *t = shmat(shmget(KEY + unit, 0, 0), NULL, 0);
	struct tally *tally = arg;
	struct ntp_time copy;

	while (!stop) {
		const enum taken taken = take(t, &copy);

		tally->clashes += taken == CLASH;
		tally->taken += taken == TAKEN;
		tally->mixed += taken == TAKEN && is_recent(&copy) && !is_whole(&copy);
	}
	shmdt(t);
	return NULL;
}

static void million_samples_are_whole(void **state)
{
	struct tally tally = { 0 };
	struct shm_unit s;
	pthread_t reader;

	(void)state;
	assert_int_equal(shm_attach(&s, unit), 0);
	stop = false;
	assert_int_equal(pthread_create(&reader, NULL, read_all, &tally), 0);
	for (uint32_t n = 0; n < HAMMERED; n++)
		assert_int_equal(write_numbered(&s, n), 0);
	stop = true;
	pthread_join(reader, NULL);
	print_message("# %lu taken, %lu clashes\n", tally.taken, tally.clashes);
	assert_int_equal(tally.mixed, 0);
	shm_detach(&s);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		CASE(sample_arrives),
		CASE(unread_sample_is_taken_back_at_the_end),
		CASE(rights_are_ntpds),
		CASE(daemon_that_starts_later_is_no_writer),
		CASE(times_before_1970_are_refused),
		CASE(wrong_size_is_refused),
		CASE(unknown_mode_is_refused),
		CASE(mode_0_becomes_1),
		CASE(another_owner_is_refused),
		CASE(without_rights_it_is_said),
		CASE(unit_out_of_range),
		CASE(removed_is_made_anew),
		CASE(removed_and_in_the_way),
		CASE(two_feeds_do_not_both_write),
		CASE(either_of_two_feeds_notices),
		CASE(it_goes_on_when_the_other_is_quiet),
		CASE(times_tell_as_well_as_the_count),
		CASE(the_other_is_named),
		CASE(no_order_of_events_gives_a_mixture),
		CASE(million_samples_are_whole),
	};

	unshare(CLONE_NEWIPC);		/* root has segments that nobody else sees */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
