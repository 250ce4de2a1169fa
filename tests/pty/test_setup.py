# SPDX-License-Identifier: GPL-2.0-or-later
"""`gpsppsctl setup` on an image: shown, asked, written, twice, undone; and what it refuses."""
import fcntl
import hashlib
import json
import os
import pty
import resource
import shutil
import signal
import subprocess
import tempfile
import unicodedata
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = os.environ.get("GPSPPSCTL", str(ROOT / "gpsppsctl"))
NOBODY = 65534

CHRONY_CONF = """\
# Welcome to the chrony configuration file.
pool 2.debian.pool.ntp.org iburst
driftfile /var/lib/chrony/chrony.drift
"""
UNITS = "chrony.service", "gpsppsctl@.service", "gpsppsctl-feed@.service"


def make_image(top):
    """What setup looks at of a system with systemd, chrony and this program."""
    def put(path, text=""):
        path = top / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    put("usr/lib/systemd/systemd")
    for name in UNITS:
        put("lib/systemd/system/" + name, "[Unit]\n")
    for path in "etc/chrony/chrony.conf", "var/lib/dpkg/status":
        put(path)
    ship(top, CHRONY_CONF)


def ship(top, text):
    """chrony.conf as its package has it."""
    conf = top / "etc/chrony/chrony.conf"
    conf.write_bytes(text.encode())
    os.chmod(conf, 0o640)
    (top / "var/lib/dpkg/status").write_text(
        "Package: chrony\nStatus: install ok installed\nVersion: 4.3-2\nConffiles:\n"
        " /etc/chrony/chrony.conf %s\n" % hashlib.md5(text.encode()).hexdigest())


def snapshot(top):
    """Each path below it: mode, link's target or content."""
    found = {}
    for path in sorted(top.rglob("*")):
        what = (os.readlink(path) if path.is_symlink() else
                None if path.is_dir() else path.read_bytes())
        found[str(path.relative_to(top))] = (path.lstat().st_mode, what)
    return found


def run(*args, **kwargs):
    return subprocess.run([PROGRAM, "setup", *args], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60, **kwargs)


def answer(text, *args):
    """With a terminal to ask on, whose user types TEXT: exit code, stdout, terminal."""
    master, slave = pty.openpty()
    with subprocess.Popen([PROGRAM, "setup", *args], stdin=slave, stderr=slave,
                          stdout=subprocess.PIPE, text=True) as job:
        os.close(slave)
        os.write(master, text.encode())
        out = job.stdout.read()
        code = job.wait(60)
    said = b""
    try:
        while piece := os.read(master, 4096):
            said += piece
    except OSError:
        pass
    os.close(master)
    return code, out, said.decode()


def on_terminal(keys, *args):
    """The same with a terminal of its own, where keys make signals: exit code, all that it says."""
    pid, fd = pty.fork()
    if not pid:
        os.execv(PROGRAM, [PROGRAM, "setup", *args])
    said, typed = b"", False
    try:
        while piece := os.read(fd, 4096):
            said += piece
            if b"[y/N]" in said and not typed:
                os.write(fd, keys.encode())
                typed = True
    except OSError:
        pass
    os.close(fd)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), said.decode().replace("\r", "")


