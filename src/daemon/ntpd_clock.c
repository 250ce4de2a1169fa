// SPDX-License-Identifier: GPL-2.0-or-later
/* ntpd's commands about servers and reference clocks. */
#include "ntpd_inside.h"

#include <errno.h>
#include <string.h>

/* ---- addresses and drivers ---- */

/* basename of refclock_conf.c's drivers; only "refclock" calls them by name */
static const struct {
	const char *name;
	unsigned int driver;
} drivers[] = {
	{ "LOCAL", 1 }, { "SPECTRACOM", 4 }, { "TRUETIME", 5 }, { "GENERIC", 8 },
	{ "ARBITER", 11 }, { "MODEM", 18 }, { "NMEA", NTPD_DRIVER_NMEA },
	{ "PPS", NTPD_DRIVER_PPS }, { "HPGPS", 26 }, { "SHM", NTPD_DRIVER_SHM },
	{ "TRIMBLE", 29 }, { "ONCORE", 30 }, { "JJY", 40 }, { "ZYFER", 42 },
	{ "GPSD", NTPD_DRIVER_GPSD },
};

const char *ntpd_driver_name(unsigned int driver)
{
	for (size_t i = 0; i < ARRAY_SIZE(drivers); i++)
		if (drivers[i].driver == driver)
			return drivers[i].name;
	return NULL;
}

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* Of a driver, unlike a keyword, case does not matter. */
static bool is_driver(const char *s, const char *name)
{
	while (*name && upper(*s) == *name) {
		s++;
		name++;
	}
	return !*name && !*s;
}

static bool find_driver(const struct lexeme *w, unsigned int *driver)
{
	for (size_t i = 0; i < ARRAY_SIZE(drivers); i++)
		if (is_driver(w->s, drivers[i].name)) {
			*driver = drivers[i].driver;
			return true;
		}
	return false;
}

static bool read_byte(const char **p, unsigned int *byte)
{
	size_t n = 0;

	for (*byte = 0; **p >= '0' && **p <= '9' && n < 3; (*p)++, n++)
		*byte = *byte * 10 + (unsigned int)(**p - '0');
	return n > 0 && *byte <= 255;
}

/* 127.127.T.U */
static bool is_clock(const char *address, struct ntpd_entry *e)
{
	static const char prefix[] = "127.127.";
	const char *p = address + sizeof(prefix) - 1;

	if (strncmp(address, prefix, sizeof(prefix) - 1) || !read_byte(&p, &e->driver))
		return false;
	return *p++ == '.' && read_byte(&p, &e->unit) && !*p;
}

/* The address behind server or fudge, and before it -4 or -6: s->w. */
static int read_address(struct ntpd_line *s, const char *command)
{
	int n = ntpd_next(s, LEX_STRING);

	if (n > 0 && (!strncmp(s->w.s, "-4", 2) || !strncmp(s->w.s, "-6", 2)))
		n = ntpd_next(s, LEX_STRING);
	return n ? n : ntpd_complain(s, "%s wants an address", command);
}

/* ---- commands ---- */

static const struct ntpd_entry *find_clock(const struct ntpd_conf *conf,
					   const struct ntpd_entry *e)
{
	for (size_t i = 0; i < conf->n_clocks; i++)
		if (conf->clocks[i].driver == e->driver && conf->clocks[i].unit == e->unit)
			return &conf->clocks[i];
	return NULL;
}

/* A unit is started once: "Ignoring duplicate" (config_peers()). */
static int add_clock(struct ntpd_line *s, const struct ntpd_entry *e)
{
	struct ntpd_conf *conf = s->conf;
	const struct ntpd_entry *first = find_clock(conf, e);

	if (first)
		return ntpd_complain(s, "ntpd ignores this line: 127.127.%u.%u is in line %u%s",
				     e->driver, e->unit, first->at.line,
				     first->at.file == s->file ? "" : " of another file");
	if (conf->n_clocks == NTPD_CLOCKS_MAX)
		return ntpd_complain(s, "more than %d reference clocks: not looked at",
				     NTPD_CLOCKS_MAX);
	conf->clocks[conf->n_clocks++] = *e;
	return 0;
}

