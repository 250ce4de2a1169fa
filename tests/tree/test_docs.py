#!/usr/bin/env python3
"""--help and the manual pages name the same commands, options and ids.  test_docs.py OBJDIR"""
import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
OBJDIR = sys.argv[1]
PROGRAM = next(p for p in (ROOT / OBJDIR / "gpsppsctl", ROOT / "gpsppsctl") if p.exists())
PAGES = {p.name: p.read_text() for p in sorted((ROOT / "man").glob("*.[578]"))}
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


def section(page, name):
    match = re.search(rf"^\.Sh {name}$(.*?)(?=^\.Sh |\Z)", page, re.M | re.S)
    return match[1] if match else ""


def section_of_readme(name):
    return re.search(rf"^## {name}$(.*?)(?=^## |\Z)", (ROOT / "README.md").read_text(), re.M | re.S)[1]


def help_options(text):
    """The table of options: (short or None, long, does it take a value?)."""
    found = re.findall(r"^ +(?:(-\w)(?:, | {2,}))?--([a-z][a-z0-9-]+)( '[^ ]|[ =](?:[A-Z]|on\|off))?", text, re.M)
    return {(short or None, name, bool(value)) for short, name, value in found if name != "help"}


def page_options(page):
    """The same of a page's items, `.It Fl b Ar b , Fl -baud Ar b`; `.It Fl -enable Ar l , Fl -disable Ar l` are two."""
    found, short = set(), None
    for item in re.findall(r"^\.It (Fl .*)$", section(page, "DESCRIPTION"), re.M):
        for flag, value in re.findall(r"Fl (\S+)((?: (?:Ar|Cm) )?)", item):
            if not flag.startswith("-"):
                short = "-" + flag
                continue
            found.add((short, flag[1:], bool(value)))
            short = None
    return found


def synopsis_options(page):
    """Letters and words: `.Op Fl an` are two letters."""
    words = re.findall(r"(?<= )Fl (\S+)|\| (\w)(?= |$)", section(page, "SYNOPSIS").replace("\n.", "\n. "))
    found = set()
    for flag in (a or b for a, b in words):
        found |= {flag[1:]} if flag.startswith("-") else {"-" + letter for letter in flag}
    return found


def compare_page(command):
    page = PAGES.get(f"gpsppsctl-{command}.8", "")
    told, items = help_options(help_text(command)), page_options(page)
    check(told == items, f"{command}: --help and its page name the same options: {sorted(map(str, told ^ items))}")
    form = synopsis_options(page)
    missing = [name for short, name, _ in items if not {short, name} & form]
    unknown = form - {name for _, name, _ in items} - {short for short, _, _ in items}
    check(not missing and not unknown, f"{command}: its synopsis has each option: {missing} {sorted(unknown)}")
    check(f"Xr gpsppsctl-{command} 8\n" in PAGES["gpsppsctl.8"], f"{command}: gpsppsctl(8) names its page")


# Of other packages: those that a system with a receiver has, or may have
FOREIGN = {"adjtimex(2)", "ioctl(2)", "ntp_adjtime(3)", "tcsetattr(3)", "termios(3)", "udev(7)", "chronyc(1)", "gnuplot(1)",
           "ntpq(1)", "ppstest(1)", "systemctl(1)", "chronyd(8)", "gpsd(8)", "ldattach(8)", "ntpd(8)", "setserial(8)"}


def check_references():
    """Each .Xr leads to a page of ours, or to one of those above; none to itself; SEE ALSO is in order."""
    ours = {re.sub(r"^(.*)\.(\d)$", r"\1(\2)", name) for name in PAGES} | {"gpsppsctl-diag(7)"}
    for name, text in PAGES.items():
        to = {f"{page}({number})" for page, number in re.findall(r"Xr (\S+) (\d)", text)}
        lost = to - ours - FOREIGN
        check(not lost, f"{name}: its references lead somewhere: {sorted(lost)}")
        see = [(number, page) for page, number in re.findall(r"^\.Xr (\S+) (\d)", section(text, "SEE ALSO"), re.M)]
        check(see == sorted(set(see)) and see, f"{name}: SEE ALSO is in order, none twice")
        check(re.sub(r"^(.*)\.(\d)$", r"\1(\2)", name) not in to, f"{name}: does not refer to itself")


