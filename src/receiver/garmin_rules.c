// SPDX-License-Identifier: GPL-2.0-or-later
/* What a Garmin is not told, or only if the user insists; and what is best for a clock. */
#include "garmin.h"

#include <string.h>

/* PGRMC1's field 13, by what the unit has said rather than by its name. */
static bool may_stop(const struct receiver_id *id)
{
	if (id->shown & RECEIVER_VERSION)
		return id->shown & RECEIVER_PULSE_STOPS;
	return !(garmin_traits(id) & GARMIN_NEVER_STOPS);
}

static bool does_stop(const struct receiver_id *id)
{
	return may_stop(id) && (id->shown | (garmin_traits(id) & GARMIN_STOPS ?
					     RECEIVER_PULSE_STOPS : 0)) & RECEIVER_PULSE_STOPS;
}

/* It answered PGRMCE and not PGRMC1E. */
static bool has_no_pgrmc1(const struct receiver_id *id)
{
	return id->shown & RECEIVER_BAUD && !(id->shown & RECEIVER_VERSION) &&
	       !(garmin_traits(id) & GARMIN_KNOWN);
}

static const char *wrong_speed(unsigned int traits, const struct receiver_request *req)
{
	(void)traits;
	return garmin_baud_code(req->to.baud) ? NULL :
	       "a Garmin's speeds are 1200, 2400, 4800, 9600, 19200 and 38400";
}

static const char *wrong_width(unsigned int traits, const struct receiver_request *req)
{
	unsigned int ms = req->to.pulse_ms;

	if (ms < 20 || ms > 980 || ms % 20)
		return "a pulse is 20 to 980 ms wide, in steps of 20";
	if (traits & GARMIN_5_HZ && ms > 180)
		return "five pulses a second are 20 to 180 ms wide";
	return NULL;
}

static const char *wrong_interval(unsigned int traits, const struct receiver_request *req)
{
	unsigned int ms = req->to.interval_ms;

	if (traits & GARMIN_5_HZ)
		return "a 5 Hz unit sends five times a second and cannot be told otherwise";
	if (ms < 1000 || ms > 900000 || ms % 1000)
		return "sentences come every 1 to 900 whole seconds";
	return NULL;
}

static const char *wrong_version(unsigned int traits, const struct receiver_request *req)
{
	(void)traits;
	return req->to.nmea_version == 200 || req->to.nmea_version == 230 ? NULL :
	       "a Garmin speaks NMEA 2.0 or 2.3";
}

static const char *risky_speed(unsigned int traits, const struct receiver_request *req)
{
	if (req->to.baud == 38400 && !(traits & GARMIN_38400))
		return "38400 baud is only in the manual of the 5 Hz units; many others take it";
	if (req->to.baud < 4800 && traits & GARMIN_18X)
		return "the 18x's manual has no speed below 4800 baud";
	return NULL;
}

static const char *risky_pulse(unsigned int traits, const struct receiver_request *req)
{
	return req->to.pulse && traits & GARMIN_5_HZ ?
	       "this unit gives five pulses a second: four of them are not the second's" : NULL;
}

static const struct {
	unsigned int setting;
	bool risky;
	const char *(*why_not)(unsigned int traits, const struct receiver_request *req);
} rules[] = {
	{ RECEIVER_BAUD, false, wrong_speed },
	{ RECEIVER_PULSE_WIDTH, false, wrong_width },
	{ RECEIVER_INTERVAL, false, wrong_interval },
	{ RECEIVER_VERSION, false, wrong_version },
	{ RECEIVER_BAUD, true, risky_speed },
	{ RECEIVER_PULSE, true, risky_pulse },
};

static bool wants_beacon(const struct receiver_request *req)
{
	const char *bad;
	size_t bad_len;
	receiver_set beacon;

	return req->op != RECEIVER_KEEP && req->op != RECEIVER_DEFAULTS &&
	       !receiver_parse_set(&receiver_garmin, "PGRMB", &beacon, &bad, &bad_len) &&
	       req->on & beacon;
}

/* What can never be is said before what can be had by insisting. */
const char *garmin_refuse(const struct receiver_id *id, const struct receiver_request *req,
			  bool *risky)
{
	unsigned int traits = garmin_traits(id);

	*risky = false;
	if (req->to.known & RECEIVER_PULSE_STOPS && !may_stop(id))
		return "this unit cannot be told what its pulse does without a fix";
	if (wants_beacon(req) && traits & GARMIN_18X)
		return "the 18x sends no PGRMB";
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		const char *why = NULL;

		if (req->to.known & rules[i].setting)
			why = rules[i].why_not(traits, req);
		*risky = why && rules[i].risky;
		if (why)
			return why;
	}
	return NULL;
}

/*
 * A sentence of the user's own.  A cold start: after one an 18x was seen with UTC one
 * second fast, until it had the almanac with the leap seconds again (time-nuts, March
 * 2009).
 */
const char *garmin_risk_of(const char *body)
{
	static const struct {
		const char *type;
		unsigned int field;
		const char *value;	/* NULL: any */
		const char *why;
	} risks[] = {
		{ "PGRMI", 6, "A",
		  "a cold start: for 12 minutes or more its time can be a second wrong" },
		{ "PGRMO", 1, "G", "it will speak binary, and no sentences, until it is restarted" },
		{ "PGRMC1", GARMIN_BINARY, "2",
		  "it will speak binary, and no sentences, from the next restart on" },
		{ "PGRMC", GARMIN_BAUD, NULL,
		  "its speed changes at some later restart, unnoticed: --baud does both" },
	};
	char raw[RECEIVER_LINE_MAX + 1];
	struct nmea_sentence s;

	(void)garmin_parse_body(body, raw, &s);
	for (size_t i = 0; i < sizeof(risks) / sizeof(risks[0]); i++) {
		size_t n;
		const char *p;

		if (strcmp(s.type, risks[i].type) != 0)
			continue;
		p = nmea_field(&s, risks[i].field, &n);
		if (n && (!risks[i].value ||
			  garmin_same_value(p, n, risks[i].value, strlen(risks[i].value))))
			return risks[i].why;
	}
	return NULL;
}

/*
 * RMC alone, first in the burst and short.  The pulse that goes on without a fix (as
 * delivered) drifts unseen, so it is to stop, where the unit is known to have that.
 * Its width is left alone: PGRMC has no width that is not whole 20 ms, and all of them
 * are seen by a PC.
 */
void garmin_for_a_clock(const struct receiver_id *id, struct receiver_request *req)
{
	memset(req, 0, sizeof(*req));
	req->op = RECEIVER_EXACTLY;
	req->on = 1;
	req->to.known = RECEIVER_PULSE;
	req->to.pulse = true;
	if (!(garmin_traits(id) & GARMIN_5_HZ) && !has_no_pgrmc1(id)) {
		req->to.known |= RECEIVER_INTERVAL;
		req->to.interval_ms = 1000;
	}
	if (does_stop(id)) {
		req->to.known |= RECEIVER_PULSE_STOPS;
		req->to.pulse_stops = true;
	}
}
