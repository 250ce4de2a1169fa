// SPDX-License-Identifier: GPL-2.0-or-later
/* Servers in a text. */
#include "redact_server.h"

#include <stdio.h>
#include <string.h>

#include "letters.h"

void sink_put(struct redact_sink *s, const char *text, size_t n)
{
	if (n > s->size - 1 - s->len)
		n = s->size - 1 - s->len;
	memcpy(s->out + s->len, text, n);
	s->len += n;
	s->out[s->len] = '\0';
}

/* ---- names ---- */

/* Clocks, this machine, any machine, masks, and what was redacted before. */
static bool is_nobody(struct word w)
{
	static const char *const whole[] = {
		"", "localhost", "::1", "::", "0.0.0.0", "default", "source", "all",
	};
	static const char *const heads[] = { "127.", "255.", "server-" };

	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
		if (word_is(w, whole[i]))
			return true;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		if (word_begins(w, heads[i]))
			return true;
	return false;
}

/* Its number from 1; all that have no room share the last one. */
static unsigned int number_of(struct redact *r, struct word w)
{
	if (w.len >= REDACT_WORD_MAX)
		w.len = REDACT_WORD_MAX - 1;
	for (size_t i = 0; i < r->n_servers; i++)
		if (word_is(w, r->servers[i]))
			return (unsigned int)i + 1;
	if (r->n_servers == REDACT_SERVERS_MAX)
		return REDACT_SERVERS_MAX + 1;
	memcpy(r->servers[r->n_servers], w.s, w.len);
	r->servers[r->n_servers][w.len] = '\0';
	return (unsigned int)++r->n_servers;
}

unsigned int sink_put_server(struct redact_sink *s, struct word name)
{
	unsigned int n;
	char text[24];

	if (is_nobody(name)) {
		sink_put(s, name.s, name.len);
		return 0;
	}
	n = number_of(s->r, name);
	snprintf(text, sizeof(text), "server-%u", n);
	sink_put(s, text, strlen(text));
	return n;
}

/* ---- addresses in a text ---- */

/* Four numbers with dots between them: its length, or 0. */
static size_t ipv4_at(struct word w)
{
	size_t at = 0;

	for (int i = 0; i < 4; i++) {
		size_t digits = 0;

		while (at + digits < w.len && digits < 4 && is_digit(w.s[at + digits]))
			digits++;
		if (!digits || digits > 3)
			return 0;
		at += digits;
		if (i < 3 && (at == w.len || w.s[at++] != '.'))
			return 0;
	}
	/* "1.2.3.4.5" is a version; "1.2.3.4." ends a sentence */
	if (at + 1 < w.len && w.s[at] == '.' && is_digit(w.s[at + 1]))
		return 0;
	return at < w.len && (is_word(w.s[at]) || w.s[at] == '-') ? 0 : at;
}

/* 00:16:3e:aa:bb:cc is a network adapter's. */
static bool is_mac(const char *at, size_t n)
{
	for (size_t i = 0; n == 17 && i < n; i++)
		if ((at[i] == ':') != (i % 3 == 2))
			return false;
	return n == 17;
}

/* Hexadecimal digits and colons: at least three, or two together.  15:57:17 is a time. */
static size_t ipv6_at(struct word w)
{
	size_t n = 0, colons = 0;
	bool pair = false;

	while (n < w.len && (is_hex(w.s[n]) || w.s[n] == ':')) {
		colons += w.s[n] == ':';
		pair = pair || (w.s[n] == ':' && n && w.s[n - 1] == ':');
		n++;
	}
	/* the end of a sentence, or of a label */
	while (n && w.s[n - 1] == ':' && !(n > 1 && w.s[n - 2] == ':')) {
		n--;
		colons--;
	}
	if (n < w.len && (is_word(w.s[n]) || w.s[n] == '-'))
		return 0;
	return (colons >= 3 || pair) && n > 2 && !is_mac(w.s, n) ? n : 0;
}

/* "ntrip://user:password@caster:2101/mount": all behind the slashes. */
static size_t url_at(struct word w)
{
	size_t n = 0;

	while (n < w.len && (unsigned char)w.s[n] > ' ' && !strchr("\"'<>,;)", w.s[n]))
		n++;
	return n;
}

void sink_put_text(struct redact_sink *s, struct word text)
{
	char before = ' ';

	while (text.len) {
		const bool starts = !is_word(before) && !strchr("./:-", before);
		size_t n = starts ? ipv4_at(text) : 0, step = 1;

		if (starts && !n)
			n = ipv6_at(text);
		if (word_begins(text, "://")) {
			sink_put(s, text.s, 3);
			text.s += 3;
			text.len -= 3;
			n = url_at(text);
		}
		if (n)
			sink_put_server(s, (struct word){ text.s, step = n });
		else if (text.len)
			sink_put(s, text.s, 1);
		else
			break;
		before = text.s[step - 1];
		text.s += step;
		text.len -= step;
	}
}
