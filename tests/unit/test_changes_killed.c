// SPDX-License-Identifier: GPL-2.0-or-later
/* LDFLAGS: -Wl,--wrap=write,--wrap=fsync,--wrap=openat64,--wrap=renameat,--wrap=unlinkat,--wrap=mkdirat,--wrap=symlinkat,--wrap=fchmod,--wrap=fchown,--wrap=fchownat,--wrap=ftruncate64,--wrap=futimens,--wrap=fsetxattr,--wrap=flock */
/*
 * Changes of files that are cut off, or fail, at each call that changes anything; and that
 * each is on the disk before the next that counts on it.
 */
#include <stdbool.h>
#include <sys/wait.h>

#include "tree.h"
#include "snapshot.h"
#include "sys/changes.h"

#define KILLED 77
#define WHOLE SNAPSHOT_TIMES
#define FILES SNAPSHOT_NO_RECORD

/* ---- what is on the disk ---- */

#define DIRTY_MAX 32

struct inode {
	dev_t dev;
	ino_t ino;
};

static struct inode dirty[DIRTY_MAX];
static size_t n_dirty;
static bool is_watched;

static bool is_same_inode(struct inode a, struct inode b)
{
	return a.dev == b.dev && a.ino == b.ino;
}

static struct inode inode_of(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	return (struct inode){ st.st_dev, st.st_ino };
}

static void now_clean(int fd)
{
	const struct inode one = inode_of(fd);
	size_t n = 0;

	for (size_t i = 0; i < n_dirty; i++)
		if (!is_same_inode(dirty[i], one))
			dirty[n++] = dirty[i];
	n_dirty = n;
}

static void now_dirty(int fd)
{
	if (!is_watched)
		return;
	now_clean(fd);
	assert_true(n_dirty < DIRTY_MAX);
	dirty[n_dirty++] = inode_of(fd);
}

/* A name changes: all but its own directory is on the disk already. */
static void before_name(int dir)
{
	if (!is_watched)
		return;
	now_clean(dir);
	assert_int_equal(n_dirty, 0);
}

static int after_name(int dir, int err)
{
	if (!err)
		now_dirty(dir);
	return err;
}

/* ---- the call that ends it ---- */

static struct {
	int left;		/* calls; 0: none fails */
	int err;		/* 0: we are killed */
	bool kept_failing;	/* a full disk stays full */
	bool struck;
	bool in_fsync;		/* it was this that failed: what it was for is done */
} fault;

static bool strikes(bool is_fsync)
{
	if (!fault.left || --fault.left)
		return false;
	if (!fault.err)
		_exit(KILLED);
	fault.struck = true;
	fault.in_fsync = is_fsync;
	fault.left = fault.kept_failing;
	errno = fault.err;
	return true;
}

ssize_t __real_write(int fd, const void *buf, size_t n);
int __real_openat64(int dir, const char *name, int flags, ...);
int __real_renameat(int from, const char *name, int to, const char *new);
int __real_unlinkat(int dir, const char *name, int flags);
int __real_mkdirat(int dir, const char *name, mode_t mode);
int __real_symlinkat(const char *target, int dir, const char *name);
int __real_fchmod(int fd, mode_t mode);
int __real_fchown(int fd, uid_t uid, gid_t gid);
int __real_fchownat(int dir, const char *name, uid_t uid, gid_t gid, int flags);
int __real_ftruncate64(int fd, off_t len);
int __real_futimens(int fd, const struct timespec times[2]);
int __real_fsetxattr(int fd, const char *name, const void *value, size_t size, int flags);
ssize_t __wrap_write(int fd, const void *buf, size_t n);
int __wrap_fsync(int fd);
int __wrap_openat64(int dir, const char *name, int flags, ...);
int __wrap_renameat(int from, const char *name, int to, const char *new);
int __wrap_unlinkat(int dir, const char *name, int flags);
int __wrap_mkdirat(int dir, const char *name, mode_t mode);
int __wrap_symlinkat(const char *target, int dir, const char *name);
int __wrap_fchmod(int fd, mode_t mode);
int __wrap_fchown(int fd, uid_t uid, gid_t gid);
int __wrap_fchownat(int dir, const char *name, uid_t uid, gid_t gid, int flags);
int __wrap_ftruncate64(int fd, off_t len);
int __wrap_futimens(int fd, const struct timespec times[2]);
int __wrap_fsetxattr(int fd, const char *name, const void *value, size_t size, int flags);

