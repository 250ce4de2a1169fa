// SPDX-License-Identifier: GPL-2.0-or-later
/* What the gatherers make of the probe's answers: a scripted probe, and a tree for the new keys. */
#include "tree.h"

#include "expect.h"
#include "sys/gather.h"

/* ---- a probe that says what it was told to say ---- */

#define ANSWERS_MAX 32

static struct {
	const char *key, *text;
	int err;
} answers[ANSWERS_MAX];
static int n_answers;
static struct probe fake;

static void answer(const char *key, const char *text)
{
	assert_true(n_answers < ANSWERS_MAX);
	answers[n_answers].key = key;
	answers[n_answers].err = 0;
	answers[n_answers++].text = text;
}

static void refuse(const char *key, int err)
{
	answer(key, "");
	answers[n_answers - 1].err = err;
}

/* The last answer to a key counts. */
static int fake_get(struct probe *p, const char *key, char *text, size_t size)
{
	(void)p;
	for (int i = n_answers; i-- > 0; )
		if (!strcmp(answers[i].key, key))
			return answers[i].err ? answers[i].err :
				snprintf(text, size, "%s", answers[i].text);
	return -ENOENT;
}

/* The directory's names are the words of the answer to "list:DIR". */
static int fake_list(struct probe *p, const char *dir, char ***names)
{
	char key[128], text[256], *word, *save = NULL;
	int n;

	snprintf(key, sizeof(key), "list:%s", dir);
	n = fake_get(p, key, text, sizeof(text));
	if (n < 0)
		return n;
	*names = calloc(16, sizeof(**names));
	assert_non_null(*names);
	n = 0;
	for (word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save))
		(*names)[n++] = strdup(word);
	return n;
}

static int64_t fake_now_ns(struct probe *p)
{
	(void)p;
	return 1;
}

static const struct probe_ops fake_ops = {
	.get = fake_get,
	.list = fake_list,
	.now_ns = fake_now_ns,
};

static struct port_facts facts;
static struct host_facts host;
static struct holder holder = { .pid = 412, .comm = "gpsppsctl-hold" };

/* A port that is held, with the interrupt 4. */
static int begin(void **state)
{
	(void)state;
	n_answers = 0;
	fake.ops = &fake_ops;
	memset(&facts, 0, sizeof(facts));
	memset(&host, 0, sizeof(host));
	strcpy(facts.port.name, "ttyS0");
	facts.port.irq = fact_from(0, 4);
	facts.port.holders.v = &holder;
	facts.port.holders.n = 1;
	return 0;
}

/* ---- the hypervisor ---- */

static void expect_hypervisor(const char *name)
{
	gather_host(&fake, &host);
	if (name) {
		assert_int_equal(host.hypervisor.state, FACT_OK);
		assert_string_equal(host.hypervisor.val, name);
	} else {
		assert_int_equal(host.hypervisor.state, FACT_ABSENT);
	}
}

static void test_hypervisor(void **state)
{
	(void)state;
	answer("file:/sys/class/dmi/id/sys_vendor", "ASUS");
	answer("file:/sys/class/dmi/id/product_name", "PN41");
	answer("file:/proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu vme hypervisors sse\n");
	expect_hypervisor(NULL);
	answer("file:/proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu vme hypervisor\nbugs\t:\n");
	expect_hypervisor("name unknown");
	answer("file:/proc/device-tree/hypervisor/compatible", "linux,kvm");
	expect_hypervisor("linux,kvm");
	answer("file:/sys/class/dmi/id/sys_vendor", "QEMU");
	expect_hypervisor("qemu");
	answer("file:/sys/class/dmi/id/product_name", "VMware20,1");
	expect_hypervisor("VMware");
	answer("file:/sys/hypervisor/type", "xen");
	expect_hypervisor("xen");
	answer("file:/proc/xen/capabilities", "control_d");
	expect_hypervisor(NULL);
}

/* ---- the container ---- */

