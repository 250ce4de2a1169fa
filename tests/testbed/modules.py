# SPDX-License-Identifier: GPL-2.0-or-later
"""
Kernel modules for a guest, built for its kernel: kernel/pps-gpio-poll, the test-only
ones of modules/, and some of the kernel's own that Debian's 6.1 is built without.

The kernel's headers are unpacked into the cache; nothing is installed.
"""

import functools
import glob
import os
import re
import shutil

import images
from linuxsource import LinuxSource
from store import Trouble, cached, command

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCES = {
    "fakegpio": os.path.join(HERE, "modules/fakegpio.c"),
    "gpioboard": os.path.join(HERE, "modules/gpioboard.c"),
    "ppsgpio": os.path.join(HERE, "modules/ppsgpio.c"),
    "pps-gpio-poll": os.path.join(images.ROOT, "kernel/pps-gpio-poll/pps-gpio-poll.c"),
}
KBUILD = os.path.join(HERE, "modules/Kbuild")
# From linux-source, under the name that they have here; gpio-sim.c is one part of gpio-sim.ko
KERNELS_OWN = {
    "drivers/gpio/gpio-sim.c": "gsim.c",
    "drivers/gpio/gpiolib.h": "gpiolib.h",
    "kernel/irq/irq_sim.c": "irq_sim.c",
    "drivers/pps/clients/pps-gpio.c": "pps-gpio.c",
    "drivers/pps/clients/pps-ktimer.c": "pps-ktimer.c",
    "drivers/input/keyboard/gpio_keys_polled.c": "gpio_keys_polled.c",
}
KERNELS_OWN_NAMES = ("gpio-sim", "pps-gpio", "pps-ktimer", "gpio_keys_polled")
# They are built beside these: a newer gpio-sim is in Debian's package
WITH_KERNELS_OWN = ("amd64-6.1",)
# What Kbuild runs out of the headers' packages
BUILD_TOOLS = ("scripts/basic/fixdep", "scripts/mod/modpost*", "tools/objtool/objtool*")
STARTED_BY_LOADER = """#!/bin/sh
lib=$(dirname "$(readlink -f "$0")")
lib=${lib%/usr/lib/linux-kbuild-*}/usr/lib/x86_64-linux-gnu
exec "$lib/ld-linux-x86-64.so.2" --library-path "$lib" --argv0 "$0" "$0.elf" "$@"
"""
# irq_sim's way to its interrupt is not exported; this one is, and does the same
NOT_EXPORTED = "handle_simple_irq(irq_to_desc(irqnum))"
EXPORTED = "generic_handle_irq_safe(irqnum)"


# ---- the kernel's headers ----

def headers_packages(kernel):
    name = "linux-headers-" + kernel.release
    out = command("apt-cache", *kernel.apt.options, "depends", name)
    return [name] + re.findall(r"Depends: (linux-(?:headers|kbuild)-\S+)$", out, re.M)


def make_relocatable(root, release):
    """The headers' Makefile names its parts by where the package would install them."""
    path = os.path.join(root, "usr/src/linux-headers-%s/Makefile" % release)
    with open(path, encoding="utf-8") as f:
        text = f.read()
    with open(path, "w", encoding="utf-8") as f:
        f.write("here := $(patsubst %%/,%%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))\n%s" %
                text.replace("/usr/src/", "$(here)/../"))


def bring_libc(root):
    """A newer suite's build tools want its C library: they are started by its loader."""
    for pattern in BUILD_TOOLS:
        for path in glob.glob(os.path.join(root, "usr/lib/linux-kbuild-*", pattern)):
            if not images.is_elf(path):
                continue
            os.rename(path, path + ".elf")
            with open(path, "w", encoding="utf-8") as f:
                f.write(STARTED_BY_LOADER)
            os.chmod(path, 0o755)


def headers(kernel):
    """The directory that a module's build knows as KDIR."""
    packages = headers_packages(kernel)
    if kernel.apt.suite:
        packages.append("libc6")
    recipe = ["headers", make_relocatable.__doc__, STARTED_BY_LOADER, repr(BUILD_TOOLS),
              repr(kernel.apt.versions(packages))]

    def make(path):
        root = kernel.apt.download(packages, path)
        make_relocatable(root, kernel.release)
        if kernel.apt.suite:
            bring_libc(root)

    path = cached("headers-" + kernel.name, recipe, make, "headers of " + kernel.release)
    return os.path.join(path, "root/usr/src/linux-headers-" + kernel.release)


# ---- the modules ----

def compiler():
    """Debian's Makefile asks for the compiler that built the kernel, which may not be here."""
    return os.environ.get("CC", "gcc")


def make_modules(kdir, directory, *words):
    """
    Kbuild in DIRECTORY.  BTF would need the kernel's vmlinux, and an older compiler
    does not know the other option (it aligns functions by one that all know).
    """
    env = {name: value for name, value in os.environ.items()
           if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "CFLAGS", "LDFLAGS", "CC")}
    return command("make", "-s", "-C", kdir, "M=" + directory, "CC=" + compiler(),
                   "CONFIG_DEBUG_INFO_BTF_MODULES=",
                   "CONFIG_CC_HAS_MIN_FUNCTION_ALIGNMENT=", *words, "modules", env=env)


def copy_kernels_own(version, directory):
    tree = LinuxSource(version).files(list(KERNELS_OWN))
    for name, here in KERNELS_OWN.items():
        shutil.copy(os.path.join(tree, name), os.path.join(directory, here))
    path = os.path.join(directory, "irq_sim.c")
    with open(path, encoding="utf-8") as f:
        text = f.read()
    if NOT_EXPORTED not in text:
        raise Trouble("irq_sim.c of %s is another one" % version)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text.replace(NOT_EXPORTED, EXPORTED))


def modules_for(kernel):
    """What there is for a KERNEL (of images): name -> path of the .ko."""
    kdir = headers(kernel)
    own = kernel.name in WITH_KERNELS_OWN
    names = list(SOURCES) + (list(KERNELS_OWN_NAMES) if own else [])

    def make(path):
        shutil.copy(KBUILD, path)
        for name, source in SOURCES.items():
            shutil.copy(source, os.path.join(path, name + ".c"))
        if own:
            copy_kernels_own(kernel.name.removeprefix("amd64-"), path)
        make_modules(kdir, path, "NAMES=" + " ".join(names))
        for extra in set(glob.glob(path + "/*")) - set(glob.glob(path + "/*.ko")):
            os.unlink(extra)

    recipe = images.recipe_of("modules.py", "modules/Kbuild")
    recipe += images.recipe_of(*(os.path.relpath(path, HERE) for path in SOURCES.values()))
    recipe += [kdir, command(compiler(), "--version").splitlines()[0]]
    path = cached("modules-" + kernel.name, recipe, make, "modules for " + kernel.release)
    return {name: os.path.join(path, name + ".ko") for name in names}


# ---- in a guest ----

@functools.cache
def _kernel(version, machine):
    return images.Kernel(version, machine)


def kernel_of(g):
    return _kernel(g.kernel_version, g.machine)


@functools.cache
def _modules_of(kernel):
    return modules_for(kernel)


def load(g, name, check=True, **params):
    """The module NAME is in the guest and loaded; insmod's Result."""
    path = _modules_of(kernel_of(g))[name]
    with open(path, "rb") as f:
        g.put("/tmp/%s.ko" % name, f.read())
    words = ["%s=%s" % item for item in params.items()]
    return g.run(" ".join(["insmod /tmp/%s.ko" % name, *words]), check=check)


def unload(g, name, check=True):
    return g.run("rmmod " + name.replace("-", "_"), check=check)
