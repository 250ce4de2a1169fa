// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of units: text in, units out. */
#include "unittab.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "words.h"

static int word_number(struct word w, unsigned int max, unsigned int *value)
{
	uint64_t v = 0;

	if (w.len == 0 || w.len > 10)
		return -EINVAL;
	for (size_t i = 0; i < w.len; i++) {
		if (w.s[i] < '0' || w.s[i] > '9')
			return -EINVAL;
		v = v * 10 + (unsigned int)(w.s[i] - '0');
	}
	if (v > max)
		return -EINVAL;
	*value = (unsigned int)v;
	return 0;
}

static const char *option_baud(struct word w, struct unit *u)
{
	if (word_number(w, 4000000, &u->baud) < 0 || u->baud == 0)
		return "baud= wants a speed in bits a second, such as baud=4800";
	return NULL;
}

/* systemd.unit(5): letters, digits and ":-_.\\@"; and our comma. */
static bool is_unit_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (c && strchr(":-_.\\@,", c));
}

static bool copy_word(struct word w, char *buf, size_t size)
{
	if (w.len == 0 || w.len >= size)
		return false;
	memcpy(buf, w.s, w.len);
	buf[w.len] = '\0';
	return true;
}

/* Names of systemd units, which become arguments of systemctl. */
static bool copy_units(struct word w, char *buf, size_t size)
{
	for (size_t i = 0; i < w.len; i++)
		if (!is_unit_char(w.s[i]) || (w.s[i] == '-' && (i == 0 || w.s[i - 1] == ',')))
			return false;
	return copy_word(w, buf, size);
}

static const char *option_restart(struct word w, struct unit *u)
{
	return copy_units(w, u->restart, sizeof(u->restart)) ? NULL :
		"restart= wants systemd units, separated by commas, such as ntpsec.service";
}

static const char *option_on_lost(struct word w, struct unit *u)
{
	return copy_units(w, u->on_lost, sizeof(u->on_lost)) ? NULL :
		"on_lost= wants systemd units, separated by commas";
}

static const char *option_on_back(struct word w, struct unit *u)
{
	return copy_units(w, u->on_back, sizeof(u->on_back)) ? NULL :
		"on_back= wants systemd units, separated by commas";
}

static const char *option_metrics(struct word w, struct unit *u)
{
	if (w.len && w.s[0] == '/' && w.s[w.len - 1] != '/' &&
	    copy_word(w, u->metrics, sizeof(u->metrics)))
		return NULL;
	return "metrics= wants the path of a file, from / on";
}

static const char *option_wakeup_latency(struct word w, struct unit *u)
{
	unsigned int us;

	if (word_number(w, WAKEUP_LATENCY_MAX_US, &us) < 0)
		return "wakeup-latency= wants microseconds, from 0 to 1000000";
	u->wakeup_latency_us = (long)us;
	return NULL;
}

static const char *option_bind(struct word w, struct unit *u)
{
	if (word_is(w, "assert"))
		u->bind = BIND_ASSERT;
	else if (word_is(w, "clear"))
		u->bind = BIND_CLEAR;
	else
		return "bind= wants assert or clear: the edge by which the kernel's clock takes it";
	return NULL;
}

/* PPS_MAX_NAME_LEN of include/uapi/linux/pps.h, with its NUL. */
#define SOURCE_NAME_MAX 32

static bool is_port_name(const char *name)
{
	return strchr(name, '/') || !strncmp(name, "tty", 3);
}

/* ppsN is counted in the order of the boot: tomorrow it is another one. */
static bool is_pps_number(const char *name)
{
	name = unit_port_name(name);
	if (strncmp(name, "pps", 3) || !name[3])
		return false;
	for (name += 3; *name; name++)
		if (*name < '0' || *name > '9')
			return false;
	return true;
}

static const char *option_pulse(struct word w, struct unit *u)
{
	if (!copy_word(w, u->pulse, sizeof(u->pulse)))
		return "pulse= wants none, a port, or the name of a source";
	if (is_pps_number(u->pulse))
		return "pulse= wants the source's name (/sys/class/pps/ppsN/name): numbers change";
	if (!is_port_name(u->pulse) && strlen(u->pulse) >= SOURCE_NAME_MAX)
		return "pulse= is longer than the name of a source can be";
	return NULL;
}

/* The port is named and linked, and left to a program that makes its pulse's source itself. */
static const char *option_holder(struct word w, struct unit *u)
{
	u->no_holder = true;
	return word_is(w, "none") ? NULL : "holder= wants none: then gpsd, say, attaches the port";
}

static const struct option {
	const char *name;	/* with its '=' */
	const char *(*parse)(struct word value, struct unit *u);
} options[] = {
	{ .name = "baud=", .parse = option_baud },
	{ .name = "restart=", .parse = option_restart },
	{ .name = "pulse=", .parse = option_pulse },
	{ .name = "on_lost=", .parse = option_on_lost },
	{ .name = "on_back=", .parse = option_on_back },
	{ .name = "metrics=", .parse = option_metrics },
	{ .name = "wakeup-latency=", .parse = option_wakeup_latency },
	{ .name = "bind=", .parse = option_bind },
	{ .name = "holder=", .parse = option_holder },
};

