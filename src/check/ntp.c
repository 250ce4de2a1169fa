// SPDX-License-Identifier: GPL-2.0-or-later
/* The clocks that an ntpd has of a port, and lines for its configuration. */
#include "ntp.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../daemon/ntpd_lex.h"
#include "../ntplines.h"

bool ntp_find(const struct port_facts *f, struct ntp_view *v)
{
	memset(v, 0, sizeof(*v));
	v->d = daemon_of(f, DAEMONS_NTP);
	if (!v->d || !v->d->ntpd)
		return false;
	v->clock = daemon_clock_of(v->d, f);
	if ((v->clock->kind != CLOCK_NMEA && v->clock->kind != CLOCK_PPS) ||
	    daemon_unit(v->d, v->clock, &v->unit))
		return false;
	v->pulse = daemon_pulse_clock_of(v->d, f);
	if (v->pulse && daemon_unit(v->d, v->pulse, &v->pulse_unit))
		v->pulse = NULL;
	return true;
}

bool ntp_find_nmea(const struct port_facts *f, struct ntp_view *v)
{
	return ntp_find(f, v) && v->clock->kind == CLOCK_NMEA;
}

struct fact ntp_unit_of(const struct port_facts *f)
{
	struct ntplines_input in;

	ntplines_of(f, &in);
	return in.unit;
}

/* It has this port, or may have been meant to: no daemon has it. */
static bool concerns(const struct daemon *d, const struct port_facts *f)
{
	return daemon_clock_of(d, f) || daemon_has_open(d, f->port.name) ||
	       (fact_known(ntp_unit_of(f)) && !daemon_of(f, DAEMONS_ALL));
}

const struct daemon *ntp_next(const struct port_facts *f, size_t *i)
{
	while (f->daemons && *i < f->daemons->n) {
		const struct daemon *d = &f->daemons->v[(*i)++];

		if (DAEMON_BIT(d->kind) & DAEMONS_NTP && daemon_runs(d) && concerns(d, f))
			return d;
	}
	return NULL;
}

const char *ntp_name(const struct daemon *d)
{
	return daemon_row(d->kind)->name;
}

/* ---- its own words ---- */

const struct ntpq_peer *ntp_peer(const struct daemon *d, const struct daemon_clock *c)
{
	return d->peers.said == SAID_WELL ? daemon_peer(d, c) : NULL;
}

const struct ntpq_clock *ntp_said(const struct daemon *d, const struct daemon_clock *c)
{
	const struct ntpq_clock *said = &d->clock_said[c - d->clocks];

	return said->said == SAID_WELL ? said : NULL;
}

int64_t ntp_in_effect(const struct daemon *d, const struct daemon_clock *c,
		      const struct ntpd_unit *u, enum ntpd_option option)
{
	const struct ntpq_clock *said = ntp_said(d, c);
	struct fact time;

	if (!said)
		return u->set.value[option];
	if (option <= NTPD_FLAG4)
		return fact_known(said->flags) ? said->flags.val >> (option - NTPD_FLAG1) & 1 :
			u->set.value[option];
	time = option == NTPD_TIME1 ? said->fudgetime1_ns : said->fudgetime2_ns;
	if (fact_known(time))
		return time.val;
	/* NTPsec names a time only when it is not 0 */
	return d->kind == DAEMON_NTPSEC && fact_known(said->flags) ? 0 : u->set.value[option];
}

bool ntp_follows_pulse(const struct daemon *d)
{
	for (size_t i = 0; d->peers.said == SAID_WELL && i < d->peers.n; i++)
		if (d->peers.peers[i].tally == 'o')
			return true;
	return false;
}

bool ntp_uses_pulse(const struct ntp_view *v)
{
	const struct ntpq_peer *peer = v->pulse ? ntp_peer(v->d, v->pulse) : NULL;

	return peer && peer->tally == 'o';
}

int64_t ntp_age_s(const struct port_facts *f, const struct daemon *d)
{
	const int64_t age_ms = f->first.at_ns / NS_PER_MS - d->start_ms.val;

	return fact_known(d->start_ms) && age_ms > 0 ? age_ms / MS_PER_S : 0;
}

#define POLLS_MIN 3
#define POLL_S 64	/* both drivers' own, when a line says no other */

bool ntp_is_unreached(const struct port_facts *f, const struct ntp_view *v)
{
	const struct ntpq_peer *peer = ntp_peer(v->d, v->clock);
	int64_t poll_s = POLL_S;

	if (!peer || !fact_is(peer->reach, 0))
		return false;
	if (fact_known(peer->poll_s))
		poll_s = peer->poll_s.val;
	return ntp_age_s(f, v->d) > POLLS_MIN * poll_s;
}

/* ---- lines ---- */

