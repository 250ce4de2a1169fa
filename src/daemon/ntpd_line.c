// SPDX-License-Identifier: GPL-2.0-or-later
/* One line of an ntp.conf, by ntpd's grammar. */
#include "ntpd_line.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Whose grammar has a word: columns of the tables. */
#define C NTPD_GRAMMAR_CLASSIC
#define S NTPD_GRAMMAR_NTPSEC
#define B (C | S)

enum value_kind {
	VALUE_NONE,		/* the word alone */
	VALUE_INT,
	VALUE_UINT,
	VALUE_BOOL,
	VALUE_NUMBER,
	VALUE_STRING,
};

/* ---- quoting and complaining ---- */

static void quote(const char *s, size_t len, char *text, size_t size)
{
	const bool cut = len >= size;
	size_t n = cut ? size - 1 : len;

	for (size_t i = 0; i < n; i++) {
		text[i] = s[i] == '\t' ? ' ' : s[i];
		if (text[i] < ' ' || text[i] > '~')
			text[i] = '?';
	}
	text[n] = '\0';
	if (cut)
		memcpy(text + n - 3, "...", 3);
}

static bool is_edge(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void place(const struct ntpd_line *s, struct ntpd_place *at)
{
	const char *p = s->begin, *end = s->end;

	while (p < end && is_edge(*p))
		p++;
	while (p < end && is_edge(end[-1]))
		end--;
	at->file = s->file;
	at->line = s->line;
	quote(p, (size_t)(end - p), at->text, sizeof(at->text));
}

int ntpd_complain(struct ntpd_line *s, const char *fmt, ...)
{
	struct ntpd_conf *conf = s->conf;
	struct ntpd_error *e = &conf->errors[conf->n_errors];
	va_list ap;

	if (conf->n_errors == NTPD_ERRORS_MAX) {
		conf->errors_lost++;
		return -EINVAL;
	}
	conf->n_errors++;
	place(s, &e->at);
	va_start(ap, fmt);
	vsnprintf(e->reason, sizeof(e->reason), fmt, ap);
	va_end(ap);
	return -EINVAL;
}

static const char *grammar_name(const struct ntpd_line *s)
{
	return s->grammar == S ? "NTPsec" : "ntpd";
}

/* "WORD" WHAT, such as: "flagg1" is no option of fudge */
__attribute__((format(printf, 2, 3)))
static int complain_word(struct ntpd_line *s, const char *fmt, ...)
{
	char word[48], what[96];
	va_list ap;

	quote(s->w.s, strlen(s->w.s), word, sizeof(word));
	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	return ntpd_complain(s, "\"%s\" %s", word, what);
}

/*
 * A word that fits nowhere, behind `count` that do.  Bison's parser obeys a command that
 * is complete without it ("least" words) before it looks at what comes next and finds
 * the error: "server 127.127.20.0 mod 17" starts the clock.  Seen of NTPsec 1.2.2.
 */
static int obey_in_part(struct ntpd_line *s, int count, int least)
{
	struct ntpd_conf *conf = s->conf;

	if (count < least)
		return -EINVAL;
	if (!conf->errors_lost)
		conf->errors[conf->n_errors - 1].in_part = true;
	return count;
}

/* 1: s->w is the next word, 0: there is none, or -EINVAL. */
static int next(struct ntpd_line *s, enum lex_next mode)
{
	if (lex_word(&s->p, s->end, mode, &s->w))
		return 1;
	if (s->w.len)
		return ntpd_complain(s, "a word of more than %d characters: ntpd does not start",
				     LEX_MAX);
	return 0;
}

/* ---- values ---- */

static bool read_bool(const struct lexeme *w, int64_t *value)
{
	if (lex_is(w, "true")) {
		*value = 1;
		return true;
	}
	/* another number is taken for 1; "false" is no keyword (keyword-gen.c) */
	if (!lex_int(w, value))
		return false;
	*value = *value != 0;
	return true;
}

static bool value_fits(const struct ntpd_line *s, enum value_kind kind, int64_t *value)
{
	switch (kind) {
	case VALUE_INT:
		return lex_int(&s->w, value);
	case VALUE_UINT:
		return lex_uint(&s->w, value);
	case VALUE_BOOL:
		return read_bool(&s->w, value);
	case VALUE_NUMBER:
		return lex_billionths(&s->w, s->grammar & S, value);
	case VALUE_NONE:
	case VALUE_STRING:
		break;
	}
	return true;
}

static const char *const value_wants[] = {
	[VALUE_NONE] = "nothing",
	[VALUE_INT] = "a whole number",
	[VALUE_UINT] = "a whole number",
	[VALUE_BOOL] = "0 or 1",
	[VALUE_NUMBER] = "a number",
	[VALUE_STRING] = "a text",
};

/* What follows the word `name`: of a text, s->w. */
static int read_value(struct ntpd_line *s, const char *name, enum value_kind kind, int64_t *value)
{
	int n;

	*value = 1;
	if (kind == VALUE_NONE)
		return 0;
	n = next(s, kind == VALUE_STRING ? LEX_STRING : LEX_TOKEN);
	if (n == 0)
		return ntpd_complain(s, "%s wants %s", name, value_wants[kind]);
	if (n < 0)
		return n;
	if (!value_fits(s, kind, value))
		return complain_word(s, "is not what %s wants: %s", name, value_wants[kind]);
	return 0;
}

/* A path into an array of NTPD_PATH_MAX. */
static int copy_path(struct ntpd_line *s, char *path)
{
	if (s->w.len >= NTPD_PATH_MAX)
		return ntpd_complain(s, "a path of more than %d characters is not looked at",
				     NTPD_PATH_MAX - 1);
	memcpy(path, s->w.s, s->w.len + 1);
	return 0;
}

/* ---- options of server, refclock and fudge ---- */

#define SERVER_C 1
#define SERVER_S 2	/* and refclock: both have one list (option_list of ntp_parser.y) */
#define FUDGE_C 4
#define FUDGE_S 8
#define SERVER (SERVER_C | SERVER_S)
#define FUDGE (FUDGE_C | FUDGE_S)

static const struct option {
	const char *name;
	unsigned int where;
	enum value_kind kind;
	enum ntpd_option option;
} options[] = {
	{ "flag1", SERVER_S | FUDGE, VALUE_BOOL, NTPD_FLAG1 },
	{ "flag2", SERVER_S | FUDGE, VALUE_BOOL, NTPD_FLAG2 },
	{ "flag3", SERVER_S | FUDGE, VALUE_BOOL, NTPD_FLAG3 },
	{ "flag4", SERVER_S | FUDGE, VALUE_BOOL, NTPD_FLAG4 },
	{ "time1", SERVER_S | FUDGE, VALUE_NUMBER, NTPD_TIME1 },
	{ "time2", SERVER_S | FUDGE, VALUE_NUMBER, NTPD_TIME2 },
	{ "stratum", SERVER_S | FUDGE, VALUE_INT, NTPD_STRATUM },
	{ "refid", SERVER_S | FUDGE, VALUE_STRING, NTPD_REFID },
	{ "abbrev", FUDGE_C, VALUE_STRING, NTPD_OPTIONS },
	{ "mode", SERVER, VALUE_UINT, NTPD_MODE },
	{ "subtype", SERVER_S, VALUE_UINT, NTPD_MODE },	/* the same variable */
	{ "baud", SERVER_S, VALUE_UINT, NTPD_BAUD },
	{ "path", SERVER_S, VALUE_STRING, NTPD_PATH },
	{ "ppspath", SERVER_S, VALUE_STRING, NTPD_PPSPATH },
	{ "minpoll", SERVER, VALUE_UINT, NTPD_MINPOLL },
	{ "maxpoll", SERVER, VALUE_UINT, NTPD_MAXPOLL },
	{ "prefer", SERVER, VALUE_NONE, NTPD_PREFER },
	{ "noselect", SERVER, VALUE_NONE, NTPD_NOSELECT },
	{ "true", SERVER, VALUE_NONE, NTPD_TRUE },
	{ "burst", SERVER, VALUE_NONE, NTPD_OPTIONS },
	{ "iburst", SERVER, VALUE_NONE, NTPD_OPTIONS },
	{ "key", SERVER, VALUE_UINT, NTPD_OPTIONS },
	{ "version", SERVER, VALUE_UINT, NTPD_OPTIONS },
	{ "autokey", SERVER_C, VALUE_NONE, NTPD_OPTIONS },
	{ "preempt", SERVER_C, VALUE_NONE, NTPD_OPTIONS },
	{ "xleave", SERVER_C, VALUE_NONE, NTPD_OPTIONS },
	{ "xmtnonce", SERVER_C, VALUE_NONE, NTPD_OPTIONS },
	{ "ttl", SERVER_C, VALUE_UINT, NTPD_OPTIONS },
	{ "ident", SERVER_C, VALUE_STRING, NTPD_OPTIONS },
	{ "bias", SERVER_S, VALUE_NUMBER, NTPD_OPTIONS },
	{ "holdover", SERVER_S, VALUE_UINT, NTPD_OPTIONS },
	{ "nts", SERVER_S, VALUE_NONE, NTPD_OPTIONS },
	{ "noval", SERVER_S, VALUE_NONE, NTPD_OPTIONS },
	{ "ask", SERVER_S, VALUE_STRING, NTPD_OPTIONS },
	{ "require", SERVER_S, VALUE_STRING, NTPD_OPTIONS },
	{ "ca", SERVER_S, VALUE_STRING, NTPD_OPTIONS },
	{ "cert", SERVER_S, VALUE_STRING, NTPD_OPTIONS },
	{ "aead", SERVER_S, VALUE_STRING, NTPD_OPTIONS },
};

static const struct option *find_option(const struct lexeme *w, unsigned int where)
{
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if ((options[i].where & where) && lex_is(w, options[i].name))
			return &options[i];
	return NULL;
}

static int keep_option(struct ntpd_line *s, struct ntpd_settings *set, enum ntpd_option option,
		       int64_t value)
{
	int err = 0;

	switch (option) {
	case NTPD_OPTIONS:
		return 0;
	case NTPD_STRATUM:
		/* "stratum value out of bounds, ignored" */
		if (value < 0 || value > 16)
			return 0;
		break;
	case NTPD_REFID:
		snprintf(set->refid, sizeof(set->refid), "%s", s->w.s);
		break;
	case NTPD_PATH:
		err = copy_path(s, set->path);
		break;
	case NTPD_PPSPATH:
		err = copy_path(s, set->ppspath);
		break;
	default:
		break;
	}
	set->value[option] = value;
	set->given |= 1u << option;
	return err;
}

/* The rest of the line; the number of options, or -EINVAL. */
static int read_options(struct ntpd_line *s, const char *command, unsigned int where,
			struct ntpd_settings *set)
{
	int count = 0, n;

	while ((n = next(s, LEX_TOKEN)) > 0) {
		const struct option *o = find_option(&s->w, where);
		int64_t value;

		if (!o) {
			complain_word(s, "is no option of %s's %s", grammar_name(s), command);
			return obey_in_part(s, count, where & FUDGE ? 1 : 0);
		}
		n = read_value(s, o->name, o->kind, &value);
		if (n == 0)
			n = keep_option(s, set, o->option, value);
		if (n < 0)
			return n;
		count++;
	}
	return n < 0 ? n : count;
}

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
	int n = next(s, LEX_STRING);

	if (n > 0 && (!strncmp(s->w.s, "-4", 2) || !strncmp(s->w.s, "-6", 2)))
		n = next(s, LEX_STRING);
	return n ? n : ntpd_complain(s, "%s wants an address", command);
}

