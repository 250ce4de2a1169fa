// SPDX-License-Identifier: GPL-2.0-or-later
/* Is a configuration file as its package shipped it? */
#include "pristine.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../setup/shipped.h"
#include "beneath.h"
#include "probe_run.h"

#define TEXT_MAX (4 << 20)	/* a router's list of packages has 200 kB */
#define MD5_DIGITS 32
#define TIMEOUT_MS 60000	/* a small board's flash is slow, and rpm verifies the whole package */

struct question {
	const char *root, *path;
	char *text;		/* TEXT_MAX */
	char in_root[PATH_MAX];	/* some path with the root before it */
};

static const char *in_root(struct question *q, const char *path)
{
	const int n = snprintf(q->in_root, sizeof(q->in_root), "%s%s", q->root, path);

	return n < 0 || (size_t)n >= sizeof(q->in_root) ? "" : q->in_root;
}

static bool is_there(struct question *q, const char *path)
{
	return access(in_root(q, path), F_OK) == 0;
}

/* ---- the file's hash ---- */

/* A path without links, which would lead out of an image. */
static int resolve(struct question *q, const char *path, char real[PATH_MAX])
{
	const int root = open(*q->root ? q->root : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const int err = root < 0 ? -errno : beneath_resolve(root, path, true, real);

	if (root >= 0)
		close(root);
	return err > 0 ? -ENOENT : err;
}

/* The hash of a file as the program prints it.  0; -ENOENT: there is no file; -ENODATA. */
static int hash_of(struct question *q, const char *path, size_t digits,
		   char hash[SHIPPED_HASH_MAX + 1])
{
	const char *argv[] = { digits == MD5_DIGITS ? "md5sum" : "sha256sum", NULL, NULL };
	const struct run r = { .argv = argv, .timeout_ms = TIMEOUT_MS };
	char real[PATH_MAX], sum[PATH_MAX + 128];
	struct stat st;

	if (resolve(q, path, real) < 0)
		return -ENOENT;
	argv[1] = in_root(q, real);
	if (stat(argv[1], &st) < 0 || !S_ISREG(st.st_mode))
		return -ENOENT;
	if (run_program(&r, sum, sizeof(sum)) <= (int)digits || sum[digits] != ' ')
		return -ENODATA;
	memcpy(hash, sum, digits);
	hash[digits] = '\0';
	return 0;
}

/* 1: this is its hash; 0: it is not; -ENODATA */
static int compare(struct question *q, const char *hash)
{
	char now[SHIPPED_HASH_MAX + 1];
	const int err = hash_of(q, q->path, strlen(hash), now);

	if (err)
		return err == -ENOENT ? 0 : err;
	return !strcmp(now, hash);
}

/* ---- whom to ask ---- */

static int ask_dpkg(struct question *q)
{
	char admindir[PATH_MAX + 16], hash[SHIPPED_HASH_MAX + 1];
	const char *const argv[] = {
		"dpkg-query", admindir, "--show", "--showformat=${Conffiles}\n", NULL
	};
	const struct run r = { .argv = argv, .timeout_ms = TIMEOUT_MS };

	if (!is_there(q, "/var/lib/dpkg/status"))
		return -ENODATA;
	snprintf(admindir, sizeof(admindir), "--admindir=%s", in_root(q, "/var/lib/dpkg"));
	if (run_program(&r, q->text, TEXT_MAX) <= 0 || !shipped_conffile(q->text, q->path, hash))
		return -ENODATA;
	return compare(q, hash);
}

static bool read_all(struct question *q, const char *path)
{
	const int fd = open(in_root(q, path), O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : 1;
	size_t len = 0;

	while (n > 0 && len < TEXT_MAX - 1) {
		n = read(fd, q->text + len, TEXT_MAX - 1 - len);
		len += n > 0 ? (size_t)n : 0;
	}
	q->text[len] = '\0';
	if (fd >= 0)
		close(fd);
	return len > 0 && n >= 0;
}

static int ask_ucf(struct question *q)
{
	char hash[SHIPPED_HASH_MAX + 1];

	if (!read_all(q, "/var/lib/ucf/hashfile") || !shipped_ucf(q->text, q->path, hash))
		return -ENODATA;
	return compare(q, hash);
}

/* What ucf installs is a copy: where it was made without ucf nobody else knows it. */
static int ask_template(struct question *q)
{
	static const struct {
		const char *path, *template;
	} copies[] = {
		{ "/etc/chrony/chrony.conf", "/usr/share/chrony/chrony.conf" },
	};
	char hash[SHIPPED_HASH_MAX + 1];

	for (size_t i = 0; i < sizeof(copies) / sizeof(copies[0]); i++)
		if (!strcmp(q->path, copies[i].path) &&
		    hash_of(q, copies[i].template, MD5_DIGITS, hash) == 0 && compare(q, hash) == 1)
			return 1;
	return -ENODATA;
}

/* Its status has the conffiles as dpkg's has, with MD5 or SHA-256. */
static int ask_opkg(struct question *q)
{
	char hash[SHIPPED_HASH_MAX + 1];

	if (!read_all(q, "/usr/lib/opkg/status") || !shipped_conffile(q->text, q->path, hash))
		return -ENODATA;
	return compare(q, hash);
}

/* Where distributions have it; the rpm of one that has none of its own looks elsewhere. */
static const char *find_rpmdb(struct question *q)
{
	static const struct {
		const char *dir, *file;
	} databases[] = {
		{ "/usr/lib/sysimage/rpm", "/usr/lib/sysimage/rpm/rpmdb.sqlite" },
		{ "/usr/lib/sysimage/rpm", "/usr/lib/sysimage/rpm/Packages.db" },
		{ "/var/lib/rpm", "/var/lib/rpm/rpmdb.sqlite" },
		{ "/var/lib/rpm", "/var/lib/rpm/Packages.db" },
		{ "/var/lib/rpm", "/var/lib/rpm/Packages" },
	};

	for (size_t i = 0; i < sizeof(databases) / sizeof(databases[0]); i++)
		if (is_there(q, databases[i].file))
			return databases[i].dir;
	return NULL;
}

/* Scripts and dependencies are no matter of the file's. */
static int ask_rpm(struct question *q)
{
	const char *const db = find_rpmdb(q);
	char root[PATH_MAX + 8];
	const char *const argv[] = {
		"rpm", root, "--dbpath", db, "--verify", "--nodeps", "--noscripts", "--nodigest",
		"--nosignature", "--file", q->path, NULL
	};
	const struct run r = { .argv = argv, .timeout_ms = TIMEOUT_MS, .errors = true };
	int n, answer;

	if (!db)
		return -ENODATA;
	snprintf(root, sizeof(root), "--root=%s", *q->root ? q->root : "/");
	n = run_program(&r, q->text, TEXT_MAX);
	answer = n < 0 ? -1 : shipped_rpm(q->text, q->path);
	return answer < 0 ? -ENODATA : answer;
}

int pristine_ask(const char *root, const char *path)
{
	static int (*const asks[])(struct question *q) = {
		ask_dpkg, ask_ucf, ask_template, ask_opkg, ask_rpm
	};
	struct question q = { .root = root, .path = path, .text = malloc(TEXT_MAX) };
	int answer = q.text ? -ENODATA : -ENOMEM;

	for (size_t i = 0; i < sizeof(asks) / sizeof(asks[0]) && answer == -ENODATA; i++)
		answer = asks[i](&q);
	free(q.text);
	return answer;
}
