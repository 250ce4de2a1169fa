// SPDX-License-Identifier: GPL-2.0-or-later
/* The one line of a port without a fault. */
#include "diag.h"

#include <stdio.h>

static bool moves(struct fact f)
{
	return fact_known(f) && f.val > 0;
}

/* A daemon captures one edge: what attach measured before it came. */
static void add_known_width(const struct port_facts *f, char *line)
{
	const int64_t age_s = f->hold.shape_age_s.val;

	if (!fact_known(f->hold.width_us) || !fact_known(f->hold.shape_age_s))
		return;
	diag_add(line, ", width %lld ms (measured at attach, ", (long long)(f->hold.width_us.val + 500) / 1000);
	if (age_s < 3600)
		diag_add(line, "%lld min ago)", (long long)age_s / 60);
	else
		diag_add(line, "%lld h ago)", (long long)age_s / 3600);
}

static void add_delay(const struct port_facts *f, char *line)
{
	const struct fact delay_ms = facts_delay_ms(f);

	if (fact_known(delay_ms))
		diag_add(line, ", the sentence ends %.3f s after it", delay_ms.val / 1000.0);
}

/* From the last assert to the clear behind it; the clear may belong to the pulse before. */
static void add_pulse(const struct port_facts *f, char *line)
{
	bool asserts = moves(facts_asserts(f)), clears = moves(facts_clears(f));
	int64_t edges = asserts ? facts_asserts(f).val : facts_clears(f).val;
	int64_t period_ms = facts_window_ms(f) / (edges ? edges : 1);
	int64_t width_ns;

	if (period_ms > 700 && period_ms < 1700)
		diag_add(line, "1 pulse/s on %s", asserts ? "assert" : "clear");
	else
		diag_add(line, "%lld pulses in %.1f s on %s", (long long)edges,
		    facts_window_ms(f) / 1000.0, asserts ? "assert" : "clear");
	if (!asserts || !clears) {
		add_known_width(f, line);
		return;
	}
	width_ns = f->second.clear_edge.time_ns.val - f->second.assert_edge.time_ns.val;
	if (width_ns < 0)
		width_ns += 1000000000;
	diag_add(line, ", width %lld ms", (long long)((width_ns + NS_PER_MS / 2) / NS_PER_MS));
}

/* Where a GPIO's pulse comes from. */
static void add_line(const struct port_facts *f, char *line)
{
	const struct gpio_facts *g = &f->gpio;

	if (!g->driver || !fact_is(g->line_known, 1))
		return;
	diag_add(line, ", line %u of %s by %s", g->line.offset, g->chip,
		 g->driver == GPIO_DRIVER_POLL ? "pps-gpio-poll" : "pps-gpio");
	if (fact_known(g->poll_us))
		diag_add(line, " every %lld us", (long long)g->poll_us.val);
}

static void add_users(const struct port_facts *f, char *line)
{
	const struct holder *const feed = facts_feed(f);
	const char *sep = ", used by ";
	bool is_told = false;

	for (size_t i = 0; i < f->pulse.holders.n; i++) {
		const struct holder *h = &f->pulse.holders.v[i];

		if (holder_role(h->comm) == ROLE_KEEPER)
			continue;
		diag_add(line, "%s%s[%d]", sep, h->comm, h->pid);
		is_told = is_told || (feed && h->pid == feed->pid);
		sep = ", ";
	}
	/* one that sees the pulse without the kernel's device */
	if (feed && !is_told)
		diag_add(line, "%s%s[%d]", sep, feed->comm, feed->pid);
}

static void print_sentences_only(const struct port_facts *f)
{
	char line[DIAG_LINE_MAX] = "sentences only: ";

	if (f->pulse_from[0])
		diag_add(line, "the pulse comes from %s", f->pulse_from);
	else
		diag_add(line, "its pulse is not looked for here");
	if (fact_is(f->sentences.fix, 1))
		diag_add(line, ", the receiver has a fix");
	diag_put_headline(f, line, NULL);
}

void diag_put_healthy(const struct port_facts *f)
{
	struct fact age_ms = facts_pulse_age_ms(f);
	char line[DIAG_LINE_MAX];

	if (f->no_pulse && !facts_has_pulse(f)) {
		print_sentences_only(f);
		return;
	}
	if (!facts_window_ms(f) && facts_saw_pulse(f)) {
		snprintf(line, sizeof(line),
			 "no fault to be seen at once; the last pulse is %lld ms old",
			 (long long)age_ms.val);
		diag_put_headline(f, line, NULL);
		return;
	}
	if (!facts_has_pulse(f)) {
		diag_put_headline(f, "no fault found, and no pulse seen: too little could be looked at",
			     NULL);
		return;
	}
	snprintf(line, sizeof(line), "healthy: ");
	add_pulse(f, line);
	add_delay(f, line);
	add_line(f, line);
	if (fact_is(f->sentences.fix, 1))
		diag_add(line, ", the receiver has a fix");
	add_users(f, line);
	diag_put_headline(f, line, NULL);
}
