# SPDX-License-Identifier: GPL-2.0-or-later
"""diag: each fault injected into a real kernel is the cause that it names."""

import contextlib
import json
import time

from testbed import test
from verdict import IER, TTY, attached, diag, expect, finding, impostor, look_again, poke, poked


# ---- healthy

def remarkable(port):
    return [f for f in port["findings"] if f["severity"] not in ("ok", "info")]


@test()
def healthy_port_has_no_cause(g):
    with attached(g):
        port = expect(g, None, also=lambda port: not remarkable(port))
        assert port["pps"] == "pps0" and port["also_possible"] == []
        assert not remarkable(port), remarkable(port)
        r = look_again(lambda r: r.rc == 0 and r.out.count("\n") == 1, lambda: g.run("gpsppsctl diag"))
        assert r.rc == 0 and r.err == "" and r.out.count("\n") == 1, r
        assert "healthy: 1 pulse/s on assert, width" in r.out
        assert "the receiver has a fix" in r.out
        for name in ("/dev/gps0", "pps0"):
            assert diag(g, name)[1]["port"] == TTY


@test()
def healthy_port_of_ldattach_has_no_cause(g):
    g.run("ldattach pps " + TTY, check=True)
    before = g.run("stty -a -F " + TTY, check=True).out
    port = expect(g, None)
    # it was listened to, and no holder of ours put the settings back
    assert g.run("stty -a -F " + TTY, check=True).out == before
    # nobody reads it yet: whoever will sets it up
    f = finding(port, "tty.differs")
    assert f["severity"] == "warn"
    g.run(f["fix"], check=True)
    assert finding(expect(g, None), "tty.differs")["severity"] == "ok"
    g.run("pkill ldattach")


@test()
def diag_touches_no_register(g):
    with attached(g):
        with g.trace_serial() as events:
            expect(g, None)
        assert events == [], events


@test()
def ordinary_user_gets_the_verdict_too(g):
    with attached(g):
        port = expect(g, None, TTY, user="nobody")
        assert finding(port, "uart.msi-off")["severity"] == "ok"
        assert finding(port, "tty.differs")["severity"] == "skipped"
        g.ports["isa1"].receiver.pulse_enabled = False
        g.ports["isa1"].receiver.power_cycle()
        port = expect(g, "signal.absent", TTY, user="nobody")
        assert {"uart.msi-off", "receiver.no-fix"} <= set(port["also_possible"])
        assert finding(port, "uart.msi-off")["severity"] == "skipped"


# ---- port and UART

@test()
def port_absent(g):
    g.put("/run/table", "0 /dev/ttyUSB7\n")
    r = g.run("gpsppsctl -C /run/table diag --json")
    assert r.rc == 1 and json.loads(r.out)["ports"][0]["cause"] == "port.absent"
    r = g.run("gpsppsctl diag ttyUSB7")
    assert r.rc == 2 and "no such port" in r.err


@test()
def uart_absent(g):
    lone = g.run("grep -lx 0 /sys/class/tty/ttyS*/type | head -1", check=True).out
    assert lone, "no placeholder here"
    expect(g, "uart.absent", lone.split("/")[4])


@test()
def port_getty(g):
    with impostor(g, "agetty"):
        port = expect(g, "port.getty")
        assert "serial-getty@ttyS1" in finding(port, "port.getty")["fix"]


@test()
def uart_msi_off(g):
    with attached(g):
        with poked(g, IER, 0x05, 0x0D):
            port = expect(g, "uart.msi-off")
            seen = finding(port, "uart.msi-off")["observed"]
            # a character's interrupt may find an edge in MSR and count it
            assert seen["ier"] == 5 and seen["rx"] > 100
            assert "IER 0x05 at 0x2f9 (bit 3 clear" in seen["text"]
            r = g.run("gpsppsctl diag " + TTY)
            assert " PULSE: the UART's modem-status interrupt is off" in r.out
            assert "uart.msi-off" in r.out
        expect(g, None)


