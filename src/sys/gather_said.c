// SPDX-License-Identifier: GPL-2.0-or-later
/* Ask the daemons that run, and the logs, through the probe. */
#include "gather_daemon.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../daemon/ntpq_cut.h"
#include "gather_log.h"

/* ---- how a question that got no text ended ---- */

static enum said said_of(int err, char error[SAID_ERROR_MAX])
{
	snprintf(error, SAID_ERROR_MAX, "%s", strerror(-err));
	switch (err) {
	case -ETIMEDOUT:
		return SAID_SILENT;
	case -EIO:
		return SAID_ERROR;
	default:
		/* no such program, or one that we do not run */
		error[0] = '\0';
		return SAID_NOTHING;
	}
}

/* ---- ntpd ---- */

static void read_clocks(struct daemon *d, const struct ntpq_parts *parts)
{
	for (unsigned int i = 0; d->ntpd && i < d->n_clocks; i++) {
		const struct ntpd_entry *e = &d->ntpd->clocks[d->clocks[i].index];
		const struct word w = ntpq_clock_part(parts, (int)e->driver, (int)e->unit);

		ntpq_read_clock(w.s, w.len, &d->clock_said[i]);
	}
}

/* Files and names only hint at which ntpd it is: one may be installed, and the other run. */
static void believe_its_version(struct daemon *d)
{
	if (strstr(d->system.version, "ntpsec"))
		d->kind = DAEMON_NTPSEC;
	else if (!strncmp(d->system.version, "ntpd 4.", 7))
		d->kind = DAEMON_NTPD;
}

static void ask_ntpd(struct probe *p, struct daemon *d, char *text)
{
	const int n = probe_get(p, "ntpq:", text, PROBE_TAPE_MAX);
	struct ntpq_parts parts;

	ntpq_cut(text, n > 0 ? (size_t)n : 0, &parts);
	ntpq_read_peers(parts.peers.s, parts.peers.len, &d->peers);
	ntpq_read_system(parts.system.s, parts.system.len, &d->system);
	believe_its_version(d);
	read_clocks(d, &parts);
	if (n < 0) {
		d->peers.said = said_of(n, d->peers.error);
		d->system.said = said_of(n, d->system.error);
	}
}

/* ---- chronyd ---- */

static void ask_chronyd(struct probe *p, struct daemon *d, char *text)
{
	int n = probe_get(p, "chronyc:tracking", text, PROBE_TAPE_MAX);

	chronyc_read_tracking(text, n > 0 ? (size_t)n : 0, &d->tracking);
	if (n < 0)
		d->tracking.said = said_of(n, d->tracking.error);
	n = probe_get(p, "chronyc:sources", text, PROBE_TAPE_MAX);
	chronyc_read_sources(text, n > 0 ? (size_t)n : 0, &d->sources);
	if (n < 0)
		d->sources.said = said_of(n, d->sources.error);
	/* without a source chronyc says nothing at all */
	else if (n == 0 && d->tracking.said == SAID_WELL)
		d->sources.said = SAID_NO_SOURCES;
}

/* ---- gpsd ---- */

static bool has_receiver_open(const struct daemon *d)
{
	for (unsigned int i = 0; i < d->n_nodes; i++)
		if (!d->nodes[i].gone && !strncmp(d->nodes[i].name, "tty", 3))
			return true;
	return false;
}

/* With -S it is asked by nobody who does not know. */
static bool is_on_gpsds_port(const struct daemon *d)
{
	return !d->gpsd.port[0] || !strcmp(d->gpsd.port, "2947") || !strcmp(d->gpsd.port, "gpsd");
}

static bool may_be_watched(const struct daemon *d)
{
	return d->kind == DAEMON_GPSD && daemon_runs(d) && is_on_gpsds_port(d) &&
	       has_receiver_open(d);
}

static void ask_gpsd(struct probe *p, struct daemon *d, char *text)
{
	int n = -EBADF;

	/* on ours another one may answer, or systemd start one */
	if (!is_on_gpsds_port(d)) {
		d->gpsd_answers = fact_from(-ENOENT, 0);
		return;
	}
	if (may_be_watched(d))
		n = probe_get(p, "gpsd:said", text, PROBE_TAPE_MAX);
	if (n <= 0)
		n = probe_get(p, "gpsd:devices", text, PROBE_TAPE_MAX);
	if (n >= 0 && !gpsd_read(text, (size_t)n, &d->gpsd_said))
		n = -ETIMEDOUT;
	d->gpsd_answers = fact_from(n < 0 ? n : 0, 1);
}

