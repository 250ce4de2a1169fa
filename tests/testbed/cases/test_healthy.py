# SPDX-License-Identifier: GPL-2.0-or-later
"""Set-ups that are as they should be, and different: diag finds no fault in any."""

import contextlib
import time

from patient import Patient, at_once, ward
from receivers import PlainReceiver
from testbed import test
from verdict import TABLE, diag_all, expect, finding, impostor, look_again

SIXTEEN = ["card%d" % n for n in range(1, 17)]


def expect_health(g, *words):
    code, verdicts = look_again(lambda seen: seen[0] == 0, lambda: diag_all(g, *words))
    causes = {tty: v["cause"] for tty, v in verdicts.items() if v["cause"]}
    assert not causes, "%s: %s" % (causes, [finding(verdicts[tty], cause)
                                           for tty, cause in causes.items()])
    assert code == 0
    return verdicts


@contextlib.contextmanager
def patient(g, **options):
    p = Patient(g, g.ports["isa2"], 0, **options)
    g.put(TABLE, "0 %s\n" % p.tty)
    try:
        yield p
    finally:
        p.detach()
        p.port.detach_receiver()


@test()
def two_receivers_root_and_not_root(g):
    """Both edges captured; and asked by a user who may open the ports, and no more."""
    with ward(g, ("isa1", "isa2")) as patients:
        p = patients[0]
        p.prove("both edges", p.sh("meddle capture /dev/" + p.pps) == "3\n")
        assert len(expect_health(g)) == 2
        g.run("grep -q ^gps: /etc/passwd || echo gps:x:1000:20::/:/bin/sh >> /etc/passwd")
        p.prove("in dialout, not root", "(dialout)" in p.sh("id gps") and
                g.run("su -s /bin/sh gps -c 'exec < %s && ! cat /dev/port'" % p.tty).rc == 0)
        expect(g, None, p.tty, user="gps")


@test()
def nobody_has_read_for_long(g):
    """
    After half an hour the line discipline's 4 kB and the tty's 640 kB (TTYB_DEFAULT_MEM_LIMIT
    of drivers/tty/tty_buffer.c) are full, and what comes is lost and counted.  They are
    filled in seconds here.
    """
    with patient(g) as p:
        p.attach()
        p.receiver.mute = True
        time.sleep(0.3)
        old = b"$GPRMC,000000,A,3751.65,S,14507.36,E,000.0,360.0,010100,011.3,E*6C\r\n"
        p.wait("full", lambda: p.port.write(old * 300, 30) or p.counts()["lost"], 90)
        p.receiver.mute = False
        p.prove_moves("and goes on losing", lambda m: m["lost"] > 50, 1.2)
        expect_health(g)


@test()
def inverted_by_design(g):
    """The wiring inverts, and the daemon takes the clear edge: that is on time."""
    with patient(g, pulse_inverted=True) as p:
        p.attach()
        p.wait_measured()
        with impostor(g, "chronyd", "/dev/" + p.pps):
            p.prove("clear only", p.sh("meddle capture /dev/%s 2" % p.pps) == "2\n")
            p.prove_moves("no assert", lambda m: m["assert"] == 0 and m["clear"] >= 2)
            expect_health(g)


@test()
def pulse_and_nothing_else(g):
    """An oscillator's pulse on DCD, for a daemon that has its seconds from elsewhere."""
    port = g.ports["isa2"]
    with patient(g) as p:
        port.detach_receiver()
        port.pulse(width_ms=50)
        p.attach()
        with impostor(g, "chronyd", "/dev/" + p.pps):
            p.prove_moves("no character", lambda m: m["rx"] == 0 and m["assert"] >= 2)
            expect_health(g)


@test()
def receiver_told_to_say_nothing(g):
    """$PGRMO,,2: the sentences are off, and were when the port was attached."""
    with patient(g) as p:
        p.receiver.stored.sentences = set()
        time.sleep(2)
        p.attach()
        p.prove_moves("no character", lambda m: m["rx"] == 0 and m["assert"] >= 2)
        expect_health(g)


@test(append="8250.nr_uarts=32 lockdown=integrity threadirqs console=ttyS3,115200 console=hvc0",
      cards=4)
def locked_down_and_sixteen_ports(g):
    """The boot that serves them all; what it says beside is in the matrix' words."""
    assert "[integrity]" in g.run("cat /sys/kernel/security/lockdown").out
    assert g.run("head -c 1 /dev/port").rc != 0
    sixteen_ports(g)
    with ward(g, ("isa1", "isa2")):
        for verdict in expect_health(g).values():
            assert finding(verdict, "kernel.lockdown")["severity"] == "info"
            assert finding(verdict, "host.irq-thread")["severity"] == "warn"
    expect_console_fault(g)


def expect_console_fault(g):
    port = g.ports["isa3"]
    assert "ttyS3" in g.run("cat /proc/consoles").out
    port.attach_receiver(PlainReceiver)
    g.run("ldattach -s 4800 pps " + port.tty, check=True)
    expect(g, "uart.console", port.tty)
    g.run("pkill ldattach")
    port.detach_receiver()


def refuse_the_seventeenth(g, tty):
    r = g.run("gpsppsctl attach --once --unit 77 " + tty)
    assert r.rc == 2 and r.err.splitlines() == [
        "gpsppsctl: %s: cannot set line discipline: Device or resource busy" % tty,
        "gpsppsctl: hint: the kernel has 16 pulse sources at most: ls /sys/class/pps, detach one",
    ], r


def sixteen_ports(g):
    """All that the kernel has PPS sources for (PPS_MAX_SOURCES)."""
    ports = [g.ports[name] for name in SIXTEEN]
    for port in ports:
        port.attach_receiver(PlainReceiver)
    g.put(TABLE, "".join("%d %s\n" % (n, p.tty) for n, p in enumerate(ports)))
    g.run("gpsppsctl attach --daemon " + " ".join(port.tty for port in ports), check=True,
          timeout=180)
    try:
        assert len(g.run("pgrep -x gpsppsctl").out.split()) == 1
        refuse_the_seventeenth(g, g.ports["isa2"].tty)
        assert len(g.run("ls -d /sys/class/pps/pps*").out.split()) == 16
        count = "cat /sys/class/pps/pps*/assert | cut -d'#' -f2"
        before = g.run(count).out.split()
        g.wait_until(lambda: all(int(b) - int(a) >= 3 for a, b in
                                 zip(before, g.run(count, quiet=True).out.split())), 20,
                     "not all of them pulse", interval=1)
        assert len(expect_health(g)) == 16
    finally:
        at_once(ports, lambda port: g.run("gpsppsctl detach " + port.tty))
        for port in ports:
            port.detach_receiver()
