# SPDX-License-Identifier: GPL-2.0-or-later
"""Pulses on GPIO lines: list --gpio, and what diag says of their sources."""

import contextlib
import json
import re

import modules
from testbed import Skip, test
from timeserver import link, reload, restored

MODULES = ("gpioboard", "ppsgpio", "gpio_keys_polled", "pps_gpio_poll", "pps_gpio", "gpio_sim", "fakegpio")
SIM = "/sys/kernel/config/gpio-sim/board"
OPTIONS = "/etc/modprobe.d/pps-gpio-poll.conf"
SOURCE = "pps-gpio-poll.-1"
# An emulated timer is 0.2 ms late, on a busy host milliseconds
EASY = {"poll_us": 1000, "wait_us": 1000}
PULL_DOWN = 32		# GPIO_PULL_DOWN of <linux/gpio/machine.h>


@contextlib.contextmanager
def chips(g):
    """No chip but those of the test, and no line that is exported, before and behind it."""
    if "gpio_keys_polled" not in modules.modules_for(modules.kernel_of(g)):
        raise Skip("no gpio-sim for this kernel")
    clean(g)
    g.run("mkdir -p /etc/modprobe.d; [ -e /sys/kernel/debug/gpio ] || "
          "mount -t debugfs none /sys/kernel/debug", check=True)
    try:
        yield
    finally:
        clean(g)


def clean(g):
    g.run("for p in 1 2 3; do gpsppsctl detach ttyS$p; done 2>/dev/null; "
          "rm -f /etc/gpsppsctl.conf %s /dev/gpspps4; "
          "for n in /sys/class/gpio/gpio[0-9]*; do echo ${n#/sys/class/gpio/gpio} >/sys/class/gpio/unexport; done; "
          "rmdir %s/b/l* %s/b %s; for m in %s; do rmmod $m; done" %
          (OPTIONS, SIM, SIM, SIM, " ".join(MODULES)), quiet=True)


def gpios(g, *words):
    return json.loads(g.run("gpsppsctl list --gpio --json " + " ".join(words), check=True).out)


def line_of(g, label, offset):
    return next(line for line in gpios(g)["lines"] if (line["label"], line["line"]) == (label, offset))


def simulate(g, names):
    """A chip of gpio-sim, labelled "board", with these names on its lines."""
    g.run("modprobe configfs", check=True)
    modules.load(g, "gpio-sim")
    g.run("[ -d /sys/kernel/config/gpio-sim ] || mount -t configfs none /sys/kernel/config; "
          "mkdir -p %s/b && echo %d >%s/b/num_lines && echo board >%s/b/label" %
          (SIM, len(names), SIM, SIM), check=True)
    for n, name in enumerate(names):
        if name:
            g.run("mkdir %s/b/line%d && printf %%s '%s' >%s/b/line%d/name" % (SIM, n, name, SIM, n),
                  check=True)
    g.run("echo 1 >%s/live" % SIM, check=True)


def poll(g, check=True, **params):
    """The module loaded anew; insmod's Result."""
    g.run("rmmod pps_gpio_poll", quiet=True)
    return modules.load(g, "pps-gpio-poll", check=check, **EASY, **params)


def board(g, **params):
    """A board's description; its source."""
    g.run("rmmod gpioboard", quiet=True)
    modules.load(g, "gpioboard", driver="pps-gpio-poll", id=0, chip="fakegpio", **params)
    return pps_named(g, "pps-gpio-poll.0")


def captured(g, source=SOURCE):
    return int(g.run("cat /sys/class/pps/%s/device/captured" % pps_named(g, source), quiet=True).out)


def wait_captured(g, source=SOURCE, count=1):
    """COUNT pulses more: the module knows when they come, which a busy host makes hard for it."""
    least = captured(g, source) + count
    g.wait_until(lambda: captured(g, source) >= least, 120, "no pulses of " + source, 0.2)


def pps_named(g, name):
    out = g.run("grep -lx '%s' /sys/class/pps/*/name" % name, quiet=True).out
    return out.split("/")[4] if out else ""


