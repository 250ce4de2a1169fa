// SPDX-License-Identifier: GPL-2.0-or-later
/* The probe and the survey, on a small tree and on the machine itself. */
#include "tree.h"

#include "expect.h"
#include "sys/gather.h"
#include "sys/survey.h"

/* ---- a tree that looks like a machine ---- */

/* ttyS0 as kernel 6.1 shows it, ttyS10 and ttyS2 to sort, tty1 that is no port. */
static void put_old_port(const char *tty, const char *type)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/class/tty/%s/type", tty);
	put_file(path, type);
	snprintf(path, sizeof(path), "/sys/class/tty/%s/device", tty);
	put_link(path, "../../../devices/platform/serial8250");
}

static void put_uart(const char *tty)
{
	static const char *const attributes[][2] = {
		{ "type", "4\n" }, { "port", "0x2F8\n" }, { "iomem_base", "0x0\n" },
		{ "io_type", "0\n" }, { "irq", "3\n" }, { "flags", "0x10000840\n" },
		{ "console", "N\n" }, { "uartclk", "1843200\n" },
	};
	char path[128];

	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
		snprintf(path, sizeof(path), "/sys/class/tty/%s/%s", tty, attributes[i][0]);
		put_file(path, attributes[i][1]);
	}
}

/* From 6.5 on: two serial-base devices between the tty and the hardware. */
static void put_new_port(void)
{
	put_uart("ttyS1");
	put_link("/sys/class/tty/ttyS1/device",
		 "../../../devices/pnp0/00:04/00:04:0/00:04:0.0");
	put_dir("/sys/devices/pnp0/00:04/00:04:0/00:04:0.0");
	put_link("/sys/devices/pnp0/00:04/00:04:0/00:04:0.0/subsystem", "/sys/bus/serial-base");
	put_link("/sys/devices/pnp0/00:04/00:04:0/00:04:0.0/driver",
		 "/sys/bus/serial-base/drivers/port");
	put_link("/sys/devices/pnp0/00:04/00:04:0/subsystem", "/sys/bus/serial-base");
	put_link("/sys/devices/pnp0/00:04/subsystem", "/sys/bus/pnp");
	put_link("/sys/devices/pnp0/00:04/driver", "/sys/bus/pnp/drivers/serial");
}

static void put_process(const char *pid, const char *comm, const char *fd, const char *target)
{
	char path[128], text[256];

	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	snprintf(text, sizeof(text), "%s\n", comm);
	put_file(path, text);
	snprintf(path, sizeof(path), "/proc/%s/fd/%s", pid, fd);
	put_link(path, target);
	snprintf(path, sizeof(path), "/proc/%s/status", pid);
	put_file(path, "Name:\tx\nUid:\t118\t118\t118\t118\nGid:\t124\t124\t124\t124\n"
		 "Groups:\t20 46 \nCapEff:\t0000000002000400\n");
}

static int set_up(void **state)
{
	(void)state;
	begin_tree();
	put_dir("/sys/devices/platform/serial8250");
	put_link("/sys/devices/platform/serial8250/subsystem", "/sys/bus/platform");
	put_link("/sys/devices/platform/serial8250/driver", "/sys/bus/platform/drivers/serial8250");
	put_old_port("ttyS10", "0\n");
	put_old_port("ttyS2", "4\n");
	put_new_port();
	put_file("/sys/class/tty/tty1/active", "");
	put_file("/sys/class/pps/pps3/path", "/dev/ttyS1\n");
	put_file("/sys/class/pps/pps3/name", "serial1\n");
	put_file("/sys/class/pps/pps3/assert", "1700000000.000000123#42\n");
	put_file("/sys/class/pps/pps3/clear", "0.000000000#0\n");
	put_file("/sys/class/pps/pps0/path", "\n");
	put_file("/sys/class/pps/pps0/name", "ptp0\n");
	put_file("/sys/class/pps/pps0/assert", "1700000001.5#1\n");
	put_file("/sys/class/pps/pps0/clear", "\n");
	put_file("/sys/class/pps/pps4/path", "\n");
	put_file("/sys/class/pps/pps4/assert", "9223372036854775807.999999999#1\n");
	put_file("/sys/class/pps/pps4/clear", "-1.000000000#1\n");
	put_file("/dev/ttyS1", "");
	put_file("/dev/pps3", "");
	put_link("/dev/gps0", "ttyS1");
	put_link("/dev/gps7", "/dev/ttyS2x");
	put_link("/dev/gpspps0", "/dev/pps3");
	put_process("412", "gpsppsctl-hold", "3", "/dev/ttyS1");
	put_process("731", "nt\tpd", "4", "/dev/ttyS1");
	put_link("/proc/731/fd/5", "/dev/pps3");
	put_link("/proc/731/fd/6", "/dev/ttyS1");
	put_process("99", "gone", "3", "/dev/ttyS1 (deleted)");
	/* what we have open ourselves does not count */
	snprintf(buf, sizeof(buf), "%d", getpid());
	put_process(buf, "test_probe", "3", "/dev/ttyS1");
	put_file("/proc/sys/kernel/osrelease", "6.1.0-56-amd64\n");
	put_file("/lib/modules/6.1.0-56-amd64/modules.builtin", "kernel/drivers/pps/pps_core.ko\n");
	put_file("/lib/modules/6.1.0-56-amd64/modules.dep",
		 "kernel/a/pps-ldisc-more.ko: kernel/pps-ldisc.ko\n"
		 "kernel/drivers/pps/clients/pps-ldisc.ko.xz:\n");
	put_file("/proc/tty/ldiscs", "n_tty       0\npps_tty    18\n");
	put_file("/etc/group", "root:x:0:\ndialout:x:20:ntpsec\n");
	probe = probe_open_root(root);
	assert_non_null(probe);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	probe_close(probe);
	return remove_tree();
}

