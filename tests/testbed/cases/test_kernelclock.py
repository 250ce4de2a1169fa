# SPDX-License-Identifier: GPL-2.0-or-later
"""`gpsppsctl kernel` and the table's bind=, on kernels that can use a pulse themselves and not."""

import contextlib
import json
import re

from daemonfaults import HEALTHY, Server
from holding import LOOK_S, N_TTY, attach, await_event, use_tool
from test_kernel import (DROP_IN, FORGOTTEN_S, STA_PLL, STA_PPSFREQ, STA_PPSTIME, a_pulse,
                         await_pulses, consumer, needs_ours, release, source_named)
from testbed import Skip, test
from timeserver import (UNIT, reload, restored, wait_attached, wait_stratum_1, write_table)

CONF = "/etc/gpsppsctl.conf"
CAP_SYS_TIME = 25
WITHOUT = "built without CONFIG_NTP_PPS"


def kernel(g, options="", rc=0):
    r = g.run("gpsppsctl kernel %s" % options, quiet=True)
    assert r.rc == rc, r
    return r


def as_nobody(g, options=""):
    return g.run("su -s /bin/sh nobody -c 'gpsppsctl kernel %s'" % options, quiet=True)


def known(g, options="", rc=0):
    o = json.loads(kernel(g, options + " --json", rc).out)
    assert o["version"] == 1, o
    return o


def used(g):
    """(what the kernel does with the pulse, of which source, by which edge)"""
    c = known(g)["consumer"]
    return c["use"], c["source"], c["edge"]


def await_use(g, use, pps, timeout=20):
    """A busy host's pulses jitter, so that the kernel drops one or the other."""
    uses = {use, "bad-pulse"} if use in ("measures", "steers") else {use}
    g.wait_until(lambda: used(g)[0] in uses and used(g)[1] == pps, timeout,
                 "%s is not %s" % (pps, use))


def follows(g):
    return {"STA_PPSTIME", "STA_PPSFREQ", "STA_PPSSIGNAL"} <= set(known(g)["flags"])


@contextlib.contextmanager
def table(g, line):
    g.put(CONF, line + "\n")
    try:
        yield
    finally:
        g.run("rm -f " + CONF)


def needs_debians(g):
    if release(g).endswith("-pps"):
        raise Skip("for a kernel of Debian's")


# ---- any kernel ----

@test()
def tick_is_set_and_told_how_to_undo(g):
    before = known(g)["tick_us"]
    out = kernel(g, "--tick %d" % (before + 1)).out
    undo = re.search(r"%d us, before %d us; back: gpsppsctl (kernel --tick %d)$" %
                     (before + 1, before, before), out, re.M)
    assert undo, out
    try:
        assert known(g)["tick_us"] == before + 1
        # the clock itself runs so much faster: 100 ppm are 100 us a second; it is not stepped
        assert known(g)["frequency_ppm"] == 0
        r = as_nobody(g, "--tick 10000")
        assert r.rc == 2 and "cannot set the tick: Operation not permitted\n" in r.err and \
            "hint: run it as root: sudo gpsppsctl kernel --tick 10000" in r.err, r
        assert known(g)["tick_us"] == before + 1
    finally:
        g.run("gpsppsctl " + undo[1], check=True)
    assert known(g)["tick_us"] == before
    # and what the kernel would take is what we take
    assert known(g, "--tick 9000")["was_tick_us"] == before
    assert known(g, "--tick 11000")["was_tick_us"] == 9000
    kernel(g, "--tick %d" % before)


@test()
def debians_kernel_is_explained(g):
    needs_debians(g)
    with a_pulse(g) as pps:
        assert used(g) == ("unsupported", None, None)
        assert known(g)["hardpps"] is None
        assert WITHOUT in kernel(g).out
        o = known(g, pps, rc=1)
        assert [s["bindable"] for s in o["sources"]] == [False] and \
            o["sources"][0]["edges"] == ["assert", "clear"], o
        r = kernel(g, "--bind " + pps, rc=1)
        assert WITHOUT in r.err and "flag3" in r.err and "make kernel-deb" in r.err, r
        assert WITHOUT in kernel(g, "--unbind " + pps, rc=1).err
        assert not r.out


@test()
def debians_kernel_refuses_bind_once(g):
    """attach says so, and goes on."""
    needs_debians(g)
    port = g.ports["isa2"]
    port.pulse(width_ms=100)
    with table(g, "0 %s bind=assert" % port.tty):
        r = g.run("NOTIFY_SOCKET=/nonexistent gpsppsctl attach --daemon " + port.tty, check=True)
        try:
            assert r.err.count("bind=") == 2 and "Operation not supported" in r.err, r
            assert "CONFIG_NTP_PPS" in r.err and "bound" not in r.out, r
            await_pulses(g, "pps0")
            # nothing to bind the next source with
            pid = re.search(r"held by gpsppsctl\[(\d+)\]", r.out)[1]
            assert "CapPrm:\t0000000000000000" in g.run("cat /proc/%s/status" % pid).out
        finally:
            g.run("gpsppsctl detach " + port.tty)


