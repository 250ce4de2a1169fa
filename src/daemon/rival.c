// SPDX-License-Identifier: GPL-2.0-or-later
/* Programs that set the clock beside the daemon. */
#include "rival.h"

#include <string.h>

#include "args.h"
#include "conftext.h"

static const struct rival_row rows[N_RIVALS] = {
	[RIVAL_TIMESYNCD] = {
		"systemd-timesyncd", "systemd-timesyn", true, false,
		"systemctl disable --now systemd-timesyncd.service",
		"it slews and steps the clock by a server of the network",
	},
	[RIVAL_OPENNTPD] = {
		"OpenNTPD", "ntpd", true, false, "systemctl disable --now openntpd.service",
		"it slews the clock by servers of the network",
	},
	[RIVAL_BUSYBOX] = {
		"busybox ntpd", "ntpd", true, false,
		"/etc/init.d/sysntpd disable; /etc/init.d/sysntpd stop     # OpenWrt; else kill it",
		"it steps and slews the clock by servers of the network",
	},
	[RIVAL_NTPD_RS] = {
		"ntpd-rs", "ntp-daemon", true, false, "systemctl disable --now ntpd-rs.service",
		"it steers the clock by its own sources",
	},
	[RIVAL_VMWARE] = {
		"VMware's tools", "vmtoolsd", false, true, "vmware-toolbox-cmd timesync disable",
		"with timesync enabled it sets the clock to the host's, and after each suspend",
	},
	[RIVAL_VIRTUALBOX] = {
		"VirtualBox's guest service", "VBoxService", false, false,
		"systemctl edit virtualbox-guest-utils.service     # let VBoxService start with --disable-timesync",
		"each 10 s it pulls the clock to the host's when that is 0.1 s off",
	},
	[RIVAL_PHC2SYS] = {
		"phc2sys", "phc2sys", false, false,
		"systemctl disable --now phc2sys.service     # or let it read the clock: -s CLOCK_REALTIME",
		"it steers the clock by a network card's each second",
	},
	[RIVAL_HTPDATE] = {
		"htpdate", "htpdate", false, false, "systemctl disable --now htpdate.service",
		"it sets the clock by the whole seconds of web servers",
	},
};

const struct rival_row *rival_row(enum rival_kind kind)
{
	return &rows[kind];
}

/* ---- by the command line ---- */

/* One of the arguments, the program's name among them. */
static bool has_arg(const char *cmdline, size_t len, const char *text)
{
	for (size_t i = 0; i < len; ) {
		const struct word arg = { cmdline + i, strnlen(cmdline + i, len - i) };

		if (word_is(arg, text))
			return true;
		i += arg.len + 1;
	}
	return false;
}

/*
 * phc2sys(8): with -a the system's clock is set with -r alone; else it is what is set
 * unless it is the source, or -c names others.  It does not run without any option, so
 * without one its arguments were not to be seen.
 */
static bool is_phc2sys_on_clock(const char *cmdline, size_t len)
{
	bool automatic = false, with_system = false, is_source = false, other_sink = false;
	bool any = false, is_sink = false;
	struct args args;
	struct word value;
	int c;

	args_begin(&args, cmdline, len, "arc:d:f:s:E:P:I:S:F:R:N:O:L:M:i:u:wn:xz:l:t:mqvh",
		   NULL);
	while ((c = args_next(&args, &value)) != ARGS_END) {
		const bool is_system = word_is(value, "CLOCK_REALTIME");

		any = true;
		automatic = automatic || c == 'a';
		with_system = with_system || c == 'r';
		is_source = is_source || (c == 's' && is_system);
		is_sink = is_sink || (c == 'c' && is_system);
		other_sink = other_sink || (c == 'c' && !is_system);
	}
	if (automatic)
		return with_system;
	return any && !is_source && (is_sink || !other_sink);
}

bool rival_is(enum rival_kind kind, const char *cmdline, size_t len, const char *program)
{
	switch (kind) {
	case RIVAL_OPENNTPD:
		/* of its three processes the one that steers says so in its title */
		return has_arg(cmdline, len, "ntpd: ntp engine");
	case RIVAL_BUSYBOX:
		return !strcmp(program, "busybox");
	case RIVAL_VIRTUALBOX:
		return !has_arg(cmdline, len, "--disable-timesync");
	case RIVAL_PHC2SYS:
		return is_phc2sys_on_clock(cmdline, len);
	default:
		return true;
	}
}
