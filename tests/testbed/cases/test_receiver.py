# SPDX-License-Identifier: GPL-2.0-or-later
"""receiver: on a real kernel's ports, idle, held, and read by the real ntpd."""

import contextlib
import json
import re
import time

from testbed import test
from ublox import Ublox
from timeserver import reload, restored, wait_attached, wait_stratum_1, write_ntp_conf, write_table

TTY = "/dev/ttyS1"
TABLE = "/etc/gpsppsctl.conf"
# a UART's registers by offset: with LCR's bit 7 clear, 0 is the data and 1 IER
DATA, IER, FCR, LCR, MCR = range(5)
MSI = 0x08
FACTORY = {"GPRMC", "GPGGA", "GPGSA", "GPGSV", "PGRME", "PGRMB", "PGRMT"}


@contextlib.contextmanager
def attached(g, command="gpsppsctl attach --unit 0 " + TTY):
    g.run("mkdir -p /var/lib")
    job = g.start(command)
    g.wait_until(lambda: pps_of(g) or job.done, 10, "not attached")
    assert not job.done, job.output()
    g.wait_until(lambda: asserts(g) > 0, 10, "no pulse")
    try:
        yield job
    finally:
        job.signal(15)
        job.wait(10)
        g.run("rm -rf /var/lib/gpsppsctl " + TABLE)


def pps_of(g):
    path = g.run("grep -lx %s /sys/class/pps/*/path" % TTY, quiet=True).out.strip()
    return path.split("/")[4] if path else None


def asserts(g):
    text = g.run("cat /sys/class/pps/%s/assert" % pps_of(g), quiet=True).out.strip()
    return int(text.split("#")[1]) if "#" in text else 0


def mode(g):
    return g.run("stty -F %s -a" % TTY).out


def amid_change(g, receiver, command):
    """Start a change, and come back when the receiver has obeyed its first half."""
    job = g.start(command)
    g.wait_until(lambda: receiver.received, 15, "nothing sent")
    time.sleep(0.2)
    return job


@test()
def receiver_shows_an_idle_port(g):
    time.sleep(2)       # it was switched on just now
    before = mode(g)
    r = g.run("gpsppsctl receiver %s --json" % TTY)
    assert r.rc == 0, r.err
    got = json.loads(r.out)
    assert (got["make"], got["baud"], got["fix"], got["heard"]) == ("Garmin", 4800, "3D", "sentences")
    assert {row["type"] for row in got["sentences"]} >= {"RMC", "GGA", "GSA", "GSV", "PGRME", "PGRMB"}
    assert 200 < got["chars_per_s"] < 500
    assert got["bad_checksums"] == 0
    assert got["settings"] == {"baud": 4800, "pulse": True, "pulse_ms": 100, "pulse_stops": False,
                               "interval_ms": 1000, "nmea_version": 2.0}, got
    assert g.ports["isa1"].receiver.received == ["$PGRMCE", "$PGRMC1E"]
    assert mode(g) == before
    r = g.run("gpsppsctl receiver %s --passive" % TTY)
    assert r.rc == 0, r.err
    assert len(g.ports["isa1"].receiver.received) == 2


@test()
def receiver_finds_the_speed(g):
    g.ports["isa1"].receiver.baud = 9600
    r = g.run("gpsppsctl receiver %s" % TTY)
    assert r.rc == 0, r.err
    assert re.match(r"Garmin, 9600 baud, fix 3D", r.out), r.out


@test()
def receiver_sees_an_inverted_line(g):
    g.ports["isa1"].receiver.inverted = True
    r = g.run("gpsppsctl receiver %s" % TTY)
    assert r.rc == 1
    assert "polarity of the data line is inverted" in r.err, r.err


