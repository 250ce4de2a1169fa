#!/usr/bin/env python3
"""bash, zsh and fish offer what the program takes, installed as make does it.  test_completion.py OBJDIR"""
import fcntl
import itertools
import os
import pty
import re
import select
import shlex
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
OBJDIR = sys.argv[1]
PROGRAM = next(p for p in (ROOT / OBJDIR / "gpsppsctl", ROOT / "gpsppsctl") if p.exists())
DEADLINE_S = 60
PATIENCE_S = 5
CLEAR_LINE = "\x05\x15"
n = bad = 0


def check(ok, what, why=""):
    global n, bad
    n += 1
    bad += not ok
    print(f"{'ok' if ok else 'not ok'} {n} - {what}{'' if ok or not why else f': {why}'}", flush=True)


def same(got, wanted, what):
    check(set(got) == set(wanted), what, f"only offered {sorted(set(got) - set(wanted))}, "
          f"only wanted {sorted(set(wanted) - set(got))}")


def run(*args):
    return subprocess.run([PROGRAM, *args], capture_output=True, text=True, stdin=subprocess.DEVNULL)


# ---- what the program takes, from its own tables ----

def commands():
    return re.findall(r"^  ([a-z]+) ", run("--help").stdout, re.M)


def options(command):
    """Those of the table in the source."""
    paths = [ROOT / "src/cmd" / name for name in (f"{command}.c", f"{command}_options.c")]
    text = "".join(path.read_text() for path in paths if path.exists())
    return re.findall(r'\{ "([a-z][a-z0-9-]*)", (?:no|required)_argument,', text) or \
        re.findall(r'^\t(?:\{ \.name = |FLAG\(|TEXT\()"([a-z-]+)", ', text, re.M)


def takes_argument(command, option):
    """getopt's own word."""
    return "doesn't allow an argument" not in run(command, f"--{option}=x", "--help").stderr


def takes(command, option, word):
    return run(command, f"--{option}={word}", "--help").returncode == 0


# ---- the shells, each with a file made by make install ----

made = itertools.count()


def new_file():
    """What is typed twice is done twice: the second time it must not be taken for the answer to the next."""
    return home / f"made-{next(made)}"


class Terminal:
    """A shell with a line editor, on a terminal.  A key makes it put all that it offers into the line."""

    def __init__(self, argv, setup, echo):
        self.echo, self.shown = echo, b""
        self.pid, self.fd = pty.fork()
        if not self.pid:
            os.chdir(files)
            os.execvpe(argv[0], argv, environment)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 2000, 0, 0))
        for line in setup:
            self.run(line)

    def read(self, seconds):
        if select.select([self.fd], [], [], seconds)[0]:
            self.shown += os.read(self.fd, 65536)

    def run(self, line):
        """Until the shell says that it is ready for the next one."""
        ready = new_file()
        self.insist(f"{line} && : >{ready}\n", ready.exists)

    def insist(self, keys, happened):
        """The terminal takes to itself what is typed while the shell is not at its prompt."""
        again = time.monotonic() + PATIENCE_S
        os.write(self.fd, keys.encode())

        def type_and_look():
            nonlocal again
            if time.monotonic() > again:
                os.write(self.fd, (CLEAR_LINE + keys).encode())
                again = time.monotonic() + PATIENCE_S
            return happened()

        self.wait(type_and_look)

    def wait(self, happened):
        end = time.monotonic() + DEADLINE_S
        while not happened():
            if time.monotonic() > end:
                raise TimeoutError("the shell does not answer")
            self.read(0.05)

    def offered(self, line):
        out = new_file()
        self.insist(f"{line}\x14\x01{self.echo} \x05 END >{out}\n",
                    lambda: out.exists() and out.read_text().endswith("END\n"))
        words = out.read_text().splitlines()[:-1]
        return words[len(shlex.split(line)) - (not line.endswith(" ")):]

    def explains(self, line, what):
        self.run("zstyle -d ':completion:*'")
        self.shown = b""
        self.insist(f"{line}\x04", lambda: f" -- {what}".encode() in self.shown)
        return True

    def close(self):
        os.close(self.fd)
        os.waitpid(self.pid, 0)


def start_bash():
    return Terminal(["bash", "--norc", "--noprofile", "-i"],
                    ["bind 'set enable-bracketed-paste off'", "bind '\"\\C-t\": insert-completions'",
                     f". {prefix}/bash/gpsppsctl"], "printf '%s\\n'")


