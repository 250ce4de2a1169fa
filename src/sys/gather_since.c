// SPDX-License-Identifier: GPL-2.0-or-later
/* Since when a device is there, by udev's database. */
#include "gather.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DATABASE_MAX 4096	/* links and properties of one device */

/* "I:12345678": microseconds of CLOCK_MONOTONIC at its first event. */
static struct fact first_event_ms(const char *text)
{
	const char *at = strncmp(text, "I:", 2) ? strstr(text, "\nI:") : text - 1;
	char *end;
	long long us;

	if (!at)
		return fact_from(-ENOENT, 0);
	at += strlen("\nI:");
	errno = 0;
	us = strtoll(at, &end, 10);
	if (errno || end == at || us <= 0)
		return fact_from(-ENOENT, 0);
	return fact_from(0, us / 1000);
}

struct fact gather_since_ms(struct probe *p, const char *node)
{
	char text[DATABASE_MAX], type;
	unsigned int major, minor;
	int n = probe_getf(p, text, sizeof(text), "stat:/dev/%s", node);

	if (n < 0)
		return fact_from(n, 0);
	if (sscanf(text, "%c %*o %*u %*u %u:%u", &type, &major, &minor) != 3 || type != 'c')
		return fact_from(-ENOENT, 0);
	n = probe_getf(p, text, sizeof(text), "file:/run/udev/data/c%u:%u", major, minor);
	return n < 0 ? fact_from(n, 0) : first_event_ms(text);
}
