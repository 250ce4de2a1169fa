# SPDX-License-Identifier: GPL-2.0-or-later
"""
ldattach of Debian's util-linux with the patches of patches/util-linux, and nothing else of it:

    scripts/patched-ldattach [FILE]
"""

import os
import shutil
import sys

from debsource import Source, one_line, recipe
from images import ROOT
from store import Trouble, cached, command

NAME = "util-linux"
PRODUCT = os.path.join(ROOT, "build", "patched", "ldattach")
# What ldattach does not use, so that nothing but a compiler is needed
WITHOUT = """
	nls bash-completion asciidoc poman libuuid libblkid libmount libsmartcols libfdisk pylibmount
""".split()
CONFIGURE = ["./configure", "--quiet", "CFLAGS=-O2", *("--disable-" + part for part in WITHOUT),
             "--without-python", "--without-ncursesw", "--without-ncurses", "--without-tinfo",
             "--without-systemd", "--without-udev"]
# Debian's patches make some files newer than what is generated from them: that is good as it is
MAKE = ["make", "-s", "-j1", "ACLOCAL=:", "AUTOCONF=:", "AUTOHEADER=:", "AUTOMAKE=:", "ldattach"]


def _build(source, directory):
    tree = os.path.join(directory, "tree")
    source.patched(tree)
    command(*CONFIGURE, cwd=tree)
    command(*MAKE, cwd=tree)
    shutil.copy(os.path.join(tree, "ldattach"), directory)
    shutil.rmtree(tree)


def built():
    """The program, in the cache."""
    source = Source(NAME)
    directory = cached("ldattach", [*recipe(NAME, source.version), *CONFIGURE, *MAKE],
                       lambda directory: _build(source, directory),
                       "ldattach of %s with our patches" % source)
    return os.path.join(directory, "ldattach")


def main():
    product = sys.argv[1] if len(sys.argv) == 2 else PRODUCT
    if len(sys.argv) > 2 or product.startswith("-"):
        print("usage: patched-ldattach [FILE]", file=sys.stderr)
        return 2
    try:
        program = built()
        os.makedirs(os.path.dirname(os.path.abspath(product)), exist_ok=True)
        shutil.copy(program, product + ".new")
        os.rename(product + ".new", product)
    except (Trouble, OSError) as e:
        print("patched-ldattach: " + one_line(e), file=sys.stderr)
        return 2
    print(os.path.relpath(product))
    return 0


if __name__ == "__main__":
    sys.exit(main())
