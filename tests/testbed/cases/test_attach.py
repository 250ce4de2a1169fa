# SPDX-License-Identifier: GPL-2.0-or-later
"""attach, detach and the holder in the fast guest: no udev, a real UART and line discipline."""

import contextlib
import os
import re
import signal
import time

from guesttool import put_tool
from testbed import test
from timeserver import uptime_s

HARDPPS_CD = 0x800
LCR, IER = 3, 1
# c_iflag:c_oflag:c_cflag:c_lflag and all c_cc as stty -g has them: IGNBRK|IGNPAR|ICRNL 0405,
# CS8|CREAD|CLOCAL and B4800 04274, ICANON 02
NTPD_4800 = "105:0:8bc:2" + ":0" * 32
# Under a service manager attach does not look for a pulse of its own accord: quicker tests.
QUICK = "NOTIFY_SOCKET=/nonexistent "
# the edges are exact to some tenths of a millisecond, but by far not on a busy machine
WIDE_100 = r"([3-9]\d|[12]\d\d) ms wide on "


# ---- looking at the guest ----

def sysfs(g, port, name):
    return g.run(f"cat /sys/class/tty/{port.tty[5:]}/{name}", check=True, quiet=True).out.strip()


def register(g, port, offset):
    address = int(sysfs(g, port, "port"), 16) + offset
    out = g.run(f"dd if=/dev/port bs=1 skip={address} count=1 2>/dev/null | od -An -tx1",
                check=True, quiet=True).out
    return int(out, 16)


def links(g):
    out = g.run("cd /dev; for l in gps*; do [ -L $l ] && echo $l $(readlink $l); done; true",
                quiet=True).out
    return dict(line.split() for line in out.splitlines())


def pulse_of(g, port):
    out = g.run(f"grep -lx {port.tty} /sys/class/pps/*/path; true", quiet=True).out.split()
    assert len(out) <= 1, out
    return out[0].split("/")[4] if out else None


def edges(g, pps):
    out = g.run(f"cd /sys/class/pps/{pps}; cat assert clear", check=True, quiet=True).out
    return [int(n) for n in re.findall(r"#(\d+)", out)]


def termios(g, port):
    return g.run(f"stty -g -F {port.tty}", check=True, quiet=True).out.strip()


def set_termios(g, port, text):
    """busybox' stty compares fields of libc's own, too, and then complains about nothing."""
    g.run(f"stty -F {port.tty} {text}", quiet=True)
    assert termios(g, port) == text


def state(g, port):
    """All that attach changes and detach has to put back; one command, as it is asked often."""
    name = port.tty[5:]
    ier = int(sysfs(g, port, "port"), 16) + IER
    out = g.run(f"""
        stty -g -F {port.tty}
        cat /sys/class/tty/{name}/flags
        dd if=/dev/port bs=1 skip={ier} count=1 2>/dev/null | od -An -tx1
        echo pps $(grep -lx {port.tty} /sys/class/pps/*/path)
        echo links $(cd /dev; for l in gps*; do [ -L $l ] && readlink -v $l && echo $l; done)
        echo socket $(ls /run/gpsppsctl/ 2>/dev/null | grep {name}.sock)
        echo holder $(pidof gpsppsctl gpsppsctl-hold)""", quiet=True).out.splitlines()
    return {"termios": out[0], "flags": int(out[1], 16) & HARDPPS_CD, "ier": int(out[2], 16),
            "rest": out[3:]}


def ask(g, port, line):
    client = put_tool(g, "control_client", "sys/control.c", "sys/dialout.c")
    return g.run(f"{client} {port.tty[5:]} '{line}'")


def status(g, port):
    r = ask(g, port, "status")
    assert r.rc == 0, r
    return dict(line.split(" ", 1) for line in r.out.splitlines())


# ---- attaching ----

