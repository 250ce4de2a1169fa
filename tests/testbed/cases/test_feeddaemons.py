# SPDX-License-Identifier: GPL-2.0-or-later
"""
gpsppsctl feed and the real daemons in the full guest: each is given the lines that feed
prints, and takes the receiver's time by its own word, which is the host's; diag has nothing
to say of it.
"""

import contextlib
import json
import re
import statistics

import classic
from daemons import (BAUD, CHRONY, DELAY_MS, NTP_REST, NTPSEC, RMC_S, SENTENCES, on_receiver,
                     running, sources, start_gpsd, stop_gpsd, tally, wait_chrony, wait_tally)
from feeding import (CHRONY_LINES, CLASSIC_LINES, NTPSEC_LINES, expect_right_clock, feed, follow,
                     hold, lines_for, set_clock, threads_of, wait_ntpsec, wait_written)
from garmin18 import NMEA23, Garmin18LVC
from testbed import test
from timeserver import enable, holders
from verdict import TTY, diag, expect, finding, look_again

STEP = "makestep 0.1 10\n"
FEED_UNIT = "gpsppsctl-feed@ttyS1.service"


def quick(lines):
    """The same with shorter polls: a daemon's first choice takes some of them."""
    lines = lines.replace("minpoll 4 maxpoll 4", "minpoll 3 maxpoll 3")
    return re.sub(r"^(refclock (?:SHM|SOCK|PPS) .*)$", r"\1 poll 2", lines, flags=re.M)


def chrony(g, lines):
    return running(g, "chrony", CHRONY, quick(lines) + STEP)


def ntpsec(g, lines):
    return running(g, "ntpsec", NTPSEC, quick(lines) + NTP_REST)


def expect_health(g, who, clock):
    """diag's word: nothing is wrong, this daemon has the time from this clock, by our feed."""
    def loud(port):
        return [f for f in port["findings"] if f["severity"] in ("fail", "warn")]

    def right(port):
        marks = {c["name"]: c["mark"] for d in port["daemons"] if d["name"] == who
                 for c in d["clocks"]}
        return not loud(port) and (marks.get(clock) or "none") in "*o"
    code, port = look_again(lambda seen: right(seen[1]), lambda: diag(g, TTY))
    assert not loud(port), json.dumps(loud(port), indent=1)
    assert right(port), port["daemons"]
    assert code == 0 and port["cause"] is None
    assert finding(port, "feed.segments")["severity"] == "ok"


# ---- all of it ----

@test(guest="full")
def feed_to_ntpsec_and_chrony(g):
    """NTPsec by shared memory, and chronyd by its socket, which is restarted meanwhile."""
    with on_receiver(g) as port:
        hold(g, port)
        with feed(g, TTY) as job:
            lines = lines_for(job, NTPSEC_LINES)
        with ntpsec(g, lines):
            with feed(g, "--shm 4 " + TTY):
                expect_elsewhere(g)
            with feed(g, TTY):
                wait_ntpsec(g, "SHM(1)")
                expect_right_clock(g)
                expect_health(g, "NTPsec", "SHM(1)")
                expect_named(g)
        with feed(g, "--sock auto " + TTY) as job:
            lines = lines_for(job, CHRONY_LINES)
        with chrony(g, lines):
            words = expect_unfed(g)
            # another second than the true one: nobody may take the clock's word for it
            set_clock(g, 1.7)
            with feed(g, words):
                wait_chrony(g, "PPS", timeout=60)
                expect_right_clock(g)
                expect_health(g, "chrony", "PPS")
                g.run("systemctl restart chrony", check=True, timeout=60)
                wait_chrony(g, "PPS", timeout=60)


def expect_unfed(g):
    """Nobody feeds: diag says so, and how feed is to be called."""
    g.wait_until(lambda: sources(g).get("PPS") == ("?", 0), 20, "chronyd has no such clock")
    port = expect(g, "feed.absent", TTY)
    called = re.match(r"gpsppsctl feed (--sock auto %s) +#" % TTY,
                      finding(port, "feed.absent")["fix"])
    assert called, finding(port, "feed.absent")
    return called[1]


def expect_elsewhere(g):
    """It feeds, and not what the daemon reads."""
    port = look_again(lambda seen: seen["cause"] == "feed.segments", lambda: diag(g, TTY)[1])
    assert port["cause"] == "feed.segments", json.dumps(port["findings"], indent=1)
    seen = finding(port, "feed.segments")
    assert re.search(r"ntpd\[\d+\] reads shared memory 0 .* writes: 4, 5$", seen["observed"]["text"]), seen
    assert seen["fix"].startswith("gpsppsctl feed --shm 0 %s " % TTY), seen


