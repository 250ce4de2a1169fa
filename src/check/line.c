// SPDX-License-Identifier: GPL-2.0-or-later
/* Does the pulse reach the kernel: the interrupt, the driver, the pin. */
#include "check.h"

#include <stdio.h>
#include <string.h>

/* Drivers whose line discipline change sets flag 0x800 (serial8250_do_set_ldisc()). */
static bool is_8250(const struct port_facts *f)
{
	static const char *const drivers[] = { "serial", "serial8250", "8250" };

	for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++)
		if (f->port.driver.state == FACT_OK && !strcmp(f->port.driver.val, drivers[i]))
			return true;
	return fact_known(f->port.type) && f->port.type.val > 0 && f->port.type.val <= 30;
}

static double window_s(const struct port_facts *f)
{
	return facts_window_ms(f) / 1000.0;
}

/* "DCD counter stood still for 3.2 s, 1531 characters came" */
static void movement_text(const struct port_facts *f, char *buf, size_t size)
{
	struct fact dcd = facts_moved(f, IC_DCD), rx = facts_moved(f, IC_RX);
	int n;

	if (fact_is(dcd, 0))
		n = snprintf(buf, size, "DCD counter stood still for %.1f s", window_s(f));
	else if (fact_known(dcd))
		n = snprintf(buf, size, "DCD counter moved by %d in %.1f s", (int)dcd.val,
			     window_s(f));
	else
		n = snprintf(buf, size, "%s stood still for %.1f s", f->pulse.name, window_s(f));
	if (fact_known(rx) && n > 0 && (size_t)n < size)
		snprintf(buf + n, size - n, ", %d characters came", (int)rx.val);
}

static void rearm_fix(const struct port_facts *f, struct finding *out)
{
	if (fact_known(f->unit))
		finding_fix(out, "systemctl restart gpsppsctl@%s.service     # a new pulse device: restart the NTP daemon, too",
			    f->port.name);
	else
		finding_fix(out, "gpsppsctl detach /dev/%s; gpsppsctl attach /dev/%s     # a new pulse device: restart the NTP daemon, too",
			    f->port.name, f->port.name);
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
	movement_text(f, movement, sizeof(movement));
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
		finding_why(out, "the UART does not tell the kernel about its DCD pin: an edge is noticed when the next character arrives, and stamped so much too late");
	else
		finding_why(out, "the UART does not tell the kernel about its DCD pin; whoever waits for the pulse gets \"Connection timed out\"");
	rearm_fix(f, out);
}

/* The driver was told to listen, or was told so once and somebody took it back. */
static void judge_flags(const struct port_facts *f, struct finding *out)
{
	if (!fact_known(f->port.flags) || !is_8250(f) ||
	    f->port.flags.val & FLAG_HARDPPS_CD)
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
		return;
	}
	if (fact_known(f->port.flags) && is_8250(f) && !(f->port.flags.val & FLAG_HARDPPS_CD)) {
		fail_msi(f, NULL, out);
		return;
	}
	if (!f->n_samples) {
		finding_skip(out, "the UART's registers are not at I/O ports");
		return;
	}
	if (f->kernel.lockdown.state == FACT_OK && !strstr(f->kernel.lockdown.val, "[none]")) {
		finding_skip(out, "the UART's registers cannot be read: kernel lockdown");
		return;
	}
	if (regs->dlab) {
		finding_skip(out, "LCR 0x%02x: DLAB is set, IER cannot be seen",
			     (unsigned int)regs->lcr.val);
		return;
	}
	check_denied(out, "the UART's interrupt register (IER)", regs->ier);
}

static void run_uart_msi_off(const struct port_facts *f, struct finding *out)
{
	struct uart_regs regs;
	enum msi msi = facts_msi(f, &regs);

	/* nobody has it open: zero is what a closed port has (serial8250_do_shutdown()) */
	if (f->pulse_only || !facts_is_attached(f))
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
	.stage = STAGE_INTERRUPT,
	.explains = EXPLAINS_NO_PULSE,
	.run = run_uart_msi_off,
};

/* Can the absence of pulses be judged at all?  Says why when it cannot. */
static bool can_judge_line(const struct port_facts *f, struct finding *out)
{
	struct uart_regs regs;

	if (f->pulse_only || !facts_is_attached(f) || facts_msi(f, &regs) == MSI_OFF)
		return false;
	if (facts_has_pulse(f)) {
		out->severity = SEV_OK;
		return false;
	}
	if (!facts_no_pulse(f)) {
		finding_skip(out, "%s was not watched for long enough", f->pulse.name);
		return false;
	}
	return true;
}

static void run_driver_no_dcd(const struct port_facts *f, struct finding *out)
{
	struct fact dcd = facts_moved(f, IC_DCD);

	if (!can_judge_line(f, out))
		return;
	finding_saw(out, "dcd", dcd);
	if (dcd.state == FACT_DENIED) {
		check_denied(out, "the DCD counter", dcd);
		return;
	}
	if (!fact_known(dcd) || !dcd.val) {
		out->severity = SEV_OK;
		return;
	}
	finding_fail(out, "NO PULSE: the driver counts DCD's edges, and stamps none");
	finding_observed(out, "DCD counter moved by %d in %.1f s, %s stood still, driver %s",
			 (int)dcd.val, window_s(f), f->pulse.name, f->port.driver.val);
	finding_why(out, "this driver does not hand DCD's edges to the line discipline (cdc_acm does so from Linux 6.6 on, cp210x never)");
	finding_fix(out, "a newer kernel, or a real serial port or FTDI adapter for the pulse");
}

