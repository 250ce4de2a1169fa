# SPDX-License-Identifier: GPL-2.0-or-later
"""The testbed's own tests: what the others build on."""

import os
import re
import statistics
import time

from testbed import PlainReceiver, Skip, TimedOut, test
from timeserver import uptime_s

ATTACH = """
ldattach -s 4800 pps {0} || exit
for try in 1 2 3 4 5 6 7 8 9 10; do
	grep -lx {0} /sys/class/pps/*/path && exit
	sleep 0.1
done
"""
# a UART's registers by offset
IER, MSI = 1, 0x08


def attach(g, port):
    """Attach N_PPS; the source's directory in sysfs."""
    path = g.run(ATTACH.format(port.tty), check=True).out.strip()
    assert path
    return path.removesuffix("/path")


def stamp(g, path):
    """A stamp of sysfs as (seconds, count)."""
    text = g.run("cat " + path, check=True).out
    seconds, count = text.strip().split("#")
    return float(seconds), int(count)


def edges(g, source):
    assert_s, asserts = stamp(g, source + "/assert")
    clear_s, clears = stamp(g, source + "/clear")
    return assert_s, asserts, clear_s, clears


@test(fresh=True)
def fast_guest_boots(g):
    assert g.run("cat /proc/1/comm").out == "agent\n"
    assert "pps_ldisc" not in g.run("cat /proc/modules").out
    assert g.run("ls /dev/ttyS1 /dev/ttyS2 /dev/ttyS3").rc == 0
    assert "hvc0" in g.run("cat /proc/consoles").out
    assert "ttyS" not in g.run("cat /proc/consoles").out


@test()
def agent_tells_out_err_and_rc(g):
    r = g.run("echo out; echo err >&2; exit 3")
    assert (r.rc, r.out, r.err) == (3, "out\n", "err\n")
    assert g.run("kill -9 $$").rc == -9
    assert g.run("no_such_command").rc == 127
    assert len(g.run("head -c 1000000 /dev/zero").out) == 1000000


@test()
def agent_runs_jobs_side_by_side(g):
    jobs = [g.start("echo %d; exec sleep 600" % n) for n in range(4)]
    g.wait_until(lambda: all(j.output() for j in jobs), 5, "no output yet")
    assert [j.output() for j in jobs] == ["0\n", "1\n", "2\n", "3\n"]
    assert not any(j.done for j in jobs)
    for job in jobs:
        job.signal(15)
    assert [j.wait(10).rc for j in jobs] == [-15] * 4


@test()
def agent_sends_signals_to_the_group(g):
    job = g.start("trap 'echo got it; exit 5' INT; echo ready; sleep 60 & wait")
    g.wait_until(lambda: job.output(), 5, "the job does not start")
    job.signal(2)
    r = job.wait(5)
    assert (r.rc, r.out) == (5, "ready\ngot it\n")


@test()
def agent_carries_files(g):
    data = bytes(range(256)) * 5000
    g.put("/run/some file", data, 0o777)
    assert g.get("/run/some file") == data
    assert g.run("stat -c %a '/run/some file'").out == "777\n"
    try:
        g.get("/run/nothing here")
    except FileNotFoundError:
        return
    raise AssertionError("no error for a file that is not there")


@test()
def hang_ends_at_its_deadline(g):
    start = time.monotonic()
    try:
        g.run("echo before; sleep 1000; true", timeout=1)
    except TimedOut as e:
        assert "before" in str(e)
    else:
        raise AssertionError("no TimedOut")
    assert time.monotonic() - start < 60
    g.wait_until(lambda: g.run("pgrep sleep").rc == 1, 2, "sleep goes on")
    assert g.alive()


@test()
def opening_a_port_gives_no_controlling_terminal(g):
    port = g.ports["isa2"]
    source = attach(g, port)
    g.run("exec head -c 0 %s" % port.tty, check=True)
    assert g.run("ls %s" % source).rc == 0


@test()
def ports_are_clean_between_tests_1(g):
    g.ports["isa2"].pulse()
    g.ports["isa2"].level("cts", 0)
    g.ports["isa2"].write(b"left over")
    g.ports["isa3"].attach_receiver(PlainReceiver)
    g.ports["isa1"].receiver.baud = 9600
    g.ports["pci2"].plug()
    g.start("sleep 1000")


