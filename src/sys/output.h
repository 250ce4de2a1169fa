/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The only writer of results: tables (libsmartcols) and JSON (json-c).
 * Memory that runs out here ends the program with one line and exit code 2, as
 * there is nothing left to say or to put back while a result is being printed.
 */
#ifndef GPSPPSCTL_OUTPUT_H
#define GPSPPSCTL_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../facts.h"

/* ---- tables ---- */

struct out_column {
	const char *name;	/* heading, and the word for -o */
	const char *help;	/* what it says, for --help */
	bool right;		/* numbers */
	bool optional;		/* only shown when -o asks for it */
};

struct out_table;

/* The columns stay the caller's and must outlive the table. */
struct out_table *out_table_new(const struct out_column *columns, size_t n);

/*
 * Which columns to show: "PORT,PPS", or "+BASE" to add to the usual ones.  Any
 * case.  NULL is the usual ones.  Before the first row.  0, or -EINVAL with
 * *bad pointing at the word that is no column.
 */
int out_table_select(struct out_table *t, const char *list, const char **bad);

/* A row: one text a column, all of them in the order of `columns`; NULL is "-". */
void out_table_row(struct out_table *t, const char *const *cells);

/* Print to stdout and free.  An empty table prints its headings. */
void out_table_print(struct out_table *t, bool headings);

/* ---- JSON ---- */

struct out;		/* an object or an array under construction */

struct out *out_object(void);
struct out *out_array(void);

/* Put a member in an object.  `text` NULL is null; bytes that are no UTF-8 become U+FFFD. */
void out_text(struct out *o, const char *key, const char *text);
void out_number(struct out *o, const char *key, int64_t value);
/* A number with `decimals` digits behind the point; a value that is no number is null. */
void out_real(struct out *o, const char *key, double value, int decimals);
/* The same with so many digits that matter: 2.922319e-01 */
void out_significant(struct out *o, const char *key, double value, int digits);
void out_bool(struct out *o, const char *key, bool value);
void out_null(struct out *o, const char *key);
/* A fact that is absent or denied is null. */
void out_fact(struct out *o, const char *key, struct fact f);
void out_fact_text(struct out *o, const char *key, const struct fact_text *f);

/* Put a child in an object, or behind an array's last element; it is the parent's then. */
void out_child(struct out *o, const char *key, struct out *child);
void out_add(struct out *array, struct out *child);
void out_add_text(struct out *array, const char *text);

/* Write it to stdout as one line, and free it. */
void out_print(struct out *j);

#endif
