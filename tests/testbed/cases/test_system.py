# SPDX-License-Identifier: GPL-2.0-or-later
"""The whole chain in the full guest: boot, udev, systemd, and the real daemons."""

import json
import re
import termios
import time

from testbed import test
from timeserver import (UNIT, asserts, enable, holders, is_active, link, ntpd_writes, reload, restored,
                        uptime_s, wait_attached, wait_stratum_1, write_ntp_conf, write_table)


@test(guest="full")
def test_boot_and_reboot_end_with_ntpd_at_stratum_1(g):
    port = g.ports["isa1"]
    with restored(g):
        write_table(g, port.tty)
        write_ntp_conf(g)
        enable(g, "ntpsec")
        for _ in ("the first boot with a table", "and a reboot"):
            g.reboot()
            pps = wait_attached(g, port.tty)
            assert g.run("systemctl is-active dev-gps0.device dev-gpspps0.device").rc == 0
            assert g.run(f"stat -c '%a %G' /dev/{pps}").out.strip() == "660 dialout"
            assert g.run(f"stat -c '%a %G' {port.tty}").out.strip() == "660 dialout"
            assert "E: ID_MM_DEVICE_IGNORE=1" in g.run(f"udevadm info {port.tty}").out
            wait_stratum_1(g)
            # and ntpd was not started too early: it has the port and the pulse
            assert "ntpd" in holders(g, port.tty[5:]), holders(g, port.tty[5:])
            assert "ntpd" in holders(g, pps), holders(g, pps)
        diag = g.run("gpsppsctl diag --json")
        assert diag.rc == 0, diag
        assert json.loads(diag.out)["ports"][0]["cause"] is None


@test(guest="full")
def test_the_rules_are_fast_and_silent_without_a_table(g):
    assert g.run("systemctl list-units --all --no-legend 'gpsppsctl@*'").out.strip() == ""
    assert link(g, "/dev/gps0") == ""
    took = {}
    for what in "--version >/dev/null", "udev ttyS1":
        result = g.run("cut -d' ' -f1 /proc/uptime; for i in 1 2 3 4 5 6 7 8 9 10; do "
                       f"gpsppsctl {what}; done; cut -d' ' -f1 /proc/uptime")
        start, end = map(float, result.out.split())
        took[what] = end - start
    # nearly all of it is the start of a program: some 50 ms here, less than 10 on a PC
    assert took["udev ttyS1"] < 3 * took["--version >/dev/null"] + 1, took
    write_table(g, "/dev/ttyS1", "baud=48oo")
    with restored(g):
        bad = g.run("gpsppsctl udev ttyS1")
        assert bad.rc == 2 and bad.out == "" and "line 2" in bad.err


@test(guest="full")
def test_replugged_receiver_comes_back_with_its_daemon(g):
    port = g.ports["pci1"]
    port.pulse()
    port.plug()
    tty = port.tty
    with restored(g):
        write_table(g, tty)
        write_ntp_conf(g)
        # the model talks on this port as well
        port.attach_receiver(type(g.ports["isa1"].receiver))
        reload(g)
        wait_attached(g, tty)
        g.run("systemctl start ntpsec", check=True)
        wait_stratum_1(g)
        old = g.run("systemctl show -p MainPID ntpsec").out
        port.unplug()
        g.wait_until(lambda: link(g, "/dev/gps0") == "" and link(g, "/dev/gpspps0") == "", 10, "the links stay")
        g.wait_until(lambda: not is_active(g, UNIT.format(tty[5:])), 10, "the service stays")
        assert is_active(g, "ntpsec"), "ntpd goes on without its receiver"
        port.plug()
        assert port.tty == tty
        pps = wait_attached(g, tty)
        g.wait_until(lambda: g.run("systemctl show -p MainPID ntpsec").out != old, 15, "ntpd was not restarted")
        wait_stratum_1(g)
        assert "ntpd" in holders(g, pps)


@test(guest="full")
def test_a_daemon_does_not_wait_long_for_a_receiver_that_is_not_there(g):
    port = g.ports["pci1"]
    port.plug()
    tty = port.tty
    port.unplug()
    with restored(g):
        write_table(g, tty)
        write_ntp_conf(g)
        reload(g)
        start = time.monotonic()
        g.run("systemctl start ntpsec", timeout=60, check=True)
        waited = time.monotonic() - start
        # 8 s by the generator's JobTimeoutSec= (tests/tree/test_install.sh), not systemd's 90 s
        assert 5 < waited < 30, f"ntpsec started after {waited:.1f} s"


@test(guest="full")
def test_ntpd_writes_no_register_after_attach(g):
    """The core claim, on the UART itself; and its counter-proof with ldattach."""
    port = g.ports["isa1"]
    with restored(g):
        write_ntp_conf(g)
        g.run(f"gpsppsctl attach --daemon --unit 0 {port.tty}", check=True)

        assert ntpd_writes(g, port) == []
        g.run(f"gpsppsctl detach {port.tty}", check=True)

        g.run(f"ldattach -s 4800 pps {port.tty}", check=True)
        g.run(f"ln -s {port.tty[5:]} /dev/gps0; ln -s pps0 /dev/gpspps0; chmod 666 {port.tty} /dev/pps0")
        writes = ntpd_writes(g, port)
        g.run("pkill ldattach; rm -f /dev/gps0 /dev/gpspps0")
        # 16550A: IER is register 1, LCR 3; the divisor needs DLAB in LCR
        assert {1, 3} <= {register for register, _ in writes}, writes