@test()
def receiver_works_on_an_idle_port(g):
    g.run("mkdir -p /var/lib")
    receiver = g.ports["isa1"].receiver
    r = g.run("gpsppsctl receiver %s --sentences RMC" % TTY, timeout=60)
    assert r.rc == 0, r.err
    assert receiver.received == ["$PGRMO,,2", "$PGRMO,GPRMC,1"]
    assert receiver.stored.sentences == {"GPRMC"}
    r = g.run("gpsppsctl receiver %s --defaults" % TTY, timeout=60)
    assert r.rc == 0, r.err
    assert receiver.stored.sentences == FACTORY


def changes_without_losing_a_pulse(g):
    """The pulse goes on, the same source, and the UART is told nothing but data."""
    receiver = g.ports["isa1"].receiver
    pps, before_mode, before = pps_of(g), mode(g), asserts(g)
    start = time.monotonic()
    with g.trace_serial() as events:
        r = g.run("gpsppsctl receiver %s --sentences RMC" % TTY, timeout=60)
    took = time.monotonic() - start
    assert r.rc == 0, r.err
    assert "sends RMC now" in r.out
    assert receiver.stored.sentences == {"GPRMC"}
    assert pps_of(g) == pps
    assert mode(g) == before_mode
    # the change takes half of this time: a loss of that would be seen
    assert abs(asserts(g) - before - took) <= 3 + took / 10, (asserts(g) - before, took)
    # sending switches the transmit interrupt on and off; the modem-status one stays
    assert events
    assert {offset for offset, _ in events} <= {DATA, IER}, events
    assert all(value & MSI for offset, value in events if offset == IER), events


@test()
def receiver_on_a_held_port_keeps_the_pulse(g):
    with attached(g):
        changes_without_losing_a_pulse(g)
        assert "paused" not in g.run("gpsppsctl list").out
        r = g.run("gpsppsctl receiver %s --at 9600" % TTY)
        assert r.rc == 2 and "is open at 4800 baud, not at 9600" in r.err, r.err
        # the receiver was told another speed by somebody else
        before = mode(g)
        g.ports["isa1"].receiver.baud = 9600
        r = g.run("gpsppsctl receiver %s --passive" % TTY, timeout=60)
        assert r.rc == 0 and ", 9600 baud, " in r.out, r
        assert "is kept at 4800 baud, and the receiver speaks at 9600" in r.err, r.err
        assert mode(g) == before


@test()
def receiver_takes_a_held_port_to_another_speed(g):
    """The pulse goes on, the same source; the holder keeps the new speed, and the table says it."""
    receiver = g.ports["isa1"].receiver
    g.put(TABLE, "# the roof\n0 ttyS1 baud=4800 # east\n")
    with attached(g, "gpsppsctl attach " + TTY):
        pps, before = pps_of(g), asserts(g)
        with g.trace_serial() as events:
            r = g.run("gpsppsctl receiver %s --baud 9600 --sentences RMC" % TTY, timeout=120)
        assert r.rc == 0, r
        assert "\n-0 ttyS1 baud=4800 # east\n+0 ttyS1 baud=9600 # east\n" in "\n" + r.out, r.out
        assert "9600 baud (before: 4800 baud)" in r.out, r.out
        assert g.get(TABLE) == b"# the roof\n0 ttyS1 baud=9600 # east\n"
        assert (receiver.baud, receiver.stored.sentences) == (9600, {"GPRMC"})
        # the UART was programmed for it, and its modem-status interrupt never off
        assert all(value & MSI for offset, value in ier_writes(events)), events
        assert pps_of(g) == pps and "speed 9600 baud" in mode(g)
        now = asserts(g)
        assert now > before
        g.wait_until(lambda: asserts(g) >= now + 3, 15, "no pulses any more")
        held = g.run("gpsppsctl list -n -o BAUD " + TTY).out.split()
        assert held == ["9600"], held
        noted = g.run("cat /run/gpsppsctl/ttyS1.events").out
        assert " speed 4800 -> 9600 baud, the receiver's as well, by gpsppsctl[" in noted, noted
        assert "set by another program" not in noted, noted
        r = g.run("gpsppsctl receiver %s --json" % TTY)
        got = json.loads(r.out)
        assert (got["baud"], got["heard"], got["chars_per_s"] > 40) == (9600, "sentences", True), got
        assert g.run("ls -A /var/lib/gpsppsctl").out.split() == []


