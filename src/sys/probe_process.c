// SPDX-License-Identifier: GPL-2.0-or-later
/* The live probe's "processes:", "nodes:" and "segments:" keys. */
#include "probe_process.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A line more; one that does not fit is left out. */
static size_t add_line(char *buf, size_t size, size_t len, const char *line)
{
	if (len + strlen(line) + 2 > size)
		return len;
	return len + snprintf(buf + len, size - len, "%s%s", len ? "\n" : "", line);
}

/* With hidepid= (proc(5)) others see their own processes alone: that is no answer. */
static int may_see_all(struct probe *p, int n_seen)
{
	char comm[32];

	return n_seen && probe_get(p, "file:/proc/1/comm", comm, sizeof(comm)) < 0 ? -EACCES : 0;
}

static int scan(struct process_scan *s, struct probe *p)
{
	char **pids = NULL, comm[32];
	size_t size;
	int n = probe_list(p, "/proc", &pids), n_seen = 0;
	FILE *out = n < 0 ? NULL : open_memstream(&s->text, &size);

	if (n < 0)
		return n;
	for (int i = 0; out && i < n; i++) {
		if (pids[i][0] < '1' || pids[i][0] > '9')
			continue;
		n_seen++;
		if (probe_getf(p, comm, sizeof(comm), "file:/proc/%s/comm", pids[i]) > 0)
			/* a name may hold a line's end: what is behind it is no line */
			fprintf(out, "%s %.*s\n", pids[i], (int)strcspn(comm, "\n"), comm);
	}
	probe_free_names(pids, n);
	if (!out || fclose(out)) {
		process_forget(s);
		return -ENOMEM;
	}
	s->err = may_see_all(p, n_seen);
	return 0;
}

void process_forget(struct process_scan *s)
{
	free(s->text);
	s->text = NULL;
}

/* The answer names nobody but those that were asked for. */
int process_find(struct process_scan *s, struct probe *p, const char *name, char *buf,
		 size_t size)
{
	size_t len = 0;
	int err = s->text ? 0 : scan(s, p);

	if (!*name)
		return -EINVAL;
	if (err)
		return err;
	buf[0] = '\0';
	for (const char *at = s->text; *at; at += strcspn(at, "\n") + 1) {
		const size_t digits = strcspn(at, " "), n = strcspn(at, "\n");
		char pid[16];

		if (n - digits - 1 != strlen(name) || memcmp(at + digits + 1, name, strlen(name)) != 0)
			continue;
		snprintf(pid, sizeof(pid), "%.*s", (int)digits, at);
		len = add_line(buf, size, len, pid);
	}
	return s->err && !len ? s->err : (int)len;
}

/* The whole of a line. */
static bool has_line(const char *text, const char *line)
{
	const size_t len = strlen(line);

	for (; *text; text += strcspn(text, "\n"), text += *text == '\n')
		if (strcspn(text, "\n") == len && !memcmp(text, line, len))
			return true;
	return false;
}

/* "/dev/pps0 (deleted)" gives "pps0 (deleted)": the kernel's own words (d_path()). */
static const char *node_of(const char *target)
{
	const char *node = target + strlen("/dev/"), *blank;

	if (strncmp(target, "/dev/", strlen("/dev/")) != 0 ||
	    (strncmp(node, "tty", 3) && strncmp(node, "pps", 3)) || strchr(node, '\n'))
		return NULL;
	blank = strchr(node, ' ');
	return !blank || !strcmp(blank, " (deleted)") ? node : NULL;
}

int process_nodes(struct probe *p, const char *pid, char *buf, size_t size)
{
	char path[64], target[128], **fds = NULL;
	size_t len = 0;
	int n;

	if (!*pid || pid[strspn(pid, "0123456789")])
		return -EINVAL;
	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	n = probe_list(p, path, &fds);
	if (n < 0)
		return n == -EPERM ? -EACCES : n;
	buf[0] = '\0';
	for (int i = 0; i < n; i++) {
		const char *node;

		if (probe_getf(p, target, sizeof(target), "link:%s/%s", path, fds[i]) < 0)
			continue;
		node = node_of(target);
		if (node && !has_line(buf, node))
			len = add_line(buf, size, len, node);
	}
	probe_free_names(fds, n);
	return (int)len;
}

/* ---- segments ---- */

/* A program with many libraries has 300 lines of 100 characters. */
#define MAPS_MAX 131072
#define NTP_SHM_KEY 0x4e545030	/* of unit 0: ntpd's refclock_shm.c */
#define UNITS_MAX 256

/* "... /SYSV4e545031 (deleted)" (ipc/shm.c, newseg()): its key is the file's name. */
static size_t add_segments(char *maps, char *buf, size_t size)
{
	static const char name[] = "/SYSV";
	char unit[16];
	size_t len = 0;

	buf[0] = '\0';
	for (const char *at = maps; (at = strstr(at, name)); ) {
		const unsigned long key = strtoul(at += strlen(name), NULL, 16);

		if (key < NTP_SHM_KEY || key >= NTP_SHM_KEY + UNITS_MAX)
			continue;
		snprintf(unit, sizeof(unit), "%lu", key - NTP_SHM_KEY);
		if (!has_line(buf, unit))
			len = add_line(buf, size, len, unit);
	}
	return len;
}

int process_segments(struct probe *p, const char *pid, char *buf, size_t size)
{
	char *maps;
	int n;

	if (!*pid || pid[strspn(pid, "0123456789")])
		return -EINVAL;
	maps = malloc(MAPS_MAX);
	if (!maps)
		return -ENOMEM;
	n = probe_getf(p, maps, MAPS_MAX, "file:/proc/%s/maps", pid);
	if (n >= 0)
		n = (int)add_segments(maps, buf, size);
	free(maps);
	return n == -EPERM ? -EACCES : n;
}
