# SPDX-License-Identifier: GPL-2.0-or-later
"""Receivers of other makes at the other end of a serial line.

MediaTek(port) speaks PMTK, Airoha(port) PAIR; SiRF, SkyTraq, Oncore and Trimble
send NMEA or nothing and answer the question for their version.  As the model of the
GPS 18 (garmin18.py) they talk on port.fd, a pty's master, at their own speed:
start(), stop(), reset() (as it was made, and running), power_cycle(); step(now) for
a test that turns the clock by hand.

Sources: GlobalTop's "PMTK command packet", Quectel's protocol specifications of L76,
LC76G and LC29H, and recorded streams.  ASSUMED marks what none of them says.
"""

import collections
import copy
import errno
import os
import re
import select
import sys
import threading
import time

from garmin18 import BITS_PER_CHAR, SKY, frame, checksum, resample

IDLE_S = 0.05
TICK_S = 0.004

PLACE = "5128.673900,N,00000.084000,W"


def sky(count):
    return [",".join("%02d,%02d,%03d,%02d" % sat for sat in SKY[n:n + 4]) for n in range(0, count, 4)]


def bodies(name, talker, utc):
    """The sentences of one name in one burst, with a 3D fix and 9 satellites."""
    clock, date = time.strftime("%H%M%S.000", utc), time.strftime("%d%m%y", utc)
    used = ",".join(["%02d" % sat[0] for sat in SKY[:9]] + [""] * 3)
    groups = sky(11)
    return {
        "RMC": ["RMC,%s,A,%s,0.00,0.00,%s,,,A" % (clock, PLACE, date)],
        "GGA": ["GGA,%s,%s,1,09,0.90,61.4,M,45.6,M,," % (clock, PLACE)],
        "GLL": ["GLL,%s,%s,A,A" % (PLACE, clock)],
        "GSA": ["GSA,A,3,%s,1.60,0.90,1.30" % used],
        "GSV": ["GSV,%d,%d,11,%s" % (len(groups), n + 1, group) for n, group in enumerate(groups)],
        "VTG": ["VTG,0.00,T,,M,0.00,N,0.00,K,A"],
        "ZDA": ["ZDA,%s,%s,," % (clock, time.strftime("%d,%m,%Y", utc))],
        "GST": ["GST,%s,1.0,1.0,1.0,0.0,1.0,1.0,1.0" % clock],
        "GNS": ["GNS,%s,%s,AANN,09,0.90,61.4,45.6,,,V" % (clock, PLACE)],
    }.get(name, [])


OPTIONS = {
    "boot_s": 0.3,              # silent and deaf after power-up; ASSUMED
    "delay_ms": 150,            # from the second to the burst
    "pace": True,               # characters take their time; else a test waits for nothing
    "deaf": False,
    "mute": False,              # nothing it sends arrives
    "silent": (),               # commands ("314") that it neither obeys nor acknowledges
    "refused": {},              # command: the result it is refused with
    "lies": (),                 # commands that it acknowledges and does not obey
    "garble": 0,                # this answer, from 1, arrives with a character damaged
    "lose": 0,                  # this answer does not arrive
    "answer_s": 0.0,            # an answer takes this long
}


