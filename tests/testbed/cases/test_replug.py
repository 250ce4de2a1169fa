# SPDX-License-Identifier: GPL-2.0-or-later
"""
A port that goes away and comes back, by each kind of bus and driver: the holder
ends at once and lets go of it, so that it comes back under its own name.
"""

import contextlib

from garmin18 import Garmin18LVC
from guesttool import put_tool
from testbed import test

class Replugged:
    """What is pulled out and put in again; its pulses tick where `ticks`."""

    ticks = True

    def __init__(self, g):
        self.g = g

    def exists(self):
        return self.g.run("test -c " + self.tty, quiet=True).rc == 0

    def await_tty(self):
        self.g.wait_until(self.exists, 20, self.tty + " does not appear")


class UsbOverIp(Replugged):
    """A PL2303 in user space, by the kernel's own driver."""

    tty = "/dev/ttyUSB0"
    job = None

    def prepare(self):
        self.g.run("modprobe -a vhci-hcd pl2303", check=True)

    def plug(self):
        self.job = self.g.start("exec " + put_tool(self.g, "adapter") + " GPS0001")

    def unplug(self):
        self.job.signal(9)
        self.job.wait(10)

    def clean(self):
        self.g.run("rmmod pl2303")


class Ftdi(Replugged):
    tty = "/dev/ttyUSB0"

    def prepare(self):
        self.port = self.g.ports["pci14"]
        self.g.run("modprobe -a xhci_pci ftdi_sio", check=True)
        self.g.qmp("device_add", driver="qemu-xhci", id="xhci2", addr="0x06")

    def plug(self):
        self.g.qmp("device_add", driver="usb-serial", id="ftdi2", bus="xhci2.0",
                   chardev=self.port.name)
        # QEMU tells of the lines only along with data: a full line, and a wide pulse
        self.port.attach_receiver(Garmin18LVC, boot_s=0.1, pulse_width_ms=400)

    def unplug(self):
        mark = self.g.qmp_mark()
        self.g.qmp("device_del", id="ftdi2")
        self.g.qmp_event("DEVICE_DELETED", 20, mark, device="ftdi2")

    def clean(self):
        self.port.detach_receiver()
        self.g.qmp("device_del", id="xhci2")
        self.g.run("rmmod ftdi_sio")


class Gadget(Replugged):
    """Another computer as a receiver.  Its pulse is hidden by 6.1's cdc-acm."""

    tty = "/dev/ttyACM0"
    ticks = False

    def prepare(self):
        self.g.run("modprobe -a dummy_hcd usb_f_acm cdc-acm", check=True)

    def plug(self):
        self.g.run("modprobe g_serial", check=True)

    def unplug(self):
        self.g.run("rmmod g_serial", check=True)

    def clean(self):
        self.g.run("rmmod dummy_hcd")


class Card(Replugged):
    def prepare(self):
        self.port = self.g.ports["pci3"]

    def plug(self):
        self.port.plug()
        self.tty = self.port.tty
        self.port.pulse(width_ms=100)

    def unplug(self):
        self.port.unplug()

    def exists(self):
        return "0" != self.g.run("cat /sys/class/tty/%s/type" % self.tty[5:], quiet=True).out.strip()

    def clean(self):
        self.port.reset_lines()


class Unbound(Card):
    """The card stays; its driver leaves it and comes again."""

    def prepare(self):
        super().prepare()
        super().plug()
        self.driver("unbind")

    def driver(self, verb):
        self.g.run("echo %s > /sys/bus/pci/drivers/serial/%s" % (self.port.address, verb),
                   check=True)

    def plug(self):
        self.driver("bind")

    def unplug(self):
        self.driver("unbind")

    def clean(self):
        super().clean()
        self.driver("bind")
        self.port.unplug()


def links(g):
    return g.run("cd /dev && ls -d gps[0-9]* gpspps[0-9]* 2>/dev/null; true", quiet=True).out.split()


def asserts(g):
    return int(g.run("cat /dev/null /sys/class/pps/pps0/assert", quiet=True).out.split("#")[1])


def hold(g, device):
    """attach, until it holds; its job."""
    device.await_tty()
    job = g.start("NOTIFY_SOCKET=/nonexistent exec gpsppsctl attach --unit 9 " + device.tty)
    g.wait_until(lambda: "holding" in job.output() or job.done, 15, "attach does not hold")
    assert not job.done, job.result()
    assert links(g) == ["gps9", "gpspps9"]
    if device.ticks:
        begin = asserts(g)
        g.wait_until(lambda: asserts(g) >= begin + 2, 10, "no pulses at " + device.tty)
    return job


def pull_and_put(g, device):
    """Twice: what is left behind by the first time is in the way of the second."""
    device.plug()
    job = hold(g, device)
    for _ in range(2):
        device.unplug()
        r = job.wait(15)
        assert r.rc == 3, r
        assert r.err == "gpsppsctl: %s: the port went away (hang-up)\n" % device.tty, r
        assert not links(g) and g.run("ls /run/gpsppsctl/*.sock").rc
        device.plug()
        job = hold(g, device)
    job.signal(15)
    assert job.wait(15).rc == 0
    device.unplug()


@contextlib.contextmanager
def prepared(g, kind):
    device = kind(g)
    device.prepare()
    try:
        yield device
    finally:
        device.clean()


@test()
def a_card_comes_back(g):
    with prepared(g, Card) as device:
        pull_and_put(g, device)


@test()
def a_driver_comes_back(g):
    with prepared(g, Unbound) as device:
        pull_and_put(g, device)


@test()
def ftdi_comes_back(g):
    with prepared(g, Ftdi) as device:
        pull_and_put(g, device)


@test()
def pl2303_comes_back(g):
    with prepared(g, UsbOverIp) as device:
        pull_and_put(g, device)
        # the hazard is real: who sleeps on a dead port keeps its number
        device.plug()
        device.await_tty()
        g.run("ldattach pps " + device.tty, check=True)
        device.unplug()
        g.wait_until(lambda: not device.exists(), 10, "it stays")
        device.plug()
        g.wait_until(lambda: g.run("test -c /dev/ttyUSB1", quiet=True).rc == 0, 20,
                     "ldattach does no harm any more")
        device.unplug()
        g.run("pkill ldattach")


@test()
def cdc_acm_comes_back(g):
    with prepared(g, Gadget) as device:
        pull_and_put(g, device)
