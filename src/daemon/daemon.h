/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemons that take the time from a receiver, as one family: what is
 * configured, what runs, and what it says of itself.  sys/gather_daemon.c and
 * sys/gather_said.c fill it; pure here.
 */
#ifndef GPSPPSCTL_DAEMON_H
#define GPSPPSCTL_DAEMON_H

#include <stdbool.h>
#include <stddef.h>

#include "../facts.h"
#include "../port.h"
#include "../process.h"
#include "chrony_conf.h"
#include "chronyc_state.h"
#include "gpsd_conf.h"
#include "gpsd_state.h"
#include "logline.h"
#include "ntpd_command.h"
#include "ntpd_unit.h"
#include "ntpq_state.h"
#include "rival.h"

enum daemon_kind {
	DAEMON_NTPD,		/* ntp.org's 4.2.8: "classic" */
	DAEMON_NTPSEC,
	DAEMON_CHRONY,
	DAEMON_GPSD,
	N_DAEMON_KINDS,
};

/* The family: a row each. */
struct daemon_row {
	const char *name;		/* "NTPsec", as people call it */
	const char *comm;		/* of its process */
	const char *service;		/* systemd's usual unit, without ".service" */
	bool keeps_clock;		/* gpsd only hands the time on */
};
const struct daemon_row *daemon_row(enum daemon_kind kind);

/* What a configured clock takes its time from; the same for all daemons. */
enum clock_kind {
	CLOCK_NMEA,		/* sentences of a port, and its pulse when it wants one */
	CLOCK_PPS,		/* a pulse alone */
	CLOCK_SHM,		/* another program's shared memory */
	CLOCK_SOCK,		/* another program's datagrams (chrony) */
	CLOCK_GPSD,		/* gpsd's own protocol (ntpd's driver 46) */
	CLOCK_DEVICE,		/* a device of gpsd's */
	CLOCK_OTHER,
};

#define CLOCK_PATH_MAX 256
#define DAEMON_CLOCKS_MAX 16

struct daemon_clock {
	enum clock_kind kind;
	/* Index in ntpd->clocks, chrony->refclocks or gpsd.devices. */
	unsigned int index;
	int unit;			/* ntpd's unit, a segment of SHM; -1: it has none */
	char port[CLOCK_PATH_MAX];	/* what it opens for sentences, as written; "" nothing */
	char pulse[CLOCK_PATH_MAX];	/* what it opens for the pulse; "" nothing */
	/* The nodes in /dev where these lead now ("ttyS0", "pps0"); absent: to nothing. */
	struct fact_text port_node, pulse_node;
};

#define DAEMON_NODES_MAX 32
#define DAEMON_LOG_MAX 32

/* A device that the process has open. */
struct daemon_node {
	char name[SURVEY_NAME_MAX];	/* "ttyS0", "pps1" */
	bool gone;			/* it was removed: what is open leads to nothing any more */
};

/*
 * One daemon: a process, or one that is installed and does not run.  Large: on the heap.
 */
struct daemon {
	enum daemon_kind kind;
	struct fact pid;		/* absent: it does not run */
	struct fact start_ms;		/* after the machine's boot (/proc/PID/stat, field 22) */
	struct fact nice;		/* of its main thread (the same, field 19) */
	char service[64];		/* the unit that it belongs to: "ntpsec.service"; "" none */
	struct process_fact process;	/* has_pps is not set: see daemon_has_open() */
	bool socket_activated;		/* gpsd: systemd starts it for its first client (gpsd.socket) */
	struct fact_text label;		/* AppArmor or SELinux; absent: unconfined */
	struct fact nodes_known;	/* 1, or refused: then nodes[] is empty */
	struct daemon_node nodes[DAEMON_NODES_MAX];
	unsigned int n_nodes;

	/* ---- configuration; of one that does not run: what it would read ---- */
	struct fact conf;		/* 1: it was read; absent: no file; denied */
	char conf_path[CLOCK_PATH_MAX];	/* the first file */
	struct ntpd_conf *ntpd;		/* one of these; gpsd's is below */
	struct chrony_conf *chrony;
	/* Of one that does not run: as its service would start it. */
	struct ntpd_command ntpd_command;
	struct chrony_cmdline chrony_command;
	struct gpsd_conf gpsd;
	struct daemon_clock clocks[DAEMON_CLOCKS_MAX];
	unsigned int n_clocks;

	/* ---- its own words; SAID_NOTHING and the like where it was not asked ---- */
	struct ntpq_peers peers;
	struct ntpq_system system;
	struct ntpq_clock clock_said[DAEMON_CLOCKS_MAX];	/* of clocks[] */
	struct chronyc_sources sources;
	struct chronyc_tracking tracking;
	struct fact gpsd_answers;	/* 1: said[] below is its answer */
	struct gpsd_state gpsd_said;
	/* Lines of this boot that are known (logline.h), of this process; of its last run when
	   it does not run.  The newest DAEMON_LOG_MAX, oldest first. */
	struct fact log_known;		/* 1: the log was read */
	struct logline log[DAEMON_LOG_MAX];
	unsigned int n_log;
};

