/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sentences of the receiver of feedworld.h. */
#ifndef FEEDSAYS_H
#define FEEDSAYS_H

#include "feedworld.h"

static void sim_push_text(struct sim *s, int64_t ended_ns, int64_t duration_ns, const char *body)
{
	struct event *e = sim_push(s, ended_ns, EV_SAID);

	snprintf(e->text, sizeof(e->text), "$%s*%02X", body,
		 (unsigned int)nmea_checksum(body, strlen(body)));
	e->duration_ns = duration_ns;
}

/* What it says, from its beginning on: when it ends. */
static int64_t sim_say(struct sim *s, int64_t begin_ns, int64_t label, bool leap, int cs,
		       bool valid, enum sentences which)
{
	const int64_t duration_ns = (s->scene->duration_ms > 0 ? s->scene->duration_ms :
				     s->scene->duration_ms ? 2 : 150) * NS_PER_MS;
	const time_t at = (time_t)(leap ? label - 1 : label);
	char body[112], fraction[8] = "";
	struct tm tm;

	gmtime_r(&at, &tm);
	if (leap)
		tm.tm_sec = 60;
	if (cs)
		snprintf(fraction, sizeof(fraction), ".%d", cs);
	if (which == SAYS_GGA)
		snprintf(body, sizeof(body), "GPGGA,%02d%02d%02d%s,5001.19,N,00840.65,E,%d,08,1.0,"
			 "100,M,48,M,,", tm.tm_hour, tm.tm_min, tm.tm_sec, fraction, valid);
	else if (which == SAYS_ZDA)
		snprintf(body, sizeof(body), "GPZDA,%02d%02d%02d%s,%02d,%02d,%04d,00,00",
			 tm.tm_hour, tm.tm_min, tm.tm_sec, fraction, tm.tm_mday, tm.tm_mon + 1,
			 tm.tm_year + 1900);
	else
		snprintf(body, sizeof(body), "GPRMC,%02d%02d%02d%s,%c,5001.19,N,00840.65,E,0.0,0.0,"
			 "%02d%02d%02d,,,A", tm.tm_hour, tm.tm_min, tm.tm_sec, fraction,
			 valid ? 'A' : 'V', tm.tm_mday, tm.tm_mon + 1, tm.tm_year % 100);
	sim_push_text(s, begin_ns + duration_ns + sim_random(s, 15 * NS_PER_MS), duration_ns, body);
	return begin_ns + duration_ns;
}

static void sim_say_all(struct sim *s, int64_t begin_ns, int64_t label, bool leap, int cs,
			bool valid)
{
	static const enum sentences all[][2] = {
		[SAYS_RMC] = { SAYS_RMC, SAYS_NOTHING },
		[SAYS_GGA_RMC] = { SAYS_GGA, SAYS_RMC },
		[SAYS_ZDA] = { SAYS_ZDA, SAYS_NOTHING },
		[SAYS_RMC_ZDA] = { SAYS_RMC, SAYS_ZDA },
		[SAYS_GGA] = { SAYS_GGA, SAYS_NOTHING },
		[SAYS_NOTHING] = { SAYS_NOTHING, SAYS_NOTHING },
	};

	for (size_t i = 0; i < 2; i++)
		if (all[s->scene->says][i] != SAYS_NOTHING)
			begin_ns = sim_say(s, begin_ns, label, leap, cs, valid,
					   all[s->scene->says][i]);
}

static int64_t sim_begin_of(struct sim *s, int64_t t_ns)
{
	const struct fault *wander = sim_fault(s, WANDER, t_ns);
	int64_t ms = (s->scene->delay_ms ? s->scene->delay_ms : 400) + sim_value(s, LATE, t_ns);

	if (wander) {
		const int64_t half = (wander->to_ms - wander->from_ms) / 2;
		const int64_t in = t_ns / NS_PER_MS - wander->from_ms;

		ms += wander->value * (in < half ? in : 2 * half - in) / half;
	}
	return t_ns + ms * NS_PER_MS +
	       sim_random(s, (5 + sim_value(s, JITTER, t_ns)) * NS_PER_MS);
}

static void sim_sentence(struct sim *s, int64_t second)
{
	const struct scene *x = s->scene;
	const int64_t t_ns = second * NS_PER_S, begin_ns = sim_begin_of(s, t_ns);
	const struct fault *silent = sim_fault(s, UNHEARD, t_ns), *none = sim_fault(s, VOID, t_ns);
	const struct fault *stuck = sim_fault(s, STUCK, t_ns);
	bool leap = sim_is_leap(s, second);
	int64_t label = sim_label(s, second) + sim_value(s, WRONG, t_ns) +
			sim_value(s, EARLY_LEAP, t_ns);

	if ((silent && (!silent->value || sim_random(s, silent->value))) ||
	    (x->every_s && second % x->every_s))
		return;
	if (leap && x->hides_leap) {
		leap = false;
		label--;
	}
	if (stuck)
		label = sim_label(s, stuck->from_ms / MS_PER_S);
	if (none)
		label -= none->value * 86400;
	if (sim_fault(s, ROLLED, t_ns))
		label -= INT64_C(1024) * 7 * 86400;
	if (sim_one_in(s, RUBBISH, t_ns))
		label += sim_random(s, 2) ? sim_random(s, 100) - 50 : sim_random(s, 100000000);
	sim_say_all(s, begin_ns, label, leap, x->fraction, !none);
	if (sim_fault(s, TWICE, t_ns))
		sim_say_all(s, begin_ns + sim_value(s, TWICE, t_ns) * NS_PER_MS, label, leap, 0,
			    !none);
	for (int i = 2; i < 10 && sim_fault(s, FRACTIONS, t_ns); i += 2)
		sim_say_all(s, begin_ns + i * NS_PER_S / 10, label, leap, i, !none);
}

#endif
