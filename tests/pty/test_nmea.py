# SPDX-License-Identifier: GPL-2.0-or-later
"""`gpsppsctl nmea` on files, pipes and ptys.

The expected lines are put together here, from the format that the manual tells, for sentences
that are made here: raw text, offset and number are known from the making.
"""
import errno
import json
import os
import signal
import subprocess
import tempfile
import threading
import termios
import time
import tty
import unittest
from collections import Counter
from pathlib import Path

from garmin18 import frame, invert

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = os.environ.get("GPSPPSCTL", str(ROOT / "gpsppsctl"))
LONG_S = 60             # whatever takes longer does not end

NOISE = b"\x80\xf8\x00" * 20
PLACE = '"latitude_deg":50.019833333,"longitude_deg":8.677616666'
RMC = frame("GPRMC,113258.000,A,5001.1900,N,00840.6570,E,0.02,87.4,181022,,,A")
GGA = frame("GPGGA,113258.250,5001.1900,N,00840.6570,E,1,09,0.9,161.4,M,45.6,M,,")
VOID = frame("GPRMC,235946.005,V,,,,,,,160107,,,N")


def command(*args):
    # -C: the machine's own table is none of the test's business
    return [PROGRAM, "-C", "/dev/null", "nmea", *args]


def nmea(*args, data=b"", stdin=None):
    given = {"stdin": stdin} if stdin is not None else {"input": data}
    return subprocess.run(command(*args), capture_output=True, timeout=LONG_S, **given)


def start(*args, **streams):
    """A child to be read from; killed when it says nothing for ever."""
    child = subprocess.Popen(command(*args), stdout=subprocess.PIPE, **streams)
    timer = threading.Timer(LONG_S, child.kill)
    timer.daemon = True
    timer.start()
    return child


def lines_of(done):
    return done.stdout.decode("ascii").splitlines()


def summary_of(done):
    return json.loads(lines_of(done)[-1])


def line(n, offset, raw, kind, talker, checksum, time, valid, fields="", corrected=None):
    """An object as the manual says it, its keys in their order."""
    def text(value):
        return "null" if value is None else f'"{value}"'
    raw = raw.decode("latin-1").rstrip("\r\n")
    raw = "".join(c if " " <= c <= "~" and c not in '"\\' else
                  "\\" + c if c in '"\\' else f"\\u00{ord(c):02x}" for c in raw)
    correction = f'"time_corrected":"{corrected}",' if corrected else ""
    return (f'{{"n":{n},"offset":{offset},"type":"{kind}","talker":"{talker}","checksum":"{checksum}",'
            f'"time":{text(time)},{correction}"valid":{json.dumps(valid)},"raw":"{raw}"'
            f'{"," if fields else ""}{fields}}}')


