# SPDX-License-Identifier: GPL-2.0-or-later
"""
A port that is fed: a patient with a receiver that lives some thousand seconds ahead of
everybody else, its feed, and the verdicts of what that gives.
"""

import contextlib
import time

from feedoracle import S, Truth, Verdicts, Witness
from garmin18 import Garmin18LVC
from guesttool import put_tool
from patient import Patient, at_once
from verdict import TABLE

# QEMU's edges are mostly exact to 0.4 ms, and on a busy host some to 10 ms
LOOSE = "--gate 50000 --ppm 50000"
# As a service, which waits for a port that went away
FEED = "NOTIFY_SOCKET=/nonexistent exec gpsppsctl -C %s feed --json %s --unit %d %s %s"
APART_S = 1009			# of each receiver from the next: no agreement by chance
GIVEN = 3			# samples of each kind that prove that all is well
KINDS = ("pulse", "seconds")


class Receiver(Garmin18LVC):
    """With a leap second where its truth has one."""

    truth = None

    def _moment(self, second, now):
        moment = super()._moment(second, now)
        leap_at = self.truth and self.truth.leap_at
        if leap_at is None or second < leap_at:
            return moment
        utc = time.gmtime(second + self.clock_offset_s - 1)
        if second == leap_at:
            utc = time.struct_time((*utc[:5], 60, *utc[6:]))
        return moment._replace(utc=utc)


class Bed(Patient):
    def __init__(self, g, port, unit):
        self.truth = Truth(APART_S * (unit + 1))
        self.verdicts = self.feed_job = None
        self.feed_options = ""
        super().__init__(g, port, unit)

    def plug_in(self):
        self.port.reset_lines()
        self.receiver = self.port.attach_receiver(Receiver, boot_s=0.1,
                                                  clock_offset_s=self.truth.offset_s)
        self.receiver.truth = self.truth
        self.receiver.stored.sentences = {"GPRMC", "GPGGA"}

    def live_at(self, offset_s):
        """Another time, for a feed that begins then."""
        self.truth.offset_s = self.receiver.clock_offset_s = offset_s

    def judged_by(self, witness):
        self.verdicts = Verdicts(witness, self.tty, self.truth, pulse=[("shm", 2 * self.unit + 1)],
                                 seconds=[("shm", 2 * self.unit)])

    # -- the command --

    def feed(self, options=None):
        assert self.feed_job is None
        if options is not None:
            self.feed_options = options
        self.verdicts.begin_output()
        self.feed_job = self.g.start(FEED % (TABLE, LOOSE, self.unit, self.feed_options, self.tty))

    def end_feed(self, number=15):
        """Its Result."""
        job, self.feed_job = self.feed_job, None
        if job is None:
            return None
        job.signal(number)
        result = job.wait(10)
        self.let_pass(1)		# what it gave last is judged by what is true now
        self.verdicts.judge()
        self.verdicts.judge_json(job.output())
        return result

    def feed_again(self, options=None):
        self.end_feed()
        self.feed(options)

    # -- what it gives --

    def mark(self):
        return self.verdicts.mark()

    def given(self, kind, since):
        return self.verdicts.given(kind, since)

    def wait_given(self, since, what, kinds=KINDS, timeout=40):
        """Right ones of each kind; how long after SINCE on the guest's own clock."""
        def enough():
            self.check(what)
            return all(self.given(kind, since) >= GIVEN for kind in kinds)

        try:
            self.g.wait_until(enough, timeout, "%s: %s: nothing is given" % (self.tty, what), 0.3)
        except Exception:
            self.tell()
            raise
        first = [next(raw for raw, _ in self.verdicts.right[kind] if raw > since) for kind in kinds]
        return (max(first) - since) / S

    def let_pass(self, seconds):
        """Seconds of the guest: a host that keeps it waiting does not shorten them."""
        until = self.mark() + seconds * S
        self.g.wait_until(lambda: self.mark() >= until, seconds + 20, "the guest stands still")

    def check(self, what, alive=True):
        self.verdicts.judge()
        if self.feed_job:
            self.verdicts.judge_json(self.feed_job.output())
            if self.feed_job.done and alive:
                raise AssertionError("%s: %s: feed has ended: %s" %
                                     (self.tty, what, self.feed_job.result()))
        if self.verdicts.wrong:
            self.tell()
        assert not self.verdicts.wrong, "%s: %s: wrong time given:\n%s" % (
            self.tty, what, "\n".join(self.verdicts.wrong[:8]))

    def wait_state(self, names, what, timeout=30):
        """One of these was told since the feed began or forget_states()."""
        def told():
            self.check(what)
            return any(self.verdicts.said["state", name] for name in names)

        try:
            self.g.wait_until(told, timeout, "%s: %s: not told as %s" % (self.tty, what, names), 0.3)
        except Exception:
            self.tell()
            raise

    def forget_states(self):
        self.verdicts.said.clear()

    def tell(self):
        """What the feed and the holder have said last, for a failure's explanation."""
        if self.job:
            print("# %s: holder: %s" % (self.tty, self.job.result()), flush=True)
        if self.feed_job:
            lines = [line for line in self.feed_job.output().splitlines() if '"sample"' not in line]
            print("# %s: %s" % (self.tty, " | ".join(lines[-8:])), flush=True)
            print("# %s: %s" % (self.tty, " | ".join(self.feed_job.errors().splitlines()[-8:])), flush=True)


