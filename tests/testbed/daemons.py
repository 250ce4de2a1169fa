# SPDX-License-Identifier: GPL-2.0-or-later
"""
The full guest's chrony, gpsd and NTPsec on a receiver: how they are told what to do, and
what they say of it themselves.  None of this asks diag.
"""

import contextlib
import re

from garmin18 import NMEA23
from timeserver import holders, restored

CHRONY = "/etc/chrony/chrony.conf"
GPSD = "/etc/default/gpsd"
NTPSEC = "/etc/ntpsec/ntp.conf"
FREQUENCIES = "/var/lib/ntpsec/ntp.drift", "/var/lib/chrony/chrony.drift"
NTP_REST = """\
tos mindist 0.5
driftfile /var/lib/ntpsec/ntp.drift
restrict default nomodify
restrict 127.0.0.1
restrict ::1
"""

GPSD_OPTIONS = "-n -b -s 38400"

# What each is told when no port is its business
AT_REST = {
    CHRONY: "driftfile /var/lib/chrony/chrony.drift\n",
    GPSD: 'DEVICES=""\nGPSD_OPTIONS=""\nUSBAUTO="false"\n',
    NTPSEC: NTP_REST,
}
# From the pulse to the first sentence, and to the end of RMC, whose arrival the daemons take
DELAY_MS = 50
RMC_S = 0.07
STOP = """
systemctl stop chrony gpsd.socket gpsd ntpsec
pkill -x gpsd
ipcrm --all=shm
rm -f /run/chrony*.sock
systemctl reset-failed
true
"""


def rest(g):
    g.run(STOP, timeout=60, quiet=True)
    for path, text in AT_REST.items():
        g.put(path, text)


# gpsd 3.22 passes no pulse on ("no fix") while RMC has no mode field: the receiver is told to
# speak as of NMEA 2.30
SENTENCES = {"GPRMC", "GPGGA"}
BAUD = 38400


@contextlib.contextmanager
def on_receiver(g):
    """A port whose receiver says what gpsd wants, soon after its pulse; nobody has it yet."""
    port = g.ports["isa1"]
    port.receiver.stored.sentences = set(SENTENCES)
    port.receiver.stored.pgrmc1[NMEA23] = "2"
    port.receiver.baud = BAUD
    # so that they are over well before half a second
    port.receiver.delay_ms = DELAY_MS
    # without a known frequency ntpd measures it first, for minutes
    g.run("mkdir -p /var/lib/ntpsec; echo 0.000 > /var/lib/ntpsec/ntp.drift; "
          "rm -f /var/lib/chrony/*; chown -R ntpsec:ntpsec /var/lib/ntpsec", check=True)
    with restored(g):
        rest(g)
        try:
            yield port
        finally:
            rest(g)


def start(g, service, path, text, succeeds=True):
    g.put(path, text)
    r = g.run("systemctl restart " + service, timeout=60)
    assert (r.rc == 0) == succeeds, r


@contextlib.contextmanager
def running(g, service, path, text, succeeds=True):
    start(g, service, path, text, succeeds)
    try:
        yield
    finally:
        g.run("systemctl stop %s; systemctl reset-failed %s; true" % (service, service),
              timeout=60, quiet=True)
        g.put(path, AT_REST[path])


# ---- gpsd ----

def start_gpsd(g, device, options=GPSD_OPTIONS):
    """-b: it would have the receiver say more."""
    start(g, "gpsd", GPSD, 'DEVICES="%s"\nGPSD_OPTIONS="%s"\nUSBAUTO="false"\n' %
          (device, options))


def stop_gpsd(g):
    """With its segments: the next daemon would read what was left in them."""
    g.run("systemctl stop gpsd.socket gpsd; ipcrm --all=shm; systemctl reset-failed; true",
          timeout=60, quiet=True)
    g.put(GPSD, AT_REST[GPSD])


def wait_gpsd(g, tty):
    """It has the port and its pulse; which source that is."""
    g.wait_until(lambda: "gpsd" in holders(g, tty[5:]) and "gpsd" in holders(g, "pps0"), 15,
                 "gpsd has not the port and its pulse")
    return "pps0"


