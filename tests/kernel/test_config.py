# SPDX-License-Identifier: GPL-2.0-or-later
"""
kernel/config on Debian's kernel source, up to the build: needs the network and what
`scripts/deps kernel` installs, so it is no part of make test.
"""
import contextlib
import io
import os
import tempfile
import unittest
from unittest import mock

import ppskernel
from ppskernel import CONFIG, Configurer, PpsKernel, Refused, options_of, read, unmet
from store import cache_dir

# lsmod's output on a PC with a serial adapter
LSMOD = """\
Module                  Size  Used by
ext4                  983040  1
ftdi_sio               65536  0
usbserial              57344  1 ftdi_sio
e1000e                323584  0
"""


class Lines(unittest.TestCase):
    def test_a_line_is_met_by_the_same_value_alone(self):
        config = 'CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_C=m\nCONFIG_D=""\n'
        self.assertEqual(unmet(config, config), [])
        self.assertEqual(unmet("CONFIG_C=y\n", config), ["CONFIG_C=y (is m)"])
        self.assertEqual(unmet("# CONFIG_A is not set\n", config), ["CONFIG_A=n (is y)"])

    def test_what_is_not_there_is_off(self):
        self.assertEqual(unmet("# CONFIG_X is not set\n", ""), [])
        self.assertEqual(unmet("CONFIG_X=y\n", ""), ["CONFIG_X=y (is n)"])

    def test_remarks_are_no_lines(self):
        self.assertEqual(options_of("# CONFIG_X=y would be nice\n\nCONFIG_Y=y\n"),
                         {"CONFIG_Y": "y"})

    def test_loaded_modules_can_come_from_another_machine(self):
        with tempfile.NamedTemporaryFile("w", suffix=".lsmod") as f:
            f.write(LSMOD)
            f.flush()
            with mock.patch.dict(os.environ, LSMOD=f.name):
                self.assertEqual(ppskernel.loaded_modules(), LSMOD)


class Configurations(unittest.TestCase):
    """In one unpacked tree."""

    @classmethod
    def setUpClass(cls):
        cls.stack = contextlib.ExitStack()
        cls.tree = cls.stack.enter_context(
            tempfile.TemporaryDirectory(dir=cache_dir(), prefix=".tree-"))
        lsmod = os.path.join(cls.tree, "lsmod")
        PpsKernel("small").source.unpack(cls.tree)
        ppskernel.write(lsmod, LSMOD)
        cls.stack.enter_context(mock.patch.dict(os.environ, LSMOD=lsmod))
        cls.addClassCleanup(cls.stack.close)

    def configure(self, base, *extra):
        kernel = PpsKernel(base, extra=extra)
        return options_of(Configurer(kernel.source, self.tree).configure(base, kernel.fragments))

    def fragment(self, text):
        path = os.path.join(self.tree, "own.config")
        ppskernel.write(path, text)
        return path

    def check(self, options):
        self.assertEqual(unmet(read(os.path.join(CONFIG, "pps.config")),
                               "\n".join("%s=%s" % o for o in options.items())), [])

    def test_debians(self):
        options = self.configure("debian")
        self.check(options)
        # it is Debian's: its disks, its HZ
        self.assertEqual([options["CONFIG_" + n] for n in ("EXT4_FS", "E1000E", "BTRFS_FS", "HZ")],
                         ["m", "m", "m", "250"])

    def test_debians_with_what_is_loaded(self):
        options = self.configure("local")
        self.check(options)
        self.assertEqual([options.get("CONFIG_" + n, "n") for n in
                          ("EXT4_FS", "E1000E", "USB_SERIAL_FTDI_SIO", "BTRFS_FS")],
                         ["m", "m", "m", "n"])

    def test_the_testbeds(self):
        self.check(self.configure("small"))

    def test_what_the_rules_do_not_allow_is_refused(self):
        """NTP_PPS and a tick that stops exclude each other."""
        own = self.fragment("CONFIG_NO_HZ_IDLE=y\n# CONFIG_HZ_PERIODIC is not set\n")
        with self.assertRaisesRegex(Refused, r"CONFIG_NTP_PPS=y \(is n\)"):
            self.configure("small", own)

    def test_an_option_that_no_kernel_has_is_refused(self):
        with self.assertRaisesRegex(Refused, r"small on linux-source-[\d.]+: "
                                             r"CONFIG_NO_SUCH_THING=y \(is n\)$"):
            self.configure("small", self.fragment("CONFIG_NO_SUCH_THING=y\n"))


class Command(unittest.TestCase):
    def told(self, *words):
        """The exit code and the error's text."""
        with contextlib.redirect_stderr(io.StringIO()) as err:
            return ppskernel.main(list(words)), err.getvalue()

    def test_local_without_modules_says_what_to_do(self):
        with mock.patch.object(ppskernel, "command", return_value="Module Size Used by\n"), \
             mock.patch.dict(os.environ):
            os.environ.pop("LSMOD", None)
            with self.assertRaisesRegex(ppskernel.Trouble, "LSMOD=FILE"):
                ppskernel.loaded_modules()

    def test_a_fragment_that_is_not_there(self):
        code, text = self.told("small", "--config-only", "--fragment", "/nonexistent")
        self.assertEqual(code, 2)
        self.assertRegex(text, r"^kernel-deb: .*No such file or directory: '/nonexistent'\n$")

    def test_a_disk_that_is_too_small(self):
        usage = mock.Mock(free=2 << 30)
        with mock.patch.object(ppskernel.shutil, "disk_usage", return_value=usage):
            with self.assertRaisesRegex(ppskernel.Trouble, "has 2 GB free, .*'debian' takes 25"):
                PpsKernel("debian")._check_disk()
