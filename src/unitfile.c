// SPDX-License-Identifier: GPL-2.0-or-later
/* Read systemd's unit files (systemd.syntax(7)). */
#include "unitfile.h"

#include <stdio.h>
#include <string.h>

#include "daemon/conftext.h"
#include "letters.h"

#define LINE_MAX_CHARS 1024

struct text {
	const char *p, *end;
	unsigned int line;		/* the next one */
};

/* A line, with those that a backslash at its end adds to it; comments between are left out. */
static size_t take_line(struct text *t, char *buf, size_t size)
{
	size_t n = 0;

	while (t->p < t->end) {
		const char *eol = memchr(t->p, '\n', (size_t)(t->end - t->p));
		const char *stop = eol ? eol : t->end, *s = t->p;
		const bool comment = s < stop && (*s == '#' || *s == ';');
		const bool goes_on = !comment && stop > s && stop[-1] == '\\';
		size_t len = comment ? 0 : (size_t)(stop - s) - goes_on;

		if (len > size - n)
			len = size - n;
		memcpy(buf + n, s, len);
		n += len;
		t->p = eol ? eol + 1 : t->end;
		t->line++;
		if (goes_on && n < size)
			buf[n++] = ' ';
		if (!goes_on && !(comment && n))
			break;
	}
	return n;
}

bool unitfile_lists(const char *list, const char *unit)
{
	const char *end = list + strlen(list);
	struct word w;

	while ((w = conf_word(&list, end)).len)
		if (word_is(w, unit))
			return true;
	return false;
}

static void add_word(char *list, size_t size, struct word w)
{
	const size_t len = strlen(list);
	char unit[128];

	if (!conf_copy(unit, sizeof(unit), w) || unitfile_lists(list, unit) ||
	    len + w.len + 2 > size)
		return;
	snprintf(list + len, size - len, "%s%s", len ? " " : "", unit);
}

/* A device of ours, or a service that may attach one: of others a list has dozens. */
static bool is_about_port(struct word w)
{
	static const char *const signs[] = { "gps", "pps", "tty", "ldattach", "serial" };
	char unit[128];

	if (!conf_copy(unit, sizeof(unit), w) || !strncmp(unit, "gpsd.", 5))
		return false;
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (strstr(unit, signs[i]))
			return true;
	return false;
}

static void add_units(char *list, size_t size, struct word value, bool all)
{
	const char *p = value.s, *end = value.s + value.len;
	struct word w;

	while ((w = conf_word(&p, end)).len)
		if (all || is_about_port(w))
			add_word(list, size, w);
}

/* ConditionPathExistsGlob=/sys/class/pps/pps*: asked once, when the unit is to start. */
static void see_condition(const char *path, unsigned int line, struct word whole,
			  struct word value, struct service_fact *s)
{
	char asks[96];

	if (!conf_copy(asks, sizeof(asks), value) || asks[0] == '!' ||
	    !(strstr(asks, "pps") || strstr(asks, "/dev/gps")))
		return;
	snprintf(s->condition.file, sizeof(s->condition.file), "%s", path);
	s->condition.line = line;
	conf_quote(s->condition.text, sizeof(s->condition.text), whole.s, whole.len);
}

/* A key and its value, without the blanks around "=". */
static bool split(const char *text, size_t len, struct word *key, struct word *value)
{
	const char *is = memchr(text, '=', len), *end = text + len;

	if (!is)
		return false;
	key->s = text;
	while (key->s < is && is_space(*key->s))
		key->s++;
	key->len = (size_t)(is - key->s);
	while (key->len && is_space(key->s[key->len - 1]))
		key->len--;
	for (value->s = is + 1; value->s < end && is_space(*value->s); )
		value->s++;
	while (end > value->s && is_space(end[-1]))
		end--;
	value->len = (size_t)(end - value->s);
	return key->len > 0;
}

static bool is_wish(struct word key)
{
	return word_is(key, "Wants") || word_is(key, "Requires") || word_is(key, "BindsTo");
}

void unitfile_read(const char *path, const char *text, size_t len, struct service_fact *s)
{
	struct text t = { text, text + len, 1 };
	char buf[LINE_MAX_CHARS] = "";

	while (t.p < t.end) {
		const unsigned int line = t.line;
		struct word key, value, whole = { .s = buf };

		whole.len = take_line(&t, buf, sizeof(buf));
		if (!split(buf, whole.len, &key, &value))
			continue;
		if (word_is(key, "After"))
			add_units(s->after, sizeof(s->after), value, false);
		else if (is_wish(key))
			add_units(s->wants, sizeof(s->wants), value, false);
		else if (word_is(key, "Alias"))
			add_units(s->aliases, sizeof(s->aliases), value, true);
		else if (word_is(key, "ConditionPathExists") ||
			 word_is(key, "ConditionPathExistsGlob"))
			see_condition(path, line, whole, value, s);
	}
}

/* ---- control groups ---- */

bool unitfile_is_plain(const char *name)
{
	if (*name == '-')
		return false;
	for (; *name; name++)
		if (!strchr("@._-:", *name) && !(*name >= '0' && *name <= '9') &&
		    !((*name | 0x20) >= 'a' && (*name | 0x20) <= 'z'))
			return false;
	return true;
}

static bool ends_so(struct word w, const char *suffix)
{
	const size_t len = strlen(suffix);

	return w.len > len && !memcmp(w.s + w.len - len, suffix, len);
}

/* "/system.slice/ldattach@ttyS0.service": the last part that is a unit with processes. */
static bool unit_in_path(const char *p, char *buf, size_t size)
{
	bool found = false;

	while (p && *p == '/') {
		struct word w = { .s = p + 1, .len = strcspn(p + 1, "/\n") };

		if (ends_so(w, ".service") || ends_so(w, ".scope"))
			found = conf_copy(buf, size, w);
		p = w.s + w.len;
	}
	return found;
}

bool unitfile_of_cgroup(const char *text, char *buf, size_t size)
{
	static const char *const hierarchies[] = { "0::", ":name=systemd:" };

	for (size_t i = 0; i < sizeof(hierarchies) / sizeof(hierarchies[0]); i++) {
		const char *at = strstr(text, hierarchies[i]);

		buf[0] = '\0';
		if (at && unit_in_path(at + strlen(hierarchies[i]), buf, size) &&
		    unitfile_is_plain(buf))
			return true;
	}
	buf[0] = '\0';
	return false;
}

/*
 * Units in which people, scripts and containers start what they like: restarting one of
 * these would not restart the daemon.
 */
static bool is_host_of_others(const char *unit)
{
	static const char *const begins[] = {
		"ssh", "cron", "getty@", "serial-getty@", "console-getty", "rc-local", "rc.local",
		"docker", "containerd", "user@",
	};

	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
		if (!strncmp(unit, begins[i], strlen(begins[i])))
			return true;
	return false;
}

bool unitfile_service_of_cgroup(const char *text, char *buf, size_t size)
{
	if (!strstr(text, "/user.slice/") && unitfile_of_cgroup(text, buf, size) &&
	    ends_so((struct word){ .s = buf, .len = strlen(buf) }, ".service") &&
	    !is_host_of_others(buf))
		return true;
	buf[0] = '\0';
	return false;
}
