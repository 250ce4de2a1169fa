// SPDX-License-Identifier: GPL-2.0-or-later
/* What the logs say of daemons, and what the kernel and systemd say. */
#include "gather_log.h"

#include <stdio.h>
#include <string.h>

static bool is_same_fact(struct fact a, struct fact b)
{
	return a.state == b.state && (!fact_known(a) || a.val == b.val);
}

/* It says once more what another line said. */
static bool says_the_same(const struct logline *a, const struct logline *b)
{
	return a->what == b->what && a->who == b->who && a->err == b->err &&
	       is_same_fact(a->unit, b->unit) && is_same_fact(a->number, b->number) &&
	       !strcmp(a->path, b->path) && !strcmp(a->mask, b->mask) &&
	       !strcmp(a->profile, b->profile);
}

/* What is said again and again (a denial each minute) must not push out the rest. */
static void add_line(struct logline *log, unsigned int *n, const struct logline *l)
{
	unsigned int drop = *n == DAEMON_LOG_MAX ? 0 : *n;

	for (unsigned int i = 0; i < *n; i++)
		if (says_the_same(&log[i], l))
			drop = i;
	if (drop < *n)
		memmove(&log[drop], &log[drop + 1], (--*n - drop) * sizeof(*log));
	log[(*n)++] = *l;
}

/* The N of "NAME[N]:" in a line, or 0. */
static long pid_in(struct word line, const char *name)
{
	char tag[24];
	struct word behind;
	struct fact pid;

	snprintf(tag, sizeof(tag), "%.16s[", name);
	for (behind = said_after(line, tag); behind.s; behind = said_after(behind, tag)) {
		struct word rest = behind;

		pid = said_whole(said_field(&rest, ']'), 10);
		if (fact_known(pid) && rest.len && rest.s[0] == ':')
			return (long)pid.val;
	}
	return 0;
}

static long newest_pid(struct word text, const char *name)
{
	struct word line;
	long pid = 0, found;

	while (said_line(&text, &line)) {
		found = pid_in(line, name);
		pid = found ? found : pid;
	}
	return pid;
}

/* Lines without a process are its own where the file is its own: pid 0 takes all. */
static void add_lines(struct word text, const char *name, long pid, struct logline *log,
		      unsigned int *n)
{
	struct word line;
	struct logline l;

	while (said_line(&text, &line))
		if ((!pid || pid_in(line, name) == pid) && logline_read(line.s, line.len, &l))
			add_line(log, n, &l);
}

/*
 * What the process with this number said: a file of ntpd's own is older than the boot, and
 * a daemon often has the same number in the next one.  "ntpd 4.2.8p15@...: Starting",
 * "INIT: ntpd ntpsec-1.2.2: Starting" (ntpd.c).
 */
static struct word since_its_start(struct word text, const char *name, long pid)
{
	struct word from = text, line, rest;

	for (rest = text; said_line(&rest, &line); )
		if (pid_in(line, name) == pid && said_after(line, ": Starting").s)
			from = rest;
	return from;
}

static void read_log(struct probe *p, struct daemon *d, const char *key, char *text)
{
	const char *name = daemon_row(d->kind)->comm;
	const int n = probe_get(p, key, text, PROBE_TAPE_MAX);
	const struct word all = { text, n > 0 ? (size_t)n : 0 };
	const long pid = daemon_runs(d) ? (long)d->pid.val : newest_pid(all, name);

	if (pid)
		add_lines(since_its_start(all, name, pid), name, pid, d->log, &d->n_log);
	/* one that may not be read hides more than one that is not there */
	if (n >= 0 || d->log_known.state == FACT_ABSENT)
		d->log_known = fact_from(n < 0 ? n : 0, 1);
}

/* ntpd may keep a file of its own; what it said before it read of that is in the other. */
void gather_log(struct probe *p, struct daemon *d, char *text)
{
	const char *own = d->ntpd_command.logfile;
	char key[CLOCK_PATH_MAX + 16];

	snprintf(key, sizeof(key), "log:%s", daemon_row(d->kind)->comm);
	read_log(p, d, key, text);
	if (!own[0] && d->ntpd)
		own = d->ntpd->logfile;
	if (own[0] != '/')
		return;
	snprintf(key, sizeof(key), "tail:%s", own);
	read_log(p, d, key, text);
}

void gather_kernel_log(struct probe *p, struct daemon_list *list, char *text)
{
	static const char *const keys[] = { "log:systemd", "log:kernel" };
	int n = 0;

	list->n_kernel_log = 0;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		n = probe_get(p, keys[i], text, PROBE_TAPE_MAX);
		add_lines((struct word){ text, n > 0 ? (size_t)n : 0 }, "", 0, list->kernel_log,
			  &list->n_kernel_log);
	}
	list->kernel_log_known = fact_from(n < 0 ? n : 0, 1);
}
