// SPDX-License-Identifier: GPL-2.0-or-later
/* From attach to the holder; sd_notify; links. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "sys/handover.h"
#include "sys/links.h"
#include "sys/notify.h"

/* ---- handover ---- */

static void fill_port(struct handover_port *p, unsigned int unit)
{
	p->tty_fd = 7 + (int)unit;
	p->control_fd = 37 + (int)unit;
	snprintf(p->tty, sizeof(p->tty), "ttyS%u", unit);
	snprintf(p->pps, sizeof(p->pps), "pps%u", unit);
	snprintf(p->gps_link, sizeof(p->gps_link), "/dev/gps%u", unit);
	snprintf(p->pps_link, sizeof(p->pps_link), "/dev/gpspps%u", unit);
	snprintf(p->socket, sizeof(p->socket), "/run/gpsppsctl/ttyS%u.sock", unit);
	p->unit = unit;
	p->baud = 9600;
	p->links = LINKS_UDEV_RUNTIME;
	p->ldisc = 0;
	p->latency_fd = unit ? 67 + (int)unit : 0;
	p->needs_flag = unit & 1;
	p->bind = unit == 1 ? EDGE_CLEAR : EDGE_UNKNOWN;
	p->mode.c_cflag = CS8;
	p->saved.c_iflag = IXON;
	p->shape = (struct pulse_shape) { EDGE_CLEAR, 100 };
}

static struct handover sample(unsigned int ports)
{
	struct handover h;

	memset(&h, 0, sizeof(h));
	h.flags = HOLD_DAEMON;
	h.n = ports;
	for (unsigned int i = 0; i < ports; i++)
		fill_port(&h.ports[i], i);
	return h;
}

static void round_trip_of(unsigned int ports)
{
	struct handover out = sample(ports), in;
	int fd = handover_write(&out);

	memset(&in, 0, sizeof(in));
	assert_true(fd >= 0);
	assert_int_equal(handover_read(fd, &in), 0);
	assert_memory_equal(&in, &out, sizeof(in));
	assert_int_equal(handover_read(fd, &in), 0);	/* reading moves nothing */
	assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	/* sealed: nobody changes it on the way */
	assert_int_equal(pwrite(fd, "x", 1, 0), -1);
	assert_int_equal(ftruncate(fd, 0), -1);
	close(fd);
}

static void round_trip(void **state)
{
	(void)state;
	round_trip_of(1);
	round_trip_of(2);
	round_trip_of(HANDOVER_PORTS_MAX);
}

static int read_back(const struct handover *h, size_t size)
{
	int fd = memfd_create("test", MFD_CLOEXEC), err;
	struct handover in;

	assert_int_equal(write(fd, h, size), size);
	err = handover_read(fd, &in);
	close(fd);
	return err;
}

static void nonsense_is_refused(void **state)
{
	struct handover good = sample(2), bad;
	int fd = handover_write(&good);
	const size_t size = good.size;

	(void)state;
	close(fd);
	assert_int_equal(read_back(&good, size), 0);
	assert_int_equal(read_back(&good, size - 1), -EPROTO);
	assert_int_equal(read_back(&good, size + 1), -EPROTO);
	assert_int_equal(read_back(&good, 8), -EPROTO);
	assert_int_equal(read_back(&good, 0), -EPROTO);
#define REFUSED(change) do { bad = good; change; \
		assert_int_equal(read_back(&bad, size), -EPROTO); } while (0)
	REFUSED(bad.magic++);
	REFUSED(bad.version++);
	REFUSED(bad.size--);
	REFUSED(bad.n = 1);
	REFUSED(bad.n = 0);
	REFUSED(bad.n = HANDOVER_PORTS_MAX + 1);
	REFUSED(bad.ports[1].tty_fd = 2);
	REFUSED(bad.ports[1].control_fd = -1);
	REFUSED(bad.ports[1].links = 3);
	REFUSED(bad.ports[1].latency_fd = 2);
	REFUSED(bad.ports[1].latency_fd = -1);
	REFUSED(memset(bad.ports[1].tty, 'x', sizeof(bad.ports[1].tty)));
	REFUSED(memset(bad.ports[1].pps, 'x', sizeof(bad.ports[1].pps)));
	REFUSED(memset(bad.ports[1].socket, 'x', sizeof(bad.ports[1].socket)));
	REFUSED(memset(bad.ports[1].gps_link, 'x', sizeof(bad.ports[1].gps_link)));
	REFUSED(memset(bad.ports[1].pps_link, 'x', sizeof(bad.ports[1].pps_link)));
	REFUSED(memset(bad.ports[1].restart, 'x', sizeof(bad.ports[1].restart)));
	REFUSED(memset(bad.ports[1].on_lost, 'x', sizeof(bad.ports[1].on_lost)));
	REFUSED(memset(bad.ports[1].on_back, 'x', sizeof(bad.ports[1].on_back)));
	REFUSED(memset(bad.ports[1].metrics, 'x', sizeof(bad.ports[1].metrics)));
	REFUSED(memset(bad.program, 'x', sizeof(bad.program)));
	assert_int_equal(handover_read(-1, &bad), -EBADF);
}

