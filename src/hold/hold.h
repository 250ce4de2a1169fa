/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gpsppsctl-hold: keeps ports attached.  A program of its own, libc only, as
 * it stays for years; it does nothing but wait: for a hang-up, a signal, a
 * request.  No heap, no stdio on its way.
 */
#ifndef GPSPPSCTL_HOLD_H
#define GPSPPSCTL_HOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <termios.h>

#include "../measure.h"
#include "../remedy.h"
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

/* What is seen at one moment. */
struct look {
	int64_t at_ns;			/* CLOCK_BOOTTIME */
	bool has_edges, has_counts, has_flags, has_speed;
	struct stamp assert_edge, clear_edge;
	uint32_t rx, dcd;		/* TIOCGICOUNT */
	unsigned long flags;		/* sysfs */
	int ldisc;			/* or -errno */
	speed_t speed;
};

/* Less than one wake-up in 10 s, whatever else there is to wake us. */
#define WATCH_PERIOD_NS (12 * NS_PER_S)

struct watch {
	int64_t due_ns;			/* CLOCK_BOOTTIME of the next look */
	struct look last;
	int64_t pulse_ns, heard_ns;	/* of the last pulse and character; 0: none yet */
	speed_t speed;			/* the last one without a pause */
	bool is_lost, is_silent;	/* and it was noted */
	bool had_pps;			/* the pulse came by N_PPS on this port, as we began */
	bool had_flag;			/* the driver has one for DCD, and it was set */
};

struct heal {
	struct remedy_past past;
	enum remedy pending;		/* done, and the pulse is awaited */
	int64_t until_ns;		/* CLOCK_BOOTTIME: so long */
	char was[HANDOVER_NAME_MAX];	/* the source before the present one, */
	bool is_new;			/* of which nobody was told yet */
	bool is_told;			/* that the pulse stays lost */
	bool has_node;			/* group and mode of /dev/ppsN are known */
	gid_t node_gid;
	mode_t node_mode;
};

/* Since the port is held. */
struct tally {
	uint32_t losses, heals;		/* of the pulse; and before it was lost, too */
	uint32_t reattached;		/* times that there is a new ppsN */
	int64_t lost_ns;		/* CLOCK_BOOTTIME since when it is lost; 0: it is not */
};

#define EVENT_LINE_MAX 200
#define EVENT_WHO_MAX 48
#define EVENTS_KEPT 100
#define EVENTS_MOST 120		/* then it is cut to EVENTS_KEPT */
#define EVENTS_PATH_MAX (HANDOVER_PATH_MAX + 40)

struct events {
	char path[EVENTS_PATH_MAX];
	unsigned int lines;
};

#define TASKS_MAX 4
#define TASK_VERB_MAX 16

/* A program to be run beside the holder. */
struct task {
	char verb[TASK_VERB_MAX];	/* systemctl's; "": gpsppsctl diag */
	char units[HANDOVER_UNITS_MAX];
};

/* One runs at a time, the first; the others wait for their turn. */
struct tasks {
	unsigned int n;
	struct task v[TASKS_MAX];
	pid_t pid;			/* of the first; 0: it does not run (yet) */
	int out_fd;			/* what it prints, or -1 */
	int64_t due_ns;			/* CLOCK_BOOTTIME: its time is over */
	bool was_killed, has_no_systemd;	/* and it was noted */
};

/* As in cmd/cmd.h, which is no header of ours. */
enum { EXIT_DONE = 0, EXIT_TROUBLE = 2, EXIT_GONE = 3 };

/* One port. */
struct hold {
	struct handover_port h;
	bool is_daemon;
	int links_fd;			/* the directory of its links, or -1: not ours */
	int64_t since_ns;		/* CLOCK_BOOTTIME */
	struct client clients[CLIENTS_MAX];
	struct client *pauser;		/* who works on the port now, or NULL */
	struct client *detacher;	/* who waits for the end, or NULL */
	bool end;			/* a client wants the port put back */
	bool has_ended;			/* and left */
	struct meter meter;
	struct watch watch;
	struct heal heal;
	struct tally tally;
	struct events events;
	struct tasks tasks;
	bool has_metrics_trouble;	/* and it was noted */
	const char *program;		/* gpsppsctl's path, or "" */
};

/* All of them, in one process. */
struct holder {
	unsigned int n;
	int signal_fd;
	bool is_daemon;
	int code;			/* to exit with */
	char program[HANDOVER_PROGRAM_MAX];
	/* last: of pages that nobody touches there are none */
	struct hold ports[HANDOVER_PORTS_MAX];
};

/* privileges.c: after this the holder is uid 0 without its rights.  It never fails. */
void privileges_drop(const struct holder *all);

/* start.c: 0 or -errno; -EPROTO when the descriptor is no handover of ours. */
int holder_receive(struct holder *all, int fd);
int holder_start(struct holder *all);
/* The next port that has not ended; after NULL the first, after the last NULL. */
struct hold *holder_next(struct holder *all, struct hold *hold);

