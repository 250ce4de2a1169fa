# SPDX-License-Identifier: GPL-2.0-or-later
"""
Every command that the manual pages and the README show, and which test runs it.

of_page() and of_readme() extract; the three tables below say where each command is run.
tests/tree/test_man_examples.py fails on one that none of them has, tests/pty/test_examples.py
runs HERE, the testbed's cases/test_examples.py GUEST.  ELSEWHERE names the file of another test
and what stands there of the command.
"""
import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted((ROOT / "man").glob("*.[1-9]"))
README = ROOT / "README.md"


@dataclass
class Run:
    """What a command is expected to do."""
    code: int = 0
    says: str = ""          # a pattern in what it prints, on stdout or stderr
    until: str = ""         # it goes on: ended by Ctrl-C when it has printed this
    makes: str = ""         # a file that is there afterwards
    state: str = "idle"     # of the port, before (the testbed's scenes)
    long: bool = False      # takes more than some seconds: for the long suite


# Lines of files, not commands: ntp.conf, chrony.conf, the table, /etc/default
CONFIGURATION = re.compile(r"#|refclock |server |fudge |\d+ +[-/\w]|FEED_OPTIONS=|gpsppsctl: object: ")
# What begins a command in the README, whose blocks have also pictures and what programs say
PROGRAMS = ("gpsppsctl", "make", "systemctl", "udevadm", "ntpq", "chronyc", "apt", "apt-get", "dpkg", "rpm", "dnf",
            "opkg", "echo", "cd", "git", "tar", "sh", "ldattach", "insmod", "modprobe")


# ---- what is shown ----

def plain(text):
    """A line of mdoc as it is read."""
    return text.replace(r"\(dq", '"').replace(r"\&", "").replace(r"\e", "\\")


def command(line):
    """Without its comment, prompt and sudo; blanks are one."""
    line = re.sub(r"(^| )#( .*)?$", "", re.sub(r"^[#$] (?=\S)", "", line.strip()))
    return " ".join(re.sub(r"\bsudo ", "", line).split())


def is_form(words):
    """PORT stands for a port: this is no command as it is typed."""
    return re.search(r"(?<![\w.-])(?:[A-Z]{2,}|[NSXD])(?![\w=-])|\.\.\.|…|\[", re.sub(r"'[^']*'", "", words)) is not None


def of_page(path):
    """The commands of EXAMPLES: all that is displayed there but lines of configuration."""
    section = re.search(r"^\.Sh EXAMPLES$(.*?)(?=^\.Sh |\Z)", path.read_text(), re.M | re.S)
    found, literal = [], False
    for line in (section[1] if section else "").splitlines():
        if line.startswith(".Bd"):
            literal = True
        elif line.startswith(".Ed"):
            literal = False
        elif literal or line.startswith(".Dl "):
            text = plain(line.removeprefix(".Dl "))
            if text.strip() and not CONFIGURATION.match(text.strip()):
                found.append(command(text))
    return found


def of_readme(path=README):
    """Lines of code blocks that begin with a program, and `gpsppsctl ...` and `make ...` in the text."""
    found, fenced = [], False
    for line in path.read_text().splitlines():
        if line.startswith("```"):
            fenced = not fenced
        elif fenced or line.startswith("    "):
            words = command(line)
            if words.split(" ")[0] in PROGRAMS and not is_form(words):
                found.append(words)
        else:
            found += [command(span) for span in re.findall(r"`((?:sudo )?(?:gpsppsctl|make) [^`]+)`", line) if not is_form(span)]
    return found


def shown():
    """Each command with the first place that shows it."""
    places = {}
    for path in PAGES:
        for words in of_page(path):
            places.setdefault(words, path.name)
    for words in of_readme():
        places.setdefault(words, "README.md")
    return places


# ---- run on ptys with the model of a receiver, on records and on files (tests/pty/test_examples.py) ----

