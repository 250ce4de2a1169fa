// SPDX-License-Identifier: GPL-2.0-or-later
/* What the checks of chrony share: the port's refclock, and a line of the user's, changed. */
#include "chrony.h"

#include <stdio.h>
#include <string.h>

#include "../daemon/conftext.h"

static bool may_have_pulse(const struct daemon *d, const struct port_facts *f)
{
	return daemon_runs(d) && d->kind == DAEMON_CHRONY && d->conf.state == FACT_DENIED &&
	       f->pulse.name[0] &&
	       (d->nodes_known.state == FACT_DENIED || daemon_has_open(d, f->pulse.name));
}

static bool take_pulse(const struct daemon *d, const struct port_facts *f, struct chrony_pulse *p)
{
	const struct daemon_clock *c;

	if (d->kind != DAEMON_CHRONY || !daemon_runs(d) || !d->chrony)
		return false;
	c = daemon_pulse_clock_of(d, f);
	if (!c)
		return false;
	p->d = d;
	p->index = c->index;
	p->rc = &d->chrony->refclocks[c->index];
	p->said = daemon_source(d, c);
	return true;
}

bool chrony_find_pulse(const struct port_facts *f, struct finding *out, struct chrony_pulse *p)
{
	for (size_t i = 0; f->daemons && i < f->daemons->n; i++) {
		const struct daemon *d = &f->daemons->v[i];

		if (take_pulse(d, f, p))
			return true;
		if (may_have_pulse(d, f))
			check_denied(out, "chronyd's configuration", d->conf);
	}
	return false;
}

/* RCL_poll() in refclock.c counts a poll only when a sample passed the filter. */
bool chrony_is_heard(const struct chronyc_source *s)
{
	return s && ((fact_known(s->reach) && s->reach.val) || s->state == '*' || s->state == '+');
}

bool chrony_is_unheard(const struct chronyc_source *s)
{
	return s && s->state == '?' && fact_is(s->reach, 0);
}

void chrony_quote(const struct daemon *d, const struct chrony_where *at, const char *what,
		  struct finding *out)
{
	finding_observed(out, "%s:%u: %s%s%s", d->chrony->files[at->file], at->line, at->text,
			 what[0] ? "; " : "", what);
}

/* ---- a line, changed ---- */

static void add_word(char *buf, size_t size, const char *word, size_t len)
{
	const size_t n = strlen(buf);

	if (len && n < size)
		snprintf(buf + n, size - n, "%s%.*s", n ? " " : "", (int)len, word);
}

static void edit_line(char *buf, size_t size, const char *line, const struct chrony_edit *edit)
{
	const char *const end = line + strlen(line);
	bool is_done = false;
	struct word w;

	buf[0] = '\0';
	while ((w = conf_word(&line, end)).len) {
		if (!conf_same(w, edit->option)) {
			add_word(buf, size, w.s, w.len);
			continue;
		}
		if (edit->takes_value)
			conf_word(&line, end);
		if (!is_done)
			add_word(buf, size, edit->becomes, strlen(edit->becomes));
		is_done = true;
	}
	if (!is_done)
		add_word(buf, size, edit->becomes, strlen(edit->becomes));
}

/* What was cut for quoting is no line to write. */
static bool is_cut(const struct chrony_where *at)
{
	const size_t n = strlen(at->text);

	return n >= 3 && !strcmp(at->text + n - 3, "...");
}

void chrony_fix_line(const struct daemon *d, const struct chrony_where *at,
		     const struct chrony_edit *edit, struct finding *out)
{
	const char *const file = d->chrony->files[at->file];
	char line[CHRONY_TEXT_MAX + 32], restart[96];

	daemon_restart_text(d, restart, sizeof(restart));
	edit_line(line, sizeof(line), at->text, edit);
	if (!is_cut(at))
		finding_fix(out, "%s:%u: %s     # then %s", file, at->line, line, restart);
	else if (edit->becomes[0])
		finding_fix(out, "%s:%u: %s     # then %s", file, at->line, edit->becomes, restart);
	else
		finding_fix(out, "%s:%u: without %s     # then %s", file, at->line, edit->option,
			    restart);
}

const struct chrony_refclock *chrony_numbering(const struct chrony_conf *conf)
{
	for (size_t i = 0; i < conf->n_refclocks; i++) {
		const struct chrony_refclock *rc = &conf->refclocks[i];

		if (!chrony_is_pulse(rc) && (rc->driver == CHRONY_SHM || rc->driver == CHRONY_SOCK))
			return rc;
	}
	return NULL;
}
