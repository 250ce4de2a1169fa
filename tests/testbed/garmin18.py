# SPDX-License-Identifier: GPL-2.0-or-later
"""A Garmin GPS 18 LVC at the other end of a serial line.

Garmin18LVC(port) talks NMEA on port.fd (the master of a pty) as the receiver
does: one burst a second at its own speed, character by character, the pulse
that precedes it, and the configuration sentences $PGRMO, $PGRMC, $PGRMC1 and
$PGRMI with their non-volatile memory.

Sources, named in the comments: "18" the GPS 18 technical specification
190-00307, "18x" 190-00879, "16x" 190-00228, "25LP" the GPS 25LP manual, and
"log" a recorded stream of the named unit.  ASSUMED marks what none of them
says; most of it is an attribute, so that a test can try the other way too.
"""

import collections
import errno
import math
import os
import re
import select
import sys
import threading
import time

# 16x: 1=1200 2=2400 ... 7=600; 18x adds 8=38400.
BAUD_CODES = {"1": 1200, "2": 2400, "3": 4800, "4": 9600, "5": 19200, "6": 300, "7": 600, "8": 38400}
BITS_PER_CHAR = 10              # 8N1: start bit, 8 data bits, stop bit
MAX_INPUT = 82                  # a sentence with its $ and CR LF, NMEA 0183
GPS_EPOCH = 315964800           # 1980-01-06
TRUE_LEAP_S = 18                # GPS - UTC since 2017
WEEK_S = 604800
BINARY_BAUD = 9600              # what units in binary mode are found at
BINARY_ESCAPE = bytes.fromhex("100a022600ce1003")
PRODUCT_REQUEST = bytes.fromhex("10fe00021003")     # Garmin Device Interface Specification: answered by 255
TICK_S = 0.004                  # characters are written in steps of this
IDLE_S = 0.05                   # attributes set by a test are seen after this

# PRN, elevation, azimuth, signal
SKY = ((2, 12, 318, 38), (5, 31, 67, 43), (7, 68, 201, 50), (9, 44, 143, 47),
       (13, 9, 35, 36), (14, 22, 250, 41), (16, 57, 301, 49), (20, 18, 110, 40),
       (23, 35, 182, 44), (27, 74, 25, 51), (29, 27, 274, 42), (30, 15, 222, 39))


# --- Sentences and packets -------------------------------------------------

def checksum(body):
    value = 0
    for char in body.encode("ascii"):
        value ^= char
    return "%02X" % value


def frame(body):
    return ("$%s*%s\r\n" % (body, checksum(body))).encode("ascii")


def packet(ident, data):
    """A Garmin binary packet: DLE id length data checksum DLE ETX, DLEs doubled."""
    content = bytes((ident, len(data))) + data
    content += bytes((-sum(content) & 0xFF,))
    stuffed = content[1:].replace(b"\x10", b"\x10\x10")
    return b"\x10" + content[:1] + stuffed + b"\x10\x03"


def invert(char):
    """A character of an LVC's RS-232-polarity line seen by a UART that wants TTL polarity."""
    return ((~char << 1) | 1) & 0xFF


def resample(data, from_baud, to_baud):
    """What a UART at to_baud reads of a line at from_baud: for each character of
    data, the bytes that are complete by its end.  Framing errors are not
    reported: the byte is delivered."""
    bits = []
    for char in data:
        bits += [0] + [char >> n & 1 for n in range(8)] + [1]
    cells = [b""] * len(data)
    step, at = from_baud / to_baud, 0
    while True:
        while at < len(bits) and (bits[at] or (at and not bits[at - 1])):
            at += 1
        if at >= len(bits):
            return cells
        samples = [int(at + (n + 1.5) * step) for n in range(8)]
        value = sum((bits[s] if s < len(bits) else 1) << n for n, s in enumerate(samples))
        end = at + 9.5 * step
        cell = min(int(end / BITS_PER_CHAR), len(data) - 1)
        cells[cell] += bytes((value,))
        at = max(math.ceil(end), at + 1)