static void expect_container(enum fact_state fact, const char *kind)
{
	gather_host(&fake, &host);
	assert_int_equal(host.container.state, fact);
	assert_string_equal(host.container.val, kind);
}

static void test_container(void **state)
{
	(void)state;
	expect_container(FACT_ABSENT, "");
	/* not root, and process 1 is not systemd: not known */
	refuse("environ:1/container", -EACCES);
	expect_container(FACT_DENIED, "");
	/* systemd would have written it down */
	answer("stat:/run/systemd/system", "d 0755 0 0 0:0");
	expect_container(FACT_ABSENT, "");
	answer("environ:1/container", "lxc");
	expect_container(FACT_OK, "lxc");
	answer("stat:/.dockerenv", "f 0755 0 0 0:0");
	expect_container(FACT_OK, "docker");
	answer("stat:/run/.containerenv", "f 0755 0 0 0:0");
	expect_container(FACT_OK, "podman");
	answer("file:/run/systemd/container", "systemd-nspawn");
	expect_container(FACT_OK, "systemd-nspawn");
}

/* ---- what delays an interrupt ---- */

#define IDLE "/sys/devices/system/cpu/cpu0/cpuidle"

static void three_states(void)
{
	answer("list:" IDLE, "state0 state1 state2");
	answer("file:" IDLE "/state0/name", "POLL");
	answer("file:" IDLE "/state0/latency", "0");
	answer("file:" IDLE "/state0/disable", "0");
	answer("file:" IDLE "/state1/name", "C6");
	answer("file:" IDLE "/state1/latency", "133");
	answer("file:" IDLE "/state1/disable", "0");
	answer("file:" IDLE "/state2/name", "C10");
	answer("file:" IDLE "/state2/latency", "890");
	answer("file:" IDLE "/state2/disable", "1");
}

static void test_idle(void **state)
{
	(void)state;
	gather_host(&fake, &host);
	assert_int_equal(host.idle_latency_us.state, FACT_ABSENT);
	three_states();
	gather_host(&fake, &host);
	assert_true(fact_is(host.idle_latency_us, 133));
	assert_string_equal(host.idle_state.val, "C6");
	answer("file:" IDLE "/state2/disable", "0");
	gather_host(&fake, &host);
	assert_true(fact_is(host.idle_latency_us, 890));
	assert_string_equal(host.idle_state.val, "C10");
	refuse("list:" IDLE, -EACCES);
	gather_host(&fake, &host);
	assert_int_equal(host.idle_latency_us.state, FACT_DENIED);
}

static void test_wakeup(void **state)
{
	(void)state;
	answer("wakeup:", "20");	/* without idle states there is nothing to hold off */
	gather_host(&fake, &host);
	assert_int_equal(host.wakeup_limit_us.state, FACT_ABSENT);
	three_states();
	answer("wakeup:", "2000000000");
	gather_host(&fake, &host);
	assert_true(fact_is(host.wakeup_limit_us, LATENCY_NO_LIMIT_US));
	answer("wakeup:", "0");
	gather_host(&fake, &host);
	assert_true(fact_is(host.wakeup_limit_us, 0));
	refuse("wakeup:", -EACCES);
	gather_host(&fake, &host);
	assert_int_equal(host.wakeup_limit_us.state, FACT_DENIED);
}

static void test_threads(void **state)
{
	(void)state;
	gather_host(&fake, &host);
	assert_int_equal(host.rt.state, FACT_ABSENT);
	assert_int_equal(host.threadirqs.state, FACT_ABSENT);
	answer("file:/proc/sys/kernel/version", "#1 SMP PREEMPT_DYNAMIC Debian 6.1.176-1");
	answer("file:/proc/cmdline", "root=/dev/sda1 nothreadirqs quiet");
	gather_host(&fake, &host);
	assert_true(fact_is(host.rt, 0));
	assert_true(fact_is(host.threadirqs, 0));
	answer("file:/proc/sys/kernel/version", "#1 SMP PREEMPT_RT Debian 6.12.107-1");
	answer("file:/proc/cmdline", "root=/dev/sda1 quiet threadirqs");
	gather_host(&fake, &host);
	assert_true(fact_is(host.rt, 1));
	assert_true(fact_is(host.threadirqs, 1));
	answer("file:/sys/kernel/realtime", "0");
	gather_host(&fake, &host);
	assert_true(fact_is(host.rt, 0));
	refuse("file:/sys/kernel/realtime", -EACCES);
	gather_host(&fake, &host);
	assert_int_equal(host.rt.state, FACT_DENIED);
}

