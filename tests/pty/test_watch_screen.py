# SPDX-License-Identifier: GPL-2.0-or-later
"""The full screen of `gpsppsctl watch`, as tmux's terminal shows it.

The pulses are a log that is written while it is watched: a hundred seconds at once, then one a
second.  What must be seen is known from how they are made.
"""
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = os.environ.get("GPSPPSCTL", str(ROOT / "gpsppsctl"))
LONG_S = 60             # whatever takes longer does not come
HISTORY = 100           # pulses that are there at once
WIDTH_NS = 100_000_000
S = 1_000_000_000


def edge(name, second, number, offset_ns=0, which="assert"):
    ns = second * S + offset_ns
    return f"{ns // S}.{ns % S:09d} {name} {which} {number} kernel -\n"


def pulse(name, second, number, offset_ns):
    """Both edges: 100 ms wide."""
    return edge(name, second, number, offset_ns) + \
        edge(name, second, number, offset_ns + WIDTH_NS, "clear")


class Feed:
    """Writes a log into a FIFO: the past at once, then a pulse of each source each second."""

    def __init__(self, path, names, offset=lambda i: (i % 5 - 2) * 400, skip=()):
        self.path, self.names, self.offset, self.skip = path, names, offset, skip
        self.live = threading.Event()
        self.live.set()
        self.end = threading.Event()
        os.mkfifo(path)
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def write(self, f, second, number):
        for name in self.names:
            if number not in self.skip:
                f.write(pulse(name, second, number, self.offset(number)))

    def run(self):
        try:
            with open(self.path, "w", encoding="ascii") as f:
                f.write("# gpsppsctl watch 1\n")
                second = int(time.time())
                for number in range(1, HISTORY + 1):
                    self.write(f, second - HISTORY + number, number)
                f.flush()
                number = HISTORY
                while not self.end.wait(1):
                    number += 1
                    if self.live.is_set():
                        self.write(f, second - HISTORY + number, number)
                        f.flush()
        except OSError:
            pass                # the reader has ended

    def stop(self):
        self.end.set()
        # nobody may have opened it for reading
        if self.thread.is_alive():
            fd = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK)
            self.thread.join(LONG_S)
            os.close(fd)


class Terminal:
    """A tmux server of its own with one window, in which a shell runs the program."""

    def __init__(self, folder, command, cols=80, rows=24, env=None):
        self.folder = folder
        self.socket = str(folder / "tmux")
        self.env = {k: v for k, v in os.environ.items()
                    if k not in ("TMUX", "NO_COLOR", "LC_ALL", "LC_CTYPE")}
        self.env |= {"LANG": "C.UTF-8", "TERM": "xterm", "SHELL": "/bin/sh"}
        script = folder / "script"
        words = " ".join(f"export {k}={v};" for k, v in (env or {}).items())
        script.write_text(f"trap : INT\n{words}\nstty -a >{folder}/before\necho what stood here\n"
                          f"{command}\necho the code is $?\n"
                          # it is there when it is whole
                          f"stty -a >{folder}/then; mv {folder}/then {folder}/after\n"
                          "exec sleep 1000\n", encoding="ascii")
        self.tmux("-u", "-f", "/dev/null", "new-session", "-d", "-x", str(cols), "-y", str(rows),
                  f"exec sh {script}")

    def tmux(self, *args):
        return subprocess.run(["tmux", "-S", self.socket, *args], env=self.env, check=True,
                              stdout=subprocess.PIPE, timeout=LONG_S).stdout.decode()

    def shown(self, *options):
        return self.tmux("capture-pane", "-p", *options)

    def lines(self):
        return self.shown().split("\n")[:-1]

    def keys(self, *keys):
        self.tmux("send-keys", *keys)

    def resize(self, cols, rows):
        self.tmux("resize-window", "-x", str(cols), "-y", str(rows))

    def wait(self, what):
        """Until the text is on the screen, or the question says yes, and the picture is whole:
        it stands still for a moment.  The screen then."""
        ask = what if callable(what) else lambda text: what in text
        end = time.monotonic() + LONG_S
        while True:
            text = self.shown()
            if ask(text):
                time.sleep(0.1)
                if self.shown() == text:
                    return text
            if time.monotonic() > end:
                raise AssertionError(f"never came: {what}\n{text}")
            time.sleep(0.05)

    def pid(self):
        """Of the program: the only child of the window's shell."""
        shell = self.tmux("list-panes", "-F", "#{pane_pid}").strip()
        done = subprocess.run(["ps", "-o", "pid=", "--ppid", shell], check=True,
                              stdout=subprocess.PIPE)
        return int(done.stdout.split()[0])

    def close(self):
        subprocess.run(["tmux", "-S", self.socket, "kill-server"], env=self.env, check=False,
                       stderr=subprocess.DEVNULL)


