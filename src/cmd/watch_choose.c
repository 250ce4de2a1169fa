// SPDX-License-Identifier: GPL-2.0-or-later
/* watch's choice: names to sources, and what may be looked at there. */
#include "watch_choose.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../letters.h"
#include "../sys/probe.h"
#include "../sys/survey.h"
#include "../sys/tty.h"
#include "../unittab.h"
#include "../words.h"
#include "watch_about.h"

#define DEFAULT_BAUD 4800	/* what NMEA 0183 says, and Garmin's LVC units do */

struct chooser {
	const struct watch_options *o;
	struct probe *probe;
	struct pulse_list pulses;
	struct unittab units;
	struct watch_list *list;
};

static int out_of_memory(void)
{
	msg_error(NULL, "out of memory");
	return EXIT_TROUBLE;
}

/* A new one, empty.  NULL after a message. */
static struct watch_chosen *add(struct chooser *c, enum watch_what what)
{
	struct watch_list *l = c->list;
	struct watch_chosen *more;

	if (l->n == WATCH_MAX) {
		msg_error("watch", "more than %d sources", WATCH_MAX);
		return NULL;
	}
	more = realloc(l->v, (l->n + 1) * sizeof(*more));
	if (!more) {
		out_of_memory();
		return NULL;
	}
	l->v = more;
	more += l->n++;
	memset(more, 0, sizeof(*more));
	more->what = what;
	more->burst_begin_ms = more->burst_end_ms = more->load_percent = -1;
	more->wish.period_ns = c->o->period_ns;
	return more;
}

/* ---- a source of the kernel ---- */

static int add_pulse(struct chooser *c, const struct pulse *pulse)
{
	struct watch_chosen *w = add(c, WATCH_PPS);

	if (!w)
		return EXIT_TROUBLE;
	snprintf(w->wish.name, sizeof(w->wish.name), "%s", pulse->name);
	snprintf(w->wish.path, sizeof(w->wish.path), "/dev/%s", pulse->name);
	snprintf(w->tty, sizeof(w->tty), "%s", pulse->port);
	snprintf(w->port, sizeof(w->port), "%s%s", pulse->port[0] ? "/dev/" : "",
		 pulse->port[0] ? pulse->port : pulse->name);
	watch_about_pulse(c->probe, pulse, &c->units, w);
	return 0;
}

/* ---- a port ---- */

static unsigned int table_baud(const struct chooser *c, const char *tty)
{
	unsigned int role;
	const struct unit *u = table_find_port(&c->units, tty, &role);

	return u && role & ROLE_SENTENCES && u->baud ? u->baud : DEFAULT_BAUD;
}

static int add_line(struct chooser *c, const char *tty)
{
	const char *line = watch_line_names[c->o->line];
	struct watch_chosen *w;
	int code = watch_check_idle(c->probe, c->o->line, tty);

	if (code)
		return code;
	w = add(c, WATCH_LINE);
	if (!w)
		return EXIT_TROUBLE;
	snprintf(w->wish.name, sizeof(w->wish.name), "%.50s:%s", tty, line);
	snprintf(w->wish.path, sizeof(w->wish.path), "/dev/%.100s", tty);
	w->wish.line = c->o->line;
	snprintf(w->tty, sizeof(w->tty), "%s", tty);
	snprintf(w->port, sizeof(w->port), "/dev/%s", tty);
	snprintf(w->about, sizeof(w->about), "%s of %.40s", line, tty);
	w->baud = c->o->baud ? c->o->baud : table_baud(c, tty);
	return 0;
}

static int add_port(struct chooser *c, const char *tty)
{
	const struct pulse *pulse = survey_pulse_of(&c->pulses, tty);
	char who[96];

	if (pulse && c->o->line == LINE_DCD)
		return add_pulse(c, pulse);
	if (!pulse)
		return add_line(c, tty);
	snprintf(who, sizeof(who), "N_PPS is attached (%s)", pulse->name);
	return watch_refuse_held(c->o->line, tty, who);
}

/* --line of a source is that of its port. */
static int add_named_pulse(struct chooser *c, const struct pulse *pulse)
{
	if (c->o->line == LINE_DCD || !pulse->port[0])
		return add_pulse(c, pulse);
	return add_port(c, pulse->port);
}

/* ---- a GPIO: gpiochip0:17, gpiochip0/17 ---- */

bool watch_parse_gpio(const char *what, char *chip, size_t size, unsigned int *offset)
{
	const char *name = text_begins(what, "/dev/") ? what + 5 : what;
	const size_t len = strcspn(name, ":/");
	long n;

	if (!text_begins(name, "gpiochip") || !is_digit(name[strlen("gpiochip")]) || !name[len] ||
	    len >= size || parse_number(name + len + 1, 0, 65535, &n) < 0)
		return false;
	snprintf(chip, size, "%.*s", (int)len, name);
	*offset = (unsigned int)n;
	return true;
}