static const char *parse_option(struct word w, struct unit *u)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		size_t n = strlen(options[i].name);

		if (w.len >= n && !memcmp(w.s, options[i].name, n))
			return options[i].parse((struct word){ w.s + n, w.len - n }, u);
	}
	return "unknown option (baud= restart= pulse= on_lost= on_back= metrics= wakeup-latency= bind= holder=)";
}

static const char *parse_port(struct word w, struct unit *u)
{
	if (w.len == 0)
		return "the port is missing (unit, port, options)";
	return copy_word(w, u->port, sizeof(u->port)) ? NULL : "the port's name is too long";
}

/* ---- what a line says, and what two lines say together ---- */

const char *unit_port_name(const char *port)
{
	return strncmp(port, "/dev/", 5) ? port : port + 5;
}

bool unit_has_port(const struct unit *u)
{
	return strcmp(u->port, "-") != 0;
}

enum unit_source unit_source(const struct unit *u)
{
	if (!u->pulse[0])
		return SOURCE_OWN;
	if (!strcmp(u->pulse, "none"))
		return SOURCE_NONE;
	return is_port_name(u->pulse) ? SOURCE_PORT : SOURCE_NAMED;
}

const struct unit *unittab_find_source(const struct unittab *tab, const char *name)
{
	for (size_t i = 0; i < tab->n; i++)
		if (unit_source(&tab->units[i]) == SOURCE_NAMED && !strcmp(tab->units[i].pulse, name))
			return &tab->units[i];
	return NULL;
}

static bool is_same_port(const char *a, const char *b)
{
	return !strcmp(unit_port_name(a), unit_port_name(b));
}

static bool has_pulse_elsewhere(const struct unit *u)
{
	return unit_source(u) == SOURCE_PORT || unit_source(u) == SOURCE_NAMED;
}

static const char *check_pulse(const struct unit *u)
{
	if (!unit_has_port(u) && !has_pulse_elsewhere(u))
		return "the port - has no pulse: pulse= must name a port or a source";
	if (unit_source(u) == SOURCE_PORT && is_same_port(u->port, u->pulse))
		return "pulse= names the port itself: leave it out";
	/* attach binds, and nothing of this line is attached */
	if (u->bind && (unit_source(u) == SOURCE_NONE ||
			(unit_source(u) == SOURCE_NAMED && !unit_has_port(u))))
		return "bind= wants a port to attach (gpsppsctl kernel --bind binds any source)";
	return NULL;
}

/* A port belongs to one line, whatever it does there: its name alone says what it is for. */
static bool names_port(const struct unit *u, const char *port)
{
	return (unit_has_port(u) && is_same_port(u->port, port)) ||
	       (unit_source(u) == SOURCE_PORT && is_same_port(u->pulse, port));
}

static const char *check_twice(const struct unittab *tab, const struct unit *u)
{
	for (size_t i = 0; i < tab->n; i++) {
		if (tab->units[i].unit == u->unit)
			return "this unit is in the table twice";
		if (unit_has_port(u) && names_port(&tab->units[i], u->port))
			return "this port is in the table twice";
		if (unit_source(u) == SOURCE_PORT && names_port(&tab->units[i], u->pulse))
			return "this pulse's port is in the table twice";
		if (unit_source(u) == SOURCE_NAMED && !strcmp(tab->units[i].pulse, u->pulse))
			return "this pulse is in the table twice";
		if (u->bind && tab->units[i].bind)
			return "bind= is in the table twice: the kernel's clock takes one pulse";
	}
	return NULL;
}

/* One line; NULL, or what is wrong with it. */
static const char *parse_line(const char *p, const char *end, struct unittab *tab)
{
	struct unit u = { .wakeup_latency_us = -1 };
	struct word w = next_word(&p, end);
	const char *wrong;

	if (w.len == 0)
		return NULL;
	if (tab->n == UNITS_MAX)
		return "too many units";
	if (word_number(w, UNIT_MAX, &u.unit) < 0)
		return "the first word must be a unit number from 0 to 255";
	wrong = parse_port(next_word(&p, end), &u);
	while (!wrong && (w = next_word(&p, end)).len)
		wrong = parse_option(w, &u);
	if (!wrong)
		wrong = check_pulse(&u);
	if (!wrong)
		wrong = check_twice(tab, &u);
	if (!wrong)
		tab->units[tab->n++] = u;
	return wrong;
}

int unittab_parse(const char *text, size_t len, struct unittab *tab,
		  struct unittab_error *err)
{
	const char *end = text + len;
	unsigned int line = 0;

	memset(tab, 0, sizeof(*tab));
	memset(err, 0, sizeof(*err));
	while (text < end) {
		const char *nl = memchr(text, '\n', (size_t)(end - text));
		const char *stop = nl ? nl : end;
		const char *wrong;

		line++;
		wrong = memchr(text, '\0', (size_t)(stop - text)) ?
			"a NUL byte: this is not a text" : parse_line(text, stop, tab);
		if (wrong) {
			err->line = line;
			strncpy(err->reason, wrong, sizeof(err->reason) - 1);
			return -EINVAL;
		}
		if (tab->n && !tab->units[tab->n - 1].line)
			tab->units[tab->n - 1].line = line;
		text = nl ? nl + 1 : end;
	}
	return 0;
}
