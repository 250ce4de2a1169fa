// SPDX-License-Identifier: GPL-2.0-or-later
/* Is the pulse device the right one, and does it stamp the right edge? */
#include "check.h"

static void run_pps_ktimer(const struct port_facts *f, struct finding *out)
{
	(void)f;
	(void)out;
}

const struct check check_pps_ktimer = {
	.id = "pps.ktimer",
	.stage = STAGE_PULSE,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_pps_ktimer,
};

static void run_pps_edge_disabled(const struct port_facts *f, struct finding *out)
{
	(void)f;
	(void)out;
}

const struct check check_pps_edge_disabled = {
	.id = "pps.edge-disabled",
	.stage = STAGE_PULSE,
	.explains = EXPLAINS_NO_PULSE,
	.run = run_pps_edge_disabled,
};

static void run_pps_wrong_number(const struct port_facts *f, struct finding *out)
{
	(void)f;
	(void)out;
}

const struct check check_pps_wrong_number = {
	.id = "pps.wrong-number",
	.stage = STAGE_LINKS,
	.explains = EXPLAINS_NO_ACCESS,
	.run = run_pps_wrong_number,
};
