// SPDX-License-Identifier: GPL-2.0-or-later
/* Each check against facts that pass, facts that fail, and facts that were refused. */
#include "patient.h"

/* ---- what goes wrong ---- */

static void no_pulse(void)
{
	move(IC_DCD, 0);
	pulses(0, 0);
}

static void not_attached(void)
{
	memset(&facts.pulse, 0, sizeof(facts.pulse));
	facts.port.ldisc = fact_from(0, LDISC_TTY);
	facts.port.pps = fact_text_from(-ENOENT, "");
	no_pulse();
}

static void idle(void)
{
	not_attached();
	facts.port.holders.n = 0;
	facts.port.ldisc = fact_from(-EAGAIN, 0);
	facts.port.termios = fact_text_from(-EAGAIN, "");
	for (int i = 0; i < IC_LINES; i++)
		facts.first.icount[i] = facts.second.icount[i] = fact_from(-EAGAIN, 0);
	ier(0);
	facts.n_samples = 0;
	memset(&facts.sentences, 0, sizeof(facts.sentences));
	strcpy(facts.sentences.obstacle, "nobody has the port open");
}

static void unplugged(void)
{
	idle();
	facts.present = fact_from(0, 0);
	facts.port.type = fact_from(-ENOENT, 0);
}

static void placeholder(void)
{
	idle();
	facts.port.type = fact_from(0, 0);
	facts.unit = fact_from(-ENOENT, 0);
	facts.gps.name[0] = facts.gpspps.name[0] = '\0';
}

static void getty(void)
{
	not_attached();
	hold(0, 77, "agetty");
}

static void no_pps_class(void)
{
	idle();
	facts.kernel.pps_class = facts.kernel.ldisc = fact_from(0, 0);
	facts.kernel.pps_module = facts.kernel.ldisc_module = fact_text_from(-ENOENT, "");
}

static void no_ldisc(void)
{
	idle();
	facts.kernel.ldisc = fact_from(0, 0);
	facts.kernel.ldisc_module = fact_text_from(-ENOENT, "");
}

static void msi_off(void)
{
	no_pulse();
	ier(0x05);
}

static void msi_off_and_characters(void)
{
	move(IC_DCD, 3);
	pulses(0, 3);
	ier(0x05);
}

static void flag_lost(void)
{
	no_pulse();
	facts.n_samples = 0;
	facts.port.io_type = fact_from(0, 2);
	facts.port.flags = fact_from(0, 0x40);
}

static void only_counted(void)
{
	no_pulse();
	move(IC_DCD, 6);
}

static void on_cts(void)
{
	no_pulse();
	move(IC_CTS, 6);
}

static void on_ri(void)
{
	no_pulse();
	move(IC_RNG, 3);
}

static void dead(void)
{
	no_pulse();
	move(IC_RX, 0);
	facts.sentences.good = facts.sentences.bytes = 0;
	facts.sentences.fix = fact_from(-ENOENT, 0);
}

static void mute(void)
{
	dead();
	pulses(3, 3);
	move(IC_DCD, 6);
	hold(1, 731, "ntpd");
}

static void no_fix(void)
{
	no_pulse();
	heard(8, 0);
}

static void no_fix_but_pulse(void)
{
	heard(8, 0);
}

static void rubbish(void)
{
	heard(0, -1);
}

static void framing_errors(void)
{
	memset(&facts.sentences, 0, sizeof(facts.sentences));
	move(IC_FRAME, 400);
}

static void termios(const char *text)
{
	set_text(&facts.port.termios, text);
	facts.port.baud = fact_from(0, strtol(text, NULL, 10));
}

static void other_speed(void)
{
	termios("9600 i:ignbrk,ignpar,icrnl o: c:cs8,cread,clocal l:icanon cc:0 line:18");
}

static void seven_bits(void)
{
	termios("4800 i:ignbrk,ignpar,icrnl o: c:cs7,cread,clocal,parenb l:icanon cc:0 line:18");
}

