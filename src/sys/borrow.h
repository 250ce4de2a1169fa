/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Work on a port for a while and give it back as it was found.
 *
 *   BORROW_FREE     nobody has it: our own raw mode and speed
 *   BORROW_HELD     somebody keeps it attached and nobody reads: the second open
 *                   changes c_lflag, c_cc and ICRNL alone, which never reach the UART
 *                   (uart_set_termios() compares c_cflag, speeds and the IGN and
 *                   PAR bits of c_iflag), so the pulse goes on; the speed only
 *                   where that is asked for (borrow_set_baud()).  A holder of ours
 *                   is told "pause" for as long as the connection stands: if we
 *                   die, it sees to the port
 *   BORROW_BESIDE   somebody reads: nothing is changed or read; lines may be
 *                   written and characters counted
 */
#ifndef GPSPPSCTL_BORROW_H
#define GPSPPSCTL_BORROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <termios.h>

enum borrow_how {
	BORROW_FREE,
	BORROW_HELD,
	BORROW_BESIDE,
};

struct borrow {
	enum borrow_how how;
	int fd;
	int control;		/* connection to our holder, or -1 */
	unsigned int baud;
	struct termios found;	/* to put back */
	struct termios ours;
};

/*
 * Open "ttyS0" and prepare it.  `baud` is used with BORROW_FREE only; otherwise
 * b->baud says what the port is set to.  `control` is a connection whose holder
 * has said "ok" to pause, or -1; it is ours from now on, also when this fails.
 * 0 or -errno (then everything is as before).
 */
int borrow_open(struct borrow *b, const char *tty, enum borrow_how how, unsigned int baud,
		int control);

/* Put back what was found, unless somebody else has changed it since; close. */
void borrow_close(struct borrow *b);

/*
 * Another speed, for as long as we have the port; -EBUSY with BORROW_BESIDE.  Of a
 * held port this programs the UART anew; its modem-status interrupt stays on while
 * N_PPS is attached (serial8250_do_set_termios() asks UART_ENABLE_MS(), which has
 * UPF_HARDPPS_CD in it), so the pulse goes on.  0 or -errno.
 */
int borrow_set_baud(struct borrow *b, unsigned int baud);

/*
 * The speed that a held port has now is the receiver's new one: it stays, and a
 * holder of ours is told.  0, -EPROTO when it will not have it, or -errno.
 */
int borrow_keep_speed(struct borrow *b);

/*
 * Throw away what arrived before now.  A port that nobody reads has N_TTY's
 * 4 kB and the driver's buffer full of old lines.
 */
int borrow_skip_to_now(struct borrow *b);

/*
 * The same in steps, BORROW_SKIP_MS apart, for who has more than one port: 1 when
 * more had arrived since the last step than the line can bring, 0, or -errno.  A
 * port with a flood of data never gives 0: BORROW_SKIP_STEPS_MAX are enough.
 */
#define BORROW_SKIP_MS 20
#define BORROW_SKIP_STEPS_MAX 50
int borrow_skip_step(struct borrow *b);

/*
 * What has arrived, at most `size` bytes; waits up to timeout_ms for the first.
 * 0: nothing yet, or a signal.  -ENODEV: the port went away.
 */
ssize_t borrow_read(struct borrow *b, void *buf, size_t size, int timeout_ms);

/* All of the bytes; 0 or -errno (-ETIMEDOUT: the line takes nothing). */
int borrow_write(struct borrow *b, const void *bytes, size_t len);

/* Characters received since the port was made (TIOCGICOUNT); 0 or -errno. */
int borrow_rx(struct borrow *b, uint64_t *rx);

#endif