def ier_writes(events):
    """Without those to the same register while LCR's bit 7 makes it a part of the speed."""
    latch = False
    for offset, value in events:
        if offset == LCR:
            latch = value & 0x80
        elif offset == IER and not latch:
            yield offset, value


@test()
def receiver_held_at_the_wrong_speed_is_found_and_mended(g):
    """Killed amid a change of the speed: the holder keeps the old one; the next run mends both."""
    receiver = g.ports["isa1"].receiver
    with attached(g):
        pps = pps_of(g)
        job = g.start("exec gpsppsctl receiver %s --baud 9600 --sentences RMC" % TTY)
        g.wait_until(lambda: receiver.baud == 9600 or job.done, 60, "not at its new speed")
        job.signal(9)
        job.wait(5)
        g.wait_until(lambda: "speed 4800 baud" in mode(g), 5, "the holder did not put the mode back")
        assert g.run("ls /var/lib/gpsppsctl").out.split() == ["receiver-ttyS1"]
        r = g.run("gpsppsctl receiver %s --json" % TTY, timeout=120)
        assert r.rc == 0, r
        got = json.loads(r.out)
        ends = {"done": (9600, {"GPRMC"}), "put-back": (4800, FACTORY)}
        assert (got["baud"], receiver.stored.sentences) == ends[got["resumed"]], (got, r.err)
        assert receiver.baud == got["baud"]
        assert "speed %d baud" % got["baud"] in mode(g)
        assert pps_of(g) == pps
        assert g.run("ls -A /var/lib/gpsppsctl").out.split() == []


@test()
def receiver_tells_a_u_blox_on_a_held_port(g):
    """Packets have any byte: the 13 ns of the antenna's cable are a CR, which ntpd's mode makes a LF."""
    g.ports["isa1"].attach_receiver(Ublox)
    unit = g.ports["isa1"].receiver
    unit.now.cable_ns = unit.battery.cable_ns = 13
    with attached(g, "gpsppsctl attach --unit 0 --baud 9600 " + TTY):
        pps, before_mode, before = pps_of(g), mode(g), asserts(g)
        start = time.monotonic()
        with g.trace_serial() as events:
            r = g.run("gpsppsctl receiver %s --timing --no-journal" % TTY, timeout=90)
        took = time.monotonic() - start
        assert r.rc == 0, r
        assert (unit.now.sentences, unit.now.cable_ns) == ({"RMC"}, 13), r
        unit.power_cycle()
        assert unit.now.sentences == {"RMC"}, "not saved"
        assert (pps_of(g), mode(g)) == (pps, before_mode)
        assert abs(asserts(g) - before - took) <= 3 + took / 10, (asserts(g) - before, took)
        assert {offset for offset, _ in events} <= {DATA, IER}, events


@test()
def receiver_beside_plain_ldattach_keeps_the_pulse(g):
    with attached(g, "exec ldattach -d -s 4800 -1 -n pps " + TTY):
        changes_without_losing_a_pulse(g)


@test()
def nmea_reads_a_held_port_and_gives_it_back(g):
    with attached(g):
        before_mode, pps, before = mode(g), pps_of(g), asserts(g)
        r = g.run("gpsppsctl nmea --json --seconds 4 " + TTY)
        assert r.rc == 0, r
        *lines, summary = map(json.loads, r.out.splitlines())
        assert {"RMC", "GGA", "PGRME"} <= {line["type"] for line in lines}
        assert summary["type"] == "summary" and summary["bad_checksums"] == 0, summary
        told = [line["time"] for line in lines if line["type"] == "RMC"]
        assert 3 <= len(told) <= 6 and None not in told, told
        assert (mode(g), pps_of(g)) == (before_mode, pps)
        assert asserts(g) >= before + 3
        assert "paused" not in g.run("gpsppsctl list").out


