# SPDX-License-Identifier: GPL-2.0-or-later
"""
Who never did this: a bare full guest, one command, a reboot; and a change of mind.
/etc is compared to the byte with what it was.
"""

import contextlib
import os
import re
import subprocess
import tempfile

from daemons import sources
from timeserver import link, ntp_variables, wait_stratum_1

HERE = os.path.dirname(os.path.abspath(__file__))

# What others write in /etc while the machine runs, and why that is none of setup's doing
OTHERS = {
    "/etc/resolv.conf": "the network's",
    "/etc/machine-id": "systemd commits it once it may write",
    "/etc/.updated": "systemd-update-done, at each boot",
    "/etc/.pwd.lock": "passwd's lock",
    "/etc/ld.so.cache": "ldconfig's",
}
# By what busybox has as well
MANIFEST = """
cd %(top)s
find . -exec stat -c '%%n	%%F %%a %%u:%%g' {} +
find . -type l -exec sh -c 'for l; do printf "%%s\\t%%s\\n" "$l" "$(readlink "$l")"; done' sh {} +
find . -type f -exec sha256sum {} + | sed 's/^\\([0-9a-f]*\\)  \\(.*\\)/\\2	\\1/'
"""
RECORD = "/var/lib/gpsppsctl"


# ---- /etc ----

def manifest(g, top="/etc"):
    """Each path as of /etc: type, mode, owner, where a link leads, the sum of a file's bytes."""
    found = {}
    for line in g.run(MANIFEST % {"top": top}, timeout=60, check=True, quiet=True).out.splitlines():
        path, _, what = line.removeprefix(".").partition("\t")
        path = "/etc" + path
        found[path] = found.get(path, "") + what + "\n"
    return {path: what for path, what in found.items() if path not in OTHERS}


def difference(before, after):
    return "".join("%s\n  was %s\n  is  %s\n" % (path, before.get(path), after.get(path))
                   for path in sorted(set(before) | set(after))
                   if before.get(path) != after.get(path))


def expect_same(before, after):
    assert before == after, difference(before, after)


# ---- the command ----

def setup(g, words, code=0, timeout=400):
    r = g.run("gpsppsctl setup " + words, timeout=timeout)
    assert r.rc == code, r
    return r


def expect_nothing_left(g):
    """No service of ours, no link, no record."""
    units = "systemctl list-units --no-legend --plain 'gpsppsctl*'"
    g.wait_until(lambda: g.run(units, quiet=True).out == "", 20, "a service of ours is left")
    g.wait_until(lambda: not link(g, "/dev/gps0") and not link(g, "/dev/gpspps0"), 20, "a link is left")
    left = g.run("find %s 2>/dev/null" % RECORD, quiet=True).out
    assert left == "", left


def undo(g, before):
    """All is as it was: the files, and what runs."""
    r = setup(g, "--undo", timeout=120)
    expect_same(before, manifest(g))
    expect_nothing_left(g)
    return r


def wait_link(g, unit, tty):
    """Both links of the unit lead to the port and its pulse."""
    g.wait_until(lambda: link(g, "/dev/gps%d" % unit) == tty, 40, "gps%d is not %s" % (unit, tty))
    pps = "cat /sys/class/pps/$(readlink /dev/gpspps%d)/path" % unit
    g.wait_until(lambda: g.run(pps, quiet=True).out.strip() == "/dev/" + tty, 40,
                 "gpspps%d is not that of %s" % (unit, tty))


# ---- the daemons' own word ----

def tracking(g):
    """chronyd's: (stratum, leap), or None."""
    out = g.run("chronyc -h 127.0.0.1 -n tracking", quiet=True).out
    found = re.search(r"^Stratum\s*: (\d+).*^Leap status\s*: (.+?)$", out, re.M | re.S)
    return found and (int(found[1]), found[2])


def wait_chrony(g, name="PPS", timeout=90):
    g.wait_until(lambda: sources(g).get(name, " ")[0] == "*", timeout,
                 lambda: "chrony does not select %s: %s" % (name, sources(g)), interval=1)
    assert tracking(g) == (1, "Normal"), tracking(g)


def wait_ntpsec(g, timeout=180):
    wait_stratum_1(g, timeout)
    assert ntp_variables(g)["leap"] == "00", ntp_variables(g)


# ---- killed at a change of a file ----

@contextlib.contextmanager
def killer(g):
    """Yields killed(g, words, k): setup, killed at its k-th change below /etc and /var/lib."""
    with tempfile.TemporaryDirectory() as directory:
        out = os.path.join(directory, "kill.so")
        subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", out,
                        os.path.join(HERE, "kill_at_write.c"), "-ldl"], check=True)
        with open(out, "rb") as f:
            g.put("/usr/lib/kill_at_write.so", f.read(), mode=0o755)

    def killed(words, k):
        g.run("rm -f /run/kill.log", quiet=True)
        r = g.run("env LD_PRELOAD=/usr/lib/kill_at_write.so KILL_BELOW=/etc:/var/lib KILL_AT=%d "
                  "KILL_LOG=/run/kill.log gpsppsctl setup %s" % (k, words), timeout=200)
        return r, g.run("cat /run/kill.log", quiet=True).out.splitlines()
    yield killed