static void two_stop_bits(void)
{
	termios("4800 i:ignbrk,ignpar,icrnl o: c:cs8,cstopb,cread,clocal l:icanon cc:0 line:18");
}

static void hangs_up(void)
{
	termios("4800 i:ignbrk,ignpar,icrnl o: c:cs8,cread,hupcl,clocal l:icanon cc:0 line:18");
}

static void no_gps_link(void)
{
	facts.gps.exists = fact_from(0, 0);
	facts.gps.target = fact_text_from(-ENOENT, "");
}

static void no_pps_link(void)
{
	facts.gpspps.exists = fact_from(0, 0);
	facts.gpspps.target = fact_text_from(-ENOENT, "");
}

static void gps_link_elsewhere(void)
{
	set_text(&facts.gps.target, "ttyACM0");
}

static void pps_link_elsewhere(void)
{
	set_text(&facts.gpspps.target, "pps1");
}

static void pps_link_dangles(void)
{
	facts.gpspps.target = fact_text_from(-ENOENT, "");
}

static void add_ntpd(void)
{
	struct process_fact *p = &facts.processes[facts.n_processes++];

	hold(1, 731, "ntpd");
	p->pid = 731;
	strcpy(p->comm, "ntpd");
	p->uid = fact_from(0, 118);
	p->cap_eff = fact_from(0, 0x2000400);
	p->groups[p->n_groups++] = 124;
	p->has_pps = fact_from(0, 0);
	memset(&facts.sentences, 0, sizeof(facts.sentences));
	facts.sentences.ms = facts.sentences.fix = fact_from(-ENOENT, 0);
	strcpy(facts.sentences.obstacle, "ntpd[731] reads the port");
}

static void shut_out(void)
{
	add_ntpd();
	facts.pps_node.mode = fact_from(0, 0600);
	facts.pps_node.gid = fact_from(0, 0);
}

/* One row a fault: the facts, the id that must be the cause, what people search for. */
static const struct {
	const char *name;
	void (*edit)(void);
	const char *cause;
	const char *says;	/* in one of its texts */
} faults[] = {
	{ "unplugged", unplugged, "port.absent", "ttyS1" },
	{ "placeholder", placeholder, "uart.absent", "type is 0" },
	{ "getty", getty, "port.getty", "serial-getty@ttyS1" },
	{ "no pps class", no_pps_class, "kernel.no-pps", "CONFIG_PPS" },
	{ "no ldisc", no_ldisc, "kernel.no-ldisc", "cannot set line discipline: Invalid argument" },
	{ "idle", idle, "ldisc.not-attached", "gpsppsctl attach --daemon /dev/ttyS1" },
	{ "not attached", not_attached, "ldisc.not-attached", "N_TTY" },
	{ "msi off", msi_off, "uart.msi-off", "IER 0x05 at 0x2f9 (bit 3 clear, read 5 times)" },
	{ "msi off, edges by RX", msi_off_and_characters, "uart.msi-off", "LATE PULSE" },
	{ "flag lost", flag_lost, "uart.msi-off", "0x800 clear" },
	{ "counted only", only_counted, "driver.no-dcd", "moved by 6" },
	{ "on CTS", on_cts, "signal.wrong-pin", "CTS (pin 8)" },
	{ "on RI", on_ri, "signal.wrong-pin", "RI (pin 9)" },
	{ "dead", dead, "nmea.silent", "no power" },
	{ "mute", mute, "nmea.silent", "pulses arrive" },
	{ "no fix", no_fix, "receiver.no-fix", "Connection timed out" },
	{ "no fix, pulse", no_fix_but_pulse, "receiver.no-fix", "NO TIME" },
	{ "no pulse", no_pulse, "signal.absent", "Connection timed out" },
	{ "rubbish", rubbish, "nmea.baud", "no valid sentence" },
	{ "framing errors", framing_errors, "nmea.baud", "400 framing errors" },
	{ "speed", other_speed, "tty.differs", "stty -F /dev/ttyS1 4800" },
	{ "7 bits", seven_bits, "tty.differs", "stty -F /dev/ttyS1 cs8 -parenb" },
	{ "2 stop bits", two_stop_bits, "tty.differs", "stty -F /dev/ttyS1 -cstopb" },
	{ "no gps link", no_gps_link, "link.gps-missing", "/dev/gps0" },
	{ "gps link elsewhere", gps_link_elsewhere, "link.gps-wrong", "ttyACM0" },
	{ "no pps link", no_pps_link, "link.pps-missing",
	  "time_pps_create: Operation not supported" },
	{ "pps link elsewhere", pps_link_elsewhere, "link.pps-wrong", "pps1" },
	{ "pps link dangles", pps_link_dangles, "link.pps-wrong", "leads to nothing" },
	{ "shut out", shut_out, "perm.pps", "Permission denied" },
};

