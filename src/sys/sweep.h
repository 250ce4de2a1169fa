/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files of a set of directories, of which the first that has a name hides the
 * others of that name: rules of udev's, drop-ins of systemd's, modules-load.d.
 */
#ifndef GPSPPSCTL_SWEEP_H
#define GPSPPSCTL_SWEEP_H

#include <stdbool.h>
#include <stddef.h>

#include "probe.h"

struct sweep {
	const char *const *dirs;	/* the strongest first; up to NULL */
	const char *below;		/* "/ntpsec.service.d", "" */
	const char *suffix;		/* ".conf" */
	/* NULL: each file is read. */
	bool (*wants)(const char *dir, const char *name);
	void (*use)(void *to, const char *path, const char *text, size_t len);
	void *to;
};

/* 0, or the first refusal (-EACCES): then not all was read. */
int sweep_files(struct probe *p, const struct sweep *s);

#endif
