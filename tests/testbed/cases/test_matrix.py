# SPDX-License-Identifier: GPL-2.0-or-later
"""
The fault matrix: each fault of faults.py on a port of a healthy machine, what
diag must say of it, and healthy again when it is undone.

Three ports carry a fault each at a time, so that a window of 3.2 s serves three.
"""

import contextlib
import itertools
import json

import faults
from faults import FAULTS
from patient import at_once, ward
from testbed import test
from verdict import diag_all, finding

PORTS = 3


def what_is_wrong(verdict, fault):
    """None, or how the verdict of a port differs from what its fault asks for."""
    wanted = fault.id if fault.severity == "fail" else None
    others = [(f["id"], f["severity"]) for f in verdict["findings"]
              if f["severity"] in ("fail", "warn")]
    if verdict["cause"] != wanted:
        return "%s: cause %s instead of %s; %s" % (fault, verdict["cause"], wanted, others)
    f = finding(verdict, fault.id)
    if not f or f["severity"] != fault.severity:
        return "%s: %s instead of %s; %s" % (fault, f and f["severity"], fault.severity, others)
    missing = [part for part in ("why", "see") if not f[part]]
    if fault.severity in ("fail", "warn") and not f["fix"]:
        missing.append("fix")
    if not f["observed"]["text"]:
        missing.append("observed")
    return "%s: no %s" % (fault, ", ".join(missing)) if missing else None


def failing(verdict):
    return json.dumps([f for f in verdict["findings"] if f["severity"] == "fail"], indent=1)


class Round:
    """A fault for each of some patients, side by side."""

    def __init__(self, g, patients, chosen):
        self.g = g
        self.patients = patients
        self.pairs = list(zip(patients, chosen))
        self.contexts = {}
        self.problems = []

    def inject(self, pair):
        patient, fault = pair
        context = fault.inject(patient)
        try:
            context.__enter__()
            self.contexts[patient] = context
        except Exception as e:
            self.problems.append("%s: %s" % (fault, e))
            self.renew(patient)

    def undo(self, pair):
        patient, fault = pair
        context = self.contexts.pop(patient, None)
        try:
            if context:
                context.__exit__(None, None, None)
        except Exception as e:
            self.problems.append("%s: not undone: %s" % (fault, e))
            self.renew(patient)

    def renew(self, patient):
        try:
            patient.renew()
        except Exception as e:
            self.problems.append("%s: is lost: %s" % (patient.tty, e))

    def judge(self):
        words = self.pairs[0][1].words
        code, verdicts = diag_all(self.g, words)
        for patient, fault in self.pairs:
            if patient in self.contexts:
                wrong = what_is_wrong(verdicts[patient.tty], fault)
                self.problems += [wrong] if wrong else []
        faulty = any(v["cause"] for v in verdicts.values())
        if code != faulty:
            self.problems.append("exit code %d" % code)

    def expect_health(self):
        code, verdicts = diag_all(self.g)
        for tty, verdict in verdicts.items():
            if verdict["cause"]:
                self.problems.append("after %s %s is not healthy: %s" %
                                     ([f for _, f in self.pairs], tty, failing(verdict)))
        if any(v["cause"] for v in verdicts.values()):
            at_once(self.patients, self.renew)

    def run(self):
        at_once(self.pairs, self.inject)
        self.judge()
        at_once(self.pairs, self.undo)
        self.expect_health()
        return self.problems


def rounds(chosen):
    """Faults in groups of PORTS that ask diag for the same."""
    for _, group in itertools.groupby(chosen, lambda f: f.words):
        group = list(group)
        for n in range(0, len(group), PORTS):
            yield group[n:n + PORTS]


def run_matrix(g, chosen):
    problems = []
    with ward(g) as patients:
        for group in rounds(chosen):
            problems += Round(g, patients, group).run()
    assert not problems, "%d of %d rows:\n%s" % (len(problems), len(chosen), "\n".join(problems))


def part(n, of):
    """The table in pieces that end in a test's time."""
    size = -(-len(FAULTS) // of)
    return FAULTS[n * size:(n + 1) * size]


@test()
def matrix_1(g):
    run_matrix(g, part(0, 2))


@test()
def matrix_2(g):
    run_matrix(g, part(1, 2))
