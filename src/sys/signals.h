/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ctrl-C, SIGTERM and SIGHUP end what is going on, not us: ports are to be put back. */
#ifndef GPSPPSCTL_SIGNALS_H
#define GPSPPSCTL_SIGNALS_H

#include <stdbool.h>

/* From now on until signals_release() they are only noted. */
void signals_catch(void);
void signals_release(void);

/* One came; stays true. */
bool signals_seen(void);

/* SIGUSR1 asks for something from now on: has it, since the last look? */
void signals_catch_asking(void);
bool signals_asked(void);

#endif
