// SPDX-License-Identifier: GPL-2.0-or-later
/* The probe's back end for a live machine (or for a tree that looks like one). */
#include "probe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>
#include <linux/openat2.h>

#include "probe_gpio.h"
#include "probe_gpsd.h"
#include "probe_holders.h"
#include "probe_ioctl.h"
#include "probe_listen.h"
#include "probe_log.h"
#include "probe_machine.h"
#include "probe_process.h"
#include "probe_run.h"
#include "probe_watch.h"
#include "signals.h"

#define RX_PERIOD_NS 5000000
#define EDGES_PERIOD 10		/* a stamp keeps its own time: every 50 ms will do */
#define IDLE_PERIOD_NS 20000000	/* so often a signal is looked for */

struct live {
	struct probe probe;
	int root;		/* O_PATH descriptor of the root */
	size_t root_len;	/* what to cut off a canonical path: 0 for "/" */
	struct holder_scan holders;
	struct process_scan processes;
	struct watch *watches;
	struct listener *listeners;
	int gpsd;		/* it is watched by this socket; -1 */
};

static struct live *live_of(struct probe *p)
{
	return (struct live *)p;
}

static int64_t clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

/* Below another root an absolute link must not lead out of it. */
static int live_open(struct live *l, const char *path, int flags)
{
	struct open_how how = {
		.flags = flags | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT,
	};
	int fd;

	while (*path == '/')
		path++;
	if (!*path)
		path = ".";
	if (l->root_len)
		fd = syscall(SYS_openat2, l->root, path, &how, sizeof(how));
	else
		fd = openat(l->root, path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* ---- files ---- */

/* sysfs gives at most a page and /proc may give less than asked: read to the end. */
static int read_all(int fd, char *buf, size_t size)
{
	size_t len = 0;
	ssize_t n;

	while (len < size - 1) {
		n = read(fd, buf + len, size - 1 - len);
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		len += n;
	}
	if (len && buf[len - 1] == '\n')
		len--;
	buf[len] = '\0';
	return len;
}

static int get_regular(struct live *l, const char *path, char *buf, size_t size,
		       int (*read_it)(int fd, char *buf, size_t size))
{
	struct stat st;
	int fd, n;

	/* O_NONBLOCK: a fifo or a port in the place of a file must not hold us up */
	fd = live_open(l, path, O_RDONLY | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		n = read_it(fd, buf, size);
	else
		n = -EISDIR;
	close(fd);
	return n;
}

static int get_file(struct live *l, const char *path, char *buf, size_t size)
{
	return get_regular(l, path, buf, size, read_all);
}

static int get_tail(struct live *l, const char *path, char *buf, size_t size)
{
	return get_regular(l, path, buf, size, log_tail);
}

/* More than there is room for is an error: half a table is no table. */
static int get_table(struct live *l, const char *path, char *buf, size_t size)
{
	int fd, n;

	/* as the user sees it: relative to where he is */
	fd = l->root_len ? live_open(l, path, O_RDONLY) : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return l->root_len ? fd : -errno;
	n = read_all(fd, buf, size);
	close(fd);
	return n >= 0 && (size_t)n + 2 > size ? -EFBIG : n;
}

static int finish_link(ssize_t n, char *buf)
{
	if (n < 0)
		return -errno;
	buf[n] = '\0';
	return n;
}

static int get_link(struct live *l, const char *path, char *buf, size_t size)
{
	int fd, n;

	/* a scan of /proc asks thousands: one call each where no root is in the way */
	if (!l->root_len)
		return finish_link(readlink(path, buf, size - 1), buf);
	fd = live_open(l, path, O_PATH | O_NOFOLLOW);
	if (fd < 0)
		return fd;
	/* ENOENT is also what an empty path on something that is no link gives */
	n = finish_link(readlinkat(fd, "", buf, size - 1), buf);
	close(fd);
	return n;
}

/* O_PATH opens no device; the kernel then tells where the walk ended. */
static int get_real(struct live *l, const char *path, char *buf, size_t size)
{
	char self[64], text[PATH_MAX];
	int fd = live_open(l, path, O_PATH);
	int n;

	if (fd < 0)
		return fd;
	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	n = finish_link(readlink(self, text, sizeof(text) - 1), text);
	close(fd);
	if (n < 0)
		return n;
	if ((size_t)n < l->root_len)
		return -EXDEV;
	n = snprintf(buf, size, "%s", text + l->root_len);
	return (size_t)n < size ? n : -ENAMETOOLONG;
}

static char type_of(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFCHR:
		return 'c';
	case S_IFBLK:
		return 'b';
	case S_IFDIR:
		return 'd';
	case S_IFREG:
		return 'f';
	case S_IFLNK:
		return 'l';
	default:
		return 'o';
	}
}

static int get_stat(struct live *l, const char *path, char *buf, size_t size)
{
	struct stat st;
	int fd = live_open(l, path, O_PATH | O_NOFOLLOW);
	int err = 0;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		err = -errno;
	close(fd);
	if (err)
		return err;
	return snprintf(buf, size, "%c %04o %u %u %u:%u", type_of(st.st_mode),
			st.st_mode & 07777, st.st_uid, st.st_gid,
			major(st.st_rdev), minor(st.st_rdev));
}

static int get_ids(struct live *l, const char *arg, char *buf, size_t size)
{
	char status[4096], *cap;
	int n = get_file(l, "/proc/self/status", status, sizeof(status));

	(void)arg;
	if (n < 0)
		return n;
	cap = strstr(status, "\nCapEff:\t");
	if (!cap)
		return -ENODATA;
	return snprintf(buf, size, "%u %.16s", geteuid(), cap + strlen("\nCapEff:\t"));
}

static int live_list(struct probe *p, const char *dir, char ***names)
{
	int fd = live_open(live_of(p), dir, O_RDONLY | O_DIRECTORY);
	char **list = NULL, **more;
	struct dirent *e;
	int n = 0, err = 0;
	DIR *d;

	*names = NULL;
	if (fd < 0)
		return fd;
	d = fdopendir(fd);
	if (!d) {
		err = -errno;
		close(fd);
		return err;
	}
	while ((e = readdir(d))) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		more = realloc(list, (n + 1) * sizeof(*list));
		if (!more)
			goto err_free;
		list = more;
		list[n] = strdup(e->d_name);
		if (!list[n])
			goto err_free;
		n++;
	}
	closedir(d);
	*names = list;
	return n;

err_free:
	probe_free_names(list, n);
	closedir(d);
	return -ENOMEM;
}

static int get_holders(struct live *l, const char *node, char *buf, size_t size)
{
	return holders_get(&l->holders, &l->probe, node, buf, size);
}

static int get_processes(struct live *l, const char *name, char *buf, size_t size)
{
	return process_find(&l->processes, &l->probe, name, buf, size);
}

static int get_nodes(struct live *l, const char *pid, char *buf, size_t size)
{
	return process_nodes(&l->probe, pid, buf, size);
}

static int get_segments(struct live *l, const char *pid, char *buf, size_t size)
{
	return process_segments(&l->probe, pid, buf, size);
}

/* ---- ioctls ---- */

static bool has_pps(struct live *l, const char *tty)
{
	char path[128], want[64];
	char **names;
	bool found = false;
	int n = probe_list(&l->probe, "/sys/class/pps", &names);

	snprintf(want, sizeof(want), "/dev/%s", tty);
	for (int i = 0; i < n && !found; i++) {
		char file[128];

		snprintf(file, sizeof(file), "/sys/class/pps/%.32s/path", names[i]);
		found = get_file(l, file, path, sizeof(path)) > 0 && !strcmp(path, want);
	}
	probe_free_names(names, n);
	return found;
}

/*
 * Is the port open, by anybody, us included?  Only then may it be opened once
 * more: the first open of an 8250 starts it (serial8250_do_startup() writes IER
 * and raises DTR and RTS).  A pps device that names it proves the same to a user
 * who may not look into other processes.
 */
static int port_is_open(struct live *l, const char *tty)
{
	int n = holders_count(&l->holders, &l->probe, tty);

	if (n)
		return n < 0 ? n : 0;
	if (has_pps(l, tty))
		return 0;
	return l->holders.unseen ? -EACCES : -EAGAIN;
}

/* "TTY/WHAT": the port is opened for the one question. */
static int get_tty(struct live *l, const char *arg, char *buf, size_t size)
{
	const char *what = strrchr(arg, '/');	/* "pts/3" has one, too */
	char tty[32], path[64];
	int fd, n;

	if (!what || (size_t)(what - arg) >= sizeof(tty))
		return -EINVAL;
	snprintf(tty, sizeof(tty), "%.*s", (int)(what - arg), arg);
	if (!strcmp(what, "/modem"))
		return listen_modem(l->listeners, tty, buf, size);
	n = port_is_open(l, tty);
	if (n < 0)
		return n;
	snprintf(path, sizeof(path), "/dev/%s", tty);
	fd = live_open(l, path, O_RDONLY | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return fd;
	n = probe_ioctl_tty(fd, what + 1, buf, size);
	close(fd);
	return n;
}

static int get_pps(struct live *l, const char *arg, char *buf, size_t size)
{
	const char *what = strchr(arg, '/');
	char path[64];
	int fd, n;

	if (!what || strcmp(what, "/params"))
		return -EINVAL;
	snprintf(path, sizeof(path), "/dev/%.*s", (int)(what - arg), arg);
	fd = live_open(l, path, O_RDONLY | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return fd;
	n = probe_ioctl_pps(fd, buf, size);
	close(fd);
	return n;
}

/* Of an open chip: "", "/FIRST" or "/OFFSET/level". */
static int ask_gpio(int fd, const char *what, char *buf, size_t size)
{
	unsigned long at;
	char *end;

	if (!*what)
		return probe_gpio_chip(fd, buf, size);
	at = strtoul(what + 1, &end, 10);
	if (end == what + 1 || at > UINT16_MAX)
		return -EINVAL;
	if (!*end)
		return probe_gpio_lines(fd, (unsigned int)at, buf, size);
	return strcmp(end, "/level") ? -EINVAL : probe_gpio_level(fd, (unsigned int)at, buf, size);
}

static int get_gpio(struct live *l, const char *arg, char *buf, size_t size)
{
	const size_t len = strcspn(arg, "/");
	char path[64];
	int fd, n;

	if (snprintf(path, sizeof(path), "/dev/%.*s", (int)len, arg) >= (int)sizeof(path))
		return -EINVAL;
	fd = live_open(l, path, O_RDONLY | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return fd;
	n = ask_gpio(fd, arg + len, buf, size);
	close(fd);
	return n;
}

static int get_ioport(struct live *l, const char *arg, char *buf, size_t size)
{
	unsigned char byte;
	unsigned long port;
	char *end;
	ssize_t n;
	int fd;

	port = strtoul(arg, &end, 16);
	if (end == arg || *end || port > 0xffff)
		return -EINVAL;
	fd = live_open(l, "/dev/port", O_RDONLY);
	if (fd < 0)
		return fd;
	/* one byte: n bytes would read n ports, and their side effects */
	n = pread(fd, &byte, 1, port);
	if (n != 1)
		n = n < 0 ? -errno : -EIO;
	else
		n = snprintf(buf, size, "%02x", byte);
	close(fd);
	return n;
}

static int get_clock(struct live *l, const char *arg, char *buf, size_t size)
{
	(void)l;
	(void)arg;
	return snprintf(buf, size, "%lld %lld", (long long)clock_ns(CLOCK_REALTIME),
			(long long)clock_ns(CLOCK_MONOTONIC));
}

/* ---- what goes on while time passes ---- */

static int open_edge(struct live *l, const char *pps, const char *edge)
{
	char path[96];

	snprintf(path, sizeof(path), "/sys/class/pps/%s/%s", pps, edge);
	return live_open(l, path, O_RDONLY);
}

static int open_watched_tty(struct live *l, const char *tty)
{
	char path[64];
	int err = port_is_open(l, tty);

	if (err)
		return err;
	snprintf(path, sizeof(path), "/dev/%s", tty);
	return live_open(l, path, O_RDONLY | O_NOCTTY | O_NONBLOCK);
}

static int get_watch(struct live *l, const char *arg, char *buf, size_t size)
{
	struct watch_fds fds = { -1, -1, -1 };
	const char *pps = strchr(arg, '+');
	char tty[32];
	int err = -EAGAIN;

	(void)buf;
	(void)size;
	if (!pps || (size_t)(pps - arg) >= sizeof(tty) || strlen(pps + 1) >= sizeof(tty))
		return -EINVAL;
	snprintf(tty, sizeof(tty), "%.*s", (int)(pps - arg), arg);
	if (tty[0])
		err = fds.tty = open_watched_tty(l, tty);
	if (pps[1]) {
		fds.assert_edge = open_edge(l, pps + 1, "assert");
		fds.clear_edge = open_edge(l, pps + 1, "clear");
	}
	if (fds.tty < 0 && fds.assert_edge < 0 && fds.clear_edge < 0)
		return err;
	return watch_begin(&l->watches, arg, &fds);
}

static int get_series(struct live *l, const char *arg, char *buf, size_t size)
{
	return watch_end(&l->watches, arg, buf, size);
}

static int get_listen(struct live *l, const char *arg, char *buf, size_t size)
{
	(void)buf;
	(void)size;
	/* the port of a copied tree is no port */
	return l->root_len ? -EOPNOTSUPP : listen_begin(&l->listeners, arg);
}

static int get_heard(struct live *l, const char *arg, char *buf, size_t size)
{
	return listen_heard(&l->listeners, arg, buf, size);
}

static int get_ask(struct live *l, const char *arg, char *buf, size_t size)
{
	(void)buf;
	(void)size;
	return listen_ask(l->listeners, arg);
}

static void pass_time(struct live *l, int64_t until)
{
	int64_t now = clock_ns(CLOCK_MONOTONIC), due = now, wait;

	for (int tick = 0; now < until && !signals_seen(); now = clock_ns(CLOCK_MONOTONIC)) {
		if (now >= due) {
			watch_sample(l->watches, tick++ % EDGES_PERIOD == 0);
			listen_settle(l->listeners);
			due = now + (l->watches ? RX_PERIOD_NS : IDLE_PERIOD_NS);
		}
		wait = (due < until ? due : until) - now;
		listen_wait(l->listeners, wait);
	}
	watch_sample(l->watches, true);
}

/* ---- modules ---- */

/* "kernel/drivers/pps/clients/pps-ldisc.ko.xz: ..." is pps_ldisc. */
static bool names_module(const char *line, const char *name)
{
	const char *end = line + strcspn(line, ":\n"), *at = end;

	while (at > line && at[-1] != '/')
		at--;
	for (; *name; name++, at++)
		if (at == end || (*at == '-' ? '_' : *at) != *name)
			return false;
	return end - at >= 3 && !strncmp(at, ".ko", 3);
}

/* Half a megabyte is read line by line, and only its answer handed on. */
static int find_module(struct live *l, const char *file, const char *name, char *buf, size_t size)
{
	char release[80], path[160], *line = NULL;
	size_t room = 0;
	int n, fd;
	FILE *f;

	n = get_file(l, "/proc/sys/kernel/osrelease", release, sizeof(release));
	if (n < 0)
		return n;
	snprintf(path, sizeof(path), "/lib/modules/%s/%s", release, file);
	fd = live_open(l, path, O_RDONLY);
	if (fd < 0)
		return fd;
	f = fdopen(fd, "r");
	if (!f) {
		close(fd);
		return -ENOMEM;
	}
	n = -ENOENT;
	while (n == -ENOENT && getline(&line, &room, f) > 0)
		if (names_module(line, name))
			n = snprintf(buf, size, "%.*s", (int)strcspn(line, ":\n"), line);
	free(line);
	fclose(f);
	return n;
}

static int get_module(struct live *l, const char *name, char *buf, size_t size)
{
	int n = find_module(l, "modules.builtin", name, buf, size);

	if (n >= 0)
		return snprintf(buf, size, "builtin");
	return find_module(l, "modules.dep", name, buf, size);
}

/* ---- the machine; what no tree can tell is absent below another root ---- */

static int get_kconfig(struct live *l, const char *name, char *buf, size_t size)
{
	return machine_kconfig(&l->probe, name, buf, size);
}

static int get_environ(struct live *l, const char *arg, char *buf, size_t size)
{
	return machine_environ(&l->probe, arg, buf, size);
}

static int get_adjtimex(struct live *l, const char *arg, char *buf, size_t size)
{
	(void)arg;
	return l->root_len ? -ENOENT : machine_adjtimex(buf, size);
}

static int get_wakeup(struct live *l, const char *arg, char *buf, size_t size)
{
	(void)arg;
	return l->root_len ? -ENOENT : machine_wakeup(buf, size);
}

static int get_holder(struct live *l, const char *tty, char *buf, size_t size)
{
	return l->root_len ? -ENOENT : machine_holder(tty, buf, size);
}

/* ---- what daemons say, and logs: below another root there is nobody to ask ---- */

static int get_ntpq(struct live *l, const char *arg, char *buf, size_t size)
{
	(void)arg;
	return l->root_len ? -ENOENT : probe_run_ntpq(buf, size);
}

static int get_chronyc(struct live *l, const char *what, char *buf, size_t size)
{
	return l->root_len ? -ENOENT : probe_run_chronyc(what, buf, size);
}

static int get_gpsd(struct live *l, const char *what, char *buf, size_t size)
{
	if (l->root_len)
		return -ENOENT;
	if (!strcmp(what, "watch"))
		return gpsd_watch(&l->gpsd, GPSD_PORT);
	if (!strcmp(what, "said"))
		return gpsd_said(&l->gpsd, buf, size);
	return strcmp(what, "devices") ? -EINVAL : gpsd_devices(GPSD_PORT, buf, size);
}

static int get_log(struct live *l, const char *name, char *buf, size_t size)
{
	return log_get(&l->probe, !l->root_len, name, buf, size);
}

/* ---- the back end ---- */

static const struct {
	const char *prefix;
	int (*get)(struct live *l, const char *arg, char *buf, size_t size);
} keys[] = {
	{ "file:", get_file },
	{ "link:", get_link },
	{ "real:", get_real },
	{ "stat:", get_stat },
	{ "ids:", get_ids },
	{ "holders:", get_holders },
	{ "processes:", get_processes },
	{ "nodes:", get_nodes },
	{ "segments:", get_segments },
	{ "tty:", get_tty },
	{ "pps:", get_pps },
	{ "gpio:", get_gpio },
	{ "ioport:", get_ioport },
	{ "module:", get_module },
	{ "kconfig:", get_kconfig },
	{ "environ:", get_environ },
	{ "adjtimex:", get_adjtimex },
	{ "holder:", get_holder },
	{ "wakeup:", get_wakeup },
	{ "clock:", get_clock },
	{ "table:", get_table },
	{ "watch:", get_watch },
	{ "series:", get_series },
	{ "listen:", get_listen },
	{ "heard:", get_heard },
	{ "ask:", get_ask },
	{ "ntpq:", get_ntpq },
	{ "chronyc:", get_chronyc },
	{ "gpsd:", get_gpsd },
	{ "log:", get_log },
	{ "tail:", get_tail },
};

static int live_get(struct probe *p, const char *key, char *buf, size_t size)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		size_t n = strlen(keys[i].prefix);

		if (!strncmp(key, keys[i].prefix, n))
			return keys[i].get(live_of(p), key + n, buf, size);
	}
	return -EINVAL;
}

static void live_sleep_ms(struct probe *p, int ms)
{
	struct live *l = live_of(p);

	pass_time(l, clock_ns(CLOCK_MONOTONIC) + ms * INT64_C(1000000));
	holders_forget(&l->holders);
	process_forget(&l->processes);
}

static int64_t live_now_ns(struct probe *p)
{
	(void)p;
	return clock_ns(CLOCK_MONOTONIC);
}

static void live_close(struct probe *p)
{
	struct live *l = live_of(p);

	watch_end_all(&l->watches);
	listen_end_all(&l->listeners);
	if (l->root >= 0)
		close(l->root);
	if (l->gpsd >= 0)
		close(l->gpsd);
	holders_forget(&l->holders);
	process_forget(&l->processes);
	free(l);
}

static const struct probe_ops live_ops = {
	.get = live_get,
	.list = live_list,
	.sleep_ms = live_sleep_ms,
	.now_ns = live_now_ns,
	.close = live_close,
};

struct probe *probe_open_root(const char *root)
{
	char real[PATH_MAX];
	struct live *l;
	int err;

	if (!realpath(root, real))
		return NULL;
	l = calloc(1, sizeof(*l));
	if (!l)
		return NULL;
	l->probe.ops = &live_ops;
	l->gpsd = -1;
	l->root_len = strcmp(real, "/") ? strlen(real) : 0;
	l->root = open(real, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (l->root < 0) {
		err = errno;
		free(l);
		errno = err;
		return NULL;
	}
	return &l->probe;
}

struct probe *probe_open_live(void)
{
	return probe_open_root("/");
}
