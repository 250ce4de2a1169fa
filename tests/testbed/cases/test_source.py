# SPDX-License-Identifier: GPL-2.0-or-later
"""Where pulses come from: each kind of source on the real thing, seen by watch."""

import json

import modules
from guesttool import put_tool
from holding import attach
from test_gpio import chips, pps_named, simulate
from testbed import Skip, test

S = 10 ** 9
WATCH = "gpsppsctl watch --json --edge both --timeout 60 "
AS_NOBODY = "grep -q ^nobody: /etc/passwd || echo nobody:x:65534:65534::/:/bin/sh >>/etc/passwd; su nobody -c '%s'"


def edges_of(text):
    lines = [json.loads(line) for line in text.splitlines()]
    return [line for line in lines if "sec" in line]


def watch(g, words):
    return edges_of(g.run(WATCH + words, timeout=120, check=True).out)


# ---- the filter with its defaults ----

GATE_NS = 500000		# of a second, 500 ppm are the same


def pull_of(g, line=0):
    """The file by which a line of the one chip of gpio-sim is driven."""
    return g.run("echo /sys/devices/platform/gpio-sim.*/gpiochip*/sim_gpio%d/pull" % line,
                 check=True).out.strip()


def expected(times, fates):
    """
    By this arithmetic, from the first that was used: how each stamp lies beside the last good
    one.  Pairs of what was expected and what was said.
    """
    first = fates.index("used")
    last, pairs = times[first], []
    for t, fate in zip(times[first + 1:], fates[first + 1:]):
        good = abs((t - last + S // 2) % S - S // 2) <= GATE_NS or fate == "step"
        pairs.append((good, fate in ("used", "step")))
        last = t if good else last
    return pairs


def pulses_pass(g, pull, what, ready, count=8):
    """
    Pulses on a simulated line, at the guest's own seconds: each stamp is between the times
    before and after the write, and the default gate and frequency let those pass that are on
    time; COUNT of them, which takes a busy host longer.
    """
    tool = put_tool(g, "pulse_line")
    job = g.start("gpsppsctl watch --json --rate 1 " + what)
    made = None
    try:
        g.wait_until(lambda: ready() or job.done, 20, "%s is not watched" % what)
        made = g.start("exec %s %s 1000" % (tool, pull))
        g.wait_until(lambda: job.output().count('"fate":"used"') >= count or job.done, 80,
                     "no %d pulses are used" % count)
    finally:
        if made:
            made.signal(15)
            made.wait(20)
        job.signal(2)
        r = job.wait(20)
    lines = [json.loads(line) for line in r.out.splitlines()]
    assert r.rc == 0, r
    asserts = [e for e in lines[:-1] if e["edge"] == "assert"]
    written = [tuple(map(int, line.split())) for line in made.output().splitlines()]
    times, fates = [time_ns(e) for e in asserts], [e["fate"] for e in asserts]
    told = lines[-1]["summary"]
    print("# %s: %s" % (what, told["fates"]))
    assert {e["stamp"] for e in asserts} == {"kernel"}, r.out
    # the last one may be between its edge and its line
    assert all(any(a <= t <= b for a, b in written) for t in times[:-1]), (written, times)
    wrong = [pair for pair in expected(times, fates) if pair[0] != pair[1]]
    assert not wrong, (times, fates)
    assert told["fates"]["used"] == fates.count("used") and told["filter"] == "trimmed mean", told


def time_ns(edge):
    return edge["sec"] * S + edge["nsec"]


def near_the_second(edges, which, after_ms, room_ms=50):
    """Most of them come AFTER_MS after a second: the guest's clock, and its host, have ROOM."""
    late = sorted((time_ns(e) - after_ms * 10 ** 6 + S // 2) % S - S // 2
                  for e in edges if e["edge"] == which)
    assert late and abs(late[len(late) // 2]) < room_ms * 10 ** 6, (late, edges)


def ascends(edges, which):
    numbers = [e["seq"] for e in edges if e["edge"] == which]
    assert None not in numbers and numbers == sorted(set(numbers)), numbers


@test()
def source_modem_lines(g):
    """A pulse on CTS and one on DCD; the ports are left as they were."""
    ports = cts, dcd = g.ports["isa2"], g.ports["isa3"]
    cts.pulse(line="cts", width_ms=100)
    dcd.pulse(line="dcd", width_ms=200, inverted=True)
    modes = [g.run("stty -g -F " + p.tty, check=True).out for p in ports]
    closed = [p.outputs for p in ports]
    job = g.start(WATCH + "--count 4 --line cts " + cts.tty)
    of_dcd = watch(g, "--count 4 " + dcd.tty)
    near_the_second(of_dcd, "clear", 0)
    near_the_second(of_dcd, "assert", 200)
    r = job.wait(60)
    assert r.rc == 0, r
    of_cts = edges_of(r.out)
    near_the_second(of_cts, "assert", 0)
    near_the_second(of_cts, "clear", 100)
    for edges, name in ((of_dcd, "ttyS3:dcd"), (of_cts, "ttyS2:cts")):
        assert {(e["source"], e["stamp"]) for e in edges} == {(name, "user")}, edges
        ascends(edges, "assert")
        ascends(edges, "clear")
    assert modes == [g.run("stty -g -F " + p.tty, check=True).out for p in ports]
    g.wait_until(lambda: closed == [p.outputs for p in ports], 10, "DTR or RTS is another")


def expect_gone(g, port, what, kind):
    """By the source itself: watch sees a hang-up by what it reads of the port, too."""
    tool = put_tool(g, "source_tool", "words.c", "measure.c", "sys/tty.c",
                    *("source/%s.c" % n for n in "source pps sysfs port miwait poll gpio".split()))
    job = g.start("exec %s %s" % (tool, what))
    g.wait_until(lambda: what in g.run("ls -l /proc/$(pidof source_tool)/fd", quiet=True).out.split(),
                 20, what + " is not opened")
    port.unplug()
    r = job.wait(30)
    assert (r.rc, r.out) == (0, kind + " No such device\n"), r


@test()
def source_unplugged(g):
    """
    Nobody pulses, so that only the removal itself can end the wait.  A wait in
    TIOCMIWAIT would hold the removal up for ever: the card could not be plugged again.
    """
    port = g.ports["pci1"]
    try:
        port.plug()
        expect_gone(g, port, port.tty, "miwait")
        port.plug()
        attach(g, port)
        expect_gone(g, port, "/dev/pps0", "pps")
    finally:
        if port.plugged:
            port.unplug()


@test()
def source_without_the_right(g):
    """Everybody may read sysfs, which has the kernel's own stamps: the same as root's."""
    port = g.ports["isa2"]
    port.pulse(width_ms=100)
    attach(g, port)
    try:
        g.run("chmod 600 /dev/pps0", check=True)
        job = g.start(WATCH + "--count 6 pps0")
        r = g.run(AS_NOBODY % (WATCH + "--count 5 pps0"), timeout=120, check=True)
        roots = job.wait(60)
        assert roots.rc == 0, roots
        mine, roots = ({(e["edge"], e["seq"]): time_ns(e) for e in edges_of(each.out)}
                       for each in (r, roots))
        both = mine.keys() & roots.keys()
        assert len(both) >= 5 and all(mine[k] == roots[k] for k in both), (mine, roots)
        ascends(edges_of(r.out), "assert")
        ascends(edges_of(r.out), "clear")
    finally:
        g.run("gpsppsctl detach " + port.tty, check=True)


@test()
def source_gpio_events(g):
    """Edges of gpio-sim, with the kernel's stamps and numbers."""
    with chips(g):
        simulate(g, ["pulse"])
        pull = g.run("echo /sys/devices/platform/gpio-sim.*/gpiochip*/sim_gpio0/pull", check=True).out.strip()
        job = g.start(WATCH + "--count 3 %s:0" % pull.split("/")[5])
        g.wait_until(lambda: "gpsppsctl" in g.run("cat /sys/kernel/debug/gpio", quiet=True).out,
                     20, "the line is not asked for")
        began = int(g.run("date +%s", check=True).out)
        g.run("for n in 1 2 3 4; do for p in pull-up pull-down; do echo $p >%s; sleep 0.1; done; done" %
              pull, check=True)
        ended = int(g.run("date +%s", check=True).out)
        r = job.wait(60)
        edges = edges_of(r.out)
        assert r.rc == 0 and len(edges) >= 3, r
        for n, e in enumerate(edges):
            assert (e["edge"], e["seq"]) == (("assert", "clear")[n % 2], n // 2 + 1), r
        assert {e["stamp"] for e in edges} == {"kernel"}, r
        assert all(began <= e["sec"] <= ended for e in edges), (began, ended, r)


@test()
def source_gpio_passes_the_defaults(g):
    """The kernel's stamps of a line are fine enough; --last says what it cannot do with one."""
    with chips(g):
        simulate(g, ["pulse"])
        pull = pull_of(g)
        what = pull.split("/")[5] + ":0"
        pulses_pass(g, pull, what,
                    lambda: "gpsppsctl" in g.run("cat /sys/kernel/debug/gpio", quiet=True).out)
        r = g.run("gpsppsctl watch --last " + what)
        assert (r.rc, r.out) == (2, ""), r
        assert r.err == ("gpsppsctl: %s: the kernel keeps no time and no count of a GPIO line's edges\n"
                         "gpsppsctl: hint: gpsppsctl watch --count 1 %s\n" % (what, what)), r


@test()
def source_pps_gpio_passes_the_defaults(g):
    """The same by the kernel's own client: a source with /dev/ppsN."""
    with chips(g):
        simulate(g, ["pulse", ""])	# the second one is its echo
        modules.load(g, "ppsgpio", chip="board", line=0)
        modules.load(g, "pps-gpio")
        pps = pps_named(g, "pps-gpio.-1")
        pulses_pass(g, pull_of(g), pps,
                    lambda: "/dev/" + pps in g.run("ls -l /proc/$(pidof gpsppsctl)/fd",
                                                   quiet=True).out.split())


@test()
def source_gpio_polled(g):
    """A chip without interrupts, whose line pulses by the clock: each edge within its bounds."""
    with chips(g):
        modules.load(g, "fakegpio")
        listed = json.loads(g.run("gpsppsctl list --gpio --json", check=True).out)["chips"]
        chip = next(c["chip"] for c in listed if c["label"] == "fakegpio")
        edges = watch(g, "--count 4 %s:0" % chip)
        assert {e["stamp"] for e in edges} == {"poll"}
        assert {e["edge"] for e in edges} == {"assert", "clear"}
        for e in edges:
            late = time_ns(e) - e["sec"] * S - (0 if e["edge"] == "assert" else S // 10)
            assert -10 ** 5 <= late <= e["late_ns"] + 10 ** 5, e


def told_of(g, words):
    r = g.run("gpsppsctl watch --json --count 6 --timeout 60 " + words, timeout=120, check=True)
    told = json.loads(r.out.splitlines()[-1])["summary"]
    print("# %s: %s" % (words, told["fates"]))
    assert told["pulses"] == 6, told
    return told


def ktimer_is_no_second(g, pps):
    """
    A timer of a second fires after 1.024 s (kernel/time/timer.c: test_kernel.wheel_s()), which
    is 24000 ppm off: the defaults let none of it pass, nor does the discriminator alone; and
    it passes when that is opened so far.
    """
    for words in ("", "--gate 0 "):
        told = told_of(g, words + pps)
        assert told["fates"]["used"] == 0 and told["fates"]["frequency"] >= 4, told
        assert told["samples"] == 0 and told["filtered_ns"] is None, told
    told = told_of(g, "--gate 0 --ppm 50000 " + pps)
    assert told["fates"]["used"] >= 2, told


@test()
def source_ktimer(g):
    """The kernel's own timer: assert alone, no port."""
    if "pps-ktimer" not in modules.modules_for(modules.kernel_of(g)):
        raise Skip("no pps-ktimer for this kernel")
    modules.load(g, "pps-ktimer")
    try:
        pps = g.run("grep -lx ktimer /sys/class/pps/*/name", check=True).out.split("/")[4]
        edges = watch(g, "--count 3 " + pps)
        ascends(edges, "assert")
        assert {(e["source"], e["edge"], e["stamp"]) for e in edges} == {(pps, "assert", "kernel")}
        ktimer_is_no_second(g, pps)
    finally:
        modules.unload(g, "pps-ktimer")
