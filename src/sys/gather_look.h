/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A daemon's process, as /proc has it: a part of gather_daemon.h. */
#ifndef GPSPPSCTL_GATHER_LOOK_H
#define GPSPPSCTL_GATHER_LOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../daemon/daemon.h"
#include "probe.h"

#define LOOK_ARGV_MAX 8192

struct look {
	int pid;			/* 0: none runs; then argv is what its service would say */
	int parent;
	struct fact start_ms;		/* after boot */
	struct fact nice;
	struct fact uid;
	char exe[CLOCK_PATH_MAX];	/* where its program is; "" not known */
	char service[64];		/* "ntpsec.service"; "" none */
	char argv[LOOK_ARGV_MAX];	/* words with a NUL behind each */
	int argv_len;			/* or why it cannot be read whole: -errno */
};

/* 0; -ENOENT: there is no such process any more, or it has ended. */
int look_at_process(struct probe *p, int pid, struct look *l);

/* Of one that does not run: its unit, and the command line that this would make. */
void look_at_unit(struct probe *p, enum daemon_kind kind, struct look *l);

/*
 * Which of the programs that are called ntpd it is; -ENOENT for those that take no time
 * from a receiver on Linux (OpenNTPD, busybox).  It is NTPsec when "ntpsec" is in its
 * command line, its unit or its program's path; else when the machine has ntpsec.service;
 * else when there is /etc/ntpsec and no /etc/ntp.conf.
 */
int look_ntpd_kind(struct probe *p, const struct look *l);

/* It leaves the clock alone, or does not stay: another one of its name matters more. */
bool look_is_second(const struct look *l, const char *comm);

/* It is another system's, in a container: its files, its unit and its sockets are not ours. */
bool look_is_contained(struct probe *p, int pid);

/*
 * The files that it names may be read with our rights and quoted: it belongs to the
 * system or to who asks.  Anybody may call a process of his "ntpd -c /etc/shadow".
 */
bool look_is_trusted(struct probe *p, const struct look *l);

/* Is there something at this path (the end of a link is not looked at)? */
bool look_exists(struct probe *p, const char *path);
/* systemd has this unit: "ntpsec.service". */
bool look_has_unit(struct probe *p, const char *unit);

#endif
