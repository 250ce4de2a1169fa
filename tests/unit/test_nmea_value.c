// SPDX-License-Identifier: GPL-2.0-or-later
/* The fields of each kind of sentence by name, and what is no value. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "nmea.h"

struct out {
	char text[2048];
	size_t len;
};

__attribute__((format(printf, 2, 3)))
static void put(struct out *out, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	out->len += (size_t)vsnprintf(out->text + out->len, sizeof(out->text) - out->len, fmt, ap);
	va_end(ap);
	assert_true(out->len < sizeof(out->text));
}

static void put_number(struct out *out, const struct nmea_value *v)
{
	long long one = 1;

	for (unsigned int i = 0; i < v->places; i++)
		one *= 10;
	put(out, "%s%lld", v->number < 0 ? "-" : "", llabs(v->number) / one);
	if (v->places)
		put(out, ".%0*lld", (int)v->places, llabs(v->number) % one);
}

static void put_value(struct out *out, const struct nmea_value *v)
{
	put(out, "%s", out->len ? " " : "");
	if (v->of)
		put(out, "%s[%u]%s", v->of, v->element, *v->name ? "." : "");
	put(out, "%s=", v->name);
	switch (v->kind) {
	case NMEA_KIND_NONE:
		put(out, "-");
		break;
	case NMEA_KIND_TEXT:
		put(out, "'%.*s'", (int)v->text_len, v->text);
		break;
	case NMEA_KIND_NUMBER:
		put_number(out, v);
		break;
	}
}

/* The values of a sentence as "latitude_deg=50.019833333 mode='A' age_s=-". */
static void values(const char *raw, struct out *out)
{
	struct nmea_sentence s;
	struct nmea_value v;

	out->len = 0;
	out->text[0] = '\0';
	nmea_parse(raw, strlen(raw), &s);
	for (unsigned int i = 0; nmea_value(&s, i, &v); i++)
		put_value(out, &v);
}

static void values_are(const char *raw, const char *expected)
{
	struct out out;

	values(raw, &out);
	assert_string_equal(out.text, expected);
}

/* One of them is among the values. */
static void has(const char *raw, const char *expected)
{
	struct out out;
	char padded[256], wanted[256];

	values(raw, &out);
	put(&out, " ");
	snprintf(padded, sizeof(padded), " %.250s", out.text);
	snprintf(wanted, sizeof(wanted), " %s ", expected);
	if (!strstr(padded, wanted))
		fail_msg("%s: no %s in %s", raw, expected, out.text);
}

static void test_rmc(void **state)
{
	(void)state;
	/* 01.19 / 60 = 0.019833333, 40.657 / 60 = 0.677616667 (cut: 0.677616666) */
	values_are("$GPRMC,235960.00,A,5001.1900,N,00840.6570,E,0.0,0.0,311216,,,A*57",
		   "latitude_deg=50.019833333 longitude_deg=8.677616666 speed_knots=0.0 "
		   "course_deg=0.0 magnetic_variation_deg=- mode='A' nav_status=-");
	values_are("$GPRMC,020040,V,2808.9348,N,08228.5868,W,,,171111,005.0,W*63",
		   "latitude_deg=28.148913333 longitude_deg=-82.476446666 speed_knots=- "
		   "course_deg=- magnetic_variation_deg=-5.000000000 mode=- nav_status=-");
	/* 4.11: high precision, navigational status */
	values_are("$GNRMC,004024.00,A,4552.65393,S,17030.00670,E,0.040,,120419,,,A,V*08",
		   "latitude_deg=-45.877565500 longitude_deg=170.500111666 speed_knots=0.040 "
		   "course_deg=- magnetic_variation_deg=- mode='A' nav_status='V'");
	values_are("$GPRMC,,V,,,,,,,,,,N*53",
		   "latitude_deg=- longitude_deg=- speed_knots=- course_deg=- "
		   "magnetic_variation_deg=- mode='N' nav_status=-");
	/* each by itself */
	has("$GPRMC,120316,V,36000.0000,N,72000.0000,E,012.5,361,150305,4,,Q", "latitude_deg=-");
	has("$GPRMC,120316,V,36000.0000,N,72000.0000,E,012.5,361,150305,4,,Q", "longitude_deg=-");
	has("$GPRMC,120316,V,36000.0000,N,72000.0000,E,012.5,361,150305,4,,Q", "speed_knots=12.5");
	has("$GPRMC,120316,V,36000.0000,N,72000.0000,E,012.5,361,150305,4,,Q", "course_deg=-");
	has("$GPRMC,120316,V,36000.0000,N,72000.0000,E,012.5,361,150305,4,,Q", "mode=-");
	has("$GPRMC,120316,V,36000.0000,N,72000.0000,E,012.5,361,150305,4,,Q",
	    "magnetic_variation_deg=-");
	has("$GPRMC,,A,4700.0000,N,,,,,,,", "latitude_deg=47.000000000");
	has("$GPRMC,,A,4700.0000,NN,,,,,,,", "latitude_deg=-");
	has("$GPRMC,,A,4700.0000,N,18000.0001,E,,,,,", "longitude_deg=-");
	has("$GPRMC,,A,,,18000.0000,W,,,,,", "longitude_deg=-180.000000000");
	has("$GPRMC,,A,,,,,,,,180.1,E", "magnetic_variation_deg=-");
	has("$GPRMC,,A,,,,,,,,.5,E", "magnetic_variation_deg=0.500000000");
	has("$GPRMC,,A,,,,,,,,-.5,E", "magnetic_variation_deg=-");
}

