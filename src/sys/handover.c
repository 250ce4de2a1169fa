// SPDX-License-Identifier: GPL-2.0-or-later
/* From attach to the holder, across exec. */
#include "handover.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

static size_t size_of(uint32_t ports)
{
	return offsetof(struct handover, ports) + ports * sizeof(struct handover_port);
}

int handover_write(struct handover *h)
{
	const size_t size = size_of(h->n);
	int fd, err;
	ssize_t n;

	h->magic = HANDOVER_MAGIC;
	h->version = HANDOVER_VERSION;
	h->size = (uint32_t)size;
	fd = memfd_create("gpsppsctl-handover", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return -errno;
	n = write(fd, h, size);
	if (n == (ssize_t)size && fcntl(fd, F_ADD_SEALS, SEALS) == 0)
		return fd;
	err = n < 0 || n == (ssize_t)size ? -errno : -EIO;
	close(fd);
	return err;
}

static int is_text(const char *s, size_t size)
{
	return memchr(s, '\0', size) != NULL;
}

static int is_port(const struct handover_port *p)
{
	return p->tty_fd > STDERR_FILENO && p->control_fd > STDERR_FILENO &&
	       (!p->latency_fd || p->latency_fd > STDERR_FILENO) &&
	       p->links <= LINKS_UDEV_RUNTIME &&
	       is_text(p->socket, sizeof(p->socket)) && is_text(p->tty, sizeof(p->tty)) &&
	       is_text(p->pps, sizeof(p->pps)) && is_text(p->gps_link, sizeof(p->gps_link)) &&
	       is_text(p->pps_link, sizeof(p->pps_link)) &&
	       is_text(p->restart, sizeof(p->restart)) &&
	       is_text(p->on_lost, sizeof(p->on_lost)) &&
	       is_text(p->on_back, sizeof(p->on_back)) &&
	       is_text(p->metrics, sizeof(p->metrics));
}

static int is_ours(const struct handover *h, size_t size)
{
	if (size < size_of(0) || h->magic != HANDOVER_MAGIC || h->version != HANDOVER_VERSION ||
	    !h->n || h->n > HANDOVER_PORTS_MAX || h->size != size || size != size_of(h->n) ||
	    !is_text(h->program, sizeof(h->program)))
		return 0;
	for (uint32_t i = 0; i < h->n; i++)
		if (!is_port(&h->ports[i]))
			return 0;
	return 1;
}

int handover_read(int fd, struct handover *h)
{
	ssize_t n = pread(fd, h, sizeof(*h), 0);

	if (n < 0)
		return -errno;
	return is_ours(h, (size_t)n) ? 0 : -EPROTO;
}
