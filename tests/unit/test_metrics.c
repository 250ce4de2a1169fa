// SPDX-License-Identifier: GPL-2.0-or-later
/* The file for Prometheus: its grammar, its values, and what may lie in its way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "hold/hold.h"

static struct hold holder;
static char dir[40], file[64], fresh[80];
static char said[4][EVENT_LINE_MAX];
static int n_said, n_noted;

int64_t hold_now_ns(void)
{
	return 5000 * NS_PER_S;
}

int64_t look_age_ns(const struct stamp *assert_edge, const struct stamp *clear_edge)
{
	return assert_edge->time_ns || clear_edge->time_ns ? 31 * NS_PER_MS + 7000 : -1;
}

void hold_say(const struct hold *hold, const char *fmt, ...)
{
	va_list ap;

	(void)hold;
	assert_true(n_said < 4);
	va_start(ap, fmt);
	vsnprintf(said[n_said++], EVENT_LINE_MAX, fmt, ap);
	va_end(ap);
}

void events_note(struct hold *hold, const char *what, const char *fmt, ...)
{
	(void)hold, (void)fmt;
	assert_string_equal(what, "metrics");
	n_noted++;
}

#include "hold/metrics.c"

/* ---- a strict reader of the text format ---- */

#define LETTERS "abcdefghijklmnopqrstuvwxyz_"
#define SAMPLES_MAX 32

static char text[TEXT_SIZE + 1];
static char samples[SAMPLES_MAX][160];	/* "name{labels}" and, behind its NUL, the value */
static int n_samples;

static void parse_labels(const char **at)
{
	assert_true(*(*at)++ == '{');
	for (;;) {
		size_t n = strspn(*at, LETTERS);

		assert_true(n && !strncmp(*at + n, "=\"", 2));
		*at += n + 2;
		n = strcspn(*at, "\"\\\n");
		assert_true((*at)[n] == '"');
		*at += n + 1;
		if (**at != ',')
			break;
		++*at;
	}
	assert_true(*(*at)++ == '}');
}

/* "name{label="x"} 1.5" of the family that was announced last */
static void parse_sample(const char *line, const char *family)
{
	const size_t n = strspn(line, LETTERS);
	const char *at = line + n;
	char *end;

	assert_true(n == strlen(family) && !strncmp(line, family, n));
	parse_labels(&at);
	assert_true(*at == ' ');
	assert_true(n_samples < SAMPLES_MAX);
	snprintf(samples[n_samples], sizeof(samples[0]), "%.*s", (int)(at - line), line);
	for (int i = 0; i < n_samples; i++)
		if (!strcmp(samples[i], samples[n_samples]))
			fail_msg("%s: twice", samples[i]);
	snprintf(samples[n_samples] + (at - line) + 1, 40, "%s", at + 1);
	n_samples++;
	strtod(at + 1, &end);
	assert_true(end > at + 1 && !*end && strspn(at + 1, "0123456789.") == strlen(at + 1));
}

/* HELP, then TYPE, then at least one sample: for each family, once. */
static void parse(void)
{
	char families[32][64], type[16], name[64];
	int n = 0, left = -1;	/* samples that must come: -1: HELP is next, -2: TYPE */

	n_samples = 0;
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		if (!strncmp(line, "# HELP ", 7)) {
			assert_true(left <= 0 && left != -2 && n < 32);
			assert_int_equal(sscanf(line, "# HELP %63s %15s", families[n], type), 2);
			for (int i = 0; i < n; i++)
				assert_string_not_equal(families[i], families[n]);
			n++;
			left = -2;
		} else if (!strncmp(line, "# TYPE ", 7)) {
			const char *end;

			assert_int_equal(left, -2);
			assert_int_equal(sscanf(line, "# TYPE %63s %15s", name, type), 2);
			assert_string_equal(name, families[n - 1]);
			/* promtool's rule: a counter's name ends in _total, and nobody else's does */
			end = strlen(name) > 6 ? name + strlen(name) - 6 : name;
			assert_string_equal(type, strcmp(end, "_total") ? "gauge" : "counter");
			left = 1;
		} else {
			assert_true(left == 1 || left == 0);
			parse_sample(line, families[n - 1]);
			left = 0;
		}
	}
	assert_int_equal(left, 0);
}

