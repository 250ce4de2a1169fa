# SPDX-License-Identifier: GPL-2.0-or-later
"""`gpsppsctl receiver` on a pty with the receiver model at its other end.

The model keeps its real time (4800 baud, a burst a second), so each scenario
takes seconds; they all run at once, when the first of them is asked for.
"""
import fcntl
import functools
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
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
STATE = tempfile.mkdtemp(prefix="gpsppsctl-test-receiver.")
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
                 sentences=None, binary=False, table=None, journal=None, prepare=None, unit=None):
        self.args, self.during = args, during
        self.port = PtyPort()
        # -C: the machine's own table is none of the test's business
        self.table = Path("/dev/null")
        if table:
            self.table = Path(STATE, "table" + self.port.path.replace("/", "-"))
            self.table.write_text(table % self.port.path)
        self.state = journal or STATE
        self.journal = Path(STATE, "receiver-" + self.port.path[len("/dev/"):].replace("/", "-"))
        for name in (self.journal, Path(f"{self.journal}.bad")):
            name.unlink(missing_ok=True)
        self.lock = prepare(self) if prepare else None
        self.before = self.port.mode()
        if unit:
            self.unit = unit(self.port)
            self.unit.start()
        elif data is None:
            self.unit = Garmin18LVC(self.port, **{"boot_s": 0, **(model or {})})
            if binary:
                self.unit.stored.pgrmc1[1] = "2"
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
        child = self.begin(*self.args)
        if self.during:
            child = self.during(self, child) or child
        self.code, self.out, self.err = self.end(child)
        self.after = self.port.mode() if self.port.fd >= 0 else None
        self.unit.stop()

    def begin(self, *args):
        command = [PROGRAM, "-C", str(self.table), "receiver", self.port.path, *args]
        if "--no-journal" not in args:
            command += ["--journal", self.state]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)

    @staticmethod
    def end(child):
        out, err = child.communicate(timeout=LONG_S)
        return child.returncode, out.decode("latin-1"), err.decode("latin-1")

    def result(self):
        self.thread.join(LONG_S + 10)
        return self


def terminate_amid_change(scenario, child):
    while not scenario.unit.received and child.poll() is None:
        time.sleep(0.02)
    time.sleep(0.7)
    child.send_signal(signal.SIGTERM)


def has_received(scenario, child, what):
    """The receiver has this line; False: the program has ended."""
    while not any(what in line for line in scenario.unit.received):
        if child.poll() is not None:
            return False
        time.sleep(0.02)
    return True


def kill_behind(what):
    """kill -9 behind a line; then a run that only looks, and one that mends."""
    def during(scenario, child):
        has_received(scenario, child, what)
        child.kill()
        child.communicate()
        scenario.noted = scenario.journal.exists() and scenario.journal.read_text()
        scenario.lines = len(scenario.unit.received)
        scenario.looked = scenario.end(scenario.begin("--passive"))
        scenario.still_noted = scenario.journal.exists()
        scenario.lines_then = len(scenario.unit.received)
        return scenario.begin("--json")
    return during


def save_change_restore(scenario, child):
    """--save has ended; another set, another pulse, another speed; then the file again."""
    scenario.saved = scenario.end(child)
    scenario.file = Path(scenario.args[1]).read_text()
    scenario.changed = scenario.end(scenario.begin("--sentences", "RMC", "--pulse", "200", "--baud", "9600"))
    scenario.between = (scenario.unit.baud, set(scenario.unit.stored.sentences), scenario.unit.pulse_width_ms)
    return scenario.begin("--restore", scenario.args[1])


def look_for_journal(scenario, child):
    has_received(scenario, child, "PGRMC,")
    scenario.noted = Path("/var/lib/gpsppsctl", scenario.journal.name).exists()


def timing_again(scenario, child):
    scenario.first = scenario.end(child)
    scenario.lines = len(scenario.unit.received)
    return scenario.begin("--timing")


