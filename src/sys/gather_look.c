// SPDX-License-Identifier: GPL-2.0-or-later
/* A daemon's process, as /proc has it. */
#include "gather_look.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../daemon/envfile.h"
#include "../unitfile.h"
#include "gather.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define INIT_PID 1
#define TICK_MS 10		/* USER_HZ is 100 on all but Alpha and IA-64 */
#define STAT_NICE 19		/* proc_pid_stat(5) */
#define STAT_START 22		/* starttime */
#define USER_UID_MIN 1000	/* login.defs(5): below are the system's own ... */
#define USER_UID_MAX 60000	/* ... and above: nobody, and systemd's dynamic ones */

bool look_exists(struct probe *p, const char *path)
{
	char text[80];

	return probe_getf(p, text, sizeof(text), "stat:%s", path) >= 0;
}

bool look_has_unit(struct probe *p, const char *unit)
{
	static const char *const dirs[] = {
		"/etc/systemd/system", "/lib/systemd/system", "/usr/lib/systemd/system",
	};
	char path[128];

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		snprintf(path, sizeof(path), "%s/%s", dirs[i], unit);
		if (look_exists(p, path))
			return true;
	}
	return false;
}

/* ---- /proc/PID/stat ---- */

/* "412 (ntpd) S 1 ...": a name may have blanks and parentheses in it. */
static int read_stat(struct probe *p, struct look *l)
{
	char text[1024], *at, *save = NULL;
	int n = probe_getf(p, text, sizeof(text), "file:/proc/%d/stat", l->pid);
	int field = 2;

	l->start_ms = l->nice = fact_from(n < 0 ? n : -ENOENT, 0);
	if (n < 0)
		return n == -ENOENT || n == -ESRCH ? -ENOENT : 0;
	at = strrchr(text, ')');
	for (at = strtok_r(at ? at + 1 : text + n, " ", &save); at; at = strtok_r(NULL, " ", &save)) {
		field++;
		if (field == 3 && (*at == 'Z' || *at == 'X'))
			return -ENOENT;
		if (field == 4)
			l->parent = (int)strtol(at, NULL, 10);
		if (field == STAT_NICE)
			l->nice = fact_from(0, strtol(at, NULL, 10));
		if (field == STAT_START)
			l->start_ms = fact_from(0, strtoll(at, NULL, 10) * TICK_MS);
	}
	return 0;
}

/* ---- the rest ---- */

static void read_service(struct probe *p, struct look *l)
{
	char text[4096];

	if (probe_getf(p, text, sizeof(text), "file:/proc/%d/cgroup", l->pid) >= 0)
		unitfile_service_of_cgroup(text, l->service, sizeof(l->service));
}

static struct fact read_uid(struct probe *p, int pid)
{
	struct process_fact who;

	memset(&who, 0, sizeof(who));
	gather_process(p, pid, "", &who);
	return who.uid;
}

/* A command line that was cut says less than the process knows. */
static void read_argv(struct probe *p, struct look *l)
{
	l->argv_len = probe_getf(p, l->argv, sizeof(l->argv), "file:/proc/%d/cmdline", l->pid);
	if (l->argv_len >= (int)sizeof(l->argv) - 2)
		l->argv_len = -EFBIG;
}

int look_at_process(struct probe *p, int pid, struct look *l)
{
	int err;

	memset(l, 0, sizeof(*l));
	l->pid = pid;
	err = read_stat(p, l);
	if (err)
		return err;
	/* what somebody has started in there is not the unit: systemd's own child is */
	if (l->parent <= INIT_PID)
		read_service(p, l);
	read_argv(p, l);
	l->uid = read_uid(p, pid);
	if (probe_getf(p, l->exe, sizeof(l->exe), "link:/proc/%d/exe", pid) < 0)
		l->exe[0] = '\0';
	return 0;
}

/* "NSpid:\t4711\t31" has a number for each PID namespace, from ours inwards (proc_pid_status(5)). */
bool look_is_contained(struct probe *p, int pid)
{
	static const char key[] = "\nNSpid:";
	char text[4096], *at;

	if (probe_getf(p, text, sizeof(text), "file:/proc/%d/status", pid) < 0)
		return false;
	at = strstr(text, key);
	if (!at)
		return false;
	at += strlen(key);
	strtol(at, &at, 10);
	return *at == '\t';
}

bool look_is_trusted(struct probe *p, const struct look *l)
{
	char ids[64];

	if (!l->pid)
		return true;
	if (!fact_known(l->uid))
		return false;
	if (l->uid.val < USER_UID_MIN || l->uid.val >= USER_UID_MAX)
		return true;
	return probe_get(p, "ids:", ids, sizeof(ids)) > 0 && strtol(ids, NULL, 10) == l->uid.val;
}

