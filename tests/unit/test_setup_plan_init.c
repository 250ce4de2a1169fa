// SPDX-License-Identifier: GPL-2.0-or-later
/* What setup does on machines without systemd, against the files of such machines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "setup/plan_init.h"

#define EXAMPLES DOCDIR "/examples/"

struct file {
	const char *path;
	struct setup_file f;
};

#define TEXT(p, t) { p, { .is = SETUP_TEXT, .text = (t), .len = sizeof(t) - 1 } }
#define LINK(p, t) { p, { .is = SETUP_LINK_TO, .text = (t), .len = sizeof(t) - 1 } }
#define DIRECTORY(p) { p, { .is = SETUP_DIRECTORY } }
#define END { NULL, { .is = SETUP_ABSENT } }

#define ATTACH(port) "::respawn:/bin/sh -c \"/usr/sbin/gpsppsctl attach --wait-port 86400 " port " >/dev/null; sleep 5\"\n"
#define FEED(port) "::respawn:/bin/sh -c \"sleep 5; exec /usr/sbin/gpsppsctl feed --sock auto " port "\"\n"
#define EXAMPLE "# how: gpsppsctl attach\n\n" ATTACH("/dev/ttyS0") "#" FEED("/dev/ttyS0")

static const struct file *files;
static struct setup_plan plan;
static struct planner planner;

static const struct setup_file *look_up(void *ctx, const char *path)
{
	static const struct setup_file absent = { .is = SETUP_ABSENT };

	(void)ctx;
	for (const struct file *f = files; f->path; f++)
		if (!strcmp(f->path, path))
			return &f->f;
	return &absent;
}

static int make(const struct file *there, struct setup_in in)
{
	static const struct setup_reader reader = { .file = look_up };
	static struct setup_in wanted;

	setup_plan_free(&plan);
	memset(&plan, 0, sizeof(plan));
	wanted = in;
	if (!wanted.port) {
		wanted.port = "/dev/ttyS1";
		wanted.tty = "ttyS1";
	}
	files = there;
	planner = (struct planner){ .in = &wanted, .files = &reader, .plan = &plan };
	setup_plan_init(&planner);
	return planner.err;
}

static const struct setup_step *step(const char *path)
{
	for (size_t i = 0; i < plan.n; i++)
		if (!strcmp(plan.steps[i].path, path))
			return &plan.steps[i];
	return NULL;
}

static void expect_text(const char *path, const char *text)
{
	const struct setup_step *s = step(path);

	assert_non_null(s);
	assert_int_equal(s->kind, SETUP_WRITE);
	assert_string_equal(s->text, text);
}

static void expect_link(const char *path, const char *target)
{
	const struct setup_step *s = step(path);

	assert_non_null(s);
	assert_int_equal(s->kind, SETUP_SYMLINK);
	assert_string_equal(s->text, target);
}

static void expect_removed(const char *path)
{
	const struct setup_step *s = step(path);

	assert_non_null(s);
	assert_int_equal(s->kind, SETUP_REMOVE);
}

/* ---- busybox ---- */

/* As Buildroot has it, with a getty that somebody has switched on. */
#define BUILDROOT \
	"# Startup the system\n" \
	"::sysinit:/bin/mount -t proc proc /proc\n" \
	"::sysinit:/etc/init.d/rcS\n\n" \
	"ttyS0::respawn:/sbin/getty -L ttyS0 115200 vt100 # GENERIC_SERIAL\n" \
	"::respawn:/sbin/getty -L 115200 ttyS1\n" \
	"::respawn:/usr/sbin/ntpd -n -p pool.ntp.org\n" \
	"::shutdown:/bin/umount -a -r\n"
#define WITHOUT \
	"# Startup the system\n" \
	"::sysinit:/bin/mount -t proc proc /proc\n" \
	"::sysinit:/etc/init.d/rcS\n\n" \
	"ttyS0::respawn:/sbin/getty -L ttyS0 115200 vt100 # GENERIC_SERIAL\n" \
	"#gpsppsctl: ::respawn:/sbin/getty -L 115200 ttyS1\n" \
	"#gpsppsctl: ::respawn:/usr/sbin/ntpd -n -p pool.ntp.org\n" \
	"::shutdown:/bin/umount -a -r\n"
#define MODPROBE "::sysinit:/sbin/modprobe -q pps-ldisc\n"
#define BLOCK(n, lines) "# gpsppsctl: begin unit " n "\n" lines "# gpsppsctl: end unit " n "\n"

