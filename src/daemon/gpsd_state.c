// SPDX-License-Identifier: GPL-2.0-or-later
/* What gpsd says of its receivers. */
#include "gpsd_state.h"

#include <errno.h>
#include <string.h>

#include "../nmea.h"
#include "flatjson.h"

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

#define NS_PER_S 1000000000LL
#define APART_MAX_S 4000000000LL	/* so that it fits in ns */

static const struct {
	const char *name;
	enum gpsd_class class;
} classes[] = {
	{ "VERSION", GPSD_SAID_VERSION }, { "DEVICES", GPSD_SAID_DEVICES }, { "DEVICE", GPSD_SAID_DEVICE },
	{ "WATCH", GPSD_SAID_WATCH }, { "TPV", GPSD_SAID_TPV }, { "PPS", GPSD_SAID_PPS }, { "SKY", GPSD_SAID_SKY },
	{ "ERROR", GPSD_SAID_ERROR },
};

/* ---- members ---- */

enum kind {
	KIND_TEXT,
	KIND_NUMBER,	/* a whole one */
	KIND_TRUTH,	/* true or false */
	KIND_SINCE,	/* a time or, where there is none, a 0 */
};

struct member {
	const char *key;
	enum kind kind;
	size_t offset;
	size_t size;		/* of a text */
};

#define TEXT(type, key, member) \
	{ key, KIND_TEXT, offsetof(type, member), sizeof(((type *)0)->member) }
#define FACT(type, key, kind, member) { key, kind, offsetof(type, member), 0 }

static const struct member version_members[] = {
	TEXT(struct gpsd_state, "release", release),
	FACT(struct gpsd_state, "proto_major", KIND_NUMBER, protocol_major),
	FACT(struct gpsd_state, "proto_minor", KIND_NUMBER, protocol_minor),
};

static const struct member watch_members[] = {
	FACT(struct gpsd_state, "enable", KIND_TRUTH, watching),
	FACT(struct gpsd_state, "pps", KIND_TRUTH, watching_pulses),
};

static const struct member error_members[] = {
	TEXT(struct gpsd_state, "message", error),
};

static const struct member device_members[] = {
	TEXT(struct gpsd_seen, "driver", driver),
	TEXT(struct gpsd_seen, "subtype", subtype),
	FACT(struct gpsd_seen, "activated", KIND_SINCE, activated),
	FACT(struct gpsd_seen, "readonly", KIND_TRUTH, readonly),
	FACT(struct gpsd_seen, "bps", KIND_NUMBER, bps),
	FACT(struct gpsd_seen, "native", KIND_NUMBER, native),
};

static const struct member tpv_members[] = {
	TEXT(struct gpsd_seen, "time", time),
	FACT(struct gpsd_seen, "mode", KIND_NUMBER, mode),
};

static const struct member sky_members[] = {
	FACT(struct gpsd_seen, "nSat", KIND_NUMBER, satellites),
	FACT(struct gpsd_seen, "uSat", KIND_NUMBER, used),
};

static const struct member pulse_members[] = {
	FACT(struct gpsd_pulse, "real_sec", KIND_NUMBER, real_s),
	FACT(struct gpsd_pulse, "real_nsec", KIND_NUMBER, real_ns),
	FACT(struct gpsd_pulse, "clock_sec", KIND_NUMBER, clock_s),
	FACT(struct gpsd_pulse, "clock_nsec", KIND_NUMBER, clock_ns),
	FACT(struct gpsd_pulse, "precision", KIND_NUMBER, precision),
};

static struct fact read_fact(const struct flatjson_value *v, enum kind kind)
{
	if (kind == KIND_SINCE && v->kind == FLATJSON_STRING)
		return fact_from(0, v->text.len > 0);
	if (kind == KIND_SINCE)
		return fact_from(0, said_number(v->text, 0).val != 0);
	if (v->kind != FLATJSON_OTHER)
		return said_absent();
	if (kind == KIND_NUMBER)
		return said_whole(v->text, 10);
	if (!word_is(v->text, "true") && !word_is(v->text, "false"))
		return said_absent();
	return fact_from(0, word_is(v->text, "true"));
}

