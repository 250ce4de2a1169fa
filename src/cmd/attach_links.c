// SPDX-License-Identifier: GPL-2.0-or-later
/* attach: the links /dev/gpsN and /dev/gpsppsN, made by us or awaited from udev. */
#include "attach.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../sys/dialout.h"
#include "../sys/links.h"
#include "../sys/udev.h"

#define LINKS_TIMEOUT_MS 5000
#define PAUSE_MS 20

static int make_link(const char *path, const char *target)
{
	int err = link_make(path, target);

	if (err)
		msg_error(path, "cannot make the link to %s: %s", target, strerror(-err));
	return err ? EXIT_TROUBLE : 0;
}

/* On a /dev without devtmpfs the pulse has no node yet; mdev waits until we have ended. */
static int make_node(struct attaching *a, const char *node)
{
	unsigned int major_no, minor_no;
	char text[32];
	int err = probe_getf(a->probe, text, sizeof(text), "file:/sys/class/pps/%s/dev",
			     a->port.pps);

	if (err >= 0)
		err = sscanf(text, "%u:%u", &major_no, &minor_no) == 2 ?
			node_make(node, major_no, minor_no) : -EINVAL;
	if (err)
		msg_error(node, "cannot make it: %s", strerror(-err));
	return err ? EXIT_TROUBLE : 0;
}

static int share(const char *node, int (*how)(const char *path))
{
	const int err = how(node);

	if (err)
		msg_error(node, "cannot give it to group dialout: %s", strerror(-err));
	return err ? EXIT_TROUBLE : 0;
}

static int make_gps_link(struct attaching *a)
{
	if (!a->plan.gps_link[0])
		return 0;
	a->gps_linked = true;
	return make_link(a->plan.gps_link, a->plan.tty);
}

static int make_pps_link(struct attaching *a)
{
	const struct attach_plan *plan = &a->plan;
	char node[PPS_NAME_MAX + 8];

	if (!plan->pps_link[0])
		return 0;
	snprintf(node, sizeof(node), "/dev/%s", a->port.pps);
	if (make_node(a, node) || share(node, dialout_share))
		return EXIT_TROUBLE;
	/* a holder that was killed left both; its pulse's number may be another port's now */
	if (!plan->gps_link_ours && link_is_free(plan->pps_link, a->port.pps) < 0) {
		msg_error(plan->pps_link, "this is there already, and is not %s", node);
		msg_hint("gpsppsctl attach %s --unit N, another one", plan->tty);
		return EXIT_TROUBLE;
	}
	a->pps_linked = true;
	return make_link(plan->pps_link, a->port.pps);
}

static bool is_missing(const char *link, const char *target)
{
	return link[0] && !link_leads_to(link, target);
}

static int await_links(struct attaching *a)
{
	const struct attach_plan *plan = &a->plan;
	const char *missing = plan->gps_link;

	for (int ms = 0; ms < LINKS_TIMEOUT_MS; ms += PAUSE_MS) {
		if (attach_is_interrupted())
			return EXIT_NO;
		missing = is_missing(plan->gps_link, plan->tty) ? plan->gps_link :
			  is_missing(plan->pps_link, a->port.pps) ? plan->pps_link : NULL;
		if (!missing)
			return 0;
		probe_sleep_ms(a->probe, PAUSE_MS);
	}
	msg_error(missing, "udev did not make the link within %d s", LINKS_TIMEOUT_MS / 1000);
	msg_hint("udevadm control --reload; udevadm trigger %s", plan->node);
	return EXIT_TROUBLE;
}

int attach_tell_udev(struct attaching *a)
{
	const struct attach_plan *plan = &a->plan;
	int err;

	if (plan->links != LINKS_UDEV_RUNTIME)
		return 0;
	a->announced = true;
	err = udev_announce(plan->tty, plan->unit, plan->role, plan->baud);
	if (err)
		msg_error(plan->node, "cannot tell udev of it: %s", strerror(-err));
	return err ? EXIT_TROUBLE : 0;
}

int attach_make_links(struct attaching *a)
{
	int code;

	if (a->plan.links != LINKS_SELF)
		return await_links(a);
	code = share(a->plan.node, dialout_share_kernels);
	if (!code)
		code = make_pps_link(a);
	return code ? code : make_gps_link(a);
}
