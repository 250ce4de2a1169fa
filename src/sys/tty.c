// SPDX-License-Identifier: GPL-2.0-or-later
/* A serial port that we change: its name, termios, line discipline. */
#include "tty.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static const char dev_dir[] = "/dev/";

/* ---- names ---- */

/* A character device is a tty unless sysfs knows better; ptys are not in sysfs. */
static bool is_tty(const struct stat *st)
{
	char link[64], target[PATH_MAX];
	const char *base;
	ssize_t n;

	if (!S_ISCHR(st->st_mode))
		return false;
	snprintf(link, sizeof(link), "/sys/dev/char/%u:%u/subsystem",
		 major(st->st_rdev), minor(st->st_rdev));
	n = readlink(link, target, sizeof(target) - 1);
	if (n < 0)
		return true;
	target[n] = '\0';
	base = strrchr(target, '/');
	return base && !strcmp(base, "/tty");
}

int tty_resolve(const char *what, char *name, size_t size)
{
	char path[PATH_MAX], real[PATH_MAX];
	struct stat st;
	const char *node;

	if (!*what)
		return -ENOENT;
	if (snprintf(path, sizeof(path), "%s%s", strchr(what, '/') ? "" : dev_dir, what) >=
	    (int)sizeof(path))
		return -ENAMETOOLONG;
	if (!realpath(path, real))
		return -errno;
	if (stat(real, &st) < 0)
		return -errno;
	if (!is_tty(&st) || strncmp(real, dev_dir, sizeof(dev_dir) - 1))
		return -ENOTTY;
	node = real + sizeof(dev_dir) - 1;
	if (strlen(node) >= size)
		return -ENAMETOOLONG;
	strcpy(name, node);
	return 0;
}

int tty_open(const char *name)
{
	char path[PATH_MAX];
	int fd;

	if (snprintf(path, sizeof(path), "%s%s", dev_dir, name) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* ---- speeds ---- */

#define SPEED(n) { n, B##n }

static const struct {
	unsigned int baud;
	speed_t speed;
} speeds[] = {
	SPEED(50), SPEED(75), SPEED(110), SPEED(134), SPEED(150), SPEED(200), SPEED(300),
	SPEED(600), SPEED(1200), SPEED(1800), SPEED(2400), SPEED(4800), SPEED(9600),
	SPEED(19200), SPEED(38400), SPEED(57600), SPEED(115200), SPEED(230400), SPEED(460800),
	SPEED(500000), SPEED(576000), SPEED(921600), SPEED(1000000), SPEED(1152000),
	SPEED(1500000), SPEED(2000000), SPEED(2500000), SPEED(3000000), SPEED(3500000),
	SPEED(4000000),
};

#define N_SPEEDS (sizeof(speeds) / sizeof(speeds[0]))

speed_t tty_speed(unsigned int baud)
{
	for (size_t i = 0; i < N_SPEEDS; i++)
		if (speeds[i].baud == baud)
			return speeds[i].speed;
	return B0;
}

unsigned int tty_baud(speed_t speed)
{
	for (size_t i = 0; i < N_SPEEDS; i++)
		if (speeds[i].speed == speed)
			return speeds[i].baud;
	return 0;
}

/* ---- termios ---- */

void tty_ntpd_mode(struct termios *t, const struct termios *cur, speed_t speed)
{
	*t = *cur;	/* c_line: tcsetattr() would store a 0 of ours (tty_ioctl.c) */
	t->c_iflag = IGNBRK | IGNPAR | ICRNL;
	t->c_oflag = 0;
	t->c_cflag = CS8 | CLOCAL | CREAD;
	t->c_lflag = ICANON;
	memset(t->c_cc, 0, sizeof(t->c_cc));
	/* libc's setters as ntpd: CIBAUD or BOTHER bits of our own would reach the UART again */
	cfsetispeed(t, speed);
	cfsetospeed(t, speed);
}

bool tty_mode_equal(const struct termios *a, const struct termios *b)
{
	return a->c_iflag == b->c_iflag && a->c_oflag == b->c_oflag &&
	       a->c_cflag == b->c_cflag && a->c_lflag == b->c_lflag &&
	       cfgetispeed(a) == cfgetispeed(b) && cfgetospeed(a) == cfgetospeed(b) &&
	       !memcmp(a->c_cc, b->c_cc, sizeof(a->c_cc));
}

int tty_set_mode(int fd, const struct termios *t)
{
	struct termios now;

	/* Never TCSADRAIN: with CRTSCTS and CTS low it waits for ever. */
	if (tcsetattr(fd, TCSANOW, t) < 0 || tcgetattr(fd, &now) < 0)
		return -errno;
	return tty_mode_equal(t, &now) ? 0 : -EIO;
}

/* ---- line discipline ---- */

int tty_set_ldisc(int fd, int ldisc)
{
	return ioctl(fd, TIOCSETD, &ldisc) < 0 ? -errno : 0;
}

int tty_get_ldisc(int fd)
{
	int ldisc;

	return ioctl(fd, TIOCGETD, &ldisc) < 0 ? -errno : ldisc;
}

int tty_put_back(int fd, int ldisc, const struct termios *t)
{
	int err, err_mode;

	tcflush(fd, TCOFLUSH);	/* TIOCSETD would wait for the output to drain */
	err = tty_set_ldisc(fd, ldisc);
	err_mode = tcsetattr(fd, TCSANOW, t) < 0 ? -errno : 0;
	return err ? err : err_mode;
}

bool tty_is_gone(int fd)
{
	struct pollfd pfd = { .fd = fd };

	return poll(&pfd, 1, 0) == 1 && pfd.revents & (POLLHUP | POLLERR);
}
