# SPDX-License-Identifier: GPL-2.0-or-later
"""Without systemd and udev: the examples of init/, all ports of the table, a read-only root."""

import contextlib
import os
import re
import sys

from testbed import test

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from test_matrix import usb  # noqa: E402

EXAMPLES = "/usr/share/doc/gpsppsctl/examples/"
TABLE = "/etc/gpsppsctl.conf"
ALL = "gpsppsctl attach --all --daemon"


# ---- looking at the guest ----

def out_of(g, command):
    return g.run(command, quiet=True).out.strip()


def links(g):
    out = out_of(g, "cd /dev; for l in gps*; do [ -L $l ] && echo $l $(readlink $l); done")
    return dict(line.split() for line in out.splitlines())


def holders(g):
    return out_of(g, "pidof gpsppsctl-hold").split()


def await_link(g, unit, tty):
    g.wait_until(lambda: links(g).get(f"gps{unit}") == tty and f"gpspps{unit}" in links(g), 40,
                 f"no gps{unit} and gpspps{unit}", interval=0.3)


def await_no_link(g, unit):
    g.wait_until(lambda: not {f"gps{unit}", f"gpspps{unit}"} & set(links(g)), 20,
                 f"gps{unit} or gpspps{unit} stays", interval=0.3)


@contextlib.contextmanager
def table(g, *lines):
    g.put(TABLE, "".join(line + "\n" for line in lines))
    try:
        yield
    finally:
        g.run("for s in /run/gpsppsctl/*.sock; do gpsppsctl detach $(basename $s .sock); done; "
              f"rm {TABLE}", quiet=True)


# ---- all ports of the table ----

@test()
def init_all_ports_of_the_table(g):
    with table(g, "3 /dev/ttyS1", "4 ttyS2", "5 /dev/ttyUSB7", "6 /dev/ttyS15"):
        r = g.run(ALL)
        assert r.rc == 0 and "held by gpsppsctl[" in r.out, r
        assert r.err.splitlines() == ["gpsppsctl: /dev/ttyUSB7: not there: left out",
                                      "gpsppsctl: /dev/ttyS15: not there: left out"], r
        assert links(g)["gps3"] == "ttyS1" and links(g)["gps4"] == "ttyS2", links(g)
        assert len(holders(g)) == 1
        # again: what is held stays
        before = holders(g)
        r = g.run(ALL)
        held = re.findall(r"^(/dev/ttyS[12])   held by gpsppsctl\[\d+\]$", r.out, re.M)
        assert r.rc == 0 and held == ["/dev/ttyS1", "/dev/ttyS2"], r
        assert holders(g) == before
        # one that is gone is attached anew, beside the other
        g.run("gpsppsctl detach ttyS2", check=True)
        assert "gps4" not in links(g)
        g.run(ALL, check=True)
        await_link(g, 4, "ttyS2")
        assert set(before) < set(holders(g)), (before, holders(g))


@test()
def init_one_that_fails_does_not_hold_up_the_others(g):
    with table(g, "0 /dev/ttyS3", "1 /dev/ttyS1"):
        g.start("exec sleep 1000 < /dev/ttyS3")
        g.wait_until(lambda: "ttyS3" in out_of(g, "ls -l /proc/$(pgrep -f 'sleep 1000$')/fd"), 10,
                     "not open")
        r = g.run(ALL)
        # the others are held, and it is trouble all the same
        assert r.rc == 2 and "/dev/ttyS3: held by sleep[" in r.err, r
        assert "held by gpsppsctl[" in r.out, r
        assert links(g) == {"gps1": "ttyS1", "gpspps1": links(g)["gpspps1"]}, links(g)
        g.run("gpsppsctl detach ttyS1", check=True)
        # nothing but it: nothing is held
        g.put(TABLE, "0 /dev/ttyS3\n")
        r = g.run(ALL)
        assert r.rc == 2 and not links(g) and not holders(g), r
        g.put(TABLE, "0 /dev/ttyUSB7\n")
        r = g.run(ALL)
        assert r.rc == 3 and f"{TABLE}: none of its ports is there" in r.err, r


