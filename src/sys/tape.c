// SPDX-License-Identifier: GPL-2.0-or-later
/* What happened when, as text. */
#include "tape.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "probe.h"

/* The last line must still go in. */
#define TAPE_MAX (PROBE_TAPE_MAX - 64)

static int64_t clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

int64_t tape_now_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

int64_t tape_now_ms(void)
{
	return tape_now_ns() / 1000000;
}

static bool make_room(struct tape *t, size_t n)
{
	size_t room = t->room ? t->room : 4096;
	char *more;

	if (t->len + n >= TAPE_MAX)
		return false;
	while (room <= t->len + n)
		room *= 2;
	if (room == t->room)
		return true;
	more = realloc(t->text, room);
	if (!more)
		return false;
	t->text = more;
	t->room = room;
	return true;
}

static bool add(struct tape *t, const char *fmt, va_list ap)
{
	char line[256];
	int n = vsnprintf(line, sizeof(line), fmt, ap);

	if (n < 0 || (size_t)n >= sizeof(line) || !make_room(t, n))
		return false;
	memcpy(t->text + t->len, line, n + 1);
	t->len += n;
	return true;
}

__attribute__((format(printf, 2, 3)))
static bool addf(struct tape *t, const char *fmt, ...)
{
	va_list ap;
	bool fits;

	va_start(ap, fmt);
	fits = add(t, fmt, ap);
	va_end(ap);
	return fits;
}

int tape_begin(struct tape *t, const char *more, ...)
{
	va_list ap;
	bool fits;

	t->len = 0;
	t->full_ns = 0;
	t->begin_ns = tape_now_ns();
	fits = addf(t, "real %lld", (long long)clock_ns(CLOCK_REALTIME));
	va_start(ap, more);
	fits = fits && add(t, more, ap) && addf(t, "\n");
	va_end(ap);
	return fits ? 0 : -ENOMEM;
}

static long long since_us(const struct tape *t, int64_t now_ns)
{
	return (now_ns - t->begin_ns) / 1000;
}

/* All of a line or nothing of it. */
static void finish(struct tape *t, size_t begin, int64_t now_ns, bool fits)
{
	if (fits)
		return;
	t->len = begin;
	t->full_ns = now_ns;
}

void tape_note(struct tape *t, const char *fmt, ...)
{
	int64_t now = tape_now_ns();
	size_t begin = t->len;
	va_list ap;
	bool fits;

	if (t->full_ns)
		return;
	va_start(ap, fmt);
	fits = addf(t, "%lld ", since_us(t, now)) && add(t, fmt, ap) && addf(t, "\n");
	va_end(ap);
	finish(t, begin, now, fits);
}

void tape_note_bytes(struct tape *t, const char *bytes, size_t n)
{
	int64_t now = tape_now_ns();
	size_t begin = t->len;
	bool fits;

	if (t->full_ns)
		return;
	fits = addf(t, "%lld ", since_us(t, now));
	for (size_t i = 0; i < n && fits; i++) {
		unsigned char c = bytes[i];

		fits = addf(t, c < 0x20 || c > 0x7e || c == '\\' ? "\\x%02x" : "%c", c);
	}
	finish(t, begin, now, fits && addf(t, "\n"));
}

int tape_play(const struct tape *t, char *buf, size_t size)
{
	int64_t end = t->full_ns ? t->full_ns : tape_now_ns();
	int n = snprintf(buf, size, "%.*s%lld end", (int)t->len, t->text, since_us(t, end));

	return (size_t)n < size ? n : -EMSGSIZE;
}

void tape_free(struct tape *t)
{
	free(t->text);
	*t = (struct tape){ 0 };
}
