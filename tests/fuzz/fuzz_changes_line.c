// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The record of setup's changes is what --undo acts on as root: what is not a line of it is
 * refused, and a line that is taken says the same when it is written again.
 */
/* SOURCES: src/sys/changes_line.c src/sys/changes_log.c src/sys/changes_state.c src/sys/replace.c */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sys/changes_line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool so)
{
	if (!so)
		abort();
}

static void check_states(const struct state *a, const struct state *b)
{
	must(a->is == b->is && (a->is != STATE_LINK || (a->target && a->target[0])));
	must(state_same_content(a, b));
}

/* Each of its lines by the writer, taken once more. */
static void check_log(const struct changes_log *l)
{
	struct changes_log again = { .dir = -1, .fd = -1 };
	char words[LINE_SIZE_MAX];

	for (size_t i = 0; i < l->n; i++) {
		const struct change *c = &l->changes[i];
		const struct change *new;

		must(c->path[0] == '/');
		if (c->number)
			line_before(words, c->path, c->number, &c->before);
		else
			line_dir(words, c->path);
		must(line_apply(&again, words) == 0);
		new = &again.changes[i];
		must(new->number == c->number && !strcmp(new->path, c->path));
		must(state_same(&new->before, &c->before));
		for (size_t k = 0; k < c->n_ours; k++) {
			check_states(&c->ours[k], &c->ours[k]);
			line_ours(words, c->number, &c->ours[k]);
			must(line_apply(&again, words) == 0);
		}
	}
	changes_log_free(&again);
}

/* What is sealed is taken; one bit more or less, and it is not. */
static void check_seal(const char *words, uint8_t bit)
{
	char line[LINE_SIZE_MAX + 32], spoilt[LINE_SIZE_MAX + 32];
	const size_t n = line_seal(line, words);
	char *taken;

	memcpy(spoilt, line, n + 1);
	taken = line_unseal(line, n - 1);
	must(taken && !strcmp(taken, words));
	spoilt[bit % (n - 1)] ^= (char)(1 << (bit & 7));
	taken = line_unseal(spoilt, n - 1);
	must(!taken);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct changes_log log = { .dir = -1, .fd = -1 };
	const uint8_t *const end = data + size;

	for (const uint8_t *next; data < end; data = next) {
		const uint8_t *feed = memchr(data, '\n', (size_t)(end - data));
		char words[2048 + 1];
		const size_t len = (size_t)((feed ? feed : end) - data);

		next = feed ? feed + 1 : end;
		if (len >= sizeof(words))
			continue;
		memcpy(words, data, len);
		words[len] = '\0';
		if (len && !memchr(words, '\0', len)) {
			check_seal(words, data[0]);
			line_apply(&log, words);
		}
		/* as it stands in the file, whatever it is */
		memcpy(words, data, len);
		words[len] = '\0';
		line_unseal(words, len);
	}
	check_log(&log);
	changes_log_free(&log);
	return 0;
}
