/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of GPIO chips and their lines: plain data (sys/survey_gpio.c fills it). */
#ifndef GPSPPSCTL_GPIO_H
#define GPSPPSCTL_GPIO_H

#include <stdbool.h>
#include <stddef.h>

#include "facts.h"
#include "port.h"

/* GPIO_MAX_NAME_SIZE, include/uapi/linux/gpio.h: longer names are cut there, too. */
#define GPIO_NAME_MAX 32

/* So many lines a chip's page has (probe.h). */
#define GPIO_PAGE 128

/* The kernel's GPIO_V2_LINE_FLAG_*, as far as they tell something here. */
enum gpio_flag {
	GPIO_USED = 1 << 0,
	GPIO_ACTIVE_LOW = 1 << 1,
	GPIO_IN = 1 << 2,
	GPIO_OUT = 1 << 3,
	GPIO_RISING = 1 << 4,
	GPIO_FALLING = 1 << 5,
	GPIO_OPEN_DRAIN = 1 << 6,
	GPIO_OPEN_SOURCE = 1 << 7,
	GPIO_PULL_UP = 1 << 8,
	GPIO_PULL_DOWN = 1 << 9,
	GPIO_NO_BIAS = 1 << 10,
};

#define GPIO_FLAGS 11

/* What the probe, the table and JSON call them; bit i is names[i]. */
extern const char *const gpio_flag_names[GPIO_FLAGS];

struct gpio_line {
	unsigned int offset;
	unsigned int flags;			/* enum gpio_flag */
	char name[GPIO_NAME_MAX];		/* "" none */
	char consumer[GPIO_NAME_MAX];		/* who has it; "" nobody, or it says nothing */
	struct fact number;			/* of the old interface (/sys/class/gpio) */
	struct fact level;			/* of the wire: active-low turns nothing over */
	char pps[SURVEY_NAME_MAX];		/* the source of pulses that reads it; "" */
};

struct gpio_chip {
	char name[SURVEY_NAME_MAX];		/* "gpiochip0" */
	struct fact told;			/* 1: its lines were told; denied */
	char label[GPIO_NAME_MAX];
	struct fact base;			/* the number of its line 0 */
	struct fact_text driver;		/* of the device that has it; absent: nobody's */
	struct fact_text slow_bus;		/* "i2c", "spi", "usb": behind one; absent */
	struct fact sleeps;			/* 1: its lines may not be read in an interrupt */
	struct gpio_line *v;
	size_t n;
};

struct gpio_list {
	struct gpio_chip *v;			/* in natural order */
	size_t n;
};

/* May a line carry a pulse? */
enum gpio_use {
	GPIO_MAY,		/* by an interrupt (pps-gpio) or polled (pps-gpio-poll) */
	GPIO_MAY_IRQ,		/* by an interrupt alone: the chip is a simulation that sleeps */
	GPIO_IS_OUTPUT,
	GPIO_IS_TAKEN,		/* by something that is no driver of pulses */
	GPIO_IS_SLOW,		/* behind a bus: its level is ms old */
};

/*
 * The rule: an input that nobody has, or a driver of pulses; of a chip whose lines
 * are read at once.  A chip behind I2C, SPI or USB is asked by a message.
 */
enum gpio_use gpio_use(const struct gpio_chip *chip, const struct gpio_line *line);
const char *gpio_use_name(enum gpio_use use);	/* "yes", "irq", "output", "taken", "bus" */

/* A line's consumer is a driver of pulses, by its name: "pps-gpio.0", "pps@12", "pps-gpio-poll". */
bool gpio_is_pulse_driver(const char *consumer);

/*
 * The probe's texts (probe.h): "LINES LABEL" of a chip, "OFFSET FLAGS NAME CONSUMER"
 * of a line.  0 or -EINVAL.
 */
int gpio_read_chip(const char *text, unsigned int *lines, char label[GPIO_NAME_MAX]);
/* *text moves to the next line; false: there is none, or it makes no sense. */
bool gpio_read_line(const char **text, struct gpio_line *line);

/* A chip by its label, or by its name; NULL. */
const struct gpio_chip *gpio_find_chip(const struct gpio_list *list, const char *name);
const struct gpio_line *gpio_find_line(const struct gpio_chip *chip, unsigned int offset);
/* By the old interface's number: its chip in *chip; NULL. */
const struct gpio_line *gpio_find_number(const struct gpio_list *list, long number,
					 const struct gpio_chip **chip);

/*
 * /sys/kernel/debug/gpio of one chip: "gpiochip0: GPIOs 512-543, ..., can sleep:" and
 * a line " gpio-517 (name |consumer ) in  hi" for each that somebody has.
 */
struct fact gpio_debug_base(const char *text, const char *chip);
struct fact gpio_debug_sleeps(const char *text, const char *chip);
struct fact gpio_debug_level(const char *text, const char *chip, unsigned int offset);

#endif
