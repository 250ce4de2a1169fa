// SPDX-License-Identifier: GPL-2.0-or-later
/* The place of a PCI card's port: the name, and what sysfs is asked for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "fakeprobe.h"
#include "sys/portplace.h"

/* ---- the function ---- */

static const struct {
	const char *device;
	const char *place;	/* NULL: it is no port of a PCI function */
	const char *function;
} devices[] = {
	{ "/sys/devices/pci0000:00/0000:00:10.0", "pci-0000:00:10.0", NULL },
	/* from 6.5 on */
	{ "/sys/devices/pci0000:00/0000:00:10.0/0000:00:10.0:0/0000:00:10.0:0.12", "pci-0000:00:10.0",
	  "/sys/devices/pci0000:00/0000:00:10.0" },
	/* bridges: PCI Express, and one to PCI on the card */
	{ "/sys/devices/pci0000:00/0000:00:1c.4/0000:03:00.0", "pci-0000:00:1c.4-00.0", NULL },
	{ "/sys/devices/pci0000:00/0000:00:1c.4/0000:03:00.0/0000:04:01.1",
	  "pci-0000:00:1c.4-00.0-01.1", NULL },
	{ "/sys/devices/pci0000:ff/0000:ff:1c.4/0000:a3:0f.7", "pci-0000:ff:1c.4-0f.7", NULL },
	/* a host bridge that is a device of the board, a domain behind a function (VMD) */
	{ "/sys/devices/platform/soc/40000000.pcie/pci0001:00/0001:00:00.0/0001:01:00.0",
	  "pci-0001:00:00.0-00.0", NULL },
	{ "/sys/devices/pci0000:00/0000:00:0e.0/pci10000:e0/10000:e0:06.0/10000:e1:00.0",
	  "pci-10000:e0:06.0-00.0", NULL },
	/* not of a function itself */
	{ "/sys/devices/pnp0/00:03", NULL, NULL },
	{ "/sys/devices/platform/serial8250", NULL, NULL },
	{ "/sys/devices/pnp0/00:03/00:03:0/00:03:0.0", NULL, NULL },
	{ "/sys/devices/pci0000:00/0000:00:1e.0/dw-apb-uart.1", NULL, NULL },
	{ "/sys/devices/pci0000:00/0000:00:1e.0/dw-apb-uart.1/dw-apb-uart.1:0", NULL, NULL },
	{ "/sys/devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0/ttyUSB0", NULL, NULL },
	/* a line of another function, or half a name, is none of serial-base's */
	{ "/sys/devices/pci0000:00/0000:00:10.0/0000:00:11.0:0", NULL, NULL },
	{ "/sys/devices/pci0000:00/0000:00:1.0", NULL, NULL },
	{ "/sys/devices/pci0000:00/0000:00:10.0x", NULL, NULL },
	{ "/sys/devices/pci0000:00/000:00:10.0", NULL, NULL },
	{ "/sys/devices/pci0000:00", NULL, NULL },
	{ "/sys/devices/pci0000:0/0000:00:10.0", NULL, NULL },
	{ "0000:00:10.0", NULL, NULL },
	{ "", NULL, NULL },
};

static void test_function(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
		char place[PCIPLACE_MAX];
		size_t len = 0;
		const int err = pciplace_begin(devices[i].device, place, &len);

		if (!devices[i].place) {
			assert_int_equal(err, -ENOENT);
			continue;
		}
		assert_int_equal(err, 0);
		assert_string_equal(place, devices[i].place);
		if (devices[i].function)
			assert_int_equal(len, strlen(devices[i].function));
		else
			assert_int_equal(len, strlen(devices[i].device));
	}
}

/* ---- the BAR ---- */

/* As a kernel prints it: an I/O BAR, a 64-bit one of memory that takes two, a ROM, a window. */
#define NONE "0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
static const char resource[] =
	"0x000000000000c060 0x000000000000c07f 0x0000000000040101\n"
	"0x00000000fe000000 0x00000000fe003fff 0x0000000000140204\n"
	NONE
	"0x000000000000c000 0x000000000000c007 0x0000000000040101\n"
	NONE
	"0x0000000800000000 0x0000000800000fff 0x0000000000140204\n"
	"0x00000000f0000000 0x00000000f000ffff 0x0000000000046200\n"
	"0x000000000000d000 0x000000000000dfff 0x0000000000000101";

