# SPDX-License-Identifier: GPL-2.0-or-later
"""What is made once and kept: outside the clone, by the hash of its recipe."""

import contextlib
import fcntl
import glob
import hashlib
import os
import shutil
import subprocess
import time


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

def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def write(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


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


def as_root(*args):
    return list(args) if os.geteuid() == 0 else ["sudo", "--", *args]
