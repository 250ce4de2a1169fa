/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Turn a UART's modem-status interrupt on again, beside whoever has the port open. */
#ifndef GPSPPSCTL_REARM_H
#define GPSPPSCTL_REARM_H

/*
 * The port "ttyS0", which must have N_PPS: its interrupt and the kernel's flag
 * for it (0x800) are set again; line discipline, ppsN and termios stay.  The
 * UART itself may not obey: look again afterwards.  0 or -errno: -ENODEV when
 * the port has no N_PPS, -ENOTTY or -EINVAL when its driver cannot do it, -EPERM
 * when the interrupt is armed but the flag could not be set.
 *
 * Uses SIGALRM and ITIMER_REAL for some milliseconds, and puts both back.
 */
int rearm_port(const char *tty);

/*
 * The same of an open port, in two parts.  The interrupt alone, which needs no
 * right; SIGALRM as above.  0 or -errno.
 */
int rearm_fd(int fd);

/*
 * The flag alone, without which the next change of termios turns the interrupt
 * off.  A change needs CAP_SYS_ADMIN (-EPERM); as it is already: nothing is
 * written.  rearm_clear_flag() is for a port that N_PPS has left: only a driver
 * with set_ldisc() has taken the flag away by itself.
 */
int rearm_set_flag(int fd);
int rearm_clear_flag(int fd);

#endif
