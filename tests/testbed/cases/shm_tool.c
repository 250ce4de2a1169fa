// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is in ntpd's segments of shared memory, as a reader sees it who takes nothing:
 *   shm_tool show UNIT...           "UNIT MODE COUNT VALID OFFSET_NS LEAP PRECISION NSAMPLES SECOND"
 *   shm_tool follow SECONDS UNIT... the same at each change, then ends
 *   shm_tool remove UNIT...
 * OFFSET_NS: the stamp less the time that it was in truth.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <linux/shm.h>

/* <sys/shm.h> is another one for who is told -I src */
int shmget(int key, size_t size, int flags);
void *shmat(int id, const void *at, int flags);
int shmctl(int id, int cmd, void *buf);

#define KEY 0x4e545030
#define UNITS_MAX 16

/* By ntpd's refclock_shm.c */
struct segment {
	volatile int mode, count;
	time_t clock_s;
	int clock_us;
	time_t receive_s;
	int receive_us, leap, precision, nsamples;
	volatile int valid;
	unsigned int clock_ns, receive_ns;
	int dummy[8];
};

struct unit {
	long n;
	const volatile struct segment *at;
	int seen;
};

static int attach(struct unit *u)
{
	int id = shmget(KEY + (int)u->n, sizeof(struct segment), 0);

	if (id >= 0 && !u->at)
		u->at = shmat(id, NULL, SHM_RDONLY);
	return u->at && u->at != (void *)-1 ? 0 : -1;
}

/* A copy of one moment: the writer counts before and behind (mode 1). */
static struct segment copy_of(const struct unit *u)
{
	struct segment s;
	int count;

	do {
		count = u->at->count;
		__sync_synchronize();
		memcpy(&s, (const void *)u->at, sizeof(s));
		__sync_synchronize();
	} while (count != u->at->count);
	return s;
}

static void show(struct unit *u)
{
	const struct segment s = copy_of(u);
	long long offset_ns = (s.receive_s - s.clock_s) * 1000000000LL;

	offset_ns += (long long)s.receive_ns - (long long)s.clock_ns;
	printf("%ld %d %d %d %lld %d %d %d %lld\n", u->n, s.mode, s.count, s.valid, offset_ns, s.leap,
	       s.precision, s.nsamples, (long long)s.clock_s);
	fflush(stdout);
	u->seen = s.count;
}

static void follow(struct unit *units, int n, double seconds)
{
	const struct timespec pause = { .tv_nsec = 10000000 };
	struct timespec now;
	double end;

	for (int i = 0; i < n; i++)
		if (!attach(&units[i]))
			units[i].seen = copy_of(&units[i]).count;
	clock_gettime(CLOCK_MONOTONIC, &now);
	end = now.tv_sec + now.tv_nsec / 1e9 + seconds;
	while (now.tv_sec + now.tv_nsec / 1e9 < end) {
		for (int i = 0; i < n; i++)
			if (!attach(&units[i]) && copy_of(&units[i]).count != units[i].seen)
				show(&units[i]);
		nanosleep(&pause, NULL);
		clock_gettime(CLOCK_MONOTONIC, &now);
	}
}

int main(int argc, char **argv)
{
	const int is_follow = argc > 2 && !strcmp(argv[1], "follow");
	struct unit units[UNITS_MAX] = { { 0 } };
	int n = 0, missing = 0;

	for (int i = 2 + is_follow; i < argc && n < UNITS_MAX; i++)
		units[n++].n = strtol(argv[i], NULL, 10);
	if (is_follow)
		follow(units, n, strtod(argv[2], NULL));
	for (int i = 0; i < n && !is_follow; i++) {
		if (!strcmp(argv[1], "remove"))
			missing += shmctl(shmget(KEY + (int)units[i].n, 0, 0), IPC_RMID, NULL) != 0;
		else if (!attach(&units[i]))
			show(&units[i]);
		else
			missing++;
	}
	return missing || !n;
}