# ---- kernel

HIDE_MODULES = "mount -t tmpfs none /lib/modules; rmmod pps_ldisc; "


@test(fresh=True)
def kernel_no_ldisc(g):
    g.run(HIDE_MODULES)
    port = expect(g, "kernel.no-ldisc")
    assert "Invalid argument" in finding(port, "kernel.no-ldisc")["why"]


@test(fresh=True)
def kernel_no_pps(g):
    g.run(HIDE_MODULES)
    g.run("mkdir /run/class && cp -a /sys/class/tty /run/class/ && "
          "mount --bind /run/class /sys/class", check=True)
    expect(g, "kernel.no-pps")


# ---- line discipline and settings

@test()
def ldisc_not_attached(g):
    port = expect(g, "ldisc.not-attached")
    assert finding(port, "ldisc.not-attached")["fix"] == "gpsppsctl attach --daemon " + TTY
    assert finding(port, "uart.msi-off") is None
    with impostor(g, "reader"):
        port = expect(g, "ldisc.not-attached")
        assert "N_TTY" in finding(port, "ldisc.not-attached")["observed"]["text"]
        assert "reader[" in finding(port, "ldisc.not-attached")["observed"]["text"]


@test()
def idle_port_is_not_opened(g):
    before = g.ports["isa1"].outputs
    with g.trace_serial() as events:
        expect(g, "ldisc.not-attached")
    assert events == []
    assert g.ports["isa1"].outputs == before


@test()
def tty_differs(g):
    with attached(g):
        for change in ("9600", "echo -icanon crtscts"):
            g.run("stty -F %s %s" % (TTY, change), check=True)
            g.put("/run/table", "0 %s baud=4800\n" % TTY)
            r = g.run("gpsppsctl -C /run/table diag --json " + TTY)
            port = json.loads(r.out)["ports"][0]
            assert port["cause"] == "tty.differs", (change, port["cause"])
            g.run(finding(port, "tty.differs")["fix"], check=True)


# ---- pulse

@test()
def signal_wrong_pin(g):
    for pin, name in (("cts", "CTS (pin 8)"), ("ri", "RI (pin 9)")):
        g.ports["isa1"].receiver.pulse_line = pin
        with attached(g):
            port = expect(g, "signal.wrong-pin")
        assert name in finding(port, "signal.wrong-pin")["observed"]["text"]
        g.ports["isa1"].level(pin, 0)


@test()
def signal_absent(g):
    receiver = g.ports["isa1"].receiver
    receiver.pulse_enabled = False
    receiver.power_cycle()
    with attached(g):
        port = expect(g, "signal.absent")
        assert port["also_possible"] == []
        assert finding(port, "signal.absent")["observed"]["fix"] == 1
        assert finding(port, "receiver.no-fix")["severity"] == "ok"


@test()
def source_without_pulse(g):
    port = g.ports["isa2"]
    port.pulse()
    with attached(g, port.tty):
        # pulses and nothing else: all that some want, but not ntpd
        verdict = expect(g, None, port.tty)
        assert finding(verdict, "nmea.silent")["severity"] == "warn"
        with impostor(g, "ntpd", port.tty):
            expect(g, "nmea.silent", port.tty)


# ---- receiver and sentences

@test()
def receiver_no_fix(g):
    receiver = g.ports["isa1"].receiver
    receiver.fix = None
    receiver.power_cycle()
    with attached(g):
        port = expect(g, "receiver.no-fix")
        assert finding(port, "receiver.no-fix")["observed"]["fix"] == 0
        assert finding(port, "receiver.no-fix")["headline"].startswith("NO PULSE")


