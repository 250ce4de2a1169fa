// SPDX-License-Identifier: GPL-2.0-or-later
/* Times of samples to places on a regular grid. */
#include "grid.h"

#define FOLLOW 8	/* part of a sample's lateness by which the next is expected later */

void grid_begin(struct grid *g, int64_t tau0_ns, uint64_t room)
{
	*g = (struct grid){ .tau0_ns = tau0_ns, .room = room };
}

static bool put(struct grid *g, int64_t time_ns, uint64_t steps, uint64_t *place)
{
	*place = g->places - 1 + steps;
	g->places = *place + 1;
	g->last_ns = time_ns;
	g->back_run = 0;
	return true;
}

/* Behind a jump the grid begins anew, one place further. */
static bool jump(struct grid *g, int64_t time_ns, uint64_t *place)
{
	g->jumps++;
	g->expected_ns = time_ns;
	return put(g, time_ns, 2, place);
}

static bool earlier(struct grid *g, int64_t time_ns, uint64_t *place)
{
	g->back_run = g->back_run && time_ns > g->back_ns ? g->back_run + 1 : 1;
	g->back_ns = time_ns;
	if (g->back_run >= GRID_BACK_LINES)
		return jump(g, time_ns, place);
	g->back++;
	return false;
}

bool grid_place(struct grid *g, int64_t time_ns, uint64_t *place)
{
	int64_t late;
	uint64_t steps;

	if (!g->places) {
		g->expected_ns = time_ns;
		return put(g, time_ns, 1, place);
	}
	if (time_ns < g->last_ns)
		return earlier(g, time_ns, place);
	if (__builtin_sub_overflow(time_ns, g->expected_ns, &late))
		return jump(g, time_ns, place);
	if (late < g->tau0_ns - g->tau0_ns / 2) {
		g->doubled++;
		return false;
	}
	steps = (uint64_t)(late / g->tau0_ns) + (late % g->tau0_ns >= g->tau0_ns - g->tau0_ns / 2);
	if (steps - 1 > g->room)
		return jump(g, time_ns, place);
	g->room -= steps - 1;
	late -= (int64_t)steps * g->tau0_ns;
	g->expected_ns = time_ns - late + late / FOLLOW;
	return put(g, time_ns, steps, place);
}
