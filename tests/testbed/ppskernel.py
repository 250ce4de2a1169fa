#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
Debian's kernel with kernel/config/pps.config, as packages (kernel/README.md).

Only the packages stay: in the cache, and copies in build/kernel.
"""

import argparse
import glob
import lzma
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from apt import ARCH
from linuxsource import LinuxSource, usual_version
from store import Trouble, cache_dir, cached, command, read, write

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
CONFIG = os.path.join(ROOT, "kernel/config")
# As images.Kernel's version: what `make check-kernel` boots
VERSION = "pps"
MARK = "-pps"

# What a base is: how its .config comes about, fragments beside pps.config that must
# take, the disk (GB) and the time its build needs
BASES = {
    "debian": ("Debian's own configuration", ["build.config"], 25, "some hours"),
    "local": ("Debian's, only with the modules that are loaded", ["build.config"], 6,
              "an hour or less"),
    "small": ("the testbed's emulated PC alone", ["small.config"], 4, "10 to 20 minutes"),
}
# Not the user and the machine that built it
MAKE = ["KBUILD_BUILD_USER=gpsppsctl", "KBUILD_BUILD_HOST=localhost"]


class Refused(Exception):
    """An option of a fragment that the kernel's rules do not allow."""


# ---- configurations ----

LINE = re.compile(r"^(?:# (CONFIG_\w+) is not set|(CONFIG_\w+)=(.*))$", re.M)


def options_of(text):
    """{option: value} of a configuration or a fragment; "n" where it is off."""
    return {off or name: "n" if off else value for off, name, value in LINE.findall(text)}


def unmet(fragment, config):
    """["CONFIG_X=y (is n)"]: what of a fragment is not so in a configuration."""
    have = options_of(config)
    return ["%s=%s (is %s)" % (name, value, have.get(name, "n"))
            for name, value in options_of(fragment).items()
            if have.get(name, "n") != value]


def own_environment():
    """No variable of the make that may have called us reaches the kernel's."""
    return {name: value for name, value in os.environ.items()
            if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "CFLAGS", "LDFLAGS", "V", "O")}


def make(tree, *args):
    return command("make", "-s", "-C", tree, *args, env=own_environment())


class Configurer:
    """Makes .config in the unpacked TREE of a LinuxSource."""

    def __init__(self, source, tree):
        self.source = source
        self.tree = tree

    def path(self, name):
        return os.path.join(self.tree, name)

    def debian(self):
        """That of the image in the same suite (its /boot/config is the same text)."""
        package = self.source.package.replace("source", "config")
        with tempfile.TemporaryDirectory(dir=cache_dir(), prefix=".deb-") as scratch:
            root = self.source.apt.download([package], scratch)
            name = os.path.join(root, "usr/src", package, "config.%s_none_%s.xz" % (ARCH, ARCH))
            with lzma.open(name, "rt", encoding="utf-8") as f:
                write(self.path(".config"), f.read())

    def local(self):
        """As localmodconfig does; what is new to the configuration as by default."""
        self.debian()
        write(self.path("loaded"), loaded_modules())
        make(self.tree, "LSMOD=loaded", "localmodconfig")

    def small(self):
        make(self.tree, "allnoconfig", "KCONFIG_ALLCONFIG=" + os.path.join(CONFIG, "small.config"))

    def configure(self, base, fragments):
        """The base with FRAGMENTS (paths) merged; each of their lines has to be met."""
        getattr(self, base)()
        os.replace(self.path(".config"), self.path("base.config"))
        command("scripts/kconfig/merge_config.sh", "-m", "base.config", *fragments,
                cwd=self.tree)
        make(self.tree, "olddefconfig")
        config = read(self.path(".config"))
        wrong = [line for name in fragments for line in unmet(read(name), config)]
        if wrong:
            raise Refused("%s on %s: %s" % (base, self.source.package, ", ".join(wrong)))
        return config


def loaded_modules():
    """As lsmod prints them; LSMOD=FILE brings another machine's."""
    given = os.environ.get("LSMOD")
    if given:
        return read(given)
    try:
        text = command("lsmod")
    except (OSError, Trouble):
        text = ""
    if len(text.splitlines()) < 2:
        raise Trouble("no module is loaded here: save lsmod's output on the machine that the "
                      "kernel is for, and give it as LSMOD=FILE")
    return text


# ---- the packages ----

