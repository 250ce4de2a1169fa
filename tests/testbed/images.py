# SPDX-License-Identifier: GPL-2.0-or-later
"""
What the guests boot from: a kernel, an initrd and, for the full guest, a disk.

All of it comes from the machine's own apt sources and is kept in the cache by
the hash of its recipe; nothing is installed.
"""

import contextlib
import fcntl
import glob
import hashlib
import lzma
import os
import re
import shutil
import struct
import subprocess
import time

import cpio

HERE = os.path.dirname(os.path.abspath(__file__))
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"

# The modules a guest may want, with what they need
MODULES = """
	virtio_pci virtio_console virtio_blk virtio-rng ext4 autofs4 fuse
	pps-ldisc pps_parport
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
	systemd-sysv udev dbus kmod ntpsec gpsd gpsd-tools pps-tools procps
	util-linux-extra setserial strace iproute2 python3-minimal
	libjson-c5 libsmartcols1 libudev1 libcap-ng0
	libnettle8 libgnutls30 libedit2 libseccomp2
""".split()


class Trouble(Exception):
    """Something the testbed needs is missing or broken."""


def command(*args, **kwargs):
    """Run ARGS and return its output; its error output is in the Trouble."""
    p = subprocess.run(args, stdin=subprocess.DEVNULL, text=True,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, **kwargs)
    if p.returncode:
        raise Trouble("%s: exit %d\n%s" % (" ".join(args), p.returncode,
                                           p.stderr[-3000:]))
    return p.stdout


# ---- the cache ----

def cache_dir():
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    path = os.path.join(base, "gpsppsctl")
    os.makedirs(path, exist_ok=True)
    return path


@contextlib.contextmanager
def locked(name):
    with open(os.path.join(cache_dir(), ".lock-" + name), "w") as f:
        fcntl.flock(f, fcntl.LOCK_EX)
        yield


def remove(path):
    """Remove a tree; parts of it may be root's, left by a build under sudo."""
    shutil.rmtree(path, ignore_errors=True)
    if os.path.exists(path):
        subprocess.run(as_root("rm", "-rf", path), check=False)


def prune(kind, keep=2):
    entries = glob.glob(os.path.join(cache_dir(), kind + "-*"))
    entries.sort(key=os.path.getmtime, reverse=True)
    for path in entries[keep:]:
        remove(path)


def cached(kind, recipe, build, what):
    """The directory made by build(dir) from RECIPE (a list of strings)."""
    digest = hashlib.sha256("\0".join(recipe).encode()).hexdigest()[:16]
    path = os.path.join(cache_dir(), "%s-%s" % (kind, digest))
    with locked(kind):
        if not os.path.isdir(path):
            _build(kind, path, build, what)
        os.utime(path)
        prune(kind)
    return path


def _build(kind, path, build, what):
    for stale in glob.glob(os.path.join(cache_dir(), ".new-%s-*" % kind)):
        remove(stale)
    new = os.path.join(cache_dir(), ".new-%s-%d" % (kind, os.getpid()))
    os.mkdir(new)
    start = time.monotonic()
    try:
        build(new)
        os.rename(new, path)
    except BaseException:
        remove(new)
        raise
    print("# built %s (%.0f s)" % (what, time.monotonic() - start), flush=True)


def recipe_of(*names):
    """The text of recipe files."""
    out = []
    for name in names:
        with open(os.path.join(HERE, name), encoding="utf-8") as f:
            out.append(f.read())
    return out


# ---- apt ----

def as_root(*args):
    return list(args) if os.geteuid() == 0 else ["sudo", "--", *args]


def download(packages, directory):
    """Unpack packages (without their scripts) into DIRECTORY/root."""
    root = os.path.join(directory, "root")
    os.mkdir(root)
    command("apt-get", "-q", "download", *packages, cwd=directory)
    for deb in glob.glob(os.path.join(directory, "*.deb")):
        command("dpkg-deb", "-x", deb, root)
        os.unlink(deb)
    return root