def lock_journal(scenario):
    lock = open(scenario.journal, "w")      # pylint: disable=consider-using-with
    fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def spoil_journal(scenario):
    scenario.journal.write_bytes(b"make Garmin\n\xff\x1b[31m")


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
    "passive": lambda: Scenario("--passive"),
    "no_fix": lambda: Scenario(model={"fix": None}),
    "rmc": lambda: Scenario("--sentences", "RMC"),
    "rmc_json": lambda: Scenario("--sentences", "rmc", "--json", model={"echo_pgrmo": True}),
    "already": lambda: Scenario("--sentences", "RMC,PGRME", sentences=["GPRMC", "PGRME"]),
    "dry": lambda: Scenario("--sentences", "RMC", "--dry-run"),
    "dry_all": lambda: Scenario("--sentences", "RMC", "--baud", "9600", "--pps", "on", "--dry-run",
                                table="0 %s baud=4800\n"),
    "adjust": lambda: Scenario("--enable", "PGRMF", "--disable", "GSV,GGA"),
    # RMC alone: only its answer to a question shows that it is a Garmin
    "defaults": lambda: Scenario("--defaults", sentences=["GPRMC"]),
    "muzzled": lambda: Scenario("--defaults", sentences=["PGRMT"]),
    "deaf": lambda: Scenario("--sentences", "RMC", model={"deaf": True}),
    "deaf_settings": lambda: Scenario("--pulse", "200", model={"deaf": True}),
    "terminated": lambda: Scenario("--sentences", "RMC", during=terminate_amid_change),
    "timing": lambda: Scenario("--timing"),
    "timing_again": lambda: Scenario("--timing", "--json", sentences=["GPRMC"], during=timing_again),
    "baud": lambda: Scenario("--baud", "9600", "--sentences", "RMC", "--json",
                             table="# the roof\n0 %s baud=4800 restart=x.service # y\n"),
    "baud_text": lambda: Scenario("--baud", "9600", table="0 %s # no speed\n"),
    "several": lambda: Scenario("--pps", "off", "--rate", "2s", "--nmea-version", "2.3"),
    "width": lambda: Scenario("--pulse", "110"),
    "risky_speed": lambda: Scenario("--baud", "38400"),
    "forced_speed": lambda: Scenario("--baud", "38400", "--force"),
    "restore": lambda: Scenario("--save", STATE + "/saved", during=save_change_restore),
    "save_stdout": lambda: Scenario("--save", "-"),
    "save_deaf": lambda: Scenario("--save", "-", model={"deaf": True}),
    "killed_amid": lambda: Scenario("--sentences", "RMC", "--baud", "9600", during=kill_behind("PGRMO,,2")),
    "killed_late": lambda: Scenario("--sentences", "RMC", "--baud", "9600", during=kill_behind("PGRMI"),
                                    table="0 %s baud=4800\n"),
    "killed_early": lambda: Scenario("--pulse", "200", during=kill_behind("PGRMCE")),
    "no_place": lambda: Scenario("--sentences", "RMC", journal="/proc/no/place"),
    "no_journal": lambda: Scenario("--pulse", "200", "--no-journal", during=look_for_journal),
    "locked": lambda: Scenario("--sentences", "RMC", prepare=lock_journal),
    "spoilt": lambda: Scenario(prepare=spoil_journal),
    "send": lambda: Scenario("--send", "$PGRMCE*00"),
    "send_json": lambda: Scenario("--send", "PGRMC1E", "--json"),
    "send_dry": lambda: Scenario("--send", "$PGRMI,,,,,,,A", "--dry-run", "--force"),
    "send_risky": lambda: Scenario("--send", "$PGRMI,,,,,,,A"),
    "send_forced": lambda: Scenario("--send", "$PGRMI,,,,,,,A", "--force"),
    "silent": lambda: Scenario(model={"mute": True}),
    "fast": lambda: Scenario(model={"baud": 9600}),
    "fast_asked": lambda: Scenario("--at", "4800", model={"baud": 9600}),
    "binary": lambda: Scenario("--timing", binary=True),
    "binary_shown": lambda: Scenario(binary=True),
    "inverted": lambda: Scenario(data=INVERTED),
    "inverted_change": lambda: Scenario("--sentences", "RMC", data=INVERTED),
    "stranger": lambda: Scenario("--passive", data=STRANGER),
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


