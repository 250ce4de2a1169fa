// SPDX-License-Identifier: GPL-2.0-or-later
/* gpsppsctl feed on a port: which of ntpd's segments it has attached. */
#include "gather.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define UNIT_MAX 62	/* a bit each */

struct fact gather_segments(struct probe *p, int pid)
{
	char text[512], *line, *save = NULL;
	int n = probe_getf(p, text, sizeof(text), "segments:%d", pid);
	int64_t mask = 0;

	if (n < 0)
		return fact_from(n, 0);
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		const long unit = strtol(line, NULL, 10);

		if (unit >= 0 && unit <= UNIT_MAX)
			mask |= INT64_C(1) << unit;
	}
	return fact_from(0, mask);
}

void gather_feed(struct probe *p, struct port_facts *f)
{
	const struct holder *h = facts_feed(f);

	f->feed.pid = fact_from(h ? 0 : -ENOENT, h ? h->pid : 0);
	f->feed.segments = h ? gather_segments(p, h->pid) : f->feed.pid;
}
