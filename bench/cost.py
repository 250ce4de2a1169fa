"""What a process in a guest costs."""


def runtime_ns(g, pid):
    """Of all threads, to the nanosecond: ticks are too coarse for a pulse a second."""
    out = g.run(f"cat /proc/{pid}/task/*/schedstat", check=True, timeout=60).out
    return sum(int(line.split()[0]) for line in out.splitlines())


def memory_kb(g, pid):
    """Private, and RSS."""
    rows = {line.split(":")[0]: line.split()[1]
            for line in g.run(f"cat /proc/{pid}/smaps_rollup", check=True, timeout=60).out.splitlines()[1:]}
    private = sum(int(v) for k, v in rows.items() if k.startswith("Private_"))
    return private, int(rows["Rss"])
