package dev.berth.bench;

import dev.berth.bench.ProcFs.Life;

import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Measures what a supervisor with four workers costs when nothing happens: memory (PSS) and CPU,
/// of itself and of the processes it runs in addition to the workers.
final class IdleBench {
    private static final int WORKERS = 4;
    private static final long MOST_PSS_KILOBYTES = 60 * 1024;
    private static final double MOST_CPU_PERCENT = 0.5;
    private static final double TICKS_A_SECOND = 100;

    private IdleBench() {}

    /// Runs `idle`.
    static boolean run(BenchEnvironment bench) throws IOException {
        BenchOptions options = bench.options();
        int port = BenchEnvironment.freePort(1);
        List<String> command = bench.command(options.server("python-accept"), port, 0);
        var failures = new CheckFailures();
        BerthRun.check(
                bench,
                bench.setup("idle", port, WORKERS, List.of(), command),
                failures,
                berth -> {
                    StatusReport status = berth.status();
                    Waits.pause(Duration.ofSeconds(options.number("settle", 10)));
                    measure(status, options.number("seconds", 30), failures);
                });
        return failures.print("idle");
    }

    private static void measure(StatusReport status, int seconds, CheckFailures failures)
            throws IOException {
        Set<Integer> workers = new HashSet<>();
        for (int worker : status.workers()) {
            ProcFs.tree(worker).forEach(life -> workers.add(life.pid()));
        }
        List<Integer> own =
                ProcFs.tree(status.pid()).stream()
                        .map(Life::pid)
                        .filter(pid -> !workers.contains(pid))
                        .toList();
        long before = ticks(own);
        Waits.pause(Duration.ofSeconds(seconds));
        double cpu = (ticks(own) - before) / TICKS_A_SECOND / seconds * 100;
        long pss = 0;
        for (int pid : own) {
            long each = ProcFs.pssKilobytes(pid);
            System.out.printf("pid %d: PSS %.1f MB%n", pid, each / 1024.0);
            pss += each;
        }
        System.out.printf(
                "%d processes besides %d workers: PSS %.1f MB, CPU %.2f %% over %d s%n",
                own.size(), WORKERS, pss / 1024.0, cpu, seconds);
        failures.check(pss <= MOST_PSS_KILOBYTES, "PSS above 60 MB");
        failures.check(cpu < MOST_CPU_PERCENT, "CPU not below " + MOST_CPU_PERCENT + " %");
    }

    private static long ticks(List<Integer> pids) {
        return pids.stream()
                .flatMap(pid -> ProcFs.of(pid).stream())
                .mapToLong(Life::cpuTicks)
                .sum();
    }
}
