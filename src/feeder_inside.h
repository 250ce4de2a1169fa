/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the feeder have in common. */
#ifndef GPSPPSCTL_FEEDER_INSIDE_H
#define GPSPPSCTL_FEEDER_INSIDE_H

#include "feeder.h"

/* ---- feeder.c ---- */

/* An event of this time (CLOCK_REALTIME) on the raw clock; false: not to be known. */
bool feeder_raw(struct feeder *f, const struct instant *now, int64_t real_ns, int64_t *raw_ns);
/* Look whether the clock was set; false: nothing of this instant is to be believed. */
bool feeder_look(struct feeder *f, const struct instant *now);

/* The raw time of an instant that is none of a clock gone mad. */
int64_t feeder_now(const struct feeder *f, const struct instant *now);

/* ---- feeder_pulse.c ---- */

/* Of the pulses, as far as it is known. */
int64_t feeder_period_ns(const struct feeder *f);
/* An edge that the filter has judged, in raw time. */
void feeder_note_pulse(struct feeder *f, const struct judged *j);
/* Why pulses are not good; FEED_WELL: they are. */
enum feed_state feeder_pulses(const struct feeder *f, int64_t raw_ns);

/* ---- feeder_sentence.c ---- */

/* So long a sentence vouches for pulses. */
int64_t feeder_vouch_ns(const struct feeder *f);
bool feeder_is_vouched(const struct feeder *f, int64_t raw_ns);

#endif
