# SPDX-License-Identifier: GPL-2.0-or-later
"""
feed without the kernel's line discipline: a pulse on CTS, at a USB adapter, on a GPIO line;
and compared with the kernel's stamps.
"""

import contextlib
import json
import os
import re
import sys

from daemons import BAUD, CHRONY, on_receiver, running, wait_chrony
from feeding import READY, expect_right_clock, feed, objects, segments, set_clock
from guesttool import put_tool
from testbed import test
from verdict import attached

sys.path.append(os.path.dirname(os.path.abspath(__file__)))
from test_gpio import chips, simulate  # noqa: E402
from test_source import pull_of  # noqa: E402

S = 10 ** 9
# QEMU's edges are up to 10 ms late on a busy host, and a program's wake-up is
LOOSE = "--gate 0 --ppm 50000 "
MS = 10 ** 6
ROOM_NS = 50 * MS
ENOUGH = 4
# A pulse that comes so late must be put right: far more than the guest's clock may be off
LATE_MS = 100


def pulses(job):
    return [o for o in objects(job, "sample") if o["kind"] == "pulse"]


def wait_fed(g, job, count=ENOUGH, timeout=60):
    """COUNT pulses more than before; the samples of pulses since then."""
    before = len(pulses(job))
    g.wait_until(lambda: len(pulses(job)) >= before + count or job.done, timeout,
                 lambda: "no %d pulses are fed: %s" % (count, objects(job, "state")))
    assert not job.done, job.result()
    return pulses(job)[before:]


def right_seconds(samples, room_ns=ROOM_NS):
    """
    Each pulse is at a second of the guest's clock, or of the host's, which is the same: so
    the sample's true time is the second that is nearest to its stamp.
    """
    for s in samples:
        assert s["numbered"] and s["true"] == round(s["true"]), s
        assert abs(s["offset_ns"]) < room_ns, s
    assert len({s["true"] for s in samples}) == len(samples), samples


# ---- USB ----

class Adapter:
    """Made in user space, with a receiver; the driver is the kernel's."""

    tty = "/dev/ttyUSB0"
    job = None

    def __init__(self, g, kind, line):
        self.g, self.words = g, "GPS0001 %s %s" % (kind, line)

    def plug(self):
        self.job = self.g.start("exec %s %s" % (put_tool(self.g, "adapter"), self.words))
        self.g.wait_until(lambda: self.g.run("test -c " + self.tty, quiet=True).rc == 0 or self.job.done,
                          20, self.tty + " does not appear")
        assert not self.job.done, self.job.result()

    def unplug(self):
        self.job.signal(9)
        self.job.wait(10)


@contextlib.contextmanager
def adapter(g, kind, line):
    driver = {"ftdi": "ftdi_sio"}.get(kind, kind)
    g.run("modprobe -a vhci-hcd " + driver, check=True)
    usb = Adapter(g, kind, line)
    usb.plug()
    try:
        yield usb
    finally:
        usb.unplug()
        g.wait_until(lambda: g.run("rmmod " + driver, quiet=True).rc == 0, 20, driver + " stays")


def fed_by_adapter(g, usb, words, stamps):
    with feed(g, "--json --shm 10 %s %s" % (LOOSE, words), ready="") as job:
        right_seconds(wait_fed(g, job))
        seen = segments(g, 10, 11)
        assert seen[10].valid and seen[11].valid and abs(seen[11].offset_ns) < ROOM_NS, seen
        job.signal(10)
        g.wait_until(lambda: objects(job, "status"), 10, "no status")
        assert objects(job, "status")[0]["pulse"] == stamps, objects(job, "status")


@test()
def feed_follows_usb_adapter(g):
    """FTDI's driver hears of CTS.  Pulled out and put in again: a service goes on by itself."""
    with adapter(g, "ftdi", "cts") as usb:
        words = "--line cts " + usb.tty
        service = start_service(g, words)
        right_seconds(wait_fed(g, service))
        seen = segments(g, 10, 11)
        assert seen[10].valid and seen[11].valid and abs(seen[11].offset_ns) < ROOM_NS, seen
        usb.unplug()
        g.wait_until(lambda: any("went away" in o["text"] for o in objects(service, "message")), 20,
                     "it does not say that the port went away")
        usb.plug()
        right_seconds(wait_fed(g, service))
        service.signal(15)
        r = service.wait(20)
        assert r.rc == 0 and objects(service, "summary")[0]["pulse"] == "ttyUSB0:cts", r


