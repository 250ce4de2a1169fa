// SPDX-License-Identifier: GPL-2.0-or-later
/* Can this kernel stamp pulses, and was it told to, on this port? */
#include "check.h"

#include <string.h>

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
	.title = "this kernel cannot stamp pulses",
	.explain = "Without the PPS core (CONFIG_PPS) no program gets a time stamp from the kernel, "
		"whatever the receiver sends. diag looks for /sys/class/pps, and for the module "
		"pps_core among those of the running kernel; after an upgrade without a reboot "
		"the modules of the running one may be gone. Install a kernel that has it, or "
		"reboot into the new one.",
	.see = "https://www.kernel.org/doc/html/latest/driver-api/pps.html",
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
	.title = "this kernel has no PPS line discipline",
	.explain = "The pulse of a serial port gets to the PPS core through the line discipline "
		"N_PPS (CONFIG_PPS_CLIENT_LDISC, module pps_ldisc); without it ldattach says "
		"\"cannot set line discipline: Invalid argument\". diag looks into "
		"/proc/tty/ldiscs and into the list of the running kernel's modules. "
		"Distributions may keep the module in a package of its own (Ubuntu: "
		"linux-modules-extra).",
	.see = "drivers/pps/clients/Kconfig; ldattach(8)",
	.stage = STAGE_KERNEL,
	.explains = EXPLAINS_NO_PULSE,
	.run = run_kernel_no_ldisc,
};

/*
 * tty_ldisc_get() (drivers/tty/tty_ldisc.c) asks for the module of a line
 * discipline that is not registered only when the sysctl allows it, or for
 * CAP_SYS_MODULE, which gpsd's AppArmor profile and a unit with
 * ProtectKernelModules= take away.
 */
static void run_kernel_autoload_off(const struct port_facts *f, struct finding *out)
{
	const struct kernel_facts *k = &f->kernel;

	if (f->pulse_only || !fact_is(f->present, 1) || port_is_placeholder(&f->port) ||
	    k->autoload.state == FACT_UNREAD || k->autoload.state == FACT_ABSENT)
		return;
	finding_saw(out, "ldisc_autoload", k->autoload);
	finding_saw(out, "ldisc_registered", k->ldisc);
	/* a registered one is taken without asking for a module */
	if (facts_is_attached(f) || fact_is(k->ldisc, 1) || fact_is(k->autoload, 1)) {
		out->severity = SEV_OK;
		return;
	}
	if (k->autoload.state == FACT_DENIED) {
		check_denied(out, "dev.tty.ldisc_autoload", k->autoload);
		return;
	}
	if (!fact_is(k->ldisc, 0) || k->ldisc_module.state != FACT_OK)
		return;
	finding_fail(out, "NO PULSE: the kernel does not load the PPS line discipline by itself");
	finding_observed(out, "dev.tty.ldisc_autoload is 0, /proc/tty/ldiscs has no pps_tty (18), its module is %s",
			 k->ldisc_module.val);
	finding_why(out, "who may not load modules cannot attach: \"cannot set line discipline: Operation not permitted\" (ldattach, gpsd, a confined service)");
	finding_fix(out, "modprobe pps_ldisc     # for good: echo pps_ldisc >/etc/modules-load.d/pps_ldisc.conf");
	out->cure = CURE_COMMAND;
}

const struct check check_kernel_autoload_off = {
	.id = "kernel.autoload-off",
	.title = "line disciplines are not loaded by themselves, and N_PPS is not there",
	.explain = "Hardened systems set the sysctl dev.tty.ldisc_autoload to 0: then only a process "
		"with CAP_SYS_MODULE makes the kernel load the module of a line discipline, and "
		"others get \"Operation not permitted\" as long as it is not loaded. diag reads "
		"the sysctl, /proc/tty/ldiscs and the list of modules. Load pps_ldisc at boot "
		"(/etc/modules-load.d); the sysctl can stay as it is.",
	.see = "tty_ldisc_get() in drivers/tty/tty_ldisc.c; modules-load.d(5)",
	.stage = STAGE_KERNEL,
	.explains = EXPLAINS_NO_PULSE,
	.run = run_kernel_autoload_off,
};

