# Outlives the supervisor, even a SIGKILL of it, by a moment: ends what it started, then itself.
# Reads from the supervisor: "add PID START", "del PID", "cgroup DIR", "dir DIR", "bye".
# The end of the input without "bye" means that the supervisor died.
trap '' HUP INT QUIT TERM USR1 USR2 PIPE
roots=' ' cgroup='' dir=''
while read -r verb a b; do
    case $verb in
    add) roots="$roots$a:$b " ;;
    del) case $roots in *" $a:"*)
            rest=${roots#*" $a:"}
            roots="${roots%%" $a:"*} ${rest#* }" ;;
        esac ;;
    cgroup) cgroup=$a ;;
    dir) dir=$a ;;
    bye) exit 0 ;;
    esac
done

# doomed: PID:START of every process that is a root, in a root's session, or below one that is doomed. A
# process counts only with the start time that it was seen with, so a recycled pid is never taken for it.
doomed=$roots
sessions=' '
for root in $roots; do
    sessions="$sessions${root%%:*} "
done
look() {
    alive=' ' grown=yes
    while [ -n "$grown" ]; do
        grown=''
        for file in /proc/[0-9]*/stat; do
            { read -r line <"$file"; } 2>/dev/null || continue
            pid=${line%% *}
            set -- ${line##*) }
            parent=$2 session=$4 start=${20}
            [ "$1" = Z ] && continue
            case $alive in *" $pid:$start "*) continue ;; esac
            case "$doomed" in
            *" $pid:$start "*) ;;
            *" $pid:"*) case $sessions in *" $pid "*) sessions="${sessions%%" $pid "*} ${sessions#*" $pid "}" ;; esac
                continue ;;
            *) case "$alive$sessions" in
                *" $parent:"* | *" $session "*) doomed="$doomed$pid:$start " ;;
                *) continue ;;
                esac ;;
            esac
            alive="$alive$pid:$start " grown=yes
        done
    done
}
send() {
    for one in $alive; do
        kill "-$1" "${one%%:*}" 2>/dev/null
    done
}

look
send TERM
tries=0
while [ "$tries" -lt 5 ]; do
    sleep 0.1
    look
    [ "$alive" = ' ' ] && break
    tries=$((tries + 1))
done
tries=0
while [ "$alive" != ' ' ] && [ "$tries" -lt 50 ]; do
    send KILL
    sleep 0.05
    look
    tries=$((tries + 1))
done
if [ -n "$cgroup" ] && [ -d "$cgroup" ]; then
    echo 1 2>/dev/null >"$cgroup/cgroup.kill"
    sleep 0.1
    rmdir "$cgroup"/* "$cgroup" 2>/dev/null
fi
case $dir in
/?*) rm -rf "$dir" ;;
esac
