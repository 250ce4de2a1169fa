/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an ntp.conf says of reference clocks and of what decides about them, in classic
 * ntp's grammar and in NTPsec's.  Pure: the caller brings the text of files.
 *
 * At a mistake ntpd's parser skips to the end of the line (ntp_parser.y, "error T_EOC").
 * Where it is a value, the line has no effect; where it is a word too many, what stands
 * before that is obeyed.  So it is here, and the line is kept with what is wrong with it.
 */
#ifndef GPSPPSCTL_NTPD_CONF_H
#define GPSPPSCTL_NTPD_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ntpd_kind {
	NTPD_EITHER,		/* not known: takes what one of the two takes */
	NTPD_CLASSIC,		/* ntp.org's 4.2.8 */
	NTPD_NTPSEC,
};

/* Driver types, T of 127.127.T.U */
enum ntpd_driver {
	NTPD_DRIVER_NMEA = 20,
	NTPD_DRIVER_PPS = 22,	/* classic: ATOM */
	NTPD_DRIVER_SHM = 28,
	NTPD_DRIVER_GPSD = 46,	/* classic: GPSD_JSON */
};

#define NTPD_CLOCKS_MAX 16
#define NTPD_FUDGES_MAX 32
#define NTPD_KNOBS_MAX 32
#define NTPD_FILES_MAX 32
#define NTPD_ERRORS_MAX 16
#define NTPD_PATH_MAX 256
#define NTPD_QUOTE_MAX 160
#define NTPD_REASON_MAX 160
#define NTPD_DEPTH_MAX 5	/* files within files: MAXINCLUDELEVEL */

/* Where something is said. */
struct ntpd_place {
	unsigned int file;		/* index into files[] */
	unsigned int line;		/* from 1 */
	char text[NTPD_QUOTE_MAX];	/* printable; ends in "..." where it was cut */
};

enum ntpd_option {
	NTPD_FLAG1, NTPD_FLAG2, NTPD_FLAG3, NTPD_FLAG4,	/* 0 or 1 */
	NTPD_TIME1, NTPD_TIME2,		/* in ns */
	NTPD_STRATUM,
	NTPD_MODE,
	NTPD_BAUD,
	NTPD_MINPOLL, NTPD_MAXPOLL,
	NTPD_PREFER, NTPD_NOSELECT, NTPD_TRUE,	/* 1 when given */
	NTPD_REFID, NTPD_PATH, NTPD_PPSPATH,	/* texts, see below */
	NTPD_OPTIONS,			/* how many; and: one that does not matter here */
};

struct ntpd_settings {
	uint32_t given;			/* bit 1 << option */
	int64_t value[NTPD_OPTIONS];
	char refid[5];			/* the four characters that count */
	char path[NTPD_PATH_MAX], ppspath[NTPD_PATH_MAX];
};

/* A line about a reference clock: server and refclock, or fudge. */
struct ntpd_entry {
	struct ntpd_place at;
	unsigned int driver, unit;
	struct ntpd_settings set;
};

/* A word of tos, tinker, enable or disable. */
struct ntpd_knob {
	struct ntpd_place at;
	const char *command;		/* "tos", "tinker"; "system" for enable and disable */
	const char *name;		/* "mindist", "panic", "kernel" */
	int64_t billionths;		/* a time: in ns; of system: 0 disabled, else enabled */
};

struct ntpd_file {
	char path[NTPD_PATH_MAX];
	int err;			/* 0, or why its text is not here: -errno */
	unsigned int from_file, from_line;	/* of its includefile; line 0: of none */
};

struct ntpd_error {
	struct ntpd_place at;
	char reason[NTPD_REASON_MAX];	/* printable */
	bool in_part;			/* ntpd obeys the line up to the mistake */
};

struct ntpd_conf {
	enum ntpd_kind kind;
	struct ntpd_file files[NTPD_FILES_MAX];
	struct ntpd_entry clocks[NTPD_CLOCKS_MAX];
	struct ntpd_entry fudges[NTPD_FUDGES_MAX];
	struct ntpd_knob knobs[NTPD_KNOBS_MAX];
	struct ntpd_error errors[NTPD_ERRORS_MAX];
	size_t n_files, n_clocks, n_fudges, n_knobs, n_errors;
	size_t errors_lost;		/* there was no room for so many more */
	unsigned int servers;		/* server, peer and pool lines that number the seconds */
	unsigned int servers_noselect;	/* and those that are only watched */
	bool servers_prefer;		/* one of the former is preferred */
	char logfile[NTPD_PATH_MAX];	/* "": not said, then it is the system's log */
	char statsdir[NTPD_PATH_MAX];
};

/*
 * How the caller reads.  Each returns the number of bytes or -errno; the text must
 * stay until something is read at the same depth (0 to NTPD_DEPTH_MAX) again.
 */
struct ntpd_reader {
	/* -EISDIR: it is a directory */
	int (*read)(void *ctx, unsigned int depth, const char *path, const char **text);
	/* the names in a directory, a line each, in any order */
	int (*list)(void *ctx, unsigned int depth, const char *path, const char **names);
	void *ctx;
};

/*
 * Read the file, what it includes, and for NTPsec (and NTPD_EITHER) the *.conf of the
 * directory ntp.d beside it: -c FILE moves that, too.  0, or why the first file cannot
 * be read: -errno.
 */
int ntpd_conf_read(struct ntpd_conf *conf, enum ntpd_kind kind, const char *path,
		   const struct ntpd_reader *reader);

/* A text alone: what it includes is noted in files[] with -ENOENT, not read. */
void ntpd_conf_text(struct ntpd_conf *conf, enum ntpd_kind kind, const char *text, size_t len);

/* The driver's name, "NMEA"; NULL when it is none of those that NTPsec has. */
const char *ntpd_driver_name(unsigned int driver);

#endif
