#!/usr/bin/env python3
"""diag --sysroot on the recorded trees of tests/fixtures, and on small edits of them.  test_recorded.py OBJDIR"""
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
OBJDIR = sys.argv[1]
PROGRAM = next(p for p in (ROOT / OBJDIR / "gpsppsctl", ROOT / "gpsppsctl") if p.exists())
FIXTURES = ROOT / "tests/fixtures"
n = bad = 0


def check(ok, what):
    global n, bad
    n += 1
    bad += not ok
    print(f"{'ok' if ok else 'not ok'} {n} - {what}")


def diagnose(tree):
    """The exit code, what was said on stderr, and the one port's verdict."""
    done = subprocess.run([PROGRAM, "diag", "--json", "--sysroot", tree], capture_output=True, text=True)
    ports = json.loads(done.stdout)["ports"] if done.stdout else [{"cause": "nothing", "findings": []}]
    return done.returncode, done.stderr.strip(), ports[0]


def parse(path):
    """The tree, (severity, id), and the edits of an .edit file."""
    tree, expect, edits = None, None, []
    for line in path.read_text().splitlines():
        if line.startswith("from "):
            tree = FIXTURES / "recorded" / line.split()[1]
        elif line.startswith("expect "):
            expect = line.split()[1:]
        elif line and not line.startswith("#"):
            key, value = line.split(" =", 1)
            edits.append((key, value.removeprefix(" ")))
    return tree, expect, edits


def apply(tree, edits):
    for key, value in edits:
        text = (tree / value[2:]).read_text() if value.startswith("< ") else value.replace("\\n", "\n").replace("\\t", "\t") + "\n"
        (tree / key).write_text(text)


for tree in sorted((FIXTURES / "recorded").iterdir()):
    code, said, port = diagnose(tree)
    faults = [f["id"] for f in port["findings"] if f["severity"] in ("fail", "warn")]
    check(code == 0 and not said and port["cause"] is None and not faults, f"{tree.name} is healthy: {code} {said} {faults}")

for path in sorted((FIXTURES / "edited").glob("*.edit")):
    source, (severity, ident), edits = parse(path)
    with tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch) / "tree"
        shutil.copytree(source, tree)
        apply(tree, edits)
        code, said, port = diagnose(tree)
    found = {f["id"]: f["severity"] for f in port["findings"]}
    cause = ident if severity == "fail" else None
    check(port["cause"] == cause and found.get(ident) == severity and code == (1 if cause else 0) and not said,
          f"{path.stem}: {severity} {ident}; cause {port['cause']}, {found.get(ident)}, exit {code} {said}")

# a tree that is none, and one that was cut
with tempfile.TemporaryDirectory() as scratch:
    code, said, _ = diagnose(scratch)
    check(code == 2 and "not a record of gpsppsctl diag" in said and said.count("\n") == 0, f"an empty directory: {said}")
    tree = Path(scratch) / "tree"
    shutil.copytree(FIXTURES / "recorded/healthy-16550a", tree)
    (tree / "0" / "holders:").unlink()
    code, said, port = diagnose(tree)
    check("not in this recording: holders:" in said, f"a key that is missing is named: {said}")
sys.exit(bad > 0)
