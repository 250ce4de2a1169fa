// SPDX-License-Identifier: GPL-2.0-or-later
/* What the port's driver does with DCD. */
#include "check.h"

#include "../driver.h"

/* ---- a driver that does not stamp ---- */

static bool is_never_stamped(const struct port_facts *f)
{
	const struct driver_facts *d = check_driver(f);

	return d && !d->reports_dcd;
}

static void fail_no_dcd(const struct port_facts *f, struct fact dcd, struct finding *out)
{
	const double window_s = facts_window_ms(f) / 1000.0;
	const struct driver_facts *d = check_driver(f);

	if (fact_known(dcd) && dcd.val) {
		finding_fail(out, "NO PULSE: the driver counts DCD's edges, and stamps none");
		finding_observed(out, "DCD counter moved by %d in %.1f s, %s stood still, driver %s",
				 (int)dcd.val, window_s, f->pulse.name, f->port.driver.val);
	} else {
		finding_fail(out, "NO PULSE: the driver %s never reports DCD",
			     f->port.driver.val);
		finding_observed(out, "driver %s, %s stood still for %.1f s", f->port.driver.val,
				 f->pulse.name, window_s);
	}
	finding_why(out, "this driver does not hand DCD's edges to the line discipline%s%s",
		    d && d->note ? ": " : "", d && d->note ? d->note : "");
	finding_fix(out, is_never_stamped(f) ?
		    "use a real serial port or an FTDI adapter for the pulse: no kernel's driver tells it" :
		    "a newer kernel, or a real serial port or FTDI adapter for the pulse");
}

static void run_driver_no_dcd(const struct port_facts *f, struct finding *out)
{
	struct fact dcd = facts_moved(f, IC_DCD);

	/* edges that the device is told to ignore, and half of them, are others' matter */
	if (!check_can_judge_line(f, out) || check_fails(&check_signal_short_pulse, f))
		return;
	finding_saw(out, "dcd", dcd);
	if (is_never_stamped(f)) {
		fail_no_dcd(f, dcd, out);
		return;
	}
	if (dcd.state == FACT_DENIED) {
		check_denied(out, "the DCD counter", dcd);
		return;
	}
	out->severity = SEV_OK;
	if (check_dcd_goes_on(f))
		fail_no_dcd(f, dcd, out);
}

const struct check check_driver_no_dcd = {
	.id = "driver.no-dcd",
	.title = "the port's driver does not report DCD to the PPS line discipline",
	.explain = "N_PPS attaches to any port, but stamps only what the driver tells it: some USB "
		"and SoC drivers never do (cp210x), others only count (cdc_acm before Linux 6.6). "
		"diag knows the drivers by name, and sees the DCD counter move while the pulse "
		"device stands still. Only another kernel, port or adapter helps.",
	.see = "drivers/usb/serial/generic.c: usb_serial_handle_dcd_change(); drivers/usb/class/cdc-acm.c",
	.stage = STAGE_INTERRUPT,
	.explains = EXPLAINS_NO_PULSE,
	.run = run_driver_no_dcd,
};

/* ---- a driver that must be told to listen ---- */

/*
 * Without set_ldisc() nothing sets flag 0x800, and UART_ENABLE_MS() then asks for
 * CRTSCTS or the absence of CLOCAL (include/linux/serial_core.h).
 */
