/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Texts in pictures and pages: units by size, decades, names that somebody else chose.
 * Every text is UTF-8 and ends with a NUL; what does not fit is left out.  Pure.
 */
#ifndef GPSPPSCTL_PLOTTEXT_H
#define GPSPPSCTL_PLOTTEXT_H

#include <stddef.h>
#include <stdint.h>

/* The unit in which something as big as this reads best. */
struct plot_unit {
	const char *name;		/* "ps", "ns", "us", "ms", "s" */
	double scale;			/* units in a second: 1e6 */
};

struct plot_unit plot_unit(double seconds);

/* A step between marks of an axis of time: 8 of them at most in `span_s`. */
double plot_time_step(double span_s);

/* "10⁻⁶" */
#define PLOT_DECADE_SIZE 32
const char *plot_decade(int exponent, char text[PLOT_DECADE_SIZE]);
/* "10 us", from 1e-15 s on; "100 s", "10⁴ s" */
const char *plot_decade_seconds(int exponent, char text[PLOT_DECADE_SIZE]);

/*
 * Bytes of the UTF-8 letter at s (RFC 3629), 0: it is none.  Controls are none, nor what
 * XML does not have, nor what turns the direction of a text.
 */
size_t plot_letter(const char *s);

#define PLOT_NAME_SIZE 256
#define PLOT_NAME_LETTERS 44
/*
 * A name fit for a legend: PLOT_NAME_LETTERS letters at most, the middle of a longer one
 * left out; a byte that is a control character or no UTF-8 is \xHH.
 */
const char *plot_name(const char *name, char text[PLOT_NAME_SIZE]);

/*
 * What stands between single quotes in a script of gnuplot's, where nothing is replaced
 * (gnuplot 5.4, "Quote marks") but two quotes by one, and that not at the beginning: a
 * quote and a grave accent, which elsewhere begins a command of the shell's, become
 * quotation marks.
 */
const char *plot_quote(const char *text, char *quoted, size_t size);

/* For XML and HTML, in a text and in an attribute. */
const char *plot_escape(const char *text, char *escaped, size_t size);

#endif