const struct check check_driver_no_dcd = {
	.id = "driver.no-dcd",
	.stage = STAGE_INTERRUPT,
	.explains = EXPLAINS_NO_PULSE,
	.run = run_driver_no_dcd,
};

static const char *const pin_names[] = {
	[IC_CTS] = "CTS (pin 8)", [IC_DSR] = "DSR (pin 6)", [IC_RNG] = "RI (pin 9)",
	[IC_DCD] = "DCD (pin 1)",
};

static void run_signal_wrong_pin(const struct port_facts *f, struct finding *out)
{
	enum icount_line pin;
	struct fact moved;

	if (!can_judge_line(f, out))
		return;
	if (f->first.icount[IC_CTS].state == FACT_DENIED) {
		check_denied(out, "the counters of the modem lines", f->first.icount[IC_CTS]);
		return;
	}
	finding_saw(out, "cts", facts_moved(f, IC_CTS));
	finding_saw(out, "dsr", facts_moved(f, IC_DSR));
	finding_saw(out, "rng", facts_moved(f, IC_RNG));
	finding_saw(out, "dcd", facts_moved(f, IC_DCD));
	out->severity = SEV_OK;
	pin = check_pulse_pin(f);
	if (pin == IC_DCD || !fact_is(facts_moved(f, IC_DCD), 0))
		return;
	moved = facts_moved(f, pin);
	finding_fail(out, "NO PULSE: the pulse is on %s, not on DCD", pin_names[pin]);
	finding_observed(out, "%s moved %d times in %.1f s, DCD not once", pin_names[pin],
			 (int)moved.val, window_s(f));
	finding_why(out, "Linux stamps DCD's edges only");
	finding_fix(out, "move the pulse's wire from %s to DCD (pin 1 of a 9-pin connector)",
		    pin_names[pin]);
}

const struct check check_signal_wrong_pin = {
	.id = "signal.wrong-pin",
	.stage = STAGE_PULSE,
	.explains = EXPLAINS_NO_PULSE,
	.run = run_signal_wrong_pin,
};

/* A source without a port: a GPIO line, a network card, another driver. */
static void judge_source(const struct port_facts *f, struct finding *out)
{
	if (facts_has_pulse(f)) {
		out->severity = SEV_OK;
		return;
	}
	if (!facts_no_pulse(f)) {
		finding_skip(out, "%s was not watched for long enough", f->pulse.name);
		return;
	}
	finding_fail(out, "NO PULSE: %s stood still", f->pulse.name);
	finding_observed(out, "source %s, no edge in %.1f s", f->pulse.source.val, window_s(f));
	finding_why(out, "nothing reaches its input; whoever waits for the pulse gets \"Connection timed out\"");
	finding_fix(out, "check the wire, and that the source is switched on");
}

static void run_signal_absent(const struct port_facts *f, struct finding *out)
{
	struct fact dcd = facts_moved(f, IC_DCD);
	char movement[120];

	if (f->pulse_only) {
		judge_source(f, out);
		return;
	}
	if (!can_judge_line(f, out))
		return;
	/* others explain it better: edges elsewhere, a dead receiver, no fix */
	if ((fact_known(dcd) && dcd.val) || check_pulse_pin(f) != IC_DCD || check_is_silent(f) ||
	    fact_is(f->sentences.fix, 0))
		return;
	movement_text(f, movement, sizeof(movement));
	finding_saw(out, "dcd", dcd);
	finding_saw(out, "rx", facts_moved(f, IC_RX));
	finding_saw(out, "fix", f->sentences.fix);
	finding_saw(out, "satellites", f->sentences.satellites);
	finding_fail(out, "NO PULSE: nothing arrives on DCD");
	finding_observed(out, "%s attached, %s%s", f->pulse.name, movement,
			 fact_is(f->sentences.fix, 1) ? ", the receiver has a fix" : "");
	if (fact_is(f->sentences.fix, 1))
		finding_why(out, "the receiver knows the time and gives no pulse here: it is switched off in the receiver, or its wire does not reach DCD (ppstest: \"Connection timed out\")");
	else
		finding_why(out, "the receiver has no fix yet, its pulse is switched off, or the wire does not reach DCD (ppstest: \"Connection timed out\")");
	finding_fix(out, "wire the pulse to DCD (pin 1 of 9), with RS-232 or 5 V level; switch it on: gpsppsctl receiver /dev/%s",
		    f->port.name);
}

const struct check check_signal_absent = {
	.id = "signal.absent",
	.stage = STAGE_PULSE,
	.explains = EXPLAINS_NO_PULSE,
	.by_exclusion = true,
	.run = run_signal_absent,
};
