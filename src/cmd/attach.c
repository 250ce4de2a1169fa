// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * attach: a port becomes /dev/gpsN, its pulse /dev/gpsppsN.  Plan, attach,
 * link, look for a pulse, report, hold; what fails is undone in reverse order.
 */
#include "attach.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../sys/control.h"
#include "../sys/links.h"
#include "../sys/systemd.h"
#include "../sys/tty.h"
#include "../sys/udev.h"
#include "../unittab.h"

/* ---- signals ---- */

/*
 * Held back until the holder takes them, or this program has undone its work:
 * a port must not be left half attached.
 */
static void block_signals(sigset_t *set)
{
	struct sigaction old;

	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	if (sigaction(SIGHUP, NULL, &old) == 0 && old.sa_handler != SIG_IGN)
		sigaddset(set, SIGHUP);		/* else nohup(1) is above us */
	sigprocmask(SIG_BLOCK, set, NULL);
}

bool attach_is_interrupted(void)
{
	sigset_t pending;

	return sigpending(&pending) == 0 &&
	       (sigismember(&pending, SIGTERM) || sigismember(&pending, SIGINT) ||
		sigismember(&pending, SIGHUP));
}

/* ---- the sequence ---- */

/* From here on a second attach is refused by us, not by chance. */
static int take_control(struct attaching *a)
{
	a->control_fd = control_listen(a->plan.tty, a->socket, sizeof(a->socket));
	if (a->control_fd >= 0)
		return 0;
	if (a->control_fd == -EADDRINUSE) {
		msg_error(a->plan.node, "another gpsppsctl is attaching it");
		return EXIT_TROUBLE;
	}
	msg_error(CONTROL_DIR, "cannot make the control socket: %s", strerror(-a->control_fd));
	if (a->control_fd == -EACCES)
		msg_hint("run it as root: sudo gpsppsctl attach %s", a->plan.tty);
	else if (a->control_fd == -EROFS || a->control_fd == -ENOENT)
		msg_hint("/run must be there and writable: mount -t tmpfs -o mode=755 tmpfs /run");
	return EXIT_TROUBLE;
}

static int attach_port(struct attaching *a)
{
	int err;

	a->port.tty = a->plan.tty;
	a->port.speed = tty_speed(a->plan.baud);
	a->port.no_pulse = !(a->plan.role & ROLE_PULSE);
	a->port.no_sentences = !(a->plan.role & ROLE_SENTENCES);
	err = ppsport_attach(a->probe, &a->port);
	if (err)
		return attach_step_failed(a, err);
	if (a->port.no_pulse)
		strcpy(a->port.pps, a->plan.pps);
	return 0;
}

/* Back to how it was; `code`, or EXIT_TROUBLE when the port could not be put back. */
static int undo(struct attaching *a, int code)
{
	const struct attach_plan *plan = &a->plan;
	int err;

	attach_unbind(a);
	if (a->pps_linked)
		link_remove(plan->pps_link, a->port.pps);
	if (a->gps_linked)
		link_remove(plan->gps_link, plan->tty);
	err = ppsport_put_back(&a->port);
	if (err && code != EXIT_GONE) {
		msg_error(plan->node, "cannot put the port back: %s", strerror(-err));
		code = EXIT_TROUBLE;
	}
	if (a->announced)
		udev_forget(plan->tty, plan->gps_link);
	control_unlisten(a->control_fd, a->socket);
	return code;
}

/*
 * A holder that was killed leaves N_PPS on a port that a daemon has open: the
 * source stays, with its link, and the daemon's handle of it is good.
 */
static bool has_old_pulse(const struct attaching *a)
{
	return a->port.has_old_source &&
	       (!a->plan.pps_link[0] || link_leads_to(a->plan.pps_link, a->port.pps));
}

static bool is_restarted_by_another(const struct attaching *a, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (a[i].has_new_source && !strcmp(a[i].plan.restart, a[n].plan.restart))
			return true;
	return false;
}

/*
 * The pulse is a new source, and who had the last one keeps a dead handle
 * without any error (drivers/pps/pps.c).  At boot nobody of them runs yet.
 * A daemon of several ports is restarted once, when all of them are attached.
 */
static void restart_daemons(const struct attaching *a, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *units = a[i].plan.restart;
		int err;

		if (!a[i].has_new_source || is_restarted_by_another(a, i))
			continue;
		err = systemd_try_restart(units);
		if (!err)
			continue;
		msg_error(units, "systemctl try-restart: %s", strerror(-err));
		msg_hint("restart them by hand: they may have the handle of a pulse source that is gone");
	}
}

static int hold(struct attaching *a, const struct attach_options *o)
{
	int pid, code;

	if (!o->daemon) {
		puts("holding; Ctrl-C detaches");
		code = finish_stdout(0);
		return code ? code : attach_exec(a, o->n);
	}
	pid = attach_spawn(a, o->n);
	if (pid < 0)
		return EXIT_TROUBLE;
	printf("held by gpsppsctl[%d]; gpsppsctl detach %s\n", pid, a->plan.tty);
	for (size_t i = 0; i < o->n; i++) {	/* the holder's now, with the links */
		a[i].port.fd = a[i].control_fd = -1;
		a[i].gps_linked = a[i].pps_linked = a[i].announced = a[i].bound = false;
	}
	return EXIT_DONE;
}

