// SPDX-License-Identifier: GPL-2.0-or-later
/* The GPIO line of a source: taken, a button's, the wrong edge, held low, read too late. */
#include "examine.h"

/* pps-gpio-poll on line 5, a pulse a second. */
static void polled(void)
{
	struct gpio_facts *g = &facts.gpio;

	memset(&facts.port, 0, sizeof(facts.port));
	memset(&facts.sentences, 0, sizeof(facts.sentences));
	facts.pulse_only = true;
	set_text(&facts.pulse.source, "pps-gpio-poll.-1");
	facts.pulse.port[0] = facts.gps.name[0] = '\0';
	pulses(3, 0);
	facts.pps_mode = fact_from(0, PPS_ASSERT_EDGE);
	g->driver = GPIO_DRIVER_POLL;
	g->line_known = g->rising = fact_from(0, 1);
	strcpy(g->chip, "pinctrl");
	strcpy(g->chip_name, "gpiochip0");
	g->line.offset = 5;
	g->line.flags = GPIO_USED | GPIO_IN;
	strcpy(g->line.consumer, "pps-gpio-poll");
	strcpy(g->line.pps, "pps0");
	g->poll_us = fact_from(0, 100);
	g->wait_us = fact_from(0, 15);
	facts.first.gpio = (struct gpio_look) {
		.level = fact_from(0, 0), .captured = fact_from(0, 50), .missed = fact_from(0, 4),
		.late = fact_from(0, 0), .half_level = fact_from(0, 0),
	};
	facts.second.gpio = facts.first.gpio;
	facts.second.gpio.captured.val += 3;
}

static void by_interrupt(void)
{
	const struct fact none = fact_from(-ENOENT, 0);

	polled();
	set_text(&facts.pulse.source, "pps-gpio.-1");
	strcpy(facts.gpio.line.consumer, "pps-gpio");
	facts.gpio.driver = GPIO_DRIVER_IRQ;
	facts.gpio.rising = facts.gpio.poll_us = facts.gpio.wait_us = (struct fact){ 0 };
	facts.first.gpio = (struct gpio_look) { .level = fact_from(0, 0) };
	facts.second.gpio = facts.first.gpio;
	facts.second.gpio.half_level = none;
}

/* Without a window the counters of its whole life are all there is. */
static void at_once(void)
{
	polled();
	facts.second.at_ns = facts.first.at_ns;
	facts.second.gpio = facts.first.gpio;
}

static void not_a_gpio(void)
{
	polled();
	memset(&facts.gpio, 0, sizeof(facts.gpio));
	memset(&facts.first.gpio, 0, sizeof(facts.first.gpio));
	memset(&facts.second.gpio, 0, sizeof(facts.second.gpio));
}

/* ---- the source is not there ---- */

static void missing(void)
{
	polled();
	facts.present = fact_from(0, 0);
	memset(&facts.pulse, 0, sizeof(facts.pulse));
	strcpy(facts.pulse_from, "pps-gpio-poll.-1");
	strcpy(facts.gpio.where, "/etc/modprobe.d/pps.conf");
	facts.gpio.line.flags = GPIO_IN;
	facts.gpio.line.consumer[0] = '\0';
}

static void taken_by(const char *consumer)
{
	missing();
	facts.gpio.line.flags = GPIO_USED | GPIO_IN;
	strcpy(facts.gpio.line.consumer, consumer);
	facts.gpio.line.number = fact_from(0, 517);
}

static void taken(void) { taken_by("w1"); }
static void taken_by_nobody(void) { taken_by(""); }
static void exported(void) { taken_by("sysfs"); }
static void named_otherwise(void) { taken_by("pps-gpio-poll"); }
static void taken_by_the_other(void) { taken_by("pps-gpio.0"); }

static void irq_taken_by_the_other(void)
{
	taken_by("pps-gpio-poll");
	facts.gpio.driver = GPIO_DRIVER_IRQ;
}

static void button(void)
{
	taken_by("reset");
	strcpy(facts.gpio.button_driver, "gpio-keys");
	strcpy(facts.gpio.button_device, "keys");
}

