/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a daemon has, wants and may open: shared by the checks of rights and of what runs. */
#ifndef GPSPPSCTL_CHECK_ACCESS_H
#define GPSPPSCTL_CHECK_ACCESS_H

#include "../daemon/daemon.h"
#include "check.h"

#define CAP_SYS_TIME_BIT 25	/* include/uapi/linux/capability.h */

/* Would the kernel let it open the node for reading and writing?  Yes when that is not known. */
bool access_may_open(const struct process_fact *p, const struct node_fact *node);
/* False only where its capabilities are known. */
bool access_may_set_clock(const struct daemon *d);

/*
 * One of the port's two devices, and the clock that wants it.  Two of a daemon's
 * processes count as one: chronyd -F 1 has a helper that opens nothing.
 */
struct access {
	const struct daemon *daemon;
	const struct daemon_clock *clock;
	const char *node;		/* "ttyS1", "pps0" */
	const struct node_fact *rights;
	enum log_what refusal;		/* LOG_PORT_NOT_OPENED or LOG_PULSE_NOT_OPENED */
	struct fact open;		/* 1 or 0; refused */
	bool was_there;			/* the pulse's device, when the daemon started */
};

/* Whatever it is configured for: 1, 0 or refused.  The node is the port's or its pulse's. */
struct fact access_has_open(const struct port_facts *f, const struct daemon *d,
			    const char *node);

enum access_what { ACCESS_PORT, ACCESS_PULSE };

/*
 * What this daemon wants of the port, whether it runs or not.  False: nothing, or its
 * path does not lead here (then the links are at fault).
 */
bool access_of(const struct port_facts *f, const struct daemon *d, enum access_what what,
	       struct access *a);
/* The newest line of its log that says why it did not open it, or NULL. */
const struct logline *access_refusal(const struct access *a);
/* It runs, and it is the node's mode and owners that keep it out. */
bool access_is_shut_out(const struct access *a);
/* What was seen of it: "/dev/pps0 is mode 0600, ... ntpd[731] runs as user 106 ..." */
void access_shut_out_text(const struct process_fact *p, const char *node,
			  const struct node_fact *rights, struct finding *out);

/* The i-th daemon of the machine that has to do with this port, from *i on; NULL: no more. */
const struct daemon *access_next(const struct port_facts *f, size_t *i);

/* It does not run, and one that runs takes the port in its place: its log is of no matter. */
bool access_is_leftover(const struct port_facts *f, const struct daemon *d);

/* The fix is to start it anew; a cure where its unit is known. */
void access_fix_restart(const struct daemon *d, struct finding *out);

#endif
