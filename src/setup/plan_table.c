// SPDX-License-Identifier: GPL-2.0-or-later
/* The plan's line in the table of units. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../unitedit.h"
#include "../unittab.h"
#include "plan_inside.h"

#define BAUD_DEFAULT 4800	/* NMEA 0183's own */

static const char header[] =
	"# The units of gpsppsctl: /dev/gpsN is the port, /dev/gpsppsN its pulse.\n"
	"# unit  port        options\n";

static const char why[] = "the table of units: this port's line";

/* The table while it is changed. */
struct table {
	struct plan_text text;
	struct unittab tab;
};

static bool parse(struct planner *p, struct table *t)
{
	struct unittab_error err;

	if (!unittab_parse(plan_text_of(p, &t->text), t->text.len, &t->tab, &err))
		return !p->err;
	plan_refuse(p, "%s:%u: %s", UNITTAB_PATH, err.line, err.reason);
	return false;
}

static bool is_this_port(const struct setup_in *in, const char *port)
{
	return !strcmp(port, in->port) || !strcmp(unit_port_name(port), in->tty);
}

/* The line of this port, or NULL. */
static const struct unit *find_port(const struct planner *p, const struct table *t)
{
	for (size_t i = 0; i < t->tab.n; i++)
		if (is_this_port(p->in, t->tab.units[i].port))
			return &t->tab.units[i];
	return NULL;
}

static void check_others(struct planner *p, const struct table *t)
{
	for (size_t i = 0; i < t->tab.n; i++) {
		const struct unit *u = &t->tab.units[i];

		if (u->unit == p->in->unit && !is_this_port(p->in, u->port))
			plan_refuse(p, "unit %u is %s in line %u of " UNITTAB_PATH
				    ": take another one (--unit), or take that line out",
				    u->unit, u->port, u->line);
		if (unit_source(u) == SOURCE_PORT && is_this_port(p->in, u->pulse))
			plan_refuse(p, "%s brings unit %u's pulse, by line %u of " UNITTAB_PATH,
				    p->in->tty, u->unit, u->line);
	}
}

/* ---- what the line shall say ---- */

static const char *service_to_restart(const struct planner *p)
{
	static const char *const ntpsec[] = { "ntpsec.service", "ntpd.service", NULL };
	static const char *const ntp[] = { "ntp.service", "ntpd.service", NULL };
	static const char *const chrony[] = { "chrony.service", "chronyd.service", NULL };
	static const char *const *const names[SETUP_DAEMONS] = {
		[SETUP_NTPSEC] = ntpsec, [SETUP_NTP] = ntp, [SETUP_CHRONY] = chrony,
	};

	/* gpsd makes the pulse's source itself; and restart= speaks to systemd alone */
	if (p->in->init != SETUP_SYSTEMD || !names[p->in->daemon])
		return NULL;
	return plan_service(p, names[p->in->daemon]);
}

static unsigned int baud_of(const struct planner *p)
{
	if (fact_known(p->in->baud) && p->in->baud.val > 0)
		return (unsigned int)p->in->baud.val;
	return BAUD_DEFAULT;
}

/* ---- the line that is there ---- */

static void take(struct planner *p, struct table *t, int err, const struct unitedit *edit)
{
	struct plan_text new = { 0 };

	if (err) {
		plan_refuse(p, "%s: the line of %s is too long", UNITTAB_PATH, p->in->tty);
		return;
	}
	plan_append(&new, t->text.s, edit->at);
	plan_add(&new, "%s", edit->after);
	plan_append(&new, t->text.s + edit->at + edit->len,
		    t->text.len - edit->at - edit->len);
	plan_text_of(p, &new);
	plan_text_free(&t->text);
	t->text = new;
}

static void set_option(struct planner *p, struct table *t, unsigned int line, const char *name,
		       const char *value)
{
	struct unitedit edit;

	if (!p->err)
		take(p, t, unitedit_option(t->text.s, t->text.len, line, name, value, &edit),
		     &edit);
}

static bool is_in_list(const char *list, const char *unit)
{
	const size_t n = strlen(unit);

	for (; *list; list += *list == ',') {
		const size_t len = strcspn(list, ",");

		if (len == n && !memcmp(list, unit, n))
			return true;
		list += len;
	}
	return false;
}

/* Units that somebody named there himself stay. */
static void set_restart(struct planner *p, struct table *t, const struct unit *u)
{
	const char *service = service_to_restart(p);
	char list[2 * UNIT_RESTART_MAX];

	if (!service || is_in_list(u->restart, service))
		return;
	snprintf(list, sizeof(list), "%s%s%s", u->restart, u->restart[0] ? "," : "", service);
	set_option(p, t, u->line, "restart=", list);
}

/* A pulse=, a bind= and all else that it says stays. */
static void change_line(struct planner *p, struct table *t, const struct unit *found)
{
	const struct unit u = *found;
	const bool no_holder = p->in->daemon == SETUP_GPSD;
	struct unitedit edit;
	char baud[16];

	if (u.unit != p->in->unit) {
		p->old_unit = (int)u.unit;
		take(p, t, unitedit_unit(t->text.s, t->text.len, u.line, p->in->unit, &edit), &edit);
	}
	snprintf(baud, sizeof(baud), "%u", baud_of(p));
	if (fact_known(p->in->baud) ? u.baud != baud_of(p) : !u.baud)
		set_option(p, t, u.line, "baud=", baud);
	set_restart(p, t, &u);
	if (u.no_holder != no_holder)
		set_option(p, t, u.line, "holder=", no_holder ? "none" : NULL);
}

static void add_line(struct planner *p, struct table *t)
{
	const char *service = service_to_restart(p);
	const char *nl = memchr(t->text.s, '\n', t->text.len);
	const bool crlf = nl && nl > t->text.s && nl[-1] == '\r';

	if (t->text.len && t->text.s[t->text.len - 1] != '\n')
		plan_add(&t->text, "%s", crlf ? "\r\n" : "\n");
	plan_add(&t->text, "%-7u %-11s baud=%u", p->in->unit, p->in->port, baud_of(p));
	if (service)
		plan_add(&t->text, " restart=%s", service);
	if (p->in->daemon == SETUP_GPSD)
		plan_add(&t->text, " holder=none");
	plan_add(&t->text, "%s", crlf ? "\r\n" : "\n");
}

/*
 * It is ours: a line is put in, or changed by word, whoever wrote the others.
 */
void setup_plan_table(struct planner *p)
{
	const struct setup_file f = plan_file(p, UNITTAB_PATH, NULL);
	struct table t = { 0 };
	const struct unit *u;

	if (f.is == SETUP_DENIED || f.is == SETUP_DIRECTORY) {
		plan_refuse(p, "%s: cannot be read as a file", UNITTAB_PATH);
		return;
	}
	plan_add(&t.text, "%s", f.is == SETUP_ABSENT ? header : "");
	plan_append(&t.text, f.text, f.len);
	if (!parse(p, &t))
		goto out;
	check_others(p, &t);
	u = find_port(p, &t);
	if (u)
		change_line(p, &t, u);
	else
		add_line(p, &t);
	/* the whole must still be a table: a port's name that cannot stand in one is met here */
	if (!p->err && parse(p, &t))
		plan_write(p, UNITTAB_PATH, plan_text_of(p, &t.text), t.text.len, 0644, why);
out:
	plan_text_free(&t.text);
}