class LineScanner:
    """Takes bytes in any pieces, gives the bodies of well-formed sentences.

    16x: `$...<CR><LF>`, CR LF required; *hh optional, in upper case.  ASSUMED: a
    wrong checksum makes the sentence ignored, as if it had never been sent."""

    LINE = re.compile(rb"\$([ -#%-~]*)\Z")
    CHECKED = re.compile(r"([^*]*)\*([0-9A-F]{2})\Z")

    def __init__(self):
        self.buffer = b""
        self.oversized = False

    def feed(self, data):
        bodies = []
        for value in data:
            self._put(bytes((value,)))
            if self.buffer.endswith(b"\r\n"):
                bodies.append(self._take())
        return [body for body in bodies if body is not None]

    def _put(self, char):
        if char == b"$":        # a sentence starts, whatever was before it
            self.buffer, self.oversized = b"", False
        if len(self.buffer) >= MAX_INPUT:
            self.buffer, self.oversized = self.buffer[-1:], True
        self.buffer += char

    def _take(self):
        line, spoiled = self.buffer[:-2], self.oversized
        self.buffer, self.oversized = b"", False
        match = self.LINE.match(line)
        if spoiled or not match:
            return None
        body = match.group(1).decode("ascii")
        if "*" not in body:
            return body
        match = self.CHECKED.match(body)
        return match.group(1) if match and checksum(match.group(1)) == match.group(2) else None


# --- Configuration fields --------------------------------------------------

# check(text) gives the value to store or raises ValueError; padded and plain
# are the two ways units write it in an answer (16x log, GPS 25).
Field = collections.namedtuple("Field", "default check padded plain")


def choice(default, *values):
    def check(text):
        if text not in values:
            raise ValueError(text)
        return text
    return Field(default, check, str, str)


def number(default, low, high, padded, plain, whole=False):
    pattern = re.compile(r"-?\d+\Z" if whole else r"-?\d+(\.\d*)?\Z")

    def check(text):
        if not pattern.match(text) or not low <= float(text) <= high:
            raise ValueError(text)
        return int(text) if whole else float(text)
    return Field(default, check, padded.format, plain.format)


NO_EFFECT = Field("", lambda text: "", str, str)

PGRMC = (
    choice("A", "A", "2", "3"),                                         # 1 fix mode
    number(18.0, -1500, 18000, "{:07.1f}", "{:.1f}"),                   # 2 altitude
    number(100, 0, 999, "{:03d}", "{:d}", whole=True),                  # 3 datum; ASSUMED: no upper bound
    number(0.0, 6360000, 6380000, "{:011.3f}", "{:.3f}"),               # 4 semi-major axis
    number(0.0, 285, 310, "{:013.9f}", "{:.9f}"),                       # 5 inverse flattening
    number(0, -5000, 5000, "{:04.0f}", "{:.1f}"),                       # 6 dx
    number(0, -5000, 5000, "{:04.0f}", "{:.1f}"),                       # 7 dy
    number(0, -5000, 5000, "{:04.0f}", "{:.1f}"),                       # 8 dz
    choice("A", "A", "D"),                                              # 9 differential mode
    choice("3", *BAUD_CODES),                                           # 10 baud code
    number(0, 0, 255, "{:d}", "{:d}", whole=True),                      # 11 velocity filter
    choice("2", "1", "2"),                                              # 12 pulse off, on
    number(4, 0, 48, "{:02d}", "{:d}", whole=True),                     # 13 pulse width (n+1)*20 ms
    number(1.0, 1, 30, "{:.1f}", "{:.0f}"),                             # 14 dead reckoning
)
PGRMC1 = (
    number(1, 1, 900, "{:d}", "{:d}", whole=True),                      # 1 output interval
    choice("1", "1", "2"),                                              # 2 binary output
    choice("1", "1", "2"),                                              # 3 position averaging
    NO_EFFECT, NO_EFFECT, NO_EFFECT,                                    # 4-6 beacon: not on 18, 18x
    choice("1", "1", "2"),                                              # 7 NMEA 2.30 mode field
    choice("W", "W", "N"),                                              # 8 WAAS
    choice("N", "P", "N"),                                              # 9 power save
    choice("1", "1", "2"), choice("1", "1", "2"), choice("1", "1", "2"),  # 10-12 power: GPS 10, 18
    choice("1", "1", "2"),                                              # 13 pulse auto-off
)
PGRMC1_18X = PGRMC1[:9] + (NO_EFFECT,) * 3 + PGRMC1[12:] + (NO_EFFECT, choice("1", "1", "2"))

DATUM, BAUD, PULSE, WIDTH = 2, 9, 11, 12                # indices into PGRMC
INTERVAL, BINARY, NMEA23, AUTO_OFF = 0, 1, 6, 12        # indices into PGRMC1
USER_DATUM = 96


def merge(fields, values, given):
    """The values with the given ones put in; a null field leaves its value, and the
    sentence may end after any field (16x).  ValueError if any of them is wrong.
    ASSUMED: one more field than the unit knows is an error unless null."""
    if any(given[len(fields):]):
        raise ValueError("too many fields")
    merged = list(values)
    for n, text in enumerate(given[:len(fields)]):
        if text:
            merged[n] = fields[n].check(text)
    return merged


# --- The sentences it sends ------------------------------------------------

