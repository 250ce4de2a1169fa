# SPDX-License-Identifier: GPL-2.0-or-later
"""The holder's memory of what happened to its port, and the UART armed again."""

import re
import signal
import time

from holding import (HARDPPS_CD, LOOK_S, MSI, N_TTY, asserts, attach, await_event, events, held,
                     read_ier, use_tool, whats, write_ier)
from testbed import test


@test()
def events_of_a_night(g):
    """All that the watch sees, on three ports at the same time: its period is long."""
    port, mute, plain = (g.ports[name] for name in ("isa1", "isa2", "isa3"))
    g.wait_until(lambda: port.receiver is not None, 5, "no receiver")
    mute.pulse(width_ms=100)
    plain.pulse(width_ms=100)
    with held(g, port, "--unit 0") as pid, held(g, mute, "--unit 1"), \
            held(g, plain, "--unit 2"):
        assert events(g, "ttyS1")[0][2] == f"as pps0 at 4800 baud by gpsppsctl[{pid}]"
        assert abs(events(g, "ttyS1")[0][0] - time.time()) < 60
        assert g.run("stat -c '%a %U:%G' /run/gpsppsctl/ttyS1.events").out == "644 root:root\n"

        # each port gets its fault: no sentences, no pulses, an old setserial's flags
        time.sleep(3)
        port.receiver.mute = True
        mute.level("dcd", 0)
        use_tool(g, "flags-off", plain)
        text = await_event(g, mute, "lost")
        assert re.fullmatch(r"no pulse for [1-3]\d s, the last at \d{10}\.\d{9}; "
                            r"DCD stands still, no characters", text), text
        text = await_event(g, plain, "flags")
        assert re.fullmatch(r"(0x\w+) -> (0x\w+): DCD's interrupt goes off at the next "
                            r"change of settings", text), text
        old, new = (int(n, 16) for n in re.findall(r"0x\w+", text))
        assert old & HARDPPS_CD and new == old & ~HARDPPS_CD
        # pulses again, when it was seen that arming the interrupt brings none
        time.sleep(8)
        mute.pulse(width_ms=100)
        g.run(f"stty -F {plain.tty} 9600", check=True)
        text = await_event(g, port, "silent")
        assert re.fullmatch(r"no character for [1-3]\d s; pulses go on", text), text
        port.receiver.mute = False
        text = await_event(g, mute, "back")
        assert re.fullmatch(r"\d+ pulses in [1-3]\d s; the one before them came \d\d+ s ago", text), text
        assert await_event(g, plain, "speed") == "4800 -> 9600 baud, set by another program"
        text = await_event(g, port, "speaking")
        assert re.fullmatch(r"characters again, after \d\d+ s", text), text
    assert whats(g, mute) == ["attached", "lost", "back", "detached"]
    assert whats(g, port) == ["attached", "silent", "speaking", "detached"]
    assert re.fullmatch(r"by request of gpsppsctl\[\d+\]", events(g, "ttyS1")[-1][2])


@test()
def another_line_discipline_is_an_event(g):
    port = g.ports["isa2"]
    port.pulse(width_ms=100)
    with held(g, port):
        use_tool(g, "ldisc", port, N_TTY)
        text = await_event(g, port, "ldisc")
        assert text == "line discipline 18 -> 0: another program has taken N_PPS off the port"
        await_event(g, port, "healed")		# test_heal.py has the rest
        # the flag goes and comes with N_PPS: it is no event of its own
        assert "flags" not in whats(g, port)


@test()
def events_survive_a_killed_holder(g):
    port = g.ports["isa2"]
    with held(g, port) as first:
        g.run(f"kill -9 {first}; while [ -d /proc/{first} ]; do sleep 0.1; done", check=True)
        second = attach(g, port)
        texts = [(what, text) for _, what, text in events(g, "ttyS2")]
        assert texts == [("attached", f"as pps0 at 4800 baud by gpsppsctl[{first}]"),
                         ("attached", f"as pps0 at 4800 baud by gpsppsctl[{second}]; "
                          "the holder before it was killed")], texts
        job = g.start(f"kill {second}; exec sleep 100")
        g.wait_until(lambda: len(events(g, "ttyS2")) == 3, 5, "no event of its end")
        assert re.fullmatch(r"by SIGTERM from \w+\[\d+\]", events(g, "ttyS2")[2][2])
        job.signal(signal.SIGKILL)
        g.wait_until(lambda: g.run(f"test -d /proc/{second}").rc, 5, "it stays")
        attach(g, port)
        assert "killed" not in events(g, "ttyS2")[3][2]


@test()
def events_survive_the_port(g):
    port = g.ports["pci1"]
    port.plug()
    name = port.tty[5:]
    g.run(f"rm -f /run/gpsppsctl/{name}.events")
    attach(g, port, "--unit 5")
    port.unplug()
    g.wait_until(lambda: len(events(g, name)) == 2, 5, "no hang-up")
    assert events(g, name)[1][1:] == ("hangup", "the device is gone: unplugged, or its driver unbound")


@test()
def memory_that_cannot_be_written_harms_nobody(g):
    port = g.ports["isa2"]
    # no file can be written there
    g.run("cd /run/gpsppsctl; rm -f ttyS2.events; mkdir ttyS2.events", check=True)
    try:
        attach(g, port)
        assert g.run(f"gpsppsctl detach {port.tty}").rc == 0
    finally:
        g.run("rmdir /run/gpsppsctl/ttyS2.events", check=True)


@test()
def rearm_keeps_the_device(g):
    port = g.ports["isa2"]
    port.pulse(width_ms=100)
    with held(g, port):
        before = g.run(f"stty -g -F {port.tty}", check=True).out
        reader = g.start("exec 3</dev/pps0; echo open; exec sleep 100")
        g.wait_until(lambda: "open" in reader.output() or reader.done, 5, "pps0 is not opened")
        inode = g.run("stat -c '%d:%i %t:%T' /dev/pps0", check=True).out
        write_ier(g, port, 0x05)
        seen = asserts(g)
        time.sleep(2)
        assert asserts(g) <= seen + 1 and read_ier(g, port) == 0x05
        use_tool(g, "rearm", port)
        assert read_ier(g, port) == 0x0d
        g.wait_until(lambda: asserts(g) >= seen + 2, 5, "no pulses")
        assert g.run("stat -c '%d:%i %t:%T' /dev/pps0", check=True).out == inode
        assert g.run(f"stty -g -F {port.tty}", check=True).out == before
        assert not reader.done
        reader.signal(signal.SIGKILL)
    r = g.run(f"/tmp/hold_tool rearm {port.tty[5:]}")
    assert r.rc and "No such device" in r.err, r	# no N_PPS, and nothing was changed
    assert read_ier(g, port) == 0
