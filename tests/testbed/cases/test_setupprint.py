# SPDX-License-Identifier: GPL-2.0-or-later
"""
gpsppsctl setup --print: each fragment goes to its file as it is printed, and its real daemon runs
in the full guest until the source is selected.
"""

import contextlib
import functools
import re

import classic
import modules
from daemons import (CHRONY, GPSD, NTPSEC, OTHER_SERVER, on_receiver, other_server, rest, running,
                     sources, tally, wait_chrony, wait_gpsd, wait_tally)
from feeding import expect_right_clock, set_clock
from testbed import Skip, test
from timeserver import holders, link, reload, wait_attached
from verdict import TTY

CLASSIC = "/etc/ntp.conf"
TABLE = "/etc/gpsppsctl.conf"
FEED = "gpsppsctl-feed@ttyS1.service"
FEED_FILE = "/etc/default/gpsppsctl-feed@ttyS1"
# What is there before a fragment is pasted: who may ask
NTP_BASE = "restrict default nomodify\nrestrict 127.0.0.1\nrestrict ::1\n"
NTPSEC_DRIFT = "driftfile /var/lib/ntpsec/ntp.drift\n"
CLASSIC_DRIFT = "driftfile /var/lib/ntp/ntp.drift\n"
CHRONY_BASE = "driftfile /var/lib/chrony/chrony.drift\nmakestep 1 3\n"
# The fragments' own polls, of 16 s: a first choice takes some of them
CHOICE_S = 240


# ---- the fragments ----

def fragment(g, name):
    """As it is printed for our port; its first line says where it belongs."""
    r = g.run("gpsppsctl setup --print %s %s" % (name, TTY), check=True)
    assert not r.err, r.err
    return r.out


def paste(g, name, path):
    text = fragment(g, name)
    assert text.startswith("# %s: " % path), text
    g.run("mkdir -p $(dirname %s); touch %s" % (path, path), check=True)
    g.put(path, g.get(path).decode() + text)


@contextlib.contextmanager
def receiver(g):
    """As it comes from the factory, 4800 baud, but with RMC alone."""
    with on_receiver(g) as port:
        port.receiver.stored.sentences = {"GPRMC"}
        port.receiver.baud = 4800
        try:
            yield port
        finally:
            g.run("systemctl stop gpsppsctl-feed@ttyS1; rm -f %s %s %s" %
                  (TABLE, FEED_FILE, CLASSIC), timeout=60, quiet=True)


def attach(g, table):
    """By the table that is printed; until its holder knows the delay, which fragments tell."""
    g.run("rm -f " + TABLE)
    paste(g, table, TABLE)
    reload(g)
    pps = wait_attached(g, TTY)
    g.wait_until(lambda: " time2 0.1" in fragment(g, "ntp-nmea") or
                 " time2 0.2" in fragment(g, "ntp-nmea"), 60, "the delay is not known", interval=2)
    return pps


@contextlib.contextmanager
def feed_service(g, name):
    g.run("rm -f " + FEED_FILE)
    paste(g, name, FEED_FILE)
    g.run("systemctl restart " + FEED, check=True, timeout=60)
    try:
        yield
    finally:
        g.run("systemctl stop %s; ipcrm --all=shm; true" % FEED, timeout=60, quiet=True)


# ---- the daemons ----

def variables(g, ntpq):
    out = g.run(ntpq + " -4 -c 'rv 0 leap,stratum' 127.0.0.1", quiet=True).out
    return dict(re.findall(r"(\w+)=(\d+)", out))


def wait_selected(g, clock, marks, ntpq):
    """Chosen, and it says of itself that it is synchronised by a reference clock."""
    wait_tally(g, clock, marks, ntpq, CHOICE_S)
    g.wait_until(lambda: variables(g, ntpq) == {"leap": "00", "stratum": "1"}, CHOICE_S,
                 lambda: "not at stratum 1: %s" % variables(g, ntpq), interval=1)


@contextlib.contextmanager
def ntpsec(g, name, clock, marks="o", base=NTP_BASE + NTPSEC_DRIFT):
    """NTPsec with this fragment, selected."""
    conf = base + fragment(g, name)
    with running(g, "ntpsec", NTPSEC, conf):
        wait_selected(g, clock, marks, "ntpq")
        yield
        expect_right_clock(g)


@contextlib.contextmanager
def ntp(g, name, clock, marks="o", base=NTP_BASE + CLASSIC_DRIFT):
    """Classic ntpd; CLOCK's unit is found in the fragment, as it may be the kernel's number."""
    conf = base + fragment(g, name)
    address = re.search(r"^server (127\.127\.%s)" % clock, conf, re.M)[1]
    # of Debian's package, which is not installed here
    g.run("mkdir -p /var/lib/ntp /var/log/ntpstats; echo 0.000 > /var/lib/ntp/ntp.drift", check=True)
    with classic.classic(g, conf, CLASSIC):
        wait_selected(g, address, marks, classic.NTPQ)
        yield
        expect_right_clock(g)