def package_versions(packages):
    """NAME=VERSION of each: a new version makes a new image."""
    out = command("apt-cache", "policy", *packages)
    return re.findall(r"^(\S+):\n.*\n  Candidate: (\S+)", out, re.M)


def sources_list():
    """Debian's own among the machine's apt sources, as one-line entries."""
    out = command("apt-get", "indextargets", "--format",
                  "deb [signed-by=%s] $(REPO_URI) $(RELEASE) $(COMPONENT)"
                  % KEYRING, "Created-By: Packages", "Origin: Debian")
    lines = sorted(set(out.splitlines()))
    if not lines:
        raise Trouble("no Debian in apt's sources (apt-get update?)")
    return "\n".join(lines) + "\n"


def apt_options():
    """The machine's settings for fetching (proxies and the like)."""
    out = command("apt-config", "dump")
    keep = [line for line in out.splitlines()
            if line.startswith("Acquire::") and '""' not in line
            and "IndexTargets" not in line]
    return "\n".join(keep + ['APT::Install-Recommends "false";']) + "\n"


# ---- the kernel ----

def kernel_package(version):
    """The newest linux-image of a VERSION like 6.1 that apt knows."""
    pattern = r"^linux-image-%s\.[0-9]+(-[0-9]+|\+deb[0-9]+)-amd64$"
    out = command("apt-cache", "search", "--names-only",
                  pattern % re.escape(version))
    names = [line.split()[0] for line in out.splitlines()]
    if not names:
        raise Trouble("apt knows no linux-image of %s" % version)
    return max(names, key=lambda n: [int(d) for d in re.findall(r"\d+", n)])


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


def copy_modules(root, release, to):
    top = os.path.join("lib/modules", release)
    files = module_files(root, release)
    files += [os.path.join(top, n) for n in ("modules.order", "modules.builtin",
                                             "modules.builtin.modinfo")]
    for name in files:
        os.makedirs(os.path.dirname(os.path.join(to, name)), exist_ok=True)
        shutil.copy(os.path.join(root, name), os.path.join(to, name))
    command("depmod", "-b", to, release)


class Kernel:
    """Attributes: release, vmlinux, modules (a root with lib/modules)."""

    def __init__(self, version="6.1"):
        self.package = kernel_package(version)
        self.release = self.package.removeprefix("linux-image-")
        self.recipe = ["kernel", self.package,
                       repr(package_versions([self.package])), " ".join(MODULES)]
        path = cached("kernel-" + version, self.recipe, self._make,
                      "kernel " + self.release)
        self.vmlinux = os.path.join(path, "vmlinux")
        self.modules = os.path.join(path, "modules")

    def _make(self, path):
        root = download([self.package], path)
        if not os.path.isdir(os.path.join(root, "lib/modules")):
            os.symlink("usr/lib", os.path.join(root, "lib"))
        vmlinuz = os.path.join(root, "boot/vmlinuz-" + self.release)
        with open(os.path.join(path, "vmlinux"), "wb") as f:
            f.write(unpack_kernel(vmlinuz))
        command("depmod", "-b", root, self.release)
        copy_modules(root, self.release, os.path.join(path, "modules"))
        shutil.rmtree(root)


# ---- the initrd ----

def libraries(binary, root=None):
    """The shared objects BINARY loads: the machine's, or those below ROOT."""
    args = ["ldd", binary]
    if root:
        libs = ("lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu")
        args = [os.path.join(root, "lib64/ld-linux-x86-64.so.2"), "--list",
                "--library-path", ":".join(os.path.join(root, d) for d in libs),
                binary]
    p = subprocess.run(args, text=True, stdout=subprocess.PIPE,
                       stderr=subprocess.DEVNULL, check=False)
    found = re.findall(r"(?:=> |^\s+)(/\S+)", p.stdout, re.M)
    return [lib for lib in found if not root or lib.startswith(root)]


