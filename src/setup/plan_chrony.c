// SPDX-License-Identifier: GPL-2.0-or-later
/* chrony's configuration, and the service that feeds it the seconds. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../feedlines.h"
#include "../words.h"
#include "plan_chrony.h"

static const char why[] = "the receiver's lines";
static const char why_old[] = "the lines of the unit that it was";
static const char why_feed[] = "who tells chronyd the seconds";

static const char feed_options[] = "--seconds-only --sock auto";

#define NTH_FREE 900		/* of a receiver: no unit has that number */

/* ---- where the lines go ---- */

/* OpenWrt's /var/etc/chrony.d is made anew at each boot. */
static bool outlives_boot(const char *dir)
{
	return !text_begins(dir, "/var/") && !text_begins(dir, "/run/") && !text_begins(dir, "/tmp/");
}

/* A directory of which chronyd reads all files is there for this; else its own file. */
static void find_place(struct chrony_plan *c, const char *dir)
{
	const char *slash = dir[0] && dir[strlen(dir) - 1] == '/' ? "" : "/";

	c->place = c->conf_path;
	if (dir[0] && outlives_boot(dir) && snprintf(c->own, sizeof(c->own), "%s%sgpsppsctl.conf", dir, slash) <
	    (int)sizeof(c->own) && !plan_has_block(c->p, c->conf_path, c->block))
		c->place = c->own;
}

/* Anything of chronyd's that has this path, or a segment by its number. */
const struct chrony_refclock *chrony_find_clock(const struct chrony_conf *conf,
						enum chrony_driver driver, const char *param)
{
	for (size_t i = 0; i < conf->n_refclocks; i++)
		if (conf->refclocks[i].driver == driver && !strcmp(conf->refclocks[i].param, param))
			return &conf->refclocks[i];
	return NULL;
}

static const struct chrony_refclock *find_pulse(const struct chrony_plan *c)
{
	char pps[32];

	snprintf(pps, sizeof(pps), "/dev/gpspps%u", c->p->in->unit);
	return chrony_find_clock(c->conf, CHRONY_PPS, pps);
}

/* ---- who feeds the seconds ---- */

static void feed_names(const struct planner *p, char *unit, char *device, char *defaults)
{
	snprintf(unit, PLAN_PATH_MAX, "gpsppsctl-feed@%s.service", p->in->tty);
	snprintf(device, PLAN_PATH_MAX, "dev-%s.device", p->in->tty);
	snprintf(defaults, PLAN_PATH_MAX, "/etc/default/gpsppsctl-feed@%s", p->in->tty);
}

/* Somebody's own options are good when they give the seconds to the socket. */
static bool feeds_already(const struct planner *p, const char *path)
{
	const struct setup_file f = plan_file(p, path, NULL);
	char value[256];

	return f.is == SETUP_TEXT &&
	       !envfile_value(f.text, f.len, "FEED_OPTIONS", value, sizeof(value)) &&
	       strstr(value, "--seconds-only") && strstr(value, "--sock");
}

static void feed_by_hand(struct planner *p)
{
	struct plan_text t = { 0 };

	plan_add(&t, "# a service behind chronyd's: gpsppsctl feed %s %s\n", feed_options, p->in->port);
	plan_by_hand(p, "/etc/init.d/gpsppsctl-feed", plan_text_of(p, &t), why_feed);
	plan_text_free(&t);
}

static void plan_feed(struct planner *p)
{
	char unit[PLAN_PATH_MAX], device[PLAN_PATH_MAX], defaults[PLAN_PATH_MAX];

	if (p->in->init == SETUP_OTHER)
		feed_by_hand(p);
	if (p->in->init != SETUP_SYSTEMD)
		return;
	feed_names(p, unit, device, defaults);
	if (!feeds_already(p, defaults))
		plan_assign(p, defaults, "FEED_OPTIONS", feed_options, why_feed);
	plan_enable(p, unit, device, why_feed);
	/* chronyd makes its socket when it starts */
	plan_start(p, chrony_service(p));
	plan_start(p, unit);
}

void chrony_plan_unfeed(struct planner *p)
{
	char unit[PLAN_PATH_MAX], device[PLAN_PATH_MAX], defaults[PLAN_PATH_MAX];

	feed_names(p, unit, device, defaults);
	if (p->in->init != SETUP_SYSTEMD || !plan_is_enabled(p, unit, device))
		return;
	plan_disable(p, unit, device, "nobody needs its seconds any more");
	plan_stop(p, unit);
}

/* ---- the lines ---- */

/* "NMEA" may be somebody's own: "lock" takes the first of that name. */
static unsigned int nth_of(const struct chrony_plan *c)
{
	for (size_t i = 0; i < c->conf->n_refclocks && !c->p->in->unit; i++)
		if (!strcmp(c->conf->refclocks[i].refid, "NMEA"))
			return NTH_FREE;
	return c->p->in->unit;
}

