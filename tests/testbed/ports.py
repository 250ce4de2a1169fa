# SPDX-License-Identifier: GPL-2.0-or-later
"""The guest's serial ports, seen from the outer end of their cables."""

import collections
import fcntl
import mmap
import os
import pty
import select
import struct
import termios
import time
import tty

from channels import PATIENCE
from images import Trouble

# struct shim_port and struct shim_line of shim.c
NR_PORTS = 64
PORT = struct.Struct("<QIIII")
LINE = struct.Struct("<IIqqqqqqqqII")
LINES = ("dcd", "cts", "dsr", "ri")
PORT_SIZE = PORT.size + len(LINES) * LINE.size
SEQ, EXACT, OUT = 8, 12, 16		# offsets in struct shim_port

LOW, HIGH, PULSE, CROSS = range(4)
OUTPUT_BIT = {"rts": 0x004, "dtr": 0x002}	# TIOCM_RTS, TIOCM_DTR

BAUD = {getattr(termios, "B%d" % n): n for n in
        (50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600,
         19200, 38400, 57600, 115200, 230400)}

Outputs = collections.namedtuple("Outputs", "rts dtr")


class ControlPage:
    """The memory shared with the shim in QEMU."""

    def __init__(self, path):
        self.path = path
        size = PORT_SIZE * NR_PORTS
        with open(path, "wb+") as f:
            f.truncate(size)
            self.map = mmap.mmap(f.fileno(), size)

    def _u32(self, port, offset):
        return struct.unpack_from("<I", self.map, port * PORT_SIZE + offset)[0]

    def _set_u32(self, port, offset, value):
        struct.pack_into("<I", self.map, port * PORT_SIZE + offset, value)

    def add(self, port, rdev):
        PORT.pack_into(self.map, port * PORT_SIZE, rdev, 0, 1, 0, 0)

    def outputs(self, port):
        return self._u32(port, OUT)

    def exact(self, port):
        return bool(self._u32(port, EXACT))

    def set_exact(self, port, exact):
        self._set_u32(port, EXACT, bool(exact))

    def set_line(self, port, line, fields):
        """The sequence number is odd while the line is half written."""
        seq = self._u32(port, SEQ)
        self._set_u32(port, SEQ, (seq + 1) & 0xffffffff)
        LINE.pack_into(self.map, port * PORT_SIZE + PORT.size +
                       LINES.index(line) * LINE.size, *fields)
        self._set_u32(port, SEQ, (seq + 2) & 0xffffffff)

    def line(self, port, line):
        return LINE.unpack_from(self.map, port * PORT_SIZE + PORT.size +
                                LINES.index(line) * LINE.size)