HERE = {
    "gpsppsctl": Run(says=r"gpsppsctl diag  +no pulse\?"),
    "gpsppsctl list": Run(says=r"PORT|no serial"),
    "gpsppsctl list -o +DCD": Run(says="DCD"),
    "gpsppsctl list -n -o PORT,PPS,EDGES": Run(),
    "gpsppsctl list --json | jq -r '.ports[] | select(.pps) | .port'": Run(),
    "gpsppsctl diag --sysroot trouble": Run(says="healthy"),
    "gpsppsctl diag --sysroot trouble/": Run(says="healthy"),
    "gpsppsctl diag --explain uart.msi-off": Run(says="modem-status interrupt"),
    "gpsppsctl diag --list": Run(says=r"uart\.msi-off"),
    "gpsppsctl receiver /dev/ttyS0": Run(says="Garmin"),
    "gpsppsctl receiver /dev/ttyS0 --save before": Run(makes="before"),
    "gpsppsctl receiver /dev/ttyS0 --timing": Run(says="RMC"),
    "gpsppsctl receiver /dev/ttyS0 --restore before": Run(says="sends RMC GGA"),
    "gpsppsctl receiver /dev/ttyS0 --baud 9600 --sentences RMC,GGA": Run(says="9600"),
    "gpsppsctl receiver /dev/ttyS0 --dry-run --pulse 200 --pps on": Run(says=r"\$PGRM"),
    "gpsppsctl receiver /dev/ttyS0 --defaults": Run(says="sends RMC GGA"),
    "gpsppsctl receiver /dev/ttyS0 --send '$PGRMCE'": Run(says=r"PGRMC"),
    "gpsppsctl nmea /dev/ttyS0": Run(says="RMC"),
    "gpsppsctl nmea --follow /dev/ttyS0": Run(until="RMC"),
    "gpsppsctl nmea --json --follow /dev/ttyS0": Run(until='"arrived":'),
    "gpsppsctl nmea --census 10 /dev/ttyS0": Run(says="RMC"),
    "gpsppsctl nmea --count receiver.log": Run(says="RMC"),
    "gpsppsctl nmea --count old.log": Run(says="RMC"),
    "gpsppsctl nmea --json receiver.log | jq -c 'select(.type == \"RMC\") | [.time, .valid]'":
        Run(says=r'(?m)^\["20\d\d-\d\d-\d\dT[\d:.]+Z",true\]$'),
    "gpsppsctl nmea --reference 2026-01-01 receiver.log": Run(says="RMC"),
    "gpsppsctl watch --quiet pulses.log": Run(says="pulses"),
    "gpsppsctl report pulses.log /var/log/ntpsec/loopstats": Run(says=r"(?m)^jitter "),
    "gpsppsctl report p.log /var/log/ntpsec/loopstats": Run(says=r"(?m)^jitter "),
    "gpsppsctl report --html clock.html pulses.log /var/log/ntpsec/loopstats": Run(makes="clock.html"),
    "gpsppsctl report --html clock.html /var/log/chrony/refclocks.log": Run(makes="clock.html"),
    "gpsppsctl report --plot pictures /var/log/chrony/refclocks.log": Run(makes="pictures/report.gp"),
    "gpsppsctl report --format phase --unit us --tau0 10 phases.txt": Run(says="OADEV"),
    "gpsppsctl udev ttyS0": Run(says=r"GPSPPSCTL_UNIT=0\nGPSPPSCTL_LINK=gps0\nGPSPPSCTL_SERVICE=1\n"),
    "gpsppsctl udev ttyS1": Run(says="GPSPPSCTL_UNIT=1"),
    "DEVLINKS=/dev/serial/by-id/usb-x gpsppsctl udev ttyUSB0": Run(says="GPSPPSCTL_UNIT=2"),
    "gpsppsctl kernel": Run(says="tick"),
    "gpsppsctl setup --root /mnt --daemon ntpsec --yes ttyS0": Run(says="wrote +/etc/gpsppsctl.conf"),
    "gpsppsctl setup --print list": Run(says="(?m)^ntpsec-nmea "),
    "gpsppsctl setup --print ntpsec-nmea": Run(says="refclock nmea unit 0"),
    "gpsppsctl setup --print ntpsec-pps": Run(says="refclock pps unit 0"),
    "gpsppsctl setup --print chrony-pps": Run(says="refclock PPS /dev/gpspps0"),
    "gpsppsctl setup --print chrony-gpio": Run(says="refclock PPS /dev/gpspps"),
    "gpsppsctl setup --print chrony-pps ttyS0": Run(says="refclock PPS /dev/gpspps0"),
    "make help": Run(says="make install"),
}

# ---- run in the emulated PC, whose ports are a number higher (testbed/cases/test_examples.py) ----

