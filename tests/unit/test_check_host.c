// SPDX-License-Identifier: GPL-2.0-or-later
/* The machine around the port: pass, told, refused; and hardly ever a fault. */
#include "examine.h"

static void only_a_pulse(void)
{
	facts.pulse_only = true;
	memset(&facts.port, 0, sizeof(facts.port));
}


static void no_port(void) { facts.present = fact_from(0, 0); }

static void guest(void) { set_text(&facts.host.hypervisor, "qemu"); }
static void guest_with_card(void) { guest(); facts.port.base = fact_from(0, 0xd010); }
static void guest_without(void) { guest(); pulses(0, 0); move(IC_DCD, 0); }
static void card_without(void) { guest_with_card(); pulses(0, 0); }
static void guest_unattached(void)
{
	guest_without();
	memset(&facts.pulse, 0, sizeof(facts.pulse));
}

static void guest_usb(void)
{
	guest();
	facts.port.io_type = facts.port.base = fact_from(-ENOENT, 0);
}

static void guest_gpio(void) { guest(); only_a_pulse(); }
static void host_refused(void)
{
	facts.host.hypervisor = facts.host.container = fact_text_from(-EACCES, "");
	facts.host.idle_latency_us = facts.host.rt = facts.host.threadirqs =
		fact_from(-EACCES, 0);
}

static void host_unread(void) { memset(&facts.host, 0, sizeof(facts.host)); }

static void test_virtual(void **state)
{
	static const struct row rows[] = {
		{ "metal", NULL, &check_host_virtual, SEV_OK, NULL, 0 },
		{ "COM2 of a guest", guest, &check_host_virtual, SEV_INFO, "10 ms", 0 },
		{ "and no pulse", guest_without, &check_host_virtual, SEV_WARN, "(qemu)", 0 },
		{ "and unattached", guest_unattached, &check_host_virtual, SEV_INFO, "(qemu)", 0 },
		{ "a card, no pulse", card_without, &check_host_virtual, SEV_INFO, "(qemu)", 0 },
		{ "a card of a guest", guest_with_card, &check_host_virtual, SEV_INFO, "(qemu)", 0 },
		{ "USB of a guest", guest_usb, &check_host_virtual, SEV_INFO, NULL, 0 },
		{ "gpio of a guest", guest_gpio, &check_host_virtual, SEV_INFO, "handed through", 0 },
		{ "refused", host_refused, &check_host_virtual, SEV_SKIPPED, "Permission denied", 0 },
		{ "not asked", host_unread, &check_host_virtual, SEV_NONE, NULL, 0 },
		{ "no port", no_port, &check_host_virtual, SEV_NONE, NULL, 0 },
	};

	(void)state;
	EXAMINE(rows);
}

static void container(const char *kind)
{
	set_text(&facts.host.container, kind);
	facts.pps_node.mode = fact_from(-ENOENT, 0);
}

static void docker(void) { container("docker"); }
static void lxc(void) { container("lxc"); }
static void nspawn(void) { container("systemd-nspawn"); }
static void rkt(void) { container("rkt"); }
static void given(void) { docker(); facts.pps_node.mode = fact_from(0, 0660); }
static void unattached(void) { docker(); memset(&facts.pulse, 0, sizeof(facts.pulse)); }

static void test_container(void **state)
{
	static const struct row rows[] = {
		{ "none", NULL, &check_host_container, SEV_OK, NULL, 0 },
		{ "docker", docker, &check_host_container, SEV_FAIL,
		  "docker run --device /dev/pps0 --cap-add SYS_TIME", 0 },
		{ "lxc", lxc, &check_host_container, SEV_FAIL, "path=/dev/pps0", 0 },
		{ "nspawn", nspawn, &check_host_container, SEV_FAIL, "--bind=/dev/pps0", 0 },
		{ "another", rkt, &check_host_container, SEV_FAIL, "CAP_SYS_TIME and /dev/pps0", 0 },
		{ "device given", given, &check_host_container, SEV_INFO, "(docker)", 0 },
		{ "no pulse to give", unattached, &check_host_container, SEV_INFO, NULL, 0 },
		{ "refused", host_refused, &check_host_container, SEV_SKIPPED, "Permission denied", 0 },
		{ "not asked", host_unread, &check_host_container, SEV_NONE, NULL, 0 },
	};

	(void)state;
	EXAMINE(rows);
}

