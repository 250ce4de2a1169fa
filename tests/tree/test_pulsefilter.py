#!/usr/bin/env python3
"""The filter's judgement and figures beside other computations.  test_pulsefilter.py OBJDIR

A scene makes the edges of a receiver, a clock and what befalls them, from a fixed seed, and
knows of each edge what it is: nothing here judges one.  What the filter should say of the
good ones is computed from the definitions, in fractions, over the whole list each time.
"""
import math
import random
import statistics
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TOOL = ROOT / sys.argv[1] / "tests/test_pulsefilter"
S, MS, US = 10**9, 10**6, 10**3
AT = 1_700_000_000 * S
ANY, ASSERT, CLEAR = 0, 1, 2
NAMES = {ASSERT: "assert", CLEAR: "clear"}
MEAN, LOW = 0, 1
n = bad = 0


def check(ok, what, note=""):
    global n, bad
    n += 1
    bad += not ok
    print(f"{'ok' if ok else 'not ok'} {n} - {what}")
    if not ok and note:
        print("# " + note.replace("\n", "\n# "))


# ---- the definitions ----

def offset(time, period):
    """From the nearest multiple of the period since the epoch; of two the one before."""
    exact = Fraction(time, period)
    nearest = math.ceil(exact - Fraction(1, 2))
    return time - nearest * period


def near(offsets, period):
    """The same, on whichever side of half a period the newest is."""
    return [offsets[-1] + offset(o - offsets[-1], period) for o in offsets]


