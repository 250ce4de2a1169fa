# SPDX-License-Identifier: GPL-2.0-or-later
"""
Another processor with another board: Debian's arm64 kernel on QEMU's virt.

slot1 and slot2 are 16550A on PCI cards.  The board's own port is a PL011, whose driver
(drivers/tty/serial/amba-pl011.c) has no set_ldisc: nothing arms it when N_PPS is attached.
QEMU's model of it has no modem inputs, so no pulse ever comes by it.
"""

from patient import Patient
from testbed import Skip, test
from verdict import diag, expect, finding

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
        p.poke(IER, p.register(IER) & ~MSI)
        expect(g, "uart.msi-off", p.tty)
        pps = p.pps
        r = g.run("gpsppsctl diag --fix --yes " + p.tty, timeout=60)
        assert p.register(IER) & MSI, r
        assert p.find_pulse() == pps
        prove_pulses(p)
    finally:
        p.detach()


def mask(g):
    r = g.run("busybox devmem %#x 32" % UARTIMSC)
    if r.rc:
        raise Skip("the kernel does not let /dev/mem see the PL011: " + r.err.strip())
    return int(r.out, 16)


@test(guest="arm64")
def the_boards_own_port_is_attached_and_named(g):
    """What a driver without set_ldisc makes of N_PPS, and what arms it all the same."""
    p = one_patient(g, "pl011", unit=1)
    p.attach("")
    try:
        assert links(g) == ["gps1", "gpspps1"]
        if int(p.sysfs("flags"), 16) & HARDPPS_CD:
            assert mask(g) & DCDMIM
        else:
            assert not mask(g) & DCDMIM
            expect(g, "driver.no-set-ldisc", p.tty)
            g.run("gpsppsctl diag --fix --yes " + p.tty, timeout=60)
        armed(g, p)
    finally:
        p.detach()
    assert links(g) == [] and pulse_devices(g) == ""
    assert not mask(g) & DCDMIM


def armed(g, p):
    """The chip reports its DCD pin, whose level never changes: what diag then says."""
    pps = p.pps
    p.wait("armed", lambda: int(p.sysfs("flags"), 16) & HARDPPS_CD and mask(g) & DCDMIM)
    assert p.find_pulse() == pps
    rc, verdict = diag(g, p.tty)
    assert rc == 1 and verdict["cause"] == "signal.absent", verdict["cause"]
    assert finding(verdict, "driver.no-set-ldisc")["severity"] != "fail"
