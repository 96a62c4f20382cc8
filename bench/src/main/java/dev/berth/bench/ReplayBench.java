package dev.berth.bench;

import dev.berth.bench.Shell.Ended;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/// Runs `berth lab replay` on many random histories: every answer must match the prediction; also
/// measures histories per second, for whole processes.
final class ReplayBench {
    private static final double LEAST_ON_KERNEL = 300;
    private static final double LEAST_PREDICTED = 5000;

    private final BenchEnvironment bench;
    private final CheckFailures failures = new CheckFailures();

    private ReplayBench(BenchEnvironment bench) {
        this.bench = bench;
    }

    /// Runs `replay`.
    static boolean run(BenchEnvironment bench) throws IOException {
        int count = bench.options().number("histories", 10_000);
        int seed = bench.options().number("seed", ThreadLocalRandom.current().nextInt(1 << 20));
        var command = new ReplayBench(bench);
        Path file = command.histories(count, seed);
        command.measure("on the kernel", count, LEAST_ON_KERNEL, file, List.of("--json"));
        command.measure("predicted", count, LEAST_PREDICTED, file, List.of("--json", "--predict"));
        return command.failures.print("replay");
    }

    private Path histories(int count, int seed) throws IOException {
        String number = Integer.toString(count);
        Ended ended =
                replay(List.of("--random", number, "--seed", Integer.toString(seed), "--print"));
        if (ended.code() != 0) {
            throw new IOException("berth lab replay --print: " + ended.errors().strip());
        }
        System.out.printf("%d histories, --seed %d%n", count, seed);
        return Files.writeString(bench.scratch().resolve("histories"), ended.output());
    }

    private void measure(String what, int count, double least, Path file, List<String> options)
            throws IOException {
        List<String> words = new ArrayList<>(List.of(file.toString()));
        words.addAll(options);
        Ended ended = replay(words);
        long answers = ended.output().lines().count();
        double rate = count * 1000.0 / ended.millis();
        System.out.printf("%s: %d answers, %.0f histories/s%n", what, answers, rate);
        failures.check(ended.code() == 0, what + ": exit code " + ended.code() + ended.errors());
        failures.check(answers == count, what + ": " + answers + " answers to " + count);
        failures.check(rate >= least, what + ": below " + least + " histories/s");
    }

    private Ended replay(List<String> options) throws IOException {
        List<String> words = new ArrayList<>(List.of(bench.berth(), "lab", "replay"));
        words.addAll(options);
        return Shell.run(bench.builder(words));
    }
}
