# SPDX-License-Identifier: GPL-2.0-or-later
"""
Time servers of every make, with the real daemons in the full guest: diag finds nothing wrong
with one that works and says who uses the pulse; and what is wrong with chrony and gpsd, each
fault injected and proven by the daemons' own words.
"""

import json
import re

import classic
from daemons import (CHRONY, NTP_REST, NTPSEC, RMC_S, clock_error_s, gpsd, log, on_receiver, rest,
                     other_server, running, sources, start, start_gpsd, stop_gpsd, tally,
                     wait_chrony, wait_gpsd, wait_log, wait_tally)
from garmin18 import NMEA23
from testbed import test
from timeserver import holders, reload, wait_attached, write_table
from verdict import TTY, diag, finding, look_again

LOUD = ("fail", "warn")


# ---- what diag must say ----

def loud(port):
    return {f["id"]: f["severity"] for f in port["findings"] if f["severity"] in LOUD}


def in_full(port):
    return json.dumps([f for f in port["findings"] if f["severity"] in LOUD], indent=1)


def expect_health(g, who, clock):
    """Nothing to say of it but who uses the pulse, and by which clock the time is kept."""
    def right(port):
        users = {d["name"] for d in port["daemons"] if d["uses_pulse"]}
        marks = {c["name"]: c["mark"] for d in port["daemons"] for c in d["clocks"]}
        return not loud(port) and who in users and (marks.get(clock) or "none") in "*o"
    code, port = look_again(lambda seen: right(seen[1]), lambda: diag(g, TTY))
    assert not loud(port), in_full(port)
    assert right(port), port["daemons"]
    assert code == 0 and port["cause"] is None


def expect_found(g, ident, fix, severity="fail", quotes=""):
    """The finding, with this in its cure and that in its evidence; it need not be the first."""
    def right(seen):
        f = finding(seen[1], ident)
        return (f and f["severity"] == severity and re.search(fix, f["fix"] or "") and
                quotes in f["observed"]["text"])
    code, port = look_again(right, lambda: diag(g, TTY))
    f = finding(port, ident)
    assert right((code, port)), "%s: %s\nbeside %s" % (ident, json.dumps(f, indent=1),
                                                       in_full(port))
    assert f["why"] and f["see"] and f["headline"]
    assert code == (1 if "fail" in loud(port).values() else 0)
    return port


# ---- NTPsec and classic ntpd on a port that is ours ----

SEVERAL = {
    "NMEA": "refclock nmea unit 0 mode 1 flag1 1 baud 38400 time2 %.3f minpoll 3 maxpoll 3\n",
    "PPS": "refclock pps unit 0 ppspath /dev/gpspps0 minpoll 3 maxpoll 3\n"
           "server 10.9.9.2 iburst minpoll 3 maxpoll 3 prefer\n",
}
CLASSIC_CONF = """\
server 127.127.20.0 mode 49 minpoll 3 maxpoll 3 prefer
fudge 127.127.20.0 flag1 1 flag2 0 flag3 0 time2 %.3f
"""


def attach(g, port):
    write_table(g, port.tty, "baud=%d" % port.receiver.baud)
    reload(g)
    return wait_attached(g, port.tty)


@test(guest="full")
def ntpd_of_both_makes_on_a_port_of_ours(g):
    """NTPsec with sentences and pulse, with the pulse beside a server; and classic ntpd."""
    with on_receiver(g) as port:
        attach(g, port)
        with running(g, "ntpsec", NTPSEC, SEVERAL["NMEA"] % RMC_S + NTP_REST):
            wait_tally(g, "NMEA(0)", "o")
            expect_health(g, "NTPsec", "NMEA(0)")
        with other_server(g), running(g, "ntpsec", NTPSEC, SEVERAL["PPS"] + NTP_REST):
            wait_tally(g, "PPS(0)", "o")
            assert tally(g, "10.9.9.2") == "*"
            expect_health(g, "NTPsec", "PPS(0)")
        with classic.classic(g, CLASSIC_CONF % RMC_S + NTP_REST):
            wait_tally(g, "127.127.20.0", "o", classic.NTPQ)
            expect_health(g, "ntpd", "127.127.20.0")


