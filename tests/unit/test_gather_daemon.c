// SPDX-License-Identifier: GPL-2.0-or-later
/* Which daemons there are, and their configuration: by a scripted probe, and in trees. */
#include "tree.h"

#include "fakeprobe.h"
#include "sys/gather_daemon.h"
#include "sys/probe_glob.h"
#include "sys/probe_record.h"
#include "sys/probe_tree.h"

static struct daemon_list list;
static struct probe *probe;
static char asked[65536];	/* keys, a line each */

/* A command line is written with line ends where the kernel has NULs. */
static int get(struct probe *p, const char *key, char *buf, size_t size)
{
	const size_t used = strlen(asked), len = strlen(key);
	int n = fake_get(p, key, buf, size);

	snprintf(asked + used, sizeof(asked) - used, "%s\n", key);
	if (len > 8 && !strcmp(key + len - 8, "/cmdline"))
		for (int i = 0; i < n; i++)
			if (buf[i] == '\n')
				buf[i] = '\0';
	return n;
}

static void gather(const struct fake_line *lines)
{
	static struct probe_ops ops;

	gather_free_daemons(&list);
	probe_close(probe);
	asked[0] = '\0';
	probe = fake_open(lines);
	ops = *probe->ops;
	ops.get = get;
	probe->ops = &ops;
	gather_daemons(probe, &list);
}

static int end(void **state)
{
	(void)state;
	gather_free_daemons(&list);
	probe_close(probe);
	probe = NULL;
	return 0;
}

#define END { 0, NULL, NULL, 0 }
#define STAT_FIELDS " 0 0 0 0 0 0 0 0 0 0 0 0 20 0 1 0 "	/* 6 to 21 */
/* Process PID, a child of 1, that began 12.34 s after the machine. */
#define PROCESS(PID, COMM, UID, CMDLINE) \
	{ 0, "file:/proc/" PID "/stat", PID " (" COMM ") S 1 1" STAT_FIELDS "1234 99 1", 0 }, \
	{ 0, "file:/proc/" PID "/status", "Name:\t" COMM "\nUid:\t" UID "\t" UID "\t" UID "\t" UID \
	  "\nGid:\t101\t101\t101\t101\nGroups:\t20\nCapEff:\t0000000002000400", 0 }, \
	{ 0, "file:/proc/" PID "/cmdline", CMDLINE, 0 }

#define NTPSEC_CMDLINE "/usr/sbin/ntpd\n-p\n/run/ntpd.pid\n-c\n/etc/ntpsec/ntp.conf\n-g\n-N\n" \
	"-u\nntpsec:ntpsec\n"

/* ---- a process ---- */

static void test_ntpsec(void **state)
{
	static const struct fake_line lines[] = {
		{ 0, "processes:ntpd", "731", 0 },
		{ 0, "processes:chronyd", "", 0 }, { 0, "processes:gpsd", "", 0 },
		PROCESS("731", "ntpd", "102", NTPSEC_CMDLINE),
		{ 0, "file:/proc/731/cgroup", "0::/system.slice/ntpsec.service", 0 },
		{ 0, "file:/proc/731/attr/apparmor/current", "/usr/sbin/ntpd (enforce)", 0 },
		{ 0, "nodes:731", "ttyS0\npps0 (deleted)\npps1", 0 },
		{ 0, "file:/etc/ntpsec/ntp.conf",
		  "refclock nmea unit 0 baud 9600 flag1 1\nincludefile more.conf", 0 },
		{ 0, "file:/etc/ntpsec/more.conf", "refclock pps unit 0 ppspath /dev/gone", 0 },
		{ 0, "real:/dev/gps0", "/dev/ttyS0", 0 },
		{ 0, "real:/dev/gpspps0", "", -EACCES },
		END,
	};
	const struct daemon *d;

	(void)state;
	gather(lines);
	assert_int_equal(list.n, 1);
	d = &list.v[0];
	assert_int_equal(d->kind, DAEMON_NTPSEC);
	assert_true(fact_is(d->pid, 731));
	assert_true(fact_is(d->start_ms, 12340));
	assert_true(fact_is(d->nice, 0));
	assert_string_equal(d->service, "ntpsec.service");
	assert_true(fact_is(d->process.uid, 102));
	assert_true(fact_is(d->process.cap_eff, 0x2000400));
	assert_int_equal(d->process.n_groups, 2);
	assert_string_equal(d->label.val, "/usr/sbin/ntpd (enforce)");
	assert_true(fact_is(d->nodes_known, 1));
	assert_int_equal(d->n_nodes, 3);
	assert_string_equal(d->nodes[1].name, "pps0");
	assert_true(d->nodes[1].gone);
	assert_true(daemon_has_open(d, "pps1"));
	assert_true(d->ntpd_command.panicgate);
	assert_true(fact_is(d->conf, 1));
	assert_string_equal(d->conf_path, "/etc/ntpsec/ntp.conf");
	assert_int_equal(d->ntpd->n_files, 2);
	assert_int_equal(d->n_clocks, 2);
	assert_string_equal(d->clocks[0].port_node.val, "ttyS0");
	assert_int_equal(d->clocks[0].pulse_node.state, FACT_DENIED);
	assert_int_equal(d->clocks[1].port_node.state, FACT_ABSENT);
	assert_int_equal(d->clocks[1].pulse_node.state, FACT_ABSENT);
	assert_false(d->socket_activated);
}