static void test_clock(void **state)
{
	(void)state;
	gather_host(&fake, &host);
	assert_int_equal(host.clock_synced.state, FACT_ABSENT);
	answer("adjtimex:", "2001 37");		/* STA_NANO | STA_PLL */
	gather_host(&fake, &host);
	assert_true(fact_is(host.clock_synced, 1));
	answer("adjtimex:", "40 0");		/* STA_UNSYNC */
	gather_host(&fake, &host);
	assert_true(fact_is(host.clock_synced, 0));
}

static void test_hardpps(void **state)
{
	(void)state;
	gather_kernel(&fake, &facts.kernel);
	assert_int_equal(facts.kernel.ntp_pps.state, FACT_ABSENT);
	/* no file: the clock itself; a recording of old does not have that word */
	answer("adjtimex:", "40 0");
	gather_kernel(&fake, &facts.kernel);
	assert_int_equal(facts.kernel.ntp_pps.state, FACT_ABSENT);
	answer("adjtimex:", "40 0 0");
	gather_kernel(&fake, &facts.kernel);
	assert_true(fact_is(facts.kernel.ntp_pps, 0));
	answer("adjtimex:", "2101 37 2");
	gather_kernel(&fake, &facts.kernel);
	assert_true(fact_is(facts.kernel.ntp_pps, 1));
	answer("kconfig:NTP_PPS", "n");
	gather_kernel(&fake, &facts.kernel);
	assert_true(fact_is(facts.kernel.ntp_pps, 0));
	answer("kconfig:NTP_PPS", "y");
	gather_kernel(&fake, &facts.kernel);
	assert_true(fact_is(facts.kernel.ntp_pps, 1));
}

/* ---- the interrupt ---- */

#define PC								\
	"           CPU0       CPU1       \n"				\
	"  0:         44          0  IO-APIC   2-edge      timer\n"	\
	"  1:          9          0  IO-APIC   1-edge      i8042\n"	\
	"  4:       5000         12  IO-APIC   4-edge      ttyS0, i801_smbus\n" \
	" 14:          0          0   IR-PCI-MSI-0000:00:1f.2    0-edge      ahci\n" \
	" 44:       4444          1  IO-APIC   4-edge      ttyS9\n"	\
	"NMI:          4          4   Non-maskable interrupts\n"
#define ARM						\
	"            CPU0       \n"			\
	"  4:        777     GICv2  65 Level     uart-pl011\n"
#define OLD						\
	"            CPU0       \n"			\
	"  4:         42          XT-PIC      serial\n"

static void expect_interrupt(const char *text, int64_t count, const char *names)
{
	struct instant now;

	answer("file:/proc/interrupts", text);
	gather_port(&fake, &facts);
	gather_instant(&fake, &facts, &now);
	assert_true(fact_is(now.irq_count, count));
	assert_string_equal(facts.irq_names.val, names);
}

static void test_interrupt(void **state)
{
	(void)state;
	expect_interrupt(PC, 5012, "ttyS0, i801_smbus");
	expect_interrupt(ARM, 777, "uart-pl011");
	expect_interrupt(OLD, 42, "serial");
	facts.port.irq = fact_from(0, 14);
	expect_interrupt(PC, 0, "ahci");
	facts.port.irq = fact_from(0, 1);
	expect_interrupt(PC, 9, "i8042");
}

static void expect_no_interrupt(enum fact_state expected)
{
	struct instant now;

	gather_port(&fake, &facts);
	gather_instant(&fake, &facts, &now);
	assert_int_equal(now.irq_count.state, expected);
	assert_int_equal(facts.irq_names.state, expected);
}

