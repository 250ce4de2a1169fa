// SPDX-License-Identifier: GPL-2.0-or-later
/* One line of an ntp.conf, by ntpd's grammar. */
#include "ntpd_inside.h"

#include <errno.h>
#include <string.h>

/* ---- words that turn one knob each: tos, tinker, enable, disable ---- */

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
	ntpd_say_where(s, &k->at);
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
	int err = ntpd_read_value(s, w->name, w->kind, &value);

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

	while ((n = ntpd_next(s, LEX_TOKEN)) > 0) {
		const struct knob_word *w = find_word(s, cmd);

		if (!w) {
			ntpd_complain_word(s, "is no word of %s's %s", ntpd_grammar_name(s), cmd->name);
			return ntpd_obey_in_part(s, count, 1);
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
	int n = ntpd_read_value(s, cmd->name, VALUE_STRING, &value);

	if (n == 0)
		n = ntpd_copy_path(s, path);
	if (n == 0)
		n = ntpd_next(s, LEX_TOKEN);
	if (n > 0) {
		ntpd_complain_word(s, "behind the path fits nowhere");
		n = ntpd_obey_in_part(s, 0, 0);
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
	{ "server", B, ntpd_parse_server, NULL, 0 },
	{ "peer", B, ntpd_parse_server, NULL, 0 },
	{ "pool", B, ntpd_parse_server, NULL, 0 },
	{ "refclock", S, ntpd_parse_refclock, NULL, 0 },
	{ "fudge", B, ntpd_parse_fudge, NULL, 0 },
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
	return ntpd_complain_word(s, "is no command of %s", ntpd_grammar_name(s));
}

int ntpd_line_parse(struct ntpd_line *s)
{
	int n;

	s->p = s->begin;
	s->include[0] = '\0';
	if (memchr(s->begin, '\0', (size_t)(s->end - s->begin)))
		return ntpd_complain(s, "a NUL byte: this is not a text");
	n = ntpd_next(s, LEX_TOKEN);
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
