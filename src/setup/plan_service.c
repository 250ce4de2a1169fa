// SPDX-License-Identifier: GPL-2.0-or-later
/* systemd's units: where they are, enabling, starting. */
#include <stdio.h>
#include <string.h>

#include "plan_inside.h"

#define ETC_SYSTEM "/etc/systemd/system/"
#define UNIT_PATH_MAX_LEN 256

/* Where a package or `make install` puts them, in systemd's own order. */
static const char *const unit_dirs[] = {
	ETC_SYSTEM, "/usr/local/lib/systemd/system/", "/lib/systemd/system/",
	"/usr/lib/systemd/system/",
};

const char *plan_unit_path(const struct planner *p, const char *unit, char *buf)
{
	for (size_t i = 0; i < sizeof(unit_dirs) / sizeof(unit_dirs[0]); i++) {
		snprintf(buf, PLAN_PATH_MAX, "%s%s", unit_dirs[i], unit);
		if (plan_exists(p, buf))
			return buf;
	}
	return NULL;
}

const char *plan_service(const struct planner *p, const char *const *names)
{
	char path[PLAN_PATH_MAX];

	for (size_t i = 0; names[i]; i++)
		if (plan_unit_path(p, names[i], path))
			return names[i];
	return names[0];
}

/* "gpsppsctl-feed@.service" of "gpsppsctl-feed@ttyS0.service" */
static void template_of(const char *unit, char *buf)
{
	const char *at = strchr(unit, '@'), *dot = strrchr(unit, '.');

	if (at && dot > at)
		snprintf(buf, UNIT_PATH_MAX_LEN, "%.*s%s", (int)(at - unit) + 1, unit, dot);
	else
		snprintf(buf, UNIT_PATH_MAX_LEN, "%s", unit);
}

static void wants_path(const char *unit, const char *by, char *buf)
{
	snprintf(buf, PLAN_PATH_MAX, ETC_SYSTEM "%s.wants/%s", by, unit);
}

bool plan_is_enabled(const struct planner *p, const char *unit, const char *by)
{
	char path[PLAN_PATH_MAX];

	wants_path(unit, by, path);
	return plan_file_itself(p, path).is != SETUP_ABSENT;
}

/* By the link's name alone systemd finds the unit: wherever it leads, it is enabled. */
void plan_enable(struct planner *p, const char *unit, const char *by, const char *why)
{
	char path[PLAN_PATH_MAX], target[PLAN_PATH_MAX], name[UNIT_PATH_MAX_LEN];

	if (plan_is_enabled(p, unit, by))
		return;
	wants_path(unit, by, path);
	template_of(unit, name);
	if (!plan_unit_path(p, name, target))
		plan_refuse(p, "there is no %s: is its package installed?", name);
	else
		plan_symlink(p, path, target, why);
}

void plan_disable(struct planner *p, const char *unit, const char *by, const char *why)
{
	char path[PLAN_PATH_MAX];

	wants_path(unit, by, path);
	plan_remove(p, path, why);
}

/* ---- what is stopped and started ---- */

static bool has(const char *list, char between, const char *item)
{
	const size_t n = strlen(item);

	for (const char *p = list; (p = strstr(p, item)) != NULL; p += n)
		if ((p == list || p[-1] == between) && (!p[n] || p[n] == between))
			return true;
	return false;
}

static void add_item(struct planner *p, char *list, size_t size, char between, const char *item)
{
	const size_t n = strlen(list);
	const char begin[] = { n ? between : '\0', '\0' };

	if (has(list, between, item))
		return;
	if (snprintf(list + n, size - n, "%s%s", begin, item) >= (int)(size - n))
		plan_refuse(p, "too many services");
}

void plan_stop(struct planner *p, const char *unit)
{
	if (p->in->init == SETUP_SYSTEMD)
		add_item(p, p->plan->stop, sizeof(p->plan->stop), ' ', unit);
}

void plan_start(struct planner *p, const char *unit)
{
	if (p->in->init == SETUP_SYSTEMD)
		add_item(p, p->plan->start, sizeof(p->plan->start), ' ', unit);
}

void plan_command(struct planner *p, const char *line)
{
	char *list = p->plan->start;
	const size_t n = strlen(list), size = sizeof(p->plan->start);

	if (has(list, '\n', line))
		return;
	if (snprintf(list + n, size - n, "%s\n", line) >= (int)(size - n))
		plan_refuse(p, "too many services");
}