static void hotplug_button(void)
{
	taken_by("gpio-button-hotplug");
	strcpy(facts.gpio.button_driver, "gpio-button-hotplug");
}

static void unknown_line(void)
{
	missing();
	facts.gpio.line_known = fact_from(-ENOENT, 0);
}

static void denied_chip(void)
{
	missing();
	facts.gpio.line_known = fact_from(-EACCES, 0);
}

/* ---- the edge ---- */

static void half(int first, int second)
{
	polled();
	facts.first.gpio.half_level = fact_from(0, first);
	facts.second.gpio.half_level = fact_from(0, second);
}

static void inverted(void) { half(1, 1); }
static void glitch(void) { half(0, 1); }

static void falling(void)
{
	half(1, 1);
	facts.gpio.rising = fact_from(0, 0);
}

static void falling_inverted(void)
{
	half(0, 0);
	facts.gpio.rising = fact_from(0, 0);
}

static void before_the_first(void)
{
	polled();
	facts.first.gpio.half_level = facts.second.gpio.half_level = fact_from(-ENOENT, 0);
}

static void half_denied(void)
{
	polled();
	facts.second.gpio.half_level = fact_from(-EACCES, 0);
}

/* ---- the line stays low ---- */

static void silent(unsigned int flags, int level)
{
	polled();
	pulses(0, 0);
	facts.gpio.line.flags |= flags;
	facts.first.gpio.level = facts.second.gpio.level = fact_from(0, level);
	facts.second.gpio.captured = facts.first.gpio.captured;
}

static void low(void) { silent(GPIO_PULL_DOWN, 0); }
static void low_open_drain(void) { silent(GPIO_OPEN_DRAIN, 0); }
static void low_active_low(void) { silent(GPIO_ACTIVE_LOW, 0); }
static void low_pulled_up(void) { silent(GPIO_ACTIVE_LOW | GPIO_PULL_UP, 0); }
static void low_without_bias(void) { silent(0, 0); }
static void high(void) { silent(GPIO_PULL_DOWN, 1); }

static void changes(void)
{
	low();
	facts.first.gpio.level = fact_from(0, 1);
}

static void low_with_pulses(void)
{
	polled();
	facts.gpio.line.flags |= GPIO_PULL_DOWN;
}

static void level_denied(void)
{
	low();
	facts.first.gpio.level = facts.second.gpio.level = fact_from(-EACCES, 0);
}

static void level_not_mounted(void)
{
	low();
	facts.first.gpio.level = facts.second.gpio.level = fact_from(-ENOENT, 0);
}

static void irq_low(void)
{
	by_interrupt();
	pulses(0, 0);
	facts.gpio.line.flags |= GPIO_PULL_DOWN;
}

/* ---- missed ---- */

static void misses(int captured, int missed)
{
	polled();
	facts.second.gpio.captured.val = facts.first.gpio.captured.val + captured;
	facts.second.gpio.missed.val = facts.first.gpio.missed.val + missed;
}

static void one_missed(void) { misses(2, 1); }
static void most_missed(void) { misses(1, 2); }
static void none_came(void) { misses(0, 3); }

static void out_of_sight(void)
{
	polled();		/* a night without a fix */
	facts.first.gpio.missed = facts.second.gpio.missed = fact_from(0, 30000);
}

static void often_late(void)
{
	polled();
	facts.first.gpio.late = facts.second.gpio.late = fact_from(0, 4);
}

static void rarely_late(void)
{
	often_late();
	facts.first.gpio.captured = fact_from(0, 86400);
	facts.second.gpio.captured = fact_from(0, 86403);
}

static void often_late_at_once(void)
{
	often_late();
	at_once();
	facts.first.gpio.late = facts.second.gpio.late = fact_from(0, 4);
}

static void counters_denied(void)
{
	polled();
	facts.first.gpio.captured = facts.second.gpio.captured = fact_from(-EACCES, 0);
}

static void without_counters(void)
{
	polled();
	facts.first.gpio.captured = facts.second.gpio.captured = fact_from(-ENOENT, 0);
}

