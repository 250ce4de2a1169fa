// SPDX-License-Identifier: GPL-2.0-or-later
/* The GPIO line of a source: who has it, and does the pulse come over it? */
#include "check.h"

#include <stdio.h>
#include <string.h>

static bool is_gpio(const struct port_facts *f)
{
	return f->pulse_only && f->gpio.driver && fact_is(f->present, 1);
}

/* "line 5 (GPIO18) of pinctrl-bcm2835" */
static void line_text(const struct gpio_facts *g, char *buf, size_t size)
{
	const bool named = g->line.name[0];

	snprintf(buf, size, "line %u%s%s%s of %s", g->line.offset, named ? " (" : "", g->line.name,
		 named ? ")" : "", g->chip);
}

#define LINE_TEXT_MAX (2 * GPIO_NAME_MAX + 32)

/* ---- somebody else has it ---- */

/* The driver whose source is missing has no line; what has the line is another one. */
static bool is_own(const struct gpio_facts *g)
{
	if (g->driver == GPIO_DRIVER_POLL)
		return !strncmp(g->line.consumer, "pps-gpio-poll", 13);
	return gpio_is_pulse_driver(g->line.consumer) &&
	       strncmp(g->line.consumer, "pps-gpio-poll", 13);
}

/* Is the line of a missing source known?  False where there is nothing to judge. */
static bool find_missing(const struct port_facts *f, struct finding *out)
{
	if (!f->pulse_only || fact_is(f->present, 1) || f->gone || !f->gpio.driver)
		return false;
	if (f->gpio.line_known.state == FACT_DENIED)
		check_denied(out, "who has the line", f->gpio.line_known);
	return fact_is(f->gpio.line_known, 1);
}

static bool is_taken(const struct gpio_facts *g)
{
	return g->line.flags & GPIO_USED && !is_own(g);
}

static void observe_taken(const struct gpio_facts *g, struct finding *out)
{
	char line[LINE_TEXT_MAX];

	line_text(g, line, sizeof(line));
	finding_saw(out, "line", fact_from(0, g->line.offset));
	finding_saw(out, "number", g->line.number);
	finding_observed(out, "%s is wanted by %s; \"%s\" has it", line, g->where,
			 g->line.consumer[0] ? g->line.consumer : "?");
}

static const char *module_name(const struct gpio_facts *g)
{
	return g->driver == GPIO_DRIVER_POLL ? "pps-gpio-poll" : "pps-gpio";
}

static void run_gpio_button_driver(const struct port_facts *f, struct finding *out)
{
	const struct gpio_facts *g = &f->gpio;

	if (!find_missing(f, out))
		return;
	out->severity = SEV_OK;
	if (!is_taken(g) || !g->button_driver[0])
		return;
	observe_taken(g, out);
	finding_fail(out, "NO PULSE: a driver of buttons has the line");
	finding_why(out, "the board's description makes a button of this pin; a line has one user, so that %s gets \"Device or resource busy\"",
		    module_name(g));
	if (g->button_device[0])
		finding_fix(out, "echo %s >/sys/bus/platform/drivers/%s/unbind; modprobe -r %s; modprobe %s     # its other buttons are dead then, too",
			    g->button_device, g->button_driver, module_name(g), module_name(g));
	else
		finding_fix(out, "rmmod %s; modprobe -r %s; modprobe %s", g->button_driver,
			    module_name(g), module_name(g));
}

const struct check check_gpio_button_driver = {
	.id = "gpio.button-driver",
	.title = "a driver of buttons has the line of the pulse",
	.explain = "On a small router the pulse is often wired to the pin of a button that is easy to "
		"solder to, and the kernel's driver of buttons (gpio-keys, gpio-keys-polled; on "
		"OpenWrt gpio-button-hotplug) has that line already: the driver of the pulse gets "
		"\"Device or resource busy\" and makes no source. diag knows the line from the "
		"module's parameters (in /sys, modprobe.d or modules.d) or the devicetree, and its "
		"user from the chip. Unbind the device of the buttons, or take the button out of "
		"the devicetree; its other buttons go with it. \"gpsppsctl list --gpio\" shows "
		"lines that nobody has.",
	.see = "Documentation/driver-api/gpio/drivers-on-gpio.rst; gpsppsctl list --gpio",
	.stage = STAGE_PORT,
	.explains = EXPLAINS_NO_PULSE,
	.run = run_gpio_button_driver,
};

