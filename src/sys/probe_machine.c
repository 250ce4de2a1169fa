// SPDX-License-Identifier: GPL-2.0-or-later
/* The live probe's keys about the machine as a whole and about our holders. */
#include "probe_machine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>

#include "control.h"
#include "latency.h"

/* Debian's is 280 kB. */
#define KCONFIG_MAX (1024 * 1024)
/* Of process 1; what is beyond is not looked at. */
#define ENVIRON_MAX 16384
/* A holder answers at once; an attach that waits for its first pulse does not yet. */
#define HOLDER_TIMEOUT_MS 500

static int read_kconfig(struct probe *p, char *text, size_t size)
{
	char release[80];
	int n = probe_get(p, "file:/proc/sys/kernel/osrelease", release, sizeof(release));

	if (n < 0)
		return n;
	n = probe_getf(p, text, size, "file:/boot/config-%s", release);
	return n < 0 ? probe_getf(p, text, size, "file:/lib/modules/%s/config", release) : n;
}

/* An option that is off, or whose dependencies are, has no line "CONFIG_NAME=". */
int machine_kconfig(struct probe *p, const char *name, char *buf, size_t size)
{
	char *text = malloc(KCONFIG_MAX);
	int n;

	if (!text)
		return -ENOMEM;
	text[0] = '\n';		/* so that the first line is found like the others */
	n = read_kconfig(p, text + 1, KCONFIG_MAX - 1);
	if (n >= 0) {
		char line[80];
		const char *at;

		snprintf(line, sizeof(line), "\nCONFIG_%s=", name);
		at = strstr(text, line);
		n = snprintf(buf, size, "%c", at ? at[strlen(line)] : 'n');
	}
	free(text);
	return n;
}

/* The file is "A=1\0B=2\0...". */
int machine_environ(struct probe *p, const char *pid_and_name, char *buf, size_t size)
{
	const char *name = strchr(pid_and_name, '/');
	char text[ENVIRON_MAX];
	size_t len;
	int n;

	if (!name || !name[1])
		return -EINVAL;
	n = probe_getf(p, text, sizeof(text), "file:/proc/%.*s/environ",
		       (int)(name - pid_and_name), pid_and_name);
	name++;
	len = strlen(name);
	for (const char *at = text; n > 0 && at < text + n; at += strlen(at) + 1)
		if (!strncmp(at, name, len) && at[len] == '=')
			return snprintf(buf, size, "%s", at + len + 1);
	return n < 0 ? n : -ENOENT;
}

/* With modes 0 it only tells, and needs no right (adjtimex(2)). */
int machine_adjtimex(char *buf, size_t size)
{
	struct timex t = { .modes = 0 };

	if (adjtimex(&t) < 0)
		return -errno;
	return snprintf(buf, size, "%x %d %d", (unsigned int)t.status, t.tai, t.shift);
}

int machine_wakeup(char *buf, size_t size)
{
	int32_t us = 0;
	int err = latency_read(&us);

	return err ? err : snprintf(buf, size, "%d", (int)us);
}

int machine_holder(const char *tty, char *buf, size_t size)
{
	int err = control_request(tty, "status", buf, size, HOLDER_TIMEOUT_MS);

	return err ? err : (int)strlen(buf);
}
