// SPDX-License-Identifier: GPL-2.0-or-later
/* Ask the probe what waits for a port at the next boot, and how its power is managed. */
#include "gather.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unitfile.h"

#define CMDLINE_MAX 4096
#define UDEV_DATA_MAX 8192
/* ttyUSB0, its interface, the device; on 6.12 ttyS0 has two of serial-base before its own */
#define CLIMB_MAX 4

/* ---- a login prompt ---- */

static struct fact ask_getty(struct probe *p, const char *dir, const char *port)
{
	char text[80];
	int n = probe_getf(p, text, sizeof(text),
			   "stat:%s/getty.target.wants/serial-getty@%s.service", dir, port);

	return fact_from(n < 0 && n != -ENOENT ? n : 0, n >= 0);
}

static struct fact ask_masked(struct probe *p, const char *port)
{
	static const char *const dirs[] = { "/etc/systemd/system", "/run/systemd/system" };
	char target[128];
	int n = -ENOENT;

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		n = probe_getf(p, target, sizeof(target), "link:%s/serial-getty@%s.service",
			       dirs[i], port);
		if (n > 0 && !strcmp(target, "/dev/null"))
			return fact_from(0, 1);
	}
	return fact_from(0, 0);
}

/* console=ttyS1 or console=ttyS1,115200n8. */
static struct fact ask_console(struct probe *p, const char *port)
{
	char text[CMDLINE_MAX], *save = NULL;
	const size_t len = strlen(port);
	int n = probe_get(p, "file:/proc/cmdline", text, sizeof(text));

	for (char *word = n > 0 ? strtok_r(text, " \n", &save) : NULL; word;
	     word = strtok_r(NULL, " \n", &save))
		if (!strncmp(word, "console=", 8) && !strncmp(word + 8, port, len) &&
		    (!word[8 + len] || word[8 + len] == ','))
			return fact_from(0, 1);
	return fact_from(n < 0 ? n : 0, 0);
}

/* ---- who looks after it ---- */

static struct fact_text ask_keeper_unit(struct probe *p, const struct port_facts *f)
{
	const struct holder *keeper = facts_holder(f, ROLE_KEEPER);
	char text[2048], unit[FACT_TEXT_MAX];
	int n;

	if (!keeper)
		return fact_text_from(-ENOENT, "");
	n = probe_getf(p, text, sizeof(text), "file:/proc/%d/cgroup", keeper->pid);
	if (n < 0)
		return fact_text_from(n, "");
	return fact_text_from(unitfile_of_cgroup(text, unit, sizeof(unit)) ? 0 : -ENOENT, unit);
}

/* udev keeps a file for each device: "E:GPSPPSCTL_UNIT=0". */
static struct fact ask_udev_unit(struct probe *p, const char *port)
{
	static const char key[] = "E:GPSPPSCTL_UNIT=";
	char text[UDEV_DATA_MAX], numbers[16];
	const char *at;
	int n = probe_getf(p, text, sizeof(text), "stat:/dev/%s", port);

	if (n >= 0 && sscanf(text, "c %*o %*u %*u %15[0-9:]", numbers) != 1)
		n = -EINVAL;
	if (n >= 0)
		n = probe_getf(p, text, sizeof(text), "file:/run/udev/data/c%s", numbers);
	if (n < 0)
		return fact_from(n, 0);
	for (at = strstr(text, key); at && at != text && at[-1] != '\n'; )
		at = strstr(at + 1, key);
	return fact_from(at ? 0 : -ENOENT, at ? strtol(at + sizeof(key) - 1, NULL, 10) : 0);
}

/* ---- power ---- */

static bool is_there(struct probe *p, const char *dir, const char *name)
{
	char text[80];

	return probe_getf(p, text, sizeof(text), "stat:%s/%s", dir, name) >= 0;
}

/* serial-base's devices (from 6.5 on) have a power management of their own, of no UART. */
static bool is_real(struct probe *p, const char *dev, bool usb)
{
	char link[256];
	const char *slash;

	if (usb)
		return is_there(p, dev, "idVendor");
	if (probe_getf(p, link, sizeof(link), "link:%s/subsystem", dev) < 0)
		return false;
	slash = strrchr(link, '/');
	return strcmp(slash ? slash + 1 : link, "serial-base") != 0;
}

/* The device whose power is managed: the UART's, or the USB adapter's. */
static int find_device(struct probe *p, const struct port_facts *f, bool usb, char *dev,
		       size_t size)
{
	int n = probe_getf(p, dev, size, "real:/sys/class/tty/%s/device", f->port.name);

	for (int i = 0; n >= 0 && i < CLIMB_MAX; i++) {
		char *slash = strrchr(dev, '/');

		if (is_real(p, dev, usb))
			return 0;
		if (!slash || slash == dev)
			break;
		*slash = '\0';
	}
	return n < 0 ? n : -ENOENT;
}

static void ask_power(struct probe *p, const struct port_facts *f, struct boot_facts *b)
{
	const struct driver_facts *d = driver_find(f->port.driver.state == FACT_OK ?
						   f->port.driver.val : NULL);
	char dev[400];
	int err;

	b->is_usb = d && d->bus == BUS_USB;
	err = find_device(p, f, b->is_usb, dev, sizeof(dev));
	if (!err && strlen(dev) >= sizeof(dev) - sizeof("/power"))
		err = -ENAMETOOLONG;
	if (err) {
		b->power_dir = b->power_control = b->power_status = fact_text_from(err, "");
		b->autosuspend_ms = fact_from(err, 0);
		return;
	}
	strcat(dev, "/power");
	b->power_dir = fact_text_from(0, dev);
	b->power_control = probe_text(p, "file:%s/control", dev);
	b->power_status = probe_text(p, "file:%s/runtime_status", dev);
	b->autosuspend_ms = probe_number(p, "file:%s/autosuspend_delay_ms", dev);
}

void gather_boot(struct probe *p, struct port_facts *f)
{
	struct boot_facts *b = &f->boot;

	b->getty_enabled = ask_getty(p, "/etc/systemd/system", f->port.name);
	b->getty_generated = ask_getty(p, "/run/systemd/generator", f->port.name);
	b->getty_masked = ask_masked(p, f->port.name);
	b->console = ask_console(p, f->port.name);
	b->keeper_unit = ask_keeper_unit(p, f);
	b->udev_unit = ask_udev_unit(p, f->port.name);
	ask_power(p, f, b);
}