static void busybox_inittab(void **state)
{
	static const struct file there[] = {
		TEXT("/etc/inittab", BUILDROOT),
		TEXT(EXAMPLES "inittab", EXAMPLE),
		LINK("/usr/sbin/ntpd", "../../bin/busybox"),
		TEXT("/usr/sbin/../../bin/busybox", "\177ELF"),
		END
	};

	(void)state;
	assert_int_equal(make(there, (struct setup_in){ .init = SETUP_BUSYBOX, .daemon = SETUP_NTP }), 0);
	expect_text("/etc/inittab", WITHOUT BLOCK("0", MODPROBE ATTACH("/dev/ttyS1")));
	assert_int_equal(plan.n, 1);
	assert_string_equal(plan.start, 
			    "kill -HUP 1\nsleep 1; killall ntpd; true\n"
			    "sleep 1; for p in /proc/[0-9]*; do [ \"$(readlink $p/fd/0)\" != /dev/ttyS1 ] || "
			    "kill -HUP ${p#/proc/}; done; true\n");
}

/* The reference implementation's ntpd is none of busybox'. */
static void busybox_ntpd_of_others(void **state)
{
	static const struct file there[] = {
		TEXT("/etc/inittab", "::respawn:/usr/sbin/ntpd -n -g\n::respawn:/bin/busybox ntpd -n\nttyS1::askfirst:/bin/sh\n"),
		TEXT(EXAMPLES "inittab", EXAMPLE),
		TEXT("/usr/sbin/ntpd", "\177ELF"),
		END
	};

	(void)state;
	assert_int_equal(make(there, (struct setup_in){ .init = SETUP_BUSYBOX, .daemon = SETUP_CHRONY, .unit = 3 }), 0);
	expect_text("/etc/inittab",
		    "::respawn:/usr/sbin/ntpd -n -g\n#gpsppsctl: ::respawn:/bin/busybox ntpd -n\n"
		    "#gpsppsctl: ttyS1::askfirst:/bin/sh\n"
		    BLOCK("3", MODPROBE ATTACH("/dev/ttyS1") FEED("/dev/ttyS1")));
}

/* What is so already; what another unit has; what has changed. */
static void busybox_again(void **state)
{
	static const struct file done[] = {
		TEXT("/etc/inittab", WITHOUT BLOCK("0", MODPROBE ATTACH("/dev/ttyS1"))),
		TEXT(EXAMPLES "inittab", EXAMPLE),
		END
	};
	static const struct file other[] = {
		TEXT("/etc/inittab", BLOCK("0", MODPROBE ATTACH("/dev/ttyS1")) "::shutdown:/x\n"),
		TEXT(EXAMPLES "inittab", EXAMPLE),
		DIRECTORY("/etc/modules-load.d"),
		END
	};

	(void)state;
	assert_int_equal(make(done, (struct setup_in){ .init = SETUP_BUSYBOX }), 0);
	assert_int_equal(plan.n, 0);
	assert_string_equal(plan.start, "");
	assert_int_equal(make(other, (struct setup_in){ .init = SETUP_BUSYBOX, .unit = 1,
							.port = "/dev/ttyS10", .tty = "ttyS10" }), 0);
	expect_text("/etc/inittab", BLOCK("0", MODPROBE ATTACH("/dev/ttyS1")) "::shutdown:/x\n"
		    BLOCK("1", ATTACH("/dev/ttyS10")));
	expect_text("/etc/modules-load.d/gpsppsctl.conf", "pps-ldisc\n");
	/* now with modules-load.d */
	assert_int_equal(make(other, (struct setup_in){ .init = SETUP_BUSYBOX }), 0);
	expect_text("/etc/inittab", "::shutdown:/x\n" BLOCK("0", ATTACH("/dev/ttyS1")));
}

/* Who has followed the example himself has a holder. */
static void busybox_by_the_example(void **state)
{
	static const struct file there[] = {
		TEXT("/etc/inittab", ATTACH("/dev/ttyS1")),
		TEXT(EXAMPLES "inittab", EXAMPLE),
		DIRECTORY("/etc/modules-load.d"),
		TEXT("/etc/modules-load.d/gpsppsctl.conf", "pps-ldisc\n"),
		END
	};

	(void)state;
	assert_int_equal(make(there, (struct setup_in){ .init = SETUP_BUSYBOX }), 0);
	assert_int_equal(plan.n, 0);
	assert_int_equal(make(there, (struct setup_in){ .init = SETUP_BUSYBOX, .port = "/dev/ttyS",
							.tty = "ttyS" }), 0);
	assert_int_equal(plan.n, 1);
}

