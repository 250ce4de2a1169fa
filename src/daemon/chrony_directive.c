// SPDX-License-Identifier: GPL-2.0-or-later
/* chrony.conf: its directives. */
#include "chrony_conf.h"

#include <string.h>

#include "chrony_inside.h"
#include "conftext.h"

const char *chrony_wrong(struct chrony_line *l, enum chrony_fault fault, const char *reason)
{
	l->fault = fault;
	return reason;
}

static const char *refused(struct chrony_line *l, const char *reason)
{
	return chrony_wrong(l, CHRONY_REFUSED, reason);
}

static const char *one_word(struct chrony_line *l, struct word *w)
{
	*w = conf_word(&l->p, l->end);
	if (!w->len)
		return refused(l, "a directive without its value");
	return conf_word(&l->p, l->end).len ? refused(l, "too many values") : NULL;
}

/* Servers' options are theirs; only whether it can be selected matters here. */
const char *chrony_source_line(struct chrony_conf *conf, struct chrony_line *l,
			       unsigned int *n)
{
	struct word w = conf_word(&l->p, l->end);

	if (!w.len)
		return refused(l, "a source without its name");
	(*n)++;
	while ((w = conf_word(&l->p, l->end)).len)
		if (conf_same(w, "noselect")) {
			conf->never_selected++;
			break;
		}
	return NULL;
}

static const char *server_line(struct chrony_conf *conf, struct chrony_line *l,
			       struct chrony_wanted *wanted)
{
	(void)wanted;
	return chrony_source_line(conf, l, &conf->servers);
}

static const char *pool_line(struct chrony_conf *conf, struct chrony_line *l,
			     struct chrony_wanted *wanted)
{
	(void)wanted;
	return chrony_source_line(conf, l, &conf->pools);
}

static const char *peer_line(struct chrony_conf *conf, struct chrony_line *l,
			     struct chrony_wanted *wanted)
{
	(void)wanted;
	return chrony_source_line(conf, l, &conf->peers);
}

static const char *refclock_line(struct chrony_conf *conf, struct chrony_line *l,
				 struct chrony_wanted *wanted)
{
	(void)wanted;
	return chrony_refclock_line(conf, l);
}

static const char *take_dirs(struct chrony_line *l, struct chrony_dirs *dirs)
{
	struct word w;

	memset(dirs, 0, sizeof(*dirs));
	dirs->where = l->where;
	while ((w = conf_word(&l->p, l->end)).len) {
		if (dirs->n == CHRONY_DIRS_MAX)
			return refused(l, "more than ten directories");
		if (!conf_copy(dirs->dirs[dirs->n], CHRONY_PATH_MAX, w))
			return chrony_wrong(l, CHRONY_UNREAD, "a path of more than 255 characters");
		dirs->n++;
	}
	return dirs->n ? NULL : refused(l, "a directive without its value");
}

static const char *include_line(struct chrony_conf *conf, struct chrony_line *l,
				struct chrony_wanted *wanted)
{
	const char *wrong = take_dirs(l, wanted->dirs);

	(void)conf;
	if (!wrong && wanted->dirs->n > 1)
		wrong = refused(l, "too many values");
	/* GLOB_NOMAGIC: without a wildcard the pattern itself is opened */
	wanted->dirs->must_exist = !strpbrk(wanted->dirs->dirs[0], "*?[");
	if (!wrong)
		wanted->wants = CHRONY_INCLUDE;
	return wrong;
}

static const char *confdir_line(struct chrony_conf *conf, struct chrony_line *l,
				struct chrony_wanted *wanted)
{
	const char *wrong = take_dirs(l, wanted->dirs);

	(void)conf;
	if (!wrong)
		wanted->wants = CHRONY_CONFDIR;
	return wrong;
}

static const char *sourcedir_line(struct chrony_conf *conf, struct chrony_line *l,
				  struct chrony_wanted *wanted)
{
	const char *wrong;

	(void)wanted;
	if (conf->n_sourcedirs == CHRONY_SOURCEDIRS_MAX)
		return chrony_wrong(l, CHRONY_UNREAD, "more sourcedirs than are kept here");
	wrong = take_dirs(l, &conf->sourcedirs[conf->n_sourcedirs]);
	/* without a directory it says nothing, and chronyd does not mind */
	if (conf->sourcedirs[conf->n_sourcedirs].n == 0)
		return wrong && l->fault == CHRONY_UNREAD ? wrong : NULL;
	if (!wrong)
		conf->n_sourcedirs++;
	return wrong;
}