@unittest.skipUnless(shutil.which("tmux"), "tmux is not installed")
class WatchScreen(unittest.TestCase):
    def setUp(self):
        # tmux ends in its own time, and its shells with it
        folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def feed(self, *names, **how):
        feed = Feed(self.folder / "log", names or ("pps0",), **how)
        self.addCleanup(feed.stop)
        return feed

    def terminal(self, *options, **how):
        command = f"{PROGRAM} -C /dev/null watch {' '.join(options)} {self.folder}/log"
        terminal = Terminal(self.folder, command, **how)
        self.addCleanup(terminal.close)
        return terminal

    def assert_restored(self, t, code):
        """The lines of before, the terminal's settings of before; then the summary's lines."""
        text = t.wait(f"the code is {code}")
        end = time.monotonic() + LONG_S
        while not (self.folder / "after").exists() and time.monotonic() < end:
            time.sleep(0.05)
        before, after = (re.sub(r"rows \d+; columns \d+;", "", (self.folder / name).read_text())
                         for name in ("before", "after"))
        self.assertEqual(before, after)
        self.assertNotIn("gpsppsctl watch  ", text)
        self.assertEqual(t.tmux("display-message", "-p", "#{alternate_on}#{cursor_flag}").strip(),
                         "01")
        return text

    def test_healthy(self):
        self.feed()
        t = self.terminal()
        t.wait("healthy: 1 pulse/s on assert, jitter")
        lines = t.lines()
        self.assertEqual(len(lines), 24)
        self.assertRegex(lines[0], r"^gpsppsctl watch +\d\d:\d\d:\d\d UTC$")
        self.assertRegex(lines[1], r"^pps0        healthy: 1 pulse/s on assert, jitter \d+ ns +a log$")
        self.assertRegex(lines[2], r"^offset +[-+]?\d+ ns  used \d+  width 100\.0 ms$")
        # offsets are from -800 to +800 ns: the scale has whole microseconds
        self.assertRegex(lines[3], r"^ +\+1 us")
        self.assertRegex(lines[18], r"^ +-1 us")
        self.assertGreater(len(re.findall("[\u2801-\u28ff]", "".join(lines[3:19]))), 68)
        # 100 ms of 1000 ms are 6.8 of 68 cells
        self.assertEqual(lines[20], "second      " + 7 * "\u2587")
        self.assertRegex(lines[21], r"^            0 +200 +400 +600 +800 +1000 ms$")
        self.assertEqual(lines[22], "lines       DCD - CTS - DSR - RI - DTR - RTS -")
        self.assertRegex(lines[23], "^q quit ")
        self.assertEqual(t.tmux("display-message", "-p", "#{alternate_on}").strip(), "1")
        # green, as this terminal has colours
        self.assertRegex(t.shown("-e"), "\x1b\\[32mhealthy")

        # another second each second
        t.wait(lambda text: text.split("\n")[0] != lines[0])

        # what the marks mean, and back
        t.keys("h")
        t.wait("\u2587 pulse  \u2500 sentences  \u25a4 both   o missing  x rejected  S step")
        t.keys("?")
        t.wait("q quit")

        # held: the time stands still, and goes on
        t.keys("p")
        first = t.wait("HELD: p goes on")
        time.sleep(2.5)
        self.assertEqual(t.shown(), first)
        t.keys("p")
        t.wait(lambda text: "HELD" not in text and text.split("\n")[0] != first.split("\n")[0])

        t.keys("q")
        text = self.assert_restored(t, 0)
        self.assertIn("what stood here", text)

    def test_another_size(self):
        self.feed()
        t = self.terminal()
        t.wait("healthy: ")
        for cols, rows in ((20, 5), (120, 40), (1, 1), (40, 10), (80, 24)):
            t.resize(cols, rows)
            # ncurses cannot write into the last corner of a single column
            t.wait(lambda text: len(text.split("\n")) == rows + 1 and
                   max(map(len, text.split("\n"))) <= cols and
                   (cols < 40 or text.index("\n") == cols) and
                   (cols == 1 or text.split("\n")[rows >= 10].startswith("pps0")))
        text = t.wait("1000 ms")
        self.assertEqual(sum(line.startswith("pps0") for line in text.split("\n")), 1)
        t.keys("q")
        self.assert_restored(t, 0)

    def test_tiny_from_the_start(self):
        self.feed()
        t = self.terminal(cols=20, rows=5)
        text = t.wait(lambda text: text.startswith("pps0 healthy: 1 pul\u2026"))
        lines = text.split("\n")
        self.assertRegex(lines[1], r"^[-+]?\d+ ns  used \d+$")
        self.assertRegex(lines[2], "^[\u2801-\u28ff]{20}$")
        self.assertEqual(lines[3], "\u2587\u2587")
        self.assertEqual(lines[4], "DCD - CTS - DSR - R\u2026")

    def test_pulse_stops_and_comes_back(self):
        feed = self.feed()
        t = self.terminal()
        t.wait("healthy: ")
        feed.live.clear()
        text = t.wait("NO PULSE for 3 s")
        self.assertRegex(text, r"o missing .*oo?\n")
        self.assertNotIn("\u2587", text)
        feed.live.set()
        text = t.wait(lambda text: "NO PULSE" not in text)
        self.assertRegex(text, r"MISSING \d pulses in the last minute")

    def test_two_sources(self):
        self.feed("pps0", "ttyS1:cts", skip=(95, 96))
        t = self.terminal()
        text = t.wait("2 sources, 0 healthy")
        for name in ("pps0", "ttyS1:cts"):
            self.assertRegex(text, rf"\n{name} +MISSING 2 pulses in the last minute")
        self.assertEqual(text.count("1000 ms"), 2)
        self.assertNotIn("up/down", text)
        t.resize(40, 10)
        text = t.wait("up/down select")
        self.assertRegex(text, r"\n>pps0 +MISSING 2.*\n ttyS1:cts MISSING 2")
        t.keys("Down")
        t.wait(lambda text: "\n>ttyS1:cts MISSING" in text)

    def test_many_sources(self):
        self.feed(*(f"pps{i}" for i in range(64)))
        t = self.terminal()
        text = t.wait("64 sources, 64 healthy")
        self.assertRegex(text, r"\n>pps0 .*\n pps1 .*\n pps2 ")
        self.assertRegex(text, r"\npps0 +healthy")
        t.keys("End")
        text = t.wait(lambda text: "\npps63 " in text)
        self.assertRegex(text, r"\n pps62 .*\n>pps63 ")
        t.keys("PageUp", "Up")
        text = t.wait(lambda text: "\npps51 " in text)
        self.assertIn("\n>pps51 ", text)

    def test_ctrl_c(self):
        self.feed()
        t = self.terminal()
        t.wait("healthy: ")
        t.keys("C-c")
        self.assertIn("what stood here", self.assert_restored(t, 0))

    def test_terminated(self):
        self.feed()
        t = self.terminal()
        t.wait("healthy: ")
        os.kill(t.pid(), signal.SIGTERM)
        self.assertIn("what stood here", self.assert_restored(t, 0))

    def test_terminal_goes_away(self):
        self.feed()
        t = self.terminal()
        t.wait("healthy: ")
        pid = t.pid()
        t.close()
        end = time.monotonic() + LONG_S
        while Path(f"/proc/{pid}").exists() and time.monotonic() < end:
            time.sleep(0.05)
        self.assertFalse(Path(f"/proc/{pid}").exists())

    def test_log_from_stdin(self):
        """Keys come from the terminal, then."""
        self.feed()
        t = self.terminal("-", "<")
        t.wait("healthy: ")
        t.keys("h")
        t.wait("o missing  x rejected")
        t.keys("q")
        self.assertIn("what stood here", self.assert_restored(t, 0))

    def test_ascii(self):
        self.feed(skip=(95,))
        t = self.terminal(env={"LC_ALL": "C"})
        text = t.wait("MISSING 1 pulse in the last minute")
        self.assertTrue(text.isascii())
        self.assertIn("\nsecond      #######\n", text)
        self.assertRegex(text, r"\no missing +-60 s .* o\n")

    def test_no_colour(self):
        self.feed()
        t = self.terminal(env={"NO_COLOR": "1"})
        t.wait("healthy: ")
        self.assertNotRegex(t.shown("-e"), "\x1b\\[[0-9;]*[34][0-7][;m]")

    def test_vt100(self):
        """No colours, no second screen: the picture is the same, and it goes when it ends."""
        self.feed()
        t = self.terminal(env={"TERM": "vt100"})
        text = t.wait("healthy: 1 pulse/s on assert, jitter")
        self.assertNotRegex(t.shown("-e"), "\x1b\\[[0-9;]*[34][0-7][;m]")
        self.assertIn("\nsecond      " + 7 * "\u2587" + "\n", text)
        t.keys("q")
        t.wait("the code is 0")

    def test_terminals_without_a_cursor(self):
        for term in ("dumb", "nosuchterminal"):
            with self.subTest(term), tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
                self.folder = Path(folder)
                feed = Feed(self.folder / "log", ("pps0",))
                t = self.terminal("--count", "3", env={"TERM": term})
                text = t.wait("the code is 0")
                feed.stop()
                t.close()
                self.assertIn("what stood here\n", text)
                self.assertNotIn("q quit", text)
                self.assertRegex(text, r"\n[0-9:]+ pps0 +assert ")


if __name__ == "__main__":
    unittest.main()
