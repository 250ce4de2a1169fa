# SPDX-License-Identifier: GPL-2.0-or-later
"""The full screen of watch on real ports: drawn in the guest, shown by tmux here."""

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
import time

from test_watch import LOOSE, pps_of
from testbed import Skip, test
from verdict import attached

TERMINFO = "/lib/terminfo/s/screen"


def shown(data, cols, rows):
    """What a terminal shows that was sent these bytes."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path = os.path.join(folder, "bytes")
        with open(path, "wb") as f:
            f.write(data)
        tmux = ["tmux", "-u", "-S", os.path.join(folder, "socket")]
        # tmux leaves a picture as it was: without the sequence that ends the second screen
        subprocess.run([*tmux, "-f", "/dev/null", "new-session", "-d", "-x", str(cols), "-y",
                        str(rows), "stty raw; cat %s; touch %s.done; sleep 1000" % (path, path)],
                       check=True)
        try:
            end = time.monotonic() + 30
            while not os.path.exists(path + ".done") and time.monotonic() < end:
                time.sleep(0.1)
            time.sleep(0.5)
            return subprocess.run([*tmux, "capture-pane", "-p"], check=True,
                                  stdout=subprocess.PIPE).stdout.decode()
        finally:
            subprocess.run([*tmux, "kill-server"], check=False)


@contextlib.contextmanager
def screen(g, words, cols=80, rows=24):
    """A watch under way on a terminal in the guest."""
    if not shutil.which("tmux") or not os.path.exists(TERMINFO):
        raise Skip("tmux is not installed, or has no terminfo entry")
    with open(TERMINFO, "rb") as f:
        g.run("mkdir -p /etc/terminfo/s")
        g.put("/etc/terminfo/s/screen", f.read())
    raw = bytearray()
    job = g.agent.start("stty rows %d cols %d; TERM=screen LC_ALL=C.UTF-8 gpsppsctl watch %s %s" %
                        (rows, cols, LOOSE, words), terminal=True,
                        on_output=lambda _kind, data: raw.extend(data))
    job.shown = lambda: shown(bytes(raw), cols, rows)
    try:
        yield job
    finally:
        if not job.done:
            job.signal(15)
            job.wait(20)


# A busy host loses pulses
GOOD = r"(healthy: 1 pulse/s on assert, jitter [\d.]+ [um]s|(MISSING|REJECTED) \d+ pulses? in)"


def wait_shown(g, job, pattern, what):
    """ncurses sends only what changes: the picture is asked, not the bytes."""
    g.wait_until(lambda: re.search(pattern, job.shown(), re.M | re.S), 40, what)
    return job.shown()


@test()
def a_port_on_the_screen(g):
    """Pulse and sentences of a Garmin on an idle port, then no pulse, then q."""
    port = g.ports["isa1"]
    with screen(g, port.tty) as job:
        text = wait_shown(g, job, r"^ttyS1\S* +%s.*sentences" % GOOD, "no good pulse")
        assert re.match(r"gpsppsctl watch +\d\d:\d\d:\d\d UTC\n", text), text
        # the fast guest has no locale but C: ASCII.  100 ms are 6.8 cells of 68
        assert re.search(r"^second {6}[#\u2587]{6,8} *[=\u2500]{5}", text, re.M), text
        assert re.search(r"^lines +DCD [.*\u25cf\u25cb] .*load +\d+ %", text, re.M), text
        port.level("dcd", False)
        wait_shown(g, job, r"NO PULSE for .*^o missing", "the silence is not seen")
        job.write(b"q")
        r = job.wait(20)
        assert r.rc == 0 and "pulses" in job.output().rsplit("\x1b", 1)[-1], r


@test()
def two_sources_on_the_screen(g):
    port = g.ports["isa2"]
    port.pulse(width_ms=100)
    with attached(g, port.tty):
        pps = pps_of(g, port.tty)
        with screen(g, "%s %s" % (pps, g.ports["isa1"].tty)) as job:
            text = wait_shown(g, job, r"^%s +%s.*^ttyS1\S* +%s" % (pps, GOOD, GOOD),
                              "not both are good")
            assert text.startswith("gpsppsctl watch   2 sources, "), text
            assert text.count("1000 ms") == 2, text
            job.write(b"\x03")
            assert job.wait(20).rc == 0
