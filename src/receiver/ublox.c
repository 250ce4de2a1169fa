// SPDX-License-Identifier: GPL-2.0-or-later
/* u-blox 5, 6, 7, 8, F9, M9, M10: who they are and what they can be told. */
#include "ublox.h"

#include <string.h>

/*
 * In the order of emission.  Longest: all fields at their longest, positions in high
 * precision.  GSA and GRS come for each of five constellations, GSV four times for
 * each of four.  Shortest: all values empty.  Rates below one a second make less of
 * them.
 */
static const struct receiver_sentence sentences[] = {
	{ .name = "RMC", .target = "RMC", .min_chars = 20, .max_chars = 90,
	  .by_default = true, .core = true },
	{ .name = "VTG", .target = "VTG", .min_chars = 16, .max_chars = 56,
	  .by_default = true, .core = true },
	{ .name = "GGA", .target = "GGA", .min_chars = 25, .max_chars = 95,
	  .by_default = true, .core = true },
	{ .name = "GSA", .target = "GSA", .min_chars = 25, .max_chars = 5 * 84,
	  .by_default = true, .core = true },
	{ .name = "GSV", .target = "GSV", .min_chars = 16, .max_chars = 16 * 72,
	  .by_default = true, .core = true },
	{ .name = "GLL", .target = "GLL", .min_chars = 16, .max_chars = 60,
	  .by_default = true, .core = true },
	{ .name = "GNS", .target = "GNS", .min_chars = 18, .max_chars = 100 },
	{ .name = "GST", .target = "GST", .min_chars = 16, .max_chars = 80 },
	{ .name = "ZDA", .target = "ZDA", .min_chars = 16, .max_chars = 42 },
	{ .name = "GRS", .target = "GRS", .min_chars = 18, .max_chars = 5 * 104 },
	{ .name = "GBS", .target = "GBS", .min_chars = 16, .max_chars = 80 },
	{ .name = "DTM", .target = "DTM", .min_chars = 20, .max_chars = 64 },
	{ .name = "VLW", .target = "VLW", .min_chars = 16, .max_chars = 80 },
	/* three messages in one name, of which the position, 00, is in use */
	{ .name = "PUBX", .target = "PUBX", .min_chars = 20, .max_chars = 130 },
};

#define N_SENTENCES (sizeof(sentences) / sizeof(sentences[0]))

/* M8, "NMEA messages overview"; F9, "CFG-MSGOUT". */
const struct ublox_message ublox_messages[] = {
	{ 0, UBX_NMEA, 0x04, 0x209100ac, "RMC" },
	{ 1, UBX_NMEA, 0x05, 0x209100b1, "VTG" },
	{ 2, UBX_NMEA, 0x00, 0x209100bb, "GGA" },
	{ 3, UBX_NMEA, 0x02, 0x209100c0, "GSA" },
	{ 4, UBX_NMEA, 0x03, 0x209100c5, "GSV" },
	{ 5, UBX_NMEA, 0x01, 0x209100ca, "GLL" },
	{ 6, UBX_NMEA, 0x0d, 0x209100b6, "GNS" },
	{ 7, UBX_NMEA, 0x07, 0x209100d4, "GST" },
	{ 8, UBX_NMEA, 0x08, 0x209100d9, "ZDA" },
	{ 9, UBX_NMEA, 0x06, 0x209100cf, "GRS" },
	{ 10, UBX_NMEA, 0x09, 0x209100de, "GBS" },
	{ 11, UBX_NMEA, 0x0a, 0x209100a7, "DTM" },
	{ 12, UBX_NMEA, 0x0f, 0x209100e8, "VLW" },
	{ 13, UBX_PUBX, 0x00, 0x209100ed, NULL },
	{ 13, UBX_PUBX, 0x03, 0x209100f2, NULL },
	{ 13, UBX_PUBX, 0x04, 0x209100f7, NULL },
};

const unsigned int ublox_n_messages = sizeof(ublox_messages) / sizeof(ublox_messages[0]);

/* ---- who it is ---- */

static bool begins(const char *text, size_t len, const char *with)
{
	return len >= strlen(with) && !memcmp(text, with, strlen(with));
}

static bool ends(const char *text, size_t len, const char *with)
{
	size_t n = strlen(with);

	return len >= n && !memcmp(text + len - n, with, n);
}

/*
 * The banner, "u-blox ag - www.u-blox.com", and what it says to commands of others:
 * "PGRM inv format".
 */
static bool is_own_text(const struct nmea_sentence *s)
{
	size_t len;
	const char *text = nmea_field(s, 3, &len);

	return begins(text, len, "u-blox ") || begins(text, len, "HW UBX") ||
	       begins(text, len, "HW  UBX") ||
	       (nmea_field_is(s, 2, "01") && ends(text, len, " inv format"));
}

/* 00, 03 and 04 with something behind them: what is sent back to us unknown proves nothing. */
static bool is_own_pubx(const struct nmea_sentence *s)
{
	return s->n_fields > 2 && (nmea_field_is(s, 0, "00") || nmea_field_is(s, 0, "03") ||
				   nmea_field_is(s, 0, "04"));
}

