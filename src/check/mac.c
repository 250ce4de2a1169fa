// SPDX-License-Identifier: GPL-2.0-or-later
/* Do AppArmor or SELinux keep a daemon from the port, the pulse, or chronyd's socket? */
#include <stdio.h>
#include <string.h>

#include "../daemon/said.h"
#include "../daemon/mark.h"
#include "access.h"

/* ---- what a line of the kernel's is about ---- */

static struct word text_of(const struct logline *l)
{
	return (struct word){ l->text, strlen(l->text) };
}

/* The process that was denied: ` pid=731 `; absent when the line does not say. */
static struct fact pid_of(const struct logline *l)
{
	struct word rest = said_after(text_of(l), " pid=");

	return rest.s ? said_whole(said_word(&rest), 10) : said_absent();
}

/* ` comm="chronyd"` */
static bool is_by_comm(const struct logline *l, const char *comm)
{
	struct word rest = said_after(text_of(l), " comm=\"");

	return rest.s && word_is(said_field(&rest, '"'), comm);
}

/* A profile is named by the program's path, or by any other name. */
static bool is_by_profile(const struct logline *l, const char *comm)
{
	const char *slash = strrchr(l->profile, '/');

	return !strcmp(slash ? slash + 1 : l->profile, comm);
}

static bool is_by(const struct logline *l, const struct daemon *d)
{
	const char *comm = daemon_row(d->kind)->comm;
	const struct fact pid = pid_of(l);

	if (!is_by_comm(l, comm) && !is_by_profile(l, comm))
		return false;
	/* of an earlier run: it may be cured since then */
	return !daemon_runs(d) || !fact_known(pid) || pid.val == d->pid.val;
}

/* SELinux may name the last part alone. */
static bool is_about_node(const struct logline *l, const char *node)
{
	const char *path = !strncmp(l->path, "/dev/", 5) ? l->path + 5 : l->path;

	return node[0] && !strcmp(path, node);
}

static bool is_about_socket(const struct logline *l, const struct port_facts *f)
{
	for (size_t i = 0; i < f->daemons->n; i++) {
		const struct chrony_conf *conf = f->daemons->v[i].chrony;

		for (size_t k = 0; conf && k < conf->n_refclocks; k++)
			if (conf->refclocks[k].driver == CHRONY_SOCK &&
			    !strcmp(l->path, conf->refclocks[k].param))
				return true;
	}
	return false;
}

/* A denial, and what it kept from this port's daemon. */
struct denial {
	const struct logline *line;
	const struct daemon *daemon;
	enum { DENIED_NOTHING, DENIED_NODE, DENIED_SOCKET, DENIED_TIME } what;
	const char *node;		/* of DENIED_NODE: "ttyS1" */
};

/* What it has open all the same is not kept from it. */
static bool is_kept_from(const struct port_facts *f, const struct denial *n, const char *node)
{
	return is_about_node(n->line, node) &&
	       !fact_is(access_has_open(f, n->daemon, node), 1);
}

static bool keeps_from(const struct port_facts *f, const struct logline *l, struct denial *n)
{
	const bool is_capability = l->what == LOG_APPARMOR_CAPABILITY;

	n->line = l;
	n->node = "";
	if (is_capability && !strcmp(l->path, "sys_time"))
		n->what = DENIED_TIME;
	else if (is_capability)
		n->what = DENIED_NOTHING;
	else if (is_kept_from(f, n, f->port.name))
		n->what = DENIED_NODE, n->node = f->port.name;
	else if (is_kept_from(f, n, f->pulse.name))
		n->what = DENIED_NODE, n->node = f->pulse.name;
	else if (is_about_socket(l, f))
		n->what = DENIED_SOCKET;
	else
		n->what = DENIED_NOTHING;
	return n->what != DENIED_NOTHING;
}

/* In permissive mode SELinux only tells. */
static bool is_kind(const struct logline *l, bool selinux)
{
	if (selinux)
		return l->what == LOG_SELINUX && !strstr(l->text, "permissive=1");
	return l->what == LOG_APPARMOR || l->what == LOG_APPARMOR_CAPABILITY;
}

