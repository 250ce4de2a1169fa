# SPDX-License-Identifier: GPL-2.0-or-later
"""
The faults of the system around the wire, with the real NTPsec: each is brought upon a
healthy time server, is proven by the guest itself (the daemon's log, its open files,
systemd, udev; never by diag), and is undone again.

Generators as those of faults.py; a fault may show several findings at once.
"""

import contextlib
import re

import faults as wire
from patient import Patient
from timeserver import (NTP_CONF, UNIT, link, reload, wait_attached, wait_links, write_ntp_conf,
                        write_table)

# What every ntp.conf of these tests ends in
REST = NTP_CONF.split("\n", 1)[1]
# RMC ends 0.22 + 0.15 s after the pulse (garmin18.py's delay; 70 characters at 4800 baud)
NMEA = "refclock nmea unit 0 mode 1 time2 0.370 minpoll 3 maxpoll 3 "
HEALTHY = NMEA + "flag1 1"
RULES = "/etc/udev/rules.d/99-gps.rules"

FAULTS = []


class Fault:
    def __init__(self, found, beside, unseen, function):
        self.found = dict(found)	# id: severity
        self.beside = beside		# a fault of the wire to be had at once
        self.unseen = unseen		# what cannot be seen beside that
        self.name = function.__name__
        self.inject = contextlib.contextmanager(function)

    def __repr__(self):
        return self.name

    def failures(self):
        return {i for i, severity in self.found.items() if severity == "fail"}


def fault(*found, beside=None, unseen=()):
    """FOUND are "daemon.flag2" (a failure), "warn daemon.conf", "info daemon.no-pps-line"."""
    pairs = [(["fail"] + entry.split())[-2:] for entry in found]

    def mark(function):
        f = Fault([(i, severity) for severity, i in pairs], beside, unseen, function)
        FAULTS.append(f)
        return f
    return mark


class Server(Patient):
    """The receiver on a port of the table, held by its service, and NTPsec on it."""

    def __init__(self, g):
        super().__init__(g, g.ports["isa1"], 0)
        self.service = UNIT.format(self.name)

    # -- the port, as Patient has it --

    def attach(self, options=None):
        self.sh("systemctl start " + self.service, timeout=60)
        self.pps = wait_links(self.g, self.tty)

    def hold(self):
        """By its service, as the table has it; ntpd is configured, and not started."""
        write_ntp_conf(self.g)
        write_table(self.g, self.tty, "baud=4800")
        reload(self.g)
        wait_attached(self.g, self.tty)
        self.attach()
        self.wait_measured()

    def detach(self):
        self.sh("systemctl stop " + self.service, timeout=60)

    # -- NTPsec --

    def configure(self, *lines):
        self.g.put("/etc/ntpsec/ntp.conf", "\n".join(lines) + "\n" + REST)

    def restart(self):
        """The clock is right when it starts: what it does then is this test's doing."""
        self.g.sync_clock(within_ns=5000000)
        self.sh("systemctl restart ntpsec", timeout=60)
        self.wait_configured()

    def serve(self, *lines):
        self.configure(*lines)
        self.restart()

    def heal(self):
        self.serve(HEALTHY)
        self.wait("ntpd has both", lambda: self.opened() == {self.name, self.pps})

    def wait_configured(self):
        """It says so when it has read its configuration and opened what is in it."""
        self.wait("ntpd is up", lambda: "INIT: MRU" in self.log())

    def log(self):
        """Of the ntpd that runs, or of the last one."""
        return self.sh("pid=$(pidof -s ntpd) || "
                       "pid=$(systemctl show -p ExecMainPID --value ntpsec); "
                       "journalctl -b -q -o cat _PID=$pid; true")

    def prove_log(self, *lines):
        for line in lines:
            self.wait(line, lambda line=line: line in self.log())

    def opened(self):
        """The ports and pulses that ntpd has open: "ttyS1", "pps0 (deleted)"."""
        out = self.sh("readlink /proc/$(pidof -s ntpd)/fd/*; true")
        return set(re.findall(r"^/dev/((?:tty[A-Z]|pps).*)$", out, re.M))

    def tally(self):
        """The mark before its clock in ntpq -p: " ", "*", "o"; None without an answer."""
        out = self.g.run("ntpq -4 -pn 127.0.0.1", quiet=True).out
        mark = re.search(r"^(.)(?:NMEA|PPS)\(", out, re.M)
        return mark and mark[1]

    @contextlib.contextmanager
    def by_hand(self, prefix):
        """ntpd without its service."""
        self.sh("systemctl stop ntpsec")
        job = self.g.start("exec %s ntpd -n -g -c /etc/ntpsec/ntp.conf" % prefix)
        try:
            self.wait_configured()
            yield
        finally:
            job.signal(15)
            job.wait(10)


