# SPDX-License-Identifier: GPL-2.0-or-later
"""Why a plain assert failed: its source and the values in it."""

import ast
import linecache
import os
import textwrap
import traceback

from channels import GuestDied, TimedOut

LIMIT = 600


def short(value):
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= LIMIT else text[:LIMIT] + " [...]"


def frames_in(tb, directory):
    """The frames of a traceback whose file is in DIRECTORY, outermost first."""
    found = []
    while tb:
        name = os.path.abspath(tb.tb_frame.f_code.co_filename)
        if name.startswith(directory):
            found.append(tb)
        tb = tb.tb_next
    return found


def statement_at(filename, line):
    """The innermost statement that holds LINE, parsed, and its text."""
    source = "".join(linecache.getlines(filename))
    found = None
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.stmt) and \
                node.lineno <= line <= node.end_lineno and \
                (not found or node.lineno >= found.lineno):
            found = node
    return found, ast.get_source_segment(source, found) if found else ""


def values(node, frame):
    """Names, attributes and items in NODE with their values; no calls."""
    lines = []
    for part in ast.walk(node):
        if not isinstance(part, (ast.Name, ast.Attribute, ast.Subscript)):
            continue
        if any(isinstance(n, (ast.Call, ast.NamedExpr)) for n in ast.walk(part)):
            continue
        text = ast.unparse(part)
        try:
            value = eval(text, frame.f_globals, frame.f_locals)
        except Exception:		# a value we can not show is no fault
            continue
        if not callable(value) and type(value).__name__ != "module":
            lines.append("%s = %s" % (text, short(repr(value))))
    return sorted(set(lines))


def where(tb):
    """A line of the way to the failure: the place and its statement."""
    filename, line = tb.tb_frame.f_code.co_filename, tb.tb_lineno
    node, text = statement_at(filename, line)
    return node, "%s:%d\n%s" % (os.path.relpath(filename), line,
                                textwrap.indent(text, "    "))


def explain(error, directory):
    """The report of a failed test."""
    frames = frames_in(error.__traceback__, directory)
    if not frames:
        return "".join(traceback.format_exception(error))
    out = [where(tb)[1] for tb in frames]
    # the console is printed anyway
    text = str(error).split("\n")[0] if isinstance(error, GuestDied) else error
    out.append("%s: %s" % (type(error).__name__, text))
    node = where(frames[-1])[0]
    if isinstance(node, ast.Assert):
        out += values(node.test, frames[-1].tb_frame)
    elif not isinstance(error, (AssertionError, GuestDied, TimedOut)):
        out.append("".join(traceback.format_exception(error)[-4:]))
    return "\n".join(out)
