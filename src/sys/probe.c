// SPDX-License-Identifier: GPL-2.0-or-later
/* The seam for observation: what every back end has in common. */
#include "probe.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_MAX 512

void probe_close(struct probe *p)
{
	if (p)
		p->ops->close(p);
}

int probe_get(struct probe *p, const char *key, char *buf, size_t size)
{
	buf[0] = '\0';
	return p->ops->get(p, key, buf, size);
}

static int get_va(struct probe *p, char *buf, size_t size, const char *fmt, va_list ap)
{
	char key[KEY_MAX];
	int n = vsnprintf(key, sizeof(key), fmt, ap);

	buf[0] = '\0';
	if (n < 0 || (size_t)n >= sizeof(key))
		return -ENAMETOOLONG;
	return p->ops->get(p, key, buf, size);
}

int probe_getf(struct probe *p, char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = get_va(p, buf, size, fmt, ap);
	va_end(ap);
	return n;
}

static struct fact parse_number(const char *text)
{
	char *end;
	int64_t val;

	if (!*text)
		return fact_from(-ENOENT, 0);
	errno = 0;
	val = strtoll(text, &end, strncmp(text, "0x", 2) ? 10 : 16);
	if (errno || *end)
		return fact_from(-EINVAL, 0);
	return fact_from(0, val);
}

struct fact probe_number(struct probe *p, const char *fmt, ...)
{
	char text[64];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = get_va(p, text, sizeof(text), fmt, ap);
	va_end(ap);
	return n < 0 ? fact_from(n, 0) : parse_number(text);
}

struct fact_text probe_text(struct probe *p, const char *fmt, ...)
{
	char text[FACT_TEXT_MAX];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = get_va(p, text, sizeof(text), fmt, ap);
	va_end(ap);
	return fact_text_from(n < 0 ? n : 0, text);
}

static int by_version(const void *a, const void *b)
{
	return strverscmp(*(char *const *)a, *(char *const *)b);
}

int probe_list(struct probe *p, const char *dir, char ***names)
{
	int n = p->ops->list(p, dir, names);

	if (n > 1)
		qsort(*names, n, sizeof(**names), by_version);
	return n;
}

void probe_free_names(char **names, int n)
{
	for (int i = 0; i < n; i++)
		free(names[i]);
	if (n >= 0)
		free(names);
}

void probe_sleep_ms(struct probe *p, int ms)
{
	p->ops->sleep_ms(p, ms);
}

int64_t probe_now_ns(struct probe *p)
{
	return p->ops->now_ns(p);
}

void probe_blank_nuls(char *buf, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!buf[i])
			buf[i] = '?';
}

const char *probe_trouble(struct probe *p)
{
	return p->ops->trouble ? p->ops->trouble(p) : NULL;
}
