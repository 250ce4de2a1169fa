# SPDX-License-Identifier: GPL-2.0-or-later
"""`gpsppsctl receiver` on a pty with the receiver model at its other end.

The model keeps its real time (4800 baud, a burst a second), so each scenario
takes seconds; they all run at once, when the first of them is asked for.
"""
import functools
import json
import os
import re
import signal
import subprocess
import termios
import threading
import time
import tty
import unittest
from pathlib import Path

from garmin18 import Garmin18LVC, frame, invert

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = os.environ.get("GPSPPSCTL", str(ROOT / "gpsppsctl"))
SPEEDS = {getattr(termios, f"B{baud}"): baud for baud in (4800, 9600, 19200, 38400, 57600, 115200)}
DEFAULT_SET = {"GPRMC", "GPGGA", "GPGSA", "GPGSV", "PGRME", "PGRMB", "PGRMT"}


class PtyPort:
    """What the model wants of a port: the master of a pty, and the guest's speed."""

    def __init__(self):
        self.fd, slave = os.openpty()
        tty.setraw(slave)
        self.path = os.ttyname(slave)
        os.close(slave)
        os.set_blocking(self.fd, False)

    @property
    def baud(self):
        try:
            return SPEEDS.get(termios.tcgetattr(self.fd)[4], 4800)
        except termios.error:
            return 4800

    def mode(self):
        return termios.tcgetattr(self.fd)

    def pulse(self, *args, **options):
        pass

    def level(self, *args):
        pass


class Repeater:
    """Another receiver: the same bytes each second, whatever it is told."""

    def __init__(self, port, data, echo=False):
        self.port, self.data, self.echo = port, data, echo
        self.heard = b""
        self.running = True
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        due = 0
        while self.running:
            try:
                got = os.read(self.port.fd, 4096)
                self.heard += got
                if self.echo:
                    os.write(self.port.fd, got)
            except (BlockingIOError, OSError):
                pass
            if time.monotonic() >= due:
                due = time.monotonic() + 1
                try:
                    os.write(self.port.fd, self.data)
                except OSError:
                    pass
            time.sleep(0.02)

    def stop(self):
        self.running = False
        self.thread.join()


class Scenario:
    def __init__(self, *args, model=None, data=None, echo=False, during=None, firmware_soon=False,
                 sentences=None):
        self.args, self.during = args, during
        self.port = PtyPort()
        self.before = self.port.mode()
        if data is None:
            self.unit = Garmin18LVC(self.port, **{"boot_s": 0, **(model or {})})
            if sentences:
                self.unit.stored.sentences = set(sentences)
            self.unit.start()
            if firmware_soon:
                self.unit.pgrmt_period_s = 2
        else:
            self.unit = Repeater(self.port, data, echo)
        self.thread = threading.Thread(target=self.run, daemon=True)

    def start(self):
        self.thread.start()
        return self

    def run(self):
        # -C: the machine's own table is none of the test's business
        command = [PROGRAM, "-C", "/dev/null", "receiver", self.port.path, *self.args]
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE)
        if self.during:
            self.during(self, child)
        out, err = child.communicate(timeout=LONG_S)
        self.code, self.out, self.err = child.returncode, out.decode("latin-1"), err.decode("latin-1")
        self.after = self.port.mode() if self.port.fd >= 0 else None
        self.unit.stop()

    def result(self):
        self.thread.join(LONG_S + 10)
        return self


def terminate_amid_change(scenario, child):
    while not scenario.unit.received and child.poll() is None:
        time.sleep(0.02)
    time.sleep(0.7)
    child.send_signal(signal.SIGTERM)


def hang_up(scenario, child):
    # amid its listening: it has set the port up
    while scenario.port.mode() == scenario.before and child.poll() is None:
        time.sleep(0.02)
    time.sleep(0.5)
    scenario.unit.stop()
    os.close(scenario.port.fd)
    scenario.port.fd = -1


STRANGER = frame("GPRMC,120001,A,5128.6740,N,00000.0840,W,000.0,000.0,010926,001.2,E") + \
    frame("GPGGA,120001,5128.6740,N,00000.0840,W,1,09,0.9,61.4,M,45.6,M,,")
