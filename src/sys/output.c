// SPDX-License-Identifier: GPL-2.0-or-later
/* Tables and JSON on stdout: the one file that knows libsmartcols and json-c. */
#include "output.h"

#include <errno.h>
#include <json.h>
#include <libsmartcols.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define COLUMNS_MAX 32

static void *must(void *p)
{
	if (p)
		return p;
	fputs("gpsppsctl: out of memory\n", stderr);
	exit(2);
}

/* ---- tables ---- */

struct out_table {
	const struct out_column *columns;
	size_t n;
	size_t shown[COLUMNS_MAX];	/* indices into columns, in order */
	size_t n_shown;
	struct libscols_table *scols;	/* made with the first row */
};

struct out_table *out_table_new(const struct out_column *columns, size_t n)
{
	struct out_table *t = must(calloc(1, sizeof(*t)));

	t->columns = columns;
	t->n = n < COLUMNS_MAX ? n : COLUMNS_MAX;
	out_table_select(t, NULL, NULL);
	return t;
}

static int find_column(const struct out_table *t, const char *name, size_t len)
{
	for (size_t i = 0; i < t->n; i++)
		if (strlen(t->columns[i].name) == len &&
		    !strncasecmp(t->columns[i].name, name, len))
			return (int)i;
	return -EINVAL;
}

static void select_usual(struct out_table *t)
{
	t->n_shown = 0;
	for (size_t i = 0; i < t->n; i++)
		if (!t->columns[i].optional)
			t->shown[t->n_shown++] = i;
}

int out_table_select(struct out_table *t, const char *list, const char **bad)
{
	select_usual(t);
	if (!list)
		return 0;
	if (*list == '+')
		list++;
	else
		t->n_shown = 0;
	for (;;) {
		size_t len = strcspn(list, ",");
		int i = find_column(t, list, len);

		if (i < 0 || t->n_shown == COLUMNS_MAX) {
			*bad = list;
			return -EINVAL;
		}
		t->shown[t->n_shown++] = (size_t)i;
		if (!list[len])
			return 0;
		list += len + 1;
	}
}

static void make_scols(struct out_table *t)
{
	t->scols = must(scols_new_table());
	scols_table_enable_noencoding(t->scols, 0);
	for (size_t i = 0; i < t->n_shown; i++) {
		const struct out_column *c = &t->columns[t->shown[i]];

		must(scols_table_new_column(t->scols, c->name, 0,
					    c->right ? SCOLS_FL_RIGHT : 0));
	}
}

void out_table_row(struct out_table *t, const char *const *cells)
{
	struct libscols_line *line;

	if (!t->scols)
		make_scols(t);
	line = must(scols_table_new_line(t->scols, NULL));
	for (size_t i = 0; i < t->n_shown; i++) {
		const char *text = cells[t->shown[i]];

		if (scols_line_set_data(line, i, text && *text ? text : "-") < 0)
			must(NULL);
	}
}

/* libsmartcols prints nothing at all for a table without lines. */
static void print_headings(const struct out_table *t)
{
	for (size_t i = 0; i < t->n_shown; i++)
		printf("%s%s", i ? " " : "", t->columns[t->shown[i]].name);
	putchar('\n');
}

void out_table_print(struct out_table *t, bool headings)
{
	if (t->scols) {
		scols_table_enable_noheadings(t->scols, !headings);
		scols_print_table(t->scols);
		scols_unref_table(t->scols);
	} else if (headings) {
		print_headings(t);
	}
	free(t);
}

/* ---- JSON ---- */

/* struct out is json-c's own object under our name: no second tree. */
static json_object *real(struct out *j)
{
	return (json_object *)j;
}

static void put(struct out *o, const char *key, json_object *value)
{
	if (json_object_object_add(real(o), key, value) < 0)
		must(NULL);
}

/* Length of the well-formed UTF-8 sequence at s (RFC 3629), or 0. */
static size_t utf8_length(const unsigned char *s)
{
	size_t n = s[0] < 0x80 ? 1 : s[0] >= 0xc2 && s[0] < 0xe0 ? 2 :
		   s[0] >= 0xe0 && s[0] < 0xf0 ? 3 : s[0] >= 0xf0 && s[0] < 0xf5 ? 4 : 0;

	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

static json_object *text_value(const char *text)
{
	char *clean = must(malloc(strlen(text) * 3 + 1));
	const unsigned char *s = (const unsigned char *)text;
	size_t out = 0;
	json_object *value;

	while (*s) {
		size_t n = utf8_length(s);

		if (n) {
			memcpy(clean + out, s, n);
		} else {
			memcpy(clean + out, "\xef\xbf\xbd", 3);	/* U+FFFD */
		}
		out += n ? n : 3;
		s += n ? n : 1;
	}
	value = must(json_object_new_string_len(clean, (int)out));
	free(clean);
	return value;
}

struct out *out_object(void)
{
	return (struct out *)must(json_object_new_object());
}

struct out *out_array(void)
{
	return (struct out *)must(json_object_new_array());
}

void out_text(struct out *o, const char *key, const char *text)
{
	put(o, key, text ? text_value(text) : NULL);
}

void out_number(struct out *o, const char *key, int64_t value)
{
	put(o, key, must(json_object_new_int64(value)));
}

void out_real(struct out *o, const char *key, double value, int decimals)
{
	char text[64];

	if (!isfinite(value)) {
		out_null(o, key);
		return;
	}
	snprintf(text, sizeof(text), "%.*f", decimals, value);
	put(o, key, must(json_object_new_double_s(value, text)));
}

void out_significant(struct out *o, const char *key, double value, int digits)
{
	char text[64];

	if (!isfinite(value)) {
		out_null(o, key);
		return;
	}
	snprintf(text, sizeof(text), "%.*g", digits, value);
	put(o, key, must(json_object_new_double_s(value, text)));
}

void out_bool(struct out *o, const char *key, bool value)
{
	put(o, key, must(json_object_new_boolean(value)));
}

void out_null(struct out *o, const char *key)
{
	put(o, key, NULL);
}

void out_fact(struct out *o, const char *key, struct fact f)
{
	if (fact_known(f))
		out_number(o, key, f.val);
	else
		out_null(o, key);
}

void out_fact_text(struct out *o, const char *key, const struct fact_text *f)
{
	out_text(o, key, f->state == FACT_OK ? f->val : NULL);
}

void out_child(struct out *o, const char *key, struct out *child)
{
	put(o, key, real(child));
}

void out_add(struct out *array, struct out *child)
{
	if (json_object_array_add(real(array), real(child)) < 0)
		must(NULL);
}

void out_add_text(struct out *array, const char *text)
{
	if (json_object_array_add(real(array), text_value(text)) < 0)
		must(NULL);
}

void out_print(struct out *j)
{
	puts(json_object_to_json_string_ext(real(j), JSON_C_TO_STRING_PLAIN |
					    JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(real(j));
}
