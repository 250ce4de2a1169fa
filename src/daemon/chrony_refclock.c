// SPDX-License-Identifier: GPL-2.0-or-later
/* One "refclock" line of chrony.conf, as parse_refclock() of chrony's conf.c reads it. */
#include "chrony_inside.h"

#include <errno.h>
#include <string.h>

#include "conftext.h"

#define STRATUM_MAX 15		/* NTP_MAX_STRATUM is not allowed */

#define PERM_DEFAULT 0600	/* refclock_shm.c */

/* Drivers' names count to the letter: refclock.c, RCL_AddRefclock(). */
static const struct driver {
	const char *name;
	enum chrony_driver driver;
	unsigned int param_options;
} drivers[] = {
	{ "PPS", CHRONY_PPS, CHRONY_CLEAR },
	{ "SHM", CHRONY_SHM, CHRONY_PERM },
	{ "SOCK", CHRONY_SOCK, 0 },
	{ "PHC", CHRONY_PHC, CHRONY_NOCROSSTS | CHRONY_EXTPPS | CHRONY_PIN | CHRONY_CHANNEL |
			     CHRONY_CLEAR },
	{ "RTC", CHRONY_RTC, CHRONY_UTC },
};

static const struct {
	const char *name;
	unsigned int bit;
} param_options[] = {
	{ "clear", CHRONY_CLEAR },
	{ "perm", CHRONY_PERM },
	{ "nocrossts", CHRONY_NOCROSSTS },
	{ "extpps", CHRONY_EXTPPS },
	{ "pin", CHRONY_PIN },
	{ "channel", CHRONY_CHANNEL },
	{ "utc", CHRONY_UTC },
};

enum kind {
	KIND_FLAG,
	KIND_INT,
	KIND_SECONDS,
	KIND_REFID,
};

#define AT(member) offsetof(struct chrony_refclock, member)

/* Options' names count in any case. */
static const struct option {
	const char *name;
	size_t at;
	enum kind kind;
	unsigned int flag;
} options[] = {
	{ .name = "refid", .kind = KIND_REFID, .at = AT(refid) },
	{ .name = "lock", .kind = KIND_REFID, .at = AT(lock) },
	{ .name = "poll", .kind = KIND_INT, .at = AT(poll) },
	{ .name = "dpoll", .kind = KIND_INT, .at = AT(dpoll) },
	{ .name = "filter", .kind = KIND_INT, .at = AT(filter) },
	{ .name = "rate", .kind = KIND_INT, .at = AT(rate_hz) },
	{ .name = "maxlockage", .kind = KIND_INT, .at = AT(maxlockage_pulses) },
	{ .name = "minsamples", .kind = KIND_INT, .at = AT(minsamples) },
	{ .name = "maxsamples", .kind = KIND_INT, .at = AT(maxsamples) },
	{ .name = "stratum", .kind = KIND_INT, .at = AT(stratum) },
	{ .name = "offset", .kind = KIND_SECONDS, .at = AT(offset_ns) },
	{ .name = "delay", .kind = KIND_SECONDS, .at = AT(delay_ns) },
	{ .name = "precision", .kind = KIND_SECONDS, .at = AT(precision_ns) },
	{ .name = "maxdispersion", .kind = KIND_SECONDS, .at = AT(maxdispersion_ns) },
	{ .name = "width", .kind = KIND_SECONDS, .at = AT(width_ns) },
	{ .name = "prefer", .kind = KIND_FLAG, .flag = CHRONY_PREFER },
	{ .name = "noselect", .kind = KIND_FLAG, .flag = CHRONY_NOSELECT },
	{ .name = "trust", .kind = KIND_FLAG, .flag = CHRONY_TRUST },
	{ .name = "require", .kind = KIND_FLAG, .flag = CHRONY_REQUIRE },
	{ .name = "pps", .kind = KIND_FLAG, .flag = CHRONY_FORCE_PPS },
	{ .name = "tai", .kind = KIND_FLAG, .flag = CHRONY_TAI },
	{ .name = "local", .kind = KIND_FLAG, .flag = CHRONY_LOCAL },
};

/* Up to four characters; they are shown to users, so only such as can be. */
static const char *take_refid(struct chrony_line *l, char *refid)
{
	const struct word w = conf_word(&l->p, l->end);

	if (w.len == 0 || w.len >= CHRONY_REFID_MAX)
		return chrony_wrong(l, CHRONY_REFUSED, "a refid has one to four characters");
	conf_quote(refid, CHRONY_REFID_MAX, w.s, w.len);
	if (!word_is(w, refid))
		return chrony_wrong(l, CHRONY_UNREAD, "a refid with characters beyond ASCII");
	return NULL;
}

static const char *take_number(struct chrony_line *l, const struct option *o, void *value)
{
	const int err = o->kind == KIND_INT ? conf_int(&l->p, l->end, value) :
					      conf_seconds(&l->p, l->end, value);

	if (err == -ERANGE)
		return chrony_wrong(l, CHRONY_UNREAD, "a number out of range, or in a rare form");
	return err ? chrony_wrong(l, CHRONY_REFUSED, "an option without its number") : NULL;
}

