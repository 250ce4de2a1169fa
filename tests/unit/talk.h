/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For tests of receiver drivers: what they send as text, what is said to them.  Behind cmocka's. */
#ifndef TALK_H
#define TALK_H

#include <stdio.h>
#include <string.h>

#include "binary.h"
#include "receiver/receiver.h"

#define TALK_UNUSED __attribute__((unused))

static const struct receiver_id talk_no_id;
static const struct receiver_settings talk_unknown;

/* A sentence from its body; valid until the next one. */
TALK_UNUSED static struct nmea_sentence *talk_body(const char *body)
{
	static char text[256];
	static struct nmea_sentence s;
	int n = nmea_format(text, sizeof(text), body);

	assert_true(n > 0);
	nmea_parse(text, (size_t)n - 2, &s);
	return &s;
}

/* A line as a document has it, "$...*hh": its checksum must be right. */
TALK_UNUSED static struct nmea_sentence *talk_line(const char *line)
{
	static struct nmea_sentence s;

	nmea_parse(line, strlen(line), &s);
	if (s.sum != NMEA_SUM_OK)
		fail_msg("%s: wrong checksum", line);
	return &s;
}

TALK_UNUSED static bool talk_proves(const struct receiver *rx, const struct nmea_sentence *s)
{
	const struct receiver_message m = { .sentence = s };

	return rx->is_proof(&m);
}

/* Of all makes it proves this one. */
TALK_UNUSED static void talk_make_is(const struct receiver *rx, const struct nmea_sentence *s)
{
	struct receiver_view v;

	memset(&v, 0, sizeof(v));
	receiver_hear(&v, s);
	if (v.rx != rx)
		fail_msg("%.*s: %s", (int)s->len, s->raw, v.rx ? v.rx->make : "no make");
}

TALK_UNUSED static void talk_learn(const struct receiver *rx, const struct nmea_sentence *s,
				   struct receiver_id *id)
{
	const struct receiver_message m = { .sentence = s };

	rx->learn(&m, id);
}

/* The steps: lines without CR LF, packets in hexadecimal, one behind the other. */
TALK_UNUSED static const char *talk_plan(const struct receiver_plan *plan)
{
	static char text[4096];
	size_t used = 0;

	text[0] = '\0';
	for (unsigned int i = 0; i < plan->n; i++) {
		const struct receiver_step *s = &plan->steps[i];

		if (i)
			used += (size_t)snprintf(text + used, sizeof(text) - used, "\n");
		if (s->bytes[0] == '$') {
			assert_string_equal(s->bytes + s->len - 2, "\r\n");
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%.*s",
						 (int)s->len - 2, s->bytes);
			continue;
		}
		for (unsigned int k = 0; k < s->len; k++)
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%02X",
						 k ? " " : "", (uint8_t)s->bytes[k]);
	}
	return text;
}

TALK_UNUSED static void talk_sends(const struct receiver *rx, const struct receiver_id *id,
				   const struct receiver_settings *from,
				   const struct receiver_request *req, const char *lines)
{
	struct receiver_plan plan;

	assert_int_equal(receiver_make_plan(rx, id, from, req, &plan), 0);
	assert_string_equal(talk_plan(&plan), lines);
}

/* What an answer means to the only step of a plan. */
TALK_UNUSED static enum receiver_answer talk_judge(const struct receiver *rx, const char *command,
						   bool asks, const struct nmea_sentence *answer,
						   struct receiver_settings *now)
{
	const struct receiver_message m = { .sentence = answer };
	struct receiver_plan plan;

	memset(&plan, 0, sizeof(plan));
	assert_int_equal(receiver_add_line(&plan, "%s", command), 0);
	plan.steps[0].asks = asks;
	return rx->judge(&plan.steps[0], &m, now);
}

/* Every '$...' in a text for people: it can be a sentence, and its checksum is as listed. */
TALK_UNUSED static void talk_by_hand(const struct receiver *rx, const char *const *lines)
{
	const char *p = rx->by_hand;
	char text[256];

	for (; *lines; lines++) {
		const size_t len = strcspn(*lines, "*");
		char quoted[128];
		int n;

		talk_line(*lines);
		snprintf(quoted, sizeof(quoted), "--send '%.*s'", (int)len, *lines);
		p = strstr(p, quoted);
		if (!p)
			fail_msg("%s: not said, or not in this order", quoted);
		snprintf(text, sizeof(text), "%.*s", (int)len - 1, *lines + 1);
		n = nmea_format(quoted, sizeof(quoted), text);
		assert_int_equal(n, strlen(*lines) + 2);
		assert_memory_equal(quoted, *lines, strlen(*lines));
	}
}

#endif
