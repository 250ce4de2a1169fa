// SPDX-License-Identifier: GPL-2.0-or-later
/* The shortest way from one text to another: E. Myers, An O(ND) Difference Algorithm, 1986. */
#include "diff_script.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define EDITS_MAX 1000		/* the trace is their square: 4 MB */
#define NOWHERE (-1)

/* ---- lines ---- */

static size_t count_lines(const char *text, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += text[i] == '\n' || i + 1 == len;
	return n;
}

int diff_split(struct diff_side *side, const char *text, size_t len)
{
	const char *const end = text + len;
	const size_t n = count_lines(text, len);

	side->n = 0;
	side->lines = calloc(n + 1, sizeof(*side->lines));
	side->changed = calloc(n + 1, sizeof(*side->changed));
	if (!side->lines || !side->changed)
		return -ENOMEM;
	while (side->n < n) {
		const char *feed = memchr(text, '\n', (size_t)(end - text));
		const char *next = feed ? feed + 1 : end;

		side->lines[side->n++] = (struct diff_line){ text, (size_t)(next - text) };
		text = next;
	}
	return 0;
}

void diff_side_free(struct diff_side *side)
{
	free(side->lines);
	free(side->changed);
}

static bool is_same(const struct diff_line *a, const struct diff_line *b)
{
	return a->len == b->len && !memcmp(a->s, b->s, a->len);
}

/* ---- the search ---- */

/*
 * x lines of `before` and y of `after` are used up; diagonal k is x - y.  reached holds for
 * each number of edits d, and each k from -d to d, the farthest x: at d * d + d + k.
 */
struct search {
	const struct diff_line *a, *b;
	int n, m;
	int *reached;
};

static int reached(const struct search *s, int d, int k)
{
	return k < -d || k > d ? NOWHERE : s->reached[d * d + d + k];
}

/* One line of `before` more. */
static int by_deletion(const struct search *s, int d, int k)
{
	const int x = reached(s, d - 1, k - 1);

	return x == NOWHERE || x == s->n ? NOWHERE : x + 1;
}

/* One line of `after` more. */
static int by_insertion(const struct search *s, int d, int k)
{
	const int x = reached(s, d - 1, k + 1);

	return x == NOWHERE || x - k > s->m ? NOWHERE : x;
}

/* Where the d-th edit leads on diagonal k, and from there as long as lines are the same. */
static int farthest(const struct search *s, int d, int k)
{
	const int gone = by_deletion(s, d, k), come = by_insertion(s, d, k);
	int x = d == 0 ? 0 : gone > come ? gone : come;

	while (x != NOWHERE && x < s->n && x - k < s->m && is_same(&s->a[x], &s->b[x - k]))
		x++;
	return x;
}

static bool make_room(struct search *s, int d)
{
	const size_t n = (size_t)(d + 1) * (size_t)(d + 1);
	int *more = realloc(s->reached, n * sizeof(*more));

	if (more)
		s->reached = more;
	return more != NULL;
}

/* How many edits it takes; -E2BIG: more than are looked for; -ENOMEM. */
static int find_end(struct search *s)
{
	const int end_k = s->n - s->m;

	for (int d = 0; d <= EDITS_MAX; d++) {
		if (!make_room(s, d))
			return -ENOMEM;
		for (int k = -d; k <= d; k++)
			s->reached[d * d + d + k] = (k + d) % 2 ? NOWHERE : farthest(s, d, k);
		if (reached(s, d, end_k) == s->n)
			return d;
	}
	return -E2BIG;
}

/* From the end back: which edit led here, which one there. */
static void mark_edits(const struct search *s, int d, bool *gone, bool *come)
{
	for (int k = s->n - s->m; d > 0; d--) {
		const int deleted = by_deletion(s, d, k), inserted = by_insertion(s, d, k);

		if (deleted > inserted) {
			gone[deleted - 1] = true;
			k--;
		} else {
			come[inserted - k - 1] = true;
			k++;
		}
	}
}

static void mark_all(bool *changed, int n)
{
	for (int i = 0; i < n; i++)
		changed[i] = true;
}

int diff_script(struct diff_side *before, struct diff_side *after)
{
	size_t head = 0, n = before->n, m = after->n;
	struct search s = { .reached = NULL };
	int d;

	while (head < n && head < m && is_same(&before->lines[head], &after->lines[head]))
		head++;
	while (n > head && m > head && is_same(&before->lines[n - 1], &after->lines[m - 1])) {
		n--;
		m--;
	}
	s.a = before->lines + head;
	s.b = after->lines + head;
	s.n = (int)(n - head);
	s.m = (int)(m - head);
	d = find_end(&s);
	if (d >= 0)
		mark_edits(&s, d, before->changed + head, after->changed + head);
	if (d == -E2BIG) {
		mark_all(before->changed + head, s.n);
		mark_all(after->changed + head, s.m);
	}
	free(s.reached);
	return d == -ENOMEM ? d : 0;
}
