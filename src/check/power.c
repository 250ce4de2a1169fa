// SPDX-License-Identifier: GPL-2.0-or-later
/* A port that sleeps, and a pulse device that was told to shift its stamps. */
#include "check.h"

#include <string.h>

#include "../systemfacts.h"

/* ---- power management ---- */

static bool says(const struct fact_text *t, const char *text)
{
	return t->state == FACT_OK && !strcmp(t->val, text);
}

/* There is something to say: the port is at work, and its device was asked. */
static bool is_asked(const struct port_facts *f, bool usb, struct finding *out)
{
	const struct boot_facts *b = &f->boot;

	if (f->pulse_only || !facts_is_open(f) || b->is_usb != usb)
		return false;
	if (b->power_status.state == FACT_DENIED)
		check_denied(out, "how the port's power is managed",
			     fact_from(-b->power_status.err, 0));
	return b->power_status.state == FACT_OK;
}

/* As long as pulses come it was asleep between two of them, and woke up in time. */
static void judge_asleep(const struct port_facts *f, const char *what, struct finding *out)
{
	if (facts_has_pulse(f))
		out->severity = SEV_INFO;
	else
		finding_warn(out, "%s sleeps while the port is open", what);
	finding_observed(out, "runtime_status is suspended, control is %.20s, /dev/%s is open%s",
			 f->boot.power_control.val, f->port.name,
			 facts_has_pulse(f) ? ", and pulses come" : "");
}

static void fix_power(const struct port_facts *f, struct finding *out)
{
	finding_fix(out, "echo on >%.200s/control     # until the next boot; for good by a udev rule",
		    f->boot.power_dir.val);
}

static void run_uart_runtime_pm(const struct port_facts *f, struct finding *out)
{
	const struct boot_facts *b = &f->boot;
	const bool sleeps = says(&b->power_status, "suspended");

	if (!is_asked(f, false, out))
		return;
	finding_saw(out, "autosuspend_ms", b->autosuspend_ms);
	/* most drivers keep the UART awake while it is open; then "auto" means nothing */
	if (!sleeps && !(says(&b->power_control, "auto") && says(&b->power_status, "active") &&
			 fact_known(b->autosuspend_ms) && b->autosuspend_ms.val >= 0)) {
		out->severity = SEV_OK;
		return;
	}
	if (sleeps) {
		judge_asleep(f, "the UART", out);
	} else {
		out->severity = SEV_INFO;
		finding_observed(out, "power/control is auto, the UART may sleep after %d ms without characters",
				 (int)b->autosuspend_ms.val);
	}
	finding_why(out, "a UART that sleeps raises no interrupt when DCD changes, or wakes up late: pulses are missed when nothing else is sent");
	fix_power(f, out);
}

const struct check check_uart_runtime_pm = {
	.id = "uart.runtime-pm",
	.title = "the UART may sleep while the port is open",
	.explain = "On some systems on a chip the UART is put to sleep when no characters have come "
		"for a while, although the port is open: the pulse's edge then comes to nobody, or "
		"wakes it up too late. diag reads runtime_status, control and "
		"autosuspend_delay_ms of the UART's device in sysfs (not those of serial-base, "
		"which are no hardware). Write \"on\" to power/control; a udev rule with "
		"ATTR{power/control}=\"on\" keeps it.",
	.see = "https://www.kernel.org/doc/html/latest/power/runtime_pm.html; Documentation/ABI/testing/sysfs-devices-power",
	.stage = STAGE_UART,
	.explains = EXPLAINS_NO_PULSE,
	.run = run_uart_runtime_pm,
};

/*
 * usb-serial keeps its device awake while a port is open (serial_install(),
 * serial_cleanup() in drivers/usb/serial/usb-serial.c); cdc_acm lets it sleep
 * (acm_port_activate(), drivers/usb/class/cdc-acm.c).
 */
static void run_usb_suspend(const struct port_facts *f, struct finding *out)
{
	const struct boot_facts *b = &f->boot;
	const bool sleeps = says(&b->power_status, "suspended");

	if (!is_asked(f, true, out))
		return;
	finding_saw(out, "autosuspend_ms", b->autosuspend_ms);
	if (!sleeps && !(says(&b->power_control, "auto") && says(&f->port.driver, "cdc_acm"))) {
		out->severity = SEV_OK;
		return;
	}
	if (sleeps) {
		judge_asleep(f, "the USB adapter", out);
	} else {
		out->severity = SEV_INFO;
		finding_observed(out, "power/control of the USB device is auto; cdc_acm lets it sleep while the port is open");
	}
	finding_why(out, "a device that sleeps tells nothing of DCD until something wakes it up; a receiver that sends every second keeps it awake");
	fix_power(f, out);
}

