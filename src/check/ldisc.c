// SPDX-License-Identifier: GPL-2.0-or-later
/* Is N_PPS on the port, and was it lost? */
#include "check.h"
#include "gpsd.h"

#include <string.h>

/*
 * One that answers at the control socket: "gpsppsctl" alone is also attach before
 * it has attached, and receiver, which needs no pulse.
 */
static bool is_ours(const struct port_facts *f, const struct holder *h)
{
	return fact_is(f->hold.pid, h->pid);
}

/* Those who stay only to keep the port attached. */
static const struct holder *find_attacher(const struct port_facts *f)
{
	static const char *const others[] = { "ldattach", "ppsldisc" };

	for (size_t i = 0; i < f->port.holders.n; i++) {
		const struct holder *h = &f->port.holders.v[i];

		if (is_ours(f, h) || !strcmp(h->comm, others[0]) || !strcmp(h->comm, others[1]))
			return h;
	}
	return NULL;
}

void check_fix_attach(const struct port_facts *f, struct finding *out)
{
	const struct holder *h = find_attacher(f);

	if (h && !is_ours(f, h)) {
		finding_fix(out, "kill %d; gpsppsctl attach --daemon /dev/%s     # %s would not put it back",
			    h->pid, f->port.name, h->comm);
		return;
	}
	/* systemd keeps the units of the table, where it and udev run */
	if (fact_known(f->unit) && fact_is(f->kernel.udev, 1))
		finding_fix(out, "systemctl restart gpsppsctl@%s.service     # or: gpsppsctl attach --daemon /dev/%s",
			    f->port.name, f->port.name);
	else if (h)
		finding_fix(out, "gpsppsctl detach /dev/%s; gpsppsctl attach --daemon /dev/%s",
			    f->port.name, f->port.name);
	else
		finding_fix(out, "gpsppsctl attach --daemon /dev/%s", f->port.name);
	out->cure = CURE_COMMAND;
}

/*
 * It was there and is not.  N_TTY below somebody else's ldattach, as that attaches
 * other line disciplines, too; else flag 0x800, which a hang-up leaves.
 */
static const struct holder *find_loser(const struct port_facts *f)
{
	const struct holder *h = find_attacher(f);
	bool flag = fact_known(f->port.flags) && f->port.flags.val & FLAG_HARDPPS_CD;

	if (f->pulse_only || !h || facts_is_attached(f) || fact_is(f->port.ldisc, LDISC_PPS))
		return NULL;
	if (!fact_known(f->port.ldisc))
		return flag ? h : NULL;
	return is_ours(f, h) || flag || fact_is(f->port.ldisc, LDISC_TTY) ? h : NULL;
}

/* What is on the port instead. */
static void observe_unattached(const struct port_facts *f, struct finding *out)
{
	char who[160];

	facts_holders_text(f, who, sizeof(who));
	if (fact_known(f->port.ldisc))
		finding_observed(out, "line discipline %d%s, no PPS device has the path /dev/%s, open by %s",
				 (int)f->port.ldisc.val,
				 fact_is(f->port.ldisc, LDISC_TTY) ? " (N_TTY)" : "",
				 f->port.name, who);
	else
		finding_observed(out, "no PPS device has the path /dev/%s, %s has the port open",
				 f->port.name, who);
}

/*
 * gpsd attaches the port itself when it opens it, and takes none that another one
 * keeps.  The table of units is a decision for us.
 */
static bool is_gpsds(const struct port_facts *f, struct gpsd_at *g)
{
	return !fact_known(f->unit) && gpsd_find_any(f, g) && g->path[0] &&
	       (daemon_runs(g->d) || gpsd_waiting(f));
}

static void fix_by_gpsd(const struct gpsd_at *g, struct finding *out)
{
	char restart[GPSD_RESTART_MAX];

	gpsd_restart(g, restart);
	finding_fix(out, "%s     # it attaches the port itself, as root and with -n (/etc/default/gpsd: GPSD_OPTIONS)",
		    restart);
}

