// SPDX-License-Identifier: GPL-2.0-or-later
/* Put the PPS line discipline on a port, step by step, and prove it. */
#include "ppsport.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "rearm.h"
#include "tty.h"

#ifndef N_PPS
#define N_PPS 18
#endif

#define UART_IER 1		/* offsets; linux/serial_reg.h */
#define UART_LCR 3
#define UART_LCR_DLAB 0x80
#define UART_IER_MSI 0x08
#define IER_READS 3
#define IER_PAUSE_MS 2

static int step_uart(struct probe *p, struct ppsport *port)
{
	char buf[FACT_TEXT_MAX];

	/* ptys and consoles have no device; a USB adapter has one, but no type */
	if (probe_getf(p, buf, sizeof(buf), "link:/sys/class/tty/%s/device", port->tty) < 0)
		return -ENOTTY;
	if (fact_is(probe_number(p, "file:/sys/class/tty/%s/type", port->tty), PORT_UNKNOWN))
		return -ENODEV;
	return 0;
}

static int step_open(struct probe *p, struct ppsport *port)
{
	const int fd = tty_open(port->tty);

	(void)p;
	port->fd = fd < 0 ? -1 : fd;
	return fd < 0 ? fd : 0;
}

/* Asked although sysfs has said the same: a driver that cannot answer is no serial driver. */
static int step_serial(struct probe *p, struct ppsport *port)
{
	struct serial_struct serial = { 0 };

	(void)p;
	if (ioctl(port->fd, TIOCGSERIAL, &serial) == 0 || errno == ENOTTY || errno == EINVAL)
		return 0;	/* some USB drivers know nothing of it */
	return -errno;
}

static int step_read_ldisc(struct probe *p, struct ppsport *port)
{
	(void)p;
	port->found_ldisc = tty_get_ldisc(port->fd);
	return port->found_ldisc < 0 ? port->found_ldisc : 0;
}

static int step_read_mode(struct probe *p, struct ppsport *port)
{
	(void)p;
	return tcgetattr(port->fd, &port->found_mode) < 0 ? -errno : 0;
}

static int step_set_mode(struct probe *p, struct ppsport *port)
{
	(void)p;
	tty_ntpd_mode(&port->mode, &port->found_mode, port->speed);
	if (port->no_sentences)
		port->mode.c_cflag &= ~(tcflag_t)CREAD;
	port->mode_changed = true;	/* a part of it may have been taken */
	return tty_set_mode(port->fd, &port->mode);
}

/* Output that CTS holds up would make TIOCSETD wait; old input would be somebody's news. */
static int step_flush(struct probe *p, struct ppsport *port)
{
	(void)p;
	return tcflush(port->fd, TCIOFLUSH) < 0 ? -errno : 0;
}

static struct fact read_flags(struct probe *p, const struct ppsport *port)
{
	return probe_number(p, "file:/sys/class/tty/%s/flags", port->tty);
}

static int step_set_ldisc(struct probe *p, struct ppsport *port)
{
	const struct fact flags = read_flags(p, port);

	port->found_flags = flags;
	port->ldisc_changed = true;
	/*
	 * N_PPS on N_PPS does nothing (tty_set_ldisc() returns early): a port
	 * that has it already, but disarmed, must go by N_TTY.
	 */
	port->has_old_source = port->found_ldisc == N_PPS;
	if (port->has_old_source && fact_known(flags) && !(flags.val & FLAG_HARDPPS_CD)) {
		int err = tty_set_ldisc(port->fd, N_TTY);

		if (err)
			return err;
		port->has_old_source = false;
	}
	return tty_set_ldisc(port->fd, N_PPS);
}

static int step_check_ldisc(struct probe *p, struct ppsport *port)
{
	int ldisc = tty_get_ldisc(port->fd);

	(void)p;
	if (ldisc < 0)
		return ldisc;
	return ldisc == N_PPS ? 0 : -EIO;
}

static bool has_flag(struct fact flags)
{
	return fact_known(flags) && flags.val & FLAG_HARDPPS_CD;
}

/*
 * Did N_PPS itself turn the interrupt on?  The flag that came with it proves so;
 * one that was there before (a killed holder's) proves so for an 8250 alone.
 */
static bool is_armed_by_driver(struct probe *p, const struct ppsport *port)
{
	if (!has_flag(port->flags) || !has_flag(port->found_flags))
		return has_flag(port->flags);
	return driver_is_8250(NULL, probe_number(p, "file:/sys/class/tty/%s/type", port->tty));
}

/*
 * A driver without set_ldisc() does not notice N_PPS (uart_set_ldisc(),
 * serial_core.c): flag and interrupt are ours to set.  verify_port() of some
 * drivers refuses any TIOCSSERIAL with EINVAL (sunzilog.c): then the interrupt
 * alone goes on.
 */
static int step_arm(struct probe *p, struct ppsport *port)
{
	port->flags = read_flags(p, port);
	if (!fact_known(port->flags) || is_armed_by_driver(p, port))
		return 0;
	port->flag_err = rearm_set_flag(port->fd);
	if (port->flag_err && port->flag_err != -EINVAL)
		return port->flag_err;
	port->needs_flag = !port->flag_err;
	port->flag_changed = port->needs_flag && !has_flag(port->flags);
	return rearm_fd(port->fd);
}

