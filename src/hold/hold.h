/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gpsppsctl-hold: keeps a port attached.  A program of its own, libc only, as
 * it stays for years; it does nothing but wait: for a hang-up, a signal, a
 * request.  No heap, no stdio on its way.
 */
#ifndef GPSPPSCTL_HOLD_H
#define GPSPPSCTL_HOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "../measure.h"
#include "../sys/handover.h"

#define CLIENTS_MAX 4
#define REQUEST_MAX 64
#define WAIT_FOR_EVER (-1)

struct client {
	int fd;			/* -1: free */
	size_t n;		/* bytes of a request not yet whole */
	char request[REQUEST_MAX];
	int64_t heard_ns;	/* CLOCK_BOOTTIME of its last word */
};

enum meter_state {
	METER_SHAPE,		/* waits for a pair of edges */
	METER_ALIGN,		/* waits for the next pulse */
	METER_BURST,		/* watches the receive counter for a second */
	METER_DONE,
};

/* Measures the receiver once, in the first seconds while both edges are captured. */
struct meter {
	enum meter_state state;
	int64_t due_ns;			/* CLOCK_BOOTTIME of the next step */
	int64_t pulse_ns;		/* CLOCK_BOOTTIME of the pulse that the burst follows */
	unsigned int steps;
	struct stamp last_assert, last_clear;
	struct pulse_shape shape;
	int64_t shape_at_ns;
	struct burst burst;
	int64_t burst_at_ns;		/* 0: not measured */
};

struct hold {
	struct handover h;
	int64_t since_ns;		/* CLOCK_BOOTTIME */
	int signal_fd;
	struct client clients[CLIENTS_MAX];
	struct client *pauser;		/* who works on the port now, or NULL */
	struct client *detacher;	/* who waits for the end, or NULL */
	bool end;			/* put the port back and go */
	struct meter meter;
};

int64_t hold_now_ns(void);		/* CLOCK_BOOTTIME */

/*
 * The last stamps by sysfs.  0 or -errno; an edge that cannot be seen is {0, 0}.
 */
int hold_read_edges(const struct hold *hold, struct stamp *assert_edge,
		    struct stamp *clear_edge);

/* server.c: requests.  Nothing here ever waits for a client. */
void server_accept(struct hold *hold);
void server_hear(struct hold *hold, struct client *client);
/* "ok" to who asked for the end. */
void server_farewell(struct hold *hold);

/* status.c: the reply to "status", ended by its empty line.  Its length. */
size_t status_write(const struct hold *hold, char *buf, size_t size);

/* meter.c */
void meter_init(struct hold *hold);
/* Milliseconds until meter_step() is due, or WAIT_FOR_EVER. */
int meter_timeout_ms(const struct hold *hold);
void meter_step(struct hold *hold);

#endif