# ---- chrony and gpsd, which attaches the port itself ----

SHM = "refclock SHM 0 refid NMEA offset %.2f delay 0.2 poll 2 noselect\n"
PULSE = "refclock PPS /dev/pps0 %s refid PPS poll 2\n"
SOCKET = "refclock SOCK /run/chrony.ttyS1.sock refid SOCK poll 2\n"
STEP = "makestep 0.1 10\n"
LOCKED = SHM % RMC_S + PULSE % "lock NMEA" + STEP
NTPSEC_SHM = """\
refclock shm unit 0 refid GPS minpoll 3 maxpoll 3 time1 %.2f
refclock shm unit 1 refid PPS minpoll 3 maxpoll 3 prefer
"""


def chrony(g, conf, starts=True):
    return running(g, "chrony", CHRONY, conf, starts)


@test(guest="full")
def gpsd_and_whom_it_gives_the_time_to(g):
    """chrony by its segment and the pulse, chrony by its socket, NTPsec by its segments."""
    with on_receiver(g) as port:
        with gpsd(g, port.tty), chrony(g, LOCKED):
            wait_chrony(g, "PPS")
            expect_health(g, "chrony", "PPS")
        with chrony(g, SOCKET + STEP), gpsd(g, port.tty):
            wait_chrony(g, "SOCK")
            expect_health(g, "gpsd", "SOCK")
        with gpsd(g, port.tty), running(g, "ntpsec", NTPSEC, NTPSEC_SHM % RMC_S + NTP_REST):
            wait_tally(g, "SHM(1)", "*o")
            expect_health(g, "gpsd", "SHM(1)")


# ---- what is wrong with chrony ----

# Beyond the 0.4 s of a lock, and not so far that another second is nearer
WRONG_S = 0.6


def lock_limit(g):
    with chrony(g, SHM % WRONG_S + PULSE % "lock NMEA"):
        g.wait_until(lambda: sources(g)["NMEA"][1] & 3 == 3, 30, "no samples of NMEA")
        assert clock_error_s(g, "NMEA") < -0.4 and sources(g)["PPS"] == ("?", 0), sources(g)
        expect_found(g, "chrony.lock-limit", r"^/etc/chrony/chrony.conf:1: .* offset 0\.[012]\d* ",
                     quotes="offset 0.60")


def lock_unknown(g):
    with chrony(g, SHM % RMC_S + PULSE % "lock GPS"):
        wait_log(g, "chronyd", "Invalid lock refid GPS")
        expect_found(g, "chrony.lock-unknown", r"^/etc/chrony/chrony.conf:2: .* lock NMEA ",
                     quotes="chrony.conf:2: " + (PULSE % "lock GPS").strip())


def no_lock(g):
    with chrony(g, PULSE % ""):
        g.wait_until(lambda: sources(g).get("PPS") == ("?", 0), 10, "chrony has no pulse")
        expect_found(g, "chrony.no-lock", "lock NMEA", quotes="/etc/chrony/chrony.conf:1")


def configuration(g):
    for line, said in (("refclock kPPS /dev/pps0 refid PPS", "unknown refclock driver kPPS"),
                       ("refclock PPS /dev/pps0 lok NMEA", "Invalid refclock option at line 2 in")):
        with chrony(g, "# the pulse\n%s\n" % line, starts=False):
            wait_log(g, "chronyd", said)
            expect_found(g, "chrony.conf", "^mend line 2 of /etc/chrony/chrony.conf",
                         quotes="chrony.conf:2: " + line)


def device(g):
    """Its PPS device comes after it."""
    stop_gpsd(g)
    with chrony(g, LOCKED, starts=False):
        wait_log(g, "chronyd", "Could not open /dev/pps0 : No such file or directory")
        start_gpsd(g, TTY)
        wait_gpsd(g, TTY)
        expect_found(g, "chrony.device", "^systemctl restart chrony.service",
                     quotes="Could not open /dev/pps0 : No such file or directory")


