/* SPDX-License-Identifier: GPL-2.0-or-later */
/* list's two halves: the ports (list.c, list_feed.c), and the GPIO lines (list_gpio.c). */
#ifndef GPSPPSCTL_LIST_H
#define GPSPPSCTL_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "../port.h"
#include "../sys/probe.h"

struct list_options {
	bool all, json, headings, help;
	bool gpio;		/* the lines of GPIO chips, instead of the ports */
	bool active;		/* ask for lines that nobody has, to read their level */
	const char *columns;
};

/* An exit code; `names`: these chips alone, by name or label. */
int list_gpio(const struct list_options *o, char *const *names, int n);
void list_gpio_columns(void);

/* Segments of shared memory that feeds among these holders write: bit N is unit N. */
int64_t list_fed_segments(struct probe *p, const struct holders *h);

#endif
