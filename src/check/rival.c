// SPDX-License-Identifier: GPL-2.0-or-later
/* Does anything steer the clock beside the daemon that takes the receiver's time? */
#include <stdio.h>
#include <string.h>

#include "access.h"

/* Who steers: one of our daemons, or another program. */
struct steerer {
	const struct daemon *daemon;
	const struct rival *rival;
};

static void steerer_text(const struct steerer *s, char *buf, size_t size)
{
	if (s->daemon)
		daemon_text(s->daemon, buf, size);
	else
		snprintf(buf, size, "%s[%d]", rival_row(s->rival->kind)->name, s->rival->pid);
}

/* "disable ntp": ntpd looks on. */
static bool looks_on(const struct daemon *d)
{
	const struct ntpd_knob *ntp = d->ntpd ? ntpd_knob_find(d->ntpd, "system", "ntp") : NULL;

	return ntp && !ntp->billionths;
}

/* It runs, sets the clock, and may. */
static bool steers(const struct daemon *d)
{
	return daemon_runs(d) && daemon_row(d->kind)->keeps_clock &&
	       !d->chrony_command.no_clock && !d->chrony_command.once &&
	       !d->ntpd_command.quits && !looks_on(d) && access_may_set_clock(d);
}

/* The process that was taken for one of our daemons counts once. */
static bool is_counted(const struct port_facts *f, const struct rival *r)
{
	for (size_t i = 0; i < f->daemons->n; i++)
		if (fact_is(f->daemons->v[i].pid, r->pid))
			return true;
	return false;
}

static const struct rival *find_rival(const struct port_facts *f, bool is_daemon)
{
	const struct daemon_list *list = f->daemons;
	const struct rival *optional = NULL;

	for (unsigned int i = 0; i < list->n_rivals; i++) {
		const struct rival *r = &list->rivals[i];
		const struct rival_row *row = rival_row(r->kind);

		if (row->is_daemon != is_daemon || is_counted(f, r))
			continue;
		if (!row->is_optional)
			return r;
		optional = r;
	}
	return optional;
}

/* Processes of one unit are one daemon: chronyd has helpers. */
static bool is_another(const struct daemon *a, const struct daemon *b)
{
	return a->kind != b->kind ||
	       (a->service[0] && b->service[0] && strcmp(a->service, b->service));
}

/* The one that takes this port's time, and one beside it. */
static bool find_two(const struct port_facts *f, struct steerer two[2])
{
	const struct daemon *ours;

	memset(two, 0, 2 * sizeof(two[0]));
	for (size_t i = 0; !two[0].daemon && (ours = access_next(f, &i)); )
		if (steers(ours))
			two[0].daemon = ours;
	if (!two[0].daemon)
		return false;
	for (size_t i = 0; i < f->daemons->n; i++)
		if (steers(&f->daemons->v[i]) &&
		    is_another(two[0].daemon, &f->daemons->v[i])) {
			two[1].daemon = &f->daemons->v[i];
			return true;
		}
	two[1].rival = find_rival(f, true);
	return two[1].rival;
}

/* Which of them is to go: the one without the receiver; of two that have it the second. */
static void fix_two(const struct steerer *other, struct finding *out)
{
	if (other->rival)
		finding_fix(out, "%s", rival_row(other->rival->kind)->stop);
	else if (other->daemon->service[0])
		finding_fix(out, "systemctl disable --now %s", other->daemon->service);
	else
		finding_fix(out, "kill %d     # and keep it from starting at boot",
			    (int)other->daemon->pid.val);
}

/* What runs is known, or it was refused and that is told. */
static bool is_known(const struct port_facts *f, struct finding *out)
{
	const struct fact known = f->daemons->rivals_known;

	if (known.state == FACT_DENIED)
		check_denied(out, "the list of processes", known);
	return fact_known(known);
}

static void run_daemon_two(const struct port_facts *f, struct finding *out)
{
	struct steerer two[2];
	char first[80], second[80];

	if (!fact_is(f->present, 1) || !f->daemons)
		return;
	if (!find_two(f, two)) {
		if (two[0].daemon && is_known(f, out))
			out->severity = SEV_OK;
		return;
	}
	steerer_text(&two[0], first, sizeof(first));
	steerer_text(&two[1], second, sizeof(second));
	finding_saw(out, "pid", two[0].daemon->pid);
	finding_saw(out, "second_pid", two[1].daemon ? two[1].daemon->pid :
		    fact_from(0, two[1].rival->pid));
	finding_fail(out, "WRONG TIME: two daemons steer the clock");
	finding_observed(out, "%s and %s run, and both may set the clock; the first takes this receiver's time",
			 first, second);
	finding_why(out, "each takes the other's corrections for an error of the clock and turns them back; only one of them gets port 123 (\"Address already in use\")");
	fix_two(&two[1], out);
}

const struct check check_daemon_two = {
	.id = "daemon.two",
	.title = "two daemons steer the clock",
	.explain = "The kernel's clock has one frequency and one offset, and whoever set them last "
		"wins. Two daemons that steer it (ntpd beside chronyd, or systemd-timesyncd, "
		"OpenNTPD, ntpd-rs beside either) pull it to and fro, and each reports jitter that "
		"is the other's work. diag looks at the processes that run and may set the clock "
		"(CAP_SYS_TIME); chronyd -x does not count. Keep the one that takes the receiver's "
		"time.",
	.see = "https://chrony-project.org/faq.html; timedatectl(1)",
	.stage = STAGE_DAEMON,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_daemon_two,
};

/* ---- programs that set it now and then ---- */

static void run_host_rival(const struct port_facts *f, struct finding *out)
{
	const struct daemon *d;
	const struct rival_row *row;
	const struct rival *r;
	size_t i = 0;

	if (!fact_is(f->present, 1) || !f->daemons)
		return;
	while ((d = access_next(f, &i)) && !steers(d))
		;
	if (!d || !is_known(f, out))
		return;
	r = find_rival(f, false);
	if (!r) {
		out->severity = SEV_OK;
		return;
	}
	row = rival_row(r->kind);
	finding_saw(out, "pid", fact_from(0, r->pid));
	if (row->is_optional)
		out->severity = SEV_INFO;
	else
		finding_warn(out, "%s sets the clock beside %s", row->name,
			     daemon_row(d->kind)->comm);
	finding_observed(out, "%s[%d] runs%s", row->comm, r->pid,
			 row->is_optional ? "; whether it sets the clock cannot be seen" : "");
	finding_why(out, "%s: the daemon sees jumps that no receiver made", row->why);
	finding_fix(out, "%s", row->stop);
}

const struct check check_host_rival = {
	.id = "host.time-sync-rival",
	.title = "another program sets the clock beside the daemon",
	.explain = "VirtualBox's guest service, VMware's tools with timesync, phc2sys and htpdate "
		"set the clock, too, by a host's, a network card's or a web server's time: coarse "
		"steps in the middle of microseconds. diag looks for their processes, and in their "
		"command lines for what turns that off (--disable-timesync; phc2sys -s "
		"CLOCK_REALTIME reads the clock only). VMware's tools keep the setting to "
		"themselves: ask vmware-toolbox-cmd timesync status.",
	.see = "VBoxService(1); vmware-toolbox-cmd(1); phc2sys(8)",
	.stage = STAGE_HOST,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_host_rival,
};
