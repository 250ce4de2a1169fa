#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: mkimage.sh DIR SUITE MODULES PACKAGES OWNER
#
# Make DIR/root.img, the full guest's disk: Debian with systemd, udev and the
# time daemons (installed, none of them enabled).  DIR has sources.list and
# apt.conf.  Run as root.
set -eu

dir=$1 suite=$2 modules=$3 packages=$4 owner=$5
root=$dir/root

# chrony and ntpsec conflict as packages, not as files: unpack the second.
cat > "$dir/chrony" <<'X'
set -eu
tmp=$(mktemp -d)
cd "$tmp"
APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get -q download chrony
dpkg-deb -x chrony_*.deb "$tmp/chrony"
tar -C "$tmp/chrony" -c . | tar -C "$1" -x --keep-directory-symlink
rm -r "$tmp"
echo '_chrony:x:990:990::/var/lib/chrony:/usr/sbin/nologin' >> "$1/etc/passwd"
echo '_chrony:x:990:' >> "$1/etc/group"
mkdir -p "$1/var/lib/chrony" "$1/var/log/chrony" \
	"$1/etc/chrony/conf.d" "$1/etc/chrony/sources.d"
chown 990:990 "$1/var/lib/chrony" "$1/var/log/chrony"
[ -e "$1/etc/chrony/chrony.conf" ] ||
	cp "$1/usr/share/chrony/chrony.conf" "$1/etc/chrony/"
X

mmdebstrap --quiet --variant=minbase --aptopt="$dir/apt.conf" \
	--include="$packages" \
	--dpkgopt='path-exclude=/usr/share/doc/*' \
	--dpkgopt='path-exclude=/usr/share/locale/*' \
	--dpkgopt='path-exclude=/usr/share/man/*' \
	--customize-hook="sh '$dir/chrony' \"\$1\"" \
	"$suite" "$root" "$dir/sources.list"

tar -C "$modules" -c . | tar -C "$root" -x --keep-directory-symlink

echo testbed > "$root/etc/hostname"
echo 0123456789abcdef0123456789abcdef > "$root/etc/machine-id"
printf '127.0.0.1\tlocalhost testbed\n' > "$root/etc/hosts"
: > "$root/etc/fstab"
install -d -o ntpsec -g ntpsec "$root/var/log/ntpsec" 2> /dev/null ||
	chroot "$root" install -d -o ntpsec -g ntpsec /var/log/ntpsec

# Tests start what they need; nothing else may take a port or the clock.
rm -f "$root"/etc/systemd/system/*.wants/*
for unit in \
	serial-getty@.service getty.target systemd-logind.service \
	systemd-timesyncd.service \
	systemd-binfmt.service proc-sys-fs-binfmt_misc.automount \
	proc-sys-fs-binfmt_misc.mount systemd-pstore.service \
	systemd-update-utmp.service systemd-update-utmp-runlevel.service \
	systemd-random-seed.service systemd-hwdb-update.service \
	systemd-journal-catalog-update.service systemd-update-done.service \
	systemd-machine-id-commit.service systemd-firstboot.service \
	ldconfig.service dev-hugepages.mount dev-mqueue.mount \
	sys-kernel-tracing.mount sys-fs-fuse-connections.mount \
	modprobe@fuse.service modprobe@drm.service \
	modprobe@efi_pstore.service modprobe@dm_mod.service \
	modprobe@loop.service; do
	ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* \
	"$root/etc/apt/sources.list" "$root"/etc/apt/apt.conf.d/99mmdebstrap

mkfs.ext4 -q -O ^has_journal -E lazy_itable_init=1 -d "$root" \
	"$dir/root.img" 1G
chown "$owner" "$dir/root.img"
rm -rf "$root" "$dir/chrony" "$dir/sources.list" "$dir/apt.conf"
