// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * attach: which ports are there?  All of the table (--all), and those that have yet
 * to appear (--wait-port), where no udev says when a port comes.
 */
#include "attach.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../sys/control.h"
#include "../sys/tty.h"

#define PAUSE_MS 1000		/* who waits for a hand with a plug is in no hurry */

/*
 * A node alone is no port: on a plain tmpfs it outlives the device, and the 8250 driver
 * has nodes for UARTs that are not there (type 0, PORT_UNKNOWN).  USB has no type.
 */
static bool is_there(struct probe *probe, const char *typed)
{
	char tty[HANDOVER_NAME_MAX], text[16];

	if (tty_resolve(typed, tty, sizeof(tty)) < 0 ||
	    probe_getf(probe, text, sizeof(text), "file:/sys/class/tty/%s/dev", tty) < 0)
		return false;
	return probe_getf(probe, text, sizeof(text), "file:/sys/class/tty/%s/type", tty) < 0 ||
	       strtoul(text, NULL, 10) != 0;
}

/* All of them, or any of the table's. */
static bool are_there(struct probe *probe, const struct attach_options *o)
{
	size_t n = 0;

	for (size_t i = 0; i < o->n; i++)
		n += is_there(probe, o->ports[i]);
	return o->all ? n > 0 : n == o->n;
}

int attach_await_ports(struct probe *probe, const struct attach_options *o)
{
	const int64_t end_ns = probe_now_ns(probe) + o->wait_port_s * NS_PER_S;

	while (!are_there(probe, o)) {
		if (probe_now_ns(probe) >= end_ns) {
			if (o->all)
				return 0;	/* each of them will be named */
			for (size_t i = 0; i < o->n; i++)
				if (!is_there(probe, o->ports[i]))
					msg_error(o->ports[i], "not there after %ld s", o->wait_port_s);
			return EXIT_GONE;
		}
		probe_sleep_ms(probe, PAUSE_MS);
	}
	return 0;
}

static int add_port(struct attach_options *o, const char *port)
{
	o->ports[o->n] = strdup(port);
	return o->ports[o->n] && ++o->n ? 0 : -ENOMEM;
}

/* A line may name a port for its sentences and another one for its pulse. */
static int add_unit(struct attach_options *o, const struct unit *u)
{
	int err = unit_has_port(u) ? add_port(o, u->port) : 0;

	return err || unit_source(u) != SOURCE_PORT ? err : add_port(o, u->pulse);
}

int attach_read_table(const struct ctx *ctx, struct attach_options *o)
{
	struct unittab tab;
	const int code = load_table(ctx, &tab);
	int err;

	o->ports = NULL;
	if (code)
		return code;
	o->ports = calloc(2 * tab.n + 1, sizeof(*o->ports));
	err = o->ports ? 0 : -ENOMEM;
	for (size_t i = 0; !err && i < tab.n; i++)
		if (!tab.units[i].no_holder)
			err = add_unit(o, &tab.units[i]);
	if (err) {
		msg_error("attach", "%s", strerror(-err));
		return EXIT_TROUBLE;
	}
	if (o->n)
		return 0;
	msg_error(ctx->table, "has no port to attach");
	msg_hint("a line a port: 0 /dev/ttyS0");
	return EXIT_TROUBLE;
}

void attach_free_table(struct attach_options *o)
{
	for (size_t i = 0; i < o->n; i++)
		free(o->ports[i]);
	free(o->ports);
}

/* An earlier attach has it: so it shall be. */
static bool is_held(const char *typed)
{
	char tty[HANDOVER_NAME_MAX];
	int fd;

	if (tty_resolve(typed, tty, sizeof(tty)) < 0)
		return false;
	fd = control_open(tty);
	if (fd < 0)
		return false;
	printf("/dev/%s   held by gpsppsctl[%d]\n", tty, (int)control_peer(fd));
	control_close(fd);
	return true;
}

int attach_leave_out(struct probe *probe, const struct ctx *ctx, struct attach_options *o)
{
	size_t n = 0, held = 0;

	for (size_t i = 0; i < o->n; i++) {
		char *typed = o->ports[i];

		if (!is_there(probe, typed)) {
			msg_error(typed, "not there: left out");
		} else if (is_held(typed)) {
			held++;
		} else {
			o->ports[n++] = typed;
			continue;
		}
		free(typed);
	}
	o->n = n;
	if (n || held)
		return 0;
	msg_error(ctx->table, "none of its ports is there");
	return EXIT_GONE;
}
