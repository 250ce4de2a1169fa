// SPDX-License-Identifier: GPL-2.0-or-later
/* What a line of a log proves about a receiver and its pulse. */
#include "logline.h"

#include <errno.h>
#include <string.h>

#include "../letters.h"
#include "said.h"

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

/* ---- the phrases ---- */

struct phrase {
	enum log_who who;
	enum log_what what;
	const char *text;	/* the line has this, */
	const char *and;	/* and behind it this; NULL: nothing more */
	int err;		/* when it is meant without being named */
};

/*
 * Where they come from: ntp_refclock.c, refclock_nmea.c, refclock_pps.c,
 * refclock_atom.c, ntp_loopfilter.c, ntp_io.c, ntp_config.c and ntp_sandbox.c of NTPsec
 * 1.2 and ntp 4.2.8 (whose lines are the same without "REFCLOCK: "); refclock.c,
 * refclock_pps.c and conf.c of chrony 4; ppsthread.c, serial.c and timehint.c of gpsd 3.22;
 * security/apparmor/audit.c, 8250_core.c, 8250_port.c, n_tty.c, pps-ldisc.c and
 * pps.c of Linux; systemd's job.c.  The first that fits counts.
 */
static const struct phrase phrases[] = {
	/* ntpd */
	{ LOG_BY_NTPD, LOG_PORT_NOT_OPENED, "refclock_open ", ": ", 0 },
	{ LOG_BY_NTPD, LOG_PORT_NOT_OPENED, "NMEA device open(", ") failed", 0 },
	{ LOG_BY_NTPD, LOG_PULSE_NOT_OPENED, "PPS device open(", ") failed", 0 },
	{ LOG_BY_NTPD, LOG_PULSE_NOT_OPENED, "refclock_pps: ", " open failed", 0 },
	{ LOG_BY_NTPD, LOG_PULSE_NOT_OPENED, "refclock_atom: ", ": ", 0 },
	{ LOG_BY_NTPD, LOG_PULSE_NO_SOURCE, "refclock_ppsapi: time_pps_create: ", NULL, 0 },
	{ LOG_BY_NTPD, LOG_PULSE_NOT_SET, "refclock_params: time_pps_setparams: ", NULL, 0 },
	{ LOG_BY_NTPD, LOG_PULSE_NO_HARDPPS, "refclock_params: kernel PLL (hardpps", NULL,
	  EOPNOTSUPP },
	{ LOG_BY_NTPD, LOG_PULSE_NO_HARDPPS, "refclock_params: time_pps_kcbind: ", NULL, 0 },
	{ LOG_BY_NTPD, LOG_PULSE_DROPPED, "set PPSAPI params fails", NULL, 0 },
	{ LOG_BY_NTPD, LOG_PULSE_DROPPED, "flag1 1 but PPSAPI fails", NULL, 0 },
	{ LOG_BY_NTPD, LOG_PULSE_OPENED, " PPS /", " opened", 0 },
	{ LOG_BY_NTPD, LOG_PULSE_USED, "PPS enabled", NULL, 0 },
	{ LOG_BY_NTPD, LOG_PORT_OPENED, " serial /", " open at ", 0 },
	{ LOG_BY_NTPD, LOG_CONF_ERROR, "CONFIG: syntax error in ", " line ", 0 },
	{ LOG_BY_NTPD, LOG_CONF_ERROR, "CONFIG: Unknown driver name ", NULL, 0 },
	{ LOG_BY_NTPD, LOG_CLOCK_DENIED, "ntp_adjtime: ", "Operation not permitted", 0 },
	{ LOG_BY_NTPD, LOG_CLOCK_DENIED, "cap_set_proc() failed to drop root priv", NULL, 0 },
	{ LOG_BY_NTPD, LOG_CLOCK_TOO_FAR, "Panic: offset too big", NULL, 0 },
	{ LOG_BY_NTPD, LOG_CLOCK_TOO_FAR, "time correction of ", "exceeds sanity limit", 0 },
	{ LOG_BY_NTPD, LOG_CLOCK_BUSY, "unable to bind to wildcard address", NULL, EADDRINUSE },

	/* chronyd: it exits at the first three kinds */
	{ LOG_BY_CHRONYD, LOG_PULSE_NOT_OPENED, "Could not open /dev/pps", " : ", 0 },
	{ LOG_BY_CHRONYD, LOG_PULSE_NOT_OPENED, "Could not open /dev/gpspps", " : ", 0 },
	{ LOG_BY_CHRONYD, LOG_PULSE_NO_SOURCE, "time_pps_create() failed on ", " : ", 0 },
	{ LOG_BY_CHRONYD, LOG_PULSE_NO_SOURCE, "time_pps_getcap() failed on ", " : ", 0 },
	{ LOG_BY_CHRONYD, LOG_PULSE_NO_SOURCE, "time_pps_getparams() failed on ", " : ", 0 },
	{ LOG_BY_CHRONYD, LOG_PULSE_NOT_SET, "time_pps_setparams() failed on ", " : ", 0 },
	{ LOG_BY_CHRONYD, LOG_PULSE_UNFETCHED, "time_pps_fetch() failed", NULL, 0 },
	{ LOG_BY_CHRONYD, LOG_LOCK_UNKNOWN, "Invalid lock refid", NULL, 0 },
	{ LOG_BY_CHRONYD, LOG_LOCK_AGE, "maxlockage too small", NULL, 0 },
	{ LOG_BY_CHRONYD, LOG_DRIVER_UNKNOWN, "refclock driver ", " is not compiled in", 0 },
	{ LOG_BY_CHRONYD, LOG_DRIVER_UNKNOWN, "unknown refclock driver", NULL, 0 },
	{ LOG_BY_CHRONYD, LOG_CONF_ERROR, "Could not parse ", " directive at line ", 0 },
	{ LOG_BY_CHRONYD, LOG_CONF_ERROR, "Invalid refclock option", NULL, 0 },
	{ LOG_BY_CHRONYD, LOG_CLOCK_DENIED, "adjtimex(", "failed : Operation not permitted", 0 },
	{ LOG_BY_CHRONYD, LOG_CLOCK_BUSY, "Could not open NTP socket", NULL, 0 },

	/* gpsd */
	{ LOG_BY_GPSD, LOG_PORT_HELD, "SER: ", " already opened by another process", EBUSY },
	{ LOG_BY_GPSD, LOG_PORT_NOT_OPENED, "SER: read-only device open of ", " failed: ", 0 },
	{ LOG_BY_GPSD, LOG_PORT_NOT_OPENED, "SER: device open of ", " failed: ", 0 },
	{ LOG_BY_GPSD, LOG_PULSE_WRONG_KIND, "KPPS:", " is fake PPS", 0 },
	{ LOG_BY_GPSD, LOG_PULSE_NO_LDISC, "KPPS:", " cannot set PPS line discipline", 0 },
	{ LOG_BY_GPSD, LOG_PULSE_NOT_OPENED, "KPPS:", ", cannot open ", 0 },
	{ LOG_BY_GPSD, LOG_PULSE_NO_SOURCE, "KPPS:", " time_pps_create(", 0 },
	{ LOG_BY_GPSD, LOG_PULSE_NOT_SET, "KPPS:", " time_pps_setparams(", 0 },
	{ LOG_BY_GPSD, LOG_PULSE_NO_KERNEL, "KPPS:", " device not found", 0 },
	{ LOG_BY_GPSD, LOG_PULSE_NO_KERNEL, "KPPS:", " kernel PPS unavailable", 0 },
	{ LOG_BY_GPSD, LOG_PULSE_NONE, "KPPS:", " kernel PPS timeout", ETIMEDOUT },
	{ LOG_BY_GPSD, LOG_PULSE_NO_KERNEL, "KPPS:", " kernel PPS failed", 0 },
	{ LOG_BY_GPSD, LOG_PULSE_USED, "KPPS:", " kernel PPS will be used", 0 },
	{ LOG_BY_GPSD, LOG_PULSE_THREAD_DIED, "PPS:", " die: ", 0 },
	{ LOG_BY_GPSD, LOG_PULSE_NO_SECONDS, "PPS:", " no current GPS seconds", 0 },
	{ LOG_BY_GPSD, LOG_SOCKET_MISSING, "PPS:", " doesn't exist", ENOENT },
	{ LOG_BY_GPSD, LOG_SOCKET_MISSING, "PPS:", " connect chrony socket failed", 0 },

	/* the kernel */
	{ LOG_BY_KERNEL, LOG_APPARMOR_CAPABILITY, "apparmor=\"DENIED\" operation=\"capable\"", NULL,
	  EPERM },
	{ LOG_BY_KERNEL, LOG_APPARMOR, "apparmor=\"DENIED\"", NULL, EACCES },
	{ LOG_BY_KERNEL, LOG_SELINUX, "avc: ", "denied ", EACCES },
	{ LOG_BY_KERNEL, LOG_LOCKDOWN, "Lockdown: ", " is restricted", EPERM },
	{ LOG_BY_KERNEL, LOG_UART_GONE, "LSR safety check engaged", NULL, 0 },
	{ LOG_BY_KERNEL, LOG_UART_BUSY, "too much work for irq", NULL, 0 },
	{ LOG_BY_KERNEL, LOG_INPUT_OVERRUN, " input overrun(s)", NULL, 0 },
	{ LOG_BY_KERNEL, LOG_SOURCE_ADDED, "pps pps", ": source \"", 0 },
	{ LOG_BY_KERNEL, LOG_SOURCE_REMOVED, "pps pps", ": removed", 0 },

	/* systemd */
	{ LOG_BY_SYSTEMD, LOG_DEVICE_TIMEOUT, "Timed out waiting for device ", NULL, ETIMEDOUT },
	{ LOG_BY_SYSTEMD, LOG_DEVICE_TIMEOUT, ".device: Job ", " timed out", ETIMEDOUT },
	{ LOG_BY_SYSTEMD, LOG_NOT_STARTED, "was skipped because of ", "unmet condition", 0 },
	{ LOG_BY_SYSTEMD, LOG_NOT_STARTED, "Condition check resulted in ", "being skipped", 0 },
};

