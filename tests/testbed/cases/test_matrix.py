# SPDX-License-Identifier: GPL-2.0-or-later
"""
The fault matrix: each fault of faults.py on a port of a healthy machine, what
diag must say of it, and healthy again when it is undone.

Five ports carry a fault each at a time, so that a window of 3.2 s serves five.
"""

import contextlib
import glob
import itertools
import json
import os
import re

import daemonfaults
from faults import FAULTS
from patient import BEDS, Patient, at_once, ward
from testbed import test
from verdict import TTY, diag_all, expect, finding, look_again

def what_is_wrong(verdict, fault):
    """None, or how the verdict of a port differs from what its fault asks for."""
    wanted = fault.id if fault.severity == "fail" else None
    others = [(f["id"], f["severity"]) for f in verdict["findings"]
              if f["severity"] in ("fail", "warn")]
    if verdict["cause"] != wanted:
        return "%s: cause %s instead of %s; %s" % (fault, verdict["cause"], wanted, others)
    f = finding(verdict, fault.id)
    if not f or f["severity"] != fault.severity:
        return "%s: %s instead of %s; %s" % (fault, f and f["severity"], fault.severity, others)
    missing = [part for part in ("why", "see") if not f[part]]
    if fault.severity in ("fail", "warn") and not f["fix"]:
        missing.append("fix")
    if not f["observed"]["text"]:
        missing.append("observed")
    return "%s: no %s" % (fault, ", ".join(missing)) if missing else None


def failing(verdict):
    return json.dumps([f for f in verdict["findings"] if f["severity"] == "fail"], indent=1)


class Round:
    """A fault for each of some patients, side by side."""

    def __init__(self, g, patients, chosen):
        self.g = g
        self.patients = patients
        self.pairs = list(zip(patients, chosen))
        self.contexts = {}
        self.problems = []

    def inject(self, pair):
        patient, fault = pair
        context = fault.inject(patient)
        try:
            context.__enter__()
            self.contexts[patient] = context
        except Exception as e:
            self.problems.append("%s: %s" % (fault, e))
            self.renew(patient)

    def undo(self, pair):
        patient, fault = pair
        context = self.contexts.pop(patient, None)
        try:
            if context:
                context.__exit__(None, None, None)
        except Exception as e:
            self.problems.append("%s: not undone: %s" % (fault, e))
            self.renew(patient)

    def renew(self, patient):
        try:
            patient.renew()
        except Exception as e:
            self.problems.append("%s: is lost: %s" % (patient.tty, e))

    def wrongs(self, verdicts):
        return [wrong for patient, fault in self.pairs if patient in self.contexts
                for wrong in [what_is_wrong(verdicts[patient.tty], fault)] if wrong]

    def judge(self):
        words = self.pairs[0][1].words
        code, verdicts = look_again(lambda seen: not self.wrongs(seen[1]),
                                    lambda: diag_all(self.g, words))
        self.problems += self.wrongs(verdicts)
        faulty = any(v["cause"] for v in verdicts.values())
        if code != faulty:
            self.problems.append("exit code %d" % code)

    def expect_health(self):
        code, verdicts = look_again(lambda seen: seen[0] == 0, lambda: diag_all(self.g))
        for tty, verdict in verdicts.items():
            if verdict["cause"]:
                self.problems.append("after %s %s is not healthy: %s" %
                                     ([f for _, f in self.pairs], tty, failing(verdict)))
        if any(v["cause"] for v in verdicts.values()):
            at_once(self.patients, self.renew)

    def run(self):
        at_once(self.pairs, self.inject)
        self.judge()
        at_once(self.pairs, self.undo)
        self.expect_health()
        return self.problems


def rounds(chosen):
    """Faults in groups that ask diag for the same."""
    for _, group in itertools.groupby(chosen, lambda f: f.words):
        group = list(group)
        for n in range(0, len(group), len(BEDS)):
            yield group[n:n + len(BEDS)]


def run_matrix(g, chosen):
    problems = []
    with ward(g) as patients:
        for group in rounds(chosen):
            problems += Round(g, patients, group).run()
    assert not problems, "%d of %d rows:\n%s" % (len(problems), len(chosen), "\n".join(problems))