static const char *makestep_line(struct chrony_conf *conf, struct chrony_line *l,
				 struct chrony_wanted *wanted)
{
	struct word threshold = conf_word(&l->p, l->end), limit;
	const char *wrong = one_word(l, &limit), *p = threshold.s, *q = limit.s;
	int64_t ns;
	int updates;

	(void)wanted;
	if (wrong)
		return wrong;
	if (conf_seconds(&p, p + threshold.len, &ns) < 0 ||
	    conf_int(&q, q + limit.len, &updates) < 0)
		return refused(l, "makestep wants seconds and a number of updates");
	conf->has_makestep = true;
	conf->makestep_ns = ns;
	conf->makestep_limit = updates;
	return NULL;
}

static const char *log_line(struct chrony_conf *conf, struct chrony_line *l,
			    struct chrony_wanted *wanted)
{
	/* to the letter: parse_log() */
	static const struct {
		const char *name;
		unsigned int bit;
	} logs[] = {
		{ "rawmeasurements", CHRONY_LOG_RAW | CHRONY_LOG_MEASUREMENTS },
		{ "measurements", CHRONY_LOG_MEASUREMENTS },
		{ "selection", CHRONY_LOG_SELECTION },
		{ "statistics", CHRONY_LOG_STATISTICS },
		{ "tracking", CHRONY_LOG_TRACKING },
		{ "rtc", CHRONY_LOG_RTC },
		{ "refclocks", CHRONY_LOG_REFCLOCKS },
		{ "tempcomp", CHRONY_LOG_TEMPCOMP },
	};
	const size_t n = sizeof(logs) / sizeof(logs[0]);
	struct word w;
	size_t i;

	(void)wanted;
	while ((w = conf_word(&l->p, l->end)).len) {
		for (i = 0; i < n && !word_is(w, logs[i].name); i++)
			;
		if (i == n)
			return chrony_wrong(l, CHRONY_UNKNOWN, "log knows no such word");
		conf->log |= logs[i].bit;
	}
	return NULL;
}

static const char *local_line(struct chrony_conf *conf, struct chrony_line *l,
			      struct chrony_wanted *wanted)
{
	(void)l;
	(void)wanted;
	conf->local = true;
	return NULL;
}

/* Whom it answers is not kept: without the directive, nobody. */
static const char *allow_line(struct chrony_conf *conf, struct chrony_line *l,
			      struct chrony_wanted *wanted)
{
	(void)l;
	(void)wanted;
	conf->allow = true;
	return NULL;
}

static const char *leap_line(struct chrony_conf *conf, struct chrony_line *l,
			     struct chrony_wanted *wanted)
{
	struct word w;

	(void)wanted;
	conf->has_leap_seconds = true;
	return one_word(l, &w);
}

/* An address would be for chronyc over the network: only a socket's path is kept. */
static const char *bindcmd_line(struct chrony_conf *conf, struct chrony_line *l,
				struct chrony_wanted *wanted)
{
	struct word w;
	const char *wrong = one_word(l, &w);

	(void)wanted;
	if (!wrong && w.s[0] == '/' && !conf_copy(conf->command_socket, CHRONY_PATH_MAX, w))
		return chrony_wrong(l, CHRONY_UNREAD, "a path of more than 255 characters");
	return wrong;
}

/* ---- the table of directives ---- */

enum kind {
	KIND_OTHER,	/* known, and of no matter here */
	KIND_LINE,	/* has a function */
	KIND_FLAG,
	KIND_INT,
	KIND_PATH,
	KIND_GONE,	/* chronyd warns, and goes on */
};

#define AT(member) offsetof(struct chrony_conf, member)

