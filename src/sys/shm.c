// SPDX-License-Identifier: GPL-2.0-or-later
/* Samples into ntpd's shared memory, so that no reader ever takes a mixture of two. */
#include "shm.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

#include "shm_time.h"

#define SHM_KEY 0x4e545030	/* "NTP0" */
#define SHM_PRIVATE_UNITS 2	/* 0 and 1: ntpd makes them for root alone */
#define SHM_SAMPLES 3		/* "stages of median filter": nobody reads it */
#define QUIET_CALLS 5
#define US_PER_S INT64_C(1000000)

/* ---- whose it is ---- */

__attribute__((format(printf, 3, 4)))
static int refuse(struct shm_unit *s, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(s->why, sizeof(s->why), fmt, ap);
	va_end(ap);
	return err;
}

/* "gpsd[412]" into text; false when no such process is there any more, or it is us. */
static bool name_process(pid_t pid, char *text, size_t size)
{
	char path[32], comm[32] = "";
	FILE *f;

	if (pid <= 0 || pid == getpid())
		return false;
	snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	f = fopen(path, "re");
	if (!f)
		return false;
	if (fgets(comm, sizeof(comm), f))
		comm[strcspn(comm, "\n")] = '\0';
	fclose(f);
	/* a process calls itself what it likes: no bytes for a terminal */
	for (char *p = comm; *p; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	snprintf(text, size, "%s[%d]", comm, (int)pid);
	return true;
}

static int check(struct shm_unit *s, int id)
{
	char maker[56] = "a program that has ended";
	struct shmid_ds ds;

	if (shmctl(id, IPC_STAT, &ds) < 0)
		return refuse(s, -errno, "unit %u is another user's: %s", s->unit, strerror(errno));
	name_process(ds.shm_cpid, maker, sizeof(maker));
	if (ds.shm_segsz != sizeof(struct shm_time))
		return refuse(s, -EPERM, "unit %u has %zu bytes, not %zu: made by %s", s->unit,
			      (size_t)ds.shm_segsz, sizeof(struct shm_time), maker);
	/* who owns it could give it other rights, or tell ntpd a time of his own */
	if (ds.shm_perm.uid != 0 && ds.shm_perm.uid != geteuid())
		return refuse(s, -EPERM, "unit %u belongs to uid %u, made by %s", s->unit,
			      (unsigned int)ds.shm_perm.uid, maker);
	return 0;
}

/* ---- attach ---- */

/* The id, made if there is none. */
static int find_or_make(unsigned int unit)
{
	const int rights = unit < SHM_PRIVATE_UNITS ? 0600 : 0666;
	const key_t key = (key_t)(SHM_KEY + unit);
	int id = shmget(key, 0, 0);

	if (id >= 0 || errno != ENOENT)
		return id < 0 ? -errno : id;
	id = shmget(key, sizeof(struct shm_time), IPC_CREAT | IPC_EXCL | rights);
	if (id < 0 && errno == EEXIST)		/* a daemon was quicker */
		id = shmget(key, 0, 0);
	return id < 0 ? -errno : id;
}

/* What is in it now, to see whether somebody changes it. */
static void remember(struct shm_unit *s)
{
	const struct shm_time *t = s->time;

	s->count = atomic_load_explicit(&t->count, memory_order_relaxed);
	s->true_mark = (int64_t)t->clock_s * US_PER_S + t->clock_us;
	s->stamp_mark = (int64_t)t->receive_s * US_PER_S + t->receive_us;
}

static int attach(struct shm_unit *s)
{
	const int id = find_or_make(s->unit);
	void *mapped;
	int err;

	if (id < 0)
		return refuse(s, id, "unit %u: shmget: %s", s->unit, strerror(-id));
	err = check(s, id);
	if (err < 0)
		return err;
	mapped = shmat(id, NULL, 0);
	if (mapped == (void *)-1)
		return refuse(s, -errno, "unit %u: shmat: %s", s->unit, strerror(errno));
	s->time = mapped;
	s->id = id;
	if (s->time->mode != 0 && s->time->mode != 1) {
		err = refuse(s, -EPERM, "unit %u has mode %d: no time of ntpd", s->unit,
			     s->time->mode);
		shm_detach(s);
		return err;
	}
	s->time->mode = 1;
	s->ours = s->busy = false;
	remember(s);
	return 0;
}

int shm_attach(struct shm_unit *s, unsigned int unit)
{
	memset(s, 0, sizeof(*s));
	s->unit = unit;
	s->id = -1;
	if (unit > SHM_UNIT_MAX)
		return refuse(s, -EINVAL, "unit %u: the highest is %d", unit, SHM_UNIT_MAX);
	return attach(s);
}

void shm_detach(struct shm_unit *s)
{
	if (!s->time)
		return;
	if (s->ours && atomic_load_explicit(&s->time->count, memory_order_relaxed) == s->count)
		atomic_store_explicit(&s->time->valid, 0, memory_order_relaxed);
	shmdt(s->time);
	s->time = NULL;
	s->id = -1;
}

/* After an ipcrm the segment lives on, without its key, for those who have it: for nobody else. */
static int keep_attached(struct shm_unit *s)
{
	if (s->time && shmget((key_t)(SHM_KEY + s->unit), 0, 0) == s->id)
		return 0;
	shm_detach(s);
	attach(s);
	return s->time ? 0 : -ENOLINK;
}

/* ---- another writer ---- */

/*
 * Readers clear valid, and ntpd sets precision and nsamples when it starts; the count and
 * the times are a writer's alone.
 */
static bool is_changed(const struct shm_unit *s)
{
	struct shm_unit now = { .time = s->time };

	remember(&now);
	return now.count != s->count || now.true_mark != s->true_mark ||
	       now.stamp_mark != s->stamp_mark;
}

static int tell_rival(struct shm_unit *s)
{
	char name[56];
	struct shmid_ds ds;

	if (shmctl(s->id, IPC_STAT, &ds) == 0 && name_process(ds.shm_lpid, name, sizeof(name)))
		return refuse(s, -EBUSY, "another program writes to unit %u; "
			      "the last that attached to it or left it: %s", s->unit, name);
	return refuse(s, -EBUSY, "another program writes to unit %u", s->unit);
}

/* Of two that write, the one that saw the other first is silent until that one is. */
static bool is_rival_there(struct shm_unit *s)
{
	if (is_changed(s)) {
		s->busy = true;
		s->ours = false;
		s->quiet = 0;
		remember(s);
	} else if (s->busy && ++s->quiet > QUIET_CALLS) {
		s->busy = false;
	}
	return s->busy;
}

/* ---- write ---- */

struct split {
	int64_t s;
	unsigned int ns;
};

static struct split split(int64_t ns)
{
	struct split t = { ns / NS_PER_S, (unsigned int)(ns % NS_PER_S) };

	return t;
}

static unsigned int upper(int64_t s)
{
	return SECONDS_BITS < 32 ? (unsigned int)(s >> 31) : 0;
}

static seconds lower(int64_t s)
{
	return (seconds)(SECONDS_BITS < 32 ? s & 0x7fffffff : s);
}

static void next_count(struct shm_unit *s)
{
	s->count = (int)((unsigned int)s->count + 1);
	atomic_thread_fence(memory_order_seq_cst);
	atomic_store_explicit(&s->time->count, s->count, memory_order_relaxed);
	atomic_thread_fence(memory_order_seq_cst);
}

/*
 * ntpd looks at valid, then copies between two looks at the count (shm_query(),
 * refclock_shm.c).  If it saw valid before it was cleared and the count after it was raised,
 * it would take whatever stands there while we are interrupted half way.  So our clock's
 * second is 0 in the meantime, which all daemons refuse (older than 5 s); and the count is
 * raised at each step, that no copy reaches from one into the next.
 */
static void publish(struct shm_unit *s, const struct sample *sample, int precision)
{
	const struct split clock = split(sample->true_ns), receive = split(sample->stamp_ns);
	struct shm_time *t = s->time;

	atomic_store_explicit(&t->valid, 0, memory_order_relaxed);
	next_count(s);
	t->receive_s = 0;
	t->receive_upper = 0;
	next_count(s);
	t->clock_s = lower(clock.s);
	t->clock_upper = upper(clock.s);
	t->clock_us = (int)(clock.ns / 1000);
	t->clock_ns = clock.ns;
	t->receive_us = (int)(receive.ns / 1000);
	t->receive_ns = receive.ns;
	t->leap = (int)sample->leap;
	t->precision = precision;
	t->nsamples = SHM_SAMPLES;
	next_count(s);
	t->receive_upper = upper(receive.s);
	t->receive_s = lower(receive.s);
	atomic_thread_fence(memory_order_seq_cst);
	atomic_store_explicit(&t->valid, 1, memory_order_relaxed);
	/* not read back: between our writes there may be another's */
	s->true_mark = (int64_t)lower(clock.s) * US_PER_S + clock.ns / 1000;
	s->stamp_mark = (int64_t)lower(receive.s) * US_PER_S + receive.ns / 1000;
}

int shm_write(struct shm_unit *s, const struct sample *sample, int precision)
{
	int err = keep_attached(s);

	if (err < 0)
		return err;
	if (sample->true_ns < 0 || sample->stamp_ns < 0)
		return -EINVAL;
	if (is_rival_there(s))
		return tell_rival(s);
	publish(s, sample, precision);
	s->ours = true;
	s->why[0] = '\0';
	return 0;
}
