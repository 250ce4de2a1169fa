// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a daemon, its client or a log says is not ours: whatever the text, the
 * structs hold printable words and numbers that can be.
 */
/* SOURCES: src/daemon/said.c src/daemon/flatjson.c src/daemon/ntpq_*.c src/daemon/chronyc_state.c src/daemon/gpsd_state.c src/daemon/logline.c src/facts.c src/nmea*.c */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/chronyc_state.h"
#include "daemon/gpsd_state.h"
#include "daemon/logline.h"
#include "daemon/ntpq_cut.h"
#include "daemon/ntpq_state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

#define PRINTABLE(array) must_print(array, sizeof(array))

static void must_print(const char *text, size_t size)
{
	const char *end = memchr(text, '\0', size);

	must(end != NULL);
	for (; text < end; text++)
		must(*text >= 0x20 && *text < 0x7f);
}

static void must_be_read(struct fact f)
{
	must(f.state == FACT_OK || f.state == FACT_ABSENT);
}

static void take_peers(const char *text, size_t size)
{
	static struct ntpq_peers p;

	ntpq_read_peers(text, size, &p);
	must(p.n <= NTPQ_PEERS_MAX && (!p.n_lost || p.n == NTPQ_PEERS_MAX));
	must((p.said == SAID_WELL) == (p.n > 0));
	PRINTABLE(p.error);
	for (size_t i = 0; i < p.n; i++) {
		PRINTABLE(p.peers[i].remote);
		PRINTABLE(p.peers[i].refid);
		must(ntpq_tally_words(p.peers[i].tally) != NULL);
		must(p.peers[i].reach.val >= 0 && p.peers[i].reach.val <= 0377);
		must(p.peers[i].when_s.val >= 0 && p.peers[i].poll_s.val >= 0);
		must_be_read(p.peers[i].offset_ns);
		must_be_read(p.peers[i].driver);
	}
}

static void must_be_within(struct word w, const char *text, size_t size)
{
	must(w.s >= text && w.len <= size && (size_t)(w.s - text) <= size - w.len);
}

static void take_parts(const char *text, size_t size)
{
	struct ntpq_parts p;

	ntpq_cut(text, size, &p);
	must(p.n <= NTPQ_CLOCKS_MAX);
	must_be_within(p.peers, text, size);
	must_be_within(p.system, text, size);
	for (size_t i = 0; i < p.n; i++)
		must_be_within(p.clocks[i].text, text, size);
}

static void take_variables(const char *text, size_t size)
{
	struct ntpq_system s;
	struct ntpq_assoc a;
	struct ntpq_clock c;

	ntpq_read_system(text, size, &s);
	PRINTABLE(s.version);
	ntpq_read_assoc(text, size, &a);
	PRINTABLE(a.srcadr);
	must_be_read(a.unit);
	ntpq_read_clock(text, size, &c);
	PRINTABLE(c.timecode);
	must_be_read(c.flags);
}

static void take_chrony(const char *text, size_t size)
{
	static struct chronyc_sources s;
	struct chronyc_tracking t;

	chronyc_read_sources(text, size, &s);
	must(s.n <= CHRONYC_SOURCES_MAX);
	for (size_t i = 0; i < s.n; i++) {
		PRINTABLE(s.sources[i].name);
		must(chronyc_state_words(s.sources[i].state) != NULL);
		must_be_read(s.sources[i].offset_ns);
	}
	chronyc_read_tracking(text, size, &t);
	PRINTABLE(t.source);
	must_be_read(t.synchronised);
}

static void take_gpsd(const char *text, size_t size)
{
	static struct gpsd_state s;

	gpsd_init(&s);
	gpsd_read(text, size, &s);
	must(s.n <= GPSD_SEEN_MAX);
	PRINTABLE(s.error);
	PRINTABLE(s.release);
	for (size_t i = 0; i < s.n; i++) {
		PRINTABLE(s.devices[i].path);
		PRINTABLE(s.devices[i].driver);
		PRINTABLE(s.devices[i].subtype);
		PRINTABLE(s.devices[i].time);
		must_be_read(s.devices[i].pulse.offset_ns);
		must_be_read(s.devices[i].activated);
	}
}

static void take_log(const char *text, size_t size)
{
	struct logline l;
	const bool known = logline_read(text, size, &l);

	must(known == (l.what != LOG_NOTHING));
	PRINTABLE(l.text);
	PRINTABLE(l.path);
	PRINTABLE(l.mask);
	PRINTABLE(l.profile);
	must(logline_words(l.what) != NULL);
	must_be_read(l.unit);
	must_be_read(l.number);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const take[])(const char *text, size_t size) = {
		take_peers, take_variables, take_chrony, take_gpsd, take_log,
		take_parts,
	};

	if (size)
		take[data[0] % 6]((const char *)data + 1, size - 1);
	return 0;
}
