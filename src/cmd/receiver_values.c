// SPDX-License-Identifier: GPL-2.0-or-later
/* What the values of the receiver command's options may be. */
#include "receiver_options.h"

#include <stdio.h>
#include <string.h>

#include "../sys/tty.h"
#include "cmd.h"

#define SECONDS_MAX 3600
#define PULSE_MAX_MS 999
#define RATE_MAX_HZ 10
#define INTERVAL_MAX_S 900
#define MS_PER_S 1000

static int parse_baud(const char *option, const char *text, unsigned int *to)
{
	long baud;

	if (parse_number(text, 1, 4000000, &baud) < 0 || tty_speed((unsigned int)baud) == B0)
		return bad_value("receiver", option, text);
	*to = (unsigned int)baud;
	return 0;
}

int receiver_value_baud(const char *text, struct receiver_options *o)
{
	o->to.known |= RECEIVER_BAUD;
	return parse_baud("baud", text, &o->to.baud);
}

int receiver_value_seconds(const char *text, struct receiver_options *o)
{
	long seconds;

	if (parse_number(text, 1, SECONDS_MAX, &seconds) < 0)
		return bad_value("receiver", "seconds", text);
	o->seconds = (int)seconds;
	return 0;
}

int receiver_value_pps(const char *text, struct receiver_options *o)
{
	if (strcmp(text, "on") && strcmp(text, "off"))
		return bad_value("receiver", "pps", text);
	o->to.known |= RECEIVER_PULSE;
	o->to.pulse = !strcmp(text, "on");
	return 0;
}

int receiver_value_pulse(const char *text, struct receiver_options *o)
{
	long ms;

	if (parse_number(text, 1, PULSE_MAX_MS, &ms) < 0)
		return bad_value("receiver", "pulse", text);
	o->to.known |= RECEIVER_PULSE_WIDTH;
	o->to.pulse_ms = (unsigned int)ms;
	return 0;
}

/* "5": so many bursts a second; "2s": one in so many seconds. */
int receiver_value_rate(const char *text, struct receiver_options *o)
{
	char number[8];
	size_t len = strlen(text);
	const bool is_interval = len > 1 && len <= sizeof(number) && text[len - 1] == 's';
	long n;

	snprintf(number, sizeof(number), "%.*s", (int)(len - is_interval), text);
	if (len > sizeof(number) - 1 ||
	    parse_number(number, 1, is_interval ? INTERVAL_MAX_S : RATE_MAX_HZ, &n) < 0)
		return bad_value("receiver", "rate", text);
	o->to.known |= RECEIVER_INTERVAL;
	o->to.interval_ms = (unsigned int)(is_interval ? n * MS_PER_S : MS_PER_S / n);
	return 0;
}

int receiver_value_version(const char *text, struct receiver_options *o)
{
	static const struct {
		const char *text;
		unsigned int version;
	} versions[] = { { "2.0", 200 }, { "2.3", 230 }, { "4.0", 400 }, { "4.1", 410 } };

	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		if (strcmp(text, versions[i].text))
			continue;
		o->to.known |= RECEIVER_VERSION;
		o->to.nmea_version = versions[i].version;
		return 0;
	}
	return bad_value("receiver", "nmea-version", text);
}

static int parse_list(const char *option, const char *text, const char **list)
{
	const char *bad;
	size_t len;

	*list = text;
	if (receiver_check_names(text, &bad, &len) == 0)
		return 0;
	msg_error("receiver", "--%s: no receiver can be told about '%.*s'", option, (int)len, bad);
	return usage_error("receiver");
}

/* "$PGRMCE", "PGRMCE", "$PGRMCE*0E": the body, and a checksum that will be corrected. */
int receiver_value_send(const char *text, struct receiver_options *o)
{
	char line[RECEIVER_LINE_MAX];
	const char *body = text + (*text == '$');
	size_t len = strcspn(body, "*");

	if (len == 0 || len >= sizeof(o->send) ||
	    (body[len] && strspn(body + len + 1, "0123456789ABCDEFabcdef") != 2) ||
	    (body[len] && body[len + 3]))
		return bad_value("receiver", "send", text);
	snprintf(o->send, sizeof(o->send), "%.*s", (int)len, body);
	if (nmea_format(line, sizeof(line), o->send) < 0)
		return bad_value("receiver", "send", text);
	/* behind '$', the body and '*' */
	if (body[len] && strncmp(line + len + 2, body + len + 1, 2))
		snprintf(o->send_sum, sizeof(o->send_sum), "%s", body + len + 1);
	return 0;
}

int receiver_value_at(const char *text, struct receiver_options *o)
{
	return parse_baud("at", text, &o->at);
}

int receiver_value_sentences(const char *text, struct receiver_options *o)
{
	return parse_list("sentences", text, &o->sentences);
}

int receiver_value_enable(const char *text, struct receiver_options *o)
{
	return parse_list("enable", text, &o->enable);
}

int receiver_value_disable(const char *text, struct receiver_options *o)
{
	return parse_list("disable", text, &o->disable);
}
