// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A GPIO line, by the second version of the kernel's interface (include/uapi/linux/gpio.h):
 * edges with the kernel's stamp, or, where the chip gives no interrupt, by looking.
 */
#include "kind.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/gpio.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define EDGES (GPIO_V2_LINE_FLAG_EDGE_RISING | GPIO_V2_LINE_FLAG_EDGE_FALLING)
#define EVENTS_MAX 16

struct gpio {
	bool events;		/* the chip gives them */
	bool monotonic;		/* their stamps are of CLOCK_MONOTONIC: before Linux 5.11 */
	uint32_t seqno;		/* of the last one */
	struct edge_counts counts;
};

/* The descriptor of the line, or -errno. */
static int request(int chip, unsigned int offset, uint64_t flags)
{
	struct gpio_v2_line_request r = {
		.offsets = { offset },
		.consumer = "gpsppsctl",
		.config = { .flags = GPIO_V2_LINE_FLAG_INPUT | flags },
		.num_lines = 1,
	};

	return ioctl(chip, GPIO_V2_GET_LINE_IOCTL, &r) < 0 ? -errno : r.fd;
}

/* The best that kernel and chip give. */
static int request_best(int chip, unsigned int offset, struct gpio *g)
{
	int fd = request(chip, offset, EDGES | GPIO_V2_LINE_FLAG_EVENT_CLOCK_REALTIME);

	g->events = true;
	if (fd == -EINVAL) {
		g->monotonic = true;
		fd = request(chip, offset, EDGES);
	}
	if (fd >= 0 || fd == -EBUSY || fd == -EPERM)
		return fd;
	g->events = false;
	return request(chip, offset, 0);
}

static int gpio_open(struct source *s)
{
	struct gpio *g = calloc(1, sizeof(*g));
	int chip, err = 0;

	if (!g)
		return -ENOMEM;
	chip = open(s->wish.path, O_RDWR | O_CLOEXEC);
	if (chip < 0) {
		err = -errno;
		goto err_free;
	}
	s->fd = request_best(chip, s->wish.offset, g);
	close(chip);
	if (s->fd < 0) {
		err = s->fd;
		goto err_free;
	}
	s->state = g;
	return 0;

err_free:
	free(g);
	return err;
}

static void gpio_close(struct source *s)
{
	source_close_fd(s);
	free(s->state);
	s->state = NULL;
}

/* ---- edges ---- */

static int64_t realtime_of(const struct gpio *g, int64_t stamp_ns)
{
	if (!g->monotonic)
		return stamp_ns;
	return stamp_ns + source_now(CLOCK_REALTIME) - source_now(CLOCK_MONOTONIC);
}

static int put_event(struct source *s, const struct gpio_v2_line_event *event)
{
	struct gpio *g = s->state;
	struct edge e = {
		.time_ns = realtime_of(g, (int64_t)event->timestamp_ns),
		.late_ns = -1,
		.which = event->id == GPIO_V2_LINE_EVENT_RISING_EDGE ? EDGE_ASSERT : EDGE_CLEAR,
		.by = STAMP_KERNEL,
	};

	e.seq = edge_count(&g->counts, e.which, event->line_seqno - g->seqno);
	g->seqno = event->line_seqno;
	return source_put(s, SOURCE_EDGE, &e, -1, 0);
}

static int take_events(struct source *s)
{
	struct gpio_v2_line_event events[EVENTS_MAX];
	ssize_t n = read(s->fd, events, sizeof(events));
	int err = 0;

	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 0 : -errno;
	if (n < (ssize_t)sizeof(events[0]))
		return -ENODEV;
	for (size_t i = 0; i < (size_t)n / sizeof(events[0]) && !err; i++)
		err = put_event(s, &events[i]);
	return err;
}

static int gpio_look(struct source *s, int *lines)
{
	struct gpio_v2_line_values v = { .mask = 1 };

	(void)lines;
	return ioctl(s->fd, GPIO_V2_LINE_GET_VALUES_IOCTL, &v) < 0 ? -errno : (int)(v.bits & 1);
}

/*
 * A chip that is removed wakes nobody (before Linux 6.2), but its lines have no value
 * any more.
 */
static int wait_for_events(struct source *s)
{
	struct pollfd pfd = { .fd = s->fd, .events = POLLIN };
	int n = poll(&pfd, 1, (int)(SOURCE_TICK_NS / NS_PER_MS));
	int level;

	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	if (n > 0)
		return pfd.revents & POLLIN ? take_events(s) : -ENODEV;
	level = gpio_look(s, NULL);
	return level < 0 ? level : 0;
}

static int gpio_run(struct source *s)
{
	const struct gpio *g = s->state;
	int err = 0;

	if (!g->events)
		return source_watch_level(s, gpio_look);
	while (!err && !atomic_load(&s->stop))
		err = wait_for_events(s);
	return err;
}

const struct source_kind source_gpio = {
	.name = "gpio",
	.by = STAMP_KERNEL,
	.open = gpio_open,
	.run = gpio_run,
	.close = gpio_close,
};
