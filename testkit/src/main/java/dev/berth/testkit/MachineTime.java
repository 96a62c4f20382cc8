package dev.berth.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// Time as far as the machine gave it: where five threads want each CPU, five seconds count as one.
///
/// What a wait is for needs CPU, and gets less of it the longer the run queue is. So a limit in
/// this time means the same on an idle machine and on a crowded one.
///
/// **source**: proc_loadavg(5); where there is none, it is the time of the clock
public final class MachineTime {
    private static final Path LOAD = Path.of("/proc/loadavg");
    private static final long LOOK_NANOS = 100_000_000;
    private static final int CPUS = Runtime.getRuntime().availableProcessors();

    private long passed;
    private long last = System.nanoTime();
    private long looked = last - LOOK_NANOS;
    private double crowd = 1;

    MachineTime() {}

    /// Nanoseconds since it was made.
    long nanos() {
        long now = System.nanoTime();
        if (now - looked >= LOOK_NANOS) {
            crowd = crowd();
            looked = now;
        }
        passed += (long) ((now - last) / crowd);
        last = now;
        return passed;
    }

    /// So much longer as the machine is crowded at this moment: for limits that a program under
    /// test keeps by the clock.
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

    /// How many threads want each CPU; 1 where there is one or none.
    ///
    /// - `loadavg`: `0.42 0.40 0.35 RUNNABLE/ALL LAST`
    static double crowd(String loadavg, int cpus) {
        String[] words = loadavg.split("[ /]");
        boolean known = words.length > 3 && words[3].matches("[0-9]{1,6}");
        return known ? Math.max(1, Integer.parseInt(words[3]) / (double) cpus) : 1;
    }
}