EVIL = frame("PGRMT,GPS \x1b]0;own\x07 software ver. 3.70") + b"$GP\x1b[2JX,1*00\r\n\x1b[31m\x9b2J" + \
    frame("PGRME,3.1,M,4.2,M,5.2,M") + frame("PGRM\x1b[2J,1") + STRANGER
INVERTED = bytes(map(invert, STRANGER))

MAKE = {
    "show": lambda: Scenario(firmware_soon=True),
    "show_json": lambda: Scenario("--json"),
    "no_fix": lambda: Scenario(model={"fix": None}),
    "rmc": lambda: Scenario("--sentences", "RMC"),
    "rmc_json": lambda: Scenario("--sentences", "rmc", "--json", model={"echo_pgrmo": True}),
    "already": lambda: Scenario("--sentences", "RMC,PGRME", sentences=["GPRMC", "PGRME"]),
    "dry": lambda: Scenario("--sentences", "RMC", "--dry-run"),
    "adjust": lambda: Scenario("--enable", "PGRMF", "--disable", "GSV,GGA"),
    # RMC alone: only its answer to a question shows that it is a Garmin
    "defaults": lambda: Scenario("--defaults", sentences=["GPRMC"]),
    "muzzled": lambda: Scenario("--defaults", sentences=["PGRMT"]),
    "deaf": lambda: Scenario("--sentences", "RMC", model={"deaf": True}),
    "terminated": lambda: Scenario("--sentences", "RMC", during=terminate_amid_change),
    "silent": lambda: Scenario(model={"mute": True}),
    "fast": lambda: Scenario(model={"baud": 9600}),
    "fast_asked": lambda: Scenario("--baud", "4800", model={"baud": 9600}),
    "inverted": lambda: Scenario(data=INVERTED),
    "inverted_change": lambda: Scenario("--sentences", "RMC", data=INVERTED),
    "stranger": lambda: Scenario(data=STRANGER),
    "stranger_change": lambda: Scenario("--sentences", "RMC", data=STRANGER, echo=True),
    "evil": lambda: Scenario(data=EVIL),
    "hangup": lambda: Scenario(during=hang_up),
}
LONG_S = 180		# whatever takes longer does not end
running = {}


def setUpModule():
    for name, make in MAKE.items():
        running[name] = make()
    time.sleep(1.5)     # each has been on for a while, and is in its rhythm
    for scenario in running.values():
        scenario.start()


def plain(arguments):
    return subprocess.run([PROGRAM, "-C", "/dev/null", "receiver", *arguments], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=LONG_S)


def once_more(method):
    """A busy machine keeps the models waiting, so many at once: then what failed is tried alone."""
    @functools.wraps(method)
    def call(self):
        try:
            method(self)
        except AssertionError as e:
            print(f"# once more, alone: {self.id()}: {str(e).splitlines()[0]}")
            self.alone = True
            method(self)
    return call


class Case(unittest.TestCase):
    maxDiff = None
    alone = False

    def __init_subclass__(cls):
        for name, method in list(vars(cls).items()):
            if name.startswith("test_"):
                setattr(cls, name, once_more(method))

    def run_of(self, name, code=0):
        if self.alone:
            running[name].result()
            running[name] = MAKE[name]()
            time.sleep(1.5)
            running[name].start()
        scenario = running[name].result()
        self.assertEqual(scenario.code, code, scenario.out + scenario.err)
        return scenario

    def assert_put_back(self, scenario):
        """The port's own mode, and nothing else of it."""
        self.assertEqual(scenario.after, scenario.before)


