// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The testbed's agent in the guest: runs commands, carries files and sets the
 * clock, for a host at the other end of a virtio-serial port.  As process 1
 * (the fast guest) it also reaps orphans.
 *
 * Both sides send frames: a header (little endian, as the machine) and its
 * payload.  guest.py is the other end.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PORT_NAME	"testbed.agent"
#define HELLO		"testbed agent hello\n"
#define MAX_FRAME	(256U << 20)
#define MAX_JOBS	256
#define NSEC_PER_SEC	1000000000LL

struct frame {
	uint32_t len;
	uint32_t id;
	uint32_t type;
};

enum frame_type {
	/* from the host */
	FRAME_RUN	= 'R',	/* a shell command */
	FRAME_TERMINAL	= 'T',	/* the same, on a terminal of its own */
	FRAME_INPUT	= 'I',	/* what is typed on that terminal */
	FRAME_SIGNAL	= 'S',	/* int32: to the job's process group */
	FRAME_PUT	= 'P',	/* uint32 mode, path, NUL, the file */
	FRAME_GET	= 'G',	/* path */
	FRAME_CLOCK	= 'C',	/* int64 ns to set; 0: only answer */
	/* to the host; FRAME_CLOCK too, with the time it was before */
	FRAME_OUT	= 'O',
	FRAME_ERR	= 'E',
	FRAME_EXIT	= 'X',	/* int32: exit code, or minus the signal */
	FRAME_DATA	= 'D',	/* the file asked for */
	FRAME_ERRNO	= 'F',	/* int32: how a put, get or set went */
	FRAME_HELLO	= 'H',
};

struct job {
	uint32_t id;
	pid_t pid;		/* 0: has ended */
	int fd[2];		/* its stdout and stderr, -1 when closed */
	bool used;
};

