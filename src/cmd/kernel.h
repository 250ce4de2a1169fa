/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of kernel: what was asked for, what is known, how it is told. */
#ifndef GPSPPSCTL_KERNEL_H
#define GPSPPSCTL_KERNEL_H

#include <stdbool.h>

#include "../hardpps.h"
#include "../measure.h"
#include "../sys/survey.h"
#include "cmd.h"

struct kernel_options {
	const char *name;		/* a source or a port, as typed; or NULL */
	bool bind, unbind, json, help;
	enum pulse_edge edge;		/* of --edge; EDGE_UNKNOWN: not said */
	long tick_us;			/* 0: not said */
};

struct kernel_view {
	struct kernelclock clock;
	struct consumer consumer;
	int log_err;			/* why the kernel's log could not be read, or 0 */
	struct pulse_list pulses;
	const struct pulse *chosen;	/* the one that was named; or NULL */
	long was_tick_us;		/* before --tick; 0: it was not changed */
};

/* kernel_options.c: 0 or an exit code. */
int kernel_parse_options(int argc, char **argv, struct kernel_options *o);
void kernel_usage(void);

/* kernel_bind.c: --bind and --unbind.  0 or an exit code after a message. */
int kernel_bind(const struct kernel_options *o, struct kernel_view *v);
int kernel_unbind(const struct kernel_options *o, struct kernel_view *v);

/* kernel_text.c, kernel_json.c */
void kernel_show(const struct kernel_view *v);
void kernel_json(const struct kernel_view *v);

/* The edges that a source captures (enum hardpps_edges): sysfs is empty for any other. */
static inline unsigned int kernel_edges(const struct pulse *pulse)
{
	return (fact_known(pulse->assert_edge.seq) ? HARDPPS_ASSERT : 0u) |
	       (fact_known(pulse->clear_edge.seq) ? HARDPPS_CLEAR : 0u);
}

#endif
