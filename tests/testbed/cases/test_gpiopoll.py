# SPDX-License-Identifier: GPL-2.0-or-later
"""
kernel/pps-gpio-poll in the fast guest, on a chip that makes its own pulses (modules/fakegpio.c),
and the kernel's pps-gpio beside it.

What the host takes from an emulated processor looks like a busy one to the module: pulses are
missed then, as they should be.  So a test waits for so many captured ones.
"""

import contextlib
import os
import re
import subprocess
import tempfile
import time

import images
import modules
from testbed import Skip, TimedOut, test

DEVICE = "/sys/devices/platform/pps-gpio-poll"
# An emulated timer is 0.2 ms late, on a busy host milliseconds
EASY = {"poll_us": 1000, "wait_us": 1000}
BOUND_NS = 3000000
EOPNOTSUPP, EINVAL, EBUSY, ENODEV = "Operation not supported", "Invalid argument", \
    "Device or resource busy", "No such device"


# ---- the guest's side ----

@contextlib.contextmanager
def chip(g, **params):
    modules.load(g, "fakegpio", **params)
    try:
        yield
    finally:
        modules.unload(g, "fakegpio")


@contextlib.contextmanager
def poller(g, **params):
    """pps-gpio-poll on line 0 of the fake chip, or as PARAMS say; the name of its source."""
    modules.load(g, "pps-gpio-poll", **{"chip": "fakegpio", "line": 0, **EASY, **params})
    try:
        yield source_of(g, "pps-gpio-poll.-1")
    finally:
        modules.unload(g, "pps-gpio-poll")


def force(g, **params):
    g.run("; ".join("echo %s > /sys/module/fakegpio/parameters/%s" % (value, name)
                    for name, value in params.items()), check=True, quiet=True)


def source_of(g, name):
    out = g.run("grep -lx -- %s /sys/class/pps/*/name" % name, check=True, quiet=True).out
    assert len(out.split()) == 1, out
    return out.split("/")[4]


def attributes(g):
    out = g.run("cd %s && grep . *_us *_hz chip line edge captured missed late half_level "
                "precision_ns" % DEVICE, check=True, quiet=True).out
    values = dict(line.split(":", 1) for line in out.splitlines())
    return {name: int(value) if re.fullmatch(r"-?\d+", value) and name != "half_level" else value
            for name, value in values.items()}


def captured(g):
    return int(g.run("cat %s/captured" % DEVICE, check=True, quiet=True).out)


def wait_captured(g, count=3):
    """COUNT pulses more; all that is known then."""
    least = captured(g) + count
    try:
        g.wait_until(lambda: captured(g) >= least, 60, "no %d pulses captured" % count, 0.3)
    except TimedOut as e:
        raise AssertionError("%s: %s" % (e, attributes(g))) from None
    return attributes(g)


def stamp(g, pps, event="assert"):
    """The last stamp: (ns after the second, count); None before the first."""
    out = g.run("cat /sys/class/pps/%s/%s" % (pps, event), check=True, quiet=True).out
    if not out.strip():
        return None
    nsec, count = re.fullmatch(r"\d+\.(\d{9})#(\d+)", out.strip()).groups()
    return int(nsec), int(count)


def off_second(nsec, period_ns=1000000000):
    since = nsec % period_ns
    return min(since, period_ns - since)


def refused(g, error, message, **params):
    """insmod's error, one line of ours in the kernel's log, and nothing left."""
    marker = "mark %d" % time.monotonic_ns()
    g.run("echo %s > /dev/kmsg" % marker, check=True, quiet=True)
    r = modules.load(g, "pps-gpio-poll", check=False, **params)
    log = g.run("dmesg | sed -n '/%s/,$p'" % marker, quiet=True).out
    assert r.rc != 0 and error in r.err, (r, log)
    # busybox' insmod tries by two system calls
    assert len(re.findall(message, log)) in (1, 2), log
    assert g.run("ls -d %s /sys/bus/platform/drivers/pps-gpio-poll /sys/class/pps/* "
                 "2>/dev/null" % DEVICE, quiet=True).out == "", log


def sim(g, label, lines):
    """A chip of gpio-sim: it may sleep, and it can interrupt.  The path of its lines."""
    modules.load(g, "gpio-sim")
    g.run("mkdir -p /sys/kernel/config; mount -t configfs configfs /sys/kernel/config; "
          "cd /sys/kernel/config/gpio-sim && mkdir -p c/b && cd c/b && echo %d > num_lines && "
          "echo %s > label && echo 1 > ../live" % (lines, label), check=True)
    return g.run("ls -d /sys/devices/platform/gpio-sim.*/gpiochip*", check=True).out.strip()


@contextlib.contextmanager
def sim_chip(g, label="simchip", lines=4):
    g.run("modprobe configfs", check=True)
    try:
        yield sim(g, label, lines)
    finally:
        g.run("cd /sys/kernel/config/gpio-sim/c && echo 0 > live && rmdir b && cd .. && rmdir c; cd /; "
              "umount /sys/kernel/config; rmmod gpio_sim")


# ---- every run ----

