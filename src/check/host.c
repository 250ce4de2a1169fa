// SPDX-License-Identifier: GPL-2.0-or-later
/* What the machine itself does to the time stamps. */
#include "check.h"

static void run_host_virtual(const struct port_facts *f, struct finding *out)
{
	(void)f;
	(void)out;
}

const struct check check_host_virtual = {
	.id = "host.virtual",
	.stage = STAGE_HOST,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_host_virtual,
};

static void run_host_container(const struct port_facts *f, struct finding *out)
{
	(void)f;
	(void)out;
}

const struct check check_host_container = {
	.id = "host.container",
	.stage = STAGE_HOST,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_host_container,
};

static void run_host_cstates(const struct port_facts *f, struct finding *out)
{
	(void)f;
	(void)out;
}

const struct check check_host_cstates = {
	.id = "host.cstates",
	.stage = STAGE_HOST,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_host_cstates,
};

static void run_host_irq_thread(const struct port_facts *f, struct finding *out)
{
	(void)f;
	(void)out;
}

const struct check check_host_irq_thread = {
	.id = "host.irq-thread",
	.stage = STAGE_HOST,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_host_irq_thread,
};
