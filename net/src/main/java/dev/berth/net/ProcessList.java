package dev.berth.net;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The processes of this pid namespace, not including threads.
///
/// Every answer is only true at its moment: a process may end, and its id may be reused, at any
/// time.
///
/// **Source:** proc(5)
public final class ProcessList {
    /// Field 22 of stat ends well before this, whatever the name.
    private static final int STAT_BYTES = 1024;

    private static final Pattern THREAD_GROUP = Pattern.compile("\nTgid:[ \t]*([0-9]{1,9})\n");

    private ProcessList() {}

    /// All processes, in the order of /proc.
    public static List<ProcessEntry> read() {
        byte[] buffer = new byte[STAT_BYTES];
        List<ProcessEntry> entries = new ArrayList<>();
        for (int pid : pids()) {
            read(pid, buffer).ifPresent(entries::add);
        }
        return entries;
    }

    /// The process `pid`, if it exists.
    public static Optional<ProcessEntry> of(int pid) {
        return read(pid, new byte[STAT_BYTES]);
    }

    /// The command line, its arguments separated by blanks; the name in brackets for a process that
    /// has none (a kernel thread, or one that ended); empty if there is no such process.
    public static String command(int pid) {
        byte[] line = ProcFiles.readAll("/proc/" + pid + "/cmdline");
        int end = line.length;
        while (end > 0 && line[end - 1] == 0) {
            end--;
        }
        if (end == 0) {
            return of(pid).map(entry -> "[" + entry.name() + "]").orElse("");
        }
        return new String(line, 0, end, StandardCharsets.UTF_8).replace('\0', ' ');
    }

    /// A variable of the environment that the process was started with; empty if it has no such
    /// variable or reading it is not permitted.
    public static Optional<String> variable(int pid, String name) {
        byte[] environment = ProcFiles.readAll("/proc/" + pid + "/environ");
        for (String word : new String(environment, StandardCharsets.UTF_8).split("\0")) {
            if (word.startsWith(name + "=")) {
                return Optional.of(word.substring(name.length() + 1));
            }
        }
        return Optional.empty();
    }

    /// The id of the process that the thread `tid` belongs to, if it is alive.
    public static OptionalInt leader(int tid) {
        byte[] status = ProcFiles.readAll("/proc/" + tid + "/status");
        return threadGroup(new String(status, StandardCharsets.UTF_8));
    }

    /// `Tgid` from the text of `/proc/PID/status`; empty if it is missing.
    static OptionalInt threadGroup(String status) {
        Matcher found = THREAD_GROUP.matcher(status);
        return found.find()
                ? OptionalInt.of(Integer.parseInt(found.group(1)))
                : OptionalInt.empty();
    }

    /// The processes among `entries` that descend from `root`, without itself: its children, the
    /// members of the session that it leads (whose parents may have ended), and all their children.
    public static List<ProcessEntry> descendants(int root, List<ProcessEntry> entries) {
        Map<Integer, List<ProcessEntry>> children = new HashMap<>();
        List<ProcessEntry> found = new ArrayList<>();
        Set<Integer> seen = new HashSet<>(Set.of(root));
        Deque<Integer> open = new ArrayDeque<>(Set.of(root));
        for (ProcessEntry entry : entries) {
            children.computeIfAbsent(entry.parent(), _ -> new ArrayList<>(2)).add(entry);
            if (entry.session() == root && seen.add(entry.pid())) {
                found.add(entry);
                open.add(entry.pid());
            }
        }
        while (!open.isEmpty()) {
            for (ProcessEntry child : children.getOrDefault(open.remove(), List.of())) {
                if (seen.add(child.pid())) {
                    found.add(child);
                    open.add(child.pid());
                }
            }
        }
        return found;
    }

    /// The ids of all processes that are visible to this user.
    public static Collection<Integer> pids() {
        String[] names = new File("/proc").list();
        List<Integer> pids = new ArrayList<>();
        for (String name : names == null ? new String[0] : names) {
            if (name.charAt(0) >= '0' && name.charAt(0) <= '9') {
                pids.add(Integer.parseInt(name));
            }
        }
        return pids;
    }

    private static Optional<ProcessEntry> read(int pid, byte[] buffer) {
        int length = ProcFiles.read("/proc/" + pid + "/stat", buffer);
        return length <= 0 ? Optional.empty() : ProcessEntry.decode(buffer, length);
    }
}