def expect_named(g):
    """Who has the port and who uses the pulse, for people."""
    out = g.run("gpsppsctl list -n -o HELD-BY " + TTY, check=True).out
    assert set(out.strip().split(",")) == {"gpsppsctl", "gpsppsctl-feed"}, out
    out = g.run("gpsppsctl list -n -o FEEDS " + TTY, check=True).out
    assert out.strip() == "gpspps0,shm0,shm1", out
    out = g.run("gpsppsctl diag " + TTY, timeout=60).out
    assert re.search(r"used by (\w+\[\d+\], )*gpsppsctl-feed\[\d+\]", out), out


# ---- a part of it ----

@test(guest="full", long=True)
def feed_seconds_or_pulses_alone(g):
    """The seconds for chronyd's own look at the pulse; the pulses beside NTPsec's own reader."""
    with on_receiver(g) as port:
        hold(g, port)
        with feed(g, "--seconds-only --sock auto " + TTY) as job:
            lines = lines_for(job, CHRONY_LINES)
            assert "refclock PPS /dev/gpspps0 lock NMEA" in lines, lines
            set_clock(g, -2.3)
            with chrony(g, lines):
                wait_chrony(g, "PPS", timeout=60)
                assert sources(g)["NMEA"][0] == "?", sources(g)
                expect_right_clock(g)
                expect_health(g, "chrony", "PPS")
        # Its speed is no matter of feed's.  Without time2 the sentences would draw the clock off by
        # their delay until there are pulses, on a busy host for minutes, and ntpd slews it back.
        own = "refclock nmea unit 0 mode 1 baud %d time2 %.3f" % (BAUD, RMC_S)
        with ntpsec(g, own + "\n"):
            g.wait_until(lambda: "ntpd" in holders(g, TTY[5:]), 20, "ntpd has not the port")
            r = g.run("gpsppsctl feed " + TTY)
            assert r.rc == 2 and "ntpd[" in r.err and "--pulse-only" in r.err, r
        with feed(g, "--pulse-only " + TTY) as job:
            lines = lines_for(job, NTPSEC_LINES).replace("refclock nmea unit 0", own)
            with ntpsec(g, lines):
                wait_ntpsec(g, "SHM(1)")
                assert tally(g, "NMEA(0)"), "ntpd does not read the sentences"
                expect_right_clock(g)
                expect_health(g, "NTPsec", "SHM(1)")


# ---- beside gpsd ----

@contextlib.contextmanager
def second_receiver(g):
    """The same pulse at another port."""
    port = g.ports["isa2"]
    port.attach_receiver(Garmin18LVC, boot_s=0.1, baud=BAUD)
    port.receiver.stored.sentences = set(SENTENCES)
    port.receiver.stored.pgrmc1[NMEA23] = "2"
    port.receiver.delay_ms = DELAY_MS
    try:
        yield port
    finally:
        port.detach_receiver()


def figures(name, samples):
    """Median and scatter of the pulses' offsets, in ms."""
    offsets = [s.offset_ns / 1e6 for s in samples]
    assert len(offsets) >= 10, "%s: %d pulses" % (name, len(offsets))
    middle = statistics.median(offsets)
    scatter = statistics.median(abs(o - middle) for o in offsets)
    print("# %s: %d pulses, median %+.4f ms, median deviation %.4f ms" %
          (name, len(offsets), middle, scatter), flush=True)
    return middle, scatter


@test(guest="full", long=True)
def feed_beside_gpsd(g):
    """Two receivers with the same pulse, one clock: what both write in the same half minute."""
    with on_receiver(g) as port, second_receiver(g) as other:
        hold(g, port)
        try:
            with feed(g, "--shm 4 " + TTY):
                # started as root: segments 0 and 1
                start_gpsd(g, other.tty)
                wait_written(g, 1, 5, timeout=90)
                seen = follow(g, 30, 1, 5)
        finally:
            stop_gpsd(g)
    middle, scatter = figures("gpsd", [s for s in seen if s.unit == 1])
    ours = figures("feed", [s for s in seen if s.unit == 5])
    # one edge, one kernel; the emulated wires differ by some tenths of a millisecond
    assert abs(ours[0]) <= 3 * abs(middle) + 1, (ours, middle)
    assert ours[1] <= 3 * scatter + 1, (ours, scatter)