GUEST = {
    # the port is idle
    "gpsppsctl attach /dev/ttyS0": Run(until="holding; Ctrl-C detaches"),
    "gpsppsctl attach --once --wait-pulse 10 ttyS0": Run(says="first pulse after"),
    "gpsppsctl attach --wait-port 86400 /dev/ttyUSB0": Run(state="absent", until="holding; Ctrl-C detaches"),
    "gpsppsctl attach --daemon --unit 1 --pulse-only ttyS1": Run(state="wired", says="/dev/gpspps1"),
    "gpsppsctl attach --all --daemon": Run(state="table", says="/dev/gps0"),
    "gpsppsctl generate --count 10 ttyS1": Run(state="looped", says="10 pulses", long=True),
    "gpsppsctl generate ttyS1": Run(state="looped", until="bracket"),
    "gpsppsctl generate ttyS1 --loopback ttyS2": Run(state="looped", until="assert"),
    "gpsppsctl watch --line cts ttyS1": Run(state="on cts", until="interval"),
    "gpsppsctl feed --line cts --sock auto ttyS1": Run(state="on cts", until="feeding; Ctrl-C ends"),
    "gpsppsctl feed --seconds-only --sock auto ttyS0": Run(until="feeding; Ctrl-C ends"),
    # gpsppsctl holds it
    "gpsppsctl detach ttyS0": Run(state="held"),
    "gpsppsctl diag": Run(state="held", says="healthy"),
    "gpsppsctl diag --quiet ttyS0 || echo the clock has no pulse": Run(state="held", long=True),
    "gpsppsctl diag --verbose": Run(state="held", says="refclock", long=True),
    "gpsppsctl diag --verbose ttyS0": Run(state="held", says="refclock"),
    "gpsppsctl diag --follow": Run(state="held", until="healthy", long=True),
    "gpsppsctl diag --follow ttyS0": Run(state="held", until="healthy"),
    "gpsppsctl diag --record trouble": Run(state="held", says="healthy"),
    "gpsppsctl diag --record trouble/": Run(state="held", says="healthy", long=True),
    "gpsppsctl diag --fix": Run(state="held", says="healthy", long=True),
    "gpsppsctl diag --fix --yes ttyS0": Run(state="spoilt", says="healthy"),
    "gpsppsctl watch": Run(state="held", until="interval"),
    "gpsppsctl watch --last": Run(state="held", says="pps0"),
    "gpsppsctl watch --timeout 5 ttyS0": Run(state="held", until="interval"),
    "gpsppsctl watch --plain --count 60 --log pulses.log pps0": Run(state="held", says="60 pulses", long=True),
    "gpsppsctl watch --plain --count 3600 --log p.log": Run(state="held", until="interval", long=True),
    "gpsppsctl feed /dev/ttyS0": Run(state="held", until="feeding; Ctrl-C ends"),
    "gpsppsctl feed --pulse-only --shm 2 ttyS0": Run(state="held", until="feeding; Ctrl-C ends"),
    "gpsppsctl feed --calibrate pps0 --line cts ttyS1": Run(state="held, on cts", says="time1", long=True),
    "gpsppsctl kernel pps0": Run(state="held", code=1, says="CONFIG_NTP_PPS|pps0"),
    "gpsppsctl kernel --bind pps0": Run(state="held", code=1, says="CONFIG_NTP_PPS"),
    "gpsppsctl kernel --unbind": Run(state="held", code=1, says="CONFIG_NTP_PPS|no source is bound"),
    "gpsppsctl kernel --tick 10001": Run(says="--tick 10000"),
    "gpsppsctl kernel --tick 10000": Run(),
    "gpsppsctl list --gpio": Run(code=1),
    "make run PORT=/dev/ttyS0": Run(says="/dev/gpspps0", long=True),
}

# ---- run by another test: the file, and what is there of the command ----

NEWCOMER = "tests/testbed/cases/test_newcomer.py"
ELSEWHERE = {
    "gpsppsctl setup": (NEWCOMER, "newcomer_with_chrony"),
    "gpsppsctl setup --dry-run ttyS0": ("tests/testbed/cases/test_setup.py", '"gpsppsctl setup --dry-run " + port.tty'),
    "gpsppsctl setup --daemon chrony --yes ttyS0": (NEWCOMER, "--daemon chrony"),
    "gpsppsctl setup --undo": ("tests/testbed/newcomer.py", "--undo"),
    "gpsppsctl setup --unit 1 --daemon ntpsec --yes ttyS1": (NEWCOMER, " --daemon ntpsec --yes"),
    "systemctl enable --now gpsppsctl-feed@ttyS0": ("tests/testbed/cases/test_feeddaemons.py", "gpsppsctl-feed@"),
    "systemctl daemon-reload; udevadm trigger -c add -s tty -s pps": ("tests/testbed/timeserver.py", "udevadm trigger"),
    "systemctl daemon-reload": ("tests/testbed/timeserver.py", "daemon-reload"),
    "udevadm control --reload; udevadm trigger -c add -s tty -s pps": ("tests/testbed/timeserver.py", "udevadm trigger"),
    "echo '0 /dev/ttyS0 baud=4800 restart=ntpsec.service' | tee -a /etc/gpsppsctl.conf":
        ("tests/testbed/timeserver.py", "/etc/gpsppsctl.conf"),
    "make && make install": ("tests/tree/test_install.sh", "make_in install"),
    "make deps DEPS=build": (".ci/run", "make check DEPS=all"),
    "make check": (".ci/run", "make check"),
    "make run": ("tests/run", '"make", "-s", "run"'),
    "make deps": (".ci/run", "make check DEPS=all"),
    "make install": ("tests/tree/test_install.sh", "make_in install"),
    "make deb": ("tests/packaging/deb", "make"),
    "make rpm": ("tests/packaging/rpm", "make"),
    "make dist": ("tests/packaging/dist", "dist"),
    "make test": ("tests/run", '"make", "-s", "dev"'),
    "make bench": ("tests/run", '"make", "-s", "bench"'),
    "make check-kernel": ("tests/run", "def kernel(objdir)"),
    "make check-all": ("tests/run", "def all_suites"),
    "make patched-ldattach": ("tests/testbed/cases/test_patched.py", "patchedldattach"),
    "make patched-debs": ("tests/patched/debs", "scripts/patched-debs"),
    "make kernel-deb": ("tests/kernel/test_config.py", "kernel-deb"),
}
