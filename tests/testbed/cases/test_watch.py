# SPDX-License-Identifier: GPL-2.0-or-later
"""watch on real line disciplines and interrupts, and beside a real ntpd."""

import json
import re
import time

from holding import read_ier, write_ier
from test_gently import (CLOCKSTATS, COUNTING_CONF, Lost, last_assert, same_pulses, settings,
                         tallies)
from testbed import test
from timeserver import (reload, restored, wait_attached, wait_stratum_1, write_ntp_conf,
                        write_table)
from verdict import attached

# QEMU's edges are mostly exact to 0.4 ms, and on a busy host some to 10 ms: neither the gate
# nor the discriminator is made for that
LOOSE = "--gate 50000 --ppm 50000"


def watch(g, words, timeout=60):
    """Exit code, the objects of the edges, the summaries by source, stderr."""
    r = g.run("gpsppsctl watch --json %s %s" % (LOOSE, words), timeout=timeout)
    objects = [json.loads(line) for line in r.out.splitlines()]
    edges = [o for o in objects if "summary" not in o]
    return r.rc, edges, {o["source"]: o["summary"] for o in objects if "summary" in o}, r.err


def pps_of(g, tty):
    return g.run("grep -l '^%s$' /sys/class/pps/*/path" % tty, check=True).out.split("/")[4]


def pulses(edges, source=None):
    """Those on time, without what came before the filter knew its way."""
    return [e for e in edges if e["fate"] == "used" and source in (None, e["source"])]


@test()
def pulses_of_an_attached_port(g):
    port = g.ports["isa2"]
    port.pulse(width_ms=100)
    with attached(g, port.tty):
        pps = pps_of(g, port.tty)
        was = g.run("meddle capture /dev/" + pps, check=True).out
        code, edges, summaries, err = watch(g, "--count 6 " + pps)
        assert (code, err) == (0, ""), err
        assert set(summaries) == {pps} and summaries[pps]["pulses"] == 6, summaries
        used = pulses(edges)
        assert len(used) >= 3, edges
        for e in used:
            assert e["edge"] == "assert" and e["stamp"] == "kernel", e
            assert abs(e["offset_ns"]) < 20e6 and e["missed"] == 0, e
            assert abs(e["interval_ns"] - 1e9) < 20e6, e
            assert e["width_ns"] is None or abs(e["width_ns"] - 100e6) < 20e6, e
        # the time and the number are those that sysfs has
        second, number = last_assert(g, pps)
        assert used[-1]["sec"] + round(used[-1]["nsec"] / 1e9) - second == used[-1]["seq"] - number
        assert any(e["fate"] == "other_edge" and e["edge"] == "clear" for e in edges)
        # with its port's name it is the same, and in lines; nothing was set
        r = g.run("gpsppsctl watch --plain %s --count 2 %s" % (LOOSE, port.tty))
        assert r.rc == 0 and re.search(r"^\d\d:\d\d:\d\d %s +assert +[+-]\d+\.\d{3} us  interval"
                                       % pps, r.out, re.M), r
        assert g.run("meddle capture /dev/" + pps, check=True).out == was


@test()
def missing_pulses_are_counted(g):
    port = g.ports["isa2"]
    port.pulse(width_ms=100)
    with attached(g, port.tty):
        pps = pps_of(g, port.tty)
        job = g.start("gpsppsctl watch --json %s --count 8 %s" % (LOOSE, pps))
        g.wait_until(lambda: job.output().count('"fate":"used"') >= 2, 20, "no pulses")
        port.miss(2)
        r = job.wait(30)
        edges = [json.loads(line) for line in r.out.splitlines()]
        # a busy host loses some by itself: each gap is told as long as it was
        begun = [e for e in edges if e.get("edge") == "assert" and e["interval_ns"]]
        assert all(e["missed"] == round(e["interval_ns"] / 1e9) - 1 for e in begun), r.out
        assert max(e["missed"] for e in begun) >= 2, r.out
        assert edges[-1]["summary"]["missed"] == sum(e["missed"] for e in begun), edges[-1]