@test()
def receiver_reads_now_and_not_the_past(g):
    """Nobody reads an attached port: 4 kB and more of old lines wait in it."""
    with attached(g):
        time.sleep(15)
        r = g.run("gpsppsctl receiver %s --json" % TTY)
        got = json.loads(r.out)
        assert 200 < got["chars_per_s"] < 500, got
        told = got["time"][11:19]
        now = g.run("date -u +%H:%M:%S").out.strip()
        seconds = [int(h) * 3600 + int(m) * 60 + int(s) for h, m, s in
                   (told.split(":"), now.split(":"))]
        assert 0 <= (seconds[1] - seconds[0]) % 86400 <= 8, (told, now)


@test()
def receiver_interrupted_puts_back_sentences_and_port(g):
    receiver = g.ports["isa1"].receiver
    with attached(g):
        before_mode, pps = mode(g), pps_of(g)
        job = amid_change(g, receiver, "exec gpsppsctl receiver %s --sentences RMC" % TTY)
        job.signal(2)
        r = job.wait(60)
        assert r.rc == 1 and "interrupted: what was before is back" in r.err, r
        assert receiver.stored.sentences == FACTORY
        assert (mode(g), pps_of(g)) == (before_mode, pps)


@test()
def receiver_killed_leaves_the_port_to_the_holder(g):
    receiver = g.ports["isa1"].receiver
    with attached(g):
        before_mode, before = mode(g), asserts(g)
        job = amid_change(g, receiver, "exec gpsppsctl receiver %s --sentences RMC" % TTY)
        assert mode(g) != before_mode
        job.signal(9)
        job.wait(5)
        g.wait_until(lambda: mode(g) == before_mode, 5, "the holder did not put the mode back")
        g.wait_until(lambda: asserts(g) > before + 2, 8, "no pulses")
        # and the port can be borrowed again
        assert g.run("gpsppsctl receiver %s --defaults" % TTY, timeout=60).rc == 0
        assert receiver.stored.sentences == FACTORY


@test()
def receiver_refuses_while_another_has_it(g):
    with attached(g):
        before = mode(g)
        first = g.start("exec gpsppsctl receiver --seconds 8 " + TTY)
        g.wait_until(lambda: mode(g) != before, 5, "not taken")
        r = g.run("gpsppsctl receiver " + TTY)
        assert r.rc == 2, r
        assert "gpsppsctl" in r.err, r.err
        assert first.wait(20).rc == 0


@test()
def receiver_takes_nothing_from_a_stranger(g):
    job = g.start("exec 3< %s; echo open; exec sleep 60" % TTY)
    g.wait_until(lambda: "open" in job.output(), 5, "not opened")
    r = g.run("gpsppsctl receiver " + TTY)
    job.signal(15)
    assert r.rc == 2 and re.search(r"has the port open", r.err), r


# ---- beside a daemon

NTP_CONF = """\
refclock nmea unit 0 mode 1 flag1 1 minpoll 3 maxpoll 3
driftfile /var/lib/ntpsec/ntp.drift
restrict 127.0.0.1
"""


@contextlib.contextmanager
def ntpd_reading(g):
    """The real ntpd, not as a service: its AppArmor profile and user are not the matter here."""
    g.put("/tmp/ntp-receiver.conf", NTP_CONF)
    with attached(g):
        job = g.start("exec ntpd -n -c /tmp/ntp-receiver.conf")
        g.wait_until(lambda: "ntpd" in g.run("gpsppsctl list --json " + TTY, quiet=True).out or job.done,
                     15, "ntpd does not open the port")
        assert not job.done, job.output()
        try:
            yield
        finally:
            job.signal(15)
            job.wait(10)


def reach(g):
    """ntpd's reach of the receiver: 0 while it gets no sentence."""
    for line in g.run("ntpq -4 -pn 127.0.0.1", quiet=True).out.splitlines():
        if "NMEA" in line:
            return int(line.split()[6], 8)
    return 0


