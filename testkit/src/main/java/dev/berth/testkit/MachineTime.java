package dev.berth.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// Time scaled by the machine's load: if five threads compete for each CPU, five seconds count as
/// one.
///
/// The awaited work needs CPU, and gets less of it the longer the run queue is. A limit in this
/// time therefore means the same on an idle machine and on a crowded one.
///
/// **Source:** proc_loadavg(5); without it, this is ordinary clock time
public final class MachineTime {
    private static final Path LOAD = Path.of("/proc/loadavg");
    private static final long SAMPLE_NANOS = 100_000_000;
    private static final int CPUS = Runtime.getRuntime().availableProcessors();

    private long passed;
    private long last = System.nanoTime();
    private long looked = last - SAMPLE_NANOS;
    private double crowd = 1;

    MachineTime() {}

    /// Nanoseconds since this object was created.
    long nanos() {
        long now = System.nanoTime();
        if (now - looked >= SAMPLE_NANOS) {
            crowd = crowd();
            looked = now;
        }
        passed += (long) ((now - last) / crowd);
        last = now;
        return passed;
    }

    /// Stretches `limit` by the current load: for limits that a program under test measures with
    /// the clock.
    public static Duration stretched(Duration limit) {
        return Duration.ofNanos((long) (limit.toNanos() * crowd()));
    }

    private static double crowd() {
        try {
            return crowd(Files.readString(LOAD), CPUS);
        } catch (IOException noProc) {
            return 1;
        }
    }

    /// The number of runnable threads per CPU; at least 1.
    ///
    /// @param loadavg `0.42 0.40 0.35 RUNNABLE/ALL LAST`
    static double crowd(String loadavg, int cpus) {
        String[] words = loadavg.split("[ /]");
        boolean known = words.length > 3 && words[3].matches("[0-9]{1,6}");
        return known ? Math.max(1, Integer.parseInt(words[3]) / (double) cpus) : 1;
    }
}
