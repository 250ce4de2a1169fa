"""The program as it is installed, for a guest."""
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def stage(directory):
    subprocess.run(["make", "-s", "install", f"DESTDIR={directory}", "PREFIX=/usr",
                    "UDEVDIR=/usr/lib/udev", "SYSTEMDDIR=/usr/lib/systemd"],
                   cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    # Debian's programs are stripped: sizes are of stripped ones
    subprocess.run(["strip", f"{directory}/usr/libexec/gpsppsctl/gpsppsctl-hold"], check=True)
