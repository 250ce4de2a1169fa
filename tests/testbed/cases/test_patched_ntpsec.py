# SPDX-License-Identifier: GPL-2.0-or-later
"""
NTPsec with patches/ntpsec: a pulse that comes after it, one that is renewed under it, and one
that the kernel does not take for itself.  Debian's own ntpd goes through the same before, and
ends without the pulse.
"""

import contextlib
import re

import patchedntp
from daemons import NTP_REST, NTPSEC, RMC_S, log, on_receiver, running, tally, wait_log, wait_tally
from testbed import test
from timeserver import holders, wait_links

CLOCK = "NMEA(0)"
CONF = "refclock nmea unit 0 mode 1 flag1 1 %s baud 38400 time2 %.3f minpoll 3 maxpoll 3\n"
POLL_S = 8
# The patched one looks once a poll
POLLS = 4
NOT_THERE = "PPS device open(/dev/gpspps0) failed: No such file or directory"
NOT_ALLOWED = "PPS device open(/dev/gpspps0) failed: Permission denied"
OPENED = "REFCLOCK: NMEA(0) PPS /dev/gpspps0 opened"
FLAG3_IGNORED = "kernel PLL (hardpps, RFC 1589) not implemented, flag3 ignored"


@contextlib.contextmanager
def ntpd(g, options=""):
    # a step of the clock would make it begin anew
    g.sync_clock(within_ns=5000000)
    with running(g, "ntpsec", NTPSEC, CONF % (options, RMC_S) + NTP_REST):
        wait_log(g, "ntpd", "INIT: MRU")
        yield


@contextlib.contextmanager
def attached(g, port):
    g.run("gpsppsctl attach --daemon --unit 0 " + port.tty, check=True)
    try:
        assert wait_links(g, port.tty) == "pps0"
        yield
    finally:
        g.run("gpsppsctl detach " + port.tty, check=True)


@contextlib.contextmanager
def ntpd_first(g, port):
    """
    With a port that has its link, as by somebody's own rule, and a pulse that has none.  The
    port is open until ntpd has it: the emulated cable keeps what is sent to a closed one, and
    ntpd would set the clock by that.
    """
    g.run("ln -sfn %s /dev/gps0; chmod 666 %s; stty -F %s 38400 clocal" %
          (port.tty[5:], port.tty, port.tty), check=True)
    reader = g.start("exec sleep 3600 <" + port.tty)
    g.wait_until(lambda: holders(g, port.tty[5:]), 10, "the port is not open")
    assert g.run("test -e /dev/gpspps0").rc
    with ntpd(g):
        reader.signal(9)
        reader.wait()
        yield


# ---- what is expected of ntpd ----

def polls(g):
    out = g.run("ntpq -4 -c 'cv &1 poll' 127.0.0.1", quiet=True).out
    said = re.search(r"poll=(\d+)", out)
    return int(said[1]) if said else 0


def has_pulse(g):
    """It has the device that is there now, not a deleted one."""
    return g.run("ls -l /proc/$(pidof -s ntpd)/fd | grep -q '/dev/pps0$'", quiet=True).rc == 0


def expect_no_pulse(g):
    wait_tally(g, CLOCK, "*")
    end = polls(g) + POLLS
    g.wait_until(lambda: polls(g) >= end, 2 * POLLS * POLL_S, "ntpd does not poll", interval=2)
    assert tally(g, CLOCK) == "*" and not has_pulse(g)


def expect_pulse(g):
    g.wait_until(lambda: has_pulse(g), POLLS * POLL_S, "ntpd has not the pulse's device")
    wait_tally(g, CLOCK, "o", timeout=90)


def logged(g, text):
    return log(g, "ntpd").count(text)


# ---- what it goes through ----

def late(g, port, expect):
    """ntpd is there before the pulse."""
    with ntpd_first(g, port):
        wait_log(g, "ntpd", "PPS device open(/dev/gpspps0) failed")
        wait_log(g, "ntpd", "flag1 1 but PPSAPI fails")
        with attached(g, port):
            expect(g)


def renewed(g, port, expect):
    """The port stays, and its source is another one of the same number."""
    with contextlib.ExitStack() as stack:
        with attached(g, port):
            stack.enter_context(ntpd(g))
            expect_pulse(g)
        pid = g.run("pidof -s ntpd").out
        wait_tally(g, CLOCK, "*")
        with attached(g, port):
            expect(g)
            assert g.run("pidof -s ntpd").out == pid


def without_hardpps(g, port, expect):
    """flag3 on Debian's kernel, which has no CONFIG_NTP_PPS."""
    with attached(g, port), ntpd(g, "flag3 1"):
        wait_log(g, "ntpd", "kernel PLL (hardpps, RFC 1589) not implemented")
        expect(g)
        assert logged(g, "hardpps") == 1


def refused(g, port):
    """Its user may not open the pulse: it says so, once, and has it when that is mended."""
    with ntpd_first(g, port):
        wait_log(g, "ntpd", NOT_THERE)
        with attached(g, port):
            wait_log(g, "ntpd", NOT_ALLOWED, timeout=3 * POLL_S)
            end = polls(g) + 3
            g.wait_until(lambda: polls(g) >= end, 60, "ntpd does not poll", interval=2)
            assert logged(g, NOT_THERE) == logged(g, NOT_ALLOWED) == 1
            g.run("chmod 666 /dev/pps0", check=True)
            wait_log(g, "ntpd", OPENED, timeout=3 * POLL_S)
            assert has_pulse(g)


SCENES = late, renewed, without_hardpps


@test(guest="full", fresh=True, long=True, limit_s=1200)
def takes_the_pulse_when_it_comes(g):
    with on_receiver(g) as port:
        for scene in SCENES:
            scene(g, port, expect_no_pulse)
        patchedntp.install(g, port)
        refused(g, port)
        patchedntp.allow(g)
        for scene in SCENES:
            scene(g, port, expect_pulse)
        assert logged(g, FLAG3_IGNORED) == 1
