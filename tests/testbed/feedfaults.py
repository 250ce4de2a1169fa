# SPDX-License-Identifier: GPL-2.0-or-later
"""
What befalls a port that is fed: one generator each, as in faults.py.  What comes before
its yield injects and proves, what comes after it is the cure.  Here pulse and sentences;
feedendfaults.py has the receiver that sends them and the host that reads them.
"""

import contextlib
import random
import time

from garmin18 import frame


class FeedFault:
    def __init__(self, function, options="", hold_s=8, states=(), silent=(), grace_s=4, recovers_s=40):
        self.name = function.__name__
        self.inject = contextlib.contextmanager(function)
        self.options = options		# of the feed; None: whatever it has
        self.hold_s = hold_s		# so long it lasts once it is there
        self.states = states		# one of them must be told
        self.silent = silent		# nothing of these kinds after GRACE_S
        self.grace_s = grace_s
        self.recovers_s = recovers_s	# then samples come again

    def __repr__(self):
        return self.name


def fault(**how):
    return lambda function: FeedFault(function, **how)


BOTH = ("pulse", "seconds")


# ---- the pulse ----

def lose_pulse(b):
    b.receiver.pulse_line = None
    b.prove_moves("no edge, and sentences", lambda m: m["dcd"] == 0 and m["rx"] > 80)


@fault(hold_s=10, states=["no_pulse"], silent=["pulse"])
def pulse_lost(b):
    lose_pulse(b)
    yield
    b.receiver.pulse_line = "dcd"


@fault(hold_s=60, states=["no_pulse"], silent=["pulse"])
def pulse_lost_for_a_minute(b):
    lose_pulse(b)
    yield
    b.receiver.pulse_line = "dcd"


@fault(hold_s=12, states=["two_pulses", "rate", "locking"], silent=["pulse"], grace_s=6)
def echo_after_a_third(b):
    b.port.pulse(width_ms=50, extra_ms=300)
    b.prove_moves("two pulses a second", lambda m: 1.4 < m["assert"] / m["s"] < 2.6)
    yield
    b.receiver.drive_again()


@fault(hold_s=12, states=["two_pulses", "rate", "locking"], silent=["pulse"], grace_s=6)
def two_pulses_a_second(b):
    b.port.pulse(period_ms=500, width_ms=50)
    b.prove_moves("2 Hz", lambda m: 1.4 < m["assert"] / m["s"] < 2.6)
    yield
    b.receiver.drive_again()


@fault(hold_s=12, states=["rate", "two_pulses", "locking"], silent=["pulse"], grace_s=6)
def five_pulses_a_second(b):
    b.port.pulse(period_ms=200, width_ms=40)
    b.prove_moves("5 Hz", lambda m: 4 < m["assert"] / m["s"] < 6)
    yield
    b.receiver.drive_again()


@fault(hold_s=2)
def glitches(b):
    """One here and there: what is given must go on."""
    before = b.counts()
    since = b.mark()
    for _ in range(4):
        b.port.pulse(width_ms=100, extra_ms=random.choice((250, 400, 620, 770)))
        time.sleep(1)
        b.port.pulse(width_ms=100)
        time.sleep(1.5)
    after = b.counts()
    b.prove("more edges than seconds", after["assert"] - before["assert"] > after["s"] - before["s"] + 1)
    b.wait_given(since, "amid glitches")
    yield
    b.receiver.drive_again()


@fault(options="--width 100", hold_s=8, states=["width"], silent=["pulse"])
def another_width(b):
    b.receiver.pulse_width_ms = 20
    yield
    b.receiver.pulse_width_ms = 100


@fault(hold_s=8, states=["no_pulse", "locking"], silent=["pulse"])
def pulse_shorter_than_the_interrupt(b):
    """The kernel tells its end alone."""
    b.port.pulse(width_ms=0.5)
    b.prove_moves("no assert", lambda m: m["assert"] == 0)
    yield
    b.receiver.drive_again()


@contextlib.contextmanager
def strictly(b):
    """The wrong edge is off by the width: that shows, and is wrong as well."""
    b.receiver.pulse_width_ms = 300
    usual, b.verdicts.bound_s = b.verdicts.bound_s, 0.2
    try:
        yield
    finally:
        b.receiver.pulse_width_ms = 100
        b.verdicts.bound_s = usual