@test()
def nmea_silent(g):
    receiver = g.ports["isa1"].receiver
    with attached(g):
        receiver.mute = True
        g.run("sleep 1")
        with impostor(g, "ntpd"):
            port = expect(g, "nmea.silent")
        assert "pulses arrive" in finding(port, "nmea.silent")["observed"]["text"]
        receiver.stop()
        port = expect(g, "nmea.silent")
        assert "no power" in finding(port, "nmea.silent")["why"]


@test()
def nmea_baud(g):
    g.ports["isa1"].receiver.baud = 9600
    with attached(g, options="--unit 0 --baud 4800"):
        port = expect(g, "nmea.baud")
        seen = finding(port, "nmea.baud")["observed"]
        assert seen["baud"] == 4800 and seen["sentences"] == 0 and seen["bytes"] > 100
    # what was sent at the port's old speed may still be on its way
    rc, port = look_again(lambda seen: finding(seen[1], "nmea.baud")["severity"] == "fail",
                          lambda: diag(g, "--active", TTY))
    assert rc == 1 and port["cause"] == "ldisc.not-attached"
    f = finding(port, "nmea.baud")
    assert f["severity"] == "fail" and f["observed"]["found_baud"] == 9600
    assert "--baud 9600" in f["fix"]


@test()
def listening_puts_the_port_back(g):
    with attached(g):
        before = g.run("stty -a -F " + TTY, check=True).out
        asserts = g.run("cat /sys/class/pps/pps0/assert").out
        expect(g, None)
        assert g.run("stty -a -F " + TTY, check=True).out == before
        job = g.start("gpsppsctl diag " + TTY)
        g.wait_until(lambda: "-icanon" in g.run("stty -a -F " + TTY).out, 3, "not listening")
        job.signal(2)
        assert job.wait(10).rc == 2
        assert g.run("stty -a -F " + TTY, check=True).out == before
        now = g.run("cat /sys/class/pps/pps0/assert").out
        assert int(now.split("#")[1]) - int(asserts.split("#")[1]) >= 3


@test()
def daemons_sentences_are_left_alone(g):
    with attached(g), impostor(g, "ntpd"):
        port = expect(g, None)
        f = finding(port, "receiver.no-fix")
        assert f["severity"] == "skipped" and "ntpd[" in f["headline"]


# ---- links and rights

@test()
def links(g):
    with attached(g):
        g.run("rm /dev/gps0", check=True)
        expect(g, "link.gps-missing")
        g.run("ln -s ttyS2 /dev/gps0", check=True)
        expect(g, "link.gps-wrong")
        g.run("ln -sfn ttyS1 /dev/gps0; rm /dev/gpspps0", check=True)
        port = expect(g, "link.pps-missing")
        assert "time_pps_create: Operation not supported" in \
            finding(port, "link.pps-missing")["why"]
        with attached(g, "/dev/ttyS2", "--unit 1"):
            g.run("ln -sfn pps1 /dev/gpspps0", check=True)
            port = expect(g, "link.pps-wrong")
            g.run(finding(port, "link.pps-wrong")["fix"], check=True)
        expect(g, None)


@test()
def perm_pps(g):
    with attached(g):
        g.run("chmod 600 /dev/pps0; chown 0:0 /dev/pps0; chmod 666 " + TTY, check=True)
        with impostor(g, "ntpd", user="nobody"):
            port = expect(g, "perm.pps")
            assert "Permission denied" in finding(port, "perm.pps")["why"]
            g.run("chmod 666 /dev/pps0", check=True)
            expect(g, None)
    g.run("chmod 660 " + TTY)


# ---- --fix and --follow

def pps0_reader(g):
    """Somebody who has the pulse's device open, as ntpd would."""
    return g.start("exec 5</dev/pps0; sleep 100")