def start_zsh():
    return Terminal(["zsh", "-f", "-i"],
                    ["bindkey -e; bindkey '^T' complete-word; unset zle_bracketed_paste; LISTMAX=100000",
                     f"fpath=({prefix}/share/zsh/site-functions $fpath)",
                     "autoload -U compinit; compinit -D -u; zstyle ':completion:*' insert yes",
                     "zstyle ':completion:*' completer _all_matches _complete"], "print -l --")


class Fish:
    """It has a command that says what it offers."""

    def lines(self, line):
        done = subprocess.run(["fish", "-c", f"complete -C {shlex.quote(line)}"], env=environment,
                              capture_output=True, text=True, cwd=files, timeout=DEADLINE_S)
        if done.stderr:
            print(f"# {done.stderr}")
        return done.stdout.splitlines()

    def offered(self, line):
        return [entry.split("\t")[0] for entry in self.lines(line)]

    def explains(self, line, what):
        return any(entry.split("\t")[1].startswith(what) for entry in self.lines(line))

    def close(self):
        pass


SHELLS = {"bash": start_bash, "zsh": start_zsh, "fish": Fish}


# ---- the tests ----

def check_helper(command):
    """What the three have in common: an option with an argument, and one without."""
    helper = prefix / "libexec/gpsppsctl/complete"

    def offered(*words):
        done = subprocess.run([helper, *words], capture_output=True, text=True)
        return [line.split("\t")[0] for line in done.stdout.splitlines()]

    enumerations, operands = {}, offered(command, "")
    for option in options(command):
        if takes_argument(command, option):
            words = offered(command, f"--{option}", "")
            check(not [w for w in words if w.startswith("--")], f"{command} --{option} waits for a value")
            if words and not takes(command, option, "nonsense"):
                refused = [w for w in words if not takes(command, option, w)]
                check(not refused, f"{command} --{option} takes {' '.join(words)}", refused)
                enumerations[option] = words if words[0].islower() else []
        else:
            same(offered(command, f"--{option}", ""), operands, f"{command} --{option} takes none")
    return enumerations


def check_enumerations(all_of_them):
    """Each word that is offered somewhere is taken exactly where it is offered."""
    pool = {w for words in all_of_them.values() for w in words}
    for word in ("assert", "both", "dcd", "rts", "trimmed", "octave", "refclocks", "on", "ns"):
        check(word in pool, f"{word} is offered")
    for (command, option), words in all_of_them.items():
        if words:
            same(words, {w for w in pool if takes(command, option, w)}, f"{command} --{option}: no other words")


def check_options(name, shell):
    same(shell.offered("gpsppsctl "), commands(), f"{name}: the commands")
    for command in commands():
        same(shell.offered(f"gpsppsctl {command} --"), [f"--{o}" for o in options(command)],
             f"{name}: the options of {command}")


def check_values(name, shell):
    def offers(line, words):
        same(shell.offered(f"gpsppsctl {line}"), words, f"{name}: {line}")

    offers("watch --edge ", ["assert", "clear", "both"])
    offers("watch --edge c", ["clear"])
    offers("receiver --pps ", ["on", "off"])
    offers("list -o +PO", ["+PORT"])
    offers("list --output PORT,HE", ["PORT,HELD-BY"])
    offers("receiver --enable RMC,GG", ["RMC,GGA"])
    offers("diag --explain uart.", [i for i in (line.split()[0] for line in run("diag", "--list").stdout.splitlines())
                                    if i.startswith("uart.")])
    offers("diag --explain al", ["all"])
    offers("diag --record ", ["directory/"] if name == "fish" else ["directory"])
    offers("report pulses", ["pulses.log"])
    # bash puts in what stands behind the sign
    words = [w.removeprefix("--line=") for w in shell.offered("gpsppsctl generate --line=")]
    same(words, ["rts", "dtr"], f"{name}: generate --line=")
    check("--log=pulses.log" in shell.offered("gpsppsctl watch --log=pul"), f"{name}: watch --log=pul")


