# SPDX-License-Identifier: GPL-2.0-or-later
"""diag beside a real ntpd at work disturbs nothing, however often it is asked."""

import contextlib
import re
import time

from testbed import test
from timeserver import (NTP_CONF, restored, reload, wait_attached, wait_stratum_1,
                        write_ntp_conf, write_table)
from verdict import attached

# How many diags do not wait, and how many watch pulses: in every run, and in a long one
FEW = 60, 10
MANY = 1000, 20
SIDE_BY_SIDE = 10	# of those that watch
CLOCKSTATS = "/var/log/ntpsec/clockstats"
# mode 0x10000: ntpd's NMEA driver writes its own count of sentences at each poll
COUNTING_CONF = NTP_CONF.replace("mode 1 ", "mode 65537 ") + """\
statsdir /var/log/ntpsec/
filegen clockstats file clockstats type none enable
statistics clockstats
"""


def last_assert(g, pps):
    """Its second (of the guest's clock, rounded) and its number."""
    second, number = g.run("cat /sys/class/pps/%s/assert" % pps, quiet=True).out.split("#")
    return round(float(second)), int(number)


class Lost:
    """Pulses that a device has not stamped since this was made."""

    def __init__(self, g, pps):
        self.g, self.pps = g, pps
        self.second, self.number = last_assert(g, pps)

    def count(self):
        second, number = last_assert(self.g, self.pps)
        assert second - self.second > 10
        return (second - self.second) - (number - self.number)


@contextlib.contextmanager
def same_pulses(g):
    """The device of a port that no diag is asked about: a busy host loses pulses by itself."""
    port = g.ports["isa2"]
    port.pulse()
    with attached(g, port.tty, "--unit 5"):
        path = g.run("grep -l '^%s$' /sys/class/pps/*/path" % port.tty, check=True).out
        pps = path.split("/")[4]
        g.wait_until(lambda: last_assert(g, pps)[1] > 0, 5, "no pulses")
        yield pps


def settings(g, port, pps):
    return (g.run("stty -g -F " + port.tty, check=True, quiet=True).out,
            g.run("meddle capture /dev/" + pps, check=True, quiet=True).out)


def tallies(g):
    """What ntpd counted in each of its polls: total, accepted, rejected, malformed, ..."""
    out = g.run("cat " + CLOCKSTATS, quiet=True).out
    return [[int(n) for n in numbers.split()]
            for numbers in re.findall(r"\$GPRMC\S* +((?:\d+ ?){6})", out)]


def many_at_once(g, count):
    """How often each exit code came."""
    r = g.run("n=%d; while [ $n -gt 0 ]; do gpsppsctl diag --wait 0 >/dev/null 2>/run/diag.err; "
              "echo $?; n=$((n - 1)); done | sort | uniq -c; cat /run/diag.err" % count,
              timeout=60 + count)
    assert r.err == "", r
    return {int(code): int(n) for n, code in re.findall(r"(\d+) (\d+)\n", r.out)}


def some_that_wait(g, count):
    r = g.run("n=%d; while [ $n -gt 0 ]; do for i in $(seq %d); do "
              "(gpsppsctl diag >/run/diag.$i 2>&1; echo $?) & done; wait; n=$((n - %d)); done" %
              (count, SIDE_BY_SIDE, SIDE_BY_SIDE), timeout=120)
    codes = r.out.split()
    # ten that sample are much for the emulated processor: some pulses of theirs are late
    assert len(codes) == count and set(codes) <= {"0", "1"} and \
        codes.count("0") >= count / 2, "%s\n%s" % (r, g.run("cat /run/diag.*").out)


def ask(g, at_once, waiting):
    port = g.ports["isa1"]
    port.receiver.stored.sentences = {"GPRMC"}
    with restored(g):
        write_table(g, port.tty)
        write_ntp_conf(g)
        g.put("/etc/ntpsec/ntp.conf", COUNTING_CONF)
        g.run("rm -f " + CLOCKSTATS)
        reload(g)
        pps = wait_attached(g, port.tty)
        g.run("systemctl start ntpsec", check=True)
        wait_stratum_1(g)
        # a whole poll before and behind: of these ntpd saw every sentence
        time.sleep(9)
        was = settings(g, port, pps)
        assert was[1] == "1\n", "ntpd captures one edge: %s" % (was,)
        polls = len(tallies(g))
        assert polls, g.run("tail " + CLOCKSTATS).out
        with same_pulses(g) as other:
            lost, unavoidable = Lost(g, pps), Lost(g, other)
            with g.trace_serial() as writes:
                codes = many_at_once(g, at_once)
                some_that_wait(g, waiting)
            # no pulse is lost, none is stamped twice, but by the host and its rounding
            assert -2 <= lost.count() <= 2 * unavoidable.count() + 3, \
                (lost.count(), unavoidable.count())
        assert sum(codes.values()) == at_once and codes.get(1, 0) <= at_once / 50, codes
        assert settings(g, port, pps) == was
        assert writes == []
        time.sleep(9)
        counted = tallies(g)[polls:]
        total, _, rejected, malformed = [sum(column) for column in zip(*counted)][:4]
        # a poll is every 8 s, one sentence a second; what the host holds up comes twice a second
        assert abs(total - 8 * len(counted)) <= 4, counted
        assert malformed == 0 and rejected <= 2, counted
        wait_stratum_1(g, timeout=5)


@test(guest="full")
def diag_disturbs_neither_ntpd_nor_the_port(g):
    ask(g, *FEW)


@test(guest="full", limit_s=1200, long=True)
def diag_disturbs_nothing_however_often_it_is_asked(g):
    ask(g, *MANY)
