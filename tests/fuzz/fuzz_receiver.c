// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a receiver answers, and what we make of it.  The first byte picks the make, the
 * second a request, the rest is what arrives: no answer crashes a driver, no setting is
 * outside its range, no text hurts a terminal, and what is sent on the strength of an
 * answer is still a sentence.
 */
/* SOURCES: src/nmea*.c src/census.c src/binary.c src/receiver/[a-z]*.c */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "receiver/saved.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* All that was sent, at whatever time, may be answered by whatever comes. */
struct talk {
	const struct receiver *rx;
	struct receiver_id id;
	struct receiver_settings now;
	struct receiver_request req;
	struct receiver_plan probe, queries, steps, escape;
};

static void require(bool good)
{
	if (!good)
		abort();
}

static void check_text(const char *text, size_t size)
{
	require(memchr(text, '\0', size));
	for (; *text; text++)
		require(*text >= 0x20 && *text <= 0x7e);
}

static void check_settings(const struct receiver_settings *s)
{
	unsigned int all = RECEIVER_BAUD | RECEIVER_PULSE | RECEIVER_PULSE_WIDTH |
			   RECEIVER_PULSE_STOPS | RECEIVER_INTERVAL | RECEIVER_VERSION;

	require(!(s->known & ~all));
	if (s->known & RECEIVER_BAUD)
		require(s->baud >= 300 && s->baud <= 4000000);
	if (s->known & RECEIVER_PULSE_WIDTH)
		require(s->pulse_ms <= 1000);
	if (s->known & RECEIVER_INTERVAL)
		require(s->interval_ms >= 1 && s->interval_ms <= 3600000);
	if (s->known & RECEIVER_VERSION)
		require(s->nmea_version >= 100 && s->nmea_version <= 999);
	for (size_t i = 0; i < RECEIVER_NATIVE_MAX; i++)
		check_text(s->native[i], sizeof(s->native[i]));
}

static void check_plan(const struct receiver_plan *plan)
{
	require(plan->n <= RECEIVER_STEPS_MAX);
	for (unsigned int i = 0; i < plan->n; i++) {
		const struct receiver_step *step = &plan->steps[i];
		struct nmea_sentence s;

		require(step->len > 0 && step->len <= sizeof(step->bytes));
		if (step->bytes[0] != '$')
			continue;
		require(step->len > 5 && !memcmp(step->bytes + step->len - 2, "\r\n", 2));
		require(memchr(step->bytes, '\r', step->len) == step->bytes + step->len - 2);
		nmea_parse(step->bytes, step->len - 2, &s);
		require(s.sum == NMEA_SUM_OK);
	}
}

/* -ENODATA: what is not to be changed is not known yet. */
static bool is_allowed(int err)
{
	return !err || err == -ENOSPC || err == -EINVAL || err == -ENODATA;
}

/* What is written with an answer in mind; an answer may make it impossible, no more. */
static void write_all(struct talk *t)
{
	struct receiver_request undo = { .op = RECEIVER_KEEP, .to = t->now };
	static const struct receiver_settings unknown;
	static struct receiver_plan plan;
	int err;

	check_settings(&t->now);
	check_text(t->id.model, sizeof(t->id.model));
	check_text(t->id.firmware, sizeof(t->id.firmware));
	if (!t->rx->write_steps)
		return;
	err = receiver_make_plan(t->rx, &t->id, &t->now, &t->req, &t->steps);
	require(is_allowed(err));
	check_plan(&t->steps);
	err = receiver_make_plan(t->rx, &t->id, &unknown, &undo, &plan);
	require(is_allowed(err));
	check_plan(&plan);
	if (t->rx->refuse) {
		bool risky;

		(void)t->rx->refuse(&t->id, &undo, &risky);
	}
	if (t->rx->for_a_clock)
		t->rx->for_a_clock(&t->id, &undo);
	if (t->rx->firmware_note)
		(void)t->rx->firmware_note(&t->id);
}

