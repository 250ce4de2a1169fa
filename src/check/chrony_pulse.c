// SPDX-License-Identifier: GPL-2.0-or-later
/* Does chronyd take the receiver's pulse, or that of something else? */
#include "chrony.h"

#include <stdio.h>
#include <string.h>

static const struct pulse *find_source(const struct port_facts *f, const struct fact_text *node)
{
	for (size_t i = 0; node->state == FACT_OK && f->pulses && i < f->pulses->n; i++)
		if (!strcmp(f->pulses->v[i].name, node->val))
			return &f->pulses->v[i];
	return NULL;
}

/* A network card's clock, or the kernel's timer: neither is ever a receiver's. */
static bool is_no_receiver(const struct pulse *p)
{
	return p && p->source.state == FACT_OK &&
	       (!strncmp(p->source.val, "ptp", 3) || !strcmp(p->source.val, "ktimer"));
}

/* A refclock PPS of a chronyd that has this receiver's sentences, on such a pulse. */
static const struct daemon_clock *find_other(const struct daemon *d, const struct port_facts *f)
{
	for (unsigned int i = 0; i < d->n_clocks; i++)
		if (d->clocks[i].kind == CLOCK_PPS && d->chrony->refclocks[d->clocks[i].index].lock[0] &&
		    is_no_receiver(find_source(f, &d->clocks[i].pulse_node)))
			return &d->clocks[i];
	return NULL;
}

static void run_chrony_other_pulse(const struct port_facts *f, struct finding *out)
{
	const struct daemon *d = daemon_of(f, DAEMON_BIT(DAEMON_CHRONY));
	const struct daemon_clock *c;
	const struct chrony_refclock *rc;
	char wanted[SURVEY_NAME_MAX + 8];

	if (!d || !d->chrony || !f->pulse.name[0] || !facts_saw_pulse(f))
		return;
	out->severity = SEV_OK;
	c = daemon_pulse_clock_of(d, f) ? NULL : find_other(d, f);
	if (!c)
		return;
	rc = &d->chrony->refclocks[c->index];
	finding_warn(out, "chronyd takes its pulses from %.20s, not from the receiver",
		     c->pulse_node.val);
	finding_observed(out, "%.160s; %.20s is %.40s, and the receiver's pulse is %s",
			 rc->where.text, c->pulse_node.val,
			 find_source(f, &c->pulse_node)->source.val, f->pulse.name);
	finding_why(out, "PPS devices are numbered as they appear, and a network card's clock is often pps0: its pulse is as right as that card's own clock");
	snprintf(wanted, sizeof(wanted), "/dev/%s", check_pulse_node(f));
	chrony_fix_line(d, &rc->where, &(struct chrony_edit){ rc->param, false, wanted }, out);
}

const struct check check_chrony_other_pulse = {
	.id = "chrony.other-pulse",
	.title = "chronyd's refclock is a network card's pulse, not the receiver's",
	.explain = "PPS devices are numbered in the order in which they appear. A refclock PPS "
		"/dev/pps0 may so be a network card's hardware clock (ptp0), which gives a pulse "
		"without any receiver, while the receiver's is pps1. diag sees where the "
		"configuration's device leads and what it is called in sysfs. Name /dev/gpsppsN, the "
		"link that follows the port.",
	.see = "Documentation/ABI/testing/sysfs-pps; Documentation/ABI/testing/sysfs-ptp",
	.stage = STAGE_DAEMON,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_chrony_other_pulse,
};
