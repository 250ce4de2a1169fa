# SPDX-License-Identifier: GPL-2.0-or-later
"""A port that the holder has: its events, its UART's interrupt, and what befalls it."""

import contextlib
import re

from guesttool import put_tool

HARDPPS_CD = 0x800
N_TTY, N_PPS = 0, 18
IER = 1
MSI = 8
LOOK_S = 13			# the holder's period, with its slack


def use_tool(g, what, port, value=""):
    tool = put_tool(g, "hold_tool", "sys/rearm.c", "sys/tty.c")
    return g.run(f"{tool} {what} {port.tty[5:]} {value}", check=True)


def events(g, name):
    """[(seconds, what, text)] of ttyS1's holders."""
    out = g.run(f"cat /run/gpsppsctl/{name}.events", quiet=True).out
    rows = [re.fullmatch(r"(\d{10}) ([a-z]+) (.+)", line) for line in out.splitlines()]
    assert all(rows), out
    return [(int(r[1]), r[2], r[3]) for r in rows]


def whats(g, port):
    """What has happened; diag's word on a loss comes when it has ended."""
    return [what for _, what, _ in events(g, port.tty[5:]) if what != "cause"]


def await_event(g, port, what, count=1, timeout=2.2 * LOOK_S):
    """The text of the COUNT-th event of this kind."""
    def texts():
        return [t for _, w, t in events(g, port.tty[5:]) if w == what]
    g.wait_until(lambda: len(texts()) >= count, timeout, f"no event {what!r}", interval=0.5)
    return texts()[count - 1]


def attach(g, port, options=""):
    """As a daemon; the holder's pid."""
    r = g.run(f"NOTIFY_SOCKET=/nonexistent gpsppsctl attach --daemon {port.tty} {options}", check=True)
    return re.search(r"held by gpsppsctl\[(\d+)\]", r.out)[1]


def ier_of(g, port):
    base = int(g.run(f"cat /sys/class/tty/{port.tty[5:]}/port", check=True, quiet=True).out, 16)
    return base + IER


def read_ier(g, port):
    out = g.run(f"dd if=/dev/port bs=1 skip={ier_of(g, port)} count=1 2>/dev/null | od -An -tx1",
                check=True, quiet=True).out
    return int(out, 16)


def write_ier(g, port, value):
    g.run("printf '\\%03o' | dd of=/dev/port bs=1 seek=%d conv=notrunc 2>/dev/null" %
          (value, ier_of(g, port)), check=True)


def asserts(g, pps="pps0"):
    out = g.run(f"cat /sys/class/pps/{pps}/assert", check=True, quiet=True).out
    return int(out.split("#")[1])


@contextlib.contextmanager
def held(g, port, options=""):
    g.run(f"rm -f /run/gpsppsctl/{port.tty[5:]}.events")
    pid = attach(g, port, options)
    try:
        yield pid
    finally:
        g.run(f"gpsppsctl detach {port.tty}")
