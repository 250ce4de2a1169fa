// SPDX-License-Identifier: GPL-2.0-or-later
/* The pulse's device and its edges: pass, fail, refused. */
#include "examine.h"

static struct holder of_card[1], of_other[1];
static struct pulse sources[3];
static const struct pulse_list all = { .v = sources, .n = 3 };

static void source(int i, const char *name, const char *from, const char *port)
{
	memset(&sources[i], 0, sizeof(sources[i]));
	strcpy(sources[i].name, name);
	strcpy(sources[i].port, port);
	set_text(&sources[i].source, from);
}

/* A network card's clock, another receiver on ttyS2, and (first) the patient's own. */
static void three_sources(void)
{
	source(0, "pps0", "serial1", "ttyS1");
	source(1, "pps1", "ptp0", "");
	source(2, "pps2", "serial2", "ttyS2");
	sources[1].holders.v = of_card;
	sources[2].holders.v = of_other;
	of_card[0].pid = of_other[0].pid = 731;
	facts.pulses = &all;
	facts.pps_mode = fact_from(0, 3);
}

static void reader(const char *comm)
{
	struct process_fact *p = &facts.processes[facts.n_processes++];

	hold(1, 731, comm);
	p->pid = 731;
	snprintf(p->comm, sizeof(p->comm), "%s", comm);
	p->has_pps = fact_from(0, 0);
}

static void healthy_sources(void) { three_sources(); reader("ntpd"); }

/* ---- ktimer ---- */

static void its_own_is_fake(void)
{
	three_sources();
	facts.pulse_only = true;
	set_text(&facts.pulse.source, "ktimer");
}

static void link_to_fake(void)
{
	three_sources();
	source(1, "pps1", "ktimer", "");
	set_text(&facts.gpspps.target, "pps1");
}

static void fake_beside(void) { three_sources(); source(1, "pps1", "ktimer", ""); }
static void link_to_card(void) { three_sources(); set_text(&facts.gpspps.target, "pps1"); }
static void name_refused(void) { facts.pulse.source = fact_text_from(-EACCES, ""); }
static void no_pulse_device(void) { memset(&facts.pulse, 0, sizeof(facts.pulse)); }
static void no_port(void) { no_pulse_device(); facts.present = fact_from(0, 0); }

static void test_ktimer(void **state)
{
	static const struct row rows[] = {
		{ "a port's", healthy_sources, &check_pps_ktimer, SEV_OK, NULL, 0 },
		{ "fake", its_own_is_fake, &check_pps_ktimer, SEV_FAIL, "/sys/class/pps/pps0/name",
		  CURE_COMMAND },
		{ "link to it", link_to_fake, &check_pps_ktimer, SEV_FAIL,
		  "/dev/gpspps0 leads to pps1", CURE_COMMAND },
		{ "beside", fake_beside, &check_pps_ktimer, SEV_OK, NULL, 0 },
		{ "another link", link_to_card, &check_pps_ktimer, SEV_OK, NULL, 0 },
		{ "refused", name_refused, &check_pps_ktimer, SEV_SKIPPED, "Permission denied", 0 },
		{ "not attached", no_pulse_device, &check_pps_ktimer, SEV_NONE, NULL, 0 },
		{ "no port", no_port, &check_pps_ktimer, SEV_NONE, NULL, 0 },
	};

	(void)state;
	EXAMINE(rows);
}

/* ---- edges ---- */

/* The pulse is 100 ms wide and begins with this edge; this is captured. */
static void captured(int mode, enum pulse_edge edge)
{
	facts.pps_mode = fact_from(0, mode);
	facts.hold.edge = fact_from(0, edge);
	facts.hold.width_us = fact_from(0, 100000);
}

static void use(void)
{
	static struct holder user = { .pid = 731, .comm = "ntpd" };

	facts.pulse.holders.v = &user;
	facts.pulse.holders.n = 1;
}

static void both(void) { captured(3, EDGE_ASSERT); }
static void assert_only(void) { captured(0x101, EDGE_ASSERT); use(); }
static void clear_only(void) { captured(0x102, EDGE_ASSERT); use(); }
static void clear_only_unused(void) { captured(2, EDGE_ASSERT); }
static void clear_of_inverted(void) { captured(2, EDGE_CLEAR); use(); }
static void clear_unknown(void)
{
	clear_only();
	facts.hold.edge = facts.hold.width_us = fact_from(-ENOENT, 0);
}

