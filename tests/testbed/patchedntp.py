# SPDX-License-Identifier: GPL-2.0-or-later
"""NTPsec with patches/ntpsec in the full guest: the package as it is built for a user."""

import glob
import os

from apt import Unfetched
from patcheddebs import Build
from testbed import Skip

# The package's own rule, and what keeps it from working (udev(7))
RULES, MASK = "/lib/udev/rules.d/60-ntpsec.rules", "/etc/udev/rules.d/60-ntpsec.rules"
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
    Without its rule: ntpd's user may not open a pulse yet.  Its AppArmor profile comes into
    force with it, and is told of the port, as the package's README.Debian says.
    """
    g.run("ln -s /dev/null %s; udevadm control --reload" % MASK, check=True)
    g.put(TUNABLE, '@{NTPD_DEVICE}="%s"\n' % port.tty)
    with open(built(), "rb") as f:
        g.put(DEB, f.read())
    g.run(INSTALL, timeout=600, check=True)
    assert "+pps" in g.run("ntpd --version", check=True).out


def allow(g):
    """As it is where nobody masks the rule."""
    g.run("test -s %s && rm %s && udevadm control --reload" % (RULES, MASK), check=True)
