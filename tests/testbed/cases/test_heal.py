# SPDX-License-Identifier: GPL-2.0-or-later
"""What befalls a port while it is held, and that the holder puts it right, or leaves it."""

import contextlib
import re
import signal
import threading
import time

from garmin18 import Garmin18LVC
from holding import (HARDPPS_CD, LOOK_S, MSI, N_TTY, asserts, await_event, events, held,
                     read_ier, use_tool, whats, write_ier)
from testbed import test

LOST_S = 10			# without a pulse
HEALED_S = 20			# of the fault, says the design
PATIENCE_S = 5			# of ours with an emulator on a machine that has other work


def pps_of(g, port):
    out = g.run(f"grep -lx {port.tty} /sys/class/pps/*/path; true", quiet=True).out
    return out.split("/")[4] if out else None


def await_healed(g, port, since):
    """Its text; and that it came in time."""
    text = await_event(g, port, "healed", timeout=2 * HEALED_S)
    assert said(g, port, "healed", text)[0] - since < HEALED_S + PATIENCE_S, \
        (since, events(g, port.tty[5:]))
    return text


def said(g, port, kind, beginning):
    """When."""
    return [s for s, what, text in events(g, port.tty[5:])
            if what == kind and text.startswith(beginning)]


def await_pulses(g, pps):
    seen = asserts(g, pps)
    g.wait_until(lambda: asserts(g, pps) >= seen + 2, 10, "no pulses of " + pps)


# ---- what can go wrong, each with a port of its own, all at the same time ----

def interrupt_off(g, port):
    """By somebody who writes the register: the driver believes that it is on."""
    pps = pps_of(g, port)
    reader = g.start(f"exec 3</dev/{pps}; echo open; exec sleep 100")
    g.wait_until(lambda: "open" in reader.output() or reader.done, 5, "not opened")
    inode = g.run(f"stat -c '%d:%i %t:%T' /dev/{pps}", check=True).out
    since = time.time()
    write_ier(g, port, 0x05)
    told = await_healed(g, port, since)
    match = re.fullmatch(rf"DCD's interrupt armed again, {pps} stays; no pulse for (\d+) s", told)
    assert match and LOST_S <= int(match[1]) < HEALED_S + PATIENCE_S, told
    assert read_ier(g, port) & MSI
    await_pulses(g, pps)
    assert g.run(f"stat -c '%d:%i %t:%T' /dev/{pps}", check=True).out == inode
    assert not reader.done
    reader.signal(signal.SIGKILL)
    assert whats(g, port) == ["attached", "lost", "healed"]


def old_snapshot(g, port):
    """An old setserial's flags are written back, then a change of settings does the harm."""
    pps = pps_of(g, port)
    since = time.time()
    use_tool(g, "flags-off", port)
    g.run(f"stty -F {port.tty} 9600", check=True)
    assert not read_ier(g, port) & MSI
    assert await_event(g, port, "speed") == "4800 -> 9600 baud, set by another program"
    assert "; DCD stands still, " in await_event(g, port, "lost")
    g.wait_until(lambda: said(g, port, "healed", "DCD's interrupt armed again, " + pps), HEALED_S,
                 "not armed", interval=0.5)
    assert said(g, port, "healed", "DCD's")[0] - since < HEALED_S + PATIENCE_S
    # who may not set the flag arms the interrupt all the same, and says so
    g.wait_until(lambda: said(g, port, "healed", "the driver's flag") or
                 said(g, port, "flags", "0x800 cannot be set again"), LOOK_S, "nothing of the flag")
    flags = int(g.run(f"cat /sys/class/tty/{port.tty[5:]}/flags").out, 16)
    assert bool(flags & HARDPPS_CD) == bool(said(g, port, "healed", "the driver's flag"))
    await_pulses(g, pps)


def line_discipline(g, port):
    pps = pps_of(g, port)
    link = g.run(f"ls -l /dev | sed -n 's,.* \\(gpspps[0-9]*\\) -> {pps}$,\\1,p'").out.strip()
    before = g.run(f"stat -c '%a %G' /dev/{pps}", check=True).out
    since = time.time()
    use_tool(g, "ldisc", port, N_TTY)
    text = await_healed(g, port, since)
    names = re.fullmatch(r"N_PPS is back, as (pps\d+) instead of (pps\d+); no pulse for \d+ s", text)
    new = pps_of(g, port)
    assert names and (names[1], names[2]) == (new, pps), (text, new, pps)
    assert g.run(f"readlink /dev/{link}").out.strip() == new
    assert g.run(f"stat -c '%a %G' /dev/{new}", check=True).out == before
    await_pulses(g, new)
    assert [w for w in whats(g, port) if w != "lost"] == ["attached", "ldisc", "ldisc", "healed"]


