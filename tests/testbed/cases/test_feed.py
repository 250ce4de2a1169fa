# SPDX-License-Identifier: GPL-2.0-or-later
"""feed on real line disciplines and interrupts: read back from shared memory by another program."""

import contextlib

from feeding import objects, segments, threads_of
from testbed import test
from verdict import attached

# QEMU's edges are mostly exact to 0.4 ms, and on a busy host some to 10 ms
LOOSE = "--gate 50000 --ppm 50000"
NEAR_NS = 20e6
PULSES = 5


@contextlib.contextmanager
def feeding(g, words, end=2):
    """A feed with --json for as long as the block lasts; ended by signal END."""
    job = g.start("exec gpsppsctl feed --json %s %s" % (LOOSE, words))
    try:
        yield job
    finally:
        job.signal(end)
        job.end = job.wait(60)


def samples(job, kind):
    return [o for o in objects(job, "sample") if o["kind"] == kind]


def wait_samples(g, job, n, kind="pulse"):
    g.wait_until(lambda: job.done or len(samples(job, kind)) >= n, 60, "%d x %s" % (n, kind))
    assert not job.done, job.result()


def settings(g, port):
    return g.run("stty -g -F " + port.tty, check=True).out


def expect_following(found):
    """Each pulse has its second, later ones later seconds."""
    trues = [round(o["true"]) for o in found]
    assert trues == sorted(set(trues)), trues
    assert all(abs(o["offset_ns"]) < NEAR_NS for o in found), found


def has_source(g, port):
    return not g.run("grep -l '^%s$' /sys/class/pps/*/path" % port.tty, quiet=True).rc


def has_socket(g, port):
    return not g.run("test -e /run/gpsppsctl/%s.sock" % port.tty[5:], quiet=True).rc


@test()
def held_port_to_shared_memory(g):
    """The holder keeps the port, feed reads beside it: numbered pulses, and nothing is changed."""
    port = g.ports["isa1"]
    with attached(g, port.tty):
        was = settings(g, port)
        with feeding(g, port.tty + " --unit 3") as job:
            wait_samples(g, job, PULSES)
            assert settings(g, port) == was
            found = segments(g, 6, 7)
        assert job.end.rc == 0 and job.end.err == "", job.end
        assert settings(g, port) == was
        expect_following(samples(job, "pulse"))
        pulse, seconds = found[7], found[6]
        assert pulse.valid == 1 and pulse.mode == 1 and abs(pulse.offset_ns) < NEAR_NS, pulse
        assert pulse.precision < -10 and pulse.second in [o["true"] for o in samples(job, "pulse")]
        assert seconds.valid == 1 and abs(seconds.second - pulse.second) <= 2, found
        # what is left there is not valid: a reader that comes later must not take it
        assert [s.valid for s in segments(g, 6, 7).values()] == [0, 0]
        end = objects(job)[-1]
        assert end["type"] == "summary" and end["pulses"] >= PULSES and end["shm"] == [6, 7], end


@test()
def idle_port_is_attached_meanwhile(g):
    """Nobody has it: attached by a child of ours, and put back when we end."""
    port = g.ports["isa1"]
    was = settings(g, port)
    with feeding(g, port.tty + " --unit 4", end=15) as job:
        wait_samples(g, job, 3)
        assert has_source(g, port) and has_socket(g, port)
        assert segments(g, 9)[9].valid == 1
    assert job.end.rc == 0, job.end
    assert settings(g, port) == was
    assert not has_source(g, port) and not has_socket(g, port)


@test()
def own_holder_dies_with_us(g):
    """Even killed we leave no holder behind; the port is as it was."""
    port = g.ports["isa1"]
    was = settings(g, port)
    with feeding(g, "--unit 4 " + port.tty, end=9) as job:
        g.wait_until(lambda: objects(job), 60, "it does not feed")
        assert has_source(g, port)
    g.wait_until(lambda: not has_source(g, port) and not has_socket(g, port), 30,
                 "the holder lives on")
    assert settings(g, port) == was


@test()
def pulse_on_cts(g):
    """No holder can stamp CTS: feed waits for it itself, and reads the idle port raw."""
    port = g.ports["isa1"]
    port.pulse(line="cts", width_ms=100)
    was = settings(g, port)
    with feeding(g, port.tty + " --line cts --unit 5") as job:
        wait_samples(g, job, 3)
        assert abs(segments(g, 11)[11].offset_ns) < 50e6
    assert job.end.rc == 0 and job.end.err == "", job.end
    assert settings(g, port) == was
    with attached(g, port.tty):
        r = g.run("gpsppsctl feed --line cts " + port.tty)
        assert r.rc == 2 and "nothing of ours looks at its modem lines" in r.err, r


