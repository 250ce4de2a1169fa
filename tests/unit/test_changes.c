// SPDX-License-Identifier: GPL-2.0-or-later
/* Changes of files, and taking them back. */
#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include "tree.h"
#include "fnv.h"
#include "snapshot.h"
#include "sys/changes.h"

#define WHOLE SNAPSHOT_TIMES
#define FILES SNAPSHOT_NO_RECORD

static struct changes *c;
static char *before;

static void begin(void)
{
	assert_int_equal(changes_open(&c, root), 0);
}

static void end(void)
{
	changes_close(c);
	c = NULL;
}

/* Another process, as it were. */
static void again(void)
{
	end();
	begin();
}

static int set_up(void **state)
{
	(void)state;
	begin_tree();
	put_dir("/var/lib");
	put_file("/etc/one.conf", "one\n");
	put_file("/etc/default/two", "two");
	before = snapshot(WHOLE);
	begin();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	end();
	free(before);
	return remove_tree();
}

static int write_text(const char *path, const char *text)
{
	return changes_write(c, path, text, strlen(text), 0644);
}

static const char *full(const char *path)
{
	static char text[512];

	snprintf(text, sizeof(text), "%s%s", root, path);
	return text;
}

static const char *text_of(const char *path)
{
	static char text[1024];
	FILE *f = fopen(full(path), "r");
	size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;

	if (f)
		fclose(f);
	text[n] = '\0';
	return f ? text : "(none)";
}

