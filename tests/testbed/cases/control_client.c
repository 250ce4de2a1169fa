// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * control_client TTY LINE [SECONDS]: one request to a holder, its reply on
 * stdout; then the connection stays open for so many seconds.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sys/control.h"

int main(int argc, char **argv)
{
	char reply[CONTROL_REPLY_MAX];
	int fd, err;

	if (argc < 3)
		return 2;
	fd = control_open(argv[1]);
	err = fd < 0 ? fd : control_ask(fd, argv[2], reply, sizeof(reply), CONTROL_TIMEOUT_MS);
	if (err) {
		printf("%s\n", strerror(-err));
		return 1;
	}
	fputs(reply, stdout);
	fflush(stdout);
	if (argc > 3)
		sleep((unsigned int)atoi(argv[3]));
	control_close(fd);
	return 0;
}