/* A name may hold anything; what has ended is no daemon. */
static void test_stat(void **state)
{
	static const struct fake_line lines[] = {
		{ 0, "processes:ntpd", "7\n8\n9", 0 },
		PROCESS("7", "ntpd", "0", NTPSEC_CMDLINE),
		{ 0, "file:/proc/7/stat", "7 (a) Z 3) b) S 1 1" STAT_FIELDS "77 0", 0 },
		PROCESS("8", "ntpd", "0", ""),
		{ 0, "file:/proc/8/stat", "8 (ntpd) Z 1 1" STAT_FIELDS "77 0", 0 },
		END,
	};

	(void)state;
	gather(lines);
	assert_int_equal(list.n, 1);
	assert_true(fact_is(list.v[0].pid, 7));
	assert_true(fact_is(list.v[0].start_ms, 770));
	/* nothing else was readable */
	assert_int_equal(list.v[0].label.state, FACT_ABSENT);
	assert_int_equal(list.v[0].nodes_known.state, FACT_ABSENT);
	assert_int_equal(list.v[0].conf.state, FACT_ABSENT);
	assert_string_equal(list.v[0].service, "");
}

/* By hand, in a shell that a service has started. */
static void test_not_systemds_child(void **state)
{
	static const struct fake_line lines[] = {
		{ 0, "processes:gpsd", "5", 0 },
		{ 0, "file:/proc/5/stat",
		  "5 (gpsd) S 77 1 0 0 0 0 0 0 0 0 0 0 0 0 10 -10 3 0 77 0", 0 },
		{ 0, "file:/proc/5/cgroup", "0::/system.slice/agent.service", 0 },
		END,
	};

	(void)state;
	gather(lines);
	assert_int_equal(list.n, 1);
	assert_string_equal(list.v[0].service, "");
	assert_true(fact_is(list.v[0].nice, -10));
}

static const char *service_by(const char *cgroup)
{
	const struct fake_line lines[] = {
		{ 0, "processes:gpsd", "5", 0 },
		PROCESS("5", "gpsd", "0", "/usr/sbin/gpsd\n-n\n"),
		{ 0, "file:/proc/5/cgroup", cgroup, 0 },
		END,
	};

	gather(lines);
	assert_int_equal(list.n, 1);
	return list.v[0].service;
}

/* A unit's name goes into commands that root runs: no byte of it means anything to a shell. */
static void test_service_is_plain(void **state)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789:_.@-";

	(void)state;
	for (int c = 1; c < 256; c++) {
		char cgroup[64], want[32] = "";

		if (c == '\n' || c == '/')
			continue;
		snprintf(cgroup, sizeof(cgroup), "0::/system.slice/gps%cd.service", c);
		if (strchr(plain, c))
			snprintf(want, sizeof(want), "gps%cd.service", c);
		if (strcmp(service_by(cgroup), want) != 0)
			fail_msg("character %#x: '%s'", (unsigned int)c, service_by(cgroup));
	}
}

static void test_service(void **state)
{
	(void)state;
	assert_string_equal(service_by("0::/system.slice/gpsd.service"), "gpsd.service");
	assert_string_equal(service_by("12:pids:/x.service\n1:name=systemd:/system.slice/"
				       "gpsd.service\n0::/"), "gpsd.service");
	assert_string_equal(service_by("0::/lxc/box/system.slice/gpsd.service/sub"),
			    "gpsd.service");
	assert_string_equal(service_by("0::/user.slice/user-1000.slice/user@1000.service/"
				       "app.slice/mine.service"), "");
	assert_string_equal(service_by("0::/user.slice/user-0.slice/session-1.scope"), "");
	assert_string_equal(service_by("0::/system.slice/ssh.service"), "");
	/* names that anybody could give: none of them goes into a command */
	assert_string_equal(service_by("0::/system.slice/\x1b[31m.service"), "");
	assert_string_equal(service_by("0::/system.slice/a;reboot.service"), "");
	assert_string_equal(service_by("0::/system.slice/-H.service"), "");
	assert_string_equal(service_by("0::/"), "");
	assert_string_equal(service_by(""), "");
}

/* A container's are another system's: its files are not where their names lead here. */
static void test_of_a_container(void **state)
{
	static const struct fake_line lines[] = {
		{ 0, "processes:gpsd", "5\n6", 0 }, { 0, "processes:ntpd", "", 0 },
		{ 0, "processes:chronyd", "7", 0 }, { 0, "real:/usr/sbin/chronyd", "/usr/sbin/chronyd", 0 },
		{ 0, "file:/proc/5/stat", "5 (gpsd) S 1 1" STAT_FIELDS "1234 99 1", 0 },
		{ 0, "file:/proc/5/status", "Name:\tgpsd\nUid:\t0\t0\t0\t0\nNSpid:\t5\t31\n", 0 },
		{ 0, "file:/proc/6/stat", "6 (gpsd) S 1 1" STAT_FIELDS "1234 99 1", 0 },
		{ 0, "file:/proc/6/status", "Name:\tgpsd\nUid:\t0\t0\t0\t0\nNSpid:\t6\n", 0 },
		{ 0, "file:/proc/7/stat", "7 (chronyd) S 1 1" STAT_FIELDS "1234 99 1", 0 },
		{ 0, "file:/proc/7/status", "Name:\tchronyd\nNSpid:\t7\t2\t1\n", 0 },
		END,
	};

	(void)state;
	gather(lines);
	assert_int_equal(list.n, 2);
	assert_true(fact_is(list.v[0].pid, 6));
	/* this system's own is installed, and does not run */
	assert_int_equal(list.v[1].kind, DAEMON_CHRONY);
	assert_int_equal(list.v[1].pid.state, FACT_ABSENT);
}

static struct fact_text label_by(int apparmor_err, int err, const char *current)
{
	const struct fake_line lines[] = {
		{ 0, "processes:gpsd", "5", 0 },
		PROCESS("5", "gpsd", "0", "/usr/sbin/gpsd\n"),
		{ 0, "file:/proc/5/attr/apparmor/current", current, apparmor_err },
		{ 0, "file:/proc/5/attr/current", current, err },
		END,
	};