#define N_FAULTS (sizeof(faults) / sizeof(faults[0]))

static const struct finding *find(const char *id)
{
	for (size_t i = 0; i < verdict.n; i++)
		if (!strcmp(verdict.findings[i].id, id))
			return &verdict.findings[i];
	fail_msg("no check %s", id);
	return NULL;
}

static void expect_cause(const char *name, const char *id)
{
	const char *found;

	diagnose(&facts, &verdict);
	found = verdict.cause ? verdict.cause->id : "(healthy)";
	if (strcmp(found, id ? id : "(healthy)"))
		fail_msg("%s: %s instead of %s", name, found, id ? id : "(healthy)");
}

static void expect_severity(const char *id, enum severity severity)
{
	diagnose(&facts, &verdict);
	if (find(id)->severity != severity)
		fail_msg("%s is %s, not %s", id, severity_name(find(id)->severity),
			 severity_name(severity));
}

static void test_healthy(void **state)
{
	(void)state;
	healthy();
	expect_cause("healthy", NULL);
	for (size_t i = 0; i < verdict.n; i++)
		if (verdict.findings[i].severity > SEV_OK)
			fail_msg("%s: %s", verdict.findings[i].id, verdict.findings[i].headline);
	/* the machine around the port, and one without daemons, may have nothing to say */
	for (int i = 0; i < N_STAGES; i++)
		if (i < STAGE_DAEMON || diagnose_stage(&verdict, i) != SEV_NONE)
			assert_int_equal(diagnose_stage(&verdict, i), SEV_OK);
}

static void test_faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_FAULTS; i++) {
		const struct finding *f;

		healthy();
		faults[i].edit();
		expect_cause(faults[i].name, faults[i].cause);
		f = verdict.cause;
		if (!f->observed[0] || !f->why[0] || !f->fix[0] || !f->headline[0])
			fail_msg("%s: a text is missing", faults[i].name);
		if (!strstr(f->observed, faults[i].says) && !strstr(f->why, faults[i].says) &&
		    !strstr(f->fix, faults[i].says) && !strstr(f->headline, faults[i].says))
			fail_msg("%s: '%s' is in none of its texts", faults[i].name,
				 faults[i].says);
	}
}

/* The ids of this file; test_check_*.c do the same for theirs. */
static const char *const ids[] = {
	"port.absent", "uart.absent", "port.getty", "kernel.no-pps", "kernel.no-ldisc",
	"ldisc.not-attached", "uart.msi-off", "driver.no-dcd", "signal.wrong-pin",
	"signal.absent", "nmea.silent", "nmea.baud", "receiver.no-fix", "tty.differs",
	"link.gps-missing", "link.gps-wrong", "link.pps-missing", "link.pps-wrong", "perm.pps",
};

static void test_every_check_is_seen_failing(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		bool seen = false;

		for (size_t k = 0; k < N_FAULTS; k++)
			seen = seen || !strcmp(faults[k].cause, ids[i]);
		if (!seen)
			fail_msg("no facts make %s the cause", ids[i]);
	}
}

/* ---- refused ---- */

static void deny_type(void) { facts.port.type = fact_from(-EACCES, 0); }
static void deny_holders(void) { facts.port.holders.n = 0; facts.port.holders.unseen = 90; }
static void deny_class(void)
{
	facts.kernel.pps_class = fact_from(-EACCES, 0);
}

