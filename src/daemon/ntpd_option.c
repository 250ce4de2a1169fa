// SPDX-License-Identifier: GPL-2.0-or-later
/* Options of ntpd's commands server, refclock and fudge. */
#include "ntpd_inside.h"

#include <stdio.h>

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
		err = ntpd_copy_path(s, set->path);
		break;
	case NTPD_PPSPATH:
		err = ntpd_copy_path(s, set->ppspath);
		break;
	default:
		break;
	}
	set->value[option] = value;
	set->given |= 1u << option;
	return err;
}

int ntpd_read_options(struct ntpd_line *s, const char *command, unsigned int where,
			struct ntpd_settings *set)
{
	int count = 0, n;

	while ((n = ntpd_next(s, LEX_TOKEN)) > 0) {
		const struct option *o = find_option(&s->w, where);
		int64_t value;

		if (!o) {
			ntpd_complain_word(s, "is no option of %s's %s", ntpd_grammar_name(s), command);
			return ntpd_obey_in_part(s, count, where & FUDGE ? 1 : 0);
		}
		n = ntpd_read_value(s, o->name, o->kind, &value);
		if (n == 0)
			n = keep_option(s, set, o->option, value);
		if (n < 0)
			return n;
		count++;
	}
	return n < 0 ? n : count;
}
