package dev.berth.bench;

import dev.berth.bench.Shell.Ended;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Compares `berth who` with `ss` and `lsof` for one port of a machine with many sockets, as whole
/// processes run in turn; also measures the memory that listing all sockets takes.
final class WhoBench {
    private static final int PORT = 7201;
    private static final String WHO = "berth who";
    private static final String SS = "ss";
    private static final String LSOF = "lsof";
    private static final double MOST_OF_SS = 1.0;
    private static final double MOST_OF_LSOF = 0.5;
    private static final double MOST_OF_SS_IN_MAIN = 0.4;
    private static final double MOST_IDLE_MILLIS = 150;
    private static final double MOST_MEGABYTES = 70;

    /// Runs a program and prints its peak memory, in KiB.
    private static final String MEMORY =
            """
            import resource, subprocess, sys
            code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
            print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
            sys.exit(code)
            """;

    private final BenchEnvironment bench;
    private final BusyMachine machine;
    private final int rounds;
    private final Path phases;
    private final CheckFailures failures = new CheckFailures();

    private WhoBench(BenchEnvironment bench, BusyMachine machine) {
        this.bench = bench;
        this.machine = machine;
        this.rounds = bench.options().number("rounds", 9);
        this.phases = bench.scratch().resolve("phases");
    }

    /// Runs `who`.
    static boolean run(BenchEnvironment bench) throws IOException {
        try (BusyMachine machine = BusyMachine.open(PORT)) {
            var command = new WhoBench(bench, machine);
            command.idle();
            machine.fill(bench.options().number("sockets", 18_000));
            command.compare();
            machine.fill(bench.options().number("most", 50_000));
            command.memory(List.of("who", "--all"));
            command.memory(List.of("who", "--all", "--json"));
            return command.failures.print("who");
        }
    }

    private void idle() throws IOException {
        List<Double> times = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            times.add(who().whole());
        }
        double median = Statistics.median(times);
        System.out.printf("idle: berth who %.0f ms%n", median);
        failures.check(median <= MOST_IDLE_MILLIS, "above " + MOST_IDLE_MILLIS + " ms when idle");
    }

    private void compare() throws IOException {
        Map<String, List<Double>> times = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            Timed who = who();
            add(times, WHO, who.whole());
            add(times, "after main", who.main());
            add(times, SS, timed(List.of("ss", "-tlnp", "sport = :" + PORT)));
            add(times, LSOF, timed(List.of("lsof", "-nP", "-iTCP:" + PORT)));
        }
        times.forEach(
                (name, all) -> System.out.printf("%s %.0f ms, ", name, Statistics.median(all)));
        System.out.printf("medians of %d with %d sockets%n", rounds, machine.sockets());
        ratio(times, WHO, SS, MOST_OF_SS);
        ratio(times, WHO, LSOF, MOST_OF_LSOF);
        ratio(times, "after main", SS, MOST_OF_SS_IN_MAIN);
    }

    private static void add(Map<String, List<Double>> times, String name, double millis) {
        times.computeIfAbsent(name, _ -> new ArrayList<>()).add(millis);
    }

    private void ratio(Map<String, List<Double>> times, String name, String other, double most) {
        double ratio = median(times, name) / median(times, other);
        System.out.printf("%s / %s: %.2f, at most %.1f%n", name, other, ratio, most);
        failures.check(ratio <= most, name + " / " + other + " is above " + most);
    }

    private static double median(Map<String, List<Double>> times, String name) {
        return Statistics.median(times.getOrDefault(name, List.of()));
    }

    private void memory(List<String> arguments) throws IOException {
        List<String> words = new ArrayList<>(List.of("python3", "-c", MEMORY, bench.berth()));
        words.addAll(arguments);
        Ended ended = checked(bench.builder(machine.inside(words)));
        double megabytes = Long.parseLong(ended.output().strip()) / 1024.0;
        String what = "berth " + String.join(" ", arguments);
        System.out.printf(
                "%s: %.0f MB, %d ms with %d sockets%n",
                what, megabytes, ended.millis(), machine.sockets());
        failures.check(megabytes <= MOST_MEGABYTES, what + " above " + MOST_MEGABYTES + " MB");
    }

    /// The time that one `berth who` took.
    ///
    /// @param whole from the start of the process to its end, ms
    /// @param main from when the JVM was ready to load the main class to the end, ms
    private record Timed(double whole, double main) {}

    /// The JVM's own log shows when it was ready, by the same clock that this program reads.
    private Timed who() throws IOException {
        var builder = bench.builder(inside(List.of(bench.berth(), "who", Integer.toString(PORT))));
        builder.environment()
                .put("BERTH_JAVA_OPTS", "-Xlog:startuptime:file=" + phases + ":timenanos");
        long from = System.nanoTime();
        checked(builder);
        long end = System.nanoTime();
        String last = Files.readAllLines(phases).getLast();
        long ready = Long.parseLong(last.substring(1, last.indexOf("ns]")));
        return new Timed((end - from) / 1e6, (end - ready) / 1e6);
    }

    private double timed(List<String> command) throws IOException {
        long from = System.nanoTime();
        checked(bench.builder(inside(command)));
        return (System.nanoTime() - from) / 1e6;
    }

    private List<String> inside(List<String> command) {
        return machine.inside(command);
    }

    private static Ended checked(ProcessBuilder builder) throws IOException {
        Ended ended = Shell.run(builder);
        if (ended.code() != 0) {
            throw new IOException(
                    String.join(" ", builder.command())
                            + " exited "
                            + ended.code()
                            + ": "
                            + ended.errors().strip());
        }
        return ended;
    }
}
