# SPDX-License-Identifier: GPL-2.0-or-later
"""`gpsppsctl feed` on ptys that play receivers: seconds into real shared memory and a real socket.

A pty has no modem lines: pulses are the testbed's.
"""
import concurrent.futures
import ctypes
import json
import os
import signal
import socket
import struct
import subprocess
import tempfile
import termios
import threading
import time
import tty
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = os.environ.get("GPSPPSCTL", str(ROOT / "gpsppsctl"))
LONG_S = 60             # whatever takes longer does not end
NS = 1000000000
SAID_AT_S = 0.3         # the sentence has ended, after the second
LATE_S = 0.6            # a busy machine
BAUD = 4800             # of a port that nobody has named another for
KEY = 0x4e545030
SHM_UNITS = range(200, 250)     # of nobody, one for each test
TABLE_UNITS = (95, 96)          # by the table: 2 x that, below those
# ntpd's refclock_shm.c; a gap before the second time_t where they have 64 bits
SEGMENT = struct.Struct("iiqi4xqiiiiiII8i4x")
SOCK_SAMPLE = struct.Struct("qqdiiii")
SOCK_MAGIC = 0x534f434b

libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p
libc.shmat.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_int]
libc.shmdt.argtypes = [ctypes.c_void_p]
libc.shmget.argtypes = [ctypes.c_int, ctypes.c_size_t, ctypes.c_int]
SHM_RDONLY = 0o10000
units = iter(SHM_UNITS)


def shm(unit):
    """The fields by name, or None."""
    ident = libc.shmget(KEY + unit, 0, 0)
    if ident < 0:
        return None
    at = libc.shmat(ident, None, SHM_RDONLY)
    raw = ctypes.string_at(at, SEGMENT.size)
    libc.shmdt(at)
    names = ("mode", "count", "clock_s", "clock_us", "recv_s", "recv_us", "leap", "precision",
             "nsamples", "valid", "clock_ns", "recv_ns")
    return dict(zip(names, SEGMENT.unpack(raw)))


def remove(unit):
    ident = libc.shmget(KEY + unit, 0, 0)
    if ident >= 0:
        libc.shmctl(ident, 0, None)


def rmc(second, valid=True):
    t = time.gmtime(second)
    body = "GPRMC,%s,%s,4807.038,N,01131.000,E,0.0,0.0,%s,," % (
        time.strftime("%H%M%S", t), "A" if valid else "V", time.strftime("%d%m%y", t))
    total = 0
    for c in body:
        total ^= ord(c)
    return b"$%s*%02X\r\n" % (body.encode(), total)


# The second is told of the beginning of a sentence, which took its time at that speed; LF is
# behind its end.
BEGUN_AT_S = SAID_AT_S - (len(rmc(0)) - 1) * 10 / BAUD


class Receiver:
    """Says the second, a while after it began."""

    def __init__(self, valid=True, silent=False):
        self.fd, slave = os.openpty()
        tty.setraw(slave)
        self.path = os.ttyname(slave)
        self.slave = slave      # or it would hang up between two who open it
        self.valid = valid
        self.running = not silent
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while self.running:
            time.sleep(1 - time.time() % 1 + SAID_AT_S)
            if self.running:
                os.write(self.fd, rmc(int(time.time()), self.valid))

    def settings(self):
        return termios.tcgetattr(self.slave)

    def unplug(self):
        self.running = False
        self.thread.join()
        os.close(self.slave)
        os.close(self.fd)
        self.fd = self.slave = -1

    def close(self):
        if self.fd >= 0:
            self.unplug()


class Feed(unittest.TestCase):
    table = "/dev/null"         # the machine's own is none of the test's business

    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)
        self.unit = next(units)
        self.addCleanup(remove, self.unit)

    def receiver(self, **options):
        made = Receiver(**options)
        self.addCleanup(made.close)
        return made

    def path(self, name):
        return os.path.join(self.dir.name, name)

    def run_feed(self, *args, **options):
        return subprocess.run([PROGRAM, "-C", self.table, "feed", *args], capture_output=True,
                              stdin=subprocess.DEVNULL, timeout=LONG_S, text=True, **options)

    def start(self, *args, **options):
        """Its output goes to files, and is there to be looked at."""
        self.out, self.err = self.path("out"), self.path("err")
        with open(self.out, "w") as out, open(self.err, "w") as err:
            child = subprocess.Popen([PROGRAM, "-C", self.table, "feed", "--priority", "0", *args],
                                     stdin=subprocess.DEVNULL, stdout=out, stderr=err, **options)
        timer = threading.Timer(LONG_S, child.kill)
        timer.daemon = True
        timer.start()
        self.addCleanup(timer.cancel)
        self.addCleanup(child.kill)
        return child

    def said(self):
        return Path(self.out).read_text()

    def errors(self):
        return Path(self.err).read_text()

    def objects(self, kind=None):
        found = [json.loads(text) for text in self.said().split("\n")[:-1]]
        self.assertTrue(all(o["version"] == 1 for o in found), found)
        return [o for o in found if kind in (None, o["type"])]

    def wait(self, condition, what):
        until = time.monotonic() + LONG_S
        while not condition():
            self.assertLess(time.monotonic(), until, "%s: %s%s" % (what, self.said(), self.errors()))
            time.sleep(0.05)

    def end(self, child, sig=signal.SIGINT):
        child.send_signal(sig)
        return child.wait(LONG_S)

    def expect_error(self, done, *words):
        self.assertEqual(done.returncode, 2, done)
        for word in words:
            self.assertIn(word, done.stderr)
        self.assertEqual(done.stdout, "")


