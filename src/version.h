/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The version, where the build does not say it (git describe does). */
#ifndef VERSION
#define VERSION "0.1.0"
#endif
