// SPDX-License-Identifier: GPL-2.0-or-later
/* The live probe's lines of logs. */
#include "probe_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probe_run.h"

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

/* So much of a file in /var/log is looked through. */
#define LOG_FILE_MAX (1024 * 1024)
#define KLOG_READ_ALL 3			/* SYSLOG_ACTION_READ_ALL */
/* So many lines of the journal: it stays below what fits. */
#define JOURNAL_LINES "2000"
#define JOURNAL_ARGS_MAX 4

/* What each log is called, and where. */
static const struct source {
	const char *name;
	const char *journal[JOURNAL_ARGS_MAX];
	const char *tag;		/* before its lines in a file */
} sources[] = {
	{ "ntpd", { "-t", "ntpd" }, " ntpd[" },
	{ "chronyd", { "-t", "chronyd" }, " chronyd[" },
	{ "gpsd", { "-t", "gpsd" }, " gpsd[" },
	/* -k leaves out what SELinux and AppArmor tell audit */
	{ "kernel", { "_TRANSPORT=kernel", "+", "_TRANSPORT=audit" }, " kernel: " },
	{ "systemd", { "_PID=1" }, " systemd[1]: " },
};

static const struct source *find_source(const char *name)
{
	for (size_t i = 0; i < LEN(sources); i++)
		if (!strcmp(name, sources[i].name))
			return &sources[i];
	return NULL;
}

/* ---- the journal ---- */

/*
 * 0; -ENOENT, nothing is kept there; -EACCES, not for us to read: journalctl would
 * then show our own lines alone, as if there were no others.
 */
static int may_read_journal(struct probe *p)
{
	static const char *const dirs[] = { "/run/log/journal", "/var/log/journal" };
	char id[64], path[160];
	int err = -ENOENT;

	if (probe_get(p, "file:/etc/machine-id", id, sizeof(id)) <= 0)
		return -ENOENT;
	for (size_t i = 0; i < LEN(dirs); i++) {
		snprintf(path, sizeof(path), "%s/%s/system.journal", dirs[i], id);
		if (faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) == 0)
			return 0;
		if (errno != ENOENT && errno != ENOTDIR)
			err = -errno;
	}
	return err;
}

static int read_journal(const struct source *s, char *buf, size_t size)
{
	const char *argv[9 + JOURNAL_ARGS_MAX] = {
		"journalctl", "-b", "-q", "--no-pager", "-o", "short", "-n", JOURNAL_LINES,
	};
	const struct run r = { .argv = argv, .newest = true };
	size_t n = 8;

	for (size_t i = 0; i < JOURNAL_ARGS_MAX && s->journal[i]; i++)
		argv[n++] = s->journal[i];
	return run_program(&r, buf, size);
}

/* ---- the kernel's own ---- */

/* "<6>[   27.4] ..." without the level; also a level alone, of a line that was continued. */
static size_t drop_levels(char *text, size_t n)
{
	size_t to = 0;

	for (size_t at = 0; at < n; at++) {
		if (text[at] == '<' && (at == 0 || text[at - 1] == '\n')) {
			size_t end = at + 1;

			while (end < n && text[end] >= '0' && text[end] <= '9')
				end++;
			if (end < n && text[end] == '>') {
				at = end;
				continue;
			}
		}
		text[to++] = text[at];
	}
	text[to] = '\0';
	return to;
}

static int read_kernel(char *buf, size_t size)
{
	const int n = klogctl(KLOG_READ_ALL, buf, (int)size - 1);

	return n < 0 ? -errno : (int)drop_levels(buf, (size_t)n);
}

/* ---- files ---- */

int log_tail(int fd, char *buf, size_t size)
{
	const off_t end = lseek(fd, 0, SEEK_END);
	const off_t from = end > (off_t)size - 1 ? end - (off_t)size + 1 : 0;
	size_t len = 0, cut = 0;
	ssize_t n;

	buf[0] = '\0';
	if (end < 0)
		return -errno;
	while (len < size - 1) {
		n = pread(fd, buf + len, size - 1 - len, from + (off_t)len);
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	if (from) {
		const char *at = memchr(buf, '\n', len);

		cut = at ? (size_t)(at + 1 - buf) : len;
		memmove(buf, buf + cut, len - cut);
	}
	/* a crash leaves a run of NULs, and this boot's lines stand behind it */
	probe_blank_nuls(buf, len - cut);
	buf[len - cut] = '\0';
	return (int)(len - cut);
}

/* Behind the last line that the kernel begins with; all when it is not in the file. */
static char *this_boot(char *text)
{
	char *found = text;

	for (char *at = text; (at = strstr(at, " Linux version ")); at++) {
		char *line = at;

		while (line > text && line[-1] != '\n')
			line--;
		if (memmem(line, (size_t)(at - line), " kernel: ", 9))
			found = line;
	}
	return found;
}

/* The lines with the tag, the newest that fit; their length. */
static size_t pick_lines(const char *text, const char *tag, char *buf, size_t size)
{
	size_t len = 0, cut;

	for (const char *at = text, *end; *at; at = *end ? end + 1 : end) {
		const size_t n = strcspn(at, "\n");

		end = at + n;
		if (!memmem(at, n, tag, strlen(tag)) || n + 2 > size)
			continue;
		while (len + n + 2 > size) {
			cut = strcspn(buf, "\n") + 1;
			memmove(buf, buf + cut, len - cut);
			len -= cut;
		}
		memcpy(buf + len, at, n);
		buf[len + n] = '\n';
		len += n + 1;
		buf[len] = '\0';
	}
	return len;
}

/* The first file that has such lines; else how the last one that is there was refused. */
static int read_files(struct probe *p, const struct source *s, char *buf, size_t size)
{
	static const char *const files[] = {
		"/var/log/syslog", "/var/log/messages", "/var/log/daemon.log",
		"/var/log/kern.log",
	};
	char *text = malloc(LOG_FILE_MAX);
	int err = -ENOENT;
	size_t len = 0;

	buf[0] = '\0';
	if (!text)
		return -ENOMEM;
	for (size_t i = 0; i < LEN(files) && !len; i++) {
		const int n = probe_getf(p, text, LOG_FILE_MAX, "tail:%s", files[i]);

		if (n >= 0) {
			err = 0;
			len = pick_lines(this_boot(text), s->tag, buf, size);
		} else if (err == -ENOENT) {
			err = n;
		}
	}
	free(text);
	return err ? err : (int)len;
}

int log_get(struct probe *p, bool live, const char *name, char *buf, size_t size)
{
	const struct source *s = find_source(name);
	int err;

	if (!s)
		return -EINVAL;
	if (!live)
		return read_files(p, s, buf, size);
	err = may_read_journal(p);
	if (!err)
		return read_journal(s, buf, size);
	if (err == -ENOENT || !strcmp(name, "kernel")) {
		const int n = strcmp(name, "kernel") ? read_files(p, s, buf, size) :
						       read_kernel(buf, size);

		if (n >= 0 || err == -ENOENT)
			return n;
	}
	return err;
}
