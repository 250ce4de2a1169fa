// SPDX-License-Identifier: GPL-2.0-or-later
/* What ntpd says of itself through ntpq. */
#include "ntpq_state.h"

#include <string.h>

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

/* By the select field of a source's status word: a source that ntpd believes is late in it. */
static const char tallies[] = " x.-+#*o";

/* ntpq's own words: ntpq.c of ntp 4.2.8, pylib/packet.py and ntpq.py of NTPsec. */
static const struct said_phrase errors[] = {
	{ "Connection refused", SAID_NOBODY },
	{ "probably ntpd is not running", SAID_NOBODY },
	{ "No association ID's returned", SAID_NO_SOURCES },
	{ "No association IDs returned", SAID_NO_SOURCES },
	{ "Server disallowed request", SAID_REFUSED },
	{ "timed out", SAID_SILENT },
	{ "unknown to server", SAID_UNKNOWN },
	{ "BADASSOC", SAID_UNKNOWN },
	{ "No such association", SAID_UNKNOWN },
	{ "Unknown associd", SAID_UNKNOWN },
	{ "requires the association ID", SAID_UNKNOWN },
	{ "No information returned", SAID_UNKNOWN },
	{ "No system clock variables returned", SAID_UNKNOWN },
	{ "***", SAID_ERROR },
	{ "ntpq: ", SAID_ERROR },
	{ "Traceback (most recent call last)", SAID_ERROR },
};

/* ---- clocks of this machine ---- */

/* The names of NTPsec ("NMEA(0)") and those of classic ntp without -n ("GPS_NMEA(0)"). */
static const struct {
	const char *name;
	int driver;
} drivers[] = {
	{ "NMEA", NTPQ_DRIVER_NMEA }, { "GPS_NMEA", NTPQ_DRIVER_NMEA },
	{ "PPS", NTPQ_DRIVER_PPS }, { "SHM", NTPQ_DRIVER_SHM },
	{ "LOCAL", NTPQ_DRIVER_LOCAL },
	{ "GPSD", NTPQ_DRIVER_GPSD }, { "GPSD_JSON", NTPQ_DRIVER_GPSD },
};

static struct fact driver_named(struct word name)
{
	for (size_t i = 0; i < LEN(drivers); i++)
		if (said_is(name, drivers[i].name))
			return fact_from(0, drivers[i].driver);
	return said_absent();
}

static bool clock_by_address(struct word w, struct fact *driver, struct fact *unit)
{
	static const char prefix[] = "127.127.";
	const size_t n = sizeof(prefix) - 1;

	if (w.len <= n || memcmp(w.s, prefix, n))
		return false;
	w.s += n;
	w.len -= n;
	*driver = said_whole(said_field(&w, '.'), 10);
	*unit = said_whole(w, 10);
	return true;
}

static bool clock_by_name(struct word w, struct fact *driver, struct fact *unit)
{
	struct word name;

	if (w.len < 4 || w.s[w.len - 1] != ')' || !memchr(w.s, '(', w.len))
		return false;
	w.len--;
	name = said_field(&w, '(');
	*driver = driver_named(name);
	*unit = said_whole(w, 10);
	return fact_known(*unit);
}

static bool read_clock_name(struct word w, struct fact *driver, struct fact *unit)
{
	*driver = *unit = said_absent();
	return clock_by_address(w, driver, unit) || clock_by_name(w, driver, unit);
}

/* ---- the billboard ---- */

/* From the right: only the remote and the refid may be odd. */
enum column {
	COLUMN_STRATUM, COLUMN_TYPE, COLUMN_WHEN, COLUMN_POLL, COLUMN_REACH,
	COLUMN_DELAY, COLUMN_OFFSET, COLUMN_JITTER,
	N_COLUMNS
};

#define ROW_WORDS_MAX 16

static bool within(struct fact f, int64_t min, int64_t max)
{
	return fact_known(f) && f.val >= min && f.val <= max;
}

static struct word without_dots(struct word w)
{
	if (w.len > 1 && w.s[0] == '.' && w.s[w.len - 1] == '.') {
		w.s++;
		w.len -= 2;
	}
	return w;
}

/* All from the first word to the last one. */
static struct word joined(const struct word *first, const struct word *last)
{
	return (struct word){ first->s, (size_t)(last->s + last->len - first->s) };
}

