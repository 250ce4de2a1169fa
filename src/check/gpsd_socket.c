// SPDX-License-Identifier: GPL-2.0-or-later
/* Does what gpsd sends to chronyd's socket arrive there? */
#include "gpsd.h"

#include <stdio.h>
#include <string.h>

#include "../words.h"

/* chronyd's start and gpsd's look for the socket may be so close that their order is not known. */
#define SURE_MS 2000

/* One of gpsd's: chrony.ttyS0.sock, chrony.clk.ttyS0.sock. */
static bool is_gpsd_socket(const char *base)
{
	const size_t n = strlen(base);

	return !strncmp(base, "chrony.", 7) && n > 12 && !strcmp(base + n - 5, ".sock");
}

/* The one that it looks for, by the name that it was given for its device. */
static bool is_socket_of(const struct daemon *gpsd, const char *base)
{
	char pulse[GPSD_PATH_MAX + 16], clock[GPSD_PATH_MAX + 16];

	for (size_t i = 0; i < gpsd->gpsd.n_devices; i++) {
		const char *const name = gpsd_device_name(&gpsd->gpsd.devices[i]);

		snprintf(pulse, sizeof(pulse), "chrony.%s.sock", name);
		snprintf(clock, sizeof(clock), "chrony.clk.%s.sock", name);
		if (!strcmp(base, pulse) || !strcmp(base, clock))
			return true;
	}
	return false;
}

static void judge_name(const struct gpsd_at *g, const struct daemon *d,
		       const struct chrony_refclock *rc, bool is_unheard, struct finding *out)
{
	char restart[GPSD_RESTART_MAX];

	daemon_restart_text(d, restart, sizeof(restart));
	if (is_unheard)
		finding_fail(out, "NO TIME: gpsd looks for another socket than chronyd has");
	else
		finding_warn(out, "gpsd looks for another socket than chronyd has");
	finding_observed(out, "%s:%u: %.120s; gpsd was given %.60s", d->chrony->files[rc->where.file],
			 rc->where.line, rc->where.text, g->path);
	finding_why(out, "gpsd names the socket by the device as it was given: chrony.%.40s.sock; another one is never written to",
		    base_name(g->path));
	finding_fix(out, "%s:%u: SOCK /run/chrony.%.40s.sock     # then %s; systemctl restart gpsd.service",
		    d->chrony->files[rc->where.file], rc->where.line, base_name(g->path), restart);
}

/* The first that has a socket for the sentences' time. */
#define MINOR_OF_CLK 25

static void judge_clk(const struct gpsd_at *g, const struct daemon *d,
		      const struct chrony_refclock *rc, struct finding *out)
{
	char restart[GPSD_RESTART_MAX];

	daemon_restart_text(d, restart, sizeof(restart));
	finding_fail(out, "NO TIME: this gpsd has no socket for the time of the sentences");
	finding_observed(out, "%s:%u: %.160s; gpsd is %s", d->chrony->files[rc->where.file],
			 rc->where.line, rc->where.text, g->d->gpsd_said.release);
	finding_why(out, "chrony.clk.*.sock is of gpsd 3.25 and later; older ones hand the sentences' time on in shared memory only, and the pulse by chrony.%.40s.sock",
		    base_name(g->path));
	finding_fix(out, "%s:%u: refclock SHM 0 refid %s offset 0.15 delay 0.3 noselect     # then %s",
		    d->chrony->files[rc->where.file], rc->where.line, rc->refid, restart);
}

static void judge_order(const struct gpsd_at *g, const struct daemon *d,
			const struct chrony_refclock *rc, const struct logline *l,
			bool is_unheard, struct finding *out)
{
	char restart[GPSD_RESTART_MAX];

	gpsd_restart(g, restart);
	finding_saw(out, "gpsd_start_ms", g->d->start_ms);
	finding_saw(out, "chronyd_start_ms", d->start_ms);
	/* a receiver that was plugged in since made it look again */
	if (is_unheard)
		finding_fail(out, "NO TIME: gpsd was started before chronyd, and found no socket");
	else
		finding_warn(out, "gpsd was started before chronyd, and may have found no socket");
	if (l)
		finding_observed(out, "the log of this boot: %.240s", l->text);
	else
		finding_observed(out, "%s:%u: %.120s; gpsd runs since %.1f s after boot, chronyd since %.1f s",
				 d->chrony->files[rc->where.file], rc->where.line, rc->where.text,
				 (double)g->d->start_ms.val / 1000,
				 (double)d->start_ms.val / 1000);
	finding_why(out, "chronyd makes the socket, and gpsd looks for it once, when it opens the receiver: started earlier, or before chronyd was restarted, it writes to none");
	finding_fix(out, "%s     # for good: After=chrony.service in a drop-in of gpsd.service", restart);
	out->cure = g->d->service[0] ? CURE_COMMAND : CURE_NONE;
}