static void set_member(const struct member *m, const struct flatjson_value *v, void *out)
{
	char *at = (char *)out + m->offset;

	if (m->kind != KIND_TEXT)
		*(struct fact *)(void *)at = read_fact(v, m->kind);
	else if (v->kind == FLATJSON_STRING)
		flatjson_copy(at, m->size, v->text);
}

static void read_members(struct word object, const struct member *m, size_t n, void *out)
{
	struct flatjson_value v;
	struct flatjson j;

	if (flatjson_open(object, &j) < 0)
		return;
	while (flatjson_next(&j, &v) > 0)
		for (size_t i = 0; i < n; i++)
			if (word_is(v.key, m[i].key))
				set_member(&m[i], &v, out);
}

/* The last member of this name. */
static bool find_member(struct word object, const char *key, struct flatjson_value *found)
{
	struct flatjson_value v;
	struct flatjson j;
	bool is_there = false;

	if (flatjson_open(object, &j) < 0)
		return false;
	while (flatjson_next(&j, &v) > 0) {
		if (!word_is(v.key, key))
			continue;
		*found = v;
		is_there = true;
	}
	return is_there;
}

/* ---- devices ---- */

static void forget_device(struct gpsd_seen *d, const char *path)
{
	const struct fact none = said_absent();

	memset(d, 0, sizeof(*d));
	memcpy(d->path, path, strlen(path) + 1);
	d->activated = d->readonly = d->bps = d->native = none;
	d->mode = d->satellites = d->used = none;
	d->pulse.real_s = d->pulse.real_ns = d->pulse.clock_s = d->pulse.clock_ns = none;
	d->pulse.offset_ns = d->pulse.precision = none;
}

/* The device that an object names by `key`; it is new when nobody named it before. */
static struct gpsd_seen *named_device(struct gpsd_state *s, struct word object, const char *key)
{
	struct flatjson_value v;
	char path[GPSD_SEEN_PATH_MAX];

	if (!find_member(object, key, &v) || v.kind != FLATJSON_STRING || !v.text.len)
		return NULL;
	flatjson_copy(path, sizeof(path), v.text);
	for (size_t i = 0; i < s->n; i++)
		if (!strcmp(s->devices[i].path, path))
			return &s->devices[i];
	if (s->n == GPSD_SEEN_MAX) {
		s->n_lost++;
		return NULL;
	}
	forget_device(&s->devices[s->n], path);
	return &s->devices[s->n++];
}

/* The object says all: what it leaves out is not so any more. */
static void read_device(struct gpsd_state *s, struct word object)
{
	struct gpsd_seen *d = named_device(s, object, "path");

	if (!d)
		return;
	d->driver[0] = d->subtype[0] = '\0';
	d->activated = d->bps = d->native = said_absent();
	d->readonly = fact_from(0, 0);
	read_members(object, device_members, LEN(device_members), d);
}

static void read_devices(struct gpsd_state *s, struct word object)
{
	struct flatjson_value v;
	struct flatjson j;

	if (!find_member(object, "devices", &v) || v.kind != FLATJSON_ARRAY ||
	    flatjson_open(v.text, &j) < 0)
		return;
	s->listed = true;
	while (flatjson_next(&j, &v) > 0)
		if (v.kind == FLATJSON_OBJECT)
			read_device(s, v.text);
}

/* ---- reports ---- */

static struct fact clock_less_real(const struct gpsd_pulse *p)
{
	int64_t apart_s;

	if (!fact_known(p->real_s) || !fact_known(p->clock_s) ||
	    !fact_known(p->real_ns) || !fact_known(p->clock_ns))
		return said_absent();
	if (p->real_ns.val < 0 || p->real_ns.val >= NS_PER_S ||
	    p->clock_ns.val < 0 || p->clock_ns.val >= NS_PER_S)
		return said_absent();
	if (__builtin_sub_overflow(p->clock_s.val, p->real_s.val, &apart_s) ||
	    apart_s > APART_MAX_S || apart_s < -APART_MAX_S)
		return said_absent();
	return fact_from(0, apart_s * NS_PER_S + p->clock_ns.val - p->real_ns.val);
}