static int attach(struct attaching *a, const struct attach_options *o)
{
	int code = take_control(a);

	if (!code)
		code = attach_tell_udev(a);
	if (!code)
		code = attach_port(a);
	if (!code) {
		/* before its link is ours */
		a->has_new_source = a->plan.role & ROLE_PULSE && !has_old_pulse(a);
		code = attach_make_links(a);
	}
	if (!code)
		attach_bind(a);
	return code ? code : attach_await_pulse(a, o);
}

/*
 * Of the table's ports one that fails (its message is written) must not take the pulse
 * from the others.  0 when they go on without it.
 */
static int go_on_without(struct attaching *a, struct attach_options *o, size_t i, int code)
{
	if (!o->all || attach_is_interrupted())
		return code;
	attach_release_latency(&a[i]);
	attach_free_plan(&a[i].plan);
	o->n--;
	memmove(a + i, a + i + 1, (o->n - i) * sizeof(*a));
	memset(a + o->n, 0, sizeof(*a));
	free(o->ports[i]);
	memmove(o->ports + i, o->ports + i + 1, (o->n - i) * sizeof(*o->ports));
	o->left_out_code = code;
	return 0;
}

/* All that were named, or none: what has begun is undone. */
static int attach_all(struct attaching *a, struct attach_options *o)
{
	size_t done = 0;
	int code = 0;

	while (!code && done < o->n) {
		code = attach(&a[done], o);
		if (code && o->all)
			code = go_on_without(a, o, done, undo(&a[done], code));
		else
			done++;
	}
	if (!code && !o->n)
		return o->left_out_code;
	for (size_t i = 0; !code && i < o->n; i++)
		attach_report(&a[i]);
	if (!code && !o->once) {
		restart_daemons(a, o->n);
		code = hold(a, o);
	}
	while (done--)
		code = undo(&a[done], code);
	if (!code && o->once)
		puts(o->n == 1 ? "detached: the port is as it was" :
		     "detached: the ports are as they were");
	return finish_stdout(code ? code : o->left_out_code);
}

/* Two names may mean one port, and a table's unit the one that another port has by its place. */
static int check_distinct(const struct attaching *a, size_t n)
{
	const struct attach_plan *plan = &a[n].plan;

	for (size_t i = 0; i < n; i++) {
		if (!strcmp(plan->tty, a[i].plan.tty)) {
			msg_error(plan->node, "given twice");
			return usage_error("attach");
		}
		if (plan->unit == a[i].plan.unit && plan->role & a[i].plan.role) {
			msg_error(plan->node, "unit %u is that of %s already", plan->unit,
				  a[i].plan.node);
			msg_hint("give each its unit in " UNITTAB_PATH);
			return EXIT_TROUBLE;
		}
	}
	return 0;
}

static int plan_all(const struct ctx *ctx, struct attach_options *o, struct probe *probe,
		    struct attaching *a)
{
	size_t i = 0;
	int code = 0;

	while (!code && i < o->n) {
		a[i].probe = probe;
		a[i].port.fd = a[i].control_fd = -1;
		code = attach_make_plan(ctx, o, i, probe, &a[i].plan);
		if (!code)
			code = check_distinct(a, i);
		if (!code)
			code = attach_hold_latency(&a[i]);
		if (code && o->all)
			code = go_on_without(a, o, i, code);
		else
			i++;
	}
	return code;
}

/* A descriptor below 3 would be taken for a standard stream by whoever comes next. */
static void fill_standard_streams(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

static int run_with(const struct ctx *ctx, struct attach_options *o, struct probe *probe)
{
	struct attaching *a = calloc(o->n, sizeof(*a));
	sigset_t set;
	int code;

	if (!a) {
		msg_error("attach", "%s", strerror(ENOMEM));
		return EXIT_TROUBLE;
	}
	code = plan_all(ctx, o, probe, a);
	if (!code) {
		block_signals(&set);
		code = attach_all(a, o);
	}
	for (size_t i = 0; i < o->n; i++) {
		attach_release_latency(&a[i]);
		attach_free_plan(&a[i].plan);
	}
	free(a);
	return code;
}

/* Which ports, as far as the command line leaves it open. */
static int choose_ports(const struct ctx *ctx, struct attach_options *o, struct probe *probe)
{
	int code = o->all ? attach_read_table(ctx, o) : 0;

	if (!code && o->wait_port_s)
		code = attach_await_ports(probe, o);
	if (!code && o->all)
		code = attach_leave_out(probe, ctx, o);
	return code ? code : attach_check_count(o);
}

static int run(const struct ctx *ctx, int argc, char **argv)
{
	struct attach_options o = { .unit = -1, .wakeup_latency_us = -1 };
	struct probe *probe;
	int code = attach_parse_options(argc, argv, &o);

	if (code)
		return code;
	if (o.help) {
		attach_usage();
		return finish_stdout(EXIT_DONE);
	}
	fill_standard_streams();
	probe = probe_open_live();
	if (!probe) {
		msg_error("attach", "%s", strerror(ENOMEM));
		return EXIT_TROUBLE;
	}
	code = choose_ports(ctx, &o, probe);
	if (!code && o.n)
		code = run_with(ctx, &o, probe);
	else if (!code)
		code = finish_stdout(EXIT_DONE);	/* all are held already */
	probe_close(probe);
	if (o.all)
		attach_free_table(&o);
	return code;
}

const struct cmd cmd_attach = {
	.name = "attach",
	.args = "PORT... | --all",
	.help = "make the port /dev/gpsN and its pulse /dev/gpsppsN; hold it",
	.run = run,
};
