package dev.berth.net;

import java.nio.charset.StandardCharsets;

/// How many threads want to run on the machine's CPUs at this moment, including those of other
/// containers.
///
/// **Source:** proc_loadavg(5), the first number of the fourth field; proc_stat(5), the lines
/// `cpuN`
///
/// @param runnable threads that run or wait for a CPU; 0 if that cannot be read
/// @param cpus at least 1
public record RunQueue(int runnable, int cpus) {
    public RunQueue {
        cpus = Math.max(1, cpus);
    }

    /// The current state.
    public static RunQueue now() {
        return decode(text("/proc/loadavg"), text("/proc/stat"));
    }

    /// Whether more threads want to run than there are CPUs.
    public boolean crowded() {
        return runnable > cpus;
    }

    /// @param loadavg `0.42 0.40 0.35 RUNNABLE/ALL LAST`
    static RunQueue decode(String loadavg, String stat) {
        String[] words = loadavg.split("[ /]");
        boolean known = words.length > 3 && words[3].matches("[0-9]{1,6}");
        long cpus = stat.lines().filter(line -> line.matches("cpu[0-9]+ .*")).count();
        return new RunQueue(known ? Integer.parseInt(words[3]) : 0, (int) cpus);
    }

    private static String text(String path) {
        return new String(ProcFiles.readAll(path), StandardCharsets.UTF_8);
    }
}
