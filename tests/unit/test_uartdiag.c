// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "uartdiag.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static struct uart_sample sample(int lcr, int ier, int lcr_after)
{
	return (struct uart_sample){
		.lcr_before = fact_from(0, lcr), .ier = fact_from(0, ier),
		.lcr_after = fact_from(0, lcr_after), .mcr = fact_from(0, 0x0b),
	};
}

static struct uart_regs judge(const struct uart_sample *s, size_t n)
{
	struct uart_regs regs;

	uartdiag_judge(s, n, &regs);
	return regs;
}

static void test_agreeing_looks_are_believed(void **state)
{
	const struct uart_sample s[] = {
		sample(0x13, 0x0d, 0x13), sample(0x13, 0x0f, 0x13), sample(0x13, 0x0d, 0x13),
	};
	struct uart_regs regs = judge(s, N(s));
	char text[64];

	(void)state;
	assert_true(fact_is(regs.ier, 0x0d));
	assert_true(fact_is(regs.lcr, 0x13));
	assert_true(fact_is(regs.mcr, 0x0b));
	assert_int_equal(regs.looks, 3);
	uartdiag_text(&regs, text, sizeof(text));
	assert_string_equal(text, "IER 0x0d, LCR 0x13, MCR 0x0b");
}

/* The kernel changes the speed between two of our reads. */
static void test_dlab_in_passing_is_left_out(void **state)
{
	const struct uart_sample s[] = {
		sample(0x93, 0x00, 0x13), sample(0x13, 0x0d, 0x13), sample(0x13, 0x00, 0x93),
		sample(0x13, 0x0d, 0x13), sample(0x13, 0x0d, 0x13),
	};
	struct uart_regs regs = judge(s, N(s));

	(void)state;
	assert_true(fact_is(regs.ier, 0x0d));
	assert_true(regs.dlab);
	assert_int_equal(regs.looks, 3);
}

static void test_dlab_left_set_hides_ier(void **state)
{
	const struct uart_sample s[] = {
		sample(0x93, 0x00, 0x93), sample(0x93, 0x00, 0x93), sample(0x93, 0x00, 0x93),
	};
	struct uart_regs regs = judge(s, N(s));

	(void)state;
	assert_true(regs.dlab);
	assert_int_equal(regs.ier.state, FACT_DENIED);
	assert_int_equal(regs.ier.err, EAGAIN);
	assert_true(fact_is(regs.lcr, 0x93));
}

static void test_two_looks_are_too_few(void **state)
{
	const struct uart_sample s[] = {
		sample(0x13, 0x05, 0x13), sample(0x13, 0x05, 0x13), sample(0x93, 0x05, 0x13),
	};

	(void)state;
	assert_int_equal(judge(s, N(s)).ier.state, FACT_DENIED);
	assert_int_equal(judge(s, 0).ier.state, FACT_DENIED);
}

static void test_looks_that_disagree_prove_nothing(void **state)
{
	const struct uart_sample s[] = {
		sample(0x13, 0x05, 0x13), sample(0x13, 0x0d, 0x13), sample(0x13, 0x05, 0x13),
		sample(0x13, 0x05, 0x13),
	};

	(void)state;
	assert_int_equal(judge(s, N(s)).ier.state, FACT_DENIED);
}

static void test_lcr_that_moves_spoils_a_look(void **state)
{
	const struct uart_sample s[] = {
		sample(0x13, 0x05, 0x03), sample(0x13, 0x05, 0x13), sample(0x13, 0x05, 0x13),
	};

	(void)state;
	assert_int_equal(judge(s, N(s)).ier.state, FACT_DENIED);
}

static void test_an_empty_bus_is_no_register(void **state)
{
	struct uart_sample s[3];
	struct uart_regs regs;

	(void)state;
	for (size_t i = 0; i < N(s); i++) {
		s[i] = sample(0xff, 0xff, 0xff);
		s[i].mcr = fact_from(0, 0xff);
	}
	regs = judge(s, N(s));
	assert_true(regs.no_device);
	assert_int_equal(regs.ier.state, FACT_DENIED);
	assert_int_equal(regs.mcr.state, FACT_DENIED);
}

/* DTR and RTS are anybody's to change; OUT2 and loopback must stand still to be believed. */
static void test_mcr_is_believed_by_its_own_bits(void **state)
{
	struct uart_sample s[3];

	(void)state;
	for (size_t i = 0; i < N(s); i++)
		s[i] = sample(0x13, 0x0d, 0x13);
	s[1].mcr = fact_from(0, 0x08);
	assert_true(fact_is(judge(s, N(s)).mcr, 0x0b));
	s[1].mcr = fact_from(0, 0x1b);
	assert_int_equal(judge(s, N(s)).mcr.err, EAGAIN);
	s[1].mcr = fact_from(0, 0x03);
	assert_int_equal(judge(s, N(s)).mcr.err, EAGAIN);
	assert_true(fact_is(judge(s, N(s)).ier, 0x0d));
	s[1].mcr = fact_from(0, 0x0b);
	assert_int_equal(judge(s, 2).mcr.err, EAGAIN);
}

static void test_a_refusal_is_handed_on(void **state)
{
	struct uart_sample s[3] = { 0 };
	struct uart_regs regs;
	char text[64];

	(void)state;
	for (size_t i = 0; i < N(s); i++)
		s[i].lcr_before = s[i].ier = s[i].lcr_after = s[i].mcr = fact_from(-EPERM, 0);
	regs = judge(s, N(s));
	assert_int_equal(regs.ier.state, FACT_DENIED);
	assert_int_equal(regs.ier.err, EPERM);
	uartdiag_text(&regs, text, sizeof(text));
	assert_string_equal(text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_agreeing_looks_are_believed),
		cmocka_unit_test(test_dlab_in_passing_is_left_out),
		cmocka_unit_test(test_dlab_left_set_hides_ier),
		cmocka_unit_test(test_two_looks_are_too_few),
		cmocka_unit_test(test_looks_that_disagree_prove_nothing),
		cmocka_unit_test(test_lcr_that_moves_spoils_a_look),
		cmocka_unit_test(test_an_empty_bus_is_no_register),
		cmocka_unit_test(test_mcr_is_believed_by_its_own_bits),
		cmocka_unit_test(test_a_refusal_is_handed_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
