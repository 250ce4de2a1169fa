// SPDX-License-Identifier: GPL-2.0-or-later
/* What several checks share. */
#include "check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* A pulse a second: DSR and CTS count both edges, RI only one (uart_handle_*_change()). */
#define PIN_EDGES_MIN 2
#define PIN_EDGES_MAX_HZ 4	/* more is data on a modem line, not a pulse */

static const struct {
	int err;
	const char *allow;
} remedies[] = {
	{ EACCES, "run it as root: sudo gpsppsctl diag" },
	{ EPERM, "run it as root, without kernel lockdown (secure boot)" },
	{ EBUSY, "run it as root: another program has the port for itself (TIOCEXCL)" },
	{ EAGAIN, "run it again" },
	{ ETIME, "gpsppsctl diag     # without --wait 0: takes 3 seconds" },
};

void check_denied(struct finding *out, const char *what, struct fact refusal)
{
	if (refusal.state == FACT_DENIED && refusal.err == ETIME)
		finding_skip(out, "%s was not watched", what);
	else
		finding_skip(out, "%s cannot be read: %s", what,
			     refusal.state == FACT_DENIED ? strerror(refusal.err) :
			     "there is none");
	for (size_t i = 0; i < sizeof(remedies) / sizeof(remedies[0]); i++)
		if (refusal.state == FACT_DENIED && remedies[i].err == refusal.err)
			finding_fix(out, "%s", remedies[i].allow);
}

enum icount_line check_pulse_pin(const struct port_facts *f)
{
	static const enum icount_line pins[] = { IC_CTS, IC_DSR, IC_RNG };
	const int64_t max = PIN_EDGES_MAX_HZ * facts_window_ms(f) / 1000;

	for (size_t i = 0; i < sizeof(pins) / sizeof(pins[0]); i++) {
		struct fact moved = facts_moved(f, pins[i]);

		if (fact_known(moved) && moved.val >= PIN_EDGES_MIN && moved.val <= max)
			return pins[i];
	}
	return IC_DCD;
}

bool check_is_silent(const struct port_facts *f)
{
	return !f->no_sentences && facts_window_ms(f) >= 3000 &&
	       fact_is(facts_moved(f, IC_RX), 0);
}

bool check_was_heard(const struct port_facts *f)
{
	return fact_known(f->sentences.ms);
}

bool check_needs_no_sentences(const struct port_facts *f)
{
	return f->pulse_only || f->no_sentences || !fact_is(f->present, 1) ||
	       (!facts_is_open(f) && !check_was_heard(f));
}

void check_unheard(const struct port_facts *f, struct finding *out)
{
	finding_skip(out, "%s", f->sentences.obstacle[0] ? f->sentences.obstacle :
		     "the port was not listened to");
	finding_fix(out, "%s", f->sentences.allow);
}

bool check_hears(const struct port_facts *f, struct finding *out)
{
	if (check_needs_no_sentences(f) || check_is_silent(f))
		return false;
	if (check_was_heard(f))
		return true;
	if (f->sentences.ms.state == FACT_DENIED)
		check_unheard(f, out);
	return false;
}

static const char *driver_name(const struct port_facts *f)
{
	return f->port.driver.state == FACT_OK ? f->port.driver.val : NULL;
}

const struct driver_facts *check_driver(const struct port_facts *f)
{
	return driver_find(driver_name(f));
}

bool check_sets_flag(const struct port_facts *f)
{
	const struct driver_facts *d = check_driver(f);

	return (d && d->sets_flag) || driver_is_8250(driver_name(f), f->port.type);
}

void check_movement_text(const struct port_facts *f, char *buf, size_t size)
{
	struct fact dcd = facts_moved(f, IC_DCD), rx = facts_moved(f, IC_RX);
	const double window_s = facts_window_ms(f) / 1000.0;
	int n;

	if (fact_is(dcd, 0))
		n = snprintf(buf, size, "DCD counter stood still for %.1f s", window_s);
	else if (fact_known(dcd))
		n = snprintf(buf, size, "DCD counter moved by %d in %.1f s", (int)dcd.val,
			     window_s);
	else
		n = snprintf(buf, size, "%s stood still for %.1f s", f->pulse.name, window_s);
	if (fact_known(rx) && n > 0 && (size_t)n < size)
		snprintf(buf + n, size - n, ", %d characters came", (int)rx.val);
}

enum severity check_severity(const struct check *other, const struct port_facts *f)
{
	struct finding found = { .id = other->id };

	other->run(f, &found);
	return found.severity;
}

bool check_fails(const struct check *other, const struct port_facts *f)
{
	return check_severity(other, f) == SEV_FAIL;
}

bool check_any_fails(const struct check *const *others, size_t n, const struct port_facts *f)
{
	for (size_t i = 0; i < n; i++)
		if (check_fails(others[i], f))
			return true;
	return false;
}

bool check_is_deaf(const struct port_facts *f)
{
	static const struct check *const deaf[] = {
		&check_uart_loopback, &check_uart_out2_off, &check_uart_irq_dead,
		&check_driver_no_set_ldisc,
	};
	struct uart_regs regs;

	/* without N_PPS it is off by right */
	if (!f->no_pulse && facts_msi(f, &regs) == MSI_OFF)
		return true;
	return check_any_fails(deaf, sizeof(deaf) / sizeof(deaf[0]), f);
}

bool check_can_judge_line(const struct port_facts *f, struct finding *out)
{
	if (f->pulse_only || !facts_is_attached(f) || check_is_deaf(f))
		return false;
	if (facts_has_pulse(f)) {
		out->severity = SEV_OK;
		return false;
	}
	if (!facts_no_pulse(f)) {
		finding_skip(out, "%s was not watched for long enough", f->pulse.name);
		return false;
	}
	return true;
}

bool check_are_stamps_true(const struct port_facts *f)
{
	struct uart_regs regs;

	return facts_is_attached(f) && (f->pulse_only || facts_msi(f, &regs) != MSI_OFF);
}

const char *check_pulse_node(const struct port_facts *f)
{
	return f->gpspps.name[0] && fact_is(f->gpspps.exists, 1) ? f->gpspps.name :
		f->pulse.name;
}

bool check_is_at_work(const struct port_facts *f)
{
	return !f->pulse_only && facts_is_attached(f);
}

bool check_has_moved(struct fact f)
{
	return fact_known(f) && f.val > 0;
}

bool check_is_irq_shared(const struct port_facts *f)
{
	return f->irq_names.state != FACT_OK || strchr(f->irq_names.val, ',') ||
	       strcmp(f->irq_names.val, f->port.name);
}

/* As the window began one pulse may have been under way, and have been the last. */
#define LAST_EDGES_MAX 3

bool check_dcd_goes_on(const struct port_facts *f)
{
	const struct fact dcd = facts_moved(f, IC_DCD);

	return fact_known(dcd) && dcd.val > LAST_EDGES_MAX;
}