static void test_no_interrupt(void **state)
{
	(void)state;
	answer("file:/proc/interrupts", PC);
	facts.port.irq = fact_from(0, 5);	/* nobody has asked for it */
	expect_no_interrupt(FACT_ABSENT);
	facts.port.irq = fact_from(0, 0);
	expect_no_interrupt(FACT_ABSENT);
	facts.port.irq = fact_from(0, 4);
	facts.port.holders.n = 0;
	expect_no_interrupt(FACT_ABSENT);
	facts.port.holders.n = 1;
	refuse("file:/proc/interrupts", -EACCES);
	expect_no_interrupt(FACT_DENIED);
}

/* ---- the lock ---- */

static void test_lock(void **state)
{
	(void)state;
	answer("tty:ttyS0/exclusive", "0");
	gather_port(&fake, &facts);
	assert_true(fact_is(facts.exclusive, 0));
	answer("tty:ttyS0/exclusive", "1");
	gather_port(&fake, &facts);
	assert_true(fact_is(facts.exclusive, 1));
	/* it shut us out: that is the answer */
	refuse("tty:ttyS0/exclusive", -EBUSY);
	gather_port(&fake, &facts);
	assert_true(fact_is(facts.exclusive, 1));
	refuse("tty:ttyS0/exclusive", -EACCES);
	gather_port(&fake, &facts);
	assert_int_equal(facts.exclusive.state, FACT_DENIED);
}

/* ---- the holder ---- */

static void test_holder(void **state)
{
	const struct hold_facts *h = &facts.hold;

	(void)state;
	gather_port(&fake, &facts);
	assert_int_equal(h->pid.state, FACT_ABSENT);
	assert_int_equal(h->burst_age_s.state, FACT_ABSENT);
	answer("holder:ttyS0", "port ttyS0\npid 412\nsince 7264\npps pps0\n"
	       "pulse clear 99998 7250\nburst 431 812 362 7249\n");
	gather_port(&fake, &facts);
	assert_true(fact_is(h->pid, 412));
	assert_true(fact_is(h->since_s, 7264));
	assert_true(fact_is(h->edge, EDGE_CLEAR));
	assert_true(fact_is(h->width_us, 99998));
	assert_true(fact_is(h->shape_age_s, 7250));
	assert_true(fact_is(h->burst_first_ms, 431));
	assert_true(fact_is(h->burst_last_ms, 812));
	assert_true(fact_is(h->burst_chars, 362));
	assert_true(fact_is(h->burst_age_s, 7249));
	/* nothing measured yet */
	answer("holder:ttyS0", "pid 412\nsince 1\n");
	gather_port(&fake, &facts);
	assert_true(fact_is(h->pid, 412));
	assert_int_equal(h->edge.state, FACT_ABSENT);
	assert_int_equal(h->width_us.state, FACT_ABSENT);
	assert_int_equal(h->burst_chars.state, FACT_ABSENT);
	/* a holder of another version */
	answer("holder:ttyS0", "pid 412\npulse assert\nburst 1 2\n");
	gather_port(&fake, &facts);
	assert_int_equal(h->edge.state, FACT_DENIED);
	assert_true(fact_is(h->burst_last_ms, 2));
	assert_int_equal(h->burst_chars.state, FACT_DENIED);
	answer("holder:ttyS0", "pid 412\npulse assert 100000 3\n");
	gather_port(&fake, &facts);
	assert_true(fact_is(h->edge, EDGE_ASSERT));
	refuse("holder:ttyS0", -EACCES);
	gather_port(&fake, &facts);
	assert_int_equal(h->pid.state, FACT_DENIED);
	assert_int_equal(h->edge.state, FACT_DENIED);
}