def tearDownModule():
    shutil.rmtree(STATE)


class Case(unittest.TestCase):
    maxDiff = None
    alone = False
    make, running = MAKE, running

    def __init_subclass__(cls):
        for name, method in list(vars(cls).items()):
            if name.startswith("test_"):
                setattr(cls, name, once_more(method))

    def run_of(self, name, code=0):
        if self.alone:
            self.running[name].result()
            self.running[name] = self.make[name]()
            time.sleep(1.5)
            self.running[name].start()
        scenario = self.running[name].result()
        self.assertEqual(scenario.code, code, scenario.out + scenario.err)
        return scenario

    def assert_put_back(self, scenario):
        """The port's own mode, and nothing else of it."""
        self.assertEqual(scenario.after, scenario.before)


class TestShow(Case):
    def test_default_receiver(self):
        scenario = self.run_of("show")
        self.assertRegex(scenario.out, r"\AGarmin GPS 18-LVC, firmware 3\.10, 4800 baud, fix 3D, 9 satellites, .*"
                                       r"pulse on, 100 ms\n")
        match = re.search(r"^sends RMC GGA GSA GSV PGRME PGRMB( PGRMT)?: (\d+) characters a second, (\d+) %",
                          scenario.out, re.M)
        self.assertTrue(match, scenario.out)
        # RMC 71, GGA 74, GSA 60, GSV 70, PGRME 33, PGRMB 34 and a PGRMT of 50 every other second
        self.assertTrue(100 <= int(match[2]) <= 480, scenario.out)
        self.assertEqual(int(match[3]), round(int(match[2]) / 4.8))
        self.assertRegex(scenario.out, r"better for a clock:  gpsppsctl receiver /dev/pts/\d+ --timing +"
                                       r"\(RMC only, 1[0-9] % of the line, no pulse without a fix\)")
        self.assertEqual(scenario.err, "")
        self.assertEqual(scenario.unit.received, ["$PGRMCE", "$PGRMC1E"])
        self.assert_put_back(scenario)

    def test_passive(self):
        scenario = self.run_of("passive")
        self.assertRegex(scenario.out, r"\AGarmin, 4800 baud, fix 3D, 9 satellites")
        self.assertNotIn("pulse", scenario.out.splitlines()[0])
        self.assertEqual(scenario.unit.received, [])

    def test_json(self):
        got = json.loads(self.run_of("show_json").out)
        self.assertEqual(got["version"], 1)
        self.assertEqual((got["make"], got["baud"], got["heard"]), ("Garmin", 4800, "sentences"))
        self.assertIsNone(got["model"])
        self.assertIsNone(got["change"])
        self.assertIsNone(got["read_by"])
        self.assertEqual(got["settings"], {"baud": 4800, "pulse": True, "pulse_ms": 100, "pulse_stops": False,
                                           "interval_ms": 1000, "nmea_version": 2.0})
        self.assertEqual((got["journal"], got["resumed"], got["table"]), (None, None, None))
        self.assertIn("RMC only", got["better"])
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
        self.assertEqual(scenario.unit.heard, b"$PGRMCE*0E\r\n" * 2)      # asked twice, and not a third time


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
        self.assertEqual(scenario.unit.received, ["$PGRMCE", "$PGRMC1E"])

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

    def test_deaf_to_questions(self):
        """No answer to a question: nothing that changes anything is sent."""
        scenario = self.run_of("deaf_settings", 1)
        self.assertIn("nothing was changed: ", scenario.err)
        self.assertFalse(scenario.journal.exists())

    def test_terminated_in_the_middle(self):
        scenario = self.run_of("terminated", 1)
        self.assertEqual(scenario.unit.stored.sentences, DEFAULT_SET)
        self.assertIn("interrupted: what was before is back", scenario.err)
        self.assert_put_back(scenario)

    def test_unknown_make_is_not_changed(self):
        """Harmless questions, whose echo must not be taken for an answer."""
        scenario = self.run_of("stranger_change", 2)
        self.assertIn(b"$PGRMCE*0E\r\n", scenario.unit.heard)
        self.assertNotIn(b"PGRMO", scenario.unit.heard)
        self.assertIn("the make of this receiver is not known: nothing was changed", scenario.err)


