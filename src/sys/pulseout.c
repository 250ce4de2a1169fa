// SPDX-License-Identifier: GPL-2.0-or-later
/* RTS or DTR of a port as an output, moved by the clock. */
#include "pulseout.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "tty.h"

#define CLOCKS_TRIES 4
#define CLOCKS_NEAR_NS INT64_C(5000)

/* ---- the clocks ---- */

static int64_t clock_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

/* The nearest of some tries: between two readings we may lose the processor. */
void pulseout_clocks(struct clocks *now)
{
	int64_t nearest_ns = INT64_MAX;

	for (int i = 0; i < CLOCKS_TRIES && nearest_ns > CLOCKS_NEAR_NS; i++) {
		const int64_t before_ns = clock_ns(CLOCK_MONOTONIC);
		const int64_t real_ns = clock_ns(CLOCK_REALTIME);
		const int64_t took_ns = clock_ns(CLOCK_MONOTONIC) - before_ns;

		if (took_ns >= nearest_ns)
			continue;
		nearest_ns = took_ns;
		now->real_ns = real_ns;
		now->mono_ns = before_ns + took_ns / 2;
	}
}

int pulseout_sleep(int64_t mono_ns, int64_t *late_ns)
{
	const struct timespec t = { mono_ns / NS_PER_S, mono_ns % NS_PER_S };
	const int err = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);

	*late_ns = clock_ns(CLOCK_MONOTONIC) - mono_ns;
	return -err;
}

/* ---- the line ---- */

/* TIOCMBIS and TIOCMBIC, not TIOCMSET: the other line is none of our business. */
static int drive(const struct pulseout *o, bool high)
{
	return ioctl(o->fd, high ? TIOCMBIS : TIOCMBIC, &o->line) < 0 ? -errno : 0;
}

int pulseout_begin(const struct pulseout *o, int64_t call_ns, int64_t late_ns,
		   struct bracket *b)
{
	const int64_t begun_ns = clock_ns(CLOCK_REALTIME);
	int err;

	b->before_ns = begun_ns;
	while (b->before_ns < call_ns) {
		b->before_ns = clock_ns(CLOCK_REALTIME);
		if (b->before_ns < begun_ns)
			return -EAGAIN;
	}
	if (b->before_ns - call_ns > late_ns)
		return -ETIME;
	err = drive(o, !o->inverted);
	b->after_ns = clock_ns(CLOCK_REALTIME);
	b->mono_ns = clock_ns(CLOCK_MONOTONIC) - (b->after_ns - b->before_ns);
	return err;
}

int pulseout_end(const struct pulseout *o, int64_t mono_ns)
{
	while (clock_ns(CLOCK_MONOTONIC) < mono_ns)
		;	/* a moment: the caller has slept */
	return drive(o, o->inverted);
}

/* ---- the port ---- */

/*
 * Nothing else moves the line (no CRTSCTS), no carrier hangs it up (CLOCAL), nothing that
 * arrives is taken or echoed (no CREAD, no ECHO).
 */
static int set_mode(struct pulseout *o)
{
	const speed_t found = cfgetospeed(&o->found);
	struct termios mode;

	tty_ntpd_mode(&mode, &o->found, found == B0 ? B9600 : found);
	mode.c_cflag &= ~(tcflag_t)CREAD;
	mode.c_cflag |= HUPCL;
	mode.c_lflag = 0;
	o->changed = true;	/* a part of it may have been taken */
	if (tcsetattr(o->fd, TCSANOW, &mode) < 0 || tcgetattr(o->fd, &mode) < 0)
		return -errno;
	/* some drivers keep bits of their own, which do no harm; these two would */
	return (mode.c_cflag & (CLOCAL | CRTSCTS)) == CLOCAL ? 0 : -EIO;
}

static int prepare(struct pulseout *o)
{
	int lines, err;

	if (ioctl(o->fd, TIOCMGET, &lines) < 0)
		return -errno;
	err = drive(o, o->inverted);
	if (err)
		return err;
	if (tcgetattr(o->fd, &o->found) < 0 || ioctl(o->fd, TIOCEXCL) < 0)
		return -errno;
	err = set_mode(o);
	return err ? err : drive(o, o->inverted);
}

int pulseout_open(struct pulseout *o, const char *tty, int line, bool inverted)
{
	int err;

	memset(o, 0, sizeof(*o));
	o->line = line;
	o->inverted = inverted;
	o->fd = tty_open(tty);
	if (o->fd < 0) {
		err = o->fd;
		o->fd = -1;
		return err;
	}
	err = prepare(o);
	if (err)
		pulseout_close(o);
	return err;
}

int pulseout_close(struct pulseout *o)
{
	int err, err_mode = 0;

	if (o->fd < 0)
		return 0;
	err = drive(o, false);
	if (o->changed && tcsetattr(o->fd, TCSANOW, &o->found) < 0)
		err_mode = -errno;
	ioctl(o->fd, TIOCNXCL);		/* with another descriptor of the same port it would stay */
	close(o->fd);
	o->fd = -1;
	return err ? err : err_mode;
}
