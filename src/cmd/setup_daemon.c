// SPDX-License-Identifier: GPL-2.0-or-later
/* setup's choice of the daemon: the one that is named, else the one that there is. */
#include "setup.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const enum daemon_kind kinds[SETUP_DAEMONS] = {
	[SETUP_NTPSEC] = DAEMON_NTPSEC,
	[SETUP_NTP] = DAEMON_NTPD,
	[SETUP_CHRONY] = DAEMON_CHRONY,
	[SETUP_GPSD] = DAEMON_GPSD,
};

/* One that runs before one that is only installed. */
const struct daemon *setup_daemon_of_clinic(const struct setup *s, enum setup_daemon d)
{
	const struct daemon *found = NULL;

	for (size_t i = 0; i < s->clinic.daemons.n; i++) {
		const struct daemon *one = &s->clinic.daemons.v[i];

		if (one->kind == kinds[d] && (!found || (daemon_runs(one) && !daemon_runs(found))))
			found = one;
	}
	return found;
}

/* Those that steer the clock, are there, and (only_running) run: their names; how many. */
static size_t list_takers(const struct setup *s, bool only_running, enum setup_daemon *first,
			  char *names, size_t size)
{
	size_t n = 0, len = 0;

	names[0] = '\0';
	for (int d = 0; d < SETUP_DAEMONS; d++) {
		const struct daemon *one = setup_daemon_of_clinic(s, d);

		if (d == SETUP_GPSD || !one || (only_running && !daemon_runs(one)))
			continue;
		if (len < size)
			len += (size_t)snprintf(names + len, size - len, "%s%s", n ? ", " : "",
						setup_daemon_name(d));
		if (!n++)
			*first = d;
	}
	return n;
}

/* How this system gets a package. */
static const char *installer(void)
{
	static const struct {
		const char *program, *words;
	} known[] = {
		{ "/usr/bin/apt-get", "apt-get install" },
		{ "/usr/bin/dnf", "dnf install" },
		{ "/usr/bin/zypper", "zypper install" },
		{ "/usr/bin/pacman", "pacman -S" },
		{ "/sbin/apk", "apk add" },
		{ "/bin/opkg", "opkg install" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (access(known[i].program, X_OK) == 0)
			return known[i].words;
	return "install";
}

static int none_there(void)
{
	msg_error("setup", "no daemon that sets the clock is installed");
	msg_hint("%s chrony (or ntpsec), then once more", installer());
	return EXIT_TROUBLE;
}

/* Which of several: by a terminal, else it has to be said. */
static int ask_taker(const struct setup *s, const char *names, enum setup_daemon *taker)
{
	char answer[32], question[128];
	int code, d;

	if (s->o->yes || setup_can_ask(s->o)) {
		msg_error("setup", "which daemon shall have the pulse: %s?", names);
		msg_hint("--daemon D says it");
		return EXIT_TROUBLE;
	}
	snprintf(question, sizeof(question), "which daemon shall have the pulse: %s? ", names);
	code = setup_read_answer(question, answer, sizeof(answer));
	if (code)
		return code;
	answer[strcspn(answer, " ")] = '\0';
	d = setup_daemon_of(answer);
	if (d >= 0 && d != SETUP_GPSD && setup_daemon_of_clinic(s, (enum setup_daemon)d)) {
		*taker = (enum setup_daemon)d;
		return 0;
	}
	msg_error("setup", "nothing was changed: that is none of %s", names);
	return EXIT_NO;
}

static int find_taker(const struct setup *s, enum setup_daemon *taker)
{
	char names[64];
	size_t n = list_takers(s, true, taker, names, sizeof(names));

	if (!n)
		n = list_takers(s, false, taker, names, sizeof(names));
	if (!n)
		return none_there();
	return n == 1 ? 0 : ask_taker(s, names, taker);
}

static int check_there(const struct setup *s, enum setup_daemon d)
{
	if (setup_daemon_of_clinic(s, d))
		return 0;
	msg_error("setup", "%s is not installed", setup_daemon_name(d));
	/* Debian's package ntp is an empty one that brings NTPsec, since Debian 12 */
	if (d == SETUP_NTP && setup_daemon_of_clinic(s, SETUP_NTPSEC))
		msg_hint("NTPsec is: --daemon ntpsec");
	else
		msg_hint("%s %s; without --daemon it is the one that there is", installer(),
			 setup_daemon_name(d));
	return EXIT_TROUBLE;
}

/* gpsd reads the port already: it goes on to. */
static bool is_gpsds(const struct setup *s)
{
	const struct port_facts *f = &s->clinic.patients[0].facts;

	return facts_holder(f, ROLE_GPSD) != NULL;
}

int setup_check_daemon(const struct setup *s)
{
	int code;

	if (s->o->daemon < 0) {
		enum setup_daemon first;
		char names[64];

		return list_takers(s, false, &first, names, sizeof(names)) ? 0 : none_there();
	}
	code = check_there(s, (enum setup_daemon)s->o->daemon);
	return code || s->o->taker < 0 ? code : check_there(s, (enum setup_daemon)s->o->taker);
}

int setup_choose_daemon(struct setup *s)
{
	const int said = s->o->daemon;
	int code = 0;

	s->in.daemon = said >= 0 ? (enum setup_daemon)said : SETUP_GPSD;
	if (said < 0 && !is_gpsds(s))
		return find_taker(s, &s->in.daemon);
	if (said >= 0)
		code = check_there(s, s->in.daemon);
	if (code || s->in.daemon != SETUP_GPSD)
		return code;
	if (s->o->taker < 0)
		return find_taker(s, &s->in.taker);
	s->in.taker = (enum setup_daemon)s->o->taker;
	return check_there(s, s->in.taker);
}
