/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known of serial drivers: what each does with N_PPS and with DCD.  It
 * tells what to expect and why; whether a port works is judged by what it does.
 */
#ifndef GPSPPSCTL_DRIVER_H
#define GPSPPSCTL_DRIVER_H

#include <stdbool.h>

#include "facts.h"

/*
 * include/uapi/linux/tty_flags.h, ASYNC_HARDPPS_CD; in sysfs' flags and
 * TIOCGSERIAL: the driver was told to listen to DCD for pulses.
 */
#define FLAG_HARDPPS_CD 0x800

enum driver_bus {
	BUS_CHIP,		/* of the machine: its interrupt comes at once */
	BUS_SLOW,		/* I2C or SPI: a thread must ask the chip first */
	BUS_USB,
};

struct driver_facts {
	const char *name;	/* of the driver in sysfs; names that begin so are meant, too */
	enum driver_bus bus;
	bool sets_flag;		/* set_ldisc(): N_PPS itself turns the interrupt on */
	bool reports_dcd;	/* else N_PPS attaches, and no pulse ever comes */
	const char *late;	/* by how much, if it is worth a word; else NULL */
	const char *note;	/* why no pulse may come, a sentence of its own; or NULL */
	const char *see;	/* kernel file: function */
};

/* The row for a driver, or NULL.  NULL is no name. */
const struct driver_facts *driver_find(const char *name);

/* "at once", "late", "never": when a pulse is stamped; NULL when the driver is not known. */
const char *driver_dcd_text(const char *name, struct fact type);

/*
 * The 8250 family, by its driver's name (may be NULL) or the kind of UART that
 * sysfs says: its many drivers share one set_ldisc() (serial8250_do_set_ldisc()).
 */
bool driver_is_8250(const char *name, struct fact type);

#endif
