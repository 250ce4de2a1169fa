// SPDX-License-Identifier: GPL-2.0-or-later
/* Who may open the port beside those who have it, and who reads it? */
#include "gpsd.h"

#include <errno.h>
#include <stdio.h>

/* ---- locked ---- */

/*
 * gpsd sets TIOCEXCL before it looks who else has the port, and gives up then: the lock
 * stays with the one who has it (gpsd/serial.c, gpsd_serial_open()).
 */
static const struct logline *find_gpsds_try(const struct port_facts *f)
{
	const struct logline *l = NULL;
	char path[SURVEY_NAME_MAX + 8];

	snprintf(path, sizeof(path), "/dev/%s", f->port.name);
	for (size_t i = 0; !l && f->daemons && i < f->daemons->n; i++) {
		const struct daemon *d = &f->daemons->v[i];
		const struct daemon_clock *c;

		if (d->kind != DAEMON_GPSD)
			continue;
		c = daemon_clock_of(d, f);
		l = daemon_logged(d, LOG_PORT_HELD, path);
		if (!l && c && c->port[0])
			l = daemon_logged(d, LOG_PORT_HELD, c->port);
	}
	return l;
}

/* An NTP daemon has still to open it: chronyd never does, nor does one that gpsd feeds. */
static bool is_to_be_opened(const struct port_facts *f)
{
	const struct daemon *d = daemon_of(f, DAEMONS_ALL & ~DAEMON_BIT(DAEMON_GPSD));

	if (!f->gps.name[0] || f->no_sentences || facts_holder(f, ROLE_GPSD) ||
	    facts_holder(f, ROLE_NTP))
		return false;
	return !d || daemon_clock_of(d, f)->kind == CLOCK_NMEA;
}

/* gpsd first, or it locks the port again. */
static void fix_gpsds_lock(const struct port_facts *f, struct finding *out)
{
	struct finding attach = { .severity = SEV_NONE };

	check_fix_attach(f, &attach);
	finding_fix(out, "systemctl disable --now gpsd.socket gpsd.service; %.220s", attach.fix);
}

static void fix_lock(const struct port_facts *f, struct finding *out)
{
	const struct holder *reader = facts_reader(f);

	if (reader)
		finding_fix(out, "kill %d     # %s; when all have closed the port: gpsppsctl attach /dev/%s",
			    reader->pid, reader->comm, f->port.name);
	else
		check_fix_attach(f, out);
}

/* What a daemon gets that comes now; -EBUSY (tty_reopen(), drivers/tty/tty_io.c). */
static void judge_locked(const struct port_facts *f, struct finding *out)
{
	const struct logline *tried = find_gpsds_try(f);
	char who[160];

	facts_holders_text(f, who, sizeof(who));
	finding_observed(out, "TIOCEXCL is set on /dev/%s, open by %.80s%s%.120s", f->port.name, who,
			 tried ? "; the log of this boot: " : "", tried ? tried->text : "");
	if (!is_to_be_opened(f)) {
		finding_why(out, "%s set it; a program without CAP_SYS_ADMIN that comes now gets \"Device or resource busy\"",
			    tried ? "gpsd, which wanted the port and left," :
			    "who opened the port alone (gpsd does)");
		out->severity = SEV_INFO;
		return;
	}
	finding_fail(out, "NO SENTENCES: the port is locked against the NTP daemon (TIOCEXCL)");
	finding_why(out, "%s; ntpd opens /dev/%s for the sentences and gets \"Device or resource busy\"; the lock falls when the last one closes the port",
		    tried ? "gpsd locked it, saw that another process has it, and left the lock behind" :
		    "who set it is not known", f->gps.name);
	if (tried && !facts_reader(f))
		fix_gpsds_lock(f, out);
	else
		fix_lock(f, out);
}

static void run_port_exclusive(const struct port_facts *f, struct finding *out)
{
	if (f->pulse_only || !fact_is(f->present, 1) || f->exclusive.state == FACT_UNREAD ||
	    f->exclusive.state == FACT_ABSENT)
		return;
	finding_saw(out, "exclusive", f->exclusive);
	/* of a port that nobody has open it is not asked */
	if (f->exclusive.state == FACT_DENIED) {
		if (f->exclusive.err != EAGAIN)
			check_denied(out, "whether the port is locked (TIOCGEXCL)", f->exclusive);
		return;
	}
	if (!f->exclusive.val) {
		out->severity = SEV_OK;
		return;
	}
	if (f->port.holders.unseen && !facts_reader(f)) {
		finding_skip(out, "the port is locked (TIOCEXCL), and who has it cannot be seen");
		finding_fix(out, "run it as root: sudo gpsppsctl diag");
		return;
	}
	judge_locked(f, out);
}