def is_elf(path):
    with open(path, "rb") as f:
        return f.read(4) == b"\x7fELF"


def add_applets(archive, busybox):
    archive.file("usr/bin/busybox", busybox)
    for applet in command(busybox, "--list-full").split():
        if os.path.basename(applet) != "busybox":
            archive.link(applet, "/usr/bin/busybox")


def add_tools(archive, root):
    for tool in FAST_TOOLS:
        path = os.path.join(root, tool)
        if not os.path.exists(path):
            continue
        archive.file(tool, path)
        for lib in libraries(path, root):
            archive.file(os.path.relpath(lib, root), lib)
    archive.file("lib64/ld-linux-x86-64.so.2",
                 os.path.join(root, "lib64/ld-linux-x86-64.so.2"))


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
    def make(path):
        root = download(FAST_PACKAGES, path)
        with open(os.path.join(path, "base.cpio"), "wb") as f:
            archive = cpio.Archive(f)
            archive.data("init", recipe_of("init")[0].encode(), 0o755)
            add_skeleton(archive)
            # before the applets: Debian's tools win over busybox's
            add_tools(archive, root)
            add_applets(archive, os.path.join(root, "bin/busybox"))
            archive.tree("", kernel.modules)
            archive.close()
        shutil.rmtree(root)

    recipe = recipe_of("images.py", "cpio.py", "init") + kernel.recipe
    recipe.append(repr(package_versions(FAST_PACKAGES)))
    return os.path.join(cached("fast", recipe, make, "base initrd"), "base.cpio")


def add_libraries(archive, tree):
    """What the staged programs load, from this machine."""
    for top, _, files in os.walk(tree):
        for name in files:
            path = os.path.join(top, name)
            if os.path.islink(path) or not is_elf(path):
                continue
            for lib in libraries(path):
                archive.file(lib, os.path.realpath(lib))


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
        add_programs(f, kind, tools, install)


def add_programs(out, kind, tools, install):
    archive = cpio.Archive(out, "" if kind == "fast" else "overlay/")
    archive.file("usr/bin/meddle", os.path.join(tools, "meddle"))
    if install:
        archive.tree("", install)
    if install and kind == "fast":
        add_libraries(archive, install)
    archive.close()


# ---- the full guest's disk ----

def full_image(kernel):
    """An ext4 image of Debian with its daemons, installed but not enabled."""
    def make(path):
        for name, text in (("sources.list", sources_list()),
                           ("apt.conf", apt_options())):
            with open(os.path.join(path, name), "w", encoding="utf-8") as f:
                f.write(text)
        if os.geteuid():
            print("# building the full guest's image needs root: using sudo",
                  flush=True)
        command(*as_root("sh", os.path.join(HERE, "mkimage.sh"), path,
                         kernel.modules, ",".join(FULL_PACKAGES),
                         "%d:%d" % (os.getuid(), os.getgid())))

    recipe = recipe_of("mkimage.sh") + kernel.recipe + FULL_PACKAGES
    return os.path.join(cached("full", recipe, make, "full image"), "root.img")


# ---- what is compiled ----

def compile_tools():
    """The agent, meddle and the shim, in a cached directory."""
    def make(path):
        cc = os.environ.get("CC", "gcc").split()
        flags = ["-O2", "-Wall", "-Wextra"]
        for tool in ("agent", "meddle"):
            command(*cc, *flags, "-static", "-o", os.path.join(path, tool),
                    os.path.join(HERE, tool + ".c"), "-lutil")
        command(*cc, *flags, "-shared", "-fPIC",
                "-o", os.path.join(path, "shim.so"),
                os.path.join(HERE, "shim.c"), "-ldl")

    return cached("tools", recipe_of("agent.c", "meddle.c", "shim.c"), make,
                  "agent, meddle and shim")
