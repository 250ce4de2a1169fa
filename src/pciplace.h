/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The name of a PCI card's serial port by what it is: the function's way through the bridges,
 * the BAR its registers are in, and where in it.  Pure: sysfs' texts in, a name out.
 *
 *     pci-0000:00:10.0-bar0		on the root bus
 *     pci-0000:00:1c.4-00.0-bar0+0x8	behind a bridge, the second port of a card
 *
 * Behind a bridge device.function alone: bus numbers are given out anew at each boot, a card
 * with a bridge of its own shifts those behind it (the kernel's kernel-parameters.txt, "Format
 * of PCI device specification", says so of its own paths).
 */
#ifndef GPSPPSCTL_PCIPLACE_H
#define GPSPPSCTL_PCIPLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PCIPLACE_MAX 96

/* Where our udev rule links such names, and how they begin there. */
#define PCIPLACE_DIR "/dev/serial/by-path/"
#define PCIPLACE_BEGIN PCIPLACE_DIR "pci-"

/*
 * By the real path of the port's device in sysfs: "pci-0000:00:10.0", and in *len how much of
 * the path is the PCI function's (from Linux 6.5 on two devices of serial-base are behind it).
 * -ENOENT: it is none of a PCI function itself (on the board, of USB, a platform device).
 */
int pciplace_begin(const char *device, char place[PCIPLACE_MAX], size_t *len);

/*
 * Add the BAR with this I/O port or physical address, by the text of the function's `resource`.
 * -ENOENT: none has it.
 */
int pciplace_add_bar(char place[PCIPLACE_MAX], const char *resource, bool is_memory,
		     uint64_t address);

#endif
