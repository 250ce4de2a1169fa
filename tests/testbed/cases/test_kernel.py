# SPDX-License-Identifier: GPL-2.0-or-later
"""
The kernel that kernel/ builds (--kernel pps; `make check-kernel`): what it can and
Debian's cannot.  On any other the tests that need it are skipped, with the reason.
"""

import contextlib
import functools
import re
import statistics
import time

from daemonfaults import HEALTHY, Server
from guesttool import put_tool
from holding import asserts, attach
from test_source import ktimer_is_no_second, pull_of, pulses_pass
from testbed import Skip, test
from timeserver import restored
from verdict import diag, finding, look_again

# include/uapi/linux/timex.h
STA_PLL, STA_PPSFREQ, STA_PPSTIME, STA_UNSYNC, STA_PPSSIGNAL = 0x1, 0x2, 0x4, 0x40, 0x100
# PPS_VALID in kernel/time/ntp.c: so long a pulse may be missing before the kernel forgets it
FORGOTTEN_S = 10
# An edge's error on a machine that has other work is some ms at the worst
NEAR_S = 0.004
STEP_S = 0.030


def release(g):
    return g.run("uname -r", check=True, quiet=True).out.strip()


def needs_ours(function):
    @functools.wraps(function)
    def checked(g):
        if not release(g).endswith("-pps"):
            raise Skip("for the kernel of make kernel-deb, not for %s" % release(g))
        function(g)
    return checked


def options(g):
    """Of the kernel that runs."""
    text = g.get("/lib/modules/%s/config" % release(g)).decode()
    return dict(re.findall(r"^(CONFIG_\w+)=(.*)$", text, re.M))


# ---- the kernel's own use of a pulse ----

def consumer(g, *words):
    tool = put_tool(g, "pulse_consumer")
    return g.run("%s %s" % (tool, " ".join(map(str, words))), quiet=True)


def clock(g):
    """adjtimex()'s words."""
    return {name: int(n) for name, n in re.findall(r"(\w+) (-?\d+)", consumer(g, "show").out)}


def behind_s(g, pps):
    """How far the last pulse was from the guest's whole second."""
    fraction = float("0." + g.get("/sys/class/pps/%s/assert" % pps).decode()
                     .split("#")[0].split(".")[1])
    return fraction - round(fraction)


def await_pulses(g, pps, count=3):
    seen = asserts(g, pps)
    g.wait_until(lambda: asserts(g, pps) >= seen + count, 3 * count, "no pulses of " + pps)


@contextlib.contextmanager
def a_pulse(g):
    """An attached port with a pulse on each second of the host: its ppsN."""
    port = g.ports["isa2"]
    port.pulse(width_ms=100)
    attach(g, port)
    pps = g.run("grep -lx %s /sys/class/pps/*/path" % port.tty, check=True).out.split("/")[4]
    try:
        await_pulses(g, pps, 2)
        yield pps
    finally:
        consumer(g, "unbind", "/dev/" + pps)
        consumer(g, "status", STA_UNSYNC)
        g.run("gpsppsctl detach " + port.tty)


def ticks_per_s(g, seconds=2):
    """Of the one processor's local timer, while it has next to nothing to do."""
    def look():
        out = g.run("grep LOC: /proc/interrupts; cat /proc/uptime", quiet=True).out.split()
        return int(out[1]), float(out[-2])
    ticks, since = look()
    time.sleep(seconds)
    later, now = look()
    return (later - ticks) / (now - since)


@test(long=True)
@needs_ours
def the_tick_is_periodic(g):
    """The price of NTP_PPS, and that it is Debian's HZ."""
    hz = int(options(g)["CONFIG_HZ"])
    g.wait_until(lambda: ticks_per_s(g) > 0.8 * hz, 20, "the tick stops")


@test(long=True)
def debians_kernel_refuses(g):
    """The control of all that follows."""
    if release(g).endswith("-pps"):
        raise Skip("for a kernel of Debian's")
    with a_pulse(g) as pps:
        r = consumer(g, "bind", "/dev/" + pps)
        assert (r.rc, r.err) == (1, "EOPNOTSUPP\n"), r
        await_pulses(g, pps)
        now = clock(g)
        assert not now["status"] & STA_PPSSIGNAL and not now["calcnt"], now


