/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a command is, and what every command may use. */
#ifndef GPSPPSCTL_CMD_H
#define GPSPPSCTL_CMD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "../pciplace.h"

/* Exit codes of the whole program (gpsppsctl(8), EXIT STATUS). */
enum {
	EXIT_DONE = 0,		/* done, or healthy */
	EXIT_NO = 1,		/* the answer is no: a fault found, no pulse in time */
	EXIT_TROUBLE = 2,	/* usage, permission, I/O */
	EXIT_GONE = 3,		/* the port went away */
};

/* What the options before the command say. */
struct ctx {
	const char *table;	/* -C: path of the table of units */
};

struct cmd {
	const char *name;
	const char *args;	/* for the usage line */
	const char *help;	/* one line */
	/* argv[0] is the command's name; returns an exit code and never exits. */
	int (*run)(const struct ctx *ctx, int argc, char **argv);
};

extern const struct cmd cmd_attach, cmd_detach, cmd_diag, cmd_feed, cmd_generate, cmd_kernel,
	cmd_list, cmd_nmea, cmd_receiver, cmd_report, cmd_setup, cmd_udev, cmd_watch;

/*
 * Messages to stderr: "gpsppsctl: OBJECT: WHAT", and a "hint:" line with
 * something to do.  Both escape bytes that a terminal would act on.
 */
__attribute__((format(printf, 2, 3)))
void msg_error(const char *object, const char *fmt, ...);
__attribute__((format(printf, 1, 2)))
void msg_hint(const char *fmt, ...);

/* "Try 'gpsppsctl CMD --help'" after a usage error; returns EXIT_TROUBLE. */
int usage_error(const char *cmd);

/* "invalid --OPTION 'VALUE'", and the same. */
int bad_value(const char *cmd, const char *option, const char *value);

/*
 * A whole number in [min, max] from an option's argument, nothing before or
 * behind it.  -EINVAL; the caller says what was wrong with it.
 */
int parse_number(const char *text, long min, long max, long *value);

/*
 * Read and parse the table of units.  A missing file is an empty table.  0, or
 * an exit code after one line to stderr.
 */
struct unittab;
int load_table(const struct ctx *ctx, struct unittab *tab);
/* Its text, to the last byte: how many, or -errno. */
ssize_t read_table(const char *path, char *buf, size_t size);
/* The same of a text of n bytes that was read already; n may be -errno. */
int parse_table(const char *path, const char *text, ssize_t n, struct unittab *tab);

/*
 * The table's line for "ttyS0", however the table names the port, and what it is
 * for there (ROLE_SENTENCES, ROLE_PULSE: bits).  NULL, and no role, when it has
 * none.  It is the table's own.
 */
const struct unit *table_find_port(const struct unittab *tab, const char *tty, unsigned int *role);
/* The same of a port whose links, separated by blanks, udev is going to make. */
const struct unit *table_find_device(const struct unittab *tab, const char *tty,
				     const char *links, unsigned int *role);

/*
 * The place of "ttyS4", a PCI card's port, by which our udev rule links it in PCIPLACE_DIR.
 * 0 or -errno: it has none.
 */
int find_place(const char *tty, char place[PCIPLACE_MAX]);

/*
 * The speed at which an NTP daemon's configuration has the receiver of this unit;
 * *from is "from /etc/ntp.conf".  False: none is about it.
 */
struct probe;
bool ntp_baud(struct probe *probe, unsigned int unit, unsigned int *baud, const char **from);

/* The directory of the running program, without the slash.  "" when it is not known. */
void program_directory(char *dir, size_t size);

/*
 * stdout could not take all that was written (a full disk): one line, and
 * EXIT_TROUBLE instead of `code`.  Every command's last step.
 */
int finish_stdout(int code);

#endif
