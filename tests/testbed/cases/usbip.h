/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A USB device in user space: what the kernel's host controller for USB over IP asks it
 * (vhci_hcd; Documentation/usb/usbip_protocol.rst), and its answers.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ATTACH "/sys/devices/platform/vhci_hcd.0/attach"
#define DEVICE_ID 0x10002
#define SPEED_FULL 2

enum { CMD_SUBMIT = 1, CMD_UNLINK = 2, RET_SUBMIT = 3, RET_UNLINK = 4 };
#define PENDING_MAX 64

struct message {
	uint32_t cmd, seq, device, is_in, ep;
	uint32_t arg[5];	/* submit: flags, length, ...; reply: status, length; unlink: seq */
	uint8_t setup[8];
};

/* A request that waits: of the interrupt pipe for a change of lines, of the other for ever. */
struct pending {
	uint32_t seq, ep;
};

static struct pending pending[PENDING_MAX];
static size_t n_pending;
static int host = -1;

static void give(const void *data, size_t n)
{
	if (n && send(host, data, n, MSG_NOSIGNAL) != (ssize_t)n)
		exit(0);
}

static void take(void *data, size_t n)
{
	if (n && recv(host, data, n, MSG_WAITALL) != (ssize_t)n)
		exit(0);
}

static void reply(uint32_t cmd, uint32_t seq, int status, const void *data, size_t n, int is_in)
{
	struct message m = { .cmd = htonl(cmd), .seq = htonl(seq) };

	m.arg[0] = htonl((uint32_t)status);
	m.arg[1] = htonl((uint32_t)n);
	give(&m, sizeof(m));
	if (is_in)
		give(data, n);
}

/* ---- requests that wait ---- */

static void forget(size_t i)
{
	memmove(pending + i, pending + i + 1, (--n_pending - i) * sizeof(*pending));
}

static void unlink_request(const struct message *m)
{
	for (size_t i = 0; i < n_pending; i++) {
		if (pending[i].seq != m->arg[0])
			continue;
		forget(i);
		reply(RET_UNLINK, m->seq, -ECONNRESET, NULL, 0, 0);
		return;
	}
	reply(RET_UNLINK, m->seq, 0, NULL, 0, 0);
}

/* The oldest request of this pipe, or -1. */
static int asked(uint32_t ep)
{
	for (size_t i = 0; i < n_pending; i++)
		if (pending[i].ep == ep)
			return (int)i;
	return -1;
}

static void answer(int i, const void *data, size_t n)
{
	reply(RET_SUBMIT, pending[i].seq, 0, data, n, 1);
	forget((size_t)i);
}

/* ---- plugged in, until this program ends ---- */

static int plug_in(void)
{
	char text[64];
	int ends[2], fd = open(ATTACH, O_WRONLY | O_CLOEXEC);
	int n;

	if (fd < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return -1;
	host = ends[0];
	n = snprintf(text, sizeof(text), "0 %d %d %d", ends[1], DEVICE_ID, SPEED_FULL);
	return write(fd, text, (size_t)n) == n ? 0 : -1;
}
