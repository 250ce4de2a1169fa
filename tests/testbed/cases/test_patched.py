# SPDX-License-Identifier: GPL-2.0-or-later
"""
Debian's ldattach with the patches of patches/util-linux, in the real kernel; the guest's own
ldattach, without them, shows each time that the test can fail.
"""

import contextlib
import os
import re
import signal
import tempfile
import time

from debsource import Source, patches
from holding import attach, read_ier
from patchedldattach import NAME, built
from testbed import Skip, Unfetched, test
from timeserver import ntpd_writes, restored, write_ntp_conf

PATCHED = "/tmp/ldattach"
STOCK = "/usr/sbin/ldattach"
NOBODYS_MODE = "sane 19200 cstopb crtscts parenb"
ARMED = 0x0d


def put_ldattach(g):
    with open(built(), "rb") as f:
        g.put(PATCHED, f.read(), mode=0o755)


def stty(g, port, text="-g"):
    # busybox compares fields of libc's own, too, and then complains about nothing
    return g.run(f"stty -F {port.tty} {text} 2>/dev/null", quiet=True).out.strip()


def pps_of(g, port):
    out = g.run(f"grep -lx {port.tty} /sys/class/pps/*/path; true", quiet=True).out.split()
    return [path.split("/")[4] for path in out]


def pids(g, port):
    return g.run(f"pgrep -f '^[^ ]*ldattach .*{port.tty}$'", quiet=True).out.split()


def end(g, port):
    """SIGTERM to the ldattach of a port."""
    g.run("kill %s" % " ".join(pids(g, port)), check=True)
    g.wait_until(lambda: not pids(g, port), 10, "ldattach stays")


@contextlib.contextmanager
def kept_open(g, port, then="true"):
    """Another process has the port open, as a daemon would; at first it does THEN."""
    g.run(f"stty -F {port.tty} clocal")
    job = g.start(f"exec 3<>{port.tty}; {then}; echo open; exec sleep 1000")
    g.wait_until(lambda: "open" in job.output(), 10, "the port is not opened")
    try:
        yield
    finally:
        job.signal(signal.SIGKILL)
        job.wait(10)


def mode_and_ier(g, port, command):
    """What COMMAND, which attaches in the background, makes of a port in nobody's mode."""
    stty(g, port, NOBODYS_MODE)
    command()
    assert pps_of(g, port) and read_ier(g, port) == ARMED
    return stty(g, port)


@test(long=True)
def ldattach_series_applies_to_a_newer_release(g):
    """Needs no guest; it is here to be counted, and skipped on a day when sid cannot be fetched."""
    try:
        source = Source(NAME, "sid")
    except Unfetched as e:
        raise Skip("no %s of sid: %s" % (NAME, e)) from None
    with tempfile.TemporaryDirectory() as top:
        assert source.patched(os.path.join(top, "tree")) == len(patches(NAME, source.version)) > 0


@test(long=True)
def ldattach_sets_what_attach_sets(g):
    put_ldattach(g)
    port = g.ports["isa2"]
    ours = mode_and_ier(g, port, lambda: attach(g, port))
    g.run(f"gpsppsctl detach {port.tty}", check=True)
    assert pps_of(g, port) == []

    theirs = mode_and_ier(g, port, lambda: g.run(f"{PATCHED} --refclock pps {port.tty}", check=True))
    end(g, port)
    assert theirs == ours, (theirs, ours)

    # no options of the one without patches come to the same
    stock = f"{STOCK} -s 4800 -8 -n -1 -i IGNBRK,IGNPAR,ICRNL pps {port.tty}"
    g.run(f"stty -F {port.tty} -crtscts", quiet=True)
    assert mode_and_ier(g, port, lambda: g.run(stock, check=True)) != ours
    end(g, port)


@test(long=True)
def ldattach_puts_the_port_back(g):
    put_ldattach(g)
    port = g.ports["isa2"]
    stty(g, port, NOBODYS_MODE)
    with kept_open(g, port):
        found = stty(g, port)
        for options in "--refclock", "-s 4800":
            g.run(f"{PATCHED} {options} pps {port.tty}", check=True)
            assert pps_of(g, port) and stty(g, port) != found
            end(g, port)
            assert pps_of(g, port) == [] and stty(g, port) == found, options
        job = g.start(f"exec {PATCHED} -d pps {port.tty}")
        g.wait_until(lambda: pps_of(g, port), 10, "not attached")
        job.signal(signal.SIGINT)
        assert job.wait(10).rc == 0
        assert pps_of(g, port) == [] and stty(g, port) == found

        g.run(f"{STOCK} -s 4800 pps {port.tty}", check=True)
        end(g, port)
        assert pps_of(g, port) and stty(g, port) != found