@contextlib.contextmanager
def chrony(g, name, clock):
    with running(g, "chrony", CHRONY, CHRONY_BASE + fragment(g, name)):
        wait_chrony(g, clock, timeout=CHOICE_S)
        yield
        expect_right_clock(g)


# ---- the other servers, by the names that the fragments have ----

@contextlib.contextmanager
def pool(g):
    """Two of them answer, as two different ones."""
    before = g.run("cat /etc/hosts", quiet=True).out
    names = "10.9.9.2 0.pool.ntp.org pool.ntp.org\n10.9.9.3 1.pool.ntp.org\n10.9.9.4 2.pool.ntp.org\n"
    with other_server(g):
        g.put("/run/second_server", OTHER_SERVER.replace("10.9.9.2", "10.9.9.3"))
        job = g.start("exec python3 /run/second_server")
        g.put("/etc/hosts", before + names)
        try:
            yield
        finally:
            g.put("/etc/hosts", before)
            job.signal(9)


# ---- NTPsec ----

PROFILE = "/etc/apparmor.d/usr.sbin.ntpd"
TUNABLE = "/etc/apparmor.d/tunables/ntpd"


@test(guest="full", long=True)
def fragments_for_sentences_and_pulse(g):
    """The table, NTPsec's NMEA driver, and Debian's AppArmor profile in force."""
    before = g.get(TUNABLE)
    with receiver(g) as port:
        attach(g, "table-ntpsec")
        paste(g, "apparmor", TUNABLE)
        g.run("apparmor_parser -r " + PROFILE, check=True, timeout=60)
        try:
            with ntpsec(g, "ntpsec-nmea", "NMEA(0)"):
                assert "ntpd" in holders(g, port.tty[5:])
        finally:
            g.run("apparmor_parser -R " + PROFILE, timeout=60)
            g.put(TUNABLE, before)


def is_written(g, directory, name):
    return g.run("cat %s/%s*" % (directory, name), quiet=True).out.strip()


def wait_statistics(g, directory, *names):
    for name in names:
        g.wait_until(functools.partial(is_written, g, directory, name), 120, "no " + name, interval=2)


@test(guest="full", long=True)
def fragments_for_a_pulse_beside_others_with_ntpsec(g):
    with receiver(g) as port, pool(g):
        attach(g, "table-ntpsec")
        g.run("mkdir -p /var/log/ntpsec; chown ntpsec: /var/log/ntpsec; rm -f /var/log/ntpsec/*stats*",
              check=True)
        with ntpsec(g, "ntpsec-pps", "PPS(0)", base=NTP_BASE):
            wait_statistics(g, "/var/log/ntpsec", "loopstats", "peerstats", "clockstats")
        port.receiver.pulse_inverted = True
        with ntpsec(g, "ntpsec-trailing", "PPS(0)"):
            pass


def reach(g, clock, ntpq):
    out = g.run(ntpq + " -4 -pn 127.0.0.1", quiet=True).out
    line = next((text for text in out.splitlines() if clock in text[:20]), None)
    return int(line.split()[-4], 8) if line else None


def expect_alone(g, clock, local, ntpq):
    """The clock itself, which began, is asked no more; and the pulse stays."""
    g.wait_until(lambda: reach(g, local, ntpq) == 0, 400, "the clock itself is still asked: %s" %
                 g.run(ntpq + " -4 -pn 127.0.0.1").out, interval=4)
    assert tally(g, clock, ntpq) == "o", g.run(ntpq + " -4 -pn 127.0.0.1").out
    g.wait_until(lambda: tally(g, clock, ntpq) == "o" and
                 variables(g, ntpq) == {"leap": "00", "stratum": "1"}, 60, "the pulse alone is not used")


@test(guest="full", long=True, limit_s=900)
def fragments_for_a_pulse_alone(g):
    """Both ntpds, of a clock that is 0.1 s off, which they slew."""
    with receiver(g):
        attach(g, "table-ntpsec")
        set_clock(g, 0.1)
        with ntpsec(g, "ntpsec-alone", "PPS(0)"):
            expect_alone(g, "PPS(0)", "LOCAL(0)", "ntpq")
            wait_right_clock(g)
        set_clock(g, 0.1)
        with ntp(g, "ntp-alone", "22.[0-9]+"):
            expect_alone(g, "127.127.22.", "127.127.1.0", classic.NTPQ)
            wait_right_clock(g)


def wait_right_clock(g):
    def right():
        try:
            expect_right_clock(g)
        except AssertionError:
            return False
        return True
    g.wait_until(right, 400, "the clock is not brought to the pulse", interval=5)