static bool is_proof(const struct receiver_message *m)
{
	const struct nmea_sentence *s = m->sentence;

	/* without a payload it is a question, maybe ours that was sent back */
	if (!s)
		return m->packet->protocol == BINARY_UBX && m->packet->len > UBX_FRAME;
	if (s->sum != NMEA_SUM_OK)
		return false;
	return !strcmp(s->type, "TXT") ? is_own_text(s) :
	       !strcmp(s->type, "PUBX") && is_own_pubx(s);
}

/* TXT comes when it starts, and when something is wrong: not with each fix. */
static bool is_reply(const struct nmea_sentence *s)
{
	return !strcmp(s->type, "TXT") || (!strcmp(s->type, "PUBX") && nmea_field_is(s, 0, "04"));
}

#define PROTOCOL "PROTVER "
#define PROTOCOL_MAX 8

/* id->firmware in its two parts: "SPG 3.01 PROTVER 18.00". */
struct version {
	char name[RECEIVER_FIRMWARE_MAX];
	char protocol[PROTOCOL_MAX];
};

/* Up to the first character that is not to be printed. */
static void copy(char *buf, size_t size, const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && n < size - 1 && text[n] >= ' ' && text[n] <= '~') {
		buf[n] = text[n];
		n++;
	}
	while (n && buf[n - 1] == ' ')
		n--;
	buf[n] = '\0';
}

static void split_version(const char *firmware, struct version *v)
{
	const char *protocol = strstr(firmware, PROTOCOL);
	size_t len = protocol ? (size_t)(protocol - firmware) : strlen(firmware);

	copy(v->name, sizeof(v->name), firmware, len);
	v->protocol[0] = '\0';
	if (protocol)
		copy(v->protocol, sizeof(v->protocol), protocol + strlen(PROTOCOL), PROTOCOL_MAX);
}

static void join_version(const struct version *v, char *firmware)
{
	size_t tail = v->protocol[0] ? strlen(PROTOCOL) + strlen(v->protocol) : 0;
	size_t n = strlen(v->name), room = RECEIVER_FIRMWARE_MAX - 2 - tail;

	n = n < room ? n : room;
	memcpy(firmware, v->name, n);
	if (tail && n)
		firmware[n++] = ' ';
	firmware[n] = '\0';
	if (!tail)
		return;
	memcpy(firmware + n, PROTOCOL, strlen(PROTOCOL));
	memcpy(firmware + n + strlen(PROTOCOL), v->protocol, strlen(v->protocol) + 1);
}

/* 0: not known, or before there were such versions. */
static unsigned int protocol_of(const struct receiver_id *id)
{
	struct version v;
	unsigned int n = 0;

	split_version(id->firmware, &v);
	for (const char *p = v.protocol; *p >= '0' && *p <= '9' && n < 1000; p++)
		n = n * 10 + (unsigned int)(*p - '0');
	return n;
}

/* A line of the banner, or one of MON-VER's; '=' from u-blox 8 on, ' ' before. */
static void learn_line(const char *text, size_t len, struct receiver_id *id)
{
	struct version v;

	split_version(id->firmware, &v);
	if (begins(text, len, "PROTVER=") || begins(text, len, PROTOCOL))
		copy(v.protocol, sizeof(v.protocol), text + 8, len - 8);
	else if (begins(text, len, "FWVER="))
		copy(v.name, sizeof(v.name), text + 6, len - 6);
	else if (begins(text, len, "MOD=") || begins(text, len, "MOD "))
		copy(id->model, sizeof(id->model), text + 4, len - 4);
	join_version(&v, id->firmware);
}

enum { VER_SOFTWARE = 30, VER_HARDWARE = 10, VER_LINE = 30 };

/* Modules without a name tell at least their series. */
static void learn_hardware(const char *text, struct receiver_id *id)
{
	static const struct {
		const char *number, *series;
	} chips[] = {
		{ "0004", "series 5 or 6" }, { "0007", "series 7" }, { "0008", "series 8" },
		{ "0019", "series 9" }, { "000A", "series 10" },
	};

	for (size_t i = 0; i < sizeof(chips) / sizeof(chips[0]) && !id->model[0]; i++)
		if (begins(text, VER_HARDWARE, chips[i].number))
			copy(id->model, sizeof(id->model), chips[i].series,
			     strlen(chips[i].series));
}

/* MON-VER: software, hardware, and lines as the banner has them. */
static void learn_packet(const struct binary_packet *p, struct receiver_id *id)
{
	const char *text = (const char *)p->bytes + UBX_HEAD;
	size_t len = p->len - UBX_FRAME, at = VER_SOFTWARE + VER_HARDWARE;
	struct version v;

	if (p->protocol != BINARY_UBX || p->len < UBX_FRAME + at || p->bytes[2] != UBX_MON ||
	    p->bytes[3] != UBX_MON_VER)
		return;
	split_version(id->firmware, &v);
	copy(v.name, sizeof(v.name), text, VER_SOFTWARE);
	join_version(&v, id->firmware);
	for (; at + VER_LINE <= len; at += VER_LINE)
		learn_line(text + at, VER_LINE, id);
	learn_hardware(text + VER_SOFTWARE, id);
}

