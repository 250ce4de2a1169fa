// SPDX-License-Identifier: GPL-2.0-or-later
/* The checks of the UART and of its driver. */
#include "examine.h"

/* ---- what goes wrong ---- */

static void no_pulse(void)
{
	move(IC_DCD, 0);
	pulses(0, 0);
}

static void nothing_moves(void)
{
	no_pulse();
	move(IC_RX, 0);
	facts.second.irq_count = facts.first.irq_count;
}

static void not_attached(void) { facts.pulse.name[0] = '\0'; }
static void short_look(void) { facts.second.at_ns = 900000000; }

static void mcr(int value)
{
	for (int i = 0; i < UART_SAMPLES; i++)
		facts.samples[i].mcr = fact_from(0, value);
}

static void no_registers(int err)
{
	for (int i = 0; i < UART_SAMPLES; i++)
		facts.samples[i].lcr_before = facts.samples[i].ier = facts.samples[i].lcr_after =
			facts.samples[i].mcr = fact_from(err, 0);
}

static void not_root(void) { no_registers(-EACCES); }
static void not_root_no_pulse(void) { not_root(); no_pulse(); }
static void locked_down(void)
{
	no_registers(-EPERM);
	no_pulse();
	set_text(&facts.kernel.lockdown, "none [integrity] confidentiality");
}

static void all_ones(void)
{
	no_pulse();
	mcr(0xff);
	for (int i = 0; i < UART_SAMPLES; i++)
		facts.samples[i].lcr_before = facts.samples[i].lcr_after =
			facts.samples[i].ier = fact_from(0, 0xff);
}

static void memory_mapped(void) { facts.n_samples = 0; facts.port.io_type = fact_from(0, 2); }

static void loopback(void) { no_pulse(); mcr(0x1b); }
static void loopback_gate_off(void) { nothing_moves(); mcr(0x13); }
static void loopback_once(void) { facts.samples[1].mcr = fact_from(0, 0x1b); no_pulse(); }
static void loopback_closed(void) { loopback(); not_attached(); }
static void loopback_at_9600(void) { loopback(); facts.port.baud = fact_from(0, 9600); }

static void console(void) { facts.port.console = fact_from(0, 1); }
static void console_idle(void) { console(); not_attached(); }
static void console_denied(void) { facts.port.console = fact_from(-EACCES, 0); }
static void console_absent(void) { facts.port.console = fact_from(-ENOENT, 0); }

static void gate_off(void) { nothing_moves(); mcr(0x03); }
static void gate_off_pulses(void) { mcr(0x03); }
static void gate_off_characters(void) { gate_off(); move(IC_RX, 300); }
static void gate_off_interrupts(void) { gate_off(); facts.second.irq_count.val += 9; }
static void gate_off_others_interrupts(void)
{
	gate_off_interrupts();
	set_text(&facts.irq_names, "ttyS1, i801_smbus");
}
static void gate_off_short_look(void) { gate_off(); short_look(); }
static void gate_off_no_counters(void)
{
	gate_off();
	facts.first.icount[IC_RX] = fact_from(-EACCES, 0);
}
static void gate_off_polled(void) { gate_off(); facts.port.irq = fact_from(0, 0); }

static void polled(void) { facts.port.irq = fact_from(0, 0); }
static void polled_card(void) { polled(); facts.port.base = fact_from(0, 0xc000); }
static void irq_denied(void) { facts.port.irq = fact_from(-EACCES, 0); }
static void irq_absent(void) { facts.port.irq = fact_from(-ENOENT, 0); }

static void irq_still(int64_t total)
{
	no_pulse();
	facts.first.irq_count = facts.second.irq_count = fact_from(0, total);
}

static void no_irq_but_characters(void) { irq_still(5000); }
static void no_irq_but_edges(void) { irq_still(5000); move(IC_RX, 0); move(IC_DCD, 4); }
static void no_irq_nothing(void) { irq_still(5000); move(IC_RX, 0); }
static void never_an_irq(void)
{
	irq_still(0);
	facts.port.irq = fact_from(0, 6);
	for (int i = 0; i < IC_LINES; i++)
		facts.first.icount[i] = facts.second.icount[i] = fact_from(0, 0);
}
static void never_an_irq_on_a_card(void) { never_an_irq(); facts.port.base = fact_from(0, 0xc000); }
static void never_an_irq_but_sent(void)
{
	never_an_irq_on_a_card();
	facts.first.icount[IC_TX] = facts.second.icount[IC_TX] = fact_from(0, 7);
}
static void irq_still_msi_off(void) { no_irq_but_characters(); ier(0x05); }
static void irq_still_but_pulses(void) { irq_still(5000); pulses(3, 3); }
static void irq_counts_denied(void) { no_pulse(); facts.first.irq_count = fact_from(-EACCES, 0); }
static void irq_still_short_look(void) { no_irq_but_characters(); short_look(); }

