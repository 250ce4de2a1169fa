// SPDX-License-Identifier: GPL-2.0-or-later
/* What several drivers need to read answers and to ask questions. */
#include "parts.h"

#include <string.h>

bool receiver_field_number(const struct nmea_sentence *s, unsigned int i, unsigned int max,
			   unsigned int *value)
{
	size_t len;
	const char *text = nmea_field(s, i, &len);
	uint64_t n = 0;

	if (!len)
		return false;
	for (size_t k = 0; k < len; k++) {
		if (text[k] < '0' || text[k] > '9')
			return false;
		n = 10 * n + (uint64_t)(text[k] - '0');
		if (n > max)
			return false;
	}
	*value = (unsigned int)n;
	return true;
}

void receiver_keep_text(char *buf, size_t size, const char *text, size_t len)
{
	if (len >= size)
		len = size - 1;
	for (size_t i = 0; i < len; i++)
		buf[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
	buf[len] = '\0';
}

void receiver_keep_field(char *buf, size_t size, const struct nmea_sentence *s, unsigned int i)
{
	size_t len;
	const char *text = nmea_field(s, i, &len);

	if (len)
		receiver_keep_text(buf, size, text, len);
}

bool receiver_step_sentence(const struct receiver_step *step, struct nmea_sentence *s)
{
	if (step->len < 3 || step->len > sizeof(step->bytes) || step->bytes[0] != '$')
		return false;
	nmea_parse(step->bytes, step->len - 2, s);
	return s->sum == NMEA_SUM_OK;
}

bool receiver_body_sentence(const char *body, char line[RECEIVER_LINE_MAX],
			    struct nmea_sentence *s)
{
	int n = nmea_format(line, RECEIVER_LINE_MAX, body);

	if (n < 2)
		return false;
	nmea_parse(line, (size_t)n - 2, s);
	return true;
}

/* Where the answer with this tag is kept: RECEIVER_NATIVE_MAX for nowhere. */
static unsigned int native_at(const struct receiver_settings *set, const char *tag)
{
	size_t len = strlen(tag);
	unsigned int i;

	for (i = 0; i < RECEIVER_NATIVE_MAX; i++)
		if (!strncmp(set->native[i], tag, len) && set->native[i][len] == ',')
			break;
	return i;
}

const char *receiver_find_native(const struct receiver_settings *set, const char *tag)
{
	unsigned int i = native_at(set, tag);

	return i < RECEIVER_NATIVE_MAX ? set->native[i] : NULL;
}

void receiver_keep_native(struct receiver_settings *set, const char *tag, const char *body)
{
	unsigned int i = native_at(set, tag);

	for (unsigned int k = 0; i == RECEIVER_NATIVE_MAX && k < RECEIVER_NATIVE_MAX; k++)
		if (!set->native[k][0])
			i = k;
	if (i < RECEIVER_NATIVE_MAX && strlen(body) < sizeof(set->native[i]))
		memcpy(set->native[i], body, strlen(body) + 1);
}

int receiver_acked(struct receiver_plan *plan, int err)
{
	if (!err)
		receiver_last_step(plan)->await = RECEIVER_MUST_ANSWER;
	return err;
}

int receiver_asked(struct receiver_plan *plan, int err)
{
	if (!err)
		receiver_last_step(plan)->asks = true;
	return receiver_acked(plan, err);
}

bool receiver_has_speed(const unsigned int *speeds, size_t n, unsigned int baud)
{
	for (size_t i = 0; i < n; i++)
		if (speeds[i] == baud)
			return true;
	return false;
}