static void read_file(void)
{
	FILE *f = fopen(file, "re");
	size_t n;

	assert_non_null(f);
	n = fread(text, 1, TEXT_SIZE, f);
	fclose(f);
	assert_true(n > 0 && text[n - 1] == '\n');
	text[n] = '\0';
	parse();
}

static const char *value_of(const char *name, const char *more)
{
	char key[160];

	snprintf(key, sizeof(key), "gpsppsctl_%s{port=\"ttyS1\",pps=\"pps3\",unit=\"2\"%s}", name, more);
	for (int i = 0; i < n_samples; i++)
		if (!strcmp(samples[i], key))
			return samples[i] + strlen(key) + 1;
	return NULL;
}

static void expect(const char *name, const char *more, const char *value)
{
	const char *is = value_of(name, more);

	if (!is || strcmp(is, value))
		fail_msg("%s: %s instead of %s", name, is ? is : "nothing", value);
}

/* ---- a port ---- */

static int setup(void **state)
{
	struct look *look = &holder.watch.last;

	(void)state;
	memset(&holder, 0, sizeof(holder));
	n_said = n_noted = 0;
	strcpy(dir, "/tmp/gpsppsctl-metrics-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(file, sizeof(file), "%s/ttyS1.prom", dir);
	snprintf(fresh, sizeof(fresh), "%s.new", file);
	strcpy(holder.h.metrics, file);
	strcpy(holder.h.tty, "ttyS1");
	strcpy(holder.h.pps, "pps3");
	holder.h.unit = 2;
	holder.since_ns = 1000 * NS_PER_S;
	look->has_edges = look->has_counts = true;
	look->assert_edge = (struct stamp) { 1700000000 * NS_PER_S, 4294967295 };
	look->clear_edge = (struct stamp) { 1700000000 * NS_PER_S, 70 };
	look->rx = 123456;
	holder.watch.pulse_ns = 4999 * NS_PER_S;
	holder.meter.shape = (struct pulse_shape) { EDGE_ASSERT, 100 * NS_PER_MS };
	holder.meter.burst = (struct burst) { .first_ms = 20, .last_ms = 812 };
	holder.meter.burst_at_ns = 1;
	holder.tally = (struct tally) { .losses = 3, .heals = 2, .reattached = 1 };
	umask(0022);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	metrics_remove(&holder);
	assert_int_equal(rmdir(dir), 0);	/* nothing else was left there */
	return 0;
}

static void all_that_is_known(void **state)
{
	struct stat st;
	long at;

	(void)state;
	metrics_write(&holder);
	read_file();
	assert_int_equal(n_samples, 11);
	expect("up", "", "1");
	expect("pulses_total", ",edge=\"assert\"", "4294967295");
	expect("pulses_total", ",edge=\"clear\"", "70");
	expect("last_pulse_age_seconds", "", "0.031007");
	expect("pulse_width_seconds", "", "0.100000");
	expect("burst_end_seconds", "", "0.812000");
	expect("characters_total", "", "123456");
	expect("losses_total", "", "3");
	expect("heals_total", "", "2");
	expect("reattached_total", "", "1");
	at = strtol(value_of("attached_timestamp_seconds", ""), NULL, 10);
	assert_true(labs((long)time(NULL) - 4000 - at) <= 2);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	assert_int_equal(n_said + n_noted, 0);
}

static void what_is_not_known_is_left_out(void **state)
{
	struct look *look = &holder.watch.last;

	(void)state;
	look->has_edges = look->has_counts = false;
	holder.meter.shape.edge = EDGE_UNKNOWN;
	holder.meter.burst_at_ns = 0;
	metrics_write(&holder);
	read_file();
	assert_int_equal(n_samples, 5);
	assert_null(value_of("characters_total", ""));
	/* a source that has seen no edge yet, a receiver that is silent */
	look->has_edges = true;
	look->assert_edge = look->clear_edge = (struct stamp) { 0, 0 };
	holder.meter.burst_at_ns = 1;
	holder.meter.burst.last_ms = -1;
	metrics_write(&holder);
	read_file();
	assert_int_equal(n_samples, 7);
	expect("pulses_total", ",edge=\"assert\"", "0");
	/* a port for its sentences alone is not down */
	holder.h.pps[0] = '\0';
	metrics_write(&holder);
	read_file();
	assert_int_equal(n_samples, 4);
	assert_null(strstr(samples[0], "up{"));
}

static void up_means_pulses(void **state)
{
	(void)state;
	holder.watch.is_lost = true;
	metrics_write(&holder);
	read_file();
	expect("up", "", "0");
	holder.watch.is_lost = false;
	metrics_write(&holder);
	read_file();
	expect("up", "", "1");
	holder.watch.pulse_ns = 0;	/* none yet */
	metrics_write(&holder);
	read_file();
	expect("up", "", "0");
}

static void without_a_path_nothing_is_written(void **state)
{
	(void)state;
	holder.h.metrics[0] = '\0';
	metrics_write(&holder);
	metrics_remove(&holder);
	strcpy(holder.h.metrics, file);
	assert_int_equal(access(file, F_OK), -1);
	assert_int_equal(n_said + n_noted, 0);
}

static void links_are_not_followed(void **state)
{
	char victim[80], word[16] = "";
	struct stat st;
	FILE *f;

	(void)state;
	snprintf(victim, sizeof(victim), "%s/victim", dir);
	f = fopen(victim, "we");
	assert_non_null(f);
	fputs("mine", f);
	fclose(f);
	assert_int_equal(symlink(victim, file), 0);
	assert_int_equal(symlink(victim, fresh), 0);
	metrics_write(&holder);
	f = fopen(victim, "re");
	assert_non_null(f);
	assert_non_null(fgets(word, sizeof(word), f));
	fclose(f);
	assert_string_equal(word, "mine");
	assert_int_equal(lstat(file, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	assert_int_equal(lstat(fresh, &st), -1);
	unlink(victim);
}

/* A reader who is nobody is not waited for, either. */
static void a_fifo_does_not_stop_it(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(mkfifo(file, 0644), 0);
	assert_int_equal(mkfifo(fresh, 0644), 0);
	metrics_write(&holder);
	assert_int_equal(lstat(file, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	read_file();
}

static void trouble_is_told_once(void **state)
{
	char want[160];

	(void)state;
	assert_int_equal(mkdir(file, 0755), 0);
	for (int i = 0; i < 3; i++)
		metrics_write(&holder);
	assert_int_equal(n_noted, 1);
	assert_int_equal(n_said, 1);
	snprintf(want, sizeof(want), "cannot write %s: Is a directory", file);
	assert_string_equal(said[0], want);
	assert_int_equal(access(fresh, F_OK), -1);
	metrics_remove(&holder);	/* not ours: it stays */
	assert_int_equal(rmdir(file), 0);
	/* and once it can be written, it is */
	metrics_write(&holder);
	read_file();
	expect("losses_total", "", "3");
	metrics_remove(&holder);
	assert_int_equal(access(file, F_OK), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_that_is_known),
		TEST(what_is_not_known_is_left_out),
		TEST(up_means_pulses),
		TEST(without_a_path_nothing_is_written),
		TEST(links_are_not_followed),
		TEST(a_fifo_does_not_stop_it),
		TEST(trouble_is_told_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