static bool fits(const struct phrase *p, enum log_who who, struct word text)
{
	struct word behind;

	if (who != LOG_BY_ANY && who != p->who)
		return false;
	behind = said_after(text, p->text);
	return behind.s && (!p->and || said_after(behind, p->and).s);
}

static const struct phrase *find_phrase(enum log_who who, struct word text)
{
	for (size_t i = 0; i < LEN(phrases); i++)
		if (fits(&phrases[i], who, text))
			return &phrases[i];
	return NULL;
}

/* ---- who wrote it ---- */

#define TAG_WORDS_MAX 6		/* "Nov 21 15:57:17 host ntpd[31317]:" has it as the fifth */

/* "ntpd[31317]:": the name in it.  A word without a process is a tag only where we know it. */
static bool is_tag(struct word w, struct word *name)
{
	size_t digits = 0;

	if (!w.len || w.s[w.len - 1] != ':')
		return false;
	w.len--;
	*name = w;
	if (!w.len || w.s[w.len - 1] != ']')
		return true;
	while (digits + 1 < w.len && is_digit(w.s[w.len - 2 - digits]))
		digits++;
	if (!digits || digits + 3 > w.len || w.s[w.len - 2 - digits] != '[')
		return false;
	name->len = w.len - 2 - digits;
	return true;
}

