// SPDX-License-Identifier: GPL-2.0-or-later
/* What follows from the facts of a port directly, for all checks alike. */
#include "portfacts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define EDGES_MIN 2
#define OURS "gpsppsctl"
#define FRESH_MS 2000		/* a second, and a little for a late look */

static const struct {
	const char *comm;	/* begins with */
	enum holder_role role;
} roles[] = {
	{ "gpsppsctl-feed", ROLE_FEED },
	{ "gpsppsctl-pulse", ROLE_PULSE_FEED },
	{ "gpsppsctl", ROLE_KEEPER },
	{ "ldattach", ROLE_KEEPER },
	{ "ppsldisc", ROLE_KEEPER },
	{ "agetty", ROLE_GETTY },
	{ "getty", ROLE_GETTY },
	{ "mgetty", ROLE_GETTY },
	{ "mingetty", ROLE_GETTY },
	{ "login", ROLE_GETTY },
	{ "ntpd", ROLE_NTP },
	{ "gpsd", ROLE_GPSD },
};

enum holder_role holder_role(const char *comm)
{
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (!strncmp(comm, roles[i].comm, strlen(roles[i].comm)))
			return roles[i].role;
	return ROLE_OTHER;
}

const struct holder *facts_holder(const struct port_facts *f, enum holder_role role)
{
	for (size_t i = 0; i < f->port.holders.n; i++)
		if (holder_role(f->port.holders.v[i].comm) == role)
			return &f->port.holders.v[i];
	return NULL;
}

bool holder_reads(const struct holder *h)
{
	const enum holder_role role = holder_role(h->comm);

	return role != ROLE_KEEPER && role != ROLE_PULSE_FEED;
}

const struct holder *facts_reader(const struct port_facts *f)
{
	for (size_t i = 0; i < f->port.holders.n; i++)
		if (holder_reads(&f->port.holders.v[i]))
			return &f->port.holders.v[i];
	return NULL;
}

static const struct holder *find_feed(const struct holders *h)
{
	for (size_t i = 0; i < h->n; i++) {
		const enum holder_role role = holder_role(h->v[i].comm);

		if (role == ROLE_FEED || role == ROLE_PULSE_FEED)
			return &h->v[i];
	}
	return NULL;
}

const struct holder *facts_feed(const struct port_facts *f)
{
	const struct holder *h = find_feed(&f->port.holders);

	return h ? h : find_feed(&f->pulse.holders);
}

static bool is_ours(const struct holder *h)
{
	return !strncmp(h->comm, OURS, strlen(OURS));
}

bool facts_are_settings_final(const struct port_facts *f)
{
	const struct holders *h = &f->port.holders;

	if (fact_known(f->unit) || facts_reader(f))
		return true;
	for (size_t i = 0; h->v && i < h->n; i++)
		if (is_ours(&h->v[i]))
			return true;
	return false;
}

bool facts_is_open(const struct port_facts *f)
{
	return f->port.holders.n || f->pulse.name[0];
}

bool facts_is_attached(const struct port_facts *f)
{
	return f->pulse.name[0];
}

/*
 * The kernel's counters are 32 bits wide and wrap.  One that went back began anew
 * (the port was attached again, the adapter plugged in again): what it has is new.
 */
static struct fact moved(struct fact before, struct fact after)
{
	uint32_t by;

	if (!fact_known(before))
		return before;
	if (!fact_known(after))
		return after;
	by = (uint32_t)(after.val - before.val);
	return fact_from(0, by > INT32_MAX ? (uint32_t)after.val & INT32_MAX : by);
}

struct fact facts_moved(const struct port_facts *f, enum icount_line line)
{
	return moved(f->first.icount[line], f->second.icount[line]);
}

struct fact facts_asserts(const struct port_facts *f)
{
	return moved(f->first.assert_edge.seq, f->second.assert_edge.seq);
}

struct fact facts_clears(const struct port_facts *f)
{
	return moved(f->first.clear_edge.seq, f->second.clear_edge.seq);
}

struct fact facts_interrupts(const struct port_facts *f)
{
	return moved(f->first.irq_count, f->second.irq_count);
}

int64_t facts_window_ms(const struct port_facts *f)
{
	return (f->second.at_ns - f->first.at_ns) / 1000000;
}

struct fact facts_pulse_age_ms(const struct port_facts *f)
{
	struct fact asserted = f->first.assert_edge.time_ns, cleared = f->first.clear_edge.time_ns;
	int64_t at_ns = fact_known(asserted) ? asserted.val : 0;

