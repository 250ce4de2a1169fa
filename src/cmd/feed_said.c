// SPDX-License-Identifier: GPL-2.0-or-later
/* feed: sentences as they come, each with the time of its last character. */
#include "feed.h"

#include <errno.h>
#include <unistd.h>

#include "../sys/tty.h"

#define READ_SIZE 1024
#define READS_MAX 16		/* at a time: pulses wait meanwhile */
#define CHAR_BITS 10		/* start, eight, stop */

/* The CR is on the line, too, and the line discipline waits for it. */
static int64_t duration_ns(const struct feed_port *p, const struct nmea_sentence *s)
{
	const unsigned int baud = p->chosen.no_uart ? 0 : p->said.baud;

	return baud ? (int64_t)(s->len + 1) * CHAR_BITS * NS_PER_S / baud : 0;
}

static void take(struct feed *f, struct feed_port *p, const struct nmea_sentence *s,
		 const struct instant *now)
{
	struct sample samples[FEEDER_SAMPLES_MAX];
	struct nmea_data d;
	size_t n;

	if (s->sum != NMEA_SUM_OK || !nmea_decode(s, &d))
		return;
	n = feeder_sentence(&p->feeder, &d, now->real_ns, duration_ns(p, s), now, samples);
	feed_give(f, p, samples, n);
}

/* False: there is nothing more for now. */
static bool take_some(struct feed *f, struct feed_port *p)
{
	struct nmea_sentence sentence;
	char buf[READ_SIZE];
	const char *text = buf;
	const ssize_t n = read(p->said.fd, buf, sizeof(buf));
	const int err = n < 0 ? -errno : 0;
	const struct instant now = feed_now();
	size_t len = n > 0 ? (size_t)n : 0;

	if (err == -EAGAIN || err == -EINTR)
		return false;
	if (n <= 0) {
		/* without VMIN an empty line reads like a hang-up */
		if (err || tty_is_gone(p->said.fd))
			feed_lose_said(f, p, err ? err : -ENODEV);
		return false;
	}
	while (nmea_next(&p->parser, &text, &len, &sentence))
		take(f, p, &sentence, &now);
	return true;
}

void feed_said_take(struct feed *f, struct feed_port *p)
{
	for (int i = 0; i < READS_MAX && p->said.fd >= 0; i++)
		if (!take_some(f, p))
			break;
}
