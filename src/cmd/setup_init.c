// SPDX-License-Identifier: GPL-2.0-or-later
/* setup --undo where systemd is not the init: what was started is ended by procd's, or by our means. */
#include "setup.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../sys/control.h"
#include "../sys/tty.h"

#define HOLDERS_MAX 1024
#define DETACH_TIMEOUT_MS 15000		/* as detach's */
#define INIT_READS_S 1			/* busybox looks at its signals once a second */

/* procd's scripts end what they have started, while they are there. */
void setup_init_stop(const struct setup *s)
{
	static const char *const scripts[] = { "/etc/init.d/gpsppsctl-feed", "/etc/init.d/gpsppsctl" };

	if (s->in.init != SETUP_PROCD)
		return;
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		const char *const argv[] = { scripts[i], "stop", NULL };

		if (access(scripts[i], X_OK) == 0)
			setup_run(argv);
	}
}

/* gpsppsctl feed has the port beside its holder, and no socket. */
static void end_feeds(struct probe *probe, const char *tty)
{
	char text[HOLDERS_MAX], *line, *save = NULL;

	if (probe_getf(probe, text, sizeof(text), "holders:%s", tty) <= 0)
		return;
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *comm;
		const long pid = strtol(line, &comm, 10);
		const enum holder_role role = holder_role(comm + (*comm == ' '));

		if (pid > 1 && (role == ROLE_FEED || role == ROLE_PULSE_FEED))
			kill((pid_t)pid, SIGTERM);
	}
}

static void let_go(struct probe *probe, const char *port)
{
	char tty[SURVEY_NAME_MAX], reply[CONTROL_REPLY_MAX];

	if (tty_resolve(port, tty, sizeof(tty)) < 0)
		return;
	end_feeds(probe, tty);
	control_request(tty, "detach", reply, sizeof(reply), DETACH_TIMEOUT_MS);
}

/* `units` is the table as it was before: its file may be gone. */
void setup_init_end(const struct setup *s, const struct unittab *units)
{
	struct probe *probe;

	if (s->in.init == SETUP_BUSYBOX) {
		/* it reads its lines again, and starts nothing anew that is not there any more */
		kill(1, SIGHUP);
		sleep(INIT_READS_S);
	}
	probe = probe_open_live();
	for (size_t i = 0; probe && i < units->n; i++)
		if (unit_has_port(&units->units[i]))
			let_go(probe, units->units[i].port);
	probe_close(probe);
}
