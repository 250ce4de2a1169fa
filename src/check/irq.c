// SPDX-License-Identifier: GPL-2.0-or-later
/* The interrupt of the UART. */
#include "check.h"

#include <stdio.h>
#include <string.h>

/* Where a PC's ports are, and the interrupts that belong there (asm/serial.h). */
static const struct {
	int64_t base;
	int irq;
} isa_ports[] = {
	{ 0x3f8, 4 }, { 0x2f8, 3 }, { 0x3e8, 4 }, { 0x2e8, 3 },
};

/* 0: the base is none of a PC's four. */
static int isa_irq(const struct port_facts *f)
{
	for (size_t i = 0; i < sizeof(isa_ports) / sizeof(isa_ports[0]); i++)
		if (fact_is(f->port.io_type, 0) && fact_is(f->port.base, isa_ports[i].base))
			return isa_ports[i].irq;
	return 0;
}

static void run_uart_irq_zero(const struct port_facts *f, struct finding *out)
{
	const int usual = isa_irq(f);
	char number[16] = "N";

	if (!check_is_at_work(f) || f->port.irq.state == FACT_ABSENT ||
	    f->port.irq.state == FACT_UNREAD)
		return;
	finding_saw(out, "irq", f->port.irq);
	if (f->port.irq.state == FACT_DENIED) {
		check_denied(out, "the port's interrupt number", f->port.irq);
		return;
	}
	out->severity = SEV_OK;
	if (f->port.irq.val)
		return;
	if (usual)
		snprintf(number, sizeof(number), "%d", usual);
	finding_warn(out, "LATE PULSE: the port has no interrupt, a timer asks it now and then");
	finding_observed(out, "/sys/class/tty/%s/irq is 0", f->port.name);
	finding_why(out, "an edge is stamped when the timer looks: up to some 20 ms late at 4800 baud");
	finding_fix(out, "gpsppsctl detach /dev/%s; setserial /dev/%s irq %s; gpsppsctl attach --daemon /dev/%s     # the number that the BIOS shows",
		    f->port.name, f->port.name, number, f->port.name);
}

const struct check check_uart_irq_zero = {
	.id = "uart.irq-zero",
	.title = "the port has no interrupt: a timer polls it",
	.explain = "With interrupt 0 the 8250 driver polls the UART from a timer, every half of "
		"the time in which its FIFO would fill. A pulse is stamped when the timer looks, "
		"not when it comes: milliseconds to some 20 ms late, and jittering. diag reads "
		"the number in sysfs; give the port its interrupt in the BIOS or by setserial "
		"while nobody has it open.",
	.see = "setserial(8); drivers/tty/serial/8250/8250_core.c: serial8250_timeout()",
	.stage = STAGE_INTERRUPT,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_uart_irq_zero,
};

/*
 * Characters or edges came while no interrupt did (somebody's ioctl found them), or
 * came at some time though there never was an interrupt.  A PC's own port has seen
 * one at least: the driver tries out the transmitter's when it opens the port
 * (serial8250_do_startup()), and an ISA interrupt is latched.
 */
static bool is_irq_surely_dead(const struct port_facts *f)
{
	static const enum icount_line lines[] = { IC_DCD, IC_RX, IC_TX };
	const bool never = fact_is(f->second.irq_count, 0);

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (check_has_moved(facts_moved(f, lines[i])) ||
		    (never && check_has_moved(f->second.icount[lines[i]])))
			return true;
	return never && isa_irq(f);
}

static void fix_irq(const struct port_facts *f, struct finding *out)
{
	const int usual = isa_irq(f);

	if (usual && !fact_is(f->port.irq, usual))
		finding_fix(out, "gpsppsctl detach /dev/%s; setserial /dev/%s irq %d; gpsppsctl attach --daemon /dev/%s     # a new pulse device: restart the NTP daemon, too",
			    f->port.name, f->port.name, usual, f->port.name);
	else
		finding_fix(out, "gpsppsctl detach /dev/%s; gpsppsctl attach --daemon /dev/%s     # if it comes back: a newer BIOS, another port",
			    f->port.name, f->port.name);
}