@test(guest="full")
def receiver_beside_ntpd(g):
    receiver = g.ports["isa1"].receiver
    with ntpd_reading(g):
        g.wait_until(lambda: reach(g) & 1, 40, "ntpd gets no sentences", interval=1)
        before_mode, before = mode(g), asserts(g)
        shown = g.run("gpsppsctl receiver --json " + TTY)
        assert shown.rc == 0, shown
        got = json.loads(shown.out)
        assert got["heard"] == "count" and got["read_by"].startswith("ntpd["), got
        assert 200 < got["chars_per_s"] < 500, got
        assert receiver.received == []
        read = g.run("gpsppsctl nmea --seconds 3 " + TTY)
        assert read.rc == 2 and "ntpd[" in read.err and "would be lost to it" in read.err, read

        start = time.monotonic()
        refused = g.run("gpsppsctl receiver %s --sentences RMC" % TTY)
        assert refused.rc == 2 and "--while-running" in refused.err, refused
        assert receiver.received == []
        r = g.run("gpsppsctl receiver %s --sentences RMC --while-running" % TTY, timeout=60)
        took = time.monotonic() - start
        assert r.rc == 0, r
        assert "verified by counting the characters: ntpd[" in r.out, r.out
        assert receiver.received == ["$PGRMO,,2", "$PGRMO,GPRMC,1"]
        assert receiver.stored.sentences == {"GPRMC"}
        assert mode(g) == before_mode
        assert abs(asserts(g) - before - took) <= 4 + took / 10
        # ntpd goes on with what is left
        time.sleep(17)
        g.wait_until(lambda: reach(g) & 1, 20, "ntpd gets no sentences any more", interval=1)

        r = g.run("gpsppsctl receiver %s --enable GGA --while-running" % TTY)
        assert r.rc == 2 and "nothing can be added or taken" in r.err, r
        r = g.run("gpsppsctl receiver %s --timing --while-running" % TTY)
        assert r.rc == 2 and "only its set of sentences" in r.err, r
        r = g.run("gpsppsctl receiver %s --defaults --while-running" % TTY, timeout=60)
        assert r.rc == 0, r
        assert receiver.stored.sentences == FACTORY


@test(guest="full")
def receiver_beside_ntpd_deaf(g):
    receiver = g.ports["isa1"].receiver
    receiver.deaf = True
    with ntpd_reading(g):
        r = g.run("gpsppsctl receiver %s --sentences RMC --while-running" % TTY, timeout=60)
        assert r.rc == 1, r
        assert "nothing was changed: it did not fall silent on $PGRMO,,2*75" in r.err, r.err
        assert receiver.stored.sentences == FACTORY


@test(guest="full")
def receiver_leaves_gpsd_alone(g):
    job = g.start("exec gpsd -N -n -b %s" % TTY)
    try:
        # gpsd takes no port that somebody else has by then
        g.wait_until(lambda: "gpsd" in g.run("gpsppsctl list --json " + TTY, quiet=True).out,
                     15, "gpsd does not open the port")
        r = g.run("gpsppsctl receiver %s --sentences RMC" % TTY, timeout=60)
        assert r.rc == 2 and "gpsd[" in r.err and "systemctl stop" in r.err, r
    finally:
        job.signal(15)
        job.wait(10)
    assert g.ports["isa1"].receiver.stored.sentences == FACTORY


@test(guest="full")
def receiver_timing_to_stratum_1(g):
    """From the box to a time server: --timing, attach as a service, the real NTPsec."""
    receiver = g.ports["isa1"].receiver
    with restored(g):
        r = g.run("gpsppsctl receiver %s --timing" % TTY, timeout=120)
        assert r.rc == 0, r
        assert receiver.stored.sentences == {"GPRMC"}
        write_table(g, TTY)
        write_ntp_conf(g)
        reload(g)
        wait_attached(g, TTY)
        g.run("systemctl start ntpsec", check=True, timeout=30)
        wait_stratum_1(g)
