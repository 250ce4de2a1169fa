// SPDX-License-Identifier: GPL-2.0-or-later
/* Can this kernel stamp pulses, and was it told to, on this port? */
#include "check.h"

void check_kernel_no_pps(const struct port_facts *f, struct finding *out)
{
	const struct kernel_facts *k = &f->kernel;

	finding_saw(out, "pps_class", k->pps_class);
	if (k->pps_class.state == FACT_DENIED) {
		check_denied(out, "/sys/class/pps", k->pps_class);
		return;
	}
	/* with pps_core as a module the class appears when it is loaded: attach does that */
	if (fact_is(k->pps_class, 1) || k->pps_module.state == FACT_OK) {
		out->severity = SEV_OK;
		return;
	}
	finding_fail(out, "NO PULSE: this kernel cannot stamp pulses");
	finding_observed(out, "no /sys/class/pps, no module pps_core in /lib/modules/%s",
			 k->release.val);
	finding_why(out, "it was built without CONFIG_PPS, or the modules of the running kernel are gone");
	finding_fix(out, "install a kernel with CONFIG_PPS (or reboot, if the kernel was just upgraded)");
}

bool check_has_ldisc(const struct port_facts *f)
{
	return facts_is_attached(f) || fact_is(f->kernel.ldisc, 1) ||
	       f->kernel.ldisc_module.state == FACT_OK;
}

void check_kernel_no_ldisc(const struct port_facts *f, struct finding *out)
{
	const struct kernel_facts *k = &f->kernel;

	if (f->pulse_only)
		return;
	finding_saw(out, "ldisc_registered", k->ldisc);
	if (check_has_ldisc(f)) {
		out->severity = SEV_OK;
		return;
	}
	if (k->ldisc.state == FACT_DENIED) {
		check_denied(out, "/proc/tty/ldiscs", k->ldisc);
		return;
	}
	finding_fail(out, "NO PULSE: this kernel has no PPS line discipline");
	finding_observed(out, "/proc/tty/ldiscs has no pps_tty (18), no module pps_ldisc in /lib/modules/%s",
			 k->release.val);
	finding_why(out, "a serial port's pulse cannot be attached: \"cannot set line discipline: Invalid argument\"");
	finding_fix(out, "install the rest of the kernel's modules (CONFIG_PPS_CLIENT_LDISC; Ubuntu: linux-modules-extra-%s)",
		    k->release.val);
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

void check_ldisc_not_attached(const struct port_facts *f, struct finding *out)
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
