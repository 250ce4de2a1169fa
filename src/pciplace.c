// SPDX-License-Identifier: GPL-2.0-or-later
/* A PCI card's serial port by its place. */
#include "pciplace.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "words.h"

/* include/linux/ioport.h, as drivers/pci/pci-sysfs.c prints them. */
#define RESOURCE_IO 0x100
#define RESOURCE_MEM 0x200

#define BARS 6			/* the lines behind them are the ROM's and the bridge's windows */
#define HEX "0123456789abcdef"

/* ---- the function ---- */

/* One name of a path. */
struct part {
	const char *s;
	size_t len;
};

static struct part next_part(const char **p)
{
	struct part part = { *p += strspn(*p, "/"), 0 };

	part.len = strcspn(part.s, "/");
	*p += part.len;
	return part;
}

static bool take_hex(const char **s, size_t least, size_t most, char behind)
{
	const size_t n = strspn(*s, HEX);

	*s += n;
	if (n < least || n > most || (behind && **s != behind))
		return false;
	*s += behind != '\0';
	return true;
}

/* "0000:00"; more digits than four are VMD's domains. */
static bool is_bus(const char **s)
{
	return take_hex(s, 4, 8, ':') && take_hex(s, 2, 2, '\0');
}

static bool is_root(struct part part)
{
	const char *s = part.s + 3;

	return text_begins(part.s, "pci") && is_bus(&s) && s == part.s + part.len;
}

/* "0000:03:00.0"; *slot is its "00.0". */
static bool is_function(struct part part, const char **slot)
{
	const char *s = part.s;

	if (!is_bus(&s) || *s++ != ':')
		return false;
	*slot = s;
	return take_hex(&s, 2, 2, '.') && take_hex(&s, 1, 1, '\0') && s == part.s + part.len;
}

/* "0000:03:00.0:0", "0000:03:00.0:0.1": serial_base_bus.c names them after the function. */
static bool is_serial_base(struct part part, struct part function)
{
	return part.len > function.len && !memcmp(part.s, function.s, function.len) &&
	       part.s[function.len] == ':';
}

/* What is behind the last root bus (VMD's is behind another one's function), or NULL. */
static const char *behind_root(const char *device)
{
	const char *found = NULL;

	for (struct part part = next_part(&device); part.len; part = next_part(&device))
		if (is_root(part))
			found = device;
	return found;
}

int pciplace_begin(const char *device, char place[PCIPLACE_MAX], size_t *len)
{
	const char *p = behind_root(device), *slot;
	struct part part, function = { NULL, 0 };

	place[0] = '\0';
	if (!p)
		return -ENOENT;
	for (part = next_part(&p); is_function(part, &slot); part = next_part(&p)) {
		if (function.len)
			text_add(place, PCIPLACE_MAX, "-%.4s", slot);
		else
			text_add(place, PCIPLACE_MAX, "pci-%.*s", (int)part.len, part.s);
		function = part;
	}
	if (!function.len)
		return -ENOENT;
	for (; part.len; part = next_part(&p))
		if (!is_serial_base(part, function))
			return -ENOENT;
	*len = (size_t)(function.s + function.len - device);
	return 0;
}

/* ---- the BAR ---- */

/* "0x000000000000c060 0x000000000000c07f 0x0000000000040101": its first and last address, flags. */
static bool has_address(const char *line, bool is_memory, uint64_t address, uint64_t *start)
{
	char *s;
	uint64_t end, flags;

	*start = strtoull(line, &s, 16);
	end = strtoull(s, &s, 16);
	flags = strtoull(s, &s, 16);
	return flags & (is_memory ? RESOURCE_MEM : RESOURCE_IO) && address >= *start && address <= end;
}

int pciplace_add_bar(char place[PCIPLACE_MAX], const char *resource, bool is_memory,
		     uint64_t address)
{
	uint64_t start;

	for (int bar = 0; bar < BARS && *resource; bar++) {
		if (has_address(resource, is_memory, address, &start)) {
			text_add(place, PCIPLACE_MAX, "-bar%d", bar);
			if (address > start)
				text_add(place, PCIPLACE_MAX, "+0x%" PRIx64, address - start);
			/* a name that was cut is another one's, too */
			return strlen(place) < PCIPLACE_MAX - 1 ? 0 : -ENAMETOOLONG;
		}
		resource += strcspn(resource, "\n");
		resource += *resource == '\n';
	}
	return -ENOENT;
}
