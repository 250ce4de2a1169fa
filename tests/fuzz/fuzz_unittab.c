// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of units is root's own file, but a torn or binary one must not be believed. */
/* SOURCES: src/unittab.c src/words.c */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "unittab.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct unittab tab;
	struct unittab_error err;

	if (unittab_parse((const char *)data, size, &tab, &err) < 0 &&
	    (err.line == 0 || !memchr(err.reason, '\0', sizeof(err.reason))))
		abort();
	for (size_t i = 0; i < tab.n; i++)
		if (tab.units[i].unit > UNIT_MAX || !tab.units[i].port[0] ||
		    !memchr(tab.units[i].port, '\0', UNIT_PORT_MAX))
			abort();
	return 0;
}
