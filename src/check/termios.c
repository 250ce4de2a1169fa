// SPDX-License-Identifier: GPL-2.0-or-later
/* Are the port's settings those that ntpd sets? */
#include "check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The words of the probe's termios text, by group; their order is not of interest. */
#define WORDS_MAX 32
#define WORD_MAX 16

struct words {
	char v[WORDS_MAX][WORD_MAX];
	size_t n;
};

/* What refclock_setup() in ntp_refclock.c leaves on, in classic ntp and in NTPsec. */
static const char *const ntpd_words[] = {
	"ignbrk", "ignpar", "icrnl", "cs8", "cread", "clocal", "icanon",
};

/* Differences that stop sentences or pulses; the others ntpd puts right unnoticed. */
static const char *const harmful[] = {
	"cs8", "cs5", "cs6", "cs7", "cread", "clocal", "icanon", "icrnl",
	"crtscts", "parenb", "cstopb", "echo", "ixon", "igncr", "inlcr", "istrip",
};

static bool is_in(const char *const *list, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(list[i], word))
			return true;
	return false;
}

static bool is_harmful(const char *word)
{
	return is_in(harmful, sizeof(harmful) / sizeof(harmful[0]), word);
}

static bool is_ntpds(const char *word)
{
	return is_in(ntpd_words, sizeof(ntpd_words) / sizeof(ntpd_words[0]), word);
}

static void add_words(struct words *w, const char *at, size_t len)
{
	while (len) {
		size_t n = strcspn(at, ", ");

		if (n > len)
			n = len;
		if (n && n < WORD_MAX && w->n < WORDS_MAX) {
			memcpy(w->v[w->n], at, n);
			w->v[w->n++][n] = '\0';
		}
		if (n == len)
			break;
		at += n + 1;
		len -= n + 1;
	}
}

/* "4800 i:ignbrk,ignpar o: c:cs8 l:icanon cc:0 line:18": the words of i, o, c and l. */
static void parse(const char *text, struct words *w)
{
	memset(w, 0, sizeof(*w));
	for (const char *at = strchr(text, ' '); at; at = strchr(at, ' ')) {
		at++;
		if (at[0] && at[1] == ':')
			add_words(w, at + 2, strcspn(at + 2, " "));
	}
}

static bool has_word(const struct words *w, const char *word)
{
	for (size_t i = 0; i < w->n; i++)
		if (!strcmp(w->v[i], word))
			return true;
	return false;
}

struct diff {
	char text[160];		/* stty's own words, so that the cure is the text */
	bool any, harm, hangs_up;
};

static void add_diff(struct diff *d, const char *sign, const char *word, bool harm)
{
	size_t len = strlen(d->text);

	snprintf(d->text + len, sizeof(d->text) - len, "%s%s%s", len ? " " : "", sign, word);
	d->any = true;
	d->harm = d->harm || harm;
}

static void compare(const struct port_facts *f, struct diff *d)
{
	char speed[24];
	struct words w;

	memset(d, 0, sizeof(*d));
	parse(f->port.termios.val, &w);
	if (fact_known(f->table_baud) && f->port.baud.val != f->table_baud.val) {
		snprintf(speed, sizeof(speed), "%lld", (long long)f->table_baud.val);
		add_diff(d, "", speed, true);
	}
	d->hangs_up = !has_word(&w, "clocal");
	for (size_t i = 0; i < sizeof(ntpd_words) / sizeof(ntpd_words[0]); i++)
		if (!has_word(&w, ntpd_words[i]))
			add_diff(d, "", ntpd_words[i], is_harmful(ntpd_words[i]));
	for (size_t i = 0; i < w.n; i++)
		if (!is_ntpds(w.v[i]) && strncmp(w.v[i], "cs", 2))
			add_diff(d, "-", w.v[i], is_harmful(w.v[i]));
		else if (!strcmp(w.v[i], "cstopb"))
			add_diff(d, "-", w.v[i], true);
	/* cs5 to cs7 show as the missing cs8 */
}

/*
 * Without clocal the first falling edge of the pulse hangs the port up
 * (uart_handle_dcd_change()), whoever has it.
 */
static bool does_harm(const struct port_facts *f, const struct diff *d)
{
	return d->harm && (d->hangs_up || facts_are_settings_final(f));
}

static void run_tty_differs(const struct port_facts *f, struct finding *out)
{
	struct diff d;

	/* gpsd has a mode of its own, and hunts for the speed */
	if (!facts_is_attached(f) || f->pulse_only || facts_holder(f, ROLE_GPSD))
		return;
	finding_saw(out, "baud", f->port.baud);
	finding_saw(out, "table_baud", f->table_baud);
	if (f->port.termios.state != FACT_OK) {
		check_denied(out, "termios", fact_from(-f->port.termios.err, 0));
		return;
	}
	compare(f, &d);
	finding_observed(out, "%s", f->port.termios.val);
	out->severity = SEV_OK;
	if (!d.any)
		return;
	finding_why(out, "ntpd's own settings are 8N1, clocal, icanon, nothing else: with others the sentences or the pulse get lost, and the UART is set anew when ntpd opens the port");
	if (does_harm(f, &d))
		finding_fail(out, "NOT USABLE: the port's settings are not those that ntpd sets");
	else
		finding_warn(out, "the port's settings are not quite those that ntpd sets");
	finding_fix(out, "stty -F /dev/%s %s", f->port.name, d.text);
}

const struct check check_tty_differs = {
	.id = "tty.differs",
	.stage = STAGE_TERMIOS,
	.explains = EXPLAINS_NO_SENTENCES,
	.run = run_tty_differs,
};

static void run_tty_clocal_off(const struct port_facts *f, struct finding *out)
{
	(void)f;
	(void)out;
}

const struct check check_tty_clocal_off = {
	.id = "tty.clocal-off",
	.stage = STAGE_TERMIOS,
	.explains = EXPLAINS_NO_PULSE | EXPLAINS_NO_SENTENCES,
	.run = run_tty_clocal_off,
};

static void run_tty_crtscts(const struct port_facts *f, struct finding *out)
{
	(void)f;
	(void)out;
}

const struct check check_tty_crtscts = {
	.id = "tty.crtscts",
	.stage = STAGE_TERMIOS,
	.explains = EXPLAINS_NO_SENTENCES,
	.run = run_tty_crtscts,
};

static void run_tty_echo(const struct port_facts *f, struct finding *out)
{
	(void)f;
	(void)out;
}

const struct check check_tty_echo = {
	.id = "tty.echo",
	.stage = STAGE_TERMIOS,
	.explains = EXPLAINS_NO_SENTENCES,
	.run = run_tty_echo,
};
