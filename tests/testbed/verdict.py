# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of diag share: its verdict, and what is done to a port meanwhile."""

import contextlib
import json

TTY = "/dev/ttyS1"
BASE = 0x2F8		# of ttyS1
IER = BASE + 1
TABLE = "/run/units"	# of the tests that use several ports


def diag(g, *words, user=None):
    """The exit code and the one port's verdict."""
    command = "gpsppsctl diag --json " + " ".join(words)
    if user:
        command = "su -s /bin/sh %s -c '%s'" % (user, command)
    r = g.run(command, timeout=60)
    assert r.out, "no verdict: rc %d, %s" % (r.rc, r.err)
    answer = json.loads(r.out)
    assert answer["version"] == 1
    assert len(answer["ports"]) == 1, answer
    return r.rc, answer["ports"][0]


def diag_all(g, *words):
    """The exit code and the verdicts of all ports of the table, by port."""
    r = g.run("gpsppsctl -C %s diag --json %s" % (TABLE, " ".join(words)), timeout=60,
              quiet=True)
    assert r.out, "no verdict: rc %d, %s" % (r.rc, r.err)
    return r.rc, {port["port"]: port for port in json.loads(r.out)["ports"]}


def finding(port, name):
    return next((f for f in port["findings"] if f["id"] == name), None)


# A guest that its host keeps waiting loses pulses: a verdict of such a moment is asked again.
LOOKS = 3


def look_again(right, look):
    """What the first LOOK gave that is RIGHT, else the last."""
    for n in range(LOOKS):
        seen = look()
        if right(seen):
            break
        print("# look %d is not as expected: %s" % (n + 1, causes(seen)), flush=True)
    return seen


def causes(seen):
    """Of an exit code and the verdicts of one port or of several."""
    if not isinstance(seen, tuple):
        return str(seen)
    rc, verdicts = seen
    verdicts = [verdicts] if "port" in verdicts else verdicts.values()
    return "rc %d, %s" % (rc, {v["port"]: [f["id"] for f in v["findings"]
                                          if f["severity"] in ("fail", "warn")] for v in verdicts})


def expect(g, cause, *words, user=None, also=lambda port: True):
    """The verdict names this cause, and is what ALSO wants of it."""
    rc, port = look_again(lambda seen: seen[1]["cause"] == cause and also(seen[1]),
                          lambda: diag(g, *(words or (TTY,)), user=user))
    assert port["cause"] == cause, "%s instead of %s: %s" % (
        port["cause"], cause,
        json.dumps([f for f in port["findings"] if f["severity"] != "ok"], indent=1))
    assert rc == (0 if cause is None else 1)
    if cause:
        f = finding(port, cause)
        assert f["severity"] == "fail"
        assert f["why"] and f["fix"] and f["observed"]["text"]
    return port


@contextlib.contextmanager
def attached(g, tty=TTY, options="--unit 0"):
    job = g.start("gpsppsctl attach %s %s" % (options, tty))
    g.wait_until(lambda: "holding" in job.output() or job.done, 10, "not attached")
    assert not job.done, job.output()
    try:
        yield job
    finally:
        job.signal(15)
        job.wait(10)


def poke(g, address, value):
    g.run("printf '\\%03o' | dd of=/dev/port bs=1 seek=%d conv=notrunc 2>/dev/null" %
          (value, address), check=True)


@contextlib.contextmanager
def again_and_again(g, what):
    """A fault that is done anew as soon as the holder has mended it."""
    job = g.start("exec meddle " + what)
    g.wait_until(lambda: "ready" in job.output() or job.done, 10, what)
    assert not job.done, job.output()
    try:
        yield
    finally:
        job.signal(9)
        job.wait(10)


@contextlib.contextmanager
def poked(g, address, value, before):
    """The register has this value, whatever the holder does; then the one before."""
    with again_and_again(g, "register-again %d %d" % (address, value)):
        yield
    poke(g, address, before)


@contextlib.contextmanager
def impostor(g, name, tty=TTY, user=None, also=""):
    """A process of this name that has the port (and ALSO) open and reads nothing."""
    g.put("/run/" + name, "#!/bin/sh\nexec 5<>$1\n[ -z \"$2\" ] || exec 6<>$2\n"
          "echo ready\nread x\n", 0o755)
    command = "/run/%s %s %s" % (name, tty, also)
    if user:
        command = "su -s /bin/sh %s -c '%s'" % (user, command)
    job = g.start("sleep 600 | " + command)
    g.wait_until(lambda: "ready" in job.output() or job.done, 5, "no " + name)
    assert not job.done, job.output()
    try:
        yield job
    finally:
        job.signal(9)
        job.wait(10)
