# SPDX-License-Identifier: GPL-2.0-or-later
"""`gpsppsctl setup --print`: which unit and port the pieces are for, and who is told what is there."""
import json
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = os.environ.get("GPSPPSCTL", str(ROOT / "gpsppsctl"))
UNITS = """\
1  -            pulse=pps-gpio.-1
2  /dev/ttyS60  baud=9600
3  ttyS61       baud=38400
"""


class Printed(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)
        self.table = Path(self.dir.name) / "units"

    def setup(self, *words):
        return subprocess.run([PROGRAM, "-C", self.table, "setup", "--print", *words], text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=60)

    def lines(self, *words):
        """What is no comment."""
        done = self.setup(*words)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done)
        return [line for line in done.stdout.splitlines() if not line.startswith("#")]

    def names(self):
        return [line.split()[0] for line in self.setup("list").stdout.splitlines()]

    def test_list(self):
        done = self.setup("list")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for line in done.stdout.splitlines():
            self.assertRegex(line, r"^[a-z-]+ +/etc/\S+ +\S.* .*$")
            self.assertLessEqual(len(line), 100)
        self.assertEqual(len(set(self.names())), len(self.names()))

    def test_list_as_json(self):
        done = self.setup("list", "--json")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        told = json.loads(done.stdout)
        self.assertEqual(told["version"], 1)
        listed = [re.split(r" {2,}", line, maxsplit=2) for line in self.setup("list").stdout.splitlines()]
        self.assertEqual([[f["name"], f["file"], f["what"]] for f in told["fragments"]], listed)
        for f in told["fragments"]:
            self.assertLessEqual(set(f["with"]), set(self.names()))
        self.assertEqual(told["fragments"][0]["with"], ["table-ntpsec", "apparmor"])

    def test_each_as_json(self):
        for name in self.names():
            with self.subTest(name=name):
                told = json.loads(self.setup(name, "--json", "ttyS62").stdout)
                self.assertEqual((told["version"], told["name"]), (1, name))
                self.assertEqual(told["text"], self.setup(name, "ttyS62").stdout)
                self.assertTrue(told["text"].startswith(f"# {told['file']}: {told['what']}\n"))

    def test_each_of_the_list(self):
        for name in self.names():
            with self.subTest(name=name):
                self.assertTrue(self.lines(name))

    def test_unknown_name(self):
        """Nothing that a careless >> would put into somebody's configuration."""
        done = self.setup("ntpsec-nema")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertTrue(done.stderr.startswith("gpsppsctl: ntpsec-nema: there is no such fragment"))
        for name in self.names():
            self.assertRegex(done.stderr, rf"(?m)^{name} ")

    def test_without_a_table(self):
        self.assertEqual(self.lines("table-ntpsec"),
                         ["0  /dev/ttyS0  baud=4800 restart=ntpsec.service"])

    def test_port_of_the_table(self):
        self.table.write_text(UNITS, encoding="ascii")
        self.assertEqual(self.lines("table-ntp", "ttyS61"),
                         ["3  /dev/ttyS61  baud=38400 restart=ntp.service"])
        (line,) = self.lines("ntpsec-nmea", "/dev/ttyS60")
        self.assertRegex(line, r"^refclock nmea unit 2 mode 17 baud 9600 ")

    def test_another_port_and_unit(self):
        self.table.write_text(UNITS, encoding="ascii")
        self.assertEqual(self.lines("table-chrony", "--unit", "7", "/dev/ttyS62"),
                         ["7  /dev/ttyS62  baud=4800 restart=chrony.service"])
        (line,) = self.lines("gpsd", "ttyS62")[:1]
        self.assertEqual(line, 'DEVICES="/dev/ttyS62"')

    def test_unit_without_port(self):
        self.table.write_text(UNITS, encoding="ascii")
        self.assertEqual(self.lines("table-gpio"), ["1  -  pulse=pps-gpio.-1"])
        (line,) = self.lines("ntp-nmea", "--unit", "3")[:1]
        self.assertTrue(re.match(r"server 127\.127\.20\.3 mode 49 ", line), line)
        self.assertIn("# /etc/default/gpsppsctl-feed@ttyS60: ",
                      self.setup("feed-shm", "--unit", "2").stdout)

    def test_broken_table(self):
        self.table.write_text("0 ttyS0 boud=4800\n", encoding="ascii")
        done = self.setup("table-ntp")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("line 1: unknown option", done.stderr)


if __name__ == "__main__":
    unittest.main()
