// SPDX-License-Identifier: GPL-2.0-or-later
/* What the record of changes has. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "beneath.h"
#include "changes.h"
#include "changes_inside.h"

/* As open() would find it; but what a dangling link points to is nobody's: the link itself. */
int changes_resolve_file(const struct changes *c, const char *path, char real[PATH_MAX])
{
	int err = beneath_resolve(c->root, path, true, real);

	if (err > 0 || err == -ENOENT)
		err = beneath_resolve(c->root, path, false, real);
	return err < 0 ? err : 0;
}

bool changes_any(const struct changes *c)
{
	return c->log.n > 0;
}

static bool is_ours_at(const struct changes *c, const char *real)
{
	const struct change *found = changes_log_find(&c->log, real);
	const char *name;
	const int dir = found ? beneath_parent(c->root, real, &name) : -ENOENT;
	struct state now = { .is = STATE_ABSENT };
	bool is_ours = false;

	if (dir < 0 && dir != -ENOENT)
		return false;
	if (found && (dir < 0 || state_look(dir, name, &now, NULL) == 0))
		is_ours = change_is_ours(found, &now);
	state_free(&now);
	if (dir >= 0)
		close(dir);
	return is_ours;
}

/* A link that we made is ours, and a file that we wrote through somebody else's link. */
bool changes_is_ours(const struct changes *c, const char *path)
{
	char real[PATH_MAX];

	return (beneath_resolve(c->root, path, false, real) >= 0 && is_ours_at(c, real)) ||
	       (changes_resolve_file(c, path, real) >= 0 && is_ours_at(c, real));
}

static bool is_earlier(const struct changes_log *l, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (l->changes[k].number && !strcmp(l->changes[k].path, l->changes[i].path))
			return true;
	return false;
}

void changes_each(const struct changes *c, void (*each)(void *ctx, const char *path), void *ctx)
{
	for (size_t i = 0; i < c->log.n; i++)
		if (c->log.changes[i].number && !is_earlier(&c->log, i))
			each(ctx, c->log.changes[i].path);
}