const struct check check_port_exclusive = {
	.id = "port.exclusive",
	.title = "the port is locked against other programs (TIOCEXCL)",
	.explain = "A program may lock a port for itself with the ioctl TIOCEXCL: whoever opens it "
		"then without CAP_SYS_ADMIN gets \"Device or resource busy\". gpsd does so, and "
		"where gpsd alone reads the receiver that is right; an NTP daemon that shall "
		"read the port is shut out. TIOCGEXCL tells that it is set, and not by whom: "
		"a gpsd that wanted a port which another process has locks it all the same before it "
		"gives up, and says so in its log. It ends when the last process closes the port.",
	.see = "TIOCEXCL(2const)",
	.stage = STAGE_HOLDER,
	.explains = EXPLAINS_NO_SENTENCES | EXPLAINS_NO_ACCESS,
	.run = run_port_exclusive,
};

/* ---- read by two ---- */

static bool is_time_daemon(const struct holder *h)
{
	return holder_role(h->comm) == ROLE_NTP || holder_role(h->comm) == ROLE_GPSD ||
	       holder_role(h->comm) == ROLE_FEED;
}

/* Those who are told by a check of their own do not count. */
static bool is_plain_reader(const struct holder *h)
{
	return holder_reads(h) && holder_role(h->comm) != ROLE_GETTY &&
	       !check_is_called(h, COMM_MODEMMANAGER) && !check_is_called(h, COMM_BRLTTY);
}

/*
 * Two readers, the time daemon first.  One line a process: whoever has opened the
 * port twice is one reader.
 */
static size_t find_readers(const struct port_facts *f, const struct holder *found[2])
{
	size_t n = 0;

	for (size_t i = 0; i < f->port.holders.n && n < 2; i++) {
		const struct holder *h = &f->port.holders.v[i];

		if (is_plain_reader(h) && !(n && found[0]->pid == h->pid))
			found[n++] = h;
	}
	if (n == 2 && !is_time_daemon(found[0])) {
		const struct holder *first = found[0];

		found[0] = found[1];
		found[1] = first;
	}
	return n;
}

/* Of two time daemons ours gives way: the other one reads by itself. */
static void fix_second_reader(const struct port_facts *f, const struct holder *const found[2],
			      struct finding *out)
{
	const struct holder *other = found[1], *feed = facts_holder(f, ROLE_FEED);

	if (feed && is_time_daemon(other))
		finding_fix(out, "kill %d     # or feed --pulse-only, which reads nothing; for good: systemctl disable gpsppsctl-feed@%s.service",
			    feed->pid, f->port.name);
	else if (is_time_daemon(other))
		finding_fix(out, "systemctl disable --now gpsd.socket gpsd.service     # or take the receiver out of the NTP daemon's configuration");
	else
		finding_fix(out, "kill %d     # %s", other->pid, other->comm);
}

static void run_port_second_reader(const struct port_facts *f, struct finding *out)
{
	const struct holder *found[2];
	size_t n;

	if (f->pulse_only || !fact_is(f->present, 1))
		return;
	n = find_readers(f, found);
	if (n < 2) {
		check_no_intruder(f, out);
		return;
	}
	finding_saw(out, "pid", fact_from(0, found[0]->pid));
	finding_saw(out, "second_pid", fact_from(0, found[1]->pid));
	/* a shell and what it started share a descriptor: not known to be a fault */
	if (is_time_daemon(found[0]))
		finding_fail(out, "NO SENTENCES: two programs read the port, each gets a part");
	else
		finding_warn(out, "two programs have the port open: who reads takes from the other");
	finding_observed(out, "%s[%d] and %s[%d] have /dev/%s open", found[0]->comm, found[0]->pid,
			 found[1]->comm, found[1]->pid, f->port.name);
	finding_why(out, "a character goes to the one that reads first: both see torn sentences with bad checksums, and the pulse is not affected");
	fix_second_reader(f, found, out);
}

const struct check check_port_second_reader = {
	.id = "port.second-reader",
	.title = "two programs read the port, and each gets a part of the sentences",
	.explain = "A serial port has one queue of received characters: what one process has read, "
		"the other never sees. Two readers (gpsd beside ntpd, or a forgotten cat) tear "
		"the sentences apart, and the checksums fail; the pulse goes on. diag counts the "
		"processes that have the port open, without those that only keep it attached "
		"(gpsppsctl, ldattach). Let one program read the receiver: ntpd's NMEA driver, or "
		"gpsd, which hands the time on through shared memory.",
	.see = "https://gpsd.gitlab.io/gpsd/gpsd-time-service-howto.html",
	.stage = STAGE_HOLDER,
	.explains = EXPLAINS_NO_SENTENCES,
	.run = run_port_second_reader,
};