static void test_gga(void **state)
{
	(void)state;
	values_are("$GPGGA,070213,5959.1474,N,01101.5623,E,1,10,0.8,141.1,M,35.8,M,,*42",
		   "latitude_deg=59.985790000 longitude_deg=11.026038333 quality=1 "
		   "satellites_used=10 hdop=0.8 altitude_m=141.1 geoid_m=35.8 age_s=- station=-");
	values_are("$GPGGA,120317,4221.4394,N,01321.9948,E,0,00,,,M,,M,,*59",
		   "latitude_deg=42.357323333 longitude_deg=13.366580000 quality=0 "
		   "satellites_used=0 hdop=- altitude_m=- geoid_m=- age_s=- station=-");
	values_are("$GPGGA,,,,,,2,,,-12.30,M,-47,M,1.5,0120",
		   "latitude_deg=- longitude_deg=- quality=2 satellites_used=- hdop=- "
		   "altitude_m=-12.30 geoid_m=-47 age_s=1.5 station=120");
	/* feet are no metres */
	has("$GPGGA,,,,,,2,,,12,f,47,M,,", "altitude_m=-");
	has("$GPGGA,,,,,,2,,,12,MM,47,M,,", "altitude_m=-");
	has("$GPGGA,,,,,,2,,,12,,47,M,,", "altitude_m=12");
	/* bits were flipped, twice */
	values_are("$GPGGA,|19322|1.00,|2037.|72792,N,1,E,1,05,1.2|,1 2,M,--1,M,1e3,0x1",
		   "latitude_deg=- longitude_deg=- quality=1 satellites_used=5 hdop=- "
		   "altitude_m=- geoid_m=- age_s=- station=-");
}

static void test_gll(void **state)
{
	(void)state;
	/* NMEA 2.0: no mode; 2.3 */
	values_are("$GPGLL,4221.4394,N,01321.9948,E,120317,A",
		   "latitude_deg=42.357323333 longitude_deg=13.366580000 mode=-");
	values_are("$GPGLL,,,,,,V,N*64", "latitude_deg=- longitude_deg=- mode='N'");
}

static void test_gns(void **state)
{
	(void)state;
	values_are("$GNGNS,043548.00,4333.190127,N,00127.618382,E,AAAAN,14,1.3,250.7,50.0,,,V*69",
		   "latitude_deg=43.553168783 longitude_deg=1.460306366 mode='AAAAN' "
		   "satellites_used=14 hdop=1.3 altitude_m=250.7 geoid_m=50.0 age_s=- station=- "
		   "nav_status='V'");
	has("$GNGNS,074151.799,,,,,NNNN,00,,,0.0,,0000*62", "mode='NNNN'");
	has("$GNGNS,074151.799,,,,,N4NN,00,,,0.0,,0000*62", "mode=-");
	has("$GNGNS,074151.799,,,,,NNNN,00,,,0.0,,0000*62", "station=0");
}

