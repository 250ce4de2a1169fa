// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The sentences, field by field.  NMEA 0183 as IEC 61162-1 has it, 2.0 to 4.11:
 * fields that came later stand last and are absent in older ones.  Garmin's own
 * sentences: GPS 18x Technical Specifications (190-00879-08), GPS 25 LP (190-00125-00).
 */
#include "nmea_layout.h"

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* The latest of standards has A D E F M N P R S; Quectel's C and U are a navigational status. */
#define MODES "ADEFMNPRSCU"
#define STATUSES "SCUV"

#define TIME(f) { .kind = COLUMN_TIME, .field = (f), .has = NMEA_HAS_TIME }
#define DATE(f) { .kind = COLUMN_DATE, .field = (f), .has = NMEA_HAS_DATE }
#define DAY_MONTH_YEAR(f) \
	{ .kind = COLUMN_DAY_MONTH_YEAR, .field = (f), .has = NMEA_HAS_DATE }
#define STATUS(f) { .kind = COLUMN_STATUS, .field = (f), .has = NMEA_HAS_VALID }

#define NUMBER(n, f, lo, hi) \
	{ .name = (n), .kind = COLUMN_NUMBER, .field = (f), .min = (lo), .max = (hi) }
#define MEASURE(n, f, unit, lo, hi) \
	{ .name = (n), .kind = COLUMN_NUMBER, .field = (f), .min = (lo), .max = (hi), \
	  .letters = (unit) }
#define WHOLE(n, f, lo, hi) \
	{ .name = (n), .kind = COLUMN_WHOLE, .field = (f), .min = (lo), .max = (hi) }
#define HEX(n, f, lo, hi) \
	{ .name = (n), .kind = COLUMN_HEX, .field = (f), .min = (lo), .max = (hi) }
#define LETTER(n, f, set) \
	{ .name = (n), .kind = COLUMN_LETTER, .field = (f), .letters = (set) }
#define TEXT(n, f) { .name = (n), .kind = COLUMN_TEXT, .field = (f) }
#define REST(n, f) { .name = (n), .kind = COLUMN_REST, .field = (f) }

/* A whole number that nmea_decode() tells, too. */
#define SAYS(n, f, lo, hi, what, member) \
	{ .name = (n), .kind = COLUMN_WHOLE, .field = (f), .min = (lo), .max = (hi), \
	  .has = (what), .to = offsetof(struct nmea_data, member) }

#define POSITION(f) \
	{ .name = "latitude_deg", .kind = COLUMN_ANGLE, .field = (f), .letters = "NS", \
	  .max = 90, .has = HALF_LAT }, \
	{ .name = "longitude_deg", .kind = COLUMN_ANGLE, .field = (f) + 2, .letters = "EW", \
	  .max = 180, .has = HALF_LON }
#define MODE(f) \
	{ .name = "mode", .kind = COLUMN_LETTER, .field = (f), .letters = MODES, \
	  .has = NMEA_HAS_VALID }
#define NAV_STATUS(f) LETTER("nav_status", f, STATUSES)
#define SPEED_KNOTS(f, unit) MEASURE("speed_knots", f, unit, 0, 99999)
#define SPEED_KMH(f, unit) MEASURE("speed_kmh", f, unit, 0, 99999)
#define COURSE(f, unit) MEASURE("course_deg", f, unit, 0, 360)
#define ALTITUDE(f, unit) MEASURE("altitude_m", f, unit, -20000, 1000000)
#define GEOID(f, unit) MEASURE("geoid_m", f, unit, -1000, 1000)
#define AGE(f) NUMBER("age_s", f, 0, 99999)
#define STATION(f) WHOLE("station", f, 0, 9999)
#define DOP(n, f) NUMBER(n, f, 0, 9999)
#define METRES(n, f) NUMBER(n, f, 0, 99999999)
#define USED(f) SAYS("satellites_used", f, 0, 99, NMEA_HAS_USED, satellites_used)

