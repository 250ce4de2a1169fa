// SPDX-License-Identifier: GPL-2.0-or-later
/* Ask sysfs for what makes a port's place. */
#include "portplace.h"

#include <errno.h>

#define DEVICE_MAX 400
#define RESOURCE_MAX 4096	/* a page of sysfs */
#define UPIO_MEM 2		/* linux/serial_core.h: this and more are memory's */

int portplace_find(struct probe *p, const char *tty, char place[PCIPLACE_MAX])
{
	char device[DEVICE_MAX], resource[RESOURCE_MAX];
	struct fact io_type, address;
	bool is_memory;
	size_t len;
	int n = probe_getf(p, device, sizeof(device), "real:/sys/class/tty/%s/device", tty);

	if (n >= 0)
		n = pciplace_begin(device, place, &len);
	if (n < 0)
		return n;
	device[len] = '\0';
	io_type = probe_number(p, "file:/sys/class/tty/%s/io_type", tty);
	is_memory = fact_known(io_type) && io_type.val >= UPIO_MEM;
	address = probe_number(p, "file:/sys/class/tty/%s/%s", tty, is_memory ? "iomem_base" : "port");
	if (!fact_known(io_type) || !fact_known(address) || address.val <= 0)
		return -ENOENT;
	n = probe_getf(p, resource, sizeof(resource), "file:%s/resource", device);
	return n < 0 ? n : pciplace_add_bar(place, resource, is_memory, (uint64_t)address.val);
}
