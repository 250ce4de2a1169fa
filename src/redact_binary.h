/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Positions out of binary packets: what a packet carries becomes zero. */
#ifndef GPSPPSCTL_REDACT_BINARY_H
#define GPSPPSCTL_REDACT_BINARY_H

#include <stddef.h>
#include <stdint.h>

/* Every packet whose checksum is right, in its place; it is right again after. */
void redact_packets(uint8_t *bytes, size_t n);

#endif
