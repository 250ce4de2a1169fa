# SPDX-License-Identifier: GPL-2.0-or-later
"""What `gpsppsctl generate` refuses: a pty has no modem lines, and most of a line can be wrong."""
import os
import pty
import subprocess
import termios
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = os.environ.get("GPSPPSCTL", str(ROOT / "gpsppsctl"))
LONG_S = 60


def generate(*args):
    return subprocess.run([PROGRAM, "generate", *args], capture_output=True, text=True,
                          timeout=LONG_S, stdin=subprocess.DEVNULL)


class Usage(unittest.TestCase):
    WRONG = (
        ((), "on which port?"),
        (("a", "b"), "one port at a time"),
        (("--line", "cts", "a"), "invalid --line 'cts'"),
        (("--rate", "2", "a"), "invalid --rate '2'"),
        (("--rate", "1.0", "a"), "invalid --rate '1.0'"),
        (("--count", "0", "a"), "invalid --count '0'"),
        (("--count", "-1", "a"), "invalid --count '-1'"),
        (("--count", "", "a"), "invalid --count ''"),
        (("--priority", "100", "a"), "invalid --priority '100'"),
        (("--wakeup-latency", "x", "a"), "invalid --wakeup-latency 'x'"),
        (("--width", "", "a"), "invalid --width ''"),
        (("--width", "1ms", "a"), "invalid --width '1ms'"),
        (("--width", "1e300", "a"), "invalid --width '1e300'"),
        (("--width", "0", "a"), "--width is 0.1 to 980 ms at this rate"),
        (("--width", "-5", "a"), "--width is 0.1 to 980 ms at this rate"),
        (("--width", "0.09", "a"), "--width is 0.1 to 980 ms at this rate"),
        (("--width", "980.001", "a"), "--width is 0.1 to 980 ms at this rate"),
        (("--rate", "10", "a"), "--width is 0.1 to 80 ms at this rate"),
        (("--rate", "0.5", "--width", "1981", "a"), "--width is 0.1 to 1980 ms at this rate"),
        (("--late", "-0.1", "a"), "--late is 0 to 500 ms at this rate"),
        (("--late", "101", "--rate", "5", "a"), "--late is 0 to 100 ms at this rate"),
        (("--phase", "nan", "a"), "invalid --phase 'nan'"),
        (("--phase", "1000", "a"), "--phase is more than -1000 and less than 1000 ms at this rate"),
        (("--phase", "-200", "--rate", "5", "a"),
         "--phase is more than -200 and less than 200 ms at this rate"),
    )

    def test_one_line_and_a_hint(self):
        for args, said in self.WRONG:
            with self.subTest(args=args):
                done = generate(*args)
                self.assertEqual((done.returncode, done.stdout, done.stderr),
                                 (2, "", f"gpsppsctl: generate: {said}\n"
                                         "Try 'gpsppsctl generate --help'.\n"))

    def test_what_is_allowed_gets_to_the_port(self):
        for args in (("--width", "980", "--phase", "-999.999999"), ("--rate", "0.5", "--width", "1980"),
                     ("--rate", "10", "--width", ".1", "--phase", "99"), ("--priority", "0", "--invert", "--late", "0"),
                     ("--line", "dtr", "--wakeup-latency", "0", "--json", "--quiet", "--count", "1")):
            with self.subTest(args=args):
                done = generate(*args, "no-such-port")
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertIn("gpsppsctl: no-such-port: no such port: No such file", done.stderr)


class Port(unittest.TestCase):
    def test_no_tty(self):
        done = generate("/dev/null")
        self.assertEqual((done.returncode, done.stderr), (2, "gpsppsctl: /dev/null: is no serial port\n"
                                                             "gpsppsctl: hint: gpsppsctl list\n"))

    def test_no_modem_lines(self):
        master, slave = pty.openpty()
        name = os.ttyname(slave)
        before = termios.tcgetattr(slave)
        os.close(slave)         # else we ourselves have it open
        try:
            for args in ((), ("--line", "dtr"), ("--json", "--count", "1")):
                done = generate(*args, name)
                self.assertEqual((done.returncode, done.stdout, done.stderr), (
                    2, "", f"gpsppsctl: {name}: has no modem lines to make pulses with: "
                           "Inappropriate ioctl for device\n"))
            # nor does the other end of a loop
            done = generate("--loopback", name, name)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn(f"{name}: cannot make a source of pulses of it: ", done.stderr)
            done = generate("--loopback", "no-such-port", name)
            self.assertIn("no-such-port: no such port: No such file", done.stderr)
            slave = os.open(name, os.O_RDWR | os.O_NOCTTY)
            self.assertEqual(termios.tcgetattr(slave), before)
            os.close(slave)
        finally:
            os.close(master)


if __name__ == "__main__":
    unittest.main()