/* The newest one that matters. */
static bool find_denial(const struct port_facts *f, bool selinux, struct denial *n)
{
	const struct daemon_list *list = f->daemons;
	const struct daemon *d;

	for (size_t i = 0; (d = access_next(f, &i)); ) {
		n->daemon = d;
		if (access_is_leftover(f, d) || mark_is_pulse_used(d, f))
			continue;
		for (unsigned int k = list->n_kernel_log; k-- > 0; )
			if (is_kind(&list->kernel_log[k], selinux) &&
			    is_by(&list->kernel_log[k], d) &&
			    keeps_from(f, &list->kernel_log[k], n))
				return true;
	}
	return false;
}

/* ---- the log cannot be read ---- */

static bool is_confined(const struct daemon *d, bool selinux)
{
	const char *label = d->label.state == FACT_OK ? d->label.val : "";
	const char *mode = strstr(label, " (");

	return selinux ? !mode && strchr(label, ':') && !strstr(label, "unconfined") :
		mode && !strcmp(mode, " (enforce)");
}

/* It does not have one of the two devices that it wants. */
static const char *find_missing(const struct port_facts *f, const struct daemon *d)
{
	static const enum access_what whats[] = { ACCESS_PORT, ACCESS_PULSE };
	struct access a;

	for (size_t i = 0; i < sizeof(whats) / sizeof(whats[0]); i++)
		if (access_of(f, d, whats[i], &a) && !fact_is(a.open, 1))
			return a.node;
	return NULL;
}

/* Without a denial: ok only where the log, or the devices that it has open, prove it. */
static void judge_none(const struct port_facts *f, bool selinux, struct finding *out)
{
	const struct daemon *d;

	for (size_t i = 0; (d = access_next(f, &i)); ) {
		const char *missing = find_missing(f, d);

		if (!daemon_runs(d) || !is_confined(d, selinux))
			continue;
		if (missing && !fact_known(f->daemons->kernel_log_known) &&
		    !mark_is_pulse_used(d, f)) {
			finding_skip(out, "%s (%.60s) lacks /dev/%s, and the kernel's log cannot be read",
				     daemon_row(d->kind)->comm, d->label.val, missing);
			finding_fix(out, "sudo journalctl -k -b -g '%s'     # a line with %s in it: it was denied",
				    selinux ? "avc:" : "apparmor=.DENIED", missing);
			return;
		}
		out->severity = SEV_OK;
	}
}

/* ---- AppArmor ---- */

/*
 * Names of ours alone go into a command.  ntpd's profiles of Debian have a variable for
 * the receiver; AppArmor knows where a link leads, and not the link.
 */
static void fix_apparmor(const struct denial *n, struct finding *out)
{
	const char *comm = daemon_row(n->daemon->kind)->comm;
	const bool is_ntpd = n->daemon->kind == DAEMON_NTPD || n->daemon->kind == DAEMON_NTPSEC;
	char restart[96], rule[80];

	daemon_restart_text(n->daemon, restart, sizeof(restart));
	if (n->what == DENIED_NODE && is_ntpd && strncmp(n->node, "pps", 3)) {
		finding_fix(out, "sed -i 's,^@{NTPD_DEVICE}=.*,@{NTPD_DEVICE}=\"/dev/%s\",' /etc/apparmor.d/tunables/ntpd && apparmor_parser -r /etc/apparmor.d/usr.sbin.ntpd && %s",
			    n->node, restart);
		return;
	}
	if (n->what == DENIED_NODE)
		snprintf(rule, sizeof(rule), "/dev/%s rw,", n->node);
	else if (n->what == DENIED_TIME)
		snprintf(rule, sizeof(rule), "capability sys_time,");
	else
		snprintf(rule, sizeof(rule), "/{,var/}run/{,chrony/}chrony.*.sock rw,");
	finding_fix(out, "echo '%s' >>/etc/apparmor.d/local/usr.sbin.%s && apparmor_parser -r /etc/apparmor.d/usr.sbin.%s && %s",
		    rule, comm, comm, restart);
}