static void shared(void) { set_text(&facts.irq_names, "i801_smbus, ttyS1"); }
static void shared_among_ports(void) { set_text(&facts.irq_names, "ttyS0"); }
static void alone_by_an_old_name(void) { set_text(&facts.irq_names, "serial"); }
static void names_denied(void) { facts.irq_names = fact_text_from(-EACCES, ""); }

static void msi_off(void) { no_pulse(); ier(0x05); }
static void msi_off_flag_gone(void) { msi_off(); facts.port.flags = fact_from(0, 0x40); }
static void flag_gone(void) { facts.port.flags = fact_from(0, 0x40); }
static void dlab(void)
{
	no_pulse();
	for (int i = 0; i < UART_SAMPLES; i++)
		facts.samples[i].lcr_before = facts.samples[i].lcr_after = fact_from(0, 0x93);
}

static void driver(const char *name)
{
	facts.n_samples = 0;
	facts.port.type = facts.port.base = facts.port.io_type = facts.port.irq =
		facts.port.flags = facts.port.console = fact_from(-ENOENT, 0);
	facts.first.irq_count = facts.second.irq_count = fact_from(-ENOENT, 0);
	set_text(&facts.port.driver, name);
}

static void ftdi(void) { driver("ftdi_sio"); }
static void ch341(void) { driver("ch341-uart"); }
static void ftdi_no_pulse(void) { ftdi(); no_pulse(); }
static void cp210x(void)
{
	driver("cp210x");
	no_pulse();
	facts.first.icount[IC_DCD] = facts.second.icount[IC_DCD] = fact_from(-ENOTTY, 0);
}
static void old_cdc_acm(void) { driver("cdc_acm"); no_pulse(); move(IC_DCD, 6); }
static void stopped(void) { pulses(1, 1); move(IC_DCD, 3); }

static void only_ends_counted(void)
{
	no_pulse();
	move(IC_DCD, 3);
	facts.pps_mode = fact_from(0, PPS_ASSERT_EDGE);
}
static void dcd_denied(void) { no_pulse(); facts.first.icount[IC_DCD] = fact_from(-EACCES, 0); }

static void pl011(void)
{
	driver("uart-pl011");
	facts.port.type = fact_from(0, 32);
	facts.port.irq = fact_from(0, 14);
	facts.port.flags = fact_from(0, 0x40);
	no_pulse();
}
static void tegra(void) { pl011(); set_text(&facts.port.driver, "serial-tegra"); }
static void atmel(void) { pl011(); set_text(&facts.port.driver, "atmel_usart_serial"); }
static void imx_pulses(void) { driver("imx-uart"); }
static void i2c_pulses(void) { driver("sc16is7xx"); }
static void a_new_driver(void) { driver("a_new_driver"); }
static void a_new_driver_counts(void) { a_new_driver(); no_pulse(); move(IC_DCD, 6); }
static void driver_denied(void)
{
	ftdi();
	facts.port.driver = fact_text_from(-EACCES, "");
}
static void pl011_told(void) { pl011(); facts.port.flags = fact_from(0, 0x840); }
static void pl011_pulses(void) { pl011(); pulses(3, 3); }
static void pl011_crtscts(void)
{
	pl011();
	set_text(&facts.port.termios, "4800 i: o: c:cs8,cread,clocal,crtscts l: cc:0 line:18");
}
static void pl011_flags_denied(void) { pl011(); facts.port.flags = fact_from(-EACCES, 0); }
static void pl011_termios_denied(void)
{
	pl011();
	facts.port.termios = fact_text_from(-EACCES, "");
}
static void pl011_short_look(void) { pl011(); short_look(); }

