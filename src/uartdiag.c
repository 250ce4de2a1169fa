// SPDX-License-Identifier: GPL-2.0-or-later
/* The registers of an 8250-family UART: what bytes prove, and what they do not. */
#include "uartdiag.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool is_all_ones(const struct uart_sample *s)
{
	return fact_is(s->lcr_before, 0xff) && fact_is(s->ier, 0xff) && fact_is(s->mcr, 0xff);
}

/* A refused read is the answer for all: it will not be granted the next time. */
static bool first_refusal(const struct uart_sample *s, struct fact *refusal)
{
	const struct fact *const reads[] = { &s->lcr_before, &s->ier, &s->lcr_after };

	for (size_t i = 0; i < sizeof(reads) / sizeof(reads[0]); i++) {
		if (!fact_known(*reads[i])) {
			*refusal = *reads[i];
			return true;
		}
	}
	return false;
}

static void take_sample(const struct uart_sample *s, struct uart_regs *regs, bool *disagree)
{
	regs->no_device = regs->no_device || is_all_ones(s);
	if ((s->lcr_before.val | s->lcr_after.val) & LCR_DLAB) {
		regs->dlab = true;
		regs->lcr = s->lcr_after;
		return;
	}
	if (s->lcr_before.val != s->lcr_after.val)
		return;
	/* only this bit must agree: TX comes and goes with every character sent */
	if (regs->looks && (regs->ier.val ^ s->ier.val) & IER_MODEM)
		*disagree = true;
	regs->ier = s->ier;
	regs->lcr = s->lcr_after;
	regs->looks++;
}

/* DTR and RTS may change between the looks; what the kernel never touches while open may not. */
static struct fact judge_mcr(const struct uart_sample *samples, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!fact_known(samples[i].mcr))
			return samples[i].mcr;
		if ((samples[0].mcr.val ^ samples[i].mcr.val) & (MCR_OUT2 | MCR_LOOP))
			return fact_from(-EAGAIN, 0);
	}
	return n < UART_LOOKS_MIN ? fact_from(-EAGAIN, 0) : samples[n - 1].mcr;
}

void uartdiag_judge(const struct uart_sample *samples, size_t n, struct uart_regs *regs)
{
	const struct fact again = fact_from(-EAGAIN, 0);
	struct fact refusal;
	bool disagree = false;

	memset(regs, 0, sizeof(*regs));
	regs->ier = regs->lcr = regs->mcr = again;
	for (size_t i = 0; i < n; i++) {
		if (first_refusal(&samples[i], &refusal)) {
			regs->ier = regs->lcr = regs->mcr = refusal;
			regs->looks = 0;
			return;
		}
		take_sample(&samples[i], regs, &disagree);
	}
	regs->mcr = regs->no_device ? again : judge_mcr(samples, n);
	if (regs->no_device || disagree || regs->looks < UART_LOOKS_MIN) {
		regs->ier = again;
		regs->looks = 0;
	}
}

static size_t put(char *buf, size_t size, size_t len, const char *name, struct fact f)
{
	int n;

	if (!fact_known(f) || len >= size)
		return len;
	n = snprintf(buf + len, size - len, "%s%s 0x%02x", len ? ", " : "", name,
		     (unsigned int)f.val);
	return len + n;
}

void uartdiag_text(const struct uart_regs *regs, char *buf, size_t size)
{
	size_t len = 0;

	buf[0] = '\0';
	len = put(buf, size, len, "IER", regs->ier);
	len = put(buf, size, len, "LCR", regs->lcr);
	put(buf, size, len, "MCR", regs->mcr);
}