/* It ends in the midst of the text. */
ssize_t __wrap_write(int fd, const void *buf, size_t n)
{
	now_dirty(fd);
	if (fault.left == 1)
		assert_true(__real_write(fd, buf, n / 2) >= 0);
	return strikes(false) ? -1 : __real_write(fd, buf, n);
}

/* What somebody else does while we wait for the disk, the n-th time. */
static struct {
	int left;
	void (*act)(void);
} meanwhile;

/* The disk itself is not asked: this is called some 10000 times. */
int __wrap_fsync(int fd)
{
	if (meanwhile.left && !--meanwhile.left)
		meanwhile.act();
	if (strikes(true))
		return -1;
	now_clean(fd);
	return 0;
}

int __wrap_openat64(int dir, const char *name, int flags, ...)
{
	if (!(flags & O_CREAT))
		return __real_openat64(dir, name, flags);
	if (strikes(false))
		return -1;
	now_dirty(dir);
	return __real_openat64(dir, name, flags, 0600);
}

int __wrap_renameat(int from, const char *name, int to, const char *new)
{
	if (strikes(false))
		return -1;
	before_name(to);
	return after_name(to, __real_renameat(from, name, to, new));
}

/* What is ours beside a file, and the kept originals, are not worth waiting for. */
int __wrap_unlinkat(int dir, const char *name, int flags)
{
	if (strikes(false))
		return -1;
	if (!strcmp(name, ".gpsppsctl-new") || strchr("0123456789", name[0]))
		return __real_unlinkat(dir, name, flags);
	before_name(dir);
	return after_name(dir, __real_unlinkat(dir, name, flags));
}

int __wrap_mkdirat(int dir, const char *name, mode_t mode)
{
	if (strikes(false))
		return -1;
	before_name(dir);
	return after_name(dir, __real_mkdirat(dir, name, mode));
}

int __wrap_symlinkat(const char *target, int dir, const char *name)
{
	if (strikes(false))
		return -1;
	before_name(dir);
	return after_name(dir, __real_symlinkat(target, dir, name));
}

int __wrap_fchmod(int fd, mode_t mode)
{
	return strikes(false) ? -1 : __real_fchmod(fd, mode);
}

int __wrap_fchown(int fd, uid_t uid, gid_t gid)
{
	return strikes(false) ? -1 : __real_fchown(fd, uid, gid);
}

int __wrap_fchownat(int dir, const char *name, uid_t uid, gid_t gid, int flags)
{
	return strikes(false) ? -1 : __real_fchownat(dir, name, uid, gid, flags);
}

int __wrap_ftruncate64(int fd, off_t len)
{
	return strikes(false) ? -1 : __real_ftruncate64(fd, len);
}

int __wrap_futimens(int fd, const struct timespec times[2])
{
	return strikes(false) ? -1 : __real_futimens(fd, times);
}

/* A file goes without what cannot be set. */
int __wrap_fsetxattr(int fd, const char *name, const void *value, size_t size, int flags)
{
	if (fault.left == 1 && fault.err)
		return __real_fsetxattr(fd, name, value, size, flags);
	return strikes(false) ? -1 : __real_fsetxattr(fd, name, value, size, flags);
}

/* ---- whoever had the lock before ---- */

static int flocks_of_others;	/* each takes the directory away, and makes it anew */

int __real_flock(int fd, int what);
int __wrap_flock(int fd, int what);

int __wrap_flock(int fd, int what)
{
	char place[128];

	if (flocks_of_others && flocks_of_others--) {
		snprintf(place, sizeof(place), "%s/var/lib/gpsppsctl/setup", root);
		assert_int_equal(rmdir(place), 0);
		assert_int_equal(mkdir(place, 0700), 0);
	}
	return __real_flock(fd, what);
}

