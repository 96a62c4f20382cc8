# usage: sh guard.sh WORDS…      (WORDS only show in ps(1) whose guard it is)
# Briefly outlives the supervisor, even after SIGKILL: ends its processes, removes its files, then exits.
# Reads orders first from descriptor 5, if it is open, and then from the supervisor, one per line:
#   add PID START    a process to end; START is field 22 of /proc/PID/stat, so that a recycled pid is never taken for
#                    the process that had it
#   del PID          this process has ended
#   cgroup PATH      end everything that runs in this cgroup, too
#   directory PATH   remove it; if there is a lock, only if that lock is the file of descriptor 4
#   lock PATH        remove it last. The guard inherits the lock and holds it for its life, so a process that gets the
#                    lock never runs alongside this guard
#   bye              exit without doing anything
# The end of the input without "bye" means that the supervisor died.
trap '' HUP INT QUIT TERM USR1 USR2 PIPE
# For a process that waits for the lock.
{ echo "$$" >&4; } 2>/dev/null
roots='' cgroup='' directory='' lock=''
obey() {
    while IFS= read -r order; do
        words=${order#* }
        case $order in
        'add '*) roots="$roots ${words% *}:${words#* }" ;;
        'del '*)
            kept=''
            for root in $roots; do
                [ "${root%%:*}" = "$words" ] || kept="$kept $root"
            done
            roots=$kept
            ;;
        'cgroup '*) cgroup=$words ;;
        'directory '*) directory=$words ;;
        'lock '*) lock=$words ;;
        bye) exit 0 ;;
        esac
    done
}
if [ -r /proc/self/fd/5 ]; then
    obey </proc/self/fd/5
    exec 5<&-
fi
obey

# Sets parent, session, start and state (empty if it has ended) from /proc/PID/stat, if there is such a process.
stat_of() {
    text='' parent='' session='' start='' state=''
    while IFS= read -r line || [ -n "$line" ]; do text="$text $line"; done 2>/dev/null <"/proc/$1/stat"
    case $text in
    *')'*)
        set -f
        set -- ${text##*)}
        set +f
        parent=$2 session=$4 start=${20-}
        case $1${18-} in
        [ZX][01]) ;;
        *) state=$1 ;;
        esac
        ;;
    esac
}
# A stopped process starts no children.
take() {
    ends="$ends$1 "
    [ -z "$state" ] || ! kill -STOP "$1" 2>/dev/null || kills="$kills $1"
}
# Does everything without a new process: at a limit of processes a shell ends at the first command that it cannot start,
# but still runs its trap. No time for SIGTERM: waiting would take a process.
alone() {
    left=yes rounds=0
    while [ -n "$left" ] && [ "$rounds" -lt 1000 ]; do
        ends=' ' kills='' found=yes populated=''
        for one in $doomed; do
            stat_of "${one%%:*}"
            case $start in
            '' | "${one#*:}") take "${one%%:*}" ;;
            esac
        done
        while [ -n "$found" ]; do
            found=''
            for folder in /proc/[0-9]*; do
                pid=${folder#/proc/}
                case $ends in
                *" $pid "*) continue ;;
                esac
                stat_of "$pid"
                case $ends in
                *" ${parent:-none} "* | *" ${session:-none} "*)
                    take "$pid"
                    doomed="$doomed $pid:$start" found=yes
                    ;;
                esac
            done
        done
        for pid in $kills; do kill -KILL "$pid" 2>/dev/null; done
        left=$kills
        if [ -n "$cgroup" ]; then
            echo 1 >"$cgroup/cgroup.kill"
            read -r populated <"$cgroup/cgroup.events"
            [ "$populated" != 'populated 1' ] || left=yes
        fi
        rounds=$((rounds + 1))
    done
    # In place of this shell. Only find removes a cgroup, whose files cannot be removed.
    may_remove || exit 1
    [ -d "$cgroup" ] || exec rm -rf "$directory" ${lock:+"$lock"}
    exec find "$cgroup" "$directory" ${lock:+"$lock"} -depth -delete
}
may_remove() { [ -z "$lock" ] || [ "$lock" -ef /dev/fd/4 ]; }