# ---- a kernel with hardpps ----

@test(long=True)
@needs_ours
def bound_by_the_command(g):
    with a_pulse(g) as pps:
        assert used(g) == ("unbound", None, None)
        assert re.search(r"^%s .*captures both edges: may be bound$" % pps, kernel(g, pps).out, re.M)
        before = known(g)["hardpps"]["calibrations"]
        out = kernel(g, "--bind " + g.ports["isa2"].tty).out
        assert "%s   bound to the kernel's clock by assert" % pps in out, out
        # the command has ended, and its descriptor is closed
        await_use(g, "measures", pps)
        assert used(g)[2] == "assert" and "STA_PPSSIGNAL" in known(g)["flags"]
        g.wait_until(lambda: known(g)["hardpps"]["calibrations"] > before, 80, "no interval")
        out = kernel(g, pps).out
        assert "%s is bound by assert: " % pps in out and re.search("^%s .*: is bound$" % pps, out, re.M), out
        kernel(g, "--unbind")
        assert used(g) == ("unbound", None, None)
        g.wait_until(lambda: "STA_PPSSIGNAL" not in known(g)["flags"], 2 * FORGOTTEN_S, "the signal stays")
        assert "is not bound to the kernel's clock" in kernel(g, "--unbind " + pps, rc=1).err
        assert "no source is bound" in kernel(g, "--unbind", rc=1).err


@test(long=True)
@needs_ours
def a_bound_pulse_that_ends(g):
    port = g.ports["isa2"]
    with a_pulse(g) as pps:
        assert json.loads(kernel(g, "--bind --edge clear --json " + pps).out)["consumer"]["edge"] == "clear"
        await_use(g, "measures", pps)
        assert used(g)[2] == "clear"
        consumer(g, "status", STA_PLL | STA_PPSTIME | STA_PPSFREQ)
        await_use(g, "steers", pps, 60)
        assert follows(g)
        port.reset_lines()
        await_use(g, "no-pulse", pps, 3 * FORGOTTEN_S)
        out = kernel(g).out
        assert "TIME_ERROR: it is to follow a pulse, and the kernel gets none" in out, out
        port.pulse(width_ms=100)
        await_use(g, "steers", pps, 60)
        # the source goes, and its binding with it
        g.run("gpsppsctl detach " + port.tty, check=True)
        assert used(g)[0] == "no-source" and known(g)["consumer"]["source"] is None


@test(long=True)
@needs_ours
def another_one_is_bound(g):
    g.run("modprobe pps-ktimer", check=True)
    try:
        other = source_named(g, "ktimer")
        with a_pulse(g) as pps:
            kernel(g, "--bind ktimer")
            r = kernel(g, "--bind " + pps, rc=1)
            assert "cannot bind: %s is bound, and the kernel takes one source" % other in r.err, r
            assert "another source is bound" in kernel(g, pps, rc=1).out
            assert "captures assert" in kernel(g, "--bind --edge clear " + other, rc=1).err
            # a log that was emptied tells nothing: who is bound is asked of each
            g.run("dmesg -c", check=True, quiet=True)
            assert known(g)["consumer"]["source"] is None and used(g)[0] != "unbound"
            assert "another source is bound" in kernel(g, "--bind " + pps, rc=1).err
            assert kernel(g, "--unbind").out.startswith(other)
            assert used(g) == ("unbound", None, None)
    finally:
        g.run("rmmod pps_ktimer")


@test(long=True)
@needs_ours
def who_may_not_bind(g):
    with a_pulse(g) as pps:
        g.wait_until(lambda: "STA_PPSSIGNAL" not in known(g)["flags"], 2 * FORGOTTEN_S,
                     "the last test's signal stays")
        # who may read the node may not bind it
        g.run("chmod 666 /dev/" + pps, check=True)
        r = as_nobody(g, "--bind " + pps)
        assert r.rc == 2 and "cannot bind: Operation not permitted" in r.err and \
            "hint: run it as root: sudo gpsppsctl kernel --bind %s\n" % pps in r.err, r
        g.run("sysctl -q kernel.dmesg_restrict=1", check=True)
        try:
            r = as_nobody(g)
            assert r.rc == 0 and "kernel's log alone tells" in r.out, r
        finally:
            g.run("sysctl -q kernel.dmesg_restrict=0")
        assert used(g) == ("unbound", None, None)


