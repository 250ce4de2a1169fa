/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Talk to the holder of a port, at /run/gpsppsctl/TTY.sock (root and group
 * dialout).  Lines of text: one request, then reply lines up to an empty line.
 *
 *   status   "KEY VALUE" lines:
 *              port ttyS0            pid 412          unit 0
 *              since 7264            seconds held
 *              pps pps0              baud 4800        links self|udev
 *              only sentences|pulse  when the port is not there for both; with the
 *                                    sentences pps is another source, if any is known
 *              termios IFLAG OFLAG CFLAG LFLAG        octal, what we keep the port at
 *              pulse assert 100000 7250    edge, width in us, measured so many s ago
 *              burst 431 812 362 7249      ms after the pulse of the first and the last
 *                                    character, characters in that second, age in s
 *              asserts 7251          counted now, both by sysfs
 *              clears 7251
 *              age 431               ms since the newer of the two edges
 *              losses 1              of the pulse, in the time held
 *              heals 1               of the port by its holder, some before the pulse was lost
 *              reattached 0          times that this took a new ppsN
 *              lost 34               only while it is lost: for so many seconds
 *              paused 733            only while a client (its pid) has the port
 *            a key that is not known (yet) is left out
 *   pause    the client works on the port; the holder keeps its hands off it until
 *            the connection closes or says
 *   resume   then it sees to it that the port is in ntpd's mode again.  Both: "ok"
 *   speed B  of the client that has paused: the receiver and the port are at this
 *            speed now, which is kept; its burst is measured anew.  "ok"
 *   detach   put the port back, remove the links, end; "ok" when that is done
 *
 * A refusal is one line "error REASON".
 *
 * Beside the socket the holder keeps TTY.events, which survives it: the last 100
 * events of the port, oldest first, a line each (at most 200 bytes, '\n' included),
 *   REALTIME_S WHAT TEXT...
 *     attached   as what, at which speed, by which process; whether the one before was killed
 *     detached   by whom: a signal and its sender, or a request
 *     hangup     the port went away
 *     lost       no pulse for 10 s or more, with what the wire shows meanwhile
 *     back       pulses again, by themselves
 *     healed     by what the holder did (which may be before the pulse was lost)
 *     silent     no character for 10 s or more, of a receiver that has spoken
 *     speaking   characters again
 *     flags      the kernel was told to stop listening to DCD (bit 0x800), or to listen again
 *     ldisc      another line discipline; N_PPS is back, as which source, or left off
 *     speed      another speed, set by another program, or the receiver's new one
 *     cause      of a loss, as gpsppsctl diag names it: "ID: HEADLINE"; "unknown: why not"
 *     units      what systemctl was told to do: "start UNIT,UNIT", and what went wrong
 *     metrics    the file of metrics= cannot be written (told once)
 *     handle     who still holds the handle of a PPS source that is gone
 * A line that reads otherwise is to be skipped.
 */
#ifndef GPSPPSCTL_CONTROL_H
#define GPSPPSCTL_CONTROL_H

#include <stddef.h>
#include <sys/types.h>

#define CONTROL_DIR "/run/gpsppsctl"
#define CONTROL_SUFFIX ".sock"
#define EVENTS_SUFFIX ".events"
#define CONTROL_REPLY_MAX 1024
#define CONTROL_TIMEOUT_MS 2000		/* for anything but detach */

/*
 * Connect to the holder of "ttyS0".  Returns a descriptor, or -ENOENT when
 * nobody of ours holds the port (a dead holder's socket counts as nobody),
 * -EACCES when we may not ask.
 */
int control_open(const char *tty);
void control_close(int fd);		/* -1 is fine */

/* The process at the other end, or -errno. */
pid_t control_peer(int fd);

/*
 * Send a line (without '\n'), wait for the whole reply.  0 with the reply's
 * lines in `reply` ("" is possible), -ETIMEDOUT, -ECONNRESET, -EMSGSIZE, and
 * -EPROTO when the holder answers "error ..." (then the line is in `reply`).
 */
int control_ask(int fd, const char *line, char *reply, size_t size, int timeout_ms);

/* Open, ask, close. */
int control_request(const char *tty, const char *line, char *reply, size_t size,
		    int timeout_ms);

/*
 * The holder's side, made by attach before it touches the port, so that a second
 * attach meets it: bound at `path`, listening, nobody answers yet.  Replaces a
 * dead holder's socket.  Returns the descriptor; -EADDRINUSE: the port has a
 * holder, or somebody is attaching it.
 */
int control_listen(const char *tty, char *path, size_t size);
void control_unlisten(int fd, const char *path);

/* The value of a key in a reply of status: 0 or -ENOENT (-EMSGSIZE: too long for buf). */
int control_value(const char *reply, const char *key, char *buf, size_t size);

#endif