/* ---- what is done ---- */

static int write_text(struct changes *c, const char *path, const char *text)
{
	return changes_write(c, path, text, strlen(text), 0644);
}

static int step(struct changes *c, int i)
{
	switch (i) {
	case 0: return write_text(c, "/etc/gpsppsctl.conf", "0 /dev/ttyS0\n");
	case 1: return write_text(c, "/etc/conf.d/deep/new", "new\n");
	case 2: return changes_symlink(c, "/etc/wants/unit", "../units/unit");
	case 3: return write_text(c, "/etc/default/gpsd", "through the link\n");
	case 4: return changes_remove(c, "/etc/old.conf");
	case 5: return changes_symlink(c, "/etc/units", "/dev/null");
	case 6: return write_text(c, "/etc/dangling", "a file\n");
	case 7: return changes_remove(c, "/etc/link");
	case 8: return write_text(c, "/etc/gpsppsctl.conf", "0 /dev/ttyS0\n1 /dev/ttyS1\n");
	case 9: return write_text(c, "/etc/conf.d/deep/new", "newer\n");
	case 10: return changes_symlink(c, "/etc/again", "other");
	default: return 1;
	}
}

#define STEPS 11

static int do_all(struct changes *c)
{
	int err = 0;

	for (int i = 0; i < STEPS && !err; i++)
		err = step(c, i);
	return err;
}

static int do_undo(struct changes *c)
{
	return changes_undo(c, NULL, NULL);
}

static void run(int (*what)(struct changes *c))
{
	struct changes *c;

	assert_int_equal(changes_open(&c, root), 0);
	assert_int_equal(what(c), 0);
	changes_close(c);
}

/* A process of its own, which ends at its k-th call: false when it was not that far. */
static bool run_killed(int (*what)(struct changes *c), int k)
{
	const pid_t pid = fork();
	struct changes *c;
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		fault.left = k;
		fault.err = 0;
		if (changes_open(&c, root) < 0 || what(c) < 0)
			_exit(1);
		changes_close(c);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_true(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == KILLED);
	return WEXITSTATUS(status) == KILLED;
}

static void build(void)
{
	char path[128];

	/* in memory, where that is to be had: it is built some 1500 times */
	strcpy(root, "/dev/shm/gpsppsctl-tree-XXXXXX");
	if (!mkdtemp(root))
		begin_tree();
	put_dir("/var/lib");
	put_file("/etc/gpsppsctl.conf", "# his\n");
	put_file("/opt/gpsd", "START_DAEMON=false\n");
	put_file("/etc/old.conf", "old\n");
	put_file("/etc/units", "");
	put_link("/etc/default/gpsd", "../../opt/gpsd");
	put_link("/etc/dangling", "/no/where");
	put_link("/etc/link", "old.conf");
	put_link("/etc/again", "one");
	snprintf(path, sizeof(path), "%s/etc/gpsppsctl.conf", root);
	assert_int_equal(chmod(path, 0640), 0);
	if (geteuid() == 0)
		assert_int_equal(chown(path, 12, 34), 0);
	/* where the file system has none, nothing is lost */
	if (setxattr(path, "user.label", "his", 3, 0) < 0)
		assert_int_equal(errno, ENOTSUP);
}

static int set_up(void **state)
{
	(void)state;
	memset(&fault, 0, sizeof(fault));
	build();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	return remove_tree();
}

static void build_anew(void)
{
	assert_int_equal(remove_tree(), 0);
	build();
}

/* What stands when nothing goes wrong. */
static char *when_done(void)
{
	char *done;

	run(do_all);
	done = snapshot(FILES);
	build_anew();
	return done;
}

/* ---- killed ---- */

static void killed_then_undone(void **state)
{
	int k = 1;

	(void)state;
	for (;; k++) {
		char *before = snapshot(WHOLE);
		const bool was_killed = run_killed(do_all, k);

		run(do_undo);
		assert_snapshot(WHOLE, before);
		free(before);
		if (!was_killed)
			break;
	}
	print_message("# killed at each of %d calls\n", k - 1);
	assert_true(k > 100);
}

