# SPDX-License-Identifier: GPL-2.0-or-later
"""The examples of the manual and the README that need no real port, as they stand there.

Each has a directory of its own, with the files that it names, and the model of a receiver at the
port that it names.  They wait for real seconds, so all run at once.
"""
import concurrent.futures
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import examples  # noqa: E402
import test_receiver  # noqa: E402
from garmin18 import Garmin18LVC  # noqa: E402

ROOT = examples.ROOT
PROGRAM = os.environ.get("GPSPPSCTL", str(ROOT / "gpsppsctl"))
FIXTURES = ROOT / "tests/fixtures"
LONG_S = 200            # whatever takes longer does not end
TABLE = "0 ttyS0\n1 ttyS1\n2 /dev/serial/by-id/usb-x\n"
# -C: the machine's own table is none of an example's business, nor is its /var
WRAPPER = """#!/bin/sh
case $1 in
setup) exec '%(program)s' "$@" ;;    # of its own table alone
receiver) exec '%(program)s' -C '%(home)s/table' "$@" --journal '%(home)s' ;;
*) exec '%(program)s' -C '%(home)s/table' "$@" ;;
esac
"""
LOGS = {"/var/log/ntpsec/loopstats": "ntpsec-loopstats", "/var/log/chrony/refclocks.log": "chrony-refclocks.log"}


def pulses():
    """A log of watch's, 100 ms wide, each second."""
    edge = "%d.%09d pps0 %s %d kernel -\n"
    return "".join(edge % (1795237317 + n, at + n * 37 % 500, kind, n + 1)
                   for n in range(300) for kind, at in (("assert", 1000), ("clear", 100001000)))


def furnish(home):
    """The files that examples name."""
    (home / "table").write_text(TABLE)
    (home / "gpsppsctl").write_text(WRAPPER % {"program": PROGRAM, "home": home})
    (home / "gpsppsctl").chmod(0o755)
    (home / "trouble").symlink_to(FIXTURES / "recorded/healthy-16550a")
    for name in "etc/ntpsec/ntp.d", "usr/lib/systemd", "lib/systemd":
        (home / "mnt" / name).mkdir(parents=True)
    for name in "etc/ntpsec/ntp.conf", "usr/lib/systemd/systemd", "lib/systemd/systemd":
        (home / "mnt" / name).write_text("")
    for name in "receiver.log", "old.log":
        (home / name).symlink_to(FIXTURES / "nmea/garmin-18x.nmea")
    for name in "pulses.log", "p.log":
        (home / name).write_text(pulses())
    (home / "phases.txt").write_text("".join("%.3f\n" % (n * 7919 % 101 / 10) for n in range(300)))


class Stage:
    """A directory, and a receiver at a port where the words name one."""

    def __init__(self, words):
        self.home = Path(tempfile.mkdtemp(prefix="gpsppsctl-test-example."))
        furnish(self.home)
        self.port = self.model = None
        if "/dev/ttyS0" in words:
            self.port = test_receiver.PtyPort()
            self.model = Garmin18LVC(self.port, boot_s=0)
            self.model.start()
            words = words.replace("/dev/ttyS0", self.port.path)
        words = words.replace(" /mnt ", " mnt ").replace("make ", "make -C %s " % ROOT)
        for path, name in LOGS.items():
            words = words.replace(path, str(FIXTURES / "report" / name))
        self.words = words

    def start(self, words):
        env = dict(os.environ, PATH="%s:%s" % (self.home, os.environ["PATH"]), LC_ALL="C.UTF-8")
        self.out = open(self.home / "said", "w+b")
        return subprocess.Popen(["sh", "-c", words], cwd=self.home, env=env, stdin=subprocess.DEVNULL,
                                stdout=self.out, stderr=subprocess.STDOUT, start_new_session=True)

    def said(self):
        return (self.home / "said").read_text(errors="replace")

    def close(self):
        if self.model:
            self.model.stop()
        self.out.close()
        shutil.rmtree(self.home)


def await_text(stage, child, pattern):
    end = time.monotonic() + LONG_S
    while child.poll() is None and time.monotonic() < end and not re.search(pattern, stage.said()):
        time.sleep(0.05)


def perform(words, run):
    """Its exit code and all it said."""
    stage = Stage(words)
    try:
        if " --restore before" in words:
            stage.start(stage.words.replace("--restore", "--save")).wait(LONG_S)
        # Ctrl-C is for the command, not for the shell
        child = stage.start("exec " * bool(run.until) + stage.words)
        if run.until:
            await_text(stage, child, run.until)
            child.send_signal(signal.SIGINT)
        code = child.wait(LONG_S)
        made = not run.makes or (stage.home / run.makes).is_file()
        return (code if made else -1), stage.said()
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        return -1, stage.said() + "\n(did not end)"
    finally:
        stage.close()


class Examples(unittest.TestCase):
    """A test for each, made below."""


class Table(unittest.TestCase):
    """The lines of gpsppsctl.conf(5), each example one table by itself and all of EXAMPLES together."""

    def read(self, lines):
        with tempfile.NamedTemporaryFile("w") as f:
            f.write("\n".join(lines) + "\n")
            f.flush()
            return subprocess.run([PROGRAM, "-C", f.name, "udev", "ttyS1"], capture_output=True, text=True,
                                  timeout=LONG_S)

    def test_lines_are_read(self):
        page = (ROOT / "man/gpsppsctl.conf.5").read_text()
        said, shown = page.split(".Sh EXAMPLES")
        lines = re.findall(r"^\d+ .*$", shown, re.M)
        self.assertGreater(len(lines), 5)
        for table in lines, re.findall(r"^\d+ .*$", said, re.M):
            done = self.read(table)
            self.assertEqual((done.returncode, done.stderr), (0, ""), table)
        # and they are one by one: a table with a mistake is refused
        self.assertEqual(self.read(lines + ["99 ttyS99 speed=9600"]).returncode, 2)

    def test_each_option_is_among_them(self):
        page = (ROOT / "man/gpsppsctl.conf.5").read_text()
        shown = " ".join(re.findall(r"^\d+ .*$", page, re.M))
        for name in re.findall(r"Cm ([a-z_-]+=)", " ".join(re.findall(r"^\.It Cm .*$", page, re.M))):
            self.assertIn(name, shown)


def add(n, words, job):
    def test(self):
        run = examples.HERE[words]
        code, said = job().result()
        self.assertEqual(code, run.code, "%s\n%s" % (words, said))
        self.assertIsNotNone(re.search(run.says or run.until, said), "%s\n%s" % (words, said))
    name = "test_%02d_%s" % (n, re.sub(r"\W+", "_", words).strip("_"))
    test.__name__ = name
    setattr(Examples, name, test)


POOL = concurrent.futures.ThreadPoolExecutor(max_workers=12)
JOBS = {}


def begin():
    """All of them, when the first is asked for."""
    if not JOBS:
        shown = examples.shown()
        JOBS.update({w: POOL.submit(perform, w, run) for w, run in examples.HERE.items() if w in shown})
    return JOBS


for number, line in enumerate(sorted(set(examples.HERE) & set(examples.shown()))):
    add(number, line, lambda line=line: begin()[line])


def tearDownModule():
    POOL.shutdown()
    shutil.rmtree(test_receiver.STATE, ignore_errors=True)


if __name__ == "__main__":
    unittest.main()
