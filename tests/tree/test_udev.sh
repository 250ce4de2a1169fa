#!/bin/sh
# gpsppsctl udev: what a port of the table is for, by its name and by the links that
# udev is going to make.  The devices are not there: names decide.   test_udev.sh OBJDIR
cd "$(dirname "$0")/../.." || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n=0 bad=0
cat >"$work/table" <<EOF
0 ttyUSB70
1 /dev/ttyUSB71 pulse=ttyUSB72
2 ttyUSB73 pulse=none
3 - pulse=/dev/serial/by-path/platform-x.usb-usb-0:1:1.0
4 /dev/serial/by-id/usb-FTDI_x-if00-port0
5 ttyUSB75 pulse=pps-gpio.-1
6 ttyUSB76 holder=none
EOF

# is WHAT-IS-SAID DEVICE [LINKS]
is() {
	n=$((n + 1))
	said=$(DEVLINKS=${3-} "${GPSPPSCTL:-./gpsppsctl}" -C "$work/table" udev "$2" 2>&1 | paste -sd ' ')
	if [ "$said" = "$1" ]; then
		echo "ok $n - $2${3:+ with $3}: ${1:-nothing}"
	else
		echo "not ok $n - $2${3:+ with $3}: '$said' instead of '$1'"
		bad=1
	fi
}

sentences() { echo "GPSPPSCTL_UNIT=$1 GPSPPSCTL_LINK=gps$1 GPSPPSCTL_SERVICE=1"; }
pulse_only() { echo "GPSPPSCTL_UNIT=$1 GPSPPSCTL_SERVICE=1"; }

is "$(sentences 0)" ttyUSB70
is "$(sentences 0)" /dev/ttyUSB70
is "$(sentences 1)" ttyUSB71
is "$(pulse_only 1)" ttyUSB72
is "$(sentences 2)" ttyUSB73
is "" ttyUSB79
is "$(pulse_only 3)" ttyUSB79 "/dev/serial/by-id/other /dev/serial/by-path/platform-x.usb-usb-0:1:1.0"
is "$(sentences 4)" ttyUSB79 "/dev/serial/by-id/usb-FTDI_x-if00-port0"
# half a name is another name
is "" ttyUSB79 "/dev/serial/by-id/usb-FTDI_x-if00-port01 /dev/serial/by-id/usb-FTDI_x"
is "$(sentences 5)" ttyUSB75
# its links, and nobody who attaches it: gpsd does
is "GPSPPSCTL_UNIT=6 GPSPPSCTL_LINK=gps6" ttyUSB76
is "" pps99
exit $bad