class TestShow(Case):
    def test_default_receiver(self):
        scenario = self.run_of("show")
        self.assertRegex(scenario.out, r"\AGarmin GPS 18-LVC, firmware 3\.10, 4800 baud, fix 3D, 9 satellites")
        match = re.search(r"^sends RMC GGA GSA GSV PGRME PGRMB( PGRMT)?: (\d+) characters a second, (\d+) %",
                          scenario.out, re.M)
        self.assertTrue(match, scenario.out)
        # RMC 71, GGA 74, GSA 60, GSV 70, PGRME 33, PGRMB 34 and a PGRMT of 50 every other second
        self.assertTrue(100 <= int(match[2]) <= 480, scenario.out)
        self.assertEqual(int(match[3]), round(int(match[2]) / 4.8))
        self.assertIn("--sentences RMC", scenario.out)
        self.assertEqual(scenario.err, "")
        self.assertEqual(scenario.unit.received, [])
        self.assert_put_back(scenario)

    def test_json(self):
        got = json.loads(self.run_of("show_json").out)
        self.assertEqual(got["version"], 1)
        self.assertEqual((got["make"], got["baud"], got["heard"]), ("Garmin", 4800, "sentences"))
        self.assertIsNone(got["model"])
        self.assertIsNone(got["change"])
        self.assertIsNone(got["read_by"])
        self.assertEqual((got["fix"], got["valid"], got["satellites_used"]), ("3D", True, 9))
        self.assertRegex(got["time"], r"\A20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z\Z")
        rows = {row["type"]: row for row in got["sentences"]}
        self.assertEqual(set(rows), {"RMC", "GGA", "GSA", "GSV", "PGRME", "PGRMB"})
        self.assertEqual((rows["RMC"]["talker"], rows["PGRME"]["talker"]), ("GP", "P"))
        self.assertIn(rows["RMC"]["count"], range(2, 9))
        self.assertEqual(rows["RMC"]["chars"], rows["RMC"]["count"] * rows["RMC"]["longest"])
        self.assertEqual(got["bad_checksums"], 0)
        self.assertEqual(got["load_percent"], round(got["chars_per_s"] / 4.8))

    def test_without_a_fix(self):
        self.assertIn("fix none, 0 satellites", self.run_of("no_fix").out)

    def test_unknown_make(self):
        scenario = self.run_of("stranger")
        self.assertRegex(scenario.out, r"\Areceiver of unknown make, 4800 baud, fix yes, 9 satellites\n")
        self.assertIn("sends RMC GGA:", scenario.out)
        self.assertEqual(scenario.unit.heard, b"")

    def test_nothing_reaches_the_terminal_unescaped(self):
        scenario = self.run_of("evil")
        self.assertNotRegex(scenario.out + scenario.err, "[\x00-\x09\x0b-\x1f\x7f-\x9f]")
        self.assertRegex(scenario.out, r"\AGarmin, 4800 baud")


class TestNothingIntelligible(Case):
    def test_silent(self):
        scenario = self.run_of("silent", 1)
        self.assertRegex(scenario.err, r"silent: not one character in \d+\.\d s at 4800 baud")
        self.assert_put_back(scenario)

    def test_found_at_another_speed(self):
        scenario = self.run_of("fast")
        self.assertRegex(scenario.out, r"\AGarmin, 9600 baud, fix 3D")
        self.assert_put_back(scenario)

    def test_the_asked_speed_only(self):
        scenario = self.run_of("fast_asked", 1)
        self.assertRegex(scenario.err, r"\d+ characters, no sentence at 4800 baud: probably the wrong speed")
        self.assertEqual(scenario.out, "")

    def test_inverted(self):
        for name in ("inverted", "inverted_change"):
            scenario = self.run_of(name, 1)
            self.assertIn("polarity of the data line is inverted", scenario.err)
            self.assertEqual(scenario.unit.heard, b"")

    def test_hangup(self):
        scenario = self.run_of("hangup", 3)
        self.assertIn("the port went away", scenario.err)


