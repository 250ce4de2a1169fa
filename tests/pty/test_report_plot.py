# SPDX-License-Identifier: GPL-2.0-or-later
"""`gpsppsctl report --plot` and `--html`: what is in the pictures, and what becomes of them when something fails.

The series are made here, so that it is known what must be seen.
"""
import math
import os
import random
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = os.environ.get("GPSPPSCTL", str(ROOT / "gpsppsctl"))
LONG_S = 120            # whatever takes longer does not end
BEGIN = 1763772000      # 2025-11-22 00:40 UTC
PICTURES = ("offset", "histogram", "deviations")
SVG = "{http://www.w3.org/2000/svg}"
# two quotes, a comment, a command in each of gnuplot's ways, XML, letters of its enhanced mode
HOSTILE = "'; system(\"touch OWNED\") # `touch OWNED` <script>&amp; @x_{y}^z"


def files_of(n):
    return {"report.gp"} | {f"{p}-{i}.dat" for p in PICTURES for i in range(1, n + 1)}


class Case(unittest.TestCase):
    def setUp(self):
        self.dir = Path(tempfile.mkdtemp(prefix="report-plot."))
        self.addCleanup(shutil.rmtree, self.dir)
        self.out = self.dir / "out"
        self.page = self.dir / "page.html"
        self.env = {**os.environ, "TMPDIR": str(self.dir / "tmp")}
        (self.dir / "tmp").mkdir()

    def series(self, name, values, begin=BEGIN, times=True):
        """A file of phases; None is missing."""
        path = self.dir / name
        path.write_text("".join(f"{begin + i} {v:.9f}\n" if times else f"{v:.9f}\n"
                                for i, v in enumerate(values) if v is not None))
        return path

    def command(self, *args):
        return [PROGRAM, "-C", "/dev/null", "report", *map(str, args)]

    def report(self, *args, code=0, format="phase"):
        done = subprocess.run(self.command("--format", format, *args), stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, env=self.env, timeout=LONG_S, check=False)
        self.assertEqual(done.returncode, code, done.stderr)
        # whatever happens, nothing is left behind
        self.assertEqual(os.listdir(self.dir / "tmp"), [])
        if self.out.is_dir():
            self.assertEqual([f for f in os.listdir(self.out) if f.startswith(".")], [])
        return done.stderr

    def with_gnuplot(self, script):
        """Another program in its place."""
        path = self.dir / "bin" / "gnuplot"
        path.parent.mkdir(exist_ok=True)
        path.write_text("#!/bin/sh\n" + script)
        path.chmod(0o755)
        self.env["PATH"] = str(path.parent)


def noise(n, size, mean=0.0, seed=1):
    values = random.Random(seed)
    return [values.gauss(mean, size) for _ in range(n)]


def texts(svg):
    return ["".join(t.itertext()) for t in svg.iter(SVG + "text")]


def lines(svg, colour, band=False):
    """The runs of connected points in this colour, legend and all; or of the band behind them."""
    runs = []
    for path in svg.iter(SVG + "path"):
        if path.get("stroke", "").replace(" ", "") != colour or bool(path.get("opacity")) != band:
            continue
        for run in path.get("d").split("M")[1:]:
            runs.append([tuple(map(float, p.split(","))) for p in re.findall(r"[-\d.]+,[-\d.]+", run)])
    return runs


BLUE = "rgb(59,130,196)"


