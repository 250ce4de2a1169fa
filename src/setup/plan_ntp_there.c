// SPDX-License-Identifier: GPL-2.0-or-later
/* What an ntp.conf says of the receiver already, in lines of ours and of others. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan_ntp.h"

/* A second measurement that differs no more is the same: time2 may be off by 0.45 s at most. */
#define SAME_DELAY_MS 50
#define NS_IN_MS 1000000

static bool leads_here(const struct setup_in *in, const char *path)
{
	char gps[32];

	snprintf(gps, sizeof(gps), "/dev/gps%u", in->unit);
	return !strcmp(path, gps) || !strcmp(path, in->port) ||
	       (!strncmp(path, "/dev/", 5) && !strcmp(path + 5, in->tty));
}

const struct ntpd_entry *ntp_plan_find_nmea(struct ntp_plan *n, struct ntpd_unit *u)
{
	const struct setup_in *in = n->p->in;

	for (size_t i = 0; i < n->conf->n_clocks; i++) {
		const struct ntpd_entry *e = &n->conf->clocks[i];
		char path[NTPD_PATH_MAX];

		if (e->driver != NTPD_DRIVER_NMEA ||
		    ntpd_unit_find(n->conf, e->driver, e->unit, u) < 0)
			continue;
		ntpd_unit_port(u, path, sizeof(path));
		if (leads_here(in, path))
			return e;
		if (e->unit == in->unit)
			plan_refuse(n->p, "%s:%u: NMEA unit %u is %s: take another unit (--unit)",
				    n->conf->files[e->at.file].path, e->at.line, e->unit, path);
	}
	return NULL;
}

bool ntp_plan_has_pulse(const struct ntp_plan *n)
{
	char pps[32], path[NTPD_PATH_MAX];
	struct ntpd_unit u;

	snprintf(pps, sizeof(pps), "/dev/gpspps%u", n->p->in->unit);
	for (size_t i = 0; i < n->conf->n_clocks; i++) {
		const struct ntpd_entry *e = &n->conf->clocks[i];

		if (e->driver != NTPD_DRIVER_PPS ||
		    ntpd_unit_find(n->conf, e->driver, e->unit, &u) < 0)
			continue;
		ntpd_unit_pulse(&u, path, sizeof(path));
		if (!strcmp(path, pps))
			return true;
	}
	return false;
}

bool ntp_plan_has_preferred(const struct ntp_plan *n)
{
	const struct ntpd_conf *conf = n->conf;

	for (size_t i = 0; i < conf->n_clocks; i++)
		if (conf->clocks[i].set.value[NTPD_PREFER])
			return true;
	return conf->servers_prefer;
}

/* time2 as our block has it. */
static struct fact said_delay(const struct ntp_plan *n, struct ntpd_conf *conf)
{
	const struct setup_file f = plan_file(n->p, n->place, NULL);
	struct ntpd_unit u;
	size_t at, size;

	if (f.is != SETUP_TEXT || plan_block_find(f.text, f.len, n->block, &at, &size) < 0)
		return fact_from(-ENOENT, 0);
	ntpd_conf_text(conf, n->flavour->kind, f.text + at, size);
	if (ntpd_unit_find(conf, NTPD_DRIVER_NMEA, n->p->in->unit, &u) < 0 || !u.from[NTPD_TIME2])
		return fact_from(-ENOENT, 0);
	return fact_from(0, u.set.value[NTPD_TIME2] / NS_IN_MS);
}

/* It may stay: another measurement gives the same, or no better one. */
static bool fits(const struct setup_in *in, struct fact said)
{
	const struct fact from = fact_known(in->delay_from_ms) ? in->delay_from_ms : in->delay_ms;
	const struct fact to = fact_known(in->delay_to_ms) ? in->delay_to_ms : in->delay_ms;

	return !fact_known(in->delay_ms) || (said.val >= from.val - SAME_DELAY_MS &&
					     said.val <= to.val + SAME_DELAY_MS);
}

struct fact ntp_plan_delay(const struct ntp_plan *n)
{
	const struct fact measured = n->p->in->delay_ms;
	struct ntpd_conf *conf = calloc(1, sizeof(*conf));
	struct fact said;

	if (!conf) {
		n->p->err = -ENOMEM;
		return measured;
	}
	said = said_delay(n, conf);
	free(conf);
	return fact_known(said) && fits(n->p->in, said) ? said : measured;
}
