// SPDX-License-Identifier: GPL-2.0-or-later
/* attach: what came of it, and why a step failed. */
#include "attach.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../driver.h"

/* ---- success ---- */

static void print_uart(const struct attach_plan *plan)
{
	const struct port *port = plan->port;

	printf("%-12s ", plan->node);
	if (port->uart)
		printf("%s", port->uart);
	else
		printf("%s", port->driver.state == FACT_OK ? port->driver.val : "serial port");
	if (fact_known(port->base) && port->base.val)
		printf(" at 0x%llx", (unsigned long long)port->base.val);
	if (fact_known(port->irq)) {
		if (port->irq.val)
			printf(" irq %lld", (long long)port->irq.val);
		else
			printf(" polled (irq 0)");
	}
	if (plan->role & ROLE_SENTENCES)
		printf(", %u 8N1 (%s), termios as ntpd sets them\n", plan->baud, plan->baud_from);
	else
		printf(", for its pulse only: what it receives is not read\n");
}

#define BY_US "by TIOCSSERIAL: its driver does not notice N_PPS"

static void print_armed(const struct ppsport *port)
{
	if (fact_known(port->ier))
		printf("DCD interrupt on (IER 0x%02x%s)", (unsigned int)port->ier.val,
		       port->needs_flag ? "; " BY_US : "");
	else if (port->needs_flag)
		printf("DCD interrupt on (" BY_US ")");
	else if (port->flag_err)
		printf("DCD interrupt on until the speed changes (no flag: TIOCSSERIAL says %s)",
		       strerror(-port->flag_err));
	else if (port->is_armed)
		printf("DCD interrupt on (by the driver's flag; IER not read)");
	else
		printf("this driver's flags cannot prove its DCD interrupt");
}

static void print_pulse(const struct attaching *a)
{
	const struct pulse_shape *shape = &a->shape;

	if (!a->looked)
		return;
	if (!a->pulse_seen) {
		printf(", no pulse yet");
		return;
	}
	printf(", first pulse after %lld.%02lld s", (long long)a->pulse_after_ms / 1000,
	       (long long)a->pulse_after_ms % 1000 / 10);
	if (shape->edge != EDGE_UNKNOWN)
		printf(", %lld ms wide on %s", (long long)((shape->width_ns + 500000) / 1000000),
		       shape->edge == EDGE_ASSERT ? "assert" : "clear");
}

/* The unit's pulse, when it is not this port's. */
static void print_source(const struct attaching *a)
{
	const struct attach_plan *plan = &a->plan;

	printf("%-12s ", "pulse");
	if (plan->source == SOURCE_NONE)
		printf("none, by the table");
	else if (plan->source == SOURCE_PORT)
		printf("from %s: gpsppsctl attach %s", plan->pulse, plan->pulse);
	else if (plan->pps[0])
		printf("from %s, /dev/%s", plan->pulse, plan->pps);
	else
		printf("from %s, which is not there yet: gpsppsctl list", plan->pulse);
	print_pulse(a);
	putchar('\n');
}

static void print_own_pulse(const struct attaching *a)
{
	char pps[PPS_NAME_MAX + 8];

	snprintf(pps, sizeof(pps), "/dev/%s", a->port.pps);
	printf("%-12s attached, ", pps);
	print_armed(&a->port);
	print_pulse(a);
	putchar('\n');
}

void attach_report(const struct attaching *a)
{
	const struct attach_plan *plan = &a->plan;

	print_uart(plan);
	if (plan->role & ROLE_PULSE)
		print_own_pulse(a);
	else
		print_source(a);
	if (plan->gps_link[0])
		printf("%s -> %s", plan->gps_link, plan->tty);
	if (plan->pps_link[0])
		printf("%s%s -> %s", plan->gps_link[0] ? "   " : "", plan->pps_link, a->port.pps);
	putchar('\n');
	if (a->bound)
		printf("%s is bound to the kernel's clock by %s\n", a->port.pps,
		       plan->bind == EDGE_CLEAR ? "clear" : "assert");
	if (plan->wakeup_latency_us >= 0)
		printf("the processors wake up within %ld us while it is held\n",
		       plan->wakeup_latency_us);
	if (plan->daemon.pid)
		printf("%s[%d] had the port open before: restart it, it looks for its pulse once\n",
		       plan->daemon.comm, plan->daemon.pid);
}