static const struct directive {
	const char *name;
	enum kind kind;
	size_t at;
	const char *(*line)(struct chrony_conf *conf, struct chrony_line *l,
			    struct chrony_wanted *wanted);
} directives[] = {
	{ .name = "refclock", .kind = KIND_LINE, .line = refclock_line },
	{ .name = "server", .kind = KIND_LINE, .line = server_line },
	{ .name = "pool", .kind = KIND_LINE, .line = pool_line },
	{ .name = "peer", .kind = KIND_LINE, .line = peer_line },
	{ .name = "include", .kind = KIND_LINE, .line = include_line },
	{ .name = "confdir", .kind = KIND_LINE, .line = confdir_line },
	{ .name = "sourcedir", .kind = KIND_LINE, .line = sourcedir_line },
	{ .name = "makestep", .kind = KIND_LINE, .line = makestep_line },
	{ .name = "log", .kind = KIND_LINE, .line = log_line },
	{ .name = "local", .kind = KIND_LINE, .line = local_line },
	{ .name = "allow", .kind = KIND_LINE, .line = allow_line },
	{ .name = "leapsectz", .kind = KIND_LINE, .line = leap_line },
	{ .name = "leapseclist", .kind = KIND_LINE, .line = leap_line },
	{ .name = "bindcmdaddress", .kind = KIND_LINE, .line = bindcmd_line },
	{ .name = "rtcsync", .kind = KIND_FLAG, .at = AT(rtcsync) },
	{ .name = "lock_all", .kind = KIND_FLAG, .at = AT(lock_all) },
	{ .name = "sched_priority", .kind = KIND_INT, .at = AT(sched_priority) },
	{ .name = "minsources", .kind = KIND_INT, .at = AT(minsources) },
	{ .name = "cmdport", .kind = KIND_INT, .at = AT(cmdport) },
	{ .name = "logdir", .kind = KIND_PATH, .at = AT(logdir) },
	{ .name = "user", .kind = KIND_PATH, .at = AT(user) },
	{ .name = "pidfile", .kind = KIND_PATH, .at = AT(pidfile) },
	{ .name = "hwclockfile", .kind = KIND_PATH, .at = AT(hwclockfile) },
	{ .name = "commandkey", .kind = KIND_GONE },
	{ .name = "generatecommandkey", .kind = KIND_GONE },
	{ .name = "linux_freq_scale", .kind = KIND_GONE },
	{ .name = "linux_hz", .kind = KIND_GONE },
};

/* The others of CNF_ParseLine() up to 4.6, and opencommands of 4.7. */
static const char *const others[] = {
	"acquisitionport", "authselectmode", "bindacqaddress", "bindacqdevice",
	"bindaddress", "bindcmddevice", "binddevice", "broadcast", "clientloglimit",
	"clockprecision", "cmdallow", "cmddeny", "cmdratelimit", "combinelimit",
	"corrtimeratio", "deny", "driftfile", "dscp", "dumpdir", "dumponexit",
	"fallbackdrift", "hwtimestamp", "hwtstimeout", "initstepslew", "keyfile",
	"leapsecmode", "logbanner", "logchange", "mailonchange", "manual", "maxchange",
	"maxclockerror", "maxdistance", "maxdrift", "maxjitter", "maxntsconnections",
	"maxsamples", "maxslewrate", "maxupdateskew", "minsamples", "nocerttimecheck",
	"noclientlog", "nosystemcert", "ntpsigndsocket", "ntsaeads", "ntscachedir",
	"ntsdumpdir", "ntsntpserver", "ntsport", "ntsprocesses", "ntsratelimit",
	"ntsrefresh", "ntsrotate", "ntsservercert", "ntsserverkey", "ntstrustedcerts",
	"opencommands", "port", "ptpdomain", "ptpport", "ratelimit", "refresh",
	"reselectdist", "rtcautotrim", "rtcdevice", "rtcfile", "rtconutc", "smoothtime",
	"stratumweight", "tempcomp",
};

static const struct directive *find_directive(struct word name)
{
	static const struct directive other = { .kind = KIND_OTHER };

	for (size_t i = 0; i < sizeof(directives) / sizeof(directives[0]); i++)
		if (conf_same(name, directives[i].name))
			return &directives[i];
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (conf_same(name, others[i]))
			return &other;
	return NULL;
}

/* A directive with one value, or none. */
static const char *take_value(struct chrony_line *l, const struct directive *d, void *value)
{
	struct word w;
	const char *wrong, *p;

	if (d->kind == KIND_FLAG) {
		*(bool *)value = true;
		return conf_word(&l->p, l->end).len ? refused(l, "too many values") : NULL;
	}
	wrong = one_word(l, &w);
	if (wrong)
		return wrong;
	if (d->kind == KIND_PATH)
		return conf_copy(value, CHRONY_PATH_MAX, w) ? NULL :
			chrony_wrong(l, CHRONY_UNREAD, "a value of more than 255 characters");
	p = w.s;
	return conf_int(&p, w.s + w.len, value) < 0 ? refused(l, "this wants a number") : NULL;
}

const char *chrony_directive(struct chrony_conf *conf, struct chrony_line *l,
			     struct chrony_wanted *wanted)
{
	const struct directive *d = find_directive(conf_word(&l->p, l->end));

	if (!d)
		return chrony_wrong(l, CHRONY_UNKNOWN, "no directive of chrony");
	if (d->kind == KIND_OTHER || d->kind == KIND_GONE)
		return NULL;
	if (d->kind == KIND_LINE)
		return d->line(conf, l, wanted);
	return take_value(l, d, (char *)conf + d->at);
}
