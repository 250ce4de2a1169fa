// SPDX-License-Identifier: GPL-2.0-or-later
/* Work on a port for a while and give it back as it was found. */
#include "borrow.h"

#include <errno.h>
#include <linux/serial.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "control.h"
#include "tty.h"

#define WRITE_TIMEOUT_MS 1000
#define FIFO_CHARS 32		/* a UART hands these over at once, whatever the speed */

static int control_says(int control, const char *line)
{
	char reply[CONTROL_REPLY_MAX];

	return control_ask(control, line, reply, sizeof(reply), CONTROL_TIMEOUT_MS);
}

/* Reading without lines and their editing; the UART sees none of it. */
static void raw_reading(struct termios *t)
{
	t->c_lflag = 0;
	t->c_iflag &= ~(tcflag_t)ICRNL;	/* a CR may be data: of a packet, of an inverted line */
	memset(t->c_cc, 0, sizeof(t->c_cc));
	t->c_cc[VMIN] = 1;	/* 0 would make a read without data look like a hang-up */
}

static void set_speed(struct termios *t, speed_t speed)
{
	cfsetispeed(t, speed);
	cfsetospeed(t, speed);
}

static void free_mode(struct borrow *b, speed_t speed)
{
	tty_ntpd_mode(&b->ours, &b->found, speed);
	raw_reading(&b->ours);
}

static int prepare(struct borrow *b, unsigned int baud)
{
	if (tcgetattr(b->fd, &b->found) < 0)
		return -errno;
	b->ours = b->found;
	b->baud = tty_baud(cfgetispeed(&b->found));
	switch (b->how) {
	case BORROW_FREE:
		return borrow_set_baud(b, baud);
	case BORROW_HELD:
		raw_reading(&b->ours);
		return tty_set_mode(b->fd, &b->ours);
	case BORROW_BESIDE:
		break;
	}
	return 0;
}

int borrow_open(struct borrow *b, const char *tty, enum borrow_how how, unsigned int baud,
		int control)
{
	int err;

	*b = (struct borrow){ .how = how, .control = control };
	b->fd = tty_open(tty);
	if (b->fd < 0) {
		control_close(control);
		return b->fd;
	}
	err = prepare(b, baud);
	if (err)
		borrow_close(b);
	return err;
}

void borrow_close(struct borrow *b)
{
	struct termios now;

	if (b->fd < 0)
		return;
	/* a daemon that opened the port meanwhile has set its own mode: leave it */
	if (b->how != BORROW_BESIDE && tcgetattr(b->fd, &now) == 0 &&
	    tty_mode_equal(&now, &b->ours))
		tcsetattr(b->fd, TCSANOW, &b->found);
	close(b->fd);
	b->fd = -1;
	if (b->control >= 0)
		control_says(b->control, "resume");
	control_close(b->control);
	b->control = -1;
}

int borrow_set_baud(struct borrow *b, unsigned int baud)
{
	speed_t speed = tty_speed(baud);
	int err;

	if (b->how == BORROW_BESIDE)
		return -EBUSY;
	if (speed == B0)
		return -EINVAL;
	if (b->how == BORROW_FREE)
		free_mode(b, speed);
	set_speed(&b->ours, speed);
	err = tty_set_mode(b->fd, &b->ours);
	if (!err)
		b->baud = baud;
	return err;
}

int borrow_keep_speed(struct borrow *b)
{
	char line[32], reply[CONTROL_REPLY_MAX];

	if (b->how != BORROW_HELD)
		return 0;
	set_speed(&b->found, tty_speed(b->baud));
	if (b->control < 0)
		return 0;
	snprintf(line, sizeof(line), "speed %u", b->baud);
	return control_ask(b->control, line, reply, sizeof(reply), CONTROL_TIMEOUT_MS);
}

static void sleep_ms(int ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	nanosleep(&t, NULL);
}

int borrow_skip_step(struct borrow *b)
{
	int at_line_speed = (int)(b->baud / 10 * BORROW_SKIP_MS / 1000) * 2 + FIFO_CHARS;
	int waiting;

	if (ioctl(b->fd, FIONREAD, &waiting) < 0 || tcflush(b->fd, TCIFLUSH) < 0)
		return -errno;
	return waiting > at_line_speed;
}

int borrow_skip_to_now(struct borrow *b)
{
	int more = borrow_skip_step(b);

	/*
	 * TCIFLUSH empties the line discipline's buffer alone; the driver's then
	 * pours into it, faster than the line could.  Until it no longer does.
	 */
	for (int i = 0; i < BORROW_SKIP_STEPS_MAX && more >= 0; i++) {
		sleep_ms(BORROW_SKIP_MS);
		more = borrow_skip_step(b);
		if (!more)
			break;
	}
	return more < 0 ? more : 0;
}

ssize_t borrow_read(struct borrow *b, void *buf, size_t size, int timeout_ms)
{
	struct pollfd pfd = { .fd = b->fd, .events = POLLIN };
	ssize_t n;

	if (b->how == BORROW_BESIDE)
		pfd.events = 0;		/* only wait, and see a hang-up */
	n = poll(&pfd, 1, timeout_ms);
	if (n < 0 && errno != EINTR)
		return -errno;
	if (n <= 0)
		return 0;
	if (pfd.revents & POLLIN) {
		n = read(b->fd, buf, size);
		if (n > 0)
			return n;
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return 0;
	}
	return -ENODEV;		/* end of file, EIO, POLLHUP, POLLERR, POLLNVAL */
}

int borrow_write(struct borrow *b, const void *bytes, size_t len)
{
	struct pollfd pfd = { .fd = b->fd, .events = POLLOUT };
	const char *p = bytes;
	ssize_t n;

	while (len) {
		n = write(b->fd, p, len);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return errno == EIO ? -ENODEV : -errno;
		if (n > 0) {
			p += n;
			len -= (size_t)n;
			continue;
		}
		n = poll(&pfd, 1, WRITE_TIMEOUT_MS);
		if (n == 0)
			return -ETIMEDOUT;
		if (n < 0 && errno != EINTR)
			return -errno;
	}
	return 0;
}

int borrow_rx(struct borrow *b, uint64_t *rx)
{
	struct serial_icounter_struct count;

	if (ioctl(b->fd, TIOCGICOUNT, &count) < 0)
		return -errno;
	*rx = (uint32_t)count.rx;
	return 0;
}
