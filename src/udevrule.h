/* SPDX-License-Identifier: GPL-2.0-or-later */
/* udev's rules (udev(7)): of each what it matches and which links it makes.  Pure. */
#ifndef GPSPPSCTL_UDEVRULE_H
#define GPSPPSCTL_UDEVRULE_H

#include <stdbool.h>
#include <stddef.h>

#include "systemfacts.h"

struct udevrule_reader {
	const char *p, *end;
	unsigned int line;		/* the next one */
	bool gated;			/* a GOTO before this rule picked devices out */
};

void udevrule_begin(struct udevrule_reader *rd, const char *text, size_t len);
/* The next rule; all of it but at.file.  False at the end. */
bool udevrule_next(struct udevrule_reader *rd, struct rule_fact *r);

/* One of its links begins so: "gps". */
bool udevrule_links(const struct rule_fact *r, const char *prefix);

/*
 * Would it give this node ("ttyACM0") this link ("gps0"), as far as the node's name
 * decides?  %n, $number, %k and $kernel are filled in.
 */
bool udevrule_gives(const struct rule_fact *r, const char *node, const char *link);

/* It goes by a number that changes with the order of plugging in: "pps0", "ttyUSB0". */
bool udevrule_by_number(const struct rule_fact *r);

#endif