class Attached:
    def __init__(self, g, port, options="", quick=True):
        self.job = g.start(f"{QUICK if quick else ''}exec gpsppsctl attach {port.tty} {options}")
        g.wait_until(lambda: "holding" in self.job.output() or self.job.done, 15,
                     "attach does not hold")
        assert not self.job.done, self.job.result()
        # the holder is in place when it answers
        g.wait_until(lambda: ask(g, port, "status").rc == 0, 5, "no answer from the holder")
        self.pps = pulse_of(g, port)

    def end(self, number=signal.SIGTERM):
        self.job.signal(number)
        return self.job.wait(10)


@contextlib.contextmanager
def attached(g, port, options="", quick=True):
    a = Attached(g, port, options, quick)
    try:
        yield a
    finally:
        if not a.job.done:
            a.end()


@contextlib.contextmanager
def leaves_as_found(g, port):
    before = state(g, port)
    yield
    after = state(g, port)
    # a stale 0x800 of a killed holder (not of ours) is not put back
    before["flags"] &= after["flags"]
    assert after == before, f"{before} became {after}"


def refused(g, port, *texts, options="", rc=2):
    """attach fails with these texts on stderr, says nothing else, and leaves no trace."""
    with leaves_as_found(g, port):
        r = g.run(f"{QUICK}gpsppsctl attach {port.tty} {options}")
        assert r.rc == rc, r
        for text in texts:
            assert text in r.err, r
        for line in r.err.splitlines():
            assert line.startswith("gpsppsctl: "), r
    return r


# ---- the main job ----

@test()
def attach_proves_what_it_says(g):
    port = g.ports["isa2"]
    port.pulse(width_ms=100)
    with leaves_as_found(g, port):
        assert register(g, port, IER) == 0x00
        with attached(g, port, quick=False) as a:
            assert register(g, port, IER) == 0x0d and not register(g, port, LCR) & 0x80
            assert int(sysfs(g, port, "flags"), 16) & HARDPPS_CD
            assert termios(g, port) == NTPD_4800
            assert links(g) == {"gps0": "ttyS2", "gpspps0": a.pps}
            out = a.job.output()
            assert re.fullmatch(
                r"/dev/ttyS2 +16550A at 0x3e8 irq 5, 4800 8N1 \(by default\), termios as ntpd sets them\n"
                rf"/dev/{a.pps} +attached, DCD interrupt on \(IER 0x0d\), first pulse after \d+\.\d\d s, {WIDE_100}assert\n"
                rf"/dev/gps0 -> ttyS2   /dev/gpspps0 -> {a.pps}\n"
                r"holding; Ctrl-C detaches\n", out), out
            r = a.end()
            assert (r.rc, r.err) == (0, ""), r


@test()
def attach_counts_both_edges(g):
    port = g.ports["isa2"]
    port.pulse(width_ms=100)
    with attached(g, port) as a:
        before, since = edges(g, a.pps), uptime_s(g)
        time.sleep(3)
        counted = [b - a for a, b in zip(before, edges(g, a.pps))]
        assert all(2 <= n <= uptime_s(g) - since + 2 for n in counted), counted
        s = status(g, port)
        assert int(s["asserts"]) >= before[0] + 2 and int(s["clears"]) >= before[1] + 2, s
        assert s["port"] == "ttyS2" and s["pps"] == a.pps and s["unit"] == "0", s
        assert s["baud"] == "4800" and s["links"] == "self" and s["termios"] == "405 0 4274 2", s


@test()
def attach_node_and_socket_belong_to_dialout(g):
    port = g.ports["isa2"]
    with attached(g, port) as a:
        out = g.run(f"stat -c '%a %U:%G' /dev/{a.pps} /run/gpsppsctl /run/gpsppsctl/ttyS2.sock").out
        assert out.splitlines() == ["660 root:dialout", "755 root:root", "660 root:dialout"], out


@test()
def detach_returns_when_all_is_back(g):
    port = g.ports["isa2"]
    with leaves_as_found(g, port):
        a = Attached(g, port)
        r = g.run("gpsppsctl detach /dev/gps0")
        assert (r.rc, r.out, r.err) == (0, "", ""), r
        # at once, not a little later
        assert links(g) == {} and pulse_of(g, port) is None and register(g, port, IER) == 0
        assert a.job.wait(5).rc == 0