class Receiver:
    """What all of them have: a line with a speed, bursts, commands, memory.

    received is the list of commands heard: "$..." without checksum, or the bytes of a
    packet.  now_set is what is in force, stored what survives a loss of power."""

    FACTORY = {"baud": 9600}
    TALKER = "GP"

    def __init__(self, port, now=time.time, **options):
        unknown = set(options) - set(OPTIONS) - set(self.FACTORY) - set(self.MORE)
        if unknown:
            raise TypeError("unknown options: %s" % ", ".join(sorted(unknown)))
        self.port, self._now, self._options = port, now, options
        self._lock = threading.RLock()
        self._thread = None
        self._running = False
        self._factory()

    MORE = {}

    # Life

    def _factory(self):
        for name, default in {**OPTIONS, **self.MORE}.items():
            setattr(self, name, self._options.get(name, default))
        self.stored = copy.deepcopy({key: self._options.get(key, value) for key, value in self.FACTORY.items()})
        self.made = copy.deepcopy(self.stored)
        self.received, self.error, self.answers = [], None, 0
        self._power_up(self._now())

    def _power_up(self, now):
        self.now_set = copy.deepcopy(self.stored)
        self._heard, self._out, self._replies = b"", collections.deque(), []
        self._rest, self._line_at = b"", now
        self._ready_at = now + self.boot_s
        self._fixes = 0
        self._last = self._slot(now)

    def power_cycle(self):
        with self._lock:
            self.forget()
            self._power_up(self._now())

    def restart(self, now):
        self._power_up(now)

    def forget(self):
        """What a loss of power does to the memory."""

    def start(self):
        if self._thread and self._thread.is_alive():
            return
        self.error, self._running = None, True
        self._power_up(self._now())
        self.port.pulse()
        self._thread = threading.Thread(target=self._run, name=type(self).__name__, daemon=True)
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
        poller = select.poll()
        poller.register(self.port.fd, select.POLLIN)
        try:
            while self._running:
                events = poller.poll(max(1, int(self.step(self._now()) * 1000)))
                if events and not events[0][1] & select.POLLIN:
                    time.sleep(IDLE_S)      # nobody has the other end open
        except BaseException as error:      # told, never silent: tests would wait for ever
            self.error = error
            print("%s: the receiver's thread ends: %r" % (type(self).__name__, error), file=sys.stderr)

    # The line

    def step(self, now):
        """One turn at the given time; gives the seconds until the next."""
        with self._lock:
            self._listen(now)
            if now < self._ready_at:
                self._last = self._slot(now)
                return min(IDLE_S, self._ready_at - now)
            self._begin_burst(now)
            self._transmit(now)
            return TICK_S if self._rest or self._out or self._replies else IDLE_S / 5

    def interval_s(self):
        return self.now_set.get("interval_ms", 1000) / 1000

    def _slot(self, now):
        return int((now - self.delay_ms / 1000) // self.interval_s())

    def _begin_burst(self, now):
        slot = self._slot(now)
        if slot == self._last:
            return
        self._last = slot
        if len(self._out) < 40:             # a line that is full takes no more
            self._out.extend(self.burst(time.gmtime(slot * self.interval_s())))
        self._fixes += 1

    def burst(self, utc):
        return [frame(self.TALKER + body) for name in ("GGA", "GSA", "GSV", "RMC") for body in
                bodies(name, self.TALKER, utc)]

    def _transmit(self, now):
        char_s = BITS_PER_CHAR / self.now_set["baud"] if self.pace else 0
        while True:
            if not self._rest:
                if self._replies and self._replies[0][0] <= now:
                    self._rest = self._replies.pop(0)[1]
                elif self._out:
                    self._rest = self._out.popleft()
                else:
                    self._line_at = now
                    return
                self._rest = self._as_read(self._rest)
                self._line_at = max(self._line_at, now - TICK_S)
            count = len(self._rest) if not self.pace else min(len(self._rest), int((now - self._line_at) / char_s))
            self._write(b"".join(self._rest[:count]))
            self._rest = self._rest[count:]
            self._line_at += count * char_s
            if self._rest:
                return

    def _as_read(self, data):
        """What the other end's UART makes of it, a piece for each character."""
        own, other = self.now_set["baud"], self.port.baud or self.now_set["baud"]
        return resample(data, own, other) if own != other else [bytes((char,)) for char in data]

    def _write(self, data):
        if not data or self.mute:
            return
        try:
            os.write(self.port.fd, data)
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EIO):
                raise

    def _listen(self, now):
        try:
            data = os.read(self.port.fd, 4096)
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.EIO):
                return
            raise
        if self.deaf or now < self._ready_at:
            return
        other = self.port.baud or self.now_set["baud"]
        if other != self.now_set["baud"]:
            data = b"".join(resample(data, other, self.now_set["baud"]))
        self._heard = (self._heard + data)[-2048:]
        for body in self._lines():
            self.received.append("$" + body)
            self.hear(body, now)
        self._packets(now)

    LINE = re.compile(rb"\$([ -#%-)+-~]*)\*([0-9A-Fa-f]{2})\r\n")

    def _lines(self):
        """Whole lines whose checksum is right; none without a checksum."""
        found, end = [], 0
        for match in self.LINE.finditer(self._heard):
            end = match.end()
            body = match.group(1).decode("ascii")
            if checksum(body) == match.group(2).decode().upper():
                found.append(body)
        self._heard = self._heard[end:]
        return found

    VERSION = None              # (packet that asks, packet that answers)

    def _packets(self, now):
        if self.VERSION and self.VERSION[0] in self._heard:
            self._heard = b""
            self.received.append(self.VERSION[0])
            self.say(self.VERSION[1], now)

    def hear(self, body, now):
        pass

    def say(self, answer, now, after_s=0.0):
        """An answer, as a body or as bytes, behind the sentence that is being sent."""
        self.answers += 1
        data = frame(answer) if isinstance(answer, str) else answer
        if self.answers == self.lose:
            return
        if self.answers == self.garble:
            middle = len(data) // 2
            data = data[:middle] + bytes((data[middle] ^ 1,)) + data[middle + 1:]
        self._replies.append((now + self.answer_s + after_s, data))


