# SPDX-License-Identifier: GPL-2.0-or-later
"""
The faults: each is brought upon a healthy patient, is proven to be there by the
guest itself (never by diag), and is undone again.

A fault is a generator: what comes before its yield injects and proves, what comes
after it is the cure.  Its undoing touches nothing else, so two can be had at once.
"""

import contextlib
import os
import re
import time

from garmin18 import checksum
from patient import MCR
from verdict import again_and_again, impostor, poked

WEEK_S = 604800
IER = 1

FAULTS = []


class Fault:
    def __init__(self, ident, severity, words, function):
        self.id = ident
        self.severity = severity
        self.words = words
        self.name = function.__name__
        self.inject = contextlib.contextmanager(function)

    def __repr__(self):
        return "%s (%s)" % (self.id, self.name)


def fault(ident, severity="fail", words=""):
    """
    Mark a fault with the id that must be found, and how: a cause is a failure; a
    warning or a remark leaves the port without a cause.  WORDS go to diag.
    """
    def mark(function):
        f = Fault(ident, severity, words, function)
        FAULTS.append(f)
        return f
    return mark


# ---- wiring ----

@fault("signal.absent")
def pulse_wire_is_broken(p):
    p.receiver.pulse_line = None
    p.prove_moves("no edge, and sentences", lambda m: m["dcd"] == 0 and m["rx"] > 100)
    yield
    p.receiver.pulse_line = "dcd"


@fault("signal.wrong-pin")
def pulse_on_cts(p):
    p.receiver.pulse_line = "cts"
    p.prove_moves("edges on CTS only", lambda m: m["cts"] >= 3 and m["dcd"] == 0)
    yield
    p.receiver.pulse_line = "dcd"
    p.port.level("cts", 1)


@fault("signal.stuck")
def line_stays_high_after_pulsing(p):
    p.port.level("dcd", 1)
    p.wait("high", lambda: p.stamps()[0] > p.stamps()[1])
    p.prove_moves("no edge", lambda m: m["dcd"] == 0)
    yield
    p.receiver.drive_again()


@fault("signal.short-pulse")
def pulse_shorter_than_the_interrupt(p):
    p.port.pulse(width_ms=0.5)
    p.prove_moves("one edge a second, seen when it is over", lambda m:
                  abs(m["dcd"] - m["s"]) <= 1.2 and abs(m["clear"] - m["s"]) <= 1.2 and
                  m["assert"] == 0)
    yield
    p.receiver.drive_again()


@fault("signal.square", "warn")
def pulse_is_half_a_second(p):
    p.receiver.pulse_width_ms = 500

    def width():
        on, off = p.stamps()
        return (off - on) % 1

    p.wait("half a second wide", lambda: 0.47 < width() < 0.53)
    yield
    p.receiver.pulse_width_ms = 100


@fault("signal.rate")
def five_pulses_a_second(p):
    p.port.pulse(period_ms=200, width_ms=40)
    p.prove_moves("5 Hz", lambda m: 4 < m["assert"] / m["s"] < 6)
    yield
    p.receiver.drive_again()


@fault("signal.noise")
def each_pulse_has_an_echo(p):
    p.port.pulse(width_ms=50, extra_ms=300)
    p.prove_moves("two pulses a second", lambda m: 1.4 < m["assert"] / m["s"] < 2.6)
    yield
    p.receiver.drive_again()


# Two of eleven intervals must be off by a fifth of a second: by chance they are not once in 600 runs.
@fault("signal.noise", words="--wait 12")
def pulses_wander(p):
    p.port.pulse(width_ms=50, phase_ms=450, jitter_us=400000)
    time.sleep(2)	# what came before is regular
    at = []

    def wander():
        at.append(p.stamps()[0] % 1)
        return max(at) - min(at) > 0.02

    p.wait("off by tens of milliseconds", wander)
    yield
    p.receiver.drive_again()


