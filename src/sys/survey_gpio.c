// SPDX-License-Identifier: GPL-2.0-or-later
/* What there is: GPIO chips and lines, from /dev/gpiochipN, /sys and debugfs. */
#include "survey_gpio.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../words.h"

#define PATH_TEXT_MAX 512
/* Each of GPIO_PAGE lines: a number, flags and two names at their longest. */
#define PAGE_TEXT_MAX 65536
#define DEBUG_FILE "/sys/kernel/debug/gpio"
#define DEVICES "/sys/bus/gpio/devices"
#define OLD_CLASS "/sys/class/gpio"

int survey_gpio_debug(struct probe *p, char **text)
{
	int n;

	*text = malloc(PROBE_TAPE_MAX);
	if (!*text)
		return -ENOMEM;
	n = probe_get(p, "file:" DEBUG_FILE, *text, PROBE_TAPE_MAX);
	if (n >= 0)
		return 0;
	free(*text);
	*text = NULL;
	return n;
}

/* ---- the chip's device ---- */

/* "/sys/devices/platform/x/gpiochip0" to "/sys/devices/platform/x"; false at the top. */
static bool climb(char *path)
{
	char *slash = strrchr(path, '/');

	if (!slash || slash == path || !strcmp(path, "/sys/devices"))
		return false;
	*slash = '\0';
	return true;
}

/* Buses on which a line is read by a message, which takes ms and sleeps. */
static bool is_slow(const char *bus)
{
	static const char *const slow[] = {
		"i2c", "spi", "usb", "hid", "serial", "w1", "mdio_bus", "slimbus", "greybus",
	};

	for (size_t i = 0; i < sizeof(slow) / sizeof(slow[0]); i++)
		if (!strcmp(bus, slow[i]))
			return true;
	return false;
}

static void find_device(struct probe *p, struct gpio_chip *chip)
{
	char path[PATH_TEXT_MAX], link[PATH_TEXT_MAX];
	int n = probe_getf(p, path, sizeof(path), "real:" DEVICES "/%s", chip->name);
	bool own = true;

	chip->driver = chip->slow_bus = fact_text_from(n < 0 ? n : -ENOENT, "");
	while (n >= 0 && climb(path)) {
		/* the nearest device has the driver; one without may be a mere directory */
		if (own && probe_getf(p, link, sizeof(link), "link:%s/driver", path) >= 0) {
			chip->driver = fact_text_from(0, base_name(link));
			own = false;
		}
		if (probe_getf(p, link, sizeof(link), "link:%s/subsystem", path) >= 0 &&
		    is_slow(base_name(link))) {
			chip->slow_bus = fact_text_from(0, base_name(link));
			return;
		}
	}
}

/*
 * The old interface calls the chip gpiochipBASE, which is no name of ours: its label
 * and its number of lines tell, as long as no other one has both.
 */
static struct fact find_old_base(struct probe *p, const struct gpio_chip *chip, size_t lines)
{
	struct fact base = fact_from(-ENOENT, 0);
	int found = 0, n;
	char **names;

	n = probe_list(p, OLD_CLASS, &names);
	for (int i = 0; i < n; i++) {
		struct fact_text label;

		if (strncmp(names[i], "gpiochip", 8))
			continue;
		label = probe_text(p, "file:" OLD_CLASS "/%s/label", names[i]);
		if (label.state != FACT_OK || strncmp(label.val, chip->label, GPIO_NAME_MAX - 1) ||
		    !fact_is(probe_number(p, "file:" OLD_CLASS "/%s/ngpio", names[i]),
			     (int64_t)lines))
			continue;
		base = probe_number(p, "file:" OLD_CLASS "/%s/base", names[i]);
		found++;
	}
	probe_free_names(names, n);
	return found == 1 ? base : fact_from(-ENOENT, 0);
}

/* ---- its lines ---- */

static int read_lines(struct probe *p, struct gpio_chip *chip, size_t lines, char *text)
{
	chip->v = calloc(lines ? lines : 1, sizeof(*chip->v));
	if (!chip->v)
		return -ENOMEM;
	while (chip->n < lines) {
		const size_t before = chip->n;
		const char *at = text;
		int n = probe_getf(p, text, PAGE_TEXT_MAX, "gpio:%s/%zu", chip->name, before);

		if (n < 0)
			return n;
		while (chip->n < lines && gpio_read_line(&at, &chip->v[chip->n]))
			chip->n++;
		if (chip->n == before)
			return -EINVAL;
	}
	return 0;
}

static void number_lines(struct gpio_chip *chip, const char *debug)
{
	for (size_t i = 0; i < chip->n; i++) {
		struct gpio_line *line = &chip->v[i];

		line->number = fact_known(chip->base) ?
			fact_from(0, chip->base.val + line->offset) : chip->base;
		line->level = debug && line->flags & GPIO_USED ?
			gpio_debug_level(debug, chip->name, line->offset) :
			fact_from(-ENOENT, 0);
	}
}

