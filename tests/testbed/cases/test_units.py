# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of units: ports by other names than ttyN, and pulses from elsewhere than their port."""

import contextlib

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
        # the second one is the only one at a boot: a link that is not there yet decides
        unplug_usb(g, 1)
        g.reboot()
        wait_unit(g, 4, "ttyUSB0")
        assert link(g, "/dev/gps3") == ""
        assert plug_usb(g, 1) == "ttyUSB1"
        wait_unit(g, 3, "ttyUSB1")
        assert link(g, "/dev/gps4") == "ttyUSB0"
