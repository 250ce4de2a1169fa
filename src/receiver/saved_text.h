/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of saved.h's text, for its writer and its reader. */
#ifndef GPSPPSCTL_SAVED_TEXT_H
#define GPSPPSCTL_SAVED_TEXT_H

#include "saved.h"

#define SAVED_WANTED "wanted-"
#define SAVED_SETTINGS 6
#define SAVED_OPS 4
#define SAVED_NUMBER_MAX 999999999
#define SAVED_NAMES_MAX 400	/* 32 names of at most 11 characters, and what is between them */

enum saved_kind {
	SAVED_NUMBER,		/* unsigned int, not 0 */
	SAVED_SWITCH,		/* bool: on, off */
	SAVED_VERSION,		/* unsigned int, times 100: 2.30 */
};

struct saved_setting {
	const char *name;
	unsigned int setting;	/* RECEIVER_BAUD ... */
	enum saved_kind kind;
	size_t at;		/* in struct receiver_settings */
};

extern const struct saved_setting saved_settings[SAVED_SETTINGS];
extern const char *const saved_ops[SAVED_OPS];	/* by enum receiver_op */

#endif
