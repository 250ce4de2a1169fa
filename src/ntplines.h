/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lines of configuration that users otherwise find by trial: which edge, how
 * late the sentences end, at which speed.  What is not known is left out, never
 * guessed.  Pure.
 */
#ifndef GPSPPSCTL_NTPLINES_H
#define GPSPPSCTL_NTPLINES_H

#include <stdbool.h>

#include "facts.h"
#include "measure.h"
#include "portfacts.h"

struct ntplines_input {
	struct fact unit;	/* without one neither ntpd can be told anything */
	const char *pps;	/* name in /dev: "gpspps0"; "" or NULL: no pulse */
	enum pulse_edge edge;	/* the one on time */
	struct fact delay_ms;	/* from the pulse to the end of the sentences */
	struct fact baud;
	bool not_preferred;	/* another clock already is: there is one preferred */
};

#define NTPLINES_TEXT_MAX 320

/* Each ends without a newline; "" when there is nothing to say. */
struct ntplines {
	char ntp[NTPLINES_TEXT_MAX];	/* classic: ntp.org's 4.2.8 */
	char ntpsec[NTPLINES_TEXT_MAX];
	char chrony[NTPLINES_TEXT_MAX];
};

void ntplines_write(const struct ntplines_input *in, struct ntplines *out);

/*
 * What the facts of a port give for it: what was measured now, else what our
 * holder measured in its first seconds.
 */
void ntplines_of(const struct port_facts *f, struct ntplines_input *in);

#endif
