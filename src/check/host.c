// SPDX-License-Identifier: GPL-2.0-or-later
/* What the machine itself does to the time stamps. */
#include "check.h"

#include <string.h>

/* Waking from idle adds this to the pulse's stamp, now and then: above, it is worth a word. */
#define IDLE_LATENCY_MAX_US 50
/* What we advise to hold: the lightest sleep stays (C1, 1 or 2 us), which saves most power. */
#define WAKEUP_LATENCY_US 10

/* A text fact's refusal, for check_denied(). */
static struct fact refusal_of(const struct fact_text *t)
{
	return fact_from(-t->err, 0);
}

/* True when a text is there; else the finding says what is known. */
static bool is_told(const struct fact_text *t, const char *what, struct finding *out)
{
	if (t->state == FACT_DENIED)
		check_denied(out, what, refusal_of(t));
	else if (t->state == FACT_ABSENT)
		out->severity = SEV_OK;
	return t->state == FACT_OK;
}

/* COM1 to COM4 are on the ISA bus, which nobody hands through to a guest. */
static bool is_isa_port(const struct port *port)
{
	static const int bases[] = { 0x3f8, 0x2f8, 0x3e8, 0x2e8 };

	for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++)
		if (fact_is(port->io_type, 0) && fact_is(port->base, bases[i]))
			return true;
	return false;
}

/*
 * Where pulses come, by how much they are late cannot be seen from inside.  Where
 * none comes, this may be the reason, and no fact of the guest's decides it.
 */
static void run_host_virtual(const struct port_facts *f, struct finding *out)
{
	const struct fact_text *by = &f->host.hypervisor;

	if (!fact_is(f->present, 1) || !is_told(by, "whether this is a virtual machine", out))
		return;
	finding_observed(out, "this is a virtual machine (%s)", by->val);
	out->severity = SEV_INFO;
	if (!is_isa_port(&f->port)) {
		finding_why(out, "interrupts reach a guest late and unevenly, even those of a device that was handed through");
		return;
	}
	finding_saw(out, "base", f->port.base);
	finding_why(out, "the port is emulated, and the host's DCD comes late or never: QEMU asks for it by a timer, every 10 ms");
	finding_fix(out, "run the time service on the host, or hand a PCI Express card with its UART through to the guest");
	/* only where nothing else is known to keep it away */
	if (check_fails(&check_signal_absent, f))
		finding_warn(out, "NO PULSE: the hypervisor (%.40s) may not hand DCD on", by->val);
}

const struct check check_host_virtual = {
	.id = "host.virtual",
	.title = "the port is a virtual machine's",
	.explain = "A hypervisor emulates the UART of its guest: QEMU samples the host's modem lines "
		"by a timer every 10 ms, others do not hand DCD on at all. A pulse that is seen may be "
		"milliseconds late. diag takes the hypervisor's name from the firmware's "
		"tables or /sys/hypervisor, and COM1 to COM4 of a guest for emulated. Keep time on "
		"the host, or hand a PCI Express serial card through.",
	.see = "serial_update_msl() in QEMU's hw/char/serial.c; systemd-detect-virt(1)",
	.stage = STAGE_HOST,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_host_virtual,
};

/* How a container is given a device: around the PPS device's name. */
static const struct {
	const char *kind;
	const char *before, *after;
} containers[] = {
	{ "docker", "docker run --device /dev/", " --cap-add SYS_TIME ..." },
	{ "podman", "podman run --device /dev/", " --cap-add SYS_TIME ..." },
	{ "lxc", "lxc config device add NAME pps unix-char path=/dev/", "     # on the host" },
	{ "systemd-nspawn", "systemd-nspawn --property='DeviceAllow=char-pps rw' --bind=/dev/",
	  " ..." },
	{ NULL, "on the host: give the container CAP_SYS_TIME and /dev/", "" },
};

static void fix_container(const struct port_facts *f, struct finding *out)
{
	size_t i = 0;

	while (containers[i].kind && strcmp(containers[i].kind, f->host.container.val))
		i++;
	finding_fix(out, "%s%s%s", containers[i].before, f->pulse.name, containers[i].after);
}

