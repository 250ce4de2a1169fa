# SPDX-License-Identifier: GPL-2.0-or-later
"""What befalls a port while ntpd lives on its pulse: put right or named, and ntpd is back."""

import contextlib
import re
import time

from holding import LOOK_S, MSI, N_TTY, events, read_ier, use_tool, write_ier
from testbed import test
from timeserver import (UNIT, holders, link, reload, restored, wait_attached, wait_stratum_1,
                        write_ntp_conf, write_table)

TOLD_S = 20			# of the fault, says the design
PATIENCE_S = 10			# of ours with an emulator on a machine that has other work
ASLEEP_S = 25			# as long between two looks, and they are not compared (watch.c)
NO_PULSE_S = 30
JUMP_S = 5
SYNC_NS = 10000000		# what ntpd has to slew afterwards
NO_POWER_S = 3600		# longer than any test: the receiver is silent until it is told
BOOT_S = 1
NTPD_S = 60			# until ntpd says of itself what has befallen it

# ntpd's driver of NMEA claims so many bits with pulses, and 9 without (refclock_nmea.c).
PPS_PRECISION = -20
# Polled twice as often as ntpd does by itself: half the time until it tells.
POLL = "minpoll 2 maxpoll 2"


# ---- ntpd ----

def clock(g):
    """What ntpd tells of its receiver: how often it was asked, and how exact it is."""
    out = g.run("ntpq -4 -c 'rv &1 precision' -c 'cv &1 poll' 127.0.0.1", quiet=True).out
    return {name: int(value) for name, value in re.findall(r"\b(precision|poll)=(-?\d+)", out)}


def uses_pulse(g):
    return clock(g).get("precision") == PPS_PRECISION


def await_without_pulse(g):
    """A fault that ntpd does not feel proves nothing of its return."""
    g.wait_until(lambda: clock(g).get("precision", PPS_PRECISION) != PPS_PRECISION, NTPD_S,
                 "ntpd still uses the pulse", interval=0.5)


def await_pulse_used(g):
    """By what ntpd has seen since now, and without a restart."""
    before = clock(g)["poll"]
    g.wait_until(lambda: clock(g).get("poll", 0) >= before + 2 and uses_pulse(g), NTPD_S,
                 f"ntpd does not use the pulse: {clock(g)}", interval=1)


def main_pid(g, unit):
    return int(g.run(f"systemctl show -P MainPID {unit}", quiet=True).out)


@contextlib.contextmanager
def in_service(g):
    """One port of the table, held by its service, and ntpd at stratum 1 by its pulse."""
    port = g.ports["isa1"]
    port.receiver.stored.sentences = {"GPRMC"}
    with restored(g):
        write_table(g, port.tty)
        write_ntp_conf(g)
        g.run(f"sed -i 's/minpoll.*/{POLL}/' /etc/ntpsec/ntp.conf; "
              "rm -f /run/gpsppsctl/*.events", check=True)
        reload(g)
        wait_attached(g, port.tty)
        g.run("systemctl start ntpsec", check=True)
        wait_stratum_1(g)
        assert uses_pulse(g), clock(g)
        yield port


# ---- the holder ----

def guest_s(g):
    return int(g.run("date +%s", check=True, quiet=True).out)


class Since:
    """What the holder tells of a fault, from the moment before it."""

    def __init__(self, g, port):
        self.g, self.name = g, port.tty[5:]
        self.at = guest_s(g)

    def told(self):
        return [event for event in events(self.g, self.name) if event[0] >= self.at]

    def await_told(self, what, text, within=TOLD_S):
        """An event whose text begins like this, in time by the guest's own clock."""
        def found():
            return [s for s, w, t in self.told() if w == what and t.startswith(text)]
        self.g.wait_until(found, within + PATIENCE_S, f"no event {what} {text!r}", interval=0.5)
        assert found()[0] - self.at <= within + PATIENCE_S, (self.at, self.told())


@contextlib.contextmanager
def same_ntpd(g):
    """It is not restarted, and has no reason to be: its device stays."""
    def now():
        return main_pid(g, "ntpsec"), link(g, "/dev/gpspps0")
    before = now()
    yield
    assert now() == before, (before, now())
    assert "ntpd" in holders(g, before[1])


# ---- the faults ----

@contextlib.contextmanager
def asleep(g, port):
    """The holder heals sooner than a busy ntpd may feel: not before it is awake again."""
    pid = main_pid(g, UNIT.format(port.tty[5:]))
    g.run(f"kill -STOP {pid}", check=True)
    try:
        yield
    finally:
        g.run(f"kill -CONT {pid}", check=True)