# ---- classic ntpd ----

@test(guest="full", long=True)
def fragments_for_classic_ntpd(g):
    with receiver(g), pool(g):
        attach(g, "table-ntp")
        with ntp(g, "ntp-nmea", "20.0"):
            pass
        with ntp(g, "ntp-pps", "22.[0-9]+", base=NTP_BASE):
            # its driver 22 writes clockstats with flag4 alone
            wait_statistics(g, "/var/log/ntpstats", "loopstats", "peerstats")


@test(guest="full", long=True)
def fragments_for_a_trailing_edge_with_classic_ntpd(g):
    with receiver(g) as port, pool(g):
        attach(g, "table-ntp")
        port.receiver.pulse_inverted = True
        with ntp(g, "ntp-trailing", "22.[0-9]+"):
            pass


# ---- gpsd ----

@test(guest="full", long=True)
def fragments_for_gpsd(g):
    """gpsd has the port; NTPsec, classic ntpd and chrony have its shared memory."""
    with receiver(g) as port:
        # gpsd takes no fix from RMC alone
        port.receiver.stored.sentences = {"GPRMC", "GPGGA"}
        g.put(GPSD, fragment(g, "gpsd"))
        g.run("systemctl restart gpsd", check=True, timeout=60)
        wait_gpsd(g, TTY)
        with ntpsec(g, "ntpsec-gpsd", "SHM(1)", "*o"):
            pass
        with ntp(g, "ntp-gpsd", "28.1", "*o"):
            pass
        with chrony(g, "chrony-gpsd", "PPS"):
            pass


# ---- feed ----

@test(guest="full", long=True)
def fragments_for_feed(g):
    """The service with the options that are printed, to each daemon."""
    with receiver(g):
        attach(g, "table-ntpsec")
        with feed_service(g, "feed-shm"):
            with ntpsec(g, "ntpsec-feed", "SHM(1)", "*o"):
                pass
            with ntp(g, "ntp-feed", "28.1", "*o"):
                pass
        attach(g, "table-chrony")
        with feed_service(g, "feed-sock"), chrony(g, "chrony-feed", "PPS"):
            pass
        set_clock(g, 1.7)
        with feed_service(g, "feed-seconds"), chrony(g, "chrony-pps", "PPS"):
            assert sources(g)["NMEA"][0] == "?", sources(g)


# ---- a GPIO ----

SIM = "/sys/kernel/config/gpio-sim/c"
# As a receiver would: at each second, whatever becomes of the system's clock
PULSES = """
import glob, time
pull = glob.glob("/sys/devices/platform/gpio-sim.*/gpiochip*/sim_gpio1/pull")[0]
due = time.monotonic() + 1 - time.time() % 1
while True:
    time.sleep(max(0, due - time.monotonic()))
    for level, length in (("pull-up", 0.1), ("pull-down", 0)):
        with open(pull, "w") as f:
            f.write(level)
        time.sleep(length)
    due += 1
"""


@contextlib.contextmanager
def gpio_pulse(g):
    """pps-gpio on a line of gpio-sim."""
    if "gpio-sim" not in modules.modules_for(modules.kernel_of(g)):
        raise Skip("no gpio-sim for this kernel")
    g.run("modprobe configfs; [ -d /sys/kernel/config/gpio-sim ] || "
          "mount -t configfs none /sys/kernel/config; true")
    modules.load(g, "gpio-sim")
    g.run("mkdir -p %s/b && echo 4 > %s/b/num_lines && echo simchip > %s/b/label && "
          "echo 1 > %s/live" % (SIM, SIM, SIM, SIM), check=True)
    modules.load(g, "ppsgpio", chip="simchip", line=1)
    modules.load(g, "pps-gpio")
    g.put("/run/gpio_pulses", PULSES)
    job = g.start("exec python3 /run/gpio_pulses")
    try:
        yield
    finally:
        job.signal(9)
        for name in "pps-gpio", "ppsgpio":
            modules.unload(g, name, check=False)
        g.run("cd %s && echo 0 > live && rmdir b && cd .. && rmdir c; cd /; rmmod gpio_sim" % SIM,
              quiet=True)


@test(guest="full", long=True)
def fragments_for_a_gpio(g):
    with on_receiver(g), pool(g), gpio_pulse(g):
        g.run("rm -f " + TABLE)
        paste(g, "table-gpio", TABLE)
        reload(g)
        g.wait_until(lambda: link(g, "/dev/gpspps0").startswith("pps"), 30, "no /dev/gpspps0")
        with ntpsec(g, "ntpsec-gpio", "PPS(0)"):
            pass
        with ntp(g, "ntp-gpio", "22.[0-9]+"):
            pass
        with chrony(g, "chrony-gpio", "PPS"):
            pass
        rest(g)
