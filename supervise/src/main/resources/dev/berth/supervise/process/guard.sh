# usage: sh guard.sh RUNTIME-DIRECTORY CGROUP      (either may be empty)
# Outlives the supervisor, even a SIGKILL of it, by a moment: ends what it started, then itself.
# Reads from the supervisor: "add PID START", "del PID", "bye". The end of the input without "bye"
# means that the supervisor died. START is field 22 of /proc/PID/stat: with it a recycled pid is never
# taken for the process that had it.
trap '' HUP INT QUIT TERM USR1 USR2 PIPE
runtime=$1 cgroup=$2
roots=''
while read -r verb pid start; do
    case $verb in
    add) roots="$roots $pid:$start" ;;
    del)
        kept=''
        for root in $roots; do
            [ "${root%%:*}" = "$pid" ] || kept="$kept $root"
        done
        roots=$kept
        ;;
    bye) exit 0 ;;
    esac
done

# table: PID:START:PARENT:SESSION of every process but zombies. A name may hold anything, line ends too,
# but nothing after it holds a parenthesis.
scan() {
    table=''
    for file in /proc/[0-9]*/stat; do
        stat=''
        { while IFS= read -r part; do stat="$stat$part "; done <"$file"; } 2>/dev/null
        set -f
        set -- ${stat##*) }
        set +f
        [ "$#" -ge 20 ] && [ "$1" != Z ] && table="$table ${stat%% *}:${20}:$2:$4"
    done
}

# doomed: PID:START of all that was ever found; alive: those of them that still run. Doomed is a root, what
# is in the session of one, and what has a doomed parent.
doomed="$roots "
look() {
    scan
    alive=' ' sessions=' '
    for root in $roots; do
        case "$table " in
        *" $root:"*) sessions="$sessions${root%%:*} " ;;
        *" ${root%%:*}:"*) ;; # recycled, so nothing is left in the session of that number
        *) sessions="$sessions${root%%:*} " ;;
        esac
    done
    grown=yes
    while [ -n "$grown" ]; do
        grown='' rest=''
        for entry in $table; do
            session=${entry##*:} id=${entry%:*}
            parent=${id##*:} id=${id%:*}
            case "$doomed" in
            *" $id "*) ;;
            *) case "$alive#$sessions" in
                *" $parent:"*'#'* | *'#'*" $session "*) doomed="$doomed$id " ;;
                *) rest="$rest $entry" && continue ;;
                esac ;;
            esac
            alive="$alive$id " grown=yes
        done
        table=$rest
    done
}
send() {
    for one in $alive; do
        kill "-$1" "${one%%:*}" 2>/dev/null
    done
}
# after SIGNAL TRIES: sends it until nothing is alive.
wait_for_end() {
    tries=0
    while [ "$alive" != ' ' ] && [ "$tries" -lt "$1" ]; do
        [ -z "$2" ] || send "$2"
        sleep 0.05
        look
        tries=$((tries + 1))
    done
}

look
send TERM
wait_for_end 8 ''
[ -z "$cgroup" ] || echo 1 >"$cgroup/cgroup.kill"
wait_for_end 20 KILL
if [ -n "$cgroup" ]; then
    tries=0
    while [ -d "$cgroup" ] && [ "$tries" -lt 20 ]; do
        find "$cgroup" -depth -type d -exec rmdir {} \;
        [ ! -d "$cgroup" ] || sleep 0.05
        tries=$((tries + 1))
    done
fi
# The directory's end tells the next supervisor of this name that all is over; a later one may be in it if
# something cannot be killed.
case $alive$runtime in
' /'?*) rm -rf "$runtime" ;;
esac