static const struct column rmc[] = {
	TIME(0), STATUS(1), DATE(8),
	POSITION(2), SPEED_KNOTS(6, NULL), COURSE(7, NULL),
	{ .name = "magnetic_variation_deg", .kind = COLUMN_TOWARDS, .field = 9, .letters = "EW",
	  .max = 180 },
	MODE(11), NAV_STATUS(12),
};

static const struct column gga[] = {
	TIME(0),
	POSITION(1), SAYS("quality", 5, 0, 9, NMEA_HAS_QUALITY, quality), USED(6),
	DOP("hdop", 7), ALTITUDE(8, "M"), GEOID(10, "M"), AGE(12), STATION(13),
};

static const struct column gll[] = {
	TIME(4), STATUS(5),
	POSITION(0), MODE(6),
};

static const struct column gns[] = {
	TIME(0),
	POSITION(1),
	/* a letter for each constellation: GPS, GLONASS, Galileo, BeiDou, QZSS, NavIC */
	{ .name = "mode", .kind = COLUMN_LETTERS, .field = 5, .letters = MODES,
	  .has = NMEA_HAS_VALID },
	USED(6), DOP("hdop", 7), ALTITUDE(8, NULL), GEOID(9, NULL), AGE(10), STATION(11),
	NAV_STATUS(12),
};

static const struct column gsa[] = {
	LETTER("fix_selection", 0, "AM"), SAYS("fix", 1, 1, 3, NMEA_HAS_FIX, fix),
};

static const struct column used[] = {
	WHOLE("", 0, 1, 999),
};

/* NMEA has place for 12; some receivers of several constellations send 24. */
static const struct column_list satellites_used = {
	.of = "satellites_used", .columns = used, .n_columns = N(used),
	.first = 2, .min_fields = 12, .step = 12, .tail_max = 4,
};

static const struct column gsa_tail[] = {
	DOP("pdop", 0), DOP("hdop", 1), DOP("vdop", 2), HEX("system_id", 3, 1, 15),
};

static const struct column gsv[] = {
	WHOLE("messages", 0, 1, 99), WHOLE("message", 1, 1, 99),
	SAYS("satellites_in_view", 2, 0, 99, NMEA_HAS_IN_VIEW, satellites_in_view),
};

static const struct column satellite[] = {
	WHOLE("prn", 0, 1, 999), NUMBER("elevation_deg", 1, -90, 90),
	NUMBER("azimuth_deg", 2, 0, 360), NUMBER("snr_db", 3, 0, 99),
};

/*
 * Four in each sentence, fewer in the last.  A field behind them is the signal's id; Quectel
 * adds another one, and an element may want its last field.
 */
static const struct column_list satellites = {
	.of = "satellites", .columns = satellite, .n_columns = N(satellite),
	.first = 3, .step = N(satellite), .tail_max = 2,
};

static const struct column gsv_tail[] = {
	HEX("signal_id", 0, 0, 15),
};

static const struct column vtg[] = {
	COURSE(0, "T"), MEASURE("course_magnetic_deg", 2, "M", 0, 360),
	SPEED_KNOTS(4, "N"), SPEED_KMH(6, "K"), LETTER("mode", 8, MODES),
};

/* Before NMEA 3.01 it could come without the units. */
static const struct column vtg_short[] = {
	COURSE(0, NULL), NUMBER("course_magnetic_deg", 1, 0, 360),
	SPEED_KNOTS(2, NULL), SPEED_KMH(3, NULL),
};

static const struct column zda[] = {
	TIME(0), DAY_MONTH_YEAR(1),
	WHOLE("zone_h", 4, -14, 14), WHOLE("zone_min", 5, -59, 59),
};

