/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Facts are three-valued: a value, known to be absent, or not readable (with
 * the errno that says why).  A check that meets a denied fact must say "skipped".
 */
#ifndef GPSPPSCTL_FACTS_H
#define GPSPPSCTL_FACTS_H

#include <stdbool.h>
#include <stdint.h>

enum fact_state {
	FACT_UNREAD,	/* nobody asked yet; seeing it in a check is a bug */
	FACT_ABSENT,	/* asked, and there is no such thing */
	FACT_DENIED,	/* asked, and refused: .err says why */
	FACT_OK,
};

struct fact {
	enum fact_state state;
	int err;		/* positive errno, only with FACT_DENIED */
	int64_t val;
};

/* Longest text fact: a termios with most of its flags on. */
#define FACT_TEXT_MAX 256

struct fact_text {
	enum fact_state state;
	int err;
	char val[FACT_TEXT_MAX];
};

static inline bool fact_is(struct fact f, int64_t val)
{
	return f.state == FACT_OK && f.val == val;
}

static inline bool fact_known(struct fact f)
{
	return f.state == FACT_OK;
}

/*
 * Build a fact from a read: err 0 gives the value, -ENOENT/-ENODEV/-ENXIO
 * (1 of "no such thing") is absent, any other -errno is denied.
 */
struct fact fact_from(int err, int64_t val);
struct fact_text fact_text_from(int err, const char *text);

#endif
