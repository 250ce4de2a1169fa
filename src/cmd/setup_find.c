// SPDX-License-Identifier: GPL-2.0-or-later
/* setup without PORT: the port of the table or of a daemon, else where sentences are heard. */
#include "setup.h"

#include <stdio.h>
#include <string.h>

#define NAMES_MAX 256

typedef bool (*is_one)(const struct port_facts *f);

/* Somebody has it, or the table names it. */
static bool is_taken(const struct port_facts *f)
{
	const struct holder *reader = facts_reader(f);

	return fact_is(f->present, 1) && !f->pulse_only && !f->no_sentences &&
	       (fact_known(f->unit) || facts_is_attached(f) ||
		(reader && holder_role(reader->comm) != ROLE_GETTY));
}

static bool is_idle(const struct port_facts *f)
{
	return fact_is(f->present, 1) && !f->pulse_only && !f->port.holders.n &&
	       !fact_is(f->port.console, 1) && !port_is_placeholder(&f->port);
}

static bool is_heard(const struct port_facts *f)
{
	return f->sentences.good || fact_known(f->sentences.found_baud);
}

/* Their names, " and " between them: how many. */
static size_t name_all(const struct setup *s, is_one one, char *names, const struct port_facts **first)
{
	size_t n = 0, len = 0;

	names[0] = '\0';
	for (size_t i = 0; i < s->clinic.n; i++) {
		const struct port_facts *f = &s->clinic.patients[i].facts;

		if (!one(f))
			continue;
		if (len < NAMES_MAX)
			len += (size_t)snprintf(names + len, NAMES_MAX - len, "%s/dev/%s",
						n ? ", " : "", f->port.name);
		if (!n++)
			*first = f;
	}
	return n;
}

static int take(struct setup *s, const struct port_facts *f)
{
	char name[SURVEY_NAME_MAX];

	strcpy(name, f->port.name);
	setup_take(s, f);
	return setup_name_port(s, name);
}

static int ask_which(const char *names, const char *first, const char *what)
{
	msg_error("setup", "%s: %s", what, names);
	msg_hint("name the one that is meant: gpsppsctl setup %s", first);
	return EXIT_TROUBLE;
}

static int listen_to_all(struct setup *s)
{
	const struct port_facts *first = NULL;
	char names[NAMES_MAX], question[NAMES_MAX + 64];
	size_t n = name_all(s, is_idle, names, &first);
	int code;

	if (!n && s->clinic.units.n) {
		msg_error(UNITTAB_PATH, "none of its ports is there");
		msg_hint("name the receiver's port: gpsppsctl setup PORT; gpsppsctl list shows them");
		return EXIT_TROUBLE;
	}
	if (!n) {
		msg_error("setup", "there is no port that could be listened to");
		msg_hint("gpsppsctl list: the ports, and who has them");
		return EXIT_TROUBLE;
	}
	if (s->o->dry_run && !s->o->yes) {
		msg_error("setup", "which port the receiver is on can only be heard, and --dry-run opens none");
		msg_hint("name the port, or allow it with --yes: %s", names);
		return EXIT_TROUBLE;
	}
	snprintf(question, sizeof(question), "open %s and listen for a receiver? [y/N] ", names);
	code = setup_ask(s, question);
	if (!code)
		code = setup_glance(s, "", true, DIAG_WAIT_MS);
	if (code)
		return code;
	switch (name_all(s, is_heard, names, &first)) {
	case 0:
		name_all(s, is_idle, names, &first);
		msg_error("setup", "no receiver is heard on %s", names);
		msg_hint("is it powered, its data line wired to RxD?  gpsppsctl receiver PORT tells more");
		return EXIT_NO;
	case 1:
		return take(s, first);
	default:
		return ask_which(names, first->port.name, "more than one receiver is heard");
	}
}

int setup_find(struct setup *s)
{
	const struct port_facts *first = NULL;
	char names[NAMES_MAX];
	int code = setup_glance(s, "", false, 0);

	if (!code)
		code = setup_check_daemon(s);
	if (code)
		return code;
	switch (name_all(s, is_taken, names, &first)) {
	case 0:
		return listen_to_all(s);
	case 1:
		return take(s, first);
	default:
		return ask_which(names, first->port.name, "more than one port is in use");
	}
}
