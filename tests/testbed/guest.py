# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest: an emulated PC with serial ports, and the way to it."""

import atexit
import collections
import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import weakref

import channels
import images
import ports
import receivers
from channels import PATIENCE, GuestDied, TimedOut
from images import Trouble
from machines import PC, VIRT
from store import command

ISA_PORTS = 3
PCI_PORTS = 14
SLOT_PORTS = 2
KERNEL = "6.1"

Kind = collections.namedtuple("Kind", "machine memory boot_s")
KINDS = {
    "fast": Kind(PC, "384M", 90),
    "full": Kind(PC, "768M", 240),
    "arm64": Kind(VIRT, "384M", 90),
}

RUN_DIR = "gpsppsctl-testbed-"
RESETS = 3		# until a boot gets to its console

# What a test left running.  In the fast guests that is all but the agent; in the
# full guest what the agent started, and what it had started as services.
CGROUP = "/sys/fs/cgroup/system.slice/testbed-agent.service/cgroup.procs"
KILL_FAST = "kill -KILL -1; true"
KILL_FULL = """
systemctl stop ntpsec chrony gpsd.socket gpsd 2>/dev/null
for pid in $(cat %s); do
	[ $pid = $$ ] || [ $(cat /proc/$pid/comm) = agent ] || kill -KILL $pid
done 2>/dev/null
pkill -KILL -x 'gpsppsctl.*|ldattach'
true
""" % CGROUP

_alive = weakref.WeakSet()


@atexit.register
def stop_all():
    for guest in list(_alive):
        guest.stop()


def remove_stale_run_dirs():
    """A runner that was killed could not clean up after itself."""
    for name in os.listdir(tempfile.gettempdir()):
        owner = re.fullmatch(RUN_DIR + r"(\d+)-\w+", name)
        if owner and not os.path.exists("/proc/" + owner[1]):
            shutil.rmtree(os.path.join(tempfile.gettempdir(), name),
                          ignore_errors=True)


def plain(text):
    """A console's lines without terminal codes (systemd's colours)."""
    lines = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", text).split("\n")
    return [line for line in lines if line.strip()]


