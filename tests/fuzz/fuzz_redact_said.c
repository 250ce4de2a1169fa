// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whatever daemons and logs say: what is recorded of it fits, and no address of
 * another machine is left in it, nor a place.
 */
/* SOURCES: src/redact*.c src/nmea*.c src/binary.c src/facts.c src/words.c src/daemon/said.c src/daemon/flatjson.c src/daemon/logline.c */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "redact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static const char *const keys[] = {
	"ntpq:", "chronyc:sources", "chronyc:tracking", "gpsd:said", "log:ntpd",
	"file:/etc/ntpsec/ntp.conf", "file:/proc/1/cmdline",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct redact r;
	const char *key, *text = (const char *)data + 2;
	size_t room;
	char *out;
	int n;

	if (size < 2)
		return 0;
	memset(&r, 0, sizeof(r));
	strcpy(r.host, "meridian");
	key = keys[data[0] % (sizeof(keys) / sizeof(keys[0]))];
	/* room for all of it, or for a part */
	room = data[1] & 1 ? 12 * size + 64 : 1 + data[1];
	out = malloc(room);
	n = redact_value(&r, key, text, size - 2, out, room);
	must(n >= 0 && (size_t)n < room && out[n] == '\0');
	must(!memmem(out, (size_t)n, " 192.0.2.17 ", 12));
	if (!strcmp(key, "gpsd:said") && !memchr(text, '\n', size - 2) &&
	    size > 16 && !memcmp(text, "{\"class\":\"TPV\"", 14))
		must(!memmem(out, (size_t)n, "\"lat\":51", 8));
	free(out);
	return 0;
}