static void run_ldisc_not_attached(const struct port_facts *f, struct finding *out)
{
	struct gpsd_at g;

	/* nothing can be attached to a name without a UART, or by a kernel that cannot */
	if (f->pulse_only || !fact_is(f->present, 1) || port_is_placeholder(&f->port) ||
	    !check_has_ldisc(f) || find_loser(f))
		return;
	finding_saw(out, "ldisc", f->port.ldisc);
	finding_saw(out, "flags", f->port.flags);
	/*
	 * The device is the proof.  Flag 0x800 is not: it stays set behind a hang-up
	 * or a killed holder (uart_hangup() calls no set_ldisc).
	 */
	if (facts_is_attached(f)) {
		finding_observed(out, "%s has the path /dev/%s", f->pulse.name, f->port.name);
		out->severity = SEV_OK;
		return;
	}
	finding_fail(out, "NO PULSE: the PPS line discipline is not attached");
	observe_unattached(f, out);
	finding_why(out, "the kernel stamps pulses only while somebody holds the port with N_PPS; ntpd says \"time_pps_create: Operation not supported\"%s",
		    fact_known(f->port.flags) && f->port.flags.val & FLAG_HARDPPS_CD ?
		    "; it was attached once (flag 0x800 is left)" : "");
	if (!is_gpsds(f, &g)) {
		check_fix_attach(f, out);
		return;
	}
	fix_by_gpsd(&g, out);
	if (check_fails(&check_gpsd_no_n, f) || check_fails(&check_gpsd_holder, f))
		out->severity = SEV_INFO;
}

const struct check check_ldisc_not_attached = {
	.id = "ldisc.not-attached",
	.title = "the PPS line discipline is not attached",
	.explain = "The kernel stamps the edges of DCD only while the line discipline N_PPS is on "
		"the port, and it stays there only as long as a process has the port open. diag "
		"looks for a PPS device whose path is the port. Attach it, best by a line in "
		"the table of units: then gpsppsctl@PORT.service does so after every boot and "
		"re-plug.",
	.see = "drivers/pps/clients/pps-ldisc.c; ldattach(8)",
	.stage = STAGE_LDISC,
	.explains = EXPLAINS_NO_PULSE,
	.run = run_ldisc_not_attached,
};

static void run_ldisc_lost(const struct port_facts *f, struct finding *out)
{
	const struct holder *h = find_loser(f);

	if (!fact_is(f->present, 1) || f->pulse_only)
		return;
	if (facts_is_attached(f)) {
		out->severity = SEV_OK;
		return;
	}
	if (!h)
		return;
	finding_saw(out, "ldisc", f->port.ldisc);
	finding_saw(out, "flags", f->port.flags);
	finding_saw(out, "pid", fact_from(0, h->pid));
	finding_fail(out, "NO PULSE: the PPS line discipline was taken off the port");
	observe_unattached(f, out);
	if (fact_known(f->port.flags) && f->port.flags.val & FLAG_HARDPPS_CD)
		finding_why(out, "flag 0x800 is left, so the port was hung up under %s[%d] (DCD fell without clocal, or a getty's vhangup()): its PPS device is gone",
			    h->comm, h->pid);
	else
		finding_why(out, "another program has set the line discipline anew while %s[%d] keeps the port: the PPS device went with it",
			    h->comm, h->pid);
	check_fix_attach(f, out);
}

const struct check check_ldisc_lost = {
	.id = "ldisc.lost",
	.title = "the PPS line discipline was taken off the port",
	.explain = "A process keeps the port to have pulses stamped, and N_PPS is no longer on it: "
		"another program set a line discipline of its own (TIOCSETD), or the port was hung "
		"up, which leaves flag 0x800 behind. Daemons that have the old PPS device open "
		"get its last stamp for ever, without an error. Attach it anew; the new PPS device "
		"needs the daemon's restart, too (restart= in the table of units).",
	.see = "drivers/tty/tty_ldisc.c; drivers/pps/clients/pps-ldisc.c",
	.stage = STAGE_LDISC,
	.explains = EXPLAINS_NO_PULSE,
	.run = run_ldisc_lost,
};