def check_options_of_table():
    """gpsppsctl.conf(5) and src/unittab.c name the same options."""
    known = set(re.findall(r'\.name = "([a-z_-]+)="', (ROOT / "src/unittab.c").read_text()))
    items = re.findall(r"^\.It (Cm .*)$", PAGES["gpsppsctl.conf.5"], re.M)
    told = set(re.findall(r"Cm ([a-z_-]+)=", " ".join(items)))
    check(known == told and len(known) > 5, f"gpsppsctl.conf(5) has the options of the table: {sorted(known ^ told)}")


def check_sections():
    """What a reader looks for is there."""
    for name, text in PAGES.items():
        wanted = ["NAME", "SYNOPSIS", "DESCRIPTION", "EXIT STATUS", "EXAMPLES", "SEE ALSO"]
        if name.endswith(".5"):
            wanted.remove("EXIT STATUS")
        if name.endswith(".7"):
            wanted = ["NAME", "DESCRIPTION", "SEE ALSO"]
        missing = [w for w in wanted if not section(text, w).strip()]
        check(not missing, f"{name}: has all sections: {missing}")
    for name in sorted(set(PAGES) & {f"gpsppsctl-{c}.8" for c in commands}):
        told = re.search(r"^\.Nm (\S+)$", section(PAGES[name], "NAME"), re.M)
        check(told and told[1] == name[:-2], f"{name}: NAME")


commands = re.findall(r"^  ([a-z]+) ", help_text(), re.M)
check(len(commands) >= 6, "the overview names the commands")
for command in commands:
    compare_page(command)
expected = {f"gpsppsctl-{command}.8" for command in commands} | {"gpsppsctl.8", "gpsppsctl.conf.5", "gpsppsctl-glossary.7"}
strays = set(PAGES) - {"gpsppsctl-diag.7"} ^ expected
check(not strays, f"a page for each command, and no other: {sorted(strays)}")
check_options_of_table()
check_references()
check_sections()
# the ids: --list, --explain and the generated page have the same, and each is told with all it needs
listed = [line.split()[0] for line in run_diag("--list").splitlines()]
check(len(listed) == len(set(listed)) and len(listed) > 50, f"diag --list names {len(listed)} ids, each once")
check(f"It knows {len(listed)} reasons" in (ROOT / "README.md").read_text(), f"README: {len(listed)} reasons")
symptoms = re.findall(r"^\| .* \|$", section_of_readme("What you see, what it is"), re.M)
named = {one for row in symptoms for one in re.findall(r"`([a-z]+\.[a-z-]+)`", row)}
check(len(named) > 40 and named <= set(listed), f"README: its symptoms lead to ids that there are: {sorted(named - set(listed))}")
rights = re.findall(r"^CapabilityBoundingSet=(.*)$", (ROOT / "systemd/gpsppsctl@.service.in").read_text(), re.M)
rights = ["no", "one", "two", "three", "four", "five", "six", "seven"][len(" ".join(rights).split())]
check(f"begins with the {rights} that attach needs" in (ROOT / "README.md").read_text(), f"README: {rights} capabilities")
check(f"{len(listed)} causes" in (ROOT / "NEWS.md").read_text(), f"NEWS: {len(listed)} causes")
page = subprocess.run([ROOT / "scripts/man-causes", PROGRAM], capture_output=True, text=True).stdout
check(re.findall(r"^\.It Sy (\S+)$", page, re.M) == listed, "the generated page has the ids of --list in their order")
for entry in json.loads(run_diag("--list", "--json"))["checks"]:
    ok = (0 < len(entry["title"] or "") <= 70 and len(entry["explain"] or "") > 80 and entry["see"])
    check(ok and entry["title"][-1] != ".", f"{entry['id']} is explained")
sys.exit(bad > 0)
