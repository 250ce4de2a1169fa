/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names and addresses of servers, positions and passwords out of what daemons are
 * configured with and say, and out of logs.  A server is "server-1" wherever it is
 * named; clocks of this machine stay.  Of a log only the lines stay that are known to
 * be about a receiver (daemon/logline.h).  Pure.
 */
#ifndef GPSPPSCTL_REDACT_SAID_H
#define GPSPPSCTL_REDACT_SAID_H

#include "redact.h"

/* The value of `key` into out; its length, or -1: it is no such key. */
int redact_said(struct redact *r, const char *key, const char *in, size_t n, char *out,
		size_t size);

#endif
