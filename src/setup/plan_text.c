// SPDX-License-Identifier: GPL-2.0-or-later
/* A text that grows. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan_inside.h"

static bool make_room(struct plan_text *t, size_t more)
{
	const size_t want = t->len + more + 1;
	size_t size = t->size ? t->size : 256;
	char *s;

	if (t->failed)
		return false;
	if (want <= t->size)
		return true;
	while (size < want)
		size *= 2;
	s = realloc(t->s, size);
	if (!s) {
		t->failed = true;
		return false;
	}
	t->s = s;
	t->size = size;
	return true;
}

void plan_append(struct plan_text *t, const char *s, size_t len)
{
	if (!make_room(t, len))
		return;
	if (len)
		memcpy(t->s + t->len, s, len);
	t->len += len;
	t->s[t->len] = '\0';
}

void plan_add(struct plan_text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0 || !make_room(t, (size_t)n))
		return;
	va_start(ap, fmt);
	vsnprintf(t->s + t->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	t->len += (size_t)n;
}

const char *plan_text_of(struct planner *p, const struct plan_text *t)
{
	if (t->failed && !p->err)
		p->err = -ENOMEM;
	return t->s ? t->s : "";
}

void plan_text_free(struct plan_text *t)
{
	free(t->s);
	memset(t, 0, sizeof(*t));
}