/* ---- keys ---- */

static void test_keys(void **state)
{
	(void)state;
	expect("file:/sys/class/pps/pps3/name", "serial1");
	expect("link:/dev/gps0", "ttyS1");
	expect("real:/dev/gps0", "/dev/ttyS1");
	expect("real:/dev/gpspps0", "/dev/pps3");	/* an absolute link stays below the root */
	expect("module:pps_core", "builtin");
	expect("module:pps_ldisc", "kernel/drivers/pps/clients/pps-ldisc.ko.xz");
	expect_error("module:pps_gpio", -ENOENT);
	expect_error("file:/sys/nothing", -ENOENT);
	expect_error("file:/sys", -EISDIR);
	expect_error("real:/dev/gps7", -ENOENT);
	expect_error("nonsense:", -EINVAL);
	expect_error("ioport:zz", -EINVAL);
	assert_true(fact_is(probe_number(probe, "file:/sys/class/tty/%s/port", "ttyS1"), 0x2f8));
	assert_int_equal(probe_number(probe, "file:/sys/class/pps/pps0/clear").state, FACT_ABSENT);
	assert_int_equal(probe_number(probe, "file:/sys/class/pps/pps3/name").err, EINVAL);
}

static void test_a_value_is_cut_to_its_room(void **state)
{
	(void)state;
	assert_int_equal(probe_get(probe, "file:/sys/class/pps/pps3/name", buf, 4), 3);
	assert_string_equal(buf, "ser");
}

static void test_names_are_in_natural_order(void **state)
{
	char **names;
	int n = probe_list(probe, "/sys/class/tty", &names);

	(void)state;
	assert_int_equal(n, 4);
	assert_string_equal(names[1], "ttyS1");
	assert_string_equal(names[2], "ttyS2");
	assert_string_equal(names[3], "ttyS10");
	probe_free_names(names, n);
	assert_int_equal(probe_list(probe, "/nothing", &names), -ENOENT);
}

static void test_holders(void **state)
{
	(void)state;
	expect("holders:ttyS1", "412 gpsppsctl-hold\n731 nt?pd");
	expect("holders:pps3", "731 nt?pd");
	expect("holders:ttyS2", "");
}

/* Nobody has ttyS2 open: it must not be opened to find out. */
static void test_an_idle_port_stays_closed(void **state)
{
	(void)state;
	expect_error("tty:ttyS2/ldisc", -EAGAIN);
	expect_error("tty:ttyS2/icount", -EAGAIN);
	/* held, and here a plain file */
	expect_error("tty:ttyS1/ldisc", -ENOTTY);
	expect_error("tty:ttyS1", -EINVAL);
	expect_error("tty:ttyS1/nonsense", -EINVAL);
}

/* ---- the survey ---- */

static void test_ports(void **state)
{
	struct port_list list;
	const struct port *p;

	(void)state;
	assert_int_equal(survey_ports(probe, &list), 0);
	assert_int_equal(list.n, 3);
	p = &list.v[0];
	assert_string_equal(p->name, "ttyS1");
	assert_string_equal(p->driver.val, "serial");
	assert_string_equal(p->uart, "16550A");
	assert_true(fact_is(p->base, 0x2f8));
	assert_true(fact_is(p->irq, 3));
	assert_true(fact_is(p->flags, 0x10000840));
	assert_true(fact_is(p->console, 0));
	assert_string_equal(p->pps.val, "pps3");
	assert_int_equal(p->holders.n, 2);
	assert_int_equal(p->holders.v[1].pid, 731);
	assert_int_equal(p->links.n, 1);
	assert_string_equal(p->links.v[0], "gps0");
	assert_false(port_is_placeholder(p));
	p = survey_find_port(&list, "/dev/ttyS10");
	assert_non_null(p);
	assert_string_equal(p->driver.val, "serial8250");
	assert_true(port_is_placeholder(p));
	assert_int_equal(p->irq.state, FACT_ABSENT);
	assert_int_equal(p->pps.state, FACT_ABSENT);
	assert_int_equal(p->ldisc.err, EAGAIN);
	assert_null(survey_find_port(&list, "tty1"));
	survey_free_ports(&list);
	assert_int_equal(list.n, 0);
}

