/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What there is: the serial ports with their UARTs, pulses, links and holders,
 * and the sources of pulses.  Files only, apart from ports that somebody has
 * open already (line discipline and speed): fast, and nothing is disturbed.
 */
#ifndef GPSPPSCTL_SURVEY_H
#define GPSPPSCTL_SURVEY_H

#include "../port.h"
#include "probe.h"

/* All serial ports, placeholders too.  0 or -errno (then the list is empty). */
int survey_ports(struct probe *p, struct port_list *list);
/* All sources of pulses, also those without a port.  No /sys/class/pps is an empty list. */
int survey_pulses(struct probe *p, struct pulse_list *list);
void survey_free_ports(struct port_list *list);
void survey_free_pulses(struct pulse_list *list);

/* NULL when there is no such port; "ttyS0" and "/dev/ttyS0" both do. */
const struct port *survey_find_port(const struct port_list *list, const char *name);
const struct pulse *survey_find_pulse(const struct pulse_list *list, const char *name);
/* The pulse made of this port (by its path, never by its number), or NULL. */
const struct pulse *survey_pulse_of(const struct pulse_list *list, const char *port);
/* The source with this name in sysfs ("pps-gpio.-1"), or NULL. */
const struct pulse *survey_pulse_named(const struct pulse_list *list, const char *source);

/* Just the edges of a source, for a second look at it. */
void survey_edges(struct probe *p, const char *pps, struct edge_fact *assert_edge,
		  struct edge_fact *clear_edge);

#endif