static void judge_all(struct talk *t, const struct receiver_plan *plan,
		      const struct receiver_message *m)
{
	if (!t->rx->judge)
		return;
	for (unsigned int i = 0; i < plan->n; i++) {
		enum receiver_answer a = t->rx->judge(&plan->steps[i], m, &t->now);

		require(a == RECEIVER_UNRELATED || a == RECEIVER_HALF_SAID ||
			a == RECEIVER_ACCEPTED || a == RECEIVER_REJECTED);
	}
}

static void take(struct talk *t, const struct receiver_message *m)
{
	t->rx->is_proof(m);
	if (m->sentence)
		t->rx->is_reply(m->sentence);
	t->rx->learn(m, &t->id);
	judge_all(t, &t->probe, m);
	judge_all(t, &t->queries, m);
	judge_all(t, &t->steps, m);
	judge_all(t, &t->escape, m);
	write_all(t);
}

static struct receiver_request request(uint8_t bits)
{
	struct receiver_request req = {
		.op = (enum receiver_op)(bits & 3), .on = bits, .off = (receiver_set)~bits,
	};

	if (bits & 0x10)
		req.to = (struct receiver_settings){
			.known = RECEIVER_BAUD | RECEIVER_PULSE | RECEIVER_PULSE_WIDTH,
			.baud = 9600, .pulse = true, .pulse_ms = 200 };
	if (bits & 0x20) {
		req.to.known |= RECEIVER_PULSE_STOPS | RECEIVER_INTERVAL | RECEIVER_VERSION;
		req.to.pulse_stops = true;
		req.to.interval_ms = 1000;
		req.to.nmea_version = 230;
	}
	return req;
}

static bool begin(struct talk *t, uint8_t make, uint8_t bits)
{
	unsigned int n = 0;

	while (receiver_nth(n))
		n++;
	memset(t, 0, sizeof(*t));
	t->rx = receiver_nth(make % n);
	t->req = request(bits);
	if (t->rx->n_sentences < 32) {
		t->req.on &= ((receiver_set)1 << t->rx->n_sentences) - 1;
		t->req.off &= ((receiver_set)1 << t->rx->n_sentences) - 1;
	}
	if (t->rx->write_probe)
		require(!t->rx->write_probe(&t->probe));
	if (t->rx->write_queries)
		require(!t->rx->write_queries(&t->id, &t->queries));
	if (t->rx->write_escape)
		require(!t->rx->write_escape(&t->escape));
	check_plan(&t->probe);
	check_plan(&t->queries);
	check_plan(&t->escape);
	write_all(t);
	return true;
}

/* A body of the user's. */
static void check_risk(const struct receiver *rx, const uint8_t *data, size_t size)
{
	char body[256];

	if (!rx->risk_of)
		return;
	size = size < sizeof(body) ? size : sizeof(body) - 1;
	memcpy(body, data, size);
	body[size] = '\0';
	(void)rx->risk_of(body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct talk t;
	static struct nmea sentences;
	static struct binary packets;
	const uint8_t *p = data + 2;
	const char *q = (const char *)p;
	size_t n, m;
	struct nmea_sentence s;
	struct binary_packet packet;

	if (size < 2)
		return 0;
	n = m = size - 2;
	begin(&t, data[0], data[1]);
	check_risk(t.rx, p, n);
	memset(&sentences, 0, sizeof(sentences));
	memset(&packets, 0, sizeof(packets));
	while (nmea_next(&sentences, &q, &m, &s)) {
		char fixed[NMEA_LINE_MAX + 8], body[NMEA_LINE_MAX];
		size_t len = s.len > 1 ? s.len - 1 : 0;
		int made;

		take(&t, &(struct receiver_message){ .sentence = &s });
		/* the same with a right checksum, which chance does not find */
		if (len && s.raw[s.len - 1] != '*' && len > 3 && s.raw[s.len - 3] == '*')
			len -= 3;
		memcpy(body, s.raw + 1, len);
		body[len] = '\0';
		made = nmea_format(fixed, sizeof(fixed), body);
		if (made <= 0)
			continue;
		nmea_parse(fixed, (size_t)made - 2, &s);
		take(&t, &(struct receiver_message){ .sentence = &s });
	}
	while (binary_next(&packets, &p, &n, &packet))
		take(&t, &(struct receiver_message){ .packet = &packet });
	return 0;
}