class Guest:
    """
    g.run(), g.start(), g.put(), g.get(); g.ports["isa1"], ["pci1"], ...;
    g.qmp(), g.trace_serial(), g.reboot(), g.reset_ports(), g.console_tail().

    It must be booted in a thread that lives as long as the guest: QEMU is
    killed with the thread that started it, so that none is ever left behind.
    """

    def __init__(self, kind="fast", kernel=None, install=None, append="",
                 smp=1, cards=0, suite=None):
        self.kind = kind
        self.machine, self.memory, self.boot_s = KINDS[kind]
        self.suite = suite or images.RELEASE
        self.kernel_version = kernel or (KERNEL if self.suite == images.RELEASE else suite)
        self.install = install
        self.append = append
        self.smp = smp
        self.cards = cards
        self.extra = []		# words for QEMU, from the next boot on
        self._extra_there = []	# ... at this one
        self.history = collections.deque(maxlen=6)
        self._how = None	# kernel and tools
        self.qemu = None
        self.agent = None
        self.monitor = None
        remove_stale_run_dirs()
        self.dir = tempfile.mkdtemp(prefix="%s%d-" % (RUN_DIR, os.getpid()))
        self.page = ports.ControlPage(self._path("lines"))
        self.ports = {}
        _alive.add(self)

    def _path(self, name):
        return os.path.join(self.dir, name)

    # -- booting --

    def boot(self):
        """Returns when the agent answers and the clock is the host's."""
        kernel = images.kernel_of(self.kernel_version, self.machine)
        tools = images.compile_tools(self.machine)
        images.write_initrd(self._path("initrd"), kernel, self.kind,
                            tools, self.install)
        if self.kind == "full":
            command("cp", "--sparse=always", images.full_image(kernel, self.suite),
                    self._path("disk"))
        self._make_ports()
        self._how = kernel, tools
        self._start_qemu()
        self._wait_boot()
        self.reset_ports()
        return self

    def _make_ports(self):
        made = self._pc_ports() if self.machine is PC else self._virt_ports()
        self.ports = {p.name: p for p in made}

    def _virt_ports(self):
        return [ports.Pl011Port(self, 0)] + [
            ports.SlotPort(self, n, n) for n in range(1, SLOT_PORTS + 1)]

    def _pc_ports(self):
        made = [ports.IsaPort(self, n, n) for n in range(1, ISA_PORTS + 1)]
        made += [ports.PciPort(self, n, ISA_PORTS + n)
                 for n in range(1, PCI_PORTS + 1)]
        made += [ports.CardPort(self, n, ISA_PORTS + PCI_PORTS + n)
                 for n in range(1, ports.CardPort.PORTS * self.cards + 1)]
        return made

    def _arguments(self, kernel):
        append = ["console=hvc0", "loglevel=4", *self.machine.words,
                  # only the full guest has profiles
                  "apparmor=%d" % (self.kind == "full"),
                  "testbed=" + self.kind, self.append]
        args = [*self.machine.qemu, "-m", self.memory, "-smp", str(self.smp),
                "-nodefaults", "-no-user-config", "-display", "none",
                "-kernel", kernel.image, "-initrd", self._path("initrd"),
                "-append", " ".join(append), "-D", self._path("trace"),
                "-rtc", "base=utc", "-device", "virtio-rng-pci",
                "-device", "virtio-serial-pci",
                "-chardev", "file,id=hvc,path=" + self._path("console"),
                "-device", "virtconsole,chardev=hvc"]
        if self.machine is PC:
            args += ["-chardev", "file,id=early,path=" + self._path("early"),
                     "-device", "isa-serial,index=0,chardev=early"]
        if self.kind == "full":
            args += ["-no-reboot", "-drive",
                     "file=%s,if=virtio,format=raw,cache=unsafe" % self._path("disk")]
        return args

    def _port_arguments(self):
        args = []
        for port in self.ports.values():
            args += ["-chardev", "serial,id=%s,path=%s" % (port.name, port.path)]
            if port.device:
                args += ["-device", port.device]
            elif isinstance(port, ports.Pl011Port):
                args += ["-serial", "chardev:" + port.name]
        on_cards = self._card_ports()
        for n in range(0, len(on_cards), ports.CardPort.PORTS):
            args += ["-device", ports.CardPort.card_device(
                on_cards[n:n + ports.CardPort.PORTS])]
        return args

    def _card_ports(self):
        return [p for p in self.ports.values() if isinstance(p, ports.CardPort)]

    def _start_qemu(self):
        kernel, tools = self._how
        self._extra_there = self.extra
        agent, agent_qemu = channels.pair()
        monitor, monitor_qemu = channels.pair()
        args = self._arguments(kernel) + self._port_arguments() + self.extra
        args += ["-chardev", "socket,id=agent,fd=%d" % agent_qemu.fileno(),
                 "-device", "virtserialport,chardev=agent,name=testbed.agent",
                 "-chardev", "socket,id=qmp,fd=%d" % monitor_qemu.fileno(),
                 "-mon", "chardev=qmp,mode=control"]
        env = dict(os.environ, LD_PRELOAD=os.path.join(tools, "shim.so"),
                   TESTBED_SHIM=self.page.path)
        with open(self._path("qemu"), "wb") as log:
            self.qemu = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "--"] + args, env=env,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
                pass_fds=(agent_qemu.fileno(), monitor_qemu.fileno()))
        agent_qemu.close()
        monitor_qemu.close()
        self.monitor = channels.Monitor(monitor, self.check_alive)
        self.agent = channels.Agent(agent, self.check_alive)

    def _wait_boot(self):
        try:
            self.agent.wait_up(self.boot_s)
            if self.kind == "full":
                self.run("udevadm settle -t 60", timeout=90, quiet=True)
            self.sync_clock()
            for port in self.ports.values():
                if isinstance(port, (ports.CardPort, ports.SlotPort)):
                    port.find_tty()
        except TimedOut as e:
            raise TimedOut("%s\n%s" % (e, self.console_tail())) from None

    def sync_clock(self, within_ns=2000000):
        """Set the guest's clock to the host's, to a millisecond or so."""
        for _ in range(5):
            best = min(self._measure_clock() for _ in range(4))
            delay, offset = best
            if abs(offset) < within_ns:
                return
            self.agent.clock(time.time_ns() + delay)

    def _measure_clock(self):
        """How long a message takes, and how far the guest is ahead (ns)."""
        sent = time.time_ns()
        guest = self.agent.clock()
        received = time.time_ns()
        return (received - sent) // 2, guest - (sent + received) // 2

    # -- ending --

    def stop(self):
        """Pull the plug; nothing is left behind."""
        _alive.discard(self)
        for port in self.ports.values():
            port.detach_receiver()
        if self.qemu:
            self.qemu.kill()
            self.qemu.wait()
        for port in self.ports.values():
            port.close()
        self.ports = {}
        self.qemu = None
        shutil.rmtree(self.dir, ignore_errors=True)

    def check_alive(self):
        if self.qemu is None or self.qemu.poll() is not None:
            raise GuestDied("QEMU has ended\n%s" % self._read("qemu")[-2000:])
        if "Kernel panic" in self._read("console") + self._read("early"):
            raise GuestDied("the guest's kernel has panicked\n%s" %
                            self.console_tail())

    def alive(self):
        """Does the guest still answer?"""
        try:
            return self.agent.start("exit 7").wait(10).rc == 7
        except (GuestDied, TimedOut, OSError):
            return False

    def processor_s(self):
        """The host's processor time that it has taken."""
        try:
            with open("/proc/%d/stat" % self.qemu.pid, encoding="utf-8") as f:
                fields = f.read().rpartition(")")[2].split()
        except (AttributeError, OSError):
            return 0
        return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")

    def poweroff(self):
        self.stop()

    # -- commands --

    def run(self, cmd, timeout=30, check=False, quiet=False):
        """Run a shell command to its end; past TIMEOUT it is killed."""
        job = self.agent.start(cmd)
        if not quiet:
            self.history.append(job)
        try:
            result = job.wait(timeout)
        except TimedOut:
            job.signal(signal.SIGKILL)
            job.wait_quietly(2)
            raise
        if check and result.rc:
            raise AssertionError("command failed\n%s" % result)
        return result

    def start(self, cmd, on_output=None):
        """Start a shell command; see Job."""
        job = self.agent.start(cmd, on_output=on_output)
        self.history.append(job)
        return job

    def put(self, path, data, mode=0o644):
        if isinstance(data, str):
            data = data.encode()
        payload = mode.to_bytes(4, "little") + path.encode() + b"\0" + data
        kind, reply = self.agent.request(b"P", payload)
        error = channels.INT.unpack(reply)[0]
        if error:
            raise OSError(error, os.strerror(error), path)

    def get(self, path):
        """The bytes of a file."""
        kind, reply = self.agent.request(b"G", path.encode())
        if kind == b"F":
            error = channels.INT.unpack(reply)[0]
            raise OSError(error, os.strerror(error), path)
        return reply

    def wait_until(self, condition, timeout, what, interval=0.1):
        """Call CONDITION until it is true; TIMEOUT is given up later on a slow machine.

        WHAT is not so: words, or a function that returns them at the end of the waiting."""
        end = time.monotonic() + timeout * PATIENCE
        while not condition():
            if time.monotonic() > end:
                raise TimedOut("%s (%g s)" % (what() if callable(what) else what, timeout))
            time.sleep(interval)

    # -- the machine --

    def qmp(self, command, /, **args):
        args = {k.replace("_", "-"): v for k, v in args.items()}
        return self.monitor.command(command, args)

    def qmp_mark(self):
        """Where the list of events ends now."""
        return len(self.monitor.events)

    def qmp_event(self, name, timeout, mark=0, **data):
        """Wait for an event after MARK; its data."""
        def seen():
            for e in self.monitor.events[mark:]:
                if e["event"] == name and data.items() <= e["data"].items():
                    found.append(e["data"])
            self.check_alive()
            return found

        found = []
        self.wait_until(seen, timeout, "no %s from QEMU" % name, 0.02)
        return found[0]

    @contextlib.contextmanager
    def trace_serial(self):
        """
        Yields a list which holds, at the end of the block, each write to a
        UART's register in it as (offset, value).  The offset does not tell the
        port: no other may be in use.
        """
        events = []
        before = len(self._read("trace"))
        self._trace(True)
        try:
            yield events
        finally:
            self._trace(False)
            events += [(int(addr, 16), int(value, 16)) for addr, value in
                       re.findall(r"serial_write .*?addr (0x\w+) val (0x\w+)",
                                  self._read("trace")[before:])]

    def _trace(self, enable):
        self.qmp("trace-event-set-state", name="serial_write", enable=enable)

    def reboot(self, command="systemctl reboot"):
        """
        Boot again; the disk stays as the guest left it.  The full guest gets a new QEMU
        for it: behind a reset of one that has worked for long, the kernel unpacks its
        initrd where QEMU must forget what it had translated, and some hang there for
        minutes ("soft lockup" on the early console; a debugger shows QEMU in the slow
        path of its stores).
        """
        for port in self.ports.values():
            if isinstance(port, ports.PciPort):
                port.tty = None
        if self.kind == "full":
            self.agent.start(command)
            self.wait_until(lambda: self.qemu.poll() is not None, self.boot_s, "it does not go down")
            self._start_qemu()
        elif self.extra != self._extra_there:
            self.qemu.kill()
            self.qemu.wait()
            self._start_qemu()
        else:
            self._reset()
        self._wait_boot()

    def _reset(self):
        for _ in range(RESETS):
            said = len(self._read("console"))
            self.agent.going_down()
            self.qmp("system_reset")
            try:
                self._wait_console(said)
                return
            except TimedOut:
                print("# no boot behind the reset: once more", flush=True)

    def _wait_console(self, said):
        """The initrd's shell has opened it, or the kernel has: seconds after the reset."""
        self.wait_until(lambda: len(self._read("console")) > said, 40, "nothing on the console")

    def reset_ports(self):
        """All lines low but CTS and DSR, no data, the Garmin as it was made."""
        for port in self.ports.values():
            default = receivers.DEFAULT.get(port.name)
            if port.receiver and (type(port.receiver) is not default or port.receiver_options):
                port.detach_receiver()
            port.reset_lines()
            port.flush()
            if port.receiver:
                port.receiver.reset()
            elif default:
                port.attach_receiver(default)

    def clean_up(self):
        """Between tests: whatever one has left must not meet the next."""
        self.agent.kill_jobs()
        self.run(KILL_FULL if self.kind == "full" else KILL_FAST, quiet=True)
        for port in self.ports.values():
            if isinstance(port, ports.PciPort) and port.plugged:
                port.unplug()
        self.reset_ports()
        self.sync_clock(within_ns=10000000)
        self.history.clear()

    # -- what it said --

    def _read(self, name):
        try:
            with open(self._path(name), encoding="utf-8",
                      errors="replace") as f:
                return f.read()
        except FileNotFoundError:
            return ""

    def console_tail(self, lines=16):
        """The last lines on the guest's console."""
        # the early console is silent once the other has taken over
        text = self._read("console") or self._read("early")
        return "\n".join(plain(text)[-lines:])

    def last_commands(self):
        return "\n".join(str(job.result()) for job in self.history)


__all__ = ["Guest", "GuestDied", "TimedOut", "Trouble", "stop_all"]
