/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What MediaTek's PMTK and Airoha's PAIR, its heir, have in common: sentences have
 * numbers and a rate each, and the pulse has the same modes.
 */
#ifndef GPSPPSCTL_MTK_COMMON_H
#define GPSPPSCTL_MTK_COMMON_H

#include "receiver.h"

#define MTK_SLOTS 19		/* PMTK314 has 0 to 18, PAIR062 0 to 9 */
#define MTK_RATE_MAX 20		/* once in so many fixes */

#define MTK_INTERVAL_1HZ_MS 1000

/* "PMTK001", "PAIR062": commands and answers have numbers, the rest has names. */
bool mtk_is_numbered(const struct nmea_sentence *s, const char *prefix);

/* By the receiver's number of the sentence: 0 is off, -1 not told and not to be touched. */
struct mtk_rates {
	int8_t of[MTK_SLOTS];
};

void mtk_forget_rates(struct mtk_rates *rates);

/* From the fields of an answer, beginning with number 0; false when one is no rate. */
bool mtk_read_rates(const struct nmea_sentence *s, struct mtk_rates *rates);

/* The rates that are kept under this tag. */
bool mtk_kept_rates(const struct receiver_settings *set, const char *tag,
		    struct mtk_rates *rates);
void mtk_keep_rates(struct receiver_settings *set, const char *tag,
		    const struct mtk_rates *rates);

/*
 * Change *rates as the request wants it.  numbers[i]: the receiver's number of
 * rx->sentences[i].  Rates kept under this tag in the request are put back as they
 * are, whatever else it says.
 */
void mtk_want_rates(const struct receiver *rx, const uint8_t *numbers,
		    const struct receiver_request *req, const char *tag,
		    struct mtk_rates *rates);

#define MTK_PULSE (RECEIVER_PULSE | RECEIVER_PULSE_WIDTH | RECEIVER_PULSE_STOPS)

/* Mode and width that a request means; what it leaves open is as it was, or our choice. */
struct mtk_pulse {
	unsigned int mode;
	unsigned int ms;
};

struct mtk_pulse mtk_want_pulse(const struct receiver_settings *from,
				const struct receiver_settings *to);

/* What the two fields behind the tag of a pulse command set. */
void mtk_learn_pulse(const struct nmea_sentence *command, struct receiver_settings *now);

/* RMC alone, once a second, a pulse of 100 ms with a fix: those of the settings in `can`. */
void mtk_for_a_clock(unsigned int can, struct receiver_request *req);

#endif
