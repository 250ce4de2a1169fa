// SPDX-License-Identifier: GPL-2.0-or-later
/* Is there a port, is there a UART behind it, and who has it? */
#include "check.h"

#include <errno.h>
#include <string.h>

#define COMM_MODEMMANAGER "ModemManager"
#define COMM_BRLTTY "brltty"

/* A GPIO line or a card that the table names. */
static void absent_source(const struct port_facts *f, struct finding *out)
{
	finding_fail(out, "NO PULSE: there is no source named %s", f->pulse_from);
	finding_observed(out, "no /sys/class/pps/*/name says %s", f->pulse_from);
	finding_why(out, "its driver is not loaded, its device is not there, or pulse= in the table has another name than the kernel");
	finding_fix(out, "grep . /sys/class/pps/*/name     # the names that there are");
}

static void run_port_absent(const struct port_facts *f, struct finding *out)
{
	if (fact_is(f->present, 1)) {
		out->severity = SEV_OK;
		return;
	}
	if (f->pulse_only && !f->gone) {
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

/* Nobody of the sort that was looked for: proven only where everybody could be seen. */
static void judge_no_intruder(const struct port_facts *f, struct finding *out)
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
	judge_no_intruder(f, out);
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

static bool is_called(const struct holder *h, const char *comm)
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

		if (!is_called(h, comm))
			continue;
		finding_saw(out, "pid", fact_from(0, h->pid));
		finding_observed(out, "%s[%d] has /dev/%s open", h->comm, h->pid, f->port.name);
		return h;
	}
	judge_no_intruder(f, out);
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

/* ---- who may open it, and who reads it ---- */

/* What a daemon gets that comes now; -EBUSY (tty_reopen(), drivers/tty/tty_io.c). */
static void judge_locked(const struct port_facts *f, struct finding *out)
{
	char who[160];

	facts_holders_text(f, who, sizeof(who));
	finding_observed(out, "TIOCEXCL is set on /dev/%s, open by %s", f->port.name, who);
	/* gpsd sets it, and an NTP daemon that is in needs no second open */
	if (facts_holder(f, ROLE_GPSD) || facts_holder(f, ROLE_NTP) || !f->gps.name[0]) {
		finding_why(out, "who opened the port alone set it (gpsd does); a program without CAP_SYS_ADMIN that comes now gets \"Device or resource busy\"");
		out->severity = SEV_INFO;
		return;
	}
	finding_fail(out, "NO SENTENCES: the port is locked against the NTP daemon (TIOCEXCL)");
	finding_why(out, "who set it is not known; ntpd opens /dev/%s for the sentences and gets \"Device or resource busy\"; the lock falls when the last one closes the port",
		    f->gps.name);
	if (facts_reader(f))
		finding_fix(out, "kill %d     # %s; when all have closed the port: gpsppsctl attach /dev/%s",
			    facts_reader(f)->pid, facts_reader(f)->comm, f->port.name);
	else
		check_fix_attach(f, out);
}

static void run_port_exclusive(const struct port_facts *f, struct finding *out)
{
	if (f->pulse_only || !fact_is(f->present, 1) || f->exclusive.state == FACT_UNREAD ||
	    f->exclusive.state == FACT_ABSENT)
		return;
	finding_saw(out, "exclusive", f->exclusive);
	/* of a port that nobody has open it is not asked */
	if (f->exclusive.state == FACT_DENIED) {
		if (f->exclusive.err != EAGAIN)
			check_denied(out, "whether the port is locked (TIOCGEXCL)", f->exclusive);
		return;
	}
	if (!f->exclusive.val) {
		out->severity = SEV_OK;
		return;
	}
	if (f->port.holders.unseen && !facts_reader(f)) {
		finding_skip(out, "the port is locked (TIOCEXCL), and who has it cannot be seen");
		finding_fix(out, "run it as root: sudo gpsppsctl diag");
		return;
	}
	judge_locked(f, out);
}

const struct check check_port_exclusive = {
	.id = "port.exclusive",
	.title = "the port is locked against other programs (TIOCEXCL)",
	.explain = "A program may lock a port for itself with the ioctl TIOCEXCL: whoever opens it "
		"then without CAP_SYS_ADMIN gets \"Device or resource busy\". gpsd does so, and "
		"where gpsd alone reads the receiver that is right; an NTP daemon that shall "
		"read the port is shut out. TIOCGEXCL tells that it is set, and not by whom. "
		"It ends when the last process closes the port.",
	.see = "TIOCEXCL(2const)",
	.stage = STAGE_HOLDER,
	.explains = EXPLAINS_NO_SENTENCES | EXPLAINS_NO_ACCESS,
	.run = run_port_exclusive,
};

static bool is_time_daemon(const struct holder *h)
{
	return holder_role(h->comm) == ROLE_NTP || holder_role(h->comm) == ROLE_GPSD;
}

/* Those who are told by a check of their own do not count. */
static bool is_plain_reader(const struct holder *h)
{
	enum holder_role role = holder_role(h->comm);

	return role != ROLE_KEEPER && role != ROLE_GETTY && !is_called(h, COMM_MODEMMANAGER) &&
	       !is_called(h, COMM_BRLTTY);
}

/*
 * Two readers, the time daemon first.  One line a process: whoever has opened the
 * port twice is one reader.
 */
static size_t find_readers(const struct port_facts *f, const struct holder *found[2])
{
	size_t n = 0;

	for (size_t i = 0; i < f->port.holders.n && n < 2; i++) {
		const struct holder *h = &f->port.holders.v[i];

		if (is_plain_reader(h) && !(n && found[0]->pid == h->pid))
			found[n++] = h;
	}
	if (n == 2 && !is_time_daemon(found[0])) {
		const struct holder *first = found[0];

		found[0] = found[1];
		found[1] = first;
	}
	return n;
}

static void fix_second_reader(const struct holder *other, struct finding *out)
{
	if (is_time_daemon(other))
		finding_fix(out, "systemctl disable --now gpsd.socket gpsd.service     # or take the receiver out of the NTP daemon's configuration");
	else
		finding_fix(out, "kill %d     # %s", other->pid, other->comm);
}

static void run_port_second_reader(const struct port_facts *f, struct finding *out)
{
	const struct holder *found[2];
	size_t n;

	if (f->pulse_only || !fact_is(f->present, 1))
		return;
	n = find_readers(f, found);
	if (n < 2) {
		judge_no_intruder(f, out);
		return;
	}
	finding_saw(out, "pid", fact_from(0, found[0]->pid));
	finding_saw(out, "second_pid", fact_from(0, found[1]->pid));
	/* a shell and what it started share a descriptor: not known to be a fault */
	if (is_time_daemon(found[0]))
		finding_fail(out, "NO SENTENCES: two programs read the port, each gets a part");
	else
		finding_warn(out, "two programs have the port open: who reads takes from the other");
	finding_observed(out, "%s[%d] and %s[%d] have /dev/%s open", found[0]->comm, found[0]->pid,
			 found[1]->comm, found[1]->pid, f->port.name);
	finding_why(out, "a character goes to the one that reads first: both see torn sentences with bad checksums, and the pulse is not affected");
	fix_second_reader(found[1], out);
}

const struct check check_port_second_reader = {
	.id = "port.second-reader",
	.title = "two programs read the port, and each gets a part of the sentences",
	.explain = "A serial port has one queue of received characters: what one process has read, "
		"the other never sees. Two readers (gpsd beside ntpd, or a forgotten cat) tear "
		"the sentences apart, and the checksums fail; the pulse goes on. diag counts the "
		"processes that have the port open, without those that only keep it attached "
		"(gpsppsctl, ldattach). Let one program read the receiver: ntpd's NMEA driver, or "
		"gpsd, which hands the time on through shared memory.",
	.see = "https://gpsd.gitlab.io/gpsd/gpsd-time-service-howto.html",
	.stage = STAGE_HOLDER,
	.explains = EXPLAINS_NO_SENTENCES,
	.run = run_port_second_reader,
};