def limit_files(size):
    """write(2) fails behind so many bytes of a file, as it does on a full disk."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def small_files():
    limit_files(8192)


def tiny_files():
    limit_files(64)


class Image(unittest.TestCase):
    def setUp(self):
        self.top = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.top)
        make_image(self.top)
        self.words = ("ttyS0", "--daemon", "chrony", "--root", str(self.top))

    def test_dry_run_shows_all_and_changes_nothing(self):
        before = snapshot(self.top)
        done = run(*self.words, "--dry-run")
        self.assertEqual((done.returncode, done.stderr), (0, ""), done)
        for line in ("--- /dev/null", "+++ /etc/gpsppsctl.conf", "--- /etc/chrony/chrony.conf",
                     "+++ /etc/chrony/chrony.conf", " pool 2.debian.pool.ntp.org iburst"):
            self.assertIn(line, done.stdout.splitlines())
        self.assertRegex(done.stdout, r"(?m)^\+0\s+/dev/ttyS0\s+baud=4800")
        self.assertRegex(done.stdout, r"(?m)^\+refclock PPS /dev/gpspps0 lock NMEA")
        self.assertEqual(snapshot(self.top), before)

    def test_patch_takes_what_is_shown(self):
        """Whole as it is printed: comments and links between the files are nothing to patch(1)."""
        text = "# a \\033 and a\ttab\n" + CHRONY_CONF.rstrip("\n")
        ship(self.top, text)
        shown = run(*self.words, "--dry-run").stdout
        self.assertIn("\n\\ No newline at end of file\n", shown)
        with tempfile.TemporaryDirectory() as copy:
            shutil.copytree(self.top, copy, symlinks=True, dirs_exist_ok=True)
            done = subprocess.run(["patch", "-p1", "-s", "-d", copy], input=shown, text=True,
                                  capture_output=True, timeout=60)
            self.assertEqual((done.returncode, done.stdout), (0, ""), done)
            self.assertEqual(run(*self.words, "--yes").returncode, 0)
            for path in "etc/chrony/chrony.conf", "etc/gpsppsctl.conf":
                self.assertEqual((Path(copy) / path).read_bytes(), (self.top / path).read_bytes())

    def test_nothing_that_a_terminal_obeys(self):
        """In a file that is changed, in a name that a file says, in where a link leads."""
        odd = "/etc/chrony/\x1b[2J\x9b.d"
        (self.top / odd[1:]).mkdir()
        ship(self.top, CHRONY_CONF + "\x1b]0;x\x07 \x9b2J \r\nconfdir " + odd + "\n")
        wants = self.top / "etc/systemd/system/dev-ttyS0.device.wants"
        wants.mkdir(parents=True)
        (wants / "gpsppsctl@ttyS0.service").symlink_to("/\x1b[2J\x9b")
        said = b""
        for words in (*self.words, "--dry-run"), (*self.words, "--yes"), ("--undo", "--root", str(self.top)):
            done = subprocess.run([PROGRAM, "setup", *words], stdin=subprocess.DEVNULL,
                                  capture_output=True, timeout=60)
            said += done.stdout + done.stderr
        self.assertIn(b"[2J", said)
        said = said.decode()
        self.assertEqual([c for c in said if unicodedata.category(c) == "Cc" and c not in "\n\t"], [])

    def test_there_again_and_back(self):
        before = snapshot(self.top)
        done = run(*self.words, "--yes")
        self.assertEqual((done.returncode, done.stderr), (0, ""), done)
        self.assertIn("wrote        /etc/chrony/chrony.conf\n", done.stdout)
        after = snapshot(self.top)
        self.assertIn(b"/dev/ttyS0", after["etc/gpsppsctl.conf"][1])
        mode, conf = after["etc/chrony/chrony.conf"]
        self.assertEqual(mode & 0o7777, 0o640)
        self.assertTrue(conf.startswith(CHRONY_CONF.encode()), conf)
        self.assertIn(b"\nrefclock PPS /dev/gpspps0 lock NMEA", conf)

        again = run(*self.words, "--yes")
        self.assertEqual((again.returncode, again.stderr), (0, ""), again)
        self.assertIn("nothing to change\n", again.stdout)
        self.assertNotIn("+++ ", again.stdout)
        self.assertEqual(snapshot(self.top), after)

        undone = run("--undo", "--root", str(self.top))
        self.assertEqual((undone.returncode, undone.stderr), (0, ""), undone)
        self.assertIn("put back     /etc/chrony/chrony.conf\n", undone.stdout)
        left = {path for path in snapshot(self.top) if path not in before}
        self.assertEqual(left, set())
        self.assertEqual(snapshot(self.top), before)
        self.assertIn("nothing to undo", run("--undo", "--root", str(self.top)).stdout)

    def test_what_was_edited_is_left_alone(self):
        conf = self.top / "etc/chrony/chrony.conf"
        conf.write_text(CHRONY_CONF + "server time.example.org\n")
        before = snapshot(self.top)
        for words in ("--dry-run",), ("--yes",):
            done = run(*self.words, *words)
            self.assertEqual((done.returncode, done.stderr), (1, ""), done)
            self.assertIn("/etc/chrony/chrony.conf was edited by hand and is left alone; left for you to do", done.stdout)
            self.assertRegex(done.stdout, r"(?m)^    refclock PPS /dev/gpspps0 lock NMEA")
            self.assertNotIn("+++ /etc/chrony/chrony.conf", done.stdout)
            if words == ("--dry-run",):
                self.assertEqual(snapshot(self.top), before)
        # the rest was done
        after = snapshot(self.top)
        self.assertIn("etc/gpsppsctl.conf", after)
        self.assertEqual(after["etc/chrony/chrony.conf"], before["etc/chrony/chrony.conf"])
        self.assertEqual(run("--undo", "--root", str(self.top)).returncode, 0)
        self.assertEqual(snapshot(self.top), before)

    def test_edited_since(self):
        """What somebody wrote after setup is his: undo leaves it, says so, does the rest."""
        self.assertEqual(run(*self.words, "--yes").returncode, 0)
        conf = self.top / "etc/chrony/chrony.conf"
        conf.write_text(conf.read_text() + "server time.example.org\n")
        mine = conf.read_text()
        done = run("--undo", "--root", str(self.top))
        self.assertEqual(done.returncode, 1, done)
        self.assertIn("gpsppsctl: /etc/chrony/chrony.conf: was changed since setup, and is left as it is",
                      done.stderr)
        self.assertNotIn("put back     /etc/chrony/chrony.conf", done.stdout)
        self.assertEqual(conf.read_text(), mine)
        self.assertFalse((self.top / "etc/gpsppsctl.conf").exists())

    def test_asked(self):
        before = snapshot(self.top)
        code, out, said = answer("n\n", *self.words)
        self.assertEqual(code, 1, (out, said))
        self.assertIn("[y/N]", said)
        self.assertIn("nothing was changed", said)
        self.assertIn("+++ /etc/gpsppsctl.conf", out)
        self.assertEqual(snapshot(self.top), before)
        code, out, said = answer("y\n", *self.words)
        self.assertEqual(code, 0, (out, said))
        self.assertTrue((self.top / "etc/gpsppsctl.conf").exists())

    def test_question_broken_off(self):
        """Ctrl-C and Ctrl-D at the question: one line, on a line of its own."""
        before = snapshot(self.top)
        for keys, code, line in (("\3", 2, "interrupted: nothing was changed"),
                                 ("\4", 1, "nothing was changed")):
            ended, said = on_terminal(keys, *self.words)
            self.assertEqual(ended, code, said)
            told = [one for one in said.splitlines() if "nothing was changed" in one]
            self.assertEqual(told, ["gpsppsctl: setup: " + line], said)
            self.assertEqual(snapshot(self.top), before)

    def assert_taken_back(self, done, before):
        """A write failed: which, why; and nothing is left of the run."""
        self.assertEqual(done.returncode, 2, done)
        self.assertEqual(done.stderr.splitlines(), [
            "gpsppsctl: /etc/chrony/chrony.conf: cannot be changed: File too large",
            "gpsppsctl: hint: all is as it was before; mend that, then once more"], done)
        self.assertIn("wrote        /etc/gpsppsctl.conf\n", done.stdout)
        self.assertIn("put back     /etc/gpsppsctl.conf\n", done.stdout)
        self.assertEqual(snapshot(self.top), before)

    def test_a_write_fails(self):
        """As on a full disk: the third file cannot be written, the first two go again."""
        conf = CHRONY_CONF + "# " + "x" * 8000 + "\n"
        (self.top / "etc/chrony/chrony.conf").write_text(conf)
        os.chmod(self.top / "etc/chrony/chrony.conf", 0o640)
        status = self.top / "var/lib/dpkg/status"
        status.write_text(status.read_text().replace(hashlib.md5(CHRONY_CONF.encode()).hexdigest(),
                                                     hashlib.md5(conf.encode()).hexdigest()))
        before = snapshot(self.top)
        self.assert_taken_back(run(*self.words, "--yes", preexec_fn=small_files), before)

    def test_a_write_fails_the_second_time(self):
        """What an earlier run has set up is not taken back for the sake of a later one."""
        self.assertEqual(run(*self.words, "--yes").returncode, 0)
        after = snapshot(self.top)
        done = run("ttyS1", *self.words[1:], "--yes", preexec_fn=tiny_files)
        self.assertEqual(done.returncode, 2, done)
        self.assertIn("gpsppsctl: hint: what was changed is undone by: gpsppsctl setup --undo --root", done.stderr)
        for path, what in after.items():
            if path != "var/lib/gpsppsctl/setup/log":
                self.assertEqual(snapshot(self.top).get(path), what, path)

    def test_nobody_to_ask(self):
        before = snapshot(self.top)
        done = run(*self.words)
        self.assertEqual((done.returncode, done.stdout), (2, ""), done)
        self.assertEqual(done.stderr.splitlines(), [
            "gpsppsctl: setup: nothing was changed: there is no terminal to ask on",
            "gpsppsctl: hint: --yes agrees to all of it, --dry-run shows it"])
        self.assertEqual(snapshot(self.top), before)

    def test_units(self):
        (self.top / "etc/gpsppsctl.conf").write_text("0 /dev/ttyS0 baud=9600\n2 /dev/ttyS3\n")
        done = run(*self.words, "--unit", "1", "--dry-run")
        self.assertEqual(done.returncode, 2, done)
        self.assertIn("gpsppsctl: /dev/ttyS0: is unit 0 in /etc/gpsppsctl.conf", done.stderr)
        words = ("ttyS1", *self.words[1:], "--dry-run")
        done = run(*words, "--unit", "2")
        self.assertEqual(done.returncode, 2, done)
        self.assertIn("gpsppsctl: /dev/ttyS1: unit 2 is that of /dev/ttyS3", done.stderr)
        # the first that is free
        self.assertIn("unit         1: /dev/gps1 and /dev/gpspps1", run(*words).stdout)

    def test_json(self):
        words = (*self.words, "--json")
        done = run(*words)
        self.assertEqual(done.returncode, 2, done)
        self.assertIn("--json asks nothing: with --yes, --dry-run or --print", done.stderr)
        for how, applied in ("--dry-run", False), ("--yes", True):
            done = run(*words, how)
            self.assertEqual((done.returncode, done.stderr), (0, ""), done)
            told = json.loads(done.stdout)
            self.assertEqual((told["version"], told["port"], told["unit"], told["daemon"]),
                             (1, "/dev/ttyS0", 0, "chrony"))
            self.assertEqual(told["applied"], applied)
            self.assertIsNone(told["verified"])
            self.assertIsNone(told["measured"]["baud"])
            step = {s["path"]: s for s in told["steps"]}["/etc/chrony/chrony.conf"]
            self.assertEqual(step["kind"], "write")
        # it is what was written
        self.assertEqual((self.top / "etc/chrony/chrony.conf").read_text(), step["text"])
        self.assertEqual(json.loads(run(*words, "--yes").stdout)["steps"], [])

    def test_at_work(self):
        """One at a time."""
        self.assertEqual(run(*self.words, "--yes").returncode, 0)
        place = self.top / "var/lib/gpsppsctl/setup"
        fd = os.open(place, os.O_RDONLY)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            done = run(*self.words, "--yes")
        finally:
            os.close(fd)
        self.assertEqual(done.returncode, 2, done)
        self.assertIn("gpsppsctl: setup: another gpsppsctl setup is at work", done.stderr)


class Overview(unittest.TestCase):
    def test_setup_is_named(self):
        """Who types the name alone is told where to begin."""
        done = subprocess.run([PROGRAM], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        self.assertRegex(done.stdout, r"(?m)^  gpsppsctl setup  ")


class OpenWrt(unittest.TestCase):
    """An image with procd, and the scripts of OpenWrt's packages as far as they matter here."""

    def setUp(self):
        self.top = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.top)
        for path, text in (("sbin/procd", ""), ("etc/inittab", "::sysinit:/etc/init.d/rcS S boot\n"),
                           ("usr/share/doc/gpsppsctl/examples/openwrt", "#!/bin/sh\nSTART=60\n"),
                           ("usr/share/doc/gpsppsctl/examples/openwrt-feed", "#!/bin/sh\nSTART=61\n")):
            self.put(path, text)

    def put(self, path, text):
        (self.top / path).parent.mkdir(parents=True, exist_ok=True)
        (self.top / path).write_text(text)

    def plan(self, daemon):
        return run("ttyS0", "--root", str(self.top), "--daemon", daemon, "--dry-run")

    def test_ntpd_by_uci(self):
        """What is written to ntp.conf nobody would read: it says what to do."""
        script = "#!/bin/sh /etc/rc.common\nSTART=65\nconfig_file=%s\n"
        self.put("etc/init.d/ntpd", script % "/var/etc/ntpd.conf")
        for conf in None, "server a.example\n":
            if conf:
                self.put("etc/ntp.conf", conf)
            done = self.plan("ntp")
            self.assertEqual(done.returncode, 2, done)
            self.assertIn("/etc/init.d/ntpd writes UCI's servers to /var/etc/ntpd.conf, and no receiver: "
                          "install the package chrony, and take --daemon chrony\n", done.stderr)
            self.assertNotIn("+++ ", done.stdout)
        # somebody's own script
        self.put("etc/init.d/ntpd", script % "/etc/ntp.conf")
        self.assertIn("refclock", self.plan("ntp").stdout.replace("server 127.127.20.0", "refclock"))

    def test_chrony(self):
        """Nothing below /var outlives a boot, and chronyd is to start behind the holder."""
        self.put("etc/init.d/chronyd", "#!/bin/sh /etc/rc.common\nSTART=15\n")
        self.put("etc/chrony/chrony.conf", "confdir /var/etc/chrony.d\n")
        (self.top / "var/etc/chrony.d").mkdir(parents=True)
        done = self.plan("chrony")
        self.assertNotIn("/var/etc/chrony.d/", done.stdout)
        self.assertRegex(done.stdout, r"/etc/chrony/chrony\.conf was edited by hand and is left alone; .*\n"
                                      r"(    .*\n)+    refclock PPS /dev/gpspps0")
        self.assertRegex(done.stdout, r"\n/etc/rc\.d/S62chronyd: left for you to do \(.*\):\n    sed -i s/\^START=\.\*/START=62/ ")


