# SPDX-License-Identifier: GPL-2.0-or-later
"""`gpsppsctl report` on files that are made here; what it should say is reckoned here, from the definitions."""
import json
import math
import os
import random
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = os.environ.get("GPSPPSCTL", str(ROOT / "gpsppsctl"))
LONG_S = 120            # whatever takes longer does not end
MJD_2026 = 61041        # 2026-01-01: 40587 is 1970-01-01, 20454 days before
BEGIN_S = 20454 * 86400


def report(*args, **given):
    if "input" not in given and "stdin" not in given:
        given["stdin"] = subprocess.DEVNULL
    return subprocess.run([PROGRAM, "-C", "/dev/null", "report", *map(str, args)], stdout=given.pop("stdout", subprocess.PIPE),
                          stderr=subprocess.PIPE, timeout=LONG_S, check=False, **given)


# ---- the definitions; None is a missing sample

def plain_figures(x):
    here = sorted(v for v in x if v is not None)

    def percentile(percent):
        place = percent / 100 * (len(here) - 1)
        low = math.floor(place)
        high = min(low + 1, len(here) - 1)
        return here[low] + (here[high] - here[low]) * (place - low)
    steps = [b - a for a, b in zip(x, x[1:]) if a is not None and b is not None]
    points = [(i, v) for i, v in enumerate(x) if v is not None]
    mean_i, mean = (math.fsum(p[k] for p in points) / len(points) for k in (0, 1))
    return {"samples": len(here), "missing": x.count(None), "mean_s": mean,
            "gaps": sum(v is None and x[i - 1] is not None for i, v in enumerate(x) if i),
            "rms_s": math.sqrt(math.fsum(v * v for v in here) / len(here)), "min_s": here[0], "max_s": here[-1],
            "p01_s": percentile(1), "p05_s": percentile(5), "p25_s": percentile(25), "median_s": percentile(50),
            "p75_s": percentile(75), "p95_s": percentile(95), "p99_s": percentile(99),
            "jitter_s": math.sqrt(math.fsum(d * d for d in steps) / len(steps)),
            "drift_per_place": math.fsum((i - mean_i) * (v - mean) for i, v in points) /
            math.fsum((i - mean_i) ** 2 for i, v in points)}


def second_differences(x, m):
    triples = zip(x, x[m:], x[2 * m:])
    return [None if None in t else t[2] - 2 * t[1] + t[0] for t in triples]


def half_mean_square(terms, tau):
    return math.sqrt(math.fsum(t * t for t in terms) / 2 / len(terms)) / tau if terms else None


def plain_deviations(x, m, tau0):
    second = second_differences(x, m)
    windows = []
    for j in range(len(second) - m + 1):
        here = [d for d in second[j:j + m] if d is not None]
        if here and 2 * len(here) >= m:
            windows.append(math.fsum(here) / len(here))
    adev = [d for d in second[::m] if d is not None]
    oadev = [d for d in second if d is not None]
    mdev = half_mean_square(windows, m * tau0)
    spans = [[v for v in x[j:j + m + 1] if v is not None] for j in range(len(x) - m)]
    spans = [s for s in spans if len(s) > 1]
    return {"m": m, "tau_s": m * tau0, "adev": half_mean_square(adev, m * tau0), "adev_terms": len(adev),
            "oadev": half_mean_square(oadev, m * tau0), "oadev_terms": len(oadev),
            "mdev": mdev, "tdev_s": None if mdev is None else m * tau0 * mdev / math.sqrt(3), "mdev_terms": len(windows),
            "mtie_s": max((max(s) - min(s) for s in spans), default=None), "mtie_windows": len(spans)}


