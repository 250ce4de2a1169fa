/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Positions out of what a receiver said: the probe's "heard:". */
#ifndef GPSPPSCTL_REDACT_HEARD_H
#define GPSPPSCTL_REDACT_HEARD_H

#include <stddef.h>
#include <stdint.h>

/*
 * `text` as it may be recorded, into `out`; its length.  `bytes` is room to work
 * in.  The times, the number of bytes and where sentences begin and end stay; a
 * right checksum is right again, a wrong one is wrong by as much as before.
 */
int redact_heard(const char *text, uint8_t *bytes, size_t room, char *out, size_t size);

/* The same for bytes alone, in their place. */
void redact_bytes(uint8_t *bytes, size_t n);

#endif
