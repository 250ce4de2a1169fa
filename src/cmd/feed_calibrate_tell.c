// SPDX-License-Identifier: GPL-2.0-or-later
/* feed --calibrate: what came out, and the lines that put it right. */
#include "feed_calibrate.h"

#include <stdio.h>

#include "../feedlines.h"
#include "../sys/output.h"

static const char *reference_name(const struct calibration *k)
{
	return k->by_clock ? "clock" : k->side[1].chosen.wish.name;
}

static void write_lines(const struct calibration *k, struct feedlines *lines)
{
	const struct feed_options *o = k->o;
	const struct feed_chosen *c = &k->side[0].chosen;
	const struct feedlines_input in = {
		.mode = o->mode,
		/* it was chosen for pulses alone */
		.shm = o->mode == FEED_BOTH && o->shm < 0 && c->shm > 0 ? c->shm - 1 : c->shm,
		.sock = c->sock[0] ? c->sock : NULL,
		.edge = o->edge,
		.time1_s = (double)k->result.suggested_ns / (double)NS_PER_S,
	};

	feedlines_write(&in, lines);
}

static void tell_figure(const char *name, double ns)
{
	printf("  %-9s %12.3f us\n", name, ns / 1000);
}

static void tell_lines(const char *file, const char *lines)
{
	if (lines[0])
		printf("%s:\n%s", file, lines);
}

static void tell(const struct calibration *k)
{
	const struct comparison *r = &k->result;
	const double suggested_s = (double)r->suggested_ns / (double)NS_PER_S;
	struct feedlines lines;

	printf("%s (%s) is stamped later than %s, %zu pulses:\n", k->side[0].chosen.wish.name,
	       k->side[0].by, reference_name(k), r->n);
	tell_figure("median", (double)r->median_ns);
	tell_figure("mean", (double)r->mean_ns);
	tell_figure("deviation", r->deviation_ns);
	tell_figure("min", (double)r->min_ns);
	tell_figure("max", (double)r->max_ns);
	printf("gpsppsctl feed %s --offset %.9f, or one of these:\n", k->o->ports[0], suggested_s);
	write_lines(k, &lines);
	tell_lines("ntp.conf", lines.ntp);
	tell_lines("ntp.conf (NTPsec)", lines.ntpsec);
	tell_lines("chrony.conf", lines.chrony);
}

static void tell_json(const struct calibration *k)
{
	const struct comparison *r = &k->result;
	struct out *j = out_object(), *said = out_object();
	struct feedlines lines;

	write_lines(k, &lines);
	out_number(j, "version", 1);
	out_text(j, "type", "calibration");
	out_text(j, "source", k->side[0].chosen.wish.name);
	out_text(j, "by", k->side[0].by);
	out_text(j, "reference", reference_name(k));
	out_number(j, "n", (int64_t)r->n);
	out_number(j, "median_ns", r->median_ns);
	out_number(j, "mean_ns", r->mean_ns);
	out_number(j, "low_quarter_ns", r->low_quarter_ns);
	out_real(j, "deviation_ns", r->deviation_ns, 1);
	out_number(j, "min_ns", r->min_ns);
	out_number(j, "max_ns", r->max_ns);
	out_number(j, "offset_ns", r->suggested_ns);
	out_text(said, "ntp", lines.ntp);
	out_text(said, "ntpsec", lines.ntpsec);
	out_text(said, "chrony", lines.chrony);
	out_child(j, "lines", said);
	out_print(j);
}

void calibrate_tell(const struct calibration *k)
{
	if (k->o->json)
		tell_json(k);
	else
		tell(k);
}