@contextlib.contextmanager
def served(p, *lines):
    p.serve(*lines)
    yield
    p.heal()


# ---- the configuration ----

@fault("daemon.no-flag1", beside=wire.pulse_wire_is_broken, unseen=("daemon.no-flag1",))
def pulse_is_not_asked_for(p):
    with served(p, NMEA):
        p.prove("only the port", p.opened() == {p.name})
        yield


@fault("daemon.flag2")
def end_of_the_pulse_is_taken(p):
    """That it is the end is known by the holder, which measured both edges."""
    with served(p, NMEA + "flag1 1 flag2 1"):
        p.prove("clear alone", p.sh("meddle capture /dev/" + p.pps) == "2\n")
        yield


@fault("daemon.unit", beside=wire.pulse_on_cts)
def unit_of_another_number(p):
    with served(p, HEALTHY.replace("unit 0", "unit 1")):
        p.prove_log("refclock_open /dev/gps1: No such file or directory")
        p.prove("nothing is open", not p.opened())
        yield


@fault("daemon.speed", beside=wire.pulse_wire_is_broken)
def speed_of_another_receiver(p):
    with served(p, HEALTHY.replace("poll 3", "poll 1") + " baud 9600"):
        p.wait("9600", lambda: "speed 9600" in p.stty())
        yield


@fault("daemon.no-prefer", beside=wire.five_pulses_a_second)
def pulse_that_nobody_numbers(p):
    with served(p, "refclock pps unit 0 ppspath /dev/gpspps0 minpoll 3 maxpoll 3"):
        p.prove("only the pulse", p.opened() == {p.pps})
        p.wait("an answer", lambda: p.tally())
        p.prove("it is not used", p.tally() == " ")
        yield


@fault("warn daemon.time2", "info daemon.conf")
def no_time2_and_a_line_that_is_none(p):
    """The pulse is used all the same, this far off: then the line is a remark."""
    with served(p, HEALTHY.replace("time2 0.370 ", "").replace("poll 3", "poll 1"),
                "fudge 127.127.20.0 tiem1 0.1"):
        p.prove_log("CONFIG: syntax error in /etc/ntpsec/ntp.conf line 2")
        p.wait("o", lambda: p.tally() == "o", 40)
        yield


# ---- when and in which order ----

@fault("daemon.dead-handle", beside=wire.no_fix_since_power_up)
def attached_anew_under_ntpd(p):
    p.detach()
    p.attach()
    p.wait("the source is gone", lambda: "pps0 (deleted)" in p.opened())
    yield
    p.heal()


MASK = "/etc/systemd/system-generators/gpsppsctl-generator"


@fault("daemon.started-early", "warn boot.order", beside=wire.pulse_on_cts)
def ntpd_before_its_pulse(p):
    """Without the generator, which orders it behind the devices of the table."""
    p.sh("mkdir -p $(dirname %s); ln -s /dev/null %s; systemctl daemon-reload" % (MASK, MASK),
         timeout=60)
    order = p.sh("systemctl show -p After -p Wants ntpsec")
    p.prove("no order: " + order, "dev-gpspps0.device" not in order)
    p.sh("systemctl stop ntpsec")
    p.detach()
    p.restart()
    p.attach()
    p.prove_log("refclock_ppsapi: time_pps_create: Operation not supported",
                "flag1 1 but PPSAPI fails")
    p.prove("only the port", p.opened() == {p.name})
    yield
    p.sh("rm %s; systemctl daemon-reload" % MASK, timeout=60)
    p.heal()


# ---- rights ----

@contextlib.contextmanager
def not_its_own(p, node):
    """Of somebody else, and a root that may not overrule that."""
    p.sh("chown nobody:nogroup /dev/%s; chmod 600 /dev/%s" % (node, node))
    with p.by_hand("setpriv --bounding-set -dac_override --inh-caps -dac_override"):
        p.prove("refused", node not in p.opened())
        yield
    p.sh("chown root:dialout /dev/%s; chmod 660 /dev/%s" % (node, node))


@fault("perm.port", beside=wire.modem_status_interrupt_is_off)
def ntpd_may_not_open_the_port(p):
    with not_its_own(p, p.name):
        p.prove_log("refclock_open /dev/gps0: Permission denied")
        yield
    p.heal()


@fault("perm.pps", beside=wire.five_pulses_a_second)
def ntpd_may_not_open_the_pulse(p):
    with not_its_own(p, p.pps):
        p.prove_log("PPS device open(/dev/gpspps0) failed", "flag1 1 but PPSAPI fails")
        yield
    p.heal()


