// SPDX-License-Identifier: GPL-2.0-or-later
/* One source alone, without what else watch does with a port: source_tool PATH */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "source/source.h"

int main(int argc, char **argv)
{
	struct source_wish wish = { .name = "it" };
	struct source_event e = { 0 };
	struct source s;
	int err, fds[2];

	if (argc != 2 || pipe(fds) < 0)
		return 2;
	snprintf(wish.path, sizeof(wish.path), "%s", argv[1]);
	err = source_open(&s, &wish);
	if (!err)
		err = source_start(&s, 0, fds[1]);
	if (err) {
		fprintf(stderr, "%s\n", strerror(-err));
		return 2;
	}
	while (e.kind != SOURCE_GONE && read(fds[0], &e, sizeof(e)) == sizeof(e))
		;
	printf("%s %s\n", s.kind->name, strerror(-e.err));
	source_stop(&s);
	return 0;
}
