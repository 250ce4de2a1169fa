#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The receiver model against what the manuals and the recorded streams say.

Most tests turn the model's loop by hand with a clock of their own, through a
real pty: a minute of the receiver takes milliseconds.  TestThread lets it run.
"""

import calendar
import contextlib
import io
import os
import re
import socket
import sys
import threading
import time
import tty
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import garmin18  # noqa: E402
from garmin18 import Garmin18LVC  # noqa: E402

START = calendar.timegm((2026, 9, 1, 12, 0, 0)) + 0.5
DEFAULT_SET = ["GPRMC", "GPGGA", "GPGSA", "GPGSV", "PGRME", "PGRMB"]
ALL_BUT_ALM = ["GPRMC", "GPGGA", "GPGSA", "GPGSV", "PGRME", "GPGLL", "GPVTG", "PGRMV", "PGRMF", "PGRMB", "PGRMM"]


class FakePort:
    def __init__(self, baud=4800):
        self.fd, self.guest = os.openpty()
        tty.setraw(self.guest)
        os.set_blocking(self.fd, False)
        os.set_blocking(self.guest, False)
        self.baud = baud
        self.calls = []         # what the modem lines were told

    def pulse(self, line="dcd", period_ms=1000, width_ms=100, phase_ms=0, inverted=False):
        self.calls.append(("pulse", line, period_ms, width_ms, phase_ms, inverted))

    def level(self, line, value):
        self.calls.append(("level", line, value))

    def read(self):
        try:
            return os.read(self.guest, 65536)
        except BlockingIOError:
            return b""

    def write(self, data):
        os.write(self.guest, data)

    def close(self):
        os.close(self.fd)
        os.close(self.guest)


def sentence(body):
    return garmin18.frame(body)


def name(line):
    return line[1:].split(",")[0].split("*")[0]


class Wire(FakePort):
    """What is written is there to be read; a pty has it when the kernel finds the time."""

    def __init__(self, baud):
        ends = socket.socketpair()
        for end in ends:
            end.setblocking(False)
        self.fd, self.guest = (end.detach() for end in ends)
        self.baud = baud
        self.calls = []


class Case(unittest.TestCase):
    """A unit under a clock turned by hand."""

    def make(self, port_baud=4800, **options):
        options.setdefault("boot_s", 0)
        self.port = Wire(port_baud)
        self.addCleanup(self.port.close)
        self.now = START
        self.unit = Garmin18LVC(self.port, now=lambda: self.now, **options)
        self.log = []           # (time, bytes)

    def run_for(self, seconds):
        """Everything the guest reads in these seconds."""
        end, mark = self.now + seconds, len(self.log)
        while self.now < end - 1e-9:
            wait = self.unit.step(self.now)
            data = self.port.read()
            if data:
                self.log.append((self.now, data))
            self.now = min(end, self.now + max(0.001, wait))
        return b"".join(data for _, data in self.log[mark:])

    def lines(self, seconds):
        text = self.run_for(seconds).decode("ascii")
        for line in text.split("\r\n")[:-1]:
            self.assertRegex(line, r"\A\$[^$*]*\*[0-9A-F]{2}\Z")
            self.assertEqual(line[-2:], garmin18.checksum(line[1:-3]), line)
        return text.split("\r\n")[:-1]

    def names(self, seconds):
        return [name(line) for line in self.lines(seconds)]

    def send(self, body, seconds=0.19):
        """A sentence in the quiet time before the next burst; the lines that answer."""
        self.to_quiet()
        self.port.write(sentence(body))
        return self.lines(seconds)

    def to_quiet(self):
        self.run_for((0.02 - self.now) % 1)

    def ask(self, body):
        answer = self.send(body)
        self.assertEqual(len(answer), 1, answer)
        return answer[0]

    def one(self, wanted, seconds=1):
        self.to_quiet()
        return [line for line in self.lines(seconds) if name(line) == wanted][0]

    def clock(self, offset=0):
        """What one() should have found, as it returns."""
        return time.strftime("%H%M%S", time.gmtime(int(self.now - 0.5) + offset))

    def pulses(self):
        return [call for call in self.port.calls if call[0] == "pulse"]


class TestStream(Case):
    def test_default_set_in_table_order(self):
        self.make()
        self.to_quiet()
        self.assertEqual(self.names(1), DEFAULT_SET)
        self.assertEqual(self.names(3), DEFAULT_SET * 3)

    def test_formats_with_a_fix(self):
        self.make()
        self.unit.stored.sentences = set(ALL_BUT_ALM)
        self.unit.baud = self.port.baud = 9600
        self.to_quiet()
        got = {name(line): line[:-3] for line in self.lines(1)}
        self.assertEqual(got["GPRMC"], "$GPRMC,120001,A,5128.6740,N,00000.0840,W,000.0,000.0,010926,001.2,E")
        self.assertEqual(got["GPGGA"], "$GPGGA,120001,5128.6740,N,00000.0840,W,1,09,0.9,61.4,M,45.6,M,,")
        self.assertEqual(got["GPGSA"], "$GPGSA,A,3,02,05,07,09,13,14,16,20,23,,,,1.6,0.9,1.3")
        self.assertRegex(got["GPGSV"], r"\A\$GPGSV,3,[123],11(,\d\d,\d\d,\d{3},\d\d){3}(,\d\d,\d\d,\d{3},\d\d|,,,,)\Z")
        self.assertEqual(got["GPGLL"], "$GPGLL,5128.6740,N,00000.0840,W,120001,A")
        self.assertEqual(got["GPVTG"], "$GPVTG,000,T,359,M,000.0,N,0000.0,K")
        self.assertRegex(got["PGRME"], r"\A\$PGRME(,\d+\.\d,M){3}\Z")
        self.assertEqual(got["PGRMV"], "$PGRMV,0.0,0.0,0.0")
        self.assertEqual(got["PGRMB"], "$PGRMB,0.0,200,,,,K,,W,W")
        self.assertEqual(got["PGRMM"], "$PGRMM,WGS 84")

    def test_lengths_of_the_table(self):
        self.make(port_baud=9600, baud=9600, pgrmt_period_s=1)
        self.send("PGRMO,,3")
        longest = {"GPRMC": 74, "GPGGA": 82, "GPGSA": 66, "GPGSV": 70, "PGRME": 35, "GPGLL": 44, "GPVTG": 42,
                   "PGRMV": 32, "PGRMF": 82, "PGRMB": 40, "PGRMM": 32, "PGRMT": 50}
        seen = set()
        for line in self.lines(4):
            seen.add(name(line))
            self.assertLessEqual(len(line), longest[name(line)], line)      # CR LF not counted
        self.assertEqual(seen, set(longest))

    def test_pgrmf_agrees_with_itself(self):
        self.make()
        self.unit.stored.sentences = {"PGRMF"}
        field = self.one("PGRMF")[:-3].split(",")
        self.assertEqual(field[3:6], ["010926", "120001", "18"])
        self.assertEqual(field[10:], ["A", "2", "0", "0", "2", "1"])
        utc = 315964800 + (int(field[1]) + 2 * 1024) * 604800 + int(field[2]) - 18
        self.assertEqual(utc, calendar.timegm((2026, 9, 1, 12, 0, 1)))

    def test_gsv_turns(self):
        self.make(port_baud=9600, baud=9600)
        parts = [line.split(",")[2] for line in self.lines(7) if name(line) == "GPGSV"]
        self.assertIn("".join(parts[:6]), ("123123", "231231", "312312"))
        self.unit.gsv_rotation = False
        self.to_quiet()
        self.assertEqual([line.split(",")[2] for line in self.lines(1) if name(line) == "GPGSV"], ["1", "2", "3"])

    def test_gsv_counts(self):
        self.make(satellites=0)
        self.assertEqual(self.one("GPGSV")[:-3], "$GPGSV,1,1,00" + ",,,," * 4)
        self.unit.satellites = 12
        self.assertTrue(self.one("GPGSV").startswith("$GPGSV,3,"))
        self.assertEqual(self.one("GPGGA").split(",")[7], "12")

    def test_pgrmt_once_a_minute(self):
        self.make()
        when = [line for line in self.lines(185) if name(line) == "PGRMT"]
        self.assertEqual(len(when), 3)
        self.assertEqual(when[0][:-3], "$PGRMT,GPS 18-LVC software ver. 3.10,,,,,,,,")

    def test_pgrmt_18x_as_recorded(self):
        self.make(firmware="GPS 18x-LVC software ver. 3.70", pgrmt_period_s=2)
        got = [line for line in self.lines(6) if name(line) == "PGRMT"]
        self.assertEqual(set(got), {"$PGRMT,GPS 18x-LVC software ver. 3.70,,,,,,,,*6B"})
        self.assertIn(len(got), (2, 3))

    def test_18x_has_no_pgrmb(self):
        self.make(firmware="GPS 18x-LVC software ver. 3.70")
        self.assertNotIn("PGRMB", self.names(3))

    def test_time_is_the_preceding_pulse(self):
        self.make()
        self.to_quiet()
        second = int(self.now)
        self.assertEqual(self.lines(1)[0].split(",")[1], time.strftime("%H%M%S", time.gmtime(second)))

    def test_utc_can_be_wrong(self):
        self.make(clock_offset_s=-1)
        self.unit.stored.sentences = {"GPRMC", "PGRMF"}
        self.assertEqual(self.one("GPRMC").split(",")[1], "120000")
        self.unit.clock_offset_s, self.unit.leap_s = 0, 17
        self.assertEqual(self.one("GPRMC").split(",")[1], "120003")      # a second fast at 12:00:02
        self.assertEqual(self.one("PGRMF").split(",")[4:6], ["120004", "17"])

    def test_day_and_year_turn(self):
        self.make(clock_offset_s=calendar.timegm((2026, 12, 31, 23, 59, 58)) - int(START))
        rmc = [line.split(",") for line in self.lines(3) if name(line) == "GPRMC"]
        self.assertEqual([(f[1], f[9]) for f in rmc],
                         [("235959", "311226"), ("000000", "010127"), ("000001", "010127")])

    def test_angle_carries(self):
        self.assertEqual(garmin18.angle(51.9999999999, 2, "NS", 4), "5200.0000,N")
        self.assertEqual(garmin18.angle(-122.139440, 3, "EW", 4), "12208.3664,W")


class TestTiming(Case):
    def first_and_last(self, seconds=1):
        self.to_quiet()
        mark = len(self.log)
        second = int(self.now)
        data = self.run_for(seconds)
        times = [when - second for when, _ in self.log[mark:]]
        return times[0], times[-1], len(data)

    def test_burst_takes_its_time(self):
        for baud in (4800, 9600, 19200):
            self.make(port_baud=baud, baud=baud)
            first, last, count = self.first_and_last()
            self.assertAlmostEqual(first, 0.220, delta=0.012)
            self.assertAlmostEqual(last, 0.220 + count * 10 / baud, delta=0.012)

    def test_rmc_ends_as_the_list_says(self):
        """GPS 18 at 4800: 0.21 to 0.38 s after the pulse."""
        self.make()
        self.unit.stored.sentences = {"GPRMC"}
        _, last, _ = self.first_and_last()
        self.assertTrue(0.21 < last < 0.38, last)

    def test_small_chunks(self):
        self.make()
        self.run_for(2)
        self.assertLessEqual(max(len(data) for _, data in self.log), 4)

    def test_delay_over_a_second(self):
        """18x before 3.70: NMEA more than a second after its pulse."""
        self.make(delay_ms=1200)
        self.run_for(2)
        self.to_quiet()
        self.run_for(0.18)
        self.assertEqual(self.now % 1 > 0.19, True)
        second = int(self.now)
        rmc = [line for line in self.lines(0.9) if name(line) == "GPRMC"][0]
        self.assertEqual(rmc.split(",")[1], time.strftime("%H%M%S", time.gmtime(second - 1)))

    def test_delay_changed_while_running(self):
        self.make()
        self.unit.stored.sentences = {"GPRMC"}
        times = [line.split(",")[1] for line in self.lines(3)]
        self.unit.delay_ms = 700
        times += [line.split(",")[1] for line in self.lines(3)]
        self.unit.delay_ms = 50
        times += [line.split(",")[1] for line in self.lines(3)]
        self.assertEqual(times, sorted(set(times)))
        self.assertGreaterEqual(len(times), 8)

    def test_overrun_lags_then_loses_whole_sentences(self):
        self.make()
        self.unit.stored.sentences = set(ALL_BUT_ALM)
        self.lines(90)          # asserts that each is whole
        stamps = re.findall(rb"\$GPRMC,(\d{6})", b"".join(data for _, data in self.log))
        self.run_for((0.0 - self.now) % 1)
        mark = len(self.log)
        self.run_for(1.5)
        last = re.findall(rb"\$GPRMC,(\d{6})", b"".join(data for _, data in self.log[mark:]))[0]
        lag = int(self.now) - calendar.timegm(time.strptime("260901" + last.decode(), "%y%m%d%H%M%S"))
        self.assertTrue(2 <= lag <= 4, lag)
        self.assertGreater(len(stamps), 30)

    def test_default_set_does_not_lag(self):
        self.make(pgrmt_period_s=1)
        self.run_for(30)
        first, last, _ = self.first_and_last()
        self.assertAlmostEqual(first, 0.220, delta=0.012)
        self.assertLess(last, 1.05)

    def test_first_burst_after_boot_is_in_its_time(self):
        self.make(boot_s=1.1)
        self.assertEqual(self.run_for(1.1), b"")
        self.run_for(1)
        self.assertAlmostEqual(self.log[0][0] % 1, 0.220, delta=0.012)

    def test_interval(self):
        self.make()
        self.send("PGRMC1,3")
        self.assertEqual(self.names(9).count("GPRMC"), 3)

    def test_clock_set_back(self):
        self.make()
        self.run_for(3)
        self.now -= 3600
        self.run_for(2.5)
        self.assertIn("GPRMC", self.names(3))


class TestSpeed(Case):
    def test_same_speed_is_clean(self):
        data = bytes(range(256)) * 2
        self.assertEqual(b"".join(garmin18.resample(data, 4800, 4800)), data)

    def test_resample_scales(self):
        data = sentence("GPRMC,120001,A,5128.6740,N,00000.0840,W,000.0,000.0,010926,001.2,E")
        for guest, low, high in ((9600, 1.0, 2.0), (38400, 1.5, 5), (2400, 0.3, 0.7), (1200, 0.15, 0.35)):
            cells = garmin18.resample(data, 4800, guest)
            self.assertEqual(len(cells), len(data))
            self.assertTrue(low <= len(b"".join(cells)) / len(data) <= high, guest)

    def test_known_misreading(self):
        # 'U' is 0x55: the line alternates bit by bit, so at half the speed pairs are read.
        # At twice the speed each bit is read twice: start 0, then 0 11 00 11 0 and stop 0.
        self.assertEqual(garmin18.resample(b"U", 4800, 9600)[0][:1], bytes((0b01100110,)))

    def test_wrong_speed_is_rubbish_and_deterministic(self):
        heard = []
        for _ in range(2):
            self.make(port_baud=9600)
            heard.append(self.run_for(3))
        self.assertEqual(heard[0], heard[1])
        self.assertGreater(len(heard[0]), 300)
        self.assertNotIn(b"GPRMC", heard[0])
        self.assertNotIn(b"$GP", heard[0])

    def test_wrong_speed_is_not_understood(self):
        self.make(port_baud=9600)
        self.to_quiet()
        self.port.write(sentence("PGRMO,,2") * 5)
        self.run_for(1)
        self.assertEqual(self.unit.received, [])
        self.port.baud = 4800
        self.to_quiet()
        self.assertEqual(self.names(1), DEFAULT_SET)
        self.send("PGRMO,,2")
        self.assertEqual(self.unit.received, ["$PGRMO,,2"])

    def test_guest_changes_speed_in_the_middle(self):
        self.make()
        self.to_quiet()
        clean = self.run_for(0.26)
        self.port.baud = 9600
        rubbish = self.run_for(0.1)
        self.assertIn(b"$GPRMC,12", clean)
        self.assertNotIn(b",W,", rubbish)

    def test_unknown_speed_counts_as_right(self):
        for baud in (0, None):
            self.make(port_baud=baud)
            self.to_quiet()
            self.assertEqual(self.names(1), DEFAULT_SET)

    def test_baud_set_by_a_test(self):
        self.make()
        self.unit.baud = self.port.baud = 19200
        self.unit.power_cycle()
        self.assertEqual(self.unit.baud, 19200)
        self.assertIn("GPRMC", self.names(2))
        with self.assertRaises(KeyError):
            self.unit.baud = 4801


class TestFix(Case):
    def test_void_formats(self):
        self.make(fix=None, port_baud=9600, baud=9600)
        self.unit.stored.sentences = set(ALL_BUT_ALM)
        self.to_quiet()
        got = {name(line): line[:-3] for line in self.lines(1)}
        self.assertEqual(got["GPRMC"], "$GPRMC,120001,V,5128.6740,N,00000.0840,W,,,010926,001.2,E")
        self.assertEqual(got["GPGGA"], "$GPGGA,120001,5128.6740,N,00000.0840,W,0,00,,,M,,M,,")
        self.assertEqual(got["GPGSA"], "$GPGSA,A,1,,,,,,,,,,,,,,,")
        self.assertEqual(got["GPGLL"][-2:], ",V")
        self.assertEqual(got["PGRMF"].split(",")[11], "0")

    def test_2d(self):
        self.make(fix="2d")
        self.unit.stored.sentences |= {"PGRMF"}
        self.to_quiet()
        got = {name(line): line[:-3].split(",") for line in self.lines(1)}
        self.assertEqual(got["GPRMC"][2], "A")
        self.assertEqual(got["GPGSA"][2], "2")
        self.assertEqual(got["GPGSA"][-1], "")
        self.assertEqual(got["PGRMF"][11], "1")

    def test_3d_only_refuses_2d(self):
        self.make(fix="2d")
        self.send("PGRMC,3")
        self.assertEqual(self.one("GPRMC").split(",")[2], "V")

    def test_2d_mode(self):
        self.make()
        self.send("PGRMC,2")
        self.assertEqual(self.one("GPGSA").split(",")[2], "2")

    def test_no_pulse_until_the_first_fix(self):
        self.make(fix=None)
        self.run_for(2)
        self.assertEqual(self.port.calls, [("level", "dcd", 0)])
        self.unit.fix = "3d"
        self.run_for(0.1)
        self.assertEqual(self.port.calls[-1], ("pulse", "dcd", 1000, 100, 0, False))

    def test_pulse_outlives_the_fix(self):
        self.make()
        self.run_for(0.1)
        self.unit.fix = None
        self.run_for(2)
        self.assertEqual(self.port.calls[-1][0], "pulse")
        self.assertEqual(self.one("GPRMC").split(",")[2], "V")
        self.unit.power_cycle()
        self.run_for(0.1)
        self.assertEqual(self.port.calls[-1], ("level", "dcd", 0))

    def test_auto_off(self):
        self.make()
        self.send("PGRMC1,,,,,,,,,,,,,2")
        self.assertEqual(self.port.calls[-1][0], "pulse")
        self.unit.fix = None
        self.run_for(0.1)
        self.assertEqual(self.port.calls[-1], ("level", "dcd", 0))
        self.unit.fix = "3d"
        self.run_for(0.1)
        self.assertEqual(self.port.calls[-1][0], "pulse")

    def test_acquire(self):
        self.make(acquire_s=5)
        self.assertEqual({line.split(",")[2] for line in self.lines(4) if name(line) == "GPRMC"}, {"V"})
        self.assertEqual(self.pulses(), [])
        self.run_for(2)
        self.assertEqual(self.one("GPRMC").split(",")[2], "A")
        self.assertEqual(len(self.pulses()), 1)

    def test_pulse_options(self):
        self.make()
        self.run_for(0.1)
        self.unit.pulse_width_ms = 4
        self.run_for(0.1)
        self.assertEqual(self.pulses()[-1][3], 4)
        self.unit.pulse_inverted, self.unit.pulse_phase_ms = True, 300
        self.run_for(0.1)
        self.assertEqual(self.pulses()[-1], ("pulse", "dcd", 1000, 4, 300, True))
        self.unit.pulse_inverted = False
        self.unit.pulse_line = "cts"
        self.run_for(0.1)
        self.assertEqual(self.port.calls[-2:], [("level", "dcd", 1), ("pulse", "cts", 1000, 4, 300, False)])
        self.unit.pulse_line = None
        self.run_for(0.1)
        self.assertEqual(self.port.calls[-1], ("level", "cts", 0))
        self.unit.pulse_line = "dcd"
        self.unit.pulse_enabled = False
        self.run_for(0.1)
        self.assertEqual(self.port.calls[-1], ("level", "dcd", 0))

    def test_told_once(self):
        self.make()
        self.run_for(5)
        self.assertEqual(len(self.pulses()), 1)


class TestPgrmo(Case):
    def test_one_off_and_on(self):
        self.make()
        self.assertEqual(self.send("PGRMO,GPGSV,0"), [])
        self.assertEqual(self.names(1), [n for n in DEFAULT_SET if n != "GPGSV"])
        self.send("PGRMO,GPGLL,1")
        self.assertIn("GPGLL", self.names(1))

    def test_every_target(self):
        self.make(port_baud=9600, baud=9600, pgrmt_period_s=1)
        self.send("PGRMO,,2")
        for target in ALL_BUT_ALM + ["PGRMT"]:
            self.send("PGRMO,%s,1" % target)
            self.to_quiet()
            self.assertEqual(self.names(1), [target])
            self.send("PGRMO,%s,0" % target)
            self.assertEqual(self.names(1), [])

    def test_all_off_by_either_form(self):
        for body in ("PGRMO,,2", "PGRMO,GPRMC,2", "PGRMO,NONSE,2"):
            self.make()
            self.send(body)
            self.assertEqual(self.names(2), [])

    def test_all_on_but_almanac(self):
        self.make(port_baud=9600, baud=9600)
        self.send("PGRMO,,3")
        self.to_quiet()
        self.assertEqual(self.names(1), ALL_BUT_ALM)

    def test_factory_set(self):
        self.make()
        self.send("PGRMO,,2")
        self.send("PGRMO,,4")
        self.to_quiet()
        self.assertEqual(self.names(1), DEFAULT_SET)
        self.unit.mode4 = False
        self.send("PGRMO,,2")
        self.send("PGRMO,,4")
        self.assertEqual(self.names(2), [])

    def test_invalid_is_silent_and_without_effect(self):
        self.make(echo_pgrmo=True)
        for body in ("PGRMO,GPZDA,1", "PGRMO,,1", "PGRMO,,0", "PGRMO,GPRMC,5", "PGRMO,GPRMC,", "PGRMO,GPRMC",
                     "PGRMO", "PGRMO,GPRMC,00", "PGRMO,gprmc,0", "PGRMOE,", "PGRMO,GPRMC,0,0", "PGRMO,,g"):
            self.assertEqual(self.send(body), [], body)
        self.to_quiet()
        self.assertEqual(self.names(1), DEFAULT_SET)

    def test_18x_does_not_know_pgrmb(self):
        self.make(firmware="GPS 18x-LVC software ver. 3.70", echo_pgrmo=True)
        self.assertEqual(self.send("PGRMO,PGRMB,1"), [])

    def test_echo_depends_on_the_unit(self):
        self.make()
        self.assertEqual(self.send("PGRMO,,2"), [])
        self.unit.echo_pgrmo = True
        self.assertEqual(self.send("PGRMO,GPRMC,1"), ["$PGRMO,GPRMC,1*3D"])

    def test_acts_at_once_on_what_waits(self):
        self.make()
        self.unit.stored.sentences = set(ALL_BUT_ALM)
        self.run_for(30)                        # two seconds of sentences wait
        self.port.write(sentence("PGRMO,,2"))
        self.assertLessEqual(len(self.run_for(3)), 82)

    def test_survives_power_cycle(self):
        self.make()
        self.send("PGRMO,,2")
        self.send("PGRMO,GPRMC,1")
        self.unit.power_cycle()
        self.assertEqual(set(self.names(3)), {"GPRMC"})

    def test_almanac_once_and_alone(self):
        self.make()
        self.send("PGRMO,GPALM,1", 0)
        got = self.names(8)
        self.assertEqual(got[:32], ["GPALM"] * 32)
        self.assertEqual(got.count("GPALM"), 32)
        self.assertIn("GPRMC", got)

    def test_others_wait_for_the_almanac(self):
        self.make()
        self.send("PGRMO,GPALM,1", 0)
        while not any(b"GPRMC" in line for line in self.run_for(1).split(b"\r\n")):
            pass
        self.run_for(2)
        self.assertEqual(self.one("GPRMC").split(",")[1], self.clock())

    def test_binary_until_escape_or_power_cycle(self):
        self.make()
        self.send("PGRMO,,G")
        self.port.baud = 9600
        heard = self.run_for(3)
        self.assertTrue(heard.startswith(b"\x10\x33\x40"))
        self.assertTrue(heard.endswith(b"\x10\x03"))
        self.assertNotIn(b"$", heard)
        self.port.write(bytes.fromhex("10fe00021003"))
        self.assertIn(b"\x36\x01GPS 18-LVC software ver. 3.10\0", self.run_for(2))      # 310 is 0x0136
        self.port.write(bytes.fromhex("100a022600ce1003"))
        self.run_for(0.1)
        self.port.baud = 4800
        self.to_quiet()
        self.assertIn("GPRMC", self.names(2))
        self.send("PGRMO,,G")
        self.unit.power_cycle()
        self.assertIn("GPRMC", self.names(2))


class TestPgrmc(Case):
    DEFAULT = "$PGRMC,A,00018.0,100,0000000.000,000.000000000,0000,0000,0000,A,3,0,2,04,1.0*47"

    def fields(self):
        return self.ask("PGRMCE")[:-3].split(",")

    def test_default_as_recorded(self):
        self.make()
        self.assertEqual(self.ask("PGRMCE"), self.DEFAULT)

    def test_number_format_of_other_units(self):
        self.make(padded=False)
        self.unit.stored.pgrmc[3:5] = [6378137.0, 298.257223563]
        self.assertEqual(self.ask("PGRMCE")[:-3], "$PGRMC,A,18.0,100,6378137.000,298.257223563,0.0,0.0,0.0,A,3,0,2,4,1")

    def test_null_fields_stay(self):
        self.make()
        self.assertEqual(self.ask("PGRMC,,,,,,,,,,,,,9"), "$PGRMC,,,,,,,,,,,,,9*5E")
        changed = self.fields()
        self.assertEqual(changed[13], "09")
        changed[13] = "04"
        self.assertEqual(",".join(changed), self.DEFAULT[:-3])

    def test_truncated(self):
        self.make()
        self.assertEqual(self.ask("PGRMC,3"), "$PGRMC,3*%s" % garmin18.checksum("PGRMC,3"))
        self.assertEqual(self.ask("PGRMC,,250"), "$PGRMC,,250*%s" % garmin18.checksum("PGRMC,,250"))
        self.assertEqual(self.fields()[1:3], ["3", "00250.0"])
        self.assertEqual(self.ask("PGRMC")[:7], "$PGRMC*")

    def test_every_field_and_its_limits(self):
        good = {1: ["A", "2", "3"], 2: ["-1500.0", "18000"], 3: ["0", "100"], 4: ["6360000", "6380000.000"],
                5: ["285", "310.0"], 6: ["-5000", "5000"], 7: ["0"], 8: ["12"], 9: ["A", "D"],
                10: ["3", "4", "5", "6", "7", "8"], 11: ["0", "1", "255"], 12: ["1", "2"], 13: ["0", "48"],
                14: ["1", "30", "1.5"]}
        bad = {1: ["B", "a", "1"], 2: ["-1500.1", "18001", "x", "nan"], 3: ["-1", "1.5"], 4: ["6359999", "1"],
               5: ["284.9", "311"], 6: ["5001"], 7: ["-5001"], 8: ["x"], 9: ["N"], 10: ["0", "9", "1", "04"],
               11: ["256", "-1"], 12: ["0", "3"], 13: ["49", "-1", "1.0"], 14: ["0", "31"], 15: ["1"]}
        self.make(port_baud=38400, baud=38400)
        for n, values in good.items():
            for value in values:
                body = "PGRMC" + "," * n + value
                self.assertEqual(self.ask(body)[1:-3], body)
        current = self.ask("PGRMCE")
        for n, values in bad.items():
            for value in values:
                self.assertEqual(self.ask("PGRMC" + "," * n + value), current, (n, value))

    def test_error_takes_nothing(self):
        self.make()
        self.assertEqual(self.ask("PGRMC,3,,,,,,,,,,,,49"), self.DEFAULT)
        self.assertEqual(self.ask("PGRMCE"), self.DEFAULT)

    def test_user_datum_needs_its_fields(self):
        self.make(port_baud=9600, baud=9600)
        before = self.ask("PGRMCE")
        self.assertEqual(self.ask("PGRMC,,,96"), before)
        self.assertEqual(self.ask("PGRMC,,,96,6378137,298.257,1,2"), before)
        body = "PGRMC,,,96,6378137.000,298.257,1,-2,3"
        self.assertEqual(self.ask(body)[1:-3], body)
        self.assertEqual(self.fields()[3:9], ["096", "6378137.000", "298.257000000", "0001", "-002", "0003"])

    def test_baud_waits_for_reset(self):
        for code, baud in (("4", 9600), ("5", 19200), ("6", 300), ("7", 600), ("8", 38400), ("3", 4800)):
            self.make()
            self.ask("PGRMC" + "," * 10 + code)
            self.assertEqual(self.unit.baud, 4800)
            self.assertEqual(self.fields()[10], code)
            self.send("PGRMI,,,,,,,R")
            self.assertEqual(self.unit.baud, baud)
            self.port.baud = baud
            self.run_for(1)

    def test_baud_waits_for_power_cycle(self):
        self.make()
        self.ask("PGRMC" + "," * 10 + "4")
        self.assertIn("GPRMC", self.names(2))
        self.unit.power_cycle()
        self.port.baud = 9600
        self.run_for(0.5)
        self.assertIn("GPRMC", self.names(2))

    def test_accepted_baud_codes(self):
        self.make(accepted_baud_codes=("3", "4"))
        self.assertEqual(self.ask("PGRMC" + "," * 10 + "8"), self.DEFAULT)

    def test_pulse_mode_waits_width_does_not(self):
        self.make()
        self.ask("PGRMC,,,,,,,,,,,,1,9")
        self.run_for(1)
        self.assertEqual(self.port.calls[-1], ("pulse", "dcd", 1000, 200, 0, False))
        self.assertEqual(self.fields()[12:14], ["1", "09"])
        self.unit.power_cycle()
        self.run_for(2)
        self.assertEqual(self.port.calls[-1], ("level", "dcd", 0))
        self.ask("PGRMC,,,,,,,,,,,,2")
        self.run_for(1)
        self.assertEqual(self.port.calls[-1], ("level", "dcd", 0))
        self.send("PGRMI,,,,,,,R")
        self.assertEqual(self.port.calls[-1], ("pulse", "dcd", 1000, 200, 0, False))

    def test_widths(self):
        self.make()
        for n, width in ((0, 20), (4, 100), (9, 200), (48, 980)):
            self.ask("PGRMC,,,,,,,,,,,,,%d" % n)
            self.assertEqual(self.unit.pulse_width_ms, width)

    def test_width_by_command_ends_the_defect(self):
        self.make()
        self.unit.pulse_width_ms = 3
        self.ask("PGRMC,,,,,,,,,,,,1")
        self.assertEqual(self.unit.pulse_width_ms, 3)
        self.ask("PGRMC,,,,,,,,,,,,,4")
        self.assertEqual(self.unit.pulse_width_ms, 100)

    def test_full_echo(self):
        self.make(echo_full=True)
        self.assertEqual(self.ask("PGRMC,,,,,,,,,,,,,9").split(",")[13:15], ["09", "1.0*4A"])

    def test_18x_has_no_2d(self):
        self.make(firmware="GPS 18x-LVC software ver. 3.70")
        self.assertEqual(self.ask("PGRMC,2"), self.DEFAULT)

    def test_answer_waits_for_one_sentence_at_most(self):
        self.make()
        self.to_quiet()
        self.run_for(0.3)
        self.port.write(sentence("PGRMCE"))
        rest = self.run_for(0.7).split(b"\r\n")        # the end of RMC, then the answer
        self.assertTrue(rest[1].startswith(b"$PGRMC,A,"), rest)


class TestPgrmc1(Case):
    DEFAULT = "PGRMC1,1,1,1,,,,1,W,N,1,1,1,1"

    def test_default(self):
        self.make()
        self.assertEqual(self.ask("PGRMC1E")[1:-3], self.DEFAULT)
        self.unit.firmware = "GPS 18x-LVC software ver. 3.70"
        self.assertEqual(self.ask("PGRMC1E")[1:-3], "PGRMC1,1,1,1,,,,1,W,N,,,,1,,1")

    def test_fields(self):
        self.make()
        for n, good, bad in ((1, "900", "901"), (1, "1", "0"), (2, "2", "3"), (2, "1", "0"), (3, "2", "0"),
                             (7, "2", "0"), (8, "N", "A"), (9, "P", "p"), (13, "2", "0"), (14, "", "1")):
            body = "PGRMC1" + "," * n + good
            self.assertEqual(self.ask(body)[1:-3], body)
            current = self.ask("PGRMC1E")
            self.assertEqual(self.ask("PGRMC1" + "," * n + bad), current)

    def test_nmea_23_at_once(self):
        self.make()
        self.unit.stored.sentences = {"GPRMC", "GPGLL", "GPVTG"}
        self.assertEqual(self.ask("PGRMC1,,,,,,,2"), "$PGRMC1,,,,,,,2*64")
        self.to_quiet()
        self.assertEqual([line[-4] for line in self.lines(1)], ["A"] * 3)
        self.unit.fix = None
        self.assertTrue(self.one("GPRMC")[:-3].endswith(",E,N"))

    def test_binary_waits_for_reset(self):
        self.make()
        self.ask("PGRMC1,,2")
        self.assertIn("GPRMC", self.names(2))
        self.send("PGRMI,,,,,,,R")
        self.port.baud = 9600
        self.assertTrue(self.run_for(2).startswith(b"\x10"))
        self.port.write(garmin18.BINARY_ESCAPE)
        self.run_for(0.1)
        self.port.baud = 4800
        self.ask("PGRMC1,,1")
        self.unit.power_cycle()
        self.assertIn("GPRMC", self.names(2))

    def test_is_not_pgrmc(self):
        self.make()
        before = self.ask("PGRMCE")
        self.ask("PGRMC1,2")
        self.assertEqual(self.ask("PGRMCE"), before)


class TestPgrmi(Case):
    def test_query(self):
        self.make()
        answer = self.ask("PGRMIE")[1:-3].split(",")
        self.assertEqual(answer[:6], ["PGRMI", "5128.674", "N", "00000.084", "W", "010926"])
        self.assertRegex(answer[6], r"\A12000\d\Z")
        self.assertEqual(answer[7:], [""])

    def test_reset_echoes_and_restarts(self):
        self.make(boot_s=2)
        self.run_for(3)
        self.assertEqual(self.send("PGRMI,,,,,,,R"), ["$PGRMI,,,,,,,R*3F"])
        self.assertEqual(self.port.calls[-1], ("level", "dcd", 0))
        self.assertEqual(self.run_for(1.7), b"")
        self.assertIn("GPRMC", self.names(3))

    def test_reset_may_come_before_its_echo(self):
        self.make(echo_reset=False)
        self.assertEqual(self.send("PGRMI,,,,,,,R"), [])

    def test_receipt_restarts_acquisition(self):
        self.make(acquire_s=3)
        self.run_for(4)
        body = "PGRMI,5130.000,N,00010.5,W,010926,120000"
        self.assertEqual(self.ask(body)[1:-3], body)
        self.assertEqual(self.one("GPRMC").split(",")[2], "V")
        self.assertEqual(self.port.calls[-1][0], "pulse")       # it was not switched off
        self.run_for(3)
        self.assertEqual(self.one("GPRMC").split(",")[2], "A")

    def test_errors_answer_with_current_values(self):
        self.make(acquire_s=1)
        self.run_for(2)
        for body in ("PGRMI,9100.0,N", "PGRMI,5161.0,N", "PGRMI,,X", "PGRMI,,,18100.0", "PGRMI,,,,N", "PGRMI,,,,,320126",
                     "PGRMI,,,,,,250000", "PGRMI,,,,,,,X", "PGRMI,,,,,,,R,R"):
            self.assertTrue(self.ask(body).startswith("$PGRMI,5128.674,N,00000.084,W,"), body)
        self.assertEqual(self.unit.has_fix, "3d")

    def test_cold_start_forgets_the_leap_seconds(self):
        """Seen with an 18x: UTC a second fast until the almanac is there."""
        self.make(cold_leap_s=17, almanac_s=60)
        self.assertEqual(self.ask("PGRMI,,,,,,,A"), "$PGRMI,,,,,,,A*2C")
        self.assertEqual(self.one("GPRMC").split(",")[1], self.clock(+1))
        self.run_for(60)
        self.assertEqual(self.one("GPRMC").split(",")[1], self.clock())


class TestInput(Case):
    def hears(self, data, *bodies):
        self.make()
        self.to_quiet()
        self.port.write(data)
        self.run_for(0.1)
        self.assertEqual(self.unit.received, ["$" + body for body in bodies], data)

    def test_checksum(self):
        self.hears(b"$PGRMO,,2\r\n", "PGRMO,,2")
        self.hears(b"$PGRMO,,2*75\r\n", "PGRMO,,2")
        self.hears(b"$PGRMO,,2*76\r\n")
        self.hears(b"$PGRMO,GPRMC,1*3D\r\n", "PGRMO,GPRMC,1")
        self.hears(b"$PGRMO,GPRMC,1*3d\r\n")
        for rest in (b"*", b"*7", b"*755", b"*75 ", b"*7G", b"*75*75"):
            self.hears(b"$PGRMO,,2" + rest + b"\r\n")

    def test_line_ends(self):
        self.hears(b"$PGRMO,,2*75\n")
        self.hears(b"$PGRMO,,2*75\r")
        self.hears(b"$PGRMO,,2*75\r\r\n")
        self.hears(b"$PGRMO,,2*75\n$PGRMO,,3*74\r\n", "PGRMO,,3")

    def test_garbage(self):
        self.hears(b"\xff\x00\r\n\x80xx$PGRMO,,2*75\r\n", "PGRMO,,2")
        self.hears(b"$PGRMO\x00,,2\r\n$PGR$PGRMO,,3\r\n", "PGRMO,,3")
        self.hears(b"PGRMO,,2*75\r\n")
        self.hears(b"x" * 500 + b"$PGRMO,,2*75\r\n", "PGRMO,,2")

    def test_oversized(self):
        self.hears(b"$PGRMO,,2" + b"," * 200 + b"\r\n$PGRMO,,3\r\n", "PGRMO,,3")
        body = "PGRMC" + "," * 74
        self.assertEqual(len(body) + 3, 82)
        self.hears(("$" + body + "\r\n").encode(), body)
        self.hears(("$" + body + ",\r\n").encode())

    def test_any_pieces(self):
        stream = sentence("PGRMO,,2") + sentence("PGRMO,GPRMC,1") + sentence("PGRMC,,,,,,,,,,,,2,4")
        for size in (1, 2, 3, 7, 1000):
            self.make()
            self.to_quiet()
            for at in range(0, len(stream), size):
                self.port.write(stream[at:at + size])
                self.run_for(0.002)
            self.run_for(0.01)
            self.assertEqual(len(self.unit.received), 3)

    def test_unknown_sentences_have_no_effect(self):
        self.make()
        for body in ("PMTK605", "GPRMC,120000,V", "PGRMZ", "PGRM", "", ",,,", "PSRF105,1"):
            self.assertEqual(self.send(body), [])
        self.to_quiet()
        self.assertEqual(self.names(1), DEFAULT_SET)

    def test_deaf(self):
        self.make(deaf=True)
        self.assertEqual(self.send("PGRMCE"), [])
        self.unit.deaf = False
        self.assertEqual(len(self.send("PGRMCE")), 1)

    def test_deaf_while_booting(self):
        self.make(boot_s=1)
        self.port.write(sentence("PGRMO,,2"))
        self.run_for(1)
        self.assertEqual(self.unit.received, [])

    def test_mute(self):
        self.make(mute=True)
        self.port.write(sentence("PGRMO,GPGSV,0"))
        self.assertEqual(self.run_for(3), b"")
        self.assertEqual(self.unit.received, ["$PGRMO,GPGSV,0"])
        self.unit.mute = False
        self.to_quiet()
        self.assertNotIn("GPGSV", self.names(2))


class TestInverted(Case):
    def test_vector(self):
        self.assertEqual(bytes(map(garmin18.invert, b"$GPRMC,\r\n")), bytes.fromhex("b7715f5b6579a7e5eb"))

    def test_stream(self):
        self.make(inverted=True)
        self.port.write(sentence("PGRMO,,2"))
        self.to_quiet()
        heard = self.run_for(1)
        text = bytes(~(char >> 1) & 0x7F for char in heard).decode("ascii")
        self.assertEqual([name(line) for line in text.split("\r\n")[:-1]], DEFAULT_SET)
        self.assertEqual(self.unit.received, [])


class TestThread(unittest.TestCase):
    def setUp(self):
        self.port = FakePort()
        self.addCleanup(self.port.close)

    def collect(self, seconds):
        end, data = time.monotonic() + seconds, b""
        while time.monotonic() < end:
            data += self.port.read()
            time.sleep(0.005)
        return data

    def started(self, **options):
        unit = Garmin18LVC(self.port, boot_s=0, **options)
        self.addCleanup(unit.stop)
        unit.start()
        return unit

    def test_lives_by_the_hosts_clock(self):
        unit = self.started(delay_ms=20)
        unit.baud = self.port.baud = 38400
        time.sleep(1.01 - time.time() % 1)
        second = int(time.time())
        text = self.collect(0.4)
        self.assertIn(b"$GPRMC," + time.strftime("%H%M%S", time.gmtime(second)).encode(), text)
        self.assertEqual(self.port.calls, [("pulse", "dcd", 1000, 100, 0, False)])

    def test_answers_and_stops(self):
        unit = self.started()
        self.port.write(sentence("PGRMC1E"))
        self.assertIn(b"$PGRMC1,1,1", self.collect(0.35))
        began = time.monotonic()
        unit.stop()
        unit.stop()
        self.assertLess(time.monotonic() - began, 1)
        self.assertEqual(self.port.calls[-1], ("level", "dcd", 0))
        self.assertIsNone(unit.error)
        self.port.read()
        self.assertEqual(self.collect(0.1), b"")

    def test_reset_is_as_made(self):
        unit = self.started(satellites=5)
        unit.fix, unit.baud, unit.mute, unit.pulse_width_ms, unit.satellites = None, 9600, True, 3, 1
        unit.stored.sentences.clear()
        unit.received.append("x")
        unit.reset()
        self.assertEqual((unit.fix, unit.baud, unit.mute, unit.pulse_width_ms, unit.satellites),
                         ("3d", 4800, False, 100, 5))
        self.assertEqual((unit.stored.sentences, unit.received), (set(DEFAULT_SET) | {"PGRMT"}, []))
        self.port.write(sentence("PGRMC1E"))
        self.collect(0.1)
        self.assertEqual(unit.received, ["$PGRMC1E"])

    def test_trouble_is_told(self):
        def broken(*_, **__):
            raise RuntimeError("no such line")
        self.port.pulse = broken
        unit = Garmin18LVC(self.port, boot_s=0)
        with contextlib.redirect_stderr(io.StringIO()) as told:
            unit.start()
            time.sleep(0.1)
        self.assertIn("no such line", told.getvalue())
        self.assertIsInstance(unit.error, RuntimeError)
        unit.stop()

    def test_nobody_reads_and_nobody_is_there(self):
        """A guest that does not read, then one that is gone: no end, no busy loop."""
        unit = self.started(delay_ms=0, baud=38400, tx_buffer=10 ** 6)
        self.port.baud = 38400
        os.close(self.port.guest)
        used = time.process_time()
        time.sleep(0.4)
        self.assertLess(time.process_time() - used, 0.2)
        self.assertIsNone(unit.error)
        self.port.guest = os.dup(self.port.fd)          # for close()

    def test_idle_costs_little(self):
        self.started(mute=True)
        used = time.process_time()
        time.sleep(0.4)
        self.assertLess(time.process_time() - used, 0.2)

    def test_full_pty_loses_characters(self):
        unit = Garmin18LVC(self.port)
        for _ in range(100):
            unit._write(b"x" * 4000)
        self.assertGreater(len(self.collect(0.05)), 1000)

    def test_threads_are_gone(self):
        unit = self.started()
        unit.stop()
        self.assertNotIn("garmin18", [thread.name for thread in threading.enumerate()])

    def test_unknown_option(self):
        with self.assertRaises(TypeError):
            Garmin18LVC(self.port, bauds=9600)


if __name__ == "__main__":
    unittest.main()
