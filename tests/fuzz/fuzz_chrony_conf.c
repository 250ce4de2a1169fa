// SPDX-License-Identifier: GPL-2.0-or-later
/* Configurations of chronyd and gpsd, and their command lines: torn, binary, or made to hurt. */
/* SOURCES: src/daemon/chrony_conf.c src/daemon/chrony_directive.c src/daemon/chrony_refclock.c src/daemon/chrony_rules.c */
/* SOURCES: src/daemon/gpsd_conf.c src/daemon/conftext.c src/daemon/args.c src/daemon/envfile.c */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/chrony_conf.h"
#include "daemon/gpsd_conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct chrony_conf conf;

static void expect_text(const char *text, size_t size)
{
	const char *nul = memchr(text, '\0', size);

	if (!nul)
		abort();
	for (; text < nul; text++)
		if (*text < 0x20 || *text > 0x7e)
			abort();
}

/* Every file that is wanted is the same text again. */
static void read_all(const char *text, size_t len, const struct chrony_reader *from)
{
	static struct chrony_dirs dirs;
	struct chrony_reader r;

	if (chrony_read_begin(&conf, &r, "same", text, len, from) < 0)
		return;
	while (chrony_read_on(&conf, &r, &dirs) != CHRONY_READ) {
		if (dirs.n == 0 || dirs.n > CHRONY_DIRS_MAX || !dirs.dirs[0][0])
			abort();
		read_all(text, len, &r);
	}
}

static void check_refclock(size_t i)
{
	const struct chrony_refclock *rc = &conf.refclocks[i];
	size_t partner = CHRONY_REFCLOCKS_MAX;
	const enum chrony_lock lock = chrony_lock_of(&conf, i, &partner);

	expect_text(rc->refid, sizeof(rc->refid));
	expect_text(rc->lock, sizeof(rc->lock));
	expect_text(rc->where.text, sizeof(rc->where.text));
	if (!rc->refid[0] || rc->rate_hz < 1 || !rc->where.line ||
	    !memchr(rc->param, '\0', CHRONY_PATH_MAX))
		abort();
	if ((lock == CHRONY_LOCK_FOUND || lock == CHRONY_LOCK_OLD) && partner >= conf.n_refclocks)
		abort();
	if (chrony_is_pulse(rc) == (chrony_seconds_of(&conf, i) == CHRONY_SECONDS_OWN))
		abort();
	if (chrony_lock_limit_ns(rc, 0, 0) > 400000000)
		abort();
}

static void check_chrony(const char *text, size_t len)
{
	static struct chrony_cmdline cmdline;

	chrony_conf_init(&conf);
	read_all(text, len, NULL);
	chrony_read_sources(&conf, text, len);
	chrony_read_end(&conf);
	for (size_t i = 0; i < conf.n_refclocks; i++)
		check_refclock(i);
	for (size_t i = 0; i < conf.n_errors && i < CHRONY_ERRORS_MAX; i++)
		expect_text(conf.errors[i].where.text, CHRONY_TEXT_MAX);
	chrony_cmdline_parse(text, len, &cmdline);
	if (cmdline.directives_len > sizeof(cmdline.directives))
		abort();
}

static void check_gpsd(const char *text, size_t len)
{
	static struct gpsd_conf gpsd;
	struct gpsd_defaults defaults;

	gpsd_cmdline_parse(text, len, &gpsd);
	expect_text(gpsd.wrong_text, sizeof(gpsd.wrong_text));
	gpsd_defaults_parse(text, len, &gpsd, &defaults);
	expect_text(gpsd.wrong_text, sizeof(gpsd.wrong_text));
	if (gpsd.n_devices > GPSD_DEVICES_MAX)
		abort();
	for (size_t i = 0; i < gpsd.n_devices; i++)
		if (!memchr(gpsd.devices[i].text, '\0', GPSD_PATH_MAX) ||
		    !gpsd_device_name(&gpsd.devices[i]))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_chrony((const char *)data, size);
	check_gpsd((const char *)data, size);
	return 0;
}
