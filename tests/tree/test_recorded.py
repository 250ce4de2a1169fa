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


def unescape(text):
    return text.replace("\\n", "\n").replace("\\t", "\t").replace("\\0", "\0")


def parse(path):
    """The tree, {id: severity}, and the edits of an .edit file."""
    tree, expect, edits = None, {}, []
    for line in path.read_text().splitlines():
        if line.startswith("from "):
            tree = FIXTURES / "recorded" / line.split()[1]
        elif line.startswith("expect "):
            _, severity, ident = line.split()
            expect[ident] = severity
        elif line and not line.startswith("#"):
            key, how, *text = line.split(" ", 2)
            edits.append((key, how, unescape(text[0] if text else "")))
    return tree, expect, edits


def with_line(text, line):
    """A line more at its end."""
    body = text.rstrip("\n")
    return (body + "\n" if body else "") + line + text[len(body):]


def replaced(text, change):
    """One place, or the edit is not what its author thought."""
    old, new = change.split(" -> ")
    assert text.count(old) == 1, f"{text.count(old)} times: {old}"
    return text.replace(old, new)


def rename(tree, old, new):
    """Everywhere, in names and in texts."""
    for file in [f for f in tree.rglob("*") if f.is_file()]:
        file.write_text(file.read_text().replace(old, new))
        file.rename(file.with_name(file.name.replace(old, new)))


def apply(tree, edits):
    for key, how, text in edits:
        if how == "to":
            rename(tree, key, text)
            continue
        file = tree / key
        file.write_text({
            "=": lambda: (tree / text[2:]).read_text() if text.startswith("< ") else text + "\n",
            "+": lambda: with_line(file.read_text(), text),
            ":": lambda: replaced(file.read_text(), text),
        }[how]())


def bad_ones(findings):
    return {ident: severity for ident, severity in findings.items() if severity in ("fail", "warn")}


def what_is_wrong(expect, code, said, port):
    """None, or how the verdict differs: all that is expected, and no other failure or warning."""
    found = {f["id"]: f["severity"] for f in port["findings"]}
    cause = next((ident for ident, severity in expect.items() if severity == "fail"), None)
    if port["cause"] != cause or code != bool(cause) or said:
        return f"cause {port['cause']}, exit {code} {said}"
    if bad_ones(found) != bad_ones(expect):
        return f"{bad_ones(found)}"
    return next((f"{found.get(ident)} {ident}" for ident, severity in expect.items()
                 if found.get(ident) != severity), None)


for tree in sorted((FIXTURES / "recorded").iterdir()):
    code, said, port = diagnose(tree)
    faults = [f["id"] for f in port["findings"] if f["severity"] in ("fail", "warn")]
    check(code == 0 and not said and port["cause"] is None and not faults, f"{tree.name} is healthy: {code} {said} {faults}")

def restore(tree, source, edits):
    """What apply() did, undone: a whole copy for each edit would take most of the time."""
    if any(how == "to" for _, how, _ in edits):
        shutil.rmtree(tree)
        shutil.copytree(source, tree)
        return
    for key, _, _ in edits:
        if (source / key).exists():
            shutil.copyfile(source / key, tree / key)
        else:
            (tree / key).unlink(missing_ok=True)


with tempfile.TemporaryDirectory() as scratch:
    shutil.copytree(FIXTURES / "recorded", scratch, dirs_exist_ok=True)
    for path in sorted((FIXTURES / "edited").glob("*.edit")):
        source, expect, edits = parse(path)
        tree = Path(scratch) / source.name
        apply(tree, edits)
        wrong = what_is_wrong(expect, *diagnose(tree))
        restore(tree, source, edits)
        check(not wrong, f"{path.stem}: {', '.join(f'{s} {i}' for i, s in expect.items())}{'; not ' + wrong if wrong else ''}")
    for source in sorted((FIXTURES / "recorded").iterdir()):
        diff = subprocess.run(["diff", "-r", source, Path(scratch) / source.name], capture_output=True, text=True).stdout
        check(not diff, f"{source.name} is again what it was {diff}")

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
