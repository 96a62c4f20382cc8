package dev.berth.supervise.process;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// A few processes derived from arbitrary bytes: what the guard's awk reads about them, and which
/// of them it must end.
final class GuardTable {
    private static final int MOST_PROCESSES = 6;
    private static final String STATES = "SRDTZX";
    private static final String ZEROES = " 0".repeat(11);

    /// Names with parentheses, blanks, and numbers that look like the fields after the name.
    private static final List<String> NAMES =
            List.of(
                    "sh",
                    "x) S 1 1 (",
                    "a) \tb",
                    ") Z 1 1 1 ) ",
                    "((",
                    "",
                    "1 2 3",
                    "\\ * [a-z] &");

    private record Row(int pid, int parent, int session, char state, int threads, int start) {
        /// The text as in `/proc/PID/stat`.
        String text(String name) {
            String beginning = pid + " (" + name + ") " + state + " " + parent + " 0 " + session;
            return beginning + ZEROES + " 20 0 " + threads + " 0 " + start + " 0 0";
        }

        boolean alive() {
            return state != 'Z' && state != 'X' || threads > 1;
        }

        Id id() {
            return new Id(pid, start);
        }

        boolean belongsTo(Row other) {
            return parent == other.pid || session == other.pid;
        }
    }

    private record Id(int pid, int start) {
        @Override
        public String toString() {
            return pid + ":" + start;
        }
    }

    private final byte[] bytes;
    private int at;
    private final List<Row> alive = new ArrayList<>();
    private final Set<Id> roots = new LinkedHashSet<>();
    private final Set<Integer> members = new LinkedHashSet<>();
    private final StringBuilder text = new StringBuilder();

    GuardTable(byte[] bytes) {
        this.bytes = bytes;
        int count = next(MOST_PROCESSES + 1);
        for (int pid = 1; pid <= count; pid++) {
            add(pid);
        }
        for (int i = next(3); i > 0; i--) {
            roots.add(new Id(1 + next(MOST_PROCESSES), next(2)));
        }
        for (int i = next(2); i > 0; i--) {
            members.add(1 + next(MOST_PROCESSES));
        }
        roots.forEach(id -> line("doomed", id));
        members.forEach(pid -> line("member", pid));
        // A process that ended before it is read has no text.
        int listed = Math.max(1, count + next(2));
        for (int pid = 1; pid <= listed; pid++) {
            line("all", "/proc/" + pid);
        }
        text.append("over");
    }

    private int next(int bound) {
        return at < bytes.length ? (bytes[at++] & 0xff) % bound : 0;
    }

    private void line(String verb, Object what) {
        text.append(verb).append(' ').append(what).append('\n');
    }

    private void add(int pid) {
        int parent = next(MOST_PROCESSES + 1);
        int session = next(MOST_PROCESSES + 1);
        char state = STATES.charAt(next(STATES.length()));
        Row row = new Row(pid, parent, session, state, 1 + next(2), next(2));
        String stat = row.text(NAMES.get(next(NAMES.size())));
        boolean cut = next(16) == 1;
        if (!cut && row.alive()) {
            alive.add(row);
        }
        String shown = cut ? stat.substring(0, stat.lastIndexOf(" 20 0 ")) : stat;
        line("stat", "/proc/" + pid + "/stat " + shown);
    }

    /// The requests to awk, one per line.
    String text() {
        return text.toString();
    }

    /// The answer expected from awk: the processes to end, as PID:START.
    Set<String> doomed() {
        Deque<Row> queue = new ArrayDeque<>();
        alive.stream()
                .filter(row -> members.contains(row.pid()) || roots.contains(row.id()))
                .forEach(queue::add);
        // If a root has ended, the processes that it left in its session.
        roots.stream()
                .filter(id -> alive.stream().noneMatch(row -> row.pid() == id.pid()))
                .flatMap(id -> alive.stream().filter(row -> row.session() == id.pid()))
                .forEach(queue::add);
        Set<Row> found = new LinkedHashSet<>();
        while (!queue.isEmpty()) {
            Row next = queue.remove();
            if (found.add(next)) {
                alive.stream().filter(row -> row.belongsTo(next)).forEach(queue::add);
            }
        }
        Set<String> ids = new TreeSet<>();
        found.forEach(row -> ids.add(row.id().toString()));
        return ids;
    }
}