class Port:
    """
    One serial port of the guest.

    .fd is the end of the cable (a pty's master, non-blocking), for a receiver
    model or for the test's own write() and read().  .tty is the guest's name,
    None while a PCI port is not plugged in.
    """

    def __init__(self, guest, name, index):
        self.guest = guest
        self.name = name
        self.index = index
        self.page = guest.page
        self.tty = None
        self.receiver = None
        self.fd, self._slave = pty.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self.fd, False)
        self.path = os.ttyname(self._slave)
        self.page.add(index, os.stat(self.path).st_rdev)
        self.reset_lines()

    def __repr__(self):
        return "<port %s %s>" % (self.name, self.tty)

    def close(self):
        self.detach_receiver()
        os.close(self.fd)
        os.close(self._slave)

    # -- modem lines --

    def _set(self, line, mode, inverted=False, period=0, width=0, phase=0,
             jitter=0, extra=0, miss_every=0, miss=(0, 0), cross=(0, 0)):
        self.page.set_line(self.index, line,
                           (mode, inverted, period, width, phase, jitter, extra,
                            miss_every, *miss, *cross))

    def pulse(self, line="dcd", period_ms=1000, width_ms=100, phase_ms=0,
              inverted=False, jitter_us=0, miss_every=0, extra_ms=None):
        """
        Pulses at each whole PERIOD of the host's clock, PHASE after it; every
        MISS_EVERY-th is left out; EXTRA after each there is a second one.
        """
        self._set(line, PULSE, inverted, round(period_ms * 1000),
                  round(width_ms * 1000), round(phase_ms * 1000),
                  round(jitter_us), round((extra_ms or 0) * 1000), miss_every)

    def miss(self, count, line="dcd"):
        """Leave out the next COUNT pulses of a line that pulses."""
        fields = list(self.page.line(self.index, line))
        period, phase = fields[2], fields[4]
        if fields[0] != PULSE or not period:
            raise ValueError("%s of %s does not pulse" % (line, self.name))
        following = (time.time_ns() // 1000 - phase) // period + 1
        fields[8:10] = following, following + count
        self.page.set_line(self.index, line, fields)

    def level(self, line, level):
        """Hold a line at a level: also how a line is stuck."""
        self._set(line, HIGH if level else LOW)

    def cross(self, line, from_port, output):
        """Wire a line to the RTS or DTR of another port (or of this one)."""
        self._set(line, CROSS,
                  cross=(from_port.index, OUTPUT_BIT[output]))

    def reset_lines(self):
        for line in LINES:
            self.level(line, line in ("cts", "dsr"))
        self.exact = True

    @property
    def exact(self):
        """Edges to 0.1 ms; without it QEMU sees them up to 10 ms late."""
        return self.page.exact(self.index)

    @exact.setter
    def exact(self, value):
        self.page.set_exact(self.index, value)

    @property
    def outputs(self):
        """RTS and DTR as the guest set them last."""
        out = self.page.outputs(self.index)
        return Outputs(bool(out & OUTPUT_BIT["rts"]),
                       bool(out & OUTPUT_BIT["dtr"]))

    # -- data --

    @property
    def baud(self):
        """The speed the guest's UART is set to; 0 while the port is closed."""
        if not any(self.outputs):
            return 0
        return BAUD.get(termios.tcgetattr(self._slave)[5], 0)

    def write(self, data, timeout=5):
        """Send bytes to the guest; what the pty does not take is an error."""
        end = time.monotonic() + timeout * PATIENCE
        while data:
            wait = end - time.monotonic()
            if wait <= 0 or not select.select([], [self.fd], [], wait)[1]:
                raise TimeoutError("%s: the guest does not read" % self.name)
            data = data[os.write(self.fd, data):]

    def read(self, timeout=0):
        """The bytes from the guest; b"" if there are none before TIMEOUT."""
        if not select.select([self.fd], [], [], timeout)[0]:
            return b""
        try:
            return os.read(self.fd, 65536)
        except BlockingIOError:
            return b""

    def flush(self):
        """Forget what is under way in either direction."""
        fcntl.ioctl(self._slave, termios.TCFLSH, termios.TCIOFLUSH)
        while self.read():
            pass

    # -- receivers --

    def attach_receiver(self, cls, **kwargs):
        """Wire a receiver model to the port in place of what was there."""
        self.detach_receiver()
        self.receiver_options = kwargs
        self.receiver = cls(self, **kwargs)
        self.receiver.start()
        return self.receiver

    def detach_receiver(self):
        if self.receiver:
            self.receiver.stop()
        self.receiver = None

    # -- hot plugging --

    @property
    def plugged(self):
        return self.tty is not None

    def plug(self, timeout=20):
        raise Trouble("%s is soldered to the board" % self.name)

    unplug = plug


class IsaPort(Port):
    """A port of the board: ttyS1 is isa1 and so on."""

    IRQ = {1: 3, 2: 5, 3: 7}

    def __init__(self, guest, number, index):
        super().__init__(guest, "isa%d" % number, index)
        self.tty = "/dev/ttyS%d" % number
        self.device = ("isa-serial,id=%s,chardev=%s,index=%d,irq=%d" %
                       (self.name, self.name, number, self.IRQ[number]))


class PciPort(Port):
    """A PCI card with one port, in a slot of its own; not there at boot."""

    FIRST_SLOT = 0x10
    FIND_TTY = ("find /sys/bus/pci/devices/%s/ -maxdepth 4 -name 'ttyS[0-9]*'"
                " 2>/dev/null")

    def __init__(self, guest, number, index):
        super().__init__(guest, "pci%d" % number, index)
        self.slot = self.FIRST_SLOT + number - 1
        self.address = "0000:00:%02x.0" % self.slot
        self.device = None

    def plug(self, timeout=20):
        self.guest.qmp("device_add", driver="pci-serial", id=self.name,
                       chardev=self.name, addr="%#x" % self.slot)
        self.guest.wait_until(self._find_tty, timeout,
                              "%s: no tty after plugging" % self.name)
        return self.tty

    def _find_tty(self):
        out = self.guest.run(self.FIND_TTY % self.address, quiet=True).out
        if out:
            self.tty = "/dev/" + os.path.basename(out.split()[0])
        return bool(out)

    def unplug(self, timeout=20):
        mark = self.guest.qmp_mark()
        self.guest.qmp("device_del", id=self.name)
        self.guest.qmp_event("DEVICE_DELETED", timeout, mark, device=self.name)
        self.tty = None


class SlotPort(Port):
    """A PCI card with one port that is there at boot."""

    FIRST_SLOT = 0x10

    def __init__(self, guest, number, index):
        super().__init__(guest, "slot%d" % number, index)
        self.slot = self.FIRST_SLOT + number - 1
        self.device = "pci-serial,chardev=%s,addr=%#x" % (self.name, self.slot)

    def find_tty(self):
        found = self.guest.run(PciPort.FIND_TTY % ("0000:00:%02x.0" % self.slot),
                               check=True, quiet=True).out.split()
        self.tty = "/dev/" + os.path.basename(found[0])


class Pl011Port(Port):
    """The board's own port on arm64.  QEMU gives it no modem lines to look at."""

    def __init__(self, guest, index):
        super().__init__(guest, "pl011", index)
        self.tty = "/dev/ttyAMA0"
        self.device = None


class CardPort(Port):
    """One of the four ports of a PCI card that is there at boot."""

    PORTS = 4
    FIRST_SLOT = 0x08

    def __init__(self, guest, number, index):
        super().__init__(guest, "card%d" % number, index)
        self.card, self.at = divmod(number - 1, self.PORTS)
        self.device = None

    @classmethod
    def card_device(cls, ports):
        """QEMU's word for the card of these four."""
        chardevs = ",".join("chardev%d=%s" % (n + 1, p.name) for n, p in enumerate(ports))
        return "pci-serial-4x,addr=%#x,%s" % (cls.FIRST_SLOT + ports[0].card, chardevs)

    def find_tty(self):
        """The driver counts a card's ports in their order."""
        found = self.guest.run(PciPort.FIND_TTY % ("0000:00:%02x.0" % (self.FIRST_SLOT + self.card)),
                               check=True, quiet=True).out
        ttys = sorted((os.path.basename(path) for path in found.split()),
                      key=lambda tty: int(tty.removeprefix("ttyS")))
        self.tty = "/dev/" + ttys[self.at]