/* ---- all ---- */

/* What is not asked is nothing, and not unread. */
static void forget(struct daemon *d)
{
	ntpq_read_peers("", 0, &d->peers);
	ntpq_read_system("", 0, &d->system);
	for (size_t i = 0; i < DAEMON_CLOCKS_MAX; i++)
		ntpq_read_clock("", 0, &d->clock_said[i]);
	chronyc_read_sources("", 0, &d->sources);
	chronyc_read_tracking("", 0, &d->tracking);
	gpsd_init(&d->gpsd_said);
	d->gpsd_answers = d->log_known = fact_from(-ENOENT, 0);
	d->n_log = 0;
}

static void ask(struct probe *p, struct daemon *d, char *text)
{
	if (!daemon_runs(d))
		return;
	if (d->kind == DAEMON_CHRONY)
		ask_chronyd(p, d, text);
	else if (d->kind == DAEMON_GPSD)
		ask_gpsd(p, d, text);
	else
		ask_ntpd(p, d, text);
}

void gather_said_nothing(struct daemon_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		forget(&list->v[i]);
	list->kernel_log_known = fact_from(-ETIME, 0);
	list->n_kernel_log = 0;
}

/*
 * One that is only installed has nothing to tell; each log costs a program's start.  A
 * line with a mistake may be the very one that has its clock: its log proves that.
 */
static bool is_of_interest(const struct daemon *d)
{
	return daemon_runs(d) || d->n_clocks || (d->chrony && d->chrony->n_errors) ||
	       (d->ntpd && d->ntpd->n_errors);
}

void gather_said(struct probe *p, struct daemon_list *list)
{
	char *text = malloc(PROBE_TAPE_MAX);
	bool any = false;

	gather_said_nothing(list);
	for (size_t i = 0; text && i < list->n; i++) {
		if (!is_of_interest(&list->v[i]))
			continue;
		any = true;
		ask(p, &list->v[i], text);
		gather_log(p, &list->v[i], text);
	}
	if (any)
		gather_kernel_log(p, list, text);
	free(text);
}

void gather_said_begin(struct probe *p, struct daemon_list *list)
{
	char text[8];

	for (size_t i = 0; i < list->n; i++)
		if (may_be_watched(&list->v[i]))
			probe_get(p, "gpsd:watch", text, sizeof(text));
}

/* ---- the same again ---- */

/* Not by its kind: an ntpd may have said meanwhile that it is another. */
static const struct daemon *same_daemon(const struct daemon_list *before, const struct daemon *d)
{
	for (size_t i = 0; i < before->n; i++) {
		const struct daemon *then = &before->v[i];

		if (!strcmp(daemon_row(then->kind)->comm, daemon_row(d->kind)->comm) &&
		    then->pid.state == d->pid.state && then->pid.val == d->pid.val)
			return then;
	}
	return NULL;
}

static bool has_same_daemons(const struct daemon_list *before, const struct daemon_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (!same_daemon(before, &list->v[i]))
			return false;
	return before->n == list->n;
}

static void copy_said(const struct daemon *from, struct daemon *to)
{
	to->kind = from->kind;
	to->peers = from->peers;
	to->system = from->system;
	memcpy(to->clock_said, from->clock_said, sizeof(to->clock_said));
	to->sources = from->sources;
	to->tracking = from->tracking;
	to->gpsd_answers = from->gpsd_answers;
	to->gpsd_said = from->gpsd_said;
	to->log_known = from->log_known;
	memcpy(to->log, from->log, sizeof(to->log));
	to->n_log = from->n_log;
}

bool gather_said_again(const struct daemon_list *before, struct daemon_list *list)
{
	if (!has_same_daemons(before, list))
		return false;
	for (size_t i = 0; i < list->n; i++)
		copy_said(same_daemon(before, &list->v[i]), &list->v[i]);
	list->kernel_log_known = before->kernel_log_known;
	memcpy(list->kernel_log, before->kernel_log, sizeof(list->kernel_log));
	list->n_kernel_log = before->n_kernel_log;
	return true;
}
