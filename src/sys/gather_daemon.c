// SPDX-License-Identifier: GPL-2.0-or-later
/* Ask the probe which daemons there are, and for their configuration. */
#include "gather_daemon.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gather.h"
#include "gather_conf.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define CANDIDATES_MAX 64

/* ---- its process ---- */

/* The module that is asked first says nothing (-EINVAL) where it is not in use. */
static struct fact_text ask_label(struct probe *p, int pid)
{
	static const char *const files[] = { "attr/apparmor/current", "attr/current" };
	char text[FACT_TEXT_MAX] = "";
	int n = -ENOENT;

	for (size_t i = 0; i < ARRAY_SIZE(files) && (n == -ENOENT || n == -EINVAL); i++)
		n = probe_getf(p, text, sizeof(text), "file:/proc/%d/%s", pid, files[i]);
	if (n == -EINVAL || n == 0 || (n > 0 && !strcmp(text, "unconfined")))
		n = -ENOENT;
	return fact_text_from(n < 0 ? n : 0, text);
}

static void add_node(struct daemon *d, char *name)
{
	char *gone = strstr(name, " (deleted)");
	struct daemon_node *node = &d->nodes[d->n_nodes];

	if (gone)
		*gone = '\0';
	if (d->n_nodes == DAEMON_NODES_MAX || strlen(name) >= sizeof(node->name))
		return;
	strcpy(node->name, name);
	node->gone = gone != NULL;
	d->n_nodes++;
}

static void ask_nodes(struct probe *p, struct daemon *d, int pid)
{
	char text[2048], *line, *save = NULL;
	int n = probe_getf(p, text, sizeof(text), "nodes:%d", pid);

	d->nodes_known = fact_from(n < 0 ? n : 0, 1);
	for (line = strtok_r(text, "\n", &save); n > 0 && line; line = strtok_r(NULL, "\n", &save))
		add_node(d, line);
}

/* ---- its clocks ---- */

/* Where a path in /dev ends: what is nowhere, or no node, is absent. */
static struct fact_text ask_node(struct probe *p, const char *path)
{
	char real[512] = "";
	int n = -ENOENT;

	if (!strncmp(path, "/dev/", 5))
		n = probe_getf(p, real, sizeof(real), "real:%s", path);
	if (n == -ENOTDIR || n == -ELOOP || (n >= 0 && strncmp(real, "/dev/", 5) != 0))
		n = -ENOENT;
	return fact_text_from(n < 0 ? n : 0, n < 0 ? "" : real + 5);
}

static void find_clocks(struct probe *p, struct daemon *d)
{
	daemon_find_clocks(d);
	for (unsigned int i = 0; i < d->n_clocks; i++) {
		d->clocks[i].port_node = ask_node(p, d->clocks[i].port);
		d->clocks[i].pulse_node = ask_node(p, d->clocks[i].pulse);
	}
}

static bool is_clocks_port(const struct daemon *d, const char *node)
{
	for (unsigned int i = 0; i < d->n_clocks; i++)
		if (d->clocks[i].port_node.state == FACT_OK &&
		    !strcmp(d->clocks[i].port_node.val, node))
			return true;
	return false;
}

/*
 * gpsd is given devices while it runs, too (gpsdctl(8), as udev does for receivers on
 * USB): a port that it has open is one.  A console is where it was started.
 */
static void add_given_devices(struct probe *p, struct daemon *d)
{
	struct gpsd_conf *conf = &d->gpsd;
	const size_t told = conf->n_devices;

	for (unsigned int i = 0; i < d->n_nodes && conf->n_devices < GPSD_DEVICES_MAX; i++) {
		const char *name = d->nodes[i].name;
		struct gpsd_device *device = &conf->devices[conf->n_devices];

		if (d->nodes[i].gone || strncmp(name, "tty", 3) != 0 || !name[3] ||
		    (name[3] >= '0' && name[3] <= '9') || is_clocks_port(d, name))
			continue;
		device->kind = GPSD_TTY;
		snprintf(device->text, sizeof(device->text), "/dev/%s", name);
		conf->n_devices++;
	}
	if (conf->n_devices > told)
		find_clocks(p, d);
}

/* ---- one daemon ---- */

static void ask_conf(struct probe *p, struct daemon *d, const struct look *l)
{
	if (DAEMON_BIT(d->kind) & DAEMONS_NTP)
		gather_ntpd_conf(p, d, l);
	else if (d->kind == DAEMON_CHRONY)
		gather_chrony_conf(p, d, l);
	else
		gather_gpsd_conf(p, d, l);
	find_clocks(p, d);
	if (d->kind != DAEMON_GPSD)
		return;
	add_given_devices(p, d);
	d->socket_activated =
		look_exists(p, "/etc/systemd/system/sockets.target.wants/gpsd.socket");
}

struct candidate {
	enum daemon_kind kind;
	int pid;
	int parent;
	bool second;
};

