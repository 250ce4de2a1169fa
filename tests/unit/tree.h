/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small tree of files in a temporary directory, for probe_open_root(). */
#ifndef TREE_H
#define TREE_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static char root[64];

static void begin_tree(void)
{
	strcpy(root, "/tmp/gpsppsctl-tree-XXXXXX");
	assert_non_null(mkdtemp(root));
}

static int remove_tree(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", root);
	return system(command);
}

static void make_parents(char *path)
{
	for (char *at = strchr(path + 1, '/'); at; at = strchr(at + 1, '/')) {
		*at = '\0';
		mkdir(path, 0755);
		*at = '/';
	}
}

__attribute__((unused))
static void put_file(const char *path, const char *text)
{
	char full[512];
	FILE *f;

	snprintf(full, sizeof(full), "%s%s", root, path);
	make_parents(full);
	f = fopen(full, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

__attribute__((unused))
static void put_link(const char *path, const char *target)
{
	char full[512];

	snprintf(full, sizeof(full), "%s%s", root, path);
	make_parents(full);
	assert_int_equal(symlink(target, full), 0);
}

__attribute__((unused))
static void put_dir(const char *path)
{
	char full[512];

	snprintf(full, sizeof(full), "%s%s/", root, path);
	make_parents(full);
}

#endif
