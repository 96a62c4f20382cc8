package dev.berth.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/// Runs short programs to completion.
final class Shell {
    private Shell() {}

    /// What a program printed, and how it ended.
    ///
    /// @param output standard output
    /// @param errors standard error
    /// @param millis how long it ran
    record Ended(int code, String output, String errors, long millis) {}

    /// Runs `builder`'s program, with no input.
    static Ended run(ProcessBuilder builder) throws IOException {
        long from = System.nanoTime();
        Process process = builder.start();
        process.getOutputStream().close();
        var errors = new StringBuilder();
        Thread reader = Thread.ofPlatform().daemon().start(() -> errors.append(errorsOf(process)));
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            int code = process.waitFor();
            reader.join();
            long millis = (System.nanoTime() - from) / 1_000_000;
            return new Ended(code, output, errors.toString(), millis);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /// Sends a signal to each of `pids`; ignores those that are gone.
    static void signal(String name, List<Integer> pids) throws IOException {
        String list = pids.stream().map(String::valueOf).collect(Collectors.joining(" "));
        run(new ProcessBuilder("sh", "-c", "kill -" + name + " " + list));
    }

    private static String errorsOf(Process process) {
        try {
            return new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
