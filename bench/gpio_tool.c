// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * For bench/gpio, in the guest:
 *   gpio_tool PULL ASSERT COUNT   raise a line of gpio-sim, print how late the stamp is (ns)
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static long long now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
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
		const long long begun = now_ns();

		put(pull, "pull-up");
		usleep(50000);
		printf("%lld\n", stamp_ns(assert) - begun);
		put(pull, "pull-down");
		usleep(50000);
	}
	return 0;
}

int main(int argc, char **argv)
{
	return argc == 4 ? toggle(argv[1], argv[2], atoi(argv[3])) : 2;
}
