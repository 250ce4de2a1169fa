# SPDX-License-Identifier: GPL-2.0-or-later
"""
The examples of the manual and the README that need a real port, as they stand there (examples.py).

The guest's ttyS0 is its console: ttyS0 of an example is ttyS1 here, which has the Garmin, and so on.
"""

import contextlib
import os
import re
import sys
import time

from testbed import test
from verdict import poke

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))

import examples  # noqa: E402

HOME = "/tmp/examples"
TABLE = "/etc/gpsppsctl.conf"
HELD = "/dev/ttyS1"
BASE = 0x2F8            # of ttyS1
IER, MSI = BASE + 1, 0x08
# QEMU's edges are mostly exact to 0.4 ms, and on a busy host some to 10 ms: no pair is good by the usual gate
LOOSE = "feed --gate 50000 --ppm 50000 --calibrate"


def in_guest(words):
    return re.sub(r"\bttyS(\d)\b", lambda m: "ttyS%d" % (int(m[1]) + 1), words)


# ---- scenes: the ports before an example ----

@contextlib.contextmanager
def idle(g):
    yield


@contextlib.contextmanager
def absent(g):
    """An adapter that appears while the command waits for it."""
    g.run("rm -f /dev/ttyUSB0")
    yield lambda: g.run("sleep 1; ln -s %s /dev/ttyUSB0" % HELD, check=True)
    g.run("rm -f /dev/ttyUSB0")


@contextlib.contextmanager
def wired(g):
    g.ports["isa2"].pulse(width_ms=100)
    yield
    g.run("gpsppsctl detach ttyS2")


@contextlib.contextmanager
def looped(g):
    g.ports["isa3"].cross("dcd", g.ports["isa2"], "rts")
    yield


@contextlib.contextmanager
def on_cts(g):
    g.ports["isa2"].pulse(line="cts", width_ms=100)
    yield


@contextlib.contextmanager
def table(g):
    g.put(TABLE, "0 %s\n" % HELD)
    yield
    g.run("gpsppsctl detach %s; rm %s" % (HELD, TABLE))


@contextlib.contextmanager
def held(g):
    g.run("gpsppsctl attach --daemon --wait-pulse 20 %s" % HELD, check=True, timeout=60)
    yield
    g.run("gpsppsctl detach " + HELD)


@contextlib.contextmanager
def spoilt(g):
    """The interrupt is off."""
    with held(g):
        poke(g, IER, int(g.run("dd if=/dev/port bs=1 skip=%d count=1 2>/dev/null | od -An -tu1" % IER,
                               check=True).out) & ~MSI)
        yield


@contextlib.contextmanager
def held_and_on_cts(g):
    with held(g), on_cts(g):
        yield


SCENES = {"idle": idle, "absent": absent, "wired": wired, "looped": looped, "on cts": on_cts, "table": table,
          "held": held, "spoilt": spoilt, "held, on cts": held_and_on_cts}


# ---- an example ----

def typed_in_guest(g, words):
    """The guest has no make: what its recipe runs, in a directory as the source's."""
    words = in_guest(words).replace("feed --calibrate", LOOSE)
    if not words.startswith("make run PORT="):
        return words
    for name in "run-demo", "ten-pulses":
        g.put("%s/scripts/%s" % (HOME, name), (examples.ROOT / "scripts" / name).read_text())
    g.run("chmod +x %s/scripts/*; ln -sf /usr/sbin/gpsppsctl %s" % (HOME, HOME), check=True)
    return "scripts/run-demo " + words.removeprefix("make run PORT=")


def endless(g, words, run, then):
    job = g.start("cd %s; exec %s" % (HOME, words))
    if then:
        then()
    g.wait_until(lambda: job.done or re.search(run.until, job.output()), 40, "%s: no %r" % (words, run.until))
    job.signal(2)
    return job.wait(40)


def perform(g, words, run, then=None):
    typed = typed_in_guest(g, words)
    start = time.monotonic()
    r = endless(g, typed, run, then) if run.until else g.run("cd %s; %s" % (HOME, typed), timeout=120)
    print("# %4.1f s  %s" % (time.monotonic() - start, typed), flush=True)
    assert r.rc == run.code, (typed, r)
    assert re.search(run.says or run.until, r.out + r.err), (typed, r)


def perform_all(g, is_long):
    """Scene by scene; those that end a hold have one for themselves."""
    g.run("rm -rf %s; mkdir -p %s/scripts /var/lib" % (HOME, HOME), check=True)
    shown = examples.shown()
    todo = [(w, run) for w, run in examples.GUEST.items() if w in shown and run.long == is_long]
    assert todo
    for state in sorted({run.state for _, run in todo}):
        mine = [(w, run) for w, run in todo if run.state == state]
        alone = [m for m in mine if " detach " in m[0]]
        for group in [m for m in mine if m not in alone], *([m] for m in alone):
            with SCENES[state](g) as then:
                for words, run in group:
                    perform(g, words, run, then)
    print("# %d examples" % len(todo))


@test()
def examples_of_manual_and_readme(g):
    perform_all(g, False)


@test(long=True)
def examples_that_take_longer(g):
    perform_all(g, True)