@test()
def fix_mends(g):
    with attached(g):
        reader = pps0_reader(g)
        with poked(g, IER, 0x05, 0x0D):
            r = g.run("gpsppsctl diag --fix " + TTY)
            assert r.rc == 2 and "there is no terminal to ask on; --yes agrees" in r.err, r
        g.run("sleep 2")
        poke(g, IER, 0x05)	# the holder has ten seconds of patience
        r = g.run("gpsppsctl diag --fix --yes " + TTY)
        assert r.rc == 0 and "pps0 stays" in r.err and r.out.splitlines()[-1].find("healthy") > 0, r
        assert g.run("ls /sys/class/pps").out.split() == ["pps0"]
        reader.signal(15)
        g.run("rm /dev/gps0", check=True)
        r = g.run("gpsppsctl diag --json --fix --yes " + TTY)
        assert r.rc == 0 and json.loads(r.out)["ports"][0]["cause"] is None, r
        assert g.run("readlink /dev/gps0").out.strip() == "ttyS1"
        g.ports["isa1"].receiver.pulse_enabled = False
        g.ports["isa1"].receiver.power_cycle()
        r = g.run("gpsppsctl diag --fix --yes " + TTY)
        assert r.rc == 1 and "signal.absent has no cure that a program could apply" in r.err, r
    # nobody holds it any more: the cure does
    g.ports["isa1"].receiver.pulse_enabled = True
    g.ports["isa1"].receiver.power_cycle()
    r = g.run("gpsppsctl diag --fix --yes " + TTY)
    assert "ldisc.not-attached" in r.out.splitlines()[0], r
    expect(g, None)
    g.run("gpsppsctl detach " + TTY, check=True)


@test()
def follow_tells_what_changes(g):
    with attached(g):
        job = g.start("exec gpsppsctl diag --follow " + TTY)

        def said(text, seconds):
            g.wait_until(lambda: text in job.output() or job.done, seconds, "not said: " + text)
            assert not job.done, job.output()

        said("healthy: 1 pulse/s", 10)
        g.run("rm /dev/gps0", check=True)
        # at once, not at the end of the window
        said("link.gps-missing: ok -> fail", 3)
        said("cause: healthy -> link.gps-missing", 1)
        g.run("ln -s ttyS1 /dev/gps0", check=True)
        said("cause: link.gps-missing -> healthy", 3)
        with poked(g, IER, 0x05, 0x0D):
            said("uart.msi-off: ok -> fail", 10)
        said("cause: uart.msi-off -> healthy", 10)
        # a fault that takes a window to see, and a change that is seen at once
        g.ports["isa1"].receiver.pulse_line = None
        said("cause: healthy -> signal.absent", 12)
        g.run("rm /dev/gps0", check=True)
        g.run("sleep 5")
        assert "signal.absent ->" not in job.output(), job.output()
        job.signal(2)
        assert job.wait(10).rc == 1, job.output()
        g.run("ln -s ttyS1 /dev/gps0", check=True)
        g.ports["isa1"].receiver.pulse_line = "dcd"
        job = g.start("exec gpsppsctl diag --follow --json " + TTY)
        g.wait_until(lambda: '"cause":null' in job.output().replace(" ", ""), 15, "not healthy")
        job.signal(2)
        job.wait(10)
        for line in job.output().splitlines():
            assert json.loads(line)["version"] == 1, line


@test()
def port_that_goes_away_meanwhile(g):
    port = g.ports["pci1"]
    port.plug()
    for options in "", "--active ":
        with contextlib.nullcontext() if options else attached(g, port.tty):
            job = g.start("exec gpsppsctl diag %s%s" % (options, port.tty))
            # both listen: it has the port open
            opened = "ls -l $(pgrep -f '^gpsppsctl diag' | sed 's,.*,/proc/&/fd,')"
            g.wait_until(lambda: port.tty in g.run(opened, quiet=True).out, 10, "not opened")
            time.sleep(0.5)
            port.unplug()
            done = job.wait(15)
        assert done.rc == 3 and done.err == "", done
        assert "NO PORT: it went away while it was looked at" in done.out.splitlines()[0], done
        assert "also" not in done.out, done
        port.plug()


