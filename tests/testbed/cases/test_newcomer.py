# SPDX-License-Identifier: GPL-2.0-or-later
"""From a bare machine to a time server by one command, and back, in the full guest."""

import re

from daemons import SENTENCES
from garmin18 import NMEA23
from newcomer import (difference, expect_same, killer, manifest, setup, undo, wait_chrony,
                      wait_link, wait_ntpsec)
from testbed import test


# ---- one receiver ----

def lay_down_drift(g):
    """Without a known frequency ntpd measures it first, and is not synchronised for minutes."""
    g.run("mkdir -p /var/lib/ntpsec; echo 0.000 > /var/lib/ntpsec/ntp.drift; "
          "chown -R ntpsec:ntpsec /var/lib/ntpsec", check=True)


def expect_again(g, words):
    """The second time there is nothing to do."""
    before = manifest(g)
    r = setup(g, words)
    assert "nothing to change" in r.out and "\n+++ " not in r.out, r
    expect_same(before, manifest(g))


def newcomer(g, words, wait):
    """Set up, started anew, and undone; nobody tells the command where the receiver is."""
    before = manifest(g)
    r = setup(g, words + " --yes")
    assert "\n+++ /etc/gpsppsctl.conf\n" in r.out, r
    wait(g)
    g.reboot()
    wait(g)
    expect_again(g, words + " --yes")
    undo(g, before)


@test(guest="full", fresh=True, long=True)
def newcomer_with_chrony(g):
    newcomer(g, "--daemon chrony", wait_chrony)


@test(guest="full", fresh=True, long=True)
def newcomer_with_ntpsec(g):
    lay_down_drift(g)
    newcomer(g, "--daemon ntpsec", wait_ntpsec)


@test(guest="full", fresh=True, long=True)
def newcomer_with_gpsd_and_chrony(g):
    receiver = g.ports["isa1"].receiver
    # gpsd 3.22 passes no pulse on while RMC has no mode field
    receiver.stored.sentences = set(SENTENCES)
    receiver.stored.pgrmc1[NMEA23] = "2"
    newcomer(g, "--daemon gpsd+chrony", wait_chrony)


# ---- somebody's own configuration ----

@test(guest="full", fresh=True, long=True)
def newcomer_keeps_what_was_edited(g):
    """What has a place of its own goes there; else the lines are printed, and the answer is no."""
    edited = ("/etc/ntpsec/ntp.conf", "/etc/default/gpsd")
    g.run("for f in %s; do echo '# my own' >> $f; done" % " ".join(edited), check=True)
    before = manifest(g)
    r = setup(g, "--daemon gpsd+ntpsec --yes --wait 0", code=1)
    assert "/etc/default/gpsd was edited by hand" in r.out, r
    assert re.search(r'DEVICES="/dev/ttyS1', r.out), r
    after = manifest(g)
    assert all(after[path] == before[path] for path in edited), difference(before, after)
    assert "refclock shm unit 0" in g.run("cat /etc/ntpsec/ntp.d/gpsppsctl.conf", check=True).out
    undo(g, before)


# ---- killed ----

WORDS = "/dev/ttyS1 --daemon chrony --yes --wait 0"


def some(n, count):
    """So many of 1 to n, the first and the last among them."""
    return sorted({1 + round(i * (n - 1) / (count - 1)) for i in range(count)})


@test(guest="full", fresh=True, long=True, limit_s=1800)
def newcomer_killed_at_its_changes(g):
    """tests/tree/test_setup_killed.py does it at each of them, in an image; here systemd runs."""
    before = manifest(g)
    with killer(g) as killed:
        r, calls = killed(WORDS, 0)
        assert r.rc == 0, r
        wanted = manifest(g)
        undo(g, before)
        for k in some(len(calls), 6):
            r, calls = killed(WORDS, k)
            assert r.rc != 0 and len(calls) == k, (k, r, calls)
            undo(g, before)
        for k in some(len(calls), 3):
            r, calls = killed(WORDS, k)
            assert r.rc != 0 and len(calls) == k, (k, r, calls)
            g.reboot()
            setup(g, WORDS)
            expect_same(wanted, manifest(g))
            undo(g, before)


# ---- two receivers ----

def card(name):
    """A serial card that is there at boot."""
    number = int(name.removeprefix("pci"))
    return ["-device", "pci-serial,id=%s,chardev=%s,addr=%#x" % (name, name, 0x10 + number - 1)]


def boot_with(g, *names):
    g.extra = sum((card(name) for name in names), [])
    g.reboot()
    for name in names:
        g.ports[name]._find_tty()
    return [g.ports[name].tty for name in names]


def wait_units(g, *ttys):
    for unit, tty in enumerate(ttys):
        wait_link(g, unit, tty[5:])


@test(guest="full", fresh=True, long=True, limit_s=900)
def newcomer_with_two_receivers(g):
    lay_down_drift(g)
    before = manifest(g)
    try:
        first, second = boot_with(g, "pci2", "pci3")
        for name in ("pci2", "pci3"):
            g.ports[name].attach_receiver(type(g.ports["isa1"].receiver))
        for tty in (first, second):
            setup(g, tty + " --daemon ntpsec --yes")
        wait_units(g, first, second)
        g.reboot()
        wait_units(g, first, second)
        wait_ntpsec(g)
        undo(g, before)
    finally:
        g.extra = []