class Commanded(Receiver):
    """Numbered commands, each acknowledged."""

    def said_by_rates(self, utc):
        for name, slot in self.SLOTS:
            rate = self.now_set["rates"][slot]
            if rate and self._fixes % rate == 0:
                yield from (frame(self.TALKER + body) for body in bodies(name, self.TALKER, utc))

    def burst(self, utc):
        return list(self.said_by_rates(utc))

    def hear(self, body, now):
        tag, *fields = body.split(",")
        command = tag[4:]
        if tag[:4] != self.TAG or not command.isdigit() or command in self.silent:
            return self.hear_other(body, now)
        result = self.refused.get(command)
        before = copy.deepcopy(self.now_set)
        if result is None:
            try:
                result = self.obey(command, fields, now)
            except (ValueError, IndexError):
                result = self.WRONG
        if command in self.lies:
            self.now_set, result = before, self.DONE
        if result is not None:
            self.acknowledge(command, result, fields, now)
        return None

    def hear_other(self, body, now):
        pass

    def acknowledge(self, command, result, fields, now):
        self.say("%s001,%s,%d" % (self.TAG, command, result), now)
        if result == self.DONE:
            for answer in self.told(command, fields):
                self.say(answer, now)

    def told(self, command, fields):
        return ()


def within(text, low, high):
    value = int(text)
    if not low <= value <= high:
        raise ValueError(text)
    return value


class MediaTek(Commanded):
    """An MT3339 (Quectel L70).  Without a backup battery power loss forgets everything."""

    TAG, DONE, WRONG = "PMTK", 3, 0
    SLOTS = (("GGA", 3), ("GSA", 4), ("GSV", 5), ("RMC", 1), ("VTG", 2), ("GLL", 0), ("GST", 7), ("ZDA", 17))
    FACTORY = {"baud": 9600, "interval_ms": 1000, "pulse": (1, 100), "sync": False,
               "rates": [0, 1, 1, 1, 1, 1] + [0] * 13}
    MORE = {"backup": True, "no_pulse": False,
            "version": "PMTK705,AXN_2.51_3339_19071200,0002,QUECTEL-L70,1.0",
            "quectel": "PQVERNO,R,L70BGR03A05S,2019/10/09,21:12"}

    def forget(self):
        self.stored = copy.deepcopy(self.now_set if self.backup else self.made)

    def obey(self, command, fields, now):
        """The flag of the acknowledgement; None for none."""
        return {"000": self._nothing, "220": self._interval, "300": self._fix_interval, "314": self._rates,
                "285": self._pulse, "255": self._sync, "251": self._baud, "400": self._nothing,
                "414": self._nothing, "605": self._release}.get(command, self._unknown)(fields, now)

    def _nothing(self, fields, now):
        return 3

    def _unknown(self, fields, now):
        return 1

    def _interval(self, fields, now):
        self.now_set["interval_ms"] = within(fields[0], 100, 10000)
        self._last = self._slot(now)
        return 3

    def _fix_interval(self, fields, now):
        within(fields[0], 100, 10000)
        return 3

    def _rates(self, fields, now):
        if fields == ["-1"]:
            self.now_set["rates"] = list(self.FACTORY["rates"])
        else:
            rates = [within(text, 0, 5) for text in fields][:19]
            self.now_set["rates"] = rates + [0] * (19 - len(rates))
        self._out.clear()
        return 3

    def _pulse(self, fields, now):
        if self.no_pulse:
            return 1
        self.now_set["pulse"] = (within(fields[0], 0, 4), within(fields[1], 2, 998))
        return 3

    def _sync(self, fields, now):
        if self.no_pulse:
            return 1
        self.now_set["sync"] = fields[0] == "1"
        return 3

    def _baud(self, fields, now):
        """At once, and nothing is acknowledged at the new speed."""
        self.now_set["baud"] = int(fields[0]) or self.FACTORY["baud"]
        self._rest = b""
        return None

    def _release(self, fields, now):
        self.say(self.version, now)
        return None

    def hear_other(self, body, now):
        if body == "PQVERNO,R" and self.quectel:
            self.say(self.quectel, now)

    def told(self, command, fields):
        if command == "414":
            yield "PMTK514," + ",".join(map(str, self.now_set["rates"]))
        elif command == "400":
            yield "PMTK500,%d,0,0,0.0,0.0" % self.now_set["interval_ms"]


