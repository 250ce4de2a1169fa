// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What of the machine is in the way: a login prompt on the port, and rights.
 *
 * Nothing for ModemManager: our udev rule tells it to leave each port of the table alone; nor
 * for the order of the boot: our generator makes that of the table.
 */
#include <stdio.h>
#include <string.h>

#include "../words.h"
#include "plan_inside.h"

/* ---- the login prompt ---- */

static void plan_getty(struct planner *p)
{
	char unit[PLAN_PATH_MAX / 2], path[PLAN_PATH_MAX];

	if (!p->in->getty || p->in->init != SETUP_SYSTEMD)
		return;
	snprintf(unit, sizeof(unit), "serial-getty@%s.service", p->in->tty);
	snprintf(path, sizeof(path), "/etc/systemd/system/%s", unit);
	plan_stop(p, unit);
	if (plan_file_itself(p, path).is == SETUP_TEXT)
		plan_by_hand(p, path, "# this login prompt of your own has the port: disable it\n",
			     "no login prompt on the receiver's port");
	else
		plan_symlink(p, path, "/dev/null", "no login prompt on the receiver's port");
}

/* ---- AppArmor ---- */

/* A line that is no comment has this text. */
static bool says(const struct setup_file *f, const char *what)
{
	const char *p = f->text;

	while (f->is == SETUP_TEXT && (p = strstr(p, what)) != NULL) {
		const char *begin = p;

		while (begin > f->text && begin[-1] != '\n')
			begin--;
		begin += strspn(begin, " \t");
		if (*begin != '#')
			return true;
		p += strlen(what);
	}
	return false;
}

/* The number of an adapter, or of a card's port, is another one tomorrow: all of its kind. */
static void device_pattern(const struct setup_in *in, char *buf)
{
	const int len = (int)strcspn(in->tty, "0123456789");

	if (in->usb || text_begins(in->port, "/dev/serial/"))
		snprintf(buf, PLAN_PATH_MAX, "/dev/%.*s[0-9]*", len, in->tty);
	else
		snprintf(buf, PLAN_PATH_MAX, "/dev/%s", in->tty);
}

static const struct profile {
	const char *path, *program;	/* setup's lines are there; its profile reads them */
} profiles[] = {
	{ "/etc/apparmor.d/tunables/ntpd", "ntpd" },
	{ "/etc/apparmor.d/local/usr.sbin.gpsd", "gpsd" },
};

/* This profile, and only where it is in force: another's mistakes are not met, nor woken up. */
void setup_plan_reload(const char *path, char *text, size_t size)
{
	for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++)
		if (!path || !strcmp(path, profiles[i].path))
			text_add(text, size,
				 "! grep -qs %s /sys/kernel/security/apparmor/profiles || "
				 "apparmor_parser -r /etc/apparmor.d/usr.sbin.%s\n",
				 profiles[i].program, profiles[i].program);
}

static void plan_profile(struct planner *p, const char *path, const char *line, const char *why)
{
	plan_block(p, path, p->in->tty, line, why);
	setup_plan_reload(path, p->plan->reload, sizeof(p->plan->reload));
}

/*
 * AppArmor sees the port behind /dev/gps0: the profile of ntpd (Debian's, Ubuntu's) allows
 * what this variable of its own file says, and as shipped that is /dev/null.
 */
static void plan_ntpd_profile(struct planner *p)
{
	const char *tunable = profiles[0].path;
	const struct setup_file f = plan_file(p, tunable, NULL);
	char device[PLAN_PATH_MAX], quoted[PLAN_PATH_MAX + 2], line[2 * PLAN_PATH_MAX];

	if (!says(&f, "@{NTPD_DEVICE}"))
		return;
	device_pattern(p->in, device);
	snprintf(quoted, sizeof(quoted), "\"%s\"", device);
	if (says(&f, quoted))
		return;
	snprintf(line, sizeof(line), "@{NTPD_DEVICE}+=%s\n", quoted);
	plan_profile(p, tunable, line, "AppArmor: ntpd may open the port");
}

/* Those that gpsd's profile has by itself. */
static bool is_known_to_gpsd(const char *tty)
{
	static const char *const kinds[] = { "ttyS", "ttyUSB", "ttyAMA", "ttyACM" };
	const size_t len = strcspn(tty, "0123456789");

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (len == strlen(kinds[i]) && text_begins(tty, kinds[i]))
			return true;
	return false;
}

static void plan_gpsd_profile(struct planner *p)
{
	const char *local = profiles[1].path;
	const struct setup_file f = plan_file(p, local, NULL);
	char device[PLAN_PATH_MAX], line[PLAN_PATH_MAX + 8];

	if (is_known_to_gpsd(p->in->tty) || !plan_exists(p, "/etc/apparmor.d/usr.sbin.gpsd"))
		return;
	device_pattern(p->in, device);
	snprintf(line, sizeof(line), "%s rw,\n", device);
	if (says(&f, line))
		return;
	plan_profile(p, local, line, "AppArmor: gpsd may open the port");
}

void setup_plan_system(struct planner *p)
{
	plan_getty(p);
	if (p->in->daemon == SETUP_NTPSEC || p->in->daemon == SETUP_NTP)
		plan_ntpd_profile(p);
	if (p->in->daemon == SETUP_GPSD)
		plan_gpsd_profile(p);
}
