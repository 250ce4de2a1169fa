// SPDX-License-Identifier: GPL-2.0-or-later
/* Tell udev of a port.  Files only: no library, the holder needs this, too. */
#include "udev.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../unittab.h"
#include "links.h"

#define PATH_TEXT_MAX 128
#define FORGET_MS 2000
#define PAUSE_MS 20

/* udev(7), RULES FILES */
static const char *const rules_patterns[] = {
	"/etc/udev/rules.d/*gpsppsctl.rules",
	"/run/udev/rules.d/*gpsppsctl.rules",
	"/usr/local/lib/udev/rules.d/*gpsppsctl.rules",
	"/usr/lib/udev/rules.d/*gpsppsctl.rules",
	"/lib/udev/rules.d/*gpsppsctl.rules",
};

static bool has_match(const char *pattern)
{
	glob_t found = { 0 };
	const bool any = glob(pattern, GLOB_NOSORT, NULL, &found) == 0;

	globfree(&found);
	return any;
}

bool udev_makes_links(void)
{
	if (access("/run/udev/control", F_OK) < 0)
		return false;
	for (size_t i = 0; i < sizeof(rules_patterns) / sizeof(rules_patterns[0]); i++)
		if (has_match(rules_patterns[i]))
			return true;
	return false;
}

static int unit_path(const char *tty, char *path, size_t size)
{
	return snprintf(path, size, UDEV_UNITS_DIR "/%s", tty) < (int)size ? 0 : -ENAMETOOLONG;
}

static int write_all(int fd, const char *text)
{
	const size_t len = strlen(text);
	const ssize_t n = write(fd, text, len);

	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -EIO;
}

static int write_unit(const char *tty, unsigned int unit, unsigned int role, unsigned int baud)
{
	char path[PATH_TEXT_MAX], line[PATH_TEXT_MAX];
	int fd, err = unit_path(tty, path, sizeof(path));

	if (err)
		return err;
	snprintf(line, sizeof(line), "%u %s/dev/%s%s baud=%u\n", unit,
		 role == ROLE_PULSE ? "- pulse=" : "", tty,
		 role == ROLE_SENTENCES ? " pulse=none" : "", baud);
	if (mkdir(UDEV_UNITS_DIR, 0755) < 0 && errno != EEXIST)
		return -errno;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	err = write_all(fd, line);
	if (close(fd) < 0 && !err)
		err = -errno;
	if (err)
		unlink(path);
	return err;
}

/* udev reads /sys/class/tty/TTY/uevent's events, whoever causes them. */
static int trigger(const char *tty)
{
	char path[PATH_TEXT_MAX];
	int fd, err;

	if (snprintf(path, sizeof(path), "/sys/class/tty/%s/uevent", tty) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = write_all(fd, "change");
	close(fd);
	return err;
}

int udev_announce(const char *tty, unsigned int unit, unsigned int role, unsigned int baud)
{
	int err = write_unit(tty, unit, role, baud);

	return err ? err : trigger(tty);
}

void udev_forget(const char *tty, const char *link)
{
	char path[PATH_TEXT_MAX];

	if (unit_path(tty, path, sizeof(path)) < 0 || unlink(path) < 0 || trigger(tty) < 0)
		return;		/* the port is gone: so are its links */
	for (int ms = 0; ms < FORGET_MS && link_leads_to(link, tty); ms += PAUSE_MS)
		usleep(PAUSE_MS * 1000);
}