def taken_again_and_again(g, port):
    job = g.start(f"while :; do /tmp/hold_tool ldisc {port.tty[5:]} {N_TTY}; sleep 0.5; done")

    def left():
        return [t for _, w, t in events(g, port.tty[5:]) if w == "ldisc" and "left to" in t]
    g.wait_until(left, 6 * LOOK_S, "no end of the fight", interval=0.5)
    job.signal(signal.SIGKILL)
    put_back = [t for _, w, t in events(g, port.tty[5:]) if t.startswith("N_PPS is back")]
    assert len(put_back) == 3, events(g, port.tty[5:])
    time.sleep(LOOK_S)
    assert pps_of(g, port) is None


def pulse_missing(g, port):
    """Half a minute long, with sentences: it is lost, and comes back by itself."""
    port.receiver.pulse_line = None
    since = time.time()
    assert "characters arrive" in await_event(g, port, "lost")
    time.sleep(max(0, since + 30 - time.time()))
    port.receiver.pulse_line = "dcd"
    await_event(g, port, "back")
    assert whats(g, port) == ["attached", "lost", "back"]


def power_cycle(g, port):
    port.receiver.boot_s = 24	# longer than it takes to see that arming was in vain
    port.receiver.power_cycle()
    await_event(g, port, "back", timeout=4 * LOOK_S)
    assert set(whats(g, port)) - {"silent", "speaking"} == {"attached", "lost", "back"}, whats(g, port)


def holder_stopped(g, port, pid):
    """Longer than it takes a look to be worthless; then it looks as before."""
    g.run(f"kill -STOP {pid}", check=True)
    time.sleep(26)
    g.run(f"kill -CONT {pid}", check=True)
    time.sleep(LOOK_S)
    assert whats(g, port) == ["attached"]


class Side:
    """What runs beside others, and whether it went well."""

    def __init__(self, what, *arguments):
        self.name = what.__name__
        self.error = None
        self.thread = threading.Thread(target=self.run, args=(what, arguments), daemon=True)
        self.thread.start()

    def run(self, what, arguments):
        try:
            what(*arguments)
        except Exception as e:
            self.error = e

    def join(self):
        self.thread.join(120)
        assert not self.thread.is_alive(), self.name + " does not end"
        if self.error:
            raise self.error


PLAN = {
    "isa1": interrupt_off, "isa2": old_snapshot, "isa3": line_discipline, "pci1": pulse_missing,
    "pci2": power_cycle, "pci3": taken_again_and_again, "pci4": holder_stopped,
}


def clock_jumps(g, ports):
    """By an hour: no pulse is lost by that."""
    before = {port: events(g, port.tty[5:]) for port in ports}
    g.run("date -s @$(($(date +%s) + 3600))", check=True)
    time.sleep(LOOK_S)
    for port in ports:
        assert events(g, port.tty[5:]) == before[port], events(g, port.tty[5:])[len(before[port]):]


@contextlib.contextmanager
def in_bed(g, name, what, unit):
    """Attached, with what WHAT needs at the other end; (port, the holder's pid)."""
    port = g.ports[name]
    if not port.plugged:
        port.plug()
    port.detach_receiver()
    if what in (pulse_missing, power_cycle):
        port.attach_receiver(Garmin18LVC, boot_s=0.1)
    else:
        port.pulse(width_ms=100)
    with held(g, port, f"--unit {unit}") as pid:
        yield port, pid


@test()
def each_is_healed_or_left(g):
    with contextlib.ExitStack() as stack:
        beds = [(what, *stack.enter_context(in_bed(g, name, what, unit)))
                for unit, (name, what) in enumerate(PLAN.items())]
        use_tool(g, "rearm", beds[0][1])	# the tool is there for all
        time.sleep(3)
        sides = [Side(what, g, port, *([pid] if what is holder_stopped else []))
                 for what, port, pid in beds]
        for side in sides:
            side.join()
        clock_jumps(g, [port for what, port, _ in beds if what is not taken_again_and_again])