bool look_is_second(const struct look *l, const char *comm)
{
	const size_t len = l->argv_len > 0 ? (size_t)l->argv_len : 0;

	if (!strcmp(comm, "chronyd")) {
		struct chrony_cmdline chrony;

		chrony_cmdline_parse(l->argv, len, &chrony);
		return chrony.no_clock || chrony.once;
	}
	if (!strcmp(comm, "ntpd")) {
		struct ntpd_command ntpd;

		ntpd_command_parse(&ntpd, l->argv, len);
		return ntpd.quits;
	}
	return false;
}

/* ---- which ntpd ---- */

static bool says(const struct look *l, const char *word)
{
	return strstr(l->exe, word) || strstr(l->service, word) ||
	       (l->argv_len > 0 && memmem(l->argv, (size_t)l->argv_len, word, strlen(word)));
}

/* OpenNTPD's file is ntpd.conf; its processes write "ntpd: " over their command line. */
static bool is_other_ntpd(struct probe *p, const struct look *l)
{
	if (says(l, "openntpd") || says(l, "ntpd.conf") || strstr(l->exe, "busybox") ||
	    (l->argv_len > 0 && !strncmp(l->argv, "ntpd: ", 6)))
		return true;
	return !says(l, "ntp.conf") && !look_exists(p, "/etc/ntp.conf") &&
	       !look_exists(p, "/etc/ntpsec") &&
	       (look_exists(p, "/etc/openntpd/ntpd.conf") || look_exists(p, "/etc/ntpd.conf"));
}

int look_ntpd_kind(struct probe *p, const struct look *l)
{
	if (says(l, "ntpsec"))
		return DAEMON_NTPSEC;
	if (is_other_ntpd(p, l))
		return -ENOENT;
	if (!strcmp(l->service, "ntp.service"))
		return DAEMON_NTPD;
	if (look_has_unit(p, "ntpsec.service"))
		return DAEMON_NTPSEC;
	return look_exists(p, "/etc/ntpsec") && !look_exists(p, "/etc/ntp.conf") ?
		DAEMON_NTPSEC : DAEMON_NTPD;
}

/* ---- one that does not run ---- */

/* Where the units of Debian's and Fedora's packages have its options. */
static const struct defaults {
	enum daemon_kind kind;
	const char *file, *variable;
} defaults[] = {
	{ DAEMON_NTPSEC, "/etc/default/ntpsec", "NTPD_OPTS" },
	{ DAEMON_NTPSEC, "/etc/sysconfig/ntpd", "OPTIONS" },
	{ DAEMON_NTPD, "/etc/default/ntp", "NTPD_OPTS" },
	{ DAEMON_NTPD, "/etc/sysconfig/ntpd", "OPTIONS" },
	{ DAEMON_CHRONY, "/etc/default/chrony", "DAEMON_OPTS" },
	{ DAEMON_CHRONY, "/etc/sysconfig/chronyd", "OPTIONS" },
};

/* The words of this variable behind those of l->argv.  0 or -errno. */
static int add_options(struct probe *p, const struct defaults *from, struct look *l)
{
	char text[8192], value[1024];
	int n = probe_getf(p, text, sizeof(text), "file:%s", from->file);

	if (n < 0)
		return n;
	if (n + 2 >= (int)sizeof(text))
		return -EFBIG;
	n = envfile_value(text, (size_t)n, from->variable, value, sizeof(value));
	if (n == -ENOENT)
		return 0;
	if (!n)
		n = envfile_split(value, l->argv, (size_t)l->argv_len, sizeof(l->argv));
	if (n < 0)
		return n == -ENOSPC ? -EFBIG : n;
	l->argv_len = n;
	return 0;
}

static void read_defaults(struct probe *p, enum daemon_kind kind, struct look *l)
{
	int err = -ENOENT;

	l->argv_len = snprintf(l->argv, sizeof(l->argv), "%s", daemon_row(kind)->comm) + 1;
	for (size_t i = 0; i < ARRAY_SIZE(defaults) && err == -ENOENT; i++)
		if (defaults[i].kind == kind)
			err = add_options(p, &defaults[i], l);
	if (err && err != -ENOENT)
		l->argv_len = err;
}

void look_at_unit(struct probe *p, enum daemon_kind kind, struct look *l)
{
	const struct daemon_row *row = daemon_row(kind);
	const char *const names[] = { row->service, row->comm };	/* Fedora: ntpd, chronyd */
	char unit[64];

	for (size_t i = 0; i < ARRAY_SIZE(names) && !l->service[0]; i++) {
		snprintf(unit, sizeof(unit), "%s.service", names[i]);
		if (look_has_unit(p, unit))
			strcpy(l->service, unit);
	}
	read_defaults(p, kind, l);
}