static void run_gpio_busy(const struct port_facts *f, struct finding *out)
{
	const struct gpio_facts *g = &f->gpio;

	if (!find_missing(f, out) || check_fails(&check_gpio_button_driver, f))
		return;
	out->severity = SEV_OK;
	if (!is_taken(g))
		return;
	observe_taken(g, out);
	finding_fail(out, "NO PULSE: another user has the line");
	finding_why(out, "a line has one user: %s gets \"Device or resource busy\" (error -16) and makes no source",
		    module_name(g));
	if (!strcmp(g->line.consumer, "sysfs") && fact_known(g->line.number))
		finding_fix(out, "echo %lld >/sys/class/gpio/unexport; modprobe -r %s; modprobe %s",
			    (long long)g->line.number.val, module_name(g), module_name(g));
	else
		finding_fix(out, "end what has it, or take another line: gpsppsctl list --gpio");
}

const struct check check_gpio_busy = {
	.id = "gpio.busy",
	.title = "the line of the pulse is taken by another user",
	.explain = "A GPIO line has one user at a time, a driver of the kernel or a program. When "
		"pps-gpio or pps-gpio-poll comes second it gets \"Device or resource busy\", and "
		"the source that the table names does not appear. diag knows the line from the "
		"module's parameters (in /sys, modprobe.d or modules.d) or the devicetree, and the "
		"chip says who has it: \"sysfs\" is a line that was exported by hand, a program "
		"of libgpiod has its own name there, else it is a driver (an LED, a regulator, "
		"one-wire). End that, or wire the pulse to a line that \"gpsppsctl list --gpio\" "
		"shows as free.",
	.see = "Documentation/userspace-api/gpio/chardev.rst; gpsppsctl list --gpio",
	.stage = STAGE_PORT,
	.explains = EXPLAINS_NO_PULSE,
	.run = run_gpio_busy,
};

/* What it was loaded with by hand is forgotten then. */
#define RELOAD "modprobe -r pps-gpio-poll; modprobe pps-gpio-poll chip=%s line=%u "

/* ---- which edge ---- */

/* After a rising edge half a period later: 0 in a pulse, 1 in what is turned over. */
static bool is_other_edge(const struct port_facts *f, const struct gpio_look *look)
{
	return fact_is(look->half_level, f->gpio.rising.val);
}

static void run_gpio_wrong_edge(const struct port_facts *f, struct finding *out)
{
	const struct gpio_facts *g = &f->gpio;

	if (!is_gpio(f) || g->driver != GPIO_DRIVER_POLL || !fact_known(g->rising) ||
	    !facts_saw_pulse(f))
		return;
	finding_saw(out, "half_level", f->second.gpio.half_level);
	if (f->second.gpio.half_level.state == FACT_DENIED) {
		check_denied(out, "the line's level between pulses", f->second.gpio.half_level);
		return;
	}
	if (!fact_known(f->second.gpio.half_level))
		return;
	out->severity = SEV_OK;
	/* once may be a glitch */
	if (!is_other_edge(f, &f->first.gpio) || !is_other_edge(f, &f->second.gpio))
		return;
	finding_fail(out, "WRONG TIME: the end of the pulse is taken for its beginning");
	finding_observed(out, "the %s edge is captured, and half a period behind it the line is still %s",
			 g->rising.val ? "rising" : "falling", g->rising.val ? "high" : "low");
	finding_why(out, "the line rests there, and the pulse goes the other way: stamps are late by its width. A pulse that is longer than half a period looks the same: shorten that one");
	finding_fix(out, RELOAD "edge=%s     # for good: options in /etc/modprobe.d", g->chip,
		    g->line.offset, g->rising.val ? "falling" : "rising");
}

