#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The models of other makes against what their documents say, under a clock turned by hand."""

import calendar
import os
import sys
import time
import tty
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import mtk  # noqa: E402

START = calendar.timegm((2026, 9, 1, 12, 0, 0))
RMC_ONLY = "$PMTK314,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0*29"


class FakePort:
    def __init__(self, baud):
        self.fd, self.guest = os.openpty()
        tty.setraw(self.guest)
        os.set_blocking(self.fd, False)
        os.set_blocking(self.guest, False)
        self.baud = baud

    def pulse(self, *args, **options):
        pass

    def level(self, *args):
        pass

    def read(self):
        try:
            return os.read(self.guest, 65536)
        except BlockingIOError:
            return b""

    def close(self):
        os.close(self.fd)
        os.close(self.guest)


class Case(unittest.TestCase):
    def make(self, kind, baud, **options):
        options.setdefault("boot_s", 0)
        self.port = FakePort(baud)
        self.addCleanup(self.port.close)
        self.now = START + 0.9
        self.unit = kind(self.port, now=lambda: self.now, **options)

    def run_for(self, seconds):
        got, end = b"", self.now + seconds
        while self.now < end - 1e-9:
            wait = self.unit.step(self.now)
            got += self.port.read()
            self.now = min(end, self.now + max(0.001, wait))
        return got

    def ask(self, data, seconds=0.2):
        """What answers in the quiet time before the next burst."""
        self.run_for((0.9 - self.now) % 1)
        os.write(self.port.guest, data if isinstance(data, bytes) else data.encode() + b"\r\n")
        return self.run_for(seconds)

    def line(self, text, answer, seconds=0.2):
        self.assertEqual(self.ask(text, seconds).decode("latin-1").split("\r\n")[:-1], answer)

    def names(self, seconds=1):
        self.run_for((0.9 - self.now) % 1)
        lines = self.run_for(seconds).decode("ascii").split("\r\n")[:-1]
        for line in lines:
            self.assertEqual(line[-2:], mtk.checksum(line[1:-3]), line)
        return [line[3:6] for line in lines]


class TestMediaTek(Case):
    def test_documents(self):
        self.make(mtk.MediaTek, 9600)
        self.assertEqual(self.names(), ["GGA", "GSA", "GSV", "GSV", "GSV", "RMC", "VTG"])
        self.line("$PMTK605*31", ["$PMTK705,AXN_2.51_3339_19071200,0002,QUECTEL-L70,1.0*32"])
        self.line("$PQVERNO,R*3F", ["$PQVERNO,R,L70BGR03A05S,2019/10/09,21:12*23"])
        self.line(RMC_ONLY, ["$PMTK001,314,3*36"])
        self.assertEqual(self.names(3), ["RMC"] * 3)
        answer = self.ask("$PMTK414*33").decode().split("\r\n")
        self.assertTrue(answer[0].startswith("$PMTK001,414,3*"))
        self.assertTrue(answer[1].startswith("$PMTK514,0,1,0,0,0,0,"))
        self.line("$PMTK314,0,1*00", [])            # a wrong checksum is not heard
        self.line("$PMTK604*30", ["$PMTK001,604,1*30"])

    def test_speed(self):
        self.make(mtk.MediaTek, 9600)
        self.ask(RMC_ONLY)
        self.line("$PMTK251,38400*27", [])
        garbage = self.run_for(2)
        self.assertNotIn(b"RMC", garbage)
        self.port.baud = 38400
        self.assertEqual(self.names(), ["RMC"])

    def test_backup(self):
        for backup in (True, False):
            self.make(mtk.MediaTek, 9600, backup=backup)
            self.ask(RMC_ONLY)
            self.unit.power_cycle()
            self.run_for(0.3)
            self.assertEqual(len(self.names()), 1 if backup else 7)

    def test_faults(self):
        self.make(mtk.MediaTek, 9600, silent=("285",), refused={"220": 2}, lies=("314",), lose=3)
        self.line("$PMTK285,2,100*3E", [])
        self.line("$PMTK220,1000*1F", ["$PMTK001,220,2*31"])
        self.line(RMC_ONLY, ["$PMTK001,314,3*36"])
        self.assertEqual(len(self.names()), 7)
        self.line(RMC_ONLY, [])                     # the third answer