def meddle(g, words):
    return g.run("%s %s" % (put_tool(g, "feed_meddle"), words), check=True).out


@contextlib.contextmanager
def beds(g, names, attach=True, socks=()):
    """Beds on these ports, attached, with a witness and not yet fed."""
    for name in names:
        if not g.ports[name].plugged:
            g.ports[name].plug()
    made = [Bed(g, g.ports[name], unit) for unit, name in enumerate(names)]
    g.put(TABLE, "".join("%d %s\n" % (b.unit, b.tty) for b in made))
    tool = put_tool(g, "feed_meddle")
    for unit in range(2 * len(names)):
        g.run("%s shm-remove %d" % (tool, unit))	# of an earlier test
    witness = Witness(g, "pps %s %s" % (" ".join("shm %d" % n for n in range(2 * len(names))),
                                        " ".join("sock " + path for path in socks)))
    for bed in made:
        bed.judged_by(witness)
    try:
        if attach:
            at_once(made, Patient.attach)
        yield made
    finally:
        at_once(made, Bed.end_feed)
        at_once(made, Patient.detach)
        witness.job.signal(9)
        for bed in made:
            bed.port.detach_receiver()


def befall(bed, fault):
    """One fault upon a bed that is well, its end, and that it is well again."""
    if fault.options is not None and fault.options != bed.feed_options:
        bed.feed_again(fault.options)
    bed.wait_given(bed.mark(), "before " + fault.name)
    bed.forget_states()
    with fault.inject(bed):
        injected = bed.mark()
        bed.let_pass(fault.hold_s)
        if fault.states:
            bed.wait_state(fault.states, fault.name)
        bed.check(fault.name)
        for kind in fault.silent:
            given = bed.given(kind, injected + fault.grace_s * S)
            assert not given, "%s: %s: %d of %s given" % (bed.tty, fault.name, given, kind)
    took = bed.wait_given(bed.mark(), "after " + fault.name, timeout=fault.recovers_s)
    print("# %s: %s: given again after %.1f s" % (bed.tty, fault.name, took), flush=True)


def befall_all(lists):
    """[(bed, its faults)]: the beds side by side, the faults of each in turn."""
    def one(pair):
        bed, faults = pair
        if bed.feed_job is None:
            bed.feed(faults[0].options)
        for fault in faults:
            befall(bed, fault)

    at_once(lists, one)
