# SPDX-License-Identifier: GPL-2.0-or-later
"""
The same pulses stamped by the kernel and by a program, beside ppstest and gpsd's ppscheck.

One signal goes to two ports: isa1 has N_PPS, isa2 nobody.  QEMU sees their edges one after
the other, so that the lines have a scatter of their own, which is measured first.
"""

import re
import statistics

from test_gently import last_assert
from test_watch import pps_of
from testbed import test
from verdict import attached

S = 10 ** 9
NEAR_NS = S // 4		# the same pulse
PPSTEST = re.compile(r"assert (\d+)\.(\d{9}), sequence: (\d+)")
PPSCHECK = re.compile(r"^ *(\d{9,})[ .]+(\d+)[ \t]+(.*)$", re.M)


# ---- who stamped what ----

def logged(g, names, count, beside=None):
    """
    The asserts that watch writes down of COUNT pulses, by source: the times in ns by the
    source's count.  BESIDE is done meanwhile.
    """
    g.run("rm -f /run/watch.log", check=True)
    job = g.start("gpsppsctl watch --quiet --count %d --timeout 60 --log /run/watch.log %s" %
                  (count, " ".join(names)))
    also = beside() if beside else None
    r = job.wait(60 + 3 * count)
    assert r.rc == 0, r
    stamps = {}
    for line in g.get("/run/watch.log").decode().splitlines():
        words = line.split()
        if words[0] != "#" and words[2] == "assert":
            sec, nsec = words[0].split(".")
            stamps.setdefault(words[1], {})[int(words[3])] = int(sec) * S + int(nsec)
    return stamps, also


def ppscheck(g, tty, seconds):
    """gpsd's: a stamp behind each TIOCMIWAIT.  The times at which DCD was up then."""
    r = g.run("timeout %d stdbuf -oL ppscheck %s" % (seconds, tty), timeout=seconds + 20)
    seen = [(int(sec) * S + int(nsec), "TIOCM_CD" in lines or "TIOCM_CAR" in lines)
            for sec, nsec, lines in PPSCHECK.findall(r.out)]
    return [time_ns for n, (time_ns, up) in enumerate(seen) if up and (not n or not seen[n - 1][1])]


def ppstest(g, pps, seconds):
    r = g.run("timeout %d stdbuf -oL ppstest /dev/%s" % (seconds, pps), timeout=seconds + 20)
    return {int(n): int(sec) * S + int(nsec) for sec, nsec, n in PPSTEST.findall(r.out)}


# ---- arithmetic ----

def pairs(ours, others):
    """Each of OURS and the nearest of OTHERS: the pulses that both have."""
    both = [(min(others, key=lambda t, ns=ns: abs(t - ns)), ns) for ns in ours]
    return [(a, b) for a, b in both if abs(a - b) < NEAR_NS]


def offset(ns):
    return (ns + S // 2) % S - S // 2


def trimmed_mean(values):
    """NTPsec's: the farthest from the median goes until 60 % are left."""
    left = sorted(values)
    while len(left) > max(1, len(values) * 6 // 10):
        middle = left[len(left) // 2]
        left.pop(0 if middle - left[0] > left[-1] - middle else -1)
    return statistics.mean(left)


def low_quarter(values):
    return statistics.mean(sorted(values)[:max(1, len(values) // 4)])


def quartiles(values):
    return statistics.quantiles(values, n=4)


def row(name, later):
    low, middle, high = quartiles(later)
    print("| %s | %d | %.0f | %.0f | %.0f | %.0f | %.0f |" %
          (name, len(later), min(later) / 1e3, middle / 1e3, (high - low) / 1e3,
           low_quarter(later) / 1e3, trimmed_mean(later) / 1e3))


def later_by(both):
    return [user - kernel for kernel, user in both]


def enough(both, count):
    """A busy host keeps QEMU from some of them."""
    assert len(both) >= 0.7 * count, "%d of %d pulses" % (len(both), count)
    return both


# ---- the comparisons ----

def scatter_of_lines(g, one, two, count=20):
    """Both by the kernel: what QEMU does to one signal on two lines."""
    with attached(g, two.tty, "--unit 1"):
        names = [pps_of(g, p.tty) for p in (one, two)]
        stamps, _ = logged(g, names, count)
    both = enough(pairs(stamps[names[1]].values(), stamps[names[0]].values()), count)
    return later_by(both)


def watched(g, pps, tty, count=60):
    stamps, _ = logged(g, [pps, tty], count)
    user = stamps[tty[5:] + ":dcd"]
    assert sorted(user) == list(user), user
    return enough(pairs(user.values(), stamps[pps].values()), count)


def same_as_ppstest(g, pps, seconds=15):
    """The kernel's stamps are the same to the nanosecond, whoever fetches them."""
    stamps, theirs = logged(g, [pps], seconds, lambda: ppstest(g, pps, seconds))
    both = stamps[pps].keys() & theirs.keys()
    assert len(both) >= seconds // 3, (stamps, theirs)
    assert all(stamps[pps][n] == theirs[n] for n in both), (stamps, theirs)
    return len(both)


def beside_ppscheck(g, pps, tty, seconds=30):
    stamps, theirs = logged(g, [pps], seconds, lambda: ppscheck(g, tty, seconds - 3))
    return later_by(enough(pairs(theirs, stamps[pps].values()), seconds - 6))


@test(guest="full", limit_s=900, long=True)
def kernel_and_user_stamps(g):
    one, two = g.ports["isa1"], g.ports["isa2"]
    one.detach_receiver()
    for port in (one, two):
        port.pulse(width_ms=100)
    with attached(g, one.tty):
        pps = pps_of(g, one.tty)
        g.wait_until(lambda: last_assert(g, pps)[1] > 2, 10, "no pulses")
        lines = scatter_of_lines(g, one, two)
        both = watched(g, pps, two.tty)
        user = later_by(both)
        check = beside_ppscheck(g, pps, two.tty)
        same_line = beside_ppscheck(g, pps, one.tty)
        same = same_as_ppstest(g, pps)
    print("| stamps | pulses | least later, us | median | quartiles apart | low quarter | trimmed mean |")
    for name, later in (("kernel, on the other line", lines), ("watch, on the other line", user),
                        ("ppscheck, on the other line", check), ("ppscheck, on the same line", same_line)):
        row(name, later)
    print("# ppstest: %d stamps, the same as watch's" % same)
    compare(lines, both, user, check, same_line)


def compare(lines, both, user, check, same_line):
    """What the figures must show on any machine."""
    room = max(abs(ns) for ns in lines) + 10 ** 6
    assert min(user) > -room and min(check) > -room, (lines, user, check)
    # on one line there is no scatter: a program is woken by the interrupt that was stamped
    assert min(same_line) > 0, same_line
    middle = statistics.median(lines)
    assert statistics.median(user) > middle and statistics.median(check) > middle, (lines, user, check)
    kernel = trimmed_mean([offset(k) for k, _ in both])
    by_user = [offset(u) for _, u in both]
    low, trimmed = (mean(by_user) - kernel for mean in (low_quarter, trimmed_mean))
    print("# offset from the kernel's, us: low quarter %+.0f, trimmed mean %+.0f" %
          (low / 1e3, trimmed / 1e3))
    assert abs(low) < abs(trimmed), (low, trimmed, both)
