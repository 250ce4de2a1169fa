# SPDX-License-Identifier: GPL-2.0-or-later
"""NTPsec with patches/ntpsec in the full guest: the package as it is built for a user."""

import glob
import os

from apt import Unfetched
from debsource import PATCHES
from patcheddebs import Build
from testbed import Skip

RULES = "60-ntpsec-pps.rules"
TUNABLE = "/etc/apparmor.d/tunables/ntpd"
DEB = "/run/ntpsec.deb"
# ntpq of the same release is there already (python3-ntp, whose compiling takes minutes here);
# nothing is to be started, nor asked about the files in /etc that a test wrote
INSTALL = """
printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d
DEBIAN_FRONTEND=noninteractive dpkg -i --force-depends --force-confold --force-unsafe-io %s
status=$?
rm /usr/sbin/policy-rc.d %s
exit $status
""" % (DEB, DEB)


def built():
    try:
        made = Build("ntpsec").made()
    except Unfetched as e:
        raise Skip("no source of ntpsec: %s" % e) from None
    return glob.glob(os.path.join(made, "ntpsec_*.deb"))[0]


def install(g, port):
    """
    The package alone: ntpd's user may not open a pulse yet.  Its AppArmor profile comes into
    force with it, and is told of the port, as the package's README.Debian says.
    """
    g.put(TUNABLE, '@{NTPD_DEVICE}="%s"\n' % port.tty)
    with open(built(), "rb") as f:
        g.put(DEB, f.read())
    g.run(INSTALL, timeout=600, check=True)
    assert "+pps" in g.run("ntpd --version", check=True).out


def allow(g):
    """As patches/ntpsec/README.md tells to."""
    with open(os.path.join(PATCHES, "ntpsec", RULES), "rb") as f:
        g.put("/etc/udev/rules.d/" + RULES, f.read())
    g.run("udevadm control --reload", check=True)