static int add_gpio(struct chooser *c, const char *chip, unsigned int offset)
{
	struct watch_chosen *w = add(c, WATCH_GPIO);

	if (!w)
		return EXIT_TROUBLE;
	snprintf(w->wish.name, sizeof(w->wish.name), "%.40s:%u", chip, offset);
	snprintf(w->wish.path, sizeof(w->wish.path), "/dev/%.40s", chip);
	w->wish.offset = offset;
	strcpy(w->port, w->wish.name);
	snprintf(w->about, sizeof(w->about), "line %u of %.40s", offset, chip);
	return 0;
}

/* ---- a log ---- */

static int add_log(struct chooser *c, const char *what)
{
	struct watch_chosen *w;

	if (strlen(what) >= sizeof(w->wish.path)) {
		msg_error(what, "the path is too long");
		return EXIT_TROUBLE;
	}
	w = add(c, WATCH_LOG);
	if (!w)
		return EXIT_TROUBLE;
	strcpy(w->wish.path, what);
	snprintf(w->wish.name, sizeof(w->wish.name), "%.60s",
		 strcmp(what, "-") ? base_name(what) : "standard input");
	return 0;
}

/* ---- which of them ---- */

static bool is_file(const char *what)
{
	struct stat st;

	/* a file of that name goes before /dev's: "./pps0" need not be written */
	return !strcmp(what, "-") || (stat(what, &st) == 0 && !S_ISCHR(st.st_mode));
}

static int no_such(const char *what, int err)
{
	if (err == -ENOTTY)
		msg_error(what, "is no serial port, source of pulses, GPIO line or log");
	else
		msg_error(what, "no such port, source or log: %s", strerror(-err));
	msg_hint("gpsppsctl list");
	return EXIT_TROUBLE;
}

static int choose_device(struct chooser *c, const char *what)
{
	const struct pulse *pulse;
	char real[256], tty[64];
	int n = probe_getf(c->probe, real, sizeof(real), "real:%s%s",
			   what[0] == '/' ? "" : "/dev/", what);

	pulse = n < 0 ? NULL : survey_find_pulse(&c->pulses, base_name(real));
	if (pulse)
		return add_named_pulse(c, pulse);
	n = tty_resolve(what, tty, sizeof(tty));
	return n < 0 ? no_such(what, n) : add_port(c, tty);
}

static int choose(struct chooser *c, const char *what)
{
	const struct pulse *pulse = survey_pulse_named(&c->pulses, what);
	unsigned int offset;
	char chip[48];

	if (is_file(what))
		return add_log(c, what);
	if (pulse)
		return add_named_pulse(c, pulse);
	if (watch_parse_gpio(what, chip, sizeof(chip), &offset))
		return add_gpio(c, chip, offset);
	return choose_device(c, what);
}

/* A network card's clock is a source, too, and mostly gives nothing. */
static bool matters(const struct chooser *c, const struct pulse *pulse)
{
	const char *source = pulse->source.state == FACT_OK ? pulse->source.val : "";

	if (pulse->port[0] || !text_begins(source, "ptp"))
		return true;
	return unittab_find_source(&c->units, source) ||
	       (fact_known(pulse->assert_edge.seq) && pulse->assert_edge.seq.val);
}

static int choose_all(struct chooser *c)
{
	int code = 0;

	for (size_t i = 0; i < c->pulses.n && !code; i++)
		if (matters(c, &c->pulses.v[i]))
			code = add_pulse(c, &c->pulses.v[i]);
	return code || c->list->n ? code : EXIT_NO;
}

static int choose_from(struct chooser *c)
{
	int code = 0, err = survey_pulses(c->probe, &c->pulses);

	if (err) {
		msg_error("/sys/class/pps", "cannot look for sources: %s", strerror(-err));
		return EXIT_TROUBLE;
	}
	if (!c->o->n)
		return choose_all(c);
	for (int i = 0; i < c->o->n && !code; i++)
		code = choose(c, c->o->names[i]);
	return code;
}

int watch_choose(const struct ctx *ctx, const struct watch_options *o, struct watch_list *list)
{
	struct chooser c = { .o = o, .list = list };
	int code = load_table(ctx, &c.units);

	if (code)
		return code;
	c.probe = probe_open_live();
	if (!c.probe)
		return out_of_memory();
	code = choose_from(&c);
	survey_free_pulses(&c.pulses);
	probe_close(c.probe);
	return code;
}

void watch_free_list(struct watch_list *list)
{
	free(list->v);
	*list = (struct watch_list){ 0 };
}
