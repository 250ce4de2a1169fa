/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The live probe's keys about GPIO chips, as probe.h says them: the text's length, or -errno. */
#ifndef GPSPPSCTL_PROBE_GPIO_H
#define GPSPPSCTL_PROBE_GPIO_H

#include <stddef.h>

/* fd: of /dev/gpiochipN. */
int probe_gpio_chip(int fd, char *buf, size_t size);
/* As many lines from this one on as the buffer takes, GPIO_PAGE at most. */
int probe_gpio_lines(int fd, unsigned int first, char *buf, size_t size);
/* Asks for the line as it is, and lets go of it. */
int probe_gpio_level(int fd, unsigned int offset, char *buf, size_t size);

#endif