	gather(lines);
	return list.v[0].label;
}

static void test_label(void **state)
{
	(void)state;
	assert_string_equal(label_by(-EINVAL, 0, "system_u:system_r:gpsd_t:s0").val,
			    "system_u:system_r:gpsd_t:s0");
	assert_int_equal(label_by(0, 0, "unconfined").state, FACT_ABSENT);
	assert_int_equal(label_by(-EINVAL, -EINVAL, "").state, FACT_ABSENT);
	assert_int_equal(label_by(-EACCES, 0, "x").state, FACT_DENIED);
}

static void test_refused(void **state)
{
	static const struct fake_line lines[] = {
		{ 0, "processes:ntpd", "731", 0 },
		PROCESS("731", "ntpd", "102", NTPSEC_CMDLINE),
		{ 0, "nodes:731", "", -EACCES },
		{ 0, "file:/etc/ntpsec/ntp.conf", "", -EACCES },
		END,
	};

	(void)state;
	gather(lines);
	assert_int_equal(list.v[0].nodes_known.state, FACT_DENIED);
	assert_int_equal(list.v[0].conf.state, FACT_DENIED);
	assert_int_equal(list.v[0].conf.err, EACCES);
	assert_string_equal(list.v[0].conf_path, "/etc/ntpsec/ntp.conf");
}

/* ---- which of those called ntpd ---- */

/* -1: none of ours. */
static int ntpd_kind(const char *cmdline, const char *exe, const char *cgroup, const char *file,
		     const char *file2)
{
	const struct fake_line lines[] = {
		{ 0, "processes:ntpd", "5", 0 },
		PROCESS("5", "ntpd", "0", cmdline),
		{ 0, "link:/proc/5/exe", exe, 0 },
		{ 0, "file:/proc/5/cgroup", cgroup, 0 },
		{ 0, file, "f 0644 0 0 0:0", 0 },
		{ 0, file2, "f 0644 0 0 0:0", 0 },
		{ 0, "real:/usr/sbin/ntpd", "/usr/sbin/ntpd", 0 },
		END,
	};

	gather(lines);
	return list.n ? (int)list.v[0].kind : -1;
}

static void test_which_ntpd(void **state)
{
	static const char plain[] = "/usr/sbin/ntpd\n-g\n", none[] = "stat:/none";
	static const char exe[] = "/usr/sbin/ntpd";

	(void)state;
	assert_int_equal(ntpd_kind(plain, exe, "", none, none), DAEMON_NTPD);
	assert_int_equal(ntpd_kind(NTPSEC_CMDLINE, exe, "", none, none), DAEMON_NTPSEC);
	assert_int_equal(ntpd_kind(plain, "/opt/ntpsec/sbin/ntpd", "", none, none), DAEMON_NTPSEC);
	assert_int_equal(ntpd_kind(plain, exe, "0::/system.slice/ntpsec.service", none, none),
			 DAEMON_NTPSEC);
	assert_int_equal(ntpd_kind(plain, exe, "", "stat:/etc/ntpsec", none), DAEMON_NTPSEC);
	/* both are there: the package that is installed has a unit */
	assert_int_equal(ntpd_kind(plain, exe, "", "stat:/etc/ntpsec", "stat:/etc/ntp.conf"),
			 DAEMON_NTPD);
	assert_int_equal(ntpd_kind(plain, exe, "", "stat:/lib/systemd/system/ntpsec.service",
				   "stat:/etc/ntp.conf"), DAEMON_NTPSEC);
	assert_int_equal(ntpd_kind(plain, exe, "0::/system.slice/ntp.service",
				   "stat:/lib/systemd/system/ntpsec.service", none), DAEMON_NTPD);
	/* and others of this name, which take no time from a receiver */
	assert_int_equal(ntpd_kind("/usr/sbin/ntpd\n-f\n/etc/openntpd/ntpd.conf\n", exe, "", none,
				   none), -1);
	assert_int_equal(ntpd_kind("ntpd: ntp engine\n", exe, "", none, none), -1);
	assert_int_equal(ntpd_kind(plain, "/bin/busybox", "", none, none), -1);
	assert_int_equal(ntpd_kind(plain, exe, "", "stat:/etc/openntpd/ntpd.conf", none), -1);
	assert_int_equal(ntpd_kind(plain, exe, "", "stat:/etc/openntpd/ntpd.conf",
				   "stat:/etc/ntp.conf"), DAEMON_NTPD);
}

/* Without -c the places that are built in, in turn; either grammar where the kind is a guess. */
static void test_classic(void **state)
{
	static const struct fake_line lines[] = {
		{ 0, "processes:ntpd", "5", 0 },
		PROCESS("5", "ntpd", "0", "/usr/sbin/ntpd\n-g\n-i\n/var/jail\n"),
		{ 0, "file:/proc/5/cgroup", "0::/system.slice/ntp.service", 0 },
		{ 0, "file:/etc/ntp.conf", "server 127.127.20.1 mode 17\n"
		  "fudge 127.127.20.1 flag1 1 time2 0.4\nincludefile keys.conf", 0 },
		{ 0, "link:/proc/5/cwd", "/root", 0 },
		{ 0, "file:/root/keys.conf", "tinker panic 0", 0 },
		END,
	};

	(void)state;
	gather(lines);
	assert_int_equal(list.v[0].kind, DAEMON_NTPD);
	assert_int_equal(list.v[0].ntpd->kind, NTPD_CLASSIC);
	assert_string_equal(list.v[0].conf_path, "/etc/ntp.conf");
	assert_string_equal(list.v[0].ntpd_command.jail, "/var/jail");
	assert_int_equal(list.v[0].n_clocks, 1);
	assert_string_equal(list.v[0].clocks[0].port, "/dev/gps1");
	assert_int_equal(list.v[0].ntpd->n_knobs, 1);
	assert_true(fact_is(list.v[0].conf, 1));
}

