// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A USB adapter in user space: a PL2303 or an FT232R, whose driver is the kernel's.  A line is high in the first 100 ms of each second of the
 * clock; a receiver's sentence tells the second a quarter later.
 * It is unplugged when this program ends.
 *
 * adapter SERIAL [pl2303|ftdi [dcd|cts]]
 */
#define _GNU_SOURCE
#include <poll.h>
#include <stdbool.h>
#include <time.h>

#include "usbip.h"

#define TEXT_MAX 128
#define PACKET_MAX 64

enum { EP_CONTROL, EP_STATE, EP_OUT, EP_IN };	/* of the PL2303; the FT232R: EP_STATE for both */

static const char *serial;

/* ---- what it says of itself: by drivers/usb/serial/pl2303.c (an HX) and ftdi_sio.c ---- */

static const uint8_t pl2303[] = {
	18, 1, 0x00, 0x02, 0, 0, 0, 64, 0x7b, 0x06, 0x03, 0x23, 0x00, 0x03, 1, 2, 3, 1,
};

static const uint8_t pl2303_configuration[] = {
	9, 2, 39, 0, 1, 1, 0, 0x80, 50,
	9, 4, 0, 0, 3, 0xff, 0, 0, 0,
	7, 5, 0x80 | EP_STATE, 3, 10, 0, 1,
	7, 5, EP_OUT, 2, PACKET_MAX, 0, 0,
	7, 5, 0x80 | EP_IN, 2, PACKET_MAX, 0, 0,
};

static const uint8_t ft232r[] = {
	18, 1, 0x00, 0x02, 0, 0, 0, 8, 0x03, 0x04, 0x01, 0x60, 0x00, 0x06, 1, 2, 3, 1,
};

static const uint8_t ft232r_configuration[] = {
	9, 2, 32, 0, 1, 1, 0, 0x80, 45,
	9, 4, 0, 0, 2, 0xff, 0xff, 0xff, 2,
	7, 5, 0x80 | EP_STATE, 2, PACKET_MAX, 0, 0,
	7, 5, EP_OUT, 2, PACKET_MAX, 0, 0,
};

struct kind {
	const char *name;
	const uint8_t *device, *configuration;
	uint8_t dcd, cts, dsr;		/* in its own byte of the lines */
	bool in_data;			/* that byte comes with the data */
};

static const struct kind kinds[] = {
	{ "pl2303", pl2303, pl2303_configuration, 0x01, 0x80, 0x02, false },
	{ "ftdi", ft232r, ft232r_configuration, 0x80, 0x10, 0x20, true },
};

static const struct kind *kind = &kinds[0];
static bool on_cts;

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
		memcpy(buf, kind->device, kind->device[0]);
	else if (setup[3] == 2)
		memcpy(buf, kind->configuration, kind->configuration[2]);
	else
		return setup[3] == 3 ? string(setup[2], buf) : 0;
	return setup[3] == 1 ? kind->device[0] : kind->configuration[2];
}

/* ---- the lines ---- */

#define HIGH_NS 100000000L
#define SAID_NS 250000000L
#define SECOND_NS 1000000000L

static uint8_t lines_now(void)
{
	struct timespec now;
	uint8_t pulse;

	clock_gettime(CLOCK_REALTIME, &now);
	pulse = now.tv_nsec >= HIGH_NS ? 0 : on_cts ? kind->cts : kind->dcd;
	return pulse | kind->dsr | (on_cts ? 0 : kind->cts);
}

/* ---- requests ---- */

#define FTDI_GET_MODEM_STATUS 5
#define FTDI_THRE_TEMT 0x60

/* The drivers' own requests are answered by zeros, which content them. */
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
	} else if (kind->in_data && is_in && setup[1] == FTDI_GET_MODEM_STATUS) {
		buf[0] = lines_now() | 1;
		buf[1] = FTDI_THRE_TEMT;
	}
	reply(RET_SUBMIT, m->seq, 0, buf, is_in ? n : wanted, is_in);
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

/* ---- what it tells by itself ---- */

#define UART_STATE 8		/* its place in the PL2303's message */

static char text[TEXT_MAX];
static size_t n_text;
static int told = -1;		/* the lines */

static size_t take_text(uint8_t *to, size_t room)
{
	const size_t n = n_text < room ? n_text : room;

	memcpy(to, text, n);
	memmove(text, text + n, n_text -= n);
	return n;
}

static void tell_pl2303(uint8_t lines)
{
	const uint8_t state[10] = { 0xa1, 0x20, [UART_STATE] = lines };
	uint8_t data[PACKET_MAX];

	if (told != lines && asked(EP_STATE) >= 0) {
		answer(asked(EP_STATE), state, sizeof(state));
		told = lines;
	}
	while (n_text && asked(EP_IN) >= 0)
		answer(asked(EP_IN), data, take_text(data, sizeof(data)));
}

static void tell_ftdi(uint8_t lines)
{
	uint8_t data[PACKET_MAX] = { lines | 1, FTDI_THRE_TEMT };

	while ((told != lines || n_text) && asked(EP_STATE) >= 0) {
		answer(asked(EP_STATE), data, 2 + take_text(data + 2, sizeof(data) - 2));
		told = lines;
	}
}

/* Of the second that has begun, once. */
static void say(const struct timespec *now)
{
	static time_t said;
	char body[TEXT_MAX - 8];
	unsigned int sum = 0;
	struct tm t;

	if (now->tv_nsec < SAID_NS || now->tv_sec == said)
		return;
	said = now->tv_sec;
	gmtime_r(&said, &t);
	strftime(body, sizeof(body), "GPRMC,%H%M%S,A,3751.65,S,14507.36,E,000.0,360.0,%d%m%y,011.3,E", &t);
	for (const char *c = body; *c; c++)
		sum ^= (unsigned char)*c;
	n_text = (size_t)snprintf(text, sizeof(text), "$%s*%02X\r\n", body, sum);
}

static void tell(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	say(&now);
	if (kind->in_data)
		tell_ftdi(lines_now());
	else
		tell_pl2303(lines_now());
}

static struct timespec until_next(void)
{
	struct timespec now;
	long at;

	clock_gettime(CLOCK_REALTIME, &now);
	at = now.tv_nsec < HIGH_NS ? HIGH_NS : now.tv_nsec < SAID_NS ? SAID_NS : SECOND_NS;
	at -= now.tv_nsec;
	return (struct timespec) { 0, at < SECOND_NS ? at : SECOND_NS - 1 };
}

static void choose(int argc, char **argv)
{
	serial = argc > 1 ? argv[1] : "A1";
	if (argc > 2 && !strcmp(argv[2], kinds[1].name))
		kind = &kinds[1];
	on_cts = argc > 3 && !strcmp(argv[3], "cts");
}

int main(int argc, char **argv)
{
	choose(argc, argv);
	if (plug_in() < 0) {
		perror(ATTACH);
		return 1;
	}
	puts("plugged in");
	fflush(stdout);
	for (;;) {
		struct pollfd fd = { .fd = host, .events = POLLIN };
		struct timespec wait;

		tell();
		wait = until_next();
		if (ppoll(&fd, 1, &wait, NULL) > 0)
			hear();
	}
}
