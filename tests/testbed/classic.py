# SPDX-License-Identifier: GPL-2.0-or-later
"""
Classic ntpd 4.2.8 in the full guest: Debian's last package of it, from bullseye, with the
libraries that later releases do not have.  It is brought into the guest, not its image: the
suite may be gone some day, and one test with it.
"""

import contextlib
import os

from apt import Apt, Unfetched
from store import Trouble, cached
from testbed import Skip

SUITE = "bullseye"
PACKAGES = ["ntp", "libopts25", "libssl1.1"]
LIB = "usr/lib/x86_64-linux-gnu/"
HOME = "/opt/classic"
FILES = {
    "ntpd": "usr/sbin/ntpd",
    "ntpq": "usr/bin/ntpq",
    "libcrypto.so.1.1": LIB + "libcrypto.so.1.1",
    "libopts.so.25": LIB + "libopts.so.25",
}
NTPQ = "LD_LIBRARY_PATH=%s %s/ntpq" % (HOME, HOME)
UNIT = "ntp-classic.service"	# ntp.service is another name of NTPsec's


def fetched():
    try:
        apt = Apt(SUITE)
        recipe = ["classic", *apt.versions(PACKAGES)[0], *PACKAGES]
        path = cached("classic", recipe, lambda path: apt.download(PACKAGES, path), "classic ntpd")
    except (Unfetched, Trouble) as e:
        raise Skip("no ntp of %s: %s" % (SUITE, e)) from None
    return os.path.join(path, "root")


def bring(g):
    root = fetched()
    g.run("mkdir -p " + HOME, check=True)
    for name, source in FILES.items():
        with open(os.path.join(root, source), "rb") as f:
            g.put(os.path.join(HOME, name), f.read(), 0o755)


@contextlib.contextmanager
def classic(g, conf, path="/etc/ntp.conf"):
    bring(g)
    g.put(path, conf)
    g.run("systemd-run -q --unit=%s --setenv=LD_LIBRARY_PATH=%s %s/ntpd -n -g -c %s" %
          (UNIT, HOME, HOME, path), check=True)
    try:
        yield
    finally:
        g.run("systemctl stop %s; rm -rf %s %s; true" % (UNIT, HOME, path), quiet=True)
