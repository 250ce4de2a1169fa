// SPDX-License-Identifier: GPL-2.0-or-later
/* Redact what daemons are configured with and say, and logs. */
#include "redact_said.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "daemon/said.h"
#include "redact_heard.h"
#include "redact_report.h"
#include "redact_server.h"

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

/* What stands before a word that is further on in the same text. */
static struct word up_to(struct word text, const char *at)
{
	return (struct word){ text.s, (size_t)(at - text.s) };
}

static struct word behind(struct word text, struct word w)
{
	const char *at = w.s + w.len;

	return (struct word){ at, text.len - (size_t)(at - text.s) };
}

/* ---- configuration ---- */

static const char *const server_words[] = {
	"server", "pool", "peer", "unpeer", "broadcast", "manycastclient", "manycastserver",
	"multicastclient", "restrict", "initstepslew", "allow", "deny", "cmdallow", "cmddeny",
};

/* What follows is a secret, or somebody's address; "crypto" is redact_secret.c's. */
static const char *const secret_words[] = { "keys", "keysdir", "mailonchange" };

/* chronyd takes them in capitals, too. */
static bool is_one_of(struct word w, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (w.len == strlen(words[i]) && !strncasecmp(w.s, words[i], w.len))
			return true;
	return false;
}

static void put_secret(struct redact_sink *s, struct word text)
{
	for (size_t i = 0; i < text.len; i++)
		sink_put(s, text.s[i] == ' ' || text.s[i] == '\t' ? &text.s[i] : "x", 1);
}

/* "-4", "30" of initstepslew */
static bool is_before_server(struct word w)
{
	return fact_known(said_number(w, 0)) || (w.len == 2 && w.s[0] == '-');
}

/* The word behind the directive and its options. */
static void put_server_line(struct redact_sink *s, struct word line, struct word rest)
{
	struct word w = said_word(&rest);

	while (w.len && is_before_server(w))
		w = said_word(&rest);
	sink_put(s, line.s, up_to(line, w.s).len);
	/* with "/16" behind it, it is an address */
	if (memchr(w.s, '/', w.len))
		sink_put_text(s, w);
	else
		sink_put_server(s, w);
	sink_put_text(s, rest);
}

static void put_conf_line(struct redact_sink *s, struct word line)
{
	struct word rest = line, w = said_word(&rest);

	if (w.len && strchr("#!;%", w.s[0]))
		sink_put(s, line.s, up_to(line, w.s).len + 1);
	else if (is_one_of(w, server_words, LEN(server_words)))
		put_server_line(s, line, rest);
	else if (is_one_of(w, secret_words, LEN(secret_words))) {
		sink_put(s, line.s, up_to(line, rest.s).len);
		put_secret(s, rest);
	} else {
		sink_put_text(s, line);
	}
}

/* ---- ntpq ---- */

/* "127.127.20.0", "NMEA(0)" */
static bool is_clock(struct word w)
{
	return word_begins(w, "127.127.") || (w.len > 3 && w.s[w.len - 1] == ')');
}

static size_t count_words(struct word line)
{
	size_t n = 0;

	while (said_word(&line).len)
		n++;
	return n;
}

/* A row has ten words; a long name has its own line. */
static void put_peer_line(struct redact_sink *s, struct word line)
{
	struct word rest = line, w;
	size_t n;

	if (line.len)
		rest = (struct word){ line.s + 1, line.len - 1 };	/* the tally mark */
	n = count_words(rest);
	w = said_word(&rest);
	if ((n < 10 && n != 1) || word_is(w, "remote") || memchr(w.s, '=', w.len) || is_clock(w)) {
		sink_put_text(s, line);
		return;
	}
	sink_put(s, line.s, up_to(line, w.s).len);
	sink_put_server(s, w);
	sink_put_text(s, rest);
}

/* The last sentence: between quotes, with a place in it. */
static void blank_timecode(char *text, size_t n)
{
	const struct word behind = said_after((struct word){ text, n }, "timecode=\"");
	size_t len = 0;

	if (!behind.s)
		return;
	while (len < behind.len && (behind.s[len] != '"' || (len && behind.s[len - 1] == '\\')))
		len++;
	redact_bytes((uint8_t *)text + (behind.s - text), len);
}

