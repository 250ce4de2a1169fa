// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * clock_tool yes|no: the kernel believes that somebody keeps its clock right, or not.  The
 * bound of the error counts as well: from 16 s on the kernel takes it back by itself.
 */
#include <string.h>
#include <sys/timex.h>

int main(int argc, char **argv)
{
	const int yes = argc == 2 && !strcmp(argv[1], "yes");
	struct timex t = {
		.modes = ADJ_STATUS | ADJ_MAXERROR | ADJ_ESTERROR,
		.status = yes ? 0 : STA_UNSYNC,
		.maxerror = yes ? 1000 : 16000000,
		.esterror = yes ? 1000 : 16000000,
	};

	return adjtimex(&t) < 0;
}
