#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The u-blox model against the packets of the protocol specifications; the clock is turned by hand."""

import calendar
import os
import sys
import tty
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from ublox import Ublox, packet  # noqa: E402

START = calendar.timegm((2026, 9, 1, 12, 0, 0)) + 0.5
RMC_ALONE = [bytes((0xF0, n, 0)) for n in (0, 1, 2, 3, 5)]


class FakePort:
    def __init__(self, baud):
        self.fd, self.guest = os.openpty()
        tty.setraw(self.guest)
        os.set_blocking(self.fd, False)
        os.set_blocking(self.guest, False)
        self.baud = baud
        self.calls = []

    def pulse(self, **options):
        self.calls.append(options["width_ms"])

    def level(self, line, value):
        self.calls.append((line, value))

    def close(self):
        os.close(self.fd)
        os.close(self.guest)


class Model(unittest.TestCase):
    def make(self, **options):
        self.port = FakePort(9600)
        self.addCleanup(self.port.close)
        self.now = START
        self.unit = Ublox(self.port, now=lambda: self.now, **{"boot_s": 0, **options})

    def run_for(self, seconds):
        data, end = b"", self.now + seconds
        while self.now < end:
            self.unit.step(self.now)
            self.now += 0.005
            try:
                data += os.read(self.port.guest, 65536)
            except BlockingIOError:
                pass
        return data

    def tell(self, data, seconds=0.5):
        os.write(self.port.guest, data)
        return self.run_for(seconds)

    def test_sends_the_factorys_set_each_second(self):
        self.make()
        data = self.run_for(3)
        for name in (b"$GNRMC", b"$GNVTG", b"$GNGGA", b"$GNGSA", b"$GNGLL"):
            self.assertEqual(data.count(name), 3, name)
        self.assertEqual(data.count(b"$GPGSV"), 6)
        self.assertNotIn(b"ZDA", data)
        self.assertEqual(self.port.calls, [100])

    def test_tells_its_version(self):
        for protver in (18, 34):
            self.make(protver=protver)
            self.unit.now.sentences = set()
            self.assertIn(b"PROTVER=%d.00" % protver, self.tell(bytes.fromhex("B5620A0400000E34")))

    def test_packets_are_obeyed_and_saved(self):
        self.make(has_battery=False)
        for payload in RMC_ALONE:
            self.assertIn(packet(5, 1, b"\x06\x01"), self.tell(packet(6, 1, payload), 1.2))
        self.assertEqual(self.unit.now.sentences, {"RMC"})
        self.unit.power_cycle()
        self.assertEqual(len(self.unit.now.sentences), 6)
        for payload in RMC_ALONE:
            self.tell(packet(6, 1, payload))
        self.tell(bytes.fromhex("B56206090D0000000000 1F1F00000000000007 61CF"))
        self.unit.power_cycle()
        self.assertEqual(self.unit.now.sentences, {"RMC"})
        self.assertIn(packet(5, 0, b"\x06\x8a"), self.tell(packet(6, 0x8A, bytes(4))))

    def test_pulse(self):
        self.make()
        self.unit.now.sentences = set()
        heard = self.tell(bytes.fromhex("B5620631010000 38E5"))
        self.assertTrue(heard.startswith(bytes.fromhex("B5620631 2000")))
        self.tell(bytes.fromhex("B562063120000001000032000000 40420F00 40420F00 00000000 A0860100 00000000 "
                                "76000000 49B2"))
        self.assertEqual(self.port.calls[-1], ("dcd", 0))
        # longer than its period
        bad = self.unit.now.tp5()[:20] + (2000000).to_bytes(4, "little") + self.unit.now.tp5()[24:]
        self.assertEqual(self.tell(packet(6, 0x31, bad)), packet(5, 0, b"\x06\x31"))

    def test_keys_and_speed(self):
        self.make(protver=34, has_flash=False)
        self.unit.now.sentences = set()
        speed = bytes.fromhex("B562068A0C0000 01 0000 01005240 80250000 D5CC")
        self.assertEqual(self.tell(speed), packet(5, 1, b"\x06\x8a"))
        for layers, answer in ((4, 0), (7, 0), (3, 1)):
            data = packet(6, 0x8A, bytes((0, layers, 0, 0)) + bytes.fromhex("01005240 00960000"))
            self.assertEqual(self.tell(data), packet(5, answer, b"\x06\x8a"))
        self.assertEqual((self.unit.now.baud, self.unit.battery.baud), (38400, 38400))
        # the other end is still at the old speed: neither is understood
        self.assertNotIn(packet(5, 1, b"\x06\x8b"), self.tell(packet(6, 0x8B, bytes(4))))
        self.port.baud = 38400
        answer = self.tell(packet(6, 0x8B, bytes(4) + bytes.fromhex("01005240")))
        self.assertEqual(answer, packet(6, 0x8B, bytes.fromhex("01000000 01005240 00960000"))
                         + packet(5, 1, b"\x06\x8b"))

    def test_text(self):
        self.make(takes_packets=False)
        self.tell(b"$PUBX,40,GSV,0,0,0,0,0,0*59\r\n")
        self.assertNotIn("GSV", self.unit.now.sentences)
        self.assertIn(b"$GNTXT,01,01,01,PGRM inv format*2A", self.tell(b"$PGRMCE*0E\r\n", 2))
        self.assertIn(b"$PUBX,04,", self.tell(b"$PUBX,04*37\r\n", 2))
        self.assertNotIn(b"\xb5\x62", self.tell(bytes.fromhex("B5620A0400000E34"), 2))
        self.tell(b"$PUBX,41,1,0007,0003,38400,0*20\r\n")
        self.assertEqual(self.unit.now.baud, 38400)

    def test_silence_and_lies(self):
        self.make(silent=True)
        self.unit.now.sentences = set()
        self.assertEqual(self.tell(bytes.fromhex("B5620A0400000E34")), b"")
        self.make(yes_only=True)
        self.tell(packet(6, 1, b"\xf0\x03\x00"))
        self.assertIn("GSV", self.unit.now.sentences)


if __name__ == "__main__":
    unittest.main()
