// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's own use of a pulse (RFC 2783, RFC 1589), as ntpd's flag3 asks for it:
 *   pulse_consumer bind|unbind /dev/ppsN    the assert edge
 *   pulse_consumer status VALUE             adjtimex()'s status bits
 *   pulse_consumer show                     what adjtimex() says, "name value" a line
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/timex.h>
#include <linux/pps.h>

static int bind_consumer(const char *path, int edge)
{
	struct pps_bind_args args = {
		.tsformat = PPS_TSFMT_TSPEC, .edge = edge, .consumer = PPS_KC_HARDPPS,
	};
	int fd = open(path, O_RDWR);

	if (fd < 0)
		return -1;
	return ioctl(fd, PPS_KC_BIND, &args);
}

static int show(void)
{
	struct timex t = { .modes = 0 };

	if (adjtimex(&t) < 0)
		return -1;
	printf("status %d\nppsfreq %ld\njitter %ld\nshift %d\nstabil %ld\n"
	       "jitcnt %ld\ncalcnt %ld\nerrcnt %ld\nstbcnt %ld\n", t.status, t.ppsfreq,
	       t.jitter, t.shift, t.stabil, t.jitcnt, t.calcnt, t.errcnt, t.stbcnt);
	return 0;
}

static int set_status(int status)
{
	struct timex t = { .modes = ADJ_STATUS, .status = status };

	return adjtimex(&t);
}

static int run(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "show"))
		return show();
	if (argc == 3 && !strcmp(argv[1], "bind"))
		return bind_consumer(argv[2], PPS_CAPTUREASSERT);
	if (argc == 3 && !strcmp(argv[1], "unbind"))
		return bind_consumer(argv[2], 0);
	if (argc == 3 && !strcmp(argv[1], "status"))
		return set_status((int)strtol(argv[2], NULL, 0));
	errno = EINVAL;
	return -1;
}

int main(int argc, char **argv)
{
	if (run(argc, argv) >= 0)
		return 0;
	fprintf(stderr, "%s\n", strerrorname_np(errno));
	return 1;
}
