// SPDX-License-Identifier: GPL-2.0-or-later
/* The live probe's "holders:" keys: one scan of /proc tells of all nodes. */
#include "probe_holders.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How long one scan of /proc serves: a survey asks about all ports at once. */
#define SCAN_LIFE_NS 50000000

/* A comm is any 15 bytes that a process likes: no line ends, no control codes. */
static void clean_comm(char *comm)
{
	for (; *comm; comm++)
		if ((unsigned char)*comm < 0x20 || *comm == 0x7f)
			*comm = '?';
}

/* "/dev/ttyS0" gives "ttyS0".  A node that is gone ("... (deleted)") does not count. */
static const char *node_of(const char *target)
{
	if (strncmp(target, "/dev/", 5))
		return NULL;
	target += 5;
	if ((strncmp(target, "tty", 3) && strncmp(target, "pps", 3)) || strchr(target, ' '))
		return NULL;
	return target;
}

static bool is_refusal(int err)
{
	return err == -EACCES || err == -EPERM;
}

/* One line for each node that a process holds, however often it has it open. */
static void scan_process(struct holder_scan *h, struct probe *p, const char *pid, FILE *out)
{
	char path[64], target[64], comm[32] = "?", seen[1024] = " ", word[80];
	char **fds = NULL;
	const char *node;
	bool refused;
	int n;

	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	n = probe_list(p, path, &fds);
	refused = is_refusal(n);
	for (int i = 0; fds && i < n; i++) {
		int err = probe_getf(p, target, sizeof(target), "link:/proc/%s/fd/%s", pid, fds[i]);

		/* a process that gave up root is root's to list, and not to look into (proc(5)) */
		if (is_refusal(err)) {
			refused = true;
			break;
		}
		if (err < 0)
			continue;
		node = node_of(target);
		if (!node)
			continue;
		snprintf(word, sizeof(word), " %s ", node);
		if (strstr(seen, word))
			continue;
		if (strlen(seen) + strlen(word) < sizeof(seen))
			strcat(seen, word + 1);
		probe_getf(p, comm, sizeof(comm), "file:/proc/%s/comm", pid);
		clean_comm(comm);
		fprintf(out, "%s %s %s\n", node, pid, comm);
	}
	h->unseen += refused;
	probe_free_names(fds, n);
}

static int scan(struct holder_scan *h, struct probe *p)
{
	int64_t now = probe_now_ns(p), end;
	char **names = NULL, *text = NULL;
	size_t size;
	FILE *out;
	int n;

	if (h->text && now < h->stale_ns)
		return 0;
	n = probe_list(p, "/proc", &names);
	if (n < 0)
		return n;
	h->unseen = 0;
	out = open_memstream(&text, &size);
	for (int i = 0; out && i < n; i++)
		if (names[i][0] >= '1' && names[i][0] <= '9')
			scan_process(h, p, names[i], out);
	probe_free_names(names, n);
	if (!out || fclose(out)) {
		free(text);
		return -ENOMEM;
	}
	free(h->text);
	h->text = text;
	/* a slow machine's scan must serve more than one question, too */
	end = probe_now_ns(p);
	h->stale_ns = end + (end - now > SCAN_LIFE_NS ? end - now : SCAN_LIFE_NS);
	return 0;
}

/* Copy the scan's lines of `node` ("" is all), without this process. */
static int filter_scan(const struct holder_scan *h, const char *node, char *buf, size_t size)
{
	char name[64], me[32];
	size_t len = 0, node_len = strlen(node);
	const char *line, *end;

	snprintf(me, sizeof(me), " %d ", getpid());
	buf[0] = '\0';
	for (line = h->text; *line; line = end + 1) {
		size_t name_len = strcspn(line, " ");

		end = strchr(line, '\n');
		snprintf(name, sizeof(name), "%.*s", (int)name_len, line);
		if (!strncmp(line + name_len, me, strlen(me)))
			continue;
		if (node_len && strcmp(name, node))
			continue;
		if (node_len)
			line += name_len + 1;
		if (len + (end - line) + 2 > size)
			break;
		len += snprintf(buf + len, size - len, "%s%.*s", len ? "\n" : "",
				(int)(end - line), line);
	}
	return len;
}

int holders_get(struct holder_scan *h, struct probe *p, const char *node, char *buf, size_t size)
{
	int n = scan(h, p);

	if (n < 0)
		return n;
	n = filter_scan(h, node, buf, size);
	if (!h->unseen)
		return n;
	if (*node)
		return n ? n : -EACCES;
	if ((size_t)n + 32 < size)
		n += snprintf(buf + n, size - n, "%s* 0 %u", n ? "\n" : "", h->unseen);
	return n;
}

int holders_count(struct holder_scan *h, struct probe *p, const char *node)
{
	const size_t len = strlen(node);
	int n = scan(h, p), count = 0;

	if (n < 0)
		return n;
	for (const char *at = h->text; *at; at = strchr(at, '\n') + 1)
		count += !strncmp(at, node, len) && at[len] == ' ';
	return count;
}

void holders_forget(struct holder_scan *h)
{
	free(h->text);
	h->text = NULL;
}