/* port.c */
int64_t hold_now_ns(void);		/* CLOCK_BOOTTIME */
/* One line to who may read it: the terminal or the journal, or syslog. */
__attribute__((format(printf, 2, 3)))
void hold_say(const struct hold *hold, const char *fmt, ...);
/* An event that is worth a line in the log, too. */
__attribute__((format(printf, 3, 4)))
void hold_tell(struct hold *hold, const char *what, const char *fmt, ...);
/* The reverse of attach, for whatever reason.  An exit code. */
int hold_put_back(struct hold *hold);
/* After a hang-up there is nothing to put back.  EXIT_GONE. */
int hold_gone(struct hold *hold);

/*
 * The last stamps by sysfs.  0 or -errno; an edge that cannot be seen is {0, 0}.
 */
int hold_read_edges(const struct hold *hold, struct stamp *assert_edge,
		    struct stamp *clear_edge);

/* The source that has our port's path.  0, -ENODEV or -ENAMETOOLONG. */
int hold_find_source(const struct hold *hold, char *pps, size_t size);
/* Remember whose the source's node is, as attach has left it. */
void hold_note_node(struct hold *hold);
/* Another source is ours from now on: its node and, where links are ours, its link.  0 or -errno. */
int hold_use_source(struct hold *hold, const char *pps);
/* Where the table has bind=: the kernel's clock uses the present source. */
void hold_bind(struct hold *hold);

/* server.c: requests.  Nothing here ever waits for a client. */
void server_accept(struct hold *hold);
void server_hear(struct hold *hold, struct client *client);
pid_t server_peer(const struct client *client);	/* 0: not known */
/* "ok" to who asked for the end; nobody is served any more. */
void server_end(struct hold *hold);

/* status.c: the reply to "status", ended by its empty line.  Its length. */
size_t status_write(const struct hold *hold, char *buf, size_t size);

/* meter.c */
void meter_init(struct hold *hold);
void meter_restart(struct hold *hold);	/* of a new source, which captures both edges */
void meter_again(struct hold *hold);	/* the burst; the pulse has the shape it had */
/* Milliseconds until meter_step() is due, or WAIT_FOR_EVER. */
int meter_timeout_ms(const struct hold *hold);
void meter_step(struct hold *hold);

/* look.c */
void look_at(const struct hold *hold, struct look *now);
/* A number in a file of /sys/class/tty/TTY; false: there is none. */
bool look_read_sysfs(const struct hold *hold, const char *name, unsigned long *value);
/* How many there were from one look to the next. */
uint32_t look_pulses(const struct look *last, const struct look *now);
/* Another device of the same name: counters never go back. */
bool look_is_anew(const struct look *last, const struct look *now);
const struct stamp *look_newest(const struct look *l);
/*
 * Since the newer of two edges; -1: there was none.  They are stamped in
 * CLOCK_REALTIME: a stepped clock can falsify it.
 */
int64_t look_age_ns(const struct stamp *assert_edge, const struct stamp *clear_edge);
/* When the last one was; CLOCK_BOOTTIME.  Falsified by one period at most. */
int64_t look_pulse_ns(const struct look *now);

/* heal.c */
void heal_init(struct hold *hold);
/* Do what is to be done.  True: something was, and the port is to be looked at anew. */
bool heal_step(struct hold *hold, const struct remedy_facts *f);
/* Pulses come: true when it is our doing, which was told then. */
bool heal_has_worked(struct hold *hold, long lost_s);

/* watch.c: a look in 12 s, a note of what has changed, and what is done about it. */
void watch_init(struct hold *hold);
int watch_timeout_ms(const struct hold *hold);
void watch_step(struct hold *hold);

/*
 * task.c: programs that run beside the holder.  Nobody waits for them; who runs
 * for longer than 30 s is killed.
 */
/*
 * systemctl VERB ("start", "try-restart") of the units in a comma-separated list;
 * nothing when it is "".
 */
void task_units(struct hold *hold, const char *verb, const char *units);
/* gpsppsctl diag of this port: the event "cause ID: HEADLINE", and a line for the log. */
void task_cause(struct hold *hold);
/* Milliseconds until task_step() is due, or WAIT_FOR_EVER. */
int task_timeout_ms(const struct hold *hold);
void task_step(struct hold *hold);
/* A child has ended, maybe this port's. */
void task_reap(struct hold *hold);
/* The port is let go: nothing new is begun.  What systemctl has begun it may finish. */
void task_end(struct hold *hold);

/* metrics.c: the file of metrics=, anew after each look; and away at the end. */
void metrics_write(struct hold *hold);
void metrics_remove(const struct hold *hold);

/*
 * handles.c: tell who holds a handle of a PPS source that is gone, such as "pps0".
 * False: nobody that we may look at.
 */
bool handles_tell(struct hold *hold, const char *pps);

/*
 * events.c: the file beside the socket (control.h).  events_open() finds out
 * where it is and whether the last holder has told its end: false, it was killed.
 */
bool events_open(struct hold *hold);
__attribute__((format(printf, 3, 4)))
void events_note(struct hold *hold, const char *what, const char *fmt, ...);
/* "systemd[1]" */
void events_who(pid_t pid, char *buf, size_t size);

#endif
