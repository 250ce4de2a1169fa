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
	for (size_t i = 0; i < tab.n; i++) {
		const struct unit *u = &tab.units[i];

		if (u->unit > UNIT_MAX || !u->port[0] || !memchr(u->port, '\0', UNIT_PORT_MAX) ||
		    !memchr(u->pulse, '\0', UNIT_PORT_MAX))
			abort();
		if (u->wakeup_latency_us < -1 || u->wakeup_latency_us > WAKEUP_LATENCY_MAX_US)
			abort();
		if (!unit_has_port(u) && unit_source(u) != SOURCE_PORT && unit_source(u) != SOURCE_NAMED)
			abort();
		/* these become arguments of systemctl and a file's name */
		if (u->on_lost[0] == '-' || u->on_back[0] == '-' || u->restart[0] == '-' ||
		    (u->metrics[0] && u->metrics[0] != '/'))
			abort();
	}
	return 0;
}
