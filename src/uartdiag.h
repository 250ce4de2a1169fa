/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The registers of an 8250-family UART, from bytes that somebody else read.
 * Only IER, LCR and MCR: reading RBR, IIR, LSR or MSR changes the UART's state
 * (NS16550A and TI TL16C550C data sheets, "register descriptions").
 */
#ifndef GPSPPSCTL_UARTDIAG_H
#define GPSPPSCTL_UARTDIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "facts.h"

/* Offsets from the base of the port. */
enum {
	UART_AT_IER = 1,	/* with LCR's DLAB set: the divisor's upper half */
	UART_AT_LCR = 3,
	UART_AT_MCR = 4,
};

/* TL16C550C, tables 3 and 4; include/uapi/linux/serial_reg.h. */
enum {
	IER_RX = 0x01,
	IER_TX = 0x02,
	IER_LINE = 0x04,
	IER_MODEM = 0x08,	/* the interrupt that carries DCD */
	LCR_DLAB = 0x80,
	MCR_DTR = 0x01,
	MCR_RTS = 0x02,
	MCR_OUT2 = 0x08,	/* a PC's gate between UART and interrupt line */
	MCR_LOOP = 0x10,
};

/* One look: LCR, IER, LCR, MCR, in this order. */
struct uart_sample {
	struct fact lcr_before, ier, lcr_after, mcr;
};

#define UART_SAMPLES 5		/* looks taken */
#define UART_LOOKS_MIN 3	/* looks that must count */

struct uart_regs {
	/* ier, and mcr, are denied (EAGAIN) when the looks disagree on the bits that count */
	struct fact lcr, ier, mcr;
	bool dlab;			/* some look found DLAB set: its IER was the divisor */
	bool no_device;			/* all ones: nothing drives the bus */
	unsigned int looks;		/* how many agreed */
};

/*
 * What the samples prove.  A sample counts only when LCR is the same before and
 * behind IER and has no DLAB, as the kernel sets DLAB while it changes speed
 * (serial8250_do_set_termios()) and user space on another CPU sees it.  IER's
 * modem bit is believed when UART_LOOKS_MIN count and all of those agree on it.
 */
void uartdiag_judge(const struct uart_sample *samples, size_t n, struct uart_regs *regs);

/* "IER 0x0d, LCR 0x13, MCR 0x0b", as far as they are known. */
void uartdiag_text(const struct uart_regs *regs, char *buf, size_t size);

#endif