#define DAEMONS_MAX 6

/* All of the machine, those that run first. */
struct daemon_list {
	struct daemon *v;
	size_t n;
	/* The kernel's lines of this boot about rights, ports and sources of pulses. */
	struct fact kernel_log_known;
	struct logline kernel_log[DAEMON_LOG_MAX];
	unsigned int n_kernel_log;
	/* What else sets the clock (sys/gather_rivals.c); asked where there are daemons. */
	struct fact rivals_known;
	struct rival rivals[RIVALS_MAX];
	unsigned int n_rivals;
};

/* ---- pure ---- */

struct port_facts;

/* clocks[] from the configuration; the nodes are left unread. */
void daemon_find_clocks(struct daemon *d);

/* "NTPsec's ntpd[731]", "gpsd (not running)": for texts. */
void daemon_text(const struct daemon *d, char *buf, size_t size);
bool daemon_runs(const struct daemon *d);
/* It has no process; where that was refused, neither this nor daemon_runs(). */
bool daemon_is_stopped(const struct daemon *d);
/* "systemctl restart ntpsec.service"; without a unit that is known "restart ntpd". */
void daemon_restart_text(const struct daemon *d, char *buf, size_t size);
/* It has this node open, and the node is still there. */
bool daemon_has_open(const struct daemon *d, const char *node);
/* It has something of this kind ("pps", "tty") open that is gone. */
const struct daemon_node *daemon_dead_node(const struct daemon *d, const char *prefix);

/* ntpd's settings of a clock, with the lines that say so.  0 or -ENOENT. */
int daemon_unit(const struct daemon *d, const struct daemon_clock *c, struct ntpd_unit *u);
/* "/etc/ntpsec/ntp.conf:12" where a clock is configured; "" when that is not known. */
void daemon_where(const struct daemon *d, const struct daemon_clock *c, char *buf, size_t size);

/*
 * The clock that takes this port's sentences or its pulse: by where its paths lead,
 * or by their names where the links are missing.  One with sentences before one with
 * the pulse alone.  NULL: the daemon has nothing to do with this port.
 */
const struct daemon_clock *daemon_clock_of(const struct daemon *d, const struct port_facts *f);
/* This clock is the port's: by its sentences, its pulse, or by way of gpsd. */
bool daemon_is_clock_of(const struct daemon *d, const struct daemon_clock *c,
			const struct port_facts *f);
/* It takes its time from gpsd, or from whoever writes there as gpsd does. */
bool daemon_is_by_gpsd(const struct daemon_clock *c);
/* gpsppsctl feed on this port gives it; of a socket that is likely, and no more. */
bool daemon_is_fed_by_us(const struct daemon_clock *c, const struct port_facts *f);
/* One of its clocks is. */
bool daemon_takes_feed(const struct daemon *d, const struct port_facts *f);
/* The clock that takes its pulse (may be the same), or NULL. */
const struct daemon_clock *daemon_pulse_clock_of(const struct daemon *d,
						 const struct port_facts *f);
/* The first daemon that has to do with this port, of those that run and of this kind mask. */
const struct daemon *daemon_of(const struct port_facts *f, unsigned int kinds);

#define DAEMON_BIT(kind) (1u << (kind))
#define DAEMONS_NTP (DAEMON_BIT(DAEMON_NTPD) | DAEMON_BIT(DAEMON_NTPSEC))
#define DAEMONS_ALL (DAEMONS_NTP | DAEMON_BIT(DAEMON_CHRONY) | DAEMON_BIT(DAEMON_GPSD))

/*
 * The newest line of its log that says this and names the path (NULL: whatever it names);
 * of several one that tells why.
 */
const struct logline *daemon_logged(const struct daemon *d, enum log_what what, const char *path);

/*
 * An ntpd with patches/ntpsec, by its version or its log: this clock looks after its pulse once
 * a poll, and uses it without flag3 where the kernel cannot.
 */
bool daemon_retries_pulse(const struct daemon *d, const struct daemon_clock *c);

/* What ntpq -p says of this clock, or NULL. */
const struct ntpq_peer *daemon_peer(const struct daemon *d, const struct daemon_clock *c);
/* What gpsd says of the port's receiver, or NULL. */
const struct gpsd_seen *daemon_gpsd_seen(const struct daemon *d, const struct port_facts *f);
/* What chronyc sources says of this clock (by its refid), or NULL. */
const struct chronyc_source *daemon_source(const struct daemon *d, const struct daemon_clock *c);

#endif