@contextlib.contextmanager
def wired_inversely(p):
    """Attached anew, so that the holder measures what there is."""
    p.receiver.pulse_inverted = True
    p.attach_again()
    p.wait_measured()

    def clear_is_on_the_second():
        on, off = p.stamps()
        return (off + 0.05) % 1 < 0.1 and 0.05 < on % 1 < 0.15

    p.wait("inverted", clear_is_on_the_second)
    yield
    p.receiver.pulse_inverted = False
    p.attach_again()


@fault("signal.inverted", "info")
def inverted_and_nobody_has_chosen_an_edge(p):
    with wired_inversely(p):
        yield


@fault("signal.inverted")
def inverted_and_chronyd_takes_the_wrong_edge(p):
    with wired_inversely(p), impostor(p.g, "chronyd", "/dev/" + p.pps):
        capture(p, 1)
        yield


# ---- the source of pulses ----

def capture(p, mode):
    out = p.sh("meddle capture /dev/%s %d; meddle capture /dev/%s" % (p.pps, mode, p.pps))
    p.prove("edges %d" % mode, out.split() == [str(mode)] * 2)


@fault("pps.edge-disabled")
def chronyd_takes_the_end_of_the_pulse(p):
    """That it is the end is known by the holder, which measures in its first seconds."""
    p.attach_again()
    p.wait_measured()
    with impostor(p.g, "chronyd", "/dev/" + p.pps):
        capture(p, 2)
        p.prove_moves("only clear counts", lambda m:
                      m["assert"] == 0 and m["clear"] >= 2 and m["dcd"] >= 4)
        yield
    capture(p, 3)


@fault("pps.wrong-number", "warn")
def ntpd_has_the_pulse_of_another_port(p):
    out = p.sh("ls /dev/pps* | grep -v '/%s$'; true" % p.pps).split()
    p.prove("another source", out)
    with impostor(p.g, "ntpd", p.tty, also=out[0]) as job:
        links = p.sh("for p in $(pgrep -x ntpd); do ls -l /proc/$p/fd; done; true")
        p.prove("both are open: " + links, p.tty in links and out[0] in links)
        yield job


# ---- the receiver ----

@fault("receiver.no-fix")
def no_fix_since_power_up(p):
    p.receiver.fix = None
    p.receiver.power_cycle()
    p.wait("void", lambda: ",V," in p.heard())
    p.prove_moves("no pulse", lambda m: m["dcd"] == 0)
    yield
    p.receiver.fix = "3d"


@fault("receiver.pps-off", words="--active")
def pulse_turned_off_by_pgrmc(p):
    was = p.receiver.stored.sentences
    p.receiver.stored.sentences = was | {"PGRME"}	# a Garmin is known by such, and asked
    p.receiver.stored.pgrmc[11] = "1"
    p.receiver.power_cycle()
    p.prove_moves("no edge, and sentences", lambda m: m["dcd"] == 0 and m["rx"] > 100)
    yield
    p.receiver.stored.sentences = was
    p.receiver.stored.pgrmc[11] = "2"
    p.receiver.power_cycle()


@fault("receiver.week-rollover")
def date_of_1024_weeks_ago(p):
    p.receiver.clock_offset_s = -1024 * WEEK_S
    past = time.strftime("%d%m%y", time.gmtime(time.time() - 1024 * WEEK_S))
    p.wait("that old", lambda: ",%s," % past in p.heard())
    yield
    p.receiver.clock_offset_s = 0


@fault("receiver.leap-unknown", "warn")
def leap_second_not_yet_learnt(p):
    was = p.receiver.stored.sentences
    p.receiver.stored.sentences = {"GPRMC", "PGRMF"}
    p.receiver.leap_s = 17
    p.wait("17", lambda: [s for s in p.heard().split() if s.startswith("$PGRMF") and
                          s.split(",")[5] == "17"])
    yield
    p.receiver.leap_s = 18
    p.receiver.stored.sentences = was


