// SPDX-License-Identifier: GPL-2.0-or-later
/* Can this kernel stamp pulses, and was it told to, on this port? */
#include "check.h"

static void run_kernel_no_pps(const struct port_facts *f, struct finding *out)
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

const struct check check_kernel_no_pps = {
	.id = "kernel.no-pps",
	.stage = STAGE_KERNEL,
	.explains = EXPLAINS_NO_PULSE,
	.run = run_kernel_no_pps,
};

bool check_has_ldisc(const struct port_facts *f)
{
	return facts_is_attached(f) || fact_is(f->kernel.ldisc, 1) ||
	       f->kernel.ldisc_module.state == FACT_OK;
}

static void run_kernel_no_ldisc(const struct port_facts *f, struct finding *out)
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

const struct check check_kernel_no_ldisc = {
	.id = "kernel.no-ldisc",
	.stage = STAGE_KERNEL,
	.explains = EXPLAINS_NO_PULSE,
	.run = run_kernel_no_ldisc,
};

static void run_kernel_autoload_off(const struct port_facts *f, struct finding *out)
{
	(void)f;
	(void)out;
}

const struct check check_kernel_autoload_off = {
	.id = "kernel.autoload-off",
	.stage = STAGE_KERNEL,
	.explains = EXPLAINS_NO_PULSE,
	.run = run_kernel_autoload_off,
};

static void run_kernel_lockdown(const struct port_facts *f, struct finding *out)
{
	(void)f;
	(void)out;
}

const struct check check_kernel_lockdown = {
	.id = "kernel.lockdown",
	.stage = STAGE_KERNEL,
	.run = run_kernel_lockdown,
};

static void run_kernel_no_hardpps(const struct port_facts *f, struct finding *out)
{
	(void)f;
	(void)out;
}

const struct check check_kernel_no_hardpps = {
	.id = "kernel.no-hardpps",
	.stage = STAGE_KERNEL,
	.run = run_kernel_no_hardpps,
};
