# SPDX-License-Identifier: GPL-2.0-or-later
"""
What befalls a port that is fed at its two ends, as in feedfaults.py: the receiver, and
the host with the holder, the feed and the memory that it writes to.
"""

import calendar
import time

from feedbed import meddle
from feedfaults import BOTH, fault
from guesttool import put_tool

WEEK_S = 604800
YEAR_S = 365 * 86400
NEW_YEAR = calendar.timegm((2027, 1, 1, 0, 0, 0))	# only a month's first day has one before it
N_TTY = 0


# ---- the receiver ----

@fault(hold_s=8, states=["no_fix"], silent=BOTH)
def fix_lost(b):
    b.receiver.fix = None
    yield
    b.receiver.fix = "3d"


@fault(options="--holdover 600", hold_s=10, states=["holdover"], silent=["seconds"])
def fix_lost_with_holdover(b):
    b.receiver.fix = None
    b.let_pass(4)
    b.wait_given(b.mark(), "in holdover", kinds=["pulse"])
    yield
    b.receiver.fix = "3d"


@fault(hold_s=8, silent=BOTH)
def no_fix_from_the_start(b):
    b.end_feed()
    b.receiver.fix = None
    b.receiver.power_cycle()
    b.prove_moves("no pulse", lambda m: m["dcd"] == 0)
    b.feed()
    yield
    b.receiver.fix = "3d"


@fault(hold_s=6, silent=BOTH)
def restarted_with_an_old_date(b):
    """Void until it knows better."""
    b.receiver.fix = None
    b.receiver.clock_offset_s -= 20 * YEAR_S + 4711
    b.receiver.power_cycle()
    yield
    b.receiver.clock_offset_s = b.truth.offset_s
    b.receiver.fix = "3d"


@fault(hold_s=8, states=["contradicted"], silent=BOTH)
def restarted_with_an_old_date_it_believes(b):
    b.receiver.clock_offset_s -= 3 * YEAR_S + 4711
    b.receiver.power_cycle()
    yield
    b.receiver.clock_offset_s = b.truth.offset_s


@fault(hold_s=1)
def a_thousand_weeks_early(b):
    b.end_feed()
    b.receiver.clock_offset_s -= 1024 * WEEK_S
    since = b.mark()
    b.feed()
    b.wait_given(since, "1024 weeks early")
    yield
    b.receiver.clock_offset_s += 1024 * WEEK_S


def begin_before_a_leap_second(b, in_s):
    b.end_feed()
    leap_at = int(time.time()) + in_s
    b.live_at(NEW_YEAR - leap_at)
    b.feed()
    b.truth.leap_at = leap_at


@fault(hold_s=1)
def leap_second(b):
    """23:59:60; before it and behind it samples come, and none of them is wrong."""
    usual = b.truth.offset_s
    for in_s in (40, 90, 180):
        begin_before_a_leap_second(b, in_s)
        b.wait_given(b.mark(), "before the leap second")
        if time.time() < b.truth.leap_at - 4:
            break
    b.prove("time for it", time.time() < b.truth.leap_at - 2)
    b.g.wait_until(lambda: time.time() > b.truth.leap_at + 3, 200, "no leap second")
    b.wait_given(b.mark(), "behind the leap second")
    yield
    b.end_feed()
    b.truth.leap_at = None
    b.live_at(usual)
    b.let_pass(2)
    b.feed()


# ---- the holder, the kernel, the feed itself ----

@fault(options=None, hold_s=4)
def holder_killed(b):
    b.job.signal(9)
    b.job.wait(10)
    yield
    b.attach()


@fault(options=None, hold_s=3, recovers_s=60)
def attached_anew(b):
    before = b.pps
    b.detach()
    b.let_pass(3)
    b.g.start("true").wait()
    b.attach()
    print("# %s: %s, was %s" % (b.tty, b.pps, before), flush=True)
    yield


@fault(options=None, hold_s=5, recovers_s=60)
def discipline_taken_away(b):
    """The holder puts it back, as another ppsN; until then there is no pulse."""
    b.sh("meddle ldisc %s %d" % (b.tty, N_TTY))
    yield
    b.wait("healed", b.find_pulse, 60)


@fault(options=None, hold_s=3)
def feed_killed(b):
    b.end_feed(9)
    b.feed()
    yield


@fault(options=None, hold_s=5)
def feed_stopped(b):
    """Sentences and edges of these seconds are waiting when it goes on."""
    b.feed_job.signal(19)
    b.let_pass(5)
    b.feed_job.signal(18)
    yield


@fault(options=None, hold_s=10)
def guest_is_busy(b):
    job = b.g.start("for n in 1 2 3 4 5 6; do (while :; do :; done) & done; "
                    "while :; do dd if=/dev/zero of=/tmp/load bs=1M count=20 2>/dev/null; done")
    try:
        yield
    finally:
        job.signal(9)
        job.wait(10)


# ---- where the samples go ----

@fault(options=None, hold_s=1)
def segments_removed(b):
    for unit in (2 * b.unit, 2 * b.unit + 1):
        meddle(b.g, "shm-remove %d" % unit)
    yield


@fault(options=None, hold_s=1)
def writer_ends_amid_a_sample(b):
    meddle(b.g, "shm-hold %d" % (2 * b.unit + 1))
    yield


@fault(options=None, hold_s=1)
def another_writer(b):
    """While it writes, we do not."""
    job = b.g.start("exec %s shm-write %d 40" % (put_tool(b.g, "feed_meddle"), 2 * b.unit + 1))
    b.let_pass(4)
    since = b.mark()
    b.let_pass(5)
    b.check("another writer")
    given = b.given("pulse", since)
    b.prove("it still writes", not job.done)
    assert not given, "%d pulses were given beside another writer" % given
    job.wait(30)
    yield


def refused_segment(b, words):
    """In our unit before we come: the command says whose it is, and does not begin."""
    b.end_feed()
    unit = 2 * b.unit + 1
    b.g.run("%s shm-remove %d" % (put_tool(b.g, "feed_meddle"), unit))
    meddle(b.g, "shm-make %d %s" % (unit, words))
    before = meddle(b.g, "shm-sum %d" % unit)
    b.feed()
    b.wait("ended", lambda: b.feed_job.done, 20)
    r = b.end_feed()
    assert r.rc == 2 and "SHM %d" % unit in r.err, r
    assert meddle(b.g, "shm-sum %d" % unit) == before
    meddle(b.g, "shm-remove %d" % unit)


@fault(options=None, hold_s=1)
def segment_of_another_user(b):
    refused_segment(b, "96 1000 666 1")
    b.feed()
    yield


@fault(options=None, hold_s=1)
def segment_of_another_size_or_kind(b):
    refused_segment(b, "80 0 600 1")
    refused_segment(b, "96 0 600 77")
    b.feed()
    yield
