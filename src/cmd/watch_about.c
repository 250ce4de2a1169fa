// SPDX-License-Identifier: GPL-2.0-or-later
/* What is known of a source before its first pulse; asked once, and nothing is changed. */
#include "watch_about.h"

#include <errno.h>
#include <limits.h>
#include <linux/pps.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../census.h"
#include "../sys/control.h"
#include "../sys/probe.h"
#include "../words.h"

#define HOLDERS_MAX 1024

static const char *source_name(const struct pulse *pulse)
{
	return pulse->source.state == FACT_OK ? pulse->source.val : "";
}

/* The unit of the clock that a daemon would make of it. */
static unsigned int unit_of(const struct pulse *pulse, const struct unittab *units)
{
	const struct unit *u = unittab_find_source(units, source_name(pulse));

	for (size_t i = 0; i < pulse->links.n; i++)
		if (text_begins(pulse->links.v[i], "gpspps"))
			return (unsigned int)strtoul(pulse->links.v[i] + strlen("gpspps"), NULL, 10);
	if (u)
		return u->unit;
	return (unsigned int)strtoul(pulse->name + strcspn(pulse->name, "0123456789"), NULL, 10);
}

/* ---- what is switched off ---- */

/* Who may have done it: "chronyd[412]"; the holder of a port has no business there. */
static void asker(const struct pulse *pulse, char *text, size_t size)
{
	snprintf(text, size, "a program");
	for (size_t i = 0; i < pulse->holders.n; i++) {
		const struct holder *h = &pulse->holders.v[i];

		if (text_begins(h->comm, "gpsppsctl"))
			continue;
		snprintf(text, size, "%s[%d]", h->comm, h->pid);
		return;
	}
}

static void say_edge(const struct pulse *pulse, const char *edge, const char *other, char *off,
		     size_t size)
{
	char who[48];

	asker(pulse, who, sizeof(who));
	snprintf(off, size, "%s edges are not captured (%s asked for %s only): no width", edge, who,
		 other);
}

static void say_offset(const char *edge, long long ns, char *off, size_t size)
{
	const size_t len = strlen(off);

	if (ns)
		snprintf(off + len, size - len, "%sthe kernel adds %+lld ns to each %s stamp",
			 len ? "; " : "", ns, edge);
}

static void find_off(struct probe *probe, const struct pulse *pulse, char *off, size_t size)
{
	char text[96], *p = text;
	unsigned long mode;
	long long assert_ns, clear_ns;

	/* who may not open the source does not see it */
	if (probe_getf(probe, text, sizeof(text), "pps:%s/params", pulse->name) <= 0)
		return;
	mode = strtoul(p, &p, 16);
	assert_ns = strtoll(p, &p, 10);
	clear_ns = strtoll(p, &p, 10);
	/* an edge without a count is one that the source never sees */
	if (fact_known(pulse->clear_edge.seq) && !(mode & PPS_CAPTURECLEAR))
		say_edge(pulse, "clear", "assert", off, size);
	else if (fact_known(pulse->assert_edge.seq) && !(mode & PPS_CAPTUREASSERT))
		say_edge(pulse, "assert", "clear", off, size);
	say_offset("assert", mode & PPS_OFFSETASSERT ? assert_ns : 0, off, size);
	say_offset("clear", mode & PPS_OFFSETCLEAR ? clear_ns : 0, off, size);
}

/* ---- what the holder has measured ---- */

/* "431 812 362 7249": first and last character in ms after the pulse, how many, age in s */
static void ask_holder(struct watch_chosen *w)
{
	char reply[CONTROL_REPLY_MAX], burst[64], baud[16];
	long begin, end, age, bauds;
	unsigned int chars;

	if (control_request(w->tty, "status", reply, sizeof(reply), CONTROL_TIMEOUT_MS) < 0 ||
	    control_value(reply, "burst", burst, sizeof(burst)) < 0 ||
	    sscanf(burst, "%ld %ld %u %ld", &begin, &end, &chars, &age) != 4)
		return;
	w->burst_begin_ms = (int)begin;
	w->burst_end_ms = (int)end;
	w->burst_age_s = age;
	if (!control_value(reply, "baud", baud, sizeof(baud)) &&
	    !parse_number(baud, 1, INT_MAX, &bauds))
		w->load_percent = (int)census_load_percent(chars, (unsigned int)bauds);
}

void watch_about_pulse(struct probe *probe, const struct pulse *pulse,
		       const struct unittab *units, struct watch_chosen *w)
{
	snprintf(w->about, sizeof(w->about), "%.60s",
		 pulse->port[0] ? pulse->port : source_name(pulse));
	w->unit = unit_of(pulse, units);
	find_off(probe, pulse, w->off, sizeof(w->off));
	if (pulse->port[0])
		ask_holder(w);
}

/* ---- who has a port ---- */

int watch_refuse_held(enum source_line which, const char *tty, const char *who)
{
	const char *line = watch_line_names[which];

	msg_error(tty, "%s: nothing of ours looks at its modem lines meanwhile", who);
	msg_hint("how often that line has changed: gpsppsctl watch --last --line %s %s", line, tty);
	return EXIT_TROUBLE;
}

static int cannot_see(const char *tty, int err)
{
	msg_error(tty, "cannot see who has the port open: %s", strerror(-err));
	if (err == -EACCES)
		msg_hint("a daemon that reads it would lose its sentences: run as root (sudo)");
	return EXIT_TROUBLE;
}

/* The first of "PID COMM" lines, as "comm[pid] has the port open". */
static void holder_text(const char *holders, char *text, size_t size)
{
	char *end;
	const long pid = strtol(holders, &end, 10);
	const char *comm = end + (*end == ' ');

	snprintf(text, size, "%.*s[%ld] has the port open", (int)strcspn(comm, "\n"), comm, pid);
}

int watch_check_idle(struct probe *probe, enum source_line which, const char *tty)
{
	char holders[HOLDERS_MAX], who[96];
	int n = probe_getf(probe, holders, sizeof(holders), "holders:%s", tty);

	/* a pty has no ntpd at it, and no kernel that would be disturbed */
	if (n == -EACCES && text_begins(tty, "pts/"))
		return 0;
	if (n < 0)
		return cannot_see(tty, n);
	if (!holders[0])
		return 0;
	holder_text(holders, who, sizeof(who));
	return watch_refuse_held(which, tty, who);
}
