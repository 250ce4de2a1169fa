// SPDX-License-Identifier: GPL-2.0-or-later
/* A growing array in memory of its own. */
#include "mapped.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <sys/mman.h>

#define ROOM_MIN 8192		/* 64 kB */
#define ROOM_MAX (SIZE_MAX / sizeof(double) / 4)

/* Pages that nobody has written to cost nothing: twice the room is address space only. */
static int grow(struct mapped *m, size_t n)
{
	size_t room = m->room ? m->room : ROOM_MIN;
	void *at;

	if (n > ROOM_MAX)
		return -ENOMEM;
	while (room < n)
		room *= 2;
	if (m->at)
		at = mremap(m->at, m->room * sizeof(double), room * sizeof(double), MREMAP_MAYMOVE);
	else
		at = mmap(NULL, room * sizeof(double), PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (at == MAP_FAILED)
		return -ENOMEM;
	m->at = at;
	m->room = room;
	return 0;
}

int mapped_resize(struct mapped *m, size_t n)
{
	int err = n > m->room ? grow(m, n) : 0;

	if (err)
		return err;
	for (size_t i = m->n; i < n; i++)
		m->at[i] = NAN;
	m->n = n;
	return 0;
}

int mapped_add(struct mapped *m, double value)
{
	int err = m->n == m->room ? grow(m, m->n + 1) : 0;

	if (err)
		return err;
	m->at[m->n++] = value;
	return 0;
}

void mapped_free(struct mapped *m)
{
	if (m->at)
		munmap(m->at, m->room * sizeof(double));
	*m = (struct mapped){ .n = 0 };
}
