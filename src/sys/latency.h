/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The idle states of the processors: whoever has /dev/cpu_dma_latency open with
 * a number written to it keeps all of them out of every state that takes longer
 * to leave (Documentation/power/pm_qos_interface.rst of the kernel).
 */
#ifndef GPSPPSCTL_LATENCY_H
#define GPSPPSCTL_LATENCY_H

#include <stdint.h>

#define LATENCY_PATH "/dev/cpu_dma_latency"

/* A descriptor (close-on-exec) whose close ends it, or -errno. */
int latency_hold(int32_t us);

/* The lowest that anybody holds, or LATENCY_NO_LIMIT_US (portfacts.h).  0 or -errno. */
int latency_read(int32_t *us);

#endif