/* ---- commands ---- */

struct knob_word {
	const char *name;
	unsigned int grammar;
	enum value_kind kind;
};

struct command {
	const char *name;
	unsigned int grammar;
	int (*parse)(struct ntpd_line *s, const struct command *cmd);	/* NULL: does not matter */
	const struct knob_word *words;
	size_t n_words;
};

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

static int parse_server(struct ntpd_line *s, const struct command *cmd)
{
	struct ntpd_entry e = { .driver = 0 };
	bool clock;
	int err;

	place(s, &e.at);
	err = read_address(s, cmd->name);
	if (err < 0)
		return err;
	clock = is_clock(s->w.s, &e) && strcmp(cmd->name, "pool") != 0;
	err = read_options(s, cmd->name, server_options(s), &e.set);
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
	int n = next(s, LEX_TOKEN);

	if (n < 0)
		return n;
	if (n == 0 || !lex_is(&s->w, "unit")) {
		s->p = before;
		return 0;
	}
	n = read_value(s, "unit", VALUE_INT, &unit);
	if (n < 0)
		return n;
	if (unit < 0 || unit > 255)
		return complain_word(s, "is no unit: those are 0 to 255");
	e->unit = (unsigned int)unit;
	return 0;
}

static int parse_refclock(struct ntpd_line *s, const struct command *cmd)
{
	struct ntpd_entry e = { .driver = 0 };
	int err;

	place(s, &e.at);
	err = next(s, LEX_STRING);
	if (err == 0)
		return ntpd_complain(s, "refclock wants a driver, such as nmea");
	if (err < 0)
		return err;
	if (!find_driver(&s->w, &e.driver))
		return complain_word(s, "is no driver of NTPsec: ntpd does not start");
	err = read_unit(s, &e);
	if (err == 0)
		err = read_options(s, cmd->name, SERVER_S, &e.set);
	return err < 0 ? err : add_clock(s, &e);
}

