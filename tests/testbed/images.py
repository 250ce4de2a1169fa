# SPDX-License-Identifier: GPL-2.0-or-later
"""
What the guests boot from: a kernel, an initrd and, for the full guest, a disk.

All of it comes from the machine's own apt sources and is kept in the cache by
the hash of its recipe; nothing is installed.
"""

import lzma
import os
import re
import shutil
import struct
import subprocess

import cpio
import ppskernel
from apt import Apt, fetch_settings
from machines import PC
from store import Trouble, as_root, cached, command

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
RELEASE = "bookworm"

# The modules a guest may want, with what they need
MODULES = """
	virtio_pci virtio_console virtio_blk virtio-rng ext4 autofs4 fuse
	pps-ldisc pps_parport pps-ktimer pps-gpio gpio-sim
	usbserial ftdi_sio pl2303 cp210x ch341 cdc-acm
	xhci_pci usbip-core vhci-hcd dummy_hcd usb_f_acm g_serial
""".split()

# The fast guest's tools beside busybox, and the packages they come from
FAST_PACKAGES = """
	busybox-static util-linux util-linux-extra setserial strace pps-tools
	procps libproc2-0 libncursesw6 libtinfo6 libsystemd0 libcap2 libgcrypt20
	libgpg-error0 liblz4-1 libzstd1 libc6 libunwind8 liblzma5
""".split()
FAST_TOOLS = """
	usr/sbin/ldattach sbin/ldattach bin/setserial usr/bin/setserial
	usr/bin/strace usr/bin/ppstest bin/ps usr/bin/pgrep usr/bin/pkill
""".split()

FULL_PACKAGES = """
	systemd-sysv udev dbus kmod ntpsec gpsd gpsd-tools pps-tools procps apparmor
	util-linux-extra setserial strace iproute2 python3-minimal
	libjson-c5 libsmartcols1 libudev1 libcap-ng0
	libnettle8 libgnutls30 libedit2 libseccomp2
""".split()
# Names that a later release has changed
RENAMED = {
    "trixie": {"libnettle8": "libnettle8t64", "libgnutls30": "libgnutls30t64"},
}

# What the program is linked with on a machine of another architecture
CROSS_PACKAGES = """
	libc6 libsmartcols-dev libsmartcols1 libjson-c-dev libjson-c5 pps-tools
""".split()


def recipe_of(*names):
    """The text of recipe files."""
    out = []
    for name in names:
        with open(os.path.join(HERE, name), encoding="utf-8") as f:
            out.append(f.read())
    return out


# ---- the kernel ----

def unpack_kernel(image):
    """
    The vmlinux inside a bzImage.  QEMU boots it by PVH without running the
    decompressor, which takes seconds when emulated.
    """
    with open(image, "rb") as f:
        data = f.read()
    setup_sects = data[0x1f1] or 4
    offset, length = struct.unpack_from("<II", data, 0x248)
    start = (setup_sects + 1) * 512 + offset
    payload = data[start:start + length]
    if payload[:6] == b"\xfd7zXZ\0":
        return lzma.LZMADecompressor().decompress(payload)
    if payload[:4] == b"\x28\xb5\x2f\xfd":
        # the last four bytes are the size, no part of the stream
        return subprocess.run(["zstd", "-dc"], input=payload[:-4], check=True,
                              stdout=subprocess.PIPE).stdout
    raise Trouble("%s: compressed by an unknown method" % image)


def module_files(root, release):
    """The modules of MODULES with all they depend on, below ROOT."""
    files = set()
    for name in MODULES:
        p = subprocess.run(["modprobe", "-d", root, "-S", release,
                            "--show-depends", name], text=True,
                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                           check=False)
        files.update(re.findall(r"^insmod (\S+)", p.stdout, re.M))
    return [os.path.relpath(f, root) for f in sorted(files)]


def copy_plain(source, to):
    """Uncompressed, as busybox' modprobe wants a module."""
    if source.endswith(".xz"):
        with lzma.open(source) as packed, open(to.removesuffix(".xz"), "wb") as out:
            shutil.copyfileobj(packed, out)
    else:
        shutil.copy(source, to)


