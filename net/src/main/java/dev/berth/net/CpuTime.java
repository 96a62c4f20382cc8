package dev.berth.net;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.Collection;

/// The CPU time that processes have used, and the time that their threads had to wait for a CPU.
///
/// **Since:** `waited` needs `CONFIG_SCHED_INFO`, which every distribution sets; without it, it is
/// 0
///
/// **Source:** proc_pid_stat(5), fields 14 and 15, in ticks of 10 ms;
/// Documentation/scheduler/sched-stats.rst, `/proc/PID/task/TID/schedstat`
///
/// @param usedMillis by all threads, including those that have ended
/// @param waitedMillis in the run queue, by the live threads
public record CpuTime(long usedMillis, long waitedMillis) {
    private static final int STAT_BYTES = 1024;
    private static final int TICK_MILLIS = 10;
    private static final long NANOS = 1_000_000;

    /// Positions of the fields 14 and 15 after the name, which ends with a parenthesis.
    private static final int USER = 12;

    private static final int SYSTEM = 13;

    /// The sum over `pids`; processes that are gone count as nothing.
    public static CpuTime of(Collection<Integer> pids) {
        long used = 0;
        long waited = 0;
        for (int pid : pids) {
            used += used(text("/proc/" + pid + "/stat"));
            String[] threads = new File("/proc/" + pid + "/task").list();
            for (String thread : threads == null ? new String[0] : threads) {
                waited += waited(text("/proc/" + pid + "/task/" + thread + "/schedstat"));
            }
        }
        return new CpuTime(used, waited);
    }

    /// The time used and waited since `before`.
    public CpuTime since(CpuTime before) {
        return new CpuTime(
                Math.max(0, usedMillis - before.usedMillis),
                Math.max(0, waitedMillis - before.waitedMillis));
    }

    /// @param stat `42 (a name) S 1 …`; 0 if it is incomplete
    static long used(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 1).split(" ");
        return fields.length > SYSTEM
                ? TICK_MILLIS * (number(fields[USER]) + number(fields[SYSTEM]))
                : 0;
    }

    /// @param schedstat `RAN WAITED SLICES`, in nanoseconds; 0 if it is incomplete
    static long waited(String schedstat) {
        String[] fields = schedstat.split(" ");
        return fields.length > 1 ? number(fields[1]) / NANOS : 0;
    }

    private static long number(String digits) {
        return digits.matches("[0-9]{1,18}") ? Long.parseLong(digits) : 0;
    }

    private static String text(String path) {
        byte[] buffer = new byte[STAT_BYTES];
        int length = ProcFiles.read(path, buffer);
        return new String(buffer, 0, Math.max(0, length), StandardCharsets.UTF_8);
    }
}
