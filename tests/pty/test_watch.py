# SPDX-License-Identifier: GPL-2.0-or-later
"""`gpsppsctl watch` on logs, from files and pipes, and on what is none.

The logs are written here, so offsets, intervals and widths are known from the making.
"""
import contextlib
import json
import os
import pty
import signal
import subprocess
import tempfile
import termios
import threading
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = os.environ.get("GPSPPSCTL", str(ROOT / "gpsppsctl"))
LONG_S = 60             # whatever takes longer does not end
FIRST = "# gpsppsctl watch 1\n"
BEGIN_S = 1795237317    # 2026-11-21 05:01:57 UTC
NS = 1000000000
NOBODY = 65534


def watch(*args, data=None, **options):
    given = {"stdin": subprocess.DEVNULL} if data is None else {"input": data}
    # -C: the machine's own table is none of the test's business
    return subprocess.run([PROGRAM, "-C", "/dev/null", "watch", *args], capture_output=True,
                          timeout=LONG_S, text=True, **given, **options)


def start(*args, **streams):
    """A child to be read from; killed when it says nothing for ever."""
    child = subprocess.Popen([PROGRAM, "-C", "/dev/null", "watch", *args], text=True, **streams)
    timer = threading.Timer(LONG_S, child.kill)
    timer.daemon = True
    timer.start()
    return child


def line(time_ns, source="pps0", edge="assert", seq="-", by="kernel", late="-"):
    return f"{time_ns // NS}.{time_ns % NS:09d} {source} {edge} {seq} {by} {late}\n"


def offset_ns(i):
    """Of the i-th pulse: within a microsecond or so, and of both signs."""
    return (i * 37 % 11 - 5) * 100


def pulses(n, width_ns=100000000, without=(), source="pps0", by="kernel", late="-"):
    """n pulses of 1 Hz, both edges of each, in lines."""
    out = []
    for i in range(n):
        if i in without:
            continue
        at = (BEGIN_S + i) * NS + offset_ns(i)
        out += [line(at, source, "assert", 100 + i, by, late),
                line(at + width_ns, source, "clear", 100 + i, by, late)]
    return out


def split(done):
    """The objects of the edges, and the summaries by source."""
    objects = [json.loads(text) for text in done.stdout.splitlines()]
    assert all(o["version"] == 1 for o in objects)
    return ([o for o in objects if "summary" not in o],
            {o["source"]: o["summary"] for o in objects if "summary" in o})


class WithFiles(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)

    def path(self, name):
        return os.path.join(self.dir.name, name)

    def file(self, content, name="a.log"):
        path = self.path(name)
        with open(path, "wb") as f:
            f.write(content if isinstance(content, bytes) else content.encode("ascii"))
        return path

    def read(self, name):
        with open(self.path(name), encoding="ascii") as f:
            return f.read()


