/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one seam for observation.  Every fact about the machine is asked here by
 * a text key and answered as text, so that a run can be recorded into small
 * files and replayed to the letter.  Looking must not disturb: no key has a
 * side effect on the port, except where its line below says so.
 *
 * Keys
 *   file:PATH            content of a file, one trailing newline stripped
 *   link:PATH            target of a symbolic link, as stored
 *   real:PATH            canonical path
 *   stat:PATH            "TYPE MODE UID GID MAJOR:MINOR" (type c, b, d, f, l or o;
 *                        mode octal); of the link itself: ask real: first
 *   ids:                 "EUID CAPEFF_HEX" of this process
 *   holders:NODE         "PID COMM" a line, who has /dev/NODE open (own process left
 *                        out).  "" is nobody; -EACCES when nobody was seen and some
 *                        processes could not be looked at
 *   holders:             "NODE PID COMM" a line, all tty* and pps* nodes at once;
 *                        a last line "* 0 N" when N processes could not be looked at
 *   processes:NAME       PIDs whose comm is NAME, one a line; "" is none.  Ask for
 *                        daemons only: no other process's name is in the answer
 *   nodes:PID            names in /dev of the tty* and pps* nodes that the process has
 *                        open, one a line, " (deleted)" behind those that are gone;
 *                        -EACCES when its descriptors may not be looked at
 *   segments:PID         numbers of ntpd's segments of shared memory (0x4e545030 and on) that
 *                        the process has attached, one a line
 *   tty:TTY/ldisc        number, by TIOCGETD       \  The port must be open already: an
 *   tty:TTY/termios      see below                  | idle port answers -EAGAIN instead of
 *   tty:TTY/exclusive    1 or 0, by TIOCGEXCL       | being started by our open
 *   tty:TTY/icount       "cts dsr rng dcd rx tx     |
 *                         frame overrun parity brk buf_overrun"  /
 *   pps:PPS/params       "MODE_HEX ASSERT_OFF_NS CLEAR_OFF_NS", by PPS_GETPARAMS
 *   gpio:CHIP            "LINES LABEL" of /dev/gpiochipN.  A name is one word here: what is
 *                        not printable, a blank or a backslash is \xHH; "-" is none
 *   gpio:CHIP/FIRST      "OFFSET FLAGS NAME CONSUMER" a line, from this one on, GPIO_PAGE at
 *                        most; the flags are gpio_flag_names (gpio.h), comma between them
 *   gpio:CHIP/OFFSET/level  "0" or "1", of a line that nobody has, and only where --active
 *                        was said: the line is asked for meanwhile, as it is, and some boards
 *                        make a GPIO of a pin for that.  -EBUSY: somebody has it
 *   ioport:HEX           one byte read from /dev/port, two hex digits.  Only for
 *                        LCR, IER, MCR: reading RBR, IIR, LSR or MSR changes the UART
 *   module:NAME          "builtin", or where modules.dep has it for the running
 *                        kernel; -ENOENT when neither list names it
 *   kconfig:NAME         "y", "m" or "n": CONFIG_NAME of the running kernel, by the file
 *                        in /boot or beside its modules; -ENOENT when there is none
 *   environ:PID/NAME     the value of one variable of a process's environment: the
 *                        others are nobody's business; -ENOENT when it is not set
 *   adjtimex:            "STATUS_HEX TAI SHIFT" of the kernel's clock (STA_* of adjtimex(2);
 *                        shift 0: no hardpps, kernelclock.h); changes nothing
 *                                                 \  -ENOENT
 *   holder:TTY           our holder's reply to     | below another
 *                        "status" (control.h)     |  root
 *   wakeup:              US: no idle state that     |
 *                        takes longer to leave is   |
 *                        entered (latency.h)       /
 *   clock:               "REALTIME_NS MONOTONIC_NS"
 *   table:PATH           content of a file that a user named: a pipe will do, too
 *   tail:PATH            the end of a file, from a line's beginning
 *   log:NAME             lines of this boot, oldest first, of ntpd, chronyd, gpsd, kernel
 *                        (and audit) or systemd: the journal's, else those of the files in
 *                        /var/log.  -EACCES: not for us to read
 *
 * Keys that ask a daemon: only one that runs, as systemd would start another
 *   ntpq:                what ntpq prints of its sources, of the system and of each clock;
 *                        ntpq_cut() takes it apart                     \  -ENOENT without
 *   chronyc:sources      what chronyc -c -n prints                      | the program or
 *   chronyc:tracking                                                    | below another
 *   gpsd:devices         what gpsd answers to ?DEVICES (JSON)          /  root
 *
 * Keys that begin something, which goes on while probe_sleep_ms() waits
 *   watch:TTY+PPS        sample the characters received by TTY (TIOCGICOUNT, every 5 ms;
 *                        only if somebody has it open) and the stamps of PPS in sysfs
 *                        (every 50 ms).  Either name may be empty.  -EAGAIN: neither can be
 *   series:TTY+PPS       ends that: "real REALTIME_NS", then "T_US WHAT VALUE" for the
 *                        first sample and each change (WHAT is rx, assert or clear), last
 *                        "T_US end"
 *   listen:TTY/held      read along on a port that somebody keeps and nobody reads (our
 *                        holder pauses): c_lflag and c_cc change meanwhile
 *   listen:TTY/free/BAUD the same on a port that nobody has: it is opened, and so started.
 *                        Once more with another BAUD: what was heard is forgotten
 *   heard:TTY            ends that, puts the port back: "real REALTIME_NS baud BAUD", then
 *                        "T_US BYTES" for each read (\xHH for what is not printable, and
 *                        for the backslash), last "T_US end"
 *   heard:TTY/on         what was heard so far; goes on
 *   ask:TTY/$PGRMCE      asks a Garmin on a port that is listened to for its configuration;
 *                        no other line passes
 *   gpsd:watch           gpsd is asked to tell what it hears.  One that has no receiver open
 *                        opens them for that: only for a gpsd that has
 *   gpsd:said            ends that: what it told; -EBADF without gpsd:watch
 *   tty:TTY/modem        "1": DCD is asserted (TIOCMGET), "0".  Only of a port opened by
 *                        listen:TTY/free, else -EAGAIN: the ioctl reads MSR
 * A tape that is full (PROBE_TAPE_MAX) ends where it was full.  All that was begun
 * ends with probe_close() at the latest.
 *
 * Termios is told in words, as bit values differ between architectures and a
 * recording may be read on another one:
 *   "BAUD i:ignbrk,ignpar,icrnl o: c:cs8,cread,clocal l:icanon cc:0 line:0"
 * A bit without a word is hexadecimal, last in its group; two speeds that differ
 * are "IN/OUT"; cc is 0 when every c_cc is, else their bytes in hexadecimal.
 */