def trimmed(values):
    """Drop the farthest from the (upper) median, of equals the higher, until 60 % remain."""
    left = list(values)
    for _ in range(len(values) * 4 // 10):
        median = statistics.median_high(left)
        left.remove(max(left, key=lambda v: (abs(v - median), v)))
    return left


def lowest(values):
    return sorted(values)[:math.ceil(len(values) / 4)]


def rounded(exact):
    whole = math.floor(abs(exact) + Fraction(1, 2))
    return whole if exact >= 0 else -whole


def estimate(offsets, period, method):
    """(how many, kept, offset, jitter)"""
    if not offsets:
        return 0, 0, 0, 0.0
    values = near(offsets, period)
    kept = trimmed(values) if method == MEAN else lowest(values)
    newest = offsets[-1]
    mean = newest + rounded(Fraction(sum(kept), len(kept)) - newest)
    squares = [offset(b - a, period)**2 for a, b in zip(offsets, offsets[1:])]
    jitter = math.sqrt(Fraction(sum(squares), len(squares))) if squares else 0.0
    return len(offsets), len(kept), offset(mean, period), jitter


# ---- scenes ----

class Scene:
    """Edges, and of each what is to be said."""

    def __init__(self, name, period=S, edge=ANY, found=True, gate=500 * US, ppm=500, length=60,
                 method=MEAN, on_time=ASSERT, width=100 * MS, noise=5 * US, both=True):
        self.name, self.period, self.on_time, self.width, self.noise = name, period, on_time, width, noise
        self.options = [edge, gate, ppm, 0 if found else period, length, method]
        self.length, self.method, self.both, self.decided = length, method, both, edge != ANY
        self.random = random.Random(name)
        self.lines, self.wanted = [], []
        self.good = []                      # offsets
        self.newest = {}                    # of each kind, as the filter should have them
        self.count = {ASSERT: 0, CLEAR: 0}
        self.begin, self.last_width, self.on_at = None, -1, None
        self.known = None if found else period

    def edge(self, time, kind, fate, missed=0, good=False, interval=None, step=1, width=None, seq=None):
        """One edge; `step` is how far its source's count goes on."""
        if seq is None:
            self.count[kind] = (self.count[kind] + step) % 2**32
            seq = self.count[kind]
        sign, (whole, ns) = "-" * (time < 0), divmod(abs(time), S)
        self.lines.append(f"{sign}{whole}.{ns:09d} pps0 {NAMES[kind]} {seq or '-'} kernel -")
        if interval is None:
            interval = time - self.newest[kind] if kind in self.newest else -1
        if fate not in ("duplicate", "backward"):
            self.newest[kind] = time
        if width is None:
            width = self.width_of(time, kind, good, fate)
        if good:
            self.good = (self.good + [offset(time, self.period)])[-self.length:]
        period = self.known or S
        self.wanted.append((fate, offset(time, period), interval, width, missed,
                            estimate(self.good, self.period, self.method)))

    def width_of(self, time, kind, good, fate):
        """Of the pulse that ends here, or, where one begins, of the last good one."""
        if fate == "duplicate":
            return -1
        if kind == self.on_time:
            self.on_at = (time, good)
            return self.last_width if self.decided else -1
        if not self.decided or self.on_at is None or not 0 < time - self.on_at[0] < self.period:
            return -1
        if self.on_at[1]:
            self.last_width = time - self.on_at[0]
        return time - self.on_at[0]

    def other(self):
        return CLEAR if self.on_time == ASSERT else ASSERT

    def stamp(self):
        return round(self.random.gauss(0, self.noise)) if self.noise else 0

    def pulse(self, time, fate="used", missed=0, step=1, good=None, end="other_edge", end_step=None):
        """A pulse's edge and, where the source has both, its end."""
        time += self.stamp()
        good = fate in ("used", "step") if good is None else good
        self.edge(time, self.on_time, fate, missed, good, step=step)
        if self.both:
            self.edge(time + self.width + self.stamp(), self.other(), end,
                      step=step if end_step is None else end_step)

    def start(self, first):
        """The three pulses that it takes; the first two count when the third one has come."""
        times = [first + i * self.period + self.stamp() for i in range(3)]
        for i, time in enumerate(times):
            if i == 2:
                self.decided, self.known = True, self.period
                self.good = [offset(t, self.period) for t in times[:2]]
            self.edge(time, self.on_time, "used" if i == 2 else "first", good=i == 2)
            if self.both:
                self.edge(time + self.width + self.stamp(), self.other(),
                          "other_edge" if self.decided else "first")
        return first + 3 * self.period

    def moved(self, first, fates, end="other_edge"):
        """Five pulses that agree with each other, of which the last is the step."""
        times = [first + i * self.period + self.stamp() for i in range(5)]
        for i, time in enumerate(times):
            if i == 4:
                self.good = [offset(t, self.period) for t in times[:4]]
            self.edge(time, self.on_time, fates if i < 4 else "step", good=i == 4,
                      interval=-1 if fates == "backward" else None)
            if fates == "backward" and self.both:
                back = i < 4
                self.edge(time + self.width, self.other(), end if back else "other_edge", interval=-1)
            elif self.both:
                self.edge(time + self.width, self.other(), end)
        return first + 5 * self.period

    def run(self):
        done = subprocess.run([TOOL, *map(str, self.options)], input="\n".join(self.lines) + "\n",
                              capture_output=True, text=True, check=True)
        said = done.stdout.splitlines()
        if len(said) != len(self.wanted):
            return check(False, self.name, f"{len(said)} lines of {len(self.wanted)}")
        for i, (line, wanted) in enumerate(zip(said, self.wanted)):
            fate, *numbers, jitter = line.split()
            fate_w, off, interval, width, missed, (count, kept, mean, jitter_w) = wanted
            want = [off, interval, width, missed, count, kept, mean]
            if fate != fate_w or [int(v) for v in numbers] != want or \
                    not math.isclose(float(jitter), jitter_w, rel_tol=1e-12, abs_tol=1e-9):
                return check(False, self.name, f"edge {i}: {self.lines[i]}\nsaid   {line}\n"
                             f"wanted {fate_w} {' '.join(map(str, want))} {jitter_w!r}")
        return check(True, f"{self.name} ({len(said)} edges)")


def noise():
    for length in (1, 2, 3, 16, 60, 100):
        for method in (MEAN, LOW):
            s = Scene(f"noise, {length} samples, method {method}", length=length, method=method, noise=40 * US)
            t = s.start(AT)
            s.good = s.good[-length:]
            for i in range(130):
                s.pulse(t + i * S)
            yield s


def rates():
    for period, width in ((2 * S, 300 * MS), (S, 20 * MS), (200 * MS, 60 * MS), (100 * MS, 30 * MS)):
        for found in (True, False):
            for edge in (ANY, ASSERT):
                s = Scene(f"period {period // MS} ms, {'found' if found else 'given'}, edge {edge}",
                          period=period, width=width, found=found, edge=edge, noise=20 * US)
                if edge == ASSERT:
                    given_edge(s)
                else:
                    t = s.start(AT + 40 * US)
                    for i in range(100):
                        s.pulse(t + i * period)
                yield s


def given_edge(s):
    """With the edge given the other one is known for what it is from the first on."""
    times = [AT + i * s.period + s.stamp() for i in range(100)]
    for i, time in enumerate(times):
        if i == 2:
            s.good, s.known = [offset(t, s.period) for t in times[:2]], s.period
        s.edge(time, ASSERT, "used" if i >= 2 else "first", good=i >= 2)
        s.edge(time + s.width, CLEAR, "other_edge")


def one_kind():
    for kind in (ASSERT, CLEAR):
        s = Scene(f"{NAMES[kind]} edges alone", on_time=kind, both=False)
        t = s.start(AT)
        for i in range(20):
            s.pulse(t + i * S)
        yield s


def inverted():
    """The clear edge on time: found by the shape; told the assert edge, it is 900 ms wide."""
    s = Scene("inverted, found", on_time=CLEAR)
    t = s.start(AT)
    for i in range(60):
        s.pulse(t + i * S)
    yield s
    s = Scene("inverted, begun within the pulse", on_time=CLEAR)
    s.edge(AT - S + s.width, ASSERT, "first")
    s.edge(AT, CLEAR, "first")
    s.edge(AT + s.width, ASSERT, "first")
    s.edge(AT + S, CLEAR, "first")
    s.decided, s.known, s.good = True, S, [0, 0]
    s.on_at = (AT + S, True)
    s.edge(AT + S + s.width, ASSERT, "other_edge")      # the third of its kind decides
    for i in range(2, 30):
        s.pulse(AT + i * S)
    yield s
    s = Scene("the wrong edge, told so", edge=ASSERT, width=900 * MS, found=False, noise=0)
    for i in range(30):
        if i == 2:
            s.good = [100 * MS, 100 * MS]
        s.edge(AT + i * S + 100 * MS, ASSERT, "used" if i >= 2 else "first", good=i >= 2)
        s.edge(AT + (i + 1) * S, CLEAR, "other_edge")
    yield s


def glitches():
    s = Scene("glitches: extra pulses of 20 us")
    t = s.start(AT)
    for i in range(300):
        s.pulse(t + i * S)
        for phase in sorted(s.random.randrange(110 * MS, 995 * MS, MS) for _ in range(s.random.choice((0, 0, 1, 3)))):
            s.edge(t + i * S + phase, ASSERT, "gate")
            s.edge(t + i * S + phase + 20 * US, CLEAR, "other_edge")
    yield s
    s = Scene("a bounce 30 us behind each edge, and one ahead of it", both=False)
    t = s.start(AT)
    for i in range(100):
        s.pulse(t + i * S)
        s.edge(t + i * S + s.stamp() + 300 * US, ASSERT, "gate")
        s.edge(t + i * S + S - 600 * US, ASSERT, "gate")
    yield s


def missing():
    s = Scene("missing: the receiver makes none")
    t, gap = s.start(AT), 0
    for i in range(400):
        if i and (s.random.random() < 0.3 or 200 < i < 280):
            gap += 1
            continue
        s.pulse(t + i * S, missed=gap)
        gap = 0
    yield s
    s = Scene("missing: seen by the source, not by us")
    t, gap = s.start(AT), 0
    for i in range(200):
        if i and s.random.random() < 0.3:
            gap += 1
            continue
        s.pulse(t + i * S, missed=gap, step=1 + gap)
        gap = 0
    yield s
    s = Scene("refused is not missing: each fifth pulse is 2 ms late")
    t = s.start(AT)
    for i in range(100):
        late = i % 5 == 3
        s.pulse(t + i * S + late * 2 * MS, "gate" if late else "used")
    yield s
    s = Scene("missing, and others refused")
    t, gap = s.start(AT), 0
    for i in range(200):
        late = i % 5 == 3
        if i % 7 == 2:
            gap += 1
            continue
        s.pulse(t + i * S + late * 2 * MS, "gate" if late else "used", missed=0 if late else gap)
        gap = gap if late else 0
    yield s
    # 3, 5 and 7 are two seconds apart, and so are 0 and 2; 2 and 3 tell the truth
    s = Scene("missing at the beginning", noise=0, both=False)
    for i in (0, 2, 3, 5, 6):
        s.edge(AT + i * S, ASSERT, "first")
    s.decided, s.known, s.good = True, S, [0, 0]
    for i in range(7, 30):
        s.pulse(AT + i * S)
    yield s
    s = Scene("missing: the source counts more than the seconds between")
    t = s.start(AT)
    for i in range(30):
        more = i % 5
        s.pulse(t + i * S, missed=more, step=1 + more)
    yield s


def wrap():
    for lost in (0, 1, 3):
        s = Scene(f"the count passes 2^32, {lost} lost", noise=0)
        s.count = {ASSERT: 2**32 - 8, CLEAR: 2**32 - 8}
        t = s.start(AT)
        for i in range(12):
            t += S * (lost if i == 3 else 0)
            s.pulse(t + i * S, missed=lost if i == 3 else 0, step=1 + (lost if i == 3 else 0))
        yield s
    s = Scene("the count begins again: the source was made anew", noise=0)
    t = s.start(AT)
    s.count = {ASSERT: 0, CLEAR: 0}
    for i in range(12):
        s.pulse(t + i * S)
    yield s


def steps():
    for step in (250 * MS, -250 * MS, 2 * MS, -3 * MS, 3600 * S + 100 * MS, 490 * MS):
        s = Scene(f"the clock is set by {step // MS} ms")
        t = s.start(AT)
        for i in range(70):
            s.pulse(t + i * S)
        t += 70 * S + step
        t = s.moved(t, "gate")
        for i in range(70):
            s.pulse(t + i * S)
        yield s
    s = Scene("the clock is put back by an hour", both=False)
    t = s.start(AT)
    for i in range(70):
        s.pulse(t + i * S)
    t = s.moved(t + 70 * S - 3600 * S - 123 * MS, "backward")
    for i in range(70):
        s.pulse(t + i * S)
    yield s
    s = Scene("the clock is put back by an hour, both edges")
    t = s.start(AT)
    for i in range(10):
        s.pulse(t + i * S)
    t = s.moved(t + 10 * S - 3600 * S - 123 * MS, "backward", end="backward")
    for i in range(10):
        s.pulse(t + i * S)
    yield s
    s = Scene("the clock is put on by whole minutes: no offset changes")
    t = s.start(AT)
    s.pulse(t)
    s.pulse(t + 61 * S, missed=60)
    s.pulse(t + 62 * S)
    yield s


def slews():
    s = Scene("slewed by 400 ppm, both ways")
    t, moved = s.start(AT), 0
    for i in range(400):
        s.pulse(t + i * S + moved)
        moved += 400 * US if i < 200 else -400 * US
    yield s
    s = Scene("slewed by 700 ppm for a while: no multiple of a second, and no step till it ends", both=False)
    t, moved = s.start(AT), 0
    for i in range(20):
        s.pulse(t + i * S)
    for i in range(20, 60):
        moved += 700 * US
        last = t + i * S + moved + s.stamp()
        if i < 59:
            s.edge(last, ASSERT, "gate")
    times = [last] + [t + i * S + moved + s.stamp() for i in range(60, 64)]
    for i, time in enumerate(times):
        if i == 4:
            s.good = [offset(v, S) for v in times[:4]]
        s.edge(time, ASSERT, "gate" if i < 4 else "step", good=i == 4)
    for i in range(64, 100):
        s.pulse(t + i * S + moved)
    yield s


def order():
    s = Scene("duplicates: by number, by time, both, at once and later")
    t = s.start(AT)
    for i in range(100):
        s.pulse(t + i * S)
        if i % 5 == 1:
            at = s.newest[ASSERT]
            s.edge(at, ASSERT, "duplicate", interval=-1, step=0)
            s.edge(at + 300 * MS, ASSERT, "duplicate", interval=-1, step=0)
            s.edge(at, ASSERT, "duplicate", interval=-1, seq=0)
            s.edge(s.newest[CLEAR], CLEAR, "duplicate", interval=-1, step=0)
    yield s
    s = Scene("neighbours swapped", both=False, noise=0)
    t = s.start(AT)
    for i in range(0, 60, 3):
        s.pulse(t + i * S)
        count = s.count[ASSERT]
        s.edge(t + (i + 2) * S, ASSERT, "used", missed=1, good=True, seq=count + 2)
        s.edge(t + (i + 1) * S, ASSERT, "backward", interval=-1, seq=count + 1)
        s.count[ASSERT] = count + 2
    yield s


def frequency():
    """A wide gate leaves it to the discriminator."""
    s = Scene("an interval of 1.002 s within a gate of 5 ms", gate=5 * MS, both=False, noise=0)
    t = s.start(AT)
    for i in range(50):
        if i % 7 == 3:
            s.edge(t + i * S + 2 * MS, ASSERT, "frequency")
        else:
            s.pulse(t + i * S)
    yield s
    s = Scene("the same without discriminator", gate=5 * MS, ppm=0, both=False, noise=0)
    t = s.start(AT)
    for i in range(50):
        s.pulse(t + i * S + (2 * MS if i % 7 == 3 else 0))
    yield s


def half_way():
    s = Scene("half a second off: the sign is chance, the mean is not", noise=30 * US, both=False)
    t = s.start(AT + 500 * MS)
    for i in range(150):
        s.pulse(t + i * S)
    yield s


def before_1970():
    s = Scene("through the epoch", both=False)
    t = s.start(-20 * S)
    for i in range(40):
        s.pulse(t + i * S)
    yield s


# ---- stamps that are only ever late ----

def one_sided(length, method, pulses=6000):
    """Estimates of every `length` pulses, of delays as a woken process has them."""
    r = random.Random(4242)
    delays = [23_500 + round(r.expovariate(1 / 35_000)) +
              (r.randrange(200 * US, 3 * MS) if r.random() < 0.003 else 0) for _ in range(pulses)]
    log = "".join(f"{AT // S + i}.{d:09d} x assert {i + 1} user -\n" for i, d in enumerate(delays))
    done = subprocess.run([TOOL, "1", "500000", "500", str(S), str(length), str(method)], input=log,
                          capture_output=True, text=True, check=True)
    every = [int(line.split()[7]) for line in done.stdout.splitlines()][length - 1::length]
    return statistics.pstdev(every), statistics.mean(every) - 23_500


def compare_methods():
    """peers.md measured 1.5 to 2.8 times less spread and 0.45 to 0.8 of the bias, of real ones."""
    for length in (16, 64):
        spread, bias = one_sided(length, MEAN)
        low_spread, low_bias = one_sided(length, LOW)
        note = (f"of {length}: spread {spread / US:.1f} us and {low_spread / US:.1f} us, "
                f"bias {bias / US:.1f} us and {low_bias / US:.1f} us")
        check(spread > 1.3 * low_spread, f"one-sided delays: the low quarter spreads less; {note}", note)
        check(0 < low_bias < 0.8 * bias, "one-sided delays: and is less late", note)


for scenes in (noise, rates, one_kind, inverted, glitches, missing, wrap, steps, slews, order, frequency,
               half_way, before_1970):
    for scene in scenes():
        scene.run()
compare_methods()
print(f"1..{n}")
sys.exit(1 if bad else 0)
