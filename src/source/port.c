// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A port whose modem lines are watched.  Nothing of it is changed: the open raises DTR
 * and RTS, and the last close lowers them where HUPCL is set, which is as it was before.
 */
#include "kind.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

int port_line_bit(enum source_line line)
{
	static const int bits[] = {
		[LINE_DCD] = TIOCM_CAR,
		[LINE_CTS] = TIOCM_CTS,
		[LINE_DSR] = TIOCM_DSR,
		[LINE_RI] = TIOCM_RNG,
	};

	return bits[line];
}

int port_open(struct source *s)
{
	s->fd = open(s->wish.path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	return s->fd < 0 ? -errno : 0;
}
