// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which of systemd's units ran before setup touched them: "UNIT active", a line each, for
 * --undo.  Written before the first of them is stopped.
 */
#include "setup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../sys/replace.h"
#include "../sys/tty.h"

#define NOTE_DIR "/var/lib/gpsppsctl"
#define NOTE_PATH NOTE_DIR "/units"
#define NOTE_MAX 4096

/* "" when there is none. */
static void read_note(char text[NOTE_MAX])
{
	FILE *f = fopen(NOTE_PATH, "re");
	size_t n = f ? fread(text, 1, NOTE_MAX - 1, f) : 0;

	text[n] = '\0';
	if (f)
		fclose(f);
}

static bool is_noted(const char *text, const char *unit)
{
	const size_t n = strlen(unit);

	for (; *text; text += strcspn(text, "\n"), text += *text == '\n')
		if (!strncmp(text, unit, n) && text[n] == ' ')
			return true;
	return false;
}

static void note(const struct setup *s, char text[NOTE_MAX], const char *unit)
{
	const size_t len = strlen(text);

	if (is_noted(text, unit))
		return;
	snprintf(text + len, NOTE_MAX - len, "%s %s\n", unit,
		 !strcmp(unit, s->stopped) || setup_is_active(unit) ? "active" : "inactive");
}

static void note_all(const struct setup *s, char text[NOTE_MAX], const char *units)
{
	while (*(units += strspn(units, " "))) {
		char unit[256];

		snprintf(unit, sizeof(unit), "%.*s", (int)strcspn(units, " "), units);
		note(s, text, unit);
		units += strcspn(units, " ");
	}
}

int setup_units_note(const struct setup *s)
{
	char text[NOTE_MAX] = "";
	int err;

	if (s->in.init != SETUP_SYSTEMD || s->in.image)
		return 0;
	/* what is left of a setup that was undone says nothing of today */
	if (changes_any(s->changes))
		read_note(text);
	note_all(s, text, s->plan.stop);
	note_all(s, text, s->plan.start);
	if ((mkdir("/var/lib", 0755) < 0 && errno != EEXIST) ||
	    (mkdir(NOTE_DIR, 0755) < 0 && errno != EEXIST))
		err = -errno;
	else
		err = replace_file(NOTE_PATH, text, strlen(text));
	if (!err)
		return 0;
	msg_error(NOTE_PATH, "cannot note which services run: %s", strerror(-err));
	return EXIT_TROUBLE;
}

static void do_all(const char *text, const char *state, const char *verb)
{
	for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
		char unit[256], was[16];

		if (sscanf(text, "%255s %15s", unit, was) == 2 && !strcmp(was, state))
			setup_systemctl(verb, unit);
	}
}

bool setup_units_noted(void)
{
	return access(NOTE_PATH, F_OK) == 0;
}

/*
 * An image was set up (--root), and lives now: nothing ran then.  Patterns are systemctl's,
 * which takes those that run.
 */
#define OURS "gpsppsctl@*.service gpsppsctl-feed@*.service"
#define DAEMONS "ntp*.service chrony*.service gpsd*.service"

void setup_units_stop(void)
{
	char text[NOTE_MAX];

	if (!setup_units_noted())
		setup_systemctl("stop", OURS);
	read_note(text);
	do_all(text, "inactive", "stop");
}

/* A port of a card may have another number than at setup, and its holder so another name. */
void setup_units_leave(const struct setup *s)
{
	const struct unittab *before = &s->clinic.units;
	struct unittab now;

	if (load_table(s->ctx, &now))
		return;
	for (size_t i = 0; i < before->n; i++) {
		char tty[SURVEY_NAME_MAX], unit[128];
		unsigned int role;

		if (!unit_has_port(&before->units[i]) ||
		    tty_resolve(before->units[i].port, tty, sizeof(tty)) < 0 ||
		    table_find_port(&now, tty, &role))
			continue;
		snprintf(unit, sizeof(unit), "gpsppsctl@%s.service", tty);
		if (setup_is_active(unit))
			setup_systemctl("stop", unit);
	}
}

void setup_units_start(void)
{
	char text[NOTE_MAX];

	if (!setup_units_noted())
		setup_systemctl("try-restart", DAEMONS);
	read_note(text);
	do_all(text, "active", "restart");
	unlink(NOTE_PATH);
	rmdir(NOTE_DIR);	/* unless files were left */
}