@test(long=True)
@needs_ours
def diag_is_content(g):
    """Pulses are counted, and nothing is said against hardpps."""
    with a_pulse(g):
        tty = g.ports["isa2"].tty
        code, verdict = look_again(lambda seen: seen[0] == 0, lambda: diag(g, tty))
        assert (code, verdict["cause"]) == (0, None), verdict
        said = finding(verdict, "kernel.no-hardpps")
        assert said["severity"] == "ok" and said["observed"]["ntp_pps"] == 1, said


@test(long=True)
@needs_ours
def the_kernel_measures_by_the_pulse(g):
    with a_pulse(g) as pps:
        before = clock(g)
        assert not before["status"] & STA_PPSSIGNAL, before
        r = consumer(g, "bind", "/dev/" + pps)
        assert r.rc == 0, r
        g.wait_until(lambda: clock(g)["status"] & STA_PPSSIGNAL, 5, "no signal")
        # an interval is 4 s at first (PPS_INTMIN), and begins anew after a bad pulse
        g.wait_until(lambda: clock(g)["calcnt"] >= before["calcnt"] + 2, 40, "no intervals")
        # ppm, 16 bits of fraction: the emulated clock is not off by more
        assert abs(clock(g)["ppsfreq"]) < 500 << 16
        r = consumer(g, "unbind", "/dev/" + pps)
        assert r.rc == 0, r
        g.wait_until(lambda: not clock(g)["status"] & STA_PPSSIGNAL, 2 * FORGOTTEN_S,
                     "the signal stays")
        count = clock(g)["calcnt"]
        await_pulses(g, pps, 6)
        assert clock(g)["calcnt"] == count


@test(long=True)
@needs_ours
def the_kernel_follows_the_pulse(g):
    """Nobody else touches the clock: it comes back from a wrong time by the pulse alone."""
    with a_pulse(g) as pps:
        consumer(g, "status", STA_PLL)
        assert consumer(g, "bind", "/dev/" + pps).rc == 0
        g.sync_clock()
        g.agent.clock(time.time_ns() + int(STEP_S * 1e9))
        await_pulses(g, pps, 5)
        # bound alone is not enough
        assert behind_s(g, pps) > STEP_S / 2, behind_s(g, pps)
        consumer(g, "status", STA_PLL | STA_PPSTIME | STA_PPSFREQ)
        g.wait_until(lambda: abs(behind_s(g, pps)) < NEAR_S, 40,
                     "the clock stays %.1f ms off" % (1000 * STEP_S))
        now = clock(g)
        assert now["status"] & (STA_PPSTIME | STA_PPSFREQ) == STA_PPSTIME | STA_PPSFREQ, now


# ---- sources without a port ----

def source_named(g, name):
    """Its ppsN."""
    out = g.run("grep -lx '%s' /sys/class/pps/*/name; true" % name, quiet=True).out
    return out.split("/")[4] if out else None