def diag(g, what="", words=""):
    """The exit code, the cause, and what is said to people."""
    r = g.run("gpsppsctl diag --json %s %s" % (words, what), timeout=90)
    port = json.loads(r.out)["ports"][0]
    return r.rc, port["cause"], {f["id"]: f for f in port["findings"]}


def expect(g, cause, what="", pulse=None):
    """The cause; a guest that its host keeps waiting is asked again, when PULSE (a source) is there."""
    for _ in range(6):
        if pulse:
            wait_captured(g, pulse)
        rc, found, findings = diag(g, what)
        if found == cause:
            break
    assert (found, rc) == (cause, 1 if cause else 0), (found, rc)
    return findings.get(cause)


def wait_healthy(g, what=""):
    """What diag says then, on one line."""
    seen = []

    def healthy():
        seen.append(g.run("gpsppsctl diag " + what, timeout=60))
        return seen[-1].rc == 0 and "healthy" in seen[-1].out

    g.wait_until(healthy, 90, "diag finds a fault")
    return " ".join(seen[-1].out.split())


# ---- list ----

@test()
def gpio_lines_are_listed(g):
    with chips(g):
        r = g.run("gpsppsctl list --gpio")
        assert r.rc == 1 and r.err == "gpsppsctl: the kernel knows no GPIO chip\n", r
        assert json.loads(g.run("gpsppsctl list --gpio --json").out) == {
            "version": 1, "chips": [], "lines": []}

        modules.load(g, "fakegpio")
        simulate(g, ["GPIO18", "", "a \033[31mb", "", "LED"])
        poll(g, chip="fakegpio", line=0)
        number = line_of(g, "board", 4)["number"]
        g.run("echo %d >/sys/class/gpio/export && echo high >/sys/class/gpio/gpio%d/direction" %
              (number, number), check=True)
        listed = gpios(g)
        by_label = {c["label"]: c for c in listed["chips"]}
        assert by_label["fakegpio"]["lines"] == 4 and by_label["board"]["lines"] == 5, listed["chips"]
        assert by_label["board"]["driver"] == "gpio-sim" and by_label["board"]["slow_bus"] is None
        lines = {(line["label"], line["line"]): line for line in listed["lines"]}
        assert len(lines) == 9
        assert lines["board", 0]["name"] == "GPIO18" and lines["board", 1]["name"] is None
        assert lines["board", 2]["name"] == "a \033[31mb"
        # the old interface agrees about the numbers
        for label in ("fakegpio", "board"):
            base = g.run("cd /sys/class/gpio && for c in gpiochip*; do "
                         "grep -qx %s $c/label && cat $c/base; done" % label).out
            assert by_label[label]["base"] == int(base)
            assert lines[label, 1]["number"] == int(base) + 1

        pulse = lines["fakegpio", 0]
        assert pulse["consumer"] == "pps-gpio-poll" and pulse["pps"] == pps_named(g, SOURCE)
        assert pulse["pulse"] == "yes" and pulse["direction"] == "in" and pulse["level"] in (0, 1), pulse
        assert lines["fakegpio", 1]["pulse"] == "yes" and lines["fakegpio", 1]["used"] is False
        assert lines["fakegpio", 3]["level"] is None
        led = lines["board", 4]
        assert (led["consumer"], led["direction"], led["level"], led["pulse"]) == ("sysfs", "out", 1, "taken"), led
        assert lines["board", 0]["pulse"] == "irq" and lines["board", 0]["level"] is None

        # levels of lines that nobody has, when asked for
        lines = {(line["label"], line["line"]): line for line in gpios(g, "--active")["lines"]}
        assert [lines["fakegpio", n]["level"] for n in (2, 3)] == [0, 1]
        assert lines["board", 0]["level"] == 0 and lines["board", 0]["direction"] == "in"
        assert not lines["board", 0]["used"]

        table = g.run("gpsppsctl list --gpio", check=True).out.splitlines()
        assert table[0].split() == ("CHIP LABEL LINE NUMBER NAME CONSUMER DIR FLAGS LEVEL PPS PULSE".split())
        assert len(table) == 10 and not any("\033" in row for row in table), table
        assert g.run("gpsppsctl list --gpio -n -o LINE,CONSUMER board", check=True).out.split() == (
            "0 - 1 - 2 - 3 - 4 sysfs".split())
        r = g.run("gpsppsctl list --gpio gpiochip77")
        assert r.rc == 2 and "gpiochip77: there is no such GPIO chip" in r.err, r
        r = g.run("su -s /bin/sh nobody -c 'gpsppsctl list --gpio --json'")
        assert r.rc == 2 and "cannot ask for its lines: Permission denied" in r.err and "hint: " in r.err, r
        assert all(c["lines"] is None for c in json.loads(r.out)["chips"])


