#!/usr/bin/env python3
"""What fails on a busy machine is run once more, alone, and what is broken stays red.  test_second_tries.py OBJDIR"""
import contextlib
import importlib.machinery
import importlib.util
import io
import os
import stat
import sys
import tempfile
import types
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
n = bad = 0


def check(ok, what):
    global n, bad
    n += 1
    bad += not ok
    print(f"{'ok' if ok else 'not ok'} {n} - {what}", flush=True)


def load(path, name):
    loader = importlib.machinery.SourceFileLoader(name, str(ROOT / path))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


def said_by(function, *args):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        result = function(*args)
    return result, out.getvalue()


# ---- the quick suite ----

def test_quick(home):
    """Of four programs, those of BROKEN fail always, and those of SHAKY the first time."""
    def run(broken=(), shaky=()):
        runner = load("tests/run", "runner")
        ran = []
        for name in "abcd":
            program = home / name
            mark = home / f"{name}.ran"
            mark.unlink(missing_ok=True)
            ok = "false" if name in broken else f"[ -e {mark} ]" if name in shaky else "true"
            program.write_text(f"#!/bin/sh\nif {ok}; then echo ok 1; else touch {mark}; echo not ok 1; exit 1; fi\n")
            program.chmod(stat.S_IRWXU)
            ran.append(([str(program)], name, said_by(runner.run_program, [str(program)], name, dict(os.environ))[0]))
        count, _ = said_by(runner.second_tries, ran, dict(os.environ))
        return str(count), runner.FAILED, runner.ONLY_ALONE

    check(run() == ("4 passed, 0 failed, 0 skipped", [], []), "quick: nothing failed")
    check(run(shaky="bc") == ("4 passed, 0 failed, 0 skipped", [], ["b", "c"]), "quick: two passed alone, and are told")
    check(run(shaky="abc") == ("1 passed, 3 failed, 0 skipped", ["a", "b", "c"], []), "quick: three are not the machine")
    check(run(broken="a", shaky="b") == ("3 passed, 1 failed, 0 skipped", ["a"], ["b"]), "quick: what is broken fails again")


# ---- the emulated PC ----

class StillGuest:
    """No machine: the cases here ask nothing of it."""

    def __init__(self, *args, **kwargs):
        pass

    def __getattr__(self, name):
        return lambda: 0.0 if name == "processor_s" else ""


def test_testbed():
    def run(broken=(), shaky=()):
        bed = load("tests/testbed/run", "bed")
        bed.Guest = StillGuest
        failed_once = set()

        def case(name):
            def function(guest):
                if name in broken or name in shaky and name not in failed_once:
                    failed_once.add(name)
                    raise AssertionError(name)

            function.__name__ = name
            function.testbed = dict(guest="fast", fresh=False, limit_s=9, long=False, boot={})
            return bed.Case("t", function)

        options = types.SimpleNamespace(kernel=None, suite=None, install=None)
        code, said = said_by(bed.run_cases, [case(name) for name in "abcd"], options)
        lines = said.splitlines()
        return (code, lines[-1], {line.split()[2] for line in lines if line.startswith("not ok ")},
                {line.split()[3] for line in lines if line.startswith("# only alone: ")})

    check(run() == (0, "4 passed, 0 failed, 0 skipped", set(), set()), "testbed: nothing failed")
    check(run(shaky="ad") == (0, "4 passed, 0 failed, 0 skipped", set(), {"t.a", "t.d"}), "testbed: two passed alone")
    check(run(shaky="abc") == (1, "1 passed, 3 failed, 0 skipped", {"t.a", "t.b", "t.c"}, set()),
          "testbed: three are not the machine")
    check(run(broken="a", shaky="b") == (1, "3 passed, 1 failed, 0 skipped", {"t.a"}, {"t.b"}),
          "testbed: what is broken fails again")


with tempfile.TemporaryDirectory() as scratch:
    test_quick(Path(scratch))
test_testbed()
sys.exit(bad > 0)
