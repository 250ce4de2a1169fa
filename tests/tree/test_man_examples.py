#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Each command that the manual and the README show is run by a test (tests/examples.py).  test_man_examples.py OBJDIR"""
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import examples  # noqa: E402

PAGE = r"""
.Sh DESCRIPTION
.Dl gpsppsctl not here
.Sh EXAMPLES
.Dl gpsppsctl list   # a comment
.Bd -literal -offset indent
0  ttyS0  baud=4800
refclock PPS /dev/gpspps0
jq 'select(.type == \(dqRMC\(dq)'
.Ed
.Sh SEE ALSO
.Dl gpsppsctl nor here
"""
TEXT = """# A heading
`gpsppsctl diag --list` and `make check`, `gpsppsctl diag --explain ID`, `make`, `gpsppsctl(8)`

    sudo make install          # what for
    # gpsppsctl diag
    /dev/ttyS1   healthy: gpsppsctl says
    gpsppsctl attach PORT

```
$ gpsppsctl watch
```
"""
n = bad = 0


def check(ok, what):
    global n, bad
    n += 1
    bad += not ok
    print(f"{'ok' if ok else 'not ok'} {n} - {what}")


def extracted(take, text):
    with tempfile.NamedTemporaryFile("w") as f:
        f.write(text)
        f.flush()
        return take(Path(f.name))


# the extractor itself
page = extracted(examples.of_page, PAGE)
check(page == ["gpsppsctl list", "jq 'select(.type == \"RMC\")'"], f"of a page: {page}")
readme = extracted(examples.of_readme, TEXT)
check(readme == ["gpsppsctl diag --list", "make check", "make install", "gpsppsctl diag", "gpsppsctl watch"],
      f"of a README: {readme}")

tables = {"HERE": examples.HERE, "GUEST": examples.GUEST, "ELSEWHERE": examples.ELSEWHERE}
shown = examples.shown()
check(len(shown) > 60, f"{len(shown)} commands are shown")
for path in examples.PAGES:
    check(path.suffix != ".8" or examples.of_page(path), f"{path.name} has examples")
for words, place in shown.items():
    told = [name for name, table in tables.items() if words in table]
    check(len(told) == 1, f"{place}: `{words}` is run by a test: {told or 'tests/examples.py does not know it'}")
for words, (name, needle) in examples.ELSEWHERE.items():
    if words in shown:
        path = examples.ROOT / name
        check(path.is_file() and needle in path.read_text(), f"`{words}`: {name} has {needle!r}")
for words in sorted(set().union(*tables.values()) - set(shown)):
    print(f"# no longer shown: {words}")
sys.exit(bad > 0)