static void test_gsa(void **state)
{
	(void)state;
	values_are("$GPGSA,A,3,02,03,06,12,14,24,25,29,31,32,,,1.6,0.8,1.4*30",
		   "fix_selection='A' fix=3 satellites_used[0]=2 satellites_used[1]=3 "
		   "satellites_used[2]=6 satellites_used[3]=12 satellites_used[4]=14 "
		   "satellites_used[5]=24 satellites_used[6]=25 satellites_used[7]=29 "
		   "satellites_used[8]=31 satellites_used[9]=32 pdop=1.6 hdop=0.8 vdop=1.4 "
		   "system_id=-");
	values_are("$GPGSA,A,1,,,,,,,,,,,,,,,*1E",
		   "fix_selection='A' fix=1 pdop=- hdop=- vdop=- system_id=-");
	/* 4.11: the constellation; a gap and a number that is none among the satellites */
	values_are("$GNGSA,M,2,,401,,x1,,,,,,,,,1.18,0.73,0.92,4*01",
		   "fix_selection='M' fix=2 satellites_used[0]=401 satellites_used[1]=- "
		   "pdop=1.18 hdop=0.73 vdop=0.92 system_id=4");
	has("$GNGSA,M,2,,,,,,,,,,,,,1.18,0.73,0.92,F", "system_id=15");
	has("$GNGSA,M,2,,,,,,,,,,,,,1.18,0.73,0.92,10", "system_id=-");
	/* Furuno: place for 24 */
	values_are("$GPGSA,A,3,23,13,07,25,,,,,,,,,,,,,,,,,,,,,09.2,07.2,05.7*0D",
		   "fix_selection='A' fix=3 satellites_used[0]=23 satellites_used[1]=13 "
		   "satellites_used[2]=7 satellites_used[3]=25 pdop=9.2 hdop=7.2 vdop=5.7 "
		   "system_id=-");
	/* cut short */
	values_are("$GPGSA,A,3,02,03",
		   "fix_selection='A' fix=3 satellites_used[0]=2 satellites_used[1]=3 "
		   "pdop=- hdop=- vdop=- system_id=-");
}

#define SATELLITE(i, prn, elevation, azimuth, snr) \
	"satellites[" #i "].prn=" #prn " satellites[" #i "].elevation_deg=" #elevation \
	" satellites[" #i "].azimuth_deg=" #azimuth " satellites[" #i "].snr_db=" #snr " "

static void test_gsv(void **state)
{
	(void)state;
	values_are("$GPGSV,3,1,12,02,39,100,17,03,09,342,35,06,29,049,21,12,57,099,25*7B",
		   "messages=3 message=1 satellites_in_view=12 " SATELLITE(0, 2, 39, 100, 17)
		   SATELLITE(1, 3, 9, 342, 35) SATELLITE(2, 6, 29, 49, 21)
		   SATELLITE(3, 12, 57, 99, 25) "signal_id=-");
	/* the last ones absent; the last ones null */
	values_are("$GBGSV,3,3,10,21,41,301,,22,82,135,,*4F",
		   "messages=3 message=3 satellites_in_view=10 " SATELLITE(0, 21, 41, 301, -)
		   SATELLITE(1, 22, 82, 135, -) "signal_id=-");
	values_are("$GPGSV,1,1,01,21,-5,360,,,,,,,,,,,,,",
		   "messages=1 message=1 satellites_in_view=1 " SATELLITE(0, 21, -5, 360, -)
		   "signal_id=-");
	values_are("$GPGSV,1,1,00", "messages=1 message=1 satellites_in_view=0 signal_id=-");
	/* 4.11: the signal */
	values_are("$GAGSV,1,1,00,7", "messages=1 message=1 satellites_in_view=0 signal_id=7");
	values_are("$GAGSV,1,1,01,21,91,361,100,B",
		   "messages=1 message=1 satellites_in_view=1 " SATELLITE(0, 21, -, -, -)
		   "signal_id=11");
	/* Quectel: one field more; and the last field of the last satellite left out */
	values_are("$PQGSV,4,4,14,23,09,350,,24,04,248,,0,4*6C",
		   "messages=4 message=4 satellites_in_view=14 " SATELLITE(0, 23, 9, 350, -)
		   SATELLITE(1, 24, 4, 248, -) "signal_id=0");
	values_are("$GPGSV,1,1,01,21,41,301",
		   "messages=1 message=1 satellites_in_view=1 " SATELLITE(0, 21, 41, 301, -)
		   "signal_id=-");
}