@test()
def ports_are_clean_between_tests_2(g):
    tty = g.ports["isa2"].tty
    assert g.run("pgrep sleep").rc == 1
    assert g.run("timeout 0.3 cat %s" % tty).out == ""
    assert g.ports["isa3"].receiver is None
    assert g.ports["isa1"].receiver.baud == 4800
    assert not g.ports["pci2"].plugged
    seen = g.run("exec < %s; grep '^2:' /proc/tty/driver/serial" % tty).out
    assert set(seen.split()[-1].split("|")) == {"RTS", "DTR", "CTS", "DSR"}


def expect_the_hosts_clock(g):
    """As well as can be told: the way there and back may take longer on one of the two."""
    delay_ns, offset_ns = min(g._measure_clock() for _ in range(8))
    assert abs(offset_ns) < 20e6 + delay_ns, (delay_ns, offset_ns)


def settles(g, what, true):
    """True of one of many looks: a busy host is late with some edges."""
    g.wait_until(true, 10, what, interval=0.3)


@test()
def clock_is_the_hosts(g):
    before = int(time.time() - 0.05)
    assert before <= int(g.run("date +%s").out) <= time.time() + 0.05
    expect_the_hosts_clock(g)


@test()
def pulses_are_counted_and_exact(g):
    port = g.ports["isa2"]
    port.pulse(width_ms=100)
    source = attach(g, port)
    _, before, _, _ = edges(g, source)
    since = uptime_s(g)
    time.sleep(4)
    asserts = edges(g, source)[1]
    assert 3 <= asserts - before <= uptime_s(g) - since + 2

    def exact():
        # the guest's second is the host's to some ms; the width is one clock's
        assert_s, _, clear_s, _ = edges(g, source)
        return min(assert_s % 1, 1 - assert_s % 1) < 0.05 and 0.09 < (clear_s - assert_s) % 1 < 0.12

    settles(g, "no exact pulse", exact)


def spread_ms(g, source, pulses):
    """The median deviation of pulses each 250 ms from their middle."""
    stamps = set()
    for _ in range(pulses):
        time.sleep(0.25)
        stamps.add(stamp(g, source + "/assert")[0] % 0.25 * 1000)
    middle = statistics.median(stamps)
    return statistics.median(abs(s - middle) for s in stamps)


@test()
def edges_are_exact_or_sampled(g):
    port = g.ports["isa2"]
    port.pulse(period_ms=250, width_ms=50, phase_ms=125)
    source = attach(g, port)
    settles(g, "no exact pulses", lambda: spread_ms(g, source, 10) < 1)
    port.exact = False
    settles(g, "no sampled pulses", lambda: spread_ms(g, source, 10) > 1)


@test()
def jitter_moves_the_pulses(g):
    port = g.ports["isa2"]
    port.pulse(period_ms=250, width_ms=50, phase_ms=125, jitter_us=40000)
    source = attach(g, port)
    settles(g, "no jitter", lambda: 5 < spread_ms(g, source, 10) < 40)


@test()
def pulse_has_width_phase_and_polarity(g):
    port = g.ports["isa2"]
    port.pulse(period_ms=500, width_ms=200, phase_ms=250, inverted=True)
    source = attach(g, port)
    _, before, _, _ = edges(g, source)
    since = uptime_s(g)
    time.sleep(3)
    asserts = edges(g, source)[1]
    assert 4 <= asserts - before <= 2 * (uptime_s(g) - since) + 2

    def as_made():
        # inverted: low from 250 to 450 ms, so it rises at 450 and falls at 250
        assert_s, _, clear_s, _ = edges(g, source)
        return 0.42 < assert_s % 0.5 < 0.5 and 0.22 < clear_s % 0.5 < 0.30

    settles(g, "not the phase and the polarity", as_made)


