// SPDX-License-Identifier: GPL-2.0-or-later
/* Is there a port, is there a UART behind it, and is a stranger on it? */
#include "check.h"

#include <string.h>

/* A GPIO line or a card that the table names. */
static void absent_source(const struct port_facts *f, struct finding *out)
{
	finding_fail(out, "NO PULSE: there is no source named %s", f->pulse_from);
	finding_observed(out, "no /sys/class/pps/*/name says %s", f->pulse_from);
	finding_why(out, "its driver is not loaded, its device is not there, or pulse= in the table has another name than the kernel");
	finding_fix(out, "grep . /sys/class/pps/*/name     # the names that there are");
}

/* The source is not there as somebody else has its line: that says it better. */
static bool is_line_taken(const struct port_facts *f)
{
	return check_fails(&check_gpio_busy, f) || check_fails(&check_gpio_button_driver, f);
}

static void run_port_absent(const struct port_facts *f, struct finding *out)
{
	if (fact_is(f->present, 1)) {
		out->severity = SEV_OK;
		return;
	}
	if (f->pulse_only && !f->gone) {
		if (is_line_taken(f))
			return;
		absent_source(f, out);
		return;
	}
	if (f->gone)
		finding_fail(out, "NO PORT: it went away while it was looked at");
	else
		finding_fail(out, "NO PORT: there is no /dev/%s", f->port.name);
	if (f->pulse_only)
		finding_observed(out, "/sys/class/pps has no %s any more", f->pulse.name);
	else
		finding_observed(out, "/sys/class/tty has no serial port %s%s", f->port.name,
				 f->gone ? " any more" : "");
	finding_why(out, "the adapter is unplugged, or its driver is not loaded");
	finding_fix(out, "plug it in, then: gpsppsctl list");
}

const struct check check_port_absent = {
	.id = "port.absent",
	.title = "the port is not there",
	.explain = "A port that the table of units or the command line names has no device: a USB "
		"adapter was unplugged or got another number, or its driver is not loaded. "
		"It is seen in /sys/class/tty, where every serial port of the kernel has an entry. "
		"Plug it in, or name a port that \"gpsppsctl list\" shows; a path in "
		"/dev/serial/by-id keeps its name wherever the adapter is plugged in.",
	.see = "https://www.kernel.org/doc/html/latest/driver-api/serial/index.html",
	.stage = STAGE_PORT,
	.explains = EXPLAINS_NO_PULSE | EXPLAINS_NO_SENTENCES,
	.run = run_port_absent,
};

static void run_uart_absent(const struct port_facts *f, struct finding *out)
{
	if (f->pulse_only || !fact_is(f->present, 1))
		return;
	finding_saw(out, "type", f->port.type);
	if (f->port.type.state == FACT_DENIED) {
		check_denied(out, "the UART's type", f->port.type);
		return;
	}
	/* a USB adapter has no such attribute: its driver is the proof */
	if (!fact_is(f->port.type, 0)) {
		out->severity = SEV_OK;
		return;
	}
	finding_fail(out, "NO PORT: there is no UART behind it");
	finding_observed(out, "/sys/class/tty/%s/type is 0 (unknown)", f->port.name);
	finding_why(out, "the kernel keeps names for more ports than the machine has; nothing can arrive on this one (\"is not a serial line\")");
	finding_fix(out, "gpsppsctl list     # shows the real ports");
}

const struct check check_uart_absent = {
	.id = "uart.absent",
	.title = "there is no UART behind the port's name",
	.explain = "PC kernels make the names ttyS0 to ttyS3 (and more) whether or not the machine "
		"has so many UARTs; nothing can ever arrive on a name without one. "
		"The kernel says so itself: the port's type in sysfs is 0, \"unknown\". "
		"Use one of the ports that \"gpsppsctl list\" shows, or switch the UART on in the "
		"firmware's setup.",
	.see = "setserial(8); drivers/tty/serial/8250/8250_core.c",
	.stage = STAGE_UART,
	.explains = EXPLAINS_NO_PULSE | EXPLAINS_NO_SENTENCES,
	.run = run_uart_absent,
};

void check_no_intruder(const struct port_facts *f, struct finding *out)
{
	char who[160];

	if (f->port.holders.unseen) {
		finding_skip(out, "other users' processes cannot be looked into");
		finding_fix(out, "run it as root: sudo gpsppsctl diag");
		return;
	}
	if (!f->port.holders.n)
		return;
	facts_holders_text(f, who, sizeof(who));
	finding_observed(out, "%s", who);
	out->severity = SEV_OK;
}

static void run_port_getty(const struct port_facts *f, struct finding *out)
{
	const struct holder *getty = facts_holder(f, ROLE_GETTY);

	if (f->pulse_only || !fact_is(f->present, 1))
		return;
	if (getty) {
		finding_saw(out, "pid", fact_from(0, getty->pid));
		finding_fail(out, "NOT OURS: a login prompt is on the port");
		finding_observed(out, "%s[%d] has /dev/%s open", getty->comm, getty->pid,
				 f->port.name);
		finding_why(out, "it reads the receiver's sentences, answers them, and changes the port's settings");
		finding_fix(out, "systemctl disable --now serial-getty@%s.service", f->port.name);
		/* behind a login there may be somebody at work */
		if (strcmp(getty->comm, "login"))
			out->cure = CURE_COMMAND;
		return;
	}
	check_no_intruder(f, out);
}