class Refused(unittest.TestCase):
    def assert_trouble(self, done, *lines):
        self.assertEqual(done.returncode, 2, done)
        self.assertEqual(done.stdout, "")
        self.assertEqual(done.stderr.splitlines(), list(lines))

    def test_values(self):
        hints = {"daemon": "gpsppsctl: hint: ntpsec, ntp, chrony, gpsd, gpsd+chrony, gpsd+ntpsec or gpsd+ntp"}
        for name, values in (("unit", ("", "x", "-1", "256", "1x", " 1")),
                             ("wait", ("", "s", "-1", "1.5", "86401")),
                             ("daemon", ("", "ntpd", "chronyd", "chrony+gpsd", "gpsd+", "gpsd+gpsd",
                                         "gpsd+x", "systemd-timesyncd-and-longer"))):
            for value in values:
                self.assert_trouble(run(f"--{name}", value, "ttyS0"),
                                    f"gpsppsctl: setup: invalid --{name} '{value}'",
                                    hints.get(name, "Try 'gpsppsctl setup --help'."))

    def test_together(self):
        hint = "Try 'gpsppsctl setup --help'."
        for words, text in (
                (("--undo", "ttyS0"), "--undo puts back all of it: no PORT, no --daemon, no --unit"),
                (("--undo", "--print", "x"), "--undo and --print exclude each other"),
                (("--root", "/"), "--root: nothing can be found in an image: which PORT?"),
                (("--root", "/", "ttyS0"), "--root: nothing runs in an image: which --daemon?"),
                (("--root", "/", "ttyS0", "--daemon", "gpsd"), "--root: nothing runs in an image: "
                 "--daemon gpsd+chrony, gpsd+ntpsec or gpsd+ntp?")):
            self.assert_trouble(run(*words), f"gpsppsctl: setup: {text}", hint)
        self.assert_trouble(run("ttyS0", "ttyS1"),
                            "gpsppsctl: ttyS1: one PORT at a time: give each its own setup", hint)
        self.assert_trouble(run("--root", "/no/such", "ttyS0", "--daemon", "chrony"),
                            "gpsppsctl: /no/such: no image is there: No such file or directory")

    def test_table_of_another_name(self):
        done = subprocess.run([PROGRAM, "-C", "/tmp/x", "setup", "ttyS0"], capture_output=True,
                              text=True, stdin=subprocess.DEVNULL, timeout=60)
        self.assert_trouble(done, "gpsppsctl: /tmp/x: setup writes /etc/gpsppsctl.conf, "
                                  "which udev and systemd read: no -C")

    def test_not_root(self):
        who = {} if os.geteuid() else {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        with tempfile.TemporaryDirectory() as copy:
            # the build tree may be nobody's business
            os.chmod(copy, 0o755)
            program = shutil.copy(PROGRAM, copy)
            for words in ("--yes", "--daemon=chrony", "-u", "1", "ttyS0"), ("--undo",), ():
                done = subprocess.run([program, "setup", *words], stdin=subprocess.DEVNULL,
                                      capture_output=True, text=True, timeout=60, **who)
                self.assert_trouble(
                    done, "gpsppsctl: setup: cannot write the system's files: Permission denied",
                    f"gpsppsctl: hint: run it as root: sudo gpsppsctl {' '.join(('setup', *words))}")

    def test_port_of_an_image(self):
        with tempfile.TemporaryDirectory() as top:
            done = run("--root", top, "--daemon", "chrony", "--dry-run", "/dev/serial/by-id/usb-x")
        self.assert_trouble(done, "gpsppsctl: /dev/serial/by-id/usb-x: in an image a port is named "
                                  "as the kernel does: ttyS0")


if __name__ == "__main__":
    unittest.main()
