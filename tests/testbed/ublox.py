# SPDX-License-Identifier: GPL-2.0-or-later
"""A u-blox receiver at the other end of a serial line.

Ublox(port) sends its sentences on port.fd (the master of a pty) once a second,
character by character at its own speed, and answers UBX packets and $PUBX
sentences.  protver below 27 is told by packets of the class CFG (u-blox 5 to 8),
27 and later by keys (F9, M9, M10).

Sources: "M8" the u-blox 8 / M8 protocol specification UBX-13003221, "F9" the
ZED-F9P interface description UBX-18010854.  ASSUMED marks what neither says.
"""

import copy
import math
import os
import re
import select
import struct
import sys
import threading
import time

from garmin18 import BITS_PER_CHAR, IDLE_S, TICK_S, LineScanner, frame, resample

SPEEDS = (4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800)
ACK, CFG, MON = 0x05, 0x06, 0x0A
MSG, CFG_CFG, VALSET, VALGET, MON_VER = 0x01, 0x09, 0x8A, 0x8B, 0x04
RAM, BATTERY, FLASH = 1, 2, 4
INPUT_MAX = 1024

# Name, class and id in CFG-MSG (M8), key for UART1 (F9), in the order of emission.
SENTENCES = (
    ("RMC", 0xF0, 0x04, 0x209100AC), ("VTG", 0xF0, 0x05, 0x209100B1), ("GGA", 0xF0, 0x00, 0x209100BB),
    ("GSA", 0xF0, 0x02, 0x209100C0), ("GSV", 0xF0, 0x03, 0x209100C5), ("GLL", 0xF0, 0x01, 0x209100CA),
    ("GNS", 0xF0, 0x0D, 0x209100B6), ("GST", 0xF0, 0x07, 0x209100D4), ("ZDA", 0xF0, 0x08, 0x209100D9),
    ("GRS", 0xF0, 0x06, 0x209100CF), ("GBS", 0xF0, 0x09, 0x209100DE), ("DTM", 0xF0, 0x0A, 0x209100A7),
    ("VLW", 0xF0, 0x0F, 0x209100E8), ("PUBX00", 0xF1, 0x00, 0x209100ED), ("PUBX03", 0xF1, 0x03, 0x209100F2),
    ("PUBX04", 0xF1, 0x04, 0x209100F7),
)
BY_MESSAGE = {(kind, ident): name for name, kind, ident, _ in SENTENCES}
BY_KEY = {key: name for name, _, _, key in SENTENCES}
FACTORY_SET = {"RMC", "VTG", "GGA", "GSA", "GSV", "GLL"}

# Key (F9): attribute of Memory; its size is in its uppermost digit.
KEYS = {
    0x10050007: "active", 0x10050008: "lock_gnss", 0x10050009: "locked_other", 0x20050023: "is_freq",
    0x20050030: "is_length", 0x1005000A: "aligned", 0x1005000B: "rising", 0x40050002: "period",
    0x40050003: "period_locked", 0x40050004: "length", 0x40050005: "length_locked",
    0x30210001: "measure_ms", 0x30210002: "navigate", 0x20930001: "nmea_version", 0x40520001: "baud",
}
FLAGS = ("active", "lock_gnss", "locked_other", "is_freq", "is_length", "aligned", "rising")
KEY_SIZE = {1: "B", 2: "B", 3: "H", 4: "I"}

TP5 = struct.Struct("<BB2xhhIIIIiI")
RATE = struct.Struct("<HHH")
PRT = struct.Struct("<BxHIIHHH2x")


def packet(kind, ident, payload=b""):
    body = struct.pack("<BBH", kind, ident, len(payload)) + payload
    a = b = 0
    for byte in body:
        a = (a + byte) & 0xFF
        b = (b + a) & 0xFF
    return b"\xb5\x62" + body + bytes((a, b))


