// SPDX-License-Identifier: GPL-2.0-or-later
/* diag's report as JSON. */
#include "diag.h"

#include <stdio.h>

#include "../sys/output.h"

void diag_lines(const struct port_facts *f, struct ntplines *lines)
{
	struct ntplines_input in;

	ntplines_of(f, &in);
	ntplines_write(&in, lines);
}

static const char *or_null(const char *text)
{
	return text && *text ? text : NULL;
}

static struct out *finding_json(const struct finding *f)
{
	struct out *o = out_object(), *observed = out_object();

	for (size_t i = 0; i < f->n_saw; i++)
		out_fact(observed, f->saw[i].key, f->saw[i].value);
	out_text(observed, "text", or_null(f->observed));
	out_text(o, "id", f->id);
	out_text(o, "severity", severity_name(f->severity));
	out_text(o, "headline", or_null(f->headline));
	out_child(o, "observed", observed);
	out_text(o, "why", or_null(f->why));
	out_text(o, "fix", or_null(f->fix));
	out_text(o, "see", f->see);
	return o;
}

static struct out *lines_json(const struct port_facts *f)
{
	struct out *o = out_object();
	struct ntplines lines;

	diag_lines(f, &lines);
	out_text(o, "ntp", or_null(lines.ntp));
	out_text(o, "ntpsec", or_null(lines.ntpsec));
	out_text(o, "chrony", or_null(lines.chrony));
	return o;
}

static struct out *events_json(const struct port_facts *f)
{
	struct out *list = out_array();

	for (unsigned int i = 0; i < f->n_events; i++) {
		struct out *o = out_object();

		out_number(o, "time_s", f->events[i].real_ns / NS_PER_S);
		out_text(o, "what", f->events[i].what);
		out_text(o, "text", f->events[i].text);
		out_add(list, o);
	}
	return list;
}

static struct out *patient_json(const struct patient *p)
{
	struct out *o = out_object(), *also = out_array(), *findings = out_array();
	const struct verdict *v = &p->verdict;
	char path[64];

	for (size_t i = 0; i < v->n_also_possible; i++)
		out_add_text(also, v->also_possible[i]->id);
	for (size_t i = 0; i < v->n; i++)
		if (v->findings[i].severity != SEV_NONE)
			out_add(findings, finding_json(&v->findings[i]));
	snprintf(path, sizeof(path), "/dev/%s", p->facts.port.name);
	out_text(o, "port", p->facts.pulse_only ? NULL : path);
	out_text(o, "pps", or_null(p->facts.pulse.name));
	out_text(o, "pulse_from", or_null(p->facts.pulse_from));	/* when not from the port */
	out_text(o, "cause", v->cause ? v->cause->id : NULL);
	out_child(o, "also_possible", also);
	out_child(o, "findings", findings);
	out_child(o, "lines", lines_json(&p->facts));
	out_child(o, "daemons", diag_daemons_json(&p->facts));
	out_child(o, "events", events_json(&p->facts));
	return o;
}

void diag_print_json(const struct patient *patients, size_t n)
{
	struct out *o = out_object(), *ports = out_array();

	out_number(o, "version", 1);
	for (size_t i = 0; i < n; i++)
		out_add(ports, patient_json(&patients[i]));
	out_child(o, "ports", ports);
	out_print(o);
}