def copy_modules(root, release, to):
    top = os.path.join("lib/modules", release)
    files = module_files(root, release)
    files += [os.path.join(top, n) for n in ("modules.order", "modules.builtin",
                                             "modules.builtin.modinfo")]
    for name in files:
        os.makedirs(os.path.dirname(os.path.join(to, name)), exist_ok=True)
        copy_plain(os.path.join(root, name), os.path.join(to, name))
    command("depmod", "-b", to, release)


class Kernel:
    """
    What a guest boots: the newest of a VERSION like 6.1 among the machine's own
    suites, or the newest that a suite (sid) has.

    Attributes: release, image, modules (a root with lib/modules).
    """

    def __init__(self, version="6.1", machine=PC):
        self.machine = machine
        self.name = "%s-%s" % (machine.arch, version)
        self._choose(version)
        path = cached("kernel-" + self.name, self.recipe, self._make,
                      "kernel " + self.release)
        self.image = os.path.join(path, "image")
        self.modules = os.path.join(path, "modules")

    def _choose(self, version):
        suite = None if version[0].isdigit() else version
        self.apt = Apt(suite, self.machine.arch)
        package = self.apt.kernel(None if suite else version)
        self.packages = self.apt.kernel_parts(package)
        self.release = package.removeprefix("linux-image-")
        self.recipe = ["kernel", package,
                       repr(self.apt.versions(self.packages)), " ".join(MODULES)]

    def _unpack(self, path):
        return self.apt.download(self.packages, path)

    def _vmlinuz(self, root):
        """From 7 on it lies beside its modules."""
        places = ("boot/vmlinuz-" + self.release,
                  "usr/lib/modules/%s/vmlinuz" % self.release)
        return next(path for path in (os.path.join(root, place) for place in places)
                    if os.path.exists(path))

    def _make(self, path):
        root = self._unpack(path)
        if not os.path.isdir(os.path.join(root, "lib/modules")):
            os.symlink("usr/lib", os.path.join(root, "lib"))
        vmlinuz = self._vmlinuz(root)
        if self.machine is PC:
            with open(os.path.join(path, "image"), "wb") as f:
                f.write(unpack_kernel(vmlinuz))
        else:
            shutil.copy(vmlinuz, os.path.join(path, "image"))
        command("depmod", "-b", root, self.release)
        copy_modules(root, self.release, os.path.join(path, "modules"))
        shutil.rmtree(root)


class BuiltKernel(Kernel):
    """Debian's source as kernel/ configures it for this PC, built here."""

    def _choose(self, version):
        if self.machine is not PC:
            raise Trouble("the kernel '%s' is for the PC alone" % version)
        self.built = ppskernel.PpsKernel("small")
        self.release = self.built.release
        self.recipe = ["built", *self.built.recipe(), " ".join(MODULES)]

    def _unpack(self, path):
        return self.built.unpack_image(path)

    def _make(self, path):
        """With its configuration, where a guest without /boot can have it."""
        super()._make(path)
        shutil.copy(os.path.join(self.built.build(), "config"),
                    os.path.join(path, "modules/lib/modules", self.release))


def kernel_of(version, machine=PC):
    """Kernel(VERSION), or "pps": what kernel/ builds."""
    return (BuiltKernel if version == ppskernel.VERSION else Kernel)(version, machine)


# ---- the initrd ----

def libraries(binary):
    """The shared objects BINARY loads on this machine."""
    p = subprocess.run(["ldd", binary], text=True, stdout=subprocess.PIPE,
                       stderr=subprocess.DEVNULL, check=False)
    return re.findall(r"(?:=> |^\s+)(/\S+)", p.stdout, re.M)


