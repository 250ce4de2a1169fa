// SPDX-License-Identifier: GPL-2.0-or-later
/* Does anybody write into the shared memory or the socket that the time daemon reads? */
#include <stdio.h>
#include <string.h>

#include "../words.h"
#include "gpsd.h"

/* ---- who waits ---- */

/* The clocks of a daemon that runs which another program has to feed. */
struct waiting {
	const struct daemon *d;			/* NULL: none */
	const struct daemon_clock *shm, *sock;	/* the first of each; the lowest segment */
	struct fact heard;			/* 1: of any of them; 0 of none; not told */
};

/* "chrony.ttyS2.sock" waits for the receiver of ttyS2. */
static bool is_of_other_port(const struct daemon *d, const struct daemon_clock *c,
			     const struct port_facts *f)
{
	const char *base = base_name(d->chrony->refclocks[c->index].param);
	const char *tty = strstr(base, "tty");
	const size_t n = strlen(f->port.name);

	return tty && (strncmp(tty, f->port.name, n) != 0 || tty[n] != '.');
}

static void add_waiting(struct waiting *w, const struct daemon *d, const struct daemon_clock *c)
{
	const struct fact heard = gpsd_is_clock_heard(d, c);

	if (!w->d || fact_is(heard, 1))
		w->heard = heard;
	w->d = d;
	if (c->kind == CLOCK_SOCK && !w->sock)
		w->sock = c;
	if (c->kind == CLOCK_SHM && (!w->shm || c->unit < w->shm->unit))
		w->shm = c;
}

static void find_waiting_of(const struct daemon *d, const struct port_facts *f,
			    struct waiting *w)
{
	*w = (struct waiting){ .d = NULL };
	for (unsigned int i = 0; i < d->n_clocks; i++) {
		const struct daemon_clock *c = &d->clocks[i];

		if (c->kind == CLOCK_SHM ||
		    (c->kind == CLOCK_SOCK && !is_of_other_port(d, c, f)))
			add_waiting(w, d, c);
	}
}

static bool find_waiting(const struct port_facts *f, struct waiting *w)
{
	for (size_t i = 0; f->daemons && i < f->daemons->n; i++) {
		const struct daemon *d = &f->daemons->v[i];

		if (d->kind == DAEMON_GPSD || !daemon_runs(d))
			continue;
		find_waiting_of(d, f, w);
		if (w->d && !fact_is(w->heard, 1))
			return true;
	}
	return false;
}

/* "shared memory 0 (/etc/ntp.conf:3)" */
static void waiting_text(const struct waiting *w, char *buf, size_t size)
{
	char where[CLOCK_PATH_MAX + 16];

	daemon_where(w->d, w->sock ? w->sock : w->shm, where, sizeof(where));
	if (w->sock)
		snprintf(buf, size, "socket %.80s (%.100s)",
			 w->d->chrony->refclocks[w->sock->index].param, where);
	else
		snprintf(buf, size, "shared memory %d (%.100s)", w->shm->unit, where);
}

/* ---- nobody feeds it ---- */

/* gpsd runs, or shall: its own checks tell more. */
static bool is_gpsds(const struct port_facts *f)
{
	for (size_t i = 0; i < f->daemons->n; i++) {
		const struct daemon *d = &f->daemons->v[i];

		if (d->kind == DAEMON_GPSD && (daemon_runs(d) || d->n_clocks))
			return true;
	}
	return false;
}

/* What feed needs to be told to write there. */
static void options_text(const struct port_facts *f, const struct waiting *w, char *buf,
			 size_t size)
{
	const int usual = fact_known(f->unit) ? 2 * (int)f->unit.val : 0;
	const char *path = w->sock ? w->d->chrony->refclocks[w->sock->index].param : "";
	char own[SURVEY_NAME_MAX + 32];

	snprintf(own, sizeof(own), "/run/chrony.%s.sock", f->port.name);
	buf[0] = '\0';
	if (w->sock)
		snprintf(buf, size, " --sock %.100s", strcmp(path, own) ? path : "auto");
	else if (w->shm->unit != usual)
		snprintf(buf, size, " --shm %d", w->shm->unit);
}

static void judge_absent(const struct port_facts *f, const struct waiting *w,
			 struct finding *out)
{
	char who[64], where[256], options[128];

