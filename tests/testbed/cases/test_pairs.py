# SPDX-License-Identifier: GPL-2.0-or-later
"""
Two faults at once: the one to cure first is the one that is named, and when it is
cured, the other.
"""

import faults as f
from patient import BEDS, at_once, ward
from testbed import test
from verdict import diag_all, look_again

# The first stands above the second in the order of cure; most hide it, too.
PAIRS = (
    (f.login_prompt_on_the_port, f.nobody_has_attached),
    (f.nobody_has_attached, f.pulse_on_cts),
    (f.nobody_has_attached, f.receiver_speaks_9600),
    (f.modemmanager_has_the_port, f.pulse_on_cts),
    (f.brltty_has_the_port, f.modem_status_interrupt_is_off),
    (f.ntpd_is_not_alone, f.characters_are_damaged),
    (f.another_line_discipline_under_the_holder, f.data_wire_is_inverted),
    (f.carrier_counts, f.pulse_wire_is_broken),
    (f.uart_is_wired_to_itself, f.modem_status_interrupt_is_off),
    (f.modem_status_interrupt_is_off, f.no_fix_since_power_up),
    (f.interrupt_never_comes, f.sentences_without_a_date),
    (f.chronyd_takes_the_end_of_the_pulse, f.receiver_speaks_9600),
    (f.pulse_on_cts, f.no_link_to_the_port),
    (f.pulse_shorter_than_the_interrupt, f.no_link_to_the_pulse),
    (f.data_wire_is_broken, f.pulse_wire_is_broken),
    (f.no_fix_since_power_up, f.date_of_1024_weeks_ago),
    (f.line_stays_high_after_pulsing, f.sentences_without_a_date),
    (f.pulse_wire_is_broken, f.no_link_to_the_pulse),
    (f.five_pulses_a_second, f.sentences_without_a_date),
    (f.each_pulse_has_an_echo, f.data_wire_is_inverted),
    (f.receiver_speaks_9600, f.date_of_1024_weeks_ago),
)


class Couple:
    """Two faults of a patient; the second is brought upon it first."""

    def __init__(self, patient, first, second):
        self.patient = patient
        self.faults = first, second
        self.contexts = [fault.inject(patient) for fault in self.faults]
        self.problems = []
        self.spoiled = False

    def attempt(self, what, call, *args):
        if self.spoiled:
            return
        try:
            call(*args)
        except Exception as e:
            self.problems.append("%s + %s: %s: %s" % (*self.faults, what, e))
            self.spoiled = True

    def inject(self):
        for context in reversed(self.contexts):
            self.attempt("not injected", context.__enter__)

    def cure(self, n):
        self.attempt("not cured", self.contexts[n].__exit__, None, None, None)

    def is_named(self, n, verdicts):
        return self.spoiled or verdicts[self.patient.tty]["cause"] == self.faults[n].id

    def expect(self, n, verdicts):
        cause = verdicts[self.patient.tty]["cause"]
        if not self.is_named(n, verdicts):
            self.problems.append("%s + %s: %s %s is named, not %s" %
                                 (*self.faults, "first" if n == 0 else "then",
                                  cause, self.faults[n].id))

    def end(self):
        self.cure(1)
        if self.spoiled:
            self.patient.renew()


def run_couples(g, couples):
    at_once(couples, Couple.inject)
    for n in (0, 1):
        _, verdicts = look_again(lambda seen: all(c.is_named(n, seen[1]) for c in couples),
                                 lambda: diag_all(g))
        for couple in couples:
            couple.expect(n, verdicts)
        if n == 0:
            at_once(couples, lambda couple: couple.cure(0))
    at_once(couples, Couple.end)
    return [problem for couple in couples for problem in couple.problems]


@test()
def pairs_are_cured_in_order(g):
    problems = []
    with ward(g) as patients:
        for n in range(0, len(PAIRS), len(BEDS)):
            problems += run_couples(g, [Couple(patient, *pair) for patient, pair in
                                        zip(patients, PAIRS[n:n + len(BEDS)])])
    assert not problems, "%d problems:\n%s" % (len(problems), "\n".join(problems))
