# SPDX-License-Identifier: GPL-2.0-or-later
"""
Debian's source of a package, fetched by its name from the machine's own apt sources, with the
patches of patches/NAME applied:

    scripts/patched-source [--suite SUITE] NAME DIR
    scripts/patched-source [--suite SUITE] --check NAME

The order is that of patches/NAME/series, or series-VERSION from that version on.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile

from apt import Apt, Unfetched, compare_versions
from images import ROOT
from store import Trouble, cached, command, remove

PATCHES = os.path.join(ROOT, "patches")


class Refused(Trouble):
    """A patch that does not apply."""


def series(home, version):
    """The name of the series that begins with the latest version up to VERSION."""
    best = "series"
    for name in os.listdir(home) if version else []:
        start = name.removeprefix("series-")
        if start != name and compare_versions(start, version) <= 0 and \
                (best == "series" or compare_versions(start, best.removeprefix("series-")) > 0):
            best = name
    return best


def patches(name, version=None):
    """The patches for a package, of this version if one is told, in their order, as paths."""
    home = os.path.join(PATCHES, name)
    if not os.path.exists(os.path.join(home, "series")):
        raise Trouble("%s: there are no patches for it (no patches/%s/series)" % (name, name))
    with open(os.path.join(home, series(home, version)), encoding="utf-8") as f:
        words = [line.partition("#")[0].strip() for line in f]
    return [os.path.join(home, word) for word in words if word]


def recipe(name, version):
    """What a build of the patched source depends on."""
    texts = [name, version]
    for path in patches(name, version):
        with open(path, encoding="utf-8") as f:
            texts.append(f.read())
    return texts


def apply(path, tree, what):
    # the strictness of dpkg-source: shifted lines, but no fuzz
    p = subprocess.run(["patch", "-p1", "--batch", "--forward", "--fuzz=0", "-i", path],
                       cwd=tree, stdin=subprocess.DEVNULL, text=True, check=False,
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if p.returncode:
        raise Refused("%s does not apply to %s: %s" %
                      (os.path.basename(path), what, refusal(p.stdout)))


def refusal(text):
    """patch's words on each hunk that failed, with the file."""
    said, file = [], "?"
    for line in text.splitlines():
        named = re.match(r"patching file '?(.*?)'?$", line)
        file = named[1] if named else file
        hunk = re.match(r"Hunk #\d+ FAILED at \d+", line)
        if hunk:
            said.append("%s: %s" % (file, hunk[0]))
    return "; ".join(said) or (text.strip().splitlines() or ["patch failed"])[0]


class Source:
    """A source package: the newest version that the archive gives."""

    def __init__(self, name, suite=None):
        self.name = name
        self.apt = Apt(suite, entry="deb-src")
        self.version, self.dsc = self._fetched()

    def __str__(self):
        return "%s %s" % (self.name, self.version)

    def _fetched(self):
        """A mirror's lists can name what is not there yet, or no more."""
        error = None
        for version in self.apt.source_versions(self.name):
            try:
                return version, self._fetch(version)
            except Unfetched as e:
                error = error or e
        raise error

    def _fetch(self, version):
        """The .dsc, in the cache."""
        path = cached("source-%s" % self.name, [self.name, version],
                      lambda path: self.apt.source(self.name, version, path),
                      "the source of %s %s" % (self.name, version))
        return os.path.join(path, next(n for n in os.listdir(path) if n.endswith(".dsc")))

    def patched(self, directory):
        """Unpack into DIRECTORY (there is none yet) and apply the patches: all, or none."""
        if os.path.lexists(directory):
            raise Trouble("%s: is there already" % directory)
        todo = patches(self.name, self.version)
        new = "%s.new-%d" % (directory.rstrip("/"), os.getpid())
        try:
            command("dpkg-source", "-x", self.dsc, new)
            for path in todo:
                apply(path, new, self)
            os.rename(new, directory)
        finally:
            remove(new)
        return len(todo)


def one_line(error):
    """An error in a line: the command that failed and the last of its own words."""
    if isinstance(error, FileNotFoundError) and not os.path.dirname(error.filename or "/"):
        return "there is no %s here (scripts/deps patched)" % error.filename
    lines = str(error).strip().splitlines()
    return ": ".join(lines[:1] + lines[1:][-1:])


def parse():
    parser = argparse.ArgumentParser(prog="patched-source", description=__doc__.split("\n\n")[0],
                                     usage="%(prog)s [--suite SUITE] NAME DIR | --check NAME")
    parser.add_argument("--suite", help="another one than the machine's, like sid")
    parser.add_argument("--check", action="store_true", help="only try; keep nothing")
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("directory", metavar="DIR", nargs="?")
    options = parser.parse_args()
    if bool(options.directory) == options.check:
        parser.error("either DIR or --check")
    return options


def run(options):
    patches(options.name)	# before anything is fetched
    source = Source(options.name, options.suite)
    if not options.check:
        return source, source.patched(options.directory)
    with tempfile.TemporaryDirectory() as top:
        return source, source.patched(os.path.join(top, "tree"))


def main():
    options = parse()
    try:
        source, count = run(options)
    except (Trouble, OSError) as e:
        print("patched-source: " + one_line(e), file=sys.stderr)
        return 1 if isinstance(e, Refused) else 2
    print("%s: %s, %d patches" % (options.directory or "checked", source, count))
    return 0


if __name__ == "__main__":
    sys.exit(main())
