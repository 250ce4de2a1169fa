// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is seen of a held port at one moment, and what two moments tell.  Nothing
 * here asks TIOCMGET, which would take an edge's place (serial8250_modem_status(),
 * drivers/tty/serial/8250/8250_port.c).
 */
#include "hold.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <linux/serial.h>
#include <time.h>
#include <unistd.h>

#include "../sys/tty.h"

bool look_read_sysfs(const struct hold *hold, const char *name, unsigned long *value)
{
	char path[HANDOVER_NAME_MAX + 40], text[24];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/sys/class/tty/%s/%s", hold->h.tty, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;	/* a USB adapter has none of them */
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	*value = strtoul(text, NULL, 0);
	return true;
}

void look_at(const struct hold *hold, struct look *now)
{
	struct serial_icounter_struct count;
	struct termios mode;

	now->at_ns = hold_now_ns();
	now->has_edges = hold->h.pps[0] &&	/* else the pulse is another port's matter */
			 hold_read_edges(hold, &now->assert_edge, &now->clear_edge) == 0;
	now->has_counts = ioctl(hold->h.tty_fd, TIOCGICOUNT, &count) == 0;
	if (now->has_counts) {
		now->rx = (uint32_t)count.rx;
		now->dcd = (uint32_t)count.dcd;
	}
	now->has_flags = look_read_sysfs(hold, "flags", &now->flags);
	now->ldisc = tty_get_ldisc(hold->h.tty_fd);
	now->has_speed = !hold->pauser && tcgetattr(hold->h.tty_fd, &mode) == 0;
	if (now->has_speed)
		now->speed = cfgetospeed(&mode);
}

/* ---- two of them ---- */

/* Counted since the last look; a new device of the same name counts from 0. */
static uint32_t edges(const struct stamp *last, const struct stamp *now)
{
	return now->seq >= last->seq ? now->seq - last->seq : now->seq;
}

/* Both edges may be captured, or one of them, and it may be either. */
uint32_t look_pulses(const struct look *last, const struct look *now)
{
	const uint32_t asserts = edges(&last->assert_edge, &now->assert_edge);
	const uint32_t clears = edges(&last->clear_edge, &now->clear_edge);

	return asserts > clears ? asserts : clears;
}

bool look_is_anew(const struct look *last, const struct look *now)
{
	return now->assert_edge.seq < last->assert_edge.seq ||
	       now->clear_edge.seq < last->clear_edge.seq;
}

const struct stamp *look_newest(const struct look *l)
{
	return l->clear_edge.time_ns > l->assert_edge.time_ns ? &l->clear_edge : &l->assert_edge;
}

int64_t look_age_ns(const struct stamp *assert_edge, const struct stamp *clear_edge)
{
	const int64_t newest_ns = clear_edge->time_ns > assert_edge->time_ns ?
				  clear_edge->time_ns : assert_edge->time_ns;
	struct timespec t;
	int64_t age_ns;

	if (!newest_ns)
		return -1;
	clock_gettime(CLOCK_REALTIME, &t);
	age_ns = t.tv_sec * NS_PER_S + t.tv_nsec - newest_ns;
	return age_ns > 0 ? age_ns : 0;
}

int64_t look_pulse_ns(const struct look *now)
{
	const int64_t age_ns = look_age_ns(&now->assert_edge, &now->clear_edge);

	return now->at_ns - (age_ns > WATCH_PERIOD_NS ? WATCH_PERIOD_NS : age_ns);
}
