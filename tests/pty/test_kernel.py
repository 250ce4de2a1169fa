# SPDX-License-Identifier: GPL-2.0-or-later
"""`gpsppsctl kernel` on the clock of this machine, of which nothing is set."""
import ctypes
import json
import os
import subprocess
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = os.environ.get("GPSPPSCTL", str(ROOT / "gpsppsctl"))
HINT = "Try 'gpsppsctl kernel --help'."
# the words of a long in struct timex of <linux/timex.h>, by their place
OFFSET, FREQ, MAXERROR, ESTERROR, STATUS, CONSTANT, PRECISION, TOLERANCE = range(1, 9)
TICK, PPSFREQ, JITTER, SHIFT = 11, 12, 13, 14


def kernel(*args):
    return subprocess.run([PROGRAM, "kernel", *args], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=120)


def adjtimex():
    """What the C library says; only that a filter of system calls allows it."""
    words = (ctypes.c_long * 64)()
    libc = ctypes.CDLL(None, use_errno=True)
    state = libc.adjtimex(words)
    if state < 0:
        raise unittest.SkipTest("adjtimex(): " + os.strerror(ctypes.get_errno()))
    return state, words


class Shown(unittest.TestCase):
    def setUp(self):
        self.state, self.words = adjtimex()

    def test_json(self):
        done = kernel("--json")
        self.assertEqual((done.returncode, done.stderr), (0, ""), done)
        shown = json.loads(done.stdout)
        self.assertEqual(shown["version"], 1)
        names = "TIME_OK", "TIME_INS", "TIME_DEL", "TIME_OOP", "TIME_WAIT", "TIME_ERROR"
        self.assertEqual(shown["state"], names[self.state])
        if ctypes.sizeof(ctypes.c_long) == 8:
            self.assertEqual(shown["tick_us"], self.words[TICK])
            self.assertEqual(shown["tolerance_ppm"], self.words[TOLERANCE] / 65536)
            self.assertEqual(shown["status"], self.words[STATUS] & 0xffffffff)
        self.assertEqual(bool(shown["status"] & 0x40), "STA_UNSYNC" in shown["flags"])
        self.assertEqual(shown["hardpps"] is None, shown["consumer"]["use"] == "unsupported")
        self.assertNotIn("was_tick_us", shown)
        for source in shown["sources"]:
            self.assertEqual(source["bindable"], source["obstacle"] is None)

    def test_text(self):
        done = kernel()
        self.assertEqual((done.returncode, done.stderr), (0, ""), done)
        lines = done.stdout.splitlines()
        names = [line.split()[0] for line in lines if line[0] != " "]
        self.assertEqual(names, ["clock", "status", "offset", "frequency", "error", "tick", "TAI", "pulse"])
        self.assertIn(f"tick       {self.words[TICK]} us (9000 to 11000)", done.stdout)
        self.assertLess(max(map(len, lines)), 120)


class Refused(unittest.TestCase):
    def assert_trouble(self, done, *lines):
        self.assertEqual((done.returncode, done.stdout), (2, ""), done)
        self.assertEqual(done.stderr.splitlines(), list(lines))

    def test_usage(self):
        for args, why in ((["--bind"], "--bind: which source of pulses?"),
                          (["--edge", "clear"], "--edge: only with --bind"),
                          (["--edge", "both"], "invalid --edge 'both'"),
                          (["--bind", "--unbind", "pps0"],
                           "one of --bind, --unbind and --tick at a time"),
                          (["--tick", "10000", "--bind", "pps0"],
                           "one of --bind, --unbind and --tick at a time"),
                          (["--tick", "10000", "pps0"],
                           "--tick is the clock's: no source with it")):
            self.assert_trouble(kernel(*args), "gpsppsctl: kernel: " + why, HINT)
        self.assert_trouble(kernel("pps0", "pps1"), "gpsppsctl: pps1: one source at a time", HINT)

    def test_ticks(self):
        for value in "", "8999", "11001", "-10000", "10000us", "1e4", "0":
            self.assert_trouble(kernel("--tick", value),
                                f"gpsppsctl: kernel: invalid --tick '{value}': from 9000 to 11000 us", HINT)

    def test_no_such_source(self):
        adjtimex()
        for name in "pps99", "/dev/null", "ttyNOPE", "no\x1b[1mname":
            for option in [], ["--bind"], ["--unbind"]:
                done = kernel(*option, name)
                self.assert_trouble(done, "gpsppsctl: %s: is no source of pulses, and none was made of it" %
                                    name.replace("\x1b", "\\x1b"), "gpsppsctl: hint: gpsppsctl list")

    def test_full_disk(self):
        adjtimex()
        with open("/dev/full", "w") as full:
            done = subprocess.run([PROGRAM, "kernel"], stdin=subprocess.DEVNULL, stdout=full,
                                  stderr=subprocess.PIPE, text=True, timeout=120)
        self.assertEqual(done.returncode, 2)
        self.assertIn("write error", done.stderr)

    def test_help(self):
        done = kernel("--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for word in "--bind", "--edge", "--unbind", "--tick", "--json":
            self.assertIn(word, done.stdout)


if __name__ == "__main__":
    unittest.main()
