// SPDX-License-Identifier: GPL-2.0-or-later
/* nmea: the sentences of a port, a file or a pipe, decoded; or what they are in all. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../sys/tty.h"
#include "../version.h"
#include "nmea_show.h"

#define SECONDS_MAX 86400
#define READ_SIZE 65536

static void usage(void)
{
	fputs("Usage: gpsppsctl nmea [OPTION...] [PORT|FILE|-]\n"
	      "What the sentences of a port, a file or standard input say: a line each.\n"
	      "\n"
	      "  --json             a JSON object a line, the last one a summary\n"
	      "  --count            only the summary\n"
	      "  --strict           drop sentences without a checksum\n"
	      "  --reference DATE   YYYY-MM-DD: dates before it are repaired by 1024 weeks, as often\n"
	      "                     as needed (of a port: " RELEASE_DATE "; of a file: none)\n"
	      "Of a port:\n"
	      "  --seconds N        read so long (10)\n"
	      "  --follow           read until Ctrl-C, and say when each sentence arrived\n"
	      "  --census SECONDS   what types, how much, how full the line is at each speed\n"
	      "  --baud B           the line's speed, and no other (else the table's, 4800, ...)\n"
	      "  -h, --help         this help\n", stdout);
}

/* ---- options ---- */

static int parse_seconds(const char *option, const char *text, int *value)
{
	long seconds;

	if (parse_number(text, 1, SECONDS_MAX, &seconds) < 0)
		return bad_value("nmea", option, text);
	*value = (int)seconds;
	return 0;
}

static int parse_baud(const char *text, struct nmea_options *o)
{
	long baud;

	if (parse_number(text, 1, 4000000, &baud) < 0 || tty_speed((unsigned int)baud) == B0)
		return bad_value("nmea", "baud", text);
	o->baud = (unsigned int)baud;
	return 0;
}

/* "2026-01-31", digits and dashes, of a day that was. */
static int parse_date(const char *text, struct nmea_options *o)
{
	struct tm tm = { .tm_isdst = 0 }, real;
	int end = 0;

	if (strlen(text) != strlen("YYYY-MM-DD") || strspn(text, "0123456789-") != strlen(text) ||
	    sscanf(text, "%4d-%2d-%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &end) != 3 ||
	    text[end] || tm.tm_year < 1980)
		return bad_value("nmea", "reference", text);
	o->repair = true;
	o->reference = (struct nmea_utc){ .year = (int16_t)tm.tm_year,
					  .month = (uint8_t)tm.tm_mon,
					  .day = (uint8_t)tm.tm_mday };
	tm.tm_year -= 1900;
	tm.tm_mon--;
	real = tm;
	/* the 31st of June becomes the 1st of July */
	if (timegm(&real) == -1 || real.tm_mday != tm.tm_mday || real.tm_mon != tm.tm_mon)
		return bad_value("nmea", "reference", text);
	return 0;
}

static int parse_option(int c, struct nmea_options *o)
{
	switch (c) {
	case 'j':
		o->json = true;
		return 0;
	case 'c':
		o->count = true;
		return 0;
	case 's':
		o->strict = true;
		return 0;
	case 'f':
		o->follow = true;
		return 0;
	case 'r':
		return parse_date(optarg, o);
	case 'S':
		return parse_seconds("seconds", optarg, &o->seconds);
	case 'C':
		return parse_seconds("census", optarg, &o->census_s);
	case 'b':
		return parse_baud(optarg, o);
	case 'h':
		o->help = true;
		return 0;
	default:
		return usage_error("nmea");
	}
}

static int check_options(int argc, char **argv, struct nmea_options *o)
{
	if (argc > 1) {
		msg_error("nmea", "one port or file at a time");
		return usage_error("nmea");
	}
	if (!!o->seconds + o->follow + !!o->census_s > 1) {
		msg_error("nmea", "--seconds, --follow and --census exclude each other");
		return usage_error("nmea");
	}
	if (o->count && o->census_s) {
		msg_error("nmea", "--count and --census exclude each other");
		return usage_error("nmea");
	}
	if (argc)
		o->what = argv[0];
	if (!argc && isatty(STDIN_FILENO)) {
		msg_error("nmea", "which port or file?");
		return usage_error("nmea");
	}
	return 0;
}

static int parse_options(int argc, char **argv, struct nmea_options *o)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "count", no_argument, NULL, 'c' },
		{ "strict", no_argument, NULL, 's' },
		{ "reference", required_argument, NULL, 'r' },
		{ "seconds", required_argument, NULL, 'S' },
		{ "follow", no_argument, NULL, 'f' },
		{ "census", required_argument, NULL, 'C' },
		{ "baud", required_argument, NULL, 'b' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c, code = 0;

	*o = (struct nmea_options){ .what = "-" };
	while (!code && !o->help && (c = getopt_long(argc, argv, "h", options, NULL)) != -1)
		code = parse_option(c, o);
	if (code || o->help)
		return code;
	return check_options(argc - optind, argv + optind, o);
}