@test()
def detach_of_a_port_that_is_not_attached(g):
    port = g.ports["isa2"]
    r = g.run(f"gpsppsctl detach {port.tty}")
    assert (r.rc, r.err) == (1, "gpsppsctl: /dev/ttyS2: is not attached by gpsppsctl\n"), r
    g.run(f"ldattach pps {port.tty}", check=True)
    pid = g.run("pidof ldattach", check=True).out.strip()
    r = g.run(f"gpsppsctl detach {port.tty}")
    assert r.rc == 1 and f"held by ldattach[{pid}]\n" in r.err and f"hint: kill {pid}\n" in r.err, r
    assert g.run(f"pidof ldattach").rc == 0
    g.run("pkill ldattach")


@test()
def attach_ends_by_ctrl_c(g):
    port = g.ports["isa2"]
    with leaves_as_found(g, port), attached(g, port) as a:
        assert a.end(signal.SIGINT).rc == 0


@test()
def attach_measures_the_receiver(g):
    """The Garmin's pulse and its burst, by counters; then the holder sleeps."""
    port = g.ports["isa1"]
    g.wait_until(lambda: port.receiver is not None, 5, "no receiver")
    with attached(g, port, "--wait-pulse 60") as a:
        g.wait_until(lambda: "burst" in status(g, port), 30, "nothing measured", interval=1)
        s = status(g, port)
        # 100 ms; an edge that a busy host brings late makes it any part of that
        edge, width_us, age = s["pulse"].split()
        assert edge == "assert" and 10000 < int(width_us) < 300000, s
        first_ms, last_ms, chars, age = (int(n) for n in s["burst"].split())
        assert 0 <= first_ms < last_ms and 100 < chars < 600, s
        pid = s["pid"]
        switches = f"awk '/ctxt/ {{ n += $2 }} END {{ print n }}' /proc/{pid}/status"
        before = int(g.run(switches).out)
        time.sleep(10)		# ten pulses and hundreds of characters, nothing wakes it
        assert int(g.run(switches).out) - before <= 4
        assert a.end().rc == 0


# ---- unit, speed ----

@test()
def attach_takes_unit_and_speed_from_the_table(g):
    port = g.ports["isa3"]
    g.put("/etc/gpsppsctl.conf", "3 ttyS3 baud=9600\n1 /dev/ttyS1\n")
    try:
        with attached(g, port) as a:
            assert links(g) == {"gps3": "ttyS3", "gpspps3": a.pps}
            assert "9600 8N1 (from the table)" in a.job.output()
            assert port.baud == 9600
        refused(g, port, "unit 1: line 1 of /etc/gpsppsctl.conf says unit 3", options="--unit 1")
        other = g.ports["isa2"]
        refused(g, other, "gives it to /dev/ttyS1", "--unit N", options="--unit 1")
        with attached(g, port, "--baud 19200") as a:
            assert "19200 8N1 (by --baud)" in a.job.output()
    finally:
        g.run("rm /etc/gpsppsctl.conf")


@test()
def attach_takes_the_speed_from_ntp_conf(g):
    port = g.ports["isa2"]
    g.put("/etc/ntp.conf", "server 127.127.20.2 mode 0x51 # 115200\nserver 127.127.20.1 mode 17\n")
    try:
        r = g.run(f"{QUICK}gpsppsctl attach {port.tty} --unit 1 --once")
        assert r.rc == 0 and "9600 8N1 (from /etc/ntp.conf)" in r.out, r
        r = g.run(f"{QUICK}gpsppsctl attach {port.tty} --unit 0 --once")
        assert "4800 8N1 (by default)" in r.out, r
    finally:
        g.run("rm /etc/ntp.conf")


# ---- who else has the port ----

