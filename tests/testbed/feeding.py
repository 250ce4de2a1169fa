# SPDX-License-Identifier: GPL-2.0-or-later
"""gpsppsctl feed in a guest: start it, read what it says, read what it wrote."""

import collections
import contextlib
import json
import time

from daemons import wait_tally
from guesttool import put_tool
from timeserver import ntp_variables, reload, wait_attached, write_table

READY = "feeding; Ctrl-C ends"
# Titles above the lines that it prints for a daemon
NTPSEC_LINES = "ntp.conf of NTPsec:"
CLASSIC_LINES = "ntp.conf of classic ntp:"
CHRONY_LINES = "chrony.conf:"

# What a guest's clock may be off: bounds of the emulated PC, see README
CLOCK_MS = 20

Segment = collections.namedtuple("Segment", "unit mode count valid offset_ns leap precision "
                                            "nsamples second")


# ---- the command ----

def hold(g, port):
    """By our service, as unit 0 of the table; its source's name."""
    write_table(g, port.tty, "baud=%d" % port.receiver.baud)
    reload(g)
    return wait_attached(g, port.tty)


@contextlib.contextmanager
def feed(g, words, ready=READY, timeout=60):
    """Runs meanwhile; ends as Ctrl-C ends it, and must end well."""
    job = g.start("exec gpsppsctl feed " + words)
    try:
        g.wait_until(lambda: ready in job.output() or job.done, timeout, "feed does not begin")
        assert not job.done, job.result()
        yield job
        assert not job.done, job.result()
    finally:
        if not job.done:
            job.signal(2)
    r = job.wait(20)
    assert r.rc == 0, r


@contextlib.contextmanager
def json_feed(g, words):
    """The same with --json: nothing is said at the start."""
    with feed(g, "--json " + words, ready="") as job:
        yield job


def objects(job, kind=None):
    """What feed --json has said up to now, without the line that is being written."""
    lines = job.output().split("\n")[:-1]
    found = [json.loads(line) for line in lines if line.startswith("{")]
    return [o for o in found if kind in (None, o["type"])]


def lines_for(job, title):
    """The lines of a daemon's configuration, as a user copies them."""
    lines = iter(job.output().splitlines())
    for line in lines:
        if line == title:
            break
    found = []
    for line in lines:
        if not line.startswith("  "):
            break
        found.append(line.strip())
    assert found, "no lines under %r: %s" % (title, job.output())
    return "\n".join(found) + "\n"


def wait_state(g, job, words, timeout=60):
    """One of the lines about changes has these words."""
    g.wait_until(lambda: words in job.output() or job.done, timeout,
                 "feed does not say %r" % words)
    assert not job.done, job.result()


def threads_of(g, pid):
    """What the kernel says of each thread of a process, as strings by the names of the lines."""
    out = g.run("cd /proc/%s/task && for t in *; do cat $t/status; echo; done" % pid,
                check=True).out
    return [dict(line.split(":", 1) for line in text.replace("\t", "").splitlines())
            for text in out.strip().split("\n\n")]


# ---- what it wrote ----

def segments(g, *units):
    tool = put_tool(g, "shm_tool")
    out = g.run("%s show %s" % (tool, " ".join(map(str, units))), quiet=True).out
    return {s.unit: s for s in map(as_segment, out.splitlines())}


def as_segment(line):
    return Segment(*map(int, line.split()))


def follow(g, seconds, *units):
    """Each change of these segments in so many seconds of the guest."""
    tool = put_tool(g, "shm_tool")
    out = g.run("%s follow %g %s" % (tool, seconds, " ".join(map(str, units))),
                timeout=3 * seconds + 30, check=True).out
    return [as_segment(line) for line in out.splitlines()]


def wait_written(g, *units, timeout=60):
    """Each of them is being written."""
    before = segments(g, *units)

    def moves():
        now = segments(g, *units)
        return all(u in now and (u not in before or now[u].count != before[u].count)
                   for u in units)
    g.wait_until(moves, timeout, "nothing is written to %s: %s" % (units, before), interval=1)


# ---- what comes of it ----

def set_clock(g, ahead_s):
    """Nobody's clock any more: the kernel takes one that was set for unsynchronised."""
    g.agent.clock(time.time_ns() + int(ahead_s * 1e9))


def expect_right_clock(g):
    """The guest's clock is the host's, by which the receiver sends its pulses."""
    delay_ns, offset_ns = min(g._measure_clock() for _ in range(8))
    assert abs(offset_ns) < CLOCK_MS * 1e6 + delay_ns, (delay_ns, offset_ns)


def wait_ntpsec(g, clock, timeout=150):
    """Chosen, and the server says of itself that it is synchronised: the mark alone is no proof."""
    wait_tally(g, clock, "*o", timeout=timeout)
    wanted = {"leap": "00", "stratum": "1"}
    g.wait_until(lambda: wanted.items() <= ntp_variables(g).items(), timeout,
                 "ntpd is not at stratum 1: %s" % ntp_variables(g), interval=1)