static bool who_is(struct word name, enum log_who *who)
{
	static const struct {
		const char *name;
		enum log_who who;
	} programs[] = {
		{ "ntpd", LOG_BY_NTPD }, { "chronyd", LOG_BY_CHRONYD }, { "gpsd", LOG_BY_GPSD },
		{ "kernel", LOG_BY_KERNEL }, { "audit", LOG_BY_KERNEL },
		{ "systemd", LOG_BY_SYSTEMD },
	};

	for (size_t i = 0; i < LEN(programs); i++) {
		*who = programs[i].who;
		if (word_is(name, programs[i].name))
			return true;
	}
	*who = LOG_BY_GPSD;	/* on a terminal: "gpsd:INFO: ..." */
	return word_begins(name, "gpsd:");
}

/*
 * The message behind the tag.  Without a tag it is all of the line, by anybody;
 * false when it is by a program that is none of ours.
 */
static bool take_tag(struct word line, struct word *message, enum log_who *who)
{
	struct word rest = line, w, name;

	*message = line;
	*who = LOG_BY_ANY;
	for (int i = 0; i < TAG_WORDS_MAX && (w = said_word(&rest)).len; i++) {
		if (!is_tag(w, &name))
			continue;
		if (who_is(name, who)) {
			*message = rest;
			return true;
		}
		*who = LOG_BY_ANY;
		if (name.len + 1 != w.len)
			return false;	/* it has a process, and another name */
	}
	return true;
}

/* ---- what it is about ---- */

static bool ends_path(char c)
{
	return strchr(" \t,;:()\"'<>", c) != NULL;	/* and NUL */
}

/* "/dev/serial/by-path/pci-0000:00:14.0-usb": a colon ends a path only where a word ends. */
static struct word path_at(struct word w)
{
	struct word path = { w.s, 0 };

	for (; path.len < w.len; path.len++) {
		const char c = w.s[path.len];

		if (c == ':' && path.len + 1 < w.len && !ends_path(w.s[path.len + 1]))
			continue;
		if (ends_path(c))
			break;
	}
	/* the end of a sentence */
	if (path.len && path.s[path.len - 1] == '.')
		path.len--;
	return path;
}

/* The first absolute path in a text. */
static struct word first_path(struct word w)
{
	bool begins_here = true;

