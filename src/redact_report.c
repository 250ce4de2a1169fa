// SPDX-License-Identifier: GPL-2.0-or-later
/* Redact what gpsd reports, and logs. */
#include "redact_report.h"

#include <string.h>

#include "daemon/flatjson.h"
#include "daemon/logline.h"
#include "daemon/said.h"
#include "nmea.h"
#include "redact_heard.h"

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

/* ---- gpsd ---- */

static void blank_value(char *text, size_t n, const char *name)
{
	struct word w = said_after((struct word){ text, n }, name);

	for (; w.s; w = said_after(w, name)) {
		char *at = text + (w.s - text);
		const bool quoted = w.len && *at == '"';

		for (at += quoted; at < text + n && !strchr(quoted ? "\"" : ",}]", *at); at++)
			if (quoted || (*at >= '0' && *at <= '9'))
				*at = quoted ? 'x' : '0';
	}
}

static void put_member(struct redact_sink *s, const struct flatjson_value *v, bool first)
{
	const char *quote = v->kind == FLATJSON_STRING ? "\"" : "";

	sink_put(s, first ? "{\"" : ",\"", 2);
	sink_put_text(s, v->key);
	sink_put(s, "\":", 2);
	sink_put(s, quote, strlen(quote));
	sink_put_text(s, v->text);
	sink_put(s, quote, strlen(quote));
}

/* Of a report of a place only these members. */
static const char *const place_members[] = {
	"class", "device", "status", "mode", "time", "leapseconds", "ept",
};

static const char *const classes[] = {
	"VERSION", "DEVICES", "DEVICE", "WATCH", "TPV", "PPS", "SKY", "ERROR",
};

static bool is_among(struct word w, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (word_is(w, words[i]))
			return true;
	return false;
}

static bool has_class(struct word object, struct word *class)
{
	struct flatjson_value v;
	struct flatjson j;

	if (flatjson_open(object, &j))
		return false;
	while (flatjson_next(&j, &v) == 1)
		if (word_is(v.key, "class")) {
			*class = v.text;
			return is_among(v.text, classes, LEN(classes));
		}
	return false;
}

/* "3", "true", or a string: what was damaged on the way may hold other members. */
static bool is_plain(const struct flatjson_value *v)
{
	if (v->kind == FLATJSON_OTHER)
		return !memchr(v->text.s, '"', v->text.len) && !memchr(v->text.s, ':', v->text.len);
	return v->kind == FLATJSON_STRING;
}

static bool may_stay(struct word class, const struct flatjson_value *v)
{
	return !word_is(class, "TPV") ||
	       (is_among(v->key, place_members, LEN(place_members)) && is_plain(v));
}

/* Which fields RMC has tells why gpsd takes it for no fix; no other sentence is asked for. */
static void put_sentence(struct redact_sink *s, struct word line)
{
	const size_t from = s->len;
	struct nmea_sentence sentence;

	if (line.len > NMEA_LINE_MAX)
		return;
	nmea_parse(line.s, line.len, &sentence);
	if (sentence.sum != NMEA_SUM_OK || strcmp(sentence.type, "RMC") != 0)
		return;
	sink_put(s, line.s, line.len);
	redact_bytes((uint8_t *)s->out + from, s->len - from);
	sink_put(s, "\n", 1);
}

/* A line that is none of these objects is left out. */
static void put_report(struct redact_sink *s, struct word line)
{
	const size_t from = s->len;
	struct word class = { "", 0 };
	struct flatjson_value v;
	struct flatjson j;
	bool first = true;

	if (!has_class(line, &class) || flatjson_open(line, &j))
		return;
	while (flatjson_next(&j, &v) == 1) {
		if (!may_stay(class, &v))
			continue;
		put_member(s, &v, first);
		first = false;
	}
	sink_put(s, "}\n", 2);
	/* where satellites stand at a known time is a place, too */
	blank_value(s->out + from, s->len - from, "\"az\":");
	blank_value(s->out + from, s->len - from, "\"el\":");
	blank_value(s->out + from, s->len - from, "\"sernum\":");
	blank_value(s->out + from, s->len - from, "\"hexdata\":");
}

void redact_reports(struct redact_sink *s, struct word text)
{
	struct word line;

	while (said_line(&text, &line)) {
		if (line.len && line.s[0] == '$')
			put_sentence(s, line);
		else
			put_report(s, line);
	}
}

/* ---- logs ---- */

/* "ntpd[731]:" and "kernel:" */
static bool is_tag(struct word w)
{
	return w.len > 1 && w.s[w.len - 1] == ':' &&
	       (w.s[w.len - 2] == ']' || word_is(w, "kernel:"));
}

/* The word before the tag, unless it is of a time. */
static bool is_host(struct word w)
{
	return w.len && !strchr("0123456789[", w.s[0]) && !memchr(w.s, ':', w.len);
}

/* Date, host and tag; what is left is the message. */
static void put_log_head(struct redact_sink *s, struct word line, struct word *message)
{
	struct word rest = line, last = { line.s, 0 }, w;

	*message = line;
	while ((w = said_word(&rest)).len) {
		if (is_tag(w)) {
			sink_put_text(s, (struct word){ line.s, (size_t)(last.s - line.s) });
			if (is_host(last))
				sink_put(s, "host", 4);
			else
				sink_put_text(s, last);
			sink_put_text(s, (struct word){ last.s + last.len,
					(size_t)(rest.s - last.s) - last.len });
			*message = rest;
			return;
		}
		last = w;
	}
}

/* Of the last line always its head: it tells which process was the last one. */
void redact_log(struct redact_sink *s, struct word text)
{
	struct word line, message;
	struct logline l;

	while (said_line(&text, &line)) {
		const bool known = logline_read(line.s, line.len, &l);

		if (!known && text.len)
			continue;
		put_log_head(s, line, &message);
		if (known)
			sink_put_text(s, message);
		sink_put(s, "\n", 1);
	}
}
