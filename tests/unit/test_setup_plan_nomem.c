// SPDX-License-Identifier: GPL-2.0-or-later
/* LDFLAGS: -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc */
/* Plans for which memory ends, at each place: none is made of half of what the files say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "setupworld.h"

static struct {
	long left;		/* calls; 0: none fails */
	bool for_good;
	unsigned long n;	/* calls so far */
} fault;

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);

static bool strikes(void)
{
	fault.n++;
	if (!fault.left || --fault.left)
		return false;
	fault.left = fault.for_good;
	return true;
}

void *__wrap_malloc(size_t size)
{
	return strikes() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return strikes() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t size)
{
	return strikes() ? NULL : __real_realloc(p, size);
}

/* The k-th call fails, and those behind it.  False: there is no k-th. */
static bool fails_at(long k, bool for_good)
{
	int err;

	fault.left = k;
	fault.for_good = for_good;
	err = make_plan();
	if (fault.left && !(for_good && err)) {
		fault.left = 0;
		return false;
	}
	fault.left = 0;
	if (err != -ENOMEM)
		fail_msg("call %ld: %d, %s", k, err, w.plan.why_not);
	return true;
}

static void each(const char *what)
{
	long k = 1;

	while (fails_at(k, false))
		k++;
	for (k = 1; fails_at(k, true); k++)
		;
	print_message("%s: each of %ld calls\n", what, k - 1);
	assert_true(k > 10);
}

static void each_daemon(void **state)
{
	(void)state;
	for (int d = 0; d < SETUP_DAEMONS; d++) {
		debian(NULL);
		w.in.daemon = (enum setup_daemon)d;
		each(setup_daemon_name((enum setup_daemon)d));
	}
	for (int d = 0; d < SETUP_GPSD; d++) {
		debian(NULL);
		w.in.daemon = SETUP_GPSD;
		w.in.taker = (enum setup_daemon)d;
		each("gpsd");
	}
}

/* What an earlier setup of another unit and daemon left is taken out. */
static void each_change_of_mind(void **state)
{
	(void)state;
	debian(NULL);
	w.in.daemon = SETUP_CHRONY;
	set_up();
	w.in.unit = 2;
	each("another unit");
	w.in.daemon = SETUP_GPSD;
	each("to gpsd");
	set_up();
	w.in.daemon = SETUP_NTPSEC;
	each("from gpsd");
}

static void each_edited_file(void **state)
{
	(void)state;
	for (int d = 0; d < SETUP_DAEMONS; d++) {
		debian(NULL);
		for (size_t i = 0; i < w.n; i++)
			w.v[i].file.pristine = false;
		w.in.daemon = (enum setup_daemon)d;
		w.in.getty = true;
		each("edited");
	}
}

static void each_init(void **state)
{
	(void)state;
	for (int init = SETUP_PROCD; init <= SETUP_OTHER; init++) {
		debian(NULL);
		shipped("/etc/inittab", "ttyS0::respawn:/sbin/getty ttyS0\n::respawn:busybox ntpd\n");
		shipped("/etc/mdev.conf", "x\n");
		shipped(DOCDIR "/examples/inittab", "::respawn:gpsppsctl attach /dev/ttyS0\n"
			"::respawn:gpsppsctl feed /dev/ttyS0\n");
		shipped(DOCDIR "/examples/mdev.conf", "pps0 root:dialout 660\n");
		shipped(DOCDIR "/examples/openwrt", "#!/bin/sh\nSTART=60\nSTOP=40\n");
		shipped(DOCDIR "/examples/openwrt-feed", "#!/bin/sh\nSTART=61\nSTOP=39\n");
		w.in.daemon = SETUP_CHRONY;
		w.in.init = (enum setup_init)init;
		each("init");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_daemon),
		cmocka_unit_test(each_change_of_mind),
		cmocka_unit_test(each_edited_file),
		cmocka_unit_test(each_init),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
