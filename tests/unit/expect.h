/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a probe must answer, to the letter. */
#ifndef EXPECT_H
#define EXPECT_H

#include "sys/probe.h"

static struct probe *probe;
static char buf[4096];

__attribute__((unused))
static void expect(const char *key, const char *text)
{
	int n = probe_get(probe, key, buf, sizeof(buf));

	if (n < 0)
		fail_msg("%s: %s", key, strerror(-n));
	assert_string_equal(buf, text);
	assert_int_equal(n, strlen(text));
}

/* And nothing is left in the buffer. */
__attribute__((unused))
static void expect_error(const char *key, int err)
{
	assert_int_equal(probe_get(probe, key, buf, sizeof(buf)), err);
	assert_string_equal(buf, "");
}

#endif