static int step_check_flags(struct probe *p, struct ppsport *port)
{
	port->flags = read_flags(p, port);
	port->is_armed = has_flag(port->flags);
	if (port->is_armed || !fact_known(port->flags) || port->flag_err)
		return 0;
	return -EIO;
}

static int step_check_pps(struct probe *p, struct ppsport *port)
{
	return ppsdev_find(p, port->tty, port->pps, sizeof(port->pps));
}

static int step_check_mode(struct probe *p, struct ppsport *port)
{
	struct termios now;

	(void)p;
	if (tcgetattr(port->fd, &now) < 0)
		return -errno;
	if (!tty_mode_equal(&now, &port->mode))
		return -EIO;
	/* as ntpd will: the same again must change nothing */
	return tty_set_mode(port->fd, &port->mode);
}

/* "0d" */
static struct fact read_register(struct probe *p, int64_t address)
{
	char text[8];
	int n = probe_getf(p, text, sizeof(text), "ioport:%llx", (unsigned long long)address);

	return fact_from(n < 0 ? n : 0, n < 0 ? 0 : strtol(text, NULL, 16));
}

/* IER, between two looks at LCR: with DLAB set its address is the divisor's. */
static struct fact read_ier(struct probe *p, int64_t base)
{
	const struct fact before = read_register(p, base + UART_LCR);
	const struct fact ier = read_register(p, base + UART_IER);
	const struct fact after = read_register(p, base + UART_LCR);

	if (!fact_known(before) || !fact_known(after))
		return before;
	if (before.val != after.val || before.val & UART_LCR_DLAB)
		return fact_from(-EAGAIN, 0);
	return ier;
}

static int step_check_ier(struct probe *p, struct ppsport *port)
{
	const struct fact base = probe_number(p, "file:/sys/class/tty/%s/port", port->tty);

	port->ier = fact_from(-ENOENT, 0);
	if (!fact_is(probe_number(p, "file:/sys/class/tty/%s/io_type", port->tty), 0) ||
	    !fact_known(base) || base.val <= 0)
		return 0;
	for (int i = 0; i < IER_READS; i++) {
		port->ier = read_ier(p, base.val);
		if (port->ier.state == FACT_DENIED && port->ier.err != EAGAIN)
			return 0;	/* not root, or locked down: not known */
		if (fact_known(port->ier) && port->ier.val & UART_IER_MSI)
			return 0;
		probe_sleep_ms(p, IER_PAUSE_MS);
	}
	return fact_known(port->ier) ? -EIO : 0;
}

static int (*const steps[N_STEPS])(struct probe *p, struct ppsport *port) = {
	[STEP_UART] = step_uart,
	[STEP_OPEN] = step_open,
	[STEP_SERIAL] = step_serial,
	[STEP_READ_LDISC] = step_read_ldisc,
	[STEP_READ_MODE] = step_read_mode,
	[STEP_SET_MODE] = step_set_mode,
	[STEP_FLUSH] = step_flush,
	[STEP_SET_LDISC] = step_set_ldisc,
	[STEP_CHECK_LDISC] = step_check_ldisc,
	[STEP_ARM] = step_arm,
	[STEP_CHECK_FLAGS] = step_check_flags,
	[STEP_CHECK_PPS] = step_check_pps,
	[STEP_CHECK_MODE] = step_check_mode,
	[STEP_CHECK_IER] = step_check_ier,
};

static bool is_of_pulse(enum ppsport_step step)
{
	return (step >= STEP_SET_LDISC && step <= STEP_CHECK_PPS) || step == STEP_CHECK_IER;
}

int ppsport_attach(struct probe *p, struct ppsport *port)
{
	int err;

	port->fd = -1;
	port->pps[0] = '\0';
	port->is_armed = port->needs_flag = false;
	port->mode_changed = port->ldisc_changed = port->flag_changed = false;
	port->flag_err = 0;
	for (port->step = 0; port->step < N_STEPS; port->step++) {
		if (port->no_pulse && is_of_pulse(port->step))
			continue;
		err = steps[port->step](p, port);
		if (!err)
			continue;
		if (port->fd >= 0 && tty_is_gone(port->fd))
			err = -ENXIO;
		ppsport_put_back(port);
		return err;
	}
	return 0;
}

int ppsport_put_back(struct ppsport *port)
{
	int err = 0, err_flag = 0, err_mode = 0;

	if (port->fd < 0)
		return 0;
	if (port->ldisc_changed || port->mode_changed)
		tcflush(port->fd, TCOFLUSH);
	if (port->ldisc_changed)
		err = tty_set_ldisc(port->fd, port->found_ldisc);
	if (port->flag_changed)
		err_flag = rearm_clear_flag(port->fd);
	if (port->mode_changed && tcsetattr(port->fd, TCSANOW, &port->found_mode) < 0)
		err_mode = -errno;
	close(port->fd);
	port->fd = -1;
	port->mode_changed = port->ldisc_changed = port->flag_changed = false;
	return err ? err : err_flag ? err_flag : err_mode;
}

int ppsport_ldisc_after(const struct ppsport *port)
{
	return port->found_ldisc == N_PPS ? N_TTY : port->found_ldisc;
}
