/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the checks of gpsd share. */
#ifndef GPSPPSCTL_CHECK_GPSD_H
#define GPSPPSCTL_CHECK_GPSD_H

#include "../daemon/daemon.h"
#include "check.h"

/* A gpsd that has to do with the port. */
struct gpsd_at {
	const struct daemon *d;
	const char *path;	/* the name that it was given for the port; "" none: by hotplug */
	bool is_open;		/* it has the port open */
};

/* One that runs; false without. */
bool gpsd_find_running(const struct port_facts *f, struct gpsd_at *g);
/* One that is configured for the port, whether it runs or not. */
bool gpsd_find_any(const struct port_facts *f, struct gpsd_at *g);

/*
 * A daemon that runs and takes the time from gpsd by SHM or SOCK, which is no client; or
 * NULL, also where gpsppsctl feed is in gpsd's place.
 */
const struct daemon *gpsd_waiting(const struct port_facts *f);

/* A clock that gpsd feeds is heard; absent where the daemon does not tell. */
struct fact gpsd_is_clock_heard(const struct daemon *d, const struct daemon_clock *c);

/* It says that it is older than 3.MINOR. */
bool gpsd_is_older(const struct gpsd_at *g, int minor);

/* "systemctl restart gpsd.service" */
#define GPSD_RESTART_MAX 96
void gpsd_restart(const struct gpsd_at *g, char restart[GPSD_RESTART_MAX]);

#endif