@test()
def attach_twice_names_the_holder(g):
    port = g.ports["isa2"]
    with attached(g, port):
        pid = status(g, port)["pid"]
        r = g.run(f"gpsppsctl attach {port.tty} --unit 1")
        assert r.rc == 2 and f"/dev/ttyS2: held by gpsppsctl[{pid}]\n" in r.err, r
        assert g.run(f"cat /proc/{pid}/comm").out == "gpsppsctl\n"
        assert "hint: gpsppsctl detach ttyS2\n" in r.err, r
        assert status(g, port)["pid"] == pid and links(g)["gps0"] == "ttyS2"
        # and of two at the same moment on a free port one wins
        other = g.ports["isa3"]
        jobs = [g.start(f"{QUICK}exec gpsppsctl attach {other.tty} --unit 1") for _ in range(3)]
        g.wait_until(lambda: sum(j.done for j in jobs) == 2, 15, "not two of three are refused")
        losers = [j.wait(1) for j in jobs if j.done]
        assert all(r.rc == 2 and ("held by" in r.err or "is attaching it" in r.err)
                   for r in losers), losers
        g.run(f"gpsppsctl detach {other.tty}", check=True)


@test()
def attach_refuses_a_busy_port(g):
    """A login prompt, gpsd, ModemManager, ldattach: by the name of the process."""
    port = g.ports["isa2"]
    g.run("mkdir -p /tmp/busy")
    for name, text in (("agetty", "systemctl disable --now serial-getty@ttyS2"),
                       ("gpsd", "systemctl stop gpsd.socket"),
                       ("ModemManager", "systemctl stop ModemManager"),
                       ("ldattach", "it has the port attached"),
                       ("minicom", "another program uses the port")):
        g.put(f"/tmp/busy/{name}", f"#!/bin/sh\nexec 3<>{port.tty}\necho open\nread x\n", mode=0o755)
        job = g.start(f"sleep 1000 | exec /tmp/busy/{name}")
        g.wait_until(lambda: "open" in job.output(), 5, "the port is not opened")
        before = termios(g, port)
        r = g.run(f"gpsppsctl attach {port.tty}")
        assert r.rc == 2 and re.search(rf"/dev/ttyS2: held by {name}\[\d+\]: ", r.err), r
        assert text in r.err and "hint: " in r.err, r
        assert termios(g, port) == before and pulse_of(g, port) is None and links(g) == {}
        job.signal(signal.SIGKILL)
        job.wait(5)


@test()
def attach_beside_ntpd(g):
    port = g.ports["isa2"]
    g.put("/tmp/ntpd", f"#!/bin/sh\nexec 3<>{port.tty}\necho open\nread x\n", mode=0o755)
    job = g.start("sleep 1000 | exec /tmp/ntpd")
    g.wait_until(lambda: "open" in job.output(), 5, "the port is not opened")
    with attached(g, port) as a:
        assert re.search(r"ntpd\[\d+\] had the port open before: restart it", a.job.output())
    # it has the port still: what is left is not the closed port's 00
    assert register(g, port, IER) == 0x05
    job.signal(signal.SIGKILL)
    job.wait(5)


@test(append="console=ttyS3,115200 console=hvc0")
def attach_refuses_the_console(g):
    r = g.run("gpsppsctl attach ttyS3")
    assert r.rc == 2 and "/dev/ttyS3: the kernel's console is on the port" in r.err, r
    assert "console=ttyS3" in r.err, r


# ---- failing steps ----

@test()
def attach_without_a_uart(g):
    port = g.ports["isa2"]
    g.run(f"setserial {port.tty} uart none", check=True)
    try:
        r = g.run(f"gpsppsctl attach {port.tty}")
        assert r.rc == 2 and "/dev/ttyS2: cannot attach: there is no UART behind it" in r.err, r
        assert links(g) == {} and pulse_of(g, port) is None
    finally:
        g.run(f"setserial {port.tty} uart 16550A", check=True)


