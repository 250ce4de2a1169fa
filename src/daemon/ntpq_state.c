// SPDX-License-Identifier: GPL-2.0-or-later
/* What ntpd says of its sources through ntpq. */
#include "ntpq_state.h"

#include <string.h>

#include "ntpq_inside.h"

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

/* Those of sources that ntpd believes are late in it. */
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

enum said ntpq_error(struct word text, char error[SAID_ERROR_MAX])
{
	return said_error(text, errors, LEN(errors), error);
}

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
		if (word_is(name, drivers[i].name))
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

bool ntpq_clock_name(struct word w, struct fact *driver, struct fact *unit)
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
	p->is_clock = ntpq_clock_name(remote, &p->driver, &p->unit);
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
	out->said = ntpq_error(all, out->error);
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
