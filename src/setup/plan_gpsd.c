// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gpsd has the port: it makes the source of the pulse itself, and gives seconds and pulses by
 * shared memory, whose units it counts by its devices (timehint.c of gpsd).  Memory, not
 * chrony's sockets: gpsd looks for those once, and a chronyd that starts again has new ones.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../daemon/gpsd_conf.h"
#include "../feedlines.h"
#include "../words.h"
#include "plan_chrony.h"
#include "plan_ntp.h"

#define VALUE_MAX 512

static const char why[] = "lines for what gpsd gives";
static const char why_defaults[] = "gpsd's devices and options";

struct gpsd_plan {
	struct planner *p;
	const char *path;		/* of its defaults */
	struct setup_file file;
	const char *options_name;
	char devices[VALUE_MAX];	/* as they are */
	char options[VALUE_MAX];
};

/* ---- its defaults ---- */

static bool begin(struct gpsd_plan *g, struct planner *p)
{
	static const char *const places[] = { "/etc/default/gpsd", "/etc/sysconfig/gpsd", NULL };

	memset(g, 0, sizeof(*g));
	g->p = p;
	g->path = plan_first(p, places);
	if (!g->path)
		return false;
	g->options_name = g->path == places[0] ? "GPSD_OPTIONS" : "OPTIONS";
	g->file = plan_file(p, g->path, NULL);
	if (g->file.is != SETUP_TEXT) {
		plan_refuse(p, "%s: cannot be read as a file", g->path);
		return false;
	}
	if (envfile_value(g->file.text, g->file.len, "DEVICES", g->devices,
			  sizeof(g->devices)) == -ENOSPC ||
	    envfile_value(g->file.text, g->file.len, g->options_name, g->options,
			  sizeof(g->options)) == -ENOSPC) {
		plan_refuse(p, "%s: a line in it is too long", g->path);
		return false;
	}
	return true;
}

static bool is_here(const struct setup_in *in, struct word w)
{
	char tty[64], gps[32];

	snprintf(tty, sizeof(tty), "/dev/%s", in->tty);
	snprintf(gps, sizeof(gps), "/dev/gps%u", in->unit);
	return word_is(w, tty) || word_is(w, gps) || word_is(w, in->port);
}

/*
 * Its devices with this port by its real name (a link's is no device of gpsd's pulse), or
 * without it.  *nth is the port's place among them.
 */
static void list_devices(const struct gpsd_plan *g, bool with, struct plan_text *t,
			 unsigned int *nth)
{
	const char *p = g->devices, *end = p + strlen(p);
	unsigned int n = 0;
	bool found = false;
	struct word w;

	while ((w = next_word(&p, end)).len) {
		const bool here = is_here(g->p->in, w);

		if (here && (found || !with))
			continue;
		plan_add(t, "%s", t->len ? " " : "");
		if (here) {
			plan_add(t, "/dev/%s", g->p->in->tty);
			*nth = n;
			found = true;
		} else {
			plan_append(t, w.s, w.len);
		}
		n += !word_begins(w, "/dev/pps");
	}
	if (found || !with)
		return;
	plan_add(t, "%s/dev/%s", t->len ? " " : "", g->p->in->tty);
	*nth = n;
}

static void plan_defaults(struct gpsd_plan *g, unsigned int *nth)
{
	struct plan_text devices = { 0 }, options = { 0 };
	struct gpsd_defaults defaults;
	struct gpsd_conf conf;

	gpsd_defaults_parse(g->file.text, g->file.len, &conf, &defaults);
	list_devices(g, true, &devices, nth);
	if (strcmp(plan_text_of(g->p, &devices), g->devices) != 0)
		plan_assign(g->p, g->path, "DEVICES", devices.s, why_defaults);
	/* without -n it waits for a client before it looks at the receiver */
	plan_add(&options, "%s%s-n", g->options, g->options[0] ? " " : "");
	if (!conf.nowait)
		plan_assign(g->p, g->path, g->options_name, plan_text_of(g->p, &options),
			    why_defaults);
	plan_text_free(&devices);
	plan_text_free(&options);
}

