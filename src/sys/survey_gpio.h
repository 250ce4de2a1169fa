/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What there is: GPIO chips, their lines, and which source of pulses reads which. */
#ifndef GPSPPSCTL_SURVEY_GPIO_H
#define GPSPPSCTL_SURVEY_GPIO_H

#include "../gpio.h"
#include "probe.h"

/*
 * All chips and lines.  A chip that may not be asked is there without lines (.told is
 * denied).  The level is known of lines that somebody has, where /sys/kernel/debug/gpio
 * can be read.  `pulses` may be NULL.  0 or -errno (then the list is empty).
 */
int survey_gpios(struct probe *p, const struct pulse_list *pulses, struct gpio_list *list);
void survey_free_gpios(struct gpio_list *list);

/* The level of lines that nobody has, too: each is asked for, as it is, for a moment. */
void survey_gpio_levels(struct probe *p, struct gpio_list *list);

/* What the kernel prints of all chips, for gpio_debug_level(): 0 and *text, to be freed, or -errno. */
int survey_gpio_debug(struct probe *p, char **text);

#endif
