/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For tests of what programs print: facts, and texts without a byte to spare. */
#ifndef WORDS_OF_H
#define WORDS_OF_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "facts.h"

__attribute__((unused))
static void is(struct fact f, int64_t val)
{
	assert_int_equal(f.state, FACT_OK);
	assert_int_equal(f.val, val);
}

__attribute__((unused))
static void is_absent(struct fact f)
{
	assert_int_equal(f.state, FACT_ABSENT);
}

/* In memory that ends where the text ends, so that a sanitizer sees each byte too many. */
__attribute__((unused))
static char *exact(const char *text)
{
	const size_t n = strlen(text);
	char *p = malloc(n + !n);

	memcpy(p, text, n);
	return p;
}

#endif
