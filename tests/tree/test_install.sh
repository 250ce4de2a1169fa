#!/bin/sh
# make install puts everything in place and make uninstall takes it away; the
# generator orders the daemons after the table's devices.   test_install.sh OBJDIR
objdir=$1
cd "$(dirname "$0")/../.." || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n=0 bad=0
check() {
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		bad=1
	fi
}
# The paths are given, so that the test is the same with and without udev's own pkg-config file.
make_in() {
	make -s OBJDIR="$objdir" "$1" DESTDIR="$work/root" PREFIX=/usr UDEVDIR=/usr/lib/udev \
		SYSTEMDDIR=/usr/lib/systemd >"$work/log" 2>&1 || { cat "$work/log"; return 1; }
}

make_in install
check $? "make install succeeds without root"
for file in usr/sbin/gpsppsctl usr/libexec/gpsppsctl/gpsppsctl-hold usr/share/man/man8/gpsppsctl.8 \
	usr/share/man/man7/gpsppsctl-diag.7 \
	usr/lib/udev/rules.d/60-gpsppsctl.rules usr/lib/systemd/system/gpsppsctl@.service \
	usr/lib/systemd/system-generators/gpsppsctl-generator; do
	[ -s "$work/root/$file" ]
	check $? "installed: $file"
done
! grep -rq '@[A-Z]*@' "$work/root/usr/lib"
check $? "no placeholder is left"
grep -q '/usr/sbin/gpsppsctl udev' "$work/root/usr/lib/udev/rules.d/60-gpsppsctl.rules"
check $? "the rules call the installed program"

generator=$work/root/usr/lib/systemd/system-generators/gpsppsctl-generator
printf '# a comment\n\nnonsense here\n0 /dev/ttyS0 baud=4800\n3 ttyUSB0\n7\n' >"$work/table"
mkdir "$work/units"
GPSPPSCTL_TABLE=$work/table "$generator" "$work/units" "$work/units" "$work/units"
check $? "the generator runs"
for device in gps0 gpspps0 gps3 gpspps3; do
	grep -q '^JobTimeoutSec=8$' "$work/units/dev-$device.device.d/50-gpsppsctl.conf"
	check $? "dev-$device.device is waited for 8 s at most"
done
[ ! -e "$work/units/dev-gps7.device.d" ]
check $? "a line without a port makes nothing"
grep -q '^After=dev-gps0.device dev-gpspps0.device dev-gps3.device dev-gpspps3.device$' \
	"$work/units/ntpsec.service.d/50-gpsppsctl.conf"
check $? "ntpsec is ordered after the devices"
rm -rf "$work/units"; mkdir "$work/units"
GPSPPSCTL_TABLE=$work/none "$generator" "$work/units"
check $? "without a table the generator succeeds"
[ -z "$(ls "$work/units")" ]
check $? "and makes nothing"

if git rev-parse --git-dir >/dev/null 2>&1; then
	tarball=$(make -s OBJDIR="$objdir" dist | tail -1)
	tar -tzf "$tarball" | grep -q '/man/gpsppsctl-diag.7$'
	check $? "the tarball has the generated page: $tarball"
	rm -f "$tarball"
else
	n=$((n + 1))
	echo "ok $n - make dist # SKIP not a git checkout"
fi

make_in uninstall
check $? "make uninstall succeeds"
left=$(find "$work/root" -type f)
[ -z "$left" ]
check $? "nothing is left${left:+: $left}"
exit $bad
