/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A chrony.conf and our lines in it: what the plan of feed and that of gpsd share. */
#ifndef GPSPPSCTL_SETUP_PLAN_CHRONY_H
#define GPSPPSCTL_SETUP_PLAN_CHRONY_H

#include "../daemon/chrony_conf.h"
#include "../daemon/envfile.h"
#include "plan_inside.h"

struct chrony_plan {
	struct planner *p;
	const char *conf_path;
	char own[PLAN_PATH_MAX];	/* a file of ours in a directory that is read, or "" */
	const char *place;		/* the one of both that our block goes to */
	char block[PLAN_BLOCK_MAX];	/* its name */
	struct chrony_conf *conf;	/* all of it without the block */
	struct plan_conf texts;
};

/* Read the configuration; false when it cannot be planned.  To be ended in any case. */
bool chrony_plan_begin(struct chrony_plan *c, struct planner *p);
void chrony_plan_end(struct chrony_plan *c);
/* The refclock of this driver with this parameter, or NULL. */
const struct chrony_refclock *chrony_find_clock(const struct chrony_conf *conf,
						enum chrony_driver driver, const char *param);
/* Our block, which has this clock; chronyd must find it there.  "": no block, and no such clock. */
void chrony_plan_lines(struct chrony_plan *c, const char *lines, enum chrony_driver driver,
		       const char *param, const char *reason);
/* The service that feeds it, of an earlier setup, is not needed by another daemon. */
void chrony_plan_unfeed(struct planner *p);
const char *chrony_service(const struct planner *p);

#endif
