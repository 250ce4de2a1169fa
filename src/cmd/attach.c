// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * attach: the port becomes /dev/gpsN, its pulse /dev/gpsppsN.  Plan, attach,
 * link, look for a pulse, report, hold; what fails is undone in reverse order.
 */
#include "attach.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../sys/control.h"
#include "../sys/dialout.h"
#include "../sys/links.h"
#include "../sys/notify.h"
#include "../sys/tty.h"
#include "../sys/udev.h"
#include "../unittab.h"

#define LINKS_TIMEOUT_MS 5000
#define LOOK_MS 2500		/* two seconds' pulses, and a moment */
#define SHAPE_MS 1200		/* the other edge comes within a second of the first */
#define PAUSE_MS 20
#define WAIT_MAX_S 86400
#define NS_PER_MS 1000000

/* ---- options ---- */

static void usage(void)
{
	fputs("Usage: gpsppsctl attach PORT [OPTION...]\n"
	      "Make a serial port /dev/gpsN and its pulse per second (on DCD) /dev/gpsppsN, with\n"
	      "the settings that ntpd will set; prove it; hold it until Ctrl-C or SIGTERM.\n"
	      "\n"
	      "  -u, --unit N          N of /dev/gpsN; else the table's, else 0\n"
	      "  -b, --baud B          speed; else the table's, ntp.conf's, 4800\n"
	      "  -w, --wait-pulse S    wait up to S seconds for the first pulse\n"
	      "  -1, --once            attach, verify, report, detach\n"
	      "  -d, --daemon          hold in the background, once all is verified\n"
	      "  -h, --help            this help\n", stdout);
}

static int parse_value(const char *name, long min, long max, long *value)
{
	if (parse_number(optarg, min, max, value) == 0)
		return 0;
	msg_error("attach", "invalid --%s '%s'", name, optarg);
	return usage_error("attach");
}

static int parse_baud(long *baud)
{
	int code = parse_value("baud", 1, 4000000, baud);

	if (code || tty_speed((unsigned int)*baud) != B0)
		return code;
	msg_error("attach", "--baud %ld: there is no such speed", *baud);
	return usage_error("attach");
}

static int parse_option(int c, struct attach_options *o)
{
	switch (c) {
	case 'u': return parse_value("unit", 0, UNIT_MAX, &o->unit);
	case 'b': return parse_baud(&o->baud);
	case 'w': return parse_value("wait-pulse", 1, WAIT_MAX_S, &o->wait_pulse_s);
	case '1': o->once = true; return 0;
	case 'd': o->daemon = true; return 0;
	case 'h': o->help = true; return 0;
	default: return usage_error("attach");
	}
}

