// SPDX-License-Identifier: GPL-2.0-or-later
/* setup's port by name and number, and the machine that it is on. */
#include "setup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../sys/portplace.h"
#include "../sys/systemd.h"
#include "../sys/tty.h"
#include "../sys/udev.h"
#include "../words.h"

/* ---- its name ---- */

int setup_name_port(struct setup *s, const char *typed)
{
	int err = tty_resolve(typed, s->found.tty, sizeof(s->found.tty));

	if (err) {
		msg_error(typed, err == -ENOTTY ? "is no serial port" : "no such port: %s",
			  strerror(-err));
		msg_hint("gpsppsctl list");
		return EXIT_TROUBLE;
	}
	/* a name that udev makes is kept: it outlasts another order of plugging in */
	if (text_begins(typed, "/dev/serial/"))
		snprintf(s->port, sizeof(s->port), "%s", typed);
	else
		snprintf(s->port, sizeof(s->port), "/dev/%s", s->found.tty);
	s->in.port = s->port;
	s->in.tty = s->found.tty;
	return 0;
}

/* A card's number is the order of finding, its place stays; our rule makes the link, soon. */
static bool name_by_place(struct setup *s)
{
	char place[PCIPLACE_MAX];

	if (!udev_makes_links() || portplace_find(s->clinic.probe, s->found.tty, place))
		return false;
	snprintf(s->port, sizeof(s->port), PCIPLACE_DIR "%.*s", PCIPLACE_MAX, place);
	return true;
}

/* The same of an adapter.  What is on the board has one number for ever. */
static void name_by_path(struct setup *s)
{
	static const char dir[] = "/dev/serial/by-path";
	char **names, real[512], link[512];
	int n = probe_list(s->clinic.probe, dir, &names);

	for (int i = 0; i < n; i++) {
		/* a card's name by later udevs is that of all its ports */
		if (!strstr(names[i], "usb"))
			continue;
		if (probe_getf(s->clinic.probe, real, sizeof(real), "real:%s/%s", dir, names[i]) < 0 ||
		    strcmp(base_name(real), s->found.tty) ||
		    snprintf(link, sizeof(link), "%s/%s", dir, names[i]) >= (int)sizeof(s->port))
			continue;
		strcpy(s->port, link);
		break;
	}
	if (n >= 0)
		probe_free_names(names, n);
}

/* ---- its unit ---- */

static const struct unit *line_of(const struct unittab *tab, unsigned int unit)
{
	for (size_t i = 0; i < tab->n; i++)
		if (tab->units[i].unit == unit)
			return &tab->units[i];
	return NULL;
}

static int load_image_table(struct setup *s)
{
	const struct setup_reader r = setup_files_reader(s->files);
	const struct setup_file *f = r.file(r.ctx, UNITTAB_PATH);

	return parse_table(UNITTAB_PATH, f->text, f->is == SETUP_TEXT ? (ssize_t)f->len : -ENOENT,
			   &s->clinic.units);
}

/* `u`: the port's own line with another unit, or another port's with this one. */
static int refuse_unit(const struct setup *s, const struct unit *u, bool ours)
{
	if (ours)
		msg_error(s->port, "is unit %u in " UNITTAB_PATH, u->unit);
	else
		msg_error(s->port, "unit %u is that of %s", u->unit, u->port);
	msg_hint("leave --unit away, or edit " UNITTAB_PATH);
	return EXIT_TROUBLE;
}

int setup_choose_unit(struct setup *s)
{
	const struct unittab *tab = &s->clinic.units;
	const long wanted = s->o->unit;
	const struct unit *ours;
	unsigned int role;
	int code = s->in.image ? load_image_table(s) : 0;

	if (code)
		return code;
	ours = table_find_port(tab, s->found.tty, &role);
	if (ours && wanted >= 0 && ours->unit != (unsigned int)wanted)
		return refuse_unit(s, ours, true);
	if (ours) {
		s->in.unit = ours->unit;
		snprintf(s->port, sizeof(s->port), "%s", ours->port);
		return 0;
	}
	if (wanted >= 0 && line_of(tab, (unsigned int)wanted))
		return refuse_unit(s, line_of(tab, (unsigned int)wanted), false);
	if (wanted >= 0)
		s->in.unit = (unsigned int)wanted;
	else
		while (line_of(tab, s->in.unit))
			s->in.unit++;
	if (!s->in.image && !name_by_place(s) && !text_begins(s->port, "/dev/serial/"))
		name_by_path(s);
	return 0;
}

/* ---- the machine ---- */

enum setup_init setup_find_init(struct setup *s)
{
	if (!s->in.image && systemd_is_booted())
		return SETUP_SYSTEMD;
	if (setup_exists(s, "/sbin/procd"))
		return SETUP_PROCD;
	if (s->in.image && (setup_exists(s, "/usr/lib/systemd/systemd") ||
			    setup_exists(s, "/lib/systemd/systemd")))
		return SETUP_SYSTEMD;
	return setup_exists(s, "/bin/busybox") && setup_exists(s, "/etc/inittab") ? SETUP_BUSYBOX :
	       SETUP_OTHER;
}

void setup_machine(struct setup *s)
{
	char wanted[128];

	s->in.init = setup_find_init(s);
	s->in.modem_manager = setup_exists(s, "/usr/sbin/ModemManager");
	snprintf(wanted, sizeof(wanted), "/etc/systemd/system/getty.target.wants/serial-getty@%s.service",
		 s->found.tty);
	if (s->in.image)
		s->in.getty = setup_exists(s, wanted);
}
