/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of a serial port and of a source of pulses: plain data (sys/survey.h fills it). */
#ifndef GPSPPSCTL_PORT_H
#define GPSPPSCTL_PORT_H

#include <stdbool.h>
#include <stddef.h>

#include "facts.h"

#define SURVEY_NAME_MAX 32	/* ttyS0, pps0, gpspps255 */

/* A process that has a node open. */
struct holder {
	int pid;
	char comm[16];
};

struct holders {
	struct holder *v;
	size_t n;
	/* Processes that could not be looked into: with n 0 "nobody" is not known. */
	unsigned int unseen;
};

/* Links in /dev named gps*: "gps0", "gpspps0". */
struct links {
	char (*v)[SURVEY_NAME_MAX];
	size_t n;
};

struct port {
	char name[SURVEY_NAME_MAX];	/* "ttyS0" */
	struct fact_text driver;	/* "serial", "serial8250", "ftdi_sio", "cdc_acm" */
	/* The facts of serial_core's sysfs: absent for a USB adapter. */
	struct fact type;		/* PORT_xxx; 0 is no UART behind it */
	const char *uart;		/* its name ("16550A"), NULL when absent or unnamed */
	struct fact base;		/* I/O port, or physical address when io_type says so */
	struct fact io_type;		/* 0 I/O port, 2 and more: memory */
	struct fact irq;
	struct fact flags;		/* 0x800: the kernel was told to listen to DCD */
	struct fact console;		/* 1: kernel messages go there */
	struct fact uartclk_hz;
	struct fact_text pps;		/* "pps0": the pulse source made of this port */
	/* Only of a port that somebody has open; else denied with EAGAIN. */
	struct fact ldisc;
	struct fact_text termios;	/* probe.h says how it reads */
	struct fact baud;
	struct holders holders;
	struct links links;
};

struct port_list {
	struct port *v;			/* in natural order: ttyS2 before ttyS10 */
	size_t n;
};

/* One edge of a pulse: the last stamp, and how many there were. */
struct edge_fact {
	struct fact time_ns;		/* CLOCK_REALTIME; absent before the first edge */
	struct fact seq;		/* absent when the source cannot see this edge */
};

struct pulse {
	char name[SURVEY_NAME_MAX];	/* "pps0" */
	struct fact_text source;	/* "serial0", "ptp0", "ktimer" */
	struct fact_text path;		/* "/dev/ttyS0"; absent without a port */
	char port[SURVEY_NAME_MAX];	/* "ttyS0" of that path, else "" */
	struct edge_fact assert_edge, clear_edge;
	struct holders holders;
	struct links links;		/* gpspps* */
};

struct pulse_list {
	struct pulse *v;
	size_t n;
};

/* "ttyS1" without a UART behind it (PC kernels make four and more). */
static inline bool port_is_placeholder(const struct port *port)
{
	return fact_is(port->type, 0);
}

#endif