/* In another of chronyd's directories may be a file of the same name, which is read instead. */
static void check_is_read(struct chrony_plan *c, enum chrony_driver driver, const char *param)
{
	char dir[PLAN_PATH_MAX];

	if (c->p->err || !plan_has_block(c->p, c->place, c->block))
		return;
	c->texts.all = true;
	plan_read_chrony(&c->texts, c->conf_path, c->conf, dir);
	c->texts.all = false;
	if (!chrony_find_clock(c->conf, driver, param))
		plan_refuse(c->p, "%s: lines in %s would not be read", c->conf_path, c->place);
}

void chrony_plan_lines(struct chrony_plan *c, const char *lines, enum chrony_driver driver,
		       const char *param, const char *reason)
{
	plan_block(c->p, c->place, c->block, lines, reason);
	if (lines[0])
		check_is_read(c, driver, param);
}

static void write_block(struct chrony_plan *c, const char *sock)
{
	const struct setup_in *in = c->p->in;
	char pps[32];
	const struct feedlines_input l = {
		.mode = FEED_SECONDS,
		.shm = -1,
		.sock = sock,
		.pps = pps,
		.edge = in->edge,
		.nth = nth_of(c),
	};
	struct plan_text t = { 0 };
	struct feedlines lines;

	snprintf(pps, sizeof(pps), "/dev/gpspps%u", in->unit);
	feedlines_write(&l, &lines);
	plan_add(&t, "# The GPS receiver on %s, unit %u: gpsppsctl-feed reads its sentences, and tells\n"
		 "# the seconds by the socket; they number the pulses (lock), and are not used else.\n"
		 "# The kernel stamps the pulses%s.\n%s", in->port, in->unit,
		 in->edge == EDGE_CLEAR ? ", which begin with the clear edge" : "", lines.chrony);
	chrony_plan_lines(c, plan_text_of(c->p, &t), CHRONY_PPS, pps, why);
	plan_text_free(&t);
}

static void plan_lines(struct chrony_plan *c)
{
	const struct chrony_refclock *pulse = find_pulse(c), *seconds;
	char sock[64];

	snprintf(sock, sizeof(sock), "/run/chrony.%s.sock", c->p->in->tty);
	seconds = chrony_find_clock(c->conf, CHRONY_SOCK, sock);
	if (!pulse && seconds) {
		plan_refuse(c->p, "%s:%u: %s is used there without the pulse: see setup --print",
			    c->conf->files[seconds->where.file], seconds->where.line, sock);
		return;
	}
	if (!pulse) {
		write_block(c, sock);
		plan_feed(c->p);
		return;
	}
	/* somebody's own lines have it; who numbers it is his matter, when it is not our feed */
	plan_block(c->p, c->place, c->block, "", why);
	if (seconds)
		plan_feed(c->p);
}

/* ---- all of it ---- */

bool chrony_plan_begin(struct chrony_plan *c, struct planner *p)
{
	static const char *const confs[] = { "/etc/chrony/chrony.conf", "/etc/chrony.conf", NULL };
	char dir[PLAN_PATH_MAX], old[PLAN_BLOCK_MAX];

	memset(c, 0, sizeof(*c));
	c->p = p;
	plan_block_names(p, c->block, old);
	c->conf_path = plan_first(p, confs);
	if (!c->conf_path) {
		plan_refuse(p, "there is no %s: is chrony installed?", confs[0]);
		return false;
	}
	c->conf = calloc(1, sizeof(*c->conf));
	if (!c->conf) {
		p->err = -ENOMEM;
		return false;
	}
	c->texts = (struct plan_conf){ .p = p };
	if (plan_read_chrony(&c->texts, c->conf_path, c->conf, dir) || c->texts.denied)
		plan_refuse(p, "%s: not all of it can be read", c->conf_path);
	find_place(c, dir);
	if (old[0] && !p->err) {
		plan_block(p, c->conf_path, old, "", why_old);
		plan_block(p, c->own, old, "", why_old);
	}
	return !p->err;
}

void chrony_plan_end(struct chrony_plan *c)
{
	plan_conf_free(&c->texts);
	free(c->conf);
}

const char *chrony_service(const struct planner *p)
{
	static const char *const services[] = { "chrony.service", "chronyd.service", NULL };

	return plan_service(p, services);
}

void setup_plan_chrony(struct planner *p)
{
	struct chrony_plan c;

	if (chrony_plan_begin(&c, p))
		plan_lines(&c);
	chrony_plan_end(&c);
	plan_start(p, chrony_service(p));
}