const struct check check_gpio_wrong_edge = {
	.id = "gpio.wrong-edge",
	.title = "the edge that ends the pulse is captured",
	.explain = "pps-gpio-poll captures one edge, rising unless told otherwise. A receiver or a "
		"level shifter may give the pulse turned over: the line rests high and goes low "
		"with the second. Then the rising edge is the pulse's end, and the clock is off by "
		"its width, mostly 100 or 200 ms, which no daemon can see. The module looks at the "
		"line half a period after each edge: where it has not gone back by then, the edge "
		"was the other one, or the pulse is longer than half a period. Set edge=; with "
		"pps-gpio, which captures no second edge, it is assert-falling-edge in the "
		"devicetree.",
	.see = "kernel/pps-gpio-poll/README.md; Documentation/devicetree/bindings/pps/pps-gpio.yaml",
	.stage = STAGE_PULSE,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_gpio_wrong_edge,
};

/* ---- the line stays low ---- */

/* What makes a line stay at 0 when nothing drives it; NULL. */
static const char *why_low(unsigned int flags)
{
	if (flags & GPIO_PULL_DOWN)
		return "pull-down";
	if (flags & GPIO_OPEN_DRAIN)
		return "open drain, without a pull-up";
	return flags & GPIO_ACTIVE_LOW && !(flags & GPIO_PULL_UP) ?
		"active-low, without a pull-up" : NULL;
}

static void fix_low(unsigned int flags, struct finding *out)
{
	if (flags & GPIO_PULL_DOWN) {
		finding_why(out, "the pin's own resistor holds it at 0: the receiver's output is not connected to this line, is switched off, or is too weak (open collector)");
		finding_fix(out, "wire the pulse and the ground to this line, and measure it; for an output that only pulls down take bias-pull-up in the devicetree");
		return;
	}
	finding_why(out, "the line waits for an output that pulls it down, and nothing pulls it up between the pulses");
	finding_fix(out, "a resistor of 10 kOhm from the line to 3.3 V, or bias-pull-up in the devicetree");
}

static void run_gpio_pulled_down(const struct port_facts *f, struct finding *out)
{
	const struct fact first = f->first.gpio.level, second = f->second.gpio.level;
	const char *why = why_low(f->gpio.line.flags);
	char line[LINE_TEXT_MAX];

	if (!is_gpio(f) || !fact_is(f->gpio.line_known, 1))
		return;
	if (facts_has_pulse(f)) {
		out->severity = SEV_OK;
		return;
	}
	finding_saw(out, "level", second);
	if (!facts_no_pulse(f) || !why)
		return;
	if (first.state == FACT_DENIED || !fact_known(second)) {
		check_denied(out, "the line's level (/sys/kernel/debug/gpio)", first);
		if (first.state == FACT_ABSENT)
			finding_fix(out, "mount -t debugfs none /sys/kernel/debug");
		return;
	}
	out->severity = SEV_OK;
	if (!fact_is(first, 0) || !fact_is(second, 0))
		return;
	line_text(&f->gpio, line, sizeof(line));
	finding_fail(out, "NO PULSE: the line stays low");
	finding_observed(out, "%s (%s) is 0, no edge in %.1f s", line, why,
			 facts_window_ms(f) / 1000.0);
	fix_low(f->gpio.line.flags, out);
}

const struct check check_gpio_pulled_down = {
	.id = "gpio.pulled-down",
	.title = "the line stays low: nothing drives it against its bias",
	.explain = "A pin with a pull-down reads 0 as long as nothing drives it; an output that only "
		"pulls down (open drain, open collector) never drives it up, and neither does a "
		"wire that is not there. diag sees no edge, the line at 0 as the watch begins and "
		"ends (/sys/kernel/debug/gpio), and a configuration that explains it: a pull-down, "
		"or active-low or open drain without a pull-up. A bias that the board's pin "
		"controller sets by itself is not to be seen there. Wire the receiver's pulse to "
		"the line, or give it a pull-up where the output needs one.",
	.see = "gpsppsctl list --gpio (FLAGS, LEVEL); Documentation/devicetree/bindings/gpio/gpio.txt",
	.stage = STAGE_PULSE,
	.explains = EXPLAINS_NO_PULSE,
	.run = run_gpio_pulled_down,
};

/* ---- pulses that were not read in time ---- */

