package dev.berth.bench;

import dev.berth.bench.ProcFs.Life;
import dev.berth.bench.Shell.Ended;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A `berth run` that this program started, controlled only through its command line.
final class BerthRun implements AutoCloseable {
    private static final Duration READY_DEADLINE = Duration.ofSeconds(120);
    private static final Duration STOP_DEADLINE = Duration.ofSeconds(90);
    private static final long STATUS_EVERY_MILLIS = 200;

    private final BenchEnvironment bench;
    private final String name;
    private final int port;
    private final Path log;
    private final Process process;
    private final Set<Life> seen = new LinkedHashSet<>();

    /// What to start.
    ///
    /// @param options additional options of `run`
    record Setup(String name, int port, int workers, List<String> options, List<String> command) {}

    private BerthRun(BenchEnvironment bench, Setup setup, Path log, Process process) {
        this.bench = bench;
        this.name = setup.name();
        this.port = setup.port();
        this.log = log;
        this.process = process;
    }

    /// Starts `berth run` and returns at once.
    static BerthRun start(BenchEnvironment bench, Setup setup) throws IOException {
        List<String> words = new ArrayList<>(List.of(bench.berth(), "run"));
        words.addAll(List.of("-p", Integer.toString(setup.port())));
        words.addAll(List.of("-n", Integer.toString(setup.workers()), "--name", setup.name()));
        words.addAll(setup.options());
        words.add("--");
        words.addAll(setup.command());
        Path log = bench.scratch().resolve(setup.name() + ".log");
        Process process =
                bench.service(words)
                        .redirectInput(new File("/dev/null"))
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        return new BerthRun(bench, setup, log, process);
    }

    /// A check on a supervisor whose workers are all ready.
    interface Check {
        void on(BerthRun berth) throws IOException;
    }

    /// Starts `setup`, waits until it is ready, runs `check`, stops it, and requires that nothing
    /// is left behind.
    static void check(BenchEnvironment bench, Setup setup, CheckFailures failures, Check check) {
        try (BerthRun berth = start(bench, setup)) {
            berth.awaitReady(setup.workers());
            check.on(berth);
            berth.stop().forEach(left -> failures.check(false, "left behind: " + left));
        } catch (IOException | IllegalArgumentException | Waits.TimedOutException e) {
            failures.broken(e);
        }
    }

    /// Runs `berth VERB NAME ARGUMENTS…`.
    Ended call(String verb, String... arguments) throws IOException {
        List<String> words = new ArrayList<>(List.of(bench.berth(), verb, name));
        words.addAll(List.of(arguments));
        return Shell.run(bench.builder(words));
    }

    /// Runs it and requires exit code 0.
    Ended change(String verb, String... arguments) throws IOException {
        Ended ended = call(verb, arguments);
        if (ended.code() != 0) {
            throw new IOException(
                    "berth " + verb + " exited " + ended.code() + ": " + ended.errors().strip());
        }
        return ended;
    }

    /// Its control socket.
    ControlSession control() {
        return new ControlSession(
                bench.runtime().resolve("berth").resolve(name).resolve("control"));
    }

    /// The output of `status --json`.
    StatusReport status() throws IOException {
        StatusReport status = StatusReport.parse(change("status", "--json").output());
        seen.addAll(ProcFs.tree(status.pid()));
        return status;
    }

    /// Waits until there are `count` slots and all are ready.
    StatusReport awaitReady(int count) throws IOException {
        long deadline = System.nanoTime() + READY_DEADLINE.toNanos();
        while (process.isAlive()) {
            Ended ended = call("status", "--json");
            if (ended.code() == 0 && StatusReport.parse(ended.output()).ready(count)) {
                return status();
            }
            if (System.nanoTime() > deadline) {
                throw new IOException(
                        "not "
                                + count
                                + " ready slots in "
                                + READY_DEADLINE.toSeconds()
                                + " s: "
                                + ended.output().strip()
                                + ended.errors().strip()
                                + logTail());
            }
            Waits.pause(Duration.ofMillis(STATUS_EVERY_MILLIS));
        }
        throw new IOException("berth run ended with " + process.exitValue() + logTail());
    }

    /// Waits until the slot at `index` no longer shows the pid that it has in `before`.
    void awaitNext(StatusReport before, int index) throws IOException {
        long deadline = System.nanoTime() + READY_DEADLINE.toNanos();
        while (status().slots().get(index).pid().equals(before.slots().get(index).pid())) {
            if (System.nanoTime() > deadline) {
                throw new IOException("still the killed worker in slot " + index + logTail());
            }
            Waits.pause(Duration.ofMillis(STATUS_EVERY_MILLIS));
        }
    }

    /// The last lines that `berth run` and its workers printed.
    String logTail() {
        try {
            List<String> lines = Files.readAllLines(log);
            List<String> last = lines.subList(Math.max(0, lines.size() - 12), lines.size());
            return "\n    " + String.join("\n    ", last);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Stops it with `berth stop` and lists what is left afterwards: nothing, if all is well.
    List<String> stop() throws IOException {
        status();
        change("stop");
        List<String> left = new ArrayList<>();
        if (!exited(STOP_DEADLINE)) {
            left.add("berth run itself");
        } else if (process.exitValue() != 0) {
            left.add("exit code " + process.exitValue() + " of berth run" + logTail());
        }
        left.addAll(leftovers());
        return left;
    }

    private List<String> leftovers() throws IOException {
        List<String> left = new ArrayList<>();
        seen.stream().filter(Life::goesOn).forEach(life -> left.add("process " + life.pid()));
        workers().forEach(pid -> left.add("worker " + pid));
        if (TcpTable.onPort(port).stream().anyMatch(TcpTable.Row::listens)) {
            left.add("a listener on " + port);
        }
        try (Stream<Path> files = Files.walk(bench.runtime())) {
            files.filter(path -> path.getFileName().toString().contains(name))
                    .forEach(path -> left.add(path.toString()));
        }
        return left;
    }

    /// The processes that carry this supervisor's name in their environment.
    private List<Integer> workers() {
        return ProcFs.withEnvironment("BERTH_NAME=" + name);
    }

    private boolean exited(Duration longest) {
        try {
            return process.waitFor(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /// Ends it if it still runs: SIGTERM, then SIGKILL for whatever is left of what it started.
    @Override
    public void close() throws IOException {
        if (process.isAlive()) {
            seen.addAll(ProcFs.tree((int) process.pid()));
            process.destroy();
            if (!exited(Duration.ofSeconds(15))) {
                process.destroyForcibly();
            }
        }
        Set<Integer> alive = new LinkedHashSet<>(workers());
        seen.stream().filter(Life::goesOn).forEach(life -> alive.add(life.pid()));
        if (!alive.isEmpty()) {
            Shell.signal("KILL", List.copyOf(alive));
        }
    }
}