Moment = collections.namedtuple("Moment", "utc gps leap fix void used view lat lon mode23 gsv_rotation turn version")


def clock(m):
    return time.strftime("%H%M%S", m.utc)       # no fraction: only the 5 Hz unit has one (18x)


def date(m):
    return time.strftime("%d%m%y", m.utc)


def angle(degrees, width, letters, decimals):
    """ddmm.mmmm,N"""
    scale = 10 ** decimals
    minutes, rest = divmod(round(abs(degrees) * 60 * scale), scale)
    whole, minutes = divmod(minutes, 60)
    return "%0*d%02d.%0*d,%s" % (width, whole, minutes, decimals, rest, letters[degrees < 0])


def place(m, decimals=4):
    return "%s,%s" % (angle(m.lat, 2, "NS", decimals), angle(m.lon, 3, "EW", decimals))


def mode23(m):
    """NMEA 2.30 adds the mode to RMC, GLL and VTG (17N log)."""
    return ("," + ("A" if m.fix else "N")) if m.mode23 else ""


def gprmc(m):
    # 18x 3.70 log: without a fix, speed and course are empty, all else stays.
    motion = "000.0,000.0" if m.fix else ","
    return ["GPRMC,%s,%s,%s,%s,%s,001.2,E%s" % (clock(m), "V" if m.void else "A", place(m), motion, date(m), mode23(m))]


def gpgga(m):
    if not m.fix:               # 25LP log
        return ["GPGGA,%s,%s,0,00,,,M,,M,," % (clock(m), place(m))]
    return ["GPGGA,%s,%s,1,%02d,0.9,%.1f,M,45.6,M,," % (clock(m), place(m), m.used, 61.4)]


def gpgsa(m):
    dimension, dops = {None: ("1", ",,"), "2d": ("2", "2.1,2.1,"), "3d": ("3", "1.6,0.9,1.3")}[m.fix]
    used = ["%02d" % sat[0] for sat in SKY[:m.used]]
    return ["GPGSA,A,%s,%s,%s" % (dimension, ",".join(used + [""] * (12 - len(used))), dops)]


def gsv_group(m, n):
    if n >= m.view:
        return ",,,"            # the last sentence is filled up (GPS 48 log)
    prn, elevation, azimuth, signal = SKY[n]
    heard = m.fix or n < 2      # an empty signal: in view by the almanac, not received (25LP log)
    return "%02d,%02d,%03d,%s" % (prn, elevation, azimuth, "%02d" % signal if heard else "")


