// SPDX-License-Identifier: GPL-2.0-or-later
/* Are the port's settings those that ntpd sets? */
#include "ntp.h"

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

bool check_has_setting(const struct port_facts *f, const char *word)
{
	struct words w;

	if (f->port.termios.state != FACT_OK)
		return false;
	parse(f->port.termios.val, &w);
	return has_word(&w, word);
}

/* Those that have a check of their own. */
static const char *const own_check[] = { "clocal", "crtscts", "echo" };

static bool has_own_check(const char *word)
{
	return is_in(own_check, sizeof(own_check) / sizeof(own_check[0]), word);
}

struct diff {
	char text[160];		/* stty's own words, so that the cure is the text */
	bool any, harm;
};

static void add_diff(struct diff *d, const char *sign, const char *word, bool harm)
{
	size_t len = strlen(d->text);

	if (has_own_check(word))
		return;
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
	if (fact_known(f->table_baud) && f->port.baud.val != f->table_baud.val &&
	    !ntp_sets_speed(f)) {
		snprintf(speed, sizeof(speed), "%lld", (long long)f->table_baud.val);
		add_diff(d, "", speed, true);
	}
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

/* gpsd has a mode of its own, and hunts for the speed. */
static bool has_ntpd_settings(const struct port_facts *f)
{
	return facts_is_attached(f) && !f->pulse_only && !f->no_sentences &&
	       !facts_holder(f, ROLE_GPSD);
}

/* The settings are known: observed, and so far fine.  Else the finding says why not. */
static bool can_see_settings(const struct port_facts *f, struct finding *out)
{
	if (f->port.termios.state != FACT_OK) {
		check_denied(out, "termios", fact_from(-f->port.termios.err, 0));
		return false;
	}
	finding_observed(out, "%s", f->port.termios.val);
	out->severity = SEV_OK;
	return true;
}

/* Of a port that nobody has set up yet a difference is a hint: the daemon will. */
static void fail_if_final(const struct port_facts *f, struct finding *out, const char *text)
{
	if (facts_are_settings_final(f))
		finding_fail(out, "NOT USABLE: %s", text);
	else
		finding_warn(out, "%s", text);
}

/* It does not stop the time. */
static void warn_if_final(const struct port_facts *f, struct finding *out, const char *text)
{
	finding_warn(out, "%s", text);
	if (!facts_are_settings_final(f))
		out->severity = SEV_INFO;
}

/* stty waits until what is to be sent is sent: with crtscts and CTS off it would hang. */
static void cure_by_stty(const struct port_facts *f, struct finding *out, const char *words)
{
	finding_fix(out, "stty -F /dev/%s %s", f->port.name, words);
	if (!check_has_setting(f, "crtscts"))
		out->cure = CURE_COMMAND;
}

static void run_tty_differs(const struct port_facts *f, struct finding *out)
{
	struct diff d;

	if (!has_ntpd_settings(f))
		return;
	finding_saw(out, "baud", f->port.baud);
	finding_saw(out, "table_baud", f->table_baud);
	if (!can_see_settings(f, out))
		return;
	compare(f, &d);
	if (!d.any)
		return;
	if (d.harm)
		fail_if_final(f, out, "the port's settings are not those that ntpd sets");
	else
		finding_warn(out, "the port's settings are not quite those that ntpd sets");
	finding_why(out, "ntpd's own settings are 8N1, clocal, icanon, nothing else: with others the sentences get lost, and the UART is set anew when ntpd opens the port");
	cure_by_stty(f, out, d.text);
}

const struct check check_tty_differs = {
	.id = "tty.differs",
	.title = "the port's settings are not those that ntpd sets",
	.explain = "ntpd sets 8 bits, no parity, CLOCAL, ICANON, IGNBRK, IGNPAR, ICRNL and its "
		"speed, and nothing else. With the same settings already there the UART is not "
		"set anew when ntpd opens the port; with others its lines may not be understood. "
		"diag compares what tcgetattr() says with that, and the speed with the table's. "
		"On a port that ldattach keeps and nobody reads yet a difference is a warning: "
		"the daemon will set its own.",
	.see = "ntpd/ntp_refclock.c: refclock_setup(); stty(1), termios(3)",
	.stage = STAGE_TERMIOS,
	.explains = EXPLAINS_NO_SENTENCES,
	.run = run_tty_differs,
};

/*
 * Without clocal the first falling edge of the pulse hangs the port up
 * (uart_handle_dcd_change()), whoever has it, gpsd too.
 */
static void run_tty_clocal_off(const struct port_facts *f, struct finding *out)
{
	if (!facts_is_attached(f) || f->pulse_only || !can_see_settings(f, out))
		return;
	if (check_has_setting(f, "clocal"))
		return;
	finding_fail(out, "NOT USABLE: without clocal each pulse hangs the port up");
	finding_why(out, "the kernel takes the end of a pulse for a modem that hung up: whoever has the port loses it, and the pulse device goes");
	cure_by_stty(f, out, "clocal");
}

const struct check check_tty_clocal_off = {
	.id = "tty.clocal-off",
	.title = "clocal is off: each pulse hangs the port up",
	.explain = "CLOCAL tells the kernel that no modem is there. Without it the end of a pulse "
		"is a carrier lost: the port is hung up, every program that has it open gets an "
		"end of file, N_PPS and its pulse device vanish, once a second. diag sees it in "
		"the port's settings; stty puts it back, ntpd and gpsd set it themselves.",
	.see = "drivers/tty/serial/serial_core.c: uart_handle_dcd_change(); termios(3)",
	.stage = STAGE_TERMIOS,
	.explains = EXPLAINS_NO_PULSE | EXPLAINS_NO_SENTENCES,
	.run = run_tty_clocal_off,
};

static void run_tty_crtscts(const struct port_facts *f, struct finding *out)
{
	if (!has_ntpd_settings(f) || !can_see_settings(f, out))
		return;
	if (!check_has_setting(f, "crtscts"))
		return;
	warn_if_final(f, out, "hardware flow control is on, and no receiver drives CTS");
	finding_why(out, "nothing is sent while CTS is off: no command reaches the receiver, and who changes the settings waits for ever");
	finding_fix(out, "stty -F /dev/%s -crtscts     # if it hangs: stty -F /dev/%s -drain -crtscts",
		    f->port.name, f->port.name);
}

const struct check check_tty_crtscts = {
	.id = "tty.crtscts",
	.title = "hardware flow control is on",
	.explain = "With CRTSCTS the kernel sends nothing while the CTS pin is off, and a GPS "
		"receiver has no wire for it: commands stay in the machine, and programs that "
		"wait until all is sent (ldattach, stty, a plain tcsetattr) hang. diag sees it in "
		"the port's settings. ntpd's own settings have it off.",
	.see = "termios(3), CRTSCTS; drivers/tty/serial/serial_core.c: uart_handle_cts_change()",
	.stage = STAGE_TERMIOS,
	.explains = EXPLAINS_NO_SENTENCES,
	.run = run_tty_crtscts,
};

static void run_tty_echo(const struct port_facts *f, struct finding *out)
{
	if (!has_ntpd_settings(f) || !can_see_settings(f, out))
		return;
	if (!check_has_setting(f, "echo"))
		return;
	warn_if_final(f, out, "the port echoes the receiver's sentences back at it");
	finding_why(out, "the receiver hears its own sentences as commands, and may answer them or change its settings");
	cure_by_stty(f, out, "-echo");
}

const struct check check_tty_echo = {
	.id = "tty.echo",
	.title = "the port echoes the receiver's sentences back at it",
	.explain = "A serial port begins with ECHO on, as a terminal does: until somebody turns it "
		"off, what the receiver sends comes back to it as input. A receiver may take that "
		"for commands. diag sees it in the port's settings; stty turns it off, and ntpd "
		"does when it opens the port.",
	.see = "termios(3), ECHO; stty(1)",
	.stage = STAGE_TERMIOS,
	.explains = EXPLAINS_NO_SENTENCES,
	.run = run_tty_echo,
};
