/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What attach leaves to gpsppsctl-hold: it is written into a sealed memfd whose
 * number is the holder's argument, so that the process (its pid, its place
 * under the service manager) stays the same.
 */
#ifndef GPSPPSCTL_HANDOVER_H
#define GPSPPSCTL_HANDOVER_H

#include <stdint.h>
#include <termios.h>

#include "../measure.h"

#define HANDOVER_MAGIC 0x67707073u	/* "gpps" */
#define HANDOVER_VERSION 4

#define HANDOVER_PORTS_MAX 16	/* as many as the kernel has PPS sources: PPS_MAX_SOURCES */

#define HANDOVER_NAME_MAX 32
#define HANDOVER_PATH_MAX 64
#define HANDOVER_UNITS_MAX 128	/* systemd units, comma separated */
#define HANDOVER_FILE_MAX 128
#define HANDOVER_PROGRAM_MAX 256

enum links_mode {
	LINKS_SELF,		/* we made them, we take them away */
	LINKS_UDEV,		/* udev did, for a line of the table */
	LINKS_UDEV_RUNTIME,	/* udev did, for a line of ours (udev.h) */
};

enum hold_flags {
	HOLD_DAEMON = 1,	/* no terminal: say it to syslog; SIGHUP means nothing */
};

struct handover_port {
	int32_t tty_fd;
	int32_t control_fd;			/* bound and listening */
	char socket[HANDOVER_PATH_MAX + 32];	/* its path, to be removed at the end */
	char tty[HANDOVER_NAME_MAX];		/* "ttyS0" */
	char pps[HANDOVER_NAME_MAX];		/* "pps0" */
	uint32_t unit, baud;
	uint32_t links;				/* enum links_mode */
	uint32_t no_pulse;			/* its DCD has none: pps is another source, or "" */
	uint32_t no_sentences;			/* no characters are expected */
	char gps_link[HANDOVER_PATH_MAX];	/* "/dev/gps0", or "" */
	char pps_link[HANDOVER_PATH_MAX];	/* "/dev/gpspps0", or "" */
	struct termios mode;			/* what the port is kept at */
	struct termios saved;			/* what it goes back to */
	int32_t ldisc;				/* the same */
	struct pulse_shape shape;		/* if attach has seen a pulse */
	int64_t shape_at_ns;			/* CLOCK_BOOTTIME */
	uint32_t needs_flag;			/* armed by TIOCSSERIAL alone */
	int32_t latency_fd;			/* of latency.h, to be kept open; 0: none */
	uint32_t bind;				/* the kernel's clock uses its pulse: enum pulse_edge */
	/* of the table's line; "": none */
	char restart[HANDOVER_UNITS_MAX];	/* when there is a new PPS source */
	char on_lost[HANDOVER_UNITS_MAX];	/* started when the pulse is lost, */
	char on_back[HANDOVER_UNITS_MAX];	/* and when it is back */
	char metrics[HANDOVER_FILE_MAX];	/* a file for Prometheus */
};

struct handover {
	uint32_t magic, version, size;
	uint32_t flags;				/* enum hold_flags */
	uint32_t n;				/* ports, from 1; what follows them is not handed over */
	char program[HANDOVER_PROGRAM_MAX];	/* gpsppsctl itself, or "" */
	struct handover_port ports[HANDOVER_PORTS_MAX];
};

/* Returns a sealed memfd (close-on-exec) or -errno.  Fills magic, version and size. */
int handover_write(struct handover *h);

/* Read and check it.  0, -EPROTO when it is none of ours, or -errno. */
int handover_read(int fd, struct handover *h);

#endif
