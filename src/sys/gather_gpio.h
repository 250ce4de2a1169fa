/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The GPIO line that a source of pulses reads, or needs: a part of gather.h. */
#ifndef GPSPPSCTL_GATHER_GPIO_H
#define GPSPPSCTL_GATHER_GPIO_H

#include "../portfacts.h"
#include "survey_gpio.h"

#define GPIO_POLL_NAME "pps-gpio-poll"

/*
 * The line that a source of this name in sysfs would need, by the devicetree, the module's
 * parameters or what modprobe would give it; and who has it.  Fills g->where, the line and
 * the buttons; g->driver is known.
 */
void gather_gpio_wish(struct probe *p, const char *source, const struct gpio_list *list,
		      struct gpio_facts *g);

void gpio_take_line(struct gpio_facts *g, const struct gpio_chip *chip,
		    const struct gpio_line *line);
/* Why no line was found: absent, or a chip that might not be asked had it. */
struct fact gpio_not_found(const struct gpio_list *list);

#endif