/* sysfs shows the host's sources in every container; the nodes in /dev are given to it. */
static void run_host_container(const struct port_facts *f, struct finding *out)
{
	const struct fact_text *kind = &f->host.container;

	if (!fact_is(f->present, 1) || !is_told(kind, "whether this is a container", out))
		return;
	finding_observed(out, "this is a container (%s)", kind->val);
	finding_why(out, "the host's processes are not seen from here: who has the port and who steers the clock may be outside");
	if (!f->pulse.name[0] || f->pps_node.mode.state != FACT_ABSENT) {
		out->severity = SEV_INFO;
		return;
	}
	finding_fail(out, "NOT USABLE: the container has no /dev/%s", f->pulse.name);
	finding_observed(out, "this is a container (%s): /sys/class/pps/%s is there, /dev/%s is not",
			 kind->val, f->pulse.name, f->pulse.name);
	finding_why(out, "the pulse is the host's, and its device was not handed in: a daemon in here gets \"No such file or directory\"; to set the clock it needs CAP_SYS_TIME, too");
	fix_container(f, out);
}

const struct check check_host_container = {
	.id = "host.container",
	.title = "this is a container, and devices must be handed in",
	.explain = "A container sees the host's PPS sources in /sys and has only those nodes in /dev "
		"that it was given; to steer the clock it needs CAP_SYS_TIME besides. diag asks "
		"/run/systemd/container, the container managers' marks, and the environment of "
		"process 1. It is a fault where the pulse is there and its device is not. It is "
		"simplest to run the time service on the host.",
	.see = "systemd-detect-virt(1); https://systemd.io/CONTAINER_INTERFACE/",
	.stage = STAGE_HOST,
	.explains = EXPLAINS_NO_ACCESS,
	.run = run_host_container,
};

/* Held by somebody, be it our holder or another program; root alone may ask. */
static void see_limit(const struct host_facts *h, struct finding *out)
{
	const struct fact *limit = &h->wakeup_limit_us;

	if (limit->state == FACT_DENIED && h->idle_latency_us.val > IDLE_LATENCY_MAX_US)
		finding_observed(out, "deepest idle state %.20s: up to %d us to wake up (root can see whether it is held off)",
				 h->idle_state.val, (int)h->idle_latency_us.val);
	if (!fact_known(*limit) || limit->val >= LATENCY_NO_LIMIT_US)
		return;
	finding_saw(out, "limit_us", *limit);
	finding_observed(out, "deepest idle state %.20s: up to %d us to wake up; a program holds it to %d us (/dev/cpu_dma_latency)",
			 h->idle_state.val, (int)h->idle_latency_us.val, (int)limit->val);
}

static int64_t worst_wakeup_us(const struct host_facts *h)
{
	const struct fact *limit = &h->wakeup_limit_us;

	return fact_known(*limit) && limit->val < h->idle_latency_us.val ? limit->val :
	       h->idle_latency_us.val;
}

static void fix_cstates(const struct port_facts *f, struct finding *out)
{
	if (f->port.name[0])
		finding_fix(out, "gpsppsctl detach /dev/%s; gpsppsctl attach --daemon --wakeup-latency %d /dev/%s     # costs power",
			    f->port.name, WAKEUP_LATENCY_US, f->port.name);
	else
		finding_fix(out, "cpupower idle-set --disable-by-latency %d     # costs power; at boot: intel_idle.max_cstate=1",
			    IDLE_LATENCY_MAX_US);
}

