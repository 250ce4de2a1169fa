// SPDX-License-Identifier: GPL-2.0-or-later
/* attach: what the port is for, and where its unit's pulse comes from. */
#include "attach.h"

#include <stdio.h>
#include <string.h>

/* The number of the source with this name, if it is there already. */
static void find_source(struct probe *probe, const char *name, char *pps, size_t size)
{
	const struct pulse *pulse;
	struct pulse_list pulses;

	if (survey_pulses(probe, &pulses) < 0)
		return;
	pulse = survey_pulse_named(&pulses, name);
	if (pulse)
		snprintf(pps, size, "%.*s", (int)size - 1, pulse->name);
	survey_free_pulses(&pulses);
}

static int refuse_role(const struct ctx *ctx, const struct attach_plan *plan,
		       const struct unit *ours)
{
	msg_error(plan->node, "--pulse-only: line %u of %s says that sentences come there",
		  ours->line, ctx->table);
	msg_hint("write a line such as: %u - pulse=%s", ours->unit, plan->node);
	return EXIT_TROUBLE;
}

static int refuse_wait(const struct attach_plan *plan)
{
	msg_error(plan->node, "--wait-pulse: its unit has %s",
		  plan->source == SOURCE_NONE ? "no pulse" : "its pulse elsewhere");
	if (plan->source != SOURCE_NONE)
		msg_hint("the pulse comes from %s", plan->pulse);
	return EXIT_TROUBLE;
}

int attach_choose_role(const struct ctx *ctx, const struct attach_options *o,
		       const struct unit *ours, struct probe *probe, struct attach_plan *plan)
{
	if (!ours)
		plan->role = o->pulse_only ? ROLE_PULSE : ROLE_SENTENCES | ROLE_PULSE;
	if (o->pulse_only && plan->role & ROLE_SENTENCES)
		return refuse_role(ctx, plan, ours);
	plan->source = plan->role & ROLE_PULSE ? SOURCE_OWN : unit_source(ours);
	if (plan->source == SOURCE_OWN)
		return 0;
	strcpy(plan->pulse, ours->pulse);
	if (plan->source == SOURCE_NAMED)
		find_source(probe, plan->pulse, plan->pps, sizeof(plan->pps));
	return o->wait_pulse_s && !plan->pps[0] ? refuse_wait(plan) : 0;
}
