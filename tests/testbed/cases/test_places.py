# SPDX-License-Identifier: GPL-2.0-or-later
"""Ports of cards by their place: the same port after a boot that numbers them anew."""

import re

from testbed import test

# A card of four ports in slot 8, one port behind a bridge in slot b
CARD = ["pci-0000:00:08.0-bar0" + offset for offset in ("", "+0x8", "+0x10", "+0x18")]
BEHIND = "pci-0000:00:0b.0-01.0-bar0"
BRIDGE = ["-device", "pci-bridge,id=b,chassis_nr=1,addr=0xb",
          "-device", "pci-serial,id=pci1,chardev=pci1,bus=b,addr=1"]
# What comes before them on the bus, with a bridge of its own
MORE = ["-device", "pci-serial,id=pci2,chardev=pci2,addr=7",
        "-device", "pci-bridge,id=a,chassis_nr=2,addr=0xa"]


def boot_with(g, *words):
    g.extra = sum(words, [])
    g.reboot()


def places(g):
    """{place: tty} by what udev is told; nothing is told of the board's ports."""
    out = g.run("cd /sys/class/tty; for t in ttyS*; do echo $t $(gpsppsctl udev $t); done", check=True).out
    said = [line.split() for line in out.splitlines() if " " in line]
    assert all(re.fullmatch(r"GPSPPSCTL_PLACE=serial/by-path/\S+", words[1]) for words in said), out
    assert len({words[1] for words in said}) == len(said), out
    return {words[1].rpartition("/")[2]: words[0] for words in said}


def expect_wires(g, found):
    """What is written to a place arrives at its plug."""
    plugs = dict(zip(CARD + [BEHIND], ("card1", "card2", "card3", "card4", "pci1")))
    for place in sorted(set(plugs) & set(found)):
        name = plugs[place]
        g.run("stty -F /dev/%s raw; echo %s > /dev/%s" % (found[place], place, found[place]), check=True)
        said = b""
        while not said.endswith(b"\n"):
            said += g.ports[name].read(timeout=20)
        assert said == place.encode() + b"\n", (name, place, said)


def bus_of(g, tty):
    """"0000:01" of a port on a card."""
    return re.findall(r"/(\w{4}:\w\w):\w\w\.\w(?=/)", g.run("readlink -f /sys/class/tty/" + tty).out)[-1]


@test(fresh=True, cards=1)
def ports_of_one_card_have_places_of_their_own(g):
    found = places(g)
    assert sorted(found) == sorted(CARD), found
    expect_wires(g, found)


@test(fresh=True, cards=1, long=True)
def ports_of_cards_keep_their_place(g):
    boot_with(g, BRIDGE)
    before = places(g)
    assert sorted(before) == sorted(CARD + [BEHIND]), before
    expect_wires(g, before)
    bus = bus_of(g, before[BEHIND])
    boot_with(g, BRIDGE, MORE)
    after = places(g)
    assert sorted(after) == sorted([*before, "pci-0000:00:07.0-bar0"]), after
    assert all(after[place] != before[place] for place in before), (before, after)
    assert bus_of(g, after[BEHIND]) != bus, bus
    expect_wires(g, after)