static const struct row rows[] = {
	{ "free", missing, &check_gpio_busy, SEV_OK, NULL, 0 },
	{ "free", missing, &check_port_absent, SEV_FAIL, "no source named", 0 },
	{ "taken", taken, &check_gpio_busy, SEV_FAIL, "line 5 of pinctrl is wanted by /etc/modprobe.d/pps.conf; \"w1\" has it", 0 },
	{ "taken", taken, &check_gpio_button_driver, SEV_OK, NULL, 0 },
	{ "taken", taken, &check_port_absent, SEV_NONE, NULL, 0 },
	{ "taken, no name", taken_by_nobody, &check_gpio_busy, SEV_FAIL, "\"?\" has it", 0 },
	{ "exported", exported, &check_gpio_busy, SEV_FAIL, "echo 517 >/sys/class/gpio/unexport", 0 },
	{ "another name in the table", named_otherwise, &check_gpio_busy, SEV_OK, NULL, 0 },
	{ "another name in the table", named_otherwise, &check_port_absent, SEV_FAIL, "pulse=", 0 },
	{ "pps-gpio has it", taken_by_the_other, &check_gpio_busy, SEV_FAIL, "pps-gpio.0", 0 },
	{ "pps-gpio-poll has it", irq_taken_by_the_other, &check_gpio_busy, SEV_FAIL, "pps-gpio gets", 0 },
	{ "line not known", unknown_line, &check_gpio_busy, SEV_NONE, NULL, 0 },
	{ "line not known", unknown_line, &check_port_absent, SEV_FAIL, NULL, 0 },
	{ "chip denied", denied_chip, &check_gpio_busy, SEV_SKIPPED, "Permission denied", 0 },
	{ "chip denied", denied_chip, &check_gpio_button_driver, SEV_SKIPPED, "root", 0 },
	{ "button", button, &check_gpio_button_driver, SEV_FAIL,
	  "echo keys >/sys/bus/platform/drivers/gpio-keys/unbind; modprobe -r pps-gpio-poll", 0 },
	{ "button", button, &check_gpio_busy, SEV_NONE, NULL, 0 },
	{ "button", button, &check_port_absent, SEV_NONE, NULL, 0 },
	{ "hotplug", hotplug_button, &check_gpio_button_driver, SEV_FAIL, "rmmod gpio-button-hotplug", 0 },
	{ "there", polled, &check_gpio_busy, SEV_NONE, NULL, 0 },

	{ "rising", polled, &check_gpio_wrong_edge, SEV_OK, NULL, 0 },
	{ "rising, inverted", inverted, &check_gpio_wrong_edge, SEV_FAIL, "line=5 edge=falling", 0 },
	{ "a glitch", glitch, &check_gpio_wrong_edge, SEV_OK, NULL, 0 },
	{ "falling", falling, &check_gpio_wrong_edge, SEV_OK, NULL, 0 },
	{ "falling, inverted", falling_inverted, &check_gpio_wrong_edge, SEV_FAIL, "edge=rising", 0 },
	{ "no pulse yet", before_the_first, &check_gpio_wrong_edge, SEV_NONE, NULL, 0 },
	{ "half level denied", half_denied, &check_gpio_wrong_edge, SEV_SKIPPED, NULL, 0 },
	{ "by interrupt", by_interrupt, &check_gpio_wrong_edge, SEV_NONE, NULL, 0 },

	{ "low", low, &check_gpio_pulled_down, SEV_FAIL, "line 5 of pinctrl (pull-down) is 0, no edge in 3.2 s", 0 },
	{ "low", low, &check_signal_absent, SEV_NONE, NULL, 0 },
	{ "low, open drain", low_open_drain, &check_gpio_pulled_down, SEV_FAIL, "10 kOhm", 0 },
	{ "low, active low", low_active_low, &check_gpio_pulled_down, SEV_FAIL, "active-low", 0 },
	{ "low, pulled up", low_pulled_up, &check_gpio_pulled_down, SEV_NONE, NULL, 0 },
	{ "low, no bias", low_without_bias, &check_gpio_pulled_down, SEV_NONE, NULL, 0 },
	{ "low, no bias", low_without_bias, &check_signal_absent, SEV_FAIL, "stood still", 0 },
	{ "high", high, &check_gpio_pulled_down, SEV_OK, NULL, 0 },
	{ "high", high, &check_signal_absent, SEV_FAIL, "stood still", 0 },
	{ "level changes", changes, &check_gpio_pulled_down, SEV_OK, NULL, 0 },
	{ "pulses", low_with_pulses, &check_gpio_pulled_down, SEV_OK, NULL, 0 },
	{ "level denied", level_denied, &check_gpio_pulled_down, SEV_SKIPPED, "Permission denied", 0 },
	{ "no debugfs", level_not_mounted, &check_gpio_pulled_down, SEV_SKIPPED, "mount -t debugfs", 0 },
	{ "by interrupt, low", irq_low, &check_gpio_pulled_down, SEV_FAIL, NULL, 0 },

	{ "none missed", polled, &check_gpio_missed, SEV_OK, "0 of 3 pulses missed in 3.2 s, 4 of 57", 0 },
	{ "one missed", one_missed, &check_gpio_missed, SEV_WARN, "wait_us=60", 0 },
	{ "most missed", most_missed, &check_gpio_missed, SEV_FAIL, "2 of 3 pulses", 0 },
	{ "none came", none_came, &check_gpio_missed, SEV_NONE, NULL, 0 },
	{ "a night without", out_of_sight, &check_gpio_missed, SEV_OK, NULL, 0 },
	{ "often late", often_late, &check_gpio_missed, SEV_WARN, NULL, 0 },
	{ "rarely late", rarely_late, &check_gpio_missed, SEV_OK, NULL, 0 },
	{ "often late, at once", often_late_at_once, &check_gpio_missed, SEV_WARN, NULL, 0 },
	{ "at once", at_once, &check_gpio_missed, SEV_OK, NULL, 0 },
	{ "counters denied", counters_denied, &check_gpio_missed, SEV_SKIPPED, NULL, 0 },
	{ "no counters", without_counters, &check_gpio_missed, SEV_NONE, NULL, 0 },
	{ "by interrupt", by_interrupt, &check_gpio_missed, SEV_NONE, NULL, 0 },
	{ "a card's", not_a_gpio, &check_gpio_missed, SEV_NONE, NULL, 0 },
	{ "a card's", not_a_gpio, &check_gpio_pulled_down, SEV_NONE, NULL, 0 },
};

