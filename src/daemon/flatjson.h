/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The members of a JSON object, one by one, without memory of its own.  What is
 * nested is skipped, or walked in turn.  Pure.
 */
#ifndef GPSPPSCTL_FLATJSON_H
#define GPSPPSCTL_FLATJSON_H

#include <stdbool.h>
#include <stddef.h>

#include "../words.h"

#define FLATJSON_DEPTH_MAX 32

enum flatjson_kind {
	FLATJSON_STRING,	/* text: without its quotes, escapes as they are */
	FLATJSON_OTHER,		/* a number, true, false, null */
	FLATJSON_OBJECT,	/* text: with its braces */
	FLATJSON_ARRAY,		/* text: with its brackets */
};

struct flatjson_value {
	struct word key;	/* of an object's member; escapes as they are */
	struct word text;
	enum flatjson_kind kind;
};

/* What is still to be read; text begins behind the opening brace or bracket. */
struct flatjson {
	struct word text;
	char close;		/* '}' or ']' */
	bool begun;
};

/* text: an object or an array, blanks around it.  0, or -EINVAL when it is neither. */
int flatjson_open(struct word text, struct flatjson *j);

/* 1: *value is the next one; 0: that was all; -EINVAL: this is no JSON, or it is too deep. */
int flatjson_next(struct flatjson *j, struct flatjson_value *value);

/* A string without its escapes, printable ASCII: what is not is a question mark. */
void flatjson_copy(char *out, size_t size, struct word text);

#endif
