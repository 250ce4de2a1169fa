// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What befalls a feed from around it, by one system call each:
 *   feed_meddle shm-make UNIT SIZE OWNER PERM MODE   a segment of somebody's; MODE: its first field
 *   feed_meddle shm-remove UNIT                      as ipcrm does
 *   feed_meddle shm-sum UNIT                         of its integers
 *   feed_meddle shm-write UNIT TIMES                 another writer, each 0.3 s, precision -77
 *   feed_meddle shm-hold UNIT                        a writer that stops amid a sample
 *   feed_meddle synchronised 0|1                     the kernel's flag
 *   feed_meddle frequency PPM                        the clock is slewed
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#define SHM_KEY 0x4e545030
#define SHM_SIZE 96
#define FOREIGN_PRECISION (-77)

/* In integers, the offsets of ntpd's struct shmTime, 64 bits */
enum { MODE = 0, COUNT = 1, LEAP = 9, PRECISION = 10, NSAMPLES = 11, VALID = 12, NR_INTS = 24 };

static int *attach_unit(const char *unit)
{
	int id = shmget(SHM_KEY + atoi(unit), 0, 0);
	int *at = id < 0 ? (int *)-1 : shmat(id, NULL, 0);

	return at == (int *)-1 ? NULL : at;
}

static int shm_make(char **argv)
{
	int id, *at;

	if (setegid(atoi(argv[2])) || seteuid(atoi(argv[2])))
		return -1;
	id = shmget(SHM_KEY + atoi(argv[0]), atoi(argv[1]),
		    IPC_CREAT | IPC_EXCL | (int)strtol(argv[3], NULL, 8));
	if (id < 0)
		return -1;
	at = shmat(id, NULL, 0);
	if (at == (int *)-1)
		return -1;
	at[MODE] = atoi(argv[4]);
	return 0;
}

static int shm_remove(char **argv)
{
	int id = shmget(SHM_KEY + atoi(argv[0]), 0, 0);

	return id < 0 ? -1 : shmctl(id, IPC_RMID, NULL);
}

static int shm_sum(char **argv)
{
	int *at = attach_unit(argv[0]);
	unsigned int n, sum = 0;

	if (!at)
		return -1;
	for (n = 0; n < NR_INTS; n++)
		sum = 31 * sum + (unsigned int)at[n];
	printf("%u\n", sum);
	return 0;
}

/* A clock of its own: midnight of 1990-01-01 and counting. */
static void write_foreign(int *at, int n)
{
	time_t *clock = (time_t *)(at + 2), *receive = (time_t *)(at + 6);

	at[VALID] = 0;
	at[COUNT]++;
	__sync_synchronize();
	*clock = 631152000 + n;
	*receive = time(NULL);
	at[4] = at[8] = 0;
	at[13] = at[14] = 0;
	at[LEAP] = 0;
	at[PRECISION] = FOREIGN_PRECISION;
	at[NSAMPLES] = 3;
	__sync_synchronize();
	at[COUNT]++;
	at[VALID] = 1;
}

static int shm_write(char **argv)
{
	int n, *at = attach_unit(argv[0]);

	if (!at)
		return -1;
	for (n = 0; n < atoi(argv[1]); n++) {
		write_foreign(at, n);
		usleep(300000);
	}
	return 0;
}

static int shm_hold(char **argv)
{
	int *at = attach_unit(argv[0]);

	if (!at)
		return -1;
	at[VALID] = 0;
	at[COUNT]++;
	return 0;
}

static int synchronised(char **argv)
{
	struct timex t = { .modes = 0 };

	if (adjtimex(&t) < 0)
		return -1;
	t.modes = ADJ_STATUS | ADJ_MAXERROR | ADJ_ESTERROR;
	t.maxerror = t.esterror = 100;
	t.status = atoi(argv[0]) ? t.status & ~STA_UNSYNC : t.status | STA_UNSYNC;
	return adjtimex(&t);
}

static int frequency(char **argv)
{
	struct timex t = { .modes = ADJ_FREQUENCY, .freq = atoi(argv[0]) * 65536L };

	return adjtimex(&t);
}

static const struct {
	const char *name;
	int words;
	int (*run)(char **argv);
} commands[] = {
	{ "shm-make", 5, shm_make },
	{ "shm-remove", 1, shm_remove },
	{ "shm-sum", 1, shm_sum },
	{ "shm-write", 2, shm_write },
	{ "shm-hold", 1, shm_hold },
	{ "synchronised", 1, synchronised },
	{ "frequency", 1, frequency },
};

int main(int argc, char **argv)
{
	size_t n;

	for (n = 0; argc > 1 && n < sizeof(commands) / sizeof(*commands); n++) {
		if (strcmp(argv[1], commands[n].name) || argc != commands[n].words + 2)
			continue;
		if (commands[n].run(argv + 2) >= 0)
			return 0;
		fprintf(stderr, "%s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	fputs("feed_meddle: see its source\n", stderr);
	return 2;
}
