// SPDX-License-Identifier: GPL-2.0-or-later
/* A receiver's settings as text: reading, of whatever a disk or a user has made of it. */
#include "saved_text.h"

#include <errno.h>
#include <string.h>

/* All that reads gives NULL, or what is wrong.  A value has no blanks around it. */

static const char said_twice[] = "said twice";

static bool is(const char *text, size_t len, const char *word)
{
	return strlen(word) == len && !memcmp(text, word, len);
}

static const char *read_number(const char *value, size_t len, unsigned int *v)
{
	*v = 0;
	for (size_t i = 0; i < len; i++) {
		if (value[i] < '0' || value[i] > '9' || i > 8)
			return "not a number";
		*v = *v * 10 + (unsigned int)(value[i] - '0');
	}
	return *v ? NULL : "not a number, or 0";
}

static const char *read_text(char *buf, size_t size, const char *value, size_t len)
{
	if (!len)
		return "nothing behind it";
	if (len >= size)
		return "too long";
	memcpy(buf, value, len);
	buf[len] = '\0';
	return NULL;
}

static const char *read_switch(const char *value, size_t len, bool *v)
{
	*v = is(value, len, "on");
	return *v || is(value, len, "off") ? NULL : "neither on nor off";
}

static const char *read_make(struct saved *s, const char *value, size_t len)
{
	const struct receiver *rx;

	for (unsigned int n = 0; (rx = receiver_nth(n)); n++)
		if (is(value, len, rx->make))
			s->rx = rx;
	return s->rx ? NULL : "no make that is known here";
}

static const char *read_model(struct saved *s, const char *value, size_t len)
{
	return read_text(s->id.model, sizeof(s->id.model), value, len);
}

static const char *read_firmware(struct saved *s, const char *value, size_t len)
{
	return read_text(s->id.firmware, sizeof(s->id.firmware), value, len);
}

/* "RMC GGA" */
static const char *read_set(const struct saved *s, receiver_set *set, const char *value,
			    size_t len)
{
	char list[SAVED_NAMES_MAX];
	const char *bad, *why = read_text(list, sizeof(list), value, len);
	size_t bad_len;

	if (why)
		return why;
	*set = 0;
	if (!strcmp(list, "none"))
		return NULL;
	for (char *p = list; *p; p++)
		if (*p == ' ')
			*p = ',';
	return receiver_parse_set(s->rx, list, set, &bad, &bad_len) ?
	       "not a list of this make's sentences" : NULL;
}

static const char *read_sentences(struct saved *s, const char *value, size_t len)
{
	s->has_sentences = true;
	return read_set(s, &s->sentences, value, len);
}

static const char *read_others(struct saved *s, const char *value, size_t len)
{
	(void)value;
	s->others = true;
	return len ? "it has no value" : NULL;
}

static const char *read_line_baud(struct saved *s, const char *value, size_t len)
{
	return read_number(value, len, &s->line_baud);
}

static const char *read_op(struct saved *s, const char *value, size_t len)
{
	s->has_wanted = true;
	for (unsigned int op = 0; op < SAVED_OPS; op++)
		if (is(value, len, saved_ops[op])) {
			s->wanted.op = (enum receiver_op)op;
			return NULL;
		}
	return "neither keep, exactly, adjust nor defaults";
}

static const char *read_on(struct saved *s, const char *value, size_t len)
{
	return read_set(s, &s->wanted.on, value, len);
}

static const char *read_off(struct saved *s, const char *value, size_t len)
{
	return read_set(s, &s->wanted.off, value, len);
}

/* "2.00", "2.3" */
static const char *read_version(const char *value, size_t len, unsigned int *v)
{
	static const char wrong[] = "not a version such as 2.30";
	const char *point = memchr(value, '.', len);
	size_t places = point ? len - (size_t)(point - value) - 1 : 0;
	unsigned int part;

	if (!point || point - value != 1 || places < 1 || places > 2 ||
	    read_number(value, 1, v))
		return wrong;
	(void)read_number(point + 1, places, &part);
	for (size_t i = 0; i < places; i++)
		if (point[1 + i] < '0' || point[1 + i] > '9')
			return wrong;
	*v = *v * 100 + (places == 1 ? part * 10 : part);
	return NULL;
}

static const char *read_setting(const struct saved_setting *row, struct receiver_settings *to,
				const char *value, size_t len)
{
	void *at = (char *)to + row->at;

	to->known |= row->setting;
	if (row->kind == SAVED_SWITCH)
		return read_switch(value, len, at);
	if (row->kind == SAVED_VERSION)
		return read_version(value, len, at);
	return read_number(value, len, at);
}

