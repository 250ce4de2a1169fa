# shellcheck shell=sh disable=SC2034 # "bad" is the exit status of who reads it
# Count and tell of tests, in TAP.  To be read by a script with ".", in the root of the tree.
n=0 bad=0

# check STATUS NAME [WHY]: 0 is a success; WHY is a text, or a file whose end says it
check() {
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
		return
	fi
	echo "not ok $n - $2"
	bad=1
	if [ -f "${3-}" ]; then
		tail -n 20 "$3"
	elif [ -n "${3-}" ]; then
		echo "$3"
	fi | sed 's/^/# /'
}