void ntp_quote(const struct daemon *d, const struct ntpd_place *at, char *buf, size_t size)
{
	snprintf(buf, size, "%.100s:%u: %s", d->ntpd->files[at->file].path, at->line, at->text);
}

const struct ntpd_place *ntp_place(const struct ntpd_unit *u, enum ntpd_option option)
{
	return &(u->from[option] ? u->from[option] : u->clock)->at;
}

static const char *const option_words[NTPD_OPTIONS] = {
	[NTPD_FLAG1] = "flag1", [NTPD_FLAG2] = "flag2", [NTPD_FLAG3] = "flag3",
	[NTPD_TIME1] = "time1", [NTPD_TIME2] = "time2", [NTPD_MODE] = "mode",
	[NTPD_BAUD] = "baud", [NTPD_PREFER] = "prefer", [NTPD_PPSPATH] = "ppspath",
};

/* A text that grows, cut to its room. */
struct text {
	char *s;
	size_t size, len;
};

static void add(struct text *t, const char *from, const char *to)
{
	int n = snprintf(t->s + t->len, t->size - t->len, "%.*s", (int)(to - from), from);

	t->len += n > 0 ? (size_t)n : 0;
	if (t->len >= t->size)
		t->len = t->size - 1;
}

/* Where the line ends for ntpd. */
static const char *comment_of(const char *line)
{
	bool quoted = false;

	for (; *line && (quoted || *line != '#'); line++)
		if (*line == '"')
			quoted = !quoted;
	return line;
}

/* A line with this word's value replaced, or the word put at its end; without its comment. */
static void change_line(const char *line, const char *word, const char *value, char *buf,
			size_t size)
{
	struct text t = { .s = buf, .size = size };
	const char *p = line, *end = comment_of(line), *kept = line, *last = line;
	struct lexeme w;
	bool found = false;

	buf[0] = '\0';
	while (lex_word(&p, end, LEX_TOKEN, &w)) {
		last = p;
		if (!lex_is(&w, word))
			continue;
		found = true;
		if (!value || !lex_word(&p, end, LEX_TOKEN, &w) || w.quoted)
			continue;
		add(&t, kept, p - w.len);
		add(&t, value, value + strlen(value));
		kept = last = p;
	}
	add(&t, kept, last);
	if (!found && t.len < size)
		snprintf(buf + t.len, size - t.len, " %s%s%s", word, value ? " " : "",
			 value ? value : "");
}

static bool is_cut(const struct ntpd_place *at)
{
	const size_t len = strlen(at->text);

	return len >= NTPD_QUOTE_MAX - 1 && !strcmp(at->text + len - 3, "...");
}

bool ntp_is_refclock(const struct ntpd_place *at)
{
	return !strncmp(at->text, "refclock", strlen("refclock"));
}

static bool is_fudge(enum ntpd_option option)
{
	return option <= NTPD_TIME2;
}

/* The line where an option is said, or may be added; false: it needs a line of its own. */
static bool find_place(const struct ntpd_unit *u, enum ntpd_option option,
		       const struct ntpd_place **at)
{
	*at = ntp_place(u, option);
	if (u->from[option] || !is_fudge(option) || ntp_is_refclock(*at))
		return !is_cut(*at) || !is_fudge(option);
	/* server takes no flags and no times: a fudge line does */
	for (unsigned int i = NTPD_FLAG1; i <= NTPD_TIME2; i++) {
		*at = ntp_place(u, i);
		if (u->from[i] && u->from[i] != u->clock)
			return !is_cut(*at);
	}
	return false;
}

void ntp_fix_word(const struct daemon *d, const struct ntpd_place *at, const char *word,
		  const char *value, struct finding *out)
{
	char line[NTPD_QUOTE_MAX + 48], restart[96];

	change_line(at->text, word, value, line, sizeof(line));
	daemon_restart_text(d, restart, sizeof(restart));
	finding_fix(out, "%s     # %.60s:%u; then %s", line, d->ntpd->files[at->file].path,
		    at->line, restart);
}

void ntp_fix(const struct daemon *d, const struct ntpd_unit *u, enum ntpd_option option,
	     const char *value, struct finding *out)
{
	const char *word = option_words[option];
	const struct ntpd_place *at;

	if (find_place(u, option, &at))
		ntp_fix_word(d, at, word, value, out);
	else
		ntp_fix_line(d, out, "fudge 127.127.%u.%u %s %s", u->clock->driver,
			     u->clock->unit, word, value);
}

void ntp_fix_line(const struct daemon *d, struct finding *out, const char *fmt, ...)
{
	char line[NTPD_QUOTE_MAX], restart[96];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	daemon_restart_text(d, restart, sizeof(restart));
	finding_fix(out, "%s     # in %.60s; then %s", line, d->conf_path, restart);
}
