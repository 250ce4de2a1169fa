/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of attach: the plan, the links, the pulse, the report, the holder. */
#ifndef GPSPPSCTL_ATTACH_H
#define GPSPPSCTL_ATTACH_H

#include <stdbool.h>
#include <stdint.h>

#include "../measure.h"
#include "../sys/handover.h"
#include "../sys/ppsport.h"
#include "../sys/probe.h"
#include "../sys/survey.h"
#include "../unittab.h"
#include "cmd.h"

struct attach_options {
	char **ports;		/* as typed, or as the table has them */
	size_t n;
	long unit;		/* -1: not said */
	long baud;		/* 0: not said */
	long wait_pulse_s;	/* 0: not said */
	long wait_port_s;	/* 0: not said */
	long wakeup_latency_us;	/* -1: not said */
	bool once, daemon, pulse_only, help, all;
	int left_out_code;	/* --all: why a port that is there could not be attached, or 0 */
};

struct attach_plan {
	char tty[HANDOVER_NAME_MAX];		/* "ttyS0" */
	char node[HANDOVER_NAME_MAX + 8];	/* "/dev/ttyS0" */
	struct port_list ports;			/* owns what `port` points to */
	const struct port *port;
	unsigned int unit, baud;
	unsigned int role;			/* ROLE_SENTENCES, ROLE_PULSE */
	enum unit_source source;		/* of the unit's pulse, ... */
	char pulse[UNIT_PORT_MAX];		/* as the table names it, ... */
	char pps[PPS_NAME_MAX];			/* and found, when it is SOURCE_NAMED; or "" */
	const char *baud_from;			/* "from /etc/ntp.conf" */
	enum links_mode links;
	char gps_link[HANDOVER_PATH_MAX], pps_link[HANDOVER_PATH_MAX];	/* or "" */
	bool gps_link_ours;			/* it led to this port before */
	struct holder daemon;			/* an ntpd that has the port already; pid 0: none */
	long wakeup_latency_us;			/* -1: leave the idle states alone */
	/* of the table's line, or "" */
	char restart[UNIT_RESTART_MAX], on_lost[UNIT_RESTART_MAX], on_back[UNIT_RESTART_MAX];
	char metrics[UNIT_PATH_MAX];
	enum pulse_edge bind;			/* the same; EDGE_UNKNOWN: not said */
	char holder[256];			/* path of gpsppsctl-hold */
};

/* What an attach has done so far, and has to undo. */
struct attaching {
	struct attach_plan plan;
	struct probe *probe;
	struct ppsport port;
	int latency_fd;			/* of latency.h; 0: none */
	int control_fd;
	char socket[HANDOVER_PATH_MAX + 32];
	bool announced, gps_linked, pps_linked;
	bool bound;		/* the kernel's clock uses its pulse */
	bool has_new_source;	/* of pulses: who had the last one open has a dead handle */
	/* the pulse, as far as it was waited for */
	bool looked, pulse_seen;
	int64_t pulse_after_ms;
	struct pulse_shape shape;
};

/*
 * attach_there.c, before the plan.  attach_read_table(): the ports of all lines
 * (--all), allocated.  attach_await_ports(): until they are there, of the table until
 * any is (--wait-port).  attach_leave_out(): only those that are there and are not
 * held stay; none may be left.  Each 0 or an exit code.
 */
int attach_read_table(const struct ctx *ctx, struct attach_options *o);
void attach_free_table(struct attach_options *o);
int attach_await_ports(struct probe *probe, const struct attach_options *o);
int attach_leave_out(struct probe *probe, const struct ctx *ctx, struct attach_options *o);

/*
 * attach_options.c: 0 or an exit code.  The ports point into argv; of --all there
 * are none yet.
 */
void attach_usage(void);
int attach_parse_options(int argc, char **argv, struct attach_options *o);
/* As many as the kernel has PPS sources? */
int attach_check_count(const struct attach_options *o);

/*
 * attach_plan.c: everything that can be known without touching port `nth` of the
 * options.  0 or an exit code.
 */
int attach_make_plan(const struct ctx *ctx, const struct attach_options *o, size_t nth,
		     struct probe *probe, struct attach_plan *plan);
void attach_free_plan(struct attach_plan *plan);

/*
 * attach_role.c: by the table's line for the port (NULL: it has none), whose roles are
 * in the plan already, else by the options.  0 or an exit code.
 */
int attach_choose_role(const struct ctx *ctx, const struct attach_options *o,
		       const struct unit *ours, struct probe *probe, struct attach_plan *plan);

/* attach.c: has a signal come that ends us?  All are held back until the end. */
bool attach_is_interrupted(void);

/* attach_latency.c: 0 or an exit code. */
int attach_hold_latency(struct attaching *a);
void attach_release_latency(struct attaching *a);

/*
 * attach_links.c: udev is told before the port is attached, as the pulse's "add"
 * event follows from that; the links come after.  0 or an exit code.
 */
int attach_tell_udev(struct attaching *a);
int attach_make_links(struct attaching *a);

/*
 * attach_bind.c, for the table's bind=: a kernel that refuses is no reason to go without
 * the port.  It is told, once.
 */
void attach_bind(struct attaching *a);
void attach_unbind(struct attaching *a);

/*
 * attach_pulse.c: 0, or an exit code: with --once and --daemon a pulse that does
 * not come is a no.
 */
int attach_await_pulse(struct attaching *a, const struct attach_options *o);

/* attach_report.c */
void attach_report(const struct attaching *a);
/* No pulse was seen: say so if the driver is known never to report one, or what is known of it. */
void attach_tell_driver(const struct attaching *a);
/* Why a step on the port failed; returns the exit code. */
int attach_step_failed(const struct attaching *a, int err);

/*
 * attach_hold.c: leave `n` ports to the holder.  attach_exec() returns only when
 * it could not (an exit code); attach_spawn() returns the holder's pid once it
 * answers, or -1.  Both say what went wrong.
 */
int attach_find_holder(struct attach_plan *plan);
int attach_exec(struct attaching *a, size_t n);
int attach_spawn(struct attaching *a, size_t n);

#endif
