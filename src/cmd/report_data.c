// SPDX-License-Identifier: GPL-2.0-or-later
/* The data files of report's pictures. */
#include <errno.h>
#include <math.h>

#include "report_pictures.h"

/* ---- offset ---- */

/* The column between two: a line through one point is none. */
static void offset_row(FILE *f, const struct pictures *p, const struct report_series *s,
		       const struct plot_column column[3])
{
	const struct plot_column *c = &column[1];
	const double at = (double)c->first + (double)(c->n - 1) / 2;

	/* an empty line is a gap in the line */
	if (!c->count)
		return;
	if (!column[0].count)
		fputc('\n', f);
	fprintf(f, "%.6f %.12g %.12g %.12g %d\n", series_begin_s(p, s) + at * s->tau0_s, c->mean,
		c->low, c->high, !column[0].count && !column[2].count);
}

static void offset_data(FILE *f, const struct pictures *p, size_t i)
{
	const struct report_series *s = &p->series[i];
	const size_t columns = plot_columns(s->n);
	struct plot_column column[3] = { { .count = 0 } };

	fprintf(f, "# time (s%s), offset (s): mean, least, greatest; 1: alone between two gaps\n",
		p->utc ? " since 1970, UTC" : "");
	for (size_t k = 0; k <= columns; k++) {
		column[0] = column[1];
		column[1] = column[2];
		column[2] = k < columns ? plot_column(s->phase_s, s->n, columns, k) :
					  (struct plot_column){ .count = 0 };
		offset_row(f, p, s, column);
	}
}

/* ---- histogram ---- */

static const struct picture_group *group_of(const struct pictures *p, size_t i)
{
	return &p->groups[p->n_groups == 1 ? 0 : i];
}

static void histogram_data(FILE *f, const struct pictures *p, size_t i)
{
	const struct plot_bins *b = &group_of(p, i)->bins;
	const struct report_figures *r = &p->series[i].figures;
	const double samples = fmax((double)p->spread[i].count, 1);

	fputs("# lower edge of a bin (s), samples in it, share (%)\n", f);
	for (size_t k = 0; k < b->n; k++)
		fprintf(f, "%.12g %llu %.6g\n", b->low + (double)k * b->width,
			(unsigned long long)p->count[i][k], 100 * (double)p->count[i][k] / samples);
	fprintf(f, "%.12g 0 0\n", b->low + (double)b->n * b->width);
	fputs("\n\n# 5, 25, 50, 75, 95 % of the samples are below (s)\n", f);
	fprintf(f, "%.12g %.12g %.12g %.12g %.12g\n", r->p05, r->p25, r->median, r->p75, r->p95);
}

/* ---- deviations ---- */

static void deviations_data(FILE *f, const struct pictures *p, size_t i)
{
	const struct report_series *s = &p->series[i];

	fputs("# tau (s), Allan deviation: overlapping, modified; time deviation (s), MTIE (s);\n"
	      "# intervals of this length that do not overlap\n", f);
	for (size_t k = 0; k < s->n_points; k++) {
		const struct stability_point *t = &s->points[k];

		fprintf(f, "%.12g %.9g %.9g %.9g %.9g %llu\n", (double)t->m * s->tau0_s, t->oadev,
			t->mdev, t->tdev, t->mtie, (unsigned long long)t->n_adev);
	}
}

/* ---- all ---- */

static void (*const data[N_PICTURES])(FILE *f, const struct pictures *p, size_t i) = {
	offset_data, histogram_data, deviations_data,
};

static int write_one(const struct workdir *w, const struct pictures *p, int which, size_t i)
{
	char name[64], shown[PLOT_NAME_SIZE];
	FILE *f;
	int err;

	snprintf(name, sizeof(name), "%s-%zu.dat", picture_names[which], i + 1);
	f = workdir_open(w, name, "we");
	if (!f)
		return -errno;
	fprintf(f, "# %s\n", plot_name(p->series[i].name, shown));
	data[which](f, p, i);
	err = ferror(f) ? -EIO : 0;
	return fclose(f) < 0 ? -errno : err;
}

int data_write(const struct workdir *w, const struct pictures *p)
{
	int err = 0;

	for (int which = 0; which < N_PICTURES; which++)
		for (size_t i = 0; i < p->n && !err; i++)
			err = write_one(w, p, which, i);
	return err;
}
