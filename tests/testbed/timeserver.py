# SPDX-License-Identifier: GPL-2.0-or-later
"""The full guest as a time server: our service, its links, and NTPsec on them."""

import contextlib
import re
import time

UNIT = "gpsppsctl@{}.service"
NTP_CONF = """\
refclock nmea unit 0 mode 1 flag1 1 minpoll 3 maxpoll 3
tos mindist 0.5
driftfile /var/lib/ntpsec/ntp.drift
restrict default nomodify
restrict 127.0.0.1
restrict ::1
"""

# What is left of the seconds when the pulse is used: the sentences alone end 0.3 s after it.
PPS_OFFSET_MS = 20


def uptime_s(g):
    return float(g.run("cat /proc/uptime", quiet=True).out.split()[0])


def link(g, path):
    return g.run(f"readlink {path}", quiet=True).out.strip()


def asserts(g, pps):
    text = g.run(f"cat /sys/class/pps/{pps}/assert", quiet=True).out.strip()
    return int(text.split("#")[1]) if "#" in text else 0


def is_active(g, unit):
    return g.run(f"systemctl is-active {unit}", quiet=True).rc == 0


def write_table(g, tty, options="baud=4800 restart=ntpsec.service"):
    g.put("/etc/gpsppsctl.conf", f"# unit port options\n0 {tty} {options}\n")


def write_ntp_conf(g):
    g.put("/etc/ntpsec/ntp.conf", NTP_CONF)
    # without a drift file ntpd measures the frequency first, and is not synchronised for minutes
    g.run("mkdir -p /var/lib/ntpsec; echo 0.000 > /var/lib/ntpsec/ntp.drift; "
          "chown -R ntpsec:ntpsec /var/lib/ntpsec", check=True)


def reload(g):
    """What the README tells to do after a change of the table."""
    g.run("systemctl daemon-reload; udevadm control --reload; "
          "udevadm trigger -c add -s tty -s pps; udevadm settle", check=True, timeout=60)


def enable(g, service):
    """As systemctl does; but ntpsec has an init script as well, which costs it half a minute."""
    g.run(f"SYSTEMCTL_SKIP_SYSV=1 systemctl enable {service}", check=True, timeout=60)


def tear_down(g):
    g.run("systemctl stop ntpsec chrony 'gpsppsctl@*'; rm -f /etc/gpsppsctl.conf "
          "/etc/systemd/system/*.wants/ntpsec.service; systemctl reset-failed", timeout=60)
    reload(g)


@contextlib.contextmanager
def restored(g):
    """Leave the guest as the next test wants it."""
    try:
        yield
    finally:
        tear_down(g)


def wait_links(g, tty, timeout=20):
    g.wait_until(lambda: link(g, "/dev/gps0") == tty[5:] and link(g, "/dev/gpspps0").startswith("pps"),
                 timeout, "no links to the port and its pulse")
    pps = link(g, "/dev/gpspps0")
    assert g.run(f"cat /sys/class/pps/{pps}/path").out.strip() == tty
    return pps


def wait_attached(g, tty):
    """Both links, the service, pulses that count."""
    pps = wait_links(g, tty)
    unit = UNIT.format(tty[5:])
    g.wait_until(lambda: is_active(g, unit), 10, f"{unit} is not active")
    before = asserts(g, pps)
    g.wait_until(lambda: asserts(g, pps) >= before + 2, 10, "no pulses are counted")
    return pps


def ntp_variables(g):
    out = g.run("ntpq -4 -c 'rv 0 leap,stratum,refid' 127.0.0.1", quiet=True).out
    return dict(re.findall(r"(\w+)=([\w.]+)", out))


def peer_offset_ms(g):
    for line in g.run("ntpq -4 -pn 127.0.0.1", quiet=True).out.splitlines():
        if "NMEA" in line:
            return float(line.split()[-2])
    return None


def wait_stratum_1(g, timeout=120):
    """Synchronised (the tally alone is no proof), and by the pulse: nothing else is so near."""
    wanted = {"leap": "00", "stratum": "1"}
    g.wait_until(lambda: wanted.items() <= ntp_variables(g).items(), timeout,
                 "ntpd is not at stratum 1", interval=1)
    g.wait_until(lambda: abs(peer_offset_ms(g) or 999) < PPS_OFFSET_MS, 60,
                 f"the offset is not the pulse's: {peer_offset_ms(g)} ms", interval=1)


def holders(g, node):
    """Names of the processes that have /dev/NODE open."""
    # one process for all: the emulated processor takes 5 s for a readlink of each file
    out = g.run(f"find /proc/[0-9]*/fd -lname /dev/{node} 2>/dev/null | cut -d/ -f3 | sort -u | "
                "while read pid; do cat /proc/$pid/comm; done", quiet=True).out
    return set(out.split())


def ntpd_writes(g, port):
    """The UART registers written while NTPsec opens a port and settles down."""
    with g.trace_serial() as writes:
        g.run("systemctl start ntpsec", timeout=30, check=True)
        g.wait_until(lambda: g.run(f"ls -l /proc/$(pgrep -ox ntpd)/fd | grep -q '{port.tty}$'",
                                   quiet=True).rc == 0, 15, "ntpd has not opened the port")
        time.sleep(2)
    g.run("systemctl stop ntpsec", check=True)
    return writes