@contextlib.contextmanager
def gpsd(g, tty, options=GPSD_OPTIONS):
    start_gpsd(g, tty, options)
    try:
        yield wait_gpsd(g, tty)
    finally:
        stop_gpsd(g)


# ---- chrony ----

def sources(g):
    """chronyd's word on its clocks: {"PPS": ("*", 7)}, the state and the polls that reached."""
    out = g.run("chronyc -c -n sources", quiet=True).out
    return {name: (state, int(reach, 8)) for state, name, reach in
            re.findall(r"^#,(.),(\w+),\d+,-?\d+,(\d+),", out, re.M)}


def wait_chrony(g, name, state="*", timeout=40):
    g.wait_until(lambda: sources(g).get(name, " ")[0] == state, timeout,
                 lambda: "chrony's %s is not %s: %s" % (name, state, sources(g)), interval=1)


def clock_error_s(g, name):
    """How far chronyd finds the clock from this source, by its last sample."""
    out = g.run("chronyc -c -n sources", quiet=True).out
    return float(re.search(r"^#,.,%s,(?:[^,]*,){4}([-.\d]+)," % name, out, re.M)[1])


# ---- ntpd ----

def tally(g, clock, ntpq="ntpq"):
    """The mark before a clock in ntpq -p: " ", "*", "o"; None: it has no such clock."""
    out = g.run(ntpq + " -4 -pn 127.0.0.1", quiet=True).out
    mark = re.search(r"^(.)" + re.escape(clock), out, re.M)
    return mark and mark[1]


def wait_tally(g, clock, marks, ntpq="ntpq", timeout=60):
    g.wait_until(lambda: (tally(g, clock, ntpq) or "none") in marks, timeout,
                 "ntpd's %s has not %s" % (clock, marks), interval=1)


# ---- the log ----

def log(g, name):
    """The lines of the newest process of this name."""
    return g.run("journalctl -b -q --no-pager -o cat -t %s _PID=$(journalctl -b -q -n 1 -o json "
                 "-t %s | sed 's/.*\"_PID\":\"\\([0-9]*\\)\".*/\\1/')" % (name, name),
                 quiet=True).out


def wait_log(g, name, line, timeout=10):
    g.wait_until(lambda: line in log(g, name), timeout, "%s does not log %r" % (name, line))


# ---- a server on the network, for who needs the seconds numbered ----

# Raw, as ntpd has all of port 123; no interface has its address, or ntpd would take it.
# It tells the guest's own clock, and with a root dispersion of 20 ms says so: with 1 ms it and
# a pulse that found this clock 3 ms off would be two that contradict each other, and chrony would
# select neither for good ("no majority").
OTHER_SERVER = r'''
import socket, struct, time
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
s.bind(("10.9.9.2", 0))
print("ready", flush=True)
while True:
    packet, sender = s.recvfrom(1024)
    now = int((time.time() + 2208988800) * 2**32)
    port, to = struct.unpack("!HH", packet[20:24])
    if to == 123 and sender[0] != "10.9.9.2":
        answer = struct.pack("!BBbbII4sQ", 0x24, 2, 3, -20, 0, 1311, b"GPS ", now - 2**33)
        answer += packet[68:76] + struct.pack("!QQ", now, now)
        s.sendto(struct.pack("!HHHH", 123, port, 8 + len(answer), 0) + answer, sender)
'''


@contextlib.contextmanager
def other_server(g):
    g.run("ip route replace local 10.9.9.0/24 dev lo src 127.0.0.1", check=True)
    g.put("/run/other_server", OTHER_SERVER)
    job = g.start("exec python3 /run/other_server")
    g.wait_until(lambda: "ready" in job.output() or job.done, 10, "no other server")
    assert not job.done, job.result()
    try:
        yield
    finally:
        job.signal(9)
        g.run("ip route del local 10.9.9.0/24 dev lo", quiet=True)
