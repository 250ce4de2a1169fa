# SPDX-License-Identifier: GPL-2.0-or-later
"""What a test file needs: from testbed import test, Skip, TimedOut."""

from apt import Unfetched
from channels import GuestDied, Job, Result, TimedOut
from guest import KINDS, Guest
from images import Trouble
from receivers import PlainReceiver

__all__ = ["KINDS", "Guest", "GuestDied", "Job", "PlainReceiver", "Result", "Skip",
           "TimedOut", "Trouble", "Unfetched", "test"]


class Skip(Exception):
    """Raised by a test that can not be done here, with the reason."""


def test(guest="fast", fresh=False, append="", smp=1, cards=0,
         limit_s=300, long=False):
    """
    Mark a function of one argument, the guest, as a test.

    FRESH asks for a boot of its own; so do APPEND (words for the kernel's
    command line), SMP (the number of processors) and CARDS (PCI cards with four
    ports each, card1 and so on).  After LIMIT_S seconds it is given up.  A LONG
    one belongs to a long suite (tests/run), which names it by -k.
    """
    def mark(function):
        function.testbed = {
            "guest": guest,
            "fresh": fresh or bool(append) or smp != 1 or bool(cards),
            "limit_s": limit_s,
            "long": long,
            "boot": {"append": append, "smp": smp, "cards": cards},
        }
        return function

    if guest not in KINDS:
        raise ValueError("guest=%r" % guest)
    return mark
