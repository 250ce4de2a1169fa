#!/bin/sh
# scripts/deps where there is no apt-get: the names, and no more.   test_deps.sh OBJDIR
cd "$(dirname "$0")/../.." || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for tool in cat dirname sort; do
	ln -s "$(command -v $tool)" "$work/$tool"
done
. tests/tap.sh
out=$(PATH=$work /bin/sh scripts/deps 2>&1)
[ $? -eq 2 ]
check $? "without apt-get it ends with 2"
echo "$out" | grep -q '^  libsmartcols-dev$' && echo "$out" | grep -q '^  qemu-system-x86$'
check $? "and prints the names, the testbed's too"
out=$(PATH=$work /bin/sh scripts/deps all 2>&1)
echo "$out" | grep -q '^  qemu-system-arm$' && echo "$out" | grep -q '^  gcc-aarch64-linux-gnu$'
check $? "everything has the packages of the arm64 guest"
PATH=$work /bin/sh scripts/deps nonsense 2>&1 | grep -q "no set of packages named 'nonsense'"
check $? "an unknown set is named"
exit $bad