static void deny_ldiscs(void)
{
	idle();
	facts.kernel.ldisc = fact_from(-EACCES, 0);
	facts.kernel.ldisc_module = fact_text_from(-ENOENT, "");
}

static void deny_termios(void) { facts.port.termios = fact_text_from(-EACCES, ""); }

static void deny_registers(void)
{
	no_pulse();
	for (int i = 0; i < UART_SAMPLES; i++) {
		facts.samples[i].lcr_before = fact_from(-EPERM, 0);
		facts.samples[i].ier = facts.samples[i].lcr_after = facts.samples[i].mcr =
			fact_from(-EPERM, 0);
	}
}

static void deny_icount(void)
{
	no_pulse();
	for (int i = 0; i < IC_LINES; i++)
		facts.first.icount[i] = facts.second.icount[i] = fact_from(-EACCES, 0);
	memset(&facts.sentences, 0, sizeof(facts.sentences));
}

static void deny_listening(void)
{
	no_pulse();
	memset(&facts.sentences, 0, sizeof(facts.sentences));
	facts.sentences.ms = fact_from(-EACCES, 0);
	strcpy(facts.sentences.obstacle, "refused");
}

static void deny_node(void) { facts.pps_node.mode = fact_from(-EACCES, 0); }
static void deny_edges(void)
{
	facts.first.assert_edge.seq = facts.first.clear_edge.seq = fact_from(-EACCES, 0);
	move(IC_DCD, 0);
}

static const struct {
	const char *id;
	void (*edit)(void);
} refusals[] = {
	{ "uart.absent", deny_type },
	{ "port.getty", deny_holders },
	{ "kernel.no-pps", deny_class },
	{ "kernel.no-ldisc", deny_ldiscs },
	{ "tty.differs", deny_termios },
	{ "uart.msi-off", deny_registers },
	{ "driver.no-dcd", deny_icount },
	{ "signal.wrong-pin", deny_icount },
	{ "signal.absent", deny_edges },
	{ "nmea.silent", deny_icount },
	{ "nmea.baud", deny_listening },
	{ "receiver.no-fix", deny_listening },
	{ "perm.pps", deny_node },
};

static void test_refused_is_skipped_never_ok(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		healthy();
		refusals[i].edit();
		expect_severity(refusals[i].id, SEV_SKIPPED);
		if (!find(refusals[i].id)->headline[0])
			fail_msg("%s: skipped without a reason", refusals[i].id);
		for (size_t k = 0; k < verdict.n_also_possible; k++)
			assert_ptr_not_equal(verdict.also_possible[k], verdict.cause);
	}
}

/* ---- healthy in other ways ---- */

static void one_edge(void) { pulses(3, 0); }
static void other_edge(void) { pulses(0, 3); }
static void ntpd_reads(void)
{
	add_ntpd();
	facts.processes[0].has_pps = fact_from(0, 1);
	pulses(3, 0);
}

static void root_daemon(void)
{
	shut_out();
	facts.processes[0].uid = fact_from(0, 0);
	facts.processes[0].cap_eff = fact_from(0, 0x1ffffffffff);
}

static void in_the_group(void)
{
	add_ntpd();
	facts.processes[0].groups[facts.processes[0].n_groups++] = 20;
}

static void owns_the_node(void)
{
	shut_out();
	facts.pps_node.uid = facts.processes[0].uid;
}

static void line_noise(void)
{
	framing_errors();
	move(IC_FRAME, 3);
}

static void not_root(void)
{
	for (int i = 0; i < UART_SAMPLES; i++)
		facts.samples[i].lcr_before = facts.samples[i].ier = fact_from(-EACCES, 0);
	facts.port.holders.n = 0;
	facts.port.holders.unseen = 90;
	facts.port.termios = fact_text_from(-EACCES, "");
}

static void module_not_loaded(void)
{
	facts.kernel.pps_class = facts.kernel.ldisc = fact_from(0, 0);
}