static void judge_still_irq(const struct port_facts *f, struct finding *out)
{
	char movement[120];

	check_movement_text(f, movement, sizeof(movement));
	finding_observed(out, "interrupt %d stood still at %lld for %.1f s, %s",
			 (int)f->port.irq.val, (long long)f->second.irq_count.val,
			 facts_window_ms(f) / 1000.0, movement);
	if (!is_irq_surely_dead(f)) {
		finding_skip(out, "nothing moved: a silent receiver and a dead interrupt look alike");
		finding_fix(out, "gpsppsctl receiver /dev/%s     # if it answers, the interrupt works",
			    f->port.name);
		return;
	}
	finding_fail(out, "NO PULSE: the port's interrupt does not arrive");
	finding_why(out, "the UART is switched on, and its interrupts do not reach the kernel: the port has another number than the kernel thinks, or the firmware routes it elsewhere");
	fix_irq(f, out);
}

static void run_uart_irq_dead(const struct port_facts *f, struct finding *out)
{
	struct fact irqs = facts_interrupts(f);
	struct uart_regs regs;

	/* other registers explain it better */
	if (!check_is_at_work(f) || !check_has_moved(f->port.irq) || facts_msi(f, &regs) == MSI_OFF ||
	    check_fails(&check_uart_loopback, f) || check_fails(&check_uart_out2_off, f))
		return;
	finding_saw(out, "irq", f->port.irq);
	finding_saw(out, "interrupts", irqs);
	if (irqs.state == FACT_DENIED) {
		check_denied(out, "the count of the port's interrupts", irqs);
		return;
	}
	if (check_has_moved(irqs)) {
		out->severity = check_is_irq_shared(f) ? SEV_NONE : SEV_OK;
		return;
	}
	if (fact_known(irqs) && facts_no_pulse(f))
		judge_still_irq(f, out);
}

const struct check check_uart_irq_dead = {
	.id = "uart.irq-dead",
	.title = "the port's interrupt does not reach the kernel",
	.explain = "Each edge of the pulse and each few characters must raise an interrupt. diag "
		"compares the count in /proc/interrupts at the beginning and the end of its "
		"watch: when it stands still while characters or edges are counted all the same, "
		"or never moved at all, the interrupt is lost on its way (wrong number, firmware, "
		"a conflict). When nothing moves and it did move once, a silent receiver looks "
		"the same, and diag does not guess.",
	.see = "proc(5), /proc/interrupts; setserial(8)",
	.stage = STAGE_INTERRUPT,
	.explains = EXPLAINS_NO_PULSE | EXPLAINS_NO_SENTENCES,
	.run = run_uart_irq_dead,
};

/*
 * The first name that is another device's; "" when there is none.  Of UARTs on one
 * interrupt only the first is named (serial_link_irq_chain()), and old kernels name
 * it "serial": a lone name is the port's own.
 */
static void other_device(const struct port_facts *f, char *name, size_t size)
{
	const char *at = f->irq_names.val;

	name[0] = '\0';
	if (!strchr(at, ','))
		return;
	while (*at && !name[0]) {
		const size_t n = strcspn(at, ", ");

		if (n && (n != strlen(f->port.name) || strncmp(at, f->port.name, n)) &&
		    (n != strlen("serial") || strncmp(at, "serial", n)))
			snprintf(name, size, "%.*s", (int)n, at);
		at += n;
		at += strspn(at, ", ");
	}
}

static void run_uart_shared_irq(const struct port_facts *f, struct finding *out)
{
	char name[64];

	if (!check_is_at_work(f) || !check_has_moved(f->port.irq))
		return;
	if (f->irq_names.state == FACT_DENIED) {
		check_denied(out, "who shares the port's interrupt",
			     fact_from(-f->irq_names.err, 0));
		return;
	}
	if (f->irq_names.state != FACT_OK)
		return;
	finding_saw(out, "irq", f->port.irq);
	finding_observed(out, "interrupt %d: %s", (int)f->port.irq.val, f->irq_names.val);
	other_device(f, name, sizeof(name));
	out->severity = SEV_OK;
	if (!name[0])
		return;
	finding_warn(out, "the port shares its interrupt with %s", name);
	finding_why(out, "an edge may wait until the other device's handler is done: some 20 us of jitter");
	finding_fix(out, "move the other device or the card to another slot, or use a port that has an interrupt of its own");
}

const struct check check_uart_shared_irq = {
	.id = "uart.shared-irq",
	.title = "the port shares its interrupt with another device",
	.explain = "The handlers of a shared interrupt run one after the other; an edge that comes "
		"while another device's handler works is stamped when that is done. It costs "
		"accuracy (some 20 us are reported), not time. diag reads the names behind the "
		"interrupt's number in /proc/interrupts.",
	.see = "proc(5), /proc/interrupts",
	.stage = STAGE_INTERRUPT,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_uart_shared_irq,
};
