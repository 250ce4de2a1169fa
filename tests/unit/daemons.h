/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Daemons beside the healthy port of patient.h (ttyS1, pps0, unit 0): as
 * sys/gather_daemon.c would give them.  Include it behind patient.h.
 */
#ifndef DAEMONS_H
#define DAEMONS_H

#include "daemon/daemon.h"

#define UPTIME_S INT64_C(90000)		/* the port was attached in its first minute */

static struct daemon daemon_room[DAEMONS_MAX];
static struct daemon_list daemons = { .v = daemon_room };
static struct ntpd_conf ntpd_room[DAEMONS_MAX];
static struct chrony_conf chrony_room[DAEMONS_MAX];

/* Where a path of a configuration leads on the healthy machine. */
__attribute__((unused))
static struct fact_text node_of_path(const char *path)
{
	if (!*path)
		return fact_text_from(-ENOENT, "");
	if (!strcmp(path, "/dev/gps0") || !strcmp(path, "/dev/ttyS1"))
		return fact_text_from(0, "ttyS1");
	if (!strcmp(path, "/dev/gpspps0") || !strcmp(path, "/dev/pps0"))
		return fact_text_from(0, "pps0");
	if (!strncmp(path, "/dev/pps", 8) || !strncmp(path, "/dev/tty", 8))
		return fact_text_from(0, path + 5);
	return fact_text_from(-ENOENT, "");
}

__attribute__((unused))
static void find_clocks(struct daemon *d)
{
	daemon_find_clocks(d);
	for (unsigned int i = 0; i < d->n_clocks; i++) {
		d->clocks[i].port_node = node_of_path(d->clocks[i].port);
		d->clocks[i].pulse_node = node_of_path(d->clocks[i].pulse);
	}
}

/* A daemon that runs, without a configuration yet.  Forget all with no_daemons(). */
__attribute__((unused))
static struct daemon *a_daemon(enum daemon_kind kind, int pid)
{
	struct daemon *d = &daemon_room[daemons.n++];

	facts.daemons = &daemons;
	memset(d, 0, sizeof(*d));
	d->kind = kind;
	d->nice = fact_from(0, kind == DAEMON_GPSD ? -10 : 0);
	d->pid = fact_from(0, pid);
	d->start_ms = fact_from(0, 60000);
	snprintf(d->service, sizeof(d->service), "%s.service", daemon_row(kind)->service);
	d->process.pid = pid;
	snprintf(d->process.comm, sizeof(d->process.comm), "%s", daemon_row(kind)->comm);
	d->process.uid = fact_from(0, 106);
	d->process.cap_eff = fact_from(0, 0x2000400);	/* SYS_TIME, NET_BIND_SERVICE */
	d->process.groups[0] = 20;			/* dialout */
	d->process.n_groups = 1;
	d->label = fact_text_from(-ENOENT, "");
	d->nodes_known = d->log_known = d->conf = fact_from(0, 1);
	return d;
}

__attribute__((unused))
static void has_open(struct daemon *d, const char *node, bool gone)
{
	snprintf(d->nodes[d->n_nodes].name, SURVEY_NAME_MAX, "%s", node);
	d->nodes[d->n_nodes++].gone = gone;
}

/* NTPsec or ntpd with this ntp.conf, holding ttyS1 and pps0. */
__attribute__((unused))
static struct daemon *an_ntpd(enum daemon_kind kind, const char *conf)
{
	struct daemon *d = a_daemon(kind, 731);

	d->ntpd = &ntpd_room[d - daemon_room];
	strcpy(d->conf_path, kind == DAEMON_NTPSEC ? "/etc/ntpsec/ntp.conf" : "/etc/ntp.conf");
	ntpd_conf_text(d->ntpd, kind == DAEMON_NTPSEC ? NTPD_NTPSEC : NTPD_CLASSIC, conf,
		       strlen(conf));
	find_clocks(d);
	has_open(d, "ttyS1", false);
	has_open(d, "pps0", false);
	hold(1, 731, "ntpd");
	return d;
}

/* chronyd with this chrony.conf, holding pps0. */
__attribute__((unused))
static struct daemon *a_chronyd(const char *conf)
{
	struct daemon *d = a_daemon(DAEMON_CHRONY, 732);
	struct chrony_reader r;
	struct chrony_dirs dirs;

	d->chrony = &chrony_room[d - daemon_room];
	strcpy(d->conf_path, "/etc/chrony/chrony.conf");
	chrony_conf_init(d->chrony);
	chrony_read_begin(d->chrony, &r, d->conf_path, conf, strlen(conf), NULL);
	while (chrony_read_on(d->chrony, &r, &dirs) != CHRONY_READ)
		;
	chrony_read_end(d->chrony);
	find_clocks(d);
	has_open(d, "pps0", false);
	return d;
}

/* gpsd with this command line ("gpsd\0-n\0/dev/ttyS1"), holding ttyS1 and pps0 itself. */
__attribute__((unused))
static struct daemon *a_gpsd(const char *cmdline, size_t len)
{
	struct daemon *d = a_daemon(DAEMON_GPSD, 733);

	gpsd_cmdline_parse(cmdline, len, &d->gpsd);
	find_clocks(d);
	has_open(d, "ttyS1", false);
	has_open(d, "pps0", false);
	return d;
}

/* A line of the daemon's log, or of the kernel's. */
__attribute__((unused))
static void logs(struct daemon *d, const char *line)
{
	struct logline l;

	assert_true(logline_read(line, strlen(line), &l));
	if (d)
		d->log[d->n_log++] = l;
	else
		daemons.kernel_log[daemons.n_kernel_log++] = l;
}

__attribute__((unused))
static void says_peers(struct daemon *d, const char *text)
{
	ntpq_read_peers(text, strlen(text), &d->peers);
}

__attribute__((unused))
static void says_sources(struct daemon *d, const char *text)
{
	chronyc_read_sources(text, strlen(text), &d->sources);
}

__attribute__((unused))
static void no_daemons(void)
{
	daemons.n = daemons.n_kernel_log = daemons.n_rivals = 0;
	daemons.kernel_log_known = daemons.rivals_known = fact_from(0, 1);
	facts.daemons = &daemons;
}

#endif