class Json(unittest.TestCase):
    """One sentence of each kind, to the letter."""

    def check(self, raw, *rest, args=(), **options):
        done = nmea("--json", *args, data=raw)
        self.assertEqual(done.stderr, b"")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(lines_of(done)[:-1], [line(1, 0, raw, *rest, **options)])

    def test_rmc(self):
        self.check(RMC, "RMC", "GP", "ok", "2022-10-18T11:32:58.000Z", True,
                   PLACE + ',"speed_knots":0.02,"course_deg":87.4,"magnetic_variation_deg":null,'
                   '"mode":"A","nav_status":null')

    def test_void_says_its_time(self):
        self.check(VOID, "RMC", "GP", "ok", "2007-01-16T23:59:46.005Z", False,
                   '"latitude_deg":null,"longitude_deg":null,"speed_knots":null,"course_deg":null,'
                   '"magnetic_variation_deg":null,"mode":"N","nav_status":null')

    def test_rollover_is_repaired_when_asked(self):
        # 1024 weeks are 7168 days
        self.check(VOID, "RMC", "GP", "ok", "2007-01-16T23:59:46.005Z", False,
                   '"latitude_deg":null,"longitude_deg":null,"speed_knots":null,"course_deg":null,'
                   '"magnetic_variation_deg":null,"mode":"N","nav_status":null',
                   args=("--reference", "2026-01-01"), corrected="2026-09-01T23:59:46.005Z")

    def test_leap_second(self):
        self.check(frame("GPZDA,235960.00,31,12,2016,00,00"), "ZDA", "GP", "ok", "2016-12-31T23:59:60.000Z",
                   None, '"zone_h":0,"zone_min":0')

    def test_more_decimals_where_there_are_more(self):
        self.check(frame("GPZDA,235959.9990000,31,12,2016,,"), "ZDA", "GP", "ok", "2016-12-31T23:59:59.999Z",
                   None, '"zone_h":null,"zone_min":null')
        self.check(frame("GPZDA,235959.99905,31,12,2016,,"), "ZDA", "GP", "ok", "2016-12-31T23:59:59.99905Z",
                   None, '"zone_h":null,"zone_min":null')

    def test_time_without_date(self):
        self.check(GGA, "GGA", "GP", "ok", None, True,
                   f'"time_of_day":"11:32:58.250",{PLACE},"quality":1,"satellites_used":9,"hdop":0.9,'
                   '"altitude_m":161.4,"geoid_m":45.6,"age_s":null,"station":null')

    def test_lists(self):
        self.check(frame("GNGSA,A,3,02,13,,,,,,,,,,,1.9,1.0,1.6"), "GSA", "GN", "ok", None, None,
                   '"fix_selection":"A","fix":3,"satellites_used":[2,13],"pdop":1.9,"hdop":1.0,"vdop":1.6,'
                   '"system_id":null')
        self.check(frame("GPGSV,1,1,02,02,75,180,41,13,07,319,,1"), "GSV", "GP", "ok", None, None,
                   '"messages":1,"message":1,"satellites_in_view":2,"satellites":['
                   '{"prn":2,"elevation_deg":75,"azimuth_deg":180,"snr_db":41},'
                   '{"prn":13,"elevation_deg":7,"azimuth_deg":319,"snr_db":null}],"signal_id":1')

    def test_proprietary(self):
        self.check(frame("PGRMT,GPS 18x-LVC software ver. 3.70,,,,,,,,"), "PGRMT", "P", "ok", None, None,
                   '"product":"GPS 18x-LVC software ver. 3.70","rom_checksum":null,"receiver_failure":null,'
                   '"stored_data":null,"real_time_clock":null,"oscillator_drift":null,"data_collection":null,'
                   '"temperature_c":null,"configuration_data":null')

    def test_next_pulse(self):
        raw = frame("GPZDG,150400.0,02,09,2026,01.25,2")
        self.check(raw, "ZDG", "GP", "ok", None, True,
                   '"next_pulse_gps":"2026-09-02T15:04:00.000","signal_strength":1.25,"quality":2')
        self.assertIn(b"  next pulse 2026-09-02 15:04:00.000 GPS, signal strength 1.25, quality 2\n", nmea(data=raw).stdout)

    def test_unknown_type(self):
        self.check(frame("PXYZ,1,2"), "PXYZ", "P", "ok", None, None)

    def test_no_checksum(self):
        raw = b"$GPZDA,113258.00,18,10,2022,,\r\n"
        fields = '"zone_h":null,"zone_min":null'
        self.check(raw, "ZDA", "GP", "none", "2022-10-18T11:32:58.000Z", None, fields)

    def test_bad_checksum_has_no_values(self):
        raw = RMC.replace(b"113258", b"113259")
        done = nmea("--json", data=raw + RMC)
        self.assertEqual(lines_of(done)[0], line(1, 0, raw, "RMC", "GP", "bad", None, None))

    def test_bytes_beyond_ascii(self):
        body = "GPTXT,01,01,02,\"\\ \x1b[0m\t\xe4\xff"
        check = 0
        for c in body.encode("latin-1"):
            check ^= c
        raw = f"${body}*{check:02x}\r\n".encode("latin-1")
        done = nmea("--json", data=raw)
        self.assertEqual(lines_of(done)[0],
                         line(1, 0, raw, "TXT", "GP", "ok", None, None,
                              '"messages":1,"message":1,"text_id":2,'
                              '"text":"\\"\\\\ \\u001b[0m\\u0009\\u00e4\\u00ff"'))