static const struct key {
	const char *name;
	const char *(*read)(struct saved *s, const char *value, size_t len);
} keys[] = {
	{ "make", read_make },
	{ "model", read_model },
	{ "firmware", read_firmware },
	{ "sentences", read_sentences },
	{ "others", read_others },
	{ "line-baud", read_line_baud },
	{ "wanted", read_op },
	{ SAVED_WANTED "on", read_on },
	{ SAVED_WANTED "off", read_off },
};

#define N_KEYS (sizeof(keys) / sizeof(keys[0]))
#define IS_MAKE 0

/* As many bits: each key may come once. */
#define SETTINGS_SAID (N_KEYS)
#define WANTED_SAID (SETTINGS_SAID + SAVED_SETTINGS + RECEIVER_NATIVE_MAX)
_Static_assert(WANTED_SAID + SAVED_SETTINGS + RECEIVER_NATIVE_MAX <= 32, "a bit each");

struct reading {
	struct saved *s;
	uint32_t said;
	bool ended;
};

static bool is_first(struct reading *r, size_t bit)
{
	bool first = !(r->said >> bit & 1);

	r->said |= (uint32_t)1 << bit;
	return first;
}

/* A setting as it is, or as it is wanted. */
static const char *read_one(struct reading *r, size_t said, struct receiver_settings *to,
			    const char *name, size_t name_len, const char *value, size_t len)
{
	static const char native[] = "native-";
	const size_t n = strlen(native);

	for (size_t i = 0; i < SAVED_SETTINGS; i++)
		if (is(name, name_len, saved_settings[i].name))
			return is_first(r, said + i) ?
			       read_setting(&saved_settings[i], to, value, len) : said_twice;
	if (name_len == n + 1 && !memcmp(name, native, n) && name[n] >= '1' &&
	    name[n] <= '0' + RECEIVER_NATIVE_MAX) {
		unsigned int i = (unsigned int)(name[n] - '1');

		return is_first(r, said + SAVED_SETTINGS + i) ?
		       read_text(to->native[i], sizeof(to->native[i]), value, len) : said_twice;
	}
	return "no setting that is known here";
}

static const char *read_key(struct reading *r, const char *name, size_t name_len,
			    const char *value, size_t len)
{
	const size_t prefix = strlen(SAVED_WANTED);
	bool wanted = name_len > prefix && !memcmp(name, SAVED_WANTED, prefix);

	if (!r->s->rx && !is(name, name_len, keys[IS_MAKE].name))
		return "the make must come first";
	if (wanted && !r->s->has_wanted)
		return "\"wanted\" must come first";
	for (size_t i = 0; i < N_KEYS; i++)
		if (is(name, name_len, keys[i].name))
			return is_first(r, i) ? keys[i].read(r->s, value, len) : said_twice;
	if (wanted)
		return read_one(r, WANTED_SAID, &r->s->wanted.to, name + prefix, name_len - prefix,
				value, len);
	return read_one(r, SETTINGS_SAID, &r->s->settings, name, name_len, value, len);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Without the blanks around it. */
static void trim(const char **p, size_t *len)
{
	while (*len && is_blank((*p)[0])) {
		(*p)++;
		(*len)--;
	}
	while (*len && is_blank((*p)[*len - 1]))
		(*len)--;
}

static bool is_printable(const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((p[i] < 0x20 || p[i] > 0x7e) && p[i] != '\t')
			return false;
	return true;
}

/* One line, trimmed. */
static const char *read_line(struct reading *r, const char *p, size_t len)
{
	size_t name_len = 0, value_len;
	const char *value;

	if (!len || p[0] == '#')
		return NULL;
	if (r->ended)
		return "behind the end";
	if (!is_printable(p, len))
		return "a character that is no text";
	while (name_len < len && !is_blank(p[name_len]))
		name_len++;
	value = p + name_len;
	value_len = len - name_len;
	trim(&value, &value_len);
	if (!is(p, len, "end"))
		return read_key(r, p, name_len, value, value_len);
	r->ended = true;
	return r->s->rx ? NULL : "the make is not said";
}

int saved_read(const char *text, size_t len, struct saved *s, struct saved_error *err)
{
	const char *end = text + len;
	struct reading r = { .s = s };

	memset(s, 0, sizeof(*s));
	err->line = 0;
	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t n = (size_t)((newline ? newline : end) - text);
		const char *line = text;

		err->line++;
		text += n + (newline != NULL);
		trim(&line, &n);
		err->reason = read_line(&r, line, n);
		if (err->reason)
			return -EINVAL;
	}
	if (r.ended)
		return 0;
	err->line += !err->line || end[-1] == '\n';
	err->reason = "\"end\" is missing: the rest is lost";
	return -EINVAL;
}