static void read_pulse(struct gpsd_seen *d, struct word object)
{
	struct gpsd_pulse *p = &d->pulse;

	p->n++;
	p->real_s = p->real_ns = p->clock_s = p->clock_ns = p->precision = said_absent();
	read_members(object, pulse_members, LEN(pulse_members), p);
	p->offset_ns = clock_less_real(p);
}

static void read_report(struct gpsd_state *s, struct word object, enum gpsd_class class)
{
	struct gpsd_seen *d = named_device(s, object, "device");

	if (!d)
		return;
	if (class == GPSD_SAID_PPS) {
		read_pulse(d, object);
	} else if (class == GPSD_SAID_SKY) {
		d->satellites = d->used = said_absent();
		read_members(object, sky_members, LEN(sky_members), d);
	} else {
		d->mode = said_absent();
		d->time[0] = '\0';
		read_members(object, tpv_members, LEN(tpv_members), d);
	}
}

/* ---- lines ---- */

/* gpsd itself writes an error that quotes without an escape: such a line is none. */
static int class_of(struct word object, enum gpsd_class *class)
{
	struct flatjson_value v;
	struct flatjson j;
	int err;

	*class = GPSD_SAID_OTHER;
	err = flatjson_open(object, &j);
	if (err || j.close != '}')
		return -EINVAL;
	while ((err = flatjson_next(&j, &v)) > 0) {
		if (v.kind != FLATJSON_STRING || !word_is(v.key, "class"))
			continue;
		*class = GPSD_SAID_OTHER;
		for (size_t i = 0; i < LEN(classes); i++)
			if (word_is(v.text, classes[i].name))
				*class = classes[i].class;
	}
	return err;
}

void gpsd_init(struct gpsd_state *s)
{
	memset(s, 0, sizeof(*s));
	s->protocol_major = s->protocol_minor = said_absent();
	s->watching = s->watching_pulses = said_absent();
}

int gpsd_read_line(const char *line, size_t len, struct gpsd_state *s)
{
	const struct word object = said_trim((struct word){ line, len });
	enum gpsd_class class;
	const int err = class_of(object, &class);

	if (err < 0)
		return err;
	switch (class) {
	case GPSD_SAID_VERSION:
		read_members(object, version_members, LEN(version_members), s);
		break;
	case GPSD_SAID_WATCH:
		read_members(object, watch_members, LEN(watch_members), s);
		break;
	case GPSD_SAID_ERROR:
		read_members(object, error_members, LEN(error_members), s);
		break;
	case GPSD_SAID_DEVICES:
		read_devices(s, object);
		break;
	case GPSD_SAID_DEVICE:
		read_device(s, object);
		break;
	case GPSD_SAID_OTHER:
		break;
	default:
		read_report(s, object, class);
		break;
	}
	return (int)class;
}

/* Fields of RMC, behind its tag. */
#define RMC_STATUS 1
#define RMC_MODE 11

/* Shorter ones, without the magnetic variation, gpsd takes by their status. */
static void read_sentence(struct gpsd_state *s, struct word line)
{
	struct nmea_sentence sentence;
	size_t len;

	if (line.len > NMEA_LINE_MAX)
		return;
	nmea_parse(line.s, line.len, &sentence);
	if (sentence.sum != NMEA_SUM_OK || strcmp(sentence.type, "RMC") != 0 ||
	    sentence.n_fields < RMC_MODE || !nmea_field_is(&sentence, RMC_STATUS, "A"))
		return;
	nmea_field(&sentence, RMC_MODE, &len);
	if (len)
		s->rmc_moded++;
	else
		s->rmc_bare++;
}

size_t gpsd_read(const char *text, size_t len, struct gpsd_state *s)
{
	struct word rest = { text, len }, line;
	size_t n = 0;

	while (said_line(&rest, &line)) {
		if (line.len && line.s[0] == '$')
			read_sentence(s, line);
		else
			n += gpsd_read_line(line.s, line.len, s) >= 0;
	}
	return n;
}

const struct gpsd_seen *gpsd_find(const struct gpsd_state *s, const char *path)
{
	for (size_t i = 0; i < s->n; i++)
		if (!strcmp(s->devices[i].path, path))
			return &s->devices[i];
	return NULL;
}