@test()
def polls_a_line_and_stamps_its_seconds(g):
    with chip(g), poller(g) as pps:
        assert g.run("cat /sys/class/pps/%s/path" % pps).out.strip() == ""
        assert g.run("readlink -f /sys/class/pps/%s/device" % pps).out.strip() == DEVICE
        found = wait_captured(g, 4)
        nsec, count = stamp(g, pps)
        assert off_second(nsec) < BOUND_NS, nsec
        assert stamp(g, pps, "clear") is None
        assert abs(count - found["captured"]) <= 1, (count, found)
        assert (found["chip"], found["line"], found["edge"]) == ("fakegpio", 0, "rising")
        assert (found["poll_us"], found["wait_us"], found["rate_hz"]) == (1000, 1000, 1)
        assert found["half_level"] == "0"
        assert 0 < found["precision_ns"] <= 1000000
        out = g.run("cat /sys/kernel/debug/gpio").out
        assert re.search(r"pps-gpio-poll\s*\) in ", out), out


@test()
def takes_the_falling_edge(g):
    """Line 1 falls at the second; line 0 a tenth later, where its pulse ends."""
    with chip(g):
        with poller(g, line=1, edge="falling") as pps:
            found = wait_captured(g, 2)
            assert (found["edge"], found["half_level"]) == ("falling", "1")
            assert off_second(stamp(g, pps)[0]) < BOUND_NS
        with poller(g, line=0, edge="falling", capture="clear") as pps:
            assert wait_captured(g, 2)["half_level"] == "0"
            nsec = stamp(g, pps, "clear")[0]
            assert abs(nsec - 100000000) < BOUND_NS, nsec
            assert stamp(g, pps, "assert") is None


@test()
def counts_missed_pulses_and_goes_on(g):
    with chip(g), poller(g) as pps:
        before = wait_captured(g, 2)
        force(g, force=0)
        g.wait_until(lambda: attributes(g)["missed"] >= before["missed"] + 4, 30,
                     "nothing missed", 0.3)
        assert source_of(g, "pps-gpio-poll.-1") == pps
        stopped = captured(g)
        assert "no pulse where one was expected" in g.run("dmesg | tail -20").out
        force(g, force=-1)
        assert wait_captured(g, 2)["captured"] >= stopped + 2
        assert off_second(stamp(g, pps)[0]) < BOUND_NS


@test()
def does_not_start_within_a_pulse(g):
    """0.9 s wide: loaded within it most of the time, and the stamps are of its beginning."""
    with chip(g, width_us=900000), poller(g) as pps:
        assert wait_captured(g, 2)["half_level"] == "1"
        assert off_second(stamp(g, pps)[0]) < BOUND_NS


@test()
def says_why_it_does_not_load(g):
    place = {"chip": "fakegpio", "line": 0}
    with chip(g):
        refused(g, ENODEV, "no GPIO chip has this label", chip="nochip", line=0)
        refused(g, EINVAL, "the line is not to be had", chip="fakegpio", line=4)
        refused(g, EINVAL, "told by chip= and line=, or by gpio=", chip="fakegpio")
        refused(g, EINVAL, "told by chip= and line=, or by gpio=", gpio=3, **place)
        refused(g, ENODEV, "gpio=99999: no chip has this number", gpio=99999)
        refused(g, EINVAL, "poll_us=9: must be 10 to 10000", poll_us=9, **place)
        refused(g, EINVAL, "poll_us=10001: must be 10 to 10000", poll_us=10001, **place)
        refused(g, EINVAL, "wait_us=0: must be 1 to 1000", wait_us=0, **place)
        refused(g, EINVAL, "rate_hz=0: must be 1 to 100", rate_hz=0, **place)
        refused(g, EINVAL, "at rate_hz=50 neither may be over 2500", poll_us=2501, rate_hz=50,
                **place)
        refused(g, EINVAL, "edge=up: must be rising or falling", edge="up", **place)
        # a line that another module has
        modules.load(g, "ppsgpio", driver="pps-gpio-poll", id=7, chip="fakegpio", line=0)
        try:
            modules.load(g, "pps-gpio-poll")	# no parameters: only for what others registered
            assert source_of(g, "pps-gpio-poll.7")
            assert g.run("ls -d " + DEVICE).rc
            modules.unload(g, "pps-gpio-poll")
        finally:
            modules.unload(g, "ppsgpio")
    assert g.run("lsmod | grep -c pps_gpio_poll").out.strip() == "0"


@test()
def refuses_a_line_that_is_taken(g):
    """By its legacy number, as sysfs has it; and once it is free that number does."""
    with chip(g):
        base = int(g.run("cat /sys/class/gpio/gpiochip*/base", check=True).out)
        g.run("echo %d > /sys/class/gpio/export" % base, check=True)
        try:
            refused(g, EBUSY, "the line is not to be had", chip="fakegpio", line=0)
        finally:
            g.run("echo %d > /sys/class/gpio/unexport" % base, check=True)
        modules.load(g, "pps-gpio-poll", gpio=base + 1, edge="falling", **EASY)
        found = attributes(g)
        assert (found["chip"], found["line"], found["edge"]) == ("fakegpio", 1, "falling")
        assert g.run("echo %d > /sys/class/gpio/export" % (base + 1)).rc
        modules.unload(g, "pps-gpio-poll")


