/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine's files in memory, and plans made of and carried out on them. */
#ifndef GPSPPSCTL_TEST_SETUPWORLD_H
#define GPSPPSCTL_TEST_SETUPWORLD_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "setup/plan.h"
#include "unittab.h"

#define WORLD_FILES 64

struct world {
	struct {
		char path[256];
		struct setup_file file;
		char *text;
	} v[WORLD_FILES];
	size_t n;
	struct setup_in in;
	struct setup_plan plan;
};

static struct world w;

static size_t world_at(const char *path)
{
	size_t i = 0;

	while (i < w.n && strcmp(w.v[i].path, path) != 0)
		i++;
	return i;
}

/* A file from now on; a NULL text: none. */
static __attribute__((unused)) void put(const char *path, int is, const char *text, size_t len, bool pristine)
{
	const size_t i = world_at(path);

	assert_true(i < WORLD_FILES);
	free(w.v[i].text);
	w.v[i].text = malloc(len + 1);
	if (text)
		memcpy(w.v[i].text, text, len);
	w.v[i].text[len] = '\0';
	snprintf(w.v[i].path, sizeof(w.v[i].path), "%s", path);
	w.v[i].file.is = text ? is : SETUP_ABSENT;
	w.v[i].file.text = w.v[i].text;
	w.v[i].file.len = len;
	w.v[i].file.pristine = pristine;
	w.n += i == w.n;
}

static __attribute__((unused)) void shipped(const char *path, const char *text)
{
	put(path, SETUP_TEXT, text, strlen(text), true);
}

static __attribute__((unused)) void edited(const char *path, const char *text)
{
	put(path, SETUP_TEXT, text, strlen(text), false);
}

static const char *text_of(const char *path)
{
	const size_t i = world_at(path);

	return i < w.n && w.v[i].file.is != SETUP_ABSENT ? w.v[i].text : NULL;
}

/* The names below a directory, as a reader of directories gives them. */
static const struct setup_file *list(const char *path)
{
	static struct setup_file dir;
	static char names[4096];
	const size_t n = strlen(path);

	names[0] = '\0';
	for (size_t i = 0; i < w.n; i++) {
		const char *name = w.v[i].path + n + 1;

		if (!strncmp(w.v[i].path, path, n) && w.v[i].path[n] == '/' &&
		    !strchr(name, '/') && w.v[i].file.is != SETUP_ABSENT)
			snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s\n", name);
	}
	dir.is = names[0] ? SETUP_DIRECTORY : SETUP_ABSENT;
	dir.text = names;
	dir.len = strlen(names);
	return &dir;
}

static const struct setup_file *world_file(void *ctx, const char *path)
{
	const size_t i = world_at(path);

	(void)ctx;
	return i < w.n ? &w.v[i].file : list(path);
}

static const struct setup_reader reader = { .file = world_file };

/* ---- plans ---- */

static int make_plan(void)
{
	setup_plan_free(&w.plan);
	return setup_plan_make(&w.in, &reader, &w.plan);
}

static __attribute__((unused)) const struct setup_step *step_of(const char *path)
{
	for (size_t i = 0; i < w.plan.n; i++)
		if (!strcmp(w.plan.steps[i].path, path))
			return &w.plan.steps[i];
	return NULL;
}

static void carry_out(void)
{
	for (size_t i = 0; i < w.plan.n; i++) {
		const struct setup_step *s = &w.plan.steps[i];

		assert_int_equal(strlen(s->text), s->len);
		assert_true(s->why && s->why[0]);
		switch (s->kind) {
		case SETUP_WRITE:
			assert_true(s->mode == 0644 || s->mode == 0755);
			put(s->path, SETUP_TEXT, s->text, s->len, true);
			break;
		case SETUP_SYMLINK:
			put(s->path, SETUP_LINK_TO, s->text, s->len, true);
			break;
		case SETUP_REMOVE:
			put(s->path, SETUP_ABSENT, NULL, 0, false);
			break;
		case SETUP_BY_HAND:
			break;
		}
	}
}

/* Each plan is made again after it was carried out: then there is nothing to do. */
static __attribute__((unused)) void set_up(void)
{
	const int err = make_plan();

	if (err)
		fail_msg("%s", w.plan.why_not);
	carry_out();
	assert_int_equal(make_plan(), 0);
	for (size_t i = 0; i < w.plan.n; i++)
		if (w.plan.steps[i].kind != SETUP_BY_HAND)
			fail_msg("the second plan still has %s:\n%s", w.plan.steps[i].path,
				 w.plan.steps[i].text);
}

/* What a person would do: the lines go to the end of the file. */
static __attribute__((unused)) void do_by_hand(void)
{
	char text[16384];

	for (size_t i = 0; i < w.plan.n; i++) {
		const struct setup_step *s = &w.plan.steps[i];
		const char *old = text_of(s->path);

		if (s->kind != SETUP_BY_HAND)
			continue;
		snprintf(text, sizeof(text), "%s\n%s", old ? old : "", s->text);
		edited(s->path, text);
	}
}