static void usb_adapter(void)
{
	facts.port.type = facts.port.base = facts.port.io_type = facts.port.flags =
		fact_from(-ENOENT, 0);
	facts.port.uart = NULL;
	facts.n_samples = 0;
	set_text(&facts.port.driver, "ftdi_sio");
}

static void by_ldattach(void)
{
	hold(0, 9, "ldattach");
	facts.unit = facts.table_baud = fact_from(-ENOENT, 0);
	facts.gps.name[0] = facts.gpspps.name[0] = '\0';
}

/* What "ldattach pps" leaves; the daemon that opens the port will set its own. */
static void by_plain_ldattach(void)
{
	by_ldattach();
	termios("9600 i: o: c:cs8,cread,hupcl,clocal l:echoe,echok,echoctl,echoke cc:031c line:0");
}

static void other_speed_by_ldattach(void)
{
	by_plain_ldattach();
	heard(0, -1);
}

static void counters_wrap(void)
{
	facts.first.icount[IC_RX] = fact_from(0, -5);
	facts.second.icount[IC_RX] = fact_from(0, 1000);
	facts.first.assert_edge.seq = fact_from(0, 0xffffffff);
	facts.second.assert_edge.seq = fact_from(0, 2);
	facts.second.clear_edge.seq = facts.first.clear_edge.seq;
}

static void words_in_another_order(void)
{
	termios("4800 i:icrnl,ignpar,ignbrk o: c:cs8,clocal,cread l:icanon cc:0 line:0");
}

static void gpsd_has_it(void)
{
	hold(0, 55, "gpsd");
	termios("9600 i: o: c:cs8,cread,clocal,hupcl l: cc:0 line:18");
	no_gps_link();
}

static void test_other_healthy_ways(void **state)
{
	static void (*const ways[])(void) = {
		one_edge, other_edge, ntpd_reads, root_daemon, in_the_group,
		owns_the_node, line_noise, not_root,
		module_not_loaded, usb_adapter, by_ldattach, by_plain_ldattach,
		other_speed_by_ldattach,
		counters_wrap,
		words_in_another_order, gpsd_has_it, hangs_up,
	};
	char name[16];

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		healthy();
		ways[i]();
		snprintf(name, sizeof(name), "way %zu", i);
		expect_cause(name, NULL);
	}
}

/* ---- the verdict ---- */

static void test_the_cause_explains_the_symptom(void **state)
{
	(void)state;
	/* a missing link explains no missing pulse */
	healthy();
	no_gps_link();
	msi_off();
	expect_cause("link and interrupt", "uart.msi-off");
	assert_true(verdict.no_pulse);
	/* two that stop the pulse: the one that hides the other */
	healthy();
	no_fix();
	ier(0x05);
	expect_cause("no fix and interrupt", "uart.msi-off");
	/* with a pulse, the first of what is left */
	healthy();
	two_stop_bits();
	no_pps_link();
	expect_cause("stop bits and link", "tty.differs");
	assert_false(verdict.no_pulse);
}

/* What another check explains is not told a second time. */
static void test_a_fault_is_told_once(void **state)
{
	(void)state;
	healthy();
	dead();
	expect_severity("signal.absent", SEV_NONE);
	healthy();
	no_fix();
	expect_severity("signal.absent", SEV_NONE);
	assert_int_equal(diagnose_stage(&verdict, STAGE_PULSE), SEV_NONE);
	healthy();
	on_cts();
	expect_severity("signal.absent", SEV_NONE);
	assert_int_equal(diagnose_stage(&verdict, STAGE_PULSE), SEV_FAIL);
	healthy();
	msi_off();
	expect_severity("signal.absent", SEV_NONE);
	healthy();
	no_ldisc();
	expect_severity("ldisc.not-attached", SEV_NONE);
}