void attach_tell_driver(const struct attaching *a)
{
	const struct port *port = a->plan.port;
	const struct driver_facts *d =
		driver_find(port->driver.state == FACT_OK ? port->driver.val : NULL);

	if (!(a->plan.role & ROLE_PULSE))
		return;		/* its pulse's wire is elsewhere, for this reason perhaps */
	if (d && d->reports_dcd && a->looked && d->note)
		msg_hint("%s", d->note);
	if (!d || d->reports_dcd)
		return;
	msg_error(a->plan.node, "the driver %s never reports DCD: no pulse will come%s%s",
		  port->driver.val, d->note ? "; " : "", d->note ? d->note : "");
	msg_hint("%s", d->bus == BUS_USB ?
		 "wire the pulse to a real serial port, or to an adapter with an FTDI chip (ftdi_sio)" :
		 "wire the pulse to a GPIO (pps-gpio), an FTDI adapter (ftdi_sio), or another port");
}

/* ---- failure ---- */

static const char *const actions[N_STEPS] = {
	[STEP_UART] = "cannot attach",
	[STEP_OPEN] = "cannot open",
	[STEP_SERIAL] = "cannot read serial settings",
	[STEP_READ_LDISC] = "cannot read line discipline",
	[STEP_READ_MODE] = "cannot read termios",
	[STEP_SET_MODE] = "cannot set ntpd's termios",
	[STEP_FLUSH] = "cannot flush",
	[STEP_SET_LDISC] = "cannot set line discipline",
	[STEP_CHECK_LDISC] = "line discipline did not stay",
	[STEP_ARM] = "cannot turn its DCD interrupt on",
	[STEP_CHECK_FLAGS] = "the driver did not turn its DCD interrupt on",
	[STEP_CHECK_PPS] = "no pulse source was made of the port",
	[STEP_CHECK_MODE] = "ntpd's termios did not stay",
	[STEP_CHECK_IER] = "the UART's DCD interrupt is off",
};

struct advice {
	enum ppsport_step step;
	int err;		/* positive; 0: any */
	const char *hint;
};

static const struct advice advices[] = {
	{ STEP_OPEN, EACCES, "run it as root: sudo gpsppsctl attach ..." },
	{ STEP_OPEN, EBUSY, "another program has the port for itself (TIOCEXCL): gpsppsctl list" },
	{ STEP_SET_LDISC, EPERM,
	  "modprobe pps_ldisc, or sysctl dev.tty.ldisc_autoload=1: the kernel may not load it by itself" },
	{ STEP_SET_LDISC, EBUSY,
	  "the kernel has 16 pulse sources at most: ls /sys/class/pps, detach one" },
	{ STEP_UART, ENODEV, "gpsppsctl list shows the ports with a UART" },
	{ STEP_SET_MODE, 0, "the driver did not take the speed: try another --baud" },
	{ STEP_ARM, EPERM,
	  "its driver must be told of N_PPS by TIOCSSERIAL, which needs CAP_SYS_ADMIN: run it as root, outside a container" },
	{ STEP_CHECK_FLAGS, 0, "dmesg may tell of its interrupt: gpsppsctl list shows IRQ and UART" },
	{ STEP_CHECK_IER, 0, "the UART does not do what its driver says: try another port" },
};

/* A verdict of ours is told by what was seen, not by the errno that it travels as. */
static void reason(const struct ppsport *port, int err, char *buf, size_t size)
{
	if (port->step == STEP_UART && err == -ENODEV)
		snprintf(buf, size, "there is no UART behind it");
	else if (port->step == STEP_UART && err == -ENOTTY)
		snprintf(buf, size, "this is not a serial port");
	else if (port->step == STEP_CHECK_FLAGS)
		snprintf(buf, size, "serial flags 0x%llx are without 0x800",
			 (unsigned long long)port->flags.val);
	else if (port->step == STEP_CHECK_IER)
		snprintf(buf, size, "IER 0x%02x, bit 3 is clear", (unsigned int)port->ier.val);
	else
		snprintf(buf, size, "%s", strerror(-err));
}

/* EINVAL from TIOCSETD: the kernel has no such line discipline, or could not load it. */
static void hint_ldisc(struct probe *probe)
{
	char text[256];

	if (probe_get(probe, "module:pps_ldisc", text, sizeof(text)) == -ENOENT)
		msg_hint("this kernel has no pps_ldisc (CONFIG_PPS_CLIENT_LDISC): install one that has");
	else
		msg_hint("modprobe pps_ldisc");
}

int attach_step_failed(const struct attaching *a, int err)
{
	const enum ppsport_step step = a->port.step;
	char why[128];

	if (err == -ENXIO && step > STEP_OPEN) {
		msg_error(a->plan.node, "the port went away");
		return EXIT_GONE;
	}
	reason(&a->port, err, why, sizeof(why));
	msg_error(a->plan.node, "%s: %s", actions[step], why);
	if (step == STEP_SET_LDISC && err == -EINVAL)
		hint_ldisc(a->probe);
	for (size_t i = 0; i < sizeof(advices) / sizeof(advices[0]); i++)
		if (advices[i].step == step && (!advices[i].err || advices[i].err == -err))
			msg_hint("%s", advices[i].hint);
	return EXIT_TROUBLE;
}
