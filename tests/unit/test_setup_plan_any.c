// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Plans of files that somebody mangled: whatever is in them, a plan is refused with a reason, or
 * it takes nothing of theirs away, can be carried out, and is not needed a second time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "setupreads.h"

#define ROUNDS 3000
#define TEXT_MAX 2048

/* Numerical Recipes' constants: the same texts in each run. */
static uint32_t seed = 1;
static unsigned int n_found;

static uint32_t any(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (uint32_t)(((uint64_t)seed * n) >> 32);
}

static const char *const pieces[] = {
	"refclock nmea unit 0 flag1 1", "refclock nmea unit 1", "server 127.127.20.0 prefer",
	"fudge 127.127.20.0 flag1 1", "tos minsane 3", "tos minclock 4 minsane 5", "pool a iburst",
	"refclock pps unit 0 ppspath /dev/gpspps0", "includefile /etc/ntpsec/ntp.d/x.conf", "end",
	"confdir /etc/chrony/conf.d", "include /etc/chrony/conf.d/*.conf", "sourcedir /x",
	"refclock PPS /dev/gpspps0 lock NMEA", "refclock SOCK /run/chrony.ttyS0.sock refid NMEA",
	"refclock SHM 0 refid NMEA", "refclock PPS /dev/gpspps1", "makestep 1 3",
	"# gpsppsctl: begin unit 0", "# gpsppsctl: end unit 0", "# gpsppsctl: begin unit 1",
	"# gpsppsctl: end unit 1", "0 /dev/ttyS0 baud=4800", "1 ttyS1", "0 ttyS1", "1 /dev/ttyS0",
	"2 ttyS2 pulse=ttyS0", "0 ttyS0 restart=a.service holder=none", "3 - pulse=pps-gpio.-1",
	"DEVICES=\"\"", "DEVICES=/dev/ttyS0", "GPSD_OPTIONS=-n", "DEVICES='/dev/gps0 /dev/ttyS9'",
	"@{NTPD_DEVICE}=\"/dev/null\"", "@{NTPD_DEVICE}+=\"/dev/ttyS0\"", "IGNORE_DHCP=yes",
	"FEED_OPTIONS=--seconds-only --sock auto", "\\", "\"", "\001\377", "",
};

/* Lines of the above, with their ends in each style, the last perhaps without one. */
static size_t mangle(char *text)
{
	static const char *const ends[] = { "\n", "\n", "\n", "\r\n", " # x\n", "" };
	size_t len = 0;

	text[0] = '\0';
	for (uint32_t n = any(9); n; n--)
		len += (size_t)snprintf(text + len, TEXT_MAX - len, "%s%s",
					pieces[any(sizeof(pieces) / sizeof(pieces[0]))],
					ends[any(sizeof(ends) / sizeof(ends[0]))]);
	if (len && any(6) == 0)
		text[any((uint32_t)len)] = (char)(1 + any(255));
	return len;
}

static const char *const paths[] = {
	UNITTAB_PATH, NTPSEC_CONF, "/etc/ntpsec/ntp.d/gpsppsctl.conf", "/etc/ntp.conf", CHRONY_CONF,
	CHRONY_OURS, TUNABLE, GPSD_DEFAULTS, "/etc/default/ntpsec",
	"/etc/default/gpsppsctl-feed@ttyS0",
};

#define N_PATHS (sizeof(paths) / sizeof(paths[0]))

static struct setup_in any_wish(void)
{
	struct setup_in in = w.in;

	in.daemon = any(SETUP_DAEMONS);
	in.taker = any(SETUP_GPSD);
	in.unit = any(3);
	in.edge = any(3);
	in.getty = any(2);
	in.baud.state = any(2) ? FACT_OK : FACT_ABSENT;
	in.delay_ms.state = any(2) ? FACT_OK : FACT_ABSENT;
	return in;
}

