/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checks.  One judges the facts of one port for one id: it is given an empty
 * finding (SEV_NONE: does not apply) and fills it.  A new one is a function
 * here and a row in diagnose.c.  What cannot be read is never "ok".
 */
#ifndef GPSPPSCTL_CHECK_H
#define GPSPPSCTL_CHECK_H

#include "../finding.h"
#include "../portfacts.h"

/* A check that met a refusal: skipped, with what refused and what would allow it. */
void check_denied(struct finding *out, const char *what, struct fact refusal);
/* The pin that shows edges while DCD shows none, or IC_DCD when there is none. */
enum icount_line check_pulse_pin(const struct port_facts *f);
/* Nothing at all comes from the receiver: the counter of characters stands still. */
bool check_is_silent(const struct port_facts *f);

/* The kernel can attach: the line discipline is registered, or its module is there. */
bool check_has_ldisc(const struct port_facts *f);

/* port.c */
void check_port_absent(const struct port_facts *f, struct finding *out);
void check_uart_absent(const struct port_facts *f, struct finding *out);
void check_port_getty(const struct port_facts *f, struct finding *out);

/* kernel.c */
void check_kernel_no_pps(const struct port_facts *f, struct finding *out);
void check_kernel_no_ldisc(const struct port_facts *f, struct finding *out);
void check_ldisc_not_attached(const struct port_facts *f, struct finding *out);

/* termios.c */
void check_tty_differs(const struct port_facts *f, struct finding *out);

/* line.c */
void check_uart_msi_off(const struct port_facts *f, struct finding *out);
void check_driver_no_dcd(const struct port_facts *f, struct finding *out);
void check_signal_wrong_pin(const struct port_facts *f, struct finding *out);
void check_signal_absent(const struct port_facts *f, struct finding *out);

/* sentence.c */
void check_nmea_silent(const struct port_facts *f, struct finding *out);
void check_nmea_baud(const struct port_facts *f, struct finding *out);
void check_receiver_no_fix(const struct port_facts *f, struct finding *out);

/* link.c */
void check_link_gps_missing(const struct port_facts *f, struct finding *out);
void check_link_gps_wrong(const struct port_facts *f, struct finding *out);
void check_link_pps_missing(const struct port_facts *f, struct finding *out);
void check_link_pps_wrong(const struct port_facts *f, struct finding *out);
void check_perm_pps(const struct port_facts *f, struct finding *out);

#endif