class TestAiroha(Case):
    def test_documents(self):
        self.make(mtk.Airoha, 115200)
        self.line("$PQTMVERNO*58", ["$PQTMVERNO,LC76GABNR02A01S,2022/09/14,11:47:03*3D"])
        self.line("$PAIR050,1000*12", ["$PAIR001,050,0*3E"])
        self.line("$PAIR062,0,0*3E", ["$PAIR001,062,0*3F"])
        self.assertNotIn("GGA", self.names())

    def test_save_and_restart(self):
        self.make(mtk.Airoha, 115200, working=("513",))
        for kind in range(10):
            body = "PAIR062,%d,%d" % (kind, kind == 4)
            self.ask("$%s*%s" % (body, mtk.checksum(body)))
        self.assertEqual(self.names(), ["RMC"])
        self.ask("$PAIR023*3B", 0.01)
        self.assertGreater(len(self.names()), 4)    # not saved
        self.ask("$PAIR062,0,0*3E")
        body = "PAIR864,0,0,38400"
        self.ask("$%s*%s" % (body, mtk.checksum(body)))
        answers = self.ask("$PAIR513*3D", 0.5).decode().split("\r\n")
        # 050,0 has 3E: 3E ^ ('5' ^ '1' ^ '3') ^ ('0' ^ '5' ^ '0') is 3C
        self.assertIn("$PAIR001,513,1*3D", answers)
        self.assertIn("$PAIR001,513,0*3C", answers)
        self.ask("$PAIR023*3B", 0.01)
        self.port.baud = 38400
        self.assertNotIn("GGA", self.names())

    def test_fast_save(self):
        self.make(mtk.Airoha, 115200)
        self.ask("$PAIR050,200*21")
        self.assertIn(b"$PAIR001,513,2*", self.ask("$PAIR513*3D"))
        self.ask("$PAIR003*39")
        self.assertEqual(self.run_for(2), b"")
        self.assertIn(b"$PAIR001,513,0*", self.ask("$PAIR513*3D"))
        self.ask("$PAIR002*38")
        self.assertGreater(len(self.names()), 4)


class TestOthers(Case):
    def test_versions(self):
        skytraq = bytes.fromhex("a0a1000e8001000106040001081500090907")
        for kind, baud, question, answer, options in (
                (mtk.SiRF, 4800, "a0a2000284000084b0b3", b"GSW3.2.4", {"binary": True}),
                (mtk.SkyTraq, 9600, "a0a100020201030d0a", skytraq, {}),
                (mtk.Oncore, 9600, "4040436a290d0a", b"MODEL #    R5122U1154", {})):
            self.make(kind, baud, **options)
            self.assertIn(answer, self.ask(bytes.fromhex(question), 0.8))

    def test_trimble(self):
        self.make(mtk.Trimble, 4800)
        self.assertEqual(self.ask(b"\x10\x1f\x10\x03", 0.1), b"")
        self.assertIn(b"$PTNLRVR,S,Copernicus", self.ask("$PTNLQVR,S*2C", 0.25))
        self.make(mtk.Trimble, 4800, tsip=True)
        answer = self.ask(b"\x10\x1f\x10\x03")
        self.assertTrue(answer.startswith(b"\x10\x45") and answer.endswith(b"\x10\x03"), answer)
        self.assertEqual(len(answer.replace(b"\x10\x10", b"\x10")), 14)

    def test_sirf_in_nmea(self):
        self.make(mtk.SiRF, 4800)
        self.assertIn(b"$PSRFTXT,Version: GSW3.2.4_3.1.00.12-SDK003P1.00a*", self.run_for(1))
        self.assertIn(b"$PMTK605*31\r\n", self.ask("$PMTK605*31", 1.5))
        self.assertNotIn(b"\xa0\xa2", self.ask(bytes.fromhex("a0a2000284000084b0b3"), 1.5))
        self.make(mtk.SiRF, 4800, binary=True)
        self.assertNotIn(b"$", self.run_for(3))

    def test_identity_length(self):
        self.assertEqual(len(mtk.Oncore.VERSION[1]), 294)


class TestThread(unittest.TestCase):
    def test_runs(self):
        port = FakePort(9600)
        self.addCleanup(port.close)
        unit = mtk.MediaTek(port, pace=False, boot_s=0)
        unit.start()
        self.addCleanup(unit.stop)
        os.write(port.guest, b"$PMTK605*31\r\n")
        got, end = b"", time.monotonic() + 20
        while b"PMTK705" not in got and time.monotonic() < end:
            got += port.read()
            time.sleep(0.01)
        self.assertIn(b"PMTK705", got)
        self.assertIsNone(unit.error)


if __name__ == "__main__":
    unittest.main()
