# SPDX-License-Identifier: GPL-2.0-or-later
"""What is wired to the ports: a model has start(), stop() and reset()."""

import os
import threading
import time

from garmin18 import Garmin18LVC


def sentence(body):
    checksum = 0
    for byte in body.encode():
        checksum ^= byte
    return b"$%s*%02X\r\n" % (body.encode(), checksum)


class PlainReceiver:
    """The least a receiver does: a pulse and one GPRMC a second."""

    def __init__(self, port):
        self.port = port
        self._stop = threading.Event()
        self._thread = None

    def start(self):
        self._stop.clear()
        self.port.pulse()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self):
        self._stop.set()
        if self._thread:
            self._thread.join()
        self._thread = None
        self.port.level("dcd", 0)

    def reset(self):
        self.stop()
        self.start()

    def _run(self):
        while not self._stop.wait(1.3 - time.time() % 1):
            now = time.gmtime()
            body = time.strftime("GPRMC,%H%M%S,A,3751.65,S,14507.36,E,"
                                 "000.0,360.0,%d%m%y,011.3,E", now)
            try:
                os.write(self.port.fd, sentence(body))
            except BlockingIOError:
                pass		# nobody reads: lost, as on a real line


# What a port has from the start; the others have nothing
DEFAULT = {"isa1": Garmin18LVC, "slot1": Garmin18LVC}
