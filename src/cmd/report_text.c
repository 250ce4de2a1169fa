// SPDX-License-Identifier: GPL-2.0-or-later
/* report for people: the figures, series beside series, and what is to be known of them. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../sys/line.h"
#include "../sys/output.h"
#include "report_cell.h"

/* ---- the figures ---- */

static struct cell show_format(const struct report_series *s)
{
	return cell_text(series_format_names[s->format]);
}

static struct cell show_sign(const struct report_series *s)
{
	return cell_text(series_positive_is[s->format]);
}

static struct cell show_missing(const struct report_series *s)
{
	const struct report_figures *f = &s->figures;
	struct cell c = cell_number(f->missing);

	if (f->missing)
		snprintf(c.text, sizeof(c.text), "%llu in %llu gap%s", (unsigned long long)f->missing,
			 (unsigned long long)f->gaps, f->gaps == 1 ? "" : "s");
	return c;
}

static struct cell show_count(const struct report_series *s)
{
	return cell_number(s->figures.count);
}

static struct cell show_tau0(const struct report_series *s)
{
	return cell_tau(s->tau0_s);
}

static struct cell show_drift(const struct report_series *s)
{
	return cell_fraction(s->figures.drift);
}

#define FIGURE(member) .figure = offsetof(struct report_figures, member)

static const struct row {
	const char *label;
	struct cell (*show)(const struct report_series *);	/* NULL: the figure, in seconds */
	size_t figure;
	bool where_known;	/* no row if no series has it */
} rows[] = {
	{ "format", .show = show_format },
	{ "positive is", .show = show_sign, .where_known = true },
	{ "samples", .show = show_count },
	{ "interval", .show = show_tau0 },
	{ "missing", .show = show_missing },
	{ "mean", FIGURE(mean) },
	{ "RMS", FIGURE(rms) },
	{ "min", FIGURE(min) },
	{ "1 %", FIGURE(p01) },
	{ "5 %", FIGURE(p05) },
	{ "25 %", FIGURE(p25) },
	{ "median", FIGURE(median) },
	{ "75 %", FIGURE(p75) },
	{ "95 %", FIGURE(p95) },
	{ "99 %", FIGURE(p99) },
	{ "max", FIGURE(max) },
	{ "jitter", FIGURE(jitter) },
	{ "drift, s/s", .show = show_drift },
	{ "daemon's jitter", FIGURE(daemon_jitter), .where_known = true },
};

static struct cell show(const struct row *row, const struct report_series *s)
{
	const char *figures = (const char *)&s->figures;
	double figure;

	if (row->show)
		return row->show(s);
	memcpy(&figure, figures + row->figure, sizeof(figure));
	return cell_seconds(figure);
}

static bool is_known(const struct row *row, const struct report_series *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(show(row, &s[i]).text, "-") != 0)
			return true;
	return false;
}

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

static void print_figures(const struct report_series *s, size_t n)
{
	struct out_column columns[1 + SIDE_BY_SIDE] = { { .name = "" } };
	struct out_table *t;

	for (size_t i = 0; i < n; i++)
		columns[1 + i] = (struct out_column){ .name = s[i].name, .right = true };
	t = out_table_new(columns, 1 + n);
	for (const struct row *row = rows; row < rows + N_ROWS; row++) {
		const char *cells[1 + SIDE_BY_SIDE] = { row->label };
		struct cell shown[SIDE_BY_SIDE];

		if (row->where_known && !is_known(row, s, n))
			continue;
		for (size_t i = 0; i < n; i++) {
			shown[i] = show(row, &s[i]);
			cells[1 + i] = shown[i].text;
		}
		out_table_row(t, cells);
	}
	out_table_print(t, true);
}

/* ---- what is to be known beside them ---- */

/* Names are what others made them: tables escape them, too. */
static void add_name(struct line *l, const struct report_series *s)
{
	line_wire(l, s->name, strlen(s->name));
	line_add(l, ": ");
}

static void print_count(const struct report_series *s, uint64_t n, const char *what)
{
	static struct line l;

	if (!n)
		return;
	add_name(&l, s);
	line_digits(&l, n, 1);
	line_add(&l, what);
	line_write(&l, stdout);
}

static void print_left_out(const struct report_series *s)
{
	print_count(s, s->out_of_order, " earlier than a sample before, left out");
	print_count(s, s->doubled, " in the same interval as another, left out");
	print_count(s, s->jumps, " of the gaps are jumps of the time, as one missing sample each");
}

static void print_precision(const struct report_series *s)
{
	const struct report_figures *f = &s->figures;
	static struct line l;
	char text[128];

	if (isnan(f->daemon_precision))
		return;
	snprintf(text, sizeof(text),
		 "%.0f %% of the daemon's jitter figures are its own precision, 2^%.0f s = %s",
		 f->daemon_at_floor * 100, log2(f->daemon_precision),
		 cell_seconds(f->daemon_precision).text);
	add_name(&l, s);
	line_add(&l, text);
	line_write(&l, stdout);
}

static void print_group(const struct report_series *s, size_t n)
{
	print_figures(s, n);
	for (size_t i = 0; i < n; i++) {
		print_left_out(&s[i]);
		print_precision(&s[i]);
	}
	report_deviations(s, n);
}

void report_text(const struct report_set *set)
{
	for (size_t i = 0; i < set->n; i += SIDE_BY_SIDE) {
		const size_t left = set->n - i;

		if (i)
			putchar('\n');
		print_group(&set->series[i], left < SIDE_BY_SIDE ? left : SIDE_BY_SIDE);
	}
}
