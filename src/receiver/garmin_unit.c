// SPDX-License-Identifier: GPL-2.0-or-later
/* Which Garmin it is: the name it says of itself, in NMEA or in binary, and what follows. */
#include "garmin.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define DLE 0x10
#define PID_PRODUCT_DATA 255	/* Garmin Device Interface Specification, basic link protocol */
#define PRODUCT_TEXT_MAX 96

/*
 * By the beginning of the name behind "GPS": the first that matches.  The tables of
 * PGRMO, PGRMC and PGRMC1 in the manuals: 190-00307 (18), 190-00879 (18x),
 * 190-00228 (16x), 190-00885 (17x), 190-00266 (15), GPS 25LP, GPS 35LP, GPS 36.
 */
static const struct {
	const char *name;
	unsigned int traits;
	const char *factory;	/* where PGRMO's table of modes ends at 3 */
} families[] = {
	{ "15", 0, NULL },
	{ "16x", GARMIN_STOPS, NULL },
	{ "16", 0, NULL },
	{ "17x", GARMIN_STOPS, NULL },
	{ "17", 0, NULL },
	{ "18x", GARMIN_STOPS | GARMIN_AT_ONCE | GARMIN_18X, NULL },
	{ "18", GARMIN_STOPS | GARMIN_AT_ONCE, NULL },
	{ "19x", GARMIN_STOPS | GARMIN_38400, NULL },
	{ "25", GARMIN_NEVER_STOPS | GARMIN_OLD, "RMC,GGA,GSA,GSV,PGRMT" },
	{ "35", GARMIN_NEVER_STOPS | GARMIN_OLD, "RMC,GGA,GSA,GSV,PGRMT" },
	{ "36", GARMIN_NEVER_STOPS | GARMIN_OLD, "RMC,GSA,GSV,PGRME,PGRMV,PGRMT" },
};

#define N_FAMILIES (sizeof(families) / sizeof(families[0]))

/* "18x-LVC" in "GPS 18x-LVC" */
static const char *behind_gps(const char *model)
{
	if (strncasecmp(model, "GPS", 3))
		return "";
	model += 3;
	return model + strspn(model, " -");
}

/* Index into families[], or N_FAMILIES. */
static size_t family_of(const struct receiver_id *id)
{
	const char *name = behind_gps(id->model);
	size_t i = 0;

	while (i < N_FAMILIES && strncasecmp(name, families[i].name, strlen(families[i].name)) != 0)
		i++;
	return i;
}

unsigned int garmin_traits(const struct receiver_id *id)
{
	size_t i = family_of(id);
	unsigned int traits;

	if (i == N_FAMILIES)
		return 0;
	traits = families[i].traits | GARMIN_KNOWN;
	if (strcasestr(id->model, "5Hz") || strcasestr(id->model, "5 Hz"))
		traits |= GARMIN_5_HZ | GARMIN_38400;
	return traits;
}

const char *garmin_factory_list(const struct receiver_id *id)
{
	size_t i = family_of(id);

	return i < N_FAMILIES ? families[i].factory : NULL;
}

/* ---- what it says of itself ---- */

/* Where "ver" starts in the text of a PGRMT, or its end. */
static size_t find_version(const char *text, size_t len)
{
	for (size_t i = 0; i + 3 <= len; i++)
		if (!strncasecmp(text + i, "ver", 3))
			return i;
	return len;
}

static void copy(char *buf, size_t size, const char *text, size_t len)
{
	if (len >= size)
		len = size - 1;
	memcpy(buf, text, len);
	buf[len] = '\0';
}

/* "3.70" in "ver. 3.70", "VER 2.05" */
static void learn_firmware(const char *text, size_t len, struct receiver_id *id)
{
	size_t start = 0, end;

	while (start < len && !garmin_is_digit(text[start]))
		start++;
	for (end = start; end < len; end++)
		if (!garmin_is_digit(text[end]) && text[end] != '.')
			break;
	if (end > start)
		copy(id->firmware, sizeof(id->firmware), text + start, end - start);
}

/* "GPS 18x-LVC software ver. 3.70" on newer units, "GPS 25LP VER 1.10" on older ones. */
void garmin_learn_text(const char *text, size_t len, struct receiver_id *id)
{
	static const char software[] = " software";
	size_t model = find_version(text, len);

	learn_firmware(text + model, len - model, id);
	while (model && text[model - 1] == ' ')
		model--;
	if (model >= strlen(software) &&
	    !strncasecmp(text + model - strlen(software), software, strlen(software)))
		model -= strlen(software);
	copy(id->model, sizeof(id->model), text, model);
}

/* ---- packets ---- */

/*
 * DLE, id, size, data, checksum, DLE, ETX; in size, data and checksum a DLE is
 * doubled.  Up to `max` bytes of data; their number.
 */
static size_t unpack(const struct binary_packet *p, uint8_t *id, uint8_t *data, size_t max)
{
	size_t n = 0, at = 2;
	bool size = true;

	*id = p->len > 1 ? p->bytes[1] : 0;
	while (at + 3 < p->len && n < max) {
		uint8_t byte = p->bytes[at];

		at += byte == DLE ? 2 : 1;
		if (!size)
			data[n++] = byte;
		size = false;
	}
	return n;
}

