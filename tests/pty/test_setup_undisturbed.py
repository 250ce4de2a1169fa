# SPDX-License-Identifier: GPL-2.0-or-later
"""`gpsppsctl setup` on an image that others touch, too: nothing of theirs is lost."""
import os
import pty
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import test_setup

CHRONY = "etc/chrony/chrony.conf"


def sealed(words):
    """A line of the record: 64 bits of FNV-1a before it."""
    check = 0xcbf29ce484222325
    for byte in words.encode():
        check = (check ^ byte) * 0x100000001b3 % 2**64
    return "%016x %s\n" % (check, words)


class Image(unittest.TestCase):
    def setUp(self):
        self.dir = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.dir)
        self.top = self.dir / "image"
        self.top.mkdir()
        test_setup.make_image(self.top)
        self.words = ("ttyS0", "--daemon", "chrony", "--root", str(self.top))

    def undo(self):
        return test_setup.run("--undo", "--root", str(self.top))

    def meanwhile(self, act):
        """ACT while the question stands, which is answered by yes: exit code, what is said."""
        master, slave = pty.openpty()
        with subprocess.Popen([test_setup.PROGRAM, "setup", *self.words], stdin=slave,
                              stderr=slave, stdout=subprocess.PIPE, text=True) as job:
            os.close(slave)
            said = b""
            while b"[y/N]" not in said:
                said += os.read(master, 4096)
            act()
            os.write(master, b"y\n")
            job.stdout.read()
            code = job.wait(60)
        try:
            while piece := os.read(master, 4096):
                said += piece
        except OSError:
            pass
        os.close(master)
        return code, said.decode()

    def test_edited_while_the_question_stands(self):
        conf = self.top / CHRONY
        mine = test_setup.CHRONY_CONF + "server time.example.org\n"
        code, said = self.meanwhile(lambda: conf.write_text(mine))
        self.assertEqual(code, 2, said)
        self.assertIn("/etc/chrony/chrony.conf: was changed meanwhile", said)
        self.assertEqual(conf.read_text(), mine)
        self.assertFalse((self.top / "etc/gpsppsctl.conf").exists())
        self.assertIn("nothing to undo", self.undo().stdout)

    def test_made_while_the_question_stands(self):
        table = self.top / "etc/gpsppsctl.conf"
        code, said = self.meanwhile(lambda: table.write_text("3 /dev/ttyS7\n"))
        self.assertEqual(code, 2, said)
        self.assertEqual(table.read_text(), "3 /dev/ttyS7\n")

    def test_another_setup_while_the_question_stands(self):
        other = ("ttyS1", *self.words[1:], "--yes")
        code, said = self.meanwhile(lambda: self.assertEqual(test_setup.run(*other).returncode, 0))
        self.assertEqual(code, 2, said)
        table = (self.top / "etc/gpsppsctl.conf").read_text()
        self.assertIn("/dev/ttyS1", table)
        self.assertNotIn("/dev/ttyS0", table)

    def test_root_by_any_name(self):
        """What the package shipped is known, wherever the image is seen from."""
        before = test_setup.snapshot(self.top)
        for name in "image", "./image/", "image/../image//":
            words = (*self.words[:-1], name)
            done = test_setup.run(*words, "--yes", cwd=self.dir)
            self.assertEqual((done.returncode, done.stderr), (0, ""), done)
            self.assertIn("wrote        /etc/chrony/chrony.conf\n", done.stdout)
            done = test_setup.run("--undo", "--root", name, cwd=self.dir)
            self.assertEqual((done.returncode, done.stderr), (0, ""), done)
            self.assertEqual(test_setup.snapshot(self.top), before)

    def test_what_is_kept_is_spoilt(self):
        """The one file that cannot be put back is named; the others are put back."""
        self.assertEqual(test_setup.run(*self.words, "--yes").returncode, 0)
        kept = [path for path in (self.top / "var/lib/gpsppsctl/setup").iterdir()
                if path.read_text() == test_setup.CHRONY_CONF]
        self.assertEqual(len(kept), 1)
        kept[0].write_text("x")
        done = self.undo()
        self.assertEqual(done.returncode, 2, done)
        self.assertRegex(done.stderr, "(?m)^gpsppsctl: /etc/chrony/chrony.conf: cannot be put back: ")
        self.assertIn("put back     /etc/gpsppsctl.conf\n", done.stdout)
        self.assertNotIn("/etc/chrony/chrony.conf", done.stdout)
        self.assertFalse((self.top / "etc/gpsppsctl.conf").exists())
        kept[0].write_text(test_setup.CHRONY_CONF)
        self.assertEqual(self.undo().returncode, 0)
        self.assertEqual((self.top / CHRONY).read_text(), test_setup.CHRONY_CONF)

    def test_the_record_is_spoilt(self):
        self.assertEqual(test_setup.run(*self.words, "--yes").returncode, 0)
        record = self.top / "var/lib/gpsppsctl/setup/record"
        text = record.read_text()
        for spoilt, why in ((text.replace("/etc/", "/etk/", 1), "is damaged"),
                            (sealed("gpsppsctl setup 2"), "is a newer")):
            record.write_text(spoilt)
            after = test_setup.snapshot(self.top)
            for done in self.undo(), test_setup.run(*self.words, "--yes"):
                self.assertEqual(done.returncode, 2, done)
                self.assertIn("/var/lib/gpsppsctl/setup", done.stderr)
                self.assertIn(why, done.stderr)
            self.assertEqual(test_setup.snapshot(self.top), after)

    def test_its_directory_has_moved(self):
        """What is ours stands behind a link now: undo does not take it for gone."""
        (self.top / "etc/chrony/conf.d").mkdir()
        conf = self.top / CHRONY
        conf.write_text("confdir /etc/chrony/conf.d\n" + test_setup.CHRONY_CONF)
        self.assertEqual(test_setup.run(*self.words, "--yes").returncode, 0)
        ours = self.top / "etc/chrony/conf.d/gpsppsctl.conf"
        self.assertTrue(ours.exists())
        os.rename(ours.parent, self.top / "etc/confd")
        os.symlink("../confd", ours.parent)
        done = self.undo()
        self.assertEqual(done.returncode, 1, done)
        self.assertIn("gpsppsctl: /etc/chrony/conf.d/gpsppsctl.conf: ", done.stderr)


if __name__ == "__main__":
    unittest.main()