@test()
def pulses_go_missing_double_and_stuck(g):
    port = g.ports["isa2"]
    source = attach(g, port)

    def per_s(seconds):
        before, since = stamp(g, source + "/assert")[1], uptime_s(g)
        time.sleep(seconds)
        return (stamp(g, source + "/assert")[1] - before) / (uptime_s(g) - since)

    port.pulse(period_ms=250, width_ms=50, miss_every=2)
    settles(g, "not every second one", lambda: 1.5 < per_s(3) < 2.5)
    port.pulse(period_ms=250, width_ms=50)
    port.miss(1000000)
    settles(g, "not missing", lambda: per_s(1) == 0)
    port.pulse(period_ms=500, width_ms=50, extra_ms=200)
    settles(g, "not double", lambda: 3.3 < per_s(3) < 4.7)
    port.level("dcd", 1)
    settles(g, "not stuck", lambda: per_s(0.5) == 0)


@test()
def lines_reach_the_guest(g):
    port = g.ports["isa2"]
    for line, name in (("dcd", "CD"), ("ri", "RI"), ("cts", "CTS"),
                       ("dsr", "DSR")):
        for level in (1, 0):
            port.level(line, level)

            def is_seen():
                seen = g.run("grep '^%s:' /proc/tty/driver/serial" % port.tty[-1]).out
                return ("|" + name in seen.replace(" ", "|")) == bool(level)

            g.wait_until(is_seen, 5, "%s is not %d" % (name, level), interval=0.03)


def close_for_good(g, port):
    """Whoever had it last may have left HUPCL off (as ntpd does): then RTS and DTR stay."""
    g.run("stty -F %s hupcl" % port.tty, check=True)


@test()
def outputs_and_speed_are_seen(g):
    port = g.ports["isa2"]
    close_for_good(g, port)
    assert port.outputs == (False, False)
    assert port.baud == 0
    job = g.start("stty -F %s 9600 raw && exec sleep 30 < %s" %
                  (port.tty, port.tty))
    g.wait_until(lambda: port.outputs == (True, True), 5, "not opened")
    g.wait_until(lambda: port.baud == 9600, 5, "no 9600 baud")
    job.signal(15)
    job.wait(5)
    g.wait_until(lambda: port.outputs == (False, False), 5, "not closed")


@test()
def bytes_pass_both_ways(g):
    port = g.ports["isa2"]
    g.run("stty -F %s 9600 raw -echo" % port.tty, check=True)
    job = g.start("head -c 5 %s" % port.tty)
    g.wait_until(lambda: port.baud, 5, "not opened")
    time.sleep(0.5)
    port.write(b"hello")
    assert job.wait(5).out == "hello"
    g.run("echo world > %s" % port.tty, check=True)
    assert port.read(20).startswith(b"world")


@test()
def closed_port_loses_what_arrives(g):
    port = g.ports["isa2"]
    # whatever another test has left: at a low speed, or echoed, bytes would take their time
    g.run("stty -F %s 9600 raw -echo -crtscts" % port.tty, check=True)
    close_for_good(g, port)
    port.write(b"old" * 300)
    time.sleep(0.1)
    # busybox's cat would wait for the port in sendfile(), where it has the pipe to the agent locked
    job = g.start("exec 5<>%s; stty raw -echo <&5; echo opened; exec dd bs=64 <&5" % port.tty)
    g.wait_until(lambda: "opened" in job.output(), 5, "not opened")
    port.write(b"new")
    g.wait_until(lambda: "new" in job.output(), 5, "nothing arrives")
    # the UART's own FIFO may keep its 16 bytes
    assert len(job.output()) <= len("opened\nnew") + 2 * 16


@test()
def ports_are_cross_wired(g):
    a, b = g.ports["isa2"], g.ports["isa3"]
    a.cross("dcd", b, "dtr")
    source = attach(g, a)
    assert stamp(g, source + "/assert")[1] == 0
    for n in range(1, 4):
        # QEMU looks each 10 ms, on a busy host less often: a shorter pulse may be lost
        g.run("sleep 0.3 < %s" % b.tty, check=True)
        g.wait_until(lambda: stamp(g, source + "/assert")[1] == n, 3,
                     "no pulse from the other port")
        g.wait_until(lambda: stamp(g, source + "/clear")[1] == n, 3, "no end of the pulse")