/* Accord's: 0 is no time, 1 is right to 20 ms, 2 to 100 ns */
static const struct column zdg[] = {
	TIME(0), DAY_MONTH_YEAR(1),
	NUMBER("signal_strength", 4, 0, 99),
	{ .name = "quality", .kind = COLUMN_WHOLE, .field = 5, .max = 2,
	  .has = NMEA_HAS_QUALITY, .to = offsetof(struct nmea_data, quality) },
};

static const struct column gst[] = {
	TIME(0),
	METRES("rms", 1), METRES("error_major_m", 2), METRES("error_minor_m", 3),
	NUMBER("orientation_deg", 4, 0, 360), METRES("error_latitude_m", 5),
	METRES("error_longitude_m", 6), METRES("error_altitude_m", 7),
};

static const struct column txt[] = {
	WHOLE("messages", 0, 1, 99), WHOLE("message", 1, 1, 99), WHOLE("text_id", 2, 0, 99),
	REST("text", 3),
};

static const struct column pgrmb[] = {
	NUMBER("beacon_khz", 0, 0, 325), WHOLE("beacon_bps", 1, 0, 200),
	NUMBER("beacon_snr_db", 2, 0, 99), WHOLE("beacon_quality", 3, 0, 100),
	MEASURE("beacon_distance_km", 4, "K", 0, 99999), WHOLE("beacon_status", 6, 0, 4),
	LETTER("differential_source", 7, "RWN"), LETTER("differential_mode", 8, "AWRN"),
};

static const struct column pgrmc[] = {
	LETTER("fix_mode", 0, "A23"), NUMBER("altitude_m", 1, -1500, 18000),
	WHOLE("datum", 2, 0, 999),
	/* zero in each of them where the datum is not the user's own */
	NUMBER("semi_major_axis_m", 3, 0, 6380000), NUMBER("inverse_flattening", 4, 0, 310),
	NUMBER("dx_m", 5, -5000, 5000), NUMBER("dy_m", 6, -5000, 5000),
	NUMBER("dz_m", 7, -5000, 5000), LETTER("differential_mode", 8, "AD"),
	WHOLE("baud_code", 9, 1, 8), WHOLE("velocity_filter", 10, 0, 255),
	WHOLE("pps_mode", 11, 1, 2), WHOLE("pulse_code", 12, 0, 48),
	NUMBER("dead_reckoning_s", 13, 0, 30),
};

static const struct column pgrmc1[] = {
	WHOLE("output_interval_s", 0, 1, 900), WHOLE("binary_output", 1, 1, 2),
	WHOLE("position_averaging", 2, 1, 2), NUMBER("beacon_khz", 3, 0, 325),
	WHOLE("beacon_bps", 4, 0, 200), WHOLE("beacon_scan", 5, 1, 2),
	WHOLE("mode_indicator", 6, 1, 2), LETTER("differential", 7, "WNA"),
	LETTER("power_save", 8, "PN"), WHOLE("adaptive_transmission", 9, 1, 2),
	WHOLE("auto_power_off", 10, 1, 2), WHOLE("power_on_with_charger", 11, 1, 2),
	WHOLE("pps_auto_off", 12, 1, 2), WHOLE("low_velocity_threshold", 14, 1, 2),
};

static const struct column pgrme[] = {
	{ .name = "error_horizontal_m", .kind = COLUMN_NUMBER, .field = 0, .letters = "M",
	  .max = 99999999, .has = NMEA_HAS_ERROR },
	MEASURE("error_vertical_m", 2, "M", 0, 99999999),
	MEASURE("error_position_m", 4, "M", 0, 99999999),
};

static const struct column pgrmf[] = {
	DATE(2), TIME(3),
	SAYS("gps_week", 0, 0, 1023, HALF_WEEK, gps_week),
	SAYS("gps_second", 1, 0, 604799, HALF_SECOND, gps_second),
	SAYS("leap_s", 4, 0, 99, NMEA_HAS_LEAP, leap_s),
	POSITION(5), LETTER("fix_selection", 9, "AM"),
	{ .name = "fix", .kind = COLUMN_FROM_0, .field = 10, .max = 2, .has = NMEA_HAS_FIX,
	  .to = offsetof(struct nmea_data, fix) },
	SPEED_KMH(11, NULL), COURSE(12, NULL), DOP("pdop", 13), DOP("tdop", 14),
};

