/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A PCI card's serial port by its place (pciplace.h), as sysfs tells it. */
#ifndef GPSPPSCTL_PORTPLACE_H
#define GPSPPSCTL_PORTPLACE_H

#include <stdbool.h>

#include "../pciplace.h"
#include "probe.h"

/*
 * "pci-0000:00:10.0-bar0" of "ttyS4", whether or not the link of our rule is there.  0 or -errno:
 * -ENOENT when it is no port of a PCI card, or a driver's that does not tell its registers.
 */
int portplace_find(struct probe *p, const char *tty, char place[PCIPLACE_MAX]);

#endif
