# SPDX-License-Identifier: GPL-2.0-or-later
"""
Machines that are set up before they ever run, `setup --root`, and then really boot: one with
systemd, and one with busybox' init, which has a directory of the full guest's disk for its root.
"""

import shutil

from newcomer import expect_same, manifest, setup, undo, wait_chrony, wait_link
from testbed import test
from timeserver import link

# What the machine of busybox is made of: these programs of Debian's, and what they load
TOP = "/bb"
PROGRAMS = ("/usr/sbin/gpsppsctl", "/usr/libexec/gpsppsctl/gpsppsctl-hold", "/usr/sbin/chronyd",
            "/usr/bin/chronyc")
EXAMPLES = "/usr/share/doc/gpsppsctl/examples"
MAKE = """
set -e
mkdir -p {top}/bin {top}/etc/chrony/conf.d {top}/etc/init.d {top}/dev {top}/proc {top}/sys {top}/run {top}/tmp \
	{top}/root {top}/var/lib/chrony {top}/lib64 {top}/usr/sbin {top}/lib/modules {top}{examples}
ln -s /bin/busybox {top}/usr/sbin/ntpd; ln -s ../bin {top}/usr/bin; ln -s bin {top}/sbin
mv /tmp/busybox {top}/bin/busybox
chroot {top} /bin/busybox --install -s /bin
cp -a /lib/modules/$(uname -r) {top}/lib/modules/
cp {examples}/* {top}{examples}/
for program in {programs}; do
	cp --parents $program {top}/
	for library in $(ldd $program | grep -o '/[^ ]*'); do
		mkdir -p {top}$(dirname $library)
		cp -L $library {top}$library
	done
done
mv /sbin/init /sbin/init.systemd
"""
# The kernel starts it as process 1, and so busybox' init is
INIT = """#!/bin/sh
mount -t proc proc {top}/proc
mount -t sysfs sysfs {top}/sys
mount --rbind /dev {top}/dev
# not systemd's /run, which the testbed prepares
mount -t tmpfs tmpfs {top}/run
mkdir {top}/run/testbed
mount --bind /run/testbed {top}/run/testbed
exec chroot {top} /bin/init
"""
FILES = {
    "inittab": """\
# this image's own
::sysinit:/etc/init.d/rcS
::respawn:/run/testbed/agent
ttyS1::askfirst:/bin/sh
::respawn:/usr/sbin/ntpd -n -p 192.0.2.1
::respawn:/usr/sbin/chronyd -n -u root -f /etc/chrony/chrony.conf
""",
    "init.d/rcS": "#!/bin/sh\nhostname busybox\nip link set lo up\n",
    "passwd": "root:x:0:0:root:/root:/bin/sh\n",
    "group": "root:x:0:\ntty:x:5:\ndialout:x:20:\n",
    "chrony/chrony.conf": "makestep 0.1 10\ndriftfile /var/lib/chrony/drift\n"
                          "confdir /etc/chrony/conf.d\n",
    "mdev.conf": "tty[A-Z]+[0-9]* root:tty 660\n",
}


def make_busybox(g):
    """A small machine below TOP, which the next boot starts in place of systemd."""
    with open(shutil.which("busybox"), "rb") as f:
        g.put("/tmp/busybox", f.read(), mode=0o755)
    g.run(MAKE.format(top=TOP, examples=EXAMPLES, programs=" ".join(PROGRAMS)), timeout=120, check=True)
    for path, text in FILES.items():
        g.put("%s/etc/%s" % (TOP, path), text, mode=0o755 if path.startswith("init.d") else 0o644)
    g.put("/sbin/init", INIT.format(top=TOP), mode=0o755)


def reboot(g):
    """By busybox' init, which ends what runs and writes all to the disk."""
    g.reboot("sync; reboot")


def held_by_init(g):
    """Process 1 is busybox' and has the holder for its child."""
    assert g.run("readlink /proc/1/exe").out.strip().endswith("/bin/busybox")
    return g.run("for p in $(pidof gpsppsctl-hold); do grep PPid: /proc/$p/status; done", quiet=True).out


