// SPDX-License-Identifier: GPL-2.0-or-later
/* Rates of sentences and modes of the pulse, as PMTK and PAIR have them. */
#include "mtk_common.h"

#include <stdio.h>
#include <string.h>

#include "parts.h"

/* PMTK285 and PAIR752: when there are pulses. */
enum mode {
	MODE_OFF,
	MODE_FIRST_FIX,		/* from the first fix on */
	MODE_3D,		/* with a 3D fix only */
	MODE_FIX,		/* with a 2D or 3D fix only */
	MODE_ALWAYS,
	MODES,
};

#define WIDTH_MAX_MS 999

bool mtk_is_numbered(const struct nmea_sentence *s, const char *prefix)
{
	size_t len = strlen(prefix);

	return !strncmp(s->type, prefix, len) && s->type[len] >= '0' && s->type[len] <= '9';
}

void mtk_forget_rates(struct mtk_rates *rates)
{
	memset(rates, -1, sizeof(*rates));
}

bool mtk_read_rates(const struct nmea_sentence *s, struct mtk_rates *rates)
{
	unsigned int n = s->n_fields < MTK_SLOTS ? s->n_fields : MTK_SLOTS;

	mtk_forget_rates(rates);
	for (unsigned int i = 0; i < n; i++) {
		unsigned int rate;
		size_t len;

		nmea_field(s, i, &len);
		if (!len)
			continue;
		if (!receiver_field_number(s, i, MTK_RATE_MAX, &rate))
			return false;
		rates->of[i] = (int8_t)rate;
	}
	return true;
}

bool mtk_kept_rates(const struct receiver_settings *set, const char *tag,
		    struct mtk_rates *rates)
{
	const char *body = receiver_find_native(set, tag);
	char line[RECEIVER_LINE_MAX];
	struct nmea_sentence s;

	return body && receiver_body_sentence(body, line, &s) && mtk_read_rates(&s, rates);
}

void mtk_keep_rates(struct receiver_settings *set, const char *tag,
		    const struct mtk_rates *rates)
{
	char body[RECEIVER_LINE_MAX];
	int used = snprintf(body, sizeof(body), "%s", tag);

	/* a tag and 19 times ",20" are fewer than 82 */
	for (unsigned int i = 0; i < MTK_SLOTS; i++) {
		if (rates->of[i] < 0)
			used += snprintf(body + used, sizeof(body) - (size_t)used, ",");
		else
			used += snprintf(body + used, sizeof(body) - (size_t)used, ",%d",
					 rates->of[i]);
	}
	receiver_keep_native(set, tag, body);
}

static void switch_rates(const struct receiver *rx, const uint8_t *numbers, receiver_set set,
			 int8_t rate, struct mtk_rates *rates)
{
	for (unsigned int i = 0; i < rx->n_sentences; i++)
		if (set >> i & 1)
			rates->of[numbers[i]] = rate;
}

void mtk_want_rates(const struct receiver *rx, const uint8_t *numbers,
		    const struct receiver_request *req, const char *tag,
		    struct mtk_rates *rates)
{
	struct mtk_rates kept;

	if (req->op == RECEIVER_EXACTLY)
		switch_rates(rx, numbers, ~(receiver_set)0, 0, rates);
	if (req->op == RECEIVER_ADJUST)
		switch_rates(rx, numbers, req->off, 0, rates);
	if (req->op == RECEIVER_EXACTLY || req->op == RECEIVER_ADJUST)
		switch_rates(rx, numbers, req->on, 1, rates);
	if (!mtk_kept_rates(&req->to, tag, &kept))
		return;
	for (unsigned int i = 0; i < MTK_SLOTS; i++)
		if (kept.of[i] >= 0)
			rates->of[i] = kept.of[i];
}

/* The first of the two that knows this setting, or what we choose: 100 ms, with a fix only. */
static const struct receiver_settings *who_knows(unsigned int setting,
						 const struct receiver_settings *to,
						 const struct receiver_settings *from)
{
	static const struct receiver_settings ours = {
		.pulse = true, .pulse_ms = 100, .pulse_stops = true,
	};

	if (to->known & setting)
		return to;
	return from->known & setting ? from : &ours;
}

struct mtk_pulse mtk_want_pulse(const struct receiver_settings *from,
				const struct receiver_settings *to)
{
	struct mtk_pulse pulse = {
		.mode = MODE_OFF,
		.ms = who_knows(RECEIVER_PULSE_WIDTH, to, from)->pulse_ms,
	};

	if (who_knows(RECEIVER_PULSE, to, from)->pulse)
		pulse.mode = who_knows(RECEIVER_PULSE_STOPS, to, from)->pulse_stops ?
			     MODE_FIX : MODE_FIRST_FIX;
	return pulse;
}

void mtk_learn_pulse(const struct nmea_sentence *command, struct receiver_settings *now)
{
	unsigned int mode, ms;

	if (!receiver_field_number(command, 0, MODES - 1, &mode) ||
	    !receiver_field_number(command, 1, WIDTH_MAX_MS, &ms))
		return;
	now->known |= RECEIVER_PULSE | RECEIVER_PULSE_WIDTH;
	now->pulse = mode != MODE_OFF;
	now->pulse_ms = ms;
	if (mode == MODE_OFF)
		return;
	now->known |= RECEIVER_PULSE_STOPS;
	now->pulse_stops = mode == MODE_3D || mode == MODE_FIX;
}

void mtk_for_a_clock(unsigned int can, struct receiver_request *req)
{
	*req = (struct receiver_request){
		.op = RECEIVER_EXACTLY,
		.on = 1,
		.to = {
			.known = can & (MTK_PULSE | RECEIVER_INTERVAL),
			.pulse = true,
			.pulse_ms = 100,
			.pulse_stops = true,
			.interval_ms = MTK_INTERVAL_1HZ_MS,
		},
	};
}
