# SPDX-License-Identifier: GPL-2.0-or-later
"""
Is what `gpsppsctl feed` gives right?  Judged by the time of the receiver's model, which
is the host's plus some seconds, and never by the guest's clock, which may be anything.

cases/feed_witness.c in the guest says of each edge and each sample when it was there on
CLOCK_MONOTONIC_RAW, which nobody sets or slews; how that clock stands to the host's is
known from the lines that arrive soonest.  A pulse is known by the kernel's stamp of it.
"""

import bisect
import collections
import decimal
import json
import threading
import time

from guesttool import put_tool

S = 10 ** 9
WRONG_S = 0.4			# half a second more or less is another second for a daemon
STEP_NS = 10 ** 6
FOREIGN_PRECISION = -77		# of feed_meddle.c's own writer
EARLY_NS = S // 20		# of a pulse that is a little before its second
MAPPED_NS = 20 * S		# the clocks are compared by what was heard so far around
SAME_LOOK_NS = S // 5		# the witness is kept waiting amid a look, at most
LATE_NS = S // 2		# the line of an edge behind that of its sample

Pulse = collections.namedtuple("Pulse", "tty seq stamp raw")
Sample = collections.namedtuple("Sample", "way name true stamp real mono raw numbered leap")


class Witness:
    """
    The tool under way in the guest.  WORDS are its own: "pps shm 0 sock /run/x".
    """

    def __init__(self, g, words):
        self.g = g
        self.pulses = {}		# by (tty, stamp)
        self.samples = []
        self.other = []			# lines of no sample: what was refused
        self._ticks = ([], [])		# raw, host's time less that
        self._steps = []		# (raw, by how much)
        self._frame = None
        self._rest = b""
        self._lock = threading.RLock()
        tool = put_tool(g, "feed_witness")
        self.job = g.start("exec %s %s" % (tool, words), on_output=self._take)
        g.wait_until(lambda: self._ticks[0] or self.job.done, 10, "no witness")
        assert not self.job.done, self.job.result()

    # -- what it says --

    def _take(self, kind, data):
        """In the agent's thread."""
        now = time.time_ns()
        with self._lock:
            if kind == b"O":
                *lines, self._rest = (self._rest + data).split(b"\n")
                for line in lines:
                    self._line(now, line.decode())

    def _line(self, now, line):
        kind, real, mono, raw, *words = line.split()
        real, mono, raw = int(real), int(mono), int(raw)
        if kind != "P":			# of other threads
            self._follow_frame(real - mono, raw)
        if kind == "T":
            self._ticks[0].append(raw)
            self._ticks[1].append(now - raw)
        elif kind == "P":
            self._pulse(real, raw, *words)
        elif kind == "S":
            self._shm(real, mono, raw, *map(int, words))
        elif kind == "K":
            path, tv, offset, pulse, leap = words
            stamp = int(tv)
            true = stamp + int(decimal.Decimal(offset) * S)
            self.samples.append(Sample("sock", path, true, stamp, real, mono, raw,
                                       not int(pulse), int(leap)))
        elif kind == "B":
            self.other.append(line)

    def _follow_frame(self, frame, raw):
        if self._frame is not None and abs(frame - self._frame) > STEP_NS:
            self._steps.append((raw, frame - self._frame))
        self._frame = frame

    def _pulse(self, real, raw, pps, tty, which, seq, stamp, stepped):
        stamp, late = int(stamp), real - int(stamp)
        at = raw - late if abs(int(stepped)) < STEP_NS and 0 <= late < 3 * S else raw
        self.pulses[tty, stamp] = Pulse(tty, int(seq), stamp, at)

    def _shm(self, real, mono, raw, unit, clock, receive, leap, precision, nsamples):
        if precision != FOREIGN_PRECISION:
            self.samples.append(Sample("shm", unit, clock, receive, real, mono, raw, True, leap))

    # -- clocks --

    def host_ns(self, raw):
        """The host's time of a moment of the guest."""
        with self._lock:
            at, later = self._ticks
            low, high = bisect.bisect(at, raw - MAPPED_NS), bisect.bisect(at, raw + MAPPED_NS)
            return raw + min(later[low:high] or later[-1:])

    def raw_now(self):
        """Of the newest line."""
        with self._lock:
            return self._ticks[0][-1]

    def moments(self, sample):
        """
        The moments on the raw clock that a sample's stamp may mean for who gets it now:
        one, or two where the clock was stepped while it was on its way.
        """
        at = [sample.raw - (sample.real - sample.stamp)]
        with self._lock:
            for raw, by in self._steps:
                if 0 <= sample.raw - raw < SAME_LOOK_NS:
                    at.append(at[0] + by)
        return at

    def pulse_of(self, tty, stamp):
        """With a time of microseconds in the datagram, the one that it is the same as."""
        with self._lock:
            if (tty, stamp) in self.pulses:
                return self.pulses[tty, stamp]
            if stamp % 1000:
                return None
            return next((p for (t, s), p in reversed(self.pulses.items())
                         if t == tty and s // 1000 == stamp // 1000), None)


class Truth:
    """
    The time of a receiver, OFFSET_S ahead of the host's.  With a leap second the host's
    second `leap_at` is its 23:59:60, which POSIX has no number for.
    """

    def __init__(self, offset_s):
        self.offset_s = offset_s
        self.leap_at = None

    def second(self, host_s):
        if self.leap_at is not None and host_s >= self.leap_at:
            return None if host_s == self.leap_at else host_s + self.offset_s - 1
        return host_s + self.offset_s

    def pulse_error_s(self, true_ns, host_ns, phase_ns=0):
        """Of a pulse that is a little late at most."""
        second = self.second((host_ns - phase_ns + EARLY_NS) // S)
        return None if second is None else (true_ns - second * S) / S

    def moment_error_s(self, true_ns, host_ns):
        """Of any moment; a pulse is not earlier than its second by more than EARLY_NS."""
        host_s, ns = divmod(host_ns + EARLY_NS, S)
        second = self.second(host_s)
        return None if second is None else (true_ns - (second * S + ns - EARLY_NS)) / S


class Verdicts:
    """
    What was given of one port: right, wrong, and how much of it.  TTY and TRUTH are the
    port's; PULSE and SECONDS say where each kind comes out: ("shm", 1), ("sock", path).
    """

    def __init__(self, witness, tty, truth, pulse=(), seconds=()):
        self.witness, self.tty, self.truth = witness, tty, truth
        self.ways = {way: "pulse" for way in pulse} | {way: "seconds" for way in seconds}
        self.numbered = True
        self.bound_s = WRONG_S
        self.phase_ns = 0
        self.right = {"pulse": [], "seconds": []}	# (raw, error), of this port's samples
        self.wrong = []
        self.said = collections.Counter()
        self._samples = self._said = 0

    def mark(self):
        """Now, for given()."""
        return self.witness.raw_now()

    def given(self, kind, since):
        """Right ones whose stamp is of after SINCE."""
        self.judge()
        return sum(raw > since for raw, _ in self.right[kind])

    def judge(self):
        """What has come since the last time.  Late lines of pulses are waited for."""
        samples = self.witness.samples
        ready = self.witness.raw_now() - LATE_NS
        while self._samples < len(samples) and samples[self._samples].raw < ready:
            sample = samples[self._samples]
            self._samples += 1
            kind = self.ways.get((sample.way, sample.name))
            if kind:
                self._one(kind, sample)

    def _one(self, kind, sample):
        pulse = self.witness.pulse_of(self.tty, sample.stamp) if kind == "pulse" else None
        errors = [self._error(kind, pulse, sample, raw) for raw in self.witness.moments(sample)]
        known = [e for e in errors if e is not None]
        error = min(known, key=abs) if known else None
        if error is None or abs(error) >= self.bound_s:
            self.wrong.append("%s by %s: true %d, stamp %d, at %d, %s" %
                              (kind, error, sample.true, sample.stamp, sample.raw, pulse))
        else:
            self.right[kind].append((sample.raw, error))

    def _error(self, kind, pulse, sample, raw):
        """Of its second by the pulse, and of its stamp by the moment; the worse one."""
        host = self.witness.host_ns(raw)
        if not (self.numbered and sample.numbered):
            return self._fraction(sample.true - host - self.truth.offset_s * S)
        if kind == "seconds":
            return self.truth.moment_error_s(sample.true, host)
        by_moment = self.truth.moment_error_s(sample.true, host - self.phase_ns)
        if pulse is None:
            return by_moment
        by_pulse = self.truth.pulse_error_s(sample.true, self.witness.host_ns(pulse.raw), self.phase_ns)
        if by_pulse is None or by_moment is None:
            return None
        return max(by_pulse, by_moment, key=abs)

    @staticmethod
    def _fraction(ns):
        return ((ns + S // 2) % S - S // 2) / S

    # -- the same by the command's own words --

    def begin_output(self):
        """Of another run of the command."""
        self._said = 0

    def judge_json(self, output):
        """
        The lines of --json: each pulse by the kernel's number of it, which must be that
        of the stamp.  They are told in lines whose last may be half.
        """
        lines = output.split("\n")[:-1]
        for line in lines[self._said:]:
            o = json.loads(line, parse_float=decimal.Decimal)
            self.said[o.get("type"), o.get("state") or o.get("kind")] += 1
            if o.get("type") == "sample" and o["kind"] == "pulse":
                self._one_said(o)
        self._said = len(lines)

    def _one_said(self, o):
        true, stamp = (int(decimal.Decimal(o[name]) * S) for name in ("true", "stamp"))
        pulse = self.witness.pulse_of(self.tty, stamp)
        if pulse is None:
            self.said["unseen", None] += 1
            return
        error = self.truth.pulse_error_s(true, self.witness.host_ns(pulse.raw), self.phase_ns)
        if pulse.seq != o["seq"] or self.numbered and (error is None or abs(error) >= self.bound_s):
            self.wrong.append("said by %s: %s of %s" % (error, o, pulse))