/* Registers that would be asked for: those of a UART with I/O ports. */
static bool has_registers(const struct port_facts *f)
{
	return fact_is(f->port.io_type, 0) && fact_known(f->port.base) && f->port.base.val > 0;
}

/* "none [integrity] confidentiality": the one in brackets is in force. */
static void run_kernel_lockdown(const struct port_facts *f, struct finding *out)
{
	const struct fact_text *mode = &f->kernel.lockdown;
	const char *at;

	if (f->pulse_only || !fact_is(f->present, 1) || !has_registers(f))
		return;
	if (mode->state == FACT_DENIED)
		check_denied(out, "the kernel's lockdown mode",
			     fact_from(-mode->err, 0));
	if (mode->state != FACT_OK)
		return;
	at = strchr(mode->val, '[');
	if (!at || !strncmp(at, "[none]", 6)) {
		out->severity = SEV_OK;
		return;
	}
	out->severity = SEV_INFO;
	finding_observed(out, "/sys/kernel/security/lockdown is %.*s", (int)strcspn(at + 1, "]"),
			 at + 1);
	finding_why(out, "not even root may read the UART's registers (/dev/port): whether its interrupt is on is inferred from the port's flags and from the counters");
}

const struct check check_kernel_lockdown = {
	.id = "kernel.lockdown",
	.title = "kernel lockdown: the UART's registers cannot be read",
	.explain = "With Secure Boot the kernel may be locked down: reading I/O ports through "
		"/dev/port is then refused to root, too (\"Lockdown: ...: /dev/mem,kmem,port is "
		"restricted\" in its log). This is no fault. diag then infers the state of the "
		"interrupt from the port's flags in sysfs and from what the counters do, which "
		"tells most faults, though not all, from each other.",
	.see = "kernel_lockdown(7)",
	.stage = STAGE_KERNEL,
	.run = run_kernel_lockdown,
};

static void run_kernel_no_hardpps(const struct port_facts *f, struct finding *out)
{
	const struct fact *ntp_pps = &f->kernel.ntp_pps;

	if (!fact_is(f->present, 1))
		return;
	finding_saw(out, "ntp_pps", *ntp_pps);
	if (ntp_pps->state == FACT_DENIED)
		check_denied(out, "the kernel's configuration", *ntp_pps);
	if (!fact_known(*ntp_pps))
		return;
	if (ntp_pps->val) {
		out->severity = SEV_OK;
		return;
	}
	out->severity = SEV_INFO;
	finding_observed(out, "kernel %s is built without CONFIG_NTP_PPS", f->kernel.release.val);
	finding_why(out, "the kernel cannot steer the clock by the pulse itself; ntpd and chronyd do it as well. Do not set flag3: ntpd's NMEA driver then drops the pulse (\"kernel PLL (hardpps, RFC 1589) not implemented\")");
}

const struct check check_kernel_no_hardpps = {
	.id = "kernel.no-hardpps",
	.title = "the kernel cannot discipline its clock by the pulse itself (hardpps)",
	.explain = "CONFIG_NTP_PPS needs a kernel with a periodic tick (no NO_HZ), which the "
		"distributions' kernels are not. Nothing is lost: the daemons steer the clock by "
		"the same stamps. Only flag3 1 in ntp.conf must not ask for it, as ntpd's NMEA "
		"driver gives up the whole pulse when the kernel refuses (daemon.flag3). diag reads "
		"the configuration that the kernel was built with, or asks the kernel's clock where "
		"that is not to be found; gpsppsctl kernel shows which pulse the kernel uses.",
	.see = "kernel/time/Kconfig and drivers/pps/Kconfig (NTP_PPS); RFC 1589",
	.stage = STAGE_KERNEL,
	.run = run_kernel_no_hardpps,
};