# ---- streams

STREAM = (b"boot\x1b[0m\r\n" + RMC + GGA + b"$GPRMC,12" + GGA + b"$" + b"x" * 600 + b"\r\n" + VOID +
          b"$GPZDA,113259.00,18,10,2022,,\n" + RMC.replace(b"58.000", b"59.000") + RMC.rstrip())
TYPES = {"RMC": 4, "GGA": 2, "ZDA": 1}      # $GPRMC,12 has no checksum: it might be one of those that have none
TOTALS = {"sentences": 8, "bad_checksums": 1, "no_checksums": 2, "overlong": 1, "junk_bytes": 8,
          "bytes": len(STREAM), "with_time": 4, "first_time": "2022-10-18T11:32:58.000Z",
          "last_time": "2022-10-18T11:32:58.000Z", "inverted": False, "types": TYPES, "other_types": 0, "version": 1}


class Streams(unittest.TestCase):
    def test_summary(self):
        done = nmea("--json", data=STREAM)
        self.assertEqual(list(summary_of(done).items()), list({"type": "summary", **TOTALS}.items()))

    def test_times_are_of_what_is_not_void(self):
        total = summary_of(nmea("--json", "--count", data=VOID + RMC + VOID))
        self.assertEqual(total["with_time"], 3)
        self.assertEqual((total["first_time"], total["last_time"]), ("2022-10-18T11:32:58.000Z",) * 2)
        total = summary_of(nmea("--json", "--count", data=VOID))
        self.assertEqual((total["with_time"], total["first_time"], total["last_time"]), (1, None, None))

    def test_types_whoever_talks(self):
        data = RMC + GGA + frame("GNRMC,113259.000,V,,,,,,,181022,,,N") + frame("PGRME,3.1,M,4.2,M,5.2,M")
        text = lines_of(nmea("--json", "--count", data=data))[-1]
        self.assertIn('"types":{"RMC":2,"GGA":1,"PGRME":1},', text)

    def test_order_and_offsets(self):
        said = [json.loads(text) for text in lines_of(nmea("--json", data=STREAM))[:-1]]
        self.assertEqual([o["n"] for o in said], list(range(1, 9)))
        self.assertEqual([o["type"] for o in said], ["RMC", "GGA", "RMC", "GGA", "RMC", "ZDA", "RMC", "RMC"])
        for o in said:
            raw = o["raw"].encode("latin-1")
            self.assertEqual(STREAM[o["offset"]:o["offset"] + len(raw)], raw)

    def test_any_pieces_give_the_same(self):
        whole = nmea("--json", data=STREAM).stdout
        for size in (1, 7, 64):
            child = start("--json", "-", stdin=subprocess.PIPE)
            got = []
            reader = threading.Thread(target=lambda c=child, g=got: g.append(c.stdout.read()))
            reader.start()
            for at in range(0, len(STREAM), size):
                os.write(child.stdin.fileno(), STREAM[at:at + size])
                time.sleep(0.0002)
            child.stdin.close()
            reader.join(LONG_S)
            self.assertEqual(child.wait(LONG_S), 0)
            child.stdout.close()
            self.assertEqual(got, [whole], size)

    def test_count_is_the_same_summary(self):
        self.assertEqual(lines_of(nmea("--json", "--count", data=STREAM)), lines_of(nmea("--json", data=STREAM))[-1:])

    def test_count_of_many(self):
        data = STREAM * 2000 + b"\n"        # its last sentence ends at the next one's first character
        said = [json.loads(text) for text in lines_of(nmea("--json", data=data))]
        lines, total = said[:-1], said[-1]
        self.assertEqual(summary_of(nmea("--json", "--count", data=data)), total)
        self.assertEqual(total["sentences"], len(lines))
        self.assertEqual(total["sentences"], 2000 * 8)
        self.assertEqual(total["types"], Counter(o["type"] for o in lines if o["checksum"] != "bad"))
        self.assertEqual(total["bad_checksums"], sum(o["checksum"] == "bad" for o in lines))
        self.assertEqual(total["with_time"], sum(o["time"] is not None for o in lines))

    def test_count_for_people(self):
        text = nmea("--count", data=STREAM).stdout.decode()
        self.assertEqual(text.splitlines(), [
            "           4  RMC", "           2  GGA", "           1  ZDA",
            "8 sentences; checksums: 1 bad, 2 missing; 1 over-long; 8 bytes between",
            "4 with date and time: 2022-10-18 11:32:58.000 to 2022-10-18 11:32:58.000"])

    def test_strict(self):
        said = [json.loads(text) for text in lines_of(nmea("--json", "--strict", data=STREAM))]
        self.assertEqual([o["n"] for o in said[:-1]], [1, 2, 4, 5, 7, 8])     # their numbers stay
        self.assertEqual(said[-1]["no_checksums"], 2)
        self.assertEqual(said[-1]["types"], {"RMC": 3, "GGA": 2})
        self.assertEqual(nmea("--strict", data=b"$GPZDA,113258.00,18,10,2022,,\r\n").returncode, 1)

    def test_file_and_pipe_and_dash(self):
        with tempfile.NamedTemporaryFile() as file:
            file.write(STREAM)
            file.flush()
            by_name = nmea("--json", file.name)
            with open(file.name, "rb") as stdin:
                by_stdin = nmea("--json", stdin=stdin)
        self.assertEqual(by_name.returncode, 0)
        self.assertEqual(by_name.stdout, by_stdin.stdout)
        self.assertEqual(by_name.stdout, nmea("--json", "-", data=STREAM).stdout)

    def test_line_by_line(self):
        """What has come is there before the writer goes on."""
        child = start("--json", stdin=subprocess.PIPE)
        for n in (1, 2):
            os.write(child.stdin.fileno(), RMC)
            self.assertEqual(json.loads(child.stdout.readline())["n"], n)
        child.stdin.close()
        self.assertEqual(json.loads(child.stdout.read())["sentences"], 2)
        self.assertEqual(child.wait(LONG_S), 0)
        child.stdout.close()

    def test_closed_stdout(self):
        with open(os.devnull, "rb") as zero, tempfile.NamedTemporaryFile() as file:
            file.write(STREAM * 5000)
            file.flush()
            child = start("--json", file.name, stdin=zero, stderr=subprocess.PIPE)
            child.stdout.readline()
            child.stdout.close()
            self.assertEqual(child.stderr.read(), b"")
            self.assertEqual(child.wait(LONG_S), 0)
            child.stderr.close()

    @unittest.skipUnless(os.path.exists("/dev/full"), "no /dev/full")
    def test_full_disk(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run(command("--json"), input=STREAM * 100, stdout=full, stderr=subprocess.PIPE,
                                  timeout=LONG_S)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"write error: No space left on device", done.stderr)

    def test_inverted(self):
        done = nmea("--json", data=bytes(map(invert, STREAM.replace(b"\x1b", b"."))))
        self.assertEqual(done.returncode, 0)
        self.assertIn(b"inverted", done.stderr)
        self.assertEqual(summary_of(done), {"type": "summary", **TOTALS, "inverted": True})

    def test_nothing_from_the_wire_reaches_the_terminal(self):
        evil = (frame("PGRMT,GPS \x1b]0;own\x07 software") + b"$GP\x1b[2JX,1*00\r\n$GPTXT,01,01,02,\x9b2J\x7f\r\n" +
                b"\x1b[31m" + RMC)
        for args in ((), ("--count",), ("--json",)):
            out = nmea(*args, data=evil).stdout
            self.assertTrue(all(c == 10 or 32 <= c < 127 for c in out), out)
        self.assertIn(b"\\x1b]0;own\\x07", nmea(data=evil).stdout)

    def test_rubbish(self):
        data = bytes((n * 7919 >> 3) & 255 for n in range(300000))
        for args in ((), ("--count",), ("--json",)):
            done = nmea(*args, data=data)
            self.assertEqual(done.returncode, 1)
            self.assertEqual(done.stderr.decode(), "gpsppsctl: standard input: no good sentence in 300000 bytes\n")


