# SPDX-License-Identifier: GPL-2.0-or-later
"""
Debian packages with the patches of patches/NAME, whose version says so:

    scripts/patched-debs [--list] [NAME...]

The patches become a part of the source package (3.0 quilt).  What is built is kept by the hash
of its recipe and copied to build/debs.
"""

import argparse
import difflib
import email.utils
import glob
import os
import platform
import re
import shutil
import subprocess
import sys
import textwrap
import typing

import debsource
from debsource import Refused, Source
from images import ROOT
from store import Trouble, as_root, cached, command, read, remove, write

DEBS = os.path.join(ROOT, "build", "debs")
SUFFIX = "+pps1"
WHO = "gpsppsctl patches <nobody@gpsppsctl.invalid>"
# No tests, no packages for the installer, no second package with debugging symbols.
PROFILES = "nocheck,noudeb"
OPTIONS = "nocheck noautodbgsym parallel=%d"
# Debian's own tools, not a python3 or gcc of the user's.
SYSTEM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
# A calling make's settings are for its own programs.
NOT_FOR_A_BUILD = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "CFLAGS", "LDFLAGS",
                   "CPPFLAGS", "CC", "DEB_BUILD_OPTIONS", "DEB_BUILD_PROFILES")


class Package(typing.NamedTuple):
    """A source of Debian's: what a user installs of it, how its programs name themselves."""
    install: tuple		# binary packages
    also: tuple			# more, where they are installed: they want the same version
    stamp: typing.Callable	# (tree): the programs' --version is to say SUFFIX
    files: dict			# of patches/NAME, and what each becomes in the source package


def stamp_util_linux(tree):
    """
    configure takes VARIABLE=VALUE after its own: what --version shows, and no other place.  And
    libraries that configure would take where it finds them, as Debian's builders do not.
    """
    before = "CONFOPTS += --enable-write\n"
    line = ("CONFOPTS += 'PACKAGE_STRING=util-linux $(DEB_VERSION_UPSTREAM)%s'\n" % SUFFIX +
            "CONFOPTS += --without-libmagic --without-econf\n")
    path = os.path.join(tree, "debian", "rules")
    text = read(path)
    if before not in text:
        raise Trouble("util-linux: no line '%s' in debian/rules" % before.strip())
    write(path, text.replace(before, before + line, 1))


def stamp_ntpsec(tree):
    """
    As upstream names a build that is no release, 1.2.2+...; --build-desc would put a blank
    there, which no version of the Python package may have.
    """
    old = read(os.path.join(tree, "VERSION"))
    new = re.sub(r"^\S+", r"\g<0>" + SUFFIX, old)
    diff = difflib.unified_diff(old.splitlines(True), new.splitlines(True),
                                "a/VERSION", "b/VERSION")
    add_patch(tree, "version.patch", "Description: say that this build has patches\n"
              "Forwarded: not-needed\n\n" + "".join(diff))


PACKAGES = {
    "util-linux": Package(("util-linux",), (), stamp_util_linux, {}),
    "ntpsec": Package(("ntpsec", "python3-ntp"),
                      ("ntpsec-ntpdate", "ntpsec-ntpdig", "ntpsec-ntpviz"), stamp_ntpsec,
                      # dh_installudev(1): for /lib/udev/rules.d
                      {"60-ntpsec-pps.rules": "debian/ntpsec.udev"}),
}


def add_patch(tree, name, text):
    """Let a patch be the last of a source package's (3.0 quilt)."""
    home = os.path.join(tree, "debian", "patches")
    os.makedirs(os.path.join(home, "pps"), exist_ok=True)
    write(os.path.join(home, "pps", name), text)
    series = os.path.join(home, "series")
    own = read(series) if os.path.exists(series) else ""
    write(series, own + ("" if own.endswith("\n") or not own else "\n") + "pps/%s\n" % name)


def local_version(version, release):
    """
    Above Debian's VERSION and its rebuilds (+b1), below the next update of RELEASE ("12"; ""
    where releases have no number): one that had no update yet gets +deb12u1.
    """
    if release and not re.search(r"\+deb\d+u[\d.]+$", version):
        version += "+deb%su0" % release
    return version + SUFFIX


