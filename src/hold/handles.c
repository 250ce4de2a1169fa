// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who still holds a PPS source that is gone?  The kernel tells him nothing: his
 * PPS_FETCH waits until it times out, for ever (drivers/pps/pps.c).  The node of
 * the old source was removed, so his descriptor is a link to "/dev/ppsN (deleted)".
 * Best effort, and without opendir(3), which has a heap.
 */
#include "hold.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TOLD_MAX 4	/* processes; who has more of them knows his machine */

/* As in getdents64(2). */
struct entry {
	uint64_t ino;
	int64_t off;
	unsigned short reclen;
	unsigned char type;
	char name[];
};

struct search {
	char target[HANDOVER_NAME_MAX + 16];	/* "/dev/pps0 (deleted)" */
	int pid;
	char told[EVENT_LINE_MAX / 2];
	unsigned int n;
};

/* Call `found` for the entries that are numbers, until it says that it is enough. */
static void each_number(const char *dir, bool (*found)(struct search *s, const char *name),
			struct search *s)
{
	_Alignas(struct entry) char buf[2048];
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool enough = false;
	long n;

	if (fd < 0)
		return;
	while (!enough && (n = syscall(SYS_getdents64, fd, buf, sizeof(buf))) > 0) {
		for (long at = 0; at < n && !enough;) {
			const struct entry *e = (const struct entry *)(buf + at);

			if (e->name[0] >= '0' && e->name[0] <= '9')
				enough = found(s, e->name);
			at += e->reclen;
		}
	}
	close(fd);
}

static bool look_at_fd(struct search *s, const char *fd)
{
	char path[64], target[sizeof(s->target)], who[EVENT_WHO_MAX];
	const size_t len = strlen(s->told);
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/fd/%.16s", s->pid, fd);
	n = readlink(path, target, sizeof(target));
	if (n != (ssize_t)strlen(s->target) || memcmp(target, s->target, (size_t)n))
		return false;
	events_who(s->pid, who, sizeof(who));
	if (s->n < TOLD_MAX)
		snprintf(s->told + len, sizeof(s->told) - len, "%s%s", len ? ", " : "", who);
	s->n++;
	return true;
}

static bool look_at_process(struct search *s, const char *pid)
{
	char path[40];

	s->pid = (int)strtol(pid, NULL, 10);
	snprintf(path, sizeof(path), "/proc/%d/fd", s->pid);
	each_number(path, look_at_fd, s);
	return false;
}

bool handles_tell(struct hold *hold, const char *pps)
{
	struct search s = { .n = 0 };

	snprintf(s.target, sizeof(s.target), "/dev/%s (deleted)", pps);
	each_number("/proc", look_at_process, &s);
	if (!s.n)
		return false;
	events_note(hold, "handle", "of %s, which is gone, held by %s%s: to be restarted", pps,
		    s.told, s.n > TOLD_MAX ? " and others" : "");
	hold_say(hold, "%s is gone; restart %s%s", pps, s.told, s.n > TOLD_MAX ? " and others" : "");
	return true;
}