class ForPeople(unittest.TestCase):
    def test_lines(self):
        text = nmea(data=RMC + GGA + VOID + frame("GNGSA,A,3,02,13,,,,,,,,,,,1.9,1.0,1.6") +
                    frame("GPGSV,1,1,02,02,75,180,41,13,07,319,") + frame("PXYZ,1") +
                    RMC.replace(b"58", b"57") + b"$GPZDA,113258.5,18,10,2022,,\r\n").stdout.decode()
        place = "latitude 50.019833, longitude 8.677616"
        self.assertEqual(text.splitlines(), [
            f"GPRMC   2022-10-18 11:32:58.000  valid  {place}, speed 0.02 kn, course 87.4, mode A",
            f"GPGGA              11:32:58.250  valid  {place}, quality 1, satellites used 9, hdop 0.9, "
            "altitude 161.4 m, geoid 45.6 m",
            "GPRMC   2007-01-16 23:59:46.005  void   mode N",
            "GNGSA                                   fix selection A, fix 3, satellites used 2 13, pdop 1.9, "
            "hdop 1.0, vdop 1.6",
            "GPGSV                                   satellites in view 2, satellites 2:41 13",
            "PXYZ                                    $PXYZ,1*16",
            "GPRMC                                   bad checksum: " + RMC.replace(b"58", b"57").decode().rstrip(),
            "GPZDA   2022-10-18 11:32:58.500         $GPZDA,113258.5,18,10,2022,,, no checksum",
            "8 sentences; checksums: 1 bad, 1 missing; 0 over-long; 0 bytes between"])

    def test_repaired(self):
        text = nmea("--reference", "2026-01-01", data=VOID).stdout.decode()
        self.assertEqual(text.splitlines()[0],
                         "GPRMC   2026-09-01 23:59:46.005  void   mode N, says 2007-01-16")