static void test_pulses(void **state)
{
	struct pulse_list list;
	const struct pulse *p;

	(void)state;
	assert_int_equal(survey_pulses(probe, &list), 0);
	assert_int_equal(list.n, 3);
	p = survey_pulse_of(&list, "ttyS1");
	assert_non_null(p);
	assert_string_equal(p->name, "pps3");
	assert_true(fact_is(p->assert_edge.time_ns, INT64_C(1700000000000000123)));
	assert_true(fact_is(p->assert_edge.seq, 42));
	assert_true(fact_is(p->clear_edge.seq, 0));
	assert_int_equal(p->clear_edge.time_ns.state, FACT_ABSENT);
	assert_int_equal(p->holders.n, 1);
	assert_string_equal(p->links.v[0], "gpspps0");
	p = survey_find_pulse(&list, "pps0");
	assert_string_equal(p->source.val, "ptp0");
	assert_int_equal(p->path.state, FACT_ABSENT);
	assert_string_equal(p->port, "");
	assert_int_equal(p->clear_edge.seq.state, FACT_ABSENT);
	p = survey_find_pulse(&list, "pps4");
	assert_int_equal(p->assert_edge.time_ns.state, FACT_ABSENT);
	assert_int_equal(p->clear_edge.seq.state, FACT_ABSENT);
	assert_null(survey_pulse_of(&list, "ttyS2"));
	survey_free_pulses(&list);
}

static void test_gather(void **state)
{
	struct port_facts f = { .unit = fact_from(-ENOENT, 0) };
	struct port_list ports;
	struct pulse_list pulses;

	(void)state;
	assert_int_equal(survey_ports(probe, &ports), 0);
	assert_int_equal(survey_pulses(probe, &pulses), 0);
	gather_kernel(probe, &f.kernel);
	assert_true(fact_is(f.kernel.ldisc, 1));
	assert_true(fact_is(f.kernel.pps_class, 1));
	assert_true(fact_is(f.kernel.udev, 0));
	assert_string_equal(f.kernel.pps_module.val, "builtin");
	assert_int_equal(f.kernel.lockdown.state, FACT_ABSENT);
	f.port = ports.v[0];
	f.pulse = *survey_pulse_of(&pulses, "ttyS1");
	gather_port(probe, &f);
	assert_string_equal(f.gps.name, "gps0");
	assert_string_equal(f.gps.target.val, "ttyS1");
	assert_string_equal(f.gpspps.target.val, "pps3");
	assert_true(fact_is(f.gpspps.exists, 1));
	assert_int_equal(f.n_processes, 2);
	assert_true(fact_is(f.processes[1].uid, 118));
	assert_true(fact_is(f.processes[1].cap_eff, 0x2000400));
	assert_int_equal(f.processes[1].n_groups, 3);
	assert_int_equal(f.processes[1].groups[2], 46);
	assert_true(fact_is(f.processes[1].has_pps, 1));
	assert_true(fact_is(f.processes[0].has_pps, 0));
	assert_true(fact_known(f.pps_node.mode));
	gather_registers(probe, &f);	/* no /dev/port in the tree */
	assert_int_equal(f.n_samples, UART_SAMPLES);
	assert_int_equal(f.samples[0].ier.state, FACT_ABSENT);
	survey_free_ports(&ports);
	survey_free_pulses(&pulses);
}

/* ---- the machine itself ---- */

static void test_live(void **state)
{
	struct probe *live = probe_open_live();
	char self[64];
	long long real, mono;
	unsigned int uid;

	(void)state;
	assert_non_null(live);
	snprintf(self, sizeof(self), "file:/proc/%d/comm", getpid());
	assert_true(probe_get(live, self, buf, sizeof(buf)) > 0);
	assert_true(probe_get(live, "stat:/dev/null", buf, sizeof(buf)) > 0);
	assert_non_null(strstr(buf, " 1:3"));
	assert_int_equal(buf[0], 'c');
	assert_true(probe_get(live, "ids:", buf, sizeof(buf)) > 0);
	assert_int_equal(sscanf(buf, "%u", &uid), 1);
	assert_int_equal(uid, geteuid());
	assert_true(probe_get(live, "clock:", buf, sizeof(buf)) > 0);
	assert_int_equal(sscanf(buf, "%lld %lld", &real, &mono), 2);
	assert_true(probe_now_ns(live) >= mono);
	assert_true(probe_get(live, "holders:", buf, sizeof(buf)) >= 0);
	assert_true(probe_get(live, "tty:ttyS99/ldisc", buf, sizeof(buf)) < 0);
	probe_close(live);
	probe_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_a_value_is_cut_to_its_room),
		cmocka_unit_test(test_names_are_in_natural_order),
		cmocka_unit_test(test_holders),
		cmocka_unit_test(test_an_idle_port_stays_closed),
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_pulses),
		cmocka_unit_test(test_gather),
		cmocka_unit_test(test_live),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
