/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The plan while it is made: what its parts (plan_*.c, one a subject) share.  After the
 * first error nothing more is planned; the parts need not look.
 */
#ifndef GPSPPSCTL_SETUP_PLAN_INSIDE_H
#define GPSPPSCTL_SETUP_PLAN_INSIDE_H

#include "plan.h"

#define PLAN_PATH_MAX 512

struct planner {
	const struct setup_in *in;
	const struct setup_reader *files;
	struct setup_plan *plan;
	int err;		/* the first: -ENOMEM, or -EINVAL with plan->why_not */
	int old_unit;		/* the table had the port as this one until now; -1: it had not */
};

/* ---- a text that grows ---- */

struct plan_text {
	char *s;		/* with a NUL behind it; NULL before the first */
	size_t len, size;
	bool failed;		/* no memory: it is cut */
};

__attribute__((format(printf, 2, 3)))
void plan_add(struct plan_text *t, const char *fmt, ...);
void plan_append(struct plan_text *t, const char *s, size_t len);
/* Its text for plan_write() and others, "" before the first; notes that memory was short. */
const char *plan_text_of(struct planner *p, const struct plan_text *t);
void plan_text_free(struct plan_text *t);

/* ---- the files, as the steps so far leave them ---- */

/*
 * Behind its links; `where` (PLAN_PATH_MAX, or NULL) gets the path that is behind them.  Its
 * text stays until that path is written.
 */
struct setup_file plan_file(const struct planner *p, const char *path, char *where);
/* A link is SETUP_LINK_TO. */
struct setup_file plan_file_itself(const struct planner *p, const char *path);
/* The names in a directory, a line each, in `t`; false: there is none. */
bool plan_list(const struct planner *p, const char *dir, struct plan_text *t);
bool plan_exists(const struct planner *p, const char *path);
/* The first of them that is there, up to a NULL; NULL: none. */
const char *plan_first(const struct planner *p, const char *const *paths);

/* ---- steps; what is so already makes none ---- */

/* A second text for one path replaces the first.  `why` is a constant. */
void plan_write(struct planner *p, const char *path, const char *text, size_t len,
		unsigned int mode, const char *why);
void plan_symlink(struct planner *p, const char *path, const char *target, const char *why);
void plan_remove(struct planner *p, const char *path, const char *why);
void plan_by_hand(struct planner *p, const char *path, const char *lines, const char *why);

/*
 * A block of ours in a file whose comments begin with '#', between "# gpsppsctl: begin NAME"
 * and "# gpsppsctl: end NAME": put in at the file's end, exchanged, or (lines "") taken out.
 * In a file that somebody edited: lines by hand.
 */
void plan_block(struct planner *p, const char *path, const char *name, const char *lines,
		const char *why);
/* Where it is in a text, with its marks: 0; -ENOENT; -EINVAL: it has a beginning and no end. */
int plan_block_find(const char *text, size_t len, const char *name, size_t *at, size_t *size);
bool plan_has_block(const struct planner *p, const char *path, const char *name);

/* NAME="VALUE" in a file of assignments (envfile.h): the last one's line, or a new one. */
void plan_assign(struct planner *p, const char *path, const char *name, const char *value,
		 const char *why);

/* ---- configurations ---- */

/*
 * The daemons' files as the steps so far leave them; without our block of the unit, and that
 * of the unit that the port was, unless `all`.
 */
struct plan_conf {
	struct planner *p;
	bool all;
	struct plan_text text[6];	/* of each depth */
	int denied;		/* a file of it cannot be read */
};

/* 0, or why the first file cannot be read: -errno.  `kind` is an enum ntpd_kind. */
struct ntpd_conf;
int plan_read_ntpd(struct plan_conf *c, int kind, const char *path, struct ntpd_conf *conf);

/*
 * The same for chronyd; `dir` (PLAN_PATH_MAX) gets a directory of which it reads all *.conf,
 * one of /etc when there is one, or "".
 */
struct chrony_conf;
int plan_read_chrony(struct plan_conf *c, const char *path, struct chrony_conf *conf, char *dir);
void plan_conf_free(struct plan_conf *c);

/* The names of these blocks; the second is "" when the port was no other unit. */
#define PLAN_BLOCK_MAX 32
void plan_block_names(const struct planner *p, char name[PLAN_BLOCK_MAX], char old[PLAN_BLOCK_MAX]);

/* ---- services ---- */

/* Each unit once, in this order; nothing where the init is not systemd. */
void plan_stop(struct planner *p, const char *unit);
void plan_start(struct planner *p, const char *unit);
/* Another init: a line for a shell, once, in this order. */
void plan_command(struct planner *p, const char *line);

/* The path of systemd's unit of this name ("gpsppsctl-feed@.service"), or NULL. */
const char *plan_unit_path(const struct planner *p, const char *unit, char *buf);
/* Of these services the one that is installed; the first when none is. */
const char *plan_service(const struct planner *p, const char *const *names);
/* What `systemctl enable` does: `by` has it in its .wants. */
void plan_enable(struct planner *p, const char *unit, const char *by, const char *why);
bool plan_is_enabled(const struct planner *p, const char *unit, const char *by);
void plan_disable(struct planner *p, const char *unit, const char *by, const char *why);

/* It cannot be planned, and why. */
__attribute__((format(printf, 2, 3)))
void plan_refuse(struct planner *p, const char *fmt, ...);

/* ---- the parts, in the order of the steps ---- */

/* The line in /etc/gpsppsctl.conf. */
void setup_plan_table(struct planner *p);
/* The init system's part where it is not systemd: modules, what starts the holder at boot. */
void setup_plan_init(struct planner *p);
/* systemd's and the machine's: the login prompt, the rights of the daemons. */
void setup_plan_system(struct planner *p);
void setup_plan_ntp(struct planner *p, enum setup_daemon d);
void setup_plan_chrony(struct planner *p);
void setup_plan_gpsd(struct planner *p);
/* Not gpsd: then it must not have the port (of an earlier setup). */
void gpsd_plan_leave(struct planner *p);

#endif
