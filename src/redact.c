// SPDX-License-Identifier: GPL-2.0-or-later
/* Take what is nobody's business out of a record: words in paths and files. */
#include "redact.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "letters.h"
#include "redact_heard.h"
#include "redact_said.h"
#include "redact_secret.h"

#define USER_GID_MIN 1000	/* login.defs(5): below are the system's own */
#define USER_GID_MAX 60000

static bool starts(const char *at, const char *end, const char *with)
{
	size_t n = strlen(with);

	return (size_t)(end - at) >= n && !memcmp(at, with, n);
}

/* ---- words for words of the same length ---- */

static void remember(struct redact *r, const char *is, const char *was, size_t n)
{
	struct redact_word *w = &r->words[r->n_words];

	if (n >= REDACT_WORD_MAX || r->n_words == REDACT_WORDS_MAX || !memcmp(is, was, n))
		return;
	for (size_t i = 0; i < r->n_words; i++)
		if (strlen(r->words[i].is) == n && !memcmp(r->words[i].is, is, n))
			return;
	memcpy(w->is, is, n);
	memcpy(w->was, was, n);
	w->is[n] = w->was[n] = '\0';
	r->n_words++;
}

/*
 * "A50285BI" to "X1c3f000": different ones stay different (16 bits of a hash),
 * and 16 bits do not lead back.  One that looks like that already stays.
 */
static void hide(struct redact *r, char *at, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	char was[REDACT_WORD_MAX];
	uint32_t h = 0x811c9dc5;
	bool done = n > 5 && at[0] == 'X';

	if (n < 3 || n >= sizeof(was))
		return;
	memcpy(was, at, n);
	for (size_t i = 0; i < n; i++) {
		h = (h ^ (unsigned char)at[i]) * 0x01000193;
		done = done && (i == 0 || (i < 5 ? is_hex(at[i]) : at[i] == '0'));
	}
	if (done)
		return;
	h ^= h >> 16;
	for (size_t i = 0; i < n; i++)
		at[i] = i ? i < 5 ? digits[h >> 4 * (i - 1) & 15] : '0' : 'X';
	remember(r, at, was, n);
}

/* "hostxx" for "mybox1": what is common to all tells nothing. */
static void overwrite(char *at, size_t n, const char *with)
{
	size_t len = strlen(with);

	for (size_t i = 0; i < n; i++)
		at[i] = i < len ? with[i] : 'x';
}

/* ---- what is looked for in every text ---- */

/* 00:16:3e:aa:bb:cc, six of them and no seventh. */
static size_t mac_at(const char *begin, const char *at, const char *end)
{
	if (end - at < 17 || (at > begin && (is_hex(at[-1]) || at[-1] == ':')))
		return 0;
	for (int i = 0; i < 17; i++)
		if (i % 3 == 2 ? at[i] != ':' : !is_hex(at[i]))
			return 0;
	return end - at > 17 && (is_hex(at[17]) || at[17] == ':') ? 0 : 17;
}

/* enx00163eaabbcc, which udev names a network adapter by. */
static size_t enx_at(const char *begin, const char *at, const char *end)
{
	if (!starts(at, end, "enx") || end - at < 15 || (at > begin && is_word(at[-1])))
		return 0;
	for (int i = 3; i < 15; i++)
		if (!is_hex(at[i]))
			return 0;
	return end - at > 15 && is_word(at[15]) ? 0 : 15;
}

static void hide_addresses(char *text, char *end)
{
	for (char *at = text; at < end; at++) {
		size_t mac = mac_at(text, at, end), enx = enx_at(text, at, end);

		for (size_t i = 0; i < mac; i++)
			at[i] = i % 3 == 2 ? ':' : '0';
		for (size_t i = 3; i < enx; i++)
			at[i] = '0';
	}
}

/* The part of a udev name behind the last "_": its serial number, if it has one. */
static void hide_last_part(struct redact *r, char *begin, char *end)
{
	char *at = end;

	while (at > begin && at[-1] != '_')
		at--;
	if (at > begin)
		hide(r, at, end - at);
}

/* usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0, alone or at the end of a path. */
static void hide_usb_names(struct redact *r, char *text, char *end)
{
	for (char *at = text; at < end; at++) {
		char *stop = at;

		if (!starts(at, end, "usb-") || (at > text && is_word(at[-1])))
			continue;
		while (stop < end && (unsigned char)*stop > ' ' && *stop != '/')
			stop++;
		for (char *cut = at; cut + 5 <= stop; cut++) {
			if (!starts(cut, stop, "-if") || !is_hex(cut[3]) || !is_hex(cut[4]))
				continue;
			hide_last_part(r, at, cut);
			break;
		}
		at = stop - 1;
	}
}

static char *line_end(char *at, char *end)
{
	while (at < end && *at != '\n' && *at)
		at++;
	return at;
}

/* udev's database and uevent files: KEY=VALUE lines. */
static void hide_properties(struct redact *r, char *text, char *end)
{
	static const struct {
		const char *key;
		bool last_part;
	} keys[] = {
		{ "ID_SERIAL_SHORT=", false }, { "ID_USB_SERIAL_SHORT=", false },
		{ "ID_SERIAL=", true }, { "ID_USB_SERIAL=", true },
	};

	for (char *at = text; at < end; at = line_end(at, end) + 1) {
		char *value = starts(at, end, "E:") ? at + 2 : at, *stop = line_end(at, end);

		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
			if (!starts(value, stop, keys[i].key))
				continue;
			value += strlen(keys[i].key);
			if (keys[i].last_part)
				hide_last_part(r, value, stop);
			else
				hide(r, value, stop - value);
			break;
		}
	}
}

/* The end of a directory's name in a text. */
static char *name_end(char *at, const char *end)
{
	while (at < end && (unsigned char)*at > ' ' && !strchr("/:,;'\"", *at))
		at++;
	return at;
}

/* /home/NAME and its like. */
static void hide_users(struct redact *r, char *text, char *end)
{
	static const char *const roots[] = { "/home/", "/media/" };
	char was[REDACT_WORD_MAX];

	for (char *at = text; at < end; at++) {
		for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
			size_t n = strlen(roots[i]), all;

			if (!starts(at, end, roots[i]))
				continue;
			all = name_end(at + n, end) - at;
			if (all >= sizeof(was))
				continue;
			memcpy(was, at, all);
			overwrite(at + n, all - n, "user");
			remember(r, at, was, all);
		}
	}
}

/* Names of hosts that are words of ours as well: replacing them would change what is meant. */
static bool is_common(const char *host)
{
	static const char *const words[] = {
		"tty", "pps", "gps", "ntp", "chrony", "serial", "local", "time", "host", "clock",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strncmp(host, words[i], strlen(words[i])))
			return true;
	return strlen(host) < 4;
}

static void hide_host(struct redact *r, char *text, char *end)
{
	size_t n = strlen(r->host);

	if (is_common(r->host))
		return;
	for (char *at = text; at < end; at++) {
		if (!starts(at, end, r->host) || (at > text && is_word(at[-1])) ||
		    (at + n < end && is_word(at[n])))
			continue;
		overwrite(at, n, "host");
	}
}

static void hide_common(struct redact *r, char *text, size_t n)
{
	hide_addresses(text, text + n);
	hide_usb_names(r, text, text + n);
	hide_properties(r, text, text + n);
	hide_users(r, text, text + n);
}

/* ---- files with a meaning of their own ---- */

/* Without a colon: a root hub's "serial" is its PCI address. */
static size_t redact_serial(struct redact *r, char *text, size_t n)
{
	if (!memchr(text, ':', n))
		hide(r, text, n);
	return n;
}

static size_t redact_name(struct redact *r, char *text, size_t n)
{
	(void)r;
	overwrite(text, n, "host");
	return n;
}

/* The colon that ends field `i` (from 1) of a line, or NULL. */
static char *field_end(char *at, const char *stop, int i)
{
	for (; at < stop; at++)
		if (*at == ':' && !--i)
			return at;
	return NULL;
}

/*
 * "bob:x:1000:bob,alice" to "uuu:x:1000:": names of people go, and who is in
 * which group.
 */
