/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One check, run alone against the patient: a table of facts and what it must say. */
#ifndef EXAMINE_H
#define EXAMINE_H

#include "check/check.h"
#include "patient.h"

struct row {
	const char *name;
	void (*edit)(void);		/* of healthy facts; NULL: none */
	const struct check *check;
	enum severity severity;
	const char *says;		/* in one of its texts; NULL: whatever it is */
	enum cure cure;
};

static bool row_says(const struct finding *out, const char *text)
{
	return strstr(out->headline, text) || strstr(out->observed, text) ||
	       strstr(out->why, text) || strstr(out->fix, text);
}

__attribute__((unused))
static void examine(const struct row *r)
{
	struct finding out = { .severity = SEV_NONE };

	healthy();
	if (r->edit)
		r->edit();
	r->check->run(&facts, &out);
	if (out.severity != r->severity)
		fail_msg("%s: %s is %s, not %s: %s %s", r->name, r->check->id,
			 severity_name(out.severity), severity_name(r->severity), out.headline,
			 out.observed);
	if (r->says && !row_says(&out, r->says))
		fail_msg("%s: '%s' is in none of: %s | %s | %s | %s", r->name, r->says,
			 out.headline, out.observed, out.why, out.fix);
	if (out.cure != r->cure)
		fail_msg("%s: cure %d, not %d", r->name, out.cure, r->cure);
	if (out.severity == SEV_SKIPPED && !out.headline[0])
		fail_msg("%s: skipped without a reason", r->name);
	if (out.severity >= SEV_WARN &&
	    !(out.headline[0] && out.observed[0] && out.why[0] && out.fix[0]))
		fail_msg("%s: a text is missing", r->name);
	/* one that ends at the last byte of its room was cut */
	if (strlen(out.observed) == FINDING_TEXT_MAX - 1 ||
	    strlen(out.why) == FINDING_TEXT_MAX - 1 || strlen(out.fix) == FINDING_TEXT_MAX - 1)
		fail_msg("%s: a text was cut", r->name);
}

#define EXAMINE(rows)								\
	for (size_t row_ = 0; row_ < sizeof(rows) / sizeof((rows)[0]); row_++)	\
		examine(&(rows)[row_])

/* Each of the checks fails or warns in one of the rows at least. */
__attribute__((unused))
static void expect_seen_failing(const struct check *const *checks, size_t n,
				const struct row *rows, size_t n_rows)
{
	for (size_t i = 0; i < n; i++) {
		bool seen = false;

		for (size_t k = 0; k < n_rows; k++)
			seen = seen || (rows[k].check == checks[i] && rows[k].severity >= SEV_WARN);
		if (!seen)
			fail_msg("%s is never seen failing", checks[i]->id);
	}
}

__attribute__((unused))
static void expect_texts(const struct check *const *checks, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct check *c = checks[i];

		if (!c->title || !c->explain || !c->see || !c->title[0] || !c->see[0])
			fail_msg("%s: a text is missing", c->id);
		if (strlen(c->title) > 70)
			fail_msg("%s: its title has %zu characters", c->id, strlen(c->title));
		if (strlen(c->explain) < 150 || c->explain[strlen(c->explain) - 1] != '.' ||
		    strstr(c->explain, "  "))
			fail_msg("%s: its explanation is no paragraph", c->id);
	}
}

/* Machines without a fault: no check of any file has a warning. */
__attribute__((unused))
static void expect_silence(void (*const machines[])(void), size_t n)
{
	for (size_t i = 0; i < n; i++) {
		healthy();
		machines[i]();
		diagnose(&facts, &verdict);
		for (size_t k = 0; k < verdict.n; k++)
			if (verdict.findings[k].severity >= SEV_WARN)
				fail_msg("machine %zu: %s: %s", i, verdict.findings[k].id,
					 verdict.findings[k].headline);
	}
}

/* Of a file with one table of rows: its tests, and their names for main(). */
#define EXAMINE_ALL(checks, rows)						\
static void test_rows(void **state)						\
{										\
	(void)state;								\
	EXAMINE(rows);								\
}										\
										\
static void test_every_check_is_seen_failing(void **state)			\
{										\
	(void)state;								\
	expect_seen_failing(checks, sizeof(checks) / sizeof((checks)[0]), rows,	\
			    sizeof(rows) / sizeof((rows)[0]));			\
}										\
										\
static void test_texts(void **state)						\
{										\
	(void)state;								\
	expect_texts(checks, sizeof(checks) / sizeof((checks)[0]));		\
}

#define EXAMINE_TESTS								\
	cmocka_unit_test(test_rows),						\
	cmocka_unit_test(test_every_check_is_seen_failing),			\
	cmocka_unit_test(test_texts)

#endif
