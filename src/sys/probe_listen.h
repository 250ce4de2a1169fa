/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The live probe's ears: "listen:", "heard:", "ask:" and "tty:TTY/modem". */
#ifndef GPSPPSCTL_PROBE_LISTEN_H
#define GPSPPSCTL_PROBE_LISTEN_H

#include <stddef.h>
#include <stdint.h>

struct listener;

/* "TTY/held" or "TTY/free/BAUD"; the values of the keys as probe.h says them. */
int listen_begin(struct listener **list, const char *arg);
int listen_heard(struct listener **list, const char *arg, char *buf, size_t size);
int listen_ask(struct listener *list, const char *arg);
int listen_modem(struct listener *list, const char *tty, char *buf, size_t size);

/* Once in a while before reading: what had piled up before we came is thrown away. */
void listen_settle(struct listener *list);
/* Wait so long for characters and read them, if there are any.  A signal ends the wait. */
void listen_wait(struct listener *list, int64_t wait_ns);
/* Put all ports back. */
void listen_end_all(struct listener **list);

#endif