AT_ONCE = {}
begun = {}
pool = concurrent.futures.ThreadPoolExecutor(8)


def carry_out(cls, name, body):
    case = cls(name)
    try:
        case.setUp()
        body(case)
    finally:
        case.doCleanups()


def at_once(cls):
    """These tests wait for seconds to pass: all of them begin with the first."""
    def waiter(name):
        def test(_):
            if not begun:
                begun.update((key, pool.submit(carry_out, key[0], key[1], body))
                             for key, body in AT_ONCE.items())
            begun[cls, name].result()
        return test
    for name, body in [item for item in vars(cls).items() if item[0].startswith("test_")]:
        AT_ONCE[cls, name] = body
        setattr(cls, name, waiter(name))
    return cls


class Words(Feed):
    """The command line."""

    def test_help(self):
        done = self.run_feed("--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for option in ("--shm", "--sock", "--pulse-only", "--calibrate", "--timeout", "SIGUSR1"):
            self.assertIn(option, done.stdout)

    def test_refused(self):
        for words, why in (
                ("", "which PORT?"),
                ("--bogus x", "unrecognized option"),
                ("x --pulse-only --seconds-only", "--pulse-only and --seconds-only exclude each other"),
                ("x --seconds-only --edge clear", "--seconds-only: no pulse is looked at"),
                ("x --seconds-only --pulse pps0", "--seconds-only: no pulse is looked at"),
                ("x --unit 256", "invalid --unit '256'"),
                ("x --shm -1", "invalid --shm '-1'"),
                ("x --shm 255", "--shm 255: pulses go to the next unit"),
                ("x --edge both", "invalid --edge 'both'"),
                ("x --line rts", "invalid --line 'rts'"),
                ("x --offset 1e", "invalid --offset '1e'"),
                ("x --offset 0.6", "invalid --offset '0.6'"),
                ("x --delay -1.1", "invalid --delay '-1.1'"),
                ("x --priority 100", "invalid --priority '100'"),
                ("x --baud 4801", "--baud 4801: there is no such speed"),
                ("x --count 0", "invalid --count '0'"),
                ("x y --unit 1", "--unit is for one PORT"),
                ("x y --shm 4", "--shm is for one PORT"),
                ("x y --sock /a", "--sock PATH is for one PORT"),
                (" ".join(["x"] * 17), "17 ports: at most 16")):
            with self.subTest(words):
                self.expect_error(self.run_feed(*words.split()), why, "feed --help")

    def test_no_such_port(self):
        self.expect_error(self.run_feed("nosuch"), "nosuch: no such port or source", "gpsppsctl list")
        self.expect_error(self.run_feed("/dev/null"), "is no serial port or source of pulses")

    def test_a_pulse_has_no_sentences(self):
        self.expect_error(self.run_feed("gpiochip0:3"), "no sentences come from there",
                          "--pulse-only")

    def test_no_modem_lines(self):
        port = self.receiver(silent=True)
        self.expect_error(self.run_feed(port.path), "it has no modem lines", "--seconds-only")

    def test_given_twice(self):
        port = self.receiver(silent=True)
        self.expect_error(self.run_feed("--seconds-only", port.path, port.path), "given twice")

    def test_unit_without_shared_memory(self):
        port = self.receiver(silent=True)
        self.expect_error(self.run_feed("--seconds-only", "--unit", "128", port.path),
                          "unit 128: shared memory has units 0 to 255")

    def test_sock_path_too_long(self):
        port = self.receiver(silent=True)
        self.expect_error(self.run_feed("--seconds-only", "--sock", "/" + "x" * 120, port.path),
                          "the path is too long")


@at_once
class ToSharedMemory(Feed):
    def test_seconds(self):
        port = self.receiver()
        before = port.settings()
        child = self.start("--seconds-only", "--shm", str(self.unit), port.path)
        self.wait(lambda: (shm(self.unit) or {"valid": 0})["valid"], "no sample")
        found = shm(self.unit)
        self.assertEqual(found["mode"], 1)
        self.assertEqual((found["clock_us"], found["clock_ns"], found["leap"]), (0, 0, 0))
        self.assertEqual(found["recv_us"], found["recv_ns"] // 1000)
        late_s = found["recv_s"] - found["clock_s"] + found["recv_ns"] / NS
        self.assertTrue(BEGUN_AT_S <= late_s < BEGUN_AT_S + LATE_S, found)
        self.assertLess(abs(time.time() - found["clock_s"]), 5)
        self.assertNotEqual(port.settings(), before)
        self.assertEqual(self.end(child), 0)
        self.assertEqual(port.settings(), before)
        self.assertEqual(shm(self.unit)["valid"], 0)
        self.assertEqual(self.errors(), "")
        said = self.said()
        for words in (port.path, "4800 baud", "SHM %d" % self.unit, "seconds\n", "chrony.conf:",
                      "refclock SHM %d" % self.unit, "feeding; Ctrl-C ends", " seconds fed"):
            self.assertIn(words, said)
        self.assertNotIn("pulses", said)

    def test_count(self):
        port = self.receiver()
        done = self.run_feed("--priority", "0", "--seconds-only", "--shm", str(self.unit), "--json",
                             "--count", "2", port.path)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        found = [json.loads(text) for text in done.stdout.splitlines()]
        samples = [o for o in found if o["type"] == "sample"]
        self.assertEqual(len(samples), 2)
        for o in samples:
            self.assertEqual((o["port"], o["kind"], o["seq"], o["leap"]),
                             (port.path, "seconds", None, "none"))
            self.assertTrue(BEGUN_AT_S * NS <= o["offset_ns"] < (BEGUN_AT_S + LATE_S) * NS, o)
        # on a busy machine a second may be left out; none is given twice
        self.assertIn(samples[1]["true"] - samples[0]["true"], range(1, 10))
        self.assertEqual((found[-1]["type"], found[-1]["seconds"], found[-1]["shm"]),
                         ("summary", 2, [self.unit]))

    def test_units_by_the_table(self):
        ports = [self.receiver(), self.receiver()]
        self.table = self.path("table")
        # a unit without a pulse is fed its seconds
        Path(self.table).write_text("%d %s pulse=none\n%d %s pulse=none baud=9600\n" % (
            TABLE_UNITS[0], ports[0].path, TABLE_UNITS[1], ports[1].path))
        shm_units = [2 * unit for unit in TABLE_UNITS]
        for unit in shm_units:
            self.addCleanup(remove, unit)
        child = self.start("--json", *(p.path for p in ports))
        self.wait(lambda: len({o["port"] for o in self.objects("sample")}) == 2, "one is missing")
        self.assertEqual([shm(u)["valid"] for u in shm_units], [1, 1])
        self.assertEqual(self.end(child, signal.SIGTERM), 0)
        self.assertEqual([o["shm"] for o in self.objects("summary")],
                         [[unit] for unit in shm_units])

    def test_no_fix_is_not_given(self):
        port = self.receiver(valid=False)
        child = self.start("--seconds-only", "--shm", str(self.unit), "--json", port.path)
        self.wait(lambda: any(o["state"] == "no_fix" for o in self.objects("state")), "no state")
        self.assertEqual(self.end(child), 0)
        self.assertEqual(self.objects("sample"), [])
        self.assertEqual(shm(self.unit)["count"], 0)

    def test_timeout_says_why(self):
        port = self.receiver(silent=True)
        done = self.run_feed("--priority", "0", "--seconds-only", "--shm", str(self.unit),
                             "--timeout", "2", port.path)
        self.assertEqual(done.returncode, 1, done)
        self.assertIn("%s: nothing was fed for 2 s: " % port.path, done.stderr)

    def test_status_on_demand(self):
        port = self.receiver()
        child = self.start("--seconds-only", "--shm", str(self.unit), "--quiet", port.path)
        self.wait(lambda: shm(self.unit) and shm(self.unit)["valid"], "no sample")
        self.assertEqual(self.said(), "")
        child.send_signal(signal.SIGUSR1)
        self.wait(lambda: "now: " in self.said(), "no status")
        self.assertIn("%s: " % port.path, self.said())
        self.assertEqual(self.end(child), 0)
        self.assertEqual(self.said().count("\n"), 1)

    def test_reader_has_enough(self):
        port = self.receiver()
        before = port.settings()
        child = subprocess.Popen([PROGRAM, "-C", "/dev/null", "feed", "--priority", "0",
                                  "--seconds-only", "--shm", str(self.unit), "--json", port.path],
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        child.stdout.readline()
        child.stdout.close()
        self.assertEqual(child.wait(LONG_S), 0)
        self.assertEqual(child.stderr.read(), "")
        child.stderr.close()
        self.assertEqual(port.settings(), before)


@at_once
class ToChrony(Feed):
    """A datagram socket stands for chronyd's."""

    def listen(self, path):
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(sock.close)
        sock.bind(path)
        sock.settimeout(LONG_S)
        return sock

    def expect_sample(self, sock):
        data = sock.recv(256)
        self.assertEqual(len(data), SOCK_SAMPLE.size)
        sec, usec, offset, pulse, leap, _, magic = SOCK_SAMPLE.unpack(data)
        self.assertEqual((pulse, leap, magic), (0, 0, SOCK_MAGIC))
        self.assertLess(abs(time.time() - sec), 5)
        # what is to be added to the stamp
        self.assertTrue(-BEGUN_AT_S - LATE_S < offset <= -BEGUN_AT_S, offset)
        self.assertAlmostEqual((sec + usec / 1e6 + offset + 0.5) % 1, 0.5, places=4)

    def test_seconds(self):
        port = self.receiver()
        sock = self.listen(self.path("sock"))
        child = self.start("--seconds-only", "--sock", self.path("sock"), port.path)
        self.expect_sample(sock)
        self.assertEqual(self.end(child), 0)
        self.assertIn("refclock SOCK " + self.path("sock"), self.said())
        self.assertNotIn("SHM", self.said())

    def test_both_targets(self):
        port = self.receiver()
        sock = self.listen(self.path("sock"))
        child = self.start("--seconds-only", "--shm", str(self.unit), "--sock", self.path("sock"),
                           port.path)
        self.expect_sample(sock)
        self.wait(lambda: shm(self.unit)["valid"], "no sample")
        self.assertEqual(self.end(child), 0)

    def test_chronyd_comes_later(self):
        port = self.receiver()
        path = self.path("sock")
        child = self.start("--seconds-only", "--sock", path, port.path)
        self.wait(lambda: "chronyd is not there" in self.errors(), "nothing is said")
        time.sleep(2.2)         # two more samples: nothing more is said
        self.assertEqual(self.errors().count("\n"), 1)
        self.expect_sample(self.listen(path))
        self.wait(lambda: "takes samples again" in self.said(), "nothing is said")
        self.assertEqual(self.end(child), 0)


@at_once
class Comes(Feed):
    """The service manager, and what goes away."""

    def notified(self):
        path = self.path("notify")
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(sock.close)
        sock.bind(path)
        sock.settimeout(LONG_S)
        return sock, {**os.environ, "NOTIFY_SOCKET": path}

    def test_service_manager(self):
        port = self.receiver()
        sock, environ = self.notified()
        child = self.start("--seconds-only", "--shm", str(self.unit), port.path, env=environ)
        self.assertIn(b"READY=1", sock.recv(512))
        state = sock.recv(512)
        self.assertTrue(state.startswith(b"STATUS=" + port.path.encode()), state)
        self.assertEqual(self.end(child, signal.SIGTERM), 0)
        while state != b"STOPPING=1":
            state = sock.recv(512)

    def test_away_for_good(self):
        port = self.receiver()
        # the terminal's number is soon another test's: the link is not
        link = self.path("gps")
        os.symlink(port.path, link)
        child = self.start("--seconds-only", "--shm", str(self.unit), link)
        self.wait(lambda: shm(self.unit) and shm(self.unit)["valid"], "no sample")
        os.unlink(link)
        port.unplug()
        self.wait(lambda: "went away" in self.said(), "nobody notices")
        self.assertEqual(child.wait(LONG_S), 3)
        self.assertIn("has been away for 10 s", self.errors())

    def test_a_service_waits(self):
        port = self.receiver()
        _, environ = self.notified()
        child = self.start("--seconds-only", "--shm", str(self.unit), port.path, env=environ)
        self.wait(lambda: shm(self.unit) and shm(self.unit)["valid"], "no sample")
        port.unplug()
        with self.assertRaises(subprocess.TimeoutExpired):
            child.wait(13)
        self.assertEqual(self.end(child, signal.SIGTERM), 0)


if __name__ == "__main__":
    unittest.main()