	while (w.len) {
		if (w.s[0] == '/' && begins_here)
			return path_at(w);
		begins_here = ends_path(w.s[0]) || w.s[0] == '=';
		w.s++;
		w.len--;
	}
	return w;
}

/* The value in quotes behind `name="`; without quotes, as audit writes what it escapes: none. */
static struct word quoted(struct word w, const char *name)
{
	struct word value = said_after(w, name);

	if (!value.s)
		return (struct word){ "", 0 };
	return said_field(&value, '"');
}

static int errno_of(struct word w)
{
	/* longer ones first where one begins like another */
	static const struct {
		const char *text;
		int err;
	} errors[] = {
		{ "Permission denied", EACCES }, { "Operation not permitted", EPERM },
		{ "No such file or directory", ENOENT }, { "No such device or address", ENXIO },
		{ "No such device", ENODEV }, { "Device or resource busy", EBUSY },
		{ "Operation not supported", EOPNOTSUPP }, { "Invalid argument", EINVAL },
		{ "Inappropriate ioctl for device", ENOTTY }, { "Input/output error", EIO },
		{ "Connection timed out", ETIMEDOUT }, { "Address already in use", EADDRINUSE },
		{ "Connection refused", ECONNREFUSED }, { "Bad file descriptor", EBADF },
	};

	for (size_t i = 0; i < LEN(errors); i++)
		if (said_after(w, errors[i].text).s)
			return errors[i].err;
	return 0;
}

/* The digits at the beginning of a text. */
static struct fact leading_number(struct word w)
{
	struct word digits = { w.s, 0 };

	while (digits.len < w.len && is_digit(digits.s[digits.len]))
		digits.len++;
	return said_whole(digits, 10);
}

/* The clock that ntpd names, or else the link that it opens. */
static struct fact unit_of(struct word message, const char *path)
{
	static const char *const names[] = {
		"NMEA(", "PPS(", "SHM(", "127.127.20.", "127.127.22.",
	};
	static const char *const links[] = { "/dev/gpspps", "/dev/gps" };
	const struct word file = { path, strlen(path) };
	struct fact f;

	for (size_t i = 0; i < LEN(names); i++)
		if (fact_known(f = leading_number(said_after(message, names[i]))))
			return f;
	for (size_t i = 0; i < LEN(links); i++)
		if (word_begins(file, links[i]))
			return leading_number(said_after(file, links[i]));
	return said_absent();
}

/* "ttyS0: ..." of the kernel: its first word that is a tty. */
static struct word tty_of(struct word message)
{
	struct word w;

	while ((w = said_word(&message)).len) {
		while (w.len && w.s[w.len - 1] == ':')
			w.len--;
		if (word_begins(w, "tty") && is_digit(w.s[w.len - 1]))
			return w;
	}
	return (struct word){ "", 0 };
}

/* The word before a phrase: "ttyS ttyS0: 3 input overrun(s)". */
static struct fact number_before(struct word message, const char *phrase)
{
	const struct word behind = said_after(message, phrase);
	struct word w, last = { "", 0 };

	if (!behind.s)
		return said_absent();
	message.len = (size_t)(behind.s - message.s) - strlen(phrase);
	while ((w = said_word(&message)).len)
		last = w;
	return said_whole(last, 10);
}

static struct fact number_of(enum log_what what, struct word message)
{
	switch (what) {
	case LOG_PORT_OPENED:
		return leading_number(said_after(message, " open at "));
	case LOG_UART_BUSY:
		return leading_number(said_after(message, "too much work for irq"));
	case LOG_INPUT_OVERRUN:
		return number_before(message, " input overrun(s)");
	case LOG_SOURCE_ADDED:
	case LOG_SOURCE_REMOVED:
		return leading_number(said_after(message, "pps pps"));
	default:
		return said_absent();
	}
}

static struct word object_of(const struct phrase *p, struct word message)
{
	struct word behind = said_after(message, p->text), w;

	switch (p->what) {
	case LOG_APPARMOR:
		return quoted(message, " name=\"");
	case LOG_APPARMOR_CAPABILITY:
		return quoted(message, " capname=\"");
	case LOG_SELINUX:
		w = quoted(message, " path=\"");
		return w.len ? w : quoted(message, " name=\"");
	case LOG_UART_GONE:
	case LOG_INPUT_OVERRUN:
		return tty_of(message);
	case LOG_SOCKET_MISSING:
		/* the first path is the receiver's */
		behind = said_after(message, " chrony socket ");
		break;
	case LOG_PULSE_NOT_OPENED:
		/* gpsd names its receiver first; the others' phrases end before the path */
		w = said_after(message, "cannot open ");
		behind = w.s ? w : said_after(message, "open");
		break;
	default:
		break;
	}
	w = first_path(behind);
	return w.len ? w : first_path(message);
}

