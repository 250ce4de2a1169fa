// SPDX-License-Identifier: GPL-2.0-or-later
/* The steps of a plan, and the files as they leave them. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan_inside.h"

#define LINKS_MAX 8		/* in a chain of them: more is a loop */

/* ---- the files ---- */

static struct setup_step *find_step(const struct planner *p, const char *path)
{
	for (size_t i = 0; i < p->plan->n; i++) {
		struct setup_step *s = &p->plan->steps[i];

		if (s->kind != SETUP_BY_HAND && !strcmp(s->path, path))
			return s;
	}
	return NULL;
}

struct setup_file plan_file_itself(const struct planner *p, const char *path)
{
	const struct setup_step *s = find_step(p, path);
	struct setup_file f = { .is = SETUP_ABSENT, .text = "", .pristine = true };

	if (!s) {
		f = *p->files->file(p->files->ctx, path);
		if (f.is == SETUP_ABSENT || f.is == SETUP_DENIED || !f.text) {
			f.text = "";
			f.len = 0;
		}
		return f;
	}
	if (s->kind == SETUP_REMOVE)
		return f;
	f.is = s->kind == SETUP_WRITE ? SETUP_TEXT : SETUP_LINK_TO;
	f.text = s->text;
	f.len = s->len;
	return f;
}

/* Where a link leads, in place of the path of the link.  False: too long. */
static bool follow(char *where, const struct setup_file *link)
{
	const char *slash = strrchr(where, '/');
	char path[PLAN_PATH_MAX];
	const int dir = link->text[0] == '/' || !slash ? 0 : (int)(slash - where) + 1;
	const int n = snprintf(path, sizeof(path), "%.*s%s", dir, where, link->text);

	if (n < 0 || (size_t)n >= sizeof(path))
		return false;
	memcpy(where, path, (size_t)n + 1);
	return true;
}

struct setup_file plan_file(const struct planner *p, const char *path, char *where)
{
	const struct setup_file denied = { .is = SETUP_DENIED, .text = "" };
	char own[PLAN_PATH_MAX];
	struct setup_file f;

	if (!where)
		where = own;
	if (snprintf(where, PLAN_PATH_MAX, "%s", path) >= PLAN_PATH_MAX)
		return denied;
	for (int i = 0; i <= LINKS_MAX; i++) {
		f = plan_file_itself(p, where);
		if (f.is != SETUP_LINK_TO)
			return f;
		if (!follow(where, &f))
			break;
	}
	return denied;
}

bool plan_exists(const struct planner *p, const char *path)
{
	return plan_file(p, path, NULL).is != SETUP_ABSENT;
}

const char *plan_first(const struct planner *p, const char *const *paths)
{
	for (; *paths; paths++)
		if (plan_exists(p, *paths))
			return *paths;
	return NULL;
}

bool plan_list(const struct planner *p, const char *dir, struct plan_text *t)
{
	const struct setup_file f = plan_file(p, dir, NULL);
	const size_t n = strlen(dir);
	bool found = f.is == SETUP_DIRECTORY;

	if (found)
		plan_append(t, f.text, strlen(f.text));
	for (size_t i = 0; i < p->plan->n; i++) {
		const struct setup_step *s = &p->plan->steps[i];

		if (s->kind != SETUP_WRITE || strncmp(s->path, dir, n) != 0 || s->path[n] != '/' ||
		    strchr(s->path + n + 1, '/') ||
		    p->files->file(p->files->ctx, s->path)->is != SETUP_ABSENT)
			continue;
		plan_add(t, "%s\n", s->path + n + 1);
		found = true;
	}
	return found;
}

/* ---- the steps ---- */

void plan_refuse(struct planner *p, const char *fmt, ...)
{
	va_list ap;

	if (p->err)
		return;
	p->err = -EINVAL;
	va_start(ap, fmt);
	vsnprintf(p->plan->why_not, sizeof(p->plan->why_not), fmt, ap);
	va_end(ap);
}

static char *copy_of(const char *text, size_t len)
{
	char *s = malloc(len + 1);

	if (!s)
		return NULL;
	if (len)
		memcpy(s, text, len);
	s[len] = '\0';
	return s;
}

static void add_step(struct planner *p, struct setup_step s, const char *path, const char *text)
{
	struct setup_plan *plan = p->plan;
	struct setup_step *steps = realloc(plan->steps, (plan->n + 1) * sizeof(*steps));

	if (steps)
		plan->steps = steps;
	s.path = copy_of(path, strlen(path));
	s.text = copy_of(text, s.len);
	if (steps && s.path && s.text) {
		plan->steps[plan->n++] = s;
		return;
	}
	free(s.path);
	free(s.text);
	p->err = -ENOMEM;
}

static void drop_step(struct planner *p, struct setup_step *s)
{
	const size_t i = (size_t)(s - p->plan->steps);

	free(s->path);
	free(s->text);
	memmove(s, s + 1, (p->plan->n - i - 1) * sizeof(*s));
	p->plan->n--;
}

static bool is_so(const struct setup_file *f, const struct setup_step *s, const char *text)
{
	switch (s->kind) {
	case SETUP_WRITE:
		return f->is == SETUP_TEXT && f->len == s->len && !memcmp(f->text, text, s->len);
	case SETUP_SYMLINK:
		return f->is == SETUP_LINK_TO && !strcmp(f->text, text);
	case SETUP_REMOVE:
		return f->is == SETUP_ABSENT;
	default:
		return false;
	}
}

/* The old step of this path goes last: its text may be what the new one was made of. */
static void make_step(struct planner *p, struct setup_step s, const char *path, const char *text)
{
	struct setup_step *old = find_step(p, path);
	const size_t i = old ? (size_t)(old - p->plan->steps) : 0;

	if (p->err)
		return;
	if (!is_so(p->files->file(p->files->ctx, path), &s, text))
		add_step(p, s, path, text);
	if (old && !p->err)
		drop_step(p, &p->plan->steps[i]);
}

void plan_write(struct planner *p, const char *path, const char *text, size_t len,
		unsigned int mode, const char *why)
{
	const struct setup_step s = { .kind = SETUP_WRITE, .len = len, .mode = mode, .why = why };
	char where[PLAN_PATH_MAX];
	const struct setup_file f = plan_file(p, path, where);

	if (f.is == SETUP_DENIED || f.is == SETUP_DIRECTORY)
		plan_refuse(p, "%s: cannot be read as a file", path);
	else
		make_step(p, s, where, text);
}

void plan_symlink(struct planner *p, const char *path, const char *target, const char *why)
{
	const struct setup_step s = {
		.kind = SETUP_SYMLINK, .len = strlen(target), .why = why,
	};

	make_step(p, s, path, target);
}

void plan_remove(struct planner *p, const char *path, const char *why)
{
	const struct setup_step s = { .kind = SETUP_REMOVE, .why = why };

	make_step(p, s, path, "");
}

void plan_by_hand(struct planner *p, const char *path, const char *lines, const char *why)
{
	const struct setup_step s = {
		.kind = SETUP_BY_HAND, .len = strlen(lines), .why = why,
	};

	if (!p->err)
		add_step(p, s, path, lines);
}