/* What it was told to start from, which is no news about time and place. */
static const struct column pgrmi[] = {
	{ .name = "latitude_deg", .kind = COLUMN_ANGLE, .field = 0, .letters = "NS", .max = 90 },
	{ .name = "longitude_deg", .kind = COLUMN_ANGLE, .field = 2, .letters = "EW", .max = 180 },
	TEXT("initial_date", 4), TEXT("initial_time", 5), LETTER("command", 6, "ADR"),
};

static const struct column pgrmm[] = {
	TEXT("datum", 0),
};

static const struct column pgrmo[] = {
	TEXT("target", 0), LETTER("output", 1, "01234G"),
};

static const struct column pgrmt[] = {
	{ .name = "product", .kind = COLUMN_TEXT, .field = 0, .has = NMEA_HAS_TEXT },
	LETTER("rom_checksum", 1, "PF"), LETTER("receiver_failure", 2, "PF"),
	LETTER("stored_data", 3, "RL"), LETTER("real_time_clock", 4, "RL"),
	LETTER("oscillator_drift", 5, "PF"), LETTER("data_collection", 6, "C"),
	NUMBER("temperature_c", 7, -100, 200), LETTER("configuration_data", 8, "RL"),
};

static const struct column pgrmv[] = {
	NUMBER("velocity_east_mps", 0, -99999, 99999),
	NUMBER("velocity_north_mps", 1, -99999, 99999),
	NUMBER("velocity_up_mps", 2, -99999, 99999),
};

static const struct column pgrmz[] = {
	MEASURE("altitude_ft", 0, "f", -60000, 3000000), WHOLE("fix", 2, 1, 3),
};

#define PLAIN(tag, array) { .type = #tag, .columns = (array), .n_columns = N(array) }

/* The ones that are heard most stand first. */
static const struct layout layouts[] = {
	{ .type = "GSV", .columns = gsv, .n_columns = N(gsv), .list = &satellites,
	  .tail = gsv_tail, .n_tail = N(gsv_tail) },
	{ .type = "GSA", .columns = gsa, .n_columns = N(gsa), .list = &satellites_used,
	  .tail = gsa_tail, .n_tail = N(gsa_tail) },
	PLAIN(RMC, rmc),
	PLAIN(GGA, gga),
	PLAIN(VTG, vtg),
	PLAIN(GLL, gll),
	PLAIN(ZDA, zda),
	PLAIN(GNS, gns),
	PLAIN(GST, gst),
	PLAIN(TXT, txt),
	{ .type = "ZDG", .columns = zdg, .n_columns = N(zdg), .next_pulse = true },
	PLAIN(PGRME, pgrme),
	PLAIN(PGRMV, pgrmv),
	PLAIN(PGRMT, pgrmt),
	PLAIN(PGRMM, pgrmm),
	PLAIN(PGRMF, pgrmf),
	PLAIN(PGRMB, pgrmb),
	PLAIN(PGRMZ, pgrmz),
	PLAIN(PGRMC, pgrmc),
	PLAIN(PGRMC1, pgrmc1),
	PLAIN(PGRMI, pgrmi),
	PLAIN(PGRMO, pgrmo),
};

static const struct layout short_vtg = PLAIN(VTG, vtg_short);

const struct layout *nmea_layout(const struct nmea_sentence *s)
{
	for (size_t i = 0; i < N(layouts); i++) {
		if (memcmp(layouts[i].type, s->type, sizeof(layouts[i].type)) != 0)
			continue;
		if (layouts[i].columns == vtg && s->n_fields == N(vtg_short))
			return &short_vtg;
		return &layouts[i];
	}
	return NULL;
}
