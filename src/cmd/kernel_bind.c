// SPDX-License-Identifier: GPL-2.0-or-later
/* kernel --bind, --unbind: which pulse the kernel uses itself, and why it refuses one. */
#include "kernel.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../sys/consumer.h"

/* The exit code.  A kernel that cannot asks for CAP_SYS_TIME first (pps_cdev_ioctl()). */
static int refuse(const struct kernel_view *v, const char *pps, const char *what, int err)
{
	if (!kernelclock_has_hardpps(&v->clock)) {
		msg_error(pps, "cannot %s: this kernel was built without CONFIG_NTP_PPS", what);
		msg_hint("ntpd's flag3 1 fails the same way; flag1 1 does without it");
		msg_hint("a kernel that can: make kernel-deb (kernel/README.md)");
		return EXIT_NO;
	}
	msg_error(pps, "cannot %s: %s", what, strerror(-err));
	if (err == -EPERM || err == -EACCES)
		msg_hint("run it as root: sudo gpsppsctl kernel --%s %s", what, pps);
	return EXIT_TROUBLE;
}

/* kc.c and pps.c say EINVAL for both. */
static int refuse_bind(const struct kernel_options *o, const struct kernel_view *v, int err)
{
	const struct consumer *c = &v->consumer;
	const char *pps = v->chosen->name;
	const unsigned int edges = kernel_edges(v->chosen);

	if (err != -EINVAL || !kernelclock_has_hardpps(&v->clock))
		return refuse(v, pps, "bind", err);
	if (!(edges & (o->edge == EDGE_CLEAR ? HARDPPS_CLEAR : HARDPPS_ASSERT))) {
		msg_error(pps, "cannot bind: it captures %s", hardpps_edges_text(edges));
		return EXIT_NO;
	}
	if (c->state == CONSUMER_BOUND)
		msg_error(pps, "cannot bind: %s is bound, and the kernel takes one source", c->source);
	else
		msg_error(pps, "cannot bind: another source is bound, and the kernel takes one");
	msg_hint("gpsppsctl kernel --unbind");
	return EXIT_NO;
}

int kernel_bind(const struct kernel_options *o, struct kernel_view *v)
{
	const int err = consumer_bind(v->chosen->name, o->edge);

	if (err)
		return refuse_bind(o, v, err);
	v->consumer.state = CONSUMER_BOUND;
	v->consumer.edges = o->edge == EDGE_CLEAR ? HARDPPS_CLEAR : HARDPPS_ASSERT;
	strcpy(v->consumer.source, v->chosen->name);
	if (o->json)
		return 0;
	printf("%s   bound to the kernel's clock by %s, until it is unbound or gone\n",
	       v->chosen->name, hardpps_edges_text(v->consumer.edges));
	if (!(v->clock.status & (CLOCK_PPSTIME | CLOCK_PPSFREQ)))
		puts("it is measured; to follow it is ntpd's to say (flag3: STA_PPSTIME, STA_PPSFREQ)");
	return 0;
}

/* 0: it was bound; -EINVAL: it was not. */
static int unbind(const struct kernel_options *o, struct kernel_view *v, const char *pps)
{
	const int err = consumer_unbind(pps);

	if (err)
		return err;
	v->consumer = (struct consumer){ .state = CONSUMER_NONE };
	if (!o->json)
		printf("%s   unbound from the kernel's clock\n", pps);
	return 0;
}

static int not_bound(const char *pps)
{
	msg_error(pps, pps ? "is not bound to the kernel's clock" :
		  "no source is bound to the kernel's clock");
	return EXIT_NO;
}

/* The log may be wrong or silent: then each is asked.  Of those that are not bound it is refused. */
static int unbind_any(const struct kernel_options *o, struct kernel_view *v)
{
	for (size_t i = 0; i < v->pulses.n; i++) {
		const char *pps = v->pulses.v[i].name;
		const int err = unbind(o, v, pps);

		if (err != -EINVAL)
			return err ? refuse(v, pps, "unbind", err) : 0;
	}
	return not_bound(NULL);
}

int kernel_unbind(const struct kernel_options *o, struct kernel_view *v)
{
	const char *pps = v->chosen ? v->chosen->name : v->consumer.source;
	int err;

	if (!v->chosen && v->consumer.state != CONSUMER_BOUND)
		return unbind_any(o, v);
	err = unbind(o, v, pps);
	if (err == -EINVAL && kernelclock_has_hardpps(&v->clock))
		return v->chosen ? not_bound(pps) : unbind_any(o, v);
	return err ? refuse(v, pps, "unbind", err) : 0;
}
