// SPDX-License-Identifier: GPL-2.0-or-later
/* report: its options. */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../decimal.h"
#include "cmd.h"
#include "report.h"

#define TAU_MAX_S 1e10

void report_usage(void)
{
	fputs("Usage: gpsppsctl report [OPTION...] FILE...\n"
	      "The offsets that were recorded in files, one beside the other: how many, where they\n"
	      "lie, how they scatter, Allan deviations, time deviation, MTIE.  - is standard input.\n"
	      "\n"
	      "  -f, --format F      what the files are, instead of what they look like:\n"
	      "                     ", stdout);
	for (int i = SERIES_UNKNOWN + 1; i < N_SERIES_FORMATS; i++)
		printf("%s %s%s", i == SERIES_PHASE ? "\n                     " : "",
		       series_format_names[i], i < N_SERIES_FORMATS - 1 ? "," : "");
	fputs("\n"
	      "      --column N      of plain columns: the one of the values (the last of one or two)\n"
	      "      --unit U        of plain columns: s, ms, us or ns (s)\n"
	      "      --tau0 S        seconds from sample to sample (the median; without times 1)\n"
	      "      --source NAME   only this source of those in a file\n"
	      "      --edge EDGE     of logs of pulses: assert or clear (assert)\n"
	      "      --period S      of logs of pulses and of stamps: seconds from pulse to pulse (1)\n"
	      "      --taus T        octave, decade; or seconds, as 1,10,100 (octave)\n"
	      "      --plot DIR      pictures, by gnuplot: offset, histogram, deviations\n"
	      "      --png           PNG instead of SVG\n"
	      "      --html FILE     one page with tables and pictures\n"
	      "  -j, --json          one JSON object\n"
	      "  -h, --help          this help\n"
	      "\n"
	      "Exit status: 0 done, 1 a file has no sample that can be used, 2 trouble.\n", stdout);
}

/* Which of the words; -EINVAL: none. */
static int find_name(const char *const *names, int n, const char *text)
{
	for (int i = 0; i < n; i++)
		if (names[i] && !strcmp(names[i], text))
			return i;
	return -EINVAL;
}

static int parse_format(const char *text, struct report_options *o)
{
	int i = find_name(series_format_names, N_SERIES_FORMATS, text);

	if (i <= SERIES_UNKNOWN)
		return bad_value("report", "format", text);
	o->series.format = (enum series_format)i;
	return 0;
}

static int parse_unit(const char *text, struct report_options *o)
{
	static const char *const names[] = { "s", "ms", "us", "ns" };
	static const double units_s[] = { 1, 1e-3, 1e-6, 1e-9 };
	int i = find_name(names, 4, text);

	if (i < 0)
		return bad_value("report", "unit", text);
	o->series.unit_s = units_s[i];
	return 0;
}

static int parse_edge(const char *text, struct report_options *o)
{
	static const char *const names[] = { "assert", "clear" };
	int i = find_name(names, 2, text);

	if (i < 0)
		return bad_value("report", "edge", text);
	o->series.edge = i ? EDGE_CLEAR : EDGE_ASSERT;
	return 0;
}

/* Seconds from `*text` up to what no number has in it; a nanosecond at least.  -EINVAL. */
static int read_seconds(const char **text, double *seconds)
{
	struct decimal d;
	const char *end = decimal_read(*text, *text + strlen(*text), &d);

	if (!end || decimal_double(&d, 0, seconds) < 0 || !(*seconds >= 1e-9) ||
	    !(*seconds <= TAU_MAX_S))
		return -EINVAL;
	*text = end;
	return 0;
}

static int parse_seconds(const char *option, const char *text, double *seconds)
{
	const char *p = text;

	return read_seconds(&p, seconds) < 0 || *p ? bad_value("report", option, text) : 0;
}

static int parse_period(const char *text, struct report_options *o)
{
	double seconds = 0;
	int code = parse_seconds("period", text, &seconds);

	if (!code && seconds > 1e6)
		code = bad_value("report", "period", text);
	if (!code)
		o->series.period_ns = llround(seconds * 1e9);
	return code;
}

static int parse_column(const char *text, struct report_options *o)
{
	long column;

	if (parse_number(text, 1, 16, &column) < 0)
		return bad_value("report", "column", text);
	o->series.column = (unsigned int)column;
	return 0;
}

static int parse_taus(const char *text, struct report_options *o)
{
	static const char *const names[] = { "octave", "decade" };
	const char *p = text;
	int i = find_name(names, 2, text);

	o->n_taus = 0;
	o->taus = i < 0 ? TAUS_LIST : (enum report_taus)i;
	while (i < 0) {
		if (o->n_taus == STABILITY_OCTAVES_MAX || read_seconds(&p, &o->tau_s[o->n_taus]) < 0)
			return bad_value("report", "taus", text);
		o->n_taus++;
		if (!*p)
			return 0;
		if (*p++ != ',')
			return bad_value("report", "taus", text);
	}
	return 0;
}

enum { COLUMN = 256, UNIT, TAU0, SOURCE, EDGE, PERIOD, TAUS, PLOT, PNG, HTML };

static int take_option(int c, struct report_options *o)
{
	switch (c) {
	case 'f': return parse_format(optarg, o);
	case COLUMN: return parse_column(optarg, o);
	case UNIT: return parse_unit(optarg, o);
	case TAU0: return parse_seconds("tau0", optarg, &o->tau0_s);
	case SOURCE: o->source = optarg; return 0;
	case EDGE: return parse_edge(optarg, o);
	case PERIOD: return parse_period(optarg, o);
	case TAUS: return parse_taus(optarg, o);
	case PLOT: o->plot = optarg; return 0;
	case PNG: o->png = true; return 0;
	case HTML: o->html = optarg; return 0;
	case 'j': o->json = true; return 0;
	case 'h': o->help = true; return 0;
	default: return usage_error("report");
	}
}

static int check_options(const struct report_options *o)
{
	size_t stdins = 0;

	for (size_t i = 0; i < o->n_files; i++)
		stdins += !strcmp(o->files[i], "-");
	if (!o->n_files)
		msg_error("report", "which files?");
	else if (stdins > 1)
		msg_error("report", "standard input can be read once");
	else if (o->png && !o->plot)
		msg_error("report", "--png is for --plot");
	else
		return 0;
	return usage_error("report");
}

int report_parse_options(int argc, char **argv, struct report_options *o)
{
	static const struct option longs[] = {
		{ "format", required_argument, NULL, 'f' },
		{ "column", required_argument, NULL, COLUMN },
		{ "unit", required_argument, NULL, UNIT },
		{ "tau0", required_argument, NULL, TAU0 },
		{ "source", required_argument, NULL, SOURCE },
		{ "edge", required_argument, NULL, EDGE },
		{ "period", required_argument, NULL, PERIOD },
		{ "taus", required_argument, NULL, TAUS },
		{ "plot", required_argument, NULL, PLOT },
		{ "png", no_argument, NULL, PNG },
		{ "html", required_argument, NULL, HTML },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c, code = 0;

	*o = (struct report_options){ .series = { .unit_s = 1 } };
	while (!code && (c = getopt_long(argc, argv, "f:jh", longs, NULL)) != -1)
		code = take_option(c, o);
	if (code || o->help)
		return code;
	o->files = argv + optind;
	o->n_files = (size_t)(argc - optind);
	return check_options(o);
}
