// SPDX-License-Identifier: GPL-2.0-or-later
/* The chain of checks and the verdict. */
#include "diagnose.h"

#include <string.h>

#include "check/check.h"

/*
 * The order is that of cure: what stands above hides what stands below.  A dead
 * receiver and one without a fix come before "no signal", which is what is left
 * when nothing else explains that no pulse arrives.
 */
static const struct check checks[] = {
	{ .id = "port.absent", .stage = STAGE_PORT, .run = check_port_absent,
	  .explains = EXPLAINS_NO_PULSE | EXPLAINS_NO_SENTENCES },
	{ .id = "uart.absent", .stage = STAGE_UART, .run = check_uart_absent,
	  .explains = EXPLAINS_NO_PULSE | EXPLAINS_NO_SENTENCES },
	{ .id = "port.getty", .stage = STAGE_HOLDER, .run = check_port_getty,
	  .explains = EXPLAINS_NO_PULSE | EXPLAINS_NO_SENTENCES },
	{ .id = "kernel.no-pps", .stage = STAGE_KERNEL, .run = check_kernel_no_pps,
	  .explains = EXPLAINS_NO_PULSE },
	{ .id = "kernel.no-ldisc", .stage = STAGE_KERNEL, .run = check_kernel_no_ldisc,
	  .explains = EXPLAINS_NO_PULSE },
	{ .id = "ldisc.not-attached", .stage = STAGE_LDISC, .run = check_ldisc_not_attached,
	  .explains = EXPLAINS_NO_PULSE },
	{ .id = "uart.msi-off", .stage = STAGE_INTERRUPT, .run = check_uart_msi_off,
	  .explains = EXPLAINS_NO_PULSE },
	{ .id = "driver.no-dcd", .stage = STAGE_INTERRUPT, .run = check_driver_no_dcd,
	  .explains = EXPLAINS_NO_PULSE },
	{ .id = "signal.wrong-pin", .stage = STAGE_PULSE, .run = check_signal_wrong_pin,
	  .explains = EXPLAINS_NO_PULSE },
	{ .id = "nmea.silent", .stage = STAGE_SENTENCES, .run = check_nmea_silent,
	  .explains = EXPLAINS_NO_PULSE | EXPLAINS_NO_SENTENCES },
	{ .id = "receiver.no-fix", .stage = STAGE_SENTENCES, .run = check_receiver_no_fix,
	  .explains = EXPLAINS_NO_PULSE | EXPLAINS_NO_SENTENCES },
	{ .id = "signal.absent", .stage = STAGE_PULSE, .run = check_signal_absent,
	  .explains = EXPLAINS_NO_PULSE, .by_exclusion = true },
	{ .id = "tty.differs", .stage = STAGE_TERMIOS, .run = check_tty_differs,
	  .explains = EXPLAINS_NO_SENTENCES },
	{ .id = "nmea.baud", .stage = STAGE_SENTENCES, .run = check_nmea_baud,
	  .explains = EXPLAINS_NO_SENTENCES },
	{ .id = "link.gps-missing", .stage = STAGE_LINKS, .run = check_link_gps_missing,
	  .explains = EXPLAINS_NO_ACCESS },
	{ .id = "link.gps-wrong", .stage = STAGE_LINKS, .run = check_link_gps_wrong,
	  .explains = EXPLAINS_NO_ACCESS },
	{ .id = "link.pps-missing", .stage = STAGE_LINKS, .run = check_link_pps_missing,
	  .explains = EXPLAINS_NO_ACCESS },
	{ .id = "link.pps-wrong", .stage = STAGE_LINKS, .run = check_link_pps_wrong,
	  .explains = EXPLAINS_NO_ACCESS },
	{ .id = "perm.pps", .stage = STAGE_PERMISSIONS, .run = check_perm_pps,
	  .explains = EXPLAINS_NO_ACCESS },
};

#define N_CHECKS (sizeof(checks) / sizeof(checks[0]))
_Static_assert(N_CHECKS <= CHECKS_MAX, "struct verdict has no room for all checks");

const struct check *diagnose_checks(size_t *n)
{
	*n = N_CHECKS;
	return checks;
}

static bool lacks_pulse(const struct port_facts *f)
{
	if (!fact_is(f->present, 1))
		return true;
	return !facts_is_attached(f) || facts_no_pulse(f);
}

/* The first failure that explains any of `symptoms`; 0 takes any failure. */
static const struct finding *first_failure(const struct verdict *v, unsigned int symptoms)
{
	for (size_t i = 0; i < v->n; i++)
		if (v->findings[i].severity == SEV_FAIL &&
		    (!symptoms || checks[i].explains & symptoms))
			return &v->findings[i];
	return NULL;
}

/* What was skipped and would explain the same, when the cause was found by exclusion. */
static void add_alternatives(struct verdict *v)
{
	const struct check *cause = &checks[v->cause - v->findings];

	for (size_t i = 0; cause->by_exclusion && i < v->n; i++)
		if (v->findings[i].severity == SEV_SKIPPED &&
		    checks[i].stage >= STAGE_INTERRUPT &&
		    checks[i].explains & cause->explains &&
		    v->n_also_possible < ALSO_POSSIBLE_MAX)
			v->also_possible[v->n_also_possible++] = &v->findings[i];
}

void diagnose(const struct port_facts *f, struct verdict *v)
{
	memset(v, 0, sizeof(*v));
	for (size_t i = 0; i < N_CHECKS; i++) {
		v->findings[i].id = checks[i].id;
		checks[i].run(f, &v->findings[i]);
	}
	v->n = N_CHECKS;
	v->no_pulse = lacks_pulse(f);
	if (v->no_pulse)
		v->cause = first_failure(v, EXPLAINS_NO_PULSE);
	if (!v->cause)
		v->cause = first_failure(v, 0);
	if (v->cause)
		add_alternatives(v);
}

const char *diagnose_stage_name(enum stage stage)
{
	static const char *const names[N_STAGES] = {
		[STAGE_PORT] = "port", [STAGE_UART] = "uart", [STAGE_HOLDER] = "holder",
		[STAGE_KERNEL] = "kernel", [STAGE_LDISC] = "ldisc",
		[STAGE_TERMIOS] = "termios", [STAGE_INTERRUPT] = "interrupt",
		[STAGE_PULSE] = "pulse", [STAGE_SENTENCES] = "sentences",
		[STAGE_LINKS] = "links", [STAGE_PERMISSIONS] = "permissions",
	};

	return names[stage];
}

enum severity diagnose_stage(const struct verdict *v, enum stage stage)
{
	enum severity worst = SEV_NONE;

	for (size_t i = 0; i < v->n; i++)
		if (checks[i].stage == stage && v->findings[i].severity > worst)
			worst = v->findings[i].severity;
	/* no pulse for a reason outside: the line itself was not proven */
	if (stage == STAGE_PULSE && v->no_pulse && worst == SEV_OK)
		return SEV_NONE;
	return worst;
}
