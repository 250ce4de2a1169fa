/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A probe that hands on what another one says, and writes it down (record.h). */
#ifndef GPSPPSCTL_PROBE_RECORD_H
#define GPSPPSCTL_PROBE_RECORD_H

#include "probe.h"

/*
 * Ask `inner` from now on and record its answers in `dir`, which must be new or
 * empty.  Answers are redacted (redact.h) before anybody sees them, so that who
 * asks judges what the record says.  Closes `inner` with itself.  NULL and errno
 * (then inner is the caller's).  Writing fails silently: probe_trouble() tells.
 */
struct probe *probe_open_record(struct probe *inner, const char *dir);

/* Something that no probe was asked, to be found in the record. */
void probe_record_say(struct probe *p, const char *key, const char *text);

#endif
