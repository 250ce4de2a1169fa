// SPDX-License-Identifier: GPL-2.0-or-later
/* NTPsec's and ntp.org's configuration: the receiver's lines, or what a person is to add. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ntplines.h"
#include "../words.h"
#include "plan_ntp.h"

static const struct ntp_flavour flavours[] = {
	[SETUP_NTPSEC] = {
		.kind = NTPD_NTPSEC, .package = "ntpsec",
		.confs = { "/etc/ntpsec/ntp.conf", "/etc/ntp.conf" },
		.services = { "ntpsec.service", "ntpd.service" },
		.defaults = "/etc/default/ntpsec",
	},
	[SETUP_NTP] = {
		.kind = NTPD_CLASSIC, .package = "ntp",
		.confs = { "/etc/ntp.conf" },
		.services = { "ntp.service", "ntpd.service" },
		.defaults = "/etc/default/ntp",
	},
};

static const char why[] = "the receiver's lines";
static const char why_old[] = "the lines of the unit that it was";

/* ---- where the lines go ---- */

/*
 * NTPsec reads ntp.d beside its file, too; but Debian's, when a DHCP server names time
 * servers, reads a copy of the file in another directory, where there is no ntp.d.  So the
 * file itself is first, as long as nobody edited it.
 */
static void find_place(struct ntp_plan *n)
{
	const struct planner *p = n->p;
	const struct setup_file f = plan_file(p, n->conf_path, NULL);
	const int dir = (int)(base_name(n->conf_path) - n->conf_path);

	snprintf(n->own, sizeof(n->own), "%.*sntp.d/gpsppsctl.conf", dir, n->conf_path);
	n->place = n->conf_path;
	if (n->flavour->kind != NTPD_NTPSEC || plan_has_block(p, n->conf_path, n->block))
		return;
	if (!f.pristine || plan_has_block(p, n->own, n->block))
		n->place = n->own;
}

/* The copy of the DHCP hook has none of the lines: Debian's own switch turns it off. */
static void ignore_dhcp(struct ntp_plan *n)
{
	const struct setup_file f = plan_file(n->p, n->flavour->defaults, NULL);
	char value[32];

	if (n->place == n->conf_path || f.is != SETUP_TEXT)
		return;
	if (envfile_value(f.text, f.len, "IGNORE_DHCP", value, sizeof(value)) == 0 &&
	    !strcmp(value, "yes"))
		return;
	plan_assign(n->p, n->flavour->defaults, "IGNORE_DHCP", "yes",
		    "so that the copy for DHCP's servers is not read instead");
}

/* ---- the lines ---- */

static void add_comments(struct plan_text *t, const struct ntp_plan *n,
			 const struct ntplines_input *l)
{
	const unsigned int unit = n->p->in->unit;

	plan_add(t, "# The GPS receiver on %s: its sentences are /dev/gps%u, its pulse /dev/gpspps%u.\n",
		 n->p->in->port, unit, unit);
	if (fact_known(l->baud))
		plan_add(t, "# mode: RMC sentences at %d baud\n", (int)l->baud.val);
	if (fact_known(l->delay_ms))
		plan_add(t, "# time2: they end so long after the pulse that they tell the second of\n");
	else
		plan_add(t, "# time2, how late they end, is not known yet: gpsppsctl diag tells it\n");
	if (l->pps)
		plan_add(t, "# flag1 1: use the pulse\n");
	if (l->pps && l->edge == EDGE_CLEAR)
		plan_add(t, "# flag2 1: it begins with the clear edge\n");
	if (!l->not_preferred)
		plan_add(t, "# prefer: it numbers the seconds that a pulse divides\n");
}

void ntp_add_minsane(struct plan_text *t, const struct ntp_plan *n)
{
	const struct ntpd_knob *k = ntpd_knob_find(n->conf, "tos", "minsane");

	if (k && k->billionths > 1000000000)
		plan_add(t, "# the receiver alone may set the clock, when no server is reached\n"
			 "tos minsane 1\n");
}

/* A file may say "end", and what stands behind it is read by nobody. */
static void check_is_read(struct ntp_plan *n, unsigned int driver, unsigned int unit)
{
	struct ntpd_unit u;

	if (n->p->err || !plan_has_block(n->p, n->place, n->block))
		return;
	n->texts.all = true;
	plan_read_ntpd(&n->texts, n->flavour->kind, n->conf_path, n->conf);
	n->texts.all = false;
	if (ntpd_unit_find(n->conf, driver, unit, &u) < 0)
		plan_refuse(n->p, "%s: lines at its end would not be read: has it an \"end\"?",
			    n->conf_path);
}

void ntp_plan_lines(struct ntp_plan *n, const char *lines, unsigned int driver, unsigned int unit,
		    const char *reason)
{
	plan_block(n->p, n->place, n->block, lines, reason);
	if (!lines[0])
		return;
	ignore_dhcp(n);
	check_is_read(n, driver, unit);
}