@test()
def init_sysvinit_script(g):
    script = f"sh {EXAMPLES}sysvinit "
    r = g.run(script + "start")
    assert r.rc == 6, r
    with table(g, "3 /dev/ttyS1", "4 ttyS2"):
        assert g.run(script + "status").rc == 3
        g.run(script + "start", check=True)
        r = g.run(script + "status")
        assert r.rc == 0 and re.search(r"^/dev/ttyS1 +gpsppsctl", r.out, re.M), r
        g.run(script + "start", check=True)
        # a holder that was killed leaves its sockets
        g.run("kill -9 $(pidof gpsppsctl-hold); sleep 0.3")
        assert g.run(script + "status").rc == 3
        g.run(script + "restart", check=True)
        await_link(g, 3, "ttyS1")
        r = g.run(script + "stop", check=True)
        assert not links(g) and not holders(g), r
        g.put(TABLE, "3 /dev/ttyUSB7\n")
        assert g.run(script + "start").rc == 7
        assert g.run(script + "nonsense").rc == 2


# ---- respawned by an init ----

# A process namespace of its own, in which busybox' init is process 1
INIT = ("exec unshare -m -p -f sh -c 'mount -t proc proc /proc; mount -t tmpfs tmpfs /etc; "
        "cp /tmp/inittab /etc/inittab; cp -r /tmp/etc/* /etc/; exec /sbin/init'")


def attaching(g):
    """The processes that wait for their port."""
    return out_of(g, "pgrep -f 'gpsppsctl attach --wait-port'").split()


@test()
def init_busybox_init_respawns(g):
    """Attached when plugged in, waiting while it is not: real init, real unplugging."""
    port = g.ports["pci1"]
    tty = port.plug()
    port.unplug()
    g.run(f"rm -f /run/gpsppsctl/{tty[5:]}.events; "
          "mkdir -p /tmp/etc; cp /etc/passwd /etc/group /tmp/etc/; "
          f"sed s,/dev/ttyS0,{tty}, {EXAMPLES}inittab > /tmp/inittab; "
          f"grep -q 'wait-port 86400 {tty}' /tmp/inittab", check=True)
    init = g.start(INIT)
    try:
        g.wait_until(lambda: attaching(g), 20, "init does not start attach")
        # no busy loop: the same process, and no new ones
        before, at = attaching(g), out_of(g, "echo $$")
        assert g.run("sleep 3").rc == 0 and attaching(g) == before
        assert int(out_of(g, "echo $$")) - int(at) < 12, "processes are started all the time"
        for _ in range(2):
            assert port.plug() == tty
            await_link(g, 0, tty[5:])
            # attach itself looks for a pulse first, and notes no events
            g.wait_until(lambda: holders(g), 20, "not held")
            port.unplug()
            await_no_link(g, 0)
            g.wait_until(lambda: attaching(g), 30, "init does not start it again", interval=0.3)
        assert out_of(g, f"grep -c hangup /run/gpsppsctl/{tty[5:]}.events") == "2"
    finally:
        init.signal(9)
        g.run("pkill -9 -x init; true", quiet=True)


# What runsv does: once a second
RUNSV = "cd /tmp/sv/gpsppsctl-ttyS2 && while :; do sh ./run; echo ended $?; sleep 1; done"


@test()
def init_runit_script(g):
    """By a loop, as Debian's busybox has no runsv."""
    g.run(f"mkdir -p /tmp/sv/gpsppsctl-ttyS2; cp {EXAMPLES}runit /tmp/sv/gpsppsctl-ttyS2/run",
          check=True)
    job = g.start(RUNSV)
    try:
        for n in range(2):
            await_link(g, 0, "ttyS2")
            g.run("gpsppsctl detach ttyS2", check=True)
            g.wait_until(lambda: job.output().count("ended 0") == n + 1, 10, "it does not end")
    finally:
        job.signal(9)
        g.run("pkill -9 gpsppsctl; true", quiet=True)


# Stubs of OpenWrt's /lib/functions/procd.sh, each says how it was called
PROCD = """
for f in procd_open_instance procd_set_param procd_close_instance; do
	eval "$f() { echo $f \\"\\$@\\"; }"
done
. %sopenwrt
"""