const struct check check_usb_suspend = {
	.id = "usb.suspend",
	.title = "the USB adapter may sleep while the port is open",
	.explain = "With power/control \"auto\" the kernel suspends a USB device that nobody needs. "
		"The usb-serial drivers need theirs while the port is open; cdc_acm lets it sleep "
		"when nothing has come for two seconds, and a pulse alone may be lost then. diag reads "
		"control and runtime_status of the USB device. A rule with "
		"ATTR{power/control}=\"on\" keeps it awake; powertop --auto-tune undoes it.",
	.see = "https://www.kernel.org/doc/html/latest/driver-api/usb/power-management.html",
	.stage = STAGE_UART,
	.explains = EXPLAINS_NO_PULSE,
	.run = run_usb_suspend,
};

/* ---- offsets of the pulse device ---- */

/* include/uapi/linux/pps.h: PPS_OFFSETASSERT and PPS_OFFSETCLEAR */
#define OFFSET_ASSERT 0x10
#define OFFSET_CLEAR 0x20
/* What an antenna's cable delays, and may be taken back by intention. */
#define CABLE_MAX_NS 1000

/* pps_event() adds it to each stamp of an edge that is captured (drivers/pps/kapi.c). */
static int64_t offset_ns(const struct port_facts *f, unsigned int edge, unsigned int offset,
			 const struct fact *value)
{
	const int64_t both = edge | offset;

	return (f->pps_mode.val & both) == both && fact_known(*value) ? value->val : 0;
}

static bool is_small(int64_t ns)
{
	return ns >= -CABLE_MAX_NS && ns <= CABLE_MAX_NS;
}

static void fix_offset(const struct port_facts *f, struct finding *out)
{
	if (!f->pulse_only && f->port.name[0])
		finding_fix(out, "gpsppsctl detach /dev/%s; gpsppsctl attach --daemon /dev/%s     # a new source has none; then restart the daemon",
			    f->port.name, f->port.name);
	else
		finding_fix(out, "ppstest /dev/%s     # sets that of assert to 0 (Ctrl-C ends it); then restart the daemon",
			    f->pulse.name);
}

static void run_pps_offset(const struct port_facts *f, struct finding *out)
{
	int64_t on_assert, on_clear;

	if (!fact_is(f->present, 1) || !f->pulse.name[0] ||
	    f->assert_off_ns.state == FACT_UNREAD || f->assert_off_ns.state == FACT_ABSENT)
		return;
	finding_saw(out, "assert_offset_ns", f->assert_off_ns);
	finding_saw(out, "clear_offset_ns", f->clear_off_ns);
	if (!fact_known(f->assert_off_ns) || !fact_known(f->pps_mode)) {
		check_denied(out, "the offsets of the pulse's device (PPS_GETPARAMS)",
			     f->assert_off_ns);
		return;
	}
	on_assert = offset_ns(f, PPS_ASSERT_EDGE, OFFSET_ASSERT, &f->assert_off_ns);
	on_clear = offset_ns(f, PPS_CLEAR_EDGE, OFFSET_CLEAR, &f->clear_off_ns);
	if (!on_assert && !on_clear) {
		out->severity = SEV_OK;
		return;
	}
	if (is_small(on_assert) && is_small(on_clear))
		out->severity = SEV_INFO;
	else
		finding_warn(out, "the kernel shifts every stamp of /dev/%s", f->pulse.name);
	finding_observed(out, "PPS_GETPARAMS of /dev/%s: mode 0x%x, %lld ns are added on assert, %lld ns on clear",
			 f->pulse.name, (unsigned int)f->pps_mode.val, (long long)on_assert,
			 (long long)on_clear);
	finding_why(out, "some program set this offset (PPS_SETPARAMS); it is the device's, so every daemon gets its stamps shifted by it, and it stays when the program ends");
	fix_offset(f, out);
}

const struct check check_pps_offset = {
	.id = "pps.offset",
	.title = "the kernel adds an offset to every stamp of the pulse",
	.explain = "The parameters of a PPS device hold an offset for each edge, which the kernel "
		"adds to every stamp, for all programs alike; it outlives the program that set it. "
		"Daemons have corrections of their own (time1, offset) and leave it at 0. "
		"diag asks PPS_GETPARAMS. Up to a microsecond it may be meant for the antenna's "
		"cable. ppstest sets the offset of assert to 0 when it starts; attaching anew makes "
		"a device without any.",
	.see = "drivers/pps/kapi.c: pps_event(); ppstest(8)",
	.stage = STAGE_PULSE,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_pps_offset,
};
