// SPDX-License-Identifier: GPL-2.0-or-later
/* diag's report of the daemons that have to do with a port. */
#include "diag.h"

#include <stdio.h>

#include "../daemon/mark.h"
#include "../sys/output.h"

void diag_put_daemons(const struct port_facts *f)
{
	for (size_t i = 0; f->daemons && i < f->daemons->n; i++) {
		const struct daemon *d = &f->daemons->v[i];

		for (unsigned int k = 0; daemon_runs(d) && k < d->n_clocks; k++) {
			struct clock_mark m;
			char line[DIAG_LINE_MAX];

			if (!daemon_is_clock_of(d, &d->clocks[k], f) ||
			    !mark_of(d, &d->clocks[k], &m) || !m.mark)
				continue;
			mark_text(&m, line, sizeof(line));
			/* users look for a second line, and take their pulse for unused */
			if (m.has_pulse && d->clocks[k].kind == CLOCK_NMEA && m.mark != 'o')
				diag_add(line, "; its pulse has no line of its own: look for o here");
			diag_put_line(daemon_row(d->kind)->name, line, true);
		}
	}
}

static struct out *clock_json(const struct daemon *d, const struct daemon_clock *c)
{
	struct out *o = out_object();
	char mark[2] = "", where[CLOCK_PATH_MAX + 16];
	struct clock_mark m;

	mark_of(d, c, &m);
	mark[0] = m.mark;
	daemon_where(d, c, where, sizeof(where));
	out_text(o, "name", *m.name ? m.name : NULL);
	out_text(o, "configured", *where ? where : NULL);
	out_text(o, "port", *c->port ? c->port : NULL);
	out_text(o, "pulse", *c->pulse ? c->pulse : NULL);
	out_text(o, "mark", *mark ? mark : NULL);
	out_text(o, "mark_means", m.words);
	out_fact(o, "offset_ns", m.offset_ns);
	out_fact(o, "reach", m.reach);
	return o;
}

static struct out *daemon_json(const struct daemon *d, const struct port_facts *f)
{
	struct out *o = out_object(), *clocks = out_array();

	for (unsigned int i = 0; i < d->n_clocks; i++)
		if (daemon_is_clock_of(d, &d->clocks[i], f))
			out_add(clocks, clock_json(d, &d->clocks[i]));
	out_text(o, "name", daemon_row(d->kind)->name);
	out_fact(o, "pid", d->pid);
	out_text(o, "service", d->service[0] ? d->service : NULL);
	out_child(o, "clocks", clocks);
	out_bool(o, "uses_pulse", mark_is_pulse_used(d, f));
	return o;
}

struct out *diag_daemons_json(const struct port_facts *f)
{
	struct out *list = out_array();

	for (size_t i = 0; f->daemons && i < f->daemons->n; i++)
		if (daemon_clock_of(&f->daemons->v[i], f))
			out_add(list, daemon_json(&f->daemons->v[i], f));
	return list;
}
