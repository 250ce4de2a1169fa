// SPDX-License-Identifier: GPL-2.0-or-later
/* Three-valued facts. */
#include "facts.h"

#include <errno.h>
#include <string.h>

static enum fact_state state_of(int err)
{
	switch (err) {
	case 0:
		return FACT_OK;
	case -ENOENT:
	case -ENODEV:
	case -ENXIO:
		return FACT_ABSENT;
	default:
		return FACT_DENIED;
	}
}

struct fact fact_from(int err, int64_t val)
{
	struct fact f = { .state = state_of(err) };

	if (f.state == FACT_OK)
		f.val = val;
	else if (f.state == FACT_DENIED)
		f.err = -err;
	return f;
}

struct fact_text fact_text_from(int err, const char *text)
{
	struct fact_text f = { .state = state_of(err) };
	size_t n;

	if (f.state == FACT_DENIED)
		f.err = -err;
	if (f.state != FACT_OK)
		return f;
	n = strlen(text);
	if (n >= sizeof(f.val))
		n = sizeof(f.val) - 1;
	memcpy(f.val, text, n);
	return f;
}
