# SPDX-License-Identifier: GPL-2.0-or-later
"""
Another processor with another board: Debian's arm64 kernel on QEMU's virt.

slot1 and slot2 are 16550A on PCI cards.  The board's own port is a PL011, whose driver
(drivers/tty/serial/amba-pl011.c) has no set_ldisc: nothing arms it when N_PPS is attached.
QEMU's model of it has no modem inputs, so no pulse ever comes by it.
"""

from holding import await_event
from patient import Patient
from testbed import Skip, test
from verdict import expect, finding

HARDPPS_CD = 0x800		# UPF_HARDPPS_CD of the port's flags
IER, MSI = 1, 0x08
# ARM's DDI 0183, section 3.3.10: mask set/clear of the PL011 at 0x9000000 of virt
UARTIMSC, DCDMIM = 0x9000038, 1 << 2


def links(g):
    return g.run("cd /dev; ls -d gps* 2>/dev/null; true").out.split()


def pulse_devices(g):
    return g.run("ls /sys/class/pps").out


def one_patient(g, name, unit=0):
    p = Patient(g, g.ports[name], unit)
    g.run("rm -f /run/gpsppsctl/%s.events" % p.name)
    return p


def prove_pulses(p):
    """Both edges, once a second."""
    p.prove_moves("pulses", lambda m: m["assert"] >= 2 and m["clear"] >= 1 and m["dcd"] >= 3)


@test(guest="arm64")
def attach_on_a_pci_port(g):
    p = one_patient(g, "slot1")
    before = p.stty(), p.sysfs("flags")
    p.prove("another processor", g.run("uname -m").out == "aarch64\n")
    p.attach("")
    try:
        assert links(g) == ["gps0", "gpspps0"]
        assert g.run("readlink -f /dev/gpspps0").out == "/dev/%s\n" % p.pps
        assert int(p.sysfs("flags"), 16) & HARDPPS_CD
        assert p.register(IER) & MSI
        prove_pulses(p)
        assert abs((p.stamps()[0] + 0.5) % 1 - 0.5) < 0.05, p.stamps()
        expect(g, None, p.tty)
        r = g.run("gpsppsctl detach " + p.tty)
        assert (r.rc, r.err) == (0, ""), r
    finally:
        p.detach()
    assert links(g) == [] and pulse_devices(g) == ""
    assert (p.stty(), p.sysfs("flags")) == before
    assert p.register(IER) == 0


@test(guest="arm64")
def a_dead_interrupt_is_named_and_healed(g):
    """/dev/port reaches the registers of PCI here too."""
    p = one_patient(g, "slot2", unit=1)
    p.attach("")
    try:
        prove_pulses(p)
        pps = p.pps
        p.poke(IER, p.register(IER) & ~MSI)
        expect(g, "uart.msi-off", p.tty)
        # the holder's watch, not diag, puts it right
        text = await_event(g, p.port, "healed", timeout=60)
        assert text.startswith("DCD's interrupt armed again, %s stays" % pps), text
        assert p.register(IER) & MSI
        prove_pulses(p)
    finally:
        p.detach()


def mask(g):
    r = g.run("busybox devmem %#x 32" % UARTIMSC)
    if r.rc:
        raise Skip("the kernel does not let /dev/mem see the PL011: " + r.err.strip())
    return int(r.out, 16)


@test(guest="arm64")
def the_boards_own_port_is_armed_and_named(g):
    """
    attach arms a driver that does not notice N_PPS; the chip reports its DCD pin
    then, whose level never changes, and diag says that nothing arrives.
    """
    p = one_patient(g, "pl011", unit=1)
    p.attach("")
    try:
        assert links(g) == ["gps1", "gpspps1"]
        assert int(p.sysfs("flags"), 16) & HARDPPS_CD
        assert mask(g) & DCDMIM
        port = expect(g, "signal.absent", p.tty)
        assert finding(port, "driver.no-set-ldisc")["severity"] == "ok"
    finally:
        p.detach()
    assert links(g) == [] and pulse_devices(g) == ""
    assert not mask(g) & DCDMIM and not int(p.sysfs("flags"), 16) & HARDPPS_CD