@test(long=True)
def ldattach_ends_when_the_port_is_unplugged(g):
    put_ldattach(g)
    ports = [g.ports[name] for name in ("pci1", "pci2", "pci3")]
    for port in ports:
        port.plug()
    shown, background, stock = ports
    # daemons speak to the system's log, which nobody keeps here
    log = g.start("exec busybox syslogd -n -O /tmp/syslog")
    g.wait_until(lambda: g.run("test -S /dev/log", quiet=True).rc == 0, 10, "no syslogd")
    job = g.start(f"exec {PATCHED} -d --refclock pps {shown.tty}")
    g.run(f"{PATCHED} --refclock pps {background.tty}; {STOCK} pps {stock.tty}", check=True)
    g.wait_until(lambda: all(pps_of(g, port) for port in ports), 10, "not attached")
    names = [port.tty for port in ports]
    for port in ports:
        port.unplug()
    r = job.wait(10)
    assert r.rc == 1 and r.err.splitlines()[-1] == f"ldattach: {names[0]}: hung up", r
    g.wait_until(lambda: not g.run(f"pgrep -f 'ldattach.*{names[1]}$'", quiet=True).out, 10,
                 "the daemon stays")
    g.wait_until(lambda: re.search(rf"daemon\.err ldattach\[\d+\]: {names[1]}: hung up$",
                                   g.run("cat /tmp/syslog", quiet=True).out, re.M), 10, "no message")
    time.sleep(3)
    assert g.run(f"pgrep -f 'ldattach.*{names[2]}$'").out, "the one without patches has ended, too"
    log.signal(signal.SIGKILL)


@test(long=True)
def ldattach_names_the_pulse(g):
    put_ldattach(g)
    first, second, third = (g.ports[name] for name in ("isa1", "isa2", "isa3"))
    for port in first, second:
        r = g.run(f"{PATCHED} --refclock pps {port.tty}", check=True)
        assert r.out == "%s: PPS source /dev/%s\n" % (port.tty, *pps_of(g, port)), r
    g.run(f"ln -s {third.tty[5:]} /dev/gps7", check=True)
    r = g.run(f"{PATCHED} --refclock pps /dev/gps7; rm /dev/gps7", check=True)
    assert r.out == "/dev/gps7: PPS source /dev/%s\n" % pps_of(g, third)[0], r
    assert len({name for port in (first, second, third) for name in pps_of(g, port)}) == 3
    assert g.run(f"{PATCHED} tty {third.tty}", check=True).out == ""


@test(long=True)
def ldattach_waits_neither_for_a_carrier_nor_for_output(g):
    put_ldattach(g)
    port = g.ports["isa2"]
    port.level("dcd", 0)
    port.level("cts", 0)
    # output is stuck, or the next to open the port has to wait for a modem's carrier
    for stuck in f"stty -F {port.tty} crtscts; echo stuck >&3", f"stty -F {port.tty} -clocal":
        with kept_open(g, port, stuck):
            stock = g.start(f"exec {STOCK} pps {port.tty}")
            time.sleep(3)
            assert not stock.done
            stock.signal(signal.SIGKILL)
            stock.wait(10)
            r = g.run(f"{PATCHED} --refclock pps {port.tty}", timeout=10, check=True)
            assert "PPS source" in r.out, r
            end(g, port)


@test(long=True)
def ldattach_refuses_in_a_line(g):
    put_ldattach(g)
    tty = g.ports["isa2"].tty
    wrong = {
        f"--refclock -s fast pps {tty}": "invalid speed argument: 'fast'",
        "--refclock pps /dev/null": "/dev/null is not a serial line",
        "--refclock pps /dev/ttyS77": "cannot open /dev/ttyS77: No such file or directory",
        f"--refclock 30 {tty}": "cannot set line discipline: Invalid argument",
    }
    found = stty(g, g.ports["isa2"])
    for options, message in wrong.items():
        r = g.run(f"{PATCHED} {options}")
        assert r.rc == 1 and r.out == "" and r.err == f"ldattach: {message}\n", r
    assert stty(g, g.ports["isa2"]) == found
    assert "unrecognized option" in g.run(f"{STOCK} --refclock pps {tty}").err


@test(guest="full", long=True)
def ntpd_writes_no_register_after_ldattach(g):
    """The counter-proof, without the patches, is in test_system.py."""
    put_ldattach(g)
    port = g.ports["isa1"]
    with restored(g):
        write_ntp_conf(g)
        r = g.run(f"{PATCHED} --refclock pps {port.tty}", check=True)
        pps = os.path.basename(r.out.strip())
        assert [pps] == pps_of(g, port), r
        g.run(f"ln -s {port.tty[5:]} /dev/gps0; ln -s {pps} /dev/gpspps0; "
              f"chmod 666 {port.tty} /dev/{pps}", check=True)
        writes = ntpd_writes(g, port)
        end(g, port)
        g.run("rm -f /dev/gps0 /dev/gpspps0")
        assert writes == [], writes