class PpsKernel:
    """
    The packages of one base.

    Attributes: release (6.1.192-pps), version (of the packages), source.
    """

    def __init__(self, base, version=None, extra=()):
        self.base = base
        self.source = LinuxSource(version or usual_version())
        number = re.match(r"[\d.]+", self.source.version)[0]
        self.release = number + MARK
        self.version = self.source.version + "+pps1"
        self.fragments = [os.path.join(CONFIG, name) for name in BASES[base][1]]
        self.fragments += [os.path.join(CONFIG, "pps.config"), *map(os.path.abspath, extra)]
        self.wanted = [options_of(read(name)) for name in self.fragments]

    def recipe(self):
        """Comments of the fragments may change."""
        modules = loaded_modules() if self.base == "local" else ""
        return ["kernel-deb", self.base, self.source.package, self.version, *MAKE,
                *map(repr, self.wanted), *sorted(re.findall(r"^\w+", modules, re.M))]

    def build(self):
        """The cached directory with the packages and `config`."""
        return cached("kernel-deb-" + self.base, self.recipe(), self._make,
                      "linux-image-%s (%s)" % (self.release, self.base))

    def packages(self, path):
        return sorted(glob.glob(os.path.join(path, "linux-*.deb")))

    def image(self, path):
        return next(p for p in self.packages(path) if "linux-image-" in p)

    def unpack_image(self, directory):
        """The image's files in DIRECTORY/root."""
        root = os.path.join(directory, "root")
        command("dpkg-deb", "-x", self.image(self.build()), root)
        return root

    def _check_disk(self):
        free, needed = shutil.disk_usage(cache_dir()).free >> 30, BASES[self.base][2]
        if free < needed:
            raise Trouble("%s has %d GB free, building on '%s' takes %d" %
                          (cache_dir(), free, self.base, needed))

    def _make(self, path):
        self._check_disk()
        print("# building linux-image-%s: takes %s" % (self.release, BASES[self.base][3]),
              flush=True)
        tree = os.path.join(path, "tree")
        os.mkdir(tree)
        self.source.unpack(tree)
        config = Configurer(self.source, tree).configure(self.base, self.fragments)
        write(os.path.join(path, "config"), config)
        compile_packages(tree, self.version)
        for name in os.listdir(path):
            if not re.match(r"linux-(image|headers)-.*\.deb$|config$", name):
                drop(os.path.join(path, name))


def compile_packages(tree, version):
    """bindeb-pkg, behind all else that the machine has to do; steps counted on a terminal."""
    args = ["nice", "-n", "10", "make", "-C", tree, "-j%d" % os.cpu_count(),
            "KDEB_PKGVERSION=" + version, *MAKE, "bindeb-pkg"]
    log = os.path.join(tree, "errors")
    with open(log, "w", encoding="utf-8") as errors:
        p = subprocess.Popen(args, env=own_environment(), stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=errors, start_new_session=True)
        with p:
            try:
                steps = sum(show_step(n) for n, _ in enumerate(p.stdout))
            except BaseException:	# with all that it has started
                os.killpg(p.pid, signal.SIGTERM)
                raise
    if sys.stdout.isatty():
        print("\r\033[K", end="")
    if p.returncode:
        raise Trouble("make bindeb-pkg: exit %d after %d steps\n%s" %
                      (p.returncode, steps, read(log)[-3000:]))


def show_step(n):
    if n % 20 == 0 and sys.stdout.isatty():
        print("\r# step %d" % n, end="", flush=True)
    return 1


def drop(path):
    if os.path.isdir(path):
        shutil.rmtree(path)
    else:
        os.unlink(path)


# ---- the command ----

def put_out(files):
    """Copies in build/kernel, which names what is there now and nothing older."""
    out = os.path.join(ROOT, "build/kernel")
    shutil.rmtree(out, ignore_errors=True)
    os.makedirs(out)
    for name in files:
        shutil.copy(name, out)
    return out


def build(base, extra):
    kernel = PpsKernel(base, extra=extra)
    start = time.monotonic()
    made = kernel.packages(kernel.build())
    out = os.path.relpath(put_out(made))
    print("%s, %d s:" % (out, time.monotonic() - start))
    for name in made:
        print("  %s  %.1f MB" % (os.path.basename(name), os.path.getsize(name) / 1e6))
    print("apt install ./%s" % os.path.join(out, os.path.basename(kernel.image(out))))


def configure_only(bases, extra):
    """No build: the configuration of each in build/kernel/config-BASE."""
    kernels = [PpsKernel(base, extra=extra) for base in bases]
    with tempfile.TemporaryDirectory(dir=cache_dir(), prefix=".tree-") as tree:
        kernels[0].source.unpack(tree)
        for kernel in kernels:
            config = Configurer(kernel.source, tree).configure(kernel.base, kernel.fragments)
            os.makedirs(os.path.join(ROOT, "build/kernel"), exist_ok=True)
            path = os.path.join(ROOT, "build/kernel/config-" + kernel.base)
            write(path, config)
            print("%s: %d options, all of %s took" %
                  (os.path.relpath(path), len(options_of(config)),
                   " and ".join(map(os.path.basename, kernel.fragments))))


def known_base(name):
    if name not in BASES:
        raise argparse.ArgumentTypeError("no base '%s': there are %s" % (name, ", ".join(BASES)))
    return name


def parse(argv):
    p = argparse.ArgumentParser(
        prog="kernel-deb", description="Debian's kernel with PPS, as packages (kernel/README.md)",
        epilog="\n".join("%-8s %s; %s" % (name, b[0], b[3]) for name, b in BASES.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("base", nargs="*", type=known_base, metavar="BASE", default=["debian"],
                   help="what to configure it as (default: debian)")
    p.add_argument("--config-only", action="store_true",
                   help="no build: check and write the configuration")
    p.add_argument("--fragment", metavar="FILE", action="append", default=[],
                   help="options of your own, after those of kernel/config/pps.config")
    options = p.parse_args(argv)
    if len(options.base) > 1 and not options.config_only:
        p.error("one base at a time")
    return options


def main(argv):
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    options = parse(argv)
    try:
        if options.config_only:
            configure_only(options.base, options.fragment)
        else:
            build(options.base[0], options.fragment)
    except Refused as e:
        print("kernel-deb: refused: %s" % e, file=sys.stderr)
        return 1
    except (Trouble, OSError) as e:
        print("kernel-deb: %s" % e, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