def libraries_below(root, machine, binary, found=None):
    """The same below ROOT, whose loader cannot run here: by their names alone."""
    found = {} if found is None else found
    for name in re.findall(r"\(NEEDED\).*\[(.*)\]", command("readelf", "-d", binary)):
        for place in ("lib/", "usr/lib/"):
            path = os.path.join(root, place + machine.triplet, name)
            if name not in found and os.path.exists(path):
                found[name] = path
                libraries_below(root, machine, path, found)
    return list(found.values())


def is_elf(path):
    with open(path, "rb") as f:
        return f.read(4) == b"\x7fELF"


def add_applets(archive, busybox):
    """Their names from this machine's busybox: the guest's may not run here."""
    archive.file("usr/bin/busybox", busybox)
    for applet in command("busybox", "--list-full").split():
        if os.path.basename(applet) != "busybox":
            archive.link(applet, "/usr/bin/busybox")


def add_tools(archive, root, machine):
    for tool in FAST_TOOLS:
        path = os.path.join(root, tool)
        if not os.path.exists(path):
            continue
        archive.file(tool, path)
        for lib in libraries_below(root, machine, path):
            archive.file(os.path.relpath(lib, root), lib)
    archive.file(machine.loader, os.path.join(root, machine.loader))


def add_skeleton(archive):
    for name in ("bin", "sbin", "lib", "lib64"):
        archive.link(name, "usr/" + name)
    for name in ("dev", "proc", "sys", "run", "mnt", "root", "etc", "usr/sbin",
                 "var/lib", "var/log"):
        archive.directory(name)
    archive.directory("tmp", 0o1777)
    archive.link("var/run", "/run")
    archive.char_device("dev/console", 5, 1)
    archive.char_device("dev/null", 1, 3, 0o666)
    archive.data("etc/passwd", b"root:x:0:0:root:/root:/bin/sh\n"
                 b"nobody:x:65534:65534:nobody:/:/bin/sh\n")
    archive.data("etc/group", b"root:x:0:\ntty:x:5:\ndialout:x:20:\n"
                 b"nogroup:x:65534:\n")
    archive.data("etc/os-release", b'ID=testbed\nPRETTY_NAME="testbed"\n')


def base_initrd(kernel):
    """The part of the initrd that is the same for every run, cached."""
    machine = kernel.machine
    apt = Apt(arch=machine.arch)

    def make(path):
        root = apt.download(FAST_PACKAGES, path)
        with open(os.path.join(path, "base.cpio"), "wb") as f:
            archive = cpio.Archive(f)
            archive.data("init", recipe_of("init")[0].encode(), 0o755)
            add_skeleton(archive)
            # before the applets: Debian's tools win over busybox's
            add_tools(archive, root, machine)
            add_applets(archive, os.path.join(root, "bin/busybox"))
            archive.tree("", kernel.modules)
            archive.close()
        shutil.rmtree(root)

    recipe = recipe_of("images.py", "cpio.py", "init", "machines.py") + kernel.recipe
    recipe.append(repr(apt.versions(FAST_PACKAGES)))
    return os.path.join(cached("base-" + kernel.name, recipe, make, "base initrd"),
                        "base.cpio")


def elf_files(tree):
    for top, _, files in os.walk(tree):
        for name in files:
            path = os.path.join(top, name)
            if not os.path.islink(path) and is_elf(path):
                yield path


def write_initrd(path, kernel, kind, tools, install=None):
    """The initrd of one run: the base, our tools, and the program's tree."""
    base = base_initrd(kernel)
    with open(path, "wb") as f:
        with open(base, "rb") as b:
            shutil.copyfileobj(b, f)
        archive = cpio.Archive(f)
        archive.file("agent", os.path.join(tools, "agent"))
        archive.file("testbed-agent.service",
                     os.path.join(HERE, "testbed-agent.service"))
        archive.close()
        archive = cpio.Archive(f, "overlay/" if kind == "full" else "")
        archive.file("usr/bin/meddle", os.path.join(tools, "meddle"))
        if install and kernel.machine is not PC:
            add_cross_built(archive, install, kernel.machine)
        elif install:
            archive.tree("", install)
            if kind == "fast":
                add_libraries(archive, install)
        archive.close()


