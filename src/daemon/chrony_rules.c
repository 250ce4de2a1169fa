// SPDX-License-Identifier: GPL-2.0-or-later
/* What chronyd makes of its configuration: order of files, locks, limits, its command line. */
#include "chrony_conf.h"

#include <string.h>

#include "args.h"
#include "conftext.h"

#define NS_PER_S INT64_C(1000000000)

/* ---- files of a directory ---- */

/* The glob "*.conf": a name that begins with a dot is not in it. */
bool chrony_takes_file(const char *name, const char *suffix)
{
	const size_t n = strlen(name), k = strlen(suffix);

	return name[0] != '.' && n >= k && !strcmp(name + n - k, suffix);
}

static bool comes_before(const struct chrony_found *a, const struct chrony_found *b)
{
	const int order = strcmp(a->name, b->name);

	return order ? order < 0 : a->dir < b->dir;
}

size_t chrony_sort_files(struct chrony_found *found, size_t n)
{
	size_t kept = 0;

	for (size_t i = 1; i < n; i++) {
		const struct chrony_found f = found[i];
		size_t j = i;

		for (; j > 0 && comes_before(&f, &found[j - 1]); j--)
			found[j] = found[j - 1];
		found[j] = f;
	}
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || strcmp(found[kept - 1].name, found[i].name) != 0)
			found[kept++] = found[i];
	return kept;
}

/* ---- locks and limits ---- */

bool chrony_is_pulse(const struct chrony_refclock *rc)
{
	return rc->driver == CHRONY_PPS || (rc->flags & (CHRONY_FORCE_PPS | CHRONY_LOCAL)) ||
	       (rc->param_options & CHRONY_EXTPPS);
}

/* Does chronyd ask it, or is it told? */
static bool is_polled(const struct chrony_refclock *rc)
{
	return rc->driver != CHRONY_SOCK;
}

/* Twice 2^dpoll never overflows; chronyd's own polls are from -32 to 32. */
static int64_t poll_ns(int poll)
{
	if (poll < 0)
		return poll < -32 ? 0 : NS_PER_S >> -poll;
	return NS_PER_S << (poll > 32 ? 32 : poll);
}

static bool is_too_old(const struct chrony_refclock *rc, const struct chrony_refclock *partner)
{
	const int dpoll = partner->dpoll > partner->poll ? partner->poll : partner->dpoll;

	return is_polled(rc) && is_polled(partner) &&
	       rc->maxlockage_pulses * NS_PER_S / rc->rate_hz < poll_ns(dpoll);
}

enum chrony_lock chrony_lock_of(const struct chrony_conf *conf, size_t i, size_t *partner)
{
	const struct chrony_refclock *rc = &conf->refclocks[i];
	size_t j;

	if ((rc->flags & CHRONY_LOCAL) || !rc->lock[0])
		return CHRONY_LOCK_NONE;
	for (j = 0; j < conf->n_refclocks; j++)
		if (!strcmp(conf->refclocks[j].refid, rc->lock))
			break;
	if (j == conf->n_refclocks)
		return CHRONY_LOCK_MISSING;
	*partner = j;
	if (j == i)
		return CHRONY_LOCK_SELF;
	return is_too_old(rc, &conf->refclocks[j]) ? CHRONY_LOCK_OLD : CHRONY_LOCK_FOUND;
}

/* Is there another source that can set the clock by itself? */
static bool has_others(const struct chrony_conf *conf)
{
	if (conf->servers + conf->pools + conf->peers > conf->never_selected)
		return true;
	for (size_t i = 0; i < conf->n_refclocks; i++)
		if (!chrony_is_pulse(&conf->refclocks[i]) &&
		    !(conf->refclocks[i].flags & CHRONY_NOSELECT))
			return true;
	return false;
}

/* A pulse without a lock. */
static enum chrony_seconds seconds_of_free(const struct chrony_conf *conf)
{
	if (has_others(conf))
		return CHRONY_SECONDS_OTHERS;
	return conf->local ? CHRONY_SECONDS_LOCAL : CHRONY_SECONDS_NOBODY;
}