#ifndef GPSPPSCTL_PROBE_H
#define GPSPPSCTL_PROBE_H

#include <stddef.h>
#include <stdint.h>

#include "../facts.h"

struct probe;

/* The longest value: what was heard in 3 s at 115200 baud fits. */
#define PROBE_TAPE_MAX 262144

/*
 * A back end.  Errors are -errno; `get` fills buf with NUL-terminated text and
 * returns its length, `list` gives names in any order (probe_list() sorts).
 */
struct probe_ops {
	int (*get)(struct probe *p, const char *key, char *buf, size_t size);
	int (*list)(struct probe *p, const char *dir, char ***names);
	void (*sleep_ms)(struct probe *p, int ms);
	int64_t (*now_ns)(struct probe *p);
	void (*close)(struct probe *p);		/* frees p, too */
	const char *(*trouble)(struct probe *p);	/* may be NULL */
};

/* First member of every back end's own struct. */
struct probe {
	const struct probe_ops *ops;
};

/* The live machine.  NULL only when out of memory; probe_close(NULL) is fine. */
struct probe *probe_open_live(void);
/*
 * The same, with every path below `root` (absolute symbolic links, too): for
 * trees that hold a copy of /sys, /proc and /dev.  NULL and errno.
 */
struct probe *probe_open_root(const char *root);
void probe_close(struct probe *p);

/*
 * The value of `key` as a NUL-terminated text in buf.  Returns its length
 * (cut to size - 1), or -errno: -ENOENT when there is no such thing.
 */
int probe_get(struct probe *p, const char *key, char *buf, size_t size);

/* Same, with the key put together by printf. */
__attribute__((format(printf, 4, 5)))
int probe_getf(struct probe *p, char *buf, size_t size, const char *fmt, ...);

/* A number (base 10, or 16 with 0x), or one of its refusals.  Empty is absent. */
__attribute__((format(printf, 2, 3)))
struct fact probe_number(struct probe *p, const char *fmt, ...);
__attribute__((format(printf, 2, 3)))
struct fact_text probe_text(struct probe *p, const char *fmt, ...);

/*
 * The names in a directory in natural order (ttyS2 before ttyS10), without
 * "." and "..".  Returns their number or -errno; the caller frees the list
 * with probe_free_names().
 */
int probe_list(struct probe *p, const char *dir, char ***names);
void probe_free_names(char **names, int n);

/*
 * Let time pass: the next answers belong to a later instant.  Ends early when a
 * signal was caught (signals.h).
 */
void probe_sleep_ms(struct probe *p, int ms);
int64_t probe_now_ns(struct probe *p);		/* CLOCK_MONOTONIC */

/*
 * What is wrong with the back end itself (a record that cannot be written or
 * read), as "OBJECT: WHAT"; NULL: nothing.
 */
const char *probe_trouble(struct probe *p);

/* For back ends: an answer is a text, which a NUL in somebody's bytes would end. */
void probe_blank_nuls(char *buf, size_t len);

#endif
