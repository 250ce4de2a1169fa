// SPDX-License-Identifier: GPL-2.0-or-later
/* What the commands share: messages, numbers, the table of units. */
#include "cmd.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../ntpconf.h"
#include "../sys/portplace.h"
#include "../sys/tty.h"
#include "../unittab.h"
#include "../words.h"

#define MSG_MAX 1024
#define CONF_TEXT_MAX 65536

/* Bytes from a port or a name must not reach a terminal as control codes. */
static void put_escaped(const char *s)
{
	for (; *s; s++) {
		unsigned char c = *s;

		if (c < 0x20 || c == 0x7f || (c >= 0x80 && c < 0xa0))
			fprintf(stderr, "\\x%02x", c);
		else
			fputc(c, stderr);
	}
}

void msg_error(const char *object, const char *fmt, ...)
{
	char text[MSG_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	fputs("gpsppsctl: ", stderr);
	if (object) {
		put_escaped(object);
		fputs(": ", stderr);
	}
	put_escaped(text);
	fputc('\n', stderr);
}

void msg_hint(const char *fmt, ...)
{
	char text[MSG_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	fputs("gpsppsctl: hint: ", stderr);
	put_escaped(text);
	fputc('\n', stderr);
}

int usage_error(const char *cmd)
{
	fprintf(stderr, "Try 'gpsppsctl%s%s --help'.\n", cmd ? " " : "", cmd ? cmd : "");
	return EXIT_TROUBLE;
}

int bad_value(const char *cmd, const char *option, const char *value)
{
	msg_error(cmd, "invalid --%s '%s'", option, value);
	return usage_error(cmd);
}

int parse_number(const char *text, long min, long max, long *value)
{
	char *end;
	long v;

	/* strtol() would take " 7" and "+7" */
	if (!isdigit((unsigned char)text[0]) &&
	    !(text[0] == '-' && isdigit((unsigned char)text[1])))
		return -EINVAL;
	errno = 0;
	v = strtol(text, &end, 10);
	if (errno || *end || v < min || v > max)
		return -EINVAL;
	*value = v;
	return 0;
}

/* A table beyond the buffer's size is no table. */
ssize_t read_table(const char *path, char *buf, size_t size)
{
	FILE *f = fopen(path, "re");
	size_t n;
	int err = 0;

	if (!f)
		return -errno;
	n = fread(buf, 1, size, f);
	if (ferror(f))
		err = errno ? -errno : -EIO;
	else if (n == size)
		err = -EFBIG;
	fclose(f);
	return err ? err : (ssize_t)n;
}

int parse_table(const char *path, const char *text, ssize_t n, struct unittab *tab)
{
	struct unittab_error err;

	memset(tab, 0, sizeof(*tab));
	if (n == -ENOENT)
		return 0;
	if (n < 0) {
		msg_error(path, "cannot read the table of units: %s", strerror(-n));
		return EXIT_TROUBLE;
	}
	if (unittab_parse(text, n, tab, &err) < 0) {
		msg_error(path, "line %u: %s", err.line, err.reason);
		return EXIT_TROUBLE;
	}
	return 0;
}

int load_table(const struct ctx *ctx, struct unittab *tab)
{
	char text[32768];

	return parse_table(ctx->table, text, read_table(ctx->table, text, sizeof(text)), tab);
}

/* "a /dev/serial/by-id/x b", between blanks */
static bool is_among(const char *links, const char *path)
{
	const size_t len = strlen(path);

	while (*links) {
		const size_t n = strcspn(links, " ");

		if (n == len && !memcmp(links, path, len))
			return true;
		links += n;
		links += strspn(links, " ");
	}
	return false;
}

int find_place(const char *tty, char place[PCIPLACE_MAX])
{
	struct probe *probe = probe_open_live();
	int err = probe ? portplace_find(probe, tty, place) : -ENOMEM;

	probe_close(probe);
	return err;
}

/* The link of our own rule, which may not be there yet. */
static bool is_place_of(const char *port, const char *tty)
{
	char place[PCIPLACE_MAX];

	return text_begins(port, PCIPLACE_BEGIN) && !find_place(tty, place) &&
	       !strcmp(base_name(port), place);
}

static bool leads_to(const char *port, const char *tty, const char *links)
{
	char name[UNIT_PORT_MAX];

	/* the plain names do not need the device to be there */
	if (!strcmp(unit_port_name(port), tty) || is_among(links, port) || is_place_of(port, tty))
		return true;
	return tty_resolve(port, name, sizeof(name)) == 0 && !strcmp(name, tty);
}

const struct unit *table_find_device(const struct unittab *tab, const char *tty,
				     const char *links, unsigned int *role)
{
	for (size_t i = 0; i < tab->n; i++) {
		const struct unit *u = &tab->units[i];

		*role = 0;
		if (unit_has_port(u) && leads_to(u->port, tty, links))
			*role = unit_source(u) == SOURCE_OWN ? ROLE_SENTENCES | ROLE_PULSE :
				ROLE_SENTENCES;
		else if (unit_source(u) == SOURCE_PORT && leads_to(u->pulse, tty, links))
			*role = ROLE_PULSE;
		if (*role)
			return u;
	}
	return NULL;
}

const struct unit *table_find_port(const struct unittab *tab, const char *tty, unsigned int *role)
{
	return table_find_device(tab, tty, "", role);
}

bool ntp_baud(struct probe *probe, unsigned int unit, unsigned int *baud, const char **from)
{
	static const char *const places[] = {
		"from /etc/ntpsec/ntp.conf", "from /etc/ntp.conf",
	};
	char *text = malloc(CONF_TEXT_MAX);
	bool found = false;

	for (size_t i = 0; text && i < sizeof(places) / sizeof(places[0]) && !found; i++) {
		int n = probe_getf(probe, text, CONF_TEXT_MAX, "file:%s",
				   strchr(places[i], '/'));

		found = n > 0 && ntpconf_baud(text, (size_t)n, unit, baud) == 0;
		if (found)
			*from = places[i];
	}
	free(text);
	return found;
}

void program_directory(char *dir, size_t size)
{
	ssize_t n = readlink("/proc/self/exe", dir, size - 1);

	dir[n > 0 ? n : 0] = '\0';
	if (strrchr(dir, '/'))
		*strrchr(dir, '/') = '\0';
}

int finish_stdout(int code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	msg_error(NULL, "standard output: write error: %s", strerror(errno ? errno : EIO));
	return EXIT_TROUBLE;
}