static __attribute__((unused)) void has(const char *path, const char *what)
{
	const char *text = text_of(path);

	if (!text || !strstr(text, what))
		fail_msg("%s has no \"%s\":\n%s", path, what, text ? text : "(none)");
}

static __attribute__((unused)) void has_not(const char *path, const char *what)
{
	const char *text = text_of(path);

	if (text && strstr(text, what))
		fail_msg("%s has \"%s\":\n%s", path, what, text);
}

/* ---- Debian 12, in short ---- */

#define NTPSEC_CONF "/etc/ntpsec/ntp.conf"
#define CHRONY_CONF "/etc/chrony/chrony.conf"
#define CHRONY_OURS "/etc/chrony/conf.d/gpsppsctl.conf"
#define TUNABLE "/etc/apparmor.d/tunables/ntpd"
#define GPSD_DEFAULTS "/etc/default/gpsd"
#define UNITS "/lib/systemd/system/"
#define WANTS "/etc/systemd/system/"

static const char debian_ntpsec[] =
	"# /etc/ntpsec/ntp.conf, configuration for ntpd; see ntp.conf(5) for help\n\n"
	"driftfile /var/lib/ntpsec/ntp.drift\n"
	"leapfile /usr/share/zoneinfo/leap-seconds.list\n\n"
	"tos maxclock 11\n\n"
	"tos minclock 4 minsane 3\n\n"
	"pool 0.debian.pool.ntp.org iburst\npool 1.debian.pool.ntp.org iburst\n\n"
	"restrict default kod nomodify nopeer noquery limited\n"
	"restrict 127.0.0.1\nrestrict ::1\n";

static const char debian_ntp[] =
	"# /etc/ntp.conf, configuration for ntpd; see ntp.conf(5) for help\n\n"
	"driftfile /var/lib/ntp/ntp.drift\n"
	"pool 0.debian.pool.ntp.org iburst\n"
	"restrict -4 default kod notrap nomodify nopeer noquery limited\n"
	"restrict 127.0.0.1\nrestrict source notrap nomodify noquery\n";

static const char debian_chrony[] =
	"# Include configuration files found in /etc/chrony/conf.d.\n"
	"confdir /etc/chrony/conf.d\n\n"
	"pool 2.debian.pool.ntp.org iburst\n"
	"sourcedir /run/chrony-dhcp\nsourcedir /etc/chrony/sources.d\n"
	"keyfile /etc/chrony/chrony.keys\ndriftfile /var/lib/chrony/chrony.drift\n"
	"logdir /var/log/chrony\nmaxupdateskew 100.0\nrtcsync\nmakestep 1 3\nleapsectz right/UTC\n";

static const char debian_tunable[] =
	"#Add your ntpd devices here eg. if you have a DCF clock\n"
	"# @{NTPD_DEVICE}=\"/dev/ttyS1\"\n"
	"@{NTPD_DEVICE}=\"/dev/null\"\n";

static const char debian_gpsd[] =
	"# Devices gpsd should collect to at boot time.\n"
	"DEVICES=\"\"\n\n# Other options you want to pass to gpsd\nGPSD_OPTIONS=\"\"\n\n"
	"USBAUTO=\"true\"\n";

static const char debian_ntpsec_defaults[] = "NTPD_OPTS=\"-g -N\"\n\nIGNORE_DHCP=\"\"\n";

static __attribute__((unused)) int debian(void **state)
{
	static const char *const units[] = {
		"gpsppsctl@.service", "gpsppsctl-feed@.service", "ntpsec.service", "ntp.service",
		"chrony.service", "gpsd.service",
	};
	char path[256];

	(void)state;
	setup_plan_free(&w.plan);
	for (size_t i = 0; i < w.n; i++)
		free(w.v[i].text);
	memset(&w, 0, sizeof(w));
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		snprintf(path, sizeof(path), UNITS "%s", units[i]);
		shipped(path, "[Unit]\n");
	}
	shipped(NTPSEC_CONF, debian_ntpsec);
	shipped("/etc/default/ntpsec", debian_ntpsec_defaults);
	shipped("/etc/ntp.conf", debian_ntp);
	shipped(CHRONY_CONF, debian_chrony);
	shipped("/etc/chrony/conf.d/README", "read me\n");
	shipped(TUNABLE, debian_tunable);
	shipped(GPSD_DEFAULTS, debian_gpsd);
	w.in = (struct setup_in){
		.port = "/dev/ttyS0", .tty = "ttyS0", .daemon = SETUP_NTPSEC,
		.taker = SETUP_CHRONY, .init = SETUP_SYSTEMD,
		.baud = { .state = FACT_OK, .val = 9600 },
		.delay_ms = { .state = FACT_OK, .val = 431 },
		.edge = EDGE_ASSERT,
	};
	return 0;
}

static __attribute__((unused)) void port(const char *path, const char *tty, unsigned int unit)
{
	w.in.port = path;
	w.in.tty = tty;
	w.in.unit = unit;
}

#endif
