# bash completion for gpsppsctl(8)

_gpsppsctl_ports() {
	local name
	for name in /dev/gps[0-9]* "$@" /sys/class/tty/*/device; do
		[ -e "$name" ] || continue
		name=${name%/device}
		name=${name##*/}
		[ "$name" = "${name#ttyprintk}" ] && printf '/dev/%s\n' "$name"
	done
}

_gpsppsctl() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command='' i words
	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-C | --config) ((i++)) ;;
		-*) ;;
		*) command=${COMP_WORDS[i]}; break ;;
		esac
	done
	case $prev in
	-C | --config) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
	-b | --baud | --at) words='4800 9600 19200 38400 57600 115200' ;;
	--sentences | --enable | --disable) words='RMC GGA GSA GSV GLL VTG ZDA GNS GST PGRME PGRMF PGRMT PGRMV PGRMB PGRMM' ;;
	--explain) words="all $(gpsppsctl diag --list 2>/dev/null | cut -d' ' -f1)" ;;
	--pps) words='on off' ;;
	--pulse)
		words='20 100 200'
		[ "$command" != feed ] || words=$(_gpsppsctl_ports /dev/pps[0-9]* /dev/gpspps[0-9]*)
		;;
	--rate)
		words='1 2 5 10 2s'
		case $command in watch | generate) words='0.5 1 5 10' ;; esac
		;;
	--edge)
		words='assert clear'
		[ "$command" != watch ] || words='assert clear both'
		;;
	--line)
		words='dcd cts dsr ri'
		[ "$command" != generate ] || words='rts dtr'
		;;
	--loopback) words=$(_gpsppsctl_ports) ;;
	--calibrate)
		words="clock $(_gpsppsctl_ports /dev/pps[0-9]* /dev/gpspps[0-9]*)"
		;;
	--sock)
		mapfile -t COMPREPLY < <(compgen -W auto -- "$cur"; compgen -f -- "$cur")
		return
		;;
	--filter) words='trimmed low-quarter' ;;
	--taus) words='octave decade' ;;
	-f | --format) words='watch ppstest clockstats loopstats peerstats statistics tracking refclocks phase mjd stamps frequency' ;;
	--nmea-version) words='2.0 2.3 4.0 4.1' ;;
	--save | --restore | --log | --clockstats | --html) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
	--record | --sysroot | --journal | --plot) mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
	-u | --unit)
		words='0 1 2 3'
		[ "$command" != report ] || words='s ms us ns'
		;;
	-w | --wait | --wait-pulse | --wait-port | --wakeup-latency | --seconds | --send | --census | --reference | --count | --timeout | --gate | --ppm | --length | --column | --source | --period | --tau0 | --shm | --width | --phase | --offset | --delay | --holdover | --priority | --tick | --late) return ;;
	-o | --output) words='PORT DRIVER UART BASE IRQ LDISC PPS FEEDS EDGES AGE BAUD HELD-BY LINKS FLAGS DCD
		CHIP LABEL LINE NUMBER NAME CONSUMER DIR LEVEL PULSE' ;;
	*)
		case $command in
		'') words='attach detach list diag receiver watch feed generate nmea report kernel udev --config --help --version' ;;
		attach) words='--all --wait-port --unit --baud --wait-pulse --pulse-only --wakeup-latency --once --daemon --help' ;;
		detach) words='--help' ;;
		list) words='--all --gpio --active --noheadings --output --json --help' ;;
		diag) words='--active --wait --follow --fix --yes --quiet --verbose --record --sysroot --list --explain --json --help' ;;
		receiver) words='--timing --sentences --enable --disable --defaults --baud --pps --pulse --rate --nmea-version --save --restore --send --dry-run --passive --force --while-running --journal --no-journal --at --seconds --json --help' ;;
		nmea) words='--json --count --strict --reference --seconds --follow --census --baud --help' ;;
		report) words='--format --column --unit --source --edge --period --tau0 --taus --plot --png --html --json --help' ;;
		watch) words='--count --timeout --edge --line --last --log --clockstats --plain --json --quiet --baud --gate --ppm --length --filter --rate --help' ;;
		feed) words='--shm --sock --unit --pulse-only --seconds-only --pulse --line --edge --width --offset --delay --holdover --gate --ppm --no-clock-check --baud --priority --wakeup-latency --calibrate --count --timeout --json --quiet --help' ;;
		generate) words='--line --width --phase --rate --late --invert --count --loopback --priority --wakeup-latency --json --quiet --help' ;;
		kernel) words='--bind --edge --unbind --tick --json --help' ;;
		udev) words='--help' ;;
		*) return ;;
		esac
		case $command in
		'' | udev) ;;
		report)
			if [[ $cur != -* ]]; then
				mapfile -t COMPREPLY < <(compgen -f -- "$cur")
				return
			fi
			;;
		nmea | watch)
			if [[ $cur != -* ]]; then
				words=$(_gpsppsctl_ports)
				[ "$command" != watch ] || words=$(_gpsppsctl_ports /dev/pps[0-9]* /dev/gpspps[0-9]*)
				mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur"; compgen -f -- "$cur")
				return
			fi
			;;
		*) [[ $cur == -* ]] || words=$(_gpsppsctl_ports) ;;
		esac
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}

complete -F _gpsppsctl gpsppsctl