def this_release():
    return platform.freedesktop_os_release().get("VERSION_ID", "")


class Build:
    """One source package on its way."""

    def __init__(self, name):
        self.name = name
        self.package = PACKAGES[name]
        if not debsource.patches(name):		# before anything is fetched
            raise Trouble("%s: there are no patches for it (patches/%s/series is empty)"
                          % (name, name))
        self.source = Source(name)
        self.patches = debsource.patches(name, self.source.version)
        self.version = local_version(self.source.version, this_release())
        self.files = {os.path.join(debsource.PATCHES, name, file): where
                      for file, where in self.package.files.items()}
        self.log = os.path.join(DEBS, name + ".log")

    def recipe(self):
        return [*debsource.recipe(self.name, self.source.version), self.version, read(__file__),
                *map(read, self.files), command("dpkg", "--print-architecture")]

    def made(self):
        """The directory of the packages, built if they are not there."""
        return cached("debs-" + self.name, self.recipe(), self._build,
                      "%s %s" % (self.name, self.version))

    # ---- the source package ----

    def _build(self, directory):
        print("%s: building %s with %d patches; build/debs/%s.log shows how far it is"
              % (self.name, self.version, len(self.patches), self.name), flush=True)
        os.makedirs(DEBS, exist_ok=True)
        with open(self.log, "w", encoding="utf-8") as log:
            tree = self._tree(directory)
            self._install_build_dependencies(tree, log)
            self._run(log, directory, "dpkg-source", "-b", tree)
            self._run(log, tree, "nice", "-n", "10", "dpkg-buildpackage", "-B", "-uc", "-us", "-nc")
        remove(tree)

    def _tree(self, directory):
        # Refuses with the patch and the hunk; dpkg-source would pass over it in silence.
        tree = os.path.join(directory, self.name)
        self.source.patched(tree)
        remove(tree)
        for path in glob.glob(os.path.join(os.path.dirname(self.source.dsc), "*.orig*")):
            shutil.copy(path, directory)
        command("dpkg-source", "-x", self.source.dsc, tree)
        for path in self.patches:
            add_patch(tree, os.path.basename(path), read(path))
        for path, where in self.files.items():
            shutil.copy(path, os.path.join(tree, where))
        self.package.stamp(tree)
        self._tell_changelog(tree)
        self._apply(tree)
        return tree

    def _apply(self, tree):
        """What dpkg-source does with a source package that is unpacked before it is built."""
        command("dpkg-source", "--before-build", tree)
        wanted = read(os.path.join(tree, "debian", "patches", "series")).split()[-1]
        if wanted not in read(os.path.join(tree, ".pc", "applied-patches")).split():
            raise Trouble("%s: dpkg-source did not take the patches" % self.name)

    def _tell_changelog(self, tree):
        """An entry a second after Debian's last: the same recipe gives the same text."""
        path = os.path.join(tree, "debian", "changelog")
        fields = {field: command("dpkg-parsechangelog", "-l", path, "-S", field).strip()
                  for field in ("Timestamp", "Distribution")}
        entry = ["%s (%s) %s; urgency=medium" % (self.name, self.version, fields["Distribution"]),
                 "", "  * Local build with the patches of gpsppsctl:"]
        entry += [textwrap.fill(title(path), 78, initial_indent="    - ",
                                subsequent_indent="      ") for path in self.patches]
        date = email.utils.formatdate(int(fields["Timestamp"]) + 1)
        entry += ["  * Say so in the version that the programs show.", "",
                  " -- %s  %s" % (WHO, date.replace("-0000", "+0000")), "", ""]
        write(path, "\n".join(entry) + read(path))

    # ---- the build ----

    def _install_build_dependencies(self, tree, log):
        try:
            self._build_dep(tree, log)
        except Refused:
            raise
        except Trouble:
            # The lists may be older than the archive, or there are none yet.
            self._run(log, tree, *as_root("apt-get", "-q", "update"))
            self._build_dep(tree, log)

    def _build_dep(self, tree, log):
        args = ["apt-get", "-q", "-y", "--no-install-recommends", "-P", PROFILES, "--arch-only",
                "-oDpkg::Use-Pty=0", "-oDPkg::Lock::Timeout=600", "build-dep", tree]
        plan = command(*args, "-s", env=environment())
        removed = re.findall(r"^Remv (\S+)", plan, re.M)
        if removed:
            raise Refused("%s: to build it, apt would remove %s: not done here"
                          % (self.name, " ".join(removed)))
        missing = sorted(set(re.findall(r"^Inst (\S+)", plan, re.M)))
        if missing:
            print("%s: installing what its build needs: %s" % (self.name, " ".join(missing)),
                  flush=True)
            self._run(log, tree, *as_root("env", "DEBIAN_FRONTEND=noninteractive", *args))

    def _run(self, log, directory, *args):
        log.write("$ %s\n" % " ".join(args))
        log.flush()
        done = subprocess.run(args, cwd=directory, env=environment(), check=False,
                              stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        if done.returncode:
            raise Trouble("%s: %s failed (exit %d): %s"
                          % (self.name, " ".join(args[:2]), done.returncode, self.log))


def title(path):
    """The subject of a patch."""
    subject = re.search(r"^Subject: (?:\[.*?\] *)?((?:.|\n )+)", read(path), re.M)
    return subject[1].replace("\n", "") if subject else os.path.basename(path)


def environment():
    env = {k: v for k, v in os.environ.items() if k not in NOT_FOR_A_BUILD}
    cpus = len(os.sched_getaffinity(0))
    return {**env, "PATH": SYSTEM_PATH, "LC_ALL": "C.UTF-8",
            "DEB_BUILD_PROFILES": PROFILES.replace(",", " "),
            "DEB_BUILD_OPTIONS": OPTIONS % cpus}


# ---- for the user ----

def deliver(build):
    """Copy what was made to build/debs/NAME; give the binary packages that are to be installed."""
    made = build.made()
    place = os.path.join(DEBS, build.name)
    remove(place)
    shutil.copytree(made, place)
    wanted = list(build.package.install) + [n for n in build.package.also if installed(n)]
    missing = [name for name in wanted if not deb(place, name)]
    if missing:
        raise Trouble("%s: the build gave no %s" % (build.name, " ".join(missing)))
    return place, wanted


def deb(directory, name):
    """The .deb of a binary package, if there is one."""
    return "".join(glob.glob(os.path.join(directory, name + "_*.deb")))


def installed(name):
    p = subprocess.run(["dpkg-query", "-W", "-f", "${db:Status-Status}", name], check=False,
                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return p.stdout == "installed"


def show(build, place, names):
    files = ["./" + os.path.relpath(deb(place, name), ROOT) for name in names]
    before = ["%s=%s" % (name, build.source.version) for name in names]
    print("%s %s is in build/debs/%s" % (build.name, build.version, build.name))
    print("  install  apt install " + " ".join(files))
    print("  keep     apt-mark hold %s   (else Debian's next update takes the place)"
          % " ".join(names))
    print("  undo     apt-mark unhold %s; apt install --allow-downgrades %s"
          % (" ".join(names), " ".join(before)))


def show_plan(build):
    print("%s %s (%d patches): %s" % (build.name, build.version, len(build.patches),
                                      " ".join(build.package.install)))


def make(names):
    for name in names:
        build = Build(name)
        show(build, *deliver(build))


def parse():
    parser = argparse.ArgumentParser(prog="patched-debs", description=__doc__.split("\n\n")[0])
    parser.add_argument("--list", action="store_true", help="say what would be built")
    parser.add_argument("names", metavar="NAME", nargs="*",
                        help="of %s (default: all)" % " ".join(PACKAGES))
    options = parser.parse_args()
    for name in options.names:
        if name not in PACKAGES:
            parser.error("there is no patched package named '%s'" % name)
    options.names = options.names or list(PACKAGES)
    return options


def main():
    options = parse()
    try:
        if options.list:
            for name in options.names:
                show_plan(Build(name))
        else:
            make(options.names)
    except (Trouble, OSError) as e:
        print("patched-debs: " + debsource.one_line(e), file=sys.stderr)
        return 1 if isinstance(e, Refused) else 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
