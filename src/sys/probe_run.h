/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Run a program for what it prints, without a shell; and the live probe's keys that do. */
#ifndef GPSPPSCTL_PROBE_RUN_H
#define GPSPPSCTL_PROBE_RUN_H

#include <stdbool.h>
#include <stddef.h>

struct run {
	const char *const *argv;	/* argv[0] is looked for in `dirs`; ends with NULL */
	const char *dirs;		/* "/usr/bin:/bin"; NULL: the system's */
	const char *in;			/* the directory it runs in; NULL: "/" */
	int timeout_ms;			/* 0: RUN_TIMEOUT_MS; it is killed then */
	bool errors;			/* its stderr, too, as lines behind the rest */
	bool newest;			/* of what does not fit the end is kept, not the beginning */
};

#define RUN_TIMEOUT_MS 10000	/* NTPsec's ntpq is Python: seconds on a small board */

/*
 * What it prints, NUL-terminated: its length, however the program ends; or -errno when
 * it prints nothing and: -ENOENT there is none, -EPERM others could have written it,
 * -ETIMEDOUT it was killed, -EINTR a signal came (signals.h), -EIO it failed.
 * It gets no input, of our environment nothing, and a process group of its own.
 */
int run_program(const struct run *r, char *buf, size_t size);

/* "ntpq:": one run of ntpq; ntpq_cut() takes it apart. */
int probe_run_ntpq(char *buf, size_t size);
/* "chronyc:WHAT" */
int probe_run_chronyc(const char *what, char *buf, size_t size);

#endif
