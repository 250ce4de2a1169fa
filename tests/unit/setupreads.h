/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the daemons would make of a machine's files in memory. */
#ifndef GPSPPSCTL_TEST_SETUPREADS_H
#define GPSPPSCTL_TEST_SETUPREADS_H

#include "daemon/chrony_conf.h"
#include "daemon/ntpd_unit.h"
#include "setupworld.h"

static struct ntpd_conf ntpd;

static int read_at(void *ctx, unsigned int depth, const char *path, const char **text)
{
	const struct setup_file *f = world_file(NULL, path);

	(void)ctx;
	(void)depth;
	*text = f->text;
	return f->is == SETUP_TEXT ? (int)f->len : f->is == SETUP_DIRECTORY ? -EISDIR : -ENOENT;
}

static int list_at(void *ctx, unsigned int depth, const char *path, const char **names)
{
	static char texts[NTPD_DEPTH_MAX + 1][4096];	/* files are listed while they are read */
	const struct setup_file *f = list(path);

	(void)ctx;
	strcpy(texts[depth], f->text);
	*names = texts[depth];
	return f->is == SETUP_DIRECTORY ? (int)f->len : -ENOENT;
}

static __attribute__((unused)) void read_ntpd(const char *path, enum setup_daemon d)
{
	const struct ntpd_reader r = { .read = read_at, .list = list_at };

	assert_int_equal(ntpd_conf_read(&ntpd, d == SETUP_NTP ? NTPD_CLASSIC : NTPD_NTPSEC, path, &r),
			 0);
}

/* ---- chronyd: whatever the directory or pattern, it has one file of ours ---- */

static struct chrony_conf chrony;

static void read_one(const char *path, const struct chrony_reader *from)
{
	const char *text = text_of(path);
	struct chrony_reader r;
	struct chrony_dirs dirs;
	enum chrony_wants wants;

	if (!text || chrony_read_begin(&chrony, &r, path, text, strlen(text), from))
		return;
	while ((wants = chrony_read_on(&chrony, &r, &dirs)) != CHRONY_READ) {
		char *slash = strrchr(dirs.dirs[0], '/');

		if (wants == CHRONY_INCLUDE && !strchr(dirs.dirs[0], '*')) {
			read_one(dirs.dirs[0], &r);
			continue;
		}
		if (wants == CHRONY_INCLUDE && slash)
			*slash = '\0';
		/* of one name that in the first directory is read */
		for (size_t i = 0; i < dirs.n; i++) {
			char ours[CHRONY_PATH_MAX + 32];

			snprintf(ours, sizeof(ours), "%s/gpsppsctl.conf", dirs.dirs[i]);
			if (text_of(ours)) {
				read_one(ours, &r);
				break;
			}
		}
	}
}

static __attribute__((unused)) void read_chrony(const char *path)
{
	chrony_conf_init(&chrony);
	read_one(path, NULL);
	chrony_read_end(&chrony);
}

#endif