	if (fact_known(cleared) && cleared.val > at_ns)
		at_ns = cleared.val;
	/* the clock may have been set back since */
	if (!at_ns || at_ns > f->first.real_ns)
		return fact_from(-ENOENT, 0);
	return fact_from(0, (f->first.real_ns - at_ns) / 1000000);
}

static bool at_least(struct fact f, int64_t n)
{
	return fact_known(f) && f.val >= n;
}

enum pulse_edge facts_known_edge(const struct port_facts *f)
{
	return fact_known(f->hold.edge) ? (enum pulse_edge)f->hold.edge.val : EDGE_UNKNOWN;
}

bool facts_has_pulse(const struct port_facts *f)
{
	return at_least(facts_asserts(f), EDGES_MIN) || at_least(facts_clears(f), EDGES_MIN);
}

bool facts_saw_pulse(const struct port_facts *f)
{
	struct fact age_ms = facts_pulse_age_ms(f);

	if (facts_window_ms(f))
		return facts_has_pulse(f);
	return fact_known(age_ms) && age_ms.val < FRESH_MS;
}

bool facts_no_pulse(const struct port_facts *f)
{
	struct fact asserts = facts_asserts(f), clears = facts_clears(f);

	if (facts_window_ms(f) < FACTS_WINDOW_MIN_MS || facts_has_pulse(f))
		return false;
	return fact_known(asserts) || fact_known(clears);
}

/*
 * On a console port a zero is no evidence: the kernel clears IER for as long as
 * it prints (serial8250_console_write()).
 */
enum msi facts_msi(const struct port_facts *f, struct uart_regs *regs)
{
	uartdiag_judge(f->samples, f->n_samples, regs);
	if (!f->n_samples || !fact_known(regs->ier))
		return MSI_UNKNOWN;
	if (regs->ier.val & IER_MODEM)
		return MSI_ON;
	return fact_is(f->port.console, 1) && !regs->ier.val ? MSI_UNKNOWN : MSI_OFF;
}

bool facts_burst(const struct port_facts *f, struct fact *first_ms, struct fact *last_ms)
{
	const bool now = fact_known(f->motion.burst_last_ms);

	*first_ms = now ? f->motion.burst_first_ms : f->hold.burst_first_ms;
	*last_ms = now ? f->motion.burst_last_ms : f->hold.burst_last_ms;
	return facts_has_pulse(f) && fact_known(*first_ms) && fact_known(*last_ms);
}

/* Where nobody could listen, the end of the whole burst is all that is known. */
struct fact facts_delay_ms(const struct port_facts *f)
{
	const struct fact dated_ms = f->sentences.dated_ms;
	struct fact first_ms, last_ms;

	if (!facts_burst(f, &first_ms, &last_ms))
		return (struct fact) { .state = FACT_ABSENT };
	if (fact_known(dated_ms) && first_ms.val + dated_ms.val < last_ms.val)
		return fact_from(0, first_ms.val + dated_ms.val);
	return last_ms;
}

#define SENTENCE_MAX 82		/* characters, with CR and LF: NMEA 0183 */

bool facts_one_sentence(const struct port_facts *f)
{
	const struct fact chars = fact_known(f->motion.chars_per_s) ? f->motion.chars_per_s :
		f->hold.burst_chars;

	return fact_known(chars) && chars.val <= SENTENCE_MAX;
}

struct fact facts_middle_ms(struct fact first_ms, struct fact last_ms)
{
	if (!fact_known(first_ms) || !fact_known(last_ms))
		return last_ms;
	return fact_from(0, (first_ms.val + last_ms.val) / 2);
}

struct fact facts_delay_to_write_ms(const struct port_facts *f, bool *counted)
{
	struct fact first_ms, last_ms;

	*counted = !fact_known(f->sentences.dated_ms) && !facts_one_sentence(f) &&
		   facts_burst(f, &first_ms, &last_ms);
	return *counted ? facts_middle_ms(first_ms, last_ms) : facts_delay_ms(f);
}

void facts_holders_text(const struct port_facts *f, char *buf, size_t size)
{
	size_t len = 0;

	snprintf(buf, size, "%s", f->port.holders.unseen ? "somebody" : "nobody");
	for (size_t i = 0; i < f->port.holders.n && len < size; i++)
		len += snprintf(buf + len, size - len, "%s%s[%d]", len ? ", " : "",
				f->port.holders.v[i].comm, f->port.holders.v[i].pid);
}