static unsigned int fudge_options(const struct ntpd_line *s)
{
	return (s->grammar & C ? FUDGE_C : 0) | (s->grammar & S ? FUDGE_S : 0);
}

static int parse_fudge(struct ntpd_line *s, const struct command *cmd)
{
	struct ntpd_entry e = { .driver = 0 };
	bool clock;
	int n;

	place(s, &e.at);
	n = read_address(s, cmd->name);
	if (n < 0)
		return n;
	clock = is_clock(s->w.s, &e);
	if (!clock)
		return complain_word(s, "is no reference clock's address: fudge wants 127.127.T.U");
	n = read_options(s, cmd->name, fudge_options(s), &e.set);
	if (n == 0)
		return ntpd_complain(s, "fudge wants a setting, such as flag1 1");
	if (n < 0)
		return n;
	if (s->conf->n_fudges == NTPD_FUDGES_MAX)
		return ntpd_complain(s, "more than %d fudge lines: not looked at", NTPD_FUDGES_MAX);
	s->conf->fudges[s->conf->n_fudges++] = e;
	return 0;
}

static const struct knob_word *find_word(const struct ntpd_line *s, const struct command *cmd)
{
	for (size_t i = 0; i < cmd->n_words; i++)
		if ((cmd->words[i].grammar & s->grammar) && lex_is(&s->w, cmd->words[i].name))
			return &cmd->words[i];
	return NULL;
}

