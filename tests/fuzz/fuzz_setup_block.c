// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What setup puts into files of others stands beside their words: whatever these are, none is
 * lost, and what was put in can be taken out again.
 */
/* SOURCES: src/setup/plan_block.c src/setup/plan_inittab.c src/setup/plan_steps.c src/setup/plan_text.c src/words.c */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "setup/plan_init.h"

#define PATH "/etc/file"
#define NAME "unit 0"
#define LINES "one\ntwo\n"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct setup_file file;

static const struct setup_file *read_file(void *ctx, const char *path)
{
	static const struct setup_file none = { .is = SETUP_ABSENT };

	(void)ctx;
	return strcmp(path, PATH) ? &none : &file;
}

static const struct setup_reader reader = { .file = read_file };

static void must(bool so)
{
	if (!so)
		abort();
}

/* The text that is written to the file; it is as it was without a step. */
static struct plan_text edited(void (*edit)(struct planner *p), const char *text, size_t len)
{
	static const struct setup_in in = { .tty = "ttyS0" };
	struct setup_plan plan = { 0 };
	struct planner p = { .in = &in, .files = &reader, .plan = &plan, .old_unit = -1 };
	struct plan_text out = { 0 };

	file = (struct setup_file){ .is = SETUP_TEXT, .text = text, .len = len, .pristine = true };
	edit(&p);
	must(!p.err && plan.n <= 1);
	if (plan.n && plan.steps[0].kind == SETUP_WRITE)
		plan_append(&out, plan.steps[0].text, plan.steps[0].len);
	else
		plan_append(&out, text, len);
	for (size_t i = 0; i < plan.n; i++) {
		free(plan.steps[i].path);
		free(plan.steps[i].text);
	}
	free(plan.steps);
	return out;
}

static void put_in(struct planner *p)
{
	plan_block(p, PATH, NAME, LINES, "why");
}

static void take_out(struct planner *p)
{
	plan_block(p, PATH, NAME, "", "why");
}

static void assign(struct planner *p)
{
	plan_assign(p, PATH, "DEVICES", "/dev/ttyS0", "why");
}

/* The same, but for the end of a last line that had none. */
static bool is_same(const struct plan_text *a, const char *text, size_t len)
{
	if (a->len < len || (len && memcmp(a->s, text, len) != 0))
		return false;
	return a->len == len || (len && text[len - 1] != '\n' &&
				 (!strcmp(a->s + len, "\n") || !strcmp(a->s + len, "\r\n")));
}

static void check_block(const char *text, size_t len)
{
	struct plan_text without = edited(take_out, text, len), in, again, out;
	size_t at, size;

	/* of two, one is left */
	if (plan_block_find(without.s, without.len, NAME, &at, &size) == -ENOENT) {
		in = edited(put_in, without.s, without.len);
		must(!plan_block_find(in.s, in.len, NAME, &at, &size));
		again = edited(put_in, in.s, in.len);
		must(is_same(&again, in.s, in.len));
		out = edited(take_out, in.s, in.len);
		must(is_same(&out, without.s, without.len));
		plan_text_free(&in);
		plan_text_free(&again);
		plan_text_free(&out);
	}
	plan_text_free(&without);
}

/* A line more, or another one in the place of one. */
static void check_assignment(const char *text, size_t len)
{
	struct plan_text once = edited(assign, text, len), twice = edited(assign, once.s, once.len);

	must(strstr(once.s, "DEVICES=\"/dev/ttyS0\"\n") || memchr(text, '\0', len));
	must(twice.len == once.len && !memcmp(twice.s, once.s, once.len));
	plan_text_free(&once);
	plan_text_free(&twice);
}

/* Each line that was none of our block's is there, perhaps as a comment. */
static void check_lines(const char *p, const char *end, const struct plan_text *in)
{
	static const char mark[] = "#gpsppsctl: ";
	const char *at = in->s;

	while (p < end) {
		const char *feed = memchr(p, '\n', (size_t)(end - p));
		const size_t n = (size_t)((feed ? feed : end) - p);

		if ((size_t)(in->s + in->len - at) > sizeof(mark) - 1 + n &&
		    !memcmp(at, mark, sizeof(mark) - 1) && memcmp(p, mark, n < 12 ? n : 12) != 0)
			at += sizeof(mark) - 1;
		must((size_t)(in->s + in->len - at) > n && !memcmp(at, p, n) && at[n] == '\n');
		at += n + 1;
		p += n + 1;
	}
}

static void check_inittab(const char *text, size_t len)
{
	const struct inittab_wish wish = { .tty = "ttyS0", .lines = "::respawn:x\n" };
	struct plan_text once = { 0 }, twice = { 0 };
	struct inittab_found found;
	size_t at = 0, size = 0;
	const bool had = plan_block_find(text, len, NAME, &at, &size) == 0;

	inittab_edit(&once, text, len, &wish, &found);
	inittab_edit(&twice, once.s, once.len, &wish, &found);
	if (!had)
		check_lines(text, text + len, &once);
	/* of two blocks one goes at a time */
	if (!had && plan_block_find(once.s, once.len, NAME, &at, &size) == 0)
		must(twice.len == once.len && !memcmp(twice.s, once.s, once.len));
	plan_text_free(&once);
	plan_text_free(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	must(text != NULL);
	/* a last line of this kind has a style only when it has got its end */
	while (size && data[size - 1] == '\r')
		size--;
	memcpy(text, data, size);
	text[size] = '\0';
	check_block(text, size);
	check_assignment(text, size);
	check_inittab(text, size);
	free(text);
	return 0;
}