class Replay(WithFiles):
    """What a log says, edge by edge."""

    def test_each_edge(self):
        log = self.file(FIRST + "".join(pulses(10)))
        done = watch("--json", log)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        edges, summaries = split(done)
        self.assertEqual(len(edges), 20)
        for n, e in enumerate(edges):
            i, clear = divmod(n, 2)
            self.assertEqual((e["source"], e["edge"], e["stamp"], e["seq"], e["late_ns"], e["missed"]),
                             ("pps0", ("assert", "clear")[clear], "kernel", 100 + i, None, 0))
            self.assertEqual(e["sec"] * NS + e["nsec"],
                             (BEGIN_S + i) * NS + offset_ns(i) + clear * 100000000)
            self.assertEqual(e["interval_ns"],
                             NS + offset_ns(i) - offset_ns(i - 1) if i else None)
            self.assertEqual((e["sentence"], e["named_sec"], e["sentence_ns"]), (None,) * 3)
        used = [e for e in edges if e["fate"] == "used"]
        self.assertGreaterEqual(len(used), 7)
        for e in used:
            self.assertEqual((e["edge"], e["offset_ns"]), ("assert", offset_ns(e["seq"] - 100)))
            self.assertIn(e["width_ns"], (None, 100000000))
        self.assertEqual(used[-1]["width_ns"], 100000000)
        seen = summaries["pps0"]
        self.assertEqual((seen["pulses"], seen["missed"], seen["edge"], seen["width_ns"], seen["stamp"],
                          seen["filter"], seen["gone"]),
                         (10, 0, "assert", 100000000, "kernel", "trimmed mean", False))
        self.assertEqual(sum(seen["fates"].values()), 20)

    def test_missing_pulses(self):
        edges, summaries = split(watch("--json", self.file("".join(pulses(20, without=(11, 12))))))
        self.assertEqual([(e["seq"], e["missed"]) for e in edges if e["missed"]], [(113, 2)])
        self.assertEqual((summaries["pps0"]["pulses"], summaries["pps0"]["missed"]), (18, 2))

    def test_lines_for_people(self):
        done = watch(self.file("".join(pulses(6))))
        lines = done.stdout.splitlines()
        self.assertEqual(done.returncode, 0)
        self.assertEqual(len(lines), 7, done.stdout)       # one a pulse, and the summary
        at = BEGIN_S % 86400 + 5
        clock = f"{at // 3600:02d}:{at // 60 % 60:02d}:{at % 60:02d}"
        interval = NS + offset_ns(5) - offset_ns(4)
        self.assertTrue(lines[5].startswith(
            f"{clock} pps0 assert {offset_ns(5) / 1000:+11.3f} us  "
            f"interval {interval // NS}.{interval % NS:09d}  width 100.0 ms  jitter "), lines[5])
        self.assertRegex(lines[6], r"^pps0: 6 pulses, 0 missed, offset [+-]\d\.\d{3} us, jitter "
                         r"\d\.\d{3} us \(trimmed mean of \d, kernel stamps\); \d used, ")

    def test_dropped_and_late(self):
        lines = pulses(8, by="user", late="30000")
        lines[12] = line((BEGIN_S + 6) * NS + 900000, seq=106, by="user", late="30000")
        told = watch(self.file("".join(lines))).stdout.splitlines()
        self.assertIn("  dropped: gate  at most 30.0 us late", told[6])
        self.assertRegex(told[7], r"  jitter \d\.\d us  at most 30\.0 us late")

    def test_both_edges_for_people(self):
        log = self.file("".join(pulses(6)))
        self.assertEqual(watch(log).stdout.count(" clear "), 0)
        self.assertEqual(watch("--edge", "both", log).stdout.count(" clear "), 6)

    def test_named_edge_is_on_time(self):
        edges, summaries = split(watch("--json", "--edge", "clear", "--gate", "0",
                                       self.file("".join(pulses(10)))))
        self.assertEqual({e["edge"] for e in edges}, {"clear"})
        self.assertEqual(summaries["pps0"]["edge"], "clear")
        self.assertEqual(edges[-1]["offset_ns"], 100000000 + offset_ns(9))

    def test_several_sources_in_one_log(self):
        mixed = [text for pair in zip(pulses(9), pulses(9, source="ttyS1:cts", by="user", late="30000"))
                 for text in pair]
        edges, summaries = split(watch("--json", self.file("".join(mixed))))
        self.assertEqual(list(summaries), ["pps0", "ttyS1:cts"])
        self.assertEqual([s["pulses"] for s in summaries.values()], [9, 9])
        self.assertEqual([s["filter"] for s in summaries.values()], ["trimmed mean", "low quarter"])
        self.assertEqual({(e["stamp"], e["late_ns"]) for e in edges if e["source"] == "ttyS1:cts"},
                         {("user", 30000)})

    def test_filter_is_the_users(self):
        log = self.file("".join(pulses(9)))
        _, summaries = split(watch("--json", "--filter", "low-quarter", "--length", "4", log))
        self.assertEqual((summaries["pps0"]["filter"], summaries["pps0"]["samples"]), ("low quarter", 4))

    def test_count_ends_it(self):
        done = watch("--json", "--count", "4", self.file("".join(pulses(20))))
        edges, summaries = split(done)
        self.assertEqual((done.returncode, len([e for e in edges if e["edge"] == "assert"])), (0, 4))
        self.assertEqual(summaries["pps0"]["pulses"], 4)

    def test_quiet_is_the_summary_alone(self):
        done = watch("--quiet", self.file("".join(pulses(20))))
        self.assertRegex(done.stdout, r"^pps0: 20 pulses[^\n]*\n$")

    def test_five_a_second(self):
        """Tenths of the second are told then."""
        five = [line(BEGIN_S * NS + i * NS // 5, seq=i + 1) for i in range(40)]
        done = watch(self.file("".join(five)))
        self.assertRegex(done.stdout.splitlines()[-2], r"^05:02:04\.8 pps0 assert +\+0\.000 us")


class Pipe(WithFiles):
    def test_dash_is_stdin(self):
        done = watch("--json", "-", data="".join(pulses(8)))
        self.assertEqual((done.returncode, split(done)[1]["pps0"]["pulses"]), (0, 8))

    def test_lines_come_as_they_are_written(self):
        child = start("--json", "-", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(child.kill)
        for text in pulses(3):
            child.stdin.write(text[:20])
            child.stdin.flush()
            child.stdin.write(text[20:])
            child.stdin.flush()
            self.assertEqual(json.loads(child.stdout.readline())["edge"], text.split()[2])
        child.send_signal(signal.SIGINT)
        out, _ = child.communicate(timeout=LONG_S)
        self.assertEqual((child.returncode, json.loads(out)["summary"]["pulses"]), (0, 3))

    def test_reader_that_has_enough(self):
        child = start("--json", "-", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(child.kill)
        child.stdout.close()
        try:
            child.stdin.write("".join(pulses(5000)))
        except BrokenPipeError:
            pass
        with contextlib.suppress(BrokenPipeError):
            child.stdin.close()
        self.assertEqual(child.wait(timeout=LONG_S), 0)
        self.assertEqual(child.stderr.read(), "")
        child.stderr.close()


class BadInput(WithFiles):
    """One clear line, and what was good is shown."""

    def check(self, done, code, text):
        said = [s for s in done.stderr.splitlines() if not s.startswith("gpsppsctl: hint: ")]
        self.assertEqual(done.returncode, code, done)
        self.assertEqual(len(said), 1, done.stderr)
        self.assertIn(text, said[0])

    def test_empty(self):
        self.check(watch(self.file("")), 1, "empty: not one edge")

    def test_comments_alone(self):
        self.check(watch(self.file(FIRST)), 1, "a log without an edge")

    def test_no_log(self):
        self.check(watch(self.file("root:x:0:0:root:/root:/bin/bash\n")), 2, "is no log of gpsppsctl watch")
        self.check(watch(self.file(os.urandom(100000))), 2, "is no log of gpsppsctl watch")

    def test_zeros_without_end(self):
        path = self.path("zeros")
        with open(path, "wb") as f:
            f.truncate(8 << 30)
        self.check(watch(path), 2, "is no log of gpsppsctl watch")

    def test_nothing_there(self):
        self.check(watch(self.path("none")), 2, "No such file or directory")
        self.check(watch("/dev/null"), 2, "is no serial port, source of pulses, GPIO line or log")
        self.check(watch(self.dir.name), 2, "Is a directory")

    def test_cut_line(self):
        """A crash within a line: it is not used, and said."""
        done = watch("--json", self.file("".join(pulses(8))[:-30]))
        self.check(done, 0, "its last line was cut: left out")
        self.assertEqual(len(split(done)[0]), 15)

    def test_lines_of_something_else(self):
        lines = pulses(8)
        lines[5:5] = ["\x1b[2J\n", "x" * 100000 + "\n", "1795237317.1 pps0 assert\n"]
        done = watch("--json", self.file("".join(lines)))
        self.check(done, 0, "3 lines are none of a log: left out")
        self.assertEqual(len(split(done)[0]), 16)

    def test_times_that_go_back(self):
        lines = pulses(12)
        lines[16], lines[18] = lines[18], lines[16]
        done = watch("--json", self.file("".join(lines)))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        fates = split(done)[1]["pps0"]["fates"]
        self.assertGreaterEqual(fates["backward"] + fates["duplicate"], 1)

    @unittest.skipIf(os.geteuid(), "only root can become nobody")
    def test_no_right_to_read(self):
        os.chmod(self.dir.name, 0o755)
        log = self.file("".join(pulses(3)))
        os.chmod(log, 0o600)
        program = self.path("gpsppsctl")
        with open(PROGRAM, "rb") as f, open(program, "wb") as copy:
            copy.write(f.read())
        os.chmod(program, 0o755)
        done = subprocess.run([program, "-C", "/dev/null", "watch", log], capture_output=True, text=True,
                              timeout=LONG_S, user=NOBODY, group=NOBODY, extra_groups=[])
        self.check(done, 2, "Permission denied")

    def test_pty_has_no_modem_lines(self):
        main, side = pty.openpty()
        self.addCleanup(os.close, main)
        self.addCleanup(os.close, side)
        before = termios.tcgetattr(side)
        self.check(watch("--timeout", "3", os.ttyname(side)), 2, "it has no modem lines")
        self.assertEqual(termios.tcgetattr(side), before)

    def test_options(self):
        for args in (["--count", "0"], ["--count", "x"], ["--edge", "up"], ["--line", "dtr"], ["--rate", "3"],
                     ["--length", "0"], ["--gate", "-1"], ["--filter", "mean"], ["--ppm", "x"], ["--baud", "7"],
                     ["--nothing"], ["--last", "--count", "3"], ["--last", "--log", "x"],
                     ["--line", "cts"]):
            done = watch(*args)
            self.assertEqual(done.returncode, 2, args)
            self.assertTrue(done.stderr.endswith("Try 'gpsppsctl watch --help'.\n"), (args, done.stderr))
        self.assertEqual(watch("--help").returncode, 0)


class Written(WithFiles):
    """--log and --clockstats, and files that cannot be written."""

    def test_log_of_a_log(self):
        lines = pulses(5) + pulses(5, source="ttyS1:cts", by="poll", late="25000")
        log = self.file("".join(lines))
        self.assertEqual(watch("--quiet", "--log", self.path("copy"), log).returncode, 0)
        self.assertEqual(self.read("copy"), FIRST + "".join(lines))
        # one that a crash has cut is ended, and gone on with
        self.file(FIRST + lines[0] + lines[1][:20], "copy")
        self.assertEqual(watch("--quiet", "--log", self.path("copy"), log).returncode, 0)
        self.assertEqual(self.read("copy"), FIRST + lines[0] + lines[1][:20] + "\n" + FIRST + "".join(lines))

    def test_clockstats_of_a_log(self):
        done = watch("--quiet", "--clockstats", self.path("clockstats"), self.file("".join(pulses(30))))
        self.assertEqual(done.returncode, 0, done)
        words = self.read("clockstats").split()
        today = int(time.time() // 86400) + 40587      # MJD of 1970-01-01
        self.assertIn(int(words[0]), (today - 1, today))
        self.assertTrue(0 <= float(words[1]) < 86400)
        # unit, the kernel's count, used, not yet, errors, no pulse
        self.assertEqual((words[2], words[3], words[5:]), ("PPS(0)", "129", ["0", "0", "0"]))
        self.assertGreaterEqual(int(words[4]), 27)

    def test_no_place_to_write(self):
        log = self.file("".join(pulses(3)))
        for option in ("--log", "--clockstats"):
            done = watch(option, self.path("none/x"), log)
            self.assertEqual(done.returncode, 2)
            self.assertIn("cannot open it for writing: No such file or directory", done.stderr)

    def test_log_that_is_read(self):
        log = self.file("".join(pulses(3)))
        done = watch("--log", log, log)
        self.assertEqual(done.returncode, 2)
        self.assertIn("is the log that is read", done.stderr)

    def test_full_disk(self):
        """One message; the watch goes on, and ends with 2."""
        done = watch("--clockstats", "/dev/full", self.file("".join(pulses(6))))
        self.assertEqual(done.returncode, 2)
        self.assertIn("No space left on device", done.stderr)
        self.assertIn("pps0: 6 pulses", done.stdout)

    def test_full_stdout(self):
        with open("/dev/full", "w", encoding="ascii") as full:
            done = subprocess.run([PROGRAM, "-C", "/dev/null", "watch", self.file("".join(pulses(6)))],
                                  stdout=full, stderr=subprocess.PIPE, text=True, timeout=LONG_S)
        self.assertEqual((done.returncode, done.stderr),
                         (2, "gpsppsctl: standard output: write error: No space left on device\n"))


if __name__ == "__main__":
    unittest.main(verbosity=1)