class TestSettings(Case):
    def test_timing(self):
        unit = self.run_of("timing").unit
        self.assertEqual(unit.stored.sentences, {"GPRMC"})
        self.assertEqual((unit.stored.pgrmc[11], unit.stored.pgrmc1[12]), ("2", "2"))
        out = running["timing"].out
        self.assertIn("sends RMC now: ", out)
        self.assertIn("pulse on, no pulse without a fix", out)

    def test_timing_is_done_once(self):
        scenario = self.run_of("timing_again")
        self.assertEqual(json.loads(scenario.first[1])["change"]["outcome"], "done", scenario.first)
        self.assertIn("that is what was asked for: nothing sent", scenario.out)
        self.assertEqual(set(scenario.unit.received[scenario.lines:]), {"$PGRMCE", "$PGRMC1E"})

    def test_speed(self):
        """The receiver's, after a restart; and the table's, whose other words stay."""
        scenario = self.run_of("baud")
        self.assertEqual((scenario.unit.baud, scenario.unit.stored.sentences), (9600, {"GPRMC"}))
        got = json.loads(scenario.out)
        change = got["change"]
        self.assertEqual((change["outcome"], change["baud"], change["reason"]), ("done", 9600, None))
        self.assertEqual((change["settings_before"]["baud"], change["settings_after"]["baud"]), (4800, 9600))
        self.assertEqual(change["sent"][-1], "$PGRMC1E*3F")
        self.assertIn("$PGRMI,,,,,,,R*3F", change["sent"])
        line = "0 %s baud=9600 restart=x.service # y" % scenario.port.path
        self.assertEqual(got["table"], {"path": str(scenario.table), "before": line.replace("9600", "4800"),
                                        "after": line, "written": True})
        self.assertEqual(scenario.table.read_text(), f"# the roof\n{line}\n")
        self.assertFalse(scenario.journal.exists())
        self.assert_put_back(scenario)

    def test_speed_is_shown_and_added_to_the_table(self):
        scenario = self.run_of("baud_text")
        before, after = f"0 {scenario.port.path} # no speed\n", f"0 {scenario.port.path} baud=9600 # no speed\n"
        self.assertTrue(scenario.out.startswith(f"{scenario.table}:\n-{before}+{after}"), scenario.out)
        self.assertEqual(scenario.table.read_text(), after)
        self.assertIn("9600 baud (before: 4800 baud)", scenario.out)
        self.assertEqual(scenario.unit.baud, 9600)

    def test_several_at_once(self):
        unit = self.run_of("several").unit
        self.assertEqual((unit.stored.pgrmc[11], unit.stored.pgrmc1[0], unit.stored.pgrmc1[6]), ("1", 2, "2"))
        self.assertEqual(len([line for line in unit.received if line.startswith("$PGRMI")]), 1)
        self.assertIn("pulse off, a burst in 2 s, NMEA 2.3 (before: pulse on, a burst a second, NMEA 2.0)",
                      running["several"].out)

    def test_refused_by_the_manual(self):
        scenario = self.run_of("width", 2)
        self.assertIn("steps of 20", scenario.err)
        self.assertEqual(scenario.unit.received, [])
        scenario = self.run_of("risky_speed", 2)
        self.assertIn("hint: --force", scenario.err)
        self.assertEqual(scenario.unit.received, [])
        self.assertEqual(self.run_of("forced_speed").unit.baud, 38400)

    def test_dry_run_shows_the_table_too(self):
        scenario = self.run_of("dry_all")
        path = scenario.port.path
        self.assertEqual(scenario.out, f"{scenario.table}:\n-0 {path} baud=4800\n+0 {path} baud=9600\n"
                         "$PGRMO,,2*75\n$PGRMO,GPRMC,1*3D\n$PGRMC,,,,,,,,,,4*7F\n$PGRMI,,,,,,,R*3F\n")
        self.assertEqual(scenario.unit.received, ["$PGRMCE", "$PGRMC1E"])
        self.assertEqual(scenario.table.read_text(), f"0 {path} baud=4800\n")

    def test_out_of_binary_mode(self):
        unit = self.run_of("binary").unit
        self.assertEqual((unit.stored.pgrmc1[1], unit.stored.sentences, unit.baud), ("1", {"GPRMC"}, 4800))
        scenario = self.run_of("binary_shown", 1)
        self.assertIn("packets at 9600 baud, and no sentence", scenario.err)
        self.assertEqual(scenario.unit.stored.pgrmc1[1], "2")


