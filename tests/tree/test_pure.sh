#!/bin/sh
# The pure code opens nothing, reads no clock, prints nothing: its objects must
# not even name a function that does.   test_pure.sh OBJDIR
#
# What setup plans is as long as the files of the machine are: it has memory, and nothing else.
objdir=$1
forbidden='^(_*(open(at)?(64)?(_2)?|creat(64)?|read|write|pread(64)?|pwrite(64)?|close|ioctl|poll|ppoll|select)'
forbidden="$forbidden|_*f?open(64)?|fdopen|freopen(64)?|fread|fwrite|fgets|fputs|puts|putchar|_*v?f?printf(_chk)?|perror"
forbidden="$forbidden|clock_gettime|gettimeofday|time|localtime(_r)?|gmtime(_r)?|mktime|timegm|getenv|setlocale"
forbidden="$forbidden|malloc|calloc|realloc|free|strdup|exit|abort|_exit|system|fork|tc[sg]etattr|stdout|stderr|stdin)$"
memory='^(malloc|calloc|realloc|free|strdup)$'
n=0 bad=0
for object in "$objdir"/src/*.o "$objdir"/src/check/*.o "$objdir"/src/daemon/*.o \
	"$objdir"/src/receiver/*.o "$objdir"/src/setup/*.o; do
	[ -e "$object" ] || continue
	allowed='^$'
	case $object in
	*/gpsppsctl.o) continue ;;
	*/src/setup/*) allowed=$memory ;;
	esac
	n=$((n + 1))
	found=$(nm -u "$object" | awk '{print $NF}' | sed 's/@.*//' | grep -E "$forbidden" |
		grep -Ev "$allowed" | tr '\n' ' ')
	if [ -n "$found" ]; then
		echo "not ok $n - ${object#"$objdir"/} names: $found"
		bad=1
	else
		echo "ok $n - ${object#"$objdir"/} is pure"
	fi
done
exit $bad
