#!/bin/sh
# patches/: every series names what is there, every patch says what it is for; and the version
# of a patched package stands between Debian's present one and its next.   test_patched.sh OBJDIR
cd "$(dirname "$0")/../.." || exit 2
. tests/tap.sh

# none WHAT TEXT: a list of complaints, which is to be empty
none() {
	[ -z "$2" ]
	check $? "$1" "$(echo "$2" | paste -sd ' ')"
}

named() { sed 's/#.*//' "$@" | tr -s ' \t' '\n' | sed '/^$/d' | sort -u; }

described() {
	# a subject, and words on why before the diff begins
	sed -n '/^Subject: ./p' "$1" | grep -q . &&
		sed '/^---/,$d' "$1" | sed '1,/^$/d' | grep -q '[a-z]'
}

for name in util-linux ntpsec; do
	home=patches/$name
	[ -n "$(named $home/series* 2>/dev/null)" ]
	check $? "$home: there are patches for it"
	none "$home: what a series names is there" "$(
		for patch in $(named $home/series*); do
			[ -f "$home/$patch" ] || echo "$patch"
		done)"
	none "$home: what is there is in a series" "$(
		for patch in "$home"/*.patch; do
			named $home/series* | grep -qx "${patch##*/}" || echo "$patch"
		done)"
	none "$home: each says what it is for" "$(
		for patch in "$home"/*.patch; do
			described "$patch" || echo "$patch"
		done)"
	none "$home: none adds a blank at the end of a line" "$(
		grep -n '^+.*[[:blank:]]$' "$home"/*.patch)"
	[ -f $home/README.md ] || grep -q "^#.*$name" patches/README.md
	check $? "$home: a page tells of it"
done

if ! command -v dpkg >/dev/null 2>&1; then
	echo "ok $((n + 1)) # SKIP versions: no dpkg here"
	exit $bad
fi

ours() {
	PYTHONPATH=tests/testbed python3 -c \
		'import sys; from patcheddebs import local_version; print(local_version(*sys.argv[1:]))' "$@"
}

# between PRESENT NEXT RELEASE: ours is above the one, below the other
between() {
	version=$(ours "$1" "$3")
	dpkg --compare-versions "$version" gt "$1" && dpkg --compare-versions "$version" lt "$2"
	check $? "$1 < $version < $2"
}

# an update in a stable release; its first; a rebuild with other libraries, which has no source
between 2.38.1-5+deb12u3 2.38.1-5+deb12u4 12
between 1.2.2+dfsg1-1+deb12u1 1.2.2+dfsg1-1+deb12u2 12
between 2.41-5 2.41-5+deb13u1 13
between 2.41.5-0+deb13u1 2.41.5-0+deb13u2 13
dpkg --compare-versions "$(ours 2.41-5 13)" gt 2.41-5+b9 &&
	dpkg --compare-versions "$(ours 2.38.1-5+deb12u3 12)" gt 2.38.1-5+deb12u3+b1
check $? "above a rebuild"
# sid: the next revision, and one by somebody else
between 2.42.4-1 2.42.4-2 ""
between 2.42.4-1 2.42.4-1.1 ""
case $(ours 2.38.1-5+deb12u3 12) in *+pps1) true ;; *) false ;; esac
check $? "and it ends with +pps1"
exit $bad
