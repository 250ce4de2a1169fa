// SPDX-License-Identifier: GPL-2.0-or-later
/* What watch writes down: --log and --clockstats. */
#include "watch.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../watchlog.h"

/* A crash loses a minute of a log at most; a disk that sleeps is woken no more than that. */
#define SYNC_NS (60 * NS_PER_S)
/* NTPsec's PPS driver writes with each poll, mostly at its minpoll's default of 6. */
#define CLOCKSTATS_NS (64 * NS_PER_S)

/* ---- a file of whole lines ---- */

/* A crash may have left half a line: it is ended, so that ours is a whole one. */
static bool is_torn(int fd, const struct stat *st)
{
	char last;

	return S_ISREG(st->st_mode) && st->st_size &&
	       pread(fd, &last, 1, st->st_size - 1) == 1 && last != '\n';
}

static int open_file(struct watch_file *f, const char *path, struct stat *st)
{
	f->path = path;
	f->fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0644);
	/* a pipe takes lines, too */
	if (f->fd < 0 && (errno == EACCES || errno == EINVAL))
		f->fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY);
	if (f->fd < 0 || fstat(f->fd, st) < 0) {
		msg_error(path, "cannot open it for writing: %s", strerror(errno));
		return EXIT_TROUBLE;
	}
	f->torn = is_torn(f->fd, st);
	return 0;
}

/* One write(2) with O_APPEND: a crash, or a second watch, leaves whole lines. */
static void append(struct watch_file *f, const char *line, size_t len)
{
	char buf[2 + WATCHLOG_LINE_MAX];
	ssize_t n;

	if (f->fd < 0 || !len || len > WATCHLOG_LINE_MAX)
		return;
	buf[0] = '\n';
	memcpy(buf + f->torn, line, len);
	len += f->torn;
	do
		n = write(f->fd, buf, len);
	while (n < 0 && errno == EINTR);
	if (n == (ssize_t)len) {
		f->torn = false;
		return;
	}
	/* what is left of a line is ended before the next one that has room */
	if (n > f->torn)
		f->torn = true;
	else if (n == 1)
		f->torn = false;
	if (!f->err) {
		f->err = n < 0 ? errno : ENOSPC;
		if (!f->mute)
			msg_error(f->path, "cannot write: %s; the watch goes on", strerror(f->err));
	}
	f->lost++;
}

static int close_file(struct watch_file *f)
{
	if (f->fd < 0)
		return 0;
	/* a pipe has no disk to be written to */
	if (fdatasync(f->fd) < 0 && errno != EINVAL && errno != EROFS && !f->err) {
		f->err = errno;
		msg_error(f->path, "cannot write: %s", strerror(errno));
	}
	close(f->fd);
	f->fd = -1;
	if (f->lost)
		msg_error(f->path, "%llu lines are missing in it: %s", (unsigned long long)f->lost,
			  strerror(f->err));
	return f->err ? EXIT_TROUBLE : 0;
}

/* ---- both of them ---- */

/* Read and written at once, it would never end. */
static int check_other(const struct watch *w, const struct watch_file *f, const struct stat *ours)
{
	struct stat st;

	for (size_t i = 0; i < w->n_replays; i++)
		if (S_ISREG(ours->st_mode) && fstat(w->replays[i]->log.fd, &st) == 0 &&
		    st.st_dev == ours->st_dev && st.st_ino == ours->st_ino) {
			msg_error(f->path, "is the log that is read");
			return EXIT_TROUBLE;
		}
	return 0;
}

int watch_files_open(struct watch *w)
{
	const int64_t now_ns = watch_now_ns();
	struct stat st;
	int code = 0;

	w->sync_ns = now_ns + SYNC_NS;
	w->clockstats_ns = now_ns + CLOCKSTATS_NS;
	if (w->o->log) {
		code = open_file(&w->log, w->o->log, &st);
		if (!code)
			code = check_other(w, &w->log, &st);
		if (!code)
			append(&w->log, WATCHLOG_FIRST, strlen(WATCHLOG_FIRST));
	}
	if (!code && w->o->clockstats)
		code = open_file(&w->clockstats, w->o->clockstats, &st);
	return code;
}

void watch_log_edge(struct watch *w, const struct watch_source *s, const struct edge *e)
{
	char line[WATCHLOG_LINE_MAX];
	size_t len;

	if (w->log.fd < 0)
		return;
	len = watchlog_write(line, sizeof(line), s->chosen.wish.name, e);
	append(&w->log, line, len);
}

/*
 * What the driver counts since its last line.  It has a pulse "used" and "no pulse" for each
 * second in which it looks; its "not yet" and its "errors" (of time_pps_fetch()) do not
 * happen here: the thread that waits ends with an error.
 */
static void write_clockstats(struct watch *w, struct watch_source *s, int64_t real_ns)
{
	const struct filter *f = &s->filter;
	const struct clockstats c = {
		.unit = s->chosen.unit,
		.seq = s->seq,
		.used = f->fates[PULSE_USED] - s->cs_used,
		.no_pulse = f->missed - s->cs_missed,
	};
	char line[WATCHLOG_LINE_MAX];
	size_t len;

	if (!s->begun)
		return;
	len = clockstats_write(line, sizeof(line), real_ns, &c);
	append(&w->clockstats, line, len);
	s->cs_used = f->fates[PULSE_USED];
	s->cs_missed = f->missed;
}

void watch_files_tick(struct watch *w, int64_t now_ns)
{
	if (now_ns >= w->clockstats_ns) {
		w->clockstats_ns += CLOCKSTATS_NS;
		for (size_t i = 0; i < w->n && w->clockstats.fd >= 0; i++)
			write_clockstats(w, w->v[i], watch_real_ns());
	}
	if (now_ns < w->sync_ns)
		return;
	w->sync_ns += SYNC_NS;
	if (w->log.fd >= 0)
		fdatasync(w->log.fd);
	if (w->clockstats.fd >= 0)
		fdatasync(w->clockstats.fd);
}

int watch_files_close(struct watch *w, int code)
{
	/* what the last minute had is not lost, and a short watch has a line, too */
	for (size_t i = 0; i < w->n && w->clockstats.fd >= 0; i++)
		write_clockstats(w, w->v[i], watch_real_ns());
	if (close_file(&w->log))
		code = EXIT_TROUBLE;
	if (close_file(&w->clockstats))
		code = EXIT_TROUBLE;
	return code;
}
