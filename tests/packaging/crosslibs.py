# SPDX-License-Identifier: GPL-2.0-or-later
"""
The libraries that the program and its tests need, out of Debian's sources, for another processor
or another libc; static, so that who runs the programs needs nothing else:

    python3 tests/packaging/crosslibs.py musl|mips

prints what make is to be told, as a shell's assignments; the cache keeps the libraries.
"""

import glob
import inspect
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../testbed"))

from debsource import Source  # noqa: E402
from store import cached, command, read, write  # noqa: E402

# The kernel's headers, where a compiler does not know the machine's
HEADERS = {"linux": "/usr/include/linux", "asm-generic": "/usr/include/asm-generic",
           "asm": "/usr/include/x86_64-linux-gnu/asm"}


class Target:
    """
    name	ours
    compiler	its name
    triplet	for configure: what it compiles for
    processor	for cmake
    headers	the kernel's, to be brought
    """

    def __init__(self, name, compiler, triplet, processor, headers=None):
        self.name = name
        self.compiler = compiler
        self.triplet = triplet
        self.processor = processor
        self.headers = headers or {}


TARGETS = {target.name: target for target in (
    Target("musl", "musl-gcc", "x86_64-linux-musl", "x86_64", HEADERS),
    Target("mips", "mips-linux-gnu-gcc", "mips-linux-gnu", "mips"),
)}


def with_cmake(target, tree, prefix, *options):
    """A library that cmake configures."""
    command("cmake", "-S", tree, "-B", tree + "/made", "-DCMAKE_INSTALL_PREFIX=" + prefix,
            "-DCMAKE_INSTALL_LIBDIR=lib", "-DCMAKE_SYSTEM_NAME=Linux", "-DCMAKE_BUILD_TYPE=Release",
            "-DCMAKE_SYSTEM_PROCESSOR=" + target.processor,
            "-DCMAKE_C_COMPILER=" + target.compiler, "-DCMAKE_C_FLAGS=-isystem " + headers(target.name),
            "-DBUILD_SHARED_LIBS=OFF", *options)
    command("make", "-s", "-j2", "-C", tree + "/made", "install")


def json_c(target, tree, prefix):
    with_cmake(target, tree, prefix, "-DBUILD_TESTING=OFF", "-DBUILD_APPS=OFF")


def cmocka(target, tree, prefix):
    with_cmake(target, tree, prefix, "-DWITH_EXAMPLES=OFF", "-DUNIT_TESTING=OFF",
               "-DWITH_STATIC_LIB=ON")


def util_linux(target, tree, prefix):
    """libsmartcols alone."""
    env = dict(os.environ, CC=target.compiler, CPPFLAGS="-isystem " + headers(target.name))
    command("./configure", "--host=" + target.triplet, "--prefix=" + prefix, "--disable-all-programs",
            "--enable-libsmartcols", "--disable-shared", "--enable-static", "--disable-nls",
            "--disable-asciidoc", "--disable-poman", "--without-python", "--without-ncursesw",
            "--without-tinfo", "--without-udev", cwd=tree, env=env)
    command("make", "-s", "-j2", "install-exec", "install-data", cwd=tree, env=env)


LIBRARIES = {"json-c": json_c, "cmocka": cmocka, "util-linux": util_linux}


def tidy(path):
    """
    The cache moves it: what pkg-config tells goes by where its file is.  And a static library
    that is called by a name of its own gets the usual one.
    """
    for name in glob.glob(path + "/lib/*-static.a"):
        os.rename(name, name.replace("-static.a", ".a"))
    for name in glob.glob(path + "/lib/pkgconfig/*.pc"):
        text = read(name)
        write(name, text.replace(path, "${pcfiledir}/../.."))


def built(name, library, build):
    """A directory with one library."""
    target = TARGETS[name]
    source = Source(library)

    def make(path):
        with tempfile.TemporaryDirectory() as top:
            tree = os.path.join(top, "tree")
            command("dpkg-source", "-x", source.dsc, tree)
            build(target, tree, path)
        tidy(path)

    recipe = [command(target.compiler, "--version"), str(source), inspect.getsource(build),
              inspect.getsource(with_cmake)]
    return cached("lib-%s-%s" % (name, library), recipe, make, "%s for %s" % (library, name))


def headers(name):
    """The kernel's, in a directory of their own: the rest of the machine's is another libc's."""
    def make(path):
        for header, place in TARGETS[name].headers.items():
            os.symlink(place, os.path.join(path, header))

    return cached("headers-" + name, [repr(TARGETS[name].headers)], make, "headers for " + name)


def settings(name):
    """What make is to be told, a shell's assignments."""
    places = [built(name, *library) for library in LIBRARIES.items()]
    include = ["-isystem " + headers(name)] if TARGETS[name].headers else []
    return {"CC": TARGETS[name].compiler,
            "PKG_CONFIG_LIBDIR": ":".join(place + "/lib/pkgconfig" for place in places),
            "CPPFLAGS": " ".join(include + ["-isystem %s/include" % place for place in places]),
            "LDFLAGS": " ".join(["-static"] + ["-L%s/lib" % place for place in places])}


if __name__ == "__main__":
    out = os.dup(1)
    os.dup2(2, 1)	# what is built is told, but not to who wants the settings
    os.write(out, "".join("%s='%s'\n" % setting for setting in settings(sys.argv[1]).items()).encode())
