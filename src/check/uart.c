// SPDX-License-Identifier: GPL-2.0-or-later
/* The UART, by its registers. */
#include "check.h"

#include <stdio.h>
#include <string.h>

/*
 * A change of speed makes the driver write all of LCR, IER and MCR from what it
 * believes (serial8250_do_set_termios()), and keeps N_PPS and its device.  The
 * same speed would not do: uart_set_termios() returns early.
 */
static void fix_by_speed(const struct port_facts *f, struct finding *out)
{
	const int baud = fact_known(f->port.baud) && f->port.baud.val > 0 ?
		(int)f->port.baud.val : 4800;

	finding_fix(out, "stty -F /dev/%s %d && stty -F /dev/%s %d     # writes the UART's registers anew; keeps %s",
		    f->port.name, baud == 9600 ? 4800 : 9600, f->port.name, baud, f->pulse.name);
}

/* No register was readable: says why, and what would allow it. */
static void skip_registers(const struct port_facts *f, const struct uart_regs *regs,
			   const char *what, struct fact refusal, struct finding *out)
{
	if (f->kernel.lockdown.state == FACT_OK && !strstr(f->kernel.lockdown.val, "[none]"))
		finding_skip(out, "the UART's registers cannot be read: kernel lockdown");
	else if (regs->no_device)
		finding_skip(out, "the UART's registers read as all ones: nothing answers there");
	else
		check_denied(out, what, refusal);
}

/* ---- loopback ---- */

static void run_uart_loopback(const struct port_facts *f, struct finding *out)
{
	struct uart_regs regs;

	uartdiag_judge(f->samples, f->n_samples, &regs);
	if (!check_is_at_work(f) || !f->n_samples)
		return;
	finding_saw(out, "mcr", regs.mcr);
	if (!fact_known(regs.mcr)) {
		if (facts_has_pulse(f))
			out->severity = SEV_OK;		/* none would come through */
		else
			skip_registers(f, &regs, "the UART's MCR", regs.mcr, out);
		return;
	}
	out->severity = SEV_OK;
	if (!(regs.mcr.val & MCR_LOOP))
		return;
	finding_fail(out, "NO PULSE: the UART is switched to loopback");
	finding_observed(out, "MCR 0x%02x at 0x%x (bit 4 set, read %u times)",
			 (unsigned int)regs.mcr.val,
			 (unsigned int)f->port.base.val + UART_AT_MCR, f->n_samples);
	finding_why(out, "it hears itself: RXD is its own TXD, DCD its own OUT2, and the pins are cut off; a test program (or TIOCM_LOOP) left it so");
	fix_by_speed(f, out);
	out->cure = CURE_COMMAND;
}

const struct check check_uart_loopback = {
	.id = "uart.loopback",
	.title = "the UART is switched to loopback: it hears itself, not the receiver",
	.explain = "Bit 4 of the modem control register connects a UART's output to its own input "
		"for self-tests; neither pulses nor sentences get in from the pins then. diag "
		"reads MCR three times and more, never writes it. The driver puts the register "
		"right whenever the speed changes, which costs a few characters and keeps the "
		"pulse device.",
	.see = "NS16550A or TL16C550C data sheet, \"Modem control register\"",
	.stage = STAGE_UART,
	.explains = EXPLAINS_NO_PULSE | EXPLAINS_NO_SENTENCES,
	.run = run_uart_loopback,
};

/* ---- the kernel's console ---- */

static void run_uart_console(const struct port_facts *f, struct finding *out)
{
	if (!check_is_at_work(f) || f->port.console.state == FACT_ABSENT)
		return;
	finding_saw(out, "console", f->port.console);
	if (f->port.console.state == FACT_DENIED) {
		check_denied(out, "whether the kernel's console is on the port",
			     f->port.console);
		return;
	}
	if (!fact_known(f->port.console))
		return;
	out->severity = SEV_OK;
	if (!f->port.console.val)
		return;
	finding_fail(out, "WRONG TIME: the kernel's console is on the port");
	finding_observed(out, "/sys/class/tty/%s/console is Y", f->port.name);
	finding_why(out, "kernel messages go to the receiver, which may take them for commands; while they are printed the UART's interrupts are off, and a pulse in that time is stamped late or lost");
	finding_fix(out, "echo N >/sys/class/tty/%s/console     # for good: take console=%s from the kernel's command line",
		    f->port.name, f->port.name);
	out->cure = CURE_COMMAND;
}

const struct check check_uart_console = {
	.id = "uart.console",
	.title = "the kernel prints its messages to the receiver's port",
	.explain = "A port named by console= on the kernel's command line gets every kernel "
		"message. The receiver reads them, and serial8250_console_write() clears IER and "
		"polls for as long as a message takes (a line of 80 characters at 4800 baud: 0.17 "
		"s), so that pulses are stamped late or not at all. diag reads the port's console "
		"attribute in sysfs; writing N there takes the console off at once, the boot "
		"loader's configuration for good.",
	.see = "Documentation/admin-guide/serial-console.rst; drivers/tty/serial/8250/8250_port.c",
	.stage = STAGE_UART,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_uart_console,
};

