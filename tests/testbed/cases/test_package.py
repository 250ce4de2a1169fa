# SPDX-License-Identifier: GPL-2.0-or-later
"""
The Debian package (build/deb: `make deb`) on a machine that has never seen the program:
to be run without --install.
"""

import glob
import os
import re
import tempfile

from holding import whats
from images import ROOT
from store import command
from testbed import test

TABLE = "/etc/gpsppsctl.conf"
OLD, NEW = "/tmp/old.deb", "/tmp/new.deb"


# ---- two versions of the package ----

def read(path):
    with open(path, "rb") as f:
        return f.read()


def built():
    debs = glob.glob(os.path.join(ROOT, "build/deb/gpsppsctl_*.deb"))
    assert debs, "no package in build/deb: make deb"
    return max(debs, key=os.path.getmtime)


def newer(deb, directory):
    """The same as a version above it."""
    tree = os.path.join(directory, "tree")
    command("dpkg-deb", "-R", deb, tree)
    control = os.path.join(tree, "DEBIAN/control")
    version = command("dpkg-deb", "-f", deb, "Version").strip()
    text = read(control).decode().replace(version, version + "+later1")
    with open(control, "w", encoding="utf-8") as f:
        f.write(text)
    command("dpkg-deb", "--root-owner-group", "-b", tree, directory)
    return glob.glob(os.path.join(directory, "*+later1_*.deb"))[0], version + "+later1"


def put_packages(g):
    """The later one's version."""
    g.put(OLD, read(built()))
    with tempfile.TemporaryDirectory() as top:
        deb, version = newer(built(), top)
        g.put(NEW, read(deb))
    return version


# ---- looking at the guest ----

def out_of(g, line):
    return g.run(line, quiet=True).out.strip()


def links(g):
    return out_of(g, "cd /dev; for l in gps*; do [ -L $l ] && echo $l $(readlink $l); done").split("\n")


def await_port(g):
    """Held by its service, with the pulse under its name."""
    g.wait_until(lambda: out_of(g, "systemctl is-active gpsppsctl@ttyS1.service") == "active", 60,
                 "the service is not up", interval=0.5)
    g.wait_until(lambda: len(links(g)) == 2, 30, "no links", interval=0.3)
    return out_of(g, "systemctl show -P MainPID gpsppsctl@ttyS1.service")


def pulse(g):
    """The PPS source, and the number of its last pulse."""
    source = out_of(g, "readlink /dev/gpspps0")
    count = out_of(g, f"cut -d '#' -f 2 /sys/class/pps/{source}/assert")
    return source, int(count)


def program_of(g, pid):
    return out_of(g, f"readlink /proc/{pid}/exe")


SETUP_STANDS = ("gpsppsctl: what setup has changed stays so: gpsppsctl setup --undo takes it back, "
                "as long as the package is there\n")


def dpkg(g, *arguments, says=""):
    r = g.run("DEBIAN_FRONTEND=noninteractive dpkg " + " ".join(arguments))
    assert r.rc == 0, r
    # a generator of systemd's own, which the image has without a package
    said = re.sub(r"^dpkg: warning: .* directory '/usr/lib/systemd/\S*' not empty so not removed\n", "",
                  r.err, flags=re.M)
    assert said == says, r


def traces(g):
    """What is on the disk with our name, or with a unit's."""
    return out_of(g, "find / -xdev ( -name '*gpsppsctl*' -o -path '/dev/gps*' )"
                     " ! -path '/tmp/*' ! -path '/var/log/*'".replace("(", r"\(").replace(")", r"\)")
                  ).splitlines()


def nothing_runs(g):
    return not out_of(g, "pidof gpsppsctl gpsppsctl-hold")


# ---- the life of a package ----

