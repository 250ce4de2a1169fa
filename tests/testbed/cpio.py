# SPDX-License-Identifier: GPL-2.0-or-later
"""Archives for the kernel's initramfs (cpio "newc"), all owned by root."""

import os
import stat

# Debian's root has these as links into /usr; so has every archive of ours
MERGED = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")


def merged(path):
    """Where PATH is on a root with a merged /usr."""
    path = path.strip("/")
    if path.split("/")[0] in MERGED and path not in MERGED:
        return "usr/" + path
    return path


class Archive:
    """Written to an open binary file; a name added twice is written once."""

    def __init__(self, out, prefix=""):
        self.out = out
        self.prefix = prefix
        self.seen = set()
        self.ino = 0

    def _pad(self):
        self.out.write(bytes(-self.out.tell() % 4))

    def _write(self, name, mode, data=b"", rdev=(0, 0)):
        self.ino += 1
        raw = name.encode() + b"\0"
        fields = (self.ino, mode, 0, 0, 1, 0, len(data), 0, 0,
                  rdev[0], rdev[1], len(raw), 0)
        self.out.write(b"070701" + b"".join(b"%08x" % f for f in fields) + raw)
        self._pad()
        self.out.write(data)
        self._pad()

    def _add(self, path, mode, data=b"", rdev=(0, 0)):
        name = (self.prefix + path).strip("/")
        if name in self.seen:
            return
        self.seen.add(name)
        parent = os.path.dirname(name)
        if parent and parent not in self.seen:
            self._parents(parent)
        self._write(name, mode, data, rdev)

    def _parents(self, parent):
        parts = parent.split("/")
        for n in range(1, len(parts) + 1):
            path = "/".join(parts[:n])
            if path not in self.seen:
                self.seen.add(path)
                self._write(path, stat.S_IFDIR | 0o755)

    def directory(self, path, mode=0o755):
        self._add(merged(path), stat.S_IFDIR | mode)

    def link(self, path, target):
        self._add(merged(path), stat.S_IFLNK | 0o777, target.encode())

    def data(self, path, data, mode=0o644):
        self._add(merged(path), stat.S_IFREG | mode, data)

    def char_device(self, path, major, minor, mode=0o600):
        self._add(merged(path), stat.S_IFCHR | mode, rdev=(major, minor))

    def file(self, path, source):
        """A copy of SOURCE, with its mode."""
        with open(source, "rb") as f:
            self.data(path, f.read(), stat.S_IMODE(os.stat(source).st_mode))

    def tree(self, path, source):
        """All that is below the directory SOURCE, under PATH."""
        for top, dirs, files in os.walk(source):
            where = os.path.join(path, os.path.relpath(top, source))
            where = os.path.normpath(where).lstrip("./")
            for name in sorted(dirs + files):
                self._entry(os.path.join(where, name), os.path.join(top, name))

    def _entry(self, path, source):
        if os.path.islink(source):
            self.link(path, os.readlink(source))
        elif os.path.isdir(source):
            if merged(path) not in MERGED:
                self.directory(path)
        else:
            self.file(path, source)

    def close(self):
        self._write("TRAILER!!!", 0)
        self.out.write(bytes(-self.out.tell() % 512))