class TestFiles(Case):
    def test_save_and_restore(self):
        scenario = self.run_of("restore")
        self.assertEqual(scenario.saved[0], 0, scenario.saved)
        self.assertIn("its settings are in ", scenario.saved[1])
        for line in ("make Garmin", "sentences RMC GGA GSA GSV PGRME PGRMB PGRMT", "line-baud 4800", "pulse-ms 100"):
            self.assertIn(f"\n{line}\n", scenario.file)
        self.assertTrue(scenario.file.endswith("\nend\n"))
        self.assertEqual(scenario.changed[0], 0, scenario.changed)
        self.assertEqual(scenario.between, (9600, {"GPRMC"}, 200))
        self.assertEqual(scenario.unit.baud, 4800)
        self.assertEqual(scenario.unit.stored.sentences, DEFAULT_SET)
        self.assertEqual(scenario.unit.pulse_width_ms, 100)

    def test_save_to_stdout(self):
        scenario = self.run_of("save_stdout")
        self.assertIn("\nsentences RMC GGA GSA GSV PGRME PGRMB PGRMT\n", scenario.out)
        self.assertTrue(scenario.out.endswith("\nend\n"), scenario.out)

    def test_nothing_is_saved_of_a_deaf_one(self):
        scenario = self.run_of("save_deaf", 1)
        self.assertEqual(scenario.out, "")
        self.assertIn("it does not answer", scenario.err)


class TestJournal(Case):
    def check_mended(self, name, outcome, state):
        scenario = self.run_of(name)
        unit = scenario.unit
        self.assertIn("\nwanted", scenario.noted)
        self.assertIn("\nend\n", scenario.noted)
        # who only looks says so, sends nothing and leaves the journal
        self.assertIn("a change of this receiver was broken off", scenario.looked[2])
        self.assertEqual(scenario.lines_then, scenario.lines)
        self.assertTrue(scenario.still_noted)
        got = json.loads(scenario.out)
        self.assertEqual((got["resumed"], got["journal"]), (outcome, None))
        self.assertEqual((unit.baud, unit.stored.sentences), state)
        self.assertEqual(got["baud"], unit.baud)
        self.assertFalse(scenario.journal.exists())
        return scenario

    def test_killed_amid(self):
        scenario = self.check_mended("killed_amid", "put-back", (4800, DEFAULT_SET))
        self.assertIn("a change that was broken off is undone", scenario.err)

    def test_killed_late(self):
        """It had been told everything: the rest is completed, the table as well."""
        scenario = self.check_mended("killed_late", "done", (9600, {"GPRMC"}))
        self.assertIn("a change that was broken off is completed", scenario.err)
        self.assertEqual(scenario.table.read_text(), f"0 {scenario.port.path} baud=9600\n")

    def test_killed_before_anything_was_sent(self):
        scenario = self.run_of("killed_early")
        self.assertIsNone(json.loads(scenario.out)["resumed"])
        self.assertEqual(scenario.unit.pulse_width_ms, 100)

    def test_no_place(self):
        scenario = self.run_of("no_place", 2)
        self.assertRegex(scenario.err, r"/proc/no/place: no place to note .*: No such file or directory")
        self.assertIn("--no-journal", scenario.err)
        self.assertEqual(scenario.unit.received, [])

    def test_without(self):
        scenario = self.run_of("no_journal")
        self.assertEqual(scenario.unit.pulse_width_ms, 200)
        self.assertFalse(scenario.noted)

    def test_one_at_a_time(self):
        scenario = self.run_of("locked", 2)
        self.assertIn("another gpsppsctl changes this receiver now", scenario.err)
        self.assertEqual(scenario.unit.received, [])

    def test_spoilt(self):
        scenario = self.run_of("spoilt")
        self.assertRegex(scenario.err, r"is no journal \(line \d+: ")
        self.assertNotRegex(scenario.err, "[\x00-\x09\x0b-\x1f\x7f-\x9f]")
        self.assertTrue(Path(f"{scenario.journal}.bad").exists())
        self.assertFalse(scenario.journal.exists())