/* Product data: its number, the version times 100 (low byte first), texts. */
struct product {
	unsigned int version;
	char text[PRODUCT_TEXT_MAX];
};

static bool read_product(const struct binary_packet *p, struct product *product)
{
	uint8_t id, data[4 + PRODUCT_TEXT_MAX - 1];
	size_t n = unpack(p, &id, data, sizeof(data)), len = 0;

	if (p->protocol != BINARY_GARMIN || id != PID_PRODUCT_DATA || n < 5)
		return false;
	product->version = data[2] + 256u * data[3];
	for (size_t i = 4; i < n && data[i] >= 0x20 && data[i] < 0x7f; i++)
		product->text[len++] = (char)data[i];
	product->text[len] = '\0';
	/* the checksum has 8 bits: a name makes it sure */
	return len >= 3 && product->version <= 9999;
}

bool garmin_is_proof_packet(const struct binary_packet *p)
{
	struct product product;

	return read_product(p, &product);
}

void garmin_learn_packet(const struct binary_packet *p, struct receiver_id *id)
{
	struct product product;

	if (!read_product(p, &product))
		return;
	garmin_learn_text(product.text, strlen(product.text), id);
	(void)snprintf(id->firmware, sizeof(id->firmware), "%u.%02u", product.version / 100,
		       product.version % 100);
}

static const uint8_t product_request[] = { DLE, 254, 0x00, 0x02, DLE, 0x03 };

enum receiver_answer garmin_judge_packet(const struct receiver_step *step,
					 const struct binary_packet *p)
{
	struct product product;

	if (step->len != sizeof(product_request) ||
	    memcmp(step->bytes, product_request, sizeof(product_request)) != 0)
		return RECEIVER_UNRELATED;
	return read_product(p, &product) ? RECEIVER_ACCEPTED : RECEIVER_UNRELATED;
}

/*
 * The eight bytes lead back to NMEA until the next restart only: so binary output
 * (PGRMC1 field 2) is switched off before that.
 */
int garmin_write_escape(struct receiver_plan *plan)
{
	static const uint8_t escape[] = { DLE, 0x0a, 0x02, 0x26, 0x00, 0xce, DLE, 0x03 };
	int err;

	err = receiver_add_packet(plan, product_request, sizeof(product_request));
	if (err)
		return err;
	receiver_last_step(plan)->asks = true;
	receiver_last_step(plan)->await = RECEIVER_MAY_ANSWER;
	err = receiver_add_packet(plan, escape, sizeof(escape));
	if (err)
		return err;
	/* binary is at 9600 baud, its sentences are at the stored speed: to be looked for */
	receiver_last_step(plan)->restarts = true;
	err = receiver_add_line(plan, "PGRMC1,,1");
	if (err)
		return err;
	receiver_last_step(plan)->await = RECEIVER_MAY_ANSWER;
	err = receiver_add_line(plan, "PGRMI,,,,,,,R");
	if (err)
		return err;
	receiver_last_step(plan)->await = RECEIVER_MAY_ANSWER;
	receiver_last_step(plan)->restarts = true;
	return 0;
}

/* ---- what is known of firmware ---- */

/* 370 for "3.70", "3.7"; 0 for no number */
static unsigned int version_number(const char *text)
{
	unsigned int v = 0, places = 0;
	bool point = false;

	for (; places < 2 && v < 10000; text++) {
		if (*text == '.' && !point) {
			point = true;
			continue;
		}
		if (!garmin_is_digit(*text))
			break;
		v = v * 10 + (unsigned int)(*text - '0');
		places += point;
	}
	for (; places < 2; places++)
		v *= 10;
	return v;
}

/*
 * The 18x's: www.satsignal.eu, "Garmin GPS 18x LVC firmware issue", and the NTP
 * users' reports of 4.00.  The older units: their week numbers have ten bits and
 * their firmware is from before August 1999 or little younger.
 */
const char *garmin_firmware_note(const struct receiver_id *id)
{
	static const struct {
		unsigned int trait, from, before;
		const char *note;
	} notes[] = {
		{ GARMIN_18X, 320, 321,
		  "firmware 3.20 can send its sentences more than a second late, and can hang "
		  "for weeks: update it (3.70 and 3.90 are good)" },
		{ GARMIN_18X, 300, 370,
		  "18x firmware before 3.70 can send its sentences more than a second late, "
		  "so that the time is a second wrong: update it (3.70 and 3.90 are good)" },
		{ GARMIN_18X, 400, 401,
		  "18x firmware 4.00 is said to send its sentences more than a second late: "
		  "compare it with another clock (3.70 and 3.90 are good)" },
		{ GARMIN_OLD, 0, 10000,
		  "a unit of this age can say a date that is 1024 weeks early: look at its date" },
	};
	unsigned int version = version_number(id->firmware);
	unsigned int traits = garmin_traits(id);

	for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++)
		if (traits & notes[i].trait && version >= notes[i].from &&
		    version < notes[i].before)
			return notes[i].note;
	return NULL;
}
