// SPDX-License-Identifier: GPL-2.0-or-later
/* Ask the probe for what the system does at boot: files only. */
#include "gather_daemon.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../udevrule.h"
#include "../unitfile.h"
#include "../unittab.h"
#include "sweep.h"

/* systemd.unit(5), UNIT FILE LOAD PATH; where /lib is /usr/lib the names hide each other */
static const char *const unit_dirs[] = {
	"/etc/systemd/system", "/run/systemd/system", "/run/systemd/generator",
	"/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system",
	"/run/systemd/generator.late", NULL,
};

/* systemd.generator(7) */
static const char *const generator_dirs[] = {
	"/run/systemd/system-generators", "/etc/systemd/system-generators",
	"/usr/local/lib/systemd/system-generators", "/usr/lib/systemd/system-generators",
	"/lib/systemd/system-generators", NULL,
};

/* udev(7), RULES FILES */
static const char *const rules_dirs[] = {
	"/etc/udev/rules.d", "/run/udev/rules.d", "/usr/local/lib/udev/rules.d",
	"/usr/lib/udev/rules.d", "/lib/udev/rules.d", NULL,
};

/* modules-load.d(5); Debian's has a link to /etc/modules */
static const char *const modules_dirs[] = {
	"/etc/modules-load.d", "/run/modules-load.d", "/usr/local/lib/modules-load.d",
	"/usr/lib/modules-load.d", "/lib/modules-load.d", NULL,
};

#define OUR_RULES "gpsppsctl.rules"

/* 1: one of the directories has it; 0; or refused. */
static struct fact find_in(struct probe *p, const char *const *dirs, const char *name)
{
	char text[80];

	for (; *dirs; dirs++) {
		int n = probe_getf(p, text, sizeof(text), "stat:%s/%s", *dirs, name);

		if (n >= 0)
			return fact_from(0, 1);
		if (n != -ENOENT && n != -ENOTDIR)
			return fact_from(n, 0);
	}
	return fact_from(0, 0);
}

static struct fact ask_there(struct probe *p, const char *path)
{
	static const char *const root[] = { "", NULL };

	return find_in(p, root, path + 1);
}

/* ---- rules ---- */

static bool is_ours(const char *name)
{
	const size_t len = strlen(name), ours = sizeof(OUR_RULES) - 1;

	return len >= ours && !strcmp(name + len - ours, OUR_RULES);
}

/* Of the packages' rules, hundreds of kilobytes, those that are about receivers. */
static bool is_worth_reading(const char *dir, const char *name)
{
	return !strncmp(dir, "/etc/", 5) || !strncmp(dir, "/run/", 5) || is_ours(name) ||
	       strstr(name, "gps") || strstr(name, "pps");
}

/* gpsd's rules have a line for each chip, all of which give the same link. */
static bool is_said(const struct system_facts *s, const struct rule_fact *r)
{
	for (unsigned int i = 0; i < s->n_rules; i++)
		if (!strcmp(s->rules[i].links, r->links) &&
		    !strcmp(s->rules[i].kernel, r->kernel) &&
		    s->rules[i].identifies == r->identifies &&
		    !strcmp(s->rules[i].at.file, r->at.file))
			return true;
	return false;
}

static void use_rules(void *to, const char *path, const char *text, size_t len)
{
	struct system_facts *s = to;
	struct udevrule_reader rd;
	struct rule_fact r;

	if (is_ours(path)) {
		s->our_rules = fact_from(0, 1);
		return;
	}
	udevrule_begin(&rd, text, len);
	while (s->n_rules < SYSTEM_RULES_MAX && udevrule_next(&rd, &r)) {
		if (!udevrule_links(&r, "gps"))
			continue;
		snprintf(r.at.file, sizeof(r.at.file), "%s", path);
		if (!is_said(s, &r))
			s->rules[s->n_rules++] = r;
	}
}

static void ask_rules(struct probe *p, struct system_facts *s)
{
	const struct sweep rules = {
		.dirs = rules_dirs, .below = "", .suffix = ".rules",
		.wants = is_worth_reading, .use = use_rules, .to = s,
	};
	int err;

	s->our_rules = fact_from(0, 0);
	err = sweep_files(p, &rules);
	if (err && !fact_is(s->our_rules, 1))
		s->our_rules = fact_from(err, 0);
}

/* ---- modules ---- */