static int add_knob(struct ntpd_line *s, const char *command, const char *name, int64_t billionths)
{
	struct ntpd_conf *conf = s->conf;
	struct ntpd_knob *k = &conf->knobs[conf->n_knobs];

	if (conf->n_knobs == NTPD_KNOBS_MAX)
		return ntpd_complain(s, "more than %d words of tos, tinker, enable and disable: "
				     "%s is not looked at", NTPD_KNOBS_MAX, name);
	place(s, &k->at);
	k->command = command;
	k->name = name;
	k->billionths = billionths;
	conf->n_knobs++;
	return 0;
}

static int read_knob(struct ntpd_line *s, const struct command *cmd,
		     const struct knob_word *w, bool is_switch)
{
	int64_t value;
	int err = read_value(s, w->name, w->kind, &value);

	if (err < 0 || w->kind == VALUE_STRING)
		return err;
	if (is_switch)
		return add_knob(s, "system", w->name, !strcmp(cmd->name, "enable"));
	if (w->kind != VALUE_NUMBER)
		value *= 1000000000;
	return add_knob(s, cmd->name, w->name, value);
}

/* The number of words, or -EINVAL. */
static int read_knob_list(struct ntpd_line *s, const struct command *cmd, bool is_switch)
{
	int count = 0, n;

	while ((n = next(s, LEX_TOKEN)) > 0) {
		const struct knob_word *w = find_word(s, cmd);

		if (!w) {
			complain_word(s, "is no word of %s's %s", grammar_name(s), cmd->name);
			return obey_in_part(s, count, 1);
		}
		n = read_knob(s, cmd, w, is_switch);
		if (n < 0)
			return n;
		count++;
	}
	return n < 0 ? n : count;
}