# ---- diag ----

@test()
def gpio_source_is_healthy_and_a_units_pulse(g):
    with chips(g):
        modules.load(g, "fakegpio")
        poll(g, chip="fakegpio", line=0)
        pps = pps_named(g, SOURCE)
        expect(g, None, pps, SOURCE)
        said = wait_healthy(g, pps)
        assert "healthy: 1 pulse/s on assert" in said, said
        assert "line 0 of fakegpio by pps-gpio-poll every 1000 us" in said, said
        tty = g.ports["isa1"].tty[5:]
        g.put("/etc/gpsppsctl.conf", "4 %s pulse=%s\n" % (tty, SOURCE))
        out = g.run("gpsppsctl attach --daemon --wait-pulse 60 " + tty, timeout=90, check=True).out
        assert "from %s, /dev/%s, first pulse after" % (SOURCE, pps) in out, out
        assert g.run("readlink -f /dev/gpspps4").out == "/dev/%s\n" % pps
        wait_healthy(g)


@test(guest="full")
def gpio_source_gets_its_link_from_udev(g):
    with restored(g), chips(g):
        g.put("/etc/gpsppsctl.conf", "7 - pulse=%s\n" % SOURCE)
        reload(g)
        modules.load(g, "fakegpio")
        poll(g, chip="fakegpio", line=0)
        g.wait_until(lambda: link(g, "/dev/gpspps7") == pps_named(g, SOURCE), 30, "no /dev/gpspps7")
        expect(g, None, pulse=SOURCE)
        assert "gpspps7" in g.run("gpsppsctl list -n -o PPS,FEEDS", check=True).out
        g.run("rmmod pps_gpio_poll", check=True)
        expect(g, "port.absent")


@test(long=True)
def gpio_wrong_edge(g):
    with chips(g):
        modules.load(g, "fakegpio")
        poll(g, chip="fakegpio", line=1)		# the pulse turned over
        wait_captured(g)
        found = expect(g, "gpio.wrong-edge", pps_named(g, SOURCE), SOURCE)
        assert "chip=fakegpio line=1 edge=falling" in found["fix"], found
        poll(g, chip="fakegpio", line=1, edge="falling")
        expect(g, None, pps_named(g, SOURCE), SOURCE)


@test()
def gpio_pulled_down(g):
    with chips(g):
        modules.load(g, "fakegpio")
        poll(g)
        pps = board(g, line=2, flags=PULL_DOWN)
        line = line_of(g, "fakegpio", 2)
        assert (line["flags"], line["level"], line["pps"]) == (["pull-down"], 0, pps), line
        found = expect(g, "gpio.pulled-down", pps)
        assert "line 2 of fakegpio (pull-down) is 0" in found["observed"]["text"], found
        # the same line without: no bias explains it
        expect(g, "signal.absent", board(g, line=2))
        expect(g, None, board(g, line=0, flags=PULL_DOWN), "pps-gpio-poll.0")


def force(level):
    return "echo %d >/sys/module/fakegpio/parameters/force" % level