static void test_two_causes_are_both_named(void **state)
{
	bool interrupt = false, fix = false;

	(void)state;
	healthy();
	deny_registers();
	strcpy(facts.sentences.obstacle, "ntpd[731] reads the port");
	facts.sentences.ms = fact_from(-ENOENT, 0);
	facts.sentences.fix = fact_from(-ENOENT, 0);
	expect_cause("no pulse, no rights", "signal.absent");
	for (size_t i = 0; i < verdict.n_also_possible; i++) {
		interrupt = interrupt || !strcmp(verdict.also_possible[i]->id, "uart.msi-off");
		fix = fix || !strcmp(verdict.also_possible[i]->id, "receiver.no-fix");
		assert_int_equal(verdict.also_possible[i]->severity, SEV_SKIPPED);
	}
	assert_true(interrupt && fix);
	/* who has the port open explains nothing that is wrong behind it */
	healthy();
	deny_registers();
	deny_holders();
	expect_cause("no pulse, no rights to see holders", "signal.absent");
	for (size_t i = 0; i < verdict.n_also_possible; i++)
		assert_string_not_equal(verdict.also_possible[i]->id, "port.getty");
	/* only where no readable fact decides */
	healthy();
	no_pulse();
	expect_cause("no pulse, fix", "signal.absent");
	assert_int_equal(verdict.n_also_possible, 0);
	healthy();
	msi_off();
	facts.sentences.ms = fact_from(-ENOENT, 0);
	expect_cause("interrupt", "uart.msi-off");
	assert_int_equal(verdict.n_also_possible, 0);
}

static void test_stale_evidence(void **state)
{
	(void)state;
	/* flag 0x800 stays behind a hang-up */
	healthy();
	idle();
	expect_cause("flag after hang-up", "ldisc.not-attached");
	assert_non_null(strstr(verdict.cause->why, "0x800"));
	assert_int_equal(find("uart.msi-off")->severity, SEV_NONE);
	/* the kernel prints on its console: IER is 0 for so long */
	healthy();
	no_pulse();
	ier(0);
	facts.port.console = fact_from(0, 1);
	expect_severity("uart.msi-off", SEV_SKIPPED);
	/* DLAB left set: the byte is the divisor's */
	healthy();
	no_pulse();
	for (int i = 0; i < UART_SAMPLES; i++) {
		facts.samples[i].lcr_before = facts.samples[i].lcr_after = fact_from(0, 0x93);
		facts.samples[i].ier = fact_from(0, 0);
	}
	expect_severity("uart.msi-off", SEV_SKIPPED);
	/* set in the register, lost in the flags: warns before it happens */
	healthy();
	facts.port.flags = fact_from(0, 0x40);
	expect_severity("uart.msi-off", SEV_WARN);
	expect_cause("flag lost, pulse there", NULL);
	/* data on a modem line is no pulse on the wrong pin */
	healthy();
	no_pulse();
	move(IC_CTS, 900);
	expect_cause("data on CTS", "signal.absent");
	/* without clocal the next pulse hangs the port up, whoever keeps it */
	healthy();
	by_plain_ldattach();
	expect_severity("tty.differs", SEV_WARN);
	termios("4800 i:ignbrk,ignpar,icrnl o: c:cs8,cread l:icanon cc:0 line:18");
	expect_cause("clocal off", "tty.clocal-off");
	/* too short a look proves nothing */
	healthy();
	no_pulse();
	facts.second.at_ns = 900000000;
	expect_severity("signal.absent", SEV_SKIPPED);
}

static void test_source_without_port(void **state)
{
	(void)state;
	healthy();
	facts.pulse_only = true;
	memset(&facts.port, 0, sizeof(facts.port));
	facts.unit = fact_from(-ENOENT, 0);
	expect_cause("gpio", NULL);
	pulses(0, 0);
	expect_cause("gpio, still", "signal.absent");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_healthy),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_every_check_is_seen_failing),
		cmocka_unit_test(test_refused_is_skipped_never_ok),
		cmocka_unit_test(test_other_healthy_ways),
		cmocka_unit_test(test_the_cause_explains_the_symptom),
		cmocka_unit_test(test_a_fault_is_told_once),
		cmocka_unit_test(test_two_causes_are_both_named),
		cmocka_unit_test(test_stale_evidence),
		cmocka_unit_test(test_source_without_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
