// SPDX-License-Identifier: GPL-2.0-or-later
/* An ntp.conf that includes itself, and an ntpd's command line: anybody may start one. */
/* SOURCES: src/daemon/ntpd_conf.c src/daemon/ntpd_line.c src/daemon/ntpd_lex.c */
/* SOURCES: src/daemon/ntpd_clock.c src/daemon/ntpd_option.c src/daemon/ntpd_word.c */
/* SOURCES: src/daemon/ntpd_unit.c src/daemon/ntpd_command.c */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/ntpd_command.h"
#include "daemon/ntpd_unit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const char *text;
	int len;
};

static int read_input(void *ctx, unsigned int depth, const char *path, const char **text)
{
	const struct input *in = ctx;

	if (depth > NTPD_DEPTH_MAX || strlen(path) >= NTPD_PATH_MAX)
		abort();
	*text = in->text;
	return strchr(path, 'd') ? -EISDIR : in->len;
}

static bool is_printable(const char *s, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (!s[i])
			return true;
		if (s[i] < ' ' || s[i] > '~')
			return false;
	}
	return false;
}

static void check_place(const struct ntpd_conf *conf, const struct ntpd_place *at)
{
	if (at->file >= conf->n_files || !is_printable(at->text, sizeof(at->text)))
		abort();
}

static void check_unit(const struct ntpd_conf *conf, const struct ntpd_entry *e)
{
	struct ntpd_nmea nmea;
	struct ntpd_unit u;
	char text[NTPD_PATH_MAX];

	check_place(conf, &e->at);
	if (ntpd_unit_find(conf, e->driver, e->unit, &u) < 0 || u.clock != e)
		abort();
	ntpd_unit_port(&u, text, sizeof(text));
	ntpd_unit_pulse(&u, text, sizeof(text));
	ntpd_nmea_mode(conf->kind, &u.set, &nmea);
	ntpd_nmea_sentences(nmea.sentences, text, sizeof(text));
	if (!nmea.baud)
		abort();
}

static void check_conf(const struct ntpd_conf *conf)
{
	if (conf->n_clocks > NTPD_CLOCKS_MAX || conf->n_fudges > NTPD_FUDGES_MAX ||
	    conf->n_knobs > NTPD_KNOBS_MAX || conf->n_files > NTPD_FILES_MAX ||
	    conf->n_errors > NTPD_ERRORS_MAX)
		abort();
	for (size_t i = 0; i < conf->n_clocks; i++)
		check_unit(conf, &conf->clocks[i]);
	for (size_t i = 0; i < conf->n_fudges; i++)
		check_place(conf, &conf->fudges[i].at);
	for (size_t i = 0; i < conf->n_knobs; i++)
		check_place(conf, &conf->knobs[i].at);
	for (size_t i = 0; i < conf->n_errors; i++) {
		if (conf->errors[i].at.line)
			check_place(conf, &conf->errors[i].at);
		if (!is_printable(conf->errors[i].reason, NTPD_REASON_MAX))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ntpd_conf conf;
	struct input in = { (const char *)data, (int)size };
	const struct ntpd_reader reader = { read_input, read_input, &in };
	struct ntpd_command cmd;

	for (int kind = NTPD_EITHER; kind <= NTPD_NTPSEC; kind++) {
		ntpd_conf_text(&conf, (enum ntpd_kind)kind, in.text, size);
		check_conf(&conf);
		ntpd_conf_read(&conf, (enum ntpd_kind)kind, "/etc/ntp.conf", &reader);
		check_conf(&conf);
	}
	ntpd_command_parse(&cmd, in.text, size);
	return 0;
}
