/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is a configuration file as its package shipped it, so that nobody's work is lost with it? */
#ifndef GPSPPSCTL_PRISTINE_H
#define GPSPPSCTL_PRISTINE_H

/*
 * `root` is "" or an image's directory, `path` absolute below it.  1: it is; 0: it is
 * not, or is not there; -ENODATA: no package manager knows the file, or none can be
 * asked (dpkg, ucf, opkg, rpm; the image's databases, this machine's programs).
 */
int pristine_ask(const char *root, const char *path);

#endif
