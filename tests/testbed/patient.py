# SPDX-License-Identifier: GPL-2.0-or-later
"""A port with a Garmin that is attached, and what the guest itself says of it."""

import concurrent.futures
import contextlib
import re
import time

from garmin18 import Garmin18LVC
from verdict import TABLE, poke

# Under a service manager attach does not look for a pulse of its own accord: quicker.
ATTACH = "NOTIFY_SOCKET=/nonexistent exec gpsppsctl attach --unit %d %s %s"
# Longer than two seconds, so that two pulses fall into it
LOOK_S = 2.1
# The first look after a change may have seen the end of a pulse that had begun before it;
# and a busy host loses pulses by itself
LOOKS = 5
MCR = 4
# What a receiver is told to send for a clock; its factory's set fills the second
SENTENCES = {"GPRMC", "GPGGA"}


class Patient:
    def __init__(self, g, port, unit, **options):
        self.g, self.port, self.unit = g, port, unit
        self.tty = port.tty
        self.name = self.tty.removeprefix("/dev/")
        self.job = self.pps = None
        self.attach_options = ""
        self.options = options
        self.irq = self.sh("cat /sys/class/tty/%s/irq 2>/dev/null; true" % self.name).strip()
        self.plug_in()

    def plug_in(self):
        self.port.reset_lines()
        self.receiver = self.port.attach_receiver(Garmin18LVC, boot_s=0.1, **self.options)
        self.receiver.stored.sentences = set(SENTENCES)

    def renew(self):
        """From nothing: after a fault that could not be injected, or undone."""
        self.detach()
        self.g.run("meddle shared %s; setserial %s irq %s" % (self.tty, self.tty, self.irq))
        self.plug_in()
        self.attach("")

    # -- attaching --

    def attach(self, options=None):
        if options is not None:
            self.attach_options = options
        self.job = self.g.start(ATTACH % (self.unit, self.attach_options, self.tty))
        self.wait("attached", self.find_pulse)
        self.wait("held", lambda: "holding" in self.job.output())

    def find_pulse(self):
        assert not self.job.done, self.job.result()
        out = self.sh("grep -lx %s /sys/class/pps/*/path; true" % self.tty)
        self.pps = out.split("/")[4] if out else None
        return self.pps

    def detach(self):
        if self.job and not self.job.done:
            self.job.signal(15)
            self.job.wait(10)
        self.job = None

    def attach_again(self, options=None):
        self.detach()
        self.attach(options)

    # -- looking at the guest --

    def sh(self, command, **how):
        return self.g.run(command, check=True, quiet=True, **how).out

    def sysfs(self, name):
        return self.sh("cat /sys/class/tty/%s/%s" % (self.name, name)).strip()

    def counts(self):
        """
        The line counters of the UART, the two sequence numbers of the pulse, and the
        guest's seconds: a look takes as long as the machine needs for it.
        """
        out = self.sh("meddle counters %s; cd /sys/class/pps/%s && cat assert clear /proc/uptime" %
                      (self.tty, self.pps))
        c = {name: int(n) for name, n in re.findall(r"(\w+) (\d+)", out.splitlines()[0])}
        c["assert"], c["clear"] = (int(n) for n in re.findall(r"#(\d+)", out))
        c["s"] = float(out.splitlines()[-1].split()[0])
        return c

    def moved(self, seconds=LOOK_S):
        """How far they move."""
        before = self.counts()
        time.sleep(seconds)
        after = self.counts()
        return {name: after[name] - before[name] for name in before}

    def stamps(self):
        """The last assert and clear in seconds."""
        out = self.sh("cd /sys/class/pps/%s && cat assert clear" % self.pps)
        return [float(s) for s in re.findall(r"([\d.]+)#", out)]

    def heard(self, seconds=1.3):
        """What arrives at the port, as the guest reads it."""
        return self.sh("meddle flush %s; timeout %g cat %s | tr -d '\\r' | cat -v; true" %
                       (self.tty, seconds, self.tty))

    def stty(self):
        return self.sh("stty -a -F " + self.tty)

    def register(self, offset):
        address = int(self.sysfs("port"), 16) + offset
        return int(self.sh("dd if=/dev/port bs=1 skip=%d count=1 2>/dev/null | od -An -tx1" %
                           address), 16)

    def poke(self, offset, value):
        poke(self.g, int(self.sysfs("port"), 16) + offset, value)

    def wait_measured(self):
        """The holder has measured the pulse: of both edges it needs one of each."""
        # FIRST_NS of src/hold/meter.c, a look each 1.2 s
        self.wait("measured", lambda: all(s > 0 for s in self.stamps()))
        time.sleep(3)

    def wait(self, what, condition, timeout=10):
        self.g.wait_until(condition, timeout, "%s: not %s" % (self.tty, what))

    def prove(self, what, true):
        """A fault that is not there proves nothing."""
        assert true, "%s: not injected: %s" % (self.tty, what)

    def prove_moves(self, what, true, seconds=LOOK_S):
        """That the counters move as TRUE says of them."""
        for _ in range(LOOKS):
            m = self.moved(seconds)
            if true(m):
                return
        self.prove("%s: %s" % (what, m), False)


# On the board and on cards: so many have a fault each at a time
BEDS = ("isa1", "isa2", "isa3", "pci1", "pci2")


@contextlib.contextmanager
def ward(g, names=BEDS):
    """Patients on these ports, attached and healthy, in the table's order."""
    for name in names:
        if not g.ports[name].plugged:
            g.ports[name].plug()
    patients = [Patient(g, g.ports[name], unit) for unit, name in enumerate(names)]
    g.put(TABLE, "".join("%d %s\n" % (p.unit, p.tty) for p in patients))
    try:
        at_once(patients, Patient.attach)
        yield patients
    finally:
        at_once(patients, Patient.detach)
        for p in patients:
            p.port.detach_receiver()


def at_once(things, function):
    """Call it for each of them side by side; the results, or the first error."""
    with concurrent.futures.ThreadPoolExecutor(max_workers=len(things)) as pool:
        return list(pool.map(function, things))
