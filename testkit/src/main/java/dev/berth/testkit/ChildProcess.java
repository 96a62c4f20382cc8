package dev.berth.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// A child program whose output is collected and that does not outlive its `try` block.
///
/// If started on the thread of a [NetworkNamespace], it runs inside that namespace.
///
/// **Ownership:** [#close()] kills it and all its descendants, and waits for its end.
public final class ChildProcess implements AutoCloseable {
    private static final int CLOSE_SECONDS = 10;

    private final Process process;
    private final Thread reader;
    private final List<String> output = new ArrayList<>();

    private ChildProcess(Process process) {
        this.process = process;
        this.reader =
                Thread.ofPlatform().daemon().name("output-" + process.pid()).start(this::read);
    }

    /// Starts a program. Its output includes standard error; its standard input is empty.
    public static ChildProcess start(String... command) throws IOException {
        return start(new ProcessBuilder(command));
    }

    /// Starts the program that `builder` describes (directory, environment), with the streams as
    /// above.
    public static ChildProcess start(ProcessBuilder builder) throws IOException {
        Process process = builder.redirectErrorStream(true).start();
        process.getOutputStream().close();
        return new ChildProcess(process);
    }

    /// Starts `main`, a class in a folder, in a JVM like this one, with all of this one's classes.
    public static ChildProcess java(Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:+UseSerialGC");
        command.add("-XX:TieredStopAtLevel=1");
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("-cp");
        command.add(ClassPath.of(main));
        command.add(main.getName());
        command.addAll(List.of(arguments));
        return start(new ProcessBuilder(command));
    }

    /// Its process id.
    public int pid() {
        return Math.toIntExact(process.pid());
    }

    /// Whether it is running.
    public boolean isAlive() {
        return process.isAlive();
    }

    /// The lines that it has written so far.
    public List<String> output() {
        synchronized (output) {
            return List.copyOf(output);
        }
    }

    /// Waits for a line of its output, whether already there or still to come.
    ///
    /// @throws AssertionError with the output, if no such line comes within `limit` or before it
    ///   ends
    public String awaitLine(Predicate<String> wanted, Duration limit) {
        return Await.value(
                limit,
                () -> {
                    boolean over = !reader.isAlive();
                    Optional<String> line = found(wanted);
                    if (over && line.isEmpty()) {
                        throw new AssertionError("ended without the expected line: " + output());
                    }
                    return line;
                },
                () -> "no matching line from " + process.info().command() + ": " + output());
    }

    /// Waits for its end and returns its exit code: 128 + the signal's number if a signal killed
    /// it.
    ///
    /// @throws AssertionError with the output, if it still runs after `limit`
    public int awaitExit(Duration limit) throws InterruptedException {
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError(pid() + " still runs after " + limit + ": " + output());
        }
        reader.join(limit.toMillis());
        return process.exitValue();
    }

    /// Asks it to end with SIGTERM.
    public void terminate() {
        process.destroy();
    }

    /// Kills it with SIGKILL.
    public void kill() {
        process.destroyForcibly();
    }

    @Override
    public void close() {
        List<ProcessHandle> all = process.descendants().toList();
        process.destroyForcibly();
        all.forEach(ProcessHandle::destroyForcibly);
        try {
            if (!process.waitFor(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError(pid() + " survives SIGKILL");
            }
            reader.join(CLOSE_SECONDS * 1000L);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private Optional<String> found(Predicate<String> wanted) {
        return output().stream().filter(wanted).findFirst();
    }

    private void read() {
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                synchronized (output) {
                    output.add(line);
                }
            }
        } catch (IOException ended) {
            // The stream of a killed process; what it wrote before is kept.
        }
    }
}
