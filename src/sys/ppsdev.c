// SPDX-License-Identifier: GPL-2.0-or-later
/* The source of pulses that the kernel made of a port. */
#include "ppsdev.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define PPS_CLASS "/sys/class/pps"

static bool is_of(struct probe *p, const char *pps, const char *tty)
{
	/* pps-ldisc.c cuts the path at 32 characters; no tty's name is that long */
	struct fact_text path = probe_text(p, "file:" PPS_CLASS "/%s/path", pps);

	return path.state == FACT_OK && !strncmp(path.val, "/dev/", 5) &&
	       !strcmp(path.val + 5, tty);
}

int ppsdev_find(struct probe *p, const char *tty, char *pps, size_t size)
{
	char **names;
	int n = probe_list(p, PPS_CLASS, &names);
	int err = -ENODEV;

	if (n < 0)
		return n == -ENOENT ? -ENODEV : n;
	for (int i = 0; i < n; i++) {
		if (!is_of(p, names[i], tty))
			continue;
		if (!err)
			err = -ENOTUNIQ;
		else if (err == -ENODEV)
			err = snprintf(pps, size, "%s", names[i]) < (int)size ? 0 : -ENAMETOOLONG;
	}
	probe_free_names(names, n);
	return err;
}

static int read_edge(struct probe *p, const char *pps, const char *edge, struct stamp *stamp)
{
	struct fact_text text = probe_text(p, "file:" PPS_CLASS "/%s/%s", pps, edge);

	memset(stamp, 0, sizeof(*stamp));
	if (text.state == FACT_DENIED)
		return -text.err;
	if (text.state == FACT_ABSENT)
		return -ENODEV;
	stamp_parse(text.val, stamp);
	return 0;
}

int ppsdev_read(struct probe *p, const char *pps, struct stamp *assert_edge,
		struct stamp *clear_edge)
{
	int err = read_edge(p, pps, "assert", assert_edge);

	return err ? err : read_edge(p, pps, "clear", clear_edge);
}
