/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The links /dev/gpsN and /dev/gpsppsN where no udev makes them. */
#ifndef GPSPPSCTL_LINKS_H
#define GPSPPSCTL_LINKS_H

#include <stdbool.h>

/* Paths are whole ("/dev/gps0"), targets bare names in the same directory ("ttyS0"). */

/* Does the link lead to this target, whoever made it and however it is written? */
bool link_leads_to(const char *path, const char *target);

/*
 * May we put our link there?  0: nothing is there, or a link that leads to our
 * target or nowhere.  -EEXIST: something else is in the way.
 */
int link_is_free(const char *path, const char *target);

/* Make it, or make it anew, in one step: nobody ever sees it missing.  0 or -errno. */
int link_make(const char *path, const char *target);

/* The node of a character device, root's alone; one that is there stays.  0 or -errno. */
int node_make(const char *path, unsigned int major_no, unsigned int minor_no);

/* Take it away if it is still ours, to the letter.  0 or -errno. */
int link_remove(const char *path, const char *target);

/*
 * The directory of a link, for link_remove_in(): it takes away a link by its last
 * name there, whatever stands in the way to it by then.  -errno of the former
 * makes the latter go by the whole path.
 */
int link_open_directory(const char *path);
int link_remove_in(int directory, const char *path, const char *target);

#endif