def edge(g, port):
    """Behind our holder, which knows which edge is on time."""
    stop_gpsd(g)
    pps = attach(g, port)
    conf = "server 10.9.9.2 iburst minpoll 2 maxpoll 2\nrefclock PPS /dev/%s:clear refid PPS poll 2\n"
    with other_server(g), chrony(g, conf % pps):
        g.wait_until(lambda: sources(g)["PPS"][1] & 1, 60, "no sample of the pulse")
        assert clock_error_s(g, "PPS") > 0.05
        expect_found(g, "chrony.edge", "/dev/%s refid PPS poll 2" % pps, quotes=":clear")
    g.run("meddle capture /dev/%s 3" % pps, check=True)


@test(guest="full")
def what_is_wrong_with_chrony(g):
    with on_receiver(g) as port:
        start_gpsd(g, port.tty)
        wait_gpsd(g, port.tty)
        for fault in lock_limit, lock_unknown, no_lock, configuration, device:
            fault(g)
        edge(g, port)


# ---- what is wrong with gpsd ----

def no_n(g):
    start_gpsd(g, TTY, "-b")
    g.wait_until(lambda: g.run("pidof gpsd", quiet=True).rc == 0, 10, "no gpsd")
    assert not holders(g, TTY[5:])
    expect_found(g, "gpsd.no-n", "GPSD_OPTIONS=.*-n", "warn")
    stop_gpsd(g)


def symlink(g):
    g.run("ln -s %s /dev/gps0" % TTY[5:], check=True)
    start_gpsd(g, "/dev/gps0")
    g.wait_until(lambda: "gpsd" in holders(g, TTY[5:]), 15, "gpsd has not the port")
    g.wait_until(lambda: g.run("grep -x %s /sys/class/pps/pps0/path" % TTY, quiet=True).rc == 0, 10,
                 "no source")
    assert not holders(g, "pps0")
    expect_found(g, "gpsd.symlink", 'DEVICES="%s"' % TTY, "warn", quotes="/dev/gps0")
    stop_gpsd(g)
    g.run("rm /dev/gps0")


def segments(g):
    """A person's own gpsd was never root, and so it writes to 2 and 3."""
    drop_in = "/run/systemd/system/gpsd.service.d"
    g.run("mkdir -p %s; grep -q ^gps: /etc/passwd || echo gps:x:1000:20::/:/bin/sh >> /etc/passwd" %
          drop_in, check=True)
    g.put(drop_in + "/user.conf", "[Service]\nUser=gps\nGroup=dialout\n")
    g.run("systemctl daemon-reload", check=True)
    try:
        start_gpsd(g, TTY)
        g.wait_until(lambda: "gpsd" in holders(g, TTY[5:]), 15, "gpsd has not the port")
        assert "0x4e545030" not in g.run("ipcs -m").out
        with chrony(g, SHM % RMC_S):
            g.wait_until(lambda: sources(g).get("NMEA") == ("?", 0), 10, "chrony has no segment")
            expect_found(g, "gpsd.segments", "refclock SHM 2")
            # one of the system's: root becomes the same, and only its priority tells
            g.put(drop_in + "/user.conf", "[Service]\nUser=gpsd\nGroup=dialout\n")
            g.run("systemctl daemon-reload; systemctl restart gpsd", check=True)
            g.wait_until(lambda: "gpsd" in holders(g, TTY[5:]), 15, "gpsd has not the port")
            found = look_again(lambda f: f["severity"] == "skipped",
                               lambda: finding(diag(g, TTY)[1], "gpsd.segments"))
            assert found["severity"] == "skipped", found
            maps = g.run(found["fix"].replace("sudo ", ""), check=True).out
            assert "SYSV4e545032" in maps and "SYSV4e545030" not in maps, maps
    finally:
        g.run("rm -r %s; systemctl daemon-reload" % drop_in)
        stop_gpsd(g)


