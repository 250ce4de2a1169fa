# SPDX-License-Identifier: GPL-2.0-or-later
"""feed --calibrate: pulses of two ports, one of them a known time later, and of the clock."""

import contextlib
import json

from guesttool import put_tool
from testbed import test
from verdict import attached

# QEMU's edges are mostly exact to 0.4 ms, and on a busy host some to 10 ms
LOOSE = "--gate 50000 --ppm 50000 "
LATER_MS = 100
NEAR_MS = 25
COUNT = 8
CALIBRATE = "gpsppsctl feed " + LOOSE + "--count %d --timeout 60 --calibrate " % COUNT


@contextlib.contextmanager
def two_pulses(g):
    """DCD of a port that is held, and LATER_MS after it CTS of one that nobody has."""
    held, idle = g.ports["isa2"], g.ports["isa3"]
    held.pulse(width_ms=100)
    idle.pulse(line="cts", width_ms=100, phase_ms=LATER_MS)
    with attached(g, held.tty, ""):
        yield held, idle


def calibrate(g, words):
    r = g.run(CALIBRATE + words, timeout=200)
    assert r.rc == 0 and r.err == "", r
    return r.out


def is_near(ms, expected):
    return abs(ms - expected) < NEAR_MS


@test()
def later_is_positive(g):
    """The one that is stamped later has the positive time1, whichever is named first."""
    with two_pulses(g) as (held, idle):
        cts = json.loads(calibrate(g, "%s --json --line cts %s" % (held.tty, idle.tty)))
        dcd = json.loads(calibrate(g, "%s:cts --json --unit 2 %s" % (idle.tty, held.tty)))
    for told, expected in ((cts, LATER_MS), (dcd, -LATER_MS)):
        assert told["version"] == 1 and told["type"] == "calibration" and told["n"] == COUNT, told
        for key in "median_ns", "offset_ns", "low_quarter_ns", "min_ns", "max_ns":
            assert is_near(told[key] / 1e6, expected), (key, told)
        assert told["min_ns"] <= told["median_ns"] <= told["max_ns"], told
    assert cts["source"] == idle.tty[5:] + ":cts" and cts["by"] == "miwait", cts
    assert cts["reference"] == dcd["source"] and dcd["source"].startswith("pps"), (cts, dcd)
    assert dcd["by"] == "pps" and dcd["reference"] == cts["source"], dcd
    time1 = "time1 %.9f " % (dcd["offset_ns"] / 1e9)
    assert "fudge 127.127.28.5 flag1 1 " + time1 in dcd["lines"]["ntp"], dcd
    assert time1 in dcd["lines"]["ntpsec"].splitlines()[-1], dcd


@test()
def for_people(g):
    with two_pulses(g) as (held, idle):
        out = calibrate(g, "%s --line cts --sock auto %s" % (held.tty, idle.tty)).splitlines()
    assert out[0].endswith(":cts (miwait) is stamped later than pps0, %d pulses:" % COUNT), out
    figures = {line.split()[0]: float(line.split()[1]) / 1000 for line in out[1:6]}
    assert all(is_near(figures[name], LATER_MS) for name in ("median", "mean", "min", "max")), out
    assert 0 <= figures["deviation"] < NEAR_MS, out
    assert "--offset 0.1" in out[6] or "--offset 0.09" in out[6], out
    assert out[7] == "chrony.conf:" and "refclock SOCK /run/chrony.ttyS3.sock" in out[8], out
    assert " offset 0." in out[8], out


@test()
def the_clock_as_the_source(g):
    """Only one that is synchronised tells anything."""
    tool = put_tool(g, "clock_tool")
    with two_pulses(g) as (held, idle):
        words = "clock --json --line cts " + idle.tty
        g.run(tool + " no", check=True)
        r = g.run(CALIBRATE + words)
        assert r.rc == 1 and "clock: it is not synchronised" in r.err, r
        try:
            g.run(tool + " yes", check=True)
            told = json.loads(calibrate(g, words))
        finally:
            g.run(tool + " no", check=True)
    assert told["reference"] == "clock" and is_near(told["offset_ns"] / 1e6, LATER_MS), told


@test()
def what_cannot_be_compared(g):
    with two_pulses(g) as (held, idle):
        for words, rc, said, hint in (
                ("%s %s" % (held.tty, idle.tty), 2, "nobody keeps it attached", "ttyS3:dcd"),
                ("pps0 " + held.tty, 2, "it is the same source", None),
                ("gpiochip7:1 " + held.tty, 2, "cannot wait for pulses", None),
                ("pps7 " + held.tty, 2, "no such port or source", "gpsppsctl list")):
            r = g.run(CALIBRATE + words)
            assert r.rc == rc and said in r.err, (words, r)
            assert hint is None or hint in r.err, (words, r)
        idle.reset_lines()
        r = g.run("gpsppsctl feed --timeout 5 --calibrate %s:cts %s" % (idle.tty, held.tty),
                  timeout=60)
        assert r.rc == 1 and "ttyS3:cts: no pulse in 5 s" in r.err, r
        assert "hint: gpsppsctl diag" in r.err, r
