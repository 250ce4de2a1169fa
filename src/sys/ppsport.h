/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Put the PPS line discipline on a port in the order that works, each step
 * proven before the next; a step that fails leaves the port as it was found.
 */
#ifndef GPSPPSCTL_PPSPORT_H
#define GPSPPSCTL_PPSPORT_H

#include <stdbool.h>
#include <termios.h>

#include "../driver.h"
#include "../facts.h"
#include "ppsdev.h"
#include "probe.h"

enum ppsport_step {
	STEP_UART,		/* there is one behind the name (sysfs only) */
	STEP_OPEN,
	STEP_SERIAL,		/* TIOCGSERIAL */
	STEP_READ_LDISC,
	STEP_READ_MODE,
	STEP_SET_MODE,		/* ntpd's termios */
	STEP_FLUSH,
	STEP_SET_LDISC,		/* N_PPS */
	STEP_CHECK_LDISC,	/* TIOCGETD says so */
	STEP_ARM,		/* told by us, when the driver has no set_ldisc() */
	STEP_CHECK_FLAGS,	/* it knows: UPF_HARDPPS_CD */
	STEP_CHECK_PPS,		/* one source has the port's path */
	STEP_CHECK_MODE,	/* set again and read back, the termios is the same */
	STEP_CHECK_IER,		/* the UART's own register says so, where it can be read */
	N_STEPS,
};

struct ppsport {
	/* in */
	const char *tty;	/* "ttyS0"; the caller's, must outlive this */
	speed_t speed;
	bool no_pulse;		/* its DCD has none: ntpd's termios, no N_PPS */
	bool no_sentences;	/* nobody reads it: without CREAD */
	/* out */
	int fd;			/* -1 when nothing is attached */
	enum ppsport_step step;	/* the one that failed */
	char pps[PPS_NAME_MAX];
	bool has_old_source;	/* N_PPS was there and stayed, as after a killed holder */
	struct termios mode;	/* as set */
	struct termios found_mode;
	int found_ldisc;
	struct fact found_flags;	/* sysfs, before N_PPS; absent for a USB adapter */
	struct fact flags;	/* and after it */
	bool is_armed;		/* flags prove that the driver listens to DCD */
	bool needs_flag;	/* we set them, not N_PPS: to do so again needs CAP_SYS_ADMIN */
	int flag_err;		/* the flag was refused, the interrupt alone is on: -errno */
	struct fact ier;	/* absent: no I/O port; denied: not to be read (root, lockdown) */
	/* what is to be undone */
	bool mode_changed, ldisc_changed, flag_changed;
};

/*
 * 0, or -errno with port->step; -ENXIO when the port went away meanwhile.  Then
 * the descriptor is closed and the port as before.
 */
int ppsport_attach(struct probe *p, struct ppsport *port);

/* Undo all of it and close.  0 or the first -errno. */
int ppsport_put_back(struct ppsport *port);

/* The line discipline after a detach: one that was N_PPS already was somebody's leftover. */
int ppsport_ldisc_after(const struct ppsport *port);

#endif
