# SPDX-License-Identifier: GPL-2.0-or-later
"""
What `gpsppsctl feed` gives is right, or nothing is given: by the time of the receivers,
which are all somewhere else than the guest's clock (feedoracle.py).
"""

import contextlib
import time

import feedendfaults as fe
import feedfaults as ff
from feedbed import KINDS, S, Bed, beds, befall_all, meddle
from feedoracle import Verdicts, Witness
from patient import at_once
from testbed import test

# A fault each on so many ports at a time
LISTS = {
    "isa1": [ff.pulse_lost, ff.sentences_late_by_a_second, fe.holder_killed, fe.segments_removed],
    "isa2": [fe.fix_lost, ff.echo_after_a_third, fe.another_writer],
    "isa3": [fe.fix_lost_with_holdover, fe.no_fix_from_the_start, ff.sentences_before_their_pulse],
    "pci1": [fe.leap_second],
    "pci2": [ff.wrong_edge_given, ff.another_talker],
    "pci3": [ff.polarity_turned, fe.feed_killed],
    "pci4": [fe.attached_anew, ff.sentences_lost, ff.glitches],
}
LONG_LISTS = {
    "isa1": [ff.more_sentences_than_fit, ff.two_pulses_a_second, ff.hostile_bytes,
             ff.pulse_lost_for_a_minute],
    "isa2": [ff.receiver_at_another_speed, fe.restarted_with_an_old_date, fe.a_thousand_weeks_early,
             fe.segment_of_another_size_or_kind],
    "isa3": [fe.discipline_taken_away, ff.unplugged, ff.pulse_shorter_than_the_interrupt,
             fe.segment_of_another_user],
    "pci1": [ff.another_width, ff.receiver_forgets_the_leap_seconds, fe.writer_ends_amid_a_sample,
             ff.five_pulses_a_second],
    "pci2": [fe.restarted_with_an_old_date_it_believes, fe.segment_of_another_size_or_kind],
}


def all_of(g, lists):
    with beds(g, list(lists)) as made:
        befall_all(list(zip(made, lists.values())))


@test(limit_s=300)
def feed_right_or_nothing(g):
    all_of(g, LISTS)


@test(limit_s=400, long=True)
def feed_right_or_nothing_at_length(g):
    all_of(g, LONG_LISTS)


# ---- the guest's clock ----

def shift_clock(g, seconds):
    g.agent.clock(g.agent.clock() + int(seconds * S))


def slewed(g, ppm):
    meddle(g, "frequency %d" % ppm)


def all_well(made, what, timeout=40):
    """From now on samples come again to all of them, and none of them is wrong."""
    def one(bed):
        return bed.wait_given(bed.mark(), what, timeout=timeout)

    took = at_once(made, one)
    print("# after %s: given within %.1f s" % (what, max(took)), flush=True)


@test(long=True)
def feed_while_the_clock_is_set(g):
    with beds(g, ["isa1", "isa2"]) as made:
        at_once(made, Bed.feed)
        all_well(made, "the start")
        for by, what in ((3600, "an hour on"), (-3600, "an hour back"), (0.5, "half a second on"),
                         (86400, "a day on"), (-0.5, "half a second back"), (-86400, "a day back")):
            shift_clock(g, by)
            all_well(made, what)
        for ppm in (500, -500, 0):
            slewed(g, ppm)
            made[0].let_pass(5)
            all_well(made, "%d ppm" % ppm)


@test(long=True)
def feed_while_the_clock_is_set_again_and_again(g):
    """By 0.3 s at any moment: between an edge and its reading too."""
    with beds(g, ["isa1"]) as made:
        bed, = made
        bed.feed()
        bed.wait_given(bed.mark(), "the start")
        until = bed.mark() + 12 * S
        by = 0.3
        while bed.mark() < until:
            shift_clock(g, by)
            by = -by
            time.sleep(0.37)
            bed.check("many steps")
        bed.wait_given(bed.mark(), "after many steps")


@test(long=True)
def feed_while_the_clock_is_set_behind_its_back(g):
    """
    By whole seconds, between an edge and its reading: in the new time that edge looks
    like a good one of another second.  Two edges come meanwhile, as the kernel keeps the
    later one: where the first of them was, a second on, nothing has been read.
    """
    with beds(g, ["isa1"]) as made:
        bed, = made
        bed.feed()
        for by in (1, -1, 1, -1):
            bed.wait_given(bed.mark(), "before a step")
            bed.feed_job.signal(19)
            bed.let_pass(2.3)
            shift_clock(g, by)
            bed.feed_job.signal(18)
            bed.let_pass(2)
            bed.check("a step behind its back")
        bed.wait_given(bed.mark(), "after the steps")