# ---- ports

class Port:
    """The far end of a pty: the same bytes, again and again; at another speed than its own, noise."""

    def __init__(self, data, speed=None):
        self.fd, slave = os.openpty()
        tty.setraw(slave)
        self.path = os.ttyname(slave)
        os.close(slave)
        os.set_blocking(self.fd, False)
        self.data, self.speed, self.running = data, speed, True
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while self.running:
            try:
                right = self.speed in (None, termios.tcgetattr(self.fd)[4])
                os.write(self.fd, self.data if right else NOISE)
            except (termios.error, OSError) as e:
                if e.args[0] not in (errno.EAGAIN, errno.EIO):
                    return
            time.sleep(0.2)

    def stop(self):
        self.running = False
        self.thread.join()
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1


class Ports(unittest.TestCase):
    def port(self, data, **options):
        port = Port(data, **options)
        self.addCleanup(port.stop)
        return port

    def follow(self, port, *args):
        child = start(*args, port.path, stderr=subprocess.PIPE)
        self.addCleanup(child.stdout.close)
        self.addCleanup(child.stderr.close)
        return child

    def test_follow_until_a_signal(self):
        child = self.follow(self.port(RMC + GGA), "--follow", "--json")
        said = [json.loads(child.stdout.readline()) for _ in range(6)]
        child.send_signal(signal.SIGTERM)
        rest = [json.loads(text) for text in child.stdout.read().splitlines()]
        self.assertEqual(child.wait(LONG_S), 0)
        self.assertEqual(rest[-1]["type"], "summary")
        self.assertEqual([o["n"] for o in said + rest[:-1]], list(range(1, len(said + rest))))
        for o in said:
            self.assertRegex(o["arrived"], r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
            self.assertEqual(list(o)[7 if "time_corrected" not in o else 8:][:2], ["raw", "arrived"])

    def test_follow_for_people(self):
        child = self.follow(self.port(RMC), "--follow")
        text = child.stdout.readline().decode()
        child.send_signal(signal.SIGINT)
        child.stdout.read()
        self.assertEqual(child.wait(LONG_S), 0)
        self.assertRegex(text, r", says 2022-10-18, arrived \d\d:\d\d:\d\d\.\d{3}\n$")

    def test_port_repairs_dates_before_the_release(self):
        done = nmea("--seconds", "1", "--json", self.port(RMC).path)
        self.assertEqual(done.returncode, 0, done.stderr)
        first = json.loads(lines_of(done)[0])
        # 7168 days after 2022-10-18
        self.assertEqual(first["time"], "2022-10-18T11:32:58.000Z")
        self.assertEqual(first["time_corrected"], "2042-06-03T11:32:58.000Z")
        self.assertNotIn("arrived", first)
        again = nmea("--seconds", "1", "--json", "--reference", "2020-01-01", self.port(RMC).path)
        self.assertNotIn("time_corrected", json.loads(lines_of(again)[0]))

    def test_seconds_end(self):
        begin = time.monotonic()
        done = nmea("--seconds", "1", "--count", self.port(RMC).path)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreaterEqual(time.monotonic() - begin, 1)
        self.assertRegex(lines_of(done)[0], r"^ +\d+  RMC$")

    def test_census(self):
        done = nmea("--census", "2", "--json", self.port(RMC + GGA).path)
        self.assertEqual(done.returncode, 0, done.stderr)
        said = json.loads(done.stdout)
        rows = {row["type"]: row for row in said["sentences"]}
        self.assertEqual(set(rows), {"RMC", "GGA"})
        self.assertEqual(rows["RMC"]["longest"], len(RMC))
        self.assertEqual(rows["GGA"]["chars"], rows["GGA"]["count"] * len(GGA))
        # ten bits a character
        for baud in (4800, 9600, 19200, 38400, 57600, 115200):
            self.assertAlmostEqual(said["load_percent"][str(baud)], said["chars_per_s"] * 1000 / baud, delta=0.51)
        self.assertGreater(said["chars_per_s"], 0)
        text = nmea("--census", "1", self.port(RMC + GGA).path).stdout.decode()
        self.assertRegex(text, r"(?m)^SENTENCE +COUNT +CHARS/S +LONGEST$")
        self.assertRegex(text, rf"(?m)^GPRMC +\d+ +\d+ +{len(RMC)}$")
        self.assertRegex(text, r"(?m)^    4800 baud +\d+ %$")

    def test_inverted_port(self):
        port = self.port(bytes(map(invert, RMC + GGA)))
        child = self.follow(port, "--follow", "--json")
        self.assertEqual(json.loads(child.stdout.readline())["checksum"], "ok")
        child.send_signal(signal.SIGTERM)
        out, err = child.communicate(timeout=LONG_S)
        self.assertIn(b"inverted", err)
        self.assertTrue(json.loads(out.splitlines()[-1])["inverted"])
        self.assertEqual(child.returncode, 0)

    def test_speed_is_found(self):
        children = [self.follow(self.port(data, speed=termios.B19200), "--follow", "--json")
                    for data in (RMC, bytes(map(invert, RMC)))]
        for child in children:
            first = json.loads(child.stdout.readline())
            child.send_signal(signal.SIGTERM)
            out, err = child.communicate(timeout=LONG_S)
            self.assertEqual(child.returncode, 0, err)
            self.assertEqual((first["n"], first["checksum"]), (1, "ok"))
            total = json.loads(out.splitlines()[-1])
            self.assertEqual(total["bad_checksums"], 0)
            # the noise of 1.3 s is forgotten; one more piece may have been on its way
            self.assertLess(total["junk_bytes"], 2 * len(NOISE))

    def test_closed_stdout_puts_the_port_back(self):
        port = self.port(RMC)
        before = termios.tcgetattr(port.fd)
        child = self.follow(port, "--follow", "--json")
        child.stdout.readline()
        self.assertNotEqual(termios.tcgetattr(port.fd), before)
        child.stdout.close()
        self.assertEqual(child.wait(LONG_S), 0)
        self.assertEqual(child.stderr.read(), b"")
        self.assertEqual(termios.tcgetattr(port.fd), before)

    def test_port_goes_away(self):
        port = self.port(RMC)
        child = self.follow(port, "--follow", "--json")
        child.stdout.readline()
        port.stop()
        out, err = child.communicate(timeout=LONG_S)
        self.assertEqual(child.returncode, 3)
        self.assertIn(b"the port went away", err)
        self.assertEqual(json.loads(out.splitlines()[-1])["type"], "summary")

    def test_silent_port(self):
        done = nmea("--seconds", "1", "--json", "--baud", "4800", self.port(b"").path)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"silent: not one character", done.stderr)
        self.assertEqual(summary_of(done)["sentences"], 0)

    def test_noise(self):
        done = nmea("--seconds", "1", "--json", "--baud", "4800", self.port(NOISE).path)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"probably the wrong speed", done.stderr)