static struct job jobs[MAX_JOBS];
static int host = -1;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int write_all(int fd, const void *data, size_t len)
{
	const char *p = data;
	ssize_t n;

	while (len) {
		n = write(fd, p, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		p += n;
		len -= n;
	}
	return 0;
}

static int read_all(int fd, void *data, size_t len)
{
	char *p = data;
	ssize_t n;

	while (len) {
		n = read(fd, p, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EPIPE;
		p += n;
		len -= n;
	}
	return 0;
}

static void send_frame(uint32_t id, enum frame_type type,
		       const void *data, size_t len)
{
	struct frame f = { .len = len, .id = id, .type = type };

	if (write_all(host, &f, sizeof(f)) || write_all(host, data, len))
		die(PORT_NAME);
}

static void send_int(uint32_t id, enum frame_type type, int32_t value)
{
	send_frame(id, type, &value, sizeof(value));
}

/* Without udev the port has no name in /dev: ask sysfs which one it is. */
static int open_port_named(const char *dev)
{
	char path[300], name[sizeof(PORT_NAME)] = "";
	int fd;

	snprintf(path, sizeof(path), "/sys/class/virtio-ports/%s/name", dev);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (read(fd, name, sizeof(name) - 1) < 0)
		name[0] = '\0';
	close(fd);
	if (strcmp(name, PORT_NAME))
		return -1;
	snprintf(path, sizeof(path), "/dev/%s", dev);
	return open(path, O_RDWR | O_CLOEXEC);
}

static int open_port(void)
{
	DIR *dir = opendir("/sys/class/virtio-ports");
	struct dirent *d;
	int fd = -1;

	if (!dir)
		return -1;
	while (fd < 0 && (d = readdir(dir)))
		fd = open_port_named(d->d_name);
	closedir(dir);
	return fd;
}

static int wait_for_port(void)
{
	int fd, tries;

	for (tries = 0; tries < 200; tries++) {
		fd = open_port();
		if (fd >= 0)
			return fd;
		usleep(50000);
	}
	fprintf(stderr, "no virtio port %s\n", PORT_NAME);
	exit(1);
}

static struct job *find_job(uint32_t id)
{
	int i;

	for (i = 0; i < MAX_JOBS; i++)
		if (jobs[i].used && jobs[i].id == id)
			return &jobs[i];
	return NULL;
}

static void close_output(struct job *j, int i)
{
	if (j->fd[i] >= 0)
		close(j->fd[i]);
	j->fd[i] = -1;
}

static void release_job(struct job *j)
{
	close_output(j, 0);
	close_output(j, 1);
	j->used = false;
}

/* A free slot; else one whose job has ended, though a child has its pipes. */
static struct job *new_job(uint32_t id)
{
	struct job *j = NULL;
	int i;

	for (i = 0; i < MAX_JOBS && !j; i++)
		if (!jobs[i].used)
			j = &jobs[i];
	for (i = 0; i < MAX_JOBS && !j; i++)
		if (!jobs[i].pid)
			j = &jobs[i];
	if (!j)
		return NULL;
	if (j->used)
		release_job(j);
	*j = (struct job){ .id = id, .used = true, .fd = { -1, -1 } };
	return j;
}

static void exec_shell(const char *command)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
	setenv("HOME", "/root", 1);
	setenv("LANG", "C.UTF-8", 1);
	if (chdir("/root") && chdir("/"))
		_exit(126);
	execl("/bin/sh", "sh", "-c", command, NULL);
	_exit(127);
}

/*
 * A process group of its own, but no session: a session's leader that opens a
 * serial port makes it its controlling terminal, and hangs it up as it ends.
 */
static void run_child(const char *command, int out, int err)
{
	int null = open("/dev/null", O_RDONLY);

	setpgid(0, 0);
	dup2(null, 0);
	dup2(out, 1);
	dup2(err, 2);
	if (null > 2)
		close(null);
	exec_shell(command);
}

static int start_piped(struct job *j, const char *command)
{
	int out[2], err[2];

	if (pipe2(out, O_CLOEXEC))
		return -errno;
	if (pipe2(err, O_CLOEXEC)) {
		close(out[0]);
		close(out[1]);
		return -ENFILE;
	}
	j->pid = fork();
	if (!j->pid)
		run_child(command, out[1], err[1]);
	if (j->pid > 0)
		setpgid(j->pid, j->pid);	/* before a signal is sent */
	close(out[1]);
	close(err[1]);
	j->fd[0] = out[0];
	j->fd[1] = err[0];
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	fcntl(err[0], F_SETFL, O_NONBLOCK);
	return j->pid < 0 ? -EAGAIN : 0;
}

static int start_on_terminal(struct job *j, const char *command)
{
	j->pid = forkpty(&j->fd[0], NULL, NULL, NULL);
	if (j->pid < 0)
		return -errno;
	if (!j->pid) {
		setenv("TERM", "linux", 1);
		exec_shell(command);
	}
	fcntl(j->fd[0], F_SETFD, FD_CLOEXEC);
	fcntl(j->fd[0], F_SETFL, O_NONBLOCK);
	return 0;
}

static void do_run(const struct frame *f, const char *command)
{
	struct job *j = new_job(f->id);
	int ret;

	if (!j) {
		send_int(f->id, FRAME_EXIT, 126);
		return;
	}
	if (f->type == FRAME_TERMINAL)
		ret = start_on_terminal(j, command);
	else
		ret = start_piped(j, command);
	if (ret) {
		j->pid = 0;
		release_job(j);
		send_int(f->id, FRAME_EXIT, 126);
	}
}

static void do_input(const struct frame *f, const char *data)
{
	struct job *j = find_job(f->id);

	if (j && j->fd[0] >= 0)
		write_all(j->fd[0], data, f->len);
}

static void do_signal(const struct frame *f, const char *data)
{
	struct job *j = find_job(f->id);
	int32_t number;

	if (!j || j->pid <= 0 || f->len != sizeof(number))
		return;
	memcpy(&number, data, sizeof(number));
	kill(-j->pid, number);
}

static int put_file(const char *path, mode_t mode, const char *data, size_t len)
{
	int fd, ret;

	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	if (fd < 0)
		return -errno;
	ret = write_all(fd, data, len);
	if (!ret && fchmod(fd, mode))
		ret = -errno;
	if (close(fd) && !ret)
		ret = -errno;
	return ret;
}

static void do_put(const struct frame *f, const char *data)
{
	uint32_t mode;
	const char *path = data + sizeof(mode);
	size_t head;

	if (f->len < sizeof(mode)) {
		send_int(f->id, FRAME_ERRNO, EINVAL);
		return;
	}
	memcpy(&mode, data, sizeof(mode));
	head = sizeof(mode) + strlen(path) + 1;
	if (head > f->len)
		send_int(f->id, FRAME_ERRNO, EINVAL);
	else
		send_int(f->id, FRAME_ERRNO,
			 -put_file(path, mode, data + head, f->len - head));
}

/* Files of /proc and /sys have no size: read until there is no more. */
static int get_file(const char *path, char **data, size_t *len)
{
	size_t room = 65536;
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	*data = malloc(room);
	*len = 0;
	while ((n = read(fd, *data + *len, room - *len)) > 0) {
		*len += n;
		if (*len == room)
			*data = realloc(*data, room *= 2);
		if (!*data)
			die("realloc");
	}
	n = n < 0 ? -errno : 0;
	close(fd);
	return n;
}

static void do_get(const struct frame *f, const char *path)
{
	char *data = NULL;
	size_t len = 0;
	int ret = get_file(path, &data, &len);

	if (ret)
		send_int(f->id, FRAME_ERRNO, -ret);
	else
		send_frame(f->id, FRAME_DATA, data, len);
	free(data);
}

static void do_clock(const struct frame *f, const char *data)
{
	struct timespec ts;
	int64_t set = 0, was;

	clock_gettime(CLOCK_REALTIME, &ts);
	was = ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
	if (f->len == sizeof(set))
		memcpy(&set, data, sizeof(set));
	if (set) {
		ts.tv_sec = set / NSEC_PER_SEC;
		ts.tv_nsec = set % NSEC_PER_SEC;
		if (clock_settime(CLOCK_REALTIME, &ts)) {
			send_int(f->id, FRAME_ERRNO, errno);
			return;
		}
	}
	send_frame(f->id, FRAME_CLOCK, &was, sizeof(was));
}

static void handle_frame(const struct frame *f, const char *data)
{
	switch (f->type) {
	case FRAME_RUN:
	case FRAME_TERMINAL:
		do_run(f, data);
		break;
	case FRAME_INPUT:
		do_input(f, data);
		break;
	case FRAME_SIGNAL:
		do_signal(f, data);
		break;
	case FRAME_PUT:
		do_put(f, data);
		break;
	case FRAME_GET:
		do_get(f, data);
		break;
	case FRAME_CLOCK:
		do_clock(f, data);
		break;
	}
}

static void read_frame(void)
{
	struct frame f;
	char *data;

	if (read_all(host, &f, sizeof(f)))
		die(PORT_NAME);
	if (f.len > MAX_FRAME) {
		fprintf(stderr, "frame of %u bytes\n", f.len);
		exit(1);
	}
	data = malloc(f.len + 1);
	if (!data)
		die("malloc");
	if (read_all(host, data, f.len))
		die(PORT_NAME);
	data[f.len] = '\0';
	handle_frame(&f, data);
	free(data);
}

/* Pass on what there is; true when there may be more later. */
static bool forward(struct job *j, int i)
{
	static char buf[65536];
	ssize_t n;

	if (j->fd[i] < 0)
		return false;
	n = read(j->fd[i], buf, sizeof(buf));
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n <= 0) {
		close_output(j, i);
		return false;
	}
	send_frame(j->id, i ? FRAME_ERR : FRAME_OUT, buf, n);
	return true;
}

