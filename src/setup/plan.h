/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `setup` would change on this machine: a list of steps, made of what was
 * measured and of the files as they are.  Pure: whoever calls brings the files'
 * texts and carries the steps out (sys/changes.h).
 */
#ifndef GPSPPSCTL_SETUP_PLAN_H
#define GPSPPSCTL_SETUP_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "../facts.h"
#include "../measure.h"

enum setup_daemon {
	SETUP_NTPSEC,
	SETUP_NTP,		/* ntp.org's */
	SETUP_CHRONY,		/* with gpsppsctl-feed for the seconds */
	SETUP_GPSD,		/* gpsd has the port; chrony, NTPsec or ntp takes its samples */
	SETUP_DAEMONS
};

/* "ntpsec", "ntp", "chrony", "gpsd"; -1 when there is none of this name. */
int setup_daemon_of(const char *name);
const char *setup_daemon_name(enum setup_daemon d);

enum setup_init {
	SETUP_SYSTEMD,		/* with udev */
	SETUP_PROCD,		/* OpenWrt */
	SETUP_BUSYBOX,		/* /etc/inittab; mdev or nothing */
	SETUP_OTHER,		/* sysvinit, OpenRC, runit: the example's path is printed */
};

/* A file of the machine (below --root) as it is now. */
struct setup_file {
	enum { SETUP_ABSENT, SETUP_TEXT, SETUP_LINK_TO, SETUP_DIRECTORY, SETUP_DENIED } is;
	/* SETUP_TEXT: its bytes; SETUP_LINK_TO: where it points; SETUP_DIRECTORY: the names in
	   it but "." and "..", a line each, in any order.  With a NUL behind it. */
	const char *text;
	size_t len;
	/* the package manager says that it is as it was shipped (dpkg --verify, rpm -V), or it
	   is as an earlier setup of ours left it */
	bool pristine;
};

struct setup_reader {
	/* The file of this absolute path; it stays valid as long as the reader.  Never NULL. */
	const struct setup_file *(*file)(void *ctx, const char *path);
	void *ctx;
};

struct setup_in {
	/* wanted */
	const char *port;	/* as the table shall call it: "/dev/ttyS0", "/dev/serial/by-path/..." */
	const char *tty;	/* "ttyS0" */
	unsigned int unit;
	enum setup_daemon daemon;
	enum setup_daemon taker;	/* SETUP_GPSD: who takes its samples: NTPSEC, NTP or CHRONY */
	enum setup_init init;
	bool image;		/* --root: nothing runs, nothing can be asked */
	/* measured; each may be unknown */
	struct fact baud;
	struct fact delay_ms;	/* from the pulse to the end of the sentence that counts */
	/* known where they were only counted: it ends between these, and delay_ms is the middle */
	struct fact delay_from_ms, delay_to_ms;
	enum pulse_edge edge;
	/* the machine */
	bool getty;		/* a login prompt is, or would be, started on this port */
	bool modem_manager;	/* is installed */
	bool usb;		/* the port is a USB adapter's */
};

enum setup_kind {
	SETUP_WRITE,		/* `path` has this text from then on */
	SETUP_SYMLINK,		/* `path` is a link to `text`: what enabling and masking a unit is */
	SETUP_REMOVE,		/* there is no `path` from then on */
	SETUP_BY_HAND,		/* somebody's own configuration: lines for him to add to `path` */
};

struct setup_step {
	enum setup_kind kind;
	char *path;
	char *text;		/* with a NUL behind it */
	size_t len;
	unsigned int mode;	/* of a file that is new: 0644 */
	const char *why;	/* half a line: "the line of unit 0" */
};

struct setup_plan {
	struct setup_step *steps;	/* in the order in which they are made; those of a file that
					   is right already are left out */
	size_t n;
	/* systemd units, blank separated: restarted (or started) when the steps are made, and
	   stopped first; "" for none.  With another init: shell commands, a line each, in `start`. */
	char stop[256], start[512];
	/* shell commands, a line each, between the steps and `start`; "" for none: AppArmor's
	   profiles that changed, where they are loaded */
	char reload[256];
	char why_not[160];	/* what cannot be planned: then -EINVAL */
};

/* 0; -ENOMEM; -EINVAL with plan->why_not filled.  The plan is the caller's to free in any case. */
int setup_plan_make(const struct setup_in *in, const struct setup_reader *files,
		    struct setup_plan *plan);
void setup_plan_free(struct setup_plan *plan);

/*
 * Append the shell commands by which a change of `path` comes into force, as in `reload`: of
 * any that setup writes where it is NULL.
 */
void setup_plan_reload(const char *path, char *text, size_t size);

#endif