static bool read_columns(const struct word *w, struct ntpq_peer *p)
{
	p->stratum = said_whole(w[COLUMN_STRATUM], 10);
	p->type = w[COLUMN_TYPE].s[0];
	p->when_s = said_interval_s(w[COLUMN_WHEN]);
	p->poll_s = said_interval_s(w[COLUMN_POLL]);
	p->reach = said_whole(w[COLUMN_REACH], 8);
	p->delay_ns = said_ns(w[COLUMN_DELAY], 6);
	p->offset_ns = said_ns(w[COLUMN_OFFSET], 6);
	p->jitter_ns = said_ns(w[COLUMN_JITTER], 6);
	return within(p->stratum, 0, 255) && w[COLUMN_TYPE].len == 1 && within(p->reach, 0, 0377);
}

/*
 * The words behind the tally mark: [remote] refid st t when poll reach delay
 * offset jitter.  A wide row has its remote on the line before (`ntpq -pw`).
 */
static bool read_row(struct word line, struct word wide, struct ntpq_peer *p)
{
	struct word words[ROW_WORDS_MAX], remote = wide;
	size_t n = 0, first = 0;

	while (n < ROW_WORDS_MAX && (words[n] = said_word(&line)).len)
		n++;
	if (!wide.len && n)
		remote = words[first++];
	if (n < first + 1 + N_COLUMNS || said_word(&line).len)
		return false;
	said_copy(p->remote, sizeof(p->remote), remote);
	said_copy(p->refid, sizeof(p->refid),
		  without_dots(joined(&words[first], &words[n - N_COLUMNS - 1])));
	p->is_clock = read_clock_name(remote, &p->driver, &p->unit);
	return read_columns(&words[n - N_COLUMNS], p);
}

static bool is_tally(char c)
{
	return c && strchr(tallies, c) != NULL;
}

static bool is_wide(struct word line)
{
	struct word rest = line;

	return !said_after(line, "==").s && said_word(&rest).len && !said_word(&rest).len;
}

static void add_peer(struct ntpq_peers *out, const struct ntpq_peer *p)
{
	if (out->n == NTPQ_PEERS_MAX)
		out->n_lost++;
	else
		out->peers[out->n++] = *p;
}

/* A name alone on its line belongs to the next line, and so does its tally mark. */
static void read_peer_lines(struct word text, struct ntpq_peers *out)
{
	struct word line, wide = { NULL, 0 };
	char wide_tally = ' ';

	while (said_line(&text, &line)) {
		struct ntpq_peer p = { .tally = wide.len ? wide_tally : ' ' };
		const bool has_tally = line.len && is_tally(line.s[0]);
		struct word rest = line;

		if (has_tally) {
			rest.s++;
			rest.len--;
		}
		if (!wide.len && has_tally)
			p.tally = line.s[0];
		if (read_row(rest, wide, &p))
			add_peer(out, &p);
		wide = (struct word){ NULL, 0 };
		if (has_tally && is_wide(rest)) {
			wide = said_word(&rest);
			wide_tally = line.s[0];
		}
	}
}

void ntpq_read_peers(const char *text, size_t len, struct ntpq_peers *out)
{
	const struct word all = { text, len };

	memset(out, 0, sizeof(*out));
	out->said = said_error(all, errors, LEN(errors), out->error);
	read_peer_lines(all, out);
	/* ntpq leaves out one source that it has no answer for, and goes on */
	if (out->n)
		out->said = SAID_WELL;
	else if (out->said == SAID_NOTHING && said_after(all, "refid").s &&
		 said_after(all, "jitter").s)
		out->said = SAID_NO_SOURCES;
}

const struct ntpq_peer *ntpq_find_clock(const struct ntpq_peers *p, int driver, int unit)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->peers[i].is_clock && fact_is(p->peers[i].driver, driver) &&
		    fact_is(p->peers[i].unit, unit))
			return &p->peers[i];
	return NULL;
}

/* ---- variables ---- */

enum kind { KIND_TEXT, KIND_INT, KIND_OCTAL, KIND_HEX, KIND_BINARY, KIND_MS, KIND_PPM };

struct variable {
	const char *name;
	enum kind kind;
	size_t offset;
	size_t size;		/* of a text */
};

#define TEXT(type, name_) { #name_, KIND_TEXT, offsetof(type, name_), sizeof(((type *)0)->name_) }
#define FACT(type, name_, kind, member) { name_, kind, offsetof(type, member), 0 }