@test()
def attach_without_the_line_discipline(g):
    port = g.ports["isa2"]
    module = g.run("find /lib/modules -name 'pps-ldisc.ko*'", check=True).out.strip()
    g.run(f"rmmod pps_ldisc 2>/dev/null; mv {module} /tmp/; depmod -a")
    try:
        refused(g, port, "gpsppsctl: /dev/ttyS2: cannot set line discipline: Invalid argument\n",
                "gpsppsctl: hint: ")
    finally:
        g.run(f"mv /tmp/{os.path.basename(module)} {module}; depmod -a", check=True)
    assert g.run(f"{QUICK}gpsppsctl attach {port.tty} --once").rc == 0


@test()
def attach_with_something_in_the_way(g):
    port = g.ports["isa2"]
    for what in ("ln -s ttyS3 /dev/gps0", "touch /dev/gps0"):
        g.run(what, check=True)
        refused(g, port, "/dev/gps0: this is there already", "--unit N")
        g.run("rm /dev/gps0")
    # this one is only met after the attachment
    g.run("touch /dev/gpspps0", check=True)
    refused(g, port, "/dev/gpspps0: this is there already")
    assert g.run("test -f /dev/gpspps0").rc == 0
    g.run("rm /dev/gpspps0")


@test()
def attach_without_a_place_for_its_socket(g):
    port = g.ports["isa2"]
    g.run("rm -rf /run/gpsppsctl; touch /run/gpsppsctl", check=True)
    try:
        refused(g, port, "/run/gpsppsctl: cannot make the control socket: Not a directory")
    finally:
        g.run("rm /run/gpsppsctl")


@test()
def attach_without_a_holder(g):
    port = g.ports["isa2"]
    hold = "/usr/libexec/gpsppsctl/gpsppsctl-hold"
    g.run(f"mv {hold} /tmp/hold", check=True)
    try:
        refused(g, port, "gpsppsctl: gpsppsctl-hold: cannot hold a port: No such file or directory")
        # it is there and cannot be run: found out at the very end, when all is attached
        g.put(hold, b"\x7fELF nonsense", mode=0o755)
        refused(g, port, "/gpsppsctl-hold: cannot run: Exec format error")
        refused(g, port, "/gpsppsctl-hold: cannot start it as a daemon: Exec format error",
                options="--daemon")
        # one that runs and ends at once never answers
        g.put(hold, "#!/bin/sh\nexit 7\n", mode=0o755)
        refused(g, port, "cannot start it as a daemon", options="--daemon")
    finally:
        g.run(f"mv /tmp/hold {hold}", check=True)


@test()
def attach_when_the_uart_does_not_obey(g):
    """IER is put back behind the driver's back as soon as it is set: the UART has the last word."""
    port = g.ports["isa2"]
    address = int(sysfs(g, port, "port"), 16) + IER
    job = g.start("while :; do printf '\\005' | dd of=/dev/port bs=1 seek=%d conv=notrunc; done "
                  "2>/dev/null" % address)
    try:
        g.wait_until(lambda: register(g, port, IER) == 0x05, 5, "nobody meddles")
        # slowed down between its calls, attach meets the register as the loop leaves it
        r = g.run(f"{QUICK}strace -f --seccomp-bpf -o /dev/null -e trace=ioctl -e inject=ioctl:delay_exit=300000 "
                  f"gpsppsctl attach {port.tty} --once")
        assert r.rc == 2 and "the UART's DCD interrupt is off: IER 0x05, bit 3 is clear" in r.err, r
    finally:
        job.signal(signal.SIGKILL)
        job.wait(5)
    assert links(g) == {} and pulse_of(g, port) is None
    assert not int(sysfs(g, port, "flags"), 16) & HARDPPS_CD