static int parse_options(int argc, char **argv, struct attach_options *o)
{
	static const struct option longs[] = {
		{ "unit", required_argument, NULL, 'u' },
		{ "baud", required_argument, NULL, 'b' },
		{ "wait-pulse", required_argument, NULL, 'w' },
		{ "once", no_argument, NULL, '1' },
		{ "daemon", no_argument, NULL, 'd' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c, code = 0;

	while (!code && (c = getopt_long(argc, argv, "u:b:w:1dh", longs, NULL)) != -1)
		code = parse_option(c, o);
	if (code || o->help)
		return code;
	if (o->once && o->daemon) {
		msg_error("attach", "--once and --daemon exclude each other");
		return usage_error("attach");
	}
	if (argc - optind != 1) {
		msg_error("attach", argc == optind ? "which PORT?" : "one PORT at a time");
		return usage_error("attach");
	}
	o->port = argv[optind];
	return 0;
}

/* ---- signals and time ---- */

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

static bool is_interrupted(void)
{
	sigset_t pending;

	return sigpending(&pending) == 0 &&
	       (sigismember(&pending, SIGTERM) || sigismember(&pending, SIGINT) ||
		sigismember(&pending, SIGHUP));
}

/* ---- links ---- */

static int make_link(const char *path, const char *target)
{
	int err = link_make(path, target);

	if (err)
		msg_error(path, "cannot make the link to %s: %s", target, strerror(-err));
	return err ? EXIT_TROUBLE : 0;
}

static int make_links(struct attaching *a)
{
	const struct attach_plan *plan = &a->plan;
	char node[PPS_NAME_MAX + 8];
	int err;

	snprintf(node, sizeof(node), "/dev/%s", a->port.pps);
	err = dialout_share(node);
	if (err) {
		msg_error(node, "cannot give it to group dialout: %s", strerror(-err));
		return EXIT_TROUBLE;
	}
	/* a holder that was killed left both; its pulse's number may be another port's now */
	if (!plan->gps_link_ours && link_is_free(plan->pps_link, a->port.pps) < 0) {
		msg_error(plan->pps_link, "this is there already, and is not %s", node);
		msg_hint("gpsppsctl attach %s --unit N, another one", plan->tty);
		return EXIT_TROUBLE;
	}
	a->gps_linked = true;
	if (make_link(plan->gps_link, plan->tty))
		return EXIT_TROUBLE;
	a->pps_linked = true;
	return make_link(plan->pps_link, a->port.pps);
}

static int await_links(struct attaching *a)
{
	const struct attach_plan *plan = &a->plan;
	const char *missing = plan->gps_link;

	for (int ms = 0; ms < LINKS_TIMEOUT_MS; ms += PAUSE_MS) {
		if (is_interrupted())
			return EXIT_NO;
		missing = !link_leads_to(plan->gps_link, plan->tty) ? plan->gps_link :
			  !link_leads_to(plan->pps_link, a->port.pps) ? plan->pps_link : NULL;
		if (!missing)
			return 0;
		probe_sleep_ms(a->probe, PAUSE_MS);
	}
	msg_error(missing, "udev did not make the link within %d s", LINKS_TIMEOUT_MS / 1000);
	msg_hint("udevadm control --reload; udevadm trigger %s", plan->node);
	return EXIT_TROUBLE;
}

/* Before the port is attached: the pulse's "add" event follows from that. */
static int tell_udev(struct attaching *a)
{
	const struct attach_plan *plan = &a->plan;
	int err;

	if (plan->links != LINKS_UDEV_RUNTIME)
		return 0;
	a->announced = true;
	err = udev_announce(plan->tty, plan->unit, plan->baud);
	if (err)
		msg_error(plan->node, "cannot tell udev of it: %s", strerror(-err));
	return err ? EXIT_TROUBLE : 0;
}

/* ---- the pulse ---- */

static bool see_edges(struct attaching *a, const struct stamp *a0, const struct stamp *c0)
{
	struct stamp assert_edge, clear_edge;

	if (ppsdev_read(a->probe, a->port.pps, &assert_edge, &clear_edge) < 0)
		return false;
	if (assert_edge.seq == a0->seq && clear_edge.seq == c0->seq)
		return false;
	if (assert_edge.seq != a0->seq && clear_edge.seq != c0->seq)
		pulse_shape(&assert_edge, &clear_edge, &a->shape);
	return true;
}

/* Look for the first edge, then a little for the other one.  Ends early on a signal or hang-up. */
static void look_for_pulse(struct attaching *a, int64_t timeout_ms)
{
	const int64_t start_ns = probe_now_ns(a->probe);
	int64_t end_ns = start_ns + timeout_ms * NS_PER_MS;
	struct stamp a0, c0;

	a->looked = true;
	if (ppsdev_read(a->probe, a->port.pps, &a0, &c0) < 0)
		return;
	while (a->shape.edge == EDGE_UNKNOWN && !is_interrupted() && !tty_is_gone(a->port.fd)) {
		const int64_t now_ns = probe_now_ns(a->probe);

		if (see_edges(a, &a0, &c0) && !a->pulse_seen) {
			a->pulse_seen = true;
			a->pulse_after_ms = (now_ns - start_ns) / NS_PER_MS;
			end_ns = now_ns + SHAPE_MS * (int64_t)NS_PER_MS;
		}
		if (now_ns >= end_ns)
			return;
		probe_sleep_ms(a->probe, PAUSE_MS);
	}
}

/* 0, or an exit code: with --once and --daemon a pulse that does not come is a no. */
static int await_pulse(struct attaching *a, const struct attach_options *o)
{
	if (o->wait_pulse_s)
		look_for_pulse(a, o->wait_pulse_s * 1000);
	else if (!o->daemon && !notify_wanted())
		look_for_pulse(a, LOOK_MS);
	if (tty_is_gone(a->port.fd)) {
		msg_error(a->plan.node, "the port went away");
		return EXIT_GONE;
	}
	if (is_interrupted())
		return o->once || o->daemon ? EXIT_NO : 0;	/* else it is the holder's */
	if (!o->wait_pulse_s || a->pulse_seen)
		return 0;
	msg_error(a->plan.node, "no pulse within %ld s", o->wait_pulse_s);
	msg_hint("gpsppsctl diag %s", a->plan.node);
	return o->once || o->daemon ? EXIT_NO : 0;
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
	return EXIT_TROUBLE;
}

static int attach_port(struct attaching *a)
{
	int err;

	a->port.tty = a->plan.tty;
	a->port.speed = tty_speed(a->plan.baud);
	err = ppsport_attach(a->probe, &a->port);
	return err ? attach_step_failed(a, err) : 0;
}

/* Back to how it was; `code`, or EXIT_TROUBLE when the port could not be put back. */
static int undo(struct attaching *a, int code)
{
	const struct attach_plan *plan = &a->plan;
	int err;

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

static int hold(struct attaching *a, const struct attach_options *o)
{
	int pid, code;

	attach_report(a);
	if (o->once)
		return EXIT_DONE;
	if (!o->daemon) {
		puts("holding; Ctrl-C detaches");
		code = finish_stdout(0);
		return code ? code : attach_exec(a);
	}
	pid = attach_spawn(a);
	if (pid < 0)
		return EXIT_TROUBLE;
	printf("held by gpsppsctl[%d]; gpsppsctl detach %s\n", pid, a->plan.tty);
	a->port.fd = a->control_fd = -1;	/* the holder's now, with the links */
	a->gps_linked = a->pps_linked = a->announced = false;
	return EXIT_DONE;
}

static int attach(struct attaching *a, const struct attach_options *o)
{
	int code = take_control(a);

	if (!code)
		code = tell_udev(a);
	if (!code)
		code = attach_port(a);
	if (!code)
		code = a->plan.links == LINKS_SELF ? make_links(a) : await_links(a);
	if (!code)
		code = await_pulse(a, o);
	if (!code)
		code = hold(a, o);
	code = undo(a, code);
	if (!code && o->once)
		puts("detached: the port is as it was");
	return finish_stdout(code);
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

static int run(const struct ctx *ctx, int argc, char **argv)
{
	struct attaching a = { .port.fd = -1, .control_fd = -1 };
	struct attach_options o = { .unit = -1 };
	sigset_t set;
	int code = parse_options(argc, argv, &o);

	if (code)
		return code;
	if (o.help) {
		usage();
		return finish_stdout(EXIT_DONE);
	}
	fill_standard_streams();
	a.probe = probe_open_live();
	if (!a.probe) {
		msg_error("attach", "%s", strerror(ENOMEM));
		return EXIT_TROUBLE;
	}
	code = attach_make_plan(ctx, &o, a.probe, &a.plan);
	if (!code) {
		block_signals(&set);
		code = attach(&a, &o);
	}
	attach_free_plan(&a.plan);
	probe_close(a.probe);
	return code;
}

const struct cmd cmd_attach = {
	.name = "attach",
	.args = "PORT",
	.help = "make the port /dev/gpsN and its pulse /dev/gpsppsN; hold it",
	.run = run,
};