@unittest.skipUnless(shutil.which("gnuplot"), "gnuplot is not installed")
class TestPictures(Case):
    def plot(self, *args, **given):
        self.report("--plot", self.out, *args, **given)
        svg = {p: ElementTree.parse(self.out / f"{p}.svg").getroot() for p in PICTURES}
        for name in os.listdir(self.out):
            self.assertNotIn(str(self.dir), (self.out / name).read_text(), name)
        return svg

    def assert_text(self, svg, *expected):
        for text in expected:
            self.assertTrue([t for t in texts(svg) if text in t], f"{text} is none of {texts(svg)}")

    def test_one_series(self):
        svg = self.plot(self.series("loop.txt", noise(3000, 2e-6)))
        self.assertEqual(set(os.listdir(self.out)), files_of(1) | {p + ".svg" for p in PICTURES})
        self.assert_text(svg["offset"], "Offset over time", "offset, us", "UTC, 2025-11-22", "loop.txt", "01:00")
        self.assert_text(svg["histogram"], "Histogram", "offset, us", "share of the samples, %", "loop.txt: median")
        self.assert_text(svg["deviations"], "Allan deviation", "s/s", "averaging time", "1 s", "10 s", "100 s",
                         "1 us", "Time deviation and MTIE", "overlapping: loop.txt", "MTIE: loop.txt", "slope -1")
        for picture in PICTURES:
            root = svg[picture]
            title, text = root.find(SVG + "title"), root.find(SVG + "desc")
            self.assertEqual(root.get("role"), "img")
            self.assertEqual(root.get("aria-labelledby"), f"{title.get('id')} {text.get('id')}")
            self.assertIn("loop.txt", text.text)
            self.assertEqual(len(list(root.iter(SVG + "title"))), 1)

    def test_script_draws_again(self):
        """With what lies beside it, wherever it lies: it is for people to change."""
        svg = self.plot(self.series("loop.txt", noise(300, 2e-6)))
        script = self.out / "report.gp"
        script.write_text(script.read_text().replace("Offset over time", "My own title"))
        moved = self.out.rename(self.dir / "moved")
        done = subprocess.run(["gnuplot", "report.gp"], cwd=moved, capture_output=True, text=True, timeout=LONG_S,
                              check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assert_text(ElementTree.parse(moved / "offset.svg").getroot(), "My own title")
        self.assertEqual(texts(ElementTree.parse(moved / "histogram.svg").getroot()), texts(svg["histogram"]))

    def test_sizes_that_differ(self):
        """The small one is not a line beside the big one: each has its own axis."""
        svg = self.plot(self.series("small", noise(600, 1e-6)), self.series("big", noise(600, 2e-3)))
        for picture in "offset", "histogram":
            self.assert_text(svg[picture], "offset, us", "offset, ms", "small", "big")
        alike = self.plot(self.series("a", noise(600, 3e-7)), self.series("b", noise(600, 9e-7)))
        self.assertEqual(len([t for t in texts(alike["offset"]) if t.startswith("offset, ")]), 1)

    def test_days_apart(self):
        """Two hours of different days are laid one over the other."""
        values = noise(600, 1e-6)
        svg = self.plot(self.series("a", values), self.series("b", values, begin=BEGIN + 10 * 86400))
        self.assert_text(svg["offset"], "time since the beginning of each, min")
        svg = self.plot(self.series("a", values), self.series("b", values, begin=BEGIN + 300))
        self.assert_text(svg["offset"], "UTC, 2025-11-22")

    def test_gap(self):
        """No line goes across it; a sample alone in it is seen."""
        values = noise(600, 1e-6)
        values[200:300] = [None] * 100
        values[301:400] = [None] * 99
        svg = self.plot(self.series("gap", values))["offset"]
        runs = [r for r in lines(svg, BLUE) if len(r) > 10]
        self.assertEqual([len(r) for r in runs], [200, 200])
        step = (runs[0][-1][0] - runs[0][0][0]) / 199
        for run in runs:
            self.assertLess(max(b[0] - a[0] for a, b in zip(run, run[1:])), 1.5 * step)
        alone_x = runs[0][0][0] + 300 * step
        marks = [float(u.get("transform").split("(")[1].split(",")[0]) for u in svg.iter(SVG + "use")
                 if u.get("transform", "").startswith("translate")]
        self.assertTrue([x for x in marks if abs(x - alone_x) < step], marks)

    def test_extremes_of_many(self):
        """Of 200000 samples one is far below and one far above: both are there, at their height."""
        values = noise(200000, 1e-6)
        values[77777], values[123456] = 150e-6, -90e-6
        svg = self.plot(self.series("many", values))["offset"]
        rows = [list(map(float, row.split())) for row in (self.out / "offset-1.dat").read_text().splitlines()
                if row and row[0] != "#"]
        self.assertLessEqual(len(rows), 2000)
        self.assertEqual(max(r[3] for r in rows), 150e-6)
        self.assertEqual(min(r[2] for r in rows), -90e-6)
        self.assertLess(abs([r[0] for r in rows if r[3] == 150e-6][0] - BEGIN - 77777), 200)
        # in the upper panel from one to the other, by the marks of the axis
        marks = {}
        for group in svg.iter(SVG + "g"):
            text = group.find(SVG + "text")
            place = re.match(r"translate\(([-\d.]+),([-\d.]+)\)", group.get("transform", ""))
            if text is not None and place and re.fullmatch(r"\s*-?\d+\s*", text.text or ""):
                marks.setdefault(int(text.text), float(place[2]))
        scale = (marks[100] - marks[0]) / 100
        heights = [y for run in lines(svg, BLUE, band=True) for _, y in run]
        self.assertAlmostEqual(min(heights), marks[0] + 150 * scale, delta=6)
        self.assertTrue([y for y in heights if abs(y - (marks[0] - 90 * scale)) < 6])
        self.assert_text(svg, "closer")

    def test_few_and_constant(self):
        for name, values in {"three": [1e-6, 2e-6, -1e-6], "constant": [4e-5] * 100, "zero": [0] * 100,
                             "negative": noise(100, 1e-5, -0.43), "outlier": [0] * 99 + [1e-3]}.items():
            svg = self.plot(self.series(name, values, times=False))
            self.assert_text(svg["offset"], "time since the beginning")
            self.assertTrue([r for r in lines(svg["offset"], BLUE) if len(r) > 1])
            self.assert_text(svg["deviations"], name)
            if name in ("constant", "zero"):
                self.assert_text(svg["deviations"], "no deviation")

    def test_histogram_counts_all(self):
        values = noise(5000, 1e-6)
        self.plot(self.series("h", values))
        bins, percents = (self.out / "histogram-1.dat").read_text().split("\n\n\n")
        rows = [r.split() for r in bins.splitlines() if r[0] != "#"]
        self.assertEqual(sum(int(r[1]) for r in rows), 5000)
        self.assertAlmostEqual(sum(float(r[2]) for r in rows), 100, places=2)
        # each bin, from its neighbours' edges
        rounded = [round(v, 9) for v in values]
        for a, b in zip(rows, rows[1:]):
            self.assertEqual(int(a[1]), sum(float(a[0]) <= v < float(b[0]) for v in rounded))
        middle = float(percents.splitlines()[-1].split()[2])
        self.assertTrue(math.isclose(middle, sum(sorted(rounded)[2499:2501]) / 2, abs_tol=1e-15))

    def test_hostile_name(self):
        values = noise(300, 1e-6)
        svg = self.plot(self.series(HOSTILE, values), self.series("`touch OWNED`'" + "x" * 150, values))
        self.assertEqual(set(os.listdir(self.out)), files_of(2) | {p + ".svg" for p in PICTURES})
        # the begin of the name, with other quotes
        self.assert_text(svg["offset"], "’;", "‘touch")
        self.report("--html", self.page, self.dir / HOSTILE)
        self.assertNotIn("<script", self.page.read_text())
        self.assertEqual(list(self.dir.rglob("OWNED")), [])

    def test_png(self):
        self.report("--plot", self.out, "--png", self.series("a", noise(300, 1e-6)))
        for picture in PICTURES:
            data = (self.out / f"{picture}.png").read_bytes()
            self.assertEqual(data[:8], b"\x89PNG\r\n\x1a\n")
            self.assertEqual(data[-8:-4], b"IEND")


class Page(HTMLParser):
    """What is in a page; each element must end where it should."""
    EMPTY = {"meta", "br", "hr", "img", "link", "input"}

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.ids, self.outside, self.names, self.rows = [], [], [], [], []
        self.targets, self.words = [], []
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.names.append(tag)
        if tag not in self.EMPTY:
            self.open.append(tag)
        if "id" in attrs:
            self.ids.append(attrs["id"])
        for name in "href", "src", "xlink:href", "data", "action":
            if name in attrs:
                (self.targets if attrs[name].startswith("#") else self.outside).append(attrs[name])
        self.targets += ["#" + i for i in attrs.get("aria-labelledby", "").split()]
        if tag == "tr":
            self.rows.append([])

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in self.EMPTY:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> in {self.open} at {self.getpos()}"
        self.open.pop()

    def handle_data(self, data):
        self.words.append(data)
        if self.rows and self.open and self.open[-1] in ("td", "th"):
            self.rows[-1].append(data)


@unittest.skipUnless(shutil.which("gnuplot"), "gnuplot is not installed")
class TestPage(Case):
    def test_page(self):
        self.report("--html", self.page, self.series("a&b.txt", [1e-6, -1e-6] * 500),
                    self.series("<i>.txt", noise(500, 1e-3)))
        text = self.page.read_text()
        page = Page(text)
        self.assertTrue(text.startswith("<!DOCTYPE html>\n<html lang=\"en\">"))
        self.assertEqual((page.names.count("svg"), page.names.count("h1"), page.names.count("main")), (3, 1, 1))
        self.assertEqual({n for n in page.names if n in ("script", "i", "link", "img", "iframe", "object")}, set())
        self.assertEqual(page.outside, [])
        self.assertNotIn("url(", text)
        self.assertNotIn("@import", text)
        self.assertEqual(len(page.ids), len(set(page.ids)), "an id is there twice")
        self.assertLessEqual({t[1:] for t in page.targets}, set(page.ids))
        self.assertIn("prefers-color-scheme:dark", text)
        self.assertIn("@media print", text)
        self.assertNotIn(str(self.dir), text)
        # +1 us and -1 us by turns: RMS 1 us, differences of 2 us
        rows = {r[0]: r[1:] for r in page.rows if r}
        self.assertEqual(rows["figure"], ["a&b.txt", "<i>.txt"])
        self.assertEqual(rows["format"], ["phase", "phase"])
        self.assertEqual(rows["samples"], ["1000", "500"])
        self.assertEqual(rows["RMS"][0], "1.000 us")
        self.assertEqual(rows["greatest"][0], "1.000 us")
        self.assertEqual(rows["jitter (RMS of differences)"][0], "2.000 us")
        # second differences of 4 us: sqrt(16 / 2) us in 1 s
        first = [r for r in page.rows if r and r[0] == "1 s"]
        self.assertEqual(first[0][1], "2.828e-06")
        self.assertEqual(first[0][5:], ["2.000 us", "998", "998", "998", "999"])

    def test_beside_the_pictures(self):
        self.report("--html", self.page, "--plot", self.out, self.series("a", noise(300, 1e-6)))
        self.assertEqual(Page(self.page.read_text()).names.count("svg"), 3)
        self.assertEqual(len(os.listdir(self.out)), 7)

    def test_nobody_reads_the_text(self):
        """As with "| head": what was asked for as a file is there all the same."""
        data = [self.series(f"s{i}", noise(300, 1e-6)) for i in range(8)]   # more than stdout's buffer holds
        for form in (), ("--json",):
            reader, writer = os.pipe()
            os.close(reader)
            done = subprocess.run(self.command("--plot", self.out, "--html", self.page, *form, *data), stdout=writer,
                                  stderr=subprocess.PIPE, text=True, env=self.env, timeout=LONG_S, check=False)
            os.close(writer)
            self.assertEqual((done.returncode, done.stderr), (-signal.SIGPIPE, ""))
            self.assertIn("offset.svg", os.listdir(self.out))
            self.assertEqual(Page(self.page.read_text()).names.count("svg"), 3)
            self.assertEqual(os.listdir(self.dir / "tmp"), [])
            shutil.rmtree(self.out)
            self.page.unlink()

    def test_page_cannot_be_written(self):
        data = self.series("a", noise(300, 1e-6))
        self.assertEqual(self.report("--html", "/dev/full", data, code=2),
                         "gpsppsctl: /dev/full: cannot write the page: No space left on device\n")
        self.assertEqual(self.report("--html", self.dir / "tmp", data, code=2),
                         f"gpsppsctl: {self.dir}/tmp: cannot write the page: Is a directory\n")
        self.assertIn("No such file or directory", self.report("--html", self.dir / "none" / "p", data, code=2))


class TestTrouble(Case):
    def setUp(self):
        super().setUp()
        self.data = self.series("a", noise(300, 1e-6))

    def both(self, expected):
        """Neither leaves anything at the final name."""
        for args in ("--plot", self.out), ("--html", self.page):
            self.assertEqual(self.report(*args, self.data, code=2), expected)
            self.assertFalse(self.out.exists() or self.page.exists())

    def test_no_gnuplot(self):
        self.env["PATH"] = ""
        self.both("gpsppsctl: gnuplot: not found: it draws the pictures\n"
                  "gpsppsctl: hint: apt-get install gnuplot-nox\n")

    def test_gnuplot_fails(self):
        """The last of what it says, and nothing that a terminal would act on."""
        self.with_gnuplot("printf '\\n plot 1\\n      ^\\n \"report.gp\" line 7: \\033[2J bad\\n' >&2; exit 1\n")
        self.both("gpsppsctl: gnuplot: \"report.gp\" line 7: \\x1b[2J bad\n")
        self.with_gnuplot("exit 1\n")
        self.both("gpsppsctl: gnuplot: Input/output error\n")
        self.with_gnuplot("kill -9 $$\n")
        self.both("gpsppsctl: gnuplot: Input/output error\n")

    def test_half_a_picture(self):
        """gnuplot says nothing when the disk is full."""
        self.with_gnuplot("for i in offset histogram deviations; do for e in svg png; do\n"
                          "echo '<?xml version=\"1.0\"?><svg viewBox=\"0 0 1 1\"><desc></desc><g>' >$i.$e\n"
                          "done; done\necho drawn >&2\n")
        for args in ("--plot", self.out), ("--html", self.page), ("--plot", self.out, "--png"):
            self.assertIn("is the disk full?", self.report(*args, self.data, code=2))
            self.assertFalse(self.out.exists() or self.page.exists())

    def test_no_directory(self):
        self.assertEqual(self.report("--plot", self.data, self.data, code=2),
                         f"gpsppsctl: {self.data}: cannot put pictures there: Not a directory\n")
        self.assertEqual(self.report("--plot", self.dir / "none" / "out", self.data, code=2),
                         f"gpsppsctl: {self.dir}/none/out: cannot put pictures there: No such file or directory\n")

    def test_a_directory_in_the_way(self):
        if not shutil.which("gnuplot"):
            self.skipTest("gnuplot is not installed")
        (self.out / "offset.svg").mkdir(parents=True)
        self.assertIn("cannot write the pictures: Is a directory", self.report("--plot", self.out, self.data, code=2))

    def test_killed(self):
        """What was there before stays as it was, and nothing half done is beside it."""
        self.out.mkdir()
        (self.out / "offset.svg").write_text("old")
        self.page.write_text("old")
        began = self.dir / "began"
        self.with_gnuplot(f"echo half >offset.svg; : >{began}; while :; do /bin/sleep 1; done\n")
        for number in signal.SIGTERM, signal.SIGINT, signal.SIGHUP:
            for args in ("--plot", self.out), ("--html", self.page):
                with subprocess.Popen(self.command("--format", "phase", *args, self.data), stdout=subprocess.DEVNULL,
                                      stderr=subprocess.PIPE, text=True, env=self.env) as program:
                    end = time.monotonic() + LONG_S
                    while not began.exists() and time.monotonic() < end:
                        time.sleep(0.02)
                    program.send_signal(number)
                    said = program.communicate(timeout=LONG_S)[1]
                self.assertEqual((program.returncode, said), (2, "gpsppsctl: gnuplot: interrupted\n"))
                began.unlink()
                self.assertEqual(os.listdir(self.out), ["offset.svg"])
                self.assertEqual((self.out / "offset.svg").read_text() + self.page.read_text(), "oldold")
                self.assertEqual(os.listdir(self.dir / "tmp"), [])


if __name__ == "__main__":
    unittest.main()