@test()
def attach_leaves_as_found_whichever_call_fails(g):
    """Each ioctl on the port made to fail once, by strace: in the real kernel nothing stays."""
    port = g.ports["isa2"]
    once = f"gpsppsctl attach {port.tty} --once"
    g.run(f"stty -F {port.tty} sane 19200 cstopb crtscts", check=True)	# nobody's default
    wanted = termios(g, port)
    g.run(QUICK + once, check=True)	# clears a stale flag
    assert termios(g, port) == wanted != NTPD_4800
    trace = g.run(f"{QUICK}strace -e trace=ioctl {once} 2>&1", check=True).out
    calls = len(re.findall(r"^ioctl\(", trace, re.M))
    assert calls >= 10, trace
    found = state(g, port)
    failed = 0
    for n in range(1, calls + 1):
        r = g.run(f"{QUICK}strace -f --seccomp-bpf -o /dev/null -e trace=ioctl "
                  f"-e inject=ioctl:error=ENOMEM:when={n} {once}")
        now = state(g, port)
        assert r.rc in (0, 2), r
        if "cannot put the port back" in r.err:
            # a failure of the putting back itself is told, and all else is put back
            assert r.rc == 2 and "as it was" not in r.out, r
            set_termios(g, port, found["termios"])
            g.run(QUICK + once)
            now = state(g, port)
        assert now == found, f"call {n}: {found} became {now}\n{r}"
        failed += r.rc == 2
    assert failed >= 8, failed


# ---- once, daemon, wait-pulse ----

@test()
def attach_once(g):
    port = g.ports["isa2"]
    port.pulse(width_ms=20)
    with leaves_as_found(g, port):
        r = g.run(f"gpsppsctl attach {port.tty} --once --wait-pulse 5")
        assert r.rc == 0 and re.search(r" 1?\d?\d ms wide on assert", r.out) and r.err == "", r
        assert r.out.endswith("detached: the port is as it was\n"), r


@test()
def attach_reports_an_inverted_pulse(g):
    port = g.ports["isa2"]
    port.pulse(width_ms=100, inverted=True)
    r = g.run(f"gpsppsctl attach {port.tty} --once")
    assert r.rc == 0 and re.search(WIDE_100 + "clear", r.out), r


@test()
def attach_waits_for_a_pulse(g):
    port = g.ports["isa2"]
    refused(g, port, "/dev/ttyS2: no pulse within 2 s", "hint: gpsppsctl diag /dev/ttyS2",
            options="--once --wait-pulse 2", rc=1)
    refused(g, port, "/dev/ttyS2: no pulse within 2 s", options="--daemon --wait-pulse 2", rc=1)
    # in the foreground it is told, and the port is held
    with leaves_as_found(g, port), attached(g, port, "--wait-pulse 1") as a:
        assert "no pulse within 1 s" in a.job.errors() and "no pulse yet" in a.job.output()
        assert status(g, port)["asserts"] == "0"


@test()
def attach_stops_waiting_on_a_signal(g):
    port = g.ports["isa2"]
    for options, rc in (("", 0), ("--once", 1), ("--daemon", 1)):
        with leaves_as_found(g, port):
            job = g.start(f"exec gpsppsctl attach {port.tty} --wait-pulse 900 {options}")
            g.wait_until(lambda: len(links(g)) == 2, 10, "not attached")
            time.sleep(0.5)
            job.signal(signal.SIGTERM)
            assert job.wait(10).rc == rc


@test()
def attach_as_a_daemon(g):
    port = g.ports["isa2"]
    port.pulse(width_ms=100)
    with leaves_as_found(g, port):
        r = g.run(f"gpsppsctl attach {port.tty} --daemon --wait-pulse 5")
        assert r.rc == 0 and r.err == "", r
        pid = re.search(r"held by gpsppsctl\[(\d+)\]; gpsppsctl detach ttyS2", r.out)[1]
        s = status(g, port)		# it answers as soon as the command has returned
        assert s["pid"] == pid and links(g)["gps0"] == "ttyS2", s
        stat = g.run(f"cat /proc/{pid}/stat").out.rsplit(")", 1)[1].split()
        assert stat[1] == "1" and stat[3] != stat[0] and stat[4] == "0", stat  # init's, no terminal
        assert g.run(f"readlink /proc/{pid}/cwd").out == "/\n"
        fds = g.run(f"ls -l /proc/{pid}/fd").out
        assert fds.count("/dev/null") == 3 and fds.count(port.tty) == 1, fds
        g.run(f"kill -HUP {pid}")	# means nothing to a daemon
        assert status(g, port)["pid"] == pid
        g.run("gpsppsctl detach ttyS2", check=True)


