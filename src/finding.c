// SPDX-License-Identifier: GPL-2.0-or-later
/* The texts and values of a finding. */
#include "finding.h"

#include <stdarg.h>
#include <stdio.h>

void finding_saw(struct finding *f, const char *key, struct fact value)
{
	if (f->n_saw == FINDING_SAW_MAX)
		return;
	f->saw[f->n_saw].key = key;
	f->saw[f->n_saw].value = value;
	f->n_saw++;
}

/* The six below differ in where their text goes, and in nothing else. */
#define PUT(member) do {						\
	va_list ap;							\
									\
	va_start(ap, fmt);						\
	vsnprintf(f->member, sizeof(f->member), fmt, ap);		\
	va_end(ap);							\
} while (0)

void finding_observed(struct finding *f, const char *fmt, ...)
{
	PUT(observed);
}

void finding_why(struct finding *f, const char *fmt, ...)
{
	PUT(why);
}

void finding_fix(struct finding *f, const char *fmt, ...)
{
	PUT(fix);
}

void finding_fail(struct finding *f, const char *fmt, ...)
{
	f->severity = SEV_FAIL;
	PUT(headline);
}

void finding_warn(struct finding *f, const char *fmt, ...)
{
	f->severity = SEV_WARN;
	PUT(headline);
}

void finding_skip(struct finding *f, const char *fmt, ...)
{
	f->severity = SEV_SKIPPED;
	PUT(headline);
}

const char *severity_name(enum severity s)
{
	static const char *const names[] = {
		[SEV_NONE] = "none", [SEV_OK] = "ok", [SEV_INFO] = "info",
		[SEV_SKIPPED] = "skipped", [SEV_WARN] = "warn", [SEV_FAIL] = "fail",
	};

	return names[s];
}