class Airoha(Commanded):
    """An LC76G.  A restart and a power cycle forget what was not saved; a new speed waits for them."""

    TAG, DONE, WRONG = "PAIR", 0, 4
    TALKER = "GN"
    SLOTS = (("GGA", 0), ("GLL", 1), ("GSA", 2), ("GSV", 3), ("RMC", 4), ("VTG", 5), ("ZDA", 6), ("GST", 8),
             ("GNS", 9))
    FACTORY = {"baud": 115200, "next_baud": None, "interval_ms": 1000, "pulse": (2, 100),
               "rates": [1, 1, 1, 1, 1, 1, 0, 0, 0, 0]}
    MORE = {"working": (),              # commands that are acknowledged by 1 first
            "working_s": 0.2,
            "types": 10,                # 9: without GNS (LC76GABNR02A01S)
            "fixed_interval": False,    # LC76G (PA): no PAIR050
            "version": "PQTMVERNO,LC76GABNR02A01S,2022/09/14,11:47:03"}

    def _power_up(self, now):
        super()._power_up(now)
        self._gnss = True
        if self.now_set["next_baud"]:
            self.now_set["baud"] = self.now_set["next_baud"]

    def burst(self, utc):
        return super().burst(utc) if self._gnss else []

    def obey(self, command, fields, now):
        name = "_%s" % command
        return getattr(self, name)(fields, now) if hasattr(self, name) else 3

    def _002(self, fields, now):
        self._gnss = True
        return 0

    def _003(self, fields, now):
        self._gnss = False
        return 0

    def _023(self, fields, now):
        self.restart(now)

    def _050(self, fields, now):
        if self.fixed_interval:
            return 3
        self.now_set["interval_ms"] = within(fields[0], 100, 1000)
        self._last = self._slot(now)
        return 0

    def _051(self, fields, now):
        return 0

    def _062(self, fields, now):
        if fields[0] == "-1":
            self.now_set["rates"] = list(self.FACTORY["rates"])
        else:
            self.now_set["rates"][within(fields[0], 0, self.types - 1)] = within(fields[1], 0, 20)
        self._out.clear()
        return 0

    def _063(self, fields, now):
        within(fields[0], 0, self.types - 1)
        return 0

    def _382(self, fields, now):
        return 0

    def _513(self, fields, now):
        """With more than one fix a second only while the GNSS part is off."""
        if self.now_set["interval_ms"] < 1000 and self._gnss:
            return 2
        self.stored = copy.deepcopy(self.now_set)
        return 0

    def _752(self, fields, now):
        self.now_set["pulse"] = (within(fields[0], 0, 4), within(fields[1], 1, 999))
        return 0

    def _864(self, fields, now):
        self.now_set["next_baud"] = int(fields[2])
        return 0

    def _865(self, fields, now):
        return 0

    def acknowledge(self, command, result, fields, now):
        late_s = 0.0
        if command in self.working:
            self.say("PAIR001,%s,1" % command, now)
            late_s = self.working_s
        self.say("PAIR001,%s,%d" % (command, result), now, late_s)
        if result == self.DONE:
            for answer in self.told(command, fields):
                self.say(answer, now, late_s)

    def told(self, command, fields):
        if command == "063":
            yield "PAIR063,%s,%d" % (fields[0], self.now_set["rates"][int(fields[0])])
        elif command == "051":
            yield "PAIR051,%d" % self.now_set["interval_ms"]
        elif command == "865":
            yield "PAIR865,%d" % (self.now_set["next_baud"] or self.now_set["baud"])

    def hear_other(self, body, now):
        if body == "PQTMVERNO" and self.version:
            self.say(self.version, now)


