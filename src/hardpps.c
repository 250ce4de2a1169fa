// SPDX-License-Identifier: GPL-2.0-or-later
/* A pulse that the kernel uses itself: who is bound, and what comes of it. */
#include "hardpps.h"

#include <string.h>

#include "letters.h"

#define BOTH (HARDPPS_ASSERT | HARDPPS_CLEAR)

/* ---- the kernel's log ---- */

/* "pps pps0: ": the source's name, and what stands behind it.  NULL: no such line. */
static const char *find_source(const char *line, size_t len, char *name)
{
	static const char tag[] = " pps pps";
	const char *at = memmem(line, len, tag, sizeof(tag) - 1);
	size_t n = 3;

	if (!at)
		return NULL;
	at += 5;	/* "pps0: ..." */
	while (at + n < line + len && is_digit(at[n]))
		n++;
	if (n == 3 || n >= CONSUMER_NAME_MAX || line + len - at < (ptrdiff_t)n + 2 ||
	    at[n] != ':' || at[n + 1] != ' ')
		return NULL;
	memcpy(name, at, n);
	name[n] = '\0';
	return at + n + 2;
}

static bool begins(const char *text, const char *end, const char *with)
{
	return (size_t)(end - text) >= strlen(with) && !memcmp(text, with, strlen(with));
}

static void read_line(const char *line, size_t len, struct consumer *c)
{
	static const char bound[] = "bound kernel consumer: edge=0x";
	const char *const end = line + len;
	char name[CONSUMER_NAME_MAX];
	const char *said = find_source(line, len, name);

	if (!said)
		return;
	if (begins(said, end, "unbound kernel consumer")) {
		*c = (struct consumer){ .state = CONSUMER_NONE };
	} else if (begins(said, end, bound) && said + sizeof(bound) - 1 < end) {
		c->state = CONSUMER_BOUND;
		c->edges = (unsigned int)(said[sizeof(bound) - 1] - '0') & BOTH;
		strcpy(c->source, name);
	}
}

void consumer_from_log(const char *text, struct consumer *c)
{
	*c = (struct consumer){ .state = strstr(text, "Linux version ") ? CONSUMER_NONE :
						  CONSUMER_UNKNOWN };
	while (*text) {
		const size_t len = strcspn(text, "\n");

		read_line(text, len, c);
		text += len + (text[len] == '\n');
	}
}

/* ---- what comes of it ---- */

static const struct {
	const char *name, *text;
} uses[N_HARDPPS_USES] = {
	[HARDPPS_UNSUPPORTED] = { "unsupported",
		"cannot be used by this kernel itself: it was built without CONFIG_NTP_PPS" },
	[HARDPPS_NO_SOURCE] = { "no-source", "there is no source of pulses" },
	[HARDPPS_UNBOUND] = { "unbound", "no source is bound to the kernel's clock" },
	[HARDPPS_UNKNOWN] = { "unknown",
		"not known: the kernel's log alone tells which source is bound" },
	[HARDPPS_NO_PULSE] = { "no-pulse", "no pulse within 10 s" },
	[HARDPPS_BAD_PULSE] = { "bad-pulse", "its pulses jitter or wander too much" },
	[HARDPPS_MEASURES] = { "measures",
		"measured, not followed: STA_PPSTIME and STA_PPSFREQ are off" },
	[HARDPPS_STEERS] = { "steers", "the clock follows it" },
};

enum hardpps_use hardpps_judge(const struct kernelclock *clock, const struct consumer *consumer,
			       size_t sources)
{
	if (!kernelclock_has_hardpps(clock))
		return HARDPPS_UNSUPPORTED;
	if (!sources)
		return HARDPPS_NO_SOURCE;
	if (consumer->state == CONSUMER_NONE)
		return HARDPPS_UNBOUND;
	if (!(clock->status & CLOCK_PPSSIGNAL))
		return consumer->state == CONSUMER_BOUND ? HARDPPS_NO_PULSE : HARDPPS_UNKNOWN;
	if (clock->status & (CLOCK_PPSJITTER | CLOCK_PPSWANDER | CLOCK_PPSERROR))
		return HARDPPS_BAD_PULSE;
	return clock->status & (CLOCK_PPSTIME | CLOCK_PPSFREQ) ? HARDPPS_STEERS : HARDPPS_MEASURES;
}

const char *hardpps_use_name(enum hardpps_use use)
{
	return uses[use].name;
}

const char *hardpps_use_text(enum hardpps_use use)
{
	return uses[use].text;
}

const char *hardpps_edges_text(unsigned int edges)
{
	static const char *const texts[] = { "no edge", "assert", "clear", "both edges" };

	return texts[edges & BOTH];
}

const char *hardpps_obstacle(const struct kernelclock *clock, const struct consumer *consumer,
			     const char *source, unsigned int edges)
{
	if (!kernelclock_has_hardpps(clock))
		return "this kernel was built without CONFIG_NTP_PPS";
	if (!(edges & BOTH))
		return "it captures no edge";
	if (consumer->state == CONSUMER_BOUND && strcmp(consumer->source, source) != 0)
		return "another source is bound, and the kernel takes one";
	return NULL;
}
