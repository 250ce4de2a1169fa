// SPDX-License-Identifier: GPL-2.0-or-later
/* report for people: the deviations, of one series, or of several side by side. */
#include <math.h>
#include <stdio.h>

#include "../sys/output.h"
#include "report_cell.h"

static struct cell show_adev(const struct stability_point *p) { return cell_fraction(p->adev); }
static struct cell show_oadev(const struct stability_point *p) { return cell_fraction(p->oadev); }
static struct cell show_mdev(const struct stability_point *p) { return cell_fraction(p->mdev); }
static struct cell show_tdev(const struct stability_point *p) { return cell_seconds(p->tdev); }
static struct cell show_mtie(const struct stability_point *p) { return cell_seconds(p->mtie); }
static struct cell show_n_adev(const struct stability_point *p) { return cell_number(p->n_adev); }
static struct cell show_n_oadev(const struct stability_point *p) { return cell_number(p->n_oadev); }
static struct cell show_n_mdev(const struct stability_point *p) { return cell_number(p->n_mdev); }
static struct cell show_n_mtie(const struct stability_point *p) { return cell_number(p->n_mtie); }

static const struct quantity {
	const char *heading, *title;
	struct cell (*value)(const struct stability_point *);
	struct cell (*terms)(const struct stability_point *);
} quantities[] = {
	{ "ADEV", "Allan deviation", show_adev, show_n_adev },
	{ "OADEV", "overlapping Allan deviation", show_oadev, show_n_oadev },
	{ "MDEV", "modified Allan deviation", show_mdev, show_n_mdev },
	{ "TDEV", "time deviation", show_tdev, show_n_mdev },
	{ "MTIE", "maximum time interval error", show_mtie, show_n_mtie },
};

#define N_QUANTITIES (sizeof(quantities) / sizeof(quantities[0]))

/* One series: its quantities side by side, each with its number of terms. */
static void print_deviations(const struct report_series *s)
{
	struct out_column columns[1 + 2 * N_QUANTITIES] = { { .name = "TAU", .right = true } };
	struct out_table *t;

	for (size_t q = 0; q < N_QUANTITIES; q++) {
		columns[1 + 2 * q] = (struct out_column){ .name = quantities[q].heading, .right = true };
		columns[2 + 2 * q] = (struct out_column){ .name = "N", .right = true };
	}
	t = out_table_new(columns, 1 + 2 * N_QUANTITIES);
	for (size_t i = 0; i < s->n_points; i++) {
		struct cell shown[1 + 2 * N_QUANTITIES] = { cell_tau((double)s->points[i].m * s->tau0_s) };
		const char *cells[1 + 2 * N_QUANTITIES] = { shown[0].text };

		for (size_t q = 0; q < N_QUANTITIES; q++) {
			shown[1 + 2 * q] = quantities[q].value(&s->points[i]);
			shown[2 + 2 * q] = quantities[q].terms(&s->points[i]);
			cells[1 + 2 * q] = shown[1 + 2 * q].text;
			cells[2 + 2 * q] = shown[2 + 2 * q].text;
		}
		out_table_row(t, cells);
	}
	out_table_print(t, true);
}

static double tau_of(const struct report_series *s, size_t point)
{
	return (double)s->points[point].m * s->tau0_s;
}

/* The smallest tau of all series behind `after`; INFINITY: there is none. */
static double next_tau(const struct report_series *s, size_t n, double after)
{
	double next = INFINITY;

	for (size_t i = 0; i < n; i++)
		for (size_t p = 0; p < s[i].n_points; p++)
			if (tau_of(&s[i], p) > after * (1 + 1e-9))
				next = fmin(next, tau_of(&s[i], p));
	return next;
}

static const struct stability_point *point_at(const struct report_series *s, double tau_s)
{
	for (size_t p = 0; p < s->n_points; p++)
		if (fabs(tau_of(s, p) - tau_s) <= 1e-9 * tau_s)
			return &s->points[p];
	return NULL;
}

/* One quantity: the series side by side. */
static void print_quantity(const struct quantity *q, const struct report_series *s, size_t n)
{
	struct out_column columns[1 + 2 * SIDE_BY_SIDE] = { { .name = "TAU", .right = true } };
	struct out_table *t;

	for (size_t i = 0; i < n; i++) {
		columns[1 + 2 * i] = (struct out_column){ .name = s[i].name, .right = true };
		columns[2 + 2 * i] = (struct out_column){ .name = "N", .right = true };
	}
	t = out_table_new(columns, 1 + 2 * n);
	for (double at = next_tau(s, n, 0); isfinite(at); at = next_tau(s, n, at)) {
		struct cell shown[1 + 2 * SIDE_BY_SIDE] = { cell_tau(at) };
		const char *cells[1 + 2 * SIDE_BY_SIDE] = { shown[0].text };

		for (size_t i = 0; i < n; i++) {
			const struct stability_point *p = point_at(&s[i], at);

			shown[1 + 2 * i] = p ? q->value(p) : cell_text(NULL);
			shown[2 + 2 * i] = p ? q->terms(p) : cell_text(NULL);
			cells[1 + 2 * i] = shown[1 + 2 * i].text;
			cells[2 + 2 * i] = shown[2 + 2 * i].text;
		}
		out_table_row(t, cells);
	}
	printf("\n%s (N: its terms)\n", q->title);
	out_table_print(t, true);
}

void report_deviations(const struct report_series *s, size_t n)
{
	if (n == 1) {
		putchar('\n');
		print_deviations(s);
		return;
	}
	/* the overlapping deviation says what the first one does, and says it better */
	for (size_t q = 1; q < N_QUANTITIES; q++)
		print_quantity(&quantities[q], s, n);
}