@fault("receiver.firmware-late", "warn")
def firmware_3_30_of_an_18x(p):
    was = p.receiver.firmware, p.receiver.stored.sentences
    p.receiver.stored.sentences = {"GPRMC", "PGRMT"}
    p.receiver.firmware = "GPS 18x-LVC software ver. 3.30"
    p.receiver.pgrmt_period_s = 1
    p.wait("3.30", lambda: "$PGRMT,GPS 18x-LVC software ver. 3.30," in p.heard())
    yield
    p.receiver.firmware, p.receiver.stored.sentences = was
    p.receiver.pgrmt_period_s = 60


# ---- sentences ----

@fault("nmea.silent")
def data_wire_is_broken(p):
    p.receiver.mute = True
    p.prove_moves("no character", lambda m: m["rx"] == 0)
    with impostor(p.g, "ntpd", p.tty):	# who waits for them
        yield
    p.receiver.mute = False


@fault("nmea.baud")
def receiver_speaks_9600(p):
    p.receiver.baud = 9600
    p.wait("not a sentence", lambda: "$GPRMC" not in p.heard())
    yield
    p.receiver.baud = 4800


@fault("nmea.binary")
def receiver_speaks_binary(p):
    p.receiver.baud = 9600
    p.receiver.stored.pgrmc1[1] = "2"
    p.receiver.power_cycle()
    p.attach_again("--baud 9600")
    p.sh("stty -F %s -icanon min 1" % p.tty)
    p.wait("binary", lambda: "^P3@" in p.heard())	# a packet 51 of 64 bytes
    p.sh("stty -F %s icanon" % p.tty)
    yield
    p.receiver.stored.pgrmc1[1] = "1"
    p.receiver.baud = 4800
    p.receiver.power_cycle()
    p.attach_again("")


@fault("nmea.inverted")
def data_wire_is_inverted(p):
    p.receiver.inverted = True
    p.wait("not a sentence", lambda: "$GP" not in p.heard())
    p.prove_moves("characters", lambda m: m["rx"] > 100)
    yield
    p.receiver.inverted = False


@fault("nmea.garbage")
def characters_are_damaged(p):
    p.receiver.garbled = 3

    def most_are_wrong():
        good, bad = checksums(p.heard(3.3))
        return good and bad > good

    p.wait("some right, most wrong", most_are_wrong)
    yield
    p.receiver.garbled = 0


def checksums(text):
    """How many of the sentences have the right one, and the wrong."""
    sentences = re.findall(r"^\$(.*)\*(\w\w)$", text, re.M)
    right = [checksum(body) == given for body, given in sentences if body.isascii() and
             "M-" not in body]
    return sum(right), len(sentences) - sum(right)


@fault("nmea.no-date")
def sentences_without_a_date(p):
    was = only(p, {"GPGGA"})
    yield
    p.receiver.stored.sentences = was


@fault("nmea.void")
def rmc_says_void_despite_the_fix(p):
    p.receiver.rmc_void = True
    p.wait("void, and a fix", lambda: re.search(r"GPRMC,\d+,V,(.*\n)*.*GPGGA,([^,]*,){5}1,",
                                                p.heard(2.2)))
    yield
    p.receiver.rmc_void = False


@fault("receiver.no-fix")
def fix_lost_and_pulses_go_on(p):
    p.receiver.fix = None
    p.wait("void", lambda: ",V," in p.heard())
    p.prove_moves("pulses", lambda m: m["assert"] >= 2)
    yield
    p.receiver.fix = "3d"


@fault("nmea.overrun")
def line_is_full(p):
    was = p.receiver.stored.sentences
    p.receiver.stored.sentences = {"GPRMC", "GPGGA", "GPGSA", "GPGSV", "PGRME", "GPGLL", "GPVTG",
                                   "PGRMV", "PGRMF", "PGRMB", "PGRMM"}
    p.prove_moves("over 95 % of 480 characters a second", lambda m: m["rx"] > 456 * m["s"], 4)
    yield
    p.receiver.stored.sentences = was