/* ---- sd_notify ---- */

static int receiver(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	size_t n = strlen(path);

	memcpy(addr.sun_path, path, n);
	if (path[0] == '@')
		addr.sun_path[0] = '\0';
	assert_int_equal(bind(fd, (struct sockaddr *)&addr,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)), 0);
	return fd;
}

static void assert_notified(const char *path)
{
	char text[64] = "";
	int fd = receiver(path);

	setenv("NOTIFY_SOCKET", path, 1);
	assert_true(notify_wanted());
	assert_int_equal(notify_send("READY=1\nSTATUS=x"), 0);
	assert_int_equal(recv(fd, text, sizeof(text) - 1, 0), 16);
	assert_string_equal(text, "READY=1\nSTATUS=x");
	close(fd);
}

static void notify_by_path_and_abstract(void **state)
{
	char path[64];

	(void)state;
	snprintf(path, sizeof(path), "/tmp/gpsppsctl-notify-%d", (int)getpid());
	assert_notified(path);
	unlink(path);
	assert_int_equal(notify_send("READY=1"), -ENOENT);
	snprintf(path, sizeof(path), "@gpsppsctl-notify-%d", (int)getpid());
	assert_notified(path);
	assert_int_equal(notify_send("READY=1"), -ECONNREFUSED);
}

static void notify_nobody(void **state)
{
	char long_path[200];

	(void)state;
	unsetenv("NOTIFY_SOCKET");
	assert_false(notify_wanted());
	assert_int_equal(notify_send("READY=1"), 0);
	setenv("NOTIFY_SOCKET", "", 1);
	assert_int_equal(notify_send("READY=1"), 0);
	setenv("NOTIFY_SOCKET", "relative", 1);
	assert_int_equal(notify_send("READY=1"), -EINVAL);
	memset(long_path, 'x', sizeof(long_path) - 1);
	long_path[0] = '/';
	long_path[sizeof(long_path) - 1] = '\0';
	setenv("NOTIFY_SOCKET", long_path, 1);
	assert_int_equal(notify_send("READY=1"), -EINVAL);
	unsetenv("NOTIFY_SOCKET");
}

/* ---- links ---- */

struct room {
	char dir[64], link[80], port[80], other[80];
};

static void touch(const char *path)
{
	close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
}

static int enter(void **state)
{
	struct room *r = calloc(1, sizeof(*r));

	*state = r;
	if (!r)
		return -1;
	strcpy(r->dir, "/tmp/gpsppsctl-links-XXXXXX");
	if (!mkdtemp(r->dir))
		return -1;
	snprintf(r->link, sizeof(r->link), "%s/gps0", r->dir);
	snprintf(r->port, sizeof(r->port), "%s/ttyS0", r->dir);
	snprintf(r->other, sizeof(r->other), "%s/ttyS1", r->dir);
	touch(r->port);
	touch(r->other);
	return 0;
}

static int leave(void **state)
{
	struct room *r = *state;

	unlink(r->link);
	unlink(r->port);
	unlink(r->other);
	/* nothing else may have been left: a temporary name, say */
	assert_int_equal(rmdir(r->dir), 0);
	free(r);
	return 0;
}

static void link_made_and_removed(void **state)
{
	const struct room *r = *state;
	char text[64];
	ssize_t n;

	assert_int_equal(link_is_free(r->link, "ttyS0"), 0);
	assert_false(link_leads_to(r->link, "ttyS0"));
	assert_int_equal(link_make(r->link, "ttyS0"), 0);
	n = readlink(r->link, text, sizeof(text));
	assert_int_equal(n, 5);
	assert_memory_equal(text, "ttyS0", 5);
	assert_true(link_leads_to(r->link, "ttyS0"));
	assert_int_equal(link_is_free(r->link, "ttyS0"), 0);
	assert_int_equal(link_make(r->link, "ttyS0"), 0);	/* anew */
	assert_int_equal(link_remove(r->link, "ttyS0"), 0);
	assert_int_equal(access(r->link, F_OK), -1);
	assert_int_equal(link_remove(r->link, "ttyS0"), 0);
}