static void killed_then_done_again(void **state)
{
	char *done = when_done();
	bool was_killed = true;

	(void)state;
	for (int k = 1; was_killed; k++) {
		char *before = snapshot(WHOLE);

		was_killed = run_killed(do_all, k);
		run(do_all);
		assert_snapshot(FILES, done);
		run(do_undo);
		assert_snapshot(WHOLE, before);
		free(before);
	}
	free(done);
}

static void undo_killed_then_undone(void **state)
{
	bool was_killed = true;
	int k = 1;

	(void)state;
	for (; was_killed; k++) {
		char *before = snapshot(WHOLE);

		run(do_all);
		was_killed = run_killed(do_undo, k);
		run(do_undo);
		assert_snapshot(WHOLE, before);
		free(before);
	}
	print_message("# killed at each of %d calls\n", k - 2);
	assert_true(k > 50);
}

static void undo_killed_then_done_again(void **state)
{
	char *done = when_done();
	bool was_killed = true;

	(void)state;
	for (int k = 1; was_killed; k++) {
		char *before = snapshot(WHOLE);

		run(do_all);
		was_killed = run_killed(do_undo, k);
		run(do_all);
		assert_snapshot(FILES, done);
		run(do_undo);
		assert_snapshot(WHOLE, before);
		free(before);
	}
	free(done);
}

/* Twice in a row, anywhere. */
static void killed_and_killed_again(void **state)
{
	(void)state;
	srandom(7);
	for (int i = 0; i < 80; i++) {
		char *before = snapshot(WHOLE);

		run_killed(do_all, 1 + (int)(random() % 160));
		run_killed(random() % 2 ? do_all : do_undo, 1 + (int)(random() % 120));
		run_killed(do_undo, 1 + (int)(random() % 80));
		run(do_undo);
		assert_snapshot(WHOLE, before);
		free(before);
	}
}

/* Something of his is left by an undo that is killed. */
static int do_undo_leaving(struct changes *c)
{
	return changes_undo(c, NULL, NULL) == 1 ? 0 : -1;
}

static void undo_that_leaves_something_killed(void **state)
{
	bool was_killed = true;

	(void)state;
	for (int k = 1; was_killed; k++) {
		char *left;

		run(do_all);
		put_file("/etc/conf.d/deep/new", "his\n");
		was_killed = run_killed(do_undo_leaving, k);
		run(do_undo_leaving);
		left = snapshot(FILES);
		assert_non_null(strstr(left, "/etc/conf.d/deep/new 100644"));
		assert_null(strstr(left, "/etc/wants"));
		assert_non_null(strstr(left, "/etc/again 120777"));
		free(left);
		build_anew();
	}
}

/* ---- failing ---- */

static int steps_failed, steps_failed_in_fsync;

/* Step i, after those before it: its k-th call fails. */
static bool fail_in(int i, int k, bool kept_failing)
{
	struct changes *c;
	char *before, *first = snapshot(WHOLE);
	int err;

	assert_int_equal(changes_open(&c, root), 0);
	for (int n = 0; n < i; n++)
		assert_int_equal(step(c, n), 0);
	before = snapshot(FILES);
	memset(&fault, 0, sizeof(fault));
	fault.left = k;
	fault.err = ENOSPC;
	fault.kept_failing = kept_failing;
	err = step(c, i);
	fault.left = 0;
	assert_int_equal(err, fault.struck && err ? -ENOSPC : 0);
	steps_failed += err != 0;
	steps_failed_in_fsync += err && fault.in_fsync;
	/* to remove what is in the way on a disk that refuses even that is another matter */
	if (err && !fault.in_fsync && !kept_failing)
		assert_snapshot(FILES, before);
	changes_close(c);
	run(do_undo);
	assert_snapshot(WHOLE, first);
	free(before);
	free(first);
	return fault.struck;
}