@test()
def silence_has_a_cause(g):
    port = g.ports["isa1"]
    with attached(g, port.tty):
        pps = pps_of(g, port.tty)
        # what the holder has measured of the sentences, which nobody reads
        g.wait_until(lambda: watch(g, "--count 1 " + pps)[2][pps]["sentences_end_ms"], 20, "no burst")
        seen = watch(g, "--count 1 " + pps)[2][pps]
        assert 100 < seen["sentences_begin_ms"] < seen["sentences_end_ms"] < 1500, seen
        assert seen["sentences_age_s"] < 60 and 5 < seen["load_percent"] < 101, seen
        was = read_ier(g, port)
        write_ier(g, port, was & ~8)
        try:
            # an edge may have been under way
            g.run("sleep 1.5", check=True)
            r = g.run("gpsppsctl watch --plain --timeout 3 " + pps, timeout=60)
            # ended by hand: there was none
            job = g.start("gpsppsctl watch --plain " + pps)
            time.sleep(1)
            job.signal(2)
            by_hand = job.wait(20)
        finally:
            write_ier(g, port, was)
        silent = pps + ": 0 pulses; sentences "
        assert by_hand.rc == 1 and by_hand.out.startswith(silent), by_hand
        said = r.err.splitlines()
        assert r.rc == 1, r
        assert said[0].startswith("gpsppsctl: %s: no pulse for 3 s: uart.msi-off: " % port.tty), r
        assert said[1] == "gpsppsctl: hint: gpsppsctl diag " + port.tty, r
        assert r.out.startswith(silent) and r.out.count("\n") == 1, r


@test()
def last_edge_without_waiting(g):
    port = g.ports["isa2"]
    port.pulse(width_ms=100)
    with attached(g, port.tty):
        pps = pps_of(g, port.tty)
        g.wait_until(lambda: last_assert(g, pps)[1] > 2, 10, "no pulses")
        r = g.run("gpsppsctl watch --last --json " + port.tty)
        rows = json.loads(r.out)["edges"]
        assert r.rc == 0 and [row["edge"] for row in rows] == ["assert", "clear"], r
        second, number = last_assert(g, pps)
        assert rows[0]["source"] == pps and rows[0]["line"] == "dcd"
        assert abs(second - number - (rows[0]["sec"] + round(rows[0]["nsec"] / 1e9) -
                                      rows[0]["count"])) <= 0, (rows, second, number)
        assert 0 <= rows[0]["age_ms"] < 5000, rows
        # another line: a counter without a time, and nothing of ours polls it
        r = g.run("gpsppsctl watch --last --json --line cts " + port.tty)
        row, = json.loads(r.out)["edges"]
        assert row["source"] == port.tty[5:] + ":cts" and row["sec"] is None, row
        icount = g.run("gpsppsctl watch --line cts " + port.tty)
        assert icount.rc == 2 and "N_PPS is attached" in icount.err, icount
        assert "watch --last --line cts" in icount.err, icount
    r = g.run("gpsppsctl watch --last " + port.tty)
    assert r.rc == 2 and "nobody has it open" in r.err, r


@test()
def pulse_on_cts_of_an_idle_port(g):
    """A port that nobody has: its line by TIOCMIWAIT, and what its receiver says of each pulse."""
    port = g.ports["isa1"]
    port.pulse(line="cts", width_ms=100)
    before = g.run("stty -g -F " + port.tty, check=True).out
    code, edges, summaries, err = watch(g, "--line cts --count 6 " + port.tty)
    name = port.tty[5:] + ":cts"
    assert code == 0 and set(summaries) == {name}, (code, summaries, err)
    used = pulses(edges)
    assert len(used) >= 3 and all(e["stamp"] in ("user", "poll") for e in used), edges
    named = [e for e in edges if e["sentence"]]
    assert len(named) >= 3, edges
    for e in named:
        # the model says the second of its pulse, some 0.4 s after it
        assert e["sentence"] in ("RMC", "ZDA", "GPRMC"), e
        assert e["named_sec"] == round(e["sec"] + e["nsec"] / 1e9), e
        assert 50e6 < e["sentence_ns"] < 950e6, e
    assert "fix" in (summaries[name]["fix"] or "3D fix") or "D" in summaries[name]["fix"], summaries
    assert summaries[name]["filter"] == "low quarter", summaries
    # it was given back as it was
    assert g.run("stty -g -F " + port.tty, check=True).out == before