static void learn(const struct receiver_message *m, struct receiver_id *id)
{
	const char *text;
	size_t len;

	if (m->packet) {
		learn_packet(m->packet, id);
	} else if (!strcmp(m->sentence->type, "TXT")) {
		text = nmea_field(m->sentence, 3, &len);
		learn_line(text, len, id);
	}
}

static int write_probe(struct receiver_plan *plan)
{
	int err = ublox_add_packet(plan, UBX_MON, UBX_MON_VER, NULL, 0);

	if (!err) {
		receiver_last_step(plan)->asks = true;
		err = receiver_add_line(plan, "PUBX,04");
	}
	if (!err) {
		receiver_last_step(plan)->asks = true;
		receiver_last_step(plan)->await = RECEIVER_MUST_ANSWER;
	}
	return err;
}

/* ---- what it can be told ---- */

/* Who has not told its version has not answered a packet. */
static enum ublox_dialect dialect_of(const struct receiver_id *id)
{
	if (!id->firmware[0])
		return UBLOX_TEXT;
	return protocol_of(id) >= 27 ? UBLOX_KEYS : UBLOX_CFG;
}

static bool is_speed(unsigned int baud)
{
	static const unsigned int speeds[] = {
		4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800,
	};

	for (size_t i = 0; i < sizeof(speeds) / sizeof(speeds[0]); i++)
		if (speeds[i] == baud)
			return true;
	return false;
}

static const char *refuse(const struct receiver_id *id, const struct receiver_request *req,
			  bool *risky)
{
	const struct receiver_settings *to = &req->to;

	*risky = false;
	if (to->known & RECEIVER_BAUD && !is_speed(to->baud))
		return "the speed is 4800, 9600, 19200, 38400, 57600, 115200, 230400 or 460800";
	if (to->known & RECEIVER_PULSE_WIDTH && (to->pulse_ms < 1 || to->pulse_ms > 999))
		return "a pulse is 1 to 999 ms wide";
	if (to->known & RECEIVER_INTERVAL && (to->interval_ms < 25 || to->interval_ms > 65535))
		return "the interval is 25 to 65535 ms";
	if (to->known & RECEIVER_VERSION && !ublox_has_version(to->nmea_version))
		return "NMEA's version is 2.1, 2.3, 4.0, 4.1 or 4.11";
	if (dialect_of(id) != UBLOX_TEXT)
		return NULL;
	if (to->known & ~(unsigned int)RECEIVER_BAUD)
		return "it does not answer UBX packets, and sentences ($PUBX) set no more than "
		       "sentences and speed";
	*risky = true;
	return "it does not answer UBX packets, and without them nothing can be saved: it is "
	       "lost with the power";
}

static int write_queries(const struct receiver_id *id, struct receiver_plan *plan)
{
	int err = ublox_write_queries(dialect_of(id), plan);

	/* u-blox 5 has no CFG-TP5; it does not tell a protocol version either */
	if (!err && dialect_of(id) == UBLOX_CFG && !protocol_of(id))
		plan->steps[plan->n - UBLOX_CONFIGS + UBLOX_PULSE].await = RECEIVER_MAY_ANSWER;
	return err;
}

static int write_steps(const struct receiver_id *id, const struct receiver_settings *from,
		       const struct receiver_request *req, struct receiver_plan *plan)
{
	return ublox_write_steps(dialect_of(id), from, req,
				 receiver_default_set(&receiver_ublox), plan);
}

/*
 * RMC has time, date and whether both are valid.  ZDA would add the century, which
 * all readers know, and says the time without a fix, too.
 */
static void for_a_clock(const struct receiver_id *id, struct receiver_request *req)
{
	memset(req, 0, sizeof(*req));
	req->op = RECEIVER_EXACTLY;
	req->on = 1 << 0;
	if (dialect_of(id) == UBLOX_TEXT)
		return;
	req->to.known = RECEIVER_PULSE | RECEIVER_PULSE_WIDTH | RECEIVER_PULSE_STOPS |
			 RECEIVER_INTERVAL;
	req->to.pulse = true;
	req->to.pulse_ms = 100;
	req->to.pulse_stops = true;
	req->to.interval_ms = 1000;
}

const struct receiver receiver_ublox = {
	.make = "u-blox",
	.sentences = sentences,
	.n_sentences = N_SENTENCES,
	.is_proof = is_proof,
	.is_reply = is_reply,
	.learn = learn,
	.write_probe = write_probe,
	.can = RECEIVER_BAUD | RECEIVER_PULSE | RECEIVER_PULSE_WIDTH | RECEIVER_PULSE_STOPS |
	       RECEIVER_INTERVAL | RECEIVER_VERSION,
	.refuse = refuse,
	.write_queries = write_queries,
	.judge = ublox_judge,
	.write_steps = write_steps,
	.for_a_clock = for_a_clock,
};
