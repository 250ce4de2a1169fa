/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ntpd's shared memory: a segment of System V with key 0x4e545030 + unit, read by the
 * driver 28 of classic ntpd and NTPsec, and by chrony's `refclock SHM`; gpsd writes the
 * same (ntpshm.h).  Mode 1: the count before and after tells a reader whether what it
 * copied was whole.
 */
#ifndef GPSPPSCTL_SHM_H
#define GPSPPSCTL_SHM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "../feeder.h"

#define SHM_UNIT_MAX 255

/* As ntpd lays it out; 96 bytes where time_t has 64 bits and is aligned to 8. */
struct shm_time;

struct shm_unit {
	unsigned int unit;
	int id;
	struct shm_time *time;	/* NULL: not attached */
	int count;		/* as we left it: another value is another writer's */
	char why[160];		/* the last refusal, for a message */
	/* private from here on */
	int64_t true_mark, stamp_mark;	/* the times, as we left them */
	bool ours;		/* what is in it now, we have written */
	bool busy;		/* somebody else writes */
	unsigned int quiet;	/* our turns since that was seen last */
};

/*
 * Attach to the unit's segment, or make it: units 0 and 1 for root alone (0600), others
 * for everybody (0666), as ntpd does.  0; -EACCES, -ENOSYS (a kernel without it) ...;
 * -EPERM: somebody else's, of the wrong size, mode or owner: `why` says which, and whose.
 */
int shm_attach(struct shm_unit *s, unsigned int unit);
/*
 * Write one sample.  `precision`: log2 of seconds.  0; -ENOLINK: the segment was removed
 * meanwhile and could not be made anew (`why`; it is tried at each call); -EBUSY: another
 * program writes to it as well: nothing is written for as long as it does and five calls
 * more, `why` names it where it can be known.
 */
int shm_write(struct shm_unit *s, const struct sample *sample, int precision);
/* Mark what we left in it as not valid; detach.  Never removes it. */
void shm_detach(struct shm_unit *s);

#endif
