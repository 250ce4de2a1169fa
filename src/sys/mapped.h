/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A growing array of doubles that is moved by its page tables, never copied: 8 bytes each. */
#ifndef GPSPPSCTL_MAPPED_H
#define GPSPPSCTL_MAPPED_H

#include <stddef.h>

/* All zero is an empty one. */
struct mapped {
	double *at;
	size_t n, room;
};

/* Make it n long; what is new is NAN.  0 or -ENOMEM, and it stays as it was. */
int mapped_resize(struct mapped *m, size_t n);
int mapped_add(struct mapped *m, double value);
void mapped_free(struct mapped *m);

#endif