struct search {
	struct probe *p;
	struct look *look;		/* of who is looked at just now */
	struct candidate found[CANDIDATES_MAX];
	size_t n;
};

static void add_running(struct search *s, struct daemon_list *list, const struct candidate *c)
{
	struct daemon *d = &list->v[list->n];

	if (list->n == DAEMONS_MAX || look_at_process(s->p, c->pid, s->look))
		return;
	list->n++;
	d->kind = c->kind;
	d->pid = fact_from(0, c->pid);
	d->start_ms = s->look->start_ms;
	d->nice = s->look->nice;
	memcpy(d->service, s->look->service, sizeof(d->service));
	gather_process(s->p, c->pid, daemon_row(c->kind)->comm, &d->process);
	d->label = ask_label(s->p, c->pid);
	ask_nodes(s->p, d, c->pid);
	ask_conf(s->p, d, s->look);
}

/* ---- those that run ---- */

static int kind_of(struct probe *p, const struct look *l, const char *comm)
{
	if (!strcmp(comm, "ntpd"))
		return look_ntpd_kind(p, l);
	return strcmp(comm, "gpsd") ? DAEMON_CHRONY : DAEMON_GPSD;
}

/* Those that steer the clock come before others, of which anybody may start as many as he likes. */
static void add_candidate(struct search *s, int pid, const char *comm)
{
	struct candidate *c = &s->found[s->n];
	int kind;

	if (s->n == CANDIDATES_MAX || look_at_process(s->p, pid, s->look))
		return;
	kind = kind_of(s->p, s->look, comm);
	if (kind < 0)
		return;
	c->kind = (enum daemon_kind)kind;
	c->pid = pid;
	c->parent = s->look->parent;
	c->second = look_is_second(s->look, comm) || !look_is_trusted(s->p, s->look);
	s->n++;
}

/* A daemon's helpers have its name: the child of one is none of its own. */
static bool is_child(const struct search *s, const struct candidate *c)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->found[i].pid == c->parent && s->found[i].kind == c->kind)
			return true;
	return false;
}

/* How many of this system have this name, whoever's they are; or why that is not known. */
static int find_running(struct search *s, const char *comm)
{
	char text[1024], *line, *save = NULL;
	int n = probe_getf(s->p, text, sizeof(text), "processes:%s", comm), count = 0;

	if (n < 0)
		return n;
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		const int pid = (int)strtol(line, NULL, 10);

		if (look_is_contained(s->p, pid))
			continue;
		add_candidate(s, pid, comm);
		count++;
	}
	return count;
}

static void add_all_running(struct search *s, struct daemon_list *list)
{
	for (int second = 0; second < 2; second++)
		for (size_t i = 0; i < s->n; i++)
			if (s->found[i].second == second && !is_child(s, &s->found[i]))
				add_running(s, list, &s->found[i]);
}

/* ---- those that are installed ---- */

/* Its program is there, and no process has its name; or that is refused (err). */
static void add_installed(struct search *s, struct daemon_list *list, const char *comm, int err)
{
	struct daemon *d = &list->v[list->n];
	int kind;

	memset(s->look, 0, sizeof(*s->look));
	if (list->n == DAEMONS_MAX || probe_getf(s->p, s->look->exe, sizeof(s->look->exe),
						 "real:/usr/sbin/%s", comm) < 0)
		return;
	kind = kind_of(s->p, s->look, comm);
	if (kind < 0)
		return;
	list->n++;
	d->kind = (enum daemon_kind)kind;
	d->pid = fact_from(err ? err : -ENOENT, 0);
	d->start_ms = d->nice = d->nodes_known = d->pid;
	d->label = fact_text_from(-ENOENT, "");
	look_at_unit(s->p, d->kind, s->look);
	memcpy(d->service, s->look->service, sizeof(d->service));
	ask_conf(s->p, d, s->look);
}

/* ---- all ---- */

static void find_all(struct search *s, struct daemon_list *list)
{
	static const char *const comms[] = { "ntpd", "chronyd", "gpsd" };
	int n[ARRAY_SIZE(comms)];

	for (size_t i = 0; i < ARRAY_SIZE(comms); i++) {
		n[i] = find_running(s, comms[i]);
		/* a recording from before there was this question */
		if (n[i] == -ENODATA)
			return;
	}
	add_all_running(s, list);
	for (size_t i = 0; i < ARRAY_SIZE(comms); i++)
		if (n[i] <= 0)
			add_installed(s, list, comms[i], n[i]);
}

void gather_daemons(struct probe *p, struct daemon_list *list)
{
	struct search s = { .p = p, .look = malloc(sizeof(*s.look)) };

	memset(list, 0, sizeof(*list));
	list->v = calloc(DAEMONS_MAX, sizeof(*list->v));
	if (s.look && list->v)
		find_all(&s, list);
	free(s.look);
}

void gather_free_daemons(struct daemon_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		free(list->v[i].ntpd);
		free(list->v[i].chrony);
	}
	free(list->v);
	memset(list, 0, sizeof(*list));
}
