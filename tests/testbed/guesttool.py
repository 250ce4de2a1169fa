# SPDX-License-Identifier: GPL-2.0-or-later
"""Small programs of the tests, compiled here for the guest."""

import functools
import os
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "../..")


@functools.cache
def _compiled(name, sources):
    with tempfile.TemporaryDirectory() as directory:
        out = os.path.join(directory, name)
        subprocess.run(["cc", "-static", "-D_GNU_SOURCE", "-w", "-iquote", ROOT + "/src", "-o", out,
                        "%s/cases/%s.c" % (HERE, name), *(ROOT + "/src/" + s for s in sources)],
                       check=True, stderr=subprocess.DEVNULL)
        with open(out, "rb") as f:
            return f.read()


def put_tool(g, name, *sources):
    """cases/NAME.c with these SOURCES of src/ is in the guest: its path there."""
    path = "/tmp/" + name
    if g.run("test -x " + path, quiet=True).rc:
        g.put(path, _compiled(name, sources), mode=0o755)
    return path