static void write_block(struct ntp_plan *n)
{
	const struct setup_in *in = n->p->in;
	struct ntplines_input l = {
		.unit = fact_from(0, in->unit),
		.edge = in->edge,
		.baud = fact_known(in->baud) ? in->baud : fact_from(0, 4800),
		.delay_ms = ntp_plan_delay(n),
		.not_preferred = ntp_plan_has_preferred(n),
	};
	struct plan_text t = { 0 };
	struct ntplines lines;
	char pps[32];

	snprintf(pps, sizeof(pps), "gpspps%u", in->unit);
	l.pps = ntp_plan_has_pulse(n) ? NULL : pps;
	ntplines_write(&l, &lines);
	add_comments(&t, n, &l);
	plan_add(&t, "%s\n", n->flavour->kind == NTPD_NTPSEC ? lines.ntpsec : lines.ntp);
	ntp_add_minsane(&t, n);
	ntp_plan_lines(n, plan_text_of(n->p, &t), NTPD_DRIVER_NMEA, in->unit, why);
	plan_text_free(&t);
}

/* His own line, without the pulse. */
static void tell_flag1(struct ntp_plan *n, const struct ntpd_unit *u)
{
	const struct ntpd_place *at = &u->clock->at;
	const bool clear = n->p->in->edge == EDGE_CLEAR;
	struct plan_text t = { 0 };

	plan_add(&t, "# beside line %u, %s\n", at->line, at->text);
	if (n->flavour->kind == NTPD_NTPSEC && strncmp(at->text, "server", 6) != 0)
		plan_add(&t, "# at its end: flag1 1%s\n", clear ? " flag2 1" : "");
	else
		plan_add(&t, "fudge 127.127.20.%u flag1 1%s\n", u->clock->unit,
			 clear ? " flag2 1" : "");
	plan_by_hand(n->p, n->conf->files[at->file].path, plan_text_of(n->p, &t),
		     "the receiver is configured, and its pulse is not used");
	plan_text_free(&t);
}

static void plan_lines(struct ntp_plan *n)
{
	struct ntpd_unit u;
	const struct ntpd_entry *own = ntp_plan_find_nmea(n, &u);

	if (n->p->err)
		return;
	if (!own) {
		write_block(n);
		return;
	}
	/* somebody's own lines have it: ours would be a second clock on the same device */
	plan_block(n->p, n->place, n->block, "", why);
	if (!u.set.value[NTPD_FLAG1] && !ntp_plan_has_pulse(n))
		tell_flag1(n, &u);
}

/* ---- all of it ---- */

/* OpenWrt's package ntpd: its script writes the servers of UCI to a file of its own at each start. */
static bool is_uci_ntpd(const struct planner *p)
{
	const struct setup_file f = plan_file(p, "/etc/init.d/ntpd", NULL);

	return p->in->init == SETUP_PROCD && f.is == SETUP_TEXT && strstr(f.text, "/var/etc/ntpd.conf");
}

bool ntp_plan_begin(struct ntp_plan *n, struct planner *p, enum setup_daemon d)
{
	char old[PLAN_BLOCK_MAX];
	int err;

	memset(n, 0, sizeof(*n));
	n->p = p;
	n->flavour = &flavours[d];
	plan_block_names(p, n->block, old);
	n->conf_path = plan_first(p, n->flavour->confs);
	if (is_uci_ntpd(p)) {
		plan_refuse(p, "/etc/init.d/ntpd writes UCI's servers to /var/etc/ntpd.conf, "
			    "and no receiver: install the package chrony, and take --daemon chrony");
		return false;
	}
	if (!n->conf_path) {
		plan_refuse(p, "there is no %s: is %s installed?", n->flavour->confs[0],
			    n->flavour->package);
		return false;
	}
	n->conf = calloc(1, sizeof(*n->conf));
	if (!n->conf) {
		p->err = -ENOMEM;
		return false;
	}
	n->texts = (struct plan_conf){ .p = p };
	err = plan_read_ntpd(&n->texts, n->flavour->kind, n->conf_path, n->conf);
	if (err || n->texts.denied)
		plan_refuse(p, "%s: %s", n->conf_path,
			    err == -EISDIR ? "it is a directory" : "not all of it can be read");
	find_place(n);
	if (old[0] && !p->err) {
		plan_block(p, n->conf_path, old, "", why_old);
		plan_block(p, n->own, old, "", why_old);
	}
	return !p->err;
}

void ntp_plan_end(struct ntp_plan *n)
{
	plan_conf_free(&n->texts);
	free(n->conf);
}

const char *ntp_service(const struct planner *p, enum setup_daemon d)
{
	return plan_service(p, flavours[d].services);
}

void setup_plan_ntp(struct planner *p, enum setup_daemon d)
{
	struct ntp_plan n;

	if (ntp_plan_begin(&n, p, d))
		plan_lines(&n);
	ntp_plan_end(&n);
	plan_start(p, ntp_service(p, d));
}
