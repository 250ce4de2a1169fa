# SPDX-License-Identifier: GPL-2.0-or-later
"""`gpsppsctl diag`: its options, its list of causes, and records; without root and without a port."""
import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = os.environ.get("GPSPPSCTL", str(ROOT / "gpsppsctl"))
RECORD = str(ROOT / "tests/fixtures/recorded/healthy-16550a")
HINT = "Try 'gpsppsctl diag --help'."


def diag(*args):
    return subprocess.run([PROGRAM, "diag", *args], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=120)


class Options(unittest.TestCase):
    def assert_trouble(self, done, *lines):
        self.assertEqual(done.returncode, 2, done)
        self.assertEqual(done.stdout, "")
        self.assertEqual(done.stderr.splitlines(), list(lines))

    def test_what_makes_no_sense_together(self):
        for args, text in (
                (("--yes",), "--yes is for --fix"),
                (("--fix", "--follow"), "--fix and --follow exclude each other"),
                (("--fix", "--sysroot", RECORD), "a record cannot be mended: --fix is for this machine"),
                (("--follow", "--record", "/tmp/x"), "a record is of one look, not of --follow"),
                (("--fix", "--yes", "--record", "/tmp/x"), "a record is of one look: --fix looks again"),
                (("--follow", "--quiet"), "--quiet --follow would never say a thing"),
                (("--sysroot", RECORD, "--record", "/tmp/x"), "--sysroot is a record already"),
                (("--list", "--explain", "uart.msi-off"), "--list or --explain ID")):
            self.assert_trouble(diag(*args), f"gpsppsctl: diag: {text}", HINT)

    def test_values(self):
        for value in "", "x", "-1", "3601", "1e2", "0x3", "1.2.3", "nan":
            self.assert_trouble(diag("--wait", value),
                                f"gpsppsctl: {value}: not a number of seconds from 0 to 3600", HINT)
        self.assert_trouble(diag("ttyS0", "ttyS1"), "gpsppsctl: ttyS1: one port or source at a time", HINT)


class Causes(unittest.TestCase):
    def test_each_of_the_list_is_explained(self):
        ids = [line.split()[0] for line in diag("--list").stdout.splitlines()]
        self.assertIn("port.absent", ids)
        for name in ids:
            done = diag("--explain", name)
            self.assertEqual(done.returncode, 0, done)
            lines = done.stdout.splitlines()
            self.assertEqual(lines[0], name)
            self.assertTrue(lines[-1].startswith("see: "))
            self.assertLessEqual(max(map(len, lines[:-1])), 80, lines)
        checks = json.loads(diag("--list", "--json").stdout)["checks"]
        self.assertEqual([c["id"] for c in checks], ids)

    def test_unknown(self):
        done = diag("--explain", "uart.msi")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertEqual(done.stderr.splitlines(), ["gpsppsctl: uart.msi: diag knows no such id",
                                                    "gpsppsctl: hint: gpsppsctl diag --list"])


class Records(unittest.TestCase):
    def test_quiet(self):
        done = diag("--quiet", "--sysroot", RECORD)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_lines_for_the_daemons(self):
        # recorded: 100 ms on assert, 4800 baud; RMC's end is measured behind the pulse
        port = json.loads(diag("--json", "--sysroot", RECORD).stdout)["ports"][0]
        self.assertRegex(port["lines"]["ntp"], r"^server 127\.127\.20\.0 mode 1 minpoll 4 maxpoll 4 prefer\n"
                                               r"fudge 127\.127\.20\.0 flag1 1 time2 0\.3\d\d refid PPS$")
        self.assertRegex(port["lines"]["ntpsec"], r"^refclock nmea unit 0 mode 1 baud 4800 .*flag1 1 time2 0\.3\d\d")
        self.assertRegex(port["lines"]["chrony"], r"offset 0\.3\d\d .*\nrefclock PPS /dev/gpspps0 lock GPS refid PPS$")
        self.assertNotIn("flag2", json.dumps(port["lines"]))
        self.assertIn("time2 0.3", diag("--verbose", "--sysroot", RECORD).stdout)

    def test_that_is_none(self):
        with tempfile.TemporaryDirectory() as empty:
            done = diag("--sysroot", empty)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertEqual(done.stderr, f"gpsppsctl: {empty}: this is not a record of gpsppsctl diag\n")
        done = diag("--sysroot", "/no/such/directory")
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stderr, "gpsppsctl: /no/such/directory: No such file or directory\n")

    def test_where_none_can_be_written(self):
        with tempfile.TemporaryDirectory() as full:
            Path(full, "precious").write_text("x")
            done = diag("--record", full)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn("cannot record there", done.stderr)
            self.assertEqual(os.listdir(full), ["precious"])
