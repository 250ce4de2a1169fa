/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ask the probe for all that diag's checks judge (portfacts.h).  Judges nothing. */
#ifndef GPSPPSCTL_GATHER_H
#define GPSPPSCTL_GATHER_H

#include "../portfacts.h"
#include "probe.h"

/* What is the same for every port: once a run. */
void gather_kernel(struct probe *p, struct kernel_facts *k);

/* The machine around the ports: once a run, too. */
void gather_host(struct probe *p, struct host_facts *h);

/*
 * The rest of a port's facts, but for what moves and what is heard.  f->port,
 * f->pulse, f->pulses, f->unit, f->table_baud, f->kernel and f->host are the
 * caller's and come first.
 */
void gather_port(struct probe *p, struct port_facts *f);

/*
 * The port (or the source) has gone since it was surveyed.  An 8250's name stays,
 * as a placeholder of type 0.
 */
bool gather_is_gone(struct probe *p, const struct port_facts *f);

/* The counters of a port and its pulse, now. */
void gather_instant(struct probe *p, const struct port_facts *f, struct instant *now);

/*
 * The UART's registers, where it has I/O ports and somebody has it open: LCR,
 * IER, LCR, MCR, one byte each, UART_SAMPLES times, 2 ms apart.
 */
void gather_registers(struct probe *p, struct port_facts *f);

/* ---- parts of the above ---- */

/* Of the port's line in /proc/interrupts; absent while nobody has the port open. */
struct fact gather_irq_count(struct probe *p, const struct port_facts *f);
struct fact_text gather_irq_names(struct probe *p, const struct port_facts *f);

/* Who a process is and what it may do; *out is all zero before. */
void gather_process(struct probe *p, int pid, const char *comm, struct process_fact *out);
/* How long after boot udev saw this device of /dev first, in ms; absent without udev. */
struct fact gather_since_ms(struct probe *p, const char *node);

/* f->hold and f->events. */
void gather_hold(struct probe *p, struct port_facts *f);
/* Who feeds a daemon from it, and where that writes. */
void gather_feed(struct probe *p, struct port_facts *f);
/* ntpd's segments of shared memory that a process has attached: bit N is unit N, up to 62. */
struct fact gather_segments(struct probe *p, int pid);

/* f->gpio, of a source alone: there or not. */
void gather_gpio(struct probe *p, struct port_facts *f);
void gather_gpio_look(struct probe *p, const struct port_facts *f, struct gpio_look *look);

/* f->boot. */
void gather_boot(struct probe *p, struct port_facts *f);

#endif
