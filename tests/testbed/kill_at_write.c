// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A power cut at the N-th change of a file: preload it, and the program is killed by SIGKILL
 * before its KILL_AT-th call that changes something below one of the directories KILL_BELOW
 * ("/etc:/var/lib"); of a write(2) half is written.  KILL_LOG names a file that gets each of
 * these calls, a line each.  Calls that stdio makes are not seen.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void full_path(char *full, int dir, const char *path)
{
	char link[64], at[PATH_MAX] = "";
	ssize_t n;

	if (path && path[0] == '/') {
		snprintf(full, PATH_MAX, "%s", path);
		return;
	}
	snprintf(link, sizeof(link), dir == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d", dir);
	n = readlink(link, at, sizeof(at) - 1);
	at[n < 0 ? 0 : n] = '\0';
	/* both are cut rather than written past the end */
	snprintf(full, PATH_MAX, "%.2000s%s%.2000s", at, path ? "/" : "", path ? path : "");
}

static int is_below(const char *full)
{
	const char *dir = getenv("KILL_BELOW");

	while (dir && *dir) {
		const size_t n = strcspn(dir, ":");

		if (!strncmp(full, dir, n) && (full[n] == '/' || !full[n]))
			return 1;
		dir += n + (dir[n] == ':');
	}
	return 0;
}

static void note(const char *call, const char *full)
{
	const char *log = getenv("KILL_LOG");
	char line[PATH_MAX + 64];
	int fd = log ? (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_APPEND | O_CREAT, 0600) : -1;

	if (fd < 0)
		return;
	snprintf(line, sizeof(line), "%s %s\n", call, full);
	syscall(SYS_write, fd, line, strlen(line));
	close(fd);
}

/* It is time to go: the caller may do half of it. */
static int is_last(const char *call, int dir, const char *path)
{
	static long calls;
	char full[PATH_MAX];

	full_path(full, dir, path);
	if (!is_below(full))
		return 0;
	note(call, full);
	return getenv("KILL_AT") && ++calls == atol(getenv("KILL_AT"));
}

static void die(void)
{
	syscall(SYS_kill, getpid(), SIGKILL);
}

static void before(const char *call, int dir, const char *path)
{
	if (is_last(call, dir, path))
		die();
}

ssize_t write(int fd, const void *text, size_t len)
{
	if (is_last("write", fd, NULL)) {
		syscall(SYS_write, fd, text, len / 2);
		die();
	}
	return NEXT(write)(fd, text, len);
}

#define OPENS (O_CREAT | O_TRUNC)

static int do_open(int dir, const char *path, int flags, mode_t mode)
{
	if (flags & OPENS)
		before("open", dir, path);
	return NEXT(openat)(dir, path, flags, mode);
}

#define OPEN(name) \
int name(const char *path, int flags, ...) \
{ \
	va_list ap; \
	mode_t mode; \
\
	va_start(ap, flags); \
	mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(ap, mode_t) : 0; \
	va_end(ap); \
	return do_open(AT_FDCWD, path, flags, mode); \
}

#define OPENAT(name) \
int name(int dir, const char *path, int flags, ...) \
{ \
	va_list ap; \
	mode_t mode; \
\
	va_start(ap, flags); \
	mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(ap, mode_t) : 0; \
	va_end(ap); \
	return do_open(dir, path, flags, mode); \
}

OPEN(open)
OPEN(open64)
OPENAT(openat64)

#define MKOSTEMP(name) \
int name(char *template, int flags) \
{ \
	before("mkostemp", AT_FDCWD, template); \
	return NEXT(name)(template, flags); \
}

MKOSTEMP(mkostemp)
MKOSTEMP(mkostemp64)

#define OF_FD(name, args, call) \
int name args \
{ \
	before(#name, fd, NULL); \
	return NEXT(name) call; \
}

OF_FD(fsync, (int fd), (fd))
OF_FD(fdatasync, (int fd), (fd))
OF_FD(fchmod, (int fd, mode_t mode), (fd, mode))
OF_FD(fchown, (int fd, uid_t uid, gid_t gid), (fd, uid, gid))
OF_FD(ftruncate, (int fd, off_t len), (fd, len))
OF_FD(ftruncate64, (int fd, off64_t len), (fd, len))
OF_FD(futimens, (int fd, const struct timespec times[2]), (fd, times))

#define OF_PATH(name, args, call) \
int name args \
{ \
	before(#name, AT_FDCWD, path); \
	return NEXT(name) call; \
}

OF_PATH(rename, (const char *from, const char *path), (from, path))
OF_PATH(link, (const char *from, const char *path), (from, path))
OF_PATH(symlink, (const char *to, const char *path), (to, path))
OF_PATH(unlink, (const char *path), (path))
OF_PATH(rmdir, (const char *path), (path))
OF_PATH(mkdir, (const char *path, mode_t mode), (path, mode))
OF_PATH(chmod, (const char *path, mode_t mode), (path, mode))
OF_PATH(chown, (const char *path, uid_t uid, gid_t gid), (path, uid, gid))
OF_PATH(lchown, (const char *path, uid_t uid, gid_t gid), (path, uid, gid))

#define OF_PLACE(name, args, call) \
int name args \
{ \
	before(#name, dir, path); \
	return NEXT(name) call; \
}

OF_PLACE(renameat, (int olddir, const char *from, int dir, const char *path), (olddir, from, dir, path))
OF_PLACE(renameat2, (int olddir, const char *from, int dir, const char *path, unsigned int flags),
	 (olddir, from, dir, path, flags))
OF_PLACE(linkat, (int olddir, const char *from, int dir, const char *path, int flags),
	 (olddir, from, dir, path, flags))
OF_PLACE(symlinkat, (const char *to, int dir, const char *path), (to, dir, path))
OF_PLACE(unlinkat, (int dir, const char *path, int flags), (dir, path, flags))
OF_PLACE(mkdirat, (int dir, const char *path, mode_t mode), (dir, path, mode))
OF_PLACE(fchmodat, (int dir, const char *path, mode_t mode, int flags), (dir, path, mode, flags))
OF_PLACE(fchownat, (int dir, const char *path, uid_t uid, gid_t gid, int flags),
	 (dir, path, uid, gid, flags))
OF_PLACE(utimensat, (int dir, const char *path, const struct timespec times[2], int flags),
	 (dir, path, times, flags))