class TestSend(Case):
    def test_answer(self):
        scenario = self.run_of("send")
        self.assertRegex(scenario.out, r"\A\$PGRMCE\*0E\n\$PGRMC,A,.*\*47\n")
        self.assertIn("the checksum was 00: corrected", scenario.err)
        self.assertEqual(scenario.unit.received, ["$PGRMCE"])

    def test_json(self):
        got = json.loads(self.run_of("send_json").out)
        self.assertEqual(got["sent"], ["$PGRMC1E*3F"])
        self.assertEqual([line.split(",")[0] for line in got["received"] if "PGRMT" not in line], ["$PGRMC1"])

    def test_risky(self):
        scenario = self.run_of("send_risky", 2)
        self.assertIn("not sent: a cold start", scenario.err)
        self.assertIn("--force", scenario.err)
        self.assertEqual(scenario.unit.received, [])
        self.assertEqual(self.run_of("send_forced").unit.received, ["$PGRMI,,,,,,,A"])
        self.assertEqual(self.run_of("send_dry").out, "$PGRMI,,,,,,,A*2C\n")
        self.assertEqual(running["send_dry"].unit.received, [])


WRONG = {
    "--baud": ("", "0", "-4800", "4800 ", "9600x", "5000000"),
    "--at": ("", "4801"),
    "--pps": ("", "ON", "1"),
    "--pulse": ("", "0", "1000", "20ms"),
    "--rate": ("", "0", "11", "s", "0s", "901s", "1.5", "1ss", "99999999s"),
    "--nmea-version": ("", "2", "2.30", "3.0"),
    "--seconds": ("", "3601"),
    "--send": ("", "$", "$*0E", "A*", "A*0", "A*0G", "A*000", "A$B", "A" * 90),
}


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
        self.check(["x", "--sentences", "RMC", "--timing"], 2, "exclude each other")
        self.check(["x", "--timing", "--restore", "f"], 2, "exclude each other")
        self.check(["x", "--save", "f", "--send", "PGRMCE"], 2, "exclude each other")
        self.check(["x", "--journal", "d", "--no-journal"], 2, "exclude each other")
        self.check(["x", "--timing", "--passive"], 2, "--passive sends nothing")
        self.check(["x", "--save", "-", "--json"], 2, "both want standard output")
        self.check(["x", "--send", "A\nB"], 2, "invalid --send 'A\\x0aB'")
        for option, values in WRONG.items():
            for value in values:
                self.check(["x", option, value], 2, f"invalid {option} '{value}'")
        self.check(["x", "--baud", "48oo"], 2, "invalid --baud '48oo'")
        self.check(["x", "--baud", "4801"], 2, "invalid --baud '4801'")
        self.check(["/dev/no-such-port"], 2, "/dev/no-such-port")
        self.check(["/dev/null"], 2, "/dev/null")
        self.check(["x", "--frob"], 2, "receiver --help")

    def test_help(self):
        done = plain(["--help"])
        self.assertEqual(done.returncode, 0)
        for option in ("--sentences", "--enable", "--disable", "--defaults", "--timing", "--baud", "--pps", "--pulse",
                       "--rate", "--nmea-version", "--save", "--restore", "--send", "--dry-run", "--passive",
                       "--force", "--while-running", "--journal", "--no-journal", "--at", "--seconds", "--json"):
            self.assertIn(option, done.stdout)


if __name__ == "__main__":
    unittest.main()
