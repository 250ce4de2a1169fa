// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Machines without systemd: what loads the line discipline and starts the holder at boot,
 * and who has to leave the port, the pin and the clock to it.  The text of scripts is that
 * of the examples that are installed with the program.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unittab.h"
#include "../words.h"
#include "plan_init.h"

/* The kernel's name of the line discipline's module; kmod knows it with an underscore, too. */
#define LDISC "pps-ldisc"

/* ---- examples ---- */

/* A package has them elsewhere than a program that was built by hand, or is without documents. */
struct setup_file plan_example(struct planner *p, const char *name)
{
	static const char *const places[] = {
		DOCDIR, "/usr/share/doc/gpsppsctl", "/usr/local/share/doc/gpsppsctl",
		"/usr/libexec/gpsppsctl",
	};
	struct setup_file f = { .is = SETUP_ABSENT };
	char path[PLAN_PATH_MAX];

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(path, sizeof(path), "%s/examples/%s", places[i], name);
		f = plan_file(p, path, NULL);
		if (f.is == SETUP_TEXT)
			return f;
	}
	plan_refuse(p, DOCDIR "/examples/%s is not there: install the whole of gpsppsctl", name);
	return f;
}

/* ---- a pulse on a pin ---- */

/* The unit's line names a source of the kernel's own that has a pin. */
bool plan_on_gpio(struct planner *p)
{
	const struct setup_file f = plan_file(p, UNITTAB_PATH, NULL);
	struct unittab_error err;
	struct unittab *tab;
	bool gpio = false;

	if (f.is != SETUP_TEXT)
		return false;
	tab = malloc(sizeof(*tab));
	if (!tab) {
		p->err = -ENOMEM;
		return false;
	}
	if (unittab_parse(f.text, f.len, tab, &err) < 0)
		tab->n = 0;
	for (size_t i = 0; i < tab->n; i++)
		gpio |= tab->units[i].unit == p->in->unit &&
			unit_source(&tab->units[i]) == SOURCE_NAMED &&
			strstr(tab->units[i].pulse, "gpio");
	free(tab);
	return gpio;
}

/* ---- procd ---- */

#define RC_D "/etc/rc.d/"
#define INIT_D "/etc/init.d/"
#define CHRONY_START 62		/* behind init/openwrt's 60 and openwrt-feed's 61 */
#define BUTTONS "/etc/modules.d/30-gpio-button-hotplug"

/* rc.common's "enable": the links that START= and STOP= ask for. */
static void enable_at(struct planner *p, const char *script, const char *name, const char *variable,
		      char letter)
{
	const char *at = strstr(script, variable);
	char path[96], target[96];

	if (!at)
		return;
	snprintf(path, sizeof(path), RC_D "%c%02ld%s", letter,
		 strtol(at + strlen(variable), NULL, 10), name);
	snprintf(target, sizeof(target), "../init.d/%s", name);
	plan_symlink(p, path, target, "started at boot");
}

static void plan_script(struct planner *p, const char *name, const char *example)
{
	char path[96], command[128];
	struct setup_file f;

	snprintf(path, sizeof(path), INIT_D "%s", name);
	/* a package's own, or one that somebody has changed */
	f = plan_file(p, path, NULL);
	if (f.is != SETUP_TEXT)
		f = plan_example(p, example);
	if (f.is != SETUP_TEXT)
		return;
	plan_write(p, path, f.text, f.len, 0755, "the service");
	enable_at(p, f.text, name, "\nSTART=", 'S');
	enable_at(p, f.text, name, "\nSTOP=", 'K');
	snprintf(command, sizeof(command), "%s restart", path);
	plan_command(p, command);
}

/* kmodloader takes each line of these files for a module; OpenWrt's package has one of its own. */
static void plan_procd_modules(struct planner *p)
{
	static const char text[] = LDISC "\n";

	if (!plan_exists(p, "/etc/modules.d/18-" LDISC) && !plan_exists(p, "/etc/modules.d/" LDISC))
		plan_write(p, "/etc/modules.d/60-gpsppsctl", text, sizeof(text) - 1, 0644,
			   "the line discipline at boot");
	/* kmodloader has no list of what not to load */
	if (plan_on_gpio(p) && plan_exists(p, BUTTONS))
		plan_remove(p, BUTTONS, "its driver of buttons would have the pulse's pin");
}

static void plan_no_sysntpd(struct planner *p)
{
	if (plan_file_itself(p, RC_D "S98sysntpd").is == SETUP_ABSENT)
		return;
	plan_remove(p, RC_D "S98sysntpd", "busybox' ntpd would set the clock, too");
	plan_command(p, INIT_D "sysntpd stop");
}

/* OpenWrt's package starts it before the holder, and it gives up without the pulse's device. */
static void plan_procd_chrony(struct planner *p)
{
	static const char path[] = INIT_D "chronyd", start[] = "\nSTART=";
	const struct setup_file f = plan_file(p, path, NULL);
	const char *at = f.is == SETUP_TEXT ? strstr(f.text, start) : NULL;

	if (!at)
		return;
	if (strtol(at + strlen(start), NULL, 10) < CHRONY_START)
		plan_by_hand(p, RC_D "S62chronyd", "sed -i s/^START=.*/START=62/ /etc/init.d/chronyd\n"
			     "/etc/init.d/chronyd enable\n/etc/init.d/chronyd restart\n",
			     "it needs the pulse when it starts: behind gpsppsctl");
	else
		plan_command(p, INIT_D "chronyd restart");
}

/* ---- each init ---- */

static void plan_procd(struct planner *p)
{
	plan_procd_modules(p);
	plan_no_sysntpd(p);
	plan_inittab(p, "", "nobody logs in on the port");
	/* gpsd opens the port itself */
	if (p->in->daemon == SETUP_GPSD)
		return;
	plan_script(p, "gpsppsctl", "openwrt");
	if (p->in->daemon != SETUP_CHRONY)
		return;
	plan_procd_chrony(p);
	plan_script(p, "gpsppsctl-feed", "openwrt-feed");
}

/* sysvinit, OpenRC, runit: which one it is, its owner knows. */
static void plan_other(struct planner *p)
{
	plan_by_hand(p, INIT_D "gpsppsctl",
		     "# as in " DOCDIR "/examples: sysvinit, openrc or runit\n",
		     "what starts the holder at boot");
}

void setup_plan_init(struct planner *p)
{
	switch (p->in->init) {
	case SETUP_PROCD: plan_procd(p); break;
	case SETUP_BUSYBOX: plan_busybox(p); break;
	case SETUP_OTHER: plan_other(p); break;
	case SETUP_SYSTEMD: break;
	}
}
