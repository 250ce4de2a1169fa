// SPDX-License-Identifier: GPL-2.0-or-later
/* busybox' init: lines of /etc/inittab, and mdev's rules. */
#include <stdio.h>
#include <string.h>

#include "../unittab.h"
#include "../words.h"
#include "plan_init.h"

/* The kernel's name of the line discipline's module. */
#define LDISC "pps-ldisc"
#define EXAMPLE_PORT "/dev/ttyS0"
#define INITTAB "/etc/inittab"
#define SCRIPT "/etc/init.d/S45gpsppsctl"	/* of Buildroot's package: holds all ports */

/* ---- inittab ---- */

static bool is_busybox(struct planner *p, const char *path)
{
	char where[PLAN_PATH_MAX];

	plan_file(p, path, where);
	return !strcmp(base_name(where), "busybox");
}

/* fuser(1) is not everywhere. */
static void end_login(struct planner *p)
{
	char command[256];

	snprintf(command, sizeof(command), "sleep 1; for p in /proc/[0-9]*; do "
		 "[ \"$(readlink $p/fd/0)\" != /dev/%.64s ] || kill -HUP ${p#/proc/}; done; true",
		 p->in->tty);
	plan_command(p, command);
}

static void start_inittab(struct planner *p, const struct inittab_found *found)
{
	/* read again; busybox leaves alone what it has started for a line that is gone */
	plan_command(p, "kill -HUP 1");
	if (found->ntpd)
		plan_command(p, "sleep 1; killall ntpd; true");
	if (found->login)
		end_login(p);
}

void plan_inittab(struct planner *p, const char *lines, const char *why)
{
	const struct setup_file f = plan_file(p, INITTAB, NULL);
	struct inittab_found found;
	const struct inittab_wish wish = {
		.tty = p->in->tty, .unit = p->in->unit, .lines = lines,
		.ntpd_is_busybox = is_busybox(p, "/usr/sbin/ntpd"),
	};
	struct plan_text out = { 0 };

	if (f.is != SETUP_TEXT) {
		/* with one of its own init would no longer do what it does without */
		if (lines[0])
			plan_by_hand(p, INITTAB, lines, why);
		return;
	}
	inittab_edit(&out, f.text, f.len, &wish, &found);
	if (out.len != f.len || memcmp(plan_text_of(p, &out), f.text, f.len)) {
		plan_write(p, INITTAB, plan_text_of(p, &out), out.len, 0644, why);
		start_inittab(p, &found);
	}
	/* a login that is started by other means: the console of the kernel */
	if (p->in->getty && !found.login && p->in->init == SETUP_PROCD)
		plan_by_hand(p, INITTAB, "# no login on this port; and no console= for it on the kernel's command line\n",
			     "a login has the port");
	plan_text_free(&out);
}

/* ---- our lines ---- */

static void add_with_port(struct plan_text *out, const char *s, size_t len, const char *port)
{
	const char *end = s + len, *at;

	while ((at = memmem(s, (size_t)(end - s), EXAMPLE_PORT, strlen(EXAMPLE_PORT)))) {
		plan_append(out, s, (size_t)(at - s));
		plan_add(out, "%s", port);
		s = at + strlen(EXAMPLE_PORT);
	}
	plan_append(out, s, (size_t)(end - s));
}

/* The example's line that runs this command, whether it is a comment there or not. */
static void add_example_line(struct planner *p, struct plan_text *out, const char *command)
{
	const struct setup_file f = plan_example(p, "inittab");
	const char *s = f.is == SETUP_TEXT ? f.text : "", *next;

	for (; *s; s = next) {
		next = strchr(s, '\n');
		next = next ? next + 1 : s + strlen(s);
		s += *s == '#';
		if (!text_begins(s, "::respawn:") ||
		    !memmem(s, (size_t)(next - s), command, strlen(command)))
			continue;
		add_with_port(out, s, (size_t)(next - s), p->in->port);
		return;
	}
	if (f.is == SETUP_TEXT)
		plan_refuse(p, "the example inittab has no line for \"%s\"", command);
}

/* Where the image loads its modules, else a line of inittab does. */
static void plan_busybox_modules(struct planner *p, struct plan_text *lines)
{
	static const char text[] = LDISC "\n";

	if (plan_exists(p, "/etc/modules-load.d"))
		plan_write(p, "/etc/modules-load.d/gpsppsctl.conf", text, sizeof(text) - 1, 0644,
			   "the line discipline at boot");
	else
		plan_add(lines, "::sysinit:/sbin/modprobe -q " LDISC "\n");
	if (plan_on_gpio(p))
		plan_write(p, "/etc/modprobe.d/gpsppsctl.conf",
			   "blacklist gpio_keys\nblacklist gpio_keys_polled\n",
			   strlen("blacklist gpio_keys\nblacklist gpio_keys_polled\n"), 0644,
			   "a driver of buttons would have the pulse's pin");
}

static void plan_holder(struct planner *p)
{
	const struct setup_file f = plan_file(p, INITTAB, NULL);
	const char *text = f.is == SETUP_TEXT ? f.text : "";
	const bool has_script = plan_exists(p, SCRIPT);
	struct plan_text lines = { 0 };

	plan_busybox_modules(p, &lines);
	if (!has_script && !inittab_runs(text, strlen(text), p->in->unit, "gpsppsctl attach", p->in->port))
		add_example_line(p, &lines, "gpsppsctl attach");
	if (p->in->daemon == SETUP_CHRONY &&
	    !inittab_runs(text, strlen(text), p->in->unit, "gpsppsctl feed", p->in->port))
		add_example_line(p, &lines, "gpsppsctl feed");
	plan_inittab(p, plan_text_of(p, &lines), "the port is held");
	if (has_script)
		plan_command(p, SCRIPT " start");
	plan_text_free(&lines);
}

/*
 * mdev gives each new node to root, and takes back the pulse's that attach has given to
 * dialout.  Of the example's lines without what they run: init's line waits for the adapter.
 */
static void plan_mdev(struct planner *p)
{
	const struct setup_file conf = plan_file(p, "/etc/mdev.conf", NULL);
	struct setup_file example;
	struct plan_text out = { 0 };
	const char *s, *next;

	if (conf.is != SETUP_TEXT || strstr(conf.text, "\npps[") || text_begins(conf.text, "pps["))
		return;
	example = plan_example(p, "mdev.conf");
	for (s = example.is == SETUP_TEXT ? example.text : ""; *s; s = next) {
		size_t len = strcspn(s, "\n"), shown = strcspn(s, "@\n");

		next = s + len + (s[len] == '\n');
		while (shown && strchr(" \t", s[shown - 1]))
			shown--;
		if (*s == '#' || !shown || (text_begins(s, "tty") && !p->in->usb))
			continue;
		plan_append(&out, s, shown);
		plan_add(&out, "\n");
	}
	/* the first line that matches counts */
	plan_append(&out, conf.text, conf.len);
	plan_write(p, "/etc/mdev.conf", plan_text_of(p, &out), out.len, 0644,
		   "the nodes are dialout's");
	plan_text_free(&out);
}

void plan_busybox(struct planner *p)
{
	plan_mdev(p);
	if (p->in->daemon == SETUP_GPSD)
		plan_inittab(p, "", "nobody logs in on the port");
	else
		plan_holder(p);
}