def interrupt_off(g, port):
    """By somebody who writes the register: the driver believes that it is on."""
    with asleep(g, port):
        write_ier(g, port, read_ier(g, port) & ~MSI)
        await_without_pulse(g)
        since = Since(g, port)
    since.await_told("healed", "DCD's interrupt armed again, ")
    await_pulse_used(g)


def old_snapshot(g, port):
    """An old setserial's flags are written back; the next change of settings does the harm."""
    with asleep(g, port):
        use_tool(g, "flags-off", port)
        g.run(f"stty -F {port.tty} hupcl; stty -F {port.tty} -hupcl")
        assert not read_ier(g, port) & MSI
        await_without_pulse(g)
        since = Since(g, port)
    since.await_told("healed", "DCD's interrupt armed again, ")
    await_pulse_used(g)


def line_discipline(g, port):
    """The new source may have the old one's name: ntpd's handle is dead all the same."""
    pid = main_pid(g, "ntpsec")
    since = Since(g, port)
    use_tool(g, "ldisc", port, N_TTY)
    since.await_told("healed", "N_PPS is back, as ")
    since.await_told("units", "try-restart ntpsec.service")
    g.wait_until(lambda: main_pid(g, "ntpsec") not in (0, pid), 15, "ntpd was not restarted")
    wait_stratum_1(g)
    g.wait_until(lambda: uses_pulse(g), NTPD_S, "ntpd does not use the new pulse", interval=1)
    pps = wait_attached(g, port.tty)
    assert "ntpd" in holders(g, pps), (pps, holders(g, pps))


def holder_killed(g, port):
    """ntpd has the port open: N_PPS stays, and with it the pulse."""
    unit = UNIT.format(port.tty[5:])
    pid = main_pid(g, unit)
    since = Since(g, port)
    g.run(f"kill -KILL {pid}", check=True)
    since.await_told("attached", "as " + link(g, "/dev/gpspps0") + " at ")
    assert since.told()[-1][2].endswith("; the holder before it was killed"), since.told()
    g.wait_until(lambda: main_pid(g, unit) not in (0, pid), 15, "no new holder")
    await_pulse_used(g)


def holder_stopped(g, port):
    """What happens meanwhile is put right afterwards."""
    with asleep(g, port):
        time.sleep(ASLEEP_S / 2)
        write_ier(g, port, read_ier(g, port) & ~MSI)
        await_without_pulse(g)
        time.sleep(ASLEEP_S / 2)
        since = Since(g, port)
    since.await_told("healed", "DCD's interrupt armed again, ")
    await_pulse_used(g)


def pulse_missing(g, port):
    since = Since(g, port)
    port.receiver.pulse_line = None
    since.await_told("lost", "no pulse for ")
    # a diag of the holder's: on a machine that has other work it takes its time
    since.await_told("cause", "signal.absent: ", 2 * TOLD_S)
    await_without_pulse(g)
    time.sleep(max(0, since.at + NO_PULSE_S - guest_s(g)))
    since = Since(g, port)
    port.receiver.pulse_line = "dcd"
    since.await_told("back", "")
    await_pulse_used(g)


def power_cycle(g, port):
    """Neither pulses nor sentences for a while."""
    since = Since(g, port)
    port.receiver.boot_s = NO_POWER_S
    port.receiver.power_cycle()
    since.await_told("lost", "no pulse for ")
    # the holder has tried to heal it: what comes back from now on is not its doing
    since.await_told("cause", "", 2 * TOLD_S)
    await_without_pulse(g)
    since = Since(g, port)
    port.receiver.boot_s = BOOT_S
    port.receiver.power_cycle()
    since.await_told("back", "")
    await_pulse_used(g)


def clock_jumps(g, port):
    """There and back: for one jump ntpd would take its time (300 s, "stepout") to step back."""
    before = events(g, port.tty[5:])
    for jump in (lambda: g.run("date -s '+%d seconds'" % JUMP_S, check=True),
                 lambda: g.sync_clock(within_ns=SYNC_NS)):
        jump()
        time.sleep(LOOK_S)
        assert events(g, port.tty[5:]) == before, events(g, port.tty[5:])
    await_pulse_used(g)


@test(guest="full", long=True)
def test_what_others_do_to_the_port_is_put_right_beside_ntpd(g):
    with in_service(g) as port:
        with same_ntpd(g):
            interrupt_off(g, port)
            old_snapshot(g, port)
            clock_jumps(g, port)
            wait_stratum_1(g)
        line_discipline(g, port)


@test(guest="full", long=True)
def test_ntpd_outlives_what_befalls_the_holder_and_the_receiver(g):
    with in_service(g) as port, same_ntpd(g):
        holder_killed(g, port)
        holder_stopped(g, port)
        pulse_missing(g, port)
        power_cycle(g, port)
        wait_stratum_1(g)