/* ---- more than one ---- */

static void test_order(void **state)
{
	static const struct fake_line lines[] = {
		{ 0, "processes:chronyd", "10\n11\n12\n14", 0 },
		{ 0, "processes:gpsd", "13", 0 },
		{ 0, "processes:ntpd", "", 0 },
		PROCESS("10", "chronyd", "0", "/usr/sbin/chronyd\n-x\n-f\n/tmp/a.conf\n"),
		PROCESS("11", "chronyd", "105", "/usr/sbin/chronyd\n-F\n1\n"),
		PROCESS("12", "chronyd", "105", "/usr/sbin/chronyd\n-F\n1\n"),
		{ 0, "file:/proc/12/stat", "12 (chronyd) S 11 1" STAT_FIELDS "1234 0", 0 },
		PROCESS("13", "gpsd", "65534", "/usr/sbin/gpsd\n-n\n"),
		PROCESS("14", "chronyd", "1000", "/usr/sbin/chronyd\n-f\n/etc/shadow\n"),
		{ 0, "file:/etc/shadow", "root:secret", 0 },
		{ 0, "ids:", "0 1ff", 0 },
		{ 0, "real:/usr/sbin/ntpd", "/usr/sbin/ntpd", 0 },
		END,
	};

	(void)state;
	gather(lines);
	assert_int_equal(list.n, 5);
	assert_true(fact_is(list.v[0].pid, 11));
	assert_true(fact_is(list.v[1].pid, 13));
	assert_true(fact_is(list.v[2].pid, 10));
	/* anybody may call a process of his so: its files are not read with our rights */
	assert_true(fact_is(list.v[3].pid, 14));
	assert_int_equal(list.v[3].conf.err, EPERM);
	assert_null(strstr(asked, "/etc/shadow"));
	assert_int_equal(list.v[4].pid.state, FACT_ABSENT);
	assert_int_equal(list.v[4].kind, DAEMON_NTPD);
}

/* Nor what its command line itself says: directories, and the log. */
static void test_lines_of_a_strangers_process(void **state)
{
	static const struct fake_line lines[] = {
		{ 0, "processes:chronyd", "14", 0 }, { 0, "processes:gpsd", "", 0 },
		{ 0, "processes:ntpd", "15", 0 },
		PROCESS("14", "chronyd", "1000", "chronyd\ninclude /root/*\nconfdir /root\n"),
		PROCESS("15", "ntpd", "1000", "ntpd\n-l\n/root/diary\n"),
		{ 0, "ids:", "0 1ff", 0 },
		END,
	};

	(void)state;
	gather(lines);
	assert_int_equal(list.n, 2);
	assert_null(strstr(asked, "/root"));
	for (size_t i = 0; i < list.n; i++) {
		assert_int_equal(list.v[i].conf.err, EPERM);
		assert_string_equal(list.v[i].ntpd_command.logfile, "");
	}
}

static void test_own_process_is_read(void **state)
{
	static const struct fake_line lines[] = {
		{ 0, "processes:chronyd", "14", 0 },
		PROCESS("14", "chronyd", "1000", "chronyd\n-x\n-f\nmy.conf\n"),
		{ 0, "link:/proc/14/cwd", "/home/me", 0 },
		{ 0, "file:/home/me/my.conf", "refclock SHM 0", 0 },
		{ 0, "ids:", "1000 0", 0 },
		END,
	};

	(void)state;
	gather(lines);
	assert_true(fact_is(list.v[0].conf, 1));
	assert_int_equal(list.v[0].n_clocks, 1);
}

static void test_too_many(void **state)
{
	static char pids[1024], keys[40][2][64];
	struct fake_line lines[82] = { { 0, "processes:gpsd", pids, 0 } };
	size_t at = 0;

	(void)state;
	for (int i = 0; i < 40; i++) {
		at += snprintf(pids + at, sizeof(pids) - at, "%d\n", 100 + i);
		snprintf(keys[i][0], sizeof(keys[i][0]), "file:/proc/%d/stat", 100 + i);
		snprintf(keys[i][1], sizeof(keys[i][1]), "%d (gpsd) S 1 1", 100 + i);
		lines[i + 1].key = keys[i][0];
		lines[i + 1].value = keys[i][1];
	}
	gather(lines);
	assert_int_equal(list.n, DAEMONS_MAX);
	assert_int_equal(list.v[0].start_ms.state, FACT_ABSENT);
}

/* A machine whose processes may not be looked at; and a record from before the question. */
static void test_not_known_who_runs(void **state)
{
	static const struct fake_line refused[] = {
		{ 0, "processes:chronyd", "", -EACCES },
		{ 0, "real:/usr/sbin/chronyd", "/usr/sbin/chronyd", 0 },
		END,
	}, old[] = {
		{ 0, "processes:ntpd", "", -ENODATA },
		{ 0, "real:/usr/sbin/chronyd", "/usr/sbin/chronyd", 0 },
		END,
	};

	(void)state;
	gather(refused);
	assert_int_equal(list.n, 1);
	assert_int_equal(list.v[0].pid.state, FACT_DENIED);
	gather(old);
	assert_int_equal(list.n, 0);
	assert_string_equal(asked, "processes:ntpd\n");
}

/* ---- chrony ---- */

#define CHRONYD(CMDLINE) \
	{ 0, "processes:chronyd", "11", 0 }, \
	PROCESS("11", "chronyd", "105", "/usr/sbin/chronyd\n" CMDLINE)

