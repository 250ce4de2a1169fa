/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Passwords out of configurations and command lines. */
#ifndef GPSPPSCTL_REDACT_SECRET_H
#define GPSPPSCTL_REDACT_SECRET_H

/*
 * In their place, with as many characters: NAME:PASSWORD of "ntrip://NAME:PASSWORD@host"
 * (gpsd's devices), and all behind "crypto" at the beginning of a line (ntp.conf, which
 * Fedora keeps in a file that it includes).  Where servers are taken out (redact_server.h),
 * a URL has no login left.
 */
void redact_secrets(char *text, char *end);

#endif