static const struct check *const checks[] = {
	&check_gpio_button_driver, &check_gpio_busy, &check_gpio_pulled_down, &check_gpio_missed,
	&check_gpio_wrong_edge,
};

EXAMINE_ALL(checks, rows)

static void test_healthy_sources(void **state)
{
	static void (*const machines[])(void) = {
		polled, by_interrupt, not_a_gpio, falling, out_of_sight, rarely_late,
	};

	(void)state;
	expect_silence(machines, sizeof(machines) / sizeof(machines[0]));
}

/* Of two failures the one that is cured first is the cause, and no other one is told. */
static void test_causes(void **state)
{
	static const struct {
		void (*edit)(void);
		const char *cause;
	} cases[] = {
		{ taken, "gpio.busy" }, { button, "gpio.button-driver" }, { missing, "port.absent" },
		{ low, "gpio.pulled-down" }, { high, "signal.absent" }, { none_came, NULL },
		{ inverted, "gpio.wrong-edge" }, { most_missed, "gpio.missed" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned int failed = 0;

		healthy();
		cases[i].edit();
		diagnose(&facts, &verdict);
		for (size_t k = 0; k < verdict.n; k++)
			failed += verdict.findings[k].severity == SEV_FAIL;
		if (!cases[i].cause) {
			assert_null(verdict.cause);
			continue;
		}
		if (!verdict.cause || strcmp(verdict.cause->id, cases[i].cause) || failed != 1)
			fail_msg("%s: %s, %u failures", cases[i].cause,
				 verdict.cause ? verdict.cause->id : "none", failed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_every_check_is_seen_failing),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_healthy_sources),
		cmocka_unit_test(test_causes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
