// SPDX-License-Identifier: GPL-2.0-or-later
/* A receiver's settings as text: writing. */
#include "saved_text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const struct saved_setting saved_settings[SAVED_SETTINGS] = {
	{ "baud", RECEIVER_BAUD, SAVED_NUMBER, offsetof(struct receiver_settings, baud) },
	{ "pulse", RECEIVER_PULSE, SAVED_SWITCH, offsetof(struct receiver_settings, pulse) },
	{ "pulse-ms", RECEIVER_PULSE_WIDTH, SAVED_NUMBER,
	  offsetof(struct receiver_settings, pulse_ms) },
	{ "pulse-stops", RECEIVER_PULSE_STOPS, SAVED_SWITCH,
	  offsetof(struct receiver_settings, pulse_stops) },
	{ "interval-ms", RECEIVER_INTERVAL, SAVED_NUMBER,
	  offsetof(struct receiver_settings, interval_ms) },
	{ "nmea-version", RECEIVER_VERSION, SAVED_VERSION,
	  offsetof(struct receiver_settings, nmea_version) },
};

const char *const saved_ops[SAVED_OPS] = {
	[RECEIVER_KEEP] = "keep",
	[RECEIVER_EXACTLY] = "exactly",
	[RECEIVER_ADJUST] = "adjust",
	[RECEIVER_DEFAULTS] = "defaults",
};

struct out {
	char *buf;
	size_t size, used;
	bool full;
};

__attribute__((format(printf, 2, 3)))
static void put(struct out *o, const char *fmt, ...)
{
	size_t room = o->size - o->used;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(o->buf + o->used, room, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= room)
		o->full = true;
	else
		o->used += (size_t)n;
}

/* What would not come back as it was, or moves a terminal's cursor. */
static bool is_writable(const char *text)
{
	size_t n = strlen(text);

	for (size_t i = 0; i < n; i++)
		if (text[i] < 0x20 || text[i] > 0x7e)
			return false;
	return n && text[0] != ' ' && text[n - 1] != ' ';
}

static void put_text(struct out *o, const char *key, const char *text)
{
	if (is_writable(text))
		put(o, "%s %s\n", key, text);
}

static void put_set(struct out *o, const char *key, const struct receiver *rx, receiver_set set)
{
	char names[SAVED_NAMES_MAX];

	receiver_name_set(rx, set, names, sizeof(names));
	put(o, "%s %s\n", key, names[0] ? names : "none");
}

/* A value that no setting has is left out, as one that is not known. */
static void put_setting(struct out *o, const char *prefix, const struct saved_setting *row,
			const struct receiver_settings *s)
{
	const char *at = (const char *)s + row->at;
	unsigned int v = 0;
	bool on = false;

	if (row->kind == SAVED_SWITCH)
		memcpy(&on, at, sizeof(on));
	else
		memcpy(&v, at, sizeof(v));
	if (row->kind == SAVED_SWITCH)
		put(o, "%s%s %s\n", prefix, row->name, on ? "on" : "off");
	else if (row->kind == SAVED_VERSION && v >= 100 && v <= 999)
		put(o, "%s%s %u.%02u\n", prefix, row->name, v / 100, v % 100);
	else if (row->kind == SAVED_NUMBER && v >= 1 && v <= SAVED_NUMBER_MAX)
		put(o, "%s%s %u\n", prefix, row->name, v);
}

static void put_settings(struct out *o, const char *prefix, const struct receiver_settings *s)
{
	char key[32];

	for (size_t i = 0; i < SAVED_SETTINGS; i++)
		if (s->known & saved_settings[i].setting)
			put_setting(o, prefix, &saved_settings[i], s);
	for (unsigned int i = 0; i < RECEIVER_NATIVE_MAX; i++) {
		(void)snprintf(key, sizeof(key), "%snative-%u", prefix, i + 1);
		put_text(o, key, s->native[i]);
	}
}

int saved_write(const struct saved *s, char *buf, size_t size)
{
	struct out o = { .buf = buf, .size = size };

	put(&o, "# gpsppsctl: a receiver's settings\nmake %s\n", s->rx->make);
	put_text(&o, "model", s->id.model);
	put_text(&o, "firmware", s->id.firmware);
	if (s->has_sentences)
		put_set(&o, "sentences", s->rx, s->sentences);
	if (s->others)
		put(&o, "others\n");
	if (s->line_baud)
		put(&o, "line-baud %u\n", s->line_baud);
	put_settings(&o, "", &s->settings);
	if (s->has_wanted) {
		put(&o, "wanted %s\n", saved_ops[s->wanted.op]);
		put_set(&o, SAVED_WANTED "on", s->rx, s->wanted.on);
		put_set(&o, SAVED_WANTED "off", s->rx, s->wanted.off);
		put_settings(&o, SAVED_WANTED, &s->wanted.to);
	}
	put(&o, "end\n");
	return o.full ? -ENOSPC : (int)o.used;
}

void saved_of_intent(const struct receiver *rx, const struct receiver_id *id,
		     const struct receiver_intent *intent, struct saved *s)
{
	*s = (struct saved){
		.rx = rx, .id = *id, .has_sentences = true,
		.sentences = intent->sentences_before, .others = intent->others_before,
		.line_baud = intent->baud_before, .settings = intent->before,
		.has_wanted = true, .wanted = intent->request,
	};
}

void saved_to_intent(const struct saved *s, struct receiver_intent *intent)
{
	*intent = (struct receiver_intent){
		.sentences_before = s->sentences, .others_before = s->others,
		.baud_before = s->line_baud, .before = s->settings, .request = s->wanted,
	};
}

struct receiver_request saved_request(const struct saved *s)
{
	return (struct receiver_request){
		.op = s->has_sentences ? RECEIVER_EXACTLY : RECEIVER_KEEP,
		.on = s->sentences,
		.to = s->settings,
	};
}
