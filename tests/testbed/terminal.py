# SPDX-License-Identifier: GPL-2.0-or-later
"""A person's terminal on a terminal in the guest."""

import contextlib
import os
import select
import sys
import termios
import time
import tty

from channels import TimedOut

END_S = 60	# how long commands may go on after the end of our input


@contextlib.contextmanager
def raw(fd):
    """Keys go to the guest as they come, Ctrl-C too."""
    if not os.isatty(fd):
        yield
        return
    saved = termios.tcgetattr(fd)
    tty.setraw(fd)
    try:
        yield
    finally:
        termios.tcsetattr(fd, termios.TCSADRAIN, saved)


def show(_kind, data):
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def bridge(guest, cmd):
    """Run CMD on a terminal in the guest until it ends; its exit code."""
    job = guest.agent.start(cmd, terminal=True, on_output=show)
    fd = sys.stdin.fileno()
    watched, end = [fd], None
    with raw(fd):
        while not job.done:
            guest.check_alive()
            if end and time.monotonic() > end:
                raise TimedOut("no end %d s after that of the input" % END_S)
            if not select.select(watched, [], [], 0.1)[0]:
                continue
            data = os.read(fd, 4096)
            if data:
                job.write(data)
            else:
                job.write(b"\x04")	# the end of our input is Ctrl-D
                watched, end = [], time.monotonic() + END_S
    return job.rc