@test()
def follow_forgives_a_node_that_is_made_anew(g):
    """As a driver does that is bound to its port again; one that stays away ends it."""
    tty = g.ports["isa2"].tty
    job = g.start("exec gpsppsctl diag --follow --wait 0 " + tty)
    g.wait_until(lambda: "ldisc.not-attached" in job.output(), 10, "no verdict")
    g.run("mv %s /dev/away; sleep 0.6; mv /dev/away %s; sleep 2" % (tty, tty), check=True)
    assert not job.done, job.output()
    g.run("mv %s /dev/away" % tty, check=True)
    try:
        end = job.wait(20)
    finally:
        g.run("mv /dev/away " + tty, check=True)
    assert end.rc == 3 and "no such port" in end.err, end


@test()
def follow_sees_a_port_come_and_go(g):
    port = g.ports["pci1"]
    port.plug()
    job = g.start("exec gpsppsctl diag --follow " + port.tty)
    g.wait_until(lambda: "ldisc.not-attached" in job.output(), 10, "no verdict")
    tty = port.tty
    port.unplug()
    # the kernel keeps the name, with nothing behind it
    g.wait_until(lambda: "cause: ldisc.not-attached -> uart.absent" in job.output(), 5, "not gone")
    port.plug()
    assert port.tty == tty
    g.wait_until(lambda: "cause: uart.absent -> ldisc.not-attached" in job.output(), 5, "not back")
    job.signal(2)
    assert job.wait(10).rc == 1


# ---- with systemd and udev: the cure that is named cures

def cure(g, cause):
    expect(g, cause)
    fix(g, cause)


def fix(g, cause):
    r = g.run("gpsppsctl diag --fix --yes " + TTY, timeout=60)
    assert r.rc in (0, 1) and cause in r.out.splitlines()[0], r
    assert cause not in r.out.rsplit("/dev/ttyS1 ", 1)[1], r


@test(guest="full")
def cures_cure(g):
    reload = ("systemctl daemon-reload; udevadm control --reload; "
              "udevadm trigger -c add -s tty -s pps; udevadm settle")
    g.put("/etc/gpsppsctl.conf", "0 %s baud=4800\n" % TTY)
    try:
        # the image has the template masked
        g.put("/etc/systemd/system/serial-getty@ttyS1.service",
              "[Service]\nExecStart=/sbin/agetty --keep-baud 4800 ttyS1 vt220\n"
              "StandardInput=tty\nTTYPath=/dev/ttyS1\n[Install]\nWantedBy=getty.target\n")
        g.run("systemctl daemon-reload; systemctl start serial-getty@ttyS1", check=True,
              timeout=60)
        g.wait_until(lambda: g.run("pgrep agetty").rc == 0, 20, "no agetty")
        cure(g, "port.getty")
        g.run(reload, check=True, timeout=60)
        g.wait_until(lambda: g.run("systemctl is-active gpsppsctl@ttyS1").rc == 0, 20,
                     "not attached")
        expect(g, None)
        g.run("systemctl stop gpsppsctl@ttyS1", check=True)
        cure(g, "ldisc.not-attached")
        g.run("rm /dev/gps0", check=True)
        cure(g, "link.gps-missing")
        g.run("udevadm settle; rm /dev/gpspps0", check=True)
        cure(g, "link.pps-missing")
        g.run("udevadm settle", check=True)
        expect(g, None)
        with poked(g, IER, 0x05, 0x0D):
            expect(g, "uart.msi-off")
        g.run("sleep 2")
        poke(g, IER, 0x05)	# the holder has ten seconds of patience
        fix(g, "uart.msi-off")
        expect(g, None)
    finally:
        g.run("systemctl stop 'gpsppsctl@*' serial-getty@ttyS1; rm -f /etc/gpsppsctl.conf "
              "/etc/systemd/system/serial-getty@ttyS1.service; " +
              reload, timeout=60)
