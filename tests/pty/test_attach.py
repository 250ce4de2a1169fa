# SPDX-License-Identifier: GPL-2.0-or-later
"""`gpsppsctl attach` and `detach`: what they refuse, without root and without a port."""
import os
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = os.environ.get("GPSPPSCTL", str(ROOT / "gpsppsctl"))


def run(*args):
    return subprocess.run([PROGRAM, *args], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=120)


class Refused(unittest.TestCase):
    def assert_trouble(self, done, *lines):
        self.assertEqual(done.returncode, 2, done)
        self.assertEqual(done.stdout, "")
        self.assertEqual(done.stderr.splitlines(), list(lines))

    def test_usage(self):
        for command in "attach", "detach":
            hint = f"Try 'gpsppsctl {command} --help'."
            self.assert_trouble(run(command), f"gpsppsctl: {command}: which PORT?", hint)

    def test_several_ports(self):
        self.assert_trouble(run("detach", "ttyS0", "ttyS1"),
                            "gpsppsctl: detach: one PORT at a time",
                            "Try 'gpsppsctl detach --help'.")
        hint = "Try 'gpsppsctl attach --help'."
        self.assert_trouble(run("attach", *(f"ttyS{n}" for n in range(17))),
                            "gpsppsctl: attach: 17 ports: the kernel has 16 pulse sources at most",
                            hint)
        self.assert_trouble(run("attach", "--unit", "3", "ttyS0", "ttyS1"),
                            "gpsppsctl: attach: --unit is for one PORT; give several their units "
                            "in /etc/gpsppsctl.conf", hint)

    def test_values(self):
        hint = "Try 'gpsppsctl attach --help'."
        for name, values in (("unit", ("", "x", "-1", "256", "1x", " 1", "+1")),
                             ("baud", ("", "0", "48oo", "-4800", "4000001")),
                             ("wait-pulse", ("", "0", "1.5", "86401", "s")),
                             ("wait-port", ("", "0", "-1", "86401")),
                             ("wakeup-latency", ("", "-1", "1000001", "2ms", "0x0"))):
            for value in values:
                self.assert_trouble(run("attach", f"--{name}", value, "ttyS0"),
                                    f"gpsppsctl: attach: invalid --{name} '{value}'", hint)
        self.assert_trouble(run("attach", "--baud", "4801", "ttyS0"),
                            "gpsppsctl: attach: --baud 4801: there is no such speed", hint)
        self.assert_trouble(run("attach", "--once", "--daemon", "ttyS0"),
                            "gpsppsctl: attach: --once and --daemon exclude each other", hint)

    def test_all_of_a_table(self):
        hint = "Try 'gpsppsctl attach --help'."
        self.assert_trouble(run("attach", "--all", "ttyS0"),
                            "gpsppsctl: attach: --all and PORT exclude each other", hint)
        self.assert_trouble(run("attach", "--all", "--unit", "1"),
                            "gpsppsctl: attach: --all and --unit exclude each other", hint)
        self.assert_trouble(run("-C", "/dev/null", "attach", "--all"),
                            "gpsppsctl: /dev/null: has no port to attach",
                            "gpsppsctl: hint: a line a port: 0 /dev/ttyS0")
        with tempfile.NamedTemporaryFile("w") as table:
            table.write("nonsense\n")
            table.flush()
            done = run("-C", table.name, "attach", "--all")
            self.assertEqual(done.returncode, 2)
            self.assertIn("line 1", done.stderr)

    def test_no_port_of_the_table_is_there(self):
        with tempfile.NamedTemporaryFile("w") as table:
            # neither a node nor what is no tty at all is a port that is there
            table.write("0 /dev/no-such-port\n1 /dev/null\n2 - pulse=/dev/no-pulse\n"
                        "3 - pulse=ptp0\n")
            table.flush()
            for options in [], ["--wait-port", "1"]:
                done = run("-C", table.name, "attach", "--all", *options)
                self.assertEqual((done.returncode, done.stdout), (3, ""))
                self.assertEqual(done.stderr.splitlines(), [
                    "gpsppsctl: /dev/no-such-port: not there: left out",
                    "gpsppsctl: /dev/null: not there: left out",
                    "gpsppsctl: /dev/no-pulse: not there: left out",
                    f"gpsppsctl: {table.name}: none of its ports is there"])

    def test_wait_port_gives_up(self):
        start = time.monotonic()
        done = run("attach", "--wait-port", "1", "/dev/no-such-port")
        self.assertGreaterEqual(time.monotonic() - start, 1)
        self.assertEqual((done.returncode, done.stdout, done.stderr),
                         (3, "", "gpsppsctl: /dev/no-such-port: not there after 1 s\n"))

    def test_not_a_port(self):
        master, slave = os.openpty()
        for command in "attach", "detach":
            for name in "no-such-port", "/dev/no-such-port", "":
                self.assert_trouble(run(command, name), f"gpsppsctl: {name}: No such file or directory")
            for name in "/dev/null", "/tmp", "/etc/passwd":
                self.assert_trouble(run(command, name), f"gpsppsctl: {name}: this is not a serial port")
        # a pty is a tty, but nothing that could be attached
        name = os.ttyname(slave)
        self.assert_trouble(run("attach", name), f"gpsppsctl: {name}: this is not a serial port")
        done = run("detach", name)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"gpsppsctl: {name}: is not attached by gpsppsctl", done.stderr)
        os.close(master)
        os.close(slave)

    def test_control_bytes_do_not_reach_the_terminal(self):
        done = run("attach", "tty\x1b[31mS0")
        self.assertNotIn("\x1b", done.stderr)

    def test_help(self):
        for command in "attach", "detach":
            done = run(command, "--help")
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertTrue(done.stdout.startswith(f"Usage: gpsppsctl {command} PORT"))


class NotARequest(unittest.TestCase):
    def test_holder_is_not_a_command(self):
        done = subprocess.run([PROGRAM + "-hold"], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=120)
        self.assertEqual(done.returncode, 2)
        self.assertIn("not a command of its own", done.stderr)
