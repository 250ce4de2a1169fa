/* SPDX-License-Identifier: GPL-2.0-or-later */
/* FNV-1a, 64 bits: tells texts apart that nobody made alike on purpose. */
#ifndef GPSPPSCTL_FNV_H
#define GPSPPSCTL_FNV_H

#include <stddef.h>
#include <stdint.h>

static inline uint64_t fnv1a(const void *bytes, size_t len)
{
	const unsigned char *s = bytes;
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	while (len--)
		h = (h ^ *s++) * UINT64_C(0x100000001b3);
	return h;
}

#endif