static void test_chrony_files(void **state)
{
	static const struct fake_line lines[] = {
		CHRONYD("-F\n1\n"),
		{ 0, "file:/etc/chrony/chrony.conf", "confdir /etc/chrony/conf.d /usr/lib/c.d\n"
		  "include /etc/chrony/*/[ab].in\ninclude /etc/none/*.conf\n"
		  "include /etc/missing.conf\nsourcedir /run/chrony-dhcp /none\n", 0 },
		{ 0, "list:/etc/chrony/conf.d", "10-pps.conf\n9-x.conf\nREADME\n.a.conf", 0 },
		{ 0, "list:/usr/lib/c.d", "9-x.conf\nz.conf", 0 },
		{ 0, "file:/etc/chrony/conf.d/10-pps.conf", "refclock PPS /dev/pps1 lock GPS", 0 },
		{ 0, "file:/etc/chrony/conf.d/9-x.conf", "refclock SHM 0 refid GPS", 0 },
		{ 0, "file:/usr/lib/c.d/z.conf", "refclock SHM 7", 0 },
		{ 0, "list:/etc/chrony", "y\nx\nchrony.conf", 0 },
		{ 0, "list:/etc/chrony/x", "b.in\nc.in", 0 },
		{ 0, "list:/etc/chrony/y", "a.in", 0 },
		{ 0, "stat:/etc/chrony/x/b.in", "f 0644 0 0 0:0", 0 },
		{ 0, "stat:/etc/chrony/y/a.in", "f 0644 0 0 0:0", 0 },
		{ 0, "file:/etc/chrony/x/b.in", "refclock SHM 1", 0 },
		{ 0, "file:/etc/chrony/y/a.in", "refclock SHM 2", 0 },
		{ 0, "list:/run/chrony-dhcp", "eth0.sources", 0 },
		{ 0, "file:/run/chrony-dhcp/eth0.sources", "server 192.0.2.1", 0 },
		{ 0, "real:/dev/pps1", "/dev/pps1", 0 },
		END,
	};
	static const int units[] = { -1, 0, 7, 1, 2 };
	const struct chrony_conf *conf;

	(void)state;
	gather(lines);
	conf = list.v[0].chrony;
	assert_true(fact_is(list.v[0].conf, 1));
	assert_string_equal(list.v[0].conf_path, "/etc/chrony/chrony.conf");
	assert_int_equal(list.v[0].chrony_command.seccomp_level, 1);
	assert_int_equal(list.v[0].n_clocks, 5);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(list.v[0].clocks[i].unit, units[i]);
	assert_string_equal(list.v[0].clocks[0].pulse_node.val, "pps1");
	assert_int_equal(conf->servers, 1);
	/* chronyd stops where a directory of a pattern, or a file without one, is missing */
	assert_int_equal(conf->n_errors, 2);
	assert_int_equal(conf->errors[0].where.line, 3);
	assert_int_equal(conf->errors[1].where.line, 4);
	assert_int_equal(conf->errors[1].fault, CHRONY_REFUSED);
}

static void test_chrony_places(void **state)
{
	static const struct fake_line other[] = {
		CHRONYD(""), { 0, "file:/etc/chrony.conf", "refclock SHM 3", 0 }, END,
	}, directives[] = {
		CHRONYD("refclock SHM 4\nmakestep 1 3\n"),
		{ 0, "file:/etc/chrony.conf", "refclock SHM 3", 0 }, END,
	}, gone[] = { CHRONYD("-f\n/etc/gone.conf\n"), END }, none[] = { CHRONYD(""), END };

	(void)state;
	gather(other);
	assert_string_equal(list.v[0].conf_path, "/etc/chrony.conf");
	assert_int_equal(list.v[0].clocks[0].unit, 3);
	gather(directives);
	assert_true(fact_is(list.v[0].conf, 1));
	assert_string_equal(list.v[0].conf_path, "");
	assert_int_equal(list.v[0].n_clocks, 1);
	assert_int_equal(list.v[0].clocks[0].unit, 4);
	gather(gone);
	assert_int_equal(list.v[0].conf.state, FACT_ABSENT);
	assert_string_equal(list.v[0].conf_path, "/etc/gone.conf");
	gather(none);
	assert_int_equal(list.v[0].conf.state, FACT_ABSENT);
	assert_string_equal(list.v[0].conf_path, "");
}

/* What was not read whole is no configuration, but what was read is there. */
static void test_parts_that_are_refused(void **state)
{
	static char large[CLOCK_PATH_MAX + 70000];
	const struct fake_line part[] = {
		CHRONYD(""),
		{ 0, "file:/etc/chrony.conf", "include /etc/secret\nrefclock SHM 3", 0 },
		{ 0, "file:/etc/secret", "", -EACCES },
		END,
	}, whole[] = {
		CHRONYD(""), { 0, "file:/etc/chrony.conf", large, 0 }, END,
	}, ntpd[] = {
		{ 0, "processes:ntpd", "731", 0 },
		PROCESS("731", "ntpd", "102", NTPSEC_CMDLINE),
		{ 0, "file:/etc/ntpsec/ntp.conf", "includefile big\nrefclock shm unit 0", 0 },
		{ 0, "file:/etc/ntpsec/big", large, 0 },
		END,
	}, command[] = {
		{ 0, "processes:ntpd", "11", 0 },
		PROCESS("11", "ntpd", "0", large),
		{ 0, "file:/etc/ntp.conf", "refclock nmea unit 0", 0 },
		END,
	}, defaults[] = {
		{ 0, "real:/usr/sbin/chronyd", "/usr/sbin/chronyd", 0 },
		{ 0, "file:/etc/default/chrony", large, 0 },
		{ 0, "file:/etc/chrony.conf", "refclock SHM 3", 0 },
		END,
	};

	(void)state;
	gather(part);
	assert_int_equal(list.v[0].conf.err, EACCES);
	assert_int_equal(list.v[0].n_clocks, 1);
	assert_int_equal(list.v[0].chrony->n_errors, 1);
	memset(large, 'x', sizeof(large) - 1);
	memcpy(large, "refclock SHM 3\n", 15);
	gather(whole);
	assert_int_equal(list.v[0].conf.err, EFBIG);
	assert_int_equal(list.v[0].n_clocks, 0);
	gather(ntpd);
	assert_int_equal(list.v[0].conf.err, EFBIG);
	assert_int_equal(list.v[0].ntpd->files[1].err, -EFBIG);
	assert_int_equal(list.v[0].n_clocks, 1);
	gather(command);
	assert_int_equal(list.v[0].conf.err, EFBIG);
	gather(defaults);
	assert_int_equal(list.v[0].conf.err, EFBIG);
	assert_int_equal(list.v[0].n_clocks, 1);
}

