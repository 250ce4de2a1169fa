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

objects() {
	for object in "$objdir"/src/*.o "$objdir"/src/check/*.o "$objdir"/src/daemon/*.o \
		"$objdir"/src/receiver/*.o "$objdir"/src/setup/*.o; do
		case $object in
		*/gpsppsctl.o) ;;
		*) [ ! -e "$object" ] || echo "$object" ;;
		esac
	done
}

# One nm for all: a process for each would take seconds
{
	objects
	objects | xargs -r nm -A -u
} | awk -v forbidden="$forbidden" -v memory="$memory" -v top="$objdir/" '
	NF == 1 {
		objects[++n] = $1
		next
	}
	{
		object = $1
		sub(/:$/, "", object)
		name = $NF
		sub(/@.*/, "", name)
		if (name ~ forbidden && !(object ~ /\/src\/setup\// && name ~ memory))
			found[object] = found[object] name " "
	}
	END {
		for (i = 1; i <= n; i++) {
			object = objects[i]
			short = substr(object, length(top) + 1)
			if (object in found) {
				print "not ok " i " - " short " names: " found[object]
				bad = 1
			} else {
				print "ok " i " - " short " is pure"
			}
		}
		exit bad || !n
	}'