PORTS = ["/dev/ttyS0", "/dev/gps0", "/dev/gps5", "/dev/ttyUSB1"]
PULSES = ["/dev/pps0", "/dev/gpspps0", "/dev/pps1"]
STAND_IN = f"""#!/bin/sh
case "$*" in
*list*PORT,UART*) printf '%s\\n' '/dev/ttyS0   16550A gps0,gps5' '/dev/ttyUSB1 -      -' '-   -  -' ;;
*list*PPS,PORT*) printf '%s\\n' 'pps0 /dev/ttyS0 gpspps0,shm1' 'pps1 - ptp0' '-  /dev/ttyUSB1 -' ;;
*list*CHIP,LINE*) printf '%s\\n' 'gpiochip0 4  yes GPIO_GCLK' 'gpiochip0 5 no  -' 'gpiochip1 0 yes -' ;;
*list*CHIP*) printf '%s\\n' 'gpiochip0 pinctrl' 'gpiochip0 pinctrl' 'gpiochip1 -' ;;
*) exec {PROGRAM} "$@" ;;
esac
"""


def check_hardware(name, shell):
    """A machine of which list tells more than this one may have."""
    real = {link for d in ("by-id", "by-path") for link in map(str, Path("/dev/serial", d).glob("*"))}
    same(set(shell.offered("gpsppsctl attach ")) - real, PORTS, f"{name}: ports")
    same(shell.offered("gpsppsctl attach /dev/ttyU"), ["/dev/ttyUSB1"], f"{name}: ports that begin so")
    same(set(shell.offered("gpsppsctl kernel ")) - real, PORTS + PULSES, f"{name}: pulses and ports")
    same(set(shell.offered("gpsppsctl feed --calibrate ")) - real,
         [*PORTS, *PULSES, "gpiochip0:4", "gpiochip1:0", "clock"], f"{name}: sources")
    lines = [w.removeprefix("gpiochip0:") for w in shell.offered("gpsppsctl watch gpiochip0:")]
    same(lines, ["4"], f"{name}: lines of a chip")
    table = home / "table"
    table.write_text("# unit port\n2 ttyS1 baud=9600\n7 ttyUSB0#x\n")
    same(shell.offered(f"gpsppsctl -C {table} attach --unit "), "01237", f"{name}: units")


def check_real_list():
    for columns in ("PORT,UART,LINKS", "PPS,PORT,FEEDS"):
        done = run("list", "--noheadings", "--output", columns)
        check(done.returncode == 0, f"list has {columns}", done.stderr)
        check(columns in (prefix / "libexec/gpsppsctl/complete").read_text(), f"{columns} is asked for")
    for columns in ("CHIP,LINE,PULSE,NAME", "CHIP,LABEL"):
        done = run("list", "--gpio", "--noheadings", "--output", columns)
        check("no such column" not in done.stderr, f"list --gpio has {columns}", done.stderr)


def install():
    subprocess.run(["make", "-s", f"OBJDIR={OBJDIR}", "install", f"PREFIX={prefix}", f"UDEVDIR={prefix}/udev",
                    f"SYSTEMDDIR={prefix}/systemd", f"COMPLETIONDIR={prefix}/bash"], cwd=ROOT, check=True,
                   stdout=subprocess.DEVNULL)
    program = prefix / "sbin/gpsppsctl"
    program.unlink()
    program.symlink_to(PROGRAM)
    return program


def check_shell(name, program):
    if not shutil.which(name):
        check(True, f"{name} # SKIP there is no {name} here")
        return
    shell = SHELLS[name]()
    check_options(name, shell)
    check_values(name, shell)
    program.unlink()
    program.write_text(STAND_IN)
    program.chmod(0o755)
    check_hardware(name, shell)
    if name != "bash":	# which shows no descriptions
        check(shell.explains("gpsppsctl watch --", "end when a source has given"), f"{name}: options are explained")
    program.unlink()
    program.symlink_to(PROGRAM)
    shell.close()


with tempfile.TemporaryDirectory() as work:
    prefix, home, files = Path(work) / "usr", Path(work) / "home", Path(work) / "files"
    for directory in (home, files / "directory"):
        directory.mkdir(parents=True)
    (files / "pulses.log").touch()
    environment = {"PATH": f"{prefix}/sbin:{os.environ['PATH']}", "HOME": str(home), "TERM": "xterm",
                   "LC_ALL": "C.UTF-8", "XDG_DATA_DIRS": f"{prefix}/share:/usr/share"}
    installed = install()
    check_enumerations({(c, o): words for c in commands() for o, words in check_helper(c).items()})
    check_real_list()
    for each in SHELLS:
        try:
            check_shell(each, installed)
        except TimeoutError as late:
            check(False, f"{each}: {late}")
sys.exit(bad > 0)
