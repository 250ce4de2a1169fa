# SPDX-License-Identifier: GPL-2.0-or-later
"""
The source of a Debian kernel: the package linux-source-X.Y of the suite that the
kernel comes from.  Nothing is installed, and neither the package (140 MB) nor a
whole tree (1.5 GB) stays: only the files that were asked for.
"""

import re
import subprocess
import tempfile

from apt import Apt
from store import Trouble, cached, command


class LinuxSource:
    """
    The source of what Kernel(VERSION) boots: 6.1, or a suite (sid).

    Attributes: package, version (the package's, like 6.1.192-2), release (of the
    image beside it, like 6.1.0-56-amd64).
    """

    def __init__(self, version="6.1"):
        suite = None if version[0].isdigit() else version
        self.name = version
        self.apt = Apt(suite)
        self.image = self.apt.kernel(None if suite else version)
        self.release = self.image.removeprefix("linux-image-")
        self.package = "linux-source-" + re.match(r"\d+\.\d+", self.release)[0]
        found = self.apt.versions([self.package])
        if not found:
            raise Trouble("apt knows no %s" % self.package)
        self.version = found[0][1]

    def unpack(self, directory, names=()):
        """The whole tree, or the files NAMES of it, in DIRECTORY without a top."""
        with tempfile.TemporaryDirectory(dir=directory, prefix=".deb-") as scratch:
            deb, = self.apt.fetch([self.package], scratch)
            top = self.package
            _pipe(["dpkg-deb", "--fsys-tarfile", deb],
                  ["tar", "-xO", "./usr/src/%s.tar.xz" % top],
                  ["tar", "-xJ", "--strip-components=1", "-C", directory,
                   *("%s/%s" % (top, name) for name in names)])

    def files(self, names):
        """A cached directory with the files NAMES, each at its place in the tree."""
        recipe = ["linux-source", self.package, self.version, *sorted(names)]
        return cached("linux-files-" + self.name, recipe,
                      lambda path: self.unpack(path, names), "files of " + self.package)


def usual_version():
    """6.1: that of the release this machine has."""
    out = command("apt-cache", "depends", "linux-source")
    found = re.search(r"Depends: linux-source-(\d+\.\d+)", out)
    if not found:
        raise Trouble("apt knows no linux-source (apt-get update?)")
    return found[1]


def linux_source_files(version, names):
    return LinuxSource(version).files(names)


def _pipe(*commands):
    """One command's output into the next; the last one to fail says why."""
    running, feed = [], subprocess.DEVNULL
    for args in commands:
        p = subprocess.Popen(args, stdin=feed, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE)
        if running:
            feed.close()	# the reader's alone: the writer is told when it ends
        running.append(p)
        feed = p.stdout
    feed.close()
    ended = [(p, p.stderr.read().decode(errors="replace")) for p in reversed(running)]
    for p, error in ended:
        if p.wait():
            raise Trouble("%s: exit %d\n%s" % (" ".join(p.args[:3]), p.returncode,
                                               error[-1000:]))
