#!/bin/sh
# The steps of kernel/pps-gpio-poll in computed time: gpiopoll/model.c.   test_gpiopoll.sh OBJDIR
cd "$(dirname "$0")/../.." || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sed '/^\/\* ---- sysfs/,$d; /^static const struct {/,/^static bool/{/^static bool/!d}' \
	kernel/pps-gpio-poll/pps-gpio-poll.c >"$work/steps.c"
# each header that it includes is the one kernel.h
sed -n 's/^#include <\(linux.*\)>$/\1/p' "$work/steps.c" | while read -r header; do
	mkdir -p "$work/$(dirname "$header")"
	echo '#include "kernel.h"' >"$work/$header"
done
echo '#define LINUX_VERSION_CODE KERNEL_VERSION(255, 0, 0)' >>"$work/linux/version.h"
"${CC:-cc}" -O2 -w -I"$work" -Itests/tree/gpiopoll -o "$work/model" tests/tree/gpiopoll/model.c ||
	exit 2
"$work/model"
