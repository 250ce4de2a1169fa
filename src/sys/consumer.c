// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel's own use of a source: PPS_KC_BIND. */
#include "consumer.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/pps.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int set_edge(const char *pps, int edge)
{
	struct pps_bind_args args = {
		.tsformat = PPS_TSFMT_TSPEC, .edge = edge, .consumer = PPS_KC_HARDPPS,
	};
	char node[48];
	int fd, err;

	snprintf(node, sizeof(node), "/dev/%s", pps);
	fd = open(node, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = ioctl(fd, PPS_KC_BIND, &args) < 0 ? -errno : 0;
	close(fd);
	return err;
}

int consumer_bind(const char *pps, enum pulse_edge edge)
{
	return set_edge(pps, edge == EDGE_CLEAR ? PPS_CAPTURECLEAR : PPS_CAPTUREASSERT);
}

int consumer_unbind(const char *pps)
{
	return set_edge(pps, 0);
}
