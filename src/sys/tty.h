/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A serial port that we change: open, termios, line discipline, raw bytes.
 * Reading facts about a port is probe.h's work, not this file's.
 */
#ifndef GPSPPSCTL_TTY_H
#define GPSPPSCTL_TTY_H

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>
#include <linux/serial.h>
#include <linux/tty.h>		/* N_PPS */

/* All functions return 0 (or what they say) and -errno. */

/*
 * Canonical name of a port: "ttyS0", "/dev/ttyS0", "/dev/gps0" and
 * "/dev/serial/by-id/..." all give "ttyS0" in name.  -ENOTTY: not a tty.
 */
int tty_resolve(const char *what, char *name, size_t size);

/* /dev/NAME, O_RDWR|O_NOCTTY|O_NONBLOCK|O_CLOEXEC.  Returns the descriptor. */
int tty_open(const char *name);

/*
 * The termios that ntpd's NMEA driver sets (refclock_setup(), classic ntp and
 * NTPsec 1.2): IGNBRK|IGNPAR|ICRNL; CS8|CLOCAL|CREAD and nothing else; ICANON;
 * every c_cc 0; c_line as it was.  `cur` is the present one, from tcgetattr().
 */
void tty_ntpd_mode(struct termios *t, const struct termios *cur, speed_t speed);

/* B4800 for 4800; 0 (B0) when there is no such speed.  And back. */
speed_t tty_speed(unsigned int baud);
unsigned int tty_baud(speed_t speed);

/* tcsetattr(TCSANOW), then read back and compare field by field: -EIO when it did not take. */
int tty_set_mode(int fd, const struct termios *t);
bool tty_mode_equal(const struct termios *a, const struct termios *b);

int tty_set_ldisc(int fd, int ldisc);
int tty_get_ldisc(int fd);

/*
 * Line discipline first, then termios, both tried whatever the other says: the
 * first -errno, or 0.
 */
int tty_put_back(int fd, int ldisc, const struct termios *t);

/* Hung up: the device is gone, or somebody called vhangup(2) on it. */
bool tty_is_gone(int fd);

#endif
