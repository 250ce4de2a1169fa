// SPDX-License-Identifier: GPL-2.0-or-later
/* The pulse itself, as it reaches DCD. */
#include "check.h"

static void run_signal_short_pulse(const struct port_facts *f, struct finding *out)
{
	(void)f;
	(void)out;
}

const struct check check_signal_short_pulse = {
	.id = "signal.short-pulse",
	.stage = STAGE_PULSE,
	.explains = EXPLAINS_NO_PULSE,
	.run = run_signal_short_pulse,
};

static void run_signal_stuck(const struct port_facts *f, struct finding *out)
{
	(void)f;
	(void)out;
}

const struct check check_signal_stuck = {
	.id = "signal.stuck",
	.stage = STAGE_PULSE,
	.explains = EXPLAINS_NO_PULSE,
	.run = run_signal_stuck,
};

static void run_signal_noise(const struct port_facts *f, struct finding *out)
{
	(void)f;
	(void)out;
}

const struct check check_signal_noise = {
	.id = "signal.noise",
	.stage = STAGE_PULSE,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_signal_noise,
};

static void run_signal_rate(const struct port_facts *f, struct finding *out)
{
	(void)f;
	(void)out;
}

const struct check check_signal_rate = {
	.id = "signal.rate",
	.stage = STAGE_PULSE,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_signal_rate,
};

static void run_signal_inverted(const struct port_facts *f, struct finding *out)
{
	(void)f;
	(void)out;
}

const struct check check_signal_inverted = {
	.id = "signal.inverted",
	.stage = STAGE_PULSE,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_signal_inverted,
};

static void run_signal_square(const struct port_facts *f, struct finding *out)
{
	(void)f;
	(void)out;
}

const struct check check_signal_square = {
	.id = "signal.square",
	.stage = STAGE_PULSE,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_signal_square,
};
