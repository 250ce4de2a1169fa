#!/bin/sh
# make install puts everything in place and make uninstall takes it away; the
# generator orders the daemons after the table's devices.   test_install.sh OBJDIR
objdir=$1
cd "$(dirname "$0")/../.." || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. tests/tap.sh
# The paths are given, so that the test is the same with and without udev's own pkg-config file.
make_in() {
	make -s OBJDIR="$objdir" "$1" DESTDIR="$work/root" PREFIX=/usr UDEVDIR=/usr/lib/udev \
		SYSTEMDDIR=/usr/lib/systemd >"$work/log" 2>&1 || { cat "$work/log"; return 1; }
}

make_in install
check $? "make install succeeds without root"
pages=$(cd man && ls -- *.[1-9])
for page in $pages gpsppsctl-diag.7; do
	[ -s "$work/root/usr/share/man/man${page##*.}/$page" ]
	check $? "installed: $page"
done
for file in usr/sbin/gpsppsctl usr/libexec/gpsppsctl/gpsppsctl-hold \
	usr/lib/udev/rules.d/61-gpsppsctl.rules usr/lib/systemd/system/gpsppsctl@.service \
	usr/lib/systemd/system/gpsppsctl-feed@.service \
	usr/lib/systemd/system-generators/gpsppsctl-generator; do
	[ -s "$work/root/$file" ]
	check $? "installed: $file"
done
! grep -rq '@[A-Z]*@' "$work/root/usr/lib"
check $? "no placeholder is left"
grep -q '/usr/sbin/gpsppsctl udev' "$work/root/usr/lib/udev/rules.d/61-gpsppsctl.rules"
check $? "the rules call the installed program"

generator=$work/root/usr/lib/systemd/system-generators/gpsppsctl-generator
cat >"$work/table" <<EOF
# a comment

nonsense here
0 /dev/ttyS0 baud=4800
3 ttyUSB0#pulse=none
7
	4 ttyS4	baud=9600	pulse=none   # no wire
5 - pulse=pps-gpio.-1
6 ttyS6 baud=4800 holder=none # gpsd's
EOF
mkdir "$work/units"
GPSPPSCTL_TABLE=$work/table "$generator" "$work/units" "$work/units" "$work/units"
check $? "the generator runs"
for device in gps0 gpspps0 gps3 gpspps3 gps4 gpspps5; do
	grep -q '^JobTimeoutSec=8$' "$work/units/dev-$device.device.d/50-gpsppsctl.conf"
	check $? "dev-$device.device is waited for 8 s at most"
done
[ ! -e "$work/units/dev-gps7.device.d" ]
check $? "a line without a port makes nothing"
[ ! -e "$work/units/dev-gpspps4.device.d" ]
check $? "a line with pulse=none has no pulse to wait for"
[ ! -e "$work/units/dev-gps5.device.d" ]
check $? "a pulse without a port has no receiver to wait for"
grep -q '^After=dev-gps0.device dev-gpspps0.device dev-gps3.device dev-gpspps3.device dev-gps4.device dev-gpspps5.device$' \
	"$work/units/ntpsec.service.d/50-gpsppsctl.conf"
check $? "ntpsec is ordered after the devices"
grep -q '^Restart=on-failure$' "$work/units/chrony.service.d/50-gpsppsctl.conf" &&
	! grep -q Restart "$work/units/ntpsec.service.d/50-gpsppsctl.conf"
check $? "chronyd, which ends without its pulse, is started again"
[ ! -e "$work/units/dev-gpspps6.device.d" ] && grep -q '^JobTimeoutSec=8$' "$work/units/dev-gps6.device.d/50-gpsppsctl.conf"
check $? "with holder=none nobody waits for a pulse that gpsd makes"
[ "$(tail -n 1 "$work/units/gpsd.service.d/50-gpsppsctl.conf")" = After=dev-gps6.device ]
check $? "gpsd is ordered after its port"
rm -rf "$work/units"; mkdir "$work/units"
echo '0 ttyS0 holder=none' >"$work/table"
GPSPPSCTL_TABLE=$work/table "$generator" "$work/units"
[ -e "$work/units/gpsd.service.d" ] && [ ! -e "$work/units/chrony.service.d" ]
check $? "a table with holder=none alone orders no daemon but gpsd"
rm -rf "$work/units"; mkdir "$work/units"
GPSPPSCTL_TABLE=$work/none "$generator" "$work/units"
check $? "without a table the generator succeeds"
[ -z "$(ls "$work/units")" ]
check $? "and makes nothing"

if [ -e .git ]; then
	tarball=$(make -s OBJDIR="$objdir" dist | tail -1)
	tar -tzf "$tarball" | grep -q '/man/gpsppsctl-diag.7$'
	check $? "the tarball has the generated page: $tarball"
	rm -f "$tarball"
else
	n=$((n + 1))
	echo "ok $n - make dist # SKIP not a git checkout"
fi

examples=$work/root/usr/share/doc/gpsppsctl/examples
for file in inittab mdev.conf openrc openwrt runit sysvinit; do
	[ -s "$examples/$file" ] && ! grep -q '@[A-Z]*@' "$examples/$file"
	check $? "example: $file"
done
for file in openrc openwrt runit sysvinit; do
	sh -n "$examples/$file"
	check $? "sh -n: $file"
done

make_in uninstall
check $? "make uninstall succeeds"
left=$(find "$work/root" -type f)
[ -z "$left" ]
check $? "nothing is left${left:+: $left}"
exit $bad
