# SPDX-License-Identifier: GPL-2.0-or-later
"""diag --record and --sysroot: the record of a real port says the same again, and no more."""

import json
import time

from testbed import test
from verdict import IER, TTY, attached, diag, expect, finding, impostor, poked

RECORD = "/run/record"


def replay_is_the_same(g, options=""):
    """Record as text and as JSON; each replay, far from the port, is the same to the letter."""
    for form in ("", "--json"):
        g.run("rm -rf " + RECORD)
        began = time.monotonic()
        live = g.run("gpsppsctl diag %s %s --record %s" % (form, options, RECORD), timeout=60)
        assert live.out and live.err == "", live
        recorded = time.monotonic()
        again = g.run("gpsppsctl diag %s --sysroot %s" % (form, RECORD))
        # the same work without the 3.2 s of looking
        assert time.monotonic() - recorded < recorded - began, "it waited for the record"
        assert (again.out, again.rc, again.err) == (live.out, live.rc, ""), (live, again)
    return json.loads(live.out)["ports"]


@test()
def record_of_a_healthy_port(g):
    with attached(g):
        ports = replay_is_the_same(g)
        assert ports[0]["cause"] is None
        size = int(g.run("du -sk " + RECORD).out.split()[0])
        assert size < 2000, size
        # what was heard is there, and where it was heard is not
        reads = g.run("cat %s/*/heard:ttyS1" % RECORD, check=True).out.splitlines()[1:-1]
        heard = "".join(line.split(" ", 1)[1] for line in reads)
        heard = heard[heard.index("$"):]	# it began in the middle of one
        assert heard.count("RMC") >= 2 and "0000.0000,N,00000.0000,E" in heard, heard
        assert heard.count(",0000.0000,N,00000.0000,E,") == heard.count(",E,"), heard
        series = g.run("cat %s/*/series:ttyS1+pps0" % RECORD, check=True).out
        assert series.count(" assert ") >= 2 and series.count(" clear ") >= 2
        assert series.count(" rx ") > 10 and series.endswith(" end\n")
        assert g.run("cat %s/NOTE %s/VERSION" % (RECORD, RECORD), check=True).out


@test()
def record_of_faults(g):
    with attached(g):
        with poked(g, IER, 0x05, 0x0D):
            assert replay_is_the_same(g)[0]["cause"] == "uart.msi-off"
    g.ports["isa1"].receiver.baud = 9600
    ports = replay_is_the_same(g, "--active " + TTY)
    f = finding(ports[0], "nmea.baud")
    assert f["observed"]["found_baud"] == 9600, f
    with attached(g), impostor(g, "ntpd"):
        replay_is_the_same(g)


@test()
def record_that_cannot_be(g):
    r = g.run("gpsppsctl diag --record /proc")
    assert r.rc == 2 and r.out == "" and "cannot record there" in r.err
    g.run("mkdir -p /run/full && mount -t tmpfs -o size=16k none /run/full", check=True)
    r = g.run("gpsppsctl diag --record /run/full/r --wait 0 --json " + TTY)
    assert r.rc == 2 and json.loads(r.out)["ports"] and r.err.count("\n") == 1, r
    assert "No space left" in r.err, r
    g.run("umount /run/full")
    g.run("rm -rf %s; gpsppsctl diag --wait 0 --record %s" % (RECORD, RECORD))
    g.run("echo '! EWHAT' >%s/0/file:@sys@class@tty@ttyS1@type" % RECORD, check=True)
    r = g.run("gpsppsctl diag --sysroot " + RECORD)
    assert r.rc == 2 and r.out == "" and r.err.count("\n") == 1, r
    g.run("rm %s/0/file:@sys@class@tty@ttyS1@type" % RECORD, check=True)
    r = g.run("gpsppsctl diag --sysroot " + RECORD)
    assert "not in this recording: file:/sys/class/tty/ttyS1/type\n" in r.err, r


@test()
def wait_is_as_long_as_asked(g):
    with attached(g):
        g.run("sleep 1.2")
        r = g.run("time -p gpsppsctl diag --wait 0 " + TTY)
        assert r.rc == 0 and r.out.count("\n") == 1 and "the last pulse is" in r.out, r
        at_once_s = float(r.err.split()[1])
        before = g.run("stty -a -F " + TTY, check=True).out
        r = g.run("time -p gpsppsctl diag --wait 5.5 " + TTY)
        took = dict(zip(r.err.split()[::2], map(float, r.err.split()[1::2])))
        assert r.rc == 0 and took["real"] >= max(5.5, at_once_s + 2.5), (at_once_s, r)
        # sampling every 5 ms: under emulation, a machine is far below
        assert took["user"] + took["sys"] < 3, r
        print("  5.5 s of sampling and listening: user %.2f s, system %.2f s" %
              (took["user"], took["sys"]))
        assert g.run("stty -a -F " + TTY, check=True).out == before
        rc, port = diag(g, "--wait", "0", TTY)
        assert rc == 0 and port["cause"] is None
        assert not [f for f in port["findings"] if f["severity"] == "fail"], port


@test()
def active_asks_a_garmin(g):
    receiver = g.ports["isa1"].receiver
    # it has just got its power: a Garmin is known, and asked, by a sentence of its own
    heard = "stty -F %s 4800 -echo; timeout 2 grep -am1 PGRME %s" % (TTY, TTY)
    g.wait_until(lambda: g.run(heard, quiet=True).rc == 0, 30, "the receiver does not speak")
    rc, port = diag(g, "--active", TTY)
    assert rc == 1 and port["cause"] == "ldisc.not-attached"
    assert finding(port, "nmea.baud")["severity"] == "ok"
    # nothing else; and again when the answer is late
    assert set(receiver.received) == {"$PGRMCE"}, receiver.received
    with attached(g):
        expect(g, None, "--active", TTY)
