#!/usr/bin/env python3
"""--help, the manual pages and the completion name the same commands, options and ids.  test_docs.py OBJDIR"""
import json
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


def run_diag(*args):
    return subprocess.run([PROGRAM, "diag", *args], capture_output=True, text=True).stdout


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
# the ids: --list, --explain and the generated page have the same, and each is told with all it needs
listed = [line.split()[0] for line in run_diag("--list").splitlines()]
check(len(listed) == len(set(listed)) and len(listed) > 50, f"diag --list names {len(listed)} ids, each once")
check(f"It knows {len(listed)} reasons" in (ROOT / "README.md").read_text(), f"README: {len(listed)} reasons")
check(f"{len(listed)} causes" in (ROOT / "NEWS.md").read_text(), f"NEWS: {len(listed)} causes")
page = subprocess.run([ROOT / "scripts/man-causes", PROGRAM], capture_output=True, text=True).stdout
check(re.findall(r"^\.It Sy (\S+)$", page, re.M) == listed, "the generated page has the ids of --list in their order")
for entry in json.loads(run_diag("--list", "--json"))["checks"]:
    ok = (0 < len(entry["title"] or "") <= 70 and len(entry["explain"] or "") > 80 and entry["see"])
    check(ok and entry["title"][-1] != ".", f"{entry['id']} is explained")
sys.exit(bad > 0)