static size_t redact_accounts(struct redact *r, char *text, size_t n)
{
	char *end = text + n, *to = text;

	(void)r;
	for (char *at = text, *next; at < end; at = next) {
		char *stop = line_end(at, end), *name = field_end(at, stop, 1);
		char *second = field_end(at, stop, 2), *third = field_end(at, stop, 3);
		unsigned int id;

		next = stop + 1;
		if (!third || sscanf(second + 1, "%u", &id) != 1)
			continue;
		if (id >= USER_GID_MIN && id < USER_GID_MAX)
			memset(at, 'u', name - at);
		if (to > text)
			*to++ = '\n';
		memmove(to, at, third + 1 - at);
		to += third + 1 - at;
	}
	*to = '\0';
	return to - text;
}

/* Of a process's environment only what says that it is in a container. */
static size_t redact_environment(struct redact *r, char *text, size_t n)
{
	char *to = text, *next;

	(void)r;
	for (char *at = text; at < text + n; at = next) {
		size_t len = strnlen(at, text + n - at);

		next = at + len + 1;
		if (!starts(at, at + len, "container="))
			continue;
		if (to > text)
			*to++ = '\0';
		memmove(to, at, len);
		to += len;
	}
	*to = '\0';
	return to - text;
}

/* How the key begins and ends. */
static const struct {
	const char *prefix, *suffix;
	size_t (*redact)(struct redact *r, char *text, size_t n);
} files[] = {
	{ "file:/sys/", "/serial", redact_serial },
	{ "file:/sys/", "/product_serial", redact_serial },
	{ "file:/sys/", "/board_serial", redact_serial },
	{ "file:/sys/", "/chassis_serial", redact_serial },
	{ "file:/sys/", "/product_uuid", redact_serial },
	{ "file:/sys/", "/serial-number", redact_serial },
	{ "file:/proc/device-tree/serial-number", "", redact_serial },
	{ "file:/etc/machine-id", "", redact_serial },
	{ "file:/proc/sys/kernel/hostname", "", redact_name },
	{ "file:/etc/hostname", "", redact_name },
	{ "file:/etc/group", "", redact_accounts },
	{ "file:/etc/passwd", "", redact_accounts },
	{ "file:/proc/", "/environ", redact_environment },
};

/* Where a host's name may stand; in /sys it would be a device's. */
static const char *const host_files[] = {
	"file:/etc/", "file:/proc/cmdline", "table:", "run:",
	"ntpq:", "chronyc:", "gpsd:", "log:", "tail:",
};

static bool ends(const char *text, const char *with)
{
	size_t n = strlen(text), len = strlen(with);

	return n >= len && !strcmp(text + n - len, with);
}

int redact_value(struct redact *r, const char *key, const char *in, size_t n, char *out,
		 size_t size)
{
	int said;

	if (!strncmp(key, "heard:", 6))
		return redact_heard(in, r->scratch, r->scratch_size, out, size);
	if (n >= size)
		n = size - 1;
	said = redact_said(r, key, in, n, out, size);
	if (said < 0)
		memcpy(out, in, n);
	else
		n = (size_t)said;
	out[n] = '\0';
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (!strncmp(key, files[i].prefix, strlen(files[i].prefix)) &&
		    ends(key, files[i].suffix))
			return (int)files[i].redact(r, out, n);
	for (size_t i = 0; i < sizeof(host_files) / sizeof(host_files[0]); i++)
		if (!strncmp(key, host_files[i], strlen(host_files[i])))
			hide_host(r, out, out + n);
	redact_secrets(out, out + n);
	hide_common(r, out, n);
	return (int)n;
}

/* ---- keys ---- */

void redact_key(struct redact *r, const char *key, char *out, size_t size)
{
	snprintf(out, size, "%s", key);
	hide_common(r, out, strlen(out));
}

void redact_restore(const struct redact *r, const char *key, char *out, size_t size)
{
	snprintf(out, size, "%s", key);
	for (size_t i = 0; i < r->n_words; i++) {
		size_t n = strlen(r->words[i].is);

		for (char *at = out; (at = strstr(at, r->words[i].is)); at += n)
			memcpy(at, r->words[i].was, n);
	}
}