static void run_driver_no_set_ldisc(const struct port_facts *f, struct finding *out)
{
	if (f->pulse_only || !facts_is_attached(f) || check_sets_flag(f) || is_never_stamped(f) ||
	    f->port.flags.state == FACT_ABSENT || f->port.flags.state == FACT_UNREAD)
		return;
	finding_saw(out, "flags", f->port.flags);
	if (facts_has_pulse(f)) {
		out->severity = SEV_OK;
		return;
	}
	if (f->port.flags.state == FACT_DENIED) {
		check_denied(out, "the port's flags", f->port.flags);
		return;
	}
	if (f->port.flags.val & FLAG_HARDPPS_CD) {
		out->severity = SEV_OK;
		return;
	}
	if (f->port.termios.state != FACT_OK) {
		check_denied(out, "termios", fact_from(-f->port.termios.err, 0));
		return;
	}
	if (!facts_no_pulse(f) || !check_has_setting(f, "clocal") ||
	    check_has_setting(f, "crtscts"))
		return;
	finding_fail(out, "NO PULSE: the driver was not told to listen to DCD");
	finding_observed(out, "driver %s, flags 0x%llx (0x800 clear), clocal set, no edge in %.1f s",
			 f->port.driver.val, (unsigned long long)f->port.flags.val,
			 facts_window_ms(f) / 1000.0);
	finding_why(out, "this driver does not notice that N_PPS was attached, and with clocal, which ntpd always sets, it leaves the modem lines alone; gpsppsctl attach tells it, ldattach and gpsd do not");
	finding_fix(out, "gpsppsctl diag --fix /dev/%s     # tells it so (flag 0x800); keeps %s",
		    f->port.name, f->pulse.name);
	out->cure = CURE_REARM;
}

const struct check check_driver_no_set_ldisc = {
	.id = "driver.no-set-ldisc",
	.title = "the port's driver was not told to listen to DCD",
	.explain = "An 8250 turns its modem-status interrupt on when N_PPS is attached; other "
		"serial drivers (amba-pl011, imx, omap, sc16is7xx, tegra) have no set_ldisc() and "
		"do so only for crtscts or without clocal, which would hang the port up at each "
		"pulse. diag sees flag 0x800 clear in sysfs and no edge. gpsppsctl attach sets "
		"that flag by TIOCSSERIAL, which needs CAP_SYS_ADMIN, and switches the interrupt "
		"on by an interrupted TIOCMIWAIT; the cure does the same on a port that another "
		"program attached, or that lost the flag.",
	.see = "include/linux/serial_core.h: UART_ENABLE_MS(), UPF_HARDPPS_CD",
	.stage = STAGE_INTERRUPT,
	.explains = EXPLAINS_NO_PULSE,
	.run = run_driver_no_set_ldisc,
};

/* ---- a pulse that does not come straight to an interrupt ---- */

static const struct {
	const char *over, *why;
} buses[] = {
	[BUS_CHIP] = { "a timer of the driver", "the driver looks at DCD now and then: the edge is stamped at its next look" },
	[BUS_SLOW] = { "I2C or SPI", "the chip must be asked by a thread over a slow bus: the edge is stamped when the answer arrives" },
	[BUS_USB] = { "USB", "the adapter is asked in turns, once in a USB frame (1 ms; high speed 0.125 ms): the edge is stamped when the answer arrives" },
};

static void run_driver_polled_dcd(const struct port_facts *f, struct finding *out)
{
	const struct driver_facts *d = check_driver(f);

	if (f->pulse_only || !facts_is_attached(f) || f->port.driver.state != FACT_OK ||
	    facts_no_pulse(f))
		return;
	out->severity = SEV_OK;
	if (!d || !d->late)
		return;
	finding_warn(out, "LATE PULSE: it comes over %s, %s", buses[d->bus].over, d->late);
	finding_observed(out, "driver %s", f->port.driver.val);
	finding_why(out, "%s", buses[d->bus].why);
	finding_fix(out, "use a serial port of the machine or of a PCI Express card; or live with it: ntpd time1, chrony offset");
}

const struct check check_driver_polled_dcd = {
	.id = "driver.polled-dcd",
	.title = "the pulse comes over USB or another slow way: late, and with jitter",
	.explain = "A USB adapter cannot interrupt: the host asks it once in a frame, and the "
		"kernel stamps the edge when the answer arrives. FTDI chips at full speed were "
		"measured 0.2 ms late with 0.06 to 0.09 ms of spread, others stay within the "
		"frame of 1 ms. A UART behind I2C or SPI is late, too, and i.MX's driver polls DCD "
		"four times a second. diag tells by the driver's name. USB is good enough for most, and "
		"a hundred times worse than a real port.",
	.see = "Documentation/driver-api/pps.rst; gpsd's time service HOWTO",
	.stage = STAGE_INTERRUPT,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_driver_polled_dcd,
};
