// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines with their time. */
#include "timed.h"

#include <errno.h>
#include <string.h>

#define DIGITS_MAX 19		/* of CLOCK_REALTIME in ns, now and until 2262 */
#define YEAR_US INT64_C(31536000000000)
/* So that a year added to it is still a number of ns. */
#define REAL_NS_MAX (INT64_MAX - YEAR_US * 1000)

static void take(struct word *w, size_t n)
{
	w->s += n;
	w->len -= n;
}

int timed_number(struct word *w, int64_t *value)
{
	size_t n = 0;

	*value = 0;
	for (; n < w->len && w->s[n] >= '0' && w->s[n] <= '9'; n++) {
		const int digit = w->s[n] - '0';

		if (n == DIGITS_MAX || *value > (INT64_MAX - digit) / 10)
			return -EINVAL;
		*value = *value * 10 + digit;
	}
	if (!n || (n < w->len && w->s[n] != ' '))
		return -EINVAL;
	take(w, n < w->len ? n + 1 : n);
	return 0;
}

bool timed_word(struct word *w, const char *word)
{
	const size_t n = strlen(word);

	if (w->len < n || memcmp(w->s, word, n) || (w->len > n && w->s[n] != ' '))
		return false;
	take(w, w->len > n ? n + 1 : n);
	return true;
}

/* The next line without its newline; *p stands behind it then. */
static struct word next_line(const char **p)
{
	struct word line = { *p, strcspn(*p, "\n") };

	*p += line.len + (line.s[line.len] == '\n');
	return line;
}

int timed_begin(struct timed *t, const char *text)
{
	t->p = text;
	t->us = 0;
	t->more = next_line(&t->p);
	if (!timed_word(&t->more, "real"))
		return -EINVAL;
	if (timed_number(&t->more, &t->real_ns) < 0 || t->real_ns > REAL_NS_MAX)
		return -EINVAL;
	return 0;
}

int timed_next(struct timed *t, struct word *what)
{
	int64_t us;

	if (!*t->p)
		return -EINVAL;		/* the last line should have been "end" */
	*what = next_line(&t->p);
	if (timed_number(what, &us) < 0 || us < t->us || us > YEAR_US)
		return -EINVAL;
	t->us = us;
	/* a receiver may say "end", too, but not in the last line */
	return *t->p || what->len != 3 || memcmp(what->s, "end", 3);
}
