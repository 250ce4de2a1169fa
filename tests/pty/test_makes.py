# SPDX-License-Identifier: GPL-2.0-or-later
"""`gpsppsctl receiver` on a pty with receivers of other makes than Garmin at its other end.

As in test_receiver.py the models keep their real time, and all scenarios run at once.
"""
import os
import shutil
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import test_receiver as receiver  # noqa: E402
from mtk import Airoha, MediaTek, SiRF, SkyTraq  # noqa: E402
from ublox import Ublox  # noqa: E402


def of(unit, *arguments, **options):
    """A scenario with this unit; the line is at its speed from the start."""
    baud = options.pop("baud", 9600)
    options = {"boot_s": 0, **options}
    return lambda: receiver.Scenario(*arguments, "--at", str(baud), journal=receiver.STATE,
                                     unit=lambda port: unit(port, baud=baud, **options))


MAKE = {
    "ublox": of(Ublox),
    "ublox_timing": of(Ublox, "--timing"),
    "ublox_speed": of(Ublox, "--sentences", "RMC,ZDA", "--baud", "38400"),
    "ublox_new": of(Ublox, "--timing", protver=27, firmware="SPG 5.10", model="MAX-M10S"),
    "ublox_deaf_to_packets": of(Ublox, "--timing", takes_packets=False),
    "ublox_liar": of(Ublox, "--pulse", "200", yes_only=True),
    "mtk": of(MediaTek),
    "mtk_timing": of(MediaTek, "--timing"),
    "mtk_speed": of(MediaTek, "--baud", "38400"),
    "mtk_refuses": of(MediaTek, "--sentences", "RMC", refused={"314": 1}),
    "pair_timing": of(Airoha, "--timing"),
    # in NMEA mode it only says who it is when it starts
    "sirf": of(SiRF, baud=4800, boot_s=3.5),
    "sirf_change": of(SiRF, "--sentences", "RMC", baud=4800, boot_s=3.5),
    "skytraq_change": of(SkyTraq, "--sentences", "RMC"),
}
running = {}


def setUpModule():
    receiver.LONG_S = 300
    for name, make in MAKE.items():
        running[name] = make()
    time.sleep(1.5)
    for scenario in running.values():
        scenario.start()


def tearDownModule():
    shutil.rmtree(receiver.STATE)


class TestMakes(receiver.Case):
    make, running = MAKE, running

    def run_of(self, name, code=0):
        scenario = super().run_of(name, code)
        self.assertFalse(scenario.journal.exists(), name)
        return scenario

    def test_ublox_is_named_and_asked(self):
        """Garmin's question shows the make; only its own tells who it is."""
        scenario = self.run_of("ublox")
        self.assertIn("u-blox NEO-M8N-0, firmware SPG 3.01 PROTVER 18.00, 9600 baud, fix 3D", scenario.out)
        self.assertIn("pulse on, 100 ms\n", scenario.out)
        self.assertNotIn("PGRMT", scenario.out)

    def test_ublox_timing_is_kept(self):
        for name in "ublox_timing", "ublox_new":
            unit = self.run_of(name).unit
            unit.power_cycle()
            self.assertEqual(unit.now.sentences, {"RMC"}, name)

    def test_ublox_speed(self):
        scenario = self.run_of("ublox_speed")
        self.assertEqual((scenario.unit.now.baud, scenario.unit.now.sentences), (38400, {"RMC", "ZDA"}))
        self.assertIn("38400 baud (before: 9600 baud)", scenario.out)

    def test_ublox_that_cannot_save(self):
        scenario = self.run_of("ublox_deaf_to_packets", 2)
        self.assertIn("lost with the power\ngpsppsctl: hint: --force", scenario.err)
        self.assertEqual(scenario.unit.now.sentences, scenario.unit.battery.sentences)

    def test_ublox_that_says_yes_and_does_nothing(self):
        scenario = self.run_of("ublox_liar", 1)
        self.assertIn("what was before is back", scenario.err)
        self.assertEqual(scenario.unit.now.length_locked, 100000)

    def test_mediatek(self):
        out = self.run_of("mtk").out
        self.assertIn("MediaTek QUECTEL-L70, firmware AXN_2.51_3339_19071200, 9600 baud", out)
        self.assertIn("VBACKUP", out)

    def test_mediatek_timing(self):
        unit = self.run_of("mtk_timing").unit
        rates = unit.now_set["rates"]
        self.assertEqual([slot for slot, rate in enumerate(rates) if rate], [1])     # PMTK314: RMC
        self.assertEqual(unit.now_set["pulse"][1], 100)

    def test_mediatek_speed(self):
        scenario = self.run_of("mtk_speed")
        self.assertEqual(scenario.unit.now_set["baud"], 38400)
        self.assertIn("38400 baud", scenario.out)

    def test_mediatek_refuses(self):
        scenario = self.run_of("mtk_refuses", 1)
        self.assertEqual(scenario.unit.now_set["rates"], MediaTek.FACTORY["rates"])

    def test_airoha_timing_is_kept(self):
        unit = self.run_of("pair_timing").unit
        unit.power_cycle()
        rates = unit.now_set["rates"]
        self.assertEqual([slot for slot, rate in enumerate(rates) if rate], [4])     # PAIR062: RMC

    def test_makes_that_cannot_be_told(self):
        self.assertIn("PSRF103", self.run_of("sirf").out)
        for name in "sirf_change", "skytraq_change":
            scenario = self.run_of(name, 2)
            self.assertIn("cannot be told by this program: nothing was changed\ngpsppsctl: hint: ", scenario.err)


if __name__ == "__main__":
    unittest.main()
