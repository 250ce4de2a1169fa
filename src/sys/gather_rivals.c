// SPDX-License-Identifier: GPL-2.0-or-later
/* Ask the probe for what sets the clock beside the daemons. */
#include "gather_daemon.h"

#include <stdlib.h>
#include <string.h>

#include "gather_look.h"

#define PIDS_MAX 1024
#define CMDLINE_MAX 1024
#define PROGRAM_MAX 512

/* The program's name, "busybox"; "" where that cannot be seen. */
static const char *ask_program(struct probe *p, long pid, char path[PROGRAM_MAX])
{
	const char *slash;

	if (probe_getf(p, path, PROGRAM_MAX, "link:/proc/%ld/exe", pid) < 0)
		return "";
	slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

static bool is_rival(struct probe *p, enum rival_kind kind, long pid)
{
	char cmdline[CMDLINE_MAX], path[PROGRAM_MAX];
	int n = probe_getf(p, cmdline, sizeof(cmdline), "file:/proc/%ld/cmdline", pid);

	return rival_is(kind, cmdline, n < 0 ? 0 : (size_t)n, ask_program(p, pid, path)) &&
	       !look_is_contained(p, (int)pid);
}

/* One a kind is enough: they come with children. */
static void ask_kind(struct probe *p, enum rival_kind kind, struct daemon_list *list)
{
	char text[PIDS_MAX], *at = text, *end;
	int n = probe_getf(p, text, sizeof(text), "processes:%s", rival_row(kind)->comm);

	if (n < 0) {
		if (fact_known(list->rivals_known))
			list->rivals_known = fact_from(n, 0);
		return;
	}
	for (long pid; (pid = strtol(at, &end, 10)) > 0 && end != at; at = end)
		if (list->n_rivals < RIVALS_MAX && is_rival(p, kind, pid)) {
			list->rivals[list->n_rivals].kind = kind;
			list->rivals[list->n_rivals++].pid = (int)pid;
			return;
		}
}

void gather_rivals(struct probe *p, struct daemon_list *list)
{
	if (!list->n)
		return;
	list->rivals_known = fact_from(0, 1);
	for (int kind = 0; kind < N_RIVALS; kind++)
		ask_kind(p, kind, list);
}