static void add_server(struct ntpd_conf *conf, const struct ntpd_settings *set)
{
	if (set->given & 1u << NTPD_NOSELECT) {
		conf->servers_noselect++;
		return;
	}
	conf->servers++;
	if (set->given & 1u << NTPD_PREFER)
		conf->servers_prefer = true;
}

static unsigned int server_options(const struct ntpd_line *s)
{
	return (s->grammar & C ? SERVER_C : 0) | (s->grammar & S ? SERVER_S : 0);
}

int ntpd_parse_server(struct ntpd_line *s, const struct command *cmd)
{
	struct ntpd_entry e = { .driver = 0 };
	bool clock;
	int err;

	ntpd_say_where(s, &e.at);
	err = read_address(s, cmd->name);
	if (err < 0)
		return err;
	clock = is_clock(s->w.s, &e) && strcmp(cmd->name, "pool") != 0;
	err = ntpd_read_options(s, cmd->name, server_options(s), &e.set);
	if (err < 0)
		return err;
	if (clock)
		return add_clock(s, &e);
	add_server(s->conf, &e.set);
	return 0;
}

/* "unit" stands directly behind the driver's name, or it is a syntax error. */
static int read_unit(struct ntpd_line *s, struct ntpd_entry *e)
{
	const char *before = s->p;
	int64_t unit;
	int n = ntpd_next(s, LEX_TOKEN);

	if (n < 0)
		return n;
	if (n == 0 || !lex_is(&s->w, "unit")) {
		s->p = before;
		return 0;
	}
	n = ntpd_read_value(s, "unit", VALUE_INT, &unit);
	if (n < 0)
		return n;
	if (unit < 0 || unit > 255)
		return ntpd_complain_word(s, "is no unit: those are 0 to 255");
	e->unit = (unsigned int)unit;
	return 0;
}

int ntpd_parse_refclock(struct ntpd_line *s, const struct command *cmd)
{
	struct ntpd_entry e = { .driver = 0 };
	int err;

	ntpd_say_where(s, &e.at);
	err = ntpd_next(s, LEX_STRING);
	if (err == 0)
		return ntpd_complain(s, "refclock wants a driver, such as nmea");
	if (err < 0)
		return err;
	if (!find_driver(&s->w, &e.driver))
		return ntpd_complain_word(s, "is no driver of NTPsec: ntpd does not start");
	err = read_unit(s, &e);
	if (err == 0)
		err = ntpd_read_options(s, cmd->name, SERVER_S, &e.set);
	return err < 0 ? err : add_clock(s, &e);
}

static unsigned int fudge_options(const struct ntpd_line *s)
{
	return (s->grammar & C ? FUDGE_C : 0) | (s->grammar & S ? FUDGE_S : 0);
}

int ntpd_parse_fudge(struct ntpd_line *s, const struct command *cmd)
{
	struct ntpd_entry e = { .driver = 0 };
	bool clock;
	int n;

	ntpd_say_where(s, &e.at);
	n = read_address(s, cmd->name);
	if (n < 0)
		return n;
	clock = is_clock(s->w.s, &e);
	if (!clock)
		return ntpd_complain_word(s, "is no reference clock's address: fudge wants 127.127.T.U");
	n = ntpd_read_options(s, cmd->name, fudge_options(s), &e.set);
	if (n == 0)
		return ntpd_complain(s, "fudge wants a setting, such as flag1 1");
	if (n < 0)
		return n;
	if (s->conf->n_fudges == NTPD_FUDGES_MAX)
		return ntpd_complain(s, "more than %d fudge lines: not looked at", NTPD_FUDGES_MAX);
	s->conf->fudges[s->conf->n_fudges++] = e;
	return 0;
}