def add_libraries(archive, tree):
    """What the staged programs load, from this machine."""
    for path in elf_files(tree):
        for lib in libraries(path):
            archive.file(lib, os.path.realpath(lib))


# ---- the program on another architecture ----

def add_cross_built(archive, install, machine):
    """The staged tree with its programs compiled anew, and what they load."""
    sysroot = cross_sysroot(machine)
    built = cross_build(machine, sysroot)
    for program in elf_files(install):
        ours = os.path.join(built, os.path.basename(program))
        archive.file(os.path.relpath(program, install), ours)
        for lib in libraries_below(sysroot, machine, ours):
            archive.file(os.path.relpath(lib, sysroot), lib)
    archive.tree("", install)


def cross_sysroot(machine):
    """A directory with the program's libraries and their headers."""
    apt = Apt(arch=machine.arch)
    recipe = ["sysroot", repr(apt.versions(CROSS_PACKAGES))]
    path = cached("sysroot-" + machine.arch, recipe,
                  lambda path: apt.download(CROSS_PACKAGES, path), "cross libraries")
    return os.path.join(path, "root")


def cross_build(machine, sysroot):
    """The directory with the programs, as `make install PREFIX=/usr` wants them."""
    objects = "build/" + machine.arch
    libs = os.path.join(sysroot, "usr/lib", machine.triplet)
    env = {name: value for name, value in os.environ.items()
           if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "CFLAGS", "LDFLAGS")}
    env.update(PKG_CONFIG_SYSROOT_DIR=sysroot,
               PKG_CONFIG_LIBDIR=os.path.join(libs, "pkgconfig"))
    command("make", "-s", "-j2", "OBJDIR=" + objects, "PROG=%s/gpsppsctl" % objects,
            "HOLD=%s/gpsppsctl-hold" % objects, "PREFIX=/usr",
            "CC=" + " ".join(machine.compiler()),
            "CPPFLAGS=-idirafter %s/usr/include" % sysroot,
            "LDFLAGS=-Wl,-rpath-link," + libs, cwd=ROOT, env=env)
    return os.path.join(ROOT, objects)


# ---- the full guest's disk ----

def full_packages(suite):
    renamed = RENAMED.get(suite, {})
    return [renamed.get(name, name) for name in FULL_PACKAGES]


def full_image(kernel, suite=RELEASE):
    """An ext4 image of Debian with its daemons, installed but not enabled."""
    packages = full_packages(suite)
    apt = Apt(None if suite == RELEASE else suite)

    def make(path):
        for name, text in (("sources.list", apt.sources_list()),
                           ("apt.conf", fetch_settings())):
            with open(os.path.join(path, name), "w", encoding="utf-8") as f:
                f.write(text)
        if os.geteuid():
            print("# building the full guest's image needs root: using sudo",
                  flush=True)
        command(*as_root("sh", os.path.join(HERE, "mkimage.sh"), path, suite,
                         kernel.modules, ",".join(packages),
                         "%d:%d" % (os.getuid(), os.getgid())))

    recipe = recipe_of("mkimage.sh") + [suite] + kernel.recipe + packages
    return os.path.join(cached(suite + "-full", recipe, make, "full image of " + suite),
                        "root.img")


# ---- what is compiled ----

def compile_tools(machine=PC):
    """The agent and meddle for the guest, the shim for QEMU, in a cached directory."""
    def make(path):
        flags = ["-O2", "-Wall", "-Wextra"]
        for tool in ("agent", "meddle"):
            command(*machine.compiler(), *flags, "-static", "-o", os.path.join(path, tool),
                    os.path.join(HERE, tool + ".c"), "-lutil")
        command(*PC.compiler(), *flags, "-shared", "-fPIC",
                "-o", os.path.join(path, "shim.so"),
                os.path.join(HERE, "shim.c"), "-ldl")

    return cached(machine.arch + "-tools", recipe_of("agent.c", "meddle.c", "shim.c"), make,
                  "agent, meddle and shim")