static void test_loops_end(void **state)
{
	static const struct fake_line chrony[] = {
		CHRONYD(""),
		{ 0, "file:/etc/chrony.conf", "include /etc/chrony.conf\n"
		  "include /etc/chrony.conf\nconfdir /etc", 0 },
		{ 0, "list:/etc", "chrony.conf", 0 },
		END,
	}, ntpd[] = {
		{ 0, "processes:ntpd", "731", 0 },
		PROCESS("731", "ntpd", "102", NTPSEC_CMDLINE),
		{ 0, "file:/etc/ntpsec/ntp.conf", "includefile ntp.conf\nincludefile /d", 0 },
		{ 0, "file:/d", "", -EISDIR },
		{ 0, "list:/d", "d.conf\ne\nf.conf", 0 },
		{ 0, "file:/d/d.conf", "", -EISDIR },
		{ 0, "list:/d/d.conf", "d.conf", 0 },
		{ 0, "file:/d/f.conf", "includefile ../ntp.conf\nincludefile /d", 0 },
		END,
	};

	(void)state;
	gather(chrony);
	assert_true(list.v[0].chrony->n_errors > 0);
	assert_true(strlen(asked) < 32768);
	gather(ntpd);
	assert_int_equal(list.n, 1);
	assert_true(strlen(asked) < 32768);
}

/* ---- gpsd ---- */

static void test_gpsd(void **state)
{
	static const struct fake_line lines[] = {
		{ 0, "processes:gpsd", "13", 0 },
		PROCESS("13", "gpsd", "120", "/usr/sbin/gpsd\n-n\n/dev/gps0\n/dev/pps0\n"),
		{ 0, "nodes:13", "tty1\nttyS0\nttyUSB0\nttyUSB1 (deleted)\npps0", 0 },
		{ 0, "real:/dev/gps0", "/dev/ttyS0", 0 },
		{ 0, "real:/dev/ttyUSB0", "/dev/ttyUSB0", 0 },
		{ 0, "real:/dev/pps0", "/dev/pps0", 0 },
		{ 0, "file:/etc/default/gpsd", "DEVICES=\"/dev/gps0 /dev/pps0\"", 0 },
		END,
	};
	const struct daemon *d;

	(void)state;
	gather(lines);
	d = &list.v[0];
	assert_int_equal(d->kind, DAEMON_GPSD);
	assert_true(fact_is(d->conf, 1));
	assert_string_equal(d->conf_path, "/etc/default/gpsd");
	assert_true(d->gpsd.nowait);
	/* udev gave it one more while it ran; a console is none */
	assert_int_equal(d->n_clocks, 3);
	assert_string_equal(d->clocks[0].port_node.val, "ttyS0");
	assert_string_equal(d->clocks[1].pulse_node.val, "pps0");
	assert_string_equal(d->clocks[2].port_node.val, "ttyUSB0");
}

/* ---- installed, and not running ---- */

static void test_installed(void **state)
{
	static const struct fake_line lines[] = {
		{ 0, "processes:ntpd", "", 0 },
		{ 0, "processes:chronyd", "", 0 }, { 0, "processes:gpsd", "", 0 },
		{ 0, "real:/usr/sbin/ntpd", "/usr/sbin/ntpd", 0 },
		{ 0, "real:/usr/sbin/chronyd", "/usr/sbin/chronyd", 0 },
		{ 0, "real:/usr/sbin/gpsd", "/usr/sbin/gpsd", 0 },
		{ 0, "stat:/lib/systemd/system/ntpsec.service", "f 0644 0 0 0:0", 0 },
		{ 0, "stat:/usr/lib/systemd/system/chronyd.service", "f 0644 0 0 0:0", 0 },
		{ 0, "file:/etc/default/ntpsec", "NTPD_OPTS=\"-g -c /etc/other.conf\"", 0 },
		{ 0, "file:/etc/other.conf", "refclock nmea unit 2", 0 },
		{ 0, "file:/etc/sysconfig/chronyd", "OPTIONS=\"-F 2\"", 0 },
		{ 0, "file:/etc/chrony.conf", "refclock SHM 3", 0 },
		{ 0, "file:/etc/default/gpsd", "DEVICES=\"/dev/ttyS1\"\nGPSD_OPTIONS=\"-n\"", 0 },
		{ 0, "stat:/etc/systemd/system/sockets.target.wants/gpsd.socket", "l", 0 },
		{ 0, "real:/dev/ttyS1", "/dev/ttyS1", 0 },
		END,
	};

	(void)state;
	gather(lines);
	assert_int_equal(list.n, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(list.v[i].pid.state, FACT_ABSENT);
		assert_int_equal(list.v[i].nodes_known.state, FACT_ABSENT);
		assert_int_equal(list.v[i].label.state, FACT_ABSENT);
		assert_true(fact_is(list.v[i].conf, 1));
		assert_int_equal(list.v[i].n_clocks, 1);
	}
	assert_int_equal(list.v[0].kind, DAEMON_NTPSEC);
	assert_string_equal(list.v[0].service, "ntpsec.service");
	assert_string_equal(list.v[0].conf_path, "/etc/other.conf");
	assert_string_equal(list.v[0].clocks[0].port, "/dev/gps2");
	assert_string_equal(list.v[1].service, "chronyd.service");
	assert_int_equal(list.v[1].chrony_command.seccomp_level, 2);
	assert_string_equal(list.v[2].service, "");
	assert_string_equal(list.v[2].clocks[0].port_node.val, "ttyS1");
	assert_true(list.v[2].socket_activated);
}