@test()
def port_is_pulled_out(g):
    card, other = g.ports["pci1"], g.ports["isa2"]
    if not card.plugged:
        card.plug()
    for port in (card, other):
        port.pulse(width_ms=100)
    with attached(g, other.tty, "--unit 1"), attached(g, card.tty, "--unit 0"):
        alone = g.start("gpsppsctl watch --json %s" % pps_of(g, card.tty))
        both = g.start("gpsppsctl watch --json %s %s" % (card.tty, other.tty))
        for job in (alone, both):
            g.wait_until(lambda: job.output().count('"fate"') >= 4, 20, "no pulses")
        source = pps_of(g, other.tty)
        card.unplug()
        assert alone.wait(30).rc == 3
        seen = both.output().count('"source":"%s"' % source)
        g.wait_until(lambda: both.output().count('"source":"%s"' % source) > seen + 4, 20,
                     "the other one does not go on")
        both.signal(2)
        r = both.wait(20)
        assert r.rc == 0, r
        gone = {o["source"]: o["summary"]["gone"] for o in map(json.loads, r.out.splitlines())
                if "summary" in o}
        assert sorted(gone.values()) == [False, True] and not gone[source], gone
        card.plug()


@test()
def user_without_rights_sees_it_by_sysfs(g):
    port = g.ports["isa2"]
    port.pulse(width_ms=100)
    with attached(g, port.tty):
        pps = pps_of(g, port.tty)
        g.run("chmod 600 /dev/" + pps, check=True)
        r = g.run("su -s /bin/sh nobody -c 'gpsppsctl watch --json --count 4 %s %s'" % (LOOSE, pps),
                  timeout=40)
        edges = [json.loads(line) for line in r.out.splitlines()]
        assert r.rc == 0 and edges[-1]["summary"]["pulses"] == 4, r
        assert edges[0]["stamp"] == "kernel" and edges[0]["seq"], edges[0]


# ---- beside NTPsec ----

def offset_of_another_stays(g, pps):
    """What a daemon's fudge sets; the control is what everybody else takes for this."""
    g.run("meddle offset /dev/%s 1000" % pps, check=True)
    r = g.run("gpsppsctl watch --json --count 2 %s %s" % (LOOSE, pps))
    assert r.rc == 0 and "the kernel adds +1000 ns to each assert stamp" in r.err, r
    assert g.run("meddle offset /dev/" + pps, check=True).out == "1000\n"
    g.run("timeout 4 ppstest /dev/" + pps)
    assert g.run("meddle offset /dev/" + pps, check=True).out == "0\n"


def beside_ntpd(g, seconds):
    port = g.ports["isa1"]
    port.receiver.stored.sentences = {"GPRMC"}
    with restored(g):
        write_table(g, port.tty)
        write_ntp_conf(g)
        g.put("/etc/ntpsec/ntp.conf", COUNTING_CONF)
        g.run("rm -f " + CLOCKSTATS)
        reload(g)
        pps = wait_attached(g, port.tty)
        g.run("systemctl start ntpsec", check=True)
        wait_stratum_1(g)
        time.sleep(9)
        was, polls = settings(g, port, pps), len(tallies(g))
        with same_pulses(g) as other:
            lost, unavoidable = Lost(g, pps), Lost(g, other)
            with g.trace_serial() as writes:
                r = g.run("gpsppsctl watch --json %s --count %d --log /run/watch.log %s" %
                          (LOOSE, seconds, pps), timeout=60 + 2 * seconds)
            assert -2 <= lost.count() <= unavoidable.count() + 3, (lost.count(), unavoidable.count())
        objects = [json.loads(line) for line in r.out.splitlines()]
        assert r.rc == 0 and objects[-1]["summary"]["pulses"] == seconds, r
        assert "clear edges are not captured (ntpd[" in r.err, r.err
        assert {o["edge"] for o in objects[:-1]} == {"assert"}
        assert g.run("grep -c '^[0-9]' /run/watch.log").out == "%d\n" % seconds
        # nothing is set, nothing written to the UART, no sentence lost
        assert settings(g, port, pps) == was
        assert writes == []
        time.sleep(9)
        counted = tallies(g)[polls:]
        total, _, rejected, malformed = [sum(column) for column in zip(*counted)][:4]
        assert abs(total - 8 * len(counted)) <= 4, counted
        assert malformed == 0 and rejected <= 2, counted
        wait_stratum_1(g, timeout=5)
        offset_of_another_stays(g, pps)


@test(guest="full")
def ntpd_and_its_port_are_not_disturbed(g):
    beside_ntpd(g, 20)


@test(guest="full", limit_s=1500, long=True)
def ten_minutes_beside_ntpd(g):
    beside_ntpd(g, 600)