static void latency(int us) { facts.host.idle_latency_us = fact_from(0, us); }
static void us_50(void) { latency(50); }
static void us_51(void) { latency(51); }
static void deep(void) { latency(1048); set_text(&facts.host.idle_state, "C10"); }
static void deep_held(int us) { deep(); facts.host.wakeup_limit_us = fact_from(0, us); }
static void held_at_0(void) { deep_held(0); }
static void held_at_50(void) { deep_held(50); }
static void held_at_51(void) { deep_held(51); }
static void held_higher(void) { deep_held(1049); }
static void limit_refused(void) { deep(); facts.host.wakeup_limit_us = fact_from(-EACCES, 0); }
static void shallow_limit_refused(void)
{
	facts.host.wakeup_limit_us = fact_from(-EACCES, 0);
}

static void limit_absent(void) { deep(); facts.host.wakeup_limit_us = fact_from(-ENOENT, 0); }
static void deep_no_port(void) { deep(); only_a_pulse(); }
static void no_cpuidle(void) { facts.host.idle_latency_us = fact_from(-ENOENT, 0); }

static void test_cstates(void **state)
{
	static const struct row rows[] = {
		{ "shallow", NULL, &check_host_cstates, SEV_OK, NULL, 0 },
		{ "just", us_50, &check_host_cstates, SEV_OK, NULL, 0 },
		{ "just not", us_51, &check_host_cstates, SEV_INFO, NULL, 0 },
		{ "deep", deep, &check_host_cstates, SEV_INFO, "C10: up to 1048 us", 0 },
		{ "and the cure", deep, &check_host_cstates, SEV_INFO,
		  "attach --daemon --wakeup-latency 10 /dev/ttyS", 0 },
		{ "no port", deep_no_port, &check_host_cstates, SEV_INFO, "cpupower", 0 },
		{ "held at 0", held_at_0, &check_host_cstates, SEV_OK, "holds it to 0 us", 0 },
		{ "held just so", held_at_50, &check_host_cstates, SEV_OK, "to 50 us", 0 },
		{ "held too high", held_at_51, &check_host_cstates, SEV_INFO, "some of these 51 us", 0 },
		{ "held in vain", held_higher, &check_host_cstates, SEV_INFO,
		  "some of these 1048 us", 0 },
		{ "not root", limit_refused, &check_host_cstates, SEV_INFO, "root can see", 0 },
		{ "nor needed", shallow_limit_refused, &check_host_cstates, SEV_OK, NULL, 0 },
		{ "no such file", limit_absent, &check_host_cstates, SEV_INFO, "1048 us to wake up", 0 },
		{ "none", no_cpuidle, &check_host_cstates, SEV_NONE, NULL, 0 },
		{ "refused", host_refused, &check_host_cstates, SEV_SKIPPED, "idle states", 0 },
		{ "not asked", host_unread, &check_host_cstates, SEV_NONE, NULL, 0 },
	};

	(void)state;
	EXAMINE(rows);
}

static void rt(void) { facts.host.rt = fact_from(0, 1); }
static void threadirqs(void) { facts.host.threadirqs = fact_from(0, 1); }
static void rt_and_refused(void) { host_refused(); rt(); }
static void rt_usb(void) { rt(); facts.port.irq = fact_from(-ENOENT, 0); }
static void rt_polled(void) { rt(); facts.port.irq = fact_from(0, 0); }
static void rt_gpio(void) { rt(); only_a_pulse(); }

static void test_threads(void **state)
{
	static const struct row rows[] = {
		{ "in the interrupt", NULL, &check_host_irq_thread, SEV_OK, NULL, 0 },
		{ "PREEMPT_RT", rt, &check_host_irq_thread, SEV_WARN,
		  "chrt --fifo --pid 90 $(pgrep irq/3-)", 0 },
		{ "threadirqs", threadirqs, &check_host_irq_thread, SEV_WARN, "command line", 0 },
		{ "one is enough", rt_and_refused, &check_host_irq_thread, SEV_WARN, "PREEMPT_RT", 0 },
		{ "an adapter's", rt_usb, &check_host_irq_thread, SEV_WARN, "pgrep -a irq/", 0 },
		{ "polled", rt_polled, &check_host_irq_thread, SEV_NONE, NULL, 0 },
		{ "gpio", rt_gpio, &check_host_irq_thread, SEV_NONE, NULL, 0 },
		{ "refused", host_refused, &check_host_irq_thread, SEV_SKIPPED, "threads", 0 },
		{ "not asked", host_unread, &check_host_irq_thread, SEV_NONE, NULL, 0 },
	};

	(void)state;
	EXAMINE(rows);
}

static void test_texts(void **state)
{
	static const struct check *const checks[] = {
		&check_host_virtual, &check_host_container, &check_host_cstates,
		&check_host_irq_thread,
	};

	(void)state;
	expect_texts(checks, sizeof(checks) / sizeof(checks[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_virtual),
		cmocka_unit_test(test_container),
		cmocka_unit_test(test_cstates),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