static void test_nothing(void **state)
{
	static const struct fake_line lines[] = { END }, other[] = {
		{ 0, "real:/usr/sbin/ntpd", "/bin/busybox", 0 },
		{ 0, "real:/usr/sbin/gpsd", "/usr/sbin/gpsd", 0 },
		END,
	};

	(void)state;
	gather(lines);
	assert_int_equal(list.n, 0);
	gather(other);
	assert_int_equal(list.n, 1);
	assert_int_equal(list.v[0].kind, DAEMON_GPSD);
	assert_int_equal(list.v[0].conf.state, FACT_ABSENT);
}

/* ---- patterns ---- */

static const struct fake_line tree_lines[] = {
	{ 0, "list:/a", "b10.c\nb9.c\n.b1.c\nd", 0 },
	{ 0, "stat:/a/b10.c", "f", 0 }, { 0, "stat:/a/.b1.c", "f", 0 },
	{ 0, "stat:/a/b9.c", "f", 0 }, { 0, "stat:/a/d", "d", 0 },
	{ 0, "list:/a/d", "x", 0 }, { 0, "stat:/a/d/x", "f", 0 },
	{ 0, "list:/a/b9.c", "", -ENOTDIR }, { 0, "list:/a/b10.c", "", -ENOTDIR },
	{ 0, "list:/shut", "", -EACCES },
	END,
};

/* The matches, one a line; or "-ERRNO". */
static const char *matches(const char *pattern, int budget)
{
	static char text[256];
	struct probe *p = fake_open(tree_lines);
	char **paths;
	size_t len = 0;
	int n = probe_glob(p, pattern, &budget, &paths);

	text[0] = '\0';
	if (n < 0)
		snprintf(text, sizeof(text), "%d", n);
	for (int i = 0; i < n; i++)
		len += snprintf(text + len, sizeof(text) - len, "%s\n", paths[i]);
	probe_free_names(paths, n);
	probe_close(p);
	return text;
}

static void test_glob(void **state)
{
	char number[16];

	(void)state;
	assert_string_equal(matches("/a/b*.c", 9), "/a/b10.c\n/a/b9.c\n");
	assert_string_equal(matches("/a/*.c", 9), "/a/b10.c\n/a/b9.c\n");
	assert_string_equal(matches("/a//[c-e]", 9), "/a/d\n");
	assert_string_equal(matches("/a/*/x", 9), "/a/d/x\n");
	assert_string_equal(matches("/a/*/*", 9), "/a/d/x\n");
	assert_string_equal(matches("/a/*/y/*", 9), "");
	assert_string_equal(matches("/a/*.z", 9), "");
	assert_string_equal(matches("/no/wildcard", 9), "/no/wildcard\n");
	snprintf(number, sizeof(number), "%d", -ENOENT);
	assert_string_equal(matches("/none/*", 9), number);
	snprintf(number, sizeof(number), "%d", -EACCES);
	assert_string_equal(matches("/shut/*", 9), number);
	snprintf(number, sizeof(number), "%d", -E2BIG);
	assert_string_equal(matches("/a/*/*", 2), number);
	snprintf(number, sizeof(number), "%d", -ENAMETOOLONG);
	assert_string_equal(matches("/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/*", 9), number);
}

/* ---- the new keys: in a tree, and from its record ---- */

static const char *value(struct probe *p, const char *key)
{
	static char text[256];
	int n = probe_get(p, key, text, sizeof(text));

	if (n < 0)
		snprintf(text, sizeof(text), "%d", n);
	return text;
}

static void fill_tree(void)
{
	begin_tree();
	put_file("/proc/412/comm", "ntpd\n");
	put_file("/proc/99/comm", "ntpd\n");
	put_file("/proc/7/comm", "ntpdate\n");
	put_file("/proc/self/comm", "ntpd\n");
	put_file("/proc/412/stat", "412 (ntpd) S 1 1" STAT_FIELDS "50 0\n");
	put_file("/proc/412/status", "Name:\tntpd\nUid:\t0\t0\t0\t0\n");
	put_dir("/proc/412/fd");
	put_link("/proc/412/fd/0", "/dev/null");
	put_link("/proc/412/fd/3", "/dev/ttyS0");
	put_link("/proc/412/fd/4", "/dev/ttyS0");
	put_link("/proc/412/fd/5", "/dev/pps0 (deleted)");
	put_link("/proc/412/fd/6", "/dev/pps0");
	put_link("/proc/412/fd/7", "/dev/ttyS (x)");
	put_link("/proc/412/fd/8", "socket:[77]");
	put_file("/proc/412/maps",
		 "55d0c0a00000-55d0c0a2c000 r--p 00000000 08:01 391 /usr/bin/gpsppsctl\n"
		 "7f1c2b5f2000-7f1c2b5f3000 rw-s 00000000 00:01 4   /SYSV4e545031 (deleted)\n"
		 "7f1c2b5f3000-7f1c2b5f4000 rw-s 00000000 00:01 3   /SYSV4e545030 (deleted)\n"
		 "7f1c2b5f4000-7f1c2b5f5000 rw-s 00000000 00:01 4   /SYSV4e545031 (deleted)\n"
		 "7f1c2b5f5000-7f1c2b5f6000 rw-s 00000000 00:01 5   /SYSV4e54502f (deleted)\n"
		 "7f1c2b5f6000-7f1c2b5f7000 rw-s 00000000 00:01 6   /SYSV4e545130 (deleted)\n"
		 "7f1c2b5f7000-7f1c2b5f8000 rw-s 00000000 00:01 7   /SYSV4e54512f (deleted)\n"
		 "7ffd53d12000-7ffd53d33000 rw-p 00000000 00:00 0   [stack]\n");
	put_file("/etc/ntpsec/ntp.conf", "refclock nmea unit 0\n");
	put_file("/etc/ntpsec/ntp.d/a.conf", "refclock shm unit 1\n");
	put_file("/dev/ttyS0", "");
	put_link("/dev/gps0", "ttyS0");
}