static void put_ntpq(struct redact_sink *s, struct word text)
{
	bool peers = true;
	struct word line;

	for (bool more = said_line(&text, &line); more; more = said_line(&text, &line)) {
		const size_t from = s->len;

		peers = peers && !word_begins(line, "associd=") && !word_begins(line, "srcadr=") &&
			!word_begins(line, "***");
		if (peers)
			put_peer_line(s, line);
		else
			sink_put_text(s, line);
		blank_timecode(s->out + from, s->len - from);
		sink_put(s, "\n", 1);
	}
}

/* ---- chronyc ---- */

/* "^,*,192.0.2.1,2,..."; a clock of this machine is "#,*,PPS0,...". */
static void put_source_line(struct redact_sink *s, struct word line)
{
	struct word rest = line, mode = said_field(&rest, ','), name;

	said_field(&rest, ',');
	name = said_field(&rest, ',');
	if (mode.len != 1 || mode.s[0] == '#') {
		sink_put_text(s, line);
		return;
	}
	sink_put_text(s, up_to(line, name.s));
	sink_put_server(s, name);
	sink_put_text(s, behind(line, name));
}

/* "50505300,PPS,1,...": of a server, whose name is its address, the number is, too. */
static void put_tracking_line(struct redact_sink *s, struct word line)
{
	static const char number[] = "C0000201,";
	struct word rest = line, refid = said_field(&rest, ','), name = said_field(&rest, ',');

	if (refid.len != 8 || is_clock(name) ||
	    (!memchr(name.s, '.', name.len) && !memchr(name.s, ':', name.len))) {
		sink_put_text(s, line);
		return;
	}
	sink_put(s, number, strlen(number));
	sink_put_server(s, name);
	sink_put_text(s, behind(line, name));
}

/* ---- which is which ---- */

static void put_lines(struct redact_sink *s, struct word text,
		      void (*put)(struct redact_sink *s, struct word line))
{
	struct word line;

	while (said_line(&text, &line)) {
		put(s, line);
		/* the last one may be without its end */
		if (line.s + line.len < text.s)
			sink_put(s, "\n", 1);
	}
}

static void put_conf(struct redact_sink *s, struct word text)
{
	put_lines(s, text, put_conf_line);
}

static void put_sources(struct redact_sink *s, struct word text)
{
	put_lines(s, text, put_source_line);
}

static void put_tracking(struct redact_sink *s, struct word text)
{
	put_lines(s, text, put_tracking_line);
}

/* How a key begins, and what it names; "": whatever. */
static const struct {
	const char *prefix, *part;
	void (*put)(struct redact_sink *s, struct word text);
} keys[] = {
	{ "ntpq:", "", put_ntpq },
	{ "chronyc:sources", "", put_sources },
	{ "chronyc:tracking", "", put_tracking },
	{ "gpsd:", "", redact_reports },
	{ "log:", "", redact_log },
	{ "tail:", "", redact_log },
	{ "file:/proc/", "/cmdline", sink_put_text },
	{ "file:/etc/apparmor", "", NULL },
	{ "file:/etc/", "ntp", put_conf },
	{ "file:/etc/", "chrony", put_conf },
	{ "file:/etc/", "gpsd", put_conf },
	{ "file:/run/", "ntp", put_conf },
	{ "file:/run/", "chrony", put_conf },
	{ "file:/var/", "ntp", put_conf },
	{ "file:/var/", "chrony", put_conf },
	{ "file:/usr/local/", "ntp", put_conf },
	{ "file:/usr/local/", "chrony", put_conf },
};

int redact_said(struct redact *r, const char *key, const char *in, size_t n, char *out,
		size_t size)
{
	struct redact_sink s = { .r = r, .out = out, .size = size };

	for (size_t i = 0; i < LEN(keys); i++) {
		const size_t len = strlen(keys[i].prefix);

		if (strncmp(key, keys[i].prefix, len) || !strstr(key + len, keys[i].part))
			continue;
		if (!keys[i].put)
			return -1;
		out[0] = '\0';
		keys[i].put(&s, (struct word){ in, n });
		return (int)s.len;
	}
	return -1;
}