/* Buildroot's package has a script that holds all ports of the table; and takes documents away. */
static void busybox_of_buildroot(void **state)
{
	static const struct file there[] = {
		TEXT("/etc/inittab", BUILDROOT),
		TEXT("/usr/libexec/gpsppsctl/examples/inittab", EXAMPLE),
		TEXT("/etc/init.d/S45gpsppsctl", "#!/bin/sh\n"),
		LINK("/usr/sbin/ntpd", "../../bin/busybox"),
		TEXT("/usr/sbin/../../bin/busybox", "\177ELF"),
		END
	};

	(void)state;
	assert_int_equal(make(there, (struct setup_in){ .init = SETUP_BUSYBOX, .daemon = SETUP_NTP }), 0);
	expect_text("/etc/inittab", WITHOUT BLOCK("0", MODPROBE));
	assert_non_null(strstr(plan.start, "/etc/init.d/S45gpsppsctl start\n"));
	assert_int_equal(make(there, (struct setup_in){ .init = SETUP_BUSYBOX, .daemon = SETUP_CHRONY }), 0);
	expect_text("/etc/inittab", WITHOUT BLOCK("0", MODPROBE FEED("/dev/ttyS1")));
}

/* A beginning that lost its end: what stands behind it is not taken for ours. */
static void inittab_with_half_a_block(void **state)
{
	static const char half[] = "# gpsppsctl: begin unit 0\n::shutdown:/x\n";
	const struct inittab_wish wish = { .tty = "ttyS9", .lines = "::respawn:/y\n" };
	const char *const wanted = "# gpsppsctl: begin unit 0\n::shutdown:/x\n" BLOCK("0", "::respawn:/y\n");
	struct plan_text once = { 0 }, twice = { 0 };
	struct inittab_found found;

	(void)state;
	inittab_edit(&once, half, sizeof(half) - 1, &wish, &found);
	assert_string_equal(once.s, wanted);
	inittab_edit(&twice, once.s, once.len, &wish, &found);
	assert_string_equal(twice.s, wanted);
	plan_text_free(&once);
	plan_text_free(&twice);
}

static void busybox_without_inittab(void **state)
{
	static const struct file there[] = { TEXT(EXAMPLES "inittab", EXAMPLE), END };
	static const struct file nothing[] = { END };

	(void)state;
	assert_int_equal(make(there, (struct setup_in){ .init = SETUP_BUSYBOX }), 0);
	assert_int_equal(plan.n, 1);
	assert_int_equal(plan.steps[0].kind, SETUP_BY_HAND);
	assert_string_equal(plan.steps[0].text, MODPROBE ATTACH("/dev/ttyS1"));
	/* no example to copy from */
	assert_int_equal(make(nothing, (struct setup_in){ .init = SETUP_BUSYBOX }), -EINVAL);
	assert_non_null(strstr(plan.why_not, "examples/inittab"));
	/* gpsd has the port: nothing of ours starts */
	assert_int_equal(make(nothing, (struct setup_in){ .init = SETUP_BUSYBOX, .daemon = SETUP_GPSD }), 0);
	assert_int_equal(plan.n, 0);
}

#define MDEV_EXAMPLE \
	"# busybox mdev\n\n" \
	"tty(USB|ACM)[0-9]+	root:dialout 660 @/usr/sbin/gpsppsctl attach --all\n" \
	"pps[0-9]+		root:dialout 660\n"