enum chrony_seconds chrony_seconds_of(const struct chrony_conf *conf, size_t i)
{
	size_t partner = i;

	/* a pulse may be locked to a pulse */
	for (size_t steps = 0; steps <= conf->n_refclocks; steps++) {
		if (!chrony_is_pulse(&conf->refclocks[i]))
			return steps ? CHRONY_SECONDS_LOCK : CHRONY_SECONDS_OWN;
		if (conf->refclocks[i].flags & CHRONY_LOCAL)
			return CHRONY_SECONDS_LOCAL;
		switch (chrony_lock_of(conf, i, &partner)) {
		case CHRONY_LOCK_NONE:
		case CHRONY_LOCK_MISSING:
			return seconds_of_free(conf);
		case CHRONY_LOCK_SELF:
			return CHRONY_SECONDS_NOBODY;
		default:
			i = partner;
		}
	}
	return CHRONY_SECONDS_NOBODY;	/* they are locked in a circle */
}

static int64_t smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* check_pulse_edge(): nearer to the right edge than to the other one. */
static int64_t edge_limit_ns(const struct chrony_refclock *rc, int64_t limit_ns)
{
	if (rc->width_ns <= 0)
		return limit_ns;
	return smaller(limit_ns, smaller(rc->width_ns, NS_PER_S / rc->rate_hz - rc->width_ns) / 2);
}

int64_t chrony_lock_limit_ns(const struct chrony_refclock *rc, int major, int minor)
{
	const bool is_old = major > 0 && (major < 4 || (major == 4 && minor < 1));

	return edge_limit_ns(rc, (is_old ? 200000000 : 400000000) / rc->rate_hz);
}

/* ---- the command line ---- */

static void take_text(struct chrony_cmdline *c, char *buf, struct word w)
{
	if (!conf_copy(buf, CHRONY_PATH_MAX, w))
		c->cut = true;
}

static void take_int(struct chrony_cmdline *c, int *value, struct word w)
{
	const char *p = w.s;

	if (conf_int(&p, w.s + w.len, value) < 0)
		c->unknown = true;
}

/* An argument is a line; a newline in it is white space to chronyd. */
static void take_line(struct chrony_cmdline *c, struct word w)
{
	char *to = c->directives + c->directives_len;

	if (w.len + 1 > sizeof(c->directives) - c->directives_len) {
		c->cut = true;
		return;
	}
	for (size_t i = 0; i < w.len; i++)
		to[i] = (char)(w.s[i] == '\n' ? ' ' : w.s[i]);
	to[w.len] = '\n';
	c->directives_len += w.len + 1;
}

static void take_argument(struct chrony_cmdline *c, int letter, struct word value)
{
	switch (letter) {
	case ARGS_OPERAND:
		take_line(c, value);
		break;
	case 'f':
		take_text(c, c->conf, value);
		break;
	case 'u':
		take_text(c, c->user, value);
		break;
	case 'l':
		take_text(c, c->log_file, value);
		break;
	case 'F':
		take_int(c, &c->seccomp_level, value);
		break;
	case 'P':
		take_int(c, &c->sched_priority, value);
		break;
	case 'm':
		c->lock_all = true;
		break;
	case 'Q':
		c->no_clock = true;
		c->once = true;
		break;
	case 'x':
		c->no_clock = true;
		break;
	case 'q':
	case 'p':
		c->once = true;
		break;
	case ARGS_UNKNOWN:
	case ARGS_MISSING:
		c->unknown = true;
		break;
	default:
		break;
	}
}

void chrony_cmdline_parse(const char *text, size_t len, struct chrony_cmdline *c)
{
	struct args a;
	struct word value;
	int letter;

	memset(c, 0, sizeof(*c));
	/* main.c's getopt() */
	args_begin(&a, text, len, "46df:F:hl:L:mnpP:qQrRst:u:Uvx", NULL);
	while ((letter = args_next(&a, &value)) != ARGS_END)
		take_argument(c, letter, value);
}