static void a_full_disk_leaves_it_as_it_was(void **state)
{
	int n = 0;

	(void)state;
	for (int i = 0; i < STEPS; i++)
		for (int k = 1; fail_in(i, k, false); k++)
			n++;
	print_message("# %d calls failed, %d steps with them, %d of them in fsync\n", n, steps_failed,
		      steps_failed_in_fsync);
	assert_true(steps_failed > 80);
}

static void a_disk_that_fails_for_good(void **state)
{
	(void)state;
	for (int i = 0; i < STEPS; i++)
		for (int k = 1 + i % 2; fail_in(i, k, true); k += 2)
			;
}

/* ---- on the disk ---- */

static void each_is_on_the_disk_before_the_next(void **state)
{
	struct changes *c;

	(void)state;
	is_watched = true;
	assert_int_equal(changes_open(&c, root), 0);
	for (int i = 0; i < STEPS; i++) {
		assert_int_equal(step(c, i), 0);
		assert_int_equal(n_dirty, 0);
	}
	put_file("/etc/conf.d/deep/new", "his\n");
	assert_int_equal(changes_undo(c, NULL, NULL), 1);
	put_file("/etc/conf.d/deep/new", "newer\n");
	assert_int_equal(changes_undo(c, NULL, NULL), 0);
	is_watched = false;
	changes_close(c);
}

/* ---- somebody saves while we sync ---- */

static void save(void)
{
	put_file("/etc/his.conf", "what he has just saved\n");
}

/* As it was, and no record of it. */
static void begin_anew(void)
{
	put_file("/etc/his.conf", "his\n");
	run(do_undo);
}

/* By `act`, in the n-th sync: it is lost never.  False: there is no n-th. */
static bool is_safe_from(int (*act)(struct changes *c), int wanted, int n)
{
	struct changes *c;
	char path[512], text[64] = "";
	FILE *f;
	int err;

	assert_int_equal(changes_open(&c, root), 0);
	meanwhile.left = n;
	meanwhile.act = save;
	err = act(c);
	changes_close(c);
	if (meanwhile.left) {
		meanwhile.left = 0;
		return false;
	}
	snprintf(path, sizeof(path), "%s/etc/his.conf", root);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_non_null(fgets(text, sizeof(text), f));
	fclose(f);
	assert_string_equal(text, "what he has just saved\n");
	assert_true(err == 0 || err == wanted);
	return true;
}

static int write_his(struct changes *c)
{
	return write_text(c, "/etc/his.conf", "ours\n");
}

static int remove_his(struct changes *c)
{
	return changes_remove(c, "/etc/his.conf");
}

static void somebody_saves_meanwhile(void **state)
{
	int n;

	(void)state;
	for (n = 1; begin_anew(), is_safe_from(write_his, -ESTALE, n); n++)
		;
	assert_true(n > 4);
	for (n = 1; begin_anew(), is_safe_from(remove_his, -ESTALE, n); n++)
		;
	assert_true(n > 4);
	for (n = 1; begin_anew(), run(write_his), is_safe_from(do_undo, 1, n); n++)
		;
	assert_true(n > 1);
	begin_anew();
}

static void the_lock_is_on_what_is_there(void **state)
{
	struct changes *c, *other;

	(void)state;
	put_dir("/var/lib/gpsppsctl/setup");
	flocks_of_others = 3;
	assert_int_equal(changes_open(&c, root), 0);
	assert_int_equal(flocks_of_others, 0);
	assert_int_equal(changes_open(&other, root), -EWOULDBLOCK);
	assert_int_equal(do_all(c), 0);
	changes_close(c);
	run(do_undo);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(killed_then_undone),
		TEST(killed_then_done_again),
		TEST(undo_killed_then_undone),
		TEST(undo_killed_then_done_again),
		TEST(killed_and_killed_again),
		TEST(undo_that_leaves_something_killed),
		TEST(a_full_disk_leaves_it_as_it_was),
		TEST(a_disk_that_fails_for_good),
		TEST(each_is_on_the_disk_before_the_next),
		TEST(somebody_saves_meanwhile),
		TEST(the_lock_is_on_what_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