/* What its holder was told to keep the port for. */
static void test_role(void **state)
{
	(void)state;
	facts.unit = fact_from(0, 3);
	answer("holder:ttyS0", "pid 412\n");
	gather_port(&fake, &facts);
	assert_false(facts.no_pulse || facts.no_sentences);
	assert_string_equal(facts.gps.name, "gps3");
	assert_string_equal(facts.gpspps.name, "gpspps3");
	facts.gps.name[0] = facts.gpspps.name[0] = '\0';
	answer("holder:ttyS0", "pid 412\nonly pulse\n");
	gather_port(&fake, &facts);
	assert_true(facts.no_sentences && !facts.no_pulse);
	assert_string_equal(facts.gps.name, "");
	assert_string_equal(facts.gpspps.name, "gpspps3");
	facts.no_sentences = false;
	facts.gpspps.name[0] = '\0';
	answer("holder:ttyS0", "pid 412\nonly sentences\n");
	gather_port(&fake, &facts);
	assert_true(facts.no_pulse && !facts.no_sentences);
	assert_string_equal(facts.gps.name, "gps3");
	assert_string_equal(facts.gpspps.name, "");
	facts.no_pulse = false;
	refuse("holder:ttyS0", -EACCES);
	gather_port(&fake, &facts);
	assert_false(facts.no_pulse || facts.no_sentences);
}

static void test_events(void **state)
{
	(void)state;
	gather_port(&fake, &facts);
	assert_int_equal(facts.n_events, 0);
	answer("file:/run/gpsppsctl/ttyS0.events",
	       "1700000000 attached as unit 0\nnonsense\n\n1700000001.25 lost no pulse for 10 s\n"
	       "x1700000002 back\n lost it\n9223372036854775807 lost it\n-5 back\n"
	       "1700000003 back");
	gather_port(&fake, &facts);
	assert_int_equal(facts.n_events, 3);
	assert_true(facts.events[0].real_ns == INT64_C(1700000000000000000));
	assert_string_equal(facts.events[0].what, "attached");
	assert_string_equal(facts.events[0].text, "as unit 0");
	assert_true(facts.events[1].real_ns == INT64_C(1700000001250000000));
	assert_string_equal(facts.events[1].text, "no pulse for 10 s");
	assert_string_equal(facts.events[2].what, "back");
	assert_string_equal(facts.events[2].text, "");
}

static void test_the_last_events_stay(void **state)
{
	(void)state;
	answer("file:/run/gpsppsctl/ttyS0.events",
	       "1 a A\n2 b B\n3 c C\n4 d D\n5 e E\n6 f F\n7 a-name-of-more-than-twenty-characters G");
	gather_port(&fake, &facts);
	assert_int_equal(facts.n_events, EVENTS_MAX);
	assert_string_equal(facts.events[0].what, "c");
	assert_string_equal(facts.events[3].text, "F");
	assert_string_equal(facts.events[4].what, "a-name-of-more-than");
}

/* A source without a port has no lock, no interrupt of a port, no holder. */
static void test_pulse_only(void **state)
{
	(void)state;
	facts.pulse_only = true;
	answer("tty:ttyS0/exclusive", "1");
	answer("holder:ttyS0", "pid 412\n");
	gather_port(&fake, &facts);
	assert_int_equal(facts.exclusive.state, FACT_UNREAD);
	assert_int_equal(facts.hold.pid.state, FACT_UNREAD);
}

/* ---- the keys themselves ---- */

/* "A=1" with a NUL behind each. */
static void put_environ(void)
{
	static const char text[] = "HOME=/\0container_uuid=7\0container=lxc\0mycontainer=no\0EMPTY=";
	char full[128];
	FILE *f;

	put_file("/proc/1/environ", "");
	snprintf(full, sizeof(full), "%s/proc/1/environ", root);
	f = fopen(full, "w");
	assert_non_null(f);
	fwrite(text, sizeof(text), 1, f);
	fclose(f);
}

