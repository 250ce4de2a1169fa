// SPDX-License-Identifier: GPL-2.0-or-later
/* The live probe's ioctls: they read, and leave the port as it is. */
#include "probe_ioctl.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <linux/pps.h>
#include <linux/serial.h>

#include "tty.h"

struct word {
	tcflag_t bit;
	const char *name;	/* as stty(1) says it */
};

static const struct word iflag_words[] = {
	{ IGNBRK, "ignbrk" }, { BRKINT, "brkint" }, { IGNPAR, "ignpar" },
	{ PARMRK, "parmrk" }, { INPCK, "inpck" }, { ISTRIP, "istrip" },
	{ INLCR, "inlcr" }, { IGNCR, "igncr" }, { ICRNL, "icrnl" },
	{ IUCLC, "iuclc" }, { IXON, "ixon" }, { IXANY, "ixany" },
	{ IXOFF, "ixoff" }, { IMAXBEL, "imaxbel" }, { IUTF8, "iutf8" }, { 0, NULL },
};

static const struct word oflag_words[] = {
	{ OPOST, "opost" }, { OLCUC, "olcuc" }, { ONLCR, "onlcr" },
	{ OCRNL, "ocrnl" }, { ONOCR, "onocr" }, { ONLRET, "onlret" }, { 0, NULL },
};

static const struct word cflag_words[] = {
	{ CSTOPB, "cstopb" }, { CREAD, "cread" }, { PARENB, "parenb" },
	{ PARODD, "parodd" }, { HUPCL, "hupcl" }, { CLOCAL, "clocal" },
	{ CMSPAR, "cmspar" }, { CRTSCTS, "crtscts" }, { 0, NULL },
};

static const struct word lflag_words[] = {
	{ ISIG, "isig" }, { ICANON, "icanon" }, { ECHO, "echo" },
	{ ECHOE, "echoe" }, { ECHOK, "echok" }, { ECHONL, "echonl" },
	{ NOFLSH, "noflsh" }, { TOSTOP, "tostop" }, { ECHOCTL, "echoctl" },
	{ ECHOPRT, "echoprt" }, { ECHOKE, "echoke" }, { IEXTEN, "iexten" }, { 0, NULL },
};

static const char *const sizes[] = { "cs5", "cs6", "cs7", "cs8" };

static int size_index(tcflag_t cflag)
{
	switch (cflag & CSIZE) {
	case CS6:
		return 1;
	case CS7:
		return 2;
	case CS8:
		return 3;
	default:
		return 0;
	}
}

/* " i:ignbrk,icrnl": the group's letter, its words, and what has no word in hex. */
static void put_group(FILE *f, char letter, const char *first, tcflag_t flags,
		      const struct word *words)
{
	const char *sep = first ? "," : "";

	fprintf(f, " %c:%s", letter, first ? first : "");
	for (; words->name; words++) {
		if (!(flags & words->bit))
			continue;
		fprintf(f, "%s%s", sep, words->name);
		sep = ",";
		flags &= ~words->bit;
	}
	if (flags)
		fprintf(f, "%s%#x", sep, flags);
}

static void put_cc(FILE *f, const struct termios *t)
{
	bool any = false;

	fputs(" cc:", f);
	for (int i = 0; i < NCCS; i++)
		any = any || t->c_cc[i];
	if (!any)
		fputc('0', f);
	for (int i = 0; any && i < NCCS; i++)
		fprintf(f, "%02x", t->c_cc[i]);
}

static int get_termios(int fd, char *buf, size_t size)
{
	struct termios t;
	unsigned int in, out;
	FILE *f;

	if (tcgetattr(fd, &t) < 0)
		return -errno;
	f = fmemopen(buf, size, "w");
	if (!f)
		return -errno;
	in = tty_baud(cfgetispeed(&t));
	out = tty_baud(cfgetospeed(&t));
	fprintf(f, "%u", in);
	if (in != out)
		fprintf(f, "/%u", out);
	put_group(f, 'i', NULL, t.c_iflag, iflag_words);
	put_group(f, 'o', NULL, t.c_oflag, oflag_words);
	put_group(f, 'c', sizes[size_index(t.c_cflag)],
		  t.c_cflag & ~(tcflag_t)(CSIZE | CBAUD | CIBAUD), cflag_words);
	put_group(f, 'l', NULL, t.c_lflag, lflag_words);
	put_cc(f, &t);
	fprintf(f, " line:%u", t.c_line);
	fclose(f);
	buf[size - 1] = '\0';
	return strlen(buf);
}

static int get_ldisc(int fd, char *buf, size_t size)
{
	int ldisc = tty_get_ldisc(fd);

	return ldisc < 0 ? ldisc : snprintf(buf, size, "%d", ldisc);
}

/* A copy from memory (uart_get_icount()): touches no register. */
static int get_icount(int fd, char *buf, size_t size)
{
	struct serial_icounter_struct c = { 0 };

	/* a driver without counters is no refusal: there are none */
	if (ioctl(fd, TIOCGICOUNT, &c) < 0)
		return errno == ENOTTY ? -ENOENT : -errno;
	return snprintf(buf, size, "%d %d %d %d %d %d %d %d %d %d %d",
			c.cts, c.dsr, c.rng, c.dcd, c.rx, c.tx,
			c.frame, c.overrun, c.parity, c.brk, c.buf_overrun);
}

static int get_exclusive(int fd, char *buf, size_t size)
{
	int set = 0;

	if (ioctl(fd, TIOCGEXCL, &set) < 0)
		return -errno;
	return snprintf(buf, size, "%d", set != 0);
}

static const struct {
	const char *what;
	int (*get)(int fd, char *buf, size_t size);
} questions[] = {
	{ "ldisc", get_ldisc },
	{ "termios", get_termios },
	{ "icount", get_icount },
	{ "exclusive", get_exclusive },
};

int probe_ioctl_tty(int fd, const char *what, char *buf, size_t size)
{
	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
		if (!strcmp(questions[i].what, what))
			return questions[i].get(fd, buf, size);
	return -EINVAL;
}

static long long offset_ns(const struct pps_ktime *t)
{
	return t->sec * 1000000000LL + t->nsec;
}

int probe_ioctl_pps(int fd, char *buf, size_t size)
{
	struct pps_kparams params = { 0 };

	if (ioctl(fd, PPS_GETPARAMS, &params) < 0)
		return -errno;
	return snprintf(buf, size, "%x %lld %lld", params.mode,
			offset_ns(&params.assert_off_tu), offset_ns(&params.clear_off_tu));
}