const struct check check_port_getty = {
	.id = "port.getty",
	.title = "a login prompt is on the port",
	.explain = "A getty reads the receiver's sentences as if they were a user's name, answers "
		"them, and hangs the port up again and again. systemd starts one on every port "
		"that the kernel's command line names with console=. diag sees it among the "
		"processes that have the port open. Disable its unit, and remove console= for "
		"this port from the boot loader, else it comes back.",
	.see = "systemd-getty-generator(8)",
	.stage = STAGE_HOLDER,
	.explains = EXPLAINS_NO_PULSE | EXPLAINS_NO_SENTENCES,
	.run = run_port_getty,
};

bool check_is_called(const struct holder *h, const char *comm)
{
	return !strncmp(h->comm, comm, strlen(comm));
}

/* NULL: then the finding says what is known. */
static const struct holder *find_intruder(const struct port_facts *f, const char *comm,
					  struct finding *out)
{
	if (f->pulse_only || !fact_is(f->present, 1))
		return NULL;
	for (size_t i = 0; i < f->port.holders.n; i++) {
		const struct holder *h = &f->port.holders.v[i];

		if (!check_is_called(h, comm))
			continue;
		finding_saw(out, "pid", fact_from(0, h->pid));
		finding_observed(out, "%s[%d] has /dev/%s open", h->comm, h->pid, f->port.name);
		return h;
	}
	check_no_intruder(f, out);
	return NULL;
}

/*
 * No cure of ours: a restart of ModemManager cuts the machine's mobile network,
 * which may be the only way to it.
 */
static void run_port_modemmanager(const struct port_facts *f, struct finding *out)
{
	if (!find_intruder(f, COMM_MODEMMANAGER, out))
		return;
	finding_fail(out, "NOT OURS: ModemManager takes the receiver for a modem");
	finding_why(out, "it sends AT commands to the receiver, tries speeds and takes the sentences that come meanwhile");
	/* our udev rules tell it to ignore the ports of the table */
	if (fact_known(f->unit))
		finding_fix(out, "udevadm trigger --action=add --sysname-match=%s; systemctl restart ModemManager.service",
			    f->port.name);
	else
		finding_fix(out, "echo 'KERNEL==\"%s\", ENV{ID_MM_PORT_IGNORE}=\"1\"' >/etc/udev/rules.d/77-%s.rules; udevadm control --reload; udevadm trigger --action=add --sysname-match=%s; systemctl restart ModemManager.service",
			    f->port.name, f->port.name, f->port.name);
}

const struct check check_port_modemmanager = {
	.id = "port.modemmanager",
	.title = "ModemManager takes the receiver for a modem",
	.explain = "ModemManager opens new serial ports, above all those of USB adapters, and looks "
		"for a modem: AT commands go to the receiver, the speed changes, and sentences "
		"are lost. diag sees its process on the port. The udev property "
		"ID_MM_PORT_IGNORE keeps it away; gpsppsctl's udev rules set it for the ports "
		"of the table of units. ModemManager must be restarted to let go of a port.",
	.see = "https://modemmanager.org/docs/modemmanager/port-and-device-detection/",
	.stage = STAGE_HOLDER,
	.explains = EXPLAINS_NO_PULSE | EXPLAINS_NO_SENTENCES,
	.run = run_port_modemmanager,
};

/* No cure of ours: for a blind user it is the screen. */
static void run_port_brltty(const struct port_facts *f, struct finding *out)
{
	if (!find_intruder(f, COMM_BRLTTY, out))
		return;
	finding_fail(out, "NOT OURS: brltty takes the receiver for a braille display");
	finding_why(out, "it reads the sentences, sets the speed as it likes, and lets no daemon near the port");
	finding_fix(out, "systemctl disable --now brltty.service     # where nobody reads braille; else set its braille-device in /etc/brltty.conf");
}

const struct check check_port_brltty = {
	.id = "port.brltty",
	.title = "brltty takes the receiver for a braille display",
	.explain = "brltty claims serial ports and USB adapters whose chips (FTDI, CP210x, CH340) "
		"are also found in braille displays. On a serial port diag sees its process; a USB "
		"adapter may lose its ttyUSB altogether (\"usbfs: interface 0 claimed by ch341 "
		"while 'brltty' sets config\" in the kernel's log), and then the port is absent. "
		"Disable it where nobody needs it, or tell it in /etc/brltty.conf which device "
		"its display is.",
	.see = "https://brltty.app/doc/Manual-BRLTTY/English/BRLTTY.html",
	.stage = STAGE_HOLDER,
	.explains = EXPLAINS_NO_PULSE | EXPLAINS_NO_SENTENCES,
	.run = run_port_brltty,
};