# Reads requests; an answer is PID:START of a live process.
#   still PID:START    answers the same if that process is alive
#   doomed PID:START   a process to end, alive or not
#   member PID         a process to end, whatever its ancestors
#   all /proc/PID      a process of the machine; after the last of them: answers all that are doomed, are in a session
#                      that a doomed process leads, or have such a parent; and then a line "end"
# In /proc/PID/stat the name may contain anything, even line breaks, but nothing after it contains a parenthesis. A
# process whose first thread has ended is shown as a zombie, with its other threads counted.
program='
function alive(pid,    file, line, text) {
    file = "/proc/" pid "/stat"
    while ((getline line < file) > 0) text = text line " "
    close(file)
    sub(/.*\)/, "", text)
    if (split(text, field, " ") < 20) return 0
    start = field[20]
    return field[1] !~ /[ZX]/ || field[18] > 1
}
function follow(list,    pids, count, i) {
    count = split(list, pids, " ")
    for (i = 1; i <= count; i++)
        if (!(pids[i] in found)) {
            found[pids[i]] = 1
            queue[++last] = pids[i]
        }
}
$1 == "still" { split($2, id, ":"); if (alive(id[1]) && start == id[2]) print $2 }
$1 == "doomed" && $2 != "" { doomed[$2] = 1 }
$1 == "member" { member[$2] = 1 }
$1 == "all" { all = 1 }
$1 == "all" && alive(substr($2, 7)) {
    pid = substr($2, 7)
    of[pid] = pid ":" start
    children[field[2]] = children[field[2]] " " pid
    members[field[4]] = members[field[4]] " " pid
}
END {
    for (one in member) if (one in of) follow(one)
    for (one in doomed) {
        split(one, id, ":")
        # With another start time the pid was recycled: then nothing is left in the session with that number.
        if (!(id[1] in of)) follow(members[id[1]])
        else if (of[id[1]] == one) follow(id[1])
    }
    for (i = 1; i <= last; i++) {
        print of[queue[i]]
        follow(children[queue[i]])
        follow(members[queue[i]])
    }
    if (all) print "end"
}'
# alive: PID:START of the running processes to end; doomed: of all that were ever found; stopped: of those that were
# sent SIGSTOP; refused: of those to which the last signal could not be sent.
doomed=$roots stopped=' ' refused=' '
members() { [ -z "$cgroup" ] || find "$cgroup" -name cgroup.procs -exec cat {} +; }
# Without "end" the scan did not run: no process or no memory was available.
look() {
    alive=$({
        printf 'doomed %s\n' $doomed
        members | sed 's/^/member /'
        printf 'all %s\n' /proc/[0-9]*
    } | awk "$program")
    case $alive in
    *end) ;;
    *) exit 1 ;;
    esac
    alive=${alive%end}
    doomed="$doomed $alive"
}
still() {
    [ -z "$alive" ] || alive=$(printf 'still %s\n' $alive | awk "$program")
}
# Checks again before: between a scan of thousands and the signal a pid may have been recycled.
send() {
    still
    refused=' '
    for one in $alive; do
        kill "-$1" "${one%%:*}" 2>/dev/null || refused="$refused$one "
    done
}
# Removes from alive the processes in a list.
except() {
    rest=''
    for one in $alive; do
        case "$1" in
        *" $one "*) ;;
        *) rest="$rest $one" ;;
        esac
    done
    alive=$rest
}
# A stopped process starts no children: when a scan finds no new process, it has found all.
close_in() {
    while [ -n "$alive" ]; do
        found=$alive
        except "$stopped"
        [ -n "$alive" ] || break
        for one in $alive; do stopped="$stopped$one "; done
        send STOP
        look
    done
    alive=$found
}

trap alone EXIT
# Before the first signal, even with a cgroup: a process that a worker started before it was moved into the cgroup is
# known only by its parent, which may end at once.
look
send TERM
tries=0
while [ -n "$alive" ] && [ "$tries" -lt 8 ]; do
    sleep 0.05
    still
    tries=$((tries + 1))
done
[ -z "$cgroup" ] || echo 1 >"$cgroup/cgroup.kill"
# Until none is left, however slow the machine, except those that cannot be signalled because they changed their user.
look
tries=0
while [ -n "$alive" ]; do
    close_in
    send KILL
    if [ "$tries" -lt 20 ]; then sleep 0.05; else sleep 1; fi
    tries=$((tries + 1))
    look
    left=$alive
    except "$refused"
    [ -n "$alive" ] || break
    alive=$left
done
# It stays if a process is left in it, or if it cannot be removed.
tries=0
while [ -n "$cgroup" ] && [ -d "$cgroup" ] && [ "$tries" -lt 200 ]; do
    find "$cgroup" -depth -type d -exec rmdir {} \;
    [ ! -d "$cgroup" ] || sleep 0.05
    tries=$((tries + 1))
done
if may_remove; then
    [ -z "$directory" ] || rm -rf "$directory"
    [ -z "$lock" ] || rm -f "$lock"
fi
trap - EXIT
