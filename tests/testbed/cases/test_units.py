# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of units: ports by other names than ttyN, and pulses from elsewhere than their port."""

import contextlib
import json

from testbed import test
from timeserver import UNIT, is_active, link, reload, restored

USB_PATH = "/dev/serial/by-path/pci-0000:00:1e.0-usb-0:{}:1.0-port0"
USB_ID = "/dev/serial/by-id/usb-QEMU_QEMU_USB_SERIAL_sn{}-if00-port0"


@contextlib.contextmanager
def usb_adapters(g):
    """
    QEMU's FTDI adapters, nobody at their other end, on a controller of their own
    that stays for as long as the guest.
    """
    if not hasattr(g, "usb"):
        g.usb = g.qmp("device_add", driver="qemu-xhci", id="xhci", addr="0x1e")
        for n in (1, 2):
            g.qmp("chardev-add", id=f"usb{n}", backend={"type": "null", "data": {}})
    try:
        yield
    finally:
        for n in (1, 2):
            if usb_tty(g, n):
                unplug_usb(g, n)


def usb_tty(g, n):
    return link(g, USB_PATH.format(n)).rpartition("/")[2]


def plug_usb(g, n):
    g.qmp("device_add", driver="usb-serial", id=f"usb{n}", chardev=f"usb{n}", bus="xhci.0", port=str(n),
          serial=f"sn{n}", always_plugged=True)
    g.wait_until(lambda: usb_tty(g, n), 30, f"no adapter in socket {n}")
    return usb_tty(g, n)


def unplug_usb(g, n):
    mark = g.qmp_mark()
    g.qmp("device_del", id=f"usb{n}")
    g.qmp_event("DEVICE_DELETED", 30, mark, device=f"usb{n}")
    g.wait_until(lambda: not usb_tty(g, n), 30, f"the adapter in socket {n} stays")


def wait_unit(g, number, tty):
    """Both links lead to the port, and its service holds it."""
    g.wait_until(lambda: link(g, f"/dev/gps{number}") == tty, 30, f"/dev/gps{number} is not {tty}")
    g.wait_until(lambda: link(g, f"/dev/gpspps{number}").startswith("pps"), 30, f"no /dev/gpspps{number}")
    pps = link(g, f"/dev/gpspps{number}")
    assert g.run(f"cat /sys/class/pps/{pps}/path").out.strip() == f"/dev/{tty}"
    g.wait_until(lambda: is_active(g, UNIT.format(tty)), 30, f"{tty}'s service is not active")


@test(guest="full")
def test_a_port_by_path_and_by_id_keeps_its_unit_when_its_number_changes(g):
    with restored(g), usb_adapters(g):
        g.put("/etc/gpsppsctl.conf", f"3 {USB_PATH.format(1)}\n4 {USB_ID.format(2)}\n")
        reload(g)
        first, second = plug_usb(g, 1), plug_usb(g, 2)
        assert (first, second) == ("ttyUSB0", "ttyUSB1"), (first, second)
        wait_unit(g, 3, first)
        wait_unit(g, 4, second)
        # the second one is found first: a link that is not there yet decides
        unplug_usb(g, 1)
        unplug_usb(g, 2)
        assert plug_usb(g, 2) == "ttyUSB0"
        wait_unit(g, 4, "ttyUSB0")
        assert link(g, "/dev/gps3") == ""
        assert plug_usb(g, 1) == "ttyUSB1"
        wait_unit(g, 3, "ttyUSB1")
        assert link(g, "/dev/gps4") == "ttyUSB0"


# ---- pulses from elsewhere ----

SENTENCES, PULSE = "isa1", "isa2"


@contextlib.contextmanager
def table(g, text):
    g.put("/etc/gpsppsctl.conf", text)
    try:
        yield
    finally:
        g.run("for p in 1 2 3; do gpsppsctl detach ttyS$p; done 2>/dev/null; pkill -x ldattach; "
              "rm -f /etc/gpsppsctl.conf", quiet=True)