#define MISSES_MIN 3		/* a start and a busy moment may cost as many */
#define LATE_SHARE 100		/* one in so many is too much */

static struct fact grown(struct fact before, struct fact after)
{
	if (!fact_known(before))
		return before;
	if (!fact_known(after))
		return after;
	return fact_from(0, after.val - before.val);
}

static long long value(struct fact f)
{
	return fact_known(f) ? (long long)f.val : 0;
}

static void observe_missed(const struct port_facts *f, struct finding *out)
{
	const struct gpio_look *now = &f->second.gpio;
	const struct fact captured = grown(f->first.gpio.captured, now->captured);
	const struct fact missed = grown(f->first.gpio.missed, now->missed);

	finding_saw(out, "captured", now->captured);
	finding_saw(out, "missed", now->missed);
	finding_saw(out, "late", now->late);
	finding_saw(out, "precision_ns", f->gpio.precision_ns);
	finding_observed(out, "%lld of %lld pulses missed in %.1f s, %lld of %lld since it was loaded; poll_us=%lld wait_us=%lld",
			 value(missed), value(missed) + value(captured),
			 facts_window_ms(f) / 1000.0, value(now->missed),
			 value(now->missed) + value(now->captured), value(f->gpio.poll_us),
			 value(f->gpio.wait_us));
}

static void fix_missed(const struct port_facts *f, struct finding *out)
{
	const long long wait_us = value(f->gpio.wait_us) ? value(f->gpio.wait_us) : 15;

	finding_why(out, "the line was read too late: the processor was busy, or asleep; the next pulse is then looked for by polling");
	finding_fix(out, RELOAD "wait_us=%lld     # a busy machine also wants less to do, or a line with interrupts (pps-gpio)",
		    f->gpio.chip, f->gpio.line.offset, 4 * wait_us);
}

/* Seconds without a signal are missed, too: only those that came, and came unread, are the machine's. */
static bool is_often_late(const struct gpio_look *now)
{
	return value(now->late) >= MISSES_MIN &&
	       value(now->late) * LATE_SHARE > value(now->captured);
}

static void run_gpio_missed(const struct port_facts *f, struct finding *out)
{
	const struct fact captured = grown(f->first.gpio.captured, f->second.gpio.captured);
	const struct fact missed = grown(f->first.gpio.missed, f->second.gpio.missed);

	if (!is_gpio(f) || f->gpio.driver != GPIO_DRIVER_POLL)
		return;
	if (captured.state == FACT_DENIED || missed.state == FACT_DENIED) {
		check_denied(out, "the counters of pps-gpio-poll",
			     captured.state == FACT_DENIED ? captured : missed);
		return;
	}
	/* none at all is no pulse: signal.absent's */
	if (!fact_known(captured) || !fact_known(missed) ||
	    (facts_window_ms(f) && captured.val <= 0))
		return;
	observe_missed(f, out);
	out->severity = SEV_OK;
	if (missed.val <= 0 && !is_often_late(&f->second.gpio))
		return;
	if (missed.val > captured.val && missed.val >= MISSES_MIN - 1)
		finding_fail(out, "NO PULSE: most pulses are missed");
	else
		finding_warn(out, "pulses are missed: the line is read too late");
	fix_missed(f, out);
}

const struct check check_gpio_missed = {
	.id = "gpio.missed",
	.title = "pps-gpio-poll misses pulses: the line is read too late",
	.explain = "pps-gpio-poll sleeps until shortly before the next pulse and then reads the line "
		"until it comes. On a busy processor it wakes up too late, and the pulse is gone by "
		"unstamped. The module counts what it captured and what it missed. A daemon does "
		"without a second here and there; diag warns of them, and calls it a fault when "
		"most are missed. Let it wait longer before the pulse (wait_us), poll more often "
		"(poll_us), give the machine less to do, or take a line that interrupts and "
		"pps-gpio.",
	.see = "kernel/pps-gpio-poll/README.md",
	.stage = STAGE_PULSE,
	.explains = EXPLAINS_NO_PULSE | EXPLAINS_WRONG_TIME,
	.run = run_gpio_missed,
};