static const char *link_of(const char *path)
{
	static char text[256];
	const ssize_t n = readlink(full(path), text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static bool is_there(const char *path)
{
	struct stat st;

	return lstat(full(path), &st) == 0;
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(full(path), &st), 0);
	return st.st_mode & 07777;
}

/* What was told: paths with a blank behind each. */
static char told[1024];

static void tell(void *ctx, const char *path, int err)
{
	assert_ptr_equal(ctx, told);
	if (err)
		strcat(told, "!");
	strcat(told, path);
	strcat(told, " ");
}

static void list(void *ctx, const char *path)
{
	tell(ctx, path, 0);
}

static int undo(void)
{
	told[0] = '\0';
	return changes_undo(c, tell, told);
}

static void undone(void)
{
	assert_int_equal(undo(), 0);
	assert_string_equal(told, "");
	assert_false(changes_any(c));
	assert_snapshot(WHOLE, before);
}

/* ---- what can be changed ---- */

static void nothing_is_nothing(void **state)
{
	(void)state;
	assert_false(changes_any(c));
	assert_int_equal(write_text("/etc/one.conf", "one\n"), 0);
	assert_int_equal(changes_remove(c, "/etc/none"), 0);
	assert_int_equal(changes_remove(c, "/none/at/all"), 0);
	assert_false(changes_any(c));
	assert_snapshot(WHOLE, before);
	undone();
	/* as a setup leaves it that is killed at its first call */
	put_dir("/var/lib/gpsppsctl");
	again();
	again();
	assert_snapshot(WHOLE, before);
}

static void a_file_is_written(void **state)
{
	(void)state;
	assert_int_equal(chmod(full("/etc/one.conf"), 0640), 0);
	assert_int_equal(setxattr(full("/etc/one.conf"), "user.label", "mine", 4, 0) < 0 &&
			 errno != ENOTSUP, 0);
	free(before);
	before = snapshot(WHOLE);
	assert_int_equal(write_text("/etc/one.conf", "uno\n"), 0);
	assert_string_equal(text_of("/etc/one.conf"), "uno\n");
	assert_int_equal(mode_of("/etc/one.conf"), 0640);
	assert_int_equal(mode_of("/var/lib/gpsppsctl/setup"), 0700);
	assert_true(changes_any(c));
	assert_true(changes_is_ours(c, "/etc/one.conf"));
	again();
	assert_true(changes_any(c));
	assert_true(changes_is_ours(c, "/etc/one.conf"));
	assert_false(changes_is_ours(c, "/etc/default/two"));
	undone();
}

static void attributes_stay(void **state)
{
	char label[8] = "";

	(void)state;
	if (setxattr(full("/etc/one.conf"), "user.label", "mine", 4, 0) < 0)
		skip();
	assert_int_equal(write_text("/etc/one.conf", "uno\n"), 0);
	assert_int_equal(getxattr(full("/etc/one.conf"), "user.label", label, 8), 4);
	assert_string_equal(label, "mine");
	assert_int_equal(undo(), 0);
	assert_int_equal(getxattr(full("/etc/one.conf"), "user.label", label, 8), 4);
}

static void an_owner_stays(void **state)
{
	struct stat st;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(chown(full("/etc/one.conf"), 12, 34), 0);
	free(before);
	before = snapshot(WHOLE);
	assert_int_equal(write_text("/etc/one.conf", "uno\n"), 0);
	assert_int_equal(stat(full("/etc/one.conf"), &st), 0);
	assert_int_equal(st.st_uid, 12);
	assert_int_equal(st.st_gid, 34);
	undone();
}

static void a_new_file_in_new_directories(void **state)
{
	const mode_t mask = umask(077);

	(void)state;
	assert_int_equal(changes_write(c, "/etc/a/b/new", "x", 1, 0604), 0);
	umask(mask);
	assert_string_equal(text_of("/etc/a/b/new"), "x");
	assert_int_equal(mode_of("/etc/a/b/new"), 0604);
	assert_int_equal(mode_of("/etc/a/b"), 0755);
	again();
	undone();
}

static void somebody_elses_file_in_our_directory(void **state)
{
	(void)state;
	assert_int_equal(write_text("/etc/a/b/new", "x"), 0);
	put_file("/etc/a/his", "his");
	assert_int_equal(undo(), 0);
	assert_false(is_there("/etc/a/b"));
	assert_string_equal(text_of("/etc/a/his"), "his");
	assert_false(changes_any(c));
	assert_false(is_there("/var/lib/gpsppsctl"));
}

static void links_and_removing(void **state)
{
	(void)state;
	put_link("/etc/link", "default/two");
	free(before);
	before = snapshot(WHOLE);
	assert_int_equal(changes_symlink(c, "/etc/new/mask", "/dev/null"), 0);
	assert_string_equal(link_of("/etc/new/mask"), "/dev/null");
	assert_true(changes_is_ours(c, "/etc/new/mask"));
	assert_int_equal(changes_symlink(c, "/etc/link", "elsewhere with %, blank"), 0);
	assert_string_equal(link_of("/etc/link"), "elsewhere with %, blank");
	assert_int_equal(changes_symlink(c, "/etc/one.conf", "/dev/null"), 0);
	assert_string_equal(link_of("/etc/one.conf"), "/dev/null");
	assert_int_equal(changes_remove(c, "/etc/default/two"), 0);
	assert_false(is_there("/etc/default/two"));
	assert_true(changes_is_ours(c, "/etc/default/two"));
	assert_int_equal(changes_remove(c, "/etc/link"), 0);
	again();
	assert_true(changes_is_ours(c, "/etc/one.conf"));
	undone();
}

static void the_original_is_kept_once(void **state)
{
	size_t len;

	(void)state;
	assert_int_equal(write_text("/etc/one.conf", "uno\n"), 0);
	assert_int_equal(write_text("/etc/one.conf", "due\n"), 0);
	again();
	assert_int_equal(write_text("/etc/one.conf", "tre\n"), 0);
	assert_int_equal(changes_remove(c, "/etc/one.conf"), 0);
	len = strlen(text_of("/var/lib/gpsppsctl/setup/record"));
	assert_int_equal(write_text("/etc/one.conf", "uno\n"), 0);
	assert_int_equal(strlen(text_of("/var/lib/gpsppsctl/setup/record")), len);
	assert_true(is_there("/var/lib/gpsppsctl/setup/1"));
	assert_false(is_there("/var/lib/gpsppsctl/setup/2"));
	undone();
}

static void the_same_text_is_not_the_same_file(void **state)
{
	(void)state;
	assert_int_equal(chmod(full("/etc/one.conf"), 0600), 0);
	free(before);
	before = snapshot(WHOLE);
	assert_int_equal(changes_remove(c, "/etc/one.conf"), 0);
	assert_int_equal(write_text("/etc/one.conf", "one\n"), 0);
	assert_int_equal(mode_of("/etc/one.conf"), 0644);
	undone();
}

static void the_same_again_changes_nothing(void **state)
{
	char *once;

	(void)state;
	assert_int_equal(write_text("/etc/one.conf", "uno\n"), 0);
	assert_int_equal(write_text("/etc/x/new", "new"), 0);
	assert_int_equal(changes_symlink(c, "/etc/x/link", "new"), 0);
	once = snapshot(WHOLE);
	again();
	assert_int_equal(write_text("/etc/one.conf", "uno\n"), 0);
	assert_int_equal(write_text("/etc/x/new", "new"), 0);
	assert_int_equal(changes_symlink(c, "/etc/x/link", "new"), 0);
	assert_snapshot(WHOLE, once);
	free(once);
	undone();
}

/* ---- links on the way ---- */

static void through_a_link(void **state)
{
	(void)state;
	put_file("/opt/real", "real");
	put_link("/etc/link", "/opt/chain");
	put_link("/opt/chain", "../etc/../opt/./real");
	free(before);
	before = snapshot(WHOLE);
	assert_int_equal(write_text("/etc/link", "ours"), 0);
	assert_string_equal(text_of("/opt/real"), "ours");
	assert_string_equal(link_of("/etc/link"), "/opt/chain");
	assert_true(changes_is_ours(c, "/etc/link"));
	assert_true(changes_is_ours(c, "/opt/real"));
	assert_int_equal(write_text("/opt/chain", "more"), 0);
	assert_false(is_there("/var/lib/gpsppsctl/setup/2"));
	undone();
}

static void a_dangling_link_is_replaced(void **state)
{
	(void)state;
	put_link("/etc/link", "/none/there");
	free(before);
	before = snapshot(WHOLE);
	assert_int_equal(write_text("/etc/link", "ours"), 0);
	assert_string_equal(link_of("/etc/link"), "");
	assert_string_equal(text_of("/etc/link"), "ours");
	assert_false(is_there("/none"));
	undone();
}

/* Whatever is linked in the image is the image's. */
static void it_stays_beneath_the_root(void **state)
{
	char outside[64] = "/tmp/gpsppsctl-outside-XXXXXX", *name, link[128];
	int fd = mkstemp(outside);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	name = strrchr(outside, '/') + 1;
	put_link("/etc/away", "/tmp");
	snprintf(link, sizeof(link), "/etc/away/%s", name);
	assert_int_equal(write_text(link, "inside"), 0);
	snprintf(link, sizeof(link), "../../../../../../../../tmp/%s", name);
	put_link("/etc/up", link);
	assert_int_equal(write_text("/etc/up", "inside, too"), 0);
	snprintf(link, sizeof(link), "/tmp/%s", name);
	assert_string_equal(text_of(link), "inside, too");
	snprintf(link, sizeof(link), "/../../../../tmp/%s", name);
	assert_int_equal(write_text(link, "and by dots"), 0);
	fd = open(outside, O_RDONLY | O_CLOEXEC);
	assert_int_equal(read(fd, link, 1), 0);
	close(fd);
	unlink(outside);
	assert_int_equal(undo(), 0);
	assert_false(is_there("/tmp"));
}

static void where_there_is_no_way(void **state)
{
	char deep[PATH_MAX + 8];

	(void)state;
	put_link("/etc/loop", "loop");
	memset(deep, 'x', sizeof(deep));
	deep[0] = '/';
	deep[sizeof(deep) - 1] = '\0';
	assert_int_equal(write_text("/etc/loop", "x"), -ELOOP);
	assert_int_equal(write_text("/etc/loop/x", "x"), -ELOOP);
	assert_int_equal(write_text("/etc/one.conf/x", "x"), -ENOTDIR);
	assert_int_equal(write_text("/etc/none/../x", "x"), -ENOENT);
	assert_int_equal(write_text("etc/x", "x"), -EINVAL);
	assert_int_equal(write_text("", "x"), -EINVAL);
	assert_int_equal(write_text("/", "x"), -EINVAL);
	assert_int_equal(write_text(deep, "x"), -ENAMETOOLONG);
	deep[300] = '\0';
	assert_int_equal(write_text(deep, "x"), -ENAMETOOLONG);
	assert_int_equal(changes_symlink(c, "/etc/x", ""), -EINVAL);
	assert_false(changes_any(c));
	assert_false(is_there("/var/lib/gpsppsctl"));
}

static void what_is_refused(void **state)
{
	static char big[(1 << 20) + 1];

	(void)state;
	memset(big, 'x', sizeof(big));
	assert_int_equal(changes_write(c, "/etc/big", big, sizeof(big), 0644), -EFBIG);
	assert_int_equal(changes_write(c, "/etc/big", big, sizeof(big) - 1, 0644), 0);
	assert_int_equal(undo(), 0);
	assert_int_equal(mkfifo(full("/etc/pipe"), 0644), 0);
	assert_int_equal(write_text("/etc/pipe", "x"), -EOPNOTSUPP);
	assert_int_equal(changes_remove(c, "/etc/pipe"), -EOPNOTSUPP);
	assert_int_equal(write_text("/etc/default", "x"), -EISDIR);
	assert_int_equal(changes_symlink(c, "/etc/default", "x"), -EISDIR);
	assert_int_equal(truncate(full("/etc/one.conf"), sizeof(big)), 0);
	assert_int_equal(write_text("/etc/one.conf", "x"), -EFBIG);
	assert_int_equal(changes_remove(c, "/etc/one.conf"), -EFBIG);
	assert_false(is_there("/var/lib/gpsppsctl"));
}

/* ---- a disk that is really full ---- */

static int fill_disk(void)
{
	static const char junk[1024];
	const int fd = open(full("/junk"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	ssize_t n;

	do
		n = write(fd, junk, sizeof(junk));
	while (n > 0);
	n = errno;
	close(fd);
	return (int)n;
}

/* With `room` bytes free: did it fit? */
static bool fits(off_t room)
{
	static char text[8192];
	struct stat st;
	char *is;
	int err;

	memset(text, 'x', sizeof(text));
	assert_int_equal(fill_disk(), ENOSPC);
	assert_int_equal(stat(full("/junk"), &st), 0);
	assert_int_equal(truncate(full("/junk"), st.st_size - room), 0);
	is = snapshot(FILES);
	begin();
	err = changes_write(c, "/etc/one.conf", text, sizeof(text), 0644);
	if (err) {
		assert_int_equal(err, -ENOSPC);
		assert_int_equal(changes_write(c, "/etc/a/b", text, sizeof(text), 0644), -ENOSPC);
		assert_snapshot(FILES, is);
	}
	free(is);
	end();
	assert_true(room || !is_there("/var/lib/gpsppsctl"));
	return !err;
}

/* From no room at all to enough; then there is none for undo. */
static void in_a_small_disk(void)
{
	char *is;
	int failed = 0;

	put_dir("/var/lib");
	put_file("/etc/one.conf", "one\n");
	is = snapshot(WHOLE);
	while (!fits(failed * 4096))
		failed++;
	assert_true(failed >= 3);
	begin();
	assert_int_equal(fill_disk(), ENOSPC);
	assert_int_equal(undo(), -ENOSPC);
	assert_int_equal(unlink(full("/junk")), 0);
	assert_int_equal(undo(), 0);
	assert_snapshot(WHOLE, is);
	free(is);
	end();
}

static void a_full_disk(void **state)
{
	pid_t pid;
	int status;

	(void)state;
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
		    mount("none", root, "tmpfs", 0, "size=64k") < 0)
			_exit(77);
		in_a_small_disk();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* ---- who else changes them ---- */

static void a_changed_file_is_left_and_told(void **state)
{
	(void)state;
	assert_int_equal(write_text("/etc/one.conf", "uno\n"), 0);
	assert_int_equal(write_text("/etc/new", "new"), 0);
	assert_int_equal(write_text("/etc/default/two", "due"), 0);
	put_file("/etc/one.conf", "uno\nand mine\n");
	assert_int_equal(unlink(full("/etc/default/two")), 0);
	put_link("/etc/default/two", "mine");
	assert_false(changes_is_ours(c, "/etc/one.conf"));
	assert_int_equal(undo(), 1);
	assert_string_equal(told, "/etc/default/two /etc/one.conf ");
	assert_string_equal(text_of("/etc/one.conf"), "uno\nand mine\n");
	assert_false(is_there("/etc/new"));
	assert_string_equal(link_of("/etc/default/two"), "mine");
	assert_true(changes_any(c));
	assert_int_equal(write_text("/etc/new", "it begins anew"), 0);
	again();
	/* as we left it: it can be taken back */
	put_file("/etc/one.conf", "uno\n");
	assert_int_equal(unlink(full("/etc/default/two")), 0);
	put_file("/etc/default/two", "two");
	assert_int_equal(undo(), 0);
	assert_string_equal(text_of("/etc/one.conf"), "one\n");
	assert_false(is_there("/etc/new"));
	assert_false(is_there("/var/lib/gpsppsctl"));
}

static void his_text_between_ours_is_not_lost(void **state)
{
	(void)state;
	assert_int_equal(write_text("/etc/one.conf", "uno\n"), 0);
	put_file("/etc/one.conf", "uno and his\n");
	assert_int_equal(write_text("/etc/one.conf", "uno and his and due\n"), 0);
	assert_true(changes_is_ours(c, "/etc/one.conf"));
	told[0] = '\0';
	changes_each(c, list, told);
	assert_string_equal(told, "/etc/one.conf ");
	again();
	put_file("/etc/one.conf", "his alone\n");
	assert_int_equal(undo(), 1);
	assert_string_equal(told, "/etc/one.conf ");
	put_file("/etc/one.conf", "uno and his and due\n");
	assert_int_equal(undo(), 1);
	assert_string_equal(told, "/etc/one.conf ");
	assert_string_equal(text_of("/etc/one.conf"), "uno and his\n");
	assert_true(is_there("/var/lib/gpsppsctl/setup/1"));
	assert_false(is_there("/var/lib/gpsppsctl/setup/2"));
	/* what was taken back is not taken back twice */
	put_file("/etc/one.conf", "uno\n");
	again();
	assert_int_equal(undo(), 0);
	assert_string_equal(text_of("/etc/one.conf"), "one\n");
	assert_false(is_there("/var/lib/gpsppsctl"));
}

/* Cut to less than a line by a disk: what is kept beside it is all that there is of the files. */
static void a_record_that_is_lost(void **state)
{
	(void)state;
	assert_int_equal(write_text("/etc/one.conf", "uno\n"), 0);
	assert_int_equal(write_text("/etc/default/two", "due\n"), 0);
	end();
	put_file("/var/lib/gpsppsctl/setup/record", "0123");
	assert_int_equal(changes_open(&c, root), -EBADMSG);
	assert_string_equal(text_of("/var/lib/gpsppsctl/setup/1"), "one\n");
	assert_string_equal(text_of("/var/lib/gpsppsctl/setup/2"), "two");
	/* an undo that was killed at its end: the record went first, and says so */
	assert_int_equal(unlink(full("/var/lib/gpsppsctl/setup/record")), 0);
	begin();
	assert_false(changes_any(c));
	assert_int_equal(write_text("/etc/one.conf", "tre\n"), 0);
	assert_false(is_there("/var/lib/gpsppsctl/setup/2"));
	assert_int_equal(undo(), 0);
	assert_string_equal(text_of("/etc/one.conf"), "uno\n");
	assert_false(is_there("/var/lib/gpsppsctl"));
}

static void a_directory_in_its_place_is_left(void **state)
{
	(void)state;
	assert_int_equal(write_text("/etc/a/new", "new"), 0);
	assert_int_equal(unlink(full("/etc/a/new")), 0);
	assert_int_equal(mkdir(full("/etc/a/new"), 0755), 0);
	assert_int_equal(undo(), 1);
	assert_string_equal(told, "/etc/a/new ");
	assert_int_equal(rmdir(full("/etc/a/new")), 0);
	again();
	undone();
}

static void each_path_in_order(void **state)
{
	(void)state;
	assert_int_equal(write_text("/etc/x/new", "new"), 0);
	assert_int_equal(changes_remove(c, "/etc/one.conf"), 0);
	assert_int_equal(write_text("/etc/x/new", "newer"), 0);
	assert_int_equal(write_text("/etc/a b\n%", "odd"), 0);
	again();
	told[0] = '\0';
	changes_each(c, list, told);
	assert_string_equal(told, "/etc/x/new /etc/one.conf /etc/a b\n% ");
	undone();
}

static void one_at_a_time(void **state)
{
	struct changes *other, *early;

	(void)state;
	assert_int_equal(changes_open(&early, root), 0);
	assert_int_equal(write_text("/etc/one.conf", "uno\n"), 0);
	assert_int_equal(changes_open(&other, root), -EWOULDBLOCK);
	assert_int_equal(changes_write(early, "/etc/x", "x", 1, 0644), -EWOULDBLOCK);
	assert_int_equal(changes_undo(early, NULL, NULL), -EWOULDBLOCK);
	end();
	assert_int_equal(changes_write(early, "/etc/x", "x", 1, 0644), 0);
	assert_true(changes_is_ours(early, "/etc/one.conf"));
	changes_close(early);
	begin();
	undone();
	assert_int_equal(changes_open(&other, root), 0);
	changes_close(other);
}

/* ---- the record ---- */

static void append_record(const char *text)
{
	FILE *f = fopen(full("/var/lib/gpsppsctl/setup/record"), "a");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void a_torn_line_was_never_acted_on(void **state)
{
	static const char *const torn[] = {
		"0", "0123456789abcdef", "0123456789abcdef removed 1", "0123456789abcdef removed 1\n",
		"\n",
		"0123456789abcdef tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt"
		"tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(torn) / sizeof(torn[0]); i++) {
		assert_int_equal(write_text("/etc/one.conf", "uno\n"), 0);
		end();
		append_record(torn[i]);
		begin();
		assert_true(changes_is_ours(c, "/etc/one.conf"));
		assert_int_equal(write_text("/etc/one.conf", "due\n"), 0);
		assert_null(strstr(text_of("/var/lib/gpsppsctl/setup/record"), "tttt"));
		again();
		assert_true(changes_is_ours(c, "/etc/one.conf"));
		undone();
	}
}

static void a_record_that_makes_no_sense(void **state)
{
	(void)state;
	assert_int_equal(write_text("/etc/one.conf", "uno\n"), 0);
	end();
	append_record("0123456789abcdef removed 1\n0123456789abcdef removed 1\n");
	assert_int_equal(changes_open(&c, root), -EBADMSG);
	put_file("/var/lib/gpsppsctl/setup/record", "2ad37ca0522f9fa2 gpsppsctl setup 2\n");
	assert_int_equal(changes_open(&c, root), -EPROTONOSUPPORT);
}

/* Whole, and still no line of ours. */
static void lines_that_make_no_sense(void **state)
{
	static const char *const words[] = {
		"x", "dir", "dir etc", "dir /a b", "dir /a%0", "dir /a%zz", "none 1", "none 0 /a",
		"none x /a", "none 4294967296 /a", "none 1 a", "removed 2", "removed 1 1", "linked 1 ",
		"linked 1 %0", "wrote 1 1048577 0", "wrote 1 -1 0", "wrote 1 1", "wrote 1 1 x",
		"file 2 8 0 0 1 1 /a", "file 2 10000 0 0 1 1 /a", "file 2 644 4294967296 0 1 1 /a",
		"link 2 0 0  /a", "link 2 0 /a", "more 1", "none 2 /a b c d e f g h i j",
	};
	char line[256];
	struct changes *other;

	(void)state;
	assert_int_equal(write_text("/etc/one.conf", "uno\n"), 0);
	end();
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		char *is = strdup(text_of("/var/lib/gpsppsctl/setup/record"));

		snprintf(line, sizeof(line), "%016llx %s\n",
			 (unsigned long long)fnv1a(words[i], strlen(words[i])), words[i]);
		append_record(line);
		assert_int_equal(changes_open(&other, root), -EBADMSG);
		put_file("/var/lib/gpsppsctl/setup/record", is);
		free(is);
	}
	append_record("157f204cf900784c none 7 /etc/x\n");
	begin();
	undone();
}

static void a_spoilt_copy_is_not_put_back(void **state)
{
	(void)state;
	assert_int_equal(write_text("/etc/one.conf", "uno\n"), 0);
	assert_int_equal(write_text("/etc/default/two", "due"), 0);
	put_file("/var/lib/gpsppsctl/setup/1", "onE\n");
	assert_int_equal(undo(), -EBADMSG);
	assert_string_equal(text_of("/etc/one.conf"), "uno\n");
	assert_string_equal(text_of("/etc/default/two"), "two");
	put_file("/var/lib/gpsppsctl/setup/1", "one\n");
	again();
	assert_int_equal(undo(), 0);
	assert_string_equal(text_of("/etc/one.conf"), "one\n");
}

/* OpenWrt's /var is gone at the next boot. */
static void where_var_forgets(void **state)
{
	(void)state;
	end();
	assert_int_equal(rmdir(full("/var/lib")), 0);
	assert_int_equal(rmdir(full("/var")), 0);
	put_link("/var", "tmp");
	put_dir("/tmp");
	free(before);
	before = snapshot(WHOLE);
	begin();
	assert_int_equal(write_text("/etc/one.conf", "uno\n"), 0);
	assert_true(is_there("/etc/gpsppsctl.setup/record"));
	assert_int_equal(mode_of("/etc/gpsppsctl.setup"), 0700);
	assert_false(is_there("/tmp/lib"));
	again();
	undone();
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_nothing),
		TEST(a_file_is_written),
		TEST(attributes_stay),
		TEST(an_owner_stays),
		TEST(a_new_file_in_new_directories),
		TEST(somebody_elses_file_in_our_directory),
		TEST(links_and_removing),
		TEST(the_original_is_kept_once),
		TEST(the_same_text_is_not_the_same_file),
		TEST(the_same_again_changes_nothing),
		TEST(through_a_link),
		TEST(a_dangling_link_is_replaced),
		TEST(it_stays_beneath_the_root),
		TEST(where_there_is_no_way),
		TEST(what_is_refused),
		TEST(a_full_disk),
		TEST(a_changed_file_is_left_and_told),
		TEST(his_text_between_ours_is_not_lost),
		TEST(a_record_that_is_lost),
		TEST(a_directory_in_its_place_is_left),
		TEST(each_path_in_order),
		TEST(one_at_a_time),
		TEST(a_torn_line_was_never_acted_on),
		TEST(a_record_that_makes_no_sense),
		TEST(lines_that_make_no_sense),
		TEST(a_spoilt_copy_is_not_put_back),
		TEST(where_var_forgets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
