/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Places out of gpsd's reports; of a log what is known.  Parts of redact_said.h.  Pure. */
#ifndef GPSPPSCTL_REDACT_REPORT_H
#define GPSPPSCTL_REDACT_REPORT_H

#include "redact_server.h"

void redact_reports(struct redact_sink *s, struct word text);
void redact_log(struct redact_sink *s, struct word text);

#endif