static void any_machine(void)
{
	char text[TEXT_MAX];
	size_t len;

	debian(NULL);
	for (size_t i = 0; i < N_PATHS; i++) {
		if (any(3) == 0)
			continue;
		len = mangle(text);
		put(paths[i], any(12) ? SETUP_TEXT : SETUP_DENIED, text, len, any(2));
	}
	w.in = any_wish();
}

/* The lines of `part` that are in no block of ours are all in `whole`, in this order. */
static bool is_kept(const char *part, const char *whole)
{
	bool inside = false;

	while (*part) {
		const size_t n = strcspn(part, "\n");
		const bool begins = !strncmp(part, "# gpsppsctl: begin", 18);

		inside = inside || begins;
		if (n > 1 && !inside) {
			const char *at = whole;

			while (at && strncmp(at, part, n) != 0)
				at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL;
			if (!at)
				return false;
			whole = at;
		}
		if (!strncmp(part, "# gpsppsctl: end", 16))
			inside = false;
		part += n + (part[n] == '\n');
	}
	return true;
}

/* What a person wrote: no step may write to it, but to our own table. */
static void check_steps(void)
{
	for (size_t i = 0; i < w.plan.n; i++) {
		const struct setup_step *s = &w.plan.steps[i];
		const struct setup_file *f = world_file(NULL, s->path);

		assert_int_not_equal(f->is, SETUP_DENIED);
		if (s->kind != SETUP_WRITE || f->is != SETUP_TEXT || !strcmp(s->path, UNITTAB_PATH))
			continue;
		if (!f->pristine && f->len)
			fail_msg("%s is somebody's own", s->path);
		if (!strncmp(s->path, "/etc/default/", 13) || memchr(f->text, '\0', f->len))
			continue;
		if (!is_kept(f->text, s->text))
			fail_msg("%s lost a line\n%s\n---\n%s", s->path, f->text, s->text);
	}
}

/* Nobody has lines to add: then the daemon finds the pulse in what it reads. */
static void check_is_there(void)
{
	const enum setup_daemon d = w.in.daemon == SETUP_GPSD ? w.in.taker : w.in.daemon;
	bool found = false;

	for (size_t i = 0; i < w.plan.n; i++)
		if (strcmp(w.plan.steps[i].why, "gpsd's devices and options") != 0)
			return;
	if (d == SETUP_CHRONY) {
		read_chrony(CHRONY_CONF);
		for (size_t i = 0; i < chrony.n_refclocks; i++)
			found |= chrony.refclocks[i].driver == (w.in.daemon == d ? CHRONY_PPS : CHRONY_SHM);
	} else {
		read_ntpd(d == SETUP_NTP ? "/etc/ntp.conf" : NTPSEC_CONF, d);
		for (size_t i = 0; i < ntpd.n_clocks; i++)
			found |= ntpd.clocks[i].driver ==
				 (w.in.daemon == d ? NTPD_DRIVER_NMEA : NTPD_DRIVER_SHM);
	}
	if (!found)
		fail_msg("%s has no clock:\n%s", setup_daemon_name(d),
			 text_of(d == SETUP_CHRONY ? CHRONY_CONF : NTPSEC_CONF));
	n_found++;
}

static void any_files(void **state)
{
	unsigned int planned = 0, refused = 0;

	(void)state;
	for (unsigned int i = 0; i < ROUNDS; i++) {
		any_machine();
		if (make_plan()) {
			assert_true(w.plan.why_not[0]);
			refused++;
			continue;
		}
		check_steps();
		/* carried out it is done; what remains is for a person */
		set_up();
		check_is_there();
		planned++;
	}
	/* both ways were gone often enough to mean something */
	if (planned < ROUNDS / 10 || refused < ROUNDS / 10 || n_found < ROUNDS / 20)
		fail_msg("%u planned, %u refused, %u found", planned, refused, n_found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_files),
	};

	return cmocka_run_group_tests(tests, NULL, debian);
}