def socket_too_late(g):
    start_gpsd(g, TTY)
    wait_gpsd(g, TTY)
    # started closer together, their order is not known (SURE_MS in gpsd_socket.c)
    g.run("sleep 3", check=True)
    with chrony(g, SOCKET):
        g.wait_until(lambda: sources(g).get("SOCK") == ("?", 0), 10, "chrony has no socket")
        expect_found(g, "gpsd.socket", "^systemctl restart gpsd.service")
    stop_gpsd(g)


SEGMENTS = SHM % RMC_S + "refclock SHM 1 refid PPS poll 2\n" + STEP


def no_mode_field(g, port):
    """As the receiver comes from the factory; and after the cure."""
    port.receiver.stored.pgrmc1[NMEA23] = "1"
    start_gpsd(g, TTY)
    wait_gpsd(g, TTY)
    with chrony(g, SEGMENTS):
        g.wait_until(lambda: sources(g)["NMEA"][1] & 3 == 3, 60, "no samples of NMEA")
        assert sources(g)["PPS"] == ("?", 0), sources(g)
        seen = expect_found(g, "gpsd.no-mode-field", "^systemctl stop gpsd.socket gpsd.service; "
                            "gpsppsctl receiver %s --nmea-version 2.3;" % TTY, quotes="gpsd 3.22")
        g.run(finding(seen, "gpsd.no-mode-field")["fix"], timeout=90, check=True)
        wait_gpsd(g, TTY)
        wait_chrony(g, "PPS", timeout=60)
        expect_health(g, "gpsd", "PPS")
    stop_gpsd(g)


def holder(g, port):
    attach(g, port)
    start_gpsd(g, TTY)
    wait_log(g, "gpsd", "SER: %s already opened by another process" % TTY)
    assert "gpsd" not in holders(g, TTY[5:])
    expect_found(g, "gpsd.holder", "gpsppsctl detach %s" % TTY, "warn",
                 "already opened by another process")
    # and it has left its TIOCEXCL there, which shuts ntpd out
    seen = expect_found(g, "port.exclusive", "^systemctl disable --now gpsd.socket gpsd.service; ",
                        quotes="already opened by another process")
    g.run(finding(seen, "port.exclusive")["fix"].replace("disable --now", "stop"), timeout=60,
          check=True)
    wait_attached(g, port.tty)
    assert finding(diag(g, TTY)[1], "port.exclusive")["severity"] == "ok"


@test(guest="full")
def what_is_wrong_with_gpsd(g):
    with on_receiver(g) as port:
        for fault in no_n, symlink, segments, socket_too_late:
            fault(g)
        no_mode_field(g, port)
        holder(g, port)


# ---- AppArmor ----

PROFILE = "/etc/apparmor.d/usr.sbin.ntpd"
TUNABLE = "/etc/apparmor.d/tunables/ntpd"


@test(guest="full")
def apparmor_keeps_ntpd_from_the_port(g):
    """Debian's own profile, and the cure as it is printed."""
    before = g.get(TUNABLE)
    with on_receiver(g) as port:
        attach(g, port)
        g.run("apparmor_parser -r " + PROFILE, check=True, timeout=60)
        try:
            with running(g, "ntpsec", NTPSEC, SEVERAL["NMEA"] % RMC_S + NTP_REST):
                wait_log(g, "ntpd", "refclock_open /dev/gps0: Permission denied")
                denied = g.run("journalctl -k -b -o cat | grep 'apparmor=\"DENIED\"'").out
                assert 'name="%s"' % TTY in denied, denied
                verdict = expect_found(g, "mac.apparmor", TTY, quotes="apparmor")
                assert "ntpd" not in holders(g, TTY[5:])
                g.run(finding(verdict, "mac.apparmor")["fix"], check=True, timeout=60)
                g.wait_until(lambda: "ntpd" in holders(g, TTY[5:]), 20, "the cure does not help")
        finally:
            g.run("apparmor_parser -R " + PROFILE, timeout=60)
            g.put(TUNABLE, before)