static const struct variable system_variables[] = {
	FACT(struct ntpq_system, "status", KIND_HEX, status),
	FACT(struct ntpq_system, "leap", KIND_BINARY, leap),
	FACT(struct ntpq_system, "stratum", KIND_INT, stratum),
	FACT(struct ntpq_system, "precision", KIND_INT, precision),
	FACT(struct ntpq_system, "tai", KIND_INT, tai_s),
	FACT(struct ntpq_system, "tc", KIND_INT, poll_exponent),
	FACT(struct ntpq_system, "peer", KIND_INT, peer),
	FACT(struct ntpq_system, "rootdelay", KIND_MS, rootdelay_ns),
	FACT(struct ntpq_system, "rootdisp", KIND_MS, rootdisp_ns),
	FACT(struct ntpq_system, "offset", KIND_MS, offset_ns),
	FACT(struct ntpq_system, "sys_jitter", KIND_MS, sys_jitter_ns),
	FACT(struct ntpq_system, "clk_jitter", KIND_MS, clk_jitter_ns),
	FACT(struct ntpq_system, "frequency", KIND_PPM, frequency_ppt),
	TEXT(struct ntpq_system, refid),
	TEXT(struct ntpq_system, version),
};

static const struct variable assoc_variables[] = {
	FACT(struct ntpq_assoc, "associd", KIND_INT, associd),
	FACT(struct ntpq_assoc, "status", KIND_HEX, status),
	TEXT(struct ntpq_assoc, srcadr),
	TEXT(struct ntpq_assoc, srchost),
	TEXT(struct ntpq_assoc, refid),
	FACT(struct ntpq_assoc, "leap", KIND_BINARY, leap),
	FACT(struct ntpq_assoc, "stratum", KIND_INT, stratum),
	FACT(struct ntpq_assoc, "precision", KIND_INT, precision),
	FACT(struct ntpq_assoc, "reach", KIND_OCTAL, reach),
	FACT(struct ntpq_assoc, "unreach", KIND_INT, unreach),
	FACT(struct ntpq_assoc, "flash", KIND_HEX, flash),
	FACT(struct ntpq_assoc, "hpoll", KIND_INT, hpoll),
	FACT(struct ntpq_assoc, "ppoll", KIND_INT, ppoll),
	FACT(struct ntpq_assoc, "delay", KIND_MS, delay_ns),
	FACT(struct ntpq_assoc, "offset", KIND_MS, offset_ns),
	FACT(struct ntpq_assoc, "jitter", KIND_MS, jitter_ns),
	FACT(struct ntpq_assoc, "dispersion", KIND_MS, dispersion_ns),
	FACT(struct ntpq_assoc, "rootdelay", KIND_MS, rootdelay_ns),
	FACT(struct ntpq_assoc, "rootdisp", KIND_MS, rootdisp_ns),
};

static const struct variable clock_variables[] = {
	FACT(struct ntpq_clock, "associd", KIND_INT, associd),
	FACT(struct ntpq_clock, "status", KIND_HEX, status),
	TEXT(struct ntpq_clock, device),
	TEXT(struct ntpq_clock, timecode),
	FACT(struct ntpq_clock, "poll", KIND_INT, poll),
	FACT(struct ntpq_clock, "noreply", KIND_INT, noreply),
	FACT(struct ntpq_clock, "badformat", KIND_INT, badformat),
	FACT(struct ntpq_clock, "baddata", KIND_INT, baddata),
	FACT(struct ntpq_clock, "fudgetime1", KIND_MS, fudgetime1_ns),
	FACT(struct ntpq_clock, "fudgetime2", KIND_MS, fudgetime2_ns),
	FACT(struct ntpq_clock, "stratum", KIND_INT, stratum),
	FACT(struct ntpq_clock, "flags", KIND_INT, flags),
	TEXT(struct ntpq_clock, refid),
};

static struct fact read_value(struct word value, enum kind kind)
{
	/* "flash=400 peer_dist": the words behind a number explain it */
	const struct word w = said_word(&value);

	switch (kind) {
	case KIND_OCTAL:
		return said_whole(w, 8);
	case KIND_HEX:
		return said_whole(w, 16);
	case KIND_BINARY:
		return said_whole(w, 2);
	case KIND_MS:
		return said_ns(w, 6);
	case KIND_PPM:
		return said_number(w, 6);
	default:
		return said_whole(w, 10);
	}
}

/* The first one counts: the status line comes before the variables. */
static void set_variable(const struct variable *v, struct word value, void *out)
{
	char *at = (char *)out + v->offset;

	if (v->kind == KIND_TEXT) {
		if (!at[0])
			said_copy(at, v->size, value);
	} else if (!fact_known(*(struct fact *)(void *)at)) {
		*(struct fact *)(void *)at = read_value(value, v->kind);
	}
}

