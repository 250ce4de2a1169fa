// SPDX-License-Identifier: GPL-2.0-or-later
/* Is N_PPS on the port, and was it lost? */
#include "check.h"

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

static void run_ldisc_not_attached(const struct port_facts *f, struct finding *out)
{
	/* nothing can be attached to a name without a UART, or by a kernel that cannot */
	if (f->pulse_only || !fact_is(f->present, 1) || port_is_placeholder(&f->port) ||
	    !check_has_ldisc(f))
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
	if (fact_known(f->unit))
		finding_fix(out, "systemctl restart gpsppsctl@%s.service     # or: gpsppsctl attach /dev/%s",
			    f->port.name, f->port.name);
	else
		finding_fix(out, "gpsppsctl attach /dev/%s", f->port.name);
}

const struct check check_ldisc_not_attached = {
	.id = "ldisc.not-attached",
	.stage = STAGE_LDISC,
	.explains = EXPLAINS_NO_PULSE,
	.run = run_ldisc_not_attached,
};

static void run_ldisc_lost(const struct port_facts *f, struct finding *out)
{
	(void)f;
	(void)out;
}

const struct check check_ldisc_lost = {
	.id = "ldisc.lost",
	.stage = STAGE_LDISC,
	.explains = EXPLAINS_NO_PULSE,
	.run = run_ldisc_lost,
};
