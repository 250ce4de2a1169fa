// SPDX-License-Identifier: GPL-2.0-or-later
/* The UART: its registers and its interrupt. */
#include "check.h"

static void run_uart_loopback(const struct port_facts *f, struct finding *out)
{
	(void)f;
	(void)out;
}

const struct check check_uart_loopback = {
	.id = "uart.loopback",
	.stage = STAGE_UART,
	.explains = EXPLAINS_NO_PULSE | EXPLAINS_NO_SENTENCES,
	.run = run_uart_loopback,
};

static void run_uart_console(const struct port_facts *f, struct finding *out)
{
	(void)f;
	(void)out;
}

const struct check check_uart_console = {
	.id = "uart.console",
	.stage = STAGE_UART,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_uart_console,
};

static void run_uart_out2_off(const struct port_facts *f, struct finding *out)
{
	(void)f;
	(void)out;
}

const struct check check_uart_out2_off = {
	.id = "uart.out2-off",
	.stage = STAGE_INTERRUPT,
	.explains = EXPLAINS_NO_PULSE | EXPLAINS_NO_SENTENCES,
	.run = run_uart_out2_off,
};

static void run_uart_irq_zero(const struct port_facts *f, struct finding *out)
{
	(void)f;
	(void)out;
}

const struct check check_uart_irq_zero = {
	.id = "uart.irq-zero",
	.stage = STAGE_INTERRUPT,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_uart_irq_zero,
};

static void run_uart_irq_dead(const struct port_facts *f, struct finding *out)
{
	(void)f;
	(void)out;
}

const struct check check_uart_irq_dead = {
	.id = "uart.irq-dead",
	.stage = STAGE_INTERRUPT,
	.explains = EXPLAINS_NO_PULSE | EXPLAINS_NO_SENTENCES,
	.run = run_uart_irq_dead,
};

static void run_uart_shared_irq(const struct port_facts *f, struct finding *out)
{
	(void)f;
	(void)out;
}

const struct check check_uart_shared_irq = {
	.id = "uart.shared-irq",
	.stage = STAGE_INTERRUPT,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_uart_shared_irq,
};
