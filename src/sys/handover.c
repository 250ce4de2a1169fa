// SPDX-License-Identifier: GPL-2.0-or-later
/* From attach to the holder, across exec. */
#include "handover.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

int handover_write(struct handover *h)
{
	int fd, err;
	ssize_t n;

	h->magic = HANDOVER_MAGIC;
	h->version = HANDOVER_VERSION;
	h->size = sizeof(*h);
	fd = memfd_create("gpsppsctl-handover", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return -errno;
	n = write(fd, h, sizeof(*h));
	if (n == (ssize_t)sizeof(*h) && fcntl(fd, F_ADD_SEALS, SEALS) == 0)
		return fd;
	err = n < 0 || n == (ssize_t)sizeof(*h) ? -errno : -EIO;
	close(fd);
	return err;
}

static int is_text(const char *s, size_t size)
{
	return memchr(s, '\0', size) != NULL;
}

static int is_ours(const struct handover *h)
{
	return h->magic == HANDOVER_MAGIC && h->version == HANDOVER_VERSION &&
	       h->size == sizeof(*h) && h->tty_fd > STDERR_FILENO &&
	       h->control_fd > STDERR_FILENO && h->links <= LINKS_UDEV_RUNTIME &&
	       is_text(h->socket, sizeof(h->socket)) && is_text(h->tty, sizeof(h->tty)) &&
	       is_text(h->pps, sizeof(h->pps)) && is_text(h->gps_link, sizeof(h->gps_link)) &&
	       is_text(h->pps_link, sizeof(h->pps_link));
}

int handover_read(int fd, struct handover *h)
{
	ssize_t n = pread(fd, h, sizeof(*h), 0);

	if (n < 0)
		return -errno;
	return n == (ssize_t)sizeof(*h) && is_ours(h) ? 0 : -EPROTO;
}
