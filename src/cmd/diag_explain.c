// SPDX-License-Identifier: GPL-2.0-or-later
/* diag --list and --explain: what diag can find, from the table of its checks. */
#include "diag.h"

#include <stdio.h>
#include <string.h>

#include "../sys/output.h"
#include "cmd.h"

#define WIDTH 78

/* Break a paragraph at blanks, each line behind the same indent. */
static void put_paragraph(const char *text)
{
	while (*text) {
		size_t n = strlen(text);

		if (n > WIDTH) {
			n = WIDTH;
			while (n && text[n] != ' ')
				n--;
			if (!n)
				n = strcspn(text, " ");
		}
		printf("%.*s\n", (int)n, text);
		text += n;
		text += *text == ' ';
	}
}

static void explain(const struct check *c)
{
	printf("%s\n%s\n\n", c->id, c->title);
	put_paragraph(c->explain);
	printf("\nsee: %s\n", c->see);
}

static struct out *check_json(const struct check *c)
{
	struct out *o = out_object();

	out_text(o, "id", c->id);
	out_text(o, "stage", diagnose_stage_name(c->stage));
	out_text(o, "title", c->title);
	out_text(o, "explain", c->explain);
	out_text(o, "see", c->see);
	return o;
}

static void print_json(const struct check *const *checks, size_t n)
{
	struct out *o = out_object(), *list = out_array();

	out_number(o, "version", 1);
	for (size_t i = 0; i < n; i++)
		out_add(list, check_json(checks[i]));
	out_child(o, "checks", list);
	out_print(o);
}

void diag_list(bool json)
{
	size_t n;
	const struct check *const *checks = diagnose_checks(&n);

	if (json) {
		print_json(checks, n);
		return;
	}
	for (size_t i = 0; i < n; i++)
		printf("%-22s %s\n", checks[i]->id, checks[i]->title);
}

int diag_explain(const char *id, bool json)
{
	size_t n;
	const struct check *const *checks = diagnose_checks(&n);
	bool all = !strcmp(id, "all");

	if (all && json) {
		print_json(checks, n);
		return EXIT_DONE;
	}
	for (size_t i = 0; i < n; i++) {
		if (!all && strcmp(id, checks[i]->id))
			continue;
		if (json) {
			print_json(&checks[i], 1);
			return EXIT_DONE;
		}
		if (all && i)
			putchar('\n');
		explain(checks[i]);
		if (!all)
			return EXIT_DONE;
	}
	if (all)
		return EXIT_DONE;
	msg_error(id, "diag knows no such id");
	msg_hint("gpsppsctl diag --list");
	return EXIT_TROUBLE;
}
