# SPDX-License-Identifier: GPL-2.0-or-later
"""What the holder tells of a loss: its cause, units, the counters, a file for Prometheus."""

import re

from testbed import test
from timeserver import reload, restored, wait_attached, write_table

# A look in 12 s; what may be tried before a pulse is given up; diag; a slow machine.
LOST_S = 90
PROM = "/tmp/gps.prom"


def events(g, port, what):
    out = g.run(f"sed -n 's/^[0-9]* {what} //p' /run/gpsppsctl/{port.tty[5:]}.events", quiet=True).out
    return out.splitlines()


def await_event(g, port, what, timeout=LOST_S):
    g.wait_until(lambda: events(g, port, what), timeout, f"no event {what!r}", interval=0.5)
    return events(g, port, what)[-1]


def metrics(g):
    """{name with its edge: value}"""
    values = {}
    for line in g.run(f"cat {PROM}", quiet=True).out.splitlines():
        if line.startswith("#"):
            assert re.match(r"# (HELP|TYPE) gpsppsctl_[a-z_]+ ", line), line
            continue
        sample = re.fullmatch(r'gpsppsctl_(\w+)\{(\w+="[^"]*"(?:,\w+="[^"]*")*)\} ([0-9.]+)', line)
        name, labels, value = sample.groups()
        edge = re.search(r'edge="(\w+)"', labels)
        values[name + ("." + edge[1] if edge else "")] = float(value)
    return values



@test()
def a_loss_is_told_with_its_cause(g):
    port = g.ports["isa1"]
    g.wait_until(lambda: port.receiver is not None, 30, "no receiver")
    g.run(f"rm -f /run/gpsppsctl/{port.tty[5:]}.events {PROM}")
    write_table(g, port.tty, f"metrics={PROM} on_lost=alarm.service on_back=calm.service")
    try:
        g.run(f"gpsppsctl attach --daemon {port.tty}", check=True)
        g.wait_until(lambda: metrics(g).get("up") == 1, LOST_S, "the pulse is not told")
        before = metrics(g)
        assert before["losses_total"] == 0 and before["characters_total"] > 0, before
        assert before["last_pulse_age_seconds"] < 60, before
        assert g.run(f"stat -c %a {PROM}").out == "644\n"

        port.receiver.pulse_line = None
        text = await_event(g, port, "cause")
        assert text.startswith("signal.absent: "), text
        # there is no systemd here, which is told once
        assert events(g, port, "units") == ["start alarm.service: systemd is not the init of this machine"]
        g.wait_until(lambda: metrics(g).get("up") == 0, LOST_S, "the loss is not told")
        assert metrics(g)["losses_total"] == 1, metrics(g)
        # diag has the event from the holder's memory
        assert "cause: signal.absent: " in g.run(f"gpsppsctl diag {port.tty}").out

        port.receiver.pulse_line = "dcd"
        g.wait_until(lambda: metrics(g).get("up") == 1, LOST_S, "the return is not told")
        after = metrics(g)
        assert after["losses_total"] == 1, after
        assert after["pulses_total.assert"] > before["pulses_total.assert"], after
        assert len(events(g, port, "cause")) == len(events(g, port, "units")) == 1
    finally:
        g.run(f"gpsppsctl detach {port.tty}; rm -f /etc/gpsppsctl.conf")
    assert g.run(f"test -e {PROM}").rc == 1


def make_hooks(g):
    """gps-lost.service and gps-back.service; a function that says which were started."""
    for name in ("lost", "back"):
        g.put(f"/run/systemd/system/gps-{name}.service",
              f"[Service]\nType=oneshot\nExecStart=/bin/sh -c 'echo {name} >>/run/gps-hooks'\n")
    g.run("systemctl daemon-reload; rm -f /run/gps-hooks")
    return lambda: g.run("cat /run/gps-hooks", quiet=True).out.split()


@test(guest="full")
def units_are_started_when_the_pulse_goes_and_comes(g):
    port = g.ports["isa1"]
    hooks = make_hooks(g)
    with restored(g):
        write_table(g, port.tty, "on_lost=gps-lost.service on_back=gps-back.service,no-such.service")
        reload(g)
        wait_attached(g, port.tty)
        assert hooks() == []
        port.receiver.pulse_line = None
        g.wait_until(lambda: hooks() == ["lost"], LOST_S, "the loss started nothing", interval=0.5)
        text = await_event(g, port, "cause")
        assert text.startswith("signal.absent: "), text
        journal = g.run("journalctl -b -o cat -u 'gpsppsctl@*'").out
        assert "signal.absent: " in journal, journal
        port.receiver.pulse_line = "dcd"
        g.wait_until(lambda: hooks() == ["lost", "back"], LOST_S, "the return started nothing", interval=0.5)
        # what systemctl refused is told
        g.wait_until(lambda: len(events(g, port, "units")) == 2, LOST_S, "the units are not told")
        assert events(g, port, "units") == ["start gps-lost.service",
                                            "start gps-back.service,no-such.service: ended with code 5"]
