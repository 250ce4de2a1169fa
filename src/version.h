/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The version, where the build does not say it (git describe does). */
#ifndef VERSION
#define VERSION "0.1.0"
#endif

/*
 * No receiver that is read with this version can mean a day before this one: what
 * says so has rolled over.  Any day within 19 years before the release will do.
 */
#define RELEASE_DATE "2026-01-01"