static void busybox_mdev(void **state)
{
	static const struct file there[] = {
		TEXT("/etc/inittab", ""),
		TEXT("/etc/mdev.conf", "tty[0-9]+ root:tty 660\n"),
		TEXT(EXAMPLES "inittab", EXAMPLE),
		TEXT(EXAMPLES "mdev.conf", MDEV_EXAMPLE),
		END
	};
	static const struct file done[] = {
		TEXT("/etc/inittab", ""),
		TEXT("/etc/mdev.conf", "# x\npps[0-9]+ root:dialout 660\n"),
		TEXT(EXAMPLES "inittab", EXAMPLE),
		END
	};

	(void)state;
	assert_int_equal(make(there, (struct setup_in){ .init = SETUP_BUSYBOX, .usb = true }), 0);
	expect_text("/etc/mdev.conf", "tty(USB|ACM)[0-9]+	root:dialout 660\npps[0-9]+		root:dialout 660\n"
		    "tty[0-9]+ root:tty 660\n");
	assert_int_equal(make(there, (struct setup_in){ .init = SETUP_BUSYBOX }), 0);
	expect_text("/etc/mdev.conf", "pps[0-9]+		root:dialout 660\ntty[0-9]+ root:tty 660\n");
	assert_int_equal(make(done, (struct setup_in){ .init = SETUP_BUSYBOX }), 0);
	assert_null(step("/etc/mdev.conf"));
}

/* ---- procd ---- */

#define SCRIPT "#!/bin/sh /etc/rc.common\n# START=1\nUSE_PROCD=1\nSTART=60	# before\nSTOP=7\n"

static void procd(void **state)
{
	static const struct file there[] = {
		TEXT("/etc/inittab", "::sysinit:/etc/init.d/rcS S boot\nttyS1::askfirst:/usr/libexec/login.sh\n"),
		LINK("/etc/rc.d/S98sysntpd", "../init.d/sysntpd"),
		TEXT(EXAMPLES "openwrt", SCRIPT),
		TEXT(EXAMPLES "openwrt-feed", "#!/bin/sh\nSTART=61\n"),
		TEXT("/etc/modules.d/30-gpio-button-hotplug", "gpio-button-hotplug\n"),
		TEXT("/etc/gpsppsctl.conf", "0 ttyS1\n"),
		END
	};

	(void)state;
	assert_int_equal(make(there, (struct setup_in){ .init = SETUP_PROCD, .daemon = SETUP_NTP }), 0);
	expect_text("/etc/modules.d/60-gpsppsctl", "pps-ldisc\n");
	expect_removed("/etc/rc.d/S98sysntpd");
	expect_text("/etc/inittab", "::sysinit:/etc/init.d/rcS S boot\n#gpsppsctl: ttyS1::askfirst:/usr/libexec/login.sh\n");
	expect_text("/etc/init.d/gpsppsctl", SCRIPT);
	assert_int_equal(step("/etc/init.d/gpsppsctl")->mode, 0755);
	expect_link("/etc/rc.d/S60gpsppsctl", "../init.d/gpsppsctl");
	expect_link("/etc/rc.d/K07gpsppsctl", "../init.d/gpsppsctl");
	/* the pin is nobody's: the buttons stay */
	assert_int_equal(plan.n, 6);
	assert_non_null(strstr(plan.start, "/etc/init.d/sysntpd stop"));
	assert_non_null(strstr(plan.start, "/etc/init.d/gpsppsctl restart"));

	assert_int_equal(make(there, (struct setup_in){ .init = SETUP_PROCD, .daemon = SETUP_CHRONY }), 0);
	expect_link("/etc/rc.d/S61gpsppsctl-feed", "../init.d/gpsppsctl-feed");
	/* gpsd has the port */
	assert_int_equal(make(there, (struct setup_in){ .init = SETUP_PROCD, .daemon = SETUP_GPSD }), 0);
	assert_null(step("/etc/init.d/gpsppsctl"));
	assert_non_null(step("/etc/rc.d/S98sysntpd"));
}

/* OpenWrt's package of chrony starts at 15, before there is a pulse. */
static void procd_chronyd(void **state)
{
	static const struct file early[] = {
		TEXT(EXAMPLES "openwrt", SCRIPT),
		TEXT(EXAMPLES "openwrt-feed", "#!/bin/sh\nSTART=61\n"),
		TEXT("/etc/init.d/chronyd", "#!/bin/sh /etc/rc.common\n\nSTART=15\nUSE_PROCD=1\n"),
		END
	}, late[] = {
		TEXT(EXAMPLES "openwrt", SCRIPT),
		TEXT(EXAMPLES "openwrt-feed", "#!/bin/sh\nSTART=61\n"),
		TEXT("/etc/init.d/chronyd", "#!/bin/sh /etc/rc.common\n\nSTART=62\nUSE_PROCD=1\n"),
		END
	};
	const struct setup_in in = { .init = SETUP_PROCD, .daemon = SETUP_CHRONY };

	(void)state;
	assert_int_equal(make(early, in), 0);
	assert_int_equal(step("/etc/rc.d/S62chronyd")->kind, SETUP_BY_HAND);
	assert_non_null(strstr(step("/etc/rc.d/S62chronyd")->text, "START=62"));
	assert_null(strstr(plan.start, "chronyd"));
	assert_int_equal(make(late, in), 0);
	assert_null(step("/etc/rc.d/S62chronyd"));
	/* it makes the socket that feed writes to */
	assert_true(strstr(plan.start, "/etc/init.d/chronyd restart\n") <
		    strstr(plan.start, "/etc/init.d/gpsppsctl-feed restart\n"));
	assert_non_null(strstr(plan.start, "/etc/init.d/chronyd restart\n"));
}