/* ---- who takes it ---- */

static void take_by_ntp(struct planner *p, const struct feedlines_input *l)
{
	struct feedlines lines;
	struct ntpd_unit pulse, own;
	struct plan_text t = { 0 };
	struct ntp_plan n;

	feedlines_write(l, &lines);
	if (!ntp_plan_begin(&n, p, p->in->taker))
		goto out;
	if (ntp_plan_find_nmea(&n, &own)) {
		plan_refuse(p, "%s: a line there reads %s, which gpsd shall have: take it out",
			    n.conf_path, p->in->port);
		goto out;
	}
	plan_add(&t, "# gpsd's receiver on %s by shared memory: its seconds, and its pulses\n%s",
		 p->in->port, n.flavour->kind == NTPD_NTPSEC ? lines.ntpsec : lines.ntp);
	ntp_add_minsane(&t, &n);
	if (!ntpd_unit_find(n.conf, NTPD_DRIVER_SHM, (unsigned int)l->shm + 1, &pulse))
		plan_text_free(&t);
	ntp_plan_lines(&n, plan_text_of(p, &t), NTPD_DRIVER_SHM, (unsigned int)l->shm + 1, why);
out:
	plan_text_free(&t);
	ntp_plan_end(&n);
}

static void take_by_chrony(struct planner *p, const struct feedlines_input *l)
{
	struct chrony_plan c;
	struct feedlines lines;
	struct plan_text t = { 0 };
	char unit[16];

	feedlines_write(l, &lines);
	plan_add(&t, "# gpsd's receiver on %s by shared memory: its seconds, and its pulses\n%s",
		 p->in->port, lines.chrony);
	snprintf(unit, sizeof(unit), "%d", l->shm + 1);
	if (chrony_plan_begin(&c, p)) {
		if (chrony_find_clock(c.conf, CHRONY_SHM, unit))
			plan_text_free(&t);
		chrony_plan_lines(&c, plan_text_of(p, &t), CHRONY_SHM, unit, why);
	}
	chrony_plan_end(&c);
	plan_text_free(&t);
}

static void plan_taker(struct planner *p, unsigned int nth)
{
	const struct feedlines_input l = {
		.mode = FEED_BOTH,
		.shm = 2 * (int)nth,
		.edge = p->in->edge,
		.nth = p->in->unit,
	};

	if (p->in->taker == SETUP_CHRONY) {
		take_by_chrony(p, &l);
		plan_start(p, chrony_service(p));
	} else {
		take_by_ntp(p, &l);
		plan_start(p, ntp_service(p, p->in->taker));
	}
}

/* ---- all of it ---- */

void setup_plan_gpsd(struct planner *p)
{
	struct gpsd_plan g;
	unsigned int nth = 0;

	if (!begin(&g, p)) {
		plan_refuse(p, "there is no /etc/default/gpsd: is gpsd installed?");
		return;
	}
	plan_defaults(&g, &nth);
	plan_taker(p, nth);
	if (p->in->init == SETUP_SYSTEMD)
		plan_enable(p, "gpsd.service", "multi-user.target", "gpsd begins with the boot");
	plan_start(p, "gpsd.service");
}

void gpsd_plan_leave(struct planner *p)
{
	struct plan_text devices = { 0 };
	struct gpsd_plan g;
	unsigned int nth;

	if (!begin(&g, p))
		return;
	list_devices(&g, false, &devices, &nth);
	if (strcmp(plan_text_of(p, &devices), g.devices) != 0) {
		plan_assign(p, g.path, "DEVICES", plan_text_of(p, &devices),
			    "the port is not gpsd's any more");
		plan_stop(p, "gpsd.socket");
		plan_stop(p, "gpsd.service");
		if (devices.len)
			plan_start(p, "gpsd.service");
	}
	plan_text_free(&devices);
}
