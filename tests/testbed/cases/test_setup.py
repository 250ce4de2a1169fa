# SPDX-License-Identifier: GPL-2.0-or-later
"""setup on real UARTs: the receiver is found and measured, and a dry run leaves all as it was."""

import contextlib
import re

from garmin18 import Garmin18LVC
from testbed import test
from verdict import attached


@contextlib.contextmanager
def chrony(g):
    """
    A daemon that is installed, as far as a guest without packages can have one.  Nor has it an
    init that setup knows: what starts the holder is left to the reader, so the answer is 1.
    """
    g.run("touch /usr/sbin/chronyd; chmod 755 /usr/sbin/chronyd; mkdir -p /etc/chrony; "
          "echo 'rtcsync' > /etc/chrony/chrony.conf", check=True)
    try:
        yield
    finally:
        g.run("rm -rf /usr/sbin/chronyd /etc/chrony", check=True)


def settings(g, port):
    return g.run("stty -g -F " + port.tty, check=True).out


@contextlib.contextmanager
def unchanged(g, *ports):
    """No record, table, link or source of pulses is there behind the block; the ports are as before."""
    before = [settings(g, port) for port in ports]
    yield
    assert [settings(g, port) for port in ports] == before
    assert g.run("ls /sys/class/pps", quiet=True).out == ""
    assert g.run("ls -d /dev/gps* /dev/gpspps* 2>/dev/null", quiet=True).out == ""
    assert g.run("ls /run/gpsppsctl/*.sock 2>/dev/null", quiet=True).out == ""
    assert g.run("ls -d /etc/gpsppsctl.conf /var/lib/gpsppsctl 2>/dev/null", quiet=True).out == ""


def expect_measured(r, port, baud):
    """What was found of a Garmin with a pulse of 100 ms whose sentences begin behind 220 ms."""
    assert re.search(r"^%s +%d baud \(heard\), the receiver has a fix" % (port.tty, baud), r.out,
                     re.M), r
    found = re.search(r"^pulse +begins with the assert edge, (\d+) ms wide; "
                      r"its sentence ends (\d\.\d+) s after it$", r.out, re.M)
    assert found, r
    assert 60 <= int(found[1]) <= 140, r
    assert 0.22 <= float(found[2]) <= 0.75, r


@test()
def receiver_is_found_among_ports(g):
    """At a speed that is not the usual one, among ports with nothing; all is given back."""
    port = g.ports["isa1"]
    port.attach_receiver(Garmin18LVC, boot_s=0.1, baud=19200)
    with chrony(g), unchanged(g, *(g.ports[name] for name in ("isa1", "isa2", "isa3"))):
        r = g.run("gpsppsctl setup --dry-run --yes", timeout=120)
        assert r.rc == 1 and r.err == "", r
        expect_measured(r, port, 19200)
        assert re.search(r"^unit +0: /dev/gps0 and /dev/gpspps0$", r.out, re.M), r
        assert re.search(r"^\+0 +/dev/ttyS1 +baud=19200", r.out, re.M), r


@test()
def dry_run_opens_no_port(g):
    """Without --yes a port that nobody has is not opened: no register is written."""
    port = g.ports["isa1"]
    with chrony(g), unchanged(g, port):
        with g.trace_serial() as events:
            r = g.run("gpsppsctl setup --dry-run " + port.tty, timeout=60)
            other = g.run("gpsppsctl setup --dry-run", timeout=60)
        assert events == [], events
    assert r.rc == 1 and "not measured" in r.out and "4800 baud is assumed" in r.out, r
    assert other.rc == 2 and "--dry-run opens none" in other.err, other


@test()
def port_by_its_path(g):
    """A link is written whole, or the number is where the table has no room for it."""
    port = g.ports["isa1"]
    for length, named in (100, True), (120, False):
        link = "/dev/serial/by-path/" + ("usb" + "x" * length)[:length]
        with chrony(g), unchanged(g, port):
            g.run("mkdir -p /dev/serial/by-path; ln -s ../../ttyS1 " + link, check=True)
            try:
                r = g.run("gpsppsctl setup --dry-run " + port.tty, timeout=60)
            finally:
                g.run("rm -r /dev/serial", check=True)
        assert re.search(r"^\+0 +%s +baud" % (link if named else port.tty), r.out, re.M), r


@test()
def which_of_two_receivers(g):
    """Two are heard: both are named, neither is taken."""
    other = g.ports["isa2"]
    other.attach_receiver(Garmin18LVC, boot_s=0.1)
    with chrony(g), unchanged(g, g.ports["isa1"], other):
        r = g.run("gpsppsctl setup --dry-run --yes", timeout=120)
    assert r.rc == 2, r
    assert "more than one receiver is heard: /dev/ttyS1, /dev/ttyS2" in r.err, r
    assert "gpsppsctl setup ttyS1" in r.err, r


@test()
def held_port_is_not_disturbed(g):
    """Somebody holds it: found by that, measured beside him, and his afterwards."""
    port = g.ports["isa1"]
    with chrony(g), attached(g, port.tty):
        was = settings(g, port)
        r = g.run("gpsppsctl setup --dry-run", timeout=120)
        assert r.rc == 1 and "not measured" not in r.out, r
        assert re.search(r"^/dev/ttyS1 +4800 baud", r.out, re.M), r
        assert settings(g, port) == was
        assert "ttyS1" in g.run("cat /sys/class/pps/pps0/path", check=True).out


@test()
def port_is_being_attached(g):
    """As by its service, when setup is run right behind the boot: it is waited for."""
    port = g.ports["isa1"]
    with chrony(g):
        g.start("exec gpsppsctl attach " + port.tty)
        g.wait_until(lambda: g.run("ls /run/gpsppsctl/ttyS1.sock", quiet=True).rc == 0, 20, "no attach")
        try:
            r = g.run("gpsppsctl setup --dry-run " + port.tty, timeout=60)
            assert r.rc == 1 and r.err == "" and "begins with the assert edge" in r.out, r
        finally:
            g.run("gpsppsctl detach " + port.tty, timeout=30)


@test()
def nobody_to_ask(g):
    """Without a terminal and --yes nothing begins: no port is opened."""
    port = g.ports["isa1"]
    with chrony(g), unchanged(g, port), g.trace_serial() as events:
        r = g.run("gpsppsctl setup " + port.tty, timeout=60)
    assert r.rc == 2 and "there is no terminal to ask on" in r.err and "--yes" in r.err, r
    assert events == [], events


@test()
def no_daemon_is_there(g):
    """Said before any port is opened, with the command that mends it."""
    port = g.ports["isa1"]
    for words, text in (("", "no daemon that sets the clock is installed"),
                        (port.tty, "no daemon that sets the clock is installed"),
                        ("--daemon ntp", "ntp is not installed"),
                        ("--daemon chrony " + port.tty, "chrony is not installed")):
        with unchanged(g, port), g.trace_serial() as events:
            r = g.run("gpsppsctl setup --yes " + words, timeout=60)
        assert r.rc == 2 and "gpsppsctl: setup: %s\n" % text in r.err and "install" in r.err, r
        assert events == [], events