# ---- as a service ----

def said(g):
    return g.run("journalctl -b -q -o cat -u " + FEED_UNIT).out


# include/uapi/linux/capability.h: to lock the memory of a thread that is still to come; and all
# of the unit: with CHOWN, DAC_OVERRIDE, SYS_RAWIO, SYS_PTRACE, SYS_ADMIN, SYS_NICE
IPC_LOCK = 1 << 14
OF_UNIT = IPC_LOCK | 1 << 0 | 1 << 1 | 1 << 17 | 1 << 19 | 1 << 21 | 1 << 23


def expect_capabilities(g, wanted):
    """The same for all threads: the first one, which reads the sentences, and the pulse's."""
    pid = g.run("systemctl show -p MainPID --value " + FEED_UNIT, check=True).out.strip()
    threads = threads_of(g, pid)
    assert len(threads) > 1, threads
    for status in threads:
        assert status["Name"].startswith("gpsppsctl-"), status
        rights = {name: int(status[name], 16) for name in status if name.startswith("Cap")}
        # the last one by the unit alone: there is no right to drop more of it
        assert rights == {"CapEff": wanted, "CapPrm": wanted, "CapInh": 0, "CapAmb": 0,
                          "CapBnd": OF_UNIT}, (wanted, status)
        assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2", status
        assert int(status["VmLck"].split()[0]) > 0, status


@test(guest="full")
def feed_at_boot(g):
    """The port's service, the feed's and chronyd, enabled; the next boot does all the rest."""
    with on_receiver(g) as port:
        hold(g, port)
        with feed(g, TTY) as job:
            lines = lines_for(job, CHRONY_LINES)
        g.put(CHRONY, quick(lines) + STEP)
        try:
            enable(g, "--no-reload chrony " + FEED_UNIT)
            g.reboot()
            wait_chrony(g, "PPS", timeout=120)
            expect_right_clock(g)
            expect_health(g, "chrony", "PPS")
            expect_capabilities(g, IPC_LOCK)
            status = "systemctl status --no-pager -l " + FEED_UNIT
            # on a busy host it may have something else to say just now
            g.wait_until(lambda: re.search(r'Status: "/dev/ttyS1: .* fed', g.run(status).out), 60,
                         "systemctl does not say that it feeds", interval=2)
            assert "SCHED_FIFO 50, memory locked" in said(g), said(g)
        finally:
            g.run("SYSTEMCTL_SKIP_SYSV=1 systemctl disable --now %s chrony" % FEED_UNIT, timeout=60)


@test(guest="full", long=True)
def feed_service_with_a_holder_of_its_own(g):
    """A port of no table is attached in the sandbox; and once more, which needs the rights."""
    options = "/etc/default/gpsppsctl-feed@ttyS1"
    with on_receiver(g):
        g.put(options, "FEED_OPTIONS=--baud %d\n" % BAUD)
        try:
            g.run("systemctl start " + FEED_UNIT, check=True, timeout=60)
            wait_written(g, 0, 1)
            expect_capabilities(g, OF_UNIT)
            g.run("kill -9 $(pidof gpsppsctl-hold)", check=True)
            g.wait_until(lambda: "its holder has ended" in said(g), 30, "it does not notice")
            held = "gpsppsctl list -n -o HELD-BY " + TTY
            g.wait_until(lambda: "gpsppsctl" in g.run(held).out.strip().split(","), 30,
                         "nobody holds it again")
            wait_written(g, 0, 1)
            g.run("systemctl stop " + FEED_UNIT, check=True, timeout=60)
            assert g.run("pidof gpsppsctl gpsppsctl-hold; ls /sys/class/pps").out == ""
        finally:
            g.run("systemctl stop %s; rm -f %s" % (FEED_UNIT, options), timeout=60)


# ---- classic ntpd ----

@test(guest="full", long=True)
def feed_to_classic_ntpd(g):
    with on_receiver(g) as port:
        hold(g, port)
        with feed(g, TTY) as job:
            conf = quick(lines_for(job, CLASSIC_LINES)) + NTP_REST
            with classic.classic(g, conf):
                wait_tally(g, "127.127.28.1", "*o", classic.NTPQ, timeout=150)
                expect_right_clock(g)
                expect_health(g, "ntpd", "127.127.28.1")
