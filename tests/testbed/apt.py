# SPDX-License-Identifier: GPL-2.0-or-later
"""
Packages from the machine's own apt sources; those of another suite or another
architecture by lists of their own in the cache.  Nothing is installed.
"""

import contextlib
import functools
import glob
import os
import re
import subprocess
import time

from store import Trouble, cache_dir, command, locked

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
ARCH = "amd64"
LISTS_LAST_S = 24 * 3600
# What belongs to every release; sid has the first alone
PARTS = ("", "-updates", "-security")


class Unfetched(Trouble):
    """A package of a suite (None: the machine's own) that is not to be had today."""

    def __init__(self, suite, text):
        super().__init__(text)
        self.suite = suite


class Apt:
    """
    What apt knows of a suite (None: the machine's own) and an architecture; with the
    ENTRY deb-src of its sources.
    """

    def __init__(self, suite=None, arch=ARCH, entry="deb"):
        self.suite = suite
        self.arch = arch
        self.entry = entry
        self.options = self._private() if suite or arch != ARCH or entry != "deb" else []

    def sources_list(self):
        """Debian's own among the machine's apt sources, as one-line entries."""
        out = command("apt-get", "indextargets", "--format",
                      "$(REPO_URI) $(RELEASE) $(COMPONENT)",
                      "Created-By: Packages", "Origin: Debian")
        sources = {tuple(line.split()) for line in out.splitlines()}
        if not sources:
            raise Trouble("no Debian in apt's sources (apt-get update?)")
        if self.suite:
            sources = self._in_suite(sources)
        # apt asks the first that has a version: the release itself keeps what its updates lose
        return "".join("%s [signed-by=%s] %s %s %s\n" % (self.entry, KEYRING, *s)
                       for s in sorted(sources, key=lambda s: (len(s[1]), s)))

    def _in_suite(self, sources):
        own = min((release for _, release, _ in sources), key=len)
        parts = PARTS[:1] if self.suite == "sid" else PARTS
        names = {own + part: self.suite + part for part in parts}
        return {(uri, names[release], component)
                for uri, release, component in sources if release in names}

    def _private(self):
        what = self.arch if self.entry == "deb" else "source"
        top = os.path.join(cache_dir(), "apt-%s-%s" % (self.suite or "own", what))
        for name in ("lists/partial", "cache/archives/partial"):
            os.makedirs(os.path.join(top, name), exist_ok=True)
        settings = {
            "APT::Architecture": self.arch, "APT::Architectures": self.arch,
            "APT::Sandbox::User": "root",
            "Acquire::Languages": "none",
            "Dir::State::lists": top + "/lists", "Dir::State::status": "/dev/null",
            "Dir::Cache": top + "/cache",
            "Dir::Etc::sourcelist": top + "/sources.list", "Dir::Etc::sourceparts": "-",
        }
        options = ["-o%s=%s" % setting for setting in settings.items()]
        with locked(os.path.basename(top)):
            self._update(top, options)
        return options

    def _update(self, top, options):
        stamp = os.path.join(top, "updated")
        with contextlib.suppress(OSError):
            if time.time() - os.path.getmtime(stamp) < LISTS_LAST_S:
                return
        with open(os.path.join(top, "sources.list"), "w", encoding="utf-8") as f:
            f.write(self.sources_list())
        self._fetch("apt-get", *options, "-q", "--error-on=any", "update")
        with open(stamp, "w", encoding="utf-8"):
            pass

    def _fetch(self, *args, **kwargs):
        try:
            return command(*args, **kwargs)
        except Trouble as e:
            reason = re.search(r"^E: (.*)", str(e), re.M)
            raise Unfetched(self.suite, reason[1] if reason else str(e)) from None

    def fetch(self, packages, directory):
        """The packages' files, put into DIRECTORY."""
        self._fetch("apt-get", *self.options, "-q", "download", *packages, cwd=directory)
        return glob.glob(os.path.join(directory, "*.deb"))

    def download(self, packages, directory):
        """Unpack packages (without their scripts) into DIRECTORY/root."""
        root = os.path.join(directory, "root")
        os.mkdir(root)
        for deb in self.fetch(packages, directory):
            command("dpkg-deb", "-x", deb, root)
            os.unlink(deb)
        return root

    def versions(self, packages):
        """NAME=VERSION of each: a new version makes a new image."""
        out = command("apt-cache", *self.options, "policy", *packages)
        return re.findall(r"^(\S+):\n.*\n  Candidate: (\S+)", out, re.M)

    def source_versions(self, name):
        """The versions of a source, the newest first."""
        out = self._fetch("apt-cache", *self.options, "showsrc", "--only-source", name)
        versions = re.findall(r"^Version: (\S+)", out, re.M)
        if not versions:
            raise Unfetched(self.suite, "apt knows no source of %s" % name)
        return sorted(set(versions), key=functools.cmp_to_key(compare_versions), reverse=True)

    def source(self, name, version, directory):
        """Fetch a source's files; the .dsc among them."""
        self._fetch("apt-get", *self.options, "-q", "--download-only", "--only-source",
                    "source", "%s=%s" % (name, version), cwd=directory)
        return glob.glob(os.path.join(directory, "*.dsc"))[0]

    def kernel(self, version=None):
        """The newest linux-image, or the newest of a VERSION like 6.1."""
        number = re.escape(version) + r"\.[0-9]+" if version else r"[0-9.]+"
        out = command("apt-cache", *self.options, "search", "--names-only",
                      r"^linux-image-%s(-[0-9]+|\+deb[0-9]+)-%s$" % (number, self.arch))
        names = [line.split()[0] for line in out.splitlines()]
        if not names:
            raise Unfetched(self.suite, "apt knows no linux-image %s" % (version or self.suite))
        return max(names, key=lambda n: [int(d) for d in re.findall(r"\d+", n)])

    def kernel_parts(self, image):
        """The packages that hold what an older kernel has in one."""
        out = command("apt-cache", *self.options, "depends", image)
        release = re.escape(image.removeprefix("linux-image-"))
        return [image] + re.findall(r"Depends: (linux-(?:base|binary|modules)-%s)$" % release,
                                    out, re.M)


def compare_versions(a, b):
    def holds(operator):
        return subprocess.run(["dpkg", "--compare-versions", a, operator, b],
                              check=False).returncode == 0

    return holds("gt") - holds("lt")


def fetch_settings():
    """The machine's settings for fetching (proxies and the like)."""
    out = command("apt-config", "dump")
    keep = [line for line in out.splitlines()
            if line.startswith("Acquire::") and '""' not in line
            and "IndexTargets" not in line]
    return "\n".join(keep + ['APT::Install-Recommends "false";']) + "\n"