@test()
def sentences_are_not_shared(g):
    """A daemon reads the port: refused, but for the pulse alone."""
    port = g.ports["isa1"]
    with attached(g, port.tty):
        g.put("/tmp/ntpd", b"#!/bin/sh\nwhile read line; do :; done < $1\n", mode=0o755)
        reader = g.start("exec /tmp/ntpd " + port.tty)
        g.wait_until(lambda: "ntpd" in g.run("gpsppsctl list " + port.tty, quiet=True).out, 20,
                     "nobody reads")
        r = g.run("gpsppsctl feed " + port.tty)
        assert r.rc == 2 and "each of us would get a part of the sentences" in r.err, r
        assert "--pulse-only" in r.err, r
        with feeding(g, "--pulse-only --unit 6 " + port.tty) as job:
            wait_samples(g, job, 2)
        assert job.end.rc == 0, job.end
        assert segments(g, 13)[13].count > 0 and 12 not in segments(g, 12, 13)
        reader.signal(15)
        reader.wait(20)


@test()
def follows_a_new_source(g):
    """The holder goes and comes back: another ppsN, and pulses go on."""
    port = g.ports["isa1"]
    with attached(g, port.tty):
        with feeding(g, port.tty + " --unit 3") as job:
            wait_samples(g, job, 2)
            g.run("gpsppsctl detach " + port.tty, check=True)
            g.wait_until(lambda: "went away" in job.output(), 30, "it does not notice")
            n = len(samples(job, "pulse"))
            g.run("gpsppsctl attach --daemon " + port.tty, check=True)
            wait_samples(g, job, n + 3)
        assert job.end.rc == 0, job.end
        # this one stays in the background
        g.run("gpsppsctl detach " + port.tty, check=True)
        expect_following(samples(job, "pulse"))


@test()
def own_holder_is_replaced(g):
    """Killed, it is started once more: the pulse goes on, and nothing stays at the end.

    What the port was set to before has died with the first one.
    """
    port = g.ports["isa1"]
    with feeding(g, port.tty + " --unit 4") as job:
        wait_samples(g, job, 2)
        g.run("kill -9 $(pidof gpsppsctl-hold)", check=True)
        g.wait_until(lambda: "its holder has ended" in job.output(), 30, "it does not notice")
        wait_samples(g, job, len(samples(job, "pulse")) + 3)
        assert has_socket(g, port)
    assert job.end.rc == 0, job.end
    assert not has_source(g, port) and not has_socket(g, port)


@test()
def two_ports(g):
    """By their holders' units, each to its own shared memory."""
    one, two = g.ports["isa1"], g.ports["isa2"]
    two.pulse(width_ms=100)
    with attached(g, one.tty), attached(g, two.tty, "--unit 8"):
        with feeding(g, "--pulse-only %s %s" % (one.tty, two.tty)) as job:
            g.wait_until(lambda: {o["port"] for o in samples(job, "pulse")} == {one.tty, two.tty},
                         60, "one of them is not fed")
            assert all(abs(s.offset_ns) < NEAR_NS for s in segments(g, 1, 17).values())
        assert job.end.rc == 0, job.end
        assert [o["shm"] for o in objects(job, "summary")] == [[1], [17]]


@test()
def what_it_may_is_given_up(g):
    """Woken first, its memory locked, and without root's rights; the status says how it goes."""
    port = g.ports["isa1"]
    with attached(g, port.tty):
        job = g.start("echo $$; exec gpsppsctl feed %s %s --unit 3" % (LOOSE, port.tty))
        g.wait_until(lambda: "seconds are fed" in job.output() or job.done, 60, "it does not feed")
        pid = job.output().split()[0]
        cap_ipc_lock = 1 << 14
        threads = threads_of(g, pid)
        assert len(threads) > 1, threads
        for fields in threads:
            assert fields["Name"].startswith("gpsppsctl-"), fields
            for name in "CapEff", "CapPrm", "CapBnd":
                assert int(fields[name], 16) == cap_ipc_lock, (name, fields)
            assert fields["NoNewPrivs"] == "1" and int(fields["VmLck"].split()[0]) > 0, fields
        job.signal(10)
        g.wait_until(lambda: "; now: pulses and seconds are fed" in job.output(), 30, "no status")
        assert "\nSCHED_FIFO 50, memory locked" in job.output().split("now: ")[1]
        job.signal(2)
        r = job.wait(30)
        assert r.rc == 0 and r.err == "", r
        for words in (port.tty + "   4800 baud, held by gpsppsctl[", "kernel stamps", "SHM 6 ",
                      "SHM 7 ", "SCHED_FIFO 50, memory locked", "refclock SHM 6", "pulses fed"):
            assert words in r.out, r