def iso(second):
    """Of the first of January 2026."""
    return "2026-01-01T%02d:%02d:%02d.000000000Z" % (second // 3600, second // 60 % 60, second % 60)


class Case(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)

    def file(self, text, name="log"):
        path = Path(self.dir.name) / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def series(self, *args, code=0, stderr="", **given):
        """What a run with --json says; stderr to the letter."""
        done = report("--json", *args, **given)
        self.assertEqual(done.stderr.decode(), stderr)
        self.assertEqual(done.returncode, code)
        said = json.loads(done.stdout)
        self.assertEqual(list(said), ["version", "series"])
        self.assertEqual(said["version"], 1)
        return said["series"]

    def refused(self, *args, code=1, **given):
        """The one line of a run that has nothing to report."""
        for options in ([], ["--json"]):
            done = report(*options, *args, **given)
            self.assertEqual(done.stdout, b"")
            self.assertEqual(done.returncode, code)
            lines = done.stderr.decode().splitlines()
            self.assertEqual(len(lines), 1, lines)
        return lines[0]

    def near(self, value, expected, what):
        if expected is None or isinstance(expected, (int, str)):
            self.assertEqual(value, expected, what)
        else:
            self.assertLessEqual(abs(value - expected), 2e-9 * abs(expected) + 1e-24, f"{what}: {value}, not {expected}")

    def check(self, said, x, tau0):
        expected = plain_figures(x)
        expected["drift"] = expected.pop("drift_per_place") / tau0
        for key, value in expected.items():
            self.near(said[key], value, key)
        self.near(said["tau0_s"], float(tau0), "tau0")
        self.assertTrue(said["deviations"])
        for point in said["deviations"]:
            for key, value in plain_deviations(x, point["m"], tau0).items():
                self.near(point[key], value, f"{key} at {point['m']}")


class Known(Case):
    """NIST SP 1065's 1000 frequencies: seven digits."""
    KNOWN = {1: (2.922319e-01, 2.922319e-01, 2.922319e-01, 1.687202e-01, 9.957453e-01),
             10: (9.965736e-02, 9.159953e-02, 6.172376e-02, 3.563623e-01, 7.596560e+00),
             100: (3.897804e-02, 3.241343e-02, 2.170921e-02, 1.253382e+00, 5.538177e+01)}

    def setUp(self):
        super().setUp()
        n, self.y = 1234567890, []
        for _ in range(1000):
            self.y.append(n / 2147483647)
            n = n * 16807 % 2147483647

    def check_known(self, said):
        self.assertEqual(said["samples"], 1001)
        self.assertEqual([p["m"] for p in said["deviations"]], [1, 10, 100])
        for point in said["deviations"]:
            got = [point[k] for k in ("adev", "oadev", "mdev", "tdev_s", "mtie_s")]
            self.assertEqual(["%.6e" % v for v in got], ["%.6e" % v for v in self.KNOWN[point["m"]]])

    def test_phases(self):
        x = [0.0]
        for y in self.y:
            x.append(x[-1] + y)
        said, = self.series("--taus", "1,10,100", self.file("".join("%.17g\n" % v for v in x)))
        self.assertEqual((said["format"], said["begin"], said["name"], said["source"]), ("phase", None, "log", None))
        self.check_known(said)

    def test_frequencies(self):
        said, = self.series("--format", "frequency", "--taus", "1,10,100",
                            self.file("".join("%.17g\n" % v for v in self.y)))
        self.check_known(said)

    def test_gap_in_frequencies(self):
        """The last one is taken to have gone on; within the gap there is no phase."""
        said, = self.series("-f", "frequency", "--tau0", "2", self.file("1e-6\n3e-6\nnan\nnan\nnan\n-1e-6\n"))
        # phases 0, 2, 8 us, (14, 20 us: missing), 26, 24 us
        self.assertEqual((said["samples"], said["missing"], said["gaps"]), (5, 2, 1))
        self.near(said["max_s"], 26e-6, "max")
        self.near(said["mean_s"], 12e-6, "mean")

    def test_text(self):
        done = report("-f", "frequency", "--taus", "10", self.file("".join("%.17g\n" % v for v in self.y)))
        lines = done.stdout.decode().splitlines()
        self.assertEqual(lines[-1].split(), "10 s 9.966e-02 99 9.160e-02 981 6.172e-02 972 356.4 ms 972 7.597 s 991".split())
        self.assertIn(["samples", "1001"], [line.split() for line in lines])


class Reckoned(Case):
    def random_phases(self, n, gaps=0.0):
        rng = random.Random(18)
        walk, x = 0, []
        for _ in range(n):
            walk += rng.gauss(0, 2e-8)
            x.append(round(3e-6 + walk + rng.gauss(0, 1e-6), 12))
        for i in range(1, n - 1):
            if rng.random() < gaps:
                x[i:min(i + 5, n - 1)] = [None] * (min(i + 5, n - 1) - i)
        return x

    def test_column(self):
        for unit, factor in (("s", 1), ("ms", 1e3), ("us", 1e6), ("ns", 1e9)):
            x = self.random_phases(90)
            said, = self.series("--unit", unit, self.file("# a heading\n" + "".join(f"{v * factor:.15g}\n" for v in x)))
            self.check(said, x, 1)

    def test_times_and_gaps(self):
        x = self.random_phases(400, gaps=0.03)
        text = "".join(f"{BEGIN_S + 4 * i} {v:.12f}\n" for i, v in enumerate(x) if v is not None)
        said, = self.series(self.file(text))
        self.assertGreater(said["gaps"], 3)
        self.assertEqual(said["begin"], iso(0))
        self.check(said, x, 4)

    def test_round_intervals(self):
        """Lines a little early or late: 15.93 to 16.05 s apart are 16 s, and no place is lost or doubled."""
        for steps, tau0 in (((15.93, 16.05, 15.96), 16), ((0.1999, 0.2004), 0.2), ((6.4983, 6.4977), 6.5),
                            ((0.0333, 0.03335, 0.0333), 0.0333)):
            time, lines = BEGIN_S, []
            for i in range(300):
                lines.append(f"{time:.6f} {(i % 5) * 1e-6:.9f}\n")
                time += steps[i % len(steps)]
            said, = self.series(self.file("".join(lines)))
            self.near(said["tau0_s"], float(tau0), steps)
            self.assertEqual((said["samples"], said["missing"], said["doubled"]), (300, 0, 0))

    def test_nan_is_a_gap(self):
        x = self.random_phases(60, gaps=0.1)
        said, = self.series("--tau0", "0.2", self.file("".join("nan\n" if v is None else f"{v:.12f}\n" for v in x)))
        self.check(said, x, 0.2)

    def test_taus(self):
        path = self.file("".join(f"{v:.12f}\n" for v in self.random_phases(50)))
        for taus, factors in (("octave", [1, 2, 4, 8, 16]), ("decade", [1, 2, 4, 10, 20]), ("3,24,25,7.4", [3, 24, 7])):
            said, = self.series("--taus", taus, path)
            self.assertEqual([p["m"] for p in said["deviations"]], factors)

    def test_standard_input(self):
        x = self.random_phases(70)
        text = "".join(f"{v:.12f}\n" for v in x).encode()
        piped, = self.series("-", input=text)
        self.check(piped, x, 1)
        self.assertEqual((piped["name"], piped["file"]), ("stdin", "-"))
        with open(self.file(text), "rb") as stdin:
            said, = self.series("-", stdin=stdin)
        self.assertEqual(said, piped)

    def test_two_beside_each_other(self):
        x, y = self.random_phases(64), [2 * v for v in self.random_phases(40)]
        a = self.file("".join(f"{v:.12f}\n" for v in x), "a")
        b = self.file("".join(f"{BEGIN_S + 2 * i} {v:.12f}\n" for i, v in enumerate(y)), "b")
        said = self.series(a, b)
        self.assertEqual([s["name"] for s in said], ["a", "b"])
        self.check(said[0], x, 1)
        self.check(said[1], y, 2)
        lines = report(a, b).stdout.decode().splitlines()
        self.assertEqual(lines[0].split(), ["a", "b"])
        table = lines.index("overlapping Allan deviation (N: its terms)")
        self.assertEqual(lines[table + 1].split(), ["TAU", "a", "N", "b", "N"])
        rows = [line.split() for line in lines[table + 2:table + 8]]
        self.assertEqual([row[0] for row in rows], ["1", "2", "4", "8", "16", "32"])
        self.assertEqual(rows[0][-2:], ["-", "-"])                   # b has no second
        self.assertEqual((rows[1][3], rows[1][5]), ("60", "38"))
        self.assertEqual(rows[1][4], "%.3e" % plain_deviations(y, 1, 2)["oadev"])


class Daemons(Case):
    def peerstats(self, n, sources=("127.127.20.0", "127.127.22.0")):
        """Lines of NTPsec: the sources' polls alternate, jitter at 2^-20 s three times of four."""
        for i in range(n):
            for k, source in enumerate(sources):
                jitter = 2.0 ** -20 if i % 4 else 3e-6
                yield f"{MJD_2026} {60 + 16 * i + k}.250 {source} 961a {(k + 1) * (i % 7) * 1e-6:.9f} 0.000000000 0.000001 {jitter:.9f}\n"

    def test_precision(self):
        said, = self.series(self.file("".join(self.peerstats(100, ["127.127.22.0"])), "peerstats"))
        self.assertEqual((said["format"], said["name"], said["source"]), ("peerstats", "peerstats", "127.127.22.0"))
        self.assertEqual(said["daemon_precision_s"], round(2 ** -20, 16))
        self.near(said["daemon_at_precision"], 0.75, "share")
        self.near(said["daemon_jitter_s"], math.sqrt(0.75 * 0.954e-6 ** 2 + 0.25 * 9e-12), "jitter")
        text = report(self.file("".join(self.peerstats(100, ["127.127.22.0"])), "peerstats")).stdout.decode()
        self.assertIn("peerstats: 75 % of the daemon's jitter figures are its own precision, 2^-20 s = 953.7 ns\n", text)

    def test_sources(self):
        path = self.file("".join(self.peerstats(50)), "peerstats")
        said = self.series(path)
        self.assertEqual([s["name"] for s in said], ["peerstats: 127.127.20.0", "peerstats: 127.127.22.0"])
        for k, one in enumerate(said):
            self.assertEqual(one["begin"], iso(60 + k).replace(".000", ".250"))
            self.check(one, [round((k + 1) * (i % 7) * 1e-6, 9) for i in range(50)], 16)
        only, = self.series("--source", "127.127.22.0", path)
        self.assertEqual(only, dict(said[1], name="peerstats"))
        self.assertIn("no sample of the source PPS, but 100 of others", self.refused("--source", "PPS", path))

    def test_same_names(self):
        os.mkdir(os.path.join(self.dir.name, "monday"))
        paths = [self.file("".join(self.peerstats(9, ["GPS"])), name) for name in ("peerstats", "monday/peerstats")]
        self.assertEqual([s["name"] for s in self.series(*paths)], [str(p) for p in paths])

    def test_many_sources(self):
        """No more series than somebody could look at."""
        text = "".join(self.peerstats(2, [f"10.0.0.{k}" for k in range(70)]))
        self.assertIn("more than 64 sources", self.refused(self.file(text), code=2))
        said, = self.series("--source", "10.0.0.69", self.file(text))
        self.assertEqual(said["samples"], 2)


class Disorder(Case):
    def lines(self, n, begin=0):
        return [f"{BEGIN_S + begin + i} {(i % 5) * 1e-6:.9f}\n" for i in range(n)]

    def test_left_out(self):
        lines = self.lines(60)
        lines[20], lines[21] = lines[21], lines[20]
        lines.insert(40, lines[39])
        said, = self.series(self.file("".join(lines)))
        self.assertEqual((said["out_of_order"], said["doubled"], said["samples"], said["missing"]), (1, 1, 59, 1))
        self.assertEqual(said["bad_lines"], 0)
        text = report(self.file("".join(lines))).stdout.decode()
        self.assertIn("log: 1 earlier than a sample before, left out\n", text)
        self.assertIn("log: 1 in the same interval as another, left out\n", text)

    def test_clock_set(self):
        """Years ahead: not a year's worth of missing samples.  And back again."""
        lines = self.lines(30) + self.lines(30, 3 * 10 ** 8) + self.lines(40, 100)
        said, = self.series(self.file("".join(lines)))
        self.assertEqual((said["jumps"], said["samples"], said["missing"], said["out_of_order"]), (2, 85, 2, 15))

    def test_mixed(self):
        """What was good is reported, the rest is counted."""
        lines = self.lines(50)
        lines[6:6] = ["what is this\n"]
        lines[30:30] = ["\x1b[31m\x00\x01\n", "9" * 400 + "\n", "0." + "0" * 5000 + "1\n"]
        path = self.file("".join(lines))
        path.write_bytes(path.read_bytes().replace(b"\0", b"\xff"))
        said, = self.series(path, stderr=f"gpsppsctl: {path}: 4 lines could not be read, the first: line 7\n")
        self.assertEqual((said["samples"], said["missing"], said["bad_lines"], said["first_bad_line"]), (50, 0, 4, 7))

    def test_truncated(self):
        text = "".join(f"{MJD_2026} {16 * i}.000 0.000001000 -12.3 0.000001 0.001 4\n" for i in range(20))[:-30]
        path = self.file(text, "loopstats")
        said, = self.series(path, stderr=f"gpsppsctl: {path}: 1 line could not be read, the first: line 20\n")
        self.assertEqual(said["samples"], 19)

    def test_numbers_that_are_none(self):
        values = ["1e-6", "inf", "2e-6", "-inf", "1e400", "3e-6", "1e300", "-1e99", "0x10", "4e-6"]
        path = self.file("".join(v + "\n" for v in values))
        done = report("--json", "--format", "phase", path)
        said, = json.loads(done.stdout)["series"]
        self.assertEqual(done.returncode, 0)
        self.assertEqual(said["min_s"], 1e-6)
        self.assertEqual(said["max_s"], 4e-6)
        self.assertEqual(said["samples"], 4)
        self.assertEqual(said["bad_lines"] + said["missing"], 6)

    def test_endings(self):
        """Carriage returns; no line feed behind the last."""
        said, = self.series(self.file("1e-6\r\n2e-6\r\n3e-6"))
        self.assertEqual((said["samples"], said["max_s"], said["bad_lines"]), (3, 3e-6, 0))

    def test_one_sample(self):
        said, = self.series(self.file("0.5\n"))
        self.assertEqual((said["samples"], said["mean_s"], said["jitter_s"], said["drift"]), (1, 0.5, None, None))
        self.assertEqual(said["deviations"], [])
        self.assertEqual(report(self.file("0.5\n")).returncode, 0)

    def test_name_is_escaped(self):
        path = self.file("1000 1e-6\n1001 2e-6\n1001 2e-6\n", "a\x1b[31m\nb")
        text = report(path).stdout
        self.assertIn(b"a\\x1b[31m\\x0ab: 1 in the same", text)
        self.assertNotIn(b"\x1b", text)
        said, = self.series(path)
        self.assertEqual(said["name"], "a\x1b[31m\nb")


class Refused(Case):
    def test_empty(self):
        self.assertEqual(self.refused(self.file("")), f"gpsppsctl: {self.dir.name}/log: empty: not one byte")

    def test_binary(self):
        path = self.file(bytes(range(256)) * 100)
        self.assertEqual(self.refused(path), f"gpsppsctl: {path}: binary: not a log, nor columns of numbers")
        with open("/dev/zero", "rb") as zero:
            self.assertIn("standard input: binary", self.refused("-", stdin=zero))

    def test_prose(self):
        self.assertIn("neither a log of watch", self.refused(self.file("Once upon a time\nthere was a clock.\n" * 40)))

    def test_wrong_format(self):
        path = self.file("0.1\n0.2\n")
        self.assertEqual(self.refused("-f", "loopstats", path),
                         f"gpsppsctl: {path}: no sample: 2 lines are none of the format loopstats, the first: line 1")

    def test_zeros(self):
        """Four gigabytes of them, on no disk: at the beginning, and behind what is good."""
        path = self.file("")
        os.truncate(path, 4 << 30)
        self.assertIn("binary", self.refused(path))
        path = self.file("".join(f"{i}e-6\n" for i in range(99999)))
        os.truncate(path, 4 << 30)
        said, = self.series(path, stderr=f"gpsppsctl: {path}: 1 line could not be read, the first: line 100000\n")
        self.assertEqual(said["samples"], 99999)

    def test_missing_among_good_ones(self):
        good = self.file("1e-6\n2e-6\n3e-6\n")
        gone = Path(self.dir.name) / "gone"
        said, = self.series(good, gone, code=2, stderr=f"gpsppsctl: {gone}: cannot open: No such file or directory\n")
        self.assertEqual(said["samples"], 3)
        said, = self.series(self.file("", "empty"), good, code=1,
                            stderr=f"gpsppsctl: {self.dir.name}/empty: empty: not one byte\n")
        self.assertEqual(said["samples"], 3)

    def test_unreadable(self):
        self.assertEqual(self.refused(self.dir.name, code=2),
                         f"gpsppsctl: {self.dir.name}: cannot read: Is a directory")

    def test_no_room_for_a_copy(self):
        env = dict(os.environ, TMPDIR=self.dir.name + "/gone")
        self.assertEqual(self.refused("-", input=b"1e-6\n" * 9, env=env, code=2),
                         "gpsppsctl: standard input: cannot copy: No such file or directory")

    def test_full_disk(self):
        for options in ([], ["--json"]):
            with open("/dev/full", "wb") as full:
                done = report(*options, self.file("1e-6\n2e-6\n3e-6\n"), stdout=full)
            self.assertEqual(done.returncode, 2)
            self.assertIn(b"No space left on device", done.stderr)

    def test_usage(self):
        path = self.file("1\n")
        for args in ([], ["--unit", "h", path], ["--format", "unknown", path], ["--format", "x", path],
                     ["--taus", "1,", path], ["--taus", "", path], ["--taus", "0", path], ["--taus", "nan", path],
                     ["--taus", ",".join("1" * 49), path], ["--tau0", "0", path], ["--tau0", "-1", path],
                     ["--tau0", "1e", path], ["--tau0", "0x1", path], ["--tau0", "inf", path], ["--column", "0", path],
                     ["--edge", "both", path], ["--period", "1e9", path], ["--png", path], ["-", "-"], ["--none", path]):
            done = report(*args)
            self.assertEqual((done.returncode, done.stdout), (2, b""), args)
            self.assertIn(b"Try 'gpsppsctl report --help'.\n", done.stderr)
        done = report("--help")
        self.assertEqual((done.returncode, done.stderr), (0, b""))


if __name__ == "__main__":
    unittest.main()
