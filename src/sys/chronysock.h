/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * chrony's `refclock SOCK PATH`: a datagram socket that chronyd makes when it starts.
 * Datagrams are sent by path, so a chronyd that was restarted is met again by itself.
 */
#ifndef GPSPPSCTL_CHRONYSOCK_H
#define GPSPPSCTL_CHRONYSOCK_H

#include <sys/un.h>

#include "../feeder.h"

struct chronysock {
	int fd;			/* -1: none */
	struct sockaddr_un to;
};

/* 0, -ENAMETOOLONG or -errno.  Nobody needs to be there yet. */
int chronysock_open(struct chronysock *c, const char *path);
/*
 * Never waits.  0; -ENOENT, -ECONNREFUSED: chronyd is not there; -EACCES; -EAGAIN: it
 * does not read; -ENOTSOCK: the path is something else.
 */
int chronysock_send(struct chronysock *c, const struct sample *sample);
void chronysock_close(struct chronysock *c);

#endif
