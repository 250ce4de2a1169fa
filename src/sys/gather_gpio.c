// SPDX-License-Identifier: GPL-2.0-or-later
/* Ask the probe for the GPIO line behind a source of pulses. */
#include "gather_gpio.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../words.h"
#include "gather.h"

#define PATH_TEXT_MAX 512
#define IRQ_NAME "pps-gpio"

/* ---- a source that is there ---- */

static struct fact attribute(struct probe *p, const struct port_facts *f, const char *name)
{
	return probe_number(p, "file:/sys/class/pps/%s/device/%s", f->pulse.name, name);
}

static enum gpio_driver ask_driver(struct probe *p, const struct port_facts *f)
{
	char link[PATH_TEXT_MAX];

	/* a port's, and one that is not of a device at all (ktimer), have none */
	if (probe_getf(p, link, sizeof(link), "link:/sys/class/pps/%s/device/driver",
		       f->pulse.name) < 0)
		return GPIO_DRIVER_NONE;
	if (!strcmp(base_name(link), GPIO_POLL_NAME))
		return GPIO_DRIVER_POLL;
	return strcmp(base_name(link), IRQ_NAME) ? GPIO_DRIVER_NONE : GPIO_DRIVER_IRQ;
}

static void ask_parameters(struct probe *p, const struct port_facts *f, struct gpio_facts *g)
{
	const struct fact_text chip = probe_text(p, "file:/sys/class/pps/%s/device/chip",
						 f->pulse.name);
	const struct fact_text edge = probe_text(p, "file:/sys/class/pps/%s/device/edge",
						 f->pulse.name);
	const struct fact line = attribute(p, f, "line");

	g->rising = fact_from(edge.state == FACT_OK ? 0 : -ENOENT, !strcmp(edge.val, "rising"));
	g->poll_us = attribute(p, f, "poll_us");
	g->wait_us = attribute(p, f, "wait_us");
	g->rate_hz = attribute(p, f, "rate_hz");
	g->precision_ns = attribute(p, f, "precision_ns");
	/* it knows them even where the chip may not be asked */
	if (chip.state == FACT_OK && fact_known(line)) {
		snprintf(g->chip, sizeof(g->chip), "%.31s", chip.val);
		g->line.offset = (unsigned int)line.val;
		g->line_known = fact_from(0, 1);
	}
}

void gpio_take_line(struct gpio_facts *g, const struct gpio_chip *chip,
		    const struct gpio_line *line)
{
	strcpy(g->chip, chip->label);
	strcpy(g->chip_name, chip->name);
	g->line = *line;
	g->line_known = fact_from(0, 1);
}

static void find_line(const struct gpio_list *list, const char *pps, struct gpio_facts *g)
{
	for (size_t i = 0; i < list->n; i++)
		for (size_t k = 0; k < list->v[i].n; k++)
			if (!strcmp(list->v[i].v[k].pps, pps))
				gpio_take_line(g, &list->v[i], &list->v[i].v[k]);
}

/* A chip that may not be asked may be the one. */
struct fact gpio_not_found(const struct gpio_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (!fact_known(list->v[i].told))
			return list->v[i].told;
	return fact_from(-ENOENT, 0);
}

/* ---- all ---- */

static enum gpio_driver driver_by_name(const char *source)
{
	if (text_begins(source, GPIO_POLL_NAME))
		return GPIO_DRIVER_POLL;
	return text_begins(source, IRQ_NAME) || text_begins(source, "pps@") || strstr(source, ":pps@") ?
		GPIO_DRIVER_IRQ : GPIO_DRIVER_NONE;
}

void gather_gpio(struct probe *p, struct port_facts *f)
{
	const bool present = fact_is(f->present, 1);
	struct gpio_facts *g = &f->gpio;
	struct gpio_list list;
	int err;

	g->driver = present ? ask_driver(p, f) : driver_by_name(f->pulse_from);
	if (!g->driver)
		return;
	if (present && g->driver == GPIO_DRIVER_POLL)
		ask_parameters(p, f, g);
	err = survey_gpios(p, f->pulses, &list);
	if (present)
		find_line(&list, f->pulse.name, g);
	else
		gather_gpio_wish(p, f->pulse_from, &list, g);
	if (g->line_known.state == FACT_UNREAD)
		g->line_known = err ? fact_from(err, 0) : gpio_not_found(&list);
	survey_free_gpios(&list);
}

void gather_gpio_look(struct probe *p, const struct port_facts *f, struct gpio_look *look)
{
	const struct gpio_facts *g = &f->gpio;
	char *debug;
	int err;

	if (!g->driver || !fact_is(f->present, 1))
		return;
	if (g->driver == GPIO_DRIVER_POLL) {
		look->captured = attribute(p, f, "captured");
		look->missed = attribute(p, f, "missed");
		look->late = attribute(p, f, "late");
		/* "-" before the first pulse */
		look->half_level = attribute(p, f, "half_level");
		if (look->half_level.state == FACT_DENIED && look->half_level.err == EINVAL)
			look->half_level = fact_from(-ENOENT, 0);
	}
	if (!g->chip_name[0]) {
		look->level = g->line_known;
		return;
	}
	err = survey_gpio_debug(p, &debug);
	look->level = err ? fact_from(err, 0) :
			    gpio_debug_level(debug, g->chip_name, g->line.offset);
	free(debug);
}