@contextlib.contextmanager
def synchronised(g):
    """Somebody says that the guest's clock is right."""
    meddle(g, "synchronised 1")
    try:
        yield
    finally:
        meddle(g, "synchronised 0")


@test()
def feed_refuses_what_a_synchronised_clock_contradicts(g):
    """
    From its first sentence on late, early or in another time: nothing can be known of
    it but from a clock that somebody vouches for.
    """
    with beds(g, ["isa1", "isa2", "isa3"]) as made:
        late, early, elsewhere = made
        for bed in (late, early):
            bed.live_at(0)
        late.receiver.delay_ms += 1000
        early.receiver.delay_ms -= 500
        with synchronised(g):
            at_once(made, Bed.feed)
            for bed in made:
                bed.wait_state(["refused"], "a synchronised clock that contradicts")
            late.let_pass(8)
            for bed in made:
                bed.check("refused")
                assert not any(bed.given(kind, 0) for kind in KINDS), bed.tty
            late.receiver.delay_ms -= 1000
            early.receiver.delay_ms += 500
            all_well([late, early], "sentences in their second")
            elsewhere.feed_again("--no-clock-check")
            elsewhere.wait_given(elsewhere.mark(), "with --no-clock-check")
            elsewhere.feed_again("")
            elsewhere.wait_state(["refused"], "refused again")
        elsewhere.wait_given(elsewhere.mark(), "the clock is not vouched for any more")


# ---- chrony's socket ----

SOCK = "/run/feed.sock"


@contextlib.contextmanager
def reader_of_sock(g, bed):
    """What chronyd gets; the bed's pulses are known from the other witness."""
    witness = Witness(g, "sock " + SOCK)
    witness.pulses = bed.verdicts.witness.pulses
    verdicts = Verdicts(witness, bed.tty, bed.truth, pulse=[("sock", SOCK)])
    try:
        yield witness, verdicts
    finally:
        witness.job.signal(9)
        witness.job.wait(10)


def sock_well(bed, verdicts, what):
    since = verdicts.mark()
    bed.g.wait_until(lambda: verdicts.given("pulse", since) >= 3 or verdicts.wrong, 40, what)
    assert not verdicts.wrong, "%s: %s" % (what, verdicts.wrong)
    bed.check(what)


@test(long=True)
def feed_to_a_socket_that_comes_and_goes(g):
    with beds(g, ["isa1"]) as made:
        bed, = made
        bed.feed("--shm 0 --sock " + SOCK)
        bed.wait_given(bed.mark(), "without a socket")
        for what in ("a reader", "another reader"):
            with reader_of_sock(g, bed) as (witness, verdicts):
                sock_well(bed, verdicts, what)
                # it stops reading: the queue of a socket is short
                witness.job.signal(19)
                bed.wait_given(bed.mark(), "a full socket")
                bed.let_pass(12)
                bed.wait_given(bed.mark(), "a full socket")
                witness.job.signal(18)
                sock_well(bed, verdicts, "a reader that goes on")
                assert not witness.other, witness.other
            bed.wait_given(bed.mark(), "a reader that is gone")
        g.run("rm -f %s; echo file >%s" % (SOCK, SOCK), check=True)
        bed.wait_given(bed.mark(), "a file in its place")
        assert g.get(SOCK) == b"file\n"
        g.run("rm -f " + SOCK)


# ---- several of them ----

@test(long=True)
def two_feeds_on_one_unit(g):
    """Who comes later sees that it is not alone, says so and writes nothing."""
    with beds(g, ["isa1", "isa2"]) as made:
        first, second = made
        second.live_at(first.truth.offset_s)
        first.feed()
        first.wait_given(first.mark(), "alone")
        # the same unit of memory; what the second writes there is the first's to judge
        second.feed("--shm %d" % (2 * first.unit))
        g.wait_until(lambda: "SHM" in second.feed_job.errors(), 40, "the second sees nothing")
        first.wait_given(first.mark(), "beside a second that is silent")
        second.end_feed()
        since = first.mark()
        g.wait_until(lambda: first.given("pulse", since) >= 3, 40, "the first does not go on")


@test()
def second_feed_of_one_port(g):
    with beds(g, ["isa1"]) as made:
        bed, = made
        bed.feed()
        bed.wait_given(bed.mark(), "alone")
        r = g.run("gpsppsctl feed --unit 5 --json --count 3 --timeout 20 " + bed.tty, timeout=60)
        assert r.rc == 2 and "gpsppsctl" in r.err and not r.out.count('"sample"'), r
        bed.wait_given(bed.mark(), "behind the other")


# ---- beside the receiver ----

@test(long=True)
def feed_stopped_and_starved(g):
    lists = {"isa1": [fe.feed_stopped, fe.guest_is_busy], "isa2": [fe.feed_stopped]}
    all_of(g, lists)