@test()
def init_procd_script(g):
    """Against stubs of procd's functions; the command it names is run."""
    g.put("/tmp/procd", PROCD % EXAMPLES + "start_service\n")
    r = g.run("sh -eu /tmp/procd", check=True)
    assert r.out == "", r
    g.put("/tmp/units", "# a comment\n\n6 - pulse=gpio\n7 - pulse=/dev/ttyS1\n8\n")
    r = g.run("TABLE=/tmp/units sh -eu /tmp/procd", check=True)
    assert re.findall(r"^procd_open_instance (.*)", r.out, re.M) == ["unit7-pulse"], r
    with table(g, "0 /dev/ttyS2 baud=4800", "9 ttyS3"):
        r = g.run("sh -eu /tmp/procd", check=True)
        assert re.findall(r"^procd_open_instance (.*)", r.out, re.M) == ["unit0", "unit9"], r
        assert "procd_set_param respawn 60 5 0" in r.out, r
        commands = re.findall(r"^procd_set_param command (.*)", r.out, re.M)
        assert len(commands) == 2 and commands[1].endswith("--wait-port 86400 ttyS3"), r
        job = g.start("exec " + commands[1])
        await_link(g, 9, "ttyS3")
        job.signal(15)
        assert job.wait(10).rc == 0
    assert not links(g)


@test()
def init_procd_feed_script(g):
    """The same of the script for chrony: an instance a port that has sentences."""
    g.put("/tmp/procd", PROCD.replace("openwrt", "openwrt-feed") % EXAMPLES + "start_service\n")
    g.put("/tmp/units", "# a comment\n\n3 ttyS2 baud=4800\n6 - pulse=gpio\n8\n")
    r = g.run("TABLE=/tmp/units sh -eu /tmp/procd", check=True)
    assert re.findall(r"^procd_open_instance (.*)", r.out, re.M) == ["unit3"], r
    command = re.findall(r"^procd_set_param command (.*)", r.out, re.M)
    assert len(command) == 1 and command[0].endswith(' feed --sock auto "$1" /tmp/units ttyS2'), r


# ---- mdev ----

@test()
def init_mdev_attaches_an_adapter(g):
    """Plugged in, pulled out and plugged in again; nothing else is told of it."""
    g.run(f"cp {EXAMPLES}mdev.conf /etc/mdev.conf", check=True)
    mdev = g.start("exec mdev -df -vv 2> /tmp/mdev.log")
    g.wait_until(lambda: out_of(g, "pidof mdev"), 10, "no mdev")
    try:
        with table(g, "2 /dev/ttyUSB0"), usb(g) as port:
            for n in range(2):
                await_link(g, 2, "ttyUSB0")
                # mdev hears of the pulse when attach has ended, and then sets its mode
                g.wait_until(lambda: int(out_of(g, "grep -c 'mknod pps' /tmp/mdev.log")) > n, 20,
                             "mdev does not hear of the pulse")
                g.run("sleep 0.3", quiet=True)
                pps = links(g)["gpspps2"]
                wanted = ["660 root:dialout"] * 2
                g.wait_until(lambda: out_of(g, f"stat -c '%a %U:%G' /dev/ttyUSB0 /dev/{pps}")
                             .splitlines() == wanted, 10, "permissions are not dialout's")
                mark = g.qmp_mark()
                g.qmp("device_del", id="ftdi")
                g.qmp_event("DEVICE_DELETED", 20, mark, device="ftdi")
                await_no_link(g, 2)
                g.wait_until(lambda: not holders(g), 10, "the holder stays")
                g.qmp("device_add", driver="usb-serial", id="ftdi", bus="xhci.0", chardev=port.name)
            await_link(g, 2, "ttyUSB0")
    finally:
        mdev.signal(9)
        g.run("rm -f /etc/mdev.conf", quiet=True)


# ---- waiting for a port ----

@test()
def init_wait_port_gives_up(g):
    r = g.run("gpsppsctl attach --wait-port 1 /dev/ttyS1 /dev/ttyS15 /dev/ttyUSB7")
    assert r.rc == 3, r
    assert r.err.splitlines() == ["gpsppsctl: /dev/ttyS15: not there after 1 s",
                                  "gpsppsctl: /dev/ttyUSB7: not there after 1 s"], r
    assert not links(g)


# ---- read-only root ----

