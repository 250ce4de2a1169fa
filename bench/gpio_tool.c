// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * For bench/gpio, in the guest:
 *   gpio_tool toggle PULL ASSERT COUNT   raise a line of gpio-sim, print how late the stamp is (ns)
 *   gpio_tool spin SECONDS               print how often it could count in that time
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static long long clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void put(const char *path, const char *text)
{
	const int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0) {
		perror(path);
		exit(2);
	}
	close(fd);
}

static long long stamp_ns(const char *path)
{
	long long sec = 0, nsec = 0;
	FILE *f = fopen(path, "r");

	if (!f || fscanf(f, "%lld.%9lld", &sec, &nsec) != 2)
		exit(2);
	fclose(f);
	return sec * 1000000000LL + nsec;
}

static int toggle(const char *pull, const char *assert, int count)
{
	while (count--) {
		const long long begun = clock_ns(CLOCK_REALTIME);

		put(pull, "pull-up");
		usleep(50000);
		printf("%lld\n", stamp_ns(assert) - begun);
		put(pull, "pull-down");
		usleep(50000);
	}
	return 0;
}

static int spin(int seconds)
{
	const long long end = clock_ns(CLOCK_MONOTONIC) + seconds * 1000000000LL;
	unsigned long n = 0;

	while (clock_ns(CLOCK_MONOTONIC) < end)
		n++;
	printf("%lu\n", n);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 5 && !strcmp(argv[1], "toggle"))
		return toggle(argv[2], argv[3], atoi(argv[4]));
	if (argc == 3 && !strcmp(argv[1], "spin"))
		return spin(atoi(argv[2]));
	return 2;
}