class Mistakes(unittest.TestCase):
    def check(self, args, code, message, data=b""):
        done = nmea(*args, data=data)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertIn(message, done.stderr.decode())
        self.assertLessEqual(len(done.stderr.splitlines()), 2)

    def test_mistakes(self):
        self.check(["a", "b"], 2, "one port or file at a time")
        self.check(["/no/such/file"], 2, "/no/such/file: cannot open: No such file or directory")
        self.check(["/"], 2, "/: cannot read: Is a directory")
        self.check(["/dev/null"], 1, "/dev/null: empty: not one byte")
        self.check([], 1, "standard input: empty: not one byte")
        self.check(["--follow"], 2, "is no port", RMC)
        self.check(["--census", "3", "/dev/null"], 2, "is no port")
        self.check(["--seconds", "0"], 2, "invalid --seconds '0'")
        self.check(["--census", "x"], 2, "invalid --census 'x'")
        self.check(["--baud", "4801"], 2, "invalid --baud '4801'")
        for date in ("2026-02-29", "2026-13-01", "26-01-01", "2026-1-01", "2026-01-011", "1979-12-31", "tomorrow"):
            self.check(["--reference", date], 2, f"invalid --reference '{date}'")
        self.check(["--follow", "--seconds", "3", "x"], 2, "exclude each other")
        self.check(["--count", "--census", "3", "x"], 2, "exclude each other")
        self.check(["--frob"], 2, "nmea --help")

    @unittest.skipIf(os.geteuid() == 0, "root may read everything")
    def test_permission(self):
        with tempfile.NamedTemporaryFile() as file:
            os.chmod(file.name, 0)
            self.check([file.name], 2, "cannot open: Permission denied")

    def test_terminal(self):
        fd, slave = os.openpty()
        done = nmea(stdin=slave)
        os.close(slave)
        os.close(fd)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"which port or file?", done.stderr)

    def test_help(self):
        text = nmea("--help").stdout.decode()
        for option in ("--json", "--count", "--strict", "--reference", "--seconds", "--follow", "--census", "--baud"):
            self.assertIn(option, text)


if __name__ == "__main__":
    unittest.main()