static void clear_of_square(void)
{
	clear_only();
	facts.hold.width_us = fact_from(0, 498000);
}

static void mode_refused(void) { facts.pps_mode = fact_from(-EACCES, 0); }
static void mode_absent(void) { facts.pps_mode = fact_from(-ENOENT, 0); }

static void test_edges(void **state)
{
	static const struct row rows[] = {
		{ "both", both, &check_pps_edge_disabled, SEV_OK, NULL, 0 },
		{ "assert", assert_only, &check_pps_edge_disabled, SEV_OK, NULL, 0 },
		{ "clear", clear_only, &check_pps_edge_disabled, SEV_FAIL, "100.0 ms after", 0 },
		{ "clear, who", clear_only, &check_pps_edge_disabled, SEV_FAIL, "in use by ntpd", 0 },
		{ "clear, unused", clear_only_unused, &check_pps_edge_disabled, SEV_WARN, "flag2", 0 },
		{ "inverted", clear_of_inverted, &check_pps_edge_disabled, SEV_OK, NULL, 0 },
		{ "clear, not measured", clear_unknown, &check_pps_edge_disabled, SEV_OK, NULL, 0 },
		{ "clear of a square", clear_of_square, &check_pps_edge_disabled, SEV_OK, NULL, 0 },
		{ "refused", mode_refused, &check_pps_edge_disabled, SEV_SKIPPED, "PPS_GETPARAMS", 0 },
		{ "not asked", NULL, &check_pps_edge_disabled, SEV_NONE, NULL, 0 },
		{ "no device", mode_absent, &check_pps_edge_disabled, SEV_NONE, NULL, 0 },
		{ "not attached", no_pulse_device, &check_pps_edge_disabled, SEV_NONE, NULL, 0 },
	};

	(void)state;
	EXAMINE(rows);
}

/* ---- the number ---- */

static void on_card(void) { healthy_sources(); sources[1].holders.n = 1; }
static void on_other_port(void) { healthy_sources(); sources[2].holders.n = 1; }
static void on_both(void) { on_card(); facts.processes[0].has_pps = fact_from(0, 1); }
static void by_its_link(void) { on_card(); set_text(&facts.gpspps.target, "pps1"); }
static void gpsd_on_card(void) { three_sources(); reader("gpsd"); sources[1].holders.n = 1; }
static void chronyd_on_card(void) { three_sources(); sources[1].holders.n = 1; }
static void no_list(void) { on_card(); facts.pulses = NULL; }
static void card_and_not_attached(void) { on_card(); no_pulse_device(); }

static void test_number(void **state)
{
	static const struct row rows[] = {
		{ "none yet", healthy_sources, &check_pps_wrong_number, SEV_NONE, NULL, 0 },
		{ "its own and another", on_both, &check_pps_wrong_number, SEV_OK, NULL, 0 },
		{ "a card's", on_card, &check_pps_wrong_number, SEV_FAIL, "pps1 (ptp0) open", 0 },
		{ "another port's", on_other_port, &check_pps_wrong_number, SEV_WARN, "/dev/ttyS2", 0 },
		{ "its link's", by_its_link, &check_pps_wrong_number, SEV_NONE, NULL, 0 },
		{ "gpsd", gpsd_on_card, &check_pps_wrong_number, SEV_NONE, NULL, 0 },
		{ "who does not read", chronyd_on_card, &check_pps_wrong_number, SEV_NONE, NULL, 0 },
		{ "no list", no_list, &check_pps_wrong_number, SEV_NONE, NULL, 0 },
		{ "not attached", card_and_not_attached, &check_pps_wrong_number, SEV_NONE, NULL, 0 },
	};

	(void)state;
	EXAMINE(rows);
}

static void test_texts(void **state)
{
	static const struct check *const checks[] = {
		&check_pps_ktimer, &check_pps_edge_disabled, &check_pps_wrong_number,
	};

	(void)state;
	expect_texts(checks, sizeof(checks) / sizeof(checks[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ktimer),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_number),
		cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
