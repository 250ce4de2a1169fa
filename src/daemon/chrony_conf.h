/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What chronyd's configuration says of a receiver and its pulse: chrony.conf(5),
 * and conf.c and refclock.c of chrony 4.3 to 4.6.  Pure: texts in, a table out.
 *
 * chronyd stops at the first thing that it does not understand.  Here the rest is
 * read all the same, and each mistake kept with its line.
 */
#ifndef GPSPPSCTL_DAEMON_CHRONY_CONF_H
#define GPSPPSCTL_DAEMON_CHRONY_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHRONY_REFCLOCKS_MAX 16
#define CHRONY_ERRORS_MAX 16
#define CHRONY_FILES_MAX 64
#define CHRONY_SOURCEDIRS_MAX 8
#define CHRONY_DIRS_MAX 10	/* in one directive: conf.c's MAX_CONF_DIRS */
#define CHRONY_INCLUDE_MAX 10	/* levels: conf.c's MAX_INCLUDE_LEVEL */
#define CHRONY_LINE_MAX 2047	/* characters: conf.c's MAX_LINE_LENGTH */
#define CHRONY_PATH_MAX 256
#define CHRONY_TEXT_MAX 200
#define CHRONY_REFID_MAX 5

/* Where a thing was said, for quoting; printable. */
struct chrony_where {
	unsigned int file;	/* index in files[] */
	unsigned int line;	/* from 1 */
	char text[CHRONY_TEXT_MAX];
};

enum chrony_fault {
	CHRONY_REFUSED,		/* chronyd stops there */
	CHRONY_UNKNOWN,		/* a word that is not known here: so it does, unless newer */
	CHRONY_UNREAD,		/* more, or in another form, than is kept here: it may go on */
};

struct chrony_error {
	enum chrony_fault fault;
	char reason[96];
	struct chrony_where where;
};

enum chrony_driver {
	CHRONY_PPS,
	CHRONY_SHM,
	CHRONY_SOCK,
	CHRONY_PHC,
	CHRONY_RTC,		/* since 4.7 */
};

enum {
	CHRONY_PREFER = 1,
	CHRONY_NOSELECT = 2,
	CHRONY_TRUST = 4,
	CHRONY_REQUIRE = 8,
	CHRONY_FORCE_PPS = 16,	/* "pps": only the fraction of the second counts */
	CHRONY_TAI = 32,
	CHRONY_LOCAL = 64,
};

/* Behind the colons of a driver's parameter. */
enum {
	CHRONY_CLEAR = 1,
	CHRONY_PERM = 2,
	CHRONY_NOCROSSTS = 4,
	CHRONY_EXTPPS = 8,
	CHRONY_PIN = 16,
	CHRONY_CHANNEL = 32,
	CHRONY_UTC = 64,
};

struct chrony_refclock {
	enum chrony_driver driver;
	char param[CHRONY_PATH_MAX];	/* a path, or a segment's number, as written */
	unsigned int param_options;	/* CHRONY_CLEAR ... */
	int unit;			/* SHM: the segment 0x4e545030 + unit */
	unsigned int perm;		/* SHM: of a segment that chronyd makes */
	char refid[CHRONY_REFID_MAX];	/* given, or as chronyd makes it: "PPS0" */
	bool has_refid;			/* given */
	bool has_offset;
	char lock[CHRONY_REFID_MAX];	/* the refid that it is locked to, or "" */
	unsigned int flags;		/* CHRONY_PREFER ... */
	int poll, dpoll;		/* seconds as powers of 2 */
	int filter, rate_hz, maxlockage_pulses, stratum;
	int minsamples, maxsamples;	/* -1: as the directives say */
	int64_t width_ns, offset_ns, delay_ns, maxdispersion_ns;
	int64_t precision_ns;		/* 0: the clock's own */
	bool incomplete;		/* its line has a mistake: what stands before it */
	struct chrony_where where;
};

/* Directories of a confdir or sourcedir; of an include, one pattern. */
struct chrony_dirs {
	struct chrony_where where;
	char dirs[CHRONY_DIRS_MAX][CHRONY_PATH_MAX];
	size_t n;
	bool must_exist;	/* an include without wildcards: chronyd stops without it */
};

/* What "log" wants in logdir: bits. */
enum {
	CHRONY_LOG_RAW = 1,	/* rawmeasurements */
	CHRONY_LOG_MEASUREMENTS = 2,
	CHRONY_LOG_SELECTION = 4,
	CHRONY_LOG_STATISTICS = 8,
	CHRONY_LOG_TRACKING = 16,
	CHRONY_LOG_RTC = 32,
	CHRONY_LOG_REFCLOCKS = 64,
	CHRONY_LOG_TEMPCOMP = 128,
};

/* Large: keep it static. */
struct chrony_conf {
	char files[CHRONY_FILES_MAX][CHRONY_PATH_MAX];
	size_t n_files;
	struct chrony_refclock refclocks[CHRONY_REFCLOCKS_MAX];
	size_t n_refclocks;
	struct chrony_error errors[CHRONY_ERRORS_MAX];
	size_t n_errors;	/* all; the first CHRONY_ERRORS_MAX are kept */
	struct chrony_dirs sourcedirs[CHRONY_SOURCEDIRS_MAX];
	size_t n_sourcedirs;
	unsigned int servers, pools, peers;
	unsigned int never_selected;	/* of these: with noselect */
	bool has_makestep, rtcsync, lock_all, local, has_leap_seconds;
	bool allow;		/* it answers other machines */
	int64_t makestep_ns;
	int makestep_limit;	/* updates; negative: always */
	int sched_priority;	/* 0: not real time */
	int minsources;
	int cmdport;		/* of chronyc: -1 when it does not say */
	char command_socket[CHRONY_PATH_MAX];	/* bindcmdaddress /...; "/" is none; or "" */
	unsigned int log;	/* CHRONY_LOG_... */
	char logdir[CHRONY_PATH_MAX], user[CHRONY_PATH_MAX], pidfile[CHRONY_PATH_MAX];
	char hwclockfile[CHRONY_PATH_MAX];
};

