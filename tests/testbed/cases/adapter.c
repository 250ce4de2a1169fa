// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A USB adapter in user space, on the kernel's own host controller for USB over
 * IP (vhci_hcd; Documentation/usb/usbip_protocol.rst): a PL2303, whose driver is
 * the kernel's.  DCD is high in the first 100 ms of each second of the clock.
 * It is unplugged when this program ends.
 *
 * adapter SERIAL
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ATTACH "/sys/devices/platform/vhci_hcd.0/attach"
#define DEVICE_ID 0x10002
#define SPEED_FULL 2

enum { CMD_SUBMIT = 1, CMD_UNLINK = 2, RET_SUBMIT = 3, RET_UNLINK = 4 };
enum { EP_CONTROL, EP_STATE, EP_OUT, EP_IN };
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
static const char *serial;

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

/* ---- what it says of itself: a PL2303 HX, by drivers/usb/serial/pl2303.c ---- */

static const uint8_t device[] = {
	18, 1, 0x00, 0x02, 0, 0, 0, 64, 0x7b, 0x06, 0x03, 0x23, 0x00, 0x03, 1, 2, 3, 1,
};

static const uint8_t configuration[] = {
	9, 2, 39, 0, 1, 1, 0, 0x80, 50,
	9, 4, 0, 0, 3, 0xff, 0, 0, 0,
	7, 5, 0x80 | EP_STATE, 3, 10, 0, 1,
	7, 5, EP_OUT, 2, 64, 0, 0,
	7, 5, 0x80 | EP_IN, 2, 64, 0, 0,
};

static size_t string(unsigned int index, uint8_t *buf)
{
	const char *const texts[] = { "", "Testbed", "USB-Serial Controller", serial };
	const char *text = texts[index & 3];

	buf[1] = 3;
	buf[0] = 2;
	if (!index) {
		buf[2] = 9;	/* English */
		buf[3] = 4;
		return buf[0] = 4;
	}
	for (; *text; text++, buf[0] += 2)
		buf[buf[0]] = (uint8_t)*text;
	return buf[0];
}

/* The answer to GET_DESCRIPTOR; 0: there is none. */
static size_t descriptor(const uint8_t *setup, uint8_t *buf)
{
	if (setup[3] == 1)
		memcpy(buf, device, sizeof(device));
	else if (setup[3] == 2)
		memcpy(buf, configuration, sizeof(configuration));
	else
		return setup[3] == 3 ? string(setup[2], buf) : 0;
	return setup[3] == 1 ? sizeof(device) : sizeof(configuration);
}

/* The driver's own requests are answered by zeros, which content it. */
static void control(const struct message *m)
{
	const uint8_t *setup = m->setup;
	const int is_in = setup[0] & 0x80;
	const size_t wanted = setup[6] | (size_t)setup[7] << 8;
	uint8_t buf[512] = { 0 };
	size_t n = wanted < sizeof(buf) ? wanted : sizeof(buf);

	if (setup[0] == 0x80 && setup[1] == 6) {
		const size_t has = descriptor(setup, buf);

		if (!has) {
			reply(RET_SUBMIT, m->seq, -EPIPE, NULL, 0, 1);
			return;
		}
		n = has < n ? has : n;
	}
	reply(RET_SUBMIT, m->seq, 0, buf, is_in ? n : wanted, is_in);
}

/* ---- requests ---- */

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

static void submit(const struct message *m)
{
	uint8_t data[4096];

	if (!m->is_in)
		take(data, m->arg[1] < sizeof(data) ? m->arg[1] : sizeof(data));
	if (m->ep == EP_CONTROL)
		control(m);
	else if (!m->is_in)
		reply(RET_SUBMIT, m->seq, 0, NULL, m->arg[1], 0);
	else if (n_pending < PENDING_MAX)
		pending[n_pending++] = (struct pending) { m->seq, m->ep };
}

static void hear(void)
{
	struct message m;

	take(&m, sizeof(m));
	m.cmd = ntohl(m.cmd);
	m.seq = ntohl(m.seq);
	m.is_in = ntohl(m.is_in);
	m.ep = ntohl(m.ep);
	m.arg[0] = ntohl(m.arg[0]);
	m.arg[1] = ntohl(m.arg[1]);
	if (m.cmd == CMD_UNLINK)
		unlink_request(&m);
	else if (m.cmd == CMD_SUBMIT)
		submit(&m);
}

/* ---- the line ---- */

#define HIGH_NS 100000000L
#define SECOND_NS 1000000000L
#define UART_STATE 8		/* its place in the message, and its bits */
#define STATE_DCD 0x01
#define STATE_DSR_CTS 0x82

static struct timespec until_edge(int *is_high)
{
	struct timespec now;
	long ns;

	clock_gettime(CLOCK_REALTIME, &now);
	*is_high = now.tv_nsec < HIGH_NS;
	ns = (*is_high ? HIGH_NS : SECOND_NS) - now.tv_nsec;
	return (struct timespec) { 0, ns < SECOND_NS ? ns : SECOND_NS - 1 };
}

/* The interrupt pipe tells a change once. */
static void tell(int is_high)
{
	static int told = -1;
	const uint8_t state[10] = { 0xa1, 0x20, [UART_STATE] = STATE_DSR_CTS | (is_high ? STATE_DCD : 0) };

	for (size_t i = 0; i < n_pending && told != is_high; i++) {
		if (pending[i].ep != EP_STATE)
			continue;
		reply(RET_SUBMIT, pending[i].seq, 0, state, sizeof(state), 1);
		forget(i);
		told = is_high;
	}
}

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

int main(int argc, char **argv)
{
	serial = argc > 1 ? argv[1] : "A1";
	if (plug_in() < 0) {
		perror(ATTACH);
		return 1;
	}
	puts("plugged in");
	fflush(stdout);
	for (;;) {
		struct pollfd fd = { .fd = host, .events = POLLIN };
		int is_high;
		const struct timespec wait = until_edge(&is_high);

		tell(is_high);
		if (ppoll(&fd, 1, &wait, NULL) > 0)
			hear();
	}
}
