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
 *   stat:PATH            "TYPE MODE UID GID MAJOR:MINOR" (type c, d, f, l; mode octal)
 *   ids:                 "EUID CAPEFF_HEX" of this process
 *   holders:TTY          "PID COMM" a line, who has /dev/TTY open (own process left out)
 *   tty:TTY/ldisc        number, by TIOCGETD       \  The port must be open already: an
 *   tty:TTY/termios      see struct tty_mode text   | idle port answers -EAGAIN instead of
 *   tty:TTY/icount       "cts dsr rng dcd rx tx     | being started by our open
 *                         frame overrun parity brk buf_overrun"  /
 *   pps:PPS/params       "MODE_HEX ASSERT_OFF_NS CLEAR_OFF_NS", by PPS_GETPARAMS
 *   ioport:HEX           one byte read from /dev/port, two hex digits.  Only for
 *                        LCR, IER, MCR: reading RBR, IIR, LSR or MSR changes the UART
 *   clock:               "REALTIME_NS MONOTONIC_NS"
 */
#ifndef GPSPPSCTL_PROBE_H
#define GPSPPSCTL_PROBE_H

#include <stddef.h>
#include <stdint.h>

#include "../facts.h"

struct probe;

/* The live machine.  NULL only when out of memory; probe_close(NULL) is fine. */
struct probe *probe_open_live(void);
void probe_close(struct probe *p);

/*
 * The value of `key` as a NUL-terminated text in buf.  Returns its length
 * (cut to size - 1), or -errno: -ENOENT when there is no such thing.
 */
int probe_get(struct probe *p, const char *key, char *buf, size_t size);

/* Same, with the key put together by printf. */
__attribute__((format(printf, 4, 5)))
int probe_getf(struct probe *p, char *buf, size_t size, const char *fmt, ...);

/* A number (base 10, or 16 with 0x), or one of its refusals. */
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

/* Let time pass: the next answers belong to a later instant. */
void probe_sleep_ms(struct probe *p, int ms);
int64_t probe_now_ns(struct probe *p);		/* CLOCK_MONOTONIC */

#endif