def pps_of(g, tty):
    """The source made from a port: "pps0"."""
    out = g.run(f"grep -lx /dev/{tty} /sys/class/pps/*/path", quiet=True).out
    return out.split("/")[4] if out else ""


def attach(g, ttys, options=""):
    return g.run(f"gpsppsctl attach --daemon {options} {ttys}", check=True).out


def diag(g, what=""):
    """Cause by port, or by source where there is no port."""
    result = g.run(f"gpsppsctl diag --json {what}", timeout=60)
    ports = json.loads(result.out)["ports"]
    return result.rc, {(p["port"] or "/dev/" + (p["pps"] or ""))[5:]: p["cause"] for p in ports}


def holds_healthy(g, what, expected):
    """A port that was attached a moment ago may not have had its three pulses yet."""
    for _ in range(3):
        rc, causes = diag(g, what)
        if rc == 0:
            break
    assert (rc, causes) == (0, expected), (rc, causes)


def ldattach(g, tty):
    """A source that is there already and that nobody of ours has made: the kernel names it serialN."""
    g.run(f"ldattach pps /dev/{tty}", check=True)
    g.wait_until(lambda: pps_of(g, tty), 20, f"no source of {tty}")
    return pps_of(g, tty), g.run(f"cat /sys/class/pps/{pps_of(g, tty)}/name", check=True).out.strip()


@test()
def test_sentences_from_one_port_and_the_pulse_from_another(g):
    sentences, pulse = g.ports[SENTENCES].tty[5:], g.ports[PULSE].tty[5:]
    g.ports[PULSE].pulse()
    with table(g, f"3 {sentences} pulse=/dev/{pulse}\n"):
        out = attach(g, f"{sentences} {pulse}")
        assert f"from /dev/{pulse}: gpsppsctl attach /dev/{pulse}" in out, out
        assert f"/dev/gps3 -> {sentences}\n" in out and "for its pulse only" in out, out
        assert link(g, "/dev/gps3") == sentences
        assert link(g, "/dev/gpspps3") == pps_of(g, pulse)
        assert not pps_of(g, sentences)
        assert " cread" in g.run(f"stty -a -F /dev/{sentences}").out
        assert "-cread" in g.run(f"stty -a -F /dev/{pulse}").out
        holds_healthy(g, "", {sentences: None, pulse: None})
        assert f"sentences only: the pulse comes from /dev/{pulse}" in g.run(
            f"gpsppsctl diag {sentences}", timeout=60).out
        g.ports[PULSE].level("dcd", False)
        g.wait_until(lambda: diag(g)[1] == {sentences: None, pulse: "signal.absent"}, 60,
                     "the lost pulse is not named, and alone")
        for tty in (sentences, pulse):
            g.run(f"gpsppsctl detach {tty}", check=True)
        assert link(g, "/dev/gps3") == link(g, "/dev/gpspps3") == ""
        assert " cread" in g.run(f"stty -a -F /dev/{pulse}").out


@test()
def test_the_pulse_of_a_source_with_a_name(g):
    sentences = g.ports[SENTENCES].tty[5:]
    g.ports[PULSE].pulse()
    pps, name = ldattach(g, g.ports[PULSE].tty[5:])
    with table(g, f"4 {sentences} pulse={name}\n"):
        out = attach(g, sentences, "--wait-pulse 20")
        assert f"from {name}, /dev/{pps}, first pulse after" in out, out
        assert link(g, "/dev/gps4") == sentences and link(g, "/dev/gpspps4") == pps
        holds_healthy(g, "", {sentences: None, pps: None})
        # a name that no source has
        g.put("/etc/gpsppsctl.conf", f"4 {sentences} pulse=pps-gpio.-1\n")
        assert diag(g) == (1, {sentences: None, "": "port.absent"}), diag(g)
        assert "NO PULSE: there is no source named pps-gpio.-1" in g.run("gpsppsctl diag", timeout=60).out
        g.run(f"gpsppsctl detach {sentences}", check=True)
        assert link(g, "/dev/gpspps4") == "" and pps_of(g, g.ports[PULSE].tty[5:]) == pps