static void procd_again(void **state)
{
	static const struct file there[] = {
		TEXT("/etc/inittab", "::sysinit:/etc/init.d/rcS S boot\n"),
		TEXT("/etc/init.d/gpsppsctl", "#!/bin/sh /etc/rc.common\nSTART=60\n# mine\n"),
		LINK("/etc/rc.d/S60gpsppsctl", "../init.d/gpsppsctl"),
		TEXT("/etc/modules.d/18-pps-ldisc", "pps-ldisc\n"),
		END
	};

	(void)state;
	/* the package's script, and OpenWrt's own file for the module */
	assert_int_equal(make(there, (struct setup_in){ .init = SETUP_PROCD }), 0);
	assert_int_equal(plan.n, 0);
	/* the console: not to be found in inittab */
	assert_int_equal(make(there, (struct setup_in){ .init = SETUP_PROCD, .getty = true }), 0);
	assert_int_equal(plan.n, 1);
	assert_int_equal(plan.steps[0].kind, SETUP_BY_HAND);
}

static void pulse_on_a_pin(void **state)
{
	static const struct file there[] = {
		TEXT("/etc/gpsppsctl.conf", "0 ttyS1 pulse=pps-gpio.-1\n1 ttyS2 pulse=ttyS3\n"),
		TEXT("/etc/inittab", ""),
		TEXT("/etc/modules.d/30-gpio-button-hotplug", "gpio-button-hotplug\n"),
		TEXT(EXAMPLES "openwrt", SCRIPT),
		TEXT(EXAMPLES "inittab", EXAMPLE),
		END
	};

	(void)state;
	assert_int_equal(make(there, (struct setup_in){ .init = SETUP_PROCD }), 0);
	expect_removed("/etc/modules.d/30-gpio-button-hotplug");
	assert_int_equal(make(there, (struct setup_in){ .init = SETUP_PROCD, .unit = 1 }), 0);
	assert_null(step("/etc/modules.d/30-gpio-button-hotplug"));
	assert_int_equal(make(there, (struct setup_in){ .init = SETUP_BUSYBOX }), 0);
	expect_text("/etc/modprobe.d/gpsppsctl.conf", "blacklist gpio_keys\nblacklist gpio_keys_polled\n");
	assert_int_equal(make(there, (struct setup_in){ .init = SETUP_BUSYBOX, .unit = 1 }), 0);
	assert_null(step("/etc/modprobe.d/gpsppsctl.conf"));
}

/* ---- the others ---- */

static void other_inits(void **state)
{
	static const struct file nothing[] = { END };

	(void)state;
	assert_int_equal(make(nothing, (struct setup_in){ .init = SETUP_OTHER }), 0);
	assert_int_equal(plan.n, 1);
	assert_int_equal(plan.steps[0].kind, SETUP_BY_HAND);
	assert_non_null(strstr(plan.steps[0].text, DOCDIR "/examples"));
	assert_int_equal(make(nothing, (struct setup_in){ .init = SETUP_SYSTEMD }), 0);
	assert_int_equal(plan.n, 0);
	setup_plan_free(&plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(busybox_inittab),
		cmocka_unit_test(busybox_ntpd_of_others),
		cmocka_unit_test(busybox_again),
		cmocka_unit_test(busybox_by_the_example),
		cmocka_unit_test(busybox_of_buildroot),
		cmocka_unit_test(inittab_with_half_a_block),
		cmocka_unit_test(busybox_without_inittab),
		cmocka_unit_test(busybox_mdev),
		cmocka_unit_test(procd),
		cmocka_unit_test(procd_chronyd),
		cmocka_unit_test(procd_again),
		cmocka_unit_test(pulse_on_a_pin),
		cmocka_unit_test(other_inits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
