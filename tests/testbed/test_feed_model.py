#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The judge of what feed gives, on lines made by hand; the receiver's leap second."""

import os
import sys
import time
import types
import unittest
from unittest import mock

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from feedbed import Receiver  # noqa: E402
from feedoracle import S, Truth, Verdicts, Witness  # noqa: E402

HOST = 1_800_000_000 * S	# of the host's clock when the guest's raw clock was 0
REAL = 1_500_000_000 * S	# the guest's, which is far off
TTY = "/dev/ttyS1"
OFFSET_S = 1009
MS = S // 1000


class FakeJob:
    done = False


class FakeGuest:
    def run(self, cmd, **how):
        return types.SimpleNamespace(rc=0)

    def start(self, cmd, on_output):
        self.on_output = on_output
        self.lines("T %d 0 0" % REAL)
        return FakeJob()

    def lines(self, *lines):
        self.on_output(b"O", "".join(line + "\n" for line in lines).encode())

    @staticmethod
    def wait_until(condition, *_):
        assert condition()


class Judge(unittest.TestCase):
    def setUp(self):
        self.g = FakeGuest()
        patch = mock.patch("time.time_ns", lambda: HOST + self.raw)
        patch.start()
        self.addCleanup(patch.stop)
        self.raw = self.step = self.seq = 0
        self.witness = Witness(self.g, "")
        self.truth = Truth(OFFSET_S)
        self.verdicts = Verdicts(self.witness, TTY, self.truth, pulse=[("shm", 1)], seconds=[("shm", 0)])

    def at(self, seconds):
        """Lines on time up to here."""
        while self.raw + S // 5 < seconds * S:
            self.raw += S // 5
            self.line("T")
        self.raw = round(seconds * S)

    def line(self, kind, *words):
        self.g.lines(" ".join(map(str, (kind, REAL + self.step + self.raw, self.raw, self.raw, *words))))

    def edge(self, second, late_ns=0):
        """The kernel's stamp of the pulse of this second, and its line."""
        self.at(second + late_ns / S + 0.001)
        stamp = REAL + self.step + second * S + late_ns
        self.seq += 1
        self.line("P", "pps0", TTY, "assert", self.seq, stamp, 0)
        return stamp

    def shm(self, unit, true, stamp, precision=-20):
        self.line("S", unit, true, stamp, 0, precision, 3)

    def true(self, second):
        return HOST + (second + OFFSET_S) * S

    def verdict(self):
        self.at(self.raw / S + 2)
        self.verdicts.judge()
        return len(self.verdicts.right["pulse"]), len(self.verdicts.right["seconds"]), len(self.verdicts.wrong)

    def test_right_ones(self):
        for second in range(5, 8):
            self.shm(1, self.true(second), self.edge(second))
            self.at(second + 0.4)
            self.shm(0, self.true(second), REAL + second * S + 20 * MS)
        self.assertEqual(self.verdict(), (3, 3, 0))

    def test_a_second_off_is_wrong(self):
        for off in (-1, 1, 3600):
            self.shm(1, self.true(5 + off), self.edge(5))
            self.shm(0, self.true(5 + off), REAL + 5 * S)
        self.assertEqual(self.verdict(), (0, 0, 6))

    def test_the_guests_clock_is_no_witness(self):
        """It may be right for its own clock: the receivers live elsewhere."""
        self.shm(1, REAL + 5 * S, self.edge(5))
        self.assertEqual(self.verdict(), (0, 0, 1))

    def test_late_edge_is_of_its_second(self):
        self.shm(1, self.true(5), self.edge(5, 90 * MS))
        self.assertEqual(self.verdict(), (1, 0, 0))

    def test_half_a_second_in_the_stamp(self):
        stamp = self.edge(5)
        self.shm(1, self.true(5), stamp + S // 2)
        self.shm(1, self.true(5), stamp - S // 2)
        self.assertEqual(self.verdict(), (0, 0, 2))

    def test_stamp_of_before_a_step(self):
        """Given right when the clock is set it may be of either; later it is wrong."""
        stamp = self.edge(5)
        self.step = 3600 * S
        self.line("F")
        self.shm(1, self.true(5), stamp)
        self.assertEqual(self.verdict(), (1, 0, 0))
        self.shm(1, self.true(5), stamp)
        self.assertEqual(self.verdict(), (1, 0, 1))
        self.shm(1, self.true(8), self.edge(8))
        self.assertEqual(self.verdict(), (2, 0, 1))

    def test_foreign_samples_are_not_ours(self):
        self.shm(1, 0, self.edge(5), precision=-77)
        self.assertEqual(self.verdict(), (0, 0, 0))

    def test_what_it_says(self):
        stamp = self.edge(5)
        text = '{"type":"sample","kind":"pulse","true":%.9f,"stamp":%d.%09d,"seq":%d}\n'
        self.verdicts.judge_json(text % (self.true(5) / S, *divmod(stamp, S), self.seq))
        self.assertEqual(self.verdicts.wrong, [])
        for off, seq in ((1, self.seq), (0, self.seq + 1)):
            self.verdicts.begin_output()
            self.verdicts.judge_json(text % (self.true(5 + off) / S, *divmod(stamp, S), seq))
        self.assertEqual(len(self.verdicts.wrong), 2)

    def test_leap_second(self):
        """The second before is :59; POSIX has no number for :60; the next is the day's first."""
        self.truth.leap_at = HOST // S + 6
        for second, late in ((5, 0), (6, 0), (7, 1)):
            self.shm(1, self.true(second - late), self.edge(second))
        self.assertEqual(self.verdict(), (2, 0, 1))


class LeapSecond(unittest.TestCase):
    def test_receiver_says_60(self):
        leap_at = 1_800_000_000
        port = types.SimpleNamespace(fd=-1, baud=4800)
        receiver = Receiver(port, now=lambda: leap_at - 10.0, clock_offset_s=-leap_at % 86400)
        receiver.truth = Truth(-leap_at % 86400)
        receiver.truth.leap_at = leap_at
        said = [time.strftime("%H%M%S", receiver._moment(leap_at + n, leap_at + n).utc) for n in (-1, 0, 1)]
        self.assertEqual(said, ["235959", "235960", "000000"])


if __name__ == "__main__":
    unittest.main()
