# SPDX-License-Identifier: GPL-2.0-or-later
"""Several ports in one process: one of them may go, the others are held."""

import re
import time

from testbed import test

ATTACH = "NOTIFY_SOCKET=/nonexistent gpsppsctl attach --daemon %s"


def sources(g):
    """{"/dev/ttyS1": "pps0"} of what is attached."""
    out = g.run("cd /sys/class/pps; grep . */path /dev/null", quiet=True).out
    return {path: pps for pps, path in re.findall(r"(pps\d+)/path:(/dev/\S+)", out)}


def links(g):
    return g.run("cd /dev && ls -d gps[0-9]* gpspps[0-9]* 2>/dev/null; true").out.split()


def holders(g):
    return g.run("pgrep -x gpsppsctl; true", quiet=True).out.split()


@test()
def one_process_holds_three_ports(g):
    ports = [g.ports[name] for name in ("isa1", "isa2", "pci1")]
    if not ports[2].plugged:
        ports[2].plug()
    first, second, card = (port.tty for port in ports)
    for port in ports:
        port.pulse(width_ms=100)
    r = g.run(ATTACH % " ".join(port.tty for port in ports), check=True)
    pid = re.search(r"held by gpsppsctl\[(\d+)\]", r.out)[1]
    assert holders(g) == [pid]
    assert g.run("tr '\\0' ' ' < /proc/%s/cmdline" % pid).out.split()[2:] == [first, second, card]
    assert set(sources(g)) == {first, second, card}
    assert links(g) == ["gps0", "gps1", "gps2", "gpspps0", "gpspps1", "gpspps2"]

    # one is detached, by its own socket
    assert g.run("gpsppsctl detach " + second).rc == 0
    assert set(sources(g)) == {first, card}
    assert links(g) == ["gps0", "gps2", "gpspps0", "gpspps2"]
    assert g.run("gpsppsctl detach " + second).rc == 1
    assert holders(g) == [pid]

    # another is pulled out
    ports[2].unplug()
    g.wait_until(lambda: set(sources(g)) == {first}, 10, "the card's source stays")
    g.wait_until(lambda: links(g) == ["gps0", "gpspps0"], 10, "the card's links stay")
    assert holders(g) == [pid]
    ports[2].plug()

    # and the last
    g.run("kill " + pid, check=True)
    g.wait_until(lambda: not holders(g), 10, "the holder stays")
    assert not sources(g) and not links(g)
    assert g.run("ls /run/gpsppsctl/*.sock").rc != 0
    for port in ports:
        port.reset_lines()


@test()
def all_of_several_or_none(g):
    first, second = (g.ports[name].tty for name in ("isa1", "isa2"))
    r = g.run(ATTACH % ("%s %s" % (first, first)))
    assert (r.rc, r.err.splitlines()[0]) == (2, "gpsppsctl: %s: given twice" % first), r
    # the second one's link is somebody's: what was done for the first is undone
    before = g.run("stty -g -F " + first, check=True).out
    g.run("mkdir /dev/gpspps1", check=True)
    r = g.run(ATTACH % ("%s %s" % (first, second)))
    g.run("rmdir /dev/gpspps1", check=True)
    assert r.rc == 2 and "/dev/gpspps1" in r.err, r
    assert not sources(g) and not links(g) and not holders(g)
    assert g.run("stty -g -F " + first, check=True).out == before


TICKS = """[Service]
ExecStart=/bin/sh -c 'echo started >>/run/ticks; exec sleep 1000'
"""


@test(guest="full")
def several_ports_restart_their_daemon_once(g):
    """When all are attached, and not when one of them was in vain."""
    first, second = (g.ports[name].tty for name in ("isa2", "isa3"))
    g.put("/run/systemd/system/tick.service", TICKS)
    g.put("/tmp/table", "6 %s restart=tick.service\n7 %s restart=tick.service\n" % (first, second))
    attach = ATTACH.replace("gpsppsctl", "gpsppsctl -C /tmp/table") % ("%s %s" % (first, second))

    def starts():
        return g.run("grep -c started /run/ticks", quiet=True).out.strip()

    g.run("rm -f /run/ticks; systemctl daemon-reload; systemctl start tick", check=True)
    g.wait_until(lambda: starts() == "1", 20, "the daemon does not start")
    try:
        g.run("mkdir /dev/gpspps7", check=True)
        r = g.run(attach)
        g.run("rmdir /dev/gpspps7", check=True)
        assert r.rc == 2 and not sources(g), r
        assert starts() == "1"
        assert g.run(attach).rc == 0
        assert set(sources(g)) == {first, second}
        g.wait_until(lambda: starts() == "2", 20, "the daemon was not restarted")
        time.sleep(2)
        assert starts() == "2"
    finally:
        g.run("gpsppsctl detach %s; gpsppsctl detach %s; systemctl stop tick; "
              "rm /run/systemd/system/tick.service; systemctl daemon-reload" % (first, second))