def only(p, sentences):
    """Of the receiver's sentences these; what it sent until now."""
    was = p.receiver.stored.sentences
    p.receiver.stored.sentences = set(sentences)
    p.wait("only these", lambda: {s.split(",")[0] for s in p.heard(2.2).split()[1:] if "*" in s} ==
           {"$" + s for s in sentences})
    return was


def burst_end_ms(p):
    """When after the second the characters end, by the guest's counter and clock."""
    return int(p.sh("meddle burst " + p.tty))


@fault("nmea.delay", "warn")
def sentences_end_late(p):
    was = only(p, {"GPRMC"})
    p.receiver.delay_ms = 550
    p.wait("late", lambda: 600 < burst_end_ms(p) < 850)
    yield
    p.receiver.delay_ms = 220
    p.receiver.stored.sentences = was


@fault("nmea.delay")
def sentences_end_after_the_next_pulse(p):
    was = only(p, {"GPRMC"})
    p.receiver.delay_ms = 920
    p.wait("later", lambda: 0 <= burst_end_ms(p) < 200)
    yield
    p.receiver.delay_ms = 220
    p.receiver.stored.sentences = was


# ---- the UART ----

@fault("uart.msi-off")
def modem_status_interrupt_is_off(p):
    with poked(p.g, int(p.sysfs("port"), 16) + IER, 0x05, 0x0D):
        p.prove_moves("no edge, and sentences", lambda m: m["assert"] == 0 and m["rx"] > 100)
        p.prove("IER", p.register(IER) == 0x05)
        yield


@fault("uart.loopback")
def uart_is_wired_to_itself(p):
    p.poke(MCR, 0x1B)
    p.prove_moves("no pulse", lambda m: m["assert"] == 0)
    p.prove("MCR", p.register(MCR) == 0x1B)
    yield
    p.poke(MCR, 0x0B)


@fault("uart.out2-off", "info")
def interrupt_gate_is_off(p):
    """QEMU does not gate, as some boards: pulses go on."""
    p.poke(MCR, 0x03)
    p.prove_moves("pulses", lambda m: m["assert"] >= 2)
    p.prove("MCR", p.register(MCR) == 0x03)
    yield
    p.poke(MCR, 0x0B)


@contextlib.contextmanager
def irq(p, number):
    was = p.sysfs("irq")
    p.detach()
    p.sh("setserial %s irq %d" % (p.tty, number))
    p.attach()
    p.prove("irq %d" % number, p.sysfs("irq") == str(number))
    yield
    p.detach()
    p.sh("setserial %s irq %s" % (p.tty, was))
    p.attach()


@fault("uart.irq-zero", "warn")
def port_is_polled(p):
    with irq(p, 0):
        p.prove_moves("pulses", lambda m: m["assert"] >= 2)
        yield


@fault("uart.irq-dead")
def interrupt_never_comes(p):
    with irq(p, 6):
        p.prove_moves("no pulse", lambda m: m["assert"] == 0)
        out = p.sh("grep '^ *6:' /proc/interrupts")
        p.prove("never: " + out, out.split()[1] == "0" and p.name in out)
        yield


# ---- line discipline and settings ----

@fault("ldisc.not-attached")
def nobody_has_attached(p):
    p.detach()
    p.prove("no source", not p.sh("grep -lx %s /sys/class/pps/*/path; true" % p.tty))
    yield
    p.attach()


@fault("ldisc.lost")
def another_line_discipline_under_the_holder(p):
    with again_and_again(p.g, "ldisc-again %s 0" % p.tty):
        p.prove("0", p.sh("meddle ldisc %s" % p.tty) == "0\n")
        p.prove("no source, held", not p.job.done and
                not p.sh("grep -lx %s /sys/class/pps/*/path; true" % p.tty))
        yield
    p.attach_again()


@contextlib.contextmanager
def stty(p, change, back):
    p.sh("stty -F %s %s" % (p.tty, change))
    p.prove(change, " %s" % change in p.stty().replace("\n", " "))
    yield
    p.sh("stty -F %s %s" % (p.tty, back))