# --- known, not told ---------------------------------------------------------

def sirf_packet(payload):
    return b"\xa0\xa2" + len(payload).to_bytes(2, "big") + payload + \
        (sum(payload) & 0x7FFF).to_bytes(2, "big") + b"\xb0\xb3"


def skytraq_packet(payload):
    value = 0
    for byte in payload:
        value ^= byte
    return b"\xa0\xa1" + len(payload).to_bytes(2, "big") + payload + bytes((value,)) + b"\r\n"


def oncore_packet(payload):
    value = 0
    for byte in payload:
        value ^= byte
    return b"@@" + payload + bytes((value,)) + b"\r\n"


def oncore_identity(*lines):
    return oncore_packet(b"Cj" + b"".join(line.ljust(25).encode() + b"\r\n" for line in lines).ljust(287)[:287])


class SiRF(Receiver):
    """A BU-353: in NMEA it says its version when it starts, and sends back what it
    does not know; in binary it answers message 132."""

    FACTORY = {"baud": 4800}
    MORE = {"echo": True, "binary": False}
    RELEASE = "GSW3.2.4_3.1.00.12-SDK003P1.00a"
    VERSION = (bytes.fromhex("a0a2000284000084b0b3"), sirf_packet(b"\x06" + RELEASE.encode() + b"\0"))

    def _power_up(self, now):
        super()._power_up(now)
        if not self.binary:
            self._out.append(frame("PSRFTXT,Version: " + self.RELEASE))

    def burst(self, utc):
        """In binary a clock status (message 7), its values zero."""
        return [sirf_packet(b"\x07" + bytes(19))] if self.binary else super().burst(utc)

    def hear(self, body, now):
        if self.echo and not self.binary and not body.startswith("PSRF"):
            self.say(body, now)

    def _packets(self, now):
        if self.binary:
            super()._packets(now)


class SkyTraq(Receiver):
    """A Venus 6: kernel 1.6.4, ODM 1.8.21, of 2009-09-07."""

    VERSION = (bytes.fromhex("a0a100020201030d0a"), skytraq_packet(bytes.fromhex("8001000106040001081500090907")))


class Oncore(Receiver):
    """A UT+ that speaks packets: silent unless asked."""

    VERSION = (bytes.fromhex("4040436a290d0a"),
               oncore_identity("COPYRIGHT 1991-1996", "MOTOROLA INC.", "SFTW P/N # 98-P36848P", "SOFTWARE VER # 3",
                               "SOFTWARE REV # 1", "SOFTWARE DATE  28 Apr 1998", "MODEL #    R5122U1154",
                               "HWDR P/N # 5", "SERIAL #   SSG0226478", "MANUFACTUR DATE 8F14"))

    def burst(self, utc):
        return []


class Trimble(Receiver):
    """A Copernicus II in NMEA; one with tsip=True is silent and answers 1F by 45."""

    FACTORY = {"baud": 4800}
    MORE = {"tsip": False}
    VERSION = (bytes.fromhex("101f1003"), bytes.fromhex("104501101008096601140809661003"))

    def burst(self, utc):
        return [] if self.tsip else super().burst(utc)

    def hear(self, body, now):
        if body == "PTNLQVR,S" and not self.tsip:
            self.say("PTNLRVR,S,Copernicus II,1,6,9,12,2009", now)

    def _packets(self, now):
        if self.tsip:
            super()._packets(now)