class TestChange(Case):
    def test_rmc_only(self):
        scenario = self.run_of("rmc")
        self.assertEqual(scenario.unit.received, ["$PGRMO,,2", "$PGRMO,GPRMC,1"])
        self.assertEqual(scenario.unit.stored.sentences, {"GPRMC"})
        match = re.search(r"sends RMC now: (\d+) characters a second \((\d+) before\), \d+ %", scenario.out)
        self.assertTrue(match, scenario.out)
        self.assertLess(2 * int(match[1]), int(match[2]))
        self.assert_put_back(scenario)

    def test_rmc_only_json(self):
        got = json.loads(self.run_of("rmc_json").out)
        change = got["change"]
        self.assertEqual(change["outcome"], "done")
        self.assertEqual(change["sent"], ["$PGRMO,,2*75", "$PGRMO,GPRMC,1*3D"])
        self.assertEqual(change["sends"], ["RMC"])
        self.assertEqual(change["verified_by"], "sentences")
        self.assertFalse(change["interrupted"])
        # the census is of the time before
        self.assertLessEqual({row["type"]: row for row in got["sentences"]}["RMC"]["count"], 8)

    def test_already(self):
        scenario = self.run_of("already")
        self.assertEqual(scenario.unit.received, [])
        self.assertIn("nothing sent", scenario.out)

    def test_dry_run(self):
        scenario = self.run_of("dry")
        self.assertEqual(scenario.out, "$PGRMO,,2*75\n$PGRMO,GPRMC,1*3D\n")
        self.assertEqual(scenario.unit.received, [])

    def test_enable_and_disable(self):
        scenario = self.run_of("adjust")
        self.assertEqual(scenario.unit.stored.sentences, DEFAULT_SET - {"GPGSV", "GPGGA"} | {"PGRMF"})

    def test_defaults(self):
        scenario = self.run_of("defaults")
        self.assertEqual(scenario.unit.received, ["$PGRMCE", "$PGRMO,,4"])
        self.assertEqual(scenario.unit.stored.sentences, DEFAULT_SET)

    def test_a_muzzled_receiver_is_found_and_freed(self):
        scenario = self.run_of("muzzled")
        self.assertEqual(scenario.unit.stored.sentences, DEFAULT_SET)

    def test_deaf(self):
        scenario = self.run_of("deaf", 1)
        self.assertIn("not as asked: it sent RMC GGA GSA GSV PGRME PGRMB; put back: RMC GGA", scenario.err)
        self.assertIn("TxD", scenario.err)
        self.assertEqual(scenario.out, "")

    def test_terminated_in_the_middle(self):
        scenario = self.run_of("terminated", 1)
        self.assertEqual(scenario.unit.stored.sentences, DEFAULT_SET)
        self.assertIn("interrupted: what was before is back", scenario.err)
        self.assert_put_back(scenario)

    def test_unknown_make_is_not_changed(self):
        """One harmless question, whose echo must not be taken for an answer."""
        scenario = self.run_of("stranger_change", 2)
        self.assertEqual(scenario.unit.heard, b"$PGRMCE*0E\r\n")
        self.assertIn("the make of this receiver is not known: nothing was changed", scenario.err)


class TestUsage(Case):
    def check(self, arguments, code, message):
        done = plain(arguments)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertIn(message, done.stderr)
        self.assertEqual(done.stdout, "")

    def test_mistakes(self):
        self.check([], 2, "which port?")
        self.check(["a", "b"], 2, "one port at a time")
        self.check(["x", "--sentences", "RMC,XYZ"], 2, "'XYZ'")
        self.check(["x", "--sentences", ""], 2, "''")
        self.check(["x", "--sentences", "RMC", "--defaults"], 2, "exclude each other")
        self.check(["x", "--dry-run"], 2, "--dry-run of what?")
        self.check(["x", "--seconds", "0"], 2, "invalid --seconds '0'")
        self.check(["x", "--baud", "48oo"], 2, "invalid --baud '48oo'")
        self.check(["x", "--baud", "4801"], 2, "invalid --baud '4801'")
        self.check(["/dev/no-such-port"], 2, "/dev/no-such-port")
        self.check(["/dev/null"], 2, "/dev/null")
        self.check(["x", "--frob"], 2, "receiver --help")

    def test_help(self):
        done = plain(["--help"])
        self.assertEqual(done.returncode, 0)
        for option in ("--sentences", "--enable", "--disable", "--defaults", "--dry-run", "--seconds", "--baud",
                       "--json"):
            self.assertIn(option, done.stdout)


if __name__ == "__main__":
    unittest.main()
