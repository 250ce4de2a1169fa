# SPDX-License-Identifier: GPL-2.0-or-later
"""
The fault matrix of the system around the wire, in the full guest with the real NTPsec:
what diag must say of each fault of daemonfaults.py, what it says first when the wire is
broken as well, and that it says nothing of what has been undone.
"""

import contextlib
import json
import re

from daemonfaults import (FAULTS, Server, configuration_of_the_comment,
                          table_that_udev_has_not_seen)
from faults import pulse_wire_is_broken
from testbed import test
from timeserver import restored, wait_attached, wait_stratum_1, write_ntp_conf
from verdict import diag, finding, look_again


def severities(verdict):
    return {f["id"]: f["severity"] for f in verdict["findings"]
            if f["severity"] in ("fail", "warn")}


def what_is_wrong(seen, found, causes):
    """None, or how the verdict differs: exactly these failures and warnings, and these remarks."""
    code, verdict = seen
    wanted = {i: s for i, s in found.items() if s in ("fail", "warn")}
    if severities(verdict) != wanted:
        return "%s instead of %s" % (severities(verdict), wanted)
    for i, severity in found.items():
        f = finding(verdict, i)
        if not f or f["severity"] != severity:
            return "%s: %s instead of %s" % (i, f and f["severity"], severity)
        missing = [part for part in ("why", "see") if not f[part]]
        if severity != "info" and not f["fix"]:
            missing.append("fix")
        if missing or not f["observed"]["text"]:
            return "%s: no %s" % (i, ", ".join(missing) or "observed")
    if verdict["cause"] not in (causes or {None}):
        return "cause %s instead of %s" % (verdict["cause"], causes)
    return None if code == bool(causes) else "exit code %d" % code


def look(g, found, causes):
    """The verdict, and what is wrong with it."""
    seen = look_again(lambda s: not what_is_wrong(s, found, causes), lambda: diag(g))
    wrong = what_is_wrong(seen, found, causes)
    if wrong:
        wrong += "\n" + json.dumps([f for f in seen[1]["findings"] if f["severity"] in
                                    ("fail", "warn") or f["id"] in found], indent=1)
    return seen[1], wrong


# What stands beside a fault of the wire, or follows from it
COMPANIONS = {"host.virtual", "signal.absent", "receiver.no-fix"}


def what_is_wrong_beside(seen, fault):
    """The wire's fault is the cause, and the system's is told as well."""
    code, verdict = seen
    told = {f["id"] for f in verdict["findings"] if f["severity"] in ("fail", "warn", "info")}
    missing = set(fault.found) - set(fault.unseen) - told
    others = set(severities(verdict)) - set(fault.found) - COMPANIONS - {fault.beside.id}
    if verdict["cause"] != fault.beside.id or code != 1:
        return "cause %s: %s" % (verdict["cause"], severities(verdict))
    return "missing %s, too many: %s" % (missing, others) if missing or others else None


def look_beside(p, fault):
    with fault.beside.inject(p):
        seen = look_again(lambda s: not what_is_wrong_beside(s, fault),
                          lambda: diag(p.g, fault.beside.words))
    wrong = what_is_wrong_beside(seen, fault)
    return ["%s + %s: %s" % (fault, fault.beside, wrong)] if wrong else []


def judge(p, fault):
    """With a fault of the wire, if it has one to go with; then alone."""
    problems = []
    with fault.inject(p):
        if fault.beside:
            problems += look_beside(p, fault)
        _, wrong = look(p.g, fault.found, fault.failures())
        problems += ["%s: %s" % (fault, wrong)] if wrong else []
    return problems


@contextlib.contextmanager
def server(g):
    """A time server in good health."""
    p = Server(g)
    with restored(g):
        p.hold()
        p.heal()
        try:
            yield p
        finally:
            p.port.detach_receiver()


def run_faults(g, faults):
    problems = []
    with server(g) as p:
        for fault in faults:
            try:
                problems += judge(p, fault)
            except Exception as e:
                problems.append("%s: %s" % (fault, e))
                p.heal()
        _, wrong = look(g, {}, None)
        problems += ["undone: " + wrong] if wrong else []
    assert not problems, "%d problems:\n%s" % (len(problems), "\n".join(problems))


def part(n, of):
    """The table in pieces that end in a test's time."""
    size = -(-len(FAULTS) // of)
    return FAULTS[n * size:(n + 1) * size]


@test(guest="full")
def test_faults_around_the_wire_1(g):
    run_faults(g, part(0, 3))


@test(guest="full", long=True)
def test_faults_around_the_wire_2(g):
    run_faults(g, part(1, 3))


@test(guest="full", long=True)
def test_faults_around_the_wire_3(g):
    run_faults(g, part(2, 3))


@test(guest="full")
def test_before_and_after_the_table_is_seen(g):
    """Nothing attached; then NTPsec with the pulse, and no fault."""
    p = Server(g)
    with restored(g):
        write_ntp_conf(g)
        with table_that_udev_has_not_seen(p):
            verdict, wrong = look(g, {"ldisc.not-attached": "fail", "udev.not-triggered": "warn",
                                      "daemon.not-running": "warn"}, {"ldisc.not-attached"})
            assert not wrong, wrong
            g.run(finding(verdict, "udev.not-triggered")["fix"], check=True, timeout=60)
        wait_attached(g, p.tty)
        p.attach()
        p.wait_measured()
        p.heal()
        wait_stratum_1(g)
        p.wait("o", lambda: p.tally() == "o", 40)
        # systemd has not heard of the table yet; an early start that went well is a remark
        _, verdict = diag(g)
        order = finding(verdict, "boot.order")
        assert order["severity"] in ("warn", "info"), order
        g.run(order["fix"], check=True, timeout=60)
        verdict, wrong = look(g, {"daemon.no-pps-line": "info"}, None)
        assert not wrong, wrong
        said = finding(verdict, "daemon.no-pps-line")["observed"]["text"]
        assert "'o' before NMEA(0): the pulse disciplines the clock" in said, said


@test(guest="full")
def test_comment_on_the_source(g):
    """The configuration of somebody who found no pulse, and why there was none."""
    with server(g) as p, configuration_of_the_comment(p):
        found = {"daemon.flag3": "fail", "daemon.time2": "fail", "daemon.no-pps-line": "info"}
        verdict, wrong = look(g, found, {"daemon.flag3", "daemon.time2"})
        assert not wrong, wrong
        fix = finding(verdict, "daemon.time2")["fix"]
        said = re.search(r"refclock nmea unit 0 .*time2 (0\.\d+)", fix)
        assert said and 0.1 < float(said[1]) < 0.25, fix
        assert "look for o before NMEA(0)" in finding(verdict, "daemon.no-pps-line")["fix"]
        with pulse_wire_is_broken.inject(p):
            _, verdict = look_again(lambda seen: seen[1]["cause"] == "signal.absent",
                                    lambda: diag(g))
            assert verdict["cause"] == "signal.absent", severities(verdict)
            assert "3.3 V does not drive an RS-232 input: put a converter (MAX3232) between" in \
                finding(verdict, "signal.absent")["fix"]
            assert finding(verdict, "daemon.flag3")["severity"] == "fail"