def start_service(g, words):
    return g.start("NOTIFY_SOCKET=/nonexistent exec gpsppsctl feed --json --shm 10 %s %s" %
                   (LOOSE, words))


@test(long=True)
def feed_ends_when_usb_adapter_stays_away(g):
    with adapter(g, "ftdi", "cts") as usb:
        job = g.start("exec gpsppsctl feed --json --shm 10 %s --line cts %s" % (LOOSE, usb.tty))
        wait_fed(g, job, 1)
        usb.unplug()
        r = job.wait(60)
        assert r.rc == 3 and "/dev/ttyUSB0: it has been away for 10 s" in r.err, r
        usb.plug()


@test(long=True)
def feed_from_usb_adapters_by_the_kernel(g):
    """DCD, of which their drivers tell the line discipline: the port attaches itself."""
    for kind in ("ftdi", "pl2303"):
        with adapter(g, kind, "dcd") as usb:
            fed_by_adapter(g, usb, usb.tty, "pps0")


# ---- GPIO ----

@contextlib.contextmanager
def pulsing(g, pull):
    job = g.start("exec %s %s 1000" % (put_tool(g, "pulse_line"), pull))
    try:
        yield job
    finally:
        job.signal(15)
        job.wait(20)


def fed_by_line(g, words):
    """Seconds by a port's sentences, pulses by a line: those that were made, and their seconds."""
    with chips(g):
        simulate(g, ["pulse"])
        pull = pull_of(g)
        chip = pull.split("/")[5]
        with pulsing(g, pull) as made, feed(g, "--json --shm 10 " + words(chip), ready="") as job:
            samples = wait_fed(g, job)
            job.signal(10)
            g.wait_until(lambda: objects(job, "status"), 10, "no status")
        written = [tuple(map(int, line.split())) for line in made.output().splitlines()]
        right_seconds(samples)
        assert objects(job, "status")[0]["pulse"] == chip + ":0", objects(job, "status")
        # the kernel's stamp; a float has 0.2 us here
        for s in samples:
            assert any(a - MS < s["stamp"] * S < b + MS for a, b in written), (s, written)


@test(long=True)
def feed_from_gpio_line(g):
    port = g.ports["isa1"]
    port.receiver.pulse_enabled = False
    fed_by_line(g, lambda chip: "--pulse %s:0 %s" % (chip, port.tty))


@test()
def feed_from_gpio_line_of_the_table(g):
    port = g.ports["isa1"]
    port.receiver.pulse_enabled = False

    def words(chip):
        g.put("/etc/gpsppsctl.conf", "3 %s pulse=%s:0\n" % (port.tty, chip))
        return port.tty
    try:
        fed_by_line(g, words)
    finally:
        g.run("rm -f /etc/gpsppsctl.conf")


# ---- a line that is late ----

@contextlib.contextmanager
def late_cts(g):
    """isa1: a receiver whose pulse is on CTS alone and late; isa2: the pulse itself, held."""
    with on_receiver(g) as port:
        # the sentences are over before the next pulse, and begin after this one
        port.receiver.pulse_enabled = False
        port.receiver.delay_ms = 2 * LATE_MS
        port.pulse(line="cts", width_ms=100, phase_ms=LATE_MS)
        other = g.ports["isa2"]
        other.pulse(width_ms=100)
        with attached(g, other.tty, "--unit 1"):
            yield port, other


@test(guest="full")
def feed_from_calibrated_cts_to_chrony(g):
    """
    A pulse that is 100 ms late: with the lines that --calibrate prints chronyd takes it, and
    the clock is right.
    """
    with late_cts(g) as (port, other):
        words = "%s --baud %d --line cts --sock auto %s" % (LOOSE, BAUD, port.tty)
        r = g.run("gpsppsctl feed --json --count 8 --calibrate %s %s" % (other.tty, words),
                  timeout=120, check=True)
        lines = json.loads(r.out)["lines"]["chrony"]
        assert re.search(r"^refclock SOCK /run/chrony.ttyS1.sock refid PPS .* offset 0\.(09|10)", lines), lines
        with feed(g, words, ready=READY):
            set_clock(g, 1.7)
            quick = lines.rstrip("\n") + " poll 2\nmakestep 0.01 10\n"
            with running(g, "chrony", CHRONY, quick):
                wait_chrony(g, "PPS", timeout=90)
                expect_right_clock(g)