@test()
def pci_port_comes_and_goes(g):
    port = g.ports["pci1"]
    for _ in range(2):
        assert port.tty is None
        port.plug()
        port.pulse(period_ms=200, width_ms=50)
        source = attach(g, port)
        g.wait_until(lambda: stamp(g, source + "/assert")[1] > 3, 5,
                     "no pulses on %s" % port.tty)
        port.unplug()
        g.wait_until(lambda: g.run("ls %s" % source).rc != 0, 5, "the source stays")
        g.run("pkill ldattach")


@test()
def serial_trace_sees_the_interrupt_enabled(g):
    port = g.ports["isa2"]
    with g.trace_serial() as events:
        attach(g, port)
    assert any(addr == IER and value & MSI for addr, value in events)
    with g.trace_serial() as events:
        time.sleep(0.5)
    assert events == []


@test()
def garmin_talks_on_ttyS1(g):
    g.run("stty -F /dev/ttyS1 4800 raw", check=True)
    out = g.run("timeout 20 grep -m1 'GPRMC.*,A,' /dev/ttyS1").out
    assert re.search(r"\$GPRMC,\d{6},A,", out)


@test()
def receiver_can_be_attached(g):
    port = g.ports["isa3"]
    port.attach_receiver(PlainReceiver)
    source = attach(g, port)
    out = g.run("timeout 20 grep -m1 'GPRMC.*,A,' %s" % port.tty).out
    assert re.search(r"\$GPRMC,\d{6},A,", out)
    g.wait_until(lambda: stamp(g, source + "/assert")[1] >= 2, 5, "no pulses")


# A boot of its own: behind 20 minutes of other tests a reset may end in firmware that never
# comes to the kernel; behind a boot it has not yet.
@test(fresh=True)
def fast_guest_reboots(g):
    g.put("/run/before", "x")
    g.reboot()
    assert g.run("ls /run/before").rc != 0
    expect_the_hosts_clock(g)


@test(append="testbed_word=1")
def words_reach_the_command_line(g):
    assert "testbed_word=1" in g.run("cat /proc/cmdline").out


@test(guest="full")
def full_guest_boots(g):
    assert g.run("cat /proc/1/comm").out == "systemd\n"
    r = g.run("for p in ntpd chronyd gpsd ldattach setserial strace udevadm;"
              " do command -v $p || echo no $p; done")
    assert "no " not in r.out
    assert g.run("pgrep -x 'ntpd|chronyd|gpsd'").rc == 1
    assert g.run("stat -c %G /dev/ttyS1").out == "dialout\n"


def staged_files(g):
    """The guest's paths of what it was told to install."""
    if not g.install:
        raise Skip("nothing to install (--install)")
    for top, _, files in os.walk(g.install):
        for name in files:
            yield "/" + os.path.relpath(os.path.join(top, name), g.install)


@test()
def program_is_installed_in_the_fast_guest(g):
    for path in staged_files(g):
        assert g.run("ls '%s'" % path).rc == 0


@test(guest="full")
def program_is_installed_in_the_full_guest(g):
    for path in staged_files(g):
        assert g.run("ls '%s'" % path).rc == 0


@test(guest="full")
def full_guest_sees_pulses(g):
    source = attach(g, g.ports["isa1"])
    g.wait_until(lambda: stamp(g, source + "/assert")[1] >= 2, 5, "no pulses")

    def on_time():
        assert_s = stamp(g, source + "/assert")[0]
        return min(assert_s % 1, 1 - assert_s % 1) < 0.05

    settles(g, "no pulse is on time", on_time)


@test(guest="full")
def udev_sees_a_pci_port_come_and_go(g):
    port = g.ports["pci1"]
    port.plug()
    g.run("udevadm settle", check=True)
    assert g.run("stat -c %%G %s" % port.tty).out == "dialout\n"
    assert "pci" in g.run("udevadm info -q path -n %s" % port.tty).out
    port.unplug()


@test(guest="full", long=True)
def full_guest_keeps_its_disk_over_a_reboot(g):
    g.put("/var/lib/before", "x")
    g.put("/run/before", "x")
    g.reboot()
    assert g.get("/var/lib/before") == b"x"
    assert g.run("ls /run/before").rc != 0
