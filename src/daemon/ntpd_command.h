/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the command line of a running ntpd says: /proc/PID/cmdline.  Pure. */
#ifndef GPSPPSCTL_NTPD_COMMAND_H
#define GPSPPSCTL_NTPD_COMMAND_H

#include "ntpd_conf.h"

#define NTPD_USER_MAX 64

struct ntpd_command {
	char config[NTPD_PATH_MAX];	/* -c, or "": see ntpd_default_config() */
	char logfile[NTPD_PATH_MAX];	/* -l: before the file's own (config_logfile()) */
	char statsdir[NTPD_PATH_MAX];	/* -s */
	char jail[NTPD_PATH_MAX];	/* -i: a directory that becomes its root */
	char user[NTPD_USER_MAX];	/* -u USER:GROUP */
	bool panicgate;			/* -g: the first step may be of any size */
	bool step_once;			/* -G */
	bool slew;			/* -x: steps only above 600 s */
	bool nice;			/* -N or -P: a high priority */
	bool foreground;		/* -n, -d or -q */
	bool quits;			/* -q: sets the clock once and ends */
	unsigned int servers;		/* named on the command line */
	bool unclear;			/* an option that no ntpd has, or a text that was cut */
};

/* `argv`: words with a NUL between them, as the kernel has them. */
void ntpd_command_parse(struct ntpd_command *cmd, const char *argv, size_t len);

/*
 * Where an ntpd without -c looks, the i-th place from 0 on; NULL: no more.  It is built
 * into the program: Debian's NTPsec has one of its own.
 */
const char *ntpd_default_config(enum ntpd_kind kind, unsigned int i);

#endif