@fault("perm.time-capability", beside=wire.no_fix_since_power_up)
def ntpd_may_not_set_the_clock(p):
    with p.by_hand("setpriv --bounding-set -sys_time --inh-caps -sys_time"):
        p.prove_log("time_pps_setparams: Operation not permitted",
                    "ntp_adjtime: Operation not permitted")
        p.prove("only the port", p.opened() == {p.name})
        yield
    p.heal()


# ---- who else is there ----

@fault("daemon.two", "warn host.time-sync-rival", "warn pps.offset")
def others_meddle_with_the_time(p):
    """chronyd needs no NTP port without clients: it runs beside ntpd, and says nothing."""
    p.g.put("/run/c.conf", "server 127.0.0.1 port 11123 noselect\npidfile /run/c.pid\n")
    job = p.g.start("exec chronyd -d -f /run/c.conf")
    p.sh("cp /bin/sleep /run/VBoxService")
    guest_tools = p.g.start("exec /run/VBoxService 600")
    p.wait("chronyd may set the clock", lambda: int(re.search(
        r"CapEff:\s*(\w+)", p.sh("cat /proc/$(pidof -s chronyd)/status"))[1], 16) >> 25 & 1)
    p.prove("it runs", p.sh("pidof VBoxService"))
    p.sh("meddle offset /dev/%s 1000000" % p.pps)
    p.prove("a millisecond", p.sh("meddle offset /dev/" + p.pps) == "1000000\n")
    yield
    p.sh("meddle offset /dev/%s 0" % p.pps)
    for one in job, guest_tools:
        one.signal(15)
        one.wait(10)


# ---- udev and the next boot ----

@fault("link.gps-wrong", "info udev.rule-number", beside=wire.five_pulses_a_second)
def rule_that_claims_the_link(p):
    p.g.put(RULES, 'KERNEL=="pps0", SYMLINK+="gpspps0"\n'
            'SUBSYSTEM=="tty", KERNEL=="ttyS2", SYMLINK+="gps0", OPTIONS+="link_priority=200"\n')
    see = "udevadm control --reload; udevadm trigger -c add --sysname-match=ttyS2; udevadm settle"
    p.sh(see)
    p.wait("ttyS2", lambda: link(p.g, "/dev/gps0") == "ttyS2")
    yield
    p.sh("rm %s; %s" % (RULES, see))
    p.wait("our link", lambda: link(p.g, "/dev/gps0") == p.name)


GETTY = "/etc/systemd/system/getty.target.wants/serial-getty@%s.service"
MASKED = "serial-getty@.service", "getty.target"	# by mkimage.sh


@fault("warn daemon.not-running", "warn port.getty-generated")
def nobody_runs_and_a_login_prompt_will(p):
    p.sh("systemctl stop ntpsec; cd /etc/systemd/system; rm %s" % " ".join(MASKED))
    wants = GETTY % p.name
    p.sh("ln -s /lib/systemd/system/serial-getty@.service %s" % wants)
    p.prove("no ntpd", p.g.run("pidof ntpd").rc)
    out = p.g.run("systemctl is-enabled serial-getty@" + p.name).out
    p.prove("a prompt is enabled: " + out, out == "enabled\n")
    yield
    p.sh("rm %s; cd /etc/systemd/system; for u in %s; do ln -s /dev/null $u; done" %
         (wants, " ".join(MASKED)))
    p.restart()


# ---- before anything is attached ----

@contextlib.contextmanager
def table_that_udev_has_not_seen(p):
    """Its link was made by hand, as before there was a table."""
    write_table(p.g, p.tty, "baud=4800")
    p.configure(HEALTHY)
    p.sh("ln -s %s /dev/gps0" % p.name)
    p.prove("nothing of ours", "GPSPPSCTL" not in p.sh("udevadm info " + p.tty))
    p.prove("no ntpd", p.g.run("pidof ntpd").rc)
    yield


# ---- the configuration of a comment on the web ----

COMMENT = ("refclock nmea unit 0 mode 0 flag1 1 flag2 0 flag3 1 time2 0.600 "
           "minpoll 3 maxpoll 3")


@contextlib.contextmanager
def configuration_of_the_comment(p):
    """The sentence ends 0.15 s after the pulse."""
    p.receiver.delay_ms = 0
    # it would take from what is heard here
    p.sh("systemctl stop ntpsec")
    was = wire.only(p, {"GPRMC"})
    p.wait("0.15 s after the pulse", lambda: 120 < wire.burst_end_ms(p) < 220)
    with served(p, COMMENT):
        p.prove_log("kernel PLL (hardpps, RFC 1589) not implemented",
                    "NMEA(0) set PPSAPI params fails")
        p.prove("only the port", p.opened() == {p.name})
        # off by more than ntpd slews: 0.600 - 0.150
        p.prove_log("CLOCK: time stepped by 0.4")
        yield
        p.receiver.delay_ms = 220
        p.receiver.stored.sentences = was