/*
 * The end is told when the command itself has ended: a daemon it left behind
 * may keep the pipes.  What that writes is still passed on.
 */
static void job_ended(struct job *j, int status)
{
	int i;

	for (i = 0; i < 2; i++)
		while (forward(j, i))
			;
	j->pid = 0;
	send_int(j->id, FRAME_EXIT, WIFSIGNALED(status) ?
		 -WTERMSIG(status) : WEXITSTATUS(status));
}

static void reap(int sigfd)
{
	struct signalfd_siginfo si;
	int status, i;
	pid_t pid;

	if (read(sigfd, &si, sizeof(si)) < 0)
		return;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (i = 0; i < MAX_JOBS; i++)
			if (jobs[i].used && jobs[i].pid == pid)
				job_ended(&jobs[i], status);
}

static void free_finished_jobs(void)
{
	int i;

	for (i = 0; i < MAX_JOBS; i++)
		if (jobs[i].used && !jobs[i].pid &&
		    jobs[i].fd[0] < 0 && jobs[i].fd[1] < 0)
			release_job(&jobs[i]);
}

static void serve(int sigfd)
{
	struct pollfd p[2 + 2 * MAX_JOBS];
	struct { struct job *job; int i; } from[2 + 2 * MAX_JOBS];
	int i, n = 2;

	p[0] = (struct pollfd){ .fd = host, .events = POLLIN };
	p[1] = (struct pollfd){ .fd = sigfd, .events = POLLIN };
	for (i = 0; i < 2 * MAX_JOBS; i++) {
		struct job *j = &jobs[i / 2];

		if (!j->used || j->fd[i % 2] < 0)
			continue;
		from[n].job = j;
		from[n].i = i % 2;
		p[n++] = (struct pollfd){ .fd = j->fd[i % 2], .events = POLLIN };
	}
	if (poll(p, n, -1) < 0)
		return;
	for (i = 2; i < n; i++)
		if (p[i].revents)
			forward(from[i].job, from[i].i);
	if (p[1].revents)
		reap(sigfd);
	if (p[0].revents & POLLIN)
		read_frame();
	free_finished_jobs();
}

int main(void)
{
	sigset_t chld;
	int sigfd;

	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);
	signal(SIGPIPE, SIG_DFL);
	setsid();		/* fails if it is a leader already */
	sigfd = signalfd(-1, &chld, SFD_CLOEXEC);
	if (sigfd < 0)
		die("signalfd");
	umask(022);
	host = wait_for_port();
	send_frame(0, FRAME_HELLO, HELLO, strlen(HELLO));
	for (;;)
		serve(sigfd);
}