/* ---- files and pipes ---- */

static bool would_wait(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	return poll(&pfd, 1, 0) == 0;
}

/* To the end.  0 or -errno of reading. */
static int read_all(struct nmea_input *in, int fd)
{
	char buf[READ_SIZE];
	ssize_t n;

	for (;;) {
		/* what has come is shown before more is waited for */
		if (would_wait(fd))
			nmea_input_flush(in);
		if (in->out_err)
			return 0;
		n = read(fd, buf, sizeof(buf));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		nmea_input_feed(in, buf, (size_t)n);
	}
	if (n < 0)
		return -errno;
	nmea_input_end(in);
	return 0;
}

static int no_sentence(const struct nmea_input *in)
{
	if (in->parser.offset)
		msg_error(in->name, "no good sentence in %llu bytes",
			  (unsigned long long)in->parser.offset);
	else
		msg_error(in->name, "empty: not one byte");
	return EXIT_NO;
}

static int read_stream(struct nmea_input *in, int fd)
{
	int err = read_all(in, fd);

	if (err) {
		msg_error(in->name, "cannot read: %s", strerror(-err));
		return EXIT_TROUBLE;
	}
	if (in->out_err)
		return EXIT_DONE;
	nmea_print_summary(in);
	return in->tally.understood ? EXIT_DONE : no_sentence(in);
}

static int read_file(struct nmea_input *in)
{
	int code, fd = open(in->o->what, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0) {
		msg_error(in->name, "cannot open: %s", strerror(errno));
		return EXIT_TROUBLE;
	}
	code = read_stream(in, fd);
	close(fd);
	return code;
}

/* ---- which of them ---- */

static bool is_port(const char *what)
{
	char name[64];
	struct stat st;

	/* a file of that name goes before /dev's: "./ttyS0" need not be written */
	if (stat(what, &st) == 0 && !S_ISCHR(st.st_mode))
		return false;
	return tty_resolve(what, name, sizeof(name)) == 0;
}

static int work(const struct ctx *ctx, struct nmea_options *o, struct nmea_input *in)
{
	const bool is_stdin = !strcmp(o->what, "-");
	const bool port = !is_stdin && is_port(o->what);

	nmea_input_start(in, o, is_stdin ? "standard input" : o->what);
	if (!port && (o->seconds || o->follow || o->census_s || o->baud)) {
		msg_error(in->name, "is no port: --seconds, --follow, --census and --baud are of one");
		return usage_error("nmea");
	}
	if (port && !o->repair)
		parse_date(RELEASE_DATE, o);
	in->timed = port && o->follow;
	if (port)
		return nmea_port(ctx, o, in);
	return is_stdin ? read_stream(in, STDIN_FILENO) : read_file(in);
}

static int run(const struct ctx *ctx, int argc, char **argv)
{
	static struct nmea_input in;	/* too much for a stack of a small machine */
	struct nmea_options o;
	int code = parse_options(argc, argv, &o);

	if (code)
		return code;
	if (o.help) {
		usage();
		return finish_stdout(EXIT_DONE);
	}
	/* "| head" has enough some day: the port is to be put back then */
	signal(SIGPIPE, SIG_IGN);
	code = work(ctx, &o, &in);
	nmea_input_flush(&in);
	return in.out_err == -EPIPE ? EXIT_DONE : finish_stdout(code);
}

const struct cmd cmd_nmea = {
	.name = "nmea",
	.args = "[PORT|FILE|-]",
	.help = "what the sentences of a port, a file or a pipe say",
	.run = run,
};