@test()
def test_a_pulse_without_sentences(g):
    sentences, pulse = g.ports[SENTENCES].tty[5:], g.ports[PULSE].tty[5:]
    g.ports[PULSE].pulse()
    out = attach(g, pulse, "--pulse-only --unit 5 --wait-pulse 20")
    assert "first pulse after" in out and "/dev/gps5" not in out, out
    assert link(g, "/dev/gps5") == "" and link(g, "/dev/gpspps5") == pps_of(g, pulse)
    holds_healthy(g, pulse, {pulse: None})      # by its holder's word: there is no table
    g.run(f"gpsppsctl detach {pulse}", check=True)
    with table(g, f"5 - pulse={pulse}\n6 {sentences} pulse=none\n"):
        attach(g, pulse)
        assert link(g, "/dev/gps5") == "" and link(g, "/dev/gpspps5") == pps_of(g, pulse)
        for options, reason in (("--pulse-only", f"write a line such as: 6 - pulse=/dev/{sentences}"),
                                ("--wait-pulse 3", "its unit has no pulse")):
            refused = g.run(f"gpsppsctl attach --daemon {options} {sentences}")
            assert refused.rc == 2 and reason in refused.err, refused
        out = attach(g, sentences)
        assert "none, by the table" in out and link(g, "/dev/gpspps6") == "", out
        holds_healthy(g, "", {pulse: None, sentences: None})


@test(guest="full")
def test_udev_and_systemd_give_each_port_its_part(g):
    sentences, pulse, other = (g.ports[name].tty[5:] for name in (SENTENCES, PULSE, "isa3"))
    for name in (PULSE, "isa3"):
        g.ports[name].pulse()
    with restored(g):
        pps, name = ldattach(g, other)
        g.put("/etc/gpsppsctl.conf", f"0 {sentences} pulse={pulse}\n1 - pulse={name}\n")
        reload(g)
        g.wait_until(lambda: link(g, "/dev/gps0") == sentences, 30, "no /dev/gps0")
        g.wait_until(lambda: link(g, "/dev/gpspps0") == pps_of(g, pulse) != "", 30, "no /dev/gpspps0")
        g.wait_until(lambda: link(g, "/dev/gpspps1") == pps, 30, "no /dev/gpspps1")
        for tty in (sentences, pulse):
            g.wait_until(lambda: is_active(g, UNIT.format(tty)), 30, f"{tty}'s service is not active")
            assert "E: ID_MM_PORT_IGNORE=1" in g.run(f"udevadm info /dev/{tty}").out
        assert not is_active(g, UNIT.format(other))
        assert link(g, "/dev/gps1") == "" and not pps_of(g, sentences)
        for node in (sentences, pulse, pps, pps_of(g, pulse)):
            assert g.run(f"stat -c '%a %G' /dev/{node}").out.strip() == "660 dialout", node
        # a source that comes after the table
        g.run("pkill -x ldattach", check=True)
        g.wait_until(lambda: link(g, "/dev/gpspps1") == "", 30, "its link stays")
        pps, _ = ldattach(g, other)
        g.wait_until(lambda: link(g, "/dev/gpspps1") == pps, 30, "no /dev/gpspps1 again")
        assert g.run("systemctl is-active dev-gps0.device dev-gpspps0.device dev-gpspps1.device").rc == 0
        # without a line of the table: udev hears of it from attach
        g.run(f"gpsppsctl detach {pulse}; rm /etc/gpsppsctl.conf", check=True)
        attach(g, pulse, "--pulse-only --unit 7")
        assert link(g, "/dev/gpspps7") == pps_of(g, pulse) and link(g, "/dev/gps7") == ""
        assert g.run(f"stat -c '%a %G' /dev/{pps_of(g, pulse)}").out.strip() == "660 dialout"
        g.run(f"gpsppsctl detach {pulse}", check=True)
        assert link(g, "/dev/gpspps7") == ""