static void test_keys(void **state)
{
	(void)state;
	begin_tree();
	probe = probe_open_root(root);
	assert_non_null(probe);
	expect_error("kconfig:NTP_PPS", -ENOENT);
	put_file("/proc/sys/kernel/osrelease", "6.1.0-56-amd64\n");
	expect_error("kconfig:NTP_PPS", -ENOENT);
	put_file("/lib/modules/6.1.0-56-amd64/config",
		 "CONFIG_NTP_PPS=y\n# CONFIG_PPS_DEBUG is not set\nCONFIG_PPS_CLIENT_LDISC=m\n");
	expect("kconfig:NTP_PPS", "y");
	expect("kconfig:PPS_CLIENT_LDISC", "m");
	expect("kconfig:PPS_DEBUG", "n");
	expect("kconfig:PPS", "n");
	put_file("/boot/config-6.1.0-56-amd64", "CONFIG_NTP_PPS_MORE=y\n");
	expect("kconfig:NTP_PPS", "n");
	put_environ();
	expect("environ:1/container", "lxc");
	expect("environ:1/HOME", "/");
	expect("environ:1/EMPTY", "");
	expect_error("environ:1/PATH", -ENOENT);
	expect_error("environ:1/", -EINVAL);
	expect_error("environ:2/HOME", -ENOENT);
	/* the running machine's, not the tree's */
	expect_error("adjtimex:", -ENOENT);
	expect_error("holder:ttyS0", -ENOENT);
	expect_error("wakeup:", -ENOENT);
	probe_close(probe);
	assert_int_equal(remove_tree(), 0);
}

/* ---- our feed ---- */

static void test_feed(void **state)
{
	(void)state;
	gather_feed(&fake, &facts);
	assert_int_equal(facts.feed.pid.state, FACT_ABSENT);
	assert_int_equal(facts.feed.segments.state, FACT_ABSENT);
	strcpy(holder.comm, "gpsppsctl-feed");
	answer("segments:412", "0\n3\n62\n63\n200");
	gather_feed(&fake, &facts);
	assert_true(fact_is(facts.feed.pid, 412));
	assert_true(fact_is(facts.feed.segments, INT64_C(0x4000000000000009)));
	/* the pulse's device alone */
	strcpy(holder.comm, "gpsppsctl-pulse");
	facts.pulse.holders = facts.port.holders;
	facts.port.holders.n = 0;
	answer("segments:412", "");
	gather_feed(&fake, &facts);
	assert_true(fact_is(facts.feed.pid, 412));
	assert_true(fact_is(facts.feed.segments, 0));
	refuse("segments:412", -EACCES);
	gather_feed(&fake, &facts);
	assert_int_equal(facts.feed.segments.state, FACT_DENIED);
	strcpy(holder.comm, "gpsppsctl-hold");
}

static void test_live(void **state)
{
	unsigned int status;
	int tai, shift;

	(void)state;
	probe = probe_open_live();
	assert_non_null(probe);
	assert_true(probe_get(probe, "adjtimex:", buf, sizeof(buf)) > 0);
	assert_int_equal(sscanf(buf, "%x %d %d", &status, &tai, &shift), 3);
	expect_error("holder:ttyS99", -ENOENT);
	probe_close(probe);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_hypervisor, begin),
		cmocka_unit_test_setup(test_container, begin),
		cmocka_unit_test_setup(test_idle, begin),
		cmocka_unit_test_setup(test_wakeup, begin),
		cmocka_unit_test_setup(test_threads, begin),
		cmocka_unit_test_setup(test_clock, begin),
		cmocka_unit_test_setup(test_hardpps, begin),
		cmocka_unit_test_setup(test_interrupt, begin),
		cmocka_unit_test_setup(test_no_interrupt, begin),
		cmocka_unit_test_setup(test_lock, begin),
		cmocka_unit_test_setup(test_holder, begin),
		cmocka_unit_test_setup(test_role, begin),
		cmocka_unit_test_setup(test_events, begin),
		cmocka_unit_test_setup(test_the_last_events_stay, begin),
		cmocka_unit_test_setup(test_pulse_only, begin),
		cmocka_unit_test_setup(test_feed, begin),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_live),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