static bool started_before(const struct daemon *gpsd, const struct daemon *d)
{
	return gpsd->gpsd.nowait && fact_known(gpsd->start_ms) && fact_known(d->start_ms) &&
	       gpsd->start_ms.val + SURE_MS < d->start_ms.val;
}

/* Nothing arrives; it may be as early for that as too early for gpsd's look. */
static bool is_order_unknown(const struct daemon *gpsd, const struct daemon *d, struct fact heard)
{
	return fact_is(heard, 0) && gpsd->gpsd.nowait &&
	       gpsd->start_ms.val <= d->start_ms.val + SURE_MS;
}

static void skip_order(const struct gpsd_at *g, struct finding *out)
{
	char restart[GPSD_RESTART_MAX];

	gpsd_restart(g, restart);
	finding_skip(out, "nothing has come by the socket yet; gpsd and chronyd were started so close together that their order is not known");
	finding_fix(out, "%s     # should nothing come", restart);
}

static bool judge_socket(const struct gpsd_at *g, const struct daemon *d,
			 const struct daemon_clock *c, struct finding *out)
{
	const struct chrony_refclock *rc = &d->chrony->refclocks[c->index];
	const struct fact heard = gpsd_is_clock_heard(d, c);
	const struct logline *l = daemon_logged(g->d, LOG_SOCKET_MISSING, rc->param);

	if (!is_gpsd_socket(base_name(rc->param)))
		return false;
	if (fact_is(heard, 1))
		out->severity = SEV_OK;
	else if (!is_socket_of(g->d, base_name(rc->param)))
		judge_name(g, d, rc, fact_is(heard, 0), out);
	else if (fact_is(heard, 0) && !strncmp(base_name(rc->param), "chrony.clk.", 11) &&
		 gpsd_is_older(g, MINOR_OF_CLK))
		judge_clk(g, d, rc, out);
	else if (l || started_before(g->d, d))
		judge_order(g, d, rc, l, fact_is(heard, 0), out);
	else if (!fact_known(g->d->start_ms) || !fact_known(d->start_ms))
		return false;
	else if (is_order_unknown(g->d, d, heard))
		skip_order(g, out);
	else
		out->severity = SEV_OK;
	return out->severity >= SEV_WARN;
}

static void run_gpsd_socket(const struct port_facts *f, struct finding *out)
{
	struct gpsd_at g;

	if (!gpsd_find_running(f, &g) || !g.path[0] || facts_feed(f))
		return;
	for (size_t i = 0; i < f->daemons->n; i++) {
		const struct daemon *d = &f->daemons->v[i];

		if (!d->chrony || !daemon_runs(d))
			continue;
		for (unsigned int k = 0; k < d->n_clocks; k++)
			if (d->clocks[k].kind == CLOCK_SOCK &&
			    judge_socket(&g, d, &d->clocks[k], out))
				return;
	}
}

const struct check check_gpsd_socket = {
	.id = "gpsd.socket",
	.title = "gpsd did not find chronyd's socket when it looked",
	.explain = "For a refclock SOCK chronyd makes a socket, and gpsd looks for one of its own "
		"naming, /run/chrony.ttyS0.sock, when it opens the receiver, and never again: it must "
		"start after chronyd, also after each restart of chronyd, and the name must be that "
		"of the device as gpsd was given it. diag compares names and start times, finds "
		"gpsd's line in the log, and asks chronyc whether samples come.",
	.see = "gpsd(8); gpsd/timehint.c, chrony_init(); https://chrony-project.org/faq.html",
	.stage = STAGE_DAEMON,
	.explains = EXPLAINS_NO_ACCESS,
	.run = run_gpsd_socket,
};