static int read_chip(struct probe *p, struct gpio_chip *chip, const char *debug, char *text)
{
	unsigned int lines = 0;
	int n = probe_getf(p, text, PAGE_TEXT_MAX, "gpio:%s", chip->name);

	if (n >= 0)
		n = gpio_read_chip(text, &lines, chip->label);
	if (n >= 0)
		n = read_lines(p, chip, lines, text);
	chip->told = fact_from(n, 1);
	if (n < 0) {
		chip->n = 0;
		return n == -ENOMEM ? n : 0;
	}
	chip->base = debug ? gpio_debug_base(debug, chip->name) : fact_from(-ENOENT, 0);
	if (!fact_known(chip->base))
		chip->base = find_old_base(p, chip, lines);
	chip->sleeps = debug ? gpio_debug_sleeps(debug, chip->name) : fact_from(-ENOENT, 0);
	number_lines(chip, debug);
	return 0;
}

static int read_chips(struct probe *p, struct gpio_list *list, char **names, int n)
{
	char *debug, *text = malloc(PAGE_TEXT_MAX);
	int err = text ? 0 : -ENOMEM;

	survey_gpio_debug(p, &debug);
	list->v = calloc(n ? n : 1, sizeof(*list->v));
	if (!list->v)
		err = -ENOMEM;
	for (int i = 0; i < n && !err; i++) {
		struct gpio_chip *chip = &list->v[list->n];

		if (strncmp(names[i], "gpiochip", 8) || strlen(names[i]) >= sizeof(chip->name))
			continue;
		list->n++;
		strcpy(chip->name, names[i]);
		find_device(p, chip);
		err = read_chip(p, chip, debug, text);
	}
	free(text);
	free(debug);
	return err;
}

/* ---- which source of pulses reads which line ---- */

/* pps-gpio-poll's device says it. */
static struct gpio_line *line_told(struct probe *p, struct gpio_list *list, const char *pps)
{
	const struct fact_text label = probe_text(p, "file:/sys/class/pps/%s/device/chip", pps);
	const struct fact line = probe_number(p, "file:/sys/class/pps/%s/device/line", pps);
	const struct gpio_chip *chip;

	if (label.state != FACT_OK || !fact_known(line))
		return NULL;
	chip = gpio_find_chip(list, label.val);
	return chip ? (struct gpio_line *)gpio_find_line(chip, (unsigned int)line.val) : NULL;
}

/* pps-gpio asks for its line in the name of its device. */
static struct gpio_line *line_of_device(struct probe *p, struct gpio_list *list, const char *pps)
{
	char path[PATH_TEXT_MAX];
	int n = probe_getf(p, path, sizeof(path), "real:/sys/class/pps/%s/device", pps);
	const char *name = base_name(path);

	for (size_t i = 0; n >= 0 && i < list->n; i++)
		for (size_t k = 0; k < list->v[i].n; k++)
			if (list->v[i].v[k].consumer[0] &&
			    !strncmp(list->v[i].v[k].consumer, name, GPIO_NAME_MAX - 1))
				return &list->v[i].v[k];
	return NULL;
}

static void join_pulses(struct probe *p, const struct pulse_list *pulses, struct gpio_list *list)
{
	for (size_t i = 0; pulses && list->n && i < pulses->n; i++) {
		struct gpio_line *line;

		if (pulses->v[i].port[0])
			continue;
		line = line_told(p, list, pulses->v[i].name);
		if (!line)
			line = line_of_device(p, list, pulses->v[i].name);
		if (line)
			strcpy(line->pps, pulses->v[i].name);
	}
}

/* ---- all ---- */

int survey_gpios(struct probe *p, const struct pulse_list *pulses, struct gpio_list *list)
{
	char **names;
	int n, err;

	memset(list, 0, sizeof(*list));
	n = probe_list(p, DEVICES, &names);
	if (n < 0)
		return n == -ENOENT ? 0 : n;
	err = read_chips(p, list, names, n);
	probe_free_names(names, n);
	if (err)
		survey_free_gpios(list);
	else
		join_pulses(p, pulses, list);
	return err;
}

void survey_gpio_levels(struct probe *p, struct gpio_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		for (size_t k = 0; k < list->v[i].n; k++) {
			struct gpio_line *line = &list->v[i].v[k];

			if (!(line->flags & GPIO_USED))
				line->level = probe_number(p, "gpio:%s/%u/level", list->v[i].name,
							   line->offset);
		}
}

void survey_free_gpios(struct gpio_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->v[i].v);
	free(list->v);
	memset(list, 0, sizeof(*list));
}