# ---- the table ----

def capabilities(g, pid):
    return int(re.search(r"CapPrm:\t(\w+)", g.run("cat /proc/%s/status" % pid, check=True).out)[1], 16)


@test(long=True)
@needs_ours
def the_table_binds(g):
    port = g.ports["isa2"]
    port.pulse(width_ms=100)
    with table(g, "0 %s bind=assert" % port.tty):
        g.run("rm -f /run/gpsppsctl/%s.events" % port.tty[5:])
        r = g.run("NOTIFY_SOCKET=/nonexistent gpsppsctl attach --daemon " + port.tty, check=True)
        try:
            assert "\npps0 is bound to the kernel's clock by assert\n" in r.out and not r.err, r
            pid = re.search(r"held by gpsppsctl\[(\d+)\]", r.out)[1]
            assert capabilities(g, pid) == 1 << CAP_SYS_TIME
            await_use(g, "measures", "pps0")
            # another program takes the line discipline, and the source goes with it
            use_tool(g, "ldisc", port, N_TTY)
            assert used(g)[0] == "no-source"
            await_event(g, port, "healed", timeout=4 * LOOK_S)
            new = g.run("grep -lx %s /sys/class/pps/*/path" % port.tty, check=True).out.split("/")[4]
            await_use(g, "measures", new)
        finally:
            g.run("gpsppsctl detach " + port.tty)
        assert used(g)[0] == "no-source"
        assert "unbound kernel consumer on device removal" in g.run("dmesg", quiet=True).out
        # and once, where nothing is held
        r = g.run("gpsppsctl attach --once " + port.tty, check=True)
        assert "is bound to the kernel's clock" in r.out and used(g)[0] == "no-source", r
    attach(g, port)
    try:
        assert used(g)[0] == "unbound"
    finally:
        g.run("gpsppsctl detach " + port.tty)


@test(long=True)
@needs_ours
def the_table_binds_a_source_of_its_own(g):
    """It does not go with the port: it is unbound when the port is let go."""
    port = g.ports["isa2"]
    g.run("modprobe pps-ktimer", check=True)
    try:
        with table(g, "0 %s pulse=ktimer bind=assert" % port.tty):
            attach(g, port)
            try:
                g.wait_until(lambda: used(g)[1] == source_named(g, "ktimer"), 10, "not bound")
            finally:
                g.run("gpsppsctl detach " + port.tty)
            assert used(g) == ("unbound", None, None)
    finally:
        g.run("rmmod pps_ktimer")


# ---- with a service manager and a daemon ----

@contextlib.contextmanager
def small_kernel(g):
    """It has no namespaces for IPC, and the service asks for one of its own."""
    with restored(g):
        g.run("mkdir -p %s" % DROP_IN.rsplit("/", 1)[0], check=True)
        g.put(DROP_IN, "[Service]\nPrivateIPC=no\n")
        yield


@test(guest="full", long=True)
@needs_ours
def the_service_binds_in_its_sandbox(g):
    port = g.ports["isa1"]
    with small_kernel(g):
        write_table(g, port.tty, "baud=4800 bind=assert")
        reload(g)
        pps = wait_attached(g, port.tty)
        pid = g.run("systemctl show -p MainPID --value " + UNIT.format(port.tty[5:])).out.strip()
        assert capabilities(g, pid) == 1 << CAP_SYS_TIME
        await_use(g, "measures", pps)
        assert used(g)[2] == "assert"
        # at the end of the service the source goes
        g.run("systemctl stop " + UNIT.format(port.tty[5:]), check=True, timeout=60)
        g.wait_until(lambda: used(g)[0] == "no-source", 10, "a source stays")


@test(guest="full", long=True)
@needs_ours
def flag3_makes_the_clock_follow(g):
    """A real NTPsec: it binds, sets the bits, and is synchronised by the pulse."""
    p = Server(g)
    with small_kernel(g):
        p.hold()
        assert used(g)[0] == "unbound"
        p.serve(HEALTHY + " flag3 1")
        await_use(g, "measures", p.pps, 60)
        wait_stratum_1(g, 240)
        # the loop filter hands over to the pulse when it is selected (ntp_loopfilter.c)
        g.wait_until(lambda: follows(g), 120, "the clock does not follow")
        await_use(g, "steers", p.pps)
        assert used(g)[2] == "assert"
        # it leaves it so: what the manual says of --unbind
        g.run("systemctl stop ntpsec", check=True, timeout=60)
        assert used(g)[1] == p.pps
        kernel(g, "--unbind")
        # by the journal, which may be late
        g.wait_until(lambda: used(g)[0] == "unbound", 10, "it stays bound")
