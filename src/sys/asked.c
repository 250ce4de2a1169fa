// SPDX-License-Identifier: GPL-2.0-or-later
/* How often each key was asked. */
#include "asked.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct asked *)a)->key, ((const struct asked *)b)->key);
}

static void free_asked(void *node)
{
	struct asked *a = node;

	free(a->key);
	free(a);
}

static struct asked *add(struct asked_keys *keys, const char *key)
{
	struct asked *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->key = strdup(key);
	if (a->key && tsearch(a, &keys->root, by_key))
		return a;
	free_asked(a);
	return NULL;
}

struct asked *asked_count(struct asked_keys *keys, const char *key, unsigned int instant)
{
	struct asked want = { .key = (char *)key }, **node = tfind(&want, &keys->root, by_key);
	struct asked *a = node ? *node : add(keys, key);

	if (!a)
		return NULL;
	if (a->instant != instant)
		a->nth = 0;
	a->instant = instant;
	a->nth++;
	return a;
}

void asked_free(struct asked_keys *keys)
{
	tdestroy(keys->root, free_asked);
	keys->root = NULL;
}
