#!/usr/bin/env python3
"""--help, the manual page and the completion name the same commands and options.  test_docs.py OBJDIR"""
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
OBJDIR = sys.argv[1]
PROGRAM = next(p for p in (ROOT / OBJDIR / "gpsppsctl", ROOT / "gpsppsctl") if p.exists())
MAN = (ROOT / "man/gpsppsctl.8").read_text()
COMPLETION = (ROOT / "completion/gpsppsctl.bash").read_text()
n = bad = 0


def check(ok, what):
    global n, bad
    n += 1
    bad += not ok
    print(f"{'ok' if ok else 'not ok'} {n} - {what}")


def help_text(*args):
    done = subprocess.run([PROGRAM, *args, "--help"], capture_output=True, text=True)
    check(done.returncode == 0 and not done.stderr, f"{' '.join(args) or 'gpsppsctl'} --help exits 0, on stdout")
    return done.stdout


def options(text):
    return set(re.findall(r"(?<![\w-])--([a-z][a-z-]+)", text))


def man_section(command):
    match = re.search(rf"^\.Ss {command}$(.*?)^\.S[sh] ", MAN, re.M | re.S)
    return {o for o in re.findall(r"Fl -([a-z][a-z-]+)", match[1])} - {"help"} if match else set()


def completion_words(command):
    match = re.search(rf"^\t\t{command}\) words='([^']*)'", COMPLETION, re.M)
    return options(match[1]) if match else set()


commands = re.findall(r"^  ([a-z]+) ", help_text(), re.M)
check(len(commands) >= 6, "the overview names the commands")
for command in commands:
    told = options(help_text(command)) - {"help"}
    check(told == man_section(command), f"{command}: --help {sorted(told)} and the manual {sorted(man_section(command))}")
    done = completion_words(command) - {"help"}
    check(told == done, f"{command}: --help {sorted(told)} and the completion {sorted(done)}")
# \fB-less mdoc: an id of a finding is an item of the list in diag
ids = set(re.findall(r'"((?:kernel|driver|uart|ldisc|signal|receiver|nmea|tty|link|perm|port)\.[a-z-]+)"',
                     "".join(p.read_text() for p in [*ROOT.glob("src/check/*.c"), ROOT / "src/uartdiag.c",
                                                     ROOT / "src/diagnose.c"] if p.exists())))
listed = set(re.findall(r"^\.It ([a-z]+\.[a-z-]+)$", MAN, re.M))
check(ids == listed, f"ids in the code but not in the manual: {sorted(ids - listed)}; the reverse: {sorted(listed - ids)}")
sys.exit(bad > 0)