def wheel_s(hz):
    """
    When a timer of a second fires, by kernel/time/timer.c: level N of the wheel begins at
    63 * 8^(N-1) jiffies and counts in 8^N, always rounded up.
    """
    level = 0
    while hz >= 63 << 3 * level:
        level += 1
    grain = 8 ** level
    return (hz // grain + 1) * grain / hz


def interval_s(g, pps):
    """The median between five stamps that follow each other."""
    stamps = {}

    def look():
        text, number = g.get("/sys/class/pps/%s/assert" % pps).decode().split("#")
        stamps[int(number)] = float(text)
        return sum(n - 1 in stamps for n in stamps) >= 5

    g.wait_until(look, 20, "no five pulses of " + pps)
    return statistics.median(s - stamps[n - 1] for n, s in stamps.items() if n - 1 in stamps)


@test(long=True)
@needs_ours
def ktimer_is_late_by_the_timer_wheel(g):
    hz = int(options(g)["CONFIG_HZ"])
    g.run("modprobe pps-ktimer", check=True)
    try:
        pps = source_named(g, "ktimer")
        wanted, seen = wheel_s(hz), interval_s(g, pps)
        assert abs(seen - wanted) < 0.010, (wanted, seen)
        r = g.run("gpsppsctl list", check=True)
        assert re.search(r"^- .*\b%s\b" % pps, r.out, re.M), r
        ktimer_is_no_second(g, pps)
    finally:
        g.run("rmmod pps_ktimer")


@test(long=True)
@needs_ours
def one_source_alone_is_the_kernels(g):
    g.run("modprobe pps-ktimer", check=True)
    try:
        other = "/dev/" + source_named(g, "ktimer")
        with a_pulse(g) as pps:
            assert consumer(g, "bind", "/dev/" + pps).rc == 0
            r = consumer(g, "bind", other)
            assert (r.rc, r.err) == (1, "EINVAL\n"), r
            assert consumer(g, "unbind", "/dev/" + pps).rc == 0
            assert consumer(g, "bind", other).rc == 0
            # which is no second's pulse, and that is noticed (kernel/time/ntp.c)
            g.wait_until(lambda: "hardpps: PPSJITTER: bad pulse" in g.run("dmesg", quiet=True).out,
                         10, "no complaint about 1.024 s")
            assert consumer(g, "unbind", other).rc == 0
    finally:
        g.run("rmmod pps_ktimer")


GPIO_SIM = """
modprobe gpio-sim && modprobe pps-gpio || exit
grep -q " /sys/kernel/config " /proc/mounts || mount -t configfs configfs /sys/kernel/config || exit
cd /sys/kernel/config/gpio-sim && mkdir made made/bank || exit
echo 4 >made/bank/num_lines
echo made >made/bank/label
echo 1 >made/live
"""
GPIO_UNDO = """
cd /sys/kernel/config/gpio-sim && echo 0 >made/live; rmdir made/bank made
rmmod pps_gpio gpio_sim
"""


@test(long=True)
@needs_ours
def gpio_lines_are_to_be_had(g):
    """A simulated chip as programs see it, and the client for its lines."""
    g.run(GPIO_SIM, check=True)
    try:
        assert "made" in g.run("cat /sys/bus/gpio/devices/gpiochip*/of_node/name "
                               "/sys/kernel/debug/gpio; true").out
        assert g.run("ls /dev/gpiochip*", check=True).out
        assert "pps-gpio" in g.run("ls /sys/bus/platform/drivers", check=True).out
    finally:
        g.run(GPIO_UNDO)


@test(long=True)
@needs_ours
def gpio_pulses_pass_the_filter(g):
    """With its defaults: this chip's stamps are fine enough, a UART's in an emulated PC are not."""
    g.run('grep -q " /sys/kernel/debug " /proc/mounts || mount -t debugfs none /sys/kernel/debug || exit\n' +
          GPIO_SIM, check=True)
    try:
        pull = pull_of(g)
        pulses_pass(g, pull, pull.split("/")[5] + ":0",
                    lambda: "gpsppsctl" in g.run("cat /sys/kernel/debug/gpio", quiet=True).out)
    finally:
        g.run(GPIO_UNDO)


# ---- flag3 ----

# small.config has no namespaces for IPC, and the service asks for one of its own
DROP_IN = "/run/systemd/system/gpsppsctl@.service.d/small.conf"


@test(guest="full", long=True)
@needs_ours
def flag3_gives_the_pulse_to_the_kernel(g):
    """What drops the pulse on Debian's kernel (daemons.test_comment_on_the_source)."""
    p = Server(g)
    with restored(g):
        g.run("mkdir -p %s" % DROP_IN.rsplit("/", 1)[0], check=True)
        g.put(DROP_IN, "[Service]\nPrivateIPC=no\n")
        p.hold()
        p.serve(HEALTHY + " flag3 1")
        p.wait("ntpd has both", lambda: p.opened() == {p.name, p.pps})
        p.wait("bound", lambda: clock(g)["status"] & STA_PPSSIGNAL, 30)
        assert "hardpps" not in p.log(), p.log()
        _, verdict = look_again(lambda seen: finding(seen[1], "daemon.flag3"), lambda: diag(g))
        assert finding(verdict, "daemon.flag3")["severity"] == "ok", verdict
        assert verdict["cause"] is None, verdict