def diag_misses(g, pps, wait_s, away_s):
    """What diag finds when the signal goes away behind the first pulses of its look."""
    g.run(force(-1), check=True)
    wait_captured(g)
    watch = g.start("gpsppsctl diag --json --wait %g %s" % (wait_s, pps))
    wait_captured(g, count=3)
    g.run("%s; sleep %g; %s" % (force(0), away_s, force(-1)), timeout=away_s + 30, check=True)
    port = json.loads(watch.wait(wait_s + 60).out)["ports"][0]
    return port["cause"], next(f for f in port["findings"] if f["id"] == "gpio.missed")


def counted(found):
    """By the finding's words: how many pulses were missed in the look, of how many."""
    numbers = re.match(r"(\d+) of (\d+) pulses missed", found["observed"]["text"] or "")
    return tuple(map(int, numbers.groups())) if numbers else (0, 0)


def verdict_of(missed, pulses):
    most = missed > pulses - missed
    return ("gpio.missed", "fail") if most else (None, "warn")


@test(long=True)
def gpio_missed(g):
    """
    The signal is away for a moment, and for most of the look.  How many pulses that costs is the
    host's to say; the verdict is that of their number.
    """
    with chips(g):
        modules.load(g, "fakegpio")
        poll(g, chip="fakegpio", line=0)
        pps = pps_named(g, SOURCE)
        for share, wanted in ((0.15, ("warn", "fail")), (0.8, ("fail",))):
            # a guest that its host keeps waiting is asked again, for longer
            for wait_s in (10, 20, 40):
                cause, found = diag_misses(g, pps, wait_s, share * wait_s)
                if found["severity"] in wanted:
                    break
            assert found["severity"] in wanted, found
            assert counted(found)[0] > 0, found
            assert (cause, found["severity"]) == verdict_of(*counted(found)), (cause, found)
        wait_healthy(g, pps)


def unit_without_source(g):
    g.put("/etc/gpsppsctl.conf", "4 - pulse=%s\n" % SOURCE)
    g.put(OPTIONS, "# ours\noptions pps_gpio_poll chip=fakegpio line=0\n")


def expect_healthy_unit(g):
    """The line is free: the source is there, and its link, which is udev's to make."""
    poll(g, chip="fakegpio", line=0)
    g.run("ln -s %s /dev/gpspps4" % pps_named(g, SOURCE), check=True)
    expect(g, None, pulse=SOURCE)


@test()
def gpio_busy(g):
    with chips(g):
        modules.load(g, "fakegpio")
        number = line_of(g, "fakegpio", 0)["number"]
        g.run("echo %d >/sys/class/gpio/export" % number, check=True)
        r = poll(g, check=False, chip="fakegpio", line=0)
        assert r.rc != 0 and "busy" in r.err, r
        unit_without_source(g)
        found = expect(g, "gpio.busy")
        assert found["fix"].startswith("echo %d >/sys/class/gpio/unexport; " % number), found
        assert "port.absent" not in [i for i, f in diag(g)[2].items() if f["severity"] == "fail"]
        # somebody else sees the same in a record of it
        g.run("rm -rf /tmp/record; gpsppsctl diag --record /tmp/record", timeout=60)
        assert diag(g, words="--sysroot /tmp/record")[:2] == (1, "gpio.busy")
        g.run(found["fix"].split(";")[0], check=True)
        expect(g, "port.absent")
        expect_healthy_unit(g)


@test()
def gpio_button_driver(g):
    with chips(g):
        modules.load(g, "fakegpio")
        modules.load(g, "gpio_keys_polled")
        modules.load(g, "gpioboard", driver="gpio-keys-polled", gpio=line_of(g, "fakegpio", 0)["number"])
        assert line_of(g, "fakegpio", 0)["consumer"] == "gpio-keys-polled"
        r = poll(g, check=False, chip="fakegpio", line=0)
        assert r.rc != 0 and "busy" in r.err, r
        unit_without_source(g)
        found = expect(g, "gpio.button-driver")
        assert found["fix"].startswith(
            "echo gpio-keys-polled >/sys/bus/platform/drivers/gpio-keys-polled/unbind; "), found
        g.run(found["fix"].split(";")[0], check=True)
        expect_healthy_unit(g)
