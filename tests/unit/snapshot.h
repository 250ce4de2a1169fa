/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All that is in a tree as one text: what two of them differ in is what was changed. */
#ifndef SNAPSHOT_H
#define SNAPSHOT_H

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define SNAPSHOT_TIMES 1	/* when the files were changed */
#define SNAPSHOT_NO_RECORD 2	/* without the record of changes */

static void snap_file(FILE *out, const char *full, const struct stat *st, int what)
{
	static char text[131072];
	char label[100];
	const int fd = open(full, O_RDONLY | O_CLOEXEC);
	const ssize_t n = read(fd, text, sizeof(text));
	const ssize_t x = fgetxattr(fd, "user.label", label, sizeof(label));

	assert_true(n >= 0 && n < (ssize_t)sizeof(text));
	close(fd);
	fprintf(out, " %zd:", n);
	fwrite(text, 1, (size_t)n, out);
	if (x >= 0)
		fprintf(out, " label %.*s", (int)x, label);
	if (what & SNAPSHOT_TIMES)
		fprintf(out, " %lld.%09ld", (long long)st->st_mtim.tv_sec, st->st_mtim.tv_nsec);
}

static void snap_dir(FILE *out, const char *path, int what);

static void snap_one(FILE *out, const char *path, int what)
{
	char full[640], target[256];
	struct stat st;
	ssize_t n;

	snprintf(full, sizeof(full), "%s%s", root, path);
	assert_int_equal(lstat(full, &st), 0);
	fprintf(out, "%s %o %u %u", path, st.st_mode, st.st_uid, st.st_gid);
	n = readlink(full, target, sizeof(target));
	if (n >= 0)
		fprintf(out, " -> %.*s", (int)n, target);
	if (S_ISREG(st.st_mode))
		snap_file(out, full, &st, what);
	fprintf(out, "\n");
	if (S_ISDIR(st.st_mode))
		snap_dir(out, path, what);
}

static void snap_dir(FILE *out, const char *path, int what)
{
	struct dirent **names;
	char full[640];
	int n;

	snprintf(full, sizeof(full), "%s%s", root, path);
	n = scandir(full, &names, NULL, alphasort);
	assert_true(n >= 2);
	for (int i = 0; i < n; i++) {
		char one[512];

		snprintf(one, sizeof(one), "%s/%s", path, names[i]->d_name);
		if (strcmp(names[i]->d_name, ".") != 0 && strcmp(names[i]->d_name, "..") != 0 &&
		    !((what & SNAPSHOT_NO_RECORD) && !strcmp(one, "/var/lib/gpsppsctl")))
			snap_one(out, one, what);
		free(names[i]);
	}
	free(names);
}

/* Malloced. */
static char *snapshot(int what)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	snap_dir(out, "", what);
	assert_int_equal(fclose(out), 0);
	return text;
}

__attribute__((unused))
static void assert_snapshot(int what, const char *wanted)
{
	char *text = snapshot(what);

	assert_string_equal(text, wanted);
	free(text);
}

#endif