# ---- trouble while holding ----

@test()
def holder_killed_and_attached_again(g):
    port = g.ports["isa2"]
    port.pulse(width_ms=100)
    before = state(g, port)
    a = Attached(g, port)
    a.end(signal.SIGKILL)
    assert pulse_of(g, port) is None and links(g)["gps0"] == "ttyS2"	# left behind
    assert g.run("test -S /run/gpsppsctl/ttyS2.sock").rc == 0
    r = g.run("gpsppsctl detach ttyS2")
    assert (r.rc, r.err) == (1, "gpsppsctl: /dev/ttyS2: is not attached by gpsppsctl\n"), r
    assert "gpsppsctl" not in g.run("gpsppsctl list ttyS2").out
    # meanwhile another port has got the pulse's number
    other = Attached(g, g.ports["isa3"], "--unit 1")
    with attached(g, port) as a:
        assert links(g)["gpspps0"] == a.pps != other.pps
        g.wait_until(lambda: edges(g, a.pps)[0] > 0, 5, "no pulses")
    other.end()
    assert links(g) == {} and pulse_of(g, port) is None
    assert state(g, port)["rest"] == before["rest"]
    # what a killed holder leaves of the termios is all that nobody can put back
    assert termios(g, port) == NTPD_4800
    set_termios(g, port, before["termios"])


@test()
def holder_killed_while_ntpd_has_the_port(g):
    """N_PPS stays with the open port: it is adopted, and gone after a detach."""
    port = g.ports["isa2"]
    found = termios(g, port)
    a = Attached(g, port)
    g.put("/tmp/ntpd", f"#!/bin/sh\nexec 3<>{port.tty}\necho open\nread x\n", mode=0o755)
    job = g.start("sleep 1000 | exec /tmp/ntpd")
    g.wait_until(lambda: "open" in job.output(), 5, "the port is not opened")
    a.end(signal.SIGKILL)
    assert pulse_of(g, port) == a.pps
    with attached(g, port) as b:
        assert b.pps == a.pps and register(g, port, IER) == 0x0d
    assert pulse_of(g, port) is None and register(g, port, IER) == 0x05
    job.signal(signal.SIGKILL)
    job.wait(5)
    set_termios(g, port, found)


@test()
def holder_ends_by_a_hang_up(g):
    port = g.ports["pci1"]
    port.plug()
    with contextlib.ExitStack() as stack:
        stack.callback(lambda: port.plugged and port.unplug())
        a = Attached(g, port, "--unit 5")
        name = port.tty
        port.unplug()
        r = a.job.wait(5)
        assert r.rc == 3 and r.err == f"gpsppsctl: {name}: the port went away (hang-up)\n", r
        assert links(g) == {} and g.run("ls /run/gpsppsctl/*.sock").out == ""


@test()
def port_that_goes_away_while_waiting(g):
    port = g.ports["pci1"]
    port.plug()
    job = g.start(f"exec gpsppsctl attach {port.tty} --unit 5 --once --wait-pulse 60")
    g.wait_until(lambda: len(links(g)) == 2, 10, "not attached")
    time.sleep(0.5)
    port.unplug()
    r = job.wait(5)
    assert r.rc == 3 and "the port went away" in r.err and links(g) == {}, r


@test()
def holder_lets_one_client_work_on_the_port(g):
    """pause holds others off; when its client dies the port is in ntpd's mode again."""
    port = g.ports["isa2"]
    with attached(g, port):
        status(g, port)
        job = g.start("exec /tmp/control_client ttyS2 pause 100")
        g.wait_until(lambda: "ok" in job.output(), 5, "no answer to pause")
        assert "paused" in status(g, port)
        r = ask(g, port, "pause")
        assert "somebody else works on the port" in r.out or r.rc, r
        g.run(f"stty -F {port.tty} raw 9600", check=True)
        job.signal(signal.SIGKILL)
        g.wait_until(lambda: "paused" not in status(g, port), 5, "still paused")
        assert termios(g, port) == NTPD_4800


