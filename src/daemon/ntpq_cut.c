// SPDX-License-Identifier: GPL-2.0-or-later
/* One run of ntpq with several questions. */
#include "ntpq_cut.h"

#include <stdbool.h>
#include <string.h>

#include "ntpq_state.h"
#include "said.h"

/* Before a value that was asked for by its name old ones print its association. */
static bool is_head(struct word line)
{
	return word_begins(line, "associd=") || word_begins(line, "srcadr=");
}

/* All up to the next head.  Behind the line of an association its address may come at once. */
static struct word take_block(struct word *text)
{
	struct word block = { text->s, 0 }, line;
	unsigned int lines = 0;

	while (text->len) {
		struct word rest = *text;

		said_line(&rest, &line);
		if (lines && is_head(line) &&
		    !(lines == 1 && word_begins(block, "associd=") && word_begins(line, "srcadr=")))
			break;
		lines++;
		*text = rest;
		block.len = (size_t)(text->s - block.s);
	}
	return block;
}

static struct word take_peers(struct word *text)
{
	struct word rest = *text, line;

	/* the very first line may be a head */
	if (said_line(&rest, &line) && is_head(line))
		return (struct word){ text->s, 0 };
	return take_block(text);
}

static void add_clock(struct ntpq_parts *out, const struct ntpq_assoc *a, struct word block)
{
	if (out->n == NTPQ_CLOCKS_MAX || !fact_known(a->driver) || !fact_known(a->unit))
		return;
	out->clocks[out->n++] = (struct ntpq_part){
		.driver = (int)a->driver.val, .unit = (int)a->unit.val, .text = block,
	};
}

/* A block with an address names the source whose variables may come next. */
static void take_sources(struct word text, struct ntpq_parts *out)
{
	struct ntpq_assoc named = { .is_clock = false };

	while (text.len) {
		const struct word block = take_block(&text);
		struct ntpq_assoc a;

		ntpq_read_assoc(block.s, block.len, &a);
		if (a.srcadr[0]) {
			named = a;
		} else if (fact_is(a.associd, 0)) {
			out->system = block;
		} else {
			if (named.is_clock && (!fact_known(named.associd) ||
					       fact_is(a.associd, named.associd.val)))
				add_clock(out, &named, block);
			named.is_clock = false;
		}
	}
}

void ntpq_cut(const char *text, size_t len, struct ntpq_parts *out)
{
	const struct word all = { text, len };
	struct word rest = all;

	memset(out, 0, sizeof(*out));
	out->system = (struct word){ text, 0 };
	out->peers = take_peers(&rest);
	if (rest.len)
		take_sources(rest, out);
	else
		out->system = all;
}

struct word ntpq_clock_part(const struct ntpq_parts *p, int driver, int unit)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->clocks[i].driver == driver && p->clocks[i].unit == unit)
			return p->clocks[i].text;
	return (struct word){ "", 0 };
}