/* A value that does not fit takes back what the line said before it. */
static int read_knobs(struct ntpd_line *s, const struct command *cmd, bool is_switch)
{
	const size_t before = s->conf->n_knobs;
	int n = read_knob_list(s, cmd, is_switch);

	if (n < 0)
		s->conf->n_knobs = before;
	if (n == 0)
		return ntpd_complain(s, "%s alone says nothing", cmd->name);
	return n < 0 ? n : 0;
}

static int parse_knobs(struct ntpd_line *s, const struct command *cmd)
{
	return read_knobs(s, cmd, false);
}

static int parse_switches(struct ntpd_line *s, const struct command *cmd)
{
	return read_knobs(s, cmd, true);
}

static int read_path(struct ntpd_line *s, const struct command *cmd, char *path)
{
	int64_t value;
	int n = read_value(s, cmd->name, VALUE_STRING, &value);

	if (n == 0)
		n = copy_path(s, path);
	if (n == 0)
		n = next(s, LEX_TOKEN);
	if (n > 0) {
		complain_word(s, "behind the path fits nowhere");
		n = obey_in_part(s, 0, 0);
	}
	return n;
}

static int parse_logfile(struct ntpd_line *s, const struct command *cmd)
{
	return read_path(s, cmd, s->conf->logfile);
}

static int parse_statsdir(struct ntpd_line *s, const struct command *cmd)
{
	return read_path(s, cmd, s->conf->statsdir);
}

static int parse_end(struct ntpd_line *s, const struct command *cmd)
{
	(void)cmd;
	s->ended = true;
	return 0;
}

static int parse_include(struct ntpd_line *s, const struct command *cmd)
{
	return read_path(s, cmd, s->include);
}

static const struct knob_word tos_words[] = {
	{ "mindist", B, VALUE_NUMBER }, { "maxdist", B, VALUE_NUMBER },
	{ "minclock", B, VALUE_NUMBER }, { "maxclock", B, VALUE_NUMBER },
	{ "minsane", B, VALUE_INT }, { "floor", B, VALUE_INT }, { "ceiling", B, VALUE_INT },
	{ "orphan", B, VALUE_INT }, { "orphanwait", B, VALUE_INT }, { "cohort", B, VALUE_BOOL },
	{ "maxdisp", S, VALUE_NUMBER }, { "beacon", C, VALUE_INT },
	{ "bcpollbstep", C, VALUE_INT }, { "basedate", C, VALUE_STRING },
};

static const struct knob_word tinker_words[] = {
	{ "allan", B, VALUE_NUMBER }, { "dispersion", B, VALUE_NUMBER },
	{ "freq", B, VALUE_NUMBER }, { "huffpuff", B, VALUE_NUMBER },
	{ "panic", B, VALUE_NUMBER }, { "step", B, VALUE_NUMBER },
	{ "stepback", B, VALUE_NUMBER }, { "stepfwd", B, VALUE_NUMBER },
	{ "stepout", B, VALUE_NUMBER }, { "tick", B, VALUE_NUMBER },
};