@test()
def refuses_a_chip_that_sleeps(g):
    if "gpio-sim" not in modules.modules_for(modules.kernel_of(g)):
        raise Skip("no gpio-sim for this kernel")
    with sim_chip(g):
        refused(g, EOPNOTSUPP, "reading simchip may sleep, which a timer can not: use pps-gpio",
                chip="simchip", line=0)


@test()
def is_removed_under_load(g):
    with chip(g):
        load = g.start("while :; do :; done")
        for poll_us in (50, 200, 1000):
            with poller(g, poll_us=poll_us):
                time.sleep(1.2)
        load.signal(9)
    assert g.run("dmesg | grep -E 'BUG:|WARNING:|Oops|scheduling while'").out == ""


# ---- long ----

@test(long=True)
def polls_at_every_interval(g):
    with chip(g):
        for poll_us in (50, 100, 200, 500, 1000):
            with poller(g, poll_us=poll_us) as pps:
                found = wait_captured(g, 3)
                assert found["precision_ns"] <= poll_us * 1000
                assert off_second(stamp(g, pps)[0]) < BOUND_NS


@test(long=True)
def follows_five_pulses_a_second(g):
    with chip(g, period_us=200000, width_us=20000), poller(g, rate_hz=5) as pps:
        assert wait_captured(g, 10)["half_level"] == "0"
        assert off_second(stamp(g, pps)[0], 200000000) < BOUND_NS
    with chip(g, period_us=1300000), poller(g):
        g.wait_until(lambda: "is rate_hz right?" in g.run("dmesg", quiet=True).out, 60,
                     "no word about the rate", 1)


@test(long=True)
def follows_a_receiver_when_the_clock_does_not(g):
    """Pulses by the raw clock, which is 200 ppm off: a step, a slew, and both back."""
    with chip(g, raw=1, period_us=1000200), poller(g) as pps:
        before = wait_captured(g, 3)
        for command in ("date -s @$(($(date +%s) + 3600))", "date -s @$(($(date +%s) - 3600))",
                        "adjtimex -t 10100", "adjtimex -t 10000", "adjtimex -f 32000000",
                        "adjtimex -f 0"):
            g.run(command, check=True)
            wait_captured(g, 3)
        after = attributes(g)
        assert after["captured"] >= before["captured"] + 18
        assert stamp(g, pps)[1] >= before["captured"] + 18


@test(long=True)
def lives_under_load(g):
    """Busy processors make it miss some; it counts them, and ends nothing."""
    with chip(g, raw=1), poller(g, poll_us=100, wait_us=15) as pps:
        busy = [g.start("while :; do :; done") for _ in range(4)]
        time.sleep(20)
        for job in busy:
            job.signal(9)
        assert source_of(g, "pps-gpio-poll.-1") == pps
        found = attributes(g)
        assert found["late"] <= found["missed"] + 1
    with chip(g), poller(g):
        wait_captured(g, 3)


@test(long=True)
def stands_beside_the_kernels_own(g):
    """pps-gpio by interrupts on gpio-sim, this module on its chip: two sources at once."""
    if "gpio-sim" not in modules.modules_for(modules.kernel_of(g)):
        raise Skip("no gpio-sim for this kernel")
    with sim_chip(g) as lines, chip(g), poller(g) as pps:
        modules.load(g, "ppsgpio", chip="simchip", line=1)
        modules.load(g, "pps-gpio")
        try:
            own = source_of(g, "pps-gpio.-1")
            pull = lines + "/sim_gpio1/pull"
            for n in range(3):
                g.run("echo pull-up > %s; echo pull-down > %s" % (pull, pull), check=True)
                assert stamp(g, own)[1] == n + 1
            wait_captured(g, 3)
            assert pps != own
        finally:
            modules.unload(g, "pps-gpio", check=False)
            modules.unload(g, "ppsgpio", check=False)


@test(long=True)
def builds_for_the_newest_kernel(g):
    kernel = images.Kernel("sid")		# Unfetched: counted as skipped
    assert os.path.exists(modules.modules_for(kernel)["pps-gpio-poll"])


@test(long=True)
def builds_as_its_readme_says(g):
    """make -C kernel/pps-gpio-poll KDIR=..., in a copy: nothing is written into the clone."""
    source = os.path.join(images.ROOT, "kernel/pps-gpio-poll")
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run(["cp", "-r", source + "/.", directory], check=True)
        subprocess.run(["make", "-s", "-C", directory, "CC=" + modules.compiler(),
                        "KDIR=" + modules.headers(modules.kernel_of(g))], check=True,
                       stdout=subprocess.DEVNULL)
        with open(os.path.join(directory, "pps-gpio-poll.ko"), "rb") as f:
            g.put("/tmp/built.ko", f.read())
        with chip(g):
            g.run("insmod /tmp/built.ko chip=fakegpio line=0 && rmmod pps_gpio_poll", check=True)