static void write_cmdline(void)
{
	static const char cmdline[] = "/usr/sbin/ntpd\0-c\0/etc/ntpsec/ntp.conf\0-g";
	char path[128];
	FILE *f;

	put_file("/proc/412/cmdline", "");
	snprintf(path, sizeof(path), "%s/proc/412/cmdline", root);
	f = fopen(path, "w");
	assert_non_null(f);
	fwrite(cmdline, 1, sizeof(cmdline), f);
	fclose(f);
}

static void test_keys(void **state)
{
	struct probe *p;
	char number[16];

	(void)state;
	fill_tree();
	p = probe_open_root(root);
	assert_non_null(p);
	assert_string_equal(value(p, "processes:ntpd"), "99\n412");
	/* hidepid=2: what is not seen may be there all the same */
	snprintf(number, sizeof(number), "%d", -EACCES);
	assert_string_equal(value(p, "processes:chronyd"), number);
	/* a later instant is another look; a name may hold a line's end */
	put_file("/proc/1/comm", "systemd\n");
	put_file("/proc/7/comm", "x\n8 chronyd\n");
	probe_sleep_ms(p, 1);
	assert_string_equal(value(p, "processes:chronyd"), "");
	assert_string_equal(value(p, "nodes:412"), "ttyS0\npps0 (deleted)\npps0");
	assert_string_equal(value(p, "segments:412"), "1\n0\n255");
	snprintf(number, sizeof(number), "%d", -ENOENT);
	assert_string_equal(value(p, "nodes:99"), number);
	assert_string_equal(value(p, "segments:99"), number);
	snprintf(number, sizeof(number), "%d", -EINVAL);
	assert_string_equal(value(p, "nodes:../412"), number);
	assert_string_equal(value(p, "segments:../412"), number);
	assert_string_equal(value(p, "nodes:"), number);
	assert_string_equal(value(p, "processes:"), number);
	probe_close(p);
	remove_tree();
}

static void expect_tree(struct probe *p)
{
	gather_free_daemons(&list);
	gather_daemons(p, &list);
	assert_int_equal(list.n, 1);
	assert_true(fact_is(list.v[0].pid, 412));
	assert_true(list.v[0].ntpd_command.panicgate);
	assert_false(list.v[0].ntpd_command.unclear);
	assert_int_equal(list.v[0].n_nodes, 3);
	assert_true(fact_is(list.v[0].conf, 1));
	assert_int_equal(list.v[0].n_clocks, 2);
	assert_string_equal(list.v[0].clocks[0].port_node.val, "ttyS0");
}

static void test_record(void **state)
{
	char dir[80], command[128];
	const char *first;
	struct probe *p;

	(void)state;
	fill_tree();
	write_cmdline();
	snprintf(dir, sizeof(dir), "%s-record", root);
	p = probe_open_record(probe_open_root(root), dir);
	assert_non_null(p);
	expect_tree(p);
	assert_null(probe_trouble(p));
	probe_close(p);
	remove_tree();
	p = probe_open_tree(dir);
	assert_non_null(p);
	expect_tree(p);
	assert_int_equal(probe_tree_missing(p, &first), 0);
	probe_close(p);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	assert_int_equal(system(command), 0);
}

/* What is no file must not hold us up. */
static void test_fifos(void **state)
{
	char path[128];
	struct probe *p;

	(void)state;
	fill_tree();
	write_cmdline();
	snprintf(path, sizeof(path), "%s/etc/ntpsec/ntp.d/b.conf", root);
	assert_int_equal(mkfifo(path, 0666), 0);
	p = probe_open_root(root);
	expect_tree(p);
	snprintf(path, sizeof(path), "%s/etc/ntpsec/ntp.conf", root);
	remove(path);
	assert_int_equal(mkfifo(path, 0666), 0);
	gather_free_daemons(&list);
	gather_daemons(p, &list);
	assert_int_equal(list.v[0].n_clocks, 1);
	probe_close(p);
	remove_tree();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ntpsec),
		cmocka_unit_test(test_stat),
		cmocka_unit_test(test_service),
		cmocka_unit_test(test_service_is_plain),
		cmocka_unit_test(test_not_systemds_child),
		cmocka_unit_test(test_of_a_container),
		cmocka_unit_test(test_label),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_which_ntpd),
		cmocka_unit_test(test_classic),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_lines_of_a_strangers_process),
		cmocka_unit_test(test_own_process_is_read),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_not_known_who_runs),
		cmocka_unit_test(test_chrony_files),
		cmocka_unit_test(test_chrony_places),
		cmocka_unit_test(test_parts_that_are_refused),
		cmocka_unit_test(test_loops_end),
		cmocka_unit_test(test_gpsd),
		cmocka_unit_test(test_installed),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_glob),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_record),
		cmocka_unit_test(test_fifos),
	};

	return cmocka_run_group_tests(tests, NULL, end);
}
