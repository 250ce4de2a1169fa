/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The receiver command's options. */
#ifndef GPSPPSCTL_RECEIVER_OPTIONS_H
#define GPSPPSCTL_RECEIVER_OPTIONS_H

#include "../receiver/receiver.h"

struct receiver_options {
	const char *port;
	const char *sentences, *enable, *disable;
	bool defaults, timing;
	struct receiver_settings to;	/* to.known: what was named */
	const char *save, *restore;	/* files, "-" is stdout or stdin */
	char send[RECEIVER_LINE_MAX];	/* a sentence's body; "": none */
	char send_sum[3];		/* the checksum that stood behind it, when it was wrong */
	bool dry_run, passive, force, while_running, json, help;
	bool no_journal;
	const char *journal;		/* its directory */
	unsigned int at;		/* the line's speed now; 0: not named */
	int seconds;
};

/* 0, or an exit code after a message. */
int receiver_parse_options(int argc, char **argv, struct receiver_options *o);

/* Something of the receiver is to be changed, and proven. */
bool receiver_is_change(const struct receiver_options *o);

void receiver_usage(void);

/* receiver_values.c: the value of one option.  0, or an exit code after a message. */
int receiver_value_sentences(const char *text, struct receiver_options *o);
int receiver_value_enable(const char *text, struct receiver_options *o);
int receiver_value_disable(const char *text, struct receiver_options *o);
int receiver_value_baud(const char *text, struct receiver_options *o);
int receiver_value_pps(const char *text, struct receiver_options *o);
int receiver_value_pulse(const char *text, struct receiver_options *o);
int receiver_value_rate(const char *text, struct receiver_options *o);
int receiver_value_version(const char *text, struct receiver_options *o);
int receiver_value_send(const char *text, struct receiver_options *o);
int receiver_value_at(const char *text, struct receiver_options *o);
int receiver_value_seconds(const char *text, struct receiver_options *o);

#endif
