// SPDX-License-Identifier: GPL-2.0-or-later
/* What the port's driver does with DCD. */
#include "check.h"

static void run_driver_no_set_ldisc(const struct port_facts *f, struct finding *out)
{
	(void)f;
	(void)out;
}

const struct check check_driver_no_set_ldisc = {
	.id = "driver.no-set-ldisc",
	.stage = STAGE_INTERRUPT,
	.explains = EXPLAINS_NO_PULSE,
	.run = run_driver_no_set_ldisc,
};

static void run_driver_polled_dcd(const struct port_facts *f, struct finding *out)
{
	(void)f;
	(void)out;
}

const struct check check_driver_polled_dcd = {
	.id = "driver.polled-dcd",
	.stage = STAGE_INTERRUPT,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_driver_polled_dcd,
};
