// SPDX-License-Identifier: GPL-2.0-or-later
/* The idle states of the processors, by /dev/cpu_dma_latency. */
#include "latency.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int latency_hold(int32_t us)
{
	int fd = open(LATENCY_PATH, O_WRONLY | O_CLOEXEC), err;
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = write(fd, &us, sizeof(us));		/* four bytes are a number, more are text */
	if (n == (ssize_t)sizeof(us))
		return fd;
	err = n < 0 ? -errno : -EIO;
	close(fd);
	return err;
}

/* A descriptor without a number asks for nothing: looking changes nothing. */
int latency_read(int32_t *us)
{
	int fd = open(LATENCY_PATH, O_RDONLY | O_CLOEXEC), err = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, us, sizeof(*us));
	if (n != (ssize_t)sizeof(*us))
		err = n < 0 ? -errno : -EIO;
	close(fd);
	return err;
}