class Memory:
    """The settings of one layer; the factory's, to begin with (M8, CFG-TP5 and others)."""

    def __init__(self, baud=9600):
        self.sentences = set(FACTORY_SET)
        self.baud = baud
        self.mode, self.protocols_in, self.protocols_out = 0x8D0, 7, 3
        self.measure_ms, self.navigate, self.time_reference = 1000, 1, 1
        self.nmea_version = 41
        self.nmea_rest = bytes((0,)) + bytes((0, 2)) + bytes(7) + bytes((1,)) + bytes(8)
        self.active = self.lock_gnss = self.locked_other = self.is_length = 1
        self.aligned = self.rising = 1
        self.is_freq, self.grid = 0, 1
        self.period = self.period_locked = 1000000
        self.length, self.length_locked = 0, 100000
        self.cable_ns = 50

    def copy(self):
        return copy.deepcopy(self)

    def is_sane(self):
        too_long = self.is_length and not self.is_freq and (
            self.length > self.period or self.length_locked > self.period_locked)
        return not too_long and self.measure_ms >= 25 and self.navigate >= 1 and self.baud in SPEEDS

    # The payloads of the packets

    def tp5(self):
        flags = sum(getattr(self, name) << n for n, name in enumerate(FLAGS)) | self.grid << 7
        return TP5.pack(0, 1, self.cable_ns, 0, self.period, self.period_locked, self.length,
                        self.length_locked, 0, flags)

    def set_tp5(self, payload):
        (_, _, self.cable_ns, _, self.period, self.period_locked, self.length, self.length_locked, _,
         flags) = TP5.unpack(payload)
        for n, name in enumerate(FLAGS):
            setattr(self, name, flags >> n & 1)
        self.grid = flags >> 7 & 15

    def rate(self):
        return RATE.pack(self.measure_ms, self.navigate, self.time_reference)

    def set_rate(self, payload):
        self.measure_ms, self.navigate, self.time_reference = RATE.unpack(payload)

    def nmea(self):
        version = 0x4B if self.nmea_version == 42 else int(str(self.nmea_version), 16)
        return self.nmea_rest[:1] + bytes((version,)) + self.nmea_rest[1:]

    def set_nmea(self, payload):
        self.nmea_rest = payload[:1] + payload[2:]
        self.nmea_version = {0x21: 21, 0x23: 23, 0x40: 40, 0x41: 41, 0x4B: 42}[payload[1]]

    def prt(self):
        return PRT.pack(1, 0, self.mode, self.baud, self.protocols_in, self.protocols_out, 0)

    def set_prt(self, payload):
        _, _, self.mode, self.baud, self.protocols_in, self.protocols_out, _ = PRT.unpack(payload)


# id: how it is read, how it is set, the length of its payload
CONFIGS = {0x31: (Memory.tp5, Memory.set_tp5, 32), 0x08: (Memory.rate, Memory.set_rate, 6),
           0x17: (Memory.nmea, Memory.set_nmea, 20), 0x00: (Memory.prt, Memory.set_prt, 20)}

# Every option of the constructor is an attribute too, and may be set at any time.
OPTIONS = {
    "protver": 18,
    "firmware": "SPG 3.01",
    "model": "NEO-M8N-0",
    "fix": True,
    "boot_s": 0.5,              # silent and deaf after power-up; ASSUMED
    "delay_ms": 60,             # from the pulse to the burst
    "has_battery": True,        # V_BCKP: the battery-backed RAM stays
    "has_flash": True,
    "takes_packets": True,      # inProtoMask has UBX
    "ack_at_new": False,        # a new speed is acknowledged at the new one; ASSUMED: units differ
    "silent": False,            # nothing is obeyed and nothing answered
    "yes_only": False,          # everything is acknowledged and nothing done
    "refuses": (),              # ids of the class CFG that are answered by NAK
    "mute": False,
}


