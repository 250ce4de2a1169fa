// SPDX-License-Identifier: GPL-2.0-or-later
/* Counters and stamps, sampled while the live probe waits. */
#include "probe_watch.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <linux/serial.h>

#include "tape.h"

enum { EDGE_FILES = 2 };

struct edge_file {
	int fd;
	char last[64];		/* as it was read; "" before the first look */
};

struct watch {
	struct watch *next;
	char names[80];
	int tty;
	int64_t rx;		/* -1 before the first look */
	struct edge_file edges[EDGE_FILES];
	struct tape tape;
};

static const char *const edge_words[EDGE_FILES] = { "assert", "clear" };

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void watch_free(struct watch *w)
{
	close_fd(&w->tty);
	for (int i = 0; i < EDGE_FILES; i++)
		close_fd(&w->edges[i].fd);
	tape_free(&w->tape);
	free(w);
}

/* Where the pointer to the watch is; to the list's end when there is none. */
static struct watch **find(struct watch **list, const char *names)
{
	while (*list && strcmp((*list)->names, names))
		list = &(*list)->next;
	return list;
}

static void drop(struct watch **at)
{
	struct watch *w = *at;

	*at = w->next;
	watch_free(w);
}

/* A copy from memory (uart_get_icount()): touches no register. */
static void sample_rx(struct watch *w)
{
	struct serial_icounter_struct count = { 0 };

	if (w->tty < 0)
		return;
	if (ioctl(w->tty, TIOCGICOUNT, &count) < 0) {
		close_fd(&w->tty);	/* gone, or a driver without counters */
		return;
	}
	if (w->rx == (uint32_t)count.rx)
		return;
	w->rx = (uint32_t)count.rx;
	tape_note(&w->tape, "rx %u", (uint32_t)count.rx);
}

/* A read at 0 makes the kernel print the attribute anew. */
static void sample_edge(struct watch *w, int i)
{
	struct edge_file *e = &w->edges[i];
	char text[sizeof(e->last)];
	ssize_t n;

	if (e->fd < 0)
		return;
	n = pread(e->fd, text, sizeof(text) - 1, 0);
	if (n <= 0) {
		close_fd(&e->fd);	/* gone, or an edge that the source cannot see */
		return;
	}
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (!text[0] || !strcmp(text, e->last))
		return;
	strcpy(e->last, text);
	tape_note(&w->tape, "%s %s", edge_words[i], text);
}

void watch_sample(struct watch *list, bool edges)
{
	for (; list; list = list->next) {
		sample_rx(list);
		for (int i = 0; edges && i < EDGE_FILES; i++)
			sample_edge(list, i);
	}
}

int watch_begin(struct watch **list, const char *names, const struct watch_fds *fds)
{
	struct watch *w = calloc(1, sizeof(*w)), **old = find(list, names);
	int err = -ENOMEM;

	if (!w)
		goto err_fds;
	w->tty = fds->tty;
	w->rx = -1;
	w->edges[0].fd = fds->assert_edge;
	w->edges[1].fd = fds->clear_edge;
	if (strlen(names) >= sizeof(w->names)) {
		watch_free(w);
		return -ENAMETOOLONG;
	}
	strcpy(w->names, names);
	err = tape_begin(&w->tape, "%s", "");
	if (err) {
		watch_free(w);
		return err;
	}
	if (*old)
		drop(old);
	w->next = *list;
	*list = w;
	return 0;

err_fds:
	if (fds->tty >= 0)
		close(fds->tty);
	if (fds->assert_edge >= 0)
		close(fds->assert_edge);
	if (fds->clear_edge >= 0)
		close(fds->clear_edge);
	return err;
}

int watch_end(struct watch **list, const char *names, char *buf, size_t size)
{
	struct watch **at = find(list, names);
	int n;

	if (!*at)
		return -ENOENT;
	n = tape_play(&(*at)->tape, buf, size);
	drop(at);
	return n;
}

void watch_end_all(struct watch **list)
{
	while (*list)
		drop(list);
}