@fault(hold_s=15)
def polarity_turned(b):
    with strictly(b):
        b.wait_given(b.mark(), "wide pulses")
        b.receiver.pulse_inverted = True
        b.wait("inverted", lambda: 0.2 < b.stamps()[0] % 1 < 0.45)
        yield
        b.receiver.pulse_inverted = False
        b.wait("as before", lambda: b.stamps()[0] % 1 < 0.1)
        b.let_pass(2)


@fault(hold_s=12)
def wrong_edge_given(b):
    """Of a pulse that is up for most of its second the end looks like a beginning."""
    b.feed_again("--edge clear")
    yield
    b.feed_again("")


# ---- the sentences ----

@fault(hold_s=10, states=["no_sentences"], silent=BOTH)
def sentences_lost(b):
    b.receiver.mute = True
    b.prove_moves("no characters, and edges", lambda m: m["rx"] == 0 and m["dcd"] >= 2)
    yield
    b.receiver.mute = False


@fault(hold_s=10, states=["no_pulse", "no_sentences"], silent=BOTH)
def unplugged(b):
    b.receiver.mute, b.receiver.pulse_line = True, None
    b.prove_moves("nothing", lambda m: m["rx"] == 0 and m["dcd"] == 0)
    yield
    b.receiver.mute, b.receiver.pulse_line = False, "dcd"


@fault(hold_s=10, states=["contradicted"], silent=BOTH)
def sentences_late_by_a_second(b):
    b.receiver.delay_ms += 1000
    yield
    b.receiver.delay_ms -= 1000


@fault(hold_s=10, states=["contradicted", "ambiguous"], silent=BOTH)
def sentences_before_their_pulse(b):
    b.receiver.delay_ms -= 500
    yield
    b.receiver.delay_ms += 500


@fault(hold_s=10, states=["contradicted"], silent=BOTH)
def receiver_forgets_the_leap_seconds(b):
    b.receiver.leap_s -= 1
    yield
    b.receiver.leap_s += 1


@fault(hold_s=20)
def more_sentences_than_fit(b):
    """At 4800 baud they get later and later, by more than a second."""
    usual = b.receiver.stored.sentences
    b.receiver.stored.sentences = usual | {
        "GPGSA", "GPGSV", "PGRME", "GPGLL", "GPVTG", "PGRMV", "PGRMF", "PGRMB", "PGRMM", "PGRMT"}
    b.receiver.gsv_rotation = False
    b.prove_moves("the line is full", lambda m: m["rx"] / m["s"] > 400)
    yield
    b.receiver.gsv_rotation = True
    b.receiver.stored.sentences = usual


def bytes_of_evil(rng):
    return [bytes(rng.randrange(256) for _ in range(60)), b"\x1b]0;evil\x07\x1b[2J\x00\xff" * 4,
            b"$" * 90, b"$GPRMC" + b",A" * 150 + b"*00\r\n", b"\n" * 20,
            frame("GPRMC,999999,A,9999.9,N,99999.9,E,,,999999,,"), frame("GPRMC,,A,,,,,,,,,"),
            frame("GPZDA,235960,31,12,9999,99,99"), frame("GPRMC,-10101,A,,,,,,,-10101,,")]


@fault(hold_s=1)
def hostile_bytes(b):
    rng = random.Random(b.unit)
    until = time.monotonic() + 8
    while time.monotonic() < until:
        b.port.write(rng.choice(bytes_of_evil(rng)), timeout=20)
        time.sleep(0.15)
    yield


@fault(hold_s=8, states=["contradicted", "no_fix", "numbering", "no_sentences"])
def another_talker(b):
    """Checksums are right, the seconds are of another day."""
    until = time.monotonic() + 8
    while time.monotonic() < until:
        at = time.gmtime(time.time() + b.truth.offset_s + 86400 * 40 + 7)
        b.port.write(frame(time.strftime("GPRMC,%H%M%S,A,3751.65,S,14507.36,E,000.0,360.0,%d%m%y,011.3,E",
                                         at)), timeout=20)
        time.sleep(0.7)
    yield


@fault(hold_s=8, states=["no_sentences"], silent=BOTH)
def receiver_at_another_speed(b):
    b.receiver.baud = 9600
    yield
    b.receiver.baud = 4800