def traced_termios(line):
    """The flag words of strace's TCSETS, as numbers."""
    words = {}
    for letter, text in re.findall(r"c_([ioclf])flag=([^,]+)", line):
        words[letter] = 0
        for word in filter(None, text.split("|")):
            words[letter] |= int(word, 0) if word[0].isdigit() else getattr(termios, word)
    return [words[letter] for letter in "iocl"]


@test(guest="full")
def test_termios_equal_the_real_ntpds(g):
    port = g.ports["isa1"]
    with restored(g):
        write_ntp_conf(g)
        g.run(f"ln -s {port.tty[5:]} /dev/gps0; chmod 666 {port.tty}")
        job = g.start("exec strace -f -v -s 256 -e trace=openat,ioctl -o /run/trace "
                      "ntpd -n -g -u ntpsec:ntpsec -c /etc/ntpsec/ntp.conf -l /run/ntp.log")
        g.wait_until(lambda: g.run("sed '1,/dev.gps0/d' /run/trace | grep -q 'TCSETS.*c_cc.*= 0'",
                                   quiet=True).rc == 0, 20, "ntpd does not set the port up")
        job.signal(15)
        job.wait(10)
        trace = g.get("/run/trace").decode()
        g.run("rm -f /dev/gps0")
        opened = re.search(r'openat\(AT_FDCWD, "/dev/gps0"[^)]*\)\s*=\s*(\d+)', trace)
        assert opened, trace[-2000:]
        # "SNDCTL_TMR_START or TCSETS": the number is that of both
        found = re.search(rf"ioctl\({opened[1]}, [^{{]*\bTCSETS, .*", trace[opened.end():])
        assert found, trace[opened.start():opened.start() + 3000]
        line = found[0]
        theirs = traced_termios(line)
        cc = re.findall(r"\[\w+\]=(\w+)", line[line.index("c_cc="):])
        assert len(cc) >= 17 and all(int(value, 0) == 0 for value in cc), line
        g.run(f"gpsppsctl attach --daemon --unit 0 {port.tty}", check=True)
        settings = g.run(f"stty -g -F {port.tty}").out.strip().split(":")
        g.run(f"gpsppsctl detach {port.tty}", check=True)
        assert [int(word, 16) for word in settings[:4]] == theirs, (settings, line)
        assert all(int(word, 16) == 0 for word in settings[4:]), settings


CHRONY_CONF = """\
refclock PPS /dev/gpspps0 refid PPS poll 2 trust prefer
server 127.0.0.1 port 11123 minpoll -2 maxpoll 0 iburst
pidfile /run/c.pid
makestep 0.1 10
"""
# The second from a server of this guest's own clock: the pulse alone has no number.
SECONDS_CONF = """\
local stratum 5
port 11123
cmdport 0
bindcmdaddress /
allow 127.0.0.1
pidfile /run/s.pid
"""


@test(guest="full")
def test_chrony_selects_the_pulse(g):
    port = g.ports["isa1"]
    with restored(g):
        write_table(g, port.tty, "baud=4800")
        reload(g)
        wait_attached(g, port.tty)
        g.put("/run/s.conf", SECONDS_CONF)
        g.put("/run/c.conf", CHRONY_CONF)
        g.start("chronyd -x -d -f /run/s.conf")
        g.start("chronyd -d -f /run/c.conf")
        g.wait_until(lambda: "#* PPS" in g.run("chronyc -h 127.0.0.1 -n sources", quiet=True).out, 60,
                     "chrony does not select the pulse", interval=1)
        tracking = g.run("chronyc -h 127.0.0.1 -n tracking").out
        assert re.search(r"Stratum\s*: 1$", tracking, re.M), tracking
        assert re.search(r"Leap status\s*: Normal", tracking), tracking
        g.run("pkill chronyd")


@test(guest="full")
def test_receiver_is_made_quiet_beside_ntpd(g):
    port = g.ports["isa1"]
    with restored(g):
        write_table(g, port.tty)
        write_ntp_conf(g)
        reload(g)
        pps = wait_attached(g, port.tty)
        g.run("systemctl start ntpsec", check=True)
        wait_stratum_1(g)
        assert len(port.receiver.stored.sentences) > 1
        before, start = asserts(g, pps), uptime_s(g)
        result = g.run(f"gpsppsctl receiver {port.tty} --sentences RMC --while-running", timeout=60)
        assert result.rc == 0, result
        counted, passed = asserts(g, pps) - before, uptime_s(g) - start
        assert abs(counted - passed) <= 3 + passed / 10, f"{counted} pulses in {passed:.1f} s"
        assert set(port.receiver.stored.sentences) - {"PGRMT"} == {"GPRMC"}, port.receiver.stored.sentences
        wait_stratum_1(g, 10)