bool logline_read(const char *line, size_t len, struct logline *out)
{
	const struct word all = said_trim((struct word){ line, len });
	const struct phrase *p = NULL;
	struct word message;
	enum log_who who;

	memset(out, 0, sizeof(*out));
	out->unit = out->number = said_absent();
	if (take_tag(all, &message, &who))
		p = find_phrase(who, message);
	if (!p)
		return false;
	out->what = p->what;
	out->who = p->who;
	out->good = p->what == LOG_PULSE_OPENED || p->what == LOG_PULSE_USED ||
		    p->what == LOG_PORT_OPENED || p->what == LOG_SOURCE_ADDED;
	out->err = errno_of(message);
	if (!out->err)
		out->err = p->err;
	said_copy(out->path, sizeof(out->path), object_of(p, message));
	said_copy(out->mask, sizeof(out->mask), quoted(message, " requested_mask=\""));
	said_copy(out->profile, sizeof(out->profile), quoted(message, " profile=\""));
	out->unit = unit_of(message, out->path);
	out->number = number_of(p->what, message);
	said_copy(out->text, sizeof(out->text), all);
	return true;
}

/* ---- in words ---- */

const char *logline_words(enum log_what what)
{
	static const char *const words[] = {
		[LOG_NOTHING] = "nothing",
		[LOG_PORT_NOT_OPENED] = "the receiver's port could not be opened",
		[LOG_PULSE_NOT_OPENED] = "the pulse could not be opened",
		[LOG_PORT_HELD] = "another process has the receiver's port",
		[LOG_PULSE_NO_SOURCE] = "what was opened as the pulse is no PPS source",
		[LOG_PULSE_NOT_SET] = "the pulse's edge could not be chosen",
		[LOG_PULSE_NO_HARDPPS] = "this kernel takes no pulse for itself (flag3)",
		[LOG_PULSE_DROPPED] = "ntpd gave the pulse up",
		[LOG_PULSE_WRONG_KIND] = "the pulse is the kernel's timer, and no receiver's",
		[LOG_PULSE_NO_LDISC] = "gpsd could not attach the pulse",
		[LOG_PULSE_NO_KERNEL] = "gpsd goes on without the kernel's time stamps",
		[LOG_PULSE_NONE] = "no pulse came",
		[LOG_PULSE_NO_SECONDS] = "pulses came, and no seconds to number them",
		[LOG_PULSE_THREAD_DIED] = "gpsd watches the pulse no more",
		[LOG_PULSE_UNFETCHED] = "the pulse's handle is dead",
		[LOG_PULSE_OPENED] = "the pulse was opened",
		[LOG_PULSE_USED] = "the pulse is used",
		[LOG_PORT_OPENED] = "the receiver's port was opened",
		[LOG_LOCK_UNKNOWN] = "the pulse is locked to a source that does not exist",
		[LOG_LOCK_AGE] = "the pulse's lock is shorter than its source's interval",
		[LOG_DRIVER_UNKNOWN] = "chronyd has no such driver",
		[LOG_CONF_ERROR] = "a line of the configuration is wrong",
		[LOG_SOCKET_MISSING] = "gpsd did not find chronyd's socket",
		[LOG_CLOCK_DENIED] = "the daemon may not set the clock",
		[LOG_CLOCK_TOO_FAR] = "the clock is further off than ntpd will set it",
		[LOG_CLOCK_BUSY] = "the NTP port was not to be had: another daemon may have it",
		[LOG_APPARMOR] = "AppArmor denied a file",
		[LOG_APPARMOR_CAPABILITY] = "AppArmor denied a capability",
		[LOG_SELINUX] = "SELinux denied an access",
		[LOG_LOCKDOWN] = "the kernel's lockdown denied an access",
		[LOG_UART_GONE] = "there is no UART at the port's address",
		[LOG_UART_BUSY] = "the UART's interrupt does not end",
		[LOG_INPUT_OVERRUN] = "nobody read the port in time",
		[LOG_SOURCE_ADDED] = "a pulse source was attached",
		[LOG_SOURCE_REMOVED] = "a pulse source went away",
		[LOG_DEVICE_TIMEOUT] = "systemd waited for a device that did not come",
		[LOG_NOT_STARTED] = "systemd did not start a unit",
	};

	return (size_t)what < LEN(words) && words[what] ? words[what] : words[LOG_NOTHING];
}
