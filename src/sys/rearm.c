// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * TIOCMIWAIT arms as it begins to wait: uart_wait_modem_status()
 * (drivers/tty/serial/serial_core.c) calls the driver's enable_ms(), which sets
 * MSI in the driver's copy of IER and writes that to the UART whatever was
 * there before (serial8250_enable_ms(), 8250_port.c: 6.1 to 7.2).  So it cures
 * a cleared copy and a cleared register alike, and nobody turns it off after
 * the wait.  A change of termios would not do: without a change in c_cflag
 * uart_set_termios() does not reach the UART.
 */
#include "rearm.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <linux/serial.h>
#include <unistd.h>

#include "../driver.h"
#include "tty.h"

#define WAIT_US 5000	/* again and again: the first may come before the wait has begun */

static void on_alarm(int number)
{
	(void)number;
}

/* No modem line is waited for: only the alarm ends it. */
int rearm_fd(int fd)
{
	static const struct itimerval again = { { 0, WAIT_US }, { 0, WAIT_US } };
	struct sigaction action = { .sa_handler = on_alarm }, old_action;
	struct itimerval old_timer;
	sigset_t alarm_set, old_set;
	int err;

	sigemptyset(&alarm_set);
	sigaddset(&alarm_set, SIGALRM);
	sigaction(SIGALRM, &action, &old_action);	/* without SA_RESTART */
	sigprocmask(SIG_UNBLOCK, &alarm_set, &old_set);
	setitimer(ITIMER_REAL, &again, &old_timer);
	err = ioctl(fd, TIOCMIWAIT, 0ul) < 0 ? -errno : 0;
	setitimer(ITIMER_REAL, &old_timer, NULL);
	sigprocmask(SIG_SETMASK, &old_set, NULL);
	sigaction(SIGALRM, &old_action, NULL);
	return err == -EINTR ? 0 : err;
}

/*
 * Any driver of serial_core takes it: UPF_CHANGE_MASK has bit 11, and who lacks
 * CAP_SYS_ADMIN may change the bits of UPF_USR_MASK alone (uart_set_info()).  All
 * other members go back as they came.
 */
static int write_flag(int fd, int flag)
{
	struct serial_struct serial;

	if (ioctl(fd, TIOCGSERIAL, &serial) < 0)
		return -errno;
	if ((serial.flags & FLAG_HARDPPS_CD) == flag)
		return 0;
	serial.flags ^= FLAG_HARDPPS_CD;
	return ioctl(fd, TIOCSSERIAL, &serial) < 0 ? -errno : 0;
}

/* Without it the next change of termios would turn MSI off once more (UART_ENABLE_MS()). */
int rearm_set_flag(int fd)
{
	return write_flag(fd, FLAG_HARDPPS_CD);
}

int rearm_clear_flag(int fd)
{
	return write_flag(fd, 0);
}

int rearm_port(const char *tty)
{
	int err, err_flag, fd = tty_open(tty);

	if (fd < 0)
		return fd;
	err = tty_get_ldisc(fd);
	if (err == N_PPS) {
		/* not root's: the interrupt can be armed all the same */
		err_flag = rearm_set_flag(fd);
		err = rearm_fd(fd);
		err = err ? err : err_flag;
	} else if (err >= 0) {
		err = -ENODEV;
	}
	close(fd);
	return err;
}
