// SPDX-License-Identifier: GPL-2.0-or-later
/* One of the ports that are held: its edges, its line for the log, its end. */
#include "hold.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/pps.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "../sys/consumer.h"
#include "../sys/links.h"
#include "../sys/rearm.h"
#include "../sys/tty.h"
#include "../sys/udev.h"

int64_t hold_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

void hold_say(const struct hold *hold, const char *fmt, ...)
{
	char text[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (hold->is_daemon)
		syslog(LOG_DAEMON | LOG_ERR, "/dev/%s: %s", hold->h.tty, text);
	else
		dprintf(STDERR_FILENO, "gpsppsctl: /dev/%s: %s\n", hold->h.tty, text);
}

void hold_tell(struct hold *hold, const char *what, const char *fmt, ...)
{
	char text[EVENT_LINE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	events_note(hold, what, "%s", text);
	hold_say(hold, "%s: %s", what, text);
}

/* ---- the source of pulses ---- */

/* A line of a source's sysfs: "assert", "clear", "path". */
static int read_source(const char *pps, const char *name, char *text, size_t size)
{
	char path[HANDOVER_NAME_MAX + 32];
	ssize_t n;
	int fd, err;

	snprintf(path, sizeof(path), "/sys/class/pps/%s/%s", pps, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, text, size - 1);
	err = n < 0 ? -errno : 0;
	close(fd);
	if (err)
		return err;
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return 0;
}

static int read_edge(const char *pps, const char *edge, struct stamp *stamp)
{
	char text[64];
	int err = read_source(pps, edge, text, sizeof(text));

	memset(stamp, 0, sizeof(*stamp));
	if (!err)
		stamp_parse(text, stamp);
	return err;
}

int hold_read_edges(const struct hold *hold, struct stamp *assert_edge,
		    struct stamp *clear_edge)
{
	int err = read_edge(hold->h.pps, "assert", assert_edge);

	return err ? err : read_edge(hold->h.pps, "clear", clear_edge);
}

int hold_find_source(const struct hold *hold, char *pps, size_t size)
{
	char want[HANDOVER_NAME_MAX + 8], path[64];

	snprintf(want, sizeof(want), "/dev/%s", hold->h.tty);
	/* by number: a listing would take memory */
	for (unsigned int i = 0; i < PPS_MAX_SOURCES; i++) {
		if (snprintf(pps, size, "pps%u", i) >= (int)size)
			return -ENAMETOOLONG;
		if (read_source(pps, "path", path, sizeof(path)) == 0 && !strcmp(path, want))
			return 0;
	}
	return -ENODEV;
}

static void node_of(const char *pps, char *node, size_t size)
{
	snprintf(node, size, "/dev/%s", pps);
}

void hold_note_node(struct hold *hold)
{
	char node[HANDOVER_NAME_MAX + 8];
	struct stat st;

	node_of(hold->h.pps, node, sizeof(node));
	hold->heal.has_node = stat(node, &st) == 0;
	if (!hold->heal.has_node)
		return;
	hold->heal.node_gid = st.st_gid;
	hold->heal.node_mode = st.st_mode & 07777;
}

/* Where there is no udev the kernel has made the node, for root alone. */
static int share_node(const struct hold *hold)
{
	char node[HANDOVER_NAME_MAX + 8];

	node_of(hold->h.pps, node, sizeof(node));
	if (hold->heal.has_node && (chown(node, (uid_t)-1, hold->heal.node_gid) < 0 ||
				    chmod(node, hold->heal.node_mode) < 0))
		return -errno;
	return 0;
}

int hold_use_source(struct hold *hold, const char *pps)
{
	int err, err_link;

	snprintf(hold->h.pps, sizeof(hold->h.pps), "%s", pps);
	if (hold->h.links != LINKS_SELF)
		return 0;
	err = share_node(hold);
	err_link = link_make(hold->h.pps_link, hold->h.pps);
	return err_link ? err_link : err;
}

/* The last one has taken its binding along (pps_kc_remove(), drivers/pps/kc.c). */
void hold_bind(struct hold *hold)
{
	int err;

	if (!hold->h.bind)
		return;
	err = consumer_bind(hold->h.pps, (enum pulse_edge)hold->h.bind);
	if (err)
		hold_tell(hold, "ldisc", "cannot bind %s to the kernel's clock: %s", hold->h.pps,
			  strerror(-err));
}

/* ---- end ---- */

/* A source of its own does not go with the port. */
static void unbind(const struct hold *hold)
{
	if (hold->h.bind && hold->h.no_pulse)
		consumer_unbind(hold->h.pps);
}

static void remove_links(const struct hold *hold)
{
	const struct handover_port *h = &hold->h;

	if (h->links == LINKS_SELF) {
		link_remove_in(hold->links_fd, h->pps_link, h->pps);
		link_remove_in(hold->links_fd, h->gps_link, h->tty);
		close(hold->links_fd);
	} else if (h->links == LINKS_UDEV_RUNTIME) {
		udev_forget(h->tty, h->gps_link);
	}
}

/* The socket goes last: while it is there, the port is ours. */
static void leave(struct hold *hold)
{
	task_end(hold);
	unbind(hold);
	close(hold->h.tty_fd);
	if (hold->h.latency_fd)
		close(hold->h.latency_fd);
	remove_links(hold);
	metrics_remove(hold);
	unlink(hold->h.socket);
	server_end(hold);
	hold->has_ended = true;
}

int hold_put_back(struct hold *hold)
{
	int err = tty_put_back(hold->h.tty_fd, hold->h.ldisc, &hold->h.saved);

	if (err)
		hold_say(hold, "cannot put the port back: %s", strerror(-err));
	rearm_clear_flag(hold->h.tty_fd);	/* a driver with set_ldisc() has done so */
	leave(hold);
	return err ? EXIT_TROUBLE : EXIT_DONE;
}

/*
 * An unplugged device has left sysfs before it hangs up (uart_remove_one_port()),
 * and a UART's name without its driver has type 0.
 */
static void note_hangup(struct hold *hold)
{
	char path[HANDOVER_NAME_MAX + 32];
	unsigned long type = 1;

	snprintf(path, sizeof(path), "/sys/class/tty/%s", hold->h.tty);
	look_read_sysfs(hold, "type", &type);
	if (access(path, F_OK) < 0 || !type)
		events_note(hold, "hangup", "the device is gone: unplugged, or its driver unbound");
	else
		events_note(hold, "hangup", "the device is still there: %s",
			    "DCD fell while CLOCAL was off, or a program hung it up");
}

int hold_gone(struct hold *hold)
{
	note_hangup(hold);
	hold_say(hold, "the port went away (hang-up)");
	leave(hold);
	return EXIT_GONE;
}