# ---- where udev makes the links ----

def by_udev(g, path):
    """Is this link in udev's database, not just in /dev?"""
    return g.run(f"udevadm info --query=symlink {path}", quiet=True).out.split()


@test(guest="full")
def attach_by_udev_without_a_table(g):
    port = g.ports["isa2"]
    port.pulse(width_ms=100)
    with leaves_as_found(g, port):
        with attached(g, port, "--unit 7", quick=False) as a:
            assert f"/dev/gps7 -> ttyS2   /dev/gpspps7 -> {a.pps}\n" in a.job.output()
            assert status(g, port)["links"] == "udev"
            assert "gps7" in by_udev(g, port.tty) and "gpspps7" in by_udev(g, f"/dev/{a.pps}")
            out = g.run(f"stat -c '%a %U:%G' {port.tty} /dev/{a.pps}").out
            assert out.splitlines() == ["660 root:dialout"] * 2, out
            assert "gpsppsctl@" not in g.run("systemctl list-units --all 'gpsppsctl@*'").out
            g.run(f"gpsppsctl detach {port.tty}", check=True)
            assert "gps7" not in links(g)	# at once
            assert a.job.wait(5).rc == 0
        assert g.run("ls /run/gpsppsctl/units.d").out == ""


@test(guest="full")
def attach_by_udev_that_does_not_make_the_links(g):
    port = g.ports["isa2"]
    g.put("/etc/udev/rules.d/61-gpsppsctl.rules", "# replaced by nothing\n")
    g.run("udevadm control --reload", check=True)
    try:
        refused(g, port, "/dev/gps7: udev did not make the link within 5 s",
                "hint: udevadm control --reload; udevadm trigger /dev/ttyS2", options="--unit 7")
    finally:
        g.run("rm /etc/udev/rules.d/61-gpsppsctl.rules; udevadm control --reload", check=True)


@test(guest="full")
def holder_is_ready_for_systemd_when_the_links_are(g):
    port = g.ports["isa2"]
    with leaves_as_found(g, port):
        g.run(f"systemd-run --unit held -p Type=notify gpsppsctl attach {port.tty} --unit 7",
              check=True)
        assert links(g)["gps7"] == "ttyS2" and links(g)["gpspps7"] == pulse_of(g, port)
        out = g.run("systemctl show held -p StatusText -p MainPID").out
        assert f"MainPID={status(g, port)['pid']}\n" in out, out	# exec'd, not forked
        assert "/dev/ttyS2 attached as /dev/gps7, /dev/gpspps7" in out, out
        g.run("systemctl stop held", check=True)
        assert g.run("systemctl is-failed held").rc != 0
        g.wait_until(lambda: "gps7" not in links(g), 5, "/dev/gps7 stays")


@test(guest="full")
def attach_and_detach_without_the_right(g):
    port = g.ports["isa2"]
    nobody = "setpriv --reuid 65534 --regid 65534 --clear-groups"
    g.run("rm -rf /run/gpsppsctl")
    r = g.run(f"{nobody} gpsppsctl attach {port.tty}")
    assert r.rc == 2 and "/run/gpsppsctl: cannot make the control socket: Permission denied" in r.err, r
    assert "hint: run it as root: sudo gpsppsctl attach ttyS2" in r.err, r
    with attached(g, port):
        r = g.run(f"{nobody} gpsppsctl detach {port.tty}")
        assert r.rc == 2 and "/dev/ttyS2: cannot ask its holder: Permission denied" in r.err, r
        assert "not in group dialout" in r.err, r
        r = g.run(f"{nobody} gpsppsctl attach {port.tty} --unit 1")
        assert r.rc == 2 and "gpsppsctl: " in r.err, r
        # the group is enough
        g.run(f"setpriv --reuid 65534 --regid dialout --clear-groups gpsppsctl detach {port.tty}", check=True)