static void test_vtg(void **state)
{
	(void)state;
	values_are("$GNVTG,,T,,M,0.040,N,0.075,K,A*3B",
		   "course_deg=- course_magnetic_deg=- speed_knots=0.040 speed_kmh=0.075 mode='A'");
	values_are("$INVTG,83.7,T,99.5,M,5.2,N,9.6,K*5F",
		   "course_deg=83.7 course_magnetic_deg=99.5 speed_knots=5.2 speed_kmh=9.6 mode=-");
	values_are("$GPVTG,,,,,,,,,N*30",
		   "course_deg=- course_magnetic_deg=- speed_knots=- speed_kmh=- mode='N'");
	values_are("$GPVTG,83.7,99.5,5.2,9.6",
		   "course_deg=83.7 course_magnetic_deg=99.5 speed_knots=5.2 speed_kmh=9.6");
	has("$GPVTG,83.7,M,99.5,M,5.2,K,9.6,K", "course_deg=-");
	has("$GPVTG,83.7,M,99.5,M,5.2,K,9.6,K", "speed_knots=-");
}

static void test_zda(void **state)
{
	(void)state;
	values_are("$GPZDA,235960.00,31,12,2016,00,00*69", "zone_h=0 zone_min=0");
	values_are("$GPZDA,000041,27,03,2005,-05,00", "zone_h=-5 zone_min=0");
	values_are("$GPZDA,000041,27,03,2005,+00,00", "zone_h=0 zone_min=0");
	values_are("$GPZDA,143054.000,18,07,2008,,*55", "zone_h=- zone_min=-");
	values_are("$GPZDG,150400.0,02,09,2026,01.25,2", "signal_strength=1.25 quality=2");
	values_are("$GPZDG,150400.0,02,09,2026,01.25,3", "signal_strength=1.25 quality=-");
}

static void test_gst(void **state)
{
	(void)state;
	values_are("$GNGST,004024.00,201423,,,,2.4,3.5,4.2*4B",
		   "rms=201423 error_major_m=- error_minor_m=- orientation_deg=- "
		   "error_latitude_m=2.4 error_longitude_m=3.5 error_altitude_m=4.2");
	values_are("$GPGST,112257.00,0.387,317.719,3.872,1.791,317.563,10.659,180.746*61",
		   "rms=0.387 error_major_m=317.719 error_minor_m=3.872 orientation_deg=1.791 "
		   "error_latitude_m=317.563 error_longitude_m=10.659 error_altitude_m=180.746");
}

static void test_txt(void **state)
{
	(void)state;
	values_are("$GPTXT,01,01,02,u-blox ag - www.u-blox.com*50",
		   "messages=1 message=1 text_id=2 text='u-blox ag - www.u-blox.com'");
	values_are("$GPTXT,01,01,01,ANTENNA OK*35",
		   "messages=1 message=1 text_id=1 text='ANTENNA OK'");
	/* a comma in the text */
	values_are("$GNTXT,01,01,02,GNSS OTP:  GPS GLO, SEL:  GPS GLO*67",
		   "messages=1 message=1 text_id=2 text='GNSS OTP:  GPS GLO, SEL:  GPS GLO'");
	values_are("$GNTXT,01,01,01,PGRM inv format*2A",
		   "messages=1 message=1 text_id=1 text='PGRM inv format'");
	values_are("$GNTXT,01,01,01", "messages=1 message=1 text_id=1 text=-");
	values_are("$GPTXT,01,01,02,a*b*64", "messages=1 message=1 text_id=2 text='a*b'");
	values_are("$GPTXT,01,01,02,,", "messages=1 message=1 text_id=2 text=','");
}

static void test_garmin(void **state)
{
	(void)state;
	values_are("$PGRMF,290,293895,160305,093802,13,5213.1439,N,02100.6511,E,A,2,0,226,2,1*11",
		   "gps_week=290 gps_second=293895 leap_s=13 latitude_deg=52.219065000 "
		   "longitude_deg=21.010851666 fix_selection='A' fix=3 speed_kmh=0 course_deg=226 "
		   "pdop=2 tdop=1");
	values_are("$PGRMF,1024,604800,060419,235941,x,,,,,M,0,,,,",
		   "gps_week=- gps_second=- leap_s=- latitude_deg=- longitude_deg=- "
		   "fix_selection='M' fix=1 speed_kmh=- course_deg=- pdop=- tdop=-");
	values_are("$PGRME,10.3,M,15.2,M,16.7,M*1A",
		   "error_horizontal_m=10.3 error_vertical_m=15.2 error_position_m=16.7");
	values_are("$PGRMV,0.0,-1.5,0.25*5C",
		   "velocity_east_mps=0.0 velocity_north_mps=-1.5 velocity_up_mps=0.25");
	values_are("$PGRMM,WGS 84*06", "datum='WGS 84'");
	values_are("$PGRMZ,41,f,3*2E", "altitude_ft=41 fix=3");
	values_are("$PGRMB,0.0,200,,,,K,,W,W*31",
		   "beacon_khz=0.0 beacon_bps=200 beacon_snr_db=- beacon_quality=- "
		   "beacon_distance_km=- beacon_status=- differential_source='W' "
		   "differential_mode='W'");
	values_are("$PGRMT,GPS 18x-LVC software ver. 3.70,,,,,,,,*6B",
		   "product='GPS 18x-LVC software ver. 3.70' rom_checksum=- receiver_failure=- "
		   "stored_data=- real_time_clock=- oscillator_drift=- data_collection=- "
		   "temperature_c=- configuration_data=-");
	values_are("$PGRMT,GPS 25LP VER 1.10,P,F,R,L,P,C,-12,R",
		   "product='GPS 25LP VER 1.10' rom_checksum='P' receiver_failure='F' "
		   "stored_data='R' real_time_clock='L' oscillator_drift='P' data_collection='C' "
		   "temperature_c=-12 configuration_data='R'");
}