void chrony_conf_init(struct chrony_conf *conf);

/* Reading one file; the text must stay until its end. */
struct chrony_reader {
	const char *p, *end;
	unsigned int file, line, level;
};

/*
 * Begin a file that `from` wants, or the first one (NULL).  0; -ELOOP, where
 * chronyd stops too; -ENOSPC for more files than are kept, with an error in conf.
 */
int chrony_read_begin(struct chrony_conf *conf, struct chrony_reader *r, const char *path,
		      const char *text, size_t len, const struct chrony_reader *from);

enum chrony_wants {
	CHRONY_READ,		/* nothing: the file is at its end */
	CHRONY_INCLUDE,		/* the files of this glob(7) pattern, in its order */
	CHRONY_CONFDIR,		/* the files *.conf: see chrony_sort_files() */
};

/*
 * Read on.  When chronyd would read other files at this place, `dirs` says which:
 * the caller reads them (the order counts: names of sources are made from it) and
 * calls again.
 */
enum chrony_wants chrony_read_on(struct chrony_conf *conf, struct chrony_reader *r,
				 struct chrony_dirs *dirs);

/*
 * A file *.sources of a sourcedir, after all of the configuration: servers, pools
 * and peers.  chronyd passes over all else there.
 */
void chrony_read_sources(struct chrony_conf *conf, const char *text, size_t len);

/* At the end: mistakes that no single line shows. */
void chrony_read_end(struct chrony_conf *conf);

/* A file of a confdir or sourcedir, and which of its directories it is in. */
struct chrony_found {
	const char *name;	/* without the directory */
	size_t dir;
};

/* Does a directory with files of this suffix (".conf", ".sources") take this name? */
bool chrony_takes_file(const char *name, const char *suffix);

/*
 * The order in which chronyd reads them: by name, in bytes.  Of one name only that
 * of the first directory is read.  How many are left.
 */
size_t chrony_sort_files(struct chrony_found *found, size_t n);

/* ---- what the lines say together ---- */

/* Does it tell fractions only, so that something else must number the seconds? */
bool chrony_is_pulse(const struct chrony_refclock *rc);

enum chrony_lock {
	CHRONY_LOCK_NONE,	/* no "lock" */
	CHRONY_LOCK_FOUND,
	CHRONY_LOCK_MISSING,	/* no such refid: chronyd warns, and goes on without a lock */
	CHRONY_LOCK_SELF,	/* itself, without "local": never a sample */
	CHRONY_LOCK_OLD,	/* found, but polled too seldom for maxlockage: seldom a sample */
};

/* What it is locked to: an index in refclocks[] in *partner when there is one. */
enum chrony_lock chrony_lock_of(const struct chrony_conf *conf, size_t i, size_t *partner);

/* Who numbers the seconds of source i. */
enum chrony_seconds {
	CHRONY_SECONDS_OWN,	/* it is no pulse */
	CHRONY_SECONDS_LOCK,	/* the source that it is locked to */
	CHRONY_SECONDS_OTHERS,	/* whatever else sets the clock, once that is near enough */
	CHRONY_SECONDS_LOCAL,	/* nobody: the clock's own, right or wrong ("local") */
	CHRONY_SECONDS_NOBODY,	/* and so it is never used */
};
enum chrony_seconds chrony_seconds_of(const struct chrony_conf *conf, size_t i);

/*
 * How far the source that a pulse is locked to may be from it (with both
 * dispersions), or it is dropped: refclock.c's PPS_LOCK_LIMIT, 0.4 s at 1 Hz since
 * chrony 4.1, 0.2 s before; and half of the shorter part of a period when there is
 * a width.  0 or less: always dropped.  Version 0.0 is an unknown one: the newest.
 */
int64_t chrony_lock_limit_ns(const struct chrony_refclock *rc, int major, int minor);

/* ---- the command line ---- */

struct chrony_cmdline {
	char conf[CHRONY_PATH_MAX];	/* -f, or "": as it was built */
	char user[CHRONY_PATH_MAX];	/* -u */
	char log_file[CHRONY_PATH_MAX];	/* -l: not to syslog */
	int seccomp_level;		/* -F; 0: no filter */
	int sched_priority;		/* -P */
	bool lock_all;			/* -m */
	bool no_clock;			/* -x, -Q: the clock is left alone */
	bool once;			/* -q, -Q, -p: it does not stay */
	bool unknown;			/* an option that is none, or without its value */
	/* Directives as arguments, a line each: then no file is read. */
	char directives[CHRONY_LINE_MAX + 1];
	size_t directives_len;
	bool cut;			/* not all of it fitted */
};

/* From the text of /proc/PID/cmdline: a NUL behind each argument. */
void chrony_cmdline_parse(const char *text, size_t len, struct chrony_cmdline *c);

#endif