# What changes is on /run and /dev alone
ROOT = "/mnt/ro"
READ_ONLY = f"""
mkdir -p {ROOT} && mount --bind / {ROOT} && mount -o remount,bind,ro {ROOT}
for d in proc sys; do mount --rbind /$d {ROOT}/$d; done
mount -t tmpfs tmpfs {ROOT}/var
"""
UNDO = f"umount -l {ROOT}; true"
CHROOT = f"NOTIFY_SOCKET=/nonexistent chroot {ROOT} "


@contextlib.contextmanager
def read_only_root(g, *commands):
    g.run(READ_ONLY + "\n".join(commands), check=True)
    try:
        yield
    finally:
        g.run("pkill gpsppsctl; sleep 0.5; " + UNDO, quiet=True)


@test()
def init_read_only_root(g):
    with read_only_root(g, f"mount --rbind /dev {ROOT}/dev", f"mount --rbind /run {ROOT}/run"):
        assert g.run(f"touch {ROOT}/etc/x", quiet=True).rc
        g.run("rm -rf /run/gpsppsctl; sleep 1; touch /tmp/before; sleep 1", check=True)
        r = g.run(CHROOT + "gpsppsctl attach --daemon /dev/ttyS1", check=True)
        assert "held by gpsppsctl[" in r.out, r
        await_link(g, 0, "ttyS1")
        assert "attached" in out_of(g, "cat /run/gpsppsctl/ttyS1.events")
        g.run(CHROOT + "gpsppsctl diag --wait 0 ttyS1")
        # nothing was written but these, and nothing was tried elsewhere
        written = out_of(g, "find /run /dev -newer /tmp/before ! -type c ! -type d").split()
        assert set(written) == {"/run/gpsppsctl/ttyS1.sock", "/run/gpsppsctl/ttyS1.events",
                                "/dev/gps0", "/dev/gpspps0"}, written
        others = f"cd {ROOT}; find var tmp etc root -xdev -type f -newer /tmp/before"
        assert not out_of(g, others)
        g.run(CHROOT + "gpsppsctl detach ttyS1", check=True)
        assert not links(g)
        r = g.run(CHROOT + "strace -f -e trace=file -o /dev/shm/trace "
                  "gpsppsctl attach --once ttyS1", check=True)
        assert not out_of(g, "grep EROFS /dev/shm/trace; rm /dev/shm/trace"), r


@test()
def init_run_that_is_read_only(g):
    with read_only_root(g, f"mount --rbind /dev {ROOT}/dev"):
        r = g.run(CHROOT + "gpsppsctl attach ttyS1")
        assert r.rc == 2 and "/run/gpsppsctl: cannot make the control socket: " in r.err, r
        assert "hint: /run must be there and writable: mount" in r.err, r
        assert not links(g)


@test()
def init_plain_tmpfs_as_dev(g):
    """Nobody but us makes the pulse's node, and the port is as mknod(1) made it."""
    node = f"mknod -m 600 {ROOT}/dev/ttyS2 c 4 66"
    with read_only_root(g, f"mount -t tmpfs tmpfs {ROOT}/dev", node, f"chown 0:0 {ROOT}/dev/ttyS2",
                        f"mknod {ROOT}/dev/null c 1 3", f"mount -t tmpfs tmpfs {ROOT}/run"):
        g.run(CHROOT + "gpsppsctl attach --daemon ttyS2", check=True)
        out = out_of(g, f"cd {ROOT}/dev; stat -c '%a %G %t' ttyS2 $(readlink gpspps0); "
                        "readlink gps0")
        major = "%x" % int(out_of(g, "cut -d: -f1 /sys/class/pps/pps0/dev"))
        assert out.splitlines() == ["660 dialout 4", f"660 dialout {major}", "ttyS2"], out
        g.run(CHROOT + "gpsppsctl detach ttyS2", check=True)
        assert not out_of(g, f"ls {ROOT}/dev | grep gps")
        # what somebody has decided stays
        g.run(f"chown 0:0 {ROOT}/dev/ttyS2; chmod 640 {ROOT}/dev/ttyS2", check=True)
        g.run(CHROOT + "gpsppsctl attach --once ttyS2", check=True)
        assert out_of(g, f"stat -c '%a %G' {ROOT}/dev/ttyS2") == "640 root"
