/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A daemon's configuration by the probe: what the parsers of src/daemon make of its files.
 * A part of gather_daemon.h.
 *
 * Each fills d->conf, d->conf_path and the tables of its kind: 1 when all of it was read,
 * absent without a file, denied with what refused a part of it (-EFBIG: it is longer than
 * is read).  What could be read stands in the tables all the same.
 */
#ifndef GPSPPSCTL_GATHER_CONF_H
#define GPSPPSCTL_GATHER_CONF_H

#include "gather_look.h"

/* By its command line (l->argv), that of a process or what its service would make it. */
void gather_ntpd_conf(struct probe *p, struct daemon *d, const struct look *l);
void gather_chrony_conf(struct probe *p, struct daemon *d, const struct look *l);
void gather_gpsd_conf(struct probe *p, struct daemon *d, const struct look *l);

/* ---- what they have in common ---- */

#define CONF_TEXT_MAX 65536	/* a longer file is none that a person wrote */
#define CONF_PATH_MAX 480	/* fits into a key of the probe */
#define CONF_ASKS_MAX 256	/* files and directories of one configuration */

/* One configuration while it is read. */
struct conf_source {
	struct probe *p;
	const struct look *look;
	int budget;		/* asks that are left: one that includes half a disk must end */
	int refused;		/* why a part of it could not be read: the first -errno */
};

void conf_begin(struct conf_source *s, struct probe *p, const struct look *l);
/* One that does not begin in / begins where the process is (what systemd starts: there). */
int conf_whole_path(struct conf_source *s, const char *path, char *whole, size_t size);
/* The text of a file in buf (CONF_TEXT_MAX), with its last line end.  Its length or -errno. */
int conf_read(struct conf_source *s, const char *path, char *buf);
/* The names in a directory, as probe_list() gives them. */
int conf_list(struct conf_source *s, const char *path, char ***names);
/* Not there, or no file: a daemon meets the same.  All else is our own trouble, noted here. */
int conf_note(struct conf_source *s, int err);
/* d->conf and d->conf_path of what began with this file ("": there is none). */
void conf_end(const struct conf_source *s, struct daemon *d, const char *path, int err);

#endif