static const struct {
	bool is_memory;
	uint64_t address;
	const char *bar;	/* NULL: none has it */
} addresses[] = {
	{ false, 0xc060, "-bar0" },
	{ false, 0xc068, "-bar0+0x8" },
	{ false, 0xc078, "-bar0+0x18" },
	{ false, 0xc07f, "-bar0+0x1f" },
	{ false, 0xc080, NULL },
	{ false, 0xc000, "-bar3" },
	{ true, 0xfe000000, "-bar1" },
	{ true, 0xfe001200, "-bar1+0x1200" },
	{ true, 0x800000400, "-bar5+0x400" },
	/* the same number in the other space; what is no BAR; nowhere */
	{ true, 0xc060, NULL },
	{ false, 0xfe000000, NULL },
	{ true, 0xf0000000, NULL },
	{ false, 0xd000, NULL },
	{ false, 0, NULL },
	{ true, 0, NULL },
};

static void test_bar(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		char place[PCIPLACE_MAX] = "x";
		const int err = pciplace_add_bar(place, resource, addresses[i].is_memory,
						 addresses[i].address);

		assert_int_equal(err, addresses[i].bar ? 0 : -ENOENT);
		if (addresses[i].bar)
			assert_string_equal(place + 1, addresses[i].bar);
	}
}

/* Half a name would be another port's, too. */
static void test_too_long(void **state)
{
	char device[512] = "/sys/devices/pci0000:00/0000:00:1c.0", place[PCIPLACE_MAX];
	size_t len;

	(void)state;
	for (int i = 0; i < 20; i++)
		strcat(device, "/0000:03:00.0");
	assert_int_equal(pciplace_begin(device, place, &len), 0);
	assert_int_equal(pciplace_add_bar(place, resource, false, 0xc068), -ENAMETOOLONG);
}

/* ---- what sysfs is asked ---- */

#define CARD "/sys/devices/pci0000:00/0000:00:08.0"

static void sysfs_of_two_kernels(void **state)
{
	static const struct fake_line lines[] = {
		{ 0, "real:/sys/class/tty/ttyS4/device", CARD, 0 },
		{ 0, "file:/sys/class/tty/ttyS4/io_type", "0", 0 },
		{ 0, "file:/sys/class/tty/ttyS4/port", "0xC060", 0 },
		{ 0, "real:/sys/class/tty/ttyS5/device", CARD "/0000:00:08.0:0/0000:00:08.0:0.1", 0 },
		{ 0, "file:/sys/class/tty/ttyS5/io_type", "0", 0 },
		{ 0, "file:/sys/class/tty/ttyS5/port", "0xC068", 0 },
		{ 0, "real:/sys/class/tty/ttyS6/device", CARD, 0 },
		{ 0, "file:/sys/class/tty/ttyS6/io_type", "2", 0 },
		{ 0, "file:/sys/class/tty/ttyS6/port", "0x0", 0 },
		{ 0, "file:/sys/class/tty/ttyS6/iomem_base", "0xFE000200", 0 },
		/* a driver without serial_core: no register is told */
		{ 0, "real:/sys/class/tty/ttyMI0/device", CARD, 0 },
		{ 0, "file:" CARD "/resource", resource, 0 },
		{ 0 },
	};
	struct probe *p = fake_open(lines);
	char place[PCIPLACE_MAX];

	(void)state;
	assert_int_equal(portplace_find(p, "ttyS4", place), 0);
	assert_string_equal(place, "pci-0000:00:08.0-bar0");
	assert_int_equal(portplace_find(p, "ttyS5", place), 0);
	assert_string_equal(place, "pci-0000:00:08.0-bar0+0x8");
	assert_int_equal(portplace_find(p, "ttyS6", place), 0);
	assert_string_equal(place, "pci-0000:00:08.0-bar1+0x200");
	assert_int_equal(portplace_find(p, "ttyMI0", place), -ENOENT);
	assert_int_equal(portplace_find(p, "ttyS9", place), -ENOENT);
	probe_close(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_function),
		cmocka_unit_test(test_bar),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(sysfs_of_two_kernels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