@fault("tty.clocal-off")
def carrier_counts(p):
    """With a pulse the port would be hung up at once."""
    p.port.level("dcd", 0)
    p.prove_moves("no edge", lambda m: m["dcd"] == 0, 0.3)
    with stty(p, "-clocal", "clocal"):
        p.prove("held", not p.job.done)
        yield
    p.receiver.drive_again()


@fault("tty.crtscts", "warn")
def hardware_flow_control(p):
    with stty(p, "crtscts", "-crtscts"):
        yield


@fault("tty.echo", "warn")
def sentences_are_echoed(p):
    with stty(p, "echo", "-echo"):
        p.prove_moves("the receiver hears itself", lambda m: m["tx"] > 50, 1.2)
        yield


# ---- who has the port ----

@fault("port.getty")
def login_prompt_on_the_port(p):
    was_attached = p.job
    p.detach()
    with impostor(p.g, "agetty", p.tty):
        yield
    if was_attached:
        p.attach()


@fault("port.modemmanager")
def modemmanager_has_the_port(p):
    with impostor(p.g, "ModemManager", p.tty):
        yield


@fault("port.brltty")
def brltty_has_the_port(p):
    with impostor(p.g, "brltty", p.tty):
        yield


@fault("port.second-reader")
def ntpd_is_not_alone(p):
    path = "/run/%s.stolen" % p.name
    with impostor(p.g, "ntpd", p.tty):
        job = p.g.start("exec cat %s > %s" % (p.tty, path))
        p.wait("a part for the other", lambda: p.g.run("test -s " + path, quiet=True).rc == 0)
        yield
        job.signal(9)
        job.wait(10)


@fault("port.exclusive")
def port_is_exclusive(p):
    job = p.g.start("exec meddle exclusive " + p.tty)
    p.wait("exclusive", lambda: "ready" in job.output())
    r = p.g.run("chmod 666 %s; su -s /bin/sh nobody -c 'exec < %s'" % (p.tty, p.tty))
    p.prove("others are refused: " + r.err, "busy" in r.err)
    yield
    job.signal(9)
    job.wait(10)
    p.g.run("meddle shared " + p.tty)


# ---- links ----

@fault("link.gps-missing")
def no_link_to_the_port(p):
    p.sh("rm /dev/gps%d" % p.unit)
    yield
    p.sh("ln -s %s /dev/gps%d" % (p.name, p.unit))


@fault("link.pps-missing")
def no_link_to_the_pulse(p):
    p.sh("rm /dev/gpspps%d" % p.unit)
    yield
    p.sh("ln -s %s /dev/gpspps%d" % (p.pps, p.unit))


# ---- the machine: remarks that are no fault ----

@fault("host.virtual", "info")
def machine_is_emulated(p):
    p.prove("the processor says so", "hypervisor" in p.sh("cat /proc/cpuinfo"))
    yield


@fault("kernel.no-hardpps", "info")
def kernel_cannot_discipline(p):
    """Debian's kernel has no NTP_PPS; its configuration is where Debian puts it."""
    p.prove("no hardpps()", not p.sh("grep -w hardpps /proc/kallsyms; true"))
    path = "/boot/config-" + os.path.basename(p.sh("uname -r").strip())
    p.sh("mkdir -p /boot")
    p.g.put(path, "CONFIG_PPS=y\n# CONFIG_NTP_PPS is not set\nCONFIG_PPS_CLIENT_LDISC=m\n")
    yield
    p.sh("rm " + path)


@fault("host.container")
def container_has_no_pulse_device(p):
    """What podman lays down in each, and what it hands in only when asked."""
    device = p.sh("cat /sys/class/pps/%s/dev" % p.pps).strip().replace(":", " ")
    p.sh("touch /run/.containerenv; rm /dev/" + p.pps)
    yield
    p.sh("rm /run/.containerenv; mknod /dev/%s c %s" % (p.pps, device))
