/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files that read what ntpq prints. */
#ifndef GPSPPSCTL_DAEMON_NTPQ_INSIDE_H
#define GPSPPSCTL_DAEMON_NTPQ_INSIDE_H

#include "ntpq_state.h"

/* The first error that a text tells, copied; SAID_NOTHING without one. */
enum said ntpq_error(struct word text, char error[SAID_ERROR_MAX]);

/* 127.127.DRIVER.UNIT or NAME(UNIT): a clock of this machine. */
bool ntpq_clock_name(struct word w, struct fact *driver, struct fact *unit);

#endif