def part(n, of):
    """The table in pieces that end in a test's time."""
    size = -(-len(FAULTS) // of)
    return FAULTS[n * size:(n + 1) * size]


@test()
def matrix_1(g):
    run_matrix(g, part(0, 2))


@test()
def matrix_2(g):
    run_matrix(g, part(1, 2))


# ---- rows that want more than a port of the board ----

def pull_out(g, device):
    """If it is still there."""
    with contextlib.suppress(RuntimeError):
        g.qmp("device_del", id=device)


@contextlib.contextmanager
def usb(g):
    """A receiver on an FTDI adapter: QEMU's hands on the lines only along with data."""
    port = g.ports["pci14"]
    g.run("modprobe -a xhci_pci ftdi_sio", check=True)
    g.qmp("device_add", driver="qemu-xhci", id="xhci", addr="0x06")
    g.qmp("device_add", driver="usb-serial", id="ftdi", bus="xhci.0", chardev=port.name)
    g.wait_until(lambda: g.run("test -c /dev/ttyUSB0", quiet=True).rc == 0, 20, "no ttyUSB0")
    port.tty = "/dev/ttyUSB0"
    try:
        yield port
    finally:
        port.tty = None
        pull_out(g, "ftdi")
        pull_out(g, "xhci")


def follow_ends_with_the_port(g, tty):
    """Unlike a UART's, the name of an adapter goes with it."""
    job = g.start("exec gpsppsctl diag --follow " + tty)
    g.wait_until(lambda: "healthy" in job.output() or job.done, 15, "no verdict")
    pull_out(g, "ftdi")
    assert job.wait(20).rc == 3, job.result()


@test()
def matrix_usb_adapter(g):
    with usb(g) as port:
        p = Patient(g, port, 0, pulse_width_ms=400)
        try:
            p.receiver.stored.sentences |= {"GPGSA", "GPGSV"}
            p.attach()
            p.prove_moves("pulses", lambda m: m["assert"] >= 2, 3.1)
            verdict = expect(g, None, p.tty)
            assert finding(verdict, "driver.polled-dcd")["severity"] == "warn"
            follow_ends_with_the_port(g, p.tty)
        finally:
            p.detach()
            port.detach_receiver()


TOGGLE = "while :; do exec 3<>/dev/ttyGS0; sleep 0.1; exec 3>&-; sleep 0.9; done"


@test()
def matrix_driver_that_hides_the_pulse(g):
    """Kernel 6.1's cdc-acm counts DCD's edges, and tells no line discipline."""
    g.run("modprobe -a dummy_hcd usb_f_acm cdc-acm && modprobe g_serial", check=True)
    g.wait_until(lambda: g.run("test -c /dev/ttyACM0 -a -c /dev/ttyGS0", quiet=True).rc == 0,
                 20, "no ttyACM0")
    try:
        g.run("ldattach pps /dev/ttyACM0", check=True)
        g.start(TOGGLE)
        count = "sleep 2.1; meddle counters /dev/ttyACM0"
        edges = []

        def edges_move():
            edges.append(int(re.search(r"dcd (\d+)", g.run(count).out)[1]))
            return edges[-1] >= edges[0] + 3

        g.wait_until(edges_move, 20, "no edges of DCD")
        assert "#0" in g.run("cat /sys/class/pps/pps0/assert").out
        expect(g, "driver.no-dcd", "/dev/ttyACM0")
    finally:
        g.run("pkill ldattach; n=50; while ! rmmod g_serial && [ $n -gt 0 ]; do "
              "sleep 0.2; n=$((n - 1)); done")


@test()
def matrix_shared_interrupt(g):
    """With a device that has no interrupts by message, in a slot of the same line."""
    g.ports["pci1"].plug()
    g.run("modprobe virtio-rng")
    g.qmp("device_add", driver="virtio-rng-pci", id="rng", addr="0x14", vectors=0)
    try:
        with ward(g, ("pci1",)) as (p,):
            def sharers():
                return g.run("grep '^ *%s:' /proc/interrupts" % p.irq, quiet=True).out

            p.wait("one interrupt", lambda: "virtio" in sharers() and p.name in sharers())
            verdict = expect(g, None, p.tty)
            assert finding(verdict, "uart.shared-irq")["severity"] == "warn"
    finally:
        mark = g.qmp_mark()
        g.qmp("device_del", id="rng")
        g.qmp_event("DEVICE_DELETED", 20, mark, device="rng")


@test()
def matrix_no_autoload(g):
    g.run("rmmod pps_ldisc; sysctl -w dev.tty.ldisc_autoload=0")
    try:
        assert "pps" not in g.run("cat /proc/tty/ldiscs").out
        g.run("chmod 666 " + TTY)
        r = g.run("su -s /bin/sh nobody -c 'meddle ldisc %s 18'" % TTY)
        assert r.rc and "not permitted" in r.err, r
        verdict = expect(g, "kernel.autoload-off")
        g.run(finding(verdict, "kernel.autoload-off")["fix"], check=True)
        expect(g, "ldisc.not-attached")
    finally:
        g.run("sysctl -w dev.tty.ldisc_autoload=1; chmod 660 " + TTY)


# Shown elsewhere in the testbed
ELSEWHERE = {
    "port.absent", "uart.absent", "kernel.no-pps", "kernel.no-ldisc", "tty.differs",
    "link.pps-wrong",							# test_diag.py
    "driver.polled-dcd", "driver.no-dcd", "uart.shared-irq", "kernel.autoload-off",	# above
    "kernel.lockdown", "host.irq-thread", "uart.console",		# test_healthy.py: their boot
    "udev.not-triggered", "daemon.flag3", "daemon.no-pps-line",		# test_daemons.py
    "chrony.lock-limit", "chrony.lock-unknown", "chrony.no-lock", "chrony.conf",
    "chrony.device", "chrony.edge", "gpsd.no-n", "gpsd.symlink", "gpsd.segments",
    "gpsd.socket", "gpsd.holder", "gpsd.no-mode-field", "mac.apparmor",			# test_timeservers.py
    "gpio.button-driver", "gpio.busy", "gpio.wrong-edge", "gpio.pulled-down",
    "gpio.missed",							# test_gpio.py
    "feed.absent", "feed.segments",					# test_feeddaemons.py
}
EDITED = os.path.join(os.path.dirname(__file__), "../../fixtures/edited/*.edit")


def recorded():
    """Shown by an edited record, as QEMU or Debian cannot show it, or not soon."""
    found = set()
    for path in glob.glob(EDITED):
        with open(path, encoding="utf-8") as f:
            found |= set(re.findall(r"^expect \w+ (\S+)$", f.read(), re.M))
    return found


@test()
def matrix_has_every_id(g):
    listed = set(re.findall(r"^\s*([a-z]+\.[a-z0-9-]+)", g.run("gpsppsctl diag --list").out, re.M))
    shown = {fault.id for fault in FAULTS} | ELSEWHERE | recorded()
    shown |= {i for fault in daemonfaults.FAULTS for i in fault.found}
    assert listed == shown, (listed - shown, shown - listed)