def gpgsv(m):
    total = max(1, -(-m.view // 4))
    # Older units send one of them each second in turn (17N log), the 15x all (15x log).
    parts = [m.turn % total] if m.gsv_rotation else range(total)
    return ["GPGSV,%d,%d,%02d,%s" % (total, part + 1, m.view, ",".join(gsv_group(m, 4 * part + n) for n in range(4)))
            for part in parts]


def pgrme(m):
    return ["PGRME,3.1,M,4.2,M,5.2,M" if m.fix else "PGRME,,M,,M,,M"]


def gpgll(m):
    return ["GPGLL,%s,%s,%s%s" % (place(m), clock(m), "A" if m.fix else "V", mode23(m))]


def gpvtg(m):
    motion = "000,T,359,M,000.0,N,0000.0,K" if m.fix else ",T,,M,,N,,K"
    return ["GPVTG," + motion + mode23(m)]


def pgrmv(m):
    return ["PGRMV,0.0,0.0,0.0" if m.fix else "PGRMV,,,"]


def pgrmf(m):
    week, second = divmod(m.gps, WEEK_S)
    dimension = {None: 0, "2d": 1, "3d": 2}[m.fix]
    motion = "0,0,2,1" if m.fix else ",,,"
    return ["PGRMF,%d,%d,%s,%s,%d,%s,A,%d,%s"
            % (week % 1024, second, date(m), clock(m), m.leap, place(m), dimension, motion)]


def pgrmb(m):
    return ["PGRMB,0.0,200,,,,K,,W,W"]


def pgrmm(m):
    return ["PGRMM,WGS 84"]


def pgrmt(m):
    return ["PGRMT,%s,,,,,,,," % m.version]     # 18x log; fields 2-9 have no use on it


# Name, builder, in the factory's set.  The order is the order of emission (18).
SENTENCES = (
    ("GPRMC", gprmc, True), ("GPGGA", gpgga, True), ("GPGSA", gpgsa, True), ("GPGSV", gpgsv, True),
    ("PGRME", pgrme, True), ("GPGLL", gpgll, False), ("GPVTG", gpvtg, False), ("PGRMV", pgrmv, False),
    ("PGRMF", pgrmf, False), ("PGRMB", pgrmb, True), ("PGRMM", pgrmm, False), ("PGRMT", pgrmt, True),
)


def almanac():
    """GPALM, one sentence a satellite; the orbits are invented."""
    return ["GPALM,32,%d,%02d,%d,00,%04X,90,%04X,FD3C,A10D%02X,%06X,%06X,%06X,%03X,000"
            % (prn, prn, 390, 0x1200 + 37 * prn, 0x0D00 + prn, prn, 70001 * prn, 90007 * prn, 110017 * prn, prn)
            for prn in range(1, 33)]


# --- The receiver ----------------------------------------------------------

class Memory:
    """What survives a power cycle.  PGRMC and PGRMC1 are stored in non-volatile
    memory (18); that PGRMO's choice is too is universal practice."""

    def __init__(self):
        self.sentences = {name for name, _, default in SENTENCES if default}
        self.pgrmc = [field.default for field in PGRMC]
        # Long enough for the 18x; field 15 off as the others.
        self.pgrmc1 = [field.default for field in PGRMC1] + ["", "1"]


# A sentence in the queue: its name, its text, what happens when it has left.
Item = collections.namedtuple("Item", "name data after")

# Every option of the constructor is an attribute too, and may be set at any time.
OPTIONS = {
    "fix": "3d",                # None, "2d", "3d": what the sky allows
    "satellites": 9,            # used for the fix; two more are in view
    "acquire_s": 0.0,           # from power-up to the fix
    "firmware": "GPS 18-LVC software ver. 3.10",
    # GPS 18 at 4800: the end of RMC (71 characters, 148 ms) comes 0.21-0.38 s
    # after the pulse (NTP list, 2016).
    "delay_ms": 220,
    "boot_s": 1.0,              # silent and deaf after power-up; ASSUMED
    "latitude": 51.4779,
    "longitude": -0.0014,
    "clock_offset_s": 0,        # the time told is wrong by this; whole seconds
    "leap_s": TRUE_LEAP_S,      # the leap count it believes in; one too few: UTC is 1 s fast
    # 18x 3.00: a cold start (PGRMI ...,A) forgets the leap count for 12 minutes
    # and more, and UTC is fast.  None: this unit does not.
    "cold_leap_s": None,
    "almanac_s": 750.0,         # until a forgotten leap count is learnt again
    "echo_pgrmo": False,        # the manuals name no echo; some units seem to have one
    "echo_full": False,         # a success echoes all values instead of the sentence as it came
    "echo_reset": True,         # the echo of a reset still leaves before the reset; ASSUMED
    "padded": True,             # answers in the 16x's number format, else in the GPS 25's
    "mode4": True,              # PGRMO mode 4: in the manuals of 15x and 16/17, not of 25/35/36
    "accepted_baud_codes": ("3", "4", "5", "6", "7", "8"),     # 18x; 8 is said to be for 5 Hz units
    "gsv_rotation": True,
    "pgrmt_period_s": 60,       # once a minute whatever the speed (18)
    "tx_buffer": 1024,          # characters that may wait; ASSUMED
    "pulse_line": "dcd",        # None: not wired
    "pulse_inverted": False,    # the wiring inverts the pulse
    "pulse_phase_ms": 0,
    "inverted": False,          # the wiring inverts the data lines
    "deaf": False,              # hears nothing
    "mute": False,              # nothing it sends arrives
    "garbled": 0,               # of four sentences so many arrive with a character damaged
    "rmc_void": False,          # RMC says void, whatever the others say
}
# Options that are configuration: they go to memory and act at once.
CONFIGURED = ("baud", "pulse_enabled", "pulse_width_ms")


class Garmin18LVC:
    """start(), stop(), reset() (as it was made, and running), power_cycle().

    received is the list of valid sentences heard, `$...` as they came but
    without checksum and CR LF; stored is the memory; error is the exception
    that ended the thread, if one did."""

    def __init__(self, port, now=time.time, **options):
        unknown = set(options) - set(OPTIONS) - set(CONFIGURED)
        if unknown:
            raise TypeError("unknown options: %s" % ", ".join(sorted(unknown)))
        self.port = port
        self._now = now
        self._options = options
        self._lock = threading.RLock()
        self._thread = None
        self._running = False
        self._driven = None             # what the pulse line was told last
        self._sent = 0                  # sentences
        self._factory()

    # -- Life

    def start(self):
        if self._thread and self._thread.is_alive():
            return
        self.error = None
        self._running = True
        self.power_cycle()
        self._thread = threading.Thread(target=self._run, name="garmin18", daemon=True)
        self._thread.start()

    def stop(self):
        """Unplugged: silent, no pulse."""
        self._running = False
        thread, self._thread = self._thread, None
        if thread and thread is not threading.current_thread():
            thread.join(1.0)
            if thread.is_alive():
                raise RuntimeError("the receiver's thread does not end")
        with self._lock:
            self._drive(None)

    def reset(self):
        self.stop()
        with self._lock:
            self._factory()
        self.start()

    def power_cycle(self):
        with self._lock:
            self._power_up(self._now())

    def _factory(self):
        self.stored = Memory()
        self.received = []
        self.error = None
        self._width_ms = None
        self._leap_known_at = 0
        for name, default in OPTIONS.items():
            setattr(self, name, self._options.get(name, default))
        self._power_up(self._now())
        for name in CONFIGURED:
            if name in self._options:
                setattr(self, name, self._options[name])

    def _power_up(self, now):
        """Power or PGRMI's R: only now do baud rate, pulse mode and binary output
        take effect (25LP, 16: "power cycle or reset"; 18x: field 2 of PGRMC1)."""
        self._baud = BAUD_CODES[self.stored.pgrmc[BAUD]]
        self._pulse_on = self.stored.pgrmc[PULSE] == "2"
        self._binary = self.stored.pgrmc1[BINARY] == "2"
        self._scanner = LineScanner()
        self._recent = b""              # the last bytes heard, for the binary escape
        self._burst, self._replies = collections.deque(), collections.deque()
        self._item = None               # the sentence being sent
        self._rest, self._cells, self._line = b"", [], None
        self._idle, self._line_at = True, now       # the line has sent what it was given by then
        self._stepped_at = now
        self._ready_at = now + self.boot_s
        self._acquiring_since = now
        self._had_fix = False
        self._last_second = self._second(now)
        self._last_pgrmt = self._last_second

    def _run(self):
        poller = None
        try:
            poller = select.poll()
            poller.register(self.port.fd, select.POLLIN)
            while self._running:
                self._poll(poller, self.step(self._now()))
        except BaseException as error:  # told, never silent: tests would wait for ever
            self.error = error
            print("garmin18: the receiver's thread ends: %r" % error, file=sys.stderr)

    def _poll(self, poller, wait_s):
        events = poller.poll(max(1, math.ceil(wait_s * 1000)))
        if events and not events[0][1] & select.POLLIN:
            if events[0][1] & select.POLLNVAL:
                raise OSError(errno.EBADF, os.strerror(errno.EBADF))
            time.sleep(IDLE_S)          # nobody has the other end open: poll() would return at once

    def step(self, now):
        """One turn at the given time; gives the seconds until the next."""
        with self._lock:
            self._follow_clock(now)
            self._listen(now)
            self._drive_pulse(now)
            if now < self._ready_at:
                self._last_second = self._second(now)   # the first burst is a whole one, in its time
                return min(IDLE_S, self._ready_at - now)
            self._begin_second(now)
            self._transmit(now)
            return self._next_turn(now)

    def _follow_clock(self, now):
        """The host's clock was set back: what has been waited for stays so."""
        back = self._stepped_at - now
        self._stepped_at = now
        if back > 1:
            self._ready_at -= back
            self._acquiring_since -= back
            self._leap_known_at -= back
            self._line_at -= back

    def _next_turn(self, now):
        if self._item:
            return min(IDLE_S, max(TICK_S, BITS_PER_CHAR / self._speed()))
        due = self._last_second + 1 + self.delay_ms / 1000
        return min(IDLE_S, max(0.0, due - now))

    # -- Settings with consequences

    @property
    def baud(self):
        return self._baud

    @baud.setter
    def baud(self, value):
        """As if it had been configured and reset."""
        code = {speed: code for code, speed in BAUD_CODES.items()}[value]
        with self._lock:
            self._baud, self.stored.pgrmc[BAUD] = value, code

    @property
    def pulse_enabled(self):
        return self._pulse_on

    @pulse_enabled.setter
    def pulse_enabled(self, value):
        with self._lock:
            self._pulse_on, self.stored.pgrmc[PULSE] = bool(value), "2" if value else "1"

    @property
    def pulse_width_ms(self):
        if self._width_ms is not None:
            return self._width_ms
        return (self.stored.pgrmc[WIDTH] + 1) * 20

    @pulse_width_ms.setter
    def pulse_width_ms(self, value):
        """A width PGRMC cannot express is given to the pulse all the same (a defect,
        another unit), until PGRMC sets one."""
        with self._lock:
            n = value // 20 - 1
            expressible = value % 20 == 0 and 0 <= n <= 48
            self._width_ms = None if expressible else value
            if expressible:
                self.stored.pgrmc[WIDTH] = int(n)

    @property
    def has_fix(self):
        """"2d", "3d" or None: the sky, the time since power-up and PGRMC's fix mode."""
        return self._fix(self._now())

    def _is_18x(self):
        return "18x" in self.firmware

    def _speed(self):
        return BINARY_BAUD if self._binary else self._baud

    # -- Fix and pulse

    def _fix(self, now):
        if self.fix is None or now < self._acquiring_since + self.acquire_s:
            return None
        mode = self.stored.pgrmc[0]
        if mode == "3" and self.fix != "3d":
            return None
        return "2d" if mode == "2" else self.fix

    def _drive_pulse(self, now):
        """18: the pulse starts after the first fix and goes on until power-down even if
        the fix is lost, unless PGRMC1 field 13 is 2."""
        fix = self._fix(now) if now >= self._ready_at else None
        self._had_fix = self._had_fix or fix is not None
        auto_off = self.stored.pgrmc1[AUTO_OFF] == "2"
        pulsing = self._pulse_on and self._had_fix and (fix is not None or not auto_off)
        self._drive((self.pulse_line, self.pulse_width_ms, self.pulse_phase_ms, self.pulse_inverted)
                    if pulsing and self.pulse_line else None)

    def _drive(self, wanted):
        idle = (self.pulse_line, None, None, self.pulse_inverted) if self.pulse_line else None
        wanted = wanted or idle
        if wanted == self._driven:
            return
        if self._driven and (not wanted or wanted[0] != self._driven[0]):
            self.port.level(self._driven[0], int(self._driven[3]))
        if wanted:
            line, width, phase, inverted = wanted
            if width is None:
                self.port.level(line, int(inverted))
            else:
                self.port.pulse(line=line, period_ms=1000, width_ms=width, phase_ms=phase, inverted=inverted)
        self._driven = wanted

    def drive_again(self):
        """Somebody else has had the pulse's line: take it back."""
        with self._lock:
            self._driven = None

    # -- Output

    def _second(self, now):
        """The second whose burst is due last.  18: what follows a pulse describes that pulse."""
        return math.floor(now - self.delay_ms / 1000)

    def _begin_second(self, now):
        second = self._second(now)
        if self._last_second - 3 <= second <= self._last_second:
            return
        self._last_second = second      # a clock that was set, or a host that slept, loses seconds
        if self._binary:
            self._burst.append(Item(None, packet(51, bytes(64)), None))     # a position record
        elif not any(item.name == "GPALM" for item in self._burst) and not self._sending("GPALM"):
            self._queue_burst(second, now)

    def _sending(self, name):
        return self._item is not None and self._item.name == name

    def _queue_burst(self, second, now):
        moment = self._moment(second, now)
        for name, build, _ in SENTENCES:
            if name in self.stored.sentences and self._due(name, second):
                for body in build(moment):
                    self._queue(name, frame(body))

    def _due(self, name, second):
        if name == "PGRMB" and self._is_18x():
            return False                # 18x: "not supported"
        if name != "PGRMT":
            return second % self.stored.pgrmc1[INTERVAL] == 0
        if second - self._last_pgrmt < self.pgrmt_period_s:
            return False
        self._last_pgrmt = second
        return True

    def _queue(self, name, data):
        """A burst that does not fit into its second makes the sentences later and later,
        past a second (seen on units at 4800 with too many sentences on).  A real
        unit's memory ends somewhere, so sentences that find no room are lost whole."""
        waiting = len(self._rest) + sum(len(item.data) for item in self._burst)
        if waiting + len(data) <= self.tx_buffer:
            self._burst.append(Item(name, data, None))

    def _leap(self, now):
        return self.leap_s if now >= self._leap_known_at else self.cold_leap_s

    def _moment(self, second, now):
        leap = self._leap(now)
        true_utc = second + int(self.clock_offset_s)
        fix = self._fix(now)
        satellites = max(0, min(12, self.satellites))
        return Moment(utc=time.gmtime(true_utc + TRUE_LEAP_S - leap), gps=true_utc - GPS_EPOCH + TRUE_LEAP_S,
                      leap=leap, fix=fix, void=self.rmc_void or not fix, used=satellites if fix else 0,
                      view=min(12, satellites + 2) if satellites else 0,
                      lat=self.latitude, lon=self.longitude, mode23=self.stored.pgrmc1[NMEA23] == "2",
                      gsv_rotation=self.gsv_rotation, turn=second // self.stored.pgrmc1[INTERVAL],
                      version=self.firmware)

    def _next_item(self):
        # An answer comes after one more sentence at most (18x, users' scripts).
        if self._replies:
            return self._replies.popleft()
        while self._burst:
            item = self._burst.popleft()
            # PGRMO acts at once, on what waits too.
            if item.name in (None, "GPALM") or item.name in self.stored.sentences:
                return item
        return None

    def _transmit(self, now):
        """Write the characters whose time on the line is over."""
        out = b""
        while self._item or self._take_item(now):
            char_s = BITS_PER_CHAR / self._speed()
            count = min(len(self._rest), int((now - self._line_at) / char_s + 1e-6))
            out += self._encode(count)
            self._line_at += count * char_s
            if self._rest:
                break
            self._write(out)            # before a reset changes everything
            out = b""
            self._finish_item()
        self._write(out)

    def _take_item(self, now):
        self._item = self._next_item()
        if self._item is None:
            self._idle = True
            return False
        if self._idle:                  # else it follows the one before without a gap
            self._idle, self._line_at = False, now
        self._rest, self._line = self._garble(self._item.data), None
        return True

    def _garble(self, data):
        self._sent += 1
        if self._sent % 4 >= self.garbled:
            return data
        middle = len(data) // 2
        return data[:middle] + bytes((data[middle] ^ 0x80,)) + data[middle + 1:]

    def _finish_item(self):
        item, self._item = self._item, None
        self._cells = []
        if item.after:
            item.after()

    def _encode(self, count):
        """The next count characters as the guest's UART reads them."""
        line = (self._speed(), self.port.baud or self._speed(), bool(self.inverted))
        if line != self._line:          # somebody changed a speed in the middle of a sentence
            self._line, self._cells = line, self._as_heard(self._rest, *line)
        heard, self._cells, self._rest = self._cells[:count], self._cells[count:], self._rest[count:]
        return b"".join(heard)

    @staticmethod
    def _as_heard(data, own_baud, guest_baud, inverted):
        data = bytes(map(invert, data)) if inverted else data
        return resample(data, own_baud, guest_baud) if own_baud != guest_baud else [bytes((char,)) for char in data]

    def _write(self, data):
        if not data or self.mute:
            return
        try:
            os.write(self.port.fd, data)        # a line does not wait: what finds no room is lost
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EIO):
                raise

    # -- Input

    def _read(self):
        try:
            return os.read(self.port.fd, 4096)
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.EIO):        # EIO: the other end is closed
                return b""
            raise

    def _listen(self, now):
        data = self._read()
        # Both data lines of an LVC have the same polarity: inverted, it hears nothing either.
        if not data or self.deaf or self.inverted or now < self._ready_at:
            return
        guest_baud = self.port.baud or self._speed()
        if guest_baud != self._speed():
            data = b"".join(resample(data, guest_baud, self._speed()))
        if self._binary:
            self._hear_binary(data)
            return
        for body in self._scanner.feed(data):
            self.received.append("$" + body)
            self._obey(body, now)

    def _hear_binary(self, data):
        """16x: 10 0A 02 26 00 CE 10 03 leads back to NMEA until the next power-up."""
        self._recent = (self._recent + data)[-64:]
        if PRODUCT_REQUEST in self._recent:
            self._recent = self._recent.replace(PRODUCT_REQUEST, b"")
            self._replies.append(Item(None, self._product(), None))
        if BINARY_ESCAPE in self._recent:
            self._recent, self._binary = b"", False
            self._scanner = LineScanner()
            self._burst.clear()
            self._replies.clear()

    def _product(self):
        """Its number (GPS 18: ASSUMED), the version times 100, the name."""
        found = re.search(r"(\d+)\.(\d\d)", self.firmware)
        version = int("".join(found.groups())) if found else 0
        return packet(255, (294).to_bytes(2, "little") + version.to_bytes(2, "little") + self.firmware.encode() + b"\0")

    def _obey(self, body, now):
        tag, *fields = body.split(",")
        command = {
            "PGRMO": self._pgrmo, "PGRMC": self._pgrmc, "PGRMCE": self._answer_pgrmc,
            "PGRMC1": self._pgrmc1, "PGRMC1E": self._answer_pgrmc1,
            "PGRMI": self._pgrmi, "PGRMIE": self._answer_pgrmi,
        }.get(tag)
        if command:
            command(body, fields, now)

    def _reply(self, body, after=None):
        if not self._binary:
            self._replies.append(Item(None, frame(body), after))

    # PGRMO

    def _targets(self):
        names = {name for name, _, _ in SENTENCES} | {"GPALM"}
        return names - {"PGRMB"} if self._is_18x() else names

    def _pgrmo(self, body, fields, now):
        """15x, 16/17: a wrong mode or target and the sentence has no effect, silently;
        modes 2, 3, 4 do not look at the target."""
        target, mode = (fields + ["", ""])[:2]
        modes = {"0": self._pgrmo_one, "1": self._pgrmo_one, "2": self._pgrmo_all, "3": self._pgrmo_all,
                 "4": self._pgrmo_all, "G": self._pgrmo_binary}
        if len(fields) != 2 or mode not in modes or (mode == "4" and not self.mode4):
            return
        if mode in "01" and target not in self._targets():
            return
        if self.echo_pgrmo:
            self._reply(body)
        modes[mode](target, mode)

    def _pgrmo_one(self, target, mode):
        if target == "GPALM":
            if mode == "1":
                self._send_almanac()
        elif mode == "1":
            self.stored.sentences.add(target)
        else:
            self.stored.sentences.discard(target)

    def _pgrmo_all(self, target, mode):
        names = {"2": set(), "3": self._targets() - {"GPALM"}, "4": Memory().sentences}
        self.stored.sentences = names[mode]

    def _pgrmo_binary(self, target, mode):
        self._burst.clear()
        self._binary = True

    def _send_almanac(self):
        """It is sent once, and the other sentences wait (16/17)."""
        self._burst.clear()
        self._burst.extend(Item("GPALM", frame(body), None) for body in almanac())

    # PGRMC, PGRMC1

    def _configuration(self, tag, fields, values):
        texts = []
        for field, value in zip(fields, values):
            empty = field is NO_EFFECT or value == ""
            texts.append("" if empty else (field.padded if self.padded else field.plain)(value))
        return ",".join([tag] + texts)

    def _answer_pgrmc(self, *_):
        self._reply(self._configuration("PGRMC", PGRMC, self.stored.pgrmc))

    def _pgrmc(self, body, fields, now):
        """18: echoed if there is no error, else the current values are sent instead.
        ASSUMED: an error in one field and none of them is taken."""
        try:
            merged = merge(PGRMC, self.stored.pgrmc, fields)
            self._check_pgrmc(fields + [""] * len(PGRMC), merged)
        except ValueError:
            self._answer_pgrmc()
            return
        self.stored.pgrmc = merged      # all at once but baud rate and pulse mode: _power_up()
        if fields[WIDTH:WIDTH + 1] not in ([], [""]):
            self._width_ms = None
        self._echo(body, self._answer_pgrmc)

    def _check_pgrmc(self, given, merged):
        if given[DATUM] and merged[DATUM] == USER_DATUM and not all(given[DATUM + 1:DATUM + 6]):
            raise ValueError("a user datum needs fields 4 to 8")
        if given[BAUD] and given[BAUD] not in self.accepted_baud_codes:
            raise ValueError("baud code")
        if given[0] == "2" and self._is_18x():
            raise ValueError("the 18x has no 2D mode")

    def _pgrmc1_fields(self):
        return PGRMC1_18X if self._is_18x() else PGRMC1

    def _answer_pgrmc1(self, *_):
        self._reply(self._configuration("PGRMC1", self._pgrmc1_fields(), self.stored.pgrmc1))

    def _pgrmc1(self, body, fields, now):
        known = self._pgrmc1_fields()
        try:
            merged = merge(known, self.stored.pgrmc1, fields)
        except ValueError:
            self._answer_pgrmc1()
            return
        self.stored.pgrmc1 = merged     # all at once but binary output (18): _power_up()
        self._echo(body, self._answer_pgrmc1)

    def _echo(self, body, answer):
        if self.echo_full:
            answer()
        else:
            self._reply(body)

    # PGRMI

    PGRMI = tuple(re.compile("(?:%s)\\Z" % pattern) for pattern in (
        r"([0-8]\d[0-5]\d|9000)(\.\d*)?", "[NS]", r"(0\d\d|1[0-7]\d)[0-5]\d(\.\d*)?|18000(\.0*)?", "[EW]",
        r"(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])\d\d", r"([01]\d|2[0-3])[0-5]\d[0-5]\d(\.\d)?", "[RA]"))

    def _answer_pgrmi(self, body, fields, now):
        moment = self._moment(math.floor(now), now)
        self._reply("PGRMI,%s,%s,%s," % (place(moment, 3), date(moment), clock(moment)))

    def _pgrmi(self, body, fields, now):
        """18: echoed (the time-nuts log of an 18x shows it as it came); its receipt
        restarts acquisition.  The position it names is only a hint, and changes nothing here."""
        wrong = [text for text, pattern in zip(fields, self.PGRMI) if text and not pattern.match(text)]
        if wrong or any(fields[len(self.PGRMI):]):
            self._answer_pgrmi(body, fields, now)
            return
        self._acquiring_since = now
        command = fields[6] if len(fields) > 6 else ""
        if command == "A" and self.cold_leap_s is not None:
            self._leap_known_at = now + self.almanac_s
        if command == "R" and not self.echo_reset:
            self.power_cycle()
        else:
            self._reply(body, self.power_cycle if command == "R" else None)
