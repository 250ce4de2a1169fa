// SPDX-License-Identifier: GPL-2.0-or-later
/* feed: samples to where they are due; what fails is said once, and that it works again. */
#include "feed.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define BY_SOCK 2		/* of target_err, behind the kinds of samples in shared memory */

/* log2 of seconds: what the stamps are worth at best */
#define PRECISION_KERNEL (-20)
#define PRECISION_USER (-14)
#define PRECISION_SECONDS (-7)

static int precision_of(const struct feed_port *p, const struct sample *s)
{
	if (s->kind == SAMPLE_SECONDS)
		return PRECISION_SECONDS;
	return p->source.kind && p->source.kind->by == STAMP_KERNEL ? PRECISION_KERNEL :
	       PRECISION_USER;
}

/* True: it was taken. */
static bool note(struct feed *f, struct feed_port *p, int target, const char *name, int err,
		 const char *why)
{
	int *last = &p->target_err[target];

	if (err == *last)
		return !err;
	*last = err;
	if (err)
		msg_error(name, "%s", why);
	else
		feed_say(f, p, "%s takes samples again", name);
	return !err;
}

static bool give_shm(struct feed *f, struct feed_port *p, const struct sample *s)
{
	struct shm_unit *unit = &p->shm[s->kind];
	char name[32];
	int err;

	/* one that could not be had again is tried with every sample */
	if (p->chosen.shm < 0 ||
	    p->chosen.mode == (s->kind == SAMPLE_PULSE ? FEED_SECONDS : FEED_PULSES))
		return false;
	err = shm_write(unit, s, precision_of(p, s));
	snprintf(name, sizeof(name), "SHM %u", unit->unit);
	return note(f, p, (int)s->kind, name, err, unit->why[0] ? unit->why : strerror(-err));
}

/* One socket is one source of chrony's: the better of the two kinds. */
static bool give_sock(struct feed *f, struct feed_port *p, const struct sample *s)
{
	const char *path = p->chosen.sock;
	char why[96];
	int err;

	if (!path[0] || (s->kind == SAMPLE_SECONDS && p->chosen.mode != FEED_SECONDS))
		return false;
	err = chronysock_send(&p->sock, s);
	snprintf(why, sizeof(why), "%s%s", strerror(-err),
		 err == -ENOENT || err == -ECONNREFUSED ? ": chronyd is not there" :
		 err == -EAGAIN ? ": chronyd does not read" : "");
	return note(f, p, BY_SOCK, path, err, why);
}

static void give(struct feed *f, struct feed_port *p, const struct sample *s)
{
	const bool by_shm = give_shm(f, p, s);
	const bool by_sock = give_sock(f, p, s);

	if (f->o->json)
		feed_json_sample(f, p, s);
	if (!by_shm && !by_sock)
		return;
	p->fed_ns = feed_now().mono_ns;
	if (s->kind == SAMPLE_SECONDS && p->chosen.mode != FEED_SECONDS)
		return;
	f->counted++;
	if (f->o->count && f->counted >= (uint64_t)f->o->count)
		f->done = true;
}

void feed_give(struct feed *f, struct feed_port *p, const struct sample *samples, size_t n)
{
	for (size_t i = 0; i < n && !f->done; i++)
		give(f, p, &samples[i]);
}