static const struct knob_word system_words[] = {
	{ "kernel", B, VALUE_NONE }, { "ntp", B, VALUE_NONE }, { "calibrate", B, VALUE_NONE },
	{ "monitor", B, VALUE_NONE }, { "stats", B, VALUE_NONE }, { "auth", C, VALUE_NONE },
	{ "bclient", C, VALUE_NONE }, { "mode7", C, VALUE_NONE },
	{ "peer_clear_digest_early", C, VALUE_NONE },
	{ "unpeer_crypto_early", C, VALUE_NONE },
	{ "unpeer_crypto_nak_early", C, VALUE_NONE },
	{ "unpeer_digest_early", C, VALUE_NONE },
};

#define WORDS(w) (w), ARRAY_SIZE(w)

static const struct command commands[] = {
	{ "server", B, parse_server, NULL, 0 },
	{ "peer", B, parse_server, NULL, 0 },
	{ "pool", B, parse_server, NULL, 0 },
	{ "refclock", S, parse_refclock, NULL, 0 },
	{ "fudge", B, parse_fudge, NULL, 0 },
	{ "tos", B, parse_knobs, WORDS(tos_words) },
	{ "tinker", B, parse_knobs, WORDS(tinker_words) },
	{ "enable", B, parse_switches, WORDS(system_words) },
	{ "disable", B, parse_switches, WORDS(system_words) },
	{ "logfile", B, parse_logfile, NULL, 0 },
	{ "statsdir", B, parse_statsdir, NULL, 0 },
	{ "includefile", B, parse_include, NULL, 0 },
	{ "end", B, parse_end, NULL, 0 },
};

/* Commands that are nothing to a receiver; known so that a slip of the pen is not. */
static const struct {
	const char *name;
	unsigned int grammar;
} others[] = {
	{ "automax", C }, { "broadcast", C }, { "broadcastclient", C }, { "broadcastdelay", C },
	{ "controlkey", B }, { "crypto", C }, { "delrestrict", C }, { "device", C },
	{ "discard", C }, { "driftfile", B }, { "dscp", B }, { "extra", S }, { "filegen", B },
	{ "ident", C }, { "interface", B }, { "keys", B }, { "keysdir", C }, { "leapfile", B },
	{ "leapsmearinterval", B }, { "limit", S }, { "logconfig", B }, { "manycastclient", C },
	{ "manycastserver", C }, { "mdnstries", B }, { "mru", B }, { "multicastclient", C },
	{ "nic", B }, { "nonvolatile", B }, { "ntpsigndsocket", B }, { "nts", S }, { "phone", B },
	{ "pidfile", B }, { "pollskewlist", C }, { "port", C }, { "requestkey", B },
	{ "reset", B }, { "restrict", B }, { "revoke", C }, { "rlimit", B },
	{ "saveconfigdir", B }, { "setvar", B }, { "simulate", C }, { "statistics", B },
	{ "tick", B }, { "trap", C }, { "trustedkey", B }, { "ttl", C }, { "unconfig", B },
	{ "unpeer", B }, { "unrestrict", S },
};

static int parse_other(struct ntpd_line *s)
{
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if ((others[i].grammar & s->grammar) && lex_is(&s->w, others[i].name))
			return 0;
	return complain_word(s, "is no command of %s", grammar_name(s));
}

int ntpd_line_parse(struct ntpd_line *s)
{
	int n;

	s->p = s->begin;
	s->include[0] = '\0';
	if (memchr(s->begin, '\0', (size_t)(s->end - s->begin)))
		return ntpd_complain(s, "a NUL byte: this is not a text");
	n = next(s, LEX_TOKEN);
	if (n <= 0)
		return n;
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		const struct command *cmd = &commands[i];

		if (!(cmd->grammar & s->grammar) || !lex_is(&s->w, cmd->name))
			continue;
		return cmd->parse(s, cmd);
	}
	return parse_other(s);
}