static void run_host_cstates(const struct port_facts *f, struct finding *out)
{
	const struct host_facts *h = &f->host;

	if (!fact_is(f->present, 1))
		return;
	finding_saw(out, "latency_us", h->idle_latency_us);
	if (h->idle_latency_us.state == FACT_DENIED)
		check_denied(out, "the processor's idle states", h->idle_latency_us);
	if (!fact_known(h->idle_latency_us))
		return;
	finding_observed(out, "deepest idle state %.20s: up to %d us to wake up", h->idle_state.val,
			 (int)h->idle_latency_us.val);
	see_limit(h, out);
	if (worst_wakeup_us(h) <= IDLE_LATENCY_MAX_US) {
		out->severity = SEV_OK;
		return;
	}
	out->severity = SEV_INFO;
	finding_why(out, "a processor that sleeps deeply takes the interrupt so much later: stamps scatter by some of these %d us, less so on a busy machine",
		    (int)worst_wakeup_us(h));
	fix_cstates(f, out);
}

const struct check check_host_cstates = {
	.id = "host.cstates",
	.title = "deep idle states of the processor scatter the stamps",
	.explain = "The pulse's interrupt must first wake the processor, and from deep idle states "
		"that takes tens to hundreds of microseconds, never the same. The daemon's filter "
		"takes most of it out: this is no fault, only the limit of what can be reached. "
		"diag reads the deepest state that is not disabled, and its latency, in cpuidle's "
		"sysfs, and as root what /dev/cpu_dma_latency is held at: attach --wakeup-latency "
		"holds it for as long as the port is attached. On one x86 UART the stamps came "
		"107 us late, scattered by 56 us, and 32 us and 1.7 us with 0. It costs power.",
	.see = "https://www.kernel.org/doc/html/latest/admin-guide/pm/cpuidle.html; "
		"https://www.kernel.org/doc/html/latest/power/pm_qos_interface.html",
	.stage = STAGE_HOST,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_host_cstates,
};

/*
 * request_irq() makes a thread of every handler then (setup_irq_thread(),
 * kernel/irq/manage.c, SCHED_FIFO at 50 like all others), and pps-ldisc stamps
 * in the handler.
 */
static void run_host_irq_thread(const struct port_facts *f, struct finding *out)
{
	const struct host_facts *h = &f->host;
	bool threaded = fact_is(h->rt, 1) || fact_is(h->threadirqs, 1);

	/* a port without an interrupt is polled by a timer: uart.irq-zero's */
	if (f->pulse_only || !fact_is(f->present, 1) || fact_is(f->port.irq, 0) ||
	    h->rt.state == FACT_UNREAD)
		return;
	finding_saw(out, "rt", h->rt);
	finding_saw(out, "threadirqs", h->threadirqs);
	if (!threaded && (!fact_known(h->rt) || !fact_known(h->threadirqs))) {
		check_denied(out, "whether interrupts run in threads",
			     fact_known(h->rt) ? h->threadirqs : h->rt);
		return;
	}
	if (!threaded) {
		out->severity = SEV_OK;
		return;
	}
	finding_warn(out, "LATE PULSE: the interrupt's work waits for a thread to run");
	finding_observed(out, "%s", fact_is(h->rt, 1) ? "the kernel is PREEMPT_RT" :
			 "threadirqs is on the kernel's command line");
	finding_why(out, "the stamp is taken when the thread runs, behind every thread of the same priority (50 for all interrupts) and above");
	if (fact_known(f->port.irq))
		finding_fix(out, "chrt --fifo --pid 90 $(pgrep irq/%d-)     # not kept over a reboot",
			    (int)f->port.irq.val);
	else
		finding_fix(out, "raise the priority of the adapter's interrupt thread: pgrep -a irq/; chrt --fifo --pid 90 PID");
}

const struct check check_host_irq_thread = {
	.id = "host.irq-thread",
	.title = "interrupts run in threads, so stamps wait for the scheduler",
	.explain = "On a PREEMPT_RT kernel, and with threadirqs on the command line, the serial "
		"driver's interrupt work runs in a thread, and the line discipline stamps the "
		"pulse there and not in the interrupt itself. All such threads have the same "
		"priority, so others delay it. diag reads the kernel's version and command line. "
		"Give the port's thread a higher priority, or use the ordinary kernel.",
	.see = "drivers/pps/clients/pps-ldisc.c; kernel/irq/manage.c; chrt(1)",
	.stage = STAGE_HOST,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_host_irq_thread,
};
