# SPDX-License-Identifier: GPL-2.0-or-later
"""From a bare machine to a time server by one command, and back, in the full guest."""

import contextlib
import re
import signal

from daemons import SENTENCES
from garmin18 import NMEA23
from newcomer import (difference, expect_nothing_left, expect_same, killer, manifest, setup, undo,
                      wait_chrony, wait_link, wait_ntpsec)
from testbed import test
from timeserver import link


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
    # Debian's chrony.conf lets nobody ask
    assert ("answers no other machine yet" in r.out) == ("chrony" in words), r
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


# ---- a profile in force ----

PROFILE = "/etc/apparmor.d/usr.sbin.ntpd"
# of the profile as the kernel has it
LOADED = "cat /sys/kernel/security/apparmor/policy/profiles/*ntpd*/sha1"


@test(guest="full", fresh=True, long=True)
def newcomer_profile_is_put_back(g):
    """What AppArmor allows ntpd is what its files say: behind setup, and behind --undo."""
    g.run("apparmor_parser -r " + PROFILE, check=True, timeout=60)
    try:
        shipped, before = g.run(LOADED, check=True).out, manifest(g)
        setup(g, "/dev/ttyS1 --daemon ntpsec --yes --wait 0")
        assert "/dev/ttyS1" in g.run("cat /etc/apparmor.d/tunables/ntpd", check=True).out
        assert g.run(LOADED, check=True).out not in ("", shipped)
        undo(g, before)
        assert g.run(LOADED, check=True).out == shipped
    finally:
        g.run("apparmor_parser -R " + PROFILE, timeout=60)


# ---- broken off ----

SERVICES = "chrony ntpsec gpsd.service gpsd.socket gpsppsctl@ttyS1 gpsppsctl-feed@ttyS1"


def running(g):
    """Each of them, and whether it runs."""
    return g.run("for s in %s; do echo $s $(systemctl is-active $s); done" % SERVICES, quiet=True).out


@contextlib.contextmanager
def read_only_etc(g):
    g.run("mount --bind /etc /etc && mount -o remount,bind,ro /etc", check=True)
    try:
        yield
    finally:
        g.run("umount /etc", check=True)


@contextlib.contextmanager
def full_etc(g):
    """No byte more can be written below it."""
    g.run("mount -t tmpfs -o size=16m none /mnt && cp -a /etc/. /mnt/ && mount --bind /mnt /etc", check=True)
    g.run("dd if=/dev/zero of=/etc/.filler bs=4k")
    try:
        yield
    finally:
        g.run("umount /etc; umount /mnt", check=True)


@test(guest="full", fresh=True, long=True)
def newcomer_cannot_write(g):
    """One line says what and why; nothing is left, and what ran goes on."""
    g.run("systemctl start chrony", check=True)
    for place, why in (read_only_etc, "Read-only file system"), (full_etc, "No space left on device"):
        with place(g):
            before, ran = manifest(g), running(g)
            assert "chrony active" in ran, ran
            r = setup(g, WORDS, code=2)
            assert [line for line in r.err.splitlines() if "hint:" not in line] == [
                "gpsppsctl: /etc/gpsppsctl.conf: cannot be changed: " + why], r
            assert "all is as it was before" in r.err, r
            expect_same(before, manifest(g))
            expect_nothing_left(g)
            assert running(g) == ran, running(g)


@test(guest="full", fresh=True, long=True)
def newcomer_has_no_patience(g):
    """No fix, no pulse: Ctrl-C ends the waiting, and what was set up stays, to be undone."""
    before = manifest(g)
    receiver = g.ports["isa1"].receiver
    receiver.fix = None
    receiver.power_cycle()
    job = g.start("exec gpsppsctl setup /dev/ttyS1 --daemon chrony --yes")
    started = ("chrony active", "gpsppsctl@ttyS1 active", "gpsppsctl-feed@ttyS1 active")
    g.wait_until(lambda: job.done or all(one in running(g) for one in started), 120, "not started")
    g.run("sleep 5")	# the last systemctl has ended
    assert not job.done, job.result()
    job.signal(signal.SIGINT)
    r = job.wait(60)
    assert r.rc == 1, r
    assert "gpsppsctl: setup: interrupted: all is written and started, and not verified" in r.err, r
    r = g.run("gpsppsctl setup --dry-run --daemon ntpsec", timeout=120)
    assert re.search(r"chronyd\[\d+\] runs as well, and two would set the clock", r.out), r
    undo(g, before)


# ---- gpsd has the port ----

@test(guest="full", fresh=True, long=True)
def newcomer_whose_gpsd_has_the_port(g):
    """Started by hand it is in no file that setup could change: refused, and left to who started it."""
    g.run("gpsd -n /dev/ttyS1", check=True)
    g.wait_until(lambda: "gpsd" in g.run("gpsppsctl list -n -o HELD-BY ttyS1", quiet=True).out, 30,
                 "gpsd does not open the port")
    before = manifest(g)
    r = setup(g, "--daemon chrony --yes", code=2)
    assert "/dev/ttyS1: gpsd[" in r.err and "--daemon gpsd+chrony" in r.err, r
    # who is not root sees no gpsd, and is told that he does not
    r = g.run("su -s /bin/sh nobody -c 'gpsppsctl setup --dry-run --daemon chrony ttyS1'", timeout=60)
    assert r.rc == 0 and "not measured: only root sees who has the port" in r.out, r
    expect_same(before, manifest(g))
    expect_nothing_left(g)


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


def place(name):
    """By what a card's port stays when it gets another number."""
    return "/dev/serial/by-path/pci-0000:00:%x.0-bar0" % (0x10 + int(name.removeprefix("pci")) - 1)


@test(guest="full", fresh=True, long=True, limit_s=900)
def newcomer_with_two_receivers(g):
    """The second card's boot is one with another card before them: each port is another ttyS."""
    names = ("pci2", "pci3")
    lay_down_drift(g)
    before = manifest(g)
    try:
        ttys = boot_with(g, *names)
        for name, tty in zip(names, ttys):
            g.ports[name].attach_receiver(type(g.ports["isa1"].receiver))
            assert link(g, place(name)).rpartition("/")[2] == tty[5:], (name, tty)
        # as before udev has read the rule
        g.run("rm /dev/serial/by-path/*", check=True)
        setup(g, ttys[0] + " --daemon ntpsec --yes")
        setup(g, ttys[1] + " --daemon ntpsec --yes --wait 0")
        wait_units(g, *ttys)
        table = g.run("cat /etc/gpsppsctl.conf", check=True).out
        assert all(re.search(r"^%d +%s " % (unit, place(name)), table, re.M)
                   for unit, name in enumerate(names)), table
        _, *shifted = boot_with(g, "pci1", *names)
        assert set(shifted) != set(ttys) and shifted[0] != ttys[0] and shifted[1] != ttys[1], (ttys, shifted)
        wait_units(g, *shifted)
        wait_ntpsec(g)
        for tty in shifted:
            expect_again(g, tty + " --daemon ntpsec --yes --wait 0")
        undo(g, before)
    finally:
        g.extra = []
