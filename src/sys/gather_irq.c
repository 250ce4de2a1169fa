// SPDX-License-Identifier: GPL-2.0-or-later
/* A port's interrupt in /proc/interrupts: how often it came, and who shares it. */
#include "gather.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A line for each interrupt, a column for each processor; serial ports are near the top. */
#define INTERRUPTS_MAX (128 * 1024)

/* The header has a "CPU0" for each column. */
static unsigned int count_columns(const char *text)
{
	const char *end = text + strcspn(text, "\n");
	unsigned int n = 0;

	while ((text = strstr(text, "CPU")) && text < end) {
		text += 3;
		n++;
	}
	return n;
}

/* Behind " 4:" of the line of this interrupt; NULL: nobody has asked for it. */
static const char *find_line(const char *text, int64_t irq)
{
	char *end;

	while ((text = strchr(text, '\n'))) {
		text++;
		if (strtoll(text, &end, 10) == irq && end != text && *end == ':')
			return end + 1;
	}
	return NULL;
}

/* The sum of the columns; *line is then behind them. */
static int64_t sum_columns(const char **line, unsigned int columns)
{
	int64_t sum = 0;
	char *end;

	while (columns--) {
		sum += strtoll(*line, &end, 10);
		*line = end;
	}
	return sum;
}

static const char *skip_word(const char *at)
{
	at += strspn(at, " ");
	return at + strcspn(at, " \n");
}

/*
 * "IO-APIC   4-edge      ttyS0, i801_smbus", "GICv3  33 Level     uart-pl011": the
 * chip, its number and the sort of interrupt, then the names (show_interrupts(),
 * kernel/irq/proc.c).
 */
static void copy_names(const char *line, char *buf, size_t size)
{
	static const char *const sorts[] = { "Level", "Edge" };
	const char *at = skip_word(line), *word = at + strspn(at, " ");

	if (isdigit((unsigned char)*word))
		at = skip_word(at);
	word = at + strspn(at, " ");
	for (size_t i = 0; i < sizeof(sorts) / sizeof(sorts[0]); i++)
		if (!strncmp(word, sorts[i], strlen(sorts[i])))
			at = skip_word(at);
	at += strspn(at, " ");
	snprintf(buf, size, "%.*s", (int)strcspn(at, "\n"), at);
}

/* 0 with the count and the names (buf may be NULL), or -errno. */
static int ask_interrupt(struct probe *p, int64_t irq, int64_t *count, char *buf, size_t size)
{
	char *text = malloc(INTERRUPTS_MAX);
	const char *line = NULL;
	int n;

	if (!text)
		return -ENOMEM;
	n = probe_get(p, "file:/proc/interrupts", text, INTERRUPTS_MAX);
	if (n >= 0)
		line = find_line(text, irq);
	if (line) {
		*count = sum_columns(&line, count_columns(text));
		if (buf)
			copy_names(line, buf, size);
	}
	free(text);
	return n < 0 ? n : line ? 0 : -ENOENT;
}

/* Interrupt 0 is the PC's timer: a port that says so has none (it is polled). */
static bool has_interrupt(const struct port_facts *f)
{
	return !f->pulse_only && facts_is_open(f) && fact_known(f->port.irq) &&
	       f->port.irq.val > 0;
}

struct fact gather_irq_count(struct probe *p, const struct port_facts *f)
{
	int64_t count = 0;
	int err = has_interrupt(f) ? ask_interrupt(p, f->port.irq.val, &count, NULL, 0) : -ENOENT;

	return fact_from(err, count);
}

struct fact_text gather_irq_names(struct probe *p, const struct port_facts *f)
{
	char names[FACT_TEXT_MAX] = "";
	int64_t count;
	int err = has_interrupt(f) ?
		ask_interrupt(p, f->port.irq.val, &count, names, sizeof(names)) : -ENOENT;

	return fact_text_from(err, names);
}