/* ---- the modem-status interrupt ---- */

/*
 * A TIOCMIWAIT that is interrupted at once: enable_ms() sets the bit in the
 * driver's copy and writes that copy to the register in any case
 * (serial8250_enable_ms()), so it helps whether the driver forgot the bit or only
 * the hardware lost it.  TIOCSETD would not: N_PPS on N_PPS does nothing, and
 * N_TTY in between makes a new pulse device.
 */
static void rearm_fix(const struct port_facts *f, struct finding *out)
{
	finding_fix(out, "gpsppsctl diag --fix /dev/%s     # re-arms it; keeps %s, so the NTP daemon need not be restarted",
		    f->port.name, f->pulse.name);
	out->cure = CURE_REARM;
}

static bool is_flag_clear(const struct port_facts *f)
{
	return fact_known(f->port.flags) && check_sets_flag(f) &&
	       !(f->port.flags.val & FLAG_HARDPPS_CD);
}

/*
 * With the flag gone the driver itself turned the interrupt off, at a change of
 * settings; with the flag set it believes that it is on.
 */
static const char *who_did_it(const struct port_facts *f)
{
	if (is_flag_clear(f))
		return "; flag 0x800 is gone, too: an old setserial (TIOCSSERIAL) took it, and the next change of settings the interrupt";
	if (fact_known(f->port.flags))
		return "; the driver believes it is on (flag 0x800), so another program or the firmware wrote the register";
	return "";
}

/*
 * The receive interrupt reads MSR, too (serial8250_handle_irq_locked()), and with
 * the driver's own copy of IER still set it passes on what it finds there: pulses
 * may seem to come with the register's bit off.
 */
static void fail_msi(const struct port_facts *f, const struct uart_regs *regs,
		     struct finding *out)
{
	struct fact dcd = facts_moved(f, IC_DCD);
	bool edges = fact_known(dcd) && dcd.val;
	char who[120], movement[120];

	facts_holders_text(f, who, sizeof(who));
	check_movement_text(f, movement, sizeof(movement));
	finding_saw(out, "dcd", dcd);
	finding_saw(out, "rx", facts_moved(f, IC_RX));
	finding_fail(out, "%s: the UART's modem-status interrupt is off",
		     edges ? "LATE PULSE" : "NO PULSE");
	if (regs)
		finding_observed(out, "IER 0x%02x at 0x%x (bit 3 clear, read %u times), N_PPS attached by %s, %s",
				 (unsigned int)regs->ier.val,
				 (unsigned int)f->port.base.val + UART_AT_IER, regs->looks, who,
				 movement);
	else
		finding_observed(out, "flags 0x%llx (0x800 clear; the registers were not read), N_PPS attached by %s, %s",
				 (unsigned long long)f->port.flags.val, who, movement);
	if (edges)
		finding_why(out, "the UART does not tell the kernel about its DCD pin: an edge is noticed when the next character arrives, and stamped so much too late%s",
			    regs ? who_did_it(f) : "");
	else
		finding_why(out, "the UART does not tell the kernel about its DCD pin; whoever waits for the pulse gets \"Connection timed out\"%s",
			    regs ? who_did_it(f) : "");
	rearm_fix(f, out);
}

/* The driver was told to listen, or was told so once and somebody took it back. */
static void judge_flags(const struct port_facts *f, struct finding *out)
{
	if (!is_flag_clear(f))
		return;
	finding_warn(out, "the port's flags lost 0x800 since it was attached");
	finding_observed(out, "flags 0x%llx", (unsigned long long)f->port.flags.val);
	finding_why(out, "the next change of speed will turn the modem-status interrupt off; an old setserial (TIOCSSERIAL) does that");
	rearm_fix(f, out);
}

/* No register was readable: what do pulses and flags prove? */
static void infer_msi(const struct port_facts *f, const struct uart_regs *regs,
		      struct finding *out)
{
	struct fact dcd = facts_moved(f, IC_DCD);

	finding_saw(out, "flags", f->port.flags);
	if (facts_has_pulse(f) || (fact_known(dcd) && dcd.val)) {
		out->severity = SEV_OK;
		finding_observed(out, "pulses arrive");
		judge_flags(f, out);
	} else if (is_flag_clear(f)) {
		fail_msi(f, NULL, out);
	} else if (!f->n_samples) {
		finding_skip(out, "the UART's registers are not at I/O ports");
	} else if (regs->dlab) {
		finding_skip(out, "LCR 0x%02x: DLAB is set, IER cannot be seen",
			     (unsigned int)regs->lcr.val);
		/* a re-arm would write the divisor now */
		fix_by_speed(f, out);
	} else {
		skip_registers(f, regs, "the UART's interrupt register (IER)", regs->ier, out);
	}
}