static const struct row rows[] = {
	{ "healthy", NULL, &check_uart_loopback, SEV_OK, NULL, 0 },
	{ "loopback", loopback, &check_uart_loopback, SEV_FAIL,
	  "MCR 0x1b at 0x2fc (bit 4 set, read 5 times)", CURE_COMMAND },
	{ "loopback, 4800", loopback, &check_uart_loopback, SEV_FAIL,
	  "stty -F /dev/ttyS1 9600 && stty -F /dev/ttyS1 4800", CURE_COMMAND },
	{ "loopback, 9600", loopback_at_9600, &check_uart_loopback, SEV_FAIL,
	  "stty -F /dev/ttyS1 4800 && stty -F /dev/ttyS1 9600", CURE_COMMAND },
	{ "in one look", loopback_once, &check_uart_loopback, SEV_SKIPPED, NULL, 0 },
	{ "loopback, closed", loopback_closed, &check_uart_loopback, SEV_NONE, NULL, 0 },
	{ "not root", not_root, &check_uart_loopback, SEV_OK, NULL, 0 },
	{ "not root, no pulse", not_root_no_pulse, &check_uart_loopback, SEV_SKIPPED, "root", 0 },
	{ "lockdown", locked_down, &check_uart_loopback, SEV_SKIPPED, "lockdown", 0 },
	{ "all ones", all_ones, &check_uart_loopback, SEV_SKIPPED, "all ones", 0 },
	{ "no ports", memory_mapped, &check_uart_loopback, SEV_NONE, NULL, 0 },

	{ "healthy", NULL, &check_uart_console, SEV_OK, NULL, 0 },
	{ "console", console, &check_uart_console, SEV_FAIL,
	  "echo N >/sys/class/tty/ttyS1/console", CURE_COMMAND },
	{ "console, idle", console_idle, &check_uart_console, SEV_NONE, NULL, 0 },
	{ "console?", console_denied, &check_uart_console, SEV_SKIPPED, NULL, 0 },
	{ "USB", console_absent, &check_uart_console, SEV_NONE, NULL, 0 },

	{ "healthy", NULL, &check_uart_msi_off, SEV_OK, "IER 0x0d", 0 },
	{ "msi off", msi_off, &check_uart_msi_off, SEV_FAIL,
	  "gpsppsctl diag --fix /dev/ttyS1", CURE_REARM },
	{ "msi off, flag set", msi_off, &check_uart_msi_off, SEV_FAIL,
	  "another program or the firmware", CURE_REARM },
	{ "msi off, flag gone", msi_off_flag_gone, &check_uart_msi_off, SEV_FAIL,
	  "TIOCSSERIAL", CURE_REARM },
	{ "flag gone", flag_gone, &check_uart_msi_off, SEV_WARN, "0x40", CURE_REARM },
	{ "DLAB", dlab, &check_uart_msi_off, SEV_SKIPPED, "stty", 0 },
	{ "lockdown", locked_down, &check_uart_msi_off, SEV_SKIPPED, "lockdown", 0 },
	{ "not root", not_root, &check_uart_msi_off, SEV_OK, "pulses arrive", 0 },

	{ "healthy", NULL, &check_uart_out2_off, SEV_OK, NULL, 0 },
	{ "gate off", gate_off, &check_uart_out2_off, SEV_FAIL, "MCR 0x03 at 0x2fc", CURE_COMMAND },
	{ "gate off, pulses", gate_off_pulses, &check_uart_out2_off, SEV_INFO, "0x03", 0 },
	{ "gate off, characters", gate_off_characters, &check_uart_out2_off, SEV_INFO, NULL, 0 },
	{ "gate off, irqs", gate_off_interrupts, &check_uart_out2_off, SEV_INFO, NULL, 0 },
	{ "gate off, others' irqs", gate_off_others_interrupts, &check_uart_out2_off, SEV_FAIL,
	  NULL, CURE_COMMAND },
	{ "gate off, short look", gate_off_short_look, &check_uart_out2_off, SEV_INFO, NULL, 0 },
	{ "gate off, rx?", gate_off_no_counters, &check_uart_out2_off, SEV_SKIPPED, NULL, 0 },
	{ "gate off, polled", gate_off_polled, &check_uart_out2_off, SEV_NONE, NULL, 0 },
	{ "loopback", loopback_gate_off, &check_uart_out2_off, SEV_OK, NULL, 0 },
	{ "not root, no pulse", not_root_no_pulse, &check_uart_out2_off, SEV_SKIPPED, "root", 0 },

	{ "healthy", NULL, &check_uart_irq_zero, SEV_OK, NULL, 0 },
	{ "polled", polled, &check_uart_irq_zero, SEV_WARN, "setserial /dev/ttyS1 irq 3;", 0 },
	{ "polled card", polled_card, &check_uart_irq_zero, SEV_WARN, "irq N;", 0 },
	{ "irq?", irq_denied, &check_uart_irq_zero, SEV_SKIPPED, NULL, 0 },
	{ "USB", irq_absent, &check_uart_irq_zero, SEV_NONE, NULL, 0 },

	{ "healthy", NULL, &check_uart_irq_dead, SEV_OK, NULL, 0 },
	{ "characters", no_irq_but_characters, &check_uart_irq_dead, SEV_FAIL,
	  "interrupt 3 stood still at 5000 for 3.2 s", 0 },
	{ "edges", no_irq_but_edges, &check_uart_irq_dead, SEV_FAIL, "DCD counter moved by 4", 0 },
	{ "nothing", no_irq_nothing, &check_uart_irq_dead, SEV_SKIPPED, "look alike", 0 },
	{ "never", never_an_irq, &check_uart_irq_dead, SEV_FAIL, "setserial /dev/ttyS1 irq 3", 0 },
	{ "never, card", never_an_irq_on_a_card, &check_uart_irq_dead, SEV_SKIPPED, NULL, 0 },
	{ "never, sent", never_an_irq_but_sent, &check_uart_irq_dead, SEV_FAIL, "at 0 for", 0 },
	{ "no pulse", no_pulse, &check_uart_irq_dead, SEV_OK, NULL, 0 },
	{ "others' irqs", shared, &check_uart_irq_dead, SEV_NONE, NULL, 0 },
	{ "msi off", irq_still_msi_off, &check_uart_irq_dead, SEV_NONE, NULL, 0 },
	{ "gate off", gate_off, &check_uart_irq_dead, SEV_NONE, NULL, 0 },
	{ "pulses", irq_still_but_pulses, &check_uart_irq_dead, SEV_NONE, NULL, 0 },
	{ "polled", polled, &check_uart_irq_dead, SEV_NONE, NULL, 0 },
	{ "count?", irq_counts_denied, &check_uart_irq_dead, SEV_SKIPPED, NULL, 0 },
	{ "short look", irq_still_short_look, &check_uart_irq_dead, SEV_NONE, NULL, 0 },

	{ "healthy", NULL, &check_uart_shared_irq, SEV_OK, NULL, 0 },
	{ "shared", shared, &check_uart_shared_irq, SEV_WARN, "with i801_smbus", 0 },
	{ "of a card", shared_among_ports, &check_uart_shared_irq, SEV_OK, NULL, 0 },
	{ "old name", alone_by_an_old_name, &check_uart_shared_irq, SEV_OK, NULL, 0 },
	{ "names?", names_denied, &check_uart_shared_irq, SEV_SKIPPED, NULL, 0 },
	{ "polled", polled, &check_uart_shared_irq, SEV_NONE, NULL, 0 },

	{ "healthy", NULL, &check_driver_no_dcd, SEV_OK, NULL, 0 },
	{ "cp210x", cp210x, &check_driver_no_dcd, SEV_FAIL, "cp210x never reports DCD", 0 },
	{ "cdc_acm", old_cdc_acm, &check_driver_no_dcd, SEV_FAIL, "moved by 6", 0 },
	{ "cdc_acm, why", old_cdc_acm, &check_driver_no_dcd, SEV_FAIL, "Linux 6.6", 0 },
	{ "a new driver", a_new_driver_counts, &check_driver_no_dcd, SEV_FAIL, "a newer kernel", 0 },
	{ "cp210x, cure", cp210x, &check_driver_no_dcd, SEV_FAIL, "no kernel's driver", 0 },
	{ "ftdi, no pulse", ftdi_no_pulse, &check_driver_no_dcd, SEV_OK, NULL, 0 },
	{ "stopped", stopped, &check_driver_no_dcd, SEV_OK, NULL, 0 },
	{ "half", only_ends_counted, &check_driver_no_dcd, SEV_NONE, NULL, 0 },
	{ "dcd?", dcd_denied, &check_driver_no_dcd, SEV_SKIPPED, NULL, 0 },

	{ "8250", no_pulse, &check_driver_no_set_ldisc, SEV_NONE, NULL, 0 },
	{ "pl011", pl011, &check_driver_no_set_ldisc, SEV_FAIL, "flags 0x40", CURE_REARM },
	{ "pl011, who tells", pl011, &check_driver_no_set_ldisc, SEV_FAIL, "ldattach and gpsd do not",
	  CURE_REARM },
	{ "tegra", tegra, &check_driver_no_set_ldisc, SEV_FAIL, "serial-tegra", CURE_REARM },
	{ "atmel", atmel, &check_driver_no_set_ldisc, SEV_NONE, NULL, 0 },
	{ "pl011, told", pl011_told, &check_driver_no_set_ldisc, SEV_OK, NULL, 0 },
	{ "pl011, pulses", pl011_pulses, &check_driver_no_set_ldisc, SEV_OK, NULL, 0 },
	{ "pl011, crtscts", pl011_crtscts, &check_driver_no_set_ldisc, SEV_NONE, NULL, 0 },
	{ "pl011, flags?", pl011_flags_denied, &check_driver_no_set_ldisc, SEV_SKIPPED, NULL, 0 },
	{ "pl011, termios?", pl011_termios_denied, &check_driver_no_set_ldisc, SEV_SKIPPED, NULL, 0 },
	{ "pl011, short look", pl011_short_look, &check_driver_no_set_ldisc, SEV_NONE, NULL, 0 },
	{ "USB", ftdi_no_pulse, &check_driver_no_set_ldisc, SEV_NONE, NULL, 0 },

	{ "healthy", NULL, &check_driver_polled_dcd, SEV_OK, NULL, 0 },
	{ "ftdi", ftdi, &check_driver_polled_dcd, SEV_WARN, "0.2 ms", 0 },
	{ "ch341", ch341, &check_driver_polled_dcd, SEV_WARN, "up to 1 ms", 0 },
	{ "ftdi, no pulse", ftdi_no_pulse, &check_driver_polled_dcd, SEV_NONE, NULL, 0 },
	{ "imx", imx_pulses, &check_driver_polled_dcd, SEV_WARN, "250 ms", 0 },
	{ "i2c", i2c_pulses, &check_driver_polled_dcd, SEV_WARN, "over I2C or SPI", 0 },
	{ "a new driver", a_new_driver, &check_driver_polled_dcd, SEV_OK, NULL, 0 },
	{ "driver?", driver_denied, &check_driver_polled_dcd, SEV_NONE, NULL, 0 },
};

