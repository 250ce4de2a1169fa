// SPDX-License-Identifier: GPL-2.0-or-later
/* The clocks of a daemon, out of its configuration. */
#include "daemon.h"

#include <stdio.h>
#include <string.h>

static struct daemon_clock *add_clock(struct daemon *d, enum clock_kind kind, size_t index,
				      int unit)
{
	struct daemon_clock *c;

	if (d->n_clocks == DAEMON_CLOCKS_MAX)
		return NULL;
	c = &d->clocks[d->n_clocks++];
	memset(c, 0, sizeof(*c));
	c->kind = kind;
	c->index = (unsigned int)index;
	c->unit = unit;
	return c;
}

static enum clock_kind ntpd_clock_kind(unsigned int driver)
{
	switch (driver) {
	case NTPD_DRIVER_NMEA:
		return CLOCK_NMEA;
	case NTPD_DRIVER_PPS:
		return CLOCK_PPS;
	case NTPD_DRIVER_SHM:
		return CLOCK_SHM;
	case NTPD_DRIVER_GPSD:
		return CLOCK_GPSD;
	default:
		return CLOCK_OTHER;
	}
}

static void find_ntpd_clocks(struct daemon *d)
{
	for (size_t i = 0; d->ntpd && i < d->ntpd->n_clocks; i++) {
		const struct ntpd_entry *e = &d->ntpd->clocks[i];
		struct ntpd_unit u;
		struct daemon_clock *c;

		if (ntpd_unit_find(d->ntpd, e->driver, e->unit, &u) || u.clock != e)
			continue;
		c = add_clock(d, ntpd_clock_kind(e->driver), i, (int)e->unit);
		if (!c)
			return;
		ntpd_unit_port(&u, c->port, sizeof(c->port));
		ntpd_unit_pulse(&u, c->pulse, sizeof(c->pulse));
	}
}

static enum clock_kind chrony_clock_kind(enum chrony_driver driver)
{
	switch (driver) {
	case CHRONY_PPS:
		return CLOCK_PPS;
	case CHRONY_SHM:
		return CLOCK_SHM;
	case CHRONY_SOCK:
		return CLOCK_SOCK;
	default:
		return CLOCK_OTHER;
	}
}

static void find_chrony_clocks(struct daemon *d)
{
	for (size_t i = 0; d->chrony && i < d->chrony->n_refclocks; i++) {
		const struct chrony_refclock *rc = &d->chrony->refclocks[i];
		struct daemon_clock *c = add_clock(d, chrony_clock_kind(rc->driver), i,
						   rc->driver == CHRONY_SHM ? rc->unit : -1);

		if (!c)
			return;
		if (c->kind == CLOCK_PPS)
			snprintf(c->pulse, sizeof(c->pulse), "%s", rc->param);
	}
}

static void find_gpsd_clocks(struct daemon *d)
{
	for (size_t i = 0; i < d->gpsd.n_devices; i++) {
		const struct gpsd_device *device = &d->gpsd.devices[i];
		struct daemon_clock *c;

		if (device->kind == GPSD_NETWORK)
			continue;
		c = add_clock(d, CLOCK_DEVICE, i, -1);
		if (!c)
			return;
		snprintf(device->kind == GPSD_PPS ? c->pulse : c->port, CLOCK_PATH_MAX, "%s",
			 device->text);
	}
}

void daemon_find_clocks(struct daemon *d)
{
	d->n_clocks = 0;
	switch (d->kind) {
	case DAEMON_NTPD:
	case DAEMON_NTPSEC:
		find_ntpd_clocks(d);
		break;
	case DAEMON_CHRONY:
		find_chrony_clocks(d);
		break;
	default:
		find_gpsd_clocks(d);
		break;
	}
}