static void fix_selinux(const struct denial *n, struct finding *out)
{
	const char *comm = daemon_row(n->daemon->kind)->comm;
	char restart[96];

	daemon_restart_text(n->daemon, restart, sizeof(restart));
	finding_fix(out, "ausearch -m avc -c %s --raw | audit2allow -M gpspps && semodule -i gpspps.pp && %s     # first try: restorecon -v /dev/%s",
		    comm, restart, n->node[0] ? n->node : "pps0");
}

static void judge(const struct port_facts *f, bool selinux, struct finding *out)
{
	const char *who = selinux ? "SELinux" : "AppArmor", *comm;
	struct denial n;

	if (!fact_is(f->present, 1) || !f->daemons)
		return;
	if (!find_denial(f, selinux, &n)) {
		judge_none(f, selinux, out);
		return;
	}
	comm = daemon_row(n.daemon->kind)->comm;
	finding_saw(out, "pid", n.daemon->pid);
	/* gpsd then stamps the pulse by itself */
	if (n.daemon->kind == DAEMON_GPSD && n.node == f->pulse.name)
		finding_warn(out, "%s keeps gpsd from /dev/%s", who, n.node);
	else if (n.what == DENIED_NODE)
		finding_fail(out, "NOT USABLE: %s keeps %s from /dev/%s", who, comm, n.node);
	else if (n.what == DENIED_TIME)
		finding_fail(out, "NO TIME: %s does not let %s set the clock", who, comm);
	else
		finding_fail(out, "NOT USABLE: %s keeps %s from chronyd's socket", who, comm);
	finding_observed(out, "the kernel's log says: %s", n.line->text);
	finding_why(out, "the daemon gets \"Permission denied\" although mode and owners would let it, and goes on without");
	if (selinux)
		fix_selinux(&n, out);
	else
		fix_apparmor(&n, out);
}

static void run_mac_apparmor(const struct port_facts *f, struct finding *out)
{
	judge(f, false, out);
}

static void run_mac_selinux(const struct port_facts *f, struct finding *out)
{
	judge(f, true, out);
}

const struct check check_mac_apparmor = {
	.id = "mac.apparmor",
	.title = "AppArmor keeps a daemon from the port or its pulse",
	.explain = "AppArmor's profiles list the files that a daemon may open, whatever their mode "
		"is. Debian's profile of ntpd allows /dev/pps* and one more device, which is "
		"/dev/null until it is set in /etc/apparmor.d/tunables/ntpd; the profile sees "
		"where /dev/gps0 leads, so the port's own name belongs there. The kernel logs "
		"apparmor=\"DENIED\" with the path: diag looks for the port, the pulse and chronyd's "
		"sockets in it, in lines of the daemon's present run.",
	.see = "apparmor.d(5); /etc/apparmor.d/local/README",
	.stage = STAGE_PERMISSIONS,
	.explains = EXPLAINS_NO_ACCESS | EXPLAINS_NO_SENTENCES,
	.run = run_mac_apparmor,
};

const struct check check_mac_selinux = {
	.id = "mac.selinux",
	.title = "SELinux keeps a daemon from the port or its pulse",
	.explain = "SELinux allows a daemon's domain only devices of certain types: a PPS device made "
		"by a rule or a container may have another, and the policy of chronyd knows no "
		"serial port. The kernel logs \"avc: denied\" with the device and the program; "
		"diag looks for the port and the pulse in it, where SELinux enforces. Restore the "
		"device's label, or let audit2allow make a module of the lines.",
	.see = "audit2allow(1); restorecon(8); chronyd_selinux(8)",
	.stage = STAGE_PERMISSIONS,
	.explains = EXPLAINS_NO_ACCESS | EXPLAINS_NO_SENTENCES,
	.run = run_mac_selinux,
};