static bool is_our_module(const char *line)
{
	char name[32];

	return sscanf(line, "%31s", name) == 1 &&
	       (!strcmp(name, "pps_ldisc") || !strcmp(name, "pps-ldisc"));
}

static void use_modules(void *to, const char *path, const char *text, size_t len)
{
	struct fact *found = to;

	(void)path;
	(void)len;
	while (text) {
		if (is_our_module(text))
			*found = fact_from(0, 1);
		text = strchr(text, '\n');
		text = text ? text + 1 : NULL;
	}
}

/* Other inits read /etc/modules, systemd only by Debian's link to it. */
static struct fact ask_modules(struct probe *p, bool systemd)
{
	struct fact found = fact_from(0, 0);
	const struct sweep files = {
		.dirs = modules_dirs, .below = "", .suffix = ".conf",
		.use = use_modules, .to = &found,
	};
	int err = sweep_files(p, &files);
	char text[4096];

	if (!systemd && probe_get(p, "file:/etc/modules", text, sizeof(text)) > 0)
		use_modules(&found, NULL, text, 0);
	return err && !fact_is(found, 1) ? fact_from(err, 0) : found;
}

/* ---- the daemons' units ---- */

static void use_unit(void *to, const char *path, const char *text, size_t len)
{
	unitfile_read(path, text, len, to);
}

/* A unit is one file: the strongest.  What is no file (/dev/null) masks it. */
static void read_unit(struct probe *p, struct service_fact *s)
{
	char text[8192];

	s->known = fact_from(-ENOENT, 0);
	for (size_t i = 0; unit_dirs[i] && s->known.state == FACT_ABSENT; i++) {
		int n = probe_getf(p, text, sizeof(text), "file:%s/%s", unit_dirs[i], s->name);

		if (n == -EISDIR)
			return;
		s->known = fact_from(n < 0 ? n : 0, 1);
		if (n < 0)
			continue;
		snprintf(s->file, sizeof(s->file), "%s/%s", unit_dirs[i], s->name);
		unitfile_read(s->file, text, (size_t)n, s);
	}
}

/* Drop-ins of an alias count as the unit's own. */
static void read_dropins(struct probe *p, struct service_fact *s)
{
	char names[sizeof(s->name) + sizeof(s->aliases) + 1], below[80], *save = NULL;

	snprintf(names, sizeof(names), "%s %s", s->name, s->aliases);
	for (char *name = strtok_r(names, " ", &save); name; name = strtok_r(NULL, " ", &save)) {
		const struct sweep dropins = {
			.dirs = unit_dirs, .below = below, .suffix = ".conf",
			.use = use_unit, .to = s,
		};
		int err;

		if (snprintf(below, sizeof(below), "/%s.d", name) >= (int)sizeof(below))
			continue;
		err = sweep_files(p, &dropins);
		if (err)
			s->known = fact_from(err, 0);
	}
}

static struct fact ask_enabled(struct probe *p, const char *name)
{
	static const char *const wants[] = {
		"/etc/systemd/system/multi-user.target.wants",
		"/run/systemd/generator/multi-user.target.wants",
		"/run/systemd/generator.late/multi-user.target.wants", NULL,
	};

	return find_in(p, wants, name);
}

static void ask_services(struct probe *p, const struct daemon_list *daemons,
			 struct system_facts *s)
{
	for (size_t i = 0; i < daemons->n && s->n_services < SYSTEM_SERVICES_MAX; i++) {
		const struct daemon *d = &daemons->v[i];
		struct service_fact *service = &s->services[s->n_services];

		if (!d->service[0])
			continue;
		s->n_services++;
		snprintf(service->name, sizeof(service->name), "%s", d->service);
		service->enabled = ask_enabled(p, service->name);
		read_unit(p, service);
		if (fact_known(service->known))
			read_dropins(p, service);
	}
}

void gather_system(struct probe *p, const struct daemon_list *daemons, struct system_facts *s)
{
	memset(s, 0, sizeof(*s));
	s->systemd = ask_there(p, "/run/systemd/system");
	s->table = ask_there(p, UNITTAB_PATH);
	s->modules_load = ask_modules(p, fact_is(s->systemd, 1));
	ask_rules(p, s);
	if (!fact_is(s->systemd, 1))
		return;
	s->our_unit = find_in(p, unit_dirs, "gpsppsctl@.service");
	s->our_generator = find_in(p, generator_dirs, "gpsppsctl-generator");
	ask_services(p, daemons, s);
}
