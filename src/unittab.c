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

static const char *option_restart(struct word w, struct unit *u)
{
	if (w.len == 0 || w.len >= sizeof(u->restart) || w.s[0] == '-')
		return "restart= wants systemd units, such as restart=ntpsec.service";
	for (size_t i = 0; i < w.len; i++)
		if (!is_unit_char(w.s[i]))
			return "restart= wants systemd units, separated by commas";
	memcpy(u->restart, w.s, w.len);
	u->restart[w.len] = '\0';
	return NULL;
}

static const struct option {
	const char *name;	/* with its '=' */
	const char *(*parse)(struct word value, struct unit *u);
} options[] = {
	{ .name = "baud=", .parse = option_baud },
	{ .name = "restart=", .parse = option_restart },
};

static const char *parse_option(struct word w, struct unit *u)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		size_t n = strlen(options[i].name);

		if (w.len >= n && !memcmp(w.s, options[i].name, n))
			return options[i].parse((struct word){ w.s + n, w.len - n }, u);
	}
	return "unknown option (known: baud= restart=)";
}

static const char *parse_port(struct word w, struct unit *u)
{
	if (w.len == 0)
		return "the port is missing (unit, port, options)";
	if (w.len >= sizeof(u->port))
		return "the port's name is too long";
	memcpy(u->port, w.s, w.len);
	u->port[w.len] = '\0';
	return NULL;
}

static const char *check_twice(const struct unittab *tab, const struct unit *u)
{
	for (size_t i = 0; i < tab->n; i++) {
		if (tab->units[i].unit == u->unit)
			return "this unit is in the table twice";
		if (!strcmp(tab->units[i].port, u->port))
			return "this port is in the table twice";
	}
	return NULL;
}

/* One line; NULL, or what is wrong with it. */
static const char *parse_line(const char *p, const char *end, struct unittab *tab)
{
	struct unit u = { 0 };
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
