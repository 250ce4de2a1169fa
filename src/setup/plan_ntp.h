/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An ntp.conf and our lines in it: what the plan of its own receiver and that of gpsd's share. */
#ifndef GPSPPSCTL_SETUP_PLAN_NTP_H
#define GPSPPSCTL_SETUP_PLAN_NTP_H

#include "../daemon/envfile.h"
#include "../daemon/ntpd_unit.h"
#include "plan_inside.h"

struct ntp_flavour {
	enum ntpd_kind kind;
	const char *package;
	const char *confs[3], *services[3];	/* the first that is there; a NULL behind the last */
	const char *defaults;
};

struct ntp_plan {
	struct planner *p;
	const struct ntp_flavour *flavour;
	const char *conf_path;
	char own[PLAN_PATH_MAX];	/* a file of ours that is read, too (NTPsec) */
	const char *place;		/* the one of both that our block goes to */
	char block[PLAN_BLOCK_MAX];	/* its name */
	struct ntpd_conf *conf;		/* all of it without the block */
	struct plan_conf texts;
};

const char *ntp_service(const struct planner *p, enum setup_daemon d);

/* Read the configuration; false when it cannot be planned.  To be ended in any case. */
bool ntp_plan_begin(struct ntp_plan *n, struct planner *p, enum setup_daemon d);
void ntp_plan_end(struct ntp_plan *n);

/* ---- plan_ntp_there.c: in lines that are not ours ---- */

/* A clock with the sentences of the port, or NULL. */
const struct ntpd_entry *ntp_plan_find_nmea(struct ntp_plan *n, struct ntpd_unit *u);
/* A clock that takes the pulse alone, beside them. */
bool ntp_plan_has_pulse(const struct ntp_plan *n);
bool ntp_plan_has_preferred(const struct ntp_plan *n);
/* time2: as measured, or as our own block has it, when that is as good: then it stays. */
struct fact ntp_plan_delay(const struct ntp_plan *n);

/* ---- plan_ntp.c ---- */

/* Our block, which has this clock; ntpd must find it there.  "": no block, and no such clock. */
void ntp_plan_lines(struct ntp_plan *n, const char *lines, unsigned int driver, unsigned int unit,
		    const char *reason);

/* Debian's file wants three servers before it believes any: a clock alone would be none. */
void ntp_add_minsane(struct plan_text *t, const struct ntp_plan *n);

#endif
