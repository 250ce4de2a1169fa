# SPDX-License-Identifier: GPL-2.0-or-later
"""The two machines that are emulated, and how programs for them are made."""

import os
import shlex


class Machine:
    """
    arch	Debian's name of the architecture
    triplet	GNU's, as in the names of directories and compilers
    loader	of shared libraries, as programs name it
    qemu	the emulator and the board
    words	for the kernel's command line
    """

    def __init__(self, arch, triplet, loader, qemu, words):
        self.arch = arch
        self.triplet = triplet
        self.loader = loader
        self.qemu = qemu.split()
        self.words = words.split()

    def compiler(self):
        """The machine's own, or a cross compiler, as the start of a command."""
        if self is PC:
            return shlex.split(os.environ.get("CC", "gcc"))
        return [self.triplet + "-gcc"]


PC = Machine("amd64", "x86_64-linux-gnu", "lib64/ld-linux-x86-64.so.2",
             "qemu-system-x86_64 -M pc -accel tcg",
             "earlyprintk=ttyS0,115200 8250.nr_uarts=16")
# iomem=relaxed lets /dev/mem see a register that a driver has claimed (CONFIG_IO_STRICT_DEVMEM).
# max, or the default, is a processor with far more to emulate: 9 s instead of 2 for a boot.
VIRT = Machine("arm64", "aarch64-linux-gnu", "lib/ld-linux-aarch64.so.1",
               "qemu-system-aarch64 -M virt -cpu cortex-a72 -accel tcg", "iomem=relaxed")