static void what_is_in_the_way_stays(void **state)
{
	const struct room *r = *state;

	assert_int_equal(symlink("ttyS1", r->link), 0);
	assert_int_equal(link_is_free(r->link, "ttyS0"), -EEXIST);
	assert_int_equal(link_remove(r->link, "ttyS0"), 0);
	assert_true(link_leads_to(r->link, "ttyS1"));
	unlink(r->link);
	touch(r->link);
	assert_int_equal(link_is_free(r->link, "ttyS0"), -EEXIST);
	assert_int_equal(link_remove(r->link, "ttyS0"), 0);
	assert_int_equal(access(r->link, F_OK), 0);
}

static void dangling_is_free_and_absolute_is_right(void **state)
{
	const struct room *r = *state;

	assert_int_equal(symlink("ttyS9", r->link), 0);
	assert_int_equal(link_is_free(r->link, "ttyS0"), 0);
	unlink(r->link);
	/* as somebody's own rule may write it: ours to use, not ours to remove */
	assert_int_equal(symlink(r->port, r->link), 0);
	assert_int_equal(link_is_free(r->link, "ttyS0"), 0);
	assert_true(link_leads_to(r->link, "ttyS0"));
	assert_int_equal(link_remove(r->link, "ttyS0"), 0);
	assert_true(link_leads_to(r->link, "ttyS0"));
}

/* By its last name in a directory, whatever has become of the way to it. */
static void link_removed_in_its_directory(void **state)
{
	const struct room *r = *state;
	char moved[sizeof(r->dir) + 8];
	int directory = link_open_directory(r->link);

	assert_true(directory >= 0);
	assert_int_equal(fcntl(directory, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	assert_int_equal(link_make(r->link, "ttyS0"), 0);
	assert_int_equal(link_remove_in(directory, r->link, "ttyS1"), 0);
	assert_true(link_leads_to(r->link, "ttyS0"));		/* it is not ours */
	snprintf(moved, sizeof(moved), "%s.moved", r->dir);
	assert_int_equal(rename(r->dir, moved), 0);
	assert_int_equal(link_remove_in(directory, r->link, "ttyS0"), 0);
	assert_int_equal(rename(moved, r->dir), 0);
	assert_false(link_leads_to(r->link, "ttyS0"));
	assert_int_equal(link_remove_in(directory, r->link, "ttyS0"), 0);	/* nothing to do */
	close(directory);
	/* without its directory by the whole path */
	assert_int_equal(link_make(r->link, "ttyS0"), 0);
	assert_int_equal(link_remove_in(-ENOENT, r->link, "ttyS0"), 0);
	assert_false(link_leads_to(r->link, "ttyS0"));
	assert_int_equal(link_open_directory("gps0"), -EINVAL);
	assert_int_equal(link_open_directory("/no/such/directory/gps0"), -ENOENT);
	assert_int_equal(link_open_directory("/dev/null/gps0"), -ENOTDIR);
}

static void link_where_there_is_no_place(void **state)
{
	char path[100];
	const struct room *r = *state;

	snprintf(path, sizeof(path), "%s/none/gps0", r->dir);
	assert_int_equal(link_make(path, "ttyS0"), -ENOENT);
	/* a directory cannot be replaced, and no temporary name stays */
	assert_int_equal(mkdir(r->link, 0700), 0);
	assert_true(link_make(r->link, "ttyS0") < 0);
	rmdir(r->link);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(notify_by_path_and_abstract),
		cmocka_unit_test(notify_nobody),
		cmocka_unit_test_setup_teardown(link_made_and_removed, enter, leave),
		cmocka_unit_test_setup_teardown(what_is_in_the_way_stays, enter, leave),
		cmocka_unit_test_setup_teardown(dangling_is_free_and_absolute_is_right, enter, leave),
		cmocka_unit_test_setup_teardown(link_removed_in_its_directory, enter, leave),
		cmocka_unit_test_setup_teardown(link_where_there_is_no_place, enter, leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
