// SPDX-License-Identifier: GPL-2.0-or-later
/* GPIO chips and lines: from the probe's texts, and what a line is good for. */
#include "gpio.h"

#include <errno.h>
#include <string.h>

#include "words.h"

#define LEN(array) (sizeof(array) / sizeof((array)[0]))
#define NUMBER_MAX 1000000000L

const char *const gpio_flag_names[GPIO_FLAGS] = {
	"used", "active-low", "in", "out", "rising", "falling", "open-drain", "open-source",
	"pull-up", "pull-down", "no-bias",
};

/* ---- words ---- */

/* The next word of a line: up to a blank; a name has its blanks escaped, and may have a '#'. */
static struct word take(const char **at)
{
	struct word w;

	while (**at == ' ')
		(*at)++;
	w.s = *at;
	w.len = strcspn(*at, " \n");
	*at += w.len;
	return w;
}

static long number_of(struct word w)
{
	long n = 0;

	for (size_t i = 0; i < w.len; i++) {
		if (w.s[i] < '0' || w.s[i] > '9' || n > NUMBER_MAX)
			return -1;
		n = n * 10 + w.s[i] - '0';
	}
	return w.len ? n : -1;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "\x20" is a blank; "-" alone is no name. */
static void unescape(struct word w, char out[GPIO_NAME_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < w.len && n < GPIO_NAME_MAX - 1; n++) {
		const bool escaped = w.len - i >= 4 && w.s[i] == '\\' && w.s[i + 1] == 'x' &&
			hex_digit(w.s[i + 2]) >= 0 && hex_digit(w.s[i + 3]) >= 0;

		out[n] = escaped ? (char)(hex_digit(w.s[i + 2]) * 16 + hex_digit(w.s[i + 3])) :
				   w.s[i];
		i += escaped ? 4 : 1;
	}
	out[word_is(w, "-") ? 0 : n] = '\0';
}

static unsigned int flags_of(struct word w)
{
	unsigned int flags = 0;

	for (size_t at = 0; at < w.len; at++) {
		struct word one = { w.s + at, 0 };

		while (at < w.len && w.s[at] != ',') {
			one.len++;
			at++;
		}
		for (size_t i = 0; i < GPIO_FLAGS; i++)
			if (word_is(one, gpio_flag_names[i]))
				flags |= 1u << i;
	}
	return flags;
}

int gpio_read_chip(const char *text, unsigned int *lines, char label[GPIO_NAME_MAX])
{
	const long n = number_of(take(&text));

	if (n < 0)
		return -EINVAL;
	*lines = (unsigned int)n;
	unescape(take(&text), label);
	return 0;
}

bool gpio_read_line(const char **text, struct gpio_line *line)
{
	long offset;

	while (**text == '\n')
		(*text)++;
	offset = number_of(take(text));
	if (offset < 0)
		return false;
	line->offset = (unsigned int)offset;
	line->flags = flags_of(take(text));
	unescape(take(text), line->name);
	unescape(take(text), line->consumer);
	return true;
}

/* ---- finding ---- */

const struct gpio_chip *gpio_find_chip(const struct gpio_list *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++)
		if (!strncmp(list->v[i].label, name, GPIO_NAME_MAX - 1))
			return &list->v[i];
	for (size_t i = 0; i < list->n; i++)
		if (!strcmp(list->v[i].name, name))
			return &list->v[i];
	return NULL;
}

const struct gpio_line *gpio_find_line(const struct gpio_chip *chip, unsigned int offset)
{
	for (size_t i = 0; i < chip->n; i++)
		if (chip->v[i].offset == offset)
			return &chip->v[i];
	return NULL;
}

const struct gpio_line *gpio_find_number(const struct gpio_list *list, long number,
					 const struct gpio_chip **chip)
{
	for (size_t i = 0; i < list->n; i++)
		for (size_t k = 0; k < list->v[i].n; k++)
			if (fact_is(list->v[i].v[k].number, number)) {
				*chip = &list->v[i];
				return &list->v[i].v[k];
			}
	return NULL;
}

/* ---- what a line is good for ---- */

/* Simulations whose lines are read under a mutex (drivers/gpio/gpio-sim.c, gpio-mockup.c). */
static bool is_simulated(const struct gpio_chip *chip)
{
	return chip->driver.state == FACT_OK && (!strcmp(chip->driver.val, "gpio-sim") ||
						 !strcmp(chip->driver.val, "gpio-mockup"));
}

