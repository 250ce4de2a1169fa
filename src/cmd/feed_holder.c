// SPDX-License-Identifier: GPL-2.0-or-later
/* feed's own holder, for a port that nobody has. */
#include "feed.h"

#include "own_holder.h"

int feed_holder_ended(struct feed_port *p)
{
	return own_holder_ended(&p->holder);
}

int feed_attach(struct feed *f, struct feed_port *p)
{
	const struct own_holder_wish wish = {
		.table = f->ctx->table,
		.tty = p->chosen.tty,
		.unit = p->chosen.unit,
		.baud = f->o->baud ? p->chosen.baud : 0,
		.pulse_only = !p->chosen.has_sentences && !p->chosen.in_table,
	};

	return own_holder_begin(&wish, &p->holder);
}

void feed_detach(struct feed_port *p)
{
	own_holder_end(&p->holder);
}