	daemon_text(w->d, who, sizeof(who));
	waiting_text(w, where, sizeof(where));
	options_text(f, w, options, sizeof(options));
	if (fact_is(w->heard, 0))
		finding_fail(out, "NO TIME: %s waits for a time that nobody feeds",
			     daemon_row(w->d->kind)->comm);
	else
		out->severity = SEV_INFO;
	finding_observed(out, "%s reads %s; neither gpsppsctl feed nor gpsd reads /dev/%s", who, where,
			 f->port.name);
	finding_why(out, "shared memory and sockets are filled by another program, and none reads this receiver");
	finding_fix(out, "gpsppsctl feed%s /dev/%s     # for good: systemctl enable --now gpsppsctl-feed@%s.service",
		    options, f->port.name, f->port.name);
}

static void run_feed_absent(const struct port_facts *f, struct finding *out)
{
	struct waiting w;

	if (!fact_is(f->present, 1) || f->pulse_only || f->no_sentences || !f->daemons ||
	    !facts_is_attached(f) || facts_reader(f) || facts_feed(f) || is_gpsds(f) ||
	    !find_waiting(f, &w))
		return;
	if (f->port.holders.unseen)
		finding_skip(out, "it cannot be seen who reads the port");
	else
		judge_absent(f, &w, out);
}

const struct check check_feed_absent = {
	.id = "feed.absent",
	.title = "the time daemon waits for shared memory or a socket that nobody feeds",
	.explain = "A refclock SHM or SOCK opens no port: it takes what another program writes, "
		"gpsppsctl feed or gpsd. Where neither reads the receiver, the clock stays at reach "
		"0 whatever the receiver does. diag looks for such clocks in the configuration of "
		"the daemon that runs, asks it whether they are heard, and sees that nobody reads the "
		"port. Start one of the two, not both.",
	.see = "gpsppsctl(8), feed; ipcs -m (keys 0x4e545030 and on)",
	.stage = STAGE_DAEMON,
	.explains = EXPLAINS_NO_ACCESS,
	.run = run_feed_absent,
};

/* ---- it writes elsewhere ---- */

/* "0, 1", "none" */
static void segments_text(int64_t mask, char *buf, size_t size)
{
	size_t len = 0;

	snprintf(buf, size, "none");
	for (int unit = 0; unit < 63; unit++)
		if (mask >> unit & 1 && len < size)
			len += (size_t)snprintf(buf + len, size - len, "%s%d", len ? ", " : "",
						unit);
}

static void judge_segments(const struct port_facts *f, const struct waiting *w,
			   struct finding *out)
{
	char who[64], where[256], written[64], line[CLOCK_PATH_MAX + 16];

	daemon_text(w->d, who, sizeof(who));
	waiting_text(w, where, sizeof(where));
	daemon_where(w->d, w->shm, line, sizeof(line));
	segments_text(f->feed.segments.val, written, sizeof(written));
	finding_saw(out, "feed_pid", f->feed.pid);
	if (fact_is(w->heard, 0))
		finding_fail(out, "NO TIME: gpsppsctl feed writes other segments than the time daemon reads");
	else
		finding_warn(out, "gpsppsctl feed writes other segments than the time daemon reads");
	finding_observed(out, "%s reads %s; gpsppsctl feed[%d] writes: %s", who, where,
			 (int)f->feed.pid.val, written);
	finding_why(out, "feed writes the seconds to twice the port's unit and the pulses to the next one, unless it is told another with --shm");
	finding_fix(out, "gpsppsctl feed --shm %d /dev/%s     # a service: FEED_OPTIONS in /etc/default/gpsppsctl-feed; or the unit in %.120s",
		    w->shm->unit, f->port.name, line);
}

static void run_feed_segments(const struct port_facts *f, struct finding *out)
{
	struct waiting w;

	if (!fact_known(f->feed.pid) || !f->daemons)
		return;
	if (f->feed.segments.state == FACT_DENIED) {
		check_denied(out, "which segments feed writes", f->feed.segments);
		return;
	}
	out->severity = SEV_OK;
	if (find_waiting(f, &w) && w.shm && !daemon_takes_feed(w.d, f))
		judge_segments(f, &w, out);
}

const struct check check_feed_segments = {
	.id = "feed.segments",
	.title = "the time daemon reads another SHM segment than gpsppsctl feed writes",
	.explain = "gpsppsctl feed hands the time on in segments of shared memory: twice the port's "
		"unit for the seconds, the next one for the pulses, or those that --shm names. A "
		"refclock with another number stays at reach 0. diag compares the daemon's "
		"configuration with the segments that feed has attached (/proc/PID/maps).",
	.see = "gpsppsctl(8), feed; ipcs -m (keys 0x4e545030 and on)",
	.stage = STAGE_DAEMON,
	.explains = EXPLAINS_NO_ACCESS,
	.run = run_feed_segments,
};