bool gpio_is_pulse_driver(const char *consumer)
{
	/* the device's name, as the driver asks for a line without a name of its own */
	static const char *const names[] = { "pps-gpio", "pps@", "pps_" };

	for (size_t i = 0; i < LEN(names); i++)
		if (!strncmp(consumer, names[i], strlen(names[i])))
			return true;
	return !strcmp(consumer, "pps");
}

enum gpio_use gpio_use(const struct gpio_chip *chip, const struct gpio_line *line)
{
	if (line->flags & GPIO_USED && !line->pps[0] && !gpio_is_pulse_driver(line->consumer))
		return GPIO_IS_TAKEN;
	if (line->flags & GPIO_OUT)
		return GPIO_IS_OUTPUT;
	if (chip->slow_bus.state == FACT_OK)
		return GPIO_IS_SLOW;
	return is_simulated(chip) || fact_is(chip->sleeps, 1) ? GPIO_MAY_IRQ : GPIO_MAY;
}

const char *gpio_use_name(enum gpio_use use)
{
	static const char *const names[] = {
		[GPIO_MAY] = "yes", [GPIO_MAY_IRQ] = "irq", [GPIO_IS_OUTPUT] = "output",
		[GPIO_IS_TAKEN] = "taken", [GPIO_IS_SLOW] = "bus",
	};

	return names[use];
}

/* ---- /sys/kernel/debug/gpio ---- */

static const struct fact absent = { .state = FACT_ABSENT };

static const char *line_behind(const char *at)
{
	at += strcspn(at, "\n");
	return *at ? at + 1 : at;
}

/* What stands behind "gpiochip0: "; NULL. */
static const char *find_section(const char *text, const char *chip)
{
	const size_t len = strlen(chip);

	for (const char *at = text; *at; at = line_behind(at))
		if (!strncmp(at, chip, len) && at[len] == ':')
			return at + len + 1;
	return NULL;
}

struct fact gpio_debug_base(const char *text, const char *chip)
{
	const char *at = find_section(text, chip);
	struct word number;
	long base;

	if (!at || strncmp(at, " GPIOs ", 7))
		return absent;
	number = (struct word){ at + 7, strspn(at + 7, "0123456789") };
	base = number_of(number);
	/* newer kernels: "gpiochip0: 4 GPIOs, ..." */
	return base < 0 || number.s[number.len] != '-' ? absent : fact_from(0, base);
}

struct fact gpio_debug_sleeps(const char *text, const char *chip)
{
	static const char word[] = ", can sleep:";
	const char *at = find_section(text, chip);
	size_t len;

	if (!at)
		return absent;
	len = strcspn(at, "\n");
	return fact_from(0, len >= sizeof(word) - 1 &&
			 !memcmp(at + len - (sizeof(word) - 1), word, sizeof(word) - 1));
}

/* "in  hi IRQ ACTIVE LOW", "input,high" */
static struct fact level_in(const char *at, const char *end)
{
	static const struct {
		const char *word;
		int level;
	} words[] = { { "hi", 1 }, { "lo", 0 }, { "high", 1 }, { "low", 0 } };

	while (at < end) {
		const size_t len = strcspn(at, " ,\t\n");

		for (size_t i = 0; i < LEN(words); i++)
			if (word_is((struct word){ at, len }, words[i].word))
				return fact_from(0, words[i].level);
		at += len + 1;
	}
	return absent;
}

/* A name may have a bracket in it: the last one ends it. */
static const char *last_bracket(const char *at, const char *end)
{
	while (end > at && *end != ')')
		end--;
	return end > at ? end + 1 : NULL;
}

/* " gpio-517 (" is of the old numbers, " line-5 (" of the chip's own; the offset, or -1. */
static long offset_of(const char *at, struct fact base)
{
	const bool own = !strncmp(at, " line-", 6);
	long n;

	if (!own && strncmp(at, " gpio-", 6))
		return -1;
	n = number_of((struct word){ at + 6, strspn(at + 6, "0123456789") });
	if (own || n < 0)
		return n;
	return fact_known(base) && n >= base.val ? (long)(n - base.val) : -1;
}

struct fact gpio_debug_level(const char *text, const char *chip, unsigned int offset)
{
	const struct fact base = gpio_debug_base(text, chip);
	const char *at = find_section(text, chip);

	/* a section ends with an empty line, or where the next one begins */
	for (at = at ? line_behind(at) : ""; *at == ' '; at = line_behind(at)) {
		const char *end = at + strcspn(at, "\n"), *behind;

		if (offset_of(at, base) != (long)offset)
			continue;
		behind = last_bracket(at, end);
		return behind ? level_in(behind, end) : absent;
	}
	return absent;
}
