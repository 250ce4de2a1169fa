// SPDX-License-Identifier: GPL-2.0-or-later
/* attach: the table's bind=, the kernel's own use of the pulse. */
#include "attach.h"

#include <errno.h>
#include <string.h>

#include "../sys/consumer.h"

static const struct {
	int err;
	const char *hint;
} hints[] = {
	{ -EOPNOTSUPP, "it was built without CONFIG_NTP_PPS (kernel/README.md): take bind= off the table's line" },
	{ -EPERM, "it needs CAP_SYS_TIME: run it as root, outside a container" },
	{ -EINVAL, "gpsppsctl kernel shows which source is bound, and --unbind frees it" },
};

void attach_bind(struct attaching *a)
{
	int err;

	if (!a->plan.bind || !a->port.pps[0])
		return;
	err = consumer_bind(a->port.pps, a->plan.bind);
	a->bound = !err;
	if (!err)
		return;
	msg_error(a->plan.node, "bind=: the kernel's clock does not take %s: %s", a->port.pps,
		  strerror(-err));
	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
		if (hints[i].err == err)
			msg_hint("%s", hints[i].hint);
}

void attach_unbind(struct attaching *a)
{
	if (a->bound)
		consumer_unbind(a->port.pps);
	a->bound = false;
}
