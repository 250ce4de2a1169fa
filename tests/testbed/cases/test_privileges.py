# SPDX-License-Identifier: GPL-2.0-or-later
"""What the holder gives up and still can do; the wake-up latency; the sandbox of the service."""

import contextlib
import re
import struct

from testbed import test
from timeserver import UNIT, is_active, reload, restored, wait_attached, wait_links, write_table

LATENCY = "/dev/cpu_dma_latency"
NO_LIMIT_US = 2000000000	# PM_QOS_CPU_LATENCY_DEFAULT_VALUE
CAPABILITY_SETS = ("CapInh", "CapPrm", "CapEff", "CapAmb")


def rights(g, pid):
    """The lines of /proc/PID/status about rights."""
    out = g.run(f"cat /proc/{pid}/status", check=True, quiet=True).out
    return dict(re.findall(r"^(Cap\w+|NoNewPrivs|Seccomp|Groups|Uid):\t(.*?) *$", out, re.M))


def assert_dropped(g, pid):
    r = rights(g, pid)
    assert all(int(r[name], 16) == 0 for name in CAPABILITY_SETS), r
    assert r["NoNewPrivs"] == "1" and r["Uid"].split() == ["0"] * 4, r
    return r


def attach(g, port, options=""):
    """As a daemon that does not wait for a pulse; the holder's pid."""
    r = g.run(f"NOTIFY_SOCKET=/nonexistent gpsppsctl attach --daemon {port.tty} {options}", check=True)
    return re.search(r"held by gpsppsctl\[(\d+)\]", r.out)[1], r.out


def traces(g):
    """All that an attachment without udev leaves in the file system."""
    return g.run("ls -d /dev/gps* /run/gpsppsctl/*.sock /run/gpsppsctl/units.d/* "
                 "2>/dev/null; true", quiet=True).out.split()


def is_gone(g, pid):
    return g.run(f"test -d /proc/{pid}", quiet=True).rc != 0


def limit_us(g):
    """What all holders of the file together have asked for."""
    out = g.run(f"dd if={LATENCY} bs=4 count=1 2>/dev/null | od -An -tx1", check=True, quiet=True).out
    return struct.unpack("<i", bytes.fromhex(out))[0]


@contextlib.contextmanager
def holding(g, port, options=""):
    pid, out = attach(g, port, options)
    try:
        yield pid, out
    finally:
        if not is_gone(g, pid):
            g.run(f"gpsppsctl detach {port.tty}", check=True)


# ---- without udev ----

@test()
def privileges_are_given_up(g):
    port = g.ports["isa2"]
    assert traces(g) == []
    with holding(g, port) as (pid, _):
        r = assert_dropped(g, pid)
        assert int(r["CapBnd"], 16) == 0, r
        # it may hand a new node to the group that attach gave the first one, and is in no other
        dialout = g.run("stat -c %g /dev/pps0", check=True).out.strip()
        assert dialout != "0" and r["Groups"].split() == [dialout], (r, dialout)
        assert g.run(f"cat /proc/{pid}/oom_score_adj").out == "-500\n"
        assert len(traces(g)) == 3
        # who asked for the end is told, though the asker is another user's process
        g.run(f"gpsppsctl detach {port.tty}", check=True)
        assert traces(g) == [] and g.run("ls /sys/class/pps").out == ""
    last = g.run(f"tail -n 1 /run/gpsppsctl/{port.tty[5:]}.events").out
    assert re.search(r" detached by request of gpsppsctl\[\d+\]$", last.strip()), last
    for number in "TERM", "INT":
        pid, _ = attach(g, port)
        assert_dropped(g, pid)
        g.run(f"kill -{number} {pid}", check=True)
        g.wait_until(lambda: is_gone(g, pid), 10, "the holder stays")
        assert traces(g) == [] and g.run("ls /sys/class/pps").out == ""


@test()
def privileges_are_not_needed_when_the_port_goes(g):
    port = g.ports["pci1"]
    with contextlib.ExitStack() as stack:
        stack.callback(lambda: port.plugged and port.unplug())
        port.plug()
        pid, _ = attach(g, port)
        assert_dropped(g, pid)
        assert len(traces(g)) == 3
        port.unplug()
        g.wait_until(lambda: is_gone(g, pid), 15, "the holder stays")
        assert traces(g) == []


# ---- idle states ----

@test()
def wakeup_latency_is_held_as_long_as_the_port(g):
    one, two = g.ports["isa1"], g.ports["isa2"]
    assert limit_us(g) == NO_LIMIT_US
    with holding(g, one) as (_, out):
        assert limit_us(g) == NO_LIMIT_US and "wake up" not in out	# off by default
    with holding(g, one, "--wakeup-latency 20") as (pid, out):
        assert "the processors wake up within 20 us while it is held\n" in out
        assert limit_us(g) == 20
        assert_dropped(g, pid)
        with holding(g, two, "--unit 1 --wakeup-latency 0"):
            assert limit_us(g) == 0		# the lowest counts
        assert limit_us(g) == 20
        g.run(f"gpsppsctl detach {one.tty}", check=True)
        assert limit_us(g) == NO_LIMIT_US
    # a holder that is killed holds nothing, either
    pid, _ = attach(g, one, "--wakeup-latency 1000000")
    assert limit_us(g) == 1000000
    g.run(f"kill -9 {pid}", check=True)
    g.wait_until(lambda: limit_us(g) == NO_LIMIT_US, 10, "the latency stays")
    g.run(f"NOTIFY_SOCKET=/nonexistent gpsppsctl attach --once {one.tty} --wakeup-latency 30; "
          f"rm -f /run/gpsppsctl/*.sock /dev/gps*", check=True)
    assert limit_us(g) == NO_LIMIT_US