class Ublox:
    """start(), stop(), reset() (as it was made, and running), power_cycle().

    now is what is in use, battery and flash what is saved; received is the list of
    packets and sentences heard, without checksums; error is the exception that
    ended the thread, if one did."""

    def __init__(self, port, now=time.time, baud=9600, **options):
        unknown = set(options) - set(OPTIONS)
        if unknown:
            raise TypeError("unknown options: %s" % ", ".join(sorted(unknown)))
        self.port, self._clock, self._baud, self._options = port, now, baud, options
        self._lock = threading.RLock()
        self._thread = None
        self._running = False
        self._factory()

    # -- Life

    def _factory(self):
        for name, default in OPTIONS.items():
            setattr(self, name, self._options.get(name, default))
        self.received, self.error = [], None
        self.battery, self.flash = Memory(self._baud), Memory(self._baud)
        self.power_cycle()

    def power_cycle(self):
        """What was not saved is lost; without a battery what is not in flash, too."""
        with self._lock:
            if not self.has_battery:
                self.battery = self.flash.copy()
            self.now = self.battery.copy()
            self._input, self._scanner = b"", LineScanner()
            self._out, self._line_at = b"", self._clock()
            self._ready_at = self._clock() + self.boot_s
            self._epoch = None
            self._driven = None

    def start(self):
        if self._thread and self._thread.is_alive():
            return
        self._running, self.error = True, None
        self.power_cycle()
        self._thread = threading.Thread(target=self._run, name="ublox", daemon=True)
        self._thread.start()

    def stop(self):
        self._running = False
        thread, self._thread = self._thread, None
        if thread and thread is not threading.current_thread():
            thread.join(1.0)
        self.port.level("dcd", 0)

    def reset(self):
        self.stop()
        with self._lock:
            self._factory()
        self.start()

    def _run(self):
        try:
            poller = select.poll()
            poller.register(self.port.fd, select.POLLIN)
            while self._running:
                wait_s = self.step(self._clock())
                events = poller.poll(max(1, math.ceil(wait_s * 1000)))
                if events and not events[0][1] & select.POLLIN:
                    time.sleep(IDLE_S)  # nobody has the other end open
        except BaseException as error:  # told, never silent: tests would wait for ever
            self.error = error
            print("ublox: the receiver's thread ends: %r" % error, file=sys.stderr)

    def step(self, now):
        """One turn at the given time; gives the seconds until the next."""
        with self._lock:
            self._listen(now)
            self._pulse()
            if now < self._ready_at:
                return min(IDLE_S, self._ready_at - now)
            self._burst(now)
            self._transmit(now)
            return TICK_S if self._out else IDLE_S / 5

    # -- Output

    def _pulse(self):
        m = self.now
        width_us = m.length_locked if m.locked_other and self.fix else m.length
        wanted = width_us // 1000 if m.active and m.is_length and not m.is_freq else 0
        if wanted == self._driven:
            return
        self._driven = wanted
        if wanted:
            self.port.pulse(line="dcd", period_ms=1000, width_ms=wanted, phase_ms=0, inverted=not m.rising)
        else:
            self.port.level("dcd", 0)

    def _burst(self, now):
        interval_s = self.now.measure_ms * self.now.navigate / 1000
        epoch = math.floor((now - self.delay_ms / 1000) / interval_s)
        if self._epoch is None:
            self._epoch = epoch
        if epoch == self._epoch:
            return
        self._epoch = epoch
        at = time.gmtime(epoch * interval_s)
        for name, _, _, _ in SENTENCES:
            if name in self.now.sentences:
                for body in self._bodies(name, at):
                    self._say(frame(body))

    def _bodies(self, name, at):
        clock, place = time.strftime("%H%M%S.00", at), "5128.67400,N,00000.08400,W"
        mode, status = ("A", "A") if self.fix else ("N", "V")
        where = place if self.fix else ",,,"
        return {
            "RMC": ["GNRMC,%s,%s,%s,0.004,,%s,,,%s" % (clock, status, where, time.strftime("%d%m%y", at), mode)],
            "VTG": ["GNVTG,,T,,M,0.004,N,0.008,K,%s" % mode],
            "GGA": ["GNGGA,%s,%s,%d,08,1.01,45.2,M,45.4,M,," % (clock, where, bool(self.fix))],
            "GSA": ["GNGSA,A,%d,23,29,07,08,09,18,26,28,,,,,1.94,1.18,1.54" % (3 if self.fix else 1)],
            "GSV": ["GPGSV,2,%d,08,23,38,230,44,29,71,156,47,07,29,116,41,08,09,081,36" % n for n in (1, 2)],
            "GLL": ["GNGLL,%s,%s,%s,%s" % (where, clock, status, mode)],
            "GNS": ["GNGNS,%s,%s,%s,08,1.01,45.2,45.4,," % (clock, where, mode * 2)],
            "GST": ["GNGST,%s,1.8,,,,1.7,1.3,2.2" % clock],
            "ZDA": ["GNZDA,%s,%s,00,00" % (clock, time.strftime("%d,%m,%Y", at))],
            "GRS": ["GNGRS,%s,1,0.54,0.83,1.00,1.02,-2.12,2.64,-0.71,-1.18,,,," % clock],
            "GBS": ["GNGBS,%s,1.6,1.4,3.2,,,," % clock],
            "DTM": ["GNDTM,W84,,0.0,N,0.0,E,0.0,W84"],
            "VLW": ["GNVLW,,N,,N,15.8,N,1.2,N"],
            "PUBX00": ["PUBX,00,%s,%s,45.4,%s,2.1,2.0,0.0,77.5,0.0,,0.92,1.19,0.77,9,0,0" % (
                clock, where, "G3" if self.fix else "NF")],
            "PUBX03": ["PUBX,03,01,23,-,,,45,010"],
            "PUBX04": [self._pubx04(at)],
        }[name]

    @staticmethod
    def _pubx04(at):
        return "PUBX,04,%s,113851.00,1196,18,1930035,-2660.664,43" % time.strftime("%H%M%S.00,%d%m%y", at)

    def _say(self, data):
        if not self._out:
            self._line_at = self._clock()
        self._out += data

    def _transmit(self, now):
        """The characters whose time on the line is over, as the other end's speed reads them."""
        char_s = BITS_PER_CHAR / self.now.baud
        count = min(len(self._out), int((now - self._line_at) / char_s + 1e-6))
        data, self._out = self._out[:count], self._out[count:]
        self._line_at += count * char_s
        self._write(data)

    def _flush(self):
        """Before the speed changes what waits has left."""
        data, self._out = self._out, b""
        self._write(data)

    def _write(self, data):
        theirs = self.port.baud or self.now.baud
        if theirs != self.now.baud:
            data = b"".join(resample(data, self.now.baud, theirs))
        if not data or self.mute:
            return
        try:
            os.write(self.port.fd, data)
        except (BlockingIOError, OSError):
            pass                        # a line does not wait

    # -- Input

    def _listen(self, now):
        try:
            data = os.read(self.port.fd, 4096)
        except OSError:
            return
        if now < self._ready_at:
            return
        theirs = self.port.baud or self.now.baud
        if theirs != self.now.baud:
            data = b"".join(resample(data, theirs, self.now.baud))
        self._input = (self._input + data)[-INPUT_MAX:]
        while self._next():
            pass

    def _next(self):
        """Take the first packet or the text before it; False when more has to come."""
        start = self._input.find(b"\xb5\x62")
        if start < 0:           # the second byte may still be on its way
            start = len(self._input) - self._input.endswith(b"\xb5")
        text = self._input[:start]
        if text:
            self._input = self._input[len(text):]
            for body in self._scanner.feed(text):
                self._hear_line(body)
            return True
        if len(self._input) < 8:
            return False
        kind, ident, length = struct.unpack_from("<BBH", self._input, 2)
        if length > INPUT_MAX - 8:
            self._input = self._input[2:]
            return True
        if len(self._input) < 8 + length:
            return False
        payload = self._input[6:6 + length]
        if packet(kind, ident, payload) == self._input[:8 + length]:
            self._input = self._input[8 + length:]
            self._hear_packet(kind, ident, payload)
        else:
            self._input = self._input[2:]
        return True

    def _hear_line(self, body):
        self.received.append("$" + body)
        if self.silent:
            return
        rate = re.match(r"PUBX,40,([A-Z]{3}),\d+,(\d+),\d+,\d+,\d+,\d+\Z", body)
        speed = re.match(r"PUBX,41,1,[0-9A-F]{4},[0-9A-F]{4},(\d+),0\Z", body)
        if body.startswith("PUBX,04"):
            self._say(frame(self._pubx04(time.gmtime(self._clock()))))
        elif rate and not self.yes_only:
            (self.now.sentences.add if int(rate[2]) else self.now.sentences.discard)(rate[1])
        elif speed and int(speed[1]) in SPEEDS and not self.yes_only:
            self._flush()
            self.now.baud = int(speed[1])
        elif not rate and not speed:
            # log: what M8 units say to commands of others
            self._say(frame("GNTXT,01,01,01,%s inv format" % body.split(",")[0][:4]))

    def _hear_packet(self, kind, ident, payload):
        if not self.takes_packets:
            return
        self.received.append((kind, ident, payload))
        if self.silent:
            return
        if (kind, ident) == (MON, MON_VER):
            self._say(packet(MON, MON_VER, self._version()))
        elif kind == CFG:
            self._configure(ident, payload)

    def _version(self):
        hardware = "000A0000" if self.protver >= 27 else "00080000"
        lines = ["FWVER=" + self.firmware, "PROTVER=%d.00" % self.protver, "MOD=" + self.model]
        return (b"ROM CORE 3.01 (107888)".ljust(30, b"\0") + hardware.encode().ljust(10, b"\0")
                + b"".join(line.encode().ljust(30, b"\0") for line in lines))

    def _ack(self, ident, yes=True):
        self._say(packet(ACK, int(yes), bytes((CFG, ident))))

    def _configure(self, ident, payload):
        keys = self.protver >= 27
        if ident in self.refuses:
            self._ack(ident, False)
        elif ident == VALGET and keys:
            self._valget(payload)
        elif ident in CONFIGS and not keys and len(payload) <= 1:
            self._say(packet(CFG, ident, CONFIGS[ident][0](self.now)))
            self._ack(ident)
        elif self.yes_only:
            self._ack(ident)
        elif ident == VALSET and keys:
            self._valset(payload)
        elif ident == CFG_CFG and not keys and len(payload) == 13:
            self._save(payload[12])
            self._ack(ident)
        elif ident == MSG and not keys and len(payload) == 3 and tuple(payload[:2]) in BY_MESSAGE:
            fresh = self.now.copy()
            name = BY_MESSAGE[tuple(payload[:2])]
            (fresh.sentences.add if payload[2] else fresh.sentences.discard)(name)
            self._adopt(ident, fresh)
        elif ident in CONFIGS and not keys and len(payload) == CONFIGS[ident][2]:
            fresh = self.now.copy()
            CONFIGS[ident][1](fresh, payload)
            self._adopt(ident, fresh)
        else:
            self._ack(ident, False)

    def _adopt(self, ident, fresh):
        if not fresh.is_sane():
            self._ack(ident, False)
            return
        if not self.ack_at_new:
            self._ack(ident)
        if fresh.baud != self.now.baud:
            self._flush()
        self.now = fresh
        if self.ack_at_new:
            self._ack(ident)

    def _save(self, devices):
        if devices & 1:
            self.battery = self.now.copy()
        if devices & 2 and self.has_flash:
            self.flash = self.now.copy()

    @staticmethod
    def _with_keys(memory, payload):
        """A copy with all the keys of a VALSET in it, or ValueError."""
        fresh, at = memory.copy(), 4
        while at < len(payload):
            key = struct.unpack_from("<I", payload, at)[0]
            value = struct.unpack_from("<" + KEY_SIZE[key >> 28 & 7], payload, at + 4)[0]
            at += 4 + struct.calcsize(KEY_SIZE[key >> 28 & 7])
            if key in BY_KEY:
                (fresh.sentences.add if value else fresh.sentences.discard)(BY_KEY[key])
            else:
                setattr(fresh, KEYS[key], value)
        if not fresh.is_sane():
            raise ValueError("settings that contradict each other")
        return fresh

    def _valset(self, payload):
        try:
            layers = payload[1]
            if layers & FLASH and not self.has_flash:
                raise ValueError("no flash memory")     # ArduPilot on the M10
            fresh = {layer: self._with_keys(memory, payload)
                     for layer, memory in ((RAM, self.now), (BATTERY, self.battery), (FLASH, self.flash))
                     if layers & layer}
        except (KeyError, IndexError, ValueError, struct.error):
            self._ack(VALSET, False)
            return
        self.battery = fresh.get(BATTERY, self.battery)
        self.flash = fresh.get(FLASH, self.flash)
        self._adopt(VALSET, fresh.get(RAM, self.now))

    def _valget(self, payload):
        answer = b"\x01" + payload[1:4]
        try:
            for at in range(4, len(payload), 4):
                key = struct.unpack_from("<I", payload, at)[0]
                value = BY_KEY[key] in self.now.sentences if key in BY_KEY else getattr(self.now, KEYS[key])
                answer += struct.pack("<I" + KEY_SIZE[key >> 28 & 7], key, value)
        except (KeyError, struct.error):
            self._ack(VALGET, False)
            return
        self._say(packet(CFG, VALGET, answer))
        self._ack(VALGET)
