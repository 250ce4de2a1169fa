// SPDX-License-Identifier: GPL-2.0-or-later
/* The settings of one reference clock. */
#include "ntpd_unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static void lay_over(struct ntpd_unit *u, const struct ntpd_entry *e)
{
	for (unsigned int i = 0; i < NTPD_OPTIONS; i++) {
		if (!(e->set.given & 1u << i))
			continue;
		u->set.given |= 1u << i;
		u->set.value[i] = e->set.value[i];
		u->from[i] = e;
		if (i == NTPD_REFID)
			memcpy(u->set.refid, e->set.refid, sizeof(u->set.refid));
		if (i == NTPD_PATH)
			memcpy(u->set.path, e->set.path, sizeof(u->set.path));
		if (i == NTPD_PPSPATH)
			memcpy(u->set.ppspath, e->set.ppspath, sizeof(u->set.ppspath));
	}
}

static const struct ntpd_entry *find_clock(const struct ntpd_conf *conf, unsigned int driver,
					   unsigned int unit)
{
	for (size_t i = 0; i < conf->n_clocks; i++)
		if (conf->clocks[i].driver == driver && conf->clocks[i].unit == unit)
			return &conf->clocks[i];
	return NULL;
}

/* Fudge lines are obeyed after all clocks are started, wherever they stand (config_ntpd()). */
int ntpd_unit_find(const struct ntpd_conf *conf, unsigned int driver, unsigned int unit,
		   struct ntpd_unit *u)
{
	memset(u, 0, sizeof(*u));
	u->clock = find_clock(conf, driver, unit);
	if (!u->clock)
		return -ENOENT;
	u->set.value[NTPD_MINPOLL] = u->set.value[NTPD_MAXPOLL] = NTPD_UNSAID;
	lay_over(u, u->clock);
	for (size_t i = 0; i < conf->n_fudges; i++)
		if (conf->fudges[i].driver == driver && conf->fudges[i].unit == unit)
			lay_over(u, &conf->fudges[i]);
	return 0;
}

const struct ntpd_entry *ntpd_stray_fudge(const struct ntpd_conf *conf,
					  const struct ntpd_entry *after)
{
	size_t i = after ? (size_t)(after - conf->fudges) + 1 : 0;

	for (; i < conf->n_fudges; i++)
		if (!find_clock(conf, conf->fudges[i].driver, conf->fudges[i].unit))
			return &conf->fudges[i];
	return NULL;
}

const struct ntpd_knob *ntpd_knob_find(const struct ntpd_conf *conf, const char *command,
				       const char *name)
{
	for (size_t i = conf->n_knobs; i > 0; i--) {
		const struct ntpd_knob *k = &conf->knobs[i - 1];

		if (!strcmp(k->command, command) && !strcmp(k->name, name))
			return k;
	}
	return NULL;
}

/* ---- devices ---- */

/* refclock_nmea.c and refclock_pps.c: DEVICE, PPSDEV */
static void name_device(const char *said, const char *prefix, const struct ntpd_unit *u,
			char *path, size_t size)
{
	if (said[0])
		snprintf(path, size, "%s", said);
	else
		snprintf(path, size, "/dev/%s%u", prefix, u->clock->unit);
}

void ntpd_unit_port(const struct ntpd_unit *u, char *path, size_t size)
{
	snprintf(path, size, "%s", "");
	if (u->clock->driver == NTPD_DRIVER_NMEA)
		name_device(u->set.path, "gps", u, path, size);
}

void ntpd_unit_pulse(const struct ntpd_unit *u, char *path, size_t size)
{
	snprintf(path, size, "%s", "");
	if (u->clock->driver == NTPD_DRIVER_PPS)
		name_device(u->set.ppspath, "pps", u, path, size);
	else if (u->clock->driver == NTPD_DRIVER_NMEA && u->set.value[NTPD_FLAG1])
		name_device(u->set.ppspath, "gpspps", u, path, size);
}

/* ---- mode of driver 20 (refclock_nmea.c, nmea_start()) ---- */

#define MODE_MESSAGES 0xff0f
#define MODE_SUBSECOND 0x80
#define MODE_COUNTERS 0x10000
#define MODE_QUIET_PPS 0x20000		/* classic from 4.2.8 on */
#define MODE_TRUSTS_DATE_NEW 0x40000	/* the same */
#define MODE_TRUSTS_DATE 0x2000000	/* NTPsec, and classic before */

/* Speeds of mode's bits 4 to 6; behind them those that only NTPsec's baud has. */
static const unsigned int bauds[] = {
	4800, 9600, 19200, 38400, 57600, 115200,
	230400, 460800, 500000, 576000, 921600, 1000000, 1152000, 1500000, 2000000, 2500000,
	3000000, 3500000, 4000000,
};

#define MODE_BAUDS 6

/*
 * NTPsec has one switch for both: "baud 1" is 9600.  What is in neither is its
 * SPEED232: 9600, unless it was built for classic mode; classic ntp's is 4800.
 */
static void decode_baud(enum ntpd_kind kind, const struct ntpd_settings *set,
			struct ntpd_nmea *n)
{
	const unsigned int said = (unsigned int)set->value[NTPD_BAUD];
	const unsigned int rate = said ? said : (unsigned int)set->value[NTPD_MODE] >> 4 & 7;

	if (rate < MODE_BAUDS) {
		n->baud = bauds[rate];
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(bauds); i++)
		if (bauds[i] == rate)
			n->baud = rate;
	if (n->baud)
		return;
	n->baud_unknown = true;
	n->baud = kind == NTPD_NTPSEC || said ? 9600 : 4800;
}

static const struct {
	unsigned int bit;
	const char *name;
} sentences[] = {
	{ NMEA_MODE_RMC, "RMC" }, { NMEA_MODE_GGA, "GGA" }, { NMEA_MODE_GLL, "GLL" },
	{ NMEA_MODE_ZDA, "ZDA" }, { NMEA_MODE_PGRMF, "PGRMF" },
	{ NMEA_MODE_PUBX04, "PUBX,04" },
};

static unsigned int sentences_of(enum ntpd_kind kind)
{
	unsigned int all = 0;

	for (size_t i = 0; i < ARRAY_SIZE(sentences); i++)
		if (sentences[i].bit != NMEA_MODE_PUBX04 || kind != NTPD_NTPSEC)
			all |= sentences[i].bit;
	return all;
}

void ntpd_nmea_mode(enum ntpd_kind kind, const struct ntpd_settings *set, struct ntpd_nmea *n)
{
	const unsigned int mode = (unsigned int)set->value[NTPD_MODE];
	const unsigned int all = sentences_of(kind);
	unsigned int trust = MODE_TRUSTS_DATE;

	memset(n, 0, sizeof(*n));
	decode_baud(kind, set, n);
	n->any_sentence = !(mode & MODE_MESSAGES);
	n->sentences = n->any_sentence ? all : mode & all;
	n->subsecond = mode & MODE_SUBSECOND;
	n->counters = mode & MODE_COUNTERS;
	if (kind != NTPD_NTPSEC) {
		trust |= MODE_TRUSTS_DATE_NEW;
		n->quiet_pps = mode & MODE_QUIET_PPS;
	}
	n->trusts_date = mode & trust;
}

void ntpd_nmea_sentences(unsigned int set, char *text, size_t size)
{
	size_t n = 0;

	text[0] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(sentences) && n < size; i++)
		if (set & sentences[i].bit)
			n += (size_t)snprintf(text + n, size - n, "%s%s", n ? " " : "",
					      sentences[i].name);
}
