// SPDX-License-Identifier: GPL-2.0-or-later
/* What gpsd is told when it starts. */
#include "gpsd_conf.h"

#include <errno.h>
#include <string.h>

#include "args.h"
#include "conftext.h"
#include "envfile.h"

/* Two of them differ by version in main(): here, as gpsd(8) has them. */
static const struct args_long long_options[] = {
	{ "badtime", 'r' }, { "debug", 'D' }, { "drivers", 'l' }, { "foreground", 'N' },
	{ "framing", 'f' }, { "help", 'h' }, { "listenany", 'G' }, { "nowait", 'n' },
	{ "readonly", 'b' }, { "passive", 'p' }, { "pidfile", 'P' }, { "port", 'S' },
	{ "sockfile", 'F' }, { "speed", 's' }, { "version", 'V' },
	{ NULL, 0 },
};

static const char letters[] = "?bD:F:f:GhlNnpP:rS:s:V";

static const struct {
	char letter;
	size_t at;
} flags[] = {
	{ 'b', offsetof(struct gpsd_conf, readonly) },
	{ 'G', offsetof(struct gpsd_conf, any_address) },
	{ 'N', offsetof(struct gpsd_conf, foreground) },
	{ 'n', offsetof(struct gpsd_conf, nowait) },
	{ 'p', offsetof(struct gpsd_conf, passive) },
	{ 'r', offsetof(struct gpsd_conf, bad_time) },
};

static void set_wrong(struct gpsd_conf *conf, enum gpsd_wrong wrong, struct word w)
{
	if (conf->wrong != GPSD_OK)
		return;
	conf->wrong = wrong;
	conf_quote(conf->wrong_text, sizeof(conf->wrong_text), w.s, w.len);
}

static void take_text(struct gpsd_conf *conf, char *buf, struct word w)
{
	if (!conf_copy(buf, GPSD_PATH_MAX, w))
		set_wrong(conf, GPSD_CUT, w);
}

static bool begins_with(struct word w, const char *text)
{
	const size_t n = strlen(text);

	return w.len >= n && !memcmp(w.s, text, n);
}

static bool has(struct word w, const char *text)
{
	for (; w.len; w.s++, w.len--)
		if (begins_with(w, text))
			return true;
	return false;
}

static void take_device(struct gpsd_conf *conf, struct word w)
{
	struct gpsd_device *d = &conf->devices[conf->n_devices];

	if (has(w, "#"))
		set_wrong(conf, GPSD_COMMENT, w);
	if (conf->n_devices == GPSD_DEVICES_MAX || !conf_copy(d->text, sizeof(d->text), w)) {
		set_wrong(conf, GPSD_CUT, w);
		return;
	}
	d->kind = begins_with(w, "/dev/pps") ? GPSD_PPS : has(w, "://") ? GPSD_NETWORK : GPSD_TTY;
	conf->n_devices++;
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

/* strtol(s, NULL, 0): decimal, 0x hexadecimal, 0 octal.  Nothing behind it. */
static bool take_number(struct word w, unsigned int *value)
{
	const bool is_hex = w.len > 2 && w.s[0] == '0' && (w.s[1] | 0x20) == 'x';
	const int base = is_hex ? 16 : w.len > 1 && w.s[0] == '0' ? 8 : 10;
	unsigned int v = 0;

	for (size_t i = is_hex ? 2 : 0; i < w.len; i++) {
		const int d = digit_of(w.s[i]);

		if (d >= base || v > 0x7ffffff)
			return false;
		v = v * (unsigned int)base + (unsigned int)d;
	}
	*value = v;
	return w.len > 0 && v <= 0x7fffffff;
}

static void take_speed(struct gpsd_conf *conf, struct word w)
{
	if (!take_number(w, &conf->speed) || conf->speed == 0) {
		conf->speed = 0;
		set_wrong(conf, GPSD_SPEED, w);
	}
}

static bool is_one_of(char c, const char *chars)
{
	return c && strchr(chars, c);
}

static void take_framing(struct gpsd_conf *conf, struct word w)
{
	if (w.len == 3 && is_one_of(w.s[0], "78") && is_one_of(w.s[1], "ENO") &&
	    is_one_of(w.s[2], "012"))
		conf_copy(conf->framing, sizeof(conf->framing), w);
	else
		set_wrong(conf, GPSD_FRAMING, w);
}

/* A level that is none is 0 to strtol(), and to gpsd. */
static void take_debug(struct gpsd_conf *conf, struct word w)
{
	unsigned int level = 0;

	conf->debug = take_number(w, &level) ? (int)level : 0;
}

static void take_argument(struct gpsd_conf *conf, int letter, struct word value)
{
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (flags[i].letter == letter)
			*(bool *)((char *)conf + flags[i].at) = true;
	switch (letter) {
	case ARGS_OPERAND:
		take_device(conf, value);
		break;
	case 'D':
		take_debug(conf, value);
		break;
	case 'F':
		take_text(conf, conf->socket, value);
		break;
	case 'S':
		take_text(conf, conf->port, value);
		break;
	case 'f':
		take_framing(conf, value);
		break;
	case 's':
		take_speed(conf, value);
		break;
	case ARGS_UNKNOWN:
	case ARGS_MISSING:
	case 'h':
		set_wrong(conf, GPSD_OPTION, value);
		break;
	default:
		break;
	}
}

void gpsd_cmdline_parse(const char *text, size_t len, struct gpsd_conf *conf)
{
	struct args a;
	struct word value;
	int letter;

	memset(conf, 0, sizeof(*conf));
	args_begin(&a, text, len, letters, long_options);
	while ((letter = args_next(&a, &value)) != ARGS_END)
		take_argument(conf, letter, value);
}

static bool is_true(const char *text, size_t len, const char *name, bool *is_set)
{
	char value[8];
	const int rc = envfile_value(text, len, name, value, sizeof(value));

	*is_set = rc == 0 || rc == -ENOSPC;
	return rc == 0 && !strcmp(value, "true");
}

void gpsd_defaults_parse(const char *text, size_t len, struct gpsd_conf *conf,
			 struct gpsd_defaults *defaults)
{
	static const char *const names[] = { "GPSD_OPTIONS", "OPTIONS", "DEVICES" };
	char args[GPSD_ARGS_MAX] = "gpsd", value[GPSD_ARGS_MAX];
	const char *cut = NULL;
	int n = sizeof("gpsd");
	bool is_set;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const int rc = envfile_value(text, len, names[i], value, sizeof(value));
		const int more = rc == 0 ? envfile_split(value, args, (size_t)n, sizeof(args)) : n;

		if (rc == -ENOSPC || more < 0)
			cut = names[i];
		else
			n = more;
	}
	gpsd_cmdline_parse(args, (size_t)n, conf);
	if (cut)
		set_wrong(conf, GPSD_CUT, (struct word){ cut, strlen(cut) });
	defaults->usbauto = is_true(text, len, "USBAUTO", &is_set);
	defaults->start_daemon = is_true(text, len, "START_DAEMON", &defaults->has_start_daemon);
}

const char *gpsd_device_name(const struct gpsd_device *device)
{
	const char *slash = strrchr(device->text, '/');

	return slash ? slash + 1 : device->text;
}