static const struct check *const checks[] = {
	&check_uart_loopback, &check_uart_console, &check_uart_msi_off, &check_uart_out2_off,
	&check_uart_irq_zero, &check_uart_irq_dead, &check_uart_shared_irq, &check_driver_no_dcd,
	&check_driver_no_set_ldisc, &check_driver_polled_dcd,
};

EXAMINE_ALL(checks, rows)

/* The whole chain: the cause, and nothing beside it that fails. */
static void expect_only(const char *name, void (*edit)(void), const char *id)
{
	healthy();
	edit();
	diagnose(&facts, &verdict);
	if (!verdict.cause || strcmp(verdict.cause->id, id))
		fail_msg("%s: %s instead of %s", name,
			 verdict.cause ? verdict.cause->id : "(healthy)", id);
	for (size_t i = 0; i < verdict.n; i++)
		if (&verdict.findings[i] != verdict.cause &&
		    verdict.findings[i].severity == SEV_FAIL &&
		    strcmp(verdict.findings[i].id, "nmea.silent"))
			fail_msg("%s: %s fails, too", name, verdict.findings[i].id);
}

static void test_a_fault_is_told_once(void **state)
{
	(void)state;
	expect_only("loopback", loopback, "uart.loopback");
	expect_only("loopback and gate", loopback_gate_off, "uart.loopback");
	expect_only("gate", gate_off, "uart.out2-off");
	expect_only("irq", no_irq_but_characters, "uart.irq-dead");
	expect_only("irq, edges", no_irq_but_edges, "uart.irq-dead");
	expect_only("never", never_an_irq, "uart.irq-dead");
	expect_only("pl011", pl011, "driver.no-set-ldisc");
	expect_only("cp210x", cp210x, "driver.no-dcd");
	expect_only("cdc_acm", old_cdc_acm, "driver.no-dcd");
	expect_only("console", console, "uart.console");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		EXAMINE_TESTS,
		cmocka_unit_test(test_a_fault_is_told_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