static void run_uart_msi_off(const struct port_facts *f, struct finding *out)
{
	struct uart_regs regs;
	enum msi msi = facts_msi(f, &regs);

	/* nobody has it open: zero is what a closed port has (serial8250_do_shutdown()) */
	if (!check_is_at_work(f))
		return;
	finding_saw(out, "ier", regs.ier);
	finding_saw(out, "lcr", regs.lcr);
	finding_saw(out, "mcr", regs.mcr);
	if (msi == MSI_OFF) {
		fail_msi(f, &regs, out);
	} else if (msi == MSI_ON) {
		out->severity = SEV_OK;
		finding_observed(out, "IER 0x%02x", (unsigned int)regs.ier.val);
		judge_flags(f, out);
	} else {
		infer_msi(f, &regs, out);
	}
}

const struct check check_uart_msi_off = {
	.id = "uart.msi-off",
	.title = "the UART's modem-status interrupt is off: DCD is not listened to",
	.explain = "A UART reports a change of DCD only while bit 3 of its interrupt enable "
		"register is set; without it pulses reach the pin and nobody is told. As root "
		"diag reads IER itself (LCR before and after it, three times and more); else it "
		"infers from flag 0x800 and the counters. The cure is a TIOCMIWAIT that is "
		"interrupted at once, with the flag put back: the driver writes the register anew "
		"and the pulse device stays the same. On a console port, or with DLAB set, the "
		"register proves nothing, and diag says so.",
	.see = "drivers/tty/serial/8250/8250_port.c: serial8250_enable_ms(), serial8250_do_set_ldisc()",
	.stage = STAGE_INTERRUPT,
	.explains = EXPLAINS_NO_PULSE,
	.run = run_uart_msi_off,
};

/* ---- OUT2, the gate of a PC's interrupt line ---- */

static bool is_anything_heard(const struct port_facts *f)
{
	return facts_has_pulse(f) || check_has_moved(facts_moved(f, IC_RX)) ||
	       check_has_moved(facts_moved(f, IC_DCD)) ||
	       (check_has_moved(facts_interrupts(f)) && !check_is_irq_shared(f));
}

static void judge_out2(const struct port_facts *f, const struct uart_regs *regs,
		       struct finding *out)
{
	char movement[120];

	check_movement_text(f, movement, sizeof(movement));
	finding_observed(out, "MCR 0x%02x at 0x%x (bit 3 clear, read %u times), %s",
			 (unsigned int)regs->mcr.val,
			 (unsigned int)f->port.base.val + UART_AT_MCR, f->n_samples, movement);
	if (is_anything_heard(f) || !facts_no_pulse(f)) {
		out->severity = SEV_INFO;
		finding_why(out, "on a PC this bit lets the interrupt through; this board does not ask for it, or was not watched for long enough");
		return;
	}
	if (!fact_known(facts_moved(f, IC_RX))) {
		check_denied(out, "OUT2 is off, and the counter of received characters",
			     facts_moved(f, IC_RX));
		return;
	}
	finding_fail(out, "NO PULSE: the UART's interrupt is cut off (OUT2)");
	finding_why(out, "on a PC the UART's OUT2 pin is the gate of its interrupt line: the kernel hears neither pulses nor characters");
	fix_by_speed(f, out);
	out->cure = CURE_COMMAND;
}

static void run_uart_out2_off(const struct port_facts *f, struct finding *out)
{
	struct uart_regs regs;

	uartdiag_judge(f->samples, f->n_samples, &regs);
	/* the driver opens the gate only for a port with an interrupt (serial8250_do_startup()) */
	if (!check_is_at_work(f) || !f->n_samples || fact_is(f->port.irq, 0))
		return;
	finding_saw(out, "mcr", regs.mcr);
	if (!fact_known(regs.mcr)) {
		if (facts_has_pulse(f))
			out->severity = SEV_OK;
		else
			skip_registers(f, &regs, "the UART's MCR", regs.mcr, out);
		return;
	}
	out->severity = SEV_OK;
	if (regs.mcr.val & (MCR_OUT2 | MCR_LOOP))	/* in loopback the pin is off anyway */
		return;
	finding_saw(out, "dcd", facts_moved(f, IC_DCD));
	finding_saw(out, "rx", facts_moved(f, IC_RX));
	judge_out2(f, &regs, out);
}

const struct check check_uart_out2_off = {
	.id = "uart.out2-off",
	.title = "the UART's interrupt line is cut off by OUT2",
	.explain = "On PC hardware the OUT2 output of the UART (bit 3 of MCR) gates its interrupt: "
		"cleared by a program that writes to the ports, neither pulses nor characters are "
		"noticed. Not every board is wired so, therefore it is a fault only when nothing "
		"at all arrives. diag reads MCR three times and more, never writes it; a change "
		"of speed makes the driver write it anew.",
	.see = "drivers/tty/serial/8250/8250_port.c: serial8250_do_startup(), TIOCM_OUT2",
	.stage = STAGE_INTERRUPT,
	.explains = EXPLAINS_NO_PULSE | EXPLAINS_NO_SENTENCES,
	.run = run_uart_out2_off,
};
