/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the daemon that reads a port says of its receiver: for where nobody else may
 * listen.  Pure.
 */
#ifndef GPSPPSCTL_DAEMON_RECEIVER_SAID_H
#define GPSPPSCTL_DAEMON_RECEIVER_SAID_H

#include "daemon.h"

struct receiver_said {
	const struct daemon *by;	/* NULL: none says anything */
	struct fact fix;		/* 1 or 0; absent: not told */
	struct fact satellites;		/* used */
};

/* By gpsd's TPV and SKY, or by the last sentence that ntpd took. */
void daemon_receiver_said(const struct port_facts *f, struct receiver_said *r);

#endif
