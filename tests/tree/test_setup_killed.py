#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
setup --root, killed at each of its changes of a file: the next setup completes, and --undo
puts the image back to the byte; so it does when it is killed itself.  test_setup_killed.py OBJDIR [STEP]: at each STEP-th
(9) change.
"""
import concurrent.futures
import hashlib
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
OBJDIR = sys.argv[1]
PROGRAM = next(p for p in (ROOT / OBJDIR / "gpsppsctl", ROOT / "gpsppsctl") if p.exists())
STEP = int(sys.argv[2]) if len(sys.argv) > 2 else 9
KILLED = -9
WORKERS = 4
# A state that is never reached would be waited for without end
LIMIT = 400
n = bad = 0

NTP_CONF = "driftfile /var/lib/ntpsec/ntp.drift\nserver 192.0.2.1 iburst\nrestrict 127.0.0.1\n"
UNITS = "gpsppsctl@.service", "gpsppsctl-feed@.service", "ntpsec.service", "chrony.service", "gpsd.service"
SYSTEMD = {
    "var/lib/misc/x": "",
    "usr/lib/systemd/systemd": "",
    **{"usr/lib/systemd/system/" + unit: "[Unit]\n" for unit in UNITS},
    "etc/chrony/chrony.conf": "confdir /etc/chrony/conf.d\nmakestep 1 3\n",
    "etc/chrony/conf.d/README": "",
    "etc/ntpsec/ntp.conf": NTP_CONF,
    "etc/default/gpsd": 'DEVICES=""\nGPSD_OPTIONS=""\n',
    "etc/apparmor.d/tunables/ntpd": '@{NTPD_DEVICE}="/dev/null"\n',
    "usr/sbin/ModemManager": "",
}
BUSYBOX = {
    "var/lib/misc/x": "",
    "bin/busybox": "",
    "etc/inittab": "::sysinit:/etc/init.d/rcS\nttyS1::respawn:/sbin/getty -L ttyS1 9600\n",
    "etc/chrony.conf": "makestep 1 3\n",
    "etc/mdev.conf": "tty[0-9]* 0:5 660\n",
    **{"usr/share/doc/gpsppsctl/examples/" + f.name: f.read_text() for f in (ROOT / "init").iterdir()},
}
IMAGES = {
    "NTPsec": (SYSTEMD, "ntpsec"),
    "chrony": (SYSTEMD, "chrony"),
    "gpsd and NTPsec": (SYSTEMD, "gpsd+ntpsec"),
    "busybox and chrony": (BUSYBOX, "chrony"),
}


def check(ok, what, why=""):
    global n, bad
    n += 1
    bad += not ok
    print(f"{'ok' if ok else 'not ok'} {n} - {what}")
    for line in str(why).splitlines() if not ok else ():
        print(f"# {line}")


def make_image(top, files):
    for path, text in files.items():
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).write_text(text)
    # what undo has to keep: modes, and the link that a file is behind
    for path in top.glob("etc/*.conf"):
        path.chmod(0o640)
    for path in top.glob("etc/ntpsec/ntp.conf"):
        path.rename(path.with_name("ntp.conf.real"))
        path.symlink_to("ntp.conf.real")


def describe(path):
    st = path.lstat()
    what = (stat.S_IFMT(st.st_mode), stat.S_IMODE(st.st_mode), st.st_uid, st.st_gid)
    if path.is_symlink():
        return (*what, os.readlink(path))
    return (*what, hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "")


def manifest(top):
    """All of it; but the record of an image that is set up is none of its configuration."""
    return {str(p.relative_to(top)): describe(p) for p in sorted(top.rglob("*"))
            if not str(p.relative_to(top)).startswith("var/lib/gpsppsctl")}


def difference(a, b):
    return "\n".join(f"{path}: {a.get(path)} and {b.get(path)}" for path in sorted(set(a) | set(b))
                     if a.get(path) != b.get(path))


class Bench:
    """One image, and setup in copies of it."""

    def __init__(self, directory, library, files, daemon):
        self.directory = directory
        self.preload = library
        self.daemon = daemon
        self.fresh = directory / "fresh"
        make_image(self.fresh, files)
        self.before = manifest(self.fresh)

    def copy(self, name):
        shutil.copytree(self.fresh, self.directory / name, symlinks=True)
        return self.directory / name

    def run(self, top, words, kill_at=0):
        env = dict(os.environ, LC_ALL="C.UTF-8", LD_PRELOAD=str(self.preload), KILL_BELOW=str(top),
                   KILL_AT=str(kill_at), KILL_LOG=str(top) + ".log",
                   ASAN_OPTIONS="verify_asan_link_order=0:detect_leaks=0")
        return subprocess.run([PROGRAM, "setup", "--root", top, *words], env=env, text=True,
                              capture_output=True, timeout=60, stdin=subprocess.DEVNULL)

    def setup(self, top, kill_at=0):
        return self.run(top, ["/dev/ttyS1", "--daemon", self.daemon, "--yes"], kill_at)

    def undo(self, top, kill_at=0):
        return self.run(top, ["--undo"], kill_at)

    def last_call(self, top):
        lines = Path(str(top) + ".log").read_text().splitlines()
        return lines[-1].replace(str(top), "") if lines else "nothing"

    # -- what must hold; each gives "" or what does not --

    def expect(self, top, done, wanted, what, codes=(0, 1)):
        if done.returncode not in codes:
            return f"{what}: exit code {done.returncode}\n{done.stdout}{done.stderr}"
        apart = difference(wanted, manifest(top))
        return apart and f"{what}:\n{apart}\n{done.stdout}{done.stderr}"

    def undone(self, top, what):
        why = self.expect(top, self.undo(top), self.before, what, (0,))
        left = why or [str(p.relative_to(top)) for p in top.glob("var/lib/gpsppsctl*")]
        return why or (left and f"{what}: left: {left}") or ""

    def killed_setup(self, k):
        """None: it was not killed any more."""
        top = self.copy(f"setup{k}")
        done = self.setup(top, k)
        if done.returncode != KILLED:
            return None
        where = f"killed at {k}: {self.last_call(top)}"
        again = top.with_name(top.name + "-again")
        shutil.copytree(top, again, symlinks=True)
        why = self.undone(top, f"{where}, undone")
        why = why or self.expect(again, self.setup(again), self.after, f"{where}, set up again")
        return why or self.undone(again, f"{where}, set up again and undone")

    def killed_undo(self, k):
        top = self.copy(f"undo{k}")
        self.setup(top)
        Path(str(top) + ".log").write_text("")
        done = self.undo(top, k)
        if done.returncode != KILLED:
            return None
        return self.undone(top, f"undo killed at {k}: {self.last_call(top)}, undone again")


def at_each(one):
    """How often it was killed until it got through, and the first that went wrong."""
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        for first in range(1, LIMIT, WORKERS * STEP):
            at = range(first, first + WORKERS * STEP, STEP)
            for k, why in zip(at, pool.map(one, at)):
                if why is None:
                    return (k - 1) // STEP, ""
                if why:
                    return k, why
    return LIMIT, "it is never done"


def try_image(name, bench):
    top = bench.copy("whole")
    done = bench.setup(top)
    bench.after = manifest(top)
    check(done.returncode in (0, 1) and bench.after != bench.before, f"{name}: setup changes the image",
          done.stdout + done.stderr)
    again = bench.setup(top)
    check("nothing to change" in again.stdout and not bench.expect(top, again, bench.after, "again"),
          f"{name}: another setup changes nothing", again.stdout + again.stderr)
    why = bench.undone(top, "undone")
    check(not why, f"{name}: and --undo puts it back", why)
    if why or bench.after == bench.before:
        return
    times, why = at_each(bench.killed_setup)
    check(not why and times > 30 // STEP, f"{name}: setup killed {times} times", why)
    times, why = at_each(bench.killed_undo)
    check(not why and times > 10 // STEP, f"{name}: undo killed {times} times", why)


with tempfile.TemporaryDirectory() as directory:
    library = Path(directory, "kill_at_write.so")
    subprocess.run([*os.environ.get("CC", "cc").split(), "-O1", "-shared", "-fPIC", "-o", library,
                    ROOT / "tests/testbed/kill_at_write.c", "-ldl"], check=True)
    for at, (title, (files, daemon)) in enumerate(IMAGES.items()):
        own = Path(directory, str(at))
        own.mkdir()
        try_image(title, Bench(own, library, files, daemon))
        shutil.rmtree(own)
print(f"1..{n}")
sys.exit(bad > 0)