@test()
def wakeup_latency_of_several_ports(g):
    one, two = g.ports["isa1"], g.ports["isa2"]
    with holding(g, one, f"{two.tty} --wakeup-latency 40"):
        assert limit_us(g) == 40
        g.run(f"gpsppsctl detach {one.tty}", check=True)
        assert limit_us(g) == 40		# the other one is held
        g.run(f"gpsppsctl detach {two.tty}", check=True)
        assert limit_us(g) == NO_LIMIT_US


@test()
def wakeup_latency_that_cannot_be_held(g):
    """It was asked for: so nothing is touched without it."""
    port = g.ports["isa2"]
    g.run(f"mv {LATENCY} {LATENCY}.away", check=True)
    try:
        r = g.run(f"gpsppsctl attach --daemon {port.tty} --wakeup-latency 20")
    finally:
        g.run(f"mv {LATENCY}.away {LATENCY}", check=True)
    assert (r.rc, r.out) == (2, ""), r
    assert r.err.splitlines() == [
        f"gpsppsctl: {LATENCY}: cannot hold a wake-up latency of 20 us: No such file or directory",
        "gpsppsctl: hint: this kernel has no idle states to keep out of (CONFIG_CPU_IDLE): "
        "leave it away"], r
    assert traces(g) == []


# ---- the service ----

def service_pid(g, tty):
    return g.run(f"systemctl show -p MainPID --value {UNIT.format(tty[5:])}", check=True).out.strip()


@test(guest="full")
def service_in_its_sandbox(g):
    """Attached, held, restarted, detached; with a wake-up latency, where nothing loads the module for it."""
    port = g.ports["isa1"]
    unit = UNIT.format(port.tty[5:])
    with restored(g), contextlib.ExitStack() as stack:
        stack.callback(g.run, f"sysctl -q dev.tty.ldisc_autoload=1; rm -rf /run/systemd/system/{unit}.d")
        g.run("sysctl -q dev.tty.ldisc_autoload=0; rmmod pps_ldisc; "
              f"mkdir -p /run/systemd/system/{unit}.d")
        g.put(f"/run/systemd/system/{unit}.d/latency.conf", "[Service]\nExecStart=\n"
              "ExecStart=/usr/sbin/gpsppsctl attach --wakeup-latency 20 /dev/%I\n")
        write_table(g, port.tty)
        reload(g)
        wait_attached(g, port.tty)
        pid = service_pid(g, port.tty)
        r = assert_dropped(g, pid)
        assert r["Seccomp"] == "2", r
        # SYS_RAWIO, SYS_ADMIN, CHOWN, DAC_OVERRIDE, SYS_PTRACE, SYS_TIME and no more can come back
        assert int(r["CapBnd"], 16) == 1 << 17 | 1 << 21 | 1 << 0 | 1 << 1 | 1 << 19 | 1 << 25, r
        assert g.run(f"cat /proc/{pid}/oom_score_adj").out == "-500\n"
        assert limit_us(g) == 20
        # attach proved the interrupt at the register: /dev/port was readable
        journal = g.run(f"journalctl -b -u {unit} -o cat").out
        assert "DCD interrupt on (IER 0x0" in journal, journal
        # and could speak to process 1, for restart=
        assert "systemctl" not in journal, journal
        mounts = g.run(f"cat /proc/{pid}/mounts", check=True).out
        assert re.search(r" / \w+ ro,", mounts), mounts

        g.run(f"systemctl restart {unit}", check=True, timeout=60)
        wait_links(g, port.tty)
        assert service_pid(g, port.tty) != pid
        pid = service_pid(g, port.tty)
        g.run(f"kill -9 {pid}", check=True)
        g.wait_until(lambda: service_pid(g, port.tty) not in ("0", pid), 30, "it is not restarted",
                     interval=0.5)
        wait_attached(g, port.tty)
        g.run(f"gpsppsctl detach {port.tty}", check=True)
        g.wait_until(lambda: not is_active(g, unit), 15, "the service stays")
        assert g.run(f"systemctl is-failed {unit}").rc != 0
        assert g.run("ls /sys/class/pps").out == "" and limit_us(g) == NO_LIMIT_US


@test(guest="full")
def systemctl_needs_no_capability(g):
    """What a holder starts inherits its lack of rights: uid 0 is enough for process 1."""
    g.run("systemd-run --unit other -p RemainAfterExit=yes sleep 1000", check=True)
    try:
        old = g.run("systemctl show -p MainPID --value other").out
        r = g.run("setpriv --no-new-privs --bounding-set=-all --inh-caps=-all "
                  "sh -c 'grep CapEff /proc/self/status; systemctl --no-block try-restart -- other'")
        assert r.rc == 0 and "CapEff:\t0000000000000000" in r.out, r
        g.wait_until(lambda: g.run("systemctl show -p MainPID --value other").out not in (old, "0\n"),
                     10, "it was not restarted")
    finally:
        g.run("systemctl stop other")