/* Each field with a value of its own, or of a neighbour's unit. */
static void test_every_field(void **state)
{
	(void)state;
	values_are("$PGRMB,310.5,100,31,99,7,K,3,N,A",
		   "beacon_khz=310.5 beacon_bps=100 beacon_snr_db=31 beacon_quality=99 "
		   "beacon_distance_km=7 beacon_status=3 differential_source='N' "
		   "differential_mode='A'");
	has("$PGRMB,310.5,100,31,99,7,N,3,N,A", "beacon_distance_km=-");
	values_are("$PGRMC,2,1,99,6370000,299,11,-12,13,D,8,7,2,6,5",
		   "fix_mode='2' altitude_m=1 datum=99 semi_major_axis_m=6370000 "
		   "inverse_flattening=299 dx_m=11 dy_m=-12 dz_m=13 differential_mode='D' "
		   "baud_code=8 velocity_filter=7 pps_mode=2 pulse_code=6 dead_reckoning_s=5");
	values_are("$PGRMC1,9,2,1,300,50,1,2,N,P,2,1,2,1,,2",
		   "output_interval_s=9 binary_output=2 position_averaging=1 beacon_khz=300 "
		   "beacon_bps=50 beacon_scan=1 mode_indicator=2 differential='N' power_save='P' "
		   "adaptive_transmission=2 auto_power_off=1 power_on_with_charger=2 "
		   "pps_auto_off=1 low_velocity_threshold=2");
	values_are("$PGRMI,4733.2519,N,12208.3664,W,060419,235941,A",
		   "latitude_deg=47.554198333 longitude_deg=-122.139440000 initial_date='060419' "
		   "initial_time='235941' command='A'");
	values_are("$PGRME,1,f,2,f,3,f",
		   "error_horizontal_m=- error_vertical_m=- error_position_m=-");
	values_are("$GPTXT,03,02,07,x", "messages=3 message=2 text_id=7 text='x'");
	has("$GPVTG,83.7,T,99.5,T,5.2,N,9.6,K", "course_magnetic_deg=-");
	has("$GPVTG,83.7,T,99.5,M,5.2,N,9.6,N", "speed_kmh=-");
	values_are("$GNGNS,,,,,,A,,,,,7,31,S",
		   "latitude_deg=- longitude_deg=- mode='A' satellites_used=- hdop=- "
		   "altitude_m=- geoid_m=- age_s=7 station=31 nav_status='S'");
	values_are("$PGRMZ,41,M,3", "altitude_ft=- fix=3");
}

static void test_garmin_settings(void **state)
{
	(void)state;
	values_are("$PGRMC,A,00018.0,100,0000000.000,000.000000000,0000,0000,0000,A,3,0,2,04,1.0"
		   "*47",
		   "fix_mode='A' altitude_m=18.0 datum=100 semi_major_axis_m=0.000 "
		   "inverse_flattening=0.000000000 dx_m=0 dy_m=0 dz_m=0 differential_mode='A' "
		   "baud_code=3 velocity_filter=0 pps_mode=2 pulse_code=4 dead_reckoning_s=1.0");
	values_are("$PGRMC,A,218.8,100,6378137.000,298.257223563,0.0,0.0,0.0,A,3,1,1,4,30",
		   "fix_mode='A' altitude_m=218.8 datum=100 semi_major_axis_m=6378137.000 "
		   "inverse_flattening=298.257223563 dx_m=0.0 dy_m=0.0 dz_m=0.0 "
		   "differential_mode='A' baud_code=3 velocity_filter=1 pps_mode=1 pulse_code=4 "
		   "dead_reckoning_s=30");
	values_are("$PGRMC1,1,1,2,,,,1,A,N,,,,2,2,2*68",
		   "output_interval_s=1 binary_output=1 position_averaging=2 beacon_khz=- "
		   "beacon_bps=- beacon_scan=- mode_indicator=1 differential='A' power_save='N' "
		   "adaptive_transmission=- auto_power_off=- power_on_with_charger=- "
		   "pps_auto_off=2 low_velocity_threshold=2");
	values_are("$PGRMI,,,,,,,R*3F",
		   "latitude_deg=- longitude_deg=- initial_date=- initial_time=- command='R'");
	values_are("$PGRMO,GPGSV,0*22", "target='GPGSV' output='0'");
	values_are("$PGRMO,,G*00", "target=- output='G'");
}

