package dev.berth.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Process information from `/proc`. A process that ends meanwhile is simply absent.
final class ProcFs {
    private static final Path PROC = Path.of("/proc");

    private ProcFs() {}

    /// A process at one point in time.
    ///
    /// @param startTicks distinguishes it from a later process with the same pid
    record Life(int pid, int parent, char state, long startTicks, long cpuTicks) {
        /// Whether it still runs; false for a zombie.
        boolean goesOn() {
            return of(pid).filter(now -> now.startTicks == startTicks && now.state != 'Z')
                    .isPresent();
        }
    }

    /// The process `pid`, if it exists.
    static Optional<Life> of(int pid) {
        return read(PROC.resolve(pid + "/stat")).map(ProcFs::parse);
    }

    /// Parses a line of `/proc/PID/stat`; the name in it may contain blanks and parentheses.
    static Life parse(String stat) {
        String[] rest = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        long cpu = Long.parseLong(rest[11]) + Long.parseLong(rest[12]);
        int pid = Integer.parseInt(stat.substring(0, stat.indexOf(' ')));
        return new Life(
                pid, Integer.parseInt(rest[1]), rest[0].charAt(0), Long.parseLong(rest[19]), cpu);
    }

    /// Every process.
    static List<Life> all() {
        List<Life> lives = new ArrayList<>();
        for (String name : names(PROC)) {
            if (name.chars().allMatch(Character::isDigit)) {
                of(Integer.parseInt(name)).ifPresent(lives::add);
            }
        }
        return lives;
    }

    /// `pid` and all its descendants.
    static List<Life> tree(int pid) {
        List<Life> all = all();
        Set<Integer> pids = new HashSet<>(Set.of(pid));
        boolean grew = true;
        while (grew) {
            grew = all.stream().anyMatch(life -> pids.contains(life.parent) && pids.add(life.pid));
        }
        return all.stream().filter(life -> pids.contains(life.pid)).toList();
    }

    /// The process that the thread `tid` belongs to; `tid` itself if it is gone.
    static int processOf(int tid) {
        return read(PROC.resolve(tid + "/status")).stream()
                .flatMap(String::lines)
                .filter(line -> line.startsWith("Tgid:"))
                .map(line -> Integer.parseInt(line.substring(5).strip()))
                .findFirst()
                .orElse(tid);
    }

    /// Maps each of `pids` to the one of `roots` that it is or descends from, if any.
    static Map<Integer, Integer> rootsOf(Set<Integer> pids, Set<Integer> roots) {
        Map<Integer, Integer> found = new HashMap<>();
        for (int pid : pids) {
            int at = processOf(pid);
            while (at > 1 && !roots.contains(at)) {
                at = of(at).map(Life::parent).orElse(0);
            }
            if (at > 1) {
                found.put(pid, at);
            }
        }
        return found;
    }

    /// Whether every thread of `pid` is stopped, so that none of its code runs any more.
    static boolean stopped(int pid) {
        List<String> threads = names(PROC.resolve(pid + "/task"));
        return threads.stream()
                .map(tid -> read(PROC.resolve(pid + "/task/" + tid + "/stat")))
                .flatMap(Optional::stream)
                .allMatch(stat -> parse(stat).state == 'T');
    }

    /// The inodes of the sockets that `pid` has open.
    static Set<Long> socketInodes(int pid) {
        Set<Long> inodes = new HashSet<>();
        Path fds = PROC.resolve(pid + "/fd");
        for (String fd : names(fds)) {
            try {
                String target = Files.readSymbolicLink(fds.resolve(fd)).toString();
                if (target.startsWith("socket:[")) {
                    inodes.add(Long.valueOf(target.substring(8, target.length() - 1)));
                }
            } catch (IOException e) {
                // It was closed after the listing.
            }
        }
        return inodes;
    }

    /// The processes whose initial environment contains `assignment`.
    static List<Integer> withEnvironment(String assignment) {
        return all().stream()
                .map(Life::pid)
                .filter(pid -> environment(pid).contains("\0" + assignment + "\0"))
                .toList();
    }

    /// The proportional set size of `pid` in kilobytes: its private memory plus its share of shared
    /// memory.
    static long pssKilobytes(int pid) throws IOException {
        for (String line : Files.readAllLines(PROC.resolve(pid + "/smaps_rollup"))) {
            if (line.startsWith("Pss:")) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        throw new IOException("no Pss in smaps_rollup of " + pid);
    }

    private static String environment(int pid) {
        return "\0" + read(PROC.resolve(pid + "/environ")).orElse("") + "\0";
    }

    private static Optional<String> read(Path file) {
        try {
            return Optional.of(Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1))
                    .filter(text -> !text.isEmpty());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static List<String> names(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(path -> path.getFileName().toString()).toList();
        } catch (IOException | java.io.UncheckedIOException e) {
            return List.of();
        }
    }
}
