// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pulses on a line of gpio-sim by the guest's own clock: pulse_line PULL COUNT
 *
 * 100 ms up from each second on; a pulse for which it is kept waiting is left out.  For
 * each one, the ns before and after PULL was written.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S INT64_C(1000000000)
#define WIDTH_NS (NS_PER_S / 10)
#define EARLY_NS (NS_PER_S / 250)	/* a sleep is longer than it was asked for */
#define LATE_NS 250000			/* half of the default gate */

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

static void wait_until(int64_t ns)
{
	const struct timespec t = { (ns - EARLY_NS) / NS_PER_S, (ns - EARLY_NS) % NS_PER_S };

	clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &t, NULL);
	while (now_ns() < ns)
		;
}

static void pull(int fd, const char *how)
{
	if (pwrite(fd, how, strlen(how), 0) < 0)
		perror("pull");
}

int main(int argc, char **argv)
{
	int64_t second = now_ns() / NS_PER_S * NS_PER_S + NS_PER_S;
	int n = argc == 3 ? atoi(argv[2]) : 0;
	int fd = argc == 3 ? open(argv[1], O_WRONLY) : -1;

	if (fd < 0)
		return 2;
	for (; n > 0; second += NS_PER_S) {
		int64_t before;

		wait_until(second);
		before = now_ns();
		if (before - second > LATE_NS)
			continue;
		pull(fd, "pull-up");
		printf("%lld %lld\n", (long long)before, (long long)now_ns());
		fflush(stdout);
		n--;
		wait_until(second + WIDTH_NS);
		pull(fd, "pull-down");
	}
	return 0;
}