static void test_no_values(void **state)
{
	(void)state;
	values_are("$PGRMCE*0E", "");
	values_are("$gprmc,120316", "");
	values_are("$", "");
	values_are("", "");
	/* a PGRMC is no RMC of the talker PG, and a PQTM no sentence of QZSS */
	has("$PGRMC,A", "fix_mode='A'");
	values_are("$PQTMVERNO,RMC", "");
	/* one that has lost all its fields still has their names */
	values_are("$GPGLL", "latitude_deg=- longitude_deg=- mode=-");
}

/* A NUL ends no field and is no letter. */
static void test_nul(void **state)
{
	static const char raw[] = "$GPVTG,1\0,T,2,M,3,N,4,K,\0";
	struct nmea_sentence s;
	struct nmea_value v;

	(void)state;
	nmea_parse(raw, sizeof(raw) - 1, &s);
	assert_true(nmea_value(&s, 0, &v));
	assert_int_equal(v.kind, NMEA_KIND_NONE);
	assert_true(nmea_value(&s, 3, &v));
	assert_int_equal(v.kind, NMEA_KIND_NUMBER);
	assert_int_equal(v.number, 4);
	assert_true(nmea_value(&s, 4, &v));
	assert_string_equal(v.name, "mode");
	assert_int_equal(v.kind, NMEA_KIND_NONE);
}

static void test_numbers(void **state)
{
	(void)state;
	/* any number of digits; nine of them count */
	has("$GPRMC,,A,,,,,1.12345678987654321,,,,,", "speed_knots=1.123456789");
	has("$GPRMC,,A,,,,,000000099999,,,,,", "speed_knots=-");
	has("$GPRMC,,A,,,,,000099999,,,,,", "speed_knots=99999");
	has("$GPRMC,,A,,,,,99999.1,,,,,", "speed_knots=-");
	has("$GPRMC,,A,,,,,5.,,,,,", "speed_knots=5");
	has("$GPRMC,,A,,,,,.5,,,,,", "speed_knots=0.5");
	has("$GPRMC,,A,,,,,+5,,,,,", "speed_knots=5");
	has("$GPRMC,,A,,,,,.,,,,,", "speed_knots=-");
	has("$GPRMC,,A,,,,,-,,,,,", "speed_knots=-");
	has("$GPRMC,,A,,,,,-1,,,,,", "speed_knots=-");
	has("$GPRMC,,A,,,,,--1,,,,,", "speed_knots=-");
	has("$GPRMC,,A,,,,,1.2.3,,,,,", "speed_knots=-");
	has("$GPRMC,,A,,,,,1.123456789x,,,,,", "speed_knots=-");
	has("$GPRMC,,A,,,,,0x10,,,,,", "speed_knots=-");
	has("$GPRMC,,A,,,,,1 ,,,,,", "speed_knots=-");
	/* what is counted has no fraction */
	has("$GPGGA,,,,,,1.0,", "quality=-");
	has("$GPGGA,,,,,,1.,", "quality=-");
	has("$GPRMC,,A,4700.123456789123,N,,,,,,,", "latitude_deg=47.002057613");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rmc),
		cmocka_unit_test(test_gga),
		cmocka_unit_test(test_gll),
		cmocka_unit_test(test_gns),
		cmocka_unit_test(test_gsa),
		cmocka_unit_test(test_gsv),
		cmocka_unit_test(test_vtg),
		cmocka_unit_test(test_zda),
		cmocka_unit_test(test_gst),
		cmocka_unit_test(test_txt),
		cmocka_unit_test(test_garmin),
		cmocka_unit_test(test_every_field),
		cmocka_unit_test(test_garmin_settings),
		cmocka_unit_test(test_no_values),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