static const char *take_option(struct chrony_line *l, struct word name,
			       struct chrony_refclock *rc)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		const struct option *o = &options[i];
		void *value = (char *)rc + o->at;

		if (!conf_same(name, o->name))
			continue;
		if (o->kind == KIND_FLAG) {
			rc->flags |= o->flag;
			return NULL;
		}
		return o->kind == KIND_REFID ? take_refid(l, value) : take_number(l, o, value);
	}
	if (strchr("!;#%", name.s[0]))
		return chrony_wrong(l, CHRONY_REFUSED, "a comment must be a line of its own");
	return chrony_wrong(l, CHRONY_UNKNOWN, "no option of a refclock");
}

static const char *take_options(struct chrony_line *l, struct chrony_refclock *rc)
{
	const char *wrong = NULL;
	struct word w;

	while (!wrong && (w = conf_word(&l->p, l->end)).len) {
		wrong = take_option(l, w, rc);
		if (!wrong && conf_same(w, "offset"))
			rc->has_offset = true;
	}
	if (!wrong && (rc->stratum < 0 || rc->stratum > STRATUM_MAX))
		wrong = chrony_wrong(l, CHRONY_REFUSED, "a stratum is from 0 to 15");
	return wrong;
}

/* strtol(s, NULL, 8) & 0777 */
static unsigned int octal(const char *p, const char *end)
{
	unsigned int v = 0;

	for (; p < end && *p >= '0' && *p <= '7'; p++)
		v = (v << 3 | (unsigned int)(*p - '0')) & 0777;
	return v;
}

/* One of those behind a colon: "clear", "perm=0644". */
static bool take_param_option(struct word w, unsigned int allowed, struct chrony_refclock *rc)
{
	const char *eq = memchr(w.s, '=', w.len);
	const struct word name = { w.s, eq ? (size_t)(eq - w.s) : w.len };

	for (size_t i = 0; i < sizeof(param_options) / sizeof(param_options[0]); i++) {
		if (!(param_options[i].bit & allowed) || !word_is(name, param_options[i].name))
			continue;
		if (param_options[i].bit == CHRONY_PERM && !(rc->param_options & CHRONY_PERM))
			rc->perm = octal(eq ? eq + 1 : w.s + w.len, w.s + w.len);
		rc->param_options |= param_options[i].bit;
		return true;
	}
	return false;
}

static const char *colon_of(const char *p, const char *end)
{
	const char *colon = memchr(p, ':', (size_t)(end - p));

	return colon ? colon : end;
}

/* "/dev/pps0:clear"; a colon at its very end is none (get_next_driver_option()). */
static const char *take_param(struct chrony_line *l, const struct driver *d,
			      struct chrony_refclock *rc)
{
	const struct word w = conf_word(&l->p, l->end);
	const char *end = w.s + w.len, *colon = colon_of(w.s, end), *p = w.s;

	if (!w.len)
		return chrony_wrong(l, CHRONY_REFUSED, "a refclock without its parameter");
	if (!conf_copy(rc->param, sizeof(rc->param), (struct word){ w.s, (size_t)(colon - w.s) }))
		return chrony_wrong(l, CHRONY_UNREAD, "a parameter of more than 255 characters");
	if (conf_int(&p, colon, &rc->unit) < 0)
		rc->unit = 0;		/* as atoi() has it */
	while (colon < end && colon + 1 < end) {
		const char *next = colon_of(colon + 1, end);

		if (!take_param_option((struct word){ colon + 1, (size_t)(next - colon) - 1 },
				       d->param_options, rc))
			return chrony_wrong(l, CHRONY_REFUSED,
					    "behind a colon: no option of this driver");
		colon = next;
	}
	return NULL;
}

/* conf.c, parse_refclock(); a refid of three letters and the number: RCL_AddRefclock(). */
static void set_defaults(struct chrony_refclock *rc, const struct driver *d)
{
	*rc = (struct chrony_refclock) {
		.driver = d->driver, .perm = PERM_DEFAULT, .poll = 4, .filter = 64,
		.maxlockage_pulses = 2, .minsamples = -1, .maxsamples = -1, .delay_ns = 1,
	};
}

static void make_refid(struct chrony_refclock *rc, const struct driver *d, size_t index)
{
	memcpy(rc->refid, d->name, 3);
	rc->refid[3] = (char)('0' + index % 10);
	if (index >= 10)
		rc->refid[2] = (char)('0' + index / 10 % 10);
}

static const struct driver *find_driver(struct word name)
{
	for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++)
		if (word_is(name, drivers[i].name))
			return &drivers[i];
	return NULL;
}

const char *chrony_refclock_line(struct chrony_conf *conf, struct chrony_line *l)
{
	const struct driver *d = find_driver(conf_word(&l->p, l->end));
	struct chrony_refclock rc;
	const char *wrong;

	if (!d)
		return chrony_wrong(l, CHRONY_UNKNOWN,
				    "no refclock driver: PPS, SHM, SOCK, PHC or RTC, in capitals");
	if (conf->n_refclocks == CHRONY_REFCLOCKS_MAX)
		return chrony_wrong(l, CHRONY_UNREAD, "more refclocks than are kept here");
	set_defaults(&rc, d);
	wrong = take_param(l, d, &rc);
	if (!rc.param[0])
		return wrong ? wrong : chrony_wrong(l, CHRONY_REFUSED, "an empty parameter");
	if (!wrong)
		wrong = take_options(l, &rc);
	rc.has_refid = rc.refid[0];
	if (!rc.has_refid)
		make_refid(&rc, d, conf->n_refclocks);
	if (rc.rate_hz < 1)
		rc.rate_hz = 1;
	rc.incomplete = wrong;
	rc.where = l->where;
	conf->refclocks[conf->n_refclocks++] = rc;
	return wrong;
}