def installed(g):
    """The table was there first: it counts at once, and for the order of the next boot."""
    assert not traces(g), "not a machine without the program: " + " ".join(traces(g))
    g.put(TABLE, "0 /dev/ttyS1 baud=4800\n")
    dpkg(g, "-i", OLD)
    # the image was made without documents
    assert not out_of(g, "dpkg --verify gpsppsctl | grep -v ' /usr/share/'")
    pid = await_port(g)
    assert "dev-gpspps0.device" in out_of(g, "systemctl show -P After ntpsec.service")
    r = g.run("gpsppsctl diag --wait 20 ttyS1")
    assert "healthy" in r.out, r
    return pid


def upgraded(g, pid, version):
    """Who has the pulse open keeps it: the same holder, the same source, not a thing happened."""
    job = g.start("exec 3< /dev/gpspps0; echo open; exec sleep 1000")
    g.wait_until(lambda: "open" in job.output(), 10, "the pulse is not opened")
    before, happened = pulse(g), whats(g, g.ports["isa1"])
    dpkg(g, "-i", NEW)
    assert out_of(g, "dpkg-query -W -f '${Version}' gpsppsctl") == version
    assert await_port(g) == pid and program_of(g, pid).endswith(" (deleted)"), program_of(g, pid)
    g.wait_until(lambda: pulse(g)[1] > before[1], 10, "no pulse any more", interval=0.5)
    assert pulse(g)[0] == before[0] and whats(g, g.ports["isa1"]) == happened
    # the program of now and the holder of before know each other
    r = g.run("gpsppsctl diag --wait 20 ttyS1")
    assert "healthy" in r.out, r
    job.signal(9)


def restarted(g, pid):
    """As README.Debian says: the new version has the port."""
    g.run("systemctl try-restart 'gpsppsctl@*.service' 'gpsppsctl-feed@*.service'", check=True)
    now = await_port(g)
    assert now != pid and program_of(g, now) == "/usr/libexec/gpsppsctl/gpsppsctl-hold"


def removed(g):
    """A port that no service holds goes back, too; what is the user's stays."""
    g.run("NOTIFY_SOCKET=/nonexistent gpsppsctl attach --daemon --unit 5 ttyS2", check=True)
    g.run("mkdir -p /var/lib/gpsppsctl/setup; echo kept > /var/lib/gpsppsctl/setup/record", check=True)
    dpkg(g, "-r", "gpsppsctl", says=SETUP_STANDS)
    assert nothing_runs(g)
    for tty in "ttyS1", "ttyS2":
        assert not out_of(g, f"grep -lx /dev/{tty} /sys/class/pps/*/path"), tty
    g.wait_until(lambda: links(g) == [""], 20, "links of /dev stay", interval=0.3)
    assert not out_of(g, "systemctl list-units --plain --no-legend 'gpsppsctl*@tty*'")
    assert "dev-gps" not in out_of(g, "systemctl show -P After ntpsec.service")
    left = [path for path in traces(g) if not path.startswith("/var/lib/dpkg/")]
    assert sorted(left) == [TABLE, "/var/lib/gpsppsctl"], left


def purged(g):
    dpkg(g, "-i", NEW)
    await_port(g)
    assert out_of(g, "cat /var/lib/gpsppsctl/setup/record") == "kept"
    g.run("echo FEED_OPTIONS= > /etc/default/gpsppsctl-feed; "
          "echo FEED_OPTIONS= > /etc/default/gpsppsctl-feed@ttyS1", check=True)
    dpkg(g, "-P", "gpsppsctl", says=SETUP_STANDS)
    assert nothing_runs(g) and not traces(g), traces(g)
    assert not out_of(g, "ls -d /run/gpsppsctl")
    g.wait_until(lambda: links(g) == [""], 20, "links of /dev stay", interval=0.3)
    assert out_of(g, "systemctl --failed --plain --no-legend 'gpsppsctl*'") == ""


@test(guest="full", fresh=True, long=True)
def package_installed_upgraded_removed_purged(g):
    version = put_packages(g)
    pid = installed(g)
    upgraded(g, pid, version)
    restarted(g, pid)
    removed(g)
    purged(g)
