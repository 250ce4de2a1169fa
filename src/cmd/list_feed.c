// SPDX-License-Identifier: GPL-2.0-or-later
/* list: where gpsppsctl feed on a port writes. */
#include "list.h"

#include <stdio.h>

#include "../portfacts.h"
#include "../sys/gather.h"

static bool is_feed(const struct holder *h)
{
	const enum holder_role role = holder_role(h->comm);

	return role == ROLE_FEED || role == ROLE_PULSE_FEED;
}

int64_t list_fed_segments(struct probe *p, const struct holders *h)
{
	int64_t all = 0;

	for (size_t i = 0; i < h->n; i++) {
		const struct fact segments = is_feed(&h->v[i]) ? gather_segments(p, h->v[i].pid) :
					     (struct fact){ .state = FACT_ABSENT };

		if (fact_known(segments))
			all |= segments.val;
	}
	return all;
}