# ---- busybox ----

@test(guest="full", fresh=True, long=True, limit_s=1200)
def newcomer_busybox(g):
    make_busybox(g)
    before = manifest(g, TOP + "/etc")
    r = setup(g, "--root %s /dev/ttyS1 --daemon chrony --yes" % TOP)
    assert "\n-ttyS1::askfirst:/bin/sh\n" in r.out and "\n+::respawn:" in r.out, r
    g.reboot()
    # nobody is told anything: the image does it by itself
    wait_link(g, 0, "ttyS1")
    wait_chrony(g)
    assert held_by_init(g), "init does not hold the port"
    assert "\n#gpsppsctl: ::respawn:/usr/sbin/ntpd" in g.get("/etc/inittab").decode()
    # on the machine itself, without a boot: another receiver
    g.ports["isa2"].attach_receiver(type(g.ports["isa1"].receiver))
    setup(g, "/dev/ttyS2 --daemon chrony --yes --wait 0")
    wait_link(g, 1, "ttyS2")
    assert link(g, "/dev/gps0") == "ttyS1"
    reboot(g)
    wait_link(g, 0, "ttyS1")
    wait_link(g, 1, "ttyS2")
    wait_chrony(g)
    # and back: what was before the image was prepared
    setup(g, "--undo")
    expect_same(before, manifest(g))
    reboot(g)
    g.wait_until(lambda: g.run("pidof chronyd", quiet=True).out, 20, "init has not started its own")
    assert not link(g, "/dev/gps0") and not held_by_init(g)


# The fast guest's own root, mounted elsewhere, is the image; then its init runs on it, as
# process 1 of a process namespace of its own.  SIGTERM makes busybox' init reboot.
PREPARE = "mkdir -p /etc/chrony/conf.d && mount --bind / /mnt"
BOOT = "exec unshare -m -p -f sh -c 'mount -t proc proc /proc; exec /sbin/init'"


@test()
def newcomer_busybox_init(g):
    """The same in short: init reads what setup wrote, twice; nothing is left of it after --undo."""
    g.run(PREPARE, check=True)
    try:
        g.put("/etc/inittab", "::sysinit:/bin/true\nttyS1::respawn:/bin/cat\n")
        g.put("/etc/chrony/chrony.conf", "confdir /etc/chrony/conf.d\n")
        before = manifest(g)
        setup(g, "--root /mnt /dev/ttyS1 --daemon chrony --yes")
        for _ in range(2):
            init = g.start(BOOT)
            wait_link(g, 0, "ttyS1")
            g.wait_until(lambda: g.run("pgrep -f 'gpsppsctl feed --sock auto'", quiet=True).out, 30,
                         "init does not start feed")
            g.run("pkill -TERM -x init", check=True)
            init.wait(30)
            g.wait_until(lambda: not link(g, "/dev/gps0"), 20, "the port is not put back")
        setup(g, "--root /mnt --undo")
        expect_same(before, manifest(g))
        assert not g.run("ls -A /var/lib", quiet=True).out, "a record is left"
    finally:
        g.run("pkill -9 -x init; umount /mnt; rm -rf /etc/inittab /etc/chrony", quiet=True)


# ---- systemd ----

@test(guest="full", fresh=True, long=True, limit_s=900)
def newcomer_image(g):
    """The disk, mounted elsewhere, is the image: what runs from it is not asked, nor told."""
    before = manifest(g)
    g.run("mount --bind / /mnt", check=True)
    setup(g, "--root /mnt /dev/ttyS1 --daemon chrony --yes")
    assert manifest(g) != before, "nothing was written"
    g.run("umount /mnt", check=True)
    assert g.run("systemctl is-active gpsppsctl@ttyS1 chrony").out.split() == ["inactive"] * 2
    assert not link(g, "/dev/gps0")
    g.reboot()
    wait_link(g, 0, "ttyS1")
    wait_chrony(g)
    undo(g, before)