static void drop(struct word *w, size_t n)
{
	w->s += n;
	w->len -= n;
}

/* Up to the quote that ends it: NTPsec's are escaped as in Python. */
static struct word take_quoted(struct word *text)
{
	struct word w = { text->s + 1, 0 };

	drop(text, 1);
	while (text->len && text->s[0] != '"') {
		const size_t n = text->s[0] == '\\' && text->len > 1 ? 2 : 1;

		w.len += n;
		drop(text, n);
	}
	if (text->len)
		drop(text, 1);
	return w;
}

/* A value ends with a comma or its line; that of associd, which a blank follows, with the blank. */
static struct word take_value(struct word *text, bool ends_with_blank)
{
	struct word w;

	while (text->len && (text->s[0] == ' ' || text->s[0] == '\t'))
		drop(text, 1);
	if (text->len && text->s[0] == '"')
		return take_quoted(text);
	for (w = (struct word){ text->s, 0 }; text->len; drop(text, 1), w.len++)
		if (text->s[0] == ',' || text->s[0] == '\n' ||
		    (ends_with_blank && text->s[0] == ' '))
			break;
	return said_trim(w);
}

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

static bool take_name(struct word *text, struct word *name)
{
	while (text->len && !is_name(text->s[0])) {
		/* what is quoted here is nobody's value */
		if (text->s[0] == '"')
			take_quoted(text);
		else
			drop(text, 1);
	}
	for (*name = (struct word){ text->s, 0 }; text->len && is_name(text->s[0]); name->len++)
		drop(text, 1);
	return name->len > 0;
}

/* Both are there even when nothing else is. */
static bool is_head(struct word name)
{
	return said_is(name, "associd") || said_is(name, "status");
}

/* How many of these variables the text has. */
static size_t read_variables(struct word text, const struct variable *v, size_t n, void *out)
{
	struct word name;
	size_t known = 0;

	while (take_name(&text, &name)) {
		struct word value;

		/* words of a date or of a status are no names */
		if (!text.len || text.s[0] != '=')
			continue;
		drop(&text, 1);
		value = take_value(&text, said_is(name, "associd"));
		for (size_t i = 0; i < n; i++) {
			if (!said_is(name, v[i].name))
				continue;
			set_variable(&v[i], value, out);
			known += !is_head(name);
		}
	}
	return known;
}

/* All is absent until it is said. */
static void forget(const struct variable *v, size_t n, void *out)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].kind != KIND_TEXT)
			*(struct fact *)(void *)((char *)out + v[i].offset) = said_absent();
}

static enum said read_all(struct word text, const struct variable *v, size_t n, void *out,
			  char error[SAID_ERROR_MAX])
{
	forget(v, n, out);
	if (read_variables(text, v, n, out))
		return SAID_WELL;
	return said_error(text, errors, LEN(errors), error);
}

void ntpq_read_system(const char *text, size_t len, struct ntpq_system *out)
{
	memset(out, 0, sizeof(*out));
	out->said = read_all((struct word){ text, len }, system_variables, LEN(system_variables),
			     out, out->error);
}

void ntpq_read_assoc(const char *text, size_t len, struct ntpq_assoc *out)
{
	struct word name;

	memset(out, 0, sizeof(*out));
	out->said = read_all((struct word){ text, len }, assoc_variables, LEN(assoc_variables),
			     out, out->error);
	if (fact_known(out->status))
		out->tally = tallies[out->status.val >> 8 & 7];
	name = (struct word){ out->srcadr, strlen(out->srcadr) };
	out->is_clock = read_clock_name(name, &out->driver, &out->unit);
}

void ntpq_read_clock(const char *text, size_t len, struct ntpq_clock *out)
{
	memset(out, 0, sizeof(*out));
	out->said = read_all((struct word){ text, len }, clock_variables, LEN(clock_variables),
			     out, out->error);
}

/* ---- in words ---- */

/* "Peer Status Word" and "Tally codes": decode.html, ntpq.html of ntp.org; ntpq(1) of NTPsec. */
const char *ntpq_tally_words(char tally)
{
	static const char *const words[] = {
		"not used: not heard, not synchronised, or too far away",
		"a falseticker: its time disagrees with that of the others",
		"not used: more sources than ntpd looks at",
		"not used: the others agree better with each other",
		"used: it is averaged with the system's source",
		"kept in reserve: good, and more than are needed",
		"the system's source",
		"the pulse disciplines the clock",
	};
	const char *at = tally ? strchr(tallies, tally) : NULL;

	return at ? words[at - tallies] : NULL;
}
