// SPDX-License-Identifier: GPL-2.0-or-later
/* An ntpd's command line. */
#include "ntpd_command.h"

#include <string.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

struct words {
	const char *p, *end;
};

/* The next word; false when there is none, or when the text was cut within it. */
static bool next_arg(struct words *w, const char **arg)
{
	const char *nul = w->p < w->end ? memchr(w->p, '\0', (size_t)(w->end - w->p)) : NULL;

	if (!nul)
		return false;
	*arg = w->p;
	w->p = nul + 1;
	return true;
}

static void copy(struct ntpd_command *cmd, char *to, size_t size, const char *value)
{
	const size_t n = strlen(value);

	if (n >= size) {
		cmd->unclear = true;
		return;
	}
	memcpy(to, value, n + 1);
}

/*
 * Options of ntp 4.2.8 (ntpdbase-opts.def) and of NTPsec 1.2.2 (ntpd.c): where both
 * have a letter it takes an argument in both or in neither.  Letter 0: no short form.
 */
static const struct option {
	const char *name;
	char letter;
	bool argument;
} options[] = {
	{ "ipv4", '4', false }, { "ipv6", '6', false },
	{ "assert", 'a', false }, { "authreq", 'a', false }, { "authnoreq", 'A', false },
	{ "bcastsync", 'b', false },
	{ "configfile", 'c', true }, { "debug", 'd', false }, { "debug-level", 'd', false },
	{ "set-debug-level", 'D', true }, { "driftfile", 'f', true }, { "driftile", 'f', true },
	{ "panicgate", 'g', false }, { "force-step-once", 'G', false },
	{ "help", 'h', false }, { "jaildir", 'i', true }, { "interface", 'I', true },
	{ "keyfile", 'k', true }, { "logfile", 'l', true }, { "novirtualips", 'L', false },
	{ "mdns", 'm', false }, { "modifymmtimer", 'M', false },
	{ "nofork", 'n', false }, { "nice", 'N', false }, { "pidfile", 'p', true },
	{ "priority", 'P', true }, { "quit", 'q', false }, { "propagationdelay", 'r', true },
	{ "dumpopts", 'R', false }, { "saveconfigquit", 0, true },
	{ "statsdir", 's', true }, { "trustedkey", 't', true }, { "user", 'u', true },
	{ "updateinterval", 'U', true }, { "version", 'V', false }, { "wait-sync", 'w', true },
	{ "slew", 'x', false }, { "var", 'z', true }, { "dvar", 'Z', true },
	{ "usepcc", 0, false }, { "pccfreq", 0, true },
};

/* A name may be cut short as long as it says which one is meant. */
static const struct option *find_long(const char *name, size_t len)
{
	const struct option *found = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		const struct option *o = &options[i];

		if (strncmp(o->name, name, len) != 0)
			continue;
		if (!o->name[len])
			return o;
		if (found && (found->letter != o->letter || !o->letter))
			return NULL;
		found = o;
	}
	return found;
}

static const struct option *find_letter(char letter)
{
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if (options[i].letter == letter)
			return &options[i];
	return NULL;
}

/* The last one of a kind counts: Debian's wrapper relies on it for -c. */
static void obey(struct ntpd_command *cmd, char letter, const char *value)
{
	switch (letter) {
	case 'c':
		copy(cmd, cmd->config, sizeof(cmd->config), value);
		break;
	case 'l':
		copy(cmd, cmd->logfile, sizeof(cmd->logfile), value);
		break;
	case 's':
		copy(cmd, cmd->statsdir, sizeof(cmd->statsdir), value);
		break;
	case 'i':
		copy(cmd, cmd->jail, sizeof(cmd->jail), value);
		break;
	case 'u':
		copy(cmd, cmd->user, sizeof(cmd->user), value);
		break;
	case 'g':
		cmd->panicgate = true;
		break;
	case 'G':
		cmd->step_once = true;
		break;
	case 'x':
		cmd->slew = true;
		break;
	case 'N':
	case 'P':
		cmd->nice = true;
		break;
	case 'q':
		cmd->quits = true;
		cmd->foreground = true;
		break;
	case 'n':
	case 'd':
		cmd->foreground = true;
		break;
	default:
		break;
	}
}

/* "--name", "--name=value", "--name" "value" */
static void parse_long(struct ntpd_command *cmd, const char *arg, struct words *rest)
{
	const size_t len = strcspn(arg, "=");
	const struct option *o = find_long(arg, len);
	const char *value = arg[len] ? arg + len + 1 : "";

	if (!o || (!o->argument && arg[len]) ||
	    (o->argument && !arg[len] && !next_arg(rest, &value)))
		cmd->unclear = true;
	else
		obey(cmd, o->letter, value);
}

/* "-gN", "-cFILE", "-c" "FILE" */
static void parse_letters(struct ntpd_command *cmd, const char *arg, struct words *rest)
{
	for (; *arg; arg++) {
		const struct option *o = find_letter(*arg);
		const char *value = arg + 1;

		if (!o || (o->argument && !arg[1] && !next_arg(rest, &value))) {
			cmd->unclear = true;
			return;
		}
		obey(cmd, o->letter, value);
		if (o->argument)
			return;
	}
}

void ntpd_command_parse(struct ntpd_command *cmd, const char *argv, size_t len)
{
	struct words w = { argv, argv + len };
	bool options_end = false;
	const char *arg;

	memset(cmd, 0, sizeof(*cmd));
	if (!next_arg(&w, &arg))
		cmd->unclear = true;
	while (next_arg(&w, &arg)) {
		/* behind the first word that is no option there are only servers */
		if (options_end || arg[0] != '-' || !arg[1]) {
			options_end = true;
			cmd->servers++;
		} else if (!strcmp(arg, "--")) {
			options_end = true;
		} else if (arg[1] == '-') {
			parse_long(cmd, arg + 2, &w);
		} else {
			parse_letters(cmd, arg + 1, &w);
		}
	}
	if (w.p < w.end)
		cmd->unclear = true;
}

const char *ntpd_default_config(enum ntpd_kind kind, unsigned int i)
{
	static const char *const places[] = { "/etc/ntpsec/ntp.conf", "/etc/ntp.conf" };

	if (kind == NTPD_CLASSIC)
		return i == 0 ? places[1] : NULL;
	return i < ARRAY_SIZE(places) ? places[i] : NULL;
}
