// SPDX-License-Identifier: GPL-2.0-or-later
/* What befalls a held port: hold_tool flags-off|rearm TTY, hold_tool ldisc TTY N. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <linux/serial.h>

#include "sys/rearm.h"
#include "sys/tty.h"

/* As a program does that writes back what it has read before the port was attached. */
static int flags_off(int fd)
{
	struct serial_struct serial;

	if (ioctl(fd, TIOCGSERIAL, &serial) < 0)
		return -1;
	serial.flags &= ~0x800;
	return ioctl(fd, TIOCSSERIAL, &serial);
}

int main(int argc, char **argv)
{
	int err, fd;

	if (!strcmp(argv[1], "rearm")) {
		err = rearm_port(argv[2]);
		if (err)
			fprintf(stderr, "%s\n", strerror(-err));
		return err != 0;
	}
	fd = tty_open(argv[2]);
	if (fd < 0)
		return 1;
	return (argc > 3 ? tty_set_ldisc(fd, atoi(argv[3])) : flags_off(fd)) != 0;
}
