// SPDX-License-Identifier: GPL-2.0-or-later
/* Is there a port, is there a UART behind it, and who has it? */
#include "check.h"

static void run_port_absent(const struct port_facts *f, struct finding *out)
{
	if (fact_is(f->present, 1)) {
		out->severity = SEV_OK;
		return;
	}
	finding_fail(out, "NO PORT: there is no /dev/%s", f->port.name);
	finding_observed(out, "/sys/class/tty has no serial port %s", f->port.name);
	finding_why(out, "the adapter is unplugged, or its driver is not loaded");
	finding_fix(out, "plug it in, then: gpsppsctl list");
}

const struct check check_port_absent = {
	.id = "port.absent",
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
	.stage = STAGE_UART,
	.explains = EXPLAINS_NO_PULSE | EXPLAINS_NO_SENTENCES,
	.run = run_uart_absent,
};

static void run_port_getty(const struct port_facts *f, struct finding *out)
{
	const struct holder *getty = facts_holder(f, ROLE_GETTY);
	char who[160];

	if (f->pulse_only || !fact_is(f->present, 1))
		return;
	if (getty) {
		finding_saw(out, "pid", fact_from(0, getty->pid));
		finding_fail(out, "NOT OURS: a login prompt is on the port");
		finding_observed(out, "%s[%d] has /dev/%s open", getty->comm, getty->pid,
				 f->port.name);
		finding_why(out, "it reads the receiver's sentences, answers them, and changes the port's settings");
		finding_fix(out, "systemctl disable --now serial-getty@%s.service", f->port.name);
		return;
	}
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

const struct check check_port_getty = {
	.id = "port.getty",
	.stage = STAGE_HOLDER,
	.explains = EXPLAINS_NO_PULSE | EXPLAINS_NO_SENTENCES,
	.run = run_port_getty,
};

static void run_port_modemmanager(const struct port_facts *f, struct finding *out)
{
	(void)f;
	(void)out;
}

const struct check check_port_modemmanager = {
	.id = "port.modemmanager",
	.stage = STAGE_HOLDER,
	.explains = EXPLAINS_NO_PULSE | EXPLAINS_NO_SENTENCES,
	.run = run_port_modemmanager,
};

static void run_port_brltty(const struct port_facts *f, struct finding *out)
{
	(void)f;
	(void)out;
}

const struct check check_port_brltty = {
	.id = "port.brltty",
	.stage = STAGE_HOLDER,
	.explains = EXPLAINS_NO_PULSE | EXPLAINS_NO_SENTENCES,
	.run = run_port_brltty,
};

static void run_port_exclusive(const struct port_facts *f, struct finding *out)
{
	(void)f;
	(void)out;
}

const struct check check_port_exclusive = {
	.id = "port.exclusive",
	.stage = STAGE_HOLDER,
	.explains = EXPLAINS_NO_SENTENCES | EXPLAINS_NO_ACCESS,
	.run = run_port_exclusive,
};

static void run_port_second_reader(const struct port_facts *f, struct finding *out)
{
	(void)f;
	(void)out;
}

const struct check check_port_second_reader = {
	.id = "port.second-reader",
	.stage = STAGE_HOLDER,
	.explains = EXPLAINS_NO_SENTENCES,
	.run = run_port_second_reader,
};
