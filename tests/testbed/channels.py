# SPDX-License-Identifier: GPL-2.0-or-later
"""The two ways to a guest: QEMU's monitor (QMP) and the agent inside."""

import dataclasses
import json
import queue
import socket
import struct
import threading
import time

# Limits are a common PC's; a slow or busy machine gets so many times as long.  A limit only
# says when to give up: what promises a time is judged by the guest's own stamps.
PATIENCE = 6

HELLO = b"testbed agent hello\n"
FRAME = struct.Struct("<III")
CLOCK = struct.Struct("<q")
INT = struct.Struct("<i")


class TimedOut(Exception):
    """Something did not happen before its deadline."""


class GuestDied(Exception):
    """The guest is gone: a panic, or the end of QEMU."""


@dataclasses.dataclass
class Result:
    cmd: str
    rc: int
    out: str
    err: str

    def __str__(self):
        text = "$ %s\n" % self.cmd
        text += self.out + ("" if self.out[-1:] in ("", "\n") else "\n")
        for line in self.err.splitlines():
            text += "! " + line + "\n"
        return text + "-> %s" % self.rc


class Job:
    """A command under way in the guest."""

    def __init__(self, agent, number, cmd, on_output=None):
        self.agent = agent
        self.number = number
        self.cmd = cmd
        self.rc = None
        self.on_output = on_output
        self._out, self._err = bytearray(), bytearray()
        self._ended = threading.Event()

    @property
    def done(self):
        return self._ended.is_set()

    def output(self):
        """What it has written to its standard output so far."""
        return self._out.decode(errors="replace")

    def errors(self):
        return self._err.decode(errors="replace")

    def result(self):
        return Result(self.cmd, self.rc, self.output(), self.errors())

    def signal(self, number):
        """Send a signal to the command and all it has started."""
        self.agent.send(self.number, b"S", INT.pack(number))

    def write(self, data):
        """Type on its terminal (see Agent.start)."""
        self.agent.send(self.number, b"I", data)

    def wait(self, timeout=30):
        """Its Result; a negative rc is the signal that ended it."""
        if not self.wait_quietly(timeout):
            raise TimedOut("%s: no end after %g s\n%s" %
                           (self.cmd, timeout, self.result()))
        return self.result()

    def wait_quietly(self, timeout):
        end = time.monotonic() + timeout * PATIENCE
        while not self._ended.wait(0.2) and time.monotonic() < end:
            self.agent.check_alive()
        return self.done

    def handle(self, kind, data):
        if kind == b"X":
            self.rc = INT.unpack(data)[0]
            self._ended.set()
            return
        (self._out if kind == b"O" else self._err).extend(data)
        if self.on_output:
            self.on_output(kind, data)


class Agent:
    """The client of agent.c; see there for the frames."""

    def __init__(self, sock, check_alive):
        self.sock = sock
        self.check_alive = check_alive
        self.jobs = {}
        self._replies = {}
        self._next = 1
        self._lock = threading.Lock()
        self._up = threading.Event()
        threading.Thread(target=self._reader, daemon=True).start()

    # -- receiving, in a thread of its own --

    def _reader(self):
        buf = bytearray()
        try:
            while True:
                data = self.sock.recv(65536)
                if not data:
                    return
                buf += data
                self._frames(buf)
        except OSError:
            return

    def _frames(self, buf):
        # a guest that was reset may leave half a frame before the next hello
        at = buf.rfind(HELLO)
        if at >= FRAME.size and FRAME.unpack_from(buf, at - FRAME.size) == \
                (len(HELLO), 0, ord("H")):
            del buf[:at + len(HELLO)]
            self._up.set()
        while self._up.is_set() and len(buf) >= FRAME.size:
            length, number, kind = FRAME.unpack_from(buf)
            if len(buf) < FRAME.size + length:
                return
            data = bytes(buf[FRAME.size:FRAME.size + length])
            del buf[:FRAME.size + length]
            self._dispatch(number, bytes([kind & 0xff]), data)

    def _dispatch(self, number, kind, data):
        if number in self.jobs:
            self.jobs[number].handle(kind, data)
        elif number in self._replies:
            self._replies[number].put((kind, data))

    # -- sending --

    def send(self, number, kind, data):
        with self._lock:
            self.sock.sendall(FRAME.pack(len(data), number, kind[0]) + data)

    def _number(self):
        with self._lock:
            self._next += 1
            return self._next

    def going_down(self):
        """Forget all before a reboot; wait_up() then waits for the next."""
        self._up.clear()
        self.jobs.clear()

    def wait_up(self, timeout):
        end = time.monotonic() + timeout
        while not self._up.wait(0.1):
            self.check_alive()
            if time.monotonic() > end:
                raise TimedOut("the guest is not up after %g s" % timeout)

    def start(self, cmd, terminal=False, on_output=None):
        number = self._number()
        job = self.jobs[number] = Job(self, number, cmd, on_output)
        self.send(number, b"T" if terminal else b"R", cmd.encode())
        return job

    def request(self, kind, data, timeout=30):
        number = self._number()
        replies = self._replies[number] = queue.Queue()
        try:
            self.send(number, kind, data)
            return self._wait_reply(replies, timeout)
        finally:
            del self._replies[number]

    def _wait_reply(self, replies, timeout):
        end = time.monotonic() + timeout * PATIENCE
        while True:
            try:
                return replies.get(timeout=0.2)
            except queue.Empty:
                self.check_alive()
            if time.monotonic() > end:
                raise TimedOut("the agent does not answer for %g s" % timeout)

    def clock(self, set_ns=0):
        """The guest's clock in ns (before it was set)."""
        kind, data = self.request(b"C", CLOCK.pack(set_ns), 15)
        if kind != b"C":
            raise OSError(INT.unpack(data)[0], "setting the guest's clock")
        return CLOCK.unpack(data)[0]

    def kill_jobs(self):
        """End what a test has left running."""
        left = [j for j in self.jobs.values() if not j.done]
        for job in left:
            job.signal(9)
        for job in left:
            job.wait_quietly(2)
        self.jobs.clear()


class Monitor:
    """A QMP client: commands in turn, events kept in a list."""

    def __init__(self, sock, check_alive):
        self.sock = sock
        self.check_alive = check_alive
        self.events = []
        self._replies = queue.Queue()
        self._lock = threading.Lock()
        threading.Thread(target=self._reader, daemon=True).start()
        self.command("qmp_capabilities", {})

    def _reader(self):
        try:
            with self.sock.makefile("r", encoding="utf-8") as f:
                for line in f:
                    self._message(json.loads(line))
        except (OSError, ValueError):
            return

    def _message(self, message):
        if "event" in message:
            self.events.append(message)
        elif "return" in message or "error" in message:
            self._replies.put(message)

    def command(self, name, args, timeout=15):
        text = json.dumps({"execute": name, "arguments": args})
        with self._lock:
            self.sock.sendall(text.encode() + b"\n")
            end = time.monotonic() + timeout * PATIENCE
            while True:
                try:
                    reply = self._replies.get(timeout=0.2)
                    break
                except queue.Empty:
                    self.check_alive()
                if time.monotonic() > end:
                    raise TimedOut("QMP %s: no answer" % name)
        if "error" in reply:
            raise RuntimeError("QMP %s: %s" % (name, reply["error"]["desc"]))
        return reply["return"]


def pair():
    """Our end and QEMU's; QEMU inherits the descriptor of its own."""
    ours, qemus = socket.socketpair()
    qemus.set_inheritable(True)
    return ours, qemus
