# SPDX-License-Identifier: GPL-2.0-or-later
"""
What the daemons and ppstest write of a pulse, recorded anew from the real ones, and what report
reads in it, beside a reader of our own here.  RECORD=DIR in the environment keeps the files in
DIR: tests/fixtures/report is of them.
"""

import datetime
import json
import os
import time

import classic
from daemons import (CHRONY, NTP_REST, NTPSEC, RMC_S, gpsd, on_receiver, other_server, running,
                     wait_chrony, wait_tally)
from testbed import test
from timeserver import reload, wait_attached, write_table

SERVER = "server 10.9.9.2 iburst minpoll 3 maxpoll 3 prefer\n"
# one file of each kind, which is not cut in two at midnight
STATISTICS = """\
statsdir %s/
statistics loopstats peerstats clockstats
filegen loopstats file loopstats type none enable
filegen peerstats file peerstats type none enable
filegen clockstats file clockstats type none enable
"""
STATS = "loopstats", "peerstats", "clockstats"
NTPSEC_CONF = SERVER + "refclock pps unit 0 ppspath /dev/gpspps0 flag4 1 minpoll 3 maxpoll 3\n"
CLASSIC_CONF = SERVER + """\
server 127.127.22.0 minpoll 3 maxpoll 3
fudge 127.127.22.0 flag4 1
"""
CHRONY_CONF = """\
refclock SHM 0 refid NMEA offset %.2f delay 0.2 poll 2 noselect
refclock PPS /dev/pps0 lock NMEA refid PPS poll 2
server 10.9.9.2 iburst minpoll 3 maxpoll 3
makestep 0.1 10
log statistics tracking refclocks
logdir /var/log/chrony
""" % RMC_S
LOGS = "statistics.log", "tracking.log", "refclocks.log"



# ---- a reader: (time, offset, source) of each line that has an offset ----

def by_mjd(w):
    return (int(w[0]) - 40587) * 86400 + float(w[1])


def by_date(w):
    at = datetime.datetime.fromisoformat("%s %s+00:00" % (w[0], w[1]))
    return at.timestamp()


def loopstats(w):
    return by_mjd(w), float(w[2]), None


def peerstats(w):
    return by_mjd(w), float(w[4]), w[2]


def clockstats(w):
    return (by_mjd(w), float(w[3]), w[2]) if len(w) == 4 else None


def statistics(w):
    return (by_date(w), float(w[4]), w[2]) if w[0][0] == "2" else None


def tracking(w):
    return (by_date(w), float(w[6]), None) if w[0][0] == "2" and w[7] != "?" else None


def refclocks(w):
    return (by_date(w), float(w[7]), w[2]) if w[0][0] == "2" and w[3] != "-" else None


def ppstest(w):
    if w[0] != "source":
        return None
    ns = int(w[4].rstrip(",").replace(".", ""))
    return ns / 1e9, ((ns + 500000000) % 1000000000 - 500000000) / 1e9, w[1]


READERS = {f.__name__: f for f in (loopstats, peerstats, clockstats, statistics, tracking,
                                   refclocks, ppstest)}


def read(name, text):
    """By source: times and offsets."""
    found = {}
    for line in text.decode("ascii").splitlines():
        sample = READERS[name](line.split())
        if sample:
            found.setdefault(sample[2], []).append(sample[:2])
    return found


# ---- what report says ----

def near(a, b):
    return abs(a - b) <= 1e-12 + 1e-9 * abs(b)


def expect_read(g, path, text):
    name = os.path.basename(path).removesuffix(".log")
    r = g.run("gpsppsctl report --json " + path)
    assert r.rc == 0 and r.err == "", r
    said = {s["source"]: s for s in json.loads(r.out)["series"]}
    # two samples are the least that are a series
    own = {source: samples for source, samples in read(name, text).items() if len(samples) > 1}
    assert own and own.keys() <= said.keys(), (path, own.keys(), said.keys())
    for source, samples in own.items():
        s, offsets = said[source], [offset for _, offset in samples]
        assert s["format"] == name and s["bad_lines"] == 0, s
        # what has no place of its own on report's grid is counted there
        lost = s["doubled"] + s["out_of_order"]
        assert s["samples"] + lost == len(samples), (path, source, len(samples), s)
        assert min(offsets) <= s["min_s"] <= s["max_s"] <= max(offsets), s
        if not lost:
            assert near(s["mean_s"], sum(offsets) / len(offsets)), s
            assert near(s["min_s"], min(offsets)) and near(s["max_s"], max(offsets)), s


# ---- the writers ----

def check(g, where, names, maker):
    for name in names:
        path = "%s/%s" % (where, name)
        text = g.get(path)
        if os.environ.get("RECORD"):
            with open(os.path.join(os.environ["RECORD"], "%s-%s" % (maker, name)), "wb") as f:
                f.write(text)
        expect_read(g, path, text)


def pulses_of_ntpsec(g, seconds):
    where = "/var/log/ntpsec"
    g.run("mkdir -p {0}; rm -f {0}/*stats; chown ntpsec:ntpsec {0}".format(where), check=True)
    with running(g, "ntpsec", NTPSEC, NTPSEC_CONF + STATISTICS % where + NTP_REST):
        wait_tally(g, "PPS(0)", "o*")
        time.sleep(seconds)
    check(g, where, STATS, "ntpsec")


def pulses_of_classic(g, seconds):
    where = "/run/classic-stats"
    g.run("mkdir -p %s" % where, check=True)
    with classic.classic(g, CLASSIC_CONF + STATISTICS % where + NTP_REST):
        wait_tally(g, "127.127.22.0", "o*", classic.NTPQ)
        time.sleep(seconds)
    check(g, where, STATS, "classic")


def pulses_of_ppstest(g, seconds):
    g.run("timeout %d ppstest /dev/gpspps0 >/run/ppstest; true" % seconds, timeout=seconds + 10)
    check(g, "/run", ["ppstest"], "pps-tools")


def pulses_of_chrony(g, tty, seconds):
    with gpsd(g, tty), running(g, "chrony", CHRONY, CHRONY_CONF):
        wait_chrony(g, "PPS")
        time.sleep(seconds)
    check(g, "/var/log/chrony", LOGS, "chrony")


@test(guest="full", long=True, limit_s=1500)
def what_the_daemons_write_of_a_pulse(g):
    with on_receiver(g) as port:
        write_table(g, port.tty, "baud=%d" % port.receiver.baud)
        reload(g)
        wait_attached(g, port.tty)
        with other_server(g):
            pulses_of_ntpsec(g, 40)
            pulses_of_classic(g, 25)
        pulses_of_ppstest(g, 15)
        g.run("systemctl stop 'gpsppsctl@*'; rm /etc/gpsppsctl.conf", check=True)
        reload(g)
        with other_server(g):
            pulses_of_chrony(g, port.tty, 40)
